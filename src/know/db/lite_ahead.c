/* lite_ahead.c - what a writer will ask, found out in one go, and what it adds, added together: see
 * db_expect, recall.h and lite.h.
 *
 * Both are done by a second thread (hand.h), which has the connection then: what was gathered of
 * one group goes in, and what the store has of the group after the next comes out, while the writer
 * writes the one in between into memory and reads on. Whatever else wants the connection waits for
 * that (lite_settle); an error comes out there, and again until the transaction is taken back.
 *
 * An INSERT of one claim opens a cursor on the table and on each of its indexes, and that costs
 * more than the row. So rows are gathered, and a lane goes in by one INSERT ... SELECT from a table
 * of our own that is nothing but the rows in memory: cursors are opened once for thousands of them.
 * Keys of node_key are spread at random, so they are looked up and added in their order; and they
 * are added late, for many groups at a time (late_keys.h): before a commit, and before whatever
 * statement may look at them.
 * The table exists for the statements of this file: it has no name in the schema (eponymous), and
 * SQLite refuses it in views and triggers, which a hostile store might bring (DIRECTONLY).
 * OR FAIL: after an error the caller takes the whole document back, so that no statement needs a
 * copy of the pages it changes. */
#include "know/db/lite.h"

#include <stdio.h>
#include <stdlib.h>

enum {
    LANE_ROWS_MAX = 1 << 15,
    TEXT_BYTES_MAX = 16 << 20,
    TEXT_BUDGET = 128 << 20,
    LATE_AT_A_TIME = 8192,
    HAND_ROWS_MIN = 1024 /* fewer are done sooner than handed over */
};

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

enum { FETCH_HIGHEST = RECALL_ABOUTS, FETCH_LATE, FETCHES };
enum { LANE_NODE_KEY = 1 };

/* What is asked about may surely be new: then the store need not be looked at. */
typedef struct known_keys {
    key_filter *keys; /* of node_key, when it is whole */
    bool whole;
    int64_t version; /* of the store, when this was so: others may have written since */
    int64_t asked;   /* keys since it was not */
    sqlite3_stmt *state, *all;
} known_keys;

/* Rows on their way into the store. */
typedef struct gathered {
    rows lane[RECALL_LANES];
    arena texts;
    size_t text_bytes;
} gathered;

struct lite_lanes {
    db_recall *now, *next; /* what is known of the group being written, and of the one after it */
    gathered *fill, *sent; /* by the writer; by the hand, or empty */
    gathered both[2];
    hand *hand;
    const db_coming *coming; /* the hand is to find this out for `next`; NULL: nothing */
    const db_turns *turns;   /* the hand is to commit, and to begin in its turn; NULL: not to */
    bool lost;   /* rows of an ended part were not added: the transaction must not be committed */
    status said; /* by the hand */
    err why;
    recall_pairs pairs;
    known_keys known;
    late_keys *late; /* keys of nodes that went in, whose own rows go in when many are together */
    size_t
        part_from;   /* those before it are of ended parts, which the open one may not take along */
    bool part_added; /* they went in while the open part lasts: with it they would go out again */
    rows keys;       /* what is being asked for */
    const rows *given; /* what the table of our own is, as long as a statement runs */
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
    lite_lanes *l = d->lanes = calloc(1, sizeof *l);
    if (l) {
        l->now = recall_new();
        l->next = recall_new();
        l->hand = hand_new();
        l->late = late_keys_new();
    }
    if (!l || !l->now || !l->next || !l->hand || !l->late) {
        lite_lanes_free(d);
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "store: out of memory");
    }
    l->fill = &l->both[0];
    l->sent = &l->both[1];
    for (size_t g = 0; g < 2; g++) {
        arena_init(&l->both[g].texts, TEXT_BUDGET);
        for (size_t i = 0; i < RECALL_LANES; i++)
            l->both[g].lane[i].columns = recall_columns(i);
    }
    l->keys.columns = 2;
    return sqlite3_create_module_v2(d->conn, "gathered_rows", &rows_module, l, NULL) == SQLITE_OK
               ? OK
               : lite_fail(d, "registering a table", why);
}

void lite_lanes_free(lite_db *d)
{
    lite_lanes *l = d->lanes;
    if (!l)
        return;
    hand_free(l->hand);
    for (size_t i = 0; i < RECALL_LANES; i++) {
        sqlite3_finalize(l->insert[i]);
        free(l->both[0].lane[i].cells);
        free(l->both[1].lane[i].cells);
    }
    for (size_t i = 0; i < FETCHES; i++)
        sqlite3_finalize(l->fetch[i]);
    sqlite3_finalize(l->known.state);
    sqlite3_finalize(l->known.all);
    key_filter_free(l->known.keys);
    late_keys_free(l->late);
    free(l->keys.cells);
    free(l->pairs.at);
    arena_done(&l->both[0].texts);
    arena_done(&l->both[1].texts);
    recall_free(l->now);
    recall_free(l->next);
    free(l);
    d->lanes = NULL;
}

