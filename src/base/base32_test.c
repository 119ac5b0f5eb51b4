#include "base/base32.h"
#include "base/test.h"

/* RFC 4648 section 10, without the padding. */
TEST(vectors_of_the_standard)
{
    static const char *const rows[][2] = {{"", ""},
                                          {"f", "MY"},
                                          {"fo", "MZXQ"},
                                          {"foo", "MZXW6"},
                                          {"foob", "MZXW6YQ"},
                                          {"fooba", "MZXW6YTB"},
                                          {"foobar", "MZXW6YTBOI"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char out[32];
        size_t n = strlen(rows[i][0]);
        base32_put(BASE32_RFC4648, (const uint8_t *)rows[i][0], n, out);
        CHECK_SLICE(slice_str(out), slice_str(rows[i][1]));
        CHECK_EQ(strlen(out), BASE32_TEXT(n));
    }
}

TEST(every_five_bits_have_their_own_digit)
{
    char seen[128] = {0}, out[8];
    for (unsigned i = 0; i < 32; i++) {
        uint8_t b = (uint8_t)(i << 3);
        base32_put(BASE32_CROCKFORD, &b, 1, out);
        CHECK(!seen[(unsigned char)out[0]]);
        seen[(unsigned char)out[0]] = 1;
    }
    CHECK(!seen['i'] && !seen['l'] && !seen['o'] && !seen['u']);
}

TEST(what_people_type_is_put_right)
{
    static const struct {
        const char *in, *want;
    } rows[] = {
        {"abCD-0123", "abcd0123"}, {" oO iI lL ", "001111"}, {"", ""}, {"a!b", NULL}, {"abu", NULL},
        {"\xef\xbc\x91", NULL},    {"123456789", NULL}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char out[8];
        size_t n = base32_typed(slice_str(rows[i].in), out, sizeof out);
        CHECK_EQ(n == SIZE_MAX, rows[i].want == NULL);
        if (n != SIZE_MAX && rows[i].want)
            CHECK_SLICE(slice_of(out, n), slice_str(rows[i].want));
    }
    char out[8];
    CHECK_EQ(base32_typed(slice_of("a\0b", 3), out, sizeof out), SIZE_MAX);
}
