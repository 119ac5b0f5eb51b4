#include "serve/http_kit.h"

/* --- handlers ------------------------------------------------------------------------------- */

static status hello(void *ctx, http_request *r, http_reply *w, err *why)
{
    (void)ctx, (void)why;
    buf *out = http_body(w, S("text/plain"));
    buf_printf(out, "hello %zu", r->body.len);
    return OK;
}

/* Runs until the test lets it go. */
static atomic_int held, released;

static status hold(void *ctx, http_request *r, http_reply *w, err *why)
{
    atomic_fetch_add(&held, 1);
    while (!released)
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    return hello(ctx, r, w, why);
}

/* Notes who asked, in the order in which they were run. */
static pthread_mutex_t order_lock = PTHREAD_MUTEX_INITIALIZER;
static char order[64];
static size_t order_count;

static status note(void *ctx, http_request *r, http_reply *w, err *why)
{
    pthread_mutex_lock(&order_lock);
    if (order_count < sizeof order && r->client_key.len)
        order[order_count++] = r->client_key.ptr[0];
    pthread_mutex_unlock(&order_lock);
    return hello(ctx, r, w, why);
}

static status by_header(void *ctx, http_request *r, http_reply *w, err *why)
{
    (void)ctx, (void)w, (void)why;
    r->client_key = http_header(r, "X-Client");
    return OK;
}

static http_more endless(void *ctx, http_request *r, buf *out)
{
    (void)ctx, (void)r;
    char *into = buf_room(out, HTTP_SLICE_BYTES);
    memset(into, 'x', HTTP_SLICE_BYTES);
    out->len += HTTP_SLICE_BYTES;
    return HTTP_MORE;
}

static status flood(void *ctx, http_request *r, http_reply *w, err *why)
{
    (void)ctx, (void)r, (void)why;
    http_stream(w, S("text/plain"), &(http_producer){.fill = endless});
    return OK;
}

/* Says how often it was asked, and waits for the test between. */
static _Atomic(http_waiter *) waiter;
static atomic_int asked, overs;

static http_more live(void *ctx, http_request *r, buf *out)
{
    (void)ctx;
    buf_printf(out, "event %d%s\n", atomic_fetch_add(&asked, 1), http_last_call(r) ? " last" : "");
    http_wait(r, 60000);
    return HTTP_WAIT;
}

static void live_over(void *ctx)
{
    (void)ctx;
    atomic_fetch_add(&overs, 1);
}

static status events(void *ctx, http_request *r, http_reply *w, err *why)
{
    (void)ctx, (void)why;
    waiter = http_waiter_new(r);
    http_stream(w, S("text/event-stream"), &(http_producer){live, live_over, NULL});
    return OK;
}

static const http_route routes[] = {
    {HTTP_GET, "/hello", 0, hello},
    {HTTP_POST, "/body", HTTP_BODY, hello, 1 << 20},
    {HTTP_POST, "/spool", HTTP_BODY_SPOOL, hello, 1 << 30},
    {HTTP_GET, "/hold", HTTP_SLOW, hold},
    {HTTP_GET, "/long-hold", HTTP_SLOW | HTTP_LONG, hold},
    {HTTP_GET, "/note", HTTP_SLOW, note},
    {HTTP_GET, "/flood", 0, flood},
    {HTTP_GET, "/slow-flood", HTTP_SLOW, flood},
    {HTTP_GET, "/events", 0, events},
    {HTTP_GET, "/slow-events", HTTP_SLOW, events},
};

/* Until `at` is `want`: nothing else tells a test that another thread got there. */
static bool comes_to(atomic_int *at, int want)
{
    for (int i = 0; i < KIT_WAIT_MS && *at != want; i++)
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    return *at == want;
}

/* Until /metrics says so. */
static bool counted(kit *k, slice what)
{
    CLEANUP(buf_done) buf said;
    buf_init(&said, 1 << 20);
    for (int i = 0; i < KIT_WAIT_MS; i++) {
        buf_clear(&said);
        http_server_metrics(k->s, &said);
        if (kit_has(buf_slice(&said), what))
            return true;
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    }
    return false;
}

/* --- time ----------------------------------------------------------------------------------- */

