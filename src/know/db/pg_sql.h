/* pg_sql.h - the common SQL as PostgreSQL takes it. Private to know/db. Pure.
 *
 *     pg_statement s;
 *     pg_rewrite("SELECT id FROM tx WHERE at <= ?1", -1, &out, &s);      // ... WHERE at <= $1
 *     pg_rewrite_schema("CREATE TABLE t (id INTEGER PRIMARY KEY) STRICT;", &out, why);
 *
 * Statements: ?n becomes $n, CROSS JOIN becomes JOIN (the planner is told to keep the order), the
 * sum of integers an integer, and SEES(x) a condition over three parameters behind the statement's
 * own: the visible classes, the last transaction, and those before it that are not in sight. An
 * INSERT into a table of numbered rows that names no id takes the next one, as SQLite does, and
 * gives it back: there is one writer at a time, so ids stay in order and without gaps.
 * Schema: INTEGER is bigint, BLOB bytea, TEXT text COLLATE "C", so that order and equality are
 * those of bytes; STRICT and WITHOUT ROWID go; indexes of numbered rows end in the id, as SQLite's
 * do unseen; triggers become functions; the FTS5 table becomes the one of pg_words.h. */
#ifndef NOROSHI_KNOW_DB_PG_SQL_H
#define NOROSHI_KNOW_DB_PG_SQL_H

#include "base/base.h"

typedef struct pg_statement {
    int params;      /* of its own */
    int sight;       /* number of the first of the view's three; 0: it has no filter */
    bool returns_id; /* an INSERT whose result is the new row's id */
    bool reads;      /* gives rows */
} pg_statement;

/* Appends the statement; the filter numbered `drop` becomes TRUE. out->failed: over its maximum. */
void pg_rewrite(const char *sql, int drop, buf *out, pg_statement *ret);
/* One migration. ERR_INTERNAL: there is a statement in it that this does not know. */
status pg_rewrite_schema(const char *sql, buf *out, err *why) NODISCARD;
/* Does the schema have a table of this name whose rows are numbered (id INTEGER PRIMARY KEY)? */
bool pg_numbered(slice table);

#endif