static void empty_lanes(gathered *g)
{
    for (size_t i = 0; i < RECALL_LANES; i++)
        g->lane[i].count = 0;
    arena_reset(&g->texts);
    g->text_bytes = 0;
}

status lite_settle(lite_db *d, err *why)
{
    lite_lanes *l = d->lanes;
    if (!l)
        return OK;
    hand_wait(l->hand);
    if (l->said != OK && why)
        *why = l->why;
    return l->said;
}

static void forget_rows(lite_lanes *l)
{
    hand_wait(l->hand);
    if (!l->lost)
        l->said = OK;
    empty_lanes(l->fill);
    recall_forget(l->now);
    recall_forget(l->next);
}

void lite_forget(lite_db *d)
{
    lite_lanes *l = d->lanes;
    if (!l)
        return;
    forget_rows(l);
    late_keys_cut(l->late, 0);
    l->part_from = 0;
    l->part_added = false;
}

void lite_part_begun(lite_db *d)
{
    if (d->lanes)
        d->lanes->part_from = late_keys_count(d->lanes->late);
}

void lite_part_released(lite_db *d)
{
    lite_lanes *l = d->lanes;
    if (!l)
        return;
    if (l->part_added)
        late_keys_drop(l->late, l->part_from);
    l->part_from = 0;
    l->part_added = false;
}

void lite_part_gone(lite_db *d)
{
    lite_lanes *l = d->lanes;
    if (!l)
        return;
    forget_rows(l);
    late_keys_cut(l->late, l->part_from);
    l->part_from = 0;
    l->part_added = false;
}

void lite_forget_lost(lite_db *d)
{
    if (d->lanes)
        d->lanes->lost = false;
}

