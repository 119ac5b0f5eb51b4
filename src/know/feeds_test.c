#include "know/feeds.h"
#include "know/test_store.h"

static feed_definition definition(const char *name)
{
    return (feed_definition){.name = slice_str(name),
                             .url = S("https://feeds.example/list.txt"),
                             .format = S("list"),
                             .source = S("example"),
                             .licence = S("CC0"),
                             .preset = S("p"),
                             .reliability = 'B',
                             .mode = FEED_DELTA,
                             .every_s = 3600,
                             .bytes_max = 1 << 20,
                             .paused = true};
}

static feed_state a_state(void)
{
    return (feed_state){.tried = at("2026-11-20"),
                        .ok = at("2026-11-19"),
                        .changed = WHEN_NONE,
                        .due = at("2026-11-21"),
                        .failures = 3,
                        .outcome = S("timeout"),
                        .detail = S("why"),
                        .etag = S("\"e\""),
                        .modified = S("Thu"),
                        .sha256 = S("00"),
                        .bytes = 1,
                        .records = 2,
                        .fresh = 3,
                        .withdrawn = 4,
                        .held = S("shrank"),
                        .held_records = 5,
                        .held_fresh = 6,
                        .held_withdrawn = 7};
}

TEST(a_feed_reads_back_as_it_was_put)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    arena_init(&a, 8 << 20);
    REQUIRE(scratch_open(&t));
    feed_definition d = definition("one");
    feed_state s = a_state();
    feed_info r = {0};
    CHECK_OK(feed_put(t.w, &d, at("2026-11-18"), &t.why));
    look(&t, "2026-11-22");
    CHECK_OK(feed_get(t.l, &a, S("one"), &r, &t.why));
    CHECK(r.s.tried == WHEN_NONE && r.s.ok == WHEN_NONE && r.s.due == WHEN_NONE);
    CHECK_EQ(r.s.failures, 0);
    CHECK_EQ(r.added, at("2026-11-18"));
    CHECK_SLICE(r.d.url, d.url);
    CHECK_SLICE(r.d.format, d.format);
    CHECK_SLICE(r.d.source, d.source);
    CHECK_SLICE(r.d.licence, d.licence);
    CHECK_SLICE(r.d.preset, d.preset);
    CHECK(r.d.reliability == 'B' && r.d.mode == FEED_DELTA && r.d.paused);
    CHECK_EQ(r.d.every_s, 3600);
    CHECK_EQ(r.d.bytes_max, 1 << 20);
    CHECK_OK(feed_note(t.w, S("one"), &s, NULL, &t.why));
    look(&t, "2026-11-22");
    CHECK_OK(feed_get(t.l, &a, S("one"), &r, &t.why));
    CHECK(r.s.tried == s.tried && r.s.ok == s.ok && r.s.changed == WHEN_NONE && r.s.due == s.due);
    CHECK_SLICE(r.s.outcome, s.outcome);
    CHECK_SLICE(r.s.detail, s.detail);
    CHECK_SLICE(r.s.etag, s.etag);
    CHECK_SLICE(r.s.modified, s.modified);
    CHECK_SLICE(r.s.sha256, s.sha256);
    CHECK_SLICE(r.s.held, s.held);
    CHECK(r.s.failures == 3 && r.s.bytes == 1 && r.s.records == 2 && r.s.fresh == 3 &&
          r.s.withdrawn == 4 && r.s.held_records == 5 && r.s.held_fresh == 6 &&
          r.s.held_withdrawn == 7);
    /* put again: due at once, and what it was fetched with is forgotten */
    CHECK_OK(feed_put(t.w, &d, at("2026-11-21"), &t.why));
    look(&t, "2026-11-22");
    CHECK_OK(feed_get(t.l, &a, S("one"), &r, &t.why));
    CHECK(r.s.due == WHEN_NONE && r.s.failures == 0 && !r.s.etag.len && !r.s.sha256.len);
    CHECK(r.s.ok == s.ok && r.s.records == 2 && r.added == at("2026-11-18"));
    scratch_close(&t);
}

/* Whoever did not see that a feed is there does not change it. */
TEST(an_added_feed_is_nobody_elses)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    arena_init(&a, 8 << 20);
    REQUIRE(scratch_open(&t));
    feed_definition first = definition("one"), second = first;
    feed_info r = {0};
    second.url = S("https://other.example/");
    CHECK_OK(feed_add(t.w, &first, at("2026-11-18"), &t.why));
    CHECK_EQ(feed_add(t.w, &second, at("2026-11-19"), &t.why), ERR_BUSY);
    look(&t, "2026-11-22");
    CHECK_OK(feed_get(t.l, &a, S("one"), &r, &t.why));
    CHECK_SLICE(r.d.url, first.url);
    CHECK_EQ(r.added, at("2026-11-18"));
    scratch_close(&t);
}

