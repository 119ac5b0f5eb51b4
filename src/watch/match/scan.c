/* scan.c - a window of the stream, 64 bytes at a time: see scan.h. */
#include "watch/match/scan.h"

#include "watch/match/block.h"

#define INLINE static inline __attribute__((always_inline))

/* What one block must know of those before it. */
typedef struct scan {
    size_t at;          /* of this block */
    size_t run_from;    /* where the run that reaches into it began */
    uint64_t run_dot;   /* 1: it has a dot */
    uint64_t last_dot;  /* the dots of the block before */
    uint64_t last_dash; /* its - and _ */
    uint64_t last_colon, last_word, last_hex;
} scan;

/* --- names ---------------------------------------------------------------------------------- */

bool read_ip4(const uint8_t *p, size_t n, uint32_t *ret)
{
    uint32_t number = 0, part = 0, digits = 0, dots = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned c = p[i] - (unsigned)'0';
        if (c < 10 && !(digits && part == 0)) {
            part = part * 10 + c;
            if (++digits > 3)
                return false;
        } else if (p[i] == '.' && digits && part < 256 && ++dots < 4) {
            number = number << 8 | part;
            part = digits = 0;
        } else {
            return false;
        }
    }
    *ret = number << 8 | part;
    return dots == 3 && digits && part < 256;
}

INLINE void push(matcher *m, uint64_t hash, size_t from, size_t part, size_t to, uint32_t ip4)
{
    __builtin_prefetch(filter_word(m->t, hash), 0, 3);
    m->ring[m->ring_count++] = (candidate){hash, (uint32_t)from, (uint32_t)part, (uint32_t)to, ip4};
    if (m->ring_count == SCAN_RING)
        flush_ring(m);
}

/* The slow way: for runs that are long, or at the very end of what is there. */
static __attribute__((noinline)) void run_slowly(matcher *m, size_t from, size_t to)
{
    RAW uint8_t text[MATCH_RUN_MAX + 64];
    piece p = {text, to - from, NULL, from};
    if (to - from > MATCH_RUN_MAX)
        return;
    memcpy(text, m->w.text + from, to - from);
    memset(text + (to - from), 0, 32);
    find_names(m, &p, 0, to - from, false);
}

static __attribute__((noinline)) void run_addresses(matcher *m, size_t from, size_t to)
{
    piece p = {m->w.text, m->w.high, NULL, 0};
    find_addresses(m, &p, from, to);
}

static __attribute__((noinline)) void seen_ip4(matcher *m, uint32_t ip4, size_t from, size_t to)
{
    ip a = ip4_make(ip4);
    seen_add(m, from, to, KIND_IPV4, slice_of((const char *)a.b + 12, 4));
}

static __attribute__((noinline)) void seen_run(matcher *m, size_t from, size_t to)
{
    piece p = {m->w.text, m->w.high, NULL, 0};
    seen_name(m, &p, name_begin(m->w.text, from, to), to);
}

static __attribute__((noinline)) void find_in_nets(matcher *m, uint32_t ip4, size_t from, size_t to)
{
    ip a = ip4_make(ip4);
    find_nets(m, &a, from, to);
}

/* The number of 1 to 3 digits in front of p + n; *bad gets bits when it is none. Reads 4 bytes. */
INLINE uint32_t octet(const uint8_t *p, size_t n, uint32_t *bad)
{
    uint32_t w, shift = 32 - 8 * (uint32_t)(n & 3);
    memcpy(&w, p, 4);
    *bad |= (n - 1 > 2) | (n > 1 && *p == '0');
    w = (w ^ 0x30303030u) << (shift & 31); /* the digits end at the top */
    *bad |= ((w + 0x06060606u) | w) & 0xf0f0f0f0u;
    uint32_t number = (w >> 24) + 10 * (w >> 16 & 0xff) + 100 * (w >> 8 & 0xff);
    *bad |= number > 255;
    return number;
}

