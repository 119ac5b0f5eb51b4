#include "watch/watch.h" /* the catalogue before names of the test kit */
#include "base/json.h"
#include "know/sets.h"
#include "know/test_store.h"

#include <poll.h>

/* --- a store, a watcher, what it told -------------------------------------------------------- */

typedef struct heard {
    char lines[64 << 10]; /* "P2 line what how field direction host" */
    size_t count, stop;
    buf last; /* the JSON of the last one */
} heard;

typedef struct bench {
    scratch t;
    site *site;
    watch_options o;
    watcher *w;
    heard h;
} bench;

static status on_alert(void *ctx, const alert *a, err *why)
{
    heard *h = ctx;
    size_t n = strlen(h->lines);
    if (h->count++ == h->stop)
        return err_set(why, ERR_BUSY, ERR_NOWHERE, "enough");
    snprintf(h->lines + n, sizeof h->lines - n, "P%d %llu %.*s %d %.*s %s %.*s%s\n",
             a->urgency.priority, (unsigned long long)a->place.line,
             SLICE_FMT(a->match[0].indicator.text), (int)a->match[0].how,
             SLICE_FMT(a->match[0].field), log_direction_name(a->direction), SLICE_FMT(a->host),
             a->in_exercise ? " exercise" : "");
    buf_clear(&h->last);
    return alert_json(a, LANG_EN, &h->last, why);
}

static bool bench_open(bench *b)
{
    *b = (bench){.h.stop = SIZE_MAX};
    buf_init(&b->h.last, ALERT_LINE_MAX);
    if (!scratch_open(&b->t))
        return false;
    scratch *t = &b->t;
    doc(t, "beta", "b.csv", 'A', TLP_CLEAR);
    say(t, KIND_IPV4, "198.51.100.7", PRED_INDICATES, KIND_MALWARE, "name:thing",
        .from = "2026-11-01", .to = "2026-11-22",
        .detail = "{\"role\":\"c2\",\"watermark\":\"77\"}");
    say(t, KIND_DOMAIN, "evil.example", PRED_INDICATES, KIND_MALWARE, "name:thing",
        .from = "2026-11-01", .to = "2026-11-22");
    say(t, KIND_URL, "http://bad.example/a/b", PRED_INDICATES, KIND_MALWARE, "name:thing",
        .from = "2026-11-01", .to = "2026-11-22");
    say(t, KIND_CIDR, "203.0.113.0/28", PRED_INDICATES, KIND_MALWARE, "name:thing",
        .from = "2026-11-01", .to = "2026-11-22");
    say(t, KIND_MD5, "0123456789abcdef0123456789abcdef", PRED_INDICATES, KIND_MALWARE, "name:thing",
        .from = "2026-11-01", .to = "2026-11-22");
    say(t, KIND_DOMAIN, "fine.example", PRED_INDICATES, KIND_NONE, "");
    say(t, KIND_DOMAIN, "fine.example", PRED_LISTED, KIND_NONE, "",
        .detail = "{\"list\":\"top\",\"polarity\":\"benign\"}");
    doc_end(t);
    doc(t, "gamma", "g.csv", 'A', TLP_RED);
    say(t, KIND_DOMAIN, "secret.example", PRED_INDICATES, KIND_MALWARE, "name:thing",
        .from = "2026-11-01", .to = "2026-11-22");
    doc_end(t);
    t->v = (view){.clearance = TLP_RED, .all_audiences = true, .known_at = WHEN_NONE};
    t->now_us = at("2026-11-22") * 1000;
    err why = {0};
    CHECK_OK(site_new(-1, &b->site, &why));
    b->o = (watch_options){.s = t->s,
                           .view = &t->v,
                           .site = b->site,
                           .clock = {scratch_tick, t},
                           .random = random_seeded(&t->seed),
                           .writer = t->w,
                           .on_alert = on_alert,
                           .ctx = &b->h};
    return b->site != NULL;
}

static void bench_start(bench *b)
{
    CHECK_OK(watcher_new(&b->o, &b->w, &b->t.why));
}

static void bench_close(bench *b)
{
    watcher_free(b->w);
    site_free(b->site);
    buf_done(&b->h.last);
    scratch_close(&b->t);
}

static void registered(bench *b, site_table which, const char *text)
{
    memory_reader m;
    reader in = reader_memory(&m, slice_str(text));
    size_t n;
    CHECK_OK(site_read(b->site, which, &in, &n, &b->t.why));
}

/* All of a log, `step` bytes at a time. */
static status run_named(bench *b, slice name, const char *log, size_t step, bool once)
{
    watch_stream *s = NULL;
    slice rest = slice_str(log);
    const watch_from from = {.once = once};
    err *why = &b->t.why;
    status st = watch_open(b->w, name, &from, &s, why);
    while (st == OK && rest.len) {
        st = watch_feed(s, slice_sub(rest, 0, step), why);
        rest = slice_from(rest, step);
    }
    if (st == OK)
        st = watch_end(s, why);
    if (st == OK)
        st = writer_sync(b->t.w, why);
    watch_close(s);
    return st;
}

