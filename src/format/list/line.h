/* line.h - one line of a list of indicators. Private to the codecs of lists.
 *
 *     list_line l;
 *     st = list_read_line(a, S("evil[.]example ; dropper ; 80"), &hint, &l, why);
 *
 * Uses: base, cells, dates, phrase. Used by: list.c, list/guess.c, list_keys.c.
 * Shapes that are known, from published lists: the bare value; value;comment;score (LOKI); value
 * and comment apart by a tab, " # ", " - ", " -- ", "|" or two blanks; hash and file name (md5sum,
 * BSD); 0.0.0.0 host (hosts files); "SHA256: value"; bullets and quotes around all of it. */
#ifndef NOROSHI_FORMAT_LIST_LINE_H
#define NOROSHI_FORMAT_LIST_LINE_H

#include "format/cells.h"
#include "format/dates.h"

enum { LIST_VALUES_MAX = 8, LIST_CONTEXT_MAX = 1024 };

/* What the file's name, or a title above the line, says of the values. */
typedef struct list_hint {
    bool some;
    want want;
    slice property; /* values are kept as "property=value": "android-property" */
    slice use;      /* "c2", ... */
} list_hint;

typedef enum list_what {
    LIST_BLANK,
    LIST_COMMENT, /* text: without its mark */
    LIST_TITLE,   /* "SHA256:", "Domains", "[c2]"; text: without colon and brackets */
    LIST_VALUES,
    LIST_UNREAD /* prose, or something that nobody recognises */
} list_what;

typedef struct list_line {
    list_what what;
    observable o[LIST_VALUES_MAX];
    size_t count;
    slice text;     /* of a comment or a title */
    slice comment;  /* beside the value */
    slice filename; /* of the file that the value is the hash of */
    int score;      /* -1: none */
    when seen;      /* a date beside the value */
    bool clear;     /* without doubt a value: counts when a document is sniffed */
} list_line;

/* Reads a line (no line break in it). Slices are views of `line` or live in `a`.
 *   OK         *ret filled, LIST_UNREAD included: why->msg then says what was nearest
 *   ERR_LIMIT  memory */
status list_read_line(arena *a, slice line, const list_hint *hint, list_line *ret,
                      err *why) NODISCARD;

/* What a title or a file's name says; *ret untouched when it says nothing. */
void list_hint_of(slice words, list_hint *ret);

#endif
