/* write_intern.c - ids of nodes, sources, markings and origins: see write_private.h. */
#include "know/write_private.h"

#include <stdlib.h>

void intern_forget(writer *w)
{
    memset(w->nodes, 0, NODE_CACHE_SLOTS * sizeof *w->nodes);
    memset(w->classes, 0, sizeof w->classes);
    w->origin.id = 0;
    arena_reset(&w->class_texts);
}

/* --- nodes ---------------------------------------------------------------------------------- */

static status add_node(writer *w, node_ref n, uint64_t h, int64_t *ret, err *why)
{
    db_stmt *q = db_query(w->d, Q_NODE_ADD);
    db_bind_int(q, 1, n.kind);
    db_bind_text(q, 2, n.text);
    status st = db_run(q, why);
    if (st != OK)
        return st;
    int64_t id = db_last_id(w->d);
    q = db_query(w->d, Q_NODE_KEY_ADD);
    db_bind_int(q, 1, (int64_t)h);
    db_bind_int(q, 2, id);
    if ((st = db_run(q, why)) == OK)
        *ret = id;
    return st;
}

node_digest digest_node(writer *w, node_ref n)
{
    uint8_t digest[SHA256_BYTES], k[2] = {(uint8_t)n.kind, (uint8_t)(n.kind >> 8)};
    node_digest ret;
    hash_update(w->h, slice_of((const char *)k, 2));
    hash_update(w->h, n.text);
    hash_final(w->h, digest);
    memcpy(ret.bytes, digest, sizeof ret.bytes);
    return ret;
}

int64_t digest_key(node_digest d)
{
    int64_t h;
    memcpy(&h, d.bytes, sizeof h);
    return h;
}

status intern_node(writer *w, node_ref n, int64_t *ret, err *why)
{
    return intern_digested(w, n, digest_node(w, n), ret, why);
}

status intern_digested(writer *w, node_ref n, node_digest d, int64_t *ret, err *why)
{
    uint64_t h = (uint64_t)digest_key(d);
    bool row;
    if (n.text.len > NODE_TEXT_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "value of %zu bytes, limit %d", n.text.len,
                       NODE_TEXT_MAX);
    node_slot *slot = &w->nodes[h % NODE_CACHE_SLOTS];
    if (slot->id && memcmp(slot->key, d.bytes, sizeof slot->key) == 0) {
        *ret = slot->id;
        return OK;
    }
    db_stmt *q = db_query(w->d, Q_NODE_FIND);
    db_bind_int(q, 1, (int64_t)h);
    db_bind_int(q, 2, n.kind);
    db_bind_text(q, 3, n.text);
    status st = db_step(q, &row, why);
    if (st != OK)
        return st;
    int64_t id = row ? db_int(q, 0) : 0;
    db_reset(q);
    if (!id && (st = add_node(w, n, h, &id, why)) != OK)
        return st;
    memcpy(slot->key, d.bytes, sizeof slot->key);
    slot->id = id;
    *ret = id;
    return OK;
}

/* --- sources -------------------------------------------------------------------------------- */

status intern_source(writer *w, slice name, int64_t *ret, err *why)
{
    bool row;
    if (!name.len || name.len > NODE_TEXT_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a source's name has 1 to %d bytes",
                       NODE_TEXT_MAX);
    db_stmt *q = db_query(w->d, Q_SOURCE_FIND);
    db_bind_text(q, 1, name);
    status st = db_step(q, &row, why);
    if (st == OK && row) {
        *ret = db_int(q, 0);
        db_reset(q);
    } else if (st == OK) {
        q = db_query(w->d, Q_SOURCE_ADD);
        db_bind_text(q, 1, name);
        if ((st = db_run(q, why)) == OK)
            *ret = db_last_id(w->d);
    }
    return st;
}

/* --- markings ------------------------------------------------------------------------------- */

