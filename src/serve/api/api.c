/* api.c - see api.h: the table as routes, a request from its row to its answer. */
#include "serve/api/route.h"

#include "know/replay.h"
#include "know/sets.h"
#include "serve/pull.h"
#include "watch/settle.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct bound {
    api *a;
    const route *row;
} bound;

const route *route_of(const http_request *r)
{
    return ((const bound *)r->route->ctx)->row;
}

/* --- bodies ----------------------------------------------------------------------------------- */

static bool named_in(const char *words, slice name)
{
    slice rest = slice_str(words), word;
    while (slice_cut(&rest, ' ', &word))
        if (slice_eq(word, name))
            return true;
    return false;
}

static status read_body(call *c, err *why)
{
    char quoted[ERR_QUOTE_MAX];
    json *v;
    slice type = http_header(c->r, "Content-Type");
    if (type.len && !slice_starts_nocase(type, S("application/json")))
        return http_problem(c->w, 415,
                            err_set(why, ERR_INPUT, ERR_NOWHERE, "the body is application/json"));
    status st = json_parse(c->m, c->r->body, NULL, &v, why);
    if (st != OK)
        return st;
    if (!json_is(v, JSON_OBJECT))
        return err_set(why, ERR_INPUT, 0, "the body is a JSON object");
    for (const json *m = v->first; m; m = m->next)
        if (!named_in(c->route->fields, m->key))
            return err_set(why, ERR_INPUT, m->at, "this takes no member %s",
                           err_quote(m->key, quoted));
    c->body = v;
    return OK;
}

/* --- reads ------------------------------------------------------------------------------------ */

/* The tag is of the bytes that this reader gets, under a key: it tells nothing else. */
static void tag(call *c)
{
    uint64_t h[2];
    uint8_t bytes[sizeof h];
    char text[2 * sizeof h + 3] = "\"";
    if (c->r->method != HTTP_GET || !c->out->len || c->out->failed)
        return;
    siphash128(c->a->etag_key, buf_slice(c->out), h);
    for (size_t i = 0; i < COUNT_OF(h); i++)
        h[i] = htobe64(h[i]);
    memcpy(bytes, h, sizeof h);
    hash_hex(bytes, sizeof bytes, text + 1);
    memcpy(text + 1 + 2 * sizeof h, "\"", 2);
    slice copy;
    if (arena_copy(c->m, slice_str(text), &copy))
        (void)http_not_modified(c->r, c->w, copy);
}

static status answer_read(call *c, err *why)
{
    status st = c->route->run(c, why);
    if (st == OK)
        st = buf_status(c->out, why);
    if (st == OK)
        st = call_record_read(c, why);
    if (st == OK && c->route->gives && !c->route->type)
        tag(c);
    if (st == OK && !c->route->gives && !(c->route->flags & ROUTE_LEADS) && !c->out->len)
        http_status(c->w, 204);
    return st;
}

/* --- changes ---------------------------------------------------------------------------------- */

static void hash_part(hash_state *h, slice part)
{
    uint64_t len = part.len;
    hash_update(h, slice_of((const char *)&len, sizeof len));
    hash_update(h, part);
}

/* A body in a file: an upload. */
static status hash_file(hash_state *h, int fd, err *why)
{
    enum { PIECE = 64 << 10 };
    char *piece = malloc(PIECE);
    status st = piece ? OK : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    ssize_t n = 1;
    for (off_t at = 0; st == OK && n > 0; at += n) {
        do
            n = pread(fd, piece, PIECE, at);
        while (n < 0 && errno == EINTR);
        if (n > 0)
            hash_update(h, slice_of(piece, (size_t)n));
        else if (n < 0)
            st = err_set(why, ERR_IO, ERR_NOWHERE, "%s", strerror(errno));
    }
    free(piece);
    return st;
}

/* What is kept of a request is a quick hash, so of one with a password nothing is: it is made anew,
 * which comes to the same. */
static status replay_of(call *c, replay_key *k, err *why)
{
    slice key = call_text(c, "password").len ? S("") : http_header(c->r, "Idempotency-Key");
    hash_state *h;
    *k = (replay_key){.account = c->from->who.who.row,
                      .organisation = c->from->who.has.organisation,
                      .clearance = c->from->who.has.clearance,
                      .key = key};
    if (!key.len)
        return OK;
    if (key.len > REPLAY_KEY_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "Idempotency-Key is over %d bytes",
                       REPLAY_KEY_MAX);
    if (!(h = hash_new(HASH_SHA256)))
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    hash_part(h, slice_str(http_method_name(c->r->method)));
    hash_part(h, c->r->path);
    for (size_t i = 0; i < c->r->query_count; i++) {
        hash_part(h, c->r->query[i].name);
        hash_part(h, c->r->query[i].value);
    }
    hash_part(h, c->r->body);
    status st = c->r->body_fd >= 0 ? hash_file(h, c->r->body_fd, why) : OK;
    hash_final(h, k->request);
    hash_free(h);
    return st;
}

