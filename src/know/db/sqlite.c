/* sqlite.c - the SQLite driver: see know/db.h.
 * Settings: WAL with synchronous=FULL (an acknowledged commit survives power loss), trusted_schema
 * off and defensive mode (a restored file is hostile until checked), temporary data in memory. */
#include "know/db.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

struct db_stmt {
    sqlite3_stmt *s;
    db *d;
    status broken; /* what preparing or binding said, reported by the next step */
};

struct db {
    sqlite3 *conn;
    const db_sight *sight;
    bool read_only;
    int busy_ms, mutant;
    db_stmt stmt[QUERY_COUNT_];
    err first; /* why preparing failed */
};

enum { SQL_MAX = 16384 }; /* bytes of one statement with its filters expanded */

static const char *const query_text[QUERY_COUNT_] = {
#define QUERY(name, sql) [name] = sql,
#include "know/db/queries.def"
#undef QUERY
};

static const struct {
    int version;
    const char *sql;
} migrations[] = {
#define MIGRATION(version, sql) {version, sql},
#include "know/db/schema.def"
#undef MIGRATION
};

/* --- errors --------------------------------------------------------------------------------- */

static status fail(const db *d, const char *doing, err *why)
{
    switch (sqlite3_errcode(d->conn) & 0xff) { /* the rest of it says which way */
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(why, ERR_BUSY, ERR_NOWHERE, "store: another process is writing");
    case SQLITE_FULL: /* nothing is wrong with the document: the store cannot go on */
        return err_set(why, ERR_IO, ERR_NOWHERE, "store: the disk is full");
    case SQLITE_IOERR:
        return err_set(why, ERR_IO, ERR_NOWHERE, "store: the disk cannot be read or written (%d)",
                       sqlite3_errcode(d->conn));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
        return err_set(why, ERR_IO, ERR_NOWHERE, "store: %s: %s", doing, sqlite3_errmsg(d->conn));
    default:
        return err_set(why, ERR_INTERNAL, ERR_NOWHERE, "store: %s: %s", doing,
                       sqlite3_errmsg(d->conn));
    }
}

/* --- the visibility filter ------------------------------------------------------------------ */

static bool class_in_sight(const db_sight *s, int64_t vc)
{
    return vc >= 0 && (uint64_t)vc < s->class_count && s->classes[vc];
}

/* sees(vc, tx, gone): class in view, recorded by then, not withdrawn by then */
static void fn_sees(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    const db *d = sqlite3_user_data(ctx);
    const db_sight *s = d->sight;
    (void)argc;
    assert(s); /* a read without a view */
    bool yes = class_in_sight(s, sqlite3_value_int64(argv[0])) &&
               sight_has_tx(s, sqlite3_value_int64(argv[1])) &&
               (sqlite3_value_type(argv[2]) == SQLITE_NULL ||
                !sight_has_tx(s, sqlite3_value_int64(argv[2])));
    sqlite3_result_int(ctx, yes);
}

static void fn_sees_tx(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    const db *d = sqlite3_user_data(ctx);
    (void)argc;
    assert(d->sight);
    sqlite3_result_int(ctx, sight_has_tx(d->sight, sqlite3_value_int64(argv[0])));
}

static void fn_sees_class(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    const db *d = sqlite3_user_data(ctx);
    (void)argc;
    assert(d->sight);
    sqlite3_result_int(ctx, class_in_sight(d->sight, sqlite3_value_int64(argv[0])));
}

/* How a filter is written in queries.def, and which of the row's columns it looks at. */
static const struct {
    const char *word;
    const char *call;
    bool has_class, has_tx, has_gone;
} filters[] = {
    {"SEES_PAST(", "sees(", true, true, false},
    {"SEES_TX(", "sees_tx(", false, true, false},
    {"SEES_CLASS(", "sees_class(", true, false, false},
    {"SEES(", "sees(", true, true, true},
};

