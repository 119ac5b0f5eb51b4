/* dns_server_test.c - the server on loopback: UDP, TCP, limits, silence, the end. */
#include "serve/dns_server.h"

#include "base/test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#define NAME                                                                                       \
    "\040"                                                                                         \
    "d41d8cd98f00b204e9800998ecf8427e"                                                             \
    "\003"                                                                                         \
    "dns"                                                                                          \
    "\001"                                                                                         \
    "x"                                                                                            \
    "\0"
static const slice question = S_INIT("\x12\x34\x01\0\0\1\0\0\0\0\0\0" NAME "\0\x10\0\1");

typedef struct running {
    dns_server *s;
    pthread_t thread;
    int stop[2];
    struct sockaddr_in at;
    _Atomic int64_t now_us;
    uint64_t seed;
    atomic_int looks, broken;
    status ended;
} running;

static int64_t tick(void *ctx)
{
    running *r = ctx;
    return atomic_load(&r->now_us);
}

static status find(void *ctx, arena *a, node_ref hash, dns_texts *ret, err *why)
{
    static const slice text = S_INIT("{\"verdict\":\"known-bad\",\"set\":\"b\"}");
    (void)ctx, (void)a, (void)hash, (void)why;
    *ret = (dns_texts){&text, 1};
    return OK;
}

static status look(void *ctx, err *why)
{
    running *r = ctx;
    atomic_fetch_add(&r->looks, 1);
    return atomic_load(&r->broken) ? err_set(why, ERR_IO, ERR_NOWHERE, "gone") : OK;
}

static void *run(void *ctx)
{
    running *r = ctx;
    r->ended = dns_server_run(r->s, r->stop[0], NULL);
    return NULL;
}

static bool begin(running *r, unsigned rate)
{
    err why = {0};
    char where[DNS_ADDRESS_ROOM];
    slice text, port;
    uint64_t number;
    dns_server_options o = {.zone = {.ttl_s = 60, .find = find},
                            .refresh = look,
                            .ctx = r,
                            .replies_per_second = rate,
                            .ticks = {tick, r}};
    *r = (running){.seed = 7, .now_us = 1000000};
    o.random = random_seeded(&r->seed);
    CHECK_OK(dns_address_read(S("127.0.0.1:0"), &o.address, &why));
    CHECK(o.address.loopback);
    for (int i = 0; i < 20 && !r->s; i++) /* the port that UDP found may be another's by TCP */
        if (dns_server_open(&o, &r->s, &why) != OK && i == 19)
            TEST_FAIL("%s", why.msg);
    if (!r->s || pipe2(r->stop, O_CLOEXEC) != 0)
        return false;
    text = slice_str(dns_server_address(r->s, where));
    port = slice_from(text, slice_find_byte(text, ':', 0) + 1);
    CHECK(slice_u64(port, &number));
    r->at = (struct sockaddr_in){.sin_family = AF_INET,
                                 .sin_port = htons((uint16_t)number),
                                 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return pthread_create(&r->thread, NULL, run, r) == 0;
}

static dns_counts end_counting(running *r)
{
    CHECK_EQ(write(r->stop[1], "x", 1), 1);
    pthread_join(r->thread, NULL);
    CHECK_OK(r->ended);
    dns_counts n = dns_server_counts(r->s);
    CHECK_EQ(n.answered + n.limited + n.dropped, n.questions);
    dns_server_close(r->s);
    close(r->stop[0]);
    close(r->stop[1]);
    return n;
}

static void end(running *r)
{
    dns_counts n = end_counting(r);
    (void)n;
}

static int open_client(const running *r, int type)
{
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    CHECK_EQ(connect(fd, (const struct sockaddr *)&r->at, sizeof r->at), 0);
    return fd;
}

/* What comes within 10 s; 0 when the other side closed. */
static size_t receive(int fd, char *into, size_t room)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    if (poll(&p, 1, 10000) != 1)
        return 0;
    ssize_t n = recv(fd, into, room, 0);
    return n < 0 ? 0 : (size_t)n;
}

