/* scan.h - the inner loops of JSON: 16 or 64 bytes at a time where the processor can (SSE2, which
 * every x86-64 has), 8 bytes or one at a time elsewhere. No byte outside [p, end) is read.
 *
 * Uses: base. Used by: json.c, json_stream.c.
 * Sources: Langdale and Lemire, "Parsing gigabytes of JSON per second", VLDB Journal 28 (2019), for
 * the idea of finding strings by a running exclusive or over the bits of their quotes. */
#ifndef NOROSHI_JSON_SCAN_H
#define NOROSHI_JSON_SCAN_H

#include "base/base.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

static inline bool scan_is_space(char c)
{
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/* Behind the white space at p. */
static inline const char *scan_space(const char *p, const char *end)
{
    if (p < end && !scan_is_space(*p)) /* the usual case between tokens */
        return p;
#ifdef __SSE2__
    const __m128i blank = _mm_set1_epi8(' '), line = _mm_set1_epi8('\n');
    const __m128i back = _mm_set1_epi8('\r'), tab = _mm_set1_epi8('\t');
    for (; end - p >= 16; p += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, blank), _mm_cmpeq_epi8(v, line)),
                                   _mm_or_si128(_mm_cmpeq_epi8(v, back), _mm_cmpeq_epi8(v, tab)));
        unsigned other = (unsigned)_mm_movemask_epi8(hit) ^ 0xffffu;
        if (other)
            return p + __builtin_ctz(other);
    }
#endif
    while (p < end && scan_is_space(*p))
        p++;
    return p;
}

/* The first quote, backslash or control byte of a string at p, or end; *high grows bits when a byte
 * over 0x7f was passed, so that plain ASCII needs no second look. */
static inline const char *scan_string(const char *p, const char *end, unsigned *high)
{
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
    const __m128i control = _mm_set1_epi8(0x1f);
    for (; end - p >= 16; p += 16) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)p);
        __m128i stop =
            _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)),
                         _mm_cmpeq_epi8(_mm_min_epu8(v, control), v));
        unsigned at = (unsigned)_mm_movemask_epi8(stop), over = (unsigned)_mm_movemask_epi8(v);
        if (at) {
            *high |= over & ((at & -at) - 1); /* only what stands in front of it */
            return p + __builtin_ctz(at);
        }
        *high |= over;
    }
#else
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    for (; end - p >= 8; p += 8) {
        uint64_t w;
        memcpy(&w, p, 8);
        uint64_t quote = w ^ (ones * '"'), slash = w ^ (ones * '\\');
        uint64_t hit =
            ((quote - ones) & ~quote) | ((slash - ones) & ~slash) | ((w - ones * 0x20) & ~w);
        if (hit & tops)
            break;
        *high |= (w & tops) != 0;
    }
#endif
    for (; p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20; p++)
        *high |= (unsigned char)*p & 0x80;
    return p;
}

/* 64 bytes as bits, lowest first. */
typedef struct scan_block {
    uint64_t quote, slash, open, close;
} scan_block;

static inline scan_block scan_block_of(const char *p)
{
    scan_block b = {0, 0, 0, 0};
#ifdef __SSE2__
    /* a bracket is a brace without the bit 0x20 */
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
    const __m128i open = _mm_set1_epi8('{'), close = _mm_set1_epi8('}');
    const __m128i bit = _mm_set1_epi8(0x20);
    for (int i = 0; i < 4; i++) {
        __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(p + 16 * i));
        __m128i brace = _mm_or_si128(v, bit);
        b.quote |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, quote)) << 16 * i;
        b.slash |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(v, slash)) << 16 * i;
        b.open |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(brace, open)) << 16 * i;
        b.close |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(brace, close)) << 16 * i;
    }
#else
    for (int i = 0; i < 64; i++) {
        b.quote |= (uint64_t)(p[i] == '"') << i;
        b.slash |= (uint64_t)(p[i] == '\\') << i;
        b.open |= (uint64_t)(p[i] == '{' || p[i] == '[') << i;
        b.close |= (uint64_t)(p[i] == '}' || p[i] == ']') << i;
    }
#endif
    return b;
}

/* What a block must know of the one before it. */
typedef struct scan_state {
    bool escaped;    /* the first byte stands behind a backslash */
    uint64_t inside; /* all ones: begins inside a string */
} scan_state;

/* Takes the brackets inside strings out of *b. */
static inline void scan_strings(scan_state *s, scan_block *b)
{
    uint64_t escaped = s->escaped, slash = b->slash & ~escaped;
    s->escaped = false;
    while (slash) { /* each backslash that is not escaped itself escapes what follows */
        unsigned i = (unsigned)__builtin_ctzll(slash);
        if (i == 63) {
            s->escaped = true;
            break;
        }
        escaped |= (uint64_t)2 << i;
        slash &= ~((uint64_t)3 << i);
    }
    uint64_t in = b->quote & ~escaped; /* running exclusive or: ones from each opening quote */
    in ^= in << 1;
    in ^= in << 2;
    in ^= in << 4;
    in ^= in << 8;
    in ^= in << 16;
    in ^= in << 32;
    in ^= s->inside;
    s->inside = 0 - (in >> 63);
    b->open &= ~in;
    b->close &= ~in;
}

static inline unsigned scan_count(uint64_t bits)
{
    bits -= bits >> 1 & 0x5555555555555555u;
    bits = (bits & 0x3333333333333333u) + (bits >> 2 & 0x3333333333333333u);
    bits = (bits + (bits >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (unsigned)(bits * 0x0101010101010101u >> 56);
}

#endif
