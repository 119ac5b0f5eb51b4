/* name.c - what a file's name says: compressed, a pattern, an older instance of a log. */
#include "watch/follow/own.h"

slice name_plain(slice name)
{
    static const slice ends[] = {S_INIT(".gz"),  S_INIT(".zst"), S_INIT(".xz"),
                                 S_INIT(".bz2"), S_INIT(".lz4"), S_INIT(".lzma"),
                                 S_INIT(".z"),   S_INIT(".zip"), S_INIT(".7z")};
    for (size_t i = 0; i < COUNT_OF(ends); i++)
        if (name.len > ends[i].len && slice_ends_nocase(name, ends[i]))
            return slice_sub(name, 0, name.len - ends[i].len);
    return name;
}

bool name_compressed(slice name)
{
    return name_plain(name).len != name.len;
}

bool name_pattern(slice name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] == '*' || name.ptr[i] == '?' || name.ptr[i] == '[')
            return true;
    return false;
}

/* What dates, times and numbers are made of. */
static bool counting(char c)
{
    return is_digit(c) || c == '.' || c == '-' || c == '_' || c == ':' || c == 'T' || c == 'Z';
}

static bool separating(char c)
{
    return c == '.' || c == '-' || c == '_';
}

slice name_base(slice name)
{
    static const slice words[] = {S_INIT(".old"), S_INIT(".bak"), S_INIT(".prev")};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (name.len > words[i].len && slice_ends(name, words[i]))
            return slice_sub(name, 0, name.len - words[i].len);
    size_t from = name.len;
    while (from && counting(name.ptr[from - 1]))
        from--;
    if (from == 0) /* a number or an address is a name */
        return slice_sub(name, 0, 0);
    while (from < name.len && !separating(name.ptr[from]))
        from++;
    if (from + 1 >= name.len || !is_digit(name.ptr[from + 1]))
        return slice_sub(name, 0, 0);
    return slice_sub(name, 0, from);
}

/* "3" of "app.log.3" and "app.log.3.gz": false for dates and words. */
static bool numbered(const entry *e, uint64_t *ret)
{
    enum { DIGITS_MAX = 5 };
    slice tail = slice_from(e->plain, e->base.len + 1);
    return e->base.len && tail.len <= DIGITS_MAX && slice_u64(tail, ret);
}

int name_older(const entry *a, const entry *b)
{
    uint64_t n, m;
    bool first = numbered(a, &n), second = numbered(b, &m);
    if (!a->base.len || !b->base.len) /* the log itself is the newest */
        return (int)(a->base.len == 0) - (int)(b->base.len == 0);
    if (first && second)
        return n > m ? -1 : n < m;
    if (first != second && a->mtime_ns != b->mtime_ns)
        return a->mtime_ns < b->mtime_ns ? -1 : 1;
    return slice_cmp(a->plain, b->plain);
}
