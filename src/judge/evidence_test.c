#include "judge/evidence.h"
#include "know/sets.h"
#include "know/test_store.h"

static const json *parsed(arena *a, const char *text)
{
    json *v = NULL;
    if (*text && json_parse(a, slice_str(text), NULL, &v, NULL) != OK)
        abort();
    return v;
}

TEST(what_a_claim_says_table)
{
    static const struct {
        predicate p;
        kind object;
        const char *value, *detail;
        bool person, pointing;
        evidence_rule want;
    } rows[] = {
        {PRED_INDICATES, KIND_MALWARE, "", "", 0, 0, EV_NAMES_THREAT},
        {PRED_INDICATES, KIND_ACTOR, "", "", 0, 0, EV_NAMES_THREAT},
        {PRED_INDICATES, KIND_NONE, "", "", 0, 0, EV_SAYS_BAD},
        {PRED_INDICATES, KIND_TECHNIQUE, "", "", 0, 0, EV_SAYS_BAD},
        {PRED_INDICATES, KIND_MALWARE, "", "{\"combined\":true}", 0, 0, EV_COMBINED},
        {PRED_PATTERN_OF, KIND_INDICATOR, "", "", 0, 0, EV_INDICATOR_PLAIN},
        {PRED_PATTERN_OF, KIND_INDICATOR, "", "{\"combined\":true,\"types\":[\"benign\"]}", 0, 0,
         EV_COMBINED},
        {PRED_PATTERN_OF, KIND_INDICATOR, "", "{\"types\":[\"malicious-activity\"]}", 0, 0,
         EV_INDICATOR_MALICIOUS},
        {PRED_PATTERN_OF, KIND_INDICATOR, "", "{\"types\":[\"x\",\"compromised\"]}", 0, 0,
         EV_INDICATOR_COMPROMISED},
        {PRED_PATTERN_OF, KIND_INDICATOR, "", "{\"types\":\"anomalous-activity\"}", 0, 0,
         EV_INDICATOR_ANOMALOUS},
        {PRED_PATTERN_OF, KIND_INDICATOR, "", "{\"types\":[\"anonymization\"]}", 0, 0,
         EV_INDICATOR_ANONYMIZER},
        {PRED_PATTERN_OF, KIND_INDICATOR, "", "{\"types\":[\"benign\"]}", 0, 0, EV_SAYS_BENIGN},
        {PRED_VERDICT, KIND_NONE, "malicious", "", 1, 0, EV_PERSON_MALICIOUS},
        {PRED_VERDICT, KIND_NONE, "suspicious", "", 1, 0, EV_PERSON_SUSPICIOUS},
        {PRED_VERDICT, KIND_NONE, "benign", "", 1, 0, EV_PERSON_BENIGN},
        {PRED_VERDICT, KIND_NONE, "unknown", "", 1, 0, EV_PERSON_UNKNOWN},
        {PRED_VERDICT, KIND_NONE, "malicious", "", 0, 0, EV_SAYS_BAD},
        {PRED_VERDICT, KIND_NONE, "benign", "", 0, 0, EV_SAYS_BENIGN},
        {PRED_VERDICT, KIND_NONE, "teapot", "", 1, 0, EV_CONTEXT},
        {PRED_LISTED, KIND_NONE, "", "{\"polarity\":\"bad\"}", 0, 0, EV_LISTED_BAD},
        {PRED_LISTED, KIND_NONE, "", "{\"polarity\":\"benign\"}", 0, 0, EV_LISTED_BENIGN},
        {PRED_LISTED, KIND_NONE, "", "{\"polarity\":\"neutral\"}", 0, 0, EV_LISTED_NEUTRAL},
        {PRED_LISTED, KIND_NONE, "", "", 0, 0, EV_LISTED_NEUTRAL},
        {PRED_REFERS_TO, KIND_MALWARE, "", "", 0, 0, EV_CONTEXT},
        {PRED_SIGHTED, KIND_NONE, "", "", 0, 0, EV_CONTEXT},
        {PRED_SIGHTED, KIND_NONE, "", "{\"kind\":\"false-positive\"}", 0, 0, EV_SAYS_BENIGN},
        {PRED_SIGHTED, KIND_NONE, "", "{\"kind\":\"expiration\"}", 0, 0, EV_CONTEXT},
        /* MISP: an attribute for detection says bad, one for context and a proposal nothing */
        {PRED_INDICATES, KIND_NONE, "", "{\"category\":\"Network activity\"}", 0, 0, EV_SAYS_BAD},
        {PRED_REFERS_TO, KIND_IPV4, "", "{\"proposal\":\"change\"}", 0, 1, EV_CONTEXT},
        {PRED_RESOLVES_TO, KIND_IPV4, "", "", 0, 0, EV_CONTEXT},
        {PRED_COMMUNICATES_WITH, KIND_IPV4, "", "", 0, 1, EV_CONTACTED},
        {PRED_REFERS_TO, KIND_IPV4, "", "", 0, 1, EV_CONTEXT},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(arena_done) arena a;
        arena_init(&a, 1 << 16);
        claim c = {.subject = {rows[i].pointing ? KIND_MALWARE : KIND_IPV4, S("x")},
                   .object = {rows[i].object, S("y")},
                   .predicate = rows[i].p,
                   .value = slice_str(rows[i].value),
                   .source = rows[i].person ? S("analyst:a") : S("feed"),
                   .has_document = !rows[i].person};
        evidence_rule got =
            evidence_rule_of(&c, parsed(&a, rows[i].detail), rows[i].pointing, NULL);
        if (got != rows[i].want)
            TEST_FAIL("row %zu (%s): %s", i, predicate_name(rows[i].p), evidence_rule_name(got));
    }
    /* a document cannot speak as a person */
    claim forged = {.subject = {KIND_IPV4, S("x")},
                    .predicate = PRED_VERDICT,
                    .value = S("benign"),
                    .source = S("analyst:a"),
                    .has_document = true};
    CHECK_EQ(evidence_rule_of(&forged, NULL, false, NULL), EV_SAYS_BENIGN);
}

