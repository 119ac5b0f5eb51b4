/* pg.c - the PostgreSQL driver: see know/db.h and docs/postgresql.md.
 *
 * Settings: the order of joins is the statement's, and rows are looked up by index one by one, as
 * SQLite does. Statistics do not decide, so a plan is the same on an empty store and on a full one,
 * and a test can show that it uses indexes. Readers work in one snapshot (repeatable read, read
 * only); writers take turns by an advisory lock on the schema, and see what is committed. */
#include "know/db/pg.h"

#include <stdio.h>
#include <stdlib.h>

enum { SERVER_LEAST = 150000, WRITER_LOCK = 0x6e6f726f /* "noro" */, SCHEMA_BYTES_MAX = 1 << 20 };

static const char settings[] =
    "SET standard_conforming_strings = on; SET plan_cache_mode = force_generic_plan; SET jit = off;"
    "SET join_collapse_limit = 1; SET from_collapse_limit = 1; SET enable_seqscan = off;"
    "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_material = off;"
    "SET enable_memoize = off; SET enable_bitmapscan = off; SET enable_sort = off;"
    "SET max_parallel_workers_per_gather = 0;"
    "SET synchronous_commit = on; SET idle_in_transaction_session_timeout = 0;"
    "SET statement_timeout = 0; SET lock_timeout = 0;"
    "SELECT current_schema(), split_part(current_setting('search_path'), ',', 1)";

/* --- errors --------------------------------------------------------------------------------- */

static status status_of(const char *state)
{
    static const struct {
        const char *prefix;
        status st;
    } states[] = {
        {"55P03", ERR_BUSY},      {"40", ERR_BUSY},  {"53300", ERR_BUSY},
        {"53", ERR_LIMIT},        {"54", ERR_LIMIT}, {"28", ERR_FORBIDDEN},
        {"42501", ERR_FORBIDDEN}, {"25006", ERR_IO}, {"3D000", ERR_NOT_FOUND},
        {"08", ERR_IO},           {"57", ERR_IO},    {"58", ERR_IO},
        {"XX", ERR_IO},
    };
    for (size_t i = 0; state && i < COUNT_OF(states); i++)
        if (strncmp(state, states[i].prefix, strlen(states[i].prefix)) == 0)
            return states[i].st;
    return state ? ERR_INTERNAL : ERR_IO;
}

/* The server's message is several lines; the first one says it. */
static int first_line(const char *text)
{
    size_t n = strcspn(text, "\n");
    return n > INT32_MAX ? INT32_MAX : (int)n;
}

status pg_fail(const pg_db *d, PGresult *r, const char *doing, err *why)
{
    const char *said = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    if (!said)
        said = d->conn ? PQerrorMessage(d->conn) : "out of memory";
    status st = status_of(state);
    err_set(why, st, ERR_NOWHERE, "store: %.*s: %s", first_line(said), said, doing);
    PQclear(r);
    return st;
}

PGresult *pg_exec(pg_db *d, const char *sql, status *ret_st, err *why)
{
    *ret_st = pg_quiet(d, why);
    if (*ret_st != OK)
        return NULL;
    PGresult *r = PQexec(d->conn, sql);
    ExecStatusType what = PQresultStatus(r);
    if (what == PGRES_COMMAND_OK || what == PGRES_TUPLES_OK)
        return r;
    *ret_st = pg_fail(d, r, "SQL", why);
    return NULL;
}

status pg_run_sql(pg_db *d, const char *sql, err *why)
{
    status st;
    PQclear(pg_exec(d, sql, &st, why));
    return st;
}

/* --- opening -------------------------------------------------------------------------------- */

static void no_notice(void *ctx, const char *text)
{
    (void)ctx, (void)text; /* "relation exists already, skipping" is nobody's business */
}

