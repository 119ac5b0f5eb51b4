/* lite.h - what the files of the SQLite driver share. Private to them.
 *
 * sqlite.c opens, begins, prepares, binds and steps; lite_ahead.c brings what the store has of what
 * a writer announced (db_expect), and adds the rows that were gathered, a statement a table;
 * lite_snapshot.c copies a database while others write.
 * Uses: driver, hand, key_filter, late_keys, recall, SQLite. Used by: sqlite.c, lite_ahead.c,
 * lite_snapshot.c. */
#ifndef NOROSHI_KNOW_DB_LITE_H
#define NOROSHI_KNOW_DB_LITE_H

#include "know/db/driver.h"
#include "know/db/hand.h"
#include "know/db/key_filter.h"
#include "know/db/late_keys.h"
#include "know/db/recall.h"

#include <sqlite3.h>

enum { LITE_GIVEN_MAX = 24 }; /* parameters of a statement that recall knows */

typedef struct lite_lanes lite_lanes;

typedef struct lite_stmt {
    db_stmt base;
    sqlite3_stmt *s;
    query q;
    bool used;       /* since the last rollback: it may stand on a row */
    bool noted;      /* what is bound stands in `given` alone */
    bool remembered; /* the row is recall's, and there is at most one */
    recall_reply reply;
    int given_count; /* the rest of `given` is NULL */
    recall_value given[LITE_GIVEN_MAX];
} lite_stmt;

typedef struct lite_db {
    db base;
    sqlite3 *conn;
    int busy_ms;
    int64_t last_id, changes;
    lite_lanes *lanes; /* NULL: nothing was ever expected */
    bool in_part;      /* between savepoint and release */
    /* each look begins and ends one: they are prepared once */
    sqlite3_stmt *begin_read, *rollback;
    uint16_t used[QUERY_COUNT_]; /* statements whose `used` is set */
    size_t used_count;
    lite_stmt stmt[QUERY_COUNT_];
} lite_db;

static inline lite_db *lite_of(db *d)
{
    return (lite_db *)d;
}

/* sqlite.c: what SQLite says of its last failure. */
status lite_fail(const lite_db *d, const char *doing, err *why);

/* lite_snapshot.c */
status lite_snapshot(db *d, const char *path, err *why);

/* lite_ahead.c */
status lite_expect(db *d, const db_coming *c, err *why);
status lite_turn(db *d, bool *ret_known, err *why);
/* The connection is ours: the second thread is done. What it said. */
status lite_settle(lite_db *d, err *why);
/* Adds what was gathered, but for the keys of nodes. */
status lite_quiet(lite_db *d, err *why);
status lite_before_part(lite_db *d, err *why);
/* All of it: before whatever looks at those tables, and before the transaction ends. */
status lite_all(lite_db *d, err *why);
/* Gives up what was gathered: the transaction ended. */
void lite_forget(lite_db *d);
/* A part has begun; it belongs to the whole; it was taken back. */
void lite_part_begun(lite_db *d);
void lite_part_released(lite_db *d);
void lite_part_gone(lite_db *d);
/* The transaction is taken back whole: nothing is lost by that any more. */
void lite_forget_lost(lite_db *d);
/* Commits and begins again, beside the writer. */
status lite_renew(db *d, const db_turns *turns, err *why);
void lite_lanes_free(lite_db *d);
/* Are statements answered from what is known? */
bool lite_recalls(const lite_db *d);
/* Answers the statement, whose parameters are noted. False: the engine has to. */
bool lite_answer(lite_stmt *s, status *ret, err *why);
/* The engine has run a statement that changed rows. */
void lite_changed(const lite_stmt *s);

#endif
