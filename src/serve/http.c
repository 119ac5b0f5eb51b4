/* http.c - see http.h: opening, accepting, the certificate, draining, closing. */
#include "serve/http/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>

enum {
    ROUTES_BYTES = 16 << 20,
    ACCEPT_TURN = 64,      /* connections taken before the others have their turn */
    CERTIFICATE_MS = 1000, /* how often its files are looked at */
    LONG_WORKERS_DEFAULT = 4
};

/* --- budgets -------------------------------------------------------------------------------- */

bool server_reserve(_Atomic uint64_t *used, uint64_t max, uint64_t n)
{
    uint64_t before = atomic_load(used);
    do {
        if (before > max || n > max - before)
            return false;
    } while (!atomic_compare_exchange_weak(used, &before, before + n));
    return true;
}

void server_release(_Atomic uint64_t *used, uint64_t n)
{
    atomic_fetch_sub(used, n);
}

/* --- the certificate ------------------------------------------------------------------------- */

certificate *certificate_free(certificate *c)
{
    if (c && atomic_fetch_sub(&c->refs, 1) == 1) {
        tls_server_free(c->tls);
        free(c);
    }
    return NULL;
}

static uint64_t stamp_of(const char *path)
{
    struct stat st;
    if (stat(path, &st) != 0)
        return 0;
    return (uint64_t)st.st_mtim.tv_sec * 1000000000 + (uint64_t)st.st_mtim.tv_nsec +
           (uint64_t)st.st_ino * 31 + (uint64_t)st.st_size;
}

static status load_certificate(http_server *s, err *why)
{
    const tls_files files = {s->o.certificate, s->o.key, NULL};
    s->certificate_stamp[0] = stamp_of(files.certificate);
    s->certificate_stamp[1] = stamp_of(files.key);
    certificate *c = calloc(1, sizeof *c);
    if (!c)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    status st = tls_server_new(&files, &c->tls, why);
    if (st != OK) {
        free(c);
        return st;
    }
    atomic_init(&c->refs, 1);
    certificate_free(s->certificate);
    s->certificate = c;
    return OK;
}

/* Who replaces two files does so one after the other: what does not fit together is tried again
 * when either changes. */
static void look_at_certificate(http_server *s)
{
    err why = {0};
    if (!s->certificate || (s->certificate_stamp[0] == stamp_of(s->o.certificate) &&
                            s->certificate_stamp[1] == stamp_of(s->o.key)))
        return;
    status st = load_certificate(s, &why);
    if (s->o.notice)
        s->o.notice(s->o.ctx, st == OK ? HTTP_CERTIFICATE_RELOADED : HTTP_CERTIFICATE_BAD, &why);
}

/* --- opening -------------------------------------------------------------------------------- */

static void default_threads(http_options *o)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned n = processors > 0 ? (unsigned)processors : 1;
    o->threads = o->threads ? o->threads : (n + 1) / 2;
    o->workers = o->workers ? o->workers : n < 2 ? 2 : n;
    o->long_workers = o->long_workers ? o->long_workers : LONG_WORKERS_DEFAULT;
}

static http_limits default_limits(http_limits l)
{
#define DEFAULT(field, value) l.field = l.field ? l.field : (value)
    DEFAULT(header_bytes, 32 << 10);
    DEFAULT(body_bytes, 1 << 20);
    DEFAULT(memory_bytes, 256 << 20);
    DEFAULT(spool_bytes, (uint64_t)16 << 30);
    DEFAULT(client_spool_bytes, (uint64_t)8 << 30);
    DEFAULT(request_bytes, 64 << 20);
    DEFAULT(connections, 20000);
    DEFAULT(client_connections, 1000);
    DEFAULT(client_requests, 256);
    DEFAULT(header_ms, 10000);
    DEFAULT(idle_ms, 60000);
    DEFAULT(body_ms, 20000);
    DEFAULT(stall_ms, 20000);
    DEFAULT(bytes_per_second, 1024);
    DEFAULT(drain_ms, 10000);
#undef DEFAULT
    return l;
}

status http_server_change(http_server *s, const http_limits *limits, const slice *hosts,
                          size_t count, err *why)
{
    size_t size = sizeof(http_settings) + count * sizeof(slice);
    slice name, port;
    if (s->settings_count >= HTTP_CHANGES_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "changed %d times: start it anew",
                       HTTP_CHANGES_MAX);
    for (size_t i = 0; i < count; i++) {
        if (!fields_host(hosts[i], &name, &port))
            return err_set(why, ERR_INPUT, ERR_NOWHERE, "host %zu is no name", i + 1);
        size += hosts[i].len;
    }
    http_settings *now = calloc(1, size);
    if (!now)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    char *bytes = (char *)(now->hosts + count);
    now->limits = default_limits(*limits);
    now->host_count = count;
    for (size_t i = 0; i < count; i++) {
        memcpy(bytes, hosts[i].ptr, hosts[i].len);
        now->hosts[i] = slice_of(bytes, hosts[i].len);
        bytes += hosts[i].len;
    }
    now->older = s->settings;
    s->settings_count++;
    atomic_store_explicit(&s->settings, now, memory_order_release);
    return OK;
}

