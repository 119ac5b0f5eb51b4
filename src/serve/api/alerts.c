/* alerts.c - what the watch found: a page, one, its end. As they come: live.c. */
#include "serve/api/handlers.h"

#include "answer/render.h"
#include "model/observable.h"
#include "publish/alert_json.h"

status call_contacts(call *c, contact_reader *ret, err *why)
{
    *ret = (contact_reader){0};
    status st = call_lens(c, &ret->l, why);
    return st == OK ? call_asker(c, &ret->k, why) : st;
}

void call_contact_is(call *c, const alert_info *i, const answer *w)
{
    tlp t = i->marking.tlp > w->tlp ? i->marking.tlp : w->tlp;
    call_read(c, t, slice_str(i->id));
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
    call_contact_is(x->c, i, w);
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
        st = call_contacts(c, &r, why);
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
    status st = call_contacts(c, &r, why);
    if (st == OK)
        st = contact_get(&r, c->m, call_param(c, "id"), &i, &w, why);
    if (st == OK)
        st = alert_places_of(r.l, c->m, &i, &p, why);
    if (st != OK)
        return st;
    call_contact_is(c, &i, w);
    return alert_group_json(c->out, &i, &p, w, why);
}

static status change(call *c, bool closing, slice reason, err *why)
{
    contact_reader r;
    alert_info i;
    const answer *w;
    slice id = call_param(c, "id");
    status st = call_contacts(c, &r, why);
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
