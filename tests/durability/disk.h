/* disk.h - tests only: a disk that remembers every write, sync and name, and can lose its power at
 * any of them, or fail, or be full.
 *
 *     disk d; disk_start(&d, "/tmp/x");          // d.files is a file layer, "power" a SQLite one
 *     ... everything under /tmp/x is written through them ...
 *     disk_survivor(&d, at, DISK_TORN, &seed, "/tmp/y");   // what is on it when it stopped at `at`
 *
 * The files really are under the folder while the program runs; what is remembered is a list of
 * operations. What survives is made from the first `at` of them: everything that was synced, and of
 * the rest what `how` says. A name (made, renamed, removed) is safe once its folder was synced, and
 * bytes once their file was; neither makes the other safe. Of the names of one folder that were not
 * synced a beginning survives; a rename to another folder is two changes, which is harsher than
 * any file system. Locks are not files here: processes that hold them die with the power.
 * The SQLite layer does what the one for Unix does, which is underneath: the first sync of a new
 * journal syncs its folder, too. */
#ifndef NOROSHI_TESTS_DISK_H
#define NOROSHI_TESTS_DISK_H

#include "base/file.h"
#include "base/test.h"

#include <errno.h>
#include <ftw.h>
#include <pthread.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DISK_INODES = 8192, DISK_FOLDERS = 512, DISK_FDS = 1024, DISK_SECTOR = 512 };

typedef enum disk_kind {
    OP_MAKE, /* a file's name; `inode` */
    OP_FOLDER,
    OP_WRITE,
    OP_CUT,
    OP_RENAME,
    OP_REMOVE,
    OP_SYNC,
    OP_SYNC_FOLDER,
    OP_SYNC_ALL,
    OP_NOTE /* the test's own: `inode` is its number */
} disk_kind;

typedef struct disk_op {
    disk_kind kind;
    int inode, folder, to_folder;
    char name[88], to_name[88];
    uint64_t at;
    size_t n;
    char *bytes;
} disk_op;

typedef enum disk_how {
    DISK_NOTHING, /* of what was not synced */
    DISK_ALL,     /* as after a kill */
    DISK_PREFIX,  /* in order, the last write torn between two sectors */
    DISK_TORN,    /* any sectors of any writes */
    DISK_HOWS
} disk_how;

typedef enum disk_fault { FAULT_NONE, FAULT_IO, FAULT_FULL, FAULT_SHORT, FAULT_READ } disk_fault;

typedef struct disk_entry {
    int folder, inode; /* of a folder: its number */
    bool is_folder, there;
    char name[88];
} disk_entry;

typedef struct disk {
    pthread_mutex_t lock; /* a store may write by more than one thread */
    char root[64];
    disk_op *ops;
    size_t count, cap;
    char folders[DISK_FOLDERS][128];
    int folder_count;
    disk_entry entries[DISK_INODES]; /* the names now */
    size_t entry_count;
    uint64_t size[DISK_INODES];
    int inode_count, inode_of_fd[DISK_FDS];
    bool quiet; /* nothing is remembered */
    disk_fault fault;
    size_t fault_at, seen; /* operations that could fail, counted */
    bool stays;            /* broken from then on */
    bool tripped;
    fs files;
    sqlite3_vfs vfs;
} disk;

static disk *disk_enter(disk *d)
{
    pthread_mutex_lock(&d->lock);
    return d;
}

static void disk_leave(disk **d)
{
    pthread_mutex_unlock(&(*d)->lock);
}

/* --- names ---------------------------------------------------------------------------------- */

static int disk_folder(disk *d, const char *path)
{
    for (int i = 0; i < d->folder_count; i++)
        if (strcmp(d->folders[i], path) == 0)
            return i;
    assert(d->folder_count < DISK_FOLDERS && strlen(path) < sizeof d->folders[0]);
    snprintf(d->folders[d->folder_count], sizeof d->folders[0], "%s", path);
    return d->folder_count++;
}

