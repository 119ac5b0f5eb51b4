/* sqlite.c - the SQLite driver: see know/db.h.
 * Settings: WAL with synchronous=FULL (an acknowledged commit survives power loss), trusted_schema
 * off and defensive mode (a restored file is hostile until checked), temporary data in memory. */
#include "know/db/lite.h"

#include <stdio.h>
#include <stdlib.h>

static sqlite3_stmt *raw(db_stmt *s)
{
    return ((lite_stmt *)s)->s;
}

/* --- errors --------------------------------------------------------------------------------- */

status lite_fail(const lite_db *d, const char *doing, err *why)
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

static void put_filter(void *ctx, buf *out, db_filter f, slice row)
{
    (void)ctx;
    buf_put(out, !f.has_tx ? S("sees_class(") : f.has_class ? S("sees(") : S("sees_tx("));
    if (f.has_class)
        buf_printf(out, "%.*s.vc", SLICE_FMT(row));
    if (f.has_tx)
        buf_printf(out, "%s%.*s.tx", f.has_class ? ", " : "", SLICE_FMT(row));
    if (f.has_gone)
        buf_printf(out, ", %.*s.gone", SLICE_FMT(row));
    else if (f.has_class && f.has_tx)
        buf_put(out, S(", NULL"));
    buf_byte(out, ')');
}

/* --- opening -------------------------------------------------------------------------------- */

static status run_sql(db *b, const char *sql, err *why)
{
    lite_db *d = lite_of(b);
    status st = lite_settle(d, why);
    if (st == OK && sqlite3_exec(d->conn, sql, NULL, NULL, NULL) != SQLITE_OK)
        st = lite_fail(d, "SQL", why);
    return st;
}

