/* tier.h - one tier of joining: the edges of g->via, less those that would bring together what is
 * held apart. Private to names. */
#ifndef NOROSHI_KNOW_NAMES_TIER_H
#define NOROSHI_KNOW_NAMES_TIER_H

#include "know/names/graph.h"

/* Spreads g->held over the groups of g->part into g->bad. */
void tier_spread(graph *g);
/* Forgets the edges of the last tier. */
void tier_clear(graph *g);
/* a and b would be joined by `via`, a name or a tie. Of several the smallest is kept. */
void tier_edge(graph *g, uint32_t a, uint32_t b, uint32_t via, bool is_name);
/* Joins. Where a chain of edges would connect two groups that are held apart, the edges on the
 * shortest such chains are dropped, and again, until none is left; so one bridge between two
 * camps is cut off without hurting either. freeze: what stood inside a chain that was cut takes no
 * part in later, weaker tiers. */
status tier_join(graph *g, name_rule rule, bool freeze, err *why) NODISCARD;

#endif
