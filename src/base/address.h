/* address.h - where a server listens and who is on the other side: a numeric address with a port.
 *
 *     address at;
 *     char text[ADDRESS_TEXT_MAX];
 *     if ((st = address_read(S("[::1]:514"), &at, why)) != OK) ...
 *     address_text(&at, text);                        // "[::1]:514"
 *
 * Uses: base. Used by: serve, watch. No name is ever looked up. Thread-safe. */
#ifndef NOROSHI_ADDRESS_H
#define NOROSHI_ADDRESS_H

#include "base/base.h"

#include <sys/socket.h>

enum { ADDRESS_TEXT_MAX = 80 };

typedef struct address {
    struct sockaddr_storage at;
    socklen_t len;
    bool loopback; /* 127.0.0.0/8, ::1 */
    bool any;      /* 0.0.0.0, ::, which stand for all addresses of the machine */
} address;

/* "127.0.0.1:5353", "[::1]:53".
 *   ERR_INPUT  it is none; *ret untouched */
status address_read(slice text, address *ret, err *why) NODISCARD;
/* What the kernel says of a socket. Anything that is no IP address is "local". */
address address_of(const struct sockaddr_storage *at, socklen_t len);
/* The text that address_read reads. Returns out. */
const char *address_text(const address *a, char out[ADDRESS_TEXT_MAX]);

#endif