/* What stands behind the root, cut at the last slash; "/tmp/x/var/.." is the root itself. */
static int disk_split(disk *d, const char *path, char name[88])
{
    char rest[256];
    size_t root = strlen(d->root);
    assert(strncmp(path, d->root, root) == 0 && strlen(path + root) < sizeof rest);
    snprintf(rest, sizeof rest, "%s", path + root);
    size_t n = strlen(rest);
    if (n >= 3 && strcmp(rest + n - 3, "/..") == 0) {
        rest[n - 3] = 0;
        *strrchr(rest, '/') = 0;
    }
    char *slash = strrchr(rest, '/');
    snprintf(name, 88, "%s", slash ? slash + 1 : "");
    if (slash)
        *slash = 0;
    return disk_folder(d, rest);
}

static int disk_folder_at(disk *d, const char *path)
{
    char name[88], whole[256];
    int parent = disk_split(d, path, name);
    snprintf(whole, sizeof whole, "%s%s%s", d->folders[parent], name[0] ? "/" : "", name);
    return disk_folder(d, whole);
}

static disk_entry *disk_find(disk *d, int folder, const char *name)
{
    for (size_t i = 0; i < d->entry_count; i++)
        if (d->entries[i].there && d->entries[i].folder == folder &&
            strcmp(d->entries[i].name, name) == 0)
            return &d->entries[i];
    return NULL;
}

static void disk_name(disk *d, int folder, const char *name, int inode, bool is_folder)
{
    disk_entry *e = disk_find(d, folder, name);
    for (size_t i = 0; !e && i < d->entry_count; i++)
        if (!d->entries[i].there)
            e = &d->entries[i];
    if (!e) {
        assert(d->entry_count < DISK_INODES);
        e = &d->entries[d->entry_count++];
    }
    *e = (disk_entry){folder, inode, is_folder, true, ""};
    snprintf(e->name, sizeof e->name, "%s", name);
}

/* --- remembering ---------------------------------------------------------------------------- */

static disk_op *disk_put(disk *d, disk_kind kind, int inode)
{
    if (d->count == d->cap) {
        d->cap = d->cap ? d->cap * 2 : 1024;
        d->ops = realloc(d->ops, d->cap * sizeof *d->ops);
        assert(d->ops);
    }
    disk_op *op = &d->ops[d->count++];
    *op = (disk_op){.kind = kind, .inode = inode};
    return op;
}

static void disk_write(disk *d, int inode, const void *bytes, size_t n, uint64_t at)
{
    if (d->quiet || inode < 0)
        return;
    disk_op *op = disk_put(d, OP_WRITE, inode);
    op->bytes = malloc(n + 1);
    assert(op->bytes);
    memcpy(op->bytes, bytes, n);
    op->n = n;
    op->at = at;
    if (at + n > d->size[inode])
        d->size[inode] = at + n;
}

static void disk_cut(disk *d, int inode, uint64_t size)
{
    if (d->quiet || inode < 0)
        return;
    disk_put(d, OP_CUT, inode)->at = size;
    d->size[inode] = size;
}

/* The file of that path, made if it is new. */
static int disk_open(disk *d, const char *path, bool create, bool cut)
{
    char name[88];
    int folder = disk_split(d, path, name);
    disk_entry *e = disk_find(d, folder, name);
    if (e && cut)
        disk_cut(d, e->inode, 0);
    if (e || d->quiet || !create)
        return e ? e->inode : -1;
    assert(d->inode_count < DISK_INODES);
    int inode = d->inode_count++;
    disk_op *op = disk_put(d, OP_MAKE, inode);
    op->folder = folder;
    snprintf(op->name, sizeof op->name, "%s", name);
    disk_name(d, folder, name, inode, false);
    return inode;
}

static void disk_remove(disk *d, const char *path)
{
    char name[88];
    int folder = disk_split(d, path, name);
    disk_entry *e = disk_find(d, folder, name);
    if (!e || d->quiet)
        return;
    e->there = false;
    disk_op *op = disk_put(d, OP_REMOVE, e->inode);
    op->folder = folder;
    snprintf(op->name, sizeof op->name, "%s", name);
}

