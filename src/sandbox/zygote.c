/* zygote.c - starting, asking and ending a worker process: see zygote.h. */
#include "sandbox/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum {
    REPLY_MAX_MS = 30000, /* a healthy worker needs less than one; a machine may be overloaded */
    END_MAX_MS = 5000,
    FIRST_FREE_FD = 10, /* our own ends stay clear of the numbers that the worker gets */
    PIPE_BYTES = 1 << 20
};

/* --- packets --------------------------------------------------------------------------------- */

static bool send_packet(int fd, const void *bytes, size_t n, const int *fds, size_t fd_count)
{
    struct iovec part = {(void *)(uintptr_t)bytes, n};
    union {
        char bytes[CMSG_SPACE(2 * sizeof(int))];
        struct cmsghdr align;
    } control = {{0}};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd_count) {
        assert(fd_count <= 2);
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
        struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        *c = (struct cmsghdr){.cmsg_len = CMSG_LEN(fd_count * sizeof(int)),
                              .cmsg_level = SOL_SOCKET,
                              .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(c), fds, fd_count * sizeof(int));
    }
    ssize_t sent;
    do
        sent = sendmsg(fd, &message, MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent == (ssize_t)n;
}

static bool readable(int fd, int timeout_ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    int n;
    do
        n = poll(&p, 1, timeout_ms);
    while (n < 0 && errno == EINTR);
    return n > 0;
}

/* The next reply and the descriptor that came with it, or -1. */
static status reply_of(zygote *z, job_reply *ret, int *ret_fd, err *why)
{
    struct iovec part = {ret, sizeof *ret};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control;
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    *ret_fd = -1;
    ssize_t n = -1;
    if (readable(z->fd, REPLY_MAX_MS)) {
        do
            n = recvmsg(z->fd, &message, MSG_CMSG_CLOEXEC);
        while (n < 0 && errno == EINTR);
        struct cmsghdr *c = n >= 0 ? CMSG_FIRSTHDR(&message) : NULL;
        if (c && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(sizeof(int)))
            memcpy(ret_fd, CMSG_DATA(c), sizeof(int));
    }
    if (n == (ssize_t)sizeof *ret && ret->magic == JOB_MAGIC && ret->code < STATUS_COUNT_) {
        ret->message[sizeof ret->message - 1] = 0;
        if (ret->code == OK)
            return OK;
        return err_set(why, (status)ret->code, ERR_NOWHERE, "%s", ret->message);
    }
    z->dead = true;
    if (*ret_fd >= 0)
        close(*ret_fd);
    *ret_fd = -1;
    return err_set(why, ERR_IO, ERR_NOWHERE,
                   n == 0 ? "the worker process ended" : "the worker process does not answer");
}

/* --- starting and ending --------------------------------------------------------------------- */

static int arrange(posix_spawn_file_actions_t *a, int control)
{
    int bad = posix_spawn_file_actions_addopen(a, 0, "/dev/null", O_RDWR, 0);
    bad = bad ? bad : posix_spawn_file_actions_adddup2(a, 0, 1);
#ifndef NOROSHI_SANITIZED /* whose reports should be seen */
    bad = bad ? bad : posix_spawn_file_actions_adddup2(a, 0, 2);
#endif
    bad = bad ? bad : posix_spawn_file_actions_adddup2(a, control, JAIL_CONTROL_FD);
    return bad ? bad : posix_spawn_file_actions_addclosefrom_np(a, JAIL_CONTROL_FD + 1);
}

/* posix_spawn and not fork: the caller may have threads and gigabytes of memory full of secrets. */
static int spawn(const sandbox_options *o, worker_class c, int control, pid_t *ret)
{
    const char *program = o->program ? o->program : "/proc/self/exe";
    const char *arguments[] = {"noroshi",   "worker", "--class", worker_class_name(c),
                               o->argument, NULL};
    char *nothing[] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t how;
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int bad = posix_spawn_file_actions_init(&actions);
    if (bad)
        return bad;
    if ((bad = posix_spawnattr_init(&how)) == 0) {
        posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        posix_spawnattr_setsigmask(&how, &none);
        posix_spawnattr_setsigdefault(&how, &all);
        if ((bad = arrange(&actions, control)) == 0)
            bad = posix_spawn(ret, program, &actions, &how, (char *const *)(uintptr_t)arguments,
                              nothing);
        posix_spawnattr_destroy(&how);
    }
    posix_spawn_file_actions_destroy(&actions);
    return bad;
}

