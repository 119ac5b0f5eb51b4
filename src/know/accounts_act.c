/* accounts_act.c - a change of accounts with its entry of the audit log: see accounts_private.h. */
#include "know/accounts_private.h"

#include <stdio.h>

status act_begin(act *c, err *why)
{
    return part_begin(c->w, why);
}

void act_about(act *c, const char id[ACCOUNT_ID_TEXT + 1])
{
    memcpy(c->room, id, ACCOUNT_ID_TEXT + 1);
    c->what = slice_str(c->room);
}

void act_detail(act *c, const char *fmt, ...)
{
    size_t n = strlen(c->detail);
    va_list args;
    va_start(args, fmt);
    vsnprintf(c->detail + n, sizeof c->detail - n, fmt, args);
    va_end(args);
}

static status record(act *c, audit_outcome outcome, err *why)
{
    return audit_add(c->w,
                     &(audit_entry){.at = c->by->now,
                                    .who = c->by->who,
                                    .from = c->by->from,
                                    .act = c->name,
                                    .what = c->what,
                                    .detail = slice_trim(slice_str(c->detail)),
                                    .outcome = outcome},
                     why);
}

status act_end(act *c, status st, err *why)
{
    if (st == OK)
        st = record(c, AUDIT_DONE, why);
    st = part_end(c->w, st, why);
    if (st != ERR_FORBIDDEN)
        return st;
    err other = {0};
    status noted = part_begin(c->w, &other);
    if (noted == OK)
        noted = record(c, AUDIT_REFUSED, &other);
    noted = part_end(c->w, noted, &other);
    if (noted != OK && why)
        *why = other;
    return noted == OK ? st : noted;
}

/* --- who may ---------------------------------------------------------------------------------- */

status may_manage(const actor *by, const grant *g, err *why)
{
    if (!rights_have(by->has->rights, RIGHT_USERS))
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "the right %s is missing",
                       right_name(RIGHT_USERS));
    if (!grant_covers(by->has, g))
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "that is more than %.*s has",
                       SLICE_FMT(slice_sub(by->who, 0, 64)));
    return OK;
}

bool hidden_from(const grant *has, slice organisation)
{
    return has->organisation.len && !slice_eq(has->organisation, organisation);
}

status may_touch(const actor *by, const account *who, err *why)
{
    if (by->in_person && slice_eq(by->who, slice_str(who->id)))
        return OK;
    return hidden_from(by->has, who->has.organisation) ? no_account(who->login, why)
                                                       : may_manage(by, &who->has, why);
}

status no_account(slice login_or_id, err *why)
{
    char room[ERR_QUOTE_MAX];
    return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no account %s", err_quote(login_or_id, room));
}

status login_to_change(act *c, arena *a, slice login_or_id, login_row *ret, err *why)
{
    status st = login_find(c->w->d, a, login_or_id, ret, why);
    if (st == OK)
        act_about(c, ret->who.id);
    return st == OK ? may_touch(c->by, &ret->who, why) : st;
}

status change_one(writer *w, db_stmt *q, err *why)
{
    status st = db_run(q, why);
    return st == OK && db_changes(w->d) == 0 ? ERR_NOT_FOUND : st;
}