TEST(a_header_that_never_ends)
{
    kit k;
    CLEANUP(buf_done) buf out;
    buf_init(&out, 1 << 20);
    http_options o = kit_options(&k, routes, COUNT_OF(routes));
    kit_open(&k, &o);
    int fd = kit_connect(&k);
    CHECK(kit_send(&k, fd, S("GET /hello HT")));
    CHECK(counted(&k, S("connections 1\n")));
    /* it is read before the time passes: nobody says so, but the answer tells which it was */
    for (int i = 0; i < 20 && !kit_has(buf_slice(&out), S("408")); i++) {
        kit_pass(&k, 2000);
        (void)kit_send(&k, fd, S("T"));
        nanosleep(&(struct timespec){0, 150000000}, NULL);
        char byte[512];
        ssize_t n = recv(fd, byte, sizeof byte, MSG_DONTWAIT);
        if (n > 0)
            buf_put(&out, slice_of(byte, (size_t)n));
        if (n == 0)
            break;
    }
    CHECK(kit_has(buf_slice(&out), S("HTTP/1.1 408 Request Timeout\r\n")));
    CHECK(kit_has(buf_slice(&out), S("\r\nConnection: close\r\n")));
    CHECK(counted(&k, S("refused_total{reason=\"slow\"} 1\n")));
    close(fd);
    kit_close(&k);
}

TEST(silence_between_requests)
{
    kit k;
    CLEANUP(buf_done) buf out;
    buf_init(&out, 1 << 20);
    http_options o = kit_options(&k, routes, COUNT_OF(routes));
    o.limits.idle_ms = 5000;
    o.limits.header_ms = 1000000;
    kit_open(&k, &o);
    int fresh = kit_connect(&k), used = kit_connect(&k);
    CHECK(kit_send(&k, used, S("GET /hello HTTP/1.1\r\n%H\r\n")));
    CHECK(kit_read(used, &out, S("hello 0")));
    CHECK(counted(&k, S("connections 2\n")));
    bool over = false;
    for (int i = 0; i < 20 && !over; i++) { /* its time may begin only after it was answered */
        char byte;
        kit_pass(&k, 5001);
        nanosleep(&(struct timespec){0, 150000000}, NULL);
        over = recv(used, &byte, 1, MSG_DONTWAIT) == 0;
    }
    CHECK(over);
    buf_clear(&out);
    CHECK(counted(&k, S("connections 1\n")));
    kit_pass(&k, 1000001); /* the fresh one had its header_ms */
    CHECK(kit_read(fresh, &out, S("")));
    CHECK_EQ(out.len, 0);
    close(fresh);
    close(used);
    kit_close(&k);
}

TEST(a_body_that_is_slower_than_agreed)
{
    static const slice heads[] = {
        S_INIT("POST /body HTTP/1.1\r\n%HContent-Length: 100000\r\n\r\n"),
        S_INIT("POST /spool HTTP/1.1\r\n%HContent-Length: 100000\r\n\r\n")};
    for (size_t i = 0; i < COUNT_OF(heads); i++) {
        kit k;
        CLEANUP(buf_done) buf out;
        CLEANUP(buf_done) buf piece;
        buf_init(&out, 1 << 20);
        buf_init(&piece, 1 << 20);
        http_options o = kit_options(&k, routes, COUNT_OF(routes));
        o.limits.body_ms = 10000;
        o.limits.bytes_per_second = 1000;
        memset(buf_room(&piece, 4000), 'x', 4000);
        piece.len = 4000;
        kit_open(&k, &o);
        int fd = kit_connect(&k);
        CHECK(kit_send(&k, fd, heads[i]));
        CHECK(counted(&k, S("bytes 100000\n"))); /* reserved: its time begins */
        nanosleep(&(struct timespec){0, 300000000}, NULL);
        kit_pass(&k, 8000);
        CHECK(kit_send(&k, fd, buf_slice(&piece))); /* earns 4 s */
        nanosleep(&(struct timespec){0, 300000000}, NULL);
        kit_pass(&k, 4000);
        nanosleep(&(struct timespec){0, 300000000}, NULL);
        char byte;
        CHECK(recv(fd, &byte, 1, MSG_DONTWAIT) < 0 && errno == EAGAIN); /* it may go on */
        CHECK(kit_send(&k, fd, S("x")));
        nanosleep(&(struct timespec){0, 300000000}, NULL);
        kit_pass(&k, 3000);
        CHECK(kit_read(fd, &out, S("")));
        CHECK_EQ(kit_number(buf_slice(&out)), 408);
        CHECK(counted(&k, S("body_memory_bytes 0\n")) && counted(&k, S("body_spool_bytes 0\n")));
        close(fd);
        kit_close(&k);
    }
}

