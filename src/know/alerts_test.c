#include "know/alerts.h"
#include "know/test_store.h"

static alert_contact contact(const char *ip, const char *host, const char *time)
{
    return (alert_contact){.rule = S("ioc"),
                           .indicator = {KIND_IPV4, slice_str(ip)},
                           .host = slice_str(host),
                           .span = at("2026-11-20 10:00"),
                           .at = time ? at(time) : WHEN_NONE,
                           .now = at("2026-11-20 12:00"),
                           .priority = 2,
                           .event = S("{}"),
                           .place = {.path = S("proxy.log"), .line = 7, .offset = 99}};
}

static alert_noted note(scratch *t, const alert_contact *c)
{
    alert_noted n = {0};
    CHECK_OK(alert_note(t->w, c, &n, &t->why));
    return n;
}

static alert_list page(scratch *t, arena *a, const alert_filter *f, int64_t before, size_t max)
{
    alert_list list = {0};
    CHECK_OK(alerts_page(t->l, a, f, before, max, &list, &t->why));
    return list;
}

TEST(contacts_of_one_group_are_one_alert)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    arena_init(&a, 8 << 20);
    REQUIRE(scratch_open(&t));
    alert_contact c = contact("198.51.100.7", "ws-1", "2026-11-20 10:30");
    alert_noted first = note(&t, &c);
    CHECK(first.fresh && first.hits == 1);
    c.at = at("2026-11-20 10:10");
    c.priority = 1;
    c.place.line = 8;
    c.place.offset = 120;
    alert_noted again = note(&t, &c);
    CHECK(!again.fresh && again.hits == 2);
    CHECK_SLICE(slice_str(again.id), slice_str(first.id));
    const struct {
        const char *ip, *host, *span;
        marking m;
    } others[] = {{"198.51.100.8", "ws-1", "2026-11-20 10:00", {0}},
                  {"198.51.100.7", "ws-2", "2026-11-20 10:00", {0}},
                  {"198.51.100.7", "ws-1", "2026-11-20 11:00", {0}},
                  {"198.51.100.7", "ws-1", "2026-11-20 10:00", {.owner = S_INIT("acme")}}};
    for (size_t i = 0; i < COUNT_OF(others); i++) {
        alert_contact o = contact(others[i].ip, others[i].host, NULL);
        o.span = at(others[i].span);
        o.marking = others[i].m;
        CHECK(note(&t, &o).fresh);
    }
    CHECK_OK(writer_sync(t.w, &t.why));
    look(&t, "2026-11-22");
    alert_list list = page(&t, &a, &(alert_filter){0}, 0, 100);
    REQUIRE(list.count == 5 && !list.more);
    CHECK_OK(store_check(t.s, &t.why)); /* SQLite 3.40 by itself is not content with these tables */
    const alert_info *r = &list.at[4];
    CHECK_SLICE(slice_str(r->id), slice_str(first.id));
    CHECK_EQ(r->hits, 2);
    CHECK_EQ(r->priority, 1);
    CHECK_EQ(r->first, at("2026-11-20 10:10"));
    CHECK_EQ(r->last, at("2026-11-20 10:30"));
    CHECK_EQ(r->raised, at("2026-11-20 12:00"));
    CHECK_SLICE(r->indicator.text, S("198.51.100.7"));
    CHECK_SLICE(r->host, S("ws-1"));
    alert_places places;
    CHECK_OK(alert_places_of(t.l, &a, r, &places, &t.why));
    REQUIRE(places.count == 2);
    CHECK_SLICE(places.at[0].path, S("proxy.log"));
    CHECK_EQ(places.at[0].line, 7);
    CHECK_EQ(places.at[1].line, 8);
    CHECK_EQ(places.at[1].offset, 120);
    /* an event without a time: the clock's */
    CHECK_EQ(list.at[0].first, at("2026-11-20 12:00"));
    scratch_close(&t);
}

TEST(a_log_that_is_read_again_counts_nothing)
{
    scratch t;
    REQUIRE(scratch_open(&t));
    alert_contact c = contact("198.51.100.7", "ws-1", "2026-11-20 10:30");
    c.once = true;
    c.place.at = c.at;
    CHECK_EQ(note(&t, &c).hits, 1);
    alert_noted n = note(&t, &c);
    CHECK(n.again && !n.fresh && n.hits == 1);
    c.place.offset++;
    CHECK(!note(&t, &c).again);
    c.place.offset--;
    c.place.at = c.at = at("2026-11-20 10:31"); /* another file has taken the name */
    n = note(&t, &c);
    CHECK(!n.again && n.hits == 3);
    c.once = false; /* standard input is another one each time */
    CHECK_EQ(note(&t, &c).hits, 4);
    scratch_close(&t);
}

