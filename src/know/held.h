/* held.h - how much each source has said about values of a kind: who was asked, and how much they
 * hold.
 *
 *     held_list list;
 *     held_of(l, &a, KIND_SHA256, &list, why);
 *     ... list.at[i].source, .statements, .newest ...
 *
 * Uses: store. Used by: answer, cmd.
 * Counted when a document is written and when claims are withdrawn, never by looking at claims:
 * a row a delivery, view class and kind, so that what the view does not see is not counted and
 * as-of answers stay what they were. Counted are INDICATES, PATTERN_OF and LISTED; a value that a
 * source says three things about counts three times. */
#ifndef NOROSHI_KNOW_HELD_H
#define NOROSHI_KNOW_HELD_H

#include "know/store.h"
#include "model/kind.h"

typedef struct held {
    slice source;
    bool listed;         /* these are memberships of lists */
    uint64_t statements; /* that stand */
    uint64_t documents;  /* that brought them: of lists, how many lists */
    when newest;         /* newest date inside, first or last seen or valid from; WHEN_NONE */
} held;

typedef struct held_list {
    held *at; /* by source; bad evidence before lists */
    size_t count;
} held_list;

/* One pass over the rows of the kind: 1 us a delivery. The caller remembers it for a look.
 *   ERR_LIMIT  the budget; ERR_IO, ERR_BUSY: the store's */
status held_of(lens *l, arena *a, kind k, held_list *ret, err *why) NODISCARD;
/* How many lists there are, of whatever kind of value; a new version of a list is no new list. */
status held_lists(lens *l, uint64_t *ret, err *why) NODISCARD;

#endif
