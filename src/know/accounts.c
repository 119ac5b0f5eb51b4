/* accounts.c - users: see accounts.h. */
#include "know/accounts_private.h"

#include <stdlib.h>

enum { KEY_BYTES = 16, ROW_MEMORY = 1 << 16 };
static const slice id_prefix = S_INIT("user--");

status accounts_new(store *s, accounts **ret, err *why)
{
    accounts *r = calloc(1, sizeof *r);
    if (!r)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    r->s = s;
    r->h = hash_new(HASH_SHA256);
    status st = r->h ? store_connect_small(s, &r->d, why)
                     : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    if (st != OK) {
        accounts_free(r);
        return st;
    }
    *ret = r;
    return OK;
}

accounts *accounts_free(accounts *r)
{
    if (r) {
        db_close(r->d);
        tokens_kept_free(r->kept);
        sessions_kept_free(r->sessions);
        hash_free(r->h);
    }
    free(r);
    return NULL;
}

void accounts_digest(accounts *r, slice secret, uint8_t ret[SHA256_BYTES])
{
    hash_update(r->h, secret);
    hash_final(r->h, ret);
}

bool account_copy(arena *a, account *who)
{
    grant *g = &who->has;
    slice *texts[] = {&who->login, &who->name, &who->issuer, &who->subject, &g->organisation};
    slice *audiences = arena_array(a, g->audience_count + 1, sizeof *audiences);
    bool room = audiences != NULL;
    for (size_t i = 0; room && i < COUNT_OF(texts); i++)
        room = arena_copy(a, *texts[i], texts[i]);
    for (size_t i = 0; room && i < g->audience_count; i++)
        room = arena_copy(a, g->audiences[i], &audiences[i]);
    g->audiences = audiences;
    return room;
}

status look_begin(accounts *r, err *why)
{
    return db_begin_read(r->d, why);
}

void look_end(accounts *r)
{
    db_rollback(r->d);
}

/* --- reading rows ----------------------------------------------------------------------------- */

static when when_at(db_stmt *q, int column)
{
    return db_is_null(q, column) ? WHEN_NONE : db_int(q, column);
}

static void put_id(const uint8_t *key, char out[ACCOUNT_ID_TEXT + 1])
{
    memcpy(out, id_prefix.ptr, id_prefix.len);
    hash_hex(key, KEY_BYTES, out + id_prefix.len);
}

static bool copy_texts(db_stmt *q, arena *a, login_row *r)
{
    return arena_copy(a, db_text(q, 2), &r->who.login) &&
           arena_copy(a, db_text(q, 3), &r->who.name) &&
           arena_copy(a, db_text(q, 6), &r->who.has.organisation) &&
           arena_copy(a, db_text(q, 9), &r->password) &&
           arena_copy(a, db_text(q, 15), &r->who.issuer) &&
           arena_copy(a, db_text(q, 16), &r->who.subject);
}

/* All but the audiences. The row may come from a store that somebody else wrote. */
static status read_row(db_stmt *q, arena *a, login_row *r, err *why)
{
    slice key = db_text(q, 1), totp = db_text(q, 10);
    int64_t role_no = db_int(q, 4), clearance = db_int(q, 5);
    if (key.len != KEY_BYTES || role_no < 0 || role_no >= USER_ROLE_COUNT_ || clearance < 0 ||
        clearance >= TLP_COUNT_ || (totp.len && totp.len != TOTP_KEY_BYTES))
        return err_set(why, ERR_INTERNAL, ERR_NOWHERE, "row %lld of the accounts",
                       (long long)db_int(q, 0));
    *r = (login_row){.who = {.row = db_int(q, 0),
                             .role = (user_role)role_no,
                             .has = {.rights = user_role_rights((user_role)role_no),
                                     .clearance = (tlp)clearance,
                                     .all_audiences = db_int(q, 7) || role_no == USER_ADMIN},
                             .disabled = !db_is_null(q, 8),
                             .has_password = db_text(q, 9).len > 0,
                             .second_factor = db_int(q, 11) != 0,
                             .created = db_int(q, 17),
                             .entered = when_at(q, 18)},
                     .totp = db_int(q, 11) != 0,
                     .totp_has_key = totp.len > 0,
                     .totp_step = db_int(q, 12),
                     .totp_failed = (uint32_t)db_int(q, 13),
                     .totp_wait = when_at(q, 14)};
    put_id((const uint8_t *)key.ptr, r->who.id);
    if (totp.len)
        memcpy(r->totp_key, totp.ptr, TOTP_KEY_BYTES);
    return copy_texts(q, a, r) ? OK : ARENA_SPENT(a, why);
}

