/* sessions.h - who is in: sessions, second steps of a login, the token of the first run, as rows.
 *
 *     session_find(r, &a, hash, now, &row, &who, why);      // each request
 *     session_revoke(w, &by, who.row, id, why);             // the next request is refused
 *
 * Uses: credentials. Used by: serve/auth, which makes them; the API and cmd list and revoke.
 * What the client holds is 256 random bits; here is its SHA-256. A session ends
 * SESSION_IDLE_MINUTES after its last use, SESSION_HOURS_MAX after its beginning, when it is
 * revoked, and at once when its account is disabled or has other rights than before.
 * Transactions, the audit log, threads and errors are as in accounts.h. */
#ifndef NOROSHI_KNOW_SESSIONS_H
#define NOROSHI_KNOW_SESSIONS_H

#include "know/credentials.h"

enum {
    SESSION_ID_TEXT = 10, /* to name it in lists */
    SESSION_AGENT_MAX = 128,
    SESSION_IDLE_MINUTES = 30,
    SESSION_HOURS_MAX = 12,
    USED_COARSE_MINUTES = 1, /* how far the time of last use may be behind */
    CHALLENGE_MINUTES = 5,
    CHALLENGE_TRIES_MAX = 5,
    TOTP_FREE_TRIES = 10, /* of an account, over all challenges; then it has to wait */
    TOTP_WAIT_MAX_S = 900,
    FIRST_RUN_MINUTES = 15
};

typedef struct session_row {
    int64_t row;
    char id[SESSION_ID_TEXT + 1];
    int64_t account;
    when created, used, until;
    slice from, agent; /* of the login */
} session_row;
/* A session that stands, and whose. ERR_NOT_FOUND. */
status session_find(accounts *r, arena *a, const uint8_t hash[SHA256_BYTES], when now,
                    session_row *ret, account *ret_who, err *why) NODISCARD;
typedef struct session_list {
    session_row *at;
    size_t count;
} session_list;
/* Those that stand, newest first; at most ACCOUNT_PAGE_MAX. */
status sessions_of(accounts *r, arena *a, int64_t whose, when now, session_list *ret,
                   err *why) NODISCARD;
/* One, or all, of an account: one's own, in person, or with RIGHT_USERS those of one whom one
 * covers. */
status session_revoke(writer *w, const actor *by, slice login_or_id, slice id, err *why) NODISCARD;
status sessions_revoke(writer *w, const actor *by, slice login_or_id, err *why) NODISCARD;
/* The time of last use; no entry in the audit log. */
status session_touch(writer *w, int64_t row, when now, err *why) NODISCARD;

typedef struct session_in {
    uint8_t hash[SHA256_BYTES];
    char id[SESSION_ID_TEXT + 1];
    const uint8_t *before; /* hash of a session that ends with this; NULL: none */
    slice agent;
    bool by_password; /* and by nothing else: not where a second factor is in use by now */
} session_in;
/* Somebody came in: `act` is what the audit log calls it ("login").
 *   ERR_FORBIDDEN  the account has been disabled meanwhile, or has a second factor by now */
status session_open(writer *w, const actor *by, int64_t whose, const session_in *in, slice act,
                    err *why) NODISCARD;

/* The password was right, a code is wanted. */
status challenge_open(writer *w, const actor *by, int64_t whose, const uint8_t hash[SHA256_BYTES],
                      err *why) NODISCARD;
/* Somebody shows a challenge and a code: counted, for the challenge and for the account, before the
 * code is looked at. *ret is whose it is; *ret_wait > 0: no code of the second factor is looked at
 * for that long.
 *   ERR_NOT_FOUND  no such challenge, or it is over, or was tried too often */
status challenge_try(writer *w, arena *a, const uint8_t hash[SHA256_BYTES], when now,
                     login_row *ret, unsigned *ret_wait_s, err *why) NODISCARD;
/* The code was right: of `step`, or (recovery not NULL) one of the recovery codes. Opens the
 * session. *ret false: the step or code was used before, or is none. */
status challenge_pass(writer *w, const actor *by, const uint8_t hash[SHA256_BYTES], int64_t step,
                      const uint8_t *recovery, const session_in *in, bool *ret, err *why) NODISCARD;

/* The token of the first run; a new one replaces the last. ERR_BUSY: there is an admin. */
status first_put(writer *w, const actor *by, const uint8_t hash[SHA256_BYTES], err *why) NODISCARD;
/* Is it this one? ERR_FORBIDDEN: no, used, or over. ERR_BUSY: there is an admin. */
status first_check(accounts *r, const uint8_t hash[SHA256_BYTES], when now, err *why) NODISCARD;
/* Uses it up: makes the admin and his session, or does nothing. The same errors. */
status first_use(writer *w, const actor *by, const uint8_t hash[SHA256_BYTES],
                 const account_in *admin, const session_in *in, char ret_id[ACCOUNT_ID_TEXT + 1],
                 err *why) NODISCARD;

/* The store's own key for what browsers keep of it (device cookies): made at the first call. */
status sessions_key(store *s, uint8_t ret[SHA256_BYTES], err *why) NODISCARD;

/* Removes what is over, also of replay.h. */
status sessions_sweep(writer *w, when now, err *why) NODISCARD;

#endif
