/* lite_ahead.c - what a writer will ask, found out in one go, and what it adds, added together: see
 * db_expect, recall.h and lite.h.
 *
 * An INSERT of one claim opens a cursor on the table and on each of its indexes, and that costs
 * more than the row. So rows are gathered, and a lane goes in by one INSERT ... SELECT from a table
 * of our own that is nothing but the rows in memory: cursors are opened once for thousands of them.
 * Keys of node_key are spread at random, so they are looked up and added in their order.
 * The table exists for the statements of this file: it has no name in the schema (eponymous), and
 * SQLite refuses it in views and triggers, which a hostile store might bring (DIRECTONLY).
 * OR FAIL: after an error the caller takes the whole document back, so that no statement needs a
 * copy of the pages it changes. */
#include "know/db/lite.h"

#include <stdio.h>
#include <stdlib.h>

enum { LANE_ROWS_MAX = 1 << 15, TEXT_BYTES_MAX = 16 << 20, TEXT_BUDGET = 128 << 20 };

typedef struct cell {
    union {
        int64_t n;
        const char *bytes;
    } is;
    uint32_t len;
    char type; /* as recall_value has it */
} cell;

typedef struct rows {
    cell *cells;
    size_t columns, count, cap;
} rows;

enum { FETCH_HIGHEST = RECALL_OBJECT + 1, FETCHES };

struct lite_lanes {
    db_recall *recall;
    rows lane[RECALL_LANES];
    rows keys;         /* what is being asked for */
    const rows *given; /* what the table of our own is, as long as a statement runs */
    arena texts;
    size_t text_bytes;
    sqlite3_stmt *insert[RECALL_LANES], *fetch[FETCHES];
};

/* --- rows in memory --------------------------------------------------------------------------- */

static cell *new_row(rows *r, err *why)
{
    if (r->count == r->cap) {
        size_t cap = r->cap ? r->cap * 2 : 256;
        cell *p = realloc(r->cells, cap * r->columns * sizeof *p);
        if (!p) {
            err_set(why, ERR_LIMIT, ERR_NOWHERE, "store: out of memory");
            return NULL;
        }
        r->cells = p;
        r->cap = cap;
    }
    return &r->cells[r->count++ * r->columns];
}

/* Two rows of two numbers. */
static int cmp_pairs(const void *a, const void *b)
{
    const cell *x = a, *y = b;
    if (x[0].is.n != y[0].is.n)
        return x[0].is.n < y[0].is.n ? -1 : 1;
    return (x[1].is.n > y[1].is.n) - (x[1].is.n < y[1].is.n);
}

static void sort_pairs(rows *r)
{
    assert(r->columns == 2);
    if (r->count)
        qsort(r->cells, r->count, 2 * sizeof *r->cells, cmp_pairs);
}

/* --- the table of our own --------------------------------------------------------------------- */

typedef struct rows_table {
    sqlite3_vtab base;
    const lite_lanes *lanes;
} rows_table;

typedef struct rows_cursor {
    sqlite3_vtab_cursor base;
    const rows *r;
    size_t at;
} rows_cursor;

static int table_connect(sqlite3 *conn, void *aux, int argc, const char *const *argv,
                         sqlite3_vtab **ret, char **error)
{
    char sql[256];
    int n = snprintf(sql, sizeof sql, "CREATE TABLE x (c0");
    (void)argc, (void)argv, (void)error;
    for (int i = 1; i < RECALL_COLUMNS_MAX; i++)
        n += snprintf(sql + n, sizeof sql - (size_t)n, ", c%d", i);
    snprintf(sql + n, sizeof sql - (size_t)n, ")");
    sqlite3_vtab_config(conn, SQLITE_VTAB_DIRECTONLY);
    int code = sqlite3_declare_vtab(conn, sql);
    rows_table *t = code == SQLITE_OK ? calloc(1, sizeof *t) : NULL;
    if (!t)
        return code == SQLITE_OK ? SQLITE_NOMEM : code;
    t->lanes = aux;
    *ret = &t->base;
    return SQLITE_OK;
}

