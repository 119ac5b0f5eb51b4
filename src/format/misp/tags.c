/* tags.c - what tags, galaxies and the distribution of an event or attribute say: see misp.h.
 * Sources: FIRST TLP 2.0; the taxonomies tlp, PAP, admiralty-scale, estimative-language, misp,
 * osint and kill-chain of MISP (names and numbers); docs/decisions/0093-misp-distribution.md. */
#include "format/galaxy_kinds.h"
#include "format/misp/misp.h"
#include "model/country.h"

/* namespace:predicate="value", or namespace:predicate */
typedef struct machine_tag {
    slice space, predicate, value;
} machine_tag;

static machine_tag cut(slice tag)
{
    machine_tag t = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
    size_t colon = slice_find_byte(tag, ':', 0);
    if (colon == SIZE_MAX)
        return t;
    t.space = slice_sub(tag, 0, colon);
    t.predicate = slice_trim(slice_from(tag, colon + 1));
    size_t is = slice_find_byte(t.predicate, '=', 0);
    if (is != SIZE_MAX) {
        t.value = slice_trim(slice_from(t.predicate, is + 1));
        t.predicate = slice_trim(slice_sub(t.predicate, 0, is));
        if (t.value.len >= 2 && t.value.ptr[0] == '"' && t.value.ptr[t.value.len - 1] == '"')
            t.value = slice_sub(t.value, 1, t.value.len - 1);
    }
    return t;
}

static bool is_galaxy(machine_tag t)
{
    return slice_eq(t.space, S("misp-galaxy")) && t.predicate.len && t.value.len;
}

bool misp_tag_is_spent(slice tag)
{
    machine_tag t = cut(tag);
    return slice_eq_nocase(t.space, S("tlp")) || slice_eq_nocase(t.space, S("pap")) || is_galaxy(t);
}

/* --- who may see it -------------------------------------------------------------------------- */

static void restrict_to(misp_context *c, marking m)
{
    c->marking = c->marked ? marking_join(c->marking, m) : m;
    c->marked = true;
}

/* What cannot be read restricts most. */
static void read_level(misp *m, machine_tag t, slice tag, misp_context *c)
{
    if (slice_eq_nocase(t.space, S("pap"))) {
        pap action = PAP_RED;
        if (pap_parse(tag, &action) != OK)
            misp_note(m, "unknown PAP tag, read as PAP:RED", S(""));
        restrict_to(c, (marking){.pap = action});
    } else if (slice_eq_nocase(t.space, S("tlp"))) {
        tlp level = TLP_RED;
        if (slice_eq_nocase(t.predicate, S("ex:chr")))
            return; /* it goes with a level, and is none */
        if (tlp_parse(tag, &level) != OK)
            misp_note(m, "unknown TLP tag, read as TLP:RED", S(""));
        restrict_to(c, (marking){.tlp = level});
        c->level_said = true;
    }
}

static status sharing_group(misp *m, const json *v, marking *ret, err *why)
{
    const json *group = json_get(v, S("SharingGroup"));
    slice name = misp_text(group, "name");
    if (!name.len || name.len > AUDIENCE_MAX)
        name = misp_text(group, "uuid");
    if (!name.len || name.len > AUDIENCE_MAX) {
        slice id = misp_text(v, "sharing_group_id");
        name = arena_printf(m->a, "sharing group %.*s", SLICE_FMT(slice_sub(id, 0, 32)));
        if (!name.ptr)
            return ARENA_SPENT(m->a, why);
    }
    *ret = (marking){.tlp = TLP_AMBER_STRICT, .audience = name};
    return OK;
}

/* Where MISP itself would send it. A TLP tag says more precisely how far it may go, but neither
 * "our organisation only" nor a sharing group can be tagged away. */
static status read_distribution(misp *m, const json *v, misp_context *c, err *why)
{
    static const tlp levels[] = {TLP_AMBER_STRICT, TLP_AMBER, TLP_GREEN, TLP_GREEN};
    uint64_t n;
    marking group;
    slice said = misp_text(v, "distribution");
    if (!said.len || slice_eq(said, S("5")))
        return OK;
    if (!slice_u64(said, &n) || n > 5) {
        misp_note(m, "unknown distribution, read as TLP:RED", S(""));
        restrict_to(c, (marking){.tlp = TLP_RED});
    } else if (n == 4) {
        status st = sharing_group(m, v, &group, why);
        if (st != OK)
            return st;
        restrict_to(c, group);
    } else if (n == 0 || !c->level_said) {
        restrict_to(c, (marking){.tlp = levels[n]});
    }
    return OK;
}

