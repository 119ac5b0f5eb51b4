/* pull.h - feeds in a service: pulled when they are due, by one thread, and what people do to them.
 *
 *     puller_new(&options, &p, why);
 *     puller_run(p, stop_fd);                       // on a thread of its own
 *     puller_act(p, feed_approve, name, actor, why);   // from any thread
 *
 * Uses: intake/feed, watch/settle. Used by: serve/api, cmd (noroshi serve).
 * A feed is pulled by one run at a time, whoever starts it (intake/feed.h). After each run the
 * indexes take the new in, and what was seen here of it becomes alerts. */
#ifndef NOROSHI_SERVE_PULL_H
#define NOROSHI_SERVE_PULL_H

#include "intake/feed.h"

typedef struct puller_options {
    store *store;
    sandbox_limits jail;
    clock_source clock, ticks;
    random_source random;
    import_options import; /* limits and directory */
    outbound_limits limits;
    feed_grants grants; /* its texts are kept by reference */
    /* What the service's own side could not do; what a feed's server did is that feed's state. */
    void (*trouble)(void *ctx, const err *why);
    void *ctx;
} puller_options;

typedef struct puller puller;

/* `options` is copied. ERR_IO, ERR_LIMIT. */
status puller_new(const puller_options *options, puller **ret, err *why) NODISCARD;
puller *puller_free(puller *p); /* NULL is fine; not while it runs */
/* Until stop_fd can be read; a fetch under way is given up then. */
void puller_run(puller *p, int stop_fd);
/* What the configuration grants from now on; its texts stay until puller_free. Any thread. */
void puller_grant(puller *p, const feed_grants *grants);
/* Something is due now: looks at once. */
void puller_wake(puller *p);

typedef status (*puller_action)(const feed_runner *r, slice name, err *why);
/* What it says. `actor` is who does it, for the history. */
status puller_act(puller *p, puller_action act, slice name, slice actor, err *why) NODISCARD;

#endif
