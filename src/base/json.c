/* json.c - one JSON value from bytes in memory: see json.h. */
#include "base/json.h"
#include "base/json/scan.h"
#include "base/text.h"

typedef struct parser {
    arena *a;
    const char *start, *p, *end;
    uint32_t depth_max;
    err *why;
    json *spare, *spare_end; /* values that wait for their use */
    size_t block;            /* how many are taken next */
} parser;

static uint32_t offset(const parser *ps)
{
    return (uint32_t)(ps->p - ps->start);
}

/* What is rare stays out of the loops that are not. */
#define NOINLINE __attribute__((noinline))
#define RARE __attribute__((noinline, cold))

RARE static status bad(const parser *ps, const char *what)
{
    return err_set(ps->why, ERR_INPUT, offset(ps), "JSON: %s", what);
}

NOINLINE static void skip_blanks(parser *ps)
{
    ps->p = scan_space(ps->p, ps->end);
}

static inline void skip_space(parser *ps)
{
    const char *p = ps->p;
    if (ps->end - p >= 2) { /* none, or the one behind a colon */
        if (p[0] > ' ')
            return;
        if (p[1] > ' ' && p[0] == ' ') {
            ps->p = p + 1;
            return;
        }
    }
    skip_blanks(ps);
}

static bool read_hex4(const parser *ps, const char *p, uint32_t *ret)
{
    uint32_t n = 0;
    if (ps->end - p < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        int d = hex_value(p[i]);
        if (d < 0)
            return false;
        n = n << 4 | (uint32_t)d;
    }
    *ret = n;
    return true;
}

static status unescape(parser *ps, char **out)
{
    char *w = *out;
    uint32_t c;
    ps->p++; /* the backslash */
    if (ps->p == ps->end)
        return bad(ps, "ends inside a string");
    switch (*ps->p) {
    case '"':
    case '\\':
    case '/': *w++ = *ps->p; break;
    case 'b': *w++ = '\b'; break;
    case 'f': *w++ = '\f'; break;
    case 'n': *w++ = '\n'; break;
    case 'r': *w++ = '\r'; break;
    case 't': *w++ = '\t'; break;
    case 'u':
        if (!read_hex4(ps, ps->p + 1, &c))
            return bad(ps, "bad \\u escape");
        if (c == 0)
            return bad(ps, "NUL in a string");
        if (c >= 0xD800 && c <= 0xDFFF) {
            uint32_t low;
            if (c > 0xDBFF || ps->end - ps->p < 11 || ps->p[5] != '\\' || ps->p[6] != 'u' ||
                !read_hex4(ps, ps->p + 7, &low) || low < 0xDC00 || low > 0xDFFF)
                return bad(ps, "lone surrogate in a \\u escape");
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
            ps->p += 6;
        }
        w += utf8_put(w, c);
        ps->p += 4;
        break;
    default: return bad(ps, "unknown escape");
    }
    ps->p++;
    *out = w;
    return OK;
}

NOINLINE static status check_utf8(parser *ps, const char *from, slice text)
{
    size_t wrong = utf8_check(text);
    if (wrong == SIZE_MAX)
        return OK;
    /* of an unescaped text only the beginning has a place in the document */
    ps->p = text.ptr == from ? from + wrong : from;
    return bad(ps, "string is not UTF-8");
}

/* The rest of a string from its first backslash on; `from` is its first byte. */
NOINLINE static status parse_escaped(parser *ps, const char *from, unsigned high, slice *ret)
{
    const char *q = ps->p;
    while (q < ps->end && *q != '"') /* unescaped it is never longer than as written */
        q = *q == '\\'                 ? (ps->end - q < 2 ? ps->end : q + 2)
            : (unsigned char)*q < 0x20 ? q + 1
                                       : scan_string(q, ps->end, &high);
    if (q == ps->end) {
        ps->p = ps->end;
        return bad(ps, "ends inside a string");
    }
    char *out = arena_array(ps->a, (size_t)(q - from) + 1, 1), *w = out;
    if (!out)
        return ARENA_SPENT(ps->a, ps->why);
    memcpy(w, from, (size_t)(ps->p - from));
    w += ps->p - from;
    while (*ps->p != '"') {
        if (*ps->p == '\\') {
            status st = unescape(ps, &w);
            if (st != OK)
                return st;
        } else if ((unsigned char)*ps->p < 0x20) {
            return bad(ps, *ps->p ? "control character in a string" : "NUL in a string");
        } else {
            const char *stop = scan_string(ps->p, q, &high);
            memcpy(w, ps->p, (size_t)(stop - ps->p));
            w += stop - ps->p;
            ps->p = stop;
        }
    }
    ps->p++;
    *ret = (slice){out, (size_t)(w - out)};
    return high ? check_utf8(ps, from, *ret) : OK;
}