static int table_disconnect(sqlite3_vtab *t)
{
    free(t);
    return SQLITE_OK;
}

static int table_plan(sqlite3_vtab *t, sqlite3_index_info *plan)
{
    (void)t;
    plan->estimatedRows = LANE_ROWS_MAX;
    plan->estimatedCost = LANE_ROWS_MAX;
    return SQLITE_OK;
}

static int cursor_open(sqlite3_vtab *t, sqlite3_vtab_cursor **ret)
{
    rows_cursor *c = calloc(1, sizeof *c);
    (void)t;
    if (!c)
        return SQLITE_NOMEM;
    *ret = &c->base;
    return SQLITE_OK;
}

static int cursor_close(sqlite3_vtab_cursor *c)
{
    free(c);
    return SQLITE_OK;
}

static int cursor_filter(sqlite3_vtab_cursor *base, int plan, const char *name, int argc,
                         sqlite3_value **argv)
{
    rows_cursor *c = (rows_cursor *)base;
    (void)plan, (void)name, (void)argc, (void)argv;
    c->r = ((const rows_table *)base->pVtab)->lanes->given;
    c->at = 0;
    return SQLITE_OK;
}

static int cursor_next(sqlite3_vtab_cursor *c)
{
    ((rows_cursor *)c)->at++;
    return SQLITE_OK;
}

static int cursor_eof(sqlite3_vtab_cursor *base)
{
    const rows_cursor *c = (const rows_cursor *)base;
    return !c->r || c->at >= c->r->count;
}

static int cursor_column(sqlite3_vtab_cursor *base, sqlite3_context *out, int column)
{
    const rows_cursor *c = (const rows_cursor *)base;
    if ((size_t)column >= c->r->columns)
        return SQLITE_OK; /* NULL */
    const cell *v = &c->r->cells[c->at * c->r->columns + (size_t)column];
    if (v->type == 'i')
        sqlite3_result_int64(out, v->is.n);
    else if (v->type == 't')
        sqlite3_result_text64(out, v->is.bytes, v->len, SQLITE_STATIC, SQLITE_UTF8);
    else if (v->type == 'b')
        sqlite3_result_blob64(out, v->is.bytes, v->len, SQLITE_STATIC);
    return SQLITE_OK;
}

static int cursor_rowid(sqlite3_vtab_cursor *c, sqlite3_int64 *ret)
{
    *ret = (sqlite3_int64)((const rows_cursor *)c)->at;
    return SQLITE_OK;
}

static const sqlite3_module rows_module = {
    .xConnect = table_connect,
    .xDisconnect = table_disconnect,
    .xBestIndex = table_plan,
    .xOpen = cursor_open,
    .xClose = cursor_close,
    .xFilter = cursor_filter,
    .xNext = cursor_next,
    .xEof = cursor_eof,
    .xColumn = cursor_column,
    .xRowid = cursor_rowid,
};

/* --- making and ending ------------------------------------------------------------------------ */

static status make_lanes(lite_db *d, err *why)
{
    lite_lanes *l = calloc(1, sizeof *l);
    if (!l || !(l->recall = recall_new())) {
        free(l);
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "store: out of memory");
    }
    arena_init(&l->texts, TEXT_BUDGET);
    for (size_t i = 0; i < RECALL_LANES; i++)
        l->lane[i].columns = recall_columns(i);
    l->keys.columns = 2;
    d->lanes = l;
    return sqlite3_create_module_v2(d->conn, "gathered_rows", &rows_module, l, NULL) == SQLITE_OK
               ? OK
               : lite_fail(d, "registering a table", why);
}

void lite_lanes_free(lite_db *d)
{
    lite_lanes *l = d->lanes;
    if (!l)
        return;
    for (size_t i = 0; i < RECALL_LANES; i++) {
        sqlite3_finalize(l->insert[i]);
        free(l->lane[i].cells);
    }
    for (size_t i = 0; i < FETCHES; i++)
        sqlite3_finalize(l->fetch[i]);
    free(l->keys.cells);
    arena_done(&l->texts);
    recall_free(l->recall);
    free(l);
    d->lanes = NULL;
}

