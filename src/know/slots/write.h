/* write.h - merged entries into a table's file, from front to back. Private to know/slots.
 * Uses: slots_sort, slots_intern. Used by: slots_build.c. */
#ifndef NOROSHI_KNOW_SLOTS_WRITE_H
#define NOROSHI_KNOW_SLOTS_WRITE_H

#include "know/slots/intern.h"
#include "know/slots/sort.h"

typedef struct slots_write_options {
    const fs *disk;
    const char *path, *filter_path; /* the filter waits in a file of its own */
    uint8_t seed[16];
    uint64_t prefixes[3];
    uint64_t lines, filter_blocks;
    unsigned spill_max;
} slots_write_options;

/* *ret_fits false: a key would have stood too far behind its line; the file is of no use, and more
 * lines are wanted. ret_counts: keys, left_out, bytes, kinds. */
status slots_write(const slots_write_options *o, slots_merge *from, slots_intern *n,
                   slots_counts *ret_counts, bool *ret_fits, err *why) NODISCARD;

#endif
