/* values.c - a value of a galaxy: what it is called and what it is joined to. See galaxy.h. */
#include "format/galaxy/galaxy.h"

#include "format/mention.h"
#include "model/country.h"

#include <stdio.h>
#include <stdlib.h>

bool galaxy_uuid(slice text, uint8_t ret[16])
{
    static const uint8_t groups[] = {8, 4, 4, 4, 12};
    size_t at = 0, n = 0;
    if (text.len != 36)
        return false;
    for (size_t g = 0; g < COUNT_OF(groups); g++) {
        if (g && text.ptr[at++] != '-')
            return false;
        for (size_t i = 0; i < groups[g]; i += 2, at += 2) {
            int hi = hex_value(text.ptr[at]), lo = hex_value(text.ptr[at + 1]);
            if (hi < 0 || lo < 0)
                return false;
            ret[n++] = (uint8_t)(hi << 4 | lo);
        }
    }
    return true;
}

/* Is `s` an id of ATT&CK: a prefix of the table and four digits, techniques with ".001" behind? */
static bool attack_id(slice s, bool any_kind)
{
    /* those of groups, software and techniques are the ones that lists of synonyms hold */
    static const slice prefixes[] = {S_INIT("G"),  S_INIT("S"),  S_INIT("T"),  S_INIT("M"),
                                     S_INIT("C"),  S_INIT("TA"), S_INIT("DS"), S_INIT("DC"),
                                     S_INIT("AN"), S_INIT("A"),  S_INIT("DET")};
    enum { IN_SYNONYMS = 3 };
    slice sub = {NULL, 0};
    size_t dot = slice_find_byte(s, '.', 0);
    uint64_t n;
    if (dot != SIZE_MAX) {
        sub = slice_from(s, dot + 1);
        if (s.ptr[0] != 'T' || sub.len != 3 || !slice_u64(sub, &n))
            return false;
        s = slice_sub(s, 0, dot);
    }
    for (size_t i = 0; i < (any_kind ? COUNT_OF(prefixes) : (size_t)IN_SYNONYMS); i++)
        if (slice_starts(s, prefixes[i]) && s.len == prefixes[i].len + 4 &&
            slice_u64(slice_from(s, prefixes[i].len), &n))
            return true;
    return false;
}

static bool is_country(const galaxy *g)
{
    return g->kind.kind == KIND_COUNTRY || slice_eq(g->type, S("target-information"));
}

/* The code of a value that is a country: `country` has ISO, `target-information` a list. */
static bool code_of(const galaxy *g, const json *meta, country_key *ret)
{
    if (!is_country(g))
        return false;
    const json *territory = json_get(meta, S("territory-type"));
    if (territory && !slice_eq(galaxy_text(galaxy_first(territory)), S("Country")))
        return false;
    const json *v = json_get(meta, S("ISO"));
    if (!v)
        v = json_get(meta, S("iso-code"));
    for (const json *t = galaxy_first(v); t; t = galaxy_next(v, t))
        if (country_by_code(galaxy_text(t), ret))
            return true;
    return false;
}

bool galaxy_look(const galaxy *g, const json *value, galaxy_known *ret)
{
    country_key code;
    const json *meta = json_get(value, S("meta"));
    slice id = galaxy_text(galaxy_first(json_get(meta, S("external_id"))));
    *ret = (galaxy_known){.tactic = slice_starts(id, S("TA")) && attack_id(id, true)};
    if (!galaxy_uuid(json_text(json_get(value, S("uuid"))), ret->uuid))
        return false;
    /* the type may not be known yet: the shape of the entry tells as well */
    galaxy any = {.type = S("target-information")};
    if (code_of(g->type.len ? g : &any, meta, &code))
        memcpy(ret->code, code.text, 2);
    return true;
}

static status keyed(galaxy *g, galaxy_kind k, const uint8_t uuid[16], node_ref *ret, err *why)
{
    char hex[33];
    hash_hex(uuid, 16, hex);
    ret->kind = k.kind;
    ret->text = arena_printf(g->e.memory, "%.*s--%.8s-%.4s-%.4s-%.4s-%.12s", SLICE_FMT(k.stix), hex,
                             hex + 8, hex + 12, hex + 16, hex + 20);
    return ret->text.ptr ? OK : ARENA_SPENT(g->e.memory, why);
}

