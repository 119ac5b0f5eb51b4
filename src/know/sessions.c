/* sessions.c - who is in: see sessions.h. */
#include "know/accounts_private.h"
#include "know/undo.h"

#include <stdlib.h>

enum { ROW_MEMORY = 1 << 16 };
static const when minute_ms = 60000;

enum { KIND_SESSION = 0, KIND_CHALLENGE = 1, KIND_FIRST_RUN = 2 }; /* stored */

static slice hash_slice(const uint8_t *hash)
{
    return slice_of((const char *)hash, SHA256_BYTES);
}

static when idle_before(when now)
{
    return now - SESSION_IDLE_MINUTES * minute_ms;
}

/* --- rows ------------------------------------------------------------------------------------- */

static status read_row(db_stmt *q, arena *a, session_row *ret, err *why)
{
    slice id = db_text(q, 1);
    session_row r = {.row = db_int(q, 0),
                     .account = db_int(q, 2),
                     .created = db_int(q, 6),
                     .used = db_int(q, 7),
                     .until = db_int(q, 8)};
    if (id.len > SESSION_ID_TEXT)
        return err_set(why, ERR_INTERNAL, ERR_NOWHERE, "row %lld of the sessions",
                       (long long)r.row);
    memcpy(r.id, id.ptr, id.len);
    if (!arena_copy(a, db_text(q, 4), &r.from) || !arena_copy(a, db_text(q, 5), &r.agent))
        return ARENA_SPENT(a, why);
    *ret = r;
    return OK;
}

static status no_session(err *why)
{
    return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no such session");
}

/* One of a kind that is not over. */
static status find(db *d, arena *a, const uint8_t *hash, int of_kind, when now, session_row *ret,
                   int64_t *ret_tries, err *why)
{
    bool row;
    db_stmt *q = db_query(d, Q_SESSION_FIND);
    db_bind_blob(q, 1, hash_slice(hash));
    db_bind_int(q, 2, of_kind);
    db_bind_int(q, 3, now);
    db_bind_int(q, 4, of_kind == KIND_SESSION ? idle_before(now) : INT64_MIN);
    status st = db_step(q, &row, why);
    if (st == OK)
        st = row ? read_row(q, a, ret, why) : no_session(why);
    if (st == OK)
        *ret_tries = db_int(q, 3);
    db_reset(q);
    return st;
}

/* --- what each request asks for --------------------------------------------------------------- */

/* As with tokens: rows as they are stored, while nobody has committed anything; whether the session
 * stands is asked each time. */
enum { SESSIONS_KEPT = 64, KEPT_MEMORY = 1 << 20 };
struct sessions_kept {
    arena a;
    db_mark of; /* the store's content: with another one nothing in here holds */
    size_t count;
    struct {
        uint8_t hash[SHA256_BYTES];
        session_row row;
        account owner;
    } at[SESSIONS_KEPT];
};

struct sessions_kept *sessions_kept_free(struct sessions_kept *k)
{
    if (k)
        arena_done(&k->a);
    free(k);
    return NULL;
}

/* Ready to be asked and to be added to; NULL: nothing can be kept. */
static struct sessions_kept *kept_of(accounts *r)
{
    db_mark now;
    struct sessions_kept *k = r->sessions;
    if (!db_mark_now(r->d, &now))
        return NULL;
    if (!k && (k = r->sessions = calloc(1, sizeof *k)))
        arena_init(&k->a, KEPT_MEMORY);
    if (k && (memcmp(&k->of, &now, sizeof now) != 0 || k->count == SESSIONS_KEPT)) {
        arena_reset(&k->a);
        k->count = 0;
        k->of = now;
    }
    return k;
}

static bool copy_both(arena *a, session_row *s, account *who)
{
    return account_copy(a, who) && arena_copy(a, s->from, &s->from) &&
           arena_copy(a, s->agent, &s->agent);
}

static bool is_kept(const struct sessions_kept *k, const uint8_t *hash, session_row *ret,
                    account *ret_who)
{
    for (size_t i = 0; k && i < k->count; i++)
        if (hash_same(k->at[i].hash, hash, SHA256_BYTES)) {
            *ret = k->at[i].row;
            *ret_who = k->at[i].owner;
            return true;
        }
    return false;
}

