#include "base/test.h"
#include "judge/verdict.h"

/* Evidence as a codec and judge/evidence would make it: one source of unknown reliability names
 * the malware behind an address, seen on two dates. */
static when day(const char *text)
{
    when t = 0;
    if (when_parse(slice_str(text), &t) != OK)
        abort();
    return t;
}

static evidence piece(evidence_rule rule, const char *source)
{
    return (evidence){.rule = rule,
                      .via = VIA_SELF,
                      .kind = KIND_IPV4,
                      .confidence = -1,
                      .reliability = 'F',
                      .source = slice_str(source),
                      .first_seen = WHEN_NONE,
                      .last_seen = WHEN_NONE,
                      .valid_from = WHEN_NONE,
                      .valid_until = WHEN_NONE,
                      .recorded = day("2026-11-01")};
}

static evidence dated(evidence_rule rule, const char *source, const char *from, const char *to)
{
    evidence e = piece(rule, source);
    e.first_seen = day(from);
    e.last_seen = day(to);
    return e;
}

static verdict judge_at(arena *a, const evidence *e, size_t n, when now)
{
    verdict v = {0};
    err why = {0};
    if (verdict_of(a, e, n, now, &v, &why) != OK) {
        fprintf(stderr, "%s\n", why.msg);
        abort();
    }
    int sum = 0;
    for (size_t i = 0; i < v.part_count; i++)
        sum += v.parts[i].points;
    CHECK_EQ(sum, v.score_0_100);
    CHECK(v.score_0_100 >= 0 && v.score_0_100 <= 100);
    int points = 0, caps = 0;
    for (size_t i = 0; i < n; i++)
        points += v.judged[i].points;
    for (size_t i = 0; i < v.part_count; i++)
        caps += v.parts[i].of == SIZE_MAX ? v.parts[i].points : 0;
    CHECK_EQ(points + caps, v.score_0_100);
    return v;
}

#define NOW day("2026-11-22")

TEST(once_bad_now_old)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 20);
    evidence e[2] = {
        dated(EV_NAMES_THREAT, "carbonblack-c2", "2020-12-15 13:17:41", "2021-01-15 08:55:44"),
        dated(EV_NAMES_THREAT, "carbonblack-c2", "2020-12-15 13:17:41", "2020-12-31 02:48:25")};
    e[0].roles = e[1].roles = 1u << ROLE_C2;
    verdict v = judge_at(&a, e, 2, day("2026-11-22 01:00"));
    CHECK_EQ(v.word, VERDICT_MALICIOUS);
    CHECK_EQ(v.state, STATE_STALE);
    CHECK_EQ(v.confidence, CONFIDENCE_FAIR);
    CHECK_EQ(v.score_0_100, 0);
    CHECK_EQ(v.independent, 1);
    CHECK_EQ(v.from, day("2020-12-15 13:17:41"));
    CHECK_EQ(v.to, day("2021-01-15 08:55:44"));
    CHECK_EQ(verdict_age_days(&v, day("2026-11-22 01:00")), 2137);
    /* base 80, lifetime 120 d, threshold 30, speed 2: 46.875 days */
    CHECK_EQ(v.until, day("2021-03-03 05:55:44"));
    CHECK_EQ(v.roles, 1u << ROLE_C2);
    CHECK_EQ(verdict_contact(&v, day("2020-12-20")), CONTACT_INSIDE);
    CHECK_EQ(verdict_contact(&v, day("2020-12-15")), CONTACT_INSIDE);
    CHECK_EQ(verdict_contact(&v, day("2021-01-15 23:59")), CONTACT_INSIDE);
    CHECK_EQ(verdict_contact(&v, day("2020-12-14")), CONTACT_BEFORE);
    CHECK_EQ(verdict_contact(&v, day("2021-02-01")), CONTACT_SOON_AFTER);
    CHECK_EQ(verdict_contact(&v, day("2021-04-01")), CONTACT_AFTER);
    /* the day after it was last seen it was fresh */
    v = judge_at(&a, e, 2, day("2021-01-16"));
    CHECK_EQ(v.state, STATE_CURRENT);
    CHECK(v.score_0_100 > 50);
}