TEST(runs_are_kept_up_to_a_limit)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    arena_init(&a, 8 << 20);
    REQUIRE(scratch_open(&t));
    feed_definition d = definition("one");
    feed_state s = a_state();
    feed_runs runs = {0};
    CHECK_OK(feed_put(t.w, &d, 0, &t.why));
    for (int i = 0; i < FEED_RUNS_KEPT + 2; i++) {
        feed_run run = {.at = i, .outcome = S("ok"), .records = (uint64_t)i, .busy_ms = 9};
        CHECK_OK(feed_note(t.w, S("one"), &s, &run, &t.why));
    }
    look(&t, "2026-11-22");
    CHECK_OK(feed_history(t.l, &a, S("one"), 10000, &runs, &t.why));
    REQUIRE(runs.count == FEED_RUNS_KEPT);
    CHECK_EQ(runs.at[0].at, FEED_RUNS_KEPT + 1);
    CHECK_EQ(runs.at[runs.count - 1].at, 2);
    CHECK_EQ(runs.at[0].records, FEED_RUNS_KEPT + 1);
    CHECK_EQ(runs.at[0].busy_ms, 9);
    CHECK_SLICE(runs.at[0].outcome, S("ok"));
    CHECK_OK(feed_drop(t.w, S("one"), &t.why));
    CHECK_OK(feed_put(t.w, &d, 0, &t.why));
    look(&t, "2026-11-22");
    CHECK_OK(feed_history(t.l, &a, S("one"), 10, &runs, &t.why));
    CHECK_EQ(runs.count, 0);
    scratch_close(&t);
}

TEST(feeds_come_in_pages_as_far_as_they_may_be_seen)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    feed_list list = {0};
    feed_info r;
    arena_init(&a, 8 << 20);
    REQUIRE(scratch_open(&t));
    static const char *const names[] = {"c", "a", "b"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        feed_definition d = definition(names[i]);
        d.marking.tlp = i == 1 ? TLP_RED : TLP_GREEN;
        CHECK_OK(feed_put(t.w, &d, 0, &t.why));
    }
    look(&t, "2026-11-22");
    CHECK_OK(feeds_page(t.l, &a, S(""), 2, &list, &t.why));
    REQUIRE(list.count == 2 && list.more);
    CHECK_SLICE(list.at[0].d.name, S("a"));
    CHECK_EQ(list.at[0].d.marking.tlp, TLP_RED);
    CHECK_OK(feeds_page(t.l, &a, list.at[1].d.name, 2, &list, &t.why));
    REQUIRE(list.count == 1 && !list.more);
    CHECK_SLICE(list.at[0].d.name, S("c"));
    view v = t.v;
    v.clearance = TLP_GREEN;
    CHECK_OK(lens_look(t.l, &v, &t.why));
    CHECK_OK(feeds_page(t.l, &a, S(""), 10, &list, &t.why));
    CHECK_EQ(list.count, 2);
    CHECK_EQ(feed_get(t.l, &a, S("a"), &r, &t.why), ERR_NOT_FOUND);
    CHECK_EQ(feed_drop(t.w, S("none"), &t.why), ERR_NOT_FOUND);
    feed_state s = a_state();
    CHECK_EQ(feed_note(t.w, S("none"), &s, NULL, &t.why), ERR_NOT_FOUND);
    scratch_close(&t);
}

TEST(names_and_texts_have_limits)
{
    scratch t;
    REQUIRE(scratch_open(&t));
    static char text[FEED_TEXT_MAX + 1];
    static const char *const bad[] = {"", "A", "-a", "a b", "a/b", "../a", "\xe3\x81\x82"};
    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        CHECK(!feed_name_ok(slice_str(bad[i])));
    CHECK(feed_name_ok(slice_of(text, FEED_NAME_MAX)));
    CHECK(!feed_name_ok(slice_of(text, FEED_NAME_MAX + 1)));
    feed_definition d = definition("a");
    d.url = slice_of(text, FEED_TEXT_MAX);
    CHECK_OK(feed_put(t.w, &d, 0, &t.why));
    d.url = slice_of(text, FEED_TEXT_MAX + 1);
    CHECK_EQ(feed_put(t.w, &d, 0, &t.why), ERR_LIMIT);
    d.name = S("A");
    CHECK_EQ(feed_put(t.w, &d, 0, &t.why), ERR_INPUT);
    scratch_close(&t);
}

TEST(every_allocation_may_fail)
{
    scratch t;
    feed_definition d = definition("one");
    REQUIRE(scratch_open(&t));
    CHECK_OK(feed_put(t.w, &d, 0, &t.why));
    look(&t, "2026-11-22");
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a;
        feed_info r = {.added = 77};
        arena_init(&a, 1 << 20);
        a.fail_after = n;
        if (feed_get(t.l, &a, S("one"), &r, &t.why) == OK)
            break;
        CHECK_EQ(r.added, 77);
        CHECK(n < 1000);
    }
    scratch_close(&t);
}
