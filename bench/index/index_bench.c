/* index_bench.c - known keys: ours, SQLite, LMDB and RocksDB, built from the same keys of 32 bytes
 * in the same random order and asked the same questions in one run.
 *     bench-index KEYS FOLDER ENGINE     (bench/index/run does all, and weighs what they wrote)
 * Figures: seconds of processor time to build, nanoseconds of processor
 * time a look-up for hits, and for 99 misses of 100. Ours and RocksDB are asked in batches (they
 * have such a call), SQLite and LMDB one by one; everything warm. */
#include "bench.h"
#include "know/slots.h"
#include "know/slots_build.h"

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>
#ifdef PEER_LMDB
#include <lmdb.h>
#endif
#ifdef PEER_ROCKSDB
#include <rocksdb/c.h>
#endif

enum { KEY = BENCH_KEY, QUESTIONS = 1000000, BATCH = 128 };

static void need(bool fine, const char *what)
{
    bench_need(fine, "index", what);
}

static char *make_questions(uint64_t keys, bool hits, uint64_t *ret_hits)
{
    char *q = malloc((size_t)QUESTIONS * KEY);
    need(q != NULL, "out of memory");
    *ret_hits = 0;
    for (uint64_t i = 0; i < QUESTIONS; i++) {
        uint64_t r = bench_mix(i * 7 + hits);
        bool hit = hits || r % 100 == 0;
        *ret_hits += hit;
        bench_key(hit ? (r >> 8) % keys : keys + (r >> 8), q + i * KEY);
    }
    return q;
}

typedef struct engine {
    const char *name;
    void (*build)(const char *folder, uint64_t keys);
    /* Opens, asks all questions, returns the hits. */
    uint64_t (*ask)(const char *folder, const char *questions, double *ret_s);
} engine;

/* --- ours ----------------------------------------------------------------------------------- */

static void our_build(const char *folder, uint64_t keys)
{
    char path[512], key[KEY];
    slots_builder *b;
    slots_counts c;
    uint32_t id;
    err why;
    slots_build_options o = {.disk = fs_system(), .folder = folder, .random = random_system()};
    snprintf(path, sizeof path, "%s/table", folder);
    need(slots_builder_new(&o, &b, &why) == OK, "builder");
    slots_profile p = {.first = SLOTS_DAY_NONE, .last = SLOTS_DAY_NONE, .until = SLOTS_DAY_NONE};
    need(slots_profile_add(b, &p, &id, &why) == OK, "profile");
    for (uint64_t i = 0; i < keys; i++) {
        bench_key(i, key);
        need(slots_add(b, KIND_SHA256, slice_of(key, KEY), -1, id, &why) == OK, "adding");
    }
    need(slots_build(b, path, &c, &why) == OK && c.keys == keys, "building");
    slots_builder_free(b);
}

static uint64_t our_ask(const char *folder, const char *questions, double *ret_s)
{
    char path[512];
    slots *t;
    err why;
    uint64_t hits = 0;
    snprintf(path, sizeof path, "%s/table", folder);
    need(slots_open(path, &t, &why) == OK, "opening");
    double from = bench_cpu_s();
    for (uint64_t i = 0; i < QUESTIONS; i += BATCH) {
        slots_key keys[BATCH];
        uint32_t record[BATCH];
        size_t n = QUESTIONS - i < BATCH ? QUESTIONS - i : BATCH;
        for (size_t k = 0; k < n; k++)
            keys[k] = (slots_key){KIND_SHA256, slice_of(questions + (i + k) * KEY, KEY)};
        slots_find(t, keys, n, record);
        for (size_t k = 0; k < n; k++)
            hits += record[k] != 0;
    }
    *ret_s = bench_cpu_s() - from;
    slots_close(t);
    return hits;
}

/* --- SQLite --------------------------------------------------------------------------------- */

static sqlite3 *lite_open(const char *folder)
{
    char path[512];
    sqlite3 *d;
    snprintf(path, sizeof path, "%s/lite.db", folder);
    need(sqlite3_open(path, &d) == SQLITE_OK, "SQLite");
    sqlite3_exec(d, "PRAGMA mmap_size=68719476736; PRAGMA cache_size=-65536", NULL, NULL, NULL);
    return d;
}

