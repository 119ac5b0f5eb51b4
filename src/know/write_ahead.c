/* write_ahead.c - see write_ahead.h. */
#include "know/write_ahead.h"

#include <stdlib.h>

typedef struct kept_record {
    fact_record r;
    size_t claims; /* of it, in the order of ahead.claims */
} kept_record;

typedef struct kept_claim {
    fact_claim c;
    claim_digests digests;
} kept_claim;

/* What a group is going to ask. */
typedef struct questions {
    int64_t *nodes, *objects;
    db_claim_key *claims;
    uint8_t (*origins)[16];
    size_t node_count, node_cap, object_count, claim_count, origin_count;
} questions;

typedef struct group {
    arena texts;
    kept_record records[AHEAD_RECORDS_MAX];
    size_t record_count;
    kept_claim *claims;
    size_t claim_count, claim_cap;
    size_t bytes;
    questions q;
    db_coming coming; /* of q */
} group;

struct ahead {
    size_t claims_max;
    bool far;
    bool record_open;
    bool direct;    /* the open record is too large to keep: it is written as it comes */
    group *fill;    /* what comes is kept here */
    group *waiting; /* the one before, which the engine finds out about; or empty */
    group both[2];
};

enum { TEXTS_BUDGET = 64 << 20 };

ahead *ahead_new(bool far)
{
    ahead *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->fill = &a->both[0];
    a->waiting = &a->both[1];
    arena_init(&a->both[0].texts, TEXTS_BUDGET);
    arena_init(&a->both[1].texts, TEXTS_BUDGET);
    a->far = far;
    a->claims_max = far ? AHEAD_CLAIMS_FAR : AHEAD_CLAIMS_NEAR;
    return a;
}

static void questions_done(questions *q)
{
    free(q->nodes);
    free(q->objects);
    free(q->claims);
    free(q->origins);
    *q = (questions){0};
}

ahead *ahead_free(ahead *a)
{
    for (size_t i = 0; a && i < COUNT_OF(a->both); i++) {
        arena_done(&a->both[i].texts);
        free(a->both[i].claims);
        questions_done(&a->both[i].q);
    }
    free(a);
    return NULL;
}

static void empty(group *g)
{
    arena_reset(&g->texts);
    g->record_count = g->claim_count = g->bytes = 0;
}

void ahead_drop(writer *w)
{
    ahead *a = w->ahead;
    empty(a->fill);
    empty(a->waiting);
    a->record_open = a->direct = false;
}

/* --- keeping ---------------------------------------------------------------------------------- */

static bool keep(group *g, slice *text)
{
    g->bytes += text->len;
    return !text->len || arena_copy(&g->texts, *text, text);
}

static bool keep_marking(group *g, marking *m)
{
    return keep(g, &m->owner) && keep(g, &m->audience);
}

static status keep_record(group *g, const fact_record *r, err *why)
{
    kept_record *k = &g->records[g->record_count++];
    *k = (kept_record){.r = *r};
    return keep(g, &k->r.place) && keep(g, &k->r.id) && keep(g, &k->r.spec) &&
                   keep_marking(g, &k->r.marking)
               ? OK
               : ARENA_SPENT(&g->texts, why);
}

static bool same_texts(const slice *a, const slice *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!slice_eq(a[i], b[i]))
            return false;
    return true;
}

/* Lists cite the same reports for many claims in a row: these share one copy of them. */
static bool keep_origins(group *g, fact_claim *c)
{
    const fact_claim *before = g->claim_count > 1 ? &g->claims[g->claim_count - 2].c : NULL;
    if (before && before->origin_count == c->origin_count &&
        same_texts(before->origins, c->origins, c->origin_count)) {
        c->origins = before->origins;
        return true;
    }
    slice *list = c->origin_count ? arena_array(&g->texts, c->origin_count, sizeof *list) : NULL;
    if (c->origin_count && !list)
        return false;
    for (size_t i = 0; i < c->origin_count; i++) {
        list[i] = c->origins[i];
        if (!keep(g, &list[i]))
            return false;
    }
    c->origins = list;
    return true;
}

