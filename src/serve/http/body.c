/* body.c - the body of a request: into memory or into a file, never faster than it is taken. What
 * goes to a file goes in large pieces, written by a thread of its own: a disk that is busy holds up
 * the upload and nobody else. */
#include "serve/http/server.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>

enum { PUSH_BYTES = 4 << 20 }; /* of an upload, to the disk at once */

/* --- room ----------------------------------------------------------------------------------- */

typedef enum space {
    ROOM,
    ROOM_NONE,  /* others have it at the moment */
    ROOM_OWN,   /* the client's other uploads have what one client may have */
    ROOM_NEVER, /* not for a body of that size */
} space;

static step no_room(exchange *x, space why)
{
    if (why == ROOM_NEVER)
        return exchange_say(x, 413, REFUSED_BODY, ERR_LIMIT,
                            "a body of more than one client may send at once");
    http_reply_header(&x->w, "Retry-After", S("5"));
    if (why == ROOM_OWN)
        return exchange_say(x, 429, REFUSED_BODY, ERR_BUSY,
                            "too much of yours is being sent, wait for your other uploads");
    return exchange_say(x, 503, REFUSED_MEMORY, ERR_BUSY, "no room for this body at the moment");
}

static step too_long(exchange *x)
{
    (void)err_set(&x->why, ERR_LIMIT, ERR_NOWHERE, "a body of more than %llu bytes",
                  (unsigned long long)x->body_max);
    stats_refuse(x->c->loop->s, REFUSED_BODY);
    return exchange_problem(x, 413);
}

static space reserve_file(exchange *x, uint64_t n)
{
    http_server *s = x->c->loop->s;
    const http_limits *limits = limits_of(s);
    const uint64_t whole = x->spooled + n;
    if (whole > limits->client_spool_bytes || whole > limits->spool_bytes)
        return ROOM_NEVER;
    if (!pool_hold(s->pools[DISK], x->lanes[DISK], limits->client_spool_bytes, n))
        return ROOM_OWN;
    if (!server_reserve(&s->spool, limits->spool_bytes, n)) {
        pool_let_go(s->pools[DISK], x->lanes[DISK], n);
        return ROOM_NONE;
    }
    x->spooled += n;
    return ROOM;
}

static space reserve(exchange *x, uint64_t n)
{
    http_server *s = x->c->loop->s;
    if (x->route->flags & HTTP_BODY_SPOOL)
        return reserve_file(x, n);
    if (!server_reserve(&s->memory, limits_of(s)->memory_bytes, n))
        return ROOM_NONE;
    x->reserved += n;
    return ROOM;
}

/* A file that has no name from the beginning, or none from the next moment on: who is killed
 * between the two leaves an empty one, which body_sweep removes. */
#define UPLOAD_NAME "noroshi-upload-"
static int open_unnamed(const char *dir)
{
    char path[4096];
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return fd;
    int n = snprintf(path, sizeof path, "%s/" UPLOAD_NAME "XXXXXX", dir);
    if (n < 0 || (size_t)n >= sizeof path || (fd = mkostemp(path, O_CLOEXEC)) < 0)
        return -1;
    (void)unlink(path);
    return fd;
}

void body_sweep(const char *dir)
{
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d));) {
        struct stat is;
        if (slice_starts(slice_str(e->d_name), S(UPLOAD_NAME)) &&
            fstatat(dirfd(d), e->d_name, &is, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(is.st_mode) &&
            is.st_uid == geteuid())
            (void)unlinkat(dirfd(d), e->d_name, 0);
    }
    if (d)
        closedir(d);
}

/* Giving up a file of some GiB that has no name takes the system a second, so it is done where
 * nobody waits for it. What it needs is allocated at the beginning, when it may still fail. */
struct spool_end {
    job job; /* first: the pool knows it by this */
    http_server *s;
    int fd;
    void *map;
    uint64_t map_bytes, spooled;
};

static void give_up(job *j, void *thread)
{
    spool_end *e = (spool_end *)j;
    (void)thread;
    if (e->map)
        munmap(e->map, e->map_bytes);
    if (e->fd >= 0)
        close(e->fd);
    server_release(&e->s->spool, e->spooled);
    free(e);
}

/* The client has its own bytes back at once: whoever gives up files stands behind, and the client's
 * next request may be there before. The service's count is of what lies on the disk. */
void body_give_up(exchange *x)
{
    http_server *s = x->c->loop->s;
    server_release(&s->memory, x->reserved);
    if (x->spooled)
        pool_let_go(s->pools[DISK], x->lanes[DISK], x->spooled);
    if (!x->spool_end) {
        server_release(&s->spool, x->spooled);
        return;
    }
    *x->spool_end = (spool_end){{.run = give_up}, s, x->r.body_fd, x->map, x->body_len, x->spooled};
    pool_put(s->pools[DISK], x->lanes[DISK], &x->spool_end->job);
}

