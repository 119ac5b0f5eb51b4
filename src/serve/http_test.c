#include "serve/http_kit.h"

#include <fcntl.h>
#include <sys/stat.h>

#define CLOSE "Connection: close\r\n\r\n"

/* --- handlers ------------------------------------------------------------------------------- */

static void put_pairs(buf *out, const char *what, const http_pair *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "%s %.*s=%.*s\n", what, SLICE_FMT(p[i].name), SLICE_FMT(p[i].value));
}

/* All that it was told. */
static status tell(void *ctx, http_request *r, http_reply *w, err *why)
{
    slice one = S("-");
    (void)why;
    buf *out = http_body(w, S("text/plain"));
    (void)http_query(r, "q", &one);
    buf_printf(out, "%s%s %.*s ctx %s q %.*s cookie %.*s thread %d tls %d\n",
               http_method_name(r->method), r->head ? " head" : "", SLICE_FMT(r->path),
               (const char *)ctx, SLICE_FMT(one), SLICE_FMT(http_cookie(r, "c")), r->thread != NULL,
               r->tls);
    put_pairs(out, "param", r->params, r->param_count);
    put_pairs(out, "query", r->query, r->query_count);
    buf_printf(out, "body %zu %.*s\n", r->body.len, SLICE_FMT(slice_sub(r->body, 0, 20)));
    http_log_user(w, S("alice"));
    return OK;
}

static status fail(void *ctx, http_request *r, http_reply *w, err *why)
{
    uint64_t n;
    (void)ctx;
    http_reply_header(w, "X-Lost", S("1"));
    http_send(w, S("text/plain"), S("lost"));
    if (!slice_u64(http_param(r, "n"), &n))
        return http_problem(w, 409, err_set(why, ERR_INPUT, 7, "a conflict"));
    return err_set(why, (status)n, ERR_NOWHERE, "said by the handler");
}

static status odd(void *ctx, http_request *r, http_reply *w, err *why)
{
    slice what = http_param(r, "what");
    (void)ctx, (void)why;
    if (slice_eq(what, S("nothing")))
        return OK;
    if (slice_eq(what, S("inject"))) {
        http_reply_header(w, "Location", S("/a\r\nSet-Cookie: b=c"));
        return OK;
    }
    if (slice_eq(what, S("much"))) {
        buf *out = http_body(w, S("text/plain"));
        while (!out->failed)
            buf_put(out, S("0123456789abcdef"));
        return OK;
    }
    http_status(w, 201);
    http_reply_header(w, "Location", S("/x"));
    http_reply_header(w, "cache-control", S("private"));
    http_reply_header(w, "Cache-Control", S("max-age=5"));
    http_reply_header(w, "Content-Security-Policy", S("default-src 'self'"));
    http_send(w, S("text/html; charset=utf-8"), S("<p>"));
    return OK;
}

/* Where it ran last, and what it had put before counts for nothing. */
static status later(void *ctx, http_request *r, http_reply *w, err *why)
{
    (void)ctx, (void)r;
    http_reply_header(w, "X-Once", S("1"));
    buf_put(http_body(w, S("text/plain")), S("here"));
    if (http_later(w))
        return http_problem(w, 409, err_set(why, ERR_INPUT, ERR_NOWHERE, "not yet"));
    http_status(w, 201);
    return OK;
}

/* How often it ran for this request: once in a worker, or before that where the body was read. */
static status tried(void *ctx, http_request *r, http_reply *w, err *why)
{
    (void)r;
    atomic_int *runs = ctx;
    int n = atomic_fetch_add(runs, 1) + 1;
    if (http_later(w))
        return err_set(why, ERR_BUSY, ERR_NOWHERE, "not here");
    buf_byte(http_body(w, S("text/plain")), (char)('0' + n));
    atomic_store(runs, 0);
    return OK;
}

typedef struct lines {
    int next, count, broken_at;
    atomic_int *over;
} lines;

static http_more more_lines(void *ctx, http_request *r, buf *out)
{
    lines *l = ctx;
    CHECK(r->thread != NULL && out->len == 0);
    if (l->next == l->broken_at)
        return HTTP_BROKEN;
    for (int i = 0; i < 10 && l->next < l->count; i++)
        buf_printf(out, "line %d\n", l->next++);
    return l->next < l->count ? HTTP_MORE : HTTP_DONE;
}

static void lines_over(void *ctx)
{
    lines *l = ctx;
    atomic_fetch_add(l->over, 1);
}

static status stream(void *ctx, http_request *r, http_reply *w, err *why)
{
    uint64_t n = 0;
    (void)why;
    lines *l = arena_new(r->arena, lines);
    (void)slice_u64(http_param(r, "n"), &n);
    *l = (lines){0, (int)n, n == 13 ? 10 : -1, ctx};
    http_stream(w, S("text/plain"), &(http_producer){more_lines, lines_over, l});
    return OK;
}

