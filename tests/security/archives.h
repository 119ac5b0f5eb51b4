/* archives.h - makes archives for the tests: libarchive's writer for honest ones, by hand for the
 * others. All sizes are in bytes. */
#ifndef NOROSHI_TESTS_ARCHIVES_H
#define NOROSHI_TESTS_ARCHIVES_H

#include "kit.h"
#include "sandbox/walk.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <sys/stat.h>
#include <zlib.h>

/* One member; a NULL name ends a list. */
typedef struct entry {
    const char *name;
    slice data;
    uint64_t zeros;      /* behind data */
    uint64_t hole;       /* sparse: this many bytes without data at the end */
    mode_t type;         /* 0: a regular file */
    const char *link_to; /* symbolic link, or hard link when type is 0 */
} entry;

typedef int archive_choice(struct archive *);

/* libarchive's writers want names of the locale. */
__attribute__((constructor(103))) static void use_utf8(void)
{
    uselocale(newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0));
}

static la_ssize_t spool_it(struct archive *a, void *ctx, const void *bytes, size_t n)
{
    (void)a;
    return spool_write(ctx, slice_of(bytes, n), NULL) == OK ? (la_ssize_t)n : -1;
}

static void write_zeros(struct archive *a, uint64_t n)
{
    static const char zeros[1 << 16];
    while (n) {
        size_t take = n < sizeof zeros ? (size_t)n : sizeof zeros;
        if (archive_write_data(a, zeros, take) < 0) {
            TEST_FAIL("making an archive: %s", archive_error_string(a));
            return;
        }
        n -= take;
    }
}

static void write_entry(struct archive *a, const entry *e)
{
    struct archive_entry *h = archive_entry_new();
    archive_entry_set_pathname(h, e->name);
    archive_entry_set_filetype(h, e->type ? e->type : AE_IFREG);
    archive_entry_set_perm(h, 0644);
    archive_entry_set_size(h, (la_int64_t)(e->data.len + e->zeros + e->hole));
    if (e->hole)
        archive_entry_sparse_add_entry(h, 0, (la_int64_t)(e->data.len + e->zeros));
    if (e->link_to && e->type)
        archive_entry_set_symlink(h, e->link_to);
    else if (e->link_to)
        archive_entry_set_hardlink(h, e->link_to);
    if (e->link_to)
        archive_entry_set_size(h, 0);
    if (archive_write_header(a, h) < ARCHIVE_WARN)
        TEST_FAIL("making an archive: %s", archive_error_string(a));
    if (!e->type && !e->link_to) {
        archive_write_data(a, e->data.ptr, e->data.len);
        write_zeros(a, e->zeros);
    }
    archive_entry_free(h);
}

/* A sealed descriptor of an archive of the entries; filter may be NULL. */
__attribute__((unused)) static int make_archive(archive_choice *shape, archive_choice *filter,
                                                const char *options, const entry *entries)
{
    spool p;
    err why = {0};
    spool_init(&p, "/tmp");
    struct archive *a = archive_write_new();
    if (shape(a) != ARCHIVE_OK || (filter && filter(a) != ARCHIVE_OK) ||
        (options && archive_write_set_options(a, options) != ARCHIVE_OK) ||
        archive_write_set_bytes_in_last_block(a, 1) != ARCHIVE_OK ||
        archive_write_open(a, &p, NULL, spool_it, NULL) != ARCHIVE_OK)
        TEST_FAIL("making an archive: %s", archive_error_string(a));
    for (; entries->name; entries++)
        write_entry(a, entries);
    if (archive_write_close(a) != ARCHIVE_OK)
        TEST_FAIL("making an archive: %s", archive_error_string(a));
    archive_write_free(a);
    if (spool_finish(&p, &why) != OK)
        TEST_FAIL("%s", why.msg);
    return p.fd;
}

/* A compressed stream. */
__attribute__((unused)) static int make_stream(archive_choice *filter, slice data, uint64_t zeros)
{
    return make_archive(archive_write_set_format_raw, filter, NULL,
                        (const entry[]){{.name = "x", .data = data, .zeros = zeros}, {0}});
}

/* All bytes of a descriptor; free them. */
__attribute__((unused)) static slice all_of(int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return (slice){0};
    char *p = malloc((size_t)st.st_size + 1);
    ssize_t n = pread(fd, p, (size_t)st.st_size, 0);
    return slice_of(p, n < 0 ? 0 : (size_t)n);
}

/* The first `n` bytes of a descriptor as another one. */
__attribute__((unused)) static int cut_off(int fd, uint64_t n)
{
    slice all = all_of(fd);
    int shorter = kit_bytes(slice_sub(all, 0, (size_t)n));
    free((char *)(uintptr_t)all.ptr);
    return shorter;
}

/* --- walking, and what was seen -------------------------------------------------------------- */

typedef struct seen {
    uint64_t documents, refused, bytes;
    unsigned level; /* of the last one */
    uint64_t size;
    char path[SANDBOX_PATH_MAX + 1], reason[256], head[64];
    status stop; /* returned from the visit */
} seen;

static status see(void *ctx, const walk_document *d, err *why)
{
    seen *s = ctx;
    s->documents++;
    s->bytes += d->size;
    s->level = d->level;
    s->size = d->size;
    snprintf(s->path, sizeof s->path, "%.*s", SLICE_FMT(d->path));
    ssize_t n = pread(d->fd, s->head, sizeof s->head - 1, 0);
    s->head[n < 0 ? 0 : n] = 0;
    return s->stop ? err_set(why, s->stop, ERR_NOWHERE, "seen enough") : OK;
}

static status see_refused(void *ctx, slice path, slice reason, err *why)
{
    seen *s = ctx;
    (void)why;
    s->refused++;
    snprintf(s->path, sizeof s->path, "%.*s", SLICE_FMT(path));
    snprintf(s->reason, sizeof s->reason, "%.*s", SLICE_FMT(slice_sub(reason, 0, 255)));
    return OK;
}

/* Walks and closes fd. */
__attribute__((unused)) static status walk_it(sandbox *s, int fd, const char *path,
                                              const unpack_limits *limits, seen *ret, err *why)
{
    walk_options o = {.directory = "/tmp", .refuse = see_refused};
    if (limits)
        o.limits = *limits;
    status stop = ret->stop;
    *ret = (seen){.stop = stop};
    status st = walk(s, fd, slice_str(path), &o, see, ret, why);
    close(fd);
    return st;
}

#endif
