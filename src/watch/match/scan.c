/* scan.c - a window of the stream, 64 bytes at a time: see scan.h. */
#include "watch/match/scan.h"

#define INLINE static inline __attribute__((always_inline))

/* What is known of the run that reaches into the next blocks, 1 or 0: it has a dot; one that is
 * neither digit nor dot; stands behind what may be the end of an escape. */
typedef struct scan {
    uint8_t run_dot, run_letter, run_behind;
} scan;

/* --- names ---------------------------------------------------------------------------------- */

/* A backslash stands in front of the run: \n and a name, or a folder and a name with n. */
static void run_behind_letter(matcher *m, size_t from, size_t to)
{
    RAW uint8_t text[MATCH_RUN_MAX + 64];
    piece p = {text, to - from, NULL, from};
    if (to - from > MATCH_RUN_MAX)
        return;
    memcpy(text, m->w.text + from, to - from);
    memset(text + (to - from), 0, 32);
    find_names(m, &p, 1, to - from, false);
    find_names(m, &p, 0, to - from, true);
}

/* Fewer than four numbers: no name, and no address. */
static bool few_numbers(const uint8_t *text, size_t from, size_t to)
{
    size_t dots = 0;
    for (size_t i = from; i < to; i++) {
        if (!is_digit((char)text[i]) && text[i] != '.')
            return false;
        dots += text[i] == '.';
    }
    return dots < 3;
}

/* The run that ends at the mark stands next to what may be an escape. True: it is as written. */
static __attribute__((noinline)) bool run_near_escape(matcher *m, uint32_t mark)
{
    size_t to = m->chunk.origin + mark, from = run_begin(m, to);
    if ((to == m->w.high || !byte_is(m->w.text[to], BYTE_RIGHT)) &&
        few_numbers(m->w.text, from, to))
        return false;
    run_state state = odd_run(m, from, to);
    if (state == RUN_BEHIND_LETTER && !run_behind_quickly(m, mark))
        run_behind_letter(m, from, to);
    return state == RUN_AS_IT_IS;
}

/* The sum, with what was carried into it; returns what goes on. */
INLINE uint8_t sum_of(uint8_t carry, uint64_t a, uint64_t b, uint64_t *ret)
{
#ifdef __x86_64__
    return _addcarry_u64(carry, a, b, (unsigned long long *)ret);
#else
    uint64_t half;
    bool over = __builtin_add_overflow(a, b, &half);
    return over | __builtin_add_overflow(half, (uint64_t)carry, ret);
#endif
}

/* Of four at once: what is carried stays where the processor adds it. */
INLINE uint8_t sums_of(uint8_t carry, const uint64_t *a, const uint64_t *b, uint64_t *ret)
{
    carry = sum_of(carry, a[0], b[0], ret);
    carry = sum_of(carry, a[1], b[1], ret + 1);
    carry = sum_of(carry, a[2], b[2], ret + 2);
    carry = sum_of(carry, a[3], b[3], ret + 3);
    return carry;
}

static __attribute__((noinline)) void near_escapes(matcher *m, unsigned number)
{
    chunk *k = &m->chunk;
    for (uint64_t odd = k->odd[number]; odd; odd &= odd - 1) {
        uint32_t e = (uint32_t)__builtin_ctzll(odd), place = number * 64 + e;
        if (!run_near_escape(m, place))
            continue;
        if (k->lettered[number] >> e & 1)
            *k->names_end++ = place;
        else
            *k->numbers_end++ = place;
    }
}

/* --- what is rare --------------------------------------------------------------------------- */

#define LANES 0x0001000100010001u

/* Lanes of n bits of x that are all ones, in the top bit of each; where a lower lane is one, lanes
 * above may be said to be one that are not. */
INLINE uint64_t full_lanes(uint64_t x, uint64_t ones, unsigned top)
{
    uint64_t not = ~x;
    return (not -ones) & ~not &(ones << top);
}

