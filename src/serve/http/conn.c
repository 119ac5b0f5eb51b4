/* conn.c - a connection: bytes in and out, its states, its limits of time. */
#include "serve/http/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

/* --- time ----------------------------------------------------------------------------------- */

int64_t conn_now(const conn *c)
{
    return clock_now_us(c->loop->s->o.ticks);
}

void conn_time(conn *c, uint32_t grace_ms)
{
    c->moved = 0;
    c->grace_us = (int64_t)grace_ms * 1000;
    c->deadline_us = conn_now(c) + c->grace_us;
}

/* Who moves bytes earns time: what `bytes_per_second` asks for, and never more than the grace that
 * it began with. So a client may be slow, but not for long slower than that, and what it was fast
 * with before does not count. */
static void earn(conn *c, size_t n)
{
    const uint32_t rate = limits_of(c->loop->s)->bytes_per_second;
    uint64_t before = c->moved * 1000000 / rate;
    c->moved += n;
    if (!n || (c->state != CONN_BODY && c->state != CONN_SEND))
        return;
    int64_t earned = c->deadline_us + (int64_t)(c->moved * 1000000 / rate - before);
    int64_t most = conn_now(c) + c->grace_us;
    c->deadline_us = earned < most ? earned : most;
}

/* --- bytes in ------------------------------------------------------------------------------- */

static bool make_room(conn *c, size_t max)
{
    size_t have = c->in_len - c->in_from;
    if (c->in_from) {
        memmove(c->in, c->in + c->in_from, have);
        c->in_from = 0;
        c->in_len = have;
    }
    if (c->in_len < c->in_cap)
        return true;
    size_t cap = c->in_cap ? c->in_cap * 4 : FIRST_BYTES;
    cap = cap < max ? cap : max;
    char *in = cap > c->in_cap ? realloc(c->in, cap) : NULL;
    if (!in)
        return false;
    c->in = in;
    c->in_cap = cap;
    return true;
}

static moved receive(conn *c, size_t *ret)
{
    char *into = c->in + c->in_len;
    size_t room = c->in_cap - c->in_len;
    if (!c->tls) {
        ssize_t n = recv(c->fd, into, room, 0);
        if (n < 0)
            return errno == EAGAIN ? MOVED_BLOCKED : errno == EINTR ? MOVED : MOVED_BROKEN;
        *ret = (size_t)n;
        return n ? MOVED : MOVED_END;
    }
    switch (tls_read(c->tls, into, room, ret, NULL)) {
    case TLS_GOT: return MOVED;
    case TLS_WANT_READ: return MOVED_BLOCKED;
    case TLS_WANT_WRITE: c->writable = false; return MOVED_BLOCKED;
    case TLS_CLOSED: return MOVED_END;
    case TLS_BROKEN: break;
    }
    return MOVED_BROKEN;
}

moved conn_read(conn *c, size_t max)
{
    size_t n = 0;
    if (!c->readable)
        return MOVED_BLOCKED;
    if (!make_room(c, max))
        return MOVED_BROKEN;
    moved m = receive(c, &n);
    if (m == MOVED_BLOCKED)
        c->readable = false;
    c->in_len += n;
    c->bytes_in += n;
    earn(c, n);
    return m;
}

void conn_take(conn *c, size_t n)
{
    c->in_from += n;
    c->scanned = 0;
    if (c->in_from == c->in_len)
        c->in_from = c->in_len = 0;
}

static void drop_buffer(conn *c)
{
    free(c->in);
    c->in = NULL;
    c->in_from = c->in_len = c->in_cap = c->scanned = 0;
}

/* --- bytes out ------------------------------------------------------------------------------ */

