/* file.c - the operating system's files: see file.h. */
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

static status sys_open(void *ctx, const char *path, int flags, int *ret, err *why)
{
    (void)ctx;
    int how = O_CLOEXEC | (flags & FILE_WRITE ? (flags & FILE_READ ? O_RDWR : O_WRONLY) : O_RDONLY);
    if (flags & FILE_CREATE)
        how |= O_CREAT | (flags & FILE_EXCLUSIVE ? O_EXCL : O_TRUNC);
    else if (flags & FILE_WRITE)
        how |= O_APPEND;
    int fd = open(path, how, 0600);
    if (fd < 0) {
        int os = errno;
        err_os(why, os, "opening %s", path);
        status code = os == ENOENT ? ERR_NOT_FOUND : os == EEXIST ? ERR_BUSY : ERR_IO;
        if (why)
            why->code = code;
        return code;
    }
    *ret = fd;
    return OK;
}

static status sys_pread(void *ctx, int fd, void *into, size_t n, uint64_t at, size_t *ret, err *why)
{
    (void)ctx;
    size_t got = 0;
    while (got < n) {
        ssize_t k = pread(fd, (char *)into + got, n - got, (off_t)(at + got));
        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return err_os(why, errno, "reading %zu bytes at %llu", n, (unsigned long long)at);
        if (k == 0)
            break;
        got += (size_t)k;
    }
    *ret = got;
    return OK;
}

static status sys_write(void *ctx, int fd, const void *from, size_t n, err *why)
{
    (void)ctx;
    size_t done = 0;
    while (done < n) {
        ssize_t k = write(fd, (const char *)from + done, n - done);
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0) /* nothing written is no progress: never seen, but it would loop for ever */
            return err_os(why, k < 0 ? errno : EIO, "writing %zu bytes", n);
        done += (size_t)k;
    }
    return OK;
}

static status sys_pwrite(void *ctx, int fd, const void *from, size_t n, uint64_t at, err *why)
{
    (void)ctx;
    size_t done = 0;
    while (done < n) {
        ssize_t k = pwrite(fd, (const char *)from + done, n - done, (off_t)(at + done));
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            return err_os(why, k < 0 ? errno : EIO, "writing %zu bytes", n);
        done += (size_t)k;
    }
    return OK;
}

static status sys_sync(void *ctx, int fd, err *why)
{
    (void)ctx;
    return fdatasync(fd) == 0 ? OK : err_os(why, errno, "syncing a file");
}

static void sys_sync_soon(void *ctx, int fd, uint64_t at, uint64_t n)
{
    (void)ctx;
    sync_file_range(fd, (off_t)at, (off_t)n, SYNC_FILE_RANGE_WRITE);
}

static status sys_size(void *ctx, int fd, uint64_t *ret, err *why)
{
    (void)ctx;
    struct stat st;
    if (fstat(fd, &st) != 0)
        return err_os(why, errno, "asking a file's size");
    *ret = (uint64_t)st.st_size;
    return OK;
}

static void sys_close(void *ctx, int fd)
{
    (void)ctx;
    close(fd);
}

static status sys_rename(void *ctx, const char *from, const char *to, err *why)
{
    (void)ctx;
    return rename(from, to) == 0 ? OK : err_os(why, errno, "renaming %s to %s", from, to);
}

static status sys_remove(void *ctx, const char *path, err *why)
{
    (void)ctx;
    if (remove(path) == 0)
        return OK;
    int os = errno;
    err_os(why, os, "removing %s", path);
    return os == ENOENT ? ERR_NOT_FOUND : ERR_IO;
}

static status sys_mkdir(void *ctx, const char *path, err *why)
{
    (void)ctx;
    if (mkdir(path, 0700) == 0)
        return OK;
    int os = errno;
    struct stat st;
    if (os == EEXIST && stat(path, &st) == 0)
        os = S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
    return os ? err_os(why, os, "making %s", path) : OK;
}