/* ERR_NOT_FOUND: there is no key, or it is a new one. */
static status answer_again(call *c, const replay_key *k, err *why)
{
    replay_answer before;
    if (!k->key.len)
        return ERR_NOT_FOUND;
    status st = replay_get(c->t->people, c->m, k, call_now(c), &before, why);
    if (st != OK)
        return st == ERR_INPUT ? http_problem(c->w, 422, st) : st;
    if (c->route->type)
        c->out = http_body(c->w, slice_str(c->route->type));
    http_reply_header(c->w, "Idempotent-Replayed", S("true"));
    http_status(c->w, before.status);
    buf_clear(c->out);
    buf_put(c->out, before.body);
    return OK;
}

static status answered_before(call *c, replay_key *k, err *why)
{
    status st = replay_of(c, k, why);
    return st == OK ? answer_again(c, k, why) : st;
}

static audit_entry entry_of(const call *c, audit_outcome outcome, actor *by)
{
    call_actor(c, by);
    return (audit_entry){.at = by->now,
                         .who = by->who,
                         .from = by->from,
                         .act = slice_str(c->route->name),
                         .what = c->did,
                         .outcome = outcome};
}

static status record_change(call *c, err *why)
{
    actor by;
    const audit_entry e = entry_of(c, AUDIT_DONE, &by);
    return audit_add(c->writer, &e, why);
}

/* The transaction is gone, with what a part of it had written down. */
static status record_refusal(call *c, err *why)
{
    actor by;
    const audit_entry e = entry_of(c, AUDIT_REFUSED, &by);
    return audit_put(c->a->o.audit, &e, 1, why);
}

/* What it does, that it was done, and how it was answered become one transaction. */
static status change(call *c, const replay_key *k, err *why)
{
    status st = writer_together(c->writer, why);
    if (st == OK)
        st = c->route->run(c, why);
    if (st == OK)
        st = buf_status(c->out, why);
    if (st == OK && !(c->route->flags & ROUTE_RECORDED))
        st = record_change(c, why);
    if (st == OK && k->key.len) {
        const replay_answer said = {.status = c->out->len ? 200 : 204,
                                    .body = c->kept.len ? c->kept : buf_slice(c->out)};
        st = replay_put(c->writer, k, &said, call_now(c), why);
    }
    return st == OK ? writer_sync(c->writer, why) : st;
}

static status look_back(call *c, err *why)
{
    uint64_t alerts;
    const settle_options o = {.s = c->a->o.store,
                              .actor = c->from->who.who.login,
                              .clock = c->a->o.clock,
                              .after_us = c->newest_us};
    return settle_import(&o, &alerts, why);
}

static status answer_change(call *c, err *why)
{
    replay_key k = {0};
    status st = answered_before(c, &k, why);
    if (st != ERR_NOT_FOUND)
        return st;
    st = writer_new(c->a->o.store, c->from->who.who.login, &c->writer, why);
    if (st == OK)
        st = change(c, &k, why);
    writer_free(c->writer);
    if (st == ERR_BUSY) { /* the same at the same time, and that one was faster */
        status before = answer_again(c, &k, why);
        if (before != ERR_NOT_FOUND)
            return before;
    }
    if (st == ERR_FORBIDDEN) {
        status noted = record_refusal(c, why);
        st = noted == OK ? st : noted;
    }
    if (st == OK && c->looks_back)
        st = look_back(c, why);
    if (st == OK && c->wakes)
        puller_wake(c->a->o.puller);
    if (st == OK && !c->out->len)
        http_status(c->w, 204);
    return st;
}

/* What an upload brought is there in parts as it comes, and again adds nothing: all that a key does
 * is that it is answered as before. */
static status keep_answer(call *c, const replay_key *k, err *why)
{
    const replay_answer said = {.status = 200, .body = buf_slice(c->out)};
    status st = writer_new(c->a->o.store, c->from->who.who.login, &c->writer, why);
    if (st == OK)
        st = replay_put(c->writer, k, &said, call_now(c), why);
    if (st == OK)
        st = writer_sync(c->writer, why);
    writer_free(c->writer);
    return st == ERR_BUSY ? OK : st; /* the same came twice at once: his answer is kept */
}

static status answer_keyed(call *c, err *why)
{
    replay_key k = {0};
    status st = answered_before(c, &k, why);
    if (st != ERR_NOT_FOUND)
        return st;
    st = answer_read(c, why);
    if (st == OK && k.key.len && c->out->len && c->out->len <= REPLAY_BODY_MAX)
        st = keep_answer(c, &k, why);
    return st;
}

/* --- a request -------------------------------------------------------------------------------- */

