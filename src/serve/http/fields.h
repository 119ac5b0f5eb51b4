/* fields.h - values of headers that have a grammar of their own. Pure. Used by: exchange.c, host.c,
 * asset.c, request.c, their tests. Sources: RFC 9110 (5.6, 7.2, 12.5.3, 13, 14), RFC 6265. */
#ifndef NOROSHI_SERVE_HTTP_FIELDS_H
#define NOROSHI_SERVE_HTTP_FIELDS_H

#include "base/base.h"

/* The value of the cookie `name` in one Cookie header: adds to *count how often it was there, and
 * sets *ret the first time. */
void fields_cookie(slice header, slice name, size_t *count, slice *ret);

/* Accept-Encoding: thousandths of the quality of each; what is not named has that of "*", else 0,
 * but identity, which has 1 unless "*" or itself says 0. {NULL,0}: only identity. */
typedef struct fields_codings {
    int br, gzip, identity;
} fields_codings;
fields_codings fields_accept(slice header);

typedef enum fields_ranged {
    FIELDS_ALL,  /* no range of ours: all of it */
    FIELDS_PART, /* [*from, *to) */
    FIELDS_OUT   /* 416 */
} fields_ranged;
fields_ranged fields_range(slice header, uint64_t size, uint64_t *from, uint64_t *to);

/* If-None-Match: a list of tags, or "*"; compared weakly. `tag` with its quotes. */
bool fields_tag_listed(slice header, slice tag);

/* Host or an authority: a name or an address, perhaps in brackets, and perhaps a port.
 * False: it is none. *ret_port is {NULL,0} when there is none. */
bool fields_host(slice text, slice *ret_name, slice *ret_port);

#endif
