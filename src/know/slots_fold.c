/* slots_fold.c - see slots_fold.h. */
#include "know/slots_fold.h"

#include "know/slots/table.h"
#include "know/slots/write.h"

#include <stdlib.h>

typedef struct folding {
    const slots_fold_options *o;
    slots_intern n;
    const slot *front[SLOTS_TABLES_MAX]; /* of each table; NULL: it is used up */
    uint64_t at[SLOTS_TABLES_MAX];
    uint32_t *profiles[SLOTS_TABLES_MAX]; /* their numbers in the new table; 0: not asked yet */
    slots_fold_counts c;
} folding;

static const uint32_t dropped = UINT32_MAX;

static bool before(const slot *a, const slot *b)
{
    return a->place != b->place ? a->place < b->place : a->rest < b->rest;
}

static bool same(const slot *a, const slot *b)
{
    return a->place == b->place && a->rest == b->rest;
}

/* The number of a table's profile in the new one, or dropped. */
static status profile_of(folding *f, size_t table, uint32_t id, uint32_t *ret, err *why)
{
    uint32_t *known = &f->profiles[table][id];
    slots_profile p;
    if (*known) {
        *ret = *known;
        return OK;
    }
    *known = dropped;
    bool there = slots_profile_at(f->o->tables[table], id, &p);
    bool over = f->o->expired != SLOTS_DAY_NONE && there && p.until != SLOTS_DAY_NONE &&
                p.until < f->o->expired;
    status st = there && !over ? slots_intern_profile(&f->n, &p, known, why) : OK;
    *ret = *known;
    return st;
}