static void disk_sync_folder(disk *d, const char *path)
{
    if (!d->quiet)
        disk_put(d, OP_SYNC_FOLDER, -1)->folder = disk_folder_at(d, path);
}

static void disk_sync_parent(disk *d, const char *path)
{
    char name[88];
    int folder = disk_split(d, path, name);
    if (!d->quiet)
        disk_put(d, OP_SYNC_FOLDER, -1)->folder = folder;
}

static void disk_note(disk *d, int number)
{
    CLEANUP(disk_leave) disk *held = disk_enter(d);
    if (!held->quiet)
        disk_put(held, OP_NOTE, number);
}

/* Is this the operation that fails? */
static bool disk_fails(disk *d, bool reading)
{
    if (d->fault == FAULT_NONE || (d->fault == FAULT_READ) != reading)
        return false;
    bool now = d->seen == d->fault_at || (d->stays && d->seen > d->fault_at);
    d->seen++;
    d->tripped |= now;
    return now;
}

static int disk_errno(const disk *d)
{
    return d->fault == FAULT_IO || d->fault == FAULT_READ ? EIO : ENOSPC;
}

/* --- the file layer of blobs and the index -------------------------------------------------- */

static status disk_fs_open(void *ctx, const char *path, int flags, int *ret, err *why)
{
    CLEANUP(disk_leave) disk *d = disk_enter(ctx);
    if ((flags & FILE_CREATE) && disk_fails(d, false))
        return err_os(why, disk_errno(d), "opening %s", path);
    status st = fs_system()->open(NULL, path, flags, ret, why);
    if (st != OK)
        return st;
    assert(*ret < DISK_FDS);
    d->inode_of_fd[*ret] = disk_open(d, path, flags & FILE_CREATE, flags & FILE_CREATE);
    return OK;
}

static status disk_fs_pread(void *ctx, int fd, void *into, size_t n, uint64_t at, size_t *ret,
                            err *why)
{
    CLEANUP(disk_leave) disk *d = disk_enter(ctx);
    if (disk_fails(d, true))
        return err_os(why, EIO, "reading %zu bytes", n);
    return fs_system()->pread(NULL, fd, into, n, at, ret, why);
}

static status disk_fs_put(disk *d, int fd, const void *from, size_t n, uint64_t at, err *why)
{
    CLEANUP(disk_leave) disk *held = disk_enter(d);
    bool bad = disk_fails(held, false);
    size_t done = bad ? (d->fault == FAULT_SHORT ? n / 2 : 0) : n;
    status st = done ? fs_system()->pwrite(NULL, fd, from, done, at, why) : OK;
    if (st == OK && done)
        disk_write(d, d->inode_of_fd[fd], from, done, at);
    return bad ? err_os(why, disk_errno(d), "writing %zu bytes", n) : st;
}

static status disk_fs_write(void *ctx, int fd, const void *from, size_t n, err *why)
{
    uint64_t at;
    status st = fs_system()->size(NULL, fd, &at, why);
    return st == OK ? disk_fs_put(ctx, fd, from, n, at, why) : st;
}

static status disk_fs_pwrite(void *ctx, int fd, const void *from, size_t n, uint64_t at, err *why)
{
    return disk_fs_put(ctx, fd, from, n, at, why);
}

static status disk_fs_sync(void *ctx, int fd, err *why)
{
    CLEANUP(disk_leave) disk *d = disk_enter(ctx);
    if (disk_fails(d, false))
        return err_os(why, disk_errno(d), "syncing a file");
    if (!d->quiet)
        disk_put(d, OP_SYNC, d->inode_of_fd[fd]);
    return OK;
}

static status disk_fs_size(void *ctx, int fd, uint64_t *ret, err *why)
{
    (void)ctx;
    return fs_system()->size(NULL, fd, ret, why);
}

