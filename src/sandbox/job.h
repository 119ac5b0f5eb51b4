/* job.h - what the parent and its worker process say to each other over the SEQPACKET socket, one
 * packet a message. Both are the same program, so the layout is the compiler's. The worker believes
 * its parent; neither of them sends foreign bytes except as text that is copied.
 * Uses: jail, sandbox. Used by: sandbox.c, zygote.c, worker.c, child.c, unpack.c. */
#ifndef NOROSHI_SANDBOX_JOB_H
#define NOROSHI_SANDBOX_JOB_H

#include "sandbox/jail.h"
#include "sandbox/sandbox.h"

enum {
    JOB_MAGIC = 0x6e727331, /* "nrs1" */
    JOB_EXIT_NO_JAIL = 111  /* how a child ends that could not lock itself up */
};

typedef enum job_wish {
    JOB_START, /* with two descriptors: the input, the writing end of the answer */
    JOB_REAP   /* a child has ended (or is being killed): tell how */
} job_wish;

typedef struct job_request {
    uint32_t magic;
    uint32_t wish;
    int32_t pid; /* JOB_REAP */
    jail_limits jail;
    uint64_t input_bytes;
    /* a document */
    format_limits limits;
    uint32_t format_len, path_len, mapping_len; /* of text, in this order */
    /* an archive */
    uint32_t container;
    uint64_t bytes_allowed, members_allowed; /* what is left of */
    uint64_t bytes_limit, members_limit;     /* these, for the message */
    char text[WIRE_SPEC_MAX + SANDBOX_PATH_MAX + SANDBOX_MAPPING_MAX];
} job_request;

/* The first reply comes unasked, when the worker is locked up: code and jail. */
typedef struct job_reply {
    uint32_t magic;
    uint32_t code; /* a status */
    char message[ERR_MESSAGE_MAX];
    jail_report jail;
    int32_t pid; /* JOB_START; a pidfd comes with it */
    int32_t how; /* JOB_REAP: as from wait4 */
    uint32_t cpu_ms, memory_kib;
} job_reply;

#endif
