#include "base/utf16.h"
#include "base/test.h"
#include "base/text.h"

static slice decode(slice in, size_t step, char *out)
{
    utf16 u = {0};
    size_t n = 0;
    for (size_t i = 0; i < in.len; i += step)
        n += utf16_put(&u, slice_sub(in, i, i + step), out + n);
    n += utf16_end(&u, out + n);
    return slice_of(out, n);
}

TEST(marks)
{
    CHECK(utf16_is(S("\xff\xfe")));
    CHECK(utf16_is(S("\xfe\xff\0a")));
    CHECK(utf16_is(S("\xff\xfe\0")));
    CHECK(!utf16_is(S("\xff\xfe\0\0a\0\0\0"))); /* UTF-32 */
    CHECK(!utf16_is(S("\xff")));
    CHECK(!utf16_is(S("\xef\xbb\xbf")));
    CHECK(!utf16_is(S("")));
}

TEST(text_of_both_orders_in_pieces_of_any_size)
{
    static const struct {
        slice in, want;
    } rows[] = {
        {S_INIT("\xff\xfe"), S_INIT("")},
        {S_INIT("\xff\xfe"
                "a\0\r\0\n\0"),
         S_INIT("a\r\n")},
        {S_INIT("\xfe\xff\0a\0\r\0\n"), S_INIT("a\r\n")},
        {S_INIT("\xfe\xff\0\xe9\x65\xe5\xff\xfd"), S_INIT("\xc3\xa9\xe6\x97\xa5\xef\xbf\xbd")},
        {S_INIT("\xff\xfe\x3d\xd8\x25\xdd"), S_INIT("\xf0\x9f\x94\xa5")}, /* U+1F525 */
        {S_INIT("\xfe\xff\xd8\0\xdc\0\xdb\xff\xdf\xff"),
         S_INIT("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf")},
        {S_INIT("\xfe\xff\xfe\xff"), S_INIT("\xef\xbb\xbf")}, /* a mark behind the mark is text */
        {S_INIT("\xfe\xff\0\0\0a"), S_INIT("\0a")},
    };
    char out[64];
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t step = 1; step < 6; step++) {
            slice got = decode(rows[i].in, step, out);
            if (!slice_eq(got, rows[i].want))
                TEST_FAIL("row %zu in pieces of %zu: %zu bytes", i, step, got.len);
            CHECK_EQ(utf8_check(got), SIZE_MAX);
        }
}

TEST(what_is_no_text_is_no_utf8)
{
    static const struct {
        slice in, want;
    } rows[] = {
        {S_INIT("\xfe\xff\xd8\0\0a"), S_INIT("\xed\xa0\x80"
                                             "a")},
        {S_INIT("\xfe\xff\xdc\0\0a"), S_INIT("\xed\xb0\x80"
                                             "a")},
        {S_INIT("\xfe\xff\xd8\0\xd8\1\xdc\0"), S_INIT("\xed\xa0\x80\xf0\x90\x90\x80")},
        {S_INIT("\xfe\xff\0a\xdb\xff"), S_INIT("a\xed\xaf\xbf")}, /* the text ends */
        {S_INIT("\xfe\xff\0a\0"), S_INIT("a\xff")},               /* in half a unit, */
        {S_INIT("\xfe\xff\xd8\0\xdc"), S_INIT("\xed\xa0\x80\xff")},
        {S_INIT("\xff\xfe\n"), S_INIT("\xff")},
    };
    char out[64];
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t step = 1; step < 6; step++) {
            slice got = decode(rows[i].in, step, out);
            if (!slice_eq(got, rows[i].want))
                TEST_FAIL("row %zu in pieces of %zu: %zu bytes", i, step, got.len);
            CHECK(utf8_check(got) != SIZE_MAX);
        }
}
