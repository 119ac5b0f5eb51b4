/* attribute.c - what an attribute, a sighting of it and a proposal about it say: see misp.h. */
#include "format/misp/misp.h"
#include "format/phrase.h"

/* An attribute on its way to claims. */
typedef struct saying {
    misp *m;
    misp_attribute t;
    misp_context c;
    const misp_object *in; /* NULL: it stands alone */
    misp_nodes n;
    when stated;      /* since when the source says so */
    when valid_until; /* WHEN_NONE: no expiration was sighted */
    when seen;        /* the last true sighting; WHEN_NONE: none */
} saying;

static fact_claim claim_of(const saying *s, node_ref subject, predicate p)
{
    fact_claim c = emit_blank();
    c.subject = subject;
    c.predicate = p;
    c.confidence = s->c.confidence;
    c.first_seen = s->t.first_seen;
    c.last_seen = s->t.last_seen;
    c.valid_from = s->stated;
    c.origins = s->m->event_origins;
    c.origin_count = s->m->event_origin_count;
    return c;
}

static void put_place(const saying *s, detail *d)
{
    detail_text(d, "category", s->t.category);
    detail_text(d, "type", s->t.said_type);
    if (s->in) {
        detail_text(d, "object", s->in->name);
        detail_text(d, "relation", s->t.relation);
    }
}

/* The attribute's own time; else its event's; else the event's day. */
static when stated_at(const misp *m, const misp_attribute *t)
{
    if (t->timestamp != WHEN_NONE)
        return t->timestamp;
    return m->event.modified != WHEN_NONE ? m->event.modified : m->event.date;
}

/* --- what it is used for --------------------------------------------------------------------- */

/* From the phase of the kill chain, from the category, from what the comment says plainly. */
static slice role_of(const saying *s)
{
    static const struct {
        slice tag, role;
    } phases[] = {
        {S_INIT("kill-chain:Command and Control"), S_INIT("c2")},
        {S_INIT("kill-chain:Delivery"), S_INIT("delivery")},
        {S_INIT("kill-chain:Reconnaissance"), S_INIT("scanner")},
    };
    slice use;
    for (size_t i = 0; i < s->c.chain_count; i++)
        for (size_t k = 0; k < COUNT_OF(phases); k++)
            if (slice_eq_nocase(s->c.chain[i], phases[k].tag))
                return phases[k].role;
    if (phrase_use_in(s->t.comment, true, &use))
        return use;
    return slice_eq(s->t.category, S("Payload delivery")) ? S("delivery") : S("");
}

/* --- an indicator ---------------------------------------------------------------------------- */

static status say_bad(saying *s, node_ref node, const misp_link *threat, bool combined, err *why)
{
    misp *m = s->m;
    detail d = {0};
    slice chain;
    status st;
    fact_claim c = claim_of(s, node, PRED_INDICATES);
    c.valid_until = s->valid_until;
    if (s->seen != WHEN_NONE && s->seen > (c.last_seen != WHEN_NONE ? c.last_seen : s->stated)) {
        c.first_seen = c.first_seen != WHEN_NONE ? c.first_seen : s->stated;
        c.last_seen = s->seen;
    }
    put_place(s, &d);
    detail_text(&d, "role", role_of(s));
    if (s->c.chain_count) {
        if ((st = emit_array(&m->e, s->c.chain, s->c.chain_count, &chain, why)) != OK)
            return st;
        detail_raw(&d, "kill_chain", chain);
    }
    if (s->n.port)
        detail_int(&d, "port", s->n.port);
    if (combined)
        detail_true(&d, "combined");
    if (threat) {
        c.object = threat->node;
        detail_text(&d, "basis", threat->inherited ? S("event") : S(""));
    }
    return misp_say(m, c, &d, why);
}

/* Each threat that the attribute itself is tagged with; if none, each of the event's, unless they
 * are so many that the event is about them rather than of them. */
static status say_indicates(saying *s, node_ref node, bool combined, err *why)
{
    const misp_context *c = &s->c;
    size_t own = 0, said = 0;
    status st = OK;
    for (size_t i = 0; i < c->link_count; i++)
        own += misp_is_threat(&c->links[i]) && !c->links[i].inherited;
    bool inherit = !own && s->m->event.threats <= MISP_THREATS_MAX;
    for (size_t i = 0; st == OK && i < c->link_count && said < MISP_THREATS_MAX; i++) {
        const misp_link *l = &c->links[i];
        if (!misp_is_threat(l) || (l->inherited && !inherit))
            continue;
        said++;
        st = say_bad(s, node, l, combined, why);
    }
    return st == OK && !said ? say_bad(s, node, NULL, combined, why) : st;
}

