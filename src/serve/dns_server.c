/* dns_server.c - see dns_server.h. */
#include "serve/dns_server.h"

#include <errno.h>
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>

enum {
    BURST_MAX = 64, /* questions read before others have their turn */
    NETWORKS = 4096,
    ARENA_BYTES = 4 << 20,
    LENGTH_BYTES = 2 /* in front of a message by TCP */
};
enum { FD_STOP, FD_UDP, FD_LISTEN, FD_FIRST, FD_COUNT = FD_FIRST + DNS_CONNECTIONS_MAX };

typedef struct connection {
    int fd; /* -1: none */
    int64_t heard_us;
    char in[LENGTH_BYTES + DNS_QUERY_MAX];
    size_t have;
    buf out;
    size_t sent;
} connection;

/* Tokens in millionths: what a network may still be sent. */
typedef struct budget {
    int64_t left, at_us;
    bool odd;
} budget;

struct dns_server {
    dns_server_options o;
    int udp, listening;
    uint8_t key[16];
    connection connections[DNS_CONNECTIONS_MAX];
    budget networks[NETWORKS];
    arena a;
    buf reply;
    bool fresh; /* refresh was called in this turn, and said OK */
    dns_counts counts;
};

/* --- addresses ------------------------------------------------------------------------------ */

status dns_address_read(slice text, dns_address *ret, err *why)
{
    dns_address at;
    status st = address_read(text, &at, why);
    if (st != OK)
        return st;
    if (at.any)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no address of one machine");
    *ret = at;
    return OK;
}

const char *dns_server_address(const dns_server *s, char out[DNS_ADDRESS_ROOM])
{
    return address_text(&s->o.address, out);
}

/* --- opening -------------------------------------------------------------------------------- */

static int open_socket(const dns_address *at, int type)
{
    const int on = 1;
    int fd = socket(at->at.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if ((type == SOCK_STREAM && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on)) ||
        bind(fd, (const struct sockaddr *)&at->at, at->len) ||
        (type == SOCK_STREAM && listen(fd, DNS_CONNECTIONS_MAX))) {
        int code = errno;
        close(fd);
        errno = code;
        return -1;
    }
    return fd;
}

static bool try_both(dns_server *s)
{
    dns_address *at = &s->o.address;
    return (s->udp = open_socket(at, SOCK_DGRAM)) >= 0 &&
           getsockname(s->udp, (struct sockaddr *)&at->at, &at->len) == 0 &&
           (s->listening = open_socket(at, SOCK_STREAM)) >= 0;
}

/* Both on one port. With port 0 UDP finds it, and somebody else may have it for TCP: another one is
 * found then. */
static status bind_both(dns_server *s, err *why)
{
    char where[DNS_ADDRESS_ROOM];
    const dns_address asked = s->o.address;
    dns_server_address(s, where);
    for (int tries = 0; !try_both(s); tries++) {
        bool again = errno == EADDRINUSE && tries < 16 && s->udp >= 0;
        if (!again)
            return err_os(why, errno, "%s could not be listened on", where);
        close(s->udp);
        s->udp = -1;
        s->o.address = asked;
    }
    return OK;
}

status dns_server_open(const dns_server_options *options, dns_server **ret, err *why)
{
    dns_server *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    s->o = *options;
    s->udp = s->listening = -1;
    for (size_t i = 0; i < DNS_CONNECTIONS_MAX; i++) {
        s->connections[i].fd = -1;
        buf_init(&s->connections[i].out, LENGTH_BYTES + DNS_REPLY_MAX);
    }
    arena_init(&s->a, ARENA_BYTES);
    buf_init(&s->reply, DNS_REPLY_MAX);
    s->o.random.fill(s->o.random.ctx, s->key, sizeof s->key);
    status st = bind_both(s, why);
    if (st != OK) {
        dns_server_close(s);
        return st;
    }
    *ret = s;
    return OK;
}

dns_server *dns_server_close(dns_server *s)
{
    if (!s)
        return NULL;
    for (size_t i = 0; i < DNS_CONNECTIONS_MAX; i++) {
        if (s->connections[i].fd >= 0)
            close(s->connections[i].fd);
        buf_done(&s->connections[i].out);
    }
    if (s->udp >= 0)
        close(s->udp);
    if (s->listening >= 0)
        close(s->listening);
    arena_done(&s->a);
    buf_done(&s->reply);
    free(s);
    return NULL;
}

