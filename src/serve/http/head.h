/* head.h - the header of a request: bytes to slices, strictly. Pure.
 * Used by: exchange.c, its tests. Sources: RFC 9112 sections 2 to 6, RFC 9110 section 5. */
#ifndef NOROSHI_SERVE_HTTP_HEAD_H
#define NOROSHI_SERVE_HTTP_HEAD_H

#include "serve/http.h"

typedef enum head_framing { HEAD_NO_BODY, HEAD_LENGTH, HEAD_CHUNKED } head_framing;

typedef struct http_head {
    slice method, target;
    bool minor; /* HTTP/1.1, else 1.0 */
    http_pair *headers;
    size_t header_count;
    slice host;
    head_framing framing;
    uint64_t length; /* HEAD_LENGTH */
    bool keep;       /* the connection stays */
    bool expects;    /* 100-continue */
} http_head;

/* The end of a header (behind its empty line) that begins at the front of `in`, which has no line
 * end in front of it; 0: not there yet. *scanned is where to go on when more has come; false: a
 * line that does not end in CR LF. */
bool head_end(slice in, size_t *scanned, size_t *ret);

/* `in` is all of it, with the empty line. Slices point into it, headers into the arena.
 *   ERR_INPUT, ERR_LIMIT  *number is 400, 431, 501, 505 or 417 */
status head_parse(arena *a, slice in, http_head *ret, int *number, err *why) NODISCARD;

/* ERR_NOT_FOUND: a method that we do not know. */
status head_method(slice name, http_method *ret) NODISCARD;

/* The value of the first header of that name, any case. */
slice head_find(const http_pair *headers, size_t count, slice name);

bool http_is_token(slice s);

#endif
