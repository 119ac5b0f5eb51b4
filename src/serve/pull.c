/* pull.c - see pull.h. */
#include "watch/retro.h"

#include "serve/pull.h"
#include "watch/settle.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { LOOK_MS = 60000 /* the longest that a feed of another process waits to be seen */ };

struct puller {
    puller_options o;
    pthread_mutex_t lock; /* over o.grants */
    int woken;            /* eventfd */
    int stop_fd;
};

/* One run of a person's or of the clock: its own jail, so that runs do not wait for each other. */
typedef struct running {
    puller *p;
    feed_runner r;
    feed_grants grants;
    sandbox *jail;
    int64_t newest_us;
    bool some; /* something was taken */
} running;

static status on_run(void *ctx, const feed_info *f, err *why)
{
    running *x = ctx;
    (void)why;
    x->some |= slice_eq(f->s.outcome, S(FEED_DONE));
    return OK;
}

static bool told_to_stop(void *ctx)
{
    running *x = ctx;
    struct pollfd stop = {.fd = x->p->stop_fd, .events = POLLIN};
    return x->p->stop_fd >= 0 && poll(&stop, 1, 0) > 0;
}

static status begin(puller *p, slice actor, running *x, err *why)
{
    sandbox_options jail = sandbox_defaults(p->o.ticks);
    jail.limits = p->o.jail;
    *x = (running){.p = p};
    pthread_mutex_lock(&p->lock);
    x->grants = p->o.grants;
    pthread_mutex_unlock(&p->lock);
    status st = settle_newest(p->o.store, clock_now(p->o.clock), &x->newest_us, why);
    if (st == OK)
        st = sandbox_new(&jail, &x->jail, why);
    x->r = (feed_runner){.store = p->o.store,
                         .sandbox = x->jail,
                         .clock = p->o.clock,
                         .ticks = p->o.ticks,
                         .random = p->o.random,
                         .actor = actor,
                         .import = &p->o.import,
                         .limits = p->o.limits,
                         .grants = &x->grants,
                         .stop = told_to_stop,
                         .ran = on_run,
                         .ctx = x};
    return st;
}

static status end(running *x, status st, err *why)
{
    uint64_t alerts;
    const settle_options o = {
        .s = x->p->o.store, .actor = x->r.actor, .clock = x->p->o.clock, .after_us = x->newest_us};
    sandbox_free(x->jail);
    return st == OK && x->some ? settle_import(&o, &alerts, why) : st;
}

/* *ret_ms: how long nothing is due. */
static status pull_due(puller *p, int *ret_ms, err *why)
{
    running x;
    uint64_t ran;
    when next = WHEN_LAST, now;
    status st = begin(p, S("serve"), &x, why);
    if (st == OK)
        st = feed_run_due(&x.r, &ran, &next, why);
    st = end(&x, st, why);
    now = clock_now(p->o.clock);
    *ret_ms = st != OK || next - now > LOOK_MS ? LOOK_MS : next > now ? (int)(next - now) : 0;
    return st;
}

void puller_run(puller *p, int stop_fd)
{
    int wait_ms = 0;
    struct pollfd look[2] = {{.fd = stop_fd, .events = POLLIN}, {.fd = p->woken, .events = POLLIN}};
    p->stop_fd = stop_fd;
    for (;;) {
        uint64_t times;
        err why = {0};
        int n = poll(look, 2, wait_ms);
        if ((n < 0 && errno != EINTR) || look[0].revents)
            return;
        if (look[1].revents && read(p->woken, &times, sizeof times) < 0 && errno != EAGAIN)
            return;
        if (pull_due(p, &wait_ms, &why) != OK && p->o.trouble)
            p->o.trouble(p->o.ctx, &why);
    }
}

void puller_grant(puller *p, const feed_grants *grants)
{
    pthread_mutex_lock(&p->lock);
    p->o.grants = *grants;
    pthread_mutex_unlock(&p->lock);
}

void puller_wake(puller *p)
{
    const uint64_t once = 1;
    ssize_t n = write(p->woken, &once, sizeof once);
    (void)n; /* full is woken, too */
}

status puller_act(puller *p, puller_action act, slice name, slice actor, err *why)
{
    running x;
    status st = begin(p, actor, &x, why);
    if (st == OK)
        st = act(&x.r, name, why);
    return end(&x, st, why);
}

status puller_new(const puller_options *options, puller **ret, err *why)
{
    puller *p = calloc(1, sizeof *p);
    if (!p)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    p->o = *options;
    p->stop_fd = -1;
    pthread_mutex_init(&p->lock, NULL);
    p->woken = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (p->woken < 0) {
        status st = err_os(why, errno, "an eventfd");
        pthread_mutex_destroy(&p->lock);
        free(p);
        return st;
    }
    *ret = p;
    return OK;
}

puller *puller_free(puller *p)
{
    if (p) {
        close(p->woken);
        pthread_mutex_destroy(&p->lock);
        free(p);
    }
    return NULL;
}
