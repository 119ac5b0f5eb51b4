/* error_json.h - an error as one JSON object: {"error":{"code","message","at","where"}}.
 * Uses: base. Used by: cmd, serve. */
#ifndef NOROSHI_PUBLISH_ERROR_JSON_H
#define NOROSHI_PUBLISH_ERROR_JSON_H

#include "base/base.h"

/* Appends the object, without a newline. `text` empty: what *why says; `where` (a file, a value)
 * may be empty. */
void error_json(buf *out, const err *why, slice text, slice where);

#endif