dns_counts dns_server_counts(const dns_server *s)
{
    return s->counts;
}

/* --- one question --------------------------------------------------------------------------- */

static status find_nothing(void *ctx, arena *a, node_ref hash, dns_texts *ret, err *why)
{
    (void)ctx, (void)a, (void)hash, (void)ret;
    return err_set(why, ERR_IO, ERR_NOWHERE, "what is known cannot be read");
}

/* The reply is in s->reply; false: there is none. */
static bool answer(dns_server *s, slice query, bool stream)
{
    dns_zone zone = s->o.zone;
    if (!s->fresh && s->o.refresh)
        s->fresh = s->o.refresh(s->o.ctx, NULL) == OK;
    if (!s->fresh && s->o.refresh)
        zone.find = find_nothing;
    arena_reset(&s->a);
    buf_clear(&s->reply);
    return dns_reply(&zone, &s->a, query, stream, &s->reply, NULL) == OK;
}

/* --- UDP ------------------------------------------------------------------------------------ */

static size_t network_of(const dns_server *s, const struct sockaddr_storage *from)
{
    enum { BYTES_4 = 24 / 8, BYTES_6 = 56 / 8 };
    char text[1 + BYTES_6] = {(char)(from->ss_family == AF_INET6)};
    if (from->ss_family == AF_INET6) {
        struct sockaddr_in6 a;
        memcpy(&a, from, sizeof a);
        memcpy(text + 1, &a.sin6_addr, BYTES_6);
    } else {
        struct sockaddr_in a;
        memcpy(&a, from, sizeof a);
        memcpy(text + 1, &a.sin_addr, BYTES_4);
    }
    return siphash(s->key, slice_of(text, sizeof text)) % NETWORKS;
}

typedef enum may { MAY_ANSWER, MAY_CUT, MAY_NOT } may;

/* A second's worth may come at once. */
static may may_answer(dns_server *s, const struct sockaddr_storage *from)
{
    enum { TOKEN = 1000000 };
    const int64_t most = (int64_t)s->o.replies_per_second * TOKEN;
    if (!most)
        return MAY_ANSWER;
    budget *b = &s->networks[network_of(s, from)];
    int64_t now = clock_now_us(s->o.ticks), passed = now - b->at_us;
    if (!b->at_us || passed < 0 || passed > TOKEN)
        b->left = most;
    else
        b->left += passed * s->o.replies_per_second;
    b->at_us = now;
    b->left = b->left < most ? b->left : most;
    if (b->left >= TOKEN) {
        b->left -= TOKEN;
        return MAY_ANSWER;
    }
    b->odd = !b->odd;
    return b->odd ? MAY_CUT : MAY_NOT;
}

static void serve_udp(dns_server *s)
{
    char query[DNS_QUERY_MAX + 1]; /* one more, so that too long is told from just fitting */
    for (int i = 0; i < BURST_MAX; i++) {
        struct sockaddr_storage from = {0};
        socklen_t len = sizeof from;
        ssize_t got = recvfrom(s->udp, query, sizeof query, 0, (struct sockaddr *)&from, &len);
        if (got < 0)
            return;
        slice q = slice_of(query, (size_t)got);
        may what = may_answer(s, &from);
        buf_clear(&s->reply);
        bool say =
            what == MAY_ANSWER ? answer(s, q, false) : what == MAY_CUT && dns_cut(q, &s->reply);
        uint64_t *count = !say                 ? &s->counts.dropped
                          : what == MAY_ANSWER ? &s->counts.answered
                                               : &s->counts.limited;
        s->counts.questions++;
        if (say && sendto(s->udp, s->reply.ptr, s->reply.len, MSG_DONTWAIT,
                          (const struct sockaddr *)&from, len) < 0)
            count = &s->counts.dropped; /* a full queue: the client asks again */
        ++*count;
    }
}

/* --- TCP ------------------------------------------------------------------------------------ */

static void hang_up(connection *c)
{
    close(c->fd);
    c->fd = -1;
    c->have = c->sent = 0;
    buf_done(&c->out);
    buf_init(&c->out, LENGTH_BYTES + DNS_REPLY_MAX);
}

