#include "know/claims.h"
#include "know/db.h"
#include "know/test_store.h"

enum { VOICES = 250, FLOOD = 700, MAX = 500 };

static const node_ref value = {KIND_IPV4, S_INIT("192.0.2.9")};

/* `count` claims by one source in one document, which differ in a port. */
static void flood(scratch *t, const char *source, tlp level, predicate p, int count, words w)
{
    char detail[32], path[64];
    snprintf(path, sizeof path, "%s-%d.csv", source, (int)level);
    doc(t, source, path, 'F', level);
    w.detail = detail;
    for (int i = 0; i < count; i++) {
        snprintf(detail, sizeof detail, "{\"port\":%d}", i);
        say_words(t, value.kind, value.text.ptr, p, KIND_NONE, "", w);
    }
    doc_end(t);
}

static size_t by(const claim_list *list, const char *source)
{
    size_t n = 0;
    for (size_t i = 0; i < list->count; i++)
        n += slice_eq(list->at[i].source, slice_str(source));
    return n;
}

/* Whatever comes next does not stand beside what was said before. */
static void say_others(scratch *t)
{
    static int number;
    char text[32];
    doc(t, "others", "others.csv", 'F', TLP_CLEAR);
    for (int i = 0; i < 12; i++) {
        number++;
        snprintf(text, sizeof text, "10.0.%d.%d", number / 256, number % 256);
        say(t, KIND_IPV4, text, PRED_INDICATES, KIND_NONE, "");
    }
    doc_end(t);
}

static claim_list some(scratch *t, arena *a, predicate p, size_t max, bool past)
{
    claim_list list = {0};
    CHECK_OK(past ? claims_of_past(t->l, a, value, p, max, &list, &t->why)
                  : claims_of(t->l, a, value, p, max, &list, &t->why));
    return list;
}

static bool in_order(const claim_list *list)
{
    for (size_t i = 1; i < list->count; i++)
        if ((int64_t)list->at[i - 1].id_lo >= (int64_t)list->at[i].id_lo)
            return false;
    return true;
}

TEST(each_voice_has_its_share)
{
    /* who says how much, and how much of it is read when 60 may be */
    static const struct {
        int says[3];
        size_t max, reads[3];
    } rows[] = {
        {{10, 20, 30}, 60, {10, 20, 30}},   {{10, 20, 31}, 60, {10, 20, 30}},
        {{100, 1, 1}, 60, {58, 1, 1}},      {{1, 100, 1}, 60, {1, 58, 1}},
        {{1, 1, 100}, 60, {1, 1, 58}},      {{100, 100, 100}, 60, {20, 20, 20}},
        {{100, 17, 100}, 60, {20, 17, 23}}, {{40, 40, 40}, 2, {1, 1, 0}},
    };
    for (size_t r = 0; r < COUNT_OF(rows); r++) {
        static const char *const names[] = {"a", "b", "c"};
        scratch t;
        CLEANUP(arena_done) arena a;
        size_t all = 0;
        arena_init(&a, 16 << 20);
        REQUIRE(scratch_open(&t));
        for (size_t i = 3; i-- > 0;) { /* names order them, not who came first */
            flood(&t, names[i], TLP_CLEAR, PRED_INDICATES, rows[r].says[i], (words){.sure = 0});
            all += (size_t)rows[r].says[i];
        }
        look(&t, "2026-11-22");
        for (int past = 0; past < 2; past++)
            for (int any = 0; any < 2; any++) {
                claim_list list = some(&t, &a, any ? PRED_NONE : PRED_INDICATES, rows[r].max, past);
                CHECK_EQ(list.more, all > rows[r].max);
                CHECK(in_order(&list));
                for (size_t i = 0; i < 3; i++)
                    if (by(&list, names[i]) != rows[r].reads[i])
                        TEST_FAIL("row %zu: %s is read %zu times", r, names[i],
                                  by(&list, names[i]));
            }
        scratch_close(&t);
    }
}

