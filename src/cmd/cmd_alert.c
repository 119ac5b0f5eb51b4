/* cmd_alert.c - noroshi alert list|show|close|reopen: what the watch found. An alert holds the
 * contact; what it means is asked anew, with the view of who reads it. */
#include "answer/ask.h"
#include "answer/render.h"
#include "cmd/app.h"
#include "cmd/asking.h"
#include "know/alerts.h"
#include "know/store.h"
#include "watch/group.h"

enum { PAGE = 200, MEMORY = 64 << 20, PLACES_SHOWN = 5, LOOKED_AT_MAX = 20000 };

status cmd_alert_list(app *a, err *why);
status cmd_alert_show(app *a, err *why);
status cmd_alert_close(app *a, err *why);
status cmd_alert_reopen(app *a, err *why);

typedef struct listing {
    app *a;
    lens *l;
    asker *k;
    arena memory; /* of one alert, or of a page */
    arena answer;
    buf line;
    size_t shown, most;
    bool more;
} listing;

static status open_listing(listing *x, err *why)
{
    arena_init(&x->memory, MEMORY);
    arena_init(&x->answer, ASK_MEMORY_MAX);
    buf_init(&x->line, RENDER_JSON_MAX);
    status st = app_lens(x->a, &x->l, why);
    if (st == OK)
        st = asker_new(x->a->store, &x->k, why);
    return st == OK ? asker_look(x->k, &x->a->view, why) : st;
}

static void close_listing(listing *x)
{
    asker_free(x->k);
    arena_done(&x->memory);
    arena_done(&x->answer);
    buf_done(&x->line);
}

/* What the reader's view says of the value at the time of the contact; *ret NULL: nothing bad, and
 * then there is no alert for him. */
static status judge(listing *x, const alert_info *i, const answer **ret, err *why)
{
    const ask_options o = {.seen_at = i->last, .want = i->indicator.kind, .all = asking_all(x->a)};
    arena_reset(&x->answer);
    status st = ask_value(x->k, &x->answer, i->indicator.text, &o, ret, why);
    if (st == OK && !answer_is_bad(*ret))
        *ret = NULL;
    return st;
}

/* --- one alert -------------------------------------------------------------------------------- */

static status put_json(listing *x, const alert_info *i, const answer *w, const alert_places *p,
                       err *why)
{
    const group_parts parts = {
        .places = p, .contact = p != NULL, .answer = w, .amount = p ? RENDER_CAPPED : RENDER_SHORT};
    buf_clear(&x->line);
    status st = group_json(i, &parts, &x->line, why);
    if (st == OK)
        sink_json(&x->a->out, buf_slice(&x->line));
    return st;
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

static status list_page(listing *x, const alert_list *page, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < page->count; i++) {
        const answer *w = NULL;
        st = judge(x, &page->at[i], &w, why);
        if (st != OK || !w)
            continue;
        if (x->shown == x->most) {
            x->more = true;
            break;
        }
        x->shown++;
        if (x->a->json)
            st = put_json(x, &page->at[i], w, NULL, why);
        else
            put_row(x, &page->at[i], w);
    }
    return st;
}

static status list_all(listing *x, const alert_filter *f, err *why)
{
    alert_list page = {.more = true};
    int64_t before = 0;
    size_t looked = 0;
    status st = OK;
    while (st == OK && page.more && !x->more && looked < LOOKED_AT_MAX) {
        arena_reset(&x->memory);
        st = alerts_page(x->l, &x->memory, f, before, PAGE, &page, why);
        if (st == OK && page.count) {
            before = page.at[page.count - 1].row;
            looked += page.count;
            st = list_page(x, &page, why);
        }
    }
    x->more |= st == OK && page.more;
    return st;
}

status cmd_alert_list(app *a, err *why)
{
    listing x = {.a = a, .most = (size_t)option_int(a->options, OPT_ALERT_MOST)};
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
        st = list_all(&x, &f, why);
    if (st == OK)
        st = sink_flush(&a->out, why);
    if (st == OK && !x.shown) {
        app_note(a, msg_alert_none());
        app_exit(a, 1);
    }
    if (st == OK && x.more)
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

/* One that the view sees and that is an alert in it. */
static status get(listing *x, slice id, alert_info *i, const answer **ret, err *why)
{
    arena_reset(&x->memory);
    status st = alert_get(x->l, &x->memory, id, i, why);
    if (st == OK)
        st = judge(x, i, ret, why);
    if (st == OK && !*ret)
        st = ERR_NOT_FOUND;
    return st;
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
        st = alert_places_of(x->l, &x->memory, &i, &p, why);
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
            one = closing ? alert_close(w, x.l, id, reason, clock_now(a->clock), &cause)
                          : alert_reopen(w, x.l, id, &cause);
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
