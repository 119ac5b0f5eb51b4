/* hand_test.c - a second thread for one thing at a time: know/db/hand.h. */
#include "base/test.h"
#include "know/db/hand.h"

#include <pthread.h>
#include <signal.h>

typedef struct tally {
    int jobs;
    bool signals_off;
    pthread_t by;
} tally;

static void count(void *ctx)
{
    tally *t = ctx;
    sigset_t blocked;
    pthread_sigmask(SIG_SETMASK, NULL, &blocked);
    t->signals_off = sigismember(&blocked, SIGTERM) == 1;
    t->by = pthread_self();
    t->jobs++;
}

TEST(jobs_are_done_one_after_another)
{
    tally t = {0};
    hand *h = hand_new();
    REQUIRE(h);
    hand_wait(h); /* nothing to wait for */
    for (int i = 0; i < 1000; i++) {
        hand_give(h, count, &t);
        hand_wait(h);
        CHECK(t.jobs == i + 1);
    }
    CHECK(t.signals_off && !pthread_equal(t.by, pthread_self()));
    CHECK(!hand_free(h));
}

TEST(what_was_given_is_done_before_the_end)
{
    tally t = {0};
    hand *h = hand_new();
    REQUIRE(h);
    hand_give(h, count, &t);
    hand_free(h);
    CHECK(t.jobs == 1);
    CHECK(!hand_free(NULL));
    h = hand_new();
    REQUIRE(h);
    hand_free(h); /* it never had a thread */
}
