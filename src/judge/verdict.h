/* verdict.h - what the evidence about one value shows, and whether that still holds.
 *
 *     verdict v;
 *     st = verdict_of(&a, evidence, count, view->now, &v, why);
 *     ... verdict_word_name(v.word), verdict_state_name(v.state), v.score_0_100,
 *         v.parts[0..v.part_count) add up to the score, v.judged[i] says what evidence[i] gave
 *
 * Uses: base, when, kind. Used by: judge/evidence (makes the evidence from claims), answer, watch.
 * Sources: MISP decaying models (polynomial, nids-simple), Admiralty code, STIX 2.1 section 4.7
 * (indicator types). The formula with examples: docs/verdict.md.
 * Pure: the same evidence in any order, and the same `now`, give the same verdict. Integers only.
 * Nothing is stored; judging again is how before and after are compared. */
#ifndef NOROSHI_JUDGE_VERDICT_H
#define NOROSHI_JUDGE_VERDICT_H

#include "base/base.h"
#include "base/hash.h"
#include "base/when.h"
#include "model/kind.h"

/* --- words (closed vocabularies of the contract, section 3) --------------------------------- */

typedef enum verdict_word {
    VERDICT_UNKNOWN,
    VERDICT_MALICIOUS,
    VERDICT_SUSPICIOUS,
    VERDICT_BENIGN,
    VERDICT_CONFLICTING,
    VERDICT_WORD_COUNT_
} verdict_word;

/* Whether what the evidence shows still holds at `now`. */
typedef enum verdict_state {
    STATE_CURRENT,
    STATE_STALE,     /* older than the decay table of its kind allows */
    STATE_EXPIRED,   /* its own source said until when, and that is over */
    STATE_WITHDRAWN, /* every source that said so has taken it back */
    STATE_COUNT_
} verdict_state;

typedef enum confidence_word {
    CONFIDENCE_NONE, /* nothing to be confident about */
    CONFIDENCE_LOW,
    CONFIDENCE_FAIR,
    CONFIDENCE_HIGH,
    CONFIDENCE_CONFIRMED,
    CONFIDENCE_COUNT_
} confidence_word;

typedef enum role_id {
    ROLE_C2,
    ROLE_DELIVERY,
    ROLE_PHISHING,
    ROLE_SCANNER,
    ROLE_EXFILTRATION,
    ROLE_SINKHOLE,
    ROLE_PROXY,
    ROLE_HOSTING,
    ROLE_VICTIM,
    ROLE_TOOL,
    ROLE_UNKNOWN,
    ROLE_COUNT_
} role_id;

const char *verdict_word_name(verdict_word w);       /* "malicious" */
const char *verdict_state_name(verdict_state s);     /* "stale" */
const char *confidence_word_name(confidence_word c); /* "fair" */
const char *role_name(role_id r);                    /* "c2" */
role_id role_parse(slice text);                      /* ROLE_UNKNOWN for what is no role */

/* --- evidence ------------------------------------------------------------------------------- */

/* What a claim amounts to. Which claim is which: judge/evidence.h. What each weighs: the table in
 * verdict.c and docs/verdict.md. */
typedef enum evidence_rule {
    EV_CONTEXT, /* says something, but not whether the value is bad */
    EV_PERSON_MALICIOUS,
    EV_PERSON_SUSPICIOUS,
    EV_PERSON_BENIGN,
    EV_PERSON_UNKNOWN,
    EV_NAMES_THREAT, /* it is of this malware, actor or campaign */
    EV_SAYS_BAD,     /* it is bad, no more */
    EV_SAYS_SUSPICIOUS,
    EV_LISTED_BAD,
    EV_CONTACTED, /* malware or infrastructure contacts, drops, consists of it */
    EV_INDICATOR_MALICIOUS,
    EV_INDICATOR_PLAIN, /* an indicator that does not say of what */
    EV_INDICATOR_COMPROMISED,
    EV_INDICATOR_ANOMALOUS,
    EV_INDICATOR_ANONYMIZER,
    EV_COMBINED, /* bad only together with other values */
    EV_SAYS_BENIGN,
    EV_LISTED_BENIGN, /* on a list whose polarity is benign */
    EV_KNOWN_GOOD,    /* in a known-good set */
    EV_LISTED_NEUTRAL,
    EV_RESERVED, /* an address set apart by a standard: private, loopback, ... */
    EVIDENCE_RULE_COUNT_
} evidence_rule;

/* How the claim's subject relates to the value asked about. */
typedef enum evidence_via {
    VIA_SELF,
    VIA_SAME_FILE, /* another hash of the same file */
    VIA_NO_QUERY,  /* the URL without its query or scheme, a more general spelling */
    VIA_HOST,      /* the host of the URL, the domain of the address, the file's name */
    VIA_PARENT,    /* a parent domain */
    VIA_RANGE,     /* a network that holds the address */
    VIA_COUNT_
} evidence_via;

typedef enum evidence_stance { STANCE_NEUTRAL, STANCE_BAD, STANCE_BENIGN } evidence_stance;

const char *evidence_rule_name(evidence_rule r); /* "names-threat": the id in parts[].rule */
const char *evidence_via_name(evidence_via v);   /* "self", "parent", ... */
evidence_stance evidence_stance_of(evidence_rule r);

