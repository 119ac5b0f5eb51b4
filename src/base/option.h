/* option.h - one table of options: flags, environment, configuration file, help, completion and
 * manual page all come from it.
 *
 *     options o;
 *     st = options_init(&o, &a, &table, why);            // the built-in values
 *     st = options_args(&o, argv, argc, why);            // layers may come in any order: a higher
 *     st = options_file(&o, path, bytes, why);           // one is never overwritten by a lower one
 *     st = options_environment(&o, environ, why);
 *     if (o.problem_count) ... o.problems[0].what is a message for people
 *     int64_t depth = option_int(&o, OPT_LIMIT_JSON_DEPTH);
 *
 * Layers, lowest first: built-in, machine (LANG, the user's home), file, environment, flag; where
 * each value came from is kept. The rules of the table (unique flags, keys and variables, built-in
 * values that parse) are checked by option_table_check in a test.
 *
 * Command line: flags before, between or behind the words; "--x y" and "--x=y"; "-x y", "-xy" and
 * bundles of one-letter switches; "--" ends the flags; "-" is an operand; a switch may be turned
 * off by "--x=no"; "-o key=value" reaches options without a flag of their own.
 * File: "key = value" lines; "#" starts a comment at the beginning of a line or behind a blank;
 * "[limit]" puts "limit." before the keys that follow; a value may stand in double quotes, where
 * \", \\ and \n are escapes; an option that may be repeated has one line for each value.
 * Environment: NOROSHI_ + the key in capitals, "." and "-" as "_"; the values of an option that may
 * be repeated are separated by commas; an empty variable counts as unset.
 * Sizes: "16MiB", "4G", "1k" (powers of 1024), plain bytes. Durations: "120s", "5m", "2h", "7d",
 * "250ms"; a plain number is seconds. Switches: yes no true false on off 1 0.
 *
 * Uses: base, when, message, text. Used by: cmd. Thread-safe for readers once filled. */
#ifndef NOROSHI_OPTION_H
#define NOROSHI_OPTION_H

#include "base/base.h"
#include "base/file.h"
#include "base/message.h"
#include "base/when.h"

enum {
    OPTION_VALUE_MAX = 8192,   /* bytes of one value */
    OPTION_ITEMS_MAX = 1000,   /* values of an option that may be repeated */
    OPTION_PROBLEMS_MAX = 100, /* kept; the count goes on */
    OPTION_FILE_MAX = 1 << 20, /* bytes of a configuration file */
    OPTION_FILE_LINE_MAX = 2 * OPTION_VALUE_MAX + 1024, /* a value, all of it escaped, fits */
    OPTION_FLAG_MAX = 64,                               /* bytes of a flag's name */
    OPTION_KEY_MAX = 128
};

typedef enum option_type {
    OPTION_BOOL,
    OPTION_TEXT,
    OPTION_PATH,
    OPTION_ENUM, /* one of `choices`; the number is its position */
    OPTION_INT,
    OPTION_BYTES,
    OPTION_DURATION, /* milliseconds */
    OPTION_TIME,     /* an instant, milliseconds */
    OPTION_SECRET,   /* the path of a file that holds it (base/secret.h); never the secret itself */
    OPTION_ALIAS,    /* a flag that sets another option: --raw is --values=raw */
    OPTION_TYPE_COUNT_
} option_type;

/* One row. What is not said is 0. */
typedef struct option {
    const char *flag;     /* "as-of"; NULL: file, environment and -o only */
    char letter;          /* 'q' for -q */
    const char *argument; /* how help calls the value: "DIR"; NULL only for BOOL and ALIAS */
    const char *key;      /* "import.format"; NULL: command line only */
    const char *commands; /* "import,name merge": the commands that take the flag; NULL: all */
    option_type type;
    const char *builtin; /* as it would be written; NULL: unset, of BOOL: "no" */
    const char *choices; /* ENUM: "auto always never"; TEXT: what completion offers, not a bound */
    int64_t min, max;    /* INT, BYTES, DURATION: bounds, when max > 0 */
    message_id help;     /* one sentence */
    bool many;           /* may be repeated; TEXT and PATH only */
    bool hidden;         /* works, but is not shown */
    bool generic;        /* the value is "key=value" for any row with a key: -o */
    unsigned of;         /* ALIAS: the row it sets */
    const char *sets;    /* ALIAS: the value */
} option;

/* commands[i] is "ask" or "name merge". */
typedef struct option_table {
    const option *rows;
    size_t count;
    const char *const *commands;
    size_t command_count;
} option_table;

