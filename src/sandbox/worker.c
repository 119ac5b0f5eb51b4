/* worker.c - the worker process: locks itself up, then one child a job. See worker.h. */
#include "sandbox/worker.h"
#include "sandbox/child.h"

#include "base/hash.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdlib.h>
#include <sys/pidfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

enum { JOB_FDS = 2 };

/* A descriptor travels beside the packet when fd >= 0. */
static bool answer(const job_reply *reply, int fd)
{
    struct iovec part = {(void *)(uintptr_t)reply, sizeof *reply};
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr align;
    } control = {{0}};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (fd >= 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *c = CMSG_FIRSTHDR(&message);
        *c = (struct cmsghdr){
            .cmsg_len = CMSG_LEN(sizeof fd), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(c), &fd, sizeof fd);
    }
    ssize_t n;
    do
        n = sendmsg(JAIL_CONTROL_FD, &message, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof *reply;
}

static bool answer_error(status code, const err *why)
{
    job_reply reply = {.magic = JOB_MAGIC, .code = code};
    memcpy(reply.message, why->msg, sizeof reply.message);
    return answer(&reply, -1);
}

/* One request; false when the parent has gone or makes no sense. fds are -1 when none came. */
static bool ask(job_request *job, int fds[JOB_FDS])
{
    struct iovec part = {job, sizeof *job};
    union {
        char bytes[CMSG_SPACE(JOB_FDS * sizeof(int))];
        struct cmsghdr align;
    } control;
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = sizeof control.bytes};
    ssize_t n;
    do
        n = recvmsg(JAIL_CONTROL_FD, &message, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    for (int i = 0; i < JOB_FDS; i++)
        fds[i] = -1;
    if (n < (ssize_t)offsetof(job_request, text) || message.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
        return false;
    struct cmsghdr *c = CMSG_FIRSTHDR(&message);
    if (c && c->cmsg_type == SCM_RIGHTS && c->cmsg_len == CMSG_LEN(JOB_FDS * sizeof(int)))
        memcpy(fds, CMSG_DATA(c), JOB_FDS * sizeof(int));
    size_t text = (size_t)n - offsetof(job_request, text);
    return job->magic == JOB_MAGIC &&
           (uint64_t)job->format_len + job->path_len + job->mapping_len == text;
}

/* The forked child: descriptors to their places, jail, work. Does not return. */
static void child(const worker_options *options, const job_request *job, const int fds[JOB_FDS])
{
    err why = {0};
    /* Nothing else is open, so they are 4 and 5, and the order of the two calls matters. */
    if (dup3(fds[0], JAIL_INPUT_FD, 0) != JAIL_INPUT_FD ||
        dup3(fds[1], JAIL_ANSWER_FD, 0) != JAIL_ANSWER_FD ||
        close_range(JAIL_ANSWER_FD + 1, ~0u, 0) != 0 || jail_child(&job->jail, &why) != OK)
        _exit(JOB_EXIT_NO_JAIL);
    child_run(options, job);
    _exit(0);
}

static bool start(const worker_options *options, const job_request *job, const int fds[JOB_FDS])
{
    err why = {0};
    job_reply reply = {.magic = JOB_MAGIC, .code = OK};
    if (fds[0] != JAIL_CONTROL_FD + 1 || fds[1] != JAIL_CONTROL_FD + 2)
        return false;
    pid_t pid = fork();
    if (pid == 0)
        child(options, job, fds);
    int os = errno;
    close(fds[0]);
    close(fds[1]);
    if (pid < 0) {
        err_os(&why, os, "starting a child");
        return answer_error(ERR_IO, &why);
    }
    int handle = pidfd_open(pid, 0);
    if (handle < 0) {
        err_os(&why, errno, "holding a child");
        return answer_error(ERR_IO, &why) && false; /* it could never be killed: end with it */
    }
    reply.pid = pid;
    bool fine = answer(&reply, handle);
    close(handle);
    return fine;
}

static uint32_t milliseconds(struct timeval a, struct timeval b)
{
    return (uint32_t)((a.tv_sec + b.tv_sec) * 1000 + (a.tv_usec + b.tv_usec) / 1000);
}

static bool reap(const job_request *job)
{
    job_reply reply = {.magic = JOB_MAGIC, .code = OK, .pid = job->pid};
    struct rusage use;
    int how;
    pid_t got;
    do
        got = wait4(job->pid, &how, 0, &use);
    while (got < 0 && errno == EINTR);
    if (job->pid <= 0 || got != job->pid)
        return false;
    reply.how = how;
    reply.cpu_ms = milliseconds(use.ru_utime, use.ru_stime);
    reply.memory_kib = (uint32_t)use.ru_maxrss;
    return answer(&reply, -1);
}

/* What libraries do the first time, done now: in a child it would be done again for each document,
 * and in the jail much of it cannot be done at all. */

/* Names in archives are UTF-8 to libarchive only in a UTF-8 locale; in the "C" locale it would look
 * for conversion modules, which are files. Their dates are local time, whose zone is a file. */
static void settle_locale(void)
{
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (utf8 != (locale_t)0)
        uselocale(utf8); /* without it, names lose their foreign letters */
    setenv("TZ", "UTC0", 1);
    tzset();
}

/* libcrypto reads its configuration and sets up its digests: 2 ms. */
static void hash_once(void)
{
    uint8_t digest[HASH_BYTES_MAX];
    for (unsigned k = 0; k < HASH_KIND_COUNT_; k++)
        (void)!hash_of((hash_kind)k, S(""), digest);
}

static int cmp_bytes(const void *a, const void *b)
{
    return *(const unsigned char *)a - *(const unsigned char *)b;
}

/* glibc's qsort asks once how much memory the machine has (sysinfo) when it first sorts more than
 * 1 KiB, and remembers it. It asks now, because in the jail that would be its last question. */
static void sort_once(void)
{
    unsigned char some[2048] = {1};
    qsort(some, sizeof some, 1, cmp_bytes);
}

status worker_run(const worker_options *options, err *why)
{
    int type = 0;
    socklen_t len = sizeof type;
    if (getsockopt(JAIL_CONTROL_FD, SOL_SOCKET, SO_TYPE, &type, &len) != 0 ||
        type != SOCK_SEQPACKET)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a worker is started by noroshi itself");
    close_range(JAIL_CONTROL_FD + 1, ~0u, 0);
    settle_locale();
    sort_once();
    hash_once();

    job_reply hello = {.magic = JOB_MAGIC, .code = OK};
    jail_options jail = {.landlock_abi_max = options->landlock_abi_max};
    err said = {0};
    status st = jail_zygote(&jail, &hello.jail, &said);
    if (st != OK) {
        answer_error(st, &said);
        _exit(2);
    }
    bool go_on = answer(&hello, -1);
    while (go_on) {
        job_request job = {0};
        int fds[JOB_FDS];
        if (!ask(&job, fds))
            break;
        go_on = job.wish == JOB_START  ? start(options, &job, fds)
                : job.wish == JOB_REAP ? reap(&job)
                                       : false;
    }
    _exit(0);
}
