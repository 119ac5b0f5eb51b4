/* param.c - what a request gives, against what its route takes. */
#include "serve/api/route.h"

enum { TEXT_DEFAULT_MAX = 1024 };

static bool one_of(const char *words, slice text)
{
    slice rest = slice_str(words), word;
    while (slice_cut(&rest, ' ', &word))
        if (slice_eq(word, text))
            return true;
    return false;
}

static bool read_int(slice text, int64_t *ret)
{
    bool minus = slice_starts(text, S("-"));
    uint64_t n;
    if (!slice_u64(minus ? slice_from(text, 1) : text, &n) || n > INT64_MAX)
        return false;
    *ret = minus ? -(int64_t)n : (int64_t)n;
    return true;
}

static bool read_bool(slice text, bool *ret)
{
    *ret = slice_eq(text, S("true")) || slice_eq(text, S("1"));
    return *ret || slice_eq(text, S("false")) || slice_eq(text, S("0"));
}

static status check_one(const param *p, slice text, err *why)
{
    int64_t n, most = p->most ? p->most : TEXT_DEFAULT_MAX;
    bool yes;
    when t;
    switch (p->type) {
    case PARAM_TEXT:
        return (int64_t)text.len <= most
                   ? OK
                   : err_set(why, ERR_LIMIT, ERR_NOWHERE, "%s is %zu bytes, at most %lld", p->name,
                             text.len, (long long)most);
    case PARAM_INT:
        return read_int(text, &n) && n >= p->least && n <= p->most
                   ? OK
                   : err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is a number from %lld to %lld",
                             p->name, (long long)p->least, (long long)p->most);
    case PARAM_BOOL:
        return read_bool(text, &yes)
                   ? OK
                   : err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is true or false", p->name);
    case PARAM_WHEN:
        return when_parse(text, &t) == OK ? OK
                                          : err_set(why, ERR_INPUT, ERR_NOWHERE,
                                                    "%s is a time as ISO 8601 writes it", p->name);
    case PARAM_WORD:
        return one_of(p->words, text)
                   ? OK
                   : err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is one of: %s", p->name, p->words);
    case PARAM_NONE:
    default: assert(!"the end of the list"); return ERR_INTERNAL;
    }
}

static const param *param_named(const route *row, slice name, bool in_path)
{
    for (const param *p = row->params; p->type != PARAM_NONE; p++)
        if (p->in_path == in_path && slice_eq(slice_str(p->name), name))
            return p;
    return NULL;
}

/* Each at most once, and none that the route does not know: a slip would be taken for an answer. */
static status check_query(const route *row, const http_request *r, err *why)
{
    char quoted[ERR_QUOTE_MAX];
    for (size_t i = 0; i < r->query_count; i++) {
        slice first;
        const http_pair *q = &r->query[i];
        const param *p = param_named(row, q->name, false);
        if (!p && (row->flags & ROUTE_LEADS))
            continue;
        if (!p)
            return err_set(why, ERR_INPUT, ERR_NOWHERE, "this takes no parameter %s",
                           err_quote(q->name, quoted));
        if (!http_query(r, p->name, &first) || first.ptr != q->value.ptr)
            return err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is there twice", p->name);
        status st = check_one(p, q->value, why);
        if (st != OK)
            return st;
    }
    return OK;
}

status route_check(const route *row, const http_request *r, err *why)
{
    slice text;
    status st = check_query(row, r, why);
    for (const param *p = row->params; st == OK && p->type != PARAM_NONE; p++) {
        if (p->in_path)
            st = check_one(p, http_param(r, p->name), why);
        else if (p->required && !http_query(r, p->name, &text))
            st = err_set(why, ERR_INPUT, ERR_NOWHERE, "the parameter %s must be there", p->name);
    }
    return st;
}

slice call_param(const call *c, const char *name)
{
    slice text = S("");
    const param *p = param_named(c->route, slice_str(name), true);
    assert(p || param_named(c->route, slice_str(name), false));
    if (p)
        return http_param(c->r, name);
    return http_query(c->r, name, &text) ? text : S("");
}

int64_t call_int(const call *c, const char *name, int64_t otherwise)
{
    int64_t n;
    return read_int(call_param(c, name), &n) ? n : otherwise;
}

bool call_bool(const call *c, const char *name)
{
    bool yes;
    return read_bool(call_param(c, name), &yes) && yes;
}

when call_when(const call *c, const char *name, when otherwise)
{
    when t;
    return when_parse(call_param(c, name), &t) == OK ? t : otherwise;
}