status names_read(db_stmt *q, arena *a, size_t max, name_list *ret, err *why)
{
    bool row;
    status st;
    name_list list = {0};
    list.at = arena_array(a, max, sizeof *list.at);
    if (!list.at)
        return ARENA_SPENT(a, why);
    while ((st = db_step(q, &row, why)) == OK && row && !(list.more = list.count == max))
        if (!arena_copy(a, db_text(q, 0), &list.at[list.count++])) {
            st = ARENA_SPENT(a, why);
            break;
        }
    db_reset(q);
    if (st == OK)
        *ret = list;
    return st;
}

static status read_audiences(db *d, arena *a, account *who, err *why)
{
    name_list list;
    db_stmt *q = db_query(d, Q_AUDIENCES);
    db_bind_int(q, 1, who->row);
    status st = names_read(q, a, ACCOUNT_AUDIENCES_MAX, &list, why);
    if (st == OK) {
        who->has.audiences = list.at;
        who->has.audience_count = list.count;
    }
    return st;
}

status login_read(db *d, db_stmt *q, arena *a, login_row *ret, err *why)
{
    bool row;
    login_row r;
    status st = db_step(q, &row, why);
    if (st == OK)
        st = row ? read_row(q, a, &r, why) : ERR_NOT_FOUND;
    db_reset(q);
    if (st == OK)
        st = read_audiences(d, a, &r.who, why);
    if (st == OK)
        *ret = r;
    return st;
}

/* --- logins ----------------------------------------------------------------------------------- */

static bool login_byte(char c)
{
    return is_alnum(c) || c == '.' || c == '_' || c == '-' || c == '@';
}

/* In small letters. False: nobody can be called so. */
static bool fold_login(slice text, char out[ACCOUNT_LOGIN_MAX])
{
    if (!text.len || text.len > ACCOUNT_LOGIN_MAX || !is_alnum(text.ptr[0]) ||
        slice_starts_nocase(text, id_prefix))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (!login_byte(text.ptr[i]))
            return false;
        out[i] = to_lower(text.ptr[i]);
    }
    return true;
}

bool account_login_fits(slice login)
{
    char folded[ACCOUNT_LOGIN_MAX];
    return fold_login(login, folded);
}

status login_find(db *d, arena *a, slice text, login_row *ret, err *why)
{
    uint8_t key[KEY_BYTES];
    char login[ACCOUNT_LOGIN_MAX];
    db_stmt *q;
    if (slice_starts(text, id_prefix) &&
        hash_unhex(slice_from(text, id_prefix.len), key, KEY_BYTES)) {
        q = db_query(d, Q_ACCOUNT_BY_KEY);
        db_bind_blob(q, 1, slice_of((const char *)key, KEY_BYTES));
    } else if (fold_login(text, login)) {
        q = db_query(d, Q_ACCOUNT_BY_LOGIN);
        db_bind_text(q, 1, slice_of(login, text.len));
    } else {
        return no_account(text, why);
    }
    status st = login_read(d, q, a, ret, why);
    return st == ERR_NOT_FOUND ? no_account(text, why) : st;
}

status login_by_row(db *d, arena *a, int64_t row, login_row *ret, err *why)
{
    db_stmt *q = db_query(d, Q_ACCOUNT_BY_ROW);
    db_bind_int(q, 1, row);
    status st = login_read(d, q, a, ret, why);
    return st == ERR_NOT_FOUND ? no_account(S(""), why) : st;
}

status login_get(accounts *r, arena *a, slice login_or_id, login_row *ret, err *why)
{
    status st = look_begin(r, why);
    if (st == OK)
        st = login_find(r->d, a, login_or_id, ret, why);
    look_end(r);
    return st;
}

status account_get(accounts *r, arena *a, slice login_or_id, account *ret, err *why)
{
    login_row row;
    status st = login_get(r, a, login_or_id, &row, why);
    if (st == OK)
        *ret = row.who;
    return st;
}

status account_of_subject(accounts *r, arena *a, slice issuer, slice subject, account *ret,
                          err *why)
{
    login_row row;
    status st = look_begin(r, why);
    if (st == OK) {
        db_stmt *q = db_query(r->d, Q_ACCOUNT_BY_SUBJECT);
        db_bind_text(q, 1, issuer);
        db_bind_text(q, 2, subject);
        st = login_read(r->d, q, a, &row, why);
    }
    look_end(r);
    if (st == OK)
        *ret = row.who;
    return st == ERR_NOT_FOUND ? no_account(subject, why) : st;
}

