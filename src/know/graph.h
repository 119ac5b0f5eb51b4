/* graph.h - what stands next to a thing: its neighbours over what is visible, other values that
 * share rare things with it, and the ways between two.
 *
 *     graph_view g;
 *     graph_limits limits = graph_defaults();
 *     st = graph_around(l, &a, (node_ref){KIND_IPV4, S("198.51.100.7")}, &limits, &g, why);
 *
 * Uses: claims, names, memo. Used by: cmd, later serve.
 * Everything is read from posting lists when it is asked (claims by subject and by object); no pair
 * of related values is ever stored. Entities that are one thing (know/names.h) are one node.
 * What many things share ties them weakly: a node that GRAPH_HOT claims or more touch is shown and
 * counted, but not walked through, and neighbours are kept rarest first.
 * Only claims in view are counted, ordered or walked, so that what a reader may not see changes
 * neither the order nor the limits. Costs: at most nodes_max expansions of fan_max claims in each
 * direction; memory is the arena's. */
#ifndef NOROSHI_KNOW_GRAPH_H
#define NOROSHI_KNOW_GRAPH_H

#include "know/claims.h"

enum {
    GRAPH_HOT = 1000, /* claims: from here on shared by too many to say anything */
    GRAPH_DEPTH_MAX = 3,
    GRAPH_NODES_MAX = 2000,
    GRAPH_FAN_MAX = 500,
    GRAPH_RELATED_MAX = 50,
    GRAPH_SOURCES_MAX = 8, /* of one edge; more are counted */
    GRAPH_WAY_MAX = 6      /* edges of a way */
};

typedef struct graph_limits {
    unsigned depth;   /* 1..GRAPH_DEPTH_MAX */
    size_t nodes_max; /* of the answer */
    size_t fan_max;   /* neighbours kept of one node */
    size_t related_max;
} graph_limits;
graph_limits graph_defaults(void); /* depth 1, 200 nodes, 50 neighbours, 20 related */

typedef struct graph_node {
    node_ref node; /* an entity: the representative of its group */
    slice name;    /* for people; empty for observables */
    unsigned depth;
    uint64_t degree;   /* claims that touch it, counted up to GRAPH_HOT */
    bool hot;          /* there are GRAPH_HOT or more: not walked through */
    uint64_t left_out; /* neighbours that did not fit; at least so many when hot */
} graph_node;

typedef struct graph_edge {
    size_t from, to; /* graph_view.nodes */
    predicate predicate;
    const slice *sources; /* by text */
    size_t source_count;
    uint64_t claims;
    int confidence; /* the highest said; -1 */
    tlp tlp;        /* the lowest it can be learnt from */
} graph_edge;

/* A value that the asked one shares things with: the rarer they are the more it weighs. */
typedef struct graph_related {
    node_ref node;
    slice name;
    unsigned weight;      /* sum over what is shared of log2(GRAPH_HOT / degree), in thousandths */
    const size_t *shared; /* graph_view.nodes: what they share, rarest first */
    size_t shared_count;
} graph_related;

typedef struct graph_view {
    graph_node *nodes; /* [0] is the asked thing; then by depth, degree, kind, text */
    size_t node_count;
    graph_edge *edges; /* by from, to, predicate */
    size_t edge_count;
    graph_related *related; /* heaviest first */
    size_t related_count;
    bool more; /* something did not fit */
} graph_view;

/*   OK             *ret filled; a thing nobody speaks of has no neighbours
 *   ERR_NOT_FOUND  the view sees nothing of it
 *   ERR_INPUT      limits outside their ranges; ERR_LIMIT the arena's budget */
status graph_around(lens *l, arena *a, node_ref start, const graph_limits *limits, graph_view *ret,
                    err *why) NODISCARD;

/* One shortest way from `from` to `to`, not through what is hot; of several the one over the
 * rarest nodes. ret->nodes are the stations in order, ret->edges[i] ties nodes i and i + 1 (in
 * either direction).
 *   ERR_NOT_FOUND  no way within GRAPH_WAY_MAX edges and limits->nodes_max nodes looked at, or the
 *                  view sees nothing of one of the two */
status graph_between(lens *l, arena *a, node_ref from, node_ref to, const graph_limits *limits,
                     graph_view *ret, err *why) NODISCARD;

#endif
