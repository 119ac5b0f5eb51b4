/* front.h - the program without the process: words, environment and descriptors in, exit code out.
 *
 *     int code = front_run(&(front_io){.environment = environ, .out = write_out, ...}, argv, argc);
 *
 * Uses: app, option, sink. Used by: main, tests.
 * Order: flags and environment, then the configuration file they name, then language, view and
 * sinks, then the command. Exit codes: 0, 1, 2 of the contract; FRONT_PIPE_CLOSED when the reader
 * of standard output went away. */
#ifndef NOROSHI_CMD_FRONT_H
#define NOROSHI_CMD_FRONT_H

#include "cmd/app.h"

enum { FRONT_PIPE_CLOSED = 141, FRONT_MEMORY_MAX = 256 << 20 };

typedef struct front_io {
    const char *const *environment; /* "NAME=value", NULL behind the last */
    status (*out)(void *ctx, slice bytes, err *why);
    status (*errors)(void *ctx, slice bytes, err *why); /* standard error */
    reader in;
    void *ctx;
    bool out_tty, err_tty;
    unsigned columns; /* of the terminal; 0: unknown */
    bool root;
    clock_source clock;
    random_source random;
    const fs *disk;
    size_t memory_max; /* for options and what commands keep; 0: FRONT_MEMORY_MAX */
} front_io;

/* argv without the program's name. */
int front_run(const front_io *io, const slice *argv, size_t argc);

/* What app_reload does: the options of these words, the environment and the files as they are now,
 * in `memory`. ERR_INPUT: *why says what is wrong, and where. */
status front_options(const front_io *io, const slice *argv, size_t argc, arena *memory,
                     options *ret, err *why) NODISCARD;

#endif
