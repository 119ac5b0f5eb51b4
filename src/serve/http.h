/* http.h - the HTTP server under the product: requests to handlers by a table of routes.
 *
 *     static const http_route routes[] = {
 *         {HTTP_GET, "/api/v1/observables/{kind}/{value}", HTTP_SLOW, observable, .ctx = &api},
 *         {HTTP_POST, "/api/v1/import", HTTP_SLOW | HTTP_BODY_SPOOL, import, 4ULL << 30, &api}};
 *     http_options o = {.routes = routes, .route_count = 2, ...};
 *     st = http_server_open(&o, &s, why);           // bound; http_server_address(s, 0, text)
 *     st = http_server_run(s, stop_fd, why);        // until stop_fd can be read, then it drains
 *     s = http_server_close(s);
 *
 *     static status observable(void *ctx, http_request *r, http_reply *w, err *why)
 *     {
 *         slice value = http_param(r, "value");     // decoded once; "%2F" is a slash in it
 *         json_writer j = json_writer_on(http_body(w, S("application/json")));
 *         ...
 *         return OK;                                // ERR_NOT_FOUND: a 404 that says *why
 *     }
 *
 * How an answer is made is http_reply.h. Uses: base, model (ip), libevent (readiness and timers).
 * Used by: serve/api, cmd (noroshi serve). Why this library and a parser of our own:
 * docs/decisions/0165-http-library.md.
 * Sources: RFC 9110 (semantics), RFC 9112 (HTTP/1.1), RFC 9111 (caching), RFC 9457 (problems),
 * RFC 3986 (paths), RFC 6265 (cookies), RFC 7578 is not spoken (bodies are taken as they come).
 *
 * Threads. One thread accepts (the one in http_server_run), `threads` do the reading and writing
 * and run quick handlers, `workers` run slow ones, `long_workers` long ones, one writes uploads to
 * disk. A handler runs on one thread from beginning to end; a stream's slices may each run on
 * another (one of the `workers`). r->thread is always what `thread_open` made for the thread that
 * runs now. Those who wait for a worker take turns: one job of each client (r->client_key), and
 * then the next (pool.h).
 *
 * What is the same for every answer: X-Request-Id; nosniff, no-referrer, same-origin opener and
 * resource policies; "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'" and
 * "Cache-Control: no-store" unless the handler says another; Strict-Transport-Security under TLS;
 * no name of a server. Every error is application/problem+json (type, title, status, detail, code,
 * instance = the request id), also those of requests that no handler ever sees:
 *     400 not HTTP, or not safe to take for it (see below)   404 no such path
 *     405 with Allow   408 too slow   413 body too long   415 an encoded body
 *     421 a Host that is not ours   429 with Retry-After: too much of one client at once
 *     431 header too long   501 unknown method or transfer coding
 *     503 with Retry-After: no room for the body in the budget   507 the disk is full
 * Refused as 400: a line that does not end in CR LF, a CR or NUL elsewhere, a folded line, blanks
 * before a colon, Content-Length that is twice there, no number, or beside Transfer-Encoding, Host
 * missing or twice, "%" without two digits, "%00", "." and ".." as a part of a path. HEAD is
 * answered by the GET route, OPTIONS by the table.
 *
 * Bounds: everything in http_limits. A connection that is over one is ended; nobody else notices.
 * A body may be as slow as `bytes_per_second`, and for `body_ms` slower; the same holds for a
 * client that reads its answer, with `stall_ms`. */
#ifndef NOROSHI_SERVE_HTTP_H
#define NOROSHI_SERVE_HTTP_H

#include "base/address.h"
#include "base/hash.h"
#include "base/tls.h"
#include "base/when.h"
#include "model/ip.h"

enum {
    HTTP_LISTEN_MAX = 8,
    HTTP_SEGMENTS_MAX = 16, /* parts of a path */
    HTTP_PARAMS_MAX = 8,    /* {names} in a template */
    HTTP_HEADERS_MAX = 100, /* lines of a header; more is 431 */
    HTTP_QUERY_MAX = 64,    /* name=value in a query; more is 400 */
    HTTP_CHANGES_MAX = 10000,
    HTTP_ID_ROOM = 17 /* a request id and its NUL */
};

typedef enum http_method {
    HTTP_GET,
    HTTP_HEAD, /* in http_log only: a handler sees HTTP_GET, and r->head */
    HTTP_POST,
    HTTP_PUT,
    HTTP_PATCH,
    HTTP_DELETE,
    HTTP_OPTIONS, /* in http_log only */
    HTTP_METHOD_COUNT_
} http_method;

const char *http_method_name(http_method m); /* "GET" */

typedef struct http_pair {
    slice name, value;
} http_pair;

typedef struct http_request http_request;
typedef struct http_reply http_reply;
typedef struct http_server http_server;

/* --- routes --------------------------------------------------------------------------------- */

