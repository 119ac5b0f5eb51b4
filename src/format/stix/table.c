/* table.c - the types of STIX and their properties: see types.h. */
#include "format/stix/stix.h"

#define P(name_, shape_, need_, to_, as_)                                                          \
    {                                                                                              \
        S_INIT(name_), SHAPE_##shape_, need_, to_, as_                                             \
    }
/* a property that is checked, and one that is also said */
#define CHECKED(name_, shape_) P(name_, shape_, 0, NULL, NULL)
#define SAID(name_, shape_, as_) P(name_, shape_, 0, NULL, as_)
#define NEEDED(name_, shape_) P(name_, shape_, STIX_R, NULL, NULL)
#define TO(name_, shape_, to_) P(name_, shape_, 0, to_, NULL)

#define DESCRIPTION CHECKED("description", TEXT)
#define NAME NEEDED("name", TEXT)
#define ALIASES CHECKED("aliases", TEXTS)
#define KILL_CHAIN CHECKED("kill_chain_phases", DICTS)
#define SEEN CHECKED("first_seen", TIME), CHECKED("last_seen", TIME)

/* clang-format off */
static const stix_property common[] = {
    NEEDED("type", TEXT), CHECKED("id", TEXT), CHECKED("spec_version", TEXT),
    CHECKED("created_by_ref", REF), CHECKED("created", TIME), CHECKED("modified", TIME),
    CHECKED("revoked", BOOL), CHECKED("labels", TEXTS), CHECKED("confidence", INT),
    CHECKED("lang", TEXT), CHECKED("external_references", DICTS),
    TO("object_marking_refs", REFS, "marking-definition"),
    CHECKED("granular_markings", DICTS), CHECKED("defanged", BOOL), CHECKED("extensions", DICT),
};