static const char *run(bench *b, const char *log)
{
    b->h.lines[0] = 0;
    CHECK_OK(run_named(b, S("test.log"), log, SIZE_MAX, false));
    return b->h.lines;
}

static void check_lines(const char *got, const char *want)
{
    CHECK_SLICE(slice_str(got), slice_str(want));
}

/* What a watch of its own tells of a log. */
static void check_log(const char *log, const char *want)
{
    bench b;
    REQUIRE(bench_open(&b));
    bench_start(&b);
    REQUIRE(b.w);
    check_lines(run(&b, log), want);
    bench_close(&b);
}

/* --- what is told ----------------------------------------------------------------------------- */

#define SQUID(time, client, result, url)                                                           \
    time ".000    100 " client " " result " 512 GET " url " - HIER_DIRECT/192.0.2.200 text/html\n"
#define NOV_20 "1795140000" /* 2026-11-20 02:40 UTC */

TEST(one_alert_an_event_about_the_most_urgent)
{
    bench b;
    REQUIRE(bench_open(&b));
    bench_start(&b);
    REQUIRE(b.w);
    check_lines(
        run(&b,
            "{\"src_ip\":\"192.0.2.5\",\"dest_ip\":\"198.51.100.7\",\"query\":\"x.evil.example\"}\n"
            "{\"src_ip\":\"192.0.2.5\",\"note\":\"nothing\"}\n"
            "{\"src_ip\":\"192.0.2.5\",\"query\":\"www.fine.example\"}\n"
            "{\"src_ip\":\"203.0.113.9\",\"dest_ip\":\"192.0.2.5\"}\n"),
        "P1 1 198.51.100.7 1 dest_ip outbound 192.0.2.5\n"
        "P3 4 203.0.113.0/28 3 src_ip inbound 192.0.2.5\n");
    watch_counts n = watcher_counts(b.w);
    CHECK_EQ(n.records, 4);
    CHECK_EQ(n.matched, 3);
    CHECK_EQ(n.alerts, 2);
    CHECK_EQ(n.fresh, 2);
    CHECK_EQ(n.harmless, 1);
    CHECK_EQ(watcher_info(b.w).added, 7);
    bench_close(&b);
}

TEST(the_object_is_the_contracts)
{
    bench b;
    CLEANUP(arena_done) arena a;
    json *v = NULL;
    arena_init(&a, 4 << 20);
    REQUIRE(bench_open(&b));
    registered(&b, SITE_ASSETS, "asset,weight,name\n192.0.2.5,critical,domain controller\n");
    bench_start(&b);
    REQUIRE(b.w);
    run(&b, "{\"ts\":\"2026-11-20T02:40:00Z\",\"src_ip\":\"192.0.2.5\",\"dest_ip\":\"198.51.100."
            "7\"}\n");
    CHECK_OK(json_parse(&a, buf_slice(&b.h.last), NULL, &v, &b.t.why));
    REQUIRE(v);
    CHECK_SLICE(json_text(json_get(v, S("schema"))), S("noroshi.alert/1"));
    CHECK_SLICE(json_text(json_get(v, S("rule"))), S("ioc"));
    CHECK_SLICE(json_text(json_get(v, S("level"))), S("critical"));
    CHECK_SLICE(json_text(json_get(v, S("priority"))), S("P1"));
    CHECK(slice_starts(json_text(json_get(v, S("id"))), S("alert--")));
    const json *judged = json_get(v, S("answer"));
    CHECK_SLICE(json_text(json_get(judged, S("verdict"))), S("malicious"));
    const json *event = json_get(v, S("event"));
    CHECK_SLICE(json_text(json_get(event, S("src_ip"))), S("192.0.2.5"));
    const json *asset = json_get(v, S("asset"));
    CHECK_SLICE(json_text(json_get(asset, S("name"))), S("domain controller"));
    bench_close(&b);
}

TEST(priority_of_the_contact)
{
    static const struct {
        const char *log, *want;
    } rows[] = {
        {SQUID(NOV_20, "192.0.2.5", "TCP_MISS/200", "http://bad.example/a/b"),
         "P2 1 http://bad.example/a/b 1"},
        {SQUID(NOV_20, "192.0.2.5", "TCP_DENIED/403", "http://bad.example/a/b"),
         "P3 1 http://bad.example/a/b 1"},
        {SQUID("1700000000", "192.0.2.5", "TCP_MISS/200", "http://bad.example/a/b"), /* 2023 */
         "P3 1 http://bad.example/a/b 1"},
        {"md5 0123456789ABCDEF0123456789ABCDEF found\n", "P1 1 0123456789abcdef0123456789abcdef 1"},
    };
    bench b;
    REQUIRE(bench_open(&b));
    bench_start(&b);
    REQUIRE(b.w);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const char *got = run(&b, rows[i].log);
        if (strncmp(got, rows[i].want, strlen(rows[i].want)) != 0)
            TEST_FAIL("%s: got %s want %s", rows[i].log, got, rows[i].want);
    }
    bench_close(&b);
}