/* The hexadecimal digits among 64 bytes. */
typedef uint64_t hex_maker(const uint8_t *p);

/* Of the block at `at`. What is behind the text is none. */
INLINE uint64_t hex_of(const matcher *m, size_t at, hex_maker *hex)
{
    uint8_t tail[64];
    if (__builtin_expect(m->w.high >= at + 64, 1))
        return hex(m->w.text + at);
    memset(tail, 0, sizeof tail);
    if (at < m->w.high)
        memcpy(tail, m->w.text + at, m->w.high - at);
    return hex(tail);
}

/* Where the run ends that reaches to `to`, the end of a block. */
INLINE size_t hex_end(const matcher *m, size_t from, size_t to, hex_maker *hex)
{
    uint64_t next = ~(uint64_t)0;
    for (; next == ~(uint64_t)0 && to - from <= HEX_RUN_MAX; to += 64)
        next = hex_of(m, to, hex);
    return next == ~(uint64_t)0 ? to : to - 64 + (size_t)__builtin_ctzll(~next);
}

/* Runs of digits that have a lane of a block, each once: by its first lane. */
typedef struct hex_block {
    size_t at;
    uint64_t hex, first; /* the first lanes of runs */
} hex_block;

typedef struct hex_run {
    uint32_t from, to;
} hex_run;

/* Of blocks that have sixteen letters or digits together, those that have sixteen digits. */
INLINE size_t hex_blocks(const matcher *m, const uint8_t *numbers, size_t count, hex_block *ret,
                         hex_maker *hex)
{
    const chunk *k = &m->chunk;
    size_t found = 0, first = k->origin + 64;
    uint64_t last = 0, before = 0; /* the block examined last */
    if (count && k->word[0] >> 48 == 0xffff && first > k->begin)
        last = hex_of(m, first - 64, hex);
    for (size_t i = 0; i < count; i++) {
        uint64_t now, full;
        hex_block *b = &ret[found];
        b->at = k->origin + (size_t)64 * numbers[i];
        b->hex = now = hex_of(m, b->at, hex);
        full = now & now >> 1;
        full &= full >> 2;
        full &= full >> 4;
        full &= full >> 8 & LANES;
        b->first = full & ~(full << 16 | (before + 1 == numbers[i] && last >> 48 == 0xffff));
        found += b->first != 0;
        last = now;
        before = numbers[i];
    }
    return found;
}

/* Long enough for a digest. */
INLINE size_t hex_runs(const matcher *m, const hex_block *blocks, size_t count, hex_run *ret,
                       hex_maker *hex)
{
    size_t found = 0;
    for (const hex_block *b = blocks; b < blocks + count; b++) {
        size_t at = b->at;
        uint64_t last = at > m->chunk.begin ? hex_of(m, at - 64, hex) : 0;
        uint64_t next = hex_of(m, at + 64, hex), first = b->first;
        do {
            unsigned lane = (unsigned)__builtin_ctzll(first);
            uint64_t below = ~b->hex & (((uint64_t)1 << lane) - 1), above = ~b->hex >> lane;
            size_t inside = at + 64 - (size_t)__builtin_clzll(below | 1);
            size_t from = below ? inside : at - (size_t)__builtin_clzll(~last | 1);
            size_t to = above ? at + lane + (size_t)__builtin_ctzll(above)
                              : at + 64 + (size_t)__builtin_ctzll(~next | (uint64_t)1 << 63);
            if (__builtin_expect(!above && next == ~(uint64_t)0, 0))
                to = hex_end(m, from, at + 64, hex);
            ret[found] = (hex_run){(uint32_t)from, (uint32_t)to};
            found += to - from >= 32;
            first &= first - 1;
        } while (first);
    }
    return found;
}

