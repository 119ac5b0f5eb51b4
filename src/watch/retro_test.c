#include "watch/retro.h" /* the catalogue before names of the test kit */
#include "know/alerts.h"
#include "know/sightings_write.h"
#include "know/test_store.h"

static sightings_writer *open_writer(scratch *t)
{
    static char folder[96];
    sightings_writer *w = NULL;
    snprintf(folder, sizeof folder, "%s/sightings", t->dir);
    const sightings_writer_options o = {
        .folder = folder, .random = random_seeded(&t->seed), .clock = {scratch_tick, t}};
    CHECK_OK(sightings_writer_new(&o, &w, &t->why));
    return w;
}

static void see(scratch *t, sightings_writer *w, kind k, const char *value, const char *time,
                uint64_t offset)
{
    uint32_t source;
    CHECK_OK(sightings_source_add(w, S("dns.log"), S("zeek"), &source, &t->why));
    CHECK_OK(sightings_add(w, k, slice_str(value), at(time), source, offset, &t->why));
}

static retro_counts back(scratch *t, when since)
{
    retro_counts n = {0};
    const retro_options o = {.s = t->s,
                             .view = &t->v,
                             .clock = {scratch_tick, t},
                             .writer = t->w,
                             .marking = {.tlp = TLP_AMBER},
                             .since = since};
    CHECK_OK(retro_look(&o, &n, &t->why));
    return n;
}

static void learn(scratch *t, const char *document, kind k, const char *value)
{
    doc(t, "beta", document, 'A', TLP_CLEAR);
    say(t, k, value, PRED_INDICATES, KIND_MALWARE, "name:thing", .from = "2026-11-01",
        .to = "2026-11-22");
    doc_end(t);
}

TEST(what_is_learnt_later_was_seen_before)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    alert_list list;
    alert_places places;
    arena_init(&a, 8 << 20);
    REQUIRE(scratch_open(&t));
    t.v = (view){.clearance = TLP_RED, .all_audiences = true, .known_at = WHEN_NONE};
    learn(&t, "old.csv", KIND_DOMAIN, "old.example");
    CHECK_EQ(back(&t, WHEN_NONE).asked, 0); /* no telemetry was read */
    sightings_writer *w = open_writer(&t);
    REQUIRE(w);
    see(&t, w, KIND_DOMAIN, "a.evil.example", "2026-11-10 10:00", 10);
    see(&t, w, KIND_DOMAIN, "evil.example", "2026-11-11 10:00", 20);
    see(&t, w, KIND_DOMAIN, "evil.example", "2026-11-11 11:00", 30);
    see(&t, w, KIND_DOMAIN, "evil.example", "2026-11-12 11:00", 40);
    see(&t, w, KIND_DOMAIN, "old.example", "2026-11-12 11:00", 50);
    see(&t, w, KIND_IPV4, "203.0.113.9", "2026-11-12 11:00", 60);
    CHECK_OK(sightings_commit(w, S(""), &t.why));
    sightings_writer_free(w);
    when before = t.now_us / 1000 + 1;
    t.now_us += 1000000;
    learn(&t, "new.csv", KIND_DOMAIN, "evil.example");
    learn(&t, "net.csv", KIND_CIDR, "203.0.113.0/28");
    learn(&t, "other.csv", KIND_DOMAIN, "never.example");
    retro_counts n = back(&t, before);
    CHECK_EQ(n.asked, 3);
    CHECK_EQ(n.seen, 2);
    CHECK_EQ(n.alerts, 2);
    look(&t, "2026-11-23");
    alert_filter f = {.indicator = {KIND_DOMAIN, S("evil.example")}};
    CHECK_OK(alerts_page(t.l, &a, &f, 0, 10, &list, &t.why));
    REQUIRE(list.count == 1);
    CHECK_SLICE(list.at[0].rule, S("retro"));
    CHECK_EQ(list.at[0].hits, 4); /* with what was below it */
    CHECK_EQ(list.at[0].priority, 2);
    CHECK_OK(alert_places_of(t.l, &a, &list.at[0], &places, &t.why));
    REQUIRE(places.count == 4);
    CHECK_EQ(places.at[0].offset, 10);
    CHECK_EQ(places.at[3].offset, 40);
    CHECK_SLICE(places.at[0].path, S("dns.log"));
    /* once is enough */
    n = back(&t, before);
    CHECK_EQ(n.seen, 2);
    CHECK_EQ(n.alerts, 0);
    scratch_close(&t);
}

TEST(what_is_not_bad_in_the_view_is_no_alert)
{
    scratch t;
    REQUIRE(scratch_open(&t));
    t.v = (view){.clearance = TLP_GREEN, .all_audiences = true, .known_at = WHEN_NONE};
    sightings_writer *w = open_writer(&t);
    REQUIRE(w);
    see(&t, w, KIND_DOMAIN, "secret.example", "2026-11-10 10:00", 10);
    see(&t, w, KIND_DOMAIN, "listed.example", "2026-11-10 10:00", 10);
    CHECK_OK(sightings_commit(w, S(""), &t.why));
    sightings_writer_free(w);
    doc(&t, "beta", "s.csv", 'A', TLP_RED);
    say(&t, KIND_DOMAIN, "secret.example", PRED_INDICATES, KIND_MALWARE, "name:thing");
    doc_end(&t);
    doc(&t, "lists", "l.csv", 'A', TLP_CLEAR);
    say(&t, KIND_DOMAIN, "listed.example", PRED_LISTED, KIND_NONE, "",
        .detail = "{\"list\":\"top\",\"polarity\":\"benign\"}");
    doc_end(&t);
    retro_counts n = back(&t, WHEN_NONE);
    CHECK_EQ(n.asked, 1);
    CHECK_EQ(n.seen, 1);
    CHECK_EQ(n.alerts, 0);
    scratch_close(&t);
}