TEST(the_newest_and_surest_come_first)
{
    static const words said[] = {
        {.sure = 0},          {.sure = 81},           {.sure = 1, .to = "2026-01-01"},
        {.to = "2026-02-01"}, {.from = "2026-03-01"}, {.valid_from = "2026-04-01"},
    };
    scratch t;
    CLEANUP(arena_done) arena a;
    arena_init(&a, 16 << 20);
    REQUIRE(scratch_open(&t));
    doc(&t, "feed", "feed.csv", 'F', TLP_CLEAR);
    for (size_t i = COUNT_OF(said); i-- > 0;)
        say_words(&t, value.kind, value.text.ptr, PRED_INDICATES, KIND_NONE, "", said[i]);
    doc_end(&t);
    look(&t, "2026-11-22");
    /* with one less to read, the least telling one goes; the undated are last, 80 before unsaid */
    for (size_t max = COUNT_OF(said); max >= 1; max--) {
        claim_list list = some(&t, &a, PRED_NONE, max, false);
        bool dated = true, unsaid = false;
        CHECK_EQ(list.count, max);
        for (size_t i = 0; i < list.count; i++) {
            const claim *c = &list.at[i];
            bool is = c->last_seen != WHEN_NONE || c->first_seen != WHEN_NONE ||
                      c->valid_from != WHEN_NONE;
            dated = dated && is;
            unsaid = unsaid || (!is && c->confidence < 0);
        }
        CHECK_EQ(dated, max <= 4);
        CHECK_EQ(unsaid, max == COUNT_OF(said));
    }
    CHECK(some(&t, &a, PRED_NONE, 1, false).at[0].valid_from == at("2026-04-01"));
    scratch_close(&t);
}

/* Quiet claims and dated ones of one voice, in one order: whatever the number that is read. */
TEST(a_voice_may_be_quiet_in_part)
{
    enum { DATED = 30, QUIET = 60 };
    scratch t;
    CLEANUP(arena_done) arena a;
    arena_init(&a, 64 << 20);
    REQUIRE(scratch_open(&t));
    flood(&t, "other", TLP_CLEAR, PRED_LISTED, 200, (words){.sure = 0});
    flood(&t, "feed", TLP_CLEAR, PRED_INDICATES, QUIET, (words){.sure = 0});
    flood(&t, "feed", TLP_GREEN, PRED_INDICATES, DATED, (words){.to = "2026-11-01"});
    doc(&t, "feed", "sure.csv", 'F', TLP_CLEAR);
    say_words(&t, value.kind, value.text.ptr, PRED_INDICATES, KIND_NONE, "", (words){.sure = 91});
    say_words(&t, value.kind, value.text.ptr, PRED_INDICATES, KIND_NONE, "", (words){.sure = 11});
    doc_end(&t);
    look(&t, "2026-11-22");
    for (int past = 0; past < 2; past++)
        for (size_t max = 2; max <= 300; max += 7) {
            claim_list list = some(&t, &a, PRED_NONE, max, past);
            size_t dated = 0, quiet = 0, sure = 0, unsure = 0;
            for (size_t i = 0; i < list.count; i++)
                if (slice_eq(list.at[i].source, S("feed"))) {
                    const claim *c = &list.at[i];
                    dated += c->last_seen != WHEN_NONE;
                    sure += c->confidence == 90;
                    unsure += c->confidence == 10;
                    quiet += c->last_seen == WHEN_NONE && c->confidence < 0;
                }
            size_t all = max / 2 < DATED + QUIET + 2 ? max / 2 : DATED + QUIET + 2;
            if (max > 292)
                all = DATED + QUIET + 2;
            CHECK(dated + sure + quiet + unsure >= all);
            CHECK_EQ(list.count, max < 292 ? max : 292);
            CHECK_EQ(list.more, max < 292);
            CHECK(!sure || dated == DATED);
            CHECK(!quiet || sure);
            CHECK(!unsure || quiet == QUIET);
            CHECK(in_order(&list));
        }
    scratch_close(&t);
}