static int move_up(int fd)
{
    int up = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FREE_FD);
    close(fd);
    return up;
}

status zygote_start(const sandbox_options *options, worker_class c, zygote **ret, err *why)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
        return err_os(why, errno, "a socket for the worker process");
    zygote *z = calloc(1, sizeof *z);
    int theirs = move_up(pair[1]), ours = move_up(pair[0]), bad = ENOMEM;
    if (z && theirs >= 0 && ours >= 0)
        bad = spawn(options, c, theirs, &z->pid);
    if (theirs >= 0)
        close(theirs);
    if (bad) {
        if (ours >= 0)
            close(ours);
        free(z);
        return err_os(why, bad, "starting a worker process");
    }
    z->fd = ours;
    z->born_us = clock_now_us(options->clock);

    job_reply hello = {0};
    int none;
    status st = reply_of(z, &hello, &none, why);
    if (none >= 0)
        close(none);
    if (st == OK) {
        z->jail = hello.jail;
        jail_line(&z->jail, z->line);
        if (options->strict && (!z->jail.landlock_abi || z->jail.root_kept))
            st = err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "the jail is not as strict as asked: %s",
                         z->line);
    } else if (z->dead) {
        st = err_wrap(why, st, "starting a worker process");
    }
    if (st != OK) {
        zygote_end(z);
        return st;
    }
    *ret = z;
    return OK;
}

zygote *zygote_end(zygote *z)
{
    if (!z)
        return NULL;
    close(z->fd);
    int handle = pidfd_open(z->pid, 0);
    if (handle >= 0) {
        if (!readable(handle, END_MAX_MS))
            pidfd_send_signal(handle, SIGKILL, NULL, 0);
        close(handle);
    }
    while (waitpid(z->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    free(z);
    return NULL;
}

/* --- jobs ------------------------------------------------------------------------------------ */

status zygote_job(zygote *z, const job_request *job, size_t text_len, int input, zygote_child *ret,
                  err *why)
{
    int pipes[2];
    if (pipe2(pipes, O_CLOEXEC) != 0)
        return err_os(why, errno, "a pipe for the answer");
    /* Room for several batches, so that both sides work at once; a user over his pipe quota gets
     * the small one, which is slower and nothing else. */
    fcntl(pipes[0], F_SETPIPE_SZ, PIPE_BYTES);
    fcntl(pipes[0], F_SETFL, O_NONBLOCK);

    const int fds[] = {input, pipes[1]};
    bool sent = send_packet(z->fd, job, offsetof(job_request, text) + text_len, fds, 2);
    int os = errno;
    close(pipes[1]);
    status st;
    job_reply reply = {0};
    int handle = -1;
    if (!sent) {
        z->dead = true;
        st = err_os(why, os, "giving a job to the worker process");
    } else {
        st = reply_of(z, &reply, &handle, why);
        if (st == OK && handle < 0) {
            z->dead = true;
            st = err_set(why, ERR_IO, ERR_NOWHERE, "the worker process gave no handle");
        }
    }
    if (st != OK) {
        close(pipes[0]);
        return st;
    }
    *ret = (zygote_child){.pid = reply.pid, .handle = handle, .answer = pipes[0]};
    return OK;
}

status zygote_reap(zygote *z, zygote_child *child, job_reply *ret, err *why)
{
    static const size_t fixed_bytes = offsetof(job_request, text);
    job_request wish = {.magic = JOB_MAGIC, .wish = JOB_REAP, .pid = child->pid};
    int none = -1;
    pidfd_send_signal(child->handle, SIGKILL, NULL, 0); /* dead already is fine */
    close(child->handle);
    close(child->answer);
    if (!send_packet(z->fd, &wish, fixed_bytes, NULL, 0)) {
        z->dead = true;
        return err_set(why, ERR_IO, ERR_NOWHERE, "the worker process ended");
    }
    status st = reply_of(z, ret, &none, why);
    if (none >= 0)
        close(none);
    return st;
}
