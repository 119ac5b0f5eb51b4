#include "base/file.h"
#include "base/test.h"

#include <errno.h>
#include <sys/stat.h>

static char folder[64];

/* A directory of its own for each test; removed by leave. */
static bool enter(void)
{
    snprintf(folder, sizeof folder, "/tmp/file_test.XXXXXX");
    return mkdtemp(folder) != NULL;
}

static const char *in(arena *a, const char *name)
{
    return arena_printf(a, "%s/%s", folder, name).ptr;
}

static void leave(void)
{
    CHECK_OK(fs_remove(fs_system(), folder, NULL)); /* fails when a test left something behind */
}

TEST(what_is_written_reads_back)
{
    CLEANUP(arena_done) arena a;
    const fs *disk = fs_system();
    file f = {.handle = -1};
    char got[16];
    size_t n;
    uint64_t size;
    slice all;
    arena_init(&a, 1 << 16);
    REQUIRE(enter());
    const char *path = in(&a, "x");
    CHECK_OK(fs_open(disk, path, FILE_CREATE | FILE_WRITE, &f, NULL));
    CHECK_OK(file_write(&f, S("hello "), NULL));
    CHECK_OK(file_write(&f, S(""), NULL));
    CHECK_OK(file_write(&f, S("w...d"), NULL));
    CHECK_OK(file_pwrite(&f, S("orl"), 7, NULL)); /* over what is there */
    CHECK_OK(file_pwrite(&f, S(""), 0, NULL));
    CHECK_OK(file_sync(&f, NULL));
    CHECK_OK(file_size(&f, &size, NULL));
    CHECK_EQ(size, 11);
    file_close(&f);
    file_close(&f);
    CHECK_OK(fs_sync_dir(disk, folder, NULL));

    CHECK_OK(fs_open(disk, path, FILE_WRITE, &f, NULL)); /* goes on at the end */
    CHECK_OK(file_write(&f, S("!"), NULL));
    file_close(&f);
    CHECK_OK(fs_open(disk, path, FILE_READ, &f, NULL));
    CHECK_OK(file_pread(&f, got, 5, 6, &n, NULL));
    CHECK_SLICE(slice_of(got, n), S("world"));
    CHECK_OK(file_pread(&f, got, sizeof got, 10, &n, NULL));
    CHECK_SLICE(slice_of(got, n), S("d!"));
    CHECK_OK(file_pread(&f, got, sizeof got, 100, &n, NULL));
    CHECK_EQ(n, 0);
    file_close(&f);
    CHECK_OK(fs_read_all(disk, &a, path, 12, &all, NULL));
    CHECK_SLICE(all, S("hello world!"));
    CHECK_EQ(fs_read_all(disk, &a, path, 11, &all, NULL), ERR_LIMIT);

    CHECK_OK(fs_open(disk, path, FILE_CREATE | FILE_WRITE, &f, NULL)); /* cut to nothing */
    CHECK_OK(file_size(&f, &size, NULL));
    CHECK_EQ(size, 0);
    file_close(&f);
    CHECK_OK(fs_remove(disk, path, NULL));
    leave();
}

TEST(files_and_folders_are_private)
{
    CLEANUP(arena_done) arena a;
    const fs *disk = fs_system();
    file f = {.handle = -1};
    struct stat st;
    arena_init(&a, 1 << 16);
    REQUIRE(enter());
    mode_t old = umask(0);
    CHECK_OK(fs_open(disk, in(&a, "x"), FILE_CREATE | FILE_WRITE, &f, NULL));
    CHECK_OK(fs_mkdir(disk, in(&a, "d"), NULL));
    umask(old);
    CHECK(stat(in(&a, "x"), &st) == 0 && (st.st_mode & 0777) == 0600);
    CHECK(stat(in(&a, "d"), &st) == 0 && (st.st_mode & 0777) == 0700);
    file_close(&f);
    CHECK_OK(fs_remove(disk, in(&a, "x"), NULL));
    CHECK_OK(fs_remove(disk, in(&a, "d"), NULL));
    leave();
}

