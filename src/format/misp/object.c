/* object.c - objects: what stands for one, how its attributes hang together, and what it refers to.
 * See misp.h. Source of the relations: the relationship types of MISP objects. */
#include "format/misp/misp.h"

/* --- what stands for an object --------------------------------------------------------------- */

/* The nearer to the front, the better it names the thing. */
static const kind best[] = {
    KIND_SHA256,         KIND_SHA512,       KIND_SHA384,      KIND_SHA224,
    KIND_SHA1,           KIND_MD5,          KIND_URL,         KIND_DOMAIN,
    KIND_IPV4,           KIND_IPV6,         KIND_CIDR,        KIND_EMAIL,
    KIND_REGISTRY_KEY,   KIND_PACKAGE,      KIND_CERT_SHA256, KIND_CERT_SHA1,
    KIND_CRYPTO_ADDRESS, KIND_MUTEX,        KIND_PIPE,        KIND_ASN,
    KIND_PATH,           KIND_FILENAME,     KIND_USER_AGENT,  KIND_JA3,
    KIND_JARM,           KIND_EMAIL_SUBJECT};

static size_t rank_of(kind k)
{
    for (size_t i = 0; i < COUNT_OF(best); i++)
        if (best[i] == k)
            return i;
    return COUNT_OF(best);
}

static bool better(node_ref a, node_ref b)
{
    size_t x = rank_of(a.kind), y = rank_of(b.kind);
    return b.kind == KIND_NONE || x < y || (x == y && slice_cmp(a.text, b.text) < 0);
}

/* All nodes of an attribute that has some; count 0 for words and for what cannot be read. */
static status nodes_of(misp *m, const json *v, misp_nodes *ret, misp_attribute *t, err *why)
{
    err local = {0};
    *ret = (misp_nodes){0};
    bool quiet = m->quiet;
    m->quiet = true; /* told with the attribute */
    status st = misp_read_attribute(v, t, &local);
    if (st == OK && !t->deleted)
        st = misp_attribute_nodes(m, t, ret, &local);
    m->quiet = quiet;
    if (st == ERR_INPUT)
        ret->count = 0;
    return st == ERR_INPUT || st == OK ? OK : err_set(why, st, local.at, "%s", local.msg);
}

static bool is_port(const misp_attribute *t)
{
    return slice_eq(t->said_type, S("port")) &&
           (slice_eq(t->relation, S("dst-port")) || slice_eq(t->relation, S("port")));
}

/* A link in an object is what it can be read up in; it does not name the thing. */
static bool names_it(const misp_object *o, const misp_attribute *t)
{
    bool link = slice_eq(t->said_type, S("link"));
    return !link && !slice_eq(o->name, S("av-signature")) && !slice_eq(o->name, S("pe-section"));
}

static status look_over(misp *m, misp_object *o, err *why)
{
    misp_nodes n;
    misp_attribute t;
    size_t ports = 0;
    uint64_t port;
    for (const json *a = misp_list(o->v, "Attribute"); a; a = a->next) {
        status st = nodes_of(m, a, &n, &t, why);
        if (st != OK)
            return st;
        for (size_t i = 0; i < n.count; i++) {
            o->has_hash |= kind_is_hash(n.node[i].kind);
            if (names_it(o, &t) && better(n.node[i], o->self) &&
                rank_of(n.node[i].kind) < COUNT_OF(best))
                o->self = n.node[i];
        }
        if (t.said_type.len && is_port(&t) && slice_u64(t.value, &port) && port <= UINT16_MAX) {
            ports++;
            o->port = (uint16_t)port;
        }
    }
    o->port = ports == 1 ? o->port : 0;
    return OK;
}

static status own_node(misp *m, misp_object *o, err *why)
{
    uint8_t bytes[16];
    slice uuid = misp_text(o->v, "uuid");
    if (o->self.kind != KIND_NONE || !misp_uuid(uuid, bytes))
        return OK;
    o->self.kind = KIND_OTHER;
    return misp_key(m, "x-misp-object", uuid, &o->self.text, why);
}

static status open_object(misp *m, const json *v, misp_object *o, err *why)
{
    *o = (misp_object){.v = v,
                       .name = misp_text(v, "name"),
                       .deleted = misp_true(v, "deleted"),
                       .modified = misp_when(v, "timestamp")};
    status st = look_over(m, o, why);
    return st == OK ? own_node(m, o, why) : st;
}

status misp_object_node(misp *m, const json *v, node_ref *ret, err *why)
{
    misp_object o;
    status st = open_object(m, v, &o, why);
    if (st == OK)
        *ret = o.self;
    return st;
}

/* --- how its attributes hang together -------------------------------------------------------- */

static fact_claim claim_of(const misp *m, const misp_object *o, predicate p)
{
    fact_claim c = emit_blank();
    c.subject = o->self;
    c.predicate = p;
    c.confidence = o->context.confidence;
    c.first_seen = misp_when(o->v, "first_seen");
    c.last_seen = misp_when(o->v, "last_seen");
    c.origins = m->event_origins;
    c.origin_count = m->event_origin_count;
    return c;
}

