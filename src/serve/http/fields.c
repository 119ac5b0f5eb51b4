/* fields.c - see fields.h. */
#include "serve/http/fields.h"

void fields_cookie(slice header, slice name, size_t *count, slice *ret)
{
    slice one;
    while (slice_cut(&header, ';', &one)) {
        one = slice_trim(one);
        size_t eq = slice_find_byte(one, '=', 0);
        if (eq == SIZE_MAX || !slice_eq(slice_sub(one, 0, eq), name))
            continue;
        if (!(*count)++)
            *ret = slice_from(one, eq + 1);
    }
}

/* --- Accept-Encoding ------------------------------------------------------------------------ */

/* "q=0.5" in thousandths; -1: no quality. */
static int quality(slice text)
{
    int n = 0, unit = 100;
    if (!slice_starts_nocase(text, S("q=")) || text.len < 3 || text.len > 7)
        return -1;
    if (text.ptr[2] != '0' && text.ptr[2] != '1')
        return -1;
    n = (text.ptr[2] - '0') * 1000;
    if (text.len > 3 && text.ptr[3] != '.')
        return -1;
    for (size_t i = 4; i < text.len; i++, unit /= 10) {
        if (!is_digit(text.ptr[i]))
            return -1;
        n += (text.ptr[i] - '0') * unit;
    }
    return n > 1000 ? -1 : n;
}

fields_codings fields_accept(slice header)
{
    enum { NOT_SAID = -1 };
    int br = NOT_SAID, gzip = NOT_SAID, identity = NOT_SAID, others = NOT_SAID;
    slice one, name, parameter;
    while (slice_cut(&header, ',', &one)) {
        int q = 1000;
        (void)slice_cut(&one, ';', &name);
        name = slice_trim(name);
        if (slice_cut(&one, ';', &parameter))
            q = quality(slice_trim(parameter));
        if (q < 0 || one.ptr)
            continue;
        if (slice_eq_nocase(name, S("br")))
            br = q;
        else if (slice_eq_nocase(name, S("gzip")) || slice_eq_nocase(name, S("x-gzip")))
            gzip = q;
        else if (slice_eq_nocase(name, S("identity")))
            identity = q;
        else if (slice_eq(name, S("*")))
            others = q;
    }
    int rest = others == NOT_SAID ? 0 : others;
    return (fields_codings){.br = br == NOT_SAID ? rest : br,
                            .gzip = gzip == NOT_SAID ? rest : gzip,
                            .identity = identity != NOT_SAID ? identity
                                        : others == 0        ? 0
                                                             : 1};
}

/* --- ranges and tags ------------------------------------------------------------------------ */

fields_ranged fields_range(slice header, uint64_t size, uint64_t *from, uint64_t *to)
{
    uint64_t first, last;
    if (!slice_starts_nocase(header, S("bytes=")))
        return FIELDS_ALL;
    slice rest = slice_trim(slice_from(header, 6)), start;
    if (slice_find_byte(rest, ',', 0) != SIZE_MAX || !slice_cut(&rest, '-', &start) || !rest.ptr)
        return FIELDS_ALL;
    if (!start.len) { /* the last so many */
        if (!slice_u64(rest, &last))
            return FIELDS_ALL;
        if (!last || !size)
            return FIELDS_OUT;
        *from = last < size ? size - last : 0;
        *to = size;
        return FIELDS_PART;
    }
    if (!slice_u64(start, &first))
        return FIELDS_ALL;
    if (!rest.len)
        last = UINT64_MAX;
    else if (!slice_u64(rest, &last) || last < first)
        return FIELDS_ALL;
    if (first >= size)
        return FIELDS_OUT;
    *from = first;
    *to = last < size ? last + 1 : size;
    return FIELDS_PART;
}

static slice strong(slice tag)
{
    return slice_starts(tag, S("W/")) ? slice_from(tag, 2) : tag;
}

bool fields_tag_listed(slice header, slice tag)
{
    slice one;
    if (slice_eq(slice_trim(header), S("*")))
        return true;
    while (slice_cut(&header, ',', &one)) /* ours have no comma in them */
        if (slice_eq(strong(slice_trim(one)), strong(tag)))
            return true;
    return false;
}

/* --- Host ----------------------------------------------------------------------------------- */

static bool is_host_byte(char c, bool brackets)
{
    return is_alnum(c) || c == '.' || (brackets ? c == ':' : c == '-' || c == '_');
}

bool fields_host(slice text, slice *ret_name, slice *ret_port)
{
    bool brackets = slice_starts(text, S("["));
    size_t end = brackets ? slice_find_byte(text, ']', 0) : slice_find_byte(text, ':', 0);
    if (brackets && end == SIZE_MAX)
        return false;
    end = end == SIZE_MAX ? text.len : end + brackets;
    slice name = slice_sub(text, 0, end), port = slice_from(text, end);
    slice inside = brackets ? slice_sub(name, 1, name.len - 1) : name;
    for (size_t i = 0; i < inside.len; i++)
        if (!is_host_byte(inside.ptr[i], brackets))
            return false;
    if (!inside.len || (port.len && port.ptr[0] != ':'))
        return false;
    *ret_port = (slice){NULL, 0};
    if (port.len) {
        uint64_t n;
        if (!slice_u64(slice_from(port, 1), &n) || n > UINT16_MAX)
            return false;
        *ret_port = slice_from(port, 1);
    }
    *ret_name = name;
    return true;
}
