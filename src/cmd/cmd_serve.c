/* cmd_serve.c - noroshi serve: the API and the page over HTTP, hashes over the DNS, until it is
 * told to end. */
#include "cmd/serving.h"
#include "cmd/stopping.h"
#include "cmd/importing.h"
#include "base/secret.h"
#include "know/store.h"
#include "serve/api.h"
#include "serve/page.h"
#include "serve/pull.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

typedef struct service {
    app *a;
    store *base;
    audit_log *audit;
    auth *who;
    serving_oidc *oidc;
    api *api;
    http_server *http;
    serving_dns *dns;
    puller *puller;
    serving_care *care;
    log_form log; /* atomic: a reload changes it */
    int stop_fd;
} service;

/* --- how -------------------------------------------------------------------------------------- */

static status read_listen(app *a, http_options *o, err *why)
{
    const slice *names;
    const slice usual = S("127.0.0.1:8790");
    size_t count = option_items(a->options, OPT_SERVE_LISTEN, &names);
    if (!count) {
        names = &usual;
        count = 1;
    }
    if (count > HTTP_LISTEN_MAX)
        return app_fail(a, ERR_INPUT, msg_serve_too_many(HTTP_LISTEN_MAX), S(""), why);
    for (size_t i = 0; i < count; i++) {
        err what = {0};
        if (address_read(names[i], &o->listen[i], &what) != OK)
            return app_fail(a, ERR_INPUT, msg_serve_listen_address(names[i]), S(""), why);
    }
    o->listen_count = count;
    return OK;
}

static bool read_proxy(slice text, ip_net *ret)
{
    unsigned changed;
    ip one;
    if (ip_net_parse(text, ret, &changed, NULL) != OK) {
        if (ip_parse(text, &one, NULL) != OK)
            return false;
        *ret = ip_net_of(&one, 128);
    }
    return ret->prefix > (ip_is4(&ret->addr) ? 96 : 0); /* all the world is no proxy */
}

static status read_proxies(app *a, http_options *o, err *why)
{
    const slice *names;
    size_t count = option_items(a->options, OPT_SERVE_PROXY, &names);
    ip_net *at = arena_array(a->memory, count + 1, sizeof *at);
    if (!at)
        return ARENA_SPENT(a->memory, why);
    for (size_t i = 0; i < count; i++)
        if (!read_proxy(names[i], &at[i]))
            return app_fail(a, ERR_INPUT, msg_serve_proxy(names[i]), S(""), why);
    o->proxies = at;
    o->proxy_count = count;
    o->proxies_forwarded = option_int(a->options, OPT_SERVE_PROXY_HEADER) == 1;
    return OK;
}

static status read_tls(app *a, http_options *o, err *why)
{
    slice certificate = option_text(a->options, OPT_SERVE_CERTIFICATE),
          key = option_text(a->options, OPT_SERVE_KEY);
    if (!certificate.len != !key.len)
        return app_fail(a, ERR_INPUT, msg_serve_tls_both(), S(""), why);
    if (!certificate.len)
        return OK;
    if (!arena_copy(a->memory, certificate, &certificate) || !arena_copy(a->memory, key, &key))
        return ARENA_SPENT(a->memory, why);
    o->certificate = certificate.ptr;
    o->key = key.ptr;
    return OK;
}

/* What is reached from outside has TLS, and somebody who may come in. */
static status check_outside(app *a, const http_options *o, bool ready, err *why)
{
    char text[ADDRESS_TEXT_MAX];
    for (size_t i = 0; i < o->listen_count; i++) {
        slice where = slice_str(address_text(&o->listen[i], text)), kept;
        if (o->listen[i].loopback)
            continue;
        if (!arena_copy(a->memory, where, &kept))
            return ARENA_SPENT(a->memory, why);
        if (!o->certificate && !option_bool(a->options, OPT_SERVE_INSECURE))
            return app_fail(a, ERR_INPUT, msg_serve_plain(kept), S(""), why);
        if (!o->certificate && !o->proxy_count)
            return app_fail(a, ERR_INPUT, msg_serve_plain_to_whom(kept), S(""), why);
        if (!ready)
            return app_fail(a, ERR_INPUT, msg_serve_no_admin(kept), S(""), why);
    }
    return OK;
}

static status admit(void *ctx, http_request *r, http_reply *w, err *why)
{
    return page_is(r->route) ? OK : api_admit(((service *)ctx)->api, r, w, why);
}

static status open_thread(void *ctx, void **ret, err *why)
{
    return api_thread_open(((service *)ctx)->api, ret, why);
}

static void close_thread(void *ctx, void *thread)
{
    (void)ctx;
    api_thread_close(thread);
}

