/* coin.c - addresses with a checksum: see coin.h. */
#include "model/coin.h"

#include "base/hash.h"
#include "model/coin/parts.h"

const char *coin_name(coin c)
{
    static const char *const names[COIN_COUNT_] = {
        [COIN_NONE] = "none",
        [COIN_BITCOIN] = "bitcoin",
        [COIN_BITCOIN_CASH] = "bitcoin-cash",
        [COIN_LITECOIN] = "litecoin",
        [COIN_DOGECOIN] = "dogecoin",
        [COIN_DASH] = "dash",
        [COIN_ZCASH] = "zcash",
        [COIN_TRON] = "tron",
        [COIN_ETHEREUM] = "ethereum",
        [COIN_MONERO] = "monero",
        [COIN_RIPPLE] = "ripple",
        [COIN_CARDANO] = "cardano",
    };
    assert(c < COIN_COUNT_);
    return names[c];
}

/* --- base58check ---------------------------------------------------------------------------- */

static const struct version {
    uint8_t bytes[2];
    uint8_t len;
    coin coin;
} versions[] = {
    {{0x00}, 1, COIN_BITCOIN},     {{0x05}, 1, COIN_BITCOIN},  {{0x6f}, 1, COIN_BITCOIN},
    {{0xc4}, 1, COIN_BITCOIN},     {{0x30}, 1, COIN_LITECOIN}, {{0x32}, 1, COIN_LITECOIN},
    {{0x1e}, 1, COIN_DOGECOIN},    {{0x16}, 1, COIN_DOGECOIN}, {{0x4c}, 1, COIN_DASH},
    {{0x10}, 1, COIN_DASH},        {{0x41}, 1, COIN_TRON},     {{0x1c, 0xb8}, 2, COIN_ZCASH},
    {{0x1c, 0xbd}, 2, COIN_ZCASH},
};

enum { PAYLOAD = 20, CHECK = 4 };

typedef enum verdict { NOT_THIS, WRONG_CHECKSUM, NO_MEMORY, RIGHT } verdict;

static verdict double_sha256_ok(const uint8_t *bytes, size_t len)
{
    uint8_t once[SHA256_BYTES], twice[SHA256_BYTES];
    if (!hash_of(HASH_SHA256, slice_of((const char *)bytes, len - CHECK), once) ||
        !hash_of(HASH_SHA256, slice_of((const char *)once, sizeof once), twice))
        return NO_MEMORY;
    return memcmp(twice, bytes + len - CHECK, CHECK) == 0 ? RIGHT : WRONG_CHECKSUM;
}

static verdict check_base58(slice text, coin *ret)
{
    uint8_t bytes[2 + PAYLOAD + CHECK];
    size_t len;
    if (text.len < 25 || text.len > 36)
        return NOT_THIS;
    if (text.ptr[0] == 'r') {
        if (!base58_decode(text, base58_ripple, bytes, sizeof bytes, &len) ||
            len != 1 + PAYLOAD + CHECK || bytes[0] != 0)
            return NOT_THIS;
        *ret = COIN_RIPPLE;
        return double_sha256_ok(bytes, len);
    }
    if (!base58_decode(text, base58_bitcoin, bytes, sizeof bytes, &len))
        return NOT_THIS;
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        const struct version *v = &versions[i];
        if (len == (size_t)v->len + PAYLOAD + CHECK && memcmp(bytes, v->bytes, v->len) == 0) {
            *ret = v->coin;
            return double_sha256_ok(bytes, len);
        }
    }
    return NOT_THIS;
}

/* --- bech32 --------------------------------------------------------------------------------- */

enum { BECH32 = 1, BECH32M = 0x2bc830a3, BECH32_MAX = 90, CARDANO_MAX = 108 };

static bool one_case(slice text)
{
    bool lower = false, upper = false;
    for (size_t i = 0; i < text.len; i++) {
        lower |= text.ptr[i] >= 'a' && text.ptr[i] <= 'z';
        upper |= text.ptr[i] >= 'A' && text.ptr[i] <= 'Z';
    }
    return !(lower && upper);
}

