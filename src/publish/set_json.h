/* set_json.h - a loaded version of a set as one JSON object: noroshi.set/1.
 * Uses: know. Used by: cmd (set), serve. Shape: docs/sets.md. */
#ifndef NOROSHI_PUBLISH_SET_JSON_H
#define NOROSHI_PUBLISH_SET_JSON_H

#include "base/json.h"
#include "know/sets.h"

enum { SET_JSON_MAX = 1 << 20 };

/* How many values of each kind, by the kind's number. */
void set_kinds(const set_info *s, uint64_t ret[64]);
/* {"sha256":3,...}: those that are there. */
void set_kinds_json(json_writer *w, const uint64_t kinds[64]);
/* Appends the object, without a newline; what does not fit makes the buf fail. `verified`: what
 * reading all of it said; NULL: nobody looked. */
void set_json(buf *out, const set_info *s, const char *verified);

#endif
