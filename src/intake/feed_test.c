#include "intake/feed.h"

#include "base/test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define HOUR ((when)3600000)

static feed_run taken(when at, uint64_t records, uint64_t withdrawn)
{
    return (feed_run){
        .at = at, .outcome = S(FEED_DONE), .records = records, .withdrawn = withdrawn};
}

/* --- the gate --------------------------------------------------------------------------------- */

TEST(feed_gate_table)
{
    feed_run usual[] = {taken(3, 1000, 10), taken(2, 1100, 50), taken(1, 900, 0)};
    feed_run small[] = {taken(1, 15, 0)};
    feed_run failed[] = {{.at = 1, .outcome = S("timeout")}};
    const struct {
        const feed_run *runs;
        size_t count;
        uint64_t records, withdrawn;
        feed_gate want;
    } table[] = {
        {usual, 3, 1000, 0, FEED_OPEN},
        {usual, 3, 46, 0, FEED_OPEN},   /* over a twentieth of 900 */
        {usual, 3, 45, 0, FEED_SHRANK}, /* that, and less */
        {usual, 3, 10, 990, FEED_SHRANK},
        {usual, 3, 0, 0, FEED_SHRANK},
        {usual, 3, 1000, 300, FEED_OPEN}, /* a third of 900 */
        {usual, 3, 1000, 301, FEED_WITHDREW},
        {usual, 3, 5500, 0, FEED_OPEN}, /* five times 1100 */
        {usual, 3, 5501, 0, FEED_GREW},
        {usual, 3, UINT64_MAX, 0, FEED_GREW},
        {small, 1, 0, 15, FEED_OPEN}, /* too few to tell */
        {small, 1, 100, 0, FEED_OPEN},
        {small, 1, 216, 0, FEED_GREW},
        {failed, 1, 0, 0, FEED_OPEN}, /* nothing to compare with */
        {NULL, 0, 1000000, 0, FEED_OPEN},
    };
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        feed_run runs[3];
        feed_runs history = {runs, table[i].count};
        for (size_t k = 0; k < table[i].count; k++)
            runs[k] = table[i].runs[k];
        feed_gate got = feed_judge(&history, table[i].records, table[i].withdrawn);
        if (got != table[i].want)
            TEST_FAIL("row %zu is %s", i, feed_gate_word(got));
    }
}

/* A list that is renewed whole each day: once a person has said so, it may be. */
TEST(what_was_approved_becomes_usual)
{
    feed_run runs[] = {taken(2, 400, 400), taken(1, 400, 0)};
    feed_runs before = {runs + 1, 1}, after = {runs, 2};
    CHECK_EQ(feed_judge(&before, 400, 400), FEED_WITHDREW);
    CHECK_EQ(feed_judge(&after, 400, 400), FEED_OPEN);
}

/* --- health ----------------------------------------------------------------------------------- */

TEST(a_feed_is_quiet_by_its_own_habit)
{
    feed_run runs[] = {taken(40 * HOUR, 1, 0),
                       taken(30 * HOUR, 1, 0),
                       {.at = 25 * HOUR, .outcome = S("dns")},
                       taken(20 * HOUR, 1, 0),
                       taken(10 * HOUR, 1, 0)};
    feed_runs history = {runs, COUNT_OF(runs)}, few = {runs, 3};
    feed_info f = {.d = {.every_s = 3600},
                   .s = {.ok = 70 * HOUR, .changed = 40 * HOUR, .due = WHEN_NONE},
                   .added = 0};
    feed_health h = feed_health_of(&f, &history, 70 * HOUR);
    CHECK_EQ(h.habit_ms, 10 * HOUR);
    CHECK_EQ(h.quiet_ms, 30 * HOUR);
    CHECK(!h.silent && !h.late);
    h = feed_health_of(&f, &history, 70 * HOUR + 1);
    CHECK(h.silent && !h.late);
    h = feed_health_of(&f, &few, 700 * HOUR);
    CHECK(!h.habit_ms && !h.silent && h.late);
    f.d.paused = true;
    h = feed_health_of(&f, &history, 700 * HOUR);
    CHECK(!h.silent && !h.late);
}

