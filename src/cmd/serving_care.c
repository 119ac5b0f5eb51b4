/* serving_care.c - what a service does beside answering: see serving.h. */
#include "cmd/serving.h"

#include "know/index.h"
#include "know/search.h"
#include "serve/api.h"
#include "serve/notify.h"
#include "serve/pull.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { SWEEP_MS = 30000, KEEP_MS = 250, RELOADS_MAX = 1000, RELOAD_MEMORY = 4 << 20 };

struct serving_care {
    care_options o;
    http_server *http;
    notify manager;
    int64_t watchdog_us; /* 0: nobody watches */
    int hup_fd;
    arena *reloads[RELOADS_MAX]; /* what was read stays: threads may be looking at it */
    size_t reload_count;
    pthread_t sweeper, feeder, keeper;
    bool sweeps, feeds, keeps;
};

/* --- the service manager ---------------------------------------------------------------------- */

static slice variable(const app *a, const char *name)
{
    size_t n = strlen(name);
    for (const char *const *e = a->environment; e && *e; e++)
        if (!strncmp(*e, name, n) && (*e)[n] == '=')
            return slice_str(*e + n + 1);
    return S("");
}

static void tell(serving_care *c, notify_word word, slice text)
{
    err why = {0};
    if (notify_say(&c->manager, word, text, clock_now_us(c->o.a->ticks), &why) != OK)
        serving_trouble(S("notify"), &why);
}

/* --- reading the configuration again ---------------------------------------------------------- */

void serving_grants(const options *o, feed_grants *ret)
{
    feed_lines *const lines[] = {&ret->allow, &ret->proxy, &ret->secret, &ret->ca, &ret->pin};
    static const unsigned rows[] = {OPT_FEED_ALLOW, OPT_FEED_PROXY, OPT_FEED_SECRET, OPT_FEED_CA,
                                    OPT_FEED_PIN};
    for (size_t i = 0; i < COUNT_OF(lines); i++)
        lines[i]->count = option_items(o, rows[i], &lines[i]->at);
}

log_form serving_log_form(const app *a, const options *o)
{
    log_form form = (log_form)option_int(o, OPT_SERVE_LOG);
    return form == LOG_AUTO && a->json ? LOG_JSON : form;
}

http_limits serving_limits(const options *o)
{
    return (http_limits){.drain_ms = (uint32_t)option_int(o, OPT_SERVE_DRAIN) * 1000,
                         .spool_bytes = (uint64_t)option_int(o, OPT_SERVE_UPLOADS),
                         .client_spool_bytes = (uint64_t)option_int(o, OPT_SERVE_ACCOUNT_UPLOADS)};
}

static status take(serving_care *c, const options *o, err *why)
{
    const slice *hosts;
    size_t host_count = option_items(o, OPT_SERVE_HOST, &hosts);
    const http_limits limits = serving_limits(o);
    feed_grants grants;
    status st = http_server_change(c->http, &limits, hosts, host_count, why);
    if (st != OK)
        return st;
    serving_grants(o, &grants);
    puller_grant(c->o.puller, &grants);
    puller_wake(c->o.puller);
    api_live_streams(c->o.api, (uint32_t)option_int(o, OPT_SERVE_LIVE));
    __atomic_store_n(c->o.log, serving_log_form(c->o.a, o), __ATOMIC_RELEASE);
    return OK;
}

/* Wrong once is no reason to end: the old one stays. */
static void reload(serving_care *c)
{
    options o;
    err why = {0};
    arena *memory = c->reload_count < RELOADS_MAX ? malloc(sizeof *memory) : NULL;
    status st = memory ? OK : err_set(&why, ERR_LIMIT, ERR_NOWHERE, "read again too often");
    tell(c, NOTIFY_RELOADING, S("reads its configuration"));
    if (memory) {
        arena_init(memory, RELOAD_MEMORY);
        c->reloads[c->reload_count++] = memory;
        st = app_reload(c->o.a, memory, &o, &why);
    }
    if (st == OK)
        st = take(c, &o, &why);
    if (st != OK)
        serving_trouble(S("the configuration stays as it was"), &why);
    api_reloaded(c->o.api, st == OK);
    tell(c, NOTIFY_READY, st == OK ? S("serves") : S("serves; the new configuration is wrong"));
}

/* --- the threads ------------------------------------------------------------------------------ */

