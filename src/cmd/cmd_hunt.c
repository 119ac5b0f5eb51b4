/* cmd_hunt.c - noroshi hunt VALUE..., --entity ID: has this site ever seen it? From sightings,
 * which watch remembers; the logs are not needed. */
#include "cmd/app.h"
#include "know/sightings.h"
#include "know/store.h"
#include "model/observable.h"
#include "publish/hunt_json.h"
#include "watch/hunt.h"

enum { MEMORY = 256 << 20, BATCH = 256, SHOWN_SAMPLES = 4 };

typedef struct hunting {
    app *a;
    sightings *s; /* NULL: no telemetry was ever read */
    sightings_coverage covered;
    arena memory; /* of one batch */
    arena kept;   /* what is covered */
    buf line;
    bool seen;
} hunting;

status cmd_hunt(app *a, err *why);

/* --- text ------------------------------------------------------------------------------------- */

static void put_samples(hunting *h, const sighting *s)
{
    sink *out = &h->a->out;
    for (uint32_t i = 0; i < s->sample_count && i < SHOWN_SAMPLES; i++) {
        sink_words(out, S("    "));
        sink_put(out, msg_hunt_sample(s->samples[i].at, sightings_name(h->s, s->samples[i].source),
                                      (int64_t)s->samples[i].offset));
        sink_line(out);
    }
}

static void put_text(hunting *h, node_ref n, const sightings_found *f)
{
    sink *out = &h->a->out;
    msg_value v = {(int)n.kind, n.text};
    const sighting *s = &f->itself, *in = &f->within;
    sink_indent(out, 4);
    if (!s->count && !in->count && h->s && !sightings_can_have(n.kind))
        sink_put(out, msg_hunt_not_kept(v));
    else if (!s->count && !in->count && (!h->s || f->scope == SIGHTINGS_UNKNOWN))
        sink_put(out, h->s ? msg_hunt_too_wide(v) : msg_hunt_cannot_say(v));
    else if (!s->count && !in->count)
        sink_put(out,
                 msg_hunt_no(v, h->covered.from, h->covered.to, (int64_t)h->covered.source_count));
    if (s->count)
        sink_put(out, msg_hunt_yes(v, (int64_t)s->count, s->first, s->last));
    if (s->count && in->count) {
        sink_line(out);
        sink_words(out, S("  "));
    }
    if (in->count)
        sink_put(out, msg_hunt_within(v, (int64_t)in->count, in->first, in->last));
    sink_indent(out, 0);
    sink_line(out);
    put_samples(h, s->count ? s : in);
}

/* --- asking ----------------------------------------------------------------------------------- */

static status open_sightings(hunting *h, err *why)
{
    slice folder = arena_printf(&h->kept, "%s/sightings", store_dir(h->a->store));
    if (!folder.ptr)
        return ARENA_SPENT(&h->kept, why);
    status st = sightings_open(folder.ptr, &h->s, why);
    if (st == ERR_NOT_FOUND) /* nothing was ever read */
        return OK;
    return st == OK ? sightings_covered(h->s, &h->kept, &h->covered, why) : st;
}

static status put_json(hunting *h, node_ref n, const sightings_found *f, err *why)
{
    const hunt_held held = {h->s, &h->covered};
    buf_clear(&h->line);
    hunt_json(&h->line, &held, n, f);
    return app_json(h->a, &h->line, why);
}

static status tell(hunting *h, node_ref n, const sightings_found *f, err *why)
{
    h->seen |= f->itself.count || f->within.count;
    if (h->a->json)
        return put_json(h, n, f, why);
    put_text(h, n, f);
    return OK;
}

static status ask(hunting *h, const node_ref *values, size_t count, err *why)
{
    sightings_found *f = arena_array(&h->memory, count, sizeof *f);
    sightings_probe *p = arena_array(&h->memory, count, sizeof *p);
    status st = f && p ? OK : ARENA_SPENT(&h->memory, why);
    for (size_t i = 0; st == OK && i < count; i++)
        p[i] = (sightings_probe){values[i].kind, values[i].text};
    if (st == OK && h->s)
        sightings_expect(h->s, p, count);
    if (st == OK && h->s)
        st = sightings_find(h->s, p, count, &h->memory, f, why);
    for (size_t i = 0; st == OK && i < count; i++)
        st = tell(h, values[i], &f[i], why);
    return st;
}

static status ask_operand(hunting *h, slice text, err *why)
{
    observable o;
    err cause = {0};
    arena_reset(&h->memory);
    status st = observable_parse(&h->memory, text, KIND_NONE, &o, &cause);
    if (st == ERR_INPUT) {
        app_report(h->a, &cause, text);
        return OK;
    }
    if (st == OK)
        st = ask(h, &(node_ref){o.kind, o.value}, 1, why);
    else
        *why = cause;
    return st == OK ? sink_flush(&h->a->out, why) : st;
}

static status on_value(void *ctx, node_ref value, tlp marked, const sightings_found *f, err *why)
{
    hunting *h = ctx;
    (void)marked;
    return tell(h, value, f, why);
}

static status ask_entity(hunting *h, slice id, err *why)
{
    CLEANUP(arena_done) arena a;
    lens *l;
    hunt_counts n;
    arena_init(&a, MEMORY);
    status st = app_lens(h->a, &l, why);
    const hunt_options o = {.l = l, .s = h->s, .on_value = on_value, .ctx = h};
    if (st == OK)
        st = hunt_entity(&o, &a, id, &n, why);
    if (st == ERR_NOT_FOUND) {
        app_report_message(h->a, st, msg_show_nothing(id), id);
        return OK;
    }
    if (st == OK && h->a->json) {
        const hunt_held held = {h->s, &h->covered};
        buf_clear(&h->line);
        hunt_total_json(&h->line, &held, &(hunt_total){n.name, n.asked, n.seen});
        st = app_json(h->a, &h->line, why);
    }
    if (st == OK)
        app_note(h->a, msg_hunt_entity(n.name, (int64_t)n.asked, (int64_t)n.seen));
    return st;
}

status cmd_hunt(app *a, err *why)
{
    hunting h = {.a = a};
    store *s;
    slice entity = option_text(a->options, OPT_HUNT_ENTITY);
    if (!a->operand_count && !entity.len)
        return app_fail(a, ERR_INPUT, msg_hunt_what(), S(""), why);
    arena_init(&h.memory, MEMORY);
    arena_init(&h.kept, MEMORY);
    buf_init(&h.line, HUNT_JSON_MAX);
    status st = app_store(a, &s, why);
    if (st == OK && !sightings_are_for(&a->view))
        st = app_fail(a, ERR_FORBIDDEN, msg_hunt_site(), S(""), why);
    if (st == OK)
        st = open_sightings(&h, why);
    for (size_t i = 0; st == OK && i < a->operand_count; i++)
        st = ask_operand(&h, a->operands[i], why);
    if (st == OK && entity.len)
        st = ask_entity(&h, entity, why);
    if (st == OK)
        st = sink_flush(&a->out, why);
    if (st == OK && !h.seen)
        app_exit(a, 1);
    sightings_close(h.s);
    arena_done(&h.memory);
    arena_done(&h.kept);
    buf_done(&h.line);
    return st;
}
