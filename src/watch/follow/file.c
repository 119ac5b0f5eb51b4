/* file.c - reading a file that grows: whole lines, from the place that was reached, after a look at
 * whether it still is the file that was read. No buffer is kept for a file: what is not a whole
 * line yet is read again when the rest has come. */
#include "watch/follow/own.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

/* --- opening -------------------------------------------------------------------------------- */

void file_park(follow *f, stream *s)
{
    stream_close(f, s);
    s->verified = false;
}

/* The one that has been silent longest gives its descriptor. */
static void make_room(follow *f, const stream *but)
{
    stream *oldest = NULL;
    if (f->open < FOLLOW_FILES_OPEN_MAX)
        return;
    for (size_t i = 0; i < f->count; i++) {
        stream *s = f->streams[i];
        if (s->transport == FOLLOW_FILE && s->fd >= 0 && s != but && !s->packed &&
            (!oldest || s->heard_us < oldest->heard_us))
            oldest = s;
    }
    if (oldest)
        file_park(f, oldest);
}

static int64_t mtime_of(const struct stat *st)
{
    return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

int file_open_known(const char *path, bool linked, uint64_t dev, uint64_t ino)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY | (linked ? 0 : O_NOFOLLOW));
    if (fd >= 0 &&
        (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_ino != ino || st.st_dev != dev)) {
        close(fd);
        errno = ENOENT;
        return -1;
    }
    return fd;
}

/* One compressed file is unpacked at a time: who has begun to be read goes first.
 *   ERR_BUSY  another one has */
static status open_packed(follow *f, stream *s, int *ret_fd, err *why)
{
    if (f->unpacked && f->unpacked->passed)
        return err_set(why, ERR_BUSY, ERR_NOWHERE, "another one is unpacked");
    if (f->unpacked)
        file_park(f, f->unpacked);
    return packed_open(f, s->path, s->dev, s->ino, UINT64_MAX, ret_fd, why);
}

/*   ERR_NOT_FOUND  the name is another file's by now, or gone: the next look finds it
 *   ERR_IO         it cannot be read; said once
 *   else           of a compressed file: open_packed */
status file_open(follow *f, stream *s, err *why)
{
    int fd = -1;
    status st = OK;
    if (s->fd >= 0)
        return OK;
    if (!s->path)
        return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "not seen yet");
    make_room(f, s);
    if (s->packed) {
        st = open_packed(f, s, &fd, why);
    } else if ((fd = file_open_known(s->path, s->linked, s->dev, s->ino)) < 0) {
        bool gone = errno == ENOENT || errno == ENOTDIR || errno == ELOOP;
        st = gone ? err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "it is not where it was")
                  : err_os(why, errno, "it could not be opened");
    }
    f->dirty |= st == ERR_NOT_FOUND;
    if (st != OK)
        return st;
    s->fd = fd;
    s->broken = false;
    f->open++;
    if (s->packed)
        f->unpacked = s;
    else
        wake_watch_file(f, s);
    return OK;
}

/* --- is it the same? ------------------------------------------------------------------------ */

/* Reads [from, from + n) or as much of it as there is. */
static size_t read_at(int fd, char *into, size_t n, uint64_t from)
{
    size_t got = 0;
    while (got < n) {
        ssize_t k = pread(fd, into + got, n - got, (off_t)(from + got));
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            break;
        got += (size_t)k;
    }
    return got;
}

bool file_same(follow *f, stream *s, int fd, uint64_t size)
{
    char bytes[HEAD_BYTES];
    if (size < s->pos || size < s->head_len)
        return false;
    if (!s->head_len)
        return true;
    if (read_at(fd, bytes, s->head_len, 0) != s->head_len ||
        !print_eq(print_of(f, slice_of(bytes, s->head_len)), s->head))
        return false;
    return s->pos <= HEAD_BYTES ||
           (read_at(fd, bytes, TAIL_BYTES, s->pos - TAIL_BYTES) == TAIL_BYTES &&
            print_eq(print_of(f, slice_of(bytes, TAIL_BYTES)), s->tail));
}

status file_take_head(follow *f, stream *s, err *why)
{
    char bytes[HEAD_BYTES];
    int fd = -1;
    bool probe = s->packed && s->fd < 0;
    status st = probe ? packed_open(f, s->path, s->dev, s->ino, HEAD_BYTES, &fd, why)
                      : file_open(f, s, why);
    if (st != OK)
        return st;
    s->head_len = (uint32_t)read_at(probe ? fd : s->fd, bytes, sizeof bytes, 0);
    s->head = print_of(f, slice_of(bytes, s->head_len));
    s->verified = !probe;
    if (probe)
        close(fd);
    return OK;
}

