/* tries.h - how often somebody may guess: counted, and after a few made to wait. In memory.
 *
 *     uint64_t bucket[2];
 *     tries_bucket(t, account, from, bucket);
 *     if ((wait_s = tries_begin(t, bucket, now)) > 0) ...       // not looked at
 *     if (right) tries_right(t, bucket);
 *
 * Uses: base, ip. Used by: auth.
 * A bucket is an account and a place: the network of an address (/24 or /56), or a device that the
 * account came in with before. The first TRIES_FREE are free, then the wait doubles from a second
 * to TRIES_WAIT_MAX_S; a day without a try forgets. The table has TRIES_SLOTS places under a random
 * key, so nobody can aim at another's; where a place is wanted and none is free, what was tried
 * least goes. Thread-safe. */
#ifndef NOROSHI_SERVE_TRIES_H
#define NOROSHI_SERVE_TRIES_H

#include "base/hash.h"
#include "base/when.h"

enum { TRIES_FREE = 5, TRIES_WAIT_MAX_S = 900, TRIES_SLOTS = 1 << 16 };

typedef struct tries tries;
/* NULL: no memory. */
tries *tries_new(random_source random) NODISCARD;
tries *tries_free(tries *t);

/* The network of an address: its first 24 or 56 bits as text; what is no address is one of its own
 * kind. Returns out. */
enum { TRIES_NETWORK_TEXT = 48 };
const char *tries_network(slice address, char out[TRIES_NETWORK_TEXT]);
void tries_bucket(const tries *t, slice account, slice place, uint64_t ret[2]);
/* Counts a try and returns 0, or how many seconds it has to wait; then it is not counted. */
unsigned tries_begin(tries *t, const uint64_t bucket[2], when now);
/* It was right: the bucket is empty again. */
void tries_right(tries *t, const uint64_t bucket[2]);

#endif
