#include "format/emit.h"
#include "format/test_facts.h"

typedef struct bench {
    arena a;
    facts_text t;
    fact_sink sink;
    memory_reader m;
    reader r;
    format_input in;
    emitter e;
} bench;

static bool open_bench(bench *b)
{
    fact_head head = {.format = S("test"), .source = S("s")};
    *b = (bench){.e = {0}};
    arena_init(&b->a, 8 << 20);
    facts_open(&b->t);
    b->sink = facts_sink(&b->t);
    b->r = reader_memory(&b->m, S(""));
    b->in = (format_input){.in = &b->r, .memory = &b->a};
    err why = {0};
    CHECK_OK(emit_open(&b->e, &b->in, &b->sink, &head, &why));
    return true;
}

static void close_bench(bench *b)
{
    emit_close(&b->e);
    facts_close(&b->t);
    arena_done(&b->a);
}

static node_ref ip(const char *text)
{
    return (node_ref){KIND_IPV4, slice_str(text)};
}

static fact_claim indicates(const char *text)
{
    fact_claim c = emit_blank();
    c.subject = ip(text);
    c.predicate = PRED_INDICATES;
    return c;
}

TEST(a_record_is_handed_on_whole_or_refused_whole)
{
    bench b;
    err why = {0};
    fact_record r = {.at = 7, .line = 2, .modified = WHEN_NONE};
    const slice part = S("x");
    REQUIRE(open_bench(&b));
    fact_claim good = indicates("192.0.2.1"), bad = indicates("");
    emit_begin(&b.e);
    CHECK_OK(emit_claim(&b.e, &good, &why));
    CHECK_EQ(b.t.claims, 0); /* not yet */
    CHECK_EQ(emit_claim(&b.e, &bad, &why), ERR_INPUT);
    CHECK_OK(emit_refuse(&b.e, 7, S("line 2"), ERR_INPUT, &why));
    CHECK_EQ(b.t.claims, 0);
    CHECK_SAYS(&b.t, "refused at=7 line 2: the subject is empty\n");
    CHECK_OK(emit_claim(&b.e, &good, &why));
    CHECK_OK(emit_end(&b.e, &r, &part, 1, &why));
    CHECK_EQ(b.t.claims, 1);
    /* what is no fault of the record ends the document */
    err_set(&why, ERR_IO, 0, "cable");
    CHECK_EQ(emit_refuse(&b.e, 9, S("line 3"), ERR_IO, &why), ERR_IO);
    CHECK_SLICE(slice_str(why.msg), S("line 3: cable"));
    close_bench(&b);
}

TEST(bad_bytes_and_long_texts_are_refused)
{
    static char long_text[NODE_TEXT_MAX + 1];
    bench b;
    err why = {0};
    REQUIRE(open_bench(&b));
    memset(long_text, 'a', sizeof long_text);
    fact_claim c = indicates("192.0.2.1");
    c.object = (node_ref){KIND_MALWARE, slice_of(long_text, NODE_TEXT_MAX)};
    CHECK_OK(emit_claim(&b.e, &c, &why));
    c.object.text.len++;
    CHECK_EQ(emit_claim(&b.e, &c, &why), ERR_INPUT);
    c = indicates("192.0.2.1");
    c.value = S("a\xff");
    CHECK_EQ(emit_claim(&b.e, &c, &why), ERR_INPUT);
    c.value = slice_of("a\0b", 3);
    CHECK_EQ(emit_claim(&b.e, &c, &why), ERR_INPUT);
    node_ref n = {KIND_NONE};
    CHECK_EQ(emit_node(&b.e, KIND_MALWARE, "name:", slice_of(long_text, 4097), &n, &why),
             ERR_INPUT);
    CHECK_EQ(emit_node(&b.e, KIND_MALWARE, "name:", S(" "), &n, &why), ERR_INPUT);
    CHECK_EQ(n.kind, KIND_NONE);
    CHECK_OK(emit_node(&b.e, KIND_MALWARE, "name:", S("Paper RAT"), &n, &why));
    CHECK_SLICE(n.text, S("name:paperrat"));
    close_bench(&b);
}

TEST(claims_of_a_record_are_bounded)
{
    bench b;
    err why = {0};
    REQUIRE(open_bench(&b));
    b.a.budget = 64 << 20;
    fact_claim c = indicates("192.0.2.1");
    for (int i = 0; i < EMIT_CLAIMS_MAX; i++)
        if (emit_claim(&b.e, &c, &why) != OK)
            TEST_FAIL("claim %d: %s", i, why.msg);
    CHECK_EQ(emit_claim(&b.e, &c, &why), ERR_INPUT);
    close_bench(&b);
}

TEST(details_are_canonical)
{
    bench b;
    err why = {0};
    slice text;
    detail d = {0};
    static char long_text[FACT_DETAIL_MAX];
    const slice list[] = {S_INIT("b"), S_INIT("a\"")};
    REQUIRE(open_bench(&b));
    CHECK_OK(emit_detail(&b.e, &d, &text, &why));
    CHECK_EQ(text.len, 0);
    detail_text(&d, "z", S("last"));
    detail_int(&d, "port", 80);
    detail_text(&d, "empty", S(""));
    detail_true(&d, "fronted");
    CHECK_OK(emit_array(&b.e, list, 2, &text, &why));
    detail_raw(&d, "a", text);
    detail_text(&d, "gone", S("x"));
    detail_drop(&d, "gone");
    detail_drop(&d, "never was");
    CHECK_OK(emit_detail(&b.e, &d, &text, &why));
    CHECK_SLICE(text, S("{\"a\":[\"b\",\"a\\\"\"],\"fronted\":true,\"port\":80,\"z\":\"last\"}"));
    memset(long_text, 'a', sizeof long_text);
    detail_text(&d, "long", slice_of(long_text, sizeof long_text));
    CHECK_EQ(emit_detail(&b.e, &d, &text, &why), ERR_INPUT);
    close_bench(&b);
}

