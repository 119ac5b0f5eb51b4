/* known.c - see known.h. */
#include "watch/known.h"
#include "know/indicators.h"
#include "know/sets.h"
#include "model/memo.h"

#include <stdlib.h>

enum { KNOWN_AGE_MS = 3600 * 1000, PROBE_MEMORY = 4 << 20 };

struct known {
    store *s;
    view *v;
    clock_source clock;
    lens *l;
    asker *k;
    arena memory;   /* answers and the maps */
    memo *nodes;    /* known_value by node */
    memo *ids;      /* the same by id, as text */
    when judged;    /* the oldest answer is not older */
    bool full;      /* at the next event everything is forgotten */
    int64_t newest; /* lens_newest of the last look */
    arena probe;    /* of one value that is looked up in sets */
    uint64_t kinds; /* bit by kind: some set of bad values has some */
};

status known_new(store *s, view *v, clock_source clock, known **ret, err *why)
{
    known *k = calloc(1, sizeof *k);
    if (!k)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    *k = (known){.s = s, .v = v, .clock = clock, .newest = -1, .judged = WHEN_FIRST};
    arena_init(&k->memory, KNOWN_MEMORY + ASK_MEMORY_MAX);
    arena_init(&k->probe, PROBE_MEMORY);
    status st = lens_new(s, &k->l, why);
    if (st == OK)
        st = asker_new(s, &k->k, why);
    if (st != OK) {
        known_free(k);
        return st;
    }
    *ret = k;
    return OK;
}

known *known_free(known *k)
{
    if (k) {
        asker_free(k->k);
        lens_free(k->l);
        arena_done(&k->memory);
        arena_done(&k->probe);
    }
    free(k);
    return NULL;
}

static void forget(known *k)
{
    arena_reset(&k->memory);
    k->nodes = k->ids = NULL;
    k->full = false;
}

/* --- sets ------------------------------------------------------------------------------------- */

static bool is_bad_set(const set_info *s)
{
    return s->verdict == SET_KNOWN_BAD || (s->verdict == SET_LIST && s->polarity == SET_SUSPICIOUS);
}

static uint64_t bit(kind k)
{
    return (uint64_t)1 << k;
}
_Static_assert(KIND_OBSERVABLE_END_ <= 64, "a set of kinds is 64 bits");

/* Which kinds are worth looking up: those that are held, and those below what is held. */
static status look_at_sets(known *k, err *why)
{
    set_list sets;
    status st = sets_seen(k->l, &sets, why);
    if (st != OK)
        return st;
    k->kinds = 0;
    for (size_t i = 0; i < sets.count; i++)
        for (unsigned n = 0; is_bad_set(&sets.at[i]) && n < KIND_OBSERVABLE_END_; n++)
            if (set_of_kind(&sets.at[i], (kind)n))
                k->kinds |= bit((kind)n);
    if (k->kinds & bit(KIND_CIDR))
        k->kinds |= bit(KIND_IPV4) | bit(KIND_IPV6);
    if (k->kinds & bit(KIND_DOMAIN))
        k->kinds |= bit(KIND_EMAIL);
    return OK;
}

bool known_may_be_in_set(const known *k, kind of)
{
    return (k->kinds & bit(of)) != 0;
}

status known_in_set(known *k, node_ref value, bool *ret, err *why)
{
    set_hits hits;
    bool found = false;
    arena_reset(&k->probe);
    status st = sets_find(k->l, &k->probe, value, &hits, why);
    for (size_t i = 0; st == OK && i < hits.count; i++)
        found |= is_bad_set(hits.at[i].set);
    if (st == OK)
        *ret = found;
    return st;
}

status known_look(known *k, bool *ret_changed, err *why)
{
    k->v->now = clock_now(k->clock);
    status st = lens_look(k->l, k->v, why);
    if (st != OK)
        return st;
    int64_t newest = lens_newest(k->l);
    *ret_changed = newest != k->newest;
    /* ages move on, too: an answer is of its hour */
    if (*ret_changed || k->v->now - k->judged > KNOWN_AGE_MS) {
        forget(k);
        k->judged = k->v->now;
        k->newest = newest;
    }
    st = asker_look(k->k, k->v, why);
    return st == OK ? look_at_sets(k, why) : st;
}

