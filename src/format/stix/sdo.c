/* sdo.c - what single types of domain objects say besides: see stix.h. */
#include "format/stix/stix.h"
#include "model/name.h"

/* --- techniques ----------------------------------------------------------------------------- */

/* A tactic is known by the name that its kill chain gives it. */
static status say_phase(stix *x, const json *k, long index)
{
    fact_claim c = stix_claim(x, PRED_IN_TACTIC);
    slice phase = stix_text(k, "phase_name");
    node_ref name;
    bool ok;
    status st = stix_name_node(x, phase, &name, &ok);
    if (st != OK || !ok)
        return st;
    slice key = arena_printf(x->a, "name:%.*s", SLICE_FMT(name.text));
    stix_detail d = stix_detail_of(x);
    stix_put_text(&d, "kill_chain", stix_text(k, "kill_chain_name"));
    if ((st = stix_detail_end(&d, &c.detail)) != OK)
        return st;
    if (!key.ptr)
        return ARENA_SPENT(x->a, x->why);
    c.object = (node_ref){KIND_TACTIC, key};
    c.value = phase;
    return stix_say(x, c, S("kill_chain_phases"), index);
}

status stix_tell_technique(stix *x)
{
    status st = OK;
    long i = 0;
    for (const json *k = stix_list(x->object, "kill_chain_phases"); k && st == OK; k = k->next, i++)
        st = say_phase(x, k, i);
    return st;
}

/* --- malware -------------------------------------------------------------------------------- */

static bool is_file(kind k)
{
    return kind_is_hash(k);
}

/* A sample is an observable that shows the malware; one that is only an id here names nothing. */
status stix_tell_malware(stix *x)
{
    long i = 0;
    for (const json *r = stix_list(x->object, "sample_refs"); r; r = r->next, i++) {
        fact_claim c = stix_claim(x, PRED_INDICATES);
        c.object = x->self;
        c.detail = S("{\"basis\":\"sample\"}");
        status st = stix_ref(x, r, &c.subject);
        if (st == OK && is_file(c.subject.kind))
            st = stix_say(x, c, S("sample_refs"), i);
        if (st != OK)
            return st;
    }
    return OK;
}

status stix_tell_malware_analysis(stix *x)
{
    status st = stix_say_refs(x, "analysis_sco_refs", stix_claim(x, PRED_REFERS_TO));
    const json *sample = json_get(x->object, S("sample_ref"));
    if (st != OK || !sample)
        return st;
    fact_claim c = stix_claim(x, PRED_REFERS_TO);
    if ((st = stix_ref(x, sample, &c.object)) != OK ||
        (st = stix_say(x, c, S("sample_ref"), -1)) != OK)
        return st;
    if (!slice_eq(stix_text(x->object, "result"), S("malicious")) || !is_file(c.object.kind))
        return OK;
    /* the product found the file malicious: that is said of the file, of no family */
    fact_claim bad = stix_claim(x, PRED_INDICATES);
    bad.subject = c.object;
    stix_detail d = stix_detail_of(x);
    stix_put_text(&d, "basis", S("malware-analysis"));
    stix_put_copy(&d, "product", json_get(x->object, S("product")));
    stix_put_copy(&d, "result_name", json_get(x->object, S("result_name")));
    if ((st = stix_detail_end(&d, &bad.detail)) != OK)
        return st;
    bad.last_seen = stix_when(x->object, "analysis_ended");
    return stix_say(x, bad, S("sample_ref result"), -1);
}

/* --- words about other objects -------------------------------------------------------------- */

status stix_tell_about(stix *x)
{
    return stix_say_refs(x, "object_refs", stix_claim(x, PRED_REFERS_TO));
}

/* A CVE or a country is keyed by what it is; who refers to the object's id means the same. */
status stix_tell_same(stix *x)
{
    fact_claim c = stix_claim(x, PRED_SAME_AS);
    if (slice_eq(x->self.text, x->id))
        return OK;
    c.object = stix_id_node(x->id);
    return stix_say(x, c, S("name external_references country"), -1);
}

/* --- observed data -------------------------------------------------------------------------- */

