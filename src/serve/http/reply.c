/* reply.c - an answer: from what the handler said to bytes, whole or in pieces. */
#include "serve/http/server.h"

#include "base/json.h"

#include <sys/socket.h>

/* --- what a handler says -------------------------------------------------------------------- */

void http_status(http_reply *w, int number)
{
    assert(number >= 200 && number <= 599);
    w->number = number;
}

static bool fits_in_header(slice value)
{
    for (size_t i = 0; i < value.len; i++)
        if (((unsigned char)value.ptr[i] < ' ' && value.ptr[i] != '\t') || value.ptr[i] == 0x7f)
            return false;
    return true;
}

void http_reply_header(http_reply *w, const char *name, slice value)
{
    slice n = slice_str(name), copy;
    slice *one = slice_eq_nocase(n, S("cache-control"))             ? &w->cache
                 : slice_eq_nocase(n, S("content-security-policy")) ? &w->csp
                 : slice_eq_nocase(n, S("content-disposition"))     ? &w->disposition
                                                                    : NULL;
    if (!http_is_token(n) || !fits_in_header(value) ||
        (!one && w->extra_count == COUNT_OF(w->extra)) || !arena_copy(&w->x->arena, value, &copy)) {
        w->bad = true;
        return;
    }
    if (one)
        *one = copy;
    else
        w->extra[w->extra_count++] = (http_pair){n, copy};
}

void http_log_user(http_reply *w, slice user)
{
    if (!arena_copy(&w->x->arena, user, &w->user))
        w->user = (slice){NULL, 0};
}

/* What was going to be the body is not. */
void reply_forget(http_reply *w)
{
    if (w->has_producer && w->producer.done)
        w->producer.done(w->producer.ctx);
    w->has_producer = w->says_body = w->has_length = w->in_worker = false;
    w->whole = w->type = (slice){NULL, 0};
    buf_clear(&w->body);
}

void reply_drop(http_reply *w, bool keep_headers)
{
    reply_forget(w);
    if (!keep_headers) {
        w->extra_count = 0;
        w->csp = w->cache = w->disposition = w->etag = (slice){NULL, 0};
    }
}

buf *http_body(http_reply *w, slice type)
{
    reply_forget(w);
    w->says_body = true;
    w->type = type;
    return &w->body;
}

void http_send(http_reply *w, slice type, slice body)
{
    reply_forget(w);
    w->says_body = true;
    w->type = type;
    w->whole = body;
}

void http_stream(http_reply *w, slice type, const http_producer *p)
{
    reply_forget(w);
    w->type = type;
    w->producer = *p;
    w->has_producer = w->says_body = true;
    w->in_worker = (w->x->route->flags & HTTP_SLOW) != 0;
}

status http_problem(http_reply *w, int number, status code)
{
    w->number = number;
    w->problem = true;
    return code;
}

/* --- problems ------------------------------------------------------------------------------- */

static int number_of(status st)
{
    switch (st) {
    case ERR_INPUT: return 400;
    case ERR_LIMIT: return 413;
    case ERR_NOT_FOUND: return 404;
    case ERR_FORBIDDEN: return 403;
    case ERR_BUSY: return 503;
    case OK:
    case ERR_IO:
    case ERR_INTERNAL:
    case STATUS_COUNT_: break;
    }
    return 500;
}

/* RFC 9457. What went wrong inside is for the log, where the id finds it. */
static void say_problem(exchange *x)
{
    http_reply *w = &x->w;
    int number = w->problem ? w->number : number_of(x->st);
    bool inside = x->st == ERR_IO || x->st == ERR_INTERNAL;
    slice user = w->user;
    reply_drop(w, w->problem);
    w->user = user;
    w->number = number;
    w->bad = false;
    json_writer j = json_writer_on(http_body(w, S("application/problem+json")));
    json_open(&j, '{');
    json_key(&j, "type"), json_put_text(&j, S("about:blank"));
    json_key(&j, "title"), json_put_text(&j, slice_str(reply_reason(number)));
    json_key(&j, "status"), json_put_int(&j, number);
    if (!inside && x->why.msg[0]) {
        json_key(&j, "detail"), json_put_text(&j, slice_str(x->why.msg));
        if (x->why.at != ERR_NOWHERE)
            json_key(&j, "at"), json_put_int(&j, (int64_t)x->why.at);
    }
    json_key(&j, "code"), json_put_text(&j, slice_str(status_name(x->st)));
    json_key(&j, "instance"), json_put_text(&j, x->r.id);
    json_close(&j, '}');
}

