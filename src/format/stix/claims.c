/* claims.c - what is said of every kind of object: names, descriptions, properties. See stix.h. */
#include "format/stix/stix.h"

/* --- names ---------------------------------------------------------------------------------- */

static status say_aliases(stix *x, const char *property, slice name)
{
    long i = 0;
    slice from = slice_str(property);
    for (const json *a = stix_list(x->object, property); a; a = a->next, i++) {
        if (slice_eq(json_text(a), name)) /* ATT&CK repeats the name among the aliases */
            continue;
        status st = stix_say_name(x, json_text(a), "alias", from, i);
        if (st != OK)
            return st;
    }
    return OK;
}

/* The id of a knowledge base is a name when the base is where the object comes from: ATT&CK ids,
 * CAPEC ids of what is no ATT&CK object (there they are cross references), CVE ids. */
static bool is_own_id(const json *reference, bool attack)
{
    slice source = stix_text(reference, "source_name"), id = stix_text(reference, "external_id");
    if (!id.len || id.len > 64)
        return false;
    if (slice_starts(source, S("mitre-")))
        return true;
    return !attack && slice_eq_nocase(source, S("capec")) && slice_starts(id, S("CAPEC-"));
}

static bool is_attack(const json *object)
{
    for (const json *r = stix_list(object, "external_references"); r; r = r->next)
        if (slice_starts(stix_text(r, "source_name"), S("mitre-")) &&
            stix_text(r, "external_id").len)
            return true;
    return false;
}

static status say_ids(stix *x)
{
    bool attack = is_attack(x->object);
    long i = 0;
    for (const json *r = stix_list(x->object, "external_references"); r; r = r->next, i++)
        if (is_own_id(r, attack)) {
            status st =
                stix_say_name(x, stix_text(r, "external_id"), "id", S("external_references"), i);
            if (st != OK)
                return st;
        }
    if (x->self.kind == KIND_VULNERABILITY && stix_is_cve(x->self.text))
        return stix_say_name(x, x->self.text, "id", S("name external_references"), -1);
    if (x->self.kind == KIND_COUNTRY)
        return stix_say_name(x, x->self.text, "id", S("country"), -1);
    slice shortname = stix_text(x->object, "x_mitre_shortname");
    return shortname.len ? stix_say_name(x, shortname, "id", S("x_mitre_shortname"), -1) : OK;
}

static status say_names(stix *x)
{
    slice name = stix_text(x->object, "name");
    status st = OK;
    if (name.len)
        st = stix_say_name(x, name, x->type->title ? "title" : "primary", S("name"), -1);
    if (st == OK)
        st = say_ids(x);
    if (st == OK)
        st = say_aliases(x, "aliases", name);
    return st == OK ? say_aliases(x, "x_mitre_aliases", name) : st;
}

/* --- texts ---------------------------------------------------------------------------------- */

static status say_text(stix *x, const char *property)
{
    fact_claim c = stix_claim(x, PRED_DESCRIBED);
    c.value = stix_text(x->object, property);
    stix_detail d = stix_detail_of(x);
    stix_put_text(&d, "lang", stix_text(x->object, "lang"));
    status st = stix_detail_end(&d, &c.detail);
    return st == OK && c.value.len ? stix_say(x, c, slice_str(property), -1) : st;
}

static status say_texts(stix *x)
{
    static const char *const texts[] = {"description", "content", "explanation"};
    status st = OK;
    for (size_t i = 0; i < COUNT_OF(texts) && st == OK; i++)
        st = say_text(x, texts[i]);
    /* how the source says it is detected, in its own words (ATT&CK before version 18) */
    fact_claim c = stix_claim(x, PRED_PROPERTY);
    c.value = stix_text(x->object, "x_mitre_detection");
    c.detail = S("{\"name\":\"detection\"}");
    return st == OK && c.value.len ? stix_say(x, c, S("x_mitre_detection"), -1) : st;
}

/* --- properties ----------------------------------------------------------------------------- */

/* 2.0 kept in labels what 2.1 calls *_types. */
static const struct {
    slice type;
    const char *property; /* of 2.1 */
    const char *vocabulary;
} typed[] = {
    {S_INIT("indicator"), "indicator_types",
     "anomalous-activity anonymization benign compromised malicious-activity attribution unknown"},
    {S_INIT("malware"), "malware_types",
     "adware backdoor bot bootkit ddos downloader dropper exploit-kit keylogger ransomware "
     "remote-access-trojan resource-exploitation rogue-security-software rootkit screen-capture "
     "spyware trojan unknown virus webshell wiper worm"},
    {S_INIT("report"), "report_types",
     "attack-pattern campaign identity indicator intrusion-set malware observed-data threat-actor "
     "threat-report tool vulnerability"},
    {S_INIT("threat-actor"), "threat_actor_types",
     "activist competitor crime-syndicate criminal hacker insider-accidental insider-disgruntled "
     "nation-state sensationalist spy terrorist unknown"},
    {S_INIT("tool"), "tool_types",
     "denial-of-service exploitation information-gathering network-capture "
     "credential-exploitation remote-access vulnerability-scanning unknown"},
};

static const char *vocabulary_of(const stix *x)
{
    for (size_t i = 0; x->v20 && i < COUNT_OF(typed); i++)
        if (slice_eq(typed[i].type, x->type->name))
            return typed[i].vocabulary;
    return "";
}

