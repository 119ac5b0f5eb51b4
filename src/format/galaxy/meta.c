/* meta.c - the `meta` of a galaxy's value: where it comes from, whom it targets, all the rest. The
 * table at the end says which member means what. See galaxy.h. */
#include "format/galaxy/galaxy.h"

#include "model/country.h"

#include <stdio.h>

static status claim_text(galaxy *g, const galaxy_value *v, predicate p, node_ref object, slice text,
                         const detail *d, int confidence, err *why)
{
    fact_claim c = emit_blank();
    status st = emit_detail(&g->e, d, &c.detail, why);
    if (st != OK)
        return st;
    c.subject = v->self;
    c.predicate = p;
    c.object = object;
    c.value = text;
    c.confidence = confidence;
    return emit_claim(&g->e, &c, why);
}

static status claim(galaxy *g, const galaxy_value *v, predicate p, node_ref object, const detail *d,
                    int confidence, err *why)
{
    return claim_text(g, v, p, object, (slice){NULL, 0}, d, confidence, why);
}

static status property(galaxy *g, const galaxy_value *v, slice name, slice value, err *why)
{
    detail d = {0};
    if (!value.len)
        return OK;
    detail_text(&d, "name", name);
    detail_text(&d, "value", value);
    return claim(g, v, PRED_PROPERTY, (node_ref){KIND_NONE}, &d, -1, why);
}

/* The country's node, and its name as the source has it. */
static status country_node(galaxy *g, const country_key *key, slice name, node_ref *ret, err *why)
{
    ret->kind = KIND_COUNTRY;
    if (!arena_copy(g->e.memory, slice_of(key->text, 2), &ret->text))
        return ARENA_SPENT(g->e.memory, why);
    return name.len > 2 ? emit_named_once(&g->e, *ret, name, why) : OK;
}

/* attribution-confidence: "50", or 50 */
static int attribution(const galaxy_value *v)
{
    uint64_t n;
    slice s = galaxy_text(galaxy_first(json_get(v->meta, S("attribution-confidence"))));
    return slice_u64(s, &n) && n <= 100 ? (int)n : -1;
}

static status comes_from(galaxy *g, const galaxy_value *v, slice key, slice text, err *why)
{
    country_key code;
    node_ref country;
    detail d = {0};
    status st;
    if (slice_eq_nocase(text, S("Unknown")))
        return OK;
    bool is_code = country_by_code(text, &code);
    if (!is_code && !country_by_name(text, &code))
        return property(g, v, key, text, why);
    if ((st = country_node(g, &code, is_code ? (slice){NULL, 0} : text, &country, why)) != OK)
        return st;
    if (!slice_eq(key, S("country")))
        detail_text(&d, "basis", key);
    return claim(g, v, PRED_ORIGINATES_FROM, country, &d, attribution(v), why);
}

/* "China, Influence operations" */
static status comes_from_each(galaxy *g, const galaxy_value *v, slice key, slice text, err *why)
{
    slice rest = text, one;
    status st = OK;
    while (st == OK && slice_cut(&rest, ',', &one))
        if (slice_trim(one).len)
            st = comes_from(g, v, key, slice_trim(one), why);
    return st;
}

static bool is_region(slice name)
{
    static const slice regions[] = {
        S_INIT("Africa"),
        S_INIT("Asia"),
        S_INIT("Asia Pacific"),
        S_INIT("Asia-Pacific"),
        S_INIT("Balkans"),
        S_INIT("Caribbean"),
        S_INIT("Central Africa"),
        S_INIT("Central America"),
        S_INIT("Central Asia"),
        S_INIT("Central Europe"),
        S_INIT("East Africa"),
        S_INIT("East Asia"),
        S_INIT("Eastern Europe"),
        S_INIT("Europe"),
        S_INIT("European Union"),
        S_INIT("Global"),
        S_INIT("Kurdistan"),
        S_INIT("Latin America"),
        S_INIT("MENA"),
        S_INIT("Middle East"),
        S_INIT("North Africa"),
        S_INIT("North America"),
        S_INIT("Northeast Africa"),
        S_INIT("Northern Europe"),
        S_INIT("Oceania"),
        S_INIT("South America"),
        S_INIT("South Asia"),
        S_INIT("Southeast Asia"),
        S_INIT("Southeast Asian"),
        S_INIT("Southern Africa"),
        S_INIT("Southern Europe"),
        S_INIT("West Africa"),
        S_INIT("Western Europe"),
        S_INIT("Worldwide"),
    };
    if (slice_starts_nocase(name, S("the ")))
        name = slice_from(name, 4);
    for (size_t i = 0; i < COUNT_OF(regions); i++)
        if (slice_eq_nocase(name, regions[i]))
            return true;
    return false;
}

