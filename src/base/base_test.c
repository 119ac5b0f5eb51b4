#include "base/test.h"

TEST(err_set_fills_and_returns_the_code)
{
    err why = {0};
    CHECK_EQ(err_set(&why, ERR_INPUT, 7, "octet %d is over 255", 256), ERR_INPUT);
    CHECK_EQ(why.code, ERR_INPUT);
    CHECK_EQ(why.at, 7);
    CHECK(strcmp(why.msg, "octet 256 is over 255") == 0);
    CHECK_EQ(err_set(NULL, ERR_LIMIT, 0, "nobody asks"), ERR_LIMIT);
}

TEST(err_wrap_keeps_the_cause_whole)
{
    err why = {0};
    char path[400];
    memset(path, 'p', sizeof path - 1);
    path[sizeof path - 1] = 0;
    err_set(&why, ERR_INPUT, 3, "the cause");
    err_wrap(&why, ERR_INPUT, "document %s", path);
    CHECK(strlen(why.msg) < sizeof why.msg);
    CHECK(slice_ends(slice_str(why.msg), S(": the cause")));
    CHECK_EQ(why.at, 3);
}

TEST(err_quote_shows_no_foreign_control_byte)
{
    char out[ERR_QUOTE_MAX];
    CHECK(strcmp(err_quote(S("a\x1b[31m\\"), out), "a\\x1b[31m\\x5c") == 0);
    CHECK(strlen(err_quote(slice_of((char[64]){0}, 64), out)) == 32 * 4 + 3);
}

TEST(slice_words)
{
    slice rest = S("a,,b"), f;
    CHECK(slice_cut(&rest, ',', &f) && slice_eq(f, S("a")));
    CHECK(slice_cut(&rest, ',', &f) && f.len == 0);
    CHECK(slice_cut(&rest, ',', &f) && slice_eq(f, S("b")));
    CHECK(!slice_cut(&rest, ',', &f));
    CHECK_SLICE(slice_trim(S(" \t x y\r\n")), S("x y"));
    CHECK_EQ(slice_find(S("abcabc"), S("ca"), 0), 2);
    CHECK(slice_find(S("abc"), S("abcd"), 0) == SIZE_MAX);
    CHECK(slice_find(S("abc"), S("a"), 9) == SIZE_MAX);
    CHECK(slice_ends_nocase(S("X.ZIP"), S(".zip")));
    CHECK(slice_cmp(S("ab"), S("b")) < 0 && slice_cmp(S("a"), S("ab")) < 0 &&
          slice_cmp(S(""), S("")) == 0);
    CHECK_SLICE(slice_sub(S("abc"), 2, 9), S("c"));
}

TEST(slice_u64_refuses_what_does_not_fit)
{
    static const struct {
        slice in;
        bool ok;
        uint64_t want;
    } rows[] = {
        {S_INIT("0"), true, 0},
        {S_INIT("18446744073709551615"), true, UINT64_MAX},
        {S_INIT("18446744073709551616"), false, 0},
        {S_INIT("99999999999999999999"), false, 0},
        {S_INIT(""), false, 0},
        {S_INIT("-1"), false, 0},
        {S_INIT("1 "), false, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint64_t n = 0;
        CHECK_EQ(slice_u64(rows[i].in, &n), rows[i].ok);
        CHECK(n == rows[i].want);
    }
}

TEST(arena_stays_in_its_budget)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 10000);
    size_t got = 0;
    while (arena_alloc(&a, 100))
        got++;
    CHECK(got > 50 && got <= 100);
    CHECK(a.spent <= 10000);
    CHECK(arena_alloc(&a, SIZE_MAX) == NULL);
    CHECK(arena_array(&a, SIZE_MAX / 2, 4) == NULL);
}

TEST(arena_gives_back_to_a_mark)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 20);
    for (int round = 0; round < 100; round++) {
        arena_mark here = arena_here(&a);
        for (int i = 0; i < 100; i++)
            REQUIRE(arena_alloc(&a, 1000));
        arena_back(&a, here);
    }
    CHECK(a.spent <= 1 << 20);
    slice s;
    CHECK(arena_copy(&a, S("kept"), &s));
    arena_mark here = arena_here(&a);
    REQUIRE(arena_alloc(&a, 200000));
    arena_back(&a, here);
    CHECK_SLICE(s, S("kept"));
}

TEST(arena_fails_on_demand)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 4096);
    a.fail_after = 2;
    CHECK(arena_alloc(&a, 1) && arena_alloc(&a, 1));
    CHECK(!arena_alloc(&a, 1) && !arena_alloc(&a, 1));
}

TEST(buf_stops_at_its_maximum_and_stays_stopped)
{
    buf b;
    err why = {0};
    buf_init(&b, 10);
    buf_put(&b, S("12345678"));
    buf_put(&b, S("9012"));
    CHECK(b.failed && b.len == 8);
    buf_byte(&b, 'x');
    CHECK_EQ(b.len, 8);
    CHECK_EQ(buf_status(&b, &why), ERR_LIMIT);
    buf_clear(&b);
    buf_printf(&b, "%s-%d", "abc", 42);
    CHECK_SLICE(buf_slice(&b), S("abc-42"));
    buf_done(&b);
}
