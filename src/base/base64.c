/* base64.c - see base64.h. */
#include "base/base64.h"

#include <sodium.h>

static int variant_of(base64_kind kind)
{
    return kind == BASE64_URL ? sodium_base64_VARIANT_URLSAFE_NO_PADDING
                              : sodium_base64_VARIANT_ORIGINAL;
}

const char *base64_put(base64_kind kind, slice bytes, char *out)
{
    return sodium_bin2base64(out, BASE64_ROOM(bytes.len), (const unsigned char *)bytes.ptr,
                             bytes.len, variant_of(kind));
}

status base64_read(arena *a, base64_kind kind, slice text, slice *ret, err *why)
{
    size_t n = 0, room = text.len / 4 * 3 + 3;
    unsigned char *bytes = arena_alloc(a, room);
    if (!bytes)
        return ARENA_SPENT(a, why);
    if (sodium_base642bin(bytes, room, text.len ? text.ptr : "", text.len, NULL, &n, NULL,
                          variant_of(kind)) != 0)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "that is no Base64");
    *ret = slice_of((const char *)bytes, n);
    return OK;
}
