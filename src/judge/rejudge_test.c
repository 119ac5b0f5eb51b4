#include "judge/rejudge.h"
#include "know/temp_store.h"
#include "know/write.h"

typedef struct told {
    char text[8][128];
    size_t count;
} told;

static status note(void *ctx, const verdict_change *c, err *why)
{
    told *t = ctx;
    (void)why;
    if (t->count < COUNT_OF(t->text))
        snprintf(t->text[t->count], sizeof t->text[0], "%.*s %s -> %s", SLICE_FMT(c->value.text),
                 verdict_word_name(c->before.word), verdict_word_name(c->after.word));
    t->count++;
    return OK;
}

static fact_claim claim_of(node_ref subject, predicate p, node_ref object, slice value)
{
    return (fact_claim){.subject = subject,
                        .predicate = p,
                        .object = object,
                        .value = value,
                        .confidence = 90,
                        .first_seen = WHEN_NONE,
                        .last_seen = 1700000000000,
                        .valid_from = WHEN_NONE,
                        .valid_until = WHEN_NONE};
}

static told changes(temp_store *t, when since, tlp clearance)
{
    told got = {0};
    lens *before = NULL, *after = NULL;
    index_t *ix = NULL;
    rejudge_counts n;
    view now = temp_view, then = temp_view;
    now.clearance = then.clearance = clearance;
    now.now = t->now_us / 1000;
    then.known_at = then.now = since;
    CHECK_OK(lens_new(t->s, &before, &t->why));
    CHECK_OK(lens_new(t->s, &after, &t->why));
    CHECK_OK(lens_look(before, &then, &t->why));
    CHECK_OK(lens_look(after, &now, &t->why));
    CHECK_OK(index_open(t->s, &ix, &t->why));
    rejudge_options o = {before, after, ix, since, note, &got};
    CHECK_OK(rejudge(&o, &n, &t->why));
    CHECK_EQ(n.changed, got.count);
    index_close(ix);
    lens_free(before);
    lens_free(after);
    return got;
}

TEST(what_was_said_and_taken_back_changes_verdicts)
{
    CLEANUP(temp_store_done) temp_store t;
    writer *w = NULL;
    uint64_t gone;
    node_ref bad = {KIND_IPV4, S("198.51.100.7")}, other = {KIND_IPV4, S("198.51.100.8")};
    node_ref none = {0};
    REQUIRE(temp_store_make(&t));
    CHECK_OK(writer_new(t.s, S("test"), &w, &t.why));
    fact_claim c = claim_of(other, PRED_VERDICT, none, S("malicious"));
    CHECK_OK(writer_curate(w, S("analyst:a"), &c, S("seen"), &t.why));
    when since = t.now_us / 1000;
    c = claim_of(bad, PRED_VERDICT, none, S("malicious"));
    CHECK_OK(writer_curate(w, S("analyst:a"), &c, S("seen"), &t.why));
    CHECK_OK(
        writer_retract(w, S("analyst:a"), other, PRED_VERDICT, none, S("wrong"), &gone, &t.why));
    told got = changes(&t, since, TLP_RED);
    CHECK_EQ(got.count, 2);
    CHECK(strcmp(got.text[0], "198.51.100.7 unknown -> malicious") == 0);
    CHECK(strncmp(got.text[1], "198.51.100.8 malicious -> ", 26) == 0);
    CHECK_EQ(changes(&t, t.now_us / 1000, TLP_RED).count, 0); /* nothing since */
    writer_free(w);
}

TEST(a_change_above_the_clearance_is_no_event)
{
    CLEANUP(temp_store_done) temp_store t;
    writer *w = NULL;
    REQUIRE(temp_store_make(&t));
    CHECK_OK(writer_new(t.s, S("test"), &w, &t.why));
    when since = t.now_us / 1000;
    fact_claim c = claim_of((node_ref){KIND_IPV4, S("198.51.100.7")}, PRED_VERDICT, (node_ref){0},
                            S("malicious"));
    c.marked = true;
    c.marking.tlp = TLP_RED;
    CHECK_OK(writer_curate(w, S("analyst:a"), &c, S("seen"), &t.why));
    CHECK_EQ(changes(&t, since, TLP_AMBER).count, 0);
    CHECK_EQ(changes(&t, since, TLP_RED).count, 1);
    writer_free(w);
}

TEST(what_an_indicator_comes_to_mean_touches_its_values)
{
    CLEANUP(temp_store_done) temp_store t;
    writer *w = NULL;
    node_ref value = {KIND_DOMAIN, S("evil.example.com")},
             indicator = {KIND_INDICATOR, S("indicator--1")};
    REQUIRE(temp_store_make(&t));
    CHECK_OK(writer_new(t.s, S("test"), &w, &t.why));
    fact_claim c = claim_of(value, PRED_PATTERN_OF, indicator, S(""));
    c.confidence = 20;
    CHECK_OK(writer_curate(w, S("vendor"), &c, S(""), &t.why));
    when since = t.now_us / 1000;
    c = claim_of(indicator, PRED_INDICATES, (node_ref){KIND_MALWARE, S("name:examplebot")}, S(""));
    CHECK_OK(writer_curate(w, S("vendor"), &c, S(""), &t.why));
    told got = changes(&t, since, TLP_RED);
    CHECK_EQ(got.count, 1);
    CHECK(strncmp(got.text[0], "evil.example.com ", 17) == 0);
    writer_free(w);
}