/* A run with three dots: an address, or nothing. `dots` has the 64 bytes in front of `to`. */
INLINE void run_of_numbers(matcher *m, size_t from, size_t to, uint64_t dots)
{
    const uint8_t *end = m->w.text + to;
    uint32_t bad = to - from > 15, ip4;
    size_t d = (size_t)__builtin_clzll(dots), c, b, a = to - from;
    ip4 = octet(end - d, d, &bad);
    dots = dots << d << 1;
    c = (size_t)__builtin_clzll(dots) + d + 1;
    ip4 |= octet(end - c, c - d - 1, &bad) << 8;
    dots = dots << (c - d - 1) << 1;
    b = (size_t)__builtin_clzll(dots) + c + 1;
    ip4 |= octet(end - b, b - c - 1, &bad) << 16;
    ip4 |= octet(end - a, a - b - 1, &bad) << 24;
    if (bad)
        return;
    if (__builtin_expect(m->sink.seen != NULL, 0))
        seen_ip4(m, ip4, from, to);
    push(m, hash_ip4(m->t, ip4), from, UINT32_MAX, to, ip4);
    if (net_maybe(m->t, ip4))
        find_in_nets(m, ip4, from, to);
}

/* Every end of a name is a candidate. `dots` has the 64 bytes in front of `to`, the last on top. */
INLINE void run_of_labels(matcher *m, size_t from, size_t to, uint64_t dots)
{
    const uint8_t *text = m->w.text;
    const match_table *t = m->t;
    size_t len = (size_t)__builtin_clzll(dots), end = to;
    uint64_t h = hash_name_begin(t);
    uint32_t last = hash_last(load_part(text + to - len, len));
    if (!(t->last_label[last / 64] >> last % 64 & 1))
        return;
    for (;;) {
        size_t at = end - len;
        if (len == 0 || len > 63 || to - at > 253)
            return;
        h = hash_label(t, h, text + at, len);
        if (end != to)
            push(m, h, from, at, to, 0);
        if (at == from)
            return;
        end = at - 1;
        dots = len == 63 ? 0 : dots << (len + 1);
        len = dots ? (size_t)__builtin_clzll(dots) : end - from;
    }
}

/* Bits of the 64 bytes in front of a place `below` bits into `now`, the last on top. */
INLINE uint64_t before(uint64_t last, uint64_t now, unsigned below)
{
    return below ? now << (64 - below) | last >> below : last;
}

/* A run without its . - _ at the end and its . - in front. */
INLINE void run_bare(matcher *m, size_t from, size_t to, uint64_t dots, uint64_t dashes)
{
    const uint8_t *text = m->w.text;
    while (to > from && !byte_is(text[to - 1], BYTE_WORD)) {
        to--;
        dots <<= 1;
        dashes <<= 1;
    }
    while (from < to && (text[from] == '.' || text[from] == '-'))
        from++;
    if (to == from)
        return;
    if (to - from < 64) {
        dots &= ~(uint64_t)0 << (64 - (to - from));
        dashes &= ~(uint64_t)0 << (64 - (to - from));
    }
    if (!dots)
        return;
    size_t last = (size_t)__builtin_clzll(dots);
    unsigned count = (unsigned)__builtin_popcountll(dots);
    if (last >= 2 && is_alpha((char)text[to - last])) {
        if (__builtin_expect(m->sink.seen != NULL, 0))
            seen_run(m, from, to);
        run_of_labels(m, from, to, dots);
    }
    if (count >= 3 && dashes)
        run_addresses(m, from, to);
    else if (count == 3)
        run_of_numbers(m, from, to, dots);
}

/* A backslash stands in front of the run: \n and a name, or a folder and a name with n. */
static __attribute__((noinline)) void run_behind_letter(matcher *m, size_t from, size_t to)
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

INLINE void run(matcher *m, size_t from, size_t to, uint64_t dots, uint64_t dashes)
{
    const window *w = &m->w;
    uint8_t left = from ? w->text[from - 1] : '\n';
    uint8_t right = to < w->high ? w->text[to] : '\n';
    if (is_digit((char)w->text[to - 1]) && !(byte_class[right] & BYTE_RIGHT)) {
        /* no name, and no address without three dots */
        if (__builtin_popcountll(to - from < 64
                                     ? dots << 1 >> 1 & (~(uint64_t)0 << (64 - (to - from)))
                                     : dots) < 3 &&
            to - from < 64)
            return;
        if (left == ':')
            odd_six(m, from - 1);
    }
    if (__builtin_expect((byte_class[left] & BYTE_LEFT) + (byte_class[right] & BYTE_RIGHT), 0)) {
        run_state state = odd_run(m, from, to);
        if (state == RUN_BEHIND_LETTER)
            run_behind_letter(m, from, to);
        if (state != RUN_AS_IT_IS)
            return;
    }
    if (__builtin_expect(to - from > 64 || w->high - to < 16, 0))
        run_slowly(m, from, to);
    else
        run_bare(m, from, to, dots, dashes);
}