static status file(void *ctx, http_request *r, http_reply *w, err *why)
{
    struct stat st;
    int fd = open(ctx, O_RDONLY | O_CLOEXEC);
    (void)why;
    if (http_not_modified(r, w, S("\"v1\""))) {
        close(fd);
        return OK;
    }
    CHECK(fstat(fd, &st) == 0);
    http_file(w, S("application/zip"), fd, (uint64_t)st.st_size);
    return OK;
}

static const http_asset script = {.type = S_INIT("text/javascript"),
                                  .plain = S_INIT("plain"),
                                  .gzip = S_INIT("gz"),
                                  .br = S_INIT("b"),
                                  .etag = S_INIT("\"7\""),
                                  .csp = S_INIT("default-src 'self'"),
                                  .cache_control = S_INIT("max-age=60")};

static status asset(void *ctx, http_request *r, http_reply *w, err *why)
{
    (void)ctx, (void)why;
    http_asset_send(r, w, &script);
    return OK;
}

static status admit(void *ctx, http_request *r, http_reply *w, err *why)
{
    (void)ctx;
    if (!http_header(r, "X-Stranger").ptr)
        return OK;
    http_reply_header(w, "WWW-Authenticate", S("Bearer"));
    return http_problem(w, 401, err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "who are you"));
}

static atomic_int streams_over, tries;
static char here[] = "here", made_file[] = "/tmp/noroshi-http-XXXXXX";

static const http_route routes[] = {
    {HTTP_GET, "/tell", 0, tell, 0, here},
    {HTTP_GET, "/slow", HTTP_SLOW, tell, 0, here},
    {HTTP_GET, "/tell/{kind}/{value}", 0, tell, 0, here},
    {HTTP_POST, "/tell", HTTP_BODY, tell, 10, here},
    {HTTP_POST, "/spool", HTTP_BODY_SPOOL | HTTP_SLOW, tell, 1 << 20, here},
    {HTTP_GET, "/fail/{n}", 0, fail},
    {HTTP_GET, "/odd/{what}", 0, odd},
    {HTTP_GET, "/later", 0, later},
    {HTTP_GET, "/later/slow", HTTP_SLOW, later},
    {HTTP_POST, "/tried", HTTP_SLOW | HTTP_TRIED | HTTP_BODY, tried, 1 << 20, &tries},
    {HTTP_GET, "/stream/{n}", 0, stream, 0, &streams_over},
    {HTTP_GET, "/slow-stream/{n}", HTTP_SLOW, stream, 0, &streams_over},
    {HTTP_GET, "/file", 0, file, 0, made_file},
    {HTTP_GET, "/asset", 0, asset},
};

static void open_it(kit *k)
{
    http_options o = kit_options(k, routes, COUNT_OF(routes));
    o.admit = admit;
    o.limits.request_bytes = 1 << 20;
    kit_open(k, &o);
}

/* --- tests ---------------------------------------------------------------------------------- */

TEST(every_answer_has_its_header)
{
    static const slice all[] = {
        S_INIT("\r\nX-Request-Id: "),
        S_INIT("\r\nX-Content-Type-Options: nosniff\r\n"),
        S_INIT("\r\nReferrer-Policy: no-referrer\r\n"),
        S_INIT("\r\nCross-Origin-Opener-Policy: same-origin\r\n"),
        S_INIT("\r\nCross-Origin-Resource-Policy: same-origin\r\n"),
        S_INIT("\r\nContent-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"),
        S_INIT("\r\nCache-Control: no-store\r\n"),
        S_INIT("\r\nDate: "),
        S_INIT("\r\nConnection: close\r\n"),
    };
    static const slice asked[] = {
        S_INIT("GET /tell HTTP/1.1\r\n%H" CLOSE), S_INIT("GET /none HTTP/1.1\r\n%H" CLOSE),
        S_INIT("PUT /tell HTTP/1.1\r\n%H" CLOSE), S_INIT("nonsense\r\n\r\n")};
    kit k;
    CLEANUP(buf_done) buf out;
    buf_init(&out, 1 << 20);
    open_it(&k);
    for (size_t i = 0; i < COUNT_OF(asked); i++) {
        slice answer = kit_ask(&k, asked[i], &out);
        for (size_t n = 0; n < COUNT_OF(all); n++)
            if (!kit_has(answer, all[n]))
                TEST_FAIL("%.*s lacks %.*s", SLICE_FMT(answer), SLICE_FMT(all[n]));
        CHECK(!kit_has(answer, S("\r\nServer:")) && !kit_has(answer, S("Strict-Transport")));
    }
    kit_close(&k);
}

