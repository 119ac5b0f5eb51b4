/* slots.h - an immutable table of very many keys: written once, mapped, one or two cache misses a
 * look-up. Private to know.
 *
 *     slots *t; slots_open(path, &t, why);
 *     slots_key keys[2] = {{KIND_SHA256, digest}, {KIND_DOMAIN, S("evil.example")}};
 *     uint32_t record[2];
 *     slots_find(t, keys, 2, record);                  // 0: not there
 *     size_t n = slots_records(t, record[0], profiles, COUNT_OF(profiles));
 *
 * Uses: base, kind. Used by: know/sets.c, slots_build.c.
 * docs/formats/slots.md has the bytes. A key is a kind and bytes: the digest of a hash, the text of
 * anything else. It is hashed with SipHash-2-4 (128 bits) under a random seed of the file, so
 * nobody can choose keys that meet, crowd a line or look like another key. Of the 128 bits the
 * first 64 say the line, and 96 are compared: a key that is not in the table is never found but by
 * a chance of 2^-96 a look-up.
 * What is read from the file is never trusted: any byte may be wrong, and the worst is a wrong
 * answer, which slots_verify finds. Thread-safe; processes share the mapping.
 * On processors with AVX2, known when the program runs, keys are hashed and filtered in vectors. */
#ifndef NOROSHI_KNOW_SLOTS_H
#define NOROSHI_KNOW_SLOTS_H

#include "base/base.h"
#include "base/hash.h"
#include "model/kind.h"

enum {
    SLOTS_SPILL_MAX = 64, /* lines behind its own in which a key may stand */
    SLOTS_BATCH = 32,     /* look-ups under way at once */
    SLOTS_LIST_MAX = 64,  /* profiles of one key; more are left out, and counted */
    SLOTS_KINDS = 64,
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
 *   ERR_NOT_FOUND  there is none; ERR_INPUT  damaged or cut off */
status slots_open(const char *path, slots **ret, err *why) NODISCARD;
slots *slots_close(slots *t);
/* Reads all of it, compares every check sum and looks at every number. ERR_INPUT: damaged, `at`
 * is the offset of the bad block. */
status slots_verify(const slots *t, err *why) NODISCARD;

/* ret_record[i]: what stands with keys[i], 0 when it is not there. */
void slots_find(const slots *t, const slots_key *keys, size_t count, uint32_t *ret_record);
/* The same without what only some processors have: for tests, which compare the two. */
void slots_find_plain(const slots *t, const slots_key *keys, size_t count, uint32_t *ret_record);
/* The profiles of a record, at most `room` of them; returns how many. */
size_t slots_records(const slots *t, uint32_t record, slots_profile *ret, size_t room);

uint64_t slots_count(const slots *t); /* keys */
uint64_t slots_bytes(const slots *t);
uint64_t slots_of_kind(const slots *t, kind k);
/* Is there a network of this length? IPv4 as 96 + n. */
bool slots_has_prefix(const slots *t, unsigned bits);

#endif
