/* replay.h - idempotency keys: a write that is sent a second time is answered as the first was.
 *
 *     replay_key k = {.account = who.user, .organisation = ..., .clearance = ..., .key = header};
 *     replay_get(r, &a, &k, now, &before, why)        // ERR_NOT_FOUND: do it
 *     writer_together(w, why); ...; replay_put(w, &k, &answer, now, why); writer_sync(w, why);
 *
 * Uses: accounts, write. Used by: the API.
 * A key is of one account with one organisation and clearance: nobody else's answers come out, nor
 * one's own of a time when one saw more. Between writer_together and writer_sync the answer is
 * kept with the write itself: after a kill both are there, or neither. */
#ifndef NOROSHI_KNOW_REPLAY_H
#define NOROSHI_KNOW_REPLAY_H

#include "know/accounts.h"

enum { REPLAY_KEY_MAX = 128, REPLAY_BODY_MAX = 64 << 10, REPLAY_HOURS = 24 };

typedef struct replay_key {
    int64_t account; /* its row */
    slice organisation;
    tlp clearance;
    slice key;                     /* as the client sent it */
    uint8_t request[SHA256_BYTES]; /* of method, path, query and body */
} replay_key;

typedef struct replay_answer {
    int status; /* the caller's number, such as HTTP's */
    slice body;
} replay_answer;

/*   ERR_NOT_FOUND  not seen, or expired
 *   ERR_INPUT      the key was used for another request */
status replay_get(accounts *r, arena *a, const replay_key *k, when now, replay_answer *ret,
                  err *why) NODISCARD;
/* ERR_BUSY: somebody was faster with the same key: nothing is written; replay_get has his answer.
 * ERR_LIMIT: the key is over REPLAY_KEY_MAX, the body over REPLAY_BODY_MAX. */
status replay_put(writer *w, const replay_key *k, const replay_answer *answer, when now,
                  err *why) NODISCARD;

#endif
