/* api.h - the HTTP API: who asks, what he may, what there is to ask.
 *
 *     api_new(&options, &a, why);
 *     http_options o = {.routes = api_routes(a, &o.route_count), .admit = ...api_admit, ...};
 *
 * Uses: http, auth, and what the command line uses. Used by: cmd (noroshi serve).
 * Every route is one row of api/routes.def: method, path, the right it takes, its parameters, what
 * it takes and gives. From that table come the routes of the server, the check of parameters, the
 * check of rights (nothing is open unless its row says so) and the OpenAPI document, which is
 * therefore true. docs/api.md is the manual.
 * Every read is made through a lens with the view of who asks; the view is computed from what his
 * account and token have now, in api_admit and nowhere else.
 * Threads: an api is shared by the server's threads; what belongs to a thread is made by
 * api_thread_open. */
#ifndef NOROSHI_SERVE_API_H
#define NOROSHI_SERVE_API_H

#include "know/audit.h"
#include "sandbox/sandbox.h"
#include "serve/auth.h"
#include "serve/http_reply.h"
#include "serve/oidc.h"

typedef struct api api;

enum {
    LIVE_STREAMS_DEFAULT = 16, /* of one account at once */
    LIVE_RESUME_HOURS = 24     /* who was away for longer is not told all that was raised */
};

typedef struct api_options {
    store *store;
    auth *auth;
    audit_log *audit;
    clock_source clock; /* what answers are computed at */
    clock_source ticks; /* never stands still */
    random_source random;
    const char *work_dir; /* for what comes in and goes out; unlinked files */
    sandbox_limits jail;  /* of the workers that read what comes in */
    format_limits limits; /* of documents, and of archives */
    unpack_limits unpack;
    uint32_t set_keep_days; /* see set_load_options; api_sweep does it, too */
    uint32_t live_streams;  /* of one account at once; 0: LIVE_STREAMS_DEFAULT */
    struct puller *puller;  /* who pulls feeds (serve/pull.h) */
    oidc *oidc;             /* NULL: nobody comes in that way */
    /* Why somebody was refused who is told less: "oidc". Any thread. */
    void (*trouble)(slice what, const err *why);
} api_options;

/* What `options` point at is kept. ERR_LIMIT: memory. */
status api_new(const api_options *options, api **ret, err *why) NODISCARD;
api *api_free(api *a); /* NULL is fine; not while a server runs on it */

const http_route *api_routes(const api *a, size_t *ret_count);
/* http_server_metrics of the server that it runs on go to /metrics. */
void api_serves(api *a, http_server *s);
/* How reading the configuration again went: for /metrics. */
void api_reloaded(api *a, bool well);
/* api_options.live_streams from now on; streams that are open stay. Any thread. */
void api_live_streams(api *a, uint32_t most);
/* Draining: /-/ready says no from now on. */
void api_drains(api *a);

/* What http_options wants of the same names. */
status api_admit(api *a, http_request *r, http_reply *w, err *why) NODISCARD;
status api_thread_open(api *a, void **ret, err *why) NODISCARD;
void api_thread_close(void *thread);

/* What has to be done now and then: sessions that are over, times of last use, keys of sets'
 * versions that were withdrawn long ago. Once a minute, from one thread. */
status api_sweep(api *a, err *why) NODISCARD;

#endif
