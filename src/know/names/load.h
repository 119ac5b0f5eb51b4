/* load.h - the part of the store that decides what one entity is one with, as a solved graph.
 * Private to names. */
#ifndef NOROSHI_KNOW_NAMES_LOAD_H
#define NOROSHI_KNOW_NAMES_LOAD_H

#include "know/names/graph.h"
#include "know/store_private.h"

enum { LOAD_BUDGET = 128 << 20, LOAD_MUTED_MAX = 3 };

typedef struct load_request {
    const node_ref *seeds; /* of one kind class; the first seeds of the graph, in this order */
    size_t seed_count;
    /* as if these had been carried out; NULL: as it is */
    const name_step *steps;
    size_t step_count;
} load_request;

/* Everything that can be one with a seed is in the graph and solved. *ret_cut: it was too much, and
 * weaker evidence was left out. The graph lives in `a`.
 *   ERR_LIMIT  the arena's budget */
status names_load(lens *l, arena *a, const load_request *r, graph *ret, bool *ret_cut,
                  err *why) NODISCARD;
/* How a name claim's detail says that the name is used: HOW_... */
unsigned names_how(arena *scratch, slice detail);
/* The entities of one class that are called `folded` but are not in `group` (by part), the first by
 * key; at most NAME_OTHERS_MAX. Reads the store: for names that the graph does not know whole. */
status names_others(lens *l, arena *a, const graph *g, uint32_t name, uint32_t part,
                    const node_ref **ret, size_t *ret_count, err *why) NODISCARD;

#endif
