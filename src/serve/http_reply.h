/* http_reply.h - what a handler answers: a whole body, a stream, a file, an asset, or a problem.
 *
 *     http_status(w, 201), http_reply_header(w, "Location", where);
 *     json_writer j = json_writer_on(http_body(w, S("application/json")));
 *
 *     http_stream(w, S("application/x-ndjson"), &(http_producer){next_answer, done, work});
 *
 *     if (http_not_modified(r, w, etag)) return OK;
 *     http_file(w, S("application/zip"), fd, size);
 *
 * The last of http_body, http_send, http_stream, http_file and http_asset counts; a handler that
 * calls none answers 204. Names and values of headers that do not fit in one become a 500.
 * Uses: http.h. Used by: handlers (serve/api, serve/auth, serve/web).
 * Sources: RFC 9110 (ranges, conditions, codings), RFC 9457, the WHATWG's server-sent events. */
#ifndef NOROSHI_SERVE_HTTP_REPLY_H
#define NOROSHI_SERVE_HTTP_REPLY_H

#include "serve/http.h"

enum {
    HTTP_SLICE_BYTES = 64 << 10, /* a producer stops when it has put about that much */
    HTTP_WAIT_MS = 10000         /* a waiting producer is asked again after that, see http_wait */
};

void http_status(http_reply *w, int number); /* 200 until then */
/* Copies the value. Twice the same name: both are sent, but for Cache-Control,
 * Content-Security-Policy and Content-Disposition, where the last one counts. */
void http_reply_header(http_reply *w, const char *name, slice value);
/* Who it was, for the log; copied. */
void http_log_user(http_reply *w, slice user);

/* Empty, of limits.request_bytes; what is in it when the handler returns is the body. */
buf *http_body(http_reply *w, slice type);
/* `body` and `type` live as long as the request: in its arena, or in a table. */
void http_send(http_reply *w, slice type, slice body);

/* In the handler of a quick route, or of one that is tried, which finds that it would have to wait
 * after all: true, and what it returns and has put counts for nothing; a worker runs it again, from
 * its beginning. False: it is in a worker, and may wait. */
bool http_later(http_reply *w);

/* What the handler's own error would not say: another status, or headers with it. Returns `code`,
 * so that a handler can `return http_problem(w, 409, err_set(why, ...))`. */
status http_problem(http_reply *w, int number, status code);

/* --- streams -------------------------------------------------------------------------------- */

typedef enum http_more {
    HTTP_MORE,  /* something was put, or may be at the next call, at once */
    HTTP_DONE,  /* that was all; the buf is still sent */
    HTTP_WAIT,  /* what was put is sent; again after http_wake or http_wait */
    HTTP_BROKEN /* the answer is cut, and the client can tell */
} http_more;

/* `fill` appends to `out`, which is empty and takes limits.request_bytes; between two calls others
 * have their turn, and there is none before what it put was taken by the client's system. It runs
 * where its handler ran (in a worker for HTTP_SLOW), with r->thread set anew. `done`, which may be
 * NULL, is called once in any case, on a thread of the server, also if fill was never called. */
typedef struct http_producer {
    http_more (*fill)(void *ctx, http_request *r, buf *out);
    void (*done)(void *ctx);
    void *ctx;
} http_producer;

void http_stream(http_reply *w, slice type, const http_producer *p); /* *p is copied */

/* To wake a stream that waits, from any thread: */
typedef struct http_waiter http_waiter;
/* Of the request whose stream it will be; the caller's until http_waiter_free, which may be long
 * after the request. NULL: memory is out. */
http_waiter *http_waiter_new(http_request *r) NODISCARD;
http_waiter *http_waiter_free(http_waiter *w); /* NULL is fine */
void http_wake(http_waiter *w);                /* a request that is over is fine */
/* In `fill`, before HTTP_WAIT: be asked again after that time at the latest. */
void http_wait(http_request *r, uint32_t ms);
/* In `fill`: the server is draining, and this call is the last. */
bool http_last_call(const http_request *r);

/* --- files, assets, conditions -------------------------------------------------------------- */

/* `size` bytes of `fd` from its start, read as they are sent; the server closes fd. Answers a
 * Range (of one part; several: all of it) when http_not_modified gave an ETag or If-Range is not
 * asked for. The reading is done by a worker. */
void http_file(http_reply *w, slice type, int fd, uint64_t size);

/* A file of the interface, in up to three codings made beforehand; in const tables. */
typedef struct http_asset {
    slice type;
    slice plain, gzip, br; /* an empty one is not there; plain always is */
    slice etag;            /* of the content, with its quotes: "\"3f2a\"" */
    slice csp;             /* empty: the strict one */
    slice cache_control;   /* empty: "no-cache" (kept, asked for again) */
} http_asset;

/* The smallest coding that Accept-Encoding takes, Vary, conditions and all. */
void http_asset_send(const http_request *r, http_reply *w, const http_asset *asset);

/* Sends `etag` (with its quotes) with the answer. True: the client has it (If-None-Match), the
 * answer is a 304 and the handler is done. */
bool http_not_modified(const http_request *r, http_reply *w, slice etag);

#endif
