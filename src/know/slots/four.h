/* four.h - hashes of four SHA-256s at once, for processors with AVX2: the same as slots_hash_short,
 * bit for bit. Private to know/slots.
 * Uses: slots_hash. Used by: slots.c.
 * Factors are cut into columns of 28 bits, words into halves of 32: the products of the lower
 * halves stand in columns from bit 0 on, those of the upper ones in columns from bit 32 on. A
 * column gets four products of under 2^60 and what it begins with, so none overflows. Carries are
 * made on the way up, from one row to the other: an upper column stands 4 bits above a lower one
 * and 24 below the next. */
#ifndef NOROSHI_KNOW_SLOTS_FOUR_H
#define NOROSHI_KNOW_SLOTS_FOUR_H

#include "know/slots_hash.h"

#ifdef __x86_64__
#include <immintrin.h>

#define FOUR __attribute__((target("avx2"), always_inline)) static inline
enum { FOUR_KEYS = 4 };

FOUR __m256i four_number(uint64_t n)
{
    return _mm256_set1_epi64x((long long)n);
}

FOUR __m256i four_load(const uint64_t n[4])
{
    return _mm256_loadu_si256((const __m256i *)(const void *)n);
}

FOUR __m256i four_half(const slots_key *k, size_t half)
{
    const void *low = k[0].bytes.ptr + 16 * half, *high = k[2].bytes.ptr + 16 * half;
    return _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(low)),
                                   _mm_loadu_si128(high), 1);
}

/* ret[i]: word i of the four keys, in their order. */
FOUR void four_words(const slots_key *k, __m256i ret[4])
{
#pragma GCC unroll 2
    for (size_t half = 0; half < 2; half++) {
        __m256i even = four_half(k, half), odd = four_half(k + 1, half);
        ret[2 * half] = _mm256_unpacklo_epi64(even, odd);
        ret[2 * half + 1] = _mm256_unpackhi_epi64(even, odd);
    }
}

/* Column `at` of the factors, times the lower halves of four words. */
FOUR __m256i four_column(const slots_secret *x, size_t at, const __m256i word[4])
{
    __m256i p[4];
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; i++)
        p[i] = _mm256_mul_epu32(word[i], four_load(x->column[at][i]));
    return _mm256_add_epi64(_mm256_add_epi64(p[0], p[1]), _mm256_add_epi64(p[2], p[3]));
}

/* x times n, modulo 2^64. */
FOUR __m256i four_times(__m256i x, uint64_t n)
{
    __m256i low = four_number(n & UINT32_MAX), high = four_number(n >> 32);
    __m256i cross = _mm256_add_epi64(_mm256_mul_epu32(_mm256_srli_epi64(x, 32), low),
                                     _mm256_mul_epu32(x, high));
    return _mm256_add_epi64(_mm256_mul_epu32(x, low), _mm256_slli_epi64(cross, 32));
}

FOUR __m256i four_carry(__m256i sum, int bits, __m256i next)
{
    return _mm256_add_epi64(_mm256_srli_epi64(sum, bits), next);
}

/* Adds to `to`, from bit `at` on, the lowest `bits` of `sum`. */
FOUR __m256i four_put(__m256i to, __m256i sum, int bits, int at)
{
    __m256i part = _mm256_and_si256(sum, four_number(((uint64_t)1 << bits) - 1));
    return _mm256_or_si256(to, _mm256_slli_epi64(part, at));
}

FOUR __m256i four_folded(__m256i x)
{
    return _mm256_xor_si256(x, _mm256_srli_epi64(x, 32));
}

/* slots_sum_end. */
FOUR void four_end(__m256i place, __m256i rest, slots_hash ret[FOUR_KEYS])
{
    place = four_times(four_folded(place), 0xd6e8feb86659fd93u);
    place = four_folded(four_times(four_folded(place), 0xa0761d6478bd642fu));
    rest = _mm256_and_si256(_mm256_xor_si256(rest, place), four_number(UINT32_MAX));
    __m256i even = _mm256_unpacklo_epi64(place, rest), odd = _mm256_unpackhi_epi64(place, rest);
    static_assert(sizeof(slots_hash) == sizeof(__m128i), "a hash is stored as a vector");
    _mm_storeu_si128((__m128i *)(void *)&ret[0], _mm256_castsi256_si128(even));
    _mm_storeu_si128((__m128i *)(void *)&ret[1], _mm256_castsi256_si128(odd));
    _mm_storeu_si128((__m128i *)(void *)&ret[2], _mm256_extracti128_si256(even, 1));
    _mm_storeu_si128((__m128i *)(void *)&ret[3], _mm256_extracti128_si256(odd, 1));
}

/* Bits 128 to 191 of the sum are the place, 96 to 127 the rest. */
FOUR void four_hash(const slots_secret *x, const slots_key keys[FOUR_KEYS],
                    slots_hash ret[FOUR_KEYS])
{
    __m256i word[4], upper[4], c, place, rest;
    four_words(keys, word);
#pragma GCC unroll 4
    for (size_t i = 0; i < 4; i++)
        upper[i] = _mm256_srli_epi64(word[i], 32);
#define LOWER(i) _mm256_add_epi64(four_column(x, i, word), four_load(x->sha256[i]))
#define UPPER(i) four_column(x, i, upper)
    c = LOWER(0);
    c = four_carry(c, 28, LOWER(1)); /* from bit 28 on */
    c = four_carry(c, 4, UPPER(0));
    c = four_carry(c, 24, LOWER(2));
    c = four_carry(c, 4, UPPER(1));
    c = four_carry(c, 24, LOWER(3));
    c = four_carry(c, 4, UPPER(2)); /* from bit 88 on */
    rest = four_put(_mm256_setzero_si256(), _mm256_srli_epi64(c, 8), 16, 0);
    c = four_carry(c, 24, LOWER(4));
    rest = four_put(rest, c, 4, 16);
    c = four_carry(c, 4, UPPER(3)); /* from bit 116 on */
    rest = four_put(rest, c, 12, 20);
    place = four_put(_mm256_setzero_si256(), _mm256_srli_epi64(c, 12), 12, 0);
    c = four_carry(c, 24, LOWER(5));
    place = four_put(place, c, 4, 12);
    c = four_carry(c, 4, UPPER(4)); /* from bit 144 on */
    place = four_put(place, c, 24, 16);
    c = four_carry(c, 24, LOWER(6));
    place = four_put(place, c, 4, 40);
    c = four_carry(c, 4, UPPER(5)); /* from bit 172 on */
    place = _mm256_or_si256(place, _mm256_slli_epi64(c, 44));
#undef LOWER
#undef UPPER
    four_end(place, rest, ret);
}
#endif

#endif
