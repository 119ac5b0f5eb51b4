/* write_decide.c - decisions: what persons say, take back and restore in one transaction. See
 * write.h and docs/decisions/0104-decisions-are-undone.md. */
#include "know/write_private.h"

static status changed_meanwhile(err *why)
{
    return err_set(why, ERR_BUSY, ERR_NOWHERE, "somebody else has changed it meanwhile; try again");
}

static status say(writer *w, slice source, int64_t tx, const fact_claim *c, int64_t *ret_row,
                  err *why)
{
    claim_place p = {.place = -1, .source_name = source, .tx = tx};
    claim_state state = CLAIM_NEW;
    status st = intern_source(w, source, &p.source, why);
    if (st == OK)
        st = put_claim(w, c, NULL, c->marked ? c->marking : (marking){0}, &p, ret_row, &state, why);
    return st == OK && state == CLAIM_KNOWN ? changed_meanwhile(why) : st;
}

static status withdraw(writer *w, int64_t tx, int64_t row, err *why)
{
    db_stmt *q = db_query(w->d, Q_CLAIM_WITHDRAW);
    db_bind_int(q, 1, row);
    db_bind_int(q, 2, tx);
    status st = db_run(q, why);
    return st == OK && db_changes(w->d) != 1 ? changed_meanwhile(why) : st;
}

/* What insert_claim in write_record.c binds, in its order and but for `words`, from the columns of
 * Q_CLAIM_BY_HAND. */
enum { CLAIM_PARAMS = 20, NOT_COPIED = -1 };

/* A new life of the row with all that it says. Its place among others and its date are the first
 * life's: a claim by hand has no document that the two columns could speak of. */
static status restore(writer *w, int64_t tx, int64_t row, int64_t *ret_row, err *why)
{
    static const int8_t from[CLAIM_PARAMS] = {0, 1,          NOT_COPIED, 2,  3,  4,          5,
                                              6, NOT_COPIED, 14,         15, 7,  NOT_COPIED, 8,
                                              9, 10,         11,         12, 13, NOT_COPIED};
    bool found;
    int64_t number[CLAIM_PARAMS] = {0};
    bool null[CLAIM_PARAMS] = {false};
    slice value, detail;
    db_stmt *q = db_query(w->d, Q_CLAIM_BY_HAND);
    db_bind_int(q, 1, row);
    status st = db_step(q, &found, why);
    if (st != OK)
        return st;
    if (!found || db_int(q, 17) != 0) { /* it stands, or stands again */
        db_reset(q);
        return changed_meanwhile(why);
    }
    for (int i = 0; i < CLAIM_PARAMS; i++) {
        null[i] = from[i] != NOT_COPIED && db_is_null(q, from[i]);
        if (from[i] != NOT_COPIED && !null[i] && i != 5 && i != 6)
            number[i] = db_int(q, from[i]);
    }
    number[2] = db_int(q, 16) + 1; /* life */
    null[12] = true;               /* no record: nothing replaces it */
    number[19] = tx;
    arena_reset(&w->scratch);
    bool copied = arena_copy(&w->scratch, null[5] ? S("") : db_text(q, 4), &value) &&
                  arena_copy(&w->scratch, null[6] ? S("") : db_text(q, 5), &detail);
    db_reset(q);
    if (!copied)
        return ARENA_SPENT(&w->scratch, why);
    q = db_query(w->d, Q_CLAIM_ADD);
    for (int i = 0; i < CLAIM_PARAMS; i++)
        if (null[i])
            db_bind_null(q, i + 1);
        else if (i == 5 || i == 6)
            db_bind_text(q, i + 1, i == 5 ? value : detail);
        else
            db_bind_int(q, i + 1, number[i]);
    db_bind_null(q, CLAIM_PARAMS + 1); /* the detail stands in the row */
    if ((st = db_run(q, why)) != OK)
        return st;
    *ret_row = db_last_id(w->d);
    return db_changes(w->d) == 1 ? OK : changed_meanwhile(why);
}

static status run_steps(writer *w, slice source, const decision_step *steps, size_t count,
                        int64_t tx, err *why)
{
    int64_t first = 0, last = 0;
    status st = OK;
    for (size_t i = 0; st == OK && i < count; i++) {
        int64_t row = 0;
        switch (steps[i].what) {
        case DECIDE_SAY: st = say(w, source, tx, steps[i].say, &row, why); break;
        case DECIDE_WITHDRAW: st = withdraw(w, tx, steps[i].row, why); break;
        case DECIDE_RESTORE:
        default: st = restore(w, tx, steps[i].row, &row, why);
        }
        first = first ? first : row;
        last = row ? row : last;
    }
    return st == OK ? note_range(w, tx, first, last, why) : st;
}

status writer_decide(writer *w, slice source, const decision_step *steps, size_t count,
                     slice reason, err *why)
{
    int64_t tx = 0;
    status st = statement_begin(w, TX_DECIDE, reason, &tx, why);
    if (st == OK)
        st = run_steps(w, source, steps, count, tx, why);
    return statement_end(w, st, tx, why);
}