static status configure(lite_db *d, const db_options *o, err *why)
{
    char sql[256];
    d->busy_ms = (int)(o->busy_ms ? o->busy_ms : 10000);
    sqlite3_busy_timeout(d->conn, d->busy_ms);
    sqlite3_db_config(d->conn, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(d->conn, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    sqlite3_db_config(d->conn, SQLITE_DBCONFIG_DQS_DML, 0, NULL);
    /* Without it the planner compares parameters with the conditions of partial indexes, and every
     * new value of such a parameter has the statement compiled again (decision 0101). */
    sqlite3_db_config(d->conn, SQLITE_DBCONFIG_ENABLE_QPSG, 1, NULL);
    int flags = SQLITE_UTF8 | SQLITE_DIRECTONLY; /* not deterministic: the view changes */
    if (sqlite3_create_function_v2(d->conn, "sees", 3, flags, &d->base, fn_sees, NULL, NULL,
                                   NULL) ||
        sqlite3_create_function_v2(d->conn, "sees_tx", 1, flags, &d->base, fn_sees_tx, NULL, NULL,
                                   NULL) ||
        sqlite3_create_function_v2(d->conn, "sees_class", 1, flags, &d->base, fn_sees_class, NULL,
                                   NULL, NULL))
        return lite_fail(d, "registering functions", why);
    snprintf(sql, sizeof sql,
             "PRAGMA cache_size=-%u; PRAGMA mmap_size=%llu; PRAGMA temp_store=MEMORY;",
             o->cache_kib ? o->cache_kib : 8192, (unsigned long long)o->mmap_bytes);
    status st = run_sql(&d->base, sql, why);
    if (st == OK && !o->read_only)
        st = run_sql(&d->base, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;", why);
    if (st == OK && !o->read_only)
        st = run_sql(&d->base,
                     o->folds_nothing ? "PRAGMA wal_autocheckpoint=0;"
                                      : "PRAGMA wal_autocheckpoint=16000;",
                     why);
    return st;
}

static status run_kept(lite_db *d, sqlite3_stmt **s, const char *sql, err *why)
{
    status st = lite_settle(d, why);
    if (st == OK && !*s &&
        sqlite3_prepare_v3(d->conn, sql, -1, SQLITE_PREPARE_PERSISTENT, s, NULL) != SQLITE_OK)
        st = lite_fail(d, sql, why);
    if (st == OK && sqlite3_step(*s) != SQLITE_DONE)
        st = lite_fail(d, sql, why);
    sqlite3_reset(*s); /* NULL is fine */
    return st;
}

static void close_db(db *b)
{
    lite_db *d = lite_of(b);
    lite_forget(d);
    sqlite3_finalize(d->begin_read);
    sqlite3_finalize(d->rollback);
    for (int i = 0; i < QUERY_COUNT_; i++)
        sqlite3_finalize(d->stmt[i].s);
    lite_lanes_free(d);
    sqlite3_close(d->conn);
    free(d);
}

static status open_db(const db_options *o, db **ret, err *why)
{
    lite_db *d = calloc(1, sizeof *d);
    if (!d)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "store: out of memory");
    d->base = (db){.driver = &db_sqlite, .mutant = o->mutant};
    int flags = o->read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    flags |= SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;
    status st = OK;
    if (sqlite3_open_v2(o->where, &d->conn, flags, o->vfs) != SQLITE_OK)
        st = d->conn ? lite_fail(d, o->where, why)
                     : err_set(why, ERR_LIMIT, ERR_NOWHERE, "store: out of memory");
    if (st == OK)
        st = configure(d, o, why);
    if (st != OK) {
        close_db(&d->base);
        return st;
    }
    *ret = &d->base;
    return OK;
}

static status user_version(db *b, int *ret, err *why)
{
    const lite_db *d = lite_of(b);
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(d->conn, "PRAGMA user_version", -1, &s, NULL) != SQLITE_OK)
        return lite_fail(d, "reading the schema version", why);
    status st =
        sqlite3_step(s) == SQLITE_ROW ? OK : lite_fail(d, "reading the schema version", why);
    if (st == OK)
        *ret = sqlite3_column_int(s, 0);
    sqlite3_finalize(s);
    return st;
}

static status set_version(db *d, int version, err *why)
{
    char sql[64];
    snprintf(sql, sizeof sql, "PRAGMA user_version=%d", version);
    return run_sql(d, sql, why);
}

/* --- transactions --------------------------------------------------------------------------- */

static status begin_read(db *b, err *why)
{
    lite_db *d = lite_of(b);
    return run_kept(d, &d->begin_read, "BEGIN", why);
}

static bool content(db *d, uint32_t *ret)
{
    return sqlite3_file_control(lite_of(d)->conn, "main", SQLITE_FCNTL_DATA_VERSION, ret) ==
           SQLITE_OK;
}

/* The header of the write-ahead log's index, which stands there twice and which each commit writes
 * anew: that it is the same is how SQLite itself finds that a snapshot is still the newest
 * (https://www.sqlite.org/walformat.html, section 2.1). The memory is this connection's already. */
static bool mark_now(db *b, db_mark *ret)
{
    enum { HEADER = DB_MARK_BYTES, REGION = 32768, VERSION = 3007000, INIT_AT = 12 };
    sqlite3_file *f = NULL;
    void volatile *map = NULL;
    uint8_t twice[2 * HEADER];
    uint32_t version;
    if (sqlite3_file_control(lite_of(b)->conn, "main", SQLITE_FCNTL_FILE_POINTER, &f) !=
            SQLITE_OK ||
        !f || !f->pMethods || f->pMethods->iVersion < 2 ||
        f->pMethods->xShmMap(f, 0, REGION, 0, &map) != SQLITE_OK || !map)
        return false;
    for (size_t i = 0; i < sizeof twice; i++) /* the first copy is written last */
        twice[i] = ((const volatile uint8_t *)map)[i];
    memcpy(&version, twice, sizeof version);
    if (version != VERSION || !twice[INIT_AT] || memcmp(twice, twice + HEADER, HEADER) != 0)
        return false;
    memcpy(ret->bytes, twice, HEADER);
    return true;
}

static status begin_write(db *b, bool waits, err *why)
{
    lite_db *d = lite_of(b);
    if (!waits)
        sqlite3_busy_timeout(d->conn, 0);
    status st = run_sql(b, "BEGIN IMMEDIATE", why);
    if (!waits)
        sqlite3_busy_timeout(d->conn, d->busy_ms);
    return st;
}

static status commit(db *d, err *why)
{
    status st = lite_all(lite_of(d), why);
    if (st == OK)
        st = run_sql(d, "COMMIT", why);
    if (st == OK)
        lite_forget(lite_of(d));
    return st;
}

static bool in_transaction(db *b)
{
    lite_db *d = lite_of(b);
    status said = lite_settle(d, NULL); /* the next statement tells */
    (void)said;
    return !sqlite3_get_autocommit(d->conn);
}

static void rollback(db *b)
{
    lite_db *d = lite_of(b);
    lite_forget_lost(d);
    lite_forget(d);
    d->in_part = false;
    while (d->used_count) {
        lite_stmt *s = &d->stmt[d->used[--d->used_count]];
        s->used = false;
        sqlite3_reset(s->s); /* NULL is fine */
    }
    if (in_transaction(b)) {
        status st = run_kept(d, &d->rollback, "ROLLBACK", NULL);
        (void)st; /* it was rolled back by what failed */
    }
}

static status savepoint(db *d, err *why)
{
    status st = lite_before_part(lite_of(d), why);
    if (st == OK)
        st = run_sql(d, "SAVEPOINT part", why);
    lite_of(d)->in_part = st == OK;
    lite_part_begun(lite_of(d));
    return st;
}

/* Its rows may be added later: from here on they belong to the whole. */
static status release(db *d, err *why)
{
    status st = run_sql(d, "RELEASE part", why);
    lite_of(d)->in_part &= st != OK;
    if (st == OK)
        lite_part_released(lite_of(d));
    return st;
}

static status rollback_savepoint(db *d, err *why)
{
    lite_part_gone(lite_of(d));
    lite_of(d)->in_part = false;
    return run_sql(d, "ROLLBACK TO part; RELEASE part", why);
}

static status checkpoint(db *b, err *why)
{
    lite_db *d = lite_of(b);
    status st = lite_settle(d, why);
    if (st != OK)
        return st;
    sqlite3_busy_timeout(d->conn, 0); /* nor is it worth waiting for */
    int code = sqlite3_wal_checkpoint_v2(d->conn, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_busy_timeout(d->conn, d->busy_ms);
    /* a reader in the way is no error: a later checkpoint does it */
    return code == SQLITE_OK || code == SQLITE_BUSY ? OK : lite_fail(d, "checkpoint", why);
}

/* --- statements ----------------------------------------------------------------------------- */

static void prepare(lite_db *d, query q)
{
    lite_stmt *s = &d->stmt[q];
    buf sql;
    buf_init(&sql, SQL_MAX);
    db_expand(db_text_of(&db_sqlite, q), db_dropped(&d->base, q), &sql, put_filter, NULL);
    buf_byte(&sql, 0);
    s->base.d = &d->base;
    s->q = q;
    s->base.broken = buf_status(&sql, &d->base.first);
    if (s->base.broken == OK && sqlite3_prepare_v3(d->conn, sql.ptr, -1, SQLITE_PREPARE_PERSISTENT,
                                                   &s->s, NULL) != SQLITE_OK)
        s->base.broken = lite_fail(d, sql.ptr, &d->base.first);
    buf_done(&sql);
}

/* A statement that may be answered from what is known: SQLite sees it when it cannot be. */
static bool note(lite_db *d, lite_stmt *s, query q)
{
    s->noted = false;
    if (!lite_recalls(d) || !(recall_wants(q) || q == Q_CLAIM_WITHDRAW))
        return false;
    memset(s->given, 0, (size_t)s->given_count * sizeof *s->given);
    s->given_count = 0;
    s->base.d = &d->base;
    s->q = q;
    return s->noted = true;
}

static db_stmt *query_stmt(db *b, query q)
{
    lite_db *d = lite_of(b);
    lite_stmt *s = &d->stmt[q];
    s->remembered = false;
    if (!s->used) {
        s->used = true;
        d->used[d->used_count++] = (uint16_t)q;
    }
    bool noted = note(d, s, q);
    if (noted) {
        s->base.broken = OK;
        return &s->base;
    }
    status st = lite_settle(d, &d->base.first);
    if (!s->s) {
        prepare(d, q);
    } else {
        sqlite3_reset(s->s);
        sqlite3_clear_bindings(s->s);
    }
    if (s->s)
        s->base.broken = st;
    return &s->base;
}

static void bound(db_stmt *s, int code)
{
    if (code != SQLITE_OK && s->broken == OK)
        s->broken = lite_fail(lite_of(s->d), "binding", &s->d->first);
}

static void bind_value(lite_stmt *s, int at, const recall_value *v)
{
    const char *bytes = v->text.ptr ? v->text.ptr : "";
    if (s->noted) {
        assert(at >= 1 && at <= LITE_GIVEN_MAX);
        s->given[at - 1] = *v;
        s->given_count = at > s->given_count ? at : s->given_count;
    } else if (v->type == 'i') {
        bound(&s->base, sqlite3_bind_int64(s->s, at, v->n));
    } else if (v->type == 't') {
        bound(&s->base,
              sqlite3_bind_text64(s->s, at, bytes, v->text.len, SQLITE_STATIC, SQLITE_UTF8));
    } else if (v->type == 'b') {
        bound(&s->base, sqlite3_bind_blob64(s->s, at, bytes, v->text.len, SQLITE_STATIC));
    } else {
        bound(&s->base, sqlite3_bind_null(s->s, at));
    }
}

static void bind_int(db_stmt *s, int at, int64_t n)
{
    bind_value((lite_stmt *)s, at, &(recall_value){.type = 'i', .n = n});
}

static void bind_null(db_stmt *s, int at)
{
    bind_value((lite_stmt *)s, at, &(recall_value){0});
}

static void bind_text(db_stmt *s, int at, slice text)
{
    bind_value((lite_stmt *)s, at, &(recall_value){.type = 't', .text = text});
}

static void bind_blob(db_stmt *s, int at, slice bytes)
{
    bind_value((lite_stmt *)s, at, &(recall_value){.type = 'b', .text = bytes});
}

/* What was noted, for SQLite after all. */
static void bind_noted(lite_db *d, lite_stmt *s)
{
    if (!s->s)
        prepare(d, s->q);
    s->noted = false;
    for (int i = 0; s->s && i < sqlite3_bind_parameter_count(s->s); i++)
        bind_value(s, i + 1, &s->given[i]);
}

static status step(db_stmt *b, bool *ret_row, err *why)
{
    lite_stmt *s = (lite_stmt *)b;
    lite_db *d = lite_of(b->d);
    status st = OK;
    *ret_row = false;
    if (s->remembered) { /* it was the only row */
        s->remembered = false;
        return OK;
    }
    if (s->noted) {
        if (lite_answer(s, &st, why)) {
            *ret_row = s->remembered;
            return st;
        }
        if ((st = lite_settle(d, why)) != OK)
            return st;
        bind_noted(d, s);
        if (b->broken != OK)
            return db_step(b, ret_row, why); /* which tells why */
    }
    if (d->lanes && !sqlite3_stmt_busy(s->s) && !recall_stands_apart(s->q) &&
        (st = lite_all(d, why)) != OK)
        return st;
    int code = sqlite3_step(s->s);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        st = lite_fail(d, sqlite3_sql(s->s), why);
        sqlite3_reset(s->s);
        return st;
    }
    *ret_row = code == SQLITE_ROW;
    if (*ret_row)
        return OK;
    if (!sqlite3_stmt_readonly(s->s)) {
        d->last_id = sqlite3_last_insert_rowid(d->conn);
        d->changes = sqlite3_changes64(d->conn);
        lite_changed(s);
    }
    sqlite3_reset(s->s);
    return OK;
}

static int64_t column_int(db_stmt *b, int column)
{
    const lite_stmt *s = (const lite_stmt *)b;
    return s->remembered ? s->reply.values[column] : sqlite3_column_int64(s->s, column);
}

static bool column_is_null(db_stmt *b, int column)
{
    const lite_stmt *s = (const lite_stmt *)b;
    return s->remembered ? s->reply.nulls >> column & 1
                         : sqlite3_column_type(s->s, column) == SQLITE_NULL;
}

static void column_ints(db_stmt *b, int first, int count, int64_t none, int64_t *ret)
{
    const lite_stmt *s = (const lite_stmt *)b;
    for (int i = 0; i < count; i++) {
        if (s->remembered) {
            ret[i] = s->reply.nulls >> (first + i) & 1 ? none : s->reply.values[first + i];
            continue;
        }
        sqlite3_value *v = sqlite3_column_value(s->s, first + i);
        ret[i] = sqlite3_value_type(v) == SQLITE_NULL ? none : sqlite3_value_int64(v);
    }
}

static slice column_text(db_stmt *s, int column)
{
    const char *p = sqlite3_column_blob(raw(s), column); /* text comes out as its UTF-8 bytes */
    return slice_of(p ? p : "", (size_t)sqlite3_column_bytes(raw(s), column));
}

static void reset(db_stmt *b)
{
    lite_stmt *s = (lite_stmt *)b;
    s->remembered = false;
    if (s->s && !s->noted) /* else SQLite has not seen it, and the hand may have the connection */
        sqlite3_reset(s->s);
}

static int64_t changes(db *d)
{
    return lite_of(d)->changes;
}

static int64_t last_id(db *d)
{
    return lite_of(d)->last_id;
}

static status adhoc(db *b, const char *sql, db_stmt **ret, err *why)
{
    lite_stmt *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "store: out of memory");
    s->base.d = b;
    s->q = QUERY_COUNT_;
    status st = lite_settle(lite_of(b), why);
    if (st != OK) {
        free(s);
        return st;
    }
    if (sqlite3_prepare_v2(lite_of(b)->conn, sql, -1, &s->s, NULL) != SQLITE_OK) {
        free(s);
        return lite_fail(lite_of(b), sql, why);
    }
    *ret = &s->base;
    return OK;
}

