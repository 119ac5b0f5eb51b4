#include "know/accounts_fixture.h"
#include "know/audit_wait.h"
#include "know/db/driver.h"
#include "know/write_private.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

enum { ENTRIES = 12 };

static audit_entry entry(int n)
{
    static char texts[64][16];
    snprintf(texts[n % 64], sizeof texts[0], "thing--%d", n);
    return (audit_entry){.at = 1764000000000 + n,
                         .who = S("user--1"),
                         .from = S("192.0.2.7"),
                         .act = n % 2 ? S("read") : S("export"),
                         .what = slice_str(texts[n % 64]),
                         .outcome = (audit_outcome)(n % AUDIT_OUTCOME_COUNT_)};
}

static void fill(people *p, int from, int to)
{
    for (int i = from; i < to; i++) {
        audit_entry e = entry(i);
        CHECK_OK(audit_add(p->w, &e, &p->why));
    }
    CHECK_OK(writer_sync(p->w, &p->why));
}

static audit_report verify(people *p, const audit_head *heads, size_t count)
{
    audit_report r = {0};
    CHECK_OK(audit_verify(p->t.s, heads, count, &r, &p->why));
    return r;
}

static audit_head head(people *p)
{
    audit_head h = {0};
    CHECK_OK(audit_head_now(p->t.s, &h, &p->why));
    return h;
}

/* Somebody who has the database in his hands. */
static void tamper(people *p, const char *sql)
{
    db *d = NULL;
    db_stmt *s = NULL;
    CHECK_OK(store_connect(p->t.s, true, &d, &p->why));
    CHECK_OK(db_begin_write(d, &p->why));
    CHECK_OK(d->driver->adhoc(d, sql, &s, &p->why));
    if (s) {
        CHECK_OK(db_run(s, &p->why));
        d->driver->adhoc_done(s);
    }
    CHECK_OK(db_commit(d, &p->why));
    db_close(d);
}

static void drop_triggers(people *p)
{
    bool lite = strcmp(store_engine(p->t.s), "sqlite") == 0;
    tamper(p, lite ? "DROP TRIGGER audit_keeps" : "DROP TRIGGER audit_keeps ON audit");
    tamper(p, lite ? "DROP TRIGGER audit_stays" : "DROP TRIGGER audit_stays ON audit");
}

/* --- entries ---------------------------------------------------------------------------------- */

TEST(entries_are_read_as_they_were_written)
{
    people p;
    REQUIRE(people_open(&p));
    audit_list list;
    CHECK_EQ(head(&p).seq, 0);
    CHECK(!verify(&p, NULL, 0).broken_by);
    fill(&p, 0, ENTRIES);
    CHECK_OK(audit_page(p.t.s, &p.a, &(audit_filter){{0}}, 0, 5, &list, &p.why));
    REQUIRE(list.count == 5 && list.more);
    audit_entry last = entry(ENTRIES - 1);
    CHECK_EQ(list.at[0].seq, ENTRIES);
    CHECK_EQ(list.at[0].e.at, last.at);
    CHECK_EQ(list.at[0].e.outcome, last.outcome);
    CHECK_SLICE(list.at[0].e.who, last.who);
    CHECK_SLICE(list.at[0].e.from, last.from);
    CHECK_SLICE(list.at[0].e.act, last.act);
    CHECK_SLICE(list.at[0].e.what, last.what);
    CHECK_OK(audit_page(p.t.s, &p.a, &(audit_filter){{0}}, 3, 5, &list, &p.why));
    CHECK(list.count == 2 && !list.more);
    const struct {
        audit_filter f;
        size_t want;
    } rows[] = {{{.act = S("read")}, ENTRIES / 2},
                {{.act = S("nothing")}, 0},
                {{.who = S("user--1")}, ENTRIES},
                {{.what = S("thing--3")}, 1}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CHECK_OK(audit_page(p.t.s, &p.a, &rows[i].f, 0, 100, &list, &p.why));
        CHECK_EQ(list.count, rows[i].want);
    }
    people_close(&p);
}

