#include "base/test.h"
#include "serve/http/head.h"

/* Reads `text` as a whole header; the number it is refused with, 0: taken, -1: no end. */
static int taken(arena *a, slice text, http_head *h)
{
    size_t scanned = 0, end;
    int number = 0;
    if (!head_end(text, &scanned, &end))
        return 400;
    if (!end)
        return -1;
    return head_parse(a, slice_sub(text, 0, end), h, &number, NULL) == OK ? 0 : number;
}

#define LINE "GET / HTTP/1.1\r\nHost: a\r\n"

TEST(what_is_refused_and_what_is_not)
{
    static const struct {
        slice text;
        int number;
    } rows[] = {
        {S_INIT(LINE "\r\n"), 0},
        {S_INIT(LINE), -1},
        {S_INIT("GET / HTTP/1.1\r\n\r\n"), 400},
        {S_INIT(LINE "Host: a\r\n\r\n"), 400},
        {S_INIT("GET / HTTP/1.1\nHost: a\n\n"), 400},
        {S_INIT(LINE "A: b\rC: d\r\n\r\n"), 400},
        {S_INIT(LINE "A: b\0c\r\n\r\n"), 400},
        {S_INIT(LINE "A: b\x7f\r\n\r\n"), 400},
        {S_INIT(LINE "A: b\tc\r\n\r\n"), 0},
        {S_INIT(LINE "A: caf\xc3\xa9\r\n\r\n"), 0},
        {S_INIT(LINE "A: b\r\n c\r\n\r\n"), 400},
        {S_INIT(LINE "A: b\r\n\tc\r\n\r\n"), 400},
        {S_INIT(LINE "A : b\r\n\r\n"), 400},
        {S_INIT(LINE "A b\r\n\r\n"), 400},
        {S_INIT(LINE ": b\r\n\r\n"), 400},
        {S_INIT(LINE "A:\r\n\r\n"), 0},
        {S_INIT(LINE "Content-Length: 3\r\n\r\n"), 0},
        {S_INIT(LINE "Content-Length: 3\r\nContent-Length: 3\r\n\r\n"), 400},
        {S_INIT(LINE "Content-Length: 3, 3\r\n\r\n"), 400},
        {S_INIT(LINE "Content-Length: +3\r\n\r\n"), 400},
        {S_INIT(LINE "Content-Length: -3\r\n\r\n"), 400},
        {S_INIT(LINE "Content-Length: 0x3\r\n\r\n"), 400},
        {S_INIT(LINE "Content-Length:\r\n\r\n"), 400},
        {S_INIT(LINE "Content-Length: 9223372036854775807\r\n\r\n"), 0},
        {S_INIT(LINE "Content-Length: 9223372036854775808\r\n\r\n"), 400},
        {S_INIT(LINE "Content-Length: 18446744073709551616\r\n\r\n"), 400},
        {S_INIT(LINE "Transfer-Encoding: chunked\r\n\r\n"), 0},
        {S_INIT(LINE "Transfer-Encoding: Chunked\r\n\r\n"), 0},
        {S_INIT(LINE "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"), 400},
        {S_INIT(LINE "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"), 400},
        {S_INIT(LINE "Transfer-Encoding: gzip, chunked\r\n\r\n"), 501},
        {S_INIT(LINE "Transfer-Encoding: xchunked\r\n\r\n"), 501},
        {S_INIT(LINE "Transfer-Encoding:\r\n\r\n"), 501},
        {S_INIT("GET / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"), 400},
        {S_INIT("GET / HTTP/1.0\r\nHost: a\r\n\r\n"), 0},
        {S_INIT("GET / HTTP/2.0\r\nHost: a\r\n\r\n"), 505},
        {S_INIT("GET / HTTP/1.10\r\nHost: a\r\n\r\n"), 400},
        {S_INIT("GET / http/1.1\r\nHost: a\r\n\r\n"), 400},
        {S_INIT("GET  / HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
        {S_INIT("GET / HTTP/1.1 \r\nHost: a\r\n\r\n"), 400},
        {S_INIT(" GET / HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
        {S_INIT("G\"T / HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
        {S_INIT("GET /\x80 HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
        {S_INIT("GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n"), 400},
        {S_INIT("GET /\r\nHost: a\r\n\r\n"), 400},
        {S_INIT("\r\n\r\n"), 400},
        {S_INIT(LINE "Expect: 100-continue\r\n\r\n"), 0},
        {S_INIT(LINE "Expect: a-miracle\r\n\r\n"), 417},
        {S_INIT(LINE "Authorization: a\r\nAuthorization: b\r\n\r\n"), 400},
        {S_INIT(LINE "Cookie: a=1\r\nCookie: b=2\r\n\r\n"), 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(arena_done) arena a;
        http_head h = {0};
        arena_init(&a, 1 << 20);
        int number = taken(&a, rows[i].text, &h);
        if (number != rows[i].number)
            TEST_FAIL("row %zu is %d, want %d", i, number, rows[i].number);
    }
}

TEST(what_a_header_says)
{
    CLEANUP(arena_done) arena a;
    http_head h = {0};
    arena_init(&a, 1 << 20);
    CHECK_EQ(taken(&a,
                   S("POST /a?b HTTP/1.1\r\nhOST: x:1\r\nA: \t b c \r\nContent-Length: 7\r\n"
                     "Connection: x, CLOSE\r\nExpect: 100-Continue\r\n\r\nrest"),
                   &h),
             0);
    CHECK_SLICE(h.method, S("POST"));
    CHECK_SLICE(h.target, S("/a?b"));
    CHECK_SLICE(h.host, S("x:1"));
    CHECK_SLICE(head_find(h.headers, h.header_count, S("a")), S("b c"));
    CHECK(!head_find(h.headers, h.header_count, S("b")).ptr);
    CHECK_EQ(h.header_count, 5);
    CHECK_EQ(h.framing, HEAD_LENGTH);
    CHECK_EQ(h.length, 7);
    CHECK(!h.keep && h.expects && h.minor);
    CHECK_EQ(taken(&a, S(LINE "\r\n"), &h), 0);
    CHECK(h.keep && !h.expects);
    CHECK_EQ(h.framing, HEAD_NO_BODY);
    CHECK_EQ(taken(&a, S("GET / HTTP/1.0\r\nHost: a\r\n\r\n"), &h), 0);
    CHECK(!h.keep && !h.minor);
}

TEST(lines_up_to_the_limit)
{
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf text;
    http_head h;
    arena_init(&a, 1 << 20);
    buf_init(&text, 1 << 20);
    buf_put(&text, S(LINE));
    for (int i = 1; i < HTTP_HEADERS_MAX; i++)
        buf_printf(&text, "H%d: x\r\n", i);
    size_t len = text.len;
    buf_put(&text, S("\r\n"));
    CHECK_EQ(taken(&a, buf_slice(&text), &h), 0);
    CHECK_EQ(h.header_count, HTTP_HEADERS_MAX);
    text.len = len;
    buf_put(&text, S("One-more: x\r\n\r\n"));
    CHECK_EQ(taken(&a, buf_slice(&text), &h), 431);
}

TEST(the_end_is_found_however_it_comes)
{
    slice text = S(LINE "A: b\r\n\r\nmore\r\n\r\n");
    for (size_t step = 1; step < text.len; step++) {
        size_t scanned = 0, end = 0, n = 0;
        while (!end && n < text.len) {
            n = n + step < text.len ? n + step : text.len;
            REQUIRE(head_end(slice_sub(text, 0, n), &scanned, &end));
        }
        CHECK_EQ(end, text.len - 8);
    }
}

TEST(every_allocation_may_fail)
{
    for (long n = 0; n < 3; n++) {
        CLEANUP(arena_done) arena a;
        http_head h;
        arena_init(&a, 1 << 20);
        a.fail_after = n;
        CHECK_EQ(taken(&a, S(LINE "\r\n"), &h), n ? 0 : 431);
    }
}
