/* ask.c - POST /ask, and one value or one thing by its address. */
#include "serve/api/handlers.h"

#include "model/extract.h"
#include "model/observable.h"
#include "publish/error_json.h"

#include <stdlib.h>

/* A slice of a stream ends when it has so many bytes, or took so long: each is two ways between
 * threads, and others have their turn behind it. */
enum { SLICE_BYTES = 256 << 10, SLICE_US = 4000, LOOK_AT_CLOCK = 16, FOUND_SLOTS = 1 << 15 };

static render_amount form_of(const call *c)
{
    slice form = call_param(c, "form");
    return slice_eq(form, S("short")) ? RENDER_SHORT
           : slice_eq(form, S("all")) ? RENDER_ALL
                                      : RENDER_CAPPED;
}

static ask_options options_of(const call *c)
{
    return (ask_options){.seen_at = call_when(c, "seen", WHEN_NONE),
                         .all = form_of(c) == RENDER_ALL,
                         .brief = form_of(c) == RENDER_SHORT};
}

/* --- many ------------------------------------------------------------------------------------- */

typedef struct question {
    slice text;
    kind want;
} question;

typedef struct asking {
    call c; /* as it was when the questions came */
    ask_options o;
    render_amount form;
    question *at;
    size_t count, next;
    arena memory;
} asking;

static void put_error(buf *out, const err *why, slice where)
{
    error_json(out, why, S(""), where);
    buf_byte(out, '\n');
}

/* What is wrong with one value is said in its place; only the store's own troubles end it all. */
static status ask_one(asking *q, asker *k, const question *one, buf *out, err *why)
{
    const answer *w;
    size_t before = out->len;
    arena_reset(&q->memory);
    q->o.want = one->want;
    status st = ask_value(k, &q->memory, one->text, &q->o, &w, why);
    if (st == OK)
        st = call_answer(&q->c, w, q->form, out, why);
    if (st == OK) {
        buf_byte(out, '\n');
        call_read(&q->c, w->tlp, one->text);
        return OK;
    }
    if (out->failed)
        return st;
    out->len = before;
    put_error(out, why, one->text);
    return st == ERR_INPUT || st == ERR_LIMIT ? OK : st;
}

static status ask_some(asking *q, buf *out, err *why)
{
    asker *k;
    const clock_source ticks = q->c.a->o.ticks;
    int64_t end = clock_now_us(ticks) + SLICE_US;
    status st = call_asker(&q->c, &k, why);
    for (size_t n = 1; st == OK && q->next < q->count && out->len < SLICE_BYTES; n++) {
        st = ask_one(q, k, &q->at[q->next++], out, why);
        if (n % LOOK_AT_CLOCK == 0 && clock_now_us(ticks) >= end)
            break;
    }
    return st;
}

static http_more fill(void *ctx, http_request *r, buf *out)
{
    asking *q = ctx;
    err why = {0};
    q->c.t = r->thread;
    status st = ask_some(q, out, &why);
    if (st == OK)
        st = call_record_read(&q->c, &why);
    call_rest(&q->c);
    if (st != OK)
        return HTTP_BROKEN;
    q->c.highest = TLP_CLEAR;
    return q->next < q->count ? HTTP_MORE : HTTP_DONE;
}

static void finished(void *ctx)
{
    asking *q = ctx;
    arena_done(&q->memory);
    free(q);
}

/* --- which ------------------------------------------------------------------------------------ */

static status over(err *why)
{
    return err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %d values in one request", ASK_VALUES_MAX);
}

static status take_values(asking *q, const json *values, err *why)
{
    if (!json_is(values, JSON_ARRAY))
        return err_set(why, ERR_INPUT, values->at, "values is an array of texts");
    if (values->count > ASK_VALUES_MAX)
        return over(why);
    q->at = arena_array(q->c.m, values->count ? values->count : 1, sizeof *q->at);
    if (!q->at)
        return ARENA_SPENT(q->c.m, why);
    for (const json *v = values->first; v; v = v->next) {
        if (!json_is(v, JSON_STRING))
            return err_set(why, ERR_INPUT, v->at, "values is an array of texts");
        q->at[q->count++].text = v->text;
    }
    return OK;
}

typedef struct finding {
    asking *q;
    uint64_t *seen; /* a value that stands in the text twice is answered once */
} finding;

