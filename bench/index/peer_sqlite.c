/* peer_sqlite.c - a table WITHOUT ROWID, mapped, without journal while it is filled. */
#include "peers.h"

#include <sqlite3.h>

typedef struct lite {
    sqlite3 *d;
    sqlite3_stmt *find;
} lite;

static void *open_lite(const run *r)
{
    char path[512];
    lite *l = calloc(1, sizeof *l);
    need(l != NULL, "out of memory");
    snprintf(path, sizeof path, "%s/lite.db", r->folder);
    need(sqlite3_open(path, &l->d) == SQLITE_OK, "SQLite");
    need(sqlite3_exec(l->d,
                      "PRAGMA mmap_size=68719476736; PRAGMA cache_size=-2097152;"
                      "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
                      "CREATE TABLE IF NOT EXISTS t (k BLOB PRIMARY KEY, v INTEGER) WITHOUT ROWID",
                      NULL, NULL, NULL) == SQLITE_OK,
         "SQLite table");
    need(sqlite3_prepare_v2(l->d, "SELECT v FROM t WHERE k = ?1", -1, &l->find, NULL) == SQLITE_OK,
         "SQLite query");
    return l;
}

static void insert_lite(void *e, const run *r)
{
    lite *l = e;
    char key[KEY];
    sqlite3_stmt *q;
    need(sqlite3_exec(l->d, "BEGIN", NULL, NULL, NULL) == SQLITE_OK, "SQLite begin");
    sqlite3_prepare_v2(l->d, "INSERT INTO t VALUES (?1, 1)", -1, &q, NULL);
    for (uint64_t i = 0; i < r->keys; i++) {
        index_next_key(r, i, key);
        sqlite3_bind_blob(q, 1, key, KEY, SQLITE_STATIC);
        need(sqlite3_step(q) == SQLITE_DONE, "SQLite insert");
        sqlite3_reset(q);
    }
    sqlite3_finalize(q);
    need(sqlite3_exec(l->d, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, "SQLite commit");
}

static size_t find_lite(void *e, const char *keys, size_t count)
{
    lite *l = e;
    size_t hits = 0;
    for (size_t i = 0; i < count; i++) {
        sqlite3_bind_blob(l->find, 1, keys + i * KEY, KEY, SQLITE_STATIC);
        hits += sqlite3_step(l->find) == SQLITE_ROW;
        sqlite3_reset(l->find);
    }
    return hits;
}

static void close_lite(void *e)
{
    lite *l = e;
    sqlite3_finalize(l->find);
    sqlite3_close(l->d);
    free(l);
}

const engine engine_sqlite = {"sqlite", 1, open_lite, insert_lite, find_lite, close_lite};