/* Without room on the disk nobody did anything wrong. */
static status no_disk(int os, const char *what, err *why)
{
    bool full = os == ENOSPC || os == EDQUOT || os == EFBIG;
    return full ? err_set(why, ERR_LIMIT, ERR_NOWHERE, "no room on the disk for this upload")
                : err_os(why, os, "%s", what);
}

static step disk_problem(exchange *x)
{
    return exchange_problem(x, x->why.code == ERR_LIMIT ? 507 : 500);
}

static step open_spool(exchange *x)
{
    http_server *s = x->c->loop->s;
    if (!s->o.spool_dir) {
        (void)err_set(&x->why, ERR_INTERNAL, ERR_NOWHERE, "no directory for uploads is set");
        return exchange_problem(x, 501);
    }
    if (!server_reserve(&s->memory, limits_of(s)->memory_bytes, SPOOL_PIECE))
        return no_room(x, ROOM_NONE);
    x->reserved += SPOOL_PIECE;
    if (!(x->spool_end = calloc(1, sizeof *x->spool_end)))
        return no_room(x, ROOM_NONE);
    buf_init(&x->body, SPOOL_PIECE);
    if ((x->r.body_fd = open_unnamed(s->o.spool_dir)) < 0) {
        x->st = no_disk(errno, "a file for an upload could not be made", &x->why);
        return disk_problem(x);
    }
    return STEP_AGAIN;
}

/* --- the beginning -------------------------------------------------------------------------- */

static step say_continue(exchange *x)
{
    conn *c = x->c;
    slice line = S("HTTP/1.1 100 Continue\r\n\r\n");
    if (!x->head.expects || c->in_len > c->in_from)
        return STEP_AGAIN;
    while (line.len)
        if (conn_write(c, &line, 1) != MOVED)
            return STEP_OVER; /* 25 bytes that do not fit in an empty buffer */
    return STEP_AGAIN;
}

step body_start(exchange *x)
{
    const http_limits *limits = limits_of(x->c->loop->s);
    slice coding = http_header(&x->r, "Content-Encoding");
    if (x->head.framing == HEAD_NO_BODY) {
        x->body_over = true;
        return exchange_dispatch(x);
    }
    if (!(x->route->flags & (HTTP_BODY | HTTP_BODY_SPOOL)))
        return exchange_say(x, 400, REFUSED_BODY, ERR_INPUT, "a body where none is taken");
    if (coding.len && !slice_eq_nocase(coding, S("identity")))
        return exchange_say(x, 415, REFUSED_BODY, ERR_INPUT, "a body that is encoded");
    x->body_max = x->route->body_max ? x->route->body_max : limits->body_bytes;
    if (x->head.length > x->body_max)
        return too_long(x);
    if ((x->route->flags & HTTP_BODY_SPOOL) && !exchange_enter(x, DISK, UINT_MAX))
        return no_room(x, ROOM_NONE);
    space left = x->head.framing == HEAD_LENGTH ? reserve(x, x->head.length) : ROOM;
    if (left != ROOM)
        return no_room(x, left);
    x->body_left = x->head.length;
    buf_init(&x->body, (size_t)x->body_max);
    if (x->route->flags & HTTP_BODY_SPOOL) {
        step s = open_spool(x);
        if (s != STEP_AGAIN || x->replying)
            return s;
    }
    x->c->state = CONN_BODY;
    conn_time(x->c, limits->body_ms);
    return say_continue(x);
}

/* --- bytes ---------------------------------------------------------------------------------- */

typedef enum took {
    TOOK,
    TOOK_NOTHING,
    TOOK_ALL,
    TOOK_BAD,
    TOOK_TOO_MUCH,
    TOOK_NO_ROOM,
    TOOK_NO_OWN,
    TOOK_NEVER
} took;

static took took_of(space r)
{
    switch (r) {
    case ROOM: break;
    case ROOM_NONE: return TOOK_NO_ROOM;
    case ROOM_OWN: return TOOK_NO_OWN;
    case ROOM_NEVER: return TOOK_NEVER;
    }
    return TOOK;
}

