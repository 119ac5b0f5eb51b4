/* rotate.c - what the files of a log mean: which is the one that was read, which came in between,
 * which are copies. docs/decisions/0143-follow-logs.md says why each rule is needed. */
#include "watch/follow/own.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

/* One log in one look. */
typedef struct turn {
    follow *f;
    place *p;
    trail *l;
    entry *now;   /* what the log's path names; may be NULL */
    entry **news; /* instances that nobody knows, the oldest first */
    size_t n;
    packed packed;
    const entry
        *became; /* what the newest stream, of which nothing was read, was compressed into */
} turn;

static slice name_of(const trail *l)
{
    slice path = slice_str(l->path);
    size_t slash = path.len;
    while (slash && path.ptr[slash - 1] != '/')
        slash--;
    return slice_from(path, slash);
}

static char *entry_path(const turn *t, const entry *e)
{
    slice dir = slice_str(t->p->path);
    size_t n = dir.len + e->name.len + 2;
    char *path = own_alloc(t->f, n);
    if (path)
        snprintf(path, n, "%s%s%.*s", t->p->path, slice_ends(dir, S("/")) ? "" : "/",
                 SLICE_FMT(e->name));
    return path;
}

static int open_entry(const turn *t, const entry *e, struct stat *ret)
{
    char path[FOLLOW_PATH_MAX + NAME_MAX + 2];
    snprintf(path, sizeof path, "%s/%.*s", t->p->path, SLICE_FMT(e->name));
    int fd = file_open_known(path, e->use && e->use->literal, e->dev, e->ino);
    t->f->moved |= fd < 0 && errno == ENOENT;
    if (fd >= 0 && fstat(fd, ret) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* --- copies --------------------------------------------------------------------------------- */

/* The entry begins with what was read of the stream, and goes on from there. */
static bool goes_on(const turn *t, stream *s, const entry *e)
{
    struct stat st;
    if (!s->head_len)
        return false;
    int fd = open_entry(t, e, &st);
    if (fd < 0)
        return false;
    bool same = file_same(t->f, s, fd, (uint64_t)st.st_size);
    close(fd);
    return same;
}

static bool same_bytes(int a, int b, uint64_t at, size_t n)
{
    char one[HEAD_BYTES], two[HEAD_BYTES];
    return pread(a, one, n, (off_t)at) == (ssize_t)n && pread(b, two, n, (off_t)at) == (ssize_t)n &&
           memcmp(one, two, n) == 0;
}

/* The entry is a copy of the beginning of `other`, perhaps one that is still being made: compared
 * at both ends. An empty one is a copy of anything. */
static bool copy_of(const turn *t, const entry *e, const entry *other)
{
    struct stat st, whole;
    int fd = open_entry(t, e, &st);
    if (fd < 0)
        return false;
    int with = open_entry(t, other, &whole);
    bool same = with >= 0 && st.st_size <= whole.st_size;
    size_t head = st.st_size < HEAD_BYTES ? (size_t)st.st_size : HEAD_BYTES;
    if (same && head)
        same = same_bytes(fd, with, 0, head) &&
               same_bytes(fd, with, (uint64_t)st.st_size - head, head);
    close(fd);
    if (with >= 0)
        close(with);
    return same;
}

/* --- changes -------------------------------------------------------------------------------- */

/* The stream goes on in another file. */
static status move(const turn *t, stream *s, entry *e, err *why)
{
    char *path = entry_path(t, e);
    if (!path)
        return OWN_SPENT(why);
    if (s->wd >= 0)
        wake_unwatch(t->f, s->wd);
    stream_wd_clear(t->f, s);
    file_park(t->f, s);
    free(s->path);
    s->path = path;
    stream_inode_set(t->f, s, e->dev, e->ino);
    s->truncated = s->nowhere = false;
    s->found = true;
    s->look = t->f->look;
    s->linked = e->use && e->use->literal;
    e->s = s;
    stream_queue(t->f, s);
    return OK;
}

/* Another file has the inode by now: the stream is looked for by what is in it. */
static void give_inode(const turn *t, const entry *e)
{
    stream *s = stream_inode(t->f, e->dev, e->ino);
    if (!s || s->dev != e->dev)
        return;
    stream_inode_clear(t->f, s);
    s->ino = 0;
}

static status add(const turn *t, entry *e, stream *before, unsigned begin, err *why)
{
    stream *s;
    char *path = entry_path(t, e);
    status st = path ? stream_add(t->f, FOLLOW_FILE, &s, why) : OWN_SPENT(why);
    if (st != OK) {
        free(path);
        return st;
    }
    s->path = path;
    s->begin = begin;
    s->found = true;
    s->once = t->l->flags & FOLLOW_ONCE;
    s->linked = e->use && e->use->literal;
    s->look = t->f->look;
    s->size = e->size;
    s->mtime_ns = e->mtime_ns;
    give_inode(t, e);
    stream_inode_set(t->f, s, e->dev, e->ino);
    trail_insert(t->l, s, before);
    e->s = s;
    return OK;
}

/* Its name is another file's by now: it is looked for again. */
static void take_back(const turn *t, entry *e)
{
    stream_drop(t->f, e->s);
    e->s = NULL;
    t->f->moved = true;
}

static status begin_with(const turn *t, entry *e, stream *before, unsigned begin, err *why)
{
    status st = add(t, e, before, begin, why);
    if (st != OK)
        return st;
    e->s->packed = e->s->last = e->packed;
    e->s->listed = e->size;
    e->s->listed_ns = e->mtime_ns;
    t->f->counts.unpacked += e->packed;
    /* Also what is empty is opened: so its inode is no other file's. What cannot be opened says so
     * in its turn. */
    st = file_take_head(t->f, e->s, NULL);
    if (st == ERR_NOT_FOUND) {
        take_back(t, e);
        return OK;
    }
    if (st == OK && !e->packed)
        e->s->sure = e->size;
    t->l->had = true;
    if (e->s->older) /* which may have been read to its end already */
        stream_queue(t->f, e->s->older);
    stream_queue(t->f, e->s);
    return OK;
}

static status ignore(const turn *t, entry *e, err *why)
{
    status st = add(t, e, t->l->oldest, 0, why);
    if (st != OK)
        return st;
    if (e->size && file_take_head(t->f, e->s, NULL) == ERR_NOT_FOUND) {
        take_back(t, e);
        return OK;
    }
    e->s->ignored = e->s->drained = true;
    if (e->s->wd >= 0)
        wake_unwatch(t->f, e->s->wd);
    stream_wd_clear(t->f, e->s);
    file_park(t->f, e->s);
    e->s->packed = e->packed; /* and is known by its time, too */
    e->s->listed = e->size;
    e->s->listed_ns = e->mtime_ns;
    return OK;
}

/* The stream's file is there, compressed. */
static status move_packed(const turn *t, stream *s, entry *e, err *why)
{
    if (e->s) /* passed over, when it was not known what it is */
        stream_drop(t->f, e->s);
    e->s = NULL;
    status st = move(t, s, e, why);
    if (st != OK)
        return st;
    s->packed = s->last = true;
    s->drained = false;
    s->listed = e->size;
    s->listed_ns = e->mtime_ns;
    t->f->counts.unpacked++;
    return OK;
}

/* Nothing stands for the stream any more; what it held behind pos is lost. */
static void end_stream(const turn *t, stream *s)
{
    stream_inode_clear(t->f, s);
    s->ino = 0;
    s->truncated = false;
    s->ending = s->nowhere = true;
    s->look = t->f->look;
    if (s->sure > s->pos) {
        s->has_lost = true;
        s->lost = s->sure - s->pos;
        t->f->counts.lost_bytes += s->lost;
    }
    if (s->wd >= 0)
        wake_unwatch(t->f, s->wd);
    stream_wd_clear(t->f, s);
    file_park(t->f, s);
    stream_queue(t->f, s);
}

/* --- the rules ------------------------------------------------------------------------------ */

static stream *newest_of(const trail *l)
{
    stream *s = l->newest;
    while (s && (s->ignored || s->ended))
        s = s->older;
    return s;
}

static void sort(entry **news, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t j = i; j && name_older(news[j], news[j - 1]) < 0; j--) {
            entry *e = news[j];
            news[j] = news[j - 1];
            news[j - 1] = e;
        }
}

static void take_out(turn *t, size_t i)
{
    memmove(&t->news[i], &t->news[i + 1], (--t->n - i) * sizeof t->news[0]);
}

/* The first look at a log: what a pattern wants is read from the oldest on. */
static status begin(turn *t, err *why)
{
    status st = OK;
    for (size_t i = 0; i < t->n && st == OK && !t->f->moved; i++)
        st = t->news[i]->use ? begin_with(t, t->news[i], NULL, 0, why) : ignore(t, t->news[i], why);
    if (st == OK && !t->f->moved && t->now && !t->now->s)
        st = begin_with(t, t->now, NULL, 0, why);
    if (t->f->moved)
        return st;
    bool from_end = t->l->flags & FOLLOW_FROM_END && !t->p->looked;
    for (stream *s = t->l->oldest; s && from_end && st == OK; s = s->newer) {
        if (s->ignored || !s->size || s->fd < 0)
            continue;
        char tail[TAIL_BYTES];
        s->pos = s->done = s->size;
        s->line = s->done_line = 0;
        s->started = true;
        if (s->pos > HEAD_BYTES &&
            pread(s->fd, tail, sizeof tail, (off_t)(s->pos - sizeof tail)) == (ssize_t)sizeof tail)
            s->tail = s->done_tail = print_of(t->f, slice_of(tail, sizeof tail));
        char last = '\n';
        s->cut = s->done_cut = pread(s->fd, &last, 1, (off_t)(s->pos - 1)) == 1 && last != '\n';
    }
    t->l->known = t->l->known || (st == OK && (t->now || t->n || t->p->looked));
    return st;
}

static status find_news(turn *t, err *why)
{
    slice name = name_of(t->l);
    size_t n = 0;
    for (const entry *e = t->l->entries; e; e = e->next)
        n++;
    t->n = 0;
    if (!(t->news = own_scratch(t->f, n * sizeof *t->news)))
        return OWN_SPENT(why);
    for (entry *e = t->l->entries; e; e = e->next)
        if (!e->s && e != t->now && !e->packed && slice_eq(e->base, name))
            t->news[t->n++] = e;
    sort(t->news, t->n);
    return OK;
}

static void forget_entries(const turn *t, const stream *s)
{
    for (entry *e = t->l->entries; e; e = e->next)
        if (e->s == s)
            e->s = NULL;
}

static const entry *entry_of(const turn *t, const stream *s)
{
    for (const entry *e = t->l->entries; e; e = e->next)
        if (e->s == s)
            return e;
    return NULL;
}

/* Copied and cut: the copy holds what was not read, the file begins again. */
static status cut_log(turn *t, stream *s, err *why)
{
    size_t best = t->n;
    status st = OK;
    for (size_t i = 0; i < t->n; i++)
        if (goes_on(t, s, t->news[i]) && (best == t->n || t->news[i]->size > t->news[best]->size))
            best = i;
    if (best < t->n) {
        entry *to = t->news[best];
        forget_entries(t, s);
        if ((st = move(t, s, to, why)) != OK)
            return st;
        s->last = true;
    } else if (!t->f->moved) {
        forget_entries(t, s);
        entry *to = packed_of(t->f, t->p, &t->packed, s);
        if (!to && !t->f->moved)
            end_stream(t, s);
        else if (to && (st = move_packed(t, s, to, why)) != OK)
            return st;
    }
    return find_news(t, why); /* what the file holds now is one of them */
}

/* --- compressed ones ------------------------------------------------------------------------ */

/* Nothing can have come since it was read to its end. */
static bool surely_read(const stream *s)
{
    return s->ended || (s->drained && s->found && !s->packed && s->listed <= s->pos);
}

static bool missing(const turn *t, stream *s)
{
    if ((s->look == t->f->look && !s->truncated) || s->ignored)
        return false;
    /* one that had nothing in it when it was seen last can still be read */
    return s->head_len || (s->fd >= 0 && file_take_head(t->f, s, NULL) == OK && s->head_len);
}

/* What was read, or still is by its descriptor, is not read again out of a compressed file. */
static status know_copies(turn *t, err *why)
{
    status st = OK;
    const stream *newest = newest_of(t->l);
    for (size_t i = t->packed.fresh; i < t->packed.n && st == OK && !t->f->moved; i++) {
        entry *e = t->packed.at[i];
        for (stream *s = t->l->oldest; s && !e->s && st == OK; s = s->newer)
            if (missing(t, s) && (s->fd >= 0 || surely_read(s)) && packed_same(t->f, t->p, s, e)) {
                t->became = s == newest && !s->started ? e : t->became;
                st = ignore(t, e, why);
            }
    }
    return st;
}

/* What is gone, and was not read to its end, may be there in a compressed file; or in a copy, when
 * what was compressed is what was written into the file after that. */
static status find_packed(turn *t, stream *s, err *why)
{
    if (!t->packed.n || !missing(t, s) || s->fd >= 0 || s->ending || surely_read(s))
        return OK;
    entry *e = packed_of(t->f, t->p, &t->packed, s);
    if (e || t->f->moved)
        return e ? move_packed(t, s, e, why) : OK;
    size_t i = 0;
    while (i < t->n && !goes_on(t, s, t->news[i]))
        i++;
    if (i == t->n)
        return OK;
    e = t->news[i];
    take_out(t, i);
    return move(t, s, e, why);
}

static status find_older_packed(turn *t, const stream *newest, err *why)
{
    status st = OK;
    for (stream *s = t->l->oldest; s && st == OK; s = s->newer)
        if (s != newest)
            st = find_packed(t, s, why);
    return st;
}

/* Compressed files that nobody has read, not even as what they were before: they are news. */
static status add_packed(turn *t, err *why)
{
    status st = packed_find(t->f, t->l, &t->packed, why);
    if (st == OK)
        st = know_copies(t, why);
    for (size_t i = t->packed.fresh; st == OK && i < t->packed.n; i++)
        if (!t->packed.at[i]->s)
            t->news[t->n++] = t->packed.at[i];
    sort(t->news, t->n);
    return st;
}

static status between(turn *t, stream *newest, bool changed, err *why)
{
    bool unread = newest && !newest->head_len;
    status st = changed || unread ? add_packed(t, why) : OK;
    /* where the names put what nobody has read yet: there may have been older ones */
    const entry *where = unread ? entry_of(t, newest) : t->became;
    for (size_t i = 0; i < t->n && st == OK && !t->f->moved; i++) {
        entry *e = t->news[i];
        if (t->now && !e->packed && copy_of(t, e, t->now))
            continue;
        if (!changed && !unread)
            st = ignore(t, e, why);
        else
            st = begin_with(t, e, where && name_older(e, where) < 0 ? newest : NULL,
                            newest || t->l->had ? FOLLOW_ROTATED : 0, why);
    }
    return st;
}

/* Read as far as it goes, so that it can be compared with what took its place. */
static bool read_to_end(const stream *s)
{
    struct stat st;
    return s->fd < 0 || fstat(s->fd, &st) < 0 || (uint64_t)st.st_size == s->pos + s->scanned;
}

/* Another inode with the same beginning, where the one that was read is gone: a mirrored or
 * restored log, not a new one. */
static status adopt(turn *t, stream *s, bool *ret_wait, err *why)
{
    *ret_wait = false;
    if (s->look == t->f->look || s->head_len < ADOPT_BYTES || s->ending)
        return OK;
    if (!read_to_end(s)) {
        *ret_wait = true;
        return OK;
    }
    if (t->now && !t->now->s && goes_on(t, s, t->now))
        return move(t, s, t->now, why);
    for (size_t i = 0; i < t->n; i++) {
        if (goes_on(t, s, t->news[i])) {
            entry *e = t->news[i];
            take_out(t, i);
            return move(t, s, e, why);
        }
    }
    return OK;
}

/* Where the names put a file that had nothing in it, its place among the others is another: its
 * inode was given to a new file. One that holds something is known by that. */
static bool out_of_order(const turn *t, const stream *s, const entry *e)
{
    const entry *other;
    for (const stream *o = s->newer; o; o = o->newer)
        if (!o->ignored && (e == t->now || ((other = entry_of(t, o)) && name_older(other, e) < 0)))
            return true;
    for (const stream *o = s->older; o; o = o->older)
        if (!o->ignored && (other = entry_of(t, o)) && name_older(e, other) < 0)
            return true;
    return false;
}

static bool written_over(const turn *t, stream *s, const entry *e)
{
    struct stat st;
    if (!s->head_len)
        return s->ignored ? e->size > 0 : s->fd < 0 && out_of_order(t, s, e);
    if (e->size == s->size && e->mtime_ns == s->mtime_ns && !s->truncated)
        return false;
    int fd = open_entry(t, e, &st);
    if (fd < 0)
        return false;
    bool over = !file_same(t->f, s, fd, (uint64_t)st.st_size);
    close(fd);
    return over;
}

/* Open, and deleted after it was cut: what is in it now is not what was read. */
static bool cut_and_deleted(const turn *t, stream *s)
{
    struct stat st;
    return s->fd >= 0 && s->look != t->f->look && !s->ended && !s->ending && !s->packed &&
           fstat(s->fd, &st) == 0 && !file_same(t->f, s, s->fd, (uint64_t)st.st_size);
}

/* Instances that were read before, and are written over in place (cp app.log app.log.1), or whose
 * inode is another file's by now. */
static void find_written_over(const turn *t, const stream *newest)
{
    for (stream *s = t->l->oldest; s; s = s->newer)
        s->truncated |= cut_and_deleted(t, s);
    for (entry *e = t->l->entries; e; e = e->next) {
        stream *s = e->s;
        if (!s || s == newest || s->log != t->l)
            continue;
        if (!s->packed)
            s->truncated = written_over(t, s, e);
        if (s->truncated)
            e->s = NULL;
    }
}

/* They may have been copied before (cp app.log.1 app.log.2), or they are gone. */
static status move_written_over(turn *t, const stream *newest, err *why)
{
    status st;
    for (stream *s = t->l->oldest, *next; s; s = next) {
        size_t i = 0;
        next = s->newer;
        if (s == newest || !s->truncated)
            continue;
        while (i < t->n && !goes_on(t, s, t->news[i]))
            i++;
        if (i == t->n && t->f->moved)
            return OK;
        if (i < t->n) {
            if ((st = move(t, s, t->news[i], why)) != OK)
                return st;
            take_out(t, i);
        } else if (s->ended || s->ignored || !s->head_len) {
            stream_drop(t->f, s);
        } else {
            entry *e = packed_of(t->f, t->p, &t->packed, s);
            if (!e && t->f->moved)
                return OK;
            if (!e)
                end_stream(t, s);
            else if ((st = move_packed(t, s, e, why)) != OK)
                return st;
        }
    }
    return OK;
}

static void verify(const turn *t, stream *s)
{
    struct stat st;
    if (s->truncated || s->look != t->f->look)
        return;
    status opened = file_open(t->f, s, NULL);
    t->f->moved |= opened == ERR_NOT_FOUND;
    if (opened != OK)
        return;
    if (fstat(s->fd, &st) == 0 && !file_same(t->f, s, s->fd, (uint64_t)st.st_size))
        s->truncated = true;
}

/* The log's path names what is read: not one that was cut since, or that has its inode. */
static bool now_same(const turn *t)
{
    stream *s = t->now ? t->now->s : NULL;
    if (!s || !s->head_len || s->fd < 0)
        return false;
    verify(t, s);
    t->f->dirty |= s->truncated;
    return !s->truncated && !t->f->moved;
}

/* Compressed files that were read are not looked into again: they are passed over from now on. */
static status pass_over_read(const turn *t, err *why)
{
    status st = OK;
    for (size_t i = 0; i < t->packed.n && st == OK; i++) {
        entry *e = t->packed.at[i];
        if (!e->s || !e->s->packed || !e->s->ended || e->s->done != e->s->pos)
            continue;
        stream_drop(t->f, e->s);
        e->s = NULL;
        st = ignore(t, e, why);
    }
    return st;
}

/* Where the log's path names a file that is read, all compressed ones are older. The newest of
 * them is remembered: what is newer than it, when the log's path names another file, is new. */
static status remember_packed(const turn *t, bool first, err *why)
{
    size_t n = t->packed.n;
    status st = pass_over_read(t, why);
    entry *last = n ? t->packed.at[n - 1] : NULL;
    if (st != OK || !last || last->s || (!first && !now_same(t)))
        return st;
    if ((st = ignore(t, last, why)) != OK)
        return st;
    for (size_t i = 0; i + 1 < n; i++) {
        entry *e = t->packed.at[i];
        if (e->s && e->s->ignored) {
            stream_drop(t->f, e->s);
            e->s = NULL;
        }
    }
    return OK;
}

static status newest_changed(turn *t, stream *newest, bool cut, err *why)
{
    bool wait;
    status st = adopt(t, newest, &wait, why);
    if (st != OK)
        return st;
    if (wait || t->f->moved) {
        t->f->settling = true; /* looked at again soon */
        stream_queue(t->f, newest);
        return OK;
    }
    if ((st = find_packed(t, newest, why)) != OK || t->f->moved)
        return st;
    bool rotated = !cut && (!t->now || t->now->s != newest);
    if ((st = between(t, newest, rotated || cut, why)) != OK || t->f->moved)
        return st;
    if (t->now && !t->now->s)
        st = begin_with(t, t->now, NULL, cut ? FOLLOW_TRUNCATED : FOLLOW_ROTATED, why);
    return st;
}

/* Seen with nothing in it, or not to be opened then: from now on it is known by what it holds. */
static bool has_unread(const turn *t)
{
    for (const stream *s = t->l->oldest; s; s = s->newer)
        if (!s->ignored && !s->ended && !s->head_len && s->look == t->f->look &&
            (s->size || s->listed))
            return true;
    return false;
}

static void take_heads(const turn *t)
{
    for (stream *s = t->l->oldest; s; s = s->newer)
        if (!s->ignored && !s->ended && !s->head_len && s->look == t->f->look &&
            (s->size || s->listed || s->newer) && file_take_head(t->f, s, NULL) == OK &&
            s->head_len)
            stream_queue(t->f, s);
}

static status look_at_known(turn *t, stream *newest, err *why)
{
    status st = find_older_packed(t, newest, why);
    if (st != OK || t->f->moved)
        return st;
    if (!newest) {
        st = between(t, NULL, true, why);
        return st == OK && !t->f->moved && t->now && !t->now->s
                   ? begin_with(t, t->now, NULL, t->l->had ? FOLLOW_ROTATED : 0, why)
                   : st;
    }
    if (t->now && t->now->s == newest && !t->n && !newest->truncated && !has_unread(t))
        return OK;
    verify(t, newest);
    if (t->f->moved)
        return OK;
    bool cut = newest->truncated;
    if (cut && ((st = cut_log(t, newest, why)) != OK || t->f->moved))
        return st;
    if ((st = newest_changed(t, newest, cut, why)) == OK)
        take_heads(t);
    return st;
}

status rotate_log(follow *f, place *p, trail *l, err *why)
{
    turn t = {.f = f, .p = p, .l = l, .now = l->entry};
    if (!l->path)
        return OK;
    stream *newest = newest_of(l);
    find_written_over(&t, newest);
    bool first = !l->known;
    status st = packed_find(f, l, &t.packed, why);
    if (st == OK && !first)
        st = know_copies(&t, why);
    if (st == OK)
        st = find_news(&t, why);
    if (st == OK && !f->moved)
        st = move_written_over(&t, newest, why);
    if (st == OK && !f->moved)
        st = first ? begin(&t, why) : look_at_known(&t, newest, why);
    return st == OK && !f->moved ? remember_packed(&t, first, why) : st;
}
