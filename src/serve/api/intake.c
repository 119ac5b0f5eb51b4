/* intake.c - what comes in over HTTP: documents, bulk lists. */
#include "serve/api/handlers.h"

#include "intake/import_json.h"
#include "intake/import_set.h"
#include "know/write.h"
#include "publish/error_json.h"
#include "publish/set_json.h"
#include "watch/settle.h"

#include <stdio.h>
#include <unistd.h>

/* Whoever is of an organisation brings in what is its own. Nobody writes where he does not see:
 * what is there already would be replaced, and the answer would tell of it. */
static status read_floor(call *c, marking *ret, err *why)
{
    view v;
    slice level = call_param(c, "tlp");
    marking m = {.audience = call_param(c, "audience"), .owner = c->from->who.has.organisation};
    if (level.len && tlp_parse(level, &m.tlp) != OK)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "tlp is none");
    identity_view(&c->from->who, WHEN_NONE, call_now(c), &v);
    if (!view_sees(&v, m))
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "you would not see what is marked so");
    *ret = m;
    return OK;
}

/* --- documents -------------------------------------------------------------------------------- */

typedef struct importing {
    call *c;
    bool any;
} importing;

static status on_summary(void *ctx, const import_summary *s, err *why)
{
    importing *x = ctx;
    if (s->failed != OK)
        error_json(x->c->out, &s->why, S(""), s->path);
    else
        import_json(x->c->out, s);
    buf_byte(x->c->out, '\n');
    x->any = true;
    return buf_status(x->c->out, why);
}

static status read_options(call *c, import_options *o, err *why)
{
    slice mode = call_param(c, "mode"), grade = call_param(c, "reliability");
    *o = (import_options){.store = c->a->o.store,
                          .clock = c->a->o.ticks,
                          .directory = c->a->o.work_dir,
                          .actor = c->from->who.who.login,
                          .format = call_param(c, "format"),
                          .source = call_param(c, "source"),
                          .reliability = grade.len ? grade.ptr[0] : 0,
                          .mode = slice_eq(mode, S("snapshot")) ? IMPORT_SNAPSHOT
                                  : slice_eq(mode, S("delta"))  ? IMPORT_DELTA
                                                                : IMPORT_AUTO,
                          .dry_run = call_bool(c, "dry_run"),
                          .limits = c->a->o.limits,
                          .unpack = c->a->o.unpack,
                          .observable_bytes_max = OBSERVABLE_TEXT_MAX,
                          .on_summary = on_summary};
    if (o->format.len && !format_named(o->format))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "format is not known");
    return read_floor(c, &o->floor, why);
}

/* The indexes take the new in; what was seen here of it becomes alerts. */
static status settle(call *c, int64_t newest_us, err *why)
{
    uint64_t alerts;
    const settle_options o = {.s = c->a->o.store,
                              .actor = c->from->who.who.login,
                              .clock = c->a->o.clock,
                              .after_us = newest_us};
    return settle_import(&o, &alerts, why);
}

static status import_body(call *c, err *why)
{
    importing x = {c, false};
    importer *it = NULL;
    sandbox *jail = NULL;
    import_options o;
    int64_t newest_us = WHEN_NONE;
    slice path = call_param(c, "path");
    status st = read_options(c, &o, why);
    if (st == OK)
        st = settle_newest(c->a->o.store, call_now(c), &newest_us, why);
    if (st == OK)
        st = call_jail(c, &jail, why);
    o.sandbox = jail;
    o.ctx = &x;
    if (st == OK && !o.dry_run)
        st = call_record(c, path, why);
    if (st == OK)
        st = importer_new(&o, &it, why);
    if (st == OK)
        st = import_memory(it, path.len ? path : S("upload"), c->r->body, why);
    if (st == OK)
        st = importer_finish(it, why);
    importer_free(it);
    sandbox_free(jail);
    if (st == OK && !o.dry_run)
        st = settle(c, newest_us, why);
    return st;
}

status api_import(call *c, err *why)
{
    status st = call_turn(c, why);
    if (st != OK)
        return st;
    c->out = http_body(c->w, S("application/x-ndjson"));
    st = import_body(c, why);
    call_turn_ends(c);
    return st;
}

/* --- sets ------------------------------------------------------------------------------------- */

static void read_set(call *c, set_load_options *o)
{
    slice word = call_param(c, "verdict"), polarity = call_param(c, "polarity"),
          mode = call_param(c, "mode");
    o->name = call_param(c, "name");
    o->source = call_param(c, "source");
    if (!o->source.len)
        o->source = o->name;
    o->mode = slice_eq(mode, S("delta")) ? SET_ADD : SET_REPLACE;
    o->verdict = slice_eq(word, S("known-good"))  ? SET_KNOWN_GOOD
                 : slice_eq(word, S("known-bad")) ? SET_KNOWN_BAD
                 : slice_eq(word, S("list"))      ? SET_LIST
                                                  : 0;
    if (o->verdict == SET_LIST)
        o->polarity = slice_eq(polarity, S("benign"))       ? SET_BENIGN
                      : slice_eq(polarity, S("suspicious")) ? SET_SUSPICIOUS
                                                            : SET_NEUTRAL;
    o->dry_run = call_bool(c, "dry_run");
    o->keep_days = c->a->o.set_keep_days;
}

