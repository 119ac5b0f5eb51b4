/* checkpoint.h - what a killed builder leaves to the next one: its finished runs, and up to where
 * in its input they go. Private to know/slots.
 * Uses: slots_sort, base/file. Used by: slots_build.c.
 * It is written when a run is finished, and renamed into place. Nothing is synced: a run that lost
 * bytes with the power is noticed by its sum, and all begins anew. */
#ifndef NOROSHI_KNOW_SLOTS_CHECKPOINT_H
#define NOROSHI_KNOW_SLOTS_CHECKPOINT_H

#include "know/slots/sort.h"

enum { SLOTS_CHECKPOINT_RUNS = 240 };

typedef struct slots_run {
    uint64_t count, sum;
} slots_run;

/* A place in the input. */
typedef struct slots_mark {
    uint64_t added; /* keys up to here */
    uint64_t chain; /* of all of them, in their order */
    uint64_t prefixes[3];
} slots_mark;

typedef struct slots_checkpoint {
    uint8_t seed[SLOTS_SEED];
    uint32_t run_count, zero; /* runs 0..run_count - 1 */
    slots_mark mark;
    slots_run runs[SLOTS_CHECKPOINT_RUNS];
} slots_checkpoint;

/* A sum of slots in their order, begun with what came before. Against chance, not against people:
 * whoever writes into the folder writes the table, too. */
static inline uint64_t slots_run_sum(uint64_t sum, const slot *at, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t word = (uint64_t)at[i].rest << 32 | at[i].record;
        sum = ((sum << 7 | sum >> 57) ^ at[i].place) + word * 0x9e3779b97f4a7c15u;
    }
    return sum;
}

status slots_checkpoint_write(const fs *disk, const char *folder, const slots_checkpoint *c,
                              err *why) NODISCARD;
/* Reads the runs, too, through `room`. False: there is none, or something of it is damaged. */
bool slots_checkpoint_read(const fs *disk, const char *folder, slot *room, size_t room_count,
                           slots_checkpoint *ret);
status slots_checkpoint_remove(const fs *disk, const char *folder, err *why) NODISCARD;

#endif
