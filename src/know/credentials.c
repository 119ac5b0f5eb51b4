/* credentials.c - passwords and second factors: see credentials.h. */
#include "know/accounts_private.h"

enum { ROW_MEMORY = 1 << 16 };

/* --- passwords -------------------------------------------------------------------------------- */

status password_put(writer *w, const actor *by, slice login_or_id, slice hash, int64_t keep,
                    err *why)
{
    CLEANUP(arena_done) arena a;
    act c = {.w = w, .by = by, .name = S("user.password")};
    login_row who;
    arena_init(&a, ROW_MEMORY);
    status st = act_begin(&c, why);
    if (st == OK && (!hash.len || hash.len > PASSWORD_TEXT_MAX))
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "that is no hash of a password");
    if (st == OK)
        st = login_to_change(&c, &a, login_or_id, &who, why);
    if (st == OK) {
        db_stmt *q = db_query(w->d, Q_PASSWORD_SET);
        db_bind_int(q, 1, who.who.row);
        db_bind_text(q, 2, hash);
        st = db_run(q, why);
    }
    if (st == OK)
        st = sessions_end(w, who.who.row, keep, why);
    return act_end(&c, st, why);
}

status password_renew(writer *w, int64_t whose, slice old, slice hash, err *why)
{
    status st = part_begin(w, why);
    if (st == OK) {
        db_stmt *q = db_query(w->d, Q_PASSWORD_RENEW);
        db_bind_int(q, 1, whose);
        db_bind_text(q, 2, old);
        db_bind_text(q, 3, hash);
        st = db_run(q, why);
    }
    return part_end(w, st, why);
}

/* --- second factor ---------------------------------------------------------------------------- */

/* The account of the row, as what the act is about. */
static status about_row(act *c, arena *a, int64_t row, login_row *ret, err *why)
{
    status st = login_by_row(c->w->d, a, row, ret, why);
    if (st == OK)
        act_about(c, ret->who.id);
    return st == OK ? may_touch(c->by, &ret->who, why) : st;
}

status totp_begin(writer *w, const actor *by, int64_t whose, const uint8_t key[TOTP_KEY_BYTES],
                  err *why)
{
    CLEANUP(arena_done) arena a;
    act c = {.w = w, .by = by, .name = S("factor.begin")};
    login_row who;
    arena_init(&a, ROW_MEMORY);
    status st = act_begin(&c, why);
    if (st == OK)
        st = about_row(&c, &a, whose, &who, why);
    if (st == OK) {
        db_stmt *q = db_query(w->d, Q_TOTP_KEY_SET);
        db_bind_int(q, 1, whose);
        db_bind_blob(q, 2, slice_of((const char *)key, TOTP_KEY_BYTES));
        if ((st = change_one(w, q, why)) == ERR_NOT_FOUND)
            st = err_set(why, ERR_BUSY, ERR_NOWHERE, "a second factor is in use");
    }
    return act_end(&c, st, why);
}

static status put_codes(writer *w, int64_t whose, uint8_t (*codes)[SHA256_BYTES], err *why)
{
    db_stmt *q = db_query(w->d, Q_RECOVERY_DROP);
    db_bind_int(q, 1, whose);
    status st = db_run(q, why);
    for (int i = 0; st == OK && i < RECOVERY_CODES; i++) {
        q = db_query(w->d, Q_RECOVERY_ADD);
        db_bind_int(q, 1, whose);
        db_bind_blob(q, 2, slice_of((const char *)codes[i], SHA256_BYTES));
        st = db_run(q, why);
    }
    return st;
}

status totp_confirm(writer *w, const actor *by, int64_t whose, int64_t step,
                    uint8_t (*codes)[SHA256_BYTES], err *why)
{
    CLEANUP(arena_done) arena a;
    act c = {.w = w, .by = by, .name = S("factor.on")};
    login_row who;
    arena_init(&a, ROW_MEMORY);
    status st = act_begin(&c, why);
    if (st == OK)
        st = about_row(&c, &a, whose, &who, why);
    if (st == OK) {
        db_stmt *q = db_query(w->d, Q_TOTP_ON);
        db_bind_int(q, 1, whose);
        db_bind_int(q, 2, step);
        if ((st = change_one(w, q, why)) == ERR_NOT_FOUND)
            st = err_set(why, ERR_BUSY, ERR_NOWHERE,
                         "a second factor is in use, or has not been begun");
    }
    if (st == OK)
        st = put_codes(w, whose, codes, why);
    return act_end(&c, st, why);
}

status totp_remove(writer *w, const actor *by, slice login_or_id, err *why)
{
    CLEANUP(arena_done) arena a;
    act c = {.w = w, .by = by, .name = S("factor.off")};
    login_row who;
    arena_init(&a, ROW_MEMORY);
    status st = act_begin(&c, why);
    if (st == OK)
        st = login_to_change(&c, &a, login_or_id, &who, why);
    for (int i = 0; st == OK && i < 2; i++) {
        db_stmt *q = db_query(w->d, i ? Q_RECOVERY_DROP : Q_TOTP_OFF);
        db_bind_int(q, 1, who.who.row);
        st = db_run(q, why);
    }
    return act_end(&c, st, why);
}

status recovery_left(accounts *r, int64_t whose, unsigned *ret, err *why)
{
    bool row;
    db_stmt *q = db_query(r->d, Q_RECOVERY_LEFT);
    db_bind_int(q, 1, whose);
    status st = db_step(q, &row, why);
    if (st == OK)
        *ret = row ? (unsigned)db_int(q, 0) : 0;
    db_reset(q);
    return st;
}