TEST(pages_and_filters)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    char host[16];
    arena_init(&a, 8 << 20);
    REQUIRE(scratch_open(&t));
    for (int i = 0; i < 7; i++) {
        snprintf(host, sizeof host, "ws-%d", i);
        alert_contact c = contact(i % 2 ? "198.51.100.7" : "198.51.100.8", host, NULL);
        note(&t, &c);
    }
    CHECK_OK(writer_sync(t.w, &t.why));
    look(&t, "2026-11-22");
    alert_list list = page(&t, &a, &(alert_filter){0}, 0, 3);
    REQUIRE(list.count == 3 && list.more);
    CHECK_SLICE(list.at[0].host, S("ws-6"));
    list = page(&t, &a, &(alert_filter){0}, list.at[2].row, 4);
    REQUIRE(list.count == 4 && !list.more);
    CHECK_SLICE(list.at[3].host, S("ws-0"));
    alert_filter of = {.indicator = {KIND_IPV4, S("198.51.100.7")}};
    CHECK_EQ(page(&t, &a, &of, 0, 100).count, 3);
    of.indicator.text = S("198.51.100.9");
    CHECK_EQ(page(&t, &a, &of, 0, 100).count, 0);
    scratch_close(&t);
}

TEST(closed_and_opened_again)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    alert_info r;
    arena_init(&a, 8 << 20);
    REQUIRE(scratch_open(&t));
    alert_contact c = contact("198.51.100.7", "ws-1", NULL);
    alert_noted n = note(&t, &c);
    CHECK_OK(writer_sync(t.w, &t.why));
    look(&t, "2026-11-22");
    slice id = slice_str(n.id);
    CHECK_EQ(alert_reopen(t.w, t.l, id, &t.why), ERR_BUSY);
    CHECK_OK(alert_close(t.w, t.l, id, S("a test of ours"), at("2026-11-21"), &t.why));
    CHECK_EQ(alert_close(t.w, t.l, id, S("again"), at("2026-11-21"), &t.why), ERR_BUSY);
    look(&t, "2026-11-22");
    CHECK_EQ(page(&t, &a, &(alert_filter){0}, 0, 10).count, 0);
    REQUIRE(page(&t, &a, &(alert_filter){.closed_too = true}, 0, 10).count == 1);
    CHECK_OK(alert_get(t.l, &a, id, &r, &t.why));
    CHECK_EQ(r.closed, at("2026-11-21"));
    CHECK_SLICE(r.closed_by, S("tester"));
    CHECK_SLICE(r.closed_why, S("a test of ours"));
    note(&t, &c); /* goes on being counted, and stays closed */
    CHECK_OK(writer_sync(t.w, &t.why));
    look(&t, "2026-11-22");
    CHECK_OK(alert_get(t.l, &a, id, &r, &t.why));
    CHECK_EQ(r.hits, 2);
    CHECK(r.closed != WHEN_NONE);
    CHECK_OK(alert_reopen(t.w, t.l, id, &t.why));
    look(&t, "2026-11-22");
    CHECK_EQ(page(&t, &a, &(alert_filter){0}, 0, 10).count, 1);
    static const char *const unknown[] = {"", "alert--", "alert--00", "claim--00",
                                          "alert--00000000000000000000000000000000"};
    for (size_t i = 0; i < COUNT_OF(unknown); i++)
        CHECK_EQ(alert_get(t.l, &a, slice_str(unknown[i]), &r, &t.why), ERR_NOT_FOUND);
    scratch_close(&t);
}

TEST(telemetry_of_one_organisation_is_not_seen_by_another)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    alert_info r;
    arena_init(&a, 8 << 20);
    REQUIRE(scratch_open(&t));
    alert_contact c = contact("198.51.100.7", "ws-1", NULL);
    c.marking = (marking){.tlp = TLP_AMBER, .owner = S("acme")};
    alert_noted n = note(&t, &c);
    CHECK_OK(writer_sync(t.w, &t.why));
    look(&t, "2026-11-22");
    CHECK_EQ(page(&t, &a, &(alert_filter){0}, 0, 10).count, 1);
    const struct {
        slice organisation;
        tlp clearance;
        size_t seen;
    } readers[] = {{S_INIT("acme"), TLP_AMBER, 1},
                   {S_INIT("acme"), TLP_GREEN, 0},
                   {S_INIT("other"), TLP_RED, 0}};
    for (size_t i = 0; i < COUNT_OF(readers); i++) {
        alert_filter all = {.closed_too = true}, of = {.indicator = {KIND_IPV4, S("198.51.100.7")}};
        t.v.organisation = readers[i].organisation;
        t.v.clearance = readers[i].clearance;
        CHECK_OK(lens_look(t.l, &t.v, &t.why));
        CHECK_EQ(page(&t, &a, &(alert_filter){0}, 0, 10).count, readers[i].seen);
        CHECK_EQ(page(&t, &a, &all, 0, 10).count, readers[i].seen);
        CHECK_EQ(page(&t, &a, &of, 0, 10).count, readers[i].seen);
        status st = alert_get(t.l, &a, slice_str(n.id), &r, &t.why);
        CHECK_EQ(st, readers[i].seen ? OK : ERR_NOT_FOUND);
        if (!readers[i].seen)
            CHECK_EQ(alert_close(t.w, t.l, slice_str(n.id), S("x"), 0, &t.why), ERR_NOT_FOUND);
    }
    /* as of a time before it was raised there was none */
    t.v.organisation = S("");
    t.v.clearance = TLP_RED;
    t.v.known_at = at("2026-11-20 11:59");
    CHECK_OK(lens_look(t.l, &t.v, &t.why));
    CHECK_EQ(page(&t, &a, &(alert_filter){0}, 0, 10).count, 0);
    CHECK_EQ(alert_get(t.l, &a, slice_str(n.id), &r, &t.why), ERR_NOT_FOUND);
    scratch_close(&t);
}