static void put_set(call *c, const set_load_options *o, const set_summary *s)
{
    json_writer w = json_writer_on(c->out);
    json_open(&w, '{');
    json_field_text(&w, "schema", S("noroshi.set-import/1"));
    json_field_text(&w, "set", o->name);
    json_field_text(&w, "source", o->source);
    json_field_text(&w, "verdict", slice_str(set_verdict_name(s->result.verdict)));
    json_field_bool(&w, "known", s->result.known);
    json_field_count(&w, "documents", s->documents);
    json_field_count(&w, "lines", s->lines);
    json_field_count(&w, "refused_total", s->refused);
    json_field_count(&w, "values", s->result.keys);
    json_field_count(&w, "replaced", s->result.replaced);
    json_key(&w, "kinds");
    set_kinds_json(&w, s->result.kinds);
    json_close(&w, '}');
}

/* What the set says is bad may have been seen here. */
static status look_back(call *c, marking said, const retro_values *values, err *why)
{
    settle_found n;
    const settle_options o = {
        .s = c->a->o.store, .actor = c->from->who.who.login, .clock = c->a->o.clock, .said = said};
    return settle_set(&o, values, &n, why);
}

static status load(call *c, set_load_options *o, writer *w, err *why)
{
    char path[64];
    sandbox *jail = NULL;
    set_import *si = NULL;
    retro_values *values = NULL;
    set_summary s;
    snprintf(path, sizeof path, "/proc/self/fd/%d", c->r->body_fd);
    status st = call_jail(c, &jail, why);
    if (st == OK && !o->dry_run && settle_values_wanted(o->verdict, o->polarity))
        st = retro_values_new(c->a->o.store, &values, why);
    const set_import_options so = {.store = c->a->o.store,
                                   .sandbox = jail,
                                   .clock = c->a->o.ticks,
                                   .directory = c->a->o.work_dir,
                                   .unpack = c->a->o.unpack,
                                   .load = o,
                                   .on_keys = values ? retro_values_add : NULL,
                                   .keys_ctx = values};
    if (st == OK)
        st = set_import_new(&so, &si, why);
    if (st == OK)
        st = set_import_path(si, path, why);
    if (st == OK)
        st = set_import_finish(si, w, &s, why);
    if (st == OK)
        put_set(c, o, &s);
    if (st == OK && s.result.tx && settle_values_wanted(s.result.verdict, s.result.polarity))
        st = look_back(c, o->marking, values, why);
    if (st == OK && !o->dry_run)
        st = set_import_settle(si, w, why);
    retro_values_free(values);
    set_import_free(si);
    sandbox_free(jail);
    return st;
}

status api_set_load(call *c, err *why)
{
    writer *w = NULL;
    set_load_options o = {0};
    if (c->r->body_fd < 0)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the body is the list");
    read_set(c, &o);
    status st = call_turn(c, why);
    if (st != OK)
        return st;
    st = read_floor(c, &o.marking, why);
    if (st == OK && o.mode == SET_REPLACE && !call_param(c, "verdict").len)
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "verdict must be there: what being in it says");
    if (st == OK && !o.dry_run)
        st = call_record(c, o.name, why);
    if (st == OK)
        st = writer_new(c->a->o.store, c->from->who.who.login, &w, why);
    o.w = w;
    if (st == OK)
        st = load(c, &o, w, why);
    writer_free(w);
    call_turn_ends(c);
    return st;
}

/* Everybody's sets may be seen by whoever is of an organisation; only its own are his to drop. */
static bool is_to_drop(const call *c, const set_info *s)
{
    slice name = call_param(c, "name"), source = call_param(c, "source"),
          own = c->from->who.has.organisation;
    return slice_eq(s->name, name) && (!source.len || slice_eq(source, s->source)) &&
           (!own.len || slice_eq(own, s->marking.owner));
}

status api_set_drop(call *c, err *why)
{
    lens *l;
    set_list sets;
    uint64_t dropped = 0;
    size_t n = 0;
    status st = call_lens(c, &l, why);
    if (st == OK)
        st = sets_seen(l, &sets, why);
    if (st != OK)
        return st;
    int64_t *rows = arena_array(c->m, sets.count + 1, sizeof *rows);
    if (!rows)
        return ARENA_SPENT(c->m, why);
    for (size_t i = 0; i < sets.count; i++)
        if (is_to_drop(c, &sets.at[i]))
            rows[n++] = sets.at[i].row;
    return n ? set_drop(c->writer, rows, n, false, &dropped, why) : ERR_NOT_FOUND;
}
