/* alerts.h - contacts of this site with what is known to be bad: noted, counted, closed.
 *
 *     alert_contact c = {.rule = S("ioc"), .indicator = {KIND_IPV4, S("198.51.100.7")}, ...};
 *     alert_note(w, &c, &noted, why);                       // once a matching line
 *     watch_place_put(w, S("proxy"), positions, why);       // how far the logs have been read
 *     writer_sync(w, why);                                  // both, or neither
 *     alerts_page(l, &a, &filter, 0, 50, &list, why);
 *
 * Uses: store, write. Used by: watch, answer, cmd.
 * An alert is a group: the same rule, indicator, host and span of time. Its first contact makes it,
 * the others are counted, and the places of the first ALERT_PLACES_MAX are kept. Nothing is lost or
 * counted twice by a kill: contacts are written in one transaction with the positions up to which
 * the logs were read, so whoever starts again goes on from there.
 * An alert holds what was seen, not what it means: who reads it gets the answer that his view gives
 * (answer/ask.h), and does not see an alert about a value of which his view knows nothing bad. That
 * is the reader's to ask; here rows are filtered by the marking of the telemetry, which carries the
 * organisation it belongs to.
 * Threads: as the lens or writer. */
#ifndef NOROSHI_KNOW_ALERTS_H
#define NOROSHI_KNOW_ALERTS_H

#include "know/write.h"

enum {
    ALERT_ID_TEXT = 39, /* "alert--" and 32 hex digits */
    ALERT_PLACES_MAX = 1000,
    ALERT_EVENT_MAX = 16 << 10, /* of a longer event the beginning is kept */
    ALERT_PAGE_MAX = 1000,
    WATCH_PLACE_MAX = 1 << 20
};

typedef struct alert_place {
    slice path;      /* of the log, or who sent it */
    uint64_t line;   /* from 1; 0: it has no lines */
    uint64_t offset; /* of the record in it */
    when at;         /* WHEN_NONE: the event says no time */
} alert_place;

typedef struct alert_contact {
    slice rule; /* "ioc", "retro" */
    node_ref indicator;
    slice host; /* whose contact it was: a name or an address; may be empty */
    when span;  /* beginning of the span that is one alert */
    when at;    /* time of the event; WHEN_NONE: not said, `now` stands for it */
    when now;
    int priority;    /* 1..4, as who watched saw it */
    marking marking; /* of the telemetry; owner: the organisation it is of */
    slice event;     /* the contact as JSON, see docs/alerts.md; of the first one */
    alert_place place;
    bool once; /* the place names the contact: read a second time, it is the same one */
} alert_contact;

typedef struct alert_noted {
    bool fresh; /* the first of its group */
    bool again; /* it was noted before: not counted */
    uint64_t hits;
    char id[ALERT_ID_TEXT + 1];
} alert_noted;

/* Counts the contact. Visible and durable with the next writer_sync. Of contacts that are `once`
 * the ALERT_PLACES_MAX first of a group are known again; a log that is read a second time counts
 * what is beyond them a second time.
 *   ERR_LIMIT  a text of it is over its maximum; ERR_IO, ERR_BUSY: the store's */
status alert_note(writer *w, const alert_contact *c, alert_noted *ret, err *why) NODISCARD;

/* How many machines of ours met the value between the two, as far as it is known up to `most`: of
 * alerts that carry the same marking, those that are not synced yet too. */
status alert_hosts(writer *w, node_ref indicator, marking m, when from, when to, uint64_t most,
                   uint64_t *ret, err *why) NODISCARD;

/* How far the reader called `name` has come: opaque bytes. ERR_LIMIT over WATCH_PLACE_MAX. */
status watch_place_put(writer *w, slice name, slice state, err *why) NODISCARD;
/* ERR_NOT_FOUND: it never put any. */
status watch_place_get(writer *w, slice name, arena *a, slice *ret, err *why) NODISCARD;

typedef struct alert_info {
    int64_t row; /* cursor inside one look */
    char id[ALERT_ID_TEXT + 1];
    slice rule;
    node_ref indicator;
    slice host;
    when span, first, last; /* of the events */
    when raised;
    uint64_t hits;
    int priority;
    marking marking;
    slice event;
    when closed; /* WHEN_NONE: open */
    slice closed_by, closed_why;
} alert_info;

typedef struct alert_list {
    alert_info *at;
    size_t count;
    bool more;
} alert_list;

typedef struct alert_filter {
    bool closed_too;
    node_ref indicator; /* KIND_NONE: any */
    bool oldest_first;  /* all of them, in the order in which they were raised */
} alert_filter;

/* Newest first; `from` is 0 or the row of the last one that was had. At most `max`
 * (<= ALERT_PAGE_MAX). */
status alerts_page(lens *l, arena *a, const alert_filter *f, int64_t from, size_t max,
                   alert_list *ret, err *why) NODISCARD;
/* By its public id. ERR_NOT_FOUND: the view sees none. */
status alert_get(lens *l, arena *a, slice id, alert_info *ret, err *why) NODISCARD;

typedef struct alert_places {
    alert_place *at;
    size_t count;
} alert_places;
/* Where its contacts stand, by log and offset; at most ALERT_PLACES_MAX. */
status alert_places_of(lens *l, arena *a, const alert_info *alert, alert_places *ret,
                       err *why) NODISCARD;

/* Closes (or opens again) an alert that `l` sees; durable on return.
 *   ERR_NOT_FOUND  it does not; ERR_BUSY  it is closed (or open) already */
status alert_close(writer *w, lens *l, slice id, slice reason, when now, err *why) NODISCARD;
status alert_reopen(writer *w, lens *l, slice id, err *why) NODISCARD;

#endif
