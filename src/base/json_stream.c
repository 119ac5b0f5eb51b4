/* json_stream.c - a JSON document of any size, part by part: see json.h.
 *
 * A window of the document is kept in memory, from the beginning of the part being read. Values
 * are only balanced here (strings, brackets, depth); json_parse validates each part. */
#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>

enum { READ_SIZE = 1 << 16 };

typedef enum place {
    TOP,    /* between top-level values */
    OBJECT, /* inside a top-level object, between members */
    ARRAY   /* inside an array that is split, between elements */
} place;

struct json_stream {
    reader *in;
    const slice *split;
    size_t split_count;
    bool whole, pass_over;
    uint32_t value_max;
    bool in_value; /* a part is being read, not a key or what stands between */
    bool over;     /* it is passed over: its bytes are not kept */

    buf window;    /* bytes of the document from `base` on */
    uint64_t base; /* offset of window[0] in the document */
    size_t pos;    /* next byte to look at, in the window */
    size_t part;   /* first byte of the window that must be kept */
    bool eof;
    place where;
    bool array_in_object; /* ARRAY: leads back to OBJECT, not to TOP */
    bool some;            /* something came before in this container */
    buf key;              /* of the member being read, unescaped */
    uint64_t index, doc, docs_begun;
};

json_stream *json_stream_new(reader *in, const json_stream_options *options)
{
    json_stream *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->in = in;
    s->split = options->split;
    s->split_count = options->split_count;
    s->whole = options->whole;
    s->pass_over = options->pass_over;
    s->value_max = options->value_max ? options->value_max : JSON_VALUE_MAX;
    /* room for the largest part, the key in front of it and one read behind it */
    buf_init(&s->window, (size_t)s->value_max * 2 + 4 * READ_SIZE);
    buf_init(&s->key, JSON_VALUE_MAX);
    return s;
}

json_stream *json_stream_free(json_stream *s)
{
    if (s) {
        buf_done(&s->window);
        buf_done(&s->key);
        free(s);
    }
    return NULL;
}

static status bad(const json_stream *s, const char *what, err *why)
{
    return err_set(why, ERR_INPUT, s->base + s->pos, "JSON: %s", what);
}

/* The value being read is over a limit: an error, or from here on its bytes are dropped. */
static status over(json_stream *s, uint64_t at, const char *what, uint32_t max, err *why)
{
    if (!s->pass_over || !s->in_value)
        return err_set(why, ERR_LIMIT, at, "JSON: %s %u%s", what, max,
                       what[0] == 'v' ? " bytes" : "");
    s->over = true;
    return OK;
}

/* Makes window[pos] exist unless the document is over. Moves the window when that helps. */
static status more(json_stream *s, err *why)
{
    status st;
    if (s->pos < s->window.len || s->eof)
        return OK;
    if (s->over)
        s->part = s->window.len;
    if (s->part > READ_SIZE) {
        memmove(s->window.ptr, s->window.ptr + s->part, s->window.len - s->part);
        s->window.len -= s->part;
        s->base += s->part;
        s->pos -= s->part;
        s->part = 0;
    }
    if (s->pos > s->part && s->pos - s->part > s->value_max) {
        if ((st = over(s, s->base + s->part, "value over", s->value_max, why)) != OK)
            return st;
        s->part = s->window.len;
    }
    char *room = buf_room(&s->window, READ_SIZE);
    if (!room)
        return err_set(why, ERR_LIMIT, s->base + s->part, "JSON: value over %u bytes",
                       s->value_max);
    size_t n;
    st = reader_read(s->in, room, READ_SIZE, &n, why);
    if (st != OK)
        return st;
    s->window.len += n;
    s->eof = n == 0;
    return OK;
}

/* The next byte that is no white space; *ret = -1 at the end. Not consumed. */
static status peek(json_stream *s, int *ret, err *why)
{
    for (;;) {
        while (s->pos < s->window.len) {
            char c = s->window.ptr[s->pos];
            if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
                *ret = (unsigned char)c;
                return OK;
            }
            s->pos++;
        }
        status st = more(s, why);
        if (st != OK)
            return st;
        if (s->pos >= s->window.len) {
            *ret = -1;
            return OK;
        }
    }
}

