/* undo.c - unpublished transactions: see undo.h. */
#include "know/undo.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>

enum { ABANDONED_MAX = 1024 };

static void pending_path(const store *s, int64_t tx, char out[STORE_PATH_MAX + 40])
{
    snprintf(out, STORE_PATH_MAX + 40, "%s/pending/%lld", s->dir, (long long)tx);
}

static status take_lock(const char *path, int how, int *ret_fd, err *why)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_os(why, errno, "opening %s", path);
    while (flock(fd, how) != 0)
        if (errno != EINTR) {
            int os = errno;
            close(fd);
            return os == EWOULDBLOCK ? err_set(why, ERR_BUSY, ERR_NOWHERE, "%s is locked", path)
                                     : err_os(why, os, "locking %s", path);
        }
    *ret_fd = fd;
    return OK;
}

status pending_begin(const store *s, int64_t tx, int *ret_fd, err *why)
{
    char path[STORE_PATH_MAX + 40];
    pending_path(s, tx, path);
    return take_lock(path, LOCK_EX, ret_fd, why);
}

void pending_done(const store *s, int64_t tx, int fd)
{
    char path[STORE_PATH_MAX + 40];
    if (fd < 0)
        return;
    pending_path(s, tx, path);
    unlink(path);
    close(fd);
}

static status take_turn(const store *s, int how, int *ret_fd, err *why)
{
    char path[STORE_PATH_MAX + 40];
    snprintf(path, sizeof path, "%s/pending/turn", s->dir);
    return take_lock(path, how, ret_fd, why);
}

static status wait_turn(const void *ctx, int *ret_fd, err *why)
{
    return take_turn(ctx, LOCK_EX, ret_fd, why);
}

static void end_turn(int fd)
{
    close(fd);
}

db_turns store_turns(const store *s)
{
    return (db_turns){.ctx = s, .wait = wait_turn, .done = end_turn};
}

status begin_in_turn(const store *s, db *d, err *why)
{
    int fd;
    status st = wait_turn(s, &fd, why);
    if (st != OK)
        return st;
    st = db_begin_write(d, why);
    end_turn(fd);
    return st;
}

status begin_if_free(const store *s, db *d, err *why)
{
    int fd;
    status st = take_turn(s, LOCK_EX | LOCK_NB, &fd, why);
    if (st != OK)
        return st;
    st = db_try_write(d, why);
    end_turn(fd);
    return st;
}

static status run_one(db *d, query q, int64_t a, err *why)
{
    db_stmt *s = db_query(d, q);
    db_bind_int(s, 1, a);
    return db_run(s, why);
}

static status undo_ranges(db *d, int64_t tx, err *why)
{
    bool row = false;
    status st;
    do { /* one at a time: deleting while reading the list would disturb it */
        db_stmt *q = db_query(d, Q_TX_RANGES);
        db_bind_int(q, 1, tx);
        if ((st = db_step(q, &row, why)) != OK || !row)
            break;
        int64_t first = db_int(q, 0), last = db_int(q, 1);
        db_reset(q);
        q = db_query(d, Q_UNDO_CLAIMS);
        db_bind_int(q, 1, first);
        db_bind_int(q, 2, last);
        db_bind_int(q, 3, tx);
        if ((st = db_run(q, why)) != OK)
            break;
        q = db_query(d, Q_UNDO_RANGE);
        db_bind_int(q, 1, tx);
        db_bind_int(q, 2, first);
        st = db_run(q, why);
    } while (st == OK);
    return st;
}

/* Every row of it, inside a write transaction. */
static status undo_rows(db *d, int64_t tx, err *why)
{
    static const query rest[] = {Q_UNDO_GONE,
                                 Q_UNDO_OBJECTS_GONE,
                                 Q_UNDO_OBJECTS,
                                 Q_UNDO_DELIVERIES,
                                 Q_UNDO_AGAIN_GONE,
                                 Q_UNDO_AGAIN,
                                 Q_UNDO_DOCUMENT_CLASSES,
                                 Q_UNDO_DOCUMENTS,
                                 Q_UNDO_SETTINGS,
                                 Q_UNDO_TX};
    status st = undo_ranges(d, tx, why);
    for (size_t i = 0; st == OK && i < COUNT_OF(rest); i++)
        st = run_one(d, rest[i], tx, why);
    return st;
}

/* The number of a transaction that was taken back is given again: whoever gets it makes a lock file
 * of that name. So the old one goes while the engine's write lock is held. */
static status end_undo(const store *s, db *d, int64_t tx, int fd, status st, err *why)
{
    char path[STORE_PATH_MAX + 40];
    pending_path(s, tx, path);
    if (st == OK && fd >= 0)
        unlink(path);
    if (st == OK)
        st = db_commit(d, why);
    if (st != OK)
        db_rollback(d);
    if (fd >= 0)
        close(fd);
    return st;
}

