/* call.c - see call.h: looking, bodies, lists. */
#include "serve/api/route.h"

#include <stdio.h>

/* --- looking ---------------------------------------------------------------------------------- */

/* The only place where a view is made for a reader of the API. */
static const view *look_as(call *c)
{
    when now = clock_now(c->a->o.clock);
    identity_view(&c->from->who, WHEN_NONE, now, &c->from->v);
    slice as_of;
    when t;
    if (http_query(c->r, "as_of", &as_of) && when_parse(as_of, &t) == OK)
        c->from->v.known_at = c->from->v.now = t;
    return &c->from->v;
}

status call_lens(call *c, lens **ret, err *why)
{
    status st = c->t->l ? OK : lens_new(c->a->o.store, &c->t->l, why);
    if (st == OK)
        st = lens_look(c->t->l, look_as(c), why);
    if (st == OK)
        *ret = c->t->l;
    return st;
}

/* Where everybody waits, what was imported meanwhile is taken in bit by bit, and the question is
 * for a worker as long as there is more. */
status call_asker(call *c, asker **ret, err *why)
{
    bool behind = false;
    status st = c->t->k ? OK : asker_new(c->a->o.store, &c->t->k, why);
    if (st == OK)
        st = asker_look_some(c->t->k, look_as(c), &behind, why);
    if (st == OK && behind)
        st = http_later(c->w) ? ERR_BUSY : asker_look(c->t->k, &c->from->v, why);
    if (st == OK)
        *ret = c->t->k;
    return st;
}

status call_answer(call *c, const answer *w, render_amount how, buf *out, err *why)
{
    if (!c->t->r && !(c->t->r = renderer_new()))
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    status st = answer_json_with(c->t->r, w, how, out, why);
    if (st == OK && w->tlp > c->highest)
        c->highest = w->tlp;
    return st;
}

void call_rest(const call *c)
{
    lens_rest(c->t->l);
    asker_rest(c->t->k);
}

status call_index(call *c, index_t **ret, err *why)
{
    uint64_t look = lens_looks(c->t->l);
    status st = !c->t->ix ? index_open(c->a->o.store, &c->t->ix, why)
                : look != c->t->ix_look || index_whole(c->t->ix, NULL) != OK
                    ? index_refresh(c->t->ix, why)
                    : OK;
    c->t->ix_look = st == OK ? look : 0; /* looks are counted from 1 */
    if (st == OK)
        *ret = c->t->ix;
    return st;
}

/* A file of ours that is damaged is no fault of who asks. */
static status ours(status st, err *why)
{
    return st == ERR_INPUT ? err_wrap(why, ERR_IO, "what was seen") : st;
}

status call_sightings(call *c, sightings **ret, err *why)
{
    bool changed;
    *ret = NULL;
    if (!sightings_are_for(look_as(c)))
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE,
                       "sightings are the site's own, at TLP:AMBER");
    c->highest = TLP_AMBER;
    if (c->t->seen) {
        *ret = c->t->seen;
        return ours(sightings_refresh(c->t->seen, &changed, why), why);
    }
    slice folder = arena_printf(c->m, "%s/sightings", store_dir(c->a->o.store));
    if (!folder.ptr)
        return ARENA_SPENT(c->m, why);
    status st = sightings_open(folder.ptr, &c->t->seen, why);
    *ret = c->t->seen;
    return st == ERR_NOT_FOUND ? OK : ours(st, why);
}

when call_now(const call *c)
{
    return clock_now(c->a->o.clock);
}

/* --- who -------------------------------------------------------------------------------------- */

slice call_analyst(const call *c)
{
    slice name = arena_printf(c->m, "analyst:%.*s", SLICE_FMT(c->from->who.who.login));
    return name.ptr ? name : S("analyst:unknown");
}

status call_of_site(const call *c, const char *what, err *why)
{
    return c->from->who.has.organisation.len
               ? err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "%s the site's own", what)
               : OK;
}

void call_actor(const call *c, actor *ret)
{
    identity_actor(&c->from->who, &c->from->client, call_now(c), ret);
}

/* --- reads that are recorded ------------------------------------------------------------------ */

static void note_text(call_note *n, slice text)
{
    slice fits = slice_sub(text, 0, sizeof n->text - n->len);
    if (fits.len)
        memcpy(n->text + n->len, fits.ptr, fits.len);
    n->len += fits.len;
}

/* Not a token that somebody asks about, by accident or not. */
static slice without_secret(slice text)
{
    const slice begin = S(AUTH_TOKEN_BEGIN);
    return slice_find(text, begin, 0) == SIZE_MAX ? text : S(AUTH_TOKEN_BEGIN "...");
}

void call_read(call *c, tlp marked, slice what)
{
    c->highest = marked > c->highest ? marked : c->highest;
    if (!audit_wants(marked))
        return;
    c->read.count++;
    note_text(&c->read, S(" "));
    note_text(&c->read, without_secret(what));
}

