/* walk.c - an object of JSON becomes fields: see build.h.
 *
 * Not base/json: a log line is taken as it is (decision 0136), and no tree is made. */
#include "format/log/build.h"

#include "base/text.h"

typedef struct walker {
    log_builder *b;
    const char *p, *end;
    unsigned depth;
    bool array[LOG_DEPTH_MAX];      /* what is open, from the outside in */
    uint16_t length[LOG_DEPTH_MAX]; /* of the path to it */
    char path[LOG_NAME_MAX];
    slice name; /* of the value that comes */
    bool broken;
} walker;

static void skip_blanks(walker *w)
{
    while (w->p < w->end && (unsigned char)*w->p <= ' ')
        w->p++;
}

/* The first quote or backslash at p, or end; eight bytes at a time. */
static const char *run_end(const char *p, const char *end)
{
    const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;
    for (; end - p >= 8; p += 8) {
        uint64_t w;
        memcpy(&w, p, 8);
        uint64_t quote = w ^ (ones * '"'), slash = w ^ (ones * '\\');
        if ((((quote - ones) & ~quote) | ((slash - ones) & ~slash)) & tops)
            break; /* one of the eight is */
    }
    while (p < end && *p != '"' && *p != '\\')
        p++;
    return p;
}

/* At a quote: what is inside, as written; p goes behind the closing one. */
static slice take_text(walker *w, bool *ret_escaped)
{
    const char *from = ++w->p, *p = from;
    *ret_escaped = false;
    while ((p = run_end(p, w->end)) < w->end && *p == '\\') {
        *ret_escaped = true;
        p = w->end - p < 2 ? w->end : p + 2;
    }
    if (p >= w->end) {
        w->broken = true;
        p = w->end;
    }
    w->p = p < w->end ? p + 1 : p;
    return slice_of(from, (size_t)(p - from));
}

static size_t unescape_u(slice s, size_t i, uint32_t *ret)
{
    uint32_t n = 0;
    if (s.len - i < 4)
        return 0;
    for (size_t k = 0; k < 4; k++) {
        int d = hex_value(s.ptr[i + k]);
        if (d < 0)
            return 0;
        n = n << 4 | (uint32_t)d;
    }
    *ret = n;
    return 4;
}

/* Behind "\u" at s[i]: bytes taken, 0 when it is no such escape. */
static size_t unescape_char(slice s, size_t i, uint32_t *ret)
{
    uint32_t low;
    size_t n = unescape_u(s, i, ret);
    if (!n || *ret < 0xD800 || *ret > 0xDFFF)
        return n;
    if (*ret <= 0xDBFF && s.len - i >= 10 && s.ptr[i + 4] == '\\' && s.ptr[i + 5] == 'u' &&
        unescape_u(s, i + 6, &low) && low >= 0xDC00 && low <= 0xDFFF) {
        *ret = 0x10000 + ((*ret - 0xD800) << 10) + (low - 0xDC00);
        return 10;
    }
    *ret = 0xFFFD;
    return n;
}

slice log_unescape(log_builder *b, slice written)
{
    if (slice_find_byte(written, '\\', 0) == SIZE_MAX)
        return written;
    char *out = arena_array(b->a, written.len + 1, 1);
    size_t n = 0;
    if (!out) {
        b->failed = true;
        return (slice){NULL, 0};
    }
    for (size_t i = 0; i < written.len; i++) {
        uint32_t c;
        size_t took;
        size_t slash = slice_find_byte(written, '\\', i);
        size_t run = (slash == SIZE_MAX || slash + 1 == written.len ? written.len : slash) - i;
        memcpy(out + n, written.ptr + i, run);
        n += run;
        i += run;
        if (i == written.len)
            break;
        switch (written.ptr[++i]) {
        case 'b': out[n++] = '\b'; break;
        case 'f': out[n++] = '\f'; break;
        case 'n': out[n++] = '\n'; break;
        case 'r': out[n++] = '\r'; break;
        case 't': out[n++] = '\t'; break;
        case 'u':
            took = unescape_char(written, i + 1, &c);
            if (took)
                n += utf8_put(out + n, c);
            else
                out[n++] = 'u';
            i += took;
            break;
        case 'x': /* C's, in logs of web servers */
            if (i + 2 < written.len && hex_value(written.ptr[i + 1]) >= 0 &&
                hex_value(written.ptr[i + 2]) >= 0) {
                out[n++] =
                    (char)(hex_value(written.ptr[i + 1]) << 4 | hex_value(written.ptr[i + 2]));
                i += 2;
                break;
            }
            out[n++] = 'x';
            break;
        default: out[n++] = written.ptr[i]; break;
        }
    }
    return slice_of(out, n);
}

/* The name of what comes, "outer.inner"; what is too long keeps its beginning. */
static void name_it(walker *w, slice key)
{
    size_t len = w->length[w->depth - 1], room;
    if (!len && key.len <= LOG_NAME_MAX) {
        w->name = key;
        return;
    }
    if (len && len < LOG_NAME_MAX)
        w->path[len++] = '.';
    room = LOG_NAME_MAX - len;
    if (key.len > room) {
        w->b->e.cut |= LOG_CUT_NAME;
        key.len = room;
    }
    memcpy(w->path + len, key.ptr, key.len);
    if (!arena_copy(w->b->a, slice_of(w->path, len + key.len), &w->name))
        w->b->failed = true;
}

