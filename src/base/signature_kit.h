/* signature_kit.h - for tests: keys made on the spot, and what they sign.
 * Uses: base64, signature, OpenSSL. Used by: signature_test, serve/oidc_token_test. */
#ifndef NOROSHI_SIGNATURE_KIT_H
#define NOROSHI_SIGNATURE_KIT_H

#include "base/base64.h"
#include "base/signature.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

typedef struct kit_key {
    EVP_PKEY *key;
    signature_key open; /* its public half, in an arena */
} kit_key;

static slice kit_bytes(arena *a, const unsigned char *bytes, size_t n)
{
    slice copy = S("");
    bool kept = arena_copy(a, slice_of((const char *)bytes, n), &copy);
    assert(kept);
    return copy;
}

static slice kit_number(arena *a, EVP_PKEY *key, const char *name, size_t n)
{
    unsigned char bytes[SIGNATURE_RSA_BYTES_MAX];
    BIGNUM *number = NULL;
    bool good = EVP_PKEY_get_bn_param(key, name, &number) == 1;
    int k = n ? BN_bn2binpad(number, bytes, (int)n) : BN_bn2bin(number, bytes);
    assert(good && k > 0);
    BN_free(number);
    return kit_bytes(a, bytes, (size_t)k);
}

static kit_key kit_key_new(arena *a, signature_kind kind, unsigned bits)
{
    kit_key k = {.open.kind = kind};
    if (kind == SIGNATURE_RS256) {
        k.key = EVP_RSA_gen(bits);
        k.open.n = kit_number(a, k.key, OSSL_PKEY_PARAM_RSA_N, 0);
        k.open.e = kit_number(a, k.key, OSSL_PKEY_PARAM_RSA_E, 0);
    } else if (kind == SIGNATURE_ES256) {
        k.key = EVP_EC_gen("P-256");
        k.open.x = kit_number(a, k.key, OSSL_PKEY_PARAM_EC_PUB_X, SIGNATURE_CURVE_BYTES);
        k.open.y = kit_number(a, k.key, OSSL_PKEY_PARAM_EC_PUB_Y, SIGNATURE_CURVE_BYTES);
    } else {
        unsigned char x[SIGNATURE_CURVE_BYTES];
        size_t n = sizeof x;
        k.key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
        bool good = EVP_PKEY_get_raw_public_key(k.key, x, &n) == 1;
        assert(good);
        k.open.x = kit_bytes(a, x, n);
    }
    return k;
}

static void kit_key_free(kit_key *k)
{
    EVP_PKEY_free(k->key);
}

/* r and s one behind the other, as JSON Web Signatures have them. */
static slice kit_raw(arena *a, const unsigned char *der, size_t n)
{
    unsigned char raw[2 * SIGNATURE_CURVE_BYTES];
    ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)n);
    BN_bn2binpad(ECDSA_SIG_get0_r(sig), raw, SIGNATURE_CURVE_BYTES);
    BN_bn2binpad(ECDSA_SIG_get0_s(sig), raw + SIGNATURE_CURVE_BYTES, SIGNATURE_CURVE_BYTES);
    ECDSA_SIG_free(sig);
    return kit_bytes(a, raw, sizeof raw);
}

static slice kit_sign(arena *a, const kit_key *k, slice message)
{
    unsigned char sig[SIGNATURE_RSA_BYTES_MAX];
    size_t n = sizeof sig;
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    bool good = EVP_DigestSignInit_ex(c, NULL, k->open.kind == SIGNATURE_EDDSA ? NULL : "SHA256",
                                      NULL, NULL, k->key, NULL) == 1 &&
                EVP_DigestSign(c, sig, &n, (const unsigned char *)message.ptr, message.len) == 1;
    assert(good);
    EVP_MD_CTX_free(c);
    return k->open.kind == SIGNATURE_ES256 ? kit_raw(a, sig, n) : kit_bytes(a, sig, n);
}

#endif
