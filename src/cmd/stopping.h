/* stopping.h - ending when told to: SIGTERM and SIGINT as a descriptor.
 *
 *     stopping s; stopping_begin(&s, why);
 *     ... poll s.fd ...
 *     stopping_end(&s);
 *
 * Uses: base. Used by: cmd_serve, watch_follow. One at a time in a process. */
#ifndef NOROSHI_CMD_STOPPING_H
#define NOROSHI_CMD_STOPPING_H

#include "base/base.h"

#include <signal.h>

typedef struct stopping {
    int fd; /* readable: time to end */
    sigset_t before;
} stopping;

status stopping_begin(stopping *s, err *why) NODISCARD;
/* As if it had been told: fd can be read from now on. */
void stopping_now(const stopping *s);
/* What came is taken, so that it does not end the process when let through. */
void stopping_end(stopping *s);

#endif
