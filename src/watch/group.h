/* group.h - an alert as the store has it, as JSON: "noroshi.alert-group/1".
 * Uses: answer, know/alerts. Used by: deliver, cmd (alert). docs/alerts.md has its fields. */
#ifndef NOROSHI_WATCH_GROUP_H
#define NOROSHI_WATCH_GROUP_H

#include "answer/answer.h"
#include "answer/render.h"
#include "know/alerts.h"

typedef struct group_parts {
    const alert_places *places; /* NULL: none are shown */
    bool contact;               /* its first contact, as it was noted */
    const answer *answer;       /* NULL: none */
    render_amount amount;       /* of the answer */
} group_parts;

/* Appends the object, no newline. ERR_LIMIT: memory. */
status group_json(const alert_info *i, const group_parts *parts, buf *out, err *why) NODISCARD;

#endif