static int open_listener(const address *at)
{
    const int on = 1;
    int family = at->at.ss_family;
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) ||
        (family == AF_INET6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on)) ||
        bind(fd, (const struct sockaddr *)&at->at, at->len) || listen(fd, SOMAXCONN)) {
        int code = errno;
        close(fd);
        errno = code;
        return -1;
    }
    return fd;
}

static status listen_all(http_server *s, err *why)
{
    char where[ADDRESS_TEXT_MAX];
    for (size_t i = 0; i < s->o.listen_count; i++) {
        listener *l = &s->listeners[i];
        struct sockaddr_storage at;
        socklen_t len = sizeof at;
        if ((l->fd = open_listener(&l->at)) < 0 || getsockname(l->fd, (struct sockaddr *)&at, &len))
            return err_os(why, errno, "%s could not be listened on", address_text(&l->at, where));
        l->at = address_of(&at, len);
    }
    return OK;
}

static uint64_t processor_us(void *ctx)
{
    struct timespec t = {0};
    (void)ctx;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static status start_threads(http_server *s, err *why)
{
    const http_options *o = &s->o;
    status st;
    if (!(s->loops = calloc(o->threads, sizeof *s->loops)))
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    for (unsigned i = 0; i < o->threads; i++)
        if ((st = loop_open(&s->loops[i], s, why)) != OK ||
            (st = loop_start(&s->loops[i], why)) != OK)
            return st;
    const pool_options pools[] = {
        [WORKERS] = {o->workers, o->thread_open, o->thread_close, o->ctx,
                     .more = o->workers > POOL_KEPT_FREE ? o->workers - POOL_KEPT_FREE : 1,
                     .spent_us = processor_us},
        [LONG_WORKERS] = {o->long_workers, o->thread_open, o->thread_close, o->ctx, .behind = true},
        [DISK] = {.threads = 1, .behind = true}};
    for (size_t i = 0; i < POOL_COUNT_; i++)
        if ((st = pool_open(&pools[i], &s->pools[i], why)) != OK)
            return st;
    return OK;
}

static status open_all(http_server *s, err *why)
{
    status st = http_server_change(s, &s->o.limits, s->o.hosts, s->o.host_count, why);
    if (st != OK)
        return st;
    if ((st = route_table_make(&s->arena, s->o.routes, s->o.route_count, &s->routes, why)) != OK)
        return st;
    s->o.random.fill(s->o.random.ctx, s->lane_keys, sizeof s->lane_keys);
    if (!(s->clients = clients_new(s->o.random)))
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    if (s->o.spool_dir && access(s->o.spool_dir, W_OK | X_OK) != 0)
        return err_os(why, errno, "the directory for uploads, %s", s->o.spool_dir);
    if (s->o.spool_dir)
        body_sweep(s->o.spool_dir);
    if (s->o.certificate && (st = load_certificate(s, why)) != OK)
        return st;
    if ((st = listen_all(s, why)) != OK)
        return st;
    return start_threads(s, why);
}

status http_server_open(const http_options *options, http_server **ret, err *why)
{
    assert(options->listen_count <= HTTP_LISTEN_MAX);
    http_server *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    s->o = *options;
    s->trust = (forwarded_trust){s->o.proxies, s->o.proxy_count, s->o.proxies_forwarded};
    default_threads(&s->o);
    s->o.limits = default_limits(s->o.limits);
    arena_init(&s->arena, ROUTES_BYTES);
    for (size_t i = 0; i < HTTP_LISTEN_MAX; i++)
        s->listeners[i] = (listener){-1, s->o.listen[i]};
    status st = open_all(s, why);
    if (st != OK) {
        http_server_close(s);
        return st;
    }
    *ret = s;
    return OK;
}

/* --- accepting ------------------------------------------------------------------------------ */

/* Bytes that others could read or change on their way go no further than this machine, but to a
 * proxy that is named: it has the TLS. */
static bool may_be_plain(const http_server *s, const address *client, const address *local,
                         bool is_proxy)
{
    return s->certificate || is_proxy || client->loopback || local->loopback;
}

/* Either the connection has its loop, or it is gone. */
static void take_connection(http_server *s, listener *l, int fd, const address *client)
{
    struct sockaddr_storage at;
    socklen_t len = sizeof at;
    bool named = getsockname(fd, (struct sockaddr *)&at, &len) == 0;
    const address local = named ? address_of(&at, len) : l->at;
    const http_limits *limits = limits_of(s);
    client_slot *slot = NULL;
    const ip from = client_ip(client);
    bool is_proxy = forwarded_trusts(&s->trust, &from); /* it has connections of all its clients */
    if (!may_be_plain(s, client, &local, is_proxy)) {
        stats_refuse(s, REFUSED_PLAIN);
        close(fd);
        return;
    }
    bool full = atomic_fetch_add(&s->connections, 1) >= limits->connections;
    if (full ||
        (!is_proxy && !(slot = clients_enter(s->clients, client, limits->client_connections)))) {
        stats_refuse(s, full ? REFUSED_CONNECTIONS : REFUSED_CLIENT);
        atomic_fetch_sub(&s->connections, 1);
        close(fd);
        return;
    }
    loop *to = &s->loops[s->next_loop++ % s->o.threads];
    conn *c = conn_new(to, fd, client, &local);
    if (!c || (s->certificate && tls_new(s->certificate->tls, fd, &c->tls, NULL) != OK)) {
        free(c);
        clients_leave(s->clients, slot);
        atomic_fetch_sub(&s->connections, 1);
        close(fd);
        return;
    }
    if ((c->certificate = s->certificate))
        atomic_fetch_add(&s->certificate->refs, 1);
    c->slot = slot;
    atomic_fetch_add(&s->accepted, 1);
    loop_post(to, c, POST_NEW);
}

/* False: the machine has no room for another, and asking at once would not help. */
static bool accept_some(http_server *s, listener *l, err *why)
{
    for (int i = 0; i < ACCEPT_TURN; i++) {
        struct sockaddr_storage at;
        socklen_t len = sizeof at;
        int fd = accept4(l->fd, (struct sockaddr *)&at, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)) {
            (void)err_os(why, errno, "a connection could not be taken");
            return false;
        }
        if (fd < 0 && (errno == EAGAIN || errno == EINTR))
            return true;
        if (fd < 0) /* it was gone before it was taken */
            continue;
        address client = address_of(&at, len);
        take_connection(s, l, fd, &client);
    }
    return true;
}

