/* bech32.c - BIP 173 and 350, and cashaddr, which borrowed their alphabet. */
#include "model/coin/parts.h"

int bech32_value(char c)
{
    static const char alphabet[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    const char *p = c ? strchr(alphabet, c) : NULL;
    return p ? (int)(p - alphabet) : -1;
}

static uint32_t step32(uint32_t chk, unsigned value)
{
    static const uint32_t gen[5] = {0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3};
    uint32_t top = chk >> 25;
    chk = (chk & 0x1ffffff) << 5 ^ value;
    for (int i = 0; i < 5; i++)
        chk ^= top >> i & 1 ? gen[i] : 0;
    return chk;
}

uint32_t bech32_polymod(slice text, size_t one)
{
    uint32_t chk = 1;
    for (size_t i = 0; i < one; i++)
        chk = step32(chk, (unsigned char)text.ptr[i] >> 5);
    chk = step32(chk, 0);
    for (size_t i = 0; i < one; i++)
        chk = step32(chk, (unsigned char)text.ptr[i] & 31);
    for (size_t i = one + 1; i < text.len; i++) {
        int v = bech32_value(text.ptr[i]);
        if (v < 0)
            return 0;
        chk = step32(chk, (unsigned)v);
    }
    return chk;
}

bool bech32_bytes(const uint8_t *values, size_t count, size_t *ret_bytes)
{
    size_t bits = count * 5, over = bits % 8;
    if (over > 4)
        return false;
    if (count && over && values[count - 1] & ((1u << over) - 1))
        return false;
    *ret_bytes = bits / 8;
    return true;
}

static uint64_t step64(uint64_t c, unsigned value)
{
    static const uint64_t gen[5] = {0x98f2bc8e61, 0x79b76d99e2, 0xf33e5fb3c4, 0xae2eabe2a8,
                                    0x1e4f43e470};
    uint64_t top = c >> 35;
    c = (c & 0x07ffffffff) << 5 ^ value;
    for (int i = 0; i < 5; i++)
        c ^= top >> i & 1 ? gen[i] : 0;
    return c;
}

uint64_t cashaddr_polymod(slice prefix, slice payload)
{
    uint64_t c = 1;
    for (size_t i = 0; i < prefix.len; i++)
        c = step64(c, (unsigned char)prefix.ptr[i] & 31);
    c = step64(c, 0);
    for (size_t i = 0; i < payload.len; i++) {
        int v = bech32_value(payload.ptr[i]);
        if (v < 0)
            return 1;
        c = step64(c, (unsigned)v);
    }
    return c ^ 1;
}
