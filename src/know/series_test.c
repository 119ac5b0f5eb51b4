/* series_test.c - days go in packed and come out as they were: as-of, marking, the same again, and
 * that no visibility filter may be dropped. */
#include "know/series.h"
#include "know/test_store.h"

#include "know/db.h"

static void point(scratch *t, const char *cve, const char *value, const char *day)
{
    say(t, KIND_VULNERABILITY, cve, PRED_MEASURED, KIND_NONE, "", .value = value,
        .detail = "{\"model\":\"v1\"}", .valid_from = day);
}

static uint64_t day_end(scratch *t)
{
    document_result r = {0};
    CHECK_OK(writer_document_end(t->w, S("epss"), 0, &r, &t->why));
    CHECK_OK(writer_sync(t->w, &t->why));
    return r.fresh;
}

static uint64_t one_day(scratch *t, const char *day, const char *value, tlp level)
{
    doc(t, "first-epss", day ? day : "undated", 'F', level);
    point(t, "CVE-2024-3400", value, day);
    point(t, "CVE-1999-0001", "epss 1 2", day);
    point(t, "CVE-2024-99999999", "epss 1000000 1000000", day);
    return day_end(t);
}

/* value, or -1 when there is none. */
static int64_t value_at(scratch *t, const char *cve, const char *until)
{
    CLEANUP(arena_done) arena a;
    series_point p = {0};
    arena_init(&a, 1 << 20);
    status st =
        series_at(look(t, "2026-11-22"), &a, S("epss"), slice_str(cve), at(until), &p, &t->why);
    if (st != OK)
        CHECK_EQ(st, ERR_NOT_FOUND);
    return st == OK ? (int64_t)p.value : -1;
}

TEST(days_come_out_as_they_went_in)
{
    CLEANUP(arena_done) arena a;
    scratch t;
    series_points h;
    series_point p;
    arena_init(&a, 1 << 20);
    REQUIRE(scratch_open(&t));
    CHECK_EQ(one_day(&t, "2025-01-01", "epss 430 81230", TLP_CLEAR), 3);
    CHECK_EQ(one_day(&t, "2025-01-03", "epss 990000 999990", TLP_CLEAR), 3);
    CHECK_EQ(one_day(&t, NULL, "epss 7 8", TLP_CLEAR), 3);
    CHECK_EQ(value_at(&t, "CVE-2024-3400", NULL), 990000);
    CHECK_EQ(value_at(&t, "CVE-2024-3400", "2025-01-02"), 430);
    CHECK_EQ(value_at(&t, "CVE-2024-3400", "2024-12-31"), 7); /* only the undated one is left */
    CHECK_EQ(value_at(&t, "CVE-1999-0001", NULL), 1);
    CHECK_EQ(value_at(&t, "CVE-2024-99999999", NULL), 1000000);
    CHECK_EQ(value_at(&t, "CVE-2024-3401", NULL), -1);
    CHECK_EQ(value_at(&t, "CVE-1999-0000", NULL), -1);
    CHECK_OK(series_at(t.l, &a, S("epss"), S("CVE-2024-3400"), WHEN_NONE, &p, &t.why));
    CHECK_EQ(p.day, at("2025-01-03"));
    CHECK_EQ(p.rank, 999990);
    CHECK_SLICE(p.source, S("first-epss"));
    CHECK_SLICE(p.model, S("v1"));
    CHECK_OK(series_history(t.l, &a, S("epss"), S("CVE-2024-3400"), WHEN_NONE, 10, &h, &t.why));
    REQUIRE(h.count == 3);
    CHECK_EQ(h.at[1].value, 430);
    CHECK_EQ(h.at[2].day, WHEN_NONE);
    CHECK_OK(series_history(t.l, &a, S("other"), S("CVE-2024-3400"), WHEN_NONE, 10, &h, &t.why));
    CHECK_EQ(h.count, 0);
    CHECK_EQ(series_at(t.l, &a, S("epss"), S("CVE-x"), WHEN_NONE, &p, &t.why), ERR_INPUT);
    scratch_close(&t);
}

TEST(the_same_again_adds_nothing)
{
    scratch t;
    REQUIRE(scratch_open(&t));
    CHECK_EQ(one_day(&t, "2025-01-01", "epss 430 81230", TLP_CLEAR), 3);
    CHECK_EQ(one_day(&t, "2025-01-01", "epss 430 81230", TLP_CLEAR), 0);
    CHECK_EQ(value_at(&t, "CVE-2024-3400", NULL), 430);
    scratch_close(&t);
}

TEST(a_corrected_day_replaces_the_old_and_as_of_knows_both)
{
    CLEANUP(arena_done) arena a;
    scratch t;
    series_point p;
    arena_init(&a, 1 << 20);
    REQUIRE(scratch_open(&t));
    one_day(&t, "2025-01-01", "epss 430 81230", TLP_CLEAR);
    when then = t.now_us / 1000;
    t.now_us += 3600 * (int64_t)1000000;
    CHECK_EQ(one_day(&t, "2025-01-01", "epss 500 81230", TLP_CLEAR), 3);
    CHECK_EQ(value_at(&t, "CVE-2024-3400", NULL), 500);
    t.v.known_at = then + 1;
    CHECK_OK(lens_look(t.l, &t.v, &t.why));
    CHECK_OK(series_at(t.l, &a, S("epss"), S("CVE-2024-3400"), WHEN_NONE, &p, &t.why));
    CHECK_EQ(p.value, 430);
    scratch_close(&t);
}