/* BIP 141: version 0 has programs of 20 or 32 bytes, the others 2..40; BIP 350: who uses which
 * checksum. `values` are those between the separator and the checksum. */
static bool witness_ok(const uint8_t *values, size_t count, uint32_t sum)
{
    size_t bytes;
    if (count < 1 || values[0] > 16 || !bech32_bytes(values + 1, count - 1, &bytes))
        return false;
    if (values[0] == 0)
        return sum == BECH32 && (bytes == 20 || bytes == 32);
    return sum == BECH32M && bytes >= 2 && bytes <= 40;
}

static verdict check_bech32(slice lower, coin *ret)
{
    static const struct {
        slice hrp;
        coin coin;
        bool witness;
    } parts[] = {
        {S_INIT("bc"), COIN_BITCOIN, true},    {S_INIT("tb"), COIN_BITCOIN, true},
        {S_INIT("ltc"), COIN_LITECOIN, true},  {S_INIT("tltc"), COIN_LITECOIN, true},
        {S_INIT("addr"), COIN_CARDANO, false}, {S_INIT("stake"), COIN_CARDANO, false},
    };
    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        size_t one = parts[i].hrp.len, max = parts[i].witness ? BECH32_MAX : CARDANO_MAX;
        if (!slice_starts(lower, parts[i].hrp) || lower.len <= one || lower.ptr[one] != '1')
            continue;
        uint8_t values[BECH32_VALUES_MAX];
        if (lower.len > max || lower.len < one + 1 + 6)
            return NOT_THIS;
        size_t count = lower.len - one - 1 - 6;
        for (size_t k = 0; k < count; k++) {
            int v = bech32_value(lower.ptr[one + 1 + k]);
            if (v < 0)
                return NOT_THIS;
            values[k] = (uint8_t)v;
        }
        uint32_t sum = bech32_polymod(lower, one);
        *ret = parts[i].coin;
        if (parts[i].witness)
            return witness_ok(values, count, sum) ? RIGHT : WRONG_CHECKSUM;
        return sum == BECH32 && count >= 40 ? RIGHT : WRONG_CHECKSUM;
    }
    return NOT_THIS;
}

static verdict check_cash(slice lower, coin *ret)
{
    slice prefix = S("bitcoincash");
    slice payload = lower;
    if (slice_starts(lower, S("bitcoincash:")))
        payload = slice_from(lower, prefix.len + 1);
    if (payload.len != 42 || (payload.ptr[0] != 'q' && payload.ptr[0] != 'p'))
        return NOT_THIS;
    for (size_t i = 0; i < payload.len; i++)
        if (bech32_value(payload.ptr[i]) < 0)
            return NOT_THIS;
    *ret = COIN_BITCOIN_CASH;
    return cashaddr_polymod(prefix, payload) == 0 ? RIGHT : WRONG_CHECKSUM;
}

/* --- Ethereum and Monero -------------------------------------------------------------------- */

static verdict check_ethereum(slice text, slice lower, coin *ret)
{
    if (text.len != 42 || !slice_starts(lower, S("0x")))
        return NOT_THIS;
    for (size_t i = 2; i < text.len; i++)
        if (hex_value(text.ptr[i]) < 0)
            return NOT_THIS;
    *ret = COIN_ETHEREUM;
    if (one_case(slice_from(text, 2)))
        return RIGHT; /* all lower or all upper: written without a checksum */
    uint8_t hash[KECCAK256_BYTES];
    keccak256(slice_from(lower, 2), hash);
    for (size_t i = 0; i < 40; i++) {
        unsigned nibble = i % 2 ? hash[i / 2] & 15u : hash[i / 2] >> 4;
        char c = text.ptr[i + 2];
        if (is_alpha(c) && (nibble >= 8) != (c <= 'Z'))
            return WRONG_CHECKSUM;
    }
    return RIGHT;
}