static const stix_property attack_pattern[] = {
    NAME, DESCRIPTION, ALIASES, KILL_CHAIN,
    SAID("x_mitre_platforms", TEXTS, "platforms"), SAID("x_mitre_domains", TEXTS, "domains"),
    SAID("x_mitre_data_sources", TEXTS, "data_sources"),
    SAID("x_mitre_permissions_required", TEXTS, "permissions"),
    SAID("x_mitre_impact_type", TEXTS, "impact"),
    SAID("x_capec_typical_severity", TEXT, "severity"),
    SAID("x_capec_likelihood_of_attack", TEXT, "likelihood"),
};
static const stix_property campaign[] = {
    NAME, DESCRIPTION, ALIASES, SEEN, SAID("objective", TEXT, "objective"),
};
static const stix_property course_of_action[] = {
    NAME, DESCRIPTION, SAID("x_mitre_domains", TEXTS, "domains"),
};
static const stix_property grouping[] = {
    P("context", TEXT, STIX_R, NULL, "context"), NEEDED("object_refs", REFS),
    CHECKED("name", TEXT), DESCRIPTION,
};
static const stix_property identity[] = {
    NAME, DESCRIPTION, SAID("identity_class", TEXT, "class"), SAID("roles", TEXTS, "roles"),
    SAID("sectors", TEXTS, "sectors"), SAID("contact_information", TEXT, "contact"),
};
static const stix_property incident[] = {NAME, DESCRIPTION};
static const stix_property indicator[] = {
    CHECKED("name", TEXT), DESCRIPTION, CHECKED("indicator_types", TEXTS),
    NEEDED("pattern", TEXT), P("pattern_type", TEXT, STIX_R21, NULL, NULL),
    CHECKED("pattern_version", TEXT), NEEDED("valid_from", TIME), CHECKED("valid_until", TIME),
    KILL_CHAIN,
};
static const stix_property infrastructure[] = {
    NAME, DESCRIPTION, ALIASES, SEEN, KILL_CHAIN, SAID("infrastructure_types", TEXTS, "types"),
};
static const stix_property intrusion_set[] = {
    NAME, DESCRIPTION, ALIASES, SEEN, SAID("goals", TEXTS, "goals"),
    SAID("resource_level", TEXT, "resource_level"),
    SAID("primary_motivation", TEXT, "motivation"),
    SAID("secondary_motivations", TEXTS, "secondary_motivations"),
    SAID("x_mitre_domains", TEXTS, "domains"),
};
static const stix_property location[] = {
    CHECKED("name", TEXT), DESCRIPTION, SAID("region", TEXT, "region"),
    SAID("country", TEXT, "country"), SAID("administrative_area", TEXT, "administrative_area"),
    SAID("city", TEXT, "city"), SAID("street_address", TEXT, "street_address"),
    SAID("postal_code", TEXT, "postal_code"), SAID("latitude", NUMBER, "latitude"),
    SAID("longitude", NUMBER, "longitude"), SAID("precision", NUMBER, "precision"),
};
static const stix_property malware[] = {
    CHECKED("name", TEXT), DESCRIPTION, ALIASES, SEEN, KILL_CHAIN,
    P("is_family", BOOL, STIX_R21, NULL, "is_family"), SAID("malware_types", TEXTS, "types"),
    TO("operating_system_refs", REFS, "software"),
    SAID("architecture_execution_envs", TEXTS, "architectures"),
    SAID("implementation_languages", TEXTS, "languages"),
    SAID("capabilities", TEXTS, "capabilities"), TO("sample_refs", REFS, "artifact file"),
    SAID("x_mitre_platforms", TEXTS, "platforms"), SAID("x_mitre_domains", TEXTS, "domains"),
    CHECKED("x_mitre_aliases", TEXTS),
};
static const stix_property malware_analysis[] = {
    P("product", TEXT, STIX_R, NULL, "product"), SAID("version", TEXT, "version"),
    TO("host_vm_ref", REF, "software"), TO("operating_system_ref", REF, "software"),
    TO("installed_software_refs", REFS, "software"), CHECKED("configuration_version", TEXT),
    CHECKED("modules", TEXTS), CHECKED("analysis_engine_version", TEXT),
    CHECKED("analysis_definition_version", TEXT), CHECKED("submitted", TIME),
    CHECKED("analysis_started", TIME), CHECKED("analysis_ended", TIME),
    SAID("result_name", TEXT, "result_name"), SAID("result", TEXT, "result"),
    CHECKED("analysis_sco_refs", REFS),
    TO("sample_ref", REF, "file artifact network-traffic"),
};
static const stix_property note[] = {
    SAID("abstract", TEXT, "abstract"), NEEDED("content", TEXT), SAID("authors", TEXTS, "authors"),
    NEEDED("object_refs", REFS),
};
static const stix_property observed_data[] = {
    NEEDED("first_observed", TIME), NEEDED("last_observed", TIME),
    NEEDED("number_observed", INT), CHECKED("objects", DICT), CHECKED("object_refs", REFS),
};
static const stix_property opinion[] = {
    P("opinion", TEXT, STIX_R, NULL, "opinion"), CHECKED("explanation", TEXT),
    SAID("authors", TEXTS, "authors"), NEEDED("object_refs", REFS),
};
static const stix_property report[] = {
    NAME, DESCRIPTION, SAID("report_types", TEXTS, "types"),
    P("published", TIME, STIX_R, NULL, "published"), NEEDED("object_refs", REFS),
};
static const stix_property threat_actor[] = {
    NAME, DESCRIPTION, ALIASES, SEEN, SAID("threat_actor_types", TEXTS, "types"),
    SAID("roles", TEXTS, "roles"), SAID("goals", TEXTS, "goals"),
    SAID("sophistication", TEXT, "sophistication"),
    SAID("resource_level", TEXT, "resource_level"),
    SAID("primary_motivation", TEXT, "motivation"),
    SAID("secondary_motivations", TEXTS, "secondary_motivations"),
    SAID("personal_motivations", TEXTS, "personal_motivations"),
};
static const stix_property tool[] = {
    NAME, DESCRIPTION, ALIASES, KILL_CHAIN, SAID("tool_types", TEXTS, "types"),
    SAID("tool_version", TEXT, "version"), SAID("x_mitre_platforms", TEXTS, "platforms"),
    SAID("x_mitre_domains", TEXTS, "domains"), CHECKED("x_mitre_aliases", TEXTS),
};
static const stix_property vulnerability[] = {NAME, DESCRIPTION};

