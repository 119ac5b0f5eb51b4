#include "publish/deliver.h" /* the catalogue before names of the test kit */
#include "base/address.h"
#include "know/alerts.h"
#include "know/test_store.h"

#include <poll.h>
#include <unistd.h>

/* --- a store with alerts, a clock, what went wrong -------------------------------------------- */

typedef struct bench {
    scratch t;
    deliver *d;
    int64_t ticks_us;
    unsigned troubles, raised;
    char said[ERR_MESSAGE_MAX];
    char path[64];
} bench;

static void trouble(void *ctx, slice target, const err *what)
{
    bench *b = ctx;
    (void)target;
    b->troubles++;
    snprintf(b->said, sizeof b->said, "%s", what->msg);
}

static bool bench_open(bench *b)
{
    *b = (bench){.ticks_us = 1};
    if (!scratch_open(&b->t))
        return false;
    doc(&b->t, "beta", "b.csv", 'A', TLP_CLEAR);
    say(&b->t, KIND_IPV4, "198.51.100.7", PRED_INDICATES, KIND_MALWARE, "name:thing",
        .from = "2026-11-01", .to = "2026-11-22");
    say(&b->t, KIND_IPV4, "198.51.100.8", PRED_INDICATES, KIND_MALWARE, "name:thing",
        .from = "2026-11-01", .to = "2026-11-22");
    doc_end(&b->t);
    b->t.v = (view){.clearance = TLP_RED, .all_audiences = true, .known_at = WHEN_NONE};
    b->t.v.now = at("2026-11-22");
    snprintf(b->path, sizeof b->path, "/tmp/noroshi-deliver-%ld", (long)getpid());
    (void)unlink(b->path);
    return true;
}

static void bench_close(bench *b)
{
    deliver_free(b->d);
    (void)unlink(b->path);
    scratch_close(&b->t);
}

static void start(bench *b, const char *target)
{
    const deliver_options o = {.s = b->t.s,
                               .view = &b->t.v,
                               .writer = b->t.w,
                               .ticks = clock_fixed(&b->ticks_us),
                               .name = S("watch"),
                               .host = "here",
                               .trouble = trouble,
                               .ctx = b};
    b->d = deliver_free(b->d);
    CHECK_OK(deliver_new(&o, &b->d, &b->t.why));
    REQUIRE(b->d);
    CHECK_OK(deliver_add(b->d, slice_str(target), &b->t.why));
}

/* An alert of a host of its own. bad: about a value of which something is known. */
static void raise_alert(bench *b, bool bad)
{
    char host[16];
    alert_noted n;
    snprintf(host, sizeof host, "host-%u.", b->raised++);
    const alert_contact c = {.rule = S("ioc"),
                             .indicator = {KIND_IPV4, bad ? S("198.51.100.7") : S("192.0.2.1")},
                             .host = slice_str(host),
                             .span = at("2026-11-20 10:00"),
                             .at = at("2026-11-20 10:30"),
                             .now = at("2026-11-20 12:00"),
                             .priority = 2,
                             .event = S("{\"x\":1}"),
                             .place = {.path = S("proxy.log"), .line = 7, .offset = 99}};
    CHECK_OK(alert_note(b->t.w, &c, &n, &b->t.why));
    CHECK_OK(writer_sync(b->t.w, &b->t.why));
}

static void step(bench *b, unsigned times)
{
    for (unsigned i = 0; i < times; i++)
        CHECK_OK(deliver_step(b->d, &b->t.why));
}

/* "0 1 2": the hosts of the alerts in it, in order. */
static slice hosts(slice text, buf *out)
{
    static const slice key = S_INIT("\"host\":\"host-");
    buf_clear(out);
    for (size_t at = 0; (at = slice_find(text, key, at)) != SIZE_MAX;) {
        at += key.len;
        size_t end = slice_find_byte(text, '.', at);
        buf_put(out, slice_sub(text, at, end));
        buf_byte(out, ' ');
    }
    return buf_slice(out);
}

static slice in_file(const bench *b, arena *a, buf *out)
{
    slice all = S("");
    err none;
    arena_reset(a);
    if (fs_read_all(fs_system(), a, b->path, 8 << 20, &all, &none) != OK)
        return S("none");
    return hosts(all, out);
}

/* --- files ------------------------------------------------------------------------------------ */

