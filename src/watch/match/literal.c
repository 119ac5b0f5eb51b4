/* literal.c - literals: which word they are found by, and finding them: see literal.h, table.h. */
#include "watch/match/literal.h"

#include <stdlib.h>

/* --- building ------------------------------------------------------------------------------- */

enum { WORD_LEAST = 3, COUNT_BITS = 16, FIRST_BITS_MAX = 20, MAP_BITS_MIN = 10, MAP_BITS_MAX = 22 };

/* The next word of the text from *at on: its length, 0 at the end. */
static size_t next_word(slice text, size_t *at)
{
    while (*at < text.len) {
        size_t n = 0;
        while (*at + n < text.len && byte_is((uint8_t)text.ptr[*at + n], BYTE_WORD))
            n++;
        if (n >= WORD_LEAST)
            return n;
        *at += n + 1;
    }
    return 0;
}

bool literal_fits(slice text)
{
    size_t at = 0;
    return next_word(text, &at) > 0;
}

static slice literal_text(const match_table *t, const match_literal *l)
{
    return slice_of((const char *)t->literal_text + l->at, l->len);
}

static size_t longest_word(slice text)
{
    size_t best = 0;
    for (size_t at = 0, n; (n = next_word(text, &at)) > 0; at += n)
        best = n > best ? n : best;
    return best;
}

static uint32_t word_hash(const match_table *t, const char *p)
{
    return literal_hash(load_part((const uint8_t *)p, t->literal_word));
}

/* What is rarer in a text where the literals do not tell: digits behind a letter, in what is hashed
 * of the word. One that begins with a digit is none of these: most numbers would be looked at. */
static bool looks_rare(const match_table *t, const char *word)
{
    bool digit = false;
    for (size_t i = 1; i < t->literal_word; i++)
        digit |= is_digit(word[i]);
    return digit && !is_digit(word[0]);
}

/* The rarest of the words that are long enough to be hashed, the longest of those. */
static void choose_anchor(const match_table *t, match_literal *l, const uint32_t *counts)
{
    slice text = literal_text(t, l);
    size_t best_len = 0;
    uint32_t best = UINT32_MAX;
    bool best_rare = false;
    for (size_t at = 0, n; (n = next_word(text, &at)) > 0; at += n) {
        if (n < t->literal_word)
            continue;
        uint32_t h = word_hash(t, text.ptr + at), count = counts[h >> (32 - COUNT_BITS)];
        bool rare = looks_rare(t, text.ptr + at);
        if (count < best || (count == best && rare > best_rare) ||
            (count == best && rare == best_rare && n > best_len)) {
            best = count;
            best_rare = rare;
            best_len = n;
            l->hash = h;
            l->anchor = (uint16_t)at;
        }
    }
}

static bool choose_anchors(match_table *t)
{
    uint32_t *counts = table_zeroed(t, (size_t)1 << COUNT_BITS, sizeof *counts);
    if (!counts)
        return false;
    for (size_t i = 0; i < t->literal_count; i++) {
        slice text = literal_text(t, &t->literals[i]);
        for (size_t at = 0, n; (n = next_word(text, &at)) > 0; at += n)
            counts[word_hash(t, text.ptr + at) >> (32 - COUNT_BITS)] += n >= t->literal_word;
    }
    for (size_t i = 0; i < t->literal_count; i++)
        choose_anchor(t, &t->literals[i], counts);
    free(counts);
    return true;
}

static int literal_order(const void *a, const void *b, void *table)
{
    const match_table *t = table;
    const match_literal *x = a, *y = b;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    if (x->anchor != y->anchor)
        return x->anchor < y->anchor ? -1 : 1;
    int c = slice_cmp(literal_text(t, x), literal_text(t, y));
    if (c || x->kind != y->kind)
        return c ? c : (x->kind < y->kind ? -1 : 1);
    return x->at < y->at ? -1 : x->at > y->at;
}

static bool same_group(const match_literal *a, const match_literal *b)
{
    return a->hash == b->hash && a->anchor == b->anchor;
}

static void settle_order(match_table *t)
{
    size_t kept = 0;
    uint32_t open = 0; /* number plus one */
    for (size_t i = 0; i < t->literal_count; i++) {
        match_literal l = t->literals[i];
        const match_literal *last = kept ? &t->literals[kept - 1] : NULL;
        if (last && last->kind == l.kind && same_group(last, &l) &&
            slice_eq(literal_text(t, last), literal_text(t, &l)))
            continue;
        while (open &&
               (!same_group(&t->literals[open - 1], &l) ||
                !slice_starts(literal_text(t, &l), literal_text(t, &t->literals[open - 1]))))
            open = t->literals[open - 1].up;
        l.up = open;
        t->literals[kept++] = l;
        open = (uint32_t)kept;
    }
    t->info.repeated += t->literal_count - kept;
    t->info.added -= t->literal_count - kept;
    t->literal_count = kept;
}