TEST(refusals_say_which)
{
    CLEANUP(arena_done) arena a;
    const fs *disk = fs_system();
    file f = {.handle = -1};
    err why = {0};
    slice all = S("untouched");
    size_t n = 77;
    char byte;
    arena_init(&a, 1 << 16);
    REQUIRE(enter());
    CHECK_EQ(fs_open(disk, in(&a, "none"), FILE_READ, &f, &why), ERR_NOT_FOUND);
    CHECK_EQ(why.code, ERR_NOT_FOUND);
    CHECK_EQ(why.os, ENOENT);
    CHECK_EQ(f.handle, -1);
    CHECK_EQ(fs_remove(disk, in(&a, "none"), NULL), ERR_NOT_FOUND);
    CHECK_EQ(fs_rename(disk, in(&a, "none"), in(&a, "there"), NULL), ERR_IO);
    CHECK_EQ(fs_read_all(disk, &a, in(&a, "none"), 9, &all, NULL), ERR_NOT_FOUND);
    CHECK_SLICE(all, S("untouched"));

    CHECK_OK(fs_open(disk, in(&a, "x"), FILE_CREATE | FILE_WRITE | FILE_EXCLUSIVE, &f, NULL));
    CHECK_EQ(file_pread(&f, &byte, 1, 0, &n, NULL), ERR_IO); /* not opened for it */
    CHECK_EQ(n, 77);
    file_close(&f);
    CHECK_EQ(fs_open(disk, in(&a, "x"), FILE_CREATE | FILE_WRITE | FILE_EXCLUSIVE, &f, NULL),
             ERR_BUSY);
    CHECK_EQ(fs_mkdir(disk, in(&a, "x"), &why), ERR_IO); /* a file is no folder */
    CHECK_EQ(why.os, ENOTDIR);
    CHECK_OK(fs_mkdir(disk, in(&a, "d"), NULL));
    CHECK_OK(fs_mkdir(disk, in(&a, "d"), NULL));
    CHECK_OK(fs_rename(disk, in(&a, "x"), in(&a, "d/y"), NULL));
    CHECK_EQ(fs_remove(disk, in(&a, "d"), NULL), ERR_IO); /* not empty */
    CHECK_EQ(fs_sync_dir(disk, in(&a, "d/y"), NULL), ERR_IO);
    CHECK_EQ(fs_read_all(disk, &a, in(&a, "d"), 1 << 20, &all, NULL), ERR_IO);
    CHECK_SLICE(all, S("untouched"));
    CHECK_OK(fs_remove(disk, in(&a, "d/y"), NULL));
    CHECK_OK(fs_remove(disk, in(&a, "d"), NULL));
    leave();
}

TEST(a_full_disk_is_an_error)
{
    file f = {.handle = -1};
    err why = {0};
    if (access("/dev/full", W_OK) != 0)
        TEST_SKIP("/dev/full is not there");
    CHECK_OK(fs_open(fs_system(), "/dev/full", FILE_WRITE, &f, NULL));
    CHECK_EQ(file_write(&f, S("x"), &why), ERR_IO);
    CHECK_EQ(why.os, ENOSPC);
    file_close(&f);
}

TEST(read_all_may_run_out_of_memory)
{
    CLEANUP(arena_done) arena a;
    const fs *disk = fs_system();
    file f = {.handle = -1};
    slice all = {NULL, 0};
    arena_init(&a, 1 << 16);
    REQUIRE(enter());
    const char *path = in(&a, "x");
    CHECK_OK(fs_open(disk, path, FILE_CREATE | FILE_WRITE, &f, NULL));
    CHECK_OK(file_write(&f, S("content"), NULL));
    file_close(&f);
    for (long n = 0;; n++) {
        a.fail_after = n;
        if (fs_read_all(disk, &a, path, 100, &all, NULL) == OK)
            break;
        CHECK(all.ptr == NULL);
        REQUIRE(n < 10);
    }
    a.fail_after = -1;
    CHECK_SLICE(all, S("content"));
    CHECK_OK(fs_remove(disk, path, NULL));
    leave();
}
