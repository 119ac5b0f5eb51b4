/* accounting.h - what the commands about accounts have in common.
 * Uses: app, accounts, serve/auth. Used by: cmd_user, cmd_organisation, cmd_token, cmd_audit. */
#ifndef NOROSHI_CMD_ACCOUNTING_H
#define NOROSHI_CMD_ACCOUNTING_H

#include "cmd/app.h"
#include "serve/auth.h"

/* The operator at the command line: he has the database in his hands, and may do everything. */
typedef struct accounting {
    app *a;
    store *s;
    accounts *r;
    writer *w; /* NULL: only to read */
    grant whole;
    actor by;
} accounting;
/* accounting_close also after an error. */
status accounting_open(app *a, bool changes, accounting *ret, err *why) NODISCARD;
void accounting_close(accounting *x);

/* The half of auth that needs nobody to come in: hashing and making tokens. */
status accounting_auth(accounting *x, auth **ret, err *why) NODISCARD;
/* A new password for the login, hashed: from --password-file, from a terminal without echo and
 * twice, or the first line of standard input. */
status accounting_password(accounting *x, slice login, char ret[PASSWORD_HASH_MAX],
                           err *why) NODISCARD;

/* Members of JSON objects: text, null when empty; a time, null when it is WHEN_NONE; a list. */
void accounting_text(json_writer *w, const char *key, slice text);
void accounting_when(json_writer *w, const char *key, when t);
void accounting_list(json_writer *w, const char *key, const slice *items, size_t count);

#endif
