/* utf16.c - see utf16.h. */
#include "base/utf16.h"
#include "base/text.h"

bool utf16_is(slice head)
{
    bool little = slice_starts(head, S("\xff\xfe")) && !slice_starts(head, S("\xff\xfe\0\0"));
    return little || slice_starts(head, S("\xfe\xff"));
}

static size_t put_unit(utf16 *u, uint32_t c, char *out)
{
    size_t n = 0;
    if (!u->marked) {
        u->marked = true;
        return 0;
    }
    bool low = c >= 0xdc00 && c < 0xe000;
    if (u->high && low) {
        n = utf8_put(out, 0x10000 + ((u->high - 0xd800) << 10) + (c - 0xdc00));
        u->high = 0;
        return n;
    }
    if (u->high)
        n = utf8_put(out, u->high);
    u->high = c >= 0xd800 && c < 0xdc00 ? c : 0;
    return u->high ? n : n + utf8_put(out + n, c);
}

size_t utf16_put(utf16 *u, slice in, char *out)
{
    size_t n = 0;
    for (size_t i = 0; i < in.len; i++) {
        unsigned char b = (unsigned char)in.ptr[i];
        if (!u->half) {
            u->half = true;
            u->byte = b;
            continue;
        }
        u->half = false;
        if (!u->marked)
            u->big = u->byte == 0xfe;
        n += put_unit(u, u->big ? (uint32_t)u->byte << 8 | b : (uint32_t)b << 8 | u->byte, out + n);
    }
    return n;
}

size_t utf16_end(utf16 *u, char *out)
{
    size_t n = u->high ? utf8_put(out, u->high) : 0;
    if (u->half)
        out[n++] = (char)0xff;
    u->high = 0;
    u->half = false;
    return n;
}