/* The examples of docs/verdict.md: who changes a number here changes it there. */
TEST(doc_one_address_once_bad)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 20);
    evidence e[2] = {
        dated(EV_NAMES_THREAT, "carbonblack-c2", "2020-12-15 13:17:41", "2021-01-15 08:55:44"),
        dated(EV_NAMES_THREAT, "carbonblack-c2", "2020-12-15 13:17:41", "2020-12-31 02:48:25")};
    verdict v = judge_at(&a, e, 2, day("2021-01-25 08:55:44"));
    CHECK_EQ(v.judged[0].weight_permille, 650);
    CHECK_EQ(v.judged[0].now_permille, 462);
    CHECK_EQ(v.independent, 1);
    CHECK_EQ(v.strength_permille, 650);
    CHECK_EQ(v.score_0_100, 46);
    CHECK_EQ(v.state, STATE_CURRENT);
    CHECK_EQ(v.word, VERDICT_MALICIOUS);
    CHECK_EQ(v.rule, DECIDED_STRONG);
    CHECK_EQ(v.confidence, CONFIDENCE_FAIR);
    CHECK_EQ(v.parts[0].of, 0);
    v = judge_at(&a, e, 2, NOW);
    CHECK_EQ(v.score_0_100, 0);
    CHECK_EQ(v.state, STATE_STALE);
    CHECK_EQ(v.until, day("2021-03-03 05:55:44"));
    CHECK_EQ(verdict_age_days(&v, NOW), 2137);
}

TEST(doc_one_domain_three_sources)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 20);
    evidence e[4] = {dated(EV_INDICATOR_MALICIOUS, "vendor", "2026-10-23", "2026-10-23"),
                     piece(EV_SAYS_BAD, "feed"), piece(EV_SAYS_BAD, "copy"),
                     piece(EV_LISTED_BENIGN, "list")};
    for (size_t i = 0; i < 4; i++)
        e[i].kind = KIND_DOMAIN, e[i].id_lo = i;
    e[0].confidence = 90;
    e[0].reliability = 'B';
    e[1].reliability = e[2].reliability = 'C';
    e[1].recorded = e[2].recorded = day("2026-11-02");
    e[2].derives_from = S("feed");
    verdict v = judge_at(&a, e, 3, NOW);
    CHECK_EQ(v.judged[0].weight_permille, 759);
    CHECK_EQ(v.judged[0].now_permille, 506);
    CHECK_EQ(v.judged[1].weight_permille, 462);
    CHECK_EQ(v.judged[1].now_permille, 336);
    CHECK_EQ(v.independent, 2);
    CHECK_EQ(v.strength_permille, 870);
    CHECK_EQ(v.word, VERDICT_MALICIOUS);
    CHECK_EQ(v.confidence, CONFIDENCE_HIGH);
    CHECK_EQ(v.part_count, 2);
    CHECK_EQ(v.parts[0].points, 51);
    CHECK_EQ(v.parts[1].points, 16);
    CHECK_EQ(v.score_0_100, 67);
    v = judge_at(&a, e, 4, NOW);
    CHECK_EQ(v.word, VERDICT_CONFLICTING);
    CHECK_EQ(v.rule, DECIDED_LISTED_BUT_BAD);
    CHECK_EQ(v.confidence, CONFIDENCE_LOW);
    CHECK_EQ(v.parts[2].points, -18);
    CHECK_EQ(v.score_0_100, 49);
}

TEST(decay_follows_the_polynomial)
{
    decay d = decay_of(KIND_IPV4);
    CHECK_EQ(decay_permille(d, 0), 1000);
    CHECK_EQ(decay_permille(d, -WHEN_DAY), 1000);
    CHECK_EQ(decay_permille(d, 30 * WHEN_DAY), 500); /* 1 - sqrt(1/4) */
    CHECK_EQ(decay_permille(d, 120 * WHEN_DAY), 0);
    CHECK_EQ(decay_permille(d, 5000 * WHEN_DAY), 0);
    CHECK_EQ(decay_stale_age(d), 46 * WHEN_DAY + 75600000);
    /* at the stale age the worth of base 80 is the threshold 30 */
    CHECK_EQ(decay_permille(d, decay_stale_age(d)) * DECAY_BASE, DECAY_THRESHOLD * 1000);
    CHECK_EQ(decay_permille(decay_of(KIND_SHA256), 9000 * WHEN_DAY), 1000);
    CHECK_EQ(decay_stale_age(decay_of(KIND_SHA256)), WHEN_NONE);
    for (kind k = KIND_IPV4; k < KIND_OBSERVABLE_END_; k++) {
        int last = 1000;
        for (when t = 0; t < 1200 * WHEN_DAY; t += 11 * WHEN_DAY) {
            int now = decay_permille(decay_of(k), t);
            CHECK(now <= last && now >= 0);
            last = now;
        }
    }
}

