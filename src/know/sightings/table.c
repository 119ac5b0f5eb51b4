/* table.c - see table.h. */
#include "know/sightings/table.h"

#include <stdlib.h>
#include <sys/mman.h>

enum { PARTS = 1 << 16, FEW = 32, AHEAD = 8 };

/* A bucket: what one sighting needs. */
typedef struct entry {
    uint64_t place, offset;
    uint32_t second, source;
    int32_t day;
    uint32_t count;
    uint32_t more; /* number of its `several`, from 1 */
    uint8_t rest;
    uint8_t zero[3];
} entry;

/* What a bucket of several needs besides. */
typedef struct several {
    sight_at at[SIGHT_ALL - 1];
    uint32_t sources[SIGHT_SOURCES];
    uint8_t source_count;
    bool more_sources;
    uint8_t zero[6];
} several;

_Static_assert(sizeof(entry) == 40 && sizeof(several) == 152, "no holes");

struct sight_table {
    uint32_t *index; /* numbers of entries, from 1; 0: free */
    uint32_t *order;
    uint32_t slots; /* a power of two: of index; as many in order */
    char *pool;
    size_t pool_bytes, count, several_count;
    size_t again; /* when sorted: entries of a key that another has, too */
    bool sorted;
};

/* What is anywhere in tens of MiB is found quicker in large pages; a hint. */
static void large_pages(void *p, size_t bytes)
{
    const uintptr_t page = 1 << 21;
    uintptr_t from = ((uintptr_t)p + page - 1) & ~(page - 1),
              end = ((uintptr_t)p + bytes) & ~(page - 1);
    if (from < end)
        madvise((void *)from, end - from, MADV_HUGEPAGE);
}

status sight_table_new(size_t bytes, sight_table **ret, err *why)
{
    size_t size = SIGHT_TABLE_MIN;
    sight_table *t = calloc(1, sizeof *t);
    while (size <= bytes / 2 && size < (size_t)1 << 36)
        size *= 2;
    if (t) {
        t->slots = (uint32_t)(size / 8 / sizeof *t->index);
        t->pool_bytes = size / 4 * 3;
        t->index = calloc(t->slots, sizeof *t->index);
        t->order = malloc(t->slots * sizeof *t->order);
        t->pool = malloc(t->pool_bytes);
    }
    if (!t || !t->index || !t->order || !t->pool) {
        sight_table_free(t);
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    }
    large_pages(t->index, t->slots * sizeof *t->index);
    large_pages(t->pool, t->pool_bytes);
    *ret = t;
    return OK;
}

sight_table *sight_table_free(sight_table *t)
{
    if (t) {
        free(t->index);
        free(t->order);
        free(t->pool);
    }
    free(t);
    return NULL;
}

void sight_table_clear(sight_table *t)
{
    memset(t->index, 0, t->slots * sizeof *t->index);
    t->count = t->several_count = 0;
    t->sorted = false;
}

size_t sight_table_count(const sight_table *t)
{
    return t->count;
}

/* --- adding --------------------------------------------------------------------------------- */

static entry *entry_at(const sight_table *t, size_t i)
{
    return (entry *)(void *)(t->pool + i * sizeof(entry));
}

/* From the end, `more` from 1. */
static several *several_at(const sight_table *t, uint32_t more)
{
    return (several *)(void *)(t->pool + t->pool_bytes - (size_t)more * sizeof(several));
}

static bool room_for(const sight_table *t, size_t entries, size_t severals)
{
    return (t->count + entries) * sizeof(entry) + (t->several_count + severals) * sizeof(several) <=
               t->pool_bytes &&
           t->count + entries <= t->slots / 8 * 7;
}

/* The place's upper bits are the order; the lower ones are as good. */
static uint32_t index_of(const sight_table *t, sight_key key, int32_t day)
{
    return ((uint32_t)key.place ^ (uint32_t)day * 0x9e3779b1u) & (t->slots - 1);
}

void sight_table_prefetch(const sight_table *t, sight_key key, int32_t day)
{
    __builtin_prefetch(&t->index[index_of(t, key, day)], 0, 3);
}

