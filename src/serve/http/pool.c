/* pool.c - see pool.h. */
#include "serve/http/pool.h"

#include <pthread.h>
#include <stdlib.h>

struct pool {
    pool_options o;
    pthread_mutex_t lock;
    pthread_cond_t work, settled;
    job *first, **last;
    bool closing;
    unsigned running, opened; /* threads that exist; those that have tried thread_open */
    status st;
    err why;
    pthread_t threads[];
};

static void open_own(pool *p, void **ret)
{
    err why = {0};
    status st = p->o.thread_open ? p->o.thread_open(p->o.ctx, ret, &why) : OK;
    pthread_mutex_lock(&p->lock);
    p->opened++;
    if (st != OK) {
        p->st = st;
        p->why = why;
    }
    pthread_cond_signal(&p->settled);
    pthread_mutex_unlock(&p->lock);
}

static job *take(pool *p)
{
    pthread_mutex_lock(&p->lock);
    while (!p->first && !p->closing)
        pthread_cond_wait(&p->work, &p->lock);
    job *j = p->first;
    if (j && !(p->first = j->next))
        p->last = &p->first;
    pthread_mutex_unlock(&p->lock);
    return j;
}

static void *work(void *ctx)
{
    pool *p = ctx;
    void *own = NULL;
    open_own(p, &own);
    for (job *j; (j = take(p));)
        j->run(j, own);
    if (own && p->o.thread_close)
        p->o.thread_close(p->o.ctx, own);
    return NULL;
}

status pool_open(const pool_options *o, pool **ret, err *why)
{
    pool *p = calloc(1, sizeof *p + o->threads * sizeof p->threads[0]);
    if (!p)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    p->o = *o;
    p->last = &p->first;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->work, NULL);
    pthread_cond_init(&p->settled, NULL);
    status st = OK;
    for (int code; st == OK && p->running < o->threads; p->running += st == OK)
        if ((code = pthread_create(&p->threads[p->running], NULL, work, p)))
            st = err_os(why, code, "a thread could not be started");
    pthread_mutex_lock(&p->lock);
    while (p->opened < p->running)
        pthread_cond_wait(&p->settled, &p->lock);
    if (st == OK && (st = p->st) != OK && why)
        *why = p->why;
    pthread_mutex_unlock(&p->lock);
    if (st != OK) {
        pool_close(p);
        return st;
    }
    *ret = p;
    return OK;
}

void pool_put(pool *p, job *j)
{
    j->next = NULL;
    pthread_mutex_lock(&p->lock);
    *p->last = j;
    p->last = &j->next;
    pthread_cond_signal(&p->work);
    pthread_mutex_unlock(&p->lock);
}

pool *pool_close(pool *p)
{
    if (!p)
        return NULL;
    pthread_mutex_lock(&p->lock);
    p->closing = true;
    pthread_cond_broadcast(&p->work);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->running; i++)
        pthread_join(p->threads[i], NULL);
    pthread_cond_destroy(&p->settled);
    pthread_cond_destroy(&p->work);
    pthread_mutex_destroy(&p->lock);
    free(p);
    return NULL;
}
