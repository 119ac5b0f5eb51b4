#include "judge/suffixes.h"

#include "base/test.h"
#include "judge/evidence.h"
#include "know/test_store.h"

#define NEUTRAL "{\"list\":\"hosters\",\"polarity\":\"neutral\",\"type\":\"hostname\"}"
#define ABUSED "{\"list\":\"abused\",\"polarity\":\"abused\",\"type\":\"hostname\"}"
#define BENIGN "{\"list\":\"popular\",\"polarity\":\"benign\",\"type\":\"hostname\"}"

static void fill(scratch *t)
{
    doc(t, "lists", "x/list.json", 'F', TLP_CLEAR);
    say(t, KIND_DOMAIN, "cloudfront.net", PRED_LISTED, KIND_NONE, "", .detail = NEUTRAL);
    say(t, KIND_DOMAIN, "cloudfront.net", PRED_LISTED, KIND_NONE, "", .detail = BENIGN);
    say(t, KIND_DOMAIN, "cloudfront.net", PRED_INDICATES, KIND_NONE, "");
    say(t, KIND_DOMAIN, "github.io", PRED_LISTED, KIND_NONE, "", .detail = ABUSED);
    say(t, KIND_DOMAIN, "co.uk", PRED_LISTED, KIND_NONE, "", .detail = ABUSED);
    say(t, KIND_DOMAIN, "example.com", PRED_LISTED, KIND_NONE, "", .detail = ABUSED);
    doc_end(t);
    look(t, "2026-11-22");
}

TEST(only_lists_and_only_those_that_do_not_vouch)
{
    static const struct {
        kind kind;
        const char *value;
        size_t lists;
    } rows[] = {
        {KIND_DOMAIN, "x.cloudfront.net", 1},
        {KIND_DOMAIN, "a.b.x.cloudfront.net", 1},
        {KIND_URL, "https://x.cloudfront.net/y?z", 1},
        {KIND_EMAIL, "me@x.github.io", 1},
        {KIND_DOMAIN, "cloudfront.net", 0}, /* is asked itself */
        {KIND_DOMAIN, "x.co.uk", 0},        /* a registry's suffix: that would be half a country */
        {KIND_DOMAIN, "x.example.com", 0},  /* a parent, not a suffix */
        {KIND_DOMAIN, "notcloudfront.net", 0},
        {KIND_IPV4, "192.0.2.1", 0},
        {KIND_URL, "http://192.0.2.1/", 0},
    };
    scratch t;
    REQUIRE(scratch_open(&t));
    fill(&t);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(arena_done) arena a;
        claim_list lists;
        arena_init(&a, 1 << 20);
        CHECK_OK(suffix_lists(t.l, NULL, &a, (node_ref){rows[i].kind, slice_str(rows[i].value)},
                              &lists, &t.why));
        if (lists.count != rows[i].lists)
            TEST_FAIL("%s: %zu lists", rows[i].value, lists.count);
    }
    scratch_close(&t);
}

TEST(it_is_evidence_and_accuses_nobody)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    evidence_set set;
    arena_init(&a, 8 << 20);
    REQUIRE(scratch_open(&t));
    fill(&t);
    trust_store trust = {t.l, &a};
    evidence_from from = {.l = t.l, .trust = {&trust, trust_from_store}};
    CHECK_OK(
        evidence_gather(&from, &a, (node_ref){KIND_DOMAIN, S("x.cloudfront.net")}, &set, &t.why));
    CHECK_EQ(set.count, 1);
    CHECK_EQ(set.evidence[0].rule, EV_LISTED_NEUTRAL);
    CHECK_EQ(set.evidence[0].via, VIA_PARENT);
    scratch_close(&t);
}

TEST(every_allocation_may_fail)
{
    scratch t;
    REQUIRE(scratch_open(&t));
    fill(&t);
    status st = ERR_LIMIT;
    for (long after = 0; st != OK && after < 200; after++) {
        arena a;
        claim_list lists;
        arena_init(&a, 1 << 20);
        a.fail_after = after;
        st = suffix_lists(t.l, NULL, &a, (node_ref){KIND_URL, S("https://x.cloudfront.net/y")},
                          &lists, &t.why);
        if (st != OK && st != ERR_LIMIT)
            TEST_FAIL("allocation %ld: %s", after, status_name(st));
        CHECK(after > 2 || st == ERR_LIMIT);
        arena_done(&a);
    }
    CHECK_OK(st);
    scratch_close(&t);
}