TEST(what_a_handler_is_told)
{
    kit k;
    CLEANUP(buf_done) buf out;
    buf_init(&out, 1 << 20);
    open_it(&k);
    slice body = kit_body(kit_ask(&k,
                                  S("GET /tell/url/http%3A%2F%2Fa%2Fb?q=x+y&z=%41 HTTP/1.1\r\n"
                                    "%HCookie: a=1; c=2\r\n" CLOSE),
                                  &out));
    CHECK_SLICE(body, S("GET /tell/url/http%3A%2F%2Fa%2Fb ctx here q x y cookie 2 thread 1 tls 0\n"
                        "param kind=url\nparam value=http://a/b\nquery q=x y\nquery z=A\n"
                        "body 0 \n"));
    body = kit_body(
        kit_ask(&k, S("GET /slow HTTP/1.1\r\n%HCookie: c=1\r\nCookie: c=2\r\n" CLOSE), &out));
    CHECK_SLICE(body, S("GET /slow ctx here q - cookie  thread 1 tls 0\nbody 0 \n"));
    body = kit_body(kit_ask(&k, S("HEAD /tell HTTP/1.1\r\n%H" CLOSE), &out));
    CHECK_SLICE(body, S(""));
    CHECK(kit_has(buf_slice(&out), S("\r\nContent-Length: 59\r\n")));
    CHECK(kit_logged(&k, &k.log, S("200 GET /tell/url/http%3A%2F%2Fa%2Fb alice\n")));
    CHECK(kit_logged(&k, &k.log, S("200 HEAD /tell alice\n")));
    kit_close(&k);
}

TEST(errors_are_problems)
{
    static const struct {
        slice text;
        int number;
        slice has;
    } rows[] = {
        {S_INIT("GET /none HTTP/1.1\r\n%H" CLOSE), 404, S_INIT("\"code\":\"not-found\"")},
        {S_INIT("GET /tell/ HTTP/1.1\r\n%H" CLOSE), 404, S_INIT("\"code\":\"not-found\"")},
        {S_INIT("PUT /tell HTTP/1.1\r\n%H" CLOSE), 405,
         S_INIT("\r\nAllow: GET, HEAD, POST, OPTIONS\r\n")},
        {S_INIT("BREW /tell HTTP/1.1\r\n%H" CLOSE), 501, S_INIT("\"code\":\"input\"")},
        {S_INIT("GET /%zz HTTP/1.1\r\n%H" CLOSE), 400, S_INIT("\"code\":\"input\"")},
        {S_INIT("GET /a/../tell HTTP/1.1\r\n%H" CLOSE), 400, S_INIT("a path that goes up")},
        {S_INIT("GET /tell?a=%00 HTTP/1.1\r\n%H" CLOSE), 400, S_INIT("\"code\":\"input\"")},
        {S_INIT("GET /tell HTTP/1.1\r\nHost: evil.example\r\n" CLOSE), 421,
         S_INIT("\"status\":421")},
        {S_INIT("GET /tell HTTP/1.1\r\nHost: a b\r\n" CLOSE), 400, S_INIT("\"code\":\"input\"")},
        {S_INIT("GET http://evil.example/tell HTTP/1.1\r\n%H" CLOSE), 400,
         S_INIT("\"code\":\"input\"")},
        {S_INIT("GET /tell HTTP/3.0\r\n%H" CLOSE), 505, S_INIT("\"status\":505")},
        {S_INIT("GET /fail/1 HTTP/1.1\r\n%H" CLOSE), 400, S_INIT("said by the handler")},
        {S_INIT("GET /fail/2 HTTP/1.1\r\n%H" CLOSE), 413, S_INIT("\"code\":\"limit\"")},
        {S_INIT("GET /fail/3 HTTP/1.1\r\n%H" CLOSE), 404, S_INIT("said by the handler")},
        {S_INIT("GET /fail/4 HTTP/1.1\r\n%H" CLOSE), 403, S_INIT("\"code\":\"forbidden\"")},
        {S_INIT("GET /fail/5 HTTP/1.1\r\n%H" CLOSE), 503, S_INIT("\"code\":\"busy\"")},
        {S_INIT("GET /fail/6 HTTP/1.1\r\n%H" CLOSE), 500, S_INIT("\"code\":\"io\"")},
        {S_INIT("GET /fail/7 HTTP/1.1\r\n%H" CLOSE), 500, S_INIT("\"code\":\"internal\"")},
        {S_INIT("GET /fail/x HTTP/1.1\r\n%H" CLOSE), 409,
         S_INIT("\"detail\":\"a conflict\",\"at\":7")},
        {S_INIT("GET /odd/inject HTTP/1.1\r\n%H" CLOSE), 500, S_INIT("\"code\":\"internal\"")},
        {S_INIT("GET /odd/much HTTP/1.1\r\n%H" CLOSE), 500, S_INIT("\"code\":\"internal\"")},
        {S_INIT("GET /tell HTTP/1.1\r\n%HX-Stranger: 1\r\n" CLOSE), 401,
         S_INIT("\r\nWWW-Authenticate: Bearer\r\n")},
    };
    kit k;
    CLEANUP(buf_done) buf out;
    buf_init(&out, 1 << 22);
    open_it(&k);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        slice answer = kit_ask(&k, rows[i].text, &out);
        char number[64];
        snprintf(number, sizeof number, "\"status\":%d,", rows[i].number);
        if (kit_number(answer) != rows[i].number || !kit_has(answer, rows[i].has) ||
            !kit_has(answer, S("Content-Type: application/problem+json\r\n")) ||
            !kit_has(kit_body(answer), slice_str(number)) ||
            kit_has(answer, S("X-Lost")) != (rows[i].number == 409))
            TEST_FAIL("row %zu: %.*s", i, SLICE_FMT(answer));
        size_t id = slice_find(answer, S("X-Request-Id: "), 0);
        CHECK(kit_has(kit_body(answer), slice_sub(answer, id + 14, id + 30)));
        if (rows[i].number == 500)
            CHECK(!kit_has(answer, S("said by")) && !kit_has(answer, S("\"detail\"")));
    }
    kit_close(&k);
}

