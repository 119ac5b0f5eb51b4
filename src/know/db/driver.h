/* driver.h - what an engine offers to db.c, and what db.c offers to engines.
 *
 * Private to know/db. A driver is one const table; its db and db_stmt begin with the structs here,
 * so that db.c needs to know no more of them. Statements arrive as queries.def has them, and
 * drivers put in the visibility filter in their own words (db_expand). */
#ifndef NOROSHI_KNOW_DB_DRIVER_H
#define NOROSHI_KNOW_DB_DRIVER_H

#include "know/db.h"

struct db_table;
struct db_value;

enum { SQL_MAX = 32768 }; /* bytes of one statement with its filters expanded */

typedef struct db_driver {
    const char *name;
    bool far; /* at the other end of a socket: each statement is a journey */
    status (*open)(const db_options *o, db **ret, err *why);
    void (*close)(db *d);
    /* the version of the schema, 0 when there is none; and what goes with a new one */
    status (*version)(db *d, int *ret, err *why);
    status (*set_version)(db *d, int version, err *why);
    status (*migration)(db *d, const char *sql, err *why);
    status (*begin_read)(db *d, err *why);
    /* in a read transaction that has read: a number that changes with each commit of anybody.
     * NULL: this engine has none */
    bool (*content)(db *d, uint32_t *ret);
    bool (*mark_now)(db *d, db_mark *ret); /* NULL: this engine has none */
    status (*begin_write)(db *d, bool waits, err *why);
    status (*commit)(db *d, err *why);
    status (*renew)(db *d, const db_turns *turns, err *why); /* NULL: nothing runs beside */
    void (*rollback)(db *d);
    bool (*in_transaction)(db *d);
    status (*savepoint)(db *d, err *why);
    status (*release)(db *d, err *why);
    status (*rollback_savepoint)(db *d, err *why);
    status (*checkpoint)(db *d, err *why);
    db_stmt *(*query)(db *d, query q);
    void (*bind_int)(db_stmt *s, int at, int64_t n);
    void (*bind_null)(db_stmt *s, int at);
    void (*bind_text)(db_stmt *s, int at, slice text);
    void (*bind_blob)(db_stmt *s, int at, slice bytes);
    status (*step)(db_stmt *s, bool *ret_row, err *why);
    int64_t (*column_int)(db_stmt *s, int column);
    void (*column_ints)(db_stmt *s, int first, int count, int64_t none, int64_t *ret);
    bool (*column_is_null)(db_stmt *s, int column);
    slice (*column_text)(db_stmt *s, int column);
    void (*reset)(db_stmt *s);
    int64_t (*changes)(db *d);
    int64_t (*last_id)(db *d);
    status (*expect)(db *d, const db_coming *c, err *why);
    status (*turn)(db *d, bool *ret_known, err *why);
    /* tables.h: a statement made up on the way, and filling a table (NULL: by an INSERT) */
    status (*adhoc)(db *d, const char *sql, db_stmt **ret, err *why);
    void (*adhoc_done)(db_stmt *s);
    status (*copy_begin)(db *d, const char *sql, err *why);
    status (*copy_row)(db *d, const struct db_table *t, const struct db_value *row, err *why);
    status (*copy_end)(db *d, err *why);
    status (*snapshot)(db *d, const char *path, err *why); /* NULL: there are no files */
    status (*explain)(db *d, query q, buf *out, err *why);
    status (*check)(db *d, err *why);
    status (*check_table)(db *d, const char *table, err *why);
} db_driver;

struct db {
    const db_driver *driver;
    const db_sight *sight;
    unsigned sights; /* counts calls of db_view: what was made of the last one is stale */
    int mutant;
    err first; /* why preparing failed */
};

struct db_stmt {
    db *d;
    status broken; /* what preparing or binding said, reported by the next step */
};

extern const db_driver db_sqlite, db_postgresql;

/* --- what db.c has for drivers ---------------------------------------------------------------- */

/* The statement as this engine is to run it, filters not expanded. */
const char *db_text_of(const db_driver *driver, query q);
/* A filter over the row alias `row`: which columns of it count. */
typedef struct db_filter {
    bool has_class, has_tx, has_gone;
} db_filter;
/* Expands the filters of one statement by `put`; the one numbered `drop` becomes TRUE. Returns how
 * many there were. */
int db_expand(const char *sql, int drop, buf *out,
              void (*put)(void *ctx, buf *out, db_filter f, slice row), void *ctx);
/* The number that d->mutant has within this statement; -1: none is dropped. */
int db_dropped(const db *d, query q);
/* The migrations, oldest first; NULL behind the last. */
const char *db_migration(size_t i, int *ret_version);

#endif
