/* segment.h - buckets of many values in one file: written once in the order of their keys, mapped,
 * one cache line of a filter for a miss. Private to know/sightings.
 *
 *     sight_segment *s; sight_segment_open(path, seed_check, &s, why);
 *     sight_segment_find(s, key, on_bucket, ctx, why);
 *     sight_walk w; sight_walk_begin(&w, s); while (sight_walk_next(&w)) ... w.key, w.bucket
 *
 * Uses: bucket, slots_hash, slots_stream, base/file. Used by: sightings*.c.
 * docs/formats/sightings.md has the bytes. What is read is never trusted: what cannot be is
 * ERR_INPUT, and nothing outside the file is touched. Reading is thread-safe. */
#ifndef NOROSHI_KNOW_SIGHTINGS_SEGMENT_H
#define NOROSHI_KNOW_SIGHTINGS_SEGMENT_H

#include "base/file.h"
#include "base/mapping.h"
#include "know/sightings/bucket.h"
#include "know/slots_stream.h"

enum {
    SIGHT_ID = 16,
    SIGHT_VERSION = 1,
    SIGHT_FILTER_BITS = 12,  /* a key */
    SIGHT_DAY_MAX = 1 << 16, /* days since 1970 that a bucket may be of */
    SIGHT_PATH_ROOM = 4352,
    SIGHT_PLACE_BYTES = 1024 /* of buckets that stand together, about, at most */
};

/* The end of the file. */
typedef struct sight_trailer {
    char magic[8];          /* "NRSIGHT1" */
    uint32_t version, bits; /* of a key that its place says */
    uint64_t keys, buckets, data_bytes, filter_blocks, file_bytes, block_sums, sums_sum;
    uint64_t seed_check;
    int32_t day_first, day_last;
    uint32_t days; /* rows */
    uint32_t source_first;
    uint32_t wide; /* 8: the directory has eight bytes a place; else 4 */
    uint32_t zero;
    uint64_t sum;
} sight_trailer;

typedef struct sight_day {
    int32_t day;
    uint32_t zero;
    uint64_t buckets;
} sight_day;

_Static_assert(sizeof(sight_trailer) == 112 && sizeof(sight_day) == 16, "no holes");

/* Where its parts begin. */
typedef struct sight_layout {
    uint64_t directory, filter, days, sums, end;
} sight_layout;
sight_layout sight_place_parts(const sight_trailer *t);

typedef struct sight_segment {
    mapping *map;
    sight_trailer t;
    sight_frame frame;
    const uint8_t *data;
    const void *directory;
    const uint32_t *filter;
    const sight_day *days;
    const uint64_t *sums;
} sight_segment;

/* Of a seed: what a file may say of it. */
uint64_t sight_seed_check(const uint8_t seed[SLOTS_SEED]);

/* Maps it and checks trailer and size. ERR_NOT_FOUND; ERR_INPUT: damaged, or of another seed. */
status sight_segment_open(const char *path, uint64_t seed_check, sight_segment **ret,
                          err *why) NODISCARD;
sight_segment *sight_segment_close(sight_segment *s);
/* Reads all: sums, order, counts, filter. ERR_INPUT: damaged, `at` an offset. */
status sight_segment_verify(const sight_segment *s, const uint8_t seed[SLOTS_SEED],
                            err *why) NODISCARD;
/* The sums alone: that the bytes are those that were written. */
status sight_segment_sums(const sight_segment *s, const uint8_t seed[SLOTS_SEED],
                          err *why) NODISCARD;
/* Buckets of days before that one. */
uint64_t sight_segment_before(const sight_segment *s, int32_t day);

/* The filter's block of a key, to be fetched; what it says: false is certain. */
static inline const uint32_t *sight_filter_block(const sight_segment *s, sight_key k)
{
    return s->filter + slots_scale(k.place, s->t.filter_blocks) * (SLOTS_FILTER / 4);
}
bool sight_filter_has(const sight_segment *s, sight_key k);

/* Has the kernel fetch what sight_segment_find will want of a key: its filter's block, then where
 * it stands, then what stands there. The third reads the second. */
typedef enum sight_part { SIGHT_PART_FILTER, SIGHT_PART_PLACE, SIGHT_PART_DATA } sight_part;
void sight_segment_expect(const sight_segment *s, sight_key key, sight_part part);

/* Every bucket of a key, by day. ERR_INPUT: damaged there. */
status sight_segment_find(const sight_segment *s, sight_key key,
                          status (*on_bucket)(void *ctx, const sight_bucket *b, err *why),
                          void *ctx, err *why) NODISCARD;

/* All of it in order. */
typedef struct sight_walk {
    const sight_segment *s;
    uint64_t next_place, end_place; /* of places */
    sight_cursor c;
    bool more; /* the key has another bucket */
    sight_key key;
    sight_bucket bucket;
} sight_walk;

void sight_walk_begin(sight_walk *w, const sight_segment *s);
bool sight_walk_next(sight_walk *w); /* false: the end, or c.bad */
status sight_damaged(uint64_t at, const char *what, err *why);

/* --- making --------------------------------------------------------------------------------- */

typedef struct sight_plan {
    uint64_t keys, bytes; /* about: different keys, bytes of buckets without keys */
    int32_t day_first, day_last;
    uint32_t source_first;
} sight_plan;

typedef struct sight_row {
    uint8_t id[SIGHT_ID];
    uint64_t keys, buckets, bytes;
    int32_t day_first, day_last;
} sight_row;

/* One under way. */
typedef struct sight_maker {
    slots_stream out;
    sight_frame frame;
    uint64_t seed_check;
    uint64_t *places; /* where each begins */
    uint64_t place;   /* the one under way */
    uint32_t *filter;
    uint64_t filter_blocks;
    sight_day *days; /* by day - day_first */
    uint64_t keys, buckets;
    sight_key key; /* and a bucket of it that waits for whether there is another */
    sight_bucket waiting;
    int32_t before;
    bool any;
} sight_maker;

/* After an error, too, it wants to be closed. ERR_LIMIT: memory. */
status sight_maker_open(sight_maker *m, const fs *disk, const char *path,
                        const uint8_t seed[SLOTS_SEED], const sight_plan *plan, err *why) NODISCARD;
/* In the order of keys, then days, each once, inside the plan's days. */
status sight_maker_put(sight_maker *m, sight_key key, const sight_bucket *b, err *why) NODISCARD;
/* Writes the rest and syncs. *ret but its id. */
status sight_maker_finish(sight_maker *m, sight_row *ret, err *why) NODISCARD;
void sight_maker_close(sight_maker *m); /* closed already is fine */

#endif
