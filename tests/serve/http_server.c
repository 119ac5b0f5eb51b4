/* A server for scenarios and benchmarks: serve/http with handlers that do next to nothing. Prints
 * its address, serves until SIGTERM or SIGINT, and prints what /metrics says when asked for it.
 *     test-http-server listen=127.0.0.1:0 spool=/tmp threads=1 header_ms=2000 ... */
#include "serve/http_reply.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <time.h>

static status hello(void *ctx, http_request *r, http_reply *w, err *why)
{
    (void)ctx, (void)r, (void)why;
    http_send(w, S("text/plain"), S("hello\n"));
    return OK;
}

/* As long as a search takes. */
static status work(void *ctx, http_request *r, http_reply *w, err *why)
{
    nanosleep(&(struct timespec){0, 30000000}, NULL);
    return hello(ctx, r, w, why);
}

static status upload(void *ctx, http_request *r, http_reply *w, err *why)
{
    (void)ctx, (void)why;
    uint64_t sum = 0;
    buf *out = http_body(w, S("text/plain"));
    for (size_t i = 0; i < r->body.len; i += 4096)
        sum += (unsigned char)r->body.ptr[i];
    buf_printf(out, "%zu %llu\n", r->body.len, (unsigned long long)sum);
    return OK;
}

static http_more endless(void *ctx, http_request *r, buf *out)
{
    (void)ctx, (void)r;
    while (out->len < HTTP_SLICE_BYTES)
        buf_put(out, S("one line of a bulk answer, as long as they are in the short form\n"));
    return HTTP_MORE;
}

static status flood(void *ctx, http_request *r, http_reply *w, err *why)
{
    (void)ctx, (void)r, (void)why;
    http_stream(w, S("text/plain"), &(http_producer){.fill = endless});
    return OK;
}

static status metrics(void *ctx, http_request *r, http_reply *w, err *why)
{
    http_server *const *s = ctx;
    (void)r, (void)why;
    http_server_metrics(*s, http_body(w, S("text/plain; version=0.0.4")));
    return OK;
}

static int64_t monotonic(void *ctx)
{
    struct timespec t;
    (void)ctx;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void set(http_options *o, const char *text)
{
    const char *eq = strchr(text, '=');
    slice key = slice_of(text, eq ? (size_t)(eq - text) : 0);
    const char *value = eq ? eq + 1 : "";
    const struct {
        slice key;
        uint32_t *at;
    } numbers[] = {
        {S("threads"), &o->threads},
        {S("workers"), &o->workers},
        {S("connections"), &o->limits.connections},
        {S("client_connections"), &o->limits.client_connections},
        {S("client_requests"), &o->limits.client_requests},
        {S("header_ms"), &o->limits.header_ms},
        {S("idle_ms"), &o->limits.idle_ms},
        {S("body_ms"), &o->limits.body_ms},
        {S("stall_ms"), &o->limits.stall_ms},
        {S("drain_ms"), &o->limits.drain_ms},
    };
    uint64_t n;
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        if (slice_eq(key, numbers[i].key) && slice_u64(slice_str(value), &n)) {
            *numbers[i].at = (uint32_t)n;
            return;
        }
    if (slice_eq(key, S("spool")))
        o->spool_dir = value;
    else if (!slice_eq(key, S("listen")) ||
             address_read(slice_str(value), &o->listen[0], NULL) != OK) {
        fprintf(stderr, "not known: %s\n", text);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    http_server *s = NULL;
    const http_route routes[] = {
        {HTTP_GET, "/hello", 0, hello},
        {HTTP_GET, "/slow-hello", HTTP_SLOW, hello},
        {HTTP_GET, "/work", HTTP_SLOW, work},
        {HTTP_POST, "/upload", HTTP_BODY_SPOOL | HTTP_SLOW, upload, (uint64_t)5 << 30},
        {HTTP_POST, "/body", HTTP_BODY, upload, 1 << 20},
        {HTTP_GET, "/flood", 0, flood},
        {HTTP_GET, "/slow-flood", HTTP_SLOW, flood},
        {HTTP_GET, "/metrics", 0, metrics, 0, &s},
    };
    http_options o = {.routes = routes,
                      .route_count = COUNT_OF(routes),
                      .listen_count = 1,
                      .clock = clock_system(),
                      .ticks = {monotonic, NULL},
                      .random = random_system()};
    err why = {0};
    sigset_t stops;
    char where[ADDRESS_TEXT_MAX];
    for (int i = 1; i < argc; i++)
        set(&o, argv[i]);
    sigemptyset(&stops);
    sigaddset(&stops, SIGTERM);
    sigaddset(&stops, SIGINT);
    sigprocmask(SIG_BLOCK, &stops, NULL);
    int stop = signalfd(-1, &stops, SFD_CLOEXEC);
    status st = http_server_open(&o, &s, &why);
    if (st == OK) {
        printf("%s\n", http_server_address(s, 0, where));
        fflush(stdout);
        st = http_server_run(s, stop, &why);
    }
    if (st != OK)
        fprintf(stderr, "%s\n", why.msg);
    http_server_close(s);
    return st != OK;
}
