/* tokens.c - tokens of programs: see tokens.h. */
#include "know/tokens.h"
#include "know/accounts_private.h"
#include "model/ip.h"

#include <stdlib.h>

enum { ROW_MEMORY = 1 << 16 };

static when when_at(db_stmt *q, int column)
{
    return db_is_null(q, column) ? WHEN_NONE : db_int(q, column);
}

static status read_row(db_stmt *q, arena *a, token_row *ret, err *why)
{
    slice id = db_text(q, 1), hash = db_text(q, 2);
    token_row t = {.row = db_int(q, 0),
                   .account = db_int(q, 3),
                   .scopes = (rights)db_int(q, 6) & RIGHTS_ALL,
                   .clearance = (tlp)db_int(q, 7),
                   .created = db_int(q, 10),
                   .used = when_at(q, 11),
                   .until = db_int(q, 12),
                   .revoked = when_at(q, 13)};
    if (id.len != TOKEN_ID_TEXT || hash.len != SHA256_BYTES || t.clearance >= TLP_COUNT_)
        return err_set(why, ERR_INTERNAL, ERR_NOWHERE, "row %lld of the tokens", (long long)t.row);
    memcpy(t.id, id.ptr, id.len);
    memcpy(t.hash, hash.ptr, hash.len);
    if (!arena_copy(a, db_text(q, 4), &t.login) || !arena_copy(a, db_text(q, 5), &t.name) ||
        !arena_copy(a, db_text(q, 8), &t.organisation) || !arena_copy(a, db_text(q, 9), &t.network))
        return ARENA_SPENT(a, why);
    *ret = t;
    return OK;
}

static status find(db *d, arena *a, slice id, token_row *ret, login_row *ret_owner, err *why)
{
    bool row;
    token_row t;
    db_stmt *q = db_query(d, Q_TOKEN_FIND);
    db_bind_text(q, 1, id);
    status st = db_step(q, &row, why);
    if (st == OK)
        st = row ? read_row(q, a, &t, why)
                 : err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no such token");
    db_reset(q);
    if (st == OK)
        st = login_by_row(d, a, t.account, ret_owner, why);
    if (st == OK)
        *ret = t;
    return st;
}

/* --- what each request asks for --------------------------------------------------------------- */

/* Rows as they are stored, so that a request reads them once and the next ones do not; whether the
 * token stands is asked each time. */
enum { TOKENS_KEPT = 64, KEPT_MEMORY = 1 << 20 };
struct tokens_kept {
    arena a;
    db_mark of; /* the store's content: with another one nothing in here holds */
    size_t count;
    struct {
        token_row row;
        account owner;
    } at[TOKENS_KEPT];
};

struct tokens_kept *tokens_kept_free(struct tokens_kept *k)
{
    if (k)
        arena_done(&k->a);
    free(k);
    return NULL;
}

static bool copy_both(arena *a, token_row *t, account *who)
{
    slice *texts[] = {&t->login, &t->name, &t->organisation, &t->network};
    bool room = account_copy(a, who);
    for (size_t i = 0; room && i < COUNT_OF(texts); i++)
        room = arena_copy(a, *texts[i], texts[i]);
    return room;
}

/* Ready to be asked and to be added to; NULL: nothing can be kept. */
static struct tokens_kept *kept_of(accounts *r)
{
    db_mark now;
    struct tokens_kept *k = r->kept;
    if (!db_mark_now(r->d, &now))
        return NULL;
    if (!k && (k = r->kept = calloc(1, sizeof *k)))
        arena_init(&k->a, KEPT_MEMORY);
    if (k && (memcmp(&k->of, &now, sizeof now) != 0 || k->count == TOKENS_KEPT)) {
        arena_reset(&k->a);
        k->count = 0;
        k->of = now;
    }
    return k;
}

static bool is_kept(const struct tokens_kept *k, slice id, token_row *ret, account *ret_owner)
{
    for (size_t i = 0; k && i < k->count; i++)
        if (slice_eq(slice_str(k->at[i].row.id), id)) {
            *ret = k->at[i].row;
            *ret_owner = k->at[i].owner;
            return true;
        }
    return false;
}

/* The rows are of the content that was asked for before them, or newer: then they are read again.
 */
