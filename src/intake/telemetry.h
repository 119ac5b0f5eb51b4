/* telemetry.h - logs that are read once, from their beginning to their end: files, folders, what is
 * packed in them, standard input.
 *
 *     telemetry_options o = {.sandbox = s, .directory = tmp,
 *                            .sink = {begin, bytes, end, bad, ctx}};
 *     st = telemetry_path(&o, "logs", why);
 *
 * Uses: sandbox (opens archives), paths. Used by: cmd. Logs that grow are watch/follow.h's, but for
 * what they became when they were compressed (telemetry_unpack).
 * Archives and compressed files are opened in the sandbox and handed on as they come. Nothing is
 * kept: memory does not grow with the input. Standard input is handed on as it arrives, unless it
 * begins like something packed: then it waits, whole, in a temporary file. */
#ifndef NOROSHI_INTAKE_TELEMETRY_H
#define NOROSHI_INTAKE_TELEMETRY_H

#include "sandbox/sandbox.h"

enum { TELEMETRY_ID = 16 };

typedef struct telemetry_log {
    slice path; /* what a person would open: "auth.log.gz" for the log packed in it,
                   "all.zip/auth.log" for one of several; "-" for standard input */
    bool file;  /* it can be read again: `id` is of its size, beginning and end (64 KiB each) */
    uint8_t id[TELEMETRY_ID];
} telemetry_log;

typedef struct telemetry_sink {
    /* A log begins. */
    status (*begin)(void *ctx, const telemetry_log *log, err *why);
    status (*bytes)(void *ctx, slice bytes, err *why);
    status (*end)(void *ctx, err *why);
    /* A path that could not be read, or not to its end; others go on. `begun`: its log was, and is
     * not ended otherwise. OK goes on. */
    status (*bad)(void *ctx, slice path, bool begun, const err *reason, err *why);
    void *ctx;
} telemetry_sink;

typedef struct telemetry_options {
    sandbox *sandbox;
    const char *directory; /* for packed things that are too large for memory */
    unpack_limits unpack;
    telemetry_sink sink;
} telemetry_options;

/* A file, a folder (recursive, sorted by name) or "-".
 *   what the sink says; what cannot be read goes to `bad` */
status telemetry_path(const telemetry_options *o, const char *path, err *why) NODISCARD;

/* What the compressed file on `fd` (read only) holds, `most` bytes of it at most, as a regular file
 * for reading, which is the caller's to close: what a log that is followed became
 * (watch/follow.h). o->sink is not used. Of o->unpack the ratio does not count: lines that repeat
 * themselves are packed a thousand to one.
 *   ERR_INPUT  not one compressed stream (gzip, zstd, xz, bzip2), damaged or cut off
 *   ERR_LIMIT  o->unpack;  else of sandbox.h and spool.h */
status telemetry_unpack(const telemetry_options *o, int fd, uint64_t most, int *ret_fd,
                        err *why) NODISCARD;

#endif
