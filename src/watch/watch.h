/* watch.h - telemetry against everything that is known: bytes of logs in, alerts out.
 *
 *     watcher *w; watcher_new(&options, &w, why);
 *     watch_stream *s; watch_open(w, S("proxy.log"), &s, why);
 *     while (... bytes arrive ...)
 *         watch_feed(s, bytes, why);              // options.on_alert for each line that matters
 *     watch_end(s, why); s = watch_close(s);
 *     watcher_commit(w, place, positions, why);   // alerts and positions: both, or neither
 *     watcher_refresh(w, &news, why);             // now and then: what the store learnt since
 *
 * Uses: format/log, know (alerts), watch (match, known, reload, alert, site, urgency).
 * Used by: cmd.
 * A line is read field by field only when the matcher found something in it, so that speed is the
 * matcher's; what then is judged is remembered (known.h). A value alerts when the answer about it
 * is bad in the watcher's view at that time: lists of what must not be blocked are in that answer.
 * A value below a bad domain or in a bad network is asked about itself. One event is one alert,
 * about the most urgent of what is in it.
 * Docs: docs/alerts.md (priority, grouping, fields), docs/watch.md (matching).
 * Threads: a watcher and its streams belong to one thread. It makes tables on another one, whose
 * only business with it is to hand them over. */
#ifndef NOROSHI_WATCH_WATCH_H
#define NOROSHI_WATCH_WATCH_H

#include "watch/alert.h"
#include "watch/known.h"
#include "know/sightings_write.h"

enum {
    WATCH_BLOCK = 256 << 10,     /* bytes that are matched at once */
    WATCH_EVENT_HITS_MAX = 256,  /* of one event: more are counted, not judged */
    WATCH_SPAN_MS = 3600 * 1000, /* of one alert, unless the options say otherwise */
    WATCH_RETRY_MS = 60 * 1000   /* after a table could not be made */
};

typedef struct watch_options {
    store *s;
    view *view;       /* kept by reference; the watcher sets its `now` */
    const site *site; /* NULL: nothing is registered */
    clock_source clock;
    random_source random;
    writer *writer;              /* takes alerts; NULL: none is kept */
    sightings_writer *sightings; /* takes what is seen; NULL: nothing is remembered */
    marking marking;             /* of the telemetry */
    const log_format *format;    /* NULL: by content */
    int zone_minutes;            /* of times without a zone */
    size_t line_bytes_max;       /* 0: LOG_RECORD_MAX */
    when span_ms;                /* 0: WATCH_SPAN_MS */
    status (*on_alert)(void *ctx, const alert *a, err *why);
    void *ctx;
} watch_options;

typedef struct watch_counts {
    uint64_t bytes, records;
    uint64_t hits;     /* indicators that stood somewhere */
    uint64_t matched;  /* records with one */
    uint64_t alerts;   /* of these, records that were told */
    uint64_t fresh;    /* alerts that were the first of their group */
    uint64_t harmless; /* records in which nothing bad was left, once it was judged */
    uint64_t silenced; /* by the site's register */
    uint64_t cut;      /* records over the limit: matched whole, read up to it */
    uint64_t seen;     /* sightings that were remembered */
    uint64_t unjudged; /* hits of one event over WATCH_EVENT_HITS_MAX */
} watch_counts;

typedef struct watcher watcher;
typedef struct watch_stream watch_stream;

/* Reads what is to be looked for: about a second for a million values. */
status watcher_new(const watch_options *options, watcher **ret, err *why) NODISCARD;
/* Its streams first. Waits for a table that is being made, as reload_free does. */
watcher *watcher_free(watcher *w);

typedef struct watch_news {
    bool building; /* a newer table is being made */
    bool swapped;  /* what is looked for is newer from the next block on */
    bool failed;   /* no newer table could be made, as `what` says: tried again later */
    err what;
} watch_news;
/* Looks what was published since. Judgements, and what is in sets, are of that look at once. New
 * values to look for become a table that is made meanwhile, on a thread of its own; until a call
 * says `swapped` the old one is used. Never waits for it.
 *   what the store says, when it cannot be looked at */
status watcher_refresh(watcher *w, watch_news *ret, err *why) NODISCARD;
match_info watcher_info(const watcher *w);
watch_counts watcher_counts(const watcher *w);

/* A log that begins, or goes on at `offset`, the beginning of its line number `line`. */
typedef struct watch_from {
    uint64_t offset, line; /* 0, 0: the beginning */
    slice head;            /* going on: the first bytes of the log, for its format and columns */
    bool known;            /* what is in it is remembered already: it adds no sightings */
    bool once;             /* offsets name lines: a log that is read again is the same one */
} watch_from;
status watch_open(watcher *w, slice name, const watch_from *from, watch_stream **ret,
                  err *why) NODISCARD;
watch_stream *watch_close(watch_stream *s);
/* The next bytes, any number. Every line that has ended is done when it returns, as soon as the
 * format is known: after 64 KiB, or a line and watch_idle.
 *   ERR_LIMIT  memory; or what on_alert or the store said. The stream cannot go on then */
status watch_feed(watch_stream *s, slice bytes, err *why) NODISCARD;
/* Nothing more for now: lines that have ended are done, whatever the format seems to be. */
status watch_idle(watch_stream *s, err *why) NODISCARD;
status watch_end(watch_stream *s, err *why) NODISCARD;
/* All before this offset of the stream is done. */
uint64_t watch_done(const watch_stream *s);

#endif
