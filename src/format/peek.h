/* peek.h - what can be told of a JSON document from its beginning: for sniffing.
 *
 *     json_peek p;
 *     if (peek_json(head, &p) && peek_has(&p, S("vulnerabilities"), S("cveID"))) ...
 *
 * Uses: base. Used by: kev, microsoft, galaxy, misp, taxonomy, cve, epss.
 * Looks at names only, in any order; the text may end anywhere. No memory, O(head.len). */
#ifndef NOROSHI_FORMAT_PEEK_H
#define NOROSHI_FORMAT_PEEK_H

#include "base/base.h"
#include "base/reader.h"

enum { PEEK_NAMES_MAX = 64 };

typedef struct json_peek {
    char top; /* '{' or '[' */
    struct {
        slice array; /* the member this object is the first element of; "" for a top-level array */
        slice name;  /* as written between the quotes */
        bool inner;  /* a name inside that element; else a name at top level */
    } name[PEEK_NAMES_MAX];
    size_t count;
} json_peek;

/* false when the text does not begin as a JSON object or array does. Of more than PEEK_NAMES_MAX
 * names the first are kept. */
bool peek_json(slice head, json_peek *ret);
/* A member of the top-level object is called so. */
bool peek_top(const json_peek *p, slice name);
/* The first element of the array member `array` ("": of the top-level array) is an object with a
 * member called so. */
bool peek_has(const json_peek *p, slice array, slice name);

/* The first byte that is no blank, behind a byte order mark; -1 at the end. The reader is at the
 * beginning again afterwards. */
status peek_first(reader *in, int *ret, err *why) NODISCARD;

#endif