static void keep(struct tokens_kept *k, token_row t, account who)
{
    if (k && copy_both(&k->a, &t, &who)) {
        k->at[k->count].row = t;
        k->at[k->count++].owner = who;
    }
}

bool token_met(accounts *r, slice id)
{
    token_row t;
    account who;
    return is_kept(kept_of(r), id, &t, &who);
}

status token_find(accounts *r, arena *a, slice id, token_row *ret, account *ret_owner, err *why)
{
    token_row t;
    account who;
    login_row owner;
    struct tokens_kept *k = kept_of(r);
    if (is_kept(k, id, &t, &who)) {
        if (!copy_both(a, &t, &who))
            return ARENA_SPENT(a, why);
        *ret = t;
        *ret_owner = who;
        return OK;
    }
    status st = look_begin(r, why);
    if (st == OK)
        st = find(r->d, a, id, ret, &owner, why);
    look_end(r);
    if (st != OK)
        return st;
    *ret_owner = owner.who;
    keep(k, *ret, owner.who);
    return OK;
}

status token_grant(arena *a, const token_row *t, const account *owner, grant *ret, err *why)
{
    const grant leaves = {.rights = t->scopes,
                          .clearance = t->clearance,
                          .organisation = t->organisation,
                          .all_audiences = true};
    return grant_meet(a, &owner->has, &leaves, ret, why);
}

status tokens_page(accounts *r, arena *a, int64_t whose, int64_t before, size_t max,
                   token_list *ret, err *why)
{
    bool row;
    status st;
    size_t most = max < ACCOUNT_PAGE_MAX ? max : ACCOUNT_PAGE_MAX;
    token_list list = {.at = arena_array(a, most, sizeof *list.at)};
    if (!list.at)
        return ARENA_SPENT(a, why);
    db_stmt *q = db_query(r->d, whose ? Q_TOKENS_OF : Q_TOKENS_PAGE);
    db_bind_int(q, 1, before ? before : INT64_MAX);
    db_bind_int(q, 2, (int64_t)most + 1);
    if (whose)
        db_bind_int(q, 3, whose);
    while ((st = db_step(q, &row, why)) == OK && row && !(list.more = list.count == most))
        if ((st = read_row(q, a, &list.at[list.count++], why)) != OK)
            break;
    db_reset(q);
    if (st == OK)
        *ret = list;
    return st;
}

/* --- making ----------------------------------------------------------------------------------- */

/* As it is kept; empty stays empty. */
static status read_network(slice text, char out[IP_NET_TEXT_MAX], err *why)
{
    ip_net net;
    unsigned changed;
    out[0] = 0;
    if (!text.len)
        return OK;
    status st = ip_net_parse(text, &net, &changed, why);
    if (st == OK)
        ip_net_print(&net, out);
    return st == OK ? OK : err_wrap(why, st, "network");
}

static status check(const token_in *in, when now, err *why)
{
    status st = name_check("name", in->name, why);
    if (st != OK)
        return st;
    if (!in->scopes || in->scopes & ~RIGHTS_ALL)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a token needs a scope");
    if (in->until <= now)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the token would be over already");
    if (in->until - now > TOKEN_DAYS_MAX * WHEN_DAY)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "a token lives at most %d days",
                       TOKEN_DAYS_MAX);
    return OK;
}

/* Nobody gives what he lacks, nor what its owner lacks. */
static status check_given(const act *c, const token_row *t, const account *owner, err *why)
{
    const grant wanted = {.rights = t->scopes,
                          .clearance = t->clearance,
                          .organisation =
                              t->organisation.len ? t->organisation : owner->has.organisation,
                          .audiences = owner->has.audiences,
                          .audience_count = owner->has.audience_count,
                          .all_audiences = owner->has.all_audiences};
    if (!grant_covers(&owner->has, &wanted) || !grant_covers(c->by->has, &wanted))
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "that is more than there is to give");
    return OK;
}

