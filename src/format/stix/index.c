/* index.c - open addressing over UUIDs: see index.h. */
#include "format/stix/index.h"

static uint64_t hash(const uint8_t uuid[UUID_BYTES], uint16_t type)
{
    uint64_t a, b;
    memcpy(&a, uuid, 8);
    memcpy(&b, uuid + 8, 8);
    a = (a ^ b * 0x9e3779b97f4a7c15u ^ type) * 0xbf58476d1ce4e5b9u;
    return a ^ a >> 29;
}

/* Ids can be made to collide; then some are left out, and nothing takes long. */
enum { PROBES_MAX = 128 };

/* The slot of the id, or the free one where it belongs, or NULL. */
static stix_entry *slot(const stix_index *ix, const uint8_t uuid[UUID_BYTES], uint16_t type)
{
    size_t i = (size_t)hash(uuid, type) & ix->mask;
    for (int n = 0; n < PROBES_MAX; n++, i = (i + 1) & ix->mask) {
        stix_entry *e = &ix->entry[i];
        if (!e->used || (e->type == type && memcmp(e->uuid, uuid, UUID_BYTES) == 0))
            return e;
    }
    return NULL;
}

stix_entry *stix_index_find(const stix_index *ix, const uint8_t uuid[UUID_BYTES], uint16_t type)
{
    stix_entry *e = ix->entry ? slot(ix, uuid, type) : NULL;
    return e && e->used ? e : NULL;
}

static status grow(stix_index *ix, arena *a, bool *ret_full, err *why)
{
    size_t slots = ix->entry ? (ix->mask + 1) * 4 : 256;
    /* tables that were outgrown stay in the arena: a third of what is asked for now */
    size_t bytes = slots * sizeof(stix_entry);
    *ret_full = ix->bytes + bytes > STIX_INDEX_BYTES_MAX;
    if (*ret_full)
        return OK;
    stix_index bigger = *ix;
    bigger.entry = arena_array(a, slots, sizeof(stix_entry));
    if (!bigger.entry)
        return ARENA_SPENT(a, why);
    bigger.mask = slots - 1;
    bigger.bytes += bytes;
    bigger.count = 0;
    for (size_t i = 0; ix->entry && i <= ix->mask; i++) {
        const stix_entry *e = &ix->entry[i];
        stix_entry *to = e->used ? slot(&bigger, e->uuid, e->type) : NULL;
        if (to) {
            *to = *e;
            bigger.count++;
        }
    }
    *ix = bigger;
    return OK;
}

status stix_index_add(stix_index *ix, arena *a, const uint8_t uuid[UUID_BYTES], uint16_t type,
                      stix_entry **ret, err *why)
{
    stix_entry *e = stix_index_find(ix, uuid, type);
    if (!e && (!ix->entry || ix->count * 4 >= ix->mask * 3)) {
        bool full;
        status st = grow(ix, a, &full, why);
        if (st != OK)
            return st;
        if (full && (!ix->entry || ix->count * 10 >= ix->mask * 9)) {
            *ret = NULL;
            return OK;
        }
    }
    if (!e) {
        e = slot(ix, uuid, type);
        if (!e) {
            *ret = NULL;
            return OK;
        }
        memcpy(e->uuid, uuid, UUID_BYTES);
        e->type = type;
        e->used = true;
        ix->count++;
    }
    *ret = e;
    return OK;
}

status stix_index_keep(stix_index *ix, arena *a, slice text, slice *ret, err *why)
{
    size_t bytes = (text.len + 1 + 15) & ~(size_t)15;
    *ret = (slice){NULL, 0};
    if (ix->bytes + bytes > STIX_INDEX_BYTES_MAX)
        return OK;
    if (!arena_copy(a, text, ret))
        return ARENA_SPENT(a, why);
    ix->bytes += bytes;
    return OK;
}

status stix_seen_init(stix_index *ix, arena *a, uint64_t objects, err *why)
{
    size_t slots = 64;
    while (slots < 2 * objects && slots < 2 * (size_t)STIX_SEEN_MAX)
        slots *= 2;
    ix->seen = arena_array(a, slots, sizeof *ix->seen);
    if (!ix->seen)
        return ARENA_SPENT(a, why);
    ix->seen_mask = slots - 1;
    return OK;
}

bool stix_seen_conflict(stix_index *ix, const uint8_t uuid[UUID_BYTES], when modified,
                        const uint8_t content[32])
{
    uint8_t key[UUID_BYTES];
    uint64_t what;
    memcpy(key, uuid, UUID_BYTES);
    for (int i = 0; i < 8; i++)
        key[i] ^= (uint8_t)((uint64_t)modified >> 8 * i);
    memcpy(&what, content, sizeof what);
    what |= 1; /* never the mark of a free slot */
    size_t i = (size_t)hash(key, 0) & ix->seen_mask;
    for (int n = 0; n < PROBES_MAX; n++, i = (i + 1) & ix->seen_mask) {
        stix_seen *s = &ix->seen[i];
        if (!s->content) {
            if (ix->seen_count * 2 <= ix->seen_mask) {
                memcpy(s->key, key, UUID_BYTES);
                s->content = what;
                ix->seen_count++;
            }
            return false;
        }
        if (memcmp(s->key, key, UUID_BYTES) == 0)
            return s->content != what;
    }
    return false;
}
