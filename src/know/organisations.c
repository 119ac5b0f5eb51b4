/* organisations.c - organisations and teams: see accounts.h. */
#include "base/text.h"
#include "know/accounts_private.h"

#include <stdlib.h>

enum { ROW_MEMORY = 1 << 16 };

status name_check(const char *what, slice name, err *why)
{
    if (!name.len)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the %s is empty", what);
    if (name.len > ACCOUNT_NAME_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "the %s is over %d bytes", what,
                       ACCOUNT_NAME_MAX);
    size_t bad = utf8_check(name);
    slice rest = name;
    while (bad == SIZE_MAX && rest.len)
        if (!text_is_visible(utf8_next(&rest)))
            bad = name.len - rest.len;
    if (bad != SIZE_MAX || slice_trim(name).len != name.len)
        return err_set(why, ERR_INPUT, bad == SIZE_MAX ? 0 : bad,
                       "the %s has something in it that cannot be seen", what);
    return OK;
}

static status find(db *d, query q, slice name, int64_t *ret, err *why)
{
    bool row;
    db_stmt *s = db_query(d, q);
    db_bind_text(s, 1, name);
    status st = db_step(s, &row, why);
    *ret = st == OK && row ? db_int(s, 0) : 0;
    db_reset(s);
    return st;
}

status organisation_row(db *d, slice name, int64_t *ret, err *why)
{
    char room[ERR_QUOTE_MAX];
    int64_t id = 0;
    status st = name.len ? find(d, Q_ORGANISATION_FIND, name, &id, why) : OK;
    if (st == OK && name.len && !id)
        st = err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no organisation %s", err_quote(name, room));
    if (st == OK)
        *ret = id;
    return st;
}

/* A name that there is once. */
static status add_name(act *c, query look, query add, slice name, const char *what, err *why)
{
    int64_t id = 0;
    status st = name_check(what, name, why);
    if (st == OK)
        st = find(c->w->d, look, name, &id, why);
    if (st == OK && id)
        st = err_set(why, ERR_BUSY, ERR_NOWHERE, "there is such a name already");
    if (st != OK)
        return st;
    db_stmt *q = db_query(c->w->d, add);
    db_bind_text(q, 1, name);
    db_bind_int(q, 2, c->by->now);
    return db_run(q, why);
}

status organisation_add(writer *w, const actor *by, slice name, err *why)
{
    act c = {.w = w, .by = by, .name = S("organisation.add"), .what = name};
    grant of_it = {.rights = (rights)1 << RIGHT_USERS, .organisation = name};
    status st = act_begin(&c, why);
    if (st == OK)
        st = may_manage(by, &of_it, why);
    if (st == OK)
        st = add_name(&c, Q_ORGANISATION_FIND, Q_ORGANISATION_ADD, name, "name", why);
    return act_end(&c, st, why);
}

/* A query that takes a third parameter takes the organisation. */
static status page(accounts *r, arena *a, query which, const grant *has, slice after, size_t max,
                   name_list *ret, err *why)
{
    size_t most = max < ACCOUNT_PAGE_MAX ? max : ACCOUNT_PAGE_MAX;
    db_stmt *q = db_query(r->d, which);
    db_bind_text(q, 1, after);
    db_bind_int(q, 2, (int64_t)most + 1);
    if (which == Q_TEAMS_PAGE_OF)
        db_bind_text(q, 3, has->organisation);
    return names_read(q, a, most, ret, why);
}

status organisations_page(accounts *r, arena *a, const grant *has, slice after, size_t max,
                          name_list *ret, err *why)
{
    if (!has->organisation.len)
        return page(r, a, Q_ORGANISATIONS_PAGE, has, after, max, ret, why);
    slice *own = arena_array(a, 1, sizeof *own);
    if (!own || !arena_copy(a, has->organisation, own))
        return ARENA_SPENT(a, why);
    *ret = (name_list){own, max && slice_cmp(after, *own) < 0, false};
    return OK;
}

/* --- teams ------------------------------------------------------------------------------------ */

