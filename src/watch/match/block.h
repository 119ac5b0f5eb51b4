/* block.h - 64 bytes as masks of what they can be part of, in three ways that say the same: one
 * byte at a time, AVX2, AVX-512. Private to watch/match.
 * Uses: bytes.h. Used by: scan.h, scan.c, runs.c, words.c.
 * Sources: Mula and Lemire, "Faster Base64 Encoding and Decoding using AVX2 Instructions", ACM TWEB
 * 2018, and Langdale and Lemire (see base/json/scan.h), for classes by two look-ups of nibbles. */
#ifndef NOROSHI_WATCH_MATCH_BLOCK_H
#define NOROSHI_WATCH_MATCH_BLOCK_H

#include "watch/match/bytes.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

#define BLOCK_INLINE static inline __attribute__((always_inline))

/* Where the masks of a block go; the lowest bit is the first byte. What makes them returns 0 when
 * there is nothing that block_special is wanted for. */
typedef struct block_in {
    uint64_t *name, *dot, *colon, *word, *digit;
} block_in;

/* Marks, brackets, bytes over 0x7f and the like matter when something goes on behind them. What
 * stands behind the last byte is not known. `any`: these, and bytes of names. */
static inline uint64_t block_matters(uint64_t any, uint64_t name, uint64_t colon)
{
    return any & ~name & ((any | colon) >> 1 | (uint64_t)1 << 63);
}

typedef struct block_special {
    uint64_t at;
    uint64_t lead; /* what may begin an escape, but for the last byte by its second byte, too; and
                    * bytes over 0x7f */
    uint64_t left; /* that, and what may end one */
} block_special;

/* The classes of a byte: BYTE_WORD, _NAME, _HEX, _LEAD, and these. Those over 0x7f have none. */
enum { BLOCK_DOT = 16, BLOCK_COLON = 32, BLOCK_AT = 64, BLOCK_CLOSE = 128 };
extern const uint8_t block_table[256];

/* One bit of each of eight bytes, the lowest first. */
static inline uint64_t block_eight(uint64_t classes, unsigned bit)
{
    return (classes / bit & 0x0101010101010101u) * 0x0102040810204080u >> 56;
}

static inline uint64_t block_plain(const uint8_t *p, const block_in *in)
{
    uint64_t name = 0, dot = 0, colon = 0, word = 0, digits = 0, any = 0;
    for (unsigned at = 0; at < 64; at += 8) {
        uint64_t c = 0, w = 0;
        for (unsigned i = 0; i < 8; i++) {
            c |= (uint64_t)block_table[p[at + i]] << 8 * i;
            w |= (uint64_t)p[at + i] << 8 * i;
        }
        uint64_t digit = w ^ 0x3030303030303030u; /* below ten: the top bit stays 0 */
        digit |= (digit & 0x7f7f7f7f7f7f7f7fu) + 0x7676767676767676u;
        uint64_t more = c | c << 1 | c << 4 | c << 6; /* BLOCK_CLOSE, _AT, BYTE_LEAD, _NAME */
        word |= block_eight(c, BYTE_WORD) << at;
        name |= block_eight(c, BYTE_NAME) << at;
        dot |= block_eight(c, BLOCK_DOT) << at;
        colon |= block_eight(c, BLOCK_COLON) << at;
        digits |= block_eight(~digit, 0x80) << at;
        any |= block_eight(more | w, 0x80) << at;
    }
    *in->name = name;
    *in->dot = dot;
    *in->colon = colon;
    *in->word = word;
    *in->digit = digits;
    return block_matters(any, name, colon);
}

static inline block_special block_special_plain(const uint8_t *p)
{
    block_special b = {0};
    for (unsigned i = 0; i < 64; i++) {
        uint64_t bit = (uint64_t)1 << i;
        uint8_t c = block_table[p[i]];
        if (p[i] > 0x7f || (c & BYTE_LEAD && (i == 63 || lead_first[p[i]] & lead_second[p[i + 1]])))
            b.lead |= bit;
        b.at |= c & BLOCK_AT ? bit : 0;
        b.left |= c & BLOCK_CLOSE ? bit : 0;
    }
    b.left |= b.lead;
    return b;
}