/* Behind the opening quote; leaves pos behind the closing one. */
static status skip_string(json_stream *s, err *why)
{
    for (;;) {
        while (s->pos < s->window.len) {
            const char *p = s->window.ptr + s->pos;
            size_t left = s->window.len - s->pos;
            const char *quote = memchr(p, '"', left);
            size_t run = quote ? (size_t)(quote - p) : left;
            const char *slash = memchr(p, '\\', run);
            if (!slash) {
                s->pos += run + (quote != NULL);
                if (quote)
                    return OK;
            } else {
                s->pos += (size_t)(slash - p) + 2; /* the escaped byte may not be read yet */
                break;
            }
        }
        while (s->pos >= s->window.len) {
            status st = more(s, why);
            if (st != OK)
                return st;
            if (s->eof && s->pos >= s->window.len) {
                s->pos = s->window.len;
                return bad(s, "ends inside a string", why);
            }
        }
    }
}

/* At the first byte of a value; leaves pos behind its last. */
static status skip_value(json_stream *s, err *why)
{
    uint32_t depth = 0;
    status st;
    for (;;) {
        if (s->pos >= s->window.len) {
            if ((st = more(s, why)) != OK)
                return st;
            if (s->pos >= s->window.len)
                return depth ? bad(s, "ends early", why) : OK;
        }
        char c = s->window.ptr[s->pos];
        if (c == '"') {
            s->pos++;
            if ((st = skip_string(s, why)) != OK)
                return st;
            if (!depth)
                return OK;
        } else if (c == '{' || c == '[') {
            s->pos++;
            if (++depth == JSON_DEPTH_MAX + 1 &&
                (st = over(s, s->base + s->pos - 1, "deeper than", JSON_DEPTH_MAX, why)) != OK)
                return st;
        } else if (c == '}' || c == ']') {
            if (!depth)
                return OK; /* the end of the container around a scalar */
            s->pos++;
            if (--depth == 0)
                return OK;
        } else if (!depth && (c == ',' || c == ' ' || c == '\n' || c == '\r' || c == '\t')) {
            return OK;
        } else {
            s->pos++;
        }
    }
}

/* A whole value into *ret; something must be there. */
static status take_value(json_stream *s, json_part *ret, err *why)
{
    int c;
    status st = peek(s, &c, why);
    if (st != OK)
        return st;
    if (c < 0)
        return bad(s, "ends early", why);
    uint64_t at = s->base + s->pos;
    s->part = s->pos;
    s->in_value = true;
    s->over = false;
    if ((st = skip_value(s, why)) != OK)
        return st;
    uint64_t length = s->base + s->pos - at;
    if (!length)
        return bad(s, "expected a value", why);
    if (length > s->value_max && !s->over &&
        (st = over(s, at, "value over", s->value_max, why)) != OK)
        return st;
    ret->raw = s->over ? S("") : slice_of(s->window.ptr + s->part, s->pos - s->part);
    ret->over = s->over;
    s->in_value = s->over = false;
    ret->at = at;
    ret->length = length;
    ret->key = buf_slice(&s->key);
    ret->doc = s->doc;
    /* `part` may move now: the slice stays valid until the next call reads */
    return OK;
}

static bool splits(const json_stream *s, slice key)
{
    for (size_t i = 0; i < s->split_count; i++)
        if (slice_eq(s->split[i], key))
            return true;
    return false;
}

static status read_key(json_stream *s, err *why)
{
    status st;
    int c;
    s->part = s->pos;
    s->pos++;
    if ((st = skip_string(s, why)) != OK)
        return st;
    CLEANUP(arena_done) arena a;
    json *name;
    arena_init(&a, JSON_VALUE_MAX);
    slice raw = slice_of(s->window.ptr + s->part, s->pos - s->part);
    if ((st = json_parse(&a, raw, NULL, &name, why)) != OK) {
        if (why && why->at != ERR_NOWHERE)
            why->at += s->base + s->part;
        return st;
    }
    buf_clear(&s->key);
    buf_put(&s->key, name->text);
    if ((st = peek(s, &c, why)) != OK)
        return st;
    if (c != ':')
        return bad(s, "expected ':'", why);
    s->pos++;
    return OK;
}

