/* cmd_alert.c - noroshi alert list|show|close|reopen: what the watch found. An alert holds the
 * contact; what it means is asked anew, with the view of who reads it. */
#include "answer/contact.h"
#include "answer/render.h"
#include "cmd/app.h"
#include "cmd/asking.h"
#include "know/store.h"
#include "publish/alert_json.h"

enum { PLACES_SHOWN = 5 };

status cmd_alert_list(app *a, err *why);
status cmd_alert_show(app *a, err *why);
status cmd_alert_close(app *a, err *why);
status cmd_alert_reopen(app *a, err *why);

typedef struct listing {
    app *a;
    contact_reader r;
    arena memory; /* of one alert and its answer */
    buf line;
    size_t shown;
} listing;

static status open_listing(listing *x, err *why)
{
    arena_init(&x->memory, 2 * ASK_MEMORY_MAX);
    buf_init(&x->line, RENDER_JSON_MAX);
    x->r.all = asking_all(x->a);
    status st = app_lens(x->a, &x->r.l, why);
    if (st == OK)
        st = asker_new(x->a->store, &x->r.k, why);
    return st == OK ? asker_look(x->r.k, &x->a->view, why) : st;
}

static void close_listing(listing *x)
{
    asker_free(x->r.k);
    arena_done(&x->memory);
    buf_done(&x->line);
}

/* --- one alert -------------------------------------------------------------------------------- */

static status put_json(listing *x, const alert_info *i, const answer *w, const alert_places *p,
                       err *why)
{
    buf_clear(&x->line);
    status st = alert_group_json(&x->line, i, p, w, why);
    return st == OK ? app_json(x->a, &x->line, why) : st;
}

static void put_row(listing *x, const alert_info *i, const answer *w)
{
    sink *out = &x->a->out;
    char word[] = {'P', (char)('0' + i->priority), 0};
    sink_style(out, i->priority == 1 ? STYLE_BAD : STYLE_WARN);
    sink_words(out, slice_str(word));
    sink_style(out, STYLE_PLAIN);
    sink_words(out, S("  "));
    sink_indent(out, 4);
    sink_put(out, msg_alert_row(i->last, (int64_t)i->hits, i->host.len ? i->host : S("-"),
                                (msg_value){(int)i->indicator.kind, i->indicator.text}));
    sink_words(out, S("  "));
    for (size_t n = 0; n < w->summary.count; n++) {
        if (n)
            sink_words(out, phrase_joint(w->summary.join, out->options.language));
        sink_put(out, w->summary.part[n]);
    }
    sink_line(out);
    sink_style(out, STYLE_DIM);
    sink_words(out, S("    "));
    sink_words(out, slice_str(i->id));
    sink_style(out, STYLE_PLAIN);
    sink_indent(out, 0);
    sink_line(out);
}

/* --- list ------------------------------------------------------------------------------------- */

static status on_contact(void *ctx, const alert_info *i, const answer *w, err *why)
{
    listing *x = ctx;
    x->shown++;
    if (x->a->json)
        return put_json(x, i, w, NULL, why);
    put_row(x, i, w);
    return OK;
}

status cmd_alert_list(app *a, err *why)
{
    listing x = {.a = a};
    bool more = false;
    alert_filter f = {.closed_too = option_bool(a->options, OPT_ALERT_CLOSED)};
    observable o;
    status st = OK;
    if (a->operand_count) {
        st = observable_parse(a->memory, a->operands[0], KIND_NONE, &o, why);
        if (st != OK)
            return err_wrap(why, st, "the value");
        f.indicator = (node_ref){o.kind, o.value};
    }
    st = open_listing(&x, why);
    if (st == OK)
        st = contacts_each(&x.r, &f, 0, (size_t)option_int(a->options, OPT_ALERT_MOST), on_contact,
                           &x, &more, why);
    if (st == OK)
        st = sink_flush(&a->out, why);
    if (st == OK && !x.shown) {
        app_note(a, msg_alert_none());
        app_exit(a, 1);
    }
    if (st == OK && more)
        app_note(a, msg_alert_more());
    close_listing(&x);
    return st;
}

