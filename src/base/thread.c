/* thread.c - see thread.h. */
#include "base/thread.h"

#include <signal.h>

status thread_start(void *(*run)(void *ctx), void *ctx, pthread_t *ret, err *why)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int code = pthread_create(ret, NULL, run, ctx); /* a new thread's mask is its maker's */
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return code ? err_os(why, code, "a thread could not be started") : OK;
}