TEST(a_client_that_never_reads)
{
    static const slice texts[] = {S_INIT("GET /flood HTTP/1.1\r\n%H\r\n"),
                                  S_INIT("GET /slow-flood HTTP/1.1\r\n%H\r\n")};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        kit k;
        CLEANUP(buf_done) buf out;
        buf_init(&out, 1 << 20);
        http_options o = kit_options(&k, routes, COUNT_OF(routes));
        o.threads = 1;
        o.limits.header_ms = o.limits.idle_ms = 1000000;
        kit_open(&k, &o);
        int lazy = kit_connect(&k), other = kit_connect(&k);
        CHECK(kit_send(&k, lazy, texts[i]));
        for (int n = 0; n < 3; n++) { /* the others are served meanwhile, by the same thread */
            buf_clear(&out);
            CHECK(kit_send(&k, other, S("GET /hello HTTP/1.1\r\n%H\r\n")));
            CHECK(kit_read(other, &out, S("hello 0")));
        }
        nanosleep(&(struct timespec){0, 200000000}, NULL); /* what its buffers take is sent */
        kit_pass(&k, 20001);
        CHECK(counted(&k, S("refused_total{reason=\"stalled\"} 1\n")));
        CHECK(kit_logged(&k, &k.log, S(" cut")));
        close(lazy);
        close(other);
        kit_close(&k);
    }
}

/* --- room ----------------------------------------------------------------------------------- */

TEST(headers_up_to_their_limit)
{
    kit k;
    CLEANUP(buf_done) buf out;
    CLEANUP(buf_done) buf text;
    buf_init(&out, 1 << 20);
    buf_init(&text, 1 << 20);
    http_options o = kit_options(&k, routes, COUNT_OF(routes));
    o.limits.header_bytes = 2000;
    kit_open(&k, &o);
    for (int over = 0; over < 2; over++) {
        size_t host = strlen("Host: \r\n") + strlen(k.where);
        buf_clear(&text);
        buf_put(&text, S("GET /hello HTTP/1.1\r\n%HConnection: close\r\nX: "));
        while (text.len - 2 + host + 4 < 2000 + (size_t)over)
            buf_byte(&text, 'x');
        buf_put(&text, S("\r\n\r\n"));
        CHECK_EQ(kit_number(kit_ask(&k, buf_slice(&text), &out)), over ? 431 : 200);
    }
    kit_close(&k);
}

TEST(bodies_wait_for_room)
{
    kit k;
    CLEANUP(buf_done) buf out;
    buf_init(&out, 1 << 20);
    http_options o = kit_options(&k, routes, COUNT_OF(routes));
    o.limits.memory_bytes = 300 << 10; /* one piece of a spooled body has 256 KiB */
    o.limits.spool_bytes = 1 << 20;
    kit_open(&k, &o);
    int first = kit_connect(&k);
    CHECK(kit_send(&k, first, S("POST /body HTTP/1.1\r\n%HContent-Length: 307200\r\n\r\n")));
    CHECK(counted(&k, S("body_memory_bytes 307200\n")));
    static const slice second[] = {
        S_INIT("POST /body HTTP/1.1\r\n%HContent-Length: 1\r\nConnection: close\r\n\r\na"),
        S_INIT("POST /spool HTTP/1.1\r\n%HContent-Length: 1\r\nConnection: close\r\n\r\na"),
        S_INIT("POST /body HTTP/1.1\r\n%HTransfer-Encoding: chunked\r\nConnection: "
               "close\r\n\r\n1\r\na\r\n0\r\n\r\n"),
    };
    for (size_t i = 0; i < COUNT_OF(second); i++) {
        slice answer = kit_ask(&k, second[i], &out);
        CHECK_EQ(kit_number(answer), 503);
        CHECK(kit_has(answer, S("\r\nRetry-After: ")) && kit_has(answer, S("\"code\":\"busy\"")));
    }
    close(first);
    CHECK(counted(&k, S("body_memory_bytes 0\n")) && counted(&k, S("body_spool_bytes 0\n")));
    for (size_t i = 0; i < COUNT_OF(second); i++)
        CHECK_EQ(kit_number(kit_ask(&k, second[i], &out)), 200);
    CHECK_EQ(kit_number(
                 kit_ask(&k, S("POST /spool HTTP/1.1\r\n%HContent-Length: 1048577\r\n\r\n"), &out)),
             413); /* never: waiting would not help */
    kit_close(&k);
}

