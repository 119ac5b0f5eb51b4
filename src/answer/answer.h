/* answer.h - the answer object: what was asked, what is known about it, what it means, what to do.
 *
 *     const answer *w;
 *     ask_value(k, &a, S("18[.]182[.]158[.]197"), &options, &w, why);    // answer/ask.h
 *     answer_json(w, false, &out);                                       // answer/render.h
 *     answer_text(w, &sink_options, &sink);
 *
 * Uses: base/message, judge/verdict, know/names. Used by: ask (makes it), render, cmd.
 * Shapes follow section 3 of the contract; docs/answers.md says what each field means and lists the
 * closed vocabularies. Everything lives in the arena given to ask. Lists are already in the order
 * in which they are shown; `total` counts what was found, of which `count` are kept. */
#ifndef NOROSHI_ANSWER_ANSWER_H
#define NOROSHI_ANSWER_ANSWER_H

#include "base/hash.h"
#include "base/message.h"
#include "judge/evidence.h"
#include "know/names.h"
#include "know/series.h"
#include "model/observable.h"

enum {
    ANSWER_KEEP = 1000, /* of one list in the object; --all shows them */
    ANSWER_SHOWN = 50,  /* of one list in JSON without --all (contract section 3) */
    PHRASE_PARTS = 12
};

/* --- text for people ------------------------------------------------------------------------ */

/* Messages said one after another. Rendered late, in both languages. */
typedef enum phrase_join {
    JOIN_NONE,
    JOIN_COMMA,
    JOIN_DOT,
    JOIN_SEMICOLON,
    JOIN_BLANK
} phrase_join;
typedef struct phrase {
    const message *part;
    size_t count;
    phrase_join join;
} phrase;

/* --- parts of an answer --------------------------------------------------------------------- */

/* What a claim adds to the value: one row of `why` or `against`. */
typedef struct answer_claim {
    const claim *claim;
    evidence_rule rule;
    evidence_via via;
    bool pointing;
    phrase statement;
    slice origin; /* what it was copied from, for counting: a report, a source */
    size_t group; /* number of its origin; SIZE_MAX: not counted */
    int points;
    verdict_state state;
} answer_claim;

typedef struct answer_claims {
    answer_claim *at;
    size_t count, total;
} answer_claims;

/* What was observed of the value itself; empty fields were not said. */
typedef struct answer_fact {
    int64_t port; /* 0: not said */
    slice protocol, product, version, watermark, note, path, key;
    const claim *of;
} answer_fact;

typedef enum asked_said {
    SAID_SOMETHING,
    SAID_NOTHING,
    SAID_NOT_ASKED,
    SAID_FAILED,
    SAID_COUNT_
} asked_said;

typedef struct answer_asked {
    slice source; /* or "known-good", "logs", "outside" */
    asked_said said;
    bool listed;
    bool good;  /* a known-good set */
    bool set;   /* a set, `source` is its name */
    phrase why; /* not asked, failed: the reason */
    uint64_t held;
    when newest, fresh;
} answer_asked;

/* What this site's own telemetry says of the value. */
typedef enum here_said { HERE_CANNOT_SAY, HERE_NO, HERE_YES, HERE_COUNT_ } here_said;
typedef struct answer_here {
    here_said said;
    uint64_t count;   /* it, and what stands below or in it */
    when first, last; /* WHEN_NONE */
    when from, to;    /* of the logs that were read; WHEN_NONE: none was */
    uint64_t sources; /* logs */
} answer_here;

typedef struct answer_entity {
    node_ref id;
    kind kind;
    slice name;
    const name_entry *names;
    size_t name_count;
    const name_said *uses; /* of an ambiguous name: who uses it so */
    const node_ref *use_of;
    size_t use_count;
    const char *relation;         /* "indicates", "attributed-to", "called", ... */
    int confidence;               /* -1: not said */
    const char *basis;            /* "observed", "indicator", "relation", "said", "name" */
    const answer_claim *evidence; /* the strongest claim; NULL */
    const slice *sources;         /* who says so */
    size_t source_count;
    phrase note;
} answer_entity;