bool lite_recalls(const lite_db *d)
{
    return d->lanes && recall_is_open(d->lanes->now);
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

static status insert_rows(lite_db *d, size_t which, const rows *r, err *why)
{
    lite_lanes *l = d->lanes;
    status st = l->insert[which] ? OK : prepare_lane(d, which, why);
    if (st != OK)
        return st;
    l->given = r;
    if (sqlite3_step(l->insert[which]) != SQLITE_DONE)
        st = lite_fail(d, sqlite3_sql(l->insert[which]), why);
    sqlite3_reset(l->insert[which]);
    l->given = NULL;
    return st;
}

static status new_pair(rows *r, const recall_pair *p, err *why)
{
    cell *row = new_row(r, why);
    if (!row)
        return ERR_LIMIT;
    row[0] = (cell){.is.n = p->a, .type = 'i'};
    row[1] = (cell){.is.n = p->b, .type = 'i'};
    return OK;
}

/* Those from `from` up to `to`, in their order, some thousand at a time. */
static status insert_late(lite_db *d, size_t from, size_t to, err *why)
{
    lite_lanes *l = d->lanes;
    status st = OK;
    l->keys.count = 0;
    for (size_t i = from; st == OK && i < to; i++) {
        st = new_pair(&l->keys, late_keys_at(l->late, i), why);
        if (st == OK && (i + 1 == to || l->keys.count == LATE_AT_A_TIME)) {
            st = insert_rows(d, LANE_NODE_KEY, &l->keys, why);
            l->keys.count = 0;
        }
    }
    return st;
}

/* All keys that wait. What an open part found there is kept, as the part may be taken back. */
static status add_late(lite_db *d, err *why)
{
    lite_lanes *l = d->lanes;
    size_t older = d->in_part ? l->part_from : 0;
    status st = OK;
    late_keys_sort(l->late, older);
    if (!l->part_added)
        st = insert_late(d, 0, older, why);
    if (st == OK)
        st = insert_late(d, older, late_keys_count(l->late), why);
    l->part_added = older > 0;
    late_keys_cut(l->late, older);
    return st;
}

static status add_keys(lite_db *d, const rows *r, err *why)
{
    lite_lanes *l = d->lanes;
    status st = OK;
    for (size_t i = 0; st == OK && i < r->count; i++) {
        int64_t h = r->cells[2 * i].is.n;
        if (l->known.whole)
            key_filter_put(l->known.keys, h);
        if (!late_keys_room(l->late))
            st = add_late(d, why);
        if (st == OK)
            late_keys_put(l->late, h, r->cells[2 * i + 1].is.n);
    }
    return st;
}

/* Rows of a part that was released before they were added cannot be taken back with it. */
static status add_lanes(lite_db *d, gathered *g, err *why)
{
    status st = OK;
    for (size_t i = 0; st == OK && i < RECALL_LANES; i++)
        if (g->lane[i].count)
            st = i == LANE_NODE_KEY ? add_keys(d, &g->lane[i], why)
                                    : insert_rows(d, i, &g->lane[i], why);
    empty_lanes(g);
    d->lanes->lost |= st != OK && !d->in_part;
    return st;
}

status lite_quiet(lite_db *d, err *why)
{
    lite_lanes *l = d->lanes;
    status st = lite_settle(d, why);
    if (st != OK || !l)
        return st;
    l->said = add_lanes(d, l->fill, &l->why);
    return lite_settle(d, why);
}

/* An open part leaves half of the room to its own keys. */
status lite_before_part(lite_db *d, err *why)
{
    status st = lite_quiet(d, why);
    bool many = d->lanes && late_keys_count(d->lanes->late) > LATE_KEYS_MAX / 2;
    return st == OK && many ? lite_all(d, why) : st;
}

status lite_all(lite_db *d, err *why)
{
    lite_lanes *l = d->lanes;
    status st = lite_quiet(d, why);
    if (st != OK || !l)
        return st;
    l->said = add_late(d, &l->why);
    l->lost |= l->said != OK && !d->in_part;
    return lite_settle(d, why);
}

static bool put_cell(gathered *g, cell *c, const recall_value *v)
{
    slice text = S("");
    *c = (cell){.type = v->type};
    if (v->type == 'i')
        c->is.n = v->n;
    if (v->type != 't' && v->type != 'b')
        return true;
    if (v->text.len > UINT32_MAX || (v->text.len && !arena_copy(&g->texts, v->text, &text)))
        return false;
    c->is.bytes = text.ptr;
    c->len = (uint32_t)v->text.len;
    g->text_bytes += v->text.len;
    return true;
}

/* A row of noted values. */
static status gather(lite_stmt *s, err *why)
{
    lite_db *d = lite_of(s->base.d);
    gathered *g = d->lanes->fill;
    size_t which = (size_t)s->reply.lane, first = recall_lanes[which].numbered;
    rows *r = &g->lane[which];
    cell *row = new_row(r, why);
    if (!row)
        return ERR_LIMIT;
    if (first)
        row[0] = (cell){.is.n = s->reply.id, .type = 'i'};
    for (size_t i = first; i < r->columns; i++)
        if (!put_cell(g, &row[i], &s->given[i - first])) {
            r->count--;
            return ARENA_SPENT(&g->texts, why);
        }
    return r->count >= LANE_ROWS_MAX || g->text_bytes >= TEXT_BYTES_MAX ? lite_quiet(d, why) : OK;
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
    [FETCH_LATE] = "SELECT v.c0, n.id, n.kind, n.text FROM gathered_rows v CROSS JOIN node n"
                   " ON n.id = v.c1",
    [FETCH_HIGHEST] = "SELECT (SELECT max(id) FROM node), (SELECT max(id) FROM origin),"
                      " (SELECT max(id) FROM claim), (SELECT max(id) FROM object)",
};

static int64_t number_at(void *ctx, int column)
{
    return sqlite3_column_int64(ctx, column);
}

static bool null_at(void *ctx, int column)
{
    return sqlite3_column_type(ctx, column) == SQLITE_NULL;
}

static slice bytes_at(void *ctx, int column)
{
    const char *p = sqlite3_column_blob(ctx, column);
    return slice_of(p ? p : "", (size_t)sqlite3_column_bytes(ctx, column));
}

/* By l->keys, which are used up. */
static status fetch(lite_db *d, db_recall *into, unsigned which, err *why)
{
    lite_lanes *l = d->lanes;
    int code = SQLITE_OK;
    if (!l->fetch[which])
        code = sqlite3_prepare_v3(d->conn, fetches[which], -1, SQLITE_PREPARE_PERSISTENT,
                                  &l->fetch[which], NULL);
    sqlite3_stmt *s = l->fetch[which];
    const recall_source row = {
        .ctx = s, .number = number_at, .is_null = null_at, .bytes = bytes_at};
    l->given = &l->keys;
    while (code == SQLITE_OK && (code = sqlite3_step(s)) == SQLITE_ROW) {
        code = SQLITE_OK;
        if (which == FETCH_HIGHEST)
            recall_take_highest(into, &row);
        else
            recall_take(into, which == FETCH_LATE ? RECALL_NODE : (recall_about)which, &row);
    }
    status st = code == SQLITE_DONE ? OK : lite_fail(d, fetches[which], why);
    sqlite3_reset(s);
    l->given = NULL;
    l->keys.count = 0;
    return st;
}

static status one_row(lite_db *d, sqlite3_stmt **s, const char *sql, err *why)
{
    if (!*s && sqlite3_prepare_v3(d->conn, sql, -1, SQLITE_PREPARE_PERSISTENT, s, NULL))
        return lite_fail(d, sql, why);
    return sqlite3_step(*s) == SQLITE_ROW ? OK : lite_fail(d, sql, why);
}

/* Reads all keys there are. */
static status fill_known(lite_db *d, err *why)
{
    static const char all[] = "SELECT h FROM node_key";
    known_keys *k = &d->lanes->known;
    int code = SQLITE_OK;
    if (!k->all)
        code = sqlite3_prepare_v3(d->conn, all, -1, SQLITE_PREPARE_PERSISTENT, &k->all, NULL);
    key_filter_clear(k->keys);
    while (code == SQLITE_OK && sqlite3_step(k->all) == SQLITE_ROW)
        key_filter_put(k->keys, sqlite3_column_int64(k->all, 0));
    if (code == SQLITE_OK)
        code = sqlite3_reset(k->all);
    k->whole = code == SQLITE_OK;
    return k->whole ? OK : lite_fail(d, all, why);
}

/* Reading all keys is worth it when as many will be asked for as the filter has been missed for:
 * from a fourth of them on. A fresh store has none. */
static status keep_known(lite_db *d, size_t asks, err *why)
{
    known_keys *k = &d->lanes->known;
    static const char state[] =
        "SELECT v.data_version, (SELECT max(id) FROM node) FROM pragma_data_version v";
    status st = one_row(d, &k->state, state, why);
    if (st != OK)
        return st;
    int64_t version = sqlite3_column_int64(k->state, 0),
            highest = sqlite3_column_int64(k->state, 1);
    sqlite3_reset(k->state);
    if (k->version != version || highest > KEY_FILTER_KEYS_MAX)
        k->whole = false;
    k->version = version;
    k->asked = k->whole ? 0 : k->asked + (int64_t)asks;
    if (k->whole || highest > KEY_FILTER_KEYS_MAX || k->asked < highest / 4)
        return OK;
    if (!k->keys && !(k->keys = key_filter_new()))
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "store: out of memory");
    return fill_known(d, why);
}