static int64_t clear_value(scratch *t)
{
    CLEANUP(arena_done) arena a;
    series_point p;
    arena_init(&a, 1 << 20);
    t->v.clearance = TLP_CLEAR;
    CHECK_OK(lens_look(t->l, &t->v, &t->why));
    status st = series_at(t->l, &a, S("epss"), S("CVE-2024-3400"), WHEN_NONE, &p, &t->why);
    return st == OK ? (int64_t)p.value : -1;
}

TEST(a_marked_day_is_for_those_who_may_see_it)
{
    scratch t;
    REQUIRE(scratch_open(&t));
    one_day(&t, "2025-01-01", "epss 430 81230", TLP_CLEAR);
    one_day(&t, "2025-01-02", "epss 777 81230", TLP_AMBER);
    CHECK_EQ(value_at(&t, "CVE-2024-3400", NULL), 777);
    CHECK_EQ(clear_value(&t), 430);
    scratch_close(&t);
}

#ifdef NOROSHI_MUTANTS
/* Without the visibility filter, a day that is hidden speaks. */
TEST(without_the_filter_a_test_fails)
{
    scratch t;
    int filter = 0;
    store *mutant = NULL;
    for (unsigned q = 0; q < (unsigned)Q_SERIES_DAYS; q++)
        for (const char *p = db_sql((query)q); (p = strstr(p, "SEES")) != NULL; p++)
            filter++;
    REQUIRE(scratch_open(&t));
    one_day(&t, "2025-01-01", "epss 430 81230", TLP_CLEAR);
    one_day(&t, "2025-01-02", "epss 777 81230", TLP_AMBER);
    CHECK_EQ(value_at(&t, "CVE-2024-3400", NULL), 777);
    CHECK_EQ(clear_value(&t), 430);
    store_options o = {.dir = t.dir, .server = test_server(&t.engine, t.dir), .mutant = filter};
    o.clock = (clock_source){scratch_tick, &t};
    o.random = random_seeded(&t.seed);
    REQUIRE(store_open(&o, &mutant, &t.why) == OK);
    t.l = lens_free(t.l);
    CHECK_OK(lens_new(mutant, &t.l, &t.why));
    CHECK_EQ(clear_value(&t), 777);
    t.l = lens_free(t.l);
    store_close(mutant);
    scratch_close(&t);
}
#endif

/* A document that is given up leaves no day; one that is no point is refused. */
TEST(all_or_nothing)
{
    static const char *const bad[] = {"epss",           "epss 1", "epss 1 2 3",
                                      "epss 1000001 0", " 1 1",   "epss x 1"};
    scratch t;
    REQUIRE(scratch_open(&t));
    doc(&t, "first-epss", "a", 'F', TLP_CLEAR);
    point(&t, "CVE-2024-3400", "epss 430 81230", "2025-01-01");
    CHECK_OK(writer_document_abort(t.w, &t.why));
    CHECK_EQ(value_at(&t, "CVE-2024-3400", NULL), -1);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        fact_record r = {.at = 1, .length = 1, .line = 1, .modified = WHEN_NONE};
        fact_claim c = {.subject = {KIND_VULNERABILITY, S("CVE-2024-3400")},
                        .predicate = PRED_MEASURED,
                        .value = slice_str(bad[i]),
                        .confidence = -1,
                        .valid_from = WHEN_NONE};
        document_result result;
        bool fresh;
        doc(&t, "first-epss", "b", 'F', TLP_CLEAR);
        CHECK_OK(writer_begin(t.w, &r, &t.why));
        status st = writer_claim(t.w, &c, &t.why);
        if (st == OK) /* then it is written, and found wrong, with the others */
            st = writer_end(t.w, &fresh, &t.why);
        if (st == OK)
            st = writer_document_end(t.w, S("test"), 0, &result, &t.why);
        CHECK_EQ(st, ERR_INPUT);
        CHECK_OK(writer_document_abort(t.w, &t.why));
    }
    scratch_close(&t);
}

/* Many points: packed small, each found again. */
TEST(a_big_day)
{
    enum { POINTS = 20000 };
    char cve[32], value[40];
    scratch t;
    REQUIRE(scratch_open(&t));
    doc(&t, "first-epss", "big", 'F', TLP_CLEAR);
    for (int i = 0; i < POINTS; i++) { /* in no order, many with the same score */
        int n = (i * 7919) % POINTS;
        snprintf(cve, sizeof cve, "CVE-%d-%04d", 1999 + n % 26, 1 + n);
        snprintf(value, sizeof value, "epss %d %d", n % 3000 * 10, n % 3000 * 300);
        point(&t, cve, value, "2025-01-01");
    }
    CHECK_EQ(day_end(&t), POINTS);
    for (int n = 0; n < POINTS; n += 997) {
        snprintf(cve, sizeof cve, "CVE-%d-%04d", 1999 + n % 26, 1 + n);
        CHECK_EQ(value_at(&t, cve, NULL), n % 3000 * 10);
    }
    scratch_close(&t);
}