status undo_tx(const store *s, db *d, int64_t tx, int fd, err *why)
{
    status st = db_begin_write(d, why);
    if (st == OK)
        st = undo_rows(d, tx, why);
    return end_undo(s, d, tx, fd, st, why);
}

/* Is its writer gone? A look that leaves the lock file as it is. */
static bool is_abandoned(const store *s, int64_t tx)
{
    char path[STORE_PATH_MAX + 40];
    int fd;
    pending_path(s, tx, path);
    if (take_lock(path, LOCK_EX | LOCK_NB, &fd, NULL) != OK)
        return false;
    close(fd);
    return true;
}

/* Between the list of the pending and now its writer may have published it: under the engine's
 * write lock it is looked at again. There, too, no writer can be taking this lock. */
static status undo_if_abandoned(const store *s, db *d, int64_t tx, err *why)
{
    char path[STORE_PATH_MAX + 40];
    bool pending = false;
    int fd = -1;
    if (!is_abandoned(s, tx))
        return OK;
    status st = db_begin_write(d, why);
    if (st != OK)
        return st;
    db_stmt *q = db_query(d, Q_TX_IS_PENDING);
    db_bind_int(q, 1, tx);
    st = db_step(q, &pending, why);
    db_reset(q);
    pending_path(s, tx, path);
    if (st == OK && take_lock(path, LOCK_EX | LOCK_NB, &fd, NULL) == OK && pending)
        st = undo_rows(d, tx, why);
    return end_undo(s, d, tx, fd, st, why);
}

/* Lock files that never got a transaction: their writer died before its first commit. */
static size_t list_locks(const store *s, int64_t *tx, size_t n)
{
    char path[STORE_PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/pending", s->dir);
    DIR *dir = opendir(path);
    for (struct dirent *e = NULL; dir && n < ABANDONED_MAX && (e = readdir(dir));) {
        uint64_t number;
        bool listed = false;
        if (!slice_u64(slice_str(e->d_name), &number) || number > INT64_MAX)
            continue;
        for (size_t i = 0; i < n; i++)
            listed |= tx[i] == (int64_t)number;
        if (!listed)
            tx[n++] = (int64_t)number;
    }
    if (dir)
        closedir(dir);
    return n;
}

status undo_abandoned(const store *s, db *d, err *why)
{
    int64_t tx[ABANDONED_MAX];
    size_t n = 0;
    bool row;
    status st;
    db_stmt *q = db_query(d, Q_TX_UNPUBLISHED);
    while ((st = db_step(q, &row, why)) == OK && row && n < ABANDONED_MAX)
        tx[n++] = db_int(q, 0);
    db_reset(q);
    if (st == OK)
        n = list_locks(s, tx, n);
    for (size_t i = 0; st == OK && i < n; i++)
        st = undo_if_abandoned(s, d, tx[i], why);
    return st;
}

/* --- files --------------------------------------------------------------------------------- */

/* Removes what is called like that in the folder. A name that is gone meanwhile is fine. */
static void remove_named(const store *s, const char *folder, slice prefix, size_t length)
{
    char path[STORE_PATH_MAX + 300];
    DIR *dir = opendir(folder);
    for (struct dirent *e = NULL; dir && (e = readdir(dir));) {
        slice name = slice_str(e->d_name);
        if (name.len != length || !slice_starts(name, prefix))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        status st = fs_remove(s->options.disk, path, NULL);
        (void)st; /* the next writer tries again */
    }
    if (dir)
        closedir(dir);
}

static void sweep_index(const store *s)
{
    char path[STORE_PATH_MAX + 40];
    int fd;
    snprintf(path, sizeof path, "%s/index/values.lock", s->dir);
    if (take_lock(path, LOCK_EX | LOCK_NB, &fd, NULL) != OK)
        return; /* somebody is writing it */
    snprintf(path, sizeof path, "%s/index", s->dir);
    remove_named(s, path, S("values.new"), 10);
    close(fd);
}

status writer_alive(const store *s, int *ret_fd, err *why)
{
    char path[STORE_PATH_MAX + 40];
    int fd;
    snprintf(path, sizeof path, "%s/pending/writers", s->dir);
    if (take_lock(path, LOCK_EX | LOCK_NB, &fd, NULL) == OK) { /* nobody else is writing */
        remove_named(s, s->blob_path, S("tmp-"), 20);
        remove_named(s, s->dir, S("noroshi-"), 14); /* a spool in use has lost its name already */
        sweep_index(s);
        close(fd);
    }
    return take_lock(path, LOCK_SH, ret_fd, why);
}