static bool first_time(finding *f, kind k, slice value)
{
    static const uint8_t key[16] = {2};
    uint64_t h = siphash(key, value) ^ (uint64_t)k << 56;
    h = h ? h : 1;
    for (size_t i = 0;; i++) { /* more slots than values, so there is an empty one */
        uint64_t *slot = &f->seen[(h + i) % FOUND_SLOTS];
        if (*slot == h)
            return false;
        if (*slot == 0) {
            *slot = h;
            return true;
        }
    }
}
_Static_assert(FOUND_SLOTS > 2 * ASK_VALUES_MAX, "room for every value");

static status on_find(void *ctx, const found *f, err *why)
{
    finding *x = ctx;
    asking *q = x->q;
    kind k = f->is_identifier ? f->id_kind : f->what.kind;
    slice value = f->is_identifier ? f->value : f->what.value;
    if (!first_time(x, k, value))
        return OK;
    if (q->count == ASK_VALUES_MAX)
        return over(why);
    question *one = &q->at[q->count++];
    one->want = f->is_identifier ? KIND_NONE : k;
    return arena_copy(q->c.m, value, &one->text) ? OK : ARENA_SPENT(q->c.m, why);
}

static status take_text(asking *q, slice text, err *why)
{
    CLEANUP(arena_done) arena scratch;
    arena_init(&scratch, EXTRACT_BUDGET);
    finding f = {q, arena_array(q->c.m, FOUND_SLOTS, sizeof *f.seen)};
    q->at = arena_array(q->c.m, ASK_VALUES_MAX, sizeof *q->at);
    if (!q->at || !f.seen)
        return ARENA_SPENT(q->c.m, why);
    return extract_text(&scratch, text, &(extract_options){0}, on_find, &f, why);
}

/* One value, as its address gives it: an observable, nothing that has to be searched for. */
static bool is_quick(const asking *q)
{
    return q->count == 1 && ask_is_observable(q->c.m, q->at[0].text);
}

static status answer_now(call *c, asking *q, err *why)
{
    arena_init(&q->memory, ASK_MEMORY_MAX);
    c->out = http_body(c->w, S("application/x-ndjson"));
    status st = ask_some(q, c->out, why);
    c->highest = q->c.highest;
    c->read = q->c.read;
    arena_done(&q->memory);
    return st;
}

static status answer_in_pieces(call *c, const asking *questions, err *why)
{
    asking *q = malloc(sizeof *q);
    if (!q)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    *q = *questions;
    arena_init(&q->memory, ASK_MEMORY_MAX);
    call_lines(c, &(http_producer){fill, finished, q});
    return OK;
}

status api_ask(call *c, err *why)
{
    const json *values = json_get(c->body, S("values")), *text = json_get(c->body, S("text"));
    asking q = {.c = *c, .o = options_of(c), .form = form_of(c)};
    if (!values == !text)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "either values (texts) or text must be there");
    if (text && http_later(c->w))
        return ERR_BUSY;
    status st = values ? take_values(&q, values, why) : take_text(&q, json_text(text), why);
    if (st != OK)
        return st;
    if (is_quick(&q))
        return answer_now(c, &q, why);
    return http_later(c->w) ? ERR_BUSY : answer_in_pieces(c, &q, why);
}

/* --- one -------------------------------------------------------------------------------------- */

static status answer_one(call *c, slice text, const ask_options *o, const answer **ret, err *why)
{
    asker *k;
    status st = call_asker(c, &k, why);
    return st == OK ? ask_value(k, c->m, text, o, ret, why) : st;
}

status api_observable(call *c, err *why)
{
    const answer *w;
    kind k = kind_parse(call_param(c, "kind"));
    if (!kind_is_observable(k))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no kind of observable");
    ask_options o = options_of(c);
    o.want = k;
    status st = answer_one(c, call_param(c, "value"), &o, &w, why);
    return st == OK ? call_answer(c, w, form_of(c), c->out, why) : st;
}

status api_entity(call *c, err *why)
{
    const answer *w;
    const ask_options o = {.seen_at = WHEN_NONE, .all = form_of(c) == RENDER_ALL};
    status st = answer_one(c, call_param(c, "id"), &o, &w, why);
    if (st == OK && (w->type == ANSWER_NOTHING || w->type == ANSWER_OBSERVABLE))
        return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "nothing is called so");
    return st == OK ? call_answer(c, w, form_of(c), c->out, why) : st;
}
