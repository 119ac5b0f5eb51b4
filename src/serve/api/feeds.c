/* feeds.c - what the site subscribes to: how each feed does, and what people do to it. */
#include "serve/api/handlers.h"

#include "intake/feed_json.h"
#include "serve/pull.h"

enum { DAY_S = 86400 };

static status put_feed(call *c, lens *l, const feed_info *f, bool whole, err *why)
{
    feed_runs history;
    status st = feed_history(l, c->m, f->d.name, FEED_HISTORY, &history, why);
    if (st != OK)
        return st;
    const feed_health h = feed_health_of(f, &history, call_now(c));
    if (whole)
        feed_json_whole(c->out, f, &h, &history);
    else
        feed_json(c->out, f, &h);
    c->highest = f->d.marking.tlp > c->highest ? f->d.marking.tlp : c->highest;
    return OK;
}

status api_feeds(call *c, err *why)
{
    lens *l;
    feed_list list;
    status st = call_lens(c, &l, why);
    if (st == OK)
        st = feeds_page(l, c->m, call_param(c, "cursor"),
                        (size_t)call_int(c, "limit", CALL_LIST_DEFAULT), &list, why);
    if (st != OK)
        return st;
    json_writer w = call_list_begin(c);
    for (size_t i = 0; st == OK && i < list.count; i++) {
        call_item(&w);
        st = put_feed(c, l, &list.at[i], false, why);
    }
    call_list_end(&w, list.more && list.count ? list.at[list.count - 1].d.name : S(""));
    return st;
}

static status find(call *c, lens **l, feed_info *ret, err *why)
{
    status st = call_lens(c, l, why);
    return st == OK ? feed_get(*l, c->m, call_param(c, "name"), ret, why) : st;
}

status api_feed(call *c, err *why)
{
    lens *l;
    feed_info f;
    status st = find(c, &l, &f, why);
    return st == OK ? put_feed(c, l, &f, true, why) : st;
}

status api_feed_presets(call *c, err *why)
{
    (void)why;
    json_writer w = call_list_begin(c);
    for (size_t i = 0; i < feed_preset_count; i++) {
        call_item(&w);
        feed_preset_json(c->out, &feed_presets[i]);
    }
    call_list_end(&w, S(""));
    return OK;
}

/* --- logs that fell silent -------------------------------------------------------------------- */

typedef struct silence {
    call *c;
    json_writer w;
} silence;

static status on_log(void *ctx, const heard_log *log, err *why)
{
    silence *x = ctx;
    (void)why;
    if (log->silent) {
        call_item(&x->w);
        quiet_log_json(x->c->out, log);
    }
    return OK;
}

status api_quiet_logs(call *c, err *why)
{
    lens *l;
    status st = call_lens(c, &l, why);
    if (st != OK)
        return st;
    silence x = {c, call_list_begin(c)};
    st = heard_each(l, call_now(c), on_log, &x, why);
    call_list_end(&x.w, S(""));
    return st;
}

/* --- changes ---------------------------------------------------------------------------------- */

/* Everybody's feeds may be seen by whoever is of an organisation, and only its own are his to
 * change. */
static status find_own(call *c, lens **l, feed_info *ret, err *why)
{
    slice own = c->from->who.has.organisation;
    status st = find(c, l, ret, why);
    return st == OK && own.len && !slice_eq(own, ret->d.marking.owner)
               ? call_of_site(c, "that feed is", why)
               : st;
}

static status read_preset(call *c, feed_definition *d, err *why)
{
    slice name = call_text(c, "preset");
    if (!name.len)
        return OK;
    const feed_preset *p = feed_preset_named(name);
    if (!p)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no such preset");
    *d = (feed_definition){.name = d->name,
                           .url = slice_str(p->url),
                           .format = slice_str(p->format),
                           .source = slice_str(p->source),
                           .licence = slice_str(p->licence),
                           .preset = slice_str(p->name),
                           .mode = p->mode,
                           .every_s = p->every_s};
    return OK;
}

static status read_url(call *c, feed_definition *d, err *why)
{
    outbound_url url;
    slice given = call_text(c, "url");
    d->url = given.len ? given : d->url;
    if (!d->url.len)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "url or preset must be there");
    status st = outbound_url_read(c->m, d->url, &url, why);
    if (st == OK)
        d->url = url.text;
    return st;
}