TEST(a_new_feed_is_on_probation)
{
    feed_run runs[] = {taken(3, 1, 0), taken(2, 1, 0), taken(1, 1, 0)};
    feed_runs three = {runs, 3}, two = {runs, 2};
    feed_info f = {.d = {.every_s = 3600}, .s = {.ok = WHEN_NONE, .changed = WHEN_NONE}};
    CHECK(feed_health_of(&f, &three, 7 * WHEN_DAY - 1).probation);
    CHECK(!feed_health_of(&f, &three, 7 * WHEN_DAY).probation);
    CHECK(feed_health_of(&f, &two, 7 * WHEN_DAY).probation);
    CHECK_EQ(feed_health_of(&f, &two, 1).quiet_ms, 0);
}

TEST(the_next_run)
{
    feed_definition d = {.every_s = 3600};
    const when minute = 60000;
    CHECK_EQ(feed_next(&d, 0, 0, 0, 0), HOUR);
    CHECK_EQ(feed_next(&d, 0, 0, 0, 10), HOUR + HOUR / 10);
    CHECK_EQ(feed_next(&d, 0, 0, 7, UINT32_MAX), 7 + HOUR + HOUR / 100 * (UINT32_MAX % 11));
    CHECK_EQ(feed_next(&d, 1, 0, 0, 0), 5 * minute);
    CHECK_EQ(feed_next(&d, 2, 0, 0, 0), 10 * minute);
    CHECK_EQ(feed_next(&d, 9, 0, 0, 0), 1280 * minute);
    CHECK_EQ(feed_next(&d, 10, 0, 0, 0), WHEN_DAY);
    CHECK_EQ(feed_next(&d, UINT64_MAX, 0, 0, 0), WHEN_DAY);
    CHECK_EQ(feed_next(&d, 1, 7200, 0, 0), 2 * HOUR); /* Retry-After */
    CHECK_EQ(feed_next(&d, 0, 60, 0, 0), HOUR);
}

/* --- presets ---------------------------------------------------------------------------------- */

TEST(presets_are_in_order)
{
    for (size_t i = 0; i < feed_preset_count; i++) {
        CLEANUP(arena_done) arena a;
        const feed_preset *p = &feed_presets[i];
        outbound_url u = {0};
        slice format_name = slice_str(p->format);
        arena_init(&a, 1 << 16);
        CHECK(feed_name_ok(slice_str(p->name)));
        CHECK(!i || strcmp(feed_presets[i - 1].name, p->name) < 0);
        CHECK_OK(outbound_url_read(&a, slice_str(p->url), &u, NULL));
        CHECK_SLICE(u.text, slice_str(p->url));
        CHECK(u.tls && u.port == 443);
        CHECK(!format_name.len || format_named(format_name));
        CHECK(p->every_s >= 3600 && p->licence[0] && p->about[0]);
        CHECK(feed_preset_named(slice_str(p->name)) == p);
    }
    CHECK(!feed_preset_named(S("none")));
}

/* --- rights ----------------------------------------------------------------------------------- */

static char key_path[] = "/tmp/noroshi-feed-test-XXXXXX";

static bool make_key(void)
{
    int fd = mkstemp(key_path);
    bool made = fd >= 0 && write(fd, "s3cret\n", 7) == 7;
    if (fd >= 0)
        close(fd);
    return made;
}