TEST(roles_table)
{
    static const struct {
        const char *detail;
        unsigned want;
    } rows[] = {
        {"", 0},
        {"{\"role\":\"c2\"}", 1u << ROLE_C2},
        {"{\"role\":[\"c2\",\"delivery\"]}", 1u << ROLE_C2 | 1u << ROLE_DELIVERY},
        {"{\"role\":\"teapot\"}", 0},
        {"{\"types\":[\"compromised\"]}", 1u << ROLE_VICTIM},
        {"{\"types\":[\"anonymization\"],\"role\":\"scanner\"}",
         1u << ROLE_PROXY | 1u << ROLE_SCANNER},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(arena_done) arena a;
        arena_init(&a, 1 << 16);
        claim c = {.predicate = PRED_PATTERN_OF};
        CHECK_EQ(evidence_roles_of(&c, parsed(&a, rows[i].detail), NULL), rows[i].want);
    }
}

static verdict judge_value(scratch *t, arena *a, kind k, const char *text, evidence_set *set)
{
    trust_store ts = {t->l, a};
    verdict v = {.word = VERDICT_WORD_COUNT_};
    *set = (evidence_set){0};
    evidence_from from = {.l = t->l, .trust = {&ts, trust_from_store}};
    CHECK_OK(evidence_gather(&from, a, (node_ref){k, slice_str(text)}, set, &t->why));
    CHECK_OK(verdict_of(a, set->evidence, set->count, t->v.now, &v, &t->why));
    /* through the index it is the same */
    verdict indexed = {.word = VERDICT_WORD_COUNT_};
    CHECK_OK(index_open(t->s, &from.ix, &t->why));
    CHECK_OK(evidence_gather(&from, a, (node_ref){k, slice_str(text)}, set, &t->why));
    CHECK_OK(verdict_of(a, set->evidence, set->count, t->v.now, &indexed, &t->why));
    index_close(from.ix);
    CHECK_EQ(indexed.word, v.word);
    CHECK_EQ(indexed.score_0_100, v.score_0_100);
    CHECK_EQ(indexed.independent, v.independent);
    return v;
}

TEST(an_address_in_two_files_of_one_source)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    evidence_set set;
    arena_init(&a, 4 << 20);
    REQUIRE(scratch_open(&t));
    doc(&t, "c2-list", "c2/one.csv", 'F', TLP_CLEAR);
    say(&t, KIND_IPV4, "192.0.2.1", PRED_INDICATES, KIND_MALWARE, "name:thing",
        .detail = "{\"role\":\"c2\"}", .from = "2020-12-15", .to = "2021-01-15");
    doc_end(&t);
    doc(&t, "c2-list", "c2/two.csv", 'F', TLP_CLEAR);
    say(&t, KIND_IPV4, "192.0.2.1", PRED_INDICATES, KIND_MALWARE, "name:thing",
        .detail = "{\"role\":\"c2\"}", .from = "2020-12-15", .to = "2020-12-31");
    doc_end(&t);
    look(&t, "2026-11-22");
    verdict v = judge_value(&t, &a, KIND_IPV4, "192.0.2.1", &set);
    CHECK_EQ(set.count, 2);
    CHECK_EQ(v.word, VERDICT_MALICIOUS);
    CHECK_EQ(v.state, STATE_STALE);
    CHECK_EQ(v.independent, 1);
    CHECK_EQ(v.roles, 1u << ROLE_C2);
    CHECK_EQ(set.from[0].threat_count, 1);
    CHECK_SLICE(set.from[0].threats[0].text, S("name:thing"));
    scratch_close(&t);
}