static verdict check_monero(slice text, coin *ret)
{
    uint8_t bytes[80], hash[KECCAK256_BYTES];
    size_t len;
    if ((text.len != 95 && text.len != 106) || (text.ptr[0] != '4' && text.ptr[0] != '8') ||
        !base58_blocks(text, bytes, sizeof bytes, &len))
        return NOT_THIS;
    if (bytes[0] != 18 && bytes[0] != 19 && bytes[0] != 42)
        return NOT_THIS;
    *ret = COIN_MONERO;
    keccak256(slice_of((const char *)bytes, len - CHECK), hash);
    return memcmp(hash, bytes + len - CHECK, CHECK) == 0 ? RIGHT : WRONG_CHECKSUM;
}

/* --- the whole ------------------------------------------------------------------------------ */

static status refuse(verdict v, slice text, coin found, err *why)
{
    char quoted[ERR_QUOTE_MAX];
    if (v == NO_MEMORY)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    if (!why) /* quoting costs more than looking */
        return ERR_INPUT;
    err_quote(text, quoted);
    if (v == NOT_THIS)
        return err_set(why, ERR_INPUT, 0, "\"%s\" is the address of no coin we know", quoted);
    return err_set(why, ERR_INPUT, 0, "\"%s\" looks like a %s address, but its checksum is wrong",
                   quoted, coin_name(found));
}

status coin_parse(slice text, coin *ret, char key[COIN_TEXT_MAX], size_t *ret_len, err *why)
{
    char lower_text[COIN_TEXT_MAX];
    coin found = COIN_NONE;
    verdict v = NOT_THIS;
    if (text.len < 14 || text.len >= COIN_TEXT_MAX - 12)
        return err_set(why, ERR_INPUT, 0, "no address of a coin has %zu characters", text.len);
    for (size_t i = 0; i < text.len; i++)
        lower_text[i] = to_lower(text.ptr[i]);
    slice lower = slice_of(lower_text, text.len), take = text;
    if ((v = check_ethereum(text, lower, &found)) != NOT_THIS)
        take = lower;
    else if (one_case(text) && (v = check_bech32(lower, &found)) != NOT_THIS)
        take = lower;
    else if (one_case(text) && (v = check_cash(lower, &found)) != NOT_THIS)
        take = lower;
    else if ((v = check_base58(text, &found)) == NOT_THIS)
        v = check_monero(text, &found);
    if (v != RIGHT)
        return refuse(v, text, found, why);
    size_t n = 0;
    if (found == COIN_BITCOIN_CASH && !slice_starts(take, S("bitcoincash:"))) {
        memcpy(key, "bitcoincash:", 12);
        n = 12;
    }
    memcpy(key + n, take.ptr, take.len);
    key[n + take.len] = 0;
    *ret = found;
    *ret_len = n + take.len;
    return OK;
}

/* --- onion services ------------------------------------------------------------------------- */

bool onion_v3_ok(slice label)
{
    uint8_t bytes[35], hash[32];
    if (label.len != 56)
        return false;
    uint32_t acc = 0;
    unsigned bits = 0;
    size_t n = 0;
    for (size_t i = 0; i < label.len; i++) {
        char c = label.ptr[i];
        int v = c >= 'a' && c <= 'z' ? c - 'a' : c >= '2' && c <= '7' ? c - '2' + 26 : -1;
        if (v < 0)
            return false;
        acc = acc << 5 | (unsigned)v;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            bytes[n++] = (uint8_t)(acc >> bits);
        }
    }
    char message[15 + 32 + 1];
    memcpy(message, ".onion checksum", 15);
    memcpy(message + 15, bytes, 32);
    message[47] = 0x03;
    return bytes[34] == 0x03 && hash_of(HASH_SHA3_256, slice_of(message, sizeof message), hash) &&
           hash[0] == bytes[32] && hash[1] == bytes[33];
}
