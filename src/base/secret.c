/* secret.c - see secret.h. */
#include "base/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>

/* At the front of its own pages. */
struct secret {
    size_t len, mapped;
    char bytes[];
};

static status allocate(size_t len, secret **ret, err *why)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t mapped = (sizeof(secret) + len + page - 1) / page * page;
    void *p = mmap(NULL, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory for a secret");
    /* What the kernel or the limits refuse here makes the secret weaker, not useless. */
    (void)mlock(p, mapped);
    (void)madvise(p, mapped, MADV_DONTDUMP);
    (void)madvise(p, mapped, MADV_WIPEONFORK);
    secret *s = p;
    s->len = len;
    s->mapped = mapped;
    *ret = s;
    return OK;
}

secret *secret_free(secret *s)
{
    if (s) {
        size_t mapped = s->mapped;
        explicit_bzero(s, mapped);
        munmap(s, mapped);
    }
    return NULL;
}

void secret_leave_no_core(void)
{
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* has no way to fail */
}

static status check(size_t len, err *why)
{
    if (len == 0)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a secret is empty");
    if (len > SECRET_BYTES_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "a secret is over %d bytes", SECRET_BYTES_MAX);
    return OK;
}

status secret_keep(slice bytes, secret **ret, err *why)
{
    secret *s;
    status st = check(bytes.len, why);
    if (st == OK)
        st = allocate(bytes.len, &s, why);
    if (st != OK)
        return st;
    memcpy(s->bytes, bytes.ptr, bytes.len);
    *ret = s;
    return OK;
}

static status read_all(int fd, secret *s, const char *path, err *why)
{
    size_t got = 0;
    while (got < s->len) {
        ssize_t n = read(fd, s->bytes + got, s->len - got);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return err_os(why, errno, "reading %s", path);
        if (n == 0)
            break;
        got += (size_t)n;
    }
    while (got && (s->bytes[got - 1] == '\n' || s->bytes[got - 1] == '\r'))
        got--;
    s->len = got;
    return check(got, why);
}

static status read_open(int fd, const char *path, secret **ret, err *why)
{
    struct stat info;
    secret *s;
    if (fstat(fd, &info) < 0)
        return err_os(why, errno, "reading %s", path);
    if (!S_ISREG(info.st_mode))
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "%s is no plain file", path);
    if (info.st_mode & 077)
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE,
                       "%s may be read by others than its owner (mode %03o, want 600)", path,
                       (unsigned)info.st_mode & 0777);
    if (info.st_size > SECRET_BYTES_MAX)
        return check(SECRET_BYTES_MAX + 1, why);
    status st = allocate((size_t)info.st_size, &s, why);
    if (st != OK)
        return st;
    st = read_all(fd, s, path, why);
    if (st != OK) {
        secret_free(s);
        return st;
    }
    *ret = s;
    return OK;
}

status secret_read(const char *path, secret **ret, err *why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK); /* a FIFO does not wait */
    if (fd < 0) {
        int os = errno;
        err_os(why, os, "opening %s", path);
        status code = os == ENOENT ? ERR_NOT_FOUND : os == EACCES ? ERR_FORBIDDEN : ERR_IO;
        if (why)
            why->code = code;
        return code;
    }
    status st = read_open(fd, path, ret, why);
    close(fd);
    return st;
}

slice secret_reveal(const secret *s)
{
    return slice_of(s->bytes, s->len);
}

bool secret_eq(const secret *s, slice other)
{
    unsigned differ = s->len != other.len;
    for (size_t i = 0; i < s->len && i < other.len; i++)
        differ |= (unsigned char)(s->bytes[i] ^ other.ptr[i]);
    return differ == 0;
}