TEST(indicators_are_followed)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    evidence_set set;
    arena_init(&a, 4 << 20);
    REQUIRE(scratch_open(&t));
    doc(&t, "vendor", "bundle.json", 'B', TLP_CLEAR);
    say(&t, KIND_DOMAIN, "evil.example", PRED_PATTERN_OF, KIND_INDICATOR, "indicator--1",
        .valid_from = "2026-11-01");
    say(&t, KIND_INDICATOR, "indicator--1", PRED_INDICATES, KIND_MALWARE, "malware--1");
    say(&t, KIND_DOMAIN, "odd.example", PRED_PATTERN_OF, KIND_INDICATOR, "indicator--2");
    say(&t, KIND_INDICATOR, "indicator--2", PRED_PROPERTY, KIND_NONE, "",
        .detail = "{\"name\":\"indicator_types\",\"value\":[\"benign\"]}");
    doc_end(&t);
    look(&t, "2026-11-22");
    verdict v = judge_value(&t, &a, KIND_DOMAIN, "evil.example", &set);
    CHECK_EQ(v.word, VERDICT_MALICIOUS);
    REQUIRE(set.count == 1);
    CHECK_EQ(set.evidence[0].rule, EV_INDICATOR_MALICIOUS);
    CHECK_EQ(set.evidence[0].reliability, 'B');
    CHECK_SLICE(set.from[0].threats[0].text, S("malware--1"));
    v = judge_value(&t, &a, KIND_DOMAIN, "odd.example", &set);
    CHECK_EQ(v.word, VERDICT_BENIGN); /* the source is 'B' */
    scratch_close(&t);
}

static void load_set(scratch *t, const char *name, set_verdict v, set_polarity p, kind k,
                     const char *text, const char *family)
{
    set_loader *sl = NULL;
    uint8_t sha[SHA256_BYTES] = {++t->sha}, digest[HASH_BYTES_MAX];
    set_load_options o = {
        .name = slice_str(name), .source = slice_str(name), .verdict = v, .polarity = p};
    fact_label label = {slice_str(family), at("2026-03-01"), WHEN_NONE, WHEN_NONE};
    fact_key key = {k, slice_str(text)};
    set_result r;
    if (fact_digest_bytes(k) && hash_unhex(key.bytes, digest, fact_digest_bytes(k)))
        key.bytes = slice_of((const char *)digest, fact_digest_bytes(k));
    CHECK_OK(set_loader_new(t->s, &o, &sl, &t->why));
    CHECK_OK(set_loader_document(sl, sha, 1, &t->why));
    CHECK_OK(set_loader_keys(sl, &label, &key, 1, &t->why));
    CHECK_OK(set_loader_finish(sl, t->w, &r, &t->why));
    set_loader_free(sl);
}

/* Hits of sets are evidence with their name, source, place and dates. */
TEST(sets_are_evidence)
{
    static const char md5[] = "0cc175b9c0f1b6a831c399e269772661";
    scratch t;
    CLEANUP(arena_done) arena a;
    evidence_set set;
    arena_init(&a, 4 << 20);
    REQUIRE(scratch_open(&t));
    load_set(&t, "good", SET_KNOWN_GOOD, SET_POLARITY_NONE, KIND_MD5, md5, "");
    look(&t, "2026-11-22");
    CHECK_EQ(judge_value(&t, &a, KIND_MD5, md5, &set).word, VERDICT_BENIGN);
    load_set(&t, "bad", SET_KNOWN_BAD, SET_POLARITY_NONE, KIND_MD5, md5, "Thing");
    look(&t, "2026-11-22");
    verdict v = judge_value(&t, &a, KIND_MD5, md5, &set);
    CHECK_EQ(v.word, VERDICT_CONFLICTING);
    CHECK_EQ(v.rule, DECIDED_LISTED_BUT_BAD);
    REQUIRE(set.count == 2);
    CHECK_EQ(set.evidence[0].rule, EV_LISTED_BAD);
    CHECK_EQ(set.evidence[1].rule, EV_KNOWN_GOOD);
    CHECK_SLICE(set.from[0].claim.source, S("bad"));
    CHECK_SLICE(set.from[0].claim.place, S("set bad"));
    CHECK_SLICE(set.from[0].claim.detail,
                S("{\"family\":\"Thing\",\"list\":\"bad\",\"polarity\":\"bad\"}"));
    CHECK_EQ(set.from[0].claim.first_seen, at("2026-03-01"));
    CHECK_EQ(set.from[0].claim.id_hi, set.from[1].claim.id_hi); /* about the same value */
    CHECK(set.from[0].claim.id_lo != set.from[1].claim.id_lo);
    scratch_close(&t);
}

