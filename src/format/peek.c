/* peek.c - names at the beginning of a JSON document: see peek.h. */
#include "format/peek.h"

enum { DEPTH_MAX = 64 };

typedef struct walk {
    slice text;
    size_t at;
    char open[DEPTH_MAX];  /* brackets around this place */
    bool first[DEPTH_MAX]; /* no element of the array there was passed yet */
    size_t depth;
    slice member; /* the top-level member being walked */
    json_peek *out;
} walk;

/* The text between the quotes, from behind the opening one on; false when the end is not there. */
static bool quoted(walk *w, slice *ret)
{
    size_t start = ++w->at;
    for (; w->at < w->text.len; w->at++) {
        char c = w->text.ptr[w->at];
        if (c == '\\') {
            w->at++;
        } else if (c == '"') {
            *ret = slice_sub(w->text, start, w->at++);
            return true;
        }
    }
    return false;
}

static void keep(walk *w, slice name, bool inner)
{
    json_peek *p = w->out;
    if (p->count == PEEK_NAMES_MAX)
        return;
    p->name[p->count].array = w->member;
    p->name[p->count].inner = inner;
    p->name[p->count++].name = name;
}

static void named(walk *w, slice name)
{
    size_t d = w->depth;
    bool in_object = d > 0 && w->open[d - 1] == '{';
    if (!in_object)
        return;
    if (d == 1) {
        w->member = name;
        keep(w, name, false);
    } else if ((d == 2 && w->open[0] == '[' && w->first[0]) ||
               (d == 3 && w->open[0] == '{' && w->open[1] == '[' && w->first[1])) {
        keep(w, name, true);
    }
}

static bool closed(walk *w)
{
    if (w->depth == 0)
        return false;
    w->depth--;
    if (w->depth > 0)
        w->first[w->depth - 1] = false; /* an element ended, if that was an array */
    return w->depth > 0;
}

bool peek_json(slice head, json_peek *ret)
{
    walk w = {.text = head, .out = ret};
    if (slice_starts(head, S("\xef\xbb\xbf")))
        w.at = 3;
    while (w.at < head.len && is_space(head.ptr[w.at]))
        w.at++;
    ret->count = 0;
    if (w.at == head.len || (head.ptr[w.at] != '{' && head.ptr[w.at] != '['))
        return false;
    ret->top = head.ptr[w.at];
    while (w.at < head.len) {
        char c = head.ptr[w.at];
        slice s;
        if (c == '"') {
            if (!quoted(&w, &s))
                break;
            while (w.at < head.len && is_space(head.ptr[w.at]))
                w.at++;
            if (w.at < head.len && head.ptr[w.at] == ':')
                named(&w, s);
            continue;
        }
        if (c == '{' || c == '[') {
            if (w.depth == DEPTH_MAX)
                break;
            w.first[w.depth] = true;
            w.open[w.depth++] = c;
        } else if ((c == '}' || c == ']') && !closed(&w)) {
            break;
        }
        w.at++;
    }
    return true;
}

static bool find(const json_peek *p, slice array, slice name, bool inner)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->name[i].inner == inner && slice_eq(p->name[i].name, name) &&
            (!inner || slice_eq(p->name[i].array, array)))
            return true;
    return false;
}

bool peek_top(const json_peek *p, slice name)
{
    return p->top == '{' && find(p, S(""), name, false);
}

bool peek_has(const json_peek *p, slice array, slice name)
{
    return find(p, array, name, true);
}

status peek_first(reader *in, int *ret, err *why)
{
    char text[64];
    size_t n = 0, skip = 0;
    status st;
    *ret = -1;
    if ((st = reader_rewind(in, why)) != OK)
        return st;
    for (bool first = true; *ret < 0; first = false) {
        if ((st = reader_read(in, text, 1, &n, why)) != OK)
            return st;
        if (n == 0)
            break;
        /* over the byte order mark: EF BB BF */
        if (first && (unsigned char)text[0] == 0xef)
            skip = 3;
        if (skip)
            skip--;
        else if (!is_space(text[0]))
            *ret = (unsigned char)text[0];
    }
    return reader_rewind(in, why);
}
