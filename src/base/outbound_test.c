/* What feeds do not need: sending, being told to stop. The rest is tests/feed/ on a server of many
 * sins. */
#include "base/outbound.h"
#include "base/test.h"

#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ROOM = 1 << 16 };

/* Answers each of `count` connections with the next of `replies`, and keeps what it was asked. */
typedef struct server {
    int fd;
    uint16_t port;
    const char *const *replies;
    size_t count;
    char asked[ROOM];
    size_t len;
    pthread_t thread;
} server;

static bool is_whole(const server *s, size_t from)
{
    slice text = slice_of(s->asked + from, s->len - from);
    size_t head = slice_find(text, S("\r\n\r\n"), 0),
           at = slice_find(text, S("Content-Length: "), 0);
    uint64_t body = 0;
    if (head == SIZE_MAX)
        return false;
    if (at < head)
        slice_u64(slice_sub(text, at + 16, slice_find_byte(text, '\r', at)), &body);
    return text.len >= head + 4 + body;
}

static void *serve(void *ctx)
{
    server *s = ctx;
    for (size_t i = 0; i < s->count; i++) {
        int c = accept4(s->fd, NULL, NULL, SOCK_CLOEXEC);
        size_t from = s->len;
        ssize_t n = 1;
        while (c >= 0 && n > 0 && s->len < ROOM && !is_whole(s, from)) {
            n = recv(c, s->asked + s->len, ROOM - s->len, 0);
            s->len += n > 0 ? (size_t)n : 0;
        }
        const char *reply = s->replies[i];
        if (c >= 0 && reply[0])
            n = send(c, reply, strlen(reply), MSG_NOSIGNAL);
        while (c >= 0 && recv(c, (char[64]){0}, 64, 0) > 0)
            ; /* until the other side has gone */
        if (c >= 0)
            close(c);
    }
    return NULL;
}

static bool serve_these(server *s, const char *const *replies, size_t count)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof at;
    *s = (server){.replies = replies, .count = count};
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s->fd < 0 || bind(s->fd, (const struct sockaddr *)&at, len) != 0 || listen(s->fd, 8) != 0 ||
        getsockname(s->fd, (struct sockaddr *)&at, &len) != 0)
        return false;
    s->port = ntohs(at.sin_port);
    return pthread_create(&s->thread, NULL, serve, s) == 0;
}

static slice asked(server *s)
{
    pthread_join(s->thread, NULL);
    close(s->fd);
    return slice_of(s->asked, s->len);
}

static status keep(void *ctx, slice bytes, err *why)
{
    (void)why;
    buf_put(ctx, bytes);
    return OK;
}

typedef struct attempt {
    arena a;
    outbound *o;
    outbound_exception here;
    buf body;
    outbound_reply r;
    err why;
} attempt;

static slice begin(attempt *t, const server *s)
{
    char port[16];
    *t = (attempt){0};
    arena_init(&t->a, 1 << 20);
    buf_init(&t->body, 1 << 16);
    snprintf(port, sizeof port, "%u", s->port);
    CHECK_OK(outbound_exception_read(S("127.0.0.1"), slice_str(port), &t->here, NULL));
    const outbound_options o = {.ticks = clock_system(),
                                .limits = outbound_limits_default(),
                                .exceptions = &t->here,
                                .exception_count = 1};
    CHECK_OK(outbound_new(&o, &t->o, &t->why));
    return arena_printf(&t->a, "http://127.0.0.1:%u/hook?x=1", s->port);
}

static void end(attempt *t)
{
    outbound_free(t->o);
    buf_done(&t->body);
    arena_done(&t->a);
}

