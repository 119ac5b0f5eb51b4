/* net.c - descriptors that are read to their end, and listeners: UDP, TCP, TLS. */
#include "watch/follow/own.h"

#include <errno.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/stat.h>

struct datagrams {
    struct mmsghdr heads[DATAGRAMS];
    struct iovec parts[DATAGRAMS];
    struct sockaddr_storage from[DATAGRAMS];
    char control[DATAGRAMS][64];
    size_t count, next; /* those that wait */
    uint32_t dropped;   /* by the kernel, since the socket was opened */
    char space[DATAGRAMS][DATAGRAM_ROOM];
};

/* --- listening ------------------------------------------------------------------------------ */

static status read_address(slice text, address *ret, err *why)
{
    char local[ADDRESS_TEXT_MAX];
    char quoted[ERR_QUOTE_MAX];
    uint64_t port;
    slice whole = text;
    if (slice_u64(text, &port) && port <= UINT16_MAX) {
        snprintf(local, sizeof local, "127.0.0.1:%u", (unsigned)port);
        whole = slice_str(local);
    }
    if (address_read(whole, ret, NULL) != OK)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is no address with a port",
                       err_quote(text, quoted));
    return OK;
}

static bool bind_to(listener *l)
{
    const int on = 1, room = 8 << 20;
    bool udp = l->transport == FOLLOW_UDP;
    l->fd = socket(l->address.at.ss_family,
                   (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (l->fd < 0)
        return false;
    if (udp) /* as much as the system lets us have: what does not fit is dropped, and counted */
        (void)setsockopt(l->fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
    if (setsockopt(l->fd, SOL_SOCKET, udp ? SO_RXQ_OVFL : SO_REUSEADDR, &on, sizeof on) ||
        bind(l->fd, (const struct sockaddr *)&l->address.at, l->address.len) ||
        (!udp && listen(l->fd, SOMAXCONN)))
        return false;
    l->address.len = sizeof l->address.at;
    return getsockname(l->fd, (struct sockaddr *)&l->address.at, &l->address.len) == 0;
}

/* UDP is one stream, whoever sends. */
static status open_datagrams(follow *f, listener *l, err *why)
{
    stream *s;
    if (!(l->grams = own_alloc(f, sizeof *l->grams)))
        return OWN_SPENT(why);
    status st = stream_add(f, FOLLOW_UDP, &s, why);
    if (st != OK)
        return st;
    s->listener = l;
    s->fd = l->fd;
    s->framer.kind = FRAMING_RAW;
    if (!wake_add(f, l->fd, s, EPOLLIN)) {
        st = err_os(why, errno, "waiting for %s", l->name);
        stream_drop(f, s);
    }
    return st;
}

static status open_listener(follow *f, listener *l, const follow_listener *want, err *why)
{
    static const char *const words[] = {
        [FOLLOW_UDP] = "udp", [FOLLOW_TCP] = "tcp", [FOLLOW_TLS] = "tls"};
    char text[ADDRESS_TEXT_MAX];
    status st = read_address(want->address, &l->address, why);
    if (st != OK)
        return st;
    if (l->transport == FOLLOW_TLS) {
        const tls_files files = {want->certificate, want->key, want->client_ca};
        if (!want->certificate || !want->key)
            return err_set(why, ERR_INPUT, ERR_NOWHERE, "TLS wants a certificate and its key");
        if ((st = tls_server_new(&files, &l->tls, why)) != OK)
            return st;
    }
    bool bound = bind_to(l);
    int os = errno;
    snprintf(l->name, sizeof l->name, "%s %s", words[l->transport],
             address_text(&l->address, text));
    if (!bound)
        return err_os(why, os, "%s could not be listened on", l->name);
    if (l->transport == FOLLOW_UDP)
        return open_datagrams(f, l, why);
    return wake_add(f, l->fd, l, EPOLLIN) ? OK : err_os(why, errno, "waiting for %s", l->name);
}

static uint32_t or_default(uint32_t n, uint32_t otherwise)
{
    return n ? n : otherwise;
}

status follow_add_listener(follow *f, const follow_listener *want, address *ret_address, err *why)
{
    if (want->transport != FOLLOW_UDP && want->transport != FOLLOW_TCP &&
        want->transport != FOLLOW_TLS)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "nobody listens that way");
    if (f->listener_count == FOLLOW_SOURCES_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "more than %d listeners", FOLLOW_SOURCES_MAX);
    listener *l = own_alloc(f, sizeof *l);
    if (!l)
        return OWN_SPENT(why);
    l->hook = HOOK_LISTENER;
    l->transport = want->transport;
    l->fd = -1;
    l->connections_max = or_default(want->connections_max, FOLLOW_CONNECTIONS);
    l->idle_ms = or_default(want->idle_ms, FOLLOW_IDLE_MS);
    l->line_max = f->o.line_bytes_max;
    if (want->line_bytes_max && want->line_bytes_max < l->line_max)
        l->line_max =
            want->line_bytes_max > FOLLOW_LINE_LEAST ? want->line_bytes_max : FOLLOW_LINE_LEAST;
    status st = open_listener(f, l, want, why);
    if (st != OK) {
        net_free(f, l);
        return st;
    }
    f->listeners[f->listener_count++] = l;
    if (ret_address)
        *ret_address = l->address;
    return OK;
}

void net_free(follow *f, listener *l)
{
    (void)f;
    if (l->fd >= 0)
        close(l->fd);
    tls_server_free(l->tls);
    free(l->grams);
    free(l);
}

status follow_add_descriptor(follow *f, int fd, slice name, err *why)
{
    stream *s;
    struct stat info;
    if (fstat(fd, &info) < 0)
        return err_os(why, errno, "the descriptor cannot be read");
    if (f->descriptors == FOLLOW_SOURCES_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "more than %d descriptors", FOLLOW_SOURCES_MAX);
    status st = stream_add(f, FOLLOW_DESCRIPTOR, &s, why);
    if (st != OK)
        return st;
    s->framer.kind = FRAMING_RAW;
    s->fd = fd;
    s->name = own_copy(f, name);
    if (!s->name) {
        s->fd = -1;
        stream_drop(f, s);
        return OWN_SPENT(why);
    }
    if (!wake_add(f, fd, s, EPOLLIN)) { /* a file, which is always ready */
        s->ready = true;
        stream_queue(f, s);
    }
    f->descriptors++;
    return OK;
}

/* --- connections ---------------------------------------------------------------------------- */

static void hang_up(follow *f, stream *s)
{
    if (s->fd < 0)
        return;
    if (s->bytes)
        s->end += frame_end(&s->framer, s->bytes + s->end);
    stream_close(f, s);
    s->eof = true;
    s->ready = false;
    s->listener->connections--;
    f->connections--;
    stream_queue(f, s);
}

enum { HOSTS = 1024 };

/* Two hosts that meet in one number are counted as one. */
static size_t host_of(const follow *f, const stream *s)
{
    slice host = S("");
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
    if (s->from.at.ss_family == AF_INET) {
        memcpy(&v4, &s->from.at, sizeof v4);
        host = slice_of((const char *)&v4.sin_addr, sizeof v4.sin_addr);
    } else if (s->from.at.ss_family == AF_INET6) {
        memcpy(&v6, &s->from.at, sizeof v6);
        host = slice_of((const char *)&v6.sin6_addr, sizeof v6.sin6_addr);
    }
    return siphash(f->key, host) % HOSTS;
}

/* Whose place a new connection gets: the longest silent of the address that has most. */
static stream *victim(const follow *f, const listener *l)
{
    uint16_t counts[HOSTS] = {0};
    stream *best = NULL;
    for (size_t i = 0; i < f->count; i++)
        if (f->streams[i]->listener == l && f->streams[i]->fd >= 0)
            counts[host_of(f, f->streams[i])]++;
    for (size_t i = 0; i < f->count; i++) {
        stream *s = f->streams[i];
        if (s->listener != l || s->fd < 0)
            continue;
        uint16_t n = counts[host_of(f, s)], most = best ? counts[host_of(f, best)] : 0;
        if (n > most || (n == most && best && s->heard_us < best->heard_us))
            best = s;
    }
    return best;
}

static status take_connection(follow *f, listener *l, int fd, const address *from, err *why)
{
    const int on = 1, idle_s = 60, every_s = 15, times = 4;
    stream *s;
    status st = stream_add(f, l->transport, &s, why);
    if (st != OK) {
        close(fd);
        return st;
    }
    s->fd = fd;
    s->listener = l;
    s->from = *from;
    address_text(from, s->peer);
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every_s, sizeof every_s);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &times, sizeof times);
    if (l->tls && (st = tls_new(l->tls, fd, &s->tls, why)) != OK) {
        stream_drop(f, s);
        return st;
    }
    if (!wake_add(f, fd, s, EPOLLIN)) {
        stream_drop(f, s);
        return OK; /* the kernel has no room: the sender comes again */
    }
    l->connections++;
    f->connections++;
    f->counts.connections++;
    return OK;
}