typedef struct evidence {
    evidence_rule rule;
    evidence_via via;
    kind kind;        /* of the value the claim is about: it decides how the claim ages */
    int confidence;   /* 0..100; -1: the source did not say */
    char reliability; /* 'A'..'F' */
    slice source;
    slice derives_from; /* the source it copies; empty: none */
    bool has_document;
    uint8_t document[SHA256_BYTES];
    const slice *origins; /* reports it was copied from */
    size_t origin_count;
    slice record; /* the indicator or record it came through; empty: none */
    when first_seen, last_seen, valid_from, valid_until; /* WHEN_NONE: not said */
    when recorded; /* when this store learnt it: nothing counts as newer than that */
    bool withdrawn;
    unsigned roles;        /* 1u << role */
    uint64_t id_hi, id_lo; /* public id of the claim; breaks ties */
} evidence;

/* --- the verdict ---------------------------------------------------------------------------- */

/* What decided the word. */
typedef enum decision {
    DECIDED_NOTHING_KNOWN,
    DECIDED_ONLY_CONTEXT,
    DECIDED_PERSON,
    DECIDED_PERSONS_DIFFER,
    DECIDED_SECOND_PERSON,  /* one person says benign, two origins or more say bad */
    DECIDED_LISTED_BUT_BAD, /* bad evidence about a value on a benign list, or a reserved one */
    DECIDED_SAID_BOTH,      /* an entitled source says benign, others bad */
    DECIDED_STRONG,         /* the bad evidence reaches VERDICT_MALICIOUS_PERMILLE */
    DECIDED_WEAK,           /* it reaches VERDICT_SUSPICIOUS_PERMILLE */
    DECIDED_KNOWN_GOOD,
    DECIDED_LISTED,
    DECIDED_SAID_BENIGN,
    DECISION_COUNT_
} decision;
const char *decision_name(decision d); /* "strong-evidence": the contract's `rule` */

enum {
    VERDICT_MALICIOUS_PERMILLE = 500,
    VERDICT_SUSPICIOUS_PERMILLE = 200,
    VERDICT_GROUPS_MAX = 10, /* origins that speak; weaker ones are counted, not added */
    VERDICT_PARTS_MAX = VERDICT_GROUPS_MAX + 3,
    VERDICT_EVIDENCE_MAX = 20000,
    VERDICT_VALID_DAYS_MAX = 400 /* how long after its own dates a source may call a claim valid */
};

/* A summand of the score. */
typedef struct verdict_part {
    const char
        *rule;  /* an evidence_rule_name, or "cap-listed", "cap-parent-listed", "cap-person" */
    int points; /* caps are negative */
    size_t of;  /* the evidence that speaks, SIZE_MAX for a cap */
} verdict_part;

/* What became of evidence[i]. */
typedef struct evidence_judged {
    int weight_permille; /* as it was when it was new */
    int now_permille;    /* as it is now */
    int points;          /* of the score: the strongest of its origin speaks, the others give 0 */
    size_t group;        /* number of its origin; SIZE_MAX when it is neither bad nor benign */
    when until;          /* when it goes or went stale or expired; WHEN_NONE: it does not */
    verdict_state state;
} evidence_judged;

typedef struct verdict {
    verdict_word word;
    verdict_state state;
    confidence_word confidence;
    decision rule;
    int score_0_100;       /* how bad it is now */
    int strength_permille; /* how bad the evidence was when it was new */
    verdict_part parts[VERDICT_PARTS_MAX];
    size_t part_count;
    size_t independent; /* origins behind the word */
    unsigned roles;     /* 1u << role, of the evidence behind the word */
    when from, to;      /* known dates of what the evidence shows; WHEN_NONE */
    when until;         /* when it stops or stopped being current; WHEN_NONE: it does not */
    const evidence_judged *judged; /* one for each evidence */
} verdict;

/* The verdict on `count` pieces of evidence at `now`; ret->judged lives in `a`.
 *   OK         *ret filled; also for count 0: unknown
 *   ERR_LIMIT  count over VERDICT_EVIDENCE_MAX, or the budget is spent
 * O(n log n). Thread-safe. */
status verdict_of(arena *a, const evidence *e, size_t count, when now, verdict *ret,
                  err *why) NODISCARD;

/* Calendar days (UTC) from the newest known date to `now`; -1 when nothing is dated. */
int64_t verdict_age_days(const verdict *v, when now);

/* A contact at `seen` compared with the known dates, by calendar days (UTC). */
typedef enum contact {
    CONTACT_UNDATED, /* the evidence has no dates */
    CONTACT_BEFORE,
    CONTACT_INSIDE,
    CONTACT_SOON_AFTER, /* later, but the evidence was still current then */
    CONTACT_AFTER,
    CONTACT_COUNT_
} contact;
contact verdict_contact(const verdict *v, when seen);

/* --- ageing, for tests and docs ------------------------------------------------------------- */

/* One row of the decay table: worth = 1 - (age / lifetime)^(1/speed), stale once it is under
 * threshold / base. lifetime_days 0: it does not age. */
typedef struct decay {
    int lifetime_days, speed;
} decay;
enum { DECAY_BASE = 80, DECAY_THRESHOLD = 30 };
decay decay_of(kind k);
/* 1000 at age 0, 0 from the end of its life on. */
int decay_permille(decay d, when age);
/* Age at which it goes stale; WHEN_NONE: never. */
when decay_stale_age(decay d);

#endif
