/* telemetry.c - see telemetry.h. */
#include "intake/telemetry.h"

#include "base/hash.h"
#include "intake/paths.h"
#include "sandbox/spool.h"
#include "sandbox/walk.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BLOCK = 256 << 10, END = 64 << 10 };

typedef struct telemetry {
    const telemetry_options *o;
    char *room;   /* BLOCK bytes */
    slice path;   /* of the file */
    slice log;    /* the one that was begun; empty: none */
    bool stopped; /* the sink said so: nobody goes on */
} telemetry;

static status stop(telemetry *t, status st)
{
    t->stopped |= st != OK;
    return st;
}

static status read_some(int fd, char *room, bool at, uint64_t *offset, size_t *ret, err *why)
{
    for (;;) {
        ssize_t n = at ? pread(fd, room, BLOCK, (off_t)*offset) : read(fd, room, BLOCK);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_os(why, errno, "reading");
        *ret = (size_t)n;
        *offset += (uint64_t)n;
        return OK;
    }
}

static status begin(telemetry *t, const telemetry_log *log, err *why)
{
    t->log = log->path;
    return stop(t, t->o->sink.begin(t->o->sink.ctx, log, why));
}

/* The same bytes, the same log, whatever it is called. */
static status identify(telemetry *t, const walk_document *d, uint8_t ret[TELEMETRY_ID], err *why)
{
    uint8_t digest[SHA256_BYTES];
    char size[32];
    hash_state *h = hash_new(HASH_SHA256);
    uint64_t ends[2] = {0, d->size > END ? d->size - END : 0};
    size_t n;
    status st = h ? OK : err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    for (int i = 0; st == OK && i < 2; i++)
        if ((st = read_some(d->fd, t->room, true, &ends[i], &n, why)) == OK)
            hash_update(h, slice_of(t->room, n < END ? n : END));
    if (st == OK) {
        int len = snprintf(size, sizeof size, "%llu", (unsigned long long)d->size);
        hash_update(h, slice_of(size, (size_t)len));
        hash_final(h, digest);
        memcpy(ret, digest, TELEMETRY_ID);
    }
    hash_free(h);
    return st;
}

static status end(telemetry *t, err *why)
{
    t->log = S("");
    return stop(t, t->o->sink.end(t->o->sink.ctx, why));
}

static status hand_on(telemetry *t, slice bytes, err *why)
{
    return stop(t, t->o->sink.bytes(t->o->sink.ctx, bytes, why));
}

static status copy(telemetry *t, int fd, bool at, err *why)
{
    uint64_t offset = 0;
    size_t n = 1;
    status st = OK;
    while (st == OK && n)
        if ((st = read_some(fd, t->room, at, &offset, &n, why)) == OK && n)
            st = hand_on(t, slice_of(t->room, n), why);
    return st;
}

static status visit(void *ctx, const walk_document *d, err *why)
{
    telemetry *t = ctx;
    telemetry_log log = {.path = d->alone ? t->path : d->path, .file = true};
    status st = identify(t, d, log.id, why);
    if (st == OK)
        st = begin(t, &log, why);
    if (st == OK)
        st = copy(t, d->fd, true, why);
    return st == OK ? end(t, why) : st;
}

static status report(telemetry *t, slice path, const err *reason, err *why)
{
    bool begun = t->log.len != 0;
    slice which = begun ? t->log : path;
    t->log = S("");
    return stop(t, t->o->sink.bad(t->o->sink.ctx, which, begun, reason, why));
}

static status refuse(void *ctx, slice path, slice reason, err *why)
{
    err cause = {0};
    if (err_set(&cause, ERR_INPUT, ERR_NOWHERE, "%.*s", SLICE_FMT(slice_sub(reason, 0, 200))) == OK)
        return OK;
    return report(ctx, path, &cause, why);
}

/* Whatever is wrong with the file is said; only the sink ends it all. */
static status open_file(void *ctx, int fd, const char *path, err *why)
{
    telemetry *t = ctx;
    err cause = {0};
    walk_options o = {
        .directory = t->o->directory, .limits = t->o->unpack, .refuse = refuse, .cut = true};
    t->path = slice_str(path);
    status st = walk(t->o->sandbox, fd, t->path, &o, visit, t, &cause);
    if (st == OK)
        return OK;
    if (t->stopped) {
        *why = cause;
        return st;
    }
    return report(t, t->path, &cause, why);
}