/* What one client may have on the disk; others have room meanwhile. */
TEST(uploads_of_one_client_up_to_their_limit)
{
#define OF(client) "POST /spool HTTP/1.1\r\n%HX-Client: " client "\r\nConnection: close\r\n"
    static const struct {
        const char *what;
        slice request;
        int during, after; /* while a sends 400,000 bytes, and then */
    } rows[] = {
        {"room for the rest", S_INIT(OF("a") "Content-Length: 3\r\n\r\nabc"), 200, 200},
        {"its own others", S_INIT(OF("a") "Content-Length: 200001\r\n\r\n"), 429, 0},
        {"in pieces", S_INIT(OF("a") "Transfer-Encoding: chunked\r\n\r\n30d41\r\n"), 0, 0},
        {"too long for one", S_INIT(OF("a") "Content-Length: 600001\r\n\r\n"), 413, 413},
        {"of another", S_INIT(OF("b") "Content-Length: 3\r\n\r\nabc"), 200, 200},
        {"too long for another", S_INIT(OF("b") "Content-Length: 600001\r\n\r\n"), 413, 413},
        {"all together", S_INIT(OF("b") "Content-Length: 599999\r\n\r\n"), 503, 0},
    };
#undef OF
    kit k;
    CLEANUP(buf_done) buf out;
    static char chunk[200001];
    buf_init(&out, 1 << 20);
    http_options o = kit_options(&k, routes, COUNT_OF(routes));
    o.admit = by_header;
    o.limits.client_spool_bytes = 600000;
    o.limits.spool_bytes = 900000;
    kit_open(&k, &o);
    int first = kit_connect(&k);
    CHECK(kit_send(&k, first,
                   S("POST /spool HTTP/1.1\r\n%HX-Client: a\r\nContent-Length: 400000\r\n\r\n")));
    CHECK(counted(&k, S("body_spool_bytes 400000\n")));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        if (!rows[i].during)
            continue;
        slice answer = kit_ask(&k, rows[i].request, &out);
        if (kit_number(answer) != rows[i].during)
            TEST_FAIL("%s: %d", rows[i].what, kit_number(answer));
        bool waits = rows[i].during == 429 || rows[i].during == 503;
        CHECK_EQ(kit_has(answer, S("\r\nRetry-After: 5\r\n")), waits);
        CHECK_EQ(kit_has(answer, S("\"code\":\"busy\"")), waits);
    }
    int pieces = kit_connect(&k);
    CHECK(kit_send(&k, pieces, rows[2].request));
    memset(chunk, 'x', sizeof chunk);
    CHECK(kit_send(&k, pieces, slice_of(chunk, sizeof chunk)));
    buf_clear(&out);
    CHECK(kit_read(pieces, &out, S("\"busy\"")));
    CHECK_EQ(kit_number(buf_slice(&out)), 429);
    close(pieces);
    close(first);
    CHECK(counted(&k, S("body_spool_bytes 0\n")));
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].after)
            CHECK_EQ(kit_number(kit_ask(&k, rows[i].request, &out)), rows[i].after);
    CHECK(counted(&k, S("body_spool_bytes 0\n")));
    kit_close(&k);
}