typedef enum option_layer {
    LAYER_UNSET,
    LAYER_BUILTIN,
    LAYER_MACHINE,
    LAYER_FILE,
    LAYER_ENVIRONMENT,
    LAYER_FLAG,
    LAYER_COUNT_
} option_layer;
/* "unset" "built-in" "machine" "file" "environment" "flag" */
const char *option_layer_name(option_layer l);

typedef struct option_origin {
    option_layer layer;
    slice name;    /* the file's path, the variable, the flag as written */
    uint32_t line; /* in a file, from 1; else 0 */
} option_origin;

typedef struct option_value {
    slice text; /* as given; of a repeated option the last */
    int64_t n;  /* BOOL, ENUM, INT, BYTES, DURATION, TIME */
    slice *items;
    size_t count; /* of a repeated option; else 1 when set */
    option_origin origin;
} option_value;

typedef struct option_problem {
    message what;
    option_origin where;
} option_problem;

#define OPTION_NO_COMMAND SIZE_MAX
typedef struct options {
    const option_table *table;
    arena *a;
    option_value *values; /* one a row */
    size_t command;       /* index into table->commands, or OPTION_NO_COMMAND */
    slice *operands;      /* words behind the command */
    size_t operand_count;
    option_problem *problems;
    size_t problem_count; /* all; the first OPTION_PROBLEMS_MAX are kept */
    size_t file_count;    /* files read */
} options;

/* Everything lives in `a`. ERR_LIMIT when its budget is spent (so for all that follow). */
status options_init(options *o, arena *a, const option_table *table, err *why) NODISCARD;
/* argv without the program's name. What is wrong in it becomes a problem, not a status. */
status options_args(options *o, const slice *argv, size_t count, err *why) NODISCARD;
/* "NAME=value" strings, NULL behind the last. Variables that no row knows are left alone; with
 * `strict` those that begin with NOROSHI_ are problems. */
status options_environment(options *o, const char *const *environment, bool strict,
                           err *why) NODISCARD;
/* The same for NAME_FILE=path, where NAME is an option's variable: its value is what the file says,
 * without the newline at its end. A file that cannot be read is a problem, and so is NAME beside
 * NAME_FILE. */
status options_environment_files(options *o, const char *const *environment, const fs *disk,
                                 err *why) NODISCARD;
/* A configuration file's bytes; `path` names it in problems. Later files overwrite earlier ones.
 *   ERR_LIMIT  over OPTION_FILE_MAX, or the budget */
status options_file(options *o, slice path, slice bytes, err *why) NODISCARD;
/* One value, for what the caller finds out itself (layer LAYER_MACHINE). */
status options_put(options *o, unsigned row, slice text, option_origin origin, err *why) NODISCARD;

/* Adds a problem of the caller's own; what it borrows must live as long as `o`. */
status options_problem(options *o, message what, option_origin where, err *why) NODISCARD;

/* The type must fit (asserted). Unset: 0, false, {NULL,0}, WHEN_NONE for TIME. */
bool option_is_set(const options *o, unsigned row);
bool option_bool(const options *o, unsigned row);
int64_t option_int(const options *o, unsigned row); /* INT, BYTES, DURATION, ENUM */
when option_time(const options *o, unsigned row);
/* TEXT, PATH, SECRET, and any as written; of all texts and items a NUL stands behind. */
slice option_text(const options *o, unsigned row);
size_t option_items(const options *o, unsigned row, const slice **ret); /* of a repeated option */
option_origin option_origin_of(const options *o, unsigned row);

/* Where something stands, for people: "/etc/noroshi/noroshi.conf:12", "NOROSHI_LANG", "--lang". */
void option_origin_put(buf *out, option_origin where);
/* A value as a configuration file would have it, quoted where it must be. */
void option_value_put(buf *out, slice text);

/* NOROSHI_LIMIT_JSON_DEPTH for "limit.json-depth". Returns out. */
const char *option_variable(const char *key, char out[OPTION_KEY_MAX + 16]);
/* Does the command (index, or OPTION_NO_COMMAND) take the row's flag? */
bool option_taken_by(const option_table *t, const option *row, size_t command);
/* The row that is called so by --flag or -letter for this command; NULL when there is none. */
const option *option_by_flag(const option_table *t, slice flag, char letter, size_t command);
const option *option_by_key(const option_table *t, slice key);
/* The candidate nearest to `word` by insertions, deletions, changes and swaps of neighbours, when
 * it is near enough to be meant; {NULL,0} otherwise. O(word * candidates). */
typedef struct option_guess {
    slice word, best;
    unsigned distance;
} option_guess;
bool option_guess_try(option_guess *g, slice candidate); /* true: it is the best so far */

/* Appends one line for each thing that is wrong in the table; true when nothing is. For tests. */
bool option_table_check(const option_table *t, buf *complaints);

#endif
