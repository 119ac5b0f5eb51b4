/* ask.h - the main job: a value, a name, an identifier in; an answer out.
 *
 *     asker *k;
 *     asker_new(store, &k, why);
 *     asker_look(k, &view, why);
 *     const answer *w;
 *     ask_options o = {.seen_at = WHEN_NONE};
 *     st = ask_value(k, &a, S("18[.]182[.]158[.]197"), &o, &w, why);
 *
 * Uses: know (store, claims, names, index, held), judge, model. Used by: watch, cmd.
 * What a text is taken for, in this order: an identifier (CVE, ATT&CK), an observable, a name. A
 * text that looks like a domain of no known top-level domain is tried as a name first.
 * An answer depends on nothing but the text, the options and the view: the same store, view and
 * `now` give the same bytes. What was looked up is remembered until the next look.
 * Cost: lists and counts are bounded (docs/answers.md), whatever the number of claims.
 * Threads: an asker belongs to one thread. */
#ifndef NOROSHI_ANSWER_ASK_H
#define NOROSHI_ANSWER_ASK_H

#include "answer/answer.h"

enum {
    ASK_TEXT_MAX = OBSERVABLE_TEXT_MAX,
    ASK_VALUES_MAX = 10000,        /* one request: contract section 7 */
    ASK_MEMORY_MAX = 64 << 20,     /* what an answer needs at most: the budget to give the arena */
    ASK_REMEMBERED_MAX = 64 << 20, /* of one look */
    ASK_KEPT_MAX = 32 << 20        /* likewise: of values that are asked about again; half of it,
                                    * and one more */
};

typedef struct asker asker;

/* Opens a lens and the index of the store, which stays open until asker_free. */
status asker_new(store *s, asker **ret, err *why) NODISCARD;
asker *asker_free(asker *k);
/* Pins what `v` sees now; *v is kept by reference until the next look. */
status asker_look(asker *k, const view *v, err *why) NODISCARD;
/* The same, for a thread that others wait for: takes a millisecond or two, however much was
 * imported. *ret_behind: look again, ask nothing yet. */
status asker_look_some(asker *k, const view *v, bool *ret_behind, err *why) NODISCARD;
/* As lens_rest. NULL is fine. */
void asker_rest(asker *k);

typedef struct ask_options {
    when seen_at; /* time of the event that the question is about; WHEN_NONE */
    kind want;    /* take the text as this kind of observable; KIND_NONE: find out */
    bool file;    /* it is a hash of a file that the asker has given */
    bool all;     /* every row of evidence gets its words, as RENDER_ALL and `--why` want; otherwise
                   * the first ANSWER_SHOWN of each list do, which is what is shown */
    bool brief;   /* for RENDER_SHORT alone: of an observable nothing else is worked out */
} ask_options;

/*   OK         *ret in `a`; also when nobody knows the value (ret->known is false)
 *   ERR_INPUT  the text is empty or no UTF-8
 *   ERR_LIMIT  over ASK_TEXT_MAX, or the arena's budget; ERR_IO, ERR_BUSY: the store's */
status ask_value(asker *k, arena *a, slice text, const ask_options *options, const answer **ret,
                 err *why) NODISCARD;

/* Is the text taken for an observable, whatever anybody says of it? Then nothing but claims about a
 * value is looked for, which takes microseconds. */
bool ask_is_observable(arena *a, slice text);

/* An answer about an observable that shows it to be bad: malicious, suspicious or conflicting. */
bool answer_is_bad(const answer *w);
/* The same answer for a contact at `seen_at`: its priority and short form, as --seen would give
 * them; of the words priority_line stays as it was. Shares everything with `w`, which is bad. */
void answer_seen(const answer *w, when seen_at, answer *ret);

#endif
