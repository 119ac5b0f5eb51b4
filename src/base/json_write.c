/* json_write.c - JSON out, as written or canonical: see json.h. */
#include "base/json.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

json_writer json_writer_on(buf *out)
{
    return (json_writer){.out = out};
}

/* Is a comma due in front of what comes now? */
static bool comma_due(json_writer *w)
{
    if (w->after_key) {
        w->after_key = false;
        return false;
    }
    uint64_t *some = &w->some[w->depth / 64], bit = (uint64_t)1 << w->depth % 64;
    bool due = (*some & bit) != 0;
    *some |= bit;
    return due;
}

static void separate(json_writer *w)
{
    if (comma_due(w))
        buf_byte(w->out, ',');
}

void json_open(json_writer *w, char bracket)
{
    separate(w);
    buf_byte(w->out, bracket);
    assert(w->depth < JSON_WRITE_DEPTH_MAX);
    w->depth++;
    w->some[w->depth / 64] &= ~((uint64_t)1 << w->depth % 64);
}

void json_close(json_writer *w, char bracket)
{
    assert(w->depth > 0 && !w->after_key);
    w->depth--;
    buf_byte(w->out, bracket);
}

/* Has one of the eight bytes to be looked at, as it is no plain ASCII of a JSON string? */
static bool is_special(uint64_t w)
{
    const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
    uint64_t quote = w ^ (ones * '"'), slash = w ^ (ones * '\\');
    uint64_t hit = ((quote - ones) & ~quote) | ((slash - ones) & ~slash) | (w - ones * 0x20) | w;
    return (hit & high) != 0;
}

static uint64_t eight_at(const char *p)
{
    uint64_t w;
    memcpy(&w, p, sizeof w);
    return w;
}

/* Offset of the first byte at or after `i` that is not plain ASCII for a JSON string, but for the
 * last few: eight at once while all eight are. */
static size_t skip_plain(slice s, size_t i)
{
    while (s.len - i >= 8 && !is_special(eight_at(s.ptr + i)))
        i += 8;
    return i;
}

/* All bytes of the text, of which there are fewer than eight, and none that is special besides. */
static uint64_t few_of(slice s)
{
    uint32_t a, b;
    if (s.len >= 4) {
        memcpy(&a, s.ptr, 4);
        memcpy(&b, s.ptr + s.len - 4, 4);
        return (uint64_t)b << 32 | a;
    }
    uint64_t w = 0x2020202020202020u;
    for (size_t i = 0; i < s.len; i++)
        w = w << 8 | (unsigned char)s.ptr[i];
    return w;
}

/* Nothing in most texts needs an escape. The last eight bytes are looked at together, whatever of
 * them was before. */
static bool is_plain(slice s)
{
    return s.len < 8 ? !is_special(few_of(s))
                     : s.len - skip_plain(s, 0) < 8 && !is_special(eight_at(s.ptr + s.len - 8));
}

/* RFC 8785 section 3.2.2.2: the two-character escapes, \u00xx for other controls, the rest raw. */
static void put_escaped(buf *out, slice s)
{
    static const char hex[] = "0123456789abcdef";
    buf_byte(out, '"');
    size_t done = 0, i = 0;
    while ((i = skip_plain(s, i)) < s.len) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
            i++;
            continue;
        }
        if (c >= 0x80) {
            size_t n = utf8_len(slice_from(s, i));
            if (n) {
                i += n;
                continue;
            }
        }
        buf_put(out, slice_sub(s, done, i));
        done = ++i;
        const char *two = c == '"'    ? "\\\""
                          : c == '\\' ? "\\\\"
                          : c == '\b' ? "\\b"
                          : c == '\f' ? "\\f"
                          : c == '\n' ? "\\n"
                          : c == '\r' ? "\\r"
                          : c == '\t' ? "\\t"
                          : c >= 0x80 ? "\xef\xbf\xbd"
                                      : NULL;
        if (two) {
            buf_put(out, slice_str(two));
        } else {
            char u[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};
            buf_put(out, slice_of(u, 6));
        }
    }
    buf_put(out, slice_from(s, done));
    buf_byte(out, '"');
}