/* What a format has apart is all of it joined: the query, and the port where packets were seen. */
TEST(a_query_and_a_port_of_their_own_are_joined)
{
    static const char log[] =
        "{\"url\":{\"domain\":\"web.example\",\"path\":\"/q.php\",\"query\":\"id=7\"}}\n"
        "{\"url\":{\"domain\":\"web.example\",\"path\":\"/q.php\",\"query\":\"id=8\"}}\n"
        "{\"timestamp\":\"2026-11-20T02:40:00.000000+0000\",\"event_type\":\"http\",\"src_ip\":"
        "\"192.0.2.5\",\"dest_ip\":\"192.0.2.200\",\"dest_port\":8080,\"http\":{\"hostname\":"
        "\"web.example\",\"url\":\"/gate\"}}\n"
        "{\"dest_ip\":\"192.0.2.201\",\"dest_port\":8080,\"path\":\"/gate\"}\n"
        "{\"dest_ip\":\"192.0.2.201\",\"dest_port\":8081,\"path\":\"/gate\"}\n"
        "{\"dest_ip\":\"2001:db8::5\",\"dest_port\":8080,\"path\":\"/gate\"}\n";
    static const char *const urls[] = {
        "http://web.example/q.php?id=7", "http://web.example:8080/gate",
        "http://192.0.2.201:8080/gate", "http://[2001:db8::5]:8080/gate"};
    bench b;
    REQUIRE(bench_open(&b));
    doc(&b.t, "epsilon", "e.csv", 'A', TLP_CLEAR);
    for (size_t i = 0; i < COUNT_OF(urls); i++)
        say(&b.t, KIND_URL, urls[i], PRED_INDICATES, KIND_MALWARE, "name:thing",
            .from = "2026-11-01", .to = "2026-11-22");
    doc_end(&b.t);
    bench_start(&b);
    REQUIRE(b.w);
    check_lines(run(&b, log),
                "P2 1 http://web.example/q.php?id=7 4 url.domain outbound \n"
                "P2 3 http://web.example:8080/gate 4 http.hostname outbound 192.0.2.5\n"
                "P2 4 http://192.0.2.201:8080/gate 4 dest_ip outbound \n"
                "P2 6 http://[2001:db8::5]:8080/gate 4 dest_ip outbound \n");
    bench_close(&b);
}

TEST(host_and_path_in_two_fields_are_joined)
{
    bench b;
    REQUIRE(bench_open(&b));
    bench_start(&b);
    REQUIRE(b.w);
    const char *got = run(
        &b, "{\"timestamp\":\"2026-11-20T02:40:00.000000+0000\",\"event_type\":\"http\",\"src_ip\":"
            "\"192.0.2.5\","
            "\"src_port\":1025,\"dest_ip\":\"192.0.2.200\",\"dest_port\":80,\"proto\":\"TCP\","
            "\"http\":{\"hostname\":\"bad.example\",\"url\":\"/a/b\",\"http_method\":\"GET\"}}\n"
            "{\"timestamp\":\"2026-11-20T02:40:00.000000+0000\",\"event_type\":\"http\",\"src_ip\":"
            "\"192.0.2.5\","
            "\"src_port\":1025,\"dest_ip\":\"192.0.2.200\",\"dest_port\":80,\"proto\":\"TCP\","
            "\"http\":{\"hostname\":\"bad.example\",\"url\":\"/a/c\",\"http_method\":\"GET\"}}\n");
    check_lines(got, "P2 1 http://bad.example/a/b 4 http.hostname outbound 192.0.2.5\n");
    bench_close(&b);
}