/* At the opening quote. */
static inline status parse_string(parser *ps, slice *ret)
{
    const char *from = ++ps->p;
    unsigned high = 0;
    ps->p = scan_string(ps->p, ps->end, &high);
    if (ps->p == ps->end || *ps->p != '"')
        return parse_escaped(ps, from, high, ret);
    *ret = (slice){from, (size_t)(ps->p - from)}; /* no escape: borrow */
    ps->p++;
    return high ? check_utf8(ps, from, *ret) : OK;
}

static status parse_number(parser *ps, slice *ret)
{
    const char *from = ps->p, *p = ps->p, *end = ps->end;
    if (p < end && *p == '-')
        p++;
    if (p < end && *p == '0') {
        p++;
    } else {
        const char *digits = p;
        while (p < end && is_digit(*p))
            p++;
        if (p == digits)
            return bad(ps, "expected a value");
    }
    if (p < end && *p == '.') {
        const char *digits = ++p;
        while (p < end && is_digit(*p))
            p++;
        if (p == digits)
            return bad(ps, "number without digits after its point");
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '+' || *p == '-'))
            p++;
        const char *digits = p;
        while (p < end && is_digit(*p))
            p++;
        if (p == digits)
            return bad(ps, "number without digits in its exponent");
    }
    *ret = (slice){from, (size_t)(p - from)};
    ps->p = p;
    return OK;
}

static status parse_word(parser *ps, slice word, json_type type, json *v)
{
    if ((size_t)(ps->end - ps->p) < word.len || memcmp(ps->p, word.ptr, word.len) != 0)
        return bad(ps, "expected a value");
    v->type = type;
    ps->p += word.len;
    return OK;
}

static status parse_scalar(parser *ps, json *v)
{
    switch (*ps->p) {
    case '"': v->type = JSON_STRING; return parse_string(ps, &v->text);
    case 't': return parse_word(ps, S("true"), JSON_TRUE, v);
    case 'f': return parse_word(ps, S("false"), JSON_FALSE, v);
    case 'n': return parse_word(ps, S("null"), JSON_NULL, v);
    default: v->type = JSON_NUMBER; return parse_number(ps, &v->text);
    }
}

/* --- no key twice ------------------------------------------------------------------------------
 * The first KEYS_SMALL keys of an object are compared one by one as they come, behind a filter
 * that most new keys pass. A larger object is checked when it closes, by sorting its keys: there is
 * no hash table that somebody could fill with colliding keys, and no seed to guard. */
enum { KEYS_SMALL = 32 };

RARE static status twice(parser *ps, const json *v)
{
    /* an escaped key is no longer in the text; the value behind it is */
    bool borrowed = v->key.ptr > ps->start && v->key.ptr <= ps->end;
    ps->p = borrowed ? v->key.ptr - 1 : ps->start + v->at;
    return bad(ps, "the same key twice in one object");
}

static uint64_t key_bit(slice key)
{
    unsigned first = key.len ? (unsigned char)key.ptr[0] : 0;
    unsigned last = key.len ? (unsigned char)key.ptr[key.len - 1] : 0;
    unsigned middle = key.len ? (unsigned char)key.ptr[key.len / 2] : 0;
    return (uint64_t)1 << ((first * 7 + middle * 3 + last * 5 + (unsigned)key.len * 11) & 63);
}

NOINLINE static bool key_seen(const json *object, slice key)
{
    for (const json *m = object->first; m; m = m->next)
        if (slice_eq(m->key, key))
            return true;
    return false;
}

/* Bottom-up merge sort by key, equal keys as they came: no recursion, no bad case. */
static void sort_members(const json **list, const json **spare, size_t n)
{
    for (size_t width = 1; width < n; width *= 2) {
        for (size_t from = 0; from < n; from += 2 * width) {
            size_t mid = from + width < n ? from + width : n;
            size_t to = mid + width < n ? mid + width : n;
            for (size_t i = from, j = mid, k = from; k < to; k++) {
                bool left = i < mid && (j == to || slice_cmp(list[i]->key, list[j]->key) <= 0);
                spare[k] = left ? list[i++] : list[j++];
            }
        }
        memcpy(list, spare, n * sizeof *list);
    }
}

