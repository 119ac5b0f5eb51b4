/* webhook.c - see webhook.h. A thread a batch: between two there is none. */
#include "publish/webhook.h"

#include "base/thread.h"

#include <stdatomic.h>
#include <stdlib.h>

enum { MEMORY = 1 << 20 };

struct webhook {
    webhook_options o;
    outbound *out;
    arena names; /* the URL */
    slice url;
    pthread_t thread;
    bool running;
    atomic_bool done, stop;
    _Atomic uint64_t sent;
    /* the thread's until it is done */
    buf batch;
    arena memory;
    status st;
    err why;
    int64_t retry_after_s;
};

/* --- on the thread ---------------------------------------------------------------------------- */

static bool told_to_stop(void *ctx)
{
    webhook *h = ctx;
    return atomic_load_explicit(&h->stop, memory_order_relaxed);
}

static status send_one(webhook *h, slice json, err *why)
{
    outbound_reply reply;
    const outbound_request q = {.url = h->url,
                                .body = json,
                                .body_type = S("application/json"),
                                .headers = h->o.headers,
                                .header_count = h->o.header_count,
                                .stop = told_to_stop,
                                .ctx = h};
    arena_reset(&h->memory);
    status st = outbound_fetch(h->out, &h->memory, &q, clock_now(h->o.clock), &reply, why);
    if (st != OK || (reply.problem == OUTBOUND_FINE && reply.http != 304))
        return st;
    h->retry_after_s = reply.retry_after_s;
    return reply.http
               ? err_set(why, ERR_IO, ERR_NOWHERE, "not taken: HTTP %d", reply.http)
               : err_set(why, ERR_IO, ERR_NOWHERE, "not sent: %s", outbound_word(reply.problem));
}

static void *run(void *ctx)
{
    webhook *h = ctx;
    slice rest = buf_slice(&h->batch);
    while (h->st == OK && rest.len && !told_to_stop(h)) {
        uint32_t n;
        memcpy(&n, rest.ptr, sizeof n);
        h->st = send_one(h, slice_sub(rest, sizeof n, sizeof n + n), &h->why);
        rest = slice_from(rest, sizeof n + n);
        if (h->st == OK)
            atomic_fetch_add(&h->sent, 1);
    }
    atomic_store_explicit(&h->done, true, memory_order_release);
    return NULL;
}

/* --- on the other one ------------------------------------------------------------------------- */

static bool may_be_asked(const webhook_options *o, const outbound_url *u)
{
    bool may = u->tls;
    for (size_t i = 0; i < o->plain_count && !may; i++)
        may = outbound_same_origin(&o->plain[i], u);
    return may;
}

static status set_up(webhook *h, slice url, err *why)
{
    outbound_url u;
    status st = outbound_url_read(&h->names, url, &u, why);
    if (st == OK && !may_be_asked(&h->o, &u))
        st = err_set(why, ERR_INPUT, ERR_NOWHERE,
                     "alerts by http can be read on the way: https, or watch.webhook-plain");
    if (st != OK)
        return st;
    h->url = u.text;
    h->o.out.limits = (outbound_limits){.bytes_max = WEBHOOK_REPLY_MAX,
                                        .total_ms = WEBHOOK_TOTAL_MS,
                                        .connect_ms = WEBHOOK_CONNECT_MS,
                                        .floor_ms = WEBHOOK_TOTAL_MS};
    return outbound_new(&h->o.out, &h->out, why);
}

status webhook_new(slice url, const webhook_options *options, webhook **ret, err *why)
{
    webhook *h = calloc(1, sizeof *h);
    if (!h)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    h->o = *options;
    arena_init(&h->names, MEMORY);
    arena_init(&h->memory, MEMORY);
    buf_init(&h->batch, 0);
    status st = set_up(h, url, why);
    if (st != OK)
        webhook_free(h);
    else
        *ret = h;
    return st;
}

webhook *webhook_free(webhook *h)
{
    if (!h)
        return NULL;
    atomic_store(&h->stop, true);
    if (h->running)
        pthread_join(h->thread, NULL);
    outbound_free(h->out);
    buf_done(&h->batch);
    arena_done(&h->memory);
    arena_done(&h->names);
    free(h);
    return NULL;
}

void webhook_frame(buf *messages, slice json)
{
    uint32_t n = (uint32_t)json.len;
    buf_put(messages, slice_of((const char *)&n, sizeof n));
    buf_put(messages, json);
}

status webhook_look(webhook *h, webhook_state *ret, err *why)
{
    status st = OK;
    *ret = (webhook_state){0};
    if (h->running && atomic_load_explicit(&h->done, memory_order_acquire)) {
        pthread_join(h->thread, NULL);
        h->running = false;
        st = h->st;
        ret->retry_after_s = h->retry_after_s;
        if (st != OK && why)
            *why = h->why;
    }
    ret->idle = !h->running;
    ret->sent = atomic_load(&h->sent);
    return st;
}

status webhook_send(webhook *h, buf *messages, err *why)
{
    buf spare = h->batch;
    assert(!h->running);
    h->batch = *messages;
    buf_clear(&spare);
    spare.max = h->batch.max;
    *messages = spare;
    h->st = OK;
    h->retry_after_s = 0;
    atomic_store(&h->done, false);
    status st = thread_start(run, h, &h->thread, why);
    h->running = st == OK;
    return st;
}