status net_accept(follow *f, listener *l, err *why)
{
    enum { AT_ONCE = 16 };
    for (int i = 0; i < AT_ONCE; i++) {
        struct sockaddr_storage at = {0};
        socklen_t len = sizeof at;
        int fd = accept4(l->fd, (struct sockaddr *)&at, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0 && errno != EMFILE && errno != ENFILE)
            return OK;
        if (fd < 0 || l->connections >= l->connections_max ||
            f->connections >= FOLLOW_CONNECTIONS_MAX) {
            stream *gone = victim(f, l);
            if (gone) {
                hang_up(f, gone);
                f->counts.dropped++;
            } else if (fd >= 0) { /* other listeners have them all */
                close(fd);
                continue;
            }
            if (fd < 0)
                return OK; /* the next wake takes it */
        }
        address from = address_of(&at, len);
        status st = take_connection(f, l, fd, &from, why);
        if (st != OK)
            return st;
    }
    return OK;
}

void net_sweep(follow *f, int64_t now)
{
    for (size_t i = 0; i < f->count; i++) {
        stream *s = f->streams[i];
        if ((s->transport != FOLLOW_TCP && s->transport != FOLLOW_TLS) || s->fd < 0)
            continue;
        bool greeting = s->tls && !tls_ready(s->tls);
        int64_t most_ms = greeting ? FOLLOW_GREETING_MS : s->listener->idle_ms;
        if (now - s->heard_us > most_ms * 1000 && !s->ready) {
            hang_up(f, s);
            f->counts.dropped++;
        }
    }
}

