/* loop.c - a thread that reads and writes: its event base, its inbox, its clock. */
#include "serve/http/server.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/eventfd.h>

/* --- the inbox ------------------------------------------------------------------------------ */

void loop_nudge(loop *l)
{
    uint64_t one = 1;
    ssize_t n = write(l->wake_fd, &one, sizeof one);
    (void)n; /* full: it is awake */
}

void loop_post(loop *l, conn *c, unsigned what)
{
    pthread_mutex_lock(&l->lock);
    bool first = !l->inbox;
    if (!c->posts) {
        c->next_in = l->inbox;
        l->inbox = c;
    }
    c->posts |= what;
    pthread_mutex_unlock(&l->lock);
    if (first)
        loop_nudge(l);
}

static bool inbox_is_empty(loop *l)
{
    pthread_mutex_lock(&l->lock);
    bool empty = !l->inbox;
    pthread_mutex_unlock(&l->lock);
    return empty;
}

static void take_post(conn *c, unsigned posts)
{
    if (c->state == CONN_OVER) { /* closed while a wake was on its way */
        free(c);
        return;
    }
    if (posts & POST_NEW)
        conn_adopt(c);
    else if (posts & POST_BACK)
        conn_back(c);
    else
        conn_run(c);
}

static void drain(loop *l)
{
    for (conn *c = l->first, *next; c; c = next) {
        next = c->next;
        conn_drain(c);
    }
}

static void woken(evutil_socket_t fd, short what, void *ctx)
{
    loop *l = ctx;
    uint64_t count;
    (void)what;
    ssize_t n = read(fd, &count, sizeof count);
    (void)n; /* nothing there: somebody read it before */
    pthread_mutex_lock(&l->lock);
    conn *c = l->inbox;
    l->inbox = NULL;
    pthread_mutex_unlock(&l->lock);
    while (c) {
        conn *next = c->next_in;
        pthread_mutex_lock(&l->lock);
        unsigned posts = c->posts;
        c->posts = 0;
        pthread_mutex_unlock(&l->lock);
        take_post(c, posts);
        c = next;
    }
}

void loop_ready(loop *l, conn *c)
{
    if (!c->is_ready) {
        c->is_ready = true;
        c->next_ready = l->ready;
        l->ready = c;
    }
}

static void sweep(evutil_socket_t fd, short what, void *ctx)
{
    loop *l = ctx;
    (void)fd, (void)what;
    int64_t now = clock_now_us(l->s->o.ticks);
    for (conn *c = l->first, *next; c; c = next) {
        next = c->next;
        conn_sweep(c, now);
    }
}

/* --- the thread ----------------------------------------------------------------------------- */

static void *turn(void *ctx)
{
    loop *l = ctx;
    const http_options *o = &l->s->o;
    l->open_status = o->thread_open ? o->thread_open(o->ctx, &l->thread_ctx, &l->open_why) : OK;
    sem_post(&l->opened);
    for (;;) {
        event_base_loop(l->base, EVLOOP_ONCE | (l->ready ? EVLOOP_NONBLOCK : 0));
        conn *c = l->ready;
        l->ready = NULL;
        while (c) {
            conn *next = c->next_ready;
            c->is_ready = false;
            conn_run(c);
            c = next;
        }
        if (atomic_load(&l->s->draining)) {
            drain(l);
            if (!l->first && inbox_is_empty(l))
                break;
        }
    }
    if (l->thread_ctx && o->thread_close)
        o->thread_close(o->ctx, l->thread_ctx);
    l->thread_ctx = NULL;
    return NULL;
}

status loop_open(loop *l, http_server *s, err *why)
{
    l->s = s;
    l->wake_fd = -1;
    pthread_mutex_init(&l->lock, NULL);
    sem_init(&l->opened, 0, 0);
    s->o.random.fill(s->o.random.ctx, l->id_key, sizeof l->id_key);
    if (!(l->stats.routes = calloc(s->o.route_count + 1, sizeof *l->stats.routes)))
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    if ((l->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) < 0)
        return err_os(why, errno, "no event descriptor");
    struct event_config *c = event_config_new();
    if (c && !event_config_set_flag(c, EVENT_BASE_FLAG_NOLOCK) &&
        !event_config_require_features(c, EV_FEATURE_ET))
        l->base = event_base_new_with_config(c);
    if (c)
        event_config_free(c);
    if (!l->base || !(l->wake = event_new(l->base, l->wake_fd, EV_READ | EV_PERSIST, woken, l)) ||
        !(l->sweep = event_new(l->base, -1, EV_PERSIST, sweep, l)) || event_add(l->wake, NULL) ||
        event_add(l->sweep, &(struct timeval){0, SWEEP_MS * 1000}))
        return err_set(why, ERR_IO, ERR_NOWHERE, "no event loop could be made");
    return OK;
}

status loop_start(loop *l, err *why)
{
    int code = pthread_create(&l->thread, NULL, turn, l);
    if (code)
        return err_os(why, code, "a thread could not be started");
    l->running = true;
    while (sem_wait(&l->opened) != 0)
        continue;
    if (l->open_status != OK && why)
        *why = l->open_why;
    return l->open_status;
}

void loop_join(loop *l)
{
    if (l->running)
        pthread_join(l->thread, NULL);
    l->running = false;
}

void loop_close(loop *l)
{
    if (!l->s)
        return;
    while (l->spare) {
        exchange *x = l->spare;
        l->spare = x->next_spare;
        exchange_done(x);
    }
    if (l->wake)
        event_free(l->wake);
    if (l->sweep)
        event_free(l->sweep);
    if (l->base)
        event_base_free(l->base);
    if (l->wake_fd >= 0)
        close(l->wake_fd);
    free(l->stats.routes);
    sem_destroy(&l->opened);
    pthread_mutex_destroy(&l->lock);
}