/* Behind "{" or "[" that was just taken. */
static void open_box(walker *w, bool array)
{
    w->array[w->depth] = array;
    if (w->name.len && w->name.len <= LOG_NAME_MAX)
        memcpy(w->path, w->name.ptr, w->name.len);
    w->length[w->depth++] = (uint16_t)w->name.len;
}

/* A value that is nested too deep: all of it. */
static slice take_deep(walker *w)
{
    const char *from = w->p;
    size_t depth = 0;
    do {
        bool escaped;
        if (*w->p == '"') {
            (void)take_text(w, &escaped);
            continue;
        }
        depth += *w->p == '{' || *w->p == '[';
        depth -= *w->p == '}' || *w->p == ']';
        w->p++;
    } while (depth && w->p < w->end);
    w->broken |= depth != 0;
    return slice_of(from, (size_t)(w->p - from));
}

static void put_word(walker *w)
{
    const char *from = w->p;
    log_type type = LOG_TEXT;
    while (w->p < w->end && (unsigned char)*w->p > ' ' && *w->p != ',' && *w->p != '}' &&
           *w->p != ']')
        w->p++;
    slice word = slice_of(from, (size_t)(w->p - from)), value = word;
    if (!word.len) {
        w->broken = true;
        return;
    }
    if (is_digit(*from) || *from == '-') {
        type = LOG_NUMBER;
    } else if (slice_eq(word, S("true")) || slice_eq(word, S("false"))) {
        type = LOG_BOOL;
    } else if (slice_eq(word, S("null"))) {
        type = LOG_NULL;
        value.len = 0;
    }
    log_put_value(w->b, w->name, S(""), LOG_AS_NONE, value, word, type);
}

static void put_box(walker *w)
{
    const char *from = w->p;
    bool array = *from == '[';
    slice all = {NULL, 0};
    log_type type = LOG_TEXT;
    if (w->depth == LOG_DEPTH_MAX) {
        w->b->e.cut |= LOG_CUT_DEPTH;
        all = take_deep(w);
    } else {
        w->p++;
        skip_blanks(w);
        if (w->p == w->end || *w->p != (array ? ']' : '}')) {
            open_box(w, array);
            return;
        }
        w->p++; /* empty: there is something of that name all the same */
        all = slice_of(from, (size_t)(w->p - from));
        type = LOG_NULL;
    }
    log_put_value(w->b, w->name, S(""), LOG_AS_NONE, type == LOG_NULL ? slice_sub(all, 0, 0) : all,
                  all, type);
}

static void put_text(walker *w)
{
    bool escaped;
    slice written = take_text(w, &escaped);
    slice value = escaped ? log_unescape(w->b, written) : written;
    log_put_value(w->b, w->name, S(""), LOG_AS_NONE, value, written, LOG_TEXT);
}

static void put_value(walker *w)
{
    if (*w->p == '"')
        put_text(w);
    else if (*w->p == '{' || *w->p == '[')
        put_box(w);
    else
        put_word(w);
}

/* One name and value, one element, or the end of what is open. */
static void step(walker *w)
{
    bool array = w->array[w->depth - 1], escaped;
    skip_blanks(w);
    if (w->p < w->end && *w->p == ',') {
        w->p++;
        skip_blanks(w);
    }
    if (w->p == w->end) {
        w->broken = true;
        return;
    }
    if (*w->p == (array ? ']' : '}')) {
        w->p++;
        w->depth--;
        return;
    }
    if (array) {
        size_t len = w->length[w->depth - 1];
        if (w->name.len != len && !arena_copy(w->b->a, slice_of(w->path, len), &w->name))
            w->b->failed = true; /* else it is still the array's */
        put_value(w);
        return;
    }
    if (*w->p != '"') {
        w->broken = true;
        return;
    }
    slice key = take_text(w, &escaped);
    name_it(w, escaped ? log_unescape(w->b, key) : key);
    skip_blanks(w);
    if (w->p == w->end || *w->p != ':') {
        w->broken = true;
        return;
    }
    w->p++;
    skip_blanks(w);
    if (w->p == w->end)
        w->broken = true;
    else
        put_value(w);
}

bool log_json(log_builder *b, slice text)
{
    walker w = {.b = b, .p = text.ptr, .end = text.ptr + text.len};
    size_t from = b->count;
    if (!text.len || text.ptr[0] != '{')
        return false;
    w.p++;
    w.array[0] = false;
    w.depth = 1;
    while (w.depth && !w.broken && !b->failed && !(b->e.cut & LOG_CUT_FIELDS))
        step(&w);
    skip_blanks(&w);
    w.broken |= w.depth == 0 && w.p != w.end;
    if (w.broken && b->count == from)
        return false;
    b->e.cut |= w.broken ? LOG_CUT_BROKEN : 0;
    return true;
}
