/* file.h - files and directories through a table, so that tests can make them fail, be cut off by
 * a power loss, or fill up.
 *
 *     file f;
 *     if ((st = fs_open(disk, "var/blobs/tmp", FILE_CREATE | FILE_WRITE, &f, why)) != OK) ...
 *     file_write, file_sync, file_close; fs_rename; fs_sync_dir     // durable from here on
 *
 * Uses: base. Used by: blobs, index. SQLite has its own file layer;
 * tests/durability/power_test.c wraps both.
 * Paths are ours, never a foreign name. Thread-safe as the operating system is. */
#ifndef NOROSHI_FILE_H
#define NOROSHI_FILE_H

#include "base/base.h"

enum {
    FILE_READ = 1,
    FILE_WRITE = 2,
    FILE_CREATE = 4,   /* with FILE_WRITE: make it, mode 0600, cut it to zero */
    FILE_EXCLUSIVE = 8 /* with FILE_CREATE: fail with ERR_BUSY when it is there already */
};

typedef struct fs fs;
typedef struct file {
    const fs *disk;
    int handle; /* the table's own; -1 is closed */
} file;

struct fs {
    void *ctx;
    status (*open)(void *ctx, const char *path, int flags, int *ret, err *why);
    status (*pread)(void *ctx, int handle, void *into, size_t n, uint64_t at, size_t *ret,
                    err *why);
    status (*write)(void *ctx, int handle, const void *from, size_t n,
                    err *why); /* all, at the end */
    status (*pwrite)(void *ctx, int handle, const void *from, size_t n, uint64_t at,
                     err *why); /* all, in what is there */
    status (*sync)(void *ctx, int handle, err *why);
    void (*sync_soon)(void *ctx, int handle, uint64_t at, uint64_t n); /* may be NULL */
    status (*size)(void *ctx, int handle, uint64_t *ret, err *why);
    void (*close)(void *ctx, int handle);
    status (*rename)(void *ctx, const char *from, const char *to, err *why);
    status (*remove)(void *ctx, const char *path, err *why); /* a file or an empty directory */
    status (*mkdir)(void *ctx, const char *path, err *why);  /* mode 0700; there already is OK */
    status (*sync_dir)(void *ctx, const char *path, err *why);
    status (*sync_all)(void *ctx, const char *path, err *why);
};

/* The real one. */
const fs *fs_system(void);

/* ERR_NOT_FOUND when there is no such file, ERR_BUSY with FILE_EXCLUSIVE, else ERR_IO. */
status fs_open(const fs *disk, const char *path, int flags, file *ret, err *why) NODISCARD;
/* *ret < n only at the end of the file. */
status file_pread(file *f, void *into, size_t n, uint64_t at, size_t *ret, err *why) NODISCARD;
status file_write(file *f, slice bytes, err *why) NODISCARD;
/* Over bytes that were written before, in a file opened with FILE_CREATE. */
status file_pwrite(file *f, slice bytes, uint64_t at, err *why) NODISCARD;
status file_sync(file *f, err *why) NODISCARD; /* data and size are on the disk */
/* These bytes go to the disk from now on, and nobody waits: file_sync has less to do. A hint. */
void file_sync_soon(file *f, uint64_t at, uint64_t n);
status file_size(file *f, uint64_t *ret, err *why) NODISCARD;
void file_close(file *f); /* closed already is fine */
status fs_rename(const fs *disk, const char *from, const char *to, err *why) NODISCARD;
status fs_remove(const fs *disk, const char *path, err *why) NODISCARD;
status fs_mkdir(const fs *disk, const char *path, err *why) NODISCARD;
/* Names made or changed in the directory are on the disk. */
status fs_sync_dir(const fs *disk, const char *path, err *why) NODISCARD;
/* Everything written to the file system that holds the directory is on the disk, names and data:
 * one wait for many small files. */
status fs_sync_all(const fs *disk, const char *path, err *why) NODISCARD;
/* The whole file; ERR_LIMIT over max bytes. */
status fs_read_all(const fs *disk, arena *a, const char *path, size_t max, slice *ret,
                   err *why) NODISCARD;

#endif
