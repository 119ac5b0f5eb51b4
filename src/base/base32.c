/* base32.c - see base32.h. */
#include "base/base32.h"

static const char *const alphabets[] = {
    [BASE32_RFC4648] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    [BASE32_CROCKFORD] = "0123456789abcdefghjkmnpqrstvwxyz",
};

const char *base32_put(base32 alphabet, const uint8_t *bytes, size_t n, char *out)
{
    unsigned held = 0, bits = 0;
    char *to = out;
    for (size_t i = 0; i < n; i++) {
        held = (held << 8 | bytes[i]) & 0xfff;
        for (bits += 8; bits >= 5; bits -= 5)
            *to++ = alphabets[alphabet][held >> (bits - 5) & 31];
    }
    if (bits)
        *to++ = alphabets[alphabet][held << (5 - bits) & 31];
    *to = 0;
    return out;
}

size_t base32_typed(slice text, char *out, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = to_lower(text.ptr[i]);
        if (c == '-' || c == ' ')
            continue;
        c = (char)(c == 'o' ? '0' : c == 'i' || c == 'l' ? '1' : c);
        if (n == room || !c || !strchr(alphabets[BASE32_CROCKFORD], c))
            return SIZE_MAX;
        out[n++] = c;
    }
    return n;
}
