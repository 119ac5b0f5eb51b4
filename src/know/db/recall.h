/* recall.h - what an import's point look-ups and INSERTs come to when their keys were announced.
 *
 * Private to know/db. A writer says what is coming (db_expect); the driver brings what the store
 * has of it (recall_asked, recall_found, recall_numbered), and from then on
 *
 *     if (recall_answer(a, Q_CLAIM_ADD, given, &reply)) ... // reply.lane: one more row to gather
 *
 * says what the engine would say to a statement, from memory. Rows to add are gathered by the
 * driver, a lane a statement, under ids given here, next after the highest: what the engine would
 * do. What is not known here for certain is the engine's to say, after the lanes were sent; a
 * change to what is remembered by any other statement ends the remembering (recall_changed).
 * No input and output, no engine: what fetches and sends is lite_ahead.c and pg_ahead.c. */
#ifndef NOROSHI_KNOW_DB_RECALL_H
#define NOROSHI_KNOW_DB_RECALL_H

#include "know/db.h"

enum { RECALL_LANES = 6, RECALL_COLUMNS_MAX = 23 };

/* The gathered statements: types of their columns (i number, t text, b bytes), and whether the
 * table's rows are numbered: then the id is the lane's first column. Rows of one table refer to
 * earlier lanes only. */
typedef struct recall_lane {
    query q;
    const char *types;
    bool numbered;
} recall_lane;
extern const recall_lane recall_lanes[RECALL_LANES];
size_t recall_columns(size_t lane);
char recall_type(size_t lane, size_t column);
/* Its INSERT up to and with the bracket that closes the columns: "INSERT INTO node_key (h, node)"
 * *ret_rest is what stands behind VALUES (...) */
void recall_insert(size_t lane, const char *sql, buf *out, slice *ret_rest);

/* A bound parameter. type 0: NULL. A number's text is not used, nor a text's n. */
typedef struct recall_value {
    char type;
    int64_t n;
    slice text;
} recall_value;

typedef enum recall_about { RECALL_NODE, RECALL_ORIGIN, RECALL_CLAIM, RECALL_OBJECT } recall_about;

typedef struct recall_row {
    recall_about about;
    bool has_object, has_gone;
    uint64_t key; /* node_key.h, the first bytes of origin.h, claim.h, object.h */
    int64_t id, subject, life, document, predicate, object, tx, gone; /* node: predicate is kind */
    slice text;                                                       /* node; origin: its h */
} recall_row;

typedef struct recall_reply {
    bool row;
    int64_t values[8]; /* of the one row there is */
    unsigned nulls;    /* bit n: column n is NULL */
    int lane;          /* gather the parameters there, -1: nowhere */
    int64_t id;        /* under this id; the last one given */
    int64_t changes;
} recall_reply;

typedef struct db_recall db_recall;

db_recall *recall_new(void); /* NULL: out of memory */
db_recall *recall_free(db_recall *a);
/* Nothing is known any more, and nothing is answered before recall_begin. */
void recall_forget(db_recall *a);
void recall_begin(db_recall *a);
bool recall_is_open(const db_recall *a);
/* All rows under the key are about to be told. False: they were already. */
bool recall_asked(db_recall *a, recall_about about, uint64_t key);
void recall_found(db_recall *a, const recall_row *row);
void recall_numbered(db_recall *a, size_t lane, int64_t highest);
/* The rows of a key, one after another: start with NULL. */
const recall_row *recall_next(const db_recall *a, recall_about about, uint64_t key,
                              const recall_row *after);
uint64_t recall_key(slice origin);

/* Is it one of the statements that recall_answer may know? */
bool recall_wants(query q);
/* Does the statement look at no table of the lanes, and change none? */
bool recall_stands_apart(query q);
/* False: ask the engine. `given` are the parameters from ?1 on. */
bool recall_answer(db_recall *a, query q, const recall_value *given, recall_reply *ret);
/* The engine has run a statement that changed rows. */
void recall_changed(db_recall *a, query q, const recall_value *given);

#endif