/* A text with what stands around it: a comma, quotes, the colon of a key. Most are copied at once.
 */
static void put_string(json_writer *w, slice s, bool is_key)
{
    bool comma = comma_due(w);
    char *p = is_plain(s) ? buf_room(w->out, s.len + 2 + comma + is_key) : NULL;
    if (!p) {
        if (comma)
            buf_byte(w->out, ',');
        put_escaped(w->out, s);
        if (is_key)
            buf_byte(w->out, ':');
        return;
    }
    const char *from = p;
    if (comma)
        *p++ = ',';
    *p++ = '"';
    if (s.len)
        memcpy(p, s.ptr, s.len);
    p += s.len;
    *p++ = '"';
    if (is_key)
        *p++ = ':';
    w->out->len += (size_t)(p - from);
}

void json_key_slice(json_writer *w, slice key)
{
    assert(!w->after_key);
    put_string(w, key, true);
    w->after_key = true;
}

void json_key(json_writer *w, const char *key)
{
    json_key_slice(w, slice_str(key));
}

void json_put_text(json_writer *w, slice text)
{
    put_string(w, text, false);
}

void json_put_int(json_writer *w, int64_t n)
{
    separate(w);
    if (n < 0)
        buf_byte(w->out, '-');
    buf_number(w->out, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

void json_put_bool(json_writer *w, bool yes)
{
    separate(w);
    buf_put(w->out, yes ? S("true") : S("false"));
}

void json_put_null(json_writer *w)
{
    separate(w);
    buf_put(w->out, S("null"));
}

void json_put_raw(json_writer *w, slice json_text_)
{
    separate(w);
    buf_put(w->out, json_text_);
}

/* Integers of up to 15 digits are most numbers, and are canonical as written (RFC 8259 forbids
 * leading zeros), but for "-0". */
static bool plain_integer(slice text)
{
    size_t sign = text.ptr[0] == '-';
    if (text.len - sign > 15 || text.ptr[sign] == '0')
        return text.len == 1;
    for (size_t i = sign; i < text.len; i++)
        if (!is_digit(text.ptr[i]))
            return false;
    return true;
}

/* The digits of a double as ECMAScript prints them; `point` is how many stand in front of it. */
static void put_digits(buf *out, const char *digits, long count, long point)
{
    if (point > 21 || point < -5) {
        buf_byte(out, digits[0]);
        if (count > 1) {
            buf_byte(out, '.');
            buf_put(out, slice_of(digits + 1, (size_t)count - 1));
        }
        buf_printf(out, "e%+ld", point - 1);
    } else if (point <= 0) {
        buf_put(out, S("0."));
        for (long i = point; i < 0; i++)
            buf_byte(out, '0');
        buf_put(out, slice_of(digits, (size_t)count));
    } else {
        for (long i = 0; i < (count > point ? count : point); i++) {
            if (i == point)
                buf_byte(out, '.');
            buf_byte(out, i < count ? digits[i] : '0');
        }
    }
}

/* RFC 8785 section 3.2.2.3: the fewest digits that read back as the same double. */
static void put_canonical_number(buf *out, slice text, arena *sort)
{
    arena_mark here = arena_here(sort);
    slice copy; /* for the NUL that strtod wants; no locale is ever set */
    if (plain_integer(text)) {
        buf_put(out, text);
        return;
    }
    if (!arena_copy(sort, text, &copy)) {
        out->failed = true;
        return;
    }
    double d = strtod(copy.ptr, NULL);
    arena_back(sort, here);
    if (!isfinite(d)) {
        buf_put(out, text);
        return;
    }
    if (d == 0) {
        buf_byte(out, '0');
        return;
    }
    char printed[32], digits[20];
    for (int precision = 1; precision <= 17; precision++) {
        snprintf(printed, sizeof printed, "%.*e", precision - 1, fabs(d));
        if (strtod(printed, NULL) == fabs(d))
            break;
    }
    long count = 0;
    const char *p = printed;
    for (; *p != 'e'; p++)
        if (*p != '.')
            digits[count++] = *p;
    if (d < 0)
        buf_byte(out, '-');
    put_digits(out, digits, count, strtol(p + 1, NULL, 10) + 1);
}

/* `canonical` is the arena of the canonical form, or NULL for numbers as they were written. */
static void put_scalar(json_writer *w, const json *v, arena *canonical)
{
    if (v->type == JSON_STRING) {
        put_string(w, v->text, false);
        return;
    }
    separate(w);
    switch (v->type) {
    case JSON_NULL: buf_put(w->out, S("null")); break;
    case JSON_FALSE: buf_put(w->out, S("false")); break;
    case JSON_TRUE: buf_put(w->out, S("true")); break;
    case JSON_NUMBER:
        if (canonical)
            put_canonical_number(w->out, v->text, canonical);
        else
            buf_put(w->out, v->text);
        break;
    case JSON_STRING:
    case JSON_ARRAY:
    case JSON_OBJECT: assert(false && "a text was put, and a container is not a scalar"); break;
    }
}

/* Depth is bounded by the parser that built the value. */
void json_put_value(json_writer *w, const json *v)
{
    if (v->type != JSON_ARRAY && v->type != JSON_OBJECT) {
        put_scalar(w, v, NULL);
        return;
    }
    bool object = v->type == JSON_OBJECT;
    json_open(w, object ? '{' : '[');
    for (const json *m = v->first; m; m = m->next) {
        if (object)
            json_key_slice(w, m->key);
        json_put_value(w, m);
    }
    json_close(w, object ? '}' : ']');
}

/* RFC 8785 section 3.2.3 sorts by UTF-16 code units: the order of UTF-8 bytes except that
 * U+E000..U+FFFF come behind the supplementary characters. */
static int cmp_utf16(slice a, slice b)
{
    size_t i = 0;
    while (i < a.len && i < b.len && a.ptr[i] == b.ptr[i])
        i++;
    if (i == a.len || i == b.len)
        return (a.len > b.len) - (a.len < b.len);
    unsigned char x = (unsigned char)a.ptr[i], y = (unsigned char)b.ptr[i];
    bool x_private = x >= 0xee && x < 0xf0, y_private = y >= 0xee && y < 0xf0;
    if (x_private != y_private && x >= 0xee && y >= 0xee)
        return x_private ? 1 : -1;
    return x < y ? -1 : 1;
}

static int cmp_members(const void *a, const void *b)
{
    return cmp_utf16((*(const json *const *)a)->key, (*(const json *const *)b)->key);
}

void json_put_canonical(json_writer *w, const json *v, arena *sort)
{
    if (v->type != JSON_ARRAY && v->type != JSON_OBJECT) {
        put_scalar(w, v, sort);
        return;
    }
    bool object = v->type == JSON_OBJECT;
    arena_mark mark = arena_here(sort);
    const json **order = arena_array(sort, v->count + 1, sizeof *order);
    if (!order) {
        w->out->failed = true;
        w->after_key = false; /* members that follow are asked for, and written nowhere */
        return;
    }
    size_t n = 0;
    for (const json *m = v->first; m; m = m->next)
        order[n++] = m;
    if (object)
        qsort(order, n, sizeof *order, cmp_members);
    json_open(w, object ? '{' : '[');
    for (size_t i = 0; i < n; i++) {
        if (object)
            json_key_slice(w, order[i]->key);
        json_put_canonical(w, order[i], sort);
    }
    json_close(w, object ? '}' : ']');
    arena_back(sort, mark);
}
