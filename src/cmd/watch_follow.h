/* watch_follow.h - noroshi watch --follow: logs that grow, syslog from the network, until told to
 * end.
 * Uses: app, watch (follow, watch). Used by: cmd_watch. */
#ifndef NOROSHI_CMD_WATCH_FOLLOW_H
#define NOROSHI_CMD_WATCH_FOLLOW_H

#include "cmd/app.h"
#include "intake/telemetry.h"
#include "know/write.h"
#include "watch/watch.h"

typedef struct watch_follow {
    watcher *w;
    writer *writer;                  /* NULL: nothing is kept, positions neither */
    marking marking;                 /* of the telemetry */
    const telemetry_options *packed; /* how compressed files that logs became are opened */
    /* Called behind each commit, and when something may be shown. */
    status (*committed)(void *ctx, err *why);
    void *ctx;
} watch_follow;

/* The operands of the command and --syslog, until SIGTERM, SIGINT, or until nothing can come. */
status watch_follow_run(app *a, const watch_follow *o, err *why) NODISCARD;

#endif