typedef struct answer_because {
    phrase text;
} answer_because;

/* Something the value shares with others: a key, a watermark. */
typedef struct answer_pivot {
    kind kind;
    slice value;
    const char *relation;
    uint64_t shared_by; /* values here that have it; 0: not counted */
    bool at_least;      /* there are more than were counted */
} answer_pivot;

typedef enum technique_group {
    GROUP_GET_IN,
    GROUP_STAY,
    GROUP_TAKE_OUT,
    GROUP_OTHER,
    TECHNIQUE_GROUP_COUNT_
} technique_group;

typedef struct answer_technique {
    node_ref node;
    slice id, name;
    const slice *tactics;
    size_t tactic_count;
    technique_group group;
    const char *basis; /* "observed", "capability" (of software), "mapped" (to a vulnerability) */
    slice procedure, procedure_source;
    size_t reports; /* that the procedure cites */
    node_ref via;   /* the campaign or software it is known through; KIND_NONE: itself */
    slice via_name;
    const slice *mapping; /* of a vulnerability: how it is mapped, see MAPPING_... */
    size_t mapping_count;
    const slice *mapped_by; /* sources */
    size_t mapped_by_count;
} answer_technique;

/* Words of detail.mapping: how a vulnerability is exploited, what that gives, what comes of it. */
#define MAPPING_EXPLOITATION "exploitation-technique"
#define MAPPING_PRIMARY "primary-impact"
#define MAPPING_SECONDARY "secondary-impact"

typedef enum priority {
    PRIORITY_NONE,
    PRIORITY_P1,
    PRIORITY_P2,
    PRIORITY_P3,
    PRIORITY_P4
} priority;

typedef struct answer_priority {
    phrase when;
    priority priority;
} answer_priority;

typedef struct answer_action {
    phrase condition; /* empty: always */
    phrase todo;
    slice run[3]; /* commands */
    size_t run_count;
    when until;               /* WHEN_NONE */
    phrase impact;            /* empty */
    const char *because_kind; /* "claim", "rule", "mitigation", "kev" */
    slice because_id;
    phrase tag; /* short form of the reason, for the terminal */
} answer_action;

typedef struct answer_unknown {
    phrase what;
    const char *would_change; /* "verdict", "priority", "attribution" */
    slice run;
} answer_unknown;

/* Somebody says of the entity: it comes from there, it is after them, it wants that. */
typedef struct answer_saying {
    node_ref node; /* KIND_NONE: only text */
    slice name;    /* for people */
    slice note;    /* what the source adds in its own words */
    const slice *sources;
    size_t source_count;
    const slice *labels; /* the same for people, without copies */
    size_t label_count;
    int confidence; /* -1: not said */
    const claim *claim;
} answer_saying;

typedef struct answer_sayings {
    answer_saying *at;
    size_t count, total;
} answer_sayings;

/* Another entity that it has to do with. */
typedef struct answer_relation {
    node_ref node;
    slice name, id; /* id: "S1164"; empty */
    predicate predicate;
    bool pointing; /* the other one says it of this one */
    when first_seen, last_seen;
    uint64_t count;       /* mitigations: techniques of this entity that it helps against */
    const slice *mapping; /* vulnerabilities of a technique: how they are mapped to it */
    size_t mapping_count;
    slice text, text_source;
    slice basis; /* "text": read in a description, "reference": in the address of a report; empty */
    const slice *sources;
    size_t source_count;
} answer_relation;

typedef struct answer_relations {
    answer_relation *at;
    size_t count, total;
} answer_relations;

/* Names that the same sources give. */
typedef struct answer_names {
    const slice *sources; /* for people */
    size_t source_count;
    const slice *names;
    size_t name_count;
} answer_names;

/* A name of it that others have, too. */
typedef struct answer_shared_name {
    slice name, other; /* what else it means */
} answer_shared_name;

