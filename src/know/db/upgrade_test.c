#include "know/claims.h"
#include "know/db/driver.h"
#include "know/store_private.h"
#include "know/temp_store.h"
#include "know/write.h"

enum { VALUES = 12 };

static fact_claim say(int n, const char *detail)
{
    static char text[VALUES][32];
    snprintf(text[n], sizeof text[n], "192.0.2.%d", n + 1);
    return (fact_claim){.subject = {KIND_IPV4, slice_str(text[n])},
                        .predicate = PRED_INDICATES,
                        .detail = slice_str(detail),
                        .confidence = -1,
                        .first_seen = WHEN_NONE,
                        .last_seen = WHEN_NONE,
                        .valid_from = WHEN_NONE,
                        .valid_until = WHEN_NONE};
}

/* Values [from, to), each with a detail: of its own, or the same for all. */
static document_result import(temp_store *f, int sha, int from, int to, const char *same)
{
    writer *w = NULL;
    uint8_t digest[32] = {(uint8_t)sha};
    document_result r = {0};
    document_in d = {.sha256 = digest,
                     .bytes = 1,
                     .source = S("feed"),
                     .parser = 1,
                     .format = S("list"),
                     .path = S("a.txt"),
                     .feed = S("a.txt")};
    CHECK_OK(writer_new(f->s, S("tester"), &w, &f->why));
    CHECK_OK(writer_document(w, &d, &f->why));
    for (int i = from; i < to; i++) {
        char own[32];
        bool fresh;
        snprintf(own, sizeof own, "{\"port\":%d}", 1000 + i);
        fact_record rec = {.at = (uint64_t)i, .line = (uint64_t)i + 1, .modified = WHEN_NONE};
        fact_claim c = say(i, same ? same : own);
        CHECK_OK(writer_begin(w, &rec, &f->why));
        CHECK_OK(writer_claim(w, &c, &f->why));
        CHECK_OK(writer_end(w, &fresh, &f->why));
    }
    CHECK_OK(writer_document_end(w, S("list"), 0, &r, &f->why));
    CHECK_OK(writer_sync(w, &f->why));
    writer_free(w);
    return r;
}

static void check_detail(temp_store *f, int n, const char *want)
{
    CLEANUP(arena_done) arena a;
    lens *l = NULL;
    claim_list list = {0};
    fact_claim c = say(n, "");
    arena_init(&a, 1 << 20);
    CHECK_OK(lens_new(f->s, &l, &f->why));
    CHECK_OK(lens_look(l, &temp_view, &f->why));
    CHECK_OK(claims_of(l, &a, c.subject, PRED_NONE, 100, &list, &f->why));
    lens_free(l);
    CHECK_EQ(list.count, 1);
    if (list.count)
        CHECK_SLICE(list.at[0].detail, slice_str(want));
}

static void run_sql(db *d, const char *sql, err *why)
{
    db_stmt *s = NULL;
    CHECK_OK(d->driver->adhoc(d, sql, &s, why));
    if (s) {
        CHECK_OK(db_run(s, why));
        d->driver->adhoc_done(s);
    }
}

static int64_t one(temp_store *f, const char *sql)
{
    db *d = NULL;
    db_stmt *s = NULL;
    bool row = false;
    int64_t n = -1;
    CHECK_OK(store_connect(f->s, true, &d, &f->why));
    CHECK_OK(d->driver->adhoc(d, sql, &s, &f->why));
    CHECK_OK(db_step(s, &row, &f->why));
    if (row)
        n = db_int(s, 0);
    db_reset(s);
    d->driver->adhoc_done(s);
    db_close(d);
    return n;
}

/* Schema 6 had no column for details that many claims share; its claims have all of theirs. Nor had
 * it the index of schema 8, and the tables of schemas 9, 10 and 11. The indexes that schema 12
 * makes anew are dropped there, whatever their conditions. */
