/* cmd_feed.c - noroshi feed: subscriptions, how they do, and what waits for a person. */
#include "cmd/feeding.h"
#include "intake/feed_sum.h"
#include "cmd/importing.h"
#include "cmd/progress.h"
#include "cmd/stopping.h"
#include "intake/feed_json.h"

#include <poll.h>

enum { DAY_S = 86400 };

/* --- list, show, presets ---------------------------------------------------------------------- */

static status on_feed(void *ctx, const feed_info *f, const feed_runs *history, err *why)
{
    app *a = ctx;
    a->exit = 0; /* something was found */
    return feeding_put(a, f, history, false, why);
}

status cmd_feed_list(app *a, err *why)
{
    lens *l;
    uint64_t logs = 0;
    status st = app_lens(a, &l, why);
    if (st != OK)
        return st;
    app_exit(a, 1);
    st = feed_each(l, on_feed, a, why);
    if (st == OK)
        st = feeding_quiet_logs(a, l, true, &logs, why);
    if (st == OK && logs)
        a->exit = 0;
    if (st == OK && a->exit == 1)
        app_note(a, msg_feed_none());
    return st == OK ? sink_flush(&a->out, why) : st;
}

static status unknown(app *a, slice name, err *why)
{
    return app_fail(a, ERR_NOT_FOUND, msg_feed_unknown(slice_sub(name, 0, FEED_NAME_MAX)), S(""),
                    why);
}

static status get(app *a, slice name, feed_info *ret, err *why)
{
    lens *l;
    status st = app_lens(a, &l, why);
    if (st == OK && (st = feed_get(l, a->memory, name, ret, why)) == ERR_NOT_FOUND)
        return unknown(a, name, why);
    return st;
}

status cmd_feed_show(app *a, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < a->operand_count; i++) {
        feed_info f;
        feed_runs history;
        st = get(a, a->operands[i], &f, why);
        if (st == OK)
            st = feed_history(a->lens, a->memory, f.d.name, FEED_HISTORY, &history, why);
        if (st == OK)
            st = feeding_put(a, &f, &history, true, why);
    }
    return st == OK ? sink_flush(&a->out, why) : st;
}

static status put_preset(app *a, const feed_preset *p, err *why)
{
    sink *out = &a->out;
    if (a->json) {
        CLEANUP(buf_done) buf b;
        buf_init(&b, FEED_JSON_MAX);
        feed_preset_json(&b, p);
        return app_json(a, &b, why);
    }
    sink_words(out, slice_str(p->name));
    sink_to(out, 22);
    sink_words(out, slice_str(p->about));
    sink_line(out);
    sink_to(out, 22);
    sink_style(out, STYLE_DIM);
    sink_put(out, msg_feed_every(p->every_s * 1000));
    sink_words(out, S(" · "));
    sink_words(out, slice_str(p->licence));
    sink_style(out, STYLE_PLAIN);
    sink_line(out);
    return OK;
}

status cmd_feed_presets(app *a, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < feed_preset_count; i++)
        st = put_preset(a, &feed_presets[i], why);
    return st == OK ? sink_flush(&a->out, why) : st;
}

/* --- add -------------------------------------------------------------------------------------- */

static feed_definition from_preset(const feed_preset *p)
{
    return (feed_definition){.url = slice_str(p->url),
                             .format = slice_str(p->format),
                             .source = slice_str(p->source),
                             .licence = slice_str(p->licence),
                             .preset = slice_str(p->name),
                             .mode = p->mode,
                             .every_s = p->every_s};
}

/* What is said at the command line goes before what the preset says. */
static status read_flags(app *a, feed_definition *d, err *why)
{
    const options *o = a->options;
    slice form = option_text(o, OPT_FEED_FORMAT), source = option_text(o, OPT_FEED_SOURCE);
    slice grade = option_text(o, OPT_FEED_RELIABILITY), level = option_text(o, OPT_FEED_TLP);
    d->format = form.len ? form : d->format;
    d->source = source.len ? source : d->source;
    d->reliability = grade.len ? grade.ptr[0] : 0;
    d->marking.audience = option_text(o, OPT_FEED_FOR);
    if (option_origin_of(o, OPT_FEED_MODE).layer > LAYER_BUILTIN)
        d->mode = (feed_mode)option_int(o, OPT_FEED_MODE);
    if (option_is_set(o, OPT_FEED_EVERY))
        d->every_s = option_int(o, OPT_FEED_EVERY) / 1000;
    if (option_is_set(o, OPT_FEED_BYTES))
        d->bytes_max = (uint64_t)option_int(o, OPT_FEED_BYTES);
    if (level.len && tlp_parse(level, &d->marking.tlp) != OK)
        return err_set(why, ERR_INPUT, ERR_NOWHERE,
                       "--tlp is clear, green, amber, amber+strict or red");
    return d->format.len ? importing_format(d->format, why) : OK;
}

