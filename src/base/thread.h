/* thread.h - a thread that works in the background and takes no signals: those are for the thread
 * that was there first.
 *
 *     pthread_t t;
 *     thread_start(run, ctx, &t, why);
 *     pthread_join(t, NULL);
 *
 * Uses: base. Used by: watch (reload), publish (webhook). */
#ifndef NOROSHI_THREAD_H
#define NOROSHI_THREAD_H

#include "base/base.h"

#include <pthread.h>

/* ERR_IO: none could be started. */
status thread_start(void *(*run)(void *ctx), void *ctx, pthread_t *ret, err *why) NODISCARD;

#endif
