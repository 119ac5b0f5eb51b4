/* events.h - what changed: the nodes that published transactions touched.
 *
 *     st = events_since(l, last_time, on_touched, ctx, why);
 *
 * Uses: store. Used by: judge/rejudge.
 * Every transaction is its own event: the rows it added are ranges of ids, those it withdrew are in
 * an index, so nothing is written twice and judging can be replayed from any time. What the view
 * does not see causes no event. */
#ifndef NOROSHI_KNOW_EVENTS_H
#define NOROSHI_KNOW_EVENTS_H

#include "know/store.h"

typedef struct event {
    when at;       /* when the transaction was published */
    node_ref node; /* something was stated about it, or a statement about it was withdrawn; or a set
                      that was loaded or dropped has it, or what stands above it */
    marking marking; /* of the statement; of several such sets: joined. The lens's */
} event;

/* Transactions published after `since`, up to what the lens sees, oldest first, and in each first
 * what was added, then what was withdrawn, in the order in which it was stated. A node about which
 * a transaction says much may come more than once, and comes for each marking of what is said;
 * on_event may use the lens. Stops with what on_event returns if not OK. */
status events_since(lens *l, when since, status (*on_event)(void *ctx, const event *e, err *why),
                    void *ctx, err *why) NODISCARD;
/* The same of those that are newer than lens_newest was: several may have one millisecond. */
status events_after(lens *l, int64_t newest_us,
                    status (*on_event)(void *ctx, const event *e, err *why), void *ctx,
                    err *why) NODISCARD;

#endif
