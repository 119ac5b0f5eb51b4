/* jail.h - locks the calling process up, for good: what is left is reading one descriptor, writing
 * another, and memory.
 *
 *     worker process:  st = jail_zygote(&(jail_options){0}, &report, why);   // may fork itself
 *     each child:      st = jail_child(&(jail_limits){.memory_bytes = 2 << 30, ...}, why);
 *
 * Uses: base, Linux. Used by: worker; the tests in tests/security.
 * Sources: seccomp(2), Linux Documentation/userspace-api/{seccomp_filter,landlock}.rst,
 * user_namespaces(7), prctl(2), getrlimit(2). docs/sandbox.md says which wall holds what.
 * One thread only, and before the first hostile byte. Nothing here can be undone; after an error
 * the process is good for nothing but to say so and end. In sanitizer builds the filters answer
 * EPERM instead of killing and allow what the runtime needs; such a build protects nobody. */
#ifndef NOROSHI_JAIL_H
#define NOROSHI_JAIL_H

#include "base/base.h"

enum {
    JAIL_CONTROL_FD = 3, /* in the worker process: the socket to its parent */
    JAIL_INPUT_FD = 3,   /* in a child: the document */
    JAIL_ANSWER_FD = 4,
    JAIL_LANDLOCK_ABI = 7, /* the newest that we know; a newer kernel is used as this one */
    JAIL_NOBODY = 65534,
    JAIL_LINE_MAX = 160
};

typedef struct jail_options {
    int landlock_abi_max; /* tests: behave as on an older kernel, -1 as without; 0 is as it comes */
} jail_options;

typedef struct jail_report {
    int landlock_abi; /* 0: the kernel has none */
    bool no_network;  /* own network, PID, IPC and UTS namespaces; failure is normal */
    bool root_kept;   /* was root, and no other uid could be had */
    unsigned uid;
} jail_report;

/* Own namespaces where they can be had, no root, no capabilities, no dump, no new privileges,
 * Landlock with nothing allowed, and filter S1. With a PID namespace the caller goes on in a
 * forked process, and the old one only waits for its end.
 *   ERR_FORBIDDEN  "no jail on this kernel: ..." (no seccomp), or root could not be given up */
status jail_zygote(const jail_options *options, jail_report *ret, err *why) NODISCARD;

typedef struct jail_limits {
    uint64_t memory_bytes; /* RLIMIT_AS */
    uint32_t cpu_s;        /* RLIMIT_CPU: SIGXCPU, a second later SIGKILL */
} jail_limits;

/* Dies with its parent, resource limits, filter S2. Descriptors are the caller's to arrange.
 *   ERR_FORBIDDEN  as above */
status jail_child(const jail_limits *limits, err *why) NODISCARD;

/* "seccomp + landlock 7, uid 65534, own namespaces" or "seccomp only, ...". Returns out. */
const char *jail_line(const jail_report *report, char out[JAIL_LINE_MAX]);

/* --- the parts, for the tests ---------------------------------------------------------------- */

/* What landlock_create_ruleset takes; our own, because the headers of Debian 12 end at ABI 2. */
typedef struct jail_landlock {
    uint64_t fs, net, scoped;
} jail_landlock;
/* Every right that a kernel of this ABI can refuse, and the size of the structure it knows: 8, 16
 * or 24 bytes; 0 for ABI 0 and less. */
size_t jail_landlock_of(int abi, jail_landlock *ret);

/* Landlock alone, with nothing allowed; the process must have no_new_privs. *ret_abi is what was
 * used: 0 when there is none, which is no error. abi_max as in jail_options.
 *   ERR_FORBIDDEN  the kernel has it and will not do it */
status jail_landlock_enter(int abi_max, int *ret_abi, err *why) NODISCARD;

typedef enum jail_filter { JAIL_S1 = 1, JAIL_S2 = 2 } jail_filter; /* worker process, child */

/* How an argument of a call is looked at. */
typedef enum jail_test {
    JAIL_ANY,   /* not at all */
    JAIL_EQ,    /* all 64 bits are the value */
    JAIL_CLEAR, /* none of the value's bits is set (low 32 bits) */
    JAIL_SELF   /* it is our own process id (S2; S1, which children inherit, takes any) */
} jail_test;

typedef struct jail_rule {
    int filters;     /* JAIL_S1 | JAIL_S2 */
    int nr;          /* number of the call */
    uint32_t answer; /* SECCOMP_RET_... */
    uint8_t arg;     /* 0..5 */
    jail_test test;
    uint64_t value;
} jail_rule;

/* One BPF instruction, laid out as struct sock_filter. */
typedef struct jail_code {
    uint16_t code;
    uint8_t yes, no;
    uint32_t k;
} jail_code;
enum { JAIL_CODE_MAX = 1024 };
/* The filter as a program for process `pid`; returns how many instructions. */
size_t jail_filter_build(jail_filter f, uint32_t pid, jail_code out[JAIL_CODE_MAX]);
/* The rules of both filters, in the order they are tried. */
size_t jail_rules(const jail_rule **ret);

#endif
