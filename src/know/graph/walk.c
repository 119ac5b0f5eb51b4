/* walk.c - things and their ties, out of the posting lists: see walk.h. */
#include "know/graph/walk.h"
#include "know/names.h"

#include <stdlib.h>

enum {
    READ_MAX = 2 * GRAPH_HOT, /* claims of one member in one direction */
    MEMBERS_MAX = 32,
    SCRATCH_MAX = 64 << 20
};

status walk_begin(walk *w, lens *l, arena *a, err *why)
{
    *w = (walk){.l = l, .a = a, .spots = memo_new(a)};
    arena_init(&w->scratch, SCRATCH_MAX);
    return w->spots ? OK : ARENA_SPENT(a, why);
}

void walk_done(walk *w)
{
    arena_done(&w->scratch);
}

/* --- things --------------------------------------------------------------------------------- */

static status count_claims(walk *w, spot *s, err *why)
{
    uint64_t sum = 0;
    status st = OK;
    for (size_t i = 0; st == OK && i < s->member_count && sum < GRAPH_HOT; i++) {
        uint64_t n = 0;
        st = claims_count_around(w->l, s->members[i], GRAPH_HOT - sum, &n, why);
        sum += n;
    }
    s->shown.degree = sum;
    s->shown.hot = sum >= GRAPH_HOT;
    return st;
}

static spot *new_spot(walk *w, node_ref n, slice name, size_t member_count)
{
    spot *s = arena_new(w->a, spot);
    node_ref *members = arena_array(w->a, member_count, sizeof *members);
    if (!s || !members || !arena_copy(w->a, n.text, &s->shown.node.text) ||
        !arena_copy(w->a, name, &s->shown.name))
        return NULL;
    s->shown.node.kind = n.kind;
    s->members = members;
    s->member_count = member_count;
    s->at = SIZE_MAX;
    members[0] = s->shown.node;
    return s;
}

/* Of an entity: its whole group, under the representative's key. */
static status make_entity(walk *w, node_ref n, spot **ret, err *why)
{
    name_group g;
    arena_reset(&w->scratch);
    status st = name_group_of(w->l, &w->scratch, n, &g, why);
    if (st == ERR_NOT_FOUND) {
        *ret = new_spot(w, n, n.text, 1);
        return *ret ? OK : ARENA_SPENT(w->a, why);
    }
    if (st != OK || (*ret = memo_get(w->spots, g.id)) != NULL)
        return st;
    size_t members = g.member_count < MEMBERS_MAX ? g.member_count : MEMBERS_MAX;
    slice name;
    if ((st = name_shown(w->l, &w->scratch, &g, &name, why)) != OK)
        return st;
    spot *s = new_spot(w, g.id, name, members ? members : 1);
    bool fits = s && memo_put(w->spots, s->shown.node, s);
    for (size_t i = 0; fits && i < members; i++) {
        s->members[i].kind = g.members[i].entity.kind;
        fits = arena_copy(w->a, g.members[i].entity.text, &s->members[i].text);
    }
    if (!fits)
        return ARENA_SPENT(w->a, why);
    *ret = s;
    return OK;
}

status walk_spot(walk *w, node_ref n, spot **ret, err *why)
{
    spot *s = memo_get(w->spots, n);
    status st = OK;
    if (s) {
        *ret = s;
        return OK;
    }
    if (kind_is_entity(n.kind))
        st = make_entity(w, n, &s, why);
    else if (!(s = new_spot(w, n, S(""), 1)))
        st = ARENA_SPENT(w->a, why);
    if (st == OK && s && !s->shown.degree)
        st = count_claims(w, s, why);
    if (st == OK && !memo_put(w->spots, n, s))
        st = ARENA_SPENT(w->a, why);
    if (st == OK)
        *ret = s;
    return st;
}

/* --- ties ----------------------------------------------------------------------------------- */

typedef struct gathering {
    walk *w;
    spot *of;
    memo *by_other; /* spot -> tie */
    tie **list;
    size_t count, cap;
} gathering;

static status note_source(walk *w, bond *b, slice source, err *why)
{
    for (size_t i = 0; i < b->source_count; i++)
        if (slice_eq(b->sources[i], source))
            return OK;
    if (b->source_count == GRAPH_SOURCES_MAX)
        return OK;
    slice *list = b->sources;
    if (!arena_copy(w->a, source, &list[b->source_count]))
        return ARENA_SPENT(w->a, why);
    size_t i = b->source_count++;
    for (; i > 0 && slice_cmp(list[i - 1], list[i]) > 0; i--) {
        slice t = list[i];
        list[i] = list[i - 1];
        list[i - 1] = t;
    }
    return OK;
}