/* --- the window ----------------------------------------------------------------------------- */

static status window_room(follow *f, size_t size, err *why)
{
    if (size <= f->window_cap)
        return OK;
    char *p = own_grow(f, f->window, size);
    if (!p)
        return OWN_SPENT(why);
    f->window = p;
    f->window_cap = size;
    return OK;
}

typedef struct view {
    uint64_t from; /* of window[0] in the file */
    size_t len;    /* bytes in the window */
    uint64_t size; /* of the file */
    bool deleted;
    size_t line_max;
} view;

static size_t last_newline(slice s)
{
    const char *p = s.len ? memrchr(s.ptr, '\n', s.len) : NULL;
    return p ? (size_t)(p - s.ptr) + 1 : 0;
}

/* A long line that still has no end is not read from its beginning each time it grows. */
static bool nothing_new(follow *f, stream *s, const view *v)
{
    char bytes[8192];
    if (s->scanned < f->chunk_max / 2 || s->newer || s->last || s->once || v->deleted)
        return false;
    while (s->pos + s->scanned < v->size && s->scanned < v->line_max) {
        size_t n = read_at(s->fd, bytes, sizeof bytes, s->pos + s->scanned);
        if (!n || memchr(bytes, '\n', n))
            return n == 0;
        s->scanned += n;
    }
    return s->scanned < v->line_max;
}

/* What is in the window is the file that was read, and the beginning of it is remembered. */
static bool window_same(follow *f, stream *s, const view *v)
{
    size_t behind = (size_t)(s->pos - v->from);
    if (v->len < behind)
        return false;
    if (v->from)
        return print_eq(print_of(f, slice_of(f->window, TAIL_BYTES)), s->tail);
    if (v->len < s->head_len ||
        (s->head_len && !print_eq(print_of(f, slice_of(f->window, s->head_len)), s->head)))
        return false;
    if (s->head_len < HEAD_BYTES && v->len > s->head_len) {
        s->head_len = v->len < HEAD_BYTES ? (uint32_t)v->len : HEAD_BYTES;
        s->head = print_of(f, slice_of(f->window, s->head_len));
    }
    return true;
}

/* Fills the window from before pos on, until it holds a whole line, the limit or the end.
 * *ret_len: bytes to deliver from pos, 0 when there is no whole line; *ret_same false: cut. */
static status window_fill(follow *f, stream *s, view *v, size_t *ret_len, bool *ret_same, err *why)
{
    size_t want = f->chunk_max < v->line_max ? f->chunk_max : v->line_max;
    v->from = s->pos <= HEAD_BYTES ? 0 : s->pos - TAIL_BYTES;
    v->len = 0;
    *ret_len = 0;
    *ret_same = true;
    const size_t behind = (size_t)(s->pos - v->from);
    if (nothing_new(f, s, v))
        return OK;
    for (;;) {
        size_t upto = behind + want > HEAD_BYTES ? behind + want : HEAD_BYTES;
        status st = window_room(f, upto, why);
        if (st != OK)
            return st;
        v->len += read_at(s->fd, f->window + v->len, upto - v->len, v->from + v->len);
        if (!window_same(f, s, v)) {
            *ret_same = false;
            return OK;
        }
        slice fresh = slice_sub(slice_of(f->window, v->len), behind, behind + want);
        size_t n = last_newline(fresh);
        s->scanned = n ? 0 : fresh.len;
        *ret_len = n ? n : fresh.len == v->line_max ? fresh.len : 0;
        if (*ret_len || v->len < upto)
            return OK;
        want = want > v->line_max / 2 ? v->line_max : want * 2;
    }
}

/* --- events --------------------------------------------------------------------------------- */

static void event_of(stream *s, follow_event *e)
{
    *e = (follow_event){
        .kind = FOLLOW_DATA,
        .transport = s->transport,
        .stream = s->id,
        .source = slice_str(s->log->path ? s->log->path
                            : s->path    ? s->path
                                         : ""),
        .offset = s->pos,
        .line = s->line,
        .flags = (s->cut ? FOLLOW_REST : 0) | (s->has_lost ? FOLLOW_LOST : 0),
        .lost = s->lost,
    };
    if (!s->shown)
        e->flags |= s->started ? FOLLOW_RESUMED : FOLLOW_STARTED | s->begin;
    s->shown = s->started = s->passed = true;
    s->has_lost = false;
    s->lost = 0;
}

/* The first whole lines, for a format that says there what its fields are. */
static void add_head(follow *f, const stream *s, follow_event *e)
{
    if (!(e->flags & FOLLOW_RESUMED) || !e->offset || s->fd < 0)
        return;
    size_t n = read_at(s->fd, f->head, e->offset < sizeof f->head ? e->offset : sizeof f->head, 0);
    e->head = slice_of(f->head, last_newline(slice_of(f->head, n)));
}

