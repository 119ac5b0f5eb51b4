/* sightings_test.c - what was seen: values of each kind, dates, limits, kills, damage, memory. */
#include "know/sightings_fixture.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

enum { BUDGET = 8 << 20 };

static uint32_t source(site *t, const char *name)
{
    uint32_t id = 0;
    CHECK_OK(sightings_source_add(t->w, slice_str(name), S("zeek-dns"), &id, &t->why));
    return id;
}

static void add(site *t, kind k, const char *value, when at, uint32_t id, uint64_t offset)
{
    CHECK_OK(sightings_add(t->w, k, slice_str(value), at, id, offset, &t->why));
}

static void commit(site *t)
{
    CHECK_OK(sightings_commit(t->w, S("here"), &t->why));
}

/* --- what a question finds ------------------------------------------------------------------ */

static const struct seen {
    kind k;
    const char *value;
} seen[] = {
    {KIND_DOMAIN, "a.b.evil.example"},
    {KIND_DOMAIN, "evil.example"},
    {KIND_URL, "http://www.evil.example/x?y"},
    {KIND_URL, "http://198.51.100.7/y"},
    {KIND_EMAIL, "someone@mail.evil.example"},
    {KIND_IPV4, "198.51.100.7"},
    {KIND_IPV4, "198.51.200.9"},
    {KIND_IPV6, "2001:db8:1:2::9"},
    {KIND_SHA256, "00000000000000000000000000000000000000000000000000000000000000ff"},
    {KIND_USER_AGENT, "curl/7"},
    {KIND_CIDR, "203.0.113.0/24"},
    {KIND_DOMAIN, "1.2.3.4.5.6.7.8.9.10.11.deep.example"},
    {KIND_DOMAIN, "x.co.uk"},
    {KIND_URL, "http://[2001:db8:7::1]/"},
};

static const struct asked {
    kind k;
    const char *value;
    uint64_t itself, within;
    sightings_scope scope;
} asked[] = {
    {KIND_DOMAIN, "a.b.evil.example", 1, 0, SIGHTINGS_EXACT},
    {KIND_DOMAIN, "b.evil.example", 0, 1, SIGHTINGS_EXACT},
    {KIND_DOMAIN, "evil.example", 1, 3, SIGHTINGS_EXACT},
    {KIND_DOMAIN, "www.evil.example", 0, 1, SIGHTINGS_EXACT},
    {KIND_DOMAIN, "mail.evil.example", 0, 1, SIGHTINGS_EXACT},
    {KIND_DOMAIN, "example", 0, 0, SIGHTINGS_EXACT},
    {KIND_DOMAIN, "co.uk", 0, 0, SIGHTINGS_EXACT}, /* a public suffix */
    {KIND_DOMAIN, "other.example", 0, 0, SIGHTINGS_EXACT},
    {KIND_DOMAIN, "deep.example", 0, 1, SIGHTINGS_EXACT},
    {KIND_DOMAIN, "5.6.7.8.9.10.11.deep.example", 0, 1, SIGHTINGS_EXACT},   /* the eighth above */
    {KIND_DOMAIN, "4.5.6.7.8.9.10.11.deep.example", 0, 0, SIGHTINGS_EXACT}, /* and the ninth */
    {KIND_URL, "http://www.evil.example/x?y", 1, 0, SIGHTINGS_EXACT},
    {KIND_URL, "http://www.evil.example/x", 0, 0, SIGHTINGS_EXACT},
    {KIND_EMAIL, "someone@mail.evil.example", 1, 0, SIGHTINGS_EXACT},
    {KIND_IPV4, "198.51.100.7", 1, 1, SIGHTINGS_EXACT}, /* the URL at it */
    {KIND_IPV4, "198.51.100.8", 0, 0, SIGHTINGS_EXACT},
    {KIND_CIDR, "198.51.100.0/24", 0, 2, SIGHTINGS_EXACT},
    {KIND_CIDR, "198.51.128.0/17", 0, 1, SIGHTINGS_EXACT},
    {KIND_CIDR, "198.51.0.0/16", 0, 3, SIGHTINGS_EXACT},
    {KIND_CIDR, "198.0.0.0/8", 0, 3, SIGHTINGS_EXACT},
    {KIND_CIDR, "0.0.0.0/0", 0, 3, SIGHTINGS_EXACT},
    {KIND_CIDR, "199.0.0.0/8", 0, 0, SIGHTINGS_EXACT},
    {KIND_CIDR, "203.0.113.0/24", 1, 0, SIGHTINGS_EXACT},
    {KIND_IPV6, "2001:db8:1:2::9", 1, 0, SIGHTINGS_EXACT},
    {KIND_IPV6, "2001:db8:7::1", 0, 1, SIGHTINGS_EXACT},
    {KIND_CIDR, "2001:db8:1:2::/112", 0, 1, SIGHTINGS_EXACT},
    {KIND_CIDR, "2001:db8:1:2::/111", 0, 1, SIGHTINGS_AROUND},
    {KIND_CIDR, "2001:db8:1:2:5::/80", 0, 1, SIGHTINGS_AROUND}, /* of the /64 */
    {KIND_CIDR, "2001:db8:1:2::/64", 0, 1, SIGHTINGS_EXACT},
    {KIND_CIDR, "2001:db8:1::/60", 0, 1, SIGHTINGS_EXACT},
    {KIND_CIDR, "2001:db8:1::/48", 0, 1, SIGHTINGS_EXACT},
    {KIND_CIDR, "2001:db8::/40", 0, 2, SIGHTINGS_EXACT},
    {KIND_CIDR, "2001:db8::/32", 0, 2, SIGHTINGS_EXACT},
    {KIND_CIDR, "2001::/16", 0, 2, SIGHTINGS_EXACT},
    {KIND_CIDR, "2000::/15", 0, 0, SIGHTINGS_UNKNOWN},
    {KIND_SHA256, "00000000000000000000000000000000000000000000000000000000000000ff", 1, 0,
     SIGHTINGS_EXACT},
    {KIND_SHA1, "00000000000000000000000000000000000000000000000000000000000000ff", 0, 0,
     SIGHTINGS_EXACT}, /* another kind is another value */
    {KIND_USER_AGENT, "curl/7", 1, 0, SIGHTINGS_EXACT},
    {KIND_USER_AGENT, "", 0, 0, SIGHTINGS_EXACT},
};