TEST(words_table)
{
    static const struct {
        const char *what;
        evidence_rule rule[3];
        size_t count;
        char reliability;
        verdict_word word;
        decision rule_want;
        confidence_word confidence;
    } rows[] = {
        {"nothing", {0}, 0, 'F', VERDICT_UNKNOWN, DECIDED_NOTHING_KNOWN, CONFIDENCE_NONE},
        {"context", {EV_CONTEXT}, 1, 'F', VERDICT_UNKNOWN, DECIDED_ONLY_CONTEXT, CONFIDENCE_NONE},
        {"neutral list",
         {EV_LISTED_NEUTRAL},
         1,
         'A',
         VERDICT_UNKNOWN,
         DECIDED_ONLY_CONTEXT,
         CONFIDENCE_NONE},
        {"one source",
         {EV_NAMES_THREAT},
         1,
         'F',
         VERDICT_MALICIOUS,
         DECIDED_STRONG,
         CONFIDENCE_FAIR},
        {"two sources",
         {EV_NAMES_THREAT, EV_SAYS_BAD},
         2,
         'F',
         VERDICT_MALICIOUS,
         DECIDED_STRONG,
         CONFIDENCE_HIGH},
        {"three good sources",
         {EV_NAMES_THREAT, EV_SAYS_BAD, EV_LISTED_BAD},
         3,
         'A',
         VERDICT_MALICIOUS,
         DECIDED_STRONG,
         CONFIDENCE_CONFIRMED},
        {"an unreliable source",
         {EV_NAMES_THREAT},
         1,
         'E',
         VERDICT_SUSPICIOUS,
         DECIDED_WEAK,
         CONFIDENCE_LOW},
        {"only with others",
         {EV_COMBINED},
         1,
         'F',
         VERDICT_SUSPICIOUS,
         DECIDED_WEAK,
         CONFIDENCE_LOW},
        {"weak alone",
         {EV_COMBINED},
         1,
         'E',
         VERDICT_UNKNOWN,
         DECIDED_ONLY_CONTEXT,
         CONFIDENCE_NONE},
        {"plain indicator",
         {EV_INDICATOR_PLAIN},
         1,
         'F',
         VERDICT_MALICIOUS,
         DECIDED_STRONG,
         CONFIDENCE_LOW},
        {"anonymizer",
         {EV_INDICATOR_ANONYMIZER},
         1,
         'A',
         VERDICT_SUSPICIOUS,
         DECIDED_WEAK,
         CONFIDENCE_LOW},
        {"listed benign",
         {EV_LISTED_BENIGN},
         1,
         'F',
         VERDICT_BENIGN,
         DECIDED_LISTED,
         CONFIDENCE_FAIR},
        {"known good",
         {EV_KNOWN_GOOD},
         1,
         'F',
         VERDICT_BENIGN,
         DECIDED_KNOWN_GOOD,
         CONFIDENCE_HIGH},
        {"listed but bad",
         {EV_LISTED_BENIGN, EV_NAMES_THREAT},
         2,
         'F',
         VERDICT_CONFLICTING,
         DECIDED_LISTED_BUT_BAD,
         CONFIDENCE_LOW},
        {"entitled benign",
         {EV_SAYS_BENIGN},
         1,
         'B',
         VERDICT_BENIGN,
         DECIDED_SAID_BENIGN,
         CONFIDENCE_LOW},
        {"unentitled benign",
         {EV_SAYS_BENIGN},
         1,
         'C',
         VERDICT_UNKNOWN,
         DECIDED_ONLY_CONTEXT,
         CONFIDENCE_NONE},
        {"both said",
         {EV_SAYS_BENIGN, EV_SAYS_BAD},
         2,
         'A',
         VERDICT_CONFLICTING,
         DECIDED_SAID_BOTH,
         CONFIDENCE_LOW},
        {"a person",
         {EV_PERSON_MALICIOUS},
         1,
         'F',
         VERDICT_MALICIOUS,
         DECIDED_PERSON,
         CONFIDENCE_CONFIRMED},
        {"a person against one source",
         {EV_PERSON_BENIGN, EV_NAMES_THREAT},
         2,
         'F',
         VERDICT_BENIGN,
         DECIDED_PERSON,
         CONFIDENCE_CONFIRMED},
        {"a person against two",
         {EV_PERSON_BENIGN, EV_NAMES_THREAT, EV_SAYS_BAD},
         3,
         'F',
         VERDICT_CONFLICTING,
         DECIDED_SECOND_PERSON,
         CONFIDENCE_LOW},
        {"two persons against one source",
         {EV_PERSON_BENIGN, EV_PERSON_BENIGN, EV_NAMES_THREAT},
         3,
         'F',
         VERDICT_BENIGN,
         DECIDED_PERSON,
         CONFIDENCE_CONFIRMED},
        {"persons differ",
         {EV_PERSON_BENIGN, EV_PERSON_MALICIOUS},
         2,
         'F',
         VERDICT_CONFLICTING,
         DECIDED_PERSONS_DIFFER,
         CONFIDENCE_LOW},
        {"a person does not know",
         {EV_PERSON_UNKNOWN, EV_NAMES_THREAT},
         2,
         'F',
         VERDICT_UNKNOWN,
         DECIDED_PERSON,
         CONFIDENCE_CONFIRMED},
    };
    static const char *const sources[] = {"one", "two", "three"};
    for (size_t r = 0; r < COUNT_OF(rows); r++) {
        CLEANUP(arena_done) arena a;
        arena_init(&a, 1 << 20);
        evidence e[3];
        for (size_t i = 0; i < rows[r].count; i++) {
            e[i] = dated(rows[r].rule[i], sources[i], "2026-10-30", "2026-10-31");
            e[i].reliability = rows[r].reliability;
        }
        verdict v = judge_at(&a, e, rows[r].count, day("2026-11-01"));
        if (v.word != rows[r].word || v.rule != rows[r].rule_want ||
            v.confidence != rows[r].confidence)
            TEST_FAIL("%s: %s by %s, confidence %s", rows[r].what, verdict_word_name(v.word),
                      decision_name(v.rule), confidence_word_name(v.confidence));
        /* the score never says more than the word */
        if (v.word == VERDICT_BENIGN)
            CHECK(v.score_0_100 < 20);
        if (v.word == VERDICT_SUSPICIOUS || v.word == VERDICT_UNKNOWN)
            CHECK(v.score_0_100 < 50);
    }
}

