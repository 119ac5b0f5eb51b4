/* job.h - one question under way, and what its steps share. Private to answer/ask.
 * Uses: ask. Used by: the files of answer/ask. */
#ifndef NOROSHI_ANSWER_ASK_JOB_H
#define NOROSHI_ANSWER_ASK_JOB_H

#include "answer/ask.h"
#include "judge/evidence.h"
#include "model/memo.h"
#include "know/held.h"

/* What is remembered of an entity while the look lasts: from its own claims, not its group's. */
typedef struct face {
    node_ref node;
    slice name, id;       /* "Phishing", "T1566"; empty */
    const slice *tactics; /* short names: "initial-access" */
    size_t tactic_count;
    const slice *platforms;
    size_t platform_count;
    node_ref parent; /* of a sub-technique */
    bool revoked;    /* or deprecated */
    marking marking; /* the strictest of its names' */
    when first_seen, last_seen;
    bool ties_loaded; /* the two below were asked for */
    const node_ref *mitigations;
    size_t mitigation_count;
    uint64_t detections;
} face;

enum { ASKED_MET = 1024 };
struct asker {
    store *s;
    lens *l;
    index_t *ix;
    struct sightings *seen; /* NULL: no telemetry was ever read; look_at_sightings */
    bool seen_looked;       /* in this look */
    const view *v;
    arena look; /* emptied by asker_look */
    pattern_memo patterns;
    memo *faces, *sources, *helds, *names, *groups, *shares;
    uint64_t indexed; /* the look that the index was refreshed after */
    bool lists_known;
    uint64_t lists;
    /* what was gathered of values that are asked about again and again: recall_evidence */
    arena kept;
    memo *evidence;
    uint64_t met[ASKED_MET]; /* hashes of known values that were asked about once */
};

typedef struct job {
    asker *k;
    arena *a;
    answer *w;
    evidence_set set;
    bool spent; /* an allocation failed: the step's status says so */
    bool all;   /* ask_options.all */
    bool brief; /* ask_options.brief */
} job;

/* Before `seen` is used: not every answer needs it, and it is a file to be opened. ask.c */
status look_at_sightings(asker *k, err *why);

/* --- memory (job.c): what fails sets `spent`, and returns NULL or nothing ------------------- */

void *job_alloc(job *j, size_t size);
/* Room for one more element behind `count` of `at`: the array to use from now on. */
void *job_more(job *j, void *at, size_t count, size_t size);
slice job_text(job *j, const char *fmt, ...) PRINTF_LIKE(2, 3);
status job_status(const job *j, err *why);

phrase phrase_one(job *j, message m);
typedef struct phrase_builder {
    message part[PHRASE_PARTS];
    size_t count;
} phrase_builder;
void phrase_add(phrase_builder *b, message m); /* over PHRASE_PARTS is left out */
phrase phrase_end(job *j, const phrase_builder *b, phrase_join join);
/* A message that lives in the arena, to be an argument of another. */
msg_message job_message(job *j, message m);

/* --- tactics (techniques.c) ----------------------------------------------------------------- */

typedef struct tactic_row {
    const char *name;   /* "credential-access" */
    const char *folded; /* "credentialaccess" */
    technique_group group;
} tactic_row;
/* By either spelling; NULL for a tactic of another matrix. Rows are in the order of an attack. */
const tactic_row *tactic_of(slice text);

/* --- what is remembered (recall.c) ---------------------------------------------------------- */

status recall_trust(void *ctx, slice source, source_trust *ret, err *why); /* ctx: asker */
/* ret->name is empty for a source the view knows nothing of. */
status recall_source(asker *k, slice source, const source_info **ret, err *why);
status recall_held(asker *k, kind of, const held_list **ret, err *why);
status recall_face(asker *k, node_ref node, const face **ret, err *why);
/* The same with mitigations and detections. */
status recall_ties(asker *k, node_ref node, const face **ret, err *why);
/* The thing the entity is: itself where nobody named it. ret->names is borrowed likewise. */
status recall_group(asker *k, arena *a, node_ref node, name_group *ret, err *why);
/* The name of the thing the entity is, for people. */
status recall_name(asker *k, node_ref node, slice *ret, err *why);
/* evidence_gather. Of a brief answer, which does not outlive the look, it may be another one's. */
status recall_evidence(job *j, node_ref value, evidence_set *ret, err *why);
/* How many values share the property node, and how many other properties it is tied to. */
typedef struct share {
    uint64_t values, others;
    bool at_least;
} share;
status recall_share(asker *k, node_ref property, const share **ret, err *why);
status recall_lists(asker *k, uint64_t *ret, err *why);