TEST(values_and_what_is_within_them)
{
    CLEANUP(site_done) site t;
    CLEANUP(arena_done) arena a;
    sightings *s = NULL;
    sightings_probe p[COUNT_OF(asked)];
    sightings_found f[COUNT_OF(asked)];
    arena_init(&a, BUDGET);
    REQUIRE(site_make(&t, 1) && site_write(&t, 0));
    uint32_t id = source(&t, "dns.log");
    for (size_t i = 0; i < COUNT_OF(seen); i++)
        add(&t, seen[i].k, seen[i].value, site_time(SITE_TODAY, 100), id, 1000 * (i + 1));
    commit(&t);
    REQUIRE(sightings_open(t.folder, &s, &t.why) == OK);
    for (size_t i = 0; i < COUNT_OF(asked); i++)
        p[i] = (sightings_probe){asked[i].k, slice_str(asked[i].value)};
    sightings_expect(s, p, COUNT_OF(p)); /* says nothing */
    CHECK_OK(sightings_find(s, p, COUNT_OF(p), &a, f, &t.why));
    CHECK_OK(sightings_verify(s, &t.why));
    bool maybe[COUNT_OF(asked)];
    sightings_maybe(s, p, COUNT_OF(p), maybe);
    for (size_t i = 0; i < COUNT_OF(asked); i++)
        CHECK(maybe[i] || (!f[i].itself.count && !f[i].within.count));
    for (size_t i = 0; i < COUNT_OF(asked); i++)
        if (f[i].itself.count != asked[i].itself || f[i].within.count != asked[i].within ||
            f[i].scope != asked[i].scope)
            TEST_FAIL("%s: itself %llu, within %llu, scope %d", asked[i].value,
                      (unsigned long long)f[i].itself.count, (unsigned long long)f[i].within.count,
                      (int)f[i].scope);
    CHECK_EQ(f[1].within.sample_count, 1);
    CHECK_EQ(f[1].within.samples[0].offset, 1000);
    CHECK_EQ(f[1].within.samples[0].at, site_time(SITE_TODAY, 100));
    CHECK_EQ(f[1].within.sources[0], id);
    sightings_close(s);
}

TEST(networks_of_which_nothing_was_seen_cost_one_look)
{
    CLEANUP(site_done) site t;
    CLEANUP(arena_done) arena a;
    sightings *s = NULL;
    enum { NETS = 200 }; /* of 65,536 keys each, over SIGHTINGS_KEYS_MAX together */
    static char text[NETS][32];
    sightings_probe p[NETS];
    sightings_found f[NETS];
    arena_init(&a, BUDGET);
    REQUIRE(site_make(&t, 21) && site_write(&t, 0));
    uint32_t id = source(&t, "a.log");
    add(&t, KIND_IPV4, "10.7.200.1", site_time(SITE_TODAY, 1), id, 1);
    add(&t, KIND_URL, "http://10.9.200.1/", site_time(SITE_TODAY, 1), id, 2);
    add(&t, KIND_IPV6, "2001:db8::10:1", site_time(SITE_TODAY, 1), id, 3);
    commit(&t);
    for (int i = 0; i < NETS; i++) {
        snprintf(text[i], sizeof text[i], "10.%d.%d.0/17", i / 2, i % 2 * 128);
        p[i] = (sightings_probe){KIND_CIDR, slice_str(text[i])};
    }
    p[0].value = S("2001:db8::10:0/112");
    p[1].value = S("2001:db8:1::10:0/112");
    REQUIRE(sightings_open(t.folder, &s, &t.why) == OK);
    CHECK_OK(sightings_find(s, p, NETS, &a, f, &t.why));
    for (int i = 0; i < NETS; i++)
        CHECK_EQ(f[i].within.count, i == 0 || i == 15 || i == 19);
    bool maybe[NETS];
    int some = 0;
    sightings_maybe(s, p, NETS, maybe);
    for (int i = 0; i < NETS; i++) {
        CHECK(maybe[i] || !f[i].within.count);
        some += maybe[i];
    }
    CHECK(some < NETS / 4); /* most were never seen, and it says so */
    sightings_close(s);
}

TEST(filters_alone_say_that_most_were_never_seen)
{
    CLEANUP(site_done) site t;
    sightings *s = NULL;
    enum { MANY = 3000 };
    static char text[MANY][24];
    static sightings_probe p[MANY];
    static bool maybe[MANY];
    size_t wrong = 0;
    REQUIRE(site_make(&t, 22) && site_write(&t, 0));
    uint32_t id = source(&t, "a.log");
    for (int i = 0; i < MANY; i++) {
        snprintf(text[i], sizeof text[i], "h%d.example", i);
        p[i] = (sightings_probe){KIND_DOMAIN, slice_str(text[i])};
        if (i % 2)
            add(&t, KIND_DOMAIN, text[i], site_time(SITE_TODAY - i % 7, 1), id, (uint64_t)i);
        if (i % 500 == 0)
            commit(&t);
    }
    commit(&t);
    p[0] = (sightings_probe){KIND_IPV4, S("no address")};
    p[2] = (sightings_probe){KIND_CIDR, S("no network")};
    REQUIRE(sightings_open(t.folder, &s, &t.why) == OK);
    sightings_maybe(s, p, MANY, maybe);
    CHECK(!maybe[0]);
    CHECK(maybe[2]);
    for (int i = 3; i < MANY; i++) {
        CHECK(maybe[i] || i % 2 == 0);
        wrong += maybe[i] && i % 2 == 0;
    }
    CHECK(wrong < MANY / 10);
    sightings_close(s);
}

