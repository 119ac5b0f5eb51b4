/* sqlite.h - the tables of an SQLite database, read from its bytes, for data that is published as
 * one (NSRL's RDS). Private to the set codec.
 *
 *     sqlite_file *f;
 *     st = sqlite_file_open(a, input->in, &f, why);
 *     st = sqlite_file_tables(f, on_table, ctx, why);       // each table and its columns
 *     st = sqlite_file_rows(f, &table, on_row, ctx, why);   // in the order of rowid
 *
 * Uses: base, reader (which must seek). Used by: setlist.c, setlist_sqlite.c.
 * Source: "Database File Format", sqlite.org/fileformat2.html. Why not the library: it wants paths,
 * locks and system calls that a jailed worker has not, and a statement of its schema is code from
 * outside (docs/decisions/0117-sqlite-read.md).
 * Any byte may be wrong. Each page is read at most once a table, so damaged trees end; a row is
 * held up to SQLITE_ROW_MAX bytes, and of longer ones the beginning. What stands only in a
 * write-ahead log beside the file is not seen. Not read, and refused: UTF-16, WITHOUT ROWID. */
#ifndef NOROSHI_FORMAT_SQLITE_H
#define NOROSHI_FORMAT_SQLITE_H

#include "base/base.h"
#include "base/reader.h"

#define SQLITE_MAGIC S("SQLite format 3\0")
enum { SQLITE_COLUMNS_MAX = 256, SQLITE_TABLES_MAX = 1000, SQLITE_ROW_MAX = 1 << 20 };

typedef struct sqlite_file sqlite_file;

typedef struct sqlite_table {
    slice name; /* in the arena */
    uint32_t root;
    slice column[SQLITE_COLUMNS_MAX]; /* names; of what a view or a rowid is, nothing */
    size_t columns;
} sqlite_table;

typedef enum sqlite_type { SQLITE_NO, SQLITE_NUMBER, SQLITE_WORDS, SQLITE_BYTES } sqlite_type;

typedef struct sqlite_cell {
    sqlite_type type; /* SQLITE_NO: NULL */
    int64_t number;   /* of integers; 0 for what has a fraction */
    slice bytes;
} sqlite_cell;

typedef struct sqlite_row {
    uint64_t at;    /* offset of its page in the file */
    uint64_t rowid; /* as unsigned */
    const sqlite_cell *cell;
    size_t cells;
    bool cut; /* it is longer than SQLITE_ROW_MAX: later cells are not here */
} sqlite_row;

/* Reads the header. `in` is at its start and stays with the file.
 *   ERR_INPUT  no database, or of a kind that is not read; ERR_LIMIT  the arena's budget */
status sqlite_file_open(arena *a, reader *in, sqlite_file **ret, err *why) NODISCARD;
/* Ordinary tables by the order of the schema; not SQLite's own. */
status sqlite_file_tables(sqlite_file *f,
                          status (*on_table)(void *ctx, const sqlite_table *t, err *why), void *ctx,
                          err *why) NODISCARD;
/*   ERR_INPUT  the tree is damaged; what was read before it has been handed out */
status sqlite_file_rows(sqlite_file *f, const sqlite_table *t,
                        status (*on_row)(void *ctx, const sqlite_row *row, err *why), void *ctx,
                        err *why) NODISCARD;

#endif
