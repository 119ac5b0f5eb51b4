/* auth.h - who somebody is: passwords, second factors, sessions, tokens, the first run. No HTTP.
 *
 *     auth *s; auth_new(&options, &s, why);                      // one a process
 *     auth_token(s, r, &client, bearer, &a, &who, why);          // each request: who is it?
 *     identity_may(&who, RIGHT_ASK, why); identity_view(&who, WHEN_NONE, now, &v);
 *
 *     auth_login(s, r, &client, login, password, &proof, &said, why);   // slow, no writer
 *     auth_enter(s, w, &client, &proof, &entry, why);                   // quick, durable
 *     auth_second(s, w, &client, challenge, code, &entry, &said, why);
 *
 * Uses: accounts, sessions, tokens, audit, base/password, totp. Used by: serve/api, cmd.
 * Identity comes from a token or a session, nowhere else. The rights of a token are the token AND
 * its owner, now: both are read again with each request, so what is revoked, disabled or lowered
 * counts from the next request on.
 * What is slow (Argon2id, some 0.15 s and 64 MiB) takes no writer; what takes the writer is a few
 * statements and one commit. Tests: docs/accounts.md names those behind each promise.
 * Guessing: each try counts before it is looked at, per (account, network: /24 or /56); a browser
 * that this account came in with before (the device cookie) counts for itself, so nobody can lock
 * another one out (tries.h). Unknown accounts behave, and cost, as known ones.
 * Sources: NIST SP 800-63B (passwords), RFC 6238 and 4226 (codes), RFC 9106 (Argon2).
 * Threads: an auth may be shared by all; `accounts` and writers belong to one thread. */
#ifndef NOROSHI_SERVE_AUTH_H
#define NOROSHI_SERVE_AUTH_H

#include "base/password.h"
#include "know/audit.h"
#include "know/sessions.h"
#include "know/tokens.h"
#include "serve/totp.h"

/* What a token begins with. */
#define AUTH_TOKEN_BEGIN "nrs_"

enum {
    AUTH_SECRET_TEXT = 52, /* of session, challenge and first-run token: 256 random bits */
    AUTH_DEVICE_TEXT = 128,
    AUTH_TOKEN_TEXT = 4 + TOKEN_ID_TEXT + AUTH_SECRET_TEXT + 6, /* "nrs_", id, secret, check */
    AUTH_CODE_TEXT = 19                                         /* "xxxx-xxxx-xxxx-xxxx" */
};

typedef struct auth auth;

typedef struct auth_options {
    store *store;
    audit_log *audit; /* refused logins are recorded there; kept by reference */
    clock_source clock;
    random_source random;
    password_cost cost; /* zero: the built-in one. Tests take a cheap one */
    unsigned hashes;    /* at once; 0: half of the processors, at least one */
} auth_options;
/* Makes the key of device cookies if the store has none yet. */
status auth_new(const auth_options *o, auth **ret, err *why) NODISCARD;
auth *auth_free(auth *s);

/* Who is at the other end, as far as the connection shows. */
typedef struct auth_client {
    slice from;     /* numeric address without port: "192.0.2.7", "2001:db8::1" */
    slice device;   /* the device cookie; may be empty or wrong */
    slice agent;    /* User-Agent, for the list of sessions; the first 128 bytes are kept */
    bool loopback;  /* the connection itself is from this machine */
    bool forwarded; /* by a named proxy, or one that is not named: it has a header of proxies */
} auth_client;

/* --- each request ----------------------------------------------------------------------------- */

typedef enum identity_by { IDENTITY_SESSION, IDENTITY_TOKEN } identity_by;

typedef struct identity {
    identity_by by;
    int64_t row;                /* of the session or token */
    char id[TOKEN_ID_TEXT + 1]; /* likewise, for people */
    uint8_t hash[SHA256_BYTES]; /* of the session's cookie or the token */
    account who;                /* whose it is */
    grant has;                  /* what counts: the account's, with a token less */
    char from[AUDIT_WORD_MAX];  /* of a token: "192.0.2.7 token:tceqpjpjcg", for the audit log */
    bool stale;                 /* the time of last use is due: auth_touch, when convenient */
} identity;

