/* deliver.h - alerts of the store are handed to receivers, each at least once.
 *
 *     deliver *d; deliver_new(&options, &d, why);
 *     deliver_add(d, S("syslog:udp:192.0.2.9:514"), why);
 *     deliver_step(d, why);                       // after each commit of alerts; never waits long
 *     deliver_finish(d, 5000, &left, why);        // at the end
 *
 * Uses: know (alerts, write), answer/ask, publish (alert_json, receiver). Used by: cmd.
 * What is handed over is an alert, once, when it is raised (docs/alerts.md: a group of contacts),
 * with the answer about it as of now, in the view of who watches; one that is none any more is
 * passed over. Each receiver has a cursor in the store, under the name of this watch and its own:
 * it moves when the receiver surely has the alert (receiver.h), in a transaction of its own, so a
 * kill between the two repeats and loses none. The first time it begins with the alerts that come
 * from then on.
 * A receiver that is not there is tried again, and catches up from the store; nothing waits for it,
 * and what is kept in memory for it is bounded. */
#ifndef NOROSHI_PUBLISH_DELIVER_H
#define NOROSHI_PUBLISH_DELIVER_H

#include "answer/ask.h"
#include "know/write.h"
#include "publish/receiver.h"

enum {
    DELIVER_RECEIVERS_MAX = 16,
    DELIVER_OPEN_MAX = 256,  /* alerts that were given to a receiver and are not safe yet */
    DELIVER_STEP_US = 100000 /* a step takes no longer, but for the alert under way */
};

typedef struct deliver_options {
    store *s;
    const view *view; /* kept by reference */
    writer *writer;
    clock_source ticks;         /* only differences matter */
    slice name;                 /* of this watch */
    const char *host;           /* who says it, to syslog; NULL: nobody */
    const webhook_options *web; /* for targets of the web; NULL: there are none */
    /* A receiver that fails, said once until it works again. */
    void (*trouble)(void *ctx, slice target, const err *what);
    void *ctx;
} deliver_options;

typedef struct deliver deliver;
status deliver_new(const deliver_options *options, deliver **ret, err *why) NODISCARD;
deliver *deliver_free(deliver *d);
/*   ERR_INPUT  no such target (receiver.h); ERR_LIMIT: one too many, memory; else the store's */
status deliver_add(deliver *d, slice target, err *why) NODISCARD;

/* What is due, as far as it goes now. What receivers do wrong is `trouble`, never an error here. */
status deliver_step(deliver *d, err *why) NODISCARD;
/* Steps until everything is safe with everybody, wait_ms at most. *ret_left: receivers that have
 * not got everything. */
status deliver_finish(deliver *d, int wait_ms, size_t *ret_left, err *why) NODISCARD;

#endif
