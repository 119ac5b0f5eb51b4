/* site.h - what a site says of itself: its assets, its exercises, what is not to be told again.
 *
 *     site *s;
 *     site_new(-1, &s, why);
 *     site_read(s, SITE_ASSETS, &in, &count, why);
 *     site_asset(s, S("192.0.2.7"), &asset)              // ASSET_CRITICAL, "domain controller"
 *     site_exercise(s, values, n, at, &exercise)         // inside one: whom to call
 *     site_silenced(s, S("198.51.100.7"), S("ws-1"), at, &reason)
 *
 * Uses: base, model/ip, format/rows. Used by: watch, cmd.
 * Three tables, each a CSV with a header (RFC 4180; columns in any order, others are ignored;
 * UTF-8; "#" begins a comment line):
 *     assets       asset,weight,name          a network, an address, a host or a user;
 *                                             weight: low normal high critical
 *     exercises    value,from,to,contact,name an address, network, domain, watermark or host that
 *                                             takes part; dates as of when.h, `to` a whole day
 *                                             when it has no time
 *     silences     indicator,host,until,reason  of either one may be empty: any
 * Dates are UTC. Names are compared without regard to case; of networks the narrowest speaks.
 * A bad line is an error that says its number: a register that is half read would be worse.
 * Threads: read-only once filled. */
#ifndef NOROSHI_WATCH_SITE_H
#define NOROSHI_WATCH_SITE_H

#include "base/base.h"
#include "base/reader.h"
#include "base/when.h"
#include "watch/urgency.h"

enum { SITE_ROWS_MAX = 100000, SITE_MEMORY_MAX = 256 << 20, SITE_FILE_MAX = 64 << 20 };

typedef enum site_table {
    SITE_ASSETS,
    SITE_EXERCISES,
    SITE_SILENCES,
    SITE_TABLE_COUNT_
} site_table;

typedef struct site site;
/* fail_after: for tests, so many allocations of a table succeed; -1: all. */
status site_new(long fail_after, site **ret, err *why) NODISCARD;
site *site_free(site *s);

/* Takes the table in; what an earlier call read of the same table is replaced.
 *   ERR_INPUT  what is wrong, and the line in why->at; ERR_LIMIT  SITE_ROWS_MAX, memory. The site
 *              is as it was then */
status site_read(site *s, site_table which, reader *in, size_t *ret_rows, err *why) NODISCARD;

typedef struct site_asset_info {
    asset_weight weight;
    slice name;
} site_asset_info;
/* `who`: an address, a host's or a user's name. False: not registered. */
bool site_asset(const site *s, slice who, site_asset_info *ret);

typedef struct site_exercise_info {
    slice contact, name;
} site_exercise_info;
/* Does one of the values take part in an exercise that runs at `at`? */
bool site_exercise(const site *s, const slice *values, size_t count, when at,
                   site_exercise_info *ret);

/* Is the indicator not to be told of, of that host, at that time? */
bool site_silenced(const site *s, slice indicator, slice host, when at, slice *ret_reason);

#endif