/* The rows are of the content that was asked for before them, or newer: then they are read again.
 */
static void keep(struct sessions_kept *k, const uint8_t *hash, session_row s, account who)
{
    if (k && copy_both(&k->a, &s, &who)) {
        memcpy(k->at[k->count].hash, hash, SHA256_BYTES);
        k->at[k->count].row = s;
        k->at[k->count++].owner = who;
    }
}

static bool stands(const session_row *s, const account *who, when now)
{
    return s->until > now && s->used > idle_before(now) && !who->disabled;
}

status session_find(accounts *r, arena *a, const uint8_t hash[SHA256_BYTES], when now,
                    session_row *ret, account *ret_who, err *why)
{
    session_row s;
    account who;
    login_row owner;
    int64_t tries;
    status st = OK;
    struct sessions_kept *k = kept_of(r);
    if (is_kept(k, hash, &s, &who)) {
        if (stands(&s, &who, now) && !copy_both(a, &s, &who))
            return ARENA_SPENT(a, why);
    } else {
        st = look_begin(r, why);
        if (st == OK)
            st = find(r->d, a, hash, KIND_SESSION, now, &s, &tries, why);
        if (st == OK)
            st = login_by_row(r->d, a, s.account, &owner, why);
        look_end(r);
        if (st != OK)
            return st;
        who = owner.who;
        keep(k, hash, s, who);
    }
    if (!stands(&s, &who, now))
        return no_session(why);
    *ret = s;
    *ret_who = who;
    return OK;
}

status sessions_of(accounts *r, arena *a, int64_t whose, when now, session_list *ret, err *why)
{
    bool row;
    status st;
    session_list list = {.at = arena_array(a, ACCOUNT_PAGE_MAX, sizeof *list.at)};
    if (!list.at)
        return ARENA_SPENT(a, why);
    db_stmt *q = db_query(r->d, Q_SESSIONS_OF);
    db_bind_int(q, 1, whose);
    db_bind_int(q, 2, now);
    db_bind_int(q, 3, idle_before(now));
    db_bind_int(q, 4, ACCOUNT_PAGE_MAX);
    while ((st = db_step(q, &row, why)) == OK && row)
        if ((st = read_row(q, a, &list.at[list.count++], why)) != OK)
            break;
    db_reset(q);
    if (st == OK)
        *ret = list;
    return st;
}

/* --- ending ----------------------------------------------------------------------------------- */

status sessions_end(writer *w, int64_t whose, int64_t keep, err *why)
{
    db_stmt *q = db_query(w->d, Q_SESSIONS_DROP);
    db_bind_int(q, 1, whose);
    db_bind_int(q, 2, keep);
    return db_run(q, why);
}

static status drop(writer *w, const uint8_t *hash, err *why)
{
    db_stmt *q = db_query(w->d, Q_SESSION_DROP);
    db_bind_blob(q, 1, hash_slice(hash));
    return change_one(w, q, why);
}

/* One of them, or with no id all. */
static status withdraw(act *c, slice login_or_id, slice id, err *why)
{
    CLEANUP(arena_done) arena a;
    login_row who;
    arena_init(&a, ROW_MEMORY);
    status st = act_begin(c, why);
    if (st == OK)
        st = login_to_change(c, &a, login_or_id, &who, why);
    if (st == OK && !id.len)
        return act_end(c, sessions_end(c->w, who.who.row, 0, why), why);
    if (st == OK) {
        act_detail(c, "session=%.*s", SLICE_FMT(slice_sub(id, 0, SESSION_ID_TEXT)));
        db_stmt *q = db_query(c->w->d, Q_SESSION_DROP_NAMED);
        db_bind_int(q, 1, who.who.row);
        db_bind_text(q, 2, id);
        if ((st = change_one(c->w, q, why)) == ERR_NOT_FOUND)
            no_session(why);
    }
    return act_end(c, st, why);
}

status session_revoke(writer *w, const actor *by, slice login_or_id, slice id, err *why)
{
    act c = {.w = w, .by = by, .name = S("session.revoke")};
    if (id.len != SESSION_ID_TEXT)
        return no_session(why);
    return withdraw(&c, login_or_id, id, why);
}

status sessions_revoke(writer *w, const actor *by, slice login_or_id, err *why)
{
    act c = {.w = w, .by = by, .name = S("session.revoke-all")};
    return withdraw(&c, login_or_id, S(""), why);
}