static const galaxy_known *find(const galaxy *g, const uint8_t uuid[16])
{
    const galaxy_known *k = (const galaxy_known *)(const void *)g->known.ptr;
    size_t low = 0, high = g->known.len / sizeof *k;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = memcmp(uuid, k[mid].uuid, 16);
        if (order == 0)
            return &k[mid];
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    return NULL;
}

/* The node of a value of this document. */
static status own_node(galaxy *g, const galaxy_known *k, node_ref *ret, err *why)
{
    galaxy_kind as = g->kind;
    if (k->code[0] && is_country(g)) {
        ret->kind = KIND_COUNTRY;
        return arena_copy(g->e.memory, slice_of(k->code, 2), &ret->text)
                   ? OK
                   : ARENA_SPENT(g->e.memory, why);
    }
    if (as.kind == KIND_COUNTRY)
        as.kind = KIND_LOCATION; /* without a code it is just a place */
    if (k->tactic && as.kind == KIND_TECHNIQUE)
        as = (galaxy_kind){KIND_TACTIC, S("x-mitre-tactic")};
    return keyed(g, as, k->uuid, ret, why);
}

status galaxy_node(galaxy *g, const uint8_t uuid[16], galaxy_kind far, node_ref *ret, err *why)
{
    const galaxy_known *k = find(g, uuid);
    if (k)
        return own_node(g, k, ret, why);
    if (far.kind == KIND_NONE)
        far = galaxy_kind_of(S("")); /* what it is, its own galaxy says */
    return keyed(g, far, uuid, ret, why);
}

/* --- names ----------------------------------------------------------------------------------- */

static int by_text(const void *a, const void *b)
{
    return slice_cmp(*(const slice *)a, *(const slice *)b);
}

/* Who uses this name: `name-attribution` has "NAME:<uuid of the producer>", or there is a member
 * "origin:NAME" with the producer's name. */
static status vendors(galaxy *g, const galaxy_value *v, slice name, detail *d, err *why)
{
    enum { VENDORS_MAX = 16 };
    slice found[VENDORS_MAX];
    size_t n = 0;
    uint8_t uuid[16];
    node_ref vendor;
    status st;
    const json *list = json_get(v->meta, S("name-attribution"));
    for (const json *t = galaxy_first(list); t && n < VENDORS_MAX; t = galaxy_next(list, t)) {
        slice s = json_text(t);
        if (s.len != name.len + 37 || !slice_starts(s, name) || s.ptr[name.len] != ':' ||
            !galaxy_uuid(slice_from(s, name.len + 1), uuid))
            continue;
        if ((st = keyed(g, galaxy_kind_of(S("producer")), uuid, &vendor, why)) != OK)
            return st;
        found[n++] = vendor.text;
    }
    for (const json *m = v->meta ? v->meta->first : NULL; m && n < VENDORS_MAX; m = m->next)
        if (json_is(v->meta, JSON_OBJECT) && slice_starts(m->key, S("origin:")) &&
            slice_eq(slice_from(m->key, 7), name))
            for (const json *t = galaxy_first(m); t && n < VENDORS_MAX; t = galaxy_next(m, t))
                if (galaxy_text(t).len)
                    found[n++] = galaxy_text(t);
    slice array;
    if (!n)
        return OK;
    qsort(found, n, sizeof *found, by_text); /* who is named first says nothing */
    if ((st = emit_array(&g->e, found, n, &array, why)) != OK)
        return st;
    detail_raw(d, "vendors", array);
    return OK;
}

status galaxy_name(galaxy *g, galaxy_value *v, slice name, const char *how, err *why)
{
    detail d = {0};
    status st;
    name = slice_trim(name);
    if (!name.len)
        return OK;
    if (attack_id(name, false))
        how = "id";
    for (size_t i = 0; i < v->name_count; i++)
        if (slice_eq(v->names[i], name))
            return OK;
    if (v->name_count == GALAXY_NAMES_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "over %d names", (int)GALAXY_NAMES_MAX);
    v->names[v->name_count++] = name;
    if ((st = vendors(g, v, name, &d, why)) != OK)
        return st;
    if (d.count && strcmp(how, "alias") == 0)
        how = "vendor";
    return emit_named(&g->e, v->self, name, how, &d, why);
}