TEST(any_text_can_be_recorded)
{
    people p;
    REQUIRE(people_open(&p));
    static char text[4 * AUDIT_TEXT_MAX];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i * 7);
    memcpy(text, "\0a\n\x1b[31m\xff\xe3\x81\x82 \xe2\x80\xae", 16);
    audit_entry e = {.at = p.now,
                     .who = slice_of(text, AUDIT_WORD_MAX + 1),
                     .act = S("read"),
                     .what = slice_of(text, sizeof text),
                     .detail = slice_of(text, 16)};
    CHECK_OK(audit_add(p.w, &e, &p.why));
    CHECK_OK(writer_sync(p.w, &p.why));
    audit_row r = last_entry(&p);
    CHECK_SLICE(r.e.detail, S("?a??[31m?\xe3\x81\x82 ?"));
    CHECK(r.e.who.len <= AUDIT_WORD_MAX && slice_ends(r.e.who, S("...")));
    CHECK(r.e.what.len <= AUDIT_TEXT_MAX && slice_ends(r.e.what, S("...")));
    static char just[AUDIT_TEXT_MAX];
    memset(just, 'x', sizeof just);
    e.what = slice_of(just, sizeof just);
    CHECK_OK(audit_add(p.w, &e, &p.why));
    CHECK_OK(writer_sync(p.w, &p.why));
    CHECK_SLICE(last_entry(&p).e.what, e.what);
    check_chain(&p);
    people_close(&p);
}

/* --- proofs ----------------------------------------------------------------------------------- */

TEST(the_log_is_append_only)
{
    people p;
    REQUIRE(people_open(&p));
    fill(&p, 0, 3);
    static const char *const tries[] = {"UPDATE audit SET who = 'x' WHERE seq = 2",
                                        "DELETE FROM audit WHERE seq = 3"};
    for (size_t i = 0; i < COUNT_OF(tries); i++) {
        db *d = NULL;
        db_stmt *s = NULL;
        CHECK_OK(store_connect(p.t.s, true, &d, &p.why));
        CHECK_OK(d->driver->adhoc(d, tries[i], &s, &p.why));
        CHECK(db_run(s, &p.why) != OK);
        CHECK(strstr(p.why.msg, "append-only") != NULL);
        d->driver->adhoc_done(s);
        db_close(d);
    }
    CHECK_EQ(head(&p).seq, 3);
    people_close(&p);
}

TEST(audit_flip)
{
    static const char *const flips[] = {
        "at = at + 1",
        "who = 'user--2'",
        "origin = '192.0.2.8'",
        "act = 'reac'",
        "what = what || ' '",
        "detail = '.'",
        "outcome = 2 - outcome",
        "outcome = 99",
        "hash = (SELECT hash FROM audit WHERE seq = 3)",
        /* a letter goes from one field to the next */
        "act = 'rea', what = 'd' || what",
    };
    for (size_t i = 0; i < COUNT_OF(flips); i++) {
        people p;
        char sql[160];
        REQUIRE(people_open(&p));
        fill(&p, 0, ENTRIES);
        drop_triggers(&p);
        CHECK(!verify(&p, NULL, 0).broken_by);
        snprintf(sql, sizeof sql, "UPDATE audit SET %s WHERE seq = 6", flips[i]);
        tamper(&p, sql);
        audit_report r = verify(&p, NULL, 0);
        if (!r.broken_by || strcmp(r.broken_by, "altered") != 0 || r.broken_at != 6)
            TEST_FAIL("%s: %s at %d", flips[i], r.broken_by ? r.broken_by : "-", (int)r.broken_at);
        people_close(&p);
    }
}

TEST(audit_entries_that_are_moved_or_missing)
{
    static const struct {
        const char *sql[3];
        const char *how;
        uint64_t at;
    } rows[] = {
        {{"DELETE FROM audit WHERE seq = 5"}, "missing", 5},
        {{"DELETE FROM audit WHERE seq < 4"}, "missing", 1},
        {{"DELETE FROM audit WHERE seq = 5", "UPDATE audit SET seq = 5 WHERE seq = 6"},
         "altered",
         5},
        {{"UPDATE audit SET seq = 99 WHERE seq = 5", "UPDATE audit SET seq = 5 WHERE seq = 6",
          "UPDATE audit SET seq = 6 WHERE seq = 99"},
         "altered",
         5},
        {{"INSERT INTO audit (seq, at, who, origin, act, what, detail, outcome, hash)"
          " SELECT 13, at, who, origin, act, what, detail, outcome, hash FROM audit WHERE seq = "
          "12"},
         "altered",
         13},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        people p;
        REQUIRE(people_open(&p));
        fill(&p, 0, ENTRIES);
        drop_triggers(&p);
        for (int n = 0; n < 3 && rows[i].sql[n]; n++)
            tamper(&p, rows[i].sql[n]);
        audit_report r = verify(&p, NULL, 0);
        if (!r.broken_by || strcmp(r.broken_by, rows[i].how) != 0 || r.broken_at != rows[i].at)
            TEST_FAIL("row %zu: %s at %d", i, r.broken_by ? r.broken_by : "-", (int)r.broken_at);
        people_close(&p);
    }
}

