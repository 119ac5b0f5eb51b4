/* source_json.h - who says so, as one JSON object: noroshi.source/1.
 * Uses: know. Used by: cmd (source list), serve. */
#ifndef NOROSHI_PUBLISH_SOURCE_JSON_H
#define NOROSHI_PUBLISH_SOURCE_JSON_H

#include "know/store.h"

enum { SOURCE_JSON_MAX = 1 << 20 };

/* Appends the object, without a newline; what does not fit makes the buf fail. */
void source_json(buf *out, const source_info *s);

#endif
