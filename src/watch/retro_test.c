#include "watch/retro.h" /* the catalogue before names of the test kit */
#include "know/alerts.h"
#include "know/sightings_write.h"
#include "know/sets.h"
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

static retro_counts back(scratch *t, int64_t after_us)
{
    retro_counts n = {0};
    const retro_options o = {.s = t->s,
                             .view = &t->v,
                             .clock = {scratch_tick, t},
                             .writer = t->w,
                             .marking = {.tlp = TLP_AMBER},
                             .after_us = after_us};
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
    CHECK_EQ(back(&t, INT64_MIN).asked, 0); /* no telemetry was read */
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
    const int64_t before = t.now_us + 1000;
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
    retro_counts n = back(&t, INT64_MIN);
    CHECK_EQ(n.asked, 1);
    CHECK_EQ(n.seen, 1);
    CHECK_EQ(n.alerts, 0);
    scratch_close(&t);
}

static uint64_t alerts_for(scratch *t, tlp clearance, uint64_t *ret_hits)
{
    CLEANUP(arena_done) arena a;
    alert_list list;
    arena_init(&a, 8 << 20);
    look(t, "2026-11-23");
    t->v.clearance = clearance;
    CHECK_OK(lens_look(t->l, &t->v, &t->why));
    CHECK_OK(alerts_page(t->l, &a, &(alert_filter){0}, 0, 10, &list, &t->why));
    *ret_hits = list.count ? list.at[0].hits : 0;
    return list.count;
}

static void learn_as(scratch *t, const char *document, tlp level)
{
    doc(t, "beta", document, 'A', level);
    say(t, KIND_DOMAIN, "evil.example", PRED_INDICATES, KIND_MALWARE, "name:thing",
        .from = "2026-11-01", .to = "2026-11-22");
    doc_end(t);
    t->v = (view){.clearance = TLP_RED, .all_audiences = true, .known_at = WHEN_NONE};
}

TEST(what_somebody_does_not_see_adds_nothing_to_his_alerts)
{
    scratch t;
    uint64_t hits;
    REQUIRE(scratch_open(&t));
    sightings_writer *w = open_writer(&t);
    REQUIRE(w);
    see(&t, w, KIND_DOMAIN, "evil.example", "2026-11-11 10:00", 20);
    CHECK_OK(sightings_commit(w, S(""), &t.why));
    learn_as(&t, "a.csv", TLP_CLEAR);
    CHECK_EQ(back(&t, INT64_MIN).alerts, 1);
    see(&t, w, KIND_DOMAIN, "evil.example", "2026-11-12 10:00", 30);
    CHECK_OK(sightings_commit(w, S(""), &t.why));
    sightings_writer_free(w);
    int64_t before = t.now_us + 1000;
    t.now_us += 1000000;
    learn_as(&t, "b.csv", TLP_RED);
    CHECK_EQ(back(&t, before).alerts, 1); /* of whoever sees it */
    CHECK_EQ(alerts_for(&t, TLP_AMBER, &hits), 1);
    CHECK_EQ(hits, 1);
    CHECK_EQ(alerts_for(&t, TLP_RED, &hits), 2);
    /* what everybody sees adds for everybody */
    before = t.now_us + 1000;
    t.now_us += 1000000;
    learn_as(&t, "c.csv", TLP_GREEN);
    back(&t, before);
    CHECK_EQ(alerts_for(&t, TLP_AMBER, &hits), 1);
    CHECK_EQ(hits, 2);
    scratch_close(&t);
}

/* --- values of a set -------------------------------------------------------------------------- */

static const uint8_t seen_file[SHA256_BYTES] = {0xab, 1, 2, 3}, other_file[SHA256_BYTES] = {9};

static fact_key key(kind k, const char *value)
{
    return (fact_key){k, slice_str(value)};
}

static fact_key digest(const uint8_t bytes[SHA256_BYTES])
{
    return (fact_key){KIND_SHA256, slice_of((const char *)bytes, SHA256_BYTES)};
}

static void load_set(scratch *t, const fact_key *keys, size_t count)
{
    const set_load_options o = {.name = S("bad"), .source = S("lab"), .verdict = SET_KNOWN_BAD};
    const fact_label label = {
        .first_seen = WHEN_NONE, .last_seen = WHEN_NONE, .valid_until = WHEN_NONE};
    set_loader *sl = NULL;
    set_result r;
    CHECK_OK(set_loader_new(t->s, &o, &sl, &t->why));
    CHECK_OK(set_loader_keys(sl, &label, keys, count, &t->why));
    CHECK_OK(set_loader_finish(sl, t->w, &r, &t->why));
    set_loader_free(sl);
}

