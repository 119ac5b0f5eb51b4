/* slots_hash.h - the hash of a key under a table's seed: 96 bits, of which the first 64 say where
 * the key stands, and where in a filter. Private to know.
 * Uses: slots, base/hash. Used by: slots.c, slots_build.c, slots_fold.c, slots_front.c,
 * sightings.
 * Keys of up to 64 bytes are hashed with the multilinear family: the sum of words of 64 bits times
 * secret factors of 192 bits, modulo 2^192, of which the upper 96 bits count. Two different keys of
 * somebody who does not know the seed meet in them with a chance of 2^-96 (Lemire and Kaser,
 * "Strongly universal string hashing is fast", 2014: words of w bits and a hash of L want a modulus
 * of at least 2^(w+L-1)). What follows is one to one: it breaks the order that a sum keeps. Longer
 * keys are hashed with SipHash-2-4. Why: docs/decisions/0110-multilinear-hash.md. */
#ifndef NOROSHI_KNOW_SLOTS_HASH_H
#define NOROSHI_KNOW_SLOTS_HASH_H

#include "base/hash.h"
#include "know/slots.h"

enum {
    SLOTS_SHORT = 64,                  /* bytes of the longest key that is summed */
    SLOTS_WORDS = SLOTS_SHORT / 8 + 2, /* its words, kind and length, and a constant */
    SLOTS_COLUMNS = 7,                 /* of 28 bits, of a number of 192 */
    SLOTS_FILTER = 32                  /* bytes of a block of a filter */
};

__extension__ typedef unsigned __int128 slots_wide;

/* What a seed becomes once. */
typedef struct slots_secret {
    uint8_t seed[SLOTS_SEED];
    uint64_t factor[SLOTS_WORDS][4];    /* the lowest first; the fourth is not used */
    uint64_t limb[SHA256_BYTES / 8][4]; /* the first of them in 52 bits each: slots/wide.h */
    /* And in 28 bits each, each four times, and what the sum of a SHA-256 begins with:
     * slots/four.h. */
    uint64_t column[SLOTS_COLUMNS][SHA256_BYTES / 8][4], sha256[SLOTS_COLUMNS][4];
} slots_secret;

static const uint64_t SLOTS_LIMB = ((uint64_t)1 << 52) - 1;

/* 192 bits as 52, 52, 52 and 36. */
static inline void slots_limbs(const uint64_t part[3], uint64_t ret[4])
{
    ret[0] = part[0] & SLOTS_LIMB;
    ret[1] = (part[0] >> 52 | part[1] << 12) & SLOTS_LIMB;
    ret[2] = (part[1] >> 40 | part[2] << 24) & SLOTS_LIMB;
    ret[3] = part[2] >> 28;
}

typedef struct slots_hash {
    uint64_t place;
    uint32_t rest;
} slots_hash;

/* A sum: 192 bits, the lowest first. */
typedef struct slots_sum {
    uint64_t part[3];
} slots_sum;

static inline void slots_sum_word(slots_sum *s, const uint64_t factor[3], uint64_t word)
{
    slots_wide low = (slots_wide)factor[0] * word + s->part[0];
    slots_wide mid = (slots_wide)factor[1] * word + s->part[1] + (uint64_t)(low >> 64);
    s->part[0] = (uint64_t)low;
    s->part[1] = (uint64_t)mid;
    s->part[2] += factor[2] * word + (uint64_t)(mid >> 64);
}

/* A constant, and what does not change from key to key of one kind and length. */
static inline slots_sum slots_sum_begin(const slots_secret *x, kind k, size_t len)
{
    slots_sum s;
    memcpy(s.part, x->factor[SLOTS_WORDS - 1], sizeof s.part);
    slots_sum_word(&s, x->factor[SLOTS_WORDS - 2], (uint64_t)len << 8 | (uint8_t)k);
    return s;
}