/* --- delivering ----------------------------------------------------------------------------- */

static size_t line_max_of(const follow *f, const stream *s)
{
    return s->listener ? s->listener->line_max : f->o.line_bytes_max;
}

static void deliver(stream *s, size_t n, follow_event *ret)
{
    slice bytes = n ? slice_of(s->bytes + s->start, n) : S("");
    *ret = (follow_event){
        .kind = FOLLOW_DATA,
        .transport = s->transport,
        .stream = s->id,
        .source = slice_str(s->listener ? s->listener->name : s->name),
        .peer = slice_str(s->peer),
        .bytes = bytes,
        .offset = s->pos,
        .line = s->line,
        .flags = (s->shown ? 0 : FOLLOW_STARTED) | (s->cut ? FOLLOW_REST : 0) |
                 (s->has_lost ? FOLLOW_LOST : 0),
        .lost = s->lost,
    };
    s->shown = true;
    s->has_lost = false;
    s->lost = 0;
    s->start += n;
    s->pos += n;
    s->line += own_newlines(bytes);
    if (n)
        s->cut = bytes.ptr[n - 1] != '\n';
    ret->flags |= n && s->cut ? FOLLOW_CUT : 0;
    s->ended = s->eof && s->start == s->end;
    ret->flags |= s->ended ? FOLLOW_ENDED : 0;
}

/* Of what waits: whole lines, or a piece when a line is over the limit or the stream is. */
static bool give(const follow *f, stream *s, follow_event *ret)
{
    size_t waits = s->end - s->start, line_max = line_max_of(f, s);
    size_t most = f->chunk_max < line_max ? f->chunk_max : line_max;
    if (waits) {
        const char *from = s->bytes + s->start;
        size_t n = waits < most ? waits : most;
        const char *p = memrchr(from, '\n', n);
        if (!p && waits > n) { /* a long line */
            n = waits < line_max ? waits : line_max;
            p = memchr(from, '\n', n);
        }
        if (!p && n < line_max && !s->eof && !s->early)
            return false;
        deliver(s, p ? (size_t)(p - from) + 1 : n, ret);
        s->early = false;
        return true;
    }
    if (s->ended || !(s->eof || (s->transport == FOLLOW_UDP && s->has_lost)))
        return false;
    deliver(s, 0, ret);
    return true;
}