/* The runs that end in the block, of those that have a dot. */
INLINE void runs(matcher *m, scan *s, const block *b, uint64_t mine)
{
    uint64_t gap = ~b->name, sum, dash = b->name & ~b->word & ~b->dot;
    bool over = __builtin_add_overflow(b->name, b->dot, &sum);
    over |= __builtin_add_overflow(sum, s->run_dot, &sum);
    uint64_t ends = sum & gap & mine;
    while (ends) {
        unsigned e = (unsigned)__builtin_ctzll(ends);
        uint64_t below = gap & (((uint64_t)1 << e) - 1);
        size_t from = below ? s->at + 64 - (size_t)__builtin_clzll(below) : s->run_from;
        ends &= ends - 1;
        run(m, from, s->at + e, before(s->last_dot, b->dot, e), before(s->last_dash, dash, e));
    }
    if (gap)
        s->run_from = s->at + 64 - (size_t)__builtin_clzll(gap);
    s->run_dot = over;
    s->last_dot = b->dot;
    s->last_dash = dash;
}

/* --- what is rare --------------------------------------------------------------------------- */

/* Lanes of n bits of x that are all ones, in the top bit of each; where a lower lane is one, lanes
 * above may be said to be one that are not. */
INLINE uint64_t full_lanes(uint64_t x, uint64_t ones, unsigned top)
{
    uint64_t not = ~x;
    return (not -ones) & ~not &(ones << top);
}

/* Runs of digits that have a lane of the block, each once: by its first lane. The bits of the run
 * say where it begins, and where it ends if that is in the block. */
static __attribute__((noinline)) void digests(matcher *m, size_t at, uint64_t hex, uint64_t last)
{
    const window *w = &m->w;
    bool before = last >> 48 == 0xffff;
    for (unsigned lane = 0; lane < 64; lane += 16) {
        bool full = (hex >> lane & 0xffff) == 0xffff;
        if (full && !before) {
            uint64_t below = ~hex & (((uint64_t)1 << lane) - 1), above = ~hex >> lane;
            size_t from = at, to = at + 64;
            if (below)
                from = at + 64 - (size_t)__builtin_clzll(below);
            else if (at)
                from = at - (size_t)__builtin_clzll(~last);
            if (above)
                to = at + lane + (size_t)__builtin_ctzll(above);
            else
                while (to < w->high && to - from <= HEX_RUN_MAX && byte_is(w->text[to], BYTE_HEX))
                    to++;
            if (to - from >= 32)
                odd_hex(m, from, to);
        }
        before = full;
    }
}

static __attribute__((noinline)) void colons(matcher *m, size_t at, uint64_t marks)
{
    for (; marks; marks &= marks - 1)
        odd_six(m, at + (size_t)__builtin_ctzll(marks));
}

/* Colons of an IPv6 address: two together, or those in eight bytes of digits and colons. Not
 * only this window's: what lies over its edge may be seen from one side only. */
INLINE void addresses(matcher *m, scan *s, const block *b)
{
    uint64_t marks = b->colon & (b->colon << 1 | s->last_colon >> 63);
    uint64_t full = full_lanes(b->hex | b->colon, 0x0101010101010101u, 7);
    s->last_colon = b->colon;
    marks |= b->colon & ((full - (full >> 7)) | full);
    if (__builtin_expect(marks != 0, 0))
        colons(m, s->at, marks);
}

static __attribute__((noinline)) void word_at(matcher *m, size_t at);

