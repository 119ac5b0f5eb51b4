#include "base/test.h"
#include "base/text.h"

#include <utf8proc.h>

TEST(utf8_well_and_ill_formed)
{
    static const struct {
        slice in;
        size_t at; /* SIZE_MAX: fine */
    } rows[] = {
        {S_INIT(""), SIZE_MAX},
        {S_INIT("plain ASCII, longer than eight bytes\x7f"), SIZE_MAX},
        {S_INIT("\xc2\x80\xdf\xbf"), SIZE_MAX}, /* the edges of each length: RFC 3629 section 3 */
        {S_INIT("\xe0\xa0\x80\xef\xbf\xbf"), SIZE_MAX},
        {S_INIT("\xed\x9f\xbf\xee\x80\x80"), SIZE_MAX},
        {S_INIT("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"), SIZE_MAX},
        {S_INIT("nul\0is a character"), SIZE_MAX},
        {S_INIT("a\x80"), 1}, /* continuation alone */
        {S_INIT("ab\xbf"), 2},
        {S_INIT("\xc0\x80"), 0}, /* longer than needed */
        {S_INIT("\xc1\xbf"), 0},
        {S_INIT("\xe0\x9f\xbf"), 0},
        {S_INIT("\xf0\x8f\xbf\xbf"), 0},
        {S_INIT("\xed\xa0\x80"), 0}, /* surrogates */
        {S_INIT("\xed\xbf\xbf"), 0},
        {S_INIT("\xf4\x90\x80\x80"), 0}, /* beyond U+10FFFF */
        {S_INIT("\xf5\x80\x80\x80"), 0},
        {S_INIT("\xff"), 0},
        {S_INIT("12345678\xc3"), 8}, /* cut off */
        {S_INIT("12345678\xe3\x81"), 8},
        {S_INIT("\xf0\x9f\x98"), 0},
        {S_INIT("\xc3("), 0},
        {S_INIT("1234567\xe3\x81\x82\xff"), 10},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        size_t at = utf8_check(rows[i].in);
        if (at != rows[i].at)
            TEST_FAIL("row %zu: wrong at %zu, want %zu", i, at, rows[i].at);
    }
}

TEST(every_scalar_value_goes_there_and_back)
{
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        if (c >= 0xd800 && c <= 0xdfff)
            continue;
        char out[4];
        size_t n = utf8_put(out, c);
        slice s = slice_of(out, n);
        REQUIRE(n == (c < 0x80 ? 1u : c < 0x800 ? 2u : c < 0x10000 ? 3u : 4u));
        REQUIRE(utf8_check(s) == SIZE_MAX && utf8_len(s) == n);
        REQUIRE(utf8_next(&s) == c && s.len == 0);
    }
}

TEST(next_replaces_one_byte_and_goes_on)
{
    slice s = S("a\xff\xe3\x81z");
    CHECK_EQ(utf8_next(&s), 'a');
    CHECK_EQ(utf8_next(&s), 0xfffd);
    CHECK_EQ(utf8_next(&s), 0xfffd);
    CHECK_EQ(utf8_next(&s), 0xfffd);
    CHECK_EQ(utf8_next(&s), 'z');
    CHECK_EQ(utf8_next(&s), 0xfffd); /* nothing left; a caller's loop asks for len first */
    CHECK_EQ(s.len, 0);
}

TEST(folding)
{
    static const struct {
        slice in;
        const char *fold, *nfkc;
    } rows[] = {
        {S_INIT(""), "", ""},
        {S_INIT("Fancy Bear"), "fancy bear", "Fancy Bear"},
        {S_INIT("Ｆａｎｃｙ　ＢＥＡＲ"), "fancy bear", "Fancy BEAR"},
        {S_INIT("Straße"), "strasse", "Straße"},
        {S_INIT("ÄÖÜ"), "äöü", "ÄÖÜ"},
        {S_INIT("A\xcc\x88"), "ä", "Ä"},            /* A + combining diaeresis */
        {S_INIT("ｶﾞﾝﾀﾞﾑ"), "ガンダム", "ガンダム"}, /* half-width with voiced marks */
        {S_INIT("①②"), "12", "12"},
        {S_INIT("ﬁle"), "file", "file"},
        {S_INIT("Ω\xe2\x84\xa6"), "ωω", "ΩΩ"}, /* Ohm sign */
        {S_INIT("狼煙"), "狼煙", "狼煙"},
        {S_INIT("x\xff"
                "Y"),
         "x\xef\xbf\xbdy", "x\xef\xbf\xbdY"},
        {S_INIT("a\0B"), NULL, NULL},
        {S_INIT("é\0B"), NULL, NULL},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(arena_done) arena a;
        slice got;
        arena_init(&a, 1 << 16);
        CHECK_OK(text_fold(&a, rows[i].in, &got, NULL));
        if (rows[i].fold)
            CHECK_SLICE(got, slice_str(rows[i].fold));
        else
            CHECK(got.len == rows[i].in.len && got.ptr[got.len - 1] == 'b');
        CHECK_OK(text_nfkc(&a, rows[i].in, &got, NULL));
        if (rows[i].nfkc)
            CHECK_SLICE(got, slice_str(rows[i].nfkc));
    }
}