NOINLINE static status check_many_keys(parser *ps, const json *object)
{
    size_t n = 0;
    arena_mark here = arena_here(ps->a);
    const json **list = arena_array(ps->a, (size_t)object->count * 2, sizeof *list);
    const json *again = NULL;
    if (!list)
        return ARENA_SPENT(ps->a, ps->why);
    for (const json *m = object->first; m; m = m->next)
        list[n++] = m;
    sort_members(list, list + n, n);
    for (size_t i = 1; i < n; i++) /* the first one in the text that was there before */
        if (slice_eq(list[i - 1]->key, list[i]->key) && (!again || list[i]->at < again->at))
            again = list[i];
    arena_back(ps->a, here);
    return again ? twice(ps, again) : OK;
}

typedef struct frame {
    json *box, *last;
    uint64_t keys; /* bits of the keys so far */
} frame;

/* Values come from small blocks: most documents are many small values. */
static json *new_value(parser *ps)
{
    if (ps->spare == ps->spare_end) {
        enum { FIRST = 4, MOST = 64 };
        size_t n = ps->block ? ps->block : FIRST;
        ps->spare = arena_array(ps->a, n, sizeof *ps->spare);
        ps->spare_end = ps->spare ? ps->spare + n : NULL;
        ps->block = n < MOST ? n * 2 : MOST;
        if (!ps->spare)
            return NULL;
    }
    return ps->spare++;
}

/* Reads a value's beginning: all of a scalar, the bracket of a container. */
static status begin_value(parser *ps, frame *stack, uint32_t *depth, json *v)
{
    v->at = offset(ps);
    if (*ps->p != '{' && *ps->p != '[') {
        status st = parse_scalar(ps, v);
        v->end = offset(ps);
        return st;
    }
    if (*depth == ps->depth_max)
        return err_set(ps->why, ERR_LIMIT, offset(ps), "JSON: deeper than %u", ps->depth_max);
    v->type = *ps->p == '{' ? JSON_OBJECT : JSON_ARRAY;
    stack[(*depth)++] = (frame){.box = v};
    ps->p++;
    return OK;
}

static status read_key(parser *ps, frame *top, json *v)
{
    if (*ps->p != '"')
        return bad(ps, "expected a key");
    status st = parse_string(ps, &v->key);
    if (st != OK)
        return st;
    v->at = offset(ps);
    if (top->box->count < KEYS_SMALL) {
        uint64_t bit = key_bit(v->key);
        if (top->keys & bit && key_seen(top->box, v->key))
            return twice(ps, v);
        top->keys |= bit;
    }
    skip_space(ps);
    if (ps->p == ps->end || *ps->p != ':')
        return bad(ps, "expected ':'");
    ps->p++;
    skip_space(ps);
    return ps->p == ps->end ? bad(ps, "ends early") : OK;
}

/* One member or element of the innermost container, or its closing bracket. */
static status step(parser *ps, frame *stack, uint32_t *depth)
{
    frame *top = &stack[*depth - 1];
    char close = top->box->type == JSON_OBJECT ? '}' : ']';
    skip_space(ps);
    if (ps->p == ps->end)
        return bad(ps, "ends early");
    if (*ps->p == close) {
        ps->p++;
        top->box->end = offset(ps);
        (*depth)--;
        return close == '}' && top->box->count > KEYS_SMALL ? check_many_keys(ps, top->box) : OK;
    }
    if (top->last) {
        if (*ps->p != ',')
            return bad(ps, close == '}' ? "expected ',' or '}'" : "expected ',' or ']'");
        ps->p++;
        skip_space(ps);
        if (ps->p == ps->end)
            return bad(ps, "ends early");
    }
    json *v = new_value(ps);
    if (!v)
        return ARENA_SPENT(ps->a, ps->why);
    status st;
    if (close == '}' && (st = read_key(ps, top, v)) != OK)
        return st;
    *(top->last ? &top->last->next : &top->box->first) = v;
    top->last = v;
    top->box->count++;
    return begin_value(ps, stack, depth, v);
}

