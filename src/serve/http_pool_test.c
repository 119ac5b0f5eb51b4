/* Who runs when: one job of each client in turn, threads that are kept for newcomers, and the bound
 * on what one client has under way. */
#include "serve/http/pool.h"

#include "base/test.h"

#include <pthread.h>
#include <stdatomic.h>

enum { WAIT_MS = 30000, JOBS_MAX = 16 };

typedef struct table table;

/* A job that notes that it ran, and then waits for `open`, if it has one. */
typedef struct noted {
    job job; /* first: the pool knows it by this */
    table *t;
    char name;
    atomic_bool *open;
    int again; /* so often it puts itself again */
} noted;

struct table {
    pool *p;
    pthread_mutex_t lock;
    char order[64];
    size_t count;
    noted jobs[JOBS_MAX];
    size_t job_count;
};

static size_t ran(table *t)
{
    pthread_mutex_lock(&t->lock);
    size_t n = t->count;
    pthread_mutex_unlock(&t->lock);
    return n;
}

static bool comes_to(table *t, size_t n)
{
    for (int i = 0; i < WAIT_MS && ran(t) != n; i++)
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    return ran(t) == n;
}

static void run(job *j, void *thread)
{
    noted *n = (noted *)j;
    table *t = n->t;
    (void)thread;
    pthread_mutex_lock(&t->lock);
    t->order[t->count++] = n->name;
    pthread_mutex_unlock(&t->lock);
    while (n->open && !atomic_load(n->open))
        nanosleep(&(struct timespec){0, 1000000}, NULL);
    if (n->again-- > 0)
        pool_put(t->p, j->lane, j);
}

static void begin(table *t, unsigned threads)
{
    *t = (table){0};
    pthread_mutex_init(&t->lock, NULL);
    CHECK_OK(pool_open(&(pool_options){.threads = threads}, &t->p, NULL));
}

static void end(table *t)
{
    pool_close(t->p);
    pthread_mutex_destroy(&t->lock);
}

static lane *enter(table *t, char who, unsigned most)
{
    uint8_t key[POOL_KEY_BYTES] = {(uint8_t)who};
    return pool_enter(t->p, key, most);
}

/* Another job of this client. */
static noted *put(table *t, char who, atomic_bool *open)
{
    assert(t->job_count < JOBS_MAX);
    noted *n = &t->jobs[t->job_count++];
    *n = (noted){.job.run = run, .t = t, .name = who, .open = open};
    lane *l = enter(t, who, JOBS_MAX);
    CHECK(l != NULL);
    pool_put(t->p, l, &n->job);
    pool_leave(t->p, l); /* before it ran: it runs all the same */
    return n;
}

TEST(tenant_fair_takes_turns)
{
    table t;
    atomic_bool open = false;
    begin(&t, 1);
    put(&t, 'a', &open);
    CHECK(comes_to(&t, 1)); /* and holds the only thread */
    for (int i = 0; i < 5; i++)
        put(&t, 'a', NULL);
    put(&t, 'b', NULL);
    put(&t, 'b', NULL);
    put(&t, 'c', NULL);
    atomic_store(&open, true);
    CHECK(comes_to(&t, 9));
    CHECK_SLICE(slice_of(t.order, t.count), S("aabcabaaa"));
    end(&t);
}

TEST(a_slice_goes_to_the_end)
{
    table t;
    atomic_bool open = false;
    begin(&t, 1);
    put(&t, 'x', &open);
    CHECK(comes_to(&t, 1));
    put(&t, 'a', NULL)->again = 3; /* nothing runs yet: the only thread is held */
    put(&t, 'b', NULL)->again = 1;
    put(&t, 'a', NULL);
    put(&t, 'c', NULL);
    atomic_store(&open, true);
    CHECK(comes_to(&t, 9));
    CHECK_SLICE(slice_of(t.order, t.count), S("xabcabaaa"));
    end(&t);
}

/* Of four threads one client that has much to do gets two; whoever comes has one at once, though
 * none of the jobs that run ends. */
TEST(tenant_fair_keeps_threads_free)
{
    table t;
    atomic_bool open = false;
    begin(&t, 4);
    for (int i = 0; i < 6; i++)
        put(&t, 'a', &open);
    CHECK(comes_to(&t, 2));
    put(&t, 'b', &open);
    CHECK(comes_to(&t, 3));
    put(&t, 'b', &open);
    put(&t, 'c', &open);
    CHECK(comes_to(&t, 4));
    CHECK_SLICE(slice_of(t.order, 4), S("aabc"));
    atomic_store(&open, true);
    CHECK(comes_to(&t, 9));
    end(&t);
}

