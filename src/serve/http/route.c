/* route.c - see route.h. A path is looked for in a sorted table from the front: some hundred short
 * comparisons, which is nothing beside the system calls of a request. */
#include "serve/http/route.h"

#include <stdlib.h>

enum { WRITTEN, ONE, REST }; /* in the order in which they are tried */

/* --- templates ------------------------------------------------------------------------------ */

static status bad_template(const char *path, err *why)
{
    return err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is no template of a path", path);
}

static bool read_part(slice raw, slice *ret, uint8_t *ret_kind)
{
    *ret = raw;
    *ret_kind = WRITTEN;
    if (!slice_starts(raw, S("{")))
        return slice_find_byte(raw, '%', 0) == SIZE_MAX;
    if (!slice_ends(raw, S("}")))
        return false;
    *ret = slice_sub(raw, 1, raw.len - 1);
    *ret_kind = ONE;
    if (slice_ends(*ret, S("*"))) {
        ret->len--;
        *ret_kind = REST;
    }
    return ret->len > 0;
}

static status read_template(const char *path, route_path *ret, err *why)
{
    route_path p = {0};
    size_t params = 0;
    slice rest = slice_str(path), raw;
    if (!slice_starts(rest, S("/")))
        return bad_template(path, why);
    rest = slice_from(rest, 1);
    while (slice_cut(&rest, '/', &raw)) {
        if (p.part_count == HTTP_SEGMENTS_MAX ||
            !read_part(raw, &p.parts[p.part_count], &p.kinds[p.part_count]))
            return bad_template(path, why);
        params += p.kinds[p.part_count] != WRITTEN;
        if (p.kinds[p.part_count++] == REST && rest.ptr)
            return bad_template(path, why);
    }
    if (params > HTTP_PARAMS_MAX)
        return bad_template(path, why);
    *ret = p;
    return OK;
}

/* 0: they take the same paths. */
static int compare(const void *left, const void *right)
{
    const route_path *a = left, *b = right;
    for (size_t i = 0; i < a->part_count && i < b->part_count; i++) {
        if (a->kinds[i] != b->kinds[i])
            return a->kinds[i] - b->kinds[i];
        int c = a->kinds[i] == WRITTEN ? slice_cmp(a->parts[i], b->parts[i]) : 0;
        if (c)
            return c;
    }
    return (a->part_count > b->part_count) - (a->part_count < b->part_count);
}

static void say_allow(route_path *p)
{
    size_t n = 0;
    for (int m = 0; m < HTTP_METHOD_COUNT_; m++)
        if (p->by_method[m] || m == HTTP_OPTIONS || (m == HTTP_HEAD && p->by_method[HTTP_GET]))
            n += (size_t)snprintf(p->allow + n, sizeof p->allow - n, "%s%s", n ? ", " : "",
                                  http_method_name((http_method)m));
}

status route_table_make(arena *a, const http_route *routes, size_t count, route_table *ret,
                        err *why)
{
    route_table t = {arena_array(a, count + 1, sizeof(route_path)), 0};
    if (!t.paths)
        return ARENA_SPENT(a, why);
    for (size_t i = 0; i < count; i++) {
        route_path p;
        status st = read_template(routes[i].path, &p, why);
        if (st != OK)
            return st;
        size_t at = 0;
        while (at < t.count && compare(&t.paths[at], &p) != 0)
            at++;
        if (at == t.count)
            t.paths[t.count++] = p;
        if (t.paths[at].by_method[routes[i].method])
            return err_set(why, ERR_INPUT, ERR_NOWHERE, "two routes for %s %s",
                           http_method_name(routes[i].method), routes[i].path);
        t.paths[at].by_method[routes[i].method] = &routes[i];
    }
    qsort(t.paths, t.count, sizeof *t.paths, compare);
    for (size_t i = 0; i < t.count; i++)
        say_allow(&t.paths[i]);
    *ret = t;
    return OK;
}

/* --- finding -------------------------------------------------------------------------------- */

static bool fits(const route_path *p, const http_target *t)
{
    bool rest = p->kinds[p->part_count - 1] == REST;
    if (rest ? t->part_count < p->part_count : t->part_count != p->part_count)
        return false;
    for (size_t i = 0; i < p->part_count; i++) {
        if (p->kinds[i] == WRITTEN && !slice_eq(p->parts[i], t->parts[i]))
            return false;
        if (p->kinds[i] == ONE && !t->parts[i].len)
            return false;
    }
    return true;
}

const route_path *route_find(arena *a, const route_table *table, const http_target *t,
                             http_pair *params, size_t *ret_count)
{
    for (size_t n = 0; n < table->count; n++) {
        const route_path *p = &table->paths[n];
        size_t count = 0;
        if (!fits(p, t))
            continue;
        for (size_t i = 0; i < p->part_count; i++) {
            if (p->kinds[i] == WRITTEN)
                continue;
            params[count] = (http_pair){p->parts[i], t->parts[i]};
            /* decoded before, so it cannot be refused now; memory may be out */
            if (p->kinds[i] == REST && target_decode(a, slice_from(t->path, t->starts[i]), false,
                                                     &params[count].value, NULL) != OK)
                return NULL;
            count++;
        }
        *ret_count = count;
        return p;
    }
    return NULL;
}
