/* graph.c - the neighbourhood of a thing, and what shares rare things with it: see graph.h. */
#include "know/graph.h"
#include "know/graph/walk.h"

#include <stdlib.h>

enum { NODES_USUAL = 200, FAN_USUAL = 50, RELATED_USUAL = 20, SHARED_MAX = 16 };

graph_limits graph_defaults(void)
{
    return (graph_limits){
        .depth = 1, .nodes_max = NODES_USUAL, .fan_max = FAN_USUAL, .related_max = RELATED_USUAL};
}

static status check_limits(const graph_limits *m, err *why)
{
    if (m->depth < 1 || m->depth > GRAPH_DEPTH_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a depth of %u is outside 1..%d", m->depth,
                       GRAPH_DEPTH_MAX);
    if (m->nodes_max < 1 || m->nodes_max > GRAPH_NODES_MAX || m->fan_max < 1 ||
        m->fan_max > GRAPH_FAN_MAX || m->related_max > GRAPH_RELATED_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a limit is outside its range");
    return OK;
}

/* --- the neighbourhood ---------------------------------------------------------------------- */

typedef struct drawing {
    walk *w;
    const graph_limits *limits;
    spot **spots; /* in the answer */
    size_t spot_count;
    graph_edge *edges;
    size_t edge_count, edge_cap;
    bool more;
} drawing;

static bool put_in(drawing *d, spot *s, unsigned depth)
{
    if (s->at != SIZE_MAX)
        return true;
    if (d->spot_count == d->limits->nodes_max) {
        d->more = true;
        return false;
    }
    s->at = d->spot_count;
    s->shown.depth = depth;
    d->spots[d->spot_count++] = s;
    return true;
}

static status add_edge(drawing *d, const spot *s, const bond *b, err *why)
{
    if (d->edge_count == d->edge_cap) {
        size_t cap = d->edge_cap ? 2 * d->edge_cap : 64;
        graph_edge *wider = arena_array(d->w->a, cap, sizeof *wider);
        if (!wider)
            return ARENA_SPENT(d->w->a, why);
        if (d->edge_count)
            memcpy(wider, d->edges, d->edge_count * sizeof *wider);
        d->edges = wider;
        d->edge_cap = cap;
    }
    d->edges[d->edge_count++] = (graph_edge){
        .from = b->outward ? s->at : b->other->at,
        .to = b->outward ? b->other->at : s->at,
        .predicate = b->predicate,
        .sources = b->sources,
        .source_count = b->source_count,
        .claims = b->claims,
        .confidence = b->confidence,
        .tlp = b->tlp,
    };
    return OK;
}

/* An edge is drawn when the first of its two ends is looked at. */
static status draw(drawing *d, spot *s, bool *drawn, err *why)
{
    status st = walk_gather(d->w, s, why);
    size_t kept = 0;
    for (size_t i = 0; st == OK && i < s->tie_count; i++) {
        spot *other = s->ties[i].other;
        bool fits = other->at != SIZE_MAX || kept < d->limits->fan_max;
        if (!fits || !put_in(d, other, s->shown.depth + 1)) {
            s->shown.left_out++;
            d->more = true;
            continue;
        }
        kept++;
        for (const bond *b = s->ties[i].bonds; st == OK && b && !drawn[other->at]; b = b->next)
            st = add_edge(d, s, b, why);
    }
    s->shown.left_out += s->more; /* at least */
    d->more |= s->more;
    drawn[s->at] = true;
    return st;
}

static status draw_all(drawing *d, spot *root, err *why)
{
    bool *drawn = arena_array(d->w->a, d->limits->nodes_max, sizeof *drawn);
    d->spots = arena_array(d->w->a, d->limits->nodes_max, sizeof(spot *));
    if (!drawn || !d->spots)
        return ARENA_SPENT(d->w->a, why);
    status st = OK;
    put_in(d, root, 0);
    for (size_t i = 0; st == OK && i < d->spot_count; i++) {
        spot *s = d->spots[i];
        if (s->shown.depth < d->limits->depth && (s == root || !s->shown.hot))
            st = draw(d, s, drawn, why);
    }
    return st;
}

/* --- what shares things with it ------------------------------------------------------------- */

/* log2(GRAPH_HOT / degree) in thousandths: 0 for what is hot, 9,965 for what one claim touches. */
static unsigned rarity(uint64_t degree)
{
    if (degree >= GRAPH_HOT || degree == 0)
        return 0;
    uint64_t x = ((uint64_t)GRAPH_HOT << 20) / degree; /* 20 binary places */
    unsigned whole = 0, part = 0;
    for (; x >= 2ull << 20; x >>= 1)
        whole++;
    for (unsigned bit = 512; bit; bit >>= 1) { /* ten binary places of the logarithm */
        x = (x * x) >> 20;
        if (x >= 2ull << 20) {
            x >>= 1;
            part += bit;
        }
    }
    return whole * 1000 + part * 1000 / 1024;
}

typedef struct kin {
    spot *other;
    unsigned weight;
    size_t shared[SHARED_MAX], shared_count;
} kin;

static bool same_sort(const spot *a, const spot *b)
{
    kind x = a->shown.node.kind, y = b->shown.node.kind;
    return kind_is_observable(x) ? kind_is_observable(y) && y != KIND_PROPERTY
                                 : kind_is_entity(y) && kind_class(x) == kind_class(y);
}

static int heaviest_first(const void *x, const void *y)
{
    const kin *a = *(kin *const *)x, *b = *(kin *const *)y;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    const node_ref *m = &a->other->shown.node, *n = &b->other->shown.node;
    if (m->kind != n->kind)
        return m->kind < n->kind ? -1 : 1;
    return slice_cmp(m->text, n->text);
}

typedef struct kins {
    memo *by_node;
    kin **list;
    size_t count, cap;
} kins;

static kin *kin_of(arena *a, kins *k, spot *other)
{
    kin *one = memo_get(k->by_node, other->shown.node);
    if (one)
        return one;
    if (k->count == k->cap) {
        size_t cap = k->cap ? 2 * k->cap : 64;
        kin **wider = arena_array(a, cap, sizeof(kin *));
        if (!wider)
            return NULL;
        if (k->count)
            memcpy(wider, k->list, k->count * sizeof(kin *));
        k->list = wider;
        k->cap = cap;
    }
    one = arena_new(a, kin);
    if (!one || !memo_put(k->by_node, other->shown.node, one))
        return NULL;
    one->other = other;
    return k->list[k->count++] = one;
}

/* Everything that touches what the asked thing touches, unless too many do. */
static status find_kin(drawing *d, spot *root, kins *k, err *why)
{
    arena *a = d->w->a;
    status st = OK;
    for (size_t i = 0; st == OK && i < root->tie_count; i++) {
        spot *mid = root->ties[i].other;
        if (mid->at == SIZE_MAX || mid->shown.hot)
            continue;
        st = walk_gather(d->w, mid, why);
        for (size_t t = 0; st == OK && t < mid->tie_count; t++) {
            spot *other = mid->ties[t].other;
            if (other == root || !same_sort(root, other))
                continue;
            kin *one = kin_of(a, k, other);
            if (!one)
                return ARENA_SPENT(a, why);
            one->weight += rarity(mid->shown.degree);
            if (one->shared_count < SHARED_MAX)
                one->shared[one->shared_count++] = mid->at;
        }
    }
    return st;
}

static status relate(drawing *d, spot *root, graph_view *ret, err *why)
{
    arena *a = d->w->a;
    kins k = {.by_node = memo_new(a)};
    status st = k.by_node ? find_kin(d, root, &k, why) : ARENA_SPENT(a, why);
    size_t n = k.count < d->limits->related_max ? k.count : d->limits->related_max;
    graph_related *list = st == OK ? arena_array(a, n + 1, sizeof *list) : NULL;
    if (!list)
        return st == OK ? ARENA_SPENT(a, why) : st;
    if (k.count)
        qsort(k.list, k.count, sizeof(kin *), heaviest_first);
    for (size_t i = 0; i < n; i++)
        list[i] = (graph_related){.node = k.list[i]->other->shown.node,
                                  .name = k.list[i]->other->shown.name,
                                  .weight = k.list[i]->weight,
                                  .shared = k.list[i]->shared,
                                  .shared_count = k.list[i]->shared_count};
    ret->related = list;
    ret->related_count = n;
    d->more |= n < k.count;
    return OK;
}

/* --- the two doors -------------------------------------------------------------------------- */

static int by_ends(const void *x, const void *y)
{
    const graph_edge *a = x, *b = y;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    if (a->to != b->to)
        return a->to < b->to ? -1 : 1;
    return (a->predicate > b->predicate) - (a->predicate < b->predicate);
}

static status finish(drawing *d, graph_view *ret, err *why)
{
    graph_node *nodes = arena_array(d->w->a, d->spot_count, sizeof *nodes);
    if (!nodes)
        return ARENA_SPENT(d->w->a, why);
    for (size_t i = 0; i < d->spot_count; i++)
        nodes[i] = d->spots[i]->shown;
    if (d->edge_count)
        qsort(d->edges, d->edge_count, sizeof *d->edges, by_ends);
    ret->nodes = nodes;
    ret->node_count = d->spot_count;
    ret->edges = d->edges;
    ret->edge_count = d->edge_count;
    ret->more = d->more;
    return OK;
}

status graph_around(lens *l, arena *a, node_ref start, const graph_limits *limits, graph_view *ret,
                    err *why)
{
    walk w;
    spot *root;
    graph_view g = {0};
    drawing d = {.w = &w, .limits = limits};
    status st = check_limits(limits, why);
    if (st != OK || (st = walk_begin(&w, l, a, why)) != OK)
        return st;
    st = walk_start(&w, start, &root, why);
    if (st == OK)
        st = draw_all(&d, root, why);
    if (st == OK && limits->related_max)
        st = relate(&d, root, &g, why);
    if (st == OK)
        st = finish(&d, &g, why);
    walk_done(&w);
    if (st == OK)
        *ret = g;
    return st;
}

/* --- a way ---------------------------------------------------------------------------------- */

typedef struct front {
    spot **at;
    size_t count;
} front;

/* One step from every spot of the front; *ret_meet is the first that the other side has reached,
 * and *ret_over what leads there. */
static status step(walk *w, const graph_limits *limits, front *f, int side, spot **ret_from,
                   bond **ret_over, err *why)
{
    front next = {.at = arena_array(w->a, limits->nodes_max + 1, sizeof(spot *))};
    status st = next.at ? OK : ARENA_SPENT(w->a, why);
    for (size_t i = 0; st == OK && i < f->count && w->looked < limits->nodes_max; i++) {
        spot *s = f->at[i];
        st = walk_gather(w, s, why);
        for (size_t t = 0; st == OK && t < s->tie_count; t++) {
            spot *other = s->ties[t].other;
            if (other->side == side)
                continue;
            if (other->side != 0) {
                *ret_from = s;
                *ret_over = s->ties[t].bonds;
                return OK;
            }
            if (other->shown.hot || next.count == limits->nodes_max)
                continue;
            other->side = side;
            other->back = s;
            other->over = s->ties[t].bonds;
            next.at[next.count++] = other;
        }
    }
    *f = next;
    return st;
}

/* Stations from the meeting back to both ends, put in order. */
static status lay_out(walk *w, spot *left, spot *right, bond *over, bool over_from_left,
                      graph_view *ret, err *why)
{
    enum { STATIONS = GRAPH_WAY_MAX + 1 };
    drawing d = {.w = w, .limits = &(graph_limits){.nodes_max = STATIONS}};
    spot *stations[STATIONS], *owner[STATIONS];
    bond *by[STATIONS];
    size_t n = 0, before = 1;
    for (const spot *s = left; s->back; s = s->back)
        before++;
    stations[before - 1] = left;
    for (size_t i = before - 1; i > 0; i--) { /* towards the one end */
        by[i - 1] = stations[i]->over;
        owner[i - 1] = stations[i - 1] = stations[i]->back;
    }
    by[before - 1] = over;
    owner[before - 1] = over_from_left ? left : right;
    stations[before] = right;
    for (n = before + 1; stations[n - 1]->back; n++) { /* and the other */
        by[n - 1] = stations[n - 1]->over;
        owner[n - 1] = stations[n] = stations[n - 1]->back;
    }
    d.spots = arena_array(w->a, n, sizeof(spot *));
    if (!d.spots)
        return ARENA_SPENT(w->a, why);
    status st = OK;
    for (size_t i = 0; i < n; i++)
        put_in(&d, stations[i], (unsigned)i);
    for (size_t i = 0; st == OK && i + 1 < n; i++)
        st = add_edge(&d, owner[i], by[i], why);
    graph_edge *in_order = d.edges;
    size_t edges = d.edge_count;
    d.edge_count = 0;
    if (st == OK)
        st = finish(&d, ret, why);
    ret->edges = in_order;
    ret->edge_count = edges;
    return st;
}

static status search(walk *w, const graph_limits *limits, spot *a, spot *b, graph_view *ret,
                     err *why)
{
    front side[2] = {{.at = &a, .count = 1}, {.at = &b, .count = 1}};
    a->side = 1;
    b->side = 2;
    for (int steps = 0; steps < GRAPH_WAY_MAX; steps++) {
        int k = side[1].count && (!side[0].count || side[1].count < side[0].count);
        spot *from = NULL;
        bond *over = NULL;
        if (!side[k].count || w->looked >= limits->nodes_max)
            break;
        status st = step(w, limits, &side[k], k + 1, &from, &over, why);
        if (st != OK)
            return st;
        if (from && k == 0)
            return lay_out(w, from, over->other, over, true, ret, why);
        if (from)
            return lay_out(w, over->other, from, over, false, ret, why);
    }
    return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE,
                   "no way of at most %d steps was found between them", GRAPH_WAY_MAX);
}

status graph_between(lens *l, arena *a, node_ref from, node_ref to, const graph_limits *limits,
                     graph_view *ret, err *why)
{
    walk w;
    spot *x, *y;
    graph_view g = {0};
    status st = check_limits(limits, why);
    if (st != OK || (st = walk_begin(&w, l, a, why)) != OK)
        return st;
    st = walk_start(&w, from, &x, why);
    if (st == OK)
        st = walk_start(&w, to, &y, why);
    if (st == OK && x == y)
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "the two are one thing");
    if (st == OK)
        st = search(&w, limits, x, y, &g, why);
    walk_done(&w);
    if (st == OK)
        *ret = g;
    return st;
}
