/* sink.h - where text goes out: one writer a context, none of which lets foreign bytes command it.
 *
 *     sink s;
 *     sink_init(&s, &(sink_options){.write = to_stdout, .columns = SINK_COLUMNS});
 *     sink_style(&s, STYLE_BAD);
 *     sink_put(&s, msg_verdict_malicious());
 *     sink_style(&s, STYLE_PLAIN);
 *     sink_to(&s, 11);                        // blanks up to column 11
 *     sink_foreign(&s, name);                 // anything from outside
 *     sink_line(&s);
 *     st = sink_flush(&s, why);
 *
 * Terminal text, also when it is piped: C0, DEL, C1 and broken UTF-8 come out as \n, \x1b, \x9b;
 * bidirectional controls, zero-width, tag and other invisible characters as ⟦U+202E⟧; a text with
 * right-to-left letters is isolated by U+2068 and U+2069; a word that mixes alphabets which look
 * alike is marked ⟦Latin+Cyrillic⟧; marks piled on one letter are shown as numbers.
 * JSON: sink_json sends one line and writes the same characters as \uXXXX, so that a terminal is
 * safe and every parser reads the same value.
 *
 * Lines longer than `columns` are wrapped at blanks and between Japanese characters (never so that
 * a line begins with 。 or ends with (), behind `sink_indent` blanks. No line ends in blanks.
 *
 * Uses: base, text, message. Used by: cmd, answer.
 * Sources: ECMA-48 (control functions), UAX 9 (bidirectional text), UTS 39 (mixed scripts), JIS X
 * 4051 (line breaking); CVE-2021-42574, CVE-2024-33899, CVE-2024-38396.
 * Errors stick: check sink_flush. A sink belongs to one thread. */
#ifndef NOROSHI_SINK_H
#define NOROSHI_SINK_H

#include "base/base.h"
#include "base/message.h"

enum {
    SINK_COLUMNS = 110,          /* what answers are laid out for */
    SINK_TEXT_MAX = 16 << 20,    /* bytes of one message or one foreign text, escaped */
    SINK_FLUSH_BYTES = 32 << 10, /* written out when that much is there */
    SINK_MARKS_MAX = 4           /* combining marks on one letter */
};

/* What words mean; the colours are the sink's. */
typedef enum style {
    STYLE_PLAIN,
    STYLE_TITLE, /* what was asked, headings */
    STYLE_LABEL,
    STYLE_BAD,     /* malicious, an error */
    STYLE_WARN,    /* suspicious, stale */
    STYLE_GOOD,    /* benign */
    STYLE_UNKNOWN, /* unknown, conflicting */
    STYLE_DIM,     /* places, ids */
    STYLE_COUNT_
} style;

typedef struct sink_options {
    /* Takes all bytes or fails. */
    status (*write)(void *ctx, slice bytes, err *why);
    void *ctx;
    language language;
    bool color;
    unsigned columns; /* 0: lines are never wrapped */
    int zone_minutes; /* for instants in messages */
    const char *zone;
    /* How an observable is shown: appends it, defanged or as it is, not escaped. NULL: as it is. */
    void (*value)(void *ctx, buf *out, int kind, slice value);
    void *value_ctx;
} sink_options;

typedef struct sink {
    sink_options options;
    buf out;  /* whole words, ready to be written */
    buf word; /* the word being put together */
    size_t word_columns;
    size_t spaces;  /* blanks in front of it */
    size_t column;  /* behind `out` */
    size_t indent;  /* of wrapped lines */
    uint32_t last;  /* the character before */
    uint64_t lines; /* ended so far */
    style style;
    buf text; /* scratch */
    status failed;
    err why;
} sink;

void sink_init(sink *s, const sink_options *options);
void sink_done(sink *s); /* does not flush */

/* Our own words: tables, headings, ids. A newline ends the line. */
void sink_words(sink *s, slice ours);
/* Anything from outside. */
void sink_foreign(sink *s, slice foreign);
/* The same in at most `columns` columns, cut off by "..". */
void sink_foreign_cut(sink *s, slice foreign, size_t columns);
/* An observable. */
void sink_value(sink *s, int kind, slice value);
void sink_put(sink *s, message m);
void sink_style(sink *s, style to);

/* Blanks up to the column (from 0); one blank when the line is there already. */
void sink_to(sink *s, size_t column);
/* The message at the right margin; on a line of its own when there is no room. */
void sink_right(sink *s, message m);
/* Blanks in front of the rest of lines that are wrapped from now on. */
void sink_indent(sink *s, size_t columns);
void sink_line(sink *s);
uint64_t sink_lines(const sink *s);
/* Whole lines that a sink with the same options wrote, `count` of them, each ended: as they are. */
void sink_laid(sink *s, slice lines, uint64_t count);

/* One line of JSON (valid, of any layout), and a newline. */
void sink_json(sink *s, slice json_text);

/* Writes all out; what failed since the last flush: ERR_IO (the write), ERR_LIMIT (a text over
 * SINK_TEXT_MAX, or memory is out). */
status sink_flush(sink *s, err *why) NODISCARD;

/* --- without a sink --------------------------------------------------------------------------- */

/* The terminal form of a foreign text, appended. A text of plain characters stays as it is. */
void terminal_escape(buf *out, slice foreign);
/* The same in at most `columns` columns, cut off by "..". */
void terminal_cut(buf *out, slice foreign, size_t columns);
/* The JSON form: what a parser reads stays the same. No newline. */
void terminal_json(buf *out, slice json_text);
/* Columns of a foreign text, of a message, when they are put into this sink. */
size_t sink_foreign_columns(sink *s, slice foreign);
size_t sink_message_columns(sink *s, message m);

#endif