/* 2.0, and deprecated in 2.1: the observables stand inside, under numbers. */
static status tell_embedded(stix *x, fact_claim c)
{
    for (size_t i = 0; i < x->local_count; i++) {
        const json *object = x->locals[i];
        const stix_type *type = stix_type_of(stix_text(object, "type"));
        err why = {0};
        if (type->class != STIX_SCO)
            continue;
        status st = stix_check(object, type, x->v20, true, &why);
        if (st != OK) {
            if ((st = stix_warn(x, "objects: %s", why.msg)) != OK)
                return st;
            continue;
        }
        if ((st = stix_node(x, object, type, &c.object)) != OK)
            return st;
        if (c.object.kind == KIND_NONE)
            continue;
        if ((st = stix_say(x, c, S("objects"), -1)) != OK ||
            (st = stix_tell_sco(x, object, type, c.object, S("objects"))) != OK)
            return st;
    }
    return OK;
}

status stix_tell_observed_data(stix *x)
{
    fact_claim c = stix_claim(x, PRED_REFERS_TO);
    int64_t count = 1;
    stix_detail d = stix_detail_of(x);
    if (stix_int(json_get(x->object, S("number_observed")), &count))
        stix_put_int(&d, "count", count);
    status st = stix_detail_end(&d, &c.detail);
    if (st != OK)
        return st;
    c.first_seen = stix_when(x->object, "first_observed");
    c.last_seen = stix_when(x->object, "last_observed");
    if ((st = stix_say_refs(x, "object_refs", c)) != OK || !x->locals)
        return st;
    return tell_embedded(x, c);
}

/* --- ATT&CK --------------------------------------------------------------------------------- */

status stix_tell_data_component(stix *x)
{
    fact_claim c = stix_claim(x, PRED_BELONGS_TO);
    const json *source = json_get(x->object, S("x_mitre_data_source_ref"));
    status st = stix_ref(x, source, &c.object); /* often "", which leads nowhere */
    return st == OK && c.object.kind != KIND_NONE ? stix_say(x, c, S("x_mitre_data_source_ref"), -1)
                                                  : st;
}

/* A strategy refers to its analytics, an analytic to the data components it reads. */
status stix_tell_detection(stix *x)
{
    status st = stix_say_refs(x, "x_mitre_analytic_refs", stix_claim(x, PRED_REFERS_TO));
    long i = 0;
    const json *r = stix_list(x->object, "x_mitre_log_source_references");
    for (; r && st == OK; r = r->next, i++) {
        fact_claim c = stix_claim(x, PRED_REFERS_TO);
        stix_detail d = stix_detail_of(x);
        stix_put_text(&d, "log_source", stix_text(r, "name"));
        stix_put_text(&d, "channel", stix_text(r, "channel"));
        if ((st = stix_detail_end(&d, &c.detail)) == OK)
            st = stix_ref(x, json_get(r, S("x_mitre_data_component_ref")), &c.object);
        if (st == OK && c.object.kind != KIND_NONE)
            st = stix_say(x, c, S("x_mitre_log_source_references"), i);
    }
    return st;
}

/* --- translations --------------------------------------------------------------------------- */

static status say_translation(stix *x, const json *words, node_ref of)
{
    fact_claim c = stix_claim(x, PRED_NAMED);
    slice name = stix_text(words, "name"), text = stix_text(words, "description");
    bool ok = false;
    status st = OK;
    c.subject = of;
    stix_detail d = stix_detail_of(x);
    stix_put_text(&d, "kind", S("alias"));
    stix_put_text(&d, "lang", words->key);
    if (name.len)
        st = stix_name_node(x, name, &c.object, &ok);
    if (st == OK)
        st = stix_detail_end(&d, &c.detail);
    c.value = name;
    if (st == OK && ok)
        st = stix_say(x, c, S("contents"), -1);
    if (st != OK || !text.len)
        return st;
    c = stix_claim(x, PRED_DESCRIBED);
    c.subject = of;
    c.value = text;
    d = stix_detail_of(x);
    stix_put_text(&d, "lang", words->key);
    if ((st = stix_detail_end(&d, &c.detail)) != OK)
        return st;
    return stix_say(x, c, S("contents"), -1);
}

status stix_tell_language(stix *x)
{
    node_ref of;
    size_t n = 0;
    const json **list = stix_sorted(x, json_get(x->object, S("contents")), &n);
    if (!list)
        return ARENA_SPENT(x->a, x->why);
    status st = stix_ref(x, json_get(x->object, S("object_ref")), &of);
    for (size_t i = 0; i < n && st == OK && of.kind != KIND_NONE; i++)
        st = say_translation(x, list[i], of);
    return st;
}