TEST(a_file_gets_each_alert_that_comes_from_now_on)
{
    bench b;
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf out;
    arena_init(&a, 16 << 20);
    buf_init(&out, 1 << 20);
    REQUIRE(bench_open(&b));
    raise_alert(&b, true); /* 0: before anybody listened */
    start(&b, b.path);
    step(&b, 2);
    CHECK_SLICE(in_file(&b, &a, &out), S("none"));
    raise_alert(&b, true);
    raise_alert(&b, false); /* 2: no alert in this view */
    raise_alert(&b, true);
    step(&b, 1);
    CHECK_SLICE(in_file(&b, &a, &out), S("1 3 "));
    raise_alert(&b, false);
    step(&b, 1);
    /* whoever comes after it goes on behind */
    raise_alert(&b, true);
    start(&b, b.path);
    step(&b, 2);
    CHECK_SLICE(in_file(&b, &a, &out), S("1 3 5 "));
    /* it was renamed, and half a line was left behind in the new one */
    FILE *f = fopen(b.path, "w");
    REQUIRE(f);
    fputs("{\"hal", f);
    fclose(f);
    raise_alert(&b, true);
    step(&b, 1);
    CHECK_SLICE(in_file(&b, &a, &out), S("6 "));
    CHECK_EQ(b.troubles, 0);
    bench_close(&b);
}

TEST(what_cannot_be_written_is_said_once_and_written_later)
{
    bench b;
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf out;
    arena_init(&a, 16 << 20);
    buf_init(&out, 1 << 20);
    REQUIRE(bench_open(&b));
    start(&b, b.path);
    CHECK_OK(fs_mkdir(fs_system(), b.path, &b.t.why));
    for (int i = 0; i < 3; i++) {
        raise_alert(&b, true);
        step(&b, 1);
        b.ticks_us += RECEIVER_RETRY_MAX_US + 1;
    }
    CHECK_EQ(b.troubles, 1);
    size_t left = 0;
    CHECK_OK(deliver_finish(b.d, 0, &left, &b.t.why));
    CHECK_EQ(left, 1);
    CHECK_OK(fs_remove(fs_system(), b.path, &b.t.why));
    b.ticks_us += RECEIVER_RETRY_MAX_US + 1;
    CHECK_OK(deliver_finish(b.d, 0, &left, &b.t.why));
    CHECK_EQ(left, 0);
    CHECK_SLICE(in_file(&b, &a, &out), S("0 1 2 "));
    bench_close(&b);
}

/* --- syslog ----------------------------------------------------------------------------------- */

static int listen_on(int type, char target[64])
{
    struct sockaddr_storage where = {0};
    socklen_t len = sizeof where;
    char text[ADDRESS_TEXT_MAX];
    address a;
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
    CHECK_OK(address_read(S("127.0.0.1:0"), &a, NULL));
    CHECK_EQ(bind(fd, (const struct sockaddr *)&a.at, a.len), 0);
    if (type == SOCK_STREAM)
        CHECK_EQ(listen(fd, 4), 0);
    CHECK_EQ(getsockname(fd, (struct sockaddr *)&where, &len), 0);
    a = address_of(&where, len);
    snprintf(target, 64, "syslog:%s:%s", type == SOCK_STREAM ? "tcp" : "udp",
             address_text(&a, text));
    return fd;
}

/* Waits for at most a second, as the kernel hands on between the two. */
static bool readable(int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    return poll(&p, 1, 1000) == 1;
}

TEST(syslog_by_udp)
{
    static const slice front = S_INIT("<131>1 2026-11-20T12:00:00Z here noroshi - alert - "
                                      "{\"schema\":\"noroshi.alert-group/1\",\"id\":\"alert--");
    bench b;
    char target[64], got[65536];
    REQUIRE(bench_open(&b));
    int fd = listen_on(SOCK_DGRAM, target);
    start(&b, target);
    raise_alert(&b, true);
    step(&b, 2);
    REQUIRE(readable(fd));
    ssize_t n = recv(fd, got, sizeof got, 0);
    CHECK(n > 0 && slice_starts(slice_of(got, (size_t)n), front));
    CHECK(n > 0 && got[n - 1] == '}');
    /* nobody is there: it is heard of with the next, and both are sent again */
    close(fd);
    raise_alert(&b, true);
    step(&b, 3);
    CHECK_EQ(b.troubles, 1);
    size_t left = 0;
    CHECK_OK(deliver_finish(b.d, 0, &left, &b.t.why));
    CHECK_EQ(left, 1);
    bench_close(&b);
}

