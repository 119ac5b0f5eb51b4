/* accounts.h - who may come in: organisations, teams, users.
 *
 *     accounts *r; accounts_new(store, &r, why);                    // to read, one a thread
 *     account_get(r, &a, S("hanako"), &who, why);
 *     actor by = {.who = me.id, .from = S("192.0.2.7"), .has = &mine, .now = now};
 *     account_add(w, &by, &(account_in){.login = S("hanako"), .role = USER_ANALYST, ...}, id, why);
 *
 * Uses: store, write, rights, audit. Used by: serve/auth, the API, cmd. Passwords are in
 * credentials.h, who is in in sessions.h, programs in tokens.h.
 * Reading is a short look of its own each time: what was committed is seen by the next call.
 * Changing takes the store's writer and an actor. Each function writes its entry of the audit log
 * in the same transaction and is durable on return; between writer_together and writer_sync it is
 * a part of that transaction. Whoever gives or takes needs RIGHT_USERS, and what he gives, and all
 * that the account has before and after, must be covered by what he has (rights.h). What an actor
 * may not see of accounts is not found.
 * Errors of all that change: ERR_FORBIDDEN as above, ERR_NOT_FOUND no such thing, ERR_BUSY it is
 * there already, ERR_INPUT and ERR_LIMIT a field, ERR_IO the store's.
 * Threads: an `accounts` and a writer belong to one thread. */
#ifndef NOROSHI_KNOW_ACCOUNTS_H
#define NOROSHI_KNOW_ACCOUNTS_H

#include "know/rights.h"
#include "know/write.h"

enum {
    ACCOUNT_ID_TEXT = 38, /* "user--" and 32 hex digits */
    ACCOUNT_LOGIN_MAX = 64,
    ACCOUNT_NAME_MAX = 128, /* of people, teams, organisations, audiences */
    ACCOUNT_AUDIENCES_MAX = 64,
    ACCOUNT_SUBJECT_MAX = 256, /* issuer or subject of an identity elsewhere */
    ACCOUNT_PAGE_MAX = 1000
};

typedef struct accounts accounts;

status accounts_new(store *s, accounts **ret, err *why) NODISCARD;
accounts *accounts_free(accounts *r);

/* Who does something, and what he has. */
typedef struct actor {
    slice who;        /* for the audit log: an account's id, "cli:root" */
    slice from;       /* where from: an address, "cli" */
    const grant *has; /* now */
    when now;
    bool in_person; /* by a session of his own: then his own account's secrets are his to change */
} actor;

typedef struct account {
    int64_t row;
    char id[ACCOUNT_ID_TEXT + 1];
    slice login, name;
    user_role role;
    grant has; /* what the role, clearance, organisation and audiences come to */
    bool disabled;
    bool has_password, second_factor;
    slice issuer, subject; /* who he is at an OpenID provider; empty: nobody there */
    when created, entered; /* entered: last login; WHEN_NONE: never */
} account;

/* The SHA-256 by which tokens and sessions are stored. */
void accounts_digest(accounts *r, slice secret, uint8_t ret[SHA256_BYTES]);

/* By login (any case) or by id. ERR_NOT_FOUND. */
status account_get(accounts *r, arena *a, slice login_or_id, account *ret, err *why) NODISCARD;
/* By the identity elsewhere. ERR_NOT_FOUND. */
status account_of_subject(accounts *r, arena *a, slice issuer, slice subject, account *ret,
                          err *why) NODISCARD;
/* Is there an account that is an admin, not disabled? Before that only the first run goes on. */
status accounts_ready(accounts *r, bool *ret, err *why) NODISCARD;

typedef struct account_list {
    account *at;
    size_t count;
    bool more;
} account_list;
/* By login, those behind `after` (empty: from the start) that `has` may see: all, or those of its
 * organisation. At most `max` (<= ACCOUNT_PAGE_MAX). */
status accounts_page(accounts *r, arena *a, const grant *has, slice after, size_t max,
                     account_list *ret, err *why) NODISCARD;

/* What an account is to be. The login is folded: letters, digits and . _ - @, at most
 * ACCOUNT_LOGIN_MAX bytes, so that no two look alike. A customer needs an organisation, an admin
 * must have none. An admin is always in all audiences. */
bool account_login_fits(slice login); /* as far as its spelling goes */
typedef struct account_in {
    slice login, name; /* name empty: the login */
    user_role role;
    tlp clearance;
    slice organisation; /* must be there; empty: the site's own */
    const slice *audiences;
    size_t audience_count;
    bool all_audiences;
    slice password; /* as password_hash made it (base/password.h); empty: none, so no login yet */
    slice issuer, subject;
} account_in;
status account_add(writer *w, const actor *by, const account_in *in,
                   char ret_id[ACCOUNT_ID_TEXT + 1], err *why) NODISCARD;

/* Of these only what is said changes. A change of role, clearance, organisation, audiences or
 * `disabled` ends all sessions of the account at once; its tokens follow what it has now. The last
 * admin can be neither disabled nor made another: ERR_FORBIDDEN. */
typedef struct account_changes {
    const slice *name;
    const user_role *role;
    const tlp *clearance;
    const slice *organisation;
    const slice *audiences; /* of audience_count; NULL: as they are */
    size_t audience_count;
    const bool *all_audiences;
    const bool *disabled;
    const slice *issuer, *subject; /* both or neither */
} account_changes;
status account_change(writer *w, const actor *by, slice login_or_id, const account_changes *c,
                      err *why) NODISCARD;

/* --- organisations and teams ------------------------------------------------------------------ */

typedef struct name_list {
    slice *at;
    size_t count;
    bool more;
} name_list;

/* The name is what markings carry as owner. */
status organisation_add(writer *w, const actor *by, slice name, err *why) NODISCARD;
/* By name, as accounts_page. */
status organisations_page(accounts *r, arena *a, const grant *has, slice after, size_t max,
                          name_list *ret, err *why) NODISCARD;
/* Teams are the site's: whoever is of an organisation changes none (ERR_FORBIDDEN). */
status team_add(writer *w, const actor *by, slice name, err *why) NODISCARD;
/* Whoever is of an organisation finds the teams that have somebody of it, and of these its members:
 * what else there is, is not there. */
status teams_page(accounts *r, arena *a, const grant *has, slice after, size_t max, name_list *ret,
                  err *why) NODISCARD;
/* Puts the account into the team, or takes it out. A team has no rights: it is whom requests go
 * to. ERR_BUSY: it is in (out) already. */
status team_put(writer *w, const actor *by, slice team, slice login_or_id, bool member,
                err *why) NODISCARD;
/* Logins of the members; the teams that an account is in. */
status team_members(accounts *r, arena *a, const grant *has, slice team, name_list *ret,
                    err *why) NODISCARD;
status teams_of(accounts *r, arena *a, int64_t whose, name_list *ret, err *why) NODISCARD;

#endif
