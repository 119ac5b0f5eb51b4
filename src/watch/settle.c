/* settle.c - see settle.h. */
#include "watch/retro.h"

#include "know/index.h"
#include "know/search.h"
#include "watch/settle.h"

static view whole(when now)
{
    return (view){.clearance = TLP_RED, .all_audiences = true, .known_at = WHEN_NONE, .now = now};
}

status settle_newest(store *s, when now, when *ret, err *why)
{
    lens *l = NULL;
    const view v = whole(now);
    status st = lens_new(s, &l, why);
    if (st == OK)
        st = lens_look(l, &v, why);
    if (st == OK)
        *ret = lens_newest(l) / 1000;
    lens_free(l);
    return st;
}

/* So that the first question need not. */
static status catch_up(store *s, err *why)
{
    index_t *ix = NULL;
    status st = index_open(s, &ix, why);
    if (st == OK)
        st = index_settle(ix, why);
    index_close(ix);
    return st == OK ? search_catch_up(s, why) : st;
}

static status look_back(const settle_options *o, uint64_t *ret, err *why)
{
    retro_counts n = {0};
    writer *w = NULL;
    view v = o->view ? *o->view : whole(clock_now(o->clock));
    status st = writer_new(o->s, o->actor, &w, why);
    const retro_options r = {.s = o->s,
                             .view = &v,
                             .clock = o->clock,
                             .writer = w,
                             .marking = {.tlp = TLP_AMBER},
                             .since = o->since};
    if (st == OK)
        st = retro_look(&r, &n, why);
    writer_free(w);
    *ret = n.alerts;
    return st;
}

status settle_import(const settle_options *o, uint64_t *ret, err *why)
{
    *ret = 0;
    status st = catch_up(o->s, why);
    return st == OK && !o->quiet ? look_back(o, ret, why) : st;
}
