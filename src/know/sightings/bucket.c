/* bucket.c - see bucket.h. */
#include "know/sightings/bucket.h"

/* The 24 bits that a bucket begins with. */
enum {
    SECOND_BITS = 17,
    MORE = 1 << 17,   /* the same key has another day */
    SINGLE = 1 << 18, /* one sighting: then */
    WIDTH_AT = 19,    /* bytes of the offset - 1, three bits, */
    SOURCE_AT = 22,   /* and its source, two bits; 3: it follows. Else */
    SAMPLES_AT = 19,  /* positions - 1, three bits, */
    ONE_SOURCE = 1 << 22,
    ALL_KEPT = 1 << 23, /* as many sightings as positions */
    SOURCE_FOLLOWS = 3
};

#define COUNT_MAX ((uint64_t)1 << 56)

/* --- adding up ------------------------------------------------------------------------------ */

int sight_at_cmp(const sight_at *a, const sight_at *b)
{
    if (a->second != b->second)
        return a->second < b->second ? -1 : 1;
    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    return (a->offset > b->offset) - (a->offset < b->offset);
}

void sight_bucket_one(sight_bucket *b, int32_t day, const sight_at *at)
{
    b->day = day;
    b->n = b->source_count = 1;
    b->more_sources = false;
    b->count = 1;
    b->at[0] = *at;
    b->sources[0] = at->source;
}

/* Into an ascending list of at most SIGHT_SOURCES, the lowest of all that were put. */
void sight_bucket_source(sight_bucket *b, uint32_t source)
{
    size_t at = b->source_count;
    while (at && b->sources[at - 1] >= source)
        at--;
    if (at < b->source_count && b->sources[at] == source)
        return;
    bool full = b->source_count == SIGHT_SOURCES;
    b->more_sources = b->more_sources || full;
    if (at == SIGHT_SOURCES)
        return;
    memmove(b->sources + at + 1, b->sources + at,
            (b->source_count - at - full) * sizeof *b->sources);
    b->sources[at] = source;
    b->source_count = (uint8_t)(b->source_count + !full);
}

static void merge_positions(sight_bucket *into, const sight_bucket *other)
{
    sight_at all[2 * SIGHT_ALL];
    size_t i = 0, k = 0, n = 0;
    while (i < into->n || k < other->n) {
        bool first =
            k == other->n || (i < into->n && sight_at_cmp(&into->at[i], &other->at[k]) <= 0);
        all[n++] = first ? into->at[i++] : other->at[k++];
    }
    if (into->count > SIGHT_ALL && n > SIGHT_THINNED) {
        memmove(all + SIGHT_ENDS, all + n - SIGHT_ENDS, SIGHT_ENDS * sizeof *all);
        n = SIGHT_THINNED;
    }
    memcpy(into->at, all, n * sizeof *all);
    into->n = (uint8_t)n;
}

void sight_bucket_add(sight_bucket *into, const sight_bucket *other)
{
    into->count += other->count;
    into->count = into->count > COUNT_MAX ? COUNT_MAX : into->count;
    merge_positions(into, other);
    for (size_t i = 0; i < other->source_count; i++)
        sight_bucket_source(into, other->sources[i]);
    into->more_sources = into->more_sources || other->more_sources;
}

/* --- writing -------------------------------------------------------------------------------- */

static uint8_t *put_number(uint8_t *p, uint64_t n)
{
    while (n >= 0x80) {
        *p++ = (uint8_t)(n | 0x80);
        n >>= 7;
    }
    *p++ = (uint8_t)n;
    return p;
}

static uint8_t *put_head(uint8_t *p, uint32_t head)
{
    *p++ = (uint8_t)head;
    *p++ = (uint8_t)(head >> 8);
    *p++ = (uint8_t)(head >> 16);
    return p;
}

static void key_bytes(uint64_t place, uint8_t rest, uint8_t out[SIGHT_KEY])
{
    for (unsigned i = 0; i < 8; i++)
        out[i] = (uint8_t)(place >> (56 - 8 * i));
    out[8] = rest;
}

size_t sight_key_put(sight_key key, unsigned bits, uint8_t out[SIGHT_KEY])
{
    uint8_t all[SIGHT_KEY];
    size_t n = sight_key_bytes(bits);
    key_bytes(key.place, key.rest, all);
    memcpy(out, all + SIGHT_KEY - n, n);
    return n;
}

