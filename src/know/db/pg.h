/* pg.h - what the files of the PostgreSQL driver share. Private to them.
 *
 * pg.c opens, begins and ends; pg_stmt.c prepares, binds and steps; pg_ahead.c answers and gathers
 * for a writer that says what it will ask; pg_copy.c is for moving stores.
 * A result is read whole before its first row is given out, so that statements may be nested as
 * SQLite's may; statements are written to be read in pages. */
#ifndef NOROSHI_KNOW_DB_PG_H
#define NOROSHI_KNOW_DB_PG_H

#include "know/db/driver.h"
#include "know/db/pg_sql.h"

#include <libpq-fe.h>

enum {
    PG_INT = 20, /* types, as the server numbers them */
    PG_TEXT = 25,
    PG_BYTEA = 17,
    PG_BOOL = 16,
    PG_INT4 = 23,
    PG_INTS = 1016, /* bigint[] */
    PG_TEXTS = 1009,
    PG_BYTEAS = 1001,
    PG_PARAMS_MAX = 32,
    PG_NAME_MAX = 16,
    PG_TEXTS_MAX = 64 << 20
};

typedef struct pg_db pg_db;
typedef struct pg_lanes pg_lanes;

typedef struct pg_stmt {
    db_stmt base;
    query q;
    char name[PG_NAME_MAX];
    char *sql;       /* rewritten; NULL: not met yet */
    bool prepared;   /* at the server */
    bool remembered; /* the row is pg_ahead's, and there is at most one */
    pg_statement is;
    const char *value[PG_PARAMS_MAX];
    int length[PG_PARAMS_MAX];
    Oid type[PG_PARAMS_MAX]; /* as first bound; 0: NULL, the server finds out */
    char number[PG_PARAMS_MAX][8];
    int64_t plain[PG_PARAMS_MAX]; /* the same numbers */
    PGresult *result;
    int row, rows;
    int64_t answer[8]; /* of a remembered row; bit n of answer_null: column n is NULL */
    unsigned answer_null;
    arena given;   /* texts made for binding */
    arena decoded; /* texts made of columns, until the next step */
} pg_stmt;

struct pg_db {
    db base;
    PGconn *conn;
    int busy_ms;
    bool in_transaction;
    int64_t changes, last_id;
    const db_sight *made_of; /* what the arrays below say */
    unsigned made_at;
    buf classes, pending;
    char sight_tx[8];
    buf copy;        /* what goes into a table that is being filled */
    pg_lanes *lanes; /* NULL: nothing was ever expected */
    pg_stmt stmt[QUERY_COUNT_];
};

static inline pg_db *pg_of(db *d)
{
    return (pg_db *)d;
}

static inline void pg_put64(char out[8], int64_t n)
{
    for (int i = 0; i < 8; i++)
        out[i] = (char)((uint64_t)n >> (56 - 8 * i));
}

static inline void pg_put32(char out[4], int32_t n)
{
    for (int i = 0; i < 4; i++)
        out[i] = (char)((uint32_t)n >> (24 - 8 * i));
}

/* pg.c: what a failed result or, when it is NULL, the connection says; clears the result. */
status pg_fail(const pg_db *d, PGresult *r, const char *doing, err *why);
/* One or more statements without parameters; the last result, or NULL and *ret_st. */
PGresult *pg_exec(pg_db *d, const char *sql, status *ret_st, err *why);
status pg_run_sql(pg_db *d, const char *sql, err *why);

/* pg_stmt.c */
db_stmt *pg_query(db *d, query q);
void pg_bind_int(db_stmt *s, int at, int64_t n);
void pg_bind_null(db_stmt *s, int at);
void pg_bind_text(db_stmt *s, int at, slice text);
void pg_bind_blob(db_stmt *s, int at, slice bytes);
status pg_step(db_stmt *s, bool *ret_row, err *why);
int64_t pg_int(db_stmt *s, int column);
void pg_ints(db_stmt *s, int first, int count, int64_t none, int64_t *ret);
bool pg_is_null(db_stmt *s, int column);
slice pg_text(db_stmt *s, int column);
void pg_reset(db_stmt *s);
void pg_stmt_done(pg_stmt *s);
/* s->base.broken: what was wrong. q QUERY_COUNT_: it is none of queries.def. */
void pg_write_down(pg_db *d, pg_stmt *s, query q, const char *sql, int drop);

/* pg_copy.c */
status pg_copy_begin(db *d, const char *sql, err *why);
status pg_copy_row(db *d, const struct db_table *t, const struct db_value *row, err *why);
status pg_copy_end(db *d, err *why);
status pg_adhoc(db *d, const char *sql, db_stmt **ret, err *why);
void pg_adhoc_done(db_stmt *s);
int64_t pg_number(const PGresult *r, int row, int column);

/* Text as the server can hold it: NUL, and what is not UTF-8, byte by byte as the characters
 * U+10FE00 + byte, and these characters themselves likewise, so that every text comes back as it
 * was. `text` itself when there is nothing to do. False: the arena is spent. */
bool pg_escape(arena *a, slice text, slice *ret);
bool pg_unescape(arena *a, slice text, slice *ret);

/* Arrays in the wire's form: begun, filled, ended. */
void pg_array_begin(buf *b, Oid of);
void pg_array_int(buf *b, int64_t n);
void pg_array_bytes(buf *b, slice bytes);
void pg_array_null(buf *b);
void pg_array_end(buf *b, size_t count, bool has_null);

/* pg_ahead.c: sends what was gathered, and waits for what was sent. Before any other statement. */
status pg_quiet(pg_db *d, err *why);
/* Gives up what was gathered: the transaction is taken back. */
void pg_forget(pg_db *d);
void pg_lanes_free(pg_db *d);
/* Answers the statement from what is known. False: the server has to. */
bool pg_answer(pg_stmt *s, status *ret, bool *ret_row, err *why);
/* The server has run a statement that changed rows: what is known may be out of date. */
void pg_changed(const pg_stmt *s);
status pg_expect(db *d, const db_coming *c, err *why);
status pg_turn(db *d, bool *ret_known, err *why);

#endif