status session_touch(writer *w, int64_t row, when now, err *why)
{
    status st = part_begin(w, why);
    if (st == OK) {
        db_stmt *q = db_query(w->d, Q_SESSION_TOUCH);
        db_bind_int(q, 1, row);
        db_bind_int(q, 2, now);
        st = db_run(q, why);
    }
    return part_end(w, st, why);
}

/* --- opening ---------------------------------------------------------------------------------- */

static status add(act *c, int of_kind, int64_t whose, const session_in *in, when until, err *why)
{
    db_stmt *q = db_query(c->w->d, Q_SESSION_ADD);
    db_bind_blob(q, 1, hash_slice(in->hash));
    db_bind_text(q, 2, slice_str(in->id));
    db_bind_int(q, 3, of_kind);
    db_bind_int(q, 4, whose);
    db_bind_text(q, 5, slice_sub(c->by->from, 0, AUDIT_WORD_MAX));
    db_bind_text(q, 6, slice_sub(in->agent, 0, SESSION_AGENT_MAX));
    db_bind_int(q, 7, c->by->now);
    db_bind_int(q, 8, until);
    return db_run(q, why);
}

/* Inside an act: the session, in the place of one before. */
static status enter(act *c, int64_t whose, const session_in *in, err *why)
{
    status st = in->before ? drop(c->w, in->before, why) : OK;
    if (st == ERR_NOT_FOUND)
        st = OK;
    if (st == OK)
        st = add(c, KIND_SESSION, whose, in, c->by->now + SESSION_HOURS_MAX * 60 * minute_ms, why);
    if (st != OK)
        return st;
    act_detail(c, " session=%s", in->id);
    db_stmt *q = db_query(c->w->d, Q_ACCOUNT_ENTERED);
    db_bind_int(q, 1, whose);
    db_bind_int(q, 2, c->by->now);
    return db_run(q, why);
}

/* Whose it is, as long as he may come in. */
static status able(act *c, arena *a, int64_t whose, login_row *ret, err *why)
{
    status st = login_by_row(c->w->d, a, whose, ret, why);
    if (st == OK)
        act_about(c, ret->who.id);
    return st == OK && ret->who.disabled
               ? err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "the account is disabled")
               : st;
}

status session_open(writer *w, const actor *by, int64_t whose, const session_in *in, slice name,
                    err *why)
{
    CLEANUP(arena_done) arena a;
    act c = {.w = w, .by = by, .name = name};
    login_row who;
    arena_init(&a, ROW_MEMORY);
    status st = act_begin(&c, why);
    if (st == OK)
        st = able(&c, &a, whose, &who, why);
    if (st == OK && in->by_password && who.totp)
        st = err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "a second factor is in use");
    if (st == OK)
        st = enter(&c, whose, in, why);
    return act_end(&c, st, why);
}

/* --- second step ------------------------------------------------------------------------------ */

status challenge_open(writer *w, const actor *by, int64_t whose, const uint8_t hash[SHA256_BYTES],
                      err *why)
{
    CLEANUP(arena_done) arena a;
    act c = {.w = w, .by = by, .name = S("login.password")};
    session_in in = {0};
    login_row who;
    arena_init(&a, ROW_MEMORY);
    memcpy(in.hash, hash, SHA256_BYTES);
    status st = act_begin(&c, why);
    if (st == OK)
        st = able(&c, &a, whose, &who, why);
    if (st == OK)
        st = add(&c, KIND_CHALLENGE, whose, &in, by->now + CHALLENGE_MINUTES * minute_ms, why);
    return act_end(&c, st, why);
}

/* How long an account waits after so many codes: doubled each time. */
static when wait_after(uint32_t failed)
{
    uint32_t over = failed > TOTP_FREE_TRIES ? failed - TOTP_FREE_TRIES : 0;
    when s = over == 0 ? 0 : over < 11 ? (when)1 << (over - 1) : TOTP_WAIT_MAX_S;
    return (s < TOTP_WAIT_MAX_S ? s : TOTP_WAIT_MAX_S) * 1000;
}

