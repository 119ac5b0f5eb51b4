/* outgoing.c - see outgoing.h. */
#include "serve/api/outgoing.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

status outgoing_open(call *c, outgoing *ret, err *why)
{
    *ret = (outgoing){.c = c, .fd = open(c->a->o.work_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600)};
    buf_init(&ret->line, OUTGOING_LINE_MAX);
    return ret->fd >= 0 ? OK : err_os(why, errno, "a file for what goes out");
}

status outgoing_put(void *ctx, slice bytes, err *why)
{
    outgoing *o = ctx;
    while (bytes.len) {
        ssize_t n = write(o->fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_os(why, errno, "writing what goes out");
        o->size += (uint64_t)n;
        bytes = slice_from(bytes, (size_t)n);
    }
    return OK;
}

status outgoing_line(outgoing *o, err *why)
{
    buf_byte(&o->line, '\n');
    status st = buf_status(&o->line, why);
    if (st == OK)
        st = outgoing_put(o, buf_slice(&o->line), why);
    buf_clear(&o->line);
    return st;
}

status outgoing_send(outgoing *o, slice type, const char *name, status st)
{
    buf_done(&o->line);
    if (st != OK) {
        if (o->fd >= 0)
            close(o->fd);
        return st;
    }
    slice how = arena_printf(o->c->m, "attachment; filename=\"%s\"", name);
    http_reply_header(o->c->w, "Content-Disposition", how);
    http_file(o->c->w, type, o->fd, o->size); /* closes it */
    return OK;
}