TEST(state_is_not_the_word)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 20);
    /* its own word on how long it holds beats the table, both ways */
    evidence e = dated(EV_INDICATOR_MALICIOUS, "s", "2026-01-01", "2026-01-01");
    e.valid_until = day("2026-12-31");
    verdict v = judge_at(&a, &e, 1, NOW);
    CHECK_EQ(v.state, STATE_CURRENT);
    CHECK(v.score_0_100 >= 50);
    CHECK_EQ(v.until, day("2026-12-31"));
    e.valid_until = day("2026-01-02");
    v = judge_at(&a, &e, 1, day("2026-01-03"));
    CHECK_EQ(v.state, STATE_EXPIRED);
    CHECK_EQ(v.word, VERDICT_MALICIOUS);
    CHECK_EQ(v.score_0_100, 0);
    /* withdrawn: said once, taken back */
    e = dated(EV_NAMES_THREAT, "s", "2026-11-01", "2026-11-01");
    e.withdrawn = true;
    v = judge_at(&a, &e, 1, NOW);
    CHECK_EQ(v.state, STATE_WITHDRAWN);
    CHECK_EQ(v.word, VERDICT_SUSPICIOUS);
    CHECK_EQ(v.score_0_100, 0);
    /* one that still stands is enough to be current */
    evidence two[2] = {e, dated(EV_SAYS_BAD, "other", "2026-10-31", "2026-10-31")};
    v = judge_at(&a, two, 2, NOW);
    CHECK_EQ(v.state, STATE_CURRENT);
    CHECK_EQ(v.word, VERDICT_MALICIOUS);
    /* a hash stays what it is */
    e = dated(EV_SAYS_BAD, "s", "2012-01-01", "2012-01-01");
    e.kind = KIND_SHA256;
    v = judge_at(&a, &e, 1, NOW);
    CHECK_EQ(v.state, STATE_CURRENT);
    CHECK(v.score_0_100 >= 50);
    CHECK_EQ(v.until, WHEN_NONE);
}