static void on_log(void *ctx, const http_log *l)
{
    serving_log(__atomic_load_n(&((service *)ctx)->log, __ATOMIC_ACQUIRE), l);
}

static void on_notice(void *ctx, http_notice what, const err *why)
{
    static const char *const names[] = {[HTTP_CERTIFICATE_RELOADED] = "certificate read again",
                                        [HTTP_CERTIFICATE_BAD] = "the new certificate",
                                        [HTTP_ACCEPT_STOPPED] = "new connections"};
    const err none = {0};
    (void)ctx;
    serving_trouble(slice_str(names[what]), why ? why : &none);
}

/* The API and the page are one table. */
static status read_routes(service *s, http_options *o, err *why)
{
    const http_route *of_api = api_routes(s->api, &o->route_count);
    http_route *all = arena_array(s->a->memory, o->route_count + PAGE_ROUTES, sizeof *all);
    if (!all)
        return ARENA_SPENT(s->a->memory, why);
    memcpy(all, of_api, o->route_count * sizeof *all);
    memcpy(all + o->route_count, page_routes, sizeof page_routes);
    o->routes = all;
    o->route_count += PAGE_ROUTES;
    return OK;
}

static status read_options(service *s, http_options *o, err *why)
{
    app *a = s->a;
    int64_t workers = option_int(a->options, OPT_SERVE_WORKERS);
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    *o = (http_options){.spool_dir = store_dir(s->base),
                        .workers = workers ? (unsigned)workers : (unsigned)processors + 2,
                        .limits = serving_limits(a->options),
                        .admit = admit,
                        .thread_open = open_thread,
                        .thread_close = close_thread,
                        .log = on_log,
                        .notice = on_notice,
                        .ctx = s,
                        .clock = clock_system(),
                        .ticks = a->ticks,
                        .random = a->random};
    o->host_count = option_items(a->options, OPT_SERVE_HOST, &o->hosts);
    status st = read_routes(s, o, why);
    if (st == OK)
        st = read_listen(a, o, why);
    if (st == OK)
        st = read_proxies(a, o, why);
    return st == OK ? read_tls(a, o, why) : st;
}

static sandbox_limits jail_of(const app *a)
{
    sandbox_limits l = sandbox_defaults(a->ticks).limits;
    l.memory_bytes = (uint64_t)option_int(a->options, OPT_LIMIT_WORKER_BYTES);
    l.cpu_s = l.wait_s = (uint32_t)option_int(a->options, OPT_LIMIT_WORKER_SECONDS);
    return l;
}

static void on_feed_trouble(void *ctx, const err *why)
{
    (void)ctx;
    serving_trouble(S("feeds"), why);
}

static status make_puller(service *s, err *why)
{
    app *a = s->a;
    puller_options o = {.store = s->base,
                        .jail = jail_of(a),
                        .clock = a->clock,
                        .ticks = a->ticks,
                        .random = a->random,
                        .limits = outbound_limits_default(),
                        .trouble = on_feed_trouble};
    importing_limits(a, &o.import);
    serving_grants(a->options, &o.grants);
    o.limits.total_ms = option_int(a->options, OPT_LIMIT_FEED_SECONDS) * 1000;
    o.limits.floor_ms = option_int(a->options, OPT_LIMIT_FEED_SLOW_SECONDS) * 1000;
    return puller_new(&o, &s->puller, why);
}

static status make_api(service *s, err *why)
{
    app *a = s->a;
    s->log = serving_log_form(a, a->options);
    status st = audit_log_new(s->base, &s->audit, why);
    const auth_options ao = {
        .store = s->base, .audit = s->audit, .clock = a->clock, .random = a->random};
    if (st == OK)
        st = auth_new(&ao, &s->who, why);
    if (st == OK)
        st = make_puller(s, why);
    if (st == OK)
        st = serving_oidc_new(a, &s->oidc, why);
    api_options o = {.store = s->base,
                     .auth = s->who,
                     .audit = s->audit,
                     .clock = a->clock,
                     .ticks = a->ticks,
                     .random = a->random,
                     .work_dir = store_dir(s->base),
                     .jail = jail_of(a),
                     .puller = s->puller,
                     .oidc = serving_oidc_of(s->oidc),
                     .trouble = serving_trouble,
                     .live_streams = (uint32_t)option_int(a->options, OPT_SERVE_LIVE),
                     .set_keep_days = (uint32_t)option_int(a->options, OPT_SET_KEEP_DAYS)};
    o.limits.record_bytes_max = (uint32_t)option_int(a->options, OPT_LIMIT_OBJECT_BYTES);
    o.limits.line_bytes_max = (uint32_t)option_int(a->options, OPT_LIMIT_LINE_BYTES);
    o.limits.depth_max = (uint32_t)option_int(a->options, OPT_LIMIT_JSON_DEPTH);
    o.unpack.ratio_max = (uint32_t)option_int(a->options, OPT_LIMIT_ARCHIVE_RATIO);
    o.unpack.bytes_max = (uint64_t)option_int(a->options, OPT_LIMIT_ARCHIVE_BYTES);
    o.unpack.levels_max = (uint32_t)option_int(a->options, OPT_LIMIT_ARCHIVE_LEVELS);
    return st == OK ? api_new(&o, &s->api, why) : st;
}

