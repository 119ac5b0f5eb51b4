/* rows_bench.c - the floor of an import: the rows of a finished store, written again into a fresh
 * database of the same schema by a bare loop over prepared statements, in one transaction, with the
 * importer's page cache, synced and folded into the file. What an import takes beyond this is
 * reading, hashing and comparing.
 *     bench-rows STORE/noroshi.db FRESH.db TABLE... */
#include "bench.h"

#include <sqlite3.h>
#include <stdint.h>

enum { COLUMNS_MAX = 32 };

static int fail(sqlite3 *d, const char *what)
{
    fprintf(stderr, "bench-rows: %s: %s\n", what, sqlite3_errmsg(d));
    return 1;
}

/* The schema as it is, but for the text index and what it keeps its own rows in. */
static int copy_schema(sqlite3 *from, sqlite3 *to)
{
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(from,
                           "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL"
                           " AND name NOT LIKE 'claim_text%' ORDER BY rowid",
                           -1, &s, NULL) != SQLITE_OK)
        return fail(from, "schema");
    while (sqlite3_step(s) == SQLITE_ROW)
        if (sqlite3_exec(to, (const char *)sqlite3_column_text(s, 0), NULL, NULL, NULL))
            return fail(to, "schema");
    sqlite3_finalize(s);
    return 0;
}

static int copy_table(sqlite3 *from, sqlite3 *to, const char *table, uint64_t *rows)
{
    char sql[256];
    sqlite3_stmt *in, *out;
    snprintf(sql, sizeof sql, "SELECT * FROM %s", table);
    if (sqlite3_prepare_v2(from, sql, -1, &in, NULL) != SQLITE_OK)
        return fail(from, table);
    int n = sqlite3_column_count(in), at;
    if (n > COLUMNS_MAX)
        return fail(from, "columns");
    at = snprintf(sql, sizeof sql, "INSERT INTO %s VALUES (?", table);
    for (int i = 1; i < n; i++)
        at += snprintf(sql + at, sizeof sql - (size_t)at, ",?");
    snprintf(sql + at, sizeof sql - (size_t)at, ")");
    if (sqlite3_prepare_v2(to, sql, -1, &out, NULL) != SQLITE_OK)
        return fail(to, table);
    while (sqlite3_step(in) == SQLITE_ROW) {
        for (int i = 0; i < n; i++)
            sqlite3_bind_value(out, i + 1, sqlite3_column_value(in, i));
        if (sqlite3_step(out) != SQLITE_DONE)
            return fail(to, table);
        sqlite3_reset(out);
        (*rows)++;
    }
    sqlite3_finalize(in);
    sqlite3_finalize(out);
    return 0;
}

int main(int argc, char **argv)
{
    sqlite3 *from, *to;
    uint64_t rows = 0;
    if (argc < 4) {
        fprintf(stderr, "usage: bench-rows STORE.db FRESH.db TABLE...\n");
        return 2;
    }
    if (sqlite3_open_v2(argv[1], &from, SQLITE_OPEN_READONLY, NULL) ||
        sqlite3_exec(from, "PRAGMA mmap_size=4294967296", NULL, NULL, NULL))
        return fail(from, argv[1]);
    if (sqlite3_open(argv[2], &to) ||
        sqlite3_exec(to,
                     "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32768",
                     NULL, NULL, NULL) ||
        copy_schema(from, to))
        return fail(to, argv[2]);
    double wall = bench_wall_s(), cpu = bench_cpu_s();
    if (sqlite3_exec(to, "BEGIN IMMEDIATE", NULL, NULL, NULL))
        return fail(to, "begin");
    for (int i = 3; i < argc; i++)
        if (copy_table(from, to, argv[i], &rows))
            return 1;
    if (sqlite3_exec(to, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)", NULL, NULL, NULL))
        return fail(to, "commit");
    bench_figure("import", "bare rows", "s", bench_wall_s() - wall, "engine=sqlite");
    bench_figure("import", "bare rows cpu", "s", bench_cpu_s() - cpu, "engine=sqlite");
    bench_figure("import", "bare rows written", "1", (double)rows, "engine=sqlite");
    sqlite3_close(from);
    sqlite3_close(to);
    return 0;
}
