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

TEST(err_os_keeps_the_reason_whole)
{
    err why = {0};
    char path[400];
    memset(path, 'p', sizeof path - 1);
    path[sizeof path - 1] = 0;
    CHECK_EQ(err_os(&why, 2, "opening %s", path), ERR_IO);
    CHECK_EQ(why.os, 2);
    CHECK(why.at == ERR_NOWHERE);
    CHECK(slice_starts(slice_str(why.msg), S("opening ppp")));
    CHECK(slice_ends(slice_str(why.msg), S(": No such file or directory")));
    CHECK_EQ(err_os(&why, 99999, "doing"), ERR_IO);
    CHECK_SLICE(slice_str(why.msg), S("doing: unknown error"));
    CHECK_EQ(err_os(NULL, 2, "nobody asks"), ERR_IO);
}

TEST(every_status_has_its_own_name)
{
    for (int a = 0; a < STATUS_COUNT_; a++) {
        REQUIRE(status_name((status)a) && *status_name((status)a));
        for (int b = 0; b < a; b++)
            CHECK(strcmp(status_name((status)a), status_name((status)b)) != 0);
    }
}

TEST(slice_functions_take_an_absent_slice)
{
    slice none = {NULL, 0}, f;
    CHECK(slice_eq(none, S("")) && !slice_eq(none, S("a")));
    CHECK_EQ(slice_cmp(none, none), 0);
    CHECK(slice_starts(none, none) && slice_ends(none, S("")));
    CHECK_EQ(slice_trim(none).len, 0);
    CHECK_EQ(slice_sub(none, 3, 9).len, 0);
    CHECK(slice_find(none, S("a"), 0) == SIZE_MAX && slice_find_byte(none, 'a', 0) == SIZE_MAX);
    CHECK_EQ(slice_find(S("abc"), S(""), 3), 3);
    CHECK(!slice_cut(&none, ',', &f));
    slice tail = S("a,"); /* a separator at the end has an empty field behind it */
    CHECK(slice_cut(&tail, ',', &f) && slice_eq(f, S("a")));
    CHECK(slice_cut(&tail, ',', &f) && f.len == 0);
    CHECK(!slice_cut(&tail, ',', &f));
}

TEST(arena_memory_is_aligned_zeroed_and_apart)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 20);
    for (size_t n = 0; n < 300; n++) {
        unsigned char *p = arena_alloc(&a, n);
        REQUIRE(p);
        CHECK_EQ((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < n; i++)
            REQUIRE(p[i] == 0);
        memset(p, 0xee, n); /* seen by the next one if they overlapped */
    }
    arena_reset(&a);
    unsigned char *p = arena_alloc(&a, 2000); /* used memory comes back zeroed, too */
    REQUIRE(p);
    for (size_t i = 0; i < 2000; i++)
        REQUIRE(p[i] == 0);
}

TEST(arena_reset_keeps_the_largest_ordinary_chunk)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 64 << 20);
    for (int i = 0; i < 300; i++)
        REQUIRE(arena_alloc(&a, 10000));
    arena_reset(&a);
    size_t kept = a.spent;
    CHECK(kept >= 1 << 20 && kept < (1 << 20) + 64);
    for (int i = 0; i < 100; i++)
        REQUIRE(arena_alloc(&a, 10000));
    CHECK_EQ(a.spent, kept); /* the second round asked the system for nothing */

    arena_reset(&a);
    REQUIRE(arena_alloc(&a, 20 << 20)); /* not kept: it is no ordinary size */
    arena_reset(&a);
    CHECK(a.spent <= kept);
}

TEST(arena_reset_gives_the_budget_back)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 100000);
    REQUIRE(arena_alloc(&a, 60000));
    arena_reset(&a);
    CHECK(arena_alloc(&a, 70000)); /* impossible beside the 60,000 */
    arena_reset(&a);
    arena_done(&a);
    CHECK_EQ(a.spent, 0);
    CHECK(arena_alloc(&a, 90000)); /* done is empty, not dead */
}

TEST(arena_printf_and_copy_end_in_nul)
{
    CLEANUP(arena_done) arena a;
    slice s = {NULL, 0};
    arena_init(&a, 4096);
    REQUIRE(arena_copy(&a, slice_of("abcd", 3), &s));
    CHECK(s.len == 3 && s.ptr[3] == 0);
    s = arena_printf(&a, "%s-%d", "x", 7);
    CHECK_SLICE(s, S("x-7"));
    CHECK_EQ(s.ptr[s.len], 0);
    a.fail_after = 0;
    CHECK(arena_printf(&a, "x").ptr == NULL);
    CHECK(!arena_copy(&a, S("y"), &s));
    CHECK_SLICE(s, S("x-7"));
}

TEST(buf_takes_exactly_its_maximum)
{
    for (size_t max = 0; max < 600; max += 7) {
        buf b, c;
        buf_init(&b, max);
        buf_init(&c, max);
        for (size_t i = 0; i < max; i++)
            buf_byte(&b, 'x');
        CHECK_OK(buf_status(&b, NULL));
        buf_printf(&c, "%*s", (int)max, "");
        CHECK_OK(buf_status(&c, NULL));
        CHECK(b.len == max && c.len == max);
        buf_printf(&c, "%s", "");
        CHECK_OK(buf_status(&c, NULL));
        buf_byte(&b, 'x');
        buf_printf(&c, "y");
        CHECK(b.failed && c.failed && b.len == max && c.len == max);
        buf_done(&b);
        buf_done(&c);
    }
}
