/* pool.h - threads that run jobs, each client's in their order, and no client before his turn.
 *
 *     lane *l = pool_enter(p, key, 256);            // one for each request; NULL: too many
 *     pool_put(p, l, &x->job);                      // as often as it has something to run
 *     pool_leave(p, l);
 *
 * Used by: the HTTP server. Decision 0193.
 * A lane is the queue of one key. Lanes with jobs stand in a ring: the first runs one job and goes
 * to the end. A key that has a job running gets another thread only while more than
 * POOL_KEPT_FREE are free: so whoever comes next need not wait until a job of his ends.
 * A key whose jobs have used POOL_MUCH_US since it was entered has `more` threads instead, which
 * stand behind the others where the processors do not suffice: who asks one thing is not slowed
 * down by who asks for much, and who is alone has all of them. It begins anew when none of it is
 * left. */
#ifndef NOROSHI_SERVE_HTTP_POOL_H
#define NOROSHI_SERVE_HTTP_POOL_H

#include "base/base.h"

enum {
    POOL_KEY_BYTES = 16,
    POOL_KEPT_FREE = 2,
    POOL_BEHIND_NICE = 10,
    POOL_MORE_NICE = 5,
    POOL_MUCH_US = 20000
};

typedef struct lane lane;

typedef struct job {
    struct job *next;
    lane *lane;
    void (*run)(struct job *j, void *thread);
} job;

typedef struct pool_options {
    unsigned threads;
    status (*thread_open)(void *ctx, void **ret, err *why); /* NULL: nothing is made */
    void (*thread_close)(void *ctx, void *thread);
    void *ctx;
    unsigned more;                   /* threads for who has had much; 0: none, all are alike */
    uint64_t (*spent_us)(void *ctx); /* the processor's time of the thread that asks, for that */
    bool
        behind; /* its threads, and processes they start, take less of a busy processor than others,
                  * where the system lets them; their jobs take seconds */
} pool_options;

typedef struct pool pool;

/* Returns when every thread has made its own; ERR_IO: no thread; or what thread_open said. */
status pool_open(const pool_options *o, pool **ret, err *why) NODISCARD;
/* One more of this key; its bytes are as good as random. NULL: `most` of it are there, or memory
 * is out. */
lane *pool_enter(pool *p, const uint8_t key[POOL_KEY_BYTES], unsigned most) NODISCARD;
/* The job is the caller's until it runs; it may be put again from inside its run. */
void pool_put(pool *p, lane *l, job *j);
/* Its jobs still run. NULL is fine. */
void pool_leave(pool *p, lane *l);
/* So much more of something is the key's: false, and it is not, when that came to more than `most`.
 * By who has entered; given back before he leaves, or by a job that he put. */
bool pool_hold(pool *p, lane *l, uint64_t most, uint64_t n) NODISCARD;
void pool_let_go(pool *p, lane *l, uint64_t n);
/* After the jobs that are there. NULL is fine. */
pool *pool_close(pool *p);

#endif
