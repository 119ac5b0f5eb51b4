/* replay.c - idempotency keys: see replay.h. */
#include "know/replay.h"
#include "know/accounts_private.h"

static void bind_key(db_stmt *q, const replay_key *k)
{
    db_bind_int(q, 1, k->account);
    db_bind_text(q, 2, k->organisation);
    db_bind_int(q, 3, k->clearance);
    db_bind_text(q, 4, k->key);
}

static status check(const replay_key *k, err *why)
{
    if (!k->key.len || k->key.len > REPLAY_KEY_MAX)
        return err_set(why, k->key.len ? ERR_LIMIT : ERR_INPUT, ERR_NOWHERE,
                       "an idempotency key has 1 to %d bytes", REPLAY_KEY_MAX);
    for (size_t i = 0; i < k->key.len; i++)
        if (k->key.ptr[i] < '!' || k->key.ptr[i] > '~')
            return err_set(why, ERR_INPUT, i, "an idempotency key is of visible ASCII");
    return OK;
}

static status read_row(db_stmt *q, arena *a, const replay_key *k, replay_answer *ret, err *why)
{
    slice request = db_text(q, 0);
    replay_answer r = {.status = (int)db_int(q, 1)};
    if (!slice_eq(request, slice_of((const char *)k->request, SHA256_BYTES)))
        return err_set(why, ERR_INPUT, ERR_NOWHERE,
                       "the idempotency key was used for another request");
    if (!arena_copy(a, db_text(q, 2), &r.body))
        return ARENA_SPENT(a, why);
    *ret = r;
    return OK;
}

status replay_get(accounts *r, arena *a, const replay_key *k, when now, replay_answer *ret,
                  err *why)
{
    bool row;
    status st = check(k, why);
    if (st != OK)
        return st;
    db_stmt *q = db_query(r->d, Q_REPLAY_FIND);
    bind_key(q, k);
    db_bind_int(q, 5, now);
    st = db_step(q, &row, why);
    if (st == OK)
        st = row ? read_row(q, a, k, ret, why)
                 : err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no answer is kept for the key");
    db_reset(q);
    return st;
}

static status put(writer *w, const replay_key *k, const replay_answer *answer, when now, err *why)
{
    db_stmt *q = db_query(w->d, Q_REPLAY_DROP); /* one that is over and was not swept yet */
    bind_key(q, k);
    db_bind_int(q, 5, now);
    status st = db_run(q, why);
    if (st != OK)
        return st;
    q = db_query(w->d, Q_REPLAY_ADD);
    bind_key(q, k);
    db_bind_blob(q, 5, slice_of((const char *)k->request, SHA256_BYTES));
    db_bind_int(q, 6, answer->status);
    db_bind_blob(q, 7, answer->body);
    db_bind_int(q, 8, now + REPLAY_HOURS * (WHEN_DAY / 24));
    st = change_one(w, q, why);
    return st == ERR_NOT_FOUND
               ? err_set(why, ERR_BUSY, ERR_NOWHERE, "somebody was faster with the same key")
               : st;
}

status replay_put(writer *w, const replay_key *k, const replay_answer *answer, when now, err *why)
{
    status st = check(k, why);
    if (st == OK && answer->body.len > REPLAY_BODY_MAX)
        st = err_set(why, ERR_LIMIT, ERR_NOWHERE, "answer over %d bytes", REPLAY_BODY_MAX);
    if (st != OK)
        return st;
    st = part_begin(w, why);
    if (st == OK)
        st = put(w, k, answer, now, why);
    return part_end(w, st, why);
}
