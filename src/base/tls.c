/* tls.c - see tls.h. */
#include "base/tls.h"

#include "base/secret.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

struct tls_server {
    SSL_CTX *ctx;
    BIO_METHOD *wire;
};

struct tls {
    SSL *ssl;
    bool over; /* after an error nothing may be sent, not even good-bye */
};

/* --- the socket: the library's own would raise SIGPIPE -------------------------------------- */

static int descriptor(BIO *b)
{
    return (int)(intptr_t)BIO_get_data(b);
}

static int again(BIO *b, ssize_t n, void (*mark)(BIO *b))
{
    BIO_clear_retry_flags(b);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        mark(b);
    return (int)n;
}

static void mark_read(BIO *b)
{
    BIO_set_retry_read(b);
}

static void mark_write(BIO *b)
{
    BIO_set_retry_write(b);
}

static int wire_read(BIO *b, char *into, int room)
{
    return again(b, recv(descriptor(b), into, (size_t)room, 0), mark_read);
}

static int wire_write(BIO *b, const char *from, int n)
{
    return again(b, send(descriptor(b), from, (size_t)n, MSG_NOSIGNAL), mark_write);
}

static long wire_control(BIO *b, int command, long number, void *pointer)
{
    (void)b, (void)number, (void)pointer;
    return command == BIO_CTRL_FLUSH;
}

static BIO_METHOD *wire_new(void)
{
    BIO_METHOD *m = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "wire");
    if (m && (BIO_meth_set_read(m, wire_read) != 1 || BIO_meth_set_write(m, wire_write) != 1 ||
              BIO_meth_set_ctrl(m, wire_control) != 1)) {
        BIO_meth_free(m);
        m = NULL;
    }
    return m;
}

static bool use_wire(const tls_server *s, SSL *ssl, int fd)
{
    BIO *b = BIO_new(s->wire);
    if (!b)
        return false;
    BIO_set_data(b, (void *)(intptr_t)fd);
    BIO_set_init(b, 1);
    SSL_set_bio(ssl, b, b);
    return true;
}

/* --- files ---------------------------------------------------------------------------------- */

/* The oldest error of the library's queue, which is empty afterwards. */
static status library_error(err *why, status code, const char *what)
{
    unsigned long e = ERR_get_error();
    const char *reason = e ? ERR_reason_error_string(e) : NULL;
    ERR_clear_error();
    return err_set(why, code, ERR_NOWHERE, "%s: %s", what, reason ? reason : "no reason was given");
}

static status readable(const char *path, err *why)
{
    if (access(path, R_OK) == 0)
        return OK;
    if (errno == ENOENT)
        return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "%s is not there", path);
    return err_os(why, errno, "reading %s", path);
}

/* No key is ever asked for on the terminal. */
static int no_password(char *into, int room, int writing, void *ctx)
{
    (void)into, (void)room, (void)writing, (void)ctx;
    return -1;
}

static status use_key(SSL_CTX *ctx, const char *path, err *why)
{
    secret *s;
    status st = secret_read(path, &s, why);
    if (st != OK)
        return st;
    slice text = secret_reveal(s);
    BIO *bio = BIO_new_mem_buf(text.ptr, (int)text.len);
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL) : NULL;
    if (!key)
        st = library_error(why, ERR_INPUT, "the key of TLS was not read");
    else if (SSL_CTX_use_PrivateKey(ctx, key) != 1)
        st = library_error(why, ERR_INPUT, "the key is not the certificate's");
    EVP_PKEY_free(key);
    BIO_free(bio);
    secret_free(s);
    return st;
}

static status use_client_ca(SSL_CTX *ctx, const char *path, err *why)
{
    status st = readable(path, why);
    if (st != OK)
        return st;
    STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(path);
    if (!names || SSL_CTX_load_verify_locations(ctx, path, NULL) != 1) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        return library_error(why, ERR_INPUT, "the authorities of clients were not read");
    }
    SSL_CTX_set_client_CA_list(ctx, names);
    SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return OK;
}

