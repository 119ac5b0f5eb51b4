/* outbound.h - the one way out: HTTP and HTTPS requests to servers that may be hostile.
 *
 *     outbound *o;
 *     outbound_reply r;
 *     outbound_options options = {.ticks = clock, .limits = outbound_limits_default()};
 *     outbound_request q = {.url = url, .bytes = put, .ctx = file};
 *     outbound_new(&options, &o, why);
 *     st = outbound_fetch(o, &a, &q, now, &r, why);
 *     if (st == OK && r.problem == OUTBOUND_FINE) ... r.http is 200 to 299 (not
 *                                                     // 206), or a 304 that was asked for
 *     outbound_free(o);
 *
 * Uses: base, libcurl. Used by: intake (feeds), later publish and serve (webhooks, login). The only
 * module that includes curl's header; no other looks a name up, and this one leaves it to curl.
 * What it holds to (docs/feeds.md, docs/decisions/0175-outbound.md):
 * - curl is given a URL that was read and put together again here, and knows no protocol but HTTP
 *   and HTTPS; HTTP/1.1, TLS 1.2 and 1.3, always verified; no cookies, no .netrc, no proxy from the
 *   environment, no connection is used twice.
 * - The address that is really connected to is checked as its socket is opened, at every hop: what
 *   is private, of this machine, or no single public address is refused, IPv4 inside IPv6 likewise;
 *   so are ports other than 80, 443, 8080 and 8443. Exceptions are a network with a port.
 * - Redirects are followed here: at most three, never from https to http; headers that were made
 *   for one origin go to no other.
 * - Bytes come as the server sent them: Content-Encoding is not undone, for that is parsing, which
 *   happens in the sandbox.
 * - What went wrong is a word of a closed list; no word of the server gets into an error.
 * Sources: RFC 3986 (URLs), RFC 9110 (HTTP), RFC 6890 (special addresses), RFC 7469 (pins).
 * Memory is bounded by the limits. An outbound belongs to one thread. */
#ifndef NOROSHI_OUTBOUND_H
#define NOROSHI_OUTBOUND_H

#include "base/base.h"
#include "base/secret.h"
#include "base/when.h"

struct sockaddr;

enum {
    OUTBOUND_URL_MAX = 4096,
    OUTBOUND_REDIRECTS_MAX = 3,
    OUTBOUND_HEAD_BYTES_MAX = 64 << 10, /* all headers of one reply */
    OUTBOUND_TAG_MAX = 256,             /* ETag, Last-Modified; a longer one is not kept */
    OUTBOUND_RETRY_MAX_S = 7 * 86400
};

/* --- what can go wrong ------------------------------------------------------------------------ */

#define OUTBOUND_PROBLEMS(X)                                                                       \
    X(FINE, "fine")                                                                                \
    X(BAD_URL, "bad-url")                 /* not a URL we would ever ask for */                    \
    X(DNS, "dns")                         /* the name has no address */                            \
    X(REFUSED_ADDRESS, "refused-address") /* private, our own, or another port: not asked */       \
    X(CONNECT, "connect")                                                                          \
    X(PROXY, "proxy")                                                                              \
    X(TLS, "tls") /* no secure connection could be agreed on */                                    \
    X(TLS_EXPIRED, "tls-expired")                                                                  \
    X(TLS_UNTRUSTED, "tls-untrusted")   /* signed by nobody whom we trust */                       \
    X(TLS_WRONG_NAME, "tls-wrong-name") /* the certificate is another host's */                    \
    X(TLS_PIN, "tls-pin")               /* another key than the one that was pinned */             \
    X(TIMEOUT, "timeout")                                                                          \
    X(TOO_SLOW, "too-slow") /* under the floor for too long */                                     \
    X(TOO_LARGE, "too-large")                                                                      \
    X(TRUNCATED, "truncated") /* ended before all was there */                                     \
    X(HEAD_TOO_LARGE, "head-too-large")                                                            \
    X(BAD_REPLY, "bad-reply")           /* not HTTP */                                             \
    X(WRONG_ENCODING, "wrong-encoding") /* packed in a way that was not asked for */               \
    X(TOO_MANY_REDIRECTS, "too-many-redirects")                                                    \
    X(BAD_REDIRECT, "bad-redirect") /* to something that is no URL for us, or to http */           \
    X(DENIED, "denied")             /* 401, 403, 407 */                                            \
    X(NOT_THERE, "not-there")       /* 404, 410 */                                                 \
    X(BUSY, "busy")                 /* 429, 503; retry_after_s may say when */                     \
    X(HTTP_4XX, "http-4xx")                                                                        \
    X(HTTP_5XX, "http-5xx")                                                                        \
    X(STOPPED, "stopped") /* by the caller */