static void disk_fs_close(void *ctx, int fd)
{
    (void)ctx;
    fs_system()->close(NULL, fd);
}

static status disk_fs_rename(void *ctx, const char *from, const char *to, err *why)
{
    CLEANUP(disk_leave) disk *d = disk_enter(ctx);
    if (disk_fails(d, false))
        return err_os(why, disk_errno(d), "renaming %s", from);
    status st = fs_system()->rename(NULL, from, to, why);
    if (st != OK || d->quiet)
        return st;
    disk_op *op = disk_put(d, OP_RENAME, -1);
    op->folder = disk_split(d, from, op->name);
    op->to_folder = disk_split(d, to, op->to_name);
    disk_entry *e = disk_find(d, op->folder, op->name);
    assert(e);
    op->inode = e->inode;
    e->there = false;
    disk_name(d, op->to_folder, op->to_name, op->inode, false);
    return OK;
}

static status disk_fs_remove(void *ctx, const char *path, err *why)
{
    CLEANUP(disk_leave) disk *d = disk_enter(ctx);
    if (disk_fails(d, false))
        return err_os(why, disk_errno(d), "removing %s", path);
    status st = fs_system()->remove(NULL, path, why);
    if (st == OK)
        disk_remove(d, path);
    return st;
}

static status disk_fs_mkdir(void *ctx, const char *path, err *why)
{
    CLEANUP(disk_leave) disk *d = disk_enter(ctx);
    char name[88];
    if (disk_fails(d, false))
        return err_os(why, disk_errno(d), "making %s", path);
    status st = fs_system()->mkdir(NULL, path, why);
    int parent = disk_split(d, path, name), folder = disk_folder_at(d, path);
    if (st != OK || d->quiet || disk_find(d, parent, name))
        return st;
    disk_op *op = disk_put(d, OP_FOLDER, folder);
    op->folder = parent;
    snprintf(op->name, sizeof op->name, "%s", name);
    disk_name(d, parent, name, folder, true);
    return OK;
}

static status disk_fs_sync_dir(void *ctx, const char *path, err *why)
{
    CLEANUP(disk_leave) disk *d = disk_enter(ctx);
    if (disk_fails(d, false))
        return err_os(why, disk_errno(d), "syncing %s", path);
    disk_sync_folder(d, path);
    return OK;
}

static status disk_fs_sync_all(void *ctx, const char *path, err *why)
{
    CLEANUP(disk_leave) disk *d = disk_enter(ctx);
    if (disk_fails(d, false))
        return err_os(why, disk_errno(d), "syncing the disk of %s", path);
    if (!d->quiet)
        disk_put(d, OP_SYNC_ALL, -1);
    return OK;
}

/* --- SQLite's file layer -------------------------------------------------------------------- */

typedef struct disk_file {
    sqlite3_file base;
    disk *d;
    int inode;
    bool new_journal; /* its first sync syncs the folder */
    char path[256];
    sqlite3_file *real; /* stands behind this one */
} disk_file;

#define REAL(file) (((disk_file *)(file))->real)

static int power_close(sqlite3_file *f)
{
    return REAL(f)->pMethods->xClose(REAL(f));
}

static int power_read(sqlite3_file *f, void *into, int n, sqlite3_int64 at)
{
    CLEANUP(disk_leave) disk *d = disk_enter(((disk_file *)f)->d);
    if (disk_fails(d, true))
        return SQLITE_IOERR_READ;
    return REAL(f)->pMethods->xRead(REAL(f), into, n, at);
}

static int power_write(sqlite3_file *f, const void *from, int n, sqlite3_int64 at)
{
    disk_file *p = (disk_file *)f;
    CLEANUP(disk_leave) disk *d = disk_enter(p->d);
    bool bad = disk_fails(d, false);
    int done = bad ? (d->fault == FAULT_SHORT ? n / 2 : 0) : n;
    int code = done ? REAL(f)->pMethods->xWrite(REAL(f), from, done, at) : SQLITE_OK;
    if (code == SQLITE_OK && done)
        disk_write(d, p->inode, from, (size_t)done, (uint64_t)at);
    return bad ? (d->fault == FAULT_IO ? SQLITE_IOERR_WRITE : SQLITE_FULL) : code;
}