/* By the text behind "Bearer ". Texts live in `a`.
 *   ERR_FORBIDDEN  no such token, revoked, expired, its owner disabled, not from this network:
 *                  which of them is not told. HTTP: 401 */
status auth_token(const auth *s, accounts *r, const auth_client *c, slice bearer, arena *a,
                  identity *ret, err *why) NODISCARD;
/* By the session cookie; the same. Live streams ask again with each look. */
status auth_session(const auth *s, accounts *r, slice cookie, arena *a, identity *ret,
                    err *why) NODISCARD;
/* Writes the times of last use of `count` of them, in one transaction. Sessions end
 * SESSION_IDLE_MINUTES after it. Not OK: give the writer up. */
status auth_touch(const auth *s, writer *w, const identity *who, size_t count, err *why) NODISCARD;

/* ERR_FORBIDDEN, saying which right is missing. HTTP: 403. */
status identity_may(const identity *who, right_id r, err *why) NODISCARD;
/* Borrows the identity. */
void identity_view(const identity *who, when known_at, when now, view *ret);
/* For functions that change things (know/accounts.h); borrows both. */
void identity_actor(const identity *who, const auth_client *c, when now, actor *ret);

/* The CSRF token of a session: derived from the cookie, another one for each session. */
void auth_csrf(slice cookie, char out[AUTH_SECRET_TEXT + 1]);
bool auth_csrf_right(slice cookie, slice given); /* in constant time */

/* --- coming in -------------------------------------------------------------------------------- */

typedef enum auth_word {
    AUTH_YES,
    AUTH_CODE, /* right so far; a code of the second factor is wanted: auth_second */
    AUTH_NO,   /* wrong; of what is not told */
    AUTH_WAIT, /* too many tries: not looked at. See wait_s */
    AUTH_FULL  /* all places for hashing are taken: try again in a second. HTTP: 503 */
} auth_word;

typedef struct auth_said {
    auth_word word;
    unsigned wait_s;
} auth_said;

/* What auth_login found: that somebody knew a password, just now. For the next call only. */
typedef struct auth_proof {
    int64_t account;
    char id[ACCOUNT_ID_TEXT + 1];
    bool second_factor;
    when at;
    char renewed[PASSWORD_HASH_MAX]; /* the password by today's parameters; empty: it is so */
    char old[PASSWORD_HASH_MAX];
} auth_proof;

/* Is this the password? Said in *ret, also when it is not; *ret_proof is filled with AUTH_YES and
 * AUTH_CODE. A refusal is recorded. Not OK: the store's errors only. */
status auth_login(auth *s, accounts *r, const auth_client *c, slice login, slice password,
                  auth_proof *ret_proof, auth_said *ret, err *why) NODISCARD;

typedef struct auth_entry {
    auth_word word;
    char session[AUTH_SECRET_TEXT + 1];   /* AUTH_YES: the cookie's value */
    char challenge[AUTH_SECRET_TEXT + 1]; /* AUTH_CODE: shown again with the code */
    char csrf[AUTH_SECRET_TEXT + 1];      /* AUTH_YES */
    char device[AUTH_DEVICE_TEXT];        /* AUTH_YES: the device cookie, good for a year */
    when until;
} auth_entry;

/* Opens a session (AUTH_YES), or asks for the second factor (AUTH_CODE). A session given along
 * (`before`, a cookie; may be empty) ends: nobody goes on with an id he had before. */
status auth_enter(auth *s, writer *w, const auth_client *c, const auth_proof *proof, slice before,
                  auth_entry *ret, err *why) NODISCARD;
/* The second step: a code of 6 digits, or a recovery code. *ret_entry is filled with AUTH_YES.
 * After CHALLENGE_TRIES_MAX wrong ones, or CHALLENGE_MINUTES, the challenge is gone; codes are
 * counted per account, too, over all challenges. */
status auth_second(auth *s, writer *w, const auth_client *c, slice challenge, slice code,
                   auth_entry *ret_entry, auth_said *ret, err *why) NODISCARD;
/* Opens a session for somebody whom another vouches for (oidc.h), in the place of `before`, as
 * auth_enter does. A second factor is the other's to ask for.
 *   ERR_FORBIDDEN  the account is disabled */