/* When the one that ran ends, both the client that it was of and another may go on. */
TEST(nobody_is_forgotten)
{
    for (int round = 0; round < 200; round++) {
        table t;
        atomic_bool first = false, second = false;
        begin(&t, 4);
        put(&t, 'a', &first);
        put(&t, 'z', &second);
        CHECK(comes_to(&t, 2));
        put(&t, 'z', &second);
        put(&t, 'a', &second);
        put(&t, 'z', &second);
        put(&t, 'a', &second);
        atomic_store(&first, true);
        CHECK(comes_to(&t, 4)); /* two threads are kept free but for newcomers; 'a' is one again */
        atomic_store(&second, true);
        CHECK(comes_to(&t, 6));
        end(&t);
    }
}

/* Whoever is asked has used so much more. */
static uint64_t much(void *ctx)
{
    return atomic_fetch_add((atomic_ullong *)ctx, POOL_MUCH_US);
}

/* Who has had much has one thread, whatever the other does, which is for everybody else. */
TEST(tenant_fair_who_has_had_much_stands_behind)
{
    table t = {0};
    atomic_ullong used = 0;
    atomic_bool open = false;
    pthread_mutex_init(&t.lock, NULL);
    const pool_options o = {.threads = 1, .more = 1, .spent_us = much, .ctx = &used};
    CHECK_OK(pool_open(&o, &t.p, NULL));
    lane *a = enter(&t, 'a', JOBS_MAX); /* it has something under way all the time */
    put(&t, 'a', NULL);
    CHECK(comes_to(&t, 1));
    put(&t, 'x', NULL); /* when this runs, it is known what that took */
    CHECK(comes_to(&t, 2));
    put(&t, 'a', &open)->again = 1;
    put(&t, 'a', &open);
    CHECK(comes_to(&t, 3));
    put(&t, 'b', NULL);
    put(&t, 'c', NULL);
    CHECK(comes_to(&t, 5));
    CHECK_SLICE(slice_of(t.order, 5), S("axabc"));
    atomic_store(&open, true);
    CHECK(comes_to(&t, 7));
    pool_leave(t.p, a);
    atomic_store(&open, false);
    put(&t, 'a', &open)->again = 3; /* it begins anew, and crosses over by itself at the end */
    atomic_store(&open, true);
    pool_close(t.p);
    CHECK_EQ(t.count, 11);
    pthread_mutex_destroy(&t.lock);
}

TEST(so_many_of_one_client)
{
    table t;
    begin(&t, 1);
    lane *a = enter(&t, 'a', 2), *again = enter(&t, 'a', 2);
    CHECK(a && a == again);
    CHECK(!enter(&t, 'a', 2));
    lane *b = enter(&t, 'b', 2);
    CHECK(b && b != a);
    pool_leave(t.p, a);
    CHECK(enter(&t, 'a', 2) == a);
    CHECK(!enter(&t, 'c', 0));
    for (int i = 0; i < 2; i++)
        pool_leave(t.p, a);
    pool_leave(t.p, b);
    pool_leave(t.p, NULL);
    end(&t);
}

TEST(what_waits_runs_before_the_end)
{
    table t;
    begin(&t, 2);
    for (int i = 0; i < JOBS_MAX; i++)
        put(&t, (char)('a' + i % 3), NULL);
    end(&t);
    CHECK_EQ(t.count, JOBS_MAX);
}

TEST(what_a_key_holds)
{
    table t = {0};
    const pool_options o = {.threads = 1};
    const uint8_t a[POOL_KEY_BYTES] = {1}, b[POOL_KEY_BYTES] = {2};
    CHECK_OK(pool_open(&o, &t.p, NULL));
    lane *one = pool_enter(t.p, a, 9), *same = pool_enter(t.p, a, 9),
         *other = pool_enter(t.p, b, 9);
    REQUIRE(one && one == same && other && other != one);
    CHECK(pool_hold(t.p, one, 10, 7));
    CHECK(!pool_hold(t.p, same, 10, 4));
    CHECK(pool_hold(t.p, same, 10, 3));
    CHECK(!pool_hold(t.p, same, 10, UINT64_MAX));
    CHECK(!pool_hold(t.p, same, 5, 0)); /* the bound was lowered */
    CHECK(pool_hold(t.p, other, 10, 10));
    pool_let_go(t.p, one, 10);
    CHECK(pool_hold(t.p, one, 10, 10));
    pool_let_go(t.p, same, 10);
    pool_let_go(t.p, other, 10);
    pool_leave(t.p, one);
    pool_leave(t.p, same);
    pool_leave(t.p, other);
    pool_close(t.p);
}
