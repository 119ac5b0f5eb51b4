/* names.h - who is called so, and which entities are one thing.
 *
 *     name_candidates c;
 *     name_lookup(l, &a, S("Strontium"), KIND_NONE, &c, why);
 *     if (c.count == 1) ... c.at[0].group.name ... c.at[0].group.members[i].entity ...
 *     name_group g;
 *     name_group_of(l, &a, entity, &g, why);
 *
 * Uses: store, db, name. Used by: judge, answer, cmd.
 * Computed on every read, inside the lens's view: nothing about groups is stored, and what the view
 * does not see changes nothing, neither a representative nor what is ambiguous. The rules, with
 * examples: docs/names.md. In short: somebody's word and shared ids first, then names, stronger
 * uses before weaker ones; a name that would join two entities which one source holds apart joins
 * nothing.
 * What is returned is valid until the arena given ends or the lens looks again, whichever is first:
 * the lens remembers groups for one look. A call costs microseconds then, otherwise 1-5 ms. One
 * thread, as the lens. */
#ifndef NOROSHI_KNOW_NAMES_H
#define NOROSHI_KNOW_NAMES_H

#include "know/store.h"
#include "know/write.h"
#include "model/name.h"

enum {
    NAME_GROUP_MAX = 256,       /* entities looked at for one group; over it `cut` */
    NAME_NAMES_MAX = 4096,      /* names looked at for one group, likewise */
    NAME_PER_SOURCE_MAX = 1000, /* names of one entity from one source that are considered */
    NAME_USERS_MAX = 64,        /* users of a name; one with more is used too widely to tie */
    NAME_CANDIDATES_MAX = 64,   /* groups in an answer to name_lookup */
    NAME_OTHERS_MAX = 8         /* other users listed with a shared name */
};

/* How a source uses a name. Stronger uses have smaller numbers. */
typedef enum name_use {
    NAME_PRIMARY, /* its own name for the entity */
    NAME_ID,      /* an identifier: "G0007" */
    NAME_ALIAS,   /* somebody's name for it; vendor names too */
    NAME_TITLE,   /* a heading; says nothing about identity */
    NAME_USE_COUNT_
} name_use;
const char *name_use_word(name_use u); /* "primary" "id" "alias" "title" */

/* How the detail of a claim "named" says that the name is used; an alias when it says nothing. */
name_use name_use_of(arena *scratch, slice detail);

/* One name of one entity as one source gives it. */
typedef struct name_said {
    slice name;   /* as written; of several spellings the smallest */
    slice folded; /* name_fold */
    slice source;
    name_use use; /* the strongest, if the source uses it in several ways */
} name_said;

typedef struct name_member {
    node_ref entity;
    bool revoked;           /* a visible source has replaced it by another */
    const name_said *names; /* by use, then folded, then source */
    size_t name_count;
    bool more; /* a source has more names for it than NAME_PER_SOURCE_MAX */
} name_member;

/* Why two members are one. */
typedef enum name_rule {
    NAME_BY_PERSON,  /* an analyst's same-as */
    NAME_BY_SOURCE,  /* same-as, duplicate-of or revoked-by of a document */
    NAME_BY_ID,      /* they carry one id */
    NAME_BY_PRIMARY, /* two sources' own names for them are equal */
    NAME_BY_MUTUAL,  /* each one's own name is among the other's names */
    NAME_BY_ALIAS,   /* the one's own name is among the other's names */
    NAME_BY_SHARED,  /* they share an alias */
    NAME_RULE_COUNT_
} name_rule;
const char *name_rule_word(
    name_rule r); /* "person" "source" "id" "primary" "mutual" "alias" "shared" */

/* What joined a pair of members: the ties of a group connect all its members, and for each pair
 * that was joined directly the strongest rule is given. */
typedef struct name_tie {
    size_t a, b; /* members, a < b */
    name_rule rule;
    slice name;          /* folded; of several names the smallest. Empty when somebody's word */
    predicate predicate; /* somebody's word: what was said; else PRED_NONE */
    slice source;        /* somebody's word: whose */
    uint64_t claim_hi, claim_lo; /* and the public id of the claim (claims.h) */
    slice reason;                /* and the reason given with it */
} name_tie;

/* One name of the group, over all members and sources. */
typedef struct name_entry {
    slice name; /* the spelling that most sources use, then the smallest */
    slice folded;
    name_use use;         /* the strongest */
    const slice *sources; /* by text */
    size_t source_count;
    bool shared; /* entities outside the group are called so too ("careful: also means ...") */
    const node_ref *others; /* they: at most NAME_OTHERS_MAX, by text */
    size_t other_count;
} name_entry;