static tie *tie_with(gathering *g, spot *other)
{
    tie *t = memo_get(g->by_other, other->shown.node);
    if (t)
        return t;
    if (g->count == g->cap) {
        size_t cap = g->cap ? 2 * g->cap : 16;
        tie **wider = arena_array(g->w->a, cap, sizeof(tie *));
        if (!wider)
            return NULL;
        if (g->count)
            memcpy(wider, g->list, g->count * sizeof(tie *));
        g->list = wider;
        g->cap = cap;
    }
    t = arena_new(g->w->a, tie);
    if (!t || !memo_put(g->by_other, other->shown.node, t))
        return NULL;
    t->other = other;
    g->list[g->count++] = t;
    return t;
}

/* Only a reference says that it is there, not what: nothing to show, nothing to walk through. */
static bool is_dangling(const spot *s)
{
    return s->shown.node.kind == KIND_OTHER && slice_eq(s->shown.name, s->shown.node.text);
}

static status add_claim(gathering *g, const claim *c, bool outward, err *why)
{
    spot *other;
    node_ref n = outward ? c->object : c->subject;
    if (!kind_is_observable(n.kind) && !kind_is_entity(n.kind))
        return OK; /* names, references, literals */
    status st = walk_spot(g->w, n, &other, why);
    if (st != OK || other == g->of || is_dangling(other))
        return st;
    tie *t = tie_with(g, other);
    bond *b = t ? t->bonds : NULL;
    while (b && (b->predicate != c->predicate || b->outward != outward))
        b = b->next;
    if (t && !b && (b = arena_new(g->w->a, bond)) != NULL) {
        *b = (bond){.other = other,
                    .predicate = c->predicate,
                    .outward = outward,
                    .confidence = -1,
                    .tlp = TLP_RED,
                    .next = t->bonds};
        t->bonds = b;
    }
    if (!b)
        return ARENA_SPENT(g->w->a, why);
    b->claims++;
    b->confidence = c->confidence > b->confidence ? c->confidence : b->confidence;
    b->tlp = c->marking.tlp < b->tlp ? c->marking.tlp : b->tlp;
    return note_source(g->w, b, c->source, why);
}

static status add_claims(gathering *g, const claim_list *list, bool outward, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < list->count; i++)
        st = add_claim(g, &list->at[i], outward, why);
    g->of->more |= list->more;
    return st;
}

static int rarest_first(const void *x, const void *y)
{
    const graph_node *a = &(*(tie *const *)x)->other->shown, *b = &(*(tie *const *)y)->other->shown;
    if (a->degree != b->degree)
        return a->degree < b->degree ? -1 : 1;
    if (a->node.kind != b->node.kind)
        return a->node.kind < b->node.kind ? -1 : 1;
    return slice_cmp(a->node.text, b->node.text);
}

/* Of one pair, the bonds in the order of their predicates. */
static void order_bonds(tie *t)
{
    bond *sorted = NULL;
    while (t->bonds) {
        bond *b = t->bonds, **to = &sorted;
        t->bonds = b->next;
        while (*to && ((*to)->predicate < b->predicate ||
                       ((*to)->predicate == b->predicate && (*to)->outward && !b->outward)))
            to = &(*to)->next;
        b->next = *to;
        *to = b;
    }
    t->bonds = sorted;
}

/* Claims are read into an arena of their own: what ties keep of them is copied. */
static status gather_member(gathering *g, node_ref member, err *why)
{
    CLEANUP(arena_done) arena claims;
    claim_list list;
    arena_init(&claims, SCRATCH_MAX);
    status st = claims_of_bare(g->w->l, &claims, member, READ_MAX, &list, why);
    if (st == OK)
        st = add_claims(g, &list, true, why);
    if (st == OK)
        st = claims_to_bare(g->w->l, &claims, member, PRED_NONE, READ_MAX, &list, why);
    return st == OK ? add_claims(g, &list, false, why) : st;
}

status walk_gather(walk *w, spot *s, err *why)
{
    if (s->gathered)
        return OK;
    gathering g = {.w = w, .of = s, .by_other = memo_new(w->a)};
    status st = g.by_other ? OK : ARENA_SPENT(w->a, why);
    for (size_t i = 0; st == OK && i < s->member_count; i++)
        st = gather_member(&g, s->members[i], why);
    tie *ties = st == OK ? arena_array(w->a, g.count + 1, sizeof *ties) : NULL;
    if (!ties)
        return st == OK ? ARENA_SPENT(w->a, why) : st;
    if (g.count)
        qsort(g.list, g.count, sizeof(tie *), rarest_first);
    for (size_t i = 0; i < g.count; i++) {
        order_bonds(g.list[i]);
        ties[i] = *g.list[i];
    }
    s->ties = ties;
    s->tie_count = g.count;
    s->gathered = true;
    w->looked++;
    return OK;
}

status walk_start(walk *w, node_ref n, spot **ret, err *why)
{
    spot *s;
    status st = walk_spot(w, n, &s, why);
    if (st == OK && s->shown.degree == 0)
        st = err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "nothing is held about it");
    if (st == OK)
        st = walk_gather(w, s, why);
    if (st == OK)
        *ret = s;
    return st;
}
