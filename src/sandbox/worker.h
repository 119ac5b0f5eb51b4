/* worker.h - the worker process: what `noroshi worker --class C` runs.
 *
 *     worker_options o = {.class = c, .formats = {format_named, format_sniff}};
 *     if ((st = worker_run(&o, &why)) != OK)
 *         ... print it, exit 2
 *
 * Uses: base, format, jail, wire. Used by: cmd (the hidden subcommand).
 * Started by sandbox.c with descriptor 3 a SEQPACKET socket, 0-2 /dev/null and an empty
 * environment. It locks itself up (jail.h), says so, and then answers requests until the socket is
 * closed: fork a child for a job, tell how one ended. It never looks at hostile bytes itself. */
#ifndef NOROSHI_WORKER_H
#define NOROSHI_WORKER_H

#include "format/format.h"
#include "sandbox/jail.h"
#include "sandbox/sandbox.h"

typedef struct worker_formats {
    const format *(*named)(slice name);
    const format *(*sniff)(slice head, slice path);
} worker_formats;

typedef struct worker_options {
    worker_class class;
    worker_formats formats;
    int landlock_abi_max; /* tests: pretend an older kernel; 0 is as it comes */
} worker_options;

/* Returns only when it cannot work: ERR_INPUT when descriptor 3 is no socket of ours ("worker is
 * started by noroshi itself"). A jail that cannot be had is told over the socket. Otherwise the
 * process ends in here. Call it first thing in main, with one thread. */
status worker_run(const worker_options *options, err *why) NODISCARD;

#endif