TEST(names_are_said_once_when_their_record_was_taken)
{
    bench b;
    err why = {0};
    node_ref n = {KIND_MALWARE, S_INIT("name:x")};
    fact_record r = {.modified = WHEN_NONE};
    const slice part = S("x");
    REQUIRE(open_bench(&b));
    CHECK_OK(emit_named_once(&b.e, n, S("X"), &why));
    err_set(&why, ERR_INPUT, 0, "no");
    CHECK_OK(emit_refuse(&b.e, 0, S("line 1"), ERR_INPUT, &why));
    for (int i = 0; i < 3; i++) {
        CHECK_OK(emit_named_once(&b.e, n, S("X"), &why));
        CHECK_OK(emit_named_once(&b.e, n, S("X"), &why));
        CHECK_OK(emit_end(&b.e, &r, &part, 1, &why));
    }
    CHECK_EQ(b.t.claims, 1);
    /* more names than are remembered are said again, and nothing breaks */
    for (int i = 0; i < 2 * EMIT_NAMED_MAX; i++) {
        char text[32];
        snprintf(text, sizeof text, "name:n%d", i);
        emit_begin(&b.e);
        CHECK_OK(emit_named_once(&b.e, (node_ref){KIND_MALWARE, slice_str(text)}, S("N"), &why));
        CHECK_OK(emit_end(&b.e, &r, &part, 1, &why));
    }
    CHECK_EQ(b.t.claims, 1 + 2 * EMIT_NAMED_MAX);
    close_bench(&b);
}

TEST(content_depends_on_context_and_parts_only)
{
    uint8_t content[3][32];
    const slice ab[] = {S_INIT("a"), S_INIT("b")}, joined[] = {S_INIT("ab"), S_INIT("")};
    for (int i = 0; i < 3; i++) {
        bench b;
        err why = {0};
        fact_record r = {.at = (uint64_t)i, .modified = WHEN_NONE};
        REQUIRE(open_bench(&b));
        if (i == 2)
            emit_context(&b.e, S("other file"));
        emit_begin(&b.e);
        CHECK_OK(emit_end(&b.e, &r, ab, 2, &why));
        memcpy(content[i], r.content, 32);
        CHECK_OK(emit_end(&b.e, &r, joined, 2, &why));
        CHECK(memcmp(content[i], r.content, 32) != 0);
        close_bench(&b);
    }
    CHECK(memcmp(content[0], content[1], 32) == 0);
    CHECK(memcmp(content[0], content[2], 32) != 0);
}

TEST(common_qualifiers_lie_under_the_claims)
{
    bench b;
    err why = {0};
    const slice origin = S("https://example.com/r"), part = S("x");
    fact_record r = {.modified = WHEN_NONE};
    REQUIRE(open_bench(&b));
    fact_claim c = indicates("192.0.2.1");
    c.confidence = 7;
    b.e.common.confidence = 50;
    b.e.common.first_seen = 0;
    b.e.common.marked = true;
    b.e.common.marking = (marking){.tlp = TLP_GREEN};
    b.e.common.origins = &origin;
    b.e.common.origin_count = 1;
    CHECK_OK(emit_claim(&b.e, &c, &why));
    CHECK_OK(emit_named_once(&b.e, (node_ref){KIND_MALWARE, S_INIT("name:x")}, S("X"), &why));
    CHECK_OK(emit_end(&b.e, &r, &part, 1, &why));
    CHECK_SAYS(&b.t, "  ipv4 192.0.2.1 indicates conf=7 first=1970-01-01T00:00:00Z tlp=green "
                     "<https://example.com/r>\n");
    /* a name is true at any time, but not for more eyes */
    CHECK_SAYS(&b.t, "  malware name:x named name x \"X\" {\"kind\":\"primary\"} tlp=green\n");
    emit_begin(&b.e);
    CHECK_EQ(b.e.common.confidence, -1);
    close_bench(&b);
}

TEST(every_allocation_may_fail)
{
    for (long n = 0;; n++) {
        CLEANUP(arena_done)
        arena a;
        CLEANUP(emit_close)
        emitter e = {0};
        facts_text t;
        memory_reader m;
        reader in = reader_memory(&m, S(""));
        err why = {0};
        fact_head head = {.format = S("test")};
        arena_init(&a, 1 << 20);
        a.fail_after = n;
        facts_open(&t);
        fact_sink sink = facts_sink(&t);
        format_input input = {.in = &in, .memory = &a};
        status st = emit_open(&e, &input, &sink, &head, &why);
        node_ref node = {KIND_NONE};
        if (st == OK)
            st = emit_node(&e, KIND_MALWARE, "name:", S("x"), &node, &why);
        if (st == OK)
            st = emit_named(&e, node, S("x"), "primary", NULL, &why);
        if (st != OK)
            CHECK_EQ(st, ERR_LIMIT);
        facts_close(&t);
        if (st == OK)
            break;
        REQUIRE(n < 1000);
    }
}
