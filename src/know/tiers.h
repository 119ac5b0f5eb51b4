/* tiers.h - keys that come and go: tables of slots above each other, newest first, and a manifest
 * that names them. Private to know.
 *
 *     tiers *t; tiers_open(folder, name, &t, why);
 *     slots_found found[2]; tiers_find(t, keys, 2, found);
 *     size_t n = tiers_records(t, found[0], profiles, COUNT_OF(profiles));
 *
 *     tiers_options o = {.disk = fs, .folder = folder, .random = r};
 *     tiers_first(&o, "tmp/table", name, why);                    // a new one, of one table
 *     tiers_above(&o, t, "tmp/changes", other_name, today, &change, why);   // t and changes
 *     if (tiers_due(t, &n)) { tiers_fold(...); tiers_swap(...); }      // fewer tables, the same
 *
 * Uses: slots, slots_build, slots_fold. Used by: know/sets.c, know/sets_load.c.
 * docs/formats/tiers.md has the bytes, docs/decisions/0111 why there is no log beside the tables.
 *
 * What is opened is a version, and stays it: other versions share its tables, and files that are
 * removed are there for whoever maps them. So readers never wait and never see a half of anything.
 * A change is a small table above the others: durable, and seen by every process, when its
 * manifest is. What it says of a key is all that is said of it: the tables below are not asked. A
 * key may be removed, and profiles end: in a version that was made by a change, what was valid
 * until before the day of the change is not there.
 * Tables are of classes, each eight times as large as the one before; four of a class are folded
 * into one, and everything when a third of it is gone. So a key is written again at most a few
 * times for each class, and a look-up asks few tables (TIERS_MAX at most). In front of them may
 * stand one filter (slots_front.h), so that a key that is nowhere costs one cache miss.
 * Writers take turns: the caller holds a lock. Reading is thread-safe. */
#ifndef NOROSHI_KNOW_TIERS_H
#define NOROSHI_KNOW_TIERS_H

#include "base/file.h"
#include "know/slots.h"

enum {
    TIERS_MAX = 32,  /* tables of one version */
    TIERS_NAME = 32, /* hex digits of a manifest's name, and of a table's before ".keys" */
    TIERS_CLASS_MIN = 1 << 10, /* keys of the smallest class, at most */
    TIERS_CLASS_RATIO = 8,
    TIERS_CLASS_TABLES = 4 /* so many of one class become one */
};

typedef struct tiers tiers;

/* Maps the manifest and its tables.
 *   ERR_NOT_FOUND  one of them is not there; ERR_INPUT  damaged, or of another layout */
status tiers_open(const char *folder, const char *name, tiers **ret, err *why) NODISCARD;
tiers *tiers_close(tiers *t);
/* Reads all and compares every check sum. ERR_INPUT: damaged. */
status tiers_verify(const tiers *t, err *why) NODISCARD;
/* Without the tables (by name, without ".keys") of which `skip` says so: versions share tables. */
status tiers_verify_but(const tiers *t, bool (*skip)(void *ctx, const char *table), void *ctx,
                        err *why) NODISCARD;
/* The same version lies in fewer tables by now: opened again, it is quicker. */
bool tiers_superseded(const tiers *t);

/* ret[i].record 0: not there. */
void tiers_find(const tiers *t, const slots_key *keys, size_t count, slots_found *ret);
/* What is said of a key that was found; at most `room`. */
size_t tiers_records(const tiers *t, slots_found found, slots_profile *ret, size_t room);
/* ERR_IO: one of its files was cut off since it was opened, or cannot be read, and what was found
 * says nothing. Asked of after look-ups, before anybody is told; then close it. */
status tiers_whole(const tiers *t, err *why) NODISCARD;

/* The files that it lies in, as they are, with their names in the folder; also when they were
 * removed meanwhile. Valid until it is closed. For backups. */
status tiers_files(const tiers *t,
                   status (*on_file)(void *ctx, const char *name, slice bytes, err *why), void *ctx,
                   err *why) NODISCARD;

uint64_t tiers_count(const tiers *t); /* keys, those whose time is over and which still lie there */
uint64_t tiers_of_kind(const tiers *t, kind k);
uint64_t tiers_bytes(const tiers *t);
size_t tiers_tables(const tiers *t);
bool tiers_has_prefix(const tiers *t, unsigned bits);
const uint8_t *tiers_seed(const tiers *t); /* for the builder of a change; secret */

/* --- making --------------------------------------------------------------------------------- */

typedef struct tiers_options {
    const fs *disk;
    const char *folder;
    random_source random;
    uint64_t front_least; /* tests: bytes of a filter in front of tables; 0: SLOTS_FRONT_LEAST */
} tiers_options;

/* What a change did to the version below it. */
typedef struct tiers_change {
    uint64_t added, changed, same; /* keys that are new, say something else, say nothing new */
    uint64_t removed, absent;      /* removed; were to be, and were not there */
} tiers_change;

/* What it would do. `path`: the change's table, of the version's seed. */
status tiers_compare(const tiers *below, const char *path, tiers_change *ret, err *why) NODISCARD;

/* Moves the table at `path` into the folder and makes `name`. Durable on return. */
status tiers_first(const tiers_options *o, const char *path, const char *name, err *why) NODISCARD;
/* The same, above what `below` has; `below` stays as it is.
 *   ERR_LIMIT  TIERS_MAX tables: fold first */
status tiers_above(const tiers_options *o, const tiers *below, const char *path, const char *name,
                   int32_t today, err *why) NODISCARD;

/* Should the newest *ret_count tables be one? */
bool tiers_due(const tiers *t, size_t *ret_count);
typedef struct tiers_folded {
    uint64_t keys, expired, expired_kinds[SLOTS_KINDS], bytes;
} tiers_folded;
/* Writes them as one table at `path`, with `scratch` for what is in between. Needs no lock. */
status tiers_fold(const fs *disk, const tiers *t, size_t count, const char *scratch,
                  const char *path, tiers_folded *ret, err *why) NODISCARD;
/* Puts it in their place, under the same name; who has the version open keeps it.
 *   ERR_BUSY  the manifest is another by now: nothing was done */
status tiers_swap(const tiers_options *o, const tiers *t, size_t count, const char *path,
                  const tiers_folded *made, err *why) NODISCARD;

/* Removes tables, and filters in front of them, that no manifest in the folder names. Under the
 * writers' lock. */
status tiers_sweep(const tiers_options *o, err *why) NODISCARD;

#endif