static void take_connection(dns_server *s, int64_t now)
{
    connection *c = &s->connections[0];
    int fd = accept4(s->listening, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0)
        return;
    for (size_t i = 0; i < DNS_CONNECTIONS_MAX && c->fd >= 0; i++) {
        connection *other = &s->connections[i];
        if (other->fd < 0 || other->heard_us < c->heard_us)
            c = other;
    }
    if (c->fd >= 0)
        hang_up(c);
    c->fd = fd;
    c->heard_us = now;
}

/* What is left of the reply; false: the other side is gone. */
static bool send_rest(connection *c)
{
    while (c->sent < c->out.len) {
        ssize_t n = send(c->fd, c->out.ptr + c->sent, c->out.len - c->sent, MSG_NOSIGNAL);
        if (n < 0)
            return errno == EAGAIN || errno == EINTR;
        c->sent += (size_t)n;
    }
    c->sent = 0;
    buf_clear(&c->out);
    return true;
}

/* The questions that are whole, one after another, as long as their replies leave. */
static bool answer_stream(dns_server *s, connection *c)
{
    while (!c->out.len && c->have >= LENGTH_BYTES) {
        const unsigned char *p = (const unsigned char *)c->in;
        size_t n = (size_t)p[0] << 8 | p[1];
        if (n > DNS_QUERY_MAX)
            return false;
        if (c->have < LENGTH_BYTES + n)
            return true;
        bool said = answer(s, slice_of(c->in + LENGTH_BYTES, n), true);
        s->counts.questions++;
        ++*(said ? &s->counts.answered : &s->counts.dropped);
        if (!said)
            return false;
        buf_byte(&c->out, (char)(s->reply.len >> 8));
        buf_byte(&c->out, (char)s->reply.len);
        buf_put(&c->out, buf_slice(&s->reply));
        c->have -= LENGTH_BYTES + n;
        memmove(c->in, c->in + LENGTH_BYTES + n, c->have);
        if (c->out.failed || !send_rest(c))
            return false;
    }
    return true;
}

static bool serve_connection(dns_server *s, connection *c, int64_t now)
{
    if (c->out.len) {
        if (!send_rest(c))
            return false;
    } else {
        ssize_t n = recv(c->fd, c->in + c->have, sizeof c->in - c->have, 0);
        if (n <= 0)
            return n < 0 && (errno == EAGAIN || errno == EINTR);
        c->have += (size_t)n;
    }
    c->heard_us = now;
    return answer_stream(s, c);
}

/* --- the loop ------------------------------------------------------------------------------- */

static void watch(const dns_server *s, int stop_fd, struct pollfd fds[FD_COUNT])
{
    fds[FD_STOP] = (struct pollfd){.fd = stop_fd, .events = POLLIN};
    fds[FD_UDP] = (struct pollfd){.fd = s->udp, .events = POLLIN};
    fds[FD_LISTEN] = (struct pollfd){.fd = s->listening, .events = POLLIN};
    for (size_t i = 0; i < DNS_CONNECTIONS_MAX; i++) {
        const connection *c = &s->connections[i];
        fds[FD_FIRST + i] = (struct pollfd){.fd = c->fd, .events = c->out.len ? POLLOUT : POLLIN};
    }
}

static void serve_connections(dns_server *s, const struct pollfd fds[FD_COUNT], int64_t now)
{
    for (size_t i = 0; i < DNS_CONNECTIONS_MAX; i++) {
        connection *c = &s->connections[i];
        if (c->fd < 0)
            continue;
        bool silent = now - c->heard_us > (int64_t)DNS_IDLE_MS * 1000;
        if (silent || (fds[FD_FIRST + i].revents && !serve_connection(s, c, now)))
            hang_up(c);
    }
}

status dns_server_run(dns_server *s, int stop_fd, err *why)
{
    struct pollfd fds[FD_COUNT];
    for (;;) {
        watch(s, stop_fd, fds);
        if (poll(fds, FD_COUNT, DNS_IDLE_MS / 5) < 0) {
            if (errno == EINTR)
                continue;
            return err_os(why, errno, "waiting for questions");
        }
        if (fds[FD_STOP].revents)
            return OK;
        int64_t now = clock_now_us(s->o.ticks);
        s->fresh = false;
        if (fds[FD_UDP].revents)
            serve_udp(s);
        serve_connections(s, fds, now);
        if (fds[FD_LISTEN].revents)
            take_connection(s, now);
    }
}
