/* peers.h - indexes side by side: each holds the same keys and is asked the same questions.
 * Uses: bench.h. Used by: bench/index. */
#ifndef NOROSHI_BENCH_INDEX_PEERS_H
#define NOROSHI_BENCH_INDEX_PEERS_H

#include "bench.h"

#include <stddef.h>

enum { KEY = BENCH_KEY, BATCH = 128 };

typedef struct run {
    const char *folder;  /* of this engine alone */
    const char *address; /* of its server's socket, or NULL */
    uint64_t keys;
    bool sorted; /* keys come in their order, not at random */
} run;

/* What an engine can do. It ends the program when something fails. */
typedef struct engine {
    const char *name;
    size_t batch; /* look-ups of one call; 1: there is no such call */
    void *(*open)(const run *r);
    void (*insert)(void *e, const run *r); /* all keys; durable enough to be read after close */
    size_t (*find)(void *e, const char *keys, size_t count); /* hits of so many keys */
    void (*close)(void *e);
} engine;

extern const engine engine_tiers, engine_table, engine_sqlite, engine_lmdb, engine_rocksdb,
    engine_redis, engine_postgresql;

static inline void need(bool fine, const char *what)
{
    bench_need(fine, "index", what);
}

/* Key n of `keys`: key n is less than key n + 1, and they are spread as digests are. */
static inline void index_key(uint64_t keys, uint64_t n, char out[KEY])
{
    uint64_t step = UINT64_MAX / keys, first = n * step + bench_mix(n) % step;
    bench_key(n, out);
    first = __builtin_bswap64(first);
    memcpy(out, &first, sizeof first);
}

/* 0..keys - 1, each once, in no order: a small Feistel network over the next power of four, walked
 * until it is inside. */
static inline uint64_t index_shuffled(uint64_t keys, uint64_t i)
{
    unsigned half = 1;
    while (half < 31 && (uint64_t)1 << (2 * half) < keys)
        half++;
    uint64_t mask = ((uint64_t)1 << half) - 1;
    do {
        uint64_t left = i >> half, right = i & mask;
        for (uint64_t round = 0; round < 4; round++) {
            uint64_t next = left ^ (bench_mix(right * 4 + round) & mask);
            left = right;
            right = next;
        }
        i = left << half | right;
    } while (i >= keys);
    return i;
}

/* The i-th key in the order in which they come. */
static inline void index_next_key(const run *r, uint64_t i, char out[KEY])
{
    index_key(r->keys, r->sorted ? i : index_shuffled(r->keys, i), out);
}

#endif