/* --- context --------------------------------------------------------------------------------- */

/* The tags that have said nothing elsewhere. */
static status put_tags(saying *s, detail *d, err *why)
{
    enum { TAGS_MAX = 32 };
    slice tags[TAGS_MAX], array;
    size_t n = 0;
    for (const json *t = misp_list(s->t.v, "Tag"); t; t = t->next) {
        slice tag = misp_text(t, "name");
        if (!tag.len || misp_tag_is_spent(tag))
            continue;
        if (n < TAGS_MAX)
            tags[n++] = tag;
        else
            misp_note(s->m, "tags beyond the first 32 are kept in the document only",
                      s->t.said_type);
    }
    status st = n ? emit_array(&s->m->e, tags, n, &array, why) : OK;
    if (st == OK && n)
        detail_raw(d, "tags", array);
    return st;
}

/* The event is about this. */
static status say_about(saying *s, node_ref node, err *why)
{
    detail d = {0};
    fact_claim c = claim_of(s, s->m->event.self, PRED_REFERS_TO);
    status st = put_tags(s, &d, why);
    if (st != OK)
        return st;
    put_place(s, &d);
    if (s->t.to_ids)
        detail_true(&d, "to_ids");
    c.object = node;
    c.value = s->t.comment;
    if (c.subject.kind == KIND_NONE) { /* no event to hang it on */
        c.subject = node;
        c.predicate = PRED_PROPERTY;
        c.object = (node_ref){KIND_NONE, {NULL, 0}};
    }
    return misp_say(s->m, c, &d, why);
}

static status say_relation(saying *s, node_ref from, predicate p, node_ref to, slice detail_json,
                           err *why)
{
    fact_claim c = claim_of(s, from, p);
    if (from.kind == to.kind && slice_eq(from.text, to.text))
        return OK;
    c.object = to;
    c.detail = detail_json;
    return misp_say(s->m, c, NULL, why);
}

/* What the two halves of a composite value are to each other. */
static status say_halves(saying *s, err *why)
{
    detail d = {0};
    const misp_nodes *n = &s->n;
    if (n->count == 2 && s->t.type->shape == MISP_FILE)
        return say_relation(s, n->node[0], PRED_RELATED_TO, n->node[1],
                            S("{\"relation\":\"file-name\"}"), why);
    if (n->count == 2)
        return say_relation(s, n->node[0], PRED_RESOLVES_TO, n->node[1], S(""), why);
    if (!n->rest.len)
        return OK;
    fact_claim c = claim_of(s, n->node[0], PRED_PROPERTY);
    detail_text(&d, "name", S("value"));
    c.value = n->rest;
    return misp_say(s->m, c, &d, why);
}

/* Clusters of the attribute itself that are no threats: techniques, sectors, countries. And the
 * names of all of its own. */
static status say_own_links(saying *s, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < s->c.link_count; i++) {
        const misp_link *l = &s->c.links[i];
        if (l->inherited)
            continue;
        if (s->n.count && !(s->t.to_ids && misp_is_threat(l)))
            st = say_relation(s, s->n.node[0], PRED_RELATED_TO, l->node,
                              S("{\"basis\":\"galaxy\"}"), why);
        if (st == OK)
            st = misp_name(s->m, l->node, l->name, "primary", why);
        if (st == OK && l->id.len)
            st = misp_name(s->m, l->node, l->id, "id", why);
    }
    return st;
}

/* --- sightings ------------------------------------------------------------------------------- */

/* Type 0 is seen, 1 a false positive, 2 the end of it. */
static status say_sighting(saying *s, const json *g, err *why)
{
    static const slice kinds[] = {S_INIT(""), S_INIT("false-positive"), S_INIT("expiration")};
    uint64_t type = 0;
    detail d = {0};
    slice by = misp_text(json_get(g, S("Organisation")), "name");
    fact_claim c = claim_of(s, s->n.node[0], PRED_SIGHTED);
    if (!slice_u64(misp_text(g, "type"), &type) || type >= COUNT_OF(kinds)) {
        misp_note(s->m, "sightings of another sort are kept in the document only", S(""));
        return OK;
    }
    detail_text(&d, "kind", kinds[type]);
    detail_text(&d, "by", by.len ? by : misp_text(json_get(g, S("Org")), "name"));
    detail_text(&d, "source", misp_text(g, "source"));
    c.first_seen = c.last_seen = misp_when(g, "date_sighting");
    return misp_say(s->m, c, &d, why);
}

/* When somebody saw it last, which is then when it was last seen. The last expiration counts,
 * unless it was seen again later. */
