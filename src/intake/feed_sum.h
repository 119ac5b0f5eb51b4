/* feed_sum.h - all feeds that may be seen, one by one and counted: how do they do?
 * Uses: feed. Used by: cmd (feed, status), serve. */
#ifndef NOROSHI_INTAKE_FEED_SUM_H
#define NOROSHI_INTAKE_FEED_SUM_H

#include "intake/feed.h"

/* It answered wrongly, or not at all, when it was asked last. */
bool feed_is_sick(const feed_info *f);

/* Calls each for all of them, by name, with the newest FEED_HISTORY of its runs; memory is that of
 * one. Not OK stops. */
status feed_each(lens *l,
                 status (*each)(void *ctx, const feed_info *f, const feed_runs *h, err *why),
                 void *ctx, err *why) NODISCARD;

typedef struct feed_sum {
    uint64_t feeds, sick, held, quiet; /* quiet: silent for longer than its habit, or late */
} feed_sum;
status feed_sum_of(lens *l, when now, feed_sum *ret, err *why) NODISCARD;

#endif
