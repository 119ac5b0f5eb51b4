/* temp_store.h - tests only: a store in a folder of its own, removed afterwards, with a clock that
 * moves one second at each look and random bytes from a seed.
 *
 *     CLEANUP(temp_store_done) temp_store t;
 *     REQUIRE(temp_store_make(&t));
 *     writer_new(t.s, ...)
 *
 * Uses: store. Used by: *_test.c. */
#ifndef NOROSHI_KNOW_TEMP_STORE_H
#define NOROSHI_KNOW_TEMP_STORE_H

#include "base/test.h"
#include "know/store.h"
#include "know/test_engine.h"

#include <ftw.h>
#include <unistd.h>

typedef struct temp_store {
    char dir[64];
    int64_t now_us;
    uint64_t seed;
    store *s;
    test_engine engine;
    err why;
} temp_store;

static int64_t temp_store_tick(void *ctx)
{
    temp_store *t = ctx;
    return t->now_us += 1000000;
}

static inline bool temp_store_open(temp_store *t, int mutant)
{
    store_options o = {.dir = t->dir,
                       .server = test_server(&t->engine, t->dir),
                       .create = true,
                       .clock = {.now_us = temp_store_tick, .ctx = t},
                       .random = random_seeded(&t->seed),
                       .mutant = mutant};
    CHECK_OK(store_open(&o, &t->s, &t->why));
    return t->s != NULL;
}

static inline bool temp_store_make_mutant(temp_store *t, int mutant)
{
    *t = (temp_store){.now_us = 1700000000000000, .seed = 1};
    snprintf(t->dir, sizeof t->dir, "%s", "/tmp/noroshi-test-XXXXXX");
    return mkdtemp(t->dir) && temp_store_open(t, mutant);
}

static inline bool temp_store_make(temp_store *t)
{
    return temp_store_make_mutant(t, -1);
}

static int temp_store_remove(const char *path, const struct stat *s, int type, struct FTW *ftw)
{
    (void)s;
    (void)type;
    (void)ftw;
    return remove(path);
}

static inline void temp_store_done(temp_store *t)
{
    t->s = store_close(t->s);
    nftw(t->dir, temp_store_remove, 16, FTW_DEPTH | FTW_PHYS);
}

/* The operator at the command line. */
__attribute__((unused)) static const view temp_view = {
    .clearance = TLP_RED, .all_audiences = true, .known_at = WHEN_NONE};

#endif
