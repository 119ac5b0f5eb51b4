/* exchange.c - one request: from its header to its handler, and its end. */
#include "serve/http/server.h"

#include "serve/http/host.h"

#include <limits.h>
#include <stdlib.h>

/* --- a new one, and its end ----------------------------------------------------------------- */

/* Not to be guessed, and no two alike: a counter under a key. */
static void make_id(loop *l, char id[HTTP_ID_ROOM])
{
    uint64_t n = l->id_count++;
    n = siphash(l->id_key, slice_of((const char *)&n, sizeof n));
    for (int i = 15; i >= 0; i--, n >>= 4)
        id[i] = "0123456789abcdef"[n & 15];
    id[16] = 0;
}

static void clean(exchange *x)
{
    arena kept = x->arena;
    buf body = x->body, head = x->head_out, piece = x->piece, answer = x->w.body;
    memset(x, 0, sizeof *x);
    x->arena = kept;
    x->body = body;
    x->head_out = head;
    x->piece = piece;
    x->w.body = answer;
}

exchange *exchange_new(conn *c)
{
    loop *l = c->loop;
    const size_t most = l->s->o.limits.request_bytes;
    exchange *x = l->spare;
    if (x) {
        l->spare = x->next_spare;
        l->spare_count--;
        clean(x);
    } else {
        if (!(x = calloc(1, sizeof *x)))
            return NULL;
        arena_init(&x->arena, most);
        buf_init(&x->head_out, most);
        buf_init(&x->piece, most);
        buf_init(&x->w.body, most);
        buf_init(&x->body, 0);
    }
    make_id(l, x->id);
    x->c = c;
    x->w.x = x;
    x->cut = true;
    x->job.run = exchange_run;
    x->began_us = conn_now(c);
    x->r = (http_request){.id = slice_of(x->id, HTTP_ID_ROOM - 1),
                          .at = clock_now(l->s->o.clock),
                          .client = c->client,
                          .tls = c->tls != NULL,
                          .body_fd = -1,
                          .params = x->params,
                          .arena = &x->arena};
    atomic_fetch_add(&l->s->in_flight, 1);
    c->x = x;
    return x;
}

static void trim(buf *b)
{
    if (b->cap > SPARE_BYTES)
        buf_done(b);
    else
        buf_clear(b);
}

void exchange_done(exchange *x)
{
    buf_done(&x->body);
    buf_done(&x->head_out);
    buf_done(&x->piece);
    buf_done(&x->w.body);
    arena_done(&x->arena);
    free(x);
}

static void tell(exchange *x)
{
    const http_options *o = &x->c->loop->s->o;
    int64_t spent = conn_now(x->c) - x->began_us;
    int number = x->replying ? x->w.number : 0;
    stats_count(x, number, spent);
    if (o->log)
        o->log(o->ctx, &(http_log){.at = x->r.at,
                                   .spent_us = spent,
                                   .method = x->head.method,
                                   .path = x->r.path,
                                   .id = x->r.id,
                                   .user = x->w.user,
                                   .route = x->route,
                                   .client = x->r.client,
                                   .via = x->r.proxied ? &x->c->client : NULL,
                                   .number = number,
                                   .in = x->c->bytes_in,
                                   .out = x->c->bytes_out,
                                   .cut = x->cut,
                                   .why = x->why.msg[0] ? x->why.msg : NULL});
    x->c->bytes_in = x->c->bytes_out = 0;
}

exchange *exchange_free(exchange *x)
{
    conn *c = x->c;
    loop *l = c->loop;
    tell(x);
    waiters_over(x);
    reply_drop(&x->w, false);
    body_give_up(x);
    for (size_t i = 0; i < POOL_COUNT_; i++)
        pool_leave(l->s->pools[i], x->lanes[i]);
    atomic_fetch_sub(&l->s->in_flight, 1);
    c->x = NULL;
    buf_done(&x->body);
    trim(&x->head_out);
    trim(&x->piece);
    trim(&x->w.body);
    arena_reset(&x->arena);
    if (l->spare_count >= SPARE_MAX) {
        exchange_done(x);
        return NULL;
    }
    x->next_spare = l->spare;
    l->spare = x;
    l->spare_count++;
    return NULL;
}

/* --- refusing ------------------------------------------------------------------------------- */

step exchange_problem(exchange *x, int number)
{
    x->w.number = number;
    x->w.problem = true;
    x->st = x->why.code ? x->why.code : ERR_INPUT;
    x->keep = x->keep && (x->head.framing == HEAD_NO_BODY || x->body_over);
    return reply_begin(x);
}

step exchange_say(exchange *x, int number, refusal counted, status code, const char *what)
{
    stats_refuse(x->c->loop->s, counted);
    (void)err_set(&x->why, code, ERR_NOWHERE, "%s", what);
    return exchange_problem(x, number);
}