static status fill(SSL_CTX *ctx, const tls_files *files, err *why)
{
    status st;
    SSL_CTX_set_options(ctx, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION |
                                 SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(ctx, 0);
    SSL_CTX_set_mode(ctx, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                              SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(ctx, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1)
        return library_error(why, ERR_INTERNAL, "TLS 1.2 is not to be had");
    if ((st = readable(files->certificate, why)) != OK)
        return st;
    if (SSL_CTX_use_certificate_chain_file(ctx, files->certificate) != 1)
        return library_error(why, ERR_INPUT, "the certificate was not read");
    if ((st = use_key(ctx, files->key, why)) != OK)
        return st;
    return files->client_ca ? use_client_ca(ctx, files->client_ca, why) : OK;
}

status tls_server_new(const tls_files *files, tls_server **ret, err *why)
{
    ERR_clear_error();
    tls_server *s = calloc(1, sizeof *s);
    if (!s || !(s->ctx = SSL_CTX_new(TLS_server_method())) || !(s->wire = wire_new())) {
        tls_server_free(s);
        ERR_clear_error();
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    }
    status st = fill(s->ctx, files, why);
    if (st != OK) {
        tls_server_free(s);
        return st;
    }
    *ret = s;
    return OK;
}

tls_server *tls_server_free(tls_server *s)
{
    if (s) {
        SSL_CTX_free(s->ctx);
        BIO_meth_free(s->wire);
        free(s);
    }
    return NULL;
}

/* --- a connection --------------------------------------------------------------------------- */

status tls_new(tls_server *s, int fd, tls **ret, err *why)
{
    tls *t = calloc(1, sizeof *t);
    ERR_clear_error();
    if (!t || !(t->ssl = SSL_new(s->ctx)) || !use_wire(s, t->ssl, fd)) {
        if (t)
            SSL_free(t->ssl);
        free(t);
        ERR_clear_error();
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    }
    SSL_set_accept_state(t->ssl);
    *ret = t;
    return OK;
}

tls *tls_free(tls *t)
{
    if (t) {
        ERR_clear_error();
        if (!t->over && SSL_is_init_finished(t->ssl))
            (void)SSL_shutdown(t->ssl);
        SSL_free(t->ssl);
        ERR_clear_error();
        free(t);
    }
    return NULL;
}

bool tls_ready(const tls *t)
{
    return SSL_is_init_finished(t->ssl) != 0;
}

/* What a call that did not go through means. */
static tls_progress stuck(tls *t, int os, err *why)
{
    switch (SSL_get_error(t->ssl, 0)) {
    case SSL_ERROR_WANT_READ: return TLS_WANT_READ;
    case SSL_ERROR_WANT_WRITE: return TLS_WANT_WRITE;
    case SSL_ERROR_ZERO_RETURN: return TLS_CLOSED;
    case SSL_ERROR_SYSCALL:
        t->over = true;
        (void)err_os(why, os ? os : ECONNRESET, "the connection of TLS broke");
        return TLS_BROKEN;
    default: break;
    }
    t->over = true;
    (void)library_error(why, ERR_INPUT,
                        SSL_is_init_finished(t->ssl) ? "TLS broke" : "no TLS was agreed on");
    return TLS_BROKEN;
}

tls_progress tls_read(tls *t, char *into, size_t room, size_t *ret_len, err *why)
{
    ERR_clear_error();
    errno = 0;
    if (t->over)
        return TLS_CLOSED;
    return SSL_read_ex(t->ssl, into, room, ret_len) == 1 ? TLS_GOT : stuck(t, errno, why);
}

tls_progress tls_write(tls *t, slice bytes, size_t *ret_len, err *why)
{
    ERR_clear_error();
    errno = 0;
    if (t->over)
        return TLS_CLOSED;
    return SSL_write_ex(t->ssl, bytes.ptr, bytes.len, ret_len) == 1 ? TLS_GOT
                                                                    : stuck(t, errno, why);
}
