/* spool.c - a sealed memfd, or an unlinked file reopened for reading: see spool.h. */
#include "sandbox/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>

void spool_init(spool *p, const char *directory)
{
    *p = (spool){.fd = -1, .directory = directory, .memory_max = SPOOL_MEMORY_MAX};
}

void spool_done(spool *p)
{
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
    p->size = 0;
    p->on_disk = false;
}

static status write_all(int fd, slice bytes, err *why)
{
    while (bytes.len) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_os(why, errno, "keeping %zu bytes", bytes.len);
        bytes = slice_from(bytes, (size_t)n);
    }
    return OK;
}

static status open_memory(spool *p, err *why)
{
    p->fd = memfd_create("noroshi-spool", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    return p->fd >= 0 ? OK : err_os(why, errno, "memory for a spooled file");
}

/* What is in memory moves to a file without a name. */
static status move_to_disk(spool *p, err *why)
{
    char path[PATH_MAX];
    int len = snprintf(path, sizeof path, "%s/noroshi-XXXXXX", p->directory);
    if (len < 0 || (size_t)len >= sizeof path)
        return err_os(why, ENAMETOOLONG, "a temporary file");
    /* Not O_TMPFILE: overlay file systems of kernels before 6.3 do not have it. */
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        return err_os(why, errno, "a temporary file in %s", p->directory);
    unlink(path);
    off_t from = 0;
    while ((uint64_t)from < p->size) {
        ssize_t n = copy_file_range(p->fd, &from, fd, NULL, (size_t)p->size - (size_t)from, 0);
        if (n > 0 || (n < 0 && errno == EINTR))
            continue;
        /* Not between these two file systems: by hand. */
        char bytes[64 << 10];
        n = pread(p->fd, bytes, sizeof bytes, from);
        status st = n > 0 ? write_all(fd, slice_of(bytes, (size_t)n), why)
                          : err_os(why, n < 0 ? errno : EIO, "moving a spooled file");
        if (st != OK) {
            close(fd);
            return st;
        }
        from += n;
    }
    close(p->fd);
    p->fd = fd;
    p->on_disk = true;
    return OK;
}

status spool_write(spool *p, slice bytes, err *why)
{
    status st = p->fd < 0 ? open_memory(p, why) : OK;
    if (st == OK && !p->on_disk && p->size + bytes.len > p->memory_max)
        st = move_to_disk(p, why);
    if (st == OK)
        st = write_all(p->fd, bytes, why);
    if (st == OK)
        p->size += bytes.len;
    return st;
}

status spool_finish(spool *p, err *why)
{
    status st = p->fd < 0 ? open_memory(p, why) : OK;
    if (st != OK)
        return st;
    if (!p->on_disk) {
        const int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
        return fcntl(p->fd, F_ADD_SEALS, seals) == 0 ? OK : err_os(why, errno, "sealing memory");
    }
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", p->fd);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_os(why, errno, "reopening a temporary file");
    close(p->fd);
    p->fd = fd;
    return OK;
}
