/* feed_json.h - feeds, presets and silent logs as JSON objects: noroshi.feed/1,
 * noroshi.feed-preset/1, noroshi.quiet-log/1.
 * Uses: feed, know/heard. Used by: cmd (feed), serve. Shape: docs/feeds.md. */
#ifndef NOROSHI_INTAKE_FEED_JSON_H
#define NOROSHI_INTAKE_FEED_JSON_H

#include "intake/feed.h"
#include "know/heard.h"

enum { FEED_JSON_MAX = 4 << 20, FEED_JSON_RUNS = 12 };

/* Append the object, without a newline; what does not fit makes the buf fail. */
void feed_json(buf *out, const feed_info *f, const feed_health *h);
/* The same with its history, the newest FEED_JSON_RUNS. */
void feed_json_whole(buf *out, const feed_info *f, const feed_health *h, const feed_runs *history);
void feed_preset_json(buf *out, const feed_preset *p);
void quiet_log_json(buf *out, const heard_log *log);

#endif