static void read_some(int fd, buf *into)
{
    char some[65536];
    ssize_t n;
    while (readable(fd) && (n = recv(fd, some, sizeof some, 0)) > 0) {
        buf_put(into, slice_of(some, (size_t)n));
        if (some[n - 1] == '}')
            break;
    }
}

/* Every message has the length in front of it. */
static void check_counted(slice all)
{
    slice length;
    uint64_t n = 0;
    while (all.len) {
        REQUIRE(slice_cut(&all, ' ', &length) && slice_u64(length, &n) && n <= all.len);
        CHECK(slice_starts(all, S("<131>1 ")) && all.ptr[n - 1] == '}');
        all = slice_from(all, (size_t)n);
    }
}

TEST(syslog_by_tcp_goes_on_after_a_break)
{
    bench b;
    char target[64];
    CLEANUP(buf_done) buf got, out;
    size_t left = 1;
    buf_init(&got, 1 << 20);
    buf_init(&out, 1 << 20);
    REQUIRE(bench_open(&b));
    int fd = listen_on(SOCK_STREAM, target);
    start(&b, target);
    raise_alert(&b, true);
    raise_alert(&b, true);
    step(&b, 2);
    REQUIRE(readable(fd));
    int one = accept(fd, NULL, NULL);
    step(&b, 1);
    read_some(one, &got);
    check_counted(buf_slice(&got));
    CHECK_SLICE(hosts(buf_slice(&got), &out), S("0 1 "));
    step(&b, 1); /* they are safe */
    /* broken, with one that nobody read */
    raise_alert(&b, true);
    struct linger hard = {.l_onoff = 1};
    CHECK_EQ(setsockopt(one, SOL_SOCKET, SO_LINGER, &hard, sizeof hard), 0);
    close(one);
    step(&b, 2);
    CHECK_EQ(b.troubles, 1);
    b.ticks_us += RECEIVER_RETRY_MAX_US + 1;
    step(&b, 2);
    REQUIRE(readable(fd));
    one = accept(fd, NULL, NULL);
    step(&b, 1);
    buf_clear(&got);
    read_some(one, &got);
    CHECK_SLICE(hosts(buf_slice(&got), &out), S("2 "));
    CHECK_OK(deliver_finish(b.d, 0, &left, &b.t.why));
    CHECK_EQ(left, 0);
    close(one);
    close(fd);
    bench_close(&b);
}

TEST(who_never_reads_holds_up_nobody)
{
    bench b;
    char target[64];
    size_t left = 0;
    REQUIRE(bench_open(&b));
    int fd = listen_on(SOCK_STREAM, target);
    start(&b, target);
    for (unsigned i = 0; i < DELIVER_OPEN_MAX + 10; i++)
        raise_alert(&b, true);
    step(&b, 5); /* returns: that is the test */
    CHECK_OK(deliver_finish(b.d, 0, &left, &b.t.why));
    CHECK(left <= 1);
    close(fd);
    bench_close(&b);
}

TEST(what_is_no_receiver)
{
    static const char *const rows[] = {"", "syslog:", "syslog:tls:127.0.0.1:1", "syslog:udp:host:1",
                                       "syslog:tcp:127.0.0.1"};
    bench b;
    char longer[RECEIVER_TARGET_MAX + 2];
    REQUIRE(bench_open(&b));
    start(&b, b.path);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_EQ(deliver_add(b.d, slice_str(rows[i]), &b.t.why), ERR_INPUT);
    memset(longer, 'x', sizeof longer);
    CHECK_EQ(deliver_add(b.d, slice_of(longer, RECEIVER_TARGET_MAX + 1), &b.t.why), ERR_LIMIT);
    CHECK_OK(deliver_add(b.d, slice_of(longer, RECEIVER_TARGET_MAX), &b.t.why));
    for (unsigned i = 2; i < DELIVER_RECEIVERS_MAX; i++)
        CHECK_OK(deliver_add(b.d, slice_str(b.path), &b.t.why));
    CHECK_EQ(deliver_add(b.d, slice_str(b.path), &b.t.why), ERR_LIMIT);
    bench_close(&b);
}
