/* JSON: what the parser takes is what a slow reading of RFC 8259 takes; what it wrote reads back as
 * the same; the canonical form is a fixed point and does not know the order of members. */
#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>

/* --- the slow reading: one byte at a time, by the grammar ------------------------------------ */

typedef struct slow {
    slice in;
    size_t at;
} slow;

static int look(const slow *s)
{
    return s->at < s->in.len ? (unsigned char)s->in.ptr[s->at] : -1;
}

static void blanks(slow *s)
{
    while (look(s) == ' ' || look(s) == '\t' || look(s) == '\n' || look(s) == '\r')
        s->at++;
}

static bool word(slow *s, const char *w)
{
    for (; *w; w++, s->at++)
        if (look(s) != *w)
            return false;
    return true;
}

static bool digits(slow *s)
{
    size_t from = s->at;
    while (look(s) >= '0' && look(s) <= '9')
        s->at++;
    return s->at > from;
}

static bool slow_number(slow *s)
{
    if (look(s) == '-')
        s->at++;
    if (look(s) == '0')
        s->at++;
    else if (!digits(s))
        return false;
    if (look(s) == '.') {
        s->at++;
        if (!digits(s))
            return false;
    }
    if (look(s) == 'e' || look(s) == 'E') {
        s->at++;
        if (look(s) == '+' || look(s) == '-')
            s->at++;
        return digits(s);
    }
    return true;
}

static bool hex4(slow *s, uint32_t *ret)
{
    *ret = 0;
    for (int i = 0; i < 4; i++, s->at++) {
        int v = look(s) < 0 ? -1 : hex_value((char)look(s));
        if (v < 0)
            return false;
        *ret = *ret * 16 + (uint32_t)v;
    }
    return true;
}

static bool slow_escape(slow *s)
{
    uint32_t c;
    int e = look(s);
    s->at++;
    if (e != 'u')
        return e > 0 && strchr("\"\\/bfnrt", e) != NULL;
    if (!hex4(s, &c) || c == 0 || (c >= 0xdc00 && c <= 0xdfff))
        return false;
    if (c >= 0xd800 && c <= 0xdbff)
        return word(s, "\\u") && hex4(s, &c) && c >= 0xdc00 && c <= 0xdfff;
    return true;
}

static bool slow_string(slow *s)
{
    s->at++;
    while (look(s) != '"') {
        size_t n = utf8_len(slice_from(s->in, s->at));
        if (look(s) < 0x20 || n == 0)
            return false;
        s->at += n;
        if (n == 1 && s->in.ptr[s->at - 1] == '\\' && !slow_escape(s))
            return false;
    }
    s->at++;
    return true;
}

/* Keys are not compared here: the caller knows what that alone may change. */
static bool slow_value(slow *s, int depth)
{
    int c = look(s);
    if (c == '"')
        return slow_string(s);
    if (c == 't' || c == 'f' || c == 'n')
        return word(s, c == 't' ? "true" : c == 'f' ? "false" : "null");
    if (c != '{' && c != '[')
        return slow_number(s);
    if (depth == JSON_DEPTH_MAX)
        return false;
    int close = c == '{' ? '}' : ']';
    s->at++;
    blanks(s);
    if (look(s) == close) {
        s->at++;
        return true;
    }
    for (;;) {
        if (close == '}') {
            if (look(s) != '"' || !slow_string(s))
                return false;
            blanks(s);
            if (look(s) != ':')
                return false;
            s->at++;
            blanks(s);
        }
        if (!slow_value(s, depth + 1))
            return false;
        blanks(s);
        c = look(s);
        s->at++;
        if (c == close)
            return true;
        if (c != ',')
            return false;
        blanks(s);
    }
}

static bool slow_json(slice in)
{
    slow s = {.in = in};
    blanks(&s);
    if (!slow_value(&s, 0))
        return false;
    blanks(&s);
    return s.at == in.len;
}

/* --- properties ------------------------------------------------------------------------------ */

static void demand(bool so)
{
    if (!so)
        abort();
}

static void same(const json *a, const json *b)
{
    demand(a->type == b->type && a->count == b->count);
    demand(slice_eq(a->text, b->text) && slice_eq(a->key, b->key));
    const json *x = a->first, *y = b->first;
    for (; x && y; x = x->next, y = y->next)
        same(x, y);
    demand(!x && !y);
}

/* Members in reverse. */
static void put_reversed(json_writer *w, const json *v)
{
    const json *list[256];
    size_t n = 0;
    if (v->type != JSON_OBJECT || v->count > COUNT_OF(list)) {
        json_put_value(w, v);
        return;
    }
    for (const json *m = v->first; m; m = m->next)
        list[n++] = m;
    json_open(w, '{');
    while (n--) {
        json_key_slice(w, list[n]->key);
        put_reversed(w, list[n]);
    }
    json_close(w, '}');
}

typedef void put_fn(json_writer *w, const json *v);

static json *through(arena *a, put_fn *put, const json *v, slice *ret_text)
{
    CLEANUP(buf_done) buf out;
    json *back;
    err why;
    buf_init(&out, 64 << 20);
    json_writer w = json_writer_on(&out);
    if (put)
        put(&w, v);
    else
        json_put_canonical(&w, v, a);
    demand(buf_status(&out, NULL) == OK && arena_copy(a, buf_slice(&out), ret_text));
    demand(json_parse(a, *ret_text, NULL, &back, &why) == OK);
    return back;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    CLEANUP(arena_done) arena a;
    slice in = slice_of((const char *)data, size), none = {NULL, 0}, text = none, one = none;
    slice two = none;
    json *v;
    err why = {0};
    arena_init(&a, 256 << 20);
    status st = json_parse(&a, in, NULL, &v, &why);
    bool slow_says = slow_json(in);
    if (st != OK) {
        demand(why.code == st && why.at <= size);
        demand(!slow_says || strstr(why.msg, "same key twice"));
        return 0;
    }
    demand(slow_says);
    same(v, through(&a, json_put_value, v, &text));
    json *c = through(&a, NULL, v, &one);
    (void)through(&a, NULL, c, &two);
    demand(slice_eq(one, two));
    (void)through(&a, NULL, through(&a, put_reversed, v, &text), &two);
    demand(slice_eq(one, two));
    return 0;
}
