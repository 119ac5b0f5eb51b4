/* fact.c - names of predicates: see fact.h. */
#include "model/fact.h"

static const char *const names[] = {
    [PRED_NONE] = "none",
    [PRED_NAMED] = "named",
    [PRED_DESCRIBED] = "described",
    [PRED_INDICATES] = "indicates",
    [PRED_PATTERN_OF] = "pattern-of",
    [PRED_USES] = "uses",
    [PRED_TARGETS] = "targets",
    [PRED_ATTRIBUTED_TO] = "attributed-to",
    [PRED_MITIGATES] = "mitigates",
    [PRED_DETECTS] = "detects",
    [PRED_EXPLOITS] = "exploits",
    [PRED_SUBTECHNIQUE_OF] = "subtechnique-of",
    [PRED_IN_TACTIC] = "in-tactic",
    [PRED_REVOKED_BY] = "revoked-by",
    [PRED_SAME_AS] = "same-as",
    [PRED_NOT_SAME_AS] = "not-same-as",
    [PRED_ORIGINATES_FROM] = "originates-from",
    [PRED_LOCATED_AT] = "located-at",
    [PRED_AUTHORED_BY] = "authored-by",
    [PRED_VARIANT_OF] = "variant-of",
    [PRED_RESOLVES_TO] = "resolves-to",
    [PRED_COMMUNICATES_WITH] = "communicates-with",
    [PRED_BELONGS_TO] = "belongs-to",
    [PRED_HOSTS] = "hosts",
    [PRED_DROPS] = "drops",
    [PRED_DOWNLOADS] = "downloads",
    [PRED_DELIVERS] = "delivers",
    [PRED_CONTROLS] = "controls",
    [PRED_COMPROMISES] = "compromises",
    [PRED_CONSISTS_OF] = "consists-of",
    [PRED_RELATED_TO] = "related-to",
    [PRED_SIMILAR_TO] = "similar-to",
    [PRED_DERIVED_FROM] = "derived-from",
    [PRED_DUPLICATE_OF] = "duplicate-of",
    [PRED_REFERS_TO] = "refers-to",
    [PRED_SIGHTED] = "sighted",
    [PRED_VERDICT] = "verdict",
    [PRED_LISTED] = "listed",
    [PRED_EXPLOITED] = "exploited",
    [PRED_AFFECTS] = "affects",
    [PRED_PROPERTY] = "property",
    [PRED_HASHES_WITH] = "hashes-with",
    [PRED_IMPERSONATES] = "impersonates",
    [PRED_BASED_ON] = "based-on",
    [PRED_OTHER] = "other",
    [PRED_MEASURED] = "measured",
    [PRED_MAPPED_TO] = "mapped-to",
};
_Static_assert(COUNT_OF(names) == PRED_COUNT_, "a predicate without a name");

const char *predicate_name(predicate p)
{
    assert(p < PRED_COUNT_);
    return names[p];
}

predicate predicate_parse(slice name)
{
    for (unsigned p = 1; p < PRED_COUNT_; p++)
        if (slice_eq(name, slice_str(names[p])))
            return (predicate)p;
    return PRED_NONE;
}
