/* galaxy_kinds.c - types of galaxies and of relations: see galaxy_kinds.h. */
#include "format/galaxy_kinds.h"

#define ACTOR "threat-actor"
#define OWN "misp-galaxy"

/* In this order; a pattern that begins with '*' is the end of a type. */
static const struct {
    slice pattern;
    kind kind;
    slice stix;
} kinds[] = {
    {S_INIT("*intrusion-set"), KIND_ACTOR, S_INIT("intrusion-set")},
    {S_INIT("*threat-actor"), KIND_ACTOR, S_INIT(ACTOR)},
    {S_INIT("microsoft-activity-group"), KIND_ACTOR, S_INIT(ACTOR)},
    {S_INIT("*-groups"), KIND_ACTOR, S_INIT(ACTOR)},
    {S_INIT("*campaign"), KIND_CAMPAIGN, S_INIT("campaign")},
    {S_INIT("*campaigns"), KIND_CAMPAIGN, S_INIT("campaign")},
    {S_INIT("ransomware"), KIND_MALWARE, S_INIT("malware")},
    {S_INIT("malpedia"), KIND_MALWARE, S_INIT("malware")},
    {S_INIT("backdoor"), KIND_MALWARE, S_INIT("malware")},
    {S_INIT("banker"), KIND_MALWARE, S_INIT("malware")},
    {S_INIT("botnet"), KIND_MALWARE, S_INIT("malware")},
    {S_INIT("rat"), KIND_MALWARE, S_INIT("malware")},
    {S_INIT("stealer"), KIND_MALWARE, S_INIT("malware")},
    {S_INIT("cryptominers"), KIND_MALWARE, S_INIT("malware")},
    {S_INIT("android"), KIND_MALWARE, S_INIT("malware")},
    {S_INIT("exploit-kit"), KIND_MALWARE, S_INIT("malware")},
    {S_INIT("stalkerware"), KIND_MALWARE, S_INIT("malware")},
    {S_INIT("*malware"), KIND_MALWARE, S_INIT("malware")},
    {S_INIT("*-software"), KIND_MALWARE, S_INIT("malware")},
    {S_INIT("*tool"), KIND_TOOL, S_INIT("tool")},
    {S_INIT("*tools"), KIND_TOOL, S_INIT("tool")},
    {S_INIT("tds"), KIND_TOOL, S_INIT("tool")},
    {S_INIT("*attack-pattern"), KIND_TECHNIQUE, S_INIT("attack-pattern")},
    {S_INIT("*technique"), KIND_TECHNIQUE, S_INIT("attack-pattern")},
    {S_INIT("*techniques"), KIND_TECHNIQUE, S_INIT("attack-pattern")},
    {S_INIT("*misinformation-pattern"), KIND_TECHNIQUE, S_INIT("attack-pattern")},
    {S_INIT("cloud-security"), KIND_TECHNIQUE, S_INIT("attack-pattern")},
    {S_INIT("first-dns"), KIND_TECHNIQUE, S_INIT("attack-pattern")},
    {S_INIT("financial-fraud"), KIND_TECHNIQUE, S_INIT("attack-pattern")},
    {S_INIT("atrm"), KIND_TECHNIQUE, S_INIT("attack-pattern")},
    {S_INIT("tmss"), KIND_TECHNIQUE, S_INIT("attack-pattern")},
    {S_INIT("gsma-motif"), KIND_TECHNIQUE, S_INIT("attack-pattern")},
    {S_INIT("bhadra-framework"), KIND_TECHNIQUE, S_INIT("attack-pattern")},
    {S_INIT("*tactic"), KIND_TACTIC, S_INIT("x-mitre-tactic")},
    {S_INIT("*tactics"), KIND_TACTIC, S_INIT("x-mitre-tactic")},
    {S_INIT("*course-of-action"), KIND_MITIGATION, S_INIT("course-of-action")},
    {S_INIT("*mitigation"), KIND_MITIGATION, S_INIT("course-of-action")},
    {S_INIT("*mitigations"), KIND_MITIGATION, S_INIT("course-of-action")},
    {S_INIT("*countermeasures"), KIND_MITIGATION, S_INIT("course-of-action")},
    {S_INIT("preventive-measure"), KIND_MITIGATION, S_INIT("course-of-action")},
    {S_INIT("*guidelines"), KIND_MITIGATION, S_INIT("course-of-action")},
    {S_INIT("mitre-d3fend"), KIND_MITIGATION, S_INIT(OWN)},
    {S_INIT("*data-source"), KIND_DATA_SOURCE, S_INIT("x-mitre-data-source")},
    {S_INIT("*data-component"), KIND_DATA_SOURCE, S_INIT("x-mitre-data-component")},
    {S_INIT("*detection-strategy"), KIND_DETECTION_RULE, S_INIT("x-mitre-detection-strategy")},
    {S_INIT("*sigma-rules"), KIND_DETECTION_RULE, S_INIT(OWN)},
    {S_INIT("*branded-vulnerability"), KIND_VULNERABILITY, S_INIT("vulnerability")},
    {S_INIT("*vulnerability"), KIND_VULNERABILITY, S_INIT("vulnerability")},
    {S_INIT("country"), KIND_COUNTRY, S_INIT("location")},
    {S_INIT("target-information"), KIND_LOCATION, S_INIT("location")},
    {S_INIT("region"), KIND_LOCATION, S_INIT("location")},
    {S_INIT("*sector"), KIND_SECTOR, S_INIT(OWN)},
    {S_INIT("naics"), KIND_SECTOR, S_INIT(OWN)},
    {S_INIT("nace"), KIND_SECTOR, S_INIT(OWN)},
    {S_INIT("producer"), KIND_ORGANISATION, S_INIT("identity")},
    {S_INIT("intelligence-agency"), KIND_ORGANISATION, S_INIT("identity")},
    {S_INIT("intelligence-agencies"), KIND_ORGANISATION, S_INIT("identity")},
    {S_INIT("*universities"), KIND_ORGANISATION, S_INIT("identity")},
    {S_INIT("*surveillance-vendor"), KIND_ORGANISATION, S_INIT("identity")},
    {S_INIT("*references"), KIND_REPORT, S_INIT("report")},
};

