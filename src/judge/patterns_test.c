#include "judge/patterns.h"

#include "base/test.h"
#include "judge/evidence.h"
#include "know/test_store.h"

#define KEY(kind) "list-patterns:" kind
#define SUBSTRING "{\"list\":\"parts\",\"polarity\":\"abused\",\"type\":\"substring\"}"
#define REGEX "{\"list\":\"shapes\",\"polarity\":\"benign\",\"type\":\"regex\"}"

static void patterns(scratch *t, const char *key, const char *entries, const char *detail)
{
    say(t, KIND_OTHER, "misp-warninglist:x", PRED_LISTED, KIND_OTHER, key, .value = entries,
        .detail = detail);
}

TEST(entries_are_found_inside_values)
{
    static const struct {
        kind kind;
        const char *value, *want; /* entries, each with a blank behind it */
    } rows[] = {
        {KIND_EMAIL, "x@mail.example", "mail.example il.ex "},
        {KIND_EMAIL, "X@MAIL.example", "mail.example il.ex "},
        {KIND_EMAIL, "x@other.test", ""},
        {KIND_EMAIL, "abuse@other.test", "/^(abuse|noc)@/i "},
        {KIND_DOMAIN, "mail.example", ""},
        {KIND_DOMAIN, "anywhere.test", "anywhere "},
        {KIND_URL, "http://anywhere.test/", "anywhere "},
    };
    scratch t;
    REQUIRE(scratch_open(&t));
    doc(&t, "lists", "x/list.json", 'F', TLP_CLEAR);
    patterns(&t, KEY("email"), "mail.example\n\nil\nil.ex", SUBSTRING);
    patterns(&t, KEY("email"), "/^(abuse|noc)@/i\n(((", REGEX);
    patterns(&t, KEY("any"), "anywhere", SUBSTRING);
    doc_end(&t);
    look(&t, "2026-11-22");
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(arena_done) arena a;
        CLEANUP(buf_done) buf got;
        pattern_hits hits;
        arena_init(&a, 1 << 20);
        buf_init(&got, 1 << 12);
        CHECK_OK(patterns_in(t.l, NULL, &a, (node_ref){rows[i].kind, slice_str(rows[i].value)},
                             &hits, &t.why));
        for (size_t k = 0; k < hits.count; k++)
            buf_printf(&got, "%.*s ", SLICE_FMT(hits.at[k].value));
        if (!slice_eq(buf_slice(&got), slice_str(rows[i].want)))
            TEST_FAIL("%s: \"%.*s\"", rows[i].value, SLICE_FMT(buf_slice(&got)));
    }
    scratch_close(&t);
}

TEST(a_hit_has_the_place_of_its_entry)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    pattern_hits hits;
    arena_init(&a, 1 << 20);
    REQUIRE(scratch_open(&t));
    doc(&t, "lists", "x/list.json", 'F', TLP_CLEAR);
    t.line = 41; /* the claim, and with it its first entry, stands on line 42 */
    patterns(&t, KEY("domain"), "one.example\ntwo.example", SUBSTRING);
    doc_end(&t);
    look(&t, "2026-11-22");
    CHECK_OK(
        patterns_in(t.l, NULL, &a, (node_ref){KIND_DOMAIN, S("a.two.example")}, &hits, &t.why));
    REQUIRE(hits.count == 1);
    CHECK_SLICE(hits.at[0].place, S("list.json:43"));
    CHECK_SLICE(hits.at[0].subject.text, S("a.two.example"));
    CHECK(!hits.more);
    scratch_close(&t);
}

TEST(limits)
{
    scratch t;
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf many;
    pattern_hits hits;
    char text[PATTERNS_TEXT_MAX + 1];
    arena_init(&a, 32 << 20);
    buf_init(&many, 1 << 16);
    memset(text, 'a', sizeof text);
    REQUIRE(scratch_open(&t));
    doc(&t, "lists", "x/list.json", 'F', TLP_CLEAR);
    patterns(&t, KEY("any"), "aaa", SUBSTRING);
    for (int i = 0; i <= PATTERNS_HITS_MAX; i++)
        buf_printf(&many, "%sbb%d", i ? "\n" : "", i);
    buf_byte(&many, 0);
    patterns(&t, KEY("mutex"), many.ptr, SUBSTRING);
    buf_clear(&many);
    for (int i = 0; i < 3000; i++) /* more states times bytes than are spent on one value */
        buf_put(&many, S("x?y\n"));
    buf_put(&many, S("a$"));
    buf_byte(&many, 0);
    patterns(&t, KEY("pipe"), many.ptr, REGEX);
    doc_end(&t);
    look(&t, "2026-11-22");
    CHECK_OK(patterns_in(t.l, NULL, &a, (node_ref){KIND_PATH, slice_of(text, PATTERNS_TEXT_MAX)},
                         &hits, &t.why));
    CHECK_EQ(hits.count, 1);
    CHECK_OK(patterns_in(t.l, NULL, &a,
                         (node_ref){KIND_PATH, slice_of(text, PATTERNS_TEXT_MAX + 1)}, &hits,
                         &t.why));
    CHECK_EQ(hits.count, 0);
    CHECK(hits.more);
    buf_clear(&many);
    for (int i = 0; i <= PATTERNS_HITS_MAX; i++)
        buf_printf(&many, "bb%d,", i);
    CHECK_OK(patterns_in(t.l, NULL, &a, (node_ref){KIND_MUTEX, buf_slice(&many)}, &hits, &t.why));
    CHECK_EQ(hits.count, PATTERNS_HITS_MAX);
    CHECK(hits.more);
    CHECK_OK(
        patterns_in(t.l, NULL, &a, (node_ref){KIND_PIPE, slice_of(text, 1000)}, &hits, &t.why));
    CHECK_EQ(hits.count, 2);
    CHECK(!hits.more);
    CHECK_OK(
        patterns_in(t.l, NULL, &a, (node_ref){KIND_PIPE, slice_of(text, 2000)}, &hits, &t.why));
    CHECK_EQ(hits.count, 1); /* substrings are not counted */
    CHECK(hits.more);
    scratch_close(&t);
}

TEST(every_allocation_may_fail)
{
    scratch t;
    REQUIRE(scratch_open(&t));
    doc(&t, "lists", "x/list.json", 'F', TLP_CLEAR);
    patterns(&t, KEY("email"), "mail.example", SUBSTRING);
    patterns(&t, KEY("email"), "/x@/", REGEX);
    doc_end(&t);
    look(&t, "2026-11-22");
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a;
        pattern_hits hits = {.count = 77};
        arena_init(&a, 1 << 20);
        a.fail_after = n;
        status st =
            patterns_in(t.l, NULL, &a, (node_ref){KIND_EMAIL, S("x@mail.example")}, &hits, NULL);
        if (st == OK) {
            CHECK_EQ(hits.count, 2);
            CHECK(n > 5);
            break;
        }
        CHECK_EQ(st, ERR_LIMIT);
        CHECK_EQ(hits.count, 77);
        REQUIRE(n < 1000);
    }
    scratch_close(&t);
}