static inline uint64_t block_hex_plain(const uint8_t *p)
{
    uint64_t hex = 0;
    for (unsigned i = 0; i < 64; i++)
        hex |= (uint64_t)byte_is(p[i], BYTE_HEX) << i;
    return hex;
}

/* Writes the places of the bits, counted from `at`; returns where they end. Up to 16 more are
 * written behind. */
typedef uint32_t *place_marker(uint32_t *out, uint64_t bits, uint32_t at);

BLOCK_INLINE uint32_t *mark_plain(uint32_t *out, uint64_t bits, uint32_t at)
{
    for (; bits; bits &= bits - 1)
        *out++ = at + (unsigned)__builtin_ctzll(bits);
    return out;
}

#ifdef __x86_64__

/* Bits of the first pair of look-ups: 128 digit, 64 letter A..O, 32 letter P..Z, 16 "-" or ".", 8
 * "_", 4 and 2 brackets, "\", "%" (and "|"), 1 "@", letters A..O and bytes over 0x7f. So each class
 * of characters is what is at least some number, and addition with saturation puts that in the top
 * bit. Of the second: 1 "%", 2 "[" or "{", 4 "\", 8 "(", 16 "]" or "}", 64 ")", 128 "@". */
#define BLOCK_LOW                                                                                  \
    (char)161, (char)225, (char)225, (char)225, (char)225, (char)227, (char)225, (char)225,        \
        (char)227, (char)227, 97, 69, 69, 85, 81, 73
#define BLOCK_HIGH 0, 0, 18, (char)128, 65, 44, 64, 36, 1, 1, 1, 1, 1, 1, 1, 1
enum { BLOCK_WORD_LEAST = 32, BLOCK_NAME_LEAST = 8, BLOCK_ANY_LEAST = 1 };
#define BLOCK_LOW2 (char)0x80, 0, 0, 0, 0, 1, 0, 0, 8, 64, 0, 2, 4, 16, 0, 0
#define BLOCK_HIGH2 0, 0, 73, 0, (char)0x80, 22, 0, 18, 0, 0, 0, 0, 0, 0, 0, 0

#define BLOCK_256 "avx2,bmi,bmi2,lzcnt,popcnt"
#define BLOCK_AVX2 __attribute__((target(BLOCK_256), always_inline)) static inline

/* Two at a time: a loop whose length cannot be guessed costs more than places too many. */
BLOCK_AVX2 uint32_t *mark_two(uint32_t *out, uint64_t bits, uint32_t at)
{
    uint32_t *end = out + __builtin_popcountll(bits);
    do {
        for (unsigned i = 0; i < 2; i++) {
            *out++ = at + (uint32_t)_tzcnt_u64(bits); /* 64 when there is none */
            bits &= bits - 1;
        }
    } while (bits);
    return end;
}

BLOCK_AVX2 uint64_t block_bits(__m256i a, __m256i b)
{
    return (uint32_t)_mm256_movemask_epi8(a) | (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32;
}

/* Bytes that are at least `least`. */
BLOCK_AVX2 uint64_t block_least(__m256i a, __m256i b, int least)
{
    const __m256i more = _mm256_set1_epi8((char)(128 - least));
    return block_bits(_mm256_adds_epu8(a, more), _mm256_adds_epu8(b, more));
}

BLOCK_AVX2 uint64_t block_same(__m256i a, __m256i b, char c)
{
    const __m256i all = _mm256_set1_epi8(c);
    return block_bits(_mm256_cmpeq_epi8(a, all), _mm256_cmpeq_epi8(b, all));
}

BLOCK_AVX2 __m256i block_classes(__m256i v, __m256i low, __m256i high)
{
    const __m256i nibble = _mm256_set1_epi8(15);
    return _mm256_and_si256(
        _mm256_shuffle_epi8(low, _mm256_and_si256(v, nibble)),
        _mm256_shuffle_epi8(high, _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble)));
}

/* Bits of the second bytes of escapes: 1 digit, 2 letter A..F, 4 and 8 behind a backslash, 16 (and
 * some that are not) and 32 behind brackets. Which of them a first byte wants, by its bits 1 to
 * 8. */