/* A code that is not looked at, as the account has to wait, does not count for it. */
static status count_try(writer *w, const login_row *who, int64_t challenge, when now, err *why)
{
    uint32_t failed = who->totp_failed + (who->totp_failed < UINT32_MAX);
    when wait = wait_after(failed);
    db_stmt *q = db_query(w->d, Q_SESSION_TRY);
    db_bind_int(q, 1, challenge);
    status st = db_run(q, why);
    if (st != OK || (who->totp_wait != WHEN_NONE && who->totp_wait > now))
        return st;
    q = db_query(w->d, Q_TOTP_COUNT);
    db_bind_int(q, 1, who->who.row);
    db_bind_int(q, 2, failed);
    db_bind_maybe(q, 3, now + wait, wait == 0);
    return db_run(q, why);
}

status challenge_try(writer *w, arena *a, const uint8_t hash[SHA256_BYTES], when now,
                     login_row *ret, unsigned *ret_wait_s, err *why)
{
    session_row s;
    login_row who;
    int64_t tries = 0;
    status st = part_begin(w, why);
    if (st == OK)
        st = find(w->d, a, hash, KIND_CHALLENGE, now, &s, &tries, why);
    if (st == OK && tries >= CHALLENGE_TRIES_MAX)
        st = no_session(why);
    if (st == OK)
        st = login_by_row(w->d, a, s.account, &who, why);
    if (st == OK && who.who.disabled)
        st = no_session(why);
    if (st == OK)
        st = count_try(w, &who, s.row, now, why);
    st = part_end(w, st, why);
    if (st == OK) {
        *ret = who;
        *ret_wait_s = who.totp_wait != WHEN_NONE && who.totp_wait > now
                          ? (unsigned)((who.totp_wait - now + 999) / 1000)
                          : 0;
    }
    return st;
}

/* Once, and no step before one that was used. */
static status use_code(writer *w, int64_t whose, int64_t step, const uint8_t *recovery, when now,
                       err *why)
{
    db_stmt *q = db_query(w->d, recovery ? Q_RECOVERY_USE : Q_TOTP_USE);
    db_bind_int(q, 1, whose);
    if (recovery) {
        db_bind_blob(q, 2, hash_slice(recovery));
        db_bind_int(q, 3, now);
    } else {
        db_bind_int(q, 2, step);
    }
    return change_one(w, q, why);
}

static status pass(act *c, arena *a, const uint8_t *hash, int64_t step, const uint8_t *recovery,
                   const session_in *in, err *why)
{
    session_row s;
    login_row who;
    int64_t tries;
    status st = find(c->w->d, a, hash, KIND_CHALLENGE, c->by->now, &s, &tries, why);
    if (st == OK)
        st = able(c, a, s.account, &who, why);
    if (st == OK)
        st = use_code(c->w, s.account, step, recovery, c->by->now, why);
    if (st == OK)
        st = drop(c->w, hash, why);
    if (st == OK && recovery)
        act_detail(c, "recovery-code");
    return st == OK ? enter(c, s.account, in, why) : st;
}

status challenge_pass(writer *w, const actor *by, const uint8_t hash[SHA256_BYTES], int64_t step,
                      const uint8_t *recovery, const session_in *in, bool *ret, err *why)
{
    CLEANUP(arena_done) arena a;
    act c = {.w = w, .by = by, .name = S("login")};
    arena_init(&a, ROW_MEMORY);
    status st = act_begin(&c, why);
    if (st == OK)
        st = pass(&c, &a, hash, step, recovery, in, why);
    st = act_end(&c, st, why);
    if (st == OK || st == ERR_NOT_FOUND)
        *ret = st == OK;
    return st == ERR_NOT_FOUND ? OK : st;
}

/* --- first run -------------------------------------------------------------------------------- */

static status no_admin_yet(db *d, err *why)
{
    bool row;
    db_stmt *q = db_query(d, Q_ACCOUNT_ADMIN);
    db_bind_int(q, 1, 0);
    status st = db_step(q, &row, why);
    db_reset(q);
    return st == OK && row ? err_set(why, ERR_BUSY, ERR_NOWHERE, "there is an admin already") : st;
}

static status check_first(db *d, arena *a, const uint8_t *hash, when now, err *why)
{
    session_row s;
    int64_t tries;
    status st = no_admin_yet(d, why);
    if (st == OK)
        st = find(d, a, hash, KIND_FIRST_RUN, now, &s, &tries, why);
    return st == ERR_NOT_FOUND ? err_set(why, ERR_FORBIDDEN, ERR_NOWHERE,
                                         "that is not the token of the first run, or it is over")
                               : st;
}