TEST(polarity_and_the_way_decide_what_a_list_says)
{
    static const struct {
        set_verdict v;
        set_polarity p;
        kind k;
        const char *key, *asked;
        kind asked_kind;
        evidence_rule rule;
        evidence_via via;
    } rows[] = {
        {SET_LIST, SET_BENIGN, KIND_DOMAIN, "a.com", "a.com", KIND_DOMAIN, EV_LISTED_BENIGN,
         VIA_SELF},
        {SET_LIST, SET_BENIGN, KIND_DOMAIN, "b.com", "x.y.b.com", KIND_DOMAIN, EV_LISTED_BENIGN,
         VIA_PARENT},
        {SET_LIST, SET_NEUTRAL, KIND_DOMAIN, "c.com", "http://c.com/z", KIND_URL, EV_LISTED_NEUTRAL,
         VIA_HOST},
        {SET_LIST, SET_SUSPICIOUS, KIND_CIDR, "198.51.100.0/24", "198.51.100.1", KIND_IPV4,
         EV_SAYS_SUSPICIOUS, VIA_RANGE},
        {SET_KNOWN_BAD, SET_POLARITY_NONE, KIND_CIDR, "203.0.113.0/24", "203.0.113.128/25",
         KIND_CIDR, EV_LISTED_BAD, VIA_RANGE},
    };
    scratch t;
    CLEANUP(arena_done) arena a;
    arena_init(&a, 4 << 20);
    REQUIRE(scratch_open(&t));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char name[16];
        evidence_set set;
        snprintf(name, sizeof name, "list-%zu", i);
        load_set(&t, name, rows[i].v, rows[i].p, rows[i].k, rows[i].key, "");
        look(&t, "2026-11-22");
        judge_value(&t, &a, rows[i].asked_kind, rows[i].asked, &set);
        REQUIRE(set.count == 1);
        CHECK_EQ(set.evidence[0].rule, rows[i].rule);
        CHECK_EQ(set.evidence[0].via, rows[i].via);
    }
    scratch_close(&t);
}

TEST(parents_networks_and_other_hashes)
{
    static const char md5[] = "0123456789abcdef0123456789abcdef";
    static const char sha1[] = "0123456789abcdef0123456789abcdef01234567";
    scratch t;
    CLEANUP(arena_done) arena a;
    evidence_set set;
    arena_init(&a, 4 << 20);
    REQUIRE(scratch_open(&t));
    doc(&t, "feed", "feed.csv", 'F', TLP_CLEAR);
    say(&t, KIND_DOMAIN, "bad.example.com", PRED_INDICATES, KIND_NONE, "", .from = "2026-11-19");
    say(&t, KIND_CIDR, "198.51.100.0/24", PRED_INDICATES, KIND_NONE, "", .from = "2026-11-19");
    say(&t, KIND_MD5, md5, PRED_INDICATES, KIND_NONE, "");
    say(&t, KIND_SHA1, sha1, PRED_HASHES_WITH, KIND_MD5, md5);
    doc_end(&t);
    doc(&t, "lists", "popular.json", 'F', TLP_CLEAR);
    say(&t, KIND_DOMAIN, "example.com", PRED_LISTED, KIND_NONE, "",
        .detail = "{\"list\":\"popular\",\"polarity\":\"benign\"}");
    say(&t, KIND_CIDR, "203.0.113.0/24", PRED_LISTED, KIND_NONE, "",
        .detail = "{\"list\":\"resolvers\",\"polarity\":\"benign\"}");
    doc_end(&t);
    look(&t, "2026-11-20");
    /* the host is bad, its parent is on a list: weak becomes weaker */
    verdict v = judge_value(&t, &a, KIND_URL, "http://bad.example.com/x", &set);
    CHECK_EQ(set.count, 2);
    CHECK_EQ(v.word, VERDICT_SUSPICIOUS);
    v = judge_value(&t, &a, KIND_IPV4, "198.51.100.7", &set);
    CHECK_EQ(v.word, VERDICT_SUSPICIOUS);
    REQUIRE(set.count == 1);
    CHECK_EQ(set.evidence[0].via, VIA_RANGE);
    CHECK_EQ(set.evidence[0].kind, KIND_CIDR);
    v = judge_value(&t, &a, KIND_IPV4, "203.0.113.9", &set);
    CHECK_EQ(v.word, VERDICT_BENIGN);
    v = judge_value(&t, &a, KIND_SHA1, sha1, &set);
    CHECK_EQ(v.word, VERDICT_MALICIOUS);
    v = judge_value(&t, &a, KIND_IPV4, "192.0.2.77", &set);
    CHECK_EQ(v.word, VERDICT_UNKNOWN);
    CHECK_EQ(set.count, 0);
    scratch_close(&t);
}