static void read_sightings(saying *s)
{
    when seen = WHEN_NONE;
    s->valid_until = WHEN_NONE;
    for (const json *g = misp_list(s->t.v, "Sighting"); g; g = g->next) {
        slice type = misp_text(g, "type");
        when at = misp_when(g, "date_sighting");
        if (slice_eq(type, S("2")))
            s->valid_until = misp_later(s->valid_until, at);
        else if (slice_eq(type, S("0")))
            seen = misp_later(seen, at);
    }
    if (seen > s->valid_until)
        s->valid_until = WHEN_NONE;
    s->seen = seen;
}

/* --- by shape -------------------------------------------------------------------------------- */

static status say_observable(saying *s, err *why)
{
    status st = misp_attribute_nodes(s->m, &s->t, &s->n, why);
    if (st != OK)
        return st;
    read_sightings(s);
    for (size_t i = 0; st == OK && i < s->n.count; i++) {
        bool named = s->n.node[i].kind == KIND_FILENAME || s->n.node[i].kind == KIND_PATH;
        bool hashed =
            (s->n.count == 2 && s->t.type->shape == MISP_FILE) || (s->in && s->in->has_hash);
        st = say_about(s, s->n.node[i], why);
        if (st == OK && s->t.to_ids)
            st = say_indicates(s, s->n.node[i], named && hashed, why);
    }
    if (st == OK)
        st = say_halves(s, why);
    for (const json *g = misp_list(s->t.v, "Sighting"); st == OK && g; g = g->next)
        st = say_sighting(s, g, why);
    return st;
}

static status say_entity(saying *s, err *why)
{
    slice name = s->t.value;
    node_ref n = {s->t.type->kind, {NULL, 0}};
    status st;
    if (n.kind == KIND_VULNERABILITY && slice_starts_nocase(name, S("CVE-")) && name.len < 32) {
        char *up = arena_alloc(s->m->a, name.len);
        if (!up)
            return ARENA_SPENT(s->m->a, why);
        for (size_t i = 0; i < name.len; i++)
            up[i] = to_upper(name.ptr[i]);
        n.text = slice_of(up, name.len);
    } else if ((st = emit_node(&s->m->e, n.kind, "name:", name, &n, why)) != OK) {
        return st;
    }
    st = misp_name(s->m, n, name, n.kind == KIND_VULNERABILITY ? "id" : "primary", why);
    return st == OK ? say_about(s, n, why) : st;
}

/* The rule is kept whole; what it matches is for whoever runs it. */
static status say_rule(saying *s, err *why)
{
    uint8_t bytes[16];
    detail d = {0};
    node_ref n = {KIND_DETECTION_RULE, {NULL, 0}};
    status st;
    if (misp_uuid(s->t.uuid, bytes)) {
        if ((st = misp_key(s->m, "misp-rule", s->t.uuid, &n.text, why)) != OK)
            return st;
    } else {
        char hex[HASH_HEX_MAX];
        uint8_t digest[SHA256_BYTES];
        if (!hash_of(HASH_SHA256, s->t.value, digest))
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
        n.text = arena_printf(s->m->a, "misp-rule:%s", hash_hex(digest, SHA256_BYTES, hex));
        if (!n.text.ptr)
            return ARENA_SPENT(s->m->a, why);
    }
    fact_claim c = claim_of(s, n, PRED_PROPERTY);
    detail_text(&d, "pattern_type", s->t.said_type);
    c.value = s->t.value;
    st = misp_say(s->m, c, &d, why);
    return st == OK ? say_about(s, n, why) : st;
}

/* Words about the object it stands in, or about the event. */
static status say_words(saying *s, err *why)
{
    detail d = {0};
    node_ref about = s->in && s->in->self.kind != KIND_NONE ? s->in->self : s->m->event.self;
    if (about.kind == KIND_NONE) {
        misp_note(s->m, "kept in the document only: there is no event to say it of",
                  s->t.said_type);
        return OK;
    }
    fact_claim c = claim_of(s, about, PRED_PROPERTY);
    put_place(s, &d);
    detail_text(&d, "name", s->in && s->t.relation.len ? s->t.relation : s->t.said_type);
    if (s->t.comment.len <= MISP_COMMENT_MAX)
        detail_text(&d, "comment", s->t.comment);
    else
        misp_note(s->m, "comments over 4096 bytes are kept in the document only", s->t.said_type);
    c.value = s->t.value;
    return misp_say(s->m, c, &d, why);
}