static const stix_property x_mitre_tactic[] = {
    CHECKED("name", TEXT), DESCRIPTION, CHECKED("x_mitre_shortname", TEXT),
    SAID("x_mitre_domains", TEXTS, "domains"),
};
static const stix_property x_mitre_data_source[] = {
    CHECKED("name", TEXT), DESCRIPTION, SAID("x_mitre_platforms", TEXTS, "platforms"),
    SAID("x_mitre_collection_layers", TEXTS, "collection_layers"),
};
static const stix_property x_mitre_data_component[] = {
    CHECKED("name", TEXT), DESCRIPTION, SAID("x_mitre_log_sources", DICTS, "log_sources"),
};
static const stix_property x_mitre_detection_strategy[] = {CHECKED("name", TEXT), DESCRIPTION};
static const stix_property x_mitre_analytic[] = {
    CHECKED("name", TEXT), DESCRIPTION, SAID("x_mitre_platforms", TEXTS, "platforms"),
};
static const stix_property x_mitre_asset[] = {
    CHECKED("name", TEXT), DESCRIPTION, SAID("x_mitre_platforms", TEXTS, "platforms"),
    SAID("x_mitre_sectors", TEXTS, "sectors"),
};

static const stix_property relationship[] = {
    NEEDED("relationship_type", TEXT), DESCRIPTION, NEEDED("source_ref", REF),
    NEEDED("target_ref", REF), CHECKED("start_time", TIME), CHECKED("stop_time", TIME),
};
static const stix_property sighting[] = {
    DESCRIPTION, SEEN, CHECKED("count", INT), NEEDED("sighting_of_ref", REF),
    TO("observed_data_refs", REFS, "observed-data"),
    TO("where_sighted_refs", REFS, "identity location"), CHECKED("summary", BOOL),
};
static const stix_property marking_definition[] = {
    CHECKED("name", TEXT), CHECKED("definition_type", TEXT), CHECKED("definition", DICT),
};
static const stix_property language_content[] = {
    NEEDED("object_ref", REF), CHECKED("object_modified", TIME), NEEDED("contents", DICT),
};
static const stix_property extension_definition[] = {
    NAME, DESCRIPTION, NEEDED("schema", TEXT), NEEDED("version", TEXT),
    NEEDED("extension_types", TEXTS), CHECKED("extension_properties", TEXTS),
    NEEDED("created_by_ref", REF),
};

