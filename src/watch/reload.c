/* reload.c - see reload.h. */
#include "watch/reload.h"

#include "base/thread.h"

#include <stdlib.h>

struct reload {
    store *s;
    view v;
    int64_t now_us;
    uint8_t key[MATCH_KEY];
    pthread_t thread;
    atomic_bool done, stop;
    /* the thread's until it is done */
    const match_table *table;
    status st;
    err why;
};

static status build(reload *r, err *why)
{
    known *k = NULL;
    bool changed;
    status st = known_new(r->s, &r->v, clock_fixed(&r->now_us), &k, why);
    if (st == OK)
        st = known_look(k, &changed, why);
    if (st == OK)
        st = known_load(k, r->key, &r->stop, &r->table, why);
    known_free(k);
    return st;
}

static void *run(void *ctx)
{
    reload *r = ctx;
    r->st = build(r, &r->why);
    atomic_store_explicit(&r->done, true, memory_order_release);
    return NULL;
}

status reload_start(store *s, const view *v, when now, const uint8_t key[MATCH_KEY], reload **ret,
                    err *why)
{
    reload *r = calloc(1, sizeof *r);
    if (!r)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    r->s = s;
    r->v = *v;
    r->now_us = now * 1000;
    memcpy(r->key, key, sizeof r->key);
    atomic_init(&r->done, false);
    atomic_init(&r->stop, false);
    status st = thread_start(run, r, &r->thread, why);
    if (st != OK)
        free(r);
    else
        *ret = r;
    return st;
}

bool reload_done(const reload *r)
{
    return atomic_load_explicit(&r->done, memory_order_acquire);
}

status reload_take(reload *r, const match_table **ret, err *why)
{
    pthread_join(r->thread, NULL);
    status st = r->st;
    if (st == OK)
        *ret = r->table;
    else if (why)
        *why = r->why;
    free(r);
    return st;
}

reload *reload_free(reload *r)
{
    const match_table *unwanted;
    if (r) {
        atomic_store(&r->stop, true);
        if (reload_take(r, &unwanted, NULL) == OK)
            match_table_free(unwanted);
    }
    return NULL;
}
