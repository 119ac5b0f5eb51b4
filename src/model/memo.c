/* memo.c - a map from nodes to things: see memo.h. */
#include "model/memo.h"
#include "base/hash.h"

typedef struct memo_slot {
    node_ref key;
    void *value;
} memo_slot;

struct memo {
    arena *a;
    memo_slot *slots;
    size_t count, size; /* size: a power of two */
};

enum { MEMO_FIRST = 64 };

memo *memo_new(arena *a)
{
    memo *m = arena_new(a, memo);
    if (m)
        m->a = a;
    return m;
}

static size_t place_of(const memo *m, node_ref key)
{
    static const uint8_t sip[16] = {1};
    return (size_t)(siphash(sip, key.text) + (uint64_t)key.kind * 0x9e3779b97f4a7c15u) &
           (m->size - 1);
}

static memo_slot *find(const memo *m, node_ref key)
{
    size_t i = place_of(m, key);
    while (m->slots[i].value &&
           (m->slots[i].key.kind != key.kind || !slice_eq(m->slots[i].key.text, key.text)))
        i = (i + 1) & (m->size - 1);
    return &m->slots[i];
}

void *memo_get(const memo *m, node_ref key)
{
    return m && m->size ? find(m, key)->value : NULL;
}

static bool widen(memo *m)
{
    memo old = *m;
    m->size = old.size ? old.size * 2 : MEMO_FIRST;
    m->slots = arena_array(m->a, m->size, sizeof *m->slots);
    if (!m->slots) {
        *m = old;
        return false;
    }
    for (size_t i = 0; i < old.size; i++)
        if (old.slots[i].value)
            *find(m, old.slots[i].key) = old.slots[i];
    return true;
}

bool memo_put(memo *m, node_ref key, void *value)
{
    assert(value);
    if (2 * (m->count + 1) > m->size && !widen(m))
        return false;
    memo_slot *s = find(m, key);
    if (!s->value) {
        if (!arena_copy(m->a, key.text, &s->key.text))
            return false;
        s->key.kind = key.kind;
        m->count++;
    }
    s->value = value;
    return true;
}
