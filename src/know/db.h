/* db.h - the only door to SQL. Private to know.
 *
 *     db_stmt *q = db_query(d, Q_NODE_FIND);
 *     db_bind_int(q, 1, h); db_bind_text(q, 2, text);
 *     while ((st = db_step(q, &row, why)) == OK && row)
 *         id = db_int(q, 0);
 *
 * Uses: base, marking. Used by: the modules of know, nobody else.
 * Every statement the product runs is one line of db/queries.def; migrations are db/schema.def.
 * A driver is a table of functions (db/driver.h): SQLite, and PostgreSQL (docs/postgresql.md). What
 * differs between engines stays inside the driver: the SQL is written once, in the common subset,
 * with parameters ?1..?n; the few statements that cannot be common have two texts.
 *
 * The visibility filter. Rows that carry a view class and a life span are only ever read through
 *     SEES(c)       visible now: class in view, recorded by then, not withdrawn by then
 *     SEES_PAST(c)  the same but withdrawn rows too
 *     SEES_TX(c)    recorded by then: rows of no view class
 *     SEES_CLASS(c) class in view: rows that belong to one that has a time
 * which db_view fills with the reader's view; it stands inside WHERE, so it acts before LIMIT,
 * counts and order. tests/know removes each occurrence in turn and demands a failing test.
 *
 * Threads: a db belongs to one thread; what a driver lets another do meanwhile is its own matter.
 * Several db on one store run side by side. */
#ifndef NOROSHI_KNOW_DB_H
#define NOROSHI_KNOW_DB_H

#include "base/base.h"

typedef struct db db;
typedef struct db_stmt db_stmt;

typedef enum query {
#define QUERY(name, sql) name,
#define QUERY_TWO(name, sql, sql_postgresql) name,
#include "know/db/queries.def"
#undef QUERY
#undef QUERY_TWO
    QUERY_COUNT_
} query;

typedef struct db_options {
    const char *where;    /* SQLite: path of the file */
    const char *server;   /* PostgreSQL: its address, "postgresql://..."; NULL: SQLite */
    const char *passfile; /* PostgreSQL: where libpq finds the password; NULL: nowhere */
    bool read_only;
    const char *vfs;    /* SQLite: name of the file layer; NULL is the default. For power tests */
    uint32_t busy_ms;   /* how long to wait for another writer; 0: 10,000 */
    uint32_t cache_kib; /* page cache */
    bool
        folds_nothing; /* SQLite: commits leave the write-ahead log to others, however long it is */
    uint64_t mmap_bytes;
    int mutant; /* NOROSHI_MUTANTS builds only: drop this visibility filter; -1 none */
} db_options;

/* Which rows a reader sees; kept by reference until the next db_view or db_close. */
typedef struct db_sight {
    const uint8_t *classes; /* classes[vc] != 0: visible; vc >= class_count is not */
    size_t class_count;
    int64_t tx;             /* last transaction in sight */
    const int64_t *pending; /* ids <= tx that are not: pending, or committed later than as-of */
    size_t pending_count;
} db_sight;

static inline bool sight_has_tx(const db_sight *s, int64_t tx)
{
    if (tx > s->tx)
        return false;
    for (size_t i = 0; i < s->pending_count; i++)
        if (s->pending[i] == tx)
            return false;
    return true;
}

status db_open(const db_options *options, db **ret, err *why) NODISCARD;
db *db_close(db *d);
const char *db_engine(const db *d); /* "sqlite" "postgresql" */
/* Creates the schema or moves it to the newest version, in one transaction. ERR_INPUT when the
 * store was written by a newer program. */
status db_migrate(db *d, err *why) NODISCARD;
/* The version that it has; 0: none. */
status db_schema(db *d, int *ret, err *why) NODISCARD;
void db_view(db *d, const db_sight *sight);

/* Transactions of the engine. begin_write waits for the other writer (ERR_BUSY after busy_ms). */
status db_begin_read(db *d, err *why) NODISCARD;
/* In a read transaction that has read something: a number that is another one after any commit,
 * whoever's. False: the engine does not say. */
bool db_content(db *d, uint32_t *ret);
/* The store's content as it is at this moment, inside of a transaction or not: the same again when
 * nobody has committed anything since. Costs no statement and no lock. False: the engine cannot
 * say so, or nothing was read through d yet. */
enum { DB_MARK_BYTES = 48 };
typedef struct db_mark {
    uint8_t bytes[DB_MARK_BYTES];
} db_mark;
bool db_mark_now(db *d, db_mark *ret);
status db_begin_write(db *d, err *why) NODISCARD;
status db_try_write(db *d, err *why) NODISCARD; /* ERR_BUSY at once */
status db_commit(db *d, err *why) NODISCARD;
/* Commits and begins the next write transaction, in its turn among writers; beside the caller where
 * the engine can. It may not be done on return: an error comes out at the next use of d, which is
 * in no transaction then. No acknowledgement, therefore. turns: kept until the next use. */
