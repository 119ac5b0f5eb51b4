/* receiver.c - see receiver.h. */
#include "publish/receiver.h"

#include "base/address.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

typedef struct receiver_kind {
    slice prefix; /* of its target */
    int type;     /* of the socket */
    /* What stands behind the prefix is read; NULL: it is a path. */
    status (*open)(receiver *r, slice rest, const webhook_options *web, err *why);
    /* The message as it is sent, behind what waits. */
    void (*put)(receiver *r, const receiver_message *m);
    status (*push)(receiver *r, err *why);
} receiver_kind;

struct receiver {
    const receiver_kind *kind;
    char target[RECEIVER_TARGET_MAX + 1];
    const char *path; /* of a file */
    address at;       /* of a socket */
    webhook *hook;    /* NULL: it is none */
    char host[64];
    int fd; /* -1: none */
    bool connecting;
    buf waiting;
    uint64_t taken, safe;
    uint64_t sent; /* by UDP, at the last push */
    int64_t retry_at_us, retry_us;
    int64_t asked_us; /* with the last error: no earlier than this */
};

/* --- syslog ----------------------------------------------------------------------------------- */

/* Facility local0. RFC 5424: "<PRI>1 TIME HOST APP PROCID MSGID SD MSG". */
static void put_header(const receiver *r, const receiver_message *m, buf *out)
{
    static const int severity[] = {0, 2, 3, 4, 5}; /* P1 is critical, P4 a notice */
    buf_printf(out, "<%d>1 %s %s noroshi - alert - ", 16 * 8 + severity[m->priority], m->time,
               r->host[0] ? r->host : "-");
}

static void put_counted(receiver *r, const receiver_message *m)
{
    CLEANUP(buf_done) buf head;
    buf_init(&head, 256);
    put_header(r, m, &head);
    buf_printf(&r->waiting, "%zu ", head.len + m->json.len);
    buf_put(&r->waiting, buf_slice(&head));
    buf_put(&r->waiting, m->json);
}

/* --- files ------------------------------------------------------------------------------------ */

static void put_line(receiver *r, const receiver_message *m)
{
    buf_put(&r->waiting, m->json);
    buf_byte(&r->waiting, '\n');
}

static status write_all(int fd, slice bytes, err *why)
{
    while (bytes.len) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_os(why, errno, "writing");
        bytes = slice_from(bytes, (size_t)n);
    }
    return OK;
}

/* A kill may have left half a line: what is written next begins its own. */
static bool ends_in_a_line(int fd)
{
    char last = '\n';
    off_t end = lseek(fd, 0, SEEK_END);
    return end <= 0 || pread(fd, &last, 1, end - 1) != 1 || last == '\n';
}

