/* parts.h - private to model/coin: the alphabets and checksums. */
#ifndef NOROSHI_COIN_PARTS_H
#define NOROSHI_COIN_PARTS_H

#include "base/base.h"

enum { BASE58_BYTES_MAX = 80, BECH32_VALUES_MAX = 112 };

/* A big number in base 58, as many bytes as its leading "1"s and digits ask for, at most `room`.
 * `alphabet` has 58 characters. False when a character is none of them or it does not fit. */
bool base58_decode(slice text, const char *alphabet, uint8_t *out, size_t room, size_t *ret_len);
extern const char base58_bitcoin[], base58_ripple[];
/* Monero's: blocks of 11 characters are 8 bytes each, big-endian. */
bool base58_blocks(slice text, uint8_t *out, size_t room, size_t *ret_len);

/* The value 0..31 of a character of the bech32 alphabet, -1 when it is none. */
int bech32_value(char c);
/* BIP 173: polymod over the expanded human-readable part and the values: 1 is bech32, 0x2bc830a3 is
 * bech32m, anything else is wrong. `text` is lower case, `one` the offset of the separator. */
uint32_t bech32_polymod(slice text, size_t one);
/* Five-bit values to bytes; false when the padding is over four bits or not zero. */
bool bech32_bytes(const uint8_t *values, size_t count, size_t *ret_bytes);
/* cashaddr (Bitcoin Cash): 0 is right. */
uint64_t cashaddr_polymod(slice prefix, slice payload);

#endif