static void sweep(serving_care *c)
{
    err why = {0};
    status st = api_sweep(c->o.api, &why);
    if (st == OK)
        st = search_catch_up(c->o.store, &why);
    if (st != OK)
        serving_trouble(S("sweep"), &why);
}

/* Comes round often enough for the watchdog; sweeps every SWEEP_MS. */
static void *care(void *ctx)
{
    serving_care *c = ctx;
    struct pollfd look[2] = {{.fd = c->o.stop_fd, .events = POLLIN},
                             {.fd = c->hup_fd, .events = POLLIN}};
    int64_t round_ms = c->watchdog_us ? c->watchdog_us / 2000 : SWEEP_MS;
    int64_t next_us = clock_now_us(c->o.a->ticks) + SWEEP_MS * 1000;
    round_ms = round_ms < SWEEP_MS ? round_ms : SWEEP_MS;
    for (;;) {
        struct signalfd_siginfo got;
        int n = poll(look, 2, (int)round_ms);
        if ((n < 0 && errno != EINTR) || look[0].revents)
            break;
        while (read(c->hup_fd, &got, sizeof got) > 0)
            reload(c);
        if (c->watchdog_us)
            tell(c, NOTIFY_WATCHDOG, S(""));
        if (clock_now_us(c->o.a->ticks) >= next_us) {
            sweep(c);
            next_us = clock_now_us(c->o.a->ticks) + SWEEP_MS * 1000;
        }
    }
    api_drains(c->o.api);
    tell(c, NOTIFY_STOPPING, S("ends"));
    return NULL;
}

static void *feed(void *ctx)
{
    serving_care *c = ctx;
    puller_run(c->o.puller, c->o.stop_fd);
    return NULL;
}

/* Writes the index of values while an import goes on. Else each thread that answers would read all
 * that is new when it is published, and those who ask would wait for that. */
static void *keep(void *ctx)
{
    serving_care *c = ctx;
    struct pollfd stop = {.fd = c->o.stop_fd, .events = POLLIN};
    index_t *ix = NULL;
    for (int n; (n = poll(&stop, 1, KEEP_MS)) == 0 || (n < 0 && errno == EINTR);) {
        err why = {0};
        status st = ix ? index_refresh(ix, &why) : index_open(c->o.store, &ix, &why);
        if (st == OK)
            st = index_settle(ix, &why);
        if (st != OK)
            serving_trouble(S("the index of values"), &why);
    }
    index_close(ix);
    return NULL;
}

/* --- the whole -------------------------------------------------------------------------------- */

status serving_care_new(const care_options *o, serving_care **ret, err *why)
{
    sigset_t hup;
    serving_care *c = calloc(1, sizeof *c);
    if (!c)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    c->o = *o;
    c->manager.socket = variable(o->a, "NOTIFY_SOCKET");
    notify_watchdog(variable(o->a, "WATCHDOG_USEC"), variable(o->a, "WATCHDOG_PID"), getpid(),
                    &c->watchdog_us);
    sigemptyset(&hup);
    sigaddset(&hup, SIGHUP);
    c->hup_fd =
        sigprocmask(SIG_BLOCK, &hup, NULL) ? -1 : signalfd(-1, &hup, SFD_CLOEXEC | SFD_NONBLOCK);
    if (c->hup_fd < 0) {
        status st = err_os(why, errno, "SIGHUP");
        free(c);
        return st;
    }
    *ret = c;
    return OK;
}

status serving_care_start(serving_care *c, http_server *http, slice where, err *why)
{
    c->http = http;
    int bad = pthread_create(&c->sweeper, NULL, care, c);
    c->sweeps = bad == 0;
    if (!bad)
        bad = pthread_create(&c->feeder, NULL, feed, c);
    c->feeds = c->sweeps && bad == 0;
    if (!bad)
        bad = pthread_create(&c->keeper, NULL, keep, c);
    c->keeps = c->feeds && bad == 0;
    if (bad)
        return err_os(why, bad, "a thread beside the service");
    tell(c, NOTIFY_READY, where);
    return OK;
}

serving_care *serving_care_end(serving_care *c)
{
    if (!c)
        return NULL;
    if (c->sweeps)
        pthread_join(c->sweeper, NULL);
    if (c->feeds)
        pthread_join(c->feeder, NULL);
    if (c->keeps)
        pthread_join(c->keeper, NULL);
    for (size_t i = 0; i < c->reload_count; i++) {
        arena_done(c->reloads[i]);
        free(c->reloads[i]);
    }
    close(c->hup_fd);
    free(c);
    return NULL;
}