TEST(audit_truncate)
{
    people p;
    REQUIRE(people_open(&p));
    audit_head kept[2];
    fill(&p, 0, 6);
    kept[0] = head(&p);
    fill(&p, 6, ENTRIES);
    kept[1] = head(&p);
    audit_report r = verify(&p, kept, 2);
    CHECK(!r.broken_by);
    CHECK_EQ(r.heads, 2);
    drop_triggers(&p);
    tamper(&p, "DELETE FROM audit WHERE seq > 10");
    CHECK(!verify(&p, NULL, 0).broken_by); /* which is why heads are kept elsewhere */
    r = verify(&p, kept, 2);
    REQUIRE(r.broken_by);
    CHECK_SLICE(slice_str(r.broken_by), S("cut"));
    CHECK_EQ(r.broken_at, 11);
    CHECK_EQ(r.heads, 1);
    fill(&p, 20, 25); /* and goes on behind the cut */
    r = verify(&p, kept, 2);
    REQUIRE(r.broken_by);
    CHECK_SLICE(slice_str(r.broken_by), S("rewritten"));
    CHECK_EQ(r.broken_at, 12);
    people_close(&p);
}

TEST(audit_rewrite)
{
    people p;
    REQUIRE(people_open(&p));
    fill(&p, 0, ENTRIES);
    audit_head kept = head(&p);
    drop_triggers(&p);
    tamper(&p, "DELETE FROM audit");
    fill(&p, 0, 3); /* all of it anew, with the same number of entries, one of them another */
    fill(&p, 40, 41);
    fill(&p, 4, ENTRIES);
    CHECK_EQ(head(&p).seq, kept.seq);
    CHECK(!verify(&p, NULL, 0).broken_by);
    audit_report r = verify(&p, &kept, 1);
    REQUIRE(r.broken_by);
    CHECK_SLICE(slice_str(r.broken_by), S("rewritten"));
    audit_head twice[2] = {kept, {.seq = 1}};
    CHECK_EQ(audit_verify(p.t.s, twice, 2, &r, &p.why), ERR_INPUT);
    people_close(&p);
}

TEST(a_head_is_a_line)
{
    audit_head h = {.seq = 12, .at = 1764000000123, .hash = {0xab, 0xcd}}, got = {.seq = 5};
    char line[AUDIT_HEAD_TEXT];
    err why;
    audit_head_text(&h, line);
    CHECK_SLICE(slice_str(line),
                S("noroshi-audit/1 12 2025-11-24T16:00:00.123Z abcd0000000000000000000000000000"
                  "00000000000000000000000000000000"));
    CHECK_OK(audit_head_read(slice_str(line), &got, &why));
    CHECK(got.seq == 12 && got.at == h.at && memcmp(got.hash, h.hash, SHA256_BYTES) == 0);
    audit_head none = {.at = WHEN_NONE};
    CHECK_OK(audit_head_read(slice_str(audit_head_text(&none, line)), &got, &why));
    CHECK(got.seq == 0 && got.at == WHEN_NONE);
    static const char *const wrong[] = {
        "",
        "noroshi-audit/1",
        "noroshi-audit/2 1 - 00",
        "noroshi-audit/1 x - 00",
        "noroshi-audit/1 99999999999999999999 - "
        "0000000000000000000000000000000000000000000000000000000000000000",
        "noroshi-audit/1 1 yesterday "
        "0000000000000000000000000000000000000000000000000000000000000000",
        "noroshi-audit/1 1 - 000000000000000000000000000000000000000000000000000000000000000",
    };
    got.seq = 5;
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        CHECK_EQ(audit_head_read(slice_str(wrong[i]), &got, &why), ERR_INPUT);
    CHECK_EQ(got.seq, 5);
}