static bool fits(slice type, slice pattern)
{
    return pattern.ptr[0] == '*' ? slice_ends(type, slice_from(pattern, 1))
                                 : slice_eq(type, pattern);
}

galaxy_kind galaxy_kind_of(slice type)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (fits(type, kinds[i].pattern))
            return (galaxy_kind){kinds[i].kind, kinds[i].stix};
    return (galaxy_kind){KIND_OTHER, S(OWN)};
}

/* Made from ATT&CK: its uuids are ATT&CK's, its relations join ATT&CK's objects. */
static bool from_attack(slice type)
{
    return (slice_starts(type, S("mitre-")) || slice_starts(type, S("x-mitre-"))) &&
           !slice_eq(type, S("mitre-d3fend"));
}

slice galaxy_derives_from(slice type)
{
    if (slice_starts(type, S("mitre-")) || slice_starts(type, S("x-mitre-")))
        return S("The MITRE Corporation");
    if (slice_eq(type, S("microsoft-activity-group")))
        return S("microsoft");
    if (slice_eq(type, S("malpedia")))
        return S("malpedia");
    return S("");
}

enum { SAME = 1, NEAR = 2, INVERSE = 4 };

static const struct {
    slice word;
    predicate predicate;
    unsigned how;
} relations[] = {
    {S_INIT("similar"), PRED_SIMILAR_TO, SAME},
    {S_INIT("uses"), PRED_USES, SAME},
    {S_INIT("used-by"), PRED_USES, INVERSE},
    {S_INIT("targets"), PRED_TARGETS, SAME},
    {S_INIT("targeted-by"), PRED_TARGETS, INVERSE},
    {S_INIT("attributed-to"), PRED_ATTRIBUTED_TO, SAME},
    {S_INIT("mitigates"), PRED_MITIGATES, SAME},
    {S_INIT("mitigated-by"), PRED_MITIGATES, INVERSE},
    {S_INIT("detects"), PRED_DETECTS, SAME},
    {S_INIT("detected-by"), PRED_DETECTS, INVERSE},
    {S_INIT("exploits"), PRED_EXPLOITS, SAME},
    {S_INIT("subtechnique-of"), PRED_SUBTECHNIQUE_OF, SAME},
    {S_INIT("revoked-by"), PRED_REVOKED_BY, SAME},
    {S_INIT("same-as"), PRED_SAME_AS, SAME},
    {S_INIT("variant-of"), PRED_VARIANT_OF, SAME},
    {S_INIT("parent-of"), PRED_VARIANT_OF, INVERSE | NEAR},
    {S_INIT("derived-from"), PRED_DERIVED_FROM, SAME},
    {S_INIT("successor-of"), PRED_DERIVED_FROM, NEAR},
    {S_INIT("preceded-by"), PRED_DERIVED_FROM, NEAR},
    {S_INIT("followed-by"), PRED_DERIVED_FROM, INVERSE | NEAR},
    {S_INIT("located-in"), PRED_LOCATED_AT, SAME},
    {S_INIT("communicates-with"), PRED_COMMUNICATES_WITH, SAME},
    {S_INIT("interacts-with"), PRED_COMMUNICATES_WITH, NEAR},
    {S_INIT("part-of"), PRED_BELONGS_TO, NEAR},
    {S_INIT("belongs-to"), PRED_BELONGS_TO, SAME},
    {S_INIT("composed-of"), PRED_CONSISTS_OF, SAME},
    {S_INIT("drops"), PRED_DROPS, SAME},
    {S_INIT("dropped"), PRED_DROPS, SAME},
    {S_INIT("dropped-by"), PRED_DROPS, INVERSE},
    {S_INIT("downloads"), PRED_DOWNLOADS, SAME},
    {S_INIT("downloaded-by"), PRED_DOWNLOADS, INVERSE},
    {S_INIT("delivers"), PRED_DELIVERS, SAME},
    {S_INIT("delivered-by"), PRED_DELIVERS, INVERSE},
    {S_INIT("deploys"), PRED_USES, NEAR},
    {S_INIT("is-deployed-by"), PRED_USES, INVERSE | NEAR},
    {S_INIT("controls"), PRED_CONTROLS, SAME},
    {S_INIT("compromises"), PRED_COMPROMISES, SAME},
    {S_INIT("impersonates"), PRED_IMPERSONATES, SAME},
    {S_INIT("related-to"), PRED_RELATED_TO, SAME},
    {S_INIT("linked-to"), PRED_RELATED_TO, NEAR},
    {S_INIT("associated-with"), PRED_RELATED_TO, NEAR},
    {S_INIT("overlaps"), PRED_RELATED_TO, NEAR},
};