/* More than are passed over: who has dates, another predicate or a person's name is heard. */
TEST(behind_a_flood_all_but_the_quiet_are_heard)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    arena_init(&a, 64 << 20);
    REQUIRE(scratch_open(&t));
    flood(&t, "dated", TLP_CLEAR, PRED_INDICATES, 1, (words){.to = "2026-11-01"});
    flood(&t, "lists", TLP_CLEAR, PRED_LISTED, 1, (words){.sure = 0});
    curate(&t, "analyst:z", value.kind, value.text.ptr, "benign");
    flood(&t, "flood", TLP_CLEAR, PRED_INDICATES, 6000, (words){.sure = 0});
    flood(&t, "flood", TLP_RED, PRED_INDICATES, 6000, (words){.sure = 51});
    look(&t, "2026-11-22");
    for (int green = 0; green < 2; green++) {
        t.v.clearance = green ? TLP_GREEN : TLP_RED;
        CHECK_OK(lens_look(t.l, &t.v, &t.why));
        for (int past = 0; past < 2; past++) {
            claim_list list = some(&t, &a, PRED_NONE, MAX, past);
            CHECK_EQ(list.count, MAX);
            CHECK(list.more);
            CHECK_EQ(by(&list, "dated") + by(&list, "lists") + by(&list, "analyst:z"), 3);
            /* what it does not say how sure it is of comes before 50, of which some are passed */
            for (size_t i = 0; i < list.count; i++)
                CHECK(list.at[i].confidence != 50);
            list = some(&t, &a, PRED_INDICATES, MAX, past);
            CHECK_EQ(by(&list, "dated"), 1);
            CHECK_EQ(list.count, MAX);
        }
    }
    t.v.clearance = TLP_RED;
    CHECK_OK(lens_look(t.l, &t.v, &t.why));
    /* wanting more passes over more */
    CHECK_EQ(some(&t, &a, PRED_NONE, 5000, false).count, 5000);
    scratch_close(&t);
}

TEST(persons_come_first)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    arena_init(&a, 16 << 20);
    REQUIRE(scratch_open(&t));
    flood(&t, "a-feed", TLP_CLEAR, PRED_INDICATES, 20, (words){.sure = 101, .to = "2026-11-01"});
    flood(&t, "a-feed2", TLP_CLEAR, PRED_VERDICT, 20, (words){.value = "malicious"});
    curate(&t, "analyst:z", value.kind, value.text.ptr, "benign");
    look(&t, "2026-11-22");
    claim_list list = some(&t, &a, PRED_NONE, 1, false);
    CHECK_EQ(by(&list, "analyst:z"), 1);
    list = some(&t, &a, PRED_VERDICT, 1, false);
    CHECK_EQ(by(&list, "analyst:z"), 1);
    list = some(&t, &a, PRED_NONE, 2, false);
    CHECK_EQ(by(&list, "a-feed2"), 1); /* verdicts before the rest */
    scratch_close(&t);
}

/* As many voices as are counted, a flood among them, and `hidden` ones beyond: one by its dates,
 * one by its predicate, and a quiet one. */
static void crowd(scratch *t, bool hidden, bool scattered)
{
    static const words dated = {.to = "2026-11-01"}, quiet = {.sure = 0};
    char source[32];
    for (int i = 1; i < VOICES; i++) {
        snprintf(source, sizeof source, "source-%03d", i);
        flood(t, source, TLP_CLEAR, PRED_INDICATES, 1, i % 2 ? dated : quiet);
        if (scattered)
            say_others(t);
    }
    flood(t, "flood", TLP_CLEAR, PRED_INDICATES, FLOOD, quiet);
    if (hidden) {
        flood(t, "closed", TLP_RED, PRED_INDICATES, 1, dated);
        flood(t, "closed", TLP_AMBER, PRED_SIGHTED, 1, quiet);
        flood(t, "hushed", TLP_RED, PRED_INDICATES, 1, quiet);
    }
}

static size_t sources_heard(const claim_list *list)
{
    return list->count - by(list, "flood") + (by(list, "flood") > 0);
}

