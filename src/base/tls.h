/* tls.h - the server's side of TLS on a socket that does not block.
 *
 *     tls_server *s;
 *     st = tls_server_new(&(tls_files){"cert.pem", "key.pem", NULL}, &s, why);
 *     st = tls_new(s, fd, &t, why);                     // for each connection
 *     while ((p = tls_read(t, into, room, &n, why)) == TLS_WANT_READ) poll(...);
 *     tls_free(t), tls_server_free(s);
 *
 * Uses: base, libssl. Used by: watch (syslog), serve (HTTP). The only module that includes libssl.
 * TLS 1.3, and 1.2 with ECDHE and AEAD alone; no renegotiation, no tickets, no cache of sessions.
 * The handshake is made by the first reads. Sources: RFC 5246, RFC 8446, RFC 5425 (syslog
 * over TLS). One thread at a time for each object. */
#ifndef NOROSHI_TLS_H
#define NOROSHI_TLS_H

#include "base/base.h"

/* PEM. The key is a secret (secret.h): nobody but its owner may read it. */
typedef struct tls_files {
    const char *certificate; /* the server's, then those between it and the root */
    const char *key;
    const char *client_ca; /* a client must show a certificate of one of these; NULL: none */
} tls_files;

typedef struct tls_server tls_server;
typedef struct tls tls;

/*   ERR_NOT_FOUND, ERR_IO  a file cannot be read
 *   ERR_FORBIDDEN          the key may be read by others
 *   ERR_INPUT              not PEM, or the key is not the certificate's
 *   ERR_LIMIT              memory is out */
status tls_server_new(const tls_files *files, tls_server **ret, err *why) NODISCARD;
tls_server *tls_server_free(tls_server *s); /* NULL is fine */

/* `fd`, a socket, stays the caller's; it and s must outlive the tls. No SIGPIPE is ever raised. */
status tls_new(tls_server *s, int fd, tls **ret, err *why) NODISCARD;
tls *tls_free(tls *t); /* NULL is fine; says good-bye when the handshake was made */

typedef enum tls_progress {
    TLS_GOT,        /* *ret_len bytes, at least one */
    TLS_WANT_READ,  /* again when fd can be read */
    TLS_WANT_WRITE, /* again when fd can be written */
    TLS_CLOSED,     /* the other side said good-bye */
    TLS_BROKEN      /* *why says how; nothing more comes */
} tls_progress;

tls_progress tls_read(tls *t, char *into, size_t room, size_t *ret_len, err *why) NODISCARD;
/* Some of the bytes: TLS_GOT says in *ret_len how many, at least one. After TLS_WANT_READ or
 * TLS_WANT_WRITE the next call gives the same bytes again, from the same place or another. */
tls_progress tls_write(tls *t, slice bytes, size_t *ret_len, err *why) NODISCARD;
bool tls_ready(const tls *t); /* the handshake was made */

#endif
