/* hand.h - a second thread that does one thing at a time, while its owner does another.
 *
 *     hand *h = hand_new();
 *     hand_give(h, job, ctx);    // job(ctx) runs beside us, as long as nobody touches what it uses
 *     ...
 *     hand_wait(h);              // from here on everything is ours again
 *     hand_free(h);
 *
 * Private to know/db. Uses: threads. Used by: lite_ahead.c.
 * The thread is started with the first job and stays; it takes no signals. Where none is to be had,
 * hand_give does the job itself. What a job wrote is seen after hand_wait. */
#ifndef NOROSHI_KNOW_DB_HAND_H
#define NOROSHI_KNOW_DB_HAND_H

#include "base/base.h"

typedef struct hand hand;

hand *hand_new(void); /* NULL: out of memory */
/* Waits for the job under way. NULL is fine; returns NULL. */
hand *hand_free(hand *h);
/* The one before was waited for. */
void hand_give(hand *h, void (*job)(void *ctx), void *ctx);
/* Nothing under way is fine. */
void hand_wait(hand *h);

#endif
