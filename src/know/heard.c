/* heard.c - see heard.h. */
#include "know/heard.h"

#include "know/write_private.h"

#define HOUR_MS ((when)3600000)
enum { SILENT_TO = 2, SILENT_HOURS = 3 };

static int64_t hour_of(when t)
{
    return t / HOUR_MS - (t % HOUR_MS < 0);
}

status heard_note(writer *w, slice log, marking m, when now, err *why)
{
    int64_t vc = 0;
    if (!log.len || log.len > HEARD_NAME_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "name of a log over %d bytes", HEARD_NAME_MAX);
    status st = begin_engine(w, why);
    if (st == OK)
        st = intern_marking(w, m, &vc, why);
    if (st != OK)
        return st;
    db_stmt *q = db_query(w->d, Q_HEARD_PUT);
    db_bind_text(q, 1, log);
    db_bind_int(q, 2, hour_of(now));
    db_bind_int(q, 3, now);
    db_bind_int(q, 4, vc);
    if ((st = db_run(q, why)) != OK)
        return st;
    q = db_query(w->d, Q_HEARD_DROP);
    db_bind_text(q, 1, log);
    db_bind_int(q, 2, HEARD_HOURS);
    db_bind_int(q, 3, vc);
    return db_run(q, why);
}

/* The next log by name; its name goes into `a`. ERR_NOT_FOUND: there is none. */
static status next_log(lens *l, arena *a, slice after, slice *ret, err *why)
{
    bool row;
    db_stmt *q = db_query(l->d, Q_HEARD_NEXT);
    db_bind_text(q, 1, after);
    status st = db_step(q, &row, why);
    if (st == OK && !row)
        st = ERR_NOT_FOUND;
    if (st == OK && !arena_copy(a, db_text(q, 0), ret))
        st = ARENA_SPENT(a, why);
    db_reset(q);
    return st;
}

static status read_log(lens *l, slice name, when now, heard_log *ret, err *why)
{
    bool row;
    status st;
    int64_t later = 0;
    size_t n = 0;
    heard_log log = {.name = name, .last = WHEN_NONE};
    db_stmt *q = db_query(l->d, Q_HEARD_OF); /* the newest first */
    db_bind_text(q, 1, name);
    db_bind_int(q, 2, HEARD_HOURS);
    while ((st = db_step(q, &row, why)) == OK && row) {
        int64_t hour = db_int(q, 0);
        when pause = n ? (later - hour) * HOUR_MS : 0;
        if (!n)
            log.last = db_int(q, 1);
        log.longest_ms = pause > log.longest_ms ? pause : log.longest_ms;
        later = hour;
        n++;
    }
    db_reset(q);
    if (st != OK)
        return st;
    log.quiet_ms = n && now > log.last ? now - log.last : 0;
    log.longest_ms = n < HEARD_LEAST ? 0 : log.longest_ms;
    log.silent = log.longest_ms && log.quiet_ms > SILENT_TO * log.longest_ms &&
                 log.quiet_ms > SILENT_HOURS * HOUR_MS;
    *ret = log;
    return OK;
}

status heard_each(lens *l, when now, status (*on_log)(void *ctx, const heard_log *log, err *why),
                  void *ctx, err *why)
{
    CLEANUP(arena_done) arena a, b;
    slice name = S(""), next;
    status st = lens_view(l)->known_at == WHEN_NONE ? OK : ERR_NOT_FOUND;
    arena_init(&a, 1 << 16);
    arena_init(&b, 1 << 16);
    for (size_t i = 0; st == OK && i < HEARD_LOGS_MAX; i++) {
        arena *to = i % 2 ? &b : &a; /* the name before is still needed */
        heard_log log;
        arena_reset(to);
        if ((st = next_log(l, to, name, &next, why)) == OK)
            st = read_log(l, next, now, &log, why);
        if (st == OK)
            st = on_log(ctx, &log, why);
        name = next;
    }
    return st == ERR_NOT_FOUND ? OK : st;
}