static uint8_t *put_single(const sight_at *at, const sight_frame *f, uint32_t more, uint8_t *p)
{
    uint32_t source = at->source - f->source_first;
    uint32_t said = source < SOURCE_FOLLOWS ? source : SOURCE_FOLLOWS;
    unsigned width = 1;
    while (width < 8 && at->offset >> (8 * width))
        width++;
    p = put_head(p, at->second | more | SINGLE | (uint32_t)(width - 1) << WIDTH_AT |
                        said << SOURCE_AT);
    if (said == SOURCE_FOLLOWS)
        p = put_number(p, source - SOURCE_FOLLOWS);
    for (unsigned i = 0; i < width; i++)
        *p++ = (uint8_t)(at->offset >> (8 * i));
    return p;
}

static bool among(const sight_bucket *b, uint32_t source)
{
    bool found = false;
    for (size_t i = 0; i < b->n && !found; i++)
        found = b->at[i].source == source;
    return found;
}

/* Sources of which no position is kept. */
static uint8_t *put_sources(const sight_bucket *b, const sight_frame *f, uint8_t *p)
{
    uint32_t list[SIGHT_SOURCES];
    size_t n = 0;
    for (size_t i = 0; i < b->source_count; i++)
        if (!among(b, b->sources[i]))
            list[n++] = b->sources[i] - f->source_first;
    p = put_number(p, n << 1 | b->more_sources);
    for (size_t i = 0; i < n; i++)
        p = put_number(p, list[i]);
    return p;
}

static uint64_t zigzag(uint64_t to, uint64_t from)
{
    uint64_t d = to - from;
    return d << 1 ^ (d >> 63 ? UINT64_MAX : 0);
}

static uint8_t *put_several(const sight_bucket *b, const sight_frame *f, uint32_t more, uint8_t *p)
{
    bool one = true, all = b->count <= SIGHT_ALL;
    for (size_t i = 1; i < b->n; i++)
        one = one && b->at[i].source == b->at[0].source;
    p = put_head(p, b->at[0].second | more | (uint32_t)(b->n - 1) << SAMPLES_AT |
                        (one ? (uint32_t)ONE_SOURCE : 0) | (all ? (uint32_t)ALL_KEPT : 0));
    if (!all) {
        p = put_number(p, b->count - SIGHT_ALL - 1);
        p = put_sources(b, f, p);
    }
    p = put_number(p, b->at[0].source - f->source_first);
    p = put_number(p, b->at[0].offset);
    for (size_t i = 1; i < b->n; i++) {
        p = put_number(p, b->at[i].second - b->at[i - 1].second);
        if (!one)
            p = put_number(p, b->at[i].source - f->source_first);
        p = put_number(p, zigzag(b->at[i].offset, b->at[i - 1].offset));
    }
    return p;
}

size_t sight_bucket_put(const sight_bucket *b, const sight_frame *f, int32_t before, bool more,
                        uint8_t out[SIGHT_BUCKET_BYTES])
{
    uint8_t *p = out;
    uint32_t flag = more ? MORE : 0;
    if (f->day_first != f->day_last)
        p = put_number(p, (uint64_t)(b->day - before - 1));
    p = b->count == 1 ? put_single(&b->at[0], f, flag, p) : put_several(b, f, flag, p);
    return (size_t)(p - out);
}

/* --- reading -------------------------------------------------------------------------------- */

static inline uint64_t get_number(sight_cursor *c)
{
    uint64_t n = 0;
    if (c->p < c->end && *c->p < 0x80)
        return *c->p++;
    for (unsigned shift = 0; shift < 64 && c->p < c->end; shift += 7) {
        uint8_t b = *c->p++;
        n |= (uint64_t)(b & 0x7f) << shift;
        if (b < 0x80) {
            c->bad = c->bad || (shift == 63 && b > 1) || (shift && !b); /* one spelling */
            return n;
        }
    }
    c->bad = true;
    return 0;
}

/* A number that has a maximum. */
static uint32_t get_small(sight_cursor *c, uint64_t most)
{
    uint64_t n = get_number(c);
    if (n <= most)
        return (uint32_t)n;
    c->bad = true;
    return 0;
}

static uint32_t get_source(sight_cursor *c, const sight_frame *f)
{
    return f->source_first + get_small(c, UINT32_MAX - f->source_first);
}