step exchange_refuse(conn *c, int number, refusal counted)
{
    exchange *x = c->x ? c->x : exchange_new(c);
    if (!x)
        return STEP_OVER;
    x->keep = false;
    return exchange_say(x, number, counted, ERR_LIMIT,
                        number == 408 ? "it took too long" : "too long");
}

/* --- what is asked for ----------------------------------------------------------------------- */

static step wrong_method(exchange *x, bool known)
{
    http_reply_header(&x->w, "Allow", slice_str(x->path->allow));
    (void)err_set(&x->why, ERR_INPUT, ERR_NOWHERE,
                  known ? "not a method of this path" : "a method that is not known");
    return exchange_problem(x, known ? 405 : 501);
}

bool exchange_enter(exchange *x, pool_id which, unsigned most)
{
    http_server *s = x->c->loop->s;
    uint8_t network[16], key[POOL_KEY_BYTES];
    uint64_t hash[2];
    slice name = x->r.client_key;
    client_network(&x->r.client, network);
    if (!name.len)
        name = slice_of((const char *)network, sizeof network);
    siphash128(s->lane_keys[x->r.client_key.len == 0], name, hash);
    memcpy(key, hash, sizeof key);
    x->lanes[which] = pool_enter(s->pools[which], key, most);
    return x->lanes[which] != NULL;
}

/* What is slow needs a place among what its client has under way, before its body is read. */
static bool has_place(exchange *x)
{
    const unsigned flags = x->route->flags;
    const unsigned most = limits_of(x->c->loop->s)->client_requests;
    bool has = !(flags & HTTP_SLOW) || exchange_enter(x, WORKERS, most);
    return has && (!(flags & HTTP_LONG) || exchange_enter(x, LONG_WORKERS, most));
}

static step no_place(exchange *x)
{
    http_reply_header(&x->w, "Retry-After", S("1"));
    return exchange_say(x, 429, REFUSED_REQUESTS, ERR_BUSY, "too much at once, wait for answers");
}

/* The route is known, or the answer is. */
static step choose(exchange *x)
{
    http_server *s = x->c->loop->s;
    if (!(x->path = route_find(&x->arena, &s->routes, &x->target, x->params, &x->r.param_count))) {
        (void)err_set(&x->why, ERR_NOT_FOUND, ERR_NOWHERE, "nothing is here");
        return exchange_problem(x, 404);
    }
    if (!x->known)
        return wrong_method(x, false);
    x->route = x->r.route = x->path->by_method[x->r.method];
    if (x->method == HTTP_OPTIONS && !x->route) {
        http_reply_header(&x->w, "Allow", slice_str(x->path->allow));
        x->keep = x->keep && x->head.framing == HEAD_NO_BODY;
        return reply_begin(x);
    }
    if (!x->route)
        return wrong_method(x, true);
    x->st = s->o.admit ? s->o.admit(s->o.ctx, &x->r, &x->w, &x->why) : OK;
    if (x->st != OK) {
        x->keep = x->keep && x->head.framing == HEAD_NO_BODY;
        return reply_begin(x);
    }
    return has_place(x) ? body_start(x) : no_place(x);
}

/* Who asks, where a proxy says it. */
static void look_behind(exchange *x)
{
    const forwarded_trust *trust = &x->c->loop->s->trust;
    const ip peer = client_ip(&x->c->client);
    forwarded_said said;
    if (!trust->count || !forwarded_trusts(trust, &peer))
        return;
    forwarded_read(trust, x->head.headers, x->head.header_count, &peer, &said);
    x->r.proxied = true;
    x->r.client = client_address(&said.client);
    x->r.tls |= said.https;
}

static step understand(exchange *x)
{
    http_head *h = &x->head;
    slice name, port;
    http_pair *query = NULL;
    x->keep = h->keep;
    /* first of all: whatever the answer is, HEAD has no body */
    x->known = head_method(h->method, &x->method) == OK;
    x->r.head = x->known && x->method == HTTP_HEAD;
    x->r.method = x->r.head ? HTTP_GET : x->method;
    const http_settings *now = settings_of(x->c->loop->s);
    if (now->limits.requests && x->c->requests >= now->limits.requests)
        x->keep = false;
    status st = target_parse(&x->arena, h->target, &x->target, &x->why);
    x->r.path = x->target.path;
    x->r.headers = h->headers;
    x->r.header_count = h->header_count;
    x->r.old = !x->head.minor;
    look_behind(x);
    x->r.host = h->host;
    x->r.thread = x->c->loop->thread_ctx;
    if (!fields_host(h->host, &name, &port) ||
        (x->target.authority.ptr && !slice_eq_nocase(x->target.authority, h->host)))
        return exchange_say(x, 400, REFUSED_HOST, ERR_INPUT, "no Host, or not that of the target");
    if (!host_is_ours(name, port, &x->c->local, now->hosts, now->host_count))
        return exchange_say(x, 421, REFUSED_HOST, ERR_INPUT,
                            "a Host that this server does not have");
    if (st == OK)
        st = target_query(&x->arena, x->target.query, &query, &x->r.query_count, &x->why);
    x->r.query = query;
    if (st == ERR_LIMIT && x->target.part_count == 0)
        st = err_set(&x->why, ERR_NOT_FOUND, ERR_NOWHERE, "nothing is here");
    if (st != OK)
        return exchange_problem(x, st == ERR_NOT_FOUND ? 404 : 400);
    return choose(x);
}