/* True: the run, of 32 digits at least, stands alone and is examined; no other window sees it. */
INLINE bool plain_digest(matcher *m, hex_run r)
{
    const window *w = &m->w;
    const match_table *t = m->t;
    size_t n = r.to - r.from;
    if (m->sink.seen || n > 2 * HEX_BYTES_MAX || r.from < w->from + 64 || r.to + 64 > w->to ||
        byte_is(w->text[r.from - 1], BYTE_TOKEN) || byte_is(w->text[r.to], BYTE_WORD | BYTE_RIGHT))
        return false;
    if (t->hex_lengths[n / 64] >> n % 64 & 1)
        find_digest(m, r.from, n);
    return true;
}

INLINE void look_at_digests(matcher *m, const uint8_t *numbers, size_t count, hex_maker *hex)
{
    RAW hex_block blocks[SCAN_BLOCKS];
    RAW hex_run runs[2 * SCAN_BLOCKS];
    size_t found = hex_runs(m, blocks, hex_blocks(m, numbers, count, blocks, hex), runs, hex);
    for (size_t i = 0; i < found; i++)
        if (__builtin_expect(!plain_digest(m, runs[i]), 0))
            odd_hex(m, runs[i].from, runs[i].to);
}

static void digests_plain(matcher *m, const uint8_t *numbers, size_t count)
{
    look_at_digests(m, numbers, count, block_hex_plain);
}

#ifdef __x86_64__
__attribute__((target(BLOCK_256))) static void digests_avx2(matcher *m, const uint8_t *numbers,
                                                            size_t count)
{
    look_at_digests(m, numbers, count, block_hex_avx2);
}
#endif

static void digests(matcher *m, const uint8_t *numbers, size_t count)
{
#ifdef __x86_64__
    if (m->level > 0) {
        digests_avx2(m, numbers, count);
        return;
    }
#endif
    digests_plain(m, numbers, count);
}

/* Bits of `now` that have one of `of` two to five places below; `last` is what was `of` before. */
INLINE uint64_t near(uint64_t now, uint64_t of, uint64_t last)
{
    uint64_t two = of | of << 1 | last >> 63, before = last | last << 1;
    return now & (two << 2 | two << 4 | before >> 62 | before >> 60);
}

/* Bits of `now` that have one of `of` two to four places below: the dots, and the end, of an
 * address have one to three digits between them. */
INLINE uint64_t near_dots(uint64_t now, uint64_t of, uint64_t last)
{
    return now & (of << 2 | last >> 62 | of << 3 | last >> 61 | of << 4 | last >> 60);
}

/* Colons of an address: two together, or the fourth of those near each other. One without two
 * together has six at least, with one to four digits between them, in two blocks at most. Not only
 * this window's: what lies over its edge may be seen from one side only. */
static uint64_t address_colons(const chunk *k, unsigned number)
{
    uint64_t now = k->colon[number], last = k->colon[number - 1];
    uint64_t second = near(now, now, last), before = near(last, last, 0);
    uint64_t third = near(now, second, before);
    return (now & (now << 1 | last >> 63)) | near(now, third, near(last, before, 0));
}

static void leads(matcher *m, size_t at, uint64_t marks, uint64_t mine)
{
    const uint8_t *text = m->w.text, *end = text + m->w.high;
    while (marks) {
        unsigned i = (unsigned)__builtin_ctzll(marks);
        marks &= marks - 1;
        size_t place = at + i;
        if (place >= m->w.high)
            return;
        if (m->w.high - place < 3 || !(lead_first[text[place]] & lead_second[text[place + 1]]) ||
            (text[place + 1] == 'u' && !byte_is(text[place + 2], BYTE_HEX))) /* a folder */
            continue;
        unit u = unit_at(text + place, end);
        if (!u.escape)
            continue;
        if (mine >> i & 1 && u.count == 1 &&
            (u.value[0] == '.' || u.value[0] == ':' || byte_is(u.value[0], BYTE_HEX)))
            odd_lead(m, place);
        place += u.length;
        if (m->t->literal_map && place < m->w.to && byte_is(text[place - 1], BYTE_WORD) &&
            place >= m->w.from)
            word_at(m, place);
    }
}