static const stix_property artifact[] = {
    CHECKED("payload_bin", TEXT), CHECKED("url", TEXT), CHECKED("hashes", DICT),
    SAID("mime_type", TEXT, "mime_type"), CHECKED("encryption_algorithm", TEXT),
    CHECKED("decryption_key", TEXT),
};
static const stix_property autonomous_system[] = {
    NEEDED("number", INT), SAID("name", TEXT, "as_name"), SAID("rir", TEXT, "rir"),
};
static const stix_property directory[] = {
    NEEDED("path", TEXT), CHECKED("path_enc", TEXT), CHECKED("ctime", TIME),
    CHECKED("mtime", TIME), CHECKED("atime", TIME), TO("contains_refs", REFS, "file directory"),
};
static const stix_property domain_name[] = {
    NEEDED("value", TEXT), TO("resolves_to_refs", REFS, "ipv4-addr ipv6-addr domain-name"),
};
static const stix_property email_addr[] = {
    NEEDED("value", TEXT), SAID("display_name", TEXT, "display_name"),
    TO("belongs_to_ref", REF, "user-account"),
};
static const stix_property email_message[] = {
    NEEDED("is_multipart", BOOL), SAID("date", TIME, "date"), CHECKED("content_type", TEXT),
    TO("from_ref", REF, "email-addr"), TO("sender_ref", REF, "email-addr"),
    TO("to_refs", REFS, "email-addr"), TO("cc_refs", REFS, "email-addr"),
    TO("bcc_refs", REFS, "email-addr"), CHECKED("message_id", TEXT), CHECKED("subject", TEXT),
    CHECKED("received_lines", TEXTS), CHECKED("additional_header_fields", DICT),
    CHECKED("body", TEXT), CHECKED("body_multipart", DICTS),
    TO("raw_email_ref", REF, "artifact"),
};
static const stix_property file[] = {
    CHECKED("hashes", DICT), SAID("size", INT, "size"), CHECKED("name", TEXT),
    CHECKED("name_enc", TEXT), SAID("magic_number_hex", TEXT, "magic"),
    SAID("mime_type", TEXT, "mime_type"), CHECKED("ctime", TIME), CHECKED("mtime", TIME),
    CHECKED("atime", TIME), TO("parent_directory_ref", REF, "directory"),
    CHECKED("contains_refs", REFS), TO("content_ref", REF, "artifact"),
};
static const stix_property ip_addr[] = {
    NEEDED("value", TEXT), TO("resolves_to_refs", REFS, "mac-addr"),
    TO("belongs_to_refs", REFS, "autonomous-system"),
};
static const stix_property only_value[] = {NEEDED("value", TEXT)};
static const stix_property mutex[] = {NEEDED("name", TEXT)};
static const stix_property network_traffic[] = {
    NEEDED("protocols", TEXTS), CHECKED("start", TIME), CHECKED("end", TIME),
    CHECKED("is_active", BOOL),
    TO("src_ref", REF, "ipv4-addr ipv6-addr mac-addr domain-name"),
    TO("dst_ref", REF, "ipv4-addr ipv6-addr mac-addr domain-name"),
    CHECKED("src_port", INT), CHECKED("dst_port", INT), CHECKED("src_byte_count", INT),
    CHECKED("dst_byte_count", INT), CHECKED("src_packets", INT), CHECKED("dst_packets", INT),
    CHECKED("ipfix", DICT), TO("src_payload_ref", REF, "artifact"),
    TO("dst_payload_ref", REF, "artifact"), TO("encapsulates_refs", REFS, "network-traffic"),
    TO("encapsulated_by_ref", REF, "network-traffic"),
};
static const stix_property process[] = {
    CHECKED("is_hidden", BOOL), CHECKED("pid", INT), CHECKED("created_time", TIME),
    SAID("cwd", TEXT, "cwd"), CHECKED("command_line", TEXT), CHECKED("name", TEXT),
    CHECKED("environment_variables", DICT), CHECKED("opened_connection_refs", REFS),
    TO("creator_user_ref", REF, "user-account"), TO("image_ref", REF, "file"),
    TO("binary_ref", REF, "file"), TO("parent_ref", REF, "process"),
    TO("child_refs", REFS, "process"),
};
static const stix_property software[] = {
    NEEDED("name", TEXT), SAID("cpe", TEXT, "cpe"), SAID("swid", TEXT, "swid"),
    CHECKED("languages", TEXTS), SAID("vendor", TEXT, "vendor"), SAID("version", TEXT, "version"),
};
static const stix_property user_account[] = {
    CHECKED("user_id", TEXT), CHECKED("credential", TEXT), CHECKED("account_login", TEXT),
    SAID("account_type", TEXT, "account_type"), SAID("display_name", TEXT, "display_name"),
    CHECKED("is_service_account", BOOL), SAID("is_privileged", BOOL, "is_privileged"),
    CHECKED("can_escalate_privs", BOOL), SAID("is_disabled", BOOL, "is_disabled"),
    CHECKED("account_created", TIME), CHECKED("account_expires", TIME),
    CHECKED("credential_last_changed", TIME), CHECKED("account_first_login", TIME),
    CHECKED("account_last_login", TIME),
};
static const stix_property windows_registry_key[] = {
    CHECKED("key", TEXT), SAID("values", DICTS, "values"), CHECKED("modified_time", TIME),
    TO("creator_user_ref", REF, "user-account"), CHECKED("number_of_subkeys", INT),
};
static const stix_property x509_certificate[] = {
    CHECKED("is_self_signed", BOOL), CHECKED("hashes", DICT), CHECKED("version", TEXT),
    CHECKED("serial_number", TEXT), CHECKED("signature_algorithm", TEXT),
    SAID("issuer", TEXT, "issuer"), SAID("validity_not_before", TIME, "not_before"),
    SAID("validity_not_after", TIME, "not_after"), SAID("subject", TEXT, "subject"),
    CHECKED("subject_public_key_algorithm", TEXT), CHECKED("subject_public_key_modulus", TEXT),
    CHECKED("subject_public_key_exponent", INT), CHECKED("x509_v3_extensions", DICT),
};

#define WITH(list) .property = list, .count = COUNT_OF(list)