TEST(with_too_many_voices_it_is_a_sample)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    arena_init(&a, 64 << 20);
    REQUIRE(scratch_open(&t));
    crowd(&t, true, false);
    look(&t, "2026-11-22");
    claim_list list = some(&t, &a, PRED_NONE, MAX, false);
    CHECK_EQ(list.count, MAX);
    CHECK(list.more);
    CHECK(sources_heard(&list) < VOICES);
    /* who does not see the three beyond hears all */
    t.v.clearance = TLP_GREEN;
    CHECK_OK(lens_look(t.l, &t.v, &t.why));
    for (int past = 0; past < 2; past++) {
        list = some(&t, &a, PRED_NONE, MAX, past);
        CHECK_EQ(list.count, MAX);
        CHECK_EQ(sources_heard(&list), VOICES);
        CHECK(in_order(&list));
    }
    scratch_close(&t);
}

#ifdef NOROSHI_MUTANTS
static lens *look_through(scratch *t, query which, store **ret, const view *v)
{
    lens *l = NULL;
    int mutant = 0;
    for (unsigned q = 0; q < which; q++)
        for (const char *p = db_sql((query)q); (p = strstr(p, "SEES")) != NULL; p++)
            mutant++;
    const store_options o = {.dir = t->dir,
                             .server = test_server(&t->engine, t->dir),
                             .clock = clock_system(),
                             .random = random_system(),
                             .mutant = mutant};
    CHECK_OK(store_open(&o, ret, &t->why));
    CHECK_OK(lens_new(*ret, &l, &t->why));
    CHECK_OK(lens_look(l, v, &t->why));
    return l;
}

/* What a source says in confidence is not read with the rest of a crowd. */
TEST(hidden_claims_of_a_crowd_are_not_read)
{
    static const struct {
        query q;
        predicate p;
        bool past;
    } told[] = {{Q_CLAIMS_TOLD, PRED_INDICATES, false},
                {Q_CLAIMS_TOLD_PAST, PRED_INDICATES, true},
                {Q_CLAIMS_TOLD_TIES, PRED_SAME_AS, false},
                {Q_CLAIMS_TOLD_TIES_PAST, PRED_SAME_AS, true}};
    const view v = {.clearance = TLP_GREEN, .known_at = WHEN_NONE};
    scratch t;
    CLEANUP(arena_done) arena a;
    arena_init(&a, 64 << 20);
    REQUIRE(scratch_open(&t));
    for (size_t i = 0; i < COUNT_OF(told); i += 2) {
        flood(&t, i ? "ties" : "a", TLP_CLEAR, told[i].p, 300, (words){.from = "2026-01-01"});
        flood(&t, i ? "ties" : "a", TLP_RED, told[i].p, 300, (words){.from = "2026-02-01"});
    }
    for (size_t i = 0; i < COUNT_OF(told); i++) {
        store *s = NULL;
        claim_list list = {0};
        size_t hidden = 0;
        lens *l = look_through(&t, told[i].q, &s, &v);
        CHECK_OK(told[i].past ? claims_of_past(l, &a, value, PRED_NONE, MAX, &list, &t.why)
                              : claims_of(l, &a, value, PRED_NONE, MAX, &list, &t.why));
        for (size_t k = 0; k < list.count; k++)
            hidden += list.at[k].marking.tlp == TLP_RED && list.at[k].predicate == told[i].p;
        if (!hidden)
            TEST_FAIL("the filter may be dropped: %s", db_sql(told[i].q));
        lens_free(l);
        store_close(s);
    }
    scratch_close(&t);
}

static bool is_far(void)
{
    return getenv("NOROSHI_TEST_STORE") != NULL;
}

static void voices_are_not_counted(const query *voice, size_t count, bool scattered)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    arena_init(&a, 64 << 20);
    REQUIRE(scratch_open(&t));
    crowd(&t, true, scattered);
    for (size_t i = 0; i < count; i++) {
        store *s = NULL;
        view v = {.clearance = TLP_GREEN, .known_at = WHEN_NONE};
        lens *l = look_through(&t, voice[i], &s, &v);
        claim_list list = {0};
        bool past = i % 2 != 0;
        CHECK_OK(past ? claims_of_past(l, &a, value, PRED_NONE, MAX, &list, &t.why)
                      : claims_of(l, &a, value, PRED_NONE, MAX, &list, &t.why));
        if (sources_heard(&list) == VOICES)
            TEST_FAIL("the filter may be dropped: %s", db_sql(voice[i]));
        lens_free(l);
        store_close(s);
    }
    scratch_close(&t);
}