/* --- details of claims ---------------------------------------------------------------------- */

/* A text or a number of the detail as text; empty. */
slice detail_str(const json *detail, const char *key);
status detail_read(arena *a, slice text, const json **ret, err *why);

/* A word for a shell, in quotes when it needs them. */
slice shell_word(job *j, slice value);
message_id priority_word(priority p);

/* --- steps: each fills its part of j->w ----------------------------------------------------- */

status step_observable(job *j, err *why); /* observable.c */
/* A text that is no observable: *ret_known when something is called so. name.c */
status step_name(job *j, slice text, bool *ret_known, err *why);
status step_identifier(job *j, kind id_kind, slice id, err *why);
status step_nothing(job *j, slice text, err *why);
/* Everything about the candidate; j->w->card is set. card.c */
status step_card(job *j, const name_candidate *c, err *why);
status step_techniques(job *j, answer_card *card, err *why); /* techniques.c */
/* Of a vulnerability: the techniques it is mapped to; of a technique: the reverse. mapping.c */
status step_mapped_to(job *j, node_ref cve, err *why);
status step_mapped_from(job *j, answer_card *card, err *why);
status step_card_actions(job *j, err *why);             /* card_do.c */
status step_vulnerability(job *j, slice cve, err *why); /* vulnerability.c */
/* CVSS, SSVC, dates, what to do: from the claims about it. vulnerability_scores.c */
status see_scores(job *j, answer_vulnerability *v, const claim_list *properties, err *why);
/* Products and versions. vulnerability_affected.c */
status see_affected(job *j, answer_vulnerability *v, const claim_list *affects, err *why);
/* The sum and what it means: vulnerability_priority.c */
void see_vulnerability_priority(job *j, answer_vulnerability *v);

/* --- lists of a card ------------------------------------------------------------------------ */

/* Sources for people: short names, each once, copies of another in the list left out. */
status source_labels(job *j, const slice *sources, size_t count, const slice **ret,
                     size_t *ret_count, err *why);
/* Does the source only repeat another one that speaks for itself here? Then it adds nothing. */
status is_copy(job *j, slice source, const slice *others, size_t count, bool *ret, err *why);
void add_text_once(job *j, const slice **list, size_t *count, size_t most, slice text);
status add_saying(job *j, answer_sayings *list, node_ref node, slice name, const claim *c,
                  err *why);
status add_relation(job *j, answer_relations *list, node_ref node, const claim *c, bool pointing,
                    err *why);
status step_claims(job *j, err *why); /* claims.c: why, against, facts */
/* The word for the gravest of the roles; MSG_NONE for none. */
message_id role_word(unsigned roles);
/* The answer is as strict as the strictest claim in it. */
void see_marking(answer *w, marking m);
/* Names for people of at most four of the threats, each once. */
status threat_names(job *j, const node_ref *threats, size_t count, msg_list *ret, err *why);
status step_threats(job *j, err *why); /* attribution.c: entities */
status step_attribution(job *j, err *why);
status step_asked(job *j, err *why);
status step_here(job *j, err *why); /* here.c */ /* asked.c */
status step_priority(job *j, err *why);          /* priority.c */
status step_summary(job *j, err *why);           /* summary.c */
status step_actions(job *j, err *why);           /* actions.c */
status step_unknown(job *j, err *why);           /* unknown.c */

/* Which actions and unknowns differ by what the value is. */
typedef enum value_class { CLASS_FILE, CLASS_NETWORK, CLASS_MAIL, CLASS_OTHER } value_class;
value_class class_of(kind k);

#endif