TEST(a_position_counts_once_for_each_value)
{
    CLEANUP(site_done) site t;
    CLEANUP(arena_done) arena a;
    sightings_found f;
    arena_init(&a, BUDGET);
    REQUIRE(site_make(&t, 2) && site_write(&t, 0));
    uint32_t id = source(&t, "proxy.log");
    for (uint64_t line = 0; line < 3; line++) {
        add(&t, KIND_URL, "http://a.evil.example/", site_time(SITE_TODAY, 5), id, line);
        add(&t, KIND_DOMAIN, "a.evil.example", site_time(SITE_TODAY, 5), id, line);
        add(&t, KIND_DOMAIN, "a.evil.example", site_time(SITE_TODAY, 5), id, line);
        add(&t, KIND_DOMAIN, "b.evil.example", site_time(SITE_TODAY, 5), id, line);
    }
    commit(&t);
    REQUIRE(site_ask(&t, &a, KIND_DOMAIN, "a.evil.example", &f));
    CHECK_EQ(f.itself.count, 3);
    CHECK_EQ(f.within.count, 3);
    REQUIRE(site_ask(&t, &a, KIND_DOMAIN, "evil.example", &f));
    CHECK_EQ(f.itself.count, 0);
    CHECK_EQ(f.within.count, 3);
    CHECK_EQ(sightings_writer_totals(t.w).events, 9); /* the second of a line is none */
}

/* --- positions ------------------------------------------------------------------------------ */

TEST(all_positions_of_few_and_the_ends_of_many)
{
    CLEANUP(site_done) site t;
    CLEANUP(arena_done) arena a;
    sightings_found f;
    arena_init(&a, BUDGET);
    REQUIRE(site_make(&t, 3) && site_write(&t, 0));
    uint32_t id = source(&t, "a.log");
    for (uint32_t i = 0; i < 8; i++)
        add(&t, KIND_DOMAIN, "few.example", site_time(SITE_TODAY, 70 - i), id, 700 - i);
    for (uint32_t i = 0; i < 1000; i++) /* in no order */
        add(&t, KIND_DOMAIN, "many.example", site_time(SITE_TODAY, i * 37 % 1000), id,
            i * 37 % 1000);
    for (uint32_t d = 0; d < 5; d++)
        for (uint32_t i = 0; i < 8; i++)
            add(&t, KIND_DOMAIN, "days.example", site_time(SITE_TODAY - 4 + (int32_t)d, i), id,
                10000 + d * 8 + i);
    commit(&t);
    REQUIRE(site_ask(&t, &a, KIND_DOMAIN, "few.example", &f));
    CHECK_EQ(f.itself.sample_count, 8);
    CHECK(!f.itself.more_samples);
    for (uint32_t i = 0; i < 8 && f.itself.sample_count == 8; i++)
        CHECK_EQ(f.itself.samples[i].offset, 693 + i);
    REQUIRE(site_ask(&t, &a, KIND_DOMAIN, "many.example", &f));
    CHECK_EQ(f.itself.count, 1000);
    REQUIRE(f.itself.sample_count == 4);
    CHECK(f.itself.more_samples);
    CHECK_EQ(f.itself.samples[0].offset, 0);
    CHECK_EQ(f.itself.samples[1].offset, 1);
    CHECK_EQ(f.itself.samples[2].offset, 998);
    CHECK_EQ(f.itself.samples[3].offset, 999);
    CHECK_EQ(f.itself.first, site_time(SITE_TODAY, 0));
    CHECK_EQ(f.itself.last, site_time(SITE_TODAY, 999));
    REQUIRE(site_ask(&t, &a, KIND_DOMAIN, "days.example", &f));
    CHECK_EQ(f.itself.count, 40);
    CHECK_EQ(f.itself.day_count, 5);
    REQUIRE(f.itself.sample_count == SIGHTINGS_SAMPLES);
    CHECK(f.itself.more_samples);
    CHECK_EQ(f.itself.samples[7].offset, 10007);
    CHECK_EQ(f.itself.samples[8].offset, 10032);
}

TEST(of_very_many_days_the_newest)
{
    CLEANUP(site_done) site t;
    CLEANUP(arena_done) arena a;
    sightings_found f;
    arena_init(&a, BUDGET);
    REQUIRE(site_make(&t, 4) && site_write(&t, 0));
    uint32_t id = source(&t, "a.log");
    for (int32_t d = 0; d < SIGHTINGS_DAYS + 50; d++) { /* in no order */
        int32_t day = SITE_TODAY - d * 7 % (SIGHTINGS_DAYS + 50);
        add(&t, KIND_DOMAIN, "old.example", site_time(day, 1), id, (uint64_t)d);
        if (d % 100 == 99)
            commit(&t);
    }
    commit(&t);
    REQUIRE(site_ask(&t, &a, KIND_DOMAIN, "old.example", &f));
    CHECK_EQ(f.itself.count, SIGHTINGS_DAYS + 50);
    CHECK(f.itself.more_days);
    REQUIRE(f.itself.day_count == SIGHTINGS_DAYS);
    CHECK_EQ(f.itself.days[0].day, SITE_TODAY - SIGHTINGS_DAYS + 1);
    CHECK_EQ(f.itself.days[SIGHTINGS_DAYS - 1].day, SITE_TODAY);
    CHECK_EQ(f.itself.first, site_time(SITE_TODAY - SIGHTINGS_DAYS - 49, 1));
}

/* --- time ----------------------------------------------------------------------------------- */

