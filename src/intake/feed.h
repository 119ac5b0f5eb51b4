/* feed.h - pulling what a site subscribes to: when, how, and whether what came may be taken.
 *
 *     feed_runner r = {.store = s, .sandbox = jail, .clock = clock, ...};
 *     st = feed_run_due(&r, &ran, &next, why);         // what a server does; comes again at `next`
 *     st = feed_run_named(&r, S("kev"), why);          // what a person does
 *
 * Uses: base/outbound, import, know/feeds, feed_rights. Used by: cmd, later serve.
 * A run fetches into DIR/feeds/NAME.part, gives the bytes to the importer (sandboxed, all or
 * nothing a document), and notes how it went. Whatever a server does is an outcome of its own feed
 * and no error of the run: others go on. Of one feed there is one run at a time, whoever starts it.
 *
 * The gate: once a feed has a history, each delivery is tried first, as by import --dry-run, and
 * compared with what the feed was like. One that shrinks, grows or withdraws beyond that waits in
 * DIR/feeds/NAME.held until a person approves or discards it, and what was known before stays.
 * Why so: docs/decisions/0176-feed-gate.md. */
#ifndef NOROSHI_INTAKE_FEED_H
#define NOROSHI_INTAKE_FEED_H

#include "base/outbound.h"
#include "intake/feed_rights.h"
#include "intake/import.h"
#include "know/feeds.h"

/* --- outcomes --------------------------------------------------------------------------------- */

/* Words of feed_state.outcome besides those of outbound_word: */
#define FEED_DONE "ok"               /* taken */
#define FEED_SAME "same"             /* nothing new: 304, or the same bytes */
#define FEED_HELD "held"             /* waits for a person */
#define FEED_EMPTY "empty"           /* not a byte */
#define FEED_WRONG_TYPE "wrong-type" /* a web page in the place of data */
#define FEED_REFUSED "refused"       /* no document in it could be read; detail says why */
#define FEED_NO_RIGHTS "no-rights"   /* a secret or its file is not in order; detail says why */

static inline bool feed_went_well(slice outcome)
{
    return slice_eq(outcome, S(FEED_DONE)) || slice_eq(outcome, S(FEED_SAME));
}

/* --- judging (pure) --------------------------------------------------------------------------- */

enum { FEED_HISTORY = 64 /* runs that are looked at */ };

typedef enum feed_gate {
    FEED_OPEN,
    FEED_SHRANK,
    FEED_GREW,
    FEED_WITHDREW,
    FEED_GATE_COUNT_
} feed_gate;
/* "shrank", ... what feed_state.held says; "" for FEED_OPEN. */
const char *feed_gate_word(feed_gate g);
/* What a delivery of so many records, taking back so many, is to what was taken before. */
feed_gate feed_judge(const feed_runs *history, uint64_t records, uint64_t withdrawn);

typedef struct feed_health {
    bool probation; /* too new to be trusted like the others */
    bool late;      /* no good run for over two intervals */
    bool silent;    /* answers, and has said nothing new for longer than is its habit */
    when habit_ms;  /* median time between news; 0: not known yet */
    when quiet_ms;  /* since it last said something new; 0: it never did */
} feed_health;
feed_health feed_health_of(const feed_info *f, const feed_runs *history, when now);

/* When to come again after a run that ended `now`; dice: any number. */
when feed_next(const feed_definition *d, uint64_t failures, int64_t retry_after_s, when now,
               uint32_t dice);

/* --- presets ---------------------------------------------------------------------------------- */

typedef struct feed_preset {
    const char *name, *url, *format; /* format "": found out */
    const char *source;              /* "": the documents say */
    feed_mode mode;
    int64_t every_s;
    const char *licence, *about; /* about: whose, in a few words */
} feed_preset;
extern const feed_preset feed_presets[];
extern const size_t feed_preset_count;
const feed_preset *feed_preset_named(slice name); /* NULL */

/* --- running ---------------------------------------------------------------------------------- */

typedef struct feed_runner {
    store *store;
    sandbox *sandbox;
    clock_source clock, ticks; /* what time it is; what passes */
    random_source random;
    slice actor;
    const import_options *import; /* limits and directory; the rest is the feed's */
    outbound_limits limits;       /* a feed may set a lower bytes_max */
    const feed_grants *grants;    /* of the configuration file */
    bool (*stop)(void *ctx);      /* true: a fetch under way ends; NULL */
    /* After each run, with what is in the store now; NULL. Not OK stops. */
    status (*ran)(void *ctx, const feed_info *f, err *why);
    void *ctx;
} feed_runner;

/* Now, due or not, paused or not.
 *   ERR_NOT_FOUND  no such feed;  ERR_BUSY  it is being pulled already
 *   ERR_IO, ERR_LIMIT, ... our side cannot go on; what the server did is no error */
status feed_run_named(const feed_runner *r, slice name, err *why) NODISCARD;
/* All that are due and not paused, one after another. *ret_next: when the next one is (WHEN_LAST:
 * none ever is); a server calls again then, or after a feed was added, and after an error not
 * before a minute. Feeds that are being pulled by somebody else are passed over. */
status feed_run_due(const feed_runner *r, uint64_t *ret_ran, when *ret_next, err *why) NODISCARD;

/* The delivery that waits is taken, or thrown away. ERR_NOT_FOUND: no such feed, or none waits. */
status feed_approve(const feed_runner *r, slice name, err *why) NODISCARD;
status feed_discard(const feed_runner *r, slice name, err *why) NODISCARD;
/* Removes the feed, and what waits of it. What it brought stays. */
status feed_remove(const feed_runner *r, slice name, err *why) NODISCARD;

#endif
