/* accounts_private.h - what the files of accounts share. Private to know.
 * Uses: accounts, credentials, store_private, write_private. Used by: accounts.c, organisations.c,
 * credentials.c, sessions.c, tokens.c, replay.c. */
#ifndef NOROSHI_KNOW_ACCOUNTS_PRIVATE_H
#define NOROSHI_KNOW_ACCOUNTS_PRIVATE_H

#include "know/audit.h"
#include "know/sessions.h"
#include "know/write_private.h"

struct accounts {
    store *s;
    db *d;
    hash_state *h;                  /* SHA-256 */
    struct tokens_kept *kept;       /* tokens.c's; NULL: none yet */
    struct sessions_kept *sessions; /* sessions.c's, likewise */
};
struct tokens_kept *tokens_kept_free(struct tokens_kept *k); /* NULL is fine */
struct sessions_kept *sessions_kept_free(struct sessions_kept *k);
/* Its texts become copies in `a`. False: no room. */
bool account_copy(arena *a, account *who);

/* --- acts: one change with its entry of the audit log ----------------------------------------- */

enum { ACT_DETAIL_MAX = 512 };
typedef struct act {
    writer *w;
    const actor *by;
    slice name; /* "user.add" */
    slice what; /* of what it is done to; valid until act_end */
    char room[ACCOUNT_ID_TEXT + 1], detail[ACT_DETAIL_MAX];
} act;

/* A write transaction of its own is open afterwards, or a part of the one that is gathered. */
status act_begin(act *c, err *why) NODISCARD;
/* Ends it, also after an error: done, recorded and durable, or taken back whole. What was refused
 * (ERR_FORBIDDEN) is recorded as such. Returns `st`, or why it could not be recorded. */
status act_end(act *c, status st, err *why) NODISCARD;
void act_about(act *c, const char id[ACCOUNT_ID_TEXT + 1]);      /* it is done to this account */
void act_detail(act *c, const char *fmt, ...) PRINTF_LIKE(2, 3); /* appends */

/* --- who may ---------------------------------------------------------------------------------- */

/* Has RIGHT_USERS, and what he has covers `g`. ERR_FORBIDDEN. */
status may_manage(const actor *by, const grant *g, err *why) NODISCARD;
/* The account is the actor's own, who is there in person, or he may manage it. ERR_NOT_FOUND: he
 * does not see it. */
status may_touch(const actor *by, const account *who, err *why) NODISCARD;
/* Outside what an organisation's actor sees. */
bool hidden_from(const grant *has, slice organisation);
status no_account(slice login_or_id, err *why);

/* --- rows ------------------------------------------------------------------------------------- */

/* A look: several statements see one state. */
status look_begin(accounts *r, err *why) NODISCARD;
void look_end(accounts *r);

/* The row that `q`, bound, is to give. ERR_NOT_FOUND without a message: there is none. */
status login_read(db *d, db_stmt *q, arena *a, login_row *ret, err *why) NODISCARD;
status login_find(db *d, arena *a, slice login_or_id, login_row *ret, err *why) NODISCARD;
status login_by_row(db *d, arena *a, int64_t row, login_row *ret, err *why) NODISCARD;
/* The same for a change: found, seen by the actor and touched by his right. */
status login_to_change(act *c, arena *a, slice login_or_id, login_row *ret, err *why) NODISCARD;

/* 0 for none. ERR_NOT_FOUND: there is no such organisation. */
status organisation_row(db *d, slice name, int64_t *ret, err *why) NODISCARD;
/* A name of people's making: UTF-8, nothing invisible in it, not empty, ACCOUNT_NAME_MAX. */
status name_check(const char *what, slice name, err *why) NODISCARD;
/* Ends all sessions of the account but the one of row `keep`. */
status sessions_end(writer *w, int64_t whose, int64_t keep, err *why) NODISCARD;
/* Makes the row of an account, which the act is about then; without asking who may. */
status account_put(act *c, const account_in *in, int64_t *ret_row, err *why) NODISCARD;
/* A first column of texts, as a list of at most `max`. Steps the bound statement to its end. */
status names_read(db_stmt *q, arena *a, size_t max, name_list *ret, err *why) NODISCARD;
/* Runs a bound statement; ERR_NOT_FOUND without a message when it changed no row. */
status change_one(writer *w, db_stmt *q, err *why) NODISCARD;

#endif