#define OUTBOUND_ENUM_(name, word) OUTBOUND_##name,
typedef enum outbound_problem {
    OUTBOUND_PROBLEMS(OUTBOUND_ENUM_) OUTBOUND_PROBLEM_COUNT_
} outbound_problem;
#undef OUTBOUND_ENUM_
/* "tls-expired" */
const char *outbound_word(outbound_problem p);

/* --- URLs and addresses ----------------------------------------------------------------------- */

typedef struct outbound_url {
    slice text; /* as it is asked for: "https://host:8443/path?query"; no user, no fragment */
    slice host; /* lower case; an IPv6 address without its brackets */
    slice path; /* and query; begins with "/" */
    uint16_t port;
    bool tls, literal; /* the host is an address */
} outbound_url;

/* An absolute http or https URL. Hosts are ASCII (xn-- for others); a number is an address only
 * when it is written as four decimal ones. What is accepted reads back as itself.
 *   ERR_INPUT  it is none; ERR_LIMIT  over OUTBOUND_URL_MAX, or the budget */
status outbound_url_read(arena *a, slice text, outbound_url *ret, err *why) NODISCARD;
/* What a reference, absolute or not, means at `from`. The same errors. */
status outbound_url_follow(arena *a, const outbound_url *from, slice reference, outbound_url *ret,
                           err *why) NODISCARD;
/* Scheme, host and port are the same. */
bool outbound_same_origin(const outbound_url *a, const outbound_url *b);

/* A network and a port that may be connected to although it would be refused. */
typedef struct outbound_exception {
    uint8_t net[16];
    unsigned bits, bytes; /* bytes: 4 or 16 */
    uint16_t port;
} outbound_exception;
/* "10.1.2.0/24" "8443", "fd00::/8" "443", "127.0.0.1" "8080". ERR_INPUT. */
status outbound_exception_read(slice network, slice port, outbound_exception *ret,
                               err *why) NODISCARD;
/* Is it an address that nothing outside is at? The machine's own are another question. */
bool outbound_address_refused(const struct sockaddr *at);
/* One of them permits the address and port of `at`. */
bool outbound_excepted(const outbound_exception *list, size_t count, const struct sockaddr *at);

/* --- requests --------------------------------------------------------------------------------- */

typedef struct outbound_limits {
    uint64_t bytes_max;
    int64_t total_ms, connect_ms;
    uint64_t floor_bytes; /* fewer than these within floor_ms is too slow */
    int64_t floor_ms;
} outbound_limits;
/* 4 GiB, 15 minutes, 20 seconds, 2000 bytes in 20 seconds. */
outbound_limits outbound_limits_default(void);

/* Texts and lists must outlive the outbound. */
typedef struct outbound_options {
    clock_source ticks; /* for limits of time */
    outbound_limits limits;
    const outbound_exception *exceptions;
    size_t exception_count;
    const char *proxy; /* "http://host:port" or "socks5h://host:port", wherever it is; NULL */
    const slice *proxy_hosts; /* with a proxy: hosts that may be asked for: "example.org",
                                  ".example.org" and below, "example.org:8081" */
    size_t proxy_host_count;
    const char *ca;  /* PEM, instead of the system's; NULL */
    const char *pin; /* "sha256//BASE64", several by ";"; NULL */
} outbound_options;

typedef struct outbound outbound;
/* ERR_INPUT  the proxy is none; ERR_LIMIT  memory is out */
status outbound_new(const outbound_options *options, outbound **ret, err *why) NODISCARD;
outbound *outbound_free(outbound *o); /* NULL is fine */

typedef struct outbound_header {
    slice name;
    slice text;             /* when there is no secret */
    const secret *hidden;   /* its value */
    const outbound_url *to; /* the origin it is for; NULL: that of the request */
} outbound_header;

typedef struct outbound_request {
    slice url;
    slice body, body_type; /* with a body it is a POST, which follows no redirect */
    const outbound_header *headers;
    size_t header_count;
    slice etag, modified; /* of what is there already: 304 when it is the same; may be empty */
    bool packed;          /* gzip is welcome */
    /* The body of a reply of 200 to 299, as it comes. Not OK ends it, and is returned. */
    status (*bytes)(void *ctx, slice bytes, err *why);
    /* Asked about once a second; true ends it. NULL. */
    bool (*stop)(void *ctx);
    void *ctx;
} outbound_request;

typedef struct outbound_reply {
    outbound_problem problem;
    int http;                   /* 0: no reply */
    slice etag, modified, type; /* in `a`; type without parameters, lower case */
    bool packed;                /* the bytes are gzip */
    uint64_t bytes;
    int64_t retry_after_s; /* 0: not said */
    unsigned redirects;
} outbound_reply;

/* OK whatever the server did: *ret says. Retry-After as a date counts from `now`.
 *   ERR_LIMIT  memory is out, or the budget; ERR_INPUT  a header that is none
 *   else       what request->bytes returned */
status outbound_fetch(outbound *o, arena *a, const outbound_request *request, when now,
                      outbound_reply *ret, err *why) NODISCARD;

#endif