static int power_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    disk_file *p = (disk_file *)f;
    CLEANUP(disk_leave) disk *d = disk_enter(p->d);
    if (disk_fails(d, false))
        return SQLITE_IOERR_TRUNCATE;
    int code = REAL(f)->pMethods->xTruncate(REAL(f), size);
    if (code == SQLITE_OK)
        disk_cut(d, p->inode, (uint64_t)size);
    return code;
}

static int power_sync(sqlite3_file *f, int flags)
{
    disk_file *p = (disk_file *)f;
    CLEANUP(disk_leave) disk *d = disk_enter(p->d);
    (void)flags;
    if (disk_fails(d, false))
        return SQLITE_IOERR_FSYNC;
    if (p->inode >= 0 && !d->quiet)
        disk_put(d, OP_SYNC, p->inode);
    if (p->new_journal)
        disk_sync_parent(d, p->path);
    p->new_journal = false;
    return SQLITE_OK;
}

static int power_size(sqlite3_file *f, sqlite3_int64 *ret)
{
    return REAL(f)->pMethods->xFileSize(REAL(f), ret);
}

static int power_lock(sqlite3_file *f, int how)
{
    return REAL(f)->pMethods->xLock(REAL(f), how);
}

static int power_unlock(sqlite3_file *f, int how)
{
    return REAL(f)->pMethods->xUnlock(REAL(f), how);
}

static int power_reserved(sqlite3_file *f, int *ret)
{
    return REAL(f)->pMethods->xCheckReservedLock(REAL(f), ret);
}

static int power_control(sqlite3_file *f, int op, void *arg)
{
    return REAL(f)->pMethods->xFileControl(REAL(f), op, arg);
}

static int power_sector(sqlite3_file *f)
{
    return REAL(f)->pMethods->xSectorSize(REAL(f));
}

static int power_device(sqlite3_file *f)
{
    return REAL(f)->pMethods->xDeviceCharacteristics(REAL(f));
}

static int power_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **ret)
{
    return REAL(f)->pMethods->xShmMap(REAL(f), page, size, extend, ret);
}

static int power_shm_lock(sqlite3_file *f, int offset, int n, int flags)
{
    return REAL(f)->pMethods->xShmLock(REAL(f), offset, n, flags);
}

static void power_shm_barrier(sqlite3_file *f)
{
    REAL(f)->pMethods->xShmBarrier(REAL(f));
}

static int power_shm_unmap(sqlite3_file *f, int remove)
{
    return REAL(f)->pMethods->xShmUnmap(REAL(f), remove);
}

static int power_fetch(sqlite3_file *f, sqlite3_int64 at, int n, void **ret)
{
    return REAL(f)->pMethods->xFetch(REAL(f), at, n, ret);
}

static int power_unfetch(sqlite3_file *f, sqlite3_int64 at, void *p)
{
    return REAL(f)->pMethods->xUnfetch(REAL(f), at, p);
}

static const sqlite3_io_methods power_methods = {
    .iVersion = 3,
    .xClose = power_close,
    .xRead = power_read,
    .xWrite = power_write,
    .xTruncate = power_truncate,
    .xSync = power_sync,
    .xFileSize = power_size,
    .xLock = power_lock,
    .xUnlock = power_unlock,
    .xCheckReservedLock = power_reserved,
    .xFileControl = power_control,
    .xSectorSize = power_sector,
    .xDeviceCharacteristics = power_device,
    .xShmMap = power_shm_map,
    .xShmLock = power_shm_lock,
    .xShmBarrier = power_shm_barrier,
    .xShmUnmap = power_shm_unmap,
    .xFetch = power_fetch,
    .xUnfetch = power_unfetch,
};

