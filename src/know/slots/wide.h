/* wide.h - hashes of eight SHA-256s at once, for processors with AVX-512 IFMA: the same as
 * slots_hash_short, bit for bit. Private to know/slots.
 * Uses: slots_hash. Used by: slots.c.
 * Sums are made in columns of 52 bits, a key in each of eight lanes: a column gets at most 29
 * products of under 2^52 and what it begins with, so none overflows and carries are made once, at
 * the end. */
#ifndef NOROSHI_KNOW_SLOTS_WIDE_H
#define NOROSHI_KNOW_SLOTS_WIDE_H

#include "know/slots_hash.h"

#ifdef __x86_64__
#include <immintrin.h>

#define WIDE __attribute__((target("avx512f,avx512dq,avx512ifma")))
enum { WIDE_KEYS = 8 };

WIDE static inline __m512i wide_number(uint64_t n)
{
    return _mm512_set1_epi64((long long)n);
}

/* Two keys as they lie. */
WIDE static inline __m512i wide_pair(const slots_key *a, const slots_key *b)
{
    __m256i low = _mm256_loadu_si256((const __m256i *)(const void *)a->bytes.ptr),
            high = _mm256_loadu_si256((const __m256i *)(const void *)b->bytes.ptr);
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

/* ret[i]: word i of the eight keys, in their order. */
WIDE static inline void wide_words(const slots_key *k, __m512i ret[4])
{
    __m512i a = wide_pair(&k[0], &k[2]), b = wide_pair(&k[1], &k[3]), c = wide_pair(&k[4], &k[6]),
            d = wide_pair(&k[5], &k[7]);
    __m512i ab0 = _mm512_unpacklo_epi64(a, b), ab1 = _mm512_unpackhi_epi64(a, b),
            cd0 = _mm512_unpacklo_epi64(c, d), cd1 = _mm512_unpackhi_epi64(c, d);
    ret[0] = _mm512_shuffle_i64x2(ab0, cd0, 0x88);
    ret[1] = _mm512_shuffle_i64x2(ab1, cd1, 0x88);
    ret[2] = _mm512_shuffle_i64x2(ab0, cd0, 0xdd);
    ret[3] = _mm512_shuffle_i64x2(ab1, cd1, 0xdd);
}

/* A factor times a word: of the word 52 bits and 12, of the factor 52, 52, 52 and 36. */
WIDE static inline void wide_add(__m512i sum[4], const uint64_t limb[4], __m512i word)
{
    __m512i top = _mm512_srli_epi64(word, 52), f0 = wide_number(limb[0]), f1 = wide_number(limb[1]),
            f2 = wide_number(limb[2]), f3 = wide_number(limb[3]);
    sum[0] = _mm512_madd52lo_epu64(sum[0], word, f0);
    sum[1] = _mm512_madd52hi_epu64(sum[1], word, f0);
    sum[1] = _mm512_madd52lo_epu64(sum[1], word, f1);
    sum[1] = _mm512_madd52lo_epu64(sum[1], top, f0);
    sum[2] = _mm512_madd52hi_epu64(sum[2], word, f1);
    sum[2] = _mm512_madd52lo_epu64(sum[2], word, f2);
    sum[2] = _mm512_madd52hi_epu64(sum[2], top, f0);
    sum[2] = _mm512_madd52lo_epu64(sum[2], top, f1);
    sum[3] = _mm512_madd52hi_epu64(sum[3], word, f2);
    sum[3] = _mm512_madd52lo_epu64(sum[3], word, f3);
    sum[3] = _mm512_madd52hi_epu64(sum[3], top, f1);
    sum[3] = _mm512_madd52lo_epu64(sum[3], top, f2);
}

/* slots_sum_end: bits 128 to 191 of the sum, mixed, and 96 to 127. */
WIDE static inline void wide_end(__m512i sum[4], slots_hash *ret)
{
    const __m512i low = wide_number(SLOTS_LIMB);
    uint64_t place[WIDE_KEYS], rest[WIDE_KEYS];
    for (unsigned i = 0; i < 3; i++) {
        sum[i + 1] = _mm512_add_epi64(sum[i + 1], _mm512_srli_epi64(sum[i], 52));
        sum[i] = _mm512_and_si512(sum[i], low);
    }
    __m512i x = _mm512_or_si512(_mm512_srli_epi64(sum[2], 24), _mm512_slli_epi64(sum[3], 28)),
            upper = _mm512_or_si512(_mm512_srli_epi64(sum[1], 44), _mm512_slli_epi64(sum[2], 8));
    x = _mm512_xor_si512(x, _mm512_srli_epi64(x, 32));
    x = _mm512_mullo_epi64(x, wide_number(0xd6e8feb86659fd93u));
    x = _mm512_xor_si512(x, _mm512_srli_epi64(x, 32));
    x = _mm512_mullo_epi64(x, wide_number(0xa0761d6478bd642fu));
    x = _mm512_xor_si512(x, _mm512_srli_epi64(x, 32));
    _mm512_storeu_si512(place, x);
    _mm512_storeu_si512(rest, _mm512_xor_si512(upper, x));
    for (unsigned i = 0; i < WIDE_KEYS; i++)
        ret[i] = (slots_hash){place[i], (uint32_t)rest[i]};
}

WIDE static inline void wide_hash(const slots_secret *secret, const slots_sum *begun,
                                  const slots_key keys[WIDE_KEYS], slots_hash *ret)
{
    uint64_t limb[4];
    __m512i word[4], sum[4];
    slots_limbs(begun->part, limb);
    wide_words(keys, word);
    for (unsigned i = 0; i < 4; i++)
        sum[i] = wide_number(limb[i]);
    for (unsigned i = 0; i < SHA256_BYTES / 8; i++)
        wide_add(sum, secret->limb[i], word[i]);
    wide_end(sum, ret);
}
#endif

#endif