/* What is surely new need not be looked up. */
static void put_aside_new(lite_lanes *l, recall_about about)
{
    size_t kept = 0;
    if (about != RECALL_NODE || !l->known.whole)
        return;
    for (size_t i = 0; i < l->pairs.count; i++)
        if (key_filter_may_have(l->known.keys, l->pairs.at[i].a))
            l->pairs.at[kept++] = l->pairs.at[i];
    l->pairs.count = kept;
}

static status put_keys(lite_lanes *l, recall_about about, err *why)
{
    put_aside_new(l, about);
    recall_in_order(&l->pairs);
    for (size_t i = 0; i < l->pairs.count; i++) {
        const recall_pair *p = &l->pairs.at[i];
        if (new_pair(&l->keys, p, why) != OK)
            return ERR_LIMIT;
        if (about == RECALL_ORIGIN)
            l->keys.cells[2 * i] =
                (cell){.is.bytes = (const char *)p, .len = sizeof *p, .type = 'b'};
    }
    return OK;
}

/* Of the keys that were asked for, those that are not in the table yet. */
static status fetch_late(lite_db *d, err *why)
{
    lite_lanes *l = d->lanes;
    size_t from = l->part_added ? l->part_from : 0;
    l->keys.count = 0;
    for (size_t i = 0; i < l->pairs.count; i++) {
        recall_pair p = {.a = l->pairs.at[i].a};
        size_t at = 0;
        while ((p.b = late_keys_next(l->late, from, p.a, &at)))
            if (new_pair(&l->keys, &p, why) != OK)
                return ERR_LIMIT;
    }
    return l->keys.count ? fetch(d, l->next, FETCH_LATE, why) : OK;
}

