/* packed.c - compressed files that followed ones became: which there are, what is in them. The
 * caller of follow.h unpacks them, in a sandbox. docs/decisions/0216-rotated-and-compressed.md. */
#include "watch/follow/own.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

status packed_open(follow *f, const char *path, uint64_t dev, uint64_t ino, uint64_t most,
                   int *ret_fd, err *why)
{
    int in = file_open_known(path, false, dev, ino);
    f->moved |= in < 0 && errno == ENOENT;
    if (in < 0 && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
        return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "it is not where it was");
    if (in < 0)
        return err_os(why, errno, "it could not be opened");
    status st = f->o.unpack(f->o.ctx, in, most, ret_fd, why);
    close(in);
    return st == OK ? OK : err_wrap(why, st, "it could not be unpacked");
}

/* --- which there are ------------------------------------------------------------------------ */

static bool being_made(const trail *l, const entry *e)
{
    for (const entry *other = l->entries; other; other = other->next)
        if (slice_eq(other->name, e->plain))
            return true;
    return false;
}

static void insert(packed *p, entry *e)
{
    size_t i = p->n++;
    for (; i && name_older(e, p->at[i - 1]) < 0; i--)
        p->at[i] = p->at[i - 1];
    p->at[i] = e;
}

/* A file that was seen with nothing in it may be another one by now, with the same inode. */
static bool known(const entry *e)
{
    return e->s && (e->s->ignored || e->s->packed || e->s->head_len);
}

static size_t first_fresh(const packed *p, const trail *l)
{
    const entry *newest = NULL;
    size_t i = p->n;
    for (const entry *e = l->entries; e; e = e->next)
        if (known(e) && (!newest || name_older(newest, e) < 0))
            newest = e;
    while (i && (!newest || name_older(newest, p->at[i - 1]) < 0))
        i--;
    return i;
}

status packed_find(follow *f, const trail *l, packed *ret, err *why)
{
    size_t n = 0;
    packed p = {0};
    for (const entry *e = l->entries; e; e = e->next)
        n += e->packed;
    if (n && !(p.at = own_scratch(f, n * sizeof *p.at)))
        return OWN_SPENT(why);
    for (entry *e = l->entries; e; e = e->next)
        if (e->packed && !being_made(l, e))
            insert(&p, e);
    p.fresh = first_fresh(&p, l);
    *ret = p;
    return OK;
}

/* --- what is in them ------------------------------------------------------------------------ */

/* Opens what is in it if it begins as the stream did: a look at its beginning is cheap. */
static bool begins_so(follow *f, const char *path, const stream *s, const entry *e)
{
    char head[HEAD_BYTES];
    int fd;
    if (packed_open(f, path, e->dev, e->ino, HEAD_BYTES, &fd, NULL) != OK)
        return false;
    bool same = pread(fd, head, s->head_len, 0) == (ssize_t)s->head_len &&
                print_eq(print_of(f, slice_of(head, s->head_len)), s->head);
    close(fd);
    return same;
}

bool packed_same(follow *f, const place *p, stream *s, const entry *e)
{
    char path[FOLLOW_PATH_MAX + NAME_MAX + 2];
    struct stat st;
    int fd = -1;
    snprintf(path, sizeof path, "%s/%.*s", p->path, SLICE_FMT(e->name));
    bool same = s->head_len && begins_so(f, path, s, e) &&
                packed_open(f, path, e->dev, e->ino, UINT64_MAX, &fd, NULL) == OK &&
                fstat(fd, &st) == 0 && file_same(f, s, fd, (uint64_t)st.st_size);
    if (fd >= 0)
        close(fd);
    return same;
}

/* Those that came since the last look are looked at first. */
entry *packed_of(follow *f, const place *p, const packed *all, stream *s)
{
    for (size_t i = 0; i < all->n && !f->moved; i++) {
        entry *e = all->at[(all->fresh + i) % all->n];
        if ((!e->s || e->s->ignored) && packed_same(f, p, s, e))
            return e;
    }
    return NULL;
}