TEST(connections_up_to_their_limits)
{
    for (int total = 0; total < 2; total++) {
        kit k;
        CLEANUP(buf_done) buf out;
        buf_init(&out, 1 << 20);
        http_options o = kit_options(&k, routes, COUNT_OF(routes));
        if (total)
            o.limits.connections = 3;
        else
            o.limits.client_connections = 3;
        kit_open(&k, &o);
        int fds[4];
        for (int i = 0; i < 4; i++)
            fds[i] = kit_connect(&k);
        CHECK(kit_read(fds[3], &out, S("")));
        CHECK_EQ(out.len, 0);
        CHECK(counted(&k, total ? S("refused_total{reason=\"connections\"} 1\n")
                                : S("refused_total{reason=\"client\"} 1\n")));
        CHECK(kit_send(&k, fds[2], S("GET /hello HTTP/1.1\r\n%H\r\n")));
        CHECK(kit_read(fds[2], &out, S("hello 0")));
        close(fds[0]);
        CHECK(counted(&k, S("connections 2\n")));
        CHECK_EQ(
            kit_number(kit_ask(&k, S("GET /hello HTTP/1.1\r\n%HConnection: close\r\n\r\n"), &out)),
            200);
        for (int i = 1; i < 4; i++)
            close(fds[i]);
        kit_close(&k);
    }
}

/* --- turns ---------------------------------------------------------------------------------- */

enum { ASKED_MAX = 12 };

/* One worker, held; client a asks ten times, then b and c once each: they do not wait for his
 * ten. */
TEST(tenant_fair)
{
    kit k;
    int fds[ASKED_MAX + 1];
    http_options o = kit_options(&k, routes, COUNT_OF(routes));
    o.admit = by_header;
    o.threads = o.workers = 1;
    released = held = 0;
    order_count = 0;
    kit_open(&k, &o);
    fds[0] = kit_connect(&k);
    CHECK(kit_send(&k, fds[0], S("GET /hold HTTP/1.1\r\n%HX-Client: a\r\n\r\n")));
    CHECK(comes_to(&held, 1));
    for (size_t i = 0; i < ASKED_MAX; i++) {
        CLEANUP(buf_done) buf count;
        buf_init(&count, 64);
        fds[1 + i] = kit_connect(&k);
        CHECK(kit_send(&k, fds[1 + i],
                       i < ASKED_MAX - 2    ? S("GET /note HTTP/1.1\r\n%HX-Client: a\r\n\r\n")
                       : i == ASKED_MAX - 2 ? S("GET /note HTTP/1.1\r\n%HX-Client: b\r\n\r\n")
                                            : S("GET /note HTTP/1.1\r\n%HX-Client: c\r\n\r\n")));
        buf_printf(&count, "in_flight %zu\n", i + 2);
        CHECK(counted(&k, buf_slice(&count)));
    }
    released = 1;
    for (size_t i = 0; i <= ASKED_MAX; i++) {
        CLEANUP(buf_done) buf out;
        buf_init(&out, 1 << 16);
        CHECK(kit_read(fds[i], &out, S("hello 0")));
        close(fds[i]);
    }
    CHECK_SLICE(slice_of(order, order_count), S("abcaaaaaaaaa"));
    kit_close(&k);
}

/* What takes long is run beside the rest, and what one client has under way has a bound. */
TEST(requests_of_one_client_up_to_their_limit)
{
    static const slice b_asks = S_INIT("GET /note HTTP/1.1\r\n%HX-Client: b\r\n"
                                       "Connection: close\r\n\r\n"),
                       a_asks = S_INIT("GET /note HTTP/1.1\r\n%HX-Client: a\r\n"
                                       "Connection: close\r\n\r\n");
    kit k;
    CLEANUP(buf_done) buf out;
    buf_init(&out, 1 << 20);
    http_options o = kit_options(&k, routes, COUNT_OF(routes));
    o.admit = by_header;
    o.workers = o.long_workers = 1;
    o.limits.client_requests = 2;
    released = held = 0;
    kit_open(&k, &o);
    int fds[2];
    for (int i = 0; i < 2; i++) {
        fds[i] = kit_connect(&k);
        CHECK(kit_send(&k, fds[i], S("GET /long-hold HTTP/1.1\r\n%HX-Client: a\r\n\r\n")));
    }
    CHECK(comes_to(&held, 1) && counted(&k, S("in_flight 2\n")));
    slice answer = kit_ask(&k, a_asks, &out);
    CHECK_EQ(kit_number(answer), 429);
    CHECK(kit_has(answer, S("\r\nRetry-After: 1\r\n")) && kit_has(answer, S("\"busy\"")));
    CHECK(counted(&k, S("refused_total{reason=\"requests\"} 1\n")));
    CHECK_EQ(kit_number(kit_ask(&k, b_asks, &out)), 200); /* the one worker is free for it */
    released = 1;
    for (int i = 0; i < 2; i++) {
        buf_clear(&out);
        CHECK(kit_read(fds[i], &out, S("hello 0")));
        close(fds[i]);
    }
    CHECK(counted(&k, S("in_flight 0\n")));
    CHECK_EQ(kit_number(kit_ask(&k, a_asks, &out)), 200);
    kit_close(&k);
}