TEST(positions_come_with_the_contacts_or_not_at_all)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    slice state = S("none");
    arena_init(&a, 8 << 20);
    REQUIRE(scratch_open(&t));
    CHECK_EQ(watch_place_get(t.w, S("proxy"), &a, &state, &t.why), ERR_NOT_FOUND);
    CHECK_SLICE(state, S("none"));
    alert_contact c = contact("198.51.100.7", "ws-1", NULL);
    note(&t, &c);
    CHECK_OK(watch_place_put(t.w, S("proxy"), S("one"), &t.why));
    CHECK_OK(writer_sync(t.w, &t.why));
    note(&t, &c);
    CHECK_OK(watch_place_put(t.w, S("proxy"), S("two"), &t.why));
    t.w = writer_free(t.w); /* killed */
    CHECK_OK(writer_new(t.s, S("tester"), &t.w, &t.why));
    REQUIRE(t.w);
    CHECK_OK(watch_place_get(t.w, S("proxy"), &a, &state, &t.why));
    CHECK_SLICE(state, S("one"));
    look(&t, "2026-11-22");
    alert_list list = page(&t, &a, &(alert_filter){0}, 0, 10);
    REQUIRE(list.count == 1);
    CHECK_EQ(list.at[0].hits, 1);
    scratch_close(&t);
}

TEST(limits)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    static char text[ALERT_EVENT_MAX + 1], state[WATCH_PLACE_MAX + 1];
    alert_noted n;
    alert_places places;
    arena_init(&a, 8 << 20);
    memset(text, 'a', sizeof text);
    REQUIRE(scratch_open(&t));
    alert_contact ok = contact("198.51.100.7", "ws-1", NULL);
    struct {
        slice *field;
        size_t max;
    } fields[] = {{&ok.rule, 256},
                  {&ok.host, 256},
                  {&ok.indicator.text, NODE_TEXT_MAX},
                  {&ok.place.path, 4096},
                  {&ok.event, ALERT_EVENT_MAX}};
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        slice before = *fields[i].field;
        *fields[i].field = slice_of(text, fields[i].max);
        CHECK_OK(alert_note(t.w, &ok, &n, &t.why));
        *fields[i].field = slice_of(text, fields[i].max + 1);
        CHECK_EQ(alert_note(t.w, &ok, &n, &t.why), ERR_LIMIT);
        *fields[i].field = before;
    }
    CHECK_OK(watch_place_put(t.w, S("p"), slice_of(state, WATCH_PLACE_MAX), &t.why));
    CHECK_EQ(watch_place_put(t.w, S("p"), slice_of(state, WATCH_PLACE_MAX + 1), &t.why), ERR_LIMIT);
    /* places are kept up to a number, hits are counted on */
    ok.host = S("busy");
    for (int i = 0; i <= ALERT_PLACES_MAX; i++) {
        ok.place.offset = (uint64_t)i;
        n = note(&t, &ok);
    }
    CHECK_EQ(n.hits, ALERT_PLACES_MAX + 1);
    CHECK_OK(writer_sync(t.w, &t.why));
    look(&t, "2026-11-22");
    alert_list list = page(&t, &a, &(alert_filter){0}, 0, 1);
    REQUIRE(list.count == 1);
    CHECK_OK(alert_places_of(t.l, &a, &list.at[0], &places, &t.why));
    CHECK_EQ(places.count, ALERT_PLACES_MAX);
    scratch_close(&t);
}

