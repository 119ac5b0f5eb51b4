/* reader.c - bytes in memory as a reader: see reader.h. */
#include "base/reader.h"

static status read_memory(void *ctx, char *into, size_t room, size_t *ret_len, err *why)
{
    memory_reader *m = ctx;
    (void)why;
    size_t n = m->bytes.len - m->pos;
    if (n > room)
        n = room;
    if (m->step && n > m->step)
        n = m->step;
    if (n)
        memcpy(into, m->bytes.ptr + m->pos, n);
    m->pos += n;
    *ret_len = n;
    return OK;
}

static status rewind_memory(void *ctx, err *why)
{
    memory_reader *m = ctx;
    (void)why;
    m->pos = 0;
    return OK;
}

static status seek_memory(void *ctx, uint64_t at, err *why)
{
    memory_reader *m = ctx;
    (void)why;
    m->pos = at < m->bytes.len ? (size_t)at : m->bytes.len;
    return OK;
}

reader reader_memory(memory_reader *m, slice bytes)
{
    *m = (memory_reader){.bytes = bytes};
    return (reader){.ctx = m, .read = read_memory, .rewind = rewind_memory, .seek = seek_memory};
}
