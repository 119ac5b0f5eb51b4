/* auth_private.h - what the files of auth share. Private to serve.
 * Uses: auth, tries, totp. Used by: auth.c, auth_login.c, auth_account.c,
 * oidc_enter.c. */
#ifndef NOROSHI_SERVE_AUTH_PRIVATE_H
#define NOROSHI_SERVE_AUTH_PRIVATE_H

#include "serve/auth.h"
#include "serve/tries.h"

#include <pthread.h>

enum { AUTH_MEMORY = 1 << 16, PROOF_SECONDS = 60, DEVICE_DAYS = 365 };

struct auth {
    auth_options o;
    pthread_mutex_t mutex;
    unsigned hashing; /* how many are at it */
    tries *tries;
    uint8_t device_key[SHA256_BYTES];
};

/* A new secret for somebody to keep, and its hash for the store. */
void auth_secret(const auth *s, char ret[AUTH_SECRET_TEXT + 1], uint8_t ret_hash[SHA256_BYTES]);
/* The id of a session or token: random, too. */
void auth_id(const auth *s, char ret[TOKEN_ID_TEXT + 1]);
/* Of any text; not OK: no memory. */
status auth_hash(slice text, uint8_t ret[SHA256_BYTES], err *why) NODISCARD;
/* A place to hash a password in. False: all are taken. */
bool auth_slot_take(auth *s);
void auth_slot_give(auth *s);
static inline when auth_now(const auth *s)
{
    return clock_now(s->o.clock);
}
/* Somebody was refused: recorded. Returns why that could not be done. */
status auth_refused(const auth *s, const auth_client *c, slice who, slice act, slice detail,
                    err *why) NODISCARD;
/* A session, no token; with a proof, one of the same account that is fresh. */
status auth_proved(const auth *s, const auth_proof *p, const identity *who, err *why) NODISCARD;
/* A new session: what its owner gets, and what the store does. */
void auth_session_make(const auth *s, const auth_client *c, auth_entry *e, session_in *ret);
void auth_device_make(const auth *s, slice id, auth_entry *e);
/* Somebody who has proved who he is, at the other end; with the grant of nobody. */
actor auth_actor(const auth *s, const auth_client *c, slice who);

#endif