#define BLOCK_LOW3 17, 35, 15, 3, 43, 11, 15, 1, 9, 1, 16, 0, 0, 0, 20, 0
#define BLOCK_HIGH3 0, 0, 16, 17, 50, 0, 38, 8, 0, 0, 0, 0, 0, 0, 0, 0
#define BLOCK_WANTED 0, 3, 48, 0, 12, 0, 0, 0, 48, 0, 0, 0, 0, 0, 0, 0

/* Bytes of the classes ra, rb that begin an escape, if the next byte goes on with it: in the top
 * bits; and bytes over 0x7f. */
typedef struct block_pair {
    __m256i a, b;
} block_pair;

BLOCK_AVX2 block_pair block_leads(__m256i a, __m256i b, __m256i ra, __m256i rb)
{
    const __m256i low = _mm256_setr_epi8(BLOCK_LOW3, BLOCK_LOW3);
    const __m256i high = _mm256_setr_epi8(BLOCK_HIGH3, BLOCK_HIGH3);
    const __m256i wanted = _mm256_setr_epi8(BLOCK_WANTED, BLOCK_WANTED);
    const __m256i zero = _mm256_setzero_si256();
    __m256i sa = block_classes(a, low, high), sb = block_classes(b, low, high);
    sa = _mm256_alignr_epi8(_mm256_permute2x128_si256(sa, sb, 0x21), sa, 1);
    sb = _mm256_alignr_epi8(_mm256_permute2x128_si256(sb, sb, 0x81), sb, 1);
    sa = _mm256_and_si256(_mm256_shuffle_epi8(wanted, ra), sa);
    sb = _mm256_and_si256(_mm256_shuffle_epi8(wanted, rb), sb);
    return (block_pair){_mm256_or_si256(_mm256_cmpgt_epi8(sa, zero), a),
                        _mm256_or_si256(_mm256_cmpgt_epi8(sb, zero), b)};
}

/* In halves: putting them together costs more than a second write. */
BLOCK_AVX2 void block_put(uint64_t *to, __m256i a, __m256i b)
{
    uint32_t half[2] = {(uint32_t)_mm256_movemask_epi8(a), (uint32_t)_mm256_movemask_epi8(b)};
    memcpy(to, &half[0], 4);
    memcpy((uint8_t *)to + 4, &half[1], 4);
}

BLOCK_AVX2 uint64_t block_avx2(const uint8_t *p, const block_in *in)
{
    const __m256i low = _mm256_setr_epi8(BLOCK_LOW, BLOCK_LOW);
    const __m256i high = _mm256_setr_epi8(BLOCK_HIGH, BLOCK_HIGH);
    const __m256i dot = _mm256_set1_epi8('.');
    const __m256i word = _mm256_set1_epi8((char)(128 - BLOCK_WORD_LEAST));
    __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)p);
    __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));
    __m256i ca = block_classes(a, low, high), cb = block_classes(b, low, high);
    uint64_t name = block_least(ca, cb, BLOCK_NAME_LEAST), colon = block_same(a, b, ':');
    *in->name = name;
    *in->colon = colon;
    block_put(in->dot, _mm256_cmpeq_epi8(a, dot), _mm256_cmpeq_epi8(b, dot));
    block_put(in->word, _mm256_adds_epu8(ca, word), _mm256_adds_epu8(cb, word));
    block_put(in->digit, ca, cb);
    return block_matters(block_least(ca, cb, BLOCK_ANY_LEAST), name, colon);
}

BLOCK_AVX2 block_special block_special_avx2(const uint8_t *p)
{
    const __m256i low2 = _mm256_setr_epi8(BLOCK_LOW2, BLOCK_LOW2);
    const __m256i high2 = _mm256_setr_epi8(BLOCK_HIGH2, BLOCK_HIGH2);
    __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)p);
    __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));
    const __m256i close = _mm256_set1_epi8(16 | 64), zero = _mm256_setzero_si256();
    __m256i ra = block_classes(a, low2, high2), rb = block_classes(b, low2, high2);
    block_pair lead = block_leads(a, b, ra, rb);
    uint64_t last = (uint64_t)(byte_is(p[63], BYTE_LEAD)) << 63;
    __m256i ca = _mm256_cmpgt_epi8(_mm256_and_si256(ra, close), zero);
    __m256i cb = _mm256_cmpgt_epi8(_mm256_and_si256(rb, close), zero);
    return (block_special){
        .at = block_bits(ra, rb),
        .lead = block_bits(lead.a, lead.b) | last,
        .left = block_bits(_mm256_or_si256(lead.a, ca), _mm256_or_si256(lead.b, cb)) | last,
    };
}