/* --- what cannot be recorded is not done ------------------------------------------------------ */

/* Files cannot grow for as long as it takes: as on a full disk. */
static status without_room(people *p, status (*act)(people *p, void *ctx), void *ctx)
{
    struct rlimit before, none;
    getrlimit(RLIMIT_FSIZE, &before);
    none = (struct rlimit){.rlim_cur = 4096, .rlim_max = before.rlim_max};
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &none);
    status st = act(p, ctx);
    setrlimit(RLIMIT_FSIZE, &before);
    return st;
}

static status add_account(people *p, void *ctx)
{
    (void)ctx;
    return ADD(p, "hanako", .role = USER_READER);
}

static status put_read(people *p, void *ctx)
{
    audit_entry e = entry(1);
    return audit_put(ctx, &e, 1, &p->why);
}

TEST(audit_full_disk)
{
    people p;
    audit_log *log = NULL;
    account who;
    REQUIRE(people_open(&p));
    if (strcmp(store_engine(p.t.s), "sqlite") != 0) {
        people_close(&p);
        TEST_SKIP("its disk is the server's");
    }
    CHECK_OK(audit_log_new(p.t.s, &log, &p.why));
    fill(&p, 0, 3);
    CHECK_EQ(without_room(&p, add_account, NULL), ERR_IO);
    CHECK_EQ(account_get(p.r, &p.a, S("hanako"), &who, &p.why), ERR_NOT_FOUND);
    CHECK_EQ(without_room(&p, put_read, log), ERR_IO);
    CHECK_EQ(head(&p).seq, 3);
    CHECK_OK(add_account(&p, NULL)); /* there is room again */
    CHECK_OK(put_read(&p, log));
    CHECK_EQ(head(&p).seq, 5);
    check_chain(&p);
    audit_log_free(log);
    people_close(&p);
}

/* --- many at once ----------------------------------------------------------------------------- */

enum { THREADS = 8, READS = 25 };

typedef struct reading {
    audit_log *log;
    int first;
    int failed;
} reading;

static void *read_much(void *ctx)
{
    reading *r = ctx;
    for (int i = 0; i < READS; i++) {
        audit_entry e[2] = {{.at = i, .who = S("w"), .act = S("read"), .what = S("one")},
                            {.at = r->first, .who = S("w"), .act = S("read"), .what = S("two")}};
        r->failed += audit_put(r->log, e, 2, NULL) != OK;
    }
    return NULL;
}

TEST(threads_share_commits_and_the_chain_holds)
{
    people p;
    audit_log *log = NULL;
    pthread_t threads[THREADS];
    reading r[THREADS];
    REQUIRE(people_open(&p));
    CHECK_OK(audit_log_new(p.t.s, &log, &p.why));
    for (int i = 0; i < THREADS; i++) {
        r[i] = (reading){.log = log, .first = i};
        REQUIRE(pthread_create(&threads[i], NULL, read_much, &r[i]) == 0);
    }
    for (int i = 0; i < 10; i++) /* a writer in between */
        fill(&p, i, i + 1);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        CHECK_EQ(r[i].failed, 0);
    }
    CHECK_OK(audit_log_settle(log, &p.why));
    CHECK_EQ(head(&p).seq, THREADS * READS * 2 + 10);
    check_chain(&p);
    audit_list list; /* what was put together stands together */
    uint64_t before = 0;
    bool more = true;
    while (more) {
        CHECK_OK(
            audit_page(p.t.s, &p.a, &(audit_filter){.who = S("w")}, before, 100, &list, &p.why));
        REQUIRE(list.count % 2 == 0 && list.count);
        for (size_t i = 0; i < list.count; i += 2) {
            CHECK_SLICE(list.at[i].e.what, S("two"));
            CHECK_SLICE(list.at[i + 1].e.what, S("one"));
            CHECK_EQ(list.at[i].seq, list.at[i + 1].seq + 1);
        }
        before = list.at[list.count - 1].seq;
        more = list.more;
    }
    audit_log_free(log);
    people_close(&p);
}

/* --- while somebody has the writer ------------------------------------------------------------ */

static void wait_path(people *p, char out[128])
{
    snprintf(out, 128, "%s/pending/reads-0", store_dir(p->t.s));
}

static size_t read_bytes(const char *path, char *into, size_t room)
{
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(into, 1, room, f) : 0;
    if (f)
        fclose(f);
    return n;
}

