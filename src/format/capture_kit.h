/* capture_kit.h - recorded traffic made by hand, and what is told of it.
 * Uses: capture, base. Used by: capture_test, capture_fuzz. */
#ifndef NOROSHI_FORMAT_CAPTURE_KIT_H
#define NOROSHI_FORMAT_CAPTURE_KIT_H

#include "base/json.h"
#include "format/capture.h"
#include "format/log.h"

#include <stdlib.h>

enum { TOLD_MAX = 16 << 20 };

/* --- what is told ---------------------------------------------------------------------------- */

typedef struct told {
    buf lines;
    uint64_t count;
    capture_counts n;
    status st;
    err why;
} told;

static inline void told_must(bool holds)
{
    if (!holds)
        abort();
}

/* What holds of every line: JSON as we take it, of the log format "capture", in one line. */
static inline status told_line(void *ctx, slice line, err *why)
{
    CLEANUP(arena_done) arena a;
    told *t = ctx;
    json *v = NULL;
    log_event e;
    (void)why;
    arena_init(&a, 16 << 20);
    told_must(line.len <= CAPTURE_LINE_MAX && slice_find_byte(line, '\n', 0) == SIZE_MAX);
    told_must(json_parse(&a, line, NULL, &v, NULL) == OK && json_get(v, S("capture")));
    log_reader *r = log_reader_new(log_format_named(S("raw")), NULL);
    told_must(r && log_read(r, line, 0, &a, &e, NULL) == OK);
    told_must(slice_eq(slice_str(log_format_name(e.format)), S("capture")));
    log_reader_free(r);
    buf_put(&t->lines, line);
    buf_byte(&t->lines, '\n');
    t->count++;
    return OK;
}

/* step: bytes that the reader gives at once; 0: any. fail_after: allocations that succeed; -1. */
static inline void told_read(told *t, slice bytes, size_t step, const capture_limits *limits,
                             long fail_after)
{
    CLEANUP(arena_done) arena a;
    memory_reader m;
    reader in = reader_memory(&m, bytes);
    const capture_sink sink = {.ctx = t, .line = told_line};
    m.step = step;
    arena_init(&a, CAPTURE_MEMORY);
    a.fail_after = fail_after;
    buf_clear(&t->lines);
    t->count = 0;
    t->n = (capture_counts){0};
    t->st = capture_read(&in, &a, limits, &sink, &t->n, &t->why);
}

/* --- traffic --------------------------------------------------------------------------------- */

static inline void put16(buf *b, unsigned n)
{
    buf_byte(b, (char)(n >> 8));
    buf_byte(b, (char)n);
}

static inline void put32(buf *b, uint32_t n)
{
    put16(b, n >> 16);
    put16(b, n & 0xffff);
}

/* In the order of little machines. */
static inline void put_low(buf *b, uint32_t n, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        buf_byte(b, (char)(n >> 8 * i));
}

static inline void kit_open(buf *b, unsigned link)
{
    buf_init(b, TOLD_MAX);
    put_low(b, 0xa1b2c3d4, 4);
    put_low(b, 0x00040002, 4);
    put_low(b, 0, 4);
    put_low(b, 0, 4);
    put_low(b, 262144, 4);
    put_low(b, link, 4);
}

enum { KIT_START = 1795132800 };

/* A packet, second n of the recording. */
static inline void kit_packet(buf *b, unsigned second, slice bytes)
{
    put_low(b, KIT_START + second, 4);
    put_low(b, 0, 4);
    put_low(b, (uint32_t)bytes.len, 4);
    put_low(b, (uint32_t)bytes.len, 4);
    buf_put(b, bytes);
}

/* IPv4 from 192.0.2.a to 192.0.2.b. */
static inline void kit_ip(buf *p, unsigned a, unsigned b, unsigned protocol, slice payload)
{
    put32(p, 0x45000000 | (uint32_t)(20 + payload.len));
    put32(p, 0);
    put32(p, 0x40000000 | protocol << 16);
    put32(p, 0xc0000200 | a);
    put32(p, 0xc0000200 | b);
    buf_put(p, payload);
}

static inline void kit_udp(buf *file, unsigned second, unsigned a, unsigned aport, unsigned b,
                           unsigned bport, slice payload)
{
    CLEANUP(buf_done) buf u, p;
    buf_init(&u, 1 << 20);
    buf_init(&p, 1 << 20);
    put16(&u, aport);
    put16(&u, bport);
    put32(&u, (uint32_t)(8 + payload.len) << 16);
    buf_put(&u, payload);
    kit_ip(&p, a, b, 17, buf_slice(&u));
    kit_packet(file, second, buf_slice(&p));
}

typedef struct kit_segment {
    unsigned from, from_port, to, to_port, flags;
    uint32_t sequence;
    slice bytes;
} kit_segment;

static inline void kit_tcp(buf *file, unsigned second, const kit_segment *s)
{
    CLEANUP(buf_done) buf t, p;
    buf_init(&t, 1 << 20);
    buf_init(&p, 1 << 20);
    put16(&t, s->from_port);
    put16(&t, s->to_port);
    put32(&t, s->sequence);
    put32(&t, 0);
    put32(&t, 0x50000000 | s->flags << 16);
    put32(&t, 0);
    buf_put(&t, s->bytes);
    kit_ip(&p, s->from, s->to, 6, buf_slice(&t));
    kit_packet(file, second, buf_slice(&p));
}

#endif