TEST(what_a_handler_may_say)
{
    kit k;
    CLEANUP(buf_done) buf out;
    buf_init(&out, 1 << 20);
    open_it(&k);
    slice answer = kit_ask(&k, S("GET /odd/x HTTP/1.1\r\n%H" CLOSE), &out);
    CHECK_EQ(kit_number(answer), 201);
    CHECK(kit_has(answer, S("\r\nLocation: /x\r\n")));
    CHECK(kit_has(answer, S("\r\nCache-Control: max-age=5\r\n")));
    CHECK(!kit_has(answer, S("private")) && !kit_has(answer, S("no-store")));
    CHECK(kit_has(answer, S("\r\nContent-Security-Policy: default-src 'self'\r\n")));
    CHECK(kit_has(answer, S("\r\nContent-Type: text/html; charset=utf-8\r\n")));
    CHECK_SLICE(kit_body(answer), S("<p>"));
    answer = kit_ask(&k, S("GET /odd/nothing HTTP/1.1\r\n%H" CLOSE), &out);
    CHECK_EQ(kit_number(answer), 204);
    CHECK(!kit_has(answer, S("Content-Length")) && !kit_has(answer, S("Content-Type:")));
    answer = kit_ask(&k, S("OPTIONS /tell HTTP/1.1\r\n%H" CLOSE), &out);
    CHECK_EQ(kit_number(answer), 204);
    CHECK(kit_has(answer, S("\r\nAllow: GET, HEAD, POST, OPTIONS\r\n")));
    kit_close(&k);
}

TEST(a_quick_handler_may_go_on_in_a_worker)
{
    kit k;
    static const char *const asks[] = {"GET /later HTTP/1.1\r\n%H" CLOSE,
                                       "GET /later/slow HTTP/1.1\r\n%H" CLOSE};
    open_it(&k);
    for (size_t i = 0; i < COUNT_OF(asks); i++) {
        CLEANUP(buf_done) buf out;
        buf_init(&out, 1 << 20);
        slice answer = kit_ask(&k, slice_str(asks[i]), &out);
        CHECK_EQ(kit_number(answer), 201);
        CHECK_SLICE(kit_body(answer), S("here"));
        size_t at = slice_find(answer, S("X-Once"), 0);
        CHECK(at != SIZE_MAX && slice_find(answer, S("X-Once"), at + 1) == SIZE_MAX);
    }
    kit_close(&k);
}

TEST(what_is_tried_is_tried_with_a_short_body)
{
    kit k;
    open_it(&k);
    for (int more = 0; more < 2; more++) {
        CLEANUP(buf_done) buf ask, out;
        buf_init(&ask, 1 << 20);
        buf_init(&out, 1 << 20);
        buf_printf(&ask, "POST /tried HTTP/1.1\r\n%%HContent-Length: %d\r\n" CLOSE,
                   HTTP_TRIED_BYTES + more);
        for (int i = 0; i < HTTP_TRIED_BYTES + more; i++)
            buf_byte(&ask, 'x');
        slice answer = kit_ask(&k, buf_slice(&ask), &out);
        CHECK_EQ(kit_number(answer), 200);
        CHECK_SLICE(kit_body(answer), more ? S("1") : S("2"));
    }
    kit_close(&k);
}

TEST(requests_in_a_row_keep_their_order)
{
    kit k;
    CLEANUP(buf_done) buf out;
    buf_init(&out, 1 << 20);
    open_it(&k);
    int fd = kit_connect(&k);
    CHECK(kit_send(&k, fd, S("GET /slow HTTP/1.1\r\n%H\r\n")));
    CHECK(kit_send(&k, fd, S("POST /tell HTTP/1.1\r\n%HContent-Length: 3\r\n\r\nabc")));
    CHECK(kit_send(&k, fd, S("GET /none HTTP/1.1\r\n%H\r\n")));
    CHECK(kit_send(
        &k, fd,
        S("POST /tell HTTP/1.1\r\n%HTransfer-Encoding: chunked\r\n" CLOSE "2\r\nde\r\n0\r\n\r\n")));
    CHECK(kit_read(fd, &out, S("")));
    close(fd);
    slice all = buf_slice(&out);
    size_t a = slice_find(all, S("GET /slow"), 0), b = slice_find(all, S("body 3 abc"), 0),
           c = slice_find(all, S("not-found"), 0), d = slice_find(all, S("body 2 de"), 0);
    CHECK(a < b && b < c && c < d && d != SIZE_MAX);
    kit_close(&k);
}

