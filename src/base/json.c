/* json.c - one JSON value from bytes in memory: see json.h. */
#include "base/json.h"
#include "base/text.h"

typedef struct parser {
    arena *a;
    const char *start, *p, *end;
    uint32_t depth_max;
    err *why;
} parser;

static uint32_t offset(const parser *ps)
{
    return (uint32_t)(ps->p - ps->start);
}

static status bad(const parser *ps, const char *what)
{
    return err_set(ps->why, ERR_INPUT, offset(ps), "JSON: %s", what);
}

static void skip_space(parser *ps)
{
    while (ps->p < ps->end && (*ps->p == ' ' || *ps->p == '\n' || *ps->p == '\r' || *ps->p == '\t'))
        ps->p++;
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

/* Offset of the first byte that ends or interrupts a plain run: quote, backslash, control. */
static const char *plain_run(const char *p, const char *end)
{
    const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
    while (end - p >= 8) {
        uint64_t w;
        memcpy(&w, p, 8);
        uint64_t quote = w ^ (ones * '"'), slash = w ^ (ones * '\\');
        uint64_t hit =
            ((quote - ones) & ~quote) | ((slash - ones) & ~slash) | ((w - ones * 0x20) & ~w);
        if (hit & high)
            break;
        p += 8;
    }
    while (p < end && *p != '"' && *p != '\\' && (unsigned char)*p >= 0x20)
        p++;
    return p;
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

/* At the opening quote. */
static status parse_string(parser *ps, slice *ret)
{
    const char *from = ++ps->p;
    ps->p = plain_run(ps->p, ps->end);
    if (ps->p < ps->end && *ps->p == '"') { /* no escape: borrow */
        *ret = (slice){from, (size_t)(ps->p - from)};
        ps->p++;
    } else {
        /* The unescaped text is never longer than what is written; find the end first. */
        const char *q = ps->p;
        while (q < ps->end && *q != '"')
            q += *q == '\\' ? 2 : 1;
        if (q >= ps->end) {
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
                const char *stop = plain_run(ps->p, q);
                memcpy(w, ps->p, (size_t)(stop - ps->p));
                w += stop - ps->p;
                ps->p = stop;
            }
            if (ps->p >= ps->end)
                return bad(ps, "ends inside a string");
        }
        ps->p++;
        *ret = (slice){out, (size_t)(w - out)};
    }
    size_t wrong = utf8_check(*ret);
    if (wrong != SIZE_MAX) {
        ps->p = from;
        return bad(ps, "string is not UTF-8");
    }
    return OK;
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

/* A key that is there already: compared one by one in small objects; large ones are hashed, so
 * that an object of a million keys costs no million squared. */
typedef struct key_set {
    const json **slot;
    size_t mask;
} key_set;

enum { KEYS_SMALL = 16 };

static uint64_t key_hash(slice key)
{
    /* FNV-1a with the length mixed in. An attacker can make keys collide; the probe limit below
     * turns that into an error instead of a hang. */
    uint64_t h = 0xcbf29ce484222325u ^ key.len;
    for (size_t i = 0; i < key.len; i++)
        h = (h ^ (unsigned char)key.ptr[i]) * 0x100000001b3u;
    return h ^ h >> 29;
}

static status keys_add(parser *ps, key_set *set, const json *v)
{
    enum { PROBE_MAX = 1024 };
    size_t i = (size_t)key_hash(v->key) & set->mask;
    for (int n = 0; set->slot[i]; i = (i + 1) & set->mask, n++) {
        if (slice_eq(set->slot[i]->key, v->key))
            return bad(ps, "the same key twice in one object");
        if (n == PROBE_MAX)
            return err_set(ps->why, ERR_LIMIT, offset(ps), "JSON: keys made to collide");
    }
    set->slot[i] = v;
    return OK;
}

static status check_key(parser *ps, const json *object, const json *v, key_set *set)
{
    if (object->count < KEYS_SMALL) {
        for (const json *m = object->first; m; m = m->next)
            if (slice_eq(m->key, v->key))
                return bad(ps, "the same key twice in one object");
        return OK;
    }
    if (!set->slot || object->count * 2 > set->mask) { /* grow: every key again */
        size_t slots = set->slot ? (set->mask + 1) * 4 : 128;
        set->slot = arena_array(ps->a, slots, sizeof *set->slot);
        if (!set->slot)
            return ARENA_SPENT(ps->a, ps->why);
        set->mask = slots - 1;
        for (const json *m = object->first; m; m = m->next) {
            status st = keys_add(ps, set, m);
            if (st != OK)
                return st;
        }
    }
    return keys_add(ps, set, v);
}

typedef struct frame {
    json *box, *last;
    key_set keys;
} frame;

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

static status read_key(parser *ps, const frame *top, json *v, key_set *keys)
{
    if (*ps->p != '"')
        return bad(ps, "expected a key");
    const char *from = ps->p;
    status st = parse_string(ps, &v->key);
    if (st != OK)
        return st;
    const char *behind = ps->p;
    ps->p = from;
    if ((st = check_key(ps, top->box, v, keys)) != OK)
        return st;
    ps->p = behind;
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
        return OK;
    }
    if (top->last) {
        if (*ps->p != ',')
            return bad(ps, close == '}' ? "expected ',' or '}'" : "expected ',' or ']'");
        ps->p++;
        skip_space(ps);
        if (ps->p == ps->end)
            return bad(ps, "ends early");
    }
    json *v = arena_new(ps->a, json);
    if (!v)
        return ARENA_SPENT(ps->a, ps->why);
    status st;
    if (close == '}' && (st = read_key(ps, top, v, &top->keys)) != OK)
        return st;
    *(top->last ? &top->last->next : &top->box->first) = v;
    top->last = v;
    top->box->count++;
    return begin_value(ps, stack, depth, v);
}

status json_parse(arena *a, slice text, const json_limits *limits, json **ret, err *why)
{
    uint32_t bytes_max = limits && limits->bytes_max ? limits->bytes_max : JSON_VALUE_MAX;
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
    json *v = arena_new(a, json);
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
    if (!slice_u64(minus ? slice_from(digits, 1) : digits, &n) || n > (uint64_t)INT64_MAX)
        return false;
    *ret = minus ? -(int64_t)n : (int64_t)n;
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
