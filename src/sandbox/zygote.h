/* zygote.h - the parent's hold on worker processes: starting one, giving it a job, ending it.
 * What the words mean is in sandbox.h and docs/sandbox.md.
 * Uses: job, jail. Used by: sandbox.c. */
#ifndef NOROSHI_SANDBOX_ZYGOTE_H
#define NOROSHI_SANDBOX_ZYGOTE_H

#include "sandbox/job.h"

#include <sys/types.h>

typedef struct zygote {
    pid_t pid;
    int fd; /* socket */
    uint64_t jobs;
    uint32_t crashes;
    uint32_t active; /* jobs running now */
    bool retired;    /* ends when its last job has */
    bool dead;       /* it cannot be talked to any more */
    int64_t born_us;
    jail_report jail;
    char line[JAIL_LINE_MAX];
} zygote;

/* Starts `program worker --class C [argument]` and waits until it is locked up.
 *   ERR_FORBIDDEN  it could not lock itself up
 *   ERR_IO         it could not be started, or did not answer in time */
status zygote_start(const sandbox_options *options, worker_class c, zygote **ret,
                    err *why) NODISCARD;
/* Closes the socket, on which it ends; kills it when it does not. NULL is fine. */
zygote *zygote_end(zygote *z);

/* A child at work. */
typedef struct zygote_child {
    pid_t pid;  /* in the worker's PID namespace: only it knows what this means */
    int handle; /* pidfd */
    int answer; /* reading end, non-blocking */
} zygote_child;

/* Forks a child for the job on `input`. `text_len` bytes of job->text are used.
 *   ERR_IO  no pipe or no child; z->dead when the worker itself is lost */
status zygote_job(zygote *z, const job_request *job, size_t text_len, int input, zygote_child *ret,
                  err *why) NODISCARD;
/* Kills the child if it still runs, closes its descriptors, asks how it ended (wait status,
 * processor time, memory). ERR_IO, and z->dead, when the worker does not say. */
status zygote_reap(zygote *z, zygote_child *child, job_reply *ret, err *why) NODISCARD;

#endif