static void empty_lanes(lite_lanes *l)
{
    for (size_t i = 0; i < RECALL_LANES; i++)
        l->lane[i].count = 0;
    arena_reset(&l->texts);
    l->text_bytes = 0;
}

void lite_forget(lite_db *d)
{
    if (d->lanes) {
        empty_lanes(d->lanes);
        recall_forget(d->lanes->recall);
    }
}

bool lite_recalls(const lite_db *d)
{
    return d->lanes && recall_is_open(d->lanes->recall);
}

/* --- adding ----------------------------------------------------------------------------------- */

/* INSERT INTO t (a, b) VALUES (?1, ?2) x  ->  INSERT OR FAIL INTO t (id, a, b) SELECT c0, ... */
static status prepare_lane(lite_db *d, size_t which, err *why)
{
    CLEANUP(buf_done) buf sql;
    CLEANUP(buf_done) buf head;
    slice rest, insert = S("INSERT");
    query q = recall_lanes[which].q;
    buf_init(&sql, SQL_MAX);
    buf_init(&head, SQL_MAX);
    recall_insert(which, db_text_of(&db_sqlite, q), &head, &rest);
    buf_put(&sql, S("INSERT OR FAIL"));
    buf_put(&sql, slice_from(buf_slice(&head), insert.len));
    for (size_t i = 0; i < recall_columns(which); i++)
        buf_printf(&sql, "%s%zu", i ? ", c" : " SELECT c", i);
    buf_put(&sql, S(" FROM gathered_rows"));
    if (q == Q_ORIGIN_REPORT_ADD) /* a report named twice; "WHERE": else ON would join */
        buf_printf(&sql, " WHERE TRUE%.*s", SLICE_FMT(rest));
    buf_byte(&sql, 0);
    status st = buf_status(&sql, why);
    if (st == OK && sqlite3_prepare_v3(d->conn, sql.ptr, -1, SQLITE_PREPARE_PERSISTENT,
                                       &d->lanes->insert[which], NULL) != SQLITE_OK)
        st = lite_fail(d, sql.ptr, why);
    return st;
}

static status add_lane(lite_db *d, size_t which, err *why)
{
    lite_lanes *l = d->lanes;
    status st = l->insert[which] ? OK : prepare_lane(d, which, why);
    if (st != OK)
        return st;
    if (recall_lanes[which].q == Q_NODE_KEY_ADD)
        sort_pairs(&l->lane[which]);
    l->given = &l->lane[which];
    if (sqlite3_step(l->insert[which]) != SQLITE_DONE)
        st = lite_fail(d, sqlite3_sql(l->insert[which]), why);
    sqlite3_reset(l->insert[which]);
    l->given = NULL;
    return st;
}

status lite_quiet(lite_db *d, err *why)
{
    lite_lanes *l = d->lanes;
    status st = OK;
    if (!l)
        return OK;
    for (size_t i = 0; st == OK && i < RECALL_LANES; i++)
        if (l->lane[i].count)
            st = add_lane(d, i, why);
    empty_lanes(l);
    return st;
}

static bool put_cell(lite_lanes *l, cell *c, const recall_value *v)
{
    slice text = S("");
    *c = (cell){.type = v->type};
    if (v->type == 'i')
        c->is.n = v->n;
    if (v->type != 't' && v->type != 'b')
        return true;
    if (v->text.len > UINT32_MAX || (v->text.len && !arena_copy(&l->texts, v->text, &text)))
        return false;
    c->is.bytes = text.ptr;
    c->len = (uint32_t)v->text.len;
    l->text_bytes += v->text.len;
    return true;
}

/* A row of noted values. */
static status gather(lite_stmt *s, err *why)
{
    lite_db *d = lite_of(s->base.d);
    lite_lanes *l = d->lanes;
    size_t which = (size_t)s->reply.lane, first = recall_lanes[which].numbered;
    rows *r = &l->lane[which];
    cell *row = new_row(r, why);
    if (!row)
        return ERR_LIMIT;
    if (first)
        row[0] = (cell){.is.n = s->reply.id, .type = 'i'};
    for (size_t i = first; i < r->columns; i++)
        if (!put_cell(l, &row[i], &s->given[i - first])) {
            r->count--;
            return ARENA_SPENT(&l->texts, why);
        }
    return r->count >= LANE_ROWS_MAX || l->text_bytes >= TEXT_BYTES_MAX ? lite_quiet(d, why) : OK;
}