/* What a processor does in its own way. */
typedef struct scan_way {
    void (*make)(const uint8_t *p, chunk *ret, size_t from, size_t count);
    place_marker *mark;
} scan_way;

/* --- the window ----------------------------------------------------------------------------- */

/* What is known of a run that reaches to the first block, at `at`: it is so long that the masks do
 * not say where it begins. */
static void run_before(matcher *m, size_t at, scan *s)
{
    const uint8_t *text = m->w.text;
    chunk *k = &m->chunk;
    k->name[0] = k->dot[0] = k->colon[0] = k->word[0] = k->left[0] = k->joined[0] = 0;
    k->dot2[0] = k->dot3[0] = 0;
    for (size_t i = at; i && at - i <= MATCH_RUN_MAX && byte_is(text[i - 1], BYTE_NAME); i--) {
        s->run_behind = s->run_letter = 1;
        s->run_dot |= text[i - 1] == '.';
        k->name[0] = (uint64_t)1 << 63;
    }
}

/* The last of the blocks is in front of those that are next. */
static void go_on(chunk *k, size_t count)
{
    k->name[0] = k->name[count];
    k->dot[0] = k->dot[count];
    k->colon[0] = k->colon[count];
    k->word[0] = k->word[count];
    k->left[0] = k->left[count];
    k->joined[0] = k->joined[count];
    k->dot2[0] = k->dot2[count];
    k->dot3[0] = k->dot3[count];
}

/* All blocks, whether there are as many or not: these loops are made for vectors. */
INLINE void prepare(chunk *k)
{
    for (unsigned i = 1; i <= SCAN_BLOCKS; i++) {
        uint64_t name = k->name[i], starts = name & ~(name << 1 | k->name[i - 1] >> 63);
        k->letter[i] = name & ~k->dot[i] & ~k->digit[i];
        k->behind[i] = starts & (k->left[i] << 1 | k->left[i - 1] >> 63);
        k->joined[i] = k->colon[i] & ((k->word[i] | k->colon[i]) << 1 | 1);
        k->dot2[i] = near_dots(k->dot[i], k->dot[i], k->dot[i - 1]);
    }
    for (unsigned i = 1; i <= SCAN_BLOCKS; i++)
        k->dot3[i] = near_dots(k->dot[i], k->dot2[i], k->dot2[i - 1]);
}

/* Adds so that a run that has one of the bits carries into the bit behind it. */
INLINE void carry(chunk *k, scan *s)
{
    uint8_t dot = s->run_dot, letter = s->run_letter, behind = s->run_behind;
    for (unsigned i = 1; i <= SCAN_BLOCKS; i += 4) {
        dot = sums_of(dot, k->name + i, k->dot + i, k->dotted + i);
        letter = sums_of(letter, k->name + i, k->letter + i, k->lettered + i);
        behind = sums_of(behind, k->name + i, k->behind + i, k->odd + i);
    }
    *s = (scan){dot, letter, behind};
}

INLINE void settle(chunk *k)
{
    for (unsigned i = 1; i <= SCAN_BLOCKS; i++) {
        uint64_t now = k->colon[i], lead = k->lead[i];
        uint64_t dotted = k->dotted[i] & ~k->name[i];
        uint64_t odd = (k->odd[i] | lead) & dotted, ends = dotted & ~odd;
        k->odd[i] = odd;
        k->ends[i] = ends & (k->lettered[i] | k->dot[i] << 1 | k->dot[i - 1] >> 63);
        k->ends[i] |= near_dots(ends, k->dot3[i], k->dot3[i - 1]);
        k->lanes[i] = full_lanes(k->word[i], LANES, 15);
        k->some[i] = odd | lead | k->at[i] | (now & (now << 1 | k->colon[i - 1] >> 63));
    }
}