#define A_LIST(type, kinds)                                                                        \
    "{\"kinds\":[" kinds "],\"list\":\"l\",\"polarity\":\"benign\",\"type\":\"" type "\"}"

TEST(lists_match_as_they_say)
{
    static const struct {
        kind kind;
        const char *value;
        size_t want;
    } rows[] = {
        {KIND_DOMAIN, "exact.example", 1},
        {KIND_DOMAIN, "www.exact.example", 0}, /* type string: the text and nothing else */
        {KIND_URL, "http://exact.example/x", 0},
        {KIND_DOMAIN, "host.example", 1},
        {KIND_DOMAIN, "www.host.example", 1},
        {KIND_DOMAIN, "nohost.example", 0},
        {KIND_URL, "http://www.host.example/x", 1},
        {KIND_EMAIL, "x@host.example", 0}, /* not a kind that the list is for */
        {KIND_DOMAIN, "names.example", 1},
        {KIND_DOMAIN, "www.names.example", 1},
        {KIND_URL, "http://names.example/", 0},
        {KIND_IPV4, "192.0.2.77", 1},
        {KIND_IPV4, "198.51.100.7", 0},
        {KIND_DOMAIN, "plain.example", 1}, /* says nothing of how it matches */
        {KIND_EMAIL, "x@plain.example", 1},
    };
    scratch t;
    REQUIRE(scratch_open(&t));
    doc(&t, "lists", "x/list.json", 'F', TLP_CLEAR);
    say(&t, KIND_DOMAIN, "exact.example", PRED_LISTED, KIND_NONE, "",
        .detail = A_LIST("string", "\"domain\",\"url\""));
    say(&t, KIND_DOMAIN, "host.example", PRED_LISTED, KIND_NONE, "",
        .detail = A_LIST("hostname", "\"domain\",\"url\""));
    say(&t, KIND_DOMAIN, "names.example", PRED_LISTED, KIND_NONE, "",
        .detail = A_LIST("hostname", "\"domain\""));
    say(&t, KIND_CIDR, "192.0.2.0/24", PRED_LISTED, KIND_NONE, "",
        .detail = A_LIST("cidr", "\"ipv4\",\"ipv6\""));
    say(&t, KIND_CIDR, "198.51.100.0/24", PRED_LISTED, KIND_NONE, "",
        .detail = A_LIST("cidr", "\"ipv6\""));
    say(&t, KIND_DOMAIN, "plain.example", PRED_LISTED, KIND_NONE, "",
        .detail = "{\"polarity\":\"benign\"}");
    doc_end(&t);
    look(&t, "2026-11-22");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(arena_done) arena a;
        evidence_set set;
        arena_init(&a, 4 << 20);
        judge_value(&t, &a, rows[i].kind, rows[i].value, &set);
        if (set.count != rows[i].want)
            TEST_FAIL("%s: %zu hits", rows[i].value, set.count);
    }
    scratch_close(&t);
}

/* A weak word about a name below one that everybody uses does not stand; the list of sites that
 * attackers use as well does not help it, whoever came first. */
TEST(lists_before_or_after_decide_the_same)
{
    verdict_word word[2];
    int score[2];
    size_t count[2];
    for (int after = 0; after < 2; after++) {
        scratch t;
        CLEANUP(arena_done) arena a;
        evidence_set set;
        arena_init(&a, 4 << 20);
        REQUIRE(scratch_open(&t));
        for (int i = 0; i < 2; i++) {
            if ((i == 0) == (after == 0)) {
                doc(&t, "top", "top/list.json", 'F', TLP_CLEAR);
                say(&t, KIND_DOMAIN, "host.example", PRED_LISTED, KIND_NONE, "",
                    .detail = A_LIST("hostname", "\"domain\""));
                doc_end(&t);
                doc(&t, "abused", "abused/list.json", 'F', TLP_CLEAR);
                say(&t, KIND_DOMAIN, "host.example", PRED_LISTED, KIND_NONE, "",
                    .detail = "{\"polarity\":\"abused\",\"type\":\"hostname\"}");
                doc_end(&t);
            } else {
                doc(&t, "feed", "feed.csv", 'F', TLP_CLEAR);
                say(&t, KIND_DOMAIN, "www.host.example", PRED_VERDICT, KIND_NONE, "",
                    .value = "suspicious");
                doc_end(&t);
            }
        }
        look(&t, "2026-11-22");
        verdict v = judge_value(&t, &a, KIND_DOMAIN, "www.host.example", &set);
        word[after] = v.word;
        score[after] = v.score_0_100;
        count[after] = set.count;
        unsigned benign = 0;
        for (size_t i = 0; i < set.count; i++)
            benign += evidence_stance_of(set.evidence[i].rule) == STANCE_BENIGN;
        CHECK_EQ(benign, 1);
        scratch_close(&t);
    }
    CHECK_EQ(word[0], word[1]);
    CHECK_EQ(score[0], score[1]);
    CHECK_EQ(count[0], 3);
    CHECK_EQ(count[1], 3);
}

