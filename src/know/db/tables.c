/* tables.c - see know/tables.h. */
#include "know/tables.h"
#include "know/db/driver.h"

#include <stdio.h>
#include <stdlib.h>

/* An engine may read a page whole before its first row. Rows are from a few bytes to megabytes, so
 * how many a page has follows from those of the page before. */
enum { PAGE_ROWS_FIRST = 8, PAGE_ROWS_MAX = 2000, PAGE_BYTES = 4 << 20, KEY_BYTES_MAX = 64 << 20 };

/* --- the schema ------------------------------------------------------------------------------- */

static slice word(slice *rest)
{
    size_t n = 0;
    *rest = slice_trim(*rest);
    while (n < rest->len && (is_alnum(rest->ptr[n]) || rest->ptr[n] == '_'))
        n++;
    slice w = slice_sub(*rest, 0, n);
    *rest = slice_from(*rest, n);
    return w;
}

static void put_key(db_table *t, slice list)
{
    slice name;
    while (slice_cut(&list, ',', &name))
        for (size_t i = 0; i < t->columns; i++)
            if (slice_eq(t->column[i], slice_trim(name)))
                t->key[t->keys++] = i;
}

/* "name TYPE ..." or a constraint. */
static void put_column(db_table *t, slice text)
{
    slice rest = slice_trim(text), name = word(&rest), type = word(&rest);
    if (slice_eq(name, S("UNIQUE")))
        return;
    if (slice_eq(name, S("PRIMARY"))) {
        size_t open = slice_find_byte(rest, '(', 0), close = slice_find_byte(rest, ')', 0);
        put_key(t, slice_sub(rest, open + 1, close));
        return;
    }
    assert(t->columns < TABLE_COLUMNS_MAX);
    t->column[t->columns] = name;
    t->type[t->columns] = slice_eq(type, S("INTEGER")) ? 'i'
                          : slice_eq(type, S("TEXT"))  ? 't'
                                                       : 'b';
    if (slice_find(rest, S("PRIMARY KEY"), 0) != SIZE_MAX)
        t->key[t->keys++] = t->columns;
    t->columns++;
}

static void read_table(slice s, db_table *ret)
{
    *ret = (db_table){.name = word(&s)};
    size_t from = slice_find_byte(s, '(', 0) + 1, at = from;
    for (int depth = 1; at < s.len && depth; at++) {
        char c = s.ptr[at];
        depth += c == '(' ? 1 : c == ')' ? -1 : 0;
        if ((c == ',' && depth == 1) || depth == 0) {
            put_column(ret, slice_sub(s, from, at));
            from = at + 1;
        }
    }
}

/* The columns that later migrations add: ALTER TABLE t ADD COLUMN name TYPE ...; */
static void read_changes(const char *sql, db_table *t)
{
    static const slice alter = S_INIT("ALTER TABLE ");
    slice all = slice_str(sql);
    for (size_t at = 0; (at = slice_find(all, alter, at)) != SIZE_MAX; at++) {
        slice rest = slice_from(all, at + alter.len), name = word(&rest);
        rest = slice_sub(rest, 0, slice_find_byte(rest, ';', 0));
        if (!slice_eq(name, t->name))
            continue;
        bool adds = slice_starts(rest, S(" ADD COLUMN "));
        assert(adds); /* a column that is renamed or dropped would have to be read here, too */
        put_column(t, slice_from(rest, S(" ADD COLUMN ").len));
    }
}

bool db_table_at(size_t want, db_table *ret)
{
    static const slice create = S_INIT("CREATE TABLE ");
    int version;
    size_t n = 0;
    const char *sql;
    bool found = false;
    for (size_t i = 0; (sql = db_migration(i, &version)); i++) {
        slice all = slice_str(sql);
        if (found)
            read_changes(sql, ret);
        for (size_t at = 0; !found && (at = slice_find(all, create, at)) != SIZE_MAX; at++)
            if (n++ == want) {
                read_table(slice_from(all, at + create.len), ret);
                found = true;
            }
    }
    return found;
}

/* --- reading ---------------------------------------------------------------------------------- */

typedef struct paging {
    const db_table *t;
    arena last; /* the key of the last row */
    db_value key[TABLE_COLUMNS_MAX];
    bool begun;
    size_t rows;  /* the page is to have */
    size_t count; /* it had */
    size_t bytes;
} paging;

static void put_names(buf *b, const db_table *t, bool keys)
{
    for (size_t i = 0; i < (keys ? t->keys : t->columns); i++)
        buf_printf(b, "%s%.*s", i ? ", " : "", SLICE_FMT(t->column[keys ? t->key[i] : i]));
}

/* SELECT a, b FROM t WHERE (k, l) > (?1, ?2) ORDER BY k, l LIMIT ?3 */
static void page_sql(const db_table *t, bool first, buf *b)
{
    buf_put(b, S("SELECT "));
    put_names(b, t, false);
    buf_printf(b, " FROM %.*s", SLICE_FMT(t->name));
    for (size_t i = 0; !first && i < t->keys; i++) {
        if (!i) {
            buf_put(b, S(" WHERE ("));
            put_names(b, t, true);
            buf_put(b, S(") > ("));
        }
        buf_printf(b, "%s?%zu", i ? ", " : "", i + 1);
    }
    buf_put(b, first ? S(" ORDER BY ") : S(") ORDER BY "));
    put_names(b, t, true);
    buf_printf(b, " LIMIT ?%zu", first ? 1 : t->keys + 1);
    buf_byte(b, 0);
}

