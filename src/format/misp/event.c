/* event.c - an event as a report, and the reports in words that stand in it: see misp.h. */
#include "format/misp/misp.h"

enum { REPORT_PROPERTIES_TAGS = 64 }; /* free tags in the property claim; all are nodes */

/* --- opening --------------------------------------------------------------------------------- */

static status event_node(misp *m, misp_event *e, err *why)
{
    uint8_t bytes[16];
    if (misp_uuid(e->uuid, bytes)) {
        e->self.kind = KIND_REPORT;
        return misp_key(m, "report", e->uuid, &e->self.text, why);
    }
    if (!e->info.len)
        return OK;
    status st = emit_node(&m->e, KIND_REPORT, "name:", e->info, &e->self, why);
    if (st == ERR_INPUT)
        e->self = (node_ref){KIND_NONE, {NULL, 0}};
    return st == ERR_INPUT ? OK : st;
}

/* The links that were published with the event are where its attributes come from. */
static status read_origins(misp *m, const json *v, err *why)
{
    size_t n = 0;
    slice *list = NULL;
    const json *t = misp_list(v, "origins");
    if (!t)
        return OK;
    list = arena_array(m->a, FACT_ORIGINS_MAX, sizeof *list);
    if (!list)
        return ARENA_SPENT(m->a, why);
    for (; t && n < FACT_ORIGINS_MAX; t = t->next)
        if (t->text.len && t->text.len <= NODE_TEXT_MAX)
            list[n++] = t->text;
    m->event_origins = list;
    m->event_origin_count = n;
    return OK;
}

/* As long as nothing is known of it, what is in it is for nobody. */
static void close_event(misp *m)
{
    m->event = (misp_event){.modified = WHEN_NONE, .date = WHEN_NONE};
    m->event.context =
        (misp_context){.confidence = -1, .marked = true, .marking = {.tlp = TLP_RED}};
    m->event_origins = NULL;
    m->event_origin_count = 0;
}

static status open_event(misp *m, const misp_doc *d, err *why)
{
    json *v;
    misp_event *e = &m->event;
    close_event(m);
    e->at = d->at;
    status st = emit_parse(&m->e, d->text, &m->limits, &v, why);
    if (st != OK)
        return st;
    e->uuid = misp_text(v, "uuid");
    e->info = misp_text(v, "info");
    e->modified = misp_when(v, "timestamp");
    e->date = misp_when(v, "date");
    misp_context c;
    if ((st = misp_read_context(m, v, NULL, &c, why)) != OK ||
        (st = read_origins(m, v, why)) != OK || (st = event_node(m, e, why)) != OK)
        return st;
    for (size_t i = 0; i < c.link_count; i++) {
        c.links[i].inherited = true;
        e->threats += misp_is_threat(&c.links[i]);
    }
    e->context = c;
    e->v = v;
    return OK;
}

/* --- what is said of it ---------------------------------------------------------------------- */

static fact_claim about(const misp *m, predicate p)
{
    fact_claim c = emit_blank();
    c.subject = m->event.self;
    c.predicate = p;
    c.confidence = m->event.context.confidence;
    return c;
}

/* The numbers of MISP as the words of its interface. */
static slice word_of(const json *v, const char *key, const slice *words, size_t count)
{
    uint64_t n;
    return slice_u64(misp_text(v, key), &n) && n < count ? words[n] : (slice){NULL, 0};
}

static status say_properties(misp *m, err *why)
{
    static const slice threat[] = {S_INIT(""), S_INIT("high"), S_INIT("medium"), S_INIT("low"),
                                   S_INIT("undefined")},
                       analysis[] = {S_INIT("initial"), S_INIT("ongoing"), S_INIT("complete")},
                       reach[] = {S_INIT("organisation"), S_INIT("community"),
                                  S_INIT("connected communities"), S_INIT("all communities"),
                                  S_INIT("sharing group")};
    const json *v = m->event.v;
    slice tags[REPORT_PROPERTIES_TAGS], array;
    size_t n = 0;
    detail d = {0};
    status st;
    for (const json *t = misp_list(v, "Tag"); t && n < COUNT_OF(tags); t = t->next)
        if (misp_text(t, "name").len)
            tags[n++] = misp_text(t, "name");
    if (n) {
        if ((st = emit_array(&m->e, tags, n, &array, why)) != OK)
            return st;
        detail_raw(&d, "tags", array);
    }
    detail_text(&d, "date", misp_text(v, "date"));
    detail_text(&d, "threat_level", word_of(v, "threat_level_id", threat, COUNT_OF(threat)));
    detail_text(&d, "analysis", word_of(v, "analysis", analysis, COUNT_OF(analysis)));
    detail_text(&d, "distribution", word_of(v, "distribution", reach, COUNT_OF(reach)));
    detail_text(&d, "sharing_group", misp_text(json_get(v, S("SharingGroup")), "name"));
    if (misp_true(v, "published"))
        detail_true(&d, "published");
    return d.count ? misp_say(m, about(m, PRED_PROPERTY), &d, why) : OK;
}

static status say_author(misp *m, err *why)
{
    uint8_t bytes[16];
    const json *org = json_get(m->event.v, S("Orgc"));
    slice uuid = misp_text(org, "uuid"), name = misp_text(org, "name");
    fact_claim c = about(m, PRED_AUTHORED_BY);
    status st = OK;
    if (!name.len)
        return OK;
    if (!slice_eq(name, m->source)) /* one document has one source */
        misp_note(m, "events by it are attributed to the organisation of most events", name);
    c.object.kind = KIND_ORGANISATION;
    if (misp_uuid(uuid, bytes))
        st = misp_key(m, "identity", uuid, &c.object.text, why);
    else
        st = emit_node(&m->e, KIND_ORGANISATION, "name:", name, &c.object, why);
    if (st == OK)
        st = misp_name(m, c.object, name, "primary", why);
    return st == OK ? misp_say(m, c, NULL, why) : st;
}