/* --- show ------------------------------------------------------------------------------------- */

static status put_whole(listing *x, const alert_info *i, const answer *w, const alert_places *p,
                        err *why)
{
    sink *out = &x->a->out;
    put_row(x, i, w);
    sink_words(out, S("    "));
    sink_put(out, msg_alert_span(i->first, i->last, (int64_t)i->hits));
    sink_line(out);
    if (i->closed != WHEN_NONE) {
        sink_words(out, S("    "));
        sink_put(out, msg_alert_closed_by(i->closed_by, i->closed_why));
        sink_line(out);
    }
    for (size_t n = 0; n < p->count && n < PLACES_SHOWN; n++) {
        sink_words(out, S("    "));
        sink_put(out, msg_alert_place(p->at[n].path, (int64_t)p->at[n].line));
        sink_line(out);
    }
    if (p->count > PLACES_SHOWN) {
        sink_words(out, S("    "));
        sink_put(out, msg_alert_places_more((int64_t)(p->count - PLACES_SHOWN)));
        sink_line(out);
    }
    sink_line(out);
    return answer_text(w, (text_options){0}, out, why);
}

static status get(listing *x, slice id, alert_info *i, const answer **ret, err *why)
{
    arena_reset(&x->memory);
    return contact_get(&x->r, &x->memory, id, i, ret, why);
}

static status show_one(listing *x, slice id, err *why)
{
    alert_info i;
    alert_places p;
    const answer *w;
    status st = get(x, id, &i, &w, why);
    if (st == ERR_NOT_FOUND) {
        app_report_message(x->a, st, msg_alert_unknown(slice_sub(id, 0, 64)), id);
        return OK;
    }
    if (st == OK)
        st = alert_places_of(x->r.l, &x->memory, &i, &p, why);
    if (st == OK && !x->a->json && x->shown)
        sink_line(&x->a->out);
    x->shown++;
    if (st == OK)
        st = x->a->json ? put_json(x, &i, w, &p, why) : put_whole(x, &i, w, &p, why);
    return st == OK ? sink_flush(&x->a->out, why) : st;
}

status cmd_alert_show(app *a, err *why)
{
    listing x = {.a = a};
    status st = open_listing(&x, why);
    for (size_t n = 0; st == OK && n < a->operand_count; n++)
        st = show_one(&x, a->operands[n], why);
    close_listing(&x);
    return st;
}

/* --- close, reopen ---------------------------------------------------------------------------- */

static status change(app *a, bool closing, slice reason, err *why)
{
    listing x = {.a = a};
    writer *w = NULL;
    status st = open_listing(&x, why);
    if (st == OK)
        st = writer_new(a->store, app_actor(a), &w, why);
    for (size_t n = 0; st == OK && n < a->operand_count; n++) {
        alert_info i;
        const answer *bad;
        slice id = a->operands[n];
        err cause = {0};
        status one = get(&x, id, &i, &bad, &cause);
        if (one == OK)
            one = closing ? alert_close(w, x.r.l, id, reason, clock_now(a->clock), &cause)
                          : alert_reopen(w, x.r.l, id, &cause);
        if (one == OK) {
            sink_put(&a->out, msg_alert_done(id, closing ? MSG_alert_closed : MSG_alert_reopened));
            sink_line(&a->out);
        } else if (one == ERR_NOT_FOUND) {
            app_report_message(a, one, msg_alert_unknown(slice_sub(id, 0, 64)), id);
        } else {
            app_report(a, &cause, id);
        }
    }
    if (st == OK)
        st = sink_flush(&a->out, why);
    writer_free(w);
    close_listing(&x);
    return st;
}

status cmd_alert_close(app *a, err *why)
{
    slice reason = option_text(a->options, OPT_ALERT_WHY);
    if (!reason.len)
        return app_fail(a, ERR_INPUT, msg_alert_why(), S(""), why);
    return change(a, true, reason, why);
}

status cmd_alert_reopen(app *a, err *why)
{
    return change(a, false, S(""), why);
}