static void lite_build(const char *folder, uint64_t keys)
{
    char key[KEY];
    sqlite3 *d = lite_open(folder);
    sqlite3_stmt *q;
    need(sqlite3_exec(d,
                      "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
                      "CREATE TABLE t (k BLOB PRIMARY KEY, v INTEGER) WITHOUT ROWID; BEGIN",
                      NULL, NULL, NULL) == SQLITE_OK,
         "SQLite table");
    sqlite3_prepare_v2(d, "INSERT INTO t VALUES (?1, 1)", -1, &q, NULL);
    for (uint64_t i = 0; i < keys; i++) {
        bench_key(i, key);
        sqlite3_bind_blob(q, 1, key, KEY, SQLITE_STATIC);
        need(sqlite3_step(q) == SQLITE_DONE, "SQLite insert");
        sqlite3_reset(q);
    }
    sqlite3_finalize(q);
    need(sqlite3_exec(d, "COMMIT", NULL, NULL, NULL) == SQLITE_OK, "SQLite commit");
    sqlite3_close(d);
}

static uint64_t lite_ask(const char *folder, const char *questions, double *ret_s)
{
    sqlite3 *d = lite_open(folder);
    sqlite3_stmt *q;
    uint64_t hits = 0;
    sqlite3_prepare_v2(d, "SELECT v FROM t WHERE k = ?1", -1, &q, NULL);
    double from = bench_cpu_s();
    for (uint64_t i = 0; i < QUESTIONS; i++) {
        sqlite3_bind_blob(q, 1, questions + i * KEY, KEY, SQLITE_STATIC);
        hits += sqlite3_step(q) == SQLITE_ROW;
        sqlite3_reset(q);
    }
    *ret_s = bench_cpu_s() - from;
    sqlite3_finalize(q);
    sqlite3_close(d);
    return hits;
}

/* --- LMDB ----------------------------------------------------------------------------------- */

#ifdef PEER_LMDB
static MDB_env *lmdb_open(const char *folder)
{
    char path[512];
    MDB_env *e;
    snprintf(path, sizeof path, "%s/lmdb", folder);
    mkdir(path, 0700);
    need(mdb_env_create(&e) == 0 && mdb_env_set_mapsize(e, (size_t)1 << 36) == 0 &&
             mdb_env_open(e, path, MDB_NOSYNC | MDB_NORDAHEAD, 0600) == 0,
         "LMDB");
    return e;
}

static void lmdb_build(const char *folder, uint64_t keys)
{
    char key[KEY];
    uint32_t v = 1;
    MDB_env *e = lmdb_open(folder);
    MDB_txn *t;
    MDB_dbi i;
    need(mdb_txn_begin(e, NULL, 0, &t) == 0 && mdb_dbi_open(t, NULL, MDB_CREATE, &i) == 0, "LMDB");
    for (uint64_t n = 0; n < keys; n++) {
        bench_key(n, key);
        MDB_val k = {KEY, key}, d = {sizeof v, &v};
        need(mdb_put(t, i, &k, &d, 0) == 0, "LMDB put");
    }
    need(mdb_txn_commit(t) == 0, "LMDB commit");
    mdb_env_close(e);
}

static uint64_t lmdb_ask(const char *folder, const char *questions, double *ret_s)
{
    MDB_env *e = lmdb_open(folder);
    MDB_txn *t;
    MDB_dbi db;
    uint64_t hits = 0;
    need(mdb_txn_begin(e, NULL, MDB_RDONLY, &t) == 0 && mdb_dbi_open(t, NULL, 0, &db) == 0, "LMDB");
    double from = bench_cpu_s();
    for (uint64_t i = 0; i < QUESTIONS; i++) {
        MDB_val k = {KEY, (void *)(uintptr_t)(questions + i * KEY)}, d;
        hits += mdb_get(t, db, &k, &d) == 0;
    }
    *ret_s = bench_cpu_s() - from;
    mdb_txn_abort(t);
    mdb_env_close(e);
    return hits;
}
#endif

/* --- RocksDB -------------------------------------------------------------------------------- */

