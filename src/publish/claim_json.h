/* claim_json.h - claims, objects and documents as JSON lines: what `show` and `export` print.
 * Uses: know. Used by: cmd, export. Shapes: docs/formats/ndjson.md. */
#ifndef NOROSHI_PUBLISH_CLAIM_JSON_H
#define NOROSHI_PUBLISH_CLAIM_JSON_H

#include "know/claims.h"

/* Each appends one object, without a newline; what does not fit makes the buf fail. */
void claim_json(buf *out, const claim *c);
void document_json(buf *out, const document_info *d);
/* `bytes` is the object as received: it is put in as it is. */
void object_json(buf *out, const object_info *o, slice bytes);

#endif
