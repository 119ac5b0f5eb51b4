/* oidc_enter.c - from a person of the provider to an account of ours: see oidc.h. */
#include "serve/auth_private.h"
#include "serve/oidc.h"

enum { PERSON_MEMORY = 1 << 16 };

/* What the rules do they do in the name of the configuration, whose it is to say so. That they
 * never touch an admin, nor make one, is seen to here. */
static actor by_rule(const auth_client *c, when now, const grant *whole)
{
    return (actor){.who = S("oidc"), .from = c->from, .has = whole, .now = now};
}

static status refuse(oidc_refusal *ret, oidc_refusal why_not, err *why, const char *text)
{
    *ret = why_not;
    return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "%s", text);
}

static status add(writer *w, const actor *by, const oidc_person *p, oidc_refusal *refusal, err *why)
{
    char id[ACCOUNT_ID_TEXT + 1];
    account_in in = {.login = p->login,
                     .name = p->name,
                     .role = p->rule->role,
                     .clearance = p->rule->clearance,
                     .organisation = p->rule->organisation,
                     .issuer = p->issuer,
                     .subject = p->subject};
    status st = account_add(w, by, &in, id, why);
    if ((st == ERR_INPUT || st == ERR_LIMIT) && in.name.len) {
        in.name = S(""); /* what cannot be a name here is left out */
        st = account_add(w, by, &in, id, why);
    }
    return st == ERR_BUSY
               ? refuse(refusal, OIDC_TAKEN, why, "there is an account of that login already")
               : st;
}

static status make(accounts *r, writer *w, arena *a, const actor *by, const oidc_person *p,
                   account *ret, oidc_refusal *refusal, err *why)
{
    if (p->ruled && !p->rule)
        return refuse(refusal, OIDC_GROUP, why, "no rule fits the groups in the token");
    if (!p->create)
        return refuse(refusal, OIDC_NOBODY, why, "no account has this issuer and subject");
    status st = add(w, by, p, refusal, why);
    return st == OK ? account_of_subject(r, a, p->issuer, p->subject, ret, why) : st;
}

static bool fits(const account *who, const oidc_rule *rule)
{
    return who->role == rule->role && who->has.clearance == rule->clearance &&
           slice_eq(who->has.organisation, rule->organisation);
}

/* What the groups come to now. */
static status follow(writer *w, const actor *by, const oidc_person *p, const account *who,
                     oidc_refusal *refusal, err *why)
{
    if (who->disabled)
        return refuse(refusal, OIDC_DISABLED, why, "the account is disabled");
    if (!p->ruled || who->role == USER_ADMIN)
        return OK;
    if (!p->rule)
        return refuse(refusal, OIDC_GROUP, why, "no rule fits the groups in the token");
    const account_changes changes = {.role = &p->rule->role,
                                     .clearance = &p->rule->clearance,
                                     .organisation = &p->rule->organisation};
    return fits(who, p->rule) ? OK : account_change(w, by, slice_str(who->id), &changes, why);
}

status oidc_enter(auth *s, accounts *r, writer *w, const auth_client *c, const oidc_person *person,
                  slice before, auth_entry *ret, oidc_refusal *ret_refusal, err *why)
{
    CLEANUP(arena_done) arena a;
    account who;
    oidc_refusal refusal = OIDC_DISABLED; /* what session_open refuses */
    const grant whole = grant_whole();
    const actor by = by_rule(c, auth_now(s), &whole);
    arena_init(&a, PERSON_MEMORY);
    status st = account_of_subject(r, &a, person->issuer, person->subject, &who, why);
    if (st == OK)
        st = follow(w, &by, person, &who, &refusal, why);
    else if (st == ERR_NOT_FOUND)
        st = make(r, w, &a, &by, person, &who, &refusal, why);
    if (st == OK)
        st = auth_vouched(s, w, c, &who, before, ret, why);
    if (st == ERR_NOT_FOUND || st == ERR_INPUT) { /* an organisation, say, that was never added */
        refusal = OIDC_SETUP;
        st = ERR_FORBIDDEN;
    }
    if (st == ERR_FORBIDDEN)
        *ret_refusal = refusal;
    return st;
}