static void adhoc_done(db_stmt *s)
{
    sqlite3_finalize(raw(s));
    free(s);
}

/* --- for tests and doctor ------------------------------------------------------------------- */

static status explain(db *b, query q, buf *out, err *why)
{
    const lite_db *d = lite_of(b);
    buf sql;
    sqlite3_stmt *s = NULL;
    buf_init(&sql, SQL_MAX);
    buf_put(&sql, S("EXPLAIN QUERY PLAN "));
    db_expand(db_text_of(&db_sqlite, q), -1, &sql, put_filter, NULL);
    buf_byte(&sql, 0);
    status st = buf_status(&sql, why);
    if (st == OK && sqlite3_prepare_v2(d->conn, sql.ptr, -1, &s, NULL) != SQLITE_OK)
        st = lite_fail(d, sql.ptr, why);
    while (st == OK && sqlite3_step(s) == SQLITE_ROW)
        buf_printf(out, "%s\n", (const char *)sqlite3_column_text(s, 3));
    sqlite3_finalize(s);
    buf_done(&sql);
    return st;
}

/* SQLite 3.40 says "NULL value in T.C" of a table without row ids where C stands behind a column of
 * the key that was declared after it: it looks at another place. `name` is "T.C"; is it so? */
static bool has_null(const lite_db *d, slice name)
{
    char sql[256];
    slice rest = name, table;
    sqlite3_stmt *s = NULL;
    slice_cut(&rest, '.', &table);
    snprintf(sql, sizeof sql, "SELECT 1 FROM \"%.*s\" WHERE \"%.*s\" IS NULL LIMIT 1",
             SLICE_FMT(table), SLICE_FMT(rest));
    bool found = sqlite3_prepare_v2(d->conn, sql, -1, &s, NULL) != SQLITE_OK ||
                 sqlite3_step(s) != SQLITE_DONE;
    sqlite3_finalize(s);
    return found;
}