void stix_put_types(stix *x, stix_detail *d)
{
    const char *vocabulary = vocabulary_of(x);
    for (size_t i = 0; i < COUNT_OF(typed); i++)
        if (slice_eq(typed[i].type, x->type->name) &&
            json_get(x->object, slice_str(typed[i].property))) {
            stix_put_copy(d, "types", json_get(x->object, slice_str(typed[i].property)));
            return;
        }
    for (const json *l = stix_list(x->object, "labels"); l; l = l->next)
        if (stix_in(vocabulary, json_text(l)))
            stix_put_item(d, "types", json_text(l));
}

void stix_put_kill_chain(stix *x, stix_detail *d)
{
    for (const json *k = stix_list(x->object, "kill_chain_phases"); k; k = k->next) {
        slice chain = stix_text(k, "kill_chain_name"), phase = stix_text(k, "phase_name");
        slice both = arena_printf(x->a, "%.*s:%.*s", SLICE_FMT(chain), SLICE_FMT(phase));
        d->failed |= !both.ptr;
        if (both.ptr)
            stix_put_item(d, "kill_chain", both);
    }
}

/* Labels that are no types: tags of the source. */
static void put_labels(stix *x, stix_detail *d)
{
    const char *vocabulary = vocabulary_of(x);
    for (const json *l = stix_list(x->object, "labels"); l; l = l->next)
        if (!stix_in(vocabulary, json_text(l)) && !slice_eq(json_text(l), x->type->name))
            stix_put_item(d, "labels", json_text(l));
}

static bool fits(const stix_property *p, const json *v)
{
    switch (p->shape) {
    case SHAPE_TEXTS:
    case SHAPE_DICTS:
    case SHAPE_REFS: return v->type == JSON_ARRAY && v->count;
    case SHAPE_TEXT:
    case SHAPE_TIME:
    case SHAPE_REF: return v->type == JSON_STRING && v->text.len;
    case SHAPE_BOOL: return v->type == JSON_TRUE || v->type == JSON_FALSE;
    case SHAPE_INT:
    case SHAPE_NUMBER: return v->type == JSON_NUMBER;
    case SHAPE_DICT:
    case SHAPE_ANY:
    case SHAPE_COUNT_: break;
    }
    return false;
}

static status say_properties(stix *x, stix_detail *d, slice from)
{
    fact_claim c = stix_claim(x, PRED_PROPERTY);
    status st = stix_detail_end(d, &c.detail);
    return st == OK && c.detail.len ? stix_say(x, c, from, -1) : st;
}

/* One claim for all of an object's properties; one for each when parts of the object are marked
 * apart, so that what is marked stays with its marking. */
static status say_group(stix *x)
{
    stix_detail d = stix_detail_of(x);
    bool apart = x->granular_count > 0;
    status st = OK;
    for (size_t i = 0; i < x->type->count && st == OK; i++) {
        const stix_property *p = &x->type->property[i];
        const json *v = p->as ? json_get(x->object, p->name) : NULL;
        if (!v || !fits(p, v) || (x->v20 && slice_eq(slice_str(p->as), S("types"))))
            continue;
        stix_put_copy(&d, p->as, v);
        if (apart) {
            st = say_properties(x, &d, p->name);
            d = stix_detail_of(x);
        }
    }
    if (x->v20)
        stix_put_types(x, &d);
    put_labels(x, &d);
    if (apart && st == OK) {
        st = say_properties(x, &d, S("labels"));
        d = stix_detail_of(x);
    }
    if (x->type->kind != KIND_TECHNIQUE) /* there each phase is a claim */
        stix_put_kill_chain(x, &d);
    return st == OK ? say_properties(x, &d, apart ? S("kill_chain_phases") : S("type")) : st;
}

static status say_flag(stix *x, const char *property, slice detail_json)
{
    fact_claim c = stix_claim(x, PRED_PROPERTY);
    c.detail = detail_json;
    return stix_true(x->object, property) ? stix_say(x, c, slice_str(property), -1) : OK;
}

static status say_active(stix *x)
{
    fact_claim c = stix_claim(x, PRED_PROPERTY);
    c.first_seen = stix_when(x->object, "first_seen");
    c.last_seen = stix_when(x->object, "last_seen");
    c.detail = S("{\"name\":\"active\"}");
    if (c.first_seen == WHEN_NONE && c.last_seen == WHEN_NONE)
        return OK;
    return stix_say(x, c, S("first_seen last_seen"), -1);
}

static status say_thing(stix *x)
{
    status st;
    if ((st = say_names(x)) != OK || (st = say_texts(x)) != OK)
        return st;
    /* an indicator's qualifiers stand on its observables */
    if (x->type->kind != KIND_INDICATOR && (st = say_group(x)) != OK)
        return st;
    if ((st = say_active(x)) != OK)
        return st;
    if ((st = say_flag(x, "revoked", S("{\"revoked\":true}"))) != OK)
        return st;
    return say_flag(x, "x_mitre_deprecated", S("{\"deprecated\":true}"));
}

status stix_tell(stix *x)
{
    status st = OK;
    if (x->type->class == STIX_SDO || x->type->class == STIX_CUSTOM)
        st = say_thing(x);
    if (st == OK && x->type->class == STIX_SDO && !stix_true(x->object, "x_mitre_deprecated"))
        st = stix_tell_mentions(x, x->self, true);
    return st == OK && x->type->tell ? x->type->tell(x) : st;
}

status stix_say_refs(stix *x, const char *property, fact_claim c)
{
    long i = 0;
    for (const json *r = stix_list(x->object, property); r; r = r->next, i++) {
        status st = stix_ref(x, r, &c.object);
        if (st == OK && c.object.kind != KIND_NONE)
            st = stix_say(x, c, slice_str(property), i);
        if (st != OK)
            return st;
    }
    return OK;
}