TEST(a_path_may_be_in_any_field)
{
    static const struct {
        const char *log, *want;
    } rows[] = {
        {"{\"host\":\"bad.example\",\"uri\":\"/a/b\"}\n",
         "P2 1 http://bad.example/a/b 4 host unknown \n"},
        {"{\"request\":{\"site\":\"BAD.example:80\",\"path\":\"/a/b?c=d\"}}\n",
         "P2 1 http://bad.example/a/b 4 request.site unknown \n"},
        {"{\"http_host\":\"bad.example\",\"path\":\"/a/b\"}\n",
         "P2 1 http://bad.example/a/b 4 http_host outbound \n"},
        {"{\"host\":\"bad.example\",\"a\":\"/\",\"b\":\"a/b\"}\n", ""},
        {"{\"note\":\"of bad.example\",\"uri\":\"/a/b\"}\n", ""},
        {"{\"host\":\"bad.example\",\"1\":\"/1\",\"2\":\"/2\",\"3\":\"/3\",\"4\":\"/4\",\"5\":\"/"
         "5\","
         "\"6\":\"/6\",\"7\":\"/7\",\"8\":\"/8\",\"9\":\"/a/b\"}\n",
         ""}, /* over eight are not tried */
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check_log(rows[i].log, rows[i].want);
}

/* Also where the address stands twice, as in sign-ins of Entra. */
TEST(who_came_in_from_a_bad_address)
{
#define BAD "\"198.51.100.7\""
    static const struct {
        const char *log, *want;
    } rows[] = {
        {"{\"EventID\":4624,\"Channel\":\"Security\",\"SourceName\":\"Microsoft-Windows-Security-"
         "Auditing\","
         "\"Hostname\":\"dc\",\"TargetUserName\":\"bob\",\"IpAddress\":" BAD "}\n",
         "P1 1 198.51.100.7 1 IpAddress inbound dc\n"},
        {"{\"EventID\":4625,\"Channel\":\"Security\",\"SourceName\":\"Microsoft-Windows-Security-"
         "Auditing\","
         "\"Hostname\":\"dc\",\"TargetUserName\":\"bob\",\"IpAddress\":" BAD "}\n",
         "P4 1 198.51.100.7 1 IpAddress inbound dc\n"},
        {"{\"category\":\"SignInLogs\",\"operationName\":\"Sign-in activity\",\"tenantId\":\"t\","
         "\"callerIpAddress\":" BAD ",\"resultType\":\"0\",\"properties\":{\"ipAddress\":" BAD
         "}}\n",
         "P1 1 198.51.100.7 1 callerIpAddress inbound \n"},
        {"{\"eventVersion\":\"1\",\"eventSource\":\"signin.amazonaws.com\",\"eventName\":"
         "\"ConsoleLogin\","
         "\"sourceIPAddress\":" BAD ",\"responseElements\":{\"ConsoleLogin\":\"Success\"}}\n",
         "P1 1 198.51.100.7 1 sourceIPAddress inbound \n"},
        {"{\"eventVersion\":\"1\",\"eventSource\":\"s3.amazonaws.com\",\"eventName\":\"GetObject\","
         "\"sourceIPAddress\":" BAD "}\n",
         "P3 1 198.51.100.7 1 sourceIPAddress inbound \n"},
        {"{\"CreationTime\":\"2026-11-20T02:40:00\",\"Workload\":\"AzureActiveDirectory\","
         "\"Operation\":"
         "\"UserLoggedIn\",\"ClientIP\":" BAD ",\"ResultStatus\":\"Success\"}\n",
         "P1 1 198.51.100.7 1 ClientIP inbound \n"},
        {"{\"event\":{\"category\":[\"authentication\"],\"action\":\"logon\",\"outcome\":"
         "\"success\"},"
         "\"source\":{\"ip\":" BAD "}}\n",
         "P1 1 198.51.100.7 1 source.ip inbound \n"},
        {"type=USER_LOGIN msg=audit(" NOV_20 ".1:2): pid=1 msg='op=login hostname=198.51.100.7 "
         "addr=198.51.100.7 res=success'\n",
         "P1 1 198.51.100.7 1 hostname inbound \n"},
    };
#undef BAD
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check_log(rows[i].log, rows[i].want);
}

TEST(where_no_way_is_said_the_source_is_ours)
{
    bench b;
    REQUIRE(bench_open(&b));
    bench_start(&b);
    REQUIRE(b.w);
    check_lines(run(&b, "{\"src_ip\":\"192.0.2.5\",\"note\":\"evil.example\"}\n"
                        "{\"src_ip\":\"198.51.100.7\",\"note\":\"x\"}\n"),
                "P2 1 evil.example 1 note unknown 192.0.2.5\n"
                "P3 2 198.51.100.7 1 src_ip inbound \n");
    bench_close(&b);
}

TEST(registers_of_the_site)
{
    bench b;
    REQUIRE(bench_open(&b));
    registered(&b, SITE_EXERCISES, "value,from,to,contact\n77,2026-11-20,2026-11-20,red team\n");
    registered(&b, SITE_SILENCES,
               "indicator,host,until,reason\nevil.example,192.0.2.6,2026-12-31,known\n");
    bench_start(&b);
    REQUIRE(b.w);
    check_lines(run(&b, "{\"ts\":\"2026-11-20T02:40:00Z\",\"src_ip\":\"192.0.2.5\",\"dest_ip\":"
                        "\"198.51.100.7\"}\n"
                        "{\"ts\":\"2026-11-21T02:40:00Z\",\"src_ip\":\"192.0.2.5\",\"dest_ip\":"
                        "\"198.51.100.7\"}\n"
                        "{\"ts\":\"2026-11-20T02:40:00Z\",\"src_ip\":\"192.0.2.6\",\"query\":"
                        "\"evil.example\"}\n"
                        "{\"ts\":\"2026-11-20T02:40:00Z\",\"src_ip\":\"192.0.2.7\",\"query\":"
                        "\"evil.example\"}\n"),
                "P4 1 198.51.100.7 1 dest_ip outbound 192.0.2.5 exercise\n"
                "P1 2 198.51.100.7 1 dest_ip outbound 192.0.2.5\n"
                "P2 4 evil.example 1 query outbound 192.0.2.7\n");
    CHECK_EQ(watcher_counts(b.w).silenced, 1);
    bench_close(&b);
}

/* --- a view, and what changes ---------------------------------------------------------------- */

TEST(what_the_watcher_may_not_see_does_not_alert)
{
    bench b;
    REQUIRE(bench_open(&b));
    b.t.v.clearance = TLP_GREEN;
    bench_start(&b);
    REQUIRE(b.w);
    check_lines(run(&b, "secret.example\nevil.example\n"), "P2 2 evil.example 1  unknown \n");
    bench_close(&b);
}

static void import_new(bench *b, const char *name)
{
    doc(&b->t, "beta", name, 'A', TLP_CLEAR);
    say(&b->t, KIND_DOMAIN, name, PRED_INDICATES, KIND_MALWARE, "name:thing", .from = "2026-11-01",
        .to = "2026-11-22");
    doc_end(&b->t);
}

/* Until no table is being made any more. */
static watch_news settled(bench *b)
{
    watch_news n = {.building = true};
    while (n.building && !n.swapped) {
        poll(NULL, 0, 1);
        if (watcher_refresh(b->w, &n, &b->t.why) != OK)
            return (watch_news){0};
    }
    return n;
}

TEST(what_is_imported_meanwhile_is_looked_for)
{
    bench b;
    watch_news n;
    REQUIRE(bench_open(&b));
    bench_start(&b);
    REQUIRE(b.w);
    check_lines(run(&b, "new.example\n"), "");
    CHECK_OK(watcher_refresh(b.w, &n, &b.t.why));
    CHECK(!n.building && !n.swapped && !n.failed);
    import_new(&b, "new.example");
    CHECK_OK(watcher_refresh(b.w, &n, &b.t.why));
    CHECK(n.building && !n.swapped);
    check_lines(run(&b, "new.example\nevil.example\n"), "P2 2 evil.example 1  unknown \n");
    n = settled(&b);
    CHECK(n.swapped && !n.failed && !n.building);
    check_lines(run(&b, "new.example\n"), "P2 1 new.example 1  unknown \n");
    bench_close(&b);
}

TEST(what_is_imported_while_a_table_is_made_is_in_the_next)
{
    bench b;
    watch_news n;
    REQUIRE(bench_open(&b));
    bench_start(&b);
    REQUIRE(b.w);
    for (int i = 0; i < 8; i++) {
        char name[32];
        snprintf(name, sizeof name, "n%d.example", i);
        import_new(&b, name);
        CHECK_OK(watcher_refresh(b.w, &n, &b.t.why));
        check_lines(run(&b, "evil.example\n"), "P2 1 evil.example 1  unknown \n");
    }
    do
        n = settled(&b);
    while (n.building);
    check_lines(run(&b, "n0.example\nn7.example\n"), "P2 1 n0.example 1  unknown \n"
                                                     "P2 2 n7.example 1  unknown \n");
    bench_close(&b);
}

TEST(a_watcher_ends_while_a_table_is_made)
{
    bench b;
    watch_news n;
    REQUIRE(bench_open(&b));
    bench_start(&b);
    REQUIRE(b.w);
    import_new(&b, "new.example");
    CHECK_OK(watcher_refresh(b.w, &n, &b.t.why));
    CHECK(n.building);
    bench_close(&b);
}

/* The tables of the store, and what SQLite keeps beside them, are elsewhere or are back. */
static bool moved(const bench *b, const char *from, const char *to)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char old[96], new[96];
    bool all = true;
    for (size_t i = 0; i < COUNT_OF(ends); i++) {
        snprintf(old, sizeof old, "%s/%s%s", b->t.dir, from, ends[i]);
        snprintf(new, sizeof new, "%s/%s%s", b->t.dir, to, ends[i]);
        all &= rename(old, new) == 0;
    }
    return all;
}

