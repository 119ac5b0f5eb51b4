/* settle.h - what follows an import: the indexes take the new in, and what was seen here of it
 * becomes alerts.
 *
 *     settle_newest(s, &since, why);                   // before
 *     ... imports ...
 *     settle_import(&(settle_options){.s = s, .since = since, ...}, &alerts, why);
 *
 * Uses: know (index, search), watch/retro. Used by: cmd (import, feed), serve. */
#ifndef NOROSHI_WATCH_SETTLE_H
#define NOROSHI_WATCH_SETTLE_H

#include "know/store.h"

typedef struct settle_options {
    store *s;
    slice actor;
    clock_source clock;
    when since;       /* what was published later is looked at */
    const view *view; /* who is told; NULL: the site itself, whose telemetry it is */
    bool quiet;       /* the indexes only */
} settle_options;

/* When what is in the store now was published. */
status settle_newest(store *s, when now, when *ret, err *why) NODISCARD;
/* *ret: alerts that were raised. They are durable. */
status settle_import(const settle_options *o, uint64_t *ret, err *why) NODISCARD;

#endif