/* Hashes of one file; its names; the addresses of a domain; else what the template calls it. */
static status say_tie(misp *m, const misp_object *o, node_ref node, const misp_attribute *t,
                      err *why)
{
    detail d = {0};
    bool file = slice_eq(o->name, S("file")),
         address = node.kind == KIND_IPV4 || node.kind == KIND_IPV6;
    bool sum = kind_is_hash(node.kind) || node.kind == KIND_SSDEEP || node.kind == KIND_TLSH;
    fact_claim c = claim_of(m, o, PRED_RELATED_TO);
    c.object = node;
    if (node.kind == o->self.kind && slice_eq(node.text, o->self.text))
        return OK;
    if (file && kind_is_hash(o->self.kind) && sum) {
        c.predicate = PRED_HASHES_WITH;
    } else if (file && node.kind == KIND_FILENAME) {
        detail_text(&d, "relation", S("file-name"));
    } else if (o->self.kind == KIND_DOMAIN && address && slice_eq(o->name, S("domain-ip"))) {
        c.predicate = PRED_RESOLVES_TO;
    } else {
        detail_text(&d, "relation", t->relation);
        detail_text(&d, "object", o->name);
    }
    return misp_say(m, c, &d, why);
}

static status say_ties(misp *m, const misp_object *o, err *why)
{
    misp_nodes n;
    misp_attribute t;
    status st = OK;
    for (const json *a = misp_list(o->v, "Attribute"); st == OK && a; a = a->next) {
        st = nodes_of(m, a, &n, &t, why);
        for (size_t i = 0; st == OK && i < n.count; i++)
            st = say_tie(m, o, n.node[i], &t, why);
    }
    return st;
}

/* --- references ------------------------------------------------------------------------------ */

enum { SAME = 0, INVERSE = 1, NEAR = 2 };

/* What is not here is a relation of the source's own, under its name. */
static const struct {
    slice word;
    predicate predicate;
    int how;
} relations[] = {
    {S_INIT("attributed-to"), PRED_ATTRIBUTED_TO, SAME},
    {S_INIT("beacons-to"), PRED_COMMUNICATES_WITH, NEAR},
    {S_INIT("belongs-to"), PRED_BELONGS_TO, SAME},
    {S_INIT("communicates-with"), PRED_COMMUNICATES_WITH, SAME},
    {S_INIT("connected-from"), PRED_COMMUNICATES_WITH, INVERSE | NEAR},
    {S_INIT("connected-to"), PRED_COMMUNICATES_WITH, NEAR},
    {S_INIT("connects-to"), PRED_COMMUNICATES_WITH, NEAR},
    {S_INIT("consists"), PRED_CONSISTS_OF, SAME},
    {S_INIT("contained-by"), PRED_CONSISTS_OF, INVERSE},
    {S_INIT("contained-within"), PRED_CONSISTS_OF, INVERSE},
    {S_INIT("contains"), PRED_CONSISTS_OF, SAME},
    {S_INIT("delivered-by"), PRED_DELIVERS, INVERSE},
    {S_INIT("delivers"), PRED_DELIVERS, SAME},
    {S_INIT("derived-from"), PRED_DERIVED_FROM, SAME},
    {S_INIT("downloaded"), PRED_DOWNLOADS, SAME},
    {S_INIT("downloaded-from"), PRED_DELIVERS, INVERSE | NEAR},
    {S_INIT("downloads"), PRED_DOWNLOADS, SAME},
    {S_INIT("downloads-from"), PRED_COMMUNICATES_WITH, NEAR},
    {S_INIT("dropped"), PRED_DROPS, SAME},
    {S_INIT("dropped-by"), PRED_DROPS, INVERSE},
    {S_INIT("drops"), PRED_DROPS, SAME},
    {S_INIT("duplicate-of"), PRED_DUPLICATE_OF, SAME},
    {S_INIT("exfiltrates-to"), PRED_COMMUNICATES_WITH, NEAR},
    {S_INIT("exploits"), PRED_EXPLOITS, SAME},
    {S_INIT("extracted-from"), PRED_CONSISTS_OF, INVERSE | NEAR},
    {S_INIT("hosted-by"), PRED_HOSTS, INVERSE},
    {S_INIT("hosts"), PRED_HOSTS, SAME},
    {S_INIT("impersonates"), PRED_IMPERSONATES, SAME},
    {S_INIT("included-in"), PRED_CONSISTS_OF, INVERSE},
    {S_INIT("includes"), PRED_CONSISTS_OF, SAME},
    {S_INIT("mitigates"), PRED_MITIGATES, SAME},
    {S_INIT("related-to"), PRED_RELATED_TO, SAME},
    {S_INIT("resolved-to"), PRED_RESOLVES_TO, SAME},
    {S_INIT("resolves-to"), PRED_RESOLVES_TO, SAME},
    {S_INIT("retrieved-from"), PRED_DELIVERS, INVERSE | NEAR},
    {S_INIT("similar"), PRED_SIMILAR_TO, SAME},
    {S_INIT("targets"), PRED_TARGETS, SAME},
    {S_INIT("used-by"), PRED_USES, INVERSE},
    {S_INIT("uses"), PRED_USES, SAME},
    {S_INIT("variant-of"), PRED_VARIANT_OF, SAME},
};