#ifdef PEER_ROCKSDB
static rocksdb_t *rocks_open(const char *folder)
{
    char path[512], *said = NULL;
    rocksdb_options_t *o = rocksdb_options_create();
    rocksdb_block_based_table_options_t *b = rocksdb_block_based_options_create();
    rocksdb_block_based_options_set_filter_policy(b, rocksdb_filterpolicy_create_ribbon(10));
    rocksdb_block_based_options_set_block_cache(b, rocksdb_cache_create_lru((size_t)4 << 30));
    rocksdb_options_set_block_based_table_factory(o, b);
    rocksdb_options_set_create_if_missing(o, 1);
    rocksdb_options_set_compression(o, rocksdb_no_compression);
    snprintf(path, sizeof path, "%s/rocks", folder);
    rocksdb_t *d = rocksdb_open(o, path, &said);
    need(d != NULL, said);
    return d;
}

static void rocks_build(const char *folder, uint64_t keys)
{
    char key[KEY], *said = NULL;
    rocksdb_t *d = rocks_open(folder);
    rocksdb_writeoptions_t *w = rocksdb_writeoptions_create();
    rocksdb_writeoptions_disable_WAL(w, 1);
    for (uint64_t i = 0; i < keys; i++) {
        bench_key(i, key);
        rocksdb_put(d, w, key, KEY, "1234", 4, &said);
        need(!said, said);
    }
    rocksdb_compact_range(d, NULL, 0, NULL, 0);
    rocksdb_close(d);
}

static uint64_t rocks_ask(const char *folder, const char *questions, double *ret_s)
{
    rocksdb_t *d = rocks_open(folder);
    rocksdb_readoptions_t *r = rocksdb_readoptions_create();
    uint64_t hits = 0;
    for (int round = 0; round < 2; round++) { /* the first one warms the cache */
        hits = 0;
        double from = bench_cpu_s();
        for (uint64_t i = 0; i < QUESTIONS; i += BATCH) {
            const char *k[BATCH];
            size_t len[BATCH], vlen[BATCH], n = QUESTIONS - i < BATCH ? QUESTIONS - i : BATCH;
            char *v[BATCH], *errs[BATCH];
            for (size_t b = 0; b < n; b++) {
                k[b] = questions + (i + b) * KEY;
                len[b] = KEY;
            }
            rocksdb_multi_get(d, r, n, k, len, v, vlen, errs);
            for (size_t b = 0; b < n; b++) {
                hits += v[b] != NULL;
                free(v[b]);
            }
        }
        *ret_s = bench_cpu_s() - from;
    }
    rocksdb_close(d);
    return hits;
}
#endif

/* --- the run -------------------------------------------------------------------------------- */

int main(int argc, char **argv)
{
    static const engine engines[] = {
        {"ours", our_build, our_ask},
        {"sqlite", lite_build, lite_ask},
#ifdef PEER_LMDB
        {"lmdb", lmdb_build, lmdb_ask},
#endif
#ifdef PEER_ROCKSDB
        {"rocksdb", rocks_build, rocks_ask},
#endif
    };
    need(argc == 4, "bench-index KEYS FOLDER ENGINE");
    uint64_t keys = strtoull(argv[1], NULL, 10), wanted[2];
    char *questions[2] = {make_questions(keys, false, &wanted[0]),
                          make_questions(keys, true, &wanted[1])};
    for (size_t e = 0; e < COUNT_OF(engines); e++) {
        char what[128];
        if (strcmp(engines[e].name, argv[3]) != 0)
            continue;
        snprintf(what, sizeof what, "engine=%s keys=%llu", engines[e].name,
                 (unsigned long long)keys);
        double from = bench_cpu_s();
        engines[e].build(argv[2], keys);
        bench_figure("index", "build", "s CPU", bench_cpu_s() - from, what);
        for (int hits = 0; hits < 2; hits++) {
            double best = 1e9, s;
            for (int round = 0; round < 3; round++) {
                need(engines[e].ask(argv[2], questions[hits], &s) == wanted[hits], "wrong answers");
                best = s < best ? s : best;
            }
            bench_figure("index", hits ? "hit" : "99 misses of 100", "ns", best * 1e9 / QUESTIONS,
                         what);
        }
    }
    free(questions[0]);
    free(questions[1]);
    return 0;
}