/* --- the table -------------------------------------------------------------------------------- */

typedef struct loading {
    match_builder *b;
    const atomic_bool *stop;
} loading;

static status add(void *ctx, const indicator_value *v, err *why)
{
    const loading *x = ctx;
    if (x->stop && atomic_load_explicit(x->stop, memory_order_relaxed))
        return err_set(why, ERR_BUSY, ERR_NOWHERE, "told to end");
    return match_builder_add(x->b, v->node.kind, v->node.text, v->id, why);
}

status known_load(known *k, const uint8_t key[MATCH_KEY], const atomic_bool *stop,
                  const match_table **ret, err *why)
{
    const indicator_rules wanted = evidence_wanted();
    match_table *t = NULL;
    loading x = {match_builder_new(key), stop};
    if (!x.b)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    status st = indicators_each(k->l, &wanted, add, &x, why);
    if (st == OK)
        st = match_builder_done(x.b, &t, why);
    else
        match_builder_free(x.b);
    if (st == OK)
        *ret = t;
    return st;
}

/* --- values ----------------------------------------------------------------------------------- */

void known_begin(known *k)
{
    if (k->full || k->memory.spent > KNOWN_MEMORY)
        forget(k);
}

static status maps(known *k, err *why)
{
    if (!k->nodes)
        k->nodes = memo_new(&k->memory);
    if (k->nodes && !k->ids)
        k->ids = memo_new(&k->memory);
    return k->ids ? OK : ARENA_SPENT(&k->memory, why);
}

/* Of an answer that is not bad nothing is kept. */
static status judge(known *k, known_value *v, err *why)
{
    const ask_options o = {.seen_at = WHEN_NONE, .want = v->node.kind};
    const answer *w = NULL;
    arena_mark here = arena_here(&k->memory);
    status st = ask_value(k->k, &k->memory, v->node.text, &o, &w, why);
    if (st == OK && answer_is_bad(w))
        v->answer = w;
    else
        arena_back(&k->memory, here);
    return st;
}

static status remember(known *k, node_ref value, known_value **ret, err *why)
{
    known_value *v = arena_new(&k->memory, known_value);
    if (!v || !arena_copy(&k->memory, value.text, &v->node.text))
        return ARENA_SPENT(&k->memory, why);
    v->node.kind = value.kind;
    status st = value.kind == KIND_NONE ? OK : judge(k, v, why);
    if (st == OK && value.kind != KIND_NONE && !memo_put(k->nodes, v->node, v))
        st = ARENA_SPENT(&k->memory, why);
    if (st == OK)
        *ret = v;
    return st;
}

static status find_node(known *k, node_ref value, known_value **ret, err *why)
{
    status st = maps(k, why);
    if (st != OK)
        return st;
    *ret = value.kind == KIND_NONE ? NULL : memo_get(k->nodes, value);
    return *ret ? OK : remember(k, value, ret, why);
}

static status find_id(known *k, uint64_t id, known_value **ret, err *why)
{
    CLEANUP(arena_done) arena a;
    char text[24];
    node_ref key = {.text = slice_of(
                        text, (size_t)snprintf(text, sizeof text, "%llu", (unsigned long long)id))};
    node_ref value = {0};
    arena_init(&a, 1 << 20);
    status st = maps(k, why);
    if (st != OK || (*ret = memo_get(k->ids, key)))
        return st;
    st = indicator_get(k->l, &a, id, &value, why);
    if (st == OK || st == ERR_NOT_FOUND)
        st = find_node(k, value, ret, why);
    if (st == OK && !memo_put(k->ids, key, *ret))
        st = ARENA_SPENT(&k->memory, why);
    return st;
}

/* The budget may be spent in the middle of an event that has very many values. */
static status checked(known *k, status st)
{
    if (st == ERR_LIMIT)
        k->full = true;
    return st;
}

status known_id(known *k, uint64_t id, const known_value **ret, err *why)
{
    known_value *v;
    status st = checked(k, find_id(k, id, &v, why));
    if (st == OK)
        *ret = v;
    return st;
}

status known_node(known *k, node_ref value, const known_value **ret, err *why)
{
    known_value *v;
    status st = checked(k, find_node(k, value, &v, why));
    if (st == OK)
        *ret = v;
    return st;
}
