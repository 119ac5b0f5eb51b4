/* alerts.c - what the watch found: a page, one, its end, and new ones as they come. */
#include "serve/api/handlers.h"

#include "answer/contact.h"
#include "answer/render.h"
#include "model/observable.h"
#include "publish/alert_json.h"

#include <stdlib.h>

enum { LIVE_LOOK_MS = 2000, LIVE_PAGE = 100 };

static status reader_of(call *c, contact_reader *ret, err *why)
{
    *ret = (contact_reader){0};
    status st = call_lens(c, &ret->l, why);
    return st == OK ? call_asker(c, &ret->k, why) : st;
}

static void highest(call *c, const alert_info *i, const answer *w)
{
    tlp t = i->marking.tlp > w->tlp ? i->marking.tlp : w->tlp;
    c->highest = t > c->highest ? t : c->highest;
}

/* --- a page ----------------------------------------------------------------------------------- */

typedef struct listing {
    call *c;
    json_writer w;
    char last[ALERT_ID_TEXT + 1];
} listing;

static status on_contact(void *ctx, const alert_info *i, const answer *w, err *why)
{
    listing *x = ctx;
    memcpy(x->last, i->id, sizeof x->last);
    highest(x->c, i, w);
    call_item(&x->w);
    return alert_group_json(x->c->out, i, NULL, w, why);
}

static status read_filter(call *c, alert_filter *ret, err *why)
{
    observable o;
    slice value = call_param(c, "value");
    *ret = (alert_filter){.closed_too = call_bool(c, "closed")};
    if (!value.len)
        return OK;
    status st = observable_parse(c->m, value, KIND_NONE, &o, why);
    if (st == OK)
        ret->indicator = (node_ref){o.kind, o.value};
    return st;
}

status api_alerts(call *c, err *why)
{
    contact_reader r;
    alert_filter f;
    alert_info before = {0};
    bool more = false;
    slice cursor = call_param(c, "cursor");
    status st = read_filter(c, &f, why);
    if (st == OK)
        st = reader_of(c, &r, why);
    if (st == OK && cursor.len)
        st = alert_get(r.l, c->m, cursor, &before, why);
    listing x = {c, call_list_begin(c), ""};
    if (st == OK)
        st = contacts_each(&r, &f, before.row, (size_t)call_int(c, "limit", CALL_LIST_DEFAULT),
                           on_contact, &x, &more, why);
    call_list_end(&x.w, more ? slice_str(x.last) : S(""));
    return st;
}

/* --- one -------------------------------------------------------------------------------------- */

status api_alert(call *c, err *why)
{
    contact_reader r;
    alert_info i;
    alert_places p;
    const answer *w;
    status st = reader_of(c, &r, why);
    if (st == OK)
        st = contact_get(&r, c->m, call_param(c, "id"), &i, &w, why);
    if (st == OK)
        st = alert_places_of(r.l, c->m, &i, &p, why);
    if (st != OK)
        return st;
    highest(c, &i, w);
    return alert_group_json(c->out, &i, &p, w, why);
}

static status change(call *c, bool closing, slice reason, err *why)
{
    contact_reader r;
    alert_info i;
    const answer *w;
    slice id = call_param(c, "id");
    status st = reader_of(c, &r, why);
    if (st == OK)
        st = contact_get(&r, c->m, id, &i, &w, why);
    if (st == OK)
        st = closing ? alert_close(c->writer, r.l, id, reason, call_now(c), why)
                     : alert_reopen(c->writer, r.l, id, why);
    return st == ERR_BUSY ? http_problem(c->w, 409, st) : st;
}

status api_alert_close(call *c, err *why)
{
    slice reason;
    status st = call_needs(c, "why", &reason, why);
    return st == OK ? change(c, true, reason, why) : st;
}

status api_alert_reopen(call *c, err *why)
{
    return change(c, false, S(""), why);
}

/* --- as they come ----------------------------------------------------------------------------- */

typedef struct live {
    call c;
    arena memory;   /* of one look: a stream lives for hours */
    int64_t newest; /* row of the newest alert that was told, or was there at the beginning */
    bool begun;
} live;

/* A session that ended, or rights that were lowered, end the stream at the next look. */
static status still_welcome(live *x, http_request *r, err *why)
{
    identity who;
    const caller *from = x->c.from;
    slice shown = http_header(r, "Authorization");
    status st = from->cookie.len
                    ? auth_session(x->c.a->o.auth, x->c.t->people, from->cookie, x->c.m, &who, why)
                    : auth_token(x->c.a->o.auth, x->c.t->people, &from->client,
                                 slice_trim(slice_from(shown, 7)), x->c.m, &who, why);
    if (st == OK)
        st = identity_may(&who, RIGHT_READ, why);
    if (st == OK)
        x->c.from->who = who;
    return st;
}

typedef struct telling {
    live *x;
    buf *out;
} telling;

static status on_new(void *ctx, const alert_info *i, const answer *w, err *why)
{
    telling *t = ctx;
    if (i->row <= t->x->newest)
        return OK;
    highest(&t->x->c, i, w);
    buf_printf(t->out, "event: alert\nid: %s\ndata: ", i->id);
    status st = alert_group_json(t->out, i, NULL, w, why);
    buf_put(t->out, S("\n\n"));
    return st;
}

/* Pages are newest first: what is new stands at their front. */
static status look(live *x, buf *out, err *why)
{
    contact_reader r;
    alert_list page = {0};
    bool more;
    const alert_filter f = {0};
    status st = reader_of(&x->c, &r, why);
    if (st == OK)
        st = alerts_page(r.l, &x->memory, &f, 0, 1, &page, why);
    int64_t top = st == OK && page.count ? page.at[0].row : 0;
    telling t = {x, out};
    if (st == OK && x->begun && top > x->newest)
        st = contacts_each(&r, &f, 0, LIVE_PAGE, on_new, &t, &more, why);
    if (st == OK && top > x->newest)
        x->newest = top;
    x->begun |= st == OK;
    return st;
}

static http_more fill(void *ctx, http_request *r, buf *out)
{
    live *x = ctx;
    err why = {0};
    x->c.t = r->thread;
    x->c.highest = TLP_CLEAR;
    arena_reset(&x->memory);
    status st = still_welcome(x, r, &why);
    if (st == OK)
        st = look(x, out, &why);
    if (st == OK)
        st = call_record_read(&x->c, &why);
    call_rest(&x->c);
    if (st != OK)
        return HTTP_BROKEN;
    if (!out->len)
        buf_put(out, S(": still here\n\n"));
    http_wait(r, LIVE_LOOK_MS);
    return http_last_call(r) ? HTTP_DONE : HTTP_WAIT;
}

static void finished(void *ctx)
{
    live *x = ctx;
    arena_done(&x->memory);
    free(x);
}

status api_alerts_live(call *c, err *why)
{
    live *x = calloc(1, sizeof *x);
    if (!x)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    x->c = *c;
    x->c.m = &x->memory;
    arena_init(&x->memory, 64 << 20);
    http_stream(c->w, S("text/event-stream"), &(http_producer){fill, finished, x});
    return OK;
}