static void deliver(follow *f, stream *s, const view *v, size_t n, bool end, follow_event *ret)
{
    slice bytes = slice_of(f->window + (s->pos - v->from), n);
    event_of(s, ret);
    add_head(f, s, ret);
    ret->bytes = bytes;
    s->pos += n;
    s->line += s->line ? own_newlines(bytes) : 0;
    s->cut = bytes.ptr[n - 1] != '\n';
    s->scanned = 0;
    s->ended = end;
    ret->flags |= (s->cut ? FOLLOW_CUT : 0) | (end ? FOLLOW_ENDED : 0);
    if (s->pos > HEAD_BYTES)
        s->tail = print_of(f, slice_of(f->window + (s->pos - TAIL_BYTES - v->from), TAIL_BYTES));
}

static void deliver_end(follow *f, stream *s, follow_event *ret)
{
    event_of(s, ret);
    ret->flags |= FOLLOW_ENDED;
    s->ended = true;
    file_park(f, s);
}

static void drain(follow *f, stream *s)
{
    for (stream *n = s->drained ? NULL : s->newer; n; n = n->drained ? n->newer : NULL)
        stream_queue(f, n);
    s->drained = true;
}

static bool settled(const follow *f, const stream *s)
{
    uint32_t ms = f->o.settle_ms ? f->o.settle_ms : FOLLOW_SETTLE_MS;
    int64_t passed = clock_now_us(f->o.clock) - s->heard_us;
    return f->o.settle_never || passed < 0 || passed >= (int64_t)ms * 1000;
}

/* Everything whole was delivered; `rest` bytes of a line may be left. */
static void at_end(follow *f, stream *s, const view *v, follow_event *ret, bool *ret_event)
{
    size_t rest = (size_t)(v->size - s->pos);
    bool final = s->last || s->once || v->deleted;
    if (!final && !s->newer)
        return;
    if (v->deleted && f->o.unpack && !s->asked) { /* the last time that it can be compared */
        s->asked = true;
        f->dirty = true;
        stream_queue(f, s);
        return;
    }
    if ((rest || v->deleted) && !s->once && !s->last && !settled(f, s)) {
        f->settling = true;
        return;
    }
    if (rest && v->len == (size_t)(s->pos - v->from) + rest) {
        deliver(f, s, v, rest, final, ret);
        *ret_event = true;
    } else if (final && !rest) {
        deliver_end(f, s, ret);
        *ret_event = true;
    }
    if (s->pos == v->size)
        drain(f, s);
    if (s->packed && s->ended)
        file_park(f, s);
}

/* --- a turn --------------------------------------------------------------------------------- */

/* All before it in its log were read to their ends. */
static bool gate_open(follow *f, stream *s)
{
    struct stat st;
    if (s->passed)
        return true;
    for (stream *before = s->older; before; before = before->older) {
        if (before->ignored || before->ended || before->broken)
            continue;
        if (!before->drained)
            return false;
        /* The writer goes on with the old file until it opens the new one: what it wrote last there
         * comes before the first byte here. */
        uint64_t size =
            before->fd >= 0 && fstat(before->fd, &st) == 0 ? (uint64_t)st.st_size : before->listed;
        if (size > before->pos && (before->fd >= 0 || !before->nowhere)) {
            stream_queue(f, before);
            stream_queue(f, s);
            return false;
        }
    }
    return true;
}

static void cut_off(follow *f, stream *s)
{
    s->truncated = true;
    f->dirty = true;
}

/* What it held behind pos is lost. */
static void give_up(follow *f, stream *s)
{
    s->ending = s->has_lost = true;
    s->lost = s->sure > s->pos ? s->sure - s->pos : 0;
    f->counts.lost_bytes += s->lost;
    f->counts.lost_sources++;
    stream_queue(f, s);
}

static status open_again(follow *f, stream *s, bool *ret_open, err *why)
{
    err what = {0};
    status st = file_open(f, s, &what);
    *ret_open = st == OK;
    if (st == ERR_BUSY && s->packed)
        stream_queue(f, s);
    if (st == OK || st == ERR_NOT_FOUND || (st == ERR_BUSY && s->packed))
        return OK;
    if (st == ERR_LIMIT && !s->packed)
        return err_set(why, st, ERR_NOWHERE, "%s", what.msg);
    if (!s->broken) {
        s->broken = true;
        trouble(f, slice_str(s->path), &what);
    }
    if (s->packed)
        give_up(f, s);
    return OK;
}