TEST(withdrawn_and_curated)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    evidence_set set;
    uint64_t n;
    arena_init(&a, 4 << 20);
    REQUIRE(scratch_open(&t));
    curate(&t, "analyst:a", KIND_DOMAIN, "site.example", "malicious");
    look(&t, "2026-11-22");
    CHECK_EQ(judge_value(&t, &a, KIND_DOMAIN, "site.example", &set).word, VERDICT_MALICIOUS);
    CHECK_OK(writer_retract(t.w, S("analyst:a"), (node_ref){KIND_DOMAIN, S("site.example")},
                            PRED_VERDICT, (node_ref){0}, S("mistaken"), &n, &t.why));
    look(&t, "2026-11-22");
    verdict v = judge_value(&t, &a, KIND_DOMAIN, "site.example", &set);
    CHECK_EQ(v.state, STATE_WITHDRAWN);
    CHECK_EQ(v.score_0_100, 0);
    scratch_close(&t);
}

TEST(many_claims_do_not_hide_a_person)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    evidence_set set;
    char detail[32];
    arena_init(&a, 16 << 20);
    REQUIRE(scratch_open(&t));
    doc(&t, "flood", "flood.csv", 'F', TLP_CLEAR);
    for (int i = 0; i < EVIDENCE_CLAIMS_MAX + 100; i++) {
        snprintf(detail, sizeof detail, "{\"n\":%d}", i);
        say(&t, KIND_DOMAIN, "site.example", PRED_INDICATES, KIND_NONE, "", .detail = detail);
    }
    doc_end(&t);
    curate(&t, "analyst:a", KIND_DOMAIN, "site.example", "benign");
    look(&t, "2026-11-22");
    verdict v = judge_value(&t, &a, KIND_DOMAIN, "site.example", &set);
    CHECK(set.over);
    CHECK_EQ(v.word, VERDICT_BENIGN);
    scratch_close(&t);
}

TEST(many_claims_do_not_hide_a_list)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    evidence_set set;
    char detail[32];
    arena_init(&a, 16 << 20);
    REQUIRE(scratch_open(&t));
    doc(&t, "flood", "flood.csv", 'F', TLP_CLEAR);
    for (int i = 0; i < EVIDENCE_CLAIMS_MAX + 100; i++) {
        snprintf(detail, sizeof detail, "{\"n\":%d}", i);
        say(&t, KIND_DOMAIN, "site.example", PRED_INDICATES, KIND_NONE, "", .detail = detail);
    }
    doc_end(&t);
    doc(&t, "lists", "x/list.json", 'F', TLP_CLEAR);
    for (int i = 0; i < 20; i++) {
        snprintf(detail, sizeof detail, "{\"polarity\":\"benign%d\"}", i);
        say(&t, KIND_DOMAIN, "site.example", PRED_LISTED, KIND_NONE, "", .detail = detail);
    }
    doc_end(&t);
    look(&t, "2026-11-22");
    for (int below = 0; below < 2; below++) {
        size_t listed = 0;
        judge_value(&t, &a, KIND_DOMAIN, below ? "www.site.example" : "site.example", &set);
        for (size_t i = 0; i < set.count; i++)
            listed += set.from[i].claim.predicate == PRED_LISTED;
        CHECK_EQ(listed, 20);
    }
    scratch_close(&t);
}

/* --- floods: more claims than are read ------------------------------------------------------ */

enum { FLOOD = EVIDENCE_CLAIMS_MAX + 250 };

/* Claims that differ in a port, the way a list of sockets makes them. */
static void flood(scratch *t, const char *source, int count, words w)
{
    char detail[32], path[64];
    snprintf(path, sizeof path, "%s.csv", source);
    doc(t, source, path, 'E', w.origin ? TLP_RED : TLP_CLEAR);
    w.origin = NULL;
    w.detail = detail;
    for (int i = 0; i < count; i++) {
        snprintf(detail, sizeof detail, "{\"port\":%d}", i);
        say_words(t, KIND_IPV4, "192.0.2.9", PRED_INDICATES, KIND_MALWARE, "name:x", w);
    }
    doc_end(t);
}

static size_t said_by(const evidence_set *set, const char *source)
{
    size_t n = 0;
    for (size_t i = 0; i < set->count; i++)
        n += slice_eq(set->evidence[i].source, slice_str(source));
    return n;
}

