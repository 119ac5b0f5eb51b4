/* manifest.h - the one file that says what there is: segments, sources, the caller's checkpoint.
 * Private to know/sightings.
 *
 * Uses: segment, base/file. Used by: sightings.c, sightings_write.c, sightings_fold.c.
 * docs/formats/sightings.md says the bytes in words. */
#ifndef NOROSHI_KNOW_SIGHTINGS_MANIFEST_H
#define NOROSHI_KNOW_SIGHTINGS_MANIFEST_H

#include "know/sightings.h"
#include "know/sightings/segment.h"

enum {
    SIGHT_MANIFEST_VERSION = 1,
    SIGHT_TEXTS_MAX = 8 << 20, /* bytes of all names and formats */
    SIGHT_MANIFEST_MAX = 16 << 20
};

typedef struct sight_head {
    char magic[8]; /* "NRSIGHTS" */
    uint32_t version, zero;
    uint64_t generation; /* another number with each that is written */
    uint8_t seed[SLOTS_SEED];
    int32_t expired;
    uint32_t segments, sources, next_source;
    uint64_t text_bytes, blob_bytes;
    uint64_t events, redated, too_old;
} sight_head;

typedef struct sight_source {
    uint32_t id, text_at; /* its name, then its format */
    uint16_t name_len, format_len;
    uint32_t zero;
    when from, to;
    uint64_t events;
} sight_source;

_Static_assert(sizeof(sight_head) == 96 && sizeof(sight_source) == 40 && sizeof(sight_row) == 48,
               "no holes");

typedef struct sight_manifest {
    sight_head h;
    const sight_row *rows;
    const sight_source *sources; /* by id */
    const char *texts;
    slice blob;
    char *bytes; /* what they stand in, when it owns them */
} sight_manifest;

void sight_manifest_path(const char *folder, const char *end, char out[SIGHT_PATH_ROOM]);
void sight_segment_path(const char *folder, const uint8_t id[SIGHT_ID], char out[SIGHT_PATH_ROOM]);

/* ERR_NOT_FOUND; ERR_INPUT: damaged. */
status sight_manifest_read(const fs *disk, const char *folder, sight_manifest *ret,
                           err *why) NODISCARD;
/* What was read, as it stood in the file. */
slice sight_manifest_bytes(const sight_manifest *m);
void sight_manifest_done(sight_manifest *m);
/* The generation of what is there now; 0: nothing that could be read. */
uint64_t sight_manifest_generation(const fs *disk, const char *folder);
/* Writes `next`, whose parts may be of *current, and makes *current what was written. Durable. */
status sight_manifest_replace(const fs *disk, const char *folder, const sight_manifest *next,
                              sight_manifest *current, err *why) NODISCARD;

#endif