static status enter(json_stream *s, place where)
{
    s->pos++;
    s->where = where;
    s->some = false;
    s->index = 0;
    return OK;
}

/* Each returns OK with *done = true when *ret holds a part, false to be called again. */
static status at_top(json_stream *s, json_part *ret, bool *done, err *why)
{
    int c;
    status st = peek(s, &c, why);
    if (st != OK)
        return st;
    if (s->base + s->pos == 0 && c == 0xef) { /* a byte order mark in front of UTF-8 */
        while (s->window.len < 3 && !s->eof) {
            size_t keep = s->pos;
            s->pos = s->window.len;
            if ((st = more(s, why)) != OK)
                return st;
            s->pos = keep;
        }
        if (slice_starts(buf_slice(&s->window), S("\xef\xbb\xbf"))) {
            s->pos = 3;
            return OK;
        }
    }
    s->part = s->pos;
    buf_clear(&s->key);
    if (c < 0) {
        if (!s->docs_begun)
            return bad(s, "empty", why);
        *ret = (json_part){.kind = JSON_PART_END, .at = s->base + s->pos};
        *done = true;
        return OK;
    }
    s->doc = s->docs_begun++;
    if (!s->whole && c == '{')
        return enter(s, OBJECT);
    if (!s->whole && c == '[') {
        s->array_in_object = false;
        return enter(s, ARRAY);
    }
    ret->kind = JSON_PART_ITEM;
    ret->index = s->doc;
    *done = true;
    return take_value(s, ret, why);
}

/* Consumes the comma in front of the next thing, or the closing bracket (*closed). */
static status between(json_stream *s, char bracket, bool *closed, int *ret_next, err *why)
{
    status st = peek(s, ret_next, why);
    if (st != OK)
        return st;
    *closed = *ret_next == bracket;
    if (*closed) {
        s->pos++;
        return OK;
    }
    if (s->some) {
        if (*ret_next != ',')
            return bad(s,
                       *ret_next < 0    ? "ends early"
                       : bracket == '}' ? "expected ',' or '}'"
                                        : "expected ',' or ']'",
                       why);
        s->pos++;
        if ((st = peek(s, ret_next, why)) != OK)
            return st;
    }
    s->some = true;
    return *ret_next < 0 ? bad(s, "ends early", why) : OK;
}

static status in_object(json_stream *s, json_part *ret, bool *done, err *why)
{
    bool closed;
    int c;
    status st;
    s->part = s->pos;
    if ((st = between(s, '}', &closed, &c, why)) != OK)
        return st;
    if (closed) {
        s->where = TOP;
        return OK;
    }
    if (c != '"')
        return bad(s, "expected a key", why);
    if ((st = read_key(s, why)) != OK || (st = peek(s, &c, why)) != OK)
        return st;
    if (c == '[' && splits(s, buf_slice(&s->key))) {
        s->array_in_object = true;
        return enter(s, ARRAY);
    }
    ret->kind = JSON_PART_MEMBER;
    ret->index = 0;
    *done = true;
    return take_value(s, ret, why);
}

static status in_array(json_stream *s, json_part *ret, bool *done, err *why)
{
    bool closed;
    int c;
    s->part = s->pos;
    status st = between(s, ']', &closed, &c, why);
    if (st != OK)
        return st;
    if (closed) {
        s->where = s->array_in_object ? OBJECT : TOP;
        s->some = true;
        return OK;
    }
    ret->kind = JSON_PART_ITEM;
    ret->index = s->index++;
    *done = true;
    return take_value(s, ret, why);
}

status json_stream_next(json_stream *s, json_part *ret, err *why)
{
    bool done = false;
    status st = OK;
    json_part part = {0};
    while (st == OK && !done) {
        switch (s->where) {
        case TOP: st = at_top(s, &part, &done, why); break;
        case OBJECT: st = in_object(s, &part, &done, why); break;
        case ARRAY: st = in_array(s, &part, &done, why); break;
        }
    }
    if (st == OK)
        *ret = part;
    return st;
}
