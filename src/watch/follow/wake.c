/* wake.c - what is waited for: epoll for descriptors, inotify for files and directories, and the
 * clock where inotify does not reach. */
#include "watch/follow/own.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/inotify.h>

enum { EVENTS = 64 };

bool wake_add(follow *f, int fd, void *hook_of, uint32_t events)
{
    struct epoll_event e = {.events = events, .data.ptr = hook_of};
    return epoll_ctl(f->epoll, EPOLL_CTL_ADD, fd, &e) == 0;
}

status wake_open(follow *f, err *why)
{
    f->stop_hook = HOOK_STOP;
    f->inotify_hook = HOOK_INOTIFY;
    f->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (f->epoll < 0)
        return err_os(why, errno, "waiting for logs");
    if (f->o.stop_fd >= 0 && !wake_add(f, f->o.stop_fd, &f->stop_hook, EPOLLIN))
        return err_os(why, errno, "waiting for the end");
    if (f->o.no_inotify)
        return OK;
    f->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (f->inotify >= 0 && !wake_add(f, f->inotify, &f->inotify_hook, EPOLLIN)) {
        close(f->inotify);
        f->inotify = -1;
    }
    f->counts.inotify = f->inotify >= 0;
    return OK;
}

/* Without watches files are looked at by the clock. */
bool polling(const follow *f)
{
    return !f->counts.inotify || f->settling;
}

/* The kernel has no more watches, or none at all: from now on by the clock. */
static int watched(follow *f, int wd)
{
    if (wd < 0 && (errno == ENOSPC || errno == ENOMEM))
        f->counts.inotify = false;
    return wd;
}

int wake_watch_place(follow *f, const char *path)
{
    if (f->inotify < 0)
        return -1;
    return watched(f, inotify_add_watch(f->inotify, path,
                                        IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
                                            IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR));
}

void wake_watch_file(follow *f, stream *s)
{
    char path[40];
    if (f->inotify < 0 || s->wd >= 0)
        return;
    /* by the descriptor: the name may be another file's by now */
    snprintf(path, sizeof path, "/proc/self/fd/%d", s->fd);
    int wd = watched(f, inotify_add_watch(f->inotify, path, IN_MODIFY));
    if (wd < 0)
        return;
    stream *had = stream_wd(f, wd); /* one inode has one watch: the newest stream has it */
    if (had)
        stream_wd_clear(f, had);
    stream_wd_set(f, s, wd);
}

void wake_unwatch(follow *f, int wd)
{
    if (f->inotify >= 0)
        (void)inotify_rm_watch(f->inotify, wd);
}

static void changed(follow *f, const struct inotify_event *e)
{
    if (e->mask & IN_Q_OVERFLOW) {
        f->dirty = f->expand = true;
        return;
    }
    place *p = place_of_wd(f, e->wd);
    if (p) {
        p->dirty = true;
        if (e->mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF)) {
            if (!(e->mask & IN_IGNORED))
                wake_unwatch(f, e->wd);
            p->wd = -1;
        }
        if (e->mask & (IN_ISDIR | IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF))
            f->expand = true;
        return;
    }
    stream *s = stream_wd(f, e->wd);
    if (!s)
        return;
    if (e->mask & IN_IGNORED) {
        stream_wd_clear(f, s);
        return;
    }
    if (s->fd >= 0)
        stream_queue(f, s);
    else if (s->log && s->log->place)
        s->log->place->dirty = true;
}

static void drain_inotify(follow *f)
{
    enum { ROUNDS = 16 };
    _Alignas(struct inotify_event) char bytes[16384];
    for (int i = 0; i < ROUNDS; i++) {
        ssize_t n = read(f->inotify, bytes, sizeof bytes);
        if (n <= 0)
            return;
        for (const char *p = bytes; p < bytes + n;) {
            const struct inotify_event *e = (const struct inotify_event *)(const void *)p;
            changed(f, e);
            p += sizeof *e + e->len;
        }
    }
}

static void note(follow *f, const struct epoll_event *e)
{
    switch (*(hook *)e->data.ptr) {
    case HOOK_STOP: f->stopped = true; break;
    case HOOK_INOTIFY: drain_inotify(f); break;
    case HOOK_LISTENER: {
        listener *l = e->data.ptr;
        l->ready = true;
        break;
    }
    case HOOK_STREAM: {
        stream *s = e->data.ptr;
        s->ready = true;
        stream_queue(f, s);
        break;
    }
    }
}

static int interval_ms(const follow *f)
{
    return polling(f) ? FOLLOW_POLL_MS : FOLLOW_RECHECK_MS;
}

/* Time to look at files whatever inotify says. */
static bool due(const follow *f, bool slept)
{
    int64_t passed = clock_now_us(f->o.clock) - f->looked_us;
    return slept || f->o.poll_always || passed < 0 || passed >= (int64_t)interval_ms(f) * 1000;
}

static status look(follow *f, bool slept, err *why)
{
    status st = OK;
    bool all = due(f, slept);
    if (f->source_count == 0) {
        f->expand = f->dirty = false;
        return OK;
    }
    if (all) {
        f->looked_us = clock_now_us(f->o.clock);
        f->settling = false;
        f->dirty = f->expand = true;
    }
    if (f->expand && (st = scan_expand(f, why)) != OK)
        return st;
    for (size_t i = 0; f->dirty && i < f->place_count; i++)
        f->places[i]->dirty = true;
    f->dirty = false;
    return scan_look(f, why);
}

/* A file that was read to its end and is silent needs no descriptor. */
static void sweep(follow *f, int64_t now)
{
    enum { SWEEP_US = 1000 * 1000 };
    if (now - f->swept_us < SWEEP_US && now >= f->swept_us)
        return;
    f->swept_us = now;
    net_sweep(f, now);
    for (size_t i = 0; i < f->count; i++) {
        stream *s = f->streams[i];
        if (s->transport == FOLLOW_FILE && s->fd >= 0 && s->newer && s->drained && !s->nowhere &&
            s->log->place && now - s->heard_us > SILENT_US)
            file_park(f, s);
    }
}

status wake(follow *f, int wait_ms, int *ret_slept_ms, err *why)
{
    struct epoll_event events[EVENTS];
    int most = interval_ms(f);
    bool bounded = wait_ms < 0 || wait_ms > most;
    if (bounded)
        wait_ms = most;
    int n = epoll_wait(f->epoll, events, EVENTS, wait_ms);
    if (n < 0 && errno != EINTR)
        return err_os(why, errno, "waiting for logs");
    *ret_slept_ms = n == 0 ? wait_ms : 0;
    for (int i = 0; i < n; i++)
        note(f, &events[i]);
    for (size_t i = 0; i < f->listener_count; i++) {
        status st = f->listeners[i]->ready ? net_accept(f, f->listeners[i], why) : OK;
        f->listeners[i]->ready = false;
        if (st != OK)
            return st;
    }
    sweep(f, clock_now_us(f->o.clock));
    return look(f, n == 0 && bounded, why);
}