static status keep_claim(group *g, const fact_claim *c, err *why)
{
    if (g->claim_count == g->claim_cap) {
        size_t cap = g->claim_cap ? g->claim_cap * 2 : 64;
        kept_claim *p = realloc(g->claims, cap * sizeof *p);
        if (!p)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
        g->claims = p;
        g->claim_cap = cap;
    }
    fact_claim *k = &g->claims[g->claim_count++].c;
    *k = *c;
    g->records[g->record_count - 1].claims++;
    return keep(g, &k->subject.text) && keep(g, &k->object.text) && keep(g, &k->value) &&
                   keep(g, &k->detail) && keep_marking(g, &k->marking) && keep_origins(g, k)
               ? OK
               : ARENA_SPENT(&g->texts, why);
}

/* --- what they will ask ----------------------------------------------------------------------- */

static status ask_node(questions *q, int64_t h, err *why)
{
    if (q->node_count == q->node_cap) {
        size_t cap = q->node_cap ? q->node_cap * 2 : 256;
        int64_t *p = realloc(q->nodes, cap * sizeof *p);
        if (!p)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
        q->nodes = p;
        q->node_cap = cap;
    }
    q->nodes[q->node_count++] = h;
    return OK;
}

static status ask_origin(writer *w, questions *q, const kept_claim *k, err *why)
{
    status st = OK;
    memcpy(q->origins[q->origin_count++], k->digests.origin, sizeof k->digests.origin);
    for (size_t i = 0; st == OK && i < k->c.origin_count; i++) {
        node_ref report = {KIND_REFERENCE, k->c.origins[i]};
        st = ask_node(q, digest_key(digest_node(w, report)), why);
    }
    return st;
}

static status ask_claim(writer *w, questions *q, const kept_record *r, const kept_claim *before,
                        kept_claim *k, err *why)
{
    const fact_claim *c = &k->c;
    if (c->predicate == PRED_MEASURED) /* a series: no node, no claim */
        return OK;
    marking own = r->r.marked ? r->r.marking : (marking){0};
    marking m = marking_join(w->doc.floor, c->marked ? c->marking : own);
    bool same = before && before->c.predicate != PRED_MEASURED && c->origin_count &&
                before->c.origins == c->origins;
    status st = digest_claim(w, c, m, w->doc.source_name, same ? before->digests.origin : NULL,
                             &k->digests, why);
    if (st != OK)
        return st;
    db_claim_key *key = &q->claims[q->claim_count++];
    *key = (db_claim_key){digest_key(k->digests.subject), k->digests.h};
    st = ask_node(q, key->subject_h, why);
    if (st == OK && c->object.kind != KIND_NONE)
        st = ask_node(q, digest_key(k->digests.object), why);
    if (st == OK && k->digests.has_words)
        st = ask_node(q, digest_key(k->digests.words), why);
    return st == OK && c->origin_count && !same ? ask_origin(w, q, k, why) : st;
}

static bool make_room(group *g)
{
    questions_done(&g->q);
    g->q = (questions){.objects = calloc(g->record_count + 1, sizeof *g->q.objects),
                       .claims = calloc(g->claim_count + 1, sizeof *g->q.claims),
                       .origins = calloc(g->claim_count + 1, sizeof *g->q.origins)};
    return g->q.objects && g->q.claims && g->q.origins;
}

static status ask(writer *w, group *g, err *why)
{
    questions *q = &g->q;
    kept_claim *c = g->claims;
    status st = make_room(g) ? OK : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    for (size_t i = 0; st == OK && i < g->record_count; i++) {
        const kept_record *k = &g->records[i];
        if (k->r.id.len)
            q->objects[q->object_count++] =
                (int64_t)node_hash(w->h, (node_ref){KIND_NONE, k->r.id});
        for (size_t n = 0; st == OK && n < k->claims; n++, c++)
            st = ask_claim(w, q, k, c == g->claims ? NULL : c - 1, c, why);
    }
    g->coming = (db_coming){.nodes = q->nodes,
                            .origins = (const uint8_t(*)[16])q->origins,
                            .claims = q->claims,
                            .objects = q->objects,
                            .node_count = q->node_count,
                            .origin_count = q->origin_count,
                            .claim_count = q->claim_count,
                            .object_count = q->object_count};
    return st;
}

/* --- writing ---------------------------------------------------------------------------------- */

