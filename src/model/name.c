/* name.c - folded names: see name.h. */
#include "model/name.h"
#include "base/text.h"

/* Dropping a character may bring two together that compose or fold again, so the two steps are
 * repeated until nothing moves. Two rounds are the most that was ever needed. */
enum { ROUNDS_MAX = 8 };

static bool is_ascii(slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] >= 0x80)
            return false;
    return true;
}

static status fold_ascii(arena *a, slice text, slice *ret, err *why)
{
    char *out = arena_array(a, text.len + 1, 1);
    if (!out)
        return ARENA_SPENT(a, why);
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++)
        if (is_alnum(text.ptr[i]))
            out[n++] = to_lower(text.ptr[i]);
    if (!n && text.len)
        memcpy(out, text.ptr, n = text.len);
    *ret = slice_of(out, n);
    return OK;
}

/* Keeps letters, digits and marks; all of it when there are none. */
static status keep_letters(arena *a, slice folded, slice *ret, err *why)
{
    char *out = arena_array(a, folded.len + 1, 1);
    if (!out)
        return ARENA_SPENT(a, why);
    size_t n = 0;
    for (slice rest = folded; rest.len;) {
        uint32_t c = utf8_next(&rest);
        if (text_is_letter_or_digit(c))
            n += utf8_put(out + n, c);
    }
    *ret = n ? slice_of(out, n) : slice_trim(folded);
    return OK;
}

static status fold_once(arena *a, slice text, slice *ret, err *why)
{
    slice folded;
    status st = text_fold(a, text, &folded, why);
    return st == OK ? keep_letters(a, folded, ret, why) : st;
}

status name_fold(arena *a, slice text, slice *ret, err *why)
{
    if (text.len > NAME_TEXT_MAX)
        return err_set(why, ERR_LIMIT, NAME_TEXT_MAX, "name over %d bytes", NAME_TEXT_MAX);
    text = slice_trim(text);
    slice key = text, next;
    if (is_ascii(text)) { /* nearly every name; one round settles it */
        status st = fold_ascii(a, text, &next, why);
        if (st == OK)
            *ret = next;
        return st;
    }
    for (int round = 0; round < ROUNDS_MAX; round++) {
        status st = fold_once(a, key, &next, why);
        if (st != OK)
            return st;
        if (next.len > NAME_TEXT_MAX)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "name over %d bytes when folded",
                           NAME_TEXT_MAX);
        bool settled = slice_eq(next, key);
        key = next;
        if (settled)
            break;
    }
    *ret = key;
    return OK;
}