/* --- finding out ------------------------------------------------------------------------------ */

static const char *const fetches[FETCHES] = {
    [RECALL_NODE] = "SELECT k.h, n.id, n.kind, n.text FROM gathered_rows v CROSS JOIN node_key k"
                    " ON k.h = v.c0 CROSS JOIN node n ON n.id = k.node",
    [RECALL_ORIGIN] = "SELECT o.h, o.id FROM gathered_rows v CROSS JOIN origin o ON o.h = v.c0",
    [RECALL_CLAIM] = "SELECT c.h, c.id, c.subject, c.life, c.gone, c.document, c.predicate,"
                     " c.object, c.tx FROM gathered_rows v CROSS JOIN claim c"
                     " ON c.subject = v.c0 AND c.h = v.c1",
    [RECALL_OBJECT] = "SELECT o.h, o.id FROM gathered_rows v CROSS JOIN object o ON o.h = v.c0",
    [FETCH_HIGHEST] = "SELECT (SELECT max(id) FROM node), (SELECT max(id) FROM origin),"
                      " (SELECT max(id) FROM claim), (SELECT max(id) FROM object)",
};

static slice bytes_at(sqlite3_stmt *s, int column)
{
    const char *p = sqlite3_column_blob(s, column);
    return slice_of(p ? p : "", (size_t)sqlite3_column_bytes(s, column));
}

static void take_row(lite_lanes *l, recall_about which, sqlite3_stmt *s)
{
    recall_row r = {.about = which, .id = sqlite3_column_int64(s, 1)};
    r.key =
        which == RECALL_ORIGIN ? recall_key(bytes_at(s, 0)) : (uint64_t)sqlite3_column_int64(s, 0);
    if (which == RECALL_NODE) {
        r.predicate = sqlite3_column_int64(s, 2);
        r.text = bytes_at(s, 3);
    } else if (which == RECALL_ORIGIN) {
        r.text = bytes_at(s, 0);
    } else if (which == RECALL_CLAIM) {
        r.subject = sqlite3_column_int64(s, 2);
        r.life = sqlite3_column_int64(s, 3);
        r.has_gone = sqlite3_column_type(s, 4) != SQLITE_NULL;
        r.gone = sqlite3_column_int64(s, 4);
        r.document = sqlite3_column_int64(s, 5);
        r.predicate = sqlite3_column_int64(s, 6);
        r.has_object = sqlite3_column_type(s, 7) != SQLITE_NULL;
        r.object = sqlite3_column_int64(s, 7);
        r.tx = sqlite3_column_int64(s, 8);
    }
    recall_found(l->recall, &r);
}

static void take_highest(lite_lanes *l, sqlite3_stmt *s)
{
    int column = 0;
    for (size_t i = 0; i < RECALL_LANES; i++)
        if (recall_lanes[i].numbered)
            recall_numbered(l->recall, i, sqlite3_column_int64(s, column++));
}

/* By l->keys, which are used up. */
static status fetch(lite_db *d, unsigned which, err *why)
{
    lite_lanes *l = d->lanes;
    int code = SQLITE_OK;
    if (!l->fetch[which])
        code = sqlite3_prepare_v3(d->conn, fetches[which], -1, SQLITE_PREPARE_PERSISTENT,
                                  &l->fetch[which], NULL);
    sqlite3_stmt *s = l->fetch[which];
    l->given = &l->keys;
    while (code == SQLITE_OK && (code = sqlite3_step(s)) == SQLITE_ROW) {
        code = SQLITE_OK;
        if (which == FETCH_HIGHEST)
            take_highest(l, s);
        else
            take_row(l, (recall_about)which, s);
    }
    status st = code == SQLITE_DONE ? OK : lite_fail(d, fetches[which], why);
    sqlite3_reset(s);
    l->given = NULL;
    l->keys.count = 0;
    return st;
}