/* --- the first run ---------------------------------------------------------------------------- */

static status is_ready(service *s, bool *ret, err *why)
{
    accounts *r = NULL;
    status st = accounts_new(s->base, &r, why);
    if (st == OK)
        st = accounts_ready(r, ret, why);
    accounts_free(r);
    return st;
}

static slice own_address(service *s, bool secure)
{
    char text[ADDRESS_TEXT_MAX];
    slice url = arena_printf(s->a->memory, "%s://%s/", secure ? "https" : "http",
                             http_server_address(s->http, 0, text));
    return url.ptr ? url : S("?");
}

static status offer_first_run(service *s, slice url, err *why)
{
    writer *w = NULL;
    char token[AUTH_SECRET_TEXT + 1];
    when until;
    status st = writer_new(s->base, S("serve"), &w, why);
    if (st == OK)
        st = auth_first_make(s->who, w, token, &until, why);
    writer_free(w);
    if (st == OK)
        app_note(s->a, msg_serve_first_run(url, slice_str(token)));
    return st;
}

/* --- the whole -------------------------------------------------------------------------------- */

static status make_care(service *s, err *why)
{
    const care_options o = {.a = s->a,
                            .stop_fd = s->stop_fd,
                            .api = s->api,
                            .store = s->base,
                            .puller = s->puller,
                            .log = &s->log};
    return serving_care_new(&o, &s->care, why);
}

static status start(service *s, err *why)
{
    http_options o;
    bool ready = false;
    status st = app_store(s->a, &s->base, why);
    if (st == OK)
        st = make_api(s, why);
    if (st == OK)
        st = read_options(s, &o, why);
    if (st == OK)
        st = is_ready(s, &ready, why);
    if (st == OK)
        st = check_outside(s->a, &o, ready, why);
    if (st == OK)
        st = make_care(s, why);
    if (st == OK)
        st = http_server_open(&o, &s->http, why);
    if (st != OK)
        return st;
    api_serves(s->api, s->http);
    slice url = own_address(s, o.certificate != NULL);
    app_note(s->a, msg_serve_http(url));
    if (!ready)
        st = offer_first_run(s, url, why);
    if (st == OK && option_text(s->a->options, OPT_SERVE_DNS).len)
        st = serving_dns_start(s->a, s->stop_fd, &s->dns, why);
    return st == OK ? serving_care_start(s->care, s->http, url, why) : st;
}

static void end(service *s)
{
    serving_care_end(s->care);
    serving_dns_end(s->dns);
    http_server_close(s->http);
    api_free(s->api);
    puller_free(s->puller);
    serving_oidc_free(s->oidc);
    auth_free(s->who);
    audit_log_free(s->audit);
}

/* --dns alone is the DNS alone: whoever wants both says --listen, too. */
static status serve_dns_alone(service *s, err *why)
{
    struct pollfd stop = {.fd = s->stop_fd, .events = POLLIN};
    status st = serving_dns_start(s->a, s->stop_fd, &s->dns, why);
    while (st == OK && poll(&stop, 1, -1) < 0)
        if (errno != EINTR)
            return err_os(why, errno, "waiting");
    return st;
}

static status serve_all(service *s, err *why)
{
    status st = start(s, why);
    return st == OK ? http_server_run(s->http, s->stop_fd, why) : st;
}

status cmd_serve(app *a, err *why)
{
    stopping ends;
    const slice *listen;
    service s = {.a = a};
    secret_leave_no_core();
    bool alone = option_text(a->options, OPT_SERVE_DNS).len &&
                 !option_items(a->options, OPT_SERVE_LISTEN, &listen);
    status st = stopping_begin(&ends, why);
    if (st != OK)
        return st;
    s.stop_fd = ends.fd;
    st = alone ? serve_dns_alone(&s, why) : serve_all(&s, why);
    if (st != OK)
        stopping_now(&ends); /* the other threads wait for it */
    end(&s);
    stopping_end(&ends);
    return st;
}
