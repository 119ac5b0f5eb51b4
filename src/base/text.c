/* text.c - UTF-8: see text.h. */
#include "base/text.h"

#include <stdlib.h>
#include <utf8proc.h>

size_t utf8_len(slice s)
{
    if (!s.len)
        return 0;
    const unsigned char *p = (const unsigned char *)s.ptr;
    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xc2)
        return 0;
    size_t n = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
    if (n == 0 || s.len < n)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) ||  /* longer than needed */
        (p[0] == 0xed && p[1] >= 0xa0) || /* surrogates */
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] >= 0x90))
        return 0;
    return n;
}

size_t utf8_check(slice s)
{
    size_t i = 0;
    while (i < s.len) {
        uint64_t w;
        while (s.len - i >= 8 && (memcpy(&w, s.ptr + i, 8), !(w & 0x8080808080808080u)))
            i += 8;
        if (i == s.len)
            break;
        size_t n = utf8_len(slice_from(s, i));
        if (!n)
            return i;
        i += n;
    }
    return SIZE_MAX;
}

uint32_t utf8_next(slice *s)
{
    size_t n = utf8_len(*s);
    const unsigned char *p = (const unsigned char *)s->ptr;
    uint32_t c;
    switch (n) {
    case 1: c = p[0]; break;
    case 2: c = (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f); break;
    case 3: c = (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f); break;
    case 4:
        c = (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 |
            (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f);
        break;
    default:
        c = 0xfffd;
        n = s->len ? 1 : 0;
        break;
    }
    *s = slice_from(*s, n);
    return c;
}

size_t utf8_put(char *out, uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

static bool is_ascii(slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] >= 0x80)
            return false;
    return true;
}

static int combining_class(int32_t c)
{
    return utf8proc_get_property(c)->combining_class;
}

/* Canonical order: each run of combining marks sorted by class, equal classes as they came
 * (UAX 15, D108). A hostile text is one run of a million marks, so long runs are counted, not
 * sorted by swapping neighbours. */
static bool order_run(arena *a, int32_t *run, size_t n)
{
    enum { SHORT = 32 };
    if (n <= SHORT) {
        for (size_t i = 1; i < n; i++) {
            int32_t c = run[i];
            size_t k = i;
            for (; k > 0 && combining_class(run[k - 1]) > combining_class(c); k--)
                run[k] = run[k - 1];
            run[k] = c;
        }
        return true;
    }
    size_t at[256] = {0}, sum = 0;
    arena_mark here = arena_here(a);
    int32_t *old = arena_array(a, n, sizeof *old);
    if (!old)
        return false;
    memcpy(old, run, n * sizeof *old);
    for (size_t i = 0; i < n; i++)
        at[combining_class(old[i]) & 0xff]++;
    for (size_t k = 0; k < COUNT_OF(at); k++) {
        size_t count = at[k];
        at[k] = sum;
        sum += count;
    }
    for (size_t i = 0; i < n; i++)
        run[at[combining_class(old[i]) & 0xff]++] = old[i];
    arena_back(a, here);
    return true;
}

static bool order_marks(arena *a, int32_t *chars, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t from = i;
        while (i < n && combining_class(chars[i]) != 0)
            i++;
        if (i - from > 1 && !order_run(a, chars + from, i - from))
            return false;
        i += i == from;
    }
    return true;
}

/* Decomposes into `out` (room for `room` characters), or only counts when out is NULL. Invalid
 * bytes become U+FFFD first, so that utf8proc never sees broken input. */
static status decompose(slice s, utf8proc_option_t options, int32_t *out, size_t room,
                        size_t *ret_count, err *why)
{
    utf8proc_ssize_t n = 0;
    while (s.len) {
        int32_t c = (int32_t)utf8_next(&s);
        int boundary = 0;
        utf8proc_ssize_t left = (utf8proc_ssize_t)room - n;
        utf8proc_ssize_t k =
            utf8proc_decompose_char(c, out ? out + n : NULL, out ? left : 0, options, &boundary);
        if (k < 0 || (out && k > left))
            return err_set(why, ERR_INTERNAL, ERR_NOWHERE, "utf8proc refused U+%04X", c);
        n += k;
    }
    *ret_count = (size_t)n;
    return OK;
}