/* From positions as they are to a bucket of them. */
static void whole(const sight_table *t, const entry *e, sight_bucket *ret)
{
    sight_at first = {e->offset, e->second, e->source};
    sight_bucket_one(ret, e->day, &first);
    if (e->count == 1)
        return;
    const several *s = several_at(t, e->more);
    if (e->count <= SIGHT_ALL) {
        for (uint32_t i = 1; i < e->count; i++) { /* mostly they came in order */
            uint32_t k = i;
            for (; k && sight_at_cmp(&ret->at[k - 1], &s->at[i - 1]) > 0; k--)
                ret->at[k] = ret->at[k - 1];
            ret->at[k] = s->at[i - 1];
            sight_bucket_source(ret, s->at[i - 1].source);
        }
        ret->n = (uint8_t)e->count;
        ret->count = e->count;
        return;
    }
    ret->n = SIGHT_THINNED; /* in order by now */
    ret->count = e->count;
    memcpy(ret->at + 1, s->at, (SIGHT_THINNED - 1) * sizeof *s->at);
    memcpy(ret->sources, s->sources, sizeof s->sources);
    ret->source_count = s->source_count;
    ret->more_sources = s->more_sources;
}

static void unpack(entry *e, several *s, const sight_bucket *b)
{
    e->offset = b->at[0].offset;
    e->second = b->at[0].second;
    e->source = b->at[0].source;
    memcpy(s->at, b->at + 1, (size_t)(b->n - 1) * sizeof *b->at);
    memcpy(s->sources, b->sources, sizeof s->sources);
    s->source_count = b->source_count;
    s->more_sources = b->more_sources;
}

/* Of many, what most are: the latest, of a source that is known. */
static bool add_last(several *s, const sight_at *at)
{
    sight_at *end = &s->at[SIGHT_THINNED - 2];
    bool known = false;
    for (size_t i = 0; i < s->source_count && !known; i++)
        known = s->sources[i] == at->source;
    if (!known || sight_at_cmp(end, at) > 0)
        return false;
    end[-1] = end[0];
    end[0] = *at;
    return true;
}

static bool add_to(sight_table *t, entry *e, const sight_at *at)
{
    sight_bucket all, one;
    if (e->count == 1) {
        if (!room_for(t, 0, 1))
            return false;
        e->more = (uint32_t)++t->several_count;
    }
    several *s = several_at(t, e->more);
    if (e->count < SIGHT_ALL) {
        s->at[e->count++ - 1] = *at;
        return true;
    }
    if (e->count == SIGHT_ALL || !add_last(s, at)) {
        whole(t, e, &all);
        sight_bucket_one(&one, e->day, at);
        sight_bucket_add(&all, &one);
        unpack(e, s, &all);
    }
    e->count += e->count < UINT32_MAX;
    return true;
}

bool sight_table_add(sight_table *t, sight_key key, int32_t day, const sight_at *at)
{
    assert(!t->sorted);
    uint32_t i = index_of(t, key, day);
    for (; t->index[i]; i = (i + 1) & (t->slots - 1)) {
        entry *e = entry_at(t, t->index[i] - 1);
        if (e->place == key.place && e->day == day && e->rest == key.rest)
            return add_to(t, e, at);
    }
    if (!room_for(t, 1, 0))
        return false;
    *entry_at(t, t->count) = (entry){.place = key.place,
                                     .offset = at->offset,
                                     .second = at->second,
                                     .source = at->source,
                                     .day = day,
                                     .count = 1,
                                     .rest = key.rest};
    t->index[i] = (uint32_t)++t->count;
    return true;
}

/* --- in order ------------------------------------------------------------------------------- */

static bool comes_after(const entry *a, const entry *b)
{
    int c = sight_key_cmp((sight_key){a->place, a->rest}, (sight_key){b->place, b->rest});
    return c ? c > 0 : a->day > b->day;
}

/* Heap sort for what may be long: one value on very many days. */
static void sift(const sight_table *t, uint32_t *p, size_t n, size_t i)
{
    for (size_t child; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && comes_after(entry_at(t, p[child + 1]), entry_at(t, p[child])))
            child++;
        if (!comes_after(entry_at(t, p[child]), entry_at(t, p[i])))
            return;
        uint32_t x = p[i];
        p[i] = p[child];
        p[child] = x;
    }
}

