/* change_json.h - a value whose verdict is another one now, as one JSON object: noroshi.change/1.
 * Uses: judge. Used by: cmd (changes, imports of sets), serve. */
#ifndef NOROSHI_PUBLISH_CHANGE_JSON_H
#define NOROSHI_PUBLISH_CHANGE_JSON_H

#include "judge/rejudge.h"

enum { CHANGE_JSON_MAX = 1 << 20 };

/* Appends the object, without a newline; what does not fit makes the buf fail. */
void change_json(buf *out, const verdict_change *c);

#endif
