/* slots_build.h - making a table of keys from any number of them, in any order, in a stated amount
 * of memory. Private to know.
 *
 *     slots_builder *b;
 *     slots_builder_new(&(slots_build_options){.disk = fs, .folder = tmp, .random = r}, &b, why);
 *     slots_profile_add(b, &profile, &id, why); slots_add(b, KIND_SHA256, digest, id, why); ...
 *     st = slots_build(b, "tmp/table", &counts, why);     // on the disk; the caller renames it
 *     slots_builder_free(b);
 *
 * Uses: slots, base/file. Used by: know/tiers_make.c, know/sets_load.c.
 * Keys gather in memory; full memory is sorted by a second thread and written as a run into
 * `folder` while the next one fills; in the end the runs are merged into the file in one pass. The
 * same key with the same profile counts once; with several profiles it gets a list of them; one
 * that is removed and added is added.
 * Memory: memory_bytes for keys, and the interned profiles and lists (SLOTS_PROFILES_MAX).
 * Whoever is killed leaves files in `folder` and nothing else; the caller owns and removes it. With
 * `resume` the runs that were finished count: whoever adds the same keys in the same order again is
 * spared sorting and writing them. That they are the same is checked. */
#ifndef NOROSHI_KNOW_SLOTS_BUILD_H
#define NOROSHI_KNOW_SLOTS_BUILD_H

#include "base/file.h"
#include "know/slots.h"

enum {
    SLOTS_PROFILES_MAX = 1 << 22, /* combinations of text and dates in one table */
    SLOTS_TEXT_BYTES_MAX = 64 << 20,
    SLOTS_LIST_IDS_MAX = 1 << 24, /* profiles in lists */
    SLOTS_PROFILE_TEXT_MAX = 512  /* bytes of a family or label */
};

typedef struct slots_build_options {
    const fs *disk;
    const char *folder; /* exists; for runs */
    random_source random;
    const uint8_t *seed;   /* of the tables that this one goes with; NULL: a new one */
    bool resume;           /* keeps, and takes up, what was done in `folder` */
    uint64_t memory_bytes; /* 0: 600 MiB. At least a few entries are kept whatever it says */
    unsigned spill_max;    /* tests: fewer than SLOTS_SPILL_MAX; 0 is that */
} slots_build_options;

typedef struct slots_counts {
    uint64_t added, keys; /* calls of slots_add; different keys among them */
    uint64_t removed;     /* keys of slots_remove only */
    uint64_t resumed;     /* added by the killed one that this one takes the place of */
    uint64_t left_out;    /* profiles over SLOTS_LIST_MAX of a key */
    uint64_t runs, bytes; /* sorted runs on the disk; of the file */
    uint64_t kinds[SLOTS_KINDS];
} slots_counts;

typedef struct slots_builder slots_builder;

status slots_builder_new(const slots_build_options *options, slots_builder **ret,
                         err *why) NODISCARD;
/* Removes its runs. NULL is fine. */
slots_builder *slots_builder_free(slots_builder *b);

/* *ret is the number of the profile, from 1; equal ones get the same.
 *   ERR_LIMIT  SLOTS_PROFILES_MAX, SLOTS_TEXT_BYTES_MAX, SLOTS_PROFILE_TEXT_MAX */
status slots_profile_add(slots_builder *b, const slots_profile *p, uint32_t *ret,
                         err *why) NODISCARD;
/* `prefix`: for a network its length (IPv4 as 96 + n), else -1.
 *   ERR_IO     a run could not be written
 *   ERR_INPUT  resumed, and these are other keys than those of before */
status slots_add(slots_builder *b, kind k, slice bytes, int prefix, uint32_t profile,
                 err *why) NODISCARD;
/* The key is gone, whatever tables below this one say. */
status slots_remove(slots_builder *b, kind k, slice bytes, err *why) NODISCARD;
/* Writes and syncs the file. Once.
 *   ERR_LIMIT  too many profiles in lists; ERR_IO */
status slots_build(slots_builder *b, const char *path, slots_counts *ret, err *why) NODISCARD;

#endif
