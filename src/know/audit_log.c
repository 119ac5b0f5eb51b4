/* audit_log.c - entries of those who only read, many to a commit: see audit.h.
 * Whoever finds nobody writing takes all that wait and writes them; the others wait for him. So a
 * commit is as large as what came during the one before, and no thread is needed for it.
 * While somebody else has the store's writer, an import say, they go into a file instead, and from
 * there into the chain with the next that finds the writer free: audit_wait.h. */
#include "know/audit_wait.h"
#include "know/undo.h"

#include <pthread.h>
#include <stdlib.h>

typedef struct waiting {
    const audit_entry *e;
    size_t count;
    bool done;
    status st;
    err why;
    struct waiting *next;
} waiting;

struct audit_log {
    store *s;
    db *d; /* whose it is to use, with all up to the mutex: the writing thread's */
    hash_state *h;
    audit_wait *wait;
    pthread_mutex_t mutex;
    pthread_cond_t written;
    bool writing;
    waiting *first, **last;
};

status audit_log_new(store *s, audit_log **ret, err *why)
{
    audit_log *log = calloc(1, sizeof *log);
    if (!log)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    log->s = s;
    log->last = &log->first;
    pthread_mutex_init(&log->mutex, NULL);
    pthread_cond_init(&log->written, NULL);
    log->h = hash_new(HASH_SHA256);
    status st = log->h ? store_connect_small(s, &log->d, why)
                       : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    if (st == OK)
        st = audit_wait_open(s, log->d, &log->wait, why);
    if (st == OK)
        st = audit_log_settle(log, why);
    if (st == OK)
        st = audit_settle_left(s, why);
    if (st != OK && st != ERR_BUSY) { /* busy: what waits goes on waiting */
        audit_log_free(log);
        return st;
    }
    *ret = log;
    return OK;
}

audit_log *audit_log_free(audit_log *log)
{
    if (log) {
        assert(!log->writing && !log->first);
        if (log->wait) {
            status st = audit_log_settle(log, NULL);
            (void)st; /* whoever opens it next takes them */
        }
        audit_wait_close(log->wait);
        pthread_cond_destroy(&log->written);
        pthread_mutex_destroy(&log->mutex);
        db_close(log->d);
        hash_free(log->h);
        free(log);
    }
    return NULL;
}

/* What waits and then all of the list, in the transaction that was begun. */
static status write_chain(audit_wait *wait, db *d, hash_state *h, const waiting *list, err *why)
{
    audit_head head;
    bool waits = audit_wait_count(wait) != 0;
    status st = audit_head_of(d, &head, why);
    if (st == OK)
        st = audit_wait_take(wait, d, h, &head, why);
    for (; st == OK && list; list = list->next)
        for (size_t i = 0; st == OK && i < list->count; i++)
            st = audit_append(d, h, &head, &list->e[i], why);
    if (st == OK)
        st = db_commit(d, why);
    if (st != OK) {
        db_rollback(d);
        return st;
    }
    if (waits) {
        status cleared = audit_wait_clear(wait, NULL);
        (void)cleared; /* they are counted as taken */
    }
    return OK;
}

static status write_file(audit_log *log, const waiting *list, err *why)
{
    status st = OK;
    for (; st == OK && list; list = list->next)
        for (size_t i = 0; st == OK && i < list->count; i++)
            st = audit_wait_put(log->wait, log->h, &list->e[i], why);
    if (st == OK)
        return audit_wait_sync(log->wait, why);
    audit_wait_forget(log->wait);
    return st;
}

/* All of the list, or nothing of it; ERR_BUSY: the file is full. Whoever writes never waits for the
 * store's writer: whoever has it may be waiting for his turn to write here. */
static status write_all(audit_log *log, const waiting *list, err *why)
{
    status st = begin_if_free(log->s, log->d, why);
    return st == OK         ? write_chain(log->wait, log->d, log->h, list, why)
           : st == ERR_BUSY ? write_file(log, list, why)
                            : st;
}

/* Nobody else writes meanwhile. */
static void begin_writing(audit_log *log)
{
    pthread_mutex_lock(&log->mutex);
    while (log->writing)
        pthread_cond_wait(&log->written, &log->mutex);
    log->writing = true;
    pthread_mutex_unlock(&log->mutex);
}

static void end_writing(audit_log *log)
{
    pthread_mutex_lock(&log->mutex);
    log->writing = false;
    pthread_cond_broadcast(&log->written);
    pthread_mutex_unlock(&log->mutex);
}

status audit_log_settle(audit_log *log, err *why)
{
    db *d = NULL;
    begin_writing(log);
    bool waits = audit_wait_count(log->wait) != 0;
    end_writing(log);
    if (!waits)
        return OK;
    status st = store_connect_small(log->s, &d, why);
    if (st == OK)
        st = begin_in_turn(log->s, d, why);
    if (st == OK) {
        begin_writing(log);
        st = write_chain(log->wait, d, log->h, NULL, why);
        end_writing(log);
    }
    db_close(d);
    return st;
}

static status settle_one(store *s, db *d, hash_state *h, unsigned number, err *why)
{
    audit_wait *w = NULL;
    status st = audit_wait_open_left(s, d, number, &w, why);
    if (st == OK && w && audit_wait_count(w) && (st = begin_in_turn(s, d, why)) == OK)
        st = write_chain(w, d, h, NULL, why);
    audit_wait_close(w);
    return st;
}

status audit_settle_left(store *s, err *why)
{
    db *d = NULL;
    hash_state *h = hash_new(HASH_SHA256);
    status st =
        h ? store_connect_small(s, &d, why) : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    for (unsigned i = 0; st == OK && i < AUDIT_WAIT_FILES; i++)
        st = settle_one(s, d, h, i, why);
    db_close(d);
    hash_free(h);
    return st;
}

/* With the mutex held, which is let go of meanwhile. */
static void write_waiting(audit_log *log)
{
    err why = {0};
    waiting *list = log->first;
    log->first = NULL;
    log->last = &log->first;
    log->writing = true;
    pthread_mutex_unlock(&log->mutex);
    status st = write_all(log, list, &why);
    if (st == ERR_BUSY) {
        end_writing(log);
        st = audit_log_settle(log, &why);
        begin_writing(log);
        st = st == OK ? write_all(log, list, &why) : st;
    }
    pthread_mutex_lock(&log->mutex);
    log->writing = false;
    for (waiting *w = list, *next; w; w = next) {
        next = w->next; /* once done is said, it may be gone */
        w->st = st;
        w->why = why;
        w->done = true;
    }
    pthread_cond_broadcast(&log->written);
}

static void enlist(audit_log *log, waiting *w)
{
    *log->last = w;
    log->last = &w->next;
}

status audit_put(audit_log *log, const audit_entry *e, size_t count, err *why)
{
    waiting mine = {.e = e, .count = count};
    if (!count)
        return OK;
    pthread_mutex_lock(&log->mutex);
    enlist(log, &mine);
    while (!mine.done) {
        if (log->writing)
            pthread_cond_wait(&log->written, &log->mutex);
        else
            write_waiting(log);
    }
    pthread_mutex_unlock(&log->mutex);
    if (mine.st != OK && why)
        *why = mine.why;
    return mine.st;
}