TEST(source_ceiling)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 20);
    /* a date in the future counts as the day it was learnt */
    evidence e = dated(EV_NAMES_THREAT, "s", "2020-01-01", "2099-01-01");
    e.recorded = day("2026-01-01");
    verdict v = judge_at(&a, &e, 1, NOW);
    CHECK_EQ(v.state, STATE_STALE);
    CHECK_EQ(v.to, day("2026-01-01"));
    /* valid until the year 2099: 400 days after its own date, no longer */
    e = dated(EV_NAMES_THREAT, "s", "2020-01-01", "2020-01-01");
    e.valid_until = day("2099-01-01");
    v = judge_at(&a, &e, 1, day("2021-02-01"));
    CHECK_EQ(v.state, STATE_CURRENT);
    v = judge_at(&a, &e, 1, day("2021-02-05"));
    CHECK_EQ(v.state, STATE_STALE);
    CHECK_EQ(v.score_0_100, 0);
    /* confidence over 100 is 100 */
    evidence sure = dated(EV_SAYS_BAD, "s", "2026-11-01", "2026-11-01"), more = sure;
    sure.confidence = 100;
    more.confidence = 1000;
    CHECK_EQ(judge_at(&a, &sure, 1, NOW).strength_permille,
             judge_at(&a, &more, 1, NOW).strength_permille);
    /* an undated claim about what ages is worth less than a dated one, and ages from when it
     * was learnt */
    evidence undated = piece(EV_NAMES_THREAT, "s");
    evidence fresh = dated(EV_NAMES_THREAT, "s", "2026-11-01", "2026-11-01");
    CHECK(judge_at(&a, &undated, 1, NOW).strength_permille <
          judge_at(&a, &fresh, 1, NOW).strength_permille);
    CHECK_EQ(judge_at(&a, &undated, 1, NOW).state, STATE_CURRENT);
    CHECK_EQ(judge_at(&a, &undated, 1, day("2027-11-22")).state, STATE_STALE);
}

TEST(echo_chamber)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 20);
    slice report = S("https://example.com/report"), other = S("https://example.net/other");
    evidence e[10];
    char names[10][8];
    for (size_t i = 0; i < 10; i++) {
        snprintf(names[i], sizeof names[i], "feed%zu", i);
        e[i] = dated(EV_SAYS_BAD, names[i], "2026-11-01", "2026-11-01");
        e[i].origins = &report;
        e[i].origin_count = 1;
    }
    verdict one = judge_at(&a, e, 1, NOW), ten = judge_at(&a, e, 10, NOW);
    CHECK_EQ(ten.independent, 1);
    CHECK_EQ(ten.score_0_100, one.score_0_100);
    CHECK_EQ(ten.confidence, one.confidence);
    /* the same by document, by "sha256:..." of a document, by aggregator, by record, by source */
    evidence x[2] = {dated(EV_SAYS_BAD, "a", "2026-11-01", "2026-11-01"),
                     dated(EV_SAYS_BAD, "b", "2026-11-01", "2026-11-01")};
    CHECK_EQ(judge_at(&a, x, 2, NOW).independent, 2);
    x[0].has_document = x[1].has_document = true;
    CHECK_EQ(judge_at(&a, x, 2, NOW).independent, 1);
    x[1].document[0] = 1;
    CHECK_EQ(judge_at(&a, x, 2, NOW).independent, 2);
    slice sha = S("sha256:0100000000000000000000000000000000000000000000000000000000000000");
    x[0].origins = &sha;
    x[0].origin_count = 1;
    CHECK_EQ(judge_at(&a, x, 2, NOW).independent, 1);
    x[0].origin_count = 0;
    x[0].derives_from = S("b");
    CHECK_EQ(judge_at(&a, x, 2, NOW).independent, 1);
    x[0].derives_from = x[1].derives_from = S("c");
    CHECK_EQ(judge_at(&a, x, 2, NOW).independent, 1);
    x[0].derives_from = x[1].derives_from = S("");
    x[0].record = x[1].record = S("indicator--1");
    CHECK_EQ(judge_at(&a, x, 2, NOW).independent, 1);
    x[1].record = S("indicator--2");
    x[0].origins = &report;
    x[1].origins = &other;
    x[0].origin_count = x[1].origin_count = 1;
    CHECK_EQ(judge_at(&a, x, 2, NOW).independent, 2);
}

TEST(whitewash)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 4 << 20);
    evidence e[101];
    char names[101][12];
    e[0] = dated(EV_NAMES_THREAT, "good-source", "2026-11-01", "2026-11-01");
    verdict before = judge_at(&a, e, 1, NOW);
    for (size_t i = 1; i <= 100; i++) {
        snprintf(names[i], sizeof names[i], "nobody%zu", i);
        e[i] = dated(EV_SAYS_BENIGN, names[i], "2026-11-10", "2026-11-20");
        e[i].reliability = "CDEF"[i % 4];
    }
    verdict after = judge_at(&a, e, 101, NOW);
    CHECK_EQ(after.word, before.word);
    CHECK_EQ(after.score_0_100, before.score_0_100);
    CHECK_EQ(after.confidence, before.confidence);
    /* an entitled one makes it conflicting, never benign */
    e[1].reliability = 'A';
    after = judge_at(&a, e, 101, NOW);
    CHECK_EQ(after.word, VERDICT_CONFLICTING);
    e[1] = piece(EV_KNOWN_GOOD, "set");
    CHECK_EQ(judge_at(&a, e, 101, NOW).word, VERDICT_CONFLICTING);
}

