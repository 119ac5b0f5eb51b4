/* tables.h - the tables of a store as schema.def makes them, read and filled whole: for moving a
 * store from one engine to another. Private to know.
 *
 *     for (size_t i = 0; db_table_at(i, &t); i++)
 *         db_rows_each(from, &t, put, ctx, why);
 *
 * The text index is not among them: it is made from the claims again.
 * Uses: db. Used by: migrate.c. */
#ifndef NOROSHI_KNOW_TABLES_H
#define NOROSHI_KNOW_TABLES_H

#include "know/db.h"

enum { TABLE_COLUMNS_MAX = 24, TABLE_SQL_MAX = 4096 };

typedef struct db_table {
    slice name;
    slice column[TABLE_COLUMNS_MAX];
    char type[TABLE_COLUMNS_MAX]; /* i integer, t text, b bytes */
    size_t columns;
    size_t key[TABLE_COLUMNS_MAX]; /* columns of the primary key */
    size_t keys;
} db_table;

typedef struct db_value {
    bool null;
    int64_t n;
    slice bytes; /* valid until the next row */
} db_value;

/* The i-th table; false: there are no more. */
bool db_table_at(size_t i, db_table *ret);
/* All rows in the order of the key, page by page. on_row returning not OK stops. */
status db_rows_each(db *d, const db_table *t,
                    status (*on_row)(void *ctx, const db_value *row, err *why), void *ctx,
                    err *why) NODISCARD;

/* Rows into a table, inside a write transaction in which nothing else is asked meanwhile. */
typedef struct db_filler db_filler;
status db_fill_begin(db *d, const db_table *t, db_filler **ret, err *why) NODISCARD;
status db_fill_row(db_filler *f, const db_value *row, err *why) NODISCARD;
/* Ends it, also after an error; NULL is fine. OK: all rows are in. */
status db_fill_end(db_filler *f, err *why) NODISCARD;

#endif
