/* rejudge.c - see rejudge.h. */
#include "judge/rejudge.h"
#include "base/hash.h"
#include "know/events.h"
#include "know/sets.h"

#include <stdlib.h>

enum {
    RECENT_SLOTS =
        1 << 16,      /* values judged lately, so that one is not judged for each of its claims */
    NAMED_MAX = 1000, /* values of one indicator's pattern */
    MEMORY = 64 << 20
};

typedef struct rejudging {
    const rejudge_options *o;
    rejudge_counts n;
    arena a;     /* one value */
    arena named; /* the values of one indicator */
    uint64_t *recent;
    err *why;
} rejudging;

/* A direct-mapped memory: what it has forgotten is judged again, never left out. */
static bool seen_lately(rejudging *r, node_ref n)
{
    static const uint8_t key[16] = {0};
    uint64_t h = siphash(key, n.text) ^ (uint64_t)n.kind * 0x9e3779b97f4a7c15u;
    uint64_t *slot = &r->recent[h % RECENT_SLOTS];
    if (*slot == h)
        return true;
    *slot = h;
    return false;
}

static status verdict_in(rejudging *r, lens *l, node_ref n, verdict *ret)
{
    trust_store trust = {.l = l, .a = &r->a};
    evidence_from from = {.l = l, .ix = r->o->ix, .trust = {&trust, trust_from_store}};
    evidence_set set;
    status st = evidence_gather(&from, &r->a, n, &set, r->why);
    return st == OK ? verdict_of(&r->a, set.evidence, set.count, lens_view(l)->now, ret, r->why)
                    : st;
}

static status judge_value(rejudging *r, node_ref n, when at)
{
    verdict before, after;
    if (!kind_is_observable(n.kind) || seen_lately(r, n))
        return OK;
    arena_reset(&r->a);
    status st = verdict_in(r, r->o->before, n, &before);
    if (st == OK)
        st = verdict_in(r, r->o->after, n, &after);
    if (st != OK)
        return st;
    r->n.judged++;
    if (before.word == after.word && before.state == after.state &&
        before.score_0_100 == after.score_0_100)
        return OK;
    r->n.changed++;
    verdict_change c = {.value = n,
                        .at = at,
                        .before = {before.word, before.state, before.score_0_100},
                        .after = {after.word, after.state, after.score_0_100}};
    return r->o->on_change(r->o->ctx, &c, r->why);
}

static status on_event(void *ctx, const event *e, err *why)
{
    rejudging *r = ctx;
    claim_list list;
    if (e->node.kind != KIND_INDICATOR)
        return judge_value(r, e->node, e->at);
    arena_reset(&r->named);
    status st =
        claims_to(r->o->after, &r->named, e->node, PRED_PATTERN_OF, 0, NAMED_MAX, &list, why);
    for (size_t i = 0; st == OK && i < list.count; i++)
        st = judge_value(r, list.at[i].subject, e->at);
    return st;
}

static status on_node(void *ctx, node_ref n, err *why)
{
    rejudging *r = ctx;
    (void)why;
    return judge_value(r, n, lens_view(r->o->after)->now);
}

/* tx 0: all that happened since. */
static status run(const rejudge_options *o, int64_t tx, rejudge_counts *ret, err *why)
{
    rejudging r = {.o = o, .why = why};
    marking of_sets;
    arena_init(&r.a, MEMORY);
    arena_init(&r.named, MEMORY);
    r.recent = calloc(RECENT_SLOTS, sizeof *r.recent);
    status st = !r.recent ? err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory")
                : tx      ? sets_touched(o->after, tx, &of_sets, on_node, &r, why)
                          : events_since(o->after, o->since, on_event, &r, why);
    free(r.recent);
    arena_done(&r.a);
    arena_done(&r.named);
    if (st == OK)
        *ret = r.n;
    return st;
}

status rejudge(const rejudge_options *o, rejudge_counts *ret, err *why)
{
    return run(o, 0, ret, why);
}

status rejudge_sets(const rejudge_options *o, int64_t tx, rejudge_counts *ret, err *why)
{
    return run(o, tx, ret, why);
}
