/* sightings_fixture.h - tests only: a folder with a writer of sightings, a clock that is set, a
 * disk that can fail; removed afterwards.
 *
 *     CLEANUP(site_done) site t;
 *     REQUIRE(site_make(&t, 1));
 *     REQUIRE(site_write(&t, 0)); sightings_add(t.w, ...)
 *
 * Uses: sightings_write. Used by: sightings*_test.c. */
#ifndef NOROSHI_KNOW_SIGHTINGS_FIXTURE_H
#define NOROSHI_KNOW_SIGHTINGS_FIXTURE_H

#include "base/test.h"
#include "know/sightings_write.h"

#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SITE_TODAY = 20000 }; /* 2024-10-04 */

typedef struct site {
    char dir[64], folder[80];
    fs disk;
    long left; /* operations that go well; then none does */
    uint64_t seed, dice;
    int64_t now_us;
    random_source chance, test;
    sightings_writer *w;
    err why;
} site;

static bool site_goes_well(site *t)
{
    return __atomic_fetch_sub(&t->left, 1, __ATOMIC_RELAXED) > 0; /* a fold has its own thread */
}

static status site_lost(err *why)
{
    return err_set(why, ERR_IO, ERR_NOWHERE, "disk full");
}

static status site_fail_write(void *ctx, int handle, const void *from, size_t n, err *why)
{
    const fs *real = fs_system();
    if (site_goes_well(ctx))
        return real->write(real->ctx, handle, from, n, why);
    if (n > 1) { /* a part of it got there */
        status st = real->write(real->ctx, handle, from, n / 2, why);
        (void)st;
    }
    return site_lost(why);
}

static status site_fail_sync(void *ctx, int handle, err *why)
{
    (void)handle; /* the machine does not stop: what is written is there */
    return site_goes_well(ctx) ? OK : site_lost(why);
}

static status site_fail_rename(void *ctx, const char *from, const char *to, err *why)
{
    const fs *real = fs_system();
    return site_goes_well(ctx) ? real->rename(real->ctx, from, to, why) : site_lost(why);
}

static status site_fail_sync_dir(void *ctx, const char *path, err *why)
{
    (void)path;
    return site_goes_well(ctx) ? OK : site_lost(why);
}

static int site_unlink(const char *path, const struct stat *s, int type, struct FTW *f)
{
    (void)s, (void)type, (void)f;
    return remove(path);
}

static void site_done(site *t)
{
    t->w = sightings_writer_free(t->w);
    nftw(t->dir, site_unlink, 8, FTW_DEPTH | FTW_PHYS);
}

static bool site_make(site *t, uint64_t seed)
{
    *t = (site){.seed = seed, .dice = seed * 77 + 1, .disk = *fs_system(), .left = LONG_MAX};
    t->now_us = SITE_TODAY * WHEN_DAY * 1000 + 43200000000;
    snprintf(t->dir, sizeof t->dir, "%s", "/tmp/noroshi-test-XXXXXX");
    t->chance = random_seeded(&t->seed);
    t->test = random_seeded(&t->dice);
    t->disk.ctx = t;
    t->disk.write = site_fail_write;
    t->disk.sync = site_fail_sync;
    t->disk.rename = site_fail_rename;
    t->disk.sync_dir = site_fail_sync_dir;
    bool made = mkdtemp(t->dir) != NULL;
    snprintf(t->folder, sizeof t->folder, "%s/sightings", t->dir);
    return made;
}

/* Opens a writer; the one before is given up. `memory` 0: 64 KiB. */
__attribute__((unused)) static bool site_write(site *t, size_t memory)
{
    sightings_writer_options o = {.disk = &t->disk,
                                  .folder = t->folder,
                                  .random = t->chance,
                                  .clock = clock_fixed(&t->now_us),
                                  .memory_bytes = memory ? memory : 1 << 16};
    t->w = sightings_writer_free(t->w);
    status st = sightings_writer_new(&o, &t->w, &t->why);
    if (st != OK)
        fprintf(stderr, "writer: %s\n", t->why.msg);
    return st == OK;
}

__attribute__((unused)) static uint32_t site_roll(site *t, uint32_t n)
{
    uint32_t x;
    t->test.fill(t->test.ctx, &x, sizeof x);
    return x % n;
}

static inline when site_time(int32_t day, uint32_t second)
{
    return day * WHEN_DAY + (when)second * 1000;
}

/* Asks one value. */
__attribute__((unused)) static bool site_ask(site *t, arena *a, kind k, const char *value,
                                             sightings_found *ret)
{
    sightings *s;
    sightings_probe p = {k, slice_str(value)};
    if (sightings_open(t->folder, &s, &t->why) != OK)
        return false;
    status st = sightings_find(s, &p, 1, a, ret, &t->why);
    sightings_close(s);
    return st == OK;
}

#endif
