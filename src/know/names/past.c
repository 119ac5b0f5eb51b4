/* past.c - what persons have said and taken back: see past.h. */
#include "know/names/past.h"

typedef struct reading {
    lens *l;
    arena *a;
    past *of;
    size_t cap;
    int64_t entities[PAST_ENTITIES_MAX];
    size_t entity_count;
} reading;

static void meet(reading *r, int64_t node)
{
    for (size_t i = 0; i < r->entity_count; i++)
        if (r->entities[i] == node)
            return;
    if (r->entity_count < PAST_ENTITIES_MAX)
        r->entities[r->entity_count++] = node;
}

static bool have(const past *of, int64_t row)
{
    for (size_t i = 0; i < of->count; i++)
        if (of->at[i].row == row)
            return true;
    return false;
}

static status room(reading *r, err *why)
{
    if (r->of->count < r->cap)
        return OK;
    size_t cap = r->cap ? r->cap * 2 : 32;
    past_tie *wider = arena_array(r->a, cap, sizeof *wider);
    if (!wider)
        return ARENA_SPENT(r->a, why);
    if (r->of->count)
        memcpy(wider, r->of->at, r->of->count * sizeof *wider);
    r->of->at = wider;
    r->cap = cap;
    return OK;
}

/* Columns of Q_TIES_PAST_OF. A withdrawal that the lens does not see has not happened. */
static status note(reading *r, db_stmt *q, err *why)
{
    predicate p = (predicate)db_int(q, 1);
    bool gone = !db_is_null(q, 12) && sight_has_tx(&r->l->sight, db_int(q, 12));
    if ((p != PRED_SAME_AS && p != PRED_NOT_SAME_AS) || have(r->of, db_int(q, 0)))
        return OK;
    status st = room(r, why);
    if (st != OK)
        return st;
    past_tie *t = &r->of->at[r->of->count];
    *t = (past_tie){.row = db_int(q, 0),
                    .predicate = p,
                    .subject = db_int(q, 2),
                    .h = db_int(q, 10),
                    .tx = db_int(q, 11),
                    .gone = gone ? db_int(q, 12) : 0,
                    .said_us = db_int(q, db_is_null(q, 13) ? 14 : 13)};
    t->a.kind = (kind)db_int(q, 3);
    t->b.kind = (kind)db_int(q, 6);
    meet(r, db_int(q, 2));
    meet(r, db_int(q, 5));
    if (!arena_copy(r->a, db_text(q, 4), &t->a.text) ||
        !arena_copy(r->a, db_text(q, 7), &t->b.text))
        return ARENA_SPENT(r->a, why);
    st = lens_marking(r->l, db_int(q, 9), &t->marking, why);
    if (st == OK)
        st = lens_source(r->l, db_int(q, 8), &t->source, why);
    if (st == OK && slice_starts(t->source, S("analyst:")))
        r->of->count++;
    return st;
}

static status read_side(reading *r, query which, int64_t node, err *why)
{
    bool row;
    status st;
    db_stmt *q = db_query(r->l->d, which);
    db_bind_int(q, 1, node);
    db_bind_int(q, 2, PAST_PER_ENTITY_MAX);
    while ((st = db_step(q, &row, why)) == OK && row)
        if ((st = note(r, q, why)) != OK)
            break;
    db_reset(q);
    return st;
}

status past_read(lens *l, arena *a, const graph *g, past *ret, err *why)
{
    reading *r = arena_new(a, reading);
    past of = {0};
    status st = OK;
    if (!r)
        return ARENA_SPENT(a, why);
    *r = (reading){.l = l, .a = a, .of = &of};
    for (uint32_t i = 0; i < g->entity_count; i++)
        meet(r, g->entities[i].node);
    for (size_t i = 0; st == OK && i < r->entity_count; i++) {
        st = read_side(r, Q_TIES_PAST_OF, r->entities[i], why);
        if (st == OK)
            st = read_side(r, Q_TIES_PAST_TO, r->entities[i], why);
    }
    if (st == OK)
        *ret = of;
    return st;
}

int64_t past_newest(const past *of, int64_t before)
{
    int64_t newest = 0;
    for (size_t i = 0; i < of->count; i++) {
        const int64_t txs[] = {of->at[i].tx, of->at[i].gone};
        for (size_t k = 0; k < COUNT_OF(txs); k++)
            if (txs[k] < before && txs[k] > newest)
                newest = txs[k];
    }
    return newest;
}

bool past_restorable(const past *of, const past_tie *t, int64_t tx)
{
    for (size_t i = 0; i < of->count; i++) {
        const past_tie *o = &of->at[i];
        if (o->subject == t->subject && o->h == t->h && !o->gone && o->tx != tx)
            return false;
    }
    return true;
}