/* The thread gets no connection to the store. */
TEST(a_table_that_cannot_be_made_leaves_the_old_one)
{
    bench b;
    watch_news n;
    REQUIRE(bench_open(&b));
    bench_start(&b);
    REQUIRE(b.w);
    import_new(&b, "new.example");
    if (!moved(&b, "noroshi.db", "away.db")) {
        bench_close(&b);
        TEST_SKIP("a store on a server cannot be moved away");
    }
    CHECK_OK(watcher_refresh(b.w, &n, &b.t.why));
    n = settled(&b);
    CHECK(moved(&b, "away.db", "noroshi.db"));
    CHECK(n.failed && !n.swapped && n.what.msg[0]);
    check_lines(run(&b, "new.example\nevil.example\n"), "P2 2 evil.example 1  unknown \n");
    CHECK_OK(watcher_refresh(b.w, &n, &b.t.why));
    CHECK(!n.building); /* not at once */
    b.t.now_us += 2 * (int64_t)WATCH_RETRY_MS * 1000;
    n = settled(&b);
    CHECK(n.swapped);
    check_lines(run(&b, "new.example\n"), "P2 1 new.example 1  unknown \n");
    bench_close(&b);
}

/* --- streams ---------------------------------------------------------------------------------- */

static const char mixed[] =
    "Nov 20 02:40:00 gw sshd[7]: Failed password for root from 203.0.113.9 port 4000 ssh2\n"
    "\n"
    "{\"src_ip\":\"192.0.2.5\",\"dest_ip\":\"198.51.100.7\"}\r\n"
    "no format at all: HTTP://BAD.example/a/b?x=1 \x01\xff\n"
    "x.y.evil.example";