static size_t receive_all(int fd, char *into, size_t want)
{
    size_t have = 0, n;
    while (have < want && (n = receive(fd, into + have, want - have)))
        have += n;
    return have;
}

static void put_stream(buf *b, slice q)
{
    buf_byte(b, (char)(q.len >> 8));
    buf_byte(b, (char)q.len);
    buf_put(b, q);
}

TEST(one_question_by_udp)
{
    running r;
    char reply[600];
    REQUIRE(begin(&r, 0));
    int fd = open_client(&r, SOCK_DGRAM);
    CHECK_EQ(send(fd, question.ptr, question.len, 0), (ssize_t)question.len);
    size_t n = receive(fd, reply, sizeof reply);
    CHECK(n > question.len && reply[0] == 0x12 && reply[1] == 0x34);
    CHECK(slice_find(slice_of(reply, n), S("known-bad"), 0) != SIZE_MAX);
    CHECK(atomic_load(&r.looks) > 0);
    atomic_store(&r.broken, 1);
    int code = 0;
    for (int i = 0; i < 1000 && !code; i++) { /* a burst under way has its look already */
        CHECK_EQ(send(fd, question.ptr, question.len, 0), (ssize_t)question.len);
        CHECK(receive(fd, reply, sizeof reply) >= 12);
        code = reply[3] & 15;
    }
    CHECK_EQ(code, 2);
    close(fd);
    end(&r);
}

TEST(a_network_gets_so_many_a_second)
{
    running r;
    char reply[600];
    size_t whole = 0, cut = 0;
    REQUIRE(begin(&r, 10));
    int fd = open_client(&r, SOCK_DGRAM);
    for (int i = 0; i < 30; i++)
        CHECK_EQ(send(fd, question.ptr, question.len, 0), (ssize_t)question.len);
    for (int i = 0; i < 20; i++) {
        size_t n = receive(fd, reply, sizeof reply);
        bool truncated = n >= 12 && reply[2] & 2;
        whole += n && !truncated;
        cut += truncated;
        CHECK(!truncated || n == question.len);
    }
    CHECK_EQ(whole, 10);
    CHECK_EQ(cut, 10); /* and ten were not answered */
    atomic_fetch_add(&r.now_us, 500000);
    for (int i = 0; i < 5; i++) {
        CHECK_EQ(send(fd, question.ptr, question.len, 0), (ssize_t)question.len);
        CHECK(receive(fd, reply, sizeof reply) > question.len);
    }
    dns_counts n = end_counting(&r);
    CHECK_EQ(recv(fd, reply, sizeof reply, MSG_DONTWAIT), -1);
    CHECK_EQ(n.questions, 35);
    CHECK_EQ(n.answered, 15);
    CHECK_EQ(n.limited, 10);
    CHECK_EQ(n.dropped, 10);
    close(fd);
}

TEST(questions_by_tcp_byte_by_byte_and_in_a_row)
{
    running r;
    char reply[4096];
    CLEANUP(buf_done) buf out;
    buf_init(&out, 1 << 16);
    REQUIRE(begin(&r, 1)); /* by TCP nobody is forged, so nobody is limited */
    int fd = open_client(&r, SOCK_STREAM);
    put_stream(&out, question);
    for (size_t i = 0; i < out.len; i++)
        CHECK_EQ(send(fd, out.ptr + i, 1, MSG_NOSIGNAL), 1);
    CHECK_EQ(receive_all(fd, reply, 2), 2);
    size_t one = (size_t)(unsigned char)reply[0] << 8 | (unsigned char)reply[1];
    CHECK_EQ(receive_all(fd, reply, one), one);
    for (int i = 0; i < 19; i++)
        put_stream(&out, question);
    CHECK_EQ(send(fd, out.ptr, out.len, MSG_NOSIGNAL), (ssize_t)out.len);
    for (int i = 0; i < 20; i++)
        CHECK_EQ(receive_all(fd, reply, one + 2), one + 2);
    close(fd);
    end(&r);
}

