/* import_path.c - files, folders, archives and standard input on their way to import_document. */
#include "base/json.h"
#include "base/text.h"
#include "intake/import_private.h"
#include "sandbox/spool.h"
#include "sandbox/walk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { PATH_TEXT_MAX = 4096, FOLDER_ENTRIES_MAX = 1000000 };

/* --- names ---------------------------------------------------------------------------------- */

slice last_part(slice path)
{
    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    size_t cut = path.len;
    while (cut && path.ptr[cut - 1] != '/')
        cut--;
    return slice_from(path, cut);
}

slice last_two_parts(slice path)
{
    slice last = last_part(path);
    if (last.len == path.len)
        return last;
    slice before = last_part(slice_sub(path, 0, path.len - last.len - 1));
    return slice_of(before.ptr, (size_t)(path.ptr + path.len - before.ptr));
}

/* "feed.csv.gz" -> "feed": what stands before the first dot, unless that is nothing. */
static slice stem(slice name)
{
    size_t dot = slice_find_byte(name, '.', 1);
    return dot == SIZE_MAX ? name : slice_sub(name, 0, dot);
}

/* Names from the file system are bytes; logical paths are UTF-8. */
static slice clean_name(arena *a, slice name)
{
    slice rest = name;
    buf b;
    buf_init(&b, PATH_TEXT_MAX * 4);
    while (rest.len) {
        char c[4];
        uint32_t code = utf8_next(&rest);
        buf_put(&b, slice_of(c, utf8_put(c, code < 0x20 || code == 0x7f ? 0xfffd : code)));
    }
    slice ret = {NULL, 0};
    bool room = buf_status(&b, NULL) == OK && arena_copy(a, buf_slice(&b), &ret);
    buf_done(&b);
    return room ? ret : S("?");
}

/* --- one file ------------------------------------------------------------------------------- */

typedef struct file_visit {
    importer *im;
    const import_place *outer;
    arena *a;
    bool some;    /* a document, or a member that could not be had */
    bool stopped; /* our own side cannot go on: not the archive's fault */
} file_visit;

static status visit_document(void *ctx, const walk_document *d, err *why)
{
    file_visit *v = ctx;
    import_place place = *v->outer;
    v->some = true;
    arena_mark mark = arena_here(v->a);
    place.path = d->path;
    place.given = v->outer->given && d->alone;
    if (d->level) /* a member: its own name tells lists of one archive apart */
        place.feed = arena_printf(v->a, "%.*s!%.*s", SLICE_FMT(v->outer->feed), SLICE_FMT(d->path));
    status st = place.feed.ptr ? import_document(v->im, d->fd, d->size, &place, why)
                               : ARENA_SPENT(v->a, why);
    arena_back(v->a, mark);
    v->stopped |= st != OK;
    return st;
}

static status refuse_member(void *ctx, slice path, slice reason, err *why)
{
    file_visit *v = ctx;
    import_place place = *v->outer;
    err cause = {0};
    v->some = true;
    place.path = path;
    v->im->members_ok = false;
    err_set(&cause, ERR_INPUT, ERR_NOWHERE, "%.*s", SLICE_FMT(reason));
    status st = import_problem(v->im, &place, ERR_INPUT, &cause, why);
    v->stopped |= st != OK;
    return st;
}

/* What would make the same container mean something else. */
static status container_options(const importer *im, buf *out, err *why)
{
    buf_printf(out, "%d|%d|%.*s|%.*s|%.*s|%.*s|%.*s|%c", im->o.mode, im->o.floor.tlp,
               SLICE_FMT(im->o.floor.owner), SLICE_FMT(im->o.floor.audience),
               SLICE_FMT(im->o.source), SLICE_FMT(im->o.format), SLICE_FMT(im->o.mapping),
               im->o.reliability ? im->o.reliability : '-');
    for (size_t i = 0; i < im->parser_count; i++)
        buf_printf(out, "|%x", im->parsers[i]);
    return buf_status(out, why);
}

/* The members of a container seen before, if every one of them is still known. *ret_all. */
static status members_known(importer *im, slice list, const import_place *outer, bool *ret_all,
                            err *why)
{
    CLEANUP(arena_done) arena a;
    json *v;
    arena_init(&a, 64 << 20);
    buf text;
    buf_init(&text, CONTAINER_LIST_MAX + 2);
    buf_byte(&text, '[');
    buf_put(&text, list);
    buf_byte(&text, ']');
    status st = json_parse(&a, buf_slice(&text), NULL, &v, why);
    *ret_all = st == OK;
    size_t before = im->waiting_count;
    for (const json *m = st == OK ? v->first : NULL; st == OK && *ret_all && m; m = m->next) {
        uint8_t sha[SHA256_BYTES];
        import_place place = *outer;
        place.path = json_text(m->first);
        if (m->count != 2 || !hash_unhex(json_text(m->first->next), sha, sizeof sha)) {
            *ret_all = false;
            break;
        }
        if (im->waiting_count == IMPORT_WAITING_MAX) { /* cannot be taken back any more */
            if ((st = importer_flush(im, why)) != OK)
                break;
            before = 0;
        }
        st = import_known(im, sha, &place, ret_all, why);
    }
    if (st == OK && !*ret_all)
        im->waiting_count = before; /* it is opened after all, and tells itself */
    buf_done(&text);
    return st;
}