TEST(impossible_times_count_when_they_were_read)
{
    CLEANUP(site_done) site t;
    CLEANUP(arena_done) arena a;
    sightings_found f;
    sightings *s = NULL;
    sightings_coverage c;
    arena_init(&a, BUDGET);
    REQUIRE(site_make(&t, 5) && site_write(&t, 0));
    uint32_t id = source(&t, "a.log");
    when now = t.now_us / 1000;
    add(&t, KIND_DOMAIN, "none.example", WHEN_NONE, id, 1);
    add(&t, KIND_DOMAIN, "none.example", 5 * WHEN_DAY, id, 2); /* 1970 */
    add(&t, KIND_DOMAIN, "none.example", now + WHEN_DAY + 1000, id, 3);
    add(&t, KIND_DOMAIN, "none.example", INT64_MAX, id, 4);
    add(&t, KIND_DOMAIN, "edge.example", now + WHEN_DAY, id, 5); /* a day ahead is believed */
    add(&t, KIND_DOMAIN, "early.example", 10957 * WHEN_DAY, id, 6);
    t.now_us += 2 * WHEN_DAY * 1000;
    add(&t, KIND_DOMAIN, "later.example", now + 2 * WHEN_DAY, id, 7); /* the clock went on */
    commit(&t);
    REQUIRE(site_ask(&t, &a, KIND_DOMAIN, "none.example", &f));
    CHECK_EQ(f.itself.count, 4);
    CHECK_EQ(f.itself.first, now);
    CHECK_EQ(f.itself.last, now);
    REQUIRE(site_ask(&t, &a, KIND_DOMAIN, "edge.example", &f));
    CHECK_EQ(f.itself.first, now + WHEN_DAY);
    REQUIRE(site_ask(&t, &a, KIND_DOMAIN, "early.example", &f));
    CHECK_EQ(f.itself.days[0].day, 10957);
    REQUIRE(site_ask(&t, &a, KIND_DOMAIN, "later.example", &f));
    CHECK_EQ(f.itself.first, now + 2 * WHEN_DAY);
    REQUIRE(sightings_open(t.folder, &s, &t.why) == OK);
    CHECK_OK(sightings_covered(s, &a, &c, &t.why));
    CHECK_EQ(c.redated, 4);
    CHECK_EQ(c.events, 7);
    sightings_close(s);
}

TEST(coverage_says_what_was_read)
{
    CLEANUP(site_done) site t;
    CLEANUP(arena_done) arena a;
    sightings *s = NULL;
    sightings_coverage c;
    sightings_source from;
    bool changed = false;
    arena_init(&a, BUDGET);
    REQUIRE(site_make(&t, 6) && site_write(&t, 0));
    CHECK_EQ(sightings_open(t.folder, &s, &t.why), ERR_NOT_FOUND);
    commit(&t);
    REQUIRE(sightings_open(t.folder, &s, &t.why) == OK);
    CHECK_OK(sightings_covered(s, &a, &c, &t.why));
    CHECK_EQ(c.from, WHEN_NONE);
    CHECK_EQ(c.source_count, 0);
    uint32_t dns = source(&t, "dns.log"), quiet = source(&t, "quiet.log");
    CHECK_EQ(source(&t, "dns.log"), dns);
    add(&t, KIND_DOMAIN, "a.example", site_time(SITE_TODAY - 10, 5), dns, 1);
    add(&t, KIND_DOMAIN, "a.example", site_time(SITE_TODAY - 7, 5), dns, 2);
    add(&t, KIND_DOMAIN, "a.example", site_time(SITE_TODAY - 6, 5), dns, 3);
    CHECK_OK(sightings_read(t.w, quiet, site_time(SITE_TODAY - 12, 0), site_time(SITE_TODAY, 9),
                            &t.why));
    CHECK_EQ(sightings_read(t.w, 77, 0, 0, &t.why), ERR_INPUT);
    CHECK_OK(sightings_refresh(s, &changed, &t.why));
    CHECK(!changed);
    commit(&t);
    CHECK_OK(sightings_refresh(s, &changed, &t.why));
    CHECK(changed);
    CHECK_OK(sightings_covered(s, &a, &c, &t.why));
    CHECK_EQ(c.from, site_time(SITE_TODAY - 12, 0));
    CHECK_EQ(c.to, site_time(SITE_TODAY, 9));
    REQUIRE(c.gap_count == 3);
    CHECK_EQ(c.gaps[0].first, SITE_TODAY - 12);
    CHECK_EQ(c.gaps[0].last, SITE_TODAY - 11);
    CHECK_EQ(c.gaps[1].first, SITE_TODAY - 9);
    CHECK_EQ(c.gaps[1].last, SITE_TODAY - 8);
    CHECK_EQ(c.gaps[2].last, SITE_TODAY);
    CHECK_OK(sightings_source_of(s, dns, &from, &t.why));
    CHECK_SLICE(from.name, S("dns.log"));
    CHECK_SLICE(from.format, S("zeek-dns"));
    CHECK_EQ(from.events, 3);
    CHECK_EQ(sightings_source_of(s, 77, &from, &t.why), ERR_NOT_FOUND);
    sightings_close(s);
}

