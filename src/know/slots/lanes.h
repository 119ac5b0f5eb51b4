/* lanes.h - the hash of eight keys of one length at once, and the filter's test, in vectors of the
 * compiler, for processors whose vectors have 256 bits; equal bit for bit to slots_hash_of
 * (slots_test.c compares them). Private to know/slots.
 * Uses: file. Used by: slots.c.
 * Everything is inlined into its caller, whose target decides which instructions are used. */
#ifndef NOROSHI_KNOW_SLOTS_LANES_H
#define NOROSHI_KNOW_SLOTS_LANES_H

#include "know/slots/file.h"

/* Filled before it is read, and in the innermost loop: not zeroed first as all else is. */
#define LANES_RAW __attribute__((uninitialized))
#define LANES_INLINE static inline __attribute__((always_inline))

enum { LANES = 8, LANES_BYTES_MAX = 64 + 1 }; /* a digest and its kind */

typedef uint64_t lanes_u64 __attribute__((vector_size(32)));
typedef uint32_t lanes_u32 __attribute__((vector_size(32)));

typedef struct lanes_state {
    lanes_u64 a, b, c, d;
} lanes_state;

#define LANES_ROTATE(x, n) ((x) << (n) | (x) >> (64 - (n)))

/* One round of SipHash (Aumasson and Bernstein 2012, section 2). */
LANES_INLINE void lanes_round(lanes_state *s)
{
    s->a += s->b;
    s->b = LANES_ROTATE(s->b, 13) ^ s->a;
    s->a = LANES_ROTATE(s->a, 32);
    s->c += s->d;
    s->d = LANES_ROTATE(s->d, 16) ^ s->c;
    s->a += s->d;
    s->d = LANES_ROTATE(s->d, 21) ^ s->a;
    s->c += s->b;
    s->b = LANES_ROTATE(s->b, 17) ^ s->c;
    s->c = LANES_ROTATE(s->c, 32);
}

LANES_INLINE void lanes_begin(lanes_state *s, const uint64_t k[2])
{
    uint64_t a = k[0] ^ 0x736f6d6570736575u, b = k[1] ^ 0x646f72616e646f6du ^ 0xee;
    uint64_t c = k[0] ^ 0x6c7967656e657261u, d = k[1] ^ 0x7465646279746573u;
    s->a = (lanes_u64){a, a, a, a};
    s->b = (lanes_u64){b, b, b, b};
    s->c = (lanes_u64){c, c, c, c};
    s->d = (lanes_u64){d, d, d, d};
}

LANES_INLINE void lanes_word(lanes_state s[2], const uint64_t word[LANES])
{
    lanes_u64 x, y;
    memcpy(&x, word, sizeof x);
    memcpy(&y, word + LANES / 2, sizeof y);
    s[0].d ^= x;
    s[1].d ^= y;
    for (int i = 0; i < 2; i++) {
        lanes_round(&s[0]);
        lanes_round(&s[1]);
    }
    s[0].a ^= x;
    s[1].a ^= y;
}

LANES_INLINE void lanes_end(lanes_state s[2], lanes_u64 ret[2])
{
    for (int i = 0; i < 4; i++) {
        lanes_round(&s[0]);
        lanes_round(&s[1]);
    }
    for (int i = 0; i < 2; i++)
        ret[i] = s[i].a ^ s[i].b ^ s[i].c ^ s[i].d;
}

/* Can these eight go together? */
LANES_INLINE bool lanes_fit(const slots_key *keys)
{
    size_t len = keys[0].bytes.len, other = 0;
    for (unsigned i = 1; i < LANES; i++)
        other |= keys[i].bytes.len ^ len;
    return other == 0 && len < LANES_BYTES_MAX;
}

/* The words that are hashed: the kind's byte, the key's, and in the last one the length. */
LANES_INLINE void lanes_spell(const slots_key *key, uint64_t (*words)[LANES], unsigned lane)
{
    size_t full = key->bytes.len / 8, rest = key->bytes.len % 8;
    uint64_t carry = (uint8_t)key->kind, tail = 0;
    for (size_t w = 0; w < full; w++) {
        uint64_t x;
        memcpy(&x, key->bytes.ptr + 8 * w, 8);
        words[w][lane] = carry | x << 8;
        carry = x >> 56;
    }
    if (rest)
        memcpy(&tail, key->bytes.ptr + 8 * full, rest);
    words[full][lane] = carry | tail << 8;
    if (rest == 7)
        words[++full][lane] = 0;
    words[full][lane] |= (uint64_t)(key->bytes.len + 1) << 56;
}

/* slots_hash_of for keys that fit. */
LANES_INLINE void lanes_hash(const uint8_t seed[16], const slots_key *keys, slots_hash *ret)
{
    LANES_RAW uint64_t words[LANES_BYTES_MAX / 8 + 1][LANES];
    uint64_t k[2];
    size_t last = (keys[0].bytes.len + 1) / 8;
    for (unsigned i = 0; i < LANES; i++)
        lanes_spell(&keys[i], words, i);
    memcpy(k, seed, sizeof k);
    lanes_state s[2]; /* of four keys each: one does not wait for the other */
    lanes_u64 high[2], low[2];
    for (int i = 0; i < 2; i++)
        lanes_begin(&s[i], k);
    for (size_t w = 0; w <= last; w++)
        lanes_word(s, words[w]);
    for (int i = 0; i < 2; i++)
        s[i].c ^= (lanes_u64){0xee, 0xee, 0xee, 0xee};
    lanes_end(s, high);
    for (int i = 0; i < 2; i++)
        s[i].b ^= (lanes_u64){0xdd, 0xdd, 0xdd, 0xdd};
    lanes_end(s, low);
    for (unsigned i = 0; i < LANES; i++)
        ret[i] = (slots_hash){high[i / 4][i % 4], low[i / 4][i % 4]};
}

/* Does the filter say that the key is not there? */
LANES_INLINE bool lanes_filter_says_no(const uint32_t *block, uint32_t low)
{
    lanes_u32 have, salt, bit;
    memcpy(&have, block, sizeof have);
    memcpy(&salt, slots_salt, sizeof salt);
    bit = (lanes_u32){1, 1, 1, 1, 1, 1, 1, 1} << ((salt * low) >> 27);
    bit &= ~have;
    uint64_t out[4];
    memcpy(out, &bit, sizeof out);
    return (out[0] | out[1] | out[2] | out[3]) != 0;
}

#endif
