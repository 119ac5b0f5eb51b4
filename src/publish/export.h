/* export.h - what is held, out again: documents as they came, one merged STIX bundle, claims as
 * lines. Each streams and holds one object at a time.
 *
 *     export_options o = {.put = to_file, .ctx = f};
 *     export_stix(l, &o, why);
 *
 * Uses: know, format (stix markings). Used by: cmd.
 * Everything goes through the lens: what the view does not see is not there. Objects whose granular
 * markings hide a part leave without that part; when the part is one that STIX requires, or the
 * marking cannot be read, the object stays here.
 * Shapes: docs/formats/export.md. */
#ifndef NOROSHI_PUBLISH_EXPORT_H
#define NOROSHI_PUBLISH_EXPORT_H

#include "know/claims.h"

typedef struct export_options {
    status (*put)(void *ctx, slice bytes, err *why);
    void *ctx;
    slice source; /* only of this source; empty: of all */
    kind kind;    /* ndjson: only about this kind; KIND_NONE: all */
} export_options;

typedef struct export_counts {
    uint64_t written;  /* objects or claims */
    uint64_t redacted; /* objects that left without some of their parts */
    uint64_t withheld; /* objects that could not leave */
} export_counts;

/* One STIX bundle of every visible object, each id once: of several versions the one of the
 * highest spec version, then of the source first by name, then the newest. */
status export_stix(lens *l, const export_options *o, export_counts *ret, err *why) NODISCARD;
/* The document byte for byte when the view sees all of it, else (STIX) a bundle of its visible
 * objects.
 *   ERR_NOT_FOUND  no such document; ERR_FORBIDDEN  a part of it is hidden and it is no STIX */
status export_document(lens *l, const uint8_t sha256[SHA256_BYTES], const export_options *o,
                       export_counts *ret, err *why) NODISCARD;
/* A line of JSON for each visible claim. */
status export_claims(lens *l, const export_options *o, export_counts *ret, err *why) NODISCARD;

#endif