static void bind_value(db_stmt *s, int at, char type, const db_value *v)
{
    if (v->null)
        db_bind_null(s, at);
    else if (type == 'i')
        db_bind_int(s, at, v->n);
    else if (type == 't')
        db_bind_text(s, at, v->bytes);
    else
        db_bind_blob(s, at, v->bytes);
}

static status keep_key(paging *p, const db_value *row, err *why)
{
    arena_reset(&p->last);
    for (size_t i = 0; i < p->t->keys; i++) {
        p->key[i] = row[p->t->key[i]];
        if (!arena_copy(&p->last, p->key[i].bytes, &p->key[i].bytes))
            return ARENA_SPENT(&p->last, why);
    }
    p->begun = true;
    return OK;
}

static void read_row(db_stmt *s, paging *p, db_value *row)
{
    const db_table *t = p->t;
    for (size_t i = 0; i < t->columns; i++) {
        int column = (int)i;
        row[i] = (db_value){.null = db_is_null(s, column)};
        if (row[i].null)
            continue;
        if (t->type[i] == 'i')
            row[i].n = db_int(s, column);
        else
            row[i].bytes = db_text(s, column);
        p->bytes += row[i].bytes.len;
    }
    p->count++;
}

/* How many the next one is to have: as many as fit, and not many more than before. */
static size_t next_rows(const paging *p)
{
    size_t fit = PAGE_BYTES / (p->bytes / p->count + 1) + 1;
    if (fit > 4 * p->rows)
        fit = 4 * p->rows;
    return fit < PAGE_ROWS_MAX ? fit : PAGE_ROWS_MAX;
}

static status read_page(db_stmt *s, paging *p,
                        status (*on_row)(void *ctx, const db_value *row, err *why), void *ctx,
                        err *why)
{
    db_value row[TABLE_COLUMNS_MAX];
    const db_table *t = p->t;
    int at = 1;
    bool more;
    status st;
    for (size_t i = 0; p->begun && i < t->keys; i++)
        bind_value(s, at++, t->type[t->key[i]], &p->key[i]);
    db_bind_int(s, at, (int64_t)p->rows);
    p->count = p->bytes = 0;
    while ((st = db_step(s, &more, why)) == OK && more) {
        read_row(s, p, row);
        if ((st = on_row(ctx, row, why)) != OK)
            break;
        if (p->count == p->rows && (st = keep_key(p, row, why)) != OK)
            break;
    }
    db_reset(s);
    return st;
}

status db_rows_each(db *d, const db_table *t,
                    status (*on_row)(void *ctx, const db_value *row, err *why), void *ctx, err *why)
{
    paging p = {.t = t, .rows = PAGE_ROWS_FIRST};
    status st = OK;
    bool more = true;
    arena_init(&p.last, KEY_BYTES_MAX);
    while (st == OK && more) {
        CLEANUP(buf_done) buf sql;
        db_stmt *s = NULL;
        buf_init(&sql, TABLE_SQL_MAX);
        page_sql(t, !p.begun, &sql);
        st = buf_status(&sql, why);
        if (st == OK)
            st = d->driver->adhoc(d, sql.ptr, &s, why);
        if (st == OK)
            st = read_page(s, &p, on_row, ctx, why);
        if (s)
            d->driver->adhoc_done(s);
        more = p.count == p.rows;
        if (more)
            p.rows = next_rows(&p);
    }
    arena_done(&p.last);
    return st;
}

/* --- filling ---------------------------------------------------------------------------------- */

struct db_filler {
    db *d;
    db_table t;
    db_stmt *insert; /* NULL: the driver has a way of its own */
};

static void insert_sql(const db_table *t, buf *b)
{
    buf_printf(b, "INSERT INTO %.*s (", SLICE_FMT(t->name));
    put_names(b, t, false);
    buf_put(b, S(") VALUES ("));
    for (size_t i = 0; i < t->columns; i++)
        buf_printf(b, "%s?%zu", i ? ", " : "", i + 1);
    buf_put(b, S(")"));
    buf_byte(b, 0);
}

static void copy_sql(const db_table *t, buf *b)
{
    buf_printf(b, "COPY %.*s (", SLICE_FMT(t->name));
    put_names(b, t, false);
    buf_put(b, S(") FROM STDIN (FORMAT binary)"));
    buf_byte(b, 0);
}

status db_fill_begin(db *d, const db_table *t, db_filler **ret, err *why)
{
    CLEANUP(buf_done) buf sql;
    db_filler *f = calloc(1, sizeof *f);
    buf_init(&sql, TABLE_SQL_MAX);
    if (!f)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "store: out of memory");
    *f = (db_filler){.d = d, .t = *t};
    bool copies = d->driver->copy_begin != NULL;
    (copies ? copy_sql : insert_sql)(t, &sql);
    status st = buf_status(&sql, why);
    if (st == OK)
        st = copies ? d->driver->copy_begin(d, sql.ptr, why)
                    : d->driver->adhoc(d, sql.ptr, &f->insert, why);
    if (st != OK) {
        free(f);
        return st;
    }
    *ret = f;
    return OK;
}

status db_fill_row(db_filler *f, const db_value *row, err *why)
{
    if (!f->insert)
        return f->d->driver->copy_row(f->d, &f->t, row, why);
    db_reset(f->insert);
    for (size_t i = 0; i < f->t.columns; i++)
        bind_value(f->insert, (int)i + 1, f->t.type[i], &row[i]);
    return db_run(f->insert, why);
}

status db_fill_end(db_filler *f, err *why)
{
    status st = OK;
    if (!f)
        return OK;
    if (f->insert)
        f->d->driver->adhoc_done(f->insert);
    else
        st = f->d->driver->copy_end(f->d, why);
    free(f);
    return st;
}
