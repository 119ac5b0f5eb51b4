/* rejudge.h - what a change means: verdicts before and after, for the values that it touched.
 *
 *     rejudge_options o = {.before = l1, .after = l2, .ix = ix, .since = t, .on_change = show};
 *     st = rejudge(&o, &n, why);
 *
 * Uses: verdict, evidence, know/events. Used by: cmd, later feeds and lists.
 * Verdicts are not stored. `before` looks as of `since`, `after` now, both with the reader's
 * clearance; events say which values to judge twice. A change of an indicator touches the values
 * that its pattern names. Memory does not grow with the number of values: one that is touched by
 * transactions far apart may be told twice. */
#ifndef NOROSHI_JUDGE_REJUDGE_H
#define NOROSHI_JUDGE_REJUDGE_H

#include "judge/evidence.h"

typedef struct verdict_change {
    node_ref value;
    when at; /* when it was last touched */
    struct {
        verdict_word word;
        verdict_state state;
        int score_0_100;
    } before, after;
} verdict_change;

typedef struct rejudge_options {
    lens *before, *after;
    index_t *ix;
    when since;
    /* Not OK stops, and is returned. Only values whose word, state or score differ. */
    status (*on_change)(void *ctx, const verdict_change *c, err *why);
    void *ctx;
} rejudge_options;

typedef struct rejudge_counts {
    uint64_t judged, changed;
} rejudge_counts;

status rejudge(const rejudge_options *o, rejudge_counts *ret, err *why) NODISCARD;
/* The same for the sets that transaction `tx` loaded or dropped: the values that they have, or that
 * stand under one that they have. `since` is not looked at. */
status rejudge_sets(const rejudge_options *o, int64_t tx, rejudge_counts *ret, err *why) NODISCARD;

#endif
