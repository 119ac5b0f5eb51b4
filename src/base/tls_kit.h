/* tls_kit.h - for tests: certificates made on the spot, and the client's side of TLS.
 * Uses: base, libssl. Used by: tls_test, follow_net_test. */
#ifndef NOROSHI_TLS_KIT_H
#define NOROSHI_TLS_KIT_H

#include "base/tls.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

static void kit_private(const char *path, EVP_PKEY *key)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *f = fd >= 0 ? fdopen(fd, "w") : NULL;
    assert(f && PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL) == 1);
    fclose(f);
}

/* A certificate that signs itself, for a day, and its key: NAME.pem and NAME.key in `where`. */
static void kit_certificate(const char *where, const char *name)
{
    char path[512];
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *x = X509_new();
    assert(key && x);
    X509_set_version(x, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
    X509_gmtime_adj(X509_getm_notBefore(x), -3600);
    X509_gmtime_adj(X509_getm_notAfter(x), 86400);
    X509_set_pubkey(x, key);
    X509_NAME *n = X509_get_subject_name(x);
    X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_ASC, (const unsigned char *)name, -1, -1, 0);
    X509_set_issuer_name(x, n);
    assert(X509_sign(x, key, EVP_sha256()) > 0);
    snprintf(path, sizeof path, "%s/%s.pem", where, name);
    FILE *f = fopen(path, "we");
    assert(f && PEM_write_X509(f, x) == 1);
    fclose(f);
    snprintf(path, sizeof path, "%s/%s.key", where, name);
    kit_private(path, key);
    X509_free(x);
    EVP_PKEY_free(key);
}

typedef struct kit_client {
    SSL_CTX *ctx;
    SSL *ssl;
} kit_client;

/* `name`: whose certificate in `where` it shows; NULL: none. fd does not block. */
static void kit_client_open(kit_client *c, int fd, const char *where, const char *name)
{
    char path[512];
    c->ctx = SSL_CTX_new(TLS_client_method());
    assert(c->ctx);
    if (name) {
        snprintf(path, sizeof path, "%s/%s.pem", where, name);
        assert(SSL_CTX_use_certificate_file(c->ctx, path, SSL_FILETYPE_PEM) == 1);
        snprintf(path, sizeof path, "%s/%s.key", where, name);
        assert(SSL_CTX_use_PrivateKey_file(c->ctx, path, SSL_FILETYPE_PEM) == 1);
    }
    c->ssl = SSL_new(c->ctx);
    assert(c->ssl && SSL_set_fd(c->ssl, fd) == 1);
    SSL_set_connect_state(c->ssl);
}

/* True when all of it was taken. */
static bool kit_client_write(kit_client *c, slice s)
{
    size_t n;
    return SSL_write_ex(c->ssl, s.ptr, s.len, &n) == 1;
}

static void kit_client_close(kit_client *c, bool bye)
{
    if (bye)
        (void)SSL_shutdown(c->ssl);
    SSL_free(c->ssl);
    SSL_CTX_free(c->ctx);
}

#endif
