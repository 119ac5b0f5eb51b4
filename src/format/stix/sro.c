/* sro.c - relationships and sightings: see stix.h. */
#include "format/stix/stix.h"

/* Relationship types with a predicate of their own; `same` is false where the predicate says less
 * than the type, which is then kept in the qualifiers. Every other type is PRED_OTHER. */
static const struct {
    slice type;
    predicate predicate;
    bool same;
} types[] = {
    {S_INIT("uses"), PRED_USES, true},
    {S_INIT("indicates"), PRED_INDICATES, true},
    {S_INIT("mitigates"), PRED_MITIGATES, true},
    {S_INIT("detects"), PRED_DETECTS, true},
    {S_INIT("subtechnique-of"), PRED_SUBTECHNIQUE_OF, true},
    {S_INIT("targets"), PRED_TARGETS, true},
    {S_INIT("attributed-to"), PRED_ATTRIBUTED_TO, true},
    {S_INIT("revoked-by"), PRED_REVOKED_BY, true},
    {S_INIT("exploits"), PRED_EXPLOITS, true},
    {S_INIT("originates-from"), PRED_ORIGINATES_FROM, true},
    {S_INIT("located-at"), PRED_LOCATED_AT, true},
    {S_INIT("authored-by"), PRED_AUTHORED_BY, true},
    {S_INIT("variant-of"), PRED_VARIANT_OF, true},
    {S_INIT("resolves-to"), PRED_RESOLVES_TO, true},
    {S_INIT("communicates-with"), PRED_COMMUNICATES_WITH, true},
    {S_INIT("beacons-to"), PRED_COMMUNICATES_WITH, false},
    {S_INIT("exfiltrates-to"), PRED_COMMUNICATES_WITH, false},
    {S_INIT("belongs-to"), PRED_BELONGS_TO, true},
    {S_INIT("hosts"), PRED_HOSTS, true},
    {S_INIT("drops"), PRED_DROPS, true},
    {S_INIT("downloads"), PRED_DOWNLOADS, true},
    {S_INIT("delivers"), PRED_DELIVERS, true},
    {S_INIT("controls"), PRED_CONTROLS, true},
    {S_INIT("compromises"), PRED_COMPROMISES, true},
    {S_INIT("consists-of"), PRED_CONSISTS_OF, true},
    {S_INIT("related-to"), PRED_RELATED_TO, true},
    {S_INIT("similar-to"), PRED_SIMILAR_TO, true},
    {S_INIT("similar"), PRED_SIMILAR_TO, true},
    {S_INIT("derived-from"), PRED_DERIVED_FROM, true},
    {S_INIT("duplicate-of"), PRED_DUPLICATE_OF, true},
    {S_INIT("impersonates"), PRED_IMPERSONATES, true},
    {S_INIT("based-on"), PRED_BASED_ON, true},
    {S_INIT("remediates"), PRED_MITIGATES, false},
    {S_INIT("characterizes"), PRED_REFERS_TO, false},
    {S_INIT("av-analysis-of"), PRED_REFERS_TO, false},
    {S_INIT("analysis-of"), PRED_REFERS_TO, false},
    {S_INIT("static-analysis-of"), PRED_REFERS_TO, false},
    {S_INIT("dynamic-analysis-of"), PRED_REFERS_TO, false},
};

static predicate predicate_of(slice type, bool *ret_same)
{
    for (size_t i = 0; i < COUNT_OF(types); i++)
        if (slice_eq(type, types[i].type)) {
            *ret_same = types[i].same;
            return types[i].predicate;
        }
    *ret_same = false;
    return PRED_OTHER;
}

/* The relation and its description in one claim; in two when the description is marked apart, so
 * that who may not read it still sees the relation. */
static status say_relation(stix *x, fact_claim c)
{
    static const slice relation = S_INIT("source_ref target_ref relationship_type");
    slice text = stix_text(x->object, "description");
    bool a, b;
    marking whole = stix_marking_of(x, relation, -1, &a);
    marking words = stix_marking_of(x, S("description"), -1, &b);
    if (!text.len || (a == b && marking_eq(whole, words))) {
        c.value = text;
        return stix_say(x, c, relation, -1);
    }
    status st = stix_say(x, c, relation, -1);
    c.value = text;
    return st == OK ? stix_say(x, c, S("source_ref target_ref relationship_type description"), -1)
                    : st;
}

status stix_tell_relationship(stix *x)
{
    bool same;
    slice type = stix_text(x->object, "relationship_type");
    fact_claim c = stix_claim(x, predicate_of(type, &same));
    if (x->revoked || stix_true(x->object, "x_mitre_deprecated"))
        return OK; /* it is no longer said; the record tells so */
    status st = stix_ref(x, json_get(x->object, S("source_ref")), &c.subject);
    if (st == OK)
        st = stix_ref(x, json_get(x->object, S("target_ref")), &c.object);
    if (st != OK)
        return st;
    stix_detail d = stix_detail_of(x);
    stix_put_text(&d, "id", x->id);
    stix_put_text(&d, "relation", same ? S("") : type);
    if ((st = stix_detail_end(&d, &c.detail)) != OK)
        return st;
    c.first_seen = stix_when(x->object, "start_time");
    c.last_seen = stix_when(x->object, "stop_time");
    c.origins = x->origins;
    c.origin_count = x->origin_count;
    st = say_relation(x, c);
    /* who acts is the source of the relation: the procedure is its own */
    return st == OK ? stix_tell_mentions(x, c.subject, false) : st;
}

status stix_tell_sighting(stix *x)
{
    static const slice from = S_INIT("sighting_of_ref where_sighted_refs count");
    fact_claim c = stix_claim(x, PRED_SIGHTED);
    int64_t count;
    if (x->revoked)
        return OK;
    status st = stix_ref(x, json_get(x->object, S("sighting_of_ref")), &c.subject);
    if (st != OK)
        return st;
    stix_detail d = stix_detail_of(x);
    stix_put_text(&d, "id", x->id);
    if (stix_int(json_get(x->object, S("count")), &count))
        stix_put_int(&d, "count", count);
    stix_put_copy(&d, "observed_data", json_get(x->object, S("observed_data_refs")));
    if (stix_true(x->object, "summary"))
        stix_put_true(&d, "summary");
    if ((st = stix_detail_end(&d, &c.detail)) != OK)
        return st;
    c.value = stix_text(x->object, "description");
    c.first_seen = stix_when(x->object, "first_seen");
    c.last_seen = stix_when(x->object, "last_seen");
    c.origins = x->origins;
    c.origin_count = x->origin_count;
    if (!stix_list(x->object, "where_sighted_refs"))
        return stix_say(x, c, from, -1);
    return stix_say_refs(x, "where_sighted_refs", c);
}