static status other_admin(db *d, int64_t but, bool *ret, err *why)
{
    db_stmt *q = db_query(d, Q_ACCOUNT_ADMIN);
    db_bind_int(q, 1, but);
    status st = db_step(q, ret, why);
    db_reset(q);
    return st;
}

status accounts_ready(accounts *r, bool *ret, err *why)
{
    return other_admin(r->d, 0, ret, why);
}

/* --- pages ------------------------------------------------------------------------------------ */

/* 0: of all organisations, -1: of one that is not there. */
static status page_of(accounts *r, const grant *has, int64_t *ret, err *why)
{
    status st = organisation_row(r->d, has->organisation, ret, why);
    if (st == ERR_NOT_FOUND)
        *ret = -1;
    return st == ERR_NOT_FOUND ? OK : st;
}

static status read_page(accounts *r, arena *a, int64_t organisation, slice after, size_t max,
                        account_list *ret, err *why)
{
    bool row;
    status st;
    login_row each;
    account_list list = {.at = arena_array(a, max, sizeof *list.at)};
    if (!list.at)
        return ARENA_SPENT(a, why);
    db_stmt *q = db_query(r->d, organisation ? Q_ACCOUNTS_PAGE_OF : Q_ACCOUNTS_PAGE);
    db_bind_text(q, 1, after);
    db_bind_int(q, 2, (int64_t)max + 1);
    if (organisation)
        db_bind_int(q, 3, organisation);
    while ((st = db_step(q, &row, why)) == OK && row && !(list.more = list.count == max)) {
        if ((st = read_row(q, a, &each, why)) != OK)
            break;
        list.at[list.count++] = each.who;
    }
    db_reset(q);
    for (size_t i = 0; st == OK && i < list.count; i++)
        st = read_audiences(r->d, a, &list.at[i], why);
    if (st == OK)
        *ret = list;
    return st;
}

status accounts_page(accounts *r, arena *a, const grant *has, slice after, size_t max,
                     account_list *ret, err *why)
{
    int64_t organisation = 0;
    size_t most = max < ACCOUNT_PAGE_MAX ? max : ACCOUNT_PAGE_MAX;
    status st = look_begin(r, why);
    if (st == OK)
        st = page_of(r, has, &organisation, why);
    if (st == OK)
        st = read_page(r, a, organisation, after, most, ret, why);
    look_end(r);
    return st;
}

/* --- adding and changing ---------------------------------------------------------------------- */

/* What an account comes to, and whether it can be. */
typedef struct shape {
    slice name;
    user_role role;
    tlp clearance;
    slice organisation;
    const slice *audiences;
    size_t audience_count;
    bool all_audiences, disabled;
    slice issuer, subject;
} shape;

static grant grant_of(const shape *s)
{
    return (grant){.rights = user_role_rights(s->role),
                   .clearance = s->clearance,
                   .organisation = s->organisation,
                   .audiences = s->audiences,
                   .audience_count = s->audience_count,
                   .all_audiences = s->all_audiences || s->role == USER_ADMIN};
}

static status check_shape(const shape *s, err *why)
{
    status st = name_check("name", s->name, why);
    if (st == OK && s->audience_count > ACCOUNT_AUDIENCES_MAX)
        st = err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %d audiences", ACCOUNT_AUDIENCES_MAX);
    for (size_t i = 0; st == OK && i < s->audience_count; i++)
        st = name_check("audience", s->audiences[i], why);
    if (st != OK)
        return st;
    if (s->issuer.len > ACCOUNT_SUBJECT_MAX || s->subject.len > ACCOUNT_SUBJECT_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "issuer or subject over %d bytes",
                       ACCOUNT_SUBJECT_MAX);
    if (!s->issuer.len != !s->subject.len)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "issuer and subject belong together");
    if (s->role == USER_CUSTOMER && !s->organisation.len)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a customer belongs to an organisation");
    if (s->role == USER_ADMIN && s->organisation.len)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "an admin belongs to no organisation");
    return OK;
}

static void tell_shape(act *c, const shape *s)
{
    act_detail(c, " role=%s clearance=%s", user_role_name(s->role), tlp_name(s->clearance));
    if (s->organisation.len)
        act_detail(c, " organisation=%.*s", SLICE_FMT(s->organisation));
    if (s->disabled)
        act_detail(c, " disabled");
    for (size_t i = 0; i < s->audience_count; i++)
        act_detail(c, " audience=%.*s", SLICE_FMT(s->audiences[i]));
    if (s->all_audiences)
        act_detail(c, " all-audiences");
    if (s->issuer.len)
        act_detail(c, " issuer=%.*s", SLICE_FMT(s->issuer));
}

