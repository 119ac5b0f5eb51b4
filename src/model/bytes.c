/* bytes.c - classes of bytes: see bytes.h. */
#include "model/bytes.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* --- plain ---------------------------------------------------------------------------------- */

void bytes_map_plain(slice s, uint64_t *alnum, uint64_t *digit)
{
    memset(alnum, 0, BYTES_WORDS(s.len) * sizeof *alnum);
    memset(digit, 0, BYTES_WORDS(s.len) * sizeof *digit);
    for (size_t i = 0; i < s.len; i++) {
        alnum[i / 64] |= (uint64_t)is_alnum(s.ptr[i]) << i % 64;
        digit[i / 64] |= (uint64_t)is_digit(s.ptr[i]) << i % 64;
    }
}

static bool suspect(slice s, size_t i)
{
    unsigned char c = (unsigned char)s.ptr[i];
    char next = i + 1 < s.len ? s.ptr[i + 1] : 0, before = i ? s.ptr[i - 1] : 0;
    switch (c) {
    case '[':
    case '(': return next == '.';
    case ']':
    case ')':
    case '}':
    case '>':
    case '\\': return true;
    case '/': return next == '/' || before == '/' || before == ']' || before == ')';
    case ' ':
    case '_': return next == '.' || to_lower(next) == 'd';
    case 0xe3: return next == (char)0x80;
    case 0xef: return next == (char)0xbc || next == (char)0xbd;
    default: return false;
    }
}

static bool foreign(slice s, size_t i)
{
    unsigned char a = (unsigned char)s.ptr[i];
    unsigned char b = i + 1 < s.len ? (unsigned char)s.ptr[i + 1] : 0;
    switch (a) {
    case '\\': return b == '/' || b >= 0x80;
    case 0xc2: return b == 0xa0 || b == 0xad;
    case 0xcd: return b == 0x8f;
    case 0xe1: return b == 0xa0;
    case 0xe2: return b == 0x80 || b == 0x81;
    case 0xe3: return b == 0x80 && i + 2 < s.len && (unsigned char)s.ptr[i + 2] == 0x80;
    case 0xef: return b == 0xbb || b == 0xbc || b == 0xbd;
    case 0xf3: return b == 0xa0;
    default: return false;
    }
}

size_t bytes_suspect_plain(slice s, size_t from)
{
    while (from < s.len && !suspect(s, from))
        from++;
    return from;
}

size_t bytes_foreign_plain(slice s, size_t from)
{
    while (from < s.len && !foreign(s, from))
        from++;
    return from;
}

/* --- SSE2 ----------------------------------------------------------------------------------- */

#if defined(__SSE2__)

/* Bytes lo..hi; the shift to signed keeps the comparison right for bytes beyond ASCII. */
static __m128i between(__m128i v, char lo, char hi)
{
    __m128i x = _mm_add_epi8(v, _mm_set1_epi8((char)(-128 - lo)));
    return _mm_cmplt_epi8(x, _mm_set1_epi8((char)(-128 + (hi - lo) + 1)));
}

static __m128i is(__m128i v, char c)
{
    return _mm_cmpeq_epi8(v, _mm_set1_epi8(c));
}

static __m128i load(const char *p)
{
    return _mm_loadu_si128((const __m128i *)(const void *)p);
}

void bytes_map(slice s, uint64_t *alnum, uint64_t *digit)
{
    size_t whole = s.len / 64;
    for (size_t w = 0; w < whole; w++) {
        uint64_t a = 0, d = 0;
        for (int k = 0; k < 4; k++) {
            __m128i v = load(s.ptr + 64 * w + 16 * (size_t)k);
            __m128i digits = between(v, '0', '9');
            __m128i letters = between(_mm_or_si128(v, _mm_set1_epi8(0x20)), 'a', 'z');
            d |= (uint64_t)(unsigned)_mm_movemask_epi8(digits) << 16 * k;
            a |= (uint64_t)(unsigned)_mm_movemask_epi8(_mm_or_si128(digits, letters)) << 16 * k;
        }
        alnum[w] = a;
        digit[w] = d;
    }
    bytes_map_plain(slice_from(s, 64 * whole), alnum + whole, digit + whole);
}