TEST(a_body_is_posted)
{
    static const char *const replies[] = {
        "HTTP/1.1 100 Continue\r\nETag: \"no\"\r\n\r\n"
        "HTTP/1.1 201 Created\r\nContent-Type: Application/JSON; charset=utf-8\r\n"
        "Content-Length: 7\r\n\r\n{\"a\":1}"};
    server s;
    attempt t;
    REQUIRE(serve_these(&s, replies, 1));
    slice url = begin(&t, &s);
    secret *key;
    CHECK_OK(secret_keep(S("s3cret"), &key, NULL));
    const outbound_header headers[] = {{.name = S("X-Key"), .hidden = key},
                                       {.name = S("X-Plain"), .text = S("p q")}};
    const outbound_request q = {.url = url,
                                .body = S("{\"event\":\"alert\"}"),
                                .body_type = S("application/json"),
                                .headers = headers,
                                .header_count = 2,
                                .bytes = keep,
                                .ctx = &t.body};
    CHECK_OK(outbound_fetch(t.o, &t.a, &q, 0, &t.r, &t.why));
    CHECK_EQ(t.r.problem, OUTBOUND_FINE);
    CHECK_EQ(t.r.http, 201);
    CHECK_EQ(t.r.bytes, 7);
    CHECK_SLICE(t.r.type, S("application/json"));
    CHECK_SLICE(t.r.etag, S("")); /* that was the 100's */
    CHECK_SLICE(buf_slice(&t.body), S("{\"a\":1}"));
    slice text = asked(&s);
    CHECK(slice_starts(text, S("POST /hook?x=1 HTTP/1.1\r\n")));
    CHECK(slice_ends(text, S("\r\n\r\n{\"event\":\"alert\"}")));
    static const char *const lines[] = {"\r\nContent-Type: application/json\r\n",
                                        "\r\nX-Key: s3cret\r\n",
                                        "\r\nX-Plain: p q\r\n",
                                        "\r\nContent-Length: 17\r\n",
                                        "\r\nAccept-Encoding: identity\r\n",
                                        "\r\nUser-Agent: noroshi/"};
    for (size_t i = 0; i < COUNT_OF(lines); i++)
        if (slice_find(text, slice_str(lines[i]), 0) == SIZE_MAX)
            TEST_FAIL("no %s", lines[i]);
    CHECK(slice_find(text, S("Expect"), 0) == SIZE_MAX);
    key = secret_free(key);
    end(&t);
}

TEST(what_is_posted_is_not_sent_on)
{
    static const char *const replies[] = {
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n"};
    server s;
    attempt t;
    REQUIRE(serve_these(&s, replies, 1));
    const outbound_request q = {
        .url = begin(&t, &s), .body = S("{}"), .body_type = S("text/plain")};
    CHECK_OK(outbound_fetch(t.o, &t.a, &q, 0, &t.r, &t.why));
    CHECK_EQ(t.r.problem, OUTBOUND_BAD_REDIRECT);
    CHECK(slice_find(asked(&s), S("/other"), 0) == SIZE_MAX);
    end(&t);
}

static bool at_once(void *ctx)
{
    (void)ctx;
    return true;
}

TEST(who_asks_can_stop)
{
    static const char *const replies[] = {""}; /* never */
    server s;
    attempt t;
    REQUIRE(serve_these(&s, replies, 1));
    const outbound_request q = {.url = begin(&t, &s), .stop = at_once};
    CHECK_OK(outbound_fetch(t.o, &t.a, &q, 0, &t.r, &t.why));
    CHECK_EQ(t.r.problem, OUTBOUND_STOPPED);
    int wake =
        socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); /* it may not have been asked at all */
    struct sockaddr_in at = {
        .sin_family = AF_INET, .sin_port = htons(s.port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    CHECK_EQ(connect(wake, (const struct sockaddr *)&at, sizeof at), 0);
    close(wake);
    asked(&s);
    end(&t);
}

static status full(void *ctx, slice bytes, err *why)
{
    (void)ctx, (void)bytes;
    return err_set(why, ERR_IO, ERR_NOWHERE, "disk is full");
}

TEST(our_own_side_is_an_error_of_ours)
{
    static const char *const replies[] = {"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc"};
    server s;
    attempt t;
    REQUIRE(serve_these(&s, replies, 1));
    outbound_request q = {.url = begin(&t, &s), .bytes = full};
    t.r.http = 7;
    CHECK_EQ(outbound_fetch(t.o, &t.a, &q, 0, &t.r, &t.why), ERR_IO);
    CHECK_SLICE(slice_str(t.why.msg), S("disk is full"));
    CHECK_EQ(t.r.http, 7);
    asked(&s);
    const outbound_header bad[] = {{.name = S("X-A"), .text = S("a\r\nX-B: c")},
                                   {.name = S("X:A"), .text = S("a")},
                                   {.name = S("X-A"), .text = S("")}};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        q.headers = &bad[i];
        q.header_count = 1;
        CHECK_EQ(outbound_fetch(t.o, &t.a, &q, 0, &t.r, &t.why), ERR_INPUT);
    }
    q.url = S("file:///etc/passwd");
    CHECK_OK(outbound_fetch(t.o, &t.a, &q, 0, &t.r, &t.why));
    CHECK_EQ(t.r.problem, OUTBOUND_BAD_URL);
    end(&t);
}

TEST(each_problem_has_its_word)
{
    for (int i = 0; i < OUTBOUND_PROBLEM_COUNT_; i++) {
        CHECK(outbound_word((outbound_problem)i)[0]);
        for (int k = 0; k < i; k++)
            CHECK(strcmp(outbound_word((outbound_problem)i), outbound_word((outbound_problem)k)) !=
                  0);
    }
    outbound *o = NULL;
    const outbound_options bad = {.proxy = "ftp://p:1"};
    CHECK_EQ(outbound_new(&bad, &o, NULL), ERR_INPUT);
    CHECK(!o);
}