static void sort_many(const sight_table *t, uint32_t *p, size_t n)
{
    for (size_t i = n / 2; i--;)
        sift(t, p, n, i);
    for (size_t i = n; --i;) {
        uint32_t x = p[0];
        p[0] = p[i];
        p[i] = x;
        sift(t, p, i, 0);
    }
}

static void sort_part(sight_table *t, uint32_t *p, size_t n)
{
    if (n > FEW)
        sort_many(t, p, n);
    for (size_t i = 1; i < n && n <= FEW; i++) {
        uint32_t x = p[i];
        size_t k = i;
        for (; k && comes_after(entry_at(t, p[k - 1]), entry_at(t, x)); k--)
            p[k] = p[k - 1];
        p[k] = x;
    }
    for (size_t i = 1; i < n; i++) {
        const entry *a = entry_at(t, p[i - 1]), *b = entry_at(t, p[i]);
        t->again += a->place == b->place && a->rest == b->rest;
    }
}

/* Keys are spread evenly, whoever sends them: so many parts by their first bits, then each. The
 * index is not needed any more: it counts. */
size_t sight_table_sort(sight_table *t)
{
    unsigned shift = 64;
    uint32_t parts = 1, *from = t->index;
    while (parts < t->slots && parts < PARTS) {
        parts *= 2;
        shift--;
    }
    t->sorted = true;
    t->again = 0;
    memset(from, 0, t->slots * sizeof *from);
    for (size_t i = 0; i < t->count; i++)
        from[entry_at(t, i)->place >> shift]++;
    uint32_t at = 0;
    for (uint32_t i = 0; i < parts; i++) {
        uint32_t n = from[i];
        from[i] = at;
        at += n;
    }
    for (size_t i = 0; i < t->count; i++)
        t->order[from[entry_at(t, i)->place >> shift]++] = (uint32_t)i;
    for (uint32_t i = 0, begin = 0; i < parts; begin = from[i++])
        sort_part(t, t->order + begin, from[i] - begin);
    return t->count;
}

/* In the order they came: this reads memory from front to back. */
sight_shape sight_table_shape(const sight_table *t)
{
    assert(t->sorted && t->count);
    sight_shape r = {.keys = t->count - t->again,
                     .day_first = INT32_MAX,
                     .day_last = INT32_MIN,
                     .source_first = UINT32_MAX};
    for (size_t i = 0; i < t->count; i++) {
        const entry *e = entry_at(t, i);
        uint32_t n = e->count <= SIGHT_ALL ? e->count : SIGHT_THINNED;
        r.bytes += n == 1 ? 9 : 6 + 8 * n;
        r.day_first = e->day < r.day_first ? e->day : r.day_first;
        r.day_last = e->day > r.day_last ? e->day : r.day_last;
        r.source_first = e->source < r.source_first ? e->source : r.source_first;
        const several *s = n > 1 ? several_at(t, e->more) : NULL;
        for (uint32_t k = 0; s && k + 1 < n; k++)
            r.source_first = s->at[k].source < r.source_first ? s->at[k].source : r.source_first;
        if (e->count > SIGHT_ALL && s->sources[0] < r.source_first)
            r.source_first = s->sources[0];
    }
    return r;
}

void sight_table_reopen(sight_table *t)
{
    memset(t->index, 0, t->slots * sizeof *t->index);
    for (size_t n = 0; n < t->count; n++) {
        const entry *e = entry_at(t, n);
        uint32_t i = index_of(t, (sight_key){e->place, e->rest}, e->day);
        while (t->index[i])
            i = (i + 1) & (t->slots - 1);
        t->index[i] = (uint32_t)n + 1;
    }
    t->sorted = false;
}

void sight_table_get(const sight_table *t, size_t i, sight_key *ret_key, sight_bucket *ret)
{
    if (i + 2 * AHEAD < t->count) { /* they are anywhere: fetched while others are looked at */
        __builtin_prefetch(entry_at(t, t->order[i + 2 * AHEAD]));
        const entry *soon = entry_at(t, t->order[i + AHEAD]);
        if (soon->more)
            __builtin_prefetch(several_at(t, soon->more));
    }
    const entry *e = entry_at(t, t->order[i]);
    *ret_key = (sight_key){e->place, e->rest};
    whole(t, e, ret);
}
