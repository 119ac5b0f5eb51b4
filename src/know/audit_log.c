/* audit_log.c - entries of those who only read, many to a commit: see audit.h.
 * Whoever finds nobody writing takes all that wait and writes them; the others wait for him. So a
 * commit is as large as what came during the one before, and no thread is needed for it. */
#include "know/audit_chain.h"
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
    db *d; /* whose it is to use: the writing thread's */
    hash_state *h;
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
    if (st != OK) {
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
        pthread_cond_destroy(&log->written);
        pthread_mutex_destroy(&log->mutex);
        db_close(log->d);
        hash_free(log->h);
        free(log);
    }
    return NULL;
}

/* All of the list in one transaction. */
static status write_all(audit_log *log, const waiting *list, err *why)
{
    audit_head head;
    status st = begin_in_turn(log->s, log->d, why);
    if (st == OK)
        st = audit_head_of(log->d, &head, why);
    for (; st == OK && list; list = list->next)
        for (size_t i = 0; st == OK && i < list->count; i++)
            st = audit_append(log->d, log->h, &head, &list->e[i], why);
    if (st == OK)
        st = db_commit(log->d, why);
    if (st != OK)
        db_rollback(log->d);
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