static step begin(conn *c, slice in)
{
    int number = 431;
    slice head;
    exchange *x = exchange_new(c);
    if (!x)
        return STEP_OVER;
    c->requests++;
    bool copied = arena_copy(&x->arena, in, &head);
    conn_take(c, in.len);
    c->skipped = false;
    if (!copied || head_parse(&x->arena, head, &x->head, &number, &x->why) != OK) {
        stats_refuse(c->loop->s, REFUSED_HEADER);
        x->keep = false;
        return exchange_problem(x, number);
    }
    return understand(x);
}

step exchange_head(conn *c)
{
    const uint32_t most = limits_of(c->loop->s)->header_bytes;
    size_t end;
    if (!c->skipped && slice_starts(conn_bytes(c), S("\r\n"))) { /* RFC 9112, section 2.2 */
        conn_take(c, 2);
        c->skipped = true;
    }
    slice in = conn_bytes(c);
    if (!head_end(in, &c->scanned, &end))
        return exchange_refuse(c, 400, REFUSED_HEADER);
    if (end > most || (!end && in.len >= most))
        return exchange_refuse(c, 431, REFUSED_HEADER);
    if (end)
        return begin(c, slice_sub(in, 0, end));
    switch (conn_read(c, most)) {
    case MOVED:
        if (!in.len && c->in_len)
            conn_time(c, limits_of(c->loop->s)->header_ms);
        return STEP_AGAIN;
    case MOVED_BLOCKED: return STEP_BLOCKED;
    case MOVED_END:
    case MOVED_BROKEN: break;
    }
    return STEP_OVER;
}

/* --- handlers ------------------------------------------------------------------------------- */

static void handle(exchange *x, void *thread)
{
    x->r.thread = thread;
    x->st = x->route->handle(x->route->ctx, &x->r, &x->w, &x->why);
}

void exchange_run(job *j, void *thread)
{
    exchange *x = (exchange *)j; /* its first member */
    conn *c = x->c;
    switch (x->phase) {
    case PHASE_HANDLE:
        handle(x, thread);
        if (x->st == OK && x->w.has_producer && !x->r.head) {
            reply_fill(x);
            x->filled = true;
        }
        break;
    case PHASE_FILL:
        x->r.thread = thread;
        reply_fill(x);
        break;
    case PHASE_SPOOL: body_write(x); break;
    }
    loop_post(c->loop, c, POST_BACK);
}

step exchange_away(exchange *x, phase what)
{
    http_server *s = x->c->loop->s;
    const bool is_long = what == PHASE_HANDLE && x->lanes[LONG_WORKERS];
    const pool_id which = what == PHASE_SPOOL ? DISK : is_long ? LONG_WORKERS : WORKERS;
    if (!x->lanes[which] && !exchange_enter(x, which, UINT_MAX))
        return STEP_OVER;
    x->phase = what;
    x->away_us = conn_now(x->c);
    x->c->state = CONN_AWAY;
    pool_put(s->pools[which], x->lanes[which], &x->job);
    return STEP_BLOCKED;
}

bool http_later(http_reply *w)
{
    w->later = w->x->c->state != CONN_AWAY;
    return w->later;
}

step exchange_dispatch(exchange *x)
{
    const unsigned flags = x->route->flags;
    const bool tried = flags & HTTP_TRIED && x->r.body.len <= HTTP_TRIED_BYTES;
    if (flags & HTTP_SLOW && !tried)
        return exchange_away(x, PHASE_HANDLE);
    handle(x, x->c->loop->thread_ctx);
    if (!x->w.later)
        return reply_begin(x);
    reply_drop(&x->w, false);
    x->w.later = x->w.bad = x->w.problem = false;
    x->w.number = 0;
    x->w.refused = OK;
    x->why = (err){0};
    return exchange_away(x, PHASE_HANDLE);
}

step exchange_back(conn *c)
{
    exchange *x = c->x;
    switch (x->phase) {
    case PHASE_HANDLE: return reply_begin(x);
    case PHASE_FILL: return reply_piece(x);
    case PHASE_SPOOL: break;
    }
    return body_written(x);
}
