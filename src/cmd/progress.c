/* progress.c - see progress.h. The one place besides styles that sends a control function: carriage
 * return, and erase to the end of the line (ECMA-48 8.3.41). */
#include "cmd/progress.h"

progress progress_start(app *a)
{
    return (progress){.app = a};
}

static void send(app *a, slice bytes)
{
    status st = a->err.options.write(a->err.options.ctx, bytes, NULL);
    (void)st; /* nobody watches */
}

void progress_show(progress *p, message m)
{
    app *a = p->app;
    if (!a->err_tty || a->quiet || a->json)
        return;
    int64_t now = clock_now_us(a->ticks);
    if (now < p->next_us)
        return;
    p->next_us = now + 1000000 / PROGRESS_HZ;
    CLEANUP(buf_done) buf text;
    CLEANUP(buf_done) buf line;
    buf_init(&text, 1 << 16);
    buf_init(&line, 1 << 16);
    message_render(&text, a->language, &m, NULL);
    buf_byte(&line, '\r');
    terminal_cut(&line, buf_slice(&text), PROGRESS_COLUMNS);
    buf_put(&line, S("\x1b[K"));
    if (line.failed)
        return;
    send(a, buf_slice(&line));
    a->progress_shown = true;
}

void progress_clear(app *a)
{
    if (!a->progress_shown)
        return;
    a->progress_shown = false;
    send(a, S("\r\x1b[K"));
}
