/* health.c - see health.h. */
#include "know/health.h"
#include "know/store_private.h"

#include <stdio.h>

status store_schema(store *s, int *ret, err *why)
{
    db *d = NULL;
    status st = store_connect(s, false, &d, why);
    if (st == OK)
        st = db_schema(d, ret, why);
    db_close(d);
    return st;
}

static status look_at(const blob_dir *blobs, const uint8_t *sha, bool deep, err *why)
{
    uint64_t bytes;
    return deep ? blob_verify(blobs, sha, why) : blob_size(blobs, sha, &bytes, why);
}

static status look_at_all(store *s, db *d, bool deep, health_documents *ret, err *why)
{
    bool row;
    status st;
    db_stmt *q = db_query(d, Q_BACKUP_BLOBS);
    db_bind_blob(q, 1, S(""));
    while ((st = db_step(q, &row, why)) == OK && row) {
        uint8_t sha[SHA256_BYTES] = {0};
        slice bytes = db_text(q, 0);
        err bad = {0};
        memcpy(sha, bytes.ptr, bytes.len < sizeof sha ? bytes.len : sizeof sha);
        ret->held++;
        if (look_at(&s->blobs, sha, deep, &bad) != OK && ret->bad++ == 0)
            ret->first = bad;
    }
    db_reset(q);
    return st;
}

status store_documents(store *s, bool deep, health_documents *ret, err *why)
{
    db *d = NULL;
    health_documents found = {0};
    status st = store_connect(s, false, &d, why);
    if (st == OK)
        st = look_at_all(s, d, deep, &found, why);
    db_close(d);
    if (st == OK)
        *ret = found;
    return st;
}

status store_newest(store *s, when *ret, err *why)
{
    bool row;
    db *d = NULL;
    status st = store_connect(s, false, &d, why);
    if (st != OK)
        return st;
    db_stmt *q = db_query(d, Q_TX_NEWEST);
    db_bind_int(q, 1, INT64_MAX);
    if ((st = db_step(q, &row, why)) == OK)
        *ret = row ? db_int(q, 1) / 1000 : WHEN_NONE;
    db_reset(q);
    db_close(d);
    return st;
}