TEST(head_never_has_a_body)
{
    static const slice texts[] = {
        S_INIT("HEAD /none HTTP/1.1\r\n%H\r\n"),
        S_INIT("HEAD /%zz HTTP/1.1\r\n%H\r\n"),
        S_INIT("HEAD /fail/4 HTTP/1.1\r\n%H\r\n"),
        S_INIT("HEAD /spool HTTP/1.1\r\n%H\r\n"),
        S_INIT("HEAD /asset HTTP/1.1\r\n%H\r\n"),
        S_INIT("HEAD /slow HTTP/1.1\r\n%H\r\n"),
        S_INIT("HEAD /stream/3 HTTP/1.1\r\n%H\r\n"),
        S_INIT("HEAD /odd/much HTTP/1.1\r\n%H\r\n"),
        S_INIT("HEAD /tell HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
        S_INIT("HEAD /tell HTTP/1.1\r\n%HX-Stranger: 1\r\n\r\n"),
    };
    kit k;
    CLEANUP(buf_done) buf out;
    buf_init(&out, 1 << 20);
    open_it(&k);
    int fd = kit_connect(&k);
    for (size_t i = 0; i < COUNT_OF(texts); i++) { /* one connection: a body would be taken for */
        buf_clear(&out);                           /* the beginning of the next answer */
        CHECK(kit_send(&k, fd, texts[i]));
        CHECK(kit_read(fd, &out, S("\r\n\r\n")));
        CHECK(slice_starts(buf_slice(&out), S("HTTP/1.1 ")));
        CHECK_SLICE(kit_body(buf_slice(&out)), S(""));
    }
    close(fd);
    kit_close(&k);
}

TEST(bodies)
{
    static const struct {
        slice text;
        int number;
        slice has;
    } rows[] = {
        {S_INIT("POST /tell HTTP/1.1\r\n%HContent-Length: 10\r\n" CLOSE "0123456789"), 200,
         S_INIT("body 10 0123456789\n")},
        {S_INIT("POST /tell HTTP/1.1\r\n%HContent-Length: 11\r\n" CLOSE "0123456789a"), 413,
         S_INIT("\"code\":\"limit\"")},
        {S_INIT("POST /tell HTTP/1.1\r\n%HTransfer-Encoding: chunked\r\n" CLOSE
                "a\r\n0123456789\r\n0\r\n\r\n"),
         200, S_INIT("body 10 0123456789\n")},
        {S_INIT("POST /tell HTTP/1.1\r\n%HTransfer-Encoding: chunked\r\n" CLOSE
                "a\r\n0123456789\r\n1\r\na\r\n0\r\n\r\n"),
         413, S_INIT("\"code\":\"limit\"")},
        {S_INIT("POST /tell HTTP/1.1\r\n%HTransfer-Encoding: chunked\r\n" CLOSE "nonsense"), 400,
         S_INIT("\"code\":\"input\"")},
        {S_INIT("POST /tell HTTP/1.1\r\n%H" CLOSE), 200, S_INIT("body 0 \n")},
        {S_INIT("GET /tell HTTP/1.1\r\n%HContent-Length: 1\r\n" CLOSE "a"), 400,
         S_INIT("a body where none is taken")},
        {S_INIT("POST /tell HTTP/1.1\r\n%HContent-Encoding: gzip\r\nContent-Length: 1\r\n" CLOSE
                "a"),
         415, S_INIT("\"code\":\"input\"")},
        {S_INIT("POST /tell HTTP/1.1\r\n%HContent-Length: 3\r\nX-Stranger: 1\r\n" CLOSE "abc"), 401,
         S_INIT("who are you")},
        {S_INIT("POST /spool HTTP/1.1\r\n%HContent-Length: 3\r\n" CLOSE "abc"), 200,
         S_INIT("body 3 abc\n")},
        {S_INIT("POST /spool HTTP/1.1\r\n%HTransfer-Encoding: chunked\r\n" CLOSE
                "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"),
         200, S_INIT("body 5 abcde\n")},
        {S_INIT("POST /spool HTTP/1.1\r\n%HTransfer-Encoding: chunked\r\n" CLOSE "0\r\n\r\n"), 200,
         S_INIT("body 0 \n")},
        {S_INIT("POST /spool HTTP/1.1\r\n%HContent-Length: 1048577\r\n" CLOSE "a"), 413,
         S_INIT("1048576 bytes")},
        {S_INIT("POST /tell HTTP/1.1\r\n%HExpect: 100-continue\r\nContent-Length: 11\r\n" CLOSE),
         413, S_INIT("\"code\":\"limit\"")},
    };
    kit k;
    CLEANUP(buf_done) buf out;
    buf_init(&out, 1 << 20);
    open_it(&k);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        slice answer = kit_ask(&k, rows[i].text, &out);
        if (kit_number(answer) != rows[i].number || !kit_has(answer, rows[i].has))
            TEST_FAIL("row %zu: %.*s", i, SLICE_FMT(answer));
    }
    kit_close(&k);
}