TEST(poison_popular)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 4 << 20);
    evidence e[9];
    char names[9][8];
    e[0] = piece(EV_LISTED_BENIGN, "warninglist");
    for (size_t i = 1; i < 9; i++) {
        snprintf(names[i], sizeof names[i], "feed%zu", i);
        e[i] = dated(EV_NAMES_THREAT, names[i], "2026-11-01", "2026-11-21");
        e[i].confidence = 100;
        e[i].reliability = 'A';
    }
    for (size_t n = 2; n <= 9; n++) {
        verdict v = judge_at(&a, e, n, NOW);
        CHECK_EQ(v.word, VERDICT_CONFLICTING);
        CHECK(v.score_0_100 < 50);
    }
    /* a list with a network on it counts as much */
    e[0].via = VIA_RANGE;
    CHECK_EQ(judge_at(&a, e, 9, NOW).word, VERDICT_CONFLICTING);
    /* a parent domain on the list: what is weak becomes weaker, what is strong stays */
    e[0].via = VIA_PARENT;
    CHECK_EQ(judge_at(&a, e, 3, NOW).word, VERDICT_MALICIOUS);
    evidence weak[2] = {e[0], piece(EV_NAMES_THREAT, "feed")};
    verdict v = judge_at(&a, weak, 2, day("2026-11-02"));
    CHECK_EQ(v.word, VERDICT_SUSPICIOUS);
    CHECK_EQ(v.part_count, 2);
    CHECK(v.parts[1].points < 0);
    /* with a person it decides */
    evidence said[3] = {e[0], e[1], piece(EV_PERSON_MALICIOUS, "analyst:a")};
    said[0].via = VIA_SELF;
    CHECK_EQ(judge_at(&a, said, 3, NOW).word, VERDICT_MALICIOUS);
}

TEST(newest_word_of_a_person_counts)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 20);
    evidence e[2] = {piece(EV_PERSON_MALICIOUS, "analyst:a"), piece(EV_PERSON_BENIGN, "analyst:a")};
    e[1].recorded = e[0].recorded + 1;
    CHECK_EQ(judge_at(&a, e, 2, NOW).word, VERDICT_BENIGN);
    e[1].recorded = e[0].recorded - 1;
    CHECK_EQ(judge_at(&a, e, 2, NOW).word, VERDICT_MALICIOUS);
    e[0].withdrawn = true;
    CHECK_EQ(judge_at(&a, e, 2, NOW).word, VERDICT_BENIGN);
    /* about a parent domain a person's word is evidence, not a decision */
    e[0].withdrawn = false;
    e[0].via = VIA_PARENT;
    CHECK_EQ(judge_at(&a, e, 1, NOW).rule, DECIDED_STRONG);
}

/* --- properties over random evidence -------------------------------------------------------- */

typedef struct dice {
    random_source random;
} dice;

static uint32_t roll(dice *d, uint32_t n)
{
    uint32_t x;
    d->random.fill(d->random.ctx, &x, sizeof x);
    return x % n;
}

enum { RANDOM_MAX = 20 };
static const slice pool[] = {S_INIT("r0"), S_INIT("r1"), S_INIT("r2"), S_INIT("r3"), S_INIT("r4")};
static char source_names[RANDOM_MAX][8];

static evidence random_piece(dice *d, size_t i)
{
    static const char *const feeds[] = {"f0", "f1", "f2", "f3", "f4", "f5", "f6"};
    evidence e = piece((evidence_rule)roll(d, EVIDENCE_RULE_COUNT_), feeds[roll(d, 7)]);
    when base = day("2026-01-01");
    e.via = (evidence_via)roll(d, VIA_COUNT_);
    e.kind = roll(d, 3) ? (roll(d, 2) ? KIND_DOMAIN : KIND_URL) : KIND_SHA256;
    e.confidence = roll(d, 3) ? (int)roll(d, 101) : -1;
    e.reliability = "ABCDEF"[roll(d, 6)];
    if (roll(d, 3))
        e.first_seen = base + roll(d, 200) * WHEN_DAY;
    if (roll(d, 3))
        e.last_seen = base + roll(d, 400) * WHEN_DAY;
    if (!roll(d, 4))
        e.valid_until = base + roll(d, 500) * WHEN_DAY;
    /* benign evidence that ends lets the bad come back: not what these properties are about */
    if (evidence_stance_of(e.rule) != STANCE_BAD || e.rule <= EV_PERSON_UNKNOWN)
        e.valid_until = WHEN_NONE;
    e.recorded = base + roll(d, 100) * WHEN_DAY;
    e.withdrawn = !roll(d, 8);
    e.origin_count = roll(d, 3);
    e.origins = &pool[roll(d, COUNT_OF(pool) - 2)];
    e.roles = 1u << roll(d, ROLE_COUNT_);
    e.id_hi = roll(d, 1000);
    e.id_lo = i;
    return e;
}

