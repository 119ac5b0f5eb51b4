/* words.c - the closed vocabularies of verdicts: see verdict.h. */
#include "judge/verdict.h"

#define NAME_OF(table, i, count) (assert((unsigned)(i) < (count)), (table)[i])

const char *verdict_word_name(verdict_word w)
{
    static const char *const names[] = {
        [VERDICT_UNKNOWN] = "unknown",         [VERDICT_MALICIOUS] = "malicious",
        [VERDICT_SUSPICIOUS] = "suspicious",   [VERDICT_BENIGN] = "benign",
        [VERDICT_CONFLICTING] = "conflicting",
    };
    _Static_assert(COUNT_OF(names) == VERDICT_WORD_COUNT_, "a verdict without a name");
    return NAME_OF(names, w, VERDICT_WORD_COUNT_);
}

const char *verdict_state_name(verdict_state s)
{
    static const char *const names[] = {
        [STATE_CURRENT] = "current",
        [STATE_STALE] = "stale",
        [STATE_EXPIRED] = "expired",
        [STATE_WITHDRAWN] = "withdrawn",
    };
    _Static_assert(COUNT_OF(names) == STATE_COUNT_, "a state without a name");
    return NAME_OF(names, s, STATE_COUNT_);
}

const char *confidence_word_name(confidence_word c)
{
    static const char *const names[] = {
        [CONFIDENCE_NONE] = "none", [CONFIDENCE_LOW] = "low",
        [CONFIDENCE_FAIR] = "fair", [CONFIDENCE_CONFIRMED] = "confirmed",
        [CONFIDENCE_HIGH] = "high",
    };
    _Static_assert(COUNT_OF(names) == CONFIDENCE_COUNT_, "a confidence without a name");
    return NAME_OF(names, c, CONFIDENCE_COUNT_);
}

static const char *const role_names[] = {
    [ROLE_C2] = "c2",           [ROLE_DELIVERY] = "delivery",         [ROLE_PHISHING] = "phishing",
    [ROLE_SCANNER] = "scanner", [ROLE_EXFILTRATION] = "exfiltration", [ROLE_SINKHOLE] = "sinkhole",
    [ROLE_PROXY] = "proxy",     [ROLE_HOSTING] = "hosting",           [ROLE_VICTIM] = "victim",
    [ROLE_TOOL] = "tool",       [ROLE_UNKNOWN] = "unknown",
};
_Static_assert(COUNT_OF(role_names) == ROLE_COUNT_, "a role without a name");

const char *role_name(role_id r)
{
    return NAME_OF(role_names, r, ROLE_COUNT_);
}

role_id role_parse(slice text)
{
    for (unsigned r = 0; r < ROLE_COUNT_; r++)
        if (slice_eq_nocase(text, slice_str(role_names[r])))
            return (role_id)r;
    return ROLE_UNKNOWN;
}

const char *evidence_via_name(evidence_via v)
{
    static const char *const names[] = {
        [VIA_SELF] = "self", [VIA_SAME_FILE] = "same-file", [VIA_NO_QUERY] = "no-query",
        [VIA_HOST] = "host", [VIA_PARENT] = "parent",       [VIA_RANGE] = "range",
    };
    _Static_assert(COUNT_OF(names) == VIA_COUNT_, "a way without a name");
    return NAME_OF(names, v, VIA_COUNT_);
}

const char *decision_name(decision d)
{
    static const char *const names[] = {
        [DECIDED_NOTHING_KNOWN] = "nothing-known",
        [DECIDED_ONLY_CONTEXT] = "only-context",
        [DECIDED_PERSON] = "person",
        [DECIDED_PERSONS_DIFFER] = "persons-differ",
        [DECIDED_SECOND_PERSON] = "second-person-needed",
        [DECIDED_LISTED_BUT_BAD] = "listed-but-bad",
        [DECIDED_SAID_BOTH] = "said-bad-and-benign",
        [DECIDED_STRONG] = "strong-evidence",
        [DECIDED_WEAK] = "weak-evidence",
        [DECIDED_KNOWN_GOOD] = "known-good",
        [DECIDED_LISTED] = "listed-benign",
        [DECIDED_SAID_BENIGN] = "said-benign",
    };
    _Static_assert(COUNT_OF(names) == DECISION_COUNT_, "a decision without a name");
    return NAME_OF(names, d, DECISION_COUNT_);
}
