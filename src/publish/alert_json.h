/* alert_json.h - an alert as one JSON object: noroshi.alert-group/1.
 * Uses: know, answer. Used by: cmd (alert), serve. Shape: docs/alerts.md. */
#ifndef NOROSHI_PUBLISH_ALERT_JSON_H
#define NOROSHI_PUBLISH_ALERT_JSON_H

#include "answer/answer.h"
#include "know/alerts.h"

/* Appends the object, without a newline: with its places, its contact and the whole answer, or
 * (`p` NULL) with the answer's short form only.
 *   ERR_LIMIT  the buf's maximum, or memory is out */
status alert_group_json(buf *out, const alert_info *i, const alert_places *p, const answer *w,
                        err *why) NODISCARD;

#endif
