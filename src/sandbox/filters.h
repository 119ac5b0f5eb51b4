/* filters.h - the system calls that are left, as data. The first row that fits says what happens;
 * no row is death.
 * Uses: jail. Used by: jail.c alone.
 *
 * Sources: threat model section 4; the numbers are the kernel's own (asm/unistd.h), and a call
 * that an architecture does not have is left out by its #ifdef (aarch64 has no open).
 * Not here on purpose: kill (the parent kills through a pidfd), socket, execve, memfd_create,
 * io_uring, and every call that takes a path. newfstatat, which is how the C library asks about a
 * descriptor, is told EACCES: a filter cannot see whether its path is empty, and no parser needs
 * it. The hottest calls come first. */
#ifndef NOROSHI_SANDBOX_FILTERS_H
#define NOROSHI_SANDBOX_FILTERS_H

#include "sandbox/jail.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define BOTH (JAIL_S1 | JAIL_S2) /* filters stack: what a child may do, its worker may too */
#define YES SECCOMP_RET_ALLOW
#define SAY(number) (SECCOMP_RET_ERRNO | (number))
/* glibc's fork() on both architectures. */
#define FORK_FLAGS (CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID | SIGCHLD)

/* clang-format off */
static const jail_rule rules[] = {
    /* the document in, the answer out */
    {BOTH, SYS_pread64, YES, 0, JAIL_EQ, JAIL_INPUT_FD},
    {BOTH, SYS_write,   YES, 0, JAIL_EQ, JAIL_ANSWER_FD},
    {BOTH, SYS_writev,  YES, 0, JAIL_EQ, JAIL_ANSWER_FD},
    {BOTH, SYS_read,    YES, 0, JAIL_EQ, JAIL_INPUT_FD},
    {BOTH, SYS_readv,   YES, 0, JAIL_EQ, JAIL_INPUT_FD},
    {BOTH, SYS_lseek,   YES, 0, JAIL_EQ, JAIL_INPUT_FD},
    {BOTH, SYS_close,   YES},
    {BOTH, SYS_fstat,   YES},
    /* memory, none of it executable */
    {BOTH, SYS_mmap,     YES, 2, JAIL_CLEAR, PROT_EXEC},
    {BOTH, SYS_munmap,   YES},
    {BOTH, SYS_mremap,   YES},
    {BOTH, SYS_mprotect, YES, 2, JAIL_CLEAR, PROT_EXEC},
    {BOTH, SYS_madvise,  YES},
    {BOTH, SYS_brk,      YES},
    /* time, chance, and what the C library needs to stop */
    {BOTH, SYS_futex,           YES},
    {BOTH, SYS_clock_gettime,   YES},
    {BOTH, SYS_getrandom,       YES},
    {BOTH, SYS_rt_sigprocmask,  YES},
    {BOTH, SYS_rt_sigreturn,    YES},
    {BOTH, SYS_restart_syscall, YES},
    {BOTH, SYS_getpid,          YES},
    {BOTH, SYS_gettid,          YES},
    {BOTH, SYS_tgkill,          YES, 0, JAIL_SELF},
    {BOTH, SYS_exit,            YES},
    {BOTH, SYS_exit_group,      YES},
    /* what a library may try and is told no: the files of locales and time zones, and the last
     * words of an assertion, so that it dies of SIGABRT and not of trying to speak */
#ifdef SYS_open
    {BOTH, SYS_open,       SAY(EACCES)},
#endif
    {BOTH, SYS_openat,     SAY(EACCES)},
    {BOTH, SYS_newfstatat, SAY(EACCES)},
    {BOTH, SYS_clone3,     SAY(ENOSYS)},
#ifndef NOROSHI_SANITIZED
    {BOTH, SYS_write,      SAY(EBADF), 0, JAIL_EQ, 2},
    {BOTH, SYS_writev,     SAY(EBADF), 0, JAIL_EQ, 2},
#else
    {BOTH, SYS_write,        YES, 0, JAIL_EQ, 2}, /* the runtime's report */
    {BOTH, SYS_rt_sigaction, YES},
    {BOTH, SYS_sigaltstack,  YES},
    {BOTH, SYS_sched_yield,  YES},
#endif
    /* the worker process: requests, forking, and preparing a child before S2 */
    {JAIL_S1, SYS_recvmsg,         YES, 0, JAIL_EQ, JAIL_CONTROL_FD},
    {JAIL_S1, SYS_sendmsg,         YES, 0, JAIL_EQ, JAIL_CONTROL_FD},
    {JAIL_S1, SYS_clone,           YES, 0, JAIL_EQ, FORK_FLAGS},
    {JAIL_S1, SYS_wait4,           YES},
    {JAIL_S1, SYS_pidfd_open,      YES},
    {JAIL_S1, SYS_set_robust_list, YES},
    {JAIL_S1, SYS_rseq,            YES},
    {JAIL_S1, SYS_dup3,            YES},
    {JAIL_S1, SYS_close_range,     YES},
    {JAIL_S1, SYS_prlimit64,       YES, 0, JAIL_EQ, 0},
    {JAIL_S1, SYS_prctl,           YES, 0, JAIL_EQ, PR_SET_PDEATHSIG},
    {JAIL_S1, SYS_seccomp,         YES, 0, JAIL_EQ, SECCOMP_SET_MODE_FILTER},
};
/* clang-format on */

#endif