enum {
    HTTP_SLOW = 1,       /* may wait for a disk or think for long: run by a worker */
    HTTP_BODY = 2,       /* takes a body, whole in memory */
    HTTP_BODY_SPOOL = 4, /* takes a body, in an unlinked file, mapped */
    HTTP_LONG = 8, /* with HTTP_SLOW: may take seconds; has workers of its own, so that nobody waits
                    * until it is done */
    HTTP_TRIED = 16 /* with HTTP_SLOW: may be quick after all where the body is of at most
                     * HTTP_TRIED_BYTES: it is run as a quick one, and says http_later if not */
};
enum { HTTP_TRIED_BYTES = 4 << 10 };

/* Anything but OK becomes a problem, and what the handler had put into the answer is dropped:
 * input 400, limit 413, not-found 404, forbidden 403, busy 503, io and internal 500 (whose detail
 * is not told; the log has it). http_problem says another. */
typedef status (*http_handler)(void *ctx, http_request *r, http_reply *w, err *why);

typedef struct http_route {
    http_method method;
    /* "/api/v1/observables/{kind}/{value}"; "{rest*}" at the end takes all that is left, with its
     * slashes. A part that is written out goes before {one}, whatever the order of the table. */
    const char *path;
    unsigned flags;
    http_handler handle;
    uint64_t body_max; /* bytes; 0: limits.body_bytes */
    void *ctx;
} http_route;

/* --- requests ------------------------------------------------------------------------------- */

/* Slices live until the answer was sent. */
struct http_request {
    http_method method;
    bool head;    /* nobody will read the body of the answer */
    bool tls;     /* asked over TLS: us, or the proxy, as it says */
    bool old;     /* HTTP/1.0 */
    bool proxied; /* by one of http_options.proxies: `client` is who it says that it is */
    const http_route *route;
    slice path;              /* as it was sent, without the query */
    slice id;                /* 16 hex digits, not to be guessed */
    slice host;              /* one of ours, as it was sent */
    address client;          /* port 0: behind a proxy */
    when at;                 /* its header was complete */
    const http_pair *params; /* of the template, in its order, decoded */
    size_t param_count;
    const http_pair *query; /* decoded, "+" is a blank */
    size_t query_count;
    const http_pair *headers; /* in their order; values without blanks around them */
    size_t header_count;
    slice body;   /* whole or mapped; empty when there is none */
    int body_fd;  /* HTTP_BODY_SPOOL: the file, at its start, closed after the answer; else -1 */
    arena *arena; /* until the answer was sent; limits.request_bytes */
    void *thread; /* made by thread_open for the thread that runs this */
    void *user;   /* for `admit`, to tell the handler who asks */
    slice client_key; /* set by `admit`: who takes turns with others, in the arena; empty: the
                       * IPv4 address or IPv6 /64 does */
};

/* {NULL,0} when the template has no such name. */
slice http_param(const http_request *r, const char *name);
/* The first of that name; false when there is none. */
bool http_query(const http_request *r, const char *name, slice *ret);
/* The first of that name (any case), or {NULL,0}. Host, Content-Length, Transfer-Encoding,
 * Authorization and Content-Type are there once or not at all. */
slice http_header(const http_request *r, const char *name);
/* {NULL,0} when there is none, or more than one of that name: nobody says which is ours. */
slice http_cookie(const http_request *r, const char *name);

/* --- the server ----------------------------------------------------------------------------- */

/* 0 is the default. Times are in milliseconds. */
typedef struct http_limits {
    uint32_t header_bytes;       /* 32 KiB: request line and header */
    uint64_t body_bytes;         /* 1 MiB: for routes that do not say theirs */
    uint64_t memory_bytes;       /* 256 MiB: all bodies in memory together */
    uint64_t spool_bytes;        /* 16 GiB: all bodies in files together */
    uint64_t client_spool_bytes; /* 8 GiB: those of one client_key */
    uint64_t request_bytes;      /* 64 MiB: arena of a request, and its whole answer */
    uint32_t connections;        /* 20,000: over it a newcomer is closed */
    uint32_t client_connections; /* 1,000 from one IPv4 address or IPv6 /64 */
    uint32_t client_requests;    /* 256 of HTTP_SLOW under way from one client_key; more is 429 */
    uint32_t requests;           /* 0: no bound on the requests of one connection */
    uint32_t header_ms;          /* 10 s: from its first byte to its last */
    uint32_t idle_ms;            /* 60 s: between two requests */
    uint32_t body_ms;            /* 20 s: so long it may be slower than bytes_per_second */
    uint32_t stall_ms;           /* 20 s, likewise */
    uint32_t bytes_per_second;   /* 1024 */
    uint32_t drain_ms;           /* 10 s */
} http_limits;

