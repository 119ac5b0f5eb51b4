/* peek.c - see peek.h. The value is balanced (json_stream has seen to that) but may be anything
 * else; what is no JSON at all is found by the parser later. */
#include "format/stix/peek.h"

static size_t skip_blanks(slice s, size_t i)
{
    while (i < s.len && is_space(s.ptr[i]))
        i++;
    return i;
}

/* From behind the opening quote to behind the closing one; SIZE_MAX when there is none. */
static size_t skip_string(slice s, size_t i, bool *escapes)
{
    *escapes = false;
    for (;;) {
        const char *quote = i < s.len ? memchr(s.ptr + i, '"', s.len - i) : NULL;
        if (!quote)
            return SIZE_MAX;
        size_t end = (size_t)(quote - s.ptr);
        const char *slash = memchr(s.ptr + i, '\\', end - i);
        if (!slash)
            return end + 1;
        *escapes = true;
        i = (size_t)(slash - s.ptr) + 2;
    }
}

/* From the first byte of a value to behind its last; SIZE_MAX when it does not end. */
static size_t skip_value(slice s, size_t i)
{
    size_t depth = 0;
    for (bool escapes; i < s.len;) {
        char c = s.ptr[i];
        if (c == '"') {
            if ((i = skip_string(s, i + 1, &escapes)) == SIZE_MAX || !depth)
                return i;
            continue;
        }
        if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            if (!depth)
                return i;
            if (!--depth)
                return i + 1;
        } else if (c == ',' && !depth) {
            return i;
        }
        i++;
    }
    return SIZE_MAX;
}

static slice *wanted(stix_peek *p, slice key)
{
    return slice_eq(key, S("type"))             ? &p->type
           : slice_eq(key, S("id"))             ? &p->id
           : slice_eq(key, S("spec_version"))   ? &p->spec_version
           : slice_eq(key, S("created_by_ref")) ? &p->created_by_ref
                                                : NULL;
}

bool stix_peek_at(slice raw, stix_peek *ret)
{
    stix_peek p = {0};
    size_t i = skip_blanks(raw, 0);
    if (i == raw.len || raw.ptr[i] != '{')
        return false;
    for (i = skip_blanks(raw, i + 1); i < raw.len && raw.ptr[i] == '"';) {
        bool escapes;
        size_t key = i + 1, end = skip_string(raw, key, &escapes);
        if (end == SIZE_MAX || escapes)
            return false;
        slice *want = wanted(&p, slice_sub(raw, key, end - 1));
        i = skip_blanks(raw, end);
        if (i == raw.len || raw.ptr[i] != ':')
            return false;
        size_t value = skip_blanks(raw, i + 1);
        if (value == raw.len || (i = skip_value(raw, value)) == SIZE_MAX)
            return false;
        if (want && raw.ptr[value] == '"') {
            if (slice_find_byte(slice_sub(raw, value, i), '\\', 0) != SIZE_MAX)
                return false;
            *want = slice_sub(raw, value + 1, i - 1);
        }
        i = skip_blanks(raw, i);
        if (i == raw.len || raw.ptr[i] != ',')
            break;
        i = skip_blanks(raw, i + 1);
    }
    if (i == raw.len || raw.ptr[i] != '}')
        return false;
    *ret = p;
    return true;
}