TEST(what_tcp_does_not_take)
{
    running r;
    char byte, reply[600];
    CLEANUP(buf_done) buf out;
    buf_init(&out, 4096);
    REQUIRE(begin(&r, 0));
    int fd = open_client(&r, SOCK_STREAM);
    CHECK_EQ(send(fd, "\2\1", 2, MSG_NOSIGNAL), 2); /* 513 bytes to come */
    CHECK_EQ(receive(fd, &byte, 1), 0);
    close(fd);
    fd = open_client(&r, SOCK_STREAM);
    CHECK_EQ(send(fd, "\0\3abc", 5, MSG_NOSIGNAL), 5); /* no question */
    CHECK_EQ(receive(fd, &byte, 1), 0);
    close(fd);
    fd = open_client(&r, SOCK_STREAM); /* answered, so it was heard; then silent for too long */
    put_stream(&out, question);
    CHECK_EQ(send(fd, out.ptr, out.len, MSG_NOSIGNAL), (ssize_t)out.len);
    CHECK_EQ(receive_all(fd, reply, 2), 2);
    size_t n = (size_t)(unsigned char)reply[0] << 8 | (unsigned char)reply[1];
    REQUIRE(n < sizeof reply);
    CHECK_EQ(receive_all(fd, reply, n), n);
    atomic_fetch_add(&r.now_us, ((int64_t)DNS_IDLE_MS + 1) * 1000);
    CHECK_EQ(receive(fd, &byte, 1), 0);
    close(fd);
    end(&r);
}

/* More than there is room for, all silent: whoever comes next is served all the same. */
TEST(a_full_house)
{
    enum { MANY = DNS_CONNECTIONS_MAX + 20 };
    running r;
    int fds[MANY];
    char reply[600];
    CLEANUP(buf_done) buf out;
    buf_init(&out, 4096);
    put_stream(&out, question);
    REQUIRE(begin(&r, 0));
    for (int i = 0; i < MANY; i++) {
        fds[i] = open_client(&r, SOCK_STREAM);
        atomic_fetch_add(&r.now_us, 1);
    }
    int fd = open_client(&r, SOCK_STREAM);
    CHECK_EQ(send(fd, out.ptr, out.len, MSG_NOSIGNAL), (ssize_t)out.len);
    CHECK(receive(fd, reply, sizeof reply) > 2);
    close(fd);
    for (int i = 0; i < MANY; i++)
        close(fds[i]);
    end(&r);
}

TEST(addresses)
{
    static const struct {
        slice text;
        status st;
        bool loopback;
    } rows[] = {
        {S_INIT("127.0.0.1:5353"), OK, true},       {S_INIT("127.1.2.3:0"), OK, true},
        {S_INIT("192.0.2.1:53"), OK, false},        {S_INIT("[::1]:53"), OK, true},
        {S_INIT("[2001:db8::1]:53"), OK, false},    {S_INIT("0.0.0.0:53"), ERR_INPUT, false},
        {S_INIT("[::]:53"), ERR_INPUT, false},      {S_INIT("::1:53"), ERR_INPUT, false},
        {S_INIT("localhost:53"), ERR_INPUT, false}, {S_INIT("127.0.0.1"), ERR_INPUT, false},
        {S_INIT("127.0.0.1:"), ERR_INPUT, false},   {S_INIT("127.0.0.1:65536"), ERR_INPUT, false},
        {S_INIT(":53"), ERR_INPUT, false},          {S_INIT(""), ERR_INPUT, false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        dns_address at;
        status st = dns_address_read(rows[i].text, &at, NULL);
        if (st != rows[i].st || (st == OK && at.loopback != rows[i].loopback))
            TEST_FAIL("%.*s: %s", SLICE_FMT(rows[i].text), status_name(st));
    }
}

TEST(an_address_that_is_taken)
{
    running r;
    err why = {0};
    dns_server *other = NULL;
    REQUIRE(begin(&r, 0));
    dns_server_options o = {.zone = {.find = find}, .random = random_seeded(&r.seed)};
    memcpy(&o.address.at, &r.at, sizeof r.at);
    o.address.len = sizeof r.at;
    CHECK_EQ(dns_server_open(&o, &other, &why), ERR_IO);
    CHECK(strstr(why.msg, "127.0.0.1:"));
    end(&r);
}
