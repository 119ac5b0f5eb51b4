/* stopping.c - see stopping.h. */
#include "cmd/stopping.h"

#include <errno.h>
#include <sys/signalfd.h>
#include <unistd.h>

status stopping_begin(stopping *s, err *why)
{
    sigset_t ends;
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    s->fd = -1;
    if (sigprocmask(SIG_BLOCK, &ends, &s->before))
        return err_os(why, errno, "signals");
    s->fd = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
    if (s->fd >= 0)
        return OK;
    int os = errno;
    sigprocmask(SIG_SETMASK, &s->before, NULL);
    return err_os(why, os, "signals");
}

void stopping_now(const stopping *s)
{
    (void)s;
    kill(getpid(), SIGTERM); /* blocked, so that it waits in fd */
}

void stopping_end(stopping *s)
{
    struct signalfd_siginfo got;
    if (s->fd < 0)
        return;
    while (read(s->fd, &got, sizeof got) > 0)
        continue;
    close(s->fd);
    sigprocmask(SIG_SETMASK, &s->before, NULL);
}