static moved send_plain(conn *c, slice *parts, size_t count, size_t *ret)
{
    struct iovec v[8];
    size_t n = 0;
    assert(count <= COUNT_OF(v));
    for (size_t i = 0; i < count; i++)
        if (parts[i].len) {
            union { /* the system only reads */
                const char *in;
                void *out;
            } from = {.in = parts[i].ptr};
            v[n++] = (struct iovec){from.out, parts[i].len};
        }
    ssize_t sent = sendmsg(c->fd, &(struct msghdr){.msg_iov = v, .msg_iovlen = n}, MSG_NOSIGNAL);
    if (sent < 0)
        return errno == EAGAIN ? MOVED_BLOCKED : errno == EINTR ? MOVED : MOVED_BROKEN;
    *ret = (size_t)sent;
    return MOVED;
}

/* The parts in one record: the same bytes again when they were not taken, as TLS wants it. */
static moved send_tls(conn *c, const slice *parts, size_t count, size_t *ret)
{
    char record[16 << 10];
    size_t n = 0;
    for (size_t i = 0; i < count && n < sizeof record; i++) {
        slice s = slice_sub(parts[i], 0, sizeof record - n);
        if (s.len)
            memcpy(record + n, s.ptr, s.len);
        n += s.len;
    }
    switch (tls_write(c->tls, slice_of(record, n), ret, NULL)) {
    case TLS_GOT: return MOVED;
    case TLS_WANT_READ: c->readable = false; return MOVED_BLOCKED;
    case TLS_WANT_WRITE: return MOVED_BLOCKED;
    case TLS_CLOSED:
    case TLS_BROKEN: break;
    }
    return MOVED_BROKEN;
}

moved conn_write(conn *c, slice *parts, size_t count)
{
    size_t n = 0;
    if (!c->writable)
        return MOVED_BLOCKED;
    moved m = c->tls ? send_tls(c, parts, count, &n) : send_plain(c, parts, count, &n);
    if (m == MOVED_BLOCKED)
        c->writable = false;
    c->bytes_out += n;
    earn(c, n);
    for (size_t i = 0; i < count && n; i++) {
        size_t take = parts[i].len < n ? parts[i].len : n;
        parts[i] = slice_from(parts[i], take);
        n -= take;
    }
    return m;
}

/* --- states --------------------------------------------------------------------------------- */

/* What still comes is read over, so that the end of the connection does not take the answer with
 * it before it was read. */
static step linger(conn *c)
{
    for (;;) {
        moved m = conn_read(c, READ_BYTES);
        if (m == MOVED_BLOCKED)
            return STEP_BLOCKED;
        if (m != MOVED || c->moved > LINGER_BYTES)
            return STEP_OVER;
        conn_take(c, c->in_len - c->in_from);
    }
}

/* A stream has nothing to say; only the end of the client is looked for. */
static step waiting(conn *c)
{
    if (atomic_exchange(&c->x->woken, false) || conn_now(c) >= c->deadline_us)
        return reply_ask(c->x);
    if (c->in_len - c->in_from >= FIRST_BYTES)
        return STEP_BLOCKED;
    moved m = conn_read(c, FIRST_BYTES);
    return m == MOVED ? STEP_AGAIN : m == MOVED_BLOCKED ? STEP_BLOCKED : STEP_OVER;
}

static step take_step(conn *c)
{
    switch ((conn_state)c->state) {
    case CONN_HEAD: return exchange_head(c);
    case CONN_BODY: return body_go_on(c);
    case CONN_AWAY: return STEP_BLOCKED;
    case CONN_SEND: return reply_send(c);
    case CONN_WAIT: return waiting(c);
    case CONN_LINGER: return linger(c);
    case CONN_OVER: break;
    }
    return STEP_OVER;
}

void conn_run(conn *c)
{
    for (int turns = 0; turns < TURNS_MAX; turns++)
        switch (take_step(c)) {
        case STEP_AGAIN: break;
        case STEP_BLOCKED:
            if (c->state == CONN_HEAD && c->in_from == c->in_len)
                drop_buffer(c);
            return;
        case STEP_OVER: conn_close(c); return;
        }
    loop_ready(c->loop, c);
}

