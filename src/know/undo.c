/* undo.c - unpublished transactions: see undo.h. */
#include "know/undo.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>

enum { ABANDONED_MAX = 1024 };

static void pending_path(const store *s, int64_t tx, char out[STORE_PATH_MAX + 40])
{
    snprintf(out, STORE_PATH_MAX + 40, "%s/pending/%lld", s->dir, (long long)tx);
}

status pending_begin(const store *s, int64_t tx, int *ret_fd, err *why)
{
    char path[STORE_PATH_MAX + 40];
    pending_path(s, tx, path);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_os(why, errno, "opening %s", path);
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        int os = errno;
        close(fd);
        return err_os(why, os, "locking %s", path);
    }
    *ret_fd = fd;
    return OK;
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

status begin_in_turn(const store *s, db *d, err *why)
{
    char path[STORE_PATH_MAX + 40];
    snprintf(path, sizeof path, "%s/pending/turn", s->dir);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return err_os(why, errno, "opening %s", path);
    while (flock(fd, LOCK_EX) != 0)
        if (errno != EINTR) {
            int os = errno;
            close(fd);
            return err_os(why, os, "locking %s", path);
        }
    status st = db_begin_write(d, why);
    close(fd);
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

status undo_tx(db *d, int64_t tx, err *why)
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
    status st = db_begin_write(d, why);
    if (st == OK)
        st = undo_ranges(d, tx, why);
    for (size_t i = 0; st == OK && i < COUNT_OF(rest); i++)
        st = run_one(d, rest[i], tx, why);
    if (st == OK)
        st = db_commit(d, why);
    if (st != OK)
        db_rollback(d);
    return st;
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
    for (size_t i = 0; st == OK && i < n; i++) {
        int fd;
        if (pending_begin(s, tx[i], &fd, NULL) != OK)
            continue; /* somebody is at work on it */
        st = undo_tx(d, tx[i], why);
        pending_done(s, tx[i], fd);
    }
    return st;
}
