/* front.h - the bytes of a filter in front of tables, and an open one. Private to know/slots.
 * Uses: base/mapping, slots_front, slots_file. Used by: slots.c, slots_front.c.
 * docs/formats/tiers.md says the same. */
#ifndef NOROSHI_KNOW_SLOTS_FRONT_BYTES_H
#define NOROSHI_KNOW_SLOTS_FRONT_BYTES_H

#include "base/mapping.h"
#include "know/slots/file.h"
#include "know/slots_front.h"

enum { SLOTS_FRONT_VERSION = 1 };

/* The end of the file: 4096 bytes, of which these are the first and a check sum the last. Before it
 * the filter and a check sum of each block of it. */
typedef struct slots_front_trailer {
    char magic[8]; /* "NRFRONT1" */
    uint32_t version, block_bytes;
    uint8_t seed[SLOTS_SEED];
    uint64_t filter_blocks, block_sums, sums_sum, file_bytes;
    uint64_t tables;                       /* how many, newest first; each by */
    uint64_t contents[SLOTS_FRONT_TABLES]; /* the check sum of its trailer */
} slots_front_trailer;

_Static_assert(sizeof(slots_front_trailer) == 72 + 8 * SLOTS_FRONT_TABLES, "no holes");

struct slots_front {
    mapping *map;
    slots_front_trailer t;
    const uint32_t *filter;
    const uint64_t *sums;
};

#endif
