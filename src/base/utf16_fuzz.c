/* Property: however the bytes arrive, the same text comes out, within the room that was named; it
 * is UTF-8 exactly when the UTF-16 was whole, and turned back it is the same bytes. */
#include "base/text.h"
#include "base/utf16.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static slice decode(slice in, size_t step, char *out)
{
    utf16 u = {0};
    size_t n = 0;
    for (size_t i = 0; i < in.len; i += step) {
        slice piece = slice_sub(in, i, i + step);
        size_t got = utf16_put(&u, piece, out + n);
        if (got > UTF16_ROOM(piece.len))
            abort();
        n += got;
    }
    size_t got = utf16_end(&u, out + n);
    if (got > UTF16_ROOM(0))
        abort();
    return slice_of(out, n + got);
}

/* Is it the encoding of `text`, byte for byte? Only asked of UTF-8. */
static bool turns_back(slice in, slice text)
{
    bool big = in.ptr[0] == '\xfe';
    size_t at = 2;
    while (text.len) {
        uint32_t c = utf8_next(&text), units[2] = {c, 0};
        size_t n = c < 0x10000 ? 1 : 2;
        if (n == 2) {
            units[0] = 0xd800 + ((c - 0x10000) >> 10);
            units[1] = 0xdc00 + ((c - 0x10000) & 0x3ff);
        }
        for (size_t i = 0; i < n; i++, at += 2)
            if (at + 2 > in.len || (unsigned char)in.ptr[at + !big] != units[i] >> 8 ||
                (unsigned char)in.ptr[at + big] != (units[i] & 0xff))
                return false;
    }
    return at == in.len;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    slice in = slice_of((const char *)data, size);
    if (!utf16_is(in))
        return 0;
    char *one = malloc(UTF16_ROOM(size) * 2), *two = malloc(UTF16_ROOM(size) * 2);
    if (!one || !two)
        abort();
    slice whole = decode(in, size, one), pieces = decode(in, 1 + size % 7, two);
    if (!slice_eq(whole, pieces))
        abort();
    if (utf8_check(whole) == SIZE_MAX && !turns_back(in, whole))
        abort();
    free(one);
    free(two);
    return 0;
}
