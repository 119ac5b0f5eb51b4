/* hash.h - digests, through libcrypto; SipHash for tables that an attacker may fill, libsodium.
 * Uses: base. Used by: blobs and claims (SHA-256), observables (checksums), the index (SipHash).
 * Sources: FIPS 180-4 (SHA-1, SHA-2), RFC 1321 (MD5), FIPS 202 (SHA-3), Aumasson and Bernstein
 * 2012 (SipHash-2-4), RFC 2104 (HMAC). */
#ifndef NOROSHI_HASH_H
#define NOROSHI_HASH_H

#include "base/base.h"

typedef enum hash_kind {
    HASH_MD5,
    HASH_SHA1,
    HASH_SHA256,
    HASH_SHA512,
    HASH_SHA3_256,
    HASH_KIND_COUNT_
} hash_kind;

enum { HASH_BYTES_MAX = 64, SHA256_BYTES = 32, HASH_HEX_MAX = 2 * HASH_BYTES_MAX + 1 };

size_t hash_size(hash_kind kind); /* bytes of the digest */

/* A digest in progress. NULL from hash_new only when memory is out. One per thread. */
typedef struct hash_state hash_state;
hash_state *hash_new(hash_kind kind) NODISCARD;
hash_state *hash_free(hash_state *h);
void hash_update(hash_state *h, slice bytes);
/* Writes hash_size bytes and starts over, ready for the next message. */
void hash_final(hash_state *h, uint8_t *ret);

/* One message at once. False only when memory is out. */
bool hash_of(hash_kind kind, slice bytes, uint8_t *ret) NODISCARD;
/* HMAC (RFC 2104); hash_size bytes. False only when memory is out. */
bool hmac_of(hash_kind kind, slice key, slice message, uint8_t *ret) NODISCARD;
/* Compared in time that depends on `n` only. */
bool hash_same(const uint8_t *a, const uint8_t *b, size_t n);
/* Lower-case hex of `n` bytes into out (2n + 1 bytes). Returns out. */
const char *hash_hex(const uint8_t *bytes, size_t n, char *out);
/* Hex back to bytes: text is exactly 2n hex digits. */
bool hash_unhex(slice text, uint8_t *ret, size_t n);

/* SipHash-2-4 under a 16-byte key. */
uint64_t siphash(const uint8_t key[16], slice bytes);
/* Its variant with 128 bits, for tables so large that 64 would collide. */
void siphash128(const uint8_t key[16], slice bytes, uint64_t ret[2]);

/* Randomness as a parameter: tests give a seed. */
typedef struct random_source {
    void (*fill)(void *ctx, void *into, size_t n);
    void *ctx;
} random_source;
random_source random_system(void);
/* The same bytes for the same seed on every machine; *state is the seed and moves on. For tests. */
random_source random_seeded(uint64_t *state);

#endif
