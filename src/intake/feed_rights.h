/* feed_rights.h - what the configuration file grants to feeds by name: secrets, a proxy, addresses
 * inside, a private CA, a pinned key.
 *
 *     feed_rights rights;
 *     st = feed_rights_read(&a, &grants, S("partner"), &rights, why);
 *     ... outbound_options from rights ...
 *     feed_rights_done(&rights);
 *
 * A line begins with the name of the feed it is for, or "*" for all; words are parted by blanks:
 *     feed.allow  = partner 10.1.2.0/24 8443                          an exception of base/outbound
 *     feed.proxy  = * http://proxy.example:3128 .example.org x.example    and hosts it is for
 *     feed.secret = partner https://taxii.example Authorization /etc/noroshi/partner.key
 *     feed.ca     = partner /etc/noroshi/ca.pem
 *     feed.pin    = partner sha256//AAAA...
 * A secret goes to its origin only, whatever URL the feed is given and wherever it redirects to.
 * These are no part of a feed's definition, which more people may change.
 * Uses: base/outbound. Used by: feed, cmd. */
#ifndef NOROSHI_INTAKE_FEED_RIGHTS_H
#define NOROSHI_INTAKE_FEED_RIGHTS_H

#include "base/outbound.h"

enum { FEED_RIGHTS_MAX = 32 /* of one sort for one feed */ };

typedef struct feed_lines {
    const slice *at;
    size_t count;
} feed_lines;

/* As they stand in the configuration. */
typedef struct feed_grants {
    feed_lines allow, proxy, secret, ca, pin;
} feed_grants;

typedef struct feed_rights {
    outbound_exception exceptions[FEED_RIGHTS_MAX];
    size_t exception_count;
    outbound_header headers[FEED_RIGHTS_MAX];
    outbound_url origins[FEED_RIGHTS_MAX]; /* what headers[i].to points at */
    secret *secrets[FEED_RIGHTS_MAX];
    size_t header_count;
    slice proxy_hosts[FEED_RIGHTS_MAX];
    size_t proxy_host_count;
    const char *proxy, *ca, *pin; /* NULL: none */
} feed_rights;

/* Texts in `a`, or of the grants; *ret must not be moved. With ERR_... nothing is to be done.
 *   ERR_INPUT  a line is none, whichever feed it is for; the message quotes its first word
 *   ERR_LIMIT  over FEED_RIGHTS_MAX; what secret_read says */
status feed_rights_read(arena *a, const feed_grants *g, slice feed, feed_rights *ret,
                        err *why) NODISCARD;
void feed_rights_done(feed_rights *r); /* wipes the secrets */

#endif
