/* sort.h - entries of a table in the order of their hashes: in memory, in runs, merged.
 * Private to know/slots.
 * Runs are arrays of slots.
 * Uses: slots/file, base/file. Used by: slots_build.c, slots/checkpoint.c, slots/write.c. */
#ifndef NOROSHI_KNOW_SLOTS_SORT_H
#define NOROSHI_KNOW_SLOTS_SORT_H

#include "base/file.h"
#include "know/slots/file.h"

int slot_cmp(const void *a, const void *b); /* by hash, then record */
/* Sorts and drops what is there twice; returns how many are left. `room` is as large as `at`.
 * Linear for hashes, n log n whatever the input. */
size_t slots_sort(slot *at, slot *room, size_t count);

/* Entries in order, from memory or from a file. */
typedef struct slots_source {
    const slot *at; /* what is in memory */
    size_t count, pos;
    file in; /* a run; closed: all of it is in memory */
    uint64_t offset;
    slot *room;
    size_t room_count;
} slots_source;

/* The next entry of a source: what is compared most stands in the heap itself. */
typedef struct slots_front {
    uint64_t place;
    slots_source *source;
} slots_front;

/* Sources merged: the smallest first, equal ones once. */
typedef struct slots_merge {
    slots_front *heap;
    size_t count;
    bool begun;
    slot last;
} slots_merge;

/* Sources are at their beginning; heap has room for `count`. */
status slots_merge_begin(slots_merge *m, slots_source *sources, size_t count, slots_front *heap,
                         err *why) NODISCARD;
status slots_merge_next(slots_merge *m, slot *ret, bool *ret_more, err *why) NODISCARD;

#endif
