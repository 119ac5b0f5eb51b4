/* manifest.h - the bytes of a manifest, and an open version. Private to know/tiers.
 * Uses: tiers, slots, slots_front. Used by: tiers.c, tiers_make.c. docs/formats/tiers.md says the
 * same. */
#ifndef NOROSHI_KNOW_TIERS_MANIFEST_H
#define NOROSHI_KNOW_TIERS_MANIFEST_H

#include "base/mapping.h"
#include "know/slots_front.h"
#include "know/tiers.h"

enum { TIERS_VERSION = 1, TIERS_ID = 16 };

typedef struct tiers_manifest {
    char magic[8]; /* "NRTIERS1" */
    uint32_t version;
    uint32_t superseded; /* in no sum: set when a manifest with fewer tables has the name */
    uint32_t tables;
    int32_t expired; /* what was valid until before this day is not there; SLOTS_DAY_NONE */
    uint64_t keys, kinds[SLOTS_KINDS];
    uint8_t ids[TIERS_MAX][TIERS_ID]; /* newest first */
    uint64_t sum;                     /* SipHash of all before, under a key of zeros */
} tiers_manifest;

_Static_assert(sizeof(tiers_manifest) == 32 + 8 * SLOTS_KINDS + TIERS_MAX * TIERS_ID + 8,
               "no holes");

struct tiers {
    tiers_manifest m; /* as it was when it was opened */
    mapping *map;     /* the same, and whether it is superseded by now */
    char name[TIERS_NAME + 1];
    slots *tables[TIERS_MAX];
    slots_front *fronts[TIERS_MAX]; /* of the tables from that one on, or NULL */
    slots_probe probes[TIERS_MAX];  /* the fewest filters that cover all tables */
    size_t probe_count;
    uint32_t broken; /* the front of this table is damaged: 1 is the newest; 0: of none */
    bool ends;       /* some profile may be over */
};

/* Of filters that cover the tables from number `first` on: how many, at least. */
size_t tiers_probes_from(const tiers *t, uint32_t first);

uint64_t tiers_manifest_sum(const tiers_manifest *m);
bool tiers_manifest_sound(const tiers_manifest *m);

#endif