/* Whoever had a voice through what is hidden would make it one too many. */
TEST(hidden_voices_are_not_counted)
{
    static const query voice[] = {Q_CLAIM_VOICE,      Q_CLAIM_VOICE_PAST,
                                  Q_CLAIM_VOICE_NEXT, Q_CLAIM_VOICE_NEXT_PAST,
                                  Q_CLAIMS_PASSED,    Q_CLAIMS_PASSED_PAST};
    static const query in_runs[] = {Q_CLAIMS_RUN_QUIET, Q_CLAIMS_RUN_QUIET_PAST};
    voices_are_not_counted(voice, COUNT_OF(voice), true);
    if (!is_far()) /* it reads no runs */
        voices_are_not_counted(in_runs, COUNT_OF(in_runs), false);
}

/* Nor are hidden claims read that stand among others. */
TEST(hidden_claims_of_a_run_are_not_read)
{
    static const query run[] = {Q_CLAIMS_RUN, Q_CLAIMS_RUN_PAST};
    scratch t;
    CLEANUP(arena_done) arena a;
    arena_init(&a, 64 << 20);
    REQUIRE(scratch_open(&t));
    flood(&t, "a", TLP_CLEAR, PRED_INDICATES, 100, (words){.sure = 0});
    flood(&t, "b", TLP_RED, PRED_INDICATES, 100, (words){.sure = 0});
    for (size_t i = 0; i < COUNT_OF(run) && !is_far(); i++) {
        store *s = NULL;
        view v = {.clearance = TLP_GREEN, .known_at = WHEN_NONE};
        lens *l = look_through(&t, run[i], &s, &v);
        claim_list list = {0};
        CHECK_OK(i ? claims_of_past(l, &a, value, PRED_NONE, MAX, &list, &t.why)
                   : claims_of(l, &a, value, PRED_NONE, MAX, &list, &t.why));
        if (by(&list, "b") == 0)
            TEST_FAIL("the filter may be dropped: %s", db_sql(run[i]));
        lens_free(l);
        store_close(s);
    }
    scratch_close(&t);
}
#endif
/* For judging: of a flood without dates a few a source, the surest; of less than a flood all; and
 * what is hidden decides nothing of this. */
TEST(for_judging_a_few_quiet_ones_are_read)
{
    static const struct {
        int quiet, dated, closed;
        bool flood;
    } rows[] = {{700, 30, 0, true},    {MAX + 1, 30, 300, true}, {MAX, 30, 0, false},
                {MAX, 30, 300, false}, {120, 500, 0, false},     {700, 600, 0, true}};
    for (size_t r = 0; r < COUNT_OF(rows); r++) {
        scratch t;
        CLEANUP(arena_done) arena a;
        arena_init(&a, 64 << 20);
        REQUIRE(scratch_open(&t));
        flood(&t, "feed", TLP_CLEAR, PRED_INDICATES, rows[r].quiet - 1, (words){.sure = 0});
        flood(&t, "dated", TLP_CLEAR, PRED_INDICATES, rows[r].dated, (words){.to = "2026-11-01"});
        flood(&t, "feed", TLP_RED, PRED_INDICATES, rows[r].closed, (words){.sure = 0});
        doc(&t, "feed", "sure.csv", 'F', TLP_CLEAR);
        say_words(&t, value.kind, value.text.ptr, PRED_INDICATES, KIND_NONE, "",
                  (words){.sure = 91});
        doc_end(&t);
        look(&t, "2026-11-22");
        t.v.clearance = TLP_GREEN;
        CHECK_OK(lens_look(t.l, &t.v, &t.why));
        for (int past = 0; past < 2; past++) {
            claim_list list = {0}, usual = some(&t, &a, PRED_NONE, MAX, past);
            CHECK_OK(claims_judged(t.l, &a, value, past, MAX, &list, &t.why));
            CHECK(in_order(&list));
            CHECK_EQ(list.more, rows[r].quiet + rows[r].dated > MAX);
            size_t sure = 0, dated = (size_t)rows[r].dated;
            for (size_t i = 0; i < list.count; i++)
                sure += list.at[i].confidence == 90;
            CHECK_EQ(sure, 1);
            if (!rows[r].flood) {
                CHECK_EQ(list.count, usual.count);
                for (size_t i = 0; i < list.count && i < usual.count; i++)
                    CHECK(list.at[i].id_lo == usual.at[i].id_lo);
                continue;
            }
            CHECK_EQ(by(&list, "feed"), CLAIMS_QUIET_MAX);
            CHECK_EQ(by(&list, "dated"), dated < MAX / 2 ? dated : MAX / 2); /* its share */
        }
        scratch_close(&t);
    }
}

