/* rows.h - lines and delimited rows of a document, one at a time, with their places.
 *
 *     CLEANUP(rows_close) rows r = {0};
 *     rows_open(&r, input->in, a, ',', 0);
 *     while ((st = rows_next(&r, &row, &more, why)) == OK && more)
 *         if (!row.bad) ... row.field[0] ..., row.line, row.at
 *
 * Uses: base. Used by: csv, list, carbonblack, kev, and their fuzz targets.
 * Sources: RFC 4180 (quotes, doubled quotes, line breaks inside quotes).
 * Read more gently than RFC 4180 asks: LF, CRLF and lone CR end a line; a byte order mark is
 * skipped; a quote is one only at the beginning of a field, or behind blanks there if it closes in
 * front of a delimiter on the same line; text behind a closing quote is kept; a quote that is never
 * closed spoils its own line and no other.
 * A row that cannot be taken is still handed out, with `bad` saying why: the caller refuses it. */
#ifndef NOROSHI_FORMAT_ROWS_H
#define NOROSHI_FORMAT_ROWS_H

#include "base/base.h"
#include "base/reader.h"

enum {
    ROWS_BYTES_MAX = 1 << 20, /* one row or line; longer is `bad` */
    ROWS_FIELDS_MAX = 1024
};

typedef struct row {
    slice *field; /* until the next call; field[0] is the whole line when there is no delimiter */
    size_t count;
    slice raw;       /* the bytes without the line's end; its beginning when the row is too long */
    uint64_t at;     /* offset in the document */
    uint64_t line;   /* of its first line, from 1 */
    const char *bad; /* NULL, or why the row cannot be taken: a constant */
} row;

typedef struct rows {
    reader *in;
    char delimiter; /* 0: lines only, no quotes */
    size_t bytes_max;
    buf window;    /* what was read and not handed out yet */
    uint64_t base; /* offset of window[0] in the document */
    size_t pos;    /* where the row begins that was handed out last, or the next one */
    size_t taken;  /* bytes of it, without the line's end */
    uint64_t line; /* number of the line at pos */
    bool eof, begun, handed, skip;
    slice *field;
    buf text; /* fields without their quotes; never moves */
} rows;

/* Zeroed `r` becomes ready; the reader is kept until rows_close. bytes_max 0: ROWS_BYTES_MAX.
 *   ERR_LIMIT  memory; the fields live in `a` for as long as `r` */
status rows_open(rows *r, reader *in, arena *a, char delimiter, size_t bytes_max,
                 err *why) NODISCARD;
void rows_close(rows *r);
/* OK and *ret_more: true with *ret filled, false at the end of the document. Blank lines are
 * handed out too, with one empty field. Otherwise what the reader said. */
status rows_next(rows *r, row *ret, bool *ret_more, err *why) NODISCARD;

/* The beginning of a document, at most `max` bytes, in `a`; *ret_whole: it is all of it. The
 * reader is left at the start.
 *   ERR_LIMIT  memory; or what the reader said */
status rows_head(reader *in, arena *a, size_t max, slice *ret, bool *ret_whole, err *why) NODISCARD;

/* One row as RFC 4180 writes it, without the line's end: a field with the delimiter, a quote, a
 * line break or an outer blank is quoted. rows_next gives the same fields back, if there is more
 * than one field or the only one is not empty. */
void rows_print(buf *out, const slice *field, size_t count, char delimiter);

#endif