status first_put(writer *w, const actor *by, const uint8_t hash[SHA256_BYTES], err *why)
{
    act c = {.w = w, .by = by, .name = S("first-run.token")};
    session_in in = {0};
    memcpy(in.hash, hash, SHA256_BYTES);
    status st = act_begin(&c, why);
    if (st == OK)
        st = no_admin_yet(w->d, why);
    if (st == OK)
        st = sessions_end(w, 0, 0, why); /* nobody's are the tokens before */
    if (st == OK)
        st = add(&c, KIND_FIRST_RUN, 0, &in, by->now + FIRST_RUN_MINUTES * minute_ms, why);
    return act_end(&c, st, why);
}

status first_check(accounts *r, const uint8_t hash[SHA256_BYTES], when now, err *why)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, ROW_MEMORY);
    return check_first(r->d, &a, hash, now, why);
}

status first_use(writer *w, const actor *by, const uint8_t hash[SHA256_BYTES],
                 const account_in *admin, const session_in *in, char ret_id[ACCOUNT_ID_TEXT + 1],
                 err *why)
{
    CLEANUP(arena_done) arena a;
    act c = {.w = w, .by = by, .name = S("first-run")};
    int64_t row;
    arena_init(&a, ROW_MEMORY);
    status st = act_begin(&c, why);
    if (st == OK)
        st = check_first(w->d, &a, hash, by->now, why);
    if (st == OK)
        st = drop(w, hash, why);
    if (st == OK)
        st = account_put(&c, admin, &row, why);
    if (st == OK)
        st = enter(&c, row, in, why);
    st = act_end(&c, st, why);
    if (st == OK)
        memcpy(ret_id, c.room, sizeof c.room);
    return st;
}

/* --- key --------------------------------------------------------------------------------------*/

static status read_key(db *d, uint8_t *ret, err *why)
{
    bool row;
    db_stmt *q = db_query(d, Q_META_GET);
    db_bind_text(q, 1, S("device_key"));
    status st = db_step(q, &row, why);
    if (st == OK && (!row || !hash_unhex(db_text(q, 0), ret, SHA256_BYTES)))
        st = err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "the store has no key for devices");
    db_reset(q);
    return st;
}

static status make_key(const store *s, db *d, uint8_t *ret, err *why)
{
    char hex[HASH_HEX_MAX];
    random_source r = s->options.random;
    status st = begin_in_turn(s, d, why);
    if (st != OK)
        return st;
    r.fill(r.ctx, ret, SHA256_BYTES);
    db_stmt *q = db_query(d, Q_META_ADD); /* of two who make one, the first */
    db_bind_text(q, 1, S("device_key"));
    db_bind_text(q, 2, slice_str(hash_hex(ret, SHA256_BYTES, hex)));
    if ((st = db_run(q, why)) == OK)
        st = db_commit(d, why);
    if (st != OK)
        db_rollback(d);
    return st == OK ? read_key(d, ret, why) : st;
}

status sessions_key(store *s, uint8_t ret[SHA256_BYTES], err *why)
{
    db *d = NULL;
    uint8_t key[SHA256_BYTES];
    status st = store_connect_small(s, &d, why);
    if (st == OK && (st = read_key(d, key, why)) == ERR_NOT_FOUND)
        st = make_key(s, d, key, why);
    db_close(d);
    if (st == OK)
        memcpy(ret, key, SHA256_BYTES);
    return st;
}

/* --- sweeping --------------------------------------------------------------------------------- */

status sessions_sweep(writer *w, when now, err *why)
{
    const struct {
        query q;
        when before;
    } rows[] = {{Q_SESSIONS_OVER, now}, {Q_SESSIONS_IDLE, idle_before(now)}, {Q_REPLAY_OVER, now}};
    status st = part_begin(w, why);
    for (size_t i = 0; st == OK && i < COUNT_OF(rows); i++) {
        db_stmt *q = db_query(w->d, rows[i].q);
        db_bind_int(q, 1, rows[i].before);
        st = db_run(q, why);
    }
    return part_end(w, st, why);
}
