/* cve.h - one CVE record under way, and what its parts share. Private to format/cve.
 * Uses: emit, base/json. Used by: cve.c, cve/affected.c, cve/metrics.c. */
#ifndef NOROSHI_FORMAT_CVE_H
#define NOROSHI_FORMAT_CVE_H

#include "format/emit.h"

enum {
    CVE_ID_MAX = 28,            /* "CVE-2024-" and up to 19 digits */
    CVE_ADP_MAX = 64,           /* containers of a record that are read */
    CVE_LIST_MAX = 4096,        /* entries of one list of a container that are read */
    CVE_VERSIONS_MAX = 40 << 10 /* bytes of JSON of the versions of one claim */
};

typedef struct cve_record {
    emitter *e;
    node_ref cve;
    const json *container; /* the one being read: CNA or ADP */
    slice by;              /* its provider's short name, else its id */
    buf scratch;           /* JSON being built; at most FACT_DETAIL_MAX */
} cve_record;

/* The member's text without blanks around it; empty when it is no string. */
slice cve_text(const json *object, const char *key);
/* Every element of an array member, at most CVE_LIST_MAX: v = cve_first(o, "x", &n), then
 * v = cve_next(v, &n). */
const json *cve_first(const json *object, const char *key, size_t *left);
const json *cve_next(const json *v, size_t *left);
/* `text` in small letters, in the record's memory; empty when that is spent. */
slice cve_lower(cve_record *r, slice text);

/* A claim of the record's vulnerability with this detail. {"by": provider} is added. */
status cve_say(cve_record *r, predicate p, slice value, detail *d, err *why) NODISCARD;
/* The scratch as a slice in the record's memory. ERR_INPUT when it was over its maximum. */
status cve_scratch(cve_record *r, slice *ret, err *why) NODISCARD;

status cve_affected(cve_record *r, err *why) NODISCARD; /* affected.c */
status cve_metrics(cve_record *r, err *why) NODISCARD;  /* metrics.c */

#endif