/* An address may not carry a password: everybody on the machine can read a command line. */
static status check_address(const char *server, err *why)
{
    char *said = NULL;
    PQconninfoOption *list = PQconninfoParse(server, &said);
    status st = OK;
    if (!list) /* what libpq says may quote the address */
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "the database's address cannot be read");
    for (PQconninfoOption *o = list; st == OK && o->keyword; o++)
        if (strcmp(o->keyword, "password") == 0 && o->val && *o->val)
            st = err_set(why, ERR_INPUT, ERR_NOWHERE,
                         "the database's address has a password, which others may read: put it "
                         "into a password file");
    PQconninfoFree(list);
    PQfreemem(said);
    return st;
}

static status connect_to(pg_db *d, const db_options *o, err *why)
{
    /* later ones win over the address, earlier ones do not */
    const char *const keys[] = {"connect_timeout", "application_name", "dbname",
                                "client_encoding", "passfile",         NULL};
    const char *const values[] = {
        "10",
        "noroshi",
        o->server,
        "UTF8",
        o->passfile ? o->passfile : "/dev/null/none", /* not ~/.pgpass, unless it was said */
        NULL};
    status st = check_address(o->server, why);
    if (st != OK)
        return st;
    d->conn = PQconnectdbParams(keys, values, 1);
    if (PQstatus(d->conn) != CONNECTION_OK)
        return pg_fail(d, NULL, "connecting", why);
    PQsetNoticeProcessor(d->conn, no_notice, NULL);
    const char *encoding = PQparameterStatus(d->conn, "server_encoding");
    if (PQserverVersion(d->conn) < SERVER_LEAST)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "PostgreSQL %d or newer is needed, this is %d",
                       SERVER_LEAST / 10000, PQserverVersion(d->conn) / 10000);
    if (!encoding || strcmp(encoding, "UTF8") != 0)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the database's encoding is %s; UTF8 is needed",
                       encoding ? encoding : "unknown");
    return OK;
}

/* The first schema of the search path is made when it is not there. */
static status make_schema(pg_db *d, const char *first, err *why)
{
    char sql[256], lower[64];
    slice name = slice_trim(slice_str(first));
    bool as_is = slice_starts(name, S("\"")) && slice_ends(name, S("\""));
    if (as_is)
        name = slice_sub(name, 1, name.len - 1);
    if (!name.len || name.len >= sizeof lower || name.ptr[0] == '$')
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the database's search_path has no schema");
    for (size_t i = 0; i < name.len; i++)
        lower[i] = as_is ? name.ptr[i] : to_lower(name.ptr[i]);
    char *quoted = PQescapeIdentifier(d->conn, lower, name.len);
    if (!quoted)
        return pg_fail(d, NULL, "making the schema", why);
    snprintf(sql, sizeof sql, "CREATE SCHEMA IF NOT EXISTS %s", quoted);
    PQfreemem(quoted);
    return pg_run_sql(d, sql, why);
}

static status configure(pg_db *d, const db_options *o, err *why)
{
    status st;
    PGresult *r = pg_exec(d, settings, &st, why);
    if (!r)
        return st;
    if (PQgetisnull(r, 0, 0) && !o->read_only)
        st = make_schema(d, PQgetvalue(r, 0, 1), why);
    PQclear(r);
    return st;
}

static void close_db(db *b)
{
    pg_db *d = pg_of(b);
    for (int i = 0; i < QUERY_COUNT_; i++)
        pg_stmt_done(&d->stmt[i]);
    pg_lanes_free(d);
    buf_done(&d->classes);
    buf_done(&d->pending);
    PQfinish(d->conn);
    free(d);
}

static status open_db(const db_options *o, db **ret, err *why)
{
    pg_db *d = calloc(1, sizeof *d);
    if (!d)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "store: out of memory");
    d->base = (db){.driver = &db_postgresql, .mutant = o->mutant};
    d->busy_ms = (int)(o->busy_ms ? o->busy_ms : 10000);
    buf_init(&d->classes, 1 << 20);
    buf_init(&d->pending, 1 << 20);
    status st = connect_to(d, o, why);
    if (st == OK)
        st = configure(d, o, why);
    if (st != OK) {
        close_db(&d->base);
        return st;
    }
    *ret = &d->base;
    return OK;
}

/* --- schema ----------------------------------------------------------------------------------- */

