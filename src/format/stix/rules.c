/* rules.c - what may and must stand together in one object: see types.h.
 * Each returns NULL, or why the object is refused. */
#include "format/stix/stix.h"
#include "format/stix_id.h"

static bool has(const json *object, slice name)
{
    return json_get(object, name) != NULL;
}

static bool refers_to(const json *object, slice property, const char *types)
{
    slice type;
    return stix_id_cut(json_text(json_get(object, property)), &type, NULL) && stix_in(types, type);
}

const char *stix_rule_location(const json *object, bool v20)
{
    (void)v20;
    bool latitude = has(object, S("latitude")), longitude = has(object, S("longitude"));
    if (latitude != longitude)
        return "latitude and longitude stand together";
    if (has(object, S("precision")) && !latitude)
        return "precision without latitude and longitude";
    if (!latitude && !has(object, S("region")) && !has(object, S("country")))
        return "a location needs region, country, or latitude and longitude";
    return NULL;
}

const char *stix_rule_malware(const json *object, bool v20)
{
    (void)v20;
    return json_is(json_get(object, S("is_family")), JSON_TRUE) && !has(object, S("name"))
               ? "a malware family needs a name"
               : NULL;
}

const char *stix_rule_malware_analysis(const json *object, bool v20)
{
    (void)v20;
    return has(object, S("result")) || has(object, S("analysis_sco_refs"))
               ? NULL
               : "a malware analysis needs result or analysis_sco_refs";
}

const char *stix_rule_observed_data(const json *object, bool v20)
{
    const json *refs = json_get(object, S("object_refs"));
    if (v20 && !has(object, S("objects")))
        return "objects is missing";
    if (has(object, S("objects")) == (refs != NULL))
        return "observed data has one of objects and object_refs";
    for (const json *r = refs ? refs->first : NULL; r; r = r->next) {
        slice type;
        if (stix_id_cut(r->text, &type, NULL) && stix_type_of(type)->class == STIX_SDO)
            return "object_refs leads to something that cannot be observed";
    }
    return NULL;
}

const char *stix_rule_relationship(const json *object, bool v20)
{
    static const char no[] = "bundle marking-definition sighting relationship language-content "
                             "extension-definition";
    slice type = json_text(json_get(object, S("relationship_type")));
    (void)v20;
    for (size_t i = 0; i < type.len; i++)
        if (!(type.ptr[i] >= 'a' && type.ptr[i] <= 'z') && !is_digit(type.ptr[i]) &&
            type.ptr[i] != '-')
            return "relationship_type is lower-case letters, digits and hyphens";
    if (!type.len)
        return "relationship_type is empty";
    if (refers_to(object, S("source_ref"), no) || refers_to(object, S("target_ref"), no))
        return "a relationship between things that have none";
    return NULL;
}

const char *stix_rule_sighting(const json *object, bool v20)
{
    (void)v20;
    slice type;
    bool ok = stix_id_cut(json_text(json_get(object, S("sighting_of_ref"))), &type, NULL);
    stix_class class = ok ? stix_type_of(type)->class : STIX_META;
    return class == STIX_SDO || class == STIX_CUSTOM ? NULL
                                                     : "sighting_of_ref leads to no domain object";
}

static bool marks_itself(const json *object)
{
    slice id = json_text(json_get(object, S("id")));
    const json *refs = json_get(object, S("object_marking_refs"));
    const json *granular = json_get(object, S("granular_markings"));
    for (const json *r = refs ? refs->first : NULL; r; r = r->next)
        if (slice_eq(r->text, id))
            return true;
    for (const json *g = granular ? granular->first : NULL; g; g = g->next)
        if (slice_eq(json_text(json_get(g, S("marking_ref"))), id))
            return true;
    return false;
}

/* Section 7.2.1.4: no TLP marking but the ones listed there. */
const char *stix_rule_marking(const json *object, bool v20)
{
    (void)v20;
    const json *type = json_get(object, S("definition_type"));
    const json *definition = json_get(object, S("definition"));
    marking known;
    tlp said;
    if (!type != !definition)
        return "definition_type and definition stand together";
    if (!type && !has(object, S("extensions")))
        return "a marking needs definition_type and definition, or an extension";
    if (marks_itself(object))
        return "a marking that marks itself";
    if (!slice_eq(json_text(type), S("tlp")))
        return NULL;
    if (!stix_known_marking(json_text(json_get(object, S("id"))), &known) ||
        tlp_parse(json_text(json_get(definition, S("tlp"))), &said) != OK || said != known.tlp)
        return "no TLP marking of the standard";
    return NULL;
}

const char *stix_rule_artifact(const json *object, bool v20)
{
    (void)v20;
    bool url = has(object, S("url"));
    if (url == has(object, S("payload_bin")))
        return "an artifact has one of payload_bin and url";
    return url && !has(object, S("hashes")) ? "an artifact with a url needs hashes" : NULL;
}

const char *stix_rule_email_message(const json *object, bool v20)
{
    (void)v20;
    bool parts = json_is(json_get(object, S("is_multipart")), JSON_TRUE);
    if (parts && has(object, S("body")))
        return "body in a message of several parts";
    return !parts && has(object, S("body_multipart")) ? "body_multipart in a message of one part"
                                                      : NULL;
}

const char *stix_rule_file(const json *object, bool v20)
{
    (void)v20;
    return has(object, S("hashes")) || has(object, S("name")) ? NULL
                                                              : "a file needs hashes or a name";
}

const char *stix_rule_network_traffic(const json *object, bool v20)
{
    (void)v20;
    return has(object, S("src_ref")) || has(object, S("dst_ref"))
               ? NULL
               : "network traffic needs src_ref or dst_ref";
}

const char *stix_rule_software(const json *object, bool v20)
{
    (void)v20;
    const json *cpe = json_get(object, S("cpe"));
    return cpe && !slice_starts(json_text(cpe), S("cpe:2.3:")) ? "cpe is no CPE 2.3 name" : NULL;
}

const char *stix_rule_extension(const json *object, bool v20)
{
    (void)v20;
    for (const json *t = stix_list(object, "extension_types"); t; t = t->next)
        if (!stix_in(STIX_EXTENSION_TYPES, t->text))
            return "an extension_type that does not exist";
    return NULL;
}

const char *stix_rule_any_property(const json *object, bool v20)
{
    (void)v20;
    for (const json *v = object->first; v; v = v->next)
        if (!stix_common(v->key) || slice_eq(v->key, S("extensions")))
            return NULL;
    return "nothing is said about the object";
}