static void put_filter(buf *out, size_t which, slice row)
{
    buf_put(out, slice_str(filters[which].call));
    if (filters[which].has_class) {
        buf_put(out, row);
        buf_put(out, S(".vc"));
    }
    if (filters[which].has_tx) {
        buf_put(out, filters[which].has_class ? S(", ") : S(""));
        buf_put(out, row);
        buf_put(out, S(".tx"));
    }
    if (filters[which].has_gone) {
        buf_put(out, S(", "));
        buf_put(out, row);
        buf_put(out, S(".gone"));
    } else if (filters[which].has_class && filters[which].has_tx) {
        buf_put(out, S(", NULL"));
    }
    buf_byte(out, ')');
}

/* Expands the filters of one statement; the one numbered `drop` becomes TRUE. Returns how many
 * there were. */
static int expand(const char *sql, int drop, buf *out)
{
    int seen = 0;
    const char *p = sql;
    while (*p) {
        size_t i, n = 0;
        for (i = 0; i < COUNT_OF(filters); i++) {
            n = strlen(filters[i].word);
            if (strncmp(p, filters[i].word, n) == 0)
                break;
        }
        if (i == COUNT_OF(filters)) {
            buf_byte(out, *p++);
            continue;
        }
        const char *alias = p + n, *end = strchr(alias, ')');
        assert(end);
        if (seen == drop)
            buf_put(out, S("TRUE"));
        else
            put_filter(out, i, slice_of(alias, (size_t)(end - alias)));
        seen++;
        p = end + 1;
    }
    return seen;
}

static int filters_before(query q)
{
    int n = 0;
    for (unsigned i = 0; i < (unsigned)q; i++) {
        buf b;
        buf_init(&b, SQL_MAX);
        n += expand(query_text[i], -1, &b);
        buf_done(&b);
    }
    return n;
}

int db_filter_count(void)
{
    return filters_before(QUERY_COUNT_);
}

const char *db_sql(query q)
{
    assert(q < QUERY_COUNT_);
    return query_text[q];
}

void db_view(db *d, const db_sight *sight)
{
    d->sight = sight;
}

/* --- opening -------------------------------------------------------------------------------- */

static status run_sql(db *d, const char *sql, err *why)
{
    return sqlite3_exec(d->conn, sql, NULL, NULL, NULL) == SQLITE_OK ? OK : fail(d, "SQL", why);
}

