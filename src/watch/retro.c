/* retro.c - see retro.h. */
#include "watch/retro.h"

#include "base/json.h"
#include "know/alerts.h"
#include "know/events.h"
#include "know/sightings.h"

#include <stdlib.h>

enum { BATCH = 1024, MEMORY = 64 << 20 };

typedef struct looking {
    const retro_options *o;
    sightings *seen;
    known *known;
    arena memory; /* of one batch */
    node_ref value[BATCH];
    marking said[BATCH]; /* what made each come by */
    size_t count;
    buf event;
    retro_counts n;
} looking;

/* --- one value that was seen ------------------------------------------------------------------ */

static status put_event(looking *k, const sighting *s, err *why)
{
    buf_clear(&k->event);
    json_writer w = json_writer_on(&k->event);
    json_open(&w, '{');
    json_key(&w, "seen");
    json_put_int(&w, (int64_t)s->count);
    json_key(&w, "days");
    json_put_int(&w, (int64_t)s->day_count);
    json_close(&w, '}');
    return buf_status(&k->event, why);
}

/* As strict as both; it stays the telemetry's owner's: whose material the statement is may be
 * somebody to whom these logs are nothing. */
static marking marking_of_both(const looking *k, marking said)
{
    said.owner = S("");
    return marking_join(k->o->marking, said);
}

static status note_places(looking *k, node_ref value, marking m, const sighting *s, int urgent,
                          bool *raised, err *why)
{
    status st = put_event(k, s, why);
    for (uint32_t i = 0; st == OK && i < s->sample_count; i++) {
        sightings_source from;
        alert_noted noted;
        if ((st = sightings_source_of(k->seen, s->samples[i].source, &from, why)) != OK)
            return st;
        const alert_contact c = {
            .rule = S("retro"),
            .indicator = value,
            .span = 0,
            .at = s->samples[i].at,
            .now = k->o->view->now,
            .priority = urgent,
            .marking = m,
            .event = buf_slice(&k->event),
            .place = {.path = from.name, .offset = s->samples[i].offset, .at = s->samples[i].at},
            .once = true};
        st = alert_note(k->o->writer, &c, &noted, why);
        *raised |= st == OK && !noted.again;
    }
    return st;
}

static status judge(looking *k, size_t at, const sightings_found *f, err *why)
{
    const node_ref value = k->value[at];
    const marking m = marking_of_both(k, k->said[at]);
    const known_value *v;
    bool raised = false;
    answer at_contact;
    const sighting *seen[] = {&f->itself, &f->within};
    k->n.seen++;
    known_begin(k->known);
    status st = known_node(k->known, value, &v, why);
    for (size_t i = 0; st == OK && v->answer && i < COUNT_OF(seen); i++) {
        if (!seen[i]->count || (i && f->scope != SIGHTINGS_EXACT))
            continue;
        answer_seen(v->answer, seen[i]->last, &at_contact);
        st = note_places(k, value, m, seen[i], (int)at_contact.priority, &raised, why);
    }
    k->n.alerts += raised;
    return st;
}

/* --- batches ---------------------------------------------------------------------------------- */

static status flush(looking *k, err *why)
{
    sightings_probe *p = arena_array(&k->memory, k->count, sizeof *p);
    sightings_found *f = arena_array(&k->memory, k->count, sizeof *f);
    status st = p && f ? OK : ARENA_SPENT(&k->memory, why);
    for (size_t i = 0; st == OK && i < k->count; i++)
        p[i] = (sightings_probe){k->value[i].kind, k->value[i].text};
    if (st == OK && k->count)
        st = sightings_find(k->seen, p, k->count, &k->memory, f, why);
    for (size_t i = 0; st == OK && i < k->count; i++)
        if (f[i].itself.count || (f[i].within.count && f[i].scope == SIGHTINGS_EXACT))
            st = judge(k, i, &f[i], why);
    arena_reset(&k->memory);
    k->count = 0;
    return st;
}

static status push(looking *k, node_ref value, marking said, err *why)
{
    node_ref *n = &k->value[k->count];
    marking *m = &k->said[k->count];
    n->kind = value.kind;
    *m = (marking){.tlp = said.tlp, .pap = said.pap};
    if (!arena_copy(&k->memory, value.text, &n->text) ||
        !arena_copy(&k->memory, said.audience, &m->audience))
        return ARENA_SPENT(&k->memory, why);
    /* wide networks ask very many keys */
    return ++k->count == BATCH || n->kind == KIND_CIDR ? flush(k, why) : OK;
}

static status on_event(void *ctx, const event *e, err *why)
{
    looking *k = ctx;
    if (!sightings_can_have(e->node.kind))
        return OK;
    k->n.asked++;
    return push(k, e->node, e->marking, why);
}

static status each_event(looking *k, err *why)
{
    lens *l = NULL;
    status st = lens_new(k->o->s, &l, why);
    if (st == OK)
        st = lens_look(l, k->o->view, why);
    if (st == OK)
        st = events_after(l, k->o->after_us, on_event, k, why);
    lens_free(l);
    return st;
}

static status on_kept(void *ctx, node_ref value, err *why)
{
    const looking *k = ctx;
    return push(ctx, value, k->o->said, why);
}

/* v NULL: what happened since. */
static status look(looking *k, const retro_values *v, err *why)
{
    bool changed;
    status st = known_new(k->o->s, k->o->view, k->o->clock, &k->known, why);
    if (st == OK)
        st = known_look(k->known, &changed, why);
    if (st == OK)
        st = v ? retro_values_each(v, on_kept, k, why) : each_event(k, why);
    if (st == OK)
        st = flush(k, why);
    k->known = known_free(k->known);
    return st == OK ? writer_sync(k->o->writer, why) : st;
}

static status open_sightings(const store *s, sightings **ret, err *why)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 20);
    slice folder = arena_printf(&a, "%s/sightings", store_dir(s));
    return folder.ptr ? sightings_open(folder.ptr, ret, why) : ARENA_SPENT(&a, why);
}

static status look_back(const retro_options *o, const retro_values *v, retro_counts *ret, err *why)
{
    sightings *seen = NULL;
    status st = open_sightings(o->s, &seen, why);
    if (st == ERR_NOT_FOUND) { /* nothing was ever read */
        *ret = (retro_counts){0};
        return OK;
    }
    looking *k = calloc(1, sizeof *k);
    if (st == OK && !k)
        st = err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    if (st == OK && k) {
        *k = (looking){.o = o, .seen = seen};
        arena_init(&k->memory, MEMORY);
        buf_init(&k->event, ALERT_EVENT_MAX);
        if ((st = look(k, v, why)) == OK)
            *ret = k->n;
        arena_done(&k->memory);
        buf_done(&k->event);
    }
    free(k);
    sightings_close(seen);
    return st;
}

status retro_look(const retro_options *o, retro_counts *ret, err *why)
{
    return look_back(o, NULL, ret, why);
}

status retro_judge(const retro_options *o, const retro_values *v, retro_counts *ret, err *why)
{
    if (!v) {
        *ret = (retro_counts){0};
        return OK;
    }
    retro_counts n;
    const retro_values_counts c = retro_values_count(v);
    status st = look_back(o, v, &n, why);
    if (st != OK)
        return st;
    n.asked = c.asked;
    n.left = c.left;
    *ret = n;
    return OK;
}
