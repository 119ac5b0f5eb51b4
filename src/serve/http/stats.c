/* stats.c - what the server counts, and how /metrics says it (Prometheus text format 0.0.4). Each
 * loop counts for itself; who asks adds them up. */
#include "serve/http/server.h"

static const int numbers[] = {0,   200, 201, 202, 204, 206, 302, 303, 304, 400, 401, 403, 404, 405,
                              408, 409, 412, 413, 415, 416, 421, 422, 429, 431, 500, 501, 503, 507};
_Static_assert(COUNT_OF(numbers) == STATS_NUMBERS, "a status that is not counted");

/* Upper ends, microseconds; the last bucket has none. */
static const int64_t ends_us[] = {500, 1000, 5000, 10000, 50000, 100000, 500000, 1000000, 10000000};
_Static_assert(COUNT_OF(ends_us) == STATS_BUCKETS - 1, "a bucket without an end");

static void add(_Atomic uint64_t *at, uint64_t n)
{
    atomic_fetch_add_explicit(at, n, memory_order_relaxed);
}

void stats_refuse(http_server *s, refusal what)
{
    add(&s->refused[what], 1);
}

void stats_count(exchange *x, int number, int64_t spent_us)
{
    loop *l = x->c->loop;
    const http_options *o = &l->s->o;
    size_t route = x->route ? (size_t)(x->route - o->routes) : o->route_count, n = 0, bucket = 0;
    route_stats *r = &l->stats.routes[route];
    while (n < STATS_NUMBERS && numbers[n] != number)
        n++;
    if (n == STATS_NUMBERS) /* one that we do not list counts as the first of its hundred */
        for (n = 0; n < STATS_NUMBERS - 1 && numbers[n] / 100 != number / 100; n++)
            continue;
    while (bucket < STATS_BUCKETS - 1 && spent_us > ends_us[bucket])
        bucket++;
    add(&r->by_number[n], 1);
    add(&r->by_time[bucket], 1);
    add(&r->spent_us, spent_us > 0 ? (uint64_t)spent_us : 0);
    add(&l->stats.in, x->c->bytes_in);
    add(&l->stats.out, x->c->bytes_out);
}

/* --- /metrics ------------------------------------------------------------------------------- */

static void say(buf *out, const char *name, const char *kind, const char *help)
{
    buf_printf(out, "# HELP noroshi_http_%s %s\n# TYPE noroshi_http_%s %s\n", name, help, name,
               kind);
}

static void put_route(const http_server *s, size_t route, buf *out)
{
    if (route == s->o.route_count)
        buf_put(out, S("method=\"\",route=\"\""));
    else /* a template has no quotes: it was checked */
        buf_printf(out, "method=\"%s\",route=\"%s\"", http_method_name(s->o.routes[route].method),
                   s->o.routes[route].path);
}

/* What all loops counted of one route. */
static void sum(const http_server *s, size_t route, uint64_t by_number[STATS_NUMBERS],
                uint64_t by_time[STATS_BUCKETS], uint64_t *spent_us)
{
    memset(by_number, 0, STATS_NUMBERS * sizeof *by_number);
    memset(by_time, 0, STATS_BUCKETS * sizeof *by_time);
    *spent_us = 0;
    for (unsigned i = 0; i < s->o.threads; i++) {
        route_stats *r = &s->loops[i].stats.routes[route];
        for (size_t n = 0; n < STATS_NUMBERS; n++)
            by_number[n] += r->by_number[n];
        for (size_t b = 0; b < STATS_BUCKETS; b++)
            by_time[b] += r->by_time[b];
        *spent_us += r->spent_us;
    }
}

static void put_requests(const http_server *s, buf *out)
{
    uint64_t by_number[STATS_NUMBERS], by_time[STATS_BUCKETS], spent;
    say(out, "requests_total", "counter", "Requests by route and status; 0: the client left.");
    for (size_t r = 0; r <= s->o.route_count; r++) {
        sum(s, r, by_number, by_time, &spent);
        for (size_t n = 0; n < STATS_NUMBERS; n++) {
            if (!by_number[n])
                continue;
            buf_put(out, S("noroshi_http_requests_total{"));
            put_route(s, r, out);
            buf_printf(out, ",status=\"%d\"} %llu\n", numbers[n], (unsigned long long)by_number[n]);
        }
    }
}

static void put_bucket(const http_server *s, size_t route, const char *end, uint64_t n, buf *out)
{
    buf_put(out, S("noroshi_http_request_seconds_bucket{"));
    put_route(s, route, out);
    buf_printf(out, ",le=\"%s\"} %llu\n", end, (unsigned long long)n);
}

static void put_times(const http_server *s, buf *out)
{
    uint64_t by_number[STATS_NUMBERS], by_time[STATS_BUCKETS], spent;
    say(out, "request_seconds", "histogram", "Time from the header to the last byte handed over.");
    for (size_t r = 0; r <= s->o.route_count; r++) {
        uint64_t count = 0;
        sum(s, r, by_number, by_time, &spent);
        for (size_t b = 0; b < STATS_BUCKETS; b++)
            count += by_time[b];
        if (!count)
            continue;
        uint64_t so_far = 0;
        for (size_t b = 0; b < STATS_BUCKETS - 1; b++) {
            char end[32];
            so_far += by_time[b];
            snprintf(end, sizeof end, "%g", (double)ends_us[b] / 1e6);
            put_bucket(s, r, end, so_far, out);
        }
        put_bucket(s, r, "+Inf", count, out);
        buf_put(out, S("noroshi_http_request_seconds_sum{"));
        put_route(s, r, out);
        buf_printf(out, "} %g\nnoroshi_http_request_seconds_count{", (double)spent / 1e6);
        put_route(s, r, out);
        buf_printf(out, "} %llu\n", (unsigned long long)count);
    }
}

static void put_one(buf *out, const char *name, const char *kind, const char *help, uint64_t n)
{
    say(out, name, kind, help);
    buf_printf(out, "noroshi_http_%s %llu\n", name, (unsigned long long)n);
}

void http_server_metrics(http_server *s, buf *out)
{
    static const char *const reasons[] = {"connections", "client",   "header", "host",
                                          "body",        "memory",   "slow",   "stalled",
                                          "draining",    "requests", "plain"};
    _Static_assert(COUNT_OF(reasons) == REFUSED_COUNT_, "a refusal without a name");
    uint64_t in = 0, sent = 0;
    for (unsigned i = 0; i < s->o.threads; i++) {
        in += s->loops[i].stats.in;
        sent += s->loops[i].stats.out;
    }
    put_requests(s, out);
    put_times(s, out);
    put_one(out, "received_bytes_total", "counter", "Bytes of requests.", in);
    put_one(out, "sent_bytes_total", "counter", "Bytes of answers.", sent);
    put_one(out, "in_flight", "gauge", "Requests that are being answered.", s->in_flight);
    put_one(out, "connections", "gauge", "Open connections.", s->connections);
    put_one(out, "connections_total", "counter", "Connections taken.", s->accepted);
    put_one(out, "body_memory_bytes", "gauge", "Reserved for bodies in memory.", s->memory);
    put_one(out, "body_spool_bytes", "gauge", "Reserved for bodies in files.", s->spool);
    say(out, "refused_total", "counter", "Connections and requests refused, by reason.");
    for (size_t i = 0; i < REFUSED_COUNT_; i++)
        buf_printf(out, "noroshi_http_refused_total{reason=\"%s\"} %llu\n", reasons[i],
                   (unsigned long long)s->refused[i]);
}
