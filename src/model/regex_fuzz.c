/* Property: the answer is that of a slow reading. The first line of the input is the pattern, the
 * rest the text. A pattern matches the text if and only if it matches, anchored with ^(?:...), some
 * ending of it; one that is repeated ({1}) or doubled ((?:x)|(?:x)) says the same. */
#include "model/regex.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static bool compiled(arena *a, slice pattern, const regex **ret)
{
    err why = {0};
    status st = pattern.ptr ? regex_compile(a, pattern, ret, &why) : ERR_LIMIT;
    if (st != OK && st != ERR_INPUT && st != ERR_LIMIT)
        abort();
    return st == OK;
}

static bool found(arena *a, const regex *r, slice text)
{
    bool hit;
    if (regex_search(r, text, a, &hit, NULL) != OK)
        abort();
    return hit;
}

/* It may have delimiters: what they enclose is another pattern than the whole. */
static bool may_be_delimited(slice p)
{
    static const char opens[] = "({<", closes[] = ")}>";
    size_t end = p.len;
    while (end && is_alpha(p.ptr[end - 1]))
        end--;
    const char *open = p.ptr[0] ? strchr(opens, p.ptr[0]) : NULL;
    return end > 1 && p.ptr[end - 1] == (open ? closes[open - opens] : p.ptr[0]);
}

/* Which delimiters does not matter to what is in them. */
static void same_delimiters(arena *a, slice p, slice text)
{
    const regex *one, *two;
    if (slice_find_byte(p, '/', 0) != SIZE_MAX || slice_find_byte(p, '#', 0) != SIZE_MAX ||
        slice_find_byte(p, '%', 0) != SIZE_MAX || memchr(p.ptr, 0, p.len))
        return;
    bool taken = compiled(a, arena_printf(a, "/%.*s/i", SLICE_FMT(p)), &one);
    if (compiled(a, arena_printf(a, "#%.*s#i", SLICE_FMT(p)), &two) != taken)
        abort();
    if (taken && found(a, one, text) != found(a, two, text))
        abort();
    if (taken && (p.ptr[p.len - 1] != '\\') &&
        (!compiled(a, arena_printf(a, "%%%.*s%%i", SLICE_FMT(p)), &two) ||
         found(a, one, text) != found(a, two, text)))
        abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    CLEANUP(arena_done)
    arena a;
    const regex *r, *same;
    slice all = slice_of((const char *)data, size), pattern;
    arena_init(&a, 8 << 20);
    if (!slice_cut(&all, '\n', &pattern) || all.len > 512 || pattern.len > 200)
        return 0;
    if (!all.ptr)
        all = S("");
    if (!compiled(&a, pattern, &r))
        return 0;
    bool hit = found(&a, r, all);
    same_delimiters(&a, pattern, all);
    if (may_be_delimited(pattern) || slice_starts(pattern, S("(?i)")) ||
        memchr(pattern.ptr, 0, pattern.len))
        return 0; /* flags cannot be put inside a group, nor NUL printed */
    if (compiled(&a, arena_printf(&a, "(?:%.*s){1}", SLICE_FMT(pattern)), &same) &&
        found(&a, same, all) != hit)
        abort();
    if (compiled(&a, arena_printf(&a, "(?:%.*s)|(?:%.*s)", SLICE_FMT(pattern), SLICE_FMT(pattern)),
                 &same) &&
        found(&a, same, all) != hit)
        abort();
    /* where ^ and \b do not look back, a match of the whole is one of an ending */
    if (slice_find_byte(pattern, '^', 0) != SIZE_MAX ||
        slice_find(pattern, S("\\b"), 0) != SIZE_MAX ||
        slice_find(pattern, S("\\B"), 0) != SIZE_MAX ||
        !compiled(&a, arena_printf(&a, "^(?:%.*s)", SLICE_FMT(pattern)), &same))
        return 0;
    bool any = false;
    for (size_t i = 0; i <= all.len && !any; i++)
        any = found(&a, same, slice_from(all, i));
    if (any != hit)
        abort();
    return 0;
}
