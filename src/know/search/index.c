/* index.c - keeping the text index up with what is published: see search.h.
 *
 * Transactions are taken in the order in which they were published, which need not be that of their
 * ids. How far it came is in meta "search": the instant of the last transaction that is done, and
 * the last claim of the one under way. Both change together with the rows, so a kill repeats
 * nothing and leaves nothing out. */
#include "know/search.h"
#include "know/search/words.h"
#include "know/store_private.h"

#include <stdio.h>

_Static_assert(PRED_NAMED == 1 && PRED_DESCRIBED == 2 && PRED_USES == 5,
               "the numbers stand in Q_TEXT_SOURCE");

enum { BATCH_TEXTS = 8000, TEXT_BUDGET = 16 << 20, WORDS_BYTES_MAX = 16 << 20 };
static const slice claims_key = S_INIT("search"), documents_key = S_INIT("search-documents");
static const int64_t BEFORE_CLAIMS = (int64_t)1 << 40; /* documents have rows below all claims */

typedef struct progress {
    int64_t at;    /* of the last transaction that is done */
    int64_t claim; /* or document; of the next one, the last that is done */
} progress;

static status read_progress(db *d, slice key, progress *ret, err *why)
{
    bool row;
    uint64_t at = 0, row_id = 0;
    slice first, text;
    db_stmt *q = db_query(d, Q_META_GET);
    db_bind_text(q, 1, key);
    status st = db_step(q, &row, why);
    if (st == OK && row) {
        text = db_text(q, 0);
        if (!slice_cut(&text, ' ', &first) || !slice_u64(first, &at) || !slice_u64(text, &row_id))
            st = err_set(why, ERR_INTERNAL, ERR_NOWHERE, "meta \"%.*s\" cannot be read",
                         SLICE_FMT(key));
    }
    db_reset(q);
    if (st == OK)
        *ret = (progress){(int64_t)at, (int64_t)row_id};
    return st;
}

static status write_progress(db *d, slice key, progress p, err *why)
{
    char text[64];
    int n = snprintf(text, sizeof text, "%lld %lld", (long long)p.at, (long long)p.claim);
    db_stmt *q = db_query(d, Q_META_SET);
    db_bind_text(q, 1, key);
    db_bind_text(q, 2, slice_of(text, (size_t)n));
    return db_run(q, why);
}

static status put_word(void *ctx, const word *w, err *why)
{
    buf *b = ctx;
    (void)why;
    buf_put(b, w->text);
    buf_byte(b, ' ');
    return OK;
}

/* The words of one claim. A name is found without its blanks, too. */
static status add_text(db *d, arena *a, int64_t row_id, slice text, slice folded_name, err *why)
{
    buf words;
    buf_init(&words, WORDS_BYTES_MAX);
    status st = words_cut(a, text, put_word, &words, why);
    if (st == OK)
        buf_put(&words, folded_name);
    if (st == OK)
        st = buf_status(&words, why);
    if (st == OK) {
        db_stmt *q = db_query(d, Q_TEXT_ADD);
        db_bind_int(q, 1, row_id);
        db_bind_text(q, 2, buf_slice(&words));
        st = db_run(q, why);
    }
    buf_done(&words);
    return st;
}

/* Up to `room` texts with ids in [first, last]. *ret_last: the claim up to which all is done. */
static status add_range(db *d, arena *a, int64_t first, int64_t last, int64_t room,
                        int64_t *ret_last, int64_t *ret_count, err *why)
{
    bool row;
    status st;
    int64_t n = 0;
    db_stmt *q = db_query(d, Q_TEXT_SOURCE);
    db_bind_int(q, 1, first);
    db_bind_int(q, 2, last);
    db_bind_int(q, 3, room);
    *ret_last = last;
    while ((st = db_step(q, &row, why)) == OK && row) {
        bool is_name = db_int(q, 2) == PRED_NAMED && !db_is_null(q, 3);
        st = add_text(d, a, db_int(q, 0), db_text(q, 1), is_name ? db_text(q, 3) : S(""), why);
        if (st != OK)
            break;
        *ret_last = db_int(q, 0);
        n++;
    }
    db_reset(q);
    if (n < room)
        *ret_last = last;
    *ret_count = n;
    return st;
}