static status map(arena *a, slice s, utf8proc_option_t options, slice *ret, err *why)
{
    size_t count = 0;
    status st = decompose(s, options, NULL, 0, &count, why);
    if (st != OK)
        return st;
    /* one more: the encoder below puts a NUL behind what it writes */
    int32_t *chars = arena_array(a, count + 1, sizeof *chars);
    if (!chars)
        return ARENA_SPENT(a, why);
    if ((st = decompose(s, options, chars, count, &count, why)) != OK)
        return st;
    if (!order_marks(a, chars, count))
        return ARENA_SPENT(a, why);
    /* composition, and encoding in place */
    utf8proc_ssize_t n = utf8proc_reencode(chars, (utf8proc_ssize_t)count, options);
    if (n < 0)
        return err_set(why, ERR_INTERNAL, ERR_NOWHERE, "utf8proc: %s", utf8proc_errmsg(n));
    *ret = slice_of((const char *)chars, (size_t)n);
    return OK;
}

static status fold(arena *a, slice s, bool lower, slice *ret, err *why)
{
    if (is_ascii(s)) { /* nearly everything */
        char *p = arena_array(a, s.len + 1, 1);
        if (!p)
            return ARENA_SPENT(a, why);
        for (size_t i = 0; i < s.len; i++)
            p[i] = lower ? to_lower(s.ptr[i]) : s.ptr[i];
        *ret = slice_of(p, s.len);
        return OK;
    }
    utf8proc_option_t options = UTF8PROC_STABLE | UTF8PROC_COMPAT | UTF8PROC_COMPOSE;
    if (lower)
        options |= UTF8PROC_CASEFOLD;
    return map(a, s, options, ret, why);
}

status text_fold(arena *a, slice s, slice *ret, err *why)
{
    return fold(a, s, true, ret, why);
}

status text_nfkc(arena *a, slice s, slice *ret, err *why)
{
    return fold(a, s, false, ret, why);
}

bool text_is_letter_or_digit(uint32_t c)
{
    if (c < 0x80)
        return is_alnum((char)c);
    utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);
    return (k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO) || k == UTF8PROC_CATEGORY_ND ||
           k == UTF8PROC_CATEGORY_NL || k == UTF8PROC_CATEGORY_MN || k == UTF8PROC_CATEGORY_MC;
}

bool text_is_cjk(uint32_t c)
{
    return (c >= 0x3040 && c <= 0x30ff) || /* Hiragana, Katakana */
           (c >= 0x3400 && c <= 0x9fff) || /* Han */
           (c >= 0xac00 && c <= 0xd7a3) || /* Hangul */
           (c >= 0xf900 && c <= 0xfaff) || (c >= 0xff66 && c <= 0xff9f) ||
           (c >= 0x20000 && c <= 0x3ffff) || c == 0x3005 || c == 0x3006 || c == 0x3007;
}

int text_columns(uint32_t c)
{
    if (c >= 0x20 && c < 0x7f)
        return 1;
    if ((c >= 0x3041 && c <= 0x3096) || (c >= 0x30a1 && c <= 0x30fa) ||
        (c >= 0x4e00 && c <= 0x9fef)) /* what most Japanese is written with */
        return 2;
    return utf8proc_charwidth((utf8proc_int32_t)c);
}

size_t text_width(slice s)
{
    size_t columns = 0;
    while (s.len) {
        size_t n = 0;
        while (n < s.len && s.ptr[n] >= 0x20 && s.ptr[n] < 0x7f)
            n++;
        columns += n;
        s = slice_from(s, n);
        if (s.len)
            columns += (size_t)text_columns(utf8_next(&s));
    }
    return columns;
}
