/* alert_json.h - an alert as one JSON object: noroshi.alert-group/1.
 * Uses: know, answer. Used by: cmd (alert), deliver, serve. Shape: docs/alerts.md. */
#ifndef NOROSHI_PUBLISH_ALERT_JSON_H
#define NOROSHI_PUBLISH_ALERT_JSON_H

#include "answer/answer.h"
#include "know/alerts.h"

/* Appends the object, without a newline: with its places, its contact and the whole answer, or
 * (`p` NULL) with the answer's short form only.
 *   ERR_LIMIT  the buf's maximum, or memory is out */
status alert_group_json(buf *out, const alert_info *i, const alert_places *p, const answer *w,
                        err *why) NODISCARD;

/* The same for who is told of it: with its contact and the answer's short form, without its places;
 * (`w` NULL) what it is, and nothing more. */
status alert_message_json(buf *out, const alert_info *i, const answer *w, err *why) NODISCARD;

#endif
