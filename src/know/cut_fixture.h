/* cut_fixture.h - tests only: how much is left of a file that is cut off while it is mapped, and a
 * disk that does it.
 *
 * Uses: base/mapping, base/file. Used by: *_cut_test.c. */
#ifndef NOROSHI_KNOW_CUT_FIXTURE_H
#define NOROSHI_KNOW_CUT_FIXTURE_H

#include "base/file.h"
#include "base/mapping.h"
#include "base/test.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is left of a file of that many bytes: nothing, a page, half, all but the last four. (Bytes
 * that are zeros anyway may be cut off unnoticed, and change nothing.) */
enum { CUTS = 4 };
__attribute__((unused)) static off_t left_of(uint64_t bytes, int cut)
{
    const uint64_t left[CUTS] = {0, 4096, bytes / 2, bytes - 4};
    return (off_t)(left[cut] < bytes ? left[cut] : bytes - 4);
}

static int cut_unlink(const char *path, const struct stat *s, int type, struct FTW *w)
{
    (void)s, (void)type, (void)w;
    return remove(path);
}

typedef struct folder {
    char dir[64], path[96], other[96];
    err why;
} folder;

__attribute__((unused)) static void folder_done(folder *f)
{
    nftw(f->dir, cut_unlink, 8, FTW_DEPTH | FTW_PHYS);
}

__attribute__((unused)) static bool folder_make(folder *f)
{
    *f = (folder){.dir = "/tmp/noroshi-test-XXXXXX"};
    bool made = mkdtemp(f->dir) != NULL;
    snprintf(f->path, sizeof f->path, "%s/table", f->dir);
    snprintf(f->other, sizeof f->other, "%s/other", f->dir);
    return made;
}

/* A disk on which a file is cut off when the first byte of another is written. */
typedef struct cutting {
    fs disk;
    const char *path;
} cutting;

static status cut_and_write(void *ctx, int handle, const void *from, size_t n, err *why)
{
    cutting *c = ctx;
    const fs *real = fs_system();
    if (c->path && truncate(c->path, 0) != 0)
        return err_set(why, ERR_INTERNAL, ERR_NOWHERE, "not cut");
    c->path = NULL;
    return real->write(real->ctx, handle, from, n, why);
}

__attribute__((unused)) static cutting cutting_of(const char *path)
{
    cutting c = {*fs_system(), path};
    c.disk.write = cut_and_write;
    return c;
}

#endif