static status run_check(db *b, const char *pragma, err *why)
{
    static const slice null = S_INIT("NULL value in ");
    const lite_db *d = lite_of(b);
    sqlite3_stmt *s = NULL;
    char cleared[128] = ""; /* looked at, and nothing is wrong with it: it comes once a row */
    status st = OK;
    if (sqlite3_prepare_v2(d->conn, pragma, -1, &s, NULL) != SQLITE_OK)
        return lite_fail(d, "checking", why);
    int code = sqlite3_step(s);
    for (; code == SQLITE_ROW && st == OK; code = sqlite3_step(s)) {
        slice said = slice_str((const char *)sqlite3_column_text(s, 0)), name;
        if (slice_eq(said, S("ok")))
            continue;
        name = slice_from(said, null.len);
        if (slice_starts(said, null) && name.len < sizeof cleared &&
            (slice_eq(name, slice_str(cleared)) || !has_null(d, name)))
            snprintf(cleared, sizeof cleared, "%.*s", SLICE_FMT(name));
        else
            st = err_set(why, ERR_INTERNAL, ERR_NOWHERE, "store: %.*s", SLICE_FMT(said));
    }
    if (st == OK && code != SQLITE_DONE)
        st = lite_fail(d, "checking", why);
    sqlite3_finalize(s);
    return st;
}

