/* json.h - JSON: a parser for one value, a splitter for documents of any size, a writer.
 *
 *     json *v;
 *     if ((st = json_parse(&a, text, NULL, &v, why)) != OK)
 *         return st;
 *     slice name = json_text(json_get(v, S("name")));      // {NULL,0} when absent or not a string
 *
 * Uses: base. Used by: every codec, the contract's output.
 * Sources: RFC 8259 (JSON), RFC 3629 (UTF-8), RFC 8785 (canonical form).
 * Why our own parser: docs/decisions/0003-json.md (memory bounded by one value, offsets in errors,
 * allocation faults testable, no C++ run time; measured against simdjson in bench/json).
 * Stricter than RFC 8259 where hostile input hides: invalid UTF-8, lone surrogates, NUL in strings
 * and the same key twice in one object are errors. No input makes it slow: keys are compared in
 * sorted order, not in a table that could be filled with collisions, so there is no seed either. */
#ifndef NOROSHI_JSON_H
#define NOROSHI_JSON_H

#include "base/base.h"
#include "base/reader.h"

enum {
    JSON_DEPTH_MAX = 64,              /* contract section 7 */
    JSON_VALUE_MAX = 16 * 1024 * 1024 /* bytes of one value held in memory */
};

typedef enum json_type {
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
} json_type;

/* One value. Read the fields freely; they live as long as the arena and the parsed text. */
typedef struct json {
    json_type type;
    uint32_t count;   /* members or elements */
    uint32_t at, end; /* [at, end) of the parsed text is this value as written */
    slice key;        /* members of an object: the name, unescaped */
    slice text;       /* strings: unescaped; numbers: as written */
    struct json *first, *next;
} json;

typedef struct json_limits {
    uint32_t depth_max; /* 0: JSON_DEPTH_MAX */
    uint32_t bytes_max; /* 0: JSON_VALUE_MAX */
} json_limits;

/* Parses exactly one value, white space around it allowed.
 *   OK         *ret points into `a`; strings without escapes point into `text`
 *   ERR_INPUT  not JSON; why->at is the offset in `text`
 *   ERR_LIMIT  deeper or longer than the limits (NULL: the defaults), or the budget is spent */
status json_parse(arena *a, slice text, const json_limits *limits, json **ret, err *why) NODISCARD;

/* The member called `key`, or NULL; also NULL when `object` is NULL or not an object. */
const json *json_get(const json *object, slice key);
/* The text of a string, else {NULL, 0}; NULL is fine. */
slice json_text(const json *v);
/* true and *ret for a number without fraction or exponent that fits. */
bool json_int(const json *v, int64_t *ret);
/* The same for a number whose value is whole, however it is written: 5, 5.0, 50e-1. Exact. */
bool json_whole(const json *v, int64_t *ret);
bool json_is(const json *v, json_type type);
/* The bytes of the value as written in `text`, the slice given to json_parse. */
slice json_raw(const json *v, slice text);

/* --- documents of any size ------------------------------------------------------------------ */

/* Reads a document and hands out its parts, each whole in memory, at most `value_max` bytes:
 *   JSON_PART_ITEM    an element of the top-level array, of an array member of the top-level
 *                     object that is named in `split`, or (whole = true) a top-level value
 *   JSON_PART_MEMBER  any other member of a top-level object; key is its name, unescaped
 *   JSON_PART_END     the document is over
 * Several top-level values in a row (NDJSON, concatenated documents) are read one after another.
 * The parts are balanced but not validated: json_parse on `raw` does that. What stands between them
 * is checked here. Of the members of a top-level object, which may be any number, only the ones
 * named in `split` are refused when they come twice. A byte order mark of UTF-8 is passed over. */
typedef enum json_part_kind { JSON_PART_ITEM, JSON_PART_MEMBER, JSON_PART_END } json_part_kind;

typedef struct json_part {
    json_part_kind kind;
    slice key;       /* member: its name; item: the array's name ("" at top level) */
    slice raw;       /* valid until the next call */
    uint64_t at;     /* offset of raw in the document */
    uint64_t length; /* bytes of it in the document */
    uint64_t index;  /* item: position in its array or, whole, among the top-level values */
    uint64_t doc;    /* number of the top-level value, from 0 */
    bool over;       /* pass_over only: too long or too deep, `raw` is empty */
} json_part;

typedef struct json_stream_options {
    const slice *split; /* names of arrays to split, `split_count` of them, at most 64 */
    size_t split_count;
    /* Members that are gone into, as envelopes are: the members of an object of that name, and
     * those of each object in an array of that name, are handed out as if it stood at top level,
     * with a `doc` of its own. "" is the array at top level. Up to 4 deep; deeper is handed out. */
    const slice *enter;
    size_t enter_count;
    bool whole;
    bool pass_over;     /* a part over value_max or JSON_DEPTH_MAX is handed out without its bytes,
                           instead of ending the document with ERR_LIMIT */
    uint32_t value_max; /* 0: JSON_VALUE_MAX */
} json_stream_options;

typedef struct json_stream json_stream;

/* `in` is kept until json_stream_free. NULL only when memory is out. */
json_stream *json_stream_new(reader *in, const json_stream_options *options) NODISCARD;
json_stream *json_stream_free(json_stream *s);
/* OK and *ret; ERR_INPUT (why->at: offset in the document), ERR_LIMIT, or what the reader said. An
 * error is final: later calls return the same status. Memory: one part, and 256 KiB. */
status json_stream_next(json_stream *s, json_part *ret, err *why) NODISCARD;
/* A part is `over`: ERR_INPUT, and `why` says which limit. value_max as in the options. */
status json_part_over(const json_part *p, uint32_t value_max, err *why);

/* --- writing -------------------------------------------------------------------------------- */

/* Members come out in the order they are written, so that output is stable. Strings must be
 * UTF-8; what is not is written as U+FFFD. Check buf_status once at the end.
 *
 *     json_writer w = json_writer_on(&out);
 *     json_open(&w, '{');
 *     json_key(&w, "kind"); json_put_text(&w, S("ipv4"));
 *     json_close(&w, '}');                                                                      */
typedef struct json_writer {
    buf *out;
    uint32_t depth;   /* at most JSON_WRITE_DEPTH_MAX: deeper is the caller's mistake */
    uint64_t some[2]; /* bit per depth: something was written there already */
    bool after_key;
} json_writer;
enum { JSON_WRITE_DEPTH_MAX = 127 }; /* a parsed value fits inside an answer */

json_writer json_writer_on(buf *out);
void json_open(json_writer *w, char bracket);  /* '{' or '[' */
void json_close(json_writer *w, char bracket); /* '}' or ']' */
void json_key(json_writer *w, const char *key);
void json_key_slice(json_writer *w, slice key);
void json_put_text(json_writer *w, slice text);
void json_put_int(json_writer *w, int64_t n);
void json_put_bool(json_writer *w, bool yes);
void json_put_null(json_writer *w);
void json_put_raw(json_writer *w, slice json_text); /* already JSON */
/* A parsed value again, numbers as they were written. */
void json_put_value(json_writer *w, const json *v);
/* Canonical, RFC 8785: sorted keys, numbers as the double that they are, so that two serialisations
 * of one value give the same bytes. A number that no double holds stays as written. `sort` is an
 * arena for the sorted members and long numbers; its budget spent makes the buf fail. */
void json_put_canonical(json_writer *w, const json *v, arena *sort);

#endif