/* About 128 bits for each literal, one of them its own; the smaller, the more often the map is in
 * the first cache. */
static unsigned map_shift(size_t count)
{
    unsigned bits = MAP_BITS_MIN;
    while (bits < MAP_BITS_MAX && count > (size_t)1 << (bits - 7))
        bits++;
    return 32 - bits;
}

/* Counts by the top bits of the hash, about two of them for each literal. */
static bool settle_first(match_table *t)
{
    unsigned bits = 4;
    while (bits < FIRST_BITS_MAX && t->literal_count > (size_t)1 << (bits - 1))
        bits++;
    size_t count = (size_t)1 << bits;
    t->literal_first_bits = bits;
    t->literal_first = table_zeroed(t, count + 1, sizeof *t->literal_first);
    if (!t->literal_first)
        return false;
    for (size_t i = 0; i < t->literal_count; i++)
        t->literal_first[(t->literals[i].hash >> (32 - bits)) + 1]++;
    for (size_t i = 0; i < count; i++)
        t->literal_first[i + 1] += t->literal_first[i];
    return true;
}

bool literals_settle(match_table *t)
{
    t->literal_word = 8;
    if (t->literal_count == 0)
        return true;
    for (size_t i = 0; i < t->literal_count; i++) {
        size_t n = longest_word(literal_text(t, &t->literals[i]));
        t->literal_word = n < t->literal_word ? (unsigned)n : t->literal_word;
    }
    t->literal_map_shift = map_shift(t->literal_count);
    t->literal_map = table_zeroed(t, 1, (size_t)1 << (32 - t->literal_map_shift) >> 3);
    if (!t->literal_map || !choose_anchors(t))
        return false;
    qsort_r(t->literals, t->literal_count, sizeof *t->literals, literal_order, t);
    settle_order(t);
    if (!settle_first(t))
        return false;
    for (size_t i = 0; i < t->literal_count; i++) {
        const match_literal *l = &t->literals[i];
        size_t behind = (size_t)l->len - l->anchor;
        uint32_t bit = l->hash >> t->literal_map_shift;
        t->literal_map[bit / 32] |= (uint32_t)1 << bit % 32;
        t->literal_digit |= is_digit((char)t->literal_text[l->at + l->anchor]);
        if (l->anchor > t->literal_before)
            t->literal_before = l->anchor;
        if (behind > t->literal_behind)
            t->literal_behind = behind;
    }
    t->info.keys += t->literal_count;
    return true;
}

/* --- finding -------------------------------------------------------------------------------- */

/* The text that literals are compared with: as written, or with its escapes undone. */
typedef struct around {
    const match_table *t;
    const uint8_t *text;
    size_t from, to, at; /* the line, and the anchor in it */
} around;

/* Order of a literal and the text that stands where it would begin: 0 when it stands there. */
static int compare(const around *x, const match_literal *l)
{
    const uint8_t *own = x->t->literal_text + l->at, *p = x->text + x->at - l->anchor;
    size_t room = x->to - (x->at - l->anchor), n = l->len < room ? l->len : room;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = byte_fold(p[i]);
        if (own[i] != c)
            return own[i] < c ? -1 : 1;
    }
    return l->len > room ? 1 : 0;
}

/* Not in the middle of a word. */
static bool stands_alone(const around *x, size_t from, size_t to)
{
    if (from > x->from && byte_is(x->text[from], BYTE_WORD) &&
        byte_is(x->text[from - 1], BYTE_WORD))
        return false;
    return !(to < x->to && byte_is(x->text[to], BYTE_WORD) && byte_is(x->text[to - 1], BYTE_WORD));
}

typedef struct finding {
    void (*on_hit)(void *ctx, const literal_hit *hit);
    void *ctx;
    const view *v; /* NULL: as written */
} finding;

/* Where a hit in a view stands in the text. False: its letters and digits are not plain there. */
static bool as_written(const view *v, const around *x, literal_hit *hit)
{
    for (size_t i = hit->from; i < hit->to; i++)
        if (v->escaped[i] && byte_is(x->text[i], BYTE_WORD))
            return false;
    hit->from = v->from[hit->from];
    hit->to = v->to[hit->to - 1];
    return hit->to - hit->from <= MATCH_ESCAPED_MAX;
}