static void make_it_schema_6(temp_store *f)
{
    db *d = NULL;
    CHECK_OK(store_connect(f->s, true, &d, &f->why));
    bool lite = strcmp(db_engine(d), "sqlite") == 0;
    CHECK_OK(db_begin_write(d, &f->why));
    run_sql(d, lite ? "DROP TRIGGER claim_keeps_words" : "DROP TRIGGER claim_keeps_words ON claim",
            &f->why);
    if (!lite)
        run_sql(d, "DROP FUNCTION claim_keeps_words()", &f->why);
    run_sql(d, "ALTER TABLE claim DROP COLUMN words", &f->why);
    run_sql(d, "DROP INDEX claim_told", &f->why);
    run_sql(d, "CREATE INDEX claim_verdict ON claim (subject, h, life) WHERE predicate = 36",
            &f->why);
    static const char *const tables[] = {
        "alert", "alert_place", "watch_place",   "organisation", "account", "account_audience",
        "team",  "team_member", "recovery_code", "session",      "token",   "replay",
        "audit", "pull",        "pull_run",      "heard",
    };
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        char sql[64];
        snprintf(sql, sizeof sql, "DROP TABLE %s", tables[i]);
        run_sql(d, sql, &f->why);
    }
    if (!lite) {
        run_sql(d, "DROP FUNCTION audit_keeps()", &f->why);
        run_sql(d, "DROP FUNCTION audit_stays()", &f->why);
    }
    CHECK_OK(d->driver->set_version(d, 6, &f->why));
    CHECK_OK(db_commit(d, &f->why));
    db_close(d);
}

TEST(details_of_schema_6_are_read_and_shared_from_then_on)
{
    CLEANUP(temp_store_done) temp_store f;
    REQUIRE(temp_store_make(&f));
    CHECK_EQ(import(&f, 1, 0, 4, NULL).fresh, 4);
    CHECK_EQ(one(&f, "SELECT count(*) FROM claim WHERE words IS NOT NULL"), 0);
    make_it_schema_6(&f);
    f.s = store_close(f.s);
    REQUIRE(temp_store_open(&f, -1));
    check_detail(&f, 0, "{\"port\":1000}");
    check_detail(&f, 3, "{\"port\":1003}");
    CHECK_EQ(import(&f, 2, 0, 4, NULL).fresh, 0); /* the same claims are the same still */
    CHECK_EQ(import(&f, 3, 4, 9, "{\"port\":1000}").fresh, 5);
    CHECK_EQ(one(&f, "SELECT count(*) FROM claim WHERE words IS NOT NULL"), 4);
    CHECK_EQ(one(&f, "SELECT count(*) FROM claim WHERE words IS NOT NULL AND detail IS NOT NULL"),
             0);
    for (int i = 4; i < 9; i++)
        check_detail(&f, i, "{\"port\":1000}");
    CHECK_EQ(import(&f, 4, 4, 9, "{\"port\":1000}").fresh, 0);
    CHECK_OK(store_check(f.s, &f.why));
}

/* What a claim says does not depend on where its detail stands; a row says it once and for all. */
TEST(where_a_detail_stands_does_not_change)
{
    CLEANUP(temp_store_done) temp_store f;
    db *d = NULL;
    REQUIRE(temp_store_make(&f));
    CHECK_EQ(import(&f, 1, 0, 5, "{\"section\":\"x\"}").fresh, 5);
    CHECK_OK(store_connect(f.s, true, &d, &f.why));
    CHECK_OK(db_begin_write(d, &f.why));
    db_stmt *s = NULL;
    CHECK_OK(d->driver->adhoc(d, "UPDATE claim SET words = 1 WHERE id = 2", &s, &f.why));
    CHECK(db_run(s, &f.why) != OK);
    d->driver->adhoc_done(s);
    db_rollback(d);
    db_close(d);
    check_detail(&f, 1, "{\"section\":\"x\"}");
}

/* Too short to be worth a node, and too long to be one: each as it was said. */
TEST(details_at_the_limits_of_sharing)
{
    char text[300];
    static const size_t lengths[] = {1, 5, 6, 256, 257};
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        CLEANUP(temp_store_done) temp_store f;
        REQUIRE(temp_store_make(&f));
        memset(text, 'x', lengths[i]);
        text[lengths[i]] = 0;
        bool shared = lengths[i] >= 6 && lengths[i] <= 256;
        CHECK_EQ(import(&f, 1, 0, 3, text).fresh, 3);
        CHECK_EQ(one(&f, "SELECT count(*) FROM claim WHERE words IS NOT NULL"), shared ? 2 : 0);
        for (int n = 0; n < 3; n++)
            check_detail(&f, n, text);
    }
}
