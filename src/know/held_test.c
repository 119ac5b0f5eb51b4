#include "know/db.h"
#include "know/held.h"
#include "know/test_store.h"

static const held *find(const held_list *list, const char *source, bool listed)
{
    static const held none = {.newest = WHEN_NONE};
    for (size_t i = 0; i < list->count; i++)
        if (slice_eq(list->at[i].source, slice_str(source)) && list->at[i].listed == listed)
            return &list->at[i];
    return &none;
}

static held_list held_now(scratch *t, arena *a, kind k)
{
    held_list list = {0};
    CHECK_OK(held_of(t->l, a, k, &list, &t->why));
    return list;
}

TEST(counts_what_each_source_says_by_kind)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    uint64_t lists;
    arena_init(&a, 1 << 20);
    REQUIRE(scratch_open(&t));
    doc(&t, "beta", "b.csv", 'F', TLP_CLEAR);
    say(&t, KIND_IPV4, "192.0.2.1", PRED_INDICATES, KIND_NONE, "", .to = "2026-02-01");
    say(&t, KIND_IPV4, "192.0.2.2", PRED_INDICATES, KIND_NONE, "", .from = "2026-01-01");
    say(&t, KIND_IPV4, "192.0.2.2", PRED_PROPERTY, KIND_NONE, "", .detail = "{\"n\":1}");
    say(&t, KIND_DOMAIN, "a.example", PRED_PATTERN_OF, KIND_INDICATOR, "indicator--1");
    doc_end(&t);
    doc(&t, "alpha", "l.json", 'F', TLP_CLEAR);
    say(&t, KIND_IPV4, "192.0.2.9", PRED_LISTED, KIND_NONE, "");
    doc_end(&t);
    doc(&t, "alpha", "m.json", 'F', TLP_RED);
    say(&t, KIND_IPV4, "192.0.2.9", PRED_LISTED, KIND_NONE, "", .detail = "{\"list\":\"m\"}");
    say(&t, KIND_IPV4, "192.0.2.9", PRED_INDICATES, KIND_NONE, "", .detail = "{\"list\":\"m\"}");
    doc_end(&t);
    look(&t, "2026-11-22");
    held_list list = held_now(&t, &a, KIND_IPV4);
    REQUIRE(list.count == 3);
    CHECK_SLICE(list.at[0].source, S("alpha")); /* by name, lists last */
    CHECK_EQ(find(&list, "beta", false)->statements, 2);
    CHECK_EQ(find(&list, "beta", false)->newest, at("2026-02-01"));
    CHECK_EQ(find(&list, "alpha", true)->documents, 2);
    CHECK_EQ(find(&list, "alpha", true)->newest, WHEN_NONE);
    CHECK_OK(held_lists(t.l, &lists, &t.why));
    CHECK_EQ(lists, 2);
    /* a new version of a list, and one that is looked for inside of values */
    doc(&t, "alpha", "l.json", 'F', TLP_CLEAR);
    say(&t, KIND_IPV4, "192.0.2.10", PRED_LISTED, KIND_NONE, "");
    doc_end(&t);
    doc(&t, "alpha", "n.json", 'F', TLP_CLEAR);
    say(&t, KIND_OTHER, "misp-warninglist:n", PRED_LISTED, KIND_OTHER, "list-patterns:any");
    doc_end(&t);
    look(&t, "2026-11-22");
    CHECK_OK(held_lists(t.l, &lists, &t.why));
    CHECK_EQ(lists, 3);
    list = held_now(&t, &a, KIND_DOMAIN);
    CHECK_EQ(list.count, 1);
    CHECK_EQ(held_now(&t, &a, KIND_SHA256).count, 0);
    /* what the view does not see is not counted */
    t.v.clearance = TLP_GREEN;
    CHECK_OK(lens_look(t.l, &t.v, &t.why));
    list = held_now(&t, &a, KIND_IPV4);
    CHECK_EQ(list.count, 2);
    CHECK_EQ(find(&list, "alpha", true)->documents, 2);
    CHECK_EQ(find(&list, "alpha", false)->statements, 0);
    CHECK_OK(held_lists(t.l, &lists, &t.why));
    CHECK_EQ(lists, 2);
    scratch_close(&t);
}