TEST(every_allocation_may_fail)
{
    scratch t;
    alert_list list = {.count = 77};
    alert_info r = {.hits = 77};
    alert_places places = {.count = 77};
    slice state = S("none");
    REQUIRE(scratch_open(&t));
    alert_contact c = contact("198.51.100.7", "ws-1", NULL);
    alert_noted noted = note(&t, &c);
    CHECK_OK(watch_place_put(t.w, S("p"), S("state"), &t.why));
    CHECK_OK(writer_sync(t.w, &t.why));
    look(&t, "2026-11-22");
    status st[4] = {ERR_LIMIT, ERR_LIMIT, ERR_LIMIT, ERR_LIMIT};
    const alert_info of = {.row = 1, .hits = 1};
    for (int n = 0; n < 100; n++)
        for (int i = 0; i < 4; i++) {
            CLEANUP(arena_done) arena a;
            arena_init(&a, 8 << 20);
            a.fail_after = n;
            if (st[i] == OK)
                continue;
            st[i] = i == 0   ? alerts_page(t.l, &a, &(alert_filter){0}, 0, 5, &list, &t.why)
                    : i == 1 ? alert_get(t.l, &a, slice_str(noted.id), &r, &t.why)
                    : i == 2 ? alert_places_of(t.l, &a, &of, &places, &t.why)
                             : watch_place_get(t.w, S("p"), &a, &state, &t.why);
            CHECK(st[i] == OK || st[i] == ERR_LIMIT);
            CHECK(st[0] == OK || list.count == 77);
            CHECK(st[1] == OK || r.hits == 77);
            CHECK(st[2] == OK || places.count == 77);
            CHECK(st[3] == OK || slice_eq(state, S("none")));
        }
    for (int i = 0; i < 4; i++)
        CHECK_OK(st[i]);
    CHECK_EQ(list.count, 1);
    CHECK_EQ(r.hits, 1);
    CHECK_EQ(places.count, 1);
    scratch_close(&t);
}

TEST(how_many_machines_met_a_value)
{
    static const struct {
        const char *host, *time;
        tlp mark;
    } rows[] = {{"a", "2026-11-20 10:00", TLP_CLEAR}, {"a", "2026-11-20 11:00", TLP_CLEAR},
                {"b", "2026-11-19 10:00", TLP_CLEAR}, {"", "2026-11-20 10:00", TLP_CLEAR},
                {"c", "2026-11-01 10:00", TLP_CLEAR}, {"d", "2026-11-20 10:00", TLP_RED}};
    scratch t;
    REQUIRE(scratch_open(&t));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        alert_contact c = contact("198.51.100.7", rows[i].host, rows[i].time);
        c.span = c.at;
        c.marking.tlp = rows[i].mark;
        note(&t, &c);
    }
    uint64_t n = 0;
    const node_ref value = {KIND_IPV4, S("198.51.100.7")};
    const marking clear = {.tlp = TLP_CLEAR}, red = {.tlp = TLP_RED};
    when from = at("2026-11-14"), to = at("2026-11-21");
    CHECK_OK(alert_hosts(t.w, value, clear, from, to, 20, &n, &t.why));
    CHECK_EQ(n, 2); /* a and b: c was earlier, d is not ours to count, one has no name */
    CHECK_OK(alert_hosts(t.w, value, clear, from, to, 1, &n, &t.why));
    CHECK_EQ(n, 1);
    CHECK_OK(alert_hosts(t.w, value, red, from, to, 20, &n, &t.why));
    CHECK_EQ(n, 1);
    CHECK_OK(alert_hosts(t.w, (node_ref){KIND_IPV4, S("198.51.100.8")}, clear, from, to, 20, &n,
                         &t.why));
    CHECK_EQ(n, 0);
    scratch_close(&t);
}

TEST(oldest_first_in_the_order_in_which_they_were_raised)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    arena_init(&a, 8 << 20);
    REQUIRE(scratch_open(&t));
    for (int i = 0; i < 5; i++) {
        char host[2] = {(char)('a' + i), 0};
        alert_contact c = contact("198.51.100.7", host, "2026-11-20 10:30");
        note(&t, &c);
    }
    CHECK_OK(writer_sync(t.w, &t.why));
    look(&t, "2026-11-22");
    const alert_filter f = {.oldest_first = true};
    alert_list some = page(&t, &a, &f, 0, 2);
    REQUIRE(some.count == 2 && some.more);
    CHECK_SLICE(some.at[0].host, S("a"));
    alert_list rest = page(&t, &a, &f, some.at[1].row, 10);
    REQUIRE(rest.count == 3 && !rest.more);
    CHECK_SLICE(rest.at[0].host, S("c"));
    CHECK_SLICE(rest.at[2].host, S("e"));
    CHECK_EQ(page(&t, &a, &f, rest.at[2].row, 10).count, 0);
    scratch_close(&t);
}