/* --- receiving ------------------------------------------------------------------------------ */

/* Room for RECEIVE_BYTES behind what waits; false: there is none to be had, by the limits. */
static status make_room(follow *f, stream *s, bool *ret_room, err *why)
{
    size_t waits = s->end - s->start, need = waits + FRAME_GAP + RECEIVE_BYTES;
    if (s->start && waits)
        memmove(s->bytes, s->bytes + s->start, waits);
    s->start = 0;
    s->end = waits;
    *ret_room = true;
    if (need <= s->cap)
        return OK;
    size_t cap = s->cap ? s->cap : RECEIVE_BYTES + 4096;
    while (cap < need)
        cap *= 2;
    if (f->buffered - s->cap + cap > FOLLOW_BUFFERS_MAX) {
        *ret_room = false;
        return OK;
    }
    char *p = own_grow(f, s->bytes, cap);
    if (!p)
        return OWN_SPENT(why);
    f->buffered += cap - s->cap;
    s->bytes = p;
    s->cap = cap;
    return OK;
}

/* A connection that says nothing holds no memory. */
static void give_back(follow *f, stream *s)
{
    if (s->start != s->end || !s->cap || (s->framer.kind == FRAMING_UNKNOWN && s->framer.probe_len))
        return;
    f->buffered -= s->cap;
    free(s->bytes);
    s->bytes = NULL;
    s->start = s->end = s->cap = 0;
}

typedef enum heard { HEARD_BYTES, HEARD_NOTHING, HEARD_END } heard;

static heard receive_tls(follow *f, stream *s, char *into, size_t *ret_n)
{
    err what = {0};
    switch (tls_read(s->tls, into, RECEIVE_BYTES, ret_n, &what)) {
    case TLS_GOT: return HEARD_BYTES;
    case TLS_WANT_READ:
    case TLS_WANT_WRITE: return HEARD_NOTHING; /* a few bytes of a handshake: the next wake */
    case TLS_CLOSED: return HEARD_END;
    case TLS_BROKEN: break;
    }
    trouble(f, slice_str(s->peer), &what);
    return HEARD_END;
}

static heard receive(follow *f, stream *s, char *into, size_t *ret_n)
{
    struct pollfd p = {.fd = s->fd, .events = POLLIN};
    if (s->tls)
        return receive_tls(f, s, into, ret_n);
    if (s->transport == FOLLOW_DESCRIPTOR && poll(&p, 1, 0) == 0)
        return HEARD_NOTHING; /* it may block, and others may read of it */
    ssize_t n = s->transport == FOLLOW_DESCRIPTOR ? read(s->fd, into, RECEIVE_BYTES)
                                                  : recv(s->fd, into, RECEIVE_BYTES, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return HEARD_NOTHING;
    if (n < 0 && s->transport == FOLLOW_DESCRIPTOR) {
        err what = {0};
        (void)err_os(&what, errno, "reading");
        trouble(f, slice_str(s->name), &what);
    }
    *ret_n = n < 0 ? 0 : (size_t)n;
    return n > 0 ? HEARD_BYTES : HEARD_END;
}

static void end_of(follow *f, stream *s)
{
    s->ready = false;
    if (s->transport == FOLLOW_DESCRIPTOR) {
        (void)epoll_ctl(f->epoll, EPOLL_CTL_DEL, s->fd, NULL);
        s->fd = -1;
        s->eof = true;
    } else {
        hang_up(f, s);
    }
}

static status hear(follow *f, stream *s, err *why)
{
    bool room;
    size_t n, len;
    err what = {0};
    status st = make_room(f, s, &room, why);
    if (st != OK || !room) {
        stream *most = s;
        for (size_t i = 0; i < f->count; i++)
            most = f->streams[i]->cap > most->cap ? f->streams[i] : most;
        most->early = st == OK;
        stream_queue(f, most);
        return st;
    }
    switch (receive(f, s, s->bytes + s->end + FRAME_GAP, &n)) {
    case HEARD_NOTHING: s->ready = false; break;
    case HEARD_END: end_of(f, s); break;
    case HEARD_BYTES:
        s->heard_us = clock_now_us(f->o.clock);
        st = frame_take(&s->framer, s->bytes + s->end + FRAME_GAP, n, s->bytes + s->end, &len,
                        &what);
        s->end += len;
        if (st != OK) {
            trouble(f, slice_str(s->peer), &what);
            hang_up(f, s);
        }
        break;
    }
    return OK;
}

/* --- UDP ------------------------------------------------------------------------------------ */

static void note_dropped(follow *f, stream *s, uint32_t now)
{
    datagrams *g = s->listener->grams;
    int32_t more = (int32_t)(now - g->dropped); /* what came before may say an older number */
    if (more <= 0)
        return;
    s->has_lost = true;
    s->lost += (uint32_t)more;
    f->counts.lost_messages += (uint32_t)more;
    g->dropped = now;
}

/* Each message says how many were dropped before it. */
static void count_dropped(follow *f, stream *s, struct msghdr *h)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(h); c; c = CMSG_NXTHDR(h, c)) {
        uint32_t now;
        if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SO_RXQ_OVFL)
            continue;
        memcpy(&now, CMSG_DATA(c), sizeof now);
        note_dropped(f, s, now);
    }
}

