/* pool.c - see pool.h. */
#include "serve/http/pool.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>

enum { HEADS = 1024 };

/* Threads and the lanes that have jobs for them. */
typedef struct side {
    pthread_cond_t work;
    lane *ring, **ring_end;
    unsigned threads, busy; /* of them, and of these those that run one */
    unsigned kept_free;
} side;

enum { FIRST, SECOND, SIDES };

struct lane {
    uint8_t key[POOL_KEY_BYTES];
    lane *same_head;
    lane *next; /* of the ring, */
    side *at;   /* which is this one's */
    uint64_t spent_us;
    job *first, **last;
    unsigned members, running; /* who has entered; jobs of it that run */
    uint64_t held;
};

struct pool {
    pool_options o;
    pthread_mutex_t lock;
    pthread_cond_t settled;
    lane *heads[HEADS];
    side sides[SIDES];
    bool closing;
    unsigned running, opened; /* threads that exist; those that have tried thread_open */
    unsigned seated;          /* those that know their side */
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

/* --- lanes, all under the lock --------------------------------------------------------------- */

static lane **head_of(pool *p, const uint8_t key[POOL_KEY_BYTES])
{
    return &p->heads[(key[0] | key[1] << 8) % HEADS];
}

static lane *find(pool *p, const uint8_t key[POOL_KEY_BYTES])
{
    lane *l = *head_of(p, key);
    while (l && memcmp(l->key, key, POOL_KEY_BYTES) != 0)
        l = l->same_head;
    return l;
}

static lane *make(pool *p, const uint8_t key[POOL_KEY_BYTES])
{
    lane *l = calloc(1, sizeof *l), **head = head_of(p, key);
    if (l) {
        memcpy(l->key, key, POOL_KEY_BYTES);
        l->last = &l->first;
        l->same_head = *head;
        *head = l;
    }
    return l;
}

static void free_unused(pool *p, lane *l)
{
    lane **at = head_of(p, l->key);
    if (l->members || l->running || l->first)
        return;
    assert(!l->held);
    while (*at != l)
        at = &(*at)->same_head;
    *at = l->same_head;
    free(l);
}

static side *side_of(pool *p, const lane *l)
{
    return &p->sides[p->o.more && l->spent_us >= POOL_MUCH_US ? SECOND : FIRST];
}

static void to_end(pool *p, lane *l)
{
    l->at = side_of(p, l);
    l->next = NULL;
    *l->at->ring_end = l;
    l->at->ring_end = &l->next;
}

/* The first whose turn it is, off the ring. Those that are passed over have a job running, so they
 * are fewer than the threads. */
static lane *next_lane(side *s)
{
    bool room = s->threads - s->busy > s->kept_free;
    lane **at = &s->ring, *l;
    while ((l = *at) && l->running && !room)
        at = &l->next;
    if (l) {
        if (!(*at = l->next))
            s->ring_end = at;
    }
    return l;
}

/* What is left of the lane may have become the other side's. */
static job *next_job(pool *p, side *s)
{
    lane *l = next_lane(s);
    if (!l)
        return NULL;
    job *j = l->first;
    if ((l->first = j->next)) {
        to_end(p, l);
        if (l->at != s)
            pthread_cond_signal(&l->at->work);
    } else {
        l->last = &l->first;
    }
    l->running++;
    s->busy++;
    return j;
}

/* --- threads -------------------------------------------------------------------------------- */

static void wake_all(pool *p)
{
    for (size_t i = 0; i < SIDES; i++)
        pthread_cond_broadcast(&p->sides[i].work);
}

/* A job that runs may put itself again, to either side. */
static bool may_end(const pool *p)
{
    const side *s = p->sides;
    return p->closing && !s[FIRST].ring && !s[SECOND].ring &&
           (!p->o.more || (!s[FIRST].busy && !s[SECOND].busy));
}

/* The next job, after one of `before` (NULL: none) has run. That may let more than one lane go on:
 * so whoever leaves some in the ring has another thread look. */
static job *take(pool *p, side *s, lane *before, uint64_t spent_us)
{
    job *j;
    pthread_mutex_lock(&p->lock);
    if (before) {
        before->running--;
        before->spent_us += spent_us;
        s->busy--;
        free_unused(p, before);
    }
    while (!(j = next_job(p, s)) && !may_end(p))
        pthread_cond_wait(&s->work, &p->lock);
    if (s->ring)
        pthread_cond_signal(&s->work);
    else if (p->closing)
        wake_all(p);
    pthread_mutex_unlock(&p->lock);
    return j;
}

static side *sit_down(pool *p)
{
    pthread_mutex_lock(&p->lock);
    side *s = &p->sides[p->seated++ < p->o.threads ? FIRST : SECOND];
    pthread_mutex_unlock(&p->lock);
    return s;
}

static uint64_t spent_of(const pool *p)
{
    return p->o.spent_us ? p->o.spent_us(p->o.ctx) : 0;
}

static void *work(void *ctx)
{
    pool *p = ctx;
    void *own = NULL;
    side *s = sit_down(p);
    bool second = s == &p->sides[SECOND];
    if (p->o.behind || second) /* Linux: of this thread alone */
        (void)setpriority(PRIO_PROCESS, 0, second ? POOL_MORE_NICE : POOL_BEHIND_NICE);
    open_own(p, &own);
    lane *l = NULL;
    uint64_t since = 0, now = 0;
    for (job *j; (j = take(p, s, l, now - since));) {
        l = j->lane; /* of the job nothing is left when it has run */
        since = spent_of(p);
        j->run(j, own);
        now = spent_of(p);
    }
    if (own && p->o.thread_close)
        p->o.thread_close(p->o.ctx, own);
    return NULL;
}

static void make_sides(pool *p)
{
    p->sides[FIRST].threads = p->o.threads;
    p->sides[FIRST].kept_free = POOL_KEPT_FREE;
    p->sides[SECOND].threads = p->o.more;
    for (size_t i = 0; i < SIDES; i++) {
        p->sides[i].ring_end = &p->sides[i].ring;
        pthread_cond_init(&p->sides[i].work, NULL);
    }
}

status pool_open(const pool_options *o, pool **ret, err *why)
{
    const unsigned all = o->threads + o->more;
    pool *p = calloc(1, sizeof *p + all * sizeof p->threads[0]);
    if (!p)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    p->o = *o;
    make_sides(p);
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->settled, NULL);
    status st = OK;
    for (int code; st == OK && p->running < all; p->running += st == OK)
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

lane *pool_enter(pool *p, const uint8_t key[POOL_KEY_BYTES], unsigned most)
{
    pthread_mutex_lock(&p->lock);
    lane *l = find(p, key);
    if (!l)
        l = make(p, key);
    if (l && l->members >= most) {
        free_unused(p, l);
        l = NULL;
    }
    if (l)
        l->members++;
    pthread_mutex_unlock(&p->lock);
    return l;
}

void pool_leave(pool *p, lane *l)
{
    if (!l)
        return;
    pthread_mutex_lock(&p->lock);
    l->members--;
    free_unused(p, l);
    pthread_mutex_unlock(&p->lock);
}

bool pool_hold(pool *p, lane *l, uint64_t most, uint64_t n)
{
    pthread_mutex_lock(&p->lock);
    bool fits = l->held <= most && n <= most - l->held;
    if (fits)
        l->held += n;
    pthread_mutex_unlock(&p->lock);
    return fits;
}

void pool_let_go(pool *p, lane *l, uint64_t n)
{
    pthread_mutex_lock(&p->lock);
    assert(l->held >= n);
    l->held -= n;
    pthread_mutex_unlock(&p->lock);
}

void pool_put(pool *p, lane *l, job *j)
{
    j->next = NULL;
    j->lane = l;
    pthread_mutex_lock(&p->lock);
    if (!l->first)
        to_end(p, l);
    *l->last = j;
    l->last = &j->next;
    pthread_cond_signal(&l->at->work);
    pthread_mutex_unlock(&p->lock);
}

pool *pool_close(pool *p)
{
    if (!p)
        return NULL;
    pthread_mutex_lock(&p->lock);
    p->closing = true;
    wake_all(p);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->running; i++)
        pthread_join(p->threads[i], NULL);
    for (size_t i = 0; i < HEADS; i++)
        for (lane *l = p->heads[i], *next; l; l = next) {
            next = l->same_head;
            free(l);
        }
    pthread_cond_destroy(&p->settled);
    for (size_t i = 0; i < SIDES; i++)
        pthread_cond_destroy(&p->sides[i].work);
    pthread_mutex_destroy(&p->lock);
    free(p);
    return NULL;
}
