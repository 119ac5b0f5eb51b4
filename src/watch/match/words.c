/* words.c - the words of a text that a literal may be found by: see scan.h, literal.h. */
#include "watch/match/scan.h"

#define INLINE static inline __attribute__((always_inline))

/* --- one word ------------------------------------------------------------------------------- */

static void on_literal(void *ctx, const literal_hit *hit)
{
    hit_add(ctx, hit->from, hit->to, hit->what->kind, MATCH_EXACT, hit->what->id);
}

static void word_hit(matcher *m, uint32_t hash, size_t at)
{
    const uint8_t *text = m->w.text;
    size_t from = at > SCAN_BACK ? at - SCAN_BACK : 0;
    size_t to = m->w.high - at > SCAN_AHEAD ? at + SCAN_AHEAD : m->w.high;
    const uint8_t *line = memrchr(text + from, '\n', at - from);
    const uint8_t *end = memchr(text + at, '\n', to - at);
    literal_find(m->t, hash, text, line ? (size_t)(line + 1 - text) : from,
                 end ? (size_t)(end - text) : to, at, on_literal, m);
}

void word_at(matcher *m, size_t at)
{
    uint8_t word[8] = {0};
    size_t n = m->w.high - at < 8 ? m->w.high - at : 8;
    if (!byte_is(m->w.text[at], BYTE_WORD))
        return;
    memcpy(word, m->w.text + at, n);
    uint32_t hash = literal_hash(load_part(word, m->t->literal_word));
    if (literal_maybe(m->t, hash) && literal_begins(m->t, hash, m->w.text, m->w.high, at))
        word_hit(m, hash, at);
}

/* --- many ----------------------------------------------------------------------------------- */

/* Marks the words of all those blocks; returns where the places end. */
INLINE uint32_t *mark_words(chunk *k, size_t count, place_marker *mark)
{
    uint32_t *end = k->places;
    for (size_t i = 1; i <= count; i++)
        end = mark(end, k->words[i], (uint32_t)(k->origin + 64 * i));
    return end;
}

/* Keeps those whose hash some anchor has; returns how many. Eight bytes of each can be read. */
INLINE size_t keep_words(matcher *m, const uint32_t *end)
{
    const match_table *t = m->t;
    const uint8_t *text = m->w.text;
    uint64_t part = ~(uint64_t)0 >> (64 - 8 * t->literal_word);
    const uint32_t *map = t->literal_map;
    unsigned shift = t->literal_map_shift; /* read once: the list might be the table */
    uint32_t *kept = m->chunk.places;
    for (const uint32_t *at = kept; at < end; at++) {
        uint32_t place = *at, bit = literal_hash(load_folded(text + place) & part) >> shift;
        *kept = place;
        kept += map[bit / 32] >> bit % 32 & 1;
    }
    return (size_t)(kept - m->chunk.places);
}

/* Words of a block that are long enough to be an anchor, and do not begin with a digit unless some
 * anchor does. One that reaches over the block's end counts as long. */
INLINE void mark_starts(chunk *k, unsigned least, uint64_t digits)
{
    for (unsigned i = 1; i <= SCAN_BLOCKS; i++) {
        uint64_t word = k->word[i], starts = word & ~(word << 1 | k->word[i - 1] >> 63);
        int64_t two = (int64_t)word & (int64_t)word >> 1; /* the top bit stays: it may go on */
        int64_t four = two & two >> 2;
        int64_t more = least == 3 ? two & two >> 1 : four & four >> (least - 4);
        k->words[i] = starts & (uint64_t)more & (~k->digit[i] | digits);
    }
}

INLINE void look_at_words(matcher *m, size_t count, place_marker *mark)
{
    chunk *k = &m->chunk;
    size_t first = k->origin + 64, safe = count;
    mark_starts(k, m->t->literal_word, m->t->literal_digit ? ~(uint64_t)0 : 0);
    if (first < m->w.from || first + 64 * count > m->w.to)
        for (size_t i = 1; i <= count; i++)
            k->words[i] &= mine_of(&m->w, k->origin + 64 * i);
    for (; safe && m->w.high < k->origin + 64 * safe + 80; safe--)
        for (uint64_t starts = k->words[safe]; starts; starts &= starts - 1)
            word_at(m, k->origin + 64 * safe + (size_t)__builtin_ctzll(starts));
    size_t n = keep_words(m, mark_words(k, safe, mark));
    for (size_t i = 0; i < n; i++)
        word_at(m, k->places[i]);
}

static void look_plain(matcher *m, size_t count)
{
    look_at_words(m, count, mark_plain);
}

#ifdef __x86_64__
__attribute__((target(BLOCK_256))) static void look_avx2(matcher *m, size_t count)
{
    look_at_words(m, count, mark_two);
}

__attribute__((target(BLOCK_512))) static void look_avx512(matcher *m, size_t count)
{
    look_at_words(m, count, mark_avx512);
}
#endif

void words_marked(matcher *m, size_t count)
{
#ifdef __x86_64__
    if (m->level == 2)
        look_avx512(m, count);
    else if (m->level == 1)
        look_avx2(m, count);
    else
#endif
        look_plain(m, count);
}
