/* hunt.c - values that indicate a thing, against the sightings: see hunt.h. */
#include "watch/hunt.h"

#include "know/claims.h"
#include "know/names.h"
#include "know/subject.h"

enum { MEMORY = 256 << 20, BATCH = 256 };

typedef struct hunting {
    const hunt_options *o;
    arena outer, inner; /* of one batch of claims; of one of an indicator's values */
    hunt_counts n;
} hunting;

/* A value, and the marking of all that has to be known to say that it indicates the thing. */
typedef struct lead {
    node_ref value;
    tlp marked;
} lead;

static status ask(hunting *h, arena *a, const lead *leads, size_t count, err *why)
{
    sightings_found *f = arena_array(a, count, sizeof *f);
    sightings_probe *p = arena_array(a, count, sizeof *p);
    status st = f && p ? OK : ARENA_SPENT(a, why);
    for (size_t i = 0; st == OK && i < count; i++)
        p[i] = (sightings_probe){leads[i].value.kind, leads[i].value.text};
    if (st == OK && h->o->s)
        st = sightings_find(h->o->s, p, count, a, f, why);
    for (size_t i = 0; st == OK && i < count; i++) {
        h->n.asked++;
        if (!f[i].itself.count && !f[i].within.count)
            continue;
        h->n.seen++;
        st = h->o->on_value(h->o->ctx, leads[i].value, leads[i].marked, &f[i], why);
    }
    return st;
}

/* Values that say `p` of something. What stands in an indicator's pattern is asked for where the
 * indicator is met, and is marked as the stricter of the two. */
static status ask_those(hunting *h, node_ref of, predicate p, tlp marked, err *why)
{
    arena *a = p == PRED_INDICATES ? &h->outer : &h->inner;
    claim_list list = {.more = true};
    int64_t cursor = 0;
    status st = OK;
    while (st == OK && list.more) {
        lead leads[BATCH];
        size_t n = 0;
        arena_reset(a);
        st = claims_to(h->o->l, a, of, p, cursor, BATCH, &list, why);
        for (size_t i = 0; st == OK && i < list.count; i++) {
            const claim *c = &list.at[i];
            tlp both = c->marking.tlp > marked ? c->marking.tlp : marked;
            cursor = c->row;
            if (kind_is_observable(c->subject.kind))
                leads[n++] = (lead){c->subject, both};
            else if (p == PRED_INDICATES && c->subject.kind == KIND_INDICATOR)
                st = ask_those(h, c->subject, PRED_PATTERN_OF, both, why);
        }
        if (st == OK && n)
            st = ask(h, a, leads, n, why);
    }
    return st;
}

status hunt_entity(const hunt_options *o, arena *a, slice id, hunt_counts *ret, err *why)
{
    hunting h = {.o = o};
    node_ref start;
    name_group g;
    arena_init(&h.outer, MEMORY);
    arena_init(&h.inner, MEMORY);
    status st = subject_of(o->l, a, id, &start, why);
    if (st == OK)
        st = name_group_of(o->l, a, start, &g, why);
    for (size_t i = 0; st == OK && i < g.member_count; i++)
        st = ask_those(&h, g.members[i].entity, PRED_INDICATES, TLP_CLEAR, why);
    if (st == OK) {
        h.n.name = g.name;
        *ret = h.n;
    }
    arena_done(&h.outer);
    arena_done(&h.inner);
    return st;
}
