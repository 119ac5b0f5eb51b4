/* indicators.h - every value of which somebody says something that may make it bad: what a watcher
 * of logs has to look for.
 *
 *     st = indicators_each(l, &kinds_of_claims, on_value, ctx, why);
 *
 * Uses: store. Used by: watch.
 * Whether the value is bad is for the judge to say, once it was met: this is the candidates, all of
 * them. Two passes in the order of the rows, one over claims and one over nodes; memory is one bit
 * a node. */
#ifndef NOROSHI_KNOW_INDICATORS_H
#define NOROSHI_KNOW_INDICATORS_H

#include "know/store.h"

/* Bits are 1 << predicate. */
typedef struct indicator_rules {
    uint64_t subjects; /* predicates whose subject is wanted */
    uint64_t objects;  /* ... whose object is */
    bool bad_lists;    /* and what is on a list that says of itself that it lists what is bad */
} indicator_rules;

typedef struct indicator_value {
    node_ref node; /* until the callback returns */
    uint64_t id;   /* the same for the same value as long as the store lives */
} indicator_value;

/* Observables that the view sees such a claim of, in the order in which the store met them. A
 * status of on_value other than OK ends it.
 *   ERR_LIMIT  memory */
status indicators_each(lens *l, const indicator_rules *rules,
                       status (*on_value)(void *ctx, const indicator_value *v, err *why), void *ctx,
                       err *why) NODISCARD;

/* By its id. ERR_NOT_FOUND. */
status indicator_get(lens *l, arena *a, uint64_t id, node_ref *ret, err *why) NODISCARD;

#endif
