/* paths.c - see paths.h. */
#include "intake/paths.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct visitor {
    status (*visit)(void *ctx, int fd, const char *path, err *why);
    void *ctx;
} visitor;

static status take_file(const visitor *v, const char *path, bool given, err *why)
{
    struct stat info;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (given ? 0 : O_NOFOLLOW));
    if (fd < 0)
        return err_os(why, errno, "reading %s", path);
    status st = OK;
    if (fstat(fd, &info) != 0)
        st = err_os(why, errno, "reading %s", path);
    else if (!S_ISREG(info.st_mode))
        st = err_os(why, EINVAL, "reading %s", path);
    else
        st = v->visit(v->ctx, fd, path, why);
    close(fd);
    return st;
}

static int visible(const struct dirent *e)
{
    return e->d_name[0] != '.';
}

static int by_bytes(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static status take_folder(const visitor *v, const char *path, unsigned depth, err *why);

static status take_entry(const visitor *v, const char *path, const char *name, unsigned depth,
                         err *why)
{
    char *full = NULL;
    struct stat info;
    if (asprintf(&full, "%s/%s", path, name) < 0)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    status st = OK;
    if (lstat(full, &info) != 0)
        st = err_os(why, errno, "reading %s", full);
    else if (S_ISREG(info.st_mode))
        st = take_file(v, full, false, why);
    else if (S_ISDIR(info.st_mode))
        st = take_folder(v, full, depth + 1, why);
    free(full);
    return st;
}

/* Depth is bounded, so the recursion is. */
static status take_folder(const visitor *v, const char *path, unsigned depth, err *why)
{
    struct dirent **list = NULL;
    if (depth > PATHS_DEPTH_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "folders deeper than %d", PATHS_DEPTH_MAX);
    int n = scandir(path, &list, visible, by_bytes);
    if (n < 0)
        return err_os(why, errno, "reading %s", path);
    status st = n > PATHS_ENTRIES_MAX ? err_set(why, ERR_LIMIT, ERR_NOWHERE,
                                                "over %d files in one folder", PATHS_ENTRIES_MAX)
                                      : OK;
    for (int i = 0; i < n; i++) {
        if (st == OK)
            st = take_entry(v, path, list[i]->d_name, depth, why);
        free(list[i]);
    }
    free(list);
    return st;
}

status paths_each(const char *path, status (*visit)(void *ctx, int fd, const char *path, err *why),
                  void *ctx, err *why)
{
    const visitor v = {visit, ctx};
    struct stat info;
    if (stat(path, &info) != 0) {
        int os = errno;
        status st = err_os(why, os, "reading %s", path);
        return os == ENOENT ? err_wrap(why, ERR_NOT_FOUND, "no such file") : st;
    }
    return S_ISDIR(info.st_mode) ? take_folder(&v, path, 0, why) : take_file(&v, path, true, why);
}