static const stix_type types[] = {
    {S_INIT("attack-pattern"), STIX_SDO, KIND_TECHNIQUE, WITH(attack_pattern),
     .tell = stix_tell_technique},
    {S_INIT("campaign"), STIX_SDO, KIND_CAMPAIGN, WITH(campaign)},
    {S_INIT("course-of-action"), STIX_SDO, KIND_MITIGATION, WITH(course_of_action)},
    {S_INIT("grouping"), STIX_SDO, KIND_NOTE, .title = true, WITH(grouping),
     .tell = stix_tell_about},
    {S_INIT("identity"), STIX_SDO, KIND_ORGANISATION, .own_node = true, WITH(identity)},
    {S_INIT("incident"), STIX_SDO, KIND_INCIDENT, WITH(incident)},
    {S_INIT("indicator"), STIX_SDO, KIND_INDICATOR, .title = true, WITH(indicator),
     .tell = stix_tell_indicator},
    {S_INIT("infrastructure"), STIX_SDO, KIND_INFRASTRUCTURE, WITH(infrastructure)},
    {S_INIT("intrusion-set"), STIX_SDO, KIND_ACTOR, WITH(intrusion_set)},
    {S_INIT("location"), STIX_SDO, KIND_LOCATION, .own_node = true, WITH(location),
     .rule = stix_rule_location, .tell = stix_tell_same},
    {S_INIT("malware"), STIX_SDO, KIND_MALWARE, WITH(malware), .rule = stix_rule_malware,
     .tell = stix_tell_malware},
    {S_INIT("malware-analysis"), STIX_SDO, KIND_REPORT, .title = true, WITH(malware_analysis),
     .rule = stix_rule_malware_analysis, .tell = stix_tell_malware_analysis},
    {S_INIT("note"), STIX_SDO, KIND_NOTE, .title = true, WITH(note), .tell = stix_tell_about},
    {S_INIT("observed-data"), STIX_SDO, KIND_OBSERVED_DATA, WITH(observed_data),
     .rule = stix_rule_observed_data, .tell = stix_tell_observed_data},
    {S_INIT("opinion"), STIX_SDO, KIND_NOTE, WITH(opinion), .tell = stix_tell_about},
    {S_INIT("report"), STIX_SDO, KIND_REPORT, .title = true, WITH(report),
     .tell = stix_tell_about},
    {S_INIT("threat-actor"), STIX_SDO, KIND_ACTOR, WITH(threat_actor)},
    {S_INIT("tool"), STIX_SDO, KIND_TOOL, WITH(tool)},
    {S_INIT("vulnerability"), STIX_SDO, KIND_VULNERABILITY, .own_node = true, WITH(vulnerability),
     .tell = stix_tell_same},
    {S_INIT("x-mitre-tactic"), STIX_SDO, KIND_TACTIC, WITH(x_mitre_tactic)},
    {S_INIT("x-mitre-data-source"), STIX_SDO, KIND_DATA_SOURCE, WITH(x_mitre_data_source)},
    {S_INIT("x-mitre-data-component"), STIX_SDO, KIND_DATA_SOURCE, WITH(x_mitre_data_component),
     .tell = stix_tell_data_component},
    {S_INIT("x-mitre-detection-strategy"), STIX_SDO, KIND_DETECTION_RULE, .title = true,
     WITH(x_mitre_detection_strategy), .tell = stix_tell_detection},
    {S_INIT("x-mitre-analytic"), STIX_SDO, KIND_DETECTION_RULE, .title = true,
     WITH(x_mitre_analytic), .tell = stix_tell_detection},
    {S_INIT("x-mitre-asset"), STIX_SDO, KIND_OTHER, WITH(x_mitre_asset)},
    /* how ATT&CK is arranged for readers: nothing to say about threats */
    {S_INIT("x-mitre-matrix"), STIX_META, KIND_OTHER},
    {S_INIT("x-mitre-collection"), STIX_META, KIND_OTHER},
    {S_INIT("relationship"), STIX_SRO, KIND_OTHER, WITH(relationship),
     .rule = stix_rule_relationship, .tell = stix_tell_relationship},
    {S_INIT("sighting"), STIX_SRO, KIND_OTHER, WITH(sighting), .rule = stix_rule_sighting,
     .tell = stix_tell_sighting},
    {S_INIT("marking-definition"), STIX_META, KIND_OTHER, WITH(marking_definition),
     .rule = stix_rule_marking},
    {S_INIT("language-content"), STIX_META, KIND_OTHER, WITH(language_content),
     .tell = stix_tell_language},
    {S_INIT("extension-definition"), STIX_META, KIND_OTHER, WITH(extension_definition),
     .rule = stix_rule_extension},
    {S_INIT("artifact"), STIX_SCO, KIND_NONE, .own_node = true, WITH(artifact),
     .rule = stix_rule_artifact, .tell = stix_tell_observable},
    {S_INIT("autonomous-system"), STIX_SCO, KIND_ASN, .own_node = true, WITH(autonomous_system),
     .tell = stix_tell_observable},
    {S_INIT("directory"), STIX_SCO, KIND_PATH, .own_node = true, WITH(directory),
     .tell = stix_tell_observable},
    {S_INIT("domain-name"), STIX_SCO, KIND_DOMAIN, .own_node = true, WITH(domain_name),
     .tell = stix_tell_observable},
    {S_INIT("email-addr"), STIX_SCO, KIND_EMAIL, .own_node = true, WITH(email_addr),
     .tell = stix_tell_observable},
    {S_INIT("email-message"), STIX_SCO, KIND_EMAIL_SUBJECT, .own_node = true, WITH(email_message),
     .rule = stix_rule_email_message, .tell = stix_tell_observable},
    {S_INIT("file"), STIX_SCO, KIND_NONE, .own_node = true, WITH(file), .rule = stix_rule_file,
     .tell = stix_tell_observable},
    {S_INIT("ipv4-addr"), STIX_SCO, KIND_IPV4, .own_node = true, WITH(ip_addr),
     .tell = stix_tell_observable},
    {S_INIT("ipv6-addr"), STIX_SCO, KIND_IPV6, .own_node = true, WITH(ip_addr),
     .tell = stix_tell_observable},
    {S_INIT("mac-addr"), STIX_SCO, KIND_MAC, .own_node = true, WITH(only_value),
     .tell = stix_tell_observable},
    {S_INIT("mutex"), STIX_SCO, KIND_MUTEX, .own_node = true, WITH(mutex),
     .tell = stix_tell_observable},
    {S_INIT("network-traffic"), STIX_SCO, KIND_NONE, .own_node = true, WITH(network_traffic),
     .rule = stix_rule_network_traffic, .tell = stix_tell_observable},
    {S_INIT("process"), STIX_SCO, KIND_COMMAND_LINE, .own_node = true, WITH(process),
     .rule = stix_rule_any_property, .tell = stix_tell_observable},
    {S_INIT("software"), STIX_SCO, KIND_PRODUCT, .own_node = true, WITH(software),
     .rule = stix_rule_software, .tell = stix_tell_observable},
    {S_INIT("url"), STIX_SCO, KIND_URL, .own_node = true, WITH(only_value),
     .tell = stix_tell_observable},
    {S_INIT("user-account"), STIX_SCO, KIND_ACCOUNT, .own_node = true, WITH(user_account),
     .rule = stix_rule_any_property, .tell = stix_tell_observable},
    {S_INIT("windows-registry-key"), STIX_SCO, KIND_REGISTRY_KEY, .own_node = true,
     WITH(windows_registry_key), .rule = stix_rule_any_property, .tell = stix_tell_observable},
    {S_INIT("x509-certificate"), STIX_SCO, KIND_NONE, .own_node = true, WITH(x509_certificate),
     .rule = stix_rule_any_property, .tell = stix_tell_observable},
    /* the last row: every other type */
    {S_INIT(""), STIX_CUSTOM, KIND_OTHER},
};
/* clang-format on */
_Static_assert(COUNT_OF(types) <= STIX_TYPES_MAX, "more types than numbers for them");

const stix_type *stix_type_of(slice name)
{
    size_t i = 0;
    while (i + 1 < COUNT_OF(types) && !slice_eq(name, types[i].name))
        i++;
    return &types[i];
}

uint16_t stix_type_number(const stix_type *t)
{
    return (uint16_t)(t - types);
}

const stix_property *stix_common(slice name)
{
    for (size_t i = 0; i < COUNT_OF(common); i++)
        if (slice_eq(name, common[i].name))
            return &common[i];
    return NULL;
}

bool stix_requires(slice type, slice property)
{
    const stix_type *t = stix_type_of(type);
    for (size_t i = 0; i < t->count; i++)
        if (slice_eq(t->property[i].name, property))
            return t->property[i].need != 0;
    return stix_in("type id spec_version created modified", property);
}