/* A writer that does not append goes on where it was when its file was cut: in front of what it
 * writes is nothing, up to the size of a disk. */
static void skip_hole(const follow *f, stream *s)
{
    static const char zeros[TAIL_BYTES];
    off_t data = lseek(s->fd, 0, SEEK_DATA);
    if (data <= HEAD_BYTES)
        return;
    s->pos = s->done = (uint64_t)data;
    s->tail = s->done_tail = print_of(f, slice_of(zeros, sizeof zeros));
}

/* What is known of the file now; false: there is nothing to read in this turn. */
static bool measure(follow *f, stream *s, view *v)
{
    struct stat st;
    if (fstat(s->fd, &st) < 0) {
        file_park(f, s);
        return false;
    }
    v->size = (uint64_t)st.st_size;
    if (!s->packed)
        v->deleted = s->nowhere = st.st_nlink == 0;
    if (v->size != s->size || mtime_of(&st) != s->mtime_ns)
        s->heard_us = clock_now_us(f->o.clock);
    s->size = v->size;
    s->mtime_ns = mtime_of(&st);
    if (v->size < s->pos + s->scanned)
        s->scanned = 0;
    if (v->size < s->pos || (!s->verified && !file_same(f, s, s->fd, v->size))) {
        cut_off(f, s);
        return false;
    }
    s->verified = true;
    if (s->pos == 0 && s->begin & FOLLOW_TRUNCATED)
        skip_hole(f, s);
    if (!s->head_len && v->size && (s->away || s->packed) && file_take_head(f, s, NULL) != OK)
        return false;
    if (!s->head_len && v->size) { /* first a look at what else there is: rotate.c */
        f->dirty = true;
        return false;
    }
    return true;
}

status file_serve(follow *f, stream *s, follow_event *ret, bool *ret_event, err *why)
{
    view v = {.line_max = f->o.line_bytes_max};
    bool open, same;
    size_t n;
    *ret_event = false;
    if (s->ended || s->ignored)
        return OK;
    if (s->ending) {
        deliver_end(f, s, ret);
        drain(f, s);
        *ret_event = true;
        return OK;
    }
    if (s->truncated || !gate_open(f, s))
        return OK;
    status st = open_again(f, s, &open, why);
    if (st != OK || !open || !measure(f, s, &v))
        return st;
    if ((st = window_fill(f, s, &v, &n, &same, why)) != OK)
        return st;
    if (!same) {
        cut_off(f, s);
        return OK;
    }
    s->sure = v.size;
    if (n) {
        deliver(f, s, &v, n, false, ret);
        *ret_event = true;
        stream_queue(f, s);
        return OK;
    }
    at_end(f, s, &v, ret, ret_event);
    return OK;
}

/* Seen in a look: what changed is read, or at least compared. */
void file_changed(follow *f, stream *s, const entry *e)
{
    if (s->packed) {
        s->listed = e->size;
        s->listed_ns = e->mtime_ns;
        if (!s->ended)
            stream_queue(f, s);
        return;
    }
    s->listed = e->size;
    if (e->size == s->size && e->mtime_ns == s->mtime_ns && s->found && !s->broken &&
        e->size == s->pos && (s->drained || !s->newer))
        return;
    if (e->size != s->size || e->mtime_ns != s->mtime_ns)
        s->heard_us = clock_now_us(f->o.clock);
    stream_queue(f, s);
}

/* --- done ----------------------------------------------------------------------------------- */

status file_done(follow *f, stream *s, uint64_t offset, err *why)
{
    char bytes[8192 + TAIL_BYTES];
    if (offset == s->pos) {
        s->done = s->pos;
        s->done_line = s->line;
        s->done_tail = s->tail;
        s->done_cut = s->cut;
        return OK;
    }
    uint64_t at = s->done, line = s->done_line;
    bool cut = s->done_cut;
    while (at < offset) {
        size_t n = offset - at < sizeof bytes ? (size_t)(offset - at) : sizeof bytes;
        if (s->fd < 0 || read_at(s->fd, bytes, n, at) != n)
            return err_set(why, ERR_IO, offset, "the file cannot be read there any more");
        line += line ? own_newlines(slice_of(bytes, n)) : 0;
        cut = bytes[n - 1] != '\n';
        at += n;
    }
    if (offset > HEAD_BYTES) {
        if (s->fd < 0 || read_at(s->fd, bytes, TAIL_BYTES, offset - TAIL_BYTES) != TAIL_BYTES)
            return err_set(why, ERR_IO, offset, "the file cannot be read there any more");
        s->done_tail = print_of(f, slice_of(bytes, TAIL_BYTES));
    }
    s->done = offset;
    s->done_line = line;
    s->done_cut = cut;
    return OK;
}
