/* sandbox.h - hostile bytes are opened and parsed in a process that can do nothing else.
 *
 *     sandbox *s;
 *     sandbox_options o = sandbox_defaults(clock_system());
 *     if ((st = sandbox_new(&o, &s, why)) != OK) ...
 *     st = sandbox_read_document(s, fd, &(sandbox_document){.path = path}, &sink, &report, why);
 *     sandbox_free(s);
 *
 * Uses: base, model, format. Used by: intake, judge.
 * How it works: docs/sandbox.md. A worker process of each class is started when it is first needed
 * (`noroshi worker --class doc`, empty environment, no descriptors), locks itself up and forks one
 * child a job; the child gets the input on descriptor 3, answers on 4, and any other thing it
 * tries kills it. What comes back is decoded as hostile (wire.h).
 *
 * A worker that crashed, ran out of its limits or lied is an error of that document, never more:
 *   ERR_INPUT      the document is wrong, or "parser gave up: killed by signal 11 (SIGSEGV)",
 *                  or "parser gave up: its answer was not valid: ..."
 *   ERR_LIMIT      a limit below, said which one
 *   ERR_FORBIDDEN  "no jail on this kernel": nothing is parsed without one
 *   ERR_BUSY       the class was stopped: SANDBOX_CRASHES_IN_A_ROW jobs crashed one after another
 *   ERR_IO         no process could be started, or a worker cannot be talked to
 *   else           what the caller's sink said
 * A sandbox belongs to one thread at a time. Its functions may be called from inside its own
 * callbacks (an archive in an archive, a document in an archive): each job has its own child. */
#ifndef NOROSHI_SANDBOX_H
#define NOROSHI_SANDBOX_H

#include "base/base.h"
#include "base/when.h"
#include "format/format.h"
#include "model/fact.h"
#include "sandbox/container.h"
#include "sandbox/wire.h"

/* What a worker is for: classes differ in limits and in the code that they run. */
typedef enum worker_class { WORKER_DOC, WORKER_ARCHIVE, WORKER_CLASS_COUNT_ } worker_class;
const char *worker_class_name(worker_class c);            /* "doc", "archive": --class */
status worker_class_parse(slice name, worker_class *ret); /* ERR_INPUT when there is none */

enum {
    SANDBOX_CRASHES_MAX = 3,        /* a worker process is replaced after so many crashed jobs, */
    SANDBOX_JOBS_MAX = 10000,       /* so many jobs, */
    SANDBOX_AGE_MAX_S = 3600,       /* or so long: not for ever the same addresses */
    SANDBOX_CRASHES_IN_A_ROW = 100, /* then the class is stopped */
    SANDBOX_PATH_MAX = 4096,        /* bytes of a logical path; longer is ERR_LIMIT */
    SANDBOX_MAPPING_MAX = 8192      /* bytes of a mapping; longer is ERR_LIMIT */
};

/* Of one job. 0 in a field is the default. */
typedef struct sandbox_limits {
    uint64_t memory_bytes; /* address space: 2 GiB */
    uint32_t cpu_s;        /* processor time: 120 s */
    uint32_t wait_s;       /* how long we wait for the worker, all waits together: 120 s. Time that
                              the caller's sink takes is not the worker's fault and not counted */
    uint64_t answer_bytes; /* of a document's facts: 64 MiB + 256 x the document */
} sandbox_limits;

/* What one archive may become, all levels together. 0 in a field is the default. */
typedef struct unpack_limits {
    uint32_t ratio_max;   /* 100 x the outermost archive, but at least floor_bytes */
    uint64_t floor_bytes; /* 1 MiB: below it the ratio does not matter */
    uint64_t bytes_max;   /* 8 GiB */
    uint32_t levels_max;  /* 5: an archive in an archive is level 2 */
    uint32_t members_max; /* 100,000 entries, also those without data */
} unpack_limits;

typedef struct sandbox_options {
    clock_source clock;   /* for wait_s and the age of workers */
    const char *program;  /* NULL: /proc/self/exe */
    const char *argument; /* tests: one more behind "worker --class C"; NULL: none */
    sandbox_limits limits;
    bool strict; /* worker.jail = strict: no Landlock, or root kept, is ERR_FORBIDDEN */
} sandbox_options;

