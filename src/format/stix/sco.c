/* sco.c - cyber observables. One alone says nothing bad; what it says is what it belongs to and
 * what else is known of it. See stix.h. */
#include "format/stix/stix.h"

/* Where the claims of one observable go: its own node, and whether the properties are the
 * record's or stand inside observed-data. */
typedef struct seen {
    stix *x;
    const json *object;
    const stix_type *type;
    node_ref self;
    slice from; /* of an embedded one: "objects"; else empty, and each property is named */
} seen;

static slice from_of(const seen *s, slice property)
{
    return s->from.len ? s->from : property;
}

static fact_claim claim_of(const seen *s, predicate p)
{
    fact_claim c = stix_claim(s->x, p);
    c.subject = s->self;
    return c;
}

static bool same_node(node_ref a, node_ref b)
{
    return a.kind == b.kind && slice_eq(a.text, b.text);
}

/* --- references ----------------------------------------------------------------------------- */

static const struct {
    slice type, property;
    predicate predicate;
    slice detail;
} links[] = {
    {S_INIT("domain-name"), S_INIT("resolves_to_refs"), PRED_RESOLVES_TO, S_INIT("")},
    {S_INIT("ipv4-addr"), S_INIT("resolves_to_refs"), PRED_RESOLVES_TO, S_INIT("")},
    {S_INIT("ipv6-addr"), S_INIT("resolves_to_refs"), PRED_RESOLVES_TO, S_INIT("")},
    {S_INIT("ipv4-addr"), S_INIT("belongs_to_refs"), PRED_BELONGS_TO, S_INIT("")},
    {S_INIT("ipv6-addr"), S_INIT("belongs_to_refs"), PRED_BELONGS_TO, S_INIT("")},
    {S_INIT("email-addr"), S_INIT("belongs_to_ref"), PRED_BELONGS_TO, S_INIT("")},
    {S_INIT("email-message"), S_INIT("from_ref"), PRED_RELATED_TO,
     S_INIT("{\"relation\":\"from\"}")},
    {S_INIT("email-message"), S_INIT("sender_ref"), PRED_RELATED_TO,
     S_INIT("{\"relation\":\"sender\"}")},
    {S_INIT("directory"), S_INIT("contains_refs"), PRED_CONSISTS_OF, S_INIT("")},
    {S_INIT("file"), S_INIT("contains_refs"), PRED_CONSISTS_OF, S_INIT("")},
    {S_INIT("process"), S_INIT("image_ref"), PRED_RELATED_TO, S_INIT("{\"relation\":\"image\"}")},
    {S_INIT("process"), S_INIT("binary_ref"), PRED_RELATED_TO, S_INIT("{\"relation\":\"image\"}")},
};

static status say_link(const seen *s, const json *ref, fact_claim c, slice property, long index)
{
    status st = stix_ref(s->x, ref, &c.object);
    if (st != OK || c.object.kind == KIND_NONE || same_node(c.subject, c.object))
        return st;
    return stix_say(s->x, c, from_of(s, property), s->from.len ? -1 : index);
}

static status say_links(const seen *s)
{
    for (size_t i = 0; i < COUNT_OF(links); i++) {
        const json *v =
            slice_eq(links[i].type, s->type->name) ? json_get(s->object, links[i].property) : NULL;
        fact_claim c = claim_of(s, links[i].predicate);
        c.detail = links[i].detail;
        status st = OK;
        long n = 0;
        if (json_is(v, JSON_STRING))
            st = say_link(s, v, c, links[i].property, -1);
        for (const json *r = json_is(v, JSON_ARRAY) ? v->first : NULL; r && st == OK;
             r = r->next, n++)
            st = say_link(s, r, c, links[i].property, n);
        if (st != OK)
            return st;
    }
    return OK;
}

/* --- files and certificates ----------------------------------------------------------------- */

/* What names the same thing: a hash of its own kind beside the first one. */
static status say_other(const seen *s, predicate p, kind want, slice text, slice property,
                        slice detail_json)
{
    fact_claim c = claim_of(s, p);
    char quote[ERR_QUOTE_MAX];
    bool bad;
    status st = stix_observe(s->x, want, text, slice_str(kind_name(want)), &c.object, &bad);
    if (st == OK && bad)
        return stix_warn(s->x, "%.*s: \"%s\" is no %s", SLICE_FMT(property), err_quote(text, quote),
                         kind_name(want));
    if (st != OK || same_node(c.subject, c.object))
        return st;
    c.detail = detail_json;
    return stix_say(s->x, c, from_of(s, property), -1);
}

/* In the order of the kinds, whatever order the document has. */
static status say_hashes(const seen *s, bool certificate)
{
    static const kind order[] = {KIND_SHA256, KIND_SHA1,   KIND_MD5,  KIND_SHA512, KIND_SHA224,
                                 KIND_SHA384, KIND_SSDEEP, KIND_TLSH, KIND_IMPHASH};
    const json *hashes = json_get(s->object, S("hashes"));
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        const json *first = NULL; /* of two spellings of one kind the first by key */
        for (const json *h = hashes ? hashes->first : NULL; h; h = h->next)
            if (stix_hash_kind(h->key) == order[i] && (!first || slice_cmp(h->key, first->key) < 0))
                first = h;
        kind want = order[i];
        if (certificate)
            want = want == KIND_SHA256 ? KIND_CERT_SHA256
                   : want == KIND_SHA1 ? KIND_CERT_SHA1
                                       : KIND_NONE;
        if (!first || want == KIND_NONE)
            continue;
        predicate p = kind_is_hash(want) || want == KIND_SSDEEP || want == KIND_TLSH || certificate
                          ? PRED_HASHES_WITH
                          : PRED_RELATED_TO;
        status st = say_other(s, p, want, json_text(first), S("hashes"), S(""));
        if (st != OK)
            return st;
    }
    return OK;
}