TEST(wherever_the_bytes_are_cut_the_alerts_are_the_same)
{
    bench b;
    char whole[sizeof b.h.lines];
    REQUIRE(bench_open(&b));
    bench_start(&b);
    REQUIRE(b.w);
    snprintf(whole, sizeof whole, "%s", run(&b, mixed));
    CHECK_EQ(b.h.count, 4);
    for (size_t step = 1; step < sizeof mixed; step++) {
        b.h.lines[0] = 0;
        CHECK_OK(run_named(&b, S("test.log"), mixed, step, false));
        CHECK_SLICE(slice_str(b.h.lines), slice_str(whole));
    }
    bench_close(&b);
}

TEST(an_array_of_events_on_one_line_and_on_many)
{
    static const char *const logs[] = {"[{\"src_ip\":\"192.0.2.5\",\"dest_ip\":\"198.51.100.7\"},{"
                                       "\"a\":1},{\"q\":\"evil.example\"}]",
                                       "[\n  {\n    \"src_ip\": \"192.0.2.5\",\n    \"dest_ip\": "
                                       "\"198.51.100.7\"\n  },\n  {\"a\":1},\n"
                                       "  {\n    \"q\": \"evil.example\"\n  }\n]\n"};
    for (size_t i = 0; i < COUNT_OF(logs); i++) {
        bench b;
        REQUIRE(bench_open(&b));
        bench_start(&b);
        REQUIRE(b.w);
        run(&b, logs[i]);
        CHECK_EQ(b.h.count, 2);
        CHECK_EQ(watcher_counts(b.w).records, 3);
        CHECK(strstr(b.h.lines, "198.51.100.7 1 dest_ip outbound 192.0.2.5"));
        bench_close(&b);
    }
}

TEST(a_log_goes_on_where_it_was_left)
{
    static const char log[] = "#separator \\x09\n"
                              "#path\tdns\n"
                              "#fields\tts\tid.orig_h\tid.resp_h\tquery\n"
                              "#types\ttime\taddr\taddr\tstring\n"
                              "1795140000.0\t192.0.2.5\t192.0.2.53\tevil.example\n"
                              "1795140001.0\t192.0.2.6\t192.0.2.53\tevil.example\n";
    bench b;
    watch_stream *s = NULL;
    REQUIRE(bench_open(&b));
    bench_start(&b);
    REQUIRE(b.w);
    size_t half = (size_t)(strstr(log, "1795140001") - log);
    CHECK_OK(watch_open(b.w, S("dns.log"), NULL, &s, &b.t.why));
    REQUIRE(s);
    CHECK_OK(watch_feed(s, slice_of(log, half), &b.t.why));
    CHECK_EQ(b.h.count, 0); /* it might be any format yet */
    CHECK_OK(watch_idle(s, &b.t.why));
    CHECK_EQ(watch_done(s) + 1, half); /* but for the line's end */
    s = watch_close(s);
    const watch_from from = {.offset = half, .line = 6, .head = slice_of(log, half)};
    CHECK_OK(watch_open(b.w, S("dns.log"), &from, &s, &b.t.why));
    REQUIRE(s);
    CHECK_OK(watch_feed(s, slice_from(slice_str(log), half), &b.t.why));
    CHECK_OK(watch_end(s, &b.t.why));
    check_lines(b.h.lines, "P2 5 evil.example 1 query outbound 192.0.2.5\n"
                           "P2 6 evil.example 1 query outbound 192.0.2.6\n");
    watch_close(s);
    bench_close(&b);
}