/* The far end of a relation in a galaxy made from ATT&CK, where only one type is possible. */
static galaxy_kind far_end(slice type, galaxy_kind self, predicate p)
{
    const galaxy_kind technique = {KIND_TECHNIQUE, S("attack-pattern")};
    if (!from_attack(type))
        return (galaxy_kind){KIND_NONE};
    switch ((unsigned)p) {
    case PRED_MITIGATES:
    case PRED_DETECTS:
    case PRED_SUBTECHNIQUE_OF: return technique;
    case PRED_USES: /* groups use software, too */
        return kind_class(self.kind) == KIND_MALWARE ? technique : (galaxy_kind){KIND_NONE};
    case PRED_CONSISTS_OF:
        return self.kind == KIND_DETECTION_RULE
                   ? (galaxy_kind){KIND_DETECTION_RULE, S("x-mitre-analytic")}
                   : (galaxy_kind){KIND_NONE};
    default: return (galaxy_kind){KIND_NONE};
    }
}

galaxy_relation galaxy_relation_of(slice type, galaxy_kind self, slice word)
{
    for (size_t i = 0; i < COUNT_OF(relations); i++)
        if (slice_eq(word, relations[i].word))
            return (galaxy_relation){relations[i].predicate, (relations[i].how & INVERSE) != 0,
                                     (relations[i].how & NEAR) != 0,
                                     far_end(type, self, relations[i].predicate)};
    return (galaxy_relation){.predicate = PRED_OTHER, .keep_word = true};
}