static bool may_be_told(const route *row, slice name)
{
    for (size_t i = 0; i < ROUTE_PARAMS_MAX && row->params[i].type != PARAM_NONE; i++)
        if (slice_eq(name, slice_str(row->params[i].name)))
            return !row->params[i].secret;
    return false;
}

static void note_query(const call *c, call_note *n)
{
    for (size_t i = 0; i < c->r->query_count; i++) {
        const http_pair *q = &c->r->query[i];
        if (!may_be_told(c->route, q->name))
            continue;
        note_text(n, n->len ? S(" ") : S(""));
        note_text(n, q->name);
        note_text(n, S("="));
        note_text(n, without_secret(q->value));
    }
}

static status record(call *c, slice act, slice what, const call_note *detail, err *why)
{
    actor by;
    call_actor(c, &by);
    const audit_entry e = {.at = by.now,
                           .who = by.who,
                           .from = by.from,
                           .act = act,
                           .what = what,
                           .detail = slice_of(detail->text, detail->len),
                           .outcome = AUDIT_DONE};
    return audit_put(c->a->o.audit, &e, 1, why);
}

status call_record_read(call *c, err *why)
{
    call_note n = {.len = 0};
    char count[32];
    if (!c->from->known || !audit_wants(c->highest))
        return OK;
    if (http_later(c->w))
        return ERR_BUSY;
    note_text(&n, slice_str(tlp_name(c->highest)));
    note_query(c, &n);
    if (c->read.count) {
        snprintf(count, sizeof count, " read %zu:", c->read.count);
        note_text(&n, slice_str(count));
        note_text(&n, slice_of(c->read.text, c->read.len));
        c->read.len = c->read.count = 0;
    }
    bool plain = slice_find(c->r->path, S(AUTH_TOKEN_BEGIN), 0) == SIZE_MAX;
    return record(c, S("read"), plain ? c->r->path : slice_str(c->route->path), &n, why);
}

status call_record_export(call *c, slice what, err *why)
{
    call_note n = {.len = 0};
    note_query(c, &n);
    return record(c, S("export"), what, &n, why);
}

/* A change that cannot be recorded is not made. */
status call_record(call *c, slice what, err *why)
{
    const call_note none = {.len = 0};
    return record(c, slice_str(c->route->name), what, &none, why);
}

static status later(call *c, const char *seconds, status st)
{
    http_reply_header(c->w, "Retry-After", slice_str(seconds));
    return http_problem(c->w, 503, st);
}

status call_hash(call *c, slice login, slice password, char ret[PASSWORD_HASH_MAX], err *why)
{
    status st = auth_password(c->a->o.auth, login, password, ret, why);
    return st == ERR_BUSY ? later(c, "1", st) : st;
}

/* --- what comes in ---------------------------------------------------------------------------- */

/* Two at once: each has a worker process, and they take turns to write in any case. */
enum { INTAKES_MAX = 2 };

status call_turn(call *c, err *why)
{
    unsigned before = __atomic_fetch_add(&c->a->intakes, 1, __ATOMIC_ACQ_REL);
    if (before < INTAKES_MAX)
        return OK;
    __atomic_fetch_sub(&c->a->intakes, 1, __ATOMIC_ACQ_REL);
    return later(c, "5",
                 err_set(why, ERR_BUSY, ERR_NOWHERE, "%d imports are under way", INTAKES_MAX));
}

void call_turn_ends(call *c)
{
    __atomic_fetch_sub(&c->a->intakes, 1, __ATOMIC_ACQ_REL);
}

status call_jail(call *c, sandbox **ret, err *why)
{
    sandbox_options o = sandbox_defaults(c->a->o.ticks);
    o.limits = c->a->o.jail;
    return sandbox_new(&o, ret, why);
}

/* --- bodies ----------------------------------------------------------------------------------- */

slice call_text(const call *c, const char *name)
{
    return json_text(json_get(c->body, slice_str(name)));
}

status call_needs(const call *c, const char *name, slice *ret, err *why)
{
    *ret = call_text(c, name);
    return ret->len ? OK : err_set(why, ERR_INPUT, ERR_NOWHERE, "%s must be there, a text", name);
}

/* --- lists ------------------------------------------------------------------------------------ */

json_writer call_list_begin(call *c)
{
    json_writer w = json_writer_on(c->out);
    json_open(&w, '{');
    json_key(&w, "items");
    json_open(&w, '[');
    return w;
}

/* The writer is told of a value, an empty one, so that its commas are right. */
void call_item(json_writer *w)
{
    json_put_raw(w, S(""));
}

void call_list_end(json_writer *w, slice next)
{
    json_close(w, ']');
    json_field_text(w, "next", next);
    json_close(w, '}');
}

void call_lines(call *c, const http_producer *p)
{
    http_stream(c->w, S("application/x-ndjson"), p);
}
