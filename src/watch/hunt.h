/* hunt.h - has this site ever seen what is said to indicate a thing? From sightings, in the view of
 * a lens; the logs are not needed.
 *
 *     hunt_options o = {.l = l, .s = s, .on_value = on_value, .ctx = &mine};
 *     st = hunt_entity(&o, a, S("APT28"), &counts, why);
 *
 * Uses: know. Used by: cmd (hunt --entity), serve. */
#ifndef NOROSHI_WATCH_HUNT_H
#define NOROSHI_WATCH_HUNT_H

#include "know/sightings.h"
#include "know/store.h"
#include "model/fact.h"

typedef struct hunt_options {
    lens *l;
    sightings *s; /* NULL: no telemetry was ever read, so nothing was seen */
    /* A value that was seen, itself or below it, and the marking of what says that it indicates the
     * thing. Valid during the call; of several claims it is told each time. */
    status (*on_value)(void *ctx, node_ref value, tlp marked, const sightings_found *f, err *why);
    void *ctx;
} hunt_options;

typedef struct hunt_counts {
    slice name; /* of the thing, in `a` */
    uint64_t asked, seen;
} hunt_counts;

/* By whatever of its names' records: values that indicate it, and values in the patterns of
 * indicators that do. Memory is that of a batch of values.
 *   ERR_NOT_FOUND, ERR_INPUT  as subject_of; or what on_value said */
status hunt_entity(const hunt_options *o, arena *a, slice id, hunt_counts *ret, err *why) NODISCARD;

#endif