static status named_target(galaxy *g, const galaxy_value *v, slice key, kind k, slice text,
                           err *why)
{
    node_ref target;
    detail d = {0};
    status st;
    if ((st = emit_node(&g->e, k, "name:", text, &target, why)) != OK ||
        (st = emit_named_once(&g->e, target, text, why)) != OK)
        return st;
    detail_text(&d, "basis", key);
    return claim(g, v, PRED_TARGETS, target, &d, -1, why);
}

/* A country, a region, or somebody by name. */
static status victim(galaxy *g, const galaxy_value *v, slice key, slice text, err *why)
{
    country_key code;
    node_ref country;
    detail d = {0};
    status st;
    if (slice_eq_nocase(text, S("Unknown")))
        return OK;
    if (!country_by_name(text, &code))
        return named_target(g, v, key, is_region(text) ? KIND_LOCATION : KIND_ORGANISATION, text,
                            why);
    if ((st = country_node(g, &code, text, &country, why)) != OK)
        return st;
    detail_text(&d, "basis", key);
    return claim(g, v, PRED_TARGETS, country, &d, -1, why);
}

static status sector(galaxy *g, const galaxy_value *v, slice key, slice text, err *why)
{
    return slice_eq_nocase(text, S("Unknown")) ? OK
                                               : named_target(g, v, key, KIND_SECTOR, text, why);
}

/* "mitre-attack:command-and-control"; in older ones with a platform between: the last part is the
 * tactic, the first says whose. */
static status tactic(galaxy *g, const galaxy_value *v, slice key, slice text, err *why)
{
    node_ref node;
    detail d = {0};
    status st;
    size_t at = SIZE_MAX;
    for (size_t i = slice_find_byte(text, ':', 0); i != SIZE_MAX;
         i = slice_find_byte(text, ':', i + 1))
        at = i;
    slice name = at == SIZE_MAX ? text : slice_trim(slice_from(text, at + 1));
    if (v->self.kind != KIND_TECHNIQUE || !name.len)
        return property(g, v, key, text, why);
    if ((st = emit_node(&g->e, KIND_TACTIC, "name:", name, &node, why)) != OK ||
        (st = emit_named_once(&g->e, node, name, why)) != OK)
        return st;
    if (at != SIZE_MAX)
        detail_text(&d, "kill_chain",
                    slice_trim(slice_sub(text, 0, slice_find_byte(text, ':', 0))));
    return claim_text(g, v, PRED_IN_TACTIC, node, name, &d, -1, why);
}

/* A CVE id among the aliases of a vulnerability with a name of its own is a name, see values.c;
 * everything that no line below knows is a property. */
typedef status (*meta_of)(galaxy *g, const galaxy_value *v, slice key, slice text, err *why);

static const struct {
    slice key;
    meta_of of; /* NULL: said elsewhere */
} members[] = {
    {S_INIT("refs"), NULL},
    {S_INIT("external_id"), NULL},
    {S_INIT("synonyms"), NULL},
    {S_INIT("synomyms"), NULL},
    {S_INIT("aliases"), NULL},
    {S_INIT("Associated Group Descriptions"), NULL},
    {S_INIT("name-attribution"), NULL},
    {S_INIT("attribution-confidence"), NULL},
    {S_INIT("uuid"), NULL},
    {S_INIT("country"), comes_from},
    {S_INIT("cfr-suspected-state-sponsor"), comes_from},
    {S_INIT("microsoft-origin-threat"), comes_from_each},
    {S_INIT("cfr-suspected-victims"), victim},
    {S_INIT("suspected-victims"), victim},
    {S_INIT("cfr-target-category"), sector},
    {S_INIT("targeted-sector"), sector},
    {S_INIT("kill_chain"), tactic},
};

static bool known_member(slice key, meta_of *ret)
{
    for (size_t i = 0; i < COUNT_OF(members); i++)
        if (slice_eq(key, members[i].key)) {
            *ret = members[i].of;
            return true;
        }
    return slice_starts(key, S("origin:"));
}

status galaxy_meta(galaxy *g, galaxy_value *v, err *why)
{
    status st;
    for (const json *m = json_is(v->meta, JSON_OBJECT) ? v->meta->first : NULL; m; m = m->next) {
        meta_of of = NULL;
        bool known = known_member(m->key, &of);
        if (known && !of)
            continue;
        for (const json *t = galaxy_first(m); t; t = galaxy_next(m, t)) {
            slice text = galaxy_text(t);
            if (text.len && (st = known ? of(g, v, m->key, text, why)
                                        : property(g, v, m->key, text, why)) != OK)
                return st;
        }
    }
    return OK;
}