static sqlite3_vfs *real_vfs(sqlite3_vfs *v)
{
    (void)v;
    return sqlite3_vfs_find("unix");
}

static int power_open(sqlite3_vfs *v, const char *path, sqlite3_file *f, int flags, int *ret_flags)
{
    disk_file *p = (disk_file *)f;
    CLEANUP(disk_leave) disk *d = disk_enter(v->pAppData);
    struct stat info;
    *p = (disk_file){.d = d, .inode = -1, .real = (sqlite3_file *)(p + 1)};
    bool make = path && (flags & SQLITE_OPEN_CREATE);
    if (make && stat(path, &info) != 0 && disk_fails(d, false))
        return SQLITE_CANTOPEN;
    int code = real_vfs(v)->xOpen(real_vfs(v), path, p->real, flags, ret_flags);
    if (code != SQLITE_OK)
        return code;
    if (path) {
        snprintf(p->path, sizeof p->path, "%s", path);
        p->inode = disk_open(d, path, make, false);
        p->new_journal = make && (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL));
    }
    f->pMethods = &power_methods;
    return SQLITE_OK;
}

static int power_delete(sqlite3_vfs *v, const char *path, int sync)
{
    CLEANUP(disk_leave) disk *d = disk_enter(v->pAppData);
    if (disk_fails(d, false))
        return SQLITE_IOERR_DELETE;
    int code = real_vfs(v)->xDelete(real_vfs(v), path, 0);
    if (code == SQLITE_OK) {
        disk_remove(d, path);
        if (sync)
            disk_sync_parent(d, path);
    }
    return code;
}

/* --- starting, ending ----------------------------------------------------------------------- */

static void disk_start(disk *d, const char *root)
{
    pthread_mutexattr_t nested;
    memset(d, 0, sizeof *d);
    pthread_mutexattr_init(&nested);
    pthread_mutexattr_settype(&nested, PTHREAD_MUTEX_RECURSIVE);
    pthread_mutex_init(&d->lock, &nested);
    pthread_mutexattr_destroy(&nested);
    snprintf(d->root, sizeof d->root, "%s", root);
    disk_folder(d, "");
    d->files = (fs){.ctx = d,
                    .open = disk_fs_open,
                    .pread = disk_fs_pread,
                    .write = disk_fs_write,
                    .pwrite = disk_fs_pwrite,
                    .sync = disk_fs_sync,
                    .size = disk_fs_size,
                    .close = disk_fs_close,
                    .rename = disk_fs_rename,
                    .remove = disk_fs_remove,
                    .mkdir = disk_fs_mkdir,
                    .sync_dir = disk_fs_sync_dir,
                    .sync_all = disk_fs_sync_all};
    d->vfs = *sqlite3_vfs_find("unix");
    d->vfs.szOsFile += (int)sizeof(disk_file);
    d->vfs.pNext = NULL;
    d->vfs.zName = "power";
    d->vfs.pAppData = d;
    d->vfs.xOpen = power_open;
    d->vfs.xDelete = power_delete;
    sqlite3_vfs_register(&d->vfs, 0);
}

static void disk_end(disk *d)
{
    sqlite3_vfs_unregister(&d->vfs);
    for (size_t i = 0; i < d->count; i++)
        free(d->ops[i].bytes);
    free(d->ops);
    d->ops = NULL;
    d->count = d->cap = 0;
    pthread_mutex_destroy(&d->lock);
}

static int disk_rm_one(const char *path, const struct stat *s, int type, struct FTW *ftw)
{
    (void)s, (void)type, (void)ftw;
    return remove(path);
}