TEST(what_is_too_old_is_forgotten)
{
    CLEANUP(site_done) site t;
    CLEANUP(arena_done) arena a;
    sightings *s = NULL;
    sightings_coverage c;
    sightings_found f;
    arena_init(&a, BUDGET);
    REQUIRE(site_make(&t, 7) && site_write(&t, 0));
    uint32_t old = source(&t, "old.log"), dns = source(&t, "dns.log");
    add(&t, KIND_DOMAIN, "a.example", site_time(SITE_TODAY - 10, 5), old, 1);
    commit(&t);
    for (int32_t d = 9; d >= 0; d--)
        add(&t, KIND_DOMAIN, "a.example", site_time(SITE_TODAY - d, 5), dns, (uint64_t)d);
    commit(&t);
    REQUIRE(site_write(&t, 0)); /* used by nobody now */
    CHECK_SLICE(sightings_checkpoint(t.w), S("here"));
    CHECK_EQ(source(&t, "dns.log"), dns);
    CHECK_OK(sightings_expire(t.w, SITE_TODAY - 4, &t.why));
    CHECK_OK(sightings_expire(t.w, SITE_TODAY - 5, &t.why)); /* nothing comes back */
    add(&t, KIND_DOMAIN, "a.example", site_time(SITE_TODAY - 5, 5), dns, 99);
    REQUIRE(site_ask(&t, &a, KIND_DOMAIN, "a.example", &f));
    CHECK_EQ(f.itself.count, 5);
    CHECK_EQ(f.itself.first, site_time(SITE_TODAY - 4, 5));
    CHECK_OK(sightings_fold(t.w, &t.why)); /* half of a file is forgotten */
    commit(&t);
    REQUIRE(site_ask(&t, &a, KIND_DOMAIN, "a.example", &f));
    CHECK_EQ(f.itself.count, 5);
    REQUIRE(sightings_open(t.folder, &s, &t.why) == OK);
    CHECK_OK(sightings_covered(s, &a, &c, &t.why));
    CHECK_EQ(c.from, site_time(SITE_TODAY - 4, 0));
    CHECK_EQ(c.source_count, 1);
    CHECK_EQ(c.buckets, 5);
    CHECK_EQ(c.too_old, 1);
    CHECK_EQ(c.segments, 1);
    sightings_close(s);
}

/* --- limits --------------------------------------------------------------------------------- */

TEST(limits)
{
    CLEANUP(site_done) site t;
    CLEANUP(arena_done) arena a;
    sightings_found f;
    sightings *s = NULL;
    uint32_t id = 0, more;
    static char big[SIGHTINGS_CHECKPOINT_MAX + 1];
    arena_init(&a, BUDGET);
    REQUIRE(site_make(&t, 8) && site_write(&t, 1));
    id = source(&t, "a.log");
    CHECK_EQ(sightings_commit(t.w, slice_of(big, sizeof big), &t.why), ERR_LIMIT);
    CHECK_OK(sightings_commit(t.w, slice_of(big, sizeof big - 1), &t.why));
    CHECK_EQ(sightings_checkpoint(t.w).len, SIGHTINGS_CHECKPOINT_MAX);
    CHECK_EQ(sightings_source_add(t.w, slice_of(big, SIGHTINGS_NAME_MAX + 1), S(""), &more, &t.why),
             ERR_LIMIT);
    CHECK_OK(sightings_source_add(t.w, slice_of(big, SIGHTINGS_NAME_MAX), S(""), &more, &t.why));
    CHECK_EQ(sightings_add(t.w, KIND_IPV4, S("300.1.1.1"), 0, id, 0, &t.why), ERR_INPUT);
    CHECK_EQ(sightings_add(t.w, KIND_DOMAIN, S("a.example"), 0, 55, 0, &t.why), ERR_INPUT);
    CHECK_EQ(
        sightings_add(t.w, KIND_FILENAME, slice_of(big, SIGHTINGS_VALUE_MAX + 1), 0, id, 0, &t.why),
        ERR_INPUT);
    CHECK_OK(
        sightings_add(t.w, KIND_FILENAME, slice_of(big, SIGHTINGS_VALUE_MAX), 0, id, 0, &t.why));
    REQUIRE(sightings_open(t.folder, &s, &t.why) == OK);
    sightings_probe *p = calloc(SIGHTINGS_PROBES_MAX + 1, sizeof *p);
    sightings_found *many = calloc(SIGHTINGS_PROBES_MAX + 1, sizeof *many);
    REQUIRE(p && many);
    for (size_t i = 0; i <= SIGHTINGS_PROBES_MAX; i++)
        p[i] = (sightings_probe){KIND_DOMAIN, S("a.example")};
    CHECK_EQ(sightings_find(s, p, SIGHTINGS_PROBES_MAX + 1, &a, many, &t.why), ERR_LIMIT);
    CLEANUP(arena_done) arena large;
    arena_init(&large, (size_t)64 << 20);
    CHECK_OK(sightings_find(s, p, SIGHTINGS_PROBES_MAX, &large, many, &t.why));
    for (size_t i = 0; i < 65; i++)
        p[i] = (sightings_probe){KIND_CIDR, S("0.0.0.0/0")};
    CHECK_EQ(sightings_find(s, p, 65, &a, many, &t.why), ERR_LIMIT);
    CHECK_OK(sightings_find(s, p, 63, &a, many, &t.why));
    p[0] = (sightings_probe){KIND_CIDR, S("x")};
    CHECK_EQ(sightings_find(s, p, 1, &a, &f, &t.why), ERR_INPUT);
    p[0] = (sightings_probe){KIND_IPV6, S("x")};
    CHECK_EQ(sightings_find(s, p, 1, &a, &f, &t.why), ERR_INPUT);
    CHECK_OK(sightings_find(s, NULL, 0, &a, NULL, &t.why));
    free(p);
    free(many);
    sightings_close(s);
}

TEST(full_memory_is_written_and_counts_with_the_commit)
{
    CLEANUP(site_done) site t;
    CLEANUP(arena_done) arena a;
    sightings_found f;
    char name[64];
    status st = OK;
    uint32_t n = 0;
    arena_init(&a, BUDGET);
    REQUIRE(site_make(&t, 9) && site_write(&t, 1)); /* 4 KiB */
    uint32_t id = source(&t, "a.log");
    for (; st == OK && n < 100000; n++) {
        snprintf(name, sizeof name, "host%u.example", n);
        st = sightings_add(t.w, KIND_DOMAIN, slice_str(name), site_time(SITE_TODAY, 1), id, n,
                           &t.why);
    }
    CHECK_EQ(st, ERR_LIMIT);
    CHECK_EQ(sightings_writer_totals(t.w).flushed, SIGHTINGS_PENDING_MAX);
    CHECK(!site_ask(&t, &a, KIND_DOMAIN, "host1.example", &f)); /* nothing is committed */
    commit(&t);
    add(&t, KIND_DOMAIN, name, site_time(SITE_TODAY, 1), id, n - 1); /* what did not fit */
    commit(&t);
    CHECK_OK(sightings_fold(t.w, &t.why));
    for (uint32_t i = 0; i < n; i += i + 3 < n ? 3 : 1) {
        snprintf(name, sizeof name, "host%u.example", i);
        REQUIRE(site_ask(&t, &a, KIND_DOMAIN, name, &f));
        CHECK_EQ(f.itself.count, 1);
        arena_reset(&a);
    }
}

