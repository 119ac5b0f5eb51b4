/* retro_values.h - which of very many values were seen here: found while a set is loaded.
 *
 *     retro_values_new(store, &v, why);
 *     ... retro_values_add(v, keys, count, why) for all values of the set ...
 *     settle_set(&o, v, &found, why);                    // when the set is there
 *     retro_values_free(v);
 *
 * Uses: know/sightings. Used by: watch/retro, cmd (import --set), serve.
 * A set keeps hashes of its values, and sightings keep others: what stands in both can only be
 * found when the values go by. Filters tell that most were never seen, for 0.1 to 0.3 us
 * each; memory does not grow with the set. docs/decisions/0235-values-go-by.md. */
#ifndef NOROSHI_WATCH_RETRO_VALUES_H
#define NOROSHI_WATCH_RETRO_VALUES_H

#include "know/store.h"
#include "model/fact.h"

enum { RETRO_VALUES_BYTES = 64 << 20 /* of those that were seen: a million of the longest */ };

typedef struct retro_values retro_values;

/* *ret NULL: no telemetry was ever read, there is nothing to find. */
status retro_values_new(const store *s, retro_values **ret, err *why) NODISCARD;
retro_values *retro_values_free(retro_values *v); /* NULL is fine */
/* Keeps those that were seen here, or below or inside which something was. ctx is v, as
 * set_import_options.on_keys wants it.  ERR_LIMIT: memory; else the sightings' */
status retro_values_add(void *ctx, const fact_key *keys, size_t count, err *why) NODISCARD;

typedef struct retro_values_counts {
    uint64_t asked; /* of kinds that telemetry has */
    uint64_t left;  /* seen, and not kept: over RETRO_VALUES_BYTES */
} retro_values_counts;
retro_values_counts retro_values_count(const retro_values *v);
/* Those that are kept, in their order. */
status retro_values_each(const retro_values *v,
                         status (*on_value)(void *ctx, node_ref value, err *why), void *ctx,
                         err *why) NODISCARD;

#endif
