/* json_field.h - members of a JSON object, each with its key; what is not said is null.
 * Uses: base (json, when). Used by: all that writes objects of the contract. */
#ifndef NOROSHI_JSON_FIELD_H
#define NOROSHI_JSON_FIELD_H

#include "base/json.h"
#include "base/when.h"

void json_field_text(json_writer *w, const char *key, slice text); /* empty: null */
void json_field_int(json_writer *w, const char *key, int64_t n);
void json_field_count(json_writer *w, const char *key, uint64_t n); /* up to INT64_MAX */
void json_field_bool(json_writer *w, const char *key, bool yes);
void json_field_when(json_writer *w, const char *key, when t); /* WHEN_NONE: null */

#endif