TEST(so_many_files_then_they_are_folded)
{
    CLEANUP(site_done) site t;
    CLEANUP(arena_done) arena a;
    sightings_found f;
    arena_init(&a, BUDGET);
    REQUIRE(site_make(&t, 16) && site_write(&t, 0));
    uint32_t id = source(&t, "a.log");
    for (uint32_t i = 0; i <= SIGHTINGS_SEGMENTS_MAX; i++) {
        add(&t, KIND_DOMAIN, "a.example", site_time(SITE_TODAY, i), id, i);
        status st = sightings_commit(t.w, S("x"), &t.why);
        CHECK_EQ(st, i < SIGHTINGS_SEGMENTS_MAX ? OK : ERR_LIMIT);
    }
    CHECK_OK(sightings_fold(t.w, &t.why));
    commit(&t);
    REQUIRE(site_ask(&t, &a, KIND_DOMAIN, "a.example", &f));
    CHECK_EQ(f.itself.count, SIGHTINGS_SEGMENTS_MAX + 1);
}

TEST(so_many_sources)
{
    CLEANUP(site_done) site t;
    static char name[SIGHTINGS_NAME_MAX];
    uint32_t id, n = 0;
    REQUIRE(site_make(&t, 17) && site_write(&t, 0));
    for (; n < SIGHTINGS_SOURCES_MAX; n++) {
        int len = snprintf(name, sizeof name, "%x", n * 0x9e3779b1u);
        REQUIRE(sightings_source_add(t.w, slice_of(name, (size_t)len), S(""), &id, &t.why) == OK);
        REQUIRE(id == n);
    }
    CHECK_EQ(sightings_source_add(t.w, S("one more"), S(""), &id, &t.why), ERR_LIMIT);
    CHECK_OK(sightings_source_add(t.w, slice_str(name), S(""), &id, &t.why)); /* it is known */
    CHECK_EQ(id, n - 1);
    commit(&t);
    REQUIRE(site_write(&t, 0));
    CHECK_OK(sightings_source_add(t.w, slice_str(name), S(""), &id, &t.why));
    CHECK_EQ(id, n - 1);
}

TEST(so_long_names)
{
    CLEANUP(site_done) site t;
    static char name[SIGHTINGS_NAME_MAX];
    uint32_t id, n = 0;
    REQUIRE(site_make(&t, 18) && site_write(&t, 0));
    for (; n < 3000; n++) {
        memcpy(name, &n, sizeof n);
        if (sightings_source_add(t.w, slice_of(name, sizeof name), S(""), &id, &t.why) != OK)
            break;
    }
    CHECK_EQ(n, 2048); /* 8 MiB */
}

TEST(more_than_an_answer_lists)
{
    CLEANUP(site_done) site t;
    CLEANUP(arena_done) arena a;
    sightings *s = NULL;
    sightings_found f;
    sightings_coverage c;
    uint32_t id[SIGHTINGS_SOURCES + 4];
    arena_init(&a, BUDGET);
    REQUIRE(site_make(&t, 19) && site_write(&t, 0));
    for (uint32_t i = 0; i < COUNT_OF(id); i++) {
        char name[16];
        snprintf(name, sizeof name, "log%u", i);
        id[i] = source(&t, name);
        add(&t, KIND_DOMAIN, "days.example", site_time(SITE_TODAY - 2 * (int32_t)i, 1), id[i], i);
        if (i < SIGHTINGS_SOURCES)
            add(&t, KIND_DOMAIN, "full.example", site_time(SITE_TODAY - 2 * (int32_t)i, 1), id[i],
                i);
        if (i < 8)
            add(&t, KIND_DOMAIN, "eight.example", site_time(SITE_TODAY, i), id[i], i);
        add(&t, KIND_DOMAIN, "day.example", site_time(SITE_TODAY, i), id[i], i);
    }
    for (int32_t d = 100; d < 300; d += 2)
        add(&t, KIND_DOMAIN, "gaps.example", site_time(SITE_TODAY - d, 1), id[0], (uint64_t)d);
    commit(&t);
    REQUIRE(site_ask(&t, &a, KIND_DOMAIN, "days.example", &f));
    CHECK_EQ(f.itself.source_count, SIGHTINGS_SOURCES);
    CHECK(f.itself.more_sources);
    CHECK_EQ(f.itself.sources[SIGHTINGS_SOURCES - 1], id[SIGHTINGS_SOURCES - 1]);
    REQUIRE(site_ask(&t, &a, KIND_DOMAIN, "full.example", &f));
    CHECK(f.itself.source_count == SIGHTINGS_SOURCES && !f.itself.more_sources);
    REQUIRE(site_ask(&t, &a, KIND_DOMAIN, "eight.example", &f));
    CHECK(f.itself.source_count == 8 && !f.itself.more_sources);
    REQUIRE(site_ask(&t, &a, KIND_DOMAIN, "day.example", &f));
    CHECK_EQ(f.itself.source_count, 8); /* of one day, the lowest */
    CHECK(f.itself.more_sources);
    REQUIRE(sightings_open(t.folder, &s, &t.why) == OK);
    CHECK_OK(sightings_covered(s, &a, &c, &t.why));
    CHECK_EQ(c.gap_count, SIGHTINGS_GAPS);
    CHECK(c.more_gaps);
    CHECK_EQ(c.gaps[SIGHTINGS_GAPS - 1].last, SITE_TODAY - 1);
    sightings_close(s);
}

