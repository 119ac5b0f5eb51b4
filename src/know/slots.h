/* slots.h - an immutable table of very many keys: written once, mapped, one or two cache misses a
 * look-up. Private to know.
 *
 *     slots *t; slots_open(path, &t, why);
 *     slots_key keys[2] = {{KIND_SHA256, digest}, {KIND_DOMAIN, S("evil.example")}};
 *     uint32_t record[2];
 *     slots_find(t, keys, 2, record);                  // 0: not there
 *     size_t n = slots_records(t, record[0], profiles, COUNT_OF(profiles));
 *
 * Uses: base, kind. Used by: know/tiers.c, slots_build.c, slots_fold.c, slots_front.c.
 * docs/formats/slots.md has the bytes. A key is a kind and bytes: the digest of a hash, the text of
 * anything else. It is hashed under a random seed of the file (slots_hash.h), so nobody can choose
 * keys that meet, crowd a line or look like another key. 96 bits of hash are the key: one that is
 * not in the table is found with a chance of 2^-96 for each key that is.
 * What is read from the file is never trusted: any byte may be wrong, and the worst is a wrong
 * answer, which slots_verify finds. Thread-safe; processes share the mapping.
 * Cold: a miss reads nothing but the filter in 99 of 100 cases and more, a hit one page of the
 * lines. With AVX2, known when the program runs, the filter is read in vectors and four SHA-256s
 * are hashed at once, with AVX-512 IFMA eight. */
#ifndef NOROSHI_KNOW_SLOTS_H
#define NOROSHI_KNOW_SLOTS_H

#include "base/base.h"
#include "base/hash.h"
#include "model/kind.h"

enum {
    SLOTS_SPILL_MAX = 64, /* lines behind its own in which a key may stand */
    SLOTS_BATCH = 128,    /* look-ups under way at once */
    SLOTS_LIST_MAX = 64,  /* profiles of one key; more are left out, and counted */
    SLOTS_KINDS = 64,
    SLOTS_SEED = 16,               /* bytes */
    SLOTS_TABLES_MAX = 64,         /* asked at once */
    SLOTS_PATH_ROOM = 4352,        /* of the path of a file beside others */
    SLOTS_LISTED = 1 << 25,        /* a record from here on is a list of profiles */
    SLOTS_REMOVED = (1 << 26) - 1, /* a record: the key is said to be gone */
    SLOTS_DAY_NONE = INT32_MIN
};

typedef struct slots slots;

typedef struct slots_key {
    kind kind;
    slice bytes;
} slots_key;

/* What is said of a key, besides that it is there. */
typedef struct slots_profile {
    slice text;                 /* family or label; a view of the file */
    int32_t first, last, until; /* days since 1970-01-01; SLOTS_DAY_NONE */
} slots_profile;

/* Maps the file and checks its trailer and size, nothing else: quick whatever it holds.
 *   ERR_NOT_FOUND  there is none; ERR_INPUT  damaged, cut off, or of another layout */
status slots_open(const char *path, slots **ret, err *why) NODISCARD;
slots *slots_close(slots *t);
/* Reads all of it, compares every check sum and looks at every number. ERR_INPUT: damaged, `at`
 * is the offset of the bad block. */
status slots_verify(const slots *t, err *why) NODISCARD;

/* ret_record[i]: what stands with keys[i], 0 when it is not there. */
void slots_find(const slots *t, const slots_key *keys, size_t count, uint32_t *ret_record);

typedef enum slots_way { SLOTS_PLAIN, SLOTS_AVX2, SLOTS_AVX512 } slots_way;
/* The same in one way, for tests, which compare them. false: this processor cannot. */
bool slots_find_by(slots_way way, const slots *t, const slots_key *keys, size_t count,
                   uint32_t *ret_record);

typedef struct slots_found {
    uint32_t record; /* 0: in none of them */
    uint32_t table;  /* its number */
} slots_found;

/* A filter to be asked: the own one of table `first`, or one in front of `count` tables from it on
 * (slots_front.h). */
typedef struct slots_probe {
    const struct slots_front *front; /* NULL: the table's own */
    uint32_t first, count;
} slots_probe;

/* Asks tables of one seed, at most SLOTS_TABLES_MAX, in their order: the first that has a key. */
void slots_find_first(const slots *const *tables, size_t table_count, const slots_key *keys,
                      size_t count, slots_found *ret);
/* The same: only for keys that these filters let through, which cover each table once, in order. */
void slots_find_behind(const slots *const *tables, size_t table_count, const slots_probe *probes,
                       size_t probe_count, const slots_key *keys, size_t count, slots_found *ret);
/* The profiles of a record, at most `room` of them; returns how many. */
size_t slots_records(const slots *t, uint32_t record, slots_profile *ret, size_t room);
/* Was all that is said of it valid until before that day? */
bool slots_ended(const slots *t, uint32_t record, int32_t day);

const uint8_t *slots_seed(const slots *t); /* SLOTS_SEED bytes; secret */
uint64_t slots_count(const slots *t);      /* keys, those that are gone among them */
int32_t slots_until_min(const slots *t);   /* of the profiles that have one; else INT32_MAX */
uint64_t slots_bytes(const slots *t);
slice slots_file(const slots *t); /* the file as it is */
/* ERR_IO: the file was cut off since it was opened, or could not be read, and what was read of it
 * may have been zeros. Asked of after look-ups, before anybody is told; then close it. */
status slots_whole(const slots *t, err *why) NODISCARD;
uint64_t slots_of_kind(const slots *t, kind k);
/* Is there a network of this length? IPv4 as 96 + n. */
bool slots_has_prefix(const slots *t, unsigned bits);

#endif
