/* pg_copy.c - filling a table by COPY, and statements made up on the way: see know/tables.h. */
#include "know/db/pg.h"
#include "know/tables.h"

#include <stdio.h>
#include <stdlib.h>

enum { CHUNK = 64 << 10, ROW_MAX = 64 << 20 };

static const char copy_head[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";

static status give(pg_db *d, err *why)
{
    status st = buf_status(&d->copy, why);
    if (st == OK && PQputCopyData(d->conn, d->copy.ptr, (int)d->copy.len) != 1)
        st = pg_fail(d, NULL, "copying", why);
    buf_clear(&d->copy);
    return st;
}

status pg_copy_begin(db *b, const char *sql, err *why)
{
    pg_db *d = pg_of(b);
    status st = pg_quiet(d, why);
    if (st != OK)
        return st;
    PGresult *r = PQexec(d->conn, sql);
    if (PQresultStatus(r) != PGRES_COPY_IN)
        return pg_fail(d, r, sql, why);
    PQclear(r);
    buf_init(&d->copy, ROW_MAX);
    buf_put(&d->copy, slice_of(copy_head, sizeof copy_head)); /* with the last of its zeros */
    return OK;
}

static void put_field(buf *b, slice bytes)
{
    char len[4];
    pg_put32(len, (int32_t)bytes.len);
    buf_put(b, slice_of(len, 4));
    buf_put(b, bytes);
}

status pg_copy_row(db *b, const db_table *t, const db_value *row, err *why)
{
    pg_db *d = pg_of(b);
    CLEANUP(arena_done) arena a;
    status st = OK;
    arena_init(&a, ROW_MAX);
    buf_byte(&d->copy, 0);
    buf_byte(&d->copy, (char)t->columns);
    for (size_t i = 0; st == OK && i < t->columns; i++) {
        char number[8];
        slice bytes = row[i].bytes;
        if (row[i].null) {
            buf_put(&d->copy, S("\377\377\377\377"));
            continue;
        }
        if (t->type[i] == 'i') {
            pg_put64(number, row[i].n);
            bytes = slice_of(number, 8);
        } else if (t->type[i] == 't' && !pg_escape(&a, bytes, &bytes)) {
            st = ARENA_SPENT(&a, why);
        }
        put_field(&d->copy, bytes);
    }
    return st == OK && d->copy.len >= CHUNK ? give(d, why) : st;
}

status pg_copy_end(db *b, err *why)
{
    pg_db *d = pg_of(b);
    buf_put(&d->copy, S("\377\377"));
    status st = give(d, why);
    if (PQputCopyEnd(d->conn, st == OK ? NULL : "given up") != 1 && st == OK)
        st = pg_fail(d, NULL, "copying", why);
    for (PGresult *r; (r = PQgetResult(d->conn));) {
        if (st == OK && PQresultStatus(r) != PGRES_COMMAND_OK)
            st = pg_fail(d, r, "copying", why);
        else
            PQclear(r);
    }
    buf_done(&d->copy);
    return st;
}

status pg_adhoc(db *b, const char *sql, db_stmt **ret, err *why)
{
    pg_stmt *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "store: out of memory");
    pg_write_down(pg_of(b), s, QUERY_COUNT_, sql, -1);
    if (s->base.broken != OK) {
        status st = s->base.broken;
        if (why)
            *why = b->first;
        pg_stmt_done(s);
        free(s);
        return st;
    }
    *ret = &s->base;
    return OK;
}

void pg_adhoc_done(db_stmt *b)
{
    pg_stmt_done((pg_stmt *)b);
    free(b);
}