static __attribute__((noinline)) void leads(matcher *m, size_t at, uint64_t marks, uint64_t mine)
{
    const uint8_t *text = m->w.text, *end = text + m->w.high;
    while (marks) {
        unsigned i = (unsigned)__builtin_ctzll(marks);
        marks &= marks - 1;
        size_t place = at + i;
        if (place >= m->w.high)
            return;
        if (m->w.high - place < 2 || !(lead_first[text[place]] & lead_second[text[place + 1]]))
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

/* --- literals ------------------------------------------------------------------------------- */

static void on_literal(void *ctx, const literal_hit *hit)
{
    hit_add(ctx, hit->from, hit->to, hit->what->kind, MATCH_EXACT, hit->what->id);
}

static __attribute__((noinline)) void word_hit(matcher *m, uint32_t hash, size_t at)
{
    const uint8_t *text = m->w.text;
    size_t from = at > SCAN_BACK ? at - SCAN_BACK : 0;
    size_t to = m->w.high - at > SCAN_AHEAD ? at + SCAN_AHEAD : m->w.high;
    const uint8_t *line = memrchr(text + from, '\n', at - from);
    const uint8_t *end = memchr(text + at, '\n', to - at);
    literal_find(m->t, hash, text, line ? (size_t)(line + 1 - text) : from,
                 end ? (size_t)(end - text) : to, at, on_literal, m);
}

/* A word may begin at `at`. */
static __attribute__((noinline)) void word_at(matcher *m, size_t at)
{
    uint8_t word[8] = {0};
    size_t n = m->w.high - at < 8 ? m->w.high - at : 8;
    if (!byte_is(m->w.text[at], BYTE_WORD))
        return;
    memcpy(word, m->w.text + at, n);
    uint32_t hash = literal_hash(load_part(word, m->t->literal_word));
    if (literal_maybe(m->t, hash))
        word_hit(m, hash, at);
}

/* Those of the words at these places whose hash some anchor has, in ret; returns how many. */
typedef size_t word_filter(const match_table *t, const uint8_t *text, const uint32_t *at, size_t n,
                           uint32_t *ret);

INLINE uint64_t word_bytes(const match_table *t)
{
    return ~(uint64_t)0 >> (64 - 8 * t->literal_word);
}

INLINE size_t filter_plain(const match_table *t, const uint8_t *text, const uint32_t *at, size_t n,
                           uint32_t *ret)
{
    uint64_t part = word_bytes(t);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        ret[kept] = at[i];
        kept += literal_maybe(t, literal_hash(load_folded(text + at[i]) & part));
    }
    return kept;
}

#ifdef __x86_64__
/* Eight at a time. Places behind the n-th, up to the next eight, are looked at, too. */
BLOCK_AVX2 size_t filter_avx2(const match_table *t, const uint8_t *text, const uint32_t *at,
                              size_t n, uint32_t *ret)
{
    const __m256i fold = _mm256_set1_epi32(0x20202020), top = _mm256_set1_epi32(31);
    const __m256i low_part = _mm256_set1_epi32((int)(uint32_t)word_bytes(t));
    const __m256i high_part = _mm256_set1_epi32((int)(uint32_t)(word_bytes(t) >> 32));
    const int *base, *map;
    size_t kept = 0;
    memcpy(&base, &text, sizeof base);
    memcpy(&map, &t->literal_map, sizeof map);
    for (size_t i = 0; i < n; i += 8) {
        __m256i place = _mm256_loadu_si256((const __m256i *)(const void *)(at + i));
        __m256i low = _mm256_i32gather_epi32(base, place, 1);
        __m256i high = _mm256_i32gather_epi32(base + 1, place, 1);
        low = _mm256_and_si256(_mm256_or_si256(low, fold), low_part);
        high = _mm256_and_si256(_mm256_or_si256(high, fold), high_part);
        __m256i h = _mm256_add_epi32(_mm256_mullo_epi32(low, _mm256_set1_epi32(LITERAL_LOW)),
                                     _mm256_mullo_epi32(high, _mm256_set1_epi32(LITERAL_HIGH)));
        __m256i bit = _mm256_srli_epi32(h, 32 - LITERAL_MAP_BITS);
        __m256i word = _mm256_i32gather_epi32(map, _mm256_srli_epi32(bit, 5), 4);
        word = _mm256_sllv_epi32(word, _mm256_andnot_si256(bit, top));
        unsigned found = (unsigned)_mm256_movemask_ps(_mm256_castsi256_ps(word));
        for (found &= n - i < 8 ? (1u << (n - i)) - 1 : 255; found; found &= found - 1)
            ret[kept++] = at[i + (unsigned)__builtin_ctz(found)];
    }
    return kept;
}
#endif

/* Looks up the words that were marked. */
INLINE void words_marked(matcher *m, word_filter *filter)
{
    RAW uint32_t found[SCAN_WORDS];
    for (unsigned i = 0; i < 8; i++)
        m->words[m->word_count + i] = m->words[0]; /* eight are looked at together */
    size_t n = m->word_count ? filter(m->t, m->w.text, m->words, m->word_count, found) : 0;
    for (size_t i = 0; i < n; i++)
        word_at(m, found[i]);
    m->word_count = 0;
}

/* Marks the words of the block that are long enough to be an anchor; one that reaches over its end
 * counts as long. Four at a time: a loop whose length cannot be guessed costs more than marks too
 * many. */
INLINE void words(matcher *m, scan *s, const block *b, uint64_t mine, word_filter *filter)
{
    uint64_t word = b->word, starts = word & ~(word << 1 | s->last_word >> 63) & mine;
    int64_t two = (int64_t)word & (int64_t)word >> 1; /* the top bit stays: it may go on */
    int64_t four = two & two >> 2;
    unsigned least = m->t->literal_word;
    s->last_word = word;
    starts &= (uint64_t)(least == 3 ? two & two >> 1 : four & four >> (least - 4));
    if (__builtin_expect(m->w.high - s->at < 64 + 16, 0)) { /* eight bytes may not be there */
        for (; starts; starts &= starts - 1)
            word_at(m, s->at + (size_t)__builtin_ctzll(starts));
        return;
    }
    uint32_t *mark = m->words + m->word_count;
    m->word_count += (size_t)__builtin_popcountll(starts);
    do {
        for (unsigned i = 0; i < 4; i++) {
            *mark++ = (uint32_t)(s->at + (size_t)__builtin_ctzll(starts | (uint64_t)1 << 63));
            starts &= starts - 1;
        }
    } while (starts);
    if (m->word_count > SCAN_WORDS - 40)
        words_marked(m, filter);
}

/* --- the window ----------------------------------------------------------------------------- */

/* Where the run that reaches to `at` began, and whether it has a dot. A run that is too long begins
 * where it is seen to be. */
static void run_before(const matcher *m, scan *s)
{
    size_t at = s->at;
    while (at && s->at - at <= MATCH_RUN_MAX && byte_is(m->w.text[at - 1], BYTE_NAME)) {
        at--;
        s->run_dot |= m->w.text[at] == '.';
    }
    s->run_from = at;
}

INLINE void take_block(matcher *m, scan *s, const block *b, uint64_t mine, word_filter *filter)
{
    runs(m, s, b, mine);
    addresses(m, s, b);
    if (__builtin_expect(full_lanes(b->hex, 0x0001000100010001u, 15) != 0, 0) &&
        (m->t->has_hex || m->sink.seen))
        digests(m, s->at, b->hex, s->last_hex);
    s->last_hex = b->hex;
    if (__builtin_expect((b->at & mine) != 0, 0))
        for (uint64_t at = b->at & mine; at; at &= at - 1)
            odd_mail(m, s->at + (size_t)__builtin_ctzll(at));
    if (__builtin_expect((b->lead | b->high) != 0, 0))
        leads(m, s->at, b->lead | b->high, mine);
    if (m->t->literal_map)
        words(m, s, b, mine, filter);
}

/* Blocks begin up to 64 bytes before the first place of the window: a digest that reaches over it
 * has 16 digits together on one side of it. */
INLINE void scan_blocks(matcher *m, block (*make)(const uint8_t *p), word_filter *filter)
{
    const window *w = &m->w;
    scan s = {.at = w->from > 64 ? w->from - 64 : 0};
    uint8_t tail[64];
    run_before(m, &s);
    for (; s.at < w->to + w->last; s.at += 64) {
        uint64_t mine = ~(uint64_t)0;
        block b;
        if (s.at < w->from)
            mine = w->from - s.at > 63 ? 0 : mine << (w->from - s.at);
        if (w->to + w->last - s.at < 64)
            mine &= ((uint64_t)1 << (w->to + w->last - s.at)) - 1;
        if (w->high - s.at >= 64) {
            b = make(w->text + s.at);
        } else {
            memset(tail, 0, sizeof tail);
            memcpy(tail, w->text + s.at, w->high - s.at);
            b = make(tail);
        }
        take_block(m, &s, &b, mine, filter);
    }
    words_marked(m, filter);
    flush_ring(m);
}

static void scan_plain(matcher *m)
{
    scan_blocks(m, block_plain, filter_plain);
}

#ifdef __x86_64__
__attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt"))) static void scan_avx2(matcher *m)
{
    scan_blocks(m, block_avx2, filter_avx2);
}

__attribute__((target("avx512bw,avx512vl,avx512vbmi,avx2,bmi,bmi2,lzcnt,popcnt"))) static void
scan_avx512(matcher *m)
{
    scan_blocks(m, block_avx512, filter_avx2);
}
#endif

unsigned scan_level(void)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("bmi2"))
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
