/* log_split.h - a stream of bytes becomes records: lines, or values of JSON.
 *
 *     CLEANUP(log_split_close) log_splitter s = {0};
 *     log_split_open(&s, LOG_LINES, 0);
 *     while (... bytes arrive ...) {
 *         log_split_feed(&s, bytes);                      // bytes == {NULL, 0}: the stream ended
 *         while ((st = log_split_next(&s, &record, &more, why)) == OK && more)
 *             ... record.bytes, record.at ...
 *     }
 *
 * Uses: base. Used by: log.c (sniffing), watch, the fuzz targets.
 * Sources: RFC 8259 (JSON), NDJSON as it is seen.
 * Nothing is dropped: every byte but line ends, what stands between values (blanks, commas,
 * brackets) and envelopes around them is in a record or counted in its `skipped`. Bytes are taken
 * as they are: a NUL is a byte, UTF-8 need not be valid; a byte order mark in front is passed
 * over. However the bytes arrive, the records are the same. */
#ifndef NOROSHI_FORMAT_LOG_SPLIT_H
#define NOROSHI_FORMAT_LOG_SPLIT_H

#include "base/base.h"

enum { LOG_RECORD_MAX = 16 << 20 };

typedef enum log_framing {
    /* LF or CR LF end a record; the last one may have no end. Empty lines are none. A line that is
     * an envelope, {"Records":[{...}, ...]}, gives the objects in it ("records" and "value" are
     * such names, too; members "@odata..." may stand in front). A line over the limit is cut: the
     * rest of it is skipped and counted. */
    LOG_LINES,
    /* Objects of JSON one after another, in arrays or not, on any number of lines; the same
     * envelopes. What stands between them and is no JSON is a record up to its line's end. A line
     * end inside a string, or the limit, ends an object that is broken or too long; what follows is
     * then looked at line by line until the next object. */
    LOG_VALUES
} log_framing;

typedef struct log_record {
    slice bytes;      /* until the next call */
    uint64_t at;      /* offset in the stream */
    uint64_t line;    /* number of the line it begins on, from 1 */
    uint64_t skipped; /* bytes behind `bytes` that belong to it: it is over the limit */
} log_record;

/* Where in a value of JSON a splitter is. */
typedef struct log_scan {
    uint32_t depth;
    bool text, escaped; /* in a string, behind a backslash there */
    bool looked;        /* it is no envelope */
} log_scan;

typedef struct log_splitter {
    log_framing framing;
    size_t bytes_max;
    slice in;          /* what was fed and not taken */
    uint64_t at, line; /* of in.ptr */
    bool ended;        /* there is no more to come */
    log_record open;   /* the record being taken: its `at`, `line` and `skipped` */
    buf carry;         /* its bytes that were fed before */
    bool begun, plain; /* there is one; it goes to the end of its line */
    bool handed;       /* carry was handed out */
    log_scan scan;
    log_record inside; /* the rest of an envelope's line */
} log_splitter;

/* bytes_max 0: LOG_RECORD_MAX, which is also the most. */
void log_split_open(log_splitter *s, log_framing framing, size_t bytes_max);
void log_split_close(log_splitter *s);

/* The bytes stay where they are until log_split_next says that there is no more; it has taken what
 * was fed before. */
void log_split_feed(log_splitter *s, slice bytes);
/* OK and *ret_more: true with *ret, false when more bytes are needed (or, at the end, none are).
 *   ERR_LIMIT  no memory for the beginning of a record; final */
status log_split_next(log_splitter *s, log_record *ret, bool *ret_more, err *why) NODISCARD;

/* How the records of a stream that begins with `head` are told apart. */
log_framing log_framing_of(slice head);

#endif
