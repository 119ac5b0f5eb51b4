/* pool.h - threads that run jobs in their order. Used by: the HTTP server. */
#ifndef NOROSHI_SERVE_HTTP_POOL_H
#define NOROSHI_SERVE_HTTP_POOL_H

#include "base/base.h"

typedef struct job {
    struct job *next;
    void (*run)(struct job *j, void *thread);
} job;

typedef struct pool_options {
    unsigned threads;
    status (*thread_open)(void *ctx, void **ret, err *why); /* NULL: nothing is made */
    void (*thread_close)(void *ctx, void *thread);
    void *ctx;
} pool_options;

typedef struct pool pool;

/* Returns when every thread has made its own; ERR_IO: no thread; or what thread_open said. */
status pool_open(const pool_options *o, pool **ret, err *why) NODISCARD;
/* The caller's until it runs; it may be put again from inside its run. */
void pool_put(pool *p, job *j);
/* After the jobs that are there. NULL is fine. */
pool *pool_close(pool *p);

#endif