/* Bits 28 i to 28 i + 27 of 192. */
static inline uint64_t slots_column(const uint64_t part[3], unsigned i)
{
    unsigned word = 28 * i / 64, from = 28 * i % 64;
    uint64_t bits = part[word] >> from;
    if (from > 64 - 28 && word < 2)
        bits |= part[word + 1] << (64 - from);
    return bits & (((uint64_t)1 << 28) - 1);
}

static inline void slots_secret_of(const uint8_t seed[SLOTS_SEED], slots_secret *ret)
{
    memcpy(ret->seed, seed, SLOTS_SEED);
    for (uint64_t i = 0; i < SLOTS_WORDS; i++)
        for (uint64_t half = 0; half < 2; half++) {
            uint64_t at = i * 2 + half;
            siphash128(seed, slice_of((const char *)&at, sizeof at), &ret->factor[i][2 * half]);
        }
    for (size_t i = 0; i < COUNT_OF(ret->limb); i++)
        slots_limbs(ret->factor[i], ret->limb[i]);
    slots_sum begun = slots_sum_begin(ret, KIND_SHA256, SHA256_BYTES);
    for (unsigned at = 0; at < SLOTS_COLUMNS; at++)
        for (size_t lane = 0; lane < 4; lane++) {
            for (size_t i = 0; i < COUNT_OF(ret->column[at]); i++)
                ret->column[at][i][lane] = slots_column(ret->factor[i], at);
            ret->sha256[at][lane] = slots_column(begun.part, at);
        }
}

static inline slots_hash slots_sum_end(const slots_sum *s)
{
    uint64_t x = s->part[2];
    x ^= x >> 32;
    x *= 0xd6e8feb86659fd93u;
    x ^= x >> 32;
    x *= 0xa0761d6478bd642fu;
    x ^= x >> 32;
    return (slots_hash){x, (uint32_t)(s->part[1] >> 32) ^ (uint32_t)x};
}

/* `begun` is of this kind and length, at most SLOTS_SHORT. */
static inline __attribute__((always_inline)) slots_hash slots_hash_short(const slots_secret *x,
                                                                         slots_sum s, slice bytes)
{
    size_t full = bytes.len / 8, rest = bytes.len % 8;
    uint64_t word;
#pragma GCC unroll 8
    for (size_t i = 0; i < full; i++) {
        memcpy(&word, bytes.ptr + 8 * i, 8);
        slots_sum_word(&s, x->factor[i], word);
    }
    if (rest) {
        uint32_t half = 0;
        word = 0;
        if (rest == sizeof half) { /* a SHA-1: no call */
            memcpy(&half, bytes.ptr + 8 * full, sizeof half);
            word = half;
        } else {
            memcpy(&word, bytes.ptr + 8 * full, rest);
        }
        slots_sum_word(&s, x->factor[full], word);
    }
    return slots_sum_end(&s);
}

static inline slots_hash slots_hash_long(const slots_secret *x, kind k, slice bytes)
{
    uint64_t inner[3], out[2];
    siphash128(x->seed, bytes, inner);
    inner[2] = (uint64_t)bytes.len << 8 | (uint8_t)k;
    siphash128(x->seed, slice_of((const char *)inner, sizeof inner), out);
    return (slots_hash){out[0], (uint32_t)out[1]};
}

static inline slots_hash slots_hash_of(const slots_secret *x, kind k, slice bytes)
{
    if (bytes.len > SLOTS_SHORT)
        return slots_hash_long(x, k, bytes);
    return slots_hash_short(x, slots_sum_begin(x, k, bytes.len), bytes);
}

/* Lines, blocks and filters are in the order of the hash, so that one pass writes them. */
static inline uint64_t slots_scale(uint64_t hash, uint64_t n)
{
    return (uint64_t)((slots_wide)hash * n >> 64);
}

/* The eight bits of a key in its block of the filter, one in each 32-bit word: odd multipliers,
 * the top five bits of each product. */
static const uint32_t slots_salt[8] = {0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f,
                                       0x165667b1, 0xd3a2646d, 0xfd7046c5, 0xb55a4f09};

#endif