static status configure(db *d, const db_options *o, err *why)
{
    char sql[256];
    d->busy_ms = (int)(o->busy_ms ? o->busy_ms : 10000);
    sqlite3_busy_timeout(d->conn, d->busy_ms);
    sqlite3_db_config(d->conn, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(d->conn, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(d->conn, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    /* Without it the planner compares parameters with the conditions of partial indexes, and every
     * new value of such a parameter has the statement compiled again. */
    sqlite3_db_config(d->conn, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
    int flags = SQLITE_UTF8 | SQLITE_DIRECTONLY; /* not deterministic: the view changes */
    if (sqlite3_create_function_v2(d->conn, "sees", 3, flags, d, fn_sees, NULL, NULL, NULL) ||
        sqlite3_create_function_v2(d->conn, "sees_tx", 1, flags, d, fn_sees_tx, NULL, NULL, NULL) ||
        sqlite3_create_function_v2(d->conn, "sees_class", 1, flags, d, fn_sees_class, NULL, NULL,
                                   NULL))
        return fail(d, "registering functions", why);
    snprintf(sql, sizeof sql,
             "PRAGMA cache_size=-%u; PRAGMA mmap_size=%llu; PRAGMA temp_store=MEMORY;",
             o->cache_kib ? o->cache_kib : 8192, (unsigned long long)o->mmap_bytes);
    status st = run_sql(d, sql, why);
    if (st == OK && !o->read_only)
        st = run_sql(
            d, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000;",
            why);
    return st;
}

status db_open(const db_options *o, db **ret, err *why)
{
    db *d = calloc(1, sizeof *d);
    if (!d)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "store: out of memory");
    d->read_only = o->read_only;
    d->mutant = o->mutant;
    int flags = o->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    flags |= SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;
    status st = OK;
    if (sqlite3_open_v2(o->where, &d->conn, flags, o->vfs) != SQLITE_OK)
        st = d->conn ? fail(d, o->where, why)
                     : err_set(why, ERR_LIMIT, ERR_NOWHERE, "store: out of memory");
    if (st == OK)
        st = configure(d, o, why);
    if (st != OK) {
        db_close(d);
        return st;
    }
    *ret = d;
    return OK;
}

db *db_close(db *d)
{
    if (d) {
        for (int i = 0; i < QUERY_COUNT_; i++)
            sqlite3_finalize(d->stmt[i].s);
        sqlite3_close(d->conn);
        free(d);
    }
    return NULL;
}

static status user_version(db *d, int *ret, err *why)
{
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(d->conn, "PRAGMA user_version", -1, &s, NULL) != SQLITE_OK)
        return fail(d, "reading the schema version", why);
    status st = sqlite3_step(s) == SQLITE_ROW ? OK : fail(d, "reading the schema version", why);
    if (st == OK)
        *ret = sqlite3_column_int(s, 0);
    sqlite3_finalize(s);
    return st;
}

status db_migrate(db *d, err *why)
{
    int have, newest = migrations[COUNT_OF(migrations) - 1].version;
    status st = user_version(d, &have, why);
    if (st != OK || have == newest)
        return st;
    if (have > newest)
        return err_set(
            why, ERR_INPUT, ERR_NOWHERE,
            "store has schema %d, this program knows %d: it was written by a newer version", have,
            newest);
    if ((st = db_begin_write(d, why)) != OK)
        return st;
    if ((st = user_version(d, &have, why)) == OK) { /* somebody may have been faster */
        for (size_t i = 0; st == OK && i < COUNT_OF(migrations); i++)
            if (migrations[i].version > have)
                st = run_sql(d, migrations[i].sql, why);
        char sql[64];
        snprintf(sql, sizeof sql, "PRAGMA user_version=%d", newest);
        if (st == OK)
            st = run_sql(d, sql, why);
    }
    if (st == OK)
        st = db_commit(d, why);
    if (st != OK)
        db_rollback(d);
    return st;
}

/* --- transactions --------------------------------------------------------------------------- */

status db_begin_read(db *d, err *why)
{
    return run_sql(d, "BEGIN", why);
}

status db_begin_write(db *d, err *why)
{
    return run_sql(d, "BEGIN IMMEDIATE", why);
}

status db_commit(db *d, err *why)
{
    return run_sql(d, "COMMIT", why);
}

void db_rollback(db *d)
{
    for (int i = 0; i < QUERY_COUNT_; i++)
        if (d->stmt[i].s)
            sqlite3_reset(d->stmt[i].s);
    if (db_in_transaction(d))
        sqlite3_exec(d->conn, "ROLLBACK", NULL, NULL, NULL);
}

bool db_in_transaction(const db *d)
{
    return !sqlite3_get_autocommit(d->conn);
}

status db_savepoint(db *d, err *why)
{
    return run_sql(d, "SAVEPOINT part", why);
}

status db_release(db *d, err *why)
{
    return run_sql(d, "RELEASE part", why);
}

status db_rollback_savepoint(db *d, err *why)
{
    return run_sql(d, "ROLLBACK TO part; RELEASE part", why);
}

status db_checkpoint(db *d, err *why)
{
    sqlite3_busy_timeout(d->conn, 0); /* nor is it worth waiting for */
    int code = sqlite3_wal_checkpoint_v2(d->conn, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_busy_timeout(d->conn, d->busy_ms);
    /* a reader in the way is no error: a later checkpoint does it */
    return code == SQLITE_OK || code == SQLITE_BUSY ? OK : fail(d, "checkpoint", why);
}

/* --- statements ----------------------------------------------------------------------------- */

static void prepare(db *d, query q)
{
    db_stmt *s = &d->stmt[q];
    buf sql;
    buf_init(&sql, SQL_MAX);
    int drop = -1;
#ifdef NOROSHI_MUTANTS
    if (d->mutant >= 0)
        drop = d->mutant - filters_before(q);
#endif
    expand(query_text[q], drop, &sql);
    buf_byte(&sql, 0);
    s->d = d;
    s->broken = buf_status(&sql, &d->first);
    if (s->broken == OK && sqlite3_prepare_v3(d->conn, sql.ptr, -1, SQLITE_PREPARE_PERSISTENT,
                                              &s->s, NULL) != SQLITE_OK)
        s->broken = fail(d, sql.ptr, &d->first);
    buf_done(&sql);
}

db_stmt *db_query(db *d, query q)
{
    assert(q < QUERY_COUNT_);
    db_stmt *s = &d->stmt[q];
    if (!s->s) {
        prepare(d, q);
    } else {
        sqlite3_reset(s->s);
        sqlite3_clear_bindings(s->s);
        s->broken = OK;
    }
    return s;
}

static void bound(db_stmt *s, int code)
{
    if (code != SQLITE_OK && s->broken == OK)
        s->broken = fail(s->d, "binding", &s->d->first);
}

void db_bind_int(db_stmt *s, int at, int64_t n)
{
    bound(s, sqlite3_bind_int64(s->s, at, n));
}

void db_bind_null(db_stmt *s, int at)
{
    bound(s, sqlite3_bind_null(s->s, at));
}

void db_bind_text(db_stmt *s, int at, slice text)
{
    bound(s, sqlite3_bind_text64(s->s, at, text.ptr ? text.ptr : "", text.len, SQLITE_STATIC,
                                 SQLITE_UTF8));
}

void db_bind_blob(db_stmt *s, int at, slice bytes)
{
    bound(s, sqlite3_bind_blob64(s->s, at, bytes.ptr ? bytes.ptr : "", bytes.len, SQLITE_STATIC));
}

status db_step(db_stmt *s, bool *ret_row, err *why)
{
    if (s->broken != OK) {
        if (why)
            *why = s->d->first;
        return s->broken;
    }
    int code = sqlite3_step(s->s);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        status st = fail(s->d, sqlite3_sql(s->s), why);
        sqlite3_reset(s->s);
        return st;
    }
    *ret_row = code == SQLITE_ROW;
    if (!*ret_row)
        sqlite3_reset(s->s);
    return OK;
}

status db_run(db_stmt *s, err *why)
{
    bool row = false;
    status st = db_step(s, &row, why);
    assert(st != OK || !row);
    return st;
}

int64_t db_int(db_stmt *s, int column)
{
    return sqlite3_column_int64(s->s, column);
}

bool db_is_null(db_stmt *s, int column)
{
    return sqlite3_column_type(s->s, column) == SQLITE_NULL;
}

slice db_text(db_stmt *s, int column)
{
    const char *p = sqlite3_column_blob(s->s, column); /* text comes out as its UTF-8 bytes */
    return slice_of(p ? p : "", (size_t)sqlite3_column_bytes(s->s, column));
}

void db_reset(db_stmt *s)
{
    sqlite3_reset(s->s);
}

int64_t db_changes(db *d)
{
    return sqlite3_changes64(d->conn);
}

int64_t db_last_id(db *d)
{
    return sqlite3_last_insert_rowid(d->conn);
}

/* --- for tests and doctor ------------------------------------------------------------------- */

status db_explain(db *d, query q, buf *out, err *why)
{
    buf sql;
    sqlite3_stmt *s = NULL;
    buf_init(&sql, SQL_MAX);
    buf_put(&sql, S("EXPLAIN QUERY PLAN "));
    expand(query_text[q], -1, &sql);
    buf_byte(&sql, 0);
    status st = buf_status(&sql, why);
    if (st == OK && sqlite3_prepare_v2(d->conn, sql.ptr, -1, &s, NULL) != SQLITE_OK)
        st = fail(d, sql.ptr, why);
    while (st == OK && sqlite3_step(s) == SQLITE_ROW)
        buf_printf(out, "%s\n", (const char *)sqlite3_column_text(s, 3));
    sqlite3_finalize(s);
    buf_done(&sql);
    return st;
}

status db_check(db *d, err *why)
{
    sqlite3_stmt *s = NULL;
    if (sqlite3_prepare_v2(d->conn, "PRAGMA quick_check(1)", -1, &s, NULL) != SQLITE_OK)
        return fail(d, "checking", why);
    status st = OK;
    if (sqlite3_step(s) != SQLITE_ROW)
        st = fail(d, "checking", why);
    else if (strcmp((const char *)sqlite3_column_text(s, 0), "ok") != 0)
        st = err_set(why, ERR_INTERNAL, ERR_NOWHERE, "store: %s",
                     (const char *)sqlite3_column_text(s, 0));
    sqlite3_finalize(s);
    return st;
}
