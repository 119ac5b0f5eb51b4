/* feeding.h - feeds for people and programs: how each does.
 * Uses: app, intake/feed, know/heard. Used by: cmd_feed, cmd_status. */
#ifndef NOROSHI_CMD_FEEDING_H
#define NOROSHI_CMD_FEEDING_H

#include "cmd/app.h"
#include "intake/feed.h"

/* How the last run ended, in words. */
message_id feeding_word(slice outcome);
/* One feed: a line and what is to be said of it; with --json an object (noroshi.feed/1). `history`
 * with `runs` is shown, too.
 *   ERR_LIMIT  over 4 MiB of JSON */
status feeding_put(app *a, const feed_info *f, const feed_runs *history, bool runs,
                   err *why) NODISCARD;

/* Logs that are followed and have fallen silent: a line each, or an object (noroshi.quiet-log/1).
 * *ret: how many. With `put` false they are only counted. */
status feeding_quiet_logs(app *a, lens *l, bool put, uint64_t *ret, err *why) NODISCARD;

#endif
