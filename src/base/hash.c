/* hash.c - digests: see hash.h. */
#include "base/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/random.h>

struct hash_state {
    EVP_MD_CTX *ctx;
    EVP_MD *md; /* fetched once: EVP_sha256() in a loop costs more than short messages do */
};

static const struct {
    const char *name;
    size_t size;
} kinds[] = {
    [HASH_MD5] = {"MD5", 16},           [HASH_SHA1] = {"SHA1", 20},
    [HASH_SHA256] = {"SHA256", 32},     [HASH_SHA512] = {"SHA512", 64},
    [HASH_SHA3_256] = {"SHA3-256", 32},
};
_Static_assert(COUNT_OF(kinds) == HASH_KIND_COUNT_, "a digest without a row");

size_t hash_size(hash_kind kind)
{
    return kinds[kind].size;
}

hash_state *hash_new(hash_kind kind)
{
    hash_state *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    h->ctx = EVP_MD_CTX_new();
    h->md = EVP_MD_fetch(NULL, kinds[kind].name, NULL);
    if (!h->ctx || !h->md || EVP_DigestInit_ex2(h->ctx, h->md, NULL) != 1)
        return hash_free(h);
    return h;
}

hash_state *hash_free(hash_state *h)
{
    if (h) {
        EVP_MD_CTX_free(h->ctx);
        EVP_MD_free(h->md);
        free(h);
    }
    return NULL;
}

void hash_update(hash_state *h, slice bytes)
{
    int ok = EVP_DigestUpdate(h->ctx, bytes.ptr, bytes.len);
    assert(ok == 1);
}

void hash_final(hash_state *h, uint8_t *ret)
{
    unsigned n;
    int ok =
        EVP_DigestFinal_ex(h->ctx, ret, &n) == 1 && EVP_DigestInit_ex2(h->ctx, h->md, NULL) == 1;
    assert(ok);
}

bool hash_of(hash_kind kind, slice bytes, uint8_t *ret)
{
    /* libcrypto looks its digest up by name each time, which takes longer than some blocks do */
    enum { SMALL = 256 };
    if (kind == HASH_SHA256 && bytes.len <= SMALL)
        return crypto_hash_sha256(ret, (const unsigned char *)bytes.ptr, bytes.len) == 0;
    hash_state *h = hash_new(kind);
    if (!h)
        return false;
    hash_update(h, bytes);
    hash_final(h, ret);
    hash_free(h);
    return true;
}

bool hmac_of(hash_kind kind, slice key, slice message, uint8_t *ret)
{
    unsigned n = 0;
    EVP_MD *md = EVP_MD_fetch(NULL, kinds[kind].name, NULL);
    bool ok = md && HMAC(md, key.len ? key.ptr : "", (int)key.len,
                         (const unsigned char *)message.ptr, message.len, ret, &n);
    EVP_MD_free(md);
    assert(!ok || n == kinds[kind].size);
    return ok;
}

bool hash_same(const uint8_t *a, const uint8_t *b, size_t n)
{
    return CRYPTO_memcmp(a, b, n) == 0;
}

const char *hash_hex(const uint8_t *bytes, size_t n, char *out)
{
    static const char hex[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = hex[bytes[i] >> 4];
        out[2 * i + 1] = hex[bytes[i] & 15];
    }
    out[2 * n] = 0;
    return out;
}

bool hash_unhex(slice text, uint8_t *ret, size_t n)
{
    if (text.len != 2 * n)
        return false;
    for (size_t i = 0; i < n; i++) {
        int hi = hex_value(text.ptr[2 * i]), lo = hex_value(text.ptr[2 * i + 1]);
        if (hi < 0 || lo < 0)
            return false;
        ret[i] = (uint8_t)(hi << 4 | lo);
    }
    return true;
}

uint64_t siphash(const uint8_t key[16], slice bytes)
{
    _Static_assert(crypto_shorthash_KEYBYTES == 16 && crypto_shorthash_BYTES == 8, "SipHash-2-4");
    uint8_t out[8];
    uint64_t h = 0;
    crypto_shorthash(out, (const unsigned char *)bytes.ptr, bytes.len, key);
    for (int i = 7; i >= 0; i--) /* little-endian, as its paper writes it, on every machine */
        h = h << 8 | out[i];
    return h;
}

void siphash128(const uint8_t key[16], slice bytes, uint64_t ret[2])
{
    _Static_assert(crypto_shorthash_siphashx24_KEYBYTES == 16, "SipHash-2-4, 128 bits");
    uint8_t out[crypto_shorthash_siphashx24_BYTES];
    crypto_shorthash_siphashx24(out, (const unsigned char *)bytes.ptr, bytes.len, key);
    for (int half = 0; half < 2; half++) {
        ret[half] = 0;
        for (int i = 7; i >= 0; i--)
            ret[half] = ret[half] << 8 | out[8 * half + i];
    }
}

static void fill_system(void *ctx, void *into, size_t n)
{
    (void)ctx;
    char *p = into;
    while (n) {
        ssize_t k = getrandom(p, n > 256 ? 256 : n, 0);
        assert(k > 0); /* cannot fail for 256 bytes and flags 0 once the kernel is up */
        p += k;
        n -= (size_t)k;
    }
}

/* splitmix64: Steele, Lea, Flood 2014 */
static void fill_seeded(void *ctx, void *into, size_t n)
{
    uint64_t *state = ctx;
    unsigned char *p = into;
    for (size_t i = 0; i < n; i++) {
        uint64_t z = *state += 0x9e3779b97f4a7c15u;
        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
        z = (z ^ z >> 27) * 0x94d049bb133111ebu;
        p[i] = (unsigned char)(z ^ z >> 31);
    }
}

random_source random_system(void)
{
    return (random_source){.fill = fill_system};
}

random_source random_seeded(uint64_t *state)
{
    return (random_source){.fill = fill_seeded, .ctx = state};
}
