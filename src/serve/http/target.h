/* target.h - the target of a request: its path in decoded parts, its query in decoded pairs. Pure.
 * Used by: exchange.c, route.c, their tests. Sources: RFC 3986 section 3, RFC 9112 section 3.2, the
 * WHATWG's application/x-www-form-urlencoded. */
#ifndef NOROSHI_SERVE_HTTP_TARGET_H
#define NOROSHI_SERVE_HTTP_TARGET_H

#include "serve/http.h"

typedef struct http_target {
    slice authority;                    /* "http://a/b": a; else {NULL,0} */
    slice path;                         /* as sent */
    slice query;                        /* as sent, without "?"; {NULL,0} when there is none */
    slice parts[HTTP_SEGMENTS_MAX];     /* decoded: "/a/b%2Fc/" is "a", "b/c", "" */
    uint16_t starts[HTTP_SEGMENTS_MAX]; /* where they begin in path */
    size_t part_count;
} http_target;

/* "/path?query" or "http://authority/path?query".
 *   ERR_INPUT  it is neither; a "%" without two digits; "%00"; a part "." or ".."
 *   ERR_LIMIT  more parts than HTTP_SEGMENTS_MAX, where `path` is still set; memory */
status target_parse(arena *a, slice text, http_target *ret, err *why) NODISCARD;

/* Decodes once. plus: "+" is a blank. Without a "%" (or "+") it is `text` itself. */
status target_decode(arena *a, slice text, bool plus, slice *ret, err *why) NODISCARD;

/*   ERR_INPUT  as above; ERR_LIMIT  more than HTTP_QUERY_MAX */
status target_query(arena *a, slice query, http_pair **ret, size_t *ret_count, err *why) NODISCARD;

#endif