static status read_definition(app *a, feed_definition *d, err *why)
{
    outbound_url url;
    err cause = {0};
    const feed_preset *p = feed_preset_named(a->operands[0]);
    *d = p ? from_preset(p) : (feed_definition){.every_s = DAY_S};
    d->name = a->operands[0];
    if (a->operand_count == 2)
        d->url = a->operands[1];
    if (!feed_name_ok(d->name))
        return app_fail(a, ERR_INPUT, msg_feed_name(), S(""), why);
    if (!d->url.len)
        return app_fail(a, ERR_INPUT, msg_feed_no_preset(d->name), S(""), why);
    if (outbound_url_read(a->memory, d->url, &url, &cause) != OK) {
        slice reason = arena_printf(a->memory, "%s", cause.msg);
        return app_fail(a, ERR_INPUT, msg_feed_url(reason), S(""), why);
    }
    d->url = url.text;
    return read_flags(a, d, why);
}

static status put(app *a, const feed_definition *d, err *why)
{
    store *s;
    writer *w = NULL;
    status st = app_store(a, &s, why);
    if (st == OK)
        st = writer_new(s, app_actor(a), &w, why);
    if (st == OK)
        st = feed_put(w, d, a->view.now, why);
    writer_free(w);
    return st;
}

static status say(app *a, message m, err *why)
{
    if (a->quiet || a->json)
        return OK;
    sink_put(&a->out, m);
    sink_line(&a->out);
    return sink_flush(&a->out, why);
}

status cmd_feed_add(app *a, err *why)
{
    feed_definition d;
    status st = read_definition(a, &d, why);
    if (st == OK)
        st = put(a, &d, why);
    return st == OK ? say(a, msg_feed_added(d.name, d.url), why) : st;
}

static status set_paused(app *a, bool paused, err *why)
{
    feed_info f;
    status st = get(a, a->operands[0], &f, why);
    if (st != OK)
        return st;
    f.d.paused = paused;
    if ((st = put(a, &f.d, why)) != OK)
        return st;
    return say(a, paused ? msg_feed_stopped(f.d.name) : msg_feed_resumed(f.d.name), why);
}

status cmd_feed_pause(app *a, err *why)
{
    return set_paused(a, true, why);
}

status cmd_feed_resume(app *a, err *why)
{
    return set_paused(a, false, why);
}

/* --- run -------------------------------------------------------------------------------------- */

typedef struct feeding {
    app *a;
    feed_runner r;
    import_options import;
    feed_grants grants;
    sandbox *jail;
    stopping ends;
    int64_t newest_us; /* what is published later may be of these runs */
    bool some;         /* something was taken */
} feeding;

static feed_lines lines_of(const app *a, unsigned row)
{
    feed_lines l = {0};
    l.count = option_items(a->options, row, &l.at);
    return l;
}

static status on_run(void *ctx, const feed_info *f, err *why)
{
    feeding *x = ctx;
    app *a = x->a;
    lens *l = NULL;
    feed_runs history;
    CLEANUP(arena_done) arena own;
    arena_init(&own, 8 << 20);
    x->some |= slice_eq(f->s.outcome, S(FEED_DONE));
    app_exit(a, feed_went_well(f->s.outcome) ? 0 : f->s.held.len ? 1 : 2);
    status st = lens_new(x->r.store, &l, why);
    if (st == OK)
        st = lens_look(l, &a->view, why);
    if (st == OK)
        st = feed_history(l, &own, f->d.name, FEED_HISTORY, &history, why);
    progress_clear(a);
    if (st == OK && !a->quiet)
        st = feeding_put(a, f, &history, false, why);
    lens_free(l);
    return st == OK ? sink_flush(&a->out, why) : st;
}