static void snapshot(scratch *t, uint8_t sha, const char *const *values, size_t n)
{
    uint8_t digest[SHA256_BYTES] = {200, sha};
    document_result r;
    document_in d = {.sha256 = digest,
                     .bytes = 1,
                     .source = S("daily"),
                     .parser = 1,
                     .format = S("test"),
                     .path = S("daily.txt"),
                     .snapshot = true};
    CHECK_OK(writer_document(t->w, &d, &t->why));
    for (size_t i = 0; i < n; i++)
        say(t, KIND_DOMAIN, values[i], PRED_INDICATES, KIND_NONE, "");
    CHECK_OK(writer_document_end(t->w, S("test"), 0, &r, &t->why));
    CHECK_OK(writer_sync(t->w, &t->why));
}

TEST(what_a_snapshot_withdraws_is_taken_off)
{
    static const char *const one[] = {"a.example", "b.example", "c.example"};
    static const char *const two[] = {"b.example", "d.example"};
    scratch t;
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 20);
    REQUIRE(scratch_open(&t));
    snapshot(&t, 1, one, 3);
    when between = t.now_us / 1000 + 1;
    t.now_us += 1000000;
    snapshot(&t, 2, two, 2);
    look(&t, "2026-11-22");
    held_list list = held_now(&t, &a, KIND_DOMAIN);
    CHECK_EQ(find(&list, "daily", false)->statements, 2);
    t.v.known_at = between;
    CHECK_OK(lens_look(t.l, &t.v, &t.why));
    list = held_now(&t, &a, KIND_DOMAIN);
    CHECK_EQ(find(&list, "daily", false)->statements, 3);
    /* a document taken back leaves nothing */
    uint8_t sha[SHA256_BYTES] = {77};
    document_in d = {
        .sha256 = sha, .bytes = 1, .source = S("other"), .format = S("t"), .path = S("p")};
    CHECK_OK(writer_document(t.w, &d, &t.why));
    say(&t, KIND_DOMAIN, "x.example", PRED_INDICATES, KIND_NONE, "");
    CHECK_OK(writer_document_abort(t.w, &t.why));
    CHECK_OK(writer_sync(t.w, &t.why));
    look(&t, "2026-11-22");
    list = held_now(&t, &a, KIND_DOMAIN);
    CHECK_EQ(list.count, 1);
    scratch_close(&t);
}

TEST(what_tells_most_is_read_from_an_index)
{
    scratch t;
    db *d = NULL;
    buf plan;
    char path[128];
    REQUIRE(scratch_open(&t));
    buf_init(&plan, 1 << 16);
    snprintf(path, sizeof path, "%s/noroshi.db", t.dir);
    CHECK_OK(
        db_open(&(db_options){.where = path, .server = test_server(&t.engine, t.dir), .mutant = -1},
                &d, &t.why));
    static const query told[] = {Q_CLAIMS_TOLD,      Q_CLAIMS_TOLD_PAST, Q_CLAIM_VOICE,
                                 Q_CLAIM_VOICE_PAST, Q_CLAIM_VOICE_NEXT, Q_CLAIM_VOICE_NEXT_PAST,
                                 Q_CLAIMS_SAID,      Q_CLAIMS_SAID_PAST};
    for (size_t i = 0; i < COUNT_OF(told); i++) {
        buf_clear(&plan);
        CHECK_OK(db_explain(d, told[i], &plan, &t.why));
        CHECK(slice_find(buf_slice(&plan), S("claim_told"), 0) != SIZE_MAX);
        CHECK(slice_find(buf_slice(&plan), S("B-TREE"), 0) == SIZE_MAX); /* nothing is sorted */
        CHECK(slice_find(buf_slice(&plan), S("Sort"), 0) == SIZE_MAX);
    }
    db_close(d);
    buf_done(&plan);
    scratch_close(&t);
}

TEST(every_allocation_may_fail)
{
    scratch t;
    REQUIRE(scratch_open(&t));
    doc(&t, "beta", "b.csv", 'F', TLP_CLEAR);
    say(&t, KIND_IPV4, "192.0.2.1", PRED_INDICATES, KIND_NONE, "");
    doc_end(&t);
    look(&t, "2026-11-22");
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a;
        held_list list = {.count = 9};
        arena_init(&a, 1 << 16);
        a.fail_after = n;
        if (held_of(t.l, &a, KIND_IPV4, &list, NULL) == OK) {
            CHECK(n > 1);
            CHECK_EQ(list.count, 1);
            break;
        }
        CHECK_EQ(list.count, 9);
        REQUIRE(n < 1000);
    }
    scratch_close(&t);
}
