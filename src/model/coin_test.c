#include "base/hash.h"
#include "base/test.h"
#include "model/coin.h"

static bool digest_is(slice text, const char *want)
{
    uint8_t d[KECCAK256_BYTES];
    char hex[HASH_HEX_MAX];
    keccak256(text, d);
    return strcmp(hash_hex(d, sizeof d, hex), want) == 0;
}

/* From the Keccak team's known answers (ShortMsgKAT_256 of the submission) and Ethereum's yellow
 * paper; the lengths are those around one block of 136 bytes. */
TEST(keccak_has_the_padding_of_2011)
{
    char text[300];
    memset(text, 'a', sizeof text);
    CHECK(digest_is(S(""), "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"));
    CHECK(digest_is(S("abc"), "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"));
    CHECK(digest_is(S("\xcc"), "eead6dbfc7340a56caedc044696a168870549a6a7f6f56961e84a54bd9970b8a"));
    uint8_t a[KECCAK256_BYTES], b[KECCAK256_BYTES];
    for (size_t n = 134; n < 140; n++) { /* every length around a block is a digest of its own */
        keccak256(slice_of(text, n), a);
        keccak256(slice_of(text, n + 1), b);
        CHECK(memcmp(a, b, sizeof a) != 0);
    }
}

TEST(addresses_with_a_right_checksum)
{
    static const struct {
        slice in;
        coin coin;
        slice key;
    } rows[] = {
        {S_INIT("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"), COIN_BITCOIN,
         S_INIT("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2")},
        {S_INIT("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy"), COIN_BITCOIN,
         S_INIT("3J98t1WpEZ73CNmQviecrnyiWrnqRhWNLy")},
        {S_INIT("1111111111111111111114oLvT2"), COIN_BITCOIN,
         S_INIT("1111111111111111111114oLvT2")},
        /* BIP 173 and BIP 350 */
        {S_INIT("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"), COIN_BITCOIN,
         S_INIT("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4")},
        {S_INIT("tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7"), COIN_BITCOIN,
         S_INIT("tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7")},
        {S_INIT("BC1SW50QGDZ25J"), COIN_BITCOIN, S_INIT("bc1sw50qgdz25j")},
        {S_INIT("bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs"), COIN_BITCOIN,
         S_INIT("bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs")},
        {S_INIT("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0"), COIN_BITCOIN,
         S_INIT("bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0")},
        /* EIP 55 */
        {S_INIT("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"), COIN_ETHEREUM,
         S_INIT("0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed")},
        {S_INIT("0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"), COIN_ETHEREUM,
         S_INIT("0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359")},
        {S_INIT("0x52908400098527886E0F7030069857D2E4169EE7"), COIN_ETHEREUM,
         S_INIT("0x52908400098527886e0f7030069857d2e4169ee7")},
        {S_INIT("0xde709f2102306220921060314715629080e2fb77"), COIN_ETHEREUM,
         S_INIT("0xde709f2102306220921060314715629080e2fb77")},
        {S_INIT("bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"), COIN_BITCOIN_CASH,
         S_INIT("bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a")},
        {S_INIT("qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"), COIN_BITCOIN_CASH,
         S_INIT("bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a")},
        {S_INIT("rrrrrrrrrrrrrrrrrrrrrhoLvTp"), COIN_RIPPLE, S_INIT("rrrrrrrrrrrrrrrrrrrrrhoLvTp")},
        /* an integrated address: bytes 1, 2, 3 ... and a payment id */
        {S_INIT("4BMzkK7uaiS2LxFSMtsQ5k3gsHPkECmXt52nKM8ZY8z26NhMJWtsWSA7icPF"
                "uECstJ94XRDHZYFLSAQSTAftscnaBmivREFTG8iDEFvMFs"),
         COIN_MONERO,
         S_INIT("4BMzkK7uaiS2LxFSMtsQ5k3gsHPkECmXt52nKM8ZY8z26NhMJWtsWSA7icPF"
                "uECstJ94XRDHZYFLSAQSTAftscnaBmivREFTG8iDEFvMFs")},
        {S_INIT(
             "496aKKdqF1xQSSEzw7wNrkZkDUsCD5cSmNCfVhVgEps52WERBcLDGzdF5UugmFoHMm9xRJdewvK2TFfAJNw"
             "EV25rTcVF5Vp"),
         COIN_MONERO,
         S_INIT(
             "496aKKdqF1xQSSEzw7wNrkZkDUsCD5cSmNCfVhVgEps52WERBcLDGzdF5UugmFoHMm9xRJdewvK2TFfAJNw"
             "EV25rTcVF5Vp")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        coin c = COIN_NONE;
        char key[COIN_TEXT_MAX];
        size_t len = 0;
        err why = {0};
        if (coin_parse(rows[i].in, &c, key, &len, &why) != OK) {
            TEST_FAIL("%.*s: %s", SLICE_FMT(rows[i].in), why.msg);
            continue;
        }
        CHECK_EQ(c, rows[i].coin);
        CHECK_SLICE(slice_of(key, len), rows[i].key);
        CHECK(strcmp(coin_name(c), "none") != 0);
    }
}

/* Every coin of the table, made from its version byte: the checksum is ours to compute. */
TEST(one_wrong_letter_is_noticed)
{
    static const slice right[] = {
        S_INIT("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"),
        S_INIT("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"),
        S_INIT("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),
        S_INIT("rrrrrrrrrrrrrrrrrrrrrhoLvTp"),
        S_INIT("qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6a"),
        S_INIT("496aKKdqF1xQSSEzw7wNrkZkDUsCD5cSmNCfVhVgEps52WERBcLDGzdF5UugmFoHMm9xRJdewvK2TFfAJNw"
               "EV25rTcVF5Vp"),
    };
    for (size_t i = 0; i < COUNT_OF(right); i++)
        for (size_t at = 4; at < right[i].len; at++) {
            char text[COIN_TEXT_MAX], key[COIN_TEXT_MAX];
            coin c = COIN_NONE;
            size_t len = 77;
            memcpy(text, right[i].ptr, right[i].len);
            text[at] = text[at] == 'b' ? 'c' : 'b';
            bool same = slice_eq_nocase(slice_of(text, right[i].len), right[i]);
            if (same && right[i].ptr[0] != '0')
                continue;
            CHECK_EQ(coin_parse(slice_of(text, right[i].len), &c, key, &len, NULL), ERR_INPUT);
            CHECK(c == COIN_NONE && len == 77);
        }
}

TEST(what_is_no_address_is_refused)
{
    static const slice wrong[] = {
        S_INIT(""),
        S_INIT("1"),
        S_INIT("bc1pw5dgrnzv"),
        S_INIT("bc1gmk9yu"),
        S_INIT("BC1QR508D6QEJXTDG4Y5R3ZARVARYV98GJ9P"),
        S_INIT("bc1QW508D6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"), /* mixed case */
        S_INIT("bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kemeawh"), /* bech32m on version 0 */
        S_INIT("tb1z0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqglt7rf"), /* bech32 on 2 */
        S_INIT("d41d8cd98f00b204e9800998ecf8427e"),
        S_INIT("0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAe"),
        S_INIT("O0Il1111111111111111111111111111"),
    };
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        coin c = COIN_NONE;
        char key[COIN_TEXT_MAX];
        size_t len;
        err why = {0};
        CHECK_EQ(coin_parse(wrong[i], &c, key, &len, &why), ERR_INPUT);
        CHECK(why.msg[0] && c == COIN_NONE);
    }
}

/* Services that the Tor project itself runs. */
TEST(onions_have_a_checksum)
{
    CHECK(onion_v3_ok(S("2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid")));
    CHECK(!onion_v3_ok(S("2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wia")));
    CHECK(!onion_v3_ok(S("2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wi")));
    CHECK(!onion_v3_ok(S("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")));
    CHECK(!onion_v3_ok(S("2GZYXA5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid")));
}
