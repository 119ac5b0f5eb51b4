/* indicators.c - see indicators.h. */
#include "know/indicators.h"

#include "know/store_private.h"

#include <stdlib.h>

enum { PAGE = 4096, PAGE_MEMORY = 64 << 20 };

/* One bit a node. */
typedef struct node_bits {
    uint64_t *word;
    size_t words;
} node_bits;

static bool has_bit(const node_bits *b, int64_t node)
{
    size_t w = (size_t)node / 64;
    return w < b->words && b->word[w] >> (node % 64) & 1;
}

static status set_bit(node_bits *b, int64_t node, err *why)
{
    size_t w = (size_t)node / 64;
    if (w >= b->words) {
        size_t words = w + w / 2 + 1024;
        uint64_t *more = realloc(b->word, words * sizeof *more);
        if (!more)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
        memset(more + b->words, 0, (words - b->words) * sizeof *more);
        b->word = more;
        b->words = words;
    }
    b->word[w] |= UINT64_C(1) << (node % 64);
    return OK;
}

/* --- claims ----------------------------------------------------------------------------------- */

static bool lists_bad(slice detail)
{
    return slice_find(detail, S("\"polarity\":\"bad\""), 0) != SIZE_MAX;
}

static status note_claim(db_stmt *q, const indicator_rules *r, node_bits *b, err *why)
{
    unsigned p = (unsigned)db_int(q, 3) & 63;
    status st = OK;
    if (r->subjects >> p & 1 || (r->bad_lists && p == PRED_LISTED && lists_bad(db_text(q, 4))))
        st = set_bit(b, db_int(q, 1), why);
    if (st == OK && r->objects >> p & 1 && !db_is_null(q, 2))
        st = set_bit(b, db_int(q, 2), why);
    return st;
}

static status note_claims(lens *l, const indicator_rules *r, node_bits *b, err *why)
{
    int64_t last = 0;
    size_t n = PAGE;
    status st = OK;
    while (st == OK && n == PAGE) {
        bool row;
        db_stmt *q = db_query(l->d, Q_CLAIM_ENDS);
        db_bind_int(q, 1, last);
        db_bind_int(q, 2, PAGE);
        for (n = 0; (st = db_step(q, &row, why)) == OK && row; n++) {
            last = db_int(q, 0);
            if ((st = note_claim(q, r, b, why)) != OK)
                break;
        }
        db_reset(q);
    }
    return st;
}

/* --- nodes ------------------------------------------------------------------------------------ */

typedef struct page {
    arena a;
    indicator_value at[PAGE];
    size_t count, rows;
} page;

/* The statement is over before anybody is called. */
static status read_page(lens *l, const node_bits *b, int64_t *last, page *p, err *why)
{
    bool row;
    status st;
    db_stmt *q = db_query(l->d, Q_NODES_PAGE);
    db_bind_int(q, 1, *last);
    db_bind_int(q, 2, PAGE);
    arena_reset(&p->a);
    p->count = p->rows = 0;
    while ((st = db_step(q, &row, why)) == OK && row) {
        indicator_value *v = &p->at[p->count];
        *last = db_int(q, 0);
        p->rows++;
        v->node.kind = (kind)db_int(q, 1);
        if (!has_bit(b, *last) || !kind_is_observable(v->node.kind))
            continue;
        v->id = (uint64_t)*last;
        if (!arena_copy(&p->a, db_text(q, 2), &v->node.text)) {
            st = ARENA_SPENT(&p->a, why);
            break;
        }
        p->count++;
    }
    db_reset(q);
    return st;
}

static status tell_nodes(lens *l, const node_bits *b,
                         status (*on_value)(void *ctx, const indicator_value *v, err *why),
                         void *ctx, err *why)
{
    int64_t last = 0;
    status st = OK;
    page *p = calloc(1, sizeof *p);
    if (!p)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    arena_init(&p->a, PAGE_MEMORY);
    do {
        if ((st = read_page(l, b, &last, p, why)) == OK)
            for (size_t i = 0; st == OK && i < p->count; i++)
                st = on_value(ctx, &p->at[i], why);
    } while (st == OK && p->rows == PAGE);
    arena_done(&p->a);
    free(p);
    return st;
}

status indicators_each(lens *l, const indicator_rules *rules,
                       status (*on_value)(void *ctx, const indicator_value *v, err *why), void *ctx,
                       err *why)
{
    node_bits b = {0};
    status st = note_claims(l, rules, &b, why);
    if (st == OK)
        st = tell_nodes(l, &b, on_value, ctx, why);
    free(b.word);
    return st;
}

status indicator_get(lens *l, arena *a, uint64_t id, node_ref *ret, err *why)
{
    bool row;
    node_ref n;
    db_stmt *q = db_query(l->d, Q_NODE_GET);
    db_bind_int(q, 1, (int64_t)id);
    status st = db_step(q, &row, why);
    if (st == OK && !row)
        st = err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no such value");
    if (st == OK) {
        n.kind = (kind)db_int(q, 0);
        if (!arena_copy(a, db_text(q, 1), &n.text))
            st = ARENA_SPENT(a, why);
    }
    db_reset(q);
    if (st == OK)
        *ret = n;
    return st;
}