TEST(a_flood_drowns_no_other_source)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    evidence_set set;
    arena_init(&a, 64 << 20);
    REQUIRE(scratch_open(&t));
    doc(&t, "first", "first.csv", 'A', TLP_CLEAR);
    say(&t, KIND_IPV4, "192.0.2.9", PRED_INDICATES, KIND_MALWARE, "name:y", .to = "2026-11-19");
    doc_end(&t);
    flood(&t, "flood", FLOOD, (words){.to = "2026-11-01"});
    doc(&t, "last", "last.csv", 'B', TLP_CLEAR);
    say(&t, KIND_IPV4, "192.0.2.9", PRED_SIGHTED, KIND_NONE, "",
        .detail = "{\"kind\":\"false-positive\"}");
    doc_end(&t);
    look(&t, "2026-11-22");
    verdict v = judge_value(&t, &a, KIND_IPV4, "192.0.2.9", &set);
    CHECK(set.over);
    CHECK_EQ(set.over, EVIDENCE_CLAIMS_MAX);
    CHECK_EQ(set.count, EVIDENCE_CLAIMS_MAX);
    CHECK_EQ(said_by(&set, "first"), 1);
    CHECK_EQ(said_by(&set, "last"), 1);
    CHECK_EQ(v.word, VERDICT_CONFLICTING); /* who is entitled says that it is nothing */
    CHECK_EQ(v.rule, DECIDED_SAID_BOTH);
    CHECK_EQ(v.independent, 2);
    REQUIRE(v.part_count > 0);
    CHECK_SLICE(set.evidence[v.parts[0].of].source, S("first")); /* reliable and fresh: it speaks */
    scratch_close(&t);
}

TEST(of_one_source_the_newest_and_surest_are_read)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    evidence_set set;
    bool newest = false, surest = false;
    arena_init(&a, 64 << 20);
    REQUIRE(scratch_open(&t));
    doc(&t, "flood", "one.csv", 'B', TLP_CLEAR);
    say(&t, KIND_IPV4, "192.0.2.9", PRED_INDICATES, KIND_MALWARE, "name:y", .to = "2026-11-19");
    doc_end(&t);
    doc(&t, "sure", "two.csv", 'B', TLP_CLEAR);
    say_words(&t, KIND_IPV4, "192.0.2.9", PRED_INDICATES, KIND_MALWARE, "name:y",
              (words){.sure = 101});
    doc_end(&t);
    flood(&t, "flood", FLOOD, (words){.to = "2026-11-01"});
    flood(&t, "sure", FLOOD, (words){.sure = 1});
    look(&t, "2026-11-22");
    judge_value(&t, &a, KIND_IPV4, "192.0.2.9", &set);
    CHECK(set.over);
    for (size_t i = 0; i < set.count; i++) {
        newest |= set.evidence[i].last_seen == at("2026-11-19");
        surest |= set.evidence[i].confidence == 100;
    }
    CHECK(newest);
    CHECK(surest);
    /* both would have the same share; who gives no dates says one thing over and over, and another
     * one once */
    CHECK_EQ(said_by(&set, "flood"), EVIDENCE_CLAIMS_MAX / 2);
    CHECK_EQ(said_by(&set, "sure"), CLAIMS_QUIET_MAX + 1);
    scratch_close(&t);
}

TEST(a_person_is_heard_in_a_flood_whoever_else_speaks)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    evidence_set set;
    char source[32];
    arena_init(&a, 64 << 20);
    REQUIRE(scratch_open(&t));
    curate(&t, "analyst:a", KIND_IPV4, "192.0.2.9", "benign");
    for (int i = 0; i < 300; i++) { /* more voices than are counted */
        snprintf(source, sizeof source, "source-%d", i);
        flood(&t, source, 2, (words){.sure = 0});
    }
    look(&t, "2026-11-22");
    verdict v = judge_value(&t, &a, KIND_IPV4, "192.0.2.9", &set);
    CHECK(set.over);
    CHECK(set.count <= EVIDENCE_CLAIMS_MAX + 1);
    CHECK_EQ(said_by(&set, "analyst:a"), 1);
    CHECK_EQ(v.rule, DECIDED_SECOND_PERSON);
    curate(&t, "analyst:b", KIND_IPV4, "192.0.2.9", "benign");
    look(&t, "2026-11-22");
    v = judge_value(&t, &a, KIND_IPV4, "192.0.2.9", &set);
    CHECK_EQ(v.word, VERDICT_BENIGN);
    CHECK_EQ(v.rule, DECIDED_PERSON);
    scratch_close(&t);
}

