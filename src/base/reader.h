/* reader.h - where a codec gets its bytes from: a document that can be read again from the start.
 * Uses: base. Used by: json, every codec, the sandbox (which reads from a descriptor). */
#ifndef NOROSHI_READER_H
#define NOROSHI_READER_H

#include "base/base.h"

/* read fills up to `room` bytes; *ret_len = 0 is the end. rewind goes back to offset 0, seek to any
 * (NULL where that is not possible); behind the end there is nothing to read. */
typedef struct reader {
    void *ctx;
    status (*read)(void *ctx, char *into, size_t room, size_t *ret_len, err *why);
    status (*rewind)(void *ctx, err *why);
    status (*seek)(void *ctx, uint64_t at, err *why);
} reader;

/* A reader over bytes in memory; `m` is its state and must live as long. */
typedef struct memory_reader {
    slice bytes;
    size_t pos;
    size_t step; /* tests: hand out at most this many bytes a call; 0 is no bound */
} memory_reader;

reader reader_memory(memory_reader *m, slice bytes);

static inline status reader_read(reader *r, char *into, size_t room, size_t *ret_len, err *why)
{
    return r->read(r->ctx, into, room, ret_len, why);
}
static inline status reader_rewind(reader *r, err *why)
{
    return r->rewind(r->ctx, why);
}

#endif
