/* setlist_sqlite.c - hashes of an SQLite database, as NSRL publishes its RDS: see setlist.h. Every
 * column that is called after a hash is read, of every table; all else is left alone. */
#include "format/setlist.h"

#include "format/sqlite.h"

#include <stdio.h>

typedef struct hash_column {
    size_t at;
    kind kind;
} hash_column;

typedef struct walk {
    setlist *l;
    sqlite_file *f;
    slice table;
    hash_column column[SQLITE_COLUMNS_MAX];
    size_t columns;
    bool any; /* a table with hashes was found */
} walk;

static status refuse(walk *w, const sqlite_row *row, slice reason, err *why)
{
    enum { PLACE_ROOM = 128, NAME_SHOWN = 64 };
    char place[PLACE_ROOM];
    setlist *l = w->l;
    snprintf(place, sizeof place, "%.*s, row %lld", SLICE_FMT(slice_sub(w->table, 0, NAME_SHOWN)),
             (long long)row->rowid);
    return l->sink->refuse(l->sink->ctx, row->at, slice_str(place), reason, why);
}

/* Hex, or the bytes of the digest themselves. */
static status take_cell(setlist *l, const hash_column *c, const sqlite_cell *cell, bool *ret_done,
                        err *why)
{
    if (cell->type == SQLITE_WORDS)
        return setlist_hash(l, slice_trim(cell->bytes), ret_done, why);
    *ret_done = cell->type == SQLITE_BYTES && cell->bytes.len == fact_digest_bytes(c->kind);
    return *ret_done ? setlist_digest(l, c->kind, cell->bytes, why) : OK;
}

static status take_row(void *ctx, const sqlite_row *row, err *why)
{
    walk *w = ctx;
    status st = OK;
    bool some = false, empty = true, cut = false;
    for (size_t i = 0; st == OK && i < w->columns; i++) {
        bool done = false;
        if (w->column[i].at >= row->cells) { /* added to the table after this row, or cut off */
            cut |= row->cut;
            continue;
        }
        const sqlite_cell *cell = &row->cell[w->column[i].at];
        empty = empty && (cell->type == SQLITE_NO || !cell->bytes.len);
        st = take_cell(w->l, &w->column[i], cell, &done, why);
        some |= done;
    }
    w->l->line++;
    if (st == OK && cut)
        return refuse(w, row, S("a row of over 1 MiB"), why);
    return st == OK && !some && !empty ? refuse(w, row, S("no hash in this row"), why) : st;
}

static status take_table(void *ctx, const sqlite_table *t, err *why)
{
    walk *w = ctx;
    w->columns = 0;
    w->table = t->name;
    for (size_t i = 0; i < t->columns; i++) {
        kind k = setlist_hash_column(t->column[i]);
        if (k != KIND_NONE)
            w->column[w->columns++] = (hash_column){i, k};
    }
    w->any |= w->columns != 0;
    return w->columns ? sqlite_file_rows(w->f, t, take_row, w, why) : OK;
}

status setlist_read_sqlite(setlist *l, reader *in, arena *a, err *why)
{
    walk w = {.l = l};
    status st = sqlite_file_open(a, in, &w.f, why);
    if (st == OK)
        st = sqlite_file_tables(w.f, take_table, &w, why);
    if (st == OK && !w.any)
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "a database without a column of hashes");
    return st;
}
