/* slots_fold.h - tables of one seed that lie above each other: made one, compared. Private to know.
 *
 *     slots_fold_options o = {.disk = fs, .folder = tmp, .tables = newest_first, .count = 3};
 *     st = slots_fold(&o, "tmp/table", &counts, why);
 *
 * Uses: slots, slots_write. Used by: know/tiers_make.c.
 * Each key is said by the newest table that has it. Tables are in one order, so this is one pass
 * over them and one over the new file; memory is what the profiles and their lists need. Each is
 * verified before it is read, so that damage is not carried on under new check sums. */
#ifndef NOROSHI_KNOW_SLOTS_FOLD_H
#define NOROSHI_KNOW_SLOTS_FOLD_H

#include "base/file.h"
#include "know/slots.h"
#include "know/slots_build.h"

typedef struct slots_fold_options {
    const fs *disk;
    const char *folder;         /* for what is in between */
    const slots *const *tables; /* newest first; at most SLOTS_TABLES_MAX */
    size_t count;
    bool oldest;     /* nothing lies below: a key that is gone is left out */
    int32_t expired; /* profiles that were valid until before that day are left out, and keys
                      * that have no other; SLOTS_DAY_NONE: none */
} slots_fold_options;

typedef struct slots_fold_counts {
    slots_counts made;
    uint64_t expired, expired_kinds[SLOTS_KINDS]; /* keys that were let go */
} slots_fold_counts;

/* Writes and syncs the file.
 *   ERR_INPUT  a table is damaged; ERR_LIMIT  more profiles than one table has; ERR_IO */
status slots_fold(const slots_fold_options *o, const char *path, slots_fold_counts *ret,
                  err *why) NODISCARD;

/* What one table says of its keys, beside what others below it say. */
typedef struct slots_difference {
    uint64_t added, changed, same; /* keys that are new, say something else, say the same */
    uint64_t removed, absent;      /* gone; gone, and were not there */
    int64_t kinds[SLOTS_KINDS];    /* keys of each kind, more or fewer */
} slots_difference;

/* Tables of one seed; those below newest first. */
void slots_compare(const slots *above, const slots *const *below, size_t count,
                   slots_difference *ret);

#endif
