/* request.c - what a handler asks of its request. */
#include "serve/http/server.h"

slice http_param(const http_request *r, const char *name)
{
    for (size_t i = 0; i < r->param_count; i++)
        if (slice_eq(r->params[i].name, slice_str(name)))
            return r->params[i].value;
    return (slice){NULL, 0};
}

bool http_query(const http_request *r, const char *name, slice *ret)
{
    for (size_t i = 0; i < r->query_count; i++)
        if (slice_eq(r->query[i].name, slice_str(name))) {
            *ret = r->query[i].value;
            return true;
        }
    return false;
}

slice http_header(const http_request *r, const char *name)
{
    return head_find(r->headers, r->header_count, slice_str(name));
}

slice http_cookie(const http_request *r, const char *name)
{
    size_t count = 0;
    slice value = {NULL, 0};
    for (size_t i = 0; i < r->header_count; i++)
        if (slice_eq_nocase(r->headers[i].name, S("cookie")))
            fields_cookie(r->headers[i].value, slice_str(name), &count, &value);
    return count == 1 ? value : (slice){NULL, 0};
}