TEST(who_waits_for_100_is_told_to_go_on)
{
    kit k;
    CLEANUP(buf_done) buf out;
    buf_init(&out, 1 << 20);
    open_it(&k);
    int fd = kit_connect(&k);
    CHECK(kit_send(&k, fd,
                   S("POST /tell HTTP/1.1\r\n%HExpect: 100-continue\r\nContent-Length: "
                     "3\r\n" CLOSE)));
    CHECK(kit_read(fd, &out, S("HTTP/1.1 100 Continue\r\n\r\n")));
    CHECK(kit_send(&k, fd, S("abc")));
    CHECK(kit_read(fd, &out, S("")));
    CHECK(kit_has(buf_slice(&out), S("body 3 abc\n")));
    close(fd);
    kit_close(&k);
}

TEST(an_upload_of_many_pieces)
{
    enum { SIZE = 1 << 20 };
    kit k;
    CLEANUP(buf_done) buf out;
    CLEANUP(buf_done) buf text;
    buf_init(&out, 1 << 20);
    buf_init(&text, 4 << 20);
    open_it(&k);
    for (int chunked = 0; chunked < 2; chunked++) {
        buf_clear(&text);
        buf_put(&text, S("POST /spool HTTP/1.1\r\n%HConnection: close\r\n"));
        if (chunked)
            buf_put(&text, S("Transfer-Encoding: chunked\r\n\r\n"));
        else
            buf_printf(&text, "Content-Length: %d\r\n\r\n", SIZE);
        for (int i = 0; i < SIZE / 16; i++) {
            if (chunked)
                buf_put(&text, S("10\r\n"));
            buf_put(&text, S("0123456789abcdef"));
            if (chunked)
                buf_put(&text, S("\r\n"));
        }
        if (chunked)
            buf_put(&text, S("0\r\n\r\n"));
        slice answer = kit_ask(&k, buf_slice(&text), &out);
        CHECK(kit_has(answer, S("body 1048576 0123456789abcdef0123\n")));
    }
    kit_close(&k);
}

/* "Transfer-Encoding: chunked" taken apart; false: it does not end as it should. */
static bool unchunk(slice body, buf *out)
{
    for (;;) {
        size_t end = slice_find(body, S("\r\n"), 0), n = 0;
        if (end == SIZE_MAX)
            return false;
        for (size_t i = 0; i < end; i++)
            n = n << 4 | (size_t)hex_value(body.ptr[i]);
        if (n > body.len)
            return false;
        buf_put(out, slice_sub(body, end + 2, end + 2 + n));
        body = slice_from(body, end + 2 + n + 2);
        if (!n)
            return body.len == 0;
    }
}

TEST(streams)
{
    static const struct {
        slice text;
        int lines;
        bool whole, chunked;
    } rows[] = {
        {S_INIT("GET /stream/25 HTTP/1.1\r\n%H" CLOSE), 25, true, true},
        {S_INIT("GET /slow-stream/25 HTTP/1.1\r\n%H" CLOSE), 25, true, true},
        {S_INIT("GET /stream/0 HTTP/1.1\r\n%H" CLOSE), 0, true, true},
        {S_INIT("GET /stream/25 HTTP/1.0\r\n%H\r\n"), 25, true, false},
        {S_INIT("GET /stream/13 HTTP/1.1\r\n%H" CLOSE), 10, false, true}, /* breaks */
        {S_INIT("GET /slow-stream/13 HTTP/1.1\r\n%H" CLOSE), 10, false, true},
        {S_INIT("GET /stream/30000 HTTP/1.1\r\n%H" CLOSE), 30000, true, true},
        {S_INIT("GET /slow-stream/30000 HTTP/1.1\r\n%H" CLOSE), 30000, true, true},
    };
    kit k;
    CLEANUP(buf_done) buf out;
    CLEANUP(buf_done) buf data;
    buf_init(&out, 1 << 22);
    buf_init(&data, 1 << 22);
    open_it(&k);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char last[32];
        atomic_store(&streams_over, 0);
        slice answer = kit_ask(&k, rows[i].text, &out);
        buf_clear(&data);
        CHECK_EQ(kit_has(answer, S("Transfer-Encoding: chunked")), rows[i].chunked);
        if (rows[i].chunked)
            CHECK_EQ(unchunk(kit_body(answer), &data), rows[i].whole);
        else
            buf_put(&data, kit_body(answer));
        snprintf(last, sizeof last, "line %d\n", rows[i].lines - 1);
        if (rows[i].lines)
            CHECK(slice_ends(buf_slice(&data), slice_str(last)));
        for (int n = 0; n < KIT_WAIT_MS && !streams_over; n++)
            nanosleep(&(struct timespec){0, 1000000}, NULL);
        CHECK_EQ(streams_over, 1);
    }
    atomic_store(&streams_over, 0);
    CHECK_SLICE(kit_body(kit_ask(&k, S("HEAD /stream/5 HTTP/1.1\r\n%H" CLOSE), &out)), S(""));
    CHECK_SLICE(kit_body(kit_ask(&k, S("HEAD /slow-stream/5 HTTP/1.1\r\n%H" CLOSE), &out)), S(""));
    CHECK_EQ(streams_over, 2);
    kit_close(&k);
}

