/* peer_lmdb.c - one transaction fills it, one reads it; nothing is synced. */
#include "peers.h"

#include <lmdb.h>
#include <sys/stat.h>

typedef struct mdb {
    MDB_env *e;
    MDB_txn *t;
    MDB_dbi db;
} mdb;

static void *open_mdb(const run *r)
{
    char path[512];
    mdb *m = calloc(1, sizeof *m);
    snprintf(path, sizeof path, "%s/lmdb", r->folder);
    mkdir(path, 0700);
    need(m && mdb_env_create(&m->e) == 0 && mdb_env_set_mapsize(m->e, (size_t)1 << 36) == 0 &&
             mdb_env_open(m->e, path, MDB_NOSYNC | MDB_NORDAHEAD, 0600) == 0,
         "LMDB");
    return m;
}

static void insert_mdb(void *e, const run *r)
{
    mdb *m = e;
    char key[KEY];
    uint32_t v = 1;
    MDB_txn *t;
    MDB_dbi db;
    need(mdb_txn_begin(m->e, NULL, 0, &t) == 0 && mdb_dbi_open(t, NULL, MDB_CREATE, &db) == 0,
         "LMDB");
    for (uint64_t n = 0; n < r->keys; n++) {
        index_next_key(r, n, key);
        MDB_val k = {KEY, key}, d = {sizeof v, &v};
        need(mdb_put(t, db, &k, &d, r->sorted ? MDB_APPEND : 0) == 0, "LMDB put");
    }
    need(mdb_txn_commit(t) == 0, "LMDB commit");
}

static size_t find_mdb(void *e, const char *keys, size_t count)
{
    mdb *m = e;
    size_t hits = 0;
    if (!m->t)
        need(mdb_txn_begin(m->e, NULL, MDB_RDONLY, &m->t) == 0 &&
                 mdb_dbi_open(m->t, NULL, 0, &m->db) == 0,
             "LMDB");
    for (size_t i = 0; i < count; i++) {
        MDB_val k = {KEY, (void *)(uintptr_t)(keys + i * KEY)}, d;
        hits += mdb_get(m->t, m->db, &k, &d) == 0;
    }
    return hits;
}

static void close_mdb(void *e)
{
    mdb *m = e;
    mdb_txn_abort(m->t);
    mdb_env_close(m->e);
    free(m);
}

const engine engine_lmdb = {"lmdb", 1, open_mdb, insert_mdb, find_mdb, close_mdb};
