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

static status map(arena *a, slice s, utf8proc_option_t options, slice *ret, err *why)
{
    /* Characters first (invalid bytes replaced), so that utf8proc never sees broken input. */
    int32_t *chars =
        arena_array(a, s.len * 18 + 8, sizeof *chars); /* longest decomposition is 18 */
    if (!chars)
        return ARENA_SPENT(a, why);
    utf8proc_ssize_t n = 0, room = (utf8proc_ssize_t)(s.len * 18 + 8);
    while (s.len) {
        uint32_t c = utf8_next(&s);
        int boundary = 0;
        utf8proc_ssize_t k =
            utf8proc_decompose_char((utf8proc_int32_t)c, chars + n, room - n, options, &boundary);
        if (k < 0 || k > room - n)
            return err_set(why, ERR_INTERNAL, ERR_NOWHERE, "utf8proc refused U+%04X", c);
        n += k;
    }
    /* canonical order of marks, then composition and encoding in place */
    for (utf8proc_ssize_t i = 0; i + 1 < n;) {
        int x = utf8proc_get_property(chars[i])->combining_class;
        int y = utf8proc_get_property(chars[i + 1])->combining_class;
        if (x > y && y > 0) {
            int32_t t = chars[i];
            chars[i] = chars[i + 1];
            chars[i + 1] = t;
            i -= i > 0;
        } else {
            i++;
        }
    }
    n = utf8proc_reencode(chars, n, options);
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
    return utf8proc_charwidth((utf8proc_int32_t)c);
}

size_t text_width(slice s)
{
    size_t columns = 0;
    while (s.len)
        columns += (size_t)text_columns(utf8_next(&s));
    return columns;
}
