/* hand.c - see hand.h. */
#include "know/db/hand.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

struct hand {
    bool started, given; /* `given` is the owner's own: there may be something to wait for */
    pthread_t thread;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t changed;
    void (*job)(void *ctx); /* NULL: none is waiting or running */
    void *ctx;
    bool ends;
};

hand *hand_new(void)
{
    hand *h = calloc(1, sizeof *h);
    if (!h)
        return NULL;
    pthread_mutex_init(&h->lock, NULL); /* neither can fail here */
    pthread_cond_init(&h->changed, NULL);
    return h;
}

static void *work(void *arg)
{
    hand *h = arg;
    pthread_mutex_lock(&h->lock);
    while (!h->ends) {
        if (!h->job) {
            pthread_cond_wait(&h->changed, &h->lock);
            continue;
        }
        pthread_mutex_unlock(&h->lock);
        h->job(h->ctx);
        pthread_mutex_lock(&h->lock);
        h->job = NULL;
        pthread_cond_broadcast(&h->changed);
    }
    pthread_mutex_unlock(&h->lock);
    return NULL;
}

/* Signals are for the thread that the process began with. */
static bool start(hand *h)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    h->started = pthread_create(&h->thread, NULL, work, h) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return h->started;
}

void hand_give(hand *h, void (*job)(void *ctx), void *ctx)
{
    assert(!h->given);
    if (!h->started && !start(h)) {
        job(ctx);
        return;
    }
    h->given = true;
    pthread_mutex_lock(&h->lock);
    h->job = job;
    h->ctx = ctx;
    pthread_cond_broadcast(&h->changed);
    pthread_mutex_unlock(&h->lock);
}

void hand_wait(hand *h)
{
    if (!h->given)
        return;
    pthread_mutex_lock(&h->lock);
    while (h->job)
        pthread_cond_wait(&h->changed, &h->lock);
    pthread_mutex_unlock(&h->lock);
    h->given = false;
}

hand *hand_free(hand *h)
{
    if (!h)
        return NULL;
    hand_wait(h);
    if (h->started) {
        pthread_mutex_lock(&h->lock);
        h->ends = true;
        pthread_cond_broadcast(&h->changed);
        pthread_mutex_unlock(&h->lock);
        pthread_join(h->thread, NULL);
    }
    pthread_cond_destroy(&h->changed);
    pthread_mutex_destroy(&h->lock);
    free(h);
    return NULL;
}