status auth_vouched(auth *s, writer *w, const auth_client *c, const account *who, slice before,
                    auth_entry *ret, err *why) NODISCARD;
/* He was refused, and why: recorded. From one network, of one reason, as often as somebody may
 * guess passwords: a flood is not written down. */
status auth_vouched_refused(auth *s, const auth_client *c, slice detail, err *why) NODISCARD;
/* A new id for a session whose rights are about to change; the old one is worth nothing. */
status auth_renew(auth *s, writer *w, const auth_client *c, const identity *who, auth_entry *ret,
                  err *why) NODISCARD;
status auth_leave(auth *s, writer *w, const auth_client *c, const identity *who,
                  err *why) NODISCARD;

/* Checks the rules and hashes: what account_in and password_put take. Slow, no writer.
 *   ERR_INPUT  under PASSWORD_LENGTH_MIN characters, or the login or the product's name
 *   ERR_LIMIT  over PASSWORD_BYTES_MAX; ERR_BUSY  all places for hashing are taken */
status auth_password(auth *s, slice login, slice password, char ret[PASSWORD_HASH_MAX],
                     err *why) NODISCARD;
/* One's own password, proved by the old one; other sessions end. `hash`: by auth_password. */
status auth_password_change(auth *s, writer *w, const auth_client *c, const identity *who,
                            const auth_proof *proof, slice hash, err *why) NODISCARD;

/* --- second factor ---------------------------------------------------------------------------- */

/* A new key for the account: the otpauth:// URI to be shown once, as text and as a code to scan.
 *   ERR_BUSY  a second factor is in use; ERR_FORBIDDEN  a token cannot do that */
status auth_totp_begin(auth *s, writer *w, const auth_client *c, const identity *who,
                       char ret_uri[TOTP_URI_MAX], err *why) NODISCARD;
/* The first code of it: from now on it is asked for. The recovery codes are shown once. */
status auth_totp_confirm(auth *s, accounts *r, writer *w, const auth_client *c, const identity *who,
                         slice code, char ret_codes[RECOVERY_CODES][AUTH_CODE_TEXT + 1],
                         auth_said *ret, err *why) NODISCARD;
/* Off again, proved by a password that was just shown. */
status auth_totp_remove(auth *s, writer *w, const auth_client *c, const identity *who,
                        const auth_proof *proof, err *why) NODISCARD;

/* --- tokens ----------------------------------------------------------------------------------- */

/* Is it spelled as a token is, with the right check sum? *ret_id is a part of it. */
bool auth_token_read(slice text, slice *ret_id);
/* Makes one and writes it down (token_add, know/tokens.h). The text is shown once. */
status auth_token_make(auth *s, writer *w, const actor *by, slice owner, const token_in *in,
                       char ret[AUTH_TOKEN_TEXT + 1], char ret_id[TOKEN_ID_TEXT + 1],
                       err *why) NODISCARD;

/* --- first run -------------------------------------------------------------------------------- */

/* Until accounts_ready: a token that makes the first admin. A new one replaces the last.
 *   ERR_BUSY  there is an admin */
status auth_first_make(auth *s, writer *w, char ret[AUTH_SECRET_TEXT + 1], when *ret_until,
                       err *why) NODISCARD;
/* May this client try? ERR_FORBIDDEN: not from this machine, or through a proxy; ERR_BUSY: there
 * is an admin already. Before any password is hashed for him; `token` is looked at, too. */
status auth_first_check(const auth *s, accounts *r, const auth_client *c, slice token,
                        err *why) NODISCARD;
/* Makes the admin and lets him in. Of many at once one wins, the others get ERR_BUSY.
 *   ERR_FORBIDDEN  as above, or the token is wrong, used or over */
status auth_first_use(auth *s, writer *w, const auth_client *c, slice token, slice login,
                      slice name, slice hash, auth_entry *ret, err *why) NODISCARD;

/* Removes what is over: sessions, challenges, answers kept for idempotency keys. Once a minute. */
status auth_sweep(const auth *s, writer *w, err *why) NODISCARD;

#endif
