/* alert.h - a contact worth a person's time: what was met, where, who it was, how soon to look.
 *
 *     alert_line(&alert, &out, why);     // {"schema":"noroshi.alert/1",...}, one line
 *
 * Uses: answer, format/log, watch (site, urgency). Used by: watch, cmd.
 * The object is that of section 5 of the contract; docs/alerts.md says what each field means. */
#ifndef NOROSHI_WATCH_ALERT_H
#define NOROSHI_WATCH_ALERT_H

#include "answer/answer.h"
#include "base/sink.h"
#include "format/log.h"
#include "know/alerts.h"
#include "watch/match.h"
#include "watch/site.h"
#include "watch/urgency.h"

enum {
    ALERT_MATCHES_MAX = 50,  /* shown of one event */
    ALERT_LINE_MAX = 1 << 20 /* bytes of the object */
};

typedef struct alert_match {
    slice field;     /* its name in the log; empty: the line as a whole */
    uint64_t offset; /* in the stream */
    slice value;     /* as it stands there */
    node_ref indicator;
    match_how how;
    const answer *answer; /* bad; with the priority of a contact at the event's time */
} alert_match;

typedef struct alert {
    const char *rule; /* "ioc" */
    when time;        /* of the event; WHEN_NONE: it says none */
    urgency urgency;
    const alert_match *match; /* the most urgent first; it is what the alert is about */
    size_t match_count, match_total;
    log_direction direction;
    slice host; /* who of ours; may be empty */
    site_asset_info asset;
    bool in_exercise;
    site_exercise_info exercise;
    const log_event *event;
    slice record; /* as it stands in the log */
    alert_place place;
    uint64_t number;   /* of the record in its stream, from 1 */
    alert_noted noted; /* hits 0: it was not written to a store */
} alert;

/* "critical" for P1, "high", "medium", "low"; "informational" in an exercise. */
const char *alert_level(const alert *a);
/* One sentence: who, what, and what that is. */
void alert_title(const alert *a, language l, const message_style *look, buf *out);

/* Appends the object, no newline. ERR_LIMIT: memory. */
status alert_json(const alert *a, language l, buf *out, err *why) NODISCARD;
/* What the store keeps of it: the contact without the answer, at most ALERT_EVENT_MAX bytes. */
status alert_contact_json(const alert *a, buf *out, err *why) NODISCARD;
/* Text for a terminal: a line for the alert, one for where it stands. */
void alert_text(const alert *a, sink *out);

#endif