static status put_audiences(writer *w, int64_t row, const shape *s, err *why)
{
    db_stmt *q = db_query(w->d, Q_AUDIENCES_DROP);
    db_bind_int(q, 1, row);
    status st = db_run(q, why);
    for (size_t i = 0; st == OK && i < s->audience_count; i++) {
        q = db_query(w->d, Q_AUDIENCE_ADD);
        db_bind_int(q, 1, row);
        db_bind_text(q, 2, s->audiences[i]);
        st = db_run(q, why);
    }
    return st;
}

static void bind_maybe(db_stmt *q, int at, slice text)
{
    text.len ? db_bind_text(q, at, text) : db_bind_null(q, at);
}

/* Is the login, or who he is elsewhere, taken by another account? */
static status check_free(writer *w, slice login, const shape *s, int64_t but, err *why)
{
    CLEANUP(arena_done) arena a;
    login_row other;
    status st = ERR_NOT_FOUND;
    arena_init(&a, ROW_MEMORY);
    if (login.len)
        st = login_find(w->d, &a, login, &other, NULL);
    if (st == ERR_NOT_FOUND && s->issuer.len) {
        db_stmt *q = db_query(w->d, Q_ACCOUNT_BY_SUBJECT);
        db_bind_text(q, 1, s->issuer);
        db_bind_text(q, 2, s->subject);
        st = login_read(w->d, q, &a, &other, why);
        if (st == OK && other.who.row == but)
            st = ERR_NOT_FOUND;
    }
    if (st == OK)
        return err_set(why, ERR_BUSY, ERR_NOWHERE, "there is such an account already");
    return st == ERR_NOT_FOUND ? OK : st;
}

static status insert(act *c, slice login, const account_in *in, const shape *s, int64_t *ret,
                     err *why)
{
    uint8_t key[KEY_BYTES];
    char id[ACCOUNT_ID_TEXT + 1];
    random_source r = c->w->s->options.random;
    int64_t organisation;
    status st = organisation_row(c->w->d, s->organisation, &organisation, why);
    if (st != OK)
        return st;
    r.fill(r.ctx, key, sizeof key);
    db_stmt *q = db_query(c->w->d, Q_ACCOUNT_ADD);
    db_bind_blob(q, 1, slice_of((const char *)key, sizeof key));
    db_bind_text(q, 2, login);
    db_bind_text(q, 3, s->name);
    db_bind_int(q, 4, s->role);
    db_bind_int(q, 5, s->clearance);
    db_bind_maybe(q, 6, organisation, !organisation);
    db_bind_int(q, 7, s->all_audiences);
    bind_maybe(q, 8, in->password);
    bind_maybe(q, 9, s->issuer);
    bind_maybe(q, 10, s->subject);
    db_bind_int(q, 11, c->by->now);
    if ((st = db_run(q, why)) != OK)
        return st;
    *ret = db_last_id(c->w->d);
    put_id(key, id);
    act_about(c, id);
    return put_audiences(c->w, *ret, s, why);
}

static shape shape_in(const account_in *in)
{
    return (shape){.name = in->name.len ? in->name : in->login,
                   .role = in->role,
                   .clearance = in->clearance,
                   .organisation = in->organisation,
                   .audiences = in->audiences,
                   .audience_count = in->audience_count,
                   .all_audiences = in->all_audiences,
                   .issuer = in->issuer,
                   .subject = in->subject};
}

status account_put(act *c, const account_in *in, int64_t *ret_row, err *why)
{
    char login[ACCOUNT_LOGIN_MAX];
    shape s = shape_in(in);
    tell_shape(c, &s);
    if (!fold_login(in->login, login))
        return err_set(why, ERR_INPUT, ERR_NOWHERE,
                       "a login is of letters, digits and . _ - @, at most %d", ACCOUNT_LOGIN_MAX);
    status st = check_shape(&s, why);
    slice folded = slice_of(login, in->login.len);
    if (st == OK && in->password.len > PASSWORD_TEXT_MAX)
        st = err_set(why, ERR_LIMIT, ERR_NOWHERE, "hash of a password over %d bytes",
                     PASSWORD_TEXT_MAX);
    if (st == OK)
        st = check_free(c->w, folded, &s, 0, why);
    return st == OK ? insert(c, folded, in, &s, ret_row, why) : st;
}

