/* settle.c - see settle.h. */
#include "watch/retro.h"

#include "know/index.h"
#include "know/search.h"
#include "watch/settle.h"

static view whole(when now)
{
    return (view){.clearance = TLP_RED, .all_audiences = true, .known_at = WHEN_NONE, .now = now};
}

status settle_newest(store *s, when now, int64_t *ret_us, err *why)
{
    lens *l = NULL;
    const view v = whole(now);
    status st = lens_new(s, &l, why);
    if (st == OK)
        st = lens_look(l, &v, why);
    if (st == OK)
        *ret_us = lens_newest(l);
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

/* values NULL: at what happened since. */
static status look_back(const settle_options *o, const retro_values *values, retro_counts *ret,
                        err *why)
{
    writer *w = NULL;
    view v = o->view ? *o->view : whole(clock_now(o->clock));
    status st = writer_new(o->s, o->actor, &w, why);
    const retro_options r = {.s = o->s,
                             .view = &v,
                             .clock = o->clock,
                             .writer = w,
                             .marking = {.tlp = TLP_AMBER},
                             .said = o->said,
                             .after_us = o->after_us};
    if (st == OK)
        st = values ? retro_judge(&r, values, ret, why) : retro_look(&r, ret, why);
    writer_free(w);
    return st;
}

status settle_import(const settle_options *o, uint64_t *ret, err *why)
{
    retro_counts n = {0};
    status st = catch_up(o->s, why);
    if (st == OK && !o->quiet)
        st = look_back(o, NULL, &n, why);
    *ret = n.alerts;
    return st;
}

status settle_set(const settle_options *o, const retro_values *values, settle_found *ret, err *why)
{
    retro_counts n = {0};
    status st = values ? look_back(o, values, &n, why) : OK;
    *ret = (settle_found){n.alerts, n.left};
    return st;
}