static status find_out(lite_db *d, const db_coming *c, err *why)
{
    lite_lanes *l = d->lanes;
    status st = keep_known(d, c->node_count, why);
    for (unsigned about = 0; st == OK && about < RECALL_ABOUTS; about++) {
        l->keys.count = 0;
        st = recall_questions(l->next, (recall_about)about, c, &l->pairs, why);
        if (st == OK)
            st = put_keys(l, (recall_about)about, why);
        if (st == OK && l->keys.count)
            st = fetch(d, l->next, about, why);
        if (st == OK && about == RECALL_NODE)
            st = fetch_late(d, why);
    }
    return st;
}

/* --- the hand --------------------------------------------------------------------------------- */

static status run(lite_db *d, const char *sql, err *why)
{
    return sqlite3_exec(d->conn, sql, NULL, NULL, NULL) == SQLITE_OK ? OK : lite_fail(d, sql, why);
}

static status commit_and_begin(lite_db *d, const db_turns *t, err *why)
{
    int turn;
    status st = add_late(d, why);
    if (st == OK)
        st = run(d, "COMMIT", why);
    if (st != OK) { /* in no transaction, whatever it was: so that the writer can tell */
        sqlite3_exec(d->conn, "ROLLBACK", NULL, NULL, NULL);
        return st;
    }
    if ((st = t->wait(t->ctx, &turn, why)) != OK)
        return st;
    st = run(d, "BEGIN IMMEDIATE", why);
    t->done(turn);
    return st;
}

static void work(void *ctx)
{
    lite_db *d = ctx;
    lite_lanes *l = d->lanes;
    l->said = add_lanes(d, l->sent, &l->why);
    if (l->said == OK && l->coming)
        l->said = find_out(d, l->coming, &l->why);
    if (l->said == OK && l->turns)
        l->said = commit_and_begin(d, l->turns, &l->why);
    l->coming = NULL;
    l->turns = NULL;
}

/* What was gathered, c, and a commit. The hand is idle. */
static status hand_over(lite_db *d, const db_coming *c, const db_turns *turns, err *why)
{
    lite_lanes *l = d->lanes;
    gathered *full = l->fill;
    size_t count = c ? c->node_count + c->object_count : 0;
    for (size_t i = 0; i < RECALL_LANES; i++)
        count += full->lane[i].count;
    l->fill = l->sent;
    l->sent = full;
    l->coming = c;
    l->turns = turns;
    if (count >= HAND_ROWS_MIN || turns) {
        hand_give(l->hand, work, d);
        return OK;
    }
    work(d);
    return lite_settle(d, why);
}

status lite_expect(db *b, const db_coming *c, err *why)
{
    lite_db *d = lite_of(b);
    status st = d->lanes ? lite_settle(d, why) : make_lanes(d, why);
    if (st != OK)
        return st;
    recall_forget(d->lanes->next);
    if (c)
        recall_begin(d->lanes->next);
    else
        recall_forget(d->lanes->now);
    return hand_over(d, c, NULL, why);
}

status lite_renew(db *b, const db_turns *turns, err *why)
{
    lite_db *d = lite_of(b);
    status st = d->lanes ? lite_settle(d, why) : make_lanes(d, why);
    if (st != OK)
        return st;
    assert(!d->in_part);
    recall_forget(d->lanes->now); /* others may write in between */
    recall_forget(d->lanes->next);
    return hand_over(d, NULL, turns, why);
}

status lite_turn(db *b, bool *ret_known, err *why)
{
    lite_db *d = lite_of(b);
    lite_lanes *l = d->lanes;
    status st = lite_settle(d, why);
    bool is_known = recall_is_begun(l->next);
    if (st == OK && is_known && recall_is_begun(l->now)) {
        is_known = recall_follow(l->next, l->now);
    } else if (st == OK && is_known && (st = lite_quiet(d, why)) == OK) {
        st = fetch(d, l->next, FETCH_HIGHEST, why);
    }
    if (st != OK)
        return st;
    db_recall *before = l->now;
    l->now = l->next;
    l->next = before;
    recall_forget(before);
    if (!is_known)
        recall_forget(l->now);
    *ret_known = is_known;
    return OK;
}

/* --- answering -------------------------------------------------------------------------------- */

bool lite_answer(lite_stmt *s, status *ret, err *why)
{
    lite_db *d = lite_of(s->base.d);
    *ret = OK;
    if (!recall_answer(d->lanes->now, s->q, s->given, &s->reply))
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
    if (!d->lanes)
        return;
    if (s->q == Q_NODE_KEY_ADD || s->q == QUERY_COUNT_) /* keys that add_lane does not see */
        d->lanes->known.whole = false;
    recall_changed(d->lanes->now, s->q, s->given);
    recall_changed(d->lanes->next, s->q, s->given);
}
