/* write_curate.c - what people state and take back: see write.h. */
#include "know/write_private.h"

/* Only what is said is written: a row that filled in the rest from older rows would carry what was
 * said in confidence to everybody. */
status put_setting(writer *w, int64_t source, int64_t tx, int64_t vc, char reliability,
                   const slice *licence, const slice *derives_from, err *why)
{
    bool row;
    slice grade = slice_of(&reliability, 1);
    const slice *wanted[3] = {reliability ? &grade : NULL, licence, derives_from};
    db_stmt *q = db_query(w->d, Q_SOURCE_SETTING_LAST);
    db_bind_int(q, 1, source);
    status st = db_step(q, &row, why);
    if (st != OK)
        return st;
    bool same = row && db_int(q, 3) == vc;
    for (int i = 0; same && i < 3; i++)
        same = !wanted[i] || (!db_is_null(q, i) && slice_eq(*wanted[i], db_text(q, i)));
    db_reset(q);
    if (same)
        return OK; /* nothing changes: no new date */
    q = db_query(w->d, Q_SOURCE_SET);
    db_bind_int(q, 1, source);
    db_bind_int(q, 2, tx);
    for (int i = 0; i < 3; i++)
        wanted[i] ? db_bind_text(q, 3 + i, *wanted[i]) : db_bind_null(q, 3 + i);
    return db_run(q, why);
}

status part_begin(writer *w, err *why)
{
    assert(!w->doc.open);
    status st = w->together ? OK : writer_sync(w, why);
    if (st == OK)
        st = begin_engine(w, why);
    return st == OK && w->together ? db_savepoint(w->d, why) : st;
}

status part_end(writer *w, status st, err *why)
{
    if (st == OK)
        st = w->together ? db_release(w->d, why) : writer_sync(w, why);
    if (st == OK)
        return OK;
    if (!w->together || !db_in_transaction(w->d) || db_rollback_savepoint(w->d, NULL) != OK)
        db_rollback(w->d);
    intern_forget(w);
    return st;
}

status statement_begin(writer *w, int what, slice reason, int64_t *ret_tx, err *why)
{
    status st = part_begin(w, why);
    return st == OK ? begin_tx(w, what, reason, ret_tx, why) : st;
}

status statement_end(writer *w, status st, int64_t tx, err *why)
{
    if (st == OK)
        st = publish_tx(w, tx, why);
    return part_end(w, st, why);
}

status writer_together(writer *w, err *why)
{
    assert(!w->doc.open);
    status st = writer_sync(w, why);
    w->together = st == OK;
    return st;
}

status writer_source_set(writer *w, slice source, char reliability, const slice *licence,
                         const slice *derives_from, err *why)
{
    int64_t tx = 0, id;
    status st = statement_begin(w, TX_SOURCE, S(""), &tx, why);
    if (st == OK)
        st = intern_source(w, source, &id, why);
    if (st == OK)
        st = put_setting(w, id, tx, 0, reliability, licence, derives_from, why);
    return statement_end(w, st, tx, why);
}

status writer_curate(writer *w, slice source, const fact_claim *c, slice reason, err *why)
{
    claim_place p = {.place = -1, .source_name = source};
    claim_state state = CLAIM_NEW;
    int64_t row = 0;
    status st = statement_begin(w, TX_CURATE, reason, &p.tx, why);
    if (st == OK)
        st = intern_source(w, source, &p.source, why);
    if (st == OK)
        st = put_claim(w, c, NULL, c->marked ? c->marking : (marking){0}, &p, &row, &state, why);
    if (st == OK && state == CLAIM_KNOWN)
        st = err_set(why, ERR_BUSY, ERR_NOWHERE, "%.*s said so already", SLICE_FMT(source));
    if (st == OK)
        st = note_range(w, p.tx, row, row, why);
    return statement_end(w, st, p.tx, why);
}

status writer_retract(writer *w, slice source, node_ref subject, predicate pred, node_ref object,
                      slice reason, uint64_t *ret_count, err *why)
{
    int64_t tx = 0, source_id, subject_id, object_id = 0;
    uint64_t count = 0;
    status st = statement_begin(w, TX_RETRACT, reason, &tx, why);
    if (st == OK)
        st = intern_source(w, source, &source_id, why);
    if (st == OK)
        st = intern_node(w, subject, &subject_id, why);
    if (st == OK && object.kind != KIND_NONE)
        st = intern_node(w, object, &object_id, why);
    if (st == OK) {
        db_stmt *q = db_query(w->d, Q_CLAIM_RETRACT);
        db_bind_int(q, 1, subject_id);
        db_bind_int(q, 2, pred);
        db_bind_maybe(q, 3, object_id, object_id == 0);
        db_bind_int(q, 4, source_id);
        db_bind_int(q, 5, tx);
        if ((st = db_run(q, why)) == OK)
            count = (uint64_t)db_changes(w->d);
        if (st == OK && count == 0)
            st =
                err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "%.*s does not say so", SLICE_FMT(source));
    }
    if ((st = statement_end(w, st, tx, why)) == OK)
        *ret_count = count;
    return st;
}
