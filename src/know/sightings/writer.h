/* writer.h - the state of who writes sightings. Private to know/sightings.
 * Uses: table, manifest, keys. Used by: sightings_write.c, sightings_fold.c. */
#ifndef NOROSHI_KNOW_SIGHTINGS_WRITER_H
#define NOROSHI_KNOW_SIGHTINGS_WRITER_H

#include "know/sightings/keys.h"
#include "know/sightings/manifest.h"
#include "know/sightings/table.h"
#include "know/sightings_write.h"

enum {
    SIGHT_CLASS_MIN = 1 << 12, /* buckets of the smallest class, fewer than that */
    SIGHT_CLASS_RATIO = 8,
    SIGHT_CLASS_SEGMENTS = 4,    /* so many of one class become one */
    SIGHT_SEGMENT_MAX = 1 << 26, /* buckets that a fold makes one, at most */
    SIGHT_SEEN_SLOTS = 1024      /* twice SIGHTINGS_POSITION_VALUES */
};

/* Values of one position: which were counted. */
typedef struct sight_seen {
    struct {
        uint64_t place;
        uint32_t round;
        uint8_t rest;
    } at[SIGHT_SEEN_SLOTS];
    uint32_t round, count, source;
    uint64_t offset;
} sight_seen;

struct sightings_writer {
    sightings_writer_options o;
    char folder[SIGHT_PATH_ROOM];
    int lock;
    slots_secret secret;
    sight_manifest m; /* as committed */
    uint64_t generation;
    sight_table *table;
    sight_row pending[SIGHTINGS_PENDING_MAX + 1]; /* written, not committed */
    size_t pending_count;
    sight_source *sources; /* as they will be, and texts */
    uint8_t *used;         /* of each: by this writer */
    uint32_t source_count, source_room, next_source, last_source;
    buf texts;
    sight_seen *seen;
    sight_memo *memo;
    when now;
    uint64_t events, redated, too_old; /* as they will be */
    uint64_t flushed, folded, written_bytes;
    bool job; /* one is under way */
};

/* Names only what is committed, with other rows and days: for folds and expiry. Files that it does
 * not name any more are removed. */
status sight_writer_replace(sightings_writer *w, sight_manifest *next, err *why) NODISCARD;

#endif