static void close_listeners(http_server *s)
{
    for (size_t i = 0; i < HTTP_LISTEN_MAX; i++) {
        if (s->listeners[i].fd >= 0)
            close(s->listeners[i].fd);
        s->listeners[i].fd = -1;
    }
}

static void nudge_all(http_server *s)
{
    for (unsigned i = 0; i < s->o.threads; i++)
        if (s->loops[i].base)
            loop_nudge(&s->loops[i]);
}

static void drain(http_server *s)
{
    const struct timespec moment = {0, 10000000};
    int64_t end = clock_now_us(s->o.ticks) + (int64_t)limits_of(s)->drain_ms * 1000;
    close_listeners(s);
    atomic_store(&s->draining, true);
    nudge_all(s);
    while (s->connections) {
        if (!s->forced && clock_now_us(s->o.ticks) >= end) {
            atomic_store(&s->forced, true);
            nudge_all(s);
        }
        nanosleep(&moment, NULL);
    }
}

status http_server_run(http_server *s, int stop_fd, err *why)
{
    struct pollfd fds[1 + HTTP_LISTEN_MAX] = {{.fd = stop_fd, .events = POLLIN}};
    for (size_t i = 0; i < s->o.listen_count; i++)
        fds[1 + i] = (struct pollfd){.fd = s->listeners[i].fd, .events = POLLIN};
    for (;;) {
        err full = {0};
        bool room = true;
        int n = poll(fds, (nfds_t)(1 + s->o.listen_count), CERTIFICATE_MS);
        if (n < 0 && errno != EINTR)
            return err_os(why, errno, "waiting for connections");
        if (fds[0].revents)
            break;
        look_at_certificate(s);
        for (size_t i = 0; n > 0 && i < s->o.listen_count; i++)
            if (fds[1 + i].revents && !accept_some(s, &s->listeners[i], &full))
                room = false;
        if (room)
            continue;
        if (s->o.notice)
            s->o.notice(s->o.ctx, HTTP_ACCEPT_STOPPED, &full);
        if (poll(fds, 1, CERTIFICATE_MS) > 0)
            break;
    }
    drain(s);
    return OK;
}

/* --- the rest ------------------------------------------------------------------------------- */

http_server *http_server_close(http_server *s)
{
    if (!s)
        return NULL;
    close_listeners(s);
    atomic_store(&s->draining, true);
    atomic_store(&s->forced, true);
    for (unsigned i = 0; s->loops && i < s->o.threads; i++) {
        if (s->loops[i].running)
            loop_nudge(&s->loops[i]);
        loop_join(&s->loops[i]);
    }
    for (size_t i = 0; i < POOL_COUNT_; i++)
        pool_close(s->pools[i]);
    for (unsigned i = 0; s->loops && i < s->o.threads; i++)
        loop_close(&s->loops[i]);
    free(s->loops);
    certificate_free(s->certificate);
    clients_free(s->clients);
    arena_done(&s->arena);
    for (http_settings *one = s->settings, *older; one; one = older) {
        older = one->older;
        free(one);
    }
    free(s);
    return NULL;
}

const char *http_server_address(const http_server *s, size_t which, char out[ADDRESS_TEXT_MAX])
{
    return address_text(&s->listeners[which].at, out);
}
