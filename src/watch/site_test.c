#include "base/test.h"
#include "watch/site.h"

static when at(const char *text)
{
    when t = WHEN_NONE;
    if (when_parse(slice_str(text), &t) != OK)
        abort();
    return t;
}

static status give(site *s, site_table which, const char *text, size_t *n, err *why)
{
    memory_reader m;
    reader in = reader_memory(&m, slice_str(text));
    return site_read(s, which, &in, n, why);
}

static const char assets[] = "# who matters here\n"
                             "name,asset,weight,owner\n"
                             "the site,192.0.2.0/24,normal,it\n"
                             "\"servers, all\",192.0.2.64/26,High,it\n"
                             "domain controller,192.0.2.65,critical,it\n"
                             "\n"
                             ",2001:db8::/32,low,\n"
                             "Laptop of the boss,WS-007.corp.example,critical,\n"
                             ",alice,high,\n";

TEST(the_narrowest_asset_speaks)
{
    site *s = NULL;
    err why = {0};
    size_t n = 0;
    CHECK_OK(site_new(-1, &s, &why));
    REQUIRE(s);
    CHECK_OK(give(s, SITE_ASSETS, assets, &n, &why));
    CHECK_EQ(n, 6);
    static const struct {
        const char *who;
        asset_weight w; /* ASSET_UNKNOWN: not registered */
        const char *name;
    } rows[] = {
        {"192.0.2.1", ASSET_NORMAL, "the site"},
        {"192.0.2.64", ASSET_HIGH, "servers, all"},
        {"192.0.2.65", ASSET_CRITICAL, "domain controller"},
        {"192.0.2.128/25", ASSET_NORMAL, "the site"},
        {"::ffff:192.0.2.65", ASSET_CRITICAL, "domain controller"},
        {"2001:db8:1::5", ASSET_LOW, ""},
        {"198.51.100.1", ASSET_UNKNOWN, NULL},
        {"ws-007.CORP.example", ASSET_CRITICAL, "Laptop of the boss"},
        {"x.ws-007.corp.example", ASSET_UNKNOWN, NULL},
        {"Alice", ASSET_HIGH, ""},
        {"bob", ASSET_UNKNOWN, NULL},
        {"", ASSET_UNKNOWN, NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        site_asset_info got = {0};
        CHECK_EQ(site_asset(s, slice_str(rows[i].who), &got), rows[i].w != ASSET_UNKNOWN);
        CHECK_EQ(got.weight, rows[i].w);
        CHECK_SLICE(got.name, slice_str(rows[i].name));
    }
    s = site_free(s);
}

static const char exercises[] =
    "value,from,to,contact,name\n"
    "198.51.100.0/28,2026-11-01,2026-11-30,red team +1 555 0100,autumn\n"
    "c2.exercise.example,2026-11-01 08:00,2026-11-01 18:00,\"Ann, desk 4\",\n"
    "305419896,2026-01-01,2026-12-31,red team,licence of ours\n";

TEST(exercises_have_their_time)
{
    site *s = NULL;
    err why = {0};
    size_t n = 0;
    CHECK_OK(site_new(-1, &s, &why));
    REQUIRE(s);
    CHECK_OK(give(s, SITE_EXERCISES, exercises, &n, &why));
    CHECK_EQ(n, 3);
    static const struct {
        const char *value, *time, *contact; /* NULL: none runs */
    } rows[] = {
        {"198.51.100.3", "2026-11-01", "red team +1 555 0100"},
        {"198.51.100.3", "2026-11-30 23:59:59", "red team +1 555 0100"},
        {"198.51.100.3", "2026-12-01", NULL},
        {"198.51.100.3", "2026-10-31 23:59:59", NULL},
        {"198.51.100.16", "2026-11-05", NULL},
        {"c2.exercise.example", "2026-11-01 08:00", "Ann, desk 4"},
        {"a.b.C2.exercise.example", "2026-11-01 18:00", "Ann, desk 4"},
        {"c2.exercise.example", "2026-11-01 18:00:01", NULL},
        {"exercise.example", "2026-11-01 12:00", NULL},
        {"305419896", "2026-06-01", "red team"},
        {"", "2026-06-01", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        site_exercise_info got = {0};
        slice values[2] = {S("nothing"), slice_str(rows[i].value)};
        bool in = site_exercise(s, values, 2, at(rows[i].time), &got);
        if (in != (rows[i].contact != NULL))
            TEST_FAIL("%s at %s", rows[i].value, rows[i].time);
        CHECK_SLICE(got.contact, slice_str(rows[i].contact));
    }
    s = site_free(s);
}

static const char silences[] = "indicator,host,until,reason\n"
                               "198.51.100.7,,2026-12-31,our scanner\n"
                               "tracker.example,ws-1,2026-12-31,asked the user\n"
                               ",honeypot,2026-12-31,made for it\n"
                               "203.0.113.0/24,,2026-06-30,over\n";

TEST(silences_end)
{
    site *s = NULL;
    err why = {0};
    size_t n = 0;
    CHECK_OK(site_new(-1, &s, &why));
    REQUIRE(s);
    slice reason = S("");
    CHECK(!site_silenced(s, S("198.51.100.7"), S("ws-1"), at("2026-12-01"), &reason));
    CHECK_OK(give(s, SITE_SILENCES, silences, &n, &why));
    static const struct {
        const char *indicator, *host, *time, *reason;
    } rows[] = {
        {"198.51.100.7", "ws-9", "2026-12-01", "our scanner"},
        {"198.51.100.7", "", "2026-12-31 23:00", "our scanner"},
        {"198.51.100.7", "", "2027-01-01", NULL},
        {"tracker.example", "WS-1", "2026-12-01", "asked the user"},
        {"www.tracker.example", "ws-1", "2026-12-01", "asked the user"},
        {"tracker.example", "ws-2", "2026-12-01", NULL},
        {"anything.example", "honeypot", "2026-12-01", "made for it"},
        {"192.0.2.9", "honeypot", "2026-12-01", "made for it"},
        {"203.0.113.9", "ws-1", "2026-12-01", NULL},
        {"203.0.113.9", "ws-1", "2026-06-30 12:00", "over"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        reason = S("");
        bool is = site_silenced(s, slice_str(rows[i].indicator), slice_str(rows[i].host),
                                at(rows[i].time), &reason);
        if (is != (rows[i].reason != NULL))
            TEST_FAIL("%s of %s at %s", rows[i].indicator, rows[i].host, rows[i].time);
        CHECK_SLICE(reason, slice_str(rows[i].reason));
    }
    s = site_free(s);
}

TEST(a_bad_line_spoils_the_table_and_says_where)
{
    static const struct {
        site_table which;
        const char *text, *message;
    } rows[] = {
        {SITE_ASSETS, "asset,name\n", "line 1: the header has no column \"weight\""},
        {SITE_ASSETS, "asset,weight\nx,great\n",
         "line 2: weight \"great\" is none of low, normal, high, critical"},
        {SITE_ASSETS, "asset,weight\n,low\n", "line 2: it says of whom by nothing"},
        {SITE_EXERCISES, "value,from,to,contact\n\nx,2026-13-01,2026-01-01,y\n",
         "line 3: \"2026-13-01\" is no date"},
        {SITE_EXERCISES, "value,from,to,contact\nx,2026-02-01,2026-01-01,y\n",
         "line 2: it ends before it begins"},
        {SITE_SILENCES, "indicator,host,until,reason\n,,2026-01-01,y\n",
         "line 2: it says of whom by nothing"},
        {SITE_SILENCES, "indicator,until,reason\nx,never,y\n", "line 2: \"never\" is no date"},
    };
    site *s = NULL;
    err why = {0};
    size_t n = 77;
    CHECK_OK(site_new(-1, &s, &why));
    REQUIRE(s);
    CHECK_OK(give(s, SITE_ASSETS, assets, &n, &why));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        n = 77;
        CHECK_EQ(give(s, rows[i].which, rows[i].text, &n, &why), ERR_INPUT);
        CHECK_SLICE(slice_str(why.msg), slice_str(rows[i].message));
        CHECK_EQ(n, 77);
    }
    site_asset_info got;
    CHECK(site_asset(s, S("192.0.2.65"), &got)); /* what was read before stands */
    CHECK_OK(give(s, SITE_ASSETS, "asset,weight\n", &n, &why));
    CHECK_EQ(n, 0);
    CHECK(!site_asset(s, S("192.0.2.65"), &got));
    s = site_free(s);
}

TEST(limits)
{
    site *s = NULL;
    err why = {0};
    size_t n;
    CLEANUP(buf_done) buf b;
    buf_init(&b, 8 << 20);
    CHECK_OK(site_new(-1, &s, &why));
    REQUIRE(s);
    buf_put(&b, S("asset,weight\n"));
    for (int i = 0; i < SITE_ROWS_MAX; i++)
        buf_printf(&b, "h%d,low\n", i);
    buf_byte(&b, 0);
    CHECK_OK(give(s, SITE_ASSETS, b.ptr, &n, &why));
    CHECK_EQ(n, SITE_ROWS_MAX);
    b.len--;
    buf_put(&b, S("one,low\n"));
    buf_byte(&b, 0);
    CHECK_EQ(give(s, SITE_ASSETS, b.ptr, &n, &why), ERR_LIMIT);
    buf_clear(&b);
    buf_put(&b, S("asset,weight\n"));
    for (int i = 0; i < 1024; i++)
        buf_byte(&b, 'x');
    buf_put(&b, S(",low\n"));
    buf_byte(&b, 0);
    CHECK_OK(give(s, SITE_ASSETS, b.ptr, &n, &why));
    b.ptr[13 + 1024] = 'x';
    b.len = 13 + 1025;
    buf_put(&b, S(",low\n"));
    buf_byte(&b, 0);
    CHECK_EQ(give(s, SITE_ASSETS, b.ptr, &n, &why), ERR_LIMIT);
    s = site_free(s);
}

TEST(every_allocation_may_fail)
{
    status st = ERR_LIMIT;
    for (long n = 0; st != OK && n < 100; n++) {
        site *s = NULL;
        err why = {0};
        size_t rows = 77;
        CHECK_OK(site_new(n, &s, &why));
        REQUIRE(s);
        st = give(s, SITE_EXERCISES, exercises, &rows, &why);
        CHECK(st == OK || st == ERR_LIMIT);
        CHECK_EQ(rows, st == OK ? 3 : 77);
        s = site_free(s);
    }
    CHECK_OK(st);
}
