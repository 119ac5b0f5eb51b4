/* lite_snapshot.c - a copy of a database while others write to it: see db_snapshot.
 *
 * The source is in a read transaction, so its pages are those of one moment, however long copying
 * takes; writers are not held up, but their log grows meanwhile. */
#include "know/db/lite.h"

enum { PAGES_AT_ONCE = 4096 };

static status say(sqlite3 *conn, const char *path, err *why)
{
    int code = sqlite3_errcode(conn) & 0xff;
    if (code == SQLITE_FULL)
        return err_set(why, ERR_IO, ERR_NOWHERE, "%s: the disk is full", path);
    return err_set(why, ERR_IO, ERR_NOWHERE, "%s: %s", path, sqlite3_errmsg(conn));
}

static status open_copy(const char *path, const char *sql, sqlite3 **ret, err *why)
{
    int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;
    sqlite3 *conn = NULL;
    status st = OK;
    if (sqlite3_open_v2(path, &conn, flags, NULL) != SQLITE_OK ||
        sqlite3_exec(conn, sql, NULL, NULL, NULL) != SQLITE_OK)
        st = conn ? say(conn, path, why) : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    if (st != OK) {
        sqlite3_close(conn);
        return st;
    }
    *ret = conn;
    return OK;
}

static status copy_pages(lite_db *d, sqlite3 *to, const char *path, err *why)
{
    sqlite3_backup *b = sqlite3_backup_init(to, "main", d->conn, "main");
    int code = SQLITE_OK;
    if (!b)
        return say(to, path, why);
    while (code == SQLITE_OK)
        code = sqlite3_backup_step(b, PAGES_AT_ONCE);
    sqlite3_backup_finish(b);
    return code == SQLITE_DONE ? OK : say(to, path, why);
}

status lite_snapshot(db *b, const char *path, err *why)
{
    lite_db *d = lite_of(b);
    sqlite3 *to = NULL;
    status st = lite_settle(d, why);
    if (st == OK) /* it is worth nothing before it is whole: no journal, no waiting */
        st = open_copy(path, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;", &to, why);
    if (st != OK)
        return st;
    st = copy_pages(d, to, path, why);
    sqlite3_close(to);
    if (st != OK) /* the copy says of itself that it has a log beside it */
        return st;
    st = open_copy(path, "PRAGMA journal_mode=DELETE;", &to, why);
    if (st == OK)
        sqlite3_close(to);
    return st;
}