/* Everything about one thing that has a name. */
typedef struct answer_card {
    name_group group;
    slice external_id;     /* "G0007"; empty */
    const name_said *uses; /* who uses the asked name for it */
    const node_ref *use_of;
    size_t use_count;
    const answer_names *names; /* most sources first */
    size_t names_count;
    const answer_shared_name *shared;
    size_t shared_count;
    slice matched_label;  /* of the source that uses the asked name */
    const slice *matched; /* "Microsoft: Forest Blizzard": who lists the asked name under what */
    size_t matched_count;
    bool revoked;
    slice description;
    const claim *description_claim;
    bool description_is_copy; /* of a source that repeats another */
    answer_sayings origins, targets, motives;
    when first_seen, last_seen; /* WHEN_NONE */
    int since_year;             /* read in the description: "since at least 2004"; 0 */
    answer_relations software, campaigns, actors, mitigations, detections, subtechniques;
    answer_relations exploits, exploited_by, relations;
    answer_relations vulnerabilities; /* of a technique: mapped to it; not cut */
    node_ref parent;                  /* of a sub-technique */
    slice parent_name, parent_id;
    const slice *platforms;
    size_t platform_count;
    const slice *tactics; /* of a technique */
    size_t tactic_count;
    size_t detected;      /* of its techniques, those with a detection strategy */
    uint64_t observables; /* statements that say a value is of it */
    bool observables_at_least;
    const node_ref *sample; /* some of them */
    size_t sample_count;
} answer_card;

/* One CVSS score, by whom. */
typedef struct answer_cvss {
    slice version, vector, by;
    slice score, severity; /* of the base metrics; empty when the vector cannot be read */
    slice overall;         /* with its temporal and environmental metrics; empty: the same */
    slice said;            /* what the record says, where that is another score */
    const claim *claim;
} answer_cvss;

/* CISA's choices, and the decision they lead to by mission impact (low, medium, high). */
typedef struct answer_ssvc {
    slice exploitation, automatable, impact, by;
    when at;                 /* WHEN_NONE */
    const char *decision[3]; /* "track", "track*", "attend", "act"; NULL: a choice is missing */
    const claim *claim;
} answer_ssvc;

typedef enum range_kind {
    RANGE_ONE,    /* this version */
    RANGE_BEFORE, /* from (empty: the first), before `to` */
    RANGE_TO,     /* from (empty: the first), up to and with `to` */
    RANGE_FROM,   /* from on */
    RANGE_ALL
} range_kind;
typedef struct answer_range {
    range_kind kind;
    slice from, to;
    bool commits; /* of a repository: nothing to compare a version with */
} answer_range;

/* A product and what one provider says of its versions. */
typedef struct answer_affected {
    node_ref node; /* KIND_NONE: it has no name to be found by */
    slice name, vendor, product, by;
    bool affected; /* false: no version is */
    const answer_range *ranges;
    size_t range_count, left_out;
    const slice *fixed; /* the first versions that are not affected any more */
    size_t fixed_count;
    const slice *unaffected;
    size_t unaffected_count;
    const claim *claim;
} answer_affected;

/* One term of the sum that makes the priority. */
typedef struct answer_term {
    const char *name; /* "exploited", "no-login", ... */
    int points;
} answer_term;

/* Indicators that are held of it or of who exploits it, by source. */
typedef struct answer_held {
    slice source;
    uint64_t count;
} answer_held;

/* A text of a provider that says what to do. */
typedef struct answer_advice {
    slice text, by;
    bool foreign; /* not in English: nobody wrote it in English */
    const claim *claim;
} answer_advice;

/* What its CVE record, KEV and others say of a vulnerability. */
/* Two editions of the catalogue of exploited vulnerabilities do not say the same. */
typedef struct answer_kev_change {
    const char *what;              /* "ransomware", "due_date", "removed" */
    slice from, to;                /* the words; of "removed" the day it was added, and nothing */
    when from_edition, to_edition; /* whose edition said so first; WHEN_NONE */
    when recorded;                 /* when this store learnt it; WHEN_NONE */
} answer_kev_change;

