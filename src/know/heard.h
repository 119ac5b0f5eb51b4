/* heard.h - when logs that are followed had something to say: one which falls silent is told.
 *
 *     heard_note(w, S("/var/log/dns.log"), marking, now, why);      // with the next writer_sync
 *     heard_each(l, now, on_log, ctx, why);                         // log->silent
 *
 * Uses: store, write. Used by: cmd (watch --follow; feed list, status).
 * Kept is in which hours a log spoke, the last HEARD_HOURS of them. Its habit is the longest pause
 * among those: an office's log is silent every night and weekend, and that is no news. A log is as
 * visible as its telemetry is marked. What is kept is of now: as of an earlier time none is told.
 */
#ifndef NOROSHI_KNOW_HEARD_H
#define NOROSHI_KNOW_HEARD_H

#include "know/write.h"

enum {
    HEARD_NAME_MAX = 4096,
    HEARD_HOURS = 200, /* kept of a log */
    HEARD_LEAST = 12,  /* hours that make a habit */
    HEARD_LOGS_MAX = 10000
};

/* Once a minute a log is enough. ERR_LIMIT: the name is too long. */
status heard_note(writer *w, slice log, marking m, when now, err *why) NODISCARD;

typedef struct heard_log {
    slice name; /* valid during the call */
    when last;
    when quiet_ms;   /* since then */
    when longest_ms; /* pause so far; 0: there is no habit yet */
    bool silent;     /* quiet for over twice that, and three hours */
} heard_log;
/* By name. on_log returning not OK stops. At most HEARD_LOGS_MAX. */
status heard_each(lens *l, when now, status (*on_log)(void *ctx, const heard_log *log, err *why),
                  void *ctx, err *why) NODISCARD;

#endif