/* --- from the beginning to the end ----------------------------------------------------------- */

static void happened(evutil_socket_t fd, short what, void *ctx)
{
    conn *c = ctx;
    (void)fd;
    c->readable |= (what & EV_READ) != 0;
    c->writable |= (what & EV_WRITE) != 0;
    if (!c->is_ready)
        conn_run(c);
}

conn *conn_new(loop *l, int fd, const address *client, const address *local)
{
    conn *c = calloc(1, sizeof *c);
    if (c) {
        c->loop = l;
        c->fd = fd;
        c->client = *client;
        c->local = *local;
        c->readable = c->writable = true;
    }
    return c;
}

void conn_back(conn *c)
{
    c->state = CONN_SEND; /* no longer away */
    if (atomic_load(&c->loop->s->forced) || exchange_back(c) == STEP_OVER)
        conn_close(c);
    else
        conn_run(c);
}

void conn_adopt(conn *c)
{
    loop *l = c->loop;
    const int on = 1;
    c->next = l->first;
    c->link = &l->first;
    if (c->next)
        c->next->link = &c->next;
    l->first = c;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    event_assign(&c->event, l->base, c->fd, EV_READ | EV_WRITE | EV_ET | EV_PERSIST, happened, c);
    conn_time(c, limits_of(l->s)->header_ms);
    if (event_add(&c->event, NULL))
        conn_close(c);
    else
        conn_run(c);
}

static void leave_ready(conn *c)
{
    for (conn **at = &c->loop->ready; *at; at = &(*at)->next_ready)
        if (*at == c) {
            *at = c->next_ready;
            return;
        }
}

void conn_close(conn *c)
{
    loop *l = c->loop;
    assert(c->state != CONN_AWAY);
    if (c->x)
        exchange_free(c->x);
    if (c->link) {
        event_del(&c->event);
        *c->link = c->next;
        if (c->next)
            c->next->link = c->link;
    }
    if (c->is_ready)
        leave_ready(c);
    tls_free(c->tls);
    certificate_free(c->certificate);
    close(c->fd);
    drop_buffer(c);
    if (c->slot)
        clients_leave(l->s->clients, c->slot);
    atomic_fetch_sub(&l->s->connections, 1);
    c->state = CONN_OVER;
    pthread_mutex_lock(&l->lock);
    bool posted = c->posts != 0;
    pthread_mutex_unlock(&l->lock);
    if (!posted)
        free(c);
}

/* A header or a body that takes too long is told so; a reader that stalls would not read it. */
void conn_sweep(conn *c, int64_t now_us)
{
    if (now_us < c->deadline_us)
        return;
    http_server *s = c->loop->s;
    switch ((conn_state)c->state) {
    case CONN_AWAY:
    case CONN_OVER: return;
    case CONN_WAIT: conn_run(c); return;
    case CONN_HEAD:
        if (c->in_from == c->in_len) {
            conn_close(c);
            return;
        }
        /* fall through */
    case CONN_BODY:
        if (exchange_refuse(c, 408, REFUSED_SLOW) == STEP_OVER)
            conn_close(c);
        else
            conn_run(c);
        return;
    case CONN_SEND: stats_refuse(s, REFUSED_STALLED); break;
    case CONN_LINGER: break;
    }
    conn_close(c);
}

void conn_drain(conn *c)
{
    if (c->state == CONN_AWAY)
        return;
    bool idle = c->state == CONN_LINGER || (c->state == CONN_HEAD && c->in_from == c->in_len);
    bool forced = atomic_load(&c->loop->s->forced);
    if (idle || forced) {
        if (!idle)
            stats_refuse(c->loop->s, REFUSED_DRAINING);
        conn_close(c);
        return;
    }
    if (c->state == CONN_WAIT && !c->x->last_call) {
        c->x->last_call = true;
        atomic_store(&c->x->woken, true);
        conn_run(c);
    }
}