/* Marks come in canonical order whatever order they were typed in, and equal classes keep theirs;
 * short runs and long ones are sorted by different code. */
TEST(marks_are_ordered)
{
    CLEANUP(arena_done) arena a;
    slice got, want;
    arena_init(&a, 1 << 20);
    CHECK_OK(text_nfkc(&a, S("q\xcc\x87\xcc\xa3"), &got, NULL)); /* above, then below */
    CHECK_SLICE(got, S("q\xcc\xa3\xcc\x87"));
    for (int n = 1; n < 200; n += 13) {
        buf in, out;
        buf_init(&in, 4096);
        buf_init(&out, 4096);
        buf_byte(&in, 'q');
        buf_byte(&out, 'q');
        for (int i = 0; i < n; i++) /* 230, 220, 230, 220, ... */
            buf_put(&in, i % 2 ? S("\xcc\xa3") : S("\xcc\x87"));
        for (int i = 0; i < n / 2; i++)
            buf_put(&out, S("\xcc\xa3"));
        for (int i = 0; i < n - n / 2; i++)
            buf_put(&out, S("\xcc\x87"));
        want = buf_slice(&out);
        CHECK_OK(text_nfkc(&a, buf_slice(&in), &got, NULL));
        CHECK_SLICE(got, want);
        buf_done(&in);
        buf_done(&out);
    }
}

/* A million marks in the wrong order: linear, not a million squared (that took minutes). */
TEST(a_hostile_run_of_marks_is_linear)
{
    CLEANUP(arena_done) arena a;
    slice got;
    buf in;
    size_t n = 500000;
    arena_init(&a, 64 << 20);
    buf_init(&in, 4 * n + 1);
    buf_byte(&in, 'q');
    for (size_t i = 0; i < n; i++)
        buf_put(&in, S("\xcc\x87"));
    for (size_t i = 0; i < n; i++)
        buf_put(&in, S("\xcc\xa3"));
    CHECK_OK(buf_status(&in, NULL));
    CHECK_OK(text_fold(&a, buf_slice(&in), &got, NULL));
    CHECK_EQ(got.len, in.len);
    buf_done(&in);
}

TEST(every_allocation_may_fail)
{
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a;
        slice got = S("untouched");
        arena_init(&a, 1 << 16);
        a.fail_after = n;
        status st = text_fold(&a, S("Ｆ q\xcc\x87\xcc\xa3"), &got, NULL);
        if (st == OK)
            break;
        CHECK_EQ(st, ERR_LIMIT);
        CHECK_SLICE(got, S("untouched"));
        REQUIRE(n < 100);
    }
    CLEANUP(arena_done) arena small;
    slice got;
    arena_init(&small, 100);
    CHECK_EQ(text_fold(&small,
                       S("a text that is longer than the budget of one hundred bytes, and "
                         "another forty bytes of it behind that"),
                       &got, NULL),
             ERR_LIMIT);
}

TEST(classes_and_widths)
{
    CHECK(text_is_letter_or_digit('a') && text_is_letter_or_digit('7'));
    CHECK(text_is_letter_or_digit(0x72fc) && text_is_letter_or_digit(0x3042));
    CHECK(!text_is_letter_or_digit('-') && !text_is_letter_or_digit(' '));
    CHECK(!text_is_letter_or_digit(0x3002)); /* ideographic full stop */
    CHECK(text_is_cjk(0x72fc) && text_is_cjk(0x30a2) && text_is_cjk(0xff71) && text_is_cjk(0xac00));
    CHECK(!text_is_cjk('a') && !text_is_cjk(0xff21)); /* full-width Latin is Latin */
    CHECK_EQ(text_columns('a'), 1);
    CHECK_EQ(text_columns(0x72fc), 2);
    CHECK_EQ(text_columns(0x0301), 0);
    CHECK_EQ(text_width(S("狼煙 a")), 6);
    CHECK_EQ(text_width(S("\xff")), 1);
    size_t others = 0;
    for (uint32_t c = 0; c < 0x110000; c++)
        others += text_columns(c) != utf8proc_charwidth((utf8proc_int32_t)c);
    CHECK_EQ(others, 0);
}