static void disk_rm(const char *path)
{
    nftw(path, disk_rm_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- what survives -------------------------------------------------------------------------- */

typedef struct disk_image {
    char *p;
    size_t n, cap;
} disk_image;

typedef struct disk_remains {
    const disk *d;
    disk_image *files;   /* by inode: what is on the disk */
    disk_entry *entries; /* names on the disk */
    size_t entry_count;
    size_t *writes, write_count; /* not synced */
    struct disk_renaming {
        size_t op;
        int folder;
    } * names; /* not synced; a rename between folders is there twice */
    size_t name_count;
    uint64_t *seed;
    uint64_t luck; /* of 16 changes as many survive: another number each time */
} disk_remains;

static uint64_t disk_random(uint64_t *seed, uint64_t below)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return below ? (*seed >> 33) % below : 0;
}

static bool disk_lucky(disk_remains *r)
{
    return disk_random(r->seed, 16) < r->luck;
}

static void image_size(disk_image *f, size_t n)
{
    if (n > f->cap) {
        f->cap = n * 2;
        f->p = realloc(f->p, f->cap);
        assert(f->p);
    }
    if (n > f->n)
        memset(f->p + f->n, 0, n - f->n);
    f->n = n;
}

static void image_put(disk_image *f, const char *bytes, size_t n, uint64_t at)
{
    if (at + n > f->n)
        image_size(f, (size_t)at + n);
    memcpy(f->p + at, bytes, n);
}

static void apply_write(disk_remains *r, size_t op)
{
    const disk_op *o = &r->d->ops[op];
    if (o->kind == OP_CUT)
        image_size(&r->files[o->inode], (size_t)o->at);
    else
        image_put(&r->files[o->inode], o->bytes, o->n, o->at);
}

/* Some sectors of one write: each by chance, or the first ones. */
static void tear_write(disk_remains *r, size_t op, bool in_order)
{
    const disk_op *o = &r->d->ops[op];
    if (o->kind == OP_CUT) {
        if (disk_lucky(r))
            apply_write(r, op);
        return;
    }
    for (size_t done = 0; done < o->n;) {
        size_t n = DISK_SECTOR - (size_t)(o->at + done) % DISK_SECTOR;
        n = n < o->n - done ? n : o->n - done;
        if (disk_lucky(r))
            image_put(&r->files[o->inode], o->bytes + done, n, o->at + done);
        else if (in_order)
            return;
        done += n;
    }
}

static void remain_link(disk_remains *r, int folder, const char *name, int inode, bool is_folder)
{
    size_t i;
    for (i = 0; i < r->entry_count; i++)
        if (r->entries[i].folder == folder && strcmp(r->entries[i].name, name) == 0)
            break;
    if (i == r->entry_count) {
        assert(r->entry_count < DISK_INODES);
        r->entry_count++;
    }
    r->entries[i] = (disk_entry){folder, inode, is_folder, inode >= 0, ""};
    snprintf(r->entries[i].name, sizeof r->entries[i].name, "%s", name);
}

static void apply_name(disk_remains *r, const struct disk_renaming *c)
{
    const disk_op *o = &r->d->ops[c->op];
    if (o->kind == OP_RENAME) {
        if (c->folder == o->folder)
            remain_link(r, o->folder, o->name, -1, false);
        if (c->folder == o->to_folder)
            remain_link(r, o->to_folder, o->to_name, o->inode, false);
    } else {
        remain_link(r, o->folder, o->name, o->kind == OP_REMOVE ? -1 : o->inode,
                    o->kind == OP_FOLDER);
    }
}

/* inode -1: all */
static void remain_sync(disk_remains *r, int inode)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->write_count; i++)
        if (inode < 0 || r->d->ops[r->writes[i]].inode == inode)
            apply_write(r, r->writes[i]);
        else
            r->writes[kept++] = r->writes[i];
    r->write_count = kept;
}

static void remain_sync_folder(disk_remains *r, int folder)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->name_count; i++)
        if (folder < 0 || r->names[i].folder == folder)
            apply_name(r, &r->names[i]);
        else
            r->names[kept++] = r->names[i];
    r->name_count = kept;
}

