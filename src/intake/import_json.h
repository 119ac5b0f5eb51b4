/* import_json.h - what became of a document, as one JSON object: noroshi.import/1.
 * Uses: import. Used by: cmd (import), serve. Shape: docs/guide.md. */
#ifndef NOROSHI_INTAKE_IMPORT_JSON_H
#define NOROSHI_INTAKE_IMPORT_JSON_H

#include "intake/import.h"

enum { IMPORT_JSON_MAX = 4 << 20 };

/* Appends the object, without a newline; what does not fit makes the buf fail. */
void import_json(buf *out, const import_summary *s);

#endif
