/* signature.c - see signature.h. */
#include "base/signature.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

const char *signature_name(signature_kind k)
{
    static const char *const names[] = {"RS256", "ES256", "EdDSA"};
    _Static_assert(COUNT_OF(names) == SIGNATURE_KIND_COUNT_, "a kind without a name");
    return names[k];
}

static const unsigned char *bytes_of(slice s)
{
    return (const unsigned char *)s.ptr;
}

/* --- keys ------------------------------------------------------------------------------------- */

static bool is_rsa(const signature_key *k)
{
    slice n = k->n, e = k->e;
    while (n.len && !n.ptr[0]) /* zeros in front are no bits */
        n = slice_from(n, 1);
    while (e.len && !e.ptr[0])
        e = slice_from(e, 1);
    return n.len >= SIGNATURE_RSA_BYTES_MIN && n.len <= SIGNATURE_RSA_BYTES_MAX && e.len &&
           e.len <= SIGNATURE_EXPONENT_BYTES_MAX && (e.ptr[e.len - 1] & 1) &&
           (e.len > 1 || e.ptr[0] != 1);
}

status signature_key_check(const signature_key *k, err *why)
{
    bool good = k->kind == SIGNATURE_RS256 ? is_rsa(k)
                : k->kind == SIGNATURE_ES256
                    ? k->x.len == SIGNATURE_CURVE_BYTES && k->y.len == SIGNATURE_CURVE_BYTES
                    : k->x.len == SIGNATURE_CURVE_BYTES;
    return good ? OK
                : err_set(why, ERR_INPUT, ERR_NOWHERE, "that is no key for %s",
                          signature_name(k->kind));
}

static EVP_PKEY *key_from(const char *type, OSSL_PARAM_BLD *build)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
    EVP_PKEY_CTX *c = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
    if (!params || !c || EVP_PKEY_fromdata_init(c) != 1 ||
        EVP_PKEY_fromdata(c, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
        key = NULL;
    EVP_PKEY_CTX_free(c);
    OSSL_PARAM_free(params);
    return key;
}

static EVP_PKEY *rsa_key(const signature_key *k)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    BIGNUM *n = BN_bin2bn(bytes_of(k->n), (int)k->n.len, NULL);
    BIGNUM *e = BN_bin2bn(bytes_of(k->e), (int)k->e.len, NULL);
    if (build && n && e && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) &&
        OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e))
        key = key_from("RSA", build);
    OSSL_PARAM_BLD_free(build);
    BN_free(n);
    BN_free(e);
    return key;
}

/* OpenSSL looks whether the point is on the curve. */
static EVP_PKEY *curve_key(const signature_key *k)
{
    EVP_PKEY *key = NULL;
    unsigned char point[1 + 2 * SIGNATURE_CURVE_BYTES] = {POINT_CONVERSION_UNCOMPRESSED};
    OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
    memcpy(point + 1, k->x.ptr, SIGNATURE_CURVE_BYTES);
    memcpy(point + 1 + SIGNATURE_CURVE_BYTES, k->y.ptr, SIGNATURE_CURVE_BYTES);
    if (build && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) &&
        OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point))
        key = key_from("EC", build);
    OSSL_PARAM_BLD_free(build);
    return key;
}

static EVP_PKEY *key_of(const signature_key *k)
{
    switch (k->kind) {
    case SIGNATURE_RS256: return rsa_key(k);
    case SIGNATURE_ES256: return curve_key(k);
    case SIGNATURE_EDDSA:
        return EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, bytes_of(k->x), k->x.len);
    case SIGNATURE_KIND_COUNT_:
    default: assert(!"no kind of signature"); return NULL;
    }
}

/* --- signatures ------------------------------------------------------------------------------- */

/* r and s one behind the other, as OpenSSL wants them. Freed by OPENSSL_free; NULL: no memory. */
static unsigned char *as_der(slice raw, size_t *ret_len)
{
    unsigned char *der = NULL;
    int n = 0;
    ECDSA_SIG *sig = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(bytes_of(raw), SIGNATURE_CURVE_BYTES, NULL);
    BIGNUM *s =
        BN_bin2bn(bytes_of(slice_from(raw, SIGNATURE_CURVE_BYTES)), SIGNATURE_CURVE_BYTES, NULL);
    if (sig && r && s && ECDSA_SIG_set0(sig, r, s) == 1) {
        n = i2d_ECDSA_SIG(sig, &der);
    } else {
        BN_free(r);
        BN_free(s);
    }
    ECDSA_SIG_free(sig);
    *ret_len = n > 0 ? (size_t)n : 0;
    return der;
}

static bool verifies(EVP_PKEY *key, const char *digest, slice message, const unsigned char *sig,
                     size_t sig_len)
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    bool good = c && EVP_DigestVerifyInit_ex(c, NULL, digest, NULL, NULL, key, NULL) == 1 &&
                EVP_DigestVerify(c, sig, sig_len, bytes_of(message), message.len) == 1;
    EVP_MD_CTX_free(c);
    return good;
}

static status wrong(err *why)
{
    return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "the signature is not by that key");
}

static status check_curve(EVP_PKEY *key, slice message, slice signature, err *why)
{
    size_t n;
    if (signature.len != 2 * SIGNATURE_CURVE_BYTES)
        return wrong(why);
    unsigned char *der = as_der(signature, &n);
    if (!der)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    bool good = verifies(key, "SHA256", message, der, n);
    OPENSSL_free(der);
    return good ? OK : wrong(why);
}

status signature_check(const signature_key *k, slice message, slice signature, err *why)
{
    status st = signature_key_check(k, why);
    if (st != OK)
        return st;
    EVP_PKEY *key = key_of(k);
    if (!key)
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "that is no key for %s", signature_name(k->kind));
    else if (k->kind == SIGNATURE_ES256)
        st = check_curve(key, message, signature, why);
    else
        st = verifies(key, k->kind == SIGNATURE_RS256 ? "SHA256" : NULL, message,
                      bytes_of(signature), signature.len)
                 ? OK
                 : wrong(why);
    EVP_PKEY_free(key);
    ERR_clear_error(); /* the queue is the thread's, and TLS looks into it */
    return st;
}
