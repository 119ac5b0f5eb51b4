/* credentials.h - what proves who somebody is, as rows: passwords, second factors, sessions,
 * tokens. No secret is in them: only hashes (but for the key of a second factor).
 *
 *     session_find(r, &a, hash, &row, why);           // the next request sees a revocation
 *     token_revoke(w, &by, id, why);
 *
 * Uses: accounts. Used by: serve/auth, which makes and checks them; the API and cmd list and
 * revoke. Transactions, the audit log and errors as in accounts.h. */
#ifndef NOROSHI_KNOW_CREDENTIALS_H
#define NOROSHI_KNOW_CREDENTIALS_H

#include "know/accounts.h"

enum {
    TOKEN_ID_TEXT = 10,   /* of a token: shown, listed, in the audit log; also of a session */
    TOKEN_DAYS_MAX = 366, /* how long a token may live */
    SESSION_IDLE_MINUTES = 30,
    SESSION_HOURS_MAX = 12,
    CHALLENGE_MINUTES = 5,
    CHALLENGE_TRIES_MAX = 5,
    TOTP_KEY_BYTES = 20,
    RECOVERY_CODES = 10,
    PASSWORD_TEXT_MAX = 128, /* of a stored hash */
    USED_COARSE_MINUTES = 1  /* how far behind the time of last use may be */
};

/* --- passwords and second factors ------------------------------------------------------------- */

typedef struct login_row {
    account who;
    slice password; /* as stored; empty: none */
    bool totp;      /* a second factor is asked for */
    uint8_t totp_key[TOTP_KEY_BYTES];
    int64_t totp_step; /* last one used */
    uint32_t totp_failed;
    when totp_wait; /* no code is taken before; WHEN_NONE */
} login_row;
/* ERR_NOT_FOUND. */
status login_get(accounts *r, arena *a, slice login_or_id, login_row *ret, err *why) NODISCARD;

/* Sets it and ends all sessions of the account, but the one (0: none is kept). */
status password_put(writer *w, const actor *by, slice login_or_id, slice hash, int64_t keep,
                    err *why) NODISCARD;
/* The same password by newer parameters: nobody's act, no entry, nothing ends. */
status password_renew(writer *w, int64_t account, slice old, slice hash, err *why) NODISCARD;

/* A key that is not asked for yet; replaces one that is not. ERR_BUSY: there is one in use. */
status totp_begin(writer *w, const actor *by, int64_t account, const uint8_t key[TOTP_KEY_BYTES],
                  err *why) NODISCARD;
/* It is in use from now on: `step` was shown. recovery: hashes of the codes. */
status totp_confirm(writer *w, const actor *by, int64_t account, int64_t step,
                    uint8_t (*recovery)[SHA256_BYTES], err *why) NODISCARD;
/* Takes it off, with its codes. */
status totp_remove(writer *w, const actor *by, slice login_or_id, err *why) NODISCARD;
/* Uses up a step: false when it, or a later one, was used. */
status totp_use(writer *w, int64_t account, int64_t step, bool *ret, err *why) NODISCARD;
status recovery_use(writer *w, int64_t account, const uint8_t hash[SHA256_BYTES], bool *ret,
                    err *why) NODISCARD;
status recovery_left(accounts *r, int64_t account, unsigned *ret, err *why) NODISCARD;

/* --- sessions ------------------------------------------------------------------------------- */

typedef struct session_row {
    int64_t row;
    char id[TOKEN_ID_TEXT + 1]; /* to name it in lists */
    int64_t account;
    when created, used, until;
    slice from, agent; /* of the login */
} session_row;
/* A session that stands: not idle, not over, its account not disabled. ERR_NOT_FOUND. */
status session_find(accounts *r, arena *a, const uint8_t hash[SHA256_BYTES], when now,
                    session_row *ret, account *ret_who, err *why) NODISCARD;
typedef struct session_list {
    session_row *at;
    size_t count;
} session_list;
/* Those that stand, newest first; at most ACCOUNT_PAGE_MAX. */
status sessions_of(accounts *r, arena *a, int64_t account, when now, session_list *ret,
                   err *why) NODISCARD;
/* One, of one's own or with RIGHT_USERS; all of an account. */
status session_revoke(writer *w, const actor *by, int64_t account, slice id, err *why) NODISCARD;
status sessions_revoke(writer *w, const actor *by, slice login_or_id, err *why) NODISCARD;

/* --- tokens --------------------------------------------------------------------------------- */

typedef struct token_row {
    int64_t row;
    char id[TOKEN_ID_TEXT + 1];
    int64_t account;
    slice login; /* whose */
    slice name;  /* what it is for */
    rights scopes;
    tlp clearance;
    slice organisation;        /* narrows a token of the site; empty: the owner's */
    slice network;             /* "192.0.2.0/24"; empty: from anywhere */
    when created, used, until; /* used: WHEN_NONE never */
    when revoked;              /* WHEN_NONE: it stands */
} token_row;
typedef struct token_list {
    token_row *at;
    size_t count;
    bool more;
} token_list;
/* Also revoked and expired ones, newest first: of one account (its row), or of all that `has` may
 * see (0). before: 0 or the row of the last one. */
status tokens_page(accounts *r, arena *a, const grant *has, int64_t account, int64_t before,
                   size_t max, token_list *ret, err *why) NODISCARD;
/* One's own (`self` is the actor's account; 0: no account), or with RIGHT_USERS those one covers.
 * From the next request on it is worth nothing. */
status token_revoke(writer *w, const actor *by, int64_t self, slice id, err *why) NODISCARD;

#endif
