/* write.c - the writer: engine transactions, batches, publishing. See write.h. */
#include "know/undo.h"
#include "know/write_ahead.h"

#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

enum { TEXTS_MAX = 4 << 20, SCRATCH_MAX = 64 << 20 };

status writer_new(store *s, slice actor, writer **ret, err *why)
{
    writer *w = calloc(1, sizeof *w);
    if (!w)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    w->s = s;
    w->turns = store_turns(s);
    w->doc.lock = w->alive = -1;
    arena_init(&w->texts, TEXTS_MAX);
    arena_init(&w->scratch, SCRATCH_MAX);
    arena_init(&w->class_texts, TEXTS_MAX);
    buf_init(&w->canon, CANON_MAX);
    buf_init(&w->doc.prefix, NODE_TEXT_MAX);
    w->h = hash_new(HASH_SHA256);
    w->nodes = calloc(NODE_CACHE_SLOTS, sizeof *w->nodes);
    w->words = calloc(1, sizeof *w->words);
    status st = w->h && w->nodes && w->words
                    ? store_connect_import(s, &w->d, why)
                    : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    if (st == OK)
        st = writer_alive(s, &w->alive, why);
    if (st == OK && !(w->ahead = ahead_new(db_is_far(w->d))))
        st = err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    /* the actor outlives every document: it gets a chunk of its own */
    char *name = st == OK ? malloc(actor.len + 1) : NULL;
    if (st == OK && !name)
        st = err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    if (name) {
        memcpy(name, actor.len ? actor.ptr : "", actor.len);
        w->actor = slice_of(name, actor.len);
    }
    if (st != OK) {
        writer_free(w);
        return st;
    }
    *ret = w;
    return OK;
}

writer *writer_free(writer *w)
{
    if (!w)
        return NULL;
    if (w->doc.open && writer_document_abort(w, NULL) != OK)
        w->doc.open = false; /* left pending: the next open takes it back */
    if (w->d) {
        db_rollback(w->d);
        status folded = db_checkpoint(w->d, NULL); /* a quick start for the next process */
        (void)folded;
        db_close(w->d);
    }
    if (w->alive >= 0)
        close(w->alive);
    hash_free(w->h);
    record_done(&w->rec);
    row_set_done(&w->doc.claims_seen);
    row_set_done(&w->doc.objects_seen);
    free(w->doc.classes.at);
    free(w->doc.held.at);
    series_forget(w);
    ahead_free(w->ahead);
    buf_done(&w->doc.prefix);
    buf_done(&w->canon);
    arena_done(&w->texts);
    arena_done(&w->scratch);
    arena_done(&w->class_texts);
    free((void *)(uintptr_t)w->actor.ptr);
    free(w->nodes);
    free(w->words);
    free(w);
    malloc_trim(0); /* what follows an import is not to be the larger for it */
    return NULL;
}

/* --- sets of rows --------------------------------------------------------------------------- */

status row_set_add(row_set *s, int64_t row, err *why)
{
    size_t word = (size_t)(row / 64);
    if (word >= s->words) {
        size_t words = word < 1024 ? 1024 : word + word / 2;
        uint64_t *p = realloc(s->bits, words * sizeof *p);
        if (!p)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
        memset(p + s->words, 0, (words - s->words) * sizeof *p);
        s->bits = p;
        s->words = words;
    }
    s->bits[word] |= (uint64_t)1 << (row % 64);
    return OK;
}

bool row_set_has(const row_set *s, int64_t row)
{
    size_t word = (size_t)(row / 64);
    return word < s->words && s->bits[word] >> (row % 64) & 1;
}

void row_set_clear(row_set *s)
{
    if (s->words)
        memset(s->bits, 0, s->words * sizeof *s->bits);
}

void row_set_done(row_set *s)
{
    free(s->bits);
    *s = (row_set){0};
}

/* --- transactions --------------------------------------------------------------------------- */

status begin_engine(writer *w, err *why)
{
    return db_in_transaction(w->d) ? OK : begin_in_turn(w->s, w->d, why);
}

