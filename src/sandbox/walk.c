/* walk.c - archives in archives, down to the documents: see walk.h. */
#include "sandbox/walk.h"
#include "sandbox/spool.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

typedef struct walker {
    sandbox *s;
    const walk_options *options;
    unpack_budget budget;
    status (*visit)(void *ctx, const walk_document *document, err *why);
    void *ctx;
    bool stopped; /* by visit or refuse: no archive's fault */
} walker;

/* One level: a member is spooled while it comes, and looked into when it is whole. */
typedef struct walk_level {
    walker *w;
    container outer;
    slice path;      /* of the archive */
    unsigned number; /* archives around a member */
    bool begun;      /* a member, and it has not ended */
    bool alone;      /* the archive is all that is in the file, */
    bool whole;      /* and the member all that is in the archive */
    spool member;
    size_t name_len;
    char name[SANDBOX_PATH_MAX];
} walk_level;

static status look(walker *w, const walk_document *d, err *why);

/* Keeps the end of a path, where the meaning is, and whole characters. */
static size_t keep_end(char *out, slice path)
{
    if (path.len > SANDBOX_PATH_MAX)
        path = slice_from(path, path.len - SANDBOX_PATH_MAX);
    while (path.len && ((unsigned char)path.ptr[0] & 0xc0) == 0x80)
        path = slice_from(path, 1);
    if (path.len)
        memcpy(out, path.ptr, path.len);
    return path.len;
}

static void name_member(walk_level *l, slice member)
{
    char room[SANDBOX_PATH_MAX + 16 + WIRE_MEMBER_MAX];
    if (!member.len) {
        slice inner = container_inner_name(l->outer, l->path, room, sizeof room);
        l->name_len = keep_end(l->name, inner);
        return;
    }
    size_t n = l->path.len;
    if (n)
        memcpy(room, l->path.ptr, n);
    room[n++] = '/';
    memcpy(room + n, member.ptr, member.len);
    l->name_len = keep_end(l->name, slice_of(room, n + member.len));
}

static status begin(void *ctx, const unpack_member *member, err *why)
{
    walk_level *l = ctx;
    (void)why;
    name_member(l, member->path);
    l->whole = !member->path.len;
    l->begun = true;
    return OK;
}

static status data(void *ctx, slice bytes, err *why)
{
    walk_level *l = ctx;
    return spool_write(&l->member, bytes, why);
}

static status end(void *ctx, err *why)
{
    walk_level *l = ctx;
    status st = spool_finish(&l->member, why);
    l->begun = false;
    const walk_document d = {.fd = l->member.fd,
                             .size = l->member.size,
                             .path = slice_of(l->name, l->name_len),
                             .level = l->number,
                             .alone = l->alone && l->whole};
    if (st == OK)
        st = look(l->w, &d, why);
    spool_done(&l->member);
    return st;
}

/* What came of a member that breaks off. */
static status end_cut(walk_level *l, err *why)
{
    if (l->w->options->cut && l->member.size)
        return end(l, why);
    spool_done(&l->member);
    return OK;
}

static status turn_away(walker *w, slice path, slice reason, err *why)
{
    status st = w->options->refuse(w->ctx, path, reason, why);
    w->stopped |= st != OK;
    return st;
}

static status refuse(void *ctx, slice path, slice reason, err *why)
{
    walk_level *l = ctx;
    walker *w = l->w;
    status st = end_cut(l, why); /* it may have begun */
    if (st != OK)
        return st;
    name_member(l, path);
    l->begun = false;
    return w->options->refuse ? turn_away(w, slice_of(l->name, l->name_len), reason, why) : OK;
}

/* An archive is damaged, or over a limit. Of one in another the others hear; else the error says
 * where it was: in which archive, and in which member of it. */
static status broken(const walk_level *l, const walk_document *d, status st, err *why)
{
    enum { SHOWN = 80 };
    walker *w = l->w;
    char at[48] = "";
    slice where = d->level ? d->path : S("");
    if (w->stopped || !why || (st != ERR_INPUT && st != ERR_LIMIT))
        return st;
    if (l->begun && !l->whole)
        where = slice_of(l->name, l->name_len);
    if (st == ERR_INPUT && d->level && w->options->refuse) {
        err cause = *why;
        if (cause.at != ERR_NOWHERE)
            snprintf(at, sizeof at, " (at byte %llu)", (unsigned long long)cause.at);
        err_set(&cause, st, ERR_NOWHERE, "%.150s%s", why->msg, at);
        return turn_away(w, d->path, slice_str(cause.msg), why);
    }
    if (!where.len)
        return st;
    bool cut = where.len > SHOWN;
    where = slice_from(where, cut ? where.len - SHOWN : 0);
    while (where.len && ((unsigned char)where.ptr[0] & 0xc0) == 0x80)
        where = slice_from(where, 1);
    err cause = *why;
    return err_set(why, st, cause.at, "%.120s, in %s%.*s", cause.msg, cut ? "..." : "",
                   SLICE_FMT(where));
}

static status open_level(walker *w, const walk_document *d, container outer, err *why)
{
    /* text in another encoding stands where it stood */
    bool around = outer != CONTAINER_UTF16;
    walk_level level = {
        .w = w, .outer = outer, .path = d->path, .number = d->level + around, .alone = d->alone};
    const unpack_sink sink = {
        .ctx = &level, .begin = begin, .data = data, .end = end, .refuse = refuse};
    spool_init(&level.member, w->options->directory);
    status st =
        sandbox_unpack(w->s, d->fd, level.number ? level.number : 1, &w->budget, &sink, NULL, why);
    if (st == ERR_INPUT || st == ERR_LIMIT) {
        err cause = {0};
        bool begun = level.begun;
        status last = end_cut(&level, &cause);
        level.begun = begun;
        if (last != OK && why)
            *why = cause;
        st = last == OK ? broken(&level, d, st, why) : last;
    }
    spool_done(&level.member);
    return st;
}

/* Not deeper than the budget's levels_max, which sandbox_unpack refuses to pass. */
static status look(walker *w, const walk_document *d, err *why)
{
    char head[CONTAINER_SNIFF_BYTES];
    ssize_t n = pread(d->fd, head, sizeof head, 0);
    if (n < 0)
        return err_os(why, errno, "reading a document");
    container outer = container_sniff(slice_of(head, (size_t)n));
    if (outer != CONTAINER_NONE)
        return open_level(w, d, outer, why);
    status st = w->visit(w->ctx, d, why);
    w->stopped |= st != OK;
    return st;
}

status walk(sandbox *s, int fd, slice path, const walk_options *options,
            status (*visit)(void *ctx, const walk_document *document, err *why), void *ctx,
            err *why)
{
    struct stat st;
    char kept[SANDBOX_PATH_MAX];
    if (fstat(fd, &st) != 0)
        return err_os(why, errno, "looking at a document");
    walker w = {.s = s,
                .options = options,
                .budget = unpack_budget_of(&options->limits, (uint64_t)st.st_size),
                .visit = visit,
                .ctx = ctx};
    const walk_document d = {.fd = fd,
                             .size = (uint64_t)st.st_size,
                             .path = slice_of(kept, keep_end(kept, path)),
                             .alone = true};
    return look(&w, &d, why);
}
