/* feeds.h - what is pulled from where, and how each pull went: state in the store.
 *
 *     feed_put(w, &(feed_definition){.name = S("kev"), .url = url, .every_s = 86400}, now, why);
 *     feeds_page(l, &a, S(""), 100, &list, why);          // list.at[i].d, .s
 *     feed_note(w, S("kev"), &state, &run, why);          // durable on return
 *
 * Uses: store, write. Used by: intake (pulls them), cmd, later serve.
 * A feed is as visible as what it brings is marked at least. Its state is the site's own and has no
 * history but the runs: as-of T are seen the feeds that were there by T, and their runs up to it.
 * What gives a feed more rights than others (a secret, a proxy, an address inside) is not here but
 * in the configuration file (intake/feed_rights.h). */
#ifndef NOROSHI_KNOW_FEEDS_H
#define NOROSHI_KNOW_FEEDS_H

#include "know/write.h"

enum {
    FEED_NAME_MAX = 64,
    FEED_TEXT_MAX = 4096, /* URL, source, licence */
    FEED_PAGE_MAX = 1000,
    FEED_RUNS_KEPT = 200
};

/* How a feed's deliveries are read: import_mode's values, which are stored. */
typedef enum feed_mode { FEED_AUTO, FEED_SNAPSHOT, FEED_DELTA, FEED_MODE_COUNT_ } feed_mode;

typedef struct feed_definition {
    slice name; /* a-z, 0-9, "-", "_", "."; begins with a letter or digit */
    slice url;
    slice format, source; /* empty: found out */
    slice licence;        /* for people; may be empty */
    slice preset;         /* which it was made from; may be empty */
    char reliability;     /* 0: leave the source's */
    feed_mode mode;
    marking marking; /* nothing in it is less */
    int64_t every_s;
    uint64_t bytes_max; /* 0: what the limits allow */
    bool paused;
} feed_definition;

bool feed_name_ok(slice name);

typedef struct feed_state {
    when tried, ok, changed; /* WHEN_NONE: never. changed: what came was other than before */
    when due;                /* WHEN_NONE: at once */
    uint64_t failures;       /* in a row */
    slice outcome, detail;   /* of the last run: a word (intake/feed.h), and what is to be said */
    slice etag, modified;
    slice sha256; /* hex, of the last delivery that was taken; empty: none */
    uint64_t bytes, records, fresh, withdrawn; /* of that */
    slice held;                                /* why a delivery waits; empty: none does */
    uint64_t held_records, held_fresh, held_withdrawn;
} feed_state;

typedef struct feed_info {
    feed_definition d;
    feed_state s;
    when added;
    slice added_by;
} feed_info;

typedef struct feed_run {
    when at;
    slice outcome;
    uint64_t bytes, records, fresh, withdrawn;
    int64_t busy_ms;
} feed_run;

/* Adds it, or changes its definition: then it is due at once and fetched whole. Durable on return.
 *   ERR_INPUT  the name is none;  ERR_LIMIT  a text is too long */
status feed_put(writer *w, const feed_definition *d, when now, err *why) NODISCARD;
/* The same for a name that nobody has, in whatever view: for whoever did not see that it is there.
 *   ERR_BUSY  somebody has it */
status feed_add(writer *w, const feed_definition *d, when now, err *why) NODISCARD;
/* What it brought stays. Durable. ERR_NOT_FOUND. */
status feed_drop(writer *w, slice name, err *why) NODISCARD;
/* After a run: how things stand, and the run for the history (NULL: none). Durable.
 *   ERR_NOT_FOUND  it was removed meanwhile */
status feed_note(writer *w, slice name, const feed_state *s, const feed_run *run,
                 err *why) NODISCARD;

typedef struct feed_list {
    feed_info *at;
    size_t count;
    bool more;
} feed_list;
/* By name, behind `after`; at most `max` (<= FEED_PAGE_MAX). */
status feeds_page(lens *l, arena *a, slice after, size_t max, feed_list *ret, err *why) NODISCARD;
/* ERR_NOT_FOUND: the view sees none. */
status feed_get(lens *l, arena *a, slice name, feed_info *ret, err *why) NODISCARD;

typedef struct feed_runs {
    feed_run *at; /* newest first */
    size_t count;
} feed_runs;
status feed_history(lens *l, arena *a, slice name, size_t max, feed_runs *ret, err *why) NODISCARD;

#endif