/* The literals of one hash and anchor, [low, high). */
static void find_in_group(const around *x, uint32_t low, uint32_t high, const finding *f)
{
    const match_literal *all = x->t->literals;
    uint32_t first = low;
    if (x->at - x->from < all[low].anchor)
        return;
    while (low < high) { /* the last that is not behind the text */
        uint32_t mid = low + (high - low) / 2;
        if (compare(x, &all[mid]) <= 0)
            low = mid + 1;
        else
            high = mid;
    }
    for (uint32_t at = low; at > first; at = all[at - 1].up) {
        const match_literal *l = &all[at - 1];
        size_t from = x->at - l->anchor, to = from + l->len;
        if (compare(x, l) != 0 || !stands_alone(x, from, to))
            continue;
        literal_hit hit = {from, to, l};
        if (f->v && !as_written(f->v, x, &hit))
            continue;
        f->on_hit(f->ctx, &hit);
    }
}

/* The first whose hash and anchor are not below the key. */
static uint32_t lower_bound(const match_table *t, uint64_t key)
{
    const uint32_t *first = t->literal_first + (key >> (48 - t->literal_first_bits));
    uint32_t low = first[0], high = first[1];
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        const match_literal *l = &t->literals[mid];
        if (((uint64_t)l->hash << 16 | l->anchor) < key)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static void find_all(const around *x, uint32_t hash, const finding *f)
{
    const match_table *t = x->t;
    uint32_t at = lower_bound(t, (uint64_t)hash << 16);
    while (at < t->literal_count && t->literals[at].hash == hash) {
        uint32_t next = lower_bound(t, ((uint64_t)hash << 16 | t->literals[at].anchor) + 1);
        find_in_group(x, at, next, f);
        at = next;
    }
}

/* Is the text what the literal has from its anchor on, as far as no escape stands in it? */
static bool may_go_on(const match_table *t, const match_literal *l, const uint8_t *text,
                      size_t high, size_t at)
{
    const uint8_t *own = t->literal_text + l->at;
    for (size_t i = l->anchor; i < l->len; i++, at++) {
        if (at + 1 >= high || text[at] == '\\' || lead_first[text[at]] & lead_second[text[at + 1]])
            return true;
        if (byte_fold(text[at]) != own[i])
            return false;
    }
    return true;
}

enum { ALIKE = 16 /* literals with the same hash; where there are more all are compared */ };

bool literal_begins(const match_table *t, uint32_t hash, const uint8_t *text, size_t high,
                    size_t at)
{
    uint32_t first = lower_bound(t, (uint64_t)hash << 16);
    for (uint32_t i = first; i < t->literal_count && t->literals[i].hash == hash; i++)
        if (i - first == ALIKE || may_go_on(t, &t->literals[i], text, high, at))
            return true;
    return false;
}

enum { ESCAPED_REACH = MATCH_ESCAPED_MAX + 32 /* bytes on each side of the anchor */ };

/* With an escape near it, all that may belong to the literal is made plain first. */
static void find_escaped(const around *x, uint32_t hash, const finding *f)
{
    RAW view v;
    size_t from = x->at - x->from > ESCAPED_REACH ? x->at - ESCAPED_REACH : x->from;
    size_t to = x->to - x->at > ESCAPED_REACH ? x->at + ESCAPED_REACH : x->to;
    view_make(&v, x->text, from, to);
    size_t at = 0;
    while (at < v.len && v.from[at] < x->at)
        at++;
    if (at == v.len || v.from[at] != x->at || v.escaped[at])
        return;
    around plain = {x->t, v.text, 0, v.len, at};
    finding own = *f;
    own.v = &v;
    find_all(&plain, hash, &own);
}

void literal_find(const match_table *t, uint32_t hash, const uint8_t *text, size_t from, size_t to,
                  size_t at, void (*on_hit)(void *ctx, const literal_hit *hit), void *ctx)
{
    around x = {t, text, from, to, at};
    finding f = {on_hit, ctx, NULL};
    size_t low = at - from > t->literal_before + 1 ? at - t->literal_before - 1 : from;
    size_t high = to - at > t->literal_behind + 1 ? at + t->literal_behind + 1 : to;
    bool escapes = false;
    for (size_t i = low - from > UNIT_MAX ? low - UNIT_MAX : from; i < high && !escapes; i++)
        escapes = byte_is(text[i], BYTE_LEAD | BYTE_RIGHT) && unit_at(text + i, text + to).escape;
    if (escapes)
        find_escaped(&x, hash, &f);
    else
        find_all(&x, hash, &f);
}