void writer_blob(writer *w, const uint8_t sha256[SHA256_BYTES])
{
    if (w->unsynced_count < BLOB_SYNC_EACH)
        memcpy(w->unsynced + w->unsynced_count * SHA256_BYTES, sha256, SHA256_BYTES);
    w->unsynced_count++;
}

static status sync_blobs(writer *w, err *why)
{
    status st = blob_sync(&w->s->blobs, w->unsynced, w->unsynced_count, why);
    if (st == OK)
        w->unsynced_count = 0;
    return st;
}

status commit_engine(writer *w, err *why)
{
    status st = sync_blobs(w, why);
    if (st == OK)
        st = db_commit(w->d, why);
    w->renewed &= st != OK;
    return st;
}

status renew_engine(writer *w, err *why)
{
    status st = sync_blobs(w, why);
    if (st == OK)
        st = db_renew(w->d, &w->turns, why);
    w->renewed |= st == OK;
    return st;
}

status begin_tx(writer *w, int what, slice reason, int64_t *ret, err *why)
{
    db_stmt *q = db_query(w->d, Q_TX_ADD);
    db_bind_int(q, 1, what);
    db_bind_text(q, 2, w->actor);
    db_bind_text(q, 3, reason);
    status st = db_run(q, why);
    if (st == OK)
        *ret = db_last_id(w->d);
    return st;
}

static status one_int(writer *w, query q, int64_t otherwise, int64_t *ret, err *why)
{
    bool row;
    db_stmt *s = db_query(w->d, q);
    status st = db_step(s, &row, why);
    if (st != OK)
        return st;
    *ret = row && !db_is_null(s, 0) ? db_int(s, 0) : otherwise;
    db_reset(s);
    return OK;
}

/* The instant must grow strictly in commit order, whatever the clock does. */
status publish_tx(writer *w, int64_t tx, err *why)
{
    int64_t last, low, high, now = clock_now_us(w->s->options.clock);
    bool row;
    status st = one_int(w, Q_TX_LAST_AT, 0, &last, why);
    if (st == OK)
        st = one_int(w, Q_TX_HIGHEST, tx, &high, why);
    if (st != OK)
        return st;
    db_stmt *q = db_query(w->d, Q_TX_LOWEST_PENDING);
    db_bind_int(q, 1, tx);
    if ((st = db_step(q, &row, why)) != OK)
        return st;
    low = row && !db_is_null(q, 0) ? db_int(q, 0) : high + 1;
    db_reset(q);
    q = db_query(w->d, Q_TX_PUBLISH);
    db_bind_int(q, 1, tx);
    db_bind_int(q, 2, now > last ? now : last + 1);
    db_bind_int(q, 3, low);
    db_bind_int(q, 4, high);
    return db_run(q, why);
}

status note_range(writer *w, int64_t tx, int64_t first, int64_t last, err *why)
{
    if (!first)
        return OK;
    db_stmt *q = db_query(w->d, Q_TX_RANGE_ADD);
    db_bind_int(q, 1, tx);
    db_bind_int(q, 2, first);
    db_bind_int(q, 3, last);
    return db_run(q, why);
}

/* Ends the part of the document written so far. Before the first commit of a pending
 * transaction the lock is taken that says its writer lives. */
status flush_batch(writer *w, err *why)
{
    document_state *d = &w->doc;
    if (w->batch < WRITER_BATCH_CLAIMS)
        return OK;
    status st = note_range(w, d->tx, d->first, d->last, why);
    d->first = 0;
    if (st == OK && d->lock < 0)
        st = pending_begin(w->s, d->tx, &d->lock, why);
    if (st == OK && !d->flushed)
        st = db_release(w->d, why);
    if (st == OK)
        st = renew_engine(w, why);
    if (st == OK) {
        d->flushed = true;
        w->batch = 0;
    }
    return st;
}

bool writer_full(const writer *w)
{
    return w->batch >= WRITER_BATCH_CLAIMS;
}

status writer_sync(writer *w, err *why)
{
    assert(!w->doc.open);
    w->together = false;
    if (!db_in_transaction(w->d))
        return w->renewed ? begin_engine(w, why) : OK; /* it was not good: that says why */
    status st = commit_engine(w, why);
    if (st != OK) {
        db_rollback(w->d);
        intern_forget(w);
    }
    w->batch = 0;
    return st;
}
