/* base58.c - numbers in base 58, with Bitcoin's, Ripple's and Monero's ways of writing bytes. */
#include "model/coin/parts.h"

const char base58_bitcoin[] = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const char base58_ripple[] = "rpshnaf39wBUDNEGHJKLM4PQRST7VWXYZ2bcdeCg65jkm8oFqi1tuvAxyz";

static int digit(const char *alphabet, char c)
{
    const char *p = c ? strchr(alphabet, c) : NULL;
    return p ? (int)(p - alphabet) : -1;
}

bool base58_decode(slice text, const char *alphabet, uint8_t *out, size_t room, size_t *ret_len)
{
    uint8_t little[BASE58_BYTES_MAX]; /* least significant byte first */
    size_t n = 0, zeros = 0;
    while (zeros < text.len && text.ptr[zeros] == alphabet[0])
        zeros++;
    for (size_t i = zeros; i < text.len; i++) {
        int d = digit(alphabet, text.ptr[i]);
        if (d < 0)
            return false;
        unsigned carry = (unsigned)d;
        for (size_t k = 0; k < n; k++) {
            carry += 58u * little[k];
            little[k] = (uint8_t)carry;
            carry >>= 8;
        }
        while (carry) {
            if (n == sizeof little)
                return false;
            little[n++] = (uint8_t)carry;
            carry >>= 8;
        }
    }
    if (zeros + n > room)
        return false;
    memset(out, 0, zeros);
    for (size_t k = 0; k < n; k++)
        out[zeros + k] = little[n - 1 - k];
    *ret_len = zeros + n;
    return true;
}

/* Bytes that a block of so many characters stands for; -1: no block has that length. */
static const int block_bytes[12] = {0, -1, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8};

bool base58_blocks(slice text, uint8_t *out, size_t room, size_t *ret_len)
{
    size_t len = 0;
    for (size_t i = 0; i < text.len; i += 11) {
        slice block = slice_sub(text, i, i + 11);
        int bytes = block_bytes[block.len];
        uint64_t v = 0;
        if (bytes < 0 || len + (size_t)bytes > room)
            return false;
        for (size_t k = 0; k < block.len; k++) {
            int d = digit(base58_bitcoin, block.ptr[k]);
            if (d < 0 || __builtin_mul_overflow(v, 58, &v) ||
                __builtin_add_overflow(v, (uint64_t)d, &v))
                return false;
        }
        if (bytes < 8 && v >> (8 * bytes))
            return false;
        for (int k = bytes - 1; k >= 0; k--)
            out[len++] = (uint8_t)(v >> (8 * k));
    }
    *ret_len = len;
    return true;
}