static void write_bytes(const char *path, const char *from, size_t n)
{
    FILE *f = fopen(path, "wb");
    if (f) {
        CHECK_EQ(fwrite(from, 1, n, f), n);
        fclose(f);
    }
}

static void put_some(people *p, audit_log *log, int from, int to)
{
    for (int i = from; i < to; i++) {
        audit_entry e = entry(i);
        CHECK_OK(audit_put(log, &e, 1, &p->why));
    }
}

/* An import that holds the writer: what it does is not there yet, and nobody else writes. */
static void hold_writer(people *p)
{
    audit_entry e = entry(50);
    CHECK_OK(audit_add(p->w, &e, &p->why));
}

/* Things of the newest entries, oldest first: "0 1 50 2". */
static void check_order(people *p, const char *want)
{
    audit_list list;
    char got[256] = "";
    CHECK_OK(audit_page(p->t.s, &p->a, &(audit_filter){{0}}, 0, 50, &list, &p->why));
    for (size_t i = list.count; i-- > 0;) {
        slice n = slice_from(list.at[i].e.what, list.at[i].e.what.len ? 7 : 0);
        size_t at = strlen(got);
        snprintf(got + at, sizeof got - at, "%s%.*s", at ? " " : "", SLICE_FMT(n));
    }
    CHECK_SLICE(slice_str(got), slice_str(want));
}

TEST(reads_do_not_wait_for_an_import)
{
    people p;
    audit_log *log = NULL;
    REQUIRE(people_open(&p));
    CHECK_OK(audit_log_new(p.t.s, &log, &p.why));
    put_some(&p, log, 0, 2);
    hold_writer(&p);
    put_some(&p, log, 2, 5); /* would be refused after ten seconds */
    audit_report r = verify(&p, NULL, 0);
    CHECK(!r.broken_by);
    CHECK_EQ(r.head.seq, 2);
    CHECK_EQ(r.waiting, 3);
    CHECK_OK(writer_sync(p.w, &p.why));
    put_some(&p, log, 5, 6);
    check_order(&p, "0 1 50 2 3 4 5");
    r = verify(&p, NULL, 0);
    CHECK(!r.broken_by && r.waiting == 0);
    hold_writer(&p);
    put_some(&p, log, 6, 7);
    CHECK_OK(writer_sync(p.w, &p.why));
    CHECK_OK(audit_log_settle(log, &p.why)); /* or when nobody reads any more */
    check_order(&p, "0 1 50 2 3 4 5 50 6");
    hold_writer(&p);
    put_some(&p, log, 7, 8);
    CHECK_OK(writer_sync(p.w, &p.why));
    audit_log_free(log); /* or at the end */
    check_order(&p, "0 1 50 2 3 4 5 50 6 50 7");
    check_chain(&p);
    people_close(&p);
}

/* Killed while they wait, and between taking them and forgetting that they waited. */
TEST(reads_that_wait_outlive_a_kill)
{
    people p;
    audit_log *log = NULL;
    char path[128], bytes[4096];
    REQUIRE(people_open(&p));
    wait_path(&p, path);
    CHECK_OK(audit_log_new(p.t.s, &log, &p.why));
    hold_writer(&p);
    put_some(&p, log, 0, 3);
    size_t n = read_bytes(path, bytes, sizeof bytes);
    CHECK_OK(writer_sync(p.w, &p.why));
    audit_log_free(log); /* takes them */
    check_order(&p, "50 0 1 2");
    write_bytes(path, bytes, n); /* as if it had been killed right then */
    audit_report r = verify(&p, NULL, 0);
    CHECK(!r.broken_by && r.waiting == 0);
    CHECK_OK(audit_log_new(p.t.s, &log, &p.why));
    hold_writer(&p);
    put_some(&p, log, 3, 4);
    CHECK_OK(writer_sync(p.w, &p.why));
    audit_log_free(log);
    check_order(&p, "50 0 1 2 50 3");
    check_chain(&p);
    people_close(&p);
}

