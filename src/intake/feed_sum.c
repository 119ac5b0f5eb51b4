/* feed_sum.c - see feed_sum.h. */
#include "intake/feed_sum.h"

enum { MEMORY = 16 << 20 };

bool feed_is_sick(const feed_info *f)
{
    return f->s.outcome.len && !feed_went_well(f->s.outcome) && !f->s.held.len;
}

status feed_each(lens *l,
                 status (*each)(void *ctx, const feed_info *f, const feed_runs *h, err *why),
                 void *ctx, err *why)
{
    CLEANUP(arena_done) arena a;
    char name[FEED_NAME_MAX];
    feed_list one;
    feed_runs history;
    arena_init(&a, MEMORY);
    for (size_t len = 0;;) {
        arena_reset(&a);
        status st = feeds_page(l, &a, slice_of(name, len), 1, &one, why);
        if (st != OK || !one.count)
            return st;
        slice at = slice_sub(one.at[0].d.name, 0, sizeof name);
        memcpy(name, at.ptr, at.len);
        len = at.len;
        if ((st = feed_history(l, &a, at, FEED_HISTORY, &history, why)) != OK ||
            (st = each(ctx, &one.at[0], &history, why)) != OK)
            return st;
    }
}

typedef struct counting {
    feed_sum sum;
    when now;
} counting;

static status count_one(void *ctx, const feed_info *f, const feed_runs *history, err *why)
{
    counting *c = ctx;
    feed_health h = feed_health_of(f, history, c->now);
    (void)why;
    c->sum.feeds++;
    c->sum.sick += feed_is_sick(f);
    c->sum.held += f->s.held.len > 0;
    c->sum.quiet += h.silent || h.late;
    return OK;
}

status feed_sum_of(lens *l, when now, feed_sum *ret, err *why)
{
    counting c = {.now = now};
    status st = feed_each(l, count_one, &c, why);
    if (st == OK)
        *ret = c.sum;
    return st;
}