bool sight_key_get(sight_cursor *c, unsigned bits, sight_key *ret)
{
    uint8_t all[SIGHT_KEY];
    size_t n = sight_key_bytes(bits);
    if (c->bad || c->p == c->end)
        return false;
    if ((size_t)(c->end - c->p) < n) {
        c->bad = true;
        return false;
    }
    key_bytes(bits ? c->place << (64 - bits) : 0, 0, all);
    memcpy(all + SIGHT_KEY - n, c->p, n);
    c->p += n;
    sight_key k = {0, all[8]};
    for (unsigned i = 0; i < 8; i++)
        k.place = k.place << 8 | all[i];
    c->bad = sight_place(k, bits) != c->place;
    *ret = k;
    return !c->bad;
}

static void get_single(sight_cursor *c, const sight_frame *f, uint32_t head, sight_bucket *ret)
{
    unsigned width = (head >> WIDTH_AT & 7) + 1;
    sight_at at = {0, head & ((1 << SECOND_BITS) - 1), head >> SOURCE_AT};
    if (at.source == SOURCE_FOLLOWS)
        at.source += get_small(c, UINT32_MAX - SOURCE_FOLLOWS);
    c->bad = c->bad || at.source > UINT32_MAX - f->source_first;
    at.source += f->source_first;
    if (c->bad || (size_t)(c->end - c->p) < width) {
        c->bad = true;
        return;
    }
    for (unsigned i = 0; i < width; i++)
        at.offset |= (uint64_t)c->p[i] << (8 * i);
    c->p += width;
    c->bad = width > 1 && !(at.offset >> (8 * (width - 1)));
    sight_bucket_one(ret, ret->day, &at);
}

static void get_count(sight_cursor *c, const sight_frame *f, sight_bucket *ret)
{
    uint64_t n = get_number(c);
    c->bad = c->bad || ret->n != SIGHT_THINNED || n > COUNT_MAX - SIGHT_ALL - 1;
    ret->count = n + SIGHT_ALL + 1;
    uint32_t sources = get_small(c, SIGHT_SOURCES << 1 | 1);
    ret->more_sources = sources & 1;
    for (uint32_t i = 0; i < sources >> 1 && !c->bad; i++)
        sight_bucket_source(ret, get_source(c, f));
}

static void get_several(sight_cursor *c, const sight_frame *f, uint32_t head, sight_bucket *ret)
{
    ret->n = (uint8_t)((head >> SAMPLES_AT & 7) + 1);
    ret->count = ret->n;
    ret->source_count = 0;
    ret->more_sources = false;
    if (!(head & ALL_KEPT))
        get_count(c, f, ret);
    c->bad = c->bad || ret->n < 2;
    sight_at at = {0, head & ((1 << SECOND_BITS) - 1), get_source(c, f)};
    at.offset = get_number(c);
    for (uint8_t i = 0; i < ret->n && !c->bad; i++) {
        if (i) {
            at.second += get_small(c, SIGHT_SECONDS);
            if (!(head & ONE_SOURCE))
                at.source = get_source(c, f);
            uint64_t d = get_number(c);
            at.offset += d >> 1 ^ (d & 1 ? UINT64_MAX : 0);
        }
        c->bad =
            c->bad || at.second >= SIGHT_SECONDS || (i && sight_at_cmp(&ret->at[i - 1], &at) > 0);
        ret->at[i] = at;
        sight_bucket_source(ret, at.source);
    }
}

bool sight_bucket_get(sight_cursor *c, const sight_frame *f, int32_t before, sight_bucket *ret,
                      bool *ret_more)
{
    ret->day = f->day_first;
    if (f->day_first != f->day_last)
        ret->day = before + 1 + (int32_t)get_small(c, (uint64_t)(f->day_last - f->day_first));
    else
        c->bad = c->bad || before >= f->day_first;
    if (c->bad || c->end - c->p < 3 || ret->day > f->day_last) {
        c->bad = true;
        return false;
    }
    uint32_t head = c->p[0] | (uint32_t)c->p[1] << 8 | (uint32_t)c->p[2] << 16;
    c->p += 3;
    *ret_more = head & MORE;
    c->bad = (head & ((1 << SECOND_BITS) - 1)) >= SIGHT_SECONDS;
    if (head & SINGLE)
        get_single(c, f, head, ret);
    else
        get_several(c, f, head, ret);
    return !c->bad;
}
