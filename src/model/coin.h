/* coin.h - addresses with a checksum: coins and onion services.
 *
 *     coin c;
 *     char key[COIN_TEXT_MAX];
 *     size_t len;
 *     if (coin_parse(S("BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4"), &c, key, &len, why) == OK)
 *         ... coin_name(c) "bitcoin", key in lower case
 *
 * Uses: base, hash. Used by: observable, extract. Nothing is kept, everything is thread-safe.
 * Sources: BIP 173 and 350 (bech32, bech32m), EIP-55 (mixed-case checksum), the Bitcoin wiki's
 * base58check, Monero's base58 in blocks of eight bytes, Tor rend-spec-v3 section 6; Keccak: the
 * submission of 2011 (padding 0x01, which FIPS 202 changed to 0x06). */
#ifndef NOROSHI_COIN_H
#define NOROSHI_COIN_H

#include "base/base.h"

enum { COIN_TEXT_MAX = 120, KECCAK256_BYTES = 32 };

typedef enum coin {
    COIN_NONE,
    COIN_BITCOIN,
    COIN_BITCOIN_CASH,
    COIN_LITECOIN,
    COIN_DOGECOIN,
    COIN_DASH,
    COIN_ZCASH,
    COIN_TRON,
    COIN_ETHEREUM, /* and every chain with its addresses */
    COIN_MONERO,
    COIN_RIPPLE,
    COIN_CARDANO,
    COIN_COUNT_
} coin;

const char *coin_name(coin c);

/* Writes the key: base58 as it is, bech32 and Ethereum in lower case, NUL-terminated.
 *   ERR_INPUT  no address of a coin we know, or its checksum is wrong: the message says which
 *   ERR_LIMIT  no memory left for the hash */
status coin_parse(slice text, coin *ret, char key[COIN_TEXT_MAX], size_t *ret_len,
                  err *why) NODISCARD;

/* The 56 letters in front of ".onion" (lower case): version 3 and a right checksum. */
bool onion_v3_ok(slice label);

void keccak256(slice bytes, uint8_t ret[KECCAK256_BYTES]);

#endif