static status handle(void *ctx, http_request *r, http_reply *w, err *why)
{
    bound *b = ctx;
    call c = {.a = b->a,
              .t = r->thread,
              .route = b->row,
              .r = r,
              .w = w,
              .from = r->user,
              .m = r->arena,
              .did = r->path};
    status st = OK;
    if (b->row->takes && (b->row->http & HTTP_BODY))
        st = read_body(&c, why);
    if (st != OK)
        return st;
    c.out = http_body(w, S("application/json"));
    st = b->row->flags & ROUTE_CHANGES ? answer_change(&c, why)
         : b->row->flags & ROUTE_KEYED ? answer_keyed(&c, why)
                                       : answer_read(&c, why);
    call_rest(&c);
    if (st == OK && why)
        *why = (err){0};     /* what was tried on the way is nobody's trouble */
    if (st == ERR_NOT_FOUND) /* not there, and not for this reader, are not told apart */
        return err_set(why, st, ERR_NOWHERE, "nothing there, or nothing that you may see");
    return st;
}

/* --- threads ---------------------------------------------------------------------------------- */

status api_thread_open(api *a, void **ret, err *why)
{
    api_thread *t = calloc(1, sizeof *t);
    if (!t)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    t->a = a;
    status st = accounts_new(a->o.store, &t->people, why);
    if (st != OK) {
        free(t);
        return st;
    }
    *ret = t;
    return OK;
}

void api_thread_close(void *thread)
{
    api_thread *t = thread;
    if (!t)
        return;
    sightings_close(t->seen);
    index_close(t->ix);
    renderer_free(t->r);
    asker_free(t->k);
    lens_free(t->l);
    accounts_free(t->people);
    free(t);
}

/* --- the whole -------------------------------------------------------------------------------- */

status api_new(const api_options *options, api **ret, err *why)
{
    api *a = calloc(1, sizeof *a);
    if (!a)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    a->o = *options;
    pthread_mutex_init(&a->lock, NULL);
    a->o.random.fill(a->o.random.ctx, a->etag_key, sizeof a->etag_key);
    buf_init(&a->openapi, OPENAPI_MAX);
    openapi_json(&a->openapi);
    a->routes = calloc(api_table_count, sizeof *a->routes);
    a->bound = calloc(api_table_count, sizeof *a->bound);
    status st = a->routes && a->bound ? buf_status(&a->openapi, why)
                                      : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    for (size_t i = 0; st == OK && i < api_table_count; i++) {
        const route *row = &api_table[i];
        a->bound[i] = (bound){a, row};
        a->routes[i] = (http_route){.method = row->method,
                                    .path = row->path,
                                    .flags = row->http,
                                    .handle = handle,
                                    .body_max = row->body_max,
                                    .ctx = &a->bound[i]};
    }
    if (st != OK) {
        api_free(a);
        return st;
    }
    *ret = a;
    return OK;
}

api *api_free(api *a)
{
    if (!a)
        return NULL;
    pthread_mutex_destroy(&a->lock);
    buf_done(&a->openapi);
    free(a->routes);
    free(a->bound);
    free(a);
    return NULL;
}

const http_route *api_routes(const api *a, size_t *ret_count)
{
    *ret_count = api_table_count;
    return a->routes;
}

void api_serves(api *a, http_server *s)
{
    __atomic_store_n(&a->server, s, __ATOMIC_RELEASE);
}

void api_reloaded(api *a, bool well)
{
    __atomic_store_n(&a->reload_failed, !well, __ATOMIC_RELEASE);
}

void api_drains(api *a)
{
    __atomic_store_n(&a->drains, true, __ATOMIC_RELEASE);
}

/* --- now and then ----------------------------------------------------------------------------- */

void api_touched(api *a, const identity *who)
{
    pthread_mutex_lock(&a->lock);
    bool there = a->touched_count == TOUCHED_MAX;
    for (size_t i = 0; !there && i < a->touched_count; i++)
        there = a->touched[i].by == who->by && a->touched[i].row == who->row;
    if (!there) {
        identity *t = &a->touched[a->touched_count++];
        *t = (identity){.by = who->by, .row = who->row};
        memcpy(t->id, who->id, sizeof t->id);
    }
    pthread_mutex_unlock(&a->lock);
}

static size_t take_touched(api *a, identity *into)
{
    pthread_mutex_lock(&a->lock);
    size_t n = a->touched_count;
    memcpy(into, a->touched, n * sizeof *into);
    a->touched_count = 0;
    pthread_mutex_unlock(&a->lock);
    return n;
}

status api_sweep(api *a, err *why)
{
    writer *w = NULL;
    identity *due = calloc(TOUCHED_MAX, sizeof *due);
    status st = due ? writer_new(a->o.store, S("serve"), &w, why)
                    : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    size_t n = st == OK ? take_touched(a, due) : 0;
    if (n)
        st = auth_touch(a->o.auth, w, due, n, why);
    if (st == OK)
        st = auth_sweep(a->o.auth, w, why);
    if (st == OK && a->o.set_keep_days) {
        when now = clock_now_us(a->o.clock) / 1000;
        uint64_t retired;
        st = sets_retire(w, now - (when)a->o.set_keep_days * WHEN_DAY, &retired, why);
    }
    if (st == OK)
        st = audit_log_settle(a->o.audit, why);
    writer_free(w); /* and folds the write-ahead log */
    free(due);
    return st;
}
