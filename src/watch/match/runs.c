/* runs.c - the runs that were marked, many at a time: see scan.h. Each step goes over all of them,
 * so that the processor can guess where it goes on: first what can be no name is left out, then
 * those with the same number of labels are read together. */
#include "watch/match/scan.h"

#define INLINE static inline __attribute__((always_inline))

enum {
    BATCH = 64,   /* runs at a time */
    LONG_RUN = 57 /* bytes; the masks do not say where a longer one begins */
};

/* A run without its . - _ at the end and its . - in front. Of `dots` the top bit is the last byte;
 * no other run's are in it. */
typedef struct run {
    uint64_t dots;
    uint32_t from, to;
} run;

/* The 57 to 64 bytes in front of a marked place, the last on top. */
INLINE uint64_t before(const masks m, uint32_t mark)
{
    uint64_t bits;
    memcpy(&bits, (const uint8_t *)m + (mark + 7) / 8 - 8, sizeof bits);
    return bits << (-mark & 7);
}

/* What stays the same from run to run, out of reach of what is written. */
typedef struct looking {
    const match_table *t;
    const uint8_t *text;
    uint32_t origin; /* of the masks */
    uint32_t whole;  /* 16 bytes can be read from there, and from all before */
    bool seen;
    bool far;        /* the filter is so large that its words are asked for */
    candidate *ring; /* where the next goes; */
    candidate *full; /* no more than BATCH behind it */
} looking;

INLINE looking looking_at(matcher *m, bool far)
{
    uint32_t whole = m->w.high < 16 ? 0 : (uint32_t)m->w.high - 16;
    return (looking){m->t,
                     m->w.text,
                     (uint32_t)m->chunk.origin,
                     whole,
                     m->sink.seen != NULL,
                     far,
                     m->ring + m->ring_count,
                     m->ring + SCAN_RING - BATCH};
}

/* Room for `more`, BATCH at most. */
INLINE void make_room(matcher *m, looking *l)
{
    if (__builtin_expect(l->ring > l->full, 0)) {
        m->ring_count = (size_t)(l->ring - m->ring);
        flush_ring(m);
        l->ring = m->ring;
    }
}

/* There is room for it. */
INLINE void push(looking *l, uint64_t hash, size_t from, unsigned part, size_t len)
{
    if (l->far)
        __builtin_prefetch(filter_word(l->t, hash), 0, 3);
    *l->ring++ = (candidate){hash, (uint32_t)from, (uint16_t)part, (uint16_t)len};
}

size_t run_begin(const matcher *m, size_t to)
{
    size_t from = to;
    while (from && to - from <= RUN_REACH && byte_is(m->w.text[from - 1], BYTE_NAME))
        from--;
    return from;
}

__attribute__((noinline)) void run_slowly(matcher *m, size_t from, size_t to)
{
    RAW uint8_t text[MATCH_RUN_MAX + 64];
    piece p = {text, to - from, NULL, from};
    if (to - from > MATCH_RUN_MAX)
        return;
    memcpy(text, m->w.text + from, to - from);
    memset(text + (to - from), 0, 32);
    find_names(m, &p, 0, to - from, false);
}

/* --- names ---------------------------------------------------------------------------------- */

enum { DEPTHS = 4 }; /* names of two labels, three, four, more */

static __attribute__((noinline)) void addresses_in(matcher *m, size_t from, size_t to)
{
    piece p = {m->w.text, m->w.high, NULL, 0};
    find_addresses(m, &p, from, to);
}

static __attribute__((noinline)) void see_name(matcher *m, size_t from, size_t to)
{
    piece p = {m->w.text, m->w.high, NULL, 0};
    seen_name(m, &p, name_begin(m->w.text, from, to), to);
}

/* One with dots or dashes at its ends. */
static __attribute__((noinline)) run bare(const uint8_t *text, run r)
{
    while (r.to > r.from && !byte_is(text[r.to - 1], BYTE_WORD)) {
        r.to--;
        r.dots <<= 1;
    }
    while (r.from < r.to && (text[r.from] == '.' || text[r.from] == '-'))
        r.from++;
    r.dots &= ~(~(uint64_t)0 >> (r.to - r.from));
    return r;
}