/* What a source says of many things is not lost behind what it says of one. */
TEST(for_judging_each_thing_is_heard)
{
    enum { THINGS = 30, OF_ONE = 600 };
    scratch t;
    CLEANUP(arena_done) arena a;
    claim_list list = {0};
    size_t of_one = 0;
    bool heard[THINGS] = {0};
    arena_init(&a, 64 << 20);
    REQUIRE(scratch_open(&t));
    doc(&t, "feed", "feed.csv", 'F', TLP_CLEAR);
    for (int i = 0; i < THINGS + OF_ONE; i++) { /* those of one are the last, and chosen first */
        char thing[16], detail[32];
        snprintf(thing, sizeof thing, "name:%d", i < THINGS ? i : THINGS);
        snprintf(detail, sizeof detail, "{\"port\":%d}", i);
        say(&t, value.kind, value.text.ptr, PRED_INDICATES, KIND_MALWARE, thing, .detail = detail);
    }
    doc_end(&t);
    look(&t, "2026-11-22");
    CHECK_OK(claims_judged(t.l, &a, value, false, MAX, &list, &t.why));
    CHECK(list.more);
    for (size_t i = 0; i < list.count; i++) {
        uint64_t n = 0;
        CHECK(slice_u64(slice_from(list.at[i].object.text, S("name:").len), &n));
        of_one += n == THINGS;
        if (n < THINGS)
            heard[n] = true;
    }
    CHECK_EQ(of_one, CLAIMS_QUIET_MAX);
    for (size_t i = 0; i < THINGS; i++)
        CHECK(heard[i]);
    scratch_close(&t);
}

/* --- where claims stand ----------------------------------------------------------------------- */

static const node_ref elsewhere = {KIND_IPV4, S_INIT("192.0.2.77")};

typedef struct line {
    char text[160];
} line;

static int by_line(const void *x, const void *y)
{
    return strcmp(((const line *)x)->text, ((const line *)y)->text);
}

/* All that is said about it, without what depends on what it is and where it stands. */
static size_t lines_of(scratch *t, node_ref of, size_t max, bool past, line *ret)
{
    CLEANUP(arena_done) arena a;
    claim_list list = {0};
    arena_init(&a, 64 << 20);
    CHECK_OK(past ? claims_of_past(t->l, &a, of, PRED_NONE, max, &list, &t->why)
                  : claims_of(t->l, &a, of, PRED_NONE, max, &list, &t->why));
    CHECK(in_order(&list));
    for (size_t i = 0; i < list.count; i++) {
        const claim *c = &list.at[i];
        CHECK(slice_eq(c->subject.text, of.text));
        snprintf(ret[i].text, sizeof ret[i].text, "%.*s %d %.*s %d:%.*s %.*s %d %d %d %lld",
                 SLICE_FMT(c->source), (int)c->predicate, SLICE_FMT(c->value), (int)c->object.kind,
                 SLICE_FMT(c->object.text), SLICE_FMT(c->detail), c->confidence, c->withdrawn,
                 (int)c->marking.tlp, (long long)c->last_seen);
    }
    qsort(ret, list.count, sizeof *ret, by_line);
    return list.count;
}

/* A snapshot of one feed that says the same of both: of the one in one go, of the other with others
 * in between. */