static status version(db *b, int *ret, err *why)
{
    pg_db *d = pg_of(b);
    status st;
    PGresult *r = pg_exec(d, "SELECT to_regclass('noroshi_schema') IS NULL", &st, why);
    if (!r)
        return st;
    bool none = *PQgetvalue(r, 0, 0) == 't';
    PQclear(r);
    *ret = 0;
    if (none)
        return OK;
    if (!(r = pg_exec(d, "SELECT max(version) FROM noroshi_schema", &st, why)))
        return st;
    uint64_t n = 0;
    if (!slice_u64(slice_str(PQgetvalue(r, 0, 0)), &n) || n > INT32_MAX)
        st = err_set(why, ERR_INTERNAL, ERR_NOWHERE, "store: its schema has no version");
    *ret = (int)n;
    PQclear(r);
    return st;
}

static status set_version(db *b, int n, err *why)
{
    char sql[256];
    snprintf(sql, sizeof sql,
             "CREATE TABLE IF NOT EXISTS noroshi_schema (version bigint NOT NULL);"
             "DELETE FROM noroshi_schema; INSERT INTO noroshi_schema VALUES (%d)",
             n);
    return pg_run_sql(pg_of(b), sql, why);
}

static status migration(db *b, const char *sql, err *why)
{
    CLEANUP(buf_done) buf out;
    buf_init(&out, SCHEMA_BYTES_MAX);
    status st = pg_rewrite_schema(sql, &out, why);
    buf_byte(&out, 0);
    if (st == OK)
        st = buf_status(&out, why);
    return st == OK ? pg_run_sql(pg_of(b), out.ptr, why) : st;
}

/* --- transactions --------------------------------------------------------------------------- */

