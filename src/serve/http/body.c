/* body.c - the body of a request: into memory or into a file, never faster than it is taken. What
 * goes to a file goes in large pieces, written by a thread of its own: a disk that is busy holds up
 * the upload and nobody else. */
#include "serve/http/server.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>

/* --- room ----------------------------------------------------------------------------------- */

static step no_room(exchange *x)
{
    http_reply_header(&x->w, "Retry-After", S("5"));
    return exchange_say(x, 503, REFUSED_MEMORY, ERR_BUSY, "no room for this body at the moment");
}

static step too_long(exchange *x)
{
    (void)err_set(&x->why, ERR_LIMIT, ERR_NOWHERE, "a body of more than %llu bytes",
                  (unsigned long long)x->body_max);
    stats_refuse(x->c->loop->s, REFUSED_BODY);
    return exchange_problem(x, 413);
}

static bool reserve(exchange *x, uint64_t n)
{
    http_server *s = x->c->loop->s;
    bool file = x->route->flags & HTTP_BODY_SPOOL;
    if (!server_reserve(file ? &s->spool : &s->memory,
                        file ? limits_of(s)->spool_bytes : limits_of(s)->memory_bytes, n))
        return false;
    *(file ? &x->spooled : &x->reserved) += n;
    return true;
}

/* A file that has no name from the beginning, or none from the next moment on. */
static int open_unnamed(const char *dir)
{
    char path[4096];
    int fd = open(dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return fd;
    int n = snprintf(path, sizeof path, "%s/upload-XXXXXX", dir);
    if (n < 0 || (size_t)n >= sizeof path || (fd = mkostemp(path, O_CLOEXEC)) < 0)
        return -1;
    (void)unlink(path);
    return fd;
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

void body_give_up(exchange *x)
{
    http_server *s = x->c->loop->s;
    server_release(&s->memory, x->reserved);
    if (!x->spool_end) {
        server_release(&s->spool, x->spooled);
        return;
    }
    *x->spool_end = (spool_end){{.run = give_up}, s, x->r.body_fd, x->map, x->body_len, x->spooled};
    pool_put(s->pools[DISK], x->lanes[DISK], &x->spool_end->job);
}

static step open_spool(exchange *x)
{
    http_server *s = x->c->loop->s;
    if (!s->o.spool_dir) {
        (void)err_set(&x->why, ERR_INTERNAL, ERR_NOWHERE, "no directory for uploads is set");
        return exchange_problem(x, 501);
    }
    if (!server_reserve(&s->memory, limits_of(s)->memory_bytes, SPOOL_PIECE))
        return no_room(x);
    x->reserved += SPOOL_PIECE;
    if (!exchange_enter(x, DISK, UINT_MAX) || !(x->spool_end = calloc(1, sizeof *x->spool_end)))
        return no_room(x);
    buf_init(&x->body, SPOOL_PIECE);
    if ((x->r.body_fd = open_unnamed(s->o.spool_dir)) < 0) {
        (void)err_os(&x->why, errno, "a file for an upload in %s", s->o.spool_dir);
        return exchange_problem(x, 500);
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
    if (x->head.framing == HEAD_LENGTH && !reserve(x, x->head.length))
        return no_room(x);
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

typedef enum took { TOOK, TOOK_NOTHING, TOOK_ALL, TOOK_BAD, TOOK_TOO_MUCH, TOOK_NO_ROOM } took;

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
    return reserve(x, ret->len) ? TOOK : TOOK_NO_ROOM;
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
    case TOOK_NO_ROOM: return no_room(x);
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
            return err_os(why, errno, "an upload could not be written");
        s = slice_from(s, n < 0 ? 0 : (size_t)n);
    }
    return OK;
}

void body_write(exchange *x)
{
    x->st = write_all(x->r.body_fd, buf_slice(&x->body), &x->why);
    buf_clear(&x->body);
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
        return exchange_problem(x, 500);
    if (x->body_over)
        return exchange_dispatch(x);
    c->state = CONN_BODY;
    /* the disk's time is not the client's */
    c->deadline_us += conn_now(c) - x->away_us;
    return STEP_AGAIN;
}