/* --- how sure -------------------------------------------------------------------------------- */

static const struct {
    slice space, predicate, value;
    int confidence;
} sure[] = {
    {S_INIT("admiralty-scale"), S_INIT("information-credibility"), S_INIT("1"), 100},
    {S_INIT("admiralty-scale"), S_INIT("information-credibility"), S_INIT("2"), 75},
    {S_INIT("admiralty-scale"), S_INIT("information-credibility"), S_INIT("3"), 50},
    {S_INIT("admiralty-scale"), S_INIT("information-credibility"), S_INIT("4"), 25},
    {S_INIT("admiralty-scale"), S_INIT("information-credibility"), S_INIT("5"), 0},
    {S_INIT("admiralty-scale"), S_INIT("information-credibility"), S_INIT("6"), 50},
    {S_INIT("estimative-language"), S_INIT("confidence-in-analytic-judgment"), S_INIT("low"), 15},
    {S_INIT("estimative-language"), S_INIT("confidence-in-analytic-judgment"), S_INIT("moderate"),
     55},
    {S_INIT("estimative-language"), S_INIT("confidence-in-analytic-judgment"), S_INIT("high"), 95},
    {S_INIT("estimative-language"), S_INIT("likelihood-probability"), S_INIT("almost-no-chance"),
     0},
    {S_INIT("estimative-language"), S_INIT("likelihood-probability"), S_INIT("very-unlikely"), 5},
    {S_INIT("estimative-language"), S_INIT("likelihood-probability"), S_INIT("unlikely"), 20},
    {S_INIT("estimative-language"), S_INIT("likelihood-probability"), S_INIT("roughly-even-chance"),
     45},
    {S_INIT("estimative-language"), S_INIT("likelihood-probability"), S_INIT("likely"), 55},
    {S_INIT("estimative-language"), S_INIT("likelihood-probability"), S_INIT("very-likely"), 80},
    {S_INIT("estimative-language"), S_INIT("likelihood-probability"), S_INIT("almost-certain"), 95},
    {S_INIT("misp"), S_INIT("confidence-level"), S_INIT("completely-confident"), 100},
    {S_INIT("misp"), S_INIT("confidence-level"), S_INIT("usually-confident"), 75},
    {S_INIT("misp"), S_INIT("confidence-level"), S_INIT("fairly-confident"), 50},
    {S_INIT("misp"), S_INIT("confidence-level"), S_INIT("rarely-confident"), 25},
    {S_INIT("misp"), S_INIT("confidence-level"), S_INIT("unconfident"), 0},
    {S_INIT("misp"), S_INIT("confidence-level"), S_INIT("confidence-cannot-be-evaluated"), 50},
};

/* -1: the tag is about something else. */
static int confidence_of(machine_tag t)
{
    uint64_t n;
    if (slice_eq(t.space, S("osint")) && slice_eq(t.predicate, S("certainty")) &&
        slice_u64(t.value, &n) && n <= 100)
        return (int)n;
    for (size_t i = 0; i < COUNT_OF(sure); i++)
        if (slice_eq(t.space, sure[i].space) && slice_eq(t.predicate, sure[i].predicate) &&
            slice_eq_nocase(t.value, sure[i].value))
            return sure[i].confidence;
    return -1;
}

/* --- galaxies -------------------------------------------------------------------------------- */

bool misp_is_threat(const misp_link *l)
{
    kind k = l->node.kind;
    return k == KIND_ACTOR || k == KIND_MALWARE || k == KIND_TOOL || k == KIND_CAMPAIGN;
}