/* Those behind the last one that came; nothing need come after them. */
static void count_last_dropped(follow *f, stream *s)
{
    uint32_t info[SK_MEMINFO_VARS];
    socklen_t size = sizeof info;
    if (getsockopt(s->fd, SOL_SOCKET, SO_MEMINFO, info, &size) == 0 &&
        size > SK_MEMINFO_DROPS * sizeof info[0])
        note_dropped(f, s, info[SK_MEMINFO_DROPS]);
}

static bool receive_datagrams(datagrams *g, int fd)
{
    for (size_t i = 0; i < DATAGRAMS; i++) {
        g->parts[i] = (struct iovec){g->space[i], DATAGRAM_ROOM - 1};
        g->heads[i].msg_hdr = (struct msghdr){.msg_name = &g->from[i],
                                              .msg_namelen = sizeof g->from[i],
                                              .msg_iov = &g->parts[i],
                                              .msg_iovlen = 1,
                                              .msg_control = g->control[i],
                                              .msg_controllen = sizeof g->control[i]};
    }
    int n = recvmmsg(fd, g->heads, DATAGRAMS, MSG_DONTWAIT, NULL);
    g->count = n > 0 ? (size_t)n : 0;
    g->next = 0;
    return n > 0;
}

/* The lines of those in a row that one sender sent, made one piece in the first one's space. */
static void gather(follow *f, stream *s, datagrams *g)
{
    char *to = g->space[g->next];
    size_t len = 0, first = g->next;
    char peer[ADDRESS_TEXT_MAX];
    for (; g->next < g->count; g->next++) {
        size_t i = g->next;
        address from = address_of(&g->from[i], g->heads[i].msg_hdr.msg_namelen);
        address_text(&from, i == first ? s->peer : peer);
        if (i > first && strcmp(peer, s->peer) != 0)
            break;
        count_dropped(f, s, &g->heads[i].msg_hdr);
        size_t n = frame_datagram(g->space[i], g->heads[i].msg_len);
        memmove(to + len, g->space[i], n);
        len += n;
    }
    s->bytes = to;
    s->start = 0;
    s->end = len;
    s->cap = 0; /* lent */
}

static void serve_datagrams(follow *f, stream *s)
{
    datagrams *g = s->listener->grams;
    if (g->next == g->count && !receive_datagrams(g, s->fd)) {
        count_last_dropped(f, s);
        s->ready = false;
        return;
    }
    gather(f, s, g);
}

/* --- a turn --------------------------------------------------------------------------------- */

status net_serve(follow *f, stream *s, follow_event *ret, bool *ret_event, err *why)
{
    *ret_event = give(f, s, ret);
    if (!*ret_event && !s->eof && s->ready) {
        status st = OK;
        if (s->transport == FOLLOW_UDP)
            serve_datagrams(f, s);
        else
            st = hear(f, s, why);
        if (st != OK)
            return st;
        *ret_event = give(f, s, ret);
    }
    if (s->ready || (s->eof && !s->ended) || *ret_event)
        stream_queue(f, s);
    if (*ret_event && s->ended)
        f->leaving = s;
    if (!*ret_event && s->transport != FOLLOW_UDP && !s->ready && !s->eof)
        give_back(f, s);
    return OK;
}

void net_done(stream *s)
{
    if (s->transport == FOLLOW_UDP) { /* the bytes are the listener's */
        s->bytes = NULL;
        s->cap = 0;
    }
}