sandbox_options sandbox_defaults(clock_source clock);

typedef struct sandbox sandbox;
/* Starts nothing yet. `options` is copied, the strings in it are kept.
 *   ERR_LIMIT  memory is out */
status sandbox_new(const sandbox_options *options, sandbox **ret, err *why) NODISCARD;
/* Ends the workers and waits for them. NULL is fine. */
sandbox *sandbox_free(sandbox *s);

/* Starts the worker of that class if there is none and says what holds it, for `doctor` and
 * `status`: "seccomp + landlock 7, uid 65534, no network". *ret_jail lives as long as s. */
status sandbox_check(sandbox *s, worker_class c, const char **ret_jail, err *why) NODISCARD;

typedef struct sandbox_health {
    uint64_t jobs, crashes; /* since sandbox_new; a crash is any job that said no last word */
    uint32_t crashes_in_a_row;
    uint32_t started; /* worker processes */
    bool stopped;     /* SANDBOX_CRASHES_IN_A_ROW was reached */
} sandbox_health;
sandbox_health sandbox_ask_health(const sandbox *s, worker_class c);
/* A stopped class works again. */
void sandbox_resume(sandbox *s, worker_class c);

/* What a job cost and did; filled as far as known, also when the job went wrong. */
typedef struct sandbox_report {
    char format[WIRE_SPEC_MAX + 1]; /* codec that read it; "" when none was found */
    uint32_t format_version;
    uint64_t records, claims, refused; /* documents */
    uint64_t members, bytes_out;       /* archives */
    uint64_t answer_bytes;
    uint32_t cpu_ms, memory_kib; /* processor time and largest resident size of the child */
    int signal;                  /* that killed it, or 0 */
} sandbox_report;

/* A document and how to read it. */
typedef struct sandbox_document {
    slice path;           /* logical path: file names carry meaning; UTF-8 */
    slice format;         /* name of a codec; empty: recognised from content */
    slice mapping;        /* --map; may be empty */
    format_limits limits; /* 0 in a field: the codec's default */
} sandbox_document;

/* Reads the document on `fd` (from its first byte, whatever the descriptor's position) and hands
 * its facts to `sink` as they come, decoded and checked; the sink runs while the child parses on.
 * `fd` is a regular file that nobody here writes: opened O_RDONLY, or a memfd sealed against
 * writing (spool.h makes both). report may be NULL. */
status sandbox_read_document(sandbox *s, int fd, const sandbox_document *document,
                             const fact_sink *sink, sandbox_report *report, err *why) NODISCARD;

/* The same in two steps: the child is at work from the first one on, as far as its answer fits into
 * a pipe, while the caller does something else. Ending and dropping free the reading, whatever
 * comes of it. Any number may be begun; each is a process. */
typedef struct sandbox_reading sandbox_reading;
status sandbox_begin_document(sandbox *s, int fd, const sandbox_document *document,
                              sandbox_reading **ret, err *why) NODISCARD;
status sandbox_end_document(sandbox_reading *r, const fact_sink *sink, sandbox_report *report,
                            err *why) NODISCARD;
sandbox_reading *sandbox_drop_document(sandbox_reading *r); /* NULL is fine; returns NULL */

/* What an archive and all archives in it have used up. */
typedef struct unpack_budget {
    unpack_limits limits;
    uint64_t bytes_allowed; /* of all levels together */
    uint64_t bytes_out;
    uint64_t members;
} unpack_budget;

/* For an outermost archive of `archive_bytes`; NULL limits: the defaults. */
unpack_budget unpack_budget_of(const unpack_limits *limits, uint64_t archive_bytes);

/* Opens one level of the archive on `fd` and hands its members to `sink`. `level` is 1 for the
 * outermost, whose budget also counts the levels below it. Links, directories and devices are
 * passed over. A compressed tar is one level.
 *   ERR_INPUT  no archive, damaged or cut off; members may have been handed over before
 *   ERR_LIMIT  a limit of the budget, or level over levels_max */
status sandbox_unpack(sandbox *s, int fd, unsigned level, unpack_budget *budget,
                      const unpack_sink *sink, sandbox_report *report, err *why) NODISCARD;

#endif