typedef struct answer_vulnerability {
    bool exploited;
    bool rejected;      /* the CVE Program took it back */
    slice rejected_why; /* empty */
    const claim *kev;   /* KEV's own entry, else another word that it is exploited */
    when date_added, due_date;
    slice due; /* due_date as it was written */
    slice ransomware, action, vendor, product, title, notes;
    when published;   /* when it was public: WHEN_NONE */
    slice assigner;   /* short name of the CNA */
    when first_known; /* the earliest use that a source dates; WHEN_NONE */
    const slice *cwes;
    size_t cwe_count;
    answer_cvss *cvss;
    size_t cvss_count;
    answer_ssvc ssvc; /* claim NULL: none */
    bool has_epss;
    series_point epss;
    answer_affected *affected;
    size_t affected_count, affected_total;
    answer_advice solution, workaround; /* claim NULL: none */
    answer_held *held;
    size_t held_count;
    phrase facts;   /* how it is attacked: over the network, no login */
    phrase because; /* the sum in words */
    answer_term terms[8];
    size_t term_count;
    int points;
    priority priority; /* if it is affected */
    answer_kev_change changes[2];
    size_t change_count;
} answer_vulnerability;

typedef struct answer_attribution {
    bool candidates; /* else not attributed */
    const answer_entity *at;
    size_t count;
    const phrase *because;
    size_t because_count;
} answer_attribution;

/* "leaked" in the reader's language, other notes of sources as they are. */
message note_message(slice note);

/* --- the answer ----------------------------------------------------------------------------- */

typedef enum answer_type {
    ANSWER_OBSERVABLE,
    ANSWER_ENTITY,
    ANSWER_VULNERABILITY,
    ANSWER_AMBIGUOUS, /* a name that several things have */
    ANSWER_NOTHING    /* a name that nobody has */
} answer_type;

typedef struct answer_question {
    slice input;
    slice kind;    /* "ipv4", "actor", "technique", "name", ... */
    slice value;   /* normalised */
    node_ref node; /* of an observable */
    const slice *also;
    size_t also_count;
    unsigned steps;
    bool defanged;
    bool file;    /* the hash is of a file that was given: nothing more can be got from it */
    when seen_at; /* WHEN_NONE */
} answer_question;

typedef struct answer {
    answer_type type;
    answer_question question;
    when as_of; /* what was known then, and "now" for ages */
    tlp tlp;
    pap pap;
    bool known; /* somebody says something: the exit code */

    /* an observable */
    verdict verdict;
    phrase summary, holds, priority_line;
    const answer_fact *facts;
    size_t fact_count;
    answer_claims why, against;
    bool special;       /* a reserved address, the hash of nothing ... */
    size_t claims_over; /* there are more about the value than were looked at: over so many; 0 */
    const answer_asked *asked;
    size_t asked_count;
    answer_here here;
    uint64_t lists; /* warninglists and the like that were asked */
    phrase limits;  /* of the asking: other hashes would reach more */
    const answer_entity *entities;
    size_t entity_count, entity_total;
    answer_attribution attribution;
    const answer_technique *techniques;
    size_t technique_count, technique_total;
    slice registrable_domain, network, asn, country;
    const answer_pivot *pivots;
    size_t pivot_count;
    priority priority;
    const answer_priority *priority_if;
    size_t priority_if_count;
    contact contact; /* with seen_at */

    /* a thing with a name */
    const answer_card *card;
    const answer_vulnerability *vulnerability;
    const phrase *notes; /* of the whole answer: an equation, a warning about a name */
    size_t note_count;

    const answer_action *actions;
    size_t action_count;
    const answer_unknown *unknown;
    size_t unknown_count;
    slice ask_a_person; /* the command */
} answer;

#endif