/* One piece of the body off the front of *in. Of a file never more than fits into x->body. */
static took next_piece(exchange *x, slice *in, slice *ret)
{
    size_t room = x->route->flags & HTTP_BODY_SPOOL ? SPOOL_PIECE - x->body.len : in->len;
    if (x->head.framing == HEAD_LENGTH) {
        size_t n = in->len < x->body_left ? in->len : (size_t)x->body_left;
        n = n < room ? n : room;
        *ret = slice_sub(*in, 0, n);
        *in = slice_from(*in, n);
        x->body_left -= n;
        return n ? TOOK : x->body_left ? TOOK_NOTHING : TOOK_ALL;
    }
    slice part = slice_sub(*in, 0, room), rest = part;
    chunk_progress p = chunk_next(&x->chunks, &rest, ret);
    *in = slice_from(*in, part.len - rest.len);
    switch (p) {
    case CHUNK_DATA: break;
    case CHUNK_NEED: return TOOK_NOTHING;
    case CHUNK_END: return TOOK_ALL;
    case CHUNK_BAD: return TOOK_BAD;
    }
    if (x->body_len + ret->len > x->body_max)
        return TOOK_TOO_MUCH;
    return took_of(reserve(x, ret->len));
}

static took take(exchange *x)
{
    conn *c = x->c;
    slice in = conn_bytes(c), piece;
    took t = TOOK_NOTHING;
    size_t had = in.len;
    bool file = x->route->flags & HTTP_BODY_SPOOL;
    while (!(file && x->body.len == SPOOL_PIECE) && (t = next_piece(x, &in, &piece)) == TOOK) {
        buf_put(&x->body, piece);
        x->body_len += piece.len;
        if (x->body.failed)
            t = TOOK_NO_ROOM;
        if (t != TOOK)
            break;
    }
    conn_take(c, had - in.len);
    return t;
}

step body_go_on(conn *c)
{
    exchange *x = c->x;
    bool file = x->route->flags & HTTP_BODY_SPOOL;
    took t = take(x);
    switch (t) {
    case TOOK_BAD: return exchange_say(x, 400, REFUSED_BODY, ERR_INPUT, "chunks that are none");
    case TOOK_TOO_MUCH: return too_long(x);
    case TOOK_NO_ROOM: return no_room(x, ROOM_NONE);
    case TOOK_NO_OWN: return no_room(x, ROOM_OWN);
    case TOOK_NEVER: return no_room(x, ROOM_NEVER);
    case TOOK_ALL: x->body_over = true; break;
    case TOOK:
    case TOOK_NOTHING: break;
    }
    if (file && (x->body.len == SPOOL_PIECE || x->body_over))
        return exchange_away(x, PHASE_SPOOL);
    if (x->body_over) {
        x->r.body = buf_slice(&x->body);
        return exchange_dispatch(x);
    }
    switch (conn_read(c, READ_BYTES)) {
    case MOVED: return STEP_AGAIN;
    case MOVED_BLOCKED: return STEP_BLOCKED;
    case MOVED_END:
    case MOVED_BROKEN: break;
    }
    return STEP_OVER;
}

/* --- the file ------------------------------------------------------------------------------- */

static status write_all(int fd, slice s, err *why)
{
    while (s.len) {
        ssize_t n = write(fd, s.ptr, s.len);
        if (n < 0 && errno != EINTR)
            return no_disk(errno, "an upload could not be written", why);
        s = slice_from(s, n < 0 ? 0 : (size_t)n);
    }
    return OK;
}

/* What was written goes on to the disk at once, and no more than two steps of it wait there. Else
 * the system lets gigabytes wait, and whoever has a line to put on the disk waits behind them. */
static void push_on(exchange *x)
{
    const off_t end = (off_t)x->body_len;
    if (end - x->pushed < PUSH_BYTES)
        return;
    if (x->pushed) /* errors show when it is read, as they would without */
        (void)sync_file_range(x->r.body_fd, 0, x->pushed,
                              SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
                                  SYNC_FILE_RANGE_WAIT_AFTER);
    (void)sync_file_range(x->r.body_fd, x->pushed, end - x->pushed, SYNC_FILE_RANGE_WRITE);
    x->pushed = end;
}

void body_write(exchange *x)
{
    x->st = write_all(x->r.body_fd, buf_slice(&x->body), &x->why);
    buf_clear(&x->body);
    if (x->st == OK)
        push_on(x);
    if (x->st != OK || !x->body_over || !x->body_len)
        return;
    void *at = mmap(NULL, x->body_len, PROT_READ, MAP_PRIVATE, x->r.body_fd, 0);
    if (at == MAP_FAILED || lseek(x->r.body_fd, 0, SEEK_SET) != 0)
        x->st = err_os(&x->why, errno, "an upload could not be mapped");
    else
        x->map = at;
    x->r.body = slice_of(x->map, x->map ? x->body_len : 0);
}

step body_written(exchange *x)
{
    conn *c = x->c;
    if (x->st != OK)
        return disk_problem(x);
    if (x->body_over)
        return exchange_dispatch(x);
    c->state = CONN_BODY;
    /* the disk's time is not the client's */
    c->deadline_us += conn_now(c) - x->away_us;
    return STEP_AGAIN;
}