typedef struct db_turns {
    const void *ctx;
    status (*wait)(const void *ctx, int *ret_turn, err *why); /* called by any thread */
    void (*done)(int turn);
} db_turns;
status db_renew(db *d, const db_turns *turns, err *why) NODISCARD;
void db_rollback(db *d);
bool db_in_transaction(db *d);
/* A part of a write transaction that can be taken back alone. One level. */
status db_savepoint(db *d, err *why) NODISCARD;
status db_release(db *d, err *why) NODISCARD;
status db_rollback_savepoint(db *d, err *why) NODISCARD;
/* Folds the write-ahead log into the file, so that the next start is fast. */
status db_checkpoint(db *d, err *why) NODISCARD;

/* The prepared statement, reset and with no bindings. Prepared on first use and kept. One use at
 * a time: a query inside its own loop is a bug. Preparation errors come out of the first step. */
db_stmt *db_query(db *d, query q);
void db_bind_int(db_stmt *s, int at, int64_t n);
void db_bind_null(db_stmt *s, int at);
void db_bind_text(db_stmt *s, int at, slice text);  /* kept by reference until the next db_query */
void db_bind_blob(db_stmt *s, int at, slice bytes); /* likewise */
/* WHEN_NONE, negative confidence and the like: NULL when `none`. */
static inline void db_bind_maybe(db_stmt *s, int at, int64_t n, bool none)
{
    none ? db_bind_null(s, at) : db_bind_int(s, at, n);
}
status db_step(db_stmt *s, bool *ret_row, err *why) NODISCARD;
/* For statements that give no rows. */
status db_run(db_stmt *s, err *why) NODISCARD;
int64_t db_int(db_stmt *s, int column);
/* `count` columns from `first` on; `none` where there is NULL. Of many columns half the cost. */
void db_ints(db_stmt *s, int first, int count, int64_t none, int64_t *ret);
bool db_is_null(db_stmt *s, int column);
slice db_text(db_stmt *s, int column); /* valid until the next step */
void db_reset(db_stmt *s);             /* ends a loop early */
int64_t db_changes(db *d);             /* rows changed by the last run */
int64_t db_last_id(db *d);             /* rowid of the last insert */

/* A writer that reads ahead says what it is going to ask and to add. The driver finds out in one
 * go, answers from that, and adds rows together, all of it beside the writer where it can:
 *
 *     db_expect(d, &second, why);     // begins to find out
 *     ...                             // what was known about the first holds on
 *     db_turn(d, &known, why);        // from now on the second holds
 *     ...
 *     db_expect(d, NULL, why);        // nothing is coming, what was gathered goes out
 *
 * *ret_known false: it has to be expected once more, as nothing was there to turn to. What is
 * coming is kept by reference until the turn, db_expect(NULL) or the end of the transaction, which
 * ends it all. It changes no answer. db_is_far: the engine is at the other end of a socket; one
 * thing at a time is expected there. */
typedef struct db_claim_key {
    int64_t subject_h, h; /* node_key.h of the subject, claim.h */
} db_claim_key;
typedef struct db_coming {
    const int64_t *nodes; /* node_key.h */
    const uint8_t (*origins)[16];
    const db_claim_key *claims;
    const int64_t *objects; /* object.h */
    size_t node_count, origin_count, claim_count, object_count;
} db_coming;
bool db_is_far(const db *d);
status db_expect(db *d, const db_coming *c, err *why) NODISCARD;
status db_turn(db *d, bool *ret_known, err *why) NODISCARD;

/* Writes what d sees to a file of its own, a database that can be opened as it is; others go on
 * writing meanwhile. d is in a read transaction. The file is there already, and empty: SQLite would
 * let others read it. ERR_INPUT: this engine has no such files. */
status db_snapshot(db *d, const char *path, err *why) NODISCARD;

/* Tests: the SQL of a query after expansion, the number of visibility filters there are, and the
 * engine's plan, one line a row. */
const char *db_sql(query q);
int db_filter_count(void);
status db_explain(db *d, query q, buf *out, err *why) NODISCARD;
/* The engine's own consistency check; OK or ERR_INTERNAL with its first complaint. */
status db_check(db *d, err *why) NODISCARD;
/* The same of one table, its indexes row by row. Of a server OK: that is pg_amcheck's to find. */
status db_check_table(db *d, const char *table, err *why) NODISCARD;

#endif