status account_add(writer *w, const actor *by, const account_in *in,
                   char ret_id[ACCOUNT_ID_TEXT + 1], err *why)
{
    act c = {.w = w, .by = by, .name = S("user.add")};
    int64_t row;
    shape s = shape_in(in);
    grant g = grant_of(&s);
    status st = act_begin(&c, why);
    if (st == OK)
        st = may_manage(by, &g, why);
    if (st == OK)
        st = account_put(&c, in, &row, why);
    st = act_end(&c, st, why);
    if (st == OK)
        memcpy(ret_id, c.room, sizeof c.room);
    return st;
}

static shape shape_after(const account *now, const account_changes *c)
{
    shape s = {.name = c->name ? *c->name : now->name,
               .role = c->role ? *c->role : now->role,
               .clearance = c->clearance ? *c->clearance : now->has.clearance,
               .organisation = c->organisation ? *c->organisation : now->has.organisation,
               .audiences = c->audiences ? c->audiences : now->has.audiences,
               .audience_count = c->audiences ? c->audience_count : now->has.audience_count,
               .disabled = c->disabled ? *c->disabled : now->disabled,
               .issuer = c->issuer ? *c->issuer : now->issuer,
               .subject = c->subject ? *c->subject : now->subject};
    s.all_audiences =
        c->all_audiences ? *c->all_audiences : now->has.all_audiences && now->role != USER_ADMIN;
    return s;
}

static status check_last_admin(writer *w, const account *now, const shape *s, err *why)
{
    bool other = true;
    status st = OK;
    if (now->role == USER_ADMIN && !now->disabled && (s->role != USER_ADMIN || s->disabled))
        st = other_admin(w->d, now->row, &other, why);
    if (st == OK && !other)
        st = err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "%.*s is the last admin",
                     SLICE_FMT(now->login));
    return st;
}

static status update(act *c, const account *now, const shape *s, err *why)
{
    int64_t organisation;
    status st = organisation_row(c->w->d, s->organisation, &organisation, why);
    if (st != OK)
        return st;
    db_stmt *q = db_query(c->w->d, Q_ACCOUNT_SET);
    db_bind_int(q, 1, now->row);
    db_bind_text(q, 2, s->name);
    db_bind_int(q, 3, s->role);
    db_bind_int(q, 4, s->clearance);
    db_bind_maybe(q, 5, organisation, !organisation);
    db_bind_int(q, 6, s->all_audiences);
    db_bind_maybe(q, 7, c->by->now, !s->disabled);
    bind_maybe(q, 8, s->issuer);
    bind_maybe(q, 9, s->subject);
    st = db_run(q, why);
    return st == OK ? put_audiences(c->w, now->row, s, why) : st;
}

static bool same_rights(const account *now, const shape *s)
{
    grant after = grant_of(s);
    return grant_covers(&now->has, &after) && grant_covers(&after, &now->has) &&
           now->disabled == s->disabled && now->role == s->role;
}

static status change(act *c, arena *a, slice login_or_id, const account_changes *changes, err *why)
{
    login_row now;
    status st = login_find(c->w->d, a, login_or_id, &now, why);
    if (st != OK)
        return st;
    act_about(c, now.who.id);
    if (hidden_from(c->by->has, now.who.has.organisation))
        return no_account(login_or_id, why);
    shape s = shape_after(&now.who, changes);
    grant after = grant_of(&s);
    tell_shape(c, &s);
    if ((st = may_manage(c->by, &now.who.has, why)) == OK)
        st = may_manage(c->by, &after, why);
    if (st == OK)
        st = check_shape(&s, why);
    if (st == OK)
        st = check_free(c->w, S(""), &s, now.who.row, why);
    if (st == OK)
        st = check_last_admin(c->w, &now.who, &s, why);
    if (st == OK)
        st = update(c, &now.who, &s, why);
    return st == OK && !same_rights(&now.who, &s) ? sessions_end(c->w, now.who.row, 0, why) : st;
}

status account_change(writer *w, const actor *by, slice login_or_id, const account_changes *changes,
                      err *why)
{
    CLEANUP(arena_done) arena a;
    act c = {.w = w, .by = by, .name = S("user.change")};
    arena_init(&a, ROW_MEMORY);
    status st = act_begin(&c, why);
    if (st == OK)
        st = change(&c, &a, login_or_id, changes, why);
    return act_end(&c, st, why);
}