/* What is rare in the blocks, as lists of their numbers: which has which cannot be guessed. */
typedef struct rare {
    uint8_t lanes[SCAN_BLOCKS], others[SCAN_BLOCKS]; /* digests; and all else */
    size_t lane_count, other_count;
} rare;

/* In a number of `others`, less one: it may have an address with colons. */
enum { HAS_COLONS = 128 };

/* Marks what is in the blocks. */
INLINE void mark_blocks(matcher *m, scan *s, size_t count, bool inside, place_marker *mark,
                        rare *ret)
{
    chunk *k = &m->chunk;
    size_t lanes = 0, others = 0;
    prepare(k);
    carry(k, s);
    for (unsigned i = 1; i <= count && !inside; i++)
        k->dotted[i] &= mine_of(&m->w, k->origin + (size_t)64 * i);
    settle(k);
    uint32_t *ends = k->places;
    unsigned before = (unsigned)__builtin_popcountll(k->joined[0]);
    for (unsigned i = 1; i <= count; i++) {
        unsigned colons = (unsigned)__builtin_popcountll(k->joined[i]), many = colons + before > 5;
        before = colons;
        ends = mark(ends, k->ends[i], i * 64);
        ret->lanes[lanes] = (uint8_t)i;
        lanes += k->lanes[i] != 0;
        ret->others[others] = (uint8_t)((i - 1) | many << 7);
        others += (k->some[i] | many) != 0;
    }
    ret->lane_count = m->t->has_hex || m->sink.seen ? lanes : 0;
    ret->other_count = others;
    uint32_t *names = k->name_places, *numbers = k->number_places;
    for (const uint32_t *at = k->places; at < ends; at++) {
        uint32_t place = *at;
        uint64_t name = k->lettered[place / 64] >> place % 64 & 1;
        *names = *numbers = place;
        names += name;
        numbers += name ^ 1;
    }
    k->names_end = names;
    k->numbers_end = numbers;
}

/* Digests, and then, block by block, what has to remember what was examined last. */
static __attribute__((noinline)) void look_at_rare(matcher *m, const rare *r)
{
    const chunk *k = &m->chunk;
    if (r->lane_count)
        digests(m, r->lanes, r->lane_count);
    for (size_t i = 0; i < r->other_count; i++) {
        unsigned number = (r->others[i] & (HAS_COLONS - 1u)) + 1;
        size_t at = k->origin + (size_t)64 * number;
        uint64_t mine = mine_of(&m->w, at), colon = k->colon[number];
        if (__builtin_expect(k->odd[number] != 0, 0))
            near_escapes(m, number);
        if (__builtin_expect((r->others[i] & HAS_COLONS) != 0 || (colon & colon << 1) != 0 ||
                                 (colon & k->colon[number - 1] >> 63) != 0,
                             0))
            for (uint64_t marks = address_colons(k, number); marks; marks &= marks - 1)
                odd_six(m, at + (size_t)__builtin_ctzll(marks));
        for (uint64_t marks = k->at[number] & mine; marks; marks &= marks - 1)
            odd_mail(m, at + (size_t)__builtin_ctzll(marks));
        leads(m, at, k->lead[number], mine);
    }
}

/* The masks of the next blocks; returns how many. What is behind the text is zeros. */
INLINE size_t make_blocks(matcher *m, size_t at, const scan_way *way)
{
    const window *w = &m->w;
    size_t left = w->to + w->last - at, count = (left + 63) / 64;
    size_t whole = at < w->high ? (w->high - at) / 64 : 0;
    uint8_t tail[64];
    count = count < SCAN_BLOCKS ? count : SCAN_BLOCKS;
    m->chunk.origin = at - 64;
    if (whole >= count) {
        way->make(w->text + at, &m->chunk, 1, count);
        return count;
    }
    way->make(w->text + at, &m->chunk, 1, whole);
    memset(tail, 0, sizeof tail);
    memcpy(tail, w->text + at + 64 * whole, w->high - at - 64 * whole);
    way->make(tail, &m->chunk, 1 + whole, 1);
    return whole + 1;
}

