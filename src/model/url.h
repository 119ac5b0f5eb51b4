/* url.h - URLs: one spelling, and its parts.
 *
 *     char text[URL_MAX + 1];
 *     size_t len;
 *     unsigned changed;
 *     slice in = S("HTTP://user@0x7f.1:80/a/./b/../c#top");
 *     if (url_normalise(in, text, &len, &changed, why) == OK)
 *         ... "http://user@127.0.0.1/a/c", changed URL_CASE | URL_NORMALISED
 *
 * Uses: base, ip, domain. Used by: observable, extract, the index (parts), outputs.
 * Sources: WHATWG URL (state machine, special schemes, host forms), RFC 3986 section 6.2 (dot
 * segments, percent-encoding), RFC 5952. Where the key differs from WHATWG on purpose - fragment
 * dropped, unreserved characters decoded, a stray "%" encoded, the root's dot and an empty password
 * dropped, dot segments and lower-case hosts in every scheme - docs/formats/observables.md says so.
 * A URL without scheme ("example.com/a?b") is kept without one. Thread-safe, O(text), no allocation
 * but libidn2's. */
#ifndef NOROSHI_URL_H
#define NOROSHI_URL_H

#include "base/base.h"

enum { URL_MAX = 8192, URL_SCHEME_MAX = 32 };

/* What url_normalise changed. */
enum {
    URL_CASE = 1,
    URL_IDNA = 2,
    URL_WIDTH = 4,
    URL_NORMALISED = 8 /* anything else */
};

/* `text` has neither blanks around it nor defanging; tabs and line ends inside are dropped. Writes
 * the key, NUL-terminated; `out` is scratch until OK.
 *   ERR_INPUT  no URL: bad scheme, host or port; why->at is the offset of the part
 *   ERR_LIMIT  longer than URL_MAX, before or after encoding */
status url_normalise(slice text, char out[URL_MAX + 1], size_t *ret_len, unsigned *ret_changed,
                     err *why) NODISCARD;

typedef enum url_host { URL_HOST_NONE, URL_HOST_NAME, URL_HOST_IP4, URL_HOST_IP6 } url_host;

typedef struct url {
    slice scheme;   /* empty: there is none */
    slice userinfo; /* without "@" */
    slice host;     /* IPv6 without brackets */
    slice path;     /* with "/"; everything behind the colon when there is no host ("data:...") */
    slice query;    /* without "?" */
    url_host host_kind;
    bool has_query;
    uint16_t port; /* 0: the scheme's own */
} url;

/* The parts of a URL that url_normalise wrote; slices into it. Never fails on such text; on other
 * text the parts are what they look like. */
url url_split(slice canonical);

/* The port a scheme stands for when none is written; 0 when it has none. */
uint16_t url_default_port(slice scheme);

#endif