/* A handler's answer that is none becomes a problem. */
static void settle(exchange *x)
{
    http_reply *w = &x->w;
    if (x->st == OK)
        x->st = w->refused;
    if (x->st == OK && w->bad)
        x->st = err_set(&x->why, ERR_INTERNAL, ERR_NOWHERE, "a header of the answer is none");
    if (x->st == OK && w->body.failed)
        x->st = err_set(&x->why, ERR_INTERNAL, ERR_NOWHERE, "the answer is over its %zu bytes",
                        w->body.max);
    if (x->st != OK)
        say_problem(x);
    if (!w->number)
        w->number = w->says_body ? 200 : 204;
    if (w->says_body && !w->has_producer && !w->whole.ptr)
        w->whole = buf_slice(&w->body);
}

/* --- sending -------------------------------------------------------------------------------- */

static step send_from(exchange *x)
{
    x->c->state = CONN_SEND;
    conn_time(x->c, limits_of(x->c->loop->s)->stall_ms);
    return STEP_AGAIN;
}

step reply_begin(exchange *x)
{
    http_reply *w = &x->w;
    x->replying = true;
    settle(x);
    bool bare = x->r.head || w->number == 204 || w->number == 304;
    if (atomic_load(&x->c->loop->s->draining))
        x->keep = false;
    if (w->has_producer && !w->has_length) {
        x->chunked = x->head.minor && !bare;
        x->keep = x->keep && x->head.minor;
    }
    reply_head(x);
    if (x->head_out.failed)
        return STEP_OVER;
    memset(x->parts, 0, sizeof x->parts);
    x->parts[0] = buf_slice(&x->head_out);
    if (bare) {
        reply_forget(w);
        x->more = HTTP_DONE;
        return send_from(x);
    }
    if (w->has_producer)
        return x->filled ? reply_piece(x) : reply_ask(x);
    x->parts[1] = w->whole;
    x->more = HTTP_DONE;
    return send_from(x);
}

void reply_fill(exchange *x)
{
    buf_clear(&x->piece);
    x->wait_ms = HTTP_WAIT_MS;
    x->more = x->w.producer.fill(x->w.producer.ctx, &x->r, &x->piece);
}

step reply_ask(exchange *x)
{
    if (x->w.in_worker)
        return exchange_away(x, PHASE_FILL);
    x->r.thread = x->c->loop->thread_ctx;
    reply_fill(x);
    return reply_piece(x);
}

step reply_piece(exchange *x)
{
    slice piece = buf_slice(&x->piece);
    x->wait_until_us = conn_now(x->c) + (int64_t)x->wait_ms * 1000;
    if (x->last_call && x->more != HTTP_BROKEN)
        x->more = HTTP_DONE;
    x->streamed += piece.len;
    bool wrong = x->w.has_length &&
                 (x->streamed > x->w.length || (x->more == HTTP_DONE && x->streamed < x->w.length));
    if (x->piece.failed || wrong)
        x->more = HTTP_BROKEN;
    if (x->more == HTTP_BROKEN)
        return STEP_OVER;
    x->parts[1] = x->parts[3] = (slice){NULL, 0};
    x->parts[2] = piece;
    if (x->chunked && piece.len) {
        int n = snprintf(x->size_line, sizeof x->size_line, "%zx\r\n", piece.len);
        x->parts[1] = slice_of(x->size_line, (size_t)n);
        x->parts[3] = x->more == HTTP_DONE ? S("\r\n0\r\n\r\n") : S("\r\n");
    } else if (x->chunked && x->more == HTTP_DONE) {
        x->parts[3] = S("0\r\n\r\n");
    }
    return send_from(x);
}

static step finish(exchange *x)
{
    conn *c = x->c;
    bool keep = x->keep, unread = !x->body_over || c->in_len > c->in_from;
    x->cut = false;
    exchange_free(x);
    if (keep) {
        c->state = CONN_HEAD;
        conn_time(c, limits_of(c->loop->s)->idle_ms);
        return STEP_AGAIN;
    }
    if (!unread)
        return STEP_OVER;
    shutdown(c->fd, SHUT_WR);
    c->state = CONN_LINGER;
    conn_time(c, LINGER_MS);
    return STEP_AGAIN;
}

step reply_send(conn *c)
{
    exchange *x = c->x;
    while (x->parts[0].len || x->parts[1].len || x->parts[2].len || x->parts[3].len)
        switch (conn_write(c, x->parts, COUNT_OF(x->parts))) {
        case MOVED: break;
        case MOVED_BLOCKED: return STEP_BLOCKED;
        case MOVED_END:
        case MOVED_BROKEN: return STEP_OVER;
        }
    switch (x->more) {
    case HTTP_DONE: return finish(x);
    case HTTP_MORE: return reply_ask(x);
    case HTTP_BROKEN: return STEP_OVER;
    case HTTP_WAIT: break;
    }
    c->state = CONN_WAIT;
    c->deadline_us = x->wait_until_us;
    return STEP_AGAIN;
}
