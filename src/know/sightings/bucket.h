/* bucket.h - what is remembered of one value on one day, and its bytes. Private to know/sightings.
 *
 * Uses: base, slots_hash. Used by: table.c, segment.c, segment_make.c, sightings*.c.
 * docs/formats/sightings.md says the bytes in words.
 * Of up to SIGHT_ALL sightings on a day every position is kept; of more the first two and the last
 * two. Buckets of one value and day add up, and the sum is the same in whichever order and however
 * often they were added in parts: what is kept of all is what is kept of what was kept. */
#ifndef NOROSHI_KNOW_SIGHTINGS_BUCKET_H
#define NOROSHI_KNOW_SIGHTINGS_BUCKET_H

#include "know/slots_hash.h"

enum {
    SIGHT_ALL = 8,     /* sightings a day of which all positions are kept; */
    SIGHT_ENDS = 2,    /* of more, so many at either end */
    SIGHT_THINNED = 4, /* both ends */
    SIGHT_SOURCES = 8, /* sources of a bucket that are kept, the lowest numbers */
    SIGHT_SECONDS = 86400,
    SIGHT_KEY = 9,           /* bytes of a key, */
    SIGHT_BITS_MAX = 40,     /* of which so many bits may be said by where it stands */
    SIGHT_BUCKET_BYTES = 320 /* more than any bucket has */
};

/* 72 bits of the hash of a value: two of 10^9 values meet with a chance of 10^-4, and a value that
 * never was is found among 10^10 with one of 2 * 10^-12. */
typedef struct sight_key {
    uint64_t place;
    uint8_t rest;
} sight_key;

static inline int sight_key_cmp(sight_key a, sight_key b)
{
    if (a.place != b.place)
        return a.place < b.place ? -1 : 1;
    return (int)a.rest - (int)b.rest;
}

typedef struct sight_at {
    uint64_t offset;
    uint32_t second; /* of the day */
    uint32_t source;
} sight_at;

int sight_at_cmp(const sight_at *a, const sight_at *b); /* by second, source, offset */

typedef struct sight_bucket {
    int32_t day;
    uint8_t n, source_count;
    bool more_sources;
    uint64_t count;
    uint32_t sources[SIGHT_SOURCES]; /* ascending */
    sight_at at[SIGHT_ALL];          /* n of them, in order */
} sight_bucket;

/* What is used of it. */
static inline void sight_bucket_copy(sight_bucket *to, const sight_bucket *from)
{
    memcpy(to, from, offsetof(sight_bucket, at) + from->n * sizeof *from->at);
}

/* A bucket of one sighting. */
void sight_bucket_one(sight_bucket *b, int32_t day, const sight_at *at);
/* Of the same value and day. */
void sight_bucket_add(sight_bucket *into, const sight_bucket *other);
void sight_bucket_source(sight_bucket *b, uint32_t source);

/* What the numbers of a segment are relative to. */
typedef struct sight_frame {
    int32_t day_first, day_last; /* equal: no day is written */
    uint32_t source_first;
    unsigned bits; /* of a key that its place says */
} sight_frame;

static inline size_t sight_key_bytes(unsigned bits)
{
    return SIGHT_KEY - bits / 8;
}

static inline uint64_t sight_place(sight_key key, unsigned bits)
{
    return bits ? key.place >> (64 - bits) : 0;
}

/* The lower bytes of a key, the highest first; returns how many. */
size_t sight_key_put(sight_key key, unsigned bits, uint8_t out[SIGHT_KEY]);
/* The bytes of a bucket behind its key: `before` is the day of the key's bucket before it, or
 * day_first - 1. At most SIGHT_BUCKET_BYTES. */
size_t sight_bucket_put(const sight_bucket *b, const sight_frame *f, int32_t before, bool more,
                        uint8_t out[SIGHT_BUCKET_BYTES]);

/* Reads keys and buckets of one place. What does not make sense sets `bad`, and ends it. */
typedef struct sight_cursor {
    const uint8_t *p, *end;
    uint64_t place;
    bool bad;
} sight_cursor;

/* The next key; false: there is none. */
bool sight_key_get(sight_cursor *c, unsigned bits, sight_key *ret);
/* The next bucket of that key, `before` as above. *ret_more: another follows. */
bool sight_bucket_get(sight_cursor *c, const sight_frame *f, int32_t before, sight_bucket *ret,
                      bool *ret_more);

#endif
