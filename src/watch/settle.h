/* settle.h - what follows an import: the indexes take the new in, and what was seen here of it
 * becomes alerts.
 *
 *     settle_newest(s, now, &newest, why);                 // before
 *     ... imports ...
 *     settle_import(&(settle_options){.s = s, .after_us = newest, ...}, &alerts, why);
 *
 * A set's values are no nodes and no events: settle_values_wanted says whether it is worth
 * gathering them while they are loaded (retro_values.h), settle_set what follows.
 *
 * Uses: know (index, search, sets), watch/retro. Used by: cmd (import, feed, verdict), serve. */
#ifndef NOROSHI_WATCH_SETTLE_H
#define NOROSHI_WATCH_SETTLE_H

#include "know/sets.h"
#include "watch/retro_values.h"

typedef struct settle_options {
    store *s;
    slice actor;
    clock_source clock;
    int64_t after_us; /* what was published later is looked at: of settle_newest */
    const view *view; /* who is told; NULL: the site itself, whose telemetry it is */
    marking said;     /* of the set: settle_set */
    bool quiet;       /* the indexes only */
} settle_options;

/* When what is in the store now was published. */
status settle_newest(store *s, when now, int64_t *ret_us, err *why) NODISCARD;
/* *ret: alerts that were raised. They are durable. */
status settle_import(const settle_options *o, uint64_t *ret, err *why) NODISCARD;

/* Can being in the set make a value bad? Of a change to a set that is there (0) it is not known
 * yet. */
static inline bool settle_values_wanted(set_verdict v, set_polarity p)
{
    return !v || v == SET_KNOWN_BAD || (v == SET_LIST && p == SET_SUSPICIOUS);
}
typedef struct settle_found {
    uint64_t alerts; /* that were raised. They are durable */
    uint64_t left;   /* values that were seen here and not looked at: over RETRO_VALUES_BYTES */
} settle_found;
/* What is bad of the values and was seen here becomes alerts; NULL: none were gathered. o->after_us
 * is not used. */
status settle_set(const settle_options *o, const retro_values *values, settle_found *ret,
                  err *why) NODISCARD;

#endif