static void say_of_both(scratch *t, int from, int to, tlp level)
{
    static const char *const things[] = {"name:one", "name:another", ""};
    uint8_t sha[SHA256_BYTES] = {++t->sha};
    document_result r;
    document_in d = {.sha256 = sha,
                     .bytes = 1,
                     .source = level == TLP_RED ? S("red") : S("feed"),
                     .format = S("test"),
                     .path = level == TLP_RED ? S("red.csv") : S("feed.csv"),
                     .feed = level == TLP_RED ? S("red.csv") : S("feed.csv"),
                     .marking = {.tlp = level},
                     .snapshot = true};
    t->line = 1;
    CHECK_OK(writer_document(t->w, &d, &t->why));
    for (int both = 0; both < 2; both++)
        for (int i = from; i < to; i++) {
            char detail[200], other[32];
            words w = {.detail = detail, .sure = i % 5 == 0 ? 51 : 0};
            w.to = i % 7 == 0 ? "2026-11-01" : NULL;
            /* some share it, some have it alone, and one is too long to be remembered */
            snprintf(detail, sizeof detail, "{\"port\":%d,\"%.*s\":1}", i / 2, i == 3 ? 120 : 3,
                     "12345678901234567890123456789012345678901234567890123456789012345678901234567"
                     "890123456789012345678901234567890123456789");
            const char *thing = things[i % 3];
            say_words(t, KIND_IPV4, (both ? elsewhere : value).text.ptr,
                      i % 11 == 0 ? PRED_VERDICT : PRED_INDICATES,
                      *thing ? KIND_MALWARE : KIND_NONE, thing, w);
            for (int k = 0; both && k < 12; k++) {
                snprintf(other, sizeof other, "10.%d.%d.%d", to % 200, i % 250, i / 250 * 12 + k);
                say(t, KIND_IPV4, other, PRED_INDICATES, KIND_NONE, "");
            }
        }
    CHECK_OK(writer_document_end(t->w, S("test"), 0, &r, &t->why));
    CHECK_OK(writer_sync(t->w, &t->why));
}

/* One after another or far apart: the same is read. */
TEST(where_claims_stand_does_not_matter)
{
    static const struct {
        int first, second, red;
    } rows[] = {{20, 0, 3}, {200, 150, 30}, {600, 520, 40}};
    static line a[MAX], b[MAX];
    for (size_t r = 0; r < COUNT_OF(rows); r++) {
        scratch t;
        REQUIRE(scratch_open(&t));
        say_of_both(&t, 0, rows[r].first, TLP_GREEN);
        say_of_both(&t, 10, 10 + rows[r].red, TLP_RED);
        if (rows[r].second) /* some of it is withdrawn, some of it is new */
            say_of_both(&t, 100, 100 + rows[r].second, TLP_GREEN);
        look(&t, "2026-11-22");
        for (int green = 0; green < 2; green++) {
            t.v.clearance = green ? TLP_GREEN : TLP_RED;
            CHECK_OK(lens_look(t.l, &t.v, &t.why));
            for (int past = 0; past < 2; past++)
                for (size_t max = MAX; max > 10; max /= 3) {
                    size_t n = lines_of(&t, value, max, past, a);
                    CHECK(n > 10);
                    CHECK_EQ(lines_of(&t, elsewhere, max, past, b), n);
                    for (size_t i = 0; i < n; i++)
                        if (strcmp(a[i].text, b[i].text) != 0)
                            TEST_FAIL("row %zu, at most %zu: %s is not %s", r, max, a[i].text,
                                      b[i].text);
                }
        }
        scratch_close(&t);
    }
}

TEST(every_allocation_may_fail)
{
    scratch t;
    REQUIRE(scratch_open(&t));
    flood(&t, "a", TLP_CLEAR, PRED_INDICATES, 30, (words){.sure = 0});
    flood(&t, "b", TLP_CLEAR, PRED_LISTED, 30, (words){.sure = 0});
    look(&t, "2026-11-22");
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a;
        claim_list list = {.count = 77};
        arena_init(&a, 1 << 20);
        a.fail_after = n;
        if (claims_of(t.l, &a, value, PRED_NONE, 40, &list, NULL) == OK) {
            CHECK_EQ(list.count, 40);
            CHECK(n > 5);
            break;
        }
        CHECK_EQ(list.count, 77);
        REQUIRE(n < 10000);
    }
    scratch_close(&t);
}