static status say_attribute(saying *s, err *why)
{
    status st = OK;
    misp_note_additions(s->m, s->t.v);
    misp_note_dates(s->m, s->t.v);
    if (misp_text(s->t.v, "data").len)
        misp_note(s->m, "the data is kept in the document only", s->t.said_type);
    if (!s->t.known_type)
        misp_note(s->m, "unknown types are kept as text", s->t.said_type);
    switch (s->t.type->shape) {
    case MISP_ENTITY: st = say_entity(s, why); break;
    case MISP_RULE: st = say_rule(s, why); break;
    case MISP_WORDS: st = say_words(s, why); break;
    case MISP_KEPT: misp_note(s->m, "kept in the document only", s->t.said_type); break;
    case MISP_ONE:
    case MISP_FILE:
    case MISP_PORT:
    case MISP_RESOLVE:
    case MISP_REGISTRY: st = say_observable(s, why); break;
    }
    return st == OK ? say_own_links(s, why) : st;
}

/* What holds for the whole object. */
static void take_over(saying *s)
{
    s->n.port = s->in->port;
    if (s->t.first_seen != WHEN_NONE || s->t.last_seen != WHEN_NONE)
        return;
    s->t.first_seen = misp_when(s->in->v, "first_seen");
    s->t.last_seen = misp_when(s->in->v, "last_seen");
}

/* --- records --------------------------------------------------------------------------------- */

status misp_tell_attribute(misp *m, const json *v, const misp_object *in, err *why)
{
    saying s = {.m = m, .in = in, .valid_until = WHEN_NONE, .seen = WHEN_NONE};
    status st;
    misp_begin(m);
    if ((st = misp_read_attribute(v, &s.t, why)) != OK ||
        (st = misp_read_context(m, v, in ? &in->context : &m->event.context, &s.c, why)) != OK)
        return misp_refuse(m, st, why);
    bool deleted = s.t.deleted || (in && in->deleted);
    s.stated = stated_at(m, &s.t);
    misp_mark(m, &s.c);
    if (in)
        take_over(&s);
    if (!deleted && (st = say_attribute(&s, why)) != OK)
        return misp_refuse(m, st, why);
    when modified = misp_later(s.t.timestamp, m->event.modified);
    return misp_end(m, "misp-attribute", s.t.uuid, modified, deleted, why);
}

/* What somebody proposed and nobody accepted: told, and evidence of nothing. */
static status say_proposal(saying *s, err *why)
{
    detail d = {0};
    status st;
    if (s->m->event.self.kind == KIND_NONE || s->t.type->shape > MISP_REGISTRY) {
        misp_note(s->m, "proposals that are kept in the document only", s->t.said_type);
        return OK;
    }
    if ((st = misp_attribute_nodes(s->m, &s->t, &s->n, why)) != OK)
        return st;
    put_place(s, &d);
    detail_text(&d, "proposal",
                misp_true(s->t.v, "proposal_to_delete") ? S("delete") : S("change"));
    detail_text(&d, "by", misp_text(json_get(s->t.v, S("Org")), "name"));
    for (size_t i = 0; st == OK && i < s->n.count; i++) {
        fact_claim c = claim_of(s, s->m->event.self, PRED_REFERS_TO);
        c.object = s->n.node[i];
        c.value = s->t.comment;
        st = misp_say(s->m, c, &d, why);
    }
    return st;
}

static status tell_proposal(misp *m, const json *v, const misp_context *c, err *why)
{
    saying s = {.m = m, .valid_until = WHEN_NONE, .seen = WHEN_NONE};
    status st;
    misp_begin(m);
    if ((st = misp_read_attribute(v, &s.t, why)) != OK ||
        (st = misp_read_context(m, v, c, &s.c, why)) != OK)
        return misp_refuse(m, st, why);
    misp_mark(m, &s.c);
    s.stated = stated_at(m, &s.t);
    if (!s.t.deleted && (st = say_proposal(&s, why)) != OK)
        return misp_refuse(m, st, why);
    return misp_end(m, "misp-proposal", s.t.uuid, misp_later(s.t.timestamp, m->event.modified),
                    s.t.deleted, why);
}

status misp_tell_proposals(misp *m, const json *v, const misp_context *outer, err *why)
{
    misp_context c;
    const json *first = misp_list(v, "ShadowAttribute");
    slice place = m->place;
    arena_mark kept = m->e.record;
    size_t n = 0;
    if (!first)
        return OK;
    misp_begin(m);
    status st = misp_read_context(m, v, outer, &c, why);
    emit_keep(&m->e);
    for (const json *p = first; st == OK && p; p = p->next, n++) {
        char text[MISP_PLACE_MAX];
        m->place = misp_place(text, place, "ShadowAttribute", n);
        st = tell_proposal(m, p, &c, why);
    }
    m->place = place;
    m->e.record = kept;
    misp_begin(m);
    return st;
}

status misp_tell_proposal(misp *m, const json *v, err *why)
{
    return tell_proposal(m, v, &m->event.context, why);
}