/* A run whose last label some indicator has goes to those of its depth. */
INLINE void sort_name(matcher *m, const looking *l, uint32_t mark, run sorted[DEPTHS][BATCH],
                      size_t counts[DEPTHS])
{
    const uint8_t *text = l->text;
    uint64_t dots = before(m->chunk.dot, mark), names = before(m->chunk.name, mark);
    uint64_t words = before(m->chunk.word, mark);
    unsigned len = (unsigned)__builtin_clzll(~names | 1);
    uint32_t to = l->origin + mark;
    uint64_t rest = ~(uint64_t)0 >> len; /* what is not of the run */
    run r = {dots & ~rest, to - len, to};
    if (__builtin_expect(len >= LONG_RUN || to > l->whole, 0)) {
        run_slowly(m, run_begin(m, to), to);
        return;
    }
    /* its first byte and its last */
    if (__builtin_expect((~words & (((uint64_t)1 << 63) | (rest + 1))) != 0, 0)) {
        r = bare(text, r);
        if (r.dots == 0)
            return;
    }
    unsigned count = (unsigned)__builtin_popcountll(r.dots);
    size_t last = (size_t)__builtin_clzll(r.dots);
    uint64_t label = load_folded(text + r.to - last) & label_mask(last).first;
    uint32_t fits = (last >= 2) & ((uint8_t)label - (unsigned)'a' < 26);
    if (__builtin_expect((before(m->chunk.dot3, mark) & ~rest) != 0, 0))
        addresses_in(m, r.from, r.to);
    if (__builtin_expect(l->seen && fits, 0))
        see_name(m, r.from, r.to);
    uint32_t hash = hash_last(label);
    unsigned depth = count < DEPTHS ? count - 1 : DEPTHS - 1;
    sorted[depth][counts[depth]] = r;
    counts[depth] += fits & (uint32_t)(l->t->last_label[hash / 64] >> hash % 64);
}

/* Every end of a name is a candidate. `labels` 0: as many as it has. */
INLINE void look_at_labels(matcher *m, looking *l, const run *r, unsigned labels)
{
    const match_table *t = l->t;
    const uint8_t *text = l->text;
    size_t end = r->to;
    uint64_t dots = r->dots, h = hash_name_begin(t);
    unsigned count = labels ? labels : (unsigned)__builtin_popcountll(dots) + 1;
    make_room(m, l);
    for (unsigned i = 1; i <= count; i++) {
        size_t len = i == count ? end - r->from : (size_t)__builtin_clzll(dots);
        if (__builtin_expect(len == 0, 0))
            return;
        h = hash_label(t, h, text + end - len, len);
        if (i > 1)
            push(l, h, r->from, (unsigned)(end - len - r->from), r->to - r->from);
        end -= len + 1;
        dots = dots << len << 1;
    }
}

bool run_behind_quickly(matcher *m, uint32_t mark)
{
    const uint8_t *text = m->w.text;
    uint64_t dots = before(m->chunk.dot, mark), names = before(m->chunk.name, mark);
    uint64_t words = before(m->chunk.word, mark);
    unsigned len = (unsigned)__builtin_clzll(~names | 1);
    uint64_t rest = ~(uint64_t)0 >> len;
    uint32_t to = (uint32_t)(m->chunk.origin + mark), from = to - len;
    bool simple = len > 2 && len < LONG_RUN && m->w.high - to >= 16 && !m->sink.seen &&
                  (before(m->chunk.dot3, mark) & ~rest) == 0 &&
                  (~words & ((uint64_t)1 << 63 | (rest + 1) | (rest + 1) >> 1)) == 0;
    if (!simple)
        return false;
    dots &= ~rest;
    size_t last = (size_t)__builtin_clzll(dots), end = to;
    uint64_t label = load_part(text + to - last, last), h = hash_name_begin(m->t);
    uint32_t hash = hash_last(label);
    if (last < 2 || (uint8_t)label - (unsigned)'a' >= 26 ||
        !(m->t->last_label[hash / 64] >> hash % 64 & 1))
        return true;
    looking l = looking_at(m, filter_far(m->t));
    make_room(m, &l);
    for (; dots; end -= last + 1, dots = dots << last << 1) {
        last = (size_t)__builtin_clzll(dots);
        if (last == 0)
            break;
        h = hash_label(m->t, h, text + end - last, last);
        if (end != to)
            push(&l, h, from + 1, (unsigned)(end - last - from - 1), len - 1);
    }
    if (!dots) {
        push(&l, hash_label(m->t, h, text + from + 1, end - from - 1), from + 1, 0, len - 1);
        push(&l, hash_label(m->t, h, text + from, end - from), from, 0, len);
    }
    m->ring_count = (size_t)(l.ring - m->ring);
    return true;
}