/* Opened anew each time, so that it may be renamed. */
static status push_file(receiver *r, err *why)
{
    status st = OK;
    if (!r->waiting.len)
        return OK;
    int fd = open(r->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_os(why, errno, "opening");
    if (!ends_in_a_line(fd))
        st = write_all(fd, S("\n"), why);
    if (st == OK)
        st = write_all(fd, buf_slice(&r->waiting), why);
    /* a pipe or a device has no disk */
    if (st == OK && fdatasync(fd) != 0 && errno != EINVAL && errno != EROFS)
        st = err_os(why, errno, "writing to the disk");
    close(fd);
    if (st == OK) {
        buf_clear(&r->waiting);
        r->safe = r->taken;
    }
    return st;
}

/* --- sockets ---------------------------------------------------------------------------------- */

static status connect_to(receiver *r, err *why)
{
    r->fd = socket(r->at.at.ss_family, r->kind->type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (r->fd < 0)
        return err_os(why, errno, "making a socket");
    if (connect(r->fd, (const struct sockaddr *)&r->at.at, r->at.len) == 0)
        return OK;
    r->connecting = errno == EINPROGRESS;
    return r->connecting ? OK : err_os(why, errno, "connecting");
}

/* Has the kernel heard that something is wrong? */
static status socket_fine(receiver *r, err *why)
{
    int os = 0;
    socklen_t len = sizeof os;
    if (getsockopt(r->fd, SOL_SOCKET, SO_ERROR, &os, &len) != 0)
        os = errno;
    return os ? err_os(why, os, "%s", r->connecting ? "connecting" : "sending") : OK;
}

static status finish_connecting(receiver *r, err *why)
{
    struct pollfd p = {.fd = r->fd, .events = POLLOUT};
    if (poll(&p, 1, 0) <= 0)
        return OK;
    status st = socket_fine(r, why);
    if (st == OK)
        r->connecting = false;
    return st;
}

/* Nobody is expected to say anything; the end is heard. */
static status still_there(receiver *r, err *why)
{
    char some[256];
    ssize_t n;
    while ((n = recv(r->fd, some, sizeof some, MSG_DONTWAIT)) > 0)
        ;
    if (n == 0)
        return err_set(why, ERR_IO, ERR_NOWHERE, "the other side ended the connection");
    return errno == EAGAIN || errno == EINTR ? OK : err_os(why, errno, "sending");
}

static status push_stream(receiver *r, err *why)
{
    int unheard = 0;
    if (r->fd < 0 && !r->waiting.len)
        return OK;
    status st = r->fd < 0 ? connect_to(r, why) : OK;
    if (st == OK && r->connecting)
        st = finish_connecting(r, why);
    if (st != OK || r->connecting)
        return st;
    st = still_there(r, why);
    if (st != OK && r->taken == r->safe) { /* it has everything: it may go */
        close(r->fd);
        r->fd = -1;
        return OK;
    }
    if (st == OK && r->waiting.len) {
        ssize_t n = send(r->fd, r->waiting.ptr, r->waiting.len, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return err_os(why, errno, "sending");
        size_t sent = n > 0 ? (size_t)n : 0;
        memmove(r->waiting.ptr, r->waiting.ptr + sent, r->waiting.len - sent);
        r->waiting.len -= sent;
    }
    if (st == OK && !r->waiting.len && ioctl(r->fd, SIOCOUTQ, &unheard) == 0 && unheard == 0)
        r->safe = r->taken;
    return st;
}

/* One message, one datagram: each waits behind its length. */
static void put_datagram(receiver *r, const receiver_message *m)
{
    CLEANUP(buf_done) buf whole;
    slice json = m->json.len > RECEIVER_DATAGRAM_MAX ? m->brief : m->json;
    buf_init(&whole, RECEIVER_DATAGRAM_MAX + 1024);
    put_header(r, m, &whole);
    buf_put(&whole, slice_sub(json, 0, RECEIVER_DATAGRAM_MAX));
    webhook_frame(&r->waiting, buf_slice(&whole));
}

static status push_datagrams(receiver *r, err *why)
{
    if (r->fd < 0 && !r->waiting.len)
        return OK;
    status st = r->fd < 0 ? connect_to(r, why) : socket_fine(r, why);
    if (st != OK)
        return st;
    r->safe = r->sent; /* nobody complained about them */
    size_t at = 0;
    while (at < r->waiting.len) {
        uint32_t n;
        memcpy(&n, r->waiting.ptr + at, sizeof n);
        if (send(r->fd, r->waiting.ptr + at + sizeof n, n, MSG_NOSIGNAL) < 0) {
            if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
                return err_os(why, errno, "sending");
            break;
        }
        at += sizeof n + n;
        r->sent++;
    }
    if (at)
        memmove(r->waiting.ptr, r->waiting.ptr + at, r->waiting.len - at);
    r->waiting.len -= at;
    return OK;
}

static status open_socket(receiver *r, slice rest, const webhook_options *web, err *why)
{
    (void)web;
    return address_read(rest, &r->at, why);
}

/* --- web -------------------------------------------------------------------------------------- */

static status open_hook(receiver *r, slice rest, const webhook_options *web, err *why)
{
    (void)rest;
    return web ? webhook_new(slice_str(r->target), web, &r->hook, why)
               : err_set(why, ERR_INPUT, ERR_NOWHERE, "nothing is sent by HTTP here");
}

static void put_hook(receiver *r, const receiver_message *m)
{
    webhook_frame(&r->waiting, m->json.len > RECEIVER_WAITING_MAX ? m->brief : m->json);
}

static status push_hook(receiver *r, err *why)
{
    webhook_state now;
    status st = webhook_look(r->hook, &now, why);
    r->safe = now.sent;
    r->asked_us = now.retry_after_s * 1000000;
    return st == OK && now.idle && r->waiting.len ? webhook_send(r->hook, &r->waiting, why) : st;
}

/* --- all of them ------------------------------------------------------------------------------ */

/* The last one takes what no other has. */
static const receiver_kind kinds[] = {
    {S_INIT("syslog:udp:"), SOCK_DGRAM, open_socket, put_datagram, push_datagrams},
    {S_INIT("syslog:tcp:"), SOCK_STREAM, open_socket, put_counted, push_stream},
    {S_INIT("https://"), 0, open_hook, put_hook, push_hook},
    {S_INIT("http://"), 0, open_hook, put_hook, push_hook},
    {S_INIT(""), 0, NULL, put_line, push_file},
};

static const receiver_kind *kind_of(slice target)
{
    size_t i = 0;
    while (!slice_starts(target, kinds[i].prefix))
        i++;
    return &kinds[i];
}

status receiver_new(slice target, const char *host, const webhook_options *web, receiver **ret,
                    err *why)
{
    char quoted[ERR_QUOTE_MAX];
    const receiver_kind *kind = kind_of(target);
    if (target.len > RECEIVER_TARGET_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "a receiver's name over %d bytes",
                       RECEIVER_TARGET_MAX);
    if (!target.len || (!kind->open && slice_starts(target, S("syslog:"))))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is no receiver", err_quote(target, quoted));
    receiver *r = calloc(1, sizeof *r);
    if (!r)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    r->kind = kind;
    r->fd = -1;
    buf_init(&r->waiting, 2 * RECEIVER_WAITING_MAX);
    memcpy(r->target, target.ptr, target.len);
    r->path = r->target;
    if (host)
        snprintf(r->host, sizeof r->host, "%s", host);
    status st = kind->open ? kind->open(r, slice_from(target, kind->prefix.len), web, why) : OK;
    if (st != OK)
        receiver_free(r);
    else
        *ret = r;
    return st;
}

receiver *receiver_free(receiver *r)
{
    if (r) {
        if (r->fd >= 0)
            close(r->fd);
        webhook_free(r->hook);
        buf_done(&r->waiting);
    }
    free(r);
    return NULL;
}

slice receiver_target(const receiver *r)
{
    return slice_str(r->target);
}

void receiver_offer(receiver *r, const receiver_message *m, int64_t now_us, bool *ret)
{
    size_t before = r->waiting.len;
    *ret = false;
    if (now_us < r->retry_at_us || before > RECEIVER_WAITING_MAX)
        return;
    r->kind->put(r, m);
    if (r->waiting.failed) { /* it is tried again when there is room */
        r->waiting.failed = false;
        r->waiting.len = before;
        return;
    }
    r->taken++;
    *ret = true;
}

/* Everything that is not safe is forgotten; nothing is tried for a while. */
static void recover(receiver *r, int64_t now_us)
{
    if (r->fd >= 0)
        close(r->fd);
    r->fd = -1;
    r->connecting = false;
    buf_clear(&r->waiting);
    r->taken = r->sent = r->safe;
    r->retry_us = r->retry_us ? r->retry_us * 2 : RECEIVER_RETRY_MIN_US;
    r->retry_us = r->retry_us < RECEIVER_RETRY_MAX_US ? r->retry_us : RECEIVER_RETRY_MAX_US;
    r->retry_at_us = now_us + (r->asked_us > r->retry_us ? r->asked_us : r->retry_us);
    r->asked_us = 0;
}

status receiver_push(receiver *r, int64_t now_us, receiver_state *ret, err *why)
{
    uint64_t before = r->safe;
    status st = now_us < r->retry_at_us ? OK : r->kind->push(r, why);
    if (r->safe > before) /* it takes some, whatever it said of the one behind */
        r->retry_us = 0;
    if (st != OK)
        recover(r, now_us);
    *ret = (receiver_state){.taken = r->taken, .safe = r->safe, .lost = st != OK};
    return st;
}