TEST(values_of_one_position)
{
    CLEANUP(site_done) site t;
    CLEANUP(arena_done) arena a;
    sightings_found f;
    char name[32];
    arena_init(&a, BUDGET);
    REQUIRE(site_make(&t, 20) && site_write(&t, 1 << 18));
    uint32_t id = source(&t, "a.log");
    for (int again = 0; again < 2; again++)
        for (uint32_t i = 0; i <= SIGHTINGS_POSITION_VALUES; i++) {
            snprintf(name, sizeof name, "file%u", i);
            add(&t, KIND_FILENAME, name, site_time(SITE_TODAY, 1), id, 7);
        }
    commit(&t);
    for (uint32_t i = 0; i <= SIGHTINGS_POSITION_VALUES; i++) {
        snprintf(name, sizeof name, "file%u", i);
        REQUIRE(site_ask(&t, &a, KIND_FILENAME, name, &f));
        CHECK_EQ(f.itself.count, i < SIGHTINGS_POSITION_VALUES ? 1 : 2);
        arena_reset(&a);
    }
}

/* --- who writes, who reads ------------------------------------------------------------------ */

TEST(one_writer)
{
    CLEANUP(site_done) site t;
    sightings_writer *other = NULL;
    REQUIRE(site_make(&t, 10) && site_write(&t, 0));
    sightings_writer_options o = {
        .folder = t.folder, .random = t.chance, .clock = clock_fixed(&t.now_us)};
    CHECK_EQ(sightings_writer_new(&o, &other, &t.why), ERR_BUSY);
    t.w = sightings_writer_free(t.w);
    CHECK_OK(sightings_writer_new(&o, &other, &t.why));
    sightings_writer_free(other);
}

typedef struct looking {
    site *t;
    int stop;
    size_t wrong, looks;
    err why;
} looking;

/* Two values of each line are committed together, so they are always seen as often. */
static void *look_on(void *ctx)
{
    looking *l = ctx;
    sightings *s;
    arena a;
    bool changed;
    sightings_probe p[2] = {{KIND_DOMAIN, S("one.example")}, {KIND_DOMAIN, S("two.example")}};
    sightings_found f[2];
    uint64_t last = 0;
    arena_init(&a, BUDGET);
    if (sightings_open(l->t->folder, &s, &l->why) != OK) {
        l->wrong++;
        return NULL;
    }
    while (!__atomic_load_n(&l->stop, __ATOMIC_RELAXED)) {
        l->wrong += sightings_refresh(s, &changed, &l->why) != OK ||
                    sightings_find(s, p, 2, &a, f, &l->why) != OK ||
                    f[0].itself.count != f[1].itself.count || f[0].itself.count < last;
        last = f[0].itself.count;
        l->looks++;
        arena_reset(&a);
    }
    sightings_close(s);
    arena_done(&a);
    return NULL;
}

TEST(readers_see_commits_whole_while_files_are_folded)
{
    CLEANUP(site_done) site t;
    looking l = {.t = &t};
    pthread_t thread;
    REQUIRE(site_make(&t, 11) && site_write(&t, 0));
    uint32_t id = source(&t, "a.log");
    commit(&t);
    REQUIRE(pthread_create(&thread, NULL, look_on, &l) == 0);
    for (uint32_t i = 0; i < 300; i++) {
        add(&t, KIND_DOMAIN, "one.example", site_time(SITE_TODAY, i), id, i);
        add(&t, KIND_DOMAIN, "two.example", site_time(SITE_TODAY, i), id, i);
        commit(&t);
        if (i % 3 == 0)
            CHECK_OK(sightings_fold(t.w, &t.why));
    }
    __atomic_store_n(&l.stop, 1, __ATOMIC_RELAXED);
    pthread_join(thread, NULL);
    if (l.wrong)
        TEST_FAIL("%zu of %zu looks: %s", l.wrong, l.looks, l.why.msg);
    CHECK(l.looks > 0);
}

static void *run_job(void *ctx)
{
    err why;
    status st = sightings_fold_run(ctx, &why);
    return st == OK ? ctx : NULL;
}

TEST(a_fold_runs_beside_the_writer)
{
    CLEANUP(site_done) site t;
    CLEANUP(arena_done) arena a;
    sightings_found f;
    sightings_job *j = NULL;
    pthread_t thread;
    void *fine = NULL;
    arena_init(&a, BUDGET);
    REQUIRE(site_make(&t, 12) && site_write(&t, 0));
    uint32_t id = source(&t, "a.log");
    for (uint32_t i = 0; i < 8; i++) {
        if (i == 5) {
            CHECK_OK(sightings_fold_plan(t.w, &j, &t.why));
            REQUIRE(j && pthread_create(&thread, NULL, run_job, j) == 0);
        }
        add(&t, KIND_DOMAIN, "one.example", site_time(SITE_TODAY - 5 + (int32_t)i % 3, i), id, i);
        commit(&t);
    }
    CHECK_OK(sightings_expire(t.w, SITE_TODAY - 4, &t.why));
    pthread_join(thread, &fine);
    CHECK(fine != NULL);
    CHECK_OK(sightings_fold_end(t.w, j, &t.why));
    CHECK_OK(sightings_fold_plan(t.w, &j, &t.why));
    CHECK(!j || sightings_fold_end(t.w, j, &t.why) == OK); /* never run: as it was */
    REQUIRE(site_ask(&t, &a, KIND_DOMAIN, "one.example", &f));
    CHECK_EQ(f.itself.count, 5); /* of days 1, 2 of 3 */
    CHECK_EQ(f.itself.day_count, 2);
}

/* --- killed --------------------------------------------------------------------------------- */

enum { LINES = 4000, HOSTS = 97 };

