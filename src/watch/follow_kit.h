/* follow_kit.h - for tests: a directory with logs, and an object that follows them.
 * Uses: follow. Used by: follow_test, follow_history_test. */
#ifndef NOROSHI_WATCH_FOLLOW_KIT_H
#define NOROSHI_WATCH_FOLLOW_KIT_H

#include "watch/follow.h"

#include "base/test.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <zlib.h>

typedef struct world {
    char dir[40];
    uint64_t seed;
    int64_t now_us;
    follow *f;
    buf kept; /* the checkpoint */
    follow_options o;
} world;

/* What stands in for the sandbox: gzip alone, whole or nothing. */
static status unzip(void *ctx, int fd, uint64_t most, int *ret_fd, err *why)
{
    char bytes[4096];
    char path[40];
    (void)ctx;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    gzFile in = gzopen(path, "rb");
    int out = memfd_create("unzipped", MFD_CLOEXEC);
    int n = 0, code;
    while (most &&
           (n = gzread(in, bytes, most < sizeof bytes ? (unsigned)most : sizeof bytes)) > 0) {
        CHECK(write(out, bytes, (size_t)n) == n);
        most -= (uint64_t)n;
    }
    (void)gzerror(in, &code);
    bool bad = n < 0 || code != Z_OK || gzdirect(in);
    gzclose(in);
    if (bad) {
        close(out);
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "gzip: cut off or damaged");
    }
    *ret_fd = out;
    return OK;
}

static bool world_open(world *w)
{
    *w = (world){.seed = 1, .now_us = 1000000000};
    snprintf(w->dir, sizeof w->dir, "/tmp/noroshi-follow-XXXXXX");
    buf_init(&w->kept, FOLLOW_CHECKPOINT_MAX);
    w->o = (follow_options){.clock = clock_fixed(&w->now_us),
                            .random = random_seeded(&w->seed),
                            .stop_fd = -1,
                            .no_inotify = true,
                            .poll_always = true,
                            .settle_never = true,
                            .unpack = unzip};
    return mkdtemp(w->dir) != NULL;
}

static const char *at(const world *w, const char *name)
{
    static char paths[8][256];
    static int turn;
    char *p = paths[turn++ & 7];
    snprintf(p, sizeof paths[0], "%s/%s", w->dir, name);
    return p;
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    return remove(path);
}

static void clear(const world *w)
{
    CHECK_EQ(nftw(w->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

static void world_close(world *w)
{
    w->f = follow_free(w->f);
    buf_done(&w->kept);
    clear(w);
}

static void start(world *w, const char *name, unsigned flags)
{
    err why = {0};
    w->f = follow_free(w->f);
    CHECK_OK(follow_new(&w->o, &w->f, &why));
    if (w->kept.len)
        CHECK_OK(follow_resume(w->f, buf_slice(&w->kept), &why));
    CHECK_OK(follow_add_files(w->f, slice_str(at(w, name)), flags, &why));
}

#endif
