/* tier.c - one tier of joining: see tier.h. */
#include "know/names/tier.h"

void tier_spread(graph *g)
{
    uint32_t n = g->entity_count;
    memset(g->bad, 0, (size_t)n * n);
    for (uint32_t a = 0; a < n; a++)
        for (uint32_t b = 0; b < n; b++)
            if (g->held[a * n + b])
                g->bad[g->part[a] * n + g->part[b]] = 1;
}

void tier_clear(graph *g)
{
    uint32_t n = g->entity_count;
    memset(g->via, 0xff, (size_t)n * n * sizeof *g->via);
}

/* Any order will do that does not depend on the order of rows. */
static int tie_cmp(const graph *g, uint32_t a, uint32_t b)
{
    const graph_tie *x = &g->ties[a], *y = &g->ties[b];
    int c = slice_cmp(g->sources[x->source].name, g->sources[y->source].name);
    if (!c)
        c = (int)x->predicate - (int)y->predicate;
    return c ? c : x->claim_lo < y->claim_lo ? -1 : x->claim_lo > y->claim_lo;
}

void tier_edge(graph *g, uint32_t a, uint32_t b, uint32_t via, bool is_name)
{
    uint32_t n = g->entity_count, old = g->via[a * n + b];
    if (a == b || g->frozen[a] || g->frozen[b])
        return;
    if (old != GRAPH_NONE && (is_name ? slice_cmp(g->names[old].folded, g->names[via].folded)
                                      : tie_cmp(g, old, via)) <= 0)
        return;
    g->via[a * n + b] = g->via[b * n + a] = via;
}

/* The tier's own picture: a vertex is a group that has an edge. */
typedef struct picture {
    uint32_t m;
    uint32_t *part;            /* part[v]: the group */
    uint32_t *vertex;          /* by part; GRAPH_NONE */
    uint8_t *edge, *cut, *bad; /* m * m */
    uint16_t *far;             /* of the search that runs */
    uint32_t *queue, *next;
    uint8_t *on, *inner;
} picture;

static status draw(graph *g, picture *p, err *why)
{
    uint32_t n = g->entity_count;
    *p = (picture){.part = arena_array(g->a, n, sizeof *p->part),
                   .vertex = arena_array(g->a, n, sizeof *p->vertex),
                   .next = arena_array(g->a, n, sizeof *p->next)};
    if (!p->part || !p->vertex || !p->next)
        return ARENA_SPENT(g->a, why);
    memset(p->vertex, 0xff, n * sizeof *p->vertex);
    for (uint32_t a = 0; a < n; a++)
        for (uint32_t b = 0; b < n; b++)
            if (g->via[a * n + b] != GRAPH_NONE && g->part[a] != g->part[b] &&
                p->vertex[g->part[a]] == GRAPH_NONE) {
                p->vertex[g->part[a]] = p->m;
                p->part[p->m++] = g->part[a];
            }
    size_t m = p->m, cells = m * m;
    p->edge = arena_array(g->a, cells + 1, 1);
    p->cut = arena_array(g->a, cells + 1, 1);
    p->bad = arena_array(g->a, cells + 1, 1);
    p->far = arena_array(g->a, m + 1, sizeof *p->far);
    p->queue = arena_array(g->a, m + 1, sizeof *p->queue);
    p->on = arena_array(g->a, m + 1, 1);
    p->inner = arena_array(g->a, m + 1, 1);
    if (!p->edge || !p->cut || !p->bad || !p->far || !p->queue || !p->on || !p->inner)
        return ARENA_SPENT(g->a, why);
    for (uint32_t a = 0; a < n; a++)
        for (uint32_t b = 0; b < n; b++)
            if (g->via[a * n + b] != GRAPH_NONE && g->part[a] != g->part[b])
                p->edge[p->vertex[g->part[a]] * m + p->vertex[g->part[b]]] = 1;
    for (uint32_t x = 0; x < m; x++)
        for (uint32_t y = 0; y < m; y++)
            p->bad[x * m + y] = g->bad[p->part[x] * n + p->part[y]];
    return OK;
}

enum { FAR = UINT16_MAX };

/* Distances from x; p->queue has the reached vertices in their order. Returns how many. */
static uint32_t search(picture *p, uint32_t x)
{
    uint32_t head = 0, tail = 0;
    memset(p->far, 0xff, p->m * sizeof *p->far);
    p->far[x] = 0;
    p->queue[tail++] = x;
    while (head < tail) {
        uint32_t u = p->queue[head++];
        for (uint32_t v = 0; v < p->m; v++)
            if (p->edge[u * p->m + v] && p->far[v] == FAR) {
                p->far[v] = (uint16_t)(p->far[u] + 1);
                p->queue[tail++] = v;
            }
    }
    return tail;
}

static bool has_bad(const picture *p, uint32_t x)
{
    return p->m && memchr(&p->bad[x * p->m], 1, p->m);
}

