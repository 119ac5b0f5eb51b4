/* memo.h - a small map from nodes to things, for the length of a look.
 *
 *     memo *m = memo_new(&arena);
 *     if (!memo_get(m, node)) memo_put(m, node, thing);
 *
 * Uses: base/hash, fact. Used by: know/graph, answer.
 * Open addressing over SipHash with a key of no secret: what fills it is bounded by the arena's
 * budget, and keys are compared in full. Lives in the arena; grows by doubling. One thread. */
#ifndef NOROSHI_MEMO_H
#define NOROSHI_MEMO_H

#include "model/fact.h"

typedef struct memo memo;

/* NULL when the budget is spent. */
memo *memo_new(arena *a);
/* NULL when it is not there, or `m` is NULL. */
void *memo_get(const memo *m, node_ref key);
/* Copies the key; `value` (never NULL) is kept as it is. False when the budget is spent. */
bool memo_put(memo *m, node_ref key, void *value);

#endif
