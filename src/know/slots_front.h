/* slots_front.h - one filter in front of several tables, so that a key that is in none of them
 * costs one cache miss and not one for each. Private to know.
 *
 *     if (slots_front_due(tables, count, SLOTS_FRONT_LEAST)) slots_front_write(disk, path, ...);
 *     slots_front *f; slots_front_open(path, &f, why);
 *     if (slots_front_covers(f, tables, count)) ...
 *
 * Uses: slots, slots_stream. Used by: know/tiers.c, tiers_make.c.
 * It is the filter of the largest table with the keys of the others put in, so it is made without
 * reading that table's keys. It says of which tables it is by their contents: in front of any
 * others it is not used. Nothing but speed depends on its being there: docs/decisions/0239.
 * What is read from the file is never trusted, as in slots.h. Thread-safe; processes share the
 * mapping. docs/formats/tiers.md has the bytes. */
#ifndef NOROSHI_KNOW_SLOTS_FRONT_H
#define NOROSHI_KNOW_SLOTS_FRONT_H

#include "base/file.h"
#include "know/slots.h"

enum {
    SLOTS_FRONT_TABLES = 32,     /* in front of which one filter stands, at most */
    SLOTS_FRONT_LEAST = 1 << 18, /* bytes: smaller ones are in the processor's cache anyway */
    SLOTS_FRONT_BITS = 8,        /* a key, or too many keys would seem to be there */
    SLOTS_FRONT_TIMES = 32       /* the bytes of the newest table: more is not written for it */
};

typedef struct slots_front slots_front;

/* Is it worth it: not below `least` bytes, few enough of them for what the newest table has, and
 * bits enough for all keys? `tables`: of one seed, newest first. */
bool slots_front_due(const slots *const *tables, size_t count, uint64_t least);
/* Writes and syncs the file. Memory is 64 KiB and what slots_stream has. */
status slots_front_write(const fs *disk, const char *path, const slots *const *tables, size_t count,
                         err *why) NODISCARD;

/*   ERR_NOT_FOUND  there is none; ERR_INPUT  damaged, cut off, or of another layout */
status slots_front_open(const char *path, slots_front **ret, err *why) NODISCARD;
slots_front *slots_front_close(slots_front *f);
/* Reads all of it, compares every check sum, and looks whether it lets every key of its tables
 * through, which are `tables`. ERR_INPUT: it is damaged. */
status slots_front_verify(const slots_front *f, const slots *const *tables, err *why) NODISCARD;

/* Of how many tables it is; 0: not of these. */
size_t slots_front_covers(const slots_front *f, const slots *const *tables, size_t count);
uint64_t slots_front_bytes(const slots_front *f);
status slots_front_whole(const slots_front *f, err *why) NODISCARD; /* as slots_whole */

#endif