/* "APT28 - G0007" is APT28, and G0007 is its id; only an id from the shape of ATT&CK's counts. */
static void split_name(galaxy_value *v)
{
    slice whole = slice_trim(json_text(json_get(v->v, S("value"))));
    size_t at = SIZE_MAX;
    for (size_t i = slice_find(whole, S(" - "), 0); i != SIZE_MAX;
         i = slice_find(whole, S(" - "), i + 1))
        at = i;
    v->name = whole;
    if (at != SIZE_MAX && at > 0 && attack_id(slice_trim(slice_from(whole, at + 3)), true)) {
        v->name = slice_trim(slice_sub(whole, 0, at));
        v->id = slice_trim(slice_from(whole, at + 3));
    }
}

static status names(galaxy *g, galaxy_value *v, err *why)
{
    static const slice lists[] = {S_INIT("synonyms"), S_INIT("synomyms"), S_INIT("aliases"),
                                  S_INIT("Associated Group Descriptions")};
    status st;
    const json *ids = json_get(v->meta, S("external_id"));
    v->names = arena_array(g->e.memory, GALAXY_NAMES_MAX, sizeof *v->names);
    if (!v->names)
        return ARENA_SPENT(g->e.memory, why);
    if ((st = galaxy_name(g, v, v->name, "primary", why)) != OK ||
        (st = galaxy_name(g, v, v->id, "id", why)) != OK)
        return st;
    for (const json *t = galaxy_first(ids); t; t = galaxy_next(ids, t))
        if ((st = galaxy_name(g, v, galaxy_text(t), "id", why)) != OK)
            return st;
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        const json *l = json_get(v->meta, lists[i]);
        for (const json *t = galaxy_first(l); t; t = galaxy_next(l, t))
            if ((st = galaxy_name(g, v, galaxy_text(t), "alias", why)) != OK)
                return st;
    }
    return OK;
}

/* --- relations ------------------------------------------------------------------------------- */