/* "Web Protocols - T1071.001": the id behind the name, when it has the shape of ATT&CK's. */
static void split_name(misp_link *l)
{
    size_t at = SIZE_MAX;
    for (size_t i = slice_find(l->name, S(" - "), 0); i != SIZE_MAX;
         i = slice_find(l->name, S(" - "), i + 1))
        at = i;
    if (at == SIZE_MAX || at == 0)
        return;
    slice id = slice_trim(slice_from(l->name, at + 3)), digits = id;
    uint64_t n;
    while (digits.len && digits.ptr[0] >= 'A' && digits.ptr[0] <= 'Z')
        digits = slice_from(digits, 1);
    if (digits.len == id.len || id.len - digits.len > 3 ||
        !slice_u64(slice_sub(digits, 0, 4), &n) ||
        !(digits.len == 4 ||
          (digits.len == 8 && digits.ptr[4] == '.' && slice_u64(slice_from(digits, 5), &n))))
        return;
    l->id = id;
    l->name = slice_trim(slice_sub(l->name, 0, at));
}

/* The key that the galaxy's own codec gives a cluster, so that both meet. */
static status cluster_node(misp *m, slice uuid, const json *meta, misp_link *l, err *why)
{
    uint8_t bytes[16];
    char prefix[64];
    country_key code;
    galaxy_kind k = galaxy_kind_of(l->galaxy);
    const json *v = json_get(meta, S("ISO")), *id = json_get(meta, S("external_id"));
    slice iso = misp_scalar(json_is(v, JSON_ARRAY) ? v->first : v);
    slice external = misp_scalar(json_is(id, JSON_ARRAY) ? id->first : id);
    if (k.kind == KIND_COUNTRY &&
        (country_by_code(iso, &code) || country_by_name(l->name, &code))) {
        l->node.kind = KIND_COUNTRY;
        return arena_copy(m->a, slice_of(code.text, 2), &l->node.text) ? OK
                                                                       : ARENA_SPENT(m->a, why);
    }
    if (k.kind == KIND_COUNTRY)
        k.kind = KIND_LOCATION;
    if (k.kind == KIND_TECHNIQUE &&
        (slice_starts(external, S("TA")) || slice_starts(l->id, S("TA"))))
        k = (galaxy_kind){KIND_TACTIC, S("x-mitre-tactic")};
    if (!misp_uuid(uuid, bytes))
        return emit_node(&m->e, k.kind, "name:", l->name, &l->node, why);
    l->node.kind = k.kind;
    assert(k.stix.len < sizeof prefix);
    memcpy(prefix, k.stix.ptr, k.stix.len);
    prefix[k.stix.len] = 0;
    return misp_key(m, prefix, uuid, &l->node.text, why);
}

static status add_link(misp *m, misp_context *c, slice uuid, const json *meta, misp_link l,
                       err *why)
{
    if (c->link_count == MISP_LINKS_MAX) {
        misp_note(m, "galaxy clusters beyond the first 1024 are kept in the document only", S(""));
        return OK;
    }
    split_name(&l);
    if (!l.name.len || !l.galaxy.len)
        return OK;
    status st = cluster_node(m, uuid, meta, &l, why);
    if (st == ERR_INPUT) { /* nobody can be called so */
        misp_note(m, "galaxy clusters without a usable name are kept in the document only", S(""));
        return OK;
    }
    for (size_t i = 0; st == OK && i < c->link_count; i++)
        if (c->links[i].node.kind == l.node.kind && slice_eq(c->links[i].node.text, l.node.text))
            return OK;
    if (st == OK)
        c->links[c->link_count++] = l;
    return st;
}

static status read_clusters(misp *m, const json *galaxy, misp_context *c, err *why)
{
    status st = OK;
    for (const json *k = misp_list(galaxy, "GalaxyCluster"); st == OK && k; k = k->next) {
        slice type = misp_text(k, "type"), uuid = misp_text(k, "uuid"),
              of = misp_text(k, "collection_uuid");
        /* before MISP told the two apart, `uuid` was that of the whole galaxy */
        if (!of.len || slice_eq(of, uuid))
            uuid = S("");
        misp_link l = {.name = misp_text(k, "value"),
                       .galaxy = type.len ? type : misp_text(galaxy, "type"),
                       .relation = misp_text(k, "relationship_type")};
        st = add_link(m, c, uuid, json_get(k, S("meta")), l, why);
    }
    return st;
}