/* Bytes from `first` on, `count` of them. */
BLOCK_AVX2 __m256i block_range(__m256i v, char first, char count)
{
    __m256i from = _mm256_sub_epi8(v, _mm256_set1_epi8(first));
    return _mm256_cmpeq_epi8(_mm256_min_epu8(from, _mm256_set1_epi8((char)(count - 1))), from);
}

BLOCK_AVX2 uint64_t block_hex_avx2(const uint8_t *p)
{
    const __m256i fold = _mm256_set1_epi8(0x20);
    __m256i a = _mm256_loadu_si256((const __m256i *)(const void *)p);
    __m256i b = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));
    return block_bits(
        _mm256_or_si256(block_range(a, '0', 10), block_range(_mm256_or_si256(a, fold), 'a', 6)),
        _mm256_or_si256(block_range(b, '0', 10), block_range(_mm256_or_si256(b, fold), 'a', 6)));
}

#define BLOCK_512 "avx512bw,avx512vl,avx512vbmi,avx512vbmi2," BLOCK_256
#define BLOCK_AVX512 __attribute__((target(BLOCK_512), always_inline)) static inline

/* 63 to 0, as _mm512_set_epi8 takes them. */
#define BLOCK_EIGHT(n) n + 7, n + 6, n + 5, n + 4, n + 3, n + 2, n + 1, n
#define BLOCK_PLACES                                                                               \
    BLOCK_EIGHT(56), BLOCK_EIGHT(48), BLOCK_EIGHT(40), BLOCK_EIGHT(32), BLOCK_EIGHT(24),           \
        BLOCK_EIGHT(16), BLOCK_EIGHT(8), BLOCK_EIGHT(0)

BLOCK_AVX512 uint64_t block_avx512(const uint8_t *p, const block_in *in)
{
    const __m512i low = _mm512_loadu_si512(block_table),
                  high = _mm512_loadu_si512(block_table + 64);
    const char any = (char)(BYTE_NAME | BYTE_LEAD | BLOCK_AT | BLOCK_CLOSE);
    __m512i v = _mm512_loadu_si512(p);
    uint64_t top = _mm512_movepi8_mask(v);
    __m512i c = _mm512_maskz_permutex2var_epi8(~top, low, v, high);
    __m512i zeros = _mm512_set1_epi8('0'), ten = _mm512_set1_epi8(10);
    uint64_t name = _mm512_test_epi8_mask(c, _mm512_set1_epi8(BYTE_NAME));
    uint64_t colon = _mm512_test_epi8_mask(c, _mm512_set1_epi8(BLOCK_COLON));
    *in->name = name;
    *in->dot = _mm512_test_epi8_mask(c, _mm512_set1_epi8(BLOCK_DOT));
    *in->colon = colon;
    *in->word = _mm512_test_epi8_mask(c, _mm512_set1_epi8(BYTE_WORD));
    *in->digit = _mm512_cmplt_epu8_mask(_mm512_sub_epi8(v, zeros), ten);
    return block_matters(_mm512_test_epi8_mask(c, _mm512_set1_epi8(any)) | top, name, colon);
}

BLOCK_AVX512 uint32_t *mark_avx512(uint32_t *out, uint64_t bits, uint32_t at)
{
    const __m512i all = _mm512_set_epi8(BLOCK_PLACES);
    unsigned count = (unsigned)__builtin_popcountll(bits);
    if (__builtin_expect(count > 8, 0))
        return mark_two(out, bits, at);
    __m128i low = _mm512_castsi512_si128(_mm512_maskz_compress_epi8(bits, all));
    _mm256_storeu_si256((__m256i *)(void *)out,
                        _mm256_add_epi32(_mm256_cvtepu8_epi32(low), _mm256_set1_epi32((int)at)));
    return out + count;
}
#endif
#endif
