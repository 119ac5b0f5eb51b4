/* keccak.c - Keccak-256 with the padding of 2011, which libcrypto does not have: Ethereum and
 * Monero froze it before FIPS 202 added its domain bits. One message at once. */
#include "model/coin.h"

enum { LANES = 25, ROUNDS = 24, RATE = 136 };

static uint64_t rotate(uint64_t x, unsigned by)
{
    return by ? x << by | x >> (64 - by) : x;
}

static void permute(uint64_t a[LANES])
{
    static const uint64_t iota[ROUNDS] = {
        0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
        0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
        0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
        0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
        0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
        0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};
    /* rho's rotations and pi's places along the one cycle of 24 lanes */
    static const uint8_t by[24] = {1,  3,  6,  10, 15, 21, 28, 36, 45, 55, 2,  14,
                                   27, 41, 56, 8,  25, 43, 62, 18, 39, 61, 20, 44};
    static const uint8_t to[24] = {10, 7,  11, 17, 18, 3, 5,  16, 8,  21, 24, 4,
                                   15, 23, 19, 13, 12, 2, 20, 14, 22, 9,  6,  1};
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t c[5], t;
        for (int x = 0; x < 5; x++)
            c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
        for (int x = 0; x < 5; x++) {
            t = c[(x + 4) % 5] ^ rotate(c[(x + 1) % 5], 1);
            for (int y = 0; y < LANES; y += 5)
                a[x + y] ^= t;
        }
        t = a[1];
        for (int i = 0; i < 24; i++) {
            uint64_t next = a[to[i]];
            a[to[i]] = rotate(t, by[i]);
            t = next;
        }
        for (int y = 0; y < LANES; y += 5) {
            for (int x = 0; x < 5; x++)
                c[x] = a[y + x];
            for (int x = 0; x < 5; x++)
                a[y + x] = c[x] ^ (~c[(x + 1) % 5] & c[(x + 2) % 5]);
        }
        a[0] ^= iota[round];
    }
}

static void absorb(uint64_t a[LANES], const uint8_t block[RATE])
{
    for (int i = 0; i < RATE / 8; i++) {
        uint64_t lane = 0;
        for (int k = 7; k >= 0; k--)
            lane = lane << 8 | block[8 * i + k];
        a[i] ^= lane;
    }
    permute(a);
}

void keccak256(slice bytes, uint8_t ret[KECCAK256_BYTES])
{
    uint64_t a[LANES] = {0};
    uint8_t block[RATE];
    while (bytes.len >= RATE) {
        memcpy(block, bytes.ptr, RATE);
        absorb(a, block);
        bytes = slice_from(bytes, RATE);
    }
    memset(block, 0, RATE);
    if (bytes.len)
        memcpy(block, bytes.ptr, bytes.len);
    block[bytes.len] = 0x01;
    block[RATE - 1] |= 0x80;
    absorb(a, block);
    for (int i = 0; i < KECCAK256_BYTES; i++)
        ret[i] = (uint8_t)(a[i / 8] >> (8 * (i % 8)));
}
