/* peer_rocksdb.c - ribbon filters of 10 bits, a cache that holds all, no compression and no log;
 * compacted once it is filled. */
#include "peers.h"

#include <rocksdb/c.h>

typedef struct rocks {
    rocksdb_t *d;
    rocksdb_readoptions_t *r;
} rocks;

static void *open_rocks(const run *r)
{
    char path[512], *said = NULL;
    rocks *k = calloc(1, sizeof *k);
    rocksdb_options_t *o = rocksdb_options_create();
    rocksdb_block_based_table_options_t *b = rocksdb_block_based_options_create();
    need(k != NULL, "out of memory");
    rocksdb_block_based_options_set_filter_policy(b, rocksdb_filterpolicy_create_ribbon(10));
    rocksdb_block_based_options_set_block_cache(b, rocksdb_cache_create_lru((size_t)8 << 30));
    rocksdb_options_set_block_based_table_factory(o, b);
    rocksdb_options_set_create_if_missing(o, 1);
    rocksdb_options_set_compression(o, rocksdb_no_compression);
    snprintf(path, sizeof path, "%s/rocks", r->folder);
    k->d = rocksdb_open(o, path, &said);
    need(k->d != NULL, said);
    k->r = rocksdb_readoptions_create();
    return k;
}

static void insert_rocks(void *e, const run *r)
{
    rocks *k = e;
    char key[KEY], *said = NULL;
    rocksdb_writeoptions_t *w = rocksdb_writeoptions_create();
    rocksdb_writeoptions_disable_WAL(w, 1);
    for (uint64_t i = 0; i < r->keys; i++) {
        index_next_key(r, i, key);
        rocksdb_put(k->d, w, key, KEY, "1234", 4, &said);
        need(!said, said);
    }
    rocksdb_compact_range(k->d, NULL, 0, NULL, 0);
    rocksdb_writeoptions_destroy(w);
}

static size_t find_one_rock(const rocks *k, const char *key)
{
    char *said = NULL;
    rocksdb_pinnableslice_t *v = rocksdb_get_pinned(k->d, k->r, key, KEY, &said);
    need(!said, said);
    if (!v)
        return 0;
    rocksdb_pinnableslice_destroy(v);
    return 1;
}

static size_t find_rocks(void *e, const char *keys, size_t count)
{
    rocks *k = e;
    const char *at[BATCH] = {NULL};
    size_t len[BATCH] = {0}, value_len[BATCH], hits = 0;
    char *value[BATCH], *errs[BATCH];
    if (count == 1)
        return find_one_rock(k, keys);
    for (size_t i = 0; i < count; i++) {
        at[i] = keys + i * KEY;
        len[i] = KEY;
    }
    rocksdb_multi_get(k->d, k->r, count, at, len, value, value_len, errs);
    for (size_t i = 0; i < count; i++) {
        need(!errs[i], "RocksDB multi_get");
        hits += value[i] != NULL;
        free(value[i]);
    }
    return hits;
}

static void close_rocks(void *e)
{
    rocks *k = e;
    rocksdb_readoptions_destroy(k->r);
    rocksdb_close(k->d);
    free(k);
}

const engine engine_rocksdb = {"rocksdb", BATCH, open_rocks, insert_rocks, find_rocks, close_rocks};
