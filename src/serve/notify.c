/* notify.c - see notify.h. */
#include "serve/notify.h"

#include "base/text.h"

#include <errno.h>
#include <sys/socket.h>
#include <sys/un.h>

static bool read_address(slice name, struct sockaddr_un *ret, socklen_t *ret_len)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    bool abstract = slice_starts(name, S("@"));
    if (name.len < 2 || name.len >= sizeof at.sun_path || (!abstract && name.ptr[0] != '/'))
        return false;
    memcpy(at.sun_path, name.ptr, name.len);
    if (abstract)
        at.sun_path[0] = 0;
    *ret = at;
    /* the name of an abstract socket has no end but its length */
    *ret_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + name.len + !abstract);
    return true;
}

static void put_status(buf *out, slice text)
{
    size_t n = 0;
    if (!text.len)
        return;
    while (n < text.len) {
        size_t one = utf8_len(slice_from(text, n));
        one = one ? one : 1;
        if (n + one > NOTIFY_STATUS_MAX)
            break;
        n += one;
    }
    buf_put(out, S("STATUS="));
    for (size_t i = 0; i < n; i++)
        buf_byte(out, (unsigned char)text.ptr[i] < ' ' ? ' ' : text.ptr[i]);
    buf_byte(out, '\n');
}

status notify_say(const notify *n, notify_word word, slice text, int64_t ticks_us, err *why)
{
    static const char *const words[] = {[NOTIFY_STATUS] = "",
                                        [NOTIFY_READY] = "READY=1\n",
                                        [NOTIFY_RELOADING] = "RELOADING=1\n",
                                        [NOTIFY_STOPPING] = "STOPPING=1\n",
                                        [NOTIFY_WATCHDOG] = "WATCHDOG=1\n"};
    _Static_assert(COUNT_OF(words) == NOTIFY_WORD_COUNT_, "a word without its line");
    struct sockaddr_un at;
    socklen_t len;
    if (!n->socket.len)
        return OK;
    if (!read_address(n->socket, &at, &len))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the socket of the service manager is none");
    CLEANUP(buf_done) buf out;
    buf_init(&out, 1024);
    buf_put(&out, slice_str(words[word]));
    if (word == NOTIFY_RELOADING)
        buf_printf(&out, "MONOTONIC_USEC=%lld\n", (long long)ticks_us);
    put_status(&out, text);
    status st = buf_status(&out, why);
    if (st != OK || !out.len)
        return st;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    ssize_t sent =
        fd < 0 ? -1 : sendto(fd, out.ptr, out.len, MSG_NOSIGNAL, (const struct sockaddr *)&at, len);
    if (sent < 0)
        st = err_os(why, errno, "the service manager was not told");
    if (fd >= 0)
        close(fd);
    return st;
}

bool notify_watchdog(slice usec, slice pid, int64_t own_pid, int64_t *ret_us)
{
    uint64_t us, whose;
    if (!slice_u64(usec, &us) || !us || us > INT64_MAX)
        return false;
    if (pid.len && (!slice_u64(pid, &whose) || whose != (uint64_t)own_pid))
        return false;
    *ret_us = (int64_t)us;
    return true;
}