/* Another process sees them, newest first, until they are in the chain; and by what it asks for. */
TEST(what_waits_is_listed)
{
    people p;
    audit_log *log = NULL;
    audit_list list;
    char path[128], bytes[4096];
    const audit_filter any = {{0}};
    REQUIRE(people_open(&p));
    wait_path(&p, path);
    CHECK_OK(audit_log_new(p.t.s, &log, &p.why));
    hold_writer(&p);
    put_some(&p, log, 0, 5);
    CHECK_OK(audit_waiting(p.t.s, &p.a, &any, 50, &list, &p.why));
    REQUIRE(list.count == 5);
    CHECK(!list.more);
    for (int i = 0; i < 5; i++) {
        audit_entry e = entry(4 - i);
        CHECK_EQ(list.at[i].seq, 0);
        CHECK_EQ(list.at[i].e.at, e.at);
        CHECK_SLICE(list.at[i].e.who, e.who);
        CHECK_SLICE(list.at[i].e.what, e.what);
        CHECK_SLICE(list.at[i].e.detail, e.detail);
    }
    CHECK_OK(audit_waiting(p.t.s, &p.a, &any, 2, &list, &p.why));
    CHECK(list.count == 2 && list.more);
    CHECK_EQ(list.at[0].e.at, entry(4).at);
    CHECK_EQ(list.at[1].e.at, entry(3).at);
    const audit_filter one = {.what = entry(3).what}, none = {.act = S("no such")};
    CHECK_OK(audit_waiting(p.t.s, &p.a, &one, 50, &list, &p.why));
    REQUIRE(list.count == 1);
    CHECK_EQ(list.at[0].e.at, entry(3).at);
    CHECK_OK(audit_waiting(p.t.s, &p.a, &none, 50, &list, &p.why));
    CHECK_EQ(list.count, 0);
    CHECK_OK(audit_waiting(p.t.s, &p.a, &any, 0, &list, &p.why));
    CHECK_EQ(list.count, 0);
    for (long n = 0;; n++) { /* every allocation may fail */
        CLEANUP(arena_done) arena a;
        audit_list got = {.count = 77};
        arena_init(&a, 16 << 20);
        a.fail_after = n;
        if (audit_waiting(p.t.s, &a, &any, 50, &got, &p.why) == OK)
            break;
        CHECK_EQ(got.count, 77);
        REQUIRE(n < 100);
    }
    size_t n = read_bytes(path, bytes, sizeof bytes);
    for (size_t room = 0; room < n; room += 100) { /* nor is there room for the file */
        CLEANUP(buf_done) buf b;
        audit_wait_file got = {.waiting = 77};
        buf_init(&b, room);
        CHECK_EQ(audit_wait_look(p.t.s, p.w->d, 0, &b, NULL, NULL, &got, &p.why), ERR_LIMIT);
        CHECK_EQ(got.waiting, 77);
    }
    CHECK_OK(writer_sync(p.w, &p.why));
    CHECK_OK(audit_log_settle(log, &p.why));
    CHECK_OK(audit_waiting(p.t.s, &p.a, &any, 50, &list, &p.why));
    CHECK_EQ(list.count, 0);
    audit_log_free(log);
    write_bytes(path, bytes, n); /* taken, and then killed: they wait no more */
    CHECK_OK(audit_waiting(p.t.s, &p.a, &any, 50, &list, &p.why));
    CHECK_EQ(list.count, 0);
    people_close(&p);
}

/* Of two services the second was killed: what it left is taken by whoever begins next. */
TEST(what_a_killed_service_left_is_taken)
{
    people p;
    audit_log *log = NULL, *second = NULL;
    char path[128], other[128], bytes[4096];
    REQUIRE(people_open(&p));
    wait_path(&p, path);
    snprintf(other, sizeof other, "%s/pending/reads-1", store_dir(p.t.s));
    CHECK_OK(audit_log_new(p.t.s, &log, &p.why));
    hold_writer(&p);
    put_some(&p, log, 0, 2);
    size_t n = read_bytes(path, bytes, sizeof bytes);
    CHECK_OK(writer_sync(p.w, &p.why));
    CHECK_OK(audit_log_settle(log, &p.why));
    write_bytes(other, bytes, n); /* a file of its own, of which the chain has nothing */
    CHECK_EQ(verify(&p, NULL, 0).waiting, 2);
    CHECK_OK(audit_log_new(p.t.s, &second, &p.why)); /* has that file now, as the first is in use */
    check_order(&p, "50 0 1 0 1");
    audit_log_free(second);
    write_bytes(other, bytes, n);
    audit_log_free(log);
    CHECK_OK(audit_log_new(p.t.s, &log, &p.why)); /* has the first, and takes from the other */
    check_order(&p, "50 0 1 0 1");                /* nothing: it was taken before */
    bytes[8 + 5] ^= 1;                            /* another beginning: no record fits behind it */
    write_bytes(other, bytes, n);
    CHECK_OK(audit_settle_left(p.t.s, &p.why));
    audit_list list;
    CHECK_OK(audit_page(p.t.s, &p.a, &(audit_filter){{0}}, 0, 50, &list, &p.why));
    REQUIRE(list.count == 6);
    CHECK_SLICE(list.at[0].e.act, S("audit.waiting"));
    CHECK_EQ(verify(&p, NULL, 0).waiting, 0);
    audit_log_free(log);
    check_chain(&p);
    people_close(&p);
}