/* estimative-language:likelihood-probability="very-likely" */
static slice likelihood(const json *tags)
{
    const slice start = S("estimative-language:likelihood-probability=");
    for (const json *t = galaxy_first(tags); t; t = galaxy_next(tags, t)) {
        slice s = json_text(t);
        if (!slice_starts(s, start))
            continue;
        s = slice_from(s, start.len);
        if (s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"')
            s = slice_sub(s, 1, s.len - 1);
        return s;
    }
    return (slice){NULL, 0};
}

static status related(galaxy *g, const galaxy_value *v, const json *r, err *why)
{
    uint8_t uuid[16];
    node_ref other;
    detail d = {0};
    fact_claim c = emit_blank();
    status st;
    slice word = slice_trim(json_text(json_get(r, S("type"))));
    if (!word.len || !galaxy_uuid(json_text(json_get(r, S("dest-uuid"))), uuid))
        return emit_warn(&g->e, v->at, v->place, why, "a relation without a type or a dest-uuid");
    galaxy_relation how = galaxy_relation_of(g->type, g->kind, word);
    if ((st = galaxy_node(g, uuid, how.target, &other, why)) != OK)
        return st;
    detail_text(&d, "likelihood", likelihood(json_get(r, S("tags"))));
    if (how.keep_word)
        detail_text(&d, "relation", word);
    if ((st = emit_detail(&g->e, &d, &c.detail, why)) != OK)
        return st;
    c.subject = how.inverse ? other : v->self;
    c.object = how.inverse ? v->self : other;
    c.predicate = how.predicate;
    return emit_claim(&g->e, &c, why);
}

/* --- vulnerabilities in its words and in what it cites: mention.h ---------------------------- */

static status say_mention(galaxy *g, const galaxy_value *v, predicate p, const mention *m,
                          slice words, const char *basis, err *why)
{
    detail d = {0};
    fact_claim c = emit_blank();
    detail_text(&d, "basis", slice_str(basis));
    status st = emit_detail(&g->e, &d, &c.detail, why);
    if (st != OK)
        return st;
    c.subject = v->self;
    c.predicate = p;
    c.object = (node_ref){KIND_VULNERABILITY, m->id};
    c.value = words;
    return emit_claim(&g->e, &c, why);
}

static status mentioned(galaxy *g, const galaxy_value *v, slice text, err *why)
{
    mentions seen = {0};
    mention m;
    size_t at = 0;
    status st;
    bool acts = mention_acts(v->self.kind);
    if (!kind_is_entity(v->self.kind) || v->self.kind == KIND_VULNERABILITY)
        return OK;
    while ((st = mention_next(g->e.memory, &seen, text, &at, &m, why)) == OK && m.id.len)
        if ((st = say_mention(g, v, acts && m.exploits ? PRED_EXPLOITS : PRED_REFERS_TO, &m,
                              m.sentence, "text", why)) != OK)
            return st;
    for (size_t i = 0; st == OK && acts && i < g->e.common.origin_count; i++) {
        slice url = g->e.common.origins[i];
        at = 0;
        while ((st = mention_next(g->e.memory, &seen, url, &at, &m, why)) == OK && m.id.len)
            if ((st = say_mention(g, v, PRED_REFERS_TO, &m, url, "reference", why)) != OK)
                return st;
    }
    return st;
}

/* --- the whole ------------------------------------------------------------------------------- */

static status self(galaxy *g, galaxy_value *v, err *why)
{
    galaxy_known k;
    if (galaxy_look(g, v->v, &k))
        return own_node(g, &k, &v->self, why);
    if (json_get(v->v, S("uuid")))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the uuid cannot be read");
    slice prefix = arena_printf(g->e.memory, "misp-galaxy/%.*s:", SLICE_FMT(g->type));
    if (!prefix.ptr)
        return ARENA_SPENT(g->e.memory, why);
    return emit_node(&g->e, g->kind.kind, prefix.ptr, v->name, &v->self, why);
}

/* The reports that the value cites are the origins of all that it says. Of too many the first by
 * their text are kept: the order of a list says nothing. */
static status origins(galaxy *g, const galaxy_value *v, err *why)
{
    const json *refs = json_get(v->meta, S("refs"));
    size_t n = 0, all = 0;
    for (const json *t = galaxy_first(refs); t; t = galaxy_next(refs, t))
        all++;
    slice *list = arena_array(g->e.memory, all + 1, sizeof *list);
    if (!list)
        return ARENA_SPENT(g->e.memory, why);
    for (const json *t = galaxy_first(refs); t; t = galaxy_next(refs, t)) {
        slice s = galaxy_text(t);
        if (s.len && s.len <= NODE_TEXT_MAX)
            list[n++] = s;
    }
    all = n;
    if (all > FACT_ORIGINS_MAX) {
        qsort(list, all, sizeof *list, by_text);
        n = FACT_ORIGINS_MAX;
    }
    g->e.common.origins = list;
    g->e.common.origin_count = n;
    return all == n ? OK
                    : emit_warn(&g->e, v->at, v->place, why,
                                "%zu refs: the first %zu by text are kept", all, n);
}

status galaxy_claims(galaxy *g, galaxy_value *v, err *why)
{
    status st;
    if (!json_is(v->v, JSON_OBJECT))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the value is no object");
    split_name(v);
    if (!v->name.len)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the value has no name");
    if ((st = self(g, v, why)) != OK || (st = origins(g, v, why)) != OK ||
        (st = names(g, v, why)) != OK)
        return st;
    slice text = slice_trim(json_text(json_get(v->v, S("description"))));
    if (text.len) {
        fact_claim c = emit_blank();
        c.subject = v->self;
        c.predicate = PRED_DESCRIBED;
        c.value = text;
        if ((st = emit_claim(&g->e, &c, why)) != OK)
            return st;
    }
    if ((st = mentioned(g, v, text, why)) != OK || (st = galaxy_meta(g, v, why)) != OK)
        return st;
    const json *list = json_get(v->v, S("related"));
    for (const json *r = json_is(list, JSON_ARRAY) ? list->first : NULL; r; r = r->next)
        if ((st = related(g, v, r, why)) != OK)
            return st;
    return OK;
}
