/* forwarded.h - who is behind a proxy that is trusted, by what the proxy says. Pure.
 *
 *     const forwarded_trust t = {nets, 1, false};
 *     if (forwarded_trusts(&t, &peer))
 *         forwarded_read(&t, headers, count, &peer, &said);    // said.client, said.https
 *
 * Uses: ip. Used by: exchange.c, http.c. Decision 0224.
 * Sources: RFC 7239 (Forwarded); X-Forwarded-For and X-Forwarded-Proto are nobody's standard: a
 * list of addresses to which each proxy appends who it was asked by, and "https".
 * A list is read from its end: each address is what the one behind it says, so it counts only as
 * long as that one is trusted. The first that is not is the client, whatever stands before it: that
 * came from him. An entry that is no address ends it, and the client is whoever said so. Nothing is
 * allocated; O(bytes of the header). */
#ifndef NOROSHI_SERVE_HTTP_FORWARDED_H
#define NOROSHI_SERVE_HTTP_FORWARDED_H

#include "model/ip.h"
#include "serve/http.h"

enum { FORWARDED_HOPS_MAX = 16 }; /* proxies behind each other; what is before is not looked at */

typedef struct forwarded_trust {
    const ip_net *at; /* proxies */
    size_t count;
    bool standard; /* Forwarded; else X-Forwarded-For and -Proto. Never both: one of them would be
                    * what the client sent */
} forwarded_trust;

typedef struct forwarded_said {
    ip client;
    bool https; /* the proxy was asked over TLS, as it says */
} forwarded_said;

bool forwarded_trusts(const forwarded_trust *t, const ip *a);
/* Of a request from `peer`, which is trusted. */
void forwarded_read(const forwarded_trust *t, const http_pair *headers, size_t count,
                    const ip *peer, forwarded_said *ret);

#endif
