#include "base/hash.h"
#include "base/test.h"

/* Digests of "" and "abc" as the standards print them: RFC 1321 A.5, FIPS 180-4 and FIPS 202
 * (examples with intermediate values, csrc.nist.gov). */
TEST(digests_of_the_standards)
{
    static const struct {
        hash_kind kind;
        slice in;
        const char *want;
    } rows[] = {
        {HASH_MD5, S_INIT(""), "d41d8cd98f00b204e9800998ecf8427e"},
        {HASH_MD5, S_INIT("abc"), "900150983cd24fb0d6963f7d28e17f72"},
        {HASH_SHA1, S_INIT(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
        {HASH_SHA1, S_INIT("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d"},
        {HASH_SHA256, S_INIT(""),
         "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {HASH_SHA256, S_INIT("abc"),
         "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {HASH_SHA512, S_INIT("abc"),
         "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
         "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
        {HASH_SHA3_256, S_INIT(""),
         "a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"},
        {HASH_SHA3_256, S_INIT("abc"),
         "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint8_t out[HASH_BYTES_MAX];
        char hex[HASH_HEX_MAX];
        size_t n = hash_size(rows[i].kind);
        REQUIRE(hash_of(rows[i].kind, rows[i].in, out));
        CHECK_SLICE(slice_str(hash_hex(out, n, hex)), slice_str(rows[i].want));

        hash_state *h = hash_new(rows[i].kind); /* the same in pieces, and twice */
        REQUIRE(h);
        for (int round = 0; round < 2; round++) {
            uint8_t again[HASH_BYTES_MAX];
            for (size_t k = 0; k < rows[i].in.len; k++)
                hash_update(h, slice_sub(rows[i].in, k, k + 1));
            hash_final(h, again);
            CHECK(memcmp(out, again, n) == 0);
        }
        CHECK(hash_free(h) == NULL);
    }
    CHECK(hash_free(NULL) == NULL);
}

TEST(hash_unhex_takes_back_what_hex_wrote)
{
    uint8_t in[256], out[256];
    char hex[513];
    for (int i = 0; i < 256; i++)
        in[i] = (uint8_t)i;
    slice text = slice_str(hash_hex(in, sizeof in, hex));
    CHECK_EQ(text.len, 512);
    CHECK(hash_unhex(text, out, sizeof out) && memcmp(in, out, sizeof in) == 0);
    CHECK(hash_unhex(S("00fFAb"), out, 3) && out[1] == 0xff && out[2] == 0xab);
    CHECK(hash_unhex(S(""), out, 0));
    CHECK(!hash_unhex(S("0"), out, 1) && !hash_unhex(S("000"), out, 1));
    CHECK(!hash_unhex(S("0g"), out, 1) && !hash_unhex(S(" 0"), out, 1));
}

TEST(short_and_long_texts_are_hashed_alike)
{
    char text[600];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)(i * 7);
    hash_state *h = hash_new(HASH_SHA256);
    REQUIRE(h);
    for (size_t len = 0; len <= sizeof text; len++) {
        uint8_t once[SHA256_BYTES], pieces[SHA256_BYTES];
        slice s = slice_of(text, len);
        REQUIRE(hash_of(HASH_SHA256, s, once));
        hash_update(h, slice_sub(s, 0, len / 2));
        hash_update(h, slice_from(s, len / 2));
        hash_final(h, pieces);
        CHECK(hash_same(once, pieces, SHA256_BYTES));
    }
    hash_free(h);
}

/* Aumasson and Bernstein 2012, appendix A: key 00..0f, message 00..0e; the neighbours are from the
 * reference implementation's vectors. */
TEST(siphash_of_its_paper)
{
    uint8_t key[16], message[15];
    for (int i = 0; i < 16; i++)
        key[i] = (uint8_t)i;
    for (int i = 0; i < 15; i++)
        message[i] = (uint8_t)i;
    CHECK(siphash(key, slice_of((const char *)message, 15)) == 0xa129ca6149be45e5u);
    CHECK(siphash(key, slice_of(NULL, 0)) == 0x726fdb47dd0e0e31u);
    key[0] ^= 1;
    CHECK(siphash(key, slice_of((const char *)message, 15)) != 0xa129ca6149be45e5u);
}

/* The 128-bit variant: vectors of its reference implementation for no bytes and for one. */
TEST(siphash128_of_its_reference)
{
    static const uint8_t wanted[2][16] = {{0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6, 0x6d,
                                           0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02, 0x93},
                                          {0xda, 0x87, 0xc1, 0xd8, 0x6b, 0x99, 0xaf, 0x44, 0x34,
                                           0x76, 0x59, 0x11, 0x9b, 0x22, 0xfc, 0x45}};
    uint8_t key[16];
    for (int i = 0; i < 16; i++)
        key[i] = (uint8_t)i;
    for (size_t n = 0; n < COUNT_OF(wanted); n++) {
        uint64_t got[2];
        siphash128(key, slice_of("", n), got); /* one byte: the NUL behind nothing */
        for (size_t i = 0; i < 16; i++)
            CHECK_EQ(got[i / 8] >> 8 * (i % 8) & 0xff, wanted[n][i]);
    }
}

TEST(seeded_randomness_repeats_and_moves_on)
{
    uint64_t one = 42, two = 42, other = 43;
    uint8_t a[64], b[64], c[64];
    random_source r = random_seeded(&one), s = random_seeded(&two), t = random_seeded(&other);
    r.fill(r.ctx, a, sizeof a);
    s.fill(s.ctx, b, 10); /* in pieces it is the same stream */
    s.fill(s.ctx, b + 10, sizeof b - 10);
    t.fill(t.ctx, c, sizeof c);
    CHECK(memcmp(a, b, sizeof a) == 0);
    CHECK(memcmp(a, c, sizeof a) != 0);
    s.fill(s.ctx, b, sizeof b);
    CHECK(memcmp(a, b, sizeof a) != 0);
}

TEST(system_randomness_fills_everything)
{
    random_source r = random_system();
    uint8_t a[1000] = {0}, b[1000] = {0};
    r.fill(r.ctx, a, sizeof a);
    r.fill(r.ctx, b, sizeof b);
    CHECK(memcmp(a, b, sizeof a) != 0);
    for (size_t i = 0; i + 16 <= sizeof a; i += 16) { /* no 16 bytes in a row stayed zero */
        static const uint8_t zero[16];
        CHECK(memcmp(a + i, zero, 16) != 0);
    }
    r.fill(r.ctx, a, 0);
}

/* RFC 2202 section 3 (SHA-1, cases 1, 2 and 6) and RFC 4231 section 4.3 (SHA-256, case 2). */
TEST(hmac_of_the_standards)
{
    char long_key[80], eleven[20];
    memset(long_key, 0xaa, sizeof long_key);
    memset(eleven, 0x0b, sizeof eleven);
    const struct {
        hash_kind kind;
        slice key, message;
        const char *want;
    } rows[] = {
        {HASH_SHA1, slice_of(eleven, 20), S("Hi There"),
         "b617318655057264e28bc0b6fb378c8ef146be00"},
        {HASH_SHA1, S("Jefe"), S("what do ya want for nothing?"),
         "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"},
        {HASH_SHA1, slice_of(long_key, 80),
         S("Test Using Larger Than Block-Size Key - Hash Key First"),
         "aa4ae5e15272d00e95705637ce8a3b55ed402112"},
        {HASH_SHA256, S("Jefe"), S("what do ya want for nothing?"),
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint8_t out[HASH_BYTES_MAX];
        char hex[HASH_HEX_MAX];
        REQUIRE(hmac_of(rows[i].kind, rows[i].key, rows[i].message, out));
        CHECK_SLICE(slice_str(hash_hex(out, hash_size(rows[i].kind), hex)),
                    slice_str(rows[i].want));
    }
    CHECK(hash_same((const uint8_t *)"abc", (const uint8_t *)"abd", 2));
    CHECK(!hash_same((const uint8_t *)"abc", (const uint8_t *)"abd", 3));
}
