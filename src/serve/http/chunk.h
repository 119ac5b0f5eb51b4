/* chunk.h - a body in chunks: bytes in any pieces, data out. Pure.
 * Used by: body.c, its tests. Source: RFC 9112 section 7.1. Extensions and trailers are read over,
 * within limits; every line must end in CR LF. */
#ifndef NOROSHI_SERVE_HTTP_CHUNK_H
#define NOROSHI_SERVE_HTTP_CHUNK_H

#include "base/base.h"

enum {
    CHUNK_LINE_MAX = 256,     /* a size with its extensions */
    CHUNK_TRAILER_MAX = 4096, /* all trailers together */
};

typedef struct chunk_reader {
    int state;
    uint64_t left;   /* of the chunk */
    uint32_t line;   /* bytes of this line, or of all trailers */
    uint32_t digits; /* of the size */
} chunk_reader;      /* all zero is the start */

typedef enum chunk_progress {
    CHUNK_DATA, /* *ret, at least one byte */
    CHUNK_NEED, /* `in` is used up */
    CHUNK_END,  /* the body is over; what is left of `in` belongs to the next request */
    CHUNK_BAD
} chunk_progress;

/* Takes what it reads off the front of *in. */
chunk_progress chunk_next(chunk_reader *c, slice *in, slice *ret) NODISCARD;

#endif