/* One for each request, also the refused ones, when its answer was sent or given up. */
typedef struct http_log {
    when at;          /* its header was complete, or it was refused */
    int64_t spent_us; /* until the last byte of the answer was handed to the system */
    slice method;     /* as it was sent; empty when nothing of it was read */
    slice path;       /* without the query: that may hold secrets */
    slice id;
    slice user;              /* what http_log_user said */
    const http_route *route; /* NULL: none */
    address client;
    const address *via; /* the proxy that said so; NULL: none */
    int number;         /* the status; 0: the client was gone before there was one */
    uint64_t in, out;   /* bytes with headers, inside TLS */
    bool cut;           /* the answer did not reach its end */
    const char *why;    /* of an error, also what was not told; NULL: none */
} http_log;

typedef enum http_notice {
    HTTP_CERTIFICATE_RELOADED,
    HTTP_CERTIFICATE_BAD, /* the old one stays; *why says what is wrong with the new */
    HTTP_ACCEPT_STOPPED,  /* out of descriptors or memory: again in a moment */
} http_notice;

typedef struct http_options {
    address listen[HTTP_LISTEN_MAX]; /* port 0: any that is free */
    size_t listen_count;
    const char *certificate, *key; /* PEM; NULL: no TLS. Looked at each second, see tls.h */
    unsigned threads;              /* 0: 1 for each two processors, at least 1 */
    unsigned workers;              /* 0: 1 for each processor, at least 2; as many but two again
                                    * for clients that have had much (http/pool.h) */
    unsigned long_workers;         /* 0: 4 */
    const char *spool_dir;         /* for uploads; NULL: no HTTP_BODY_SPOOL is taken (501) */
    http_limits limits;
    /* Besides localhost, 127.0.0.1, [::1] and the address that was connected to, each with the
     * port: "soc.example" is that name with any port, "soc.example:8443" with this one. */
    const slice *hosts;
    size_t host_count;
    /* Who asks through one of these is whom it names in X-Forwarded-For, or in Forwarded: bounds,
     * turns, logs and handlers see that address, and X-Forwarded-Proto or proto= says whether over
     * TLS (http/forwarded.h). Of others these headers are nothing. The connections of a proxy are
     * bounded by limits.connections alone. Kept until http_server_close. */
    const ip_net *proxies; /* without a certificate nobody else is served from outside */
    size_t proxy_count;
    bool proxies_forwarded; /* they write Forwarded; else X-Forwarded-For and X-Forwarded-Proto */

    const http_route *routes; /* kept until http_server_close */
    size_t route_count;

    /* Before the body is read; not OK: refused as a handler would. Runs in an I/O thread, so it
     * must be quick. May set r->user and r->client_key. NULL: all are welcome. */
    status (*admit)(void *ctx, http_request *r, http_reply *w, err *why);
    /* For each thread that runs handlers, on that thread. NULL: r->thread is NULL. */
    status (*thread_open)(void *ctx, void **ret, err *why);
    void (*thread_close)(void *ctx, void *thread);
    /* From any I/O thread, several at once; its slices live during the call. NULL: none. */
    void (*log)(void *ctx, const http_log *l);
    void (*notice)(void *ctx, http_notice what, const err *why); /* from http_server_run */
    void *ctx;                                                   /* of the five above */

    clock_source clock; /* dates, http_log */
    clock_source ticks; /* limits of time: never goes back */
    random_source random;
} http_options;

/* Listens; nobody is answered before http_server_run.
 *   ERR_INPUT     two routes are the same, or a path is no template, or a host no name
 *   ERR_IO        an address is taken, or not of this machine; the spool directory; threads
 *   ERR_FORBIDDEN, ERR_NOT_FOUND, ERR_INPUT  of tls_server_new
 *   what thread_open said */
status http_server_open(const http_options *options, http_server **ret, err *why) NODISCARD;
/* Until stop_fd can be read. Then: no new connection, idle ones are closed, what runs may finish
 * within drain_ms (waiting streams end), the rest is cut. Once for a server. */
status http_server_run(http_server *s, int stop_fd, err *why) NODISCARD;
http_server *http_server_close(http_server *s); /* NULL is fine; not while it runs */
/* Other limits (but for request_bytes, which stays) and other hosts from now on, for what begins
 * now. One thread at a time, while it runs or not. For a reload of the configuration; the
 * certificate's files are looked at anyway.
 *   ERR_INPUT  one of the hosts is no name; nothing was changed
 *   ERR_LIMIT  memory, or HTTP_CHANGES_MAX: what was replaced is kept until the end */
status http_server_change(http_server *s, const http_limits *limits, const slice *hosts,
                          size_t host_count, err *why) NODISCARD;
/* "127.0.0.1:8790", with the port that was found. `which` is an index of listen. */
const char *http_server_address(const http_server *s, size_t which, char out[ADDRESS_TEXT_MAX]);
/* Appends what /metrics says of this server: requests by route and status, time by route, bytes,
 * connections, requests in flight, what was refused by reason. Any thread. */
void http_server_metrics(http_server *s, buf *out);

#endif