TEST(files_and_their_parts)
{
    static const struct {
        const char *more;
        int number;
        slice body, has;
    } rows[] = {
        {"", 200, S_INIT("0123456789"), S_INIT("\r\nAccept-Ranges: bytes\r\n")},
        {"Range: bytes=2-4\r\n", 206, S_INIT("234"), S_INIT("\r\nContent-Range: bytes 2-4/10\r\n")},
        {"Range: bytes=-1\r\n", 206, S_INIT("9"), S_INIT("\r\nContent-Length: 1\r\n")},
        {"Range: bytes=0-1,3-4\r\n", 200, S_INIT("0123456789"), S_INIT("")},
        {"Range: bytes=2-4\r\nIf-Range: \"v1\"\r\n", 206, S_INIT("234"), S_INIT("")},
        {"Range: bytes=2-4\r\nIf-Range: \"v0\"\r\n", 200, S_INIT("0123456789"), S_INIT("")},
        {"Range: bytes=2-4\r\nIf-Range: W/\"v1\"\r\n", 200, S_INIT("0123456789"), S_INIT("")},
        {"If-None-Match: \"v1\"\r\n", 304, S_INIT(""), S_INIT("\r\nETag: \"v1\"\r\n")},
        {"If-None-Match: \"v0\", W/\"v1\"\r\n", 304, S_INIT(""), S_INIT("")},
        {"If-None-Match: \"v0\"\r\n", 200, S_INIT("0123456789"), S_INIT("\r\nETag: \"v1\"\r\n")},
    };
    kit k;
    CLEANUP(buf_done) buf out;
    char text[256];
    buf_init(&out, 1 << 20);
    int fd = mkstemp(made_file);
    CHECK(write(fd, "0123456789", 10) == 10);
    close(fd);
    open_it(&k);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        snprintf(text, sizeof text, "GET /file HTTP/1.1\r\n%%H%s" CLOSE, rows[i].more);
        slice answer = kit_ask(&k, slice_str(text), &out);
        CHECK_EQ(kit_number(answer), rows[i].number);
        CHECK_SLICE(kit_body(answer), rows[i].body);
        CHECK(kit_has(answer, rows[i].has));
    }
    slice answer = kit_ask(&k, S("GET /file HTTP/1.1\r\n%HRange: bytes=10-\r\n" CLOSE), &out);
    CHECK_EQ(kit_number(answer), 416);
    CHECK(kit_has(answer, S("\r\nContent-Range: bytes */10\r\n")));
    answer = kit_ask(&k, S("HEAD /file HTTP/1.1\r\n%H" CLOSE), &out);
    CHECK(kit_has(answer, S("\r\nContent-Length: 10\r\n")));
    CHECK_SLICE(kit_body(answer), S(""));
    kit_close(&k);
    CHECK(unlink(made_file) == 0);
}

TEST(assets_in_the_coding_that_is_taken)
{
    static const struct {
        const char *more;
        int number;
        slice body, has;
    } rows[] = {
        {"", 200, S_INIT("plain"), S_INIT("\r\nETag: \"7\"\r\n")},
        {"Accept-Encoding: gzip\r\n", 200, S_INIT("gz"), S_INIT("\r\nETag: \"7-gzip\"\r\n")},
        {"Accept-Encoding: gzip, br\r\n", 200, S_INIT("b"), S_INIT("\r\nContent-Encoding: br\r\n")},
        {"Accept-Encoding: br;q=0.1, gzip;q=0.2\r\n", 200, S_INIT("gz"),
         S_INIT("\r\nVary: Accept-Encoding\r\n")},
        {"Accept-Encoding: br;q=0.1, identity;q=0.5\r\n", 200, S_INIT("plain"),
         S_INIT("\r\nCache-Control: max-age=60\r\n")},
        {"Accept-Encoding: br\r\nIf-None-Match: \"7-br\"\r\n", 304, S_INIT(""),
         S_INIT("\r\nVary: Accept-Encoding\r\n")},
        {"Accept-Encoding: gzip\r\nIf-None-Match: \"7-br\"\r\n", 200, S_INIT("gz"),
         S_INIT("default-src 'self'")},
    };
    kit k;
    CLEANUP(buf_done) buf out;
    char text[256];
    buf_init(&out, 1 << 20);
    open_it(&k);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        snprintf(text, sizeof text, "GET /asset HTTP/1.1\r\n%%H%s" CLOSE, rows[i].more);
        slice answer = kit_ask(&k, slice_str(text), &out);
        CHECK_EQ(kit_number(answer), rows[i].number);
        CHECK_SLICE(kit_body(answer), rows[i].body);
        if (!kit_has(answer, rows[i].has))
            TEST_FAIL("row %zu: %.*s", i, SLICE_FMT(answer));
    }
    kit_close(&k);
}

