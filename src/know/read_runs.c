/* read_runs.c - claims about one thing where they stand one after another: see read_private.h.
 *
 * What a list says of a thing comes in one go, so the claims have ids that follow one another, or
 * nearly. Looked up by the thing, each costs a way through two trees, and two more for what it
 * points at and its detail. Read from the first to the last, the next row is where the last one
 * was; and of what they point at and their details there are few, which the lens remembers. */
#include "know/read_private.h"

#include <stdlib.h>

/* --- where they are ------------------------------------------------------------------------- */

enum {
    GAP_MAX = 8,   /* rows of others that are passed over rather than begin anew */
    SHORT_RUN = 16 /* as many claims each run has to have, all taken together, to be worth it */
};

static int by_number(const void *x, const void *y)
{
    int64_t a = *(const int64_t *)x, b = *(const int64_t *)y;
    return a < b ? -1 : a > b;
}

static status read_ids(lens *l, int64_t node, size_t max, int64_t *ids, size_t *ret, err *why)
{
    bool row;
    status st;
    size_t n = 0;
    db_stmt *q = db_query(l->d, Q_CLAIM_IDS);
    db_bind_int(q, 1, node);
    db_bind_int(q, 2, (int64_t)max + 1);
    while ((st = db_step(q, &row, why)) == OK && row && n <= max)
        ids[n++] = db_int(q, 0);
    db_reset(q);
    *ret = n;
    return st;
}

/* Ids that are near each other are marked in bits, which puts them in order. */
enum { NEAR = 64 };

static bool are_near(const int64_t *ids, size_t n, int64_t *ret_first, int64_t *ret_last)
{
    int64_t first = ids[0], last = ids[0];
    for (size_t i = 1; i < n; i++) {
        first = ids[i] < first ? ids[i] : first;
        last = ids[i] > last ? ids[i] : last;
    }
    *ret_first = first;
    *ret_last = last;
    return (uint64_t)last - (uint64_t)first < NEAR * (uint64_t)n;
}

static bool sort_ids(arena *a, int64_t *ids, size_t n)
{
    int64_t first, last;
    if (!are_near(ids, n, &first, &last)) {
        qsort(ids, n, sizeof *ids, by_number);
        return true;
    }
    size_t words = (size_t)(last - first) / 64 + 1, at = 0;
    uint64_t *bits = arena_array(a, words, sizeof *bits);
    if (!bits)
        return false;
    for (size_t i = 0; i < n; i++)
        bits[(ids[i] - first) / 64] |= UINT64_C(1) << (ids[i] - first) % 64;
    for (size_t w = 0; w < words; w++)
        for (uint64_t left = bits[w]; left; left &= left - 1)
            ids[at++] = first + (int64_t)w * 64 + __builtin_ctzll(left);
    return true;
}

/* `at` has room for a run each. */
static size_t find_runs(const int64_t *ids, size_t n, id_run *at)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (count && ids[i] - at[count - 1].last <= GAP_MAX + 1)
            at[count - 1].last = ids[i];
        else
            at[count++] = (id_run){ids[i], ids[i]};
    return count;
}

status runs_of(lens *l, arena *a, int64_t node, size_t max, id_runs *ret, err *why)
{
    size_t n;
    int64_t *ids = arena_room(a, max + 1, sizeof *ids);
    if (!ids)
        return ARENA_SPENT(a, why);
    status st = read_ids(l, node, max, ids, &n, why);
    if (st != OK)
        return st;
    *ret = (id_runs){.ids = n};
    if (n == 0 || n > max)
        return OK;
    id_run *at = arena_room(a, n, sizeof *at);
    if (!at || !sort_ids(a, ids, n))
        return ARENA_SPENT(a, why);
    ret->at = at;
    ret->count = find_runs(ids, n, at);
    ret->useful = ret->count <= 1 + n / SHORT_RUN;
    return OK;
}

status runs_read(lens *l, arena *a, const id_runs *runs, int64_t node, const node_ref *subject,
                 lives of, claim_rows *rows, err *why)
{
    bool more = false;
    status st = rows_room(a, runs->ids, rows, why);
    for (size_t i = 0; st == OK && i < runs->count; i++) {
        db_stmt *q = db_query(l->d, of == STANDING ? Q_CLAIMS_RUN : Q_CLAIMS_RUN_PAST);
        db_bind_int(q, 1, node);
        db_bind_int(q, 2, runs->at[i].first);
        db_bind_int(q, 3, runs->at[i].last);
        st = rows_take(l, a, q, subject, runs->ids - rows->count, rows, &more, why);
    }
    assert(!more);
    return st;
}

/* --- what they share ------------------------------------------------------------------------ */

/* Through the lens, which remembers short ones: a store's nodes do not change in a look. */
static status node_text(lens *l, arena *a, int64_t id, node_ref *ret, err *why)
{
    bool row, fine = true;
    short_node *kept = &l->short_nodes[(uint64_t)id % SHORT_NODES];
    if (kept->id == id && kept->look == l->look) {
        ret->kind = (kind)kept->kind;
        return arena_copy(a, slice_of(kept->text, kept->len), &ret->text) ? OK
                                                                          : ARENA_SPENT(a, why);
    }
    db_stmt *q = db_query(l->d, Q_NODE_GET);
    db_bind_int(q, 1, id);
    status st = db_step(q, &row, why);
    if (st != OK)
        return st;
    *ret = (node_ref){KIND_NONE, S("")};
    if (row) {
        ret->kind = (kind)db_int(q, 0);
        fine = arena_copy(a, db_text(q, 1), &ret->text);
    }
    db_reset(q);
    if (!fine)
        return ARENA_SPENT(a, why);
    if (ret->text.len <= SHORT_NODE_MAX) {
        *kept = (short_node){
            .id = id, .look = l->look, .kind = (int)ret->kind, .len = (uint32_t)ret->text.len};
        if (ret->text.len)
            memcpy(kept->text, ret->text.ptr, ret->text.len);
    }
    return OK;
}

status runs_fill(lens *l, arena *a, const raw_ids *ids, claim *list, size_t i, err *why)
{
    claim *c = &list[i];
    status st = OK;
    if (ids[i].object && c->object.kind == KIND_NONE) {
        if (i && ids[i - 1].object == ids[i].object)
            c->object = c[-1].object;
        else
            st = node_text(l, a, ids[i].object, &c->object, why);
    }
    if (st == OK && ids[i].words && !c->detail.len) {
        node_ref words = {KIND_NONE, c[i ? -1 : 0].detail};
        if (!i || ids[i - 1].words != ids[i].words)
            st = node_text(l, a, ids[i].words, &words, why);
        c->detail = words.text;
    }
    return st;
}
