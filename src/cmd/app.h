/* app.h - what a subcommand gets, and what it may use.
 *
 * A new subcommand X is:
 *   1. src/cmd/cmd_X.c (and its name in meson.build) with
 *          status cmd_X(app *a, err *why)
 *      which reads a->operands and option_...(a->options, OPT_...), writes to &a->out, and
 *          returns OK: the program exits 0, or 1 after app_exit(a, 1) (nothing found, refusals);
 *          returns a status with *why filled (library errors), or app_fail(a, ...) (a message of
 *          the catalogue): one line on stderr, or an error object with --json; the program exits 2;
 *          calls app_report(...) for one thing of many that went wrong, and goes on; exits 2.
 *   2. one entry in commands.def: COMMAND(X, "x", .operands = "[VALUE...]", ...). The number of
 *      operands is checked before it runs.
 *   3. its options in options.def, with .commands = "x" and keys "x.flag"; nothing else is needed
 *      for parsing, file, environment, --help, completion and manual page.
 *   4. its sentences in base/message/x.def (one line in all.def), English and Japanese.
 *   5. a golden session in tests/.
 * Text for people goes through sink_put(&a->out, msg_...), foreign text through sink_foreign or an
 * argument of type text or value; with --json one object a line by sink_json. Call sink_flush when
 * an answer is complete and return what it returns: a closed pipe then ends the program quietly.
 * Long work shows progress by cmd/progress.h. Time is clock_now(a->clock), never the system's.
 *
 * Uses: everything. Used by: cmd. One app a process (or a test); it belongs to one thread. */
#ifndef NOROSHI_CMD_APP_H
#define NOROSHI_CMD_APP_H

#include "base/base.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/message.h"
#include "base/reader.h"
#include "base/sink.h"
#include "base/when.h"
#include "cmd/options.h"
#include "model/marking.h"

struct store;
struct lens;
typedef struct app app;

#define COMMAND_ANY SIZE_MAX
typedef struct command {
    const char *name;     /* "ask", "name merge" */
    const char *operands; /* for help: "[VALUE...|-]"; NULL: none */
    size_t least, most;   /* operands */
    message_id summary;   /* one line of help */
    message_id text;      /* more help; MSG_NONE: none */
    bool hidden;
    bool bad_config; /* runs although the configuration file or the environment is wrong */
    status (*run)(app *a, err *why);
} command;

/* status cmd_X(app *, err *) for each command. */
#define COMMAND(function, ...) status cmd_##function(app *a, err *why) NODISCARD;
#include "cmd/commands.def"
#undef COMMAND

/* The table. NULL when there is no such command. */
size_t command_count(void);
const command *command_at(size_t i);
const command *command_named(slice name);

struct app {
    const command *command; /* NULL: none was given */
    const slice *operands;
    size_t operand_count;
    const options *options;
    language language;
    bool json, quiet;
    bool defang;        /* show observables defanged; sink_value does it */
    view view;          /* who looks, and when: from --clearance, --audience, --as-of ... */
    clock_source clock; /* stands still with --now */
    clock_source ticks; /* never does: for progress and for measuring */
    random_source random;
    const fs *disk;
    reader in; /* standard input; cannot be rewound */
    sink out, err;
    bool err_tty;        /* progress may be shown */
    bool progress_shown; /* cmd/progress's */
    arena *memory;       /* lives as long as the app */
    const char *const *environment;
    int exit;            /* so far: 0, 1 or 2 */
    struct store *store; /* opened by app_store, closed at the end */
    struct lens *lens;
    bool failed; /* app_fail was called: `failure` says more than err */
    message failure;
    slice failure_where;
};

/* The exit code is the largest asked for. */
void app_exit(app *a, int code);
/* For `return app_fail(...)`: the message is printed when the command has returned. `where` (a
 * file, a value; may be empty) and the message's arguments live in a->memory or are operands. */
status app_fail(app *a, status code, message what, slice where, err *why);
/* One of many went wrong: said now, exit 2, and on. With --json the error object is a line of
 * standard output, in the order of the questions. */
void app_report(app *a, const err *why, slice where);
void app_report_message(app *a, status code, message what, slice where);
/* Something worth knowing that changes nothing: one line on stderr, not with -q. */
void app_note(app *a, message what);

/* One object of standard output, when it fitted. */
status app_json(app *a, const buf *object, err *why) NODISCARD;

/* Reads configuration and environment once more, as they are now; flags stay what they were. The
 * app's own options are not touched: who reloads takes from *ret what may change while it runs.
 * *ret lives in `memory`, which starts empty.
 *   ERR_INPUT  something is wrong in them, *why says where and what: keep the old ones */
status app_reload(const app *a, arena *memory, options *ret, err *why) NODISCARD;

/* Who acts, for the history: the login name of the process's user. */
slice app_actor(app *a);
/* "analyst:<name>": the source of what a person says. */
slice app_analyst(app *a);
/* The data directory as configured; ERR_INPUT when there is none (no HOME, nothing set). */
status app_data(app *a, slice *ret, err *why) NODISCARD;
struct store_options;
/* What opens the store of the data directory, as configured: SQLite in it, or --store. */
status app_store_options(app *a, struct store_options *ret, err *why) NODISCARD;
/* An address with a password in it must not be shown. */
bool app_has_password(slice address);
/* The store in it, opened at the first call, closed by the frame.
 *   ERR_NOT_FOUND  there is none: says to run `noroshi init` */
status app_store(app *a, struct store **ret, err *why) NODISCARD;
/* A lens on it that looks with a->view. */
status app_lens(app *a, struct lens **ret, err *why) NODISCARD;

/* {"error":{...}} of the contract, without newline. `what` (may be NULL) takes the place of the
 * message in *why. */
void app_error_json(buf *out, const err *why, const message *what, slice where);
/* The frame's: prints what ended the command. */
/* The error that is on its way up is about this file or value; of no weight after app_fail. */
void app_failed_in(app *a, slice where);
void app_say_failure(app *a, const err *why);

#endif
