/* One server that says "hello" on 127.0.0.1:PORT, by ENGINE, until it is killed: bench/http/run
 * asks it. Without arguments it lists the engines that were built in. Ours has its limits, its log
 * and its header on each answer. */
#include "peers.h"

#include "serve/http_reply.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static status hello(void *ctx, http_request *r, http_reply *w, err *why)
{
    (void)ctx, (void)r, (void)why;
    http_send(w, S("text/plain"), S("hello\n"));
    return OK;
}

/* As many lines as a bulk question has values. */
static http_more lines(void *ctx, http_request *r, buf *out)
{
    int *left = ctx;
    (void)r;
    while (*left && out->len < HTTP_SLICE_BYTES) {
        buf_put(out, S("{\"schema\":\"noroshi.answer/1\",\"question\":{\"input\":\"192.0.2.1\"},"
                       "\"verdict\":\"unknown\"}\n"));
        --*left;
    }
    return *left ? HTTP_MORE : HTTP_DONE;
}

static status bulk(void *ctx, http_request *r, http_reply *w, err *why)
{
    (void)ctx, (void)why;
    int *left = arena_new(r->arena, int);
    *left = 10000;
    http_stream(w, S("application/x-ndjson"), &(http_producer){.fill = lines, .ctx = left});
    return OK;
}

static int64_t monotonic(void *ctx)
{
    struct timespec t;
    (void)ctx;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void count(void *ctx, const http_log *l)
{
    uint64_t *n = ctx;
    *n += l->out;
}

static int ours(int port)
{
    static const http_route routes[] = {{HTTP_GET, "/hello", 0, hello},
                                        {HTTP_GET, "/slow-hello", HTTP_SLOW, hello},
                                        {HTTP_GET, "/bulk", HTTP_SLOW, bulk}};
    char text[32];
    uint64_t logged = 0;
    http_server *s;
    err why = {0};
    http_options o = {.routes = routes,
                      .route_count = COUNT_OF(routes),
                      .listen_count = 1,
                      .threads = 1,
                      .log = count,
                      .ctx = &logged,
                      .clock = clock_system(),
                      .ticks = {monotonic, NULL},
                      .random = random_system()};
    o.limits.client_connections = o.limits.connections = 20000;
    snprintf(text, sizeof text, "127.0.0.1:%d", port);
    if (address_read(slice_str(text), &o.listen[0], &why) != OK ||
        http_server_open(&o, &s, &why) != OK || http_server_run(s, 0, &why) != OK)
        fprintf(stderr, "%s\n", why.msg);
    return 1;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*serve)(int port);
    } engines[] = {
        {"ours", ours},
#ifdef HAVE_MICROHTTPD
        {"libmicrohttpd", peer_microhttpd},
#endif
#ifdef HAVE_EVHTTP
        {"evhttp", peer_evhttp},
#endif
#ifdef HAVE_H2O
        {"h2o-evloop", peer_h2o},
#endif
#ifdef HAVE_CIVETWEB
        {"civetweb", peer_civetweb},
#endif
    };
    uint64_t port;
    for (size_t i = 0; i < COUNT_OF(engines); i++)
        if (argc == 1)
            printf("%s\n", engines[i].name);
        else if (argc == 3 && strcmp(argv[1], engines[i].name) == 0 &&
                 slice_u64(slice_str(argv[2]), &port))
            return engines[i].serve((int)port);
    return argc == 1 ? 0 : 2;
}
