#include "base/test.h"
#include "serve/http/target.h"

TEST(paths)
{
    static const struct {
        slice text;
        status st;
        slice parts; /* with "|" behind each */
    } rows[] = {
        {S_INIT("/"), OK, S_INIT("|")},
        {S_INIT("/a"), OK, S_INIT("a|")},
        {S_INIT("/a/b/"), OK, S_INIT("a|b||")},
        {S_INIT("//a"), OK, S_INIT("|a|")},
        {S_INIT("/url/http%3A%2F%2Fevil.example%2Fa"), OK, S_INIT("url|http://evil.example/a|")},
        {S_INIT("/%2541"), OK, S_INIT("%41|")}, /* once */
        {S_INIT("/a+b"), OK, S_INIT("a+b|")},
        {S_INIT("/%e3%81%82"), OK, S_INIT("\xe3\x81\x82|")},
        {S_INIT("/a?b/c"), OK, S_INIT("a|")},
        {S_INIT("http://h:1/a"), OK, S_INIT("a|")},
        {S_INIT("https://h"), OK, S_INIT("|")},
        {S_INIT("/%"), ERR_INPUT, S_INIT("")},
        {S_INIT("/%4"), ERR_INPUT, S_INIT("")},
        {S_INIT("/%4g"), ERR_INPUT, S_INIT("")},
        {S_INIT("/%00"), ERR_INPUT, S_INIT("")},
        {S_INIT("/a/../b"), ERR_INPUT, S_INIT("")},
        {S_INIT("/a/%2e%2E/b"), ERR_INPUT, S_INIT("")},
        {S_INIT("/./b"), ERR_INPUT, S_INIT("")},
        {S_INIT("/..b"), OK, S_INIT("..b|")},
        {S_INIT("*"), ERR_INPUT, S_INIT("")},
        {S_INIT("a/b"), ERR_INPUT, S_INIT("")},
        {S_INIT("/a#b"), ERR_INPUT, S_INIT("")},
        {S_INIT("ftp://h/"), ERR_INPUT, S_INIT("")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(arena_done) arena a;
        CLEANUP(buf_done) buf out;
        http_target t = {0};
        arena_init(&a, 1 << 20);
        buf_init(&out, 4096);
        status st = target_parse(&a, rows[i].text, &t, NULL);
        if (st != rows[i].st)
            TEST_FAIL("\"%.*s\" is %s", SLICE_FMT(rows[i].text), status_name(st));
        for (size_t p = 0; st == OK && p < t.part_count; p++)
            buf_put(&out, t.parts[p]), buf_byte(&out, '|');
        CHECK_SLICE(buf_slice(&out), rows[i].parts);
    }
}

TEST(parts_of_a_target)
{
    CLEANUP(arena_done) arena a;
    http_target t = {0};
    arena_init(&a, 1 << 20);
    CHECK_OK(target_parse(&a, S("HTTP://h:1/a%20b/c?d=e?f"), &t, NULL));
    CHECK_SLICE(t.authority, S("h:1"));
    CHECK_SLICE(t.path, S("/a%20b/c"));
    CHECK_SLICE(t.query, S("d=e?f"));
    CHECK_EQ(t.starts[1], 7);
    CHECK_OK(target_parse(&a, S("/a"), &t, NULL));
    CHECK(!t.authority.ptr && !t.query.ptr);
}

TEST(queries)
{
    CLEANUP(arena_done) arena a;
    http_pair *q = NULL;
    size_t n = 0;
    arena_init(&a, 1 << 20);
    CHECK_OK(target_query(&a, S("a=1&b=x+y%2B%26&&c&=d&e=f=g&a=2"), &q, &n, NULL));
    REQUIRE(n == 6);
    CHECK_SLICE(q[0].value, S("1"));
    CHECK_SLICE(q[1].value, S("x y+&"));
    CHECK_SLICE(q[2].name, S("c"));
    CHECK_SLICE(q[2].value, S(""));
    CHECK_SLICE(q[3].name, S(""));
    CHECK_SLICE(q[4].value, S("f=g"));
    CHECK_SLICE(q[5].value, S("2"));
    CHECK_OK(target_query(&a, (slice){NULL, 0}, &q, &n, NULL));
    CHECK_EQ(n, 0);
    CHECK_EQ(target_query(&a, S("a=%zz"), &q, &n, NULL), ERR_INPUT);
    CHECK_EQ(target_query(&a, S("a=%00"), &q, &n, NULL), ERR_INPUT);
}

TEST(limits_at_the_edge_and_one_beyond)
{
    CLEANUP(buf_done) buf text;
    buf_init(&text, 1 << 17);
    for (int over = 0; over < 2; over++) {
        CLEANUP(arena_done) arena a;
        http_target t = {0};
        http_pair *q;
        size_t n;
        arena_init(&a, 1 << 20);
        buf_clear(&text);
        for (int i = 0; i < HTTP_SEGMENTS_MAX + over; i++)
            buf_put(&text, S("/a"));
        CHECK_EQ(target_parse(&a, buf_slice(&text), &t, NULL), over ? ERR_LIMIT : OK);
        buf_clear(&text);
        for (int i = 0; i < HTTP_QUERY_MAX + over; i++)
            buf_put(&text, S("a&"));
        CHECK_EQ(target_query(&a, buf_slice(&text), &q, &n, NULL), over ? ERR_LIMIT : OK);
        buf_clear(&text);
        buf_byte(&text, '/');
        while (text.len < UINT16_MAX + (size_t)over)
            buf_byte(&text, 'a');
        CHECK_EQ(target_parse(&a, buf_slice(&text), &t, NULL), over ? ERR_LIMIT : OK);
    }
}

TEST(every_allocation_may_fail)
{
    for (long n = 0; n < 5; n++) {
        CLEANUP(arena_done) arena a;
        http_target t = {0};
        http_pair *q;
        size_t count;
        arena_init(&a, 1 << 20);
        a.fail_after = n;
        status path = target_parse(&a, S("/%41/%42"), &t, NULL);
        status query = target_query(&a, S("a=%41"), &q, &count, NULL);
        CHECK_EQ(path, n < 2 ? ERR_LIMIT : OK);
        CHECK_EQ(query, n < 4 ? ERR_LIMIT : OK);
    }
}