/* Blocks begin up to 64 bytes before the first place of the window: a digest that reaches over it
 * has 16 digits together on one side of it. */
INLINE void scan_blocks(matcher *m, const scan_way *way)
{
    const window *w = &m->w;
    chunk *k = &m->chunk;
    RAW rare r;
    scan s = {0};
    size_t at = w->from > 64 ? w->from - 64 : 0, count;
    run_before(m, at, &s);
    k->begin = at;
    for (; at < w->to + w->last; at += 64 * count) {
        count = make_blocks(m, at, way);
        bool inside = at >= w->from && at + 64 * count <= w->to;
        mark_blocks(m, &s, count, inside, way->mark, &r);
        look_at_rare(m, &r);
        runs_marked(m);
        if (m->t->literal_map)
            words_marked(m, count);
        go_on(k, count);
    }
    flush_ring(m);
}

enum { AHEAD = 1024 /* bytes */ };

/* One block after another, with what makes one; then what is special in those that have it. What
 * is next is asked for, whether it is there or not: the processor's own guess ends at a page. */
#define MAKE_ALL(make, make_special)                                                               \
    uint8_t special[SCAN_BLOCKS + 1];                                                              \
    size_t specials = 0;                                                                           \
    for (size_t i = 0; i < count; i++) {                                                           \
        block_in in = {k->name + from + i, k->dot + from + i, k->colon + from + i,                 \
                       k->word + from + i, k->digit + from + i};                                   \
        __builtin_prefetch((const void *)((uintptr_t)p + 64 * i + AHEAD), 0, 3);                   \
        special[specials] = (uint8_t)i;                                                            \
        specials += make(p + 64 * i, &in) != 0;                                                    \
    }                                                                                              \
    memset(k->at + from, 0, count * sizeof *k->at);                                                \
    memset(k->lead + from, 0, count * sizeof *k->lead);                                            \
    memset(k->left + from, 0, count * sizeof *k->left);                                            \
    for (size_t n = 0; n < specials; n++) {                                                        \
        size_t i = special[n];                                                                     \
        block_special b = make_special(p + 64 * i);                                                \
        k->at[from + i] = b.at;                                                                    \
        k->lead[from + i] = b.lead;                                                                \
        k->left[from + i] = b.left;                                                                \
    }

static void blocks_plain(const uint8_t *p, chunk *k, size_t from, size_t count)
{
    RAW MAKE_ALL(block_plain, block_special_plain)
}

static void scan_plain(matcher *m)
{
    static const scan_way way = {blocks_plain, mark_plain};
    scan_blocks(m, &way);
}

#ifdef __x86_64__
__attribute__((target(BLOCK_256), noinline)) static void blocks_avx2(const uint8_t *p, chunk *k,
                                                                     size_t from, size_t count)
{
    RAW MAKE_ALL(block_avx2, block_special_avx2)
}

__attribute__((target(BLOCK_512), noinline)) static void blocks_avx512(const uint8_t *p, chunk *k,
                                                                       size_t from, size_t count)
{
    RAW MAKE_ALL(block_avx512, block_special_avx2)
}

__attribute__((target(BLOCK_256))) static void scan_avx2(matcher *m)
{
    static const scan_way way = {blocks_avx2, mark_two};
    scan_blocks(m, &way);
}

__attribute__((target(BLOCK_512))) static void scan_avx512(matcher *m)
{
    static const scan_way way = {blocks_avx512, mark_two};
    scan_blocks(m, &way);
}
#endif

unsigned scan_level(void)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vbmi2") &&
        __builtin_cpu_supports("bmi2"))
        return 2;
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"))
        return 1;
#endif
    return 0;
}

void scan_window(matcher *m)
{
#ifdef __x86_64__
    if (m->level == 2)
        scan_avx512(m);
    else if (m->level == 1)
        scan_avx2(m);
    else
#endif
        scan_plain(m);
}