static status find_marking(writer *w, marking m, int64_t *ret, err *why)
{
    bool row;
    status st;
    int64_t found = 0;
    db_stmt *q = db_query(w->d, Q_VIEW_CLASS_ALL);
    while ((st = db_step(q, &row, why)) == OK && row) {
        marking have = {(tlp)db_int(q, 1), (pap)db_int(q, 2), db_text(q, 3), db_text(q, 4)};
        if (!found && marking_eq(have, m))
            found = db_int(q, 0);
    }
    if (st == OK && !found) {
        q = db_query(w->d, Q_VIEW_CLASS_ADD);
        db_bind_int(q, 1, m.tlp);
        db_bind_int(q, 2, m.pap);
        db_bind_text(q, 3, m.owner);
        db_bind_text(q, 4, m.audience);
        if ((st = db_run(q, why)) == OK)
            found = db_last_id(w->d);
    }
    if (st == OK)
        *ret = found;
    return st;
}

status intern_marking(writer *w, marking m, int64_t *ret, err *why)
{
    for (size_t i = 0; i < COUNT_OF(w->classes); i++)
        if (w->classes[i].id && marking_eq(w->classes[i].m, m)) {
            *ret = w->classes[i].id;
            return OK;
        }
    if (m.owner.len > AUDIENCE_MAX || m.audience.len > AUDIENCE_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "name of an audience over %d bytes",
                       AUDIENCE_MAX);
    int64_t id;
    marking copy = m;
    status st = find_marking(w, m, &id, why);
    if (st != OK)
        return st;
    if (id >= VIEW_CLASS_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %d different markings", VIEW_CLASS_MAX);
    *ret = id;
    if (arena_copy(&w->class_texts, m.owner, &copy.owner) &&
        arena_copy(&w->class_texts, m.audience, &copy.audience)) {
        w->classes[w->next_class].m = copy;
        w->classes[w->next_class].id = id;
        w->next_class = (w->next_class + 1) % COUNT_OF(w->classes);
    } else {
        memset(w->classes, 0, sizeof w->classes);
        arena_reset(&w->class_texts);
    }
    return OK;
}

/* --- origins -------------------------------------------------------------------------------- */

static int cmp_slices(const void *a, const void *b)
{
    return slice_cmp(*(const slice *)a, *(const slice *)b);
}

static status add_origin(writer *w, const slice *reports, size_t count, const uint8_t *digest,
                         int64_t *ret, err *why)
{
    slice sorted[FACT_ORIGINS_MAX];
    memcpy(sorted, reports, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, cmp_slices);
    db_stmt *q = db_query(w->d, Q_ORIGIN_ADD);
    db_bind_blob(q, 1, slice_of((const char *)digest, 16));
    status st = db_run(q, why);
    int64_t id = db_last_id(w->d);
    for (size_t i = 0; st == OK && i < count; i++) {
        int64_t report;
        st = intern_node(w, (node_ref){KIND_REFERENCE, sorted[i]}, &report, why);
        if (st != OK)
            break;
        q = db_query(w->d, Q_ORIGIN_REPORT_ADD);
        db_bind_int(q, 1, id);
        db_bind_int(q, 2, report);
        st = db_run(q, why);
    }
    if (st == OK)
        *ret = id;
    return st;
}

void origin_digest(writer *w, const slice *reports, size_t count, uint8_t digest[16])
{
    slice sorted[FACT_ORIGINS_MAX];
    uint8_t whole[SHA256_BYTES];
    assert(count <= FACT_ORIGINS_MAX);
    memcpy(sorted, reports, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, cmp_slices);
    for (size_t i = 0; i < count; i++) {
        uint64_t len = sorted[i].len;
        hash_update(w->h, slice_of((const char *)&len, sizeof len));
        hash_update(w->h, sorted[i]);
    }
    hash_final(w->h, whole);
    memcpy(digest, whole, 16);
}

status intern_origin(writer *w, const slice *reports, size_t count, const uint8_t digest[16],
                     int64_t *ret, err *why)
{
    bool row;
    int64_t id = 0;
    if (count && w->origin.id && memcmp(w->origin.digest, digest, 16) == 0)
        id = w->origin.id;
    if (!count || id) {
        *ret = id;
        return OK;
    }
    db_stmt *q = db_query(w->d, Q_ORIGIN_FIND);
    db_bind_blob(q, 1, slice_of((const char *)digest, 16));
    status st = db_step(q, &row, why);
    if (st == OK && row) {
        id = db_int(q, 0);
        db_reset(q);
    } else if (st == OK) {
        st = add_origin(w, reports, count, digest, &id, why);
    }
    if (st != OK)
        return st;
    memcpy(w->origin.digest, digest, 16);
    w->origin.id = *ret = id;
    return OK;
}
