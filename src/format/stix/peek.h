/* peek.h - four properties of an object, without building its tree. Private to format/stix.
 * Uses: json. */
#ifndef NOROSHI_STIX_PEEK_H
#define NOROSHI_STIX_PEEK_H

#include "base/base.h"

typedef struct stix_peek {
    slice type, id, spec_version, created_by_ref; /* {NULL, 0}: not there, or no string */
} stix_peek;

/* Reads `raw`, a balanced JSON value. False when it takes a parser to tell: no object, escapes in
 * a name or in one of these values. O(raw.len), no allocation. */
bool stix_peek_at(slice raw, stix_peek *ret);

#endif