/* The cluster of this tag came as an object. */
static bool came_whole(const json *v, slice tag, machine_tag t)
{
    for (const json *g = misp_list(v, "Galaxy"); g; g = g->next)
        for (const json *k = misp_list(g, "GalaxyCluster"); k; k = k->next)
            if (slice_eq(misp_text(k, "tag_name"), tag) ||
                (slice_eq(misp_text(k, "type"), t.predicate) &&
                 slice_eq(misp_text(k, "value"), t.value)))
                return true;
    return false;
}

static status read_galaxy_tag(misp *m, const json *v, slice tag, machine_tag t, misp_context *c,
                              err *why)
{
    uint8_t bytes[16];
    misp_link l = {.name = t.value, .galaxy = t.predicate};
    if (came_whole(v, tag, t))
        return OK;
    bool by_uuid = misp_uuid(t.value, bytes);
    return add_link(m, c, by_uuid ? t.value : S(""), NULL, l, why);
}

/* --- the whole ------------------------------------------------------------------------------- */

static int by_node(const misp_link *a, const misp_link *b)
{
    return a->node.kind != b->node.kind ? (a->node.kind < b->node.kind ? -1 : 1)
                                        : slice_cmp(a->node.text, b->node.text);
}

/* In one order, whatever order the tags came in; few, so insertion will do. */
static void sort_links(misp_context *c, size_t from)
{
    for (size_t i = from + 1; i < c->link_count; i++) {
        misp_link l = c->links[i];
        size_t k = i;
        for (; k > from && by_node(&l, &c->links[k - 1]) < 0; k--)
            c->links[k] = c->links[k - 1];
        c->links[k] = l;
    }
}

static status read_tags(misp *m, const json *v, misp_context *c, int *confidence, err *why)
{
    status st = OK;
    size_t n = 0;
    for (const json *k = misp_list(v, "Tag"); st == OK && k; k = k->next) {
        slice tag = misp_text(k, "name");
        machine_tag t = cut(tag);
        int said = confidence_of(t);
        read_level(m, t, tag, c); /* of any number of them */
        if (n++ >= MISP_TAGS_MAX) {
            misp_note(m, "tags beyond the first 256 are kept in the document only", S(""));
            continue;
        }
        if (said >= 0 && (*confidence < 0 || said < *confidence))
            *confidence = said;
        if (slice_eq(t.space, S("kill-chain")) && t.predicate.len &&
            c->chain_count < MISP_CHAIN_MAX)
            c->chain[c->chain_count++] = tag;
        if (is_galaxy(t))
            st = read_galaxy_tag(m, v, tag, t, c, why);
    }
    return st;
}

status misp_read_context(misp *m, const json *v, const misp_context *outer, misp_context *ret,
                         err *why)
{
    misp_context c = {.confidence = -1};
    status st = OK;
    int confidence = -1;
    size_t more = 0;
    if (outer)
        c = *outer;
    for (const json *g = misp_list(v, "Galaxy"); g && more < MISP_LINKS_MAX; g = g->next)
        for (const json *k = misp_list(g, "GalaxyCluster"); k; k = k->next)
            more++;
    for (const json *k = misp_list(v, "Tag"); k && more < MISP_LINKS_MAX; k = k->next)
        more++;
    if (more) {
        misp_link *links = arena_array(m->a,
                                       MISP_LINKS_MAX < c.link_count + more ? (size_t)MISP_LINKS_MAX
                                                                            : c.link_count + more,
                                       sizeof *links);
        if (!links)
            return ARENA_SPENT(m->a, why);
        if (c.link_count)
            memcpy(links, c.links, c.link_count * sizeof *links);
        c.links = links;
    }
    size_t from = c.link_count;
    if ((st = read_tags(m, v, &c, &confidence, why)) != OK)
        return st;
    for (const json *g = misp_list(v, "Galaxy"); st == OK && g; g = g->next)
        st = read_clusters(m, g, &c, why);
    if (st != OK || (st = read_distribution(m, v, &c, why)) != OK)
        return st;
    if (confidence >= 0)
        c.confidence = confidence; /* nearer than what is said of the event */
    sort_links(&c, from);
    *ret = c;
    return OK;
}
