/* http_kit.h - for tests: a server on loopback, and the client's side of HTTP, byte by byte.
 * Uses: base, http. Used by: http_test, http_limits_test, http_tls_test. */
#ifndef NOROSHI_SERVE_HTTP_KIT_H
#define NOROSHI_SERVE_HTTP_KIT_H

#include "base/test.h"
#include "serve/http_reply.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

enum { KIT_WAIT_MS = 30000 };

typedef struct kit {
    http_server *s;
    pthread_t thread;
    int stop;
    char where[ADDRESS_TEXT_MAX];
    address at;
    _Atomic int64_t ticks_us; /* for tests that let time pass */
    pthread_mutex_t lock;     /* of what follows */
    buf log;                  /* a line a request: "200 GET /path user why" */
    buf notices;
    atomic_int threads; /* thread_open less thread_close */
    uint64_t seed;
} kit;

static int64_t kit_ticks(void *ctx)
{
    return atomic_load((_Atomic int64_t *)ctx);
}

static void kit_log(void *ctx, const http_log *l)
{
    kit *k = ctx;
    pthread_mutex_lock(&k->lock);
    buf_printf(&k->log, "%d %.*s %.*s %.*s%s%s\n", l->number, SLICE_FMT(l->method),
               SLICE_FMT(l->path), SLICE_FMT(l->user), l->cut ? " cut" : "", l->why ? " why" : "");
    pthread_mutex_unlock(&k->lock);
}

static void kit_notice(void *ctx, http_notice what, const err *why)
{
    kit *k = ctx;
    pthread_mutex_lock(&k->lock);
    buf_printf(&k->notices, "%d %s\n", (int)what, what == HTTP_CERTIFICATE_BAD ? why->msg : "");
    pthread_mutex_unlock(&k->lock);
}

static status kit_thread_open(void *ctx, void **ret, err *why)
{
    kit *k = ctx;
    (void)why;
    atomic_fetch_add(&k->threads, 1);
    *ret = &k->threads;
    return OK;
}

static void kit_thread_close(void *ctx, void *thread)
{
    kit *k = ctx;
    CHECK(thread == &k->threads);
    atomic_fetch_sub(&k->threads, 1);
}

static void *kit_run(void *ctx)
{
    kit *k = ctx;
    CHECK_OK(http_server_run(k->s, k->stop, NULL));
    return NULL;
}

/* What every test's server is, before the test changes it. */
static http_options kit_options(kit *k, const http_route *routes, size_t count)
{
    *k = (kit){.stop = -1, .ticks_us = 1000000, .seed = 7};
    pthread_mutex_init(&k->lock, NULL);
    buf_init(&k->log, 1 << 20);
    buf_init(&k->notices, 1 << 16);
    http_options o = {.routes = routes,
                      .route_count = count,
                      .listen_count = 1,
                      .threads = 2,
                      .workers = 2,
                      .spool_dir = "/tmp",
                      .thread_open = kit_thread_open,
                      .thread_close = kit_thread_close,
                      .log = kit_log,
                      .notice = kit_notice,
                      .ctx = k,
                      .clock = clock_system(),
                      .ticks = {kit_ticks, &k->ticks_us},
                      .random = random_seeded(&k->seed)};
    assert(address_read(S("127.0.0.1:0"), &o.listen[0], NULL) == OK);
    return o;
}

static void kit_open(kit *k, const http_options *o)
{
    err why = {0};
    if (http_server_open(o, &k->s, &why) != OK) {
        fprintf(stderr, "%s\n", why.msg);
        abort();
    }
    k->stop = eventfd(0, EFD_CLOEXEC);
    assert(address_read(slice_str(http_server_address(k->s, 0, k->where)), &k->at, NULL) == OK);
    int code = pthread_create(&k->thread, NULL, kit_run, k);
    assert(k->stop >= 0 && !code);
}

static void kit_stop(kit *k)
{
    uint64_t one = 1;
    ssize_t n = write(k->stop, &one, sizeof one);
    assert(n == sizeof one);
}

static void kit_close(kit *k)
{
    kit_stop(k);
    pthread_join(k->thread, NULL);
    http_server_close(k->s);
    CHECK_EQ(k->threads, 0);
    close(k->stop);
    buf_done(&k->log);
    buf_done(&k->notices);
    pthread_mutex_destroy(&k->lock);
}

/* --- a client ------------------------------------------------------------------------------- */

static int kit_connect(const kit *k)
{
    const struct timeval wait = {KIT_WAIT_MS / 1000, 0};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert(fd >= 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait);
    int bad = connect(fd, (const struct sockaddr *)&k->at.at, k->at.len);
    assert(!bad);
    return fd;
}

/* "%H" becomes the server's own Host line. False: the server did not take it all. */
static bool kit_send(const kit *k, int fd, slice text)
{
    CLEANUP(buf_done) buf out;
    buf_init(&out, 1 << 28);
    size_t at = slice_find(text, S("%H"), 0);
    buf_put(&out, slice_sub(text, 0, at));
    if (at != SIZE_MAX) {
        buf_printf(&out, "Host: %s\r\n", k->where);
        buf_put(&out, slice_from(text, at + 2));
    }
    for (slice rest = buf_slice(&out); rest.len;) {
        ssize_t n = send(fd, rest.ptr, rest.len, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        rest = slice_from(rest, (size_t)n);
    }
    return true;
}

/* Until the server closes, or `until` is there. False: neither came in time. */
static bool kit_read(int fd, buf *out, slice until)
{
    for (;;) {
        if (until.len && slice_find(buf_slice(out), until, 0) != SIZE_MAX)
            return true;
        char *into = buf_room(out, 4096);
        assert(into);
        ssize_t n = recv(fd, into, 4096, 0);
        if (n == 0 || (n < 0 && errno == ECONNRESET))
            return !until.len;
        if (n < 0)
            return false;
        out->len += (size_t)n;
    }
}

/* One request on a connection of its own; it should say "Connection: close". */
static inline slice kit_ask(const kit *k, slice text, buf *out)
{
    int fd = kit_connect(k);
    buf_clear(out);
    (void)kit_send(k, fd, text);
    CHECK(kit_read(fd, out, S("")));
    close(fd);
    return buf_slice(out);
}

static inline int kit_number(slice answer)
{
    uint64_t n = 0;
    return slice_u64(slice_sub(answer, 9, 12), &n) ? (int)n : 0;
}

static inline slice kit_body(slice answer)
{
    size_t at = slice_find(answer, S("\r\n\r\n"), 0);
    return at == SIZE_MAX ? S("no header") : slice_from(answer, at + 4);
}

static inline bool kit_has(slice answer, slice what)
{
    return slice_find(answer, what, 0) != SIZE_MAX;
}

/* Until the log, or the notices, say so. */
static inline bool kit_logged(kit *k, const buf *where, slice what)
{
    for (int i = 0; i < KIT_WAIT_MS; i++) {
        pthread_mutex_lock(&k->lock);
        bool there = kit_has(buf_slice(where), what);
        pthread_mutex_unlock(&k->lock);
        if (there)
            return true;
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    return false;
}

static inline void kit_pass(kit *k, int64_t ms)
{
    atomic_fetch_add(&k->ticks_us, ms * 1000);
}

#endif