TEST(rights_are_read_by_name)
{
    CLEANUP(arena_done) arena a;
    feed_rights r;
    char secret_line[128];
    arena_init(&a, 1 << 16);
    REQUIRE(make_key());
    snprintf(secret_line, sizeof secret_line, "one https://h.example:8443 X-Key %s", key_path);
    const slice allow[] = {S("one 10.0.0.0/8 80"), S("two 10.1.0.0/16 80"),
                           S("*  fd00::/8   443 ")},
                proxy[] = {S("* http://p.example:3128 .a.example b.example"),
                           S("one socks5h://p.example:1080 c.example")},
                hidden[] = {slice_str(secret_line)}, ca[] = {S("two /x.pem"), S("* /y.pem")},
                pin[] = {S("one sha256//AAAA")};
    const feed_grants g = {{allow, 3}, {proxy, 2}, {hidden, 1}, {ca, 2}, {pin, 1}};
    CHECK_OK(feed_rights_read(&a, &g, S("one"), &r, NULL));
    CHECK_EQ(r.exception_count, 2);
    CHECK_EQ(r.exceptions[0].bits, 8);
    CHECK_SLICE(slice_str(r.proxy), S("socks5h://p.example:1080"));
    REQUIRE(r.proxy_host_count == 1 && r.header_count == 1);
    CHECK_SLICE(r.proxy_hosts[0], S("c.example"));
    CHECK_SLICE(secret_reveal(r.headers[0].hidden), S("s3cret"));
    CHECK_SLICE(r.headers[0].to->text, S("https://h.example:8443/"));
    CHECK_SLICE(slice_str(r.ca), S("/y.pem"));
    CHECK_SLICE(slice_str(r.pin), S("sha256//AAAA"));
    feed_rights_done(&r);
    CHECK_OK(feed_rights_read(&a, &g, S("three"), &r, NULL));
    CHECK(r.exception_count == 1 && r.header_count == 0 && r.proxy_host_count == 2 && !r.pin);
    feed_rights_done(&r);
    /* every allocation may fail, and nothing is left then */
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena tight;
        arena_init(&tight, 1 << 16);
        tight.fail_after = n;
        status st = feed_rights_read(&tight, &g, S("one"), &r, NULL);
        CHECK_EQ(r.header_count, st == OK);
        feed_rights_done(&r);
        if (st == OK)
            break;
        CHECK_EQ(st, ERR_LIMIT);
    }
    unlink(key_path);
}

static status read_one(feed_lines allow, feed_lines proxy, feed_lines hidden, feed_lines ca,
                       feed_lines pin)
{
    CLEANUP(arena_done) arena a;
    feed_rights r;
    const feed_grants g = {allow, proxy, hidden, ca, pin};
    arena_init(&a, 1 << 16);
    status st = feed_rights_read(&a, &g, S("one"), &r, NULL);
    feed_rights_done(&r);
    return st;
}

/* A line for another feed is no excuse: the configuration is checked whole. */
TEST(a_line_that_is_none_is_refused)
{
    const feed_lines none = {0};
    const slice allow[] = {S(""), S("one"), S("one 10.0.0.0/8"), S("x 10.0.0.0/4 80"),
                           S("x 10.0.0.0/8 80 y")},
                proxy[] = {S("one http://p:1"), S("x ftp://p:1 h"), S("x p:1 h")},
                hidden[] = {S("x https://h X-Key"), S("x https://h/path X-Key /k"),
                            S("x h X-Key /k"), S("x https://h X-Key /k y")},
                ca[] = {S("x"), S("x /a /b")}, pin[] = {S("x AAAA"), S("x")};
    for (size_t i = 0; i < COUNT_OF(allow); i++)
        CHECK_EQ(read_one((feed_lines){&allow[i], 1}, none, none, none, none), ERR_INPUT);
    for (size_t i = 0; i < COUNT_OF(proxy); i++)
        CHECK_EQ(read_one(none, (feed_lines){&proxy[i], 1}, none, none, none), ERR_INPUT);
    for (size_t i = 0; i < COUNT_OF(hidden); i++)
        CHECK_EQ(read_one(none, none, (feed_lines){&hidden[i], 1}, none, none), ERR_INPUT);
    for (size_t i = 0; i < COUNT_OF(ca); i++)
        CHECK_EQ(read_one(none, none, none, (feed_lines){&ca[i], 1}, none), ERR_INPUT);
    for (size_t i = 0; i < COUNT_OF(pin); i++)
        CHECK_EQ(read_one(none, none, none, none, (feed_lines){&pin[i], 1}), ERR_INPUT);
    slice many[FEED_RIGHTS_MAX + 1];
    for (size_t i = 0; i < COUNT_OF(many); i++)
        many[i] = S("one 10.0.0.0/8 80");
    CHECK_OK(read_one((feed_lines){many, FEED_RIGHTS_MAX}, none, none, none, none));
    CHECK_EQ(read_one((feed_lines){many, FEED_RIGHTS_MAX + 1}, none, none, none, none), ERR_LIMIT);
    const slice no_file[] = {S("one https://h X-Key /nowhere/key")};
    CHECK_EQ(read_one(none, none, (feed_lines){no_file, 1}, none, none), ERR_NOT_FOUND);
}