static status ask_number(lite_lanes *l, int64_t a, int64_t b, err *why)
{
    cell *row = new_row(&l->keys, why);
    if (!row)
        return ERR_LIMIT;
    row[0] = (cell){.is.n = a, .type = 'i'};
    row[1] = (cell){.is.n = b, .type = 'i'};
    return OK;
}

static status fetch_numbers(lite_db *d, recall_about about, const int64_t *keys, size_t count,
                            err *why)
{
    lite_lanes *l = d->lanes;
    status st = OK;
    for (size_t i = 0; st == OK && i < count; i++)
        if (recall_asked(l->recall, about, (uint64_t)keys[i]))
            st = ask_number(l, keys[i], 0, why);
    sort_pairs(&l->keys);
    return st == OK && l->keys.count ? fetch(d, about, why) : st;
}

static status fetch_origins(lite_db *d, const db_coming *c, err *why)
{
    lite_lanes *l = d->lanes;
    for (size_t i = 0; i < c->origin_count; i++) {
        slice h = slice_of((const char *)c->origins[i], sizeof c->origins[i]);
        if (!recall_asked(l->recall, RECALL_ORIGIN, recall_key(h)))
            continue;
        cell *row = new_row(&l->keys, why);
        if (!row)
            return ERR_LIMIT;
        row[0] = (cell){.is.bytes = h.ptr, .len = (uint32_t)h.len, .type = 'b'};
        row[1] = (cell){0};
    }
    return l->keys.count ? fetch(d, RECALL_ORIGIN, why) : OK;
}

/* Only what is there already can have claims. */
static status fetch_claims(lite_db *d, const db_coming *c, err *why)
{
    lite_lanes *l = d->lanes;
    status st = OK;
    for (size_t i = 0; i < c->claim_count; i++) {
        const db_claim_key *k = &c->claims[i];
        const recall_row *node = NULL;
        recall_asked(l->recall, RECALL_CLAIM, (uint64_t)k->h);
        while (st == OK &&
               (node = recall_next(l->recall, RECALL_NODE, (uint64_t)k->subject_h, node)))
            st = ask_number(l, node->id, k->h, why);
    }
    sort_pairs(&l->keys);
    return st == OK && l->keys.count ? fetch(d, RECALL_CLAIM, why) : st;
}

static status find_out(lite_db *d, const db_coming *c, err *why)
{
    d->lanes->keys.count = 0;
    recall_begin(d->lanes->recall);
    status st = fetch_numbers(d, RECALL_NODE, c->nodes, c->node_count, why);
    if (st == OK)
        st = fetch_origins(d, c, why);
    if (st == OK)
        st = fetch_claims(d, c, why);
    if (st == OK)
        st = fetch_numbers(d, RECALL_OBJECT, c->objects, c->object_count, why);
    if (st == OK)
        st = fetch(d, FETCH_HIGHEST, why);
    if (st != OK)
        recall_forget(d->lanes->recall);
    return st;
}

status lite_expect(db *b, const db_coming *c, err *why)
{
    lite_db *d = lite_of(b);
    status st = d->lanes ? OK : make_lanes(d, why);
    if (st == OK)
        st = lite_quiet(d, why);
    if (st != OK)
        return st;
    recall_forget(d->lanes->recall);
    return c ? find_out(d, c, why) : OK;
}

/* --- answering -------------------------------------------------------------------------------- */

bool lite_answer(lite_stmt *s, status *ret, err *why)
{
    lite_db *d = lite_of(s->base.d);
    *ret = OK;
    if (!recall_answer(d->lanes->recall, s->q, s->given, &s->reply))
        return false;
    s->remembered = s->reply.row;
    d->changes = s->reply.changes;
    if (s->reply.lane < 0)
        return true;
    if (s->reply.id)
        d->last_id = s->reply.id;
    *ret = gather(s, why);
    return true;
}

void lite_changed(const lite_stmt *s)
{
    const lite_db *d = lite_of(s->base.d);
    if (lite_recalls(d))
        recall_changed(d->lanes->recall, s->q, s->given);
}
