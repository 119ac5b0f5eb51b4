/* host.h - whose name a client asked for, against DNS rebinding. Pure.
 * Used by: exchange.c, its test. */
#ifndef NOROSHI_SERVE_HTTP_HOST_H
#define NOROSHI_SERVE_HTTP_HOST_H

#include "base/address.h"
#include "serve/http/fields.h"

/* localhost, 127.0.0.1, [::1] and the address that was connected to, with its port (80 and 443 may
 * be left out); or one of `hosts`, with the port that it says, or any when it says none. */
bool host_is_ours(slice name, slice port, const address *local, const slice *hosts, size_t count);

#endif
