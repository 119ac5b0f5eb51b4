/* The first line of the input is a path, the others are templates. Properties: the route that is
 * found takes the path by a slow reading too, no other that takes it would go before, and its
 * parameters are the parts that stand where their names do. */
#include "serve/http/route.h"

enum { TEMPLATES_MAX = 8, TEXT_MAX = 256 };

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

/* How a template takes a path, part by part: 'w'ritten, 'o'ne, 'r'est; false: it does not. */
static bool slow_fit(const char *template, const http_target *t, char how[HTTP_SEGMENTS_MAX + 1])
{
    slice rest = slice_from(slice_str(template), 1), part;
    size_t n = 0;
    while (slice_cut(&rest, '/', &part)) {
        if (n == t->part_count)
            return false;
        bool name = part.len && part.ptr[0] == '{';
        how[n] = !name ? 'a' : slice_ends(part, S("*}")) ? 'c' : 'b';
        how[n + 1] = 0;
        if (how[n] == 'c')
            return true;
        if (name ? !t->parts[n].len : !slice_eq(part, t->parts[n]))
            return false;
        n++;
    }
    return n == t->part_count;
}

static void check_params(const char *template, const http_target *t, const http_pair *params,
                         size_t count)
{
    slice rest = slice_from(slice_str(template), 1), part;
    size_t n = 0, i = 0;
    for (; slice_cut(&rest, '/', &part); n++) {
        if (!part.len || part.ptr[0] != '{')
            continue;
        assert(i < count);
        if (!slice_ends(part, S("*}")))
            assert(slice_eq(params[i].value, t->parts[n]));
        assert(slice_eq(slice_sub(part, 1, 1 + params[i].name.len), params[i].name));
        i++;
    }
    assert(i == count);
}

static void check(arena *a, const route_table *table, const http_route *routes, size_t count,
                  const http_target *t)
{
    http_pair params[HTTP_PARAMS_MAX];
    size_t n = 0;
    char how[HTTP_SEGMENTS_MAX + 1], found_how[HTTP_SEGMENTS_MAX + 1] = "";
    const route_path *found = route_find(a, table, t, params, &n);
    if (found) {
        const char *path = found->by_method[HTTP_GET]->path;
        assert(slow_fit(path, t, found_how));
        check_params(path, t, params, n);
    }
    for (size_t i = 0; i < count; i++)
        if (slow_fit(routes[i].path, t, how))
            assert(found && strcmp(found_how, how) <= 0);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    CLEANUP(arena_done) arena a;
    char texts[TEMPLATES_MAX][TEXT_MAX];
    http_route routes[TEMPLATES_MAX];
    http_target t = {0};
    route_table table;
    size_t count = 0;
    slice in = slice_of((const char *)data, size), path, line;
    arena_init(&a, 4 << 20);
    if (!slice_cut(&in, '\n', &path) || target_parse(&a, path, &t, NULL) != OK)
        return 0;
    while (count < TEMPLATES_MAX && slice_cut(&in, '\n', &line)) {
        if (line.len >= TEXT_MAX || slice_find_byte(line, 0, 0) != SIZE_MAX)
            return 0;
        memcpy(texts[count], line.ptr, line.len);
        texts[count][line.len] = 0;
        routes[count] = (http_route){HTTP_GET, texts[count], 0, NULL};
        count++;
    }
    if (route_table_make(&a, routes, count, &table, NULL) == OK)
        check(&a, &table, routes, count, &t);
    return 0;
}