static status insert(act *c, const token_row *t, when until, err *why)
{
    int64_t organisation;
    status st = organisation_row(c->w->d, t->organisation, &organisation, why);
    if (st != OK)
        return st;
    db_stmt *q = db_query(c->w->d, Q_TOKEN_ADD);
    db_bind_text(q, 1, slice_str(t->id));
    db_bind_blob(q, 2, slice_of((const char *)t->hash, SHA256_BYTES));
    db_bind_int(q, 3, t->account);
    db_bind_text(q, 4, t->name);
    db_bind_int(q, 5, t->scopes);
    db_bind_int(q, 6, t->clearance);
    db_bind_maybe(q, 7, organisation, !organisation);
    db_bind_text(q, 8, t->network);
    db_bind_int(q, 9, c->by->now);
    db_bind_int(q, 10, until);
    return db_run(q, why);
}

static void tell(act *c, const token_row *t)
{
    char scopes[RIGHTS_TEXT_MAX], day[WHEN_TEXT_MAX];
    act_detail(c, "token=%s scopes=%s clearance=%s until=%s", t->id, rights_text(t->scopes, scopes),
               tlp_name(t->clearance), when_date(t->until, day));
    if (t->network.len)
        act_detail(c, " network=%.*s", SLICE_FMT(t->network));
    if (t->organisation.len)
        act_detail(c, " organisation=%.*s", SLICE_FMT(t->organisation));
}

static status add(act *c, arena *a, slice owner, token_row *t, err *why)
{
    login_row who;
    status st = login_to_change(c, a, owner, &who, why);
    if (st != OK)
        return st;
    tell(c, t);
    t->account = who.who.row;
    st = check_given(c, t, &who.who, why);
    return st == OK ? insert(c, t, t->until, why) : st;
}

status token_add(writer *w, const actor *by, slice owner, const token_in *in,
                 const char id[TOKEN_ID_TEXT + 1], const uint8_t hash[SHA256_BYTES], err *why)
{
    CLEANUP(arena_done) arena a;
    act c = {.w = w, .by = by, .name = S("token.add")};
    char network[IP_NET_TEXT_MAX];
    token_row t = {.name = in->name,
                   .scopes = in->scopes,
                   .clearance = in->clearance,
                   .organisation = in->organisation,
                   .until = in->until};
    arena_init(&a, ROW_MEMORY);
    memcpy(t.id, id, sizeof t.id);
    memcpy(t.hash, hash, sizeof t.hash);
    status st = check(in, by->now, why);
    if (st == OK)
        st = read_network(in->network, network, why);
    if (st != OK)
        return st;
    t.network = slice_str(network);
    st = act_begin(&c, why);
    if (st == OK)
        st = add(&c, &a, owner, &t, why);
    return act_end(&c, st, why);
}

/* --- ending ----------------------------------------------------------------------------------- */

static status withdraw(act *c, arena *a, slice id, err *why)
{
    token_row t;
    login_row owner;
    status st = find(c->w->d, a, id, &t, &owner, why);
    if (st != OK)
        return st;
    act_about(c, owner.who.id);
    act_detail(c, "token=%s", t.id);
    /* of others nobody learns even that they are there who does not manage accounts */
    if (hidden_from(c->by->has, owner.who.has.organisation) ||
        (!rights_have(c->by->has->rights, RIGHT_USERS) &&
         !slice_eq(c->by->who, slice_str(owner.who.id))))
        return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no such token");
    if ((st = may_touch(c->by, &owner.who, why)) != OK)
        return st;
    db_stmt *q = db_query(c->w->d, Q_TOKEN_REVOKE);
    db_bind_int(q, 1, t.row);
    db_bind_int(q, 2, c->by->now);
    st = change_one(c->w, q, why);
    return st == ERR_NOT_FOUND
               ? err_set(why, ERR_BUSY, ERR_NOWHERE, "token %s is revoked already", t.id)
               : st;
}

status token_revoke(writer *w, const actor *by, slice id, err *why)
{
    CLEANUP(arena_done) arena a;
    act c = {.w = w, .by = by, .name = S("token.revoke")};
    arena_init(&a, ROW_MEMORY);
    status st = act_begin(&c, why);
    if (st == OK)
        st = withdraw(&c, &a, id, why);
    return act_end(&c, st, why);
}

status token_touch(writer *w, int64_t row, when now, err *why)
{
    status st = part_begin(w, why);
    if (st == OK) {
        db_stmt *q = db_query(w->d, Q_TOKEN_TOUCH);
        db_bind_int(q, 1, row);
        db_bind_int(q, 2, now);
        st = db_run(q, why);
    }
    return part_end(w, st, why);
}
