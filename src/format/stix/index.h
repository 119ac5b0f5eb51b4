/* index.h - what a document's ids stand for, and which objects came before. Private to format/stix.
 *
 * Bounded: INDEX_BYTES_MAX for ids with what they stand for, SEEN_MAX for objects that came
 * before. What does not fit is left out, which never makes a claim wrong: an observable that is
 * referred to stays an id, a marking becomes unknown (the strictest), a conflict is not told.
 * Uses: marking, kind, stix_id. */
#ifndef NOROSHI_STIX_INDEX_H
#define NOROSHI_STIX_INDEX_H

#include "base/base.h"
#include "base/when.h"
#include "format/stix_id.h"
#include "model/kind.h"
#include "model/marking.h"

enum {
    STIX_INDEX_BYTES_MAX = 48 << 20,
    STIX_SEEN_MAX = 1 << 18, /* objects remembered to tell of two versions of one id */
};

typedef struct stix_entry {
    uint8_t uuid[UUID_BYTES];
    uint16_t type; /* stix_type_number */
    bool used;
    uint8_t tlp, pap; /* marking definitions */
    kind kind;        /* KIND_NONE: the node is the id itself */
    bool alias;       /* `text` is the id of another object, which stands for this one */
    uint32_t created; /* identities: objects that name it as their creator */
    slice text;       /* of the node */
    slice name;       /* identities */
} stix_entry;

typedef struct stix_seen {
    uint8_t key[UUID_BYTES]; /* uuid and modified */
    uint64_t content;        /* of the first that came, 8 bytes of its hash; 0: free */
} stix_seen;

typedef struct stix_index {
    stix_entry *entry;
    size_t count, mask; /* mask + 1 slots, a power of two; 0 slots when entry is NULL */
    size_t bytes;
    stix_seen *seen;
    size_t seen_count, seen_mask;
} stix_index;

/* The entry of that id, or NULL. */
stix_entry *stix_index_find(const stix_index *ix, const uint8_t uuid[UUID_BYTES], uint16_t type);
/* The same, made when it is not there. *ret NULL: the index is full.
 *   ERR_LIMIT  the arena's budget is spent */
status stix_index_add(stix_index *ix, arena *a, const uint8_t uuid[UUID_BYTES], uint16_t type,
                      stix_entry **ret, err *why) NODISCARD;
/* Copies a text for an entry; *ret empty when the index is full. */
status stix_index_keep(stix_index *ix, arena *a, slice text, slice *ret, err *why) NODISCARD;

/* Room for `objects` to be remembered. */
status stix_seen_init(stix_index *ix, arena *a, uint64_t objects, err *why) NODISCARD;
/* Notes an object; true when another one with this id and this time but other content came
 * before. */
bool stix_seen_conflict(stix_index *ix, const uint8_t uuid[UUID_BYTES], when modified,
                        const uint8_t content[32]);

#endif