/* --- standard input ------------------------------------------------------------------------ */

static status unpack_input(telemetry *t, size_t n, err *why)
{
    spool p;
    uint64_t offset = 0;
    spool_init(&p, t->o->directory);
    status st = OK;
    while (st == OK && n)
        if ((st = spool_write(&p, slice_of(t->room, n), why)) == OK)
            st = read_some(STDIN_FILENO, t->room, false, &offset, &n, why);
    if (st == OK)
        st = spool_finish(&p, why);
    if (st == OK)
        st = open_file(t, p.fd, "-", why);
    spool_done(&p);
    return st;
}

static status read_input(telemetry *t, err *why)
{
    uint64_t offset = 0;
    size_t n = 0;
    status st = read_some(STDIN_FILENO, t->room, false, &offset, &n, why);
    if (st == OK && container_sniff(slice_of(t->room, n)) != CONTAINER_NONE)
        return unpack_input(t, n, why);
    if (st == OK)
        st = begin(t, &(telemetry_log){.path = S("-")}, why);
    if (st == OK && n)
        st = hand_on(t, slice_of(t->room, n), why);
    if (st == OK && n)
        st = copy(t, STDIN_FILENO, false, why);
    return st == OK ? end(t, why) : st;
}

status telemetry_path(const telemetry_options *o, const char *path, err *why)
{
    telemetry t = {.o = o, .room = malloc(BLOCK)};
    err cause = {0};
    if (!t.room)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    status st =
        strcmp(path, "-") == 0 ? read_input(&t, &cause) : paths_each(path, open_file, &t, &cause);
    if (st != OK && !t.stopped)
        st = report(&t, slice_str(path), &cause, why);
    else
        *why = cause;
    free(t.room);
    return st;
}

/* --- what a log became ---------------------------------------------------------------------- */

typedef struct unpacking {
    spool to;
    uint64_t left; /* bytes that are wanted */
    bool begun, enough;
} unpacking;

static status unpack_begin(void *ctx, const unpack_member *member, err *why)
{
    unpacking *u = ctx;
    if (member->path.len || u->begun)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "holds files, not a log");
    u->begun = true;
    return OK;
}

/* Whoever has enough ends the job by an error of his own. */
static status unpack_data(void *ctx, slice bytes, err *why)
{
    unpacking *u = ctx;
    slice some = slice_sub(bytes, 0, u->left < bytes.len ? (size_t)u->left : bytes.len);
    status st = some.len ? spool_write(&u->to, some, why) : OK;
    u->left -= some.len;
    u->enough = st == OK && !u->left;
    return u->enough ? ERR_LIMIT : st;
}

static status unpack_end(void *ctx, err *why)
{
    (void)ctx, (void)why;
    return OK;
}

static status unpack_refuse(void *ctx, slice path, slice reason, err *why)
{
    (void)ctx, (void)path;
    return err_set(why, ERR_INPUT, ERR_NOWHERE, "%.*s", SLICE_FMT(slice_sub(reason, 0, 160)));
}

status telemetry_unpack(const telemetry_options *o, int fd, uint64_t most, int *ret_fd, err *why)
{
    struct stat file;
    char head[CONTAINER_SNIFF_BYTES];
    unpacking u = {.left = most};
    unpack_limits limits = o->unpack;
    limits.ratio_max = UINT32_MAX;
    ssize_t n = pread(fd, head, sizeof head, 0);
    if (n < 0 || fstat(fd, &file) < 0)
        return err_os(why, errno, "reading");
    if (!container_is_stream(container_sniff(slice_of(head, (size_t)n))))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "not gzip, zstd, xz or bzip2");
    unpack_budget budget = unpack_budget_of(&limits, (uint64_t)file.st_size);
    const unpack_sink sink = {&u, unpack_begin, unpack_data, unpack_end, unpack_refuse};
    spool_init(&u.to, o->directory);
    status st = sandbox_unpack(o->sandbox, fd, 1, &budget, &sink, NULL, why);
    if (st == OK || u.enough)
        st = spool_finish(&u.to, why);
    if (st == OK) {
        *ret_fd = u.to.fd;
        u.to.fd = -1;
    }
    spool_done(&u.to);
    return st;
}