static int by_number(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* *ret SLOTS_REMOVED: nothing that it says is left. */
static status record_of(folding *f, size_t table, uint32_t record, uint32_t *ret, err *why)
{
    uint32_t ids[SLOTS_LIST_MAX], kept[SLOTS_LIST_MAX];
    size_t count = slots_profile_ids(f->o->tables[table], record, ids), n = 0;
    status st = OK;
    for (size_t i = 0; st == OK && i < count; i++) {
        st = profile_of(f, table, ids[i], &kept[n], why);
        n += st == OK && kept[n] != dropped;
    }
    *ret = n ? kept[0] : SLOTS_REMOVED;
    if (st != OK || n < 2)
        return st;
    qsort(kept, n, sizeof *kept, by_number);
    return slots_intern_list(&f->n, kept, n, ret, why);
}

static status fold_begin(void *ctx, err *why)
{
    folding *f = ctx;
    (void)why;
    f->c = (slots_fold_counts){0};
    for (size_t i = 0; i < f->o->count; i++) {
        f->at[i] = 0;
        f->front[i] = slots_next(f->o->tables[i], &f->at[i]);
    }
    return OK;
}

/* The first key of all tables, as the newest of them says it; they all go on. NULL: no more. */
static const slot *take_first(folding *f, size_t *ret_table)
{
    const slot *first = NULL;
    for (size_t i = 0; i < f->o->count; i++)
        if (f->front[i] && (!first || before(f->front[i], first))) {
            first = f->front[i];
            *ret_table = i;
        }
    for (size_t i = *ret_table; first && i < f->o->count; i++)
        if (f->front[i] && same(f->front[i], first))
            f->front[i] = slots_next(f->o->tables[i], &f->at[i]);
    return first;
}

static status fold_next(void *ctx, slot *ret, bool *ret_more, err *why)
{
    folding *f = ctx;
    const slot *e;
    size_t table = 0;
    while ((e = take_first(f, &table))) {
        uint32_t record = slot_record(e->record), made = SLOTS_REMOVED;
        if (record != SLOTS_REMOVED) {
            status st = record_of(f, table, record, &made, why);
            if (st != OK)
                return st;
            if (made == SLOTS_REMOVED) {
                f->c.expired++;
                f->c.expired_kinds[slot_kind(e->record)]++;
            }
        }
        if (made == SLOTS_REMOVED && f->o->oldest)
            continue;
        *ret = (slot){e->place, e->rest, slot_word(slot_kind(e->record), made)};
        *ret_more = true;
        return OK;
    }
    *ret_more = false;
    return OK;
}

static status begin(folding *f, uint64_t prefixes[3], uint64_t *ret_keys, err *why)
{
    for (size_t i = 0; i < f->o->count; i++) {
        const slots *t = f->o->tables[i];
        status st = slots_verify(t, why);
        if (st != OK)
            return st;
        f->profiles[i] = calloc((size_t)t->t.profiles + 1, sizeof *f->profiles[i]);
        if (!f->profiles[i])
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
        *ret_keys += t->t.keys;
        for (size_t k = 0; k < 3; k++)
            prefixes[k] |= t->t.prefixes[k];
    }
    return OK;
}

status slots_fold(const slots_fold_options *o, const char *path, slots_fold_counts *ret, err *why)
{
    uint64_t prefixes[3] = {0};
    folding f = {.o = o};
    slots_feed feed = {&f, fold_begin, fold_next};
    slots_write_options wo = {
        .disk = o->disk, .path = path, .folder = o->folder, .prefixes = prefixes};
    slots_counts made = {0};
    assert(o->count && o->count <= SLOTS_TABLES_MAX);
    memcpy(wo.seed, slots_seed(o->tables[0]), sizeof wo.seed);
    slots_intern_init(&f.n, wo.seed);
    status st = begin(&f, prefixes, &wo.expected, why);
    if (st == OK)
        st = slots_write(&wo, &feed, &f.n, &made, why);
    for (size_t i = 0; st == OK && i < o->count; i++)
        st = slots_whole(o->tables[i], why);
    for (size_t i = 0; i < o->count; i++)
        free(f.profiles[i]);
    slots_intern_done(&f.n);
    if (st != OK)
        return st;
    f.c.made = made;
    *ret = f.c;
    return OK;
}

/* --- comparing ------------------------------------------------------------------------------ */

static bool same_profile(const slots_profile *a, const slots_profile *b)
{
    return slice_eq(a->text, b->text) && a->first == b->first && a->last == b->last &&
           a->until == b->until;
}

static bool same_words(const slots *a, uint32_t record, const slots *b, uint32_t other)
{
    slots_profile now[SLOTS_LIST_MAX], then[SLOTS_LIST_MAX];
    size_t n = slots_records(a, record, now, COUNT_OF(now));
    bool equal = n == slots_records(b, other, then, COUNT_OF(then));
    for (size_t i = 0; i < n && equal; i++) {
        bool found = false;
        for (size_t k = 0; k < n && !found; k++)
            found = same_profile(&now[i], &then[k]);
        equal = found;
    }
    return equal;
}

static void compare_one(const slots *above, const slot *e, const slots *const *below,
                        slots_found old, slots_difference *ret)
{
    uint32_t record = slot_record(e->record);
    bool there = old.record && old.record != SLOTS_REMOVED;
    int64_t *keys = &ret->kinds[slot_kind(e->record)];
    if (record == SLOTS_REMOVED) {
        ret->removed += there;
        ret->absent += !there;
        *keys -= there;
    } else if (!there) {
        ret->added++;
        ++*keys;
    } else if (same_words(above, record, below[old.table], old.record)) {
        ret->same++;
    } else {
        ret->changed++;
    }
}

void slots_compare(const slots *above, const slots *const *below, size_t count,
                   slots_difference *ret)
{
    const slot *e[SLOTS_BATCH];
    slots_hash h[SLOTS_BATCH];
    slots_found old[SLOTS_BATCH];
    uint64_t at = 0;
    size_t n;
    *ret = (slots_difference){0};
    do {
        for (n = 0; n < SLOTS_BATCH && (e[n] = slots_next(above, &at)); n++)
            h[n] = (slots_hash){e[n]->place, e[n]->rest};
        slots_find_hashes(below, count, h, n, old);
        for (size_t i = 0; i < n; i++)
            compare_one(above, e[i], below, old[i], ret);
    } while (n == SLOTS_BATCH);
}
