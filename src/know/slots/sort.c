/* sort.c - see sort.h. */
#include "know/slots/sort.h"

#include <stdlib.h>

enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS, SMALL = 4096, GROUP_SMALL = 24 };

static inline bool before(const slot *a, const slot *b)
{
    if (a->place != b->place)
        return a->place < b->place;
    return a->rest != b->rest ? a->rest < b->rest : a->record < b->record;
}

int slot_cmp(const void *a, const void *b)
{
    return before(a, b) ? -1 : before(b, a);
}

static inline bool same(const slot *a, const slot *b)
{
    return a->place == b->place && a->rest == b->rest && a->record == b->record;
}

static void scatter(const slot *from, slot *to, size_t count, unsigned shift)
{
    size_t start[DIGITS] = {0}, sum = 0;
    for (size_t i = 0; i < count; i++)
        start[from[i].place >> shift & (DIGITS - 1)]++;
    for (size_t d = 0; d < DIGITS; d++) {
        size_t n = start[d];
        start[d] = sum;
        sum += n;
    }
    for (size_t i = 0; i < count; i++)
        to[start[from[i].place >> shift & (DIGITS - 1)]++] = from[i];
}

static void insert_sort(slot *at, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        slot e = at[i];
        size_t k = i;
        for (; k && before(&e, &at[k - 1]); k--)
            at[k] = at[k - 1];
        at[k] = e;
    }
}

/* What has the first 22 bits in common: one or two for hashes, many only when a key repeats. */
static void sort_groups(slot *at, size_t count)
{
    for (size_t i = 0, n; i < count; i += n) {
        uint64_t top = at[i].place >> (64 - 2 * DIGIT_BITS);
        for (n = 1; i + n < count && at[i + n].place >> (64 - 2 * DIGIT_BITS) == top; n++)
            ;
        if (n > GROUP_SMALL)
            qsort(at + i, n, sizeof *at, slot_cmp);
        else
            insert_sort(at + i, n);
    }
}

size_t slots_sort(slot *at, slot *room, size_t count)
{
    size_t kept = 0;
    if (count < SMALL) {
        qsort(at, count, sizeof *at, slot_cmp);
    } else {
        scatter(at, room, count, 64 - 2 * DIGIT_BITS);
        scatter(room, at, count, 64 - DIGIT_BITS);
        sort_groups(at, count);
    }
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || !same(&at[kept - 1], &at[i]))
            at[kept++] = at[i];
    return kept;
}

/* --- merging -------------------------------------------------------------------------------- */

static bool has_file(const slots_source *s)
{
    return s->in.disk != NULL;
}

/* *ret NULL: it is used up. */
static status front(slots_source *s, const slot **ret, err *why)
{
    if (s->pos == s->count && has_file(s)) {
        size_t got = 0, want = s->room_count * sizeof *s->room;
        status st = file_pread(&s->in, s->room, want, s->offset, &got, why);
        if (st != OK)
            return st;
        if (got % sizeof *s->room)
            return err_set(why, ERR_IO, s->offset + got, "a sorted run is cut off");
        s->at = s->room;
        s->count = got / sizeof *s->room;
        s->pos = 0;
        s->offset += got;
    }
    *ret = s->pos < s->count ? &s->at[s->pos] : NULL;
    return OK;
}

static inline bool front_before(const slots_front *a, const slots_front *b)
{
    if (a->place != b->place)
        return a->place < b->place;
    return before(&a->source->at[a->source->pos], &b->source->at[b->source->pos]);
}

/* `e` in the place of entry i, or below it. */
static void sink_down(slots_merge *m, size_t i, slots_front e)
{
    for (size_t child; (child = 2 * i + 1) < m->count; i = child) {
        child += child + 1 < m->count && front_before(&m->heap[child + 1], &m->heap[child]);
        if (!front_before(&m->heap[child], &e))
            break;
        m->heap[i] = m->heap[child];
    }
    m->heap[i] = e;
}

status slots_merge_begin(slots_merge *m, slots_source *sources, size_t count, slots_front *heap,
                         err *why)
{
    *m = (slots_merge){.heap = heap};
    for (size_t i = 0; i < count; i++) {
        const slot *e;
        status st = front(&sources[i], &e, why);
        if (st != OK)
            return st;
        if (e)
            heap[m->count++] = (slots_front){e->place, &sources[i]};
    }
    for (size_t i = m->count / 2; i-- > 0;)
        sink_down(m, i, heap[i]);
    return OK;
}

status slots_merge_next(slots_merge *m, slot *ret, bool *ret_more, err *why)
{
    while (m->count) {
        slots_source *s = m->heap[0].source;
        slot now = s->at[s->pos++];
        const slot *e = &s->at[s->pos];
        if (s->pos == s->count) {
            status st = front(s, &e, why);
            if (st != OK)
                return st;
        }
        slots_front next = e ? (slots_front){e->place, s} : m->heap[--m->count];
        if (m->count)
            sink_down(m, 0, next);
        if (m->begun && same(&now, &m->last))
            continue;
        m->begun = true;
        m->last = now;
        *ret = now;
        *ret_more = true;
        return OK;
    }
    *ret_more = false;
    return OK;
}
