/* audit_verify.c - the whole chain, read and compared, and what waits for it: see audit.h. */
#include "know/audit_wait.h"

#include <stdlib.h>

enum { PAGE = 1000 };

typedef struct proof {
    hash_state *h;
    const audit_head *heads;
    size_t count, next; /* the next head to be met */
    audit_report r;
} proof;

static void breaks(proof *p, uint64_t seq, const char *how)
{
    if (!p->r.broken_by) {
        p->r.broken_at = seq;
        p->r.broken_by = how;
    }
}

/* Heads taken when this was the newest entry. */
static void meet_heads(proof *p)
{
    for (; p->next < p->count && p->heads[p->next].seq <= p->r.head.seq; p->next++) {
        const audit_head *h = &p->heads[p->next];
        if (h->seq == 0 ||
            (h->seq == p->r.head.seq && memcmp(h->hash, p->r.head.hash, SHA256_BYTES) == 0))
            p->r.heads++;
        else
            breaks(p, h->seq, "rewritten");
    }
}

/* False: the rest need not be read. */
static bool prove(proof *p, const audit_row *row, const uint8_t stored[SHA256_BYTES])
{
    uint8_t hash[SHA256_BYTES];
    if (row->seq != p->r.head.seq + 1)
        breaks(p, p->r.head.seq + 1, "missing");
    audit_hash(p->h, p->r.head.hash, row->seq, &row->e, hash);
    if (memcmp(hash, stored, SHA256_BYTES) != 0)
        breaks(p, row->seq, "altered");
    p->r.head.seq = row->seq;
    p->r.head.at = row->e.at;
    memcpy(p->r.head.hash, stored, SHA256_BYTES);
    if (!p->r.broken_by)
        meet_heads(p);
    return !p->r.broken_by;
}

static status read_page(proof *p, db *d, bool *ret_more, err *why)
{
    bool row, go = true;
    status st;
    audit_row r;
    size_t n = 0;
    uint8_t hash[SHA256_BYTES];
    db_stmt *q = db_query(d, Q_AUDIT_FROM);
    db_bind_int(q, 1, (int64_t)p->r.head.seq);
    db_bind_int(q, 2, PAGE);
    while (go && (st = db_step(q, &row, why)) == OK && row) {
        n++;
        if (audit_row_of(q, &r, hash, NULL) != OK) /* what nobody here has written */
            breaks(p, (uint64_t)db_int(q, 0), "altered");
        go = !p->r.broken_by && prove(p, &r, hash);
    }
    db_reset(q);
    *ret_more = go && n == PAGE;
    return go ? st : OK;
}

static status prove_waiting(proof *p, const store *s, db *d, unsigned number, err *why)
{
    CLEANUP(buf_done) buf bytes;
    audit_wait_file f = {0};
    buf_init(&bytes, AUDIT_WAIT_ROOM);
    status st = audit_wait_look(s, d, number, &bytes, NULL, NULL, &f, why);
    p->r.waiting += f.waiting;
    if (f.altered)
        breaks(p, p->r.head.seq + 1, "altered");
    return st;
}

static status check_order(const audit_head *heads, size_t count, err *why)
{
    for (size_t i = 1; i < count; i++)
        if (heads[i].seq < heads[i - 1].seq)
            return err_set(why, ERR_INPUT, i, "heads are not in the order of their numbers");
    return OK;
}

static status run(proof *p, db *d, err *why)
{
    bool more = true;
    status st = db_begin_read(d, why);
    while (st == OK && more)
        st = read_page(p, d, &more, why);
    if (st == OK && !p->r.broken_by) /* a list of one account or act is read from an index */
        st = db_check_table(d, "audit", why);
    db_rollback(d);
    if (st == OK && p->next < p->count && p->heads[p->next].seq > p->r.head.seq)
        breaks(p, p->r.head.seq + 1, "cut");
    return st;
}

status audit_verify(store *s, const audit_head *heads, size_t count, audit_report *ret, err *why)
{
    db *d = NULL;
    proof p = {.heads = heads, .count = count, .r.head.at = WHEN_NONE};
    status st = check_order(heads, count, why);
    if (st == OK && !(p.h = hash_new(HASH_SHA256)))
        st = err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    if (st == OK)
        st = store_connect_small(s, &d, why);
    if (st == OK)
        st = run(&p, d, why);
    for (unsigned i = 0; st == OK && i < AUDIT_WAIT_FILES; i++)
        st = prove_waiting(&p, s, d, i, why);
    db_close(d);
    hash_free(p.h);
    if (st == OK)
        *ret = p.r;
    return st;
}

/* --- what waits ------------------------------------------------------------------------------ */

/* The newest of one file: a ring, whose texts are the file's. */
typedef struct ring {
    const audit_filter *f;
    audit_entry *at;
    size_t room, count;
} ring;

static bool fits(const audit_filter *f, const audit_entry *e)
{
    return (!f->who.len || slice_eq(f->who, e->who)) && (!f->act.len || slice_eq(f->act, e->act)) &&
           (!f->what.len || slice_eq(f->what, e->what));
}

static status gather(void *ctx, uint64_t n, const audit_entry *e, err *why)
{
    ring *r = ctx;
    (void)n;
    (void)why;
    if (fits(r->f, e))
        r->at[r->count++ % r->room] = *e;
    return OK;
}

static status wait_of(const store *s, db *d, unsigned number, arena *a, ring *r, audit_list *list,
                      err *why)
{
    CLEANUP(buf_done) buf bytes;
    audit_wait_file f;
    buf_init(&bytes, AUDIT_WAIT_ROOM);
    r->count = 0;
    status st = audit_wait_look(s, d, number, &bytes, gather, r, &f, why);
    for (size_t i = 0; st == OK && i < r->room && i < r->count; i++) {
        audit_row *row = &list->at[list->count++];
        *row = (audit_row){.e = r->at[i]};
        st = audit_copy_texts(a, &row->e) ? OK : ARENA_SPENT(a, why);
    }
    list->more |= r->count > r->room;
    return st;
}

static int newest_first(const void *x, const void *y)
{
    const audit_row *a = x, *b = y;
    return a->e.at < b->e.at ? 1 : a->e.at > b->e.at ? -1 : 0;
}

status audit_waiting(store *s, arena *a, const audit_filter *f, size_t max, audit_list *ret,
                     err *why)
{
    db *d = NULL;
    const size_t most = max < AUDIT_PAGE_MAX ? max : AUDIT_PAGE_MAX;
    audit_list list = {.at = arena_array(a, most * AUDIT_WAIT_FILES, sizeof *list.at)};
    ring r = {.f = f, .at = arena_array(a, most, sizeof *r.at), .room = most};
    if (!list.at || !r.at)
        return ARENA_SPENT(a, why);
    status st = store_connect_small(s, &d, why);
    for (unsigned i = 0; st == OK && most && i < AUDIT_WAIT_FILES; i++)
        st = wait_of(s, d, i, a, &r, &list, why);
    db_close(d);
    if (st != OK)
        return st;
    qsort(list.at, list.count, sizeof *list.at, newest_first);
    list.more |= list.count > most;
    list.count = list.count < most ? list.count : most;
    *ret = list;
    return OK;
}