static status begin_read(db *b, err *why)
{
    pg_db *d = pg_of(b);
    status st = pg_run_sql(d, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", why);
    d->in_transaction = st == OK;
    return st;
}

static void rollback(db *b)
{
    pg_db *d = pg_of(b);
    for (int i = 0; i < QUERY_COUNT_; i++)
        if (d->stmt[i].result)
            pg_reset(&d->stmt[i].base);
    pg_forget(d);
    if (d->in_transaction)
        PQclear(PQexec(d->conn, "ROLLBACK"));
    d->in_transaction = false;
}

/* The lock goes with the transaction. It is of the schema: stores in one database do not wait for
 * each other. */
static status begin_write(db *b, bool waits, err *why)
{
    pg_db *d = pg_of(b);
    char sql[320];
    pg_forget(d);
    snprintf(sql, sizeof sql,
             "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL lock_timeout = %d;"
             "SELECT pg_advisory_xact_lock(%d, (SELECT oid::int4 FROM pg_namespace"
             " WHERE nspname = current_schema()))",
             waits ? d->busy_ms : 1, WRITER_LOCK);
    d->in_transaction = true;
    status st = pg_run_sql(d, sql, why);
    if (st == ERR_BUSY)
        err_set(why, st, ERR_NOWHERE, "store: another writer is at work");
    if (st != OK)
        rollback(b);
    return st;
}

static status commit(db *b, err *why)
{
    pg_db *d = pg_of(b);
    status st;
    PGresult *r = pg_exec(d, "COMMIT", &st, why);
    if (!r)
        return st;
    d->in_transaction = false;
    pg_forget(d);
    if (strcmp(PQcmdStatus(r), "COMMIT") != 0) /* something had failed: it was taken back */
        st = err_set(why, ERR_INTERNAL, ERR_NOWHERE, "store: the transaction was taken back");
    PQclear(r);
    return st;
}

static bool in_transaction(db *b)
{
    return pg_of(b)->in_transaction;
}

static status savepoint(db *b, err *why)
{
    return pg_run_sql(pg_of(b), "SAVEPOINT part", why);
}

static status release(db *b, err *why)
{
    return pg_run_sql(pg_of(b), "RELEASE SAVEPOINT part", why);
}

static status rollback_savepoint(db *b, err *why)
{
    pg_forget(pg_of(b));
    return pg_run_sql(pg_of(b), "ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part", why);
}

static status checkpoint(db *b, err *why)
{
    (void)b, (void)why; /* the server does it by itself */
    return OK;
}

static int64_t changes(db *d)
{
    return pg_of(d)->changes;
}

static int64_t last_id(db *d)
{
    return pg_of(d)->last_id;
}

/* --- for tests and doctor ------------------------------------------------------------------- */

/* The plan for parameters that are not known: NULL stands for each. */
static status explain(db *b, query q, buf *out, err *why)
{
    pg_db *d = pg_of(b);
    CLEANUP(buf_done) buf sql;
    CLEANUP(buf_done) buf statement;
    pg_statement is;
    status st;
    buf_init(&sql, SQL_MAX);
    buf_init(&statement, SQL_MAX);
    pg_rewrite(db_text_of(&db_postgresql, q), -1, &statement, &is);
    int params = is.sight ? is.sight + 2 : is.params;
    buf_put(&sql, S("PREPARE explained"));
    for (int i = 1; i <= params; i++)
        buf_printf(&sql, "%s%s", i == 1 ? " (" : ", ",
                   !is.sight || i < is.sight ? "unknown"
                   : i == is.sight + 1       ? "bigint"
                                             : "bigint[]");
    buf_put(&sql, params ? S(") AS ") : S(" AS "));
    buf_put(&sql, buf_slice(&statement));
    buf_put(&sql, S("; EXPLAIN (COSTS OFF) EXECUTE explained"));
    for (int i = 0; i < params; i++)
        buf_put(&sql, i ? S(", NULL") : S(" (NULL"));
    buf_put(&sql, params ? S(")") : S(""));
    buf_byte(&sql, 0);
    if ((st = buf_status(&sql, why)) != OK)
        return st;
    PGresult *r = pg_exec(d, sql.ptr, &st, why);
    for (int i = 0; r && i < PQntuples(r); i++)
        buf_printf(out, "%s\n", PQgetvalue(r, i, 0));
    PQclear(r);
    if (st == OK)
        st = pg_run_sql(d, "DEALLOCATE explained", why);
    return st == OK ? buf_status(out, why) : st;
}

/* Damage is the server's to find (its check sums, pg_amcheck); an index that was not finished is
 * not used, and that would show as slowness only. */
static status check(db *b, err *why)
{
    status st;
    PGresult *r = pg_exec(pg_of(b),
                          "SELECT c.relname FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
                          " WHERE c.relnamespace = current_schema()::regnamespace"
                          " AND NOT (i.indisvalid AND i.indisready) LIMIT 1",
                          &st, why);
    if (r && PQntuples(r))
        st = err_set(why, ERR_INTERNAL, ERR_NOWHERE, "store: index %s is not valid",
                     PQgetvalue(r, 0, 0));
    PQclear(r);
    return st;
}

static status check_table(db *b, const char *table, err *why)
{
    (void)b, (void)table, (void)why;
    return OK;
}

const db_driver db_postgresql = {
    .name = "postgresql",
    .far = true,
    .open = open_db,
    .close = close_db,
    .version = version,
    .set_version = set_version,
    .migration = migration,
    .begin_read = begin_read,
    .begin_write = begin_write,
    .commit = commit,
    .rollback = rollback,
    .in_transaction = in_transaction,
    .savepoint = savepoint,
    .release = release,
    .rollback_savepoint = rollback_savepoint,
    .checkpoint = checkpoint,
    .query = pg_query,
    .bind_int = pg_bind_int,
    .bind_null = pg_bind_null,
    .bind_text = pg_bind_text,
    .bind_blob = pg_bind_blob,
    .step = pg_step,
    .column_int = pg_int,
    .column_ints = pg_ints,
    .column_is_null = pg_is_null,
    .column_text = pg_text,
    .reset = pg_reset,
    .changes = changes,
    .last_id = last_id,
    .expect = pg_expect,
    .turn = pg_turn,
    .adhoc = pg_adhoc,
    .adhoc_done = pg_adhoc_done,
    .copy_begin = pg_copy_begin,
    .copy_row = pg_copy_row,
    .copy_end = pg_copy_end,
    .explain = explain,
    .check = check,
    .check_table = check_table,
};
