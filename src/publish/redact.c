/* redact.c - see redact.h. */
#include "publish/redact.h"
#include "base/json.h"
#include "format/stix_marking.h"

enum { HIDDEN_MAX = 1024 };

typedef struct hidden {
    const json *node[HIDDEN_MAX];
    size_t count;
    bool withhold;
} hidden;

static bool is_hidden(const hidden *h, const json *v)
{
    for (size_t i = 0; i < h->count; i++)
        if (h->node[i] == v)
            return true;
    return false;
}

/* "a.b", "list.[2].c": STIX 2.1 section 7.2.3.1. NULL when it leads nowhere. */
static const json *select_node(const json *object, slice selector)
{
    const json *v = object;
    slice part;
    while (v && slice_cut(&selector, '.', &part)) {
        uint64_t n;
        if (part.len > 2 && part.ptr[0] == '[' && part.ptr[part.len - 1] == ']') {
            if (!slice_u64(slice_sub(part, 1, part.len - 1), &n) || v->type != JSON_ARRAY ||
                n >= v->count)
                return NULL;
            v = v->first;
            for (; n; n--)
                v = v->next;
        } else {
            v = json_get(v, part);
        }
    }
    return v;
}

/* The level of a marking: the standard's own, or an object that the store has. What cannot be found
 * or read restricts most; so does the strictest of objects that share an id, or a second source
 * could lower what the first had marked. */
static status marking_level(lens *l, arena *a, slice ref, marking *ret, err *why)
{
    object_list found;
    slice bytes;
    json *object;
    if (stix_known_marking(ref, ret))
        return OK;
    marking all = {.tlp = TLP_RED};
    status st = objects_named(l, a, ref, &found, why);
    for (size_t i = 0; st == OK && i < found.count; i++) {
        marking one;
        st = object_bytes(l, a, &found.at[i], &bytes, why);
        if (st != OK || json_parse(a, bytes, NULL, &object, NULL) != OK ||
            !stix_read_marking(object, &one))
            one = (marking){.tlp = TLP_RED};
        if (one.tlp == TLP_COUNT_)
            one.tlp = TLP_CLEAR; /* a statement: no restriction */
        all = i ? marking_join(all, one) : one;
    }
    if (st == OK || st == ERR_NOT_FOUND)
        *ret = all;
    return st == ERR_NOT_FOUND ? OK : st;
}

static void hide(hidden *h, const json *object, slice type, slice selector)
{
    const json *v = select_node(object, selector);
    if (!v)
        return;
    if (h->count == HIDDEN_MAX ||
        (slice_find_byte(selector, '.', 0) == SIZE_MAX && stix_requires(type, selector)))
        h->withhold = true;
    else
        h->node[h->count++] = v;
}

static status read_granular(lens *l, arena *a, const json *object, hidden *h, err *why)
{
    slice type = json_text(json_get(object, S("type")));
    const json *list = json_get(object, S("granular_markings"));
    status st = OK;
    for (const json *g = json_is(list, JSON_ARRAY) ? list->first : NULL; st == OK && g;
         g = g->next) {
        marking m;
        slice ref = json_text(json_get(g, S("marking_ref")));
        const json *selectors = json_get(g, S("selectors"));
        if (!ref.len)
            continue; /* a language, no restriction */
        st = marking_level(l, a, ref, &m, why);
        if (st != OK || view_sees(lens_view(l), m))
            continue;
        if (h->count < HIDDEN_MAX)
            h->node[h->count++] = g; /* that something is hidden is hidden, too */
        for (const json *s = json_is(selectors, JSON_ARRAY) ? selectors->first : NULL; s;
             s = s->next)
            hide(h, object, type, json_text(s));
    }
    return st;
}

/* Containers that lose all they have disappear: STIX has no empty lists. Depth is the parser's. */
static bool has_rest(const json *v, const hidden *h)
{
    if (is_hidden(h, v))
        return false;
    if (v->type != JSON_ARRAY && v->type != JSON_OBJECT)
        return true;
    for (const json *m = v->first; m; m = m->next)
        if (has_rest(m, h))
            return true;
    return v->count == 0;
}

static void write_rest(json_writer *w, const json *v, const hidden *h)
{
    if (v->type != JSON_ARRAY && v->type != JSON_OBJECT) {
        json_put_value(w, v);
        return;
    }
    bool object = v->type == JSON_OBJECT;
    json_open(w, object ? '{' : '[');
    for (const json *m = v->first; m; m = m->next) {
        if (!has_rest(m, h))
            continue;
        if (object)
            json_key_slice(w, m->key);
        write_rest(w, m, h);
    }
    json_close(w, object ? '}' : ']');
}

status redact_object(lens *l, arena *a, slice bytes, slice *ret, redaction *ret_how, err *why)
{
    json *object;
    hidden *h;
    *ret = bytes;
    *ret_how = REDACT_WHOLE;
    if (slice_find(bytes, S("granular_markings"), 0) == SIZE_MAX)
        return OK;
    if (json_parse(a, bytes, NULL, &object, NULL) != OK) {
        *ret_how = REDACT_WITHHOLD;
        return OK;
    }
    if (!(h = arena_new(a, hidden)))
        return ARENA_SPENT(a, why);
    status st = read_granular(l, a, object, h, why);
    if (st != OK || (!h->count && !h->withhold))
        return st;
    *ret_how = h->withhold ? REDACT_WITHHOLD : REDACT_PARTS;
    if (h->withhold)
        return OK;
    buf out;
    buf_init(&out, bytes.len * 2 + 1024);
    json_writer w = json_writer_on(&out);
    write_rest(&w, object, h);
    st = buf_status(&out, why);
    if (st == OK && !arena_copy(a, buf_slice(&out), ret))
        st = ARENA_SPENT(a, why);
    buf_done(&out);
    return st;
}
