/* late_keys.c - see late_keys.h: a list, and an open hash table of places in it. */
#include "know/db/late_keys.h"

#include <stdlib.h>

enum { SLOT_BITS = 18, SLOTS = 1 << SLOT_BITS, EMPTIED_SINGLY = SLOTS / 64 };

struct late_keys {
    size_t count;
    recall_pair *at;
    uint32_t *slot; /* 1 + a place in `at`; 0: none */
};

late_keys *late_keys_new(void)
{
    late_keys *k = calloc(1, sizeof *k);
    if (!k)
        return NULL;
    k->at = malloc(LATE_KEYS_MAX * sizeof *k->at);
    k->slot = calloc(SLOTS, sizeof *k->slot);
    return k->at && k->slot ? k : late_keys_free(k);
}

late_keys *late_keys_free(late_keys *k)
{
    if (k) {
        free(k->at);
        free(k->slot);
        free(k);
    }
    return NULL;
}

size_t late_keys_count(const late_keys *k)
{
    return k->count;
}

size_t late_keys_room(const late_keys *k)
{
    return LATE_KEYS_MAX - k->count;
}

const recall_pair *late_keys_at(const late_keys *k, size_t i)
{
    assert(i < k->count);
    return &k->at[i];
}

static size_t slot_of(int64_t h)
{
    return (size_t)((uint64_t)h * 0x9e3779b97f4a7c15u >> (64 - SLOT_BITS));
}

/* Half of the slots are always free, so that every search ends. */
static void enter(late_keys *k, size_t place)
{
    size_t s = slot_of(k->at[place].a);
    while (k->slot[s])
        s = (s + 1) % SLOTS;
    k->slot[s] = (uint32_t)place + 1;
}

void late_keys_put(late_keys *k, int64_t h, int64_t node)
{
    assert(k->count < LATE_KEYS_MAX && node);
    k->at[k->count++] = (recall_pair){h, node};
    enter(k, k->count - 1);
}

int64_t late_keys_next(const late_keys *k, size_t from, int64_t h, size_t *at)
{
    for (; *at < SLOTS; ++*at) {
        uint32_t found = k->slot[(slot_of(h) + *at) % SLOTS];
        if (!found)
            return 0;
        if (found > from && k->at[found - 1].a == h) {
            ++*at;
            return k->at[found - 1].b;
        }
    }
    return 0;
}

/* Before the list changes in another way than by growing. What is entered stands behind its slot,
 * up to a free one: few are emptied by their ways. */
static void clear_slots(late_keys *k)
{
    if (k->count > EMPTIED_SINGLY) {
        memset(k->slot, 0, SLOTS * sizeof *k->slot);
        return;
    }
    for (size_t i = 0; i < k->count; i++)
        for (size_t s = slot_of(k->at[i].a); k->slot[s]; s = (s + 1) % SLOTS)
            k->slot[s] = 0;
}

static void enter_all(late_keys *k)
{
    for (size_t i = 0; i < k->count; i++)
        enter(k, i);
}

void late_keys_sort(late_keys *k, size_t from)
{
    assert(from <= k->count);
    recall_pairs part = {.at = k->at + from, .count = k->count - from};
    clear_slots(k);
    recall_in_order(&part);
    k->count = from + part.count;
    enter_all(k);
}

void late_keys_cut(late_keys *k, size_t count)
{
    assert(count <= k->count);
    clear_slots(k);
    k->count = count;
    enter_all(k);
}

void late_keys_drop(late_keys *k, size_t count)
{
    assert(count <= k->count);
    clear_slots(k);
    memmove(k->at, k->at + count, (k->count - count) * sizeof *k->at);
    k->count -= count;
    enter_all(k);
}
