/* held.c - sums of what sources hold: see held.h. */
#include "know/held.h"

#include "know/write_private.h"

#include <stdlib.h>

/* --- writing -------------------------------------------------------------------------------- */

static bool counts(kind subject, predicate p)
{
    /* a list whose entries are looked for inside values speaks for itself */
    if (p == PRED_LISTED)
        return kind_is_observable(subject) || subject == KIND_OTHER;
    return kind_is_observable(subject) && (p == PRED_INDICATES || p == PRED_PATTERN_OF);
}

static status sums_row(held_sums *s, kind k, bool listed, int64_t vc, held_row **ret, err *why)
{
    for (size_t n = 0; n < s->count; n++) { /* mostly the same row as the last time */
        size_t i = (s->last + n) % s->count;
        if (s->at[i].kind == k && s->at[i].listed == listed && s->at[i].vc == vc) {
            *ret = &s->at[s->last = i];
            return OK;
        }
    }
    if (s->count == s->cap) {
        size_t cap = s->cap ? s->cap * 2 : 16;
        held_row *p = realloc(s->at, cap * sizeof *p);
        if (!p)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
        s->at = p;
        s->cap = cap;
    }
    s->last = s->count++;
    s->at[s->last] = (held_row){.kind = k, .listed = listed, .vc = vc, .newest = WHEN_NONE};
    *ret = &s->at[s->last];
    return OK;
}

status held_new(writer *w, const fact_claim *c, marking m, err *why)
{
    held_row *row;
    int64_t vc;
    if (!counts(c->subject.kind, c->predicate))
        return OK;
    status st = intern_marking(w, m, &vc, why);
    if (st == OK)
        st = sums_row(&w->doc.held, c->subject.kind, c->predicate == PRED_LISTED, vc, &row, why);
    if (st != OK)
        return st;
    row->added++;
    when newest = c->last_seen > c->first_seen ? c->last_seen : c->first_seen;
    newest = c->valid_from > newest ? c->valid_from : newest;
    row->newest = newest > row->newest ? newest : row->newest;
    return OK;
}

status held_gone(writer *w, int64_t claim_row, err *why)
{
    bool found;
    held_row *row;
    db_stmt *q = db_query(w->d, Q_CLAIM_FACE);
    db_bind_int(q, 1, claim_row);
    status st = db_step(q, &found, why);
    if (st != OK)
        return st;
    kind k = found ? (kind)db_int(q, 0) : KIND_NONE;
    predicate p = found ? (predicate)db_int(q, 1) : PRED_NONE;
    int64_t vc = found ? db_int(q, 2) : 0;
    db_reset(q);
    if (!counts(k, p))
        return OK;
    if ((st = sums_row(&w->doc.held, k, p == PRED_LISTED, vc, &row, why)) == OK)
        row->removed++;
    return st;
}

status held_write(writer *w, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < w->doc.held.count; i++) {
        const held_row *row = &w->doc.held.at[i];
        db_stmt *q = db_query(w->d, Q_HELD_ADD);
        db_bind_int(q, 1, row->kind);
        db_bind_int(q, 2, row->listed);
        db_bind_int(q, 3, w->doc.source);
        db_bind_int(q, 4, w->doc.tx);
        db_bind_int(q, 5, row->vc);
        db_bind_int(q, 6, w->doc.id);
        db_bind_int(q, 7, row->added);
        db_bind_int(q, 8, row->removed);
        db_bind_maybe(q, 9, row->newest, row->newest == WHEN_NONE);
        st = db_run(q, why);
    }
    return st;
}

/* --- reading -------------------------------------------------------------------------------- */

static int by_name(const void *x, const void *y)
{
    const held *a = x, *b = y;
    return a->listed != b->listed ? (a->listed ? 1 : -1) : slice_cmp(a->source, b->source);
}

static status widen(arena *a, held **list, int64_t **ids, size_t n, size_t *cap, err *why)
{
    size_t more = *cap ? *cap * 2 : 64;
    held *p = arena_array(a, more, sizeof *p);
    int64_t *q = arena_array(a, more, sizeof *q);
    if (!p || !q)
        return ARENA_SPENT(a, why);
    if (n) {
        memcpy(p, *list, n * sizeof *p);
        memcpy(q, *ids, n * sizeof *q);
    }
    *list = p;
    *ids = q;
    *cap = more;
    return OK;
}

status held_of(lens *l, arena *a, kind k, held_list *ret, err *why)
{
    held *list = NULL;
    int64_t *ids = NULL;
    size_t n = 0, cap = 0;
    bool row;
    status st;
    db_stmt *q = db_query(l->d, Q_HELD);
    db_bind_int(q, 1, k);
    while ((st = db_step(q, &row, why)) == OK && row) {
        if (n == cap && (st = widen(a, &list, &ids, n, &cap, why)) != OK)
            break;
        int64_t statements = db_int(q, 2);
        if (statements <= 0)
            continue;
        ids[n] = db_int(q, 0);
        list[n++] = (held){.listed = db_int(q, 1) != 0,
                           .statements = (uint64_t)statements,
                           .documents = (uint64_t)db_int(q, 3),
                           .newest = db_is_null(q, 4) ? WHEN_NONE : db_int(q, 4)};
    }
    db_reset(q);
    for (size_t i = 0; st == OK && i < n; i++)
        st = lens_source(l, ids[i], &list[i].source, why);
    if (st != OK)
        return st;
    if (n)
        qsort(list, n, sizeof *list, by_name); /* row ids would tell who came first */
    *ret = (held_list){list, n};
    return OK;
}

status held_lists(lens *l, uint64_t *ret, err *why)
{
    bool row;
    db_stmt *q = db_query(l->d, Q_HELD_LISTS);
    status st = db_step(q, &row, why);
    if (st == OK)
        *ret = row ? (uint64_t)db_int(q, 0) : 0;
    db_reset(q);
    return st;
}
