#include "base/signature_kit.h"

#include "base/test.h"

#include <openssl/err.h>

enum { MEMORY = 1 << 20 };

/* RFC 8037 appendix A.4 and A.5: a signature that somebody else made. */
TEST(a_signature_of_the_rfc_is_right)
{
    CLEANUP(arena_done) arena a;
    signature_key k = {.kind = SIGNATURE_EDDSA};
    slice sig = S("");
    arena_init(&a, MEMORY);
    REQUIRE(base64_read(&a, BASE64_URL, S("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"), &k.x,
                        NULL) == OK);
    REQUIRE(base64_read(&a, BASE64_URL,
                        S("hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7"
                          "sVvpAr_MuM0KAg"),
                        &sig, NULL) == OK);
    CHECK_OK(signature_check(&k, S("eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc"), sig,
                             NULL));
}

static void check_flips(const signature_key *k, slice message, slice sig)
{
    char other[SIGNATURE_RSA_BYTES_MAX];
    for (size_t i = 0; i < sig.len; i += 5) {
        memcpy(other, sig.ptr, sig.len);
        other[i] = (char)(other[i] ^ 1 << i % 8);
        CHECK_EQ(signature_check(k, message, slice_of(other, sig.len), NULL), ERR_FORBIDDEN);
    }
    for (size_t n = 0; n < sig.len; n += 7)
        CHECK_EQ(signature_check(k, message, slice_sub(sig, 0, n), NULL), ERR_FORBIDDEN);
    CHECK_EQ(signature_check(k, S("another"), sig, NULL), ERR_FORBIDDEN);
    CHECK_EQ(signature_check(k, S(""), sig, NULL), ERR_FORBIDDEN);
}

TEST(each_kind_knows_its_own_key_message_and_signature)
{
    for (int kind = 0; kind < SIGNATURE_KIND_COUNT_; kind++) {
        CLEANUP(arena_done) arena a;
        arena_init(&a, MEMORY);
        CLEANUP(kit_key_free) kit_key k = kit_key_new(&a, (signature_kind)kind, 2048);
        CLEANUP(kit_key_free) kit_key other = kit_key_new(&a, (signature_kind)kind, 2048);
        slice sig = kit_sign(&a, &k, S("message"));
        CHECK_OK(signature_check(&k.open, S("message"), sig, NULL));
        CHECK_EQ(signature_check(&other.open, S("message"), sig, NULL), ERR_FORBIDDEN);
        check_flips(&k.open, S("message"), sig);
        CHECK_EQ(ERR_peek_error(), 0);
    }
}

/* The halves of ES256 are numbers from 1 to the order: 0 is what lazy checks let through. */
TEST(a_signature_of_zeros_is_none)
{
    CLEANUP(arena_done) arena a;
    static const char zeros[2 * SIGNATURE_CURVE_BYTES];
    arena_init(&a, MEMORY);
    CLEANUP(kit_key_free) kit_key k = kit_key_new(&a, SIGNATURE_ES256, 0);
    CHECK_EQ(signature_check(&k.open, S("message"), slice_of(zeros, sizeof zeros), NULL),
             ERR_FORBIDDEN);
}

TEST(what_is_no_key_is_refused)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, MEMORY);
    CLEANUP(kit_key_free) kit_key weak = kit_key_new(&a, SIGNATURE_RS256, 1024);
    CLEANUP(kit_key_free) kit_key good = kit_key_new(&a, SIGNATURE_RS256, 2048);
    CLEANUP(kit_key_free) kit_key curve = kit_key_new(&a, SIGNATURE_ES256, 0);
    char off[SIGNATURE_CURVE_BYTES], huge[SIGNATURE_RSA_BYTES_MAX + 1];
    memcpy(off, curve.open.y.ptr, sizeof off);
    off[31] = (char)(off[31] ^ 1);
    memset(huge, 0xff, sizeof huge);
    slice n = good.open.n, e = good.open.e, x = curve.open.x;
    const signature_key bad[] = {
        weak.open,
        {.kind = SIGNATURE_RS256, .n = slice_of(huge, sizeof huge), .e = e},
        {.kind = SIGNATURE_RS256, .n = n, .e = S("\x01")},
        {.kind = SIGNATURE_RS256, .n = n, .e = S("\x02")},
        {.kind = SIGNATURE_RS256, .n = n, .e = S("")},
        {.kind = SIGNATURE_RS256, .n = n, .e = S("\x01\x01\x01\x01\x01\x01\x01\x01\x01")},
        {.kind = SIGNATURE_RS256, .n = S(""), .e = e},
        {.kind = SIGNATURE_ES256, .x = x, .y = slice_of(off, sizeof off)}, /* off the curve */
        {.kind = SIGNATURE_ES256, .x = x, .y = S("")},
        {.kind = SIGNATURE_ES256, .x = slice_sub(x, 0, 31), .y = curve.open.y},
        {.kind = SIGNATURE_EDDSA, .x = slice_sub(x, 0, 31)},
        {.kind = SIGNATURE_EDDSA, .x = S("")},
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        err why = {0};
        CHECK_EQ(signature_check(&bad[i], S("message"), kit_sign(&a, &good, S("message")), &why),
                 ERR_INPUT);
    }
    CHECK_EQ(ERR_peek_error(), 0);
}