/* What one may not see takes no room of what one may. */
TEST(a_hidden_flood_moves_nothing)
{
    scratch t[2];
    CLEANUP(arena_done) arena a;
    evidence_set set[2];
    arena_init(&a, 64 << 20);
    for (int hidden = 0; hidden < 2; hidden++) {
        scratch *x = &t[hidden];
        REQUIRE(scratch_open(x));
        if (hidden)
            flood(x, "closed", 40, (words){.to = "2026-11-18", .origin = "closed"});
        flood(x, "open", FLOOD, (words){.to = "2026-11-01"});
        if (hidden)
            flood(x, "open", 40, (words){.to = "2026-11-19", .origin = "closed"});
        flood(x, "other", 10, (words){.to = "2026-10-01"});
        look(x, "2026-11-22");
        x->v.clearance = TLP_GREEN;
        CHECK_OK(lens_look(x->l, &x->v, &x->why));
        judge_value(x, &a, KIND_IPV4, "192.0.2.9", &set[hidden]);
    }
    CHECK_EQ(set[0].count, EVIDENCE_CLAIMS_MAX);
    REQUIRE(set[0].count == set[1].count);
    for (size_t i = 0; i < set[0].count; i++) {
        CHECK_EQ(set[0].evidence[i].id_lo, set[1].evidence[i].id_lo);
        CHECK(!slice_eq(set[1].evidence[i].source, S("closed")));
    }
    scratch_close(&t[0]);
    scratch_close(&t[1]);
}

TEST(what_points_at_a_value_is_heard_by_predicate)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    evidence_set set;
    char name[32];
    size_t contacted = 0;
    arena_init(&a, 16 << 20);
    REQUIRE(scratch_open(&t));
    doc(&t, "flood", "flood.csv", 'F', TLP_CLEAR);
    for (int i = 0; i < EVIDENCE_POINTING_MAX + 50; i++) {
        snprintf(name, sizeof name, "d%d.example", i);
        say(&t, KIND_DOMAIN, name, PRED_RESOLVES_TO, KIND_IPV4, "192.0.2.9");
    }
    say(&t, KIND_MALWARE, "malware--1", PRED_COMMUNICATES_WITH, KIND_IPV4, "192.0.2.9");
    doc_end(&t);
    look(&t, "2026-11-22");
    judge_value(&t, &a, KIND_IPV4, "192.0.2.9", &set);
    CHECK(set.over);
    CHECK_EQ(set.over, EVIDENCE_POINTING_MAX);
    CHECK_EQ(set.count, EVIDENCE_POINTING_MAX);
    for (size_t i = 0; i < set.count; i++)
        contacted += set.evidence[i].rule == EV_CONTACTED;
    CHECK_EQ(contacted, 1);
    scratch_close(&t);
}

TEST(every_allocation_may_fail_in_a_flood)
{
    scratch t;
    REQUIRE(scratch_open(&t));
    flood(&t, "flood", FLOOD, (words){.to = "2026-11-01"});
    look(&t, "2026-11-22");
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a, texts;
        evidence_set set = {.count = 77};
        arena_init(&a, 16 << 20);
        arena_init(&texts, 1 << 20);
        a.fail_after = n;
        trust_store ts = {t.l, &texts};
        evidence_from from = {.l = t.l, .trust = {&ts, trust_from_store}};
        if (evidence_gather(&from, &a, (node_ref){KIND_IPV4, S("192.0.2.9")}, &set, NULL) == OK) {
            CHECK_EQ(set.count, EVIDENCE_CLAIMS_MAX);
            break;
        }
        CHECK_EQ(set.count, 77);
        n += n > 200 ? 37 : 0; /* the same again for each claim */
        REQUIRE(n < 100000);
    }
    scratch_close(&t);
}

TEST(every_allocation_may_fail)
{
    scratch t;
    REQUIRE(scratch_open(&t));
    doc(&t, "vendor", "bundle.json", 'B', TLP_CLEAR);
    say(&t, KIND_DOMAIN, "evil.example", PRED_PATTERN_OF, KIND_INDICATOR, "indicator--1");
    say(&t, KIND_INDICATOR, "indicator--1", PRED_INDICATES, KIND_MALWARE, "malware--1");
    doc_end(&t);
    look(&t, "2026-11-22");
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a, texts;
        evidence_set set = {.count = 77};
        arena_init(&a, 1 << 20);
        arena_init(&texts, 1 << 20);
        a.fail_after = n;
        trust_store ts = {t.l, &texts};
        evidence_from from = {.l = t.l, .trust = {&ts, trust_from_store}};
        if (evidence_gather(&from, &a, (node_ref){KIND_DOMAIN, S("evil.example")}, &set, NULL) ==
            OK) {
            CHECK(n > 5);
            break;
        }
        CHECK_EQ(set.count, 77);
        REQUIRE(n < 1000);
    }
    scratch_close(&t);
}
