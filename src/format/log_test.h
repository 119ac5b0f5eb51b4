/* log_test.h - tables of log streams: what is read of each, and hard times for all of them.
 * Uses: log_text, base/test. Used by: log_json_test, log_lines_test, log_test. */
#ifndef NOROSHI_FORMAT_LOG_TEST_H
#define NOROSHI_FORMAT_LOG_TEST_H

#include "base/test.h"
#include "format/log_text.h"

enum { LOG_ROW_FIELDS = 8 };

typedef struct log_row {
    const char *format; /* that the stream is sniffed as */
    const char *stream;
    const char *want;                   /* a line an event, as log_texts_put has them */
    const char *fields[LOG_ROW_FIELDS]; /* that are among them: "name|sigma=value" */
} log_row;

static inline bool log_row_says(const log_texts *t, const char *line)
{
    slice want = slice_str(line), all = buf_slice(&t->out), one;
    while (slice_cut(&all, '\n', &one)) {
        one = slice_trim(one);
        if (slice_starts(one, want) && (one.len == want.len || one.ptr[want.len] == ' '))
            return true;
    }
    return false;
}

static inline void log_row_check(const log_row *row)
{
    log_texts t;
    slice stream = slice_str(row->stream);
    log_texts_open(&t, NULL);
    log_texts_read(&t, stream);
    CHECK_SLICE(slice_str(log_format_name(t.format)), slice_str(row->format));
    CHECK_SLICE(buf_slice(&t.out), slice_str(row->want));
    t.fields = true;
    log_texts_read(&t, stream);
    for (size_t i = 0; i < LOG_ROW_FIELDS && row->fields[i]; i++)
        if (!log_row_says(&t, row->fields[i]))
            TEST_FAIL("no \"%s\" in:\n%.*s", row->fields[i], SLICE_FMT(buf_slice(&t.out)));
    log_texts_close(&t);
}

/* In pieces of any length; cut at every byte; with bits flipped; with every allocation failing: the
 * same, or what holds of every event (log_texts_check). */
static inline void log_row_abuse(const log_row *row)
{
    log_texts t, whole;
    slice stream = slice_str(row->stream);
    log_texts_open(&t, row->format);
    log_texts_open(&whole, row->format);
    t.fields = whole.fields = true;
    log_texts_read(&whole, stream);
    for (t.step = 1; t.step < 8; t.step += 2) {
        log_texts_read(&t, stream);
        CHECK_SLICE(buf_slice(&t.out), buf_slice(&whole.out));
    }
    t.step = 0;
    t.quiet = true;
    for (size_t n = 0; n < stream.len; n++) {
        char *copy = malloc(n + 1); /* its own, so that a sanitizer sees a step too far */
        if (!copy)
            return;
        memcpy(copy, stream.ptr, n);
        log_texts_read(&t, slice_of(copy, n));
        free(copy);
    }
    char *flipped = malloc(stream.len + 1);
    if (!flipped)
        return;
    for (size_t i = 0; i < stream.len; i++) {
        memcpy(flipped, stream.ptr, stream.len);
        flipped[i] = (char)(flipped[i] ^ 1 << i % 8);
        log_texts_read(&t, slice_of(flipped, stream.len));
    }
    free(flipped);
    t.quiet = false;
    for (t.fail_after = 0; t.fail_after < 4096; t.fail_after++) {
        log_texts_read(&t, stream);
        CHECK(t.st == OK || t.st == ERR_LIMIT);
        CHECK_EQ(t.records, whole.records);
        if (t.st == OK && !t.starved)
            break;
    }
    CHECK_SLICE(buf_slice(&t.out), buf_slice(&whole.out));
    CHECK(t.fail_after > 0);
    log_texts_close(&t);
    log_texts_close(&whole);
}

#endif