static status walk_file(importer *im, int fd, const import_place *place, arena *a, err *why)
{
    err cause = {0};
    file_visit v = {.im = im, .outer = place, .a = a};
    walk_options o = {
        .directory = im->o.directory, .limits = im->o.unpack, .refuse = refuse_member};
    status st = walk(im->o.sandbox, fd, place->path, &o, visit_document, &v, &cause);
    err late = {0};
    status last = importer_catch_up(im, &late);
    if (last != OK) {
        v.stopped = true;
        cause = late;
        st = last;
    }
    if (st == OK && !v.some) { /* folders and links only: nobody shall wonder where it went */
        im->members_ok = false;
        return import_problem(im, place, OK, NULL, why);
    }
    if (st == OK)
        return OK;
    if (v.stopped || (st != ERR_INPUT && st != ERR_LIMIT)) {
        if (why)
            *why = cause;
        return st;
    }
    im->members_ok = false;
    return import_problem(im, place, st, &cause, why);
}

/* A path that cannot be had is a summary that failed; the others go on. */
static status cannot(importer *im, const import_place *place, int os, err *why)
{
    err cause = {0};
    err_os(&cause, os, "reading");
    status code = os == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    cause.code = code;
    return import_problem(im, place, code, &cause, why);
}

static status import_container(importer *im, int fd, const import_place *place, arena *a, err *why)
{
    uint8_t sha[SHA256_BYTES];
    uint64_t bytes;
    slice list;
    bool known = false;
    buf options, members;
    err cause = {0};
    status st = importer_catch_up(im, why);
    if (st != OK)
        return st;
    if ((st = hash_descriptor(im, fd, sha, &bytes, &cause)) != OK)
        return import_problem(im, place, st, &cause, why);
    buf_init(&options, 64 << 10);
    buf_init(&members, CONTAINER_LIST_MAX);
    st = container_options(im, &options, why);
    if (st == OK && !im->o.dry_run) {
        st = writer_container_get(im->w, sha, buf_slice(&options), a, &list, why);
        if (st == OK)
            st = members_known(im, list, place, &known, why);
        else if (st == ERR_NOT_FOUND)
            st = OK;
    }
    if (st == OK && !known) {
        im->members = &members;
        im->members_ok = true;
        st = walk_file(im, fd, place, a, why);
        im->members = NULL;
        if (st == OK && im->members_ok && !im->o.dry_run && buf_status(&members, NULL) == OK)
            st = writer_container_put(im->w, sha, buf_slice(&options), buf_slice(&members), why);
    }
    buf_done(&options);
    buf_done(&members);
    return st;
}

static status import_opened(importer *im, int fd, const import_place *place, err *why)
{
    char head[CONTAINER_SNIFF_BYTES];
    CLEANUP(arena_done) arena a;
    arena_init(&a, 16 << 20);
    ssize_t n = pread(fd, head, sizeof head, 0);
    struct stat info;
    if (n < 0 || fstat(fd, &info) != 0)
        return cannot(im, place, errno, why);
    if (container_sniff(slice_of(head, (size_t)n)) == CONTAINER_NONE)
        return import_document(im, fd, (uint64_t)info.st_size, place, why);
    return import_container(im, fd, place, &a, why);
}

static status import_file(importer *im, int folder, const char *name, const import_place *place,
                          err *why)
{
    /* O_NONBLOCK: a FIFO must not hang us; O_NOFOLLOW only for what was not named by the user */
    int fd =
        openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | (place->given ? 0 : O_NOFOLLOW));
    struct stat info;
    if (fd < 0)
        return cannot(im, place, errno, why);
    status st;
    if (fstat(fd, &info) != 0)
        st = cannot(im, place, errno, why);
    else if (!S_ISREG(info.st_mode))
        st = cannot(im, place, EINVAL, why);
    else
        st = import_opened(im, fd, place, why);
    close(fd);
    return st;
}

/* --- folders -------------------------------------------------------------------------------- */

typedef struct folder_list {
    char **names;
    size_t count, cap;
} folder_list;

static void list_done(folder_list *l)
{
    for (size_t i = 0; i < l->count; i++)
        free(l->names[i]);
    free(l->names);
}

static int cmp_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static status list_folder(DIR *dir, folder_list *l, err *why)
{
    const struct dirent *e;
    while ((e = readdir(dir))) {
        if (e->d_name[0] == '.')
            continue; /* hidden files, "." and ".." */
        if (l->count == FOLDER_ENTRIES_MAX)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "over %d files in one folder",
                           FOLDER_ENTRIES_MAX);
        if (l->count == l->cap) {
            size_t cap = l->cap ? l->cap * 2 : 64;
            char **p = realloc(l->names, cap * sizeof *p);
            if (!p)
                return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
            l->names = p;
            l->cap = cap;
        }
        if (!(l->names[l->count] = strdup(e->d_name)))
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
        l->count++;
    }
    qsort(l->names, l->count, sizeof *l->names, cmp_names);
    return OK;
}