static status read_words(call *c, feed_definition *d, err *why)
{
    slice mode = call_text(c, "mode"), grade = call_text(c, "reliability"),
          level = call_text(c, "tlp"), form = call_text(c, "format"),
          source = call_text(c, "source"), audience = call_text(c, "audience");
    view v;
    d->format = form.len ? form : d->format;
    d->source = source.len ? source : d->source;
    d->mode = slice_eq(mode, S("snapshot")) ? FEED_SNAPSHOT
              : slice_eq(mode, S("delta"))  ? FEED_DELTA
                                            : d->mode;
    if (mode.len && !slice_eq(mode, S("snapshot")) && !slice_eq(mode, S("delta")))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "mode is snapshot or delta");
    if (grade.len && (grade.len != 1 || grade.ptr[0] < 'A' || grade.ptr[0] > 'F'))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "reliability is a letter from A to F");
    d->reliability = grade.len ? grade.ptr[0] : d->reliability;
    if (level.len && tlp_parse(level, &d->marking.tlp) != OK)
        return err_set(why, ERR_INPUT, ERR_NOWHERE,
                       "tlp is clear, green, amber, amber+strict or red");
    d->marking.audience = audience.len ? audience : d->marking.audience;
    identity_view(&c->from->who, WHEN_NONE, call_now(c), &v);
    if (!view_sees(&v, d->marking))
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "you would not see what is marked so");
    if (form.len && !format_named(form))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "format is not known");
    return OK;
}

static status read_rest(call *c, feed_definition *d, err *why)
{
    const json *every = json_get(c->body, S("every_s")), *paused = json_get(c->body, S("paused"));
    if (every && (!json_whole(every, &d->every_s) || d->every_s < 60 || d->every_s > 366 * DAY_S))
        return err_set(why, ERR_INPUT, every->at,
                       "every_s is a number of seconds from 60 to a year");
    if (paused && !json_is(paused, JSON_TRUE) && !json_is(paused, JSON_FALSE))
        return err_set(why, ERR_INPUT, paused->at, "paused is true or false");
    d->paused = paused ? json_is(paused, JSON_TRUE) : d->paused;
    return OK;
}

/* What is there already keeps what is not said. One that he may not see is another's: its name is
 * taken, and that is all he learns. */
status api_feed_put(call *c, err *why)
{
    lens *l;
    feed_info f = {0};
    status st = find_own(c, &l, &f, why);
    bool unseen = st == ERR_NOT_FOUND;
    if (unseen) {
        f.d = (feed_definition){.name = call_param(c, "name"),
                                .every_s = DAY_S,
                                .marking.owner = c->from->who.has.organisation};
        st = feed_name_ok(f.d.name) ? OK
                                    : err_set(why, ERR_INPUT, ERR_NOWHERE,
                                              "a name is of a-z, 0-9 and - _ . in the middle");
    }
    if (st == OK)
        st = read_preset(c, &f.d, why);
    if (st == OK)
        st = read_url(c, &f.d, why);
    if (st == OK)
        st = read_words(c, &f.d, why);
    if (st == OK)
        st = read_rest(c, &f.d, why);
    if (st == OK)
        st = unseen ? feed_add(c->writer, &f.d, call_now(c), why)
                    : feed_put(c->writer, &f.d, call_now(c), why);
    c->wakes = st == OK;
    return st == ERR_BUSY && unseen ? http_problem(c->w, 409, st) : st;
}

/* Not inside the table's transaction: each step of a run is durable by itself. A server may take as
 * long as it likes, so it takes a turn: not every worker waits for one. */
static status act(call *c, puller_action action, err *why)
{
    lens *l;
    feed_info f;
    status st = find_own(c, &l, &f, why);
    if (st == OK)
        st = call_turn(c, why);
    if (st != OK)
        return st;
    st = call_record(c, f.d.name, why);
    if (st == OK)
        st = puller_act(c->a->o.puller, action, f.d.name, c->from->who.who.login, why);
    call_turn_ends(c);
    return st == ERR_BUSY ? http_problem(c->w, 409, st) : st;
}

status api_feed_remove(call *c, err *why)
{
    return act(c, feed_remove, why);
}

status api_feed_run(call *c, err *why)
{
    return act(c, feed_run_named, why);
}

status api_feed_approve(call *c, err *why)
{
    return act(c, feed_approve, why);
}

status api_feed_discard(call *c, err *why)
{
    return act(c, feed_discard, why);
}
