/* group_json.h - which entities are one thing, and why, as one JSON object: noroshi.group/1.
 * Uses: know. Used by: cmd (name, show), serve. */
#ifndef NOROSHI_PUBLISH_GROUP_JSON_H
#define NOROSHI_PUBLISH_GROUP_JSON_H

#include "know/names.h"

enum { GROUP_JSON_MAX = 16 << 20 };

/* Appends the object, without a newline; what does not fit makes the buf fail. */
void group_json(buf *out, const name_group *g);

#endif