/* Requests of everybody go to them, so whoever manages one organisation does not change them. */
static status may_change_teams(const actor *by, err *why)
{
    grant nothing = {0};
    return by->has->organisation.len
               ? err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "teams are the site's own")
               : may_manage(by, &nothing, why);
}

status team_add(writer *w, const actor *by, slice name, err *why)
{
    act c = {.w = w, .by = by, .name = S("team.add"), .what = name};
    status st = act_begin(&c, why);
    if (st == OK)
        st = may_change_teams(by, why);
    if (st == OK)
        st = add_name(&c, Q_TEAM_FIND, Q_TEAM_ADD, name, "name", why);
    return act_end(&c, st, why);
}

status teams_page(accounts *r, arena *a, const grant *has, slice after, size_t max, name_list *ret,
                  err *why)
{
    return page(r, a, has->organisation.len ? Q_TEAMS_PAGE_OF : Q_TEAMS_PAGE, has, after, max, ret,
                why);
}

static status team_row(db *d, slice name, int64_t *ret, err *why)
{
    char room[ERR_QUOTE_MAX];
    status st = find(d, Q_TEAM_FIND, name, ret, why);
    if (st == OK && !*ret)
        st = err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no team %s", err_quote(name, room));
    return st;
}

static status put_member(writer *w, int64_t team, int64_t whose, bool member, err *why)
{
    db_stmt *q = db_query(w->d, member ? Q_TEAM_PUT : Q_TEAM_TAKE);
    db_bind_int(q, 1, team);
    db_bind_int(q, 2, whose);
    status st = change_one(w, q, why);
    return st == ERR_NOT_FOUND ? err_set(why, ERR_BUSY, ERR_NOWHERE, "that is so already") : st;
}

status team_put(writer *w, const actor *by, slice team, slice login_or_id, bool member, err *why)
{
    CLEANUP(arena_done) arena a;
    act c = {.w = w, .by = by, .name = member ? S("team.put") : S("team.take")};
    login_row who;
    int64_t row = 0;
    arena_init(&a, ROW_MEMORY);
    act_detail(&c, "team=%.*s", SLICE_FMT(slice_sub(team, 0, ACCOUNT_NAME_MAX)));
    status st = act_begin(&c, why);
    if (st == OK)
        st = may_change_teams(by, why); /* nobody puts himself in */
    if (st == OK)
        st = login_to_change(&c, &a, login_or_id, &who, why);
    if (st == OK)
        st = team_row(w->d, team, &row, why);
    if (st == OK)
        st = put_member(w, row, who.who.row, member, why);
    return act_end(&c, st, why);
}

static int by_name(const void *a, const void *b)
{
    return slice_cmp(*(const slice *)a, *(const slice *)b);
}

/* Of `row`, in the order of names; `of` is the organisation of Q_TEAM_MEMBERS_OF. */
static status members(db *d, query which, int64_t row, slice of, arena *a, name_list *ret, err *why)
{
    db_stmt *q = db_query(d, which);
    db_bind_int(q, 1, row);
    db_bind_int(q, 2, ACCOUNT_PAGE_MAX + 1);
    if (which == Q_TEAM_MEMBERS_OF)
        db_bind_text(q, 3, of);
    status st = names_read(q, a, ACCOUNT_PAGE_MAX, ret, why);
    if (st == OK)
        qsort(ret->at, ret->count, sizeof *ret->at, by_name);
    return st;
}

status team_members(accounts *r, arena *a, const grant *has, slice team, name_list *ret, err *why)
{
    int64_t row;
    char room[ERR_QUOTE_MAX];
    slice of = has->organisation;
    status st = look_begin(r, why);
    if (st == OK)
        st = team_row(r->d, team, &row, why);
    if (st == OK)
        st = members(r->d, of.len ? Q_TEAM_MEMBERS_OF : Q_TEAM_MEMBERS, row, of, a, ret, why);
    look_end(r);
    return st == OK && of.len && !ret->count
               ? err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no team %s", err_quote(team, room))
               : st;
}

status teams_of(accounts *r, arena *a, int64_t whose, name_list *ret, err *why)
{
    return members(r->d, Q_TEAMS_OF, whose, S(""), a, ret, why);
}
