/* feed_judge.c - what a delivery is to its feed's history, how a feed does, when it comes again.
 * Pure. See feed.h; the numbers are reasoned in docs/decisions/0176-feed-gate.md. */
#include "intake/feed.h"

#include <stdlib.h>

enum {
    TAKEN_MAX = 10,     /* deliveries that make a feed's usual size */
    SHRINK_TO = 20,     /* under a twentieth of the smallest */
    SHRINK_LEAST = 20,  /* records that must be missing */
    GROW_TO = 5,        /* over five times the largest */
    GROW_LEAST = 200,   /* records that must be too many */
    WITHDRAW_PART = 3,  /* over a third of the smallest */
    WITHDRAW_TO = 3,    /* and three times what it ever took back */
    GAPS_LEAST = 3,     /* times between news that make a habit */
    SILENT_TO = 3,      /* over three times the habit */
    LATE_TO = 2,        /* over two intervals without a good run */
    PROBATION_RUNS = 3, /* deliveries, and ... */
    PROBATION_DAYS = 7,
    JITTER_PERCENT = 10
};
static const int64_t first_wait_ms = 5 * 60 * 1000, longest_wait_ms = 86400000;

const char *feed_gate_word(feed_gate g)
{
    static const char *const words[FEED_GATE_COUNT_] = {"", "shrank", "grew", "withdrew"};
    assert(g < FEED_GATE_COUNT_);
    return words[g];
}

static bool was_taken(const feed_run *r)
{
    return slice_eq(r->outcome, S(FEED_DONE));
}

feed_gate feed_judge(const feed_runs *history, uint64_t records, uint64_t withdrawn)
{
    uint64_t least = UINT64_MAX, most = 0, took = 0;
    size_t n = 0;
    for (size_t i = 0; i < history->count && n < TAKEN_MAX; i++) {
        const feed_run *r = &history->at[i];
        if (!was_taken(r))
            continue;
        least = r->records < least ? r->records : least;
        most = r->records > most ? r->records : most;
        took = r->withdrawn > took ? r->withdrawn : took;
        n++;
    }
    if (!n)
        return FEED_OPEN; /* there is nothing to compare with */
    if (records < least / SHRINK_TO + 1 && least - records >= SHRINK_LEAST)
        return FEED_SHRANK;
    if (withdrawn > least / WITHDRAW_PART && withdrawn >= SHRINK_LEAST &&
        withdrawn > took * WITHDRAW_TO)
        return FEED_WITHDREW;
    return records > most * GROW_TO && records - most >= GROW_LEAST ? FEED_GREW : FEED_OPEN;
}

static int by_size(const void *x, const void *y)
{
    const when *a = x, *b = y;
    return (*a > *b) - (*a < *b);
}

/* The median time between two deliveries that said something new; 0: too few. */
static when habit_of(const feed_runs *history)
{
    when gaps[FEED_HISTORY], later = WHEN_NONE;
    size_t n = 0;
    for (size_t i = 0; i < history->count && n < FEED_HISTORY; i++) {
        if (!was_taken(&history->at[i]))
            continue;
        if (later != WHEN_NONE)
            gaps[n++] = later - history->at[i].at;
        later = history->at[i].at;
    }
    if (n < GAPS_LEAST)
        return 0;
    qsort(gaps, n, sizeof *gaps, by_size);
    return gaps[n / 2];
}

static size_t count_taken(const feed_runs *history)
{
    size_t n = 0;
    for (size_t i = 0; i < history->count; i++)
        n += was_taken(&history->at[i]);
    return n;
}

feed_health feed_health_of(const feed_info *f, const feed_runs *history, when now)
{
    when every_ms = f->d.every_s * 1000, since = f->s.ok != WHEN_NONE ? f->s.ok : f->added;
    feed_health h = {
        .probation =
            count_taken(history) < PROBATION_RUNS || now - f->added < PROBATION_DAYS * WHEN_DAY,
        .late = !f->d.paused && now - since > LATE_TO * every_ms,
        .habit_ms = habit_of(history),
        .quiet_ms = f->s.changed != WHEN_NONE && now > f->s.changed ? now - f->s.changed : 0,
    };
    h.silent = h.habit_ms && !f->d.paused && h.quiet_ms > SILENT_TO * h.habit_ms &&
               h.quiet_ms > LATE_TO * every_ms;
    return h;
}

when feed_next(const feed_definition *d, uint64_t failures, int64_t retry_after_s, when now,
               uint32_t dice)
{
    int64_t every_ms = d->every_s * 1000, wait = every_ms;
    if (failures) { /* 5 minutes, 10, 20, ... a day */
        wait = first_wait_ms;
        for (uint64_t i = 1; i < failures && wait < longest_wait_ms; i++)
            wait *= 2;
        wait = wait < longest_wait_ms ? wait : longest_wait_ms;
    }
    /* servers shall not see all sites at once: up to a tenth later */
    wait += wait / 100 * (int64_t)(dice % (JITTER_PERCENT + 1));
    return now + (wait > retry_after_s * 1000 ? wait : retry_after_s * 1000);
}
