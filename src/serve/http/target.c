/* target.c - see target.h. */
#include "serve/http/target.h"

status target_decode(arena *a, slice text, bool plus, slice *ret, err *why)
{
    size_t n = 0;
    if (slice_find_byte(text, 0, 0) != SIZE_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a NUL in the target");
    if (slice_find_byte(text, '%', 0) == SIZE_MAX &&
        (!plus || slice_find_byte(text, '+', 0) == SIZE_MAX)) {
        *ret = text;
        return OK;
    }
    char *out = arena_alloc(a, text.len + 1);
    if (!out)
        return ARENA_SPENT(a, why);
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%') {
            bool two = text.len - i > 2;
            int high = two ? hex_value(text.ptr[i + 1]) : -1;
            int low = two ? hex_value(text.ptr[i + 2]) : -1;
            if (high < 0 || low < 0)
                return err_set(why, ERR_INPUT, i, "a %% without two digits");
            c = (char)(high << 4 | low);
            if (!c)
                return err_set(why, ERR_INPUT, i, "a NUL in the target");
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        out[n++] = c;
    }
    *ret = slice_of(out, n);
    return OK;
}

/* --- paths ---------------------------------------------------------------------------------- */

static status cut_form(slice text, http_target *t, err *why)
{
    slice path = text;
    if (slice_starts_nocase(text, S("http://")) || slice_starts_nocase(text, S("https://"))) {
        slice rest = slice_from(text, slice_find(text, S("//"), 0) + 2);
        size_t end = 0;
        while (end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != '?')
            end++;
        t->authority = slice_sub(rest, 0, end);
        path = slice_from(rest, end);
    }
    if (slice_find_byte(path, '#', 0) != SIZE_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a fragment in the target");
    size_t mark = slice_find_byte(path, '?', 0);
    if (mark != SIZE_MAX) {
        t->query = slice_from(path, mark + 1);
        path = slice_sub(path, 0, mark);
    }
    if (!path.len && t->authority.ptr)
        path = S("/");
    if (!slice_starts(path, S("/")))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a target that is no path");
    t->path = path;
    return OK;
}

status target_parse(arena *a, slice text, http_target *ret, err *why)
{
    http_target t = {0};
    status st = cut_form(text, &t, why);
    if (st != OK)
        return st;
    if (t.path.len > UINT16_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "a path of %zu bytes", t.path.len);
    ret->path = t.path;
    slice rest = slice_from(t.path, 1), raw;
    while (slice_cut(&rest, '/', &raw)) {
        if (t.part_count == HTTP_SEGMENTS_MAX)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "a path of more than %d parts",
                           HTTP_SEGMENTS_MAX);
        slice *part = &t.parts[t.part_count];
        if ((st = target_decode(a, raw, false, part, why)) != OK)
            return st;
        if (slice_eq(*part, S(".")) || slice_eq(*part, S("..")))
            return err_set(why, ERR_INPUT, ERR_NOWHERE, "a path that goes up");
        t.starts[t.part_count++] = (uint16_t)(raw.ptr - t.path.ptr);
    }
    *ret = t;
    return OK;
}

/* --- queries -------------------------------------------------------------------------------- */

status target_query(arena *a, slice query, http_pair **ret, size_t *ret_count, err *why)
{
    http_pair *pairs = NULL;
    size_t count = 0;
    slice one, value;
    status st;
    if (query.len && !(pairs = arena_array(a, HTTP_QUERY_MAX, sizeof *pairs)))
        return ARENA_SPENT(a, why);
    while (slice_cut(&query, '&', &one)) {
        if (!one.len)
            continue;
        if (count == HTTP_QUERY_MAX)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "more than %d values in the query",
                           HTTP_QUERY_MAX);
        size_t eq = slice_find_byte(one, '=', 0);
        slice name = eq == SIZE_MAX ? one : slice_sub(one, 0, eq);
        value = eq == SIZE_MAX ? S("") : slice_from(one, eq + 1);
        if ((st = target_decode(a, name, true, &pairs[count].name, why)) != OK ||
            (st = target_decode(a, value, true, &pairs[count].value, why)) != OK)
            return st;
        count++;
    }
    *ret = pairs;
    *ret_count = count;
    return OK;
}
