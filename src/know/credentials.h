/* credentials.h - what proves who somebody is: passwords and second factors, as rows. No secret is
 * in them, only hashes; but for the key of a second factor, which has to be known to check a code.
 *
 *     login_get(r, &a, S("hanako"), &row, why);
 *     password_put(w, &by, S("hanako"), hash, 0, why);
 *
 * Uses: accounts. Used by: serve/auth, which makes and checks them; cmd. Transactions, the audit
 * log, threads and errors are as in accounts.h. */
#ifndef NOROSHI_KNOW_CREDENTIALS_H
#define NOROSHI_KNOW_CREDENTIALS_H

#include "know/accounts.h"

enum { TOTP_KEY_BYTES = 20, RECOVERY_CODES = 10, PASSWORD_TEXT_MAX = 128 };

typedef struct login_row {
    account who;
    slice password; /* as stored; empty: none */
    bool totp;      /* a second factor is asked for */
    bool totp_has_key;
    uint8_t totp_key[TOTP_KEY_BYTES];
    int64_t totp_step;    /* last one used */
    uint32_t totp_failed; /* codes tried since the last right one */
    when totp_wait;       /* none is looked at before; WHEN_NONE */
} login_row;
/* ERR_NOT_FOUND. */
status login_get(accounts *r, arena *a, slice login_or_id, login_row *ret, err *why) NODISCARD;

/* Sets it and ends all sessions of the account but the one of row `keep` (0: all). Another's needs
 * RIGHT_USERS; one's own being there in person: the caller has seen the old one. */
status password_put(writer *w, const actor *by, slice login_or_id, slice hash, int64_t keep,
                    err *why) NODISCARD;
/* The same password by newer parameters: nobody's act, no entry, nothing ends. */
status password_renew(writer *w, int64_t whose, slice old, slice hash, err *why) NODISCARD;

/* A key that is not asked for yet; replaces one that is not. ERR_BUSY: there is one in use. */
status totp_begin(writer *w, const actor *by, int64_t whose, const uint8_t key[TOTP_KEY_BYTES],
                  err *why) NODISCARD;
/* In use from now on: a code of `step` was shown. codes: hashes of the recovery codes.
 *   ERR_BUSY  it is in use already, or there is no key */
status totp_confirm(writer *w, const actor *by, int64_t whose, int64_t step,
                    uint8_t (*codes)[SHA256_BYTES], err *why) NODISCARD;
/* Takes it off, with its codes. Another's needs RIGHT_USERS. */
status totp_remove(writer *w, const actor *by, slice login_or_id, err *why) NODISCARD;
status recovery_left(accounts *r, int64_t whose, unsigned *ret, err *why) NODISCARD;

#endif
