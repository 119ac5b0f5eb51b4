/* past.h - what persons have said and taken back of the entities around two: for undoing a
 * decision. Private to names.
 * Uses: names/load. Used by: names/plan.c. */
#ifndef NOROSHI_KNOW_NAMES_PAST_H
#define NOROSHI_KNOW_NAMES_PAST_H

#include "know/names/load.h"

enum {
    PAST_ENTITIES_MAX = 2 * NAME_GROUP_MAX, /* whose past is looked at; others are left out */
    PAST_PER_ENTITY_MAX = 256               /* the newest of one, each way */
};

/* A same-as or not-same-as that was said by hand, whether it stands or not. */
typedef struct past_tie {
    int64_t row, tx, gone; /* gone: by which transaction it was withdrawn; 0: it stands */
    int64_t subject, h;    /* what it says: lives of one statement have the same */
    int64_t said_us;       /* when it was recorded first */
    node_ref a, b;
    predicate predicate;
    slice source;
    marking marking;
} past_tie;

typedef struct past {
    past_tie *at;
    size_t count;
} past;

/* Of the entities of the graph, and of those that were tied to them. Lives in `a`. */
status past_read(lens *l, arena *a, const graph *g, past *ret, err *why) NODISCARD;
/* The newest transaction before that one which said or withdrew some of it; 0: none. */
int64_t past_newest(const past *of, int64_t before);
/* Is the tie, withdrawn by `tx`, said by nobody in the same words now, but by that transaction? */
bool past_restorable(const past *of, const past_tie *t, int64_t tx);

#endif