static status import_folder(importer *im, int folder, const import_place *place, unsigned depth,
                            err *why);

static status import_entry(importer *im, int folder, const char *name, const import_place *place,
                           unsigned depth, err *why)
{
    CLEANUP(arena_done) arena a;
    struct stat info;
    arena_init(&a, 1 << 20);
    slice clean = clean_name(&a, slice_str(name));
    import_place inner = {
        .path = arena_printf(&a, "%.*s/%.*s", SLICE_FMT(place->path), SLICE_FMT(clean)),
        .feed = arena_printf(&a, "%.*s/%.*s", SLICE_FMT(place->feed), SLICE_FMT(clean)),
        .root = place->root,
    };
    if (!inner.path.ptr || !inner.feed.ptr)
        return ARENA_SPENT(&a, why);
    if (fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW) != 0)
        return cannot(im, &inner, errno, why);
    if (S_ISREG(info.st_mode))
        return import_file(im, folder, name, &inner, why);
    if (!S_ISDIR(info.st_mode))
        return OK; /* links, sockets, devices */
    int fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return fd < 0 ? cannot(im, &inner, errno, why) : import_folder(im, fd, &inner, depth + 1, why);
}

/* Takes `folder` over. Depth is bounded, so the recursion is. */
static status import_folder(importer *im, int folder, const import_place *place, unsigned depth,
                            err *why)
{
    folder_list l = {0};
    err cause = {0};
    DIR *dir = fdopendir(folder);
    if (!dir) {
        int os = errno;
        close(folder);
        return cannot(im, place, os, why);
    }
    status st = OK;
    if (depth > IMPORT_FOLDER_DEPTH) {
        err_set(&cause, ERR_LIMIT, ERR_NOWHERE, "folders deeper than %d", IMPORT_FOLDER_DEPTH);
        st = import_problem(im, place, ERR_LIMIT, &cause, why);
    } else if ((st = list_folder(dir, &l, why)) == OK) {
        for (size_t i = 0; st == OK && i < l.count; i++)
            st = import_entry(im, dirfd(dir), l.names[i], place, depth, why);
    }
    list_done(&l);
    closedir(dir);
    return st;
}

/* --- what the user names --------------------------------------------------------------------- */

status import_memory(importer *im, slice name, slice bytes, err *why)
{
    import_place place = {.path = name, .root = stem(name), .feed = name, .given = true};
    spool p;
    spool_init(&p, im->o.directory);
    status st = spool_write(&p, bytes, why);
    if (st == OK)
        st = spool_finish(&p, why);
    if (st == OK)
        st = import_opened(im, p.fd, &place, why);
    spool_done(&p);
    return st == OK ? importer_catch_up(im, why) : st;
}

status import_open_file(importer *im, slice name, int fd, err *why)
{
    import_place place = {.path = name, .root = stem(last_part(name)), .feed = name, .given = true};
    status st = import_opened(im, fd, &place, why);
    return st == OK ? importer_catch_up(im, why) : st;
}

static status import_stdin(importer *im, err *why)
{
    enum { READ_SIZE = 1 << 17 };
    import_place place = {.path = S("-"), .root = S("stdin"), .feed = S("-"), .given = true};
    spool p;
    char *room = malloc(READ_SIZE);
    uint64_t max = im->o.document_bytes_max;
    bool over = false;
    spool_init(&p, im->o.directory);
    status st = room ? OK : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    while (st == OK && !over) { /* no more than one document may have */
        ssize_t n = read(STDIN_FILENO, room, READ_SIZE);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            st = err_os(why, errno, "reading standard input");
        if (n <= 0)
            break;
        st = spool_write(&p, slice_of(room, (size_t)n), why);
        over = max && p.size > max;
    }
    if (st == OK)
        st = spool_finish(&p, why);
    if (st == OK)
        st = over ? import_too_large(im, &place, why) : import_opened(im, p.fd, &place, why);
    spool_done(&p);
    free(room);
    return st;
}

static status import_named(importer *im, const char *path, err *why)
{
    struct stat info;
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 20);
    if (strcmp(path, "-") == 0)
        return import_stdin(im, why);
    char *real = realpath(path, NULL); /* "." has a name, too */
    slice full = clean_name(&a, slice_str(real ? real : path));
    free(real);
    slice name = last_part(full);
    import_place place = {.path = name, .root = name, .feed = full, .given = true};
    if (stat(path, &info) != 0) {
        place.path = clean_name(&a, slice_str(path));
        return cannot(im, &place, errno, why);
    }
    if (!S_ISDIR(info.st_mode)) {
        place.root = stem(name);
        return import_file(im, AT_FDCWD, path, &place, why);
    }
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? cannot(im, &place, errno, why) : import_folder(im, fd, &place, 0, why);
}

status import_path(importer *im, const char *path, err *why)
{
    status st = import_named(im, path, why);
    return st == OK ? importer_catch_up(im, why) : st;
}
