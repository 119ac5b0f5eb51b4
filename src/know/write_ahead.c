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

struct ahead {
    size_t claims_max;
    bool record_open;
    bool direct; /* the open record is too large to keep: it is written as it comes */
    arena texts;
    kept_record records[AHEAD_RECORDS_MAX];
    size_t record_count;
    kept_claim *claims;
    size_t claim_count, claim_cap;
    size_t bytes;
};

enum { TEXTS_BUDGET = 64 << 20 };

ahead *ahead_new(bool far)
{
    ahead *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    arena_init(&a->texts, TEXTS_BUDGET);
    a->claims_max = far ? AHEAD_CLAIMS_FAR : AHEAD_CLAIMS_NEAR;
    return a;
}

ahead *ahead_free(ahead *a)
{
    if (a) {
        arena_done(&a->texts);
        free(a->claims);
        free(a);
    }
    return NULL;
}

void ahead_drop(writer *w)
{
    ahead *a = w->ahead;
    arena_reset(&a->texts);
    a->record_open = a->direct = false;
    a->record_count = a->claim_count = a->bytes = 0;
}

/* --- keeping ---------------------------------------------------------------------------------- */

static bool keep(ahead *a, slice *text)
{
    a->bytes += text->len;
    return !text->len || arena_copy(&a->texts, *text, text);
}

static bool keep_marking(ahead *a, marking *m)
{
    return keep(a, &m->owner) && keep(a, &m->audience);
}

static status keep_record(ahead *a, const fact_record *r, err *why)
{
    kept_record *k = &a->records[a->record_count++];
    *k = (kept_record){.r = *r};
    return keep(a, &k->r.place) && keep(a, &k->r.id) && keep(a, &k->r.spec) &&
                   keep_marking(a, &k->r.marking)
               ? OK
               : ARENA_SPENT(&a->texts, why);
}

static bool same_texts(const slice *a, const slice *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!slice_eq(a[i], b[i]))
            return false;
    return true;
}

/* Lists cite the same reports for many claims in a row: these share one copy of them. */
static bool keep_origins(ahead *a, fact_claim *c)
{
    const fact_claim *before = a->claim_count > 1 ? &a->claims[a->claim_count - 2].c : NULL;
    if (before && before->origin_count == c->origin_count &&
        same_texts(before->origins, c->origins, c->origin_count)) {
        c->origins = before->origins;
        return true;
    }
    slice *list = c->origin_count ? arena_array(&a->texts, c->origin_count, sizeof *list) : NULL;
    if (c->origin_count && !list)
        return false;
    for (size_t i = 0; i < c->origin_count; i++) {
        list[i] = c->origins[i];
        if (!keep(a, &list[i]))
            return false;
    }
    c->origins = list;
    return true;
}

static status keep_claim(ahead *a, const fact_claim *c, err *why)
{
    if (a->claim_count == a->claim_cap) {
        size_t cap = a->claim_cap ? a->claim_cap * 2 : 64;
        kept_claim *p = realloc(a->claims, cap * sizeof *p);
        if (!p)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
        a->claims = p;
        a->claim_cap = cap;
    }
    fact_claim *k = &a->claims[a->claim_count++].c;
    *k = *c;
    a->records[a->record_count - 1].claims++;
    return keep(a, &k->subject.text) && keep(a, &k->object.text) && keep(a, &k->value) &&
                   keep(a, &k->detail) && keep_marking(a, &k->marking) && keep_origins(a, k)
               ? OK
               : ARENA_SPENT(&a->texts, why);
}

/* --- what they will ask ----------------------------------------------------------------------- */

typedef struct questions {
    int64_t *nodes, *objects;
    db_claim_key *claims;
    uint8_t (*origins)[16];
    size_t node_count, node_cap, object_count, claim_count, origin_count;
} questions;

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

static status expect(writer *w, ahead *a, err *why)
{
    questions q = {.objects = calloc(a->record_count + 1, sizeof *q.objects),
                   .claims = calloc(a->claim_count + 1, sizeof *q.claims),
                   .origins = calloc(a->claim_count + 1, sizeof *q.origins)};
    kept_claim *c = a->claims;
    status st = q.objects && q.claims && q.origins
                    ? OK
                    : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    for (size_t i = 0; st == OK && i < a->record_count; i++) {
        const kept_record *k = &a->records[i];
        if (k->r.id.len)
            q.objects[q.object_count++] = (int64_t)node_hash(w->h, (node_ref){KIND_NONE, k->r.id});
        for (size_t n = 0; st == OK && n < k->claims; n++, c++)
            st = ask_claim(w, &q, k, c == a->claims ? NULL : c - 1, c, why);
    }
    const db_coming coming = {.nodes = q.nodes,
                              .origins = (const uint8_t(*)[16])q.origins,
                              .claims = q.claims,
                              .objects = q.objects,
                              .node_count = q.node_count,
                              .origin_count = q.origin_count,
                              .claim_count = q.claim_count,
                              .object_count = q.object_count};
    if (st == OK)
        st = db_expect(w->d, &coming, why);
    free(q.nodes);
    free(q.objects);
    free(q.claims);
    free(q.origins);
    return st;
}

/* --- writing ---------------------------------------------------------------------------------- */

static status drain(writer *w, bool *ret_new, err *why)
{
    ahead *a = w->ahead;
    if (!a->record_count)
        return OK;
    const kept_claim *c = a->claims;
    status st = expect(w, a, why);
    for (size_t i = 0; st == OK && i < a->record_count; i++) {
        bool fresh = false;
        st = record_begin(w, &a->records[i].r, why);
        for (size_t n = 0; st == OK && n < a->records[i].claims; n++, c++)
            st = record_claim(w, &c->c, &c->digests, why);
        if (st == OK && !(a->record_open && i + 1 == a->record_count))
            st = record_end(w, &fresh, why);
        *ret_new |= fresh;
    }
    if (st == OK)
        st = db_expect(w->d, NULL, why); /* a far engine works on while the next are read */
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
    return keep_record(w->ahead, r, why);
}

status writer_claim(writer *w, const fact_claim *c, err *why)
{
    ahead *a = w->ahead;
    if (a->direct)
        return record_claim(w, c, NULL, why);
    status st = keep_claim(a, c, why);
    if (st == OK && (a->bytes >= AHEAD_BYTES_MAX || a->claim_count >= 2 * a->claims_max))
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
    bool full = a->record_count == AHEAD_RECORDS_MAX || a->claim_count >= a->claims_max ||
                a->bytes >= AHEAD_BYTES_ENOUGH ||
                w->batch + (int64_t)a->claim_count >= WRITER_BATCH_CLAIMS;
    return full ? drain(w, ret_new, why) : OK;
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
