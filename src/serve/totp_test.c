#include "base/test.h"
#include "serve/totp.h"

/* RFC 6238 appendix B: SHA-1, the last six of its eight digits. */
TEST(codes_of_the_standard)
{
    static const struct {
        int64_t seconds;
        const char *want;
    } rows[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char code[TOTP_DIGITS + 1];
        const uint8_t *key = (const uint8_t *)"12345678901234567890";
        int64_t step = -1;
        REQUIRE(totp_code(key, rows[i].seconds * 1000 / TOTP_STEP_MS, code));
        CHECK_SLICE(slice_str(code), slice_str(rows[i].want));
        CHECK(totp_find(key, slice_str(code), rows[i].seconds * 1000, 0, &step));
        CHECK_EQ(step, rows[i].seconds / 30);
    }
}

TEST(a_code_is_good_for_its_step_and_the_two_beside_it)
{
    static const uint8_t key[TOTP_KEY] = {7};
    const int64_t now = 1764000000000, step = now / TOTP_STEP_MS;
    for (int64_t away = -3; away <= 3; away++) {
        char code[TOTP_DIGITS + 1];
        int64_t found = -1;
        REQUIRE(totp_code(key, step + away, code));
        bool near = away >= -1 && away <= 1;
        CHECK_EQ(totp_find(key, slice_str(code), now, 0, &found), near);
        CHECK_EQ(found, near ? step + away : -1);
        CHECK(!totp_find(key, slice_str(code), now, step + away, &found)); /* used */
    }
    int64_t found = -1;
    static const char *const wrong[] = {"", "12345", "1234567", "12345a"};
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        CHECK(!totp_find(key, slice_str(wrong[i]), now, 0, &found));
    CHECK_EQ(found, -1);
}

TEST(the_uri_that_applications_read)
{
    char uri[TOTP_URI_MAX];
    totp_uri((const uint8_t *)"12345678901234567890", S("hanako@example.jp"), uri);
    CHECK_SLICE(slice_str(uri), S("otpauth://totp/Noroshi:hanako%40example.jp?secret="
                                  "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Noroshi"
                                  "&algorithm=SHA1&digits=6&period=30"));
    char longest[64];
    memset(longest, '@', sizeof longest);
    totp_uri((const uint8_t *)"12345678901234567890", slice_of(longest, sizeof longest), uri);
    CHECK(slice_ends(slice_str(uri), S("period=30")));
}