TEST(a_line_over_the_limit_is_matched_whole)
{
    bench b;
    CLEANUP(buf_done) buf log;
    buf_init(&log, 1 << 20);
    REQUIRE(bench_open(&b));
    b.o.line_bytes_max = 100;
    bench_start(&b);
    REQUIRE(b.w);
    buf_put(&log, S("198.51.100.7 "));
    for (int i = 0; i < 100000; i++)
        buf_byte(&log, i % 7 ? 'x' : ' ');
    buf_put(&log, S(" evil.example\nevil.example\n"));
    buf_byte(&log, 0);
    run(&b, log.ptr);
    CHECK_EQ(watcher_counts(b.w).records, 2);
    CHECK_EQ(watcher_counts(b.w).cut, 1);
    check_lines(b.h.lines, "P1 1 198.51.100.7 1  unknown \nP2 2 evil.example 1  unknown \n");
    CHECK(slice_find(buf_slice(&b.h.last), S("evil.example"), 0) != SIZE_MAX);
    bench_close(&b);
}

/* --- the store -------------------------------------------------------------------------------- */

TEST(a_file_that_is_read_again_adds_nothing)
{
    bench b;
    CLEANUP(arena_done) arena a;
    alert_list list;
    arena_init(&a, 8 << 20);
    REQUIRE(bench_open(&b));
    bench_start(&b);
    REQUIRE(b.w);
    for (int i = 0; i < 3; i++)
        CHECK_OK(run_named(&b, S("a.log"), "evil.example\nx.evil.example\n", SIZE_MAX, true));
    CHECK_EQ(b.h.count, 6); /* told each time */
    look(&b.t, "2026-11-23");
    CHECK_OK(alerts_page(b.t.l, &a, &(alert_filter){0}, 0, 10, &list, &b.t.why));
    REQUIRE(list.count == 1);
    CHECK_EQ(list.at[0].hits, 2);
    bench_close(&b);
}

TEST(very_many_contacts_in_one_event)
{
    bench b;
    CLEANUP(buf_done) buf log;
    buf_init(&log, 1 << 20);
    REQUIRE(bench_open(&b));
    char name[32];
    doc(&b.t, "beta", "many.csv", 'A', TLP_CLEAR);
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "h%d.many.example", i);
        say(&b.t, KIND_DOMAIN, name, PRED_INDICATES, KIND_NONE, "", .from = "2026-11-01",
            .to = "2026-11-22");
    }
    doc_end(&b.t);
    bench_start(&b);
    REQUIRE(b.w);
    /* the same again and again hides nothing */
    for (int i = 0; i < 300; i++)
        buf_put(&log, S("203.0.113.9 fine.example "));
    buf_put(&log, S("198.51.100.7\n"));
    buf_byte(&log, 0);
    check_lines(run(&b, log.ptr), "P1 1 198.51.100.7 1  unknown \n");
    CHECK_EQ(watcher_counts(b.w).unjudged, 0);
    b.h.count = 0;
    buf_clear(&log);
    for (int i = 0; i < 300; i++)
        buf_printf(&log, "h%d.many.example ", i);
    buf_put(&log, S("\n"));
    buf_byte(&log, 0);
    run(&b, log.ptr);
    CHECK_EQ(b.h.count, 1);
    CHECK_EQ(watcher_counts(b.w).unjudged, 300 - WATCH_EVENT_HITS_MAX);
    CHECK(slice_find(buf_slice(&b.h.last), S("\"more_matched\":250"), 0) != SIZE_MAX);
    bench_close(&b);
}

TEST(who_listens_may_stop_it)
{
    bench b;
    REQUIRE(bench_open(&b));
    b.h.stop = 1;
    bench_start(&b);
    REQUIRE(b.w);
    CHECK_EQ(
        run_named(&b, S("a.log"), "evil.example\nevil.example\nevil.example\n", SIZE_MAX, false),
        ERR_BUSY);
    CHECK_EQ(b.h.count, 2);
    bench_close(&b);
}

/* --- sets ------------------------------------------------------------------------------------- */

static void load_set(bench *b, const char *name, set_verdict v, const fact_key *keys, size_t count)
{
    set_loader *sl = NULL;
    scratch *t = &b->t;
    uint8_t sha[SHA256_BYTES] = {++t->sha};
    const set_load_options o = {.name = slice_str(name), .source = slice_str(name), .verdict = v};
    const fact_label label = {S("Thing"), at("2026-11-01"), WHEN_NONE, WHEN_NONE};
    set_result r;
    CHECK_OK(set_loader_new(t->s, &o, &sl, &t->why));
    CHECK_OK(set_loader_document(sl, sha, 1, &t->why));
    CHECK_OK(set_loader_keys(sl, &label, keys, count, &t->why));
    CHECK_OK(set_loader_finish(sl, t->w, &r, &t->why));
    set_loader_free(sl);
}

