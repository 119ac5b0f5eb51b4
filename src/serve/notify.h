/* notify.h - telling the service manager how we are: sd_notify's datagrams, without its library.
 *
 *     const notify n = {.socket = slice_str(getenv("NOTIFY_SOCKET"))};      // read by cmd
 *     st = notify_say(&n, NOTIFY_READY, S("serves on 127.0.0.1:8790"), 0, why);
 *     if (notify_watchdog(usec, pid, getpid(), &every_us)) ...  // NOTIFY_WATCHDOG, twice as often
 *
 * Uses: base. Used by: cmd (noroshi serve). Sources: sd_notify(3), sd_watchdog_enabled(3),
 * systemd.service(5). One datagram a call; never blocks. Thread-safe. */
#ifndef NOROSHI_SERVE_NOTIFY_H
#define NOROSHI_SERVE_NOTIFY_H

#include "base/base.h"

enum { NOTIFY_STATUS_MAX = 512 }; /* bytes of a status; more is cut at a character */

typedef struct notify {
    slice socket; /* of $NOTIFY_SOCKET: a path, or "@" and a name; empty: nobody asked */
} notify;

typedef enum notify_word {
    NOTIFY_STATUS,    /* the text alone */
    NOTIFY_READY,     /* start-up or reload is over */
    NOTIFY_RELOADING, /* until NOTIFY_READY; `ticks_us` is CLOCK_MONOTONIC now */
    NOTIFY_STOPPING,
    NOTIFY_WATCHDOG,
    NOTIFY_WORD_COUNT_
} notify_word;

/* `text` is one line for people (systemctl status), or empty; control bytes become blanks.
 *   OK         said, or nobody asked
 *   ERR_INPUT  the socket's name is none;  ERR_IO  it did not take it */
status notify_say(const notify *n, notify_word word, slice text, int64_t ticks_us,
                  err *why) NODISCARD;

/* $WATCHDOG_USEC and $WATCHDOG_PID (empty when not set): true and how long we may be silent, when
 * that is meant for `own_pid`. */
bool notify_watchdog(slice usec, slice pid, int64_t own_pid, int64_t *ret_us);

#endif