TEST(one_more_origin_never_lowers_the_score)
{
    uint64_t seed = 1;
    dice d = {random_seeded(&seed)};
    for (int round = 0; round < 3000; round++) {
        CLEANUP(arena_done) arena a;
        arena_init(&a, 1 << 20);
        evidence e[RANDOM_MAX + 1];
        size_t n = roll(&d, RANDOM_MAX);
        for (size_t i = 0; i < n; i++)
            e[i] = random_piece(&d, i);
        when now = day("2026-05-01") + roll(&d, 400) * WHEN_DAY;
        verdict before = judge_at(&a, e, n, now);
        e[n] = dated(EV_NAMES_THREAT, "new", "2026-03-01", "2026-05-01");
        e[n].via = (evidence_via)roll(&d, VIA_COUNT_);
        e[n].confidence = (int)roll(&d, 101);
        e[n].id_lo = n;
        verdict after = judge_at(&a, e, n + 1, now);
        CHECK(after.score_0_100 >= before.score_0_100);
        CHECK(after.strength_permille >= before.strength_permille);
    }
}

static void same(const verdict *x, const verdict *y)
{
    CHECK_EQ(x->word, y->word);
    CHECK_EQ(x->state, y->state);
    CHECK_EQ(x->confidence, y->confidence);
    CHECK_EQ(x->rule, y->rule);
    CHECK_EQ(x->score_0_100, y->score_0_100);
    CHECK_EQ(x->strength_permille, y->strength_permille);
    CHECK_EQ(x->independent, y->independent);
    CHECK_EQ(x->roles, y->roles);
    CHECK_EQ(x->from, y->from);
    CHECK_EQ(x->to, y->to);
    CHECK_EQ(x->until, y->until);
    CHECK_EQ(x->part_count, y->part_count);
    for (size_t i = 0; i < x->part_count && i < y->part_count; i++)
        CHECK(strcmp(x->parts[i].rule, y->parts[i].rule) == 0 &&
              x->parts[i].points == y->parts[i].points);
}

TEST(order_does_not_matter)
{
    uint64_t seed = 2;
    dice d = {random_seeded(&seed)};
    for (int round = 0; round < 2000; round++) {
        CLEANUP(arena_done) arena a;
        arena_init(&a, 1 << 20);
        evidence e[RANDOM_MAX], f[RANDOM_MAX];
        size_t n = roll(&d, RANDOM_MAX), at[RANDOM_MAX];
        for (size_t i = 0; i < n; i++)
            e[i] = random_piece(&d, i), at[i] = i;
        for (size_t i = n; i > 1; i--) {
            size_t k = roll(&d, (uint32_t)i), t = at[i - 1];
            at[i - 1] = at[k], at[k] = t;
        }
        for (size_t i = 0; i < n; i++)
            f[i] = e[at[i]];
        when now = day("2026-05-01") + roll(&d, 400) * WHEN_DAY;
        verdict x = judge_at(&a, e, n, now), y = judge_at(&a, f, n, now);
        same(&x, &y);
        for (size_t i = 0; i < n; i++)
            CHECK_EQ(x.judged[at[i]].points, y.judged[i].points);
    }
}

TEST(time_alone_never_raises_the_score)
{
    uint64_t seed = 3;
    dice d = {random_seeded(&seed)};
    for (int round = 0; round < 1000; round++) {
        CLEANUP(arena_done) arena a;
        arena_init(&a, 4 << 20);
        evidence e[RANDOM_MAX];
        size_t n = roll(&d, RANDOM_MAX);
        for (size_t i = 0; i < n; i++)
            e[i] = random_piece(&d, i);
        int last = 100;
        for (when now = day("2026-01-01"); now < day("2028-06-01"); now += 23 * WHEN_DAY) {
            verdict v = judge_at(&a, e, n, now);
            CHECK(v.score_0_100 <= last);
            last = v.score_0_100;
        }
    }
}