/* One batch inside a write transaction. *ret_done: nothing is left. */
static status batch_claims(db *d, arena *a, bool *ret_done, err *why)
{
    progress p = {0, 0};
    int64_t room = BATCH_TEXTS;
    bool row;
    status st = read_progress(d, claims_key, &p, why);
    *ret_done = false;
    while (st == OK && room > 0) {
        db_stmt *q = db_query(d, Q_TEXT_NEXT_TX);
        db_bind_int(q, 1, p.at);
        if ((st = db_step(q, &row, why)) != OK)
            break;
        int64_t tx = row ? db_int(q, 0) : 0, at = row ? db_int(q, 1) : 0;
        db_reset(q);
        *ret_done = !row;
        if (!row)
            break;
        q = db_query(d, Q_TEXT_NEXT_RANGE);
        db_bind_int(q, 1, tx);
        db_bind_int(q, 2, p.claim);
        if ((st = db_step(q, &row, why)) != OK)
            break;
        int64_t first = row ? db_int(q, 0) : 0, last = row ? db_int(q, 1) : 0, count = 0;
        db_reset(q);
        if (!row) { /* the transaction is through */
            p = (progress){at, 0};
            continue;
        }
        if (first <= p.claim)
            first = p.claim + 1;
        st = add_range(d, a, first, last, room, &p.claim, &count, why);
        room -= count;
    }
    return st == OK ? write_progress(d, claims_key, p, why) : st;
}

/* Up to `room` documents of the transaction behind p->claim. */
static status add_documents(db *d, arena *a, int64_t tx, int64_t room, progress *p,
                            int64_t *ret_count, err *why)
{
    bool row;
    status st;
    int64_t n = 0;
    db_stmt *q = db_query(d, Q_TEXT_DOCUMENT_SOURCE);
    db_bind_int(q, 1, tx);
    db_bind_int(q, 2, p->claim);
    db_bind_int(q, 3, room);
    while ((st = db_step(q, &row, why)) == OK && row) {
        int64_t id = db_int(q, 0);
        if ((st = add_text(d, a, id - BEFORE_CLAIMS, db_text(q, 1), S(""), why)) != OK)
            break;
        p->claim = id;
        n++;
    }
    db_reset(q);
    *ret_count = n;
    return st;
}

/* The same for the documents' paths. Apart, so that a store whose claims were indexed before there
 * were documents in the index gets them. */
static status batch_documents(db *d, arena *a, bool *ret_done, err *why)
{
    progress p = {0, 0};
    int64_t room = BATCH_TEXTS;
    bool row;
    status st = read_progress(d, documents_key, &p, why);
    *ret_done = false;
    while (st == OK && room > 0) {
        int64_t count = 0;
        db_stmt *q = db_query(d, Q_TEXT_NEXT_TX);
        db_bind_int(q, 1, p.at);
        if ((st = db_step(q, &row, why)) != OK)
            break;
        int64_t tx = row ? db_int(q, 0) : 0, at = row ? db_int(q, 1) : 0;
        db_reset(q);
        *ret_done = !row;
        if (!row)
            break;
        st = add_documents(d, a, tx, room, &p, &count, why);
        if (count < room)
            p = (progress){at, 0};
        room -= count + 1; /* a transaction without documents is some work, too */
    }
    return st == OK ? write_progress(d, documents_key, p, why) : st;
}

/* Is anything published that is not indexed? Without waiting for a writer. */
static status is_behind(db *d, slice key, bool *ret, err *why)
{
    progress p;
    status st = read_progress(d, key, &p, why);
    if (st != OK)
        return st;
    db_stmt *q = db_query(d, Q_TEXT_NEXT_TX);
    db_bind_int(q, 1, p.at);
    st = db_step(q, ret, why);
    db_reset(q);
    return st;
}

static status catch_up(db *d, arena *a, slice key,
                       status (*batch)(db *d, arena *a, bool *ret_done, err *why), err *why)
{
    bool behind = false, done = false;
    status st = is_behind(d, key, &behind, why);
    while (st == OK && behind && !done) {
        if ((st = db_begin_write(d, why)) != OK)
            break;
        st = batch(d, a, &done, why);
        if (st == OK)
            st = db_commit(d, why);
        if (st != OK)
            db_rollback(d);
    }
    return st;
}

status search_catch_up(store *s, err *why)
{
    db *d = NULL;
    arena a;
    status st = store_connect(s, true, &d, why);
    if (st != OK)
        return st;
    arena_init(&a, TEXT_BUDGET);
    st = catch_up(d, &a, claims_key, batch_claims, why);
    if (st == OK)
        st = catch_up(d, &a, documents_key, batch_documents, why);
    arena_done(&a);
    db_close(d);
    return st;
}
