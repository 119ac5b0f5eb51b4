/* write.h - sorted keys into a table's file, from front to back. Private to know/slots.
 * Uses: slots_sort, slots_intern. Used by: slots_build.c, slots_fold.c. */
#ifndef NOROSHI_KNOW_SLOTS_WRITE_H
#define NOROSHI_KNOW_SLOTS_WRITE_H

#include "know/slots/intern.h"
#include "know/slots/sort.h"
#include "know/slots_stream.h"

/* Where keys come from: in order, each once, with its record; from the first one again after
 * `begin`. */
typedef struct slots_feed {
    void *ctx;
    status (*begin)(void *ctx, err *why);
    status (*next)(void *ctx, slot *ret, bool *ret_more, err *why);
} slots_feed;

typedef struct slots_write_options {
    const fs *disk;
    const char *path, *folder; /* the filter waits in a file of its own in the folder */
    uint8_t seed[SLOTS_SEED];
    const uint64_t *prefixes; /* three */
    uint64_t expected;        /* keys; fewer than that come */
    unsigned spill_max;       /* 0: SLOTS_SPILL_MAX */
} slots_write_options;

/* Laid out for what is expected; where that was far too much, or keys crowd, once more.
 * ret_counts: keys, removed, bytes, kinds. */
status slots_write(const slots_write_options *o, const slots_feed *from, const slots_intern *n,
                   slots_counts *ret_counts, err *why) NODISCARD;

#endif