TEST(what_is_counted)
{
    kit k;
    CLEANUP(buf_done) buf out;
    CLEANUP(buf_done) buf said;
    buf_init(&out, 1 << 20);
    buf_init(&said, 1 << 20);
    open_it(&k);
    for (int i = 0; i < 3; i++)
        kit_ask(&k, S("GET /tell HTTP/1.1\r\n%H" CLOSE), &out);
    kit_ask(&k, S("GET /fail/3 HTTP/1.1\r\n%H" CLOSE), &out);
    kit_ask(&k, S("GET /none HTTP/1.1\r\n%H" CLOSE), &out);
    kit_ask(&k, S("nonsense\r\n\r\n"), &out);
    CHECK(kit_logged(&k, &k.log, S("400   ")));
    http_server_metrics(k.s, &said);
    slice s = buf_slice(&said);
    CHECK(kit_has(s, S("requests_total{method=\"GET\",route=\"/tell\",status=\"200\"} 3\n")));
    CHECK(kit_has(s, S("{method=\"GET\",route=\"/fail/{n}\",status=\"404\"} 1\n")));
    CHECK(kit_has(s, S("{method=\"\",route=\"\",status=\"404\"} 1\n")));
    CHECK(kit_has(s, S("{method=\"\",route=\"\",status=\"400\"} 1\n")));
    CHECK(kit_has(s, S("_bucket{method=\"GET\",route=\"/tell\",le=\"+Inf\"} 3\n")));
    CHECK(kit_has(s, S("_seconds_count{method=\"GET\",route=\"/tell\"} 3\n")));
    CHECK(kit_has(s, S("noroshi_http_refused_total{reason=\"header\"} 1\n")));
    CHECK(kit_has(s, S("noroshi_http_connections_total 6\n")));
    CHECK(kit_has(s, S("noroshi_http_in_flight 0\n")));
    kit_close(&k);
}

TEST(several_addresses)
{
    kit k;
    address second;
    char where[ADDRESS_TEXT_MAX], text[256];
    CLEANUP(buf_done) buf out;
    buf_init(&out, 1 << 20);
    http_options o = kit_options(&k, routes, COUNT_OF(routes));
    REQUIRE(address_read(S("[::1]:0"), &o.listen[1], NULL) == OK);
    o.listen_count = 2;
    int six = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool there = six >= 0 && bind(six, (struct sockaddr *)&o.listen[1].at, o.listen[1].len) == 0;
    if (six >= 0)
        close(six);
    if (!there)
        REQUIRE(address_read(S("127.0.0.2:0"), &o.listen[1], NULL) == OK);
    kit_open(&k, &o);
    REQUIRE(address_read(slice_str(http_server_address(k.s, 1, where)), &second, NULL) == OK);
    for (int i = 0; i < 2; i++) {
        const slice own = slice_str(i ? where : k.where);
        int fd = socket(i ? second.at.ss_family : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const address *to = i ? &second : &k.at;
        REQUIRE(connect(fd, (const struct sockaddr *)&to->at, to->len) == 0);
        snprintf(text, sizeof text, "GET /tell HTTP/1.1\r\nHost: %.*s\r\n" CLOSE, SLICE_FMT(own));
        buf_clear(&out);
        CHECK(kit_send(&k, fd, slice_str(text)) && kit_read(fd, &out, S("")));
        CHECK_EQ(kit_number(buf_slice(&out)), 200);
        close(fd);
    }
    kit_close(&k);
}

static status no_thread(void *ctx, void **ret, err *why)
{
    (void)ctx, (void)ret;
    return err_set(why, ERR_BUSY, ERR_NOWHERE, "no lens");
}

TEST(servers_that_do_not_open)
{
    kit k;
    http_server *s = NULL;
    err why = {0};
    http_options o = kit_options(&k, routes, COUNT_OF(routes));
    kit_open(&k, &o);
    o.listen[0] = k.at;
    CHECK_EQ(http_server_open(&o, &s, &why), ERR_IO);
    CHECK(strstr(why.msg, "could not be listened on"));
    o.listen_count = 0;
    o.spool_dir = "/nowhere";
    CHECK_EQ(http_server_open(&o, &s, &why), ERR_IO);
    o.spool_dir = NULL;
    o.thread_open = no_thread;
    CHECK_EQ(http_server_open(&o, &s, &why), ERR_BUSY);
    CHECK(strstr(why.msg, "no lens"));
    o.thread_open = NULL;
    o.certificate = o.key = "/nowhere.pem";
    CHECK_EQ(http_server_open(&o, &s, &why), ERR_NOT_FOUND);
    o.certificate = NULL;
    const http_route twice[] = {routes[0], routes[0]};
    o.routes = twice;
    o.route_count = 2;
    CHECK_EQ(http_server_open(&o, &s, &why), ERR_INPUT);
    CHECK(!s);
    o.routes = routes;
    CHECK_OK(http_server_open(&o, &s, &why));
    CHECK(!http_server_close(s)); /* one that never ran */
    kit_close(&k);
}