static status say_links(misp *m, err *why)
{
    const misp_context *k = &m->event.context;
    status st = OK;
    for (size_t i = 0; st == OK && i < k->link_count; i++) {
        const misp_link *l = &k->links[i];
        fact_claim c = about(m, PRED_REFERS_TO);
        detail d = {0};
        detail_text(&d, "galaxy", l->galaxy);
        detail_text(&d, "relation", l->relation);
        c.object = l->node;
        if ((st = misp_say(m, c, &d, why)) == OK &&
            (st = misp_name(m, l->node, l->name, "primary", why)) == OK && l->id.len)
            st = misp_name(m, l->node, l->id, "id", why);
    }
    return st;
}

/* A taxonomy gives the tag a name to read. */
static status say_tags(misp *m, err *why)
{
    status st = OK;
    size_t n = 0;
    for (const json *t = misp_list(m->event.v, "Tag"); st == OK && t && n < MISP_TAGS_MAX;
         t = t->next, n++) {
        slice tag = misp_text(t, "name");
        fact_claim c = about(m, PRED_REFERS_TO);
        if (!tag.len || misp_tag_is_spent(tag))
            continue;
        c.object.kind = KIND_OTHER;
        c.object.text = arena_printf(m->a, "tag:%.*s", SLICE_FMT(tag));
        if (!c.object.text.ptr)
            return ARENA_SPENT(m->a, why);
        c.detail = S("{\"relation\":\"tag\"}");
        if ((st = misp_say(m, c, NULL, why)) == OK)
            st = misp_name(m, c.object, tag, "id", why);
    }
    return st;
}

static status say_other_event(misp *m, slice uuid, slice info, slice detail_json, err *why)
{
    uint8_t bytes[16];
    fact_claim c = about(m, PRED_RELATED_TO);
    if (!misp_uuid(uuid, bytes))
        return OK;
    c.object.kind = KIND_REPORT;
    c.detail = detail_json;
    status st = misp_key(m, "report", uuid, &c.object.text, why);
    if (st == OK)
        st = misp_say(m, c, NULL, why);
    return st == OK && info.len ? misp_name(m, c.object, info, "title", why) : st;
}

static status say_events(misp *m, err *why)
{
    const json *v = m->event.v;
    status st = say_other_event(m, misp_text(v, "extends_uuid"), S(""),
                                S("{\"relation\":\"extends\"}"), why);
    for (const json *r = misp_list(v, "RelatedEvent"); st == OK && r; r = r->next) {
        const json *other = json_get(r, S("Event"));
        other = other ? other : r;
        st = say_other_event(m, misp_text(other, "uuid"), misp_text(other, "info"),
                             S("{\"relation\":\"correlates\"}"), why);
    }
    return st;
}

static status say_event(misp *m, err *why)
{
    status st;
    if ((st = misp_name(m, m->event.self, m->event.info, "title", why)) != OK ||
        (st = say_properties(m, why)) != OK || (st = say_author(m, why)) != OK ||
        (st = say_links(m, why)) != OK || (st = say_tags(m, why)) != OK)
        return st;
    return say_events(m, why);
}

status misp_tell_event(misp *m, const misp_doc *d, err *why)
{
    misp_event *e = &m->event;
    m->at = d->at;
    m->length = 0;
    status st = open_event(m, d, why);
    if (st != OK) {
        close_event(m); /* the refusal gives up what it was made of */
        return misp_refuse(m, st, why);
    }
    emit_keep(&m->e); /* for all that comes in it */
    misp_note_additions(m, e->v);
    misp_note_dates(m, e->v);
    if (e->self.kind == KIND_NONE)
        return OK; /* an event in name only: its attributes are all there is */
    misp_begin(m);
    misp_mark(m, &e->context);
    if ((st = say_event(m, why)) != OK)
        return misp_refuse(m, st, why);
    return misp_end(m, "misp-event", e->uuid, e->modified, false, why);
}

/* --- reports in words ------------------------------------------------------------------------ */

static status say_report(misp *m, const json *v, slice uuid, err *why)
{
    uint8_t bytes[16];
    fact_claim c = emit_blank();
    slice name = misp_text(v, "name"), text = misp_text(v, "content");
    status st;
    c.subject.kind = KIND_NOTE;
    if (!misp_uuid(uuid, bytes))
        st = emit_node(&m->e, KIND_NOTE, "name:", name, &c.subject, why);
    else
        st = misp_key(m, "note", uuid, &c.subject.text, why);
    if (st != OK || (st = misp_name(m, c.subject, name, "title", why)) != OK)
        return st;
    c.predicate = PRED_DESCRIBED;
    c.value = text;
    if (text.len && (st = misp_say(m, c, NULL, why)) != OK)
        return st;
    if (m->event.self.kind == KIND_NONE)
        return OK;
    c.predicate = PRED_REFERS_TO;
    c.value = S("");
    c.object = m->event.self;
    return misp_say(m, c, NULL, why);
}

status misp_tell_report(misp *m, const json *v, err *why)
{
    misp_context c;
    slice uuid = misp_text(v, "uuid");
    bool deleted = misp_true(v, "deleted");
    misp_begin(m);
    status st = misp_read_context(m, v, &m->event.context, &c, why);
    if (st != OK)
        return misp_refuse(m, st, why);
    misp_mark(m, &c);
    if (!deleted && (st = say_report(m, v, uuid, why)) != OK)
        return misp_refuse(m, st, why);
    return misp_end(m, "misp-event-report", uuid,
                    misp_later(misp_when(v, "timestamp"), m->event.modified), deleted, why);
}