/* Reads lines on from the checkpoint, as often as it is killed. */
static void follow(site *t, uint32_t wait_lines)
{
    uint32_t line = 0, id = 0;
    char name[32];
    if (!site_write(t, 1 << 14))
        _exit(2);
    slice from = sightings_checkpoint(t->w);
    if (from.len == sizeof line)
        memcpy(&line, from.ptr, sizeof line);
    if (sightings_source_add(t->w, S("a.log"), S(""), &id, &t->why) != OK)
        _exit(2);
    for (; line < LINES; line++) {
        snprintf(name, sizeof name, "h%u.example", line % HOSTS);
        status st = sightings_add(t->w, KIND_DOMAIN, slice_str(name),
                                  site_time(SITE_TODAY - (int32_t)(line / 1000), line % 1000), id,
                                  line, &t->why);
        uint32_t done = line + 1;
        if (st == OK && (done % wait_lines == 0 || done == LINES))
            st = sightings_commit(t->w, slice_of((const char *)&done, sizeof done), &t->why);
        if (st == OK && done % 500 == 0)
            st = sightings_fold(t->w, &t->why);
        if (st != OK)
            _exit(3);
    }
    _exit(0);
}

TEST(killed_at_any_moment_nothing_is_counted_twice_or_lost)
{
    CLEANUP(site_done) site t;
    CLEANUP(arena_done) arena a;
    sightings_found f;
    sightings *s = NULL;
    int how = 0, kills = 0;
    uint64_t total = 0;
    arena_init(&a, BUDGET);
    REQUIRE(site_make(&t, 13));
    do {
        pid_t child = fork();
        REQUIRE(child >= 0);
        t.seed += 1000003; /* files of another process have other names */
        if (child == 0)
            follow(&t, 1 + (uint32_t)kills % 13);
        if (kills < 50) {
            usleep(1000 + site_roll(&t, 12000));
            kill(child, SIGKILL);
        }
        REQUIRE(waitpid(child, &how, 0) == child);
        kills++;
    } while (WIFSIGNALED(how) && kills < 60);
    CHECK(WIFEXITED(how) && WEXITSTATUS(how) == 0);
    for (uint32_t h = 0; h < HOSTS; h++) {
        char name[32];
        snprintf(name, sizeof name, "h%u.example", h);
        REQUIRE(site_ask(&t, &a, KIND_DOMAIN, name, &f));
        CHECK_EQ(f.itself.count, LINES / HOSTS + (h < LINES % HOSTS));
        total += f.itself.count;
    }
    CHECK_EQ(total, LINES);
    REQUIRE(sightings_open(t.folder, &s, &t.why) == OK);
    CHECK_OK(sightings_verify(s, &t.why));
    sightings_close(s);
}

/* --- damage, memory ------------------------------------------------------------------------- */

TEST(a_damaged_manifest_is_refused_and_nothing_is_touched)
{
    CLEANUP(site_done) site t;
    char path[128], bytes[8192];
    sightings *s = NULL;
    size_t refused = 0, tried = 0;
    REQUIRE(site_make(&t, 14) && site_write(&t, 0));
    add(&t, KIND_DOMAIN, "a.example", site_time(SITE_TODAY, 1), source(&t, "a.log"), 1);
    commit(&t);
    t.w = sightings_writer_free(t.w);
    snprintf(path, sizeof path, "%s/manifest", t.folder);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    ssize_t size = read(fd, bytes, sizeof bytes);
    REQUIRE(size > 100 && size < (ssize_t)sizeof bytes);
    for (ssize_t at = 0; at < size; at++, tried++) {
        char x = (char)(bytes[at] ^ 4);
        REQUIRE(pwrite(fd, &x, 1, at) == 1);
        refused += sightings_open(t.folder, &s, &t.why) == ERR_INPUT;
        if (at % 16 == 0) {
            sightings_writer_options o = {
                .folder = t.folder, .random = t.chance, .clock = clock_fixed(&t.now_us)};
            CHECK_EQ(sightings_writer_new(&o, &t.w, &t.why), ERR_INPUT);
        }
        REQUIRE(pwrite(fd, &bytes[at], 1, at) == 1);
    }
    CHECK_EQ(refused, tried);
    REQUIRE(ftruncate(fd, size - 8) == 0);
    CHECK_EQ(sightings_open(t.folder, &s, &t.why), ERR_INPUT);
    REQUIRE(pwrite(fd, bytes, (size_t)size, 0) == size);
    close(fd);
    CHECK_OK(sightings_open(t.folder, &s, &t.why));
    CHECK_OK(sightings_verify(s, &t.why));
    sightings_close(s);
}

TEST(every_allocation_may_fail)
{
    CLEANUP(site_done) site t;
    sightings *s = NULL;
    sightings_probe p[2] = {{KIND_DOMAIN, S("a.example")}, {KIND_CIDR, S("192.0.2.0/24")}};
    REQUIRE(site_make(&t, 15) && site_write(&t, 0));
    uint32_t id = source(&t, "a.log");
    for (int32_t d = 0; d < 20; d++) {
        add(&t, KIND_DOMAIN, "a.example", site_time(SITE_TODAY - d, 1), id, 1);
        add(&t, KIND_IPV4, "192.0.2.9", site_time(SITE_TODAY - d, 1), id, 1);
    }
    commit(&t);
    REQUIRE(sightings_open(t.folder, &s, &t.why) == OK);
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a;
        sightings_found f[2] = {{.scope = SIGHTINGS_UNKNOWN}};
        sightings_coverage c = {.segments = 77};
        arena_init(&a, BUDGET);
        a.fail_after = n;
        status st = sightings_find(s, p, 2, &a, f, &t.why);
        CHECK(st == OK || (st == ERR_LIMIT && f[0].scope == SIGHTINGS_UNKNOWN));
        if (st == OK && (st = sightings_covered(s, &a, &c, &t.why)) == OK)
            break;
        CHECK(st == ERR_LIMIT && c.segments == 77);
    }
    sightings_close(s);
}
