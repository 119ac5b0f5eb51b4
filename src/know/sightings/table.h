/* table.h - sightings that gather in memory, by value and day, until they are written. Private to
 * know/sightings.
 *
 *     sight_table *t; sight_table_new(64 << 20, &t, why);
 *     if (!sight_table_add(t, key, day, &at)) ... full: write it, sight_table_clear
 *     size_t n = sight_table_sort(t); for (i < n) sight_table_get(t, i, &key, &bucket);
 *
 * Uses: bucket. Used by: sightings_write.c.
 * One piece of memory: an eighth to find a bucket by its key, an eighth for their order, the rest
 * for buckets from its front and what those of several sightings need besides from its end. What
 * is kept is what bucket.h says, so the order of sightings does not matter. */
#ifndef NOROSHI_KNOW_SIGHTINGS_TABLE_H
#define NOROSHI_KNOW_SIGHTINGS_TABLE_H

#include "know/sightings/bucket.h"

enum { SIGHT_TABLE_MIN = 1 << 12 };

typedef struct sight_table sight_table;

/* ERR_LIMIT: memory. `bytes` SIGHT_TABLE_MIN at least; the next power of two below counts. */
status sight_table_new(size_t bytes, sight_table **ret, err *why) NODISCARD;
sight_table *sight_table_free(sight_table *t);
void sight_table_clear(sight_table *t);
size_t sight_table_count(const sight_table *t);

/* The memory that adding it will want is on its way. */
void sight_table_prefetch(const sight_table *t, sight_key key, int32_t day);
/* false: no room. Nothing is added then. */
bool sight_table_add(sight_table *t, sight_key key, int32_t day, const sight_at *at) NODISCARD;

/* Into the order of keys, then days; returns how many. Nothing is added until it is cleared or
 * opened again. */
size_t sight_table_sort(sight_table *t);
/* What a file of it will be like. It is sorted, and not empty. */
typedef struct sight_shape {
    uint64_t keys, bytes; /* different ones; of buckets without keys, about */
    int32_t day_first, day_last;
    uint32_t source_first;
} sight_shape;
sight_shape sight_table_shape(const sight_table *t);
void sight_table_reopen(sight_table *t);
void sight_table_get(const sight_table *t, size_t i, sight_key *ret_key, sight_bucket *ret);

#endif
