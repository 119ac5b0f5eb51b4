/* events.c - see events.h. */
#include "know/events.h"
#include "base/hash.h"
#include "know/sets.h"
#include "know/store_private.h"

#include <stdlib.h>

enum { PAGE = 512, SLOTS = 4096, EVENT_MEMORY = 16 << 20 };

typedef struct page {
    arena a;
    node_ref nodes[PAGE];
    marking markings[PAGE];
    uint64_t lately[SLOTS]; /* nodes told of this transaction, by their hash: of the content, as ids
                               tell how many nodes there are that the view does not see */
    size_t count;
    int64_t last; /* claim id of the last one */
    bool more;
} page;

static bool told_lately(page *p, kind k, slice text, marking m)
{
    static const uint8_t key[16] = {0};
    uint64_t h = siphash(key, text) ^ (uint64_t)k * 0x9e3779b97f4a7c15u ^
                 ((uint64_t)m.tlp + 1) * 0xc2b2ae3d27d4eb4fu ^ siphash(key, m.owner) * 3 ^
                 siphash(key, m.audience) * 5;
    uint64_t *slot = &p->lately[h % SLOTS];
    bool told = *slot == h;
    *slot = h;
    return told;
}

static void forget_told(page *p)
{
    memset(p->lately, 0, sizeof p->lately);
}

/* A page of nodes: the statement is over before anybody is called. */
static status read_page(lens *l, db_stmt *q, page *p, err *why)
{
    bool row;
    status st;
    p->count = 0;
    p->more = false;
    arena_reset(&p->a);
    while ((st = db_step(q, &row, why)) == OK && row && !(p->more = p->count == PAGE)) {
        node_ref *n = &p->nodes[p->count];
        marking *m = &p->markings[p->count];
        n->kind = (kind)db_int(q, 1);
        p->last = db_int(q, 0);
        if ((st = lens_marking(l, db_int(q, 3), m, why)) != OK)
            break;
        if (told_lately(p, n->kind, db_text(q, 2), *m))
            continue;
        if (!arena_copy(&p->a, db_text(q, 2), &n->text)) {
            st = ARENA_SPENT(&p->a, why);
            break;
        }
        p->count++;
    }
    db_reset(q);
    return st;
}

typedef struct telling {
    lens *l;
    page *p;
    when at;
    marking of_sets;
    status (*on_event)(void *ctx, const event *e, err *why);
    void *ctx;
    err *why;
} telling;

static status tell_page(telling *t)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < t->p->count; i++)
        st = t->on_event(
            t->ctx, &(event){.at = t->at, .node = t->p->nodes[i], .marking = t->p->markings[i]},
            t->why);
    return st;
}

/* Subjects of the claims first..last. */
static status tell_added(telling *t, int64_t first, int64_t last)
{
    status st;
    t->p->last = first - 1;
    forget_told(t->p);
    do {
        db_stmt *q = db_query(t->l->d, Q_TOUCHED);
        db_bind_int(q, 1, t->p->last + 1);
        db_bind_int(q, 2, last);
        st = read_page(t->l, q, t->p, t->why);
        if (st == OK)
            st = tell_page(t);
    } while (st == OK && t->p->more);
    return st;
}

static status tell_withdrawn(telling *t, int64_t tx)
{
    status st;
    t->p->last = 0;
    forget_told(t->p);
    do {
        db_stmt *q = db_query(t->l->d, Q_TOUCHED_GONE);
        db_bind_int(q, 1, tx);
        db_bind_int(q, 2, t->p->last);
        st = read_page(t->l, q, t->p, t->why);
        if (st == OK)
            st = tell_page(t);
    } while (st == OK && t->p->more);
    return st;
}

static status tell_node(void *ctx, node_ref n, err *why)
{
    telling *t = ctx;
    return t->on_event(t->ctx, &(event){.at = t->at, .node = n, .marking = t->of_sets}, why);
}

static status tell_transaction(telling *t, int64_t tx)
{
    status st = OK;
    bool row = true;
    int64_t after = 0;
    while (st == OK && row) {
        db_stmt *q = db_query(t->l->d, Q_TX_RANGE_NEXT);
        db_bind_int(q, 1, tx);
        db_bind_int(q, 2, after);
        if ((st = db_step(q, &row, t->why)) != OK || !row)
            break;
        int64_t first = after = db_int(q, 0), last = db_int(q, 1);
        db_reset(q);
        st = tell_added(t, first, last);
    }
    if (st == OK)
        st = tell_withdrawn(t, tx);
    return st == OK ? sets_touched(t->l, tx, &t->of_sets, tell_node, t, t->why) : st;
}

status events_after(lens *l, int64_t newest_us,
                    status (*on_event)(void *ctx, const event *e, err *why), void *ctx, err *why)
{
    page *p = calloc(1, sizeof *p);
    if (!p)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    arena_init(&p->a, EVENT_MEMORY);
    telling t = {.l = l, .p = p, .on_event = on_event, .ctx = ctx, .why = why};
    int64_t after = newest_us;
    status st = OK;
    bool row = true;
    while (st == OK && row) {
        db_stmt *q = db_query(l->d, Q_TX_NEXT);
        db_bind_int(q, 1, after);
        db_bind_int(q, 2, l->until_us);
        if ((st = db_step(q, &row, why)) != OK || !row)
            break;
        int64_t tx = db_int(q, 0);
        after = db_int(q, 1);
        db_reset(q);
        t.at = after / 1000;
        st = tell_transaction(&t, tx);
    }
    arena_done(&p->a);
    free(p);
    return st;
}

status events_since(lens *l, when since, status (*on_event)(void *ctx, const event *e, err *why),
                    void *ctx, err *why)
{
    return events_after(l, since == WHEN_NONE ? INT64_MIN : since * 1000 + 999, on_event, ctx, why);
}
