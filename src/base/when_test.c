#include "base/test.h"
#include "base/when.h"

TEST(what_feeds_write)
{
    static const struct {
        slice in;
        const char *want;
    } rows[] = {
        {S_INIT("2020-12-15T13:17:41Z"), "2020-12-15T13:17:41Z"},
        {S_INIT("2020-12-15 13:17:41"), "2020-12-15T13:17:41Z"},
        {S_INIT(" 2020-12-15t13:17:41z\n"), "2020-12-15T13:17:41Z"},
        {S_INIT("2020-12-15T13:17:41.5Z"), "2020-12-15T13:17:41.500Z"},
        {S_INIT("2020-12-15T13:17:41.0009999Z"), "2020-12-15T13:17:41Z"},
        {S_INIT("2020-12-15T13:17:41.123456789+00:00"), "2020-12-15T13:17:41.123Z"},
        {S_INIT("2020-12-15T13:17:41,25Z"), "2020-12-15T13:17:41.250Z"},
        {S_INIT("2020-12-15T13:17:41+09:00"), "2020-12-15T04:17:41Z"},
        {S_INIT("2020-12-15T13:17:41 -0330"), "2020-12-15T16:47:41Z"},
        {S_INIT("2020-12-15T13:17:41+09"), "2020-12-15T04:17:41Z"},
        {S_INIT("2020-12-15 13:17 UTC"), "2020-12-15T13:17:00Z"},
        {S_INIT("2020-12-15 13:17:41 gmt"), "2020-12-15T13:17:41Z"},
        {S_INIT("2020-12-15"), "2020-12-15T00:00:00Z"},
        {S_INIT("2020/12/15 1:02"), "2020-12-15T01:02:00Z"},
        {S_INIT("2020-1-5"), "2020-01-05T00:00:00Z"},
        {S_INIT("1/5/2020"), "2020-01-05T00:00:00Z"},
        {S_INIT("12/31/2020 23:59:59"), "2020-12-31T23:59:59Z"},
        {S_INIT("2020"), "2020-01-01T00:00:00Z"},
        {S_INIT("2020-06"), "2020-06-01T00:00:00Z"},
        {S_INIT("1608038261"), "2020-12-15T13:17:41Z"},
        {S_INIT("1608038261007"), "2020-12-15T13:17:41.007Z"},
        {S_INIT("0000000000"), "1970-01-01T00:00:00Z"},
        {S_INIT("2000-02-29"), "2000-02-29T00:00:00Z"},
        {S_INIT("2016-12-31T23:59:60Z"), "2016-12-31T23:59:59Z"},
        {S_INIT("1969-12-31T23:59:59.999Z"), "1969-12-31T23:59:59.999Z"},
        {S_INIT("0001-01-01"), "0001-01-01T00:00:00Z"},
        {S_INIT("9999-12-31T23:59:59.999Z"), "9999-12-31T23:59:59.999Z"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        when t = 0;
        char out[WHEN_TEXT_MAX];
        if (when_parse(rows[i].in, &t) != OK)
            TEST_FAIL("\"%.*s\" was refused", SLICE_FMT(rows[i].in));
        else
            CHECK_SLICE(slice_str(when_iso(t, out)), slice_str(rows[i].want));
    }
}

TEST(what_is_no_date)
{
    static const slice rows[] = {
        S_INIT(""),
        S_INIT(" "),
        S_INIT("tomorrow"),
        S_INIT("20"),
        S_INIT("202"),
        S_INIT("20201215"),
        S_INIT("123456789"),
        S_INIT("12345678901"),
        S_INIT("160803826l"),
        S_INIT("2021-02-29"),
        S_INIT("1900-02-29"),
        S_INIT("2020-13-01"),
        S_INIT("2020-00-01"),
        S_INIT("2020-01-00"),
        S_INIT("2020-01-32"),
        S_INIT("2020-04-31"),
        S_INIT("0000-01-01"),
        S_INIT("13/01/2020"),
        S_INIT("1/2/20"),
        S_INIT("2020-12/15"),
        S_INIT("2020-"),
        S_INIT("2020-12-"),
        S_INIT("2020-12-15T"),
        S_INIT("2020-12-15T13"),
        S_INIT("2020-12-15T13:"),
        S_INIT("2020-12-15T13:1"),
        S_INIT("2020-12-15T24:00"),
        S_INIT("2020-12-15T13:60"),
        S_INIT("2020-12-15T13:17:61"),
        S_INIT("2020-12-15T13:17:"),
        S_INIT("2020-12-15T13:17:41."),
        S_INIT("2020-12-15T13:17.5"),
        S_INIT("2020-12-15T13:17:41+"),
        S_INIT("2020-12-15T13:17:41+9"),
        S_INIT("2020-12-15T13:17:41+09:"),
        S_INIT("2020-12-15T13:17:41+09:6"),
        S_INIT("2020-12-15T13:17:41+24:00"),
        S_INIT("2020-12-15T13:17:41+09:60"),
        S_INIT("2020-12-15T13:17:41 JST"),
        S_INIT("2020-12-15T13:17:41Zulu"),
        S_INIT("2020-12-15T13:17:41Z Z"),
        S_INIT("2020-12-15x"),
        S_INIT("2020-12-15T-1:00"),
        S_INIT("2020 13:17"),
        S_INIT("2020-12 13:17"),
        S_INIT("-2020-12-15"),
        S_INIT("2020\0-12-15"),
        S_INIT("10000-01-01"),
        S_INIT("0001-01-01T00:00:00+00:01"),
        S_INIT("9999-12-31T23:59:59-00:01"),
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        when t = 4711;
        if (when_parse(rows[i], &t) != ERR_INPUT)
            TEST_FAIL("\"%.*s\" was taken", SLICE_FMT(rows[i]));
        CHECK_EQ(t, 4711);
    }
}

TEST(every_day_reads_back)
{
    /* four centuries, the whole cycle of the calendar; and no day is skipped */
    when previous = WHEN_NONE;
    for (int y = 1601; y <= 2000; y++)
        for (int m = 1; m <= 12; m++)
            for (int d = 1; d <= 31; d++) {
                char text[WHEN_TEXT_MAX], out[WHEN_TEXT_MAX];
                when t;
                snprintf(text, sizeof text, "%04d-%02d-%02d", y, m, d);
                if (when_parse(slice_str(text), &t) != OK) {
                    REQUIRE(d > 28);
                    continue;
                }
                REQUIRE(previous == WHEN_NONE || t == previous + WHEN_DAY);
                previous = t;
                REQUIRE(strcmp(when_date(t, out), text) == 0);
            }
    when first, last;
    CHECK_OK(when_parse(S("1601-01-01"), &first));
    CHECK_OK(when_parse(S("2000-12-31"), &last));
    CHECK_EQ(when_days(first, last), 146096); /* 400 years are 146,097 days */
}

TEST(iso_reads_back_for_every_instant_it_may_write)
{
    uint64_t state = 7;
    for (int i = 0; i < 20000; i++) {
        char out[WHEN_TEXT_MAX];
        when back = 0;
        state = state * 6364136223846793005u + 1442695040888963407u;
        when t = WHEN_FIRST + (when)(state % (uint64_t)(WHEN_LAST - WHEN_FIRST + 1));
        REQUIRE(when_parse(slice_str(when_iso(t, out)), &back) == OK);
        REQUIRE(back == t);
    }
    static const when edges[] = {WHEN_FIRST, WHEN_LAST, -1, 0, 1, 999, 1000};
    for (size_t i = 0; i < COUNT_OF(edges); i++) {
        char out[WHEN_TEXT_MAX];
        when back = 0;
        CHECK_OK(when_parse(slice_str(when_iso(edges[i], out)), &back));
        CHECK_EQ(back, edges[i]);
    }
}

TEST(minutes_in_a_zone)
{
    char out[WHEN_TEXT_MAX];
    when t;
    CHECK_OK(when_parse(S("2026-11-22T01:00:00Z"), &t));
    CHECK_SLICE(slice_str(when_minute(t, 9 * 60, out)), S("2026-11-22 10:00"));
    CHECK_SLICE(slice_str(when_minute(t, -90, out)), S("2026-11-21 23:30"));
    CHECK_SLICE(slice_str(when_minute(-1, 0, out)), S("1969-12-31 23:59"));
}

TEST(days_between)
{
    CHECK_EQ(when_days(0, WHEN_DAY), 1);
    CHECK_EQ(when_days(0, WHEN_DAY - 1), 0);
    CHECK_EQ(when_days(WHEN_DAY, 0), -1);
    CHECK_EQ(when_days(1, WHEN_DAY), 0);
}

TEST(any_number_fits_the_text)
{
    char out[WHEN_TEXT_MAX];
    CHECK(strlen(when_iso(INT64_MIN, out)) < WHEN_TEXT_MAX);
    CHECK(strlen(when_iso(INT64_MAX, out)) < WHEN_TEXT_MAX);
    CHECK(strlen(when_date(INT64_MAX, out)) < WHEN_TEXT_MAX);
}

TEST(clocks)
{
    int64_t us = 1608038261123456;
    clock_source c = clock_fixed(&us);
    CHECK_EQ(clock_now(c), 1608038261123);
    us += 1000;
    CHECK_EQ(clock_now(c), 1608038261124);
    clock_source s = clock_system();
    int64_t before = clock_now_us(s);
    CHECK(before > 1700000000000000 && clock_now_us(s) >= before);
}