static status sys_sync_dir(void *ctx, const char *path, err *why)
{
    (void)ctx;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_os(why, errno, "opening %s", path);
    int bad = fsync(fd) != 0 ? errno : 0;
    close(fd);
    return bad ? err_os(why, bad, "syncing %s", path) : OK;
}

static status sys_sync_all(void *ctx, const char *path, err *why)
{
    (void)ctx;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_os(why, errno, "opening %s", path);
    int bad = syncfs(fd) != 0 ? errno : 0;
    close(fd);
    return bad ? err_os(why, bad, "syncing the disk of %s", path) : OK;
}

const fs *fs_system(void)
{
    static const fs disk = {
        .open = sys_open,
        .pread = sys_pread,
        .write = sys_write,
        .pwrite = sys_pwrite,
        .sync = sys_sync,
        .sync_soon = sys_sync_soon,
        .size = sys_size,
        .close = sys_close,
        .rename = sys_rename,
        .remove = sys_remove,
        .mkdir = sys_mkdir,
        .sync_dir = sys_sync_dir,
        .sync_all = sys_sync_all,
    };
    return &disk;
}

status fs_open(const fs *disk, const char *path, int flags, file *ret, err *why)
{
    int handle;
    status st = disk->open(disk->ctx, path, flags, &handle, why);
    if (st == OK)
        *ret = (file){.disk = disk, .handle = handle};
    return st;
}

status file_pread(file *f, void *into, size_t n, uint64_t at, size_t *ret, err *why)
{
    return f->disk->pread(f->disk->ctx, f->handle, into, n, at, ret, why);
}

status file_write(file *f, slice bytes, err *why)
{
    return bytes.len ? f->disk->write(f->disk->ctx, f->handle, bytes.ptr, bytes.len, why) : OK;
}

status file_pwrite(file *f, slice bytes, uint64_t at, err *why)
{
    return bytes.len ? f->disk->pwrite(f->disk->ctx, f->handle, bytes.ptr, bytes.len, at, why) : OK;
}

status file_sync(file *f, err *why)
{
    return f->disk->sync(f->disk->ctx, f->handle, why);
}

void file_sync_soon(file *f, uint64_t at, uint64_t n)
{
    if (f->disk->sync_soon)
        f->disk->sync_soon(f->disk->ctx, f->handle, at, n);
}

status file_size(file *f, uint64_t *ret, err *why)
{
    return f->disk->size(f->disk->ctx, f->handle, ret, why);
}

void file_close(file *f)
{
    if (f->disk && f->handle >= 0)
        f->disk->close(f->disk->ctx, f->handle);
    f->handle = -1;
}

status fs_rename(const fs *disk, const char *from, const char *to, err *why)
{
    return disk->rename(disk->ctx, from, to, why);
}

status fs_remove(const fs *disk, const char *path, err *why)
{
    return disk->remove(disk->ctx, path, why);
}

status fs_mkdir(const fs *disk, const char *path, err *why)
{
    return disk->mkdir(disk->ctx, path, why);
}

status fs_sync_dir(const fs *disk, const char *path, err *why)
{
    return disk->sync_dir(disk->ctx, path, why);
}

status fs_sync_all(const fs *disk, const char *path, err *why)
{
    return disk->sync_all(disk->ctx, path, why);
}

status fs_read_all(const fs *disk, arena *a, const char *path, size_t max, slice *ret, err *why)
{
    file f = {.handle = -1};
    uint64_t size;
    size_t n = 0;
    status st = fs_open(disk, path, FILE_READ, &f, why);
    if (st != OK)
        return st;
    char *p = NULL;
    arena_mark here = arena_here(a);
    if ((st = file_size(&f, &size, why)) == OK) {
        if (size > max)
            st = err_set(why, ERR_LIMIT, max, "%s is over %zu bytes", path, max);
        else if (!(p = arena_array(a, (size_t)size + 1, 1)))
            st = ARENA_SPENT(a, why);
        else
            st = file_pread(&f, p, (size_t)size, 0, &n, why);
    }
    file_close(&f);
    if (st == OK)
        *ret = slice_of(p, n);
    else
        arena_back(a, here);
    return st;
}