TEST(what_a_set_of_bad_values_has_is_found)
{
    static const fact_key bad[] = {
        {KIND_MD5, S_INIT("\x0c\xc1\x75\xb9\xc0\xf1\xb6\xa8\x31\xc3\x99\xe2\x69\x77\x26\x61")},
        {KIND_DOMAIN, S_INIT("inset.com")},
    };
    static const fact_key good[] = {
        {KIND_MD5, S_INIT("\x92\xeb\x5f\xfe\xe6\xae\x2f\xec\x3a\xd7\x1c\x77\x75\x31\x57\x8f")}};
    static const char log[] = "{\"md5\":\"0CC175B9C0F1B6A831C399E269772661\"}\n"
                              "{\"md5\":\"92eb5ffee6ae2fec3ad71c777531578f\"}\n"
                              "{\"md5\":\"ffeb5ffee6ae2fec3ad71c777531578f\"}\n"
                              "{\"q\":\"a.inset.com\"}\n"
                              "{\"q\":\"a.inset.com\",\"src_ip\":\"192.0.2.1\"}\n"
                              "{\"q\":\"other.com\"}\n";
    bench b;
    watch_news n;
    REQUIRE(bench_open(&b));
    bench_start(&b);
    REQUIRE(b.w);
    check_lines(run(&b, log), "");
    load_set(&b, "bad", SET_KNOWN_BAD, bad, COUNT_OF(bad));
    load_set(&b, "good", SET_KNOWN_GOOD, good, COUNT_OF(good));
    CHECK_OK(watcher_refresh(b.w, &n, &b.t.why));
    CHECK(n.building); /* sets are looked up in the store, whatever the table is */
    check_lines(run(&b, log), "P1 1 0cc175b9c0f1b6a831c399e269772661 1 md5 unknown \n"
                              "P3 4 a.inset.com 1 q unknown \n"
                              "P3 5 a.inset.com 1 q unknown 192.0.2.1\n");
    bench_close(&b);
}

/* Behind the limit of a line, where the record that is kept has ended; each once, however often. */
TEST(what_a_set_has_is_found_behind_the_limit_of_a_line)
{
    static const fact_key bad[] = {
        {KIND_MD5, S_INIT("\x0c\xc1\x75\xb9\xc0\xf1\xb6\xa8\x31\xc3\x99\xe2\x69\x77\x26\x61")},
        {KIND_DOMAIN, S_INIT("inset.com")},
    };
    bench b;
    CLEANUP(buf_done) buf log;
    buf_init(&log, 1 << 20);
    REQUIRE(bench_open(&b));
    load_set(&b, "bad", SET_KNOWN_BAD, bad, COUNT_OF(bad));
    b.o.line_bytes_max = 100;
    bench_start(&b);
    REQUIRE(b.w);
    for (int i = 0; i < 300; i++)
        buf_put(&log, S("inset.com "));
    buf_put(&log, S("0cc175b9c0f1b6a831c399e269772661\nx inset.com\n"));
    buf_byte(&log, 0);
    check_lines(run(&b, log.ptr), "P1 1 0cc175b9c0f1b6a831c399e269772661 1  unknown \n"
                                  "P2 2 inset.com 1  unknown \n");
    CHECK_EQ(watcher_counts(b.w).unjudged, 0);
    CHECK_EQ(watcher_counts(b.w).harmless, 0);
    bench_close(&b);
}

/* --- what everybody meets --------------------------------------------------------------------- */

static void contacts_of(bench *b, unsigned from, unsigned to, const char *time, buf *log)
{
    buf_clear(log);
    for (unsigned i = from; i < to; i++)
        buf_printf(log, "{\"ts\":\"%s\",\"src_ip\":\"192.0.2.%u\",\"q\":\"odd.example\"}\n", time,
                   i);
    buf_byte(log, 0);
    b->h.lines[0] = 0;
    CHECK_OK(run_named(b, S("test.log"), log->ptr, SIZE_MAX, false));
}

TEST(what_many_machines_meet_is_less_urgent)
{
    bench b;
    CLEANUP(buf_done) buf log;
    buf_init(&log, 1 << 20);
    REQUIRE(bench_open(&b));
    doc(&b.t, "delta", "d.csv", 'D', TLP_CLEAR); /* says more than is so */
    say(&b.t, KIND_DOMAIN, "odd.example", PRED_INDICATES, KIND_NONE, "", .from = "2026-11-01",
        .to = "2026-11-22");
    doc_end(&b.t);
    bench_start(&b);
    REQUIRE(b.w);
    contacts_of(&b, 0, 20, "2026-11-20T10:00:00Z", &log);
    CHECK(slice_find(slice_str(b.h.lines), S("P4"), 0) == SIZE_MAX);
    CHECK(slice_find(buf_slice(&b.h.last), S("\"common\""), 0) == SIZE_MAX);
    contacts_of(&b, 20, 21, "2026-11-21T10:00:00Z", &log); /* the 21st: 20 did before it */
    CHECK(slice_starts(slice_str(b.h.lines), S("P4")));
    CHECK(slice_find(buf_slice(&b.h.last), S("{\"rule\":\"common\",\"by\":1}"), 0) != SIZE_MAX);
    contacts_of(&b, 21, 22, "2026-11-29T10:00:00Z", &log); /* more than a week later */
    CHECK(slice_find(buf_slice(&b.h.last), S("\"common\""), 0) == SIZE_MAX);
    bench_close(&b);
}