misp_ref *misp_find_ref(const misp *m, const uint8_t uuid[16])
{
    size_t low = 0, high = m->ref_count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = memcmp(uuid, m->refs[mid].uuid, 16);
        if (order == 0)
            return &m->refs[mid];
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

static status far_end(misp *m, slice uuid, const uint8_t bytes[16], node_ref *ret, err *why)
{
    const misp_ref *r = misp_find_ref(m, bytes);
    if (r && r->node.kind != KIND_NONE) {
        *ret = r->node;
        return OK;
    }
    ret->kind = KIND_OTHER; /* it is in no event of this document */
    return misp_key(m, "x-misp-object", uuid, &ret->text, why);
}

static status say_reference(misp *m, const misp_object *o, const json *r, err *why)
{
    uint8_t bytes[16];
    detail d = {0};
    int how = NEAR;
    slice uuid = misp_text(r, "referenced_uuid"), word = misp_text(r, "relationship_type");
    fact_claim c = claim_of(m, o, PRED_OTHER);
    if (misp_true(r, "deleted"))
        return OK;
    if (!misp_uuid(uuid, bytes)) {
        misp_note(m, "references without a uuid are kept in the document only", S(""));
        return OK;
    }
    for (size_t i = 0; i < COUNT_OF(relations); i++)
        if (slice_eq_nocase(word, relations[i].word)) {
            c.predicate = relations[i].predicate;
            how = relations[i].how;
        }
    status st = far_end(m, uuid, bytes, &c.object, why);
    if (st != OK)
        return st;
    if (c.object.kind == c.subject.kind && slice_eq(c.object.text, c.subject.text))
        return OK;
    if (how & INVERSE) {
        node_ref self = c.subject;
        c.subject = c.object;
        c.object = self;
    }
    if (how & NEAR)
        detail_text(&d, "relation", word.len ? word : S("related-to"));
    c.value = misp_text(r, "comment");
    return misp_say(m, c, &d, why);
}

/* --- the record, and those of its attributes ------------------------------------------------- */

static status say_object(misp *m, const misp_object *o, err *why)
{
    status st;
    slice comment = misp_text(o->v, "comment");
    misp_note_additions(m, o->v);
    misp_note_dates(m, o->v);
    if (o->self.kind == KIND_NONE)
        return OK;
    if ((st = say_ties(m, o, why)) != OK)
        return st;
    if (o->self.kind == KIND_OTHER) { /* nothing names it but its template and its uuid */
        if ((st = misp_name(m, o->self, o->name, "title", why)) != OK)
            return st;
        fact_claim c = claim_of(m, o, PRED_REFERS_TO);
        c.object = o->self;
        c.subject = m->event.self;
        if (c.subject.kind != KIND_NONE && (st = misp_say(m, c, NULL, why)) != OK)
            return st;
    }
    if (comment.len) {
        fact_claim c = claim_of(m, o, PRED_PROPERTY);
        detail d = {0};
        detail_text(&d, "name", S("comment"));
        detail_text(&d, "object", o->name);
        c.value = comment;
        if ((st = misp_say(m, c, &d, why)) != OK)
            return st;
    }
    for (const json *r = misp_list(o->v, "ObjectReference"); st == OK && r; r = r->next)
        st = say_reference(m, o, r, why);
    return st;
}

/* The object's own record. */
static status tell_self(misp *m, const misp_object *o, err *why)
{
    status st = OK;
    misp_begin(m);
    misp_mark(m, &o->context);
    if (!o->deleted && (st = say_object(m, o, why)) != OK)
        return misp_refuse(m, st, why);
    return misp_end(m, "misp-object", misp_text(o->v, "uuid"),
                    misp_later(o->modified, m->event.modified), o->deleted, why);
}

status misp_tell_object(misp *m, const json *v, err *why)
{
    misp_object o;
    char text[MISP_PLACE_MAX];
    slice place = m->place;
    arena_mark kept = m->e.record;
    status st;
    misp_begin(m);
    if (!json_is(v, JSON_OBJECT))
        return misp_refuse(m, err_set(why, ERR_INPUT, ERR_NOWHERE, "the object is no object"), why);
    if ((st = open_object(m, v, &o, why)) != OK ||
        (st = misp_read_context(m, v, &m->event.context, &o.context, why)) != OK)
        return misp_refuse(m, st, why);
    emit_keep(&m->e);
    st = tell_self(m, &o, why);
    size_t n = 0;
    for (const json *a = misp_list(v, "Attribute"); st == OK && a; a = a->next, n++) {
        m->place = misp_place(text, place, "Attribute", n);
        if ((st = misp_tell_attribute(m, a, &o, why)) == OK)
            st = misp_tell_proposals(m, a, &o.context, why);
    }
    m->place = place;
    m->e.record = kept;
    misp_begin(m);
    return st;
}