static bool told_to_stop(void *ctx)
{
    feeding *x = ctx;
    struct pollfd p = {.fd = x->ends.fd, .events = POLLIN};
    return poll(&p, 1, 0) > 0;
}

/* The command's own end is the runner's, too: a fetch under way is given up at once. */
static status begin(app *a, feeding *x, err *why)
{
    *x = (feeding){.a = a, .ends = {.fd = -1}};
    x->grants = (feed_grants){.allow = lines_of(a, OPT_FEED_ALLOW),
                              .proxy = lines_of(a, OPT_FEED_PROXY),
                              .secret = lines_of(a, OPT_FEED_SECRET),
                              .ca = lines_of(a, OPT_FEED_CA),
                              .pin = lines_of(a, OPT_FEED_PIN)};
    x->r = (feed_runner){.clock = a->clock,
                         .ticks = a->ticks,
                         .random = a->random,
                         .actor = app_actor(a),
                         .import = &x->import,
                         .grants = &x->grants,
                         .stop = told_to_stop,
                         .ran = on_run,
                         .ctx = x};
    status st = app_store(a, &x->r.store, why);
    if (st == OK)
        st = importing_newest(a, &x->newest_us, why);
    if (st == OK)
        st = importing_jail(a, &x->jail, why);
    if (st != OK)
        return st;
    importing_limits(a, &x->import);
    x->r.limits = outbound_limits_default();
    x->r.limits.total_ms = option_int(a->options, OPT_LIMIT_FEED_SECONDS) * 1000;
    x->r.limits.floor_ms = option_int(a->options, OPT_LIMIT_FEED_SLOW_SECONDS) * 1000;
    x->r.sandbox = x->jail;
    return stopping_begin(&x->ends, why);
}

static status end(feeding *x, status st, err *why)
{
    if (x->ends.fd >= 0)
        stopping_end(&x->ends);
    sandbox_free(x->jail);
    return st == OK && x->some ? importing_settle(x->a, x->newest_us, why) : st;
}

static status run_due(app *a, feeding *x, err *why)
{
    uint64_t ran;
    when next;
    status st = feed_run_due(&x->r, &ran, &next, why);
    if (st == OK && !ran)
        app_note(a, msg_feed_none_due());
    return st;
}

static status run_named(app *a, feeding *x, err *why)
{
    progress bar = progress_start(a);
    for (size_t i = 0; i < a->operand_count && !told_to_stop(x); i++) {
        slice name = a->operands[i];
        progress_show(&bar, msg_feed_pulling(name));
        status st = feed_run_named(&x->r, name, why);
        if (st == ERR_NOT_FOUND)
            return unknown(a, name, why);
        if (st != OK)
            return st;
    }
    return OK;
}

status cmd_feed_run(app *a, err *why)
{
    feeding x;
    bool due = option_bool(a->options, OPT_FEED_DUE);
    if (due == (a->operand_count > 0))
        return app_fail(a, ERR_INPUT, msg_feed_what(), S(""), why);
    status st = begin(a, &x, why);
    if (st == OK)
        st = due ? run_due(a, &x, why) : run_named(a, &x, why);
    return end(&x, st, why);
}

/* --- what waits ------------------------------------------------------------------------------- */

/* What `act` says of a feed that is not there, or has nothing that waits. */
static status act_on(app *a, feeding *x, status (*act)(const feed_runner *r, slice name, err *why),
                     err *why)
{
    feed_info f;
    slice name = a->operands[0];
    status st = begin(a, x, why);
    if (st == OK)
        st = get(a, name, &f, why);
    if (st == OK && (st = act(&x->r, name, why)) == ERR_NOT_FOUND)
        st = app_fail(a, st, msg_feed_waits_not(name), S(""), why);
    return end(x, st, why);
}

status cmd_feed_approve(app *a, err *why)
{
    feeding x;
    return act_on(a, &x, feed_approve, why);
}

status cmd_feed_discard(app *a, err *why)
{
    feeding x;
    status st = act_on(a, &x, feed_discard, why);
    return st == OK ? say(a, msg_feed_discarded(a->operands[0]), why) : st;
}

status cmd_feed_remove(app *a, err *why)
{
    feeding x;
    status st = act_on(a, &x, feed_remove, why);
    return st == OK ? say(a, msg_feed_removed(a->operands[0]), why) : st;
}