TEST(copies_of_an_origin_change_nothing)
{
    uint64_t seed = 4;
    dice d = {random_seeded(&seed)};
    for (size_t i = 0; i < RANDOM_MAX; i++)
        snprintf(source_names[i], sizeof source_names[i], "copy%zu", i);
    for (int round = 0; round < 2000; round++) {
        CLEANUP(arena_done) arena a;
        arena_init(&a, 1 << 20);
        evidence e[2 * RANDOM_MAX];
        size_t n = 1 + roll(&d, RANDOM_MAX - 1);
        for (size_t i = 0; i < n; i++) {
            e[i] = random_piece(&d, i);
            if (e[i].rule >= EV_PERSON_MALICIOUS && e[i].rule <= EV_PERSON_UNKNOWN)
                e[i].rule = EV_SAYS_BAD;
        }
        when now = day("2026-05-01") + roll(&d, 400) * WHEN_DAY;
        verdict before = judge_at(&a, e, n, now);
        size_t m = n;
        for (size_t i = 0; i < n; i++) {
            e[m] = e[i];
            e[m].source = slice_str(source_names[i]);
            e[m].derives_from = e[i].source;
            e[m].id_hi += 5000;
            m += evidence_stance_of(e[i].rule) == STANCE_BAD;
        }
        verdict after = judge_at(&a, e, m, now);
        CHECK_EQ(after.score_0_100, before.score_0_100);
        CHECK_EQ(after.word, before.word);
        CHECK_EQ(after.independent, before.independent);
        CHECK_EQ(after.confidence, before.confidence);
    }
}

TEST(limits)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 256 << 20);
    evidence *e = arena_array(&a, VERDICT_EVIDENCE_MAX + 1, sizeof *e);
    REQUIRE(e);
    for (size_t i = 0; i <= VERDICT_EVIDENCE_MAX; i++) {
        e[i] = piece(EV_SAYS_BAD, "x");
        e[i].source = arena_printf(&a, "s%zu", i);
        e[i].id_lo = i;
    }
    verdict v = {.independent = 7};
    err why = {0};
    CHECK_EQ(verdict_of(&a, e, VERDICT_EVIDENCE_MAX + 1, NOW, &v, &why), ERR_LIMIT);
    CHECK_EQ(v.independent, 7);
    v = judge_at(&a, e, VERDICT_EVIDENCE_MAX, NOW);
    CHECK_EQ(v.independent, VERDICT_EVIDENCE_MAX);
    CHECK_EQ(v.part_count, VERDICT_GROUPS_MAX);
    /* nothing is known, and that too is a verdict */
    v = judge_at(&a, NULL, 0, NOW);
    CHECK_EQ(v.word, VERDICT_UNKNOWN);
    CHECK_EQ(v.state, STATE_CURRENT);
    CHECK_EQ(v.part_count, 0);
    CHECK_EQ(verdict_age_days(&v, NOW), -1);
    CHECK_EQ(verdict_contact(&v, NOW), CONTACT_UNDATED);
}

TEST(every_allocation_may_fail)
{
    evidence e[3] = {dated(EV_SAYS_BAD, "a", "2026-01-01", "2026-01-02"),
                     dated(EV_NAMES_THREAT, "b", "2026-01-01", "2026-01-02"),
                     piece(EV_LISTED_BENIGN, "list")};
    e[0].has_document = true;
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a;
        verdict v = {.independent = 7};
        arena_init(&a, 1 << 16);
        a.fail_after = n;
        if (verdict_of(&a, e, 3, NOW, &v, NULL) == OK) {
            CHECK(n > 3);
            break;
        }
        CHECK_EQ(v.independent, 7);
        REQUIRE(n < 1000);
    }
}

TEST(names_read_back)
{
    for (unsigned r = 0; r < ROLE_COUNT_; r++)
        CHECK_EQ(role_parse(slice_str(role_name((role_id)r))), r);
    CHECK_EQ(role_parse(S("C2")), ROLE_C2);
    CHECK_EQ(role_parse(S("teapot")), ROLE_UNKNOWN);
    for (unsigned i = 0; i < EVIDENCE_RULE_COUNT_; i++)
        for (unsigned k = 0; k < i; k++)
            CHECK(strcmp(evidence_rule_name((evidence_rule)i),
                         evidence_rule_name((evidence_rule)k)) != 0);
}