static status check(db *b, err *why)
{
    return run_check(b, "PRAGMA quick_check(2147483647)", why);
}

static status check_table(db *b, const char *table, err *why)
{
    char pragma[64];
    snprintf(pragma, sizeof pragma, "PRAGMA integrity_check(%s)", table);
    return run_check(b, pragma, why);
}

const db_driver db_sqlite = {
    .name = "sqlite",
    .open = open_db,
    .close = close_db,
    .version = user_version,
    .set_version = set_version,
    .migration = run_sql,
    .begin_read = begin_read,
    .content = content,
    .mark_now = mark_now,
    .begin_write = begin_write,
    .commit = commit,
    .renew = lite_renew,
    .rollback = rollback,
    .in_transaction = in_transaction,
    .savepoint = savepoint,
    .release = release,
    .rollback_savepoint = rollback_savepoint,
    .checkpoint = checkpoint,
    .query = query_stmt,
    .bind_int = bind_int,
    .bind_null = bind_null,
    .bind_text = bind_text,
    .bind_blob = bind_blob,
    .step = step,
    .column_int = column_int,
    .column_ints = column_ints,
    .column_is_null = column_is_null,
    .column_text = column_text,
    .reset = reset,
    .changes = changes,
    .last_id = last_id,
    .expect = lite_expect,
    .turn = lite_turn,
    .adhoc = adhoc,
    .adhoc_done = adhoc_done,
    .snapshot = lite_snapshot,
    .explain = explain,
    .check = check,
    .check_table = check_table,
};
