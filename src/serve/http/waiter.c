/* waiter.c - waking a stream that waits, from a thread that may hold on longer than it lives. */
#include "serve/http/server.h"

#include <stdlib.h>

struct http_waiter {
    atomic_uint refs; /* the caller's and the exchange's */
    pthread_mutex_t lock;
    exchange *x; /* NULL: over */
    http_waiter *next;
};

http_waiter *http_waiter_new(http_request *r)
{
    exchange *x = exchange_of(r);
    http_waiter *w = calloc(1, sizeof *w);
    if (w) {
        pthread_mutex_init(&w->lock, NULL);
        atomic_init(&w->refs, 2);
        w->x = x;
        w->next = x->waiters;
        x->waiters = w;
    }
    return w;
}

http_waiter *http_waiter_free(http_waiter *w)
{
    if (w && atomic_fetch_sub(&w->refs, 1) == 1) {
        pthread_mutex_destroy(&w->lock);
        free(w);
    }
    return NULL;
}

void http_wake(http_waiter *w)
{
    pthread_mutex_lock(&w->lock);
    if (w->x && !atomic_exchange(&w->x->woken, true))
        loop_post(w->x->c->loop, w->x->c, POST_WOKEN);
    pthread_mutex_unlock(&w->lock);
}

void waiters_over(exchange *x)
{
    while (x->waiters) {
        http_waiter *w = x->waiters;
        x->waiters = w->next;
        pthread_mutex_lock(&w->lock);
        w->x = NULL;
        pthread_mutex_unlock(&w->lock);
        http_waiter_free(w);
    }
}

void http_wait(http_request *r, uint32_t ms)
{
    exchange_of(r)->wait_ms = ms;
}

bool http_last_call(const http_request *r)
{
    return exchange_of(r)->last_call;
}