typedef struct name_group {
    node_ref id;                /* representative: the member with the smallest key */
    kind kind;                  /* its kind class */
    slice name;                 /* for people, see docs/names.md; the key when nobody named it */
    const name_member *members; /* by key */
    size_t member_count;
    const name_entry *names; /* by use, then number of sources (most first), then folded */
    size_t name_count;
    const name_tie *ties;
    size_t tie_count;
    bool cut; /* too large to look at whole: weaker evidence was left out */
} name_group;

/* Which thing is `entity`? A node that nobody named is a group of its own.
 *   OK             *ret filled
 *   ERR_NOT_FOUND  the view sees nothing of it
 *   ERR_INPUT      no entity kind
 *   ERR_LIMIT      the arena's budget; ERR_IO, ERR_BUSY: the store's */
status name_group_of(lens *l, arena *a, node_ref entity, name_group *ret, err *why) NODISCARD;
/* What people call the group: its name; where nobody gave one (reports, notes and rules have
 * titles, which say nothing about identity and are no names), the smallest of its titles; else its
 * key. In `a`.
 *   ERR_LIMIT  the budget */
status name_shown(lens *l, arena *a, const name_group *g, slice *ret, err *why) NODISCARD;

typedef struct name_candidate {
    name_group group;
    const name_said *uses;  /* who uses the asked name for it, and how; by use, source */
    const node_ref *use_of; /* use_of[i]: the member that uses[i] is said of */
    size_t use_count;
} name_candidate;

typedef struct name_candidates {
    slice folded;       /* what was looked up */
    name_candidate *at; /* best first: strongest use, most sources, then representative */
    size_t count;
    bool more; /* over NAME_CANDIDATES_MAX, or used by too many to list */
    /* at[0] is meant: it is alone, or the others are other kinds of things (malware called like its
     * actor) and fewer sources call them so */
    bool clear;
} name_candidates;

/* Who is called `text`? `class` KIND_NONE: entities of any kind, else those of that kind class.
 * Nobody: OK and count 0. More than one and not `clear`: the name is ambiguous; nothing is guessed.
 *   ERR_LIMIT  text over NAME_TEXT_MAX, or the arena's budget; else as above */
status name_lookup(lens *l, arena *a, slice text, kind class, name_candidates *ret,
                   err *why) NODISCARD;

/* One entity by its key ("intrusion-set--...", of whatever kind) or by a clear name; the
 * member that uses the name most strongly, then the smallest.
 *   ERR_NOT_FOUND  nobody is called so
 *   ERR_INPUT      several are: the message lists them */
status name_resolve(lens *l, arena *a, slice text, node_ref *ret, err *why) NODISCARD;

/* --- curation: `name merge|split` ------------------------------------------------------------- */

/* What has to be written or taken back so that a person's decision holds. */
typedef struct name_step {
    decision_what what;
    int64_t row;              /* of what is withdrawn or restored */
    slice source;             /* "analyst:..." */
    node_ref subject, object; /* of what is said subject has the smaller key */
    predicate predicate;      /* PRED_SAME_AS or PRED_NOT_SAME_AS */
    marking marking;
    int64_t said_us; /* when what is restored was recorded */
} name_step;

typedef struct name_change {
    const name_step *steps;
    size_t count;
    slice source;    /* who decides */
    node_ref a, b;   /* what the two arguments meant */
    marking marking; /* of the claims: as strict as what shows that the two are there */
} name_change;

/* Who decides, and how strictly it is to be marked at least. */
typedef struct name_decider {
    slice source;
    marking floor;
} name_decider;

/* Plans that x and y (keys or names) are one from now on, in the words of `by`. A decision that was
 * made to the contrary, the newest of which this comes of, is undone exactly: what it said is
 * withdrawn, what it took back is said again as it was. Else what persons said to the contrary is
 * taken back, or said otherwise where not all who see it would see why (docs/names.md).
 *   ERR_BUSY   they are already
 *   ERR_INPUT  one is ambiguous (the message lists the candidates), or they are different kinds of
 *              things; ERR_NOT_FOUND nobody is called so */
status name_merge(lens *l, arena *a, slice x, slice y, const name_decider *by, name_change *ret,
                  err *why) NODISCARD;
/* Plans that x and y are not one: takes back what persons said, and where names or sources would
 * still join them, says that they are not the same. Merge then split leaves every claim as it was,
 * and so does split then merge.
 *   ERR_BUSY   they are not one already; else as above */
status name_split(lens *l, arena *a, slice x, slice y, const name_decider *by, name_change *ret,
                  err *why) NODISCARD;
/* Carries the steps out, all or none, in one transaction; durable on return.
 *   ERR_BUSY   somebody has decided otherwise since the plan was made */
status name_apply(writer *w, const name_change *c, slice reason, err *why) NODISCARD;

#endif