static void remain_step(disk_remains *r, size_t i)
{
    const disk_op *o = &r->d->ops[i];
    switch (o->kind) {
    case OP_WRITE:
    case OP_CUT: r->writes[r->write_count++] = i; break;
    case OP_RENAME:
        r->names[r->name_count++] = (struct disk_renaming){i, o->to_folder};
        if (o->folder != o->to_folder)
            r->names[r->name_count++] = (struct disk_renaming){i, o->folder};
        break;
    case OP_MAKE:
    case OP_FOLDER:
    case OP_REMOVE: r->names[r->name_count++] = (struct disk_renaming){i, o->folder}; break;
    case OP_SYNC: remain_sync(r, o->inode); break;
    case OP_SYNC_FOLDER: remain_sync_folder(r, o->folder); break;
    case OP_SYNC_ALL:
        remain_sync(r, -1);
        remain_sync_folder(r, -1);
        break;
    case OP_NOTE: break;
    }
}

/* Of what was not synced. */
static void remain_rest(disk_remains *r, disk_how how)
{
    size_t cut = how == DISK_ALL ? r->write_count : 0;
    if (how == DISK_PREFIX)
        cut = (size_t)disk_random(r->seed, r->write_count + 1);
    for (size_t i = 0; i < r->write_count; i++)
        if (i < cut)
            apply_write(r, r->writes[i]);
        else if (how == DISK_TORN || (how == DISK_PREFIX && i == cut))
            tear_write(r, r->writes[i], how == DISK_PREFIX);
    bool ended[DISK_FOLDERS] = {false};
    for (size_t i = 0; i < r->name_count; i++) {
        bool *end = &ended[r->names[i].folder];
        *end |= how == DISK_NOTHING || (how > DISK_ALL && !disk_lucky(r));
        if (!*end)
            apply_name(r, &r->names[i]);
    }
}

static void remain_file(const disk_remains *r, const disk_entry *e, const char *into)
{
    char path[512];
    const disk_image *f = &r->files[e->inode];
    snprintf(path, sizeof path, "%s%s/%s", into, r->d->folders[e->folder], e->name);
    FILE *out = fopen(path, "wb");
    if (!out || fwrite(f->p ? f->p : "", 1, f->n, out) != f->n || fclose(out) != 0)
        TEST_FAIL("%s: %s", path, strerror(errno));
}

/* Folders are numbered parents first; one whose name is lost is not made, nor what is in it. */
static void remain_write(const disk_remains *r, const char *into)
{
    char path[512];
    bool there[DISK_FOLDERS] = {true};
    mkdir(into, 0700);
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < r->entry_count; i++) {
            const disk_entry *e = &r->entries[i];
            if (!e->is_folder || !e->there || !there[e->folder] || there[e->inode])
                continue;
            snprintf(path, sizeof path, "%s%s", into, r->d->folders[e->inode]);
            mkdir(path, 0700);
            there[e->inode] = more = true;
        }
    }
    for (size_t i = 0; i < r->entry_count; i++)
        if (r->entries[i].there && !r->entries[i].is_folder && there[r->entries[i].folder])
            remain_file(r, &r->entries[i], into);
}

/* Makes the folder `into` as the disk is found after it lost its power before operation `upto`. */
static void disk_survivor(const disk *d, size_t upto, disk_how how, uint64_t *seed,
                          const char *into)
{
    disk_remains r = {.d = d, .seed = seed, .luck = 1 + disk_random(seed, 15)};
    r.files = calloc((size_t)d->inode_count + 1, sizeof *r.files);
    r.entries = calloc(DISK_INODES, sizeof *r.entries);
    r.writes = calloc(upto + 1, sizeof *r.writes);
    r.names = calloc(2 * upto + 2, sizeof *r.names);
    assert(r.files && r.entries && r.writes && r.names);
    for (size_t i = 0; i < upto; i++)
        remain_step(&r, i);
    remain_rest(&r, how);
    remain_write(&r, into);
    for (int i = 0; i < d->inode_count; i++)
        free(r.files[i].p);
    free(r.files);
    free(r.entries);
    free(r.writes);
    free(r.names);
}

#endif