TEST(requests_of_one_connection_up_to_their_limit)
{
    kit k;
    CLEANUP(buf_done) buf out;
    buf_init(&out, 1 << 20);
    http_options o = kit_options(&k, routes, COUNT_OF(routes));
    o.limits.requests = 2;
    kit_open(&k, &o);
    int fd = kit_connect(&k);
    for (int i = 0; i < 3; i++)
        (void)kit_send(&k, fd, S("GET /hello HTTP/1.1\r\n%H\r\n"));
    CHECK(kit_read(fd, &out, S("")));
    size_t first = slice_find(buf_slice(&out), S("hello 0"), 0);
    size_t second = slice_find(buf_slice(&out), S("hello 0"), first + 1);
    CHECK(second != SIZE_MAX && slice_find(buf_slice(&out), S("hello 0"), second + 1) == SIZE_MAX);
    close(fd);
    kit_close(&k);
}

TEST(limits_and_hosts_change_while_it_runs)
{
    static const slice ours[] = {S_INIT("soc.example"), S_INIT("ti.example:1")};
    static const slice bad[] = {S_INIT("soc.example"), S_INIT("a b")};
    const slice named = S("GET /hello HTTP/1.1\r\nHost: soc.example\r\nConnection: close\r\n\r\n");
    kit k;
    CLEANUP(buf_done) buf out;
    err why = {0};
    buf_init(&out, 1 << 20);
    http_options o = kit_options(&k, routes, COUNT_OF(routes));
    kit_open(&k, &o);
    CHECK_EQ(kit_number(kit_ask(&k, named, &out)), 421);
    http_limits limits = {.header_bytes = 150};
    CHECK_EQ(http_server_change(k.s, &limits, bad, 2, &why), ERR_INPUT);
    CHECK(strstr(why.msg, "host 2"));
    CHECK_EQ(kit_number(kit_ask(&k, named, &out)), 421);
    CHECK_OK(http_server_change(k.s, &limits, ours, 2, &why));
    CHECK_EQ(kit_number(kit_ask(&k, named, &out)), 200);
    CHECK_EQ(kit_number(kit_ask(&k,
                                S("GET /hello HTTP/1.1\r\n%HConnection: close\r\nX: "
                                  "0123456789012345678901234567890123456789012345678901234567890123"
                                  "4567890123456789012345678901234567890123456789012345678901234567"
                                  "\r\n\r\n"),
                                &out)),
             431);
    for (unsigned i = 0; i < 100; i++) { /* while others read */
        limits.header_bytes = 1000 + i;
        CHECK_OK(http_server_change(k.s, &limits, ours, i % 3, &why));
        CHECK_EQ(kit_number(kit_ask(&k, named, &out)), i % 3 ? 200 : 421);
    }
    kit_close(&k);
}

/* --- streams that wait ----------------------------------------------------------------------- */

TEST(a_stream_is_woken)
{
    static const slice texts[] = {S_INIT("GET /events HTTP/1.1\r\n%H\r\n"),
                                  S_INIT("GET /slow-events HTTP/1.1\r\n%H\r\n")};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        kit k;
        CLEANUP(buf_done) buf out;
        buf_init(&out, 1 << 20);
        asked = overs = 0;
        http_options o = kit_options(&k, routes, COUNT_OF(routes));
        kit_open(&k, &o);
        int fd = kit_connect(&k);
        CHECK(kit_send(&k, fd, texts[i]));
        CHECK(kit_read(fd, &out, S("event 0\n")));
        http_wake(waiter);
        CHECK(kit_read(fd, &out, S("event 1\n")));
        http_wake(waiter);
        CHECK(kit_read(fd, &out, S("event 2\n")));
        kit_pass(&k, 60001); /* what http_wait said */
        CHECK(kit_read(fd, &out, S("event 3\n")));
        close(fd); /* the client is gone: that is noticed though nothing is sent */
        CHECK(comes_to(&overs, 1));
        http_wake(waiter); /* too late, and harmless */
        waiter = http_waiter_free(waiter);
        CHECK_EQ(asked, 4);
        kit_close(&k);
    }
}

