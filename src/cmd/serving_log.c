/* serving_log.c - what a service says while it runs: see serving.h. */
#include "base/json_field.h"
#include "base/sink.h"
#include "cmd/serving.h"

#include <errno.h>
#include <unistd.h>

enum { LINE_MAX_BYTES = 64 << 10, PATH_SHOWN = 2048 };

/* One write: lines of several threads do not mix. Nobody is told when it fails. */
static void put_line(buf *b)
{
    slice rest = buf_slice(b);
    if (b->failed)
        return;
    while (rest.len) {
        ssize_t n = write(STDERR_FILENO, rest.ptr, rest.len);
        if (n < 0 && errno != EINTR)
            return;
        rest = slice_from(rest, n > 0 ? (size_t)n : 0);
    }
}

/* Of a client behind a proxy nobody knows the port. */
static slice client_text(const http_log *l, char out[ADDRESS_TEXT_MAX])
{
    slice text = slice_str(address_text(&l->client, out));
    return l->via && slice_ends(text, S(":0")) ? slice_sub(text, 0, text.len - 2) : text;
}

static void put_json(buf *b, const http_log *l)
{
    char client[ADDRESS_TEXT_MAX], via[ADDRESS_TEXT_MAX];
    json_writer w = json_writer_on(b);
    json_open(&w, '{');
    json_field_when(&w, "time", l->at);
    json_field_text(&w, "id", l->id);
    json_field_text(&w, "client", client_text(l, client));
    if (l->via)
        json_field_text(&w, "via", slice_str(address_text(l->via, via)));
    json_field_text(&w, "user", l->user);
    json_field_text(&w, "method", l->method);
    json_field_text(&w, "path", slice_sub(l->path, 0, PATH_SHOWN));
    json_field_int(&w, "status", l->number);
    json_field_count(&w, "in", l->in);
    json_field_count(&w, "out", l->out);
    json_field_int(&w, "us", l->spent_us);
    if (l->cut)
        json_field_bool(&w, "cut", true);
    if (l->why)
        json_field_text(&w, "why", slice_str(l->why));
    json_close(&w, '}');
}

static void put_text(buf *b, const http_log *l)
{
    char client[ADDRESS_TEXT_MAX], at[WHEN_TEXT_MAX];
    buf_printf(b, "%s %.*s ", when_iso(l->at, at), SLICE_FMT(client_text(l, client)));
    terminal_escape(b, l->user.len ? l->user : S("-"));
    buf_byte(b, ' ');
    terminal_escape(b, l->method.len ? l->method : S("-"));
    buf_byte(b, ' ');
    terminal_escape(b, slice_sub(l->path, 0, PATH_SHOWN));
    buf_printf(b, " %d %llu bytes %lld us %.*s", l->number, (unsigned long long)l->out,
               (long long)l->spent_us, SLICE_FMT(l->id));
    if (l->why) {
        buf_put(b, S(": "));
        terminal_escape(b, slice_str(l->why));
    }
}

void serving_log(log_form form, const http_log *l)
{
    if (form == LOG_OFF || (form == LOG_AUTO && l->number < 500 && !l->why))
        return;
    CLEANUP(buf_done) buf b;
    buf_init(&b, LINE_MAX_BYTES);
    if (form == LOG_JSON)
        put_json(&b, l);
    else
        put_text(&b, l);
    buf_byte(&b, '\n');
    put_line(&b);
}

void serving_trouble(slice what, const err *why)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, LINE_MAX_BYTES);
    buf_put(&b, S("noroshi: "));
    terminal_escape(&b, what);
    buf_put(&b, S(": "));
    terminal_escape(&b, slice_str(why->msg));
    buf_byte(&b, '\n');
    put_line(&b);
}
