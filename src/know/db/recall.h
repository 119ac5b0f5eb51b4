/* recall.h - what an import's point look-ups and INSERTs come to when their keys were announced.
 *
 * Private to know/db. A writer says what is coming (db_expect); the driver brings what the store
 * has of it,
 *
 *     recall_begin(a);
 *     for (about = RECALL_NODE; about < RECALL_ABOUTS; about++)
 *         recall_questions(a, about, coming, &keys, why), ...   // asks the store by these keys
 *         recall_take(a, about, &row);                          // each row there is
 *     recall_take_highest(a, &row);                             // of each table that is numbered
 *
 * and from then on
 *
 *     if (recall_answer(a, Q_CLAIM_ADD, given, &reply)) ... // reply.lane: one more row to gather
 *
 * says what the engine would say to a statement, from memory. Rows to add are gathered by the
 * driver, a lane a statement, under ids given here, next after the highest: what the engine would
 * do. What is not known here for certain is the engine's to say, after the lanes were sent; a
 * change to what is remembered by any other statement ends the remembering (recall_changed).
 * No input and output, no engine: what fetches and sends is lite_ahead.c and pg_ahead.c.
 * Uses: db. Used by: late_keys.h, lite.h, lite_ahead.c, sqlite.c, pg_ahead.c. */
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

typedef enum recall_about {
    RECALL_NODE,
    RECALL_ORIGIN,
    RECALL_CLAIM,
    RECALL_OBJECT,
    RECALL_ABOUTS
} recall_about;

/* Keys to look up: node_key.h or object.h and 0; the 16 bytes of origin.h; claim.subject and .h */
typedef struct recall_pair {
    int64_t a, b;
} recall_pair;
typedef struct recall_pairs {
    recall_pair *at;
    size_t count, cap;
} recall_pairs;

/* A row as the engine gives it. */
typedef struct recall_source {
    void *ctx;
    int64_t (*number)(void *ctx, int column);
    bool (*is_null)(void *ctx, int column);
    slice (*bytes)(void *ctx, int column); /* until the next call */
} recall_source;

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
bool recall_is_begun(const db_recall *a);
bool recall_is_open(const db_recall *a); /* begun, and nothing spoiled it */
/* What has to be asked about things of this sort. Claims come when the nodes are here, as only what
 * is there already can have some. All rows there are must be taken. */
status recall_questions(db_recall *a, recall_about about, const db_coming *c, recall_pairs *ret,
                        err *why) NODISCARD;
/* In the order of the keys, each once: for what is left of them when the driver has put aside what
 * it knows to be new. */
void recall_in_order(recall_pairs *p);
/* Columns: node_key.h, node.id, .kind, .text; origin.h, .id; claim.h, .id, .subject, .life, .gone,
 * .document, .predicate, .object, .tx; object.h, .id */
void recall_take(db_recall *a, recall_about about, const recall_source *row);
/* Columns: the highest ids of node, origin, claim and object. */
void recall_take_highest(db_recall *a, const recall_source *row);
/* `next` was asked about before what `now` has answered was: it learns from it what was added since
 * then, and under which ids. False: that is not known, as the engine answered itself. */
bool recall_follow(db_recall *next, const db_recall *now);

/* Is it one of the statements that recall_answer may know? */
bool recall_wants(query q);
/* Does the statement look at no table of the lanes, and change none? */
bool recall_stands_apart(query q);
/* False: ask the engine. `given` are the parameters from ?1 on. */
bool recall_answer(db_recall *a, query q, const recall_value *given, recall_reply *ret);
/* The engine has run a statement that changed rows. */
void recall_changed(db_recall *a, query q, const recall_value *given);

#endif