static retro_counts judge_set_as(scratch *t, tlp said, const retro_values *v)
{
    retro_counts n = {0};
    const retro_options o = {.s = t->s,
                             .view = &t->v,
                             .clock = {scratch_tick, t},
                             .writer = t->w,
                             .marking = {.tlp = TLP_AMBER},
                             .said = {.tlp = said}};
    CHECK_OK(retro_judge(&o, v, &n, &t->why));
    return n;
}

static retro_counts judge_set(scratch *t, const retro_values *v)
{
    return judge_set_as(t, TLP_CLEAR, v);
}

TEST(what_a_set_says_is_bad_was_seen_before)
{
    scratch t;
    retro_values *v = NULL;
    char hex[HASH_HEX_MAX];
    const fact_key keys[] = {key(KIND_DOMAIN, "evil.example"),  digest(other_file),
                             key(KIND_CIDR, "203.0.113.0/28"),  digest(seen_file),
                             key(KIND_DOMAIN, "never.example"), key(KIND_URL, "http://a.example/"),
                             key(KIND_CIDR, "10.0.0.0/8"),      key(KIND_IPV4, "203.0.113.9")};
    REQUIRE(scratch_open(&t));
    t.v = (view){.clearance = TLP_RED, .all_audiences = true, .known_at = WHEN_NONE};
    CHECK_OK(retro_values_new(t.s, &v, &t.why)); /* no telemetry was read */
    CHECK(!v);
    CHECK_EQ(judge_set(&t, v).asked, 0);
    sightings_writer *w = open_writer(&t);
    REQUIRE(w);
    see(&t, w, KIND_DOMAIN, "a.evil.example", "2026-11-10 10:00", 10);
    see(&t, w, KIND_IPV4, "203.0.113.9", "2026-11-12 11:00", 60);
    see(&t, w, KIND_SHA256, hash_hex(seen_file, sizeof seen_file, hex), "2026-11-12 11:00", 70);
    CHECK_OK(sightings_commit(w, S(""), &t.why));
    sightings_writer_free(w);
    CHECK_OK(retro_values_new(t.s, &v, &t.why));
    REQUIRE(v);
    CHECK_OK(retro_values_add(v, keys, COUNT_OF(keys), &t.why));
    CHECK_EQ(judge_set(&t, v).alerts, 0); /* nobody says that they are bad */
    t.now_us += 1000000;
    load_set(&t, keys, COUNT_OF(keys));
    retro_counts n = judge_set(&t, v);
    CHECK_EQ(n.asked, 7);
    CHECK_EQ(n.seen, 4);
    CHECK_EQ(n.left, 0);
    CHECK_EQ(n.alerts, 4);
    CHECK_EQ(judge_set(&t, v).alerts, 0);             /* once is enough */
    CHECK_EQ(judge_set_as(&t, TLP_RED, v).alerts, 4); /* for those who see that set */
    uint64_t hits;
    CHECK_EQ(alerts_for(&t, TLP_AMBER, &hits), 4);
    CHECK_EQ(alerts_for(&t, TLP_RED, &hits), 8);
    retro_values_free(v);
    scratch_close(&t);
}

TEST(of_very_many_values_that_were_seen_the_first_are_looked_at)
{
    enum { VALUES = 1000 };
    scratch t;
    retro_values *v = NULL;
    static char text[VALUES][200];
    fact_key keys[VALUES];
    REQUIRE(scratch_open(&t));
    sightings_writer *w = open_writer(&t);
    REQUIRE(w);
    for (int i = 0; i < VALUES; i++) {
        snprintf(text[i], sizeof text[i], "%059d.%059d.%059d.example", i, 1, 2);
        see(&t, w, KIND_DOMAIN, text[i], "2026-11-10 10:00", (uint64_t)i);
        keys[i] = key(KIND_DOMAIN, text[i]);
    }
    CHECK_OK(sightings_commit(w, S(""), &t.why));
    sightings_writer_free(w);
    CHECK_OK(retro_values_new(t.s, &v, &t.why));
    REQUIRE(v);
    const uint64_t room = RETRO_VALUES_BYTES / (5 + strlen(text[0]));
    uint64_t asked = 0;
    for (; asked < room + VALUES; asked += VALUES)
        CHECK_OK(retro_values_add(v, keys, VALUES, &t.why));
    retro_values_counts n = retro_values_count(v);
    CHECK_EQ(n.asked, asked);
    CHECK_EQ(n.left, asked - room);
    retro_values_free(v);
    scratch_close(&t);
}
