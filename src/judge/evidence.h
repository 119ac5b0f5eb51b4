/* evidence.h - what the store knows about a value, as evidence for a verdict.
 *
 *     evidence_from from = {.l = l, .ix = ix, .trust = {&sources, trust_of}};
 *     evidence_set set;
 *     st = evidence_gather(&from, &a, (node_ref){KIND_IPV4, S("198.51.100.7")}, &set, why);
 *     st = verdict_of(&a, set.evidence, set.count, view->now, &v, why);
 *     ... set.from[i].claim is the claim behind set.evidence[i] ...
 *
 * Uses: verdict, know/claims, know/index, know/sets, model/observable, patterns,
 * suffixes. Used by: rejudge, answer.
 * Gathered are claims about the value itself (withdrawn ones, too, when nothing bad stands), claims
 * of malware and infrastructure that point at it, what is said about other hashes of the same file,
 * and what is said about its parents or stands on lists with them: the host of a URL, parent
 * domains, networks that hold an address. Sets (know/sets.h) that have the value, or what stands
 * above it, are claims made on the spot. Which claim says what is the table in evidence.c and
 * docs/verdict.md. An indicator that names the value is followed to what it indicates.
 * Cost is bounded by the limits below, whatever the number of claims; `over` says that there were
 * more. What is looked at then is no sample: every source is heard with everything it does (says
 * benign, lists, indicates), with its newest and surest claims; persons and lists come first. The
 * one exception is in know/claims.h (docs/verdict.md). */
#ifndef NOROSHI_JUDGE_EVIDENCE_H
#define NOROSHI_JUDGE_EVIDENCE_H

#include "base/json.h"
#include "judge/patterns.h"
#include "judge/verdict.h"
#include "know/claims.h"
#include "know/index.h"
#include "know/indicators.h"

enum {
    EVIDENCE_CLAIMS_MAX = 500,   /* of the value itself */
    EVIDENCE_PARENT_MAX = 50,    /* of each parent */
    EVIDENCE_POINTING_MAX = 100, /* claims that point at the value */
    EVIDENCE_INDICATOR_MAX = 20, /* indicators that are followed */
    EVIDENCE_PERSONS_MAX = 50,
    EVIDENCE_THREATS_MAX = 16, /* threats of one piece of evidence */
    EVIDENCE_KEYS_MAX = 16,    /* parents looked up */
    EVIDENCE_HASHES_MAX = 8    /* other hashes of the same file */
};

/* How far a source is trusted, and whom it copies. The caller may remember it for the length of
 * a look; a source that is not found is 'F' and copies nobody. */
typedef struct source_trust {
    char reliability;
    slice derives_from;
} source_trust;
typedef struct trust_lookup {
    void *ctx;
    status (*of)(void *ctx, slice source, source_trust *ret, err *why);
} trust_lookup;
/* Asks the store each time; ctx is the lens, `a` of the texts. */
typedef struct trust_store {
    lens *l;
    arena *a;
} trust_store;
status trust_from_store(void *ctx, slice source, source_trust *ret, err *why);

typedef struct evidence_from {
    lens *l;
    index_t *ix; /* which parents and networks are stored; NULL: each is looked up, which is slow */
    trust_lookup trust;
    pattern_memo *patterns; /* NULL: it is asked each time */
} evidence_from;

/* The claim behind a piece of evidence. */
typedef struct testimony {
    claim claim;
    const json *detail;      /* parsed; NULL when there is none */
    bool pointing;           /* the claim points at the value: the subject is the threat */
    const node_ref *threats; /* malware, actors, campaigns ... it ties the value to */
    size_t threat_count;
} testimony;

typedef struct evidence_set {
    evidence *evidence; /* verdict_of takes these ... */
    testimony *from;    /* ... and these are the claims behind them */
    size_t count;
    size_t over; /* there are more claims about the value than were looked at: over so many; 0 */
} evidence_set;

/*   OK         *ret filled; nothing known is count 0
 *   ERR_LIMIT  the arena's budget; ERR_IO, ERR_BUSY: the store's */
status evidence_gather(const evidence_from *from, arena *a, node_ref value, evidence_set *ret,
                       err *why) NODISCARD;

/* Claims without which nothing is bad: for know/indicators.h. */
indicator_rules evidence_wanted(void);

/* What one claim amounts to, whatever it is about: the pure part, for tests and for `--why`.
 * `types` is an indicator's list of types when the claim has none of its own (may be NULL). */
evidence_rule evidence_rule_of(const claim *c, const json *detail, bool pointing,
                               const json *types);
/* Roles a claim names: 1u << role. */
unsigned evidence_roles_of(const claim *c, const json *detail, const json *types);

#endif