static status say_file(const seen *s)
{
    static const slice pe = S_INIT("windows-pebinary-ext");
    const json *binary = json_get(json_get(s->object, S("extensions")), pe);
    slice name = stix_text(s->object, "name"), imphash = stix_text(binary, "imphash");
    slice url = stix_text(s->object, "url");
    status st = say_hashes(s, false);
    if (st == OK && name.len)
        st = say_other(s, PRED_RELATED_TO, KIND_FILENAME, name, S("name"),
                       S("{\"relation\":\"file-name\"}"));
    if (st == OK && imphash.len)
        st = say_other(s, PRED_RELATED_TO, KIND_IMPHASH, imphash, S("extensions"), S(""));
    if (st == OK && url.len)
        st = say_other(s, PRED_RELATED_TO, KIND_URL, url, S("url"), S("{\"relation\":\"url\"}"));
    return st;
}

static status say_certificate(const seen *s)
{
    slice serial = stix_text(s->object, "serial_number");
    status st = say_hashes(s, true);
    return st == OK && serial.len ? say_other(s, PRED_RELATED_TO, KIND_CERT_SERIAL, serial,
                                              S("serial_number"), S("{\"relation\":\"serial\"}"))
                                  : st;
}

/* --- traffic -------------------------------------------------------------------------------- */

static status say_traffic(const seen *s)
{
    static const char *const ports[] = {"src_port", "dst_port"};
    fact_claim c = claim_of(s, PRED_COMMUNICATES_WITH);
    status st = stix_ref(s->x, json_get(s->object, S("src_ref")), &c.subject);
    if (st == OK)
        st = stix_ref(s->x, json_get(s->object, S("dst_ref")), &c.object);
    if (st != OK || c.subject.kind == KIND_NONE || c.object.kind == KIND_NONE)
        return st;
    stix_detail d = stix_detail_of(s->x);
    for (size_t i = 0; i < COUNT_OF(ports); i++) {
        int64_t port;
        if (stix_int(json_get(s->object, slice_str(ports[i])), &port))
            stix_put_int(&d, ports[i], port);
    }
    stix_put_copy(&d, "protocols", json_get(s->object, S("protocols")));
    if ((st = stix_detail_end(&d, &c.detail)) != OK)
        return st;
    c.first_seen = stix_when(s->object, "start");
    c.last_seen = stix_when(s->object, "end");
    return stix_say(s->x, c, from_of(s, S("src_ref dst_ref src_port dst_port protocols")), -1);
}

/* --- the rest ------------------------------------------------------------------------------- */

static status say_properties(const seen *s)
{
    fact_claim c = claim_of(s, PRED_PROPERTY);
    stix_detail d = stix_detail_of(s->x);
    for (size_t i = 0; i < s->type->count; i++) {
        const stix_property *p = &s->type->property[i];
        if (p->as)
            stix_put_copy(&d, p->as, json_get(s->object, p->name));
    }
    status st = stix_detail_end(&d, &c.detail);
    if (st != OK || !c.detail.len)
        return st;
    /* what is marked apart takes the whole claim with it */
    CLEANUP(buf_done) buf from;
    buf_init(&from, 4096);
    for (size_t i = 0; i < s->type->count && !s->from.len && s->x->granular_count; i++)
        if (s->type->property[i].as)
            buf_printf(&from, "%s%.*s", from.len ? " " : "", SLICE_FMT(s->type->property[i].name));
    return stix_say(s->x, c, from_of(s, from.len ? buf_slice(&from) : S("type")), -1);
}

/* Its node is its own, and not that of what it refers to. */
static bool has_value(const seen *s)
{
    static const slice through[] = {S_INIT("network-traffic"), S_INIT("email-message")};
    for (size_t i = 0; i < COUNT_OF(through); i++)
        if (slice_eq(s->type->name, through[i]))
            return s->self.kind == KIND_EMAIL_SUBJECT;
    return s->self.kind != KIND_OTHER;
}

static status say_product(const seen *s)
{
    slice name = stix_text(s->object, "name");
    fact_claim c = claim_of(s, PRED_NAMED);
    bool ok;
    status st = stix_name_node(s->x, name, &c.object, &ok);
    if (st != OK || !ok)
        return st;
    c.value = name;
    c.detail = S("{\"kind\":\"primary\"}");
    return stix_say(s->x, c, from_of(s, S("name")), -1);
}

status stix_tell_sco(stix *x, const json *object, const stix_type *type, node_ref self, slice from)
{
    static const struct {
        slice type;
        status (*say)(const seen *s);
    } rows[] = {
        {S_INIT("file"), say_file},
        {S_INIT("artifact"), say_file},
        {S_INIT("x509-certificate"), say_certificate},
        {S_INIT("network-traffic"), say_traffic},
        {S_INIT("software"), say_product},
    };
    seen s = {x, object, type, self, from};
    char quote[ERR_QUOTE_MAX];
    status st = OK;
    if (self.kind == KIND_PROPERTY)
        st = stix_warn(x, "the value of \"%s\" is kept as text", err_quote(self.text, quote));
    if (st == OK)
        st = say_links(&s);
    for (size_t i = 0; i < COUNT_OF(rows) && st == OK; i++)
        if (slice_eq(rows[i].type, type->name))
            st = rows[i].say(&s);
    return st == OK && has_value(&s) ? say_properties(&s) : st;
}

status stix_tell_observable(stix *x)
{
    return stix_tell_sco(x, x->object, x->type, x->self, S(""));
}