INLINE void look_at_names(matcher *m, bool far)
{
    RAW run sorted[DEPTHS][BATCH];
    const uint32_t *end = m->chunk.names_end;
    for (const uint32_t *from = m->chunk.name_places; from < end;) {
        const uint32_t *to = end - from > BATCH ? from + BATCH : end;
        size_t counts[DEPTHS] = {0};
        looking l = looking_at(m, far);
        for (; from < to; from++)
            sort_name(m, &l, *from, sorted, counts);
        for (size_t i = 0; i < counts[0]; i++)
            look_at_labels(m, &l, &sorted[0][i], 2);
        for (size_t i = 0; i < counts[1]; i++)
            look_at_labels(m, &l, &sorted[1][i], 3);
        for (size_t i = 0; i < counts[2]; i++)
            look_at_labels(m, &l, &sorted[2][i], 4);
        for (size_t i = 0; i < counts[3]; i++)
            look_at_labels(m, &l, &sorted[3][i], 0);
        m->ring_count = (size_t)(l.ring - m->ring);
    }
}

/* --- addresses ------------------------------------------------------------------------------ */

/* An address as the 16 bytes in front of its end, the last on top: its three dots, and what is in
 * front of it. There are 81; each is found by a hash that puts none on another's place. */
enum { SHAPES = 256 };
typedef struct shape {
    uint8_t lengths[4]; /* of its numbers, the first first */
    uint8_t places[16]; /* of their digits: none, hundreds, tens, ones */
} shape;

#define SHAPE_HASH(marks) ((uint32_t)(marks)*0x1270ddf5u >> 24)
#define MARKS(a, b, c, d)                                                                          \
    (0x8000 >> (d) | 0x4000 >> ((d) + (c)) | 0x2000 >> ((d) + (c) + (b)) |                         \
     0x1000 >> ((d) + (c) + (b) + (a)))
#define DIGITS(end, n) 0x80, (n) > 2 ? (end)-3 : 0x80, (n) > 1 ? (end)-2 : 0x80, (end)-1
#define SHAPE(a, b, c, d)                                                                          \
    [SHAPE_HASH(MARKS(a, b, c, d))] = {{a, b, c, d},                                               \
                                       {DIGITS(13 - (d) - (c) - (b), a),                           \
                                        DIGITS(14 - (d) - (c), b), DIGITS(15 - (d), c),            \
                                        DIGITS(16, d)}}
#define SHAPES3(a, b, c) SHAPE(a, b, c, 1), SHAPE(a, b, c, 2), SHAPE(a, b, c, 3)
#define SHAPES9(a, b) SHAPES3(a, b, 1), SHAPES3(a, b, 2), SHAPES3(a, b, 3)
#define SHAPES27(a) SHAPES9(a, 1), SHAPES9(a, 2), SHAPES9(a, 3)
static const shape shapes[SHAPES] = {SHAPES27(1), SHAPES27(2), SHAPES27(3)};
#undef SHAPE
#define SHAPE(a, b, c, d) [SHAPE_HASH(MARKS(a, b, c, d))] = MARKS(a, b, c, d)
static const uint16_t shape_marks[SHAPES] = {SHAPES27(1), SHAPES27(2), SHAPES27(3)};

/* The address of this shape that ends at `end`. False: a number over 255, or a zero in front. */
typedef bool address_reader(const uint8_t *end, const shape *s, uint32_t *ret);

/* The number of 1 to 3 digits in front of p + n; *bad gets bits when it is none. Reads 4 bytes. */
INLINE uint32_t octet(const uint8_t *p, unsigned n, uint32_t *bad)
{
    uint32_t w, shift = 32 - 8 * n;
    memcpy(&w, p, 4);
    *bad |= n > 1 && *p == '0';
    w = (w ^ 0x30303030u) << shift; /* the digits end at the top */
    uint32_t number = (w >> 24) + 10 * (w >> 16 & 0xff) + 100 * (w >> 8 & 0xff);
    *bad |= number > 255;
    return number;
}

INLINE bool address_plain(const uint8_t *end, const shape *s, uint32_t *ret)
{
    uint32_t bad = 0, number = 0;
    for (unsigned i = 0; i < 4; i++) {
        unsigned n = s->lengths[3 - i];
        number |= octet(end - n, n, &bad) << 8 * i;
        end -= n + 1;
    }
    *ret = number;
    return !bad;
}

