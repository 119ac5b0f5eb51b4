/* health.h - what can be asked of a store that may not be well, for doctor.
 *
 *     int schema; store_schema(s, &schema, why);
 *     health_documents d; store_documents(s, true, &d, why);
 *
 * Uses: store, blob. Used by: cmd, serve. The rest of it: store_check, index_verify, set_verify,
 * sightings_verify. One thread. */
#ifndef NOROSHI_KNOW_HEALTH_H
#define NOROSHI_KNOW_HEALTH_H

#include "know/store.h"

/* Free bytes beside the store: below the first it does not go on for long, below the second
 * somebody should know. */
#define HEALTH_ROOM_LEAST ((uint64_t)100 << 20)
#define HEALTH_ROOM_ENOUGH ((uint64_t)1 << 30)

/* The version of the database's schema. */
status store_schema(store *s, int *ret, err *why) NODISCARD;

typedef struct health_documents {
    uint64_t held, bad; /* different documents that imports brought; of those that are not whole */
    err first;          /* why the first bad one is not */
} health_documents;

/* Are their bytes there; with `deep` read them all and compare with their hashes. */
status store_documents(store *s, bool deep, health_documents *ret, err *why) NODISCARD;

/* When the newest change was published; WHEN_NONE: there was none. */
status store_newest(store *s, when *ret, err *why) NODISCARD;

#endif