/* What the engine knows now is about this group, which it was asked about. */
static status turn(writer *w, const group *g, err *why)
{
    bool is_known;
    status st = db_turn(w->d, &is_known, why);
    if (st != OK || is_known)
        return st;
    st = db_expect(w->d, &g->coming, why);
    return st == OK ? db_turn(w->d, &is_known, why) : st;
}

static status write_group(writer *w, const group *g, bool open, bool *ret_new, err *why)
{
    const kept_claim *c = g->claims;
    status st = OK;
    for (size_t i = 0; st == OK && i < g->record_count; i++) {
        bool fresh = false;
        st = record_begin(w, &g->records[i].r, why);
        for (size_t n = 0; st == OK && n < g->records[i].claims; n++, c++)
            st = record_claim(w, &c->c, &c->digests, why);
        if (st == OK && !(open && i + 1 == g->record_count))
            st = record_end(w, &fresh, why);
        *ret_new |= fresh;
    }
    return st;
}

/* The engine is asked about what was kept last, and meanwhile the group before it is written. */
static status pass_on(writer *w, bool *ret_new, err *why)
{
    ahead *a = w->ahead;
    group *before = a->waiting, *last = a->fill;
    status st = ask(w, last, why); /* needs no engine, which may be busy */
    if (st == OK)
        st = document_begin(w, why);
    if (st == OK && before->record_count)
        st = turn(w, before, why);
    if (st == OK)
        st = db_expect(w->d, &last->coming, why);
    if (st == OK)
        st = write_group(w, before, false, ret_new, why);
    empty(before);
    a->waiting = last;
    a->fill = before;
    return st;
}

/* Writes all there is. */
static status drain(writer *w, bool *ret_new, err *why)
{
    ahead *a = w->ahead;
    status st = a->fill->record_count ? pass_on(w, ret_new, why) : document_begin(w, why);
    if (st == OK && a->waiting->record_count) {
        st = turn(w, a->waiting, why);
        if (st == OK)
            st = write_group(w, a->waiting, a->record_open, ret_new, why);
        if (st == OK && a->far)
            st = db_expect(w->d, NULL, why);
    }
    bool open = a->record_open;
    ahead_drop(w);
    a->record_open = a->direct = open && st == OK;
    return st;
}

status ahead_drain(writer *w, err *why)
{
    bool fresh = false;
    return drain(w, &fresh, why);
}

status writer_begin(writer *w, const fact_record *r, err *why)
{
    assert(w->doc.open && !w->ahead->record_open);
    w->ahead->record_open = true;
    return keep_record(w->ahead->fill, r, why);
}

status writer_claim(writer *w, const fact_claim *c, err *why)
{
    ahead *a = w->ahead;
    if (a->direct)
        return record_claim(w, c, NULL, why);
    status st = keep_claim(a->fill, c, why);
    if (st == OK &&
        (a->fill->bytes >= AHEAD_BYTES_MAX || a->fill->claim_count >= 2 * a->claims_max))
        st = ahead_drain(w, why);
    return st;
}

/* Where a batch ends is where it would end if each record were written at once. */
status writer_end(writer *w, bool *ret_new, err *why)
{
    ahead *a = w->ahead;
    assert(a->record_open);
    a->record_open = false;
    *ret_new = false;
    if (a->direct) {
        a->direct = false;
        return record_end(w, ret_new, why);
    }
    const group *g = a->fill;
    int64_t claims = w->batch + (int64_t)g->claim_count + (int64_t)a->waiting->claim_count;
    if (claims >= WRITER_BATCH_CLAIMS)
        return drain(w, ret_new, why);
    if (g->record_count < AHEAD_RECORDS_MAX && g->claim_count < a->claims_max &&
        g->bytes < AHEAD_BYTES_ENOUGH)
        return OK;
    return a->far ? drain(w, ret_new, why) : pass_on(w, ret_new, why);
}

status writer_news(writer *w, fact_record *ret, err *why)
{
    assert(w->doc.open && !w->ahead->record_open);
    status st = ahead_drain(w, why);
    if (st != OK)
        return st;
    if (!w->doc.fresh)
        return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "all of it is known");
    *ret = (fact_record){.id = w->doc.news_id, .modified = WHEN_NONE};
    memcpy(ret->content, w->doc.news_content, sizeof ret->content);
    return OK;
}