/* A file that is full refuses, and what was put with the one that it refuses is not there. */
TEST(a_full_file_takes_all_or_nothing)
{
    people p;
    static char text[AUDIT_TEXT_MAX];
    audit_wait *w = NULL;
    hash_state *h = hash_new(HASH_SHA256);
    status st = OK;
    uint64_t n = 0, kept = 0;
    REQUIRE(people_open(&p));
    memset(text, 'x', sizeof text);
    audit_entry e = entry(0);
    e.what = e.detail = slice_of(text, sizeof text);
    CHECK_OK(audit_wait_open(p.t.s, p.w->d, &w, &p.why));
    for (;; n++) {
        if (n % 1000 == 0) {
            CHECK_OK(audit_wait_sync(w, &p.why));
            kept = n;
        }
        if ((st = audit_wait_put(w, h, &e, &p.why)) != OK)
            break;
        REQUIRE(n < AUDIT_WAIT_MAX / 1024);
    }
    CHECK_EQ(st, ERR_BUSY);
    CHECK(n > kept && n > 3000);
    audit_wait_forget(w);
    CHECK_OK(audit_wait_sync(w, &p.why));
    CHECK_EQ(audit_wait_count(w), kept);
    CHECK_EQ(verify(&p, NULL, 0).waiting, kept);
    CHECK_OK(audit_wait_put(w, h, &e, &p.why)); /* there is room again */
    CHECK_OK(audit_wait_sync(w, &p.why));
    audit_report r = verify(&p, NULL, 0);
    CHECK(!r.broken_by);
    CHECK_EQ(r.waiting, kept + 1);
    audit_wait_close(w);
    hash_free(h);
    people_close(&p);
}

/* Every byte of what waits, changed: found, and a tail that was being written is not. */
TEST(audit_flip_of_what_waits)
{
    people p;
    audit_log *log = NULL;
    char path[128], bytes[4096];
    REQUIRE(people_open(&p));
    wait_path(&p, path);
    CHECK_OK(audit_log_new(p.t.s, &log, &p.why));
    hold_writer(&p);
    put_some(&p, log, 0, 2);
    size_t n = read_bytes(path, bytes, sizeof bytes);
    REQUIRE(n > 100);
    for (size_t i = 0; i < n; i += 3) {
        bytes[i] ^= 1;
        write_bytes(path, bytes, n);
        audit_report r = verify(&p, NULL, 0);
        bytes[i] ^= 1;
        /* a length that goes beyond the end is what a record that is being written has */
        size_t second = 44 + ((unsigned char)bytes[40] | (size_t)bytes[41] << 8);
        bool length = i == 40 || i == 41 || i == second || i == second + 1;
        if (!r.broken_by && !length)
            TEST_FAIL("byte %zu of %zu", i, n);
    }
    for (size_t i = 0; i < n; i += 7) {
        write_bytes(path, bytes, i);
        CHECK(!verify(&p, NULL, 0).broken_by);
    }
    bytes[n - 1] ^= 1;
    write_bytes(path, bytes, n);
    CHECK_OK(writer_sync(p.w, &p.why));
    audit_log_free(log);
    audit_list list;
    CHECK_OK(audit_page(p.t.s, &p.a, &(audit_filter){{0}}, 0, 50, &list, &p.why));
    REQUIRE(list.count == 3); /* what does not fit is not taken in, and that is said */
    CHECK_SLICE(list.at[0].e.act, S("audit.waiting"));
    people_close(&p);
}
