/* rights.h - what accounts may do: roles, rights, and grants, of which nobody gives what he lacks.
 *
 *     grant has = {user_role_rights(USER_ANALYST), TLP_AMBER, ...};
 *     if (!grant_covers(&has, &wanted)) ...              // he may not give that to anybody
 *     grant_view(&has, WHEN_NONE, now, &v);              // how he looks: lens_look(l, &v, why)
 *
 * Uses: marking. Used by: accounts, serve, cmd.
 * Which role has which right is one table in rights.c, and docs/accounts.md shows it. A grant is
 * what somebody has now: the rights of the role, the clearance, the organisation and the
 * audiences; with a token, what the token leaves of them. Grants are a lattice: grant_covers is
 * its order, grant_meet its greatest lower bound. Pure; thread-safe. */
#ifndef NOROSHI_KNOW_RIGHTS_H
#define NOROSHI_KNOW_RIGHTS_H

#include "model/marking.h"

/* Stored: numbers keep their meaning. */
typedef enum user_role {
    USER_ADMIN,
    USER_EXPERT,
    USER_ANALYST,
    USER_READER,
    USER_CUSTOMER, /* belongs to an organisation and sees no other's */
    USER_FEED,     /* a machine: fetches what is published */
    USER_ROLE_COUNT_
} user_role;

typedef enum right_id {
    RIGHT_READ,    /* look around: show, search, graph, alerts */
    RIGHT_ASK,     /* questions, also many at once */
    RIGHT_EXPORT,  /* take knowledge away as files and lists */
    RIGHT_REQUEST, /* put a question to people and read its thread */
    RIGHT_SUBMIT,  /* hand in samples */
    RIGHT_IMPORT,  /* bring documents and sets in */
    RIGHT_WATCH,   /* send telemetry */
    RIGHT_ALERT,   /* close alerts and open them again */
    RIGHT_CURATE,  /* verdicts, names, how far a source is trusted */
    RIGHT_DESK,    /* take, answer and close requests */
    RIGHT_SAMPLE,  /* have the bytes of a sample */
    RIGHT_FEED,    /* what is pulled and pushed by itself */
    RIGHT_AUDIT,   /* read the audit log */
    RIGHT_OPERATE, /* state, configuration, backup, metrics */
    RIGHT_USERS,   /* accounts, teams, organisations; sessions and tokens of others */
    RIGHT_COUNT_
} right_id;

typedef uint32_t rights; /* a set: bit 1 << right */
#define RIGHTS_ALL ((rights)(((rights)1 << RIGHT_COUNT_) - 1))

static inline bool rights_have(rights set, right_id r)
{
    return set >> r & 1;
}

const char *user_role_name(user_role r); /* "admin" "expert" ... */
status user_role_parse(slice text, user_role *ret) NODISCARD;
rights user_role_rights(user_role r);
/* "read" "ask" ...: also the scopes of tokens. */
const char *right_name(right_id r);
/* "read,ask" or "read ask"; "admin" stands for all of them.
 *   ERR_INPUT  a word that is no right, or none at all */
status rights_parse(slice text, rights *ret, err *why) NODISCARD;
enum { RIGHTS_TEXT_MAX = 160 };
/* "read,ask", in the order of the enum; "admin" for all; "" for none. Returns out. */
const char *rights_text(rights set, char out[RIGHTS_TEXT_MAX]);

/* What somebody has. A grant without rights is nothing, whatever else it says. */
typedef struct grant {
    rights rights;
    tlp clearance;
    slice organisation; /* empty: of the site itself, which sees every organisation's */
    const slice *audiences;
    size_t audience_count;
    bool all_audiences;
} grant;

/* Everything: the operator at the command line. */
grant grant_whole(void);
/* Is all that `narrow` lets somebody do and see allowed to `wide`? */
bool grant_covers(const grant *wide, const grant *narrow);
/* What both leave: in `a`, borrowing their texts. Of two different organisations: nothing.
 *   ERR_LIMIT  the budget is spent */
status grant_meet(arena *a, const grant *one, const grant *other, grant *ret, err *why) NODISCARD;
/* The view of whoever has it; borrows the grant's texts. known_at: as-of, WHEN_NONE for now. */
void grant_view(const grant *g, when known_at, when now, view *ret);

#endif