/* The length of the shortest chain between two that are held apart; FAR when there is none. */
static uint16_t shortest(picture *p)
{
    uint16_t least = FAR;
    for (uint32_t x = 0; x < p->m; x++) {
        if (!has_bad(p, x))
            continue;
        search(p, x);
        for (uint32_t y = 0; y < p->m; y++)
            if (p->bad[x * p->m + y] && p->far[y] < least)
                least = p->far[y];
    }
    return least;
}

/* Marks the edges of all chains of that length from x to what it is held apart from: backwards
 * from their ends, farthest first. */
static void mark_chains(picture *p, uint32_t x, uint16_t length)
{
    uint32_t m = p->m, reached = search(p, x);
    memset(p->on, 0, m);
    for (uint32_t y = 0; y < m; y++)
        p->on[y] = p->bad[x * m + y] && p->far[y] == length;
    for (uint32_t i = reached; i-- > 1;) {
        uint32_t v = p->queue[i];
        if (!p->on[v] || p->far[v] > length)
            continue;
        for (uint32_t u = 0; u < m; u++) {
            if (!p->edge[u * m + v] || p->far[u] + 1 != p->far[v])
                continue;
            p->cut[u * m + v] = p->cut[v * m + u] = 1;
            p->on[u] = 1;
            if (u != x)
                p->inner[u] = 1;
        }
    }
}

static void drop_marked(picture *p)
{
    for (size_t i = 0; i < (size_t)p->m * p->m; i++)
        if (p->cut[i])
            p->edge[i] = p->cut[i] = 0;
}

/* Too tangled: whatever still hangs together with a conflict falls apart again. */
static void drop_conflicts(picture *p)
{
    for (uint32_t x = 0; x < p->m; x++) {
        uint32_t reached = search(p, x);
        bool conflict = false;
        for (uint32_t y = 0; y < p->m; y++)
            conflict = conflict || (p->bad[x * p->m + y] && p->far[y] != FAR);
        for (uint32_t i = 0; conflict && i < reached; i++) {
            memset(&p->cut[p->queue[i] * p->m], 1, p->m);
            p->inner[p->queue[i]] = 1;
        }
    }
    drop_marked(p);
}

static void resolve(picture *p)
{
    uint16_t length;
    for (int round = 0; round < GRAPH_ROUNDS_MAX; round++) {
        if ((length = shortest(p)) == FAR)
            return;
        for (uint32_t x = 0; x < p->m; x++)
            if (has_bad(p, x))
                mark_chains(p, x, length);
        drop_marked(p);
    }
    drop_conflicts(p);
}

static status note_joins(graph *g, const picture *p, name_rule rule, err *why)
{
    uint32_t n = g->entity_count, m = p->m;
    for (uint32_t a = 0; a < n; a++)
        for (uint32_t b = a + 1; b < n; b++) {
            uint32_t via = g->via[a * n + b];
            if (via == GRAPH_NONE || g->part[a] == g->part[b] ||
                !p->edge[p->vertex[g->part[a]] * m + p->vertex[g->part[b]]])
                continue;
            if (g->join_count == g->join_cap) {
                uint32_t cap = g->join_cap ? g->join_cap * 2 : 64;
                graph_join *wider = arena_array(g->a, cap, sizeof *wider);
                if (!wider)
                    return ARENA_SPENT(g->a, why);
                if (g->join_count)
                    memcpy(wider, g->joins, g->join_count * sizeof *wider);
                g->joins = wider;
                g->join_cap = cap;
            }
            g->joins[g->join_count++] = (graph_join){a, b, rule, via};
        }
    return OK;
}

/* New groups: what hangs together in the picture. The smallest index names a group. */
static void apply(graph *g, picture *p, bool freeze)
{
    uint32_t n = g->entity_count;
    for (uint32_t a = 0; freeze && a < n; a++)
        if (p->vertex[g->part[a]] != GRAPH_NONE && p->inner[p->vertex[g->part[a]]])
            g->frozen[a] = true;
    for (uint32_t x = 0; x < p->m; x++) {
        uint32_t reached = search(p, x), least = GRAPH_NONE;
        for (uint32_t i = 0; i < reached; i++)
            if (p->part[p->queue[i]] < least)
                least = p->part[p->queue[i]];
        p->next[x] = least;
    }
    for (uint32_t a = 0; a < n; a++)
        if (p->vertex[g->part[a]] != GRAPH_NONE)
            g->part[a] = p->next[p->vertex[g->part[a]]];
}

status tier_join(graph *g, name_rule rule, bool freeze, err *why)
{
    picture p;
    tier_spread(g);
    status st = draw(g, &p, why);
    if (st != OK)
        return st;
    if (!p.m)
        return OK;
    resolve(&p);
    if ((st = note_joins(g, &p, rule, why)) != OK)
        return st;
    apply(g, &p, freeze);
    tier_spread(g);
    return OK;
}