size_t bytes_suspect(slice s, size_t from)
{
    size_t i = from;
    /* the byte behind the sixteen is looked at, too */
    for (; i + 17 <= s.len; i += 16) {
        __m128i v = load(s.ptr + i), next = load(s.ptr + i + 1);
        __m128i blank = _mm_or_si128(is(v, ' '), is(v, '_'));
        __m128i d = is(_mm_or_si128(next, _mm_set1_epi8(0x20)), 'd');
        __m128i hit = _mm_and_si128(blank, _mm_or_si128(is(next, '.'), d));
        hit = _mm_or_si128(hit, _mm_or_si128(is(v, '['), is(v, ']')));
        hit = _mm_or_si128(hit, _mm_or_si128(is(v, '('), is(v, ')')));
        hit = _mm_or_si128(hit, _mm_or_si128(is(v, '}'), is(v, '>')));
        hit = _mm_or_si128(hit, _mm_or_si128(is(v, '\\'), is(v, '/')));
        __m128i stop = _mm_and_si128(is(v, (char)0xe3), is(next, (char)0x80));
        hit = _mm_or_si128(hit, _mm_or_si128(stop, is(v, (char)0xef)));
        unsigned mask = (unsigned)_mm_movemask_epi8(hit);
        for (; mask; mask &= mask - 1) {
            size_t at = i + (unsigned)__builtin_ctz(mask);
            if (suspect(s, at)) /* a single slash is none */
                return at;
        }
    }
    return bytes_suspect_plain(s, i);
}

size_t bytes_foreign(slice s, size_t from)
{
    size_t i = from;
    for (; i + 17 <= s.len; i += 16) {
        __m128i v = load(s.ptr + i), next = load(s.ptr + i + 1);
        if (!_mm_movemask_epi8(_mm_or_si128(v, is(v, '\\'))))
            continue; /* ASCII, nearly always */
        __m128i hit = _mm_and_si128(is(v, (char)0xe3), is(next, (char)0x80));
        hit = _mm_or_si128(hit, _mm_or_si128(is(v, (char)0xc2), is(v, (char)0xcd)));
        hit = _mm_or_si128(hit, _mm_or_si128(is(v, (char)0xe1), is(v, (char)0xe2)));
        hit = _mm_or_si128(hit, _mm_or_si128(is(v, (char)0xef), is(v, (char)0xf3)));
        hit = _mm_or_si128(hit, is(v, '\\'));
        unsigned mask = (unsigned)_mm_movemask_epi8(hit);
        for (; mask; mask &= mask - 1) {
            size_t at = i + (unsigned)__builtin_ctz(mask);
            if (foreign(s, at))
                return at;
        }
    }
    return bytes_foreign_plain(s, i);
}

#else

void bytes_map(slice s, uint64_t *alnum, uint64_t *digit)
{
    bytes_map_plain(s, alnum, digit);
}

size_t bytes_suspect(slice s, size_t from)
{
    return bytes_suspect_plain(s, from);
}

size_t bytes_foreign(slice s, size_t from)
{
    return bytes_foreign_plain(s, from);
}

#endif

/* --- bits ----------------------------------------------------------------------------------- */

size_t bytes_bit(const uint64_t *map, size_t count, size_t from)
{
    if (from >= count)
        return count;
    size_t w = from / 64;
    uint64_t bits = map[w] & ~(uint64_t)0 << from % 64;
    while (!bits) {
        if (++w >= BYTES_WORDS(count))
            return count;
        bits = map[w];
    }
    return w * 64 + (unsigned)__builtin_ctzll(bits);
}

/* The next clear bit. */
static size_t run_end(const uint64_t *map, size_t count, size_t from)
{
    size_t w = from / 64;
    uint64_t bits = ~map[w] & ~(uint64_t)0 << from % 64;
    while (!bits) {
        if (++w >= BYTES_WORDS(count))
            return count;
        bits = ~map[w];
    }
    size_t end = w * 64 + (unsigned)__builtin_ctzll(bits);
    return end < count ? end : count;
}

/* Could a run of `least` begin, end or lie in this word? Nearly always not. */
static bool may_hold(uint64_t w, size_t least)
{
    size_t half = least / 2;
    /* a run that crosses a border has at least half of it on one side */
    if ((w & (((uint64_t)1 << half) - 1)) == ((uint64_t)1 << half) - 1 ||
        w >> (64 - half) == ((uint64_t)1 << half) - 1)
        return true;
    for (size_t have = 1; w && have < least;) {
        size_t step = have < least - have ? have : least - have;
        w &= w >> step;
        have += step;
    }
    return w != 0;
}

size_t bytes_run(const uint64_t *map, size_t count, size_t from, size_t least, size_t *ret_end)
{
    assert(least >= 2 && least <= 64);
    size_t at = from;
    while (at < count) {
        if (at % 64 == 0 && !may_hold(map[at / 64], least)) {
            at += 64;
            continue;
        }
        at = bytes_bit(map, count, at);
        if (at >= count)
            break;
        size_t end = run_end(map, count, at);
        /* the word before was skipped, but the run may begin in it */
        while (at > from && map[(at - 1) / 64] >> (at - 1) % 64 & 1)
            at--;
        if (end - at >= least) {
            *ret_end = end;
            return at;
        }
        at = end;
    }
    return count;
}