status json_parse(arena *a, slice text, const json_limits *limits, json **ret, err *why)
{
    uint32_t bytes_max = limits && limits->bytes_max ? limits->bytes_max : JSON_VALUE_MAX;
    if (!text.ptr) /* no body: nowhere is nothing to be counted from */
        text = S("");
    parser ps = {.a = a, .start = text.ptr, .p = text.ptr, .end = text.ptr + text.len, .why = why};
    ps.depth_max = limits && limits->depth_max ? limits->depth_max : JSON_DEPTH_MAX;
    if (ps.depth_max > JSON_DEPTH_MAX)
        ps.depth_max = JSON_DEPTH_MAX;
    if (text.len > bytes_max)
        return err_set(why, ERR_LIMIT, bytes_max, "JSON: value over %u bytes", bytes_max);
    frame stack[JSON_DEPTH_MAX];
    uint32_t depth = 0;
    skip_space(&ps);
    if (ps.p == ps.end)
        return bad(&ps, "empty");
    json *v = new_value(&ps);
    if (!v)
        return ARENA_SPENT(a, why);
    status st = begin_value(&ps, stack, &depth, v);
    while (st == OK && depth)
        st = step(&ps, stack, &depth);
    if (st != OK)
        return st;
    skip_space(&ps);
    if (ps.p != ps.end)
        return bad(&ps, "something behind the value");
    *ret = v;
    return OK;
}

const json *json_get(const json *object, slice key)
{
    if (!object || object->type != JSON_OBJECT)
        return NULL;
    for (const json *m = object->first; m; m = m->next)
        if (slice_eq(m->key, key))
            return m;
    return NULL;
}

slice json_text(const json *v)
{
    return v && v->type == JSON_STRING ? v->text : (slice){NULL, 0};
}

bool json_int(const json *v, int64_t *ret)
{
    if (!v || v->type != JSON_NUMBER)
        return false;
    slice digits = v->text;
    bool minus = digits.len && digits.ptr[0] == '-';
    uint64_t n;
    if (!slice_u64(minus ? slice_from(digits, 1) : digits, &n) || n > (uint64_t)INT64_MAX + minus)
        return false;
    *ret = minus ? (int64_t)(0 - n) : (int64_t)n;
    return true;
}

/* n times 10 and d more; false when that does not fit. */
static bool next_digit(uint64_t *n, unsigned d)
{
    return !__builtin_mul_overflow(*n, (uint64_t)10, n) &&
           !__builtin_add_overflow(*n, (uint64_t)d, n);
}

/* What stands behind the "e", held within bounds that no text of ours reaches otherwise. */
static int64_t exponent(slice s)
{
    const int64_t max = (int64_t)1 << 40;
    bool minus = s.len && s.ptr[0] == '-';
    int64_t e = 0;
    for (size_t i = s.len && (s.ptr[0] == '-' || s.ptr[0] == '+'); i < s.len && e < max; i++)
        e = e * 10 + (s.ptr[i] - '0');
    return minus ? -e : e;
}

bool json_whole(const json *v, int64_t *ret)
{
    if (!v || v->type != JSON_NUMBER)
        return false;
    slice text = v->text;
    bool minus = text.len && text.ptr[0] == '-', behind = false;
    uint64_t n = 0;
    int64_t zeros = 0, scale = 0; /* zeros seen but not multiplied in yet; the power of ten */
    for (size_t i = minus; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == 'e' || c == 'E') {
            scale += exponent(slice_from(text, i + 1));
            break;
        }
        behind |= c == '.';
        if (c == '.')
            continue;
        scale -= behind;
        zeros++;
        if (c == '0')
            continue;
        for (; zeros > 1 && n; zeros--)
            if (!next_digit(&n, 0))
                return false;
        zeros = 0;
        if (!next_digit(&n, (unsigned)(c - '0')))
            return false;
    }
    scale = n ? scale + zeros : 0;
    if (scale < 0)
        return false;
    for (; scale; scale--)
        if (!next_digit(&n, 0))
            return false;
    if (n > (uint64_t)INT64_MAX + minus)
        return false;
    *ret = minus ? (int64_t)(0 - n) : (int64_t)n;
    return true;
}

bool json_is(const json *v, json_type type)
{
    return v && v->type == type;
}

slice json_raw(const json *v, slice text)
{
    return slice_sub(text, v->at, v->end);
}