#ifdef __x86_64__
BLOCK_AVX2 bool address_avx2(const uint8_t *end, const shape *s, uint32_t *ret)
{
    const __m128i weights = _mm_set1_epi32(0x010a6400),
                  least = _mm_setr_epi8(0, 0, 10, 100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    const __m128i bytes =
        _mm_setr_epi8(12, 8, 4, 0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
    __m128i v = _mm_loadu_si128((const __m128i *)(const void *)(end - 16));
    v = _mm_sub_epi8(v, _mm_set1_epi8('0'));
    v = _mm_shuffle_epi8(v, _mm_loadu_si128((const __m128i *)(const void *)s->places));
    v = _mm_madd_epi16(_mm_maddubs_epi16(v, weights), _mm_set1_epi16(1));
    __m128i from = _mm_shuffle_epi8(least, _mm_loadu_si32(s->lengths));
    __m128i low = _mm_cvtepu8_epi32(from);
    __m128i bad = _mm_or_si128(_mm_cmpgt_epi32(v, _mm_set1_epi32(255)), _mm_cmpgt_epi32(low, v));
    *ret = (uint32_t)_mm_cvtsi128_si32(_mm_shuffle_epi8(v, bytes));
    return _mm_testz_si128(bad, bad);
}
#endif

static __attribute__((noinline)) void see_address(matcher *m, uint32_t ip4, size_t from, size_t to)
{
    ip a = ip4_make(ip4);
    seen_add(m, from, to, KIND_IPV4, slice_of((const char *)a.b + 12, 4));
}

static __attribute__((noinline)) void look_in_nets(matcher *m, uint32_t ip4, size_t from, size_t to)
{
    ip a = ip4_make(ip4);
    find_nets(m, &a, from, to);
}

/* Numbers that are no address, or one with a dot in front or behind, or at an end of the text. */
static __attribute__((noinline)) void numbers_slowly(matcher *m, size_t to)
{
    size_t from = run_begin(m, to);
    if (to - from <= MATCH_RUN_MAX)
        addresses_in(m, from, to);
}

INLINE void look_at_address(matcher *m, looking *l, uint32_t mark, address_reader *read)
{
    uint64_t dots = before(m->chunk.dot, mark) >> 48, names = before(m->chunk.name, mark);
    unsigned len = (unsigned)__builtin_clzll(~names | 1);
    uint32_t to = l->origin + mark, from = to - len, ip4;
    uint32_t marks = (uint32_t)(dots << 16 | 0x80000000u >> (len & 31)) >> 16;
    marks = marks >> (15 - (len & 15)) << (15 - (len & 15));
    const shape *s = &shapes[SHAPE_HASH(marks)];
    if (__builtin_expect(
            len > 15 || shape_marks[SHAPE_HASH(marks)] != marks || to < 16 || to > l->whole, 0)) {
        numbers_slowly(m, to);
        return;
    }
    if (!read(l->text + to, s, &ip4))
        return;
    if (__builtin_expect(l->seen, 0))
        see_address(m, ip4, from, to);
    push(l, hash_ip4(l->t, ip4), from, PART_IP4, len);
    if (__builtin_expect(net_maybe(l->t, ip4), 0))
        look_in_nets(m, ip4, from, to);
}

INLINE void look_at_numbers(matcher *m, address_reader *read, bool far)
{
    const uint32_t *end = m->chunk.numbers_end;
    for (const uint32_t *from = m->chunk.number_places; from < end;) {
        const uint32_t *to = end - from > BATCH ? from + BATCH : end;
        looking l = looking_at(m, far);
        make_room(m, &l);
        for (; from < to; from++)
            look_at_address(m, &l, *from, read);
        m->ring_count = (size_t)(l.ring - m->ring);
    }
}

/* --- both ----------------------------------------------------------------------------------- */

/* Each with its own loops: what does not change is not asked a million times. */
INLINE void look_at_runs(matcher *m, address_reader *read)
{
    if (filter_far(m->t)) {
        look_at_names(m, true);
        look_at_numbers(m, read, true);
    } else {
        look_at_names(m, false);
        look_at_numbers(m, read, false);
    }
}

static void look_plain(matcher *m)
{
    look_at_runs(m, address_plain);
}

#ifdef __x86_64__
__attribute__((target(BLOCK_256))) static void look_avx2(matcher *m)
{
    look_at_runs(m, address_avx2);
}
#endif

void runs_marked(matcher *m)
{
#ifdef __x86_64__
    if (m->level > 0) {
        look_avx2(m);
        return;
    }
#endif
    look_plain(m);
}