static atomic_bool waking;

static void *wake_often(void *ctx)
{
    http_waiter *w = ctx;
    while (waking)
        http_wake(w);
    http_waiter_free(w);
    return NULL;
}

TEST(wakes_race_with_the_end)
{
    kit k;
    CLEANUP(buf_done) buf out;
    buf_init(&out, 1 << 24);
    asked = overs = 0;
    http_options o = kit_options(&k, routes, COUNT_OF(routes));
    kit_open(&k, &o);
    for (int i = 0; i < 20; i++) {
        pthread_t thread;
        int fd = kit_connect(&k);
        buf_clear(&out);
        CHECK(kit_send(&k, fd,
                       i % 2 ? S("GET /events HTTP/1.1\r\n%H\r\n")
                             : S("GET /slow-events HTTP/1.1\r\n%H\r\n")));
        CHECK(kit_read(fd, &out, S("event ")));
        waking = true;
        int code = pthread_create(&thread, NULL, wake_often, waiter);
        REQUIRE(!code);
        CHECK(kit_read(fd, &out, S("\nevent")) || kit_read(fd, &out, S("event")));
        close(fd);
        CHECK(comes_to(&overs, i + 1));
        waking = false;
        pthread_join(thread, NULL);
    }
    kit_close(&k);
}

/* --- the end -------------------------------------------------------------------------------- */

TEST(what_runs_is_finished_before_the_end)
{
    kit k;
    CLEANUP(buf_done) buf idle_out;
    CLEANUP(buf_done) buf held_out;
    CLEANUP(buf_done) buf live_out;
    buf_init(&idle_out, 1 << 20);
    buf_init(&held_out, 1 << 20);
    buf_init(&live_out, 1 << 20);
    asked = overs = held = released = 0;
    http_options o = kit_options(&k, routes, COUNT_OF(routes));
    kit_open(&k, &o);
    int idle = kit_connect(&k), busy = kit_connect(&k), stream = kit_connect(&k);
    CHECK(kit_send(&k, idle, S("GET /hello HTTP/1.1\r\n%H\r\n")));
    CHECK(kit_read(idle, &idle_out, S("hello 0")));
    CHECK(kit_send(&k, busy, S("GET /hold HTTP/1.1\r\n%H\r\n")));
    CHECK(kit_send(&k, stream, S("GET /events HTTP/1.1\r\n%H\r\n")));
    CHECK(kit_read(stream, &live_out, S("event 0\n")));
    CHECK(comes_to(&held, 1));
    kit_stop(&k);
    CHECK(kit_read(idle, &idle_out, S("")));   /* at once */
    CHECK(kit_read(stream, &live_out, S(""))); /* its last call */
    CHECK(kit_has(buf_slice(&live_out), S("event 1 last\n\r\n0\r\n\r\n")));
    released = 1;
    CHECK(kit_read(busy, &held_out, S("")));
    CHECK(kit_has(buf_slice(&held_out), S("hello 0")));
    CHECK(kit_has(buf_slice(&held_out), S("\r\nConnection: close\r\n")));
    waiter = http_waiter_free(waiter);
    close(idle), close(busy), close(stream);
    kit_close(&k);
}

TEST(what_does_not_end_is_cut)
{
    kit k;
    CLEANUP(buf_done) buf out;
    buf_init(&out, 64 << 20);
    http_options o = kit_options(&k, routes, COUNT_OF(routes));
    o.limits.drain_ms = 1000;
    o.limits.stall_ms = 1000000;
    o.limits.header_ms = 1000000;
    kit_open(&k, &o);
    int lazy = kit_connect(&k), half = kit_connect(&k);
    CHECK(kit_send(&k, lazy, S("GET /slow-flood HTTP/1.1\r\n%H\r\n")));
    CHECK(kit_send(&k, half, S("GET /hello HT")));
    CHECK(counted(&k, S("in_flight 1\n")) && counted(&k, S("connections 2\n")));
    kit_stop(&k);
    nanosleep(&(struct timespec){0, 200000000}, NULL);
    kit_pass(&k, 1001);
    CHECK(kit_read(half, &out, S("")));
    close(half);
    close(lazy);
    kit_close(&k);
}
