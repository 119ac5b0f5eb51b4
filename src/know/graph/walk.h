/* walk.h - things met on a walk, and what ties each to its neighbours. Private to know/graph.
 * Uses: claims, names, memo. Used by: graph.c, graph/way.c. */
#ifndef NOROSHI_KNOW_GRAPH_WALK_H
#define NOROSHI_KNOW_GRAPH_WALK_H

#include "know/graph.h"
#include "model/memo.h"

typedef struct spot spot;

/* What the claims of one predicate, in one direction, say between two things. */
typedef struct bond {
    spot *other;
    predicate predicate;
    bool outward;                     /* the one that was looked at is the subject */
    slice sources[GRAPH_SOURCES_MAX]; /* by text */
    size_t source_count;
    uint64_t claims;
    int confidence;
    tlp tlp;
    struct bond *next; /* with the same other */
} bond;

/* A neighbour with everything that ties it. */
typedef struct tie {
    spot *other;
    bond *bonds;
} tie;

struct spot {
    graph_node shown;
    node_ref *members; /* of an entity's group; else itself */
    size_t member_count;
    bool gathered;
    const tie *ties; /* rarest first; hot or not */
    size_t tie_count;
    bool more; /* there were more claims than were read */
    size_t at; /* in the answer; SIZE_MAX: not in it */
    /* a way: from which side it was reached, from where, over what */
    int side; /* 0: not reached; 1, 2 */
    spot *back;
    bond *over;
};

typedef struct walk {
    lens *l;
    arena *a;
    arena scratch;
    memo *spots;
    size_t looked; /* gathered so far */
} walk;

status walk_begin(walk *w, lens *l, arena *a, err *why) NODISCARD;
void walk_done(walk *w);
/* The thing that the node is. */
status walk_spot(walk *w, node_ref n, spot **ret, err *why) NODISCARD;
/* Fills s->ties, once. */
status walk_gather(walk *w, spot *s, err *why) NODISCARD;
/* The same, or ERR_NOT_FOUND when nothing visible touches it. */
status walk_start(walk *w, node_ref n, spot **ret, err *why) NODISCARD;

#endif
