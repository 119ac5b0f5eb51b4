/* read_private.h - rows of claims on their way to a claim_list. Private to know.
 * Uses: claims, store_private. Used by: read.c, read_runs.c, telling.c.
 * A statement is run to its end by rows_take, and may be followed by others into the same rows;
 * rows_finish then looks up what the rows only have the ids of. */
#ifndef NOROSHI_KNOW_READ_PRIVATE_H
#define NOROSHI_KNOW_READ_PRIVATE_H

#include "know/claims.h"
#include "know/store_private.h"

/* How much of a claim is read: where it stands and what it was copied from cost as much as all
 * the rest. */
typedef enum extent { WHOLE, BARE } extent;

/* Ids to be replaced by what they stand for once the statement is over. */
typedef struct raw_ids {
    int64_t source, document, at, place, origin, vc, tx, object, words;
} raw_ids;

typedef struct claim_rows {
    claim *at;
    raw_ids *ids;
    size_t count, room;
} claim_rows;

/* Room for that many. */
status rows_room(arena *a, size_t room, claim_rows *rows, err *why);
/* Runs a bound statement of CLAIM_COLUMNS to its end, or to `max` rows: *more is set when there is
 * another, and otherwise left as it is. `subject` of all of them, in `a`; NULL: each its own. */
status rows_take(lens *l, arena *a, db_stmt *q, const node_ref *subject, size_t max,
                 claim_rows *rows, bool *more, err *why);
/* In the order of the claims' hashes, the same in every store; or as they were recorded. */
typedef enum rows_order { BY_HASH, AS_RECORDED } rows_order;
status rows_sort(arena *a, claim_rows *rows, rows_order order, err *why);
status rows_finish(lens *l, arena *a, extent e, const claim_rows *rows, bool more, claim_list *ret,
                   err *why);

/* --- claims that stand one after another: read_runs.c ----------------------------------------- */

typedef enum lives { STANDING, ANY_LIFE } lives;
/* From which id to which, others' in between. */
typedef struct id_run {
    int64_t first, last;
} id_run;
typedef struct id_runs {
    id_run *at; /* in the order of ids; together all claims about the subject */
    size_t count;
    size_t ids;  /* how many claims they hold, whoever sees them, at most one more than asked for */
    bool useful; /* few enough to be read run by run */
} id_runs;
/* Of more than `max` claims nothing but their number is told. Not for engines that are far. */
status runs_of(lens *l, arena *a, int64_t node, size_t max, id_runs *ret, err *why);
/* All of them that are seen. */
status runs_read(lens *l, arena *a, const id_runs *runs, int64_t node, const node_ref *subject,
                 lives of, claim_rows *rows, err *why);
/* A statement of such rows leaves out what the ids `object` and `words` stand for: filled in here,
 * for row i of several in `a`. */
status runs_fill(lens *l, arena *a, const raw_ids *ids, claim *list, size_t i, err *why);

/* Which claims about a subject are wanted. */
typedef struct wanted {
    predicate p; /* PRED_NONE: any */
    lives of;
    size_t max;
    size_t quiet_max; /* undated `indicates` of a source and a thing, of more than max */
} wanted;

/* Of more claims about one subject than can be read: those that tell most. `runs`: where they are;
 * NULL when that is not known. See telling.c. */
enum { PASS_MAX = 4096 }; /* some 3 ms; in runs half of that */
status claims_telling(lens *l, arena *a, int64_t node, const node_ref *subject, const wanted *w,
                      const id_runs *runs, claim_rows *rows, bool *more, err *why);
/* Likewise of claims that point at a node: of each predicate those that were recorded last. */
status claims_pointing(lens *l, arena *a, int64_t node, size_t max, claim_rows *rows, bool *more,
                       err *why);

#endif
