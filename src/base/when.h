/* when.h - instants: milliseconds since 1970-01-01T00:00:00Z, and the clock as a parameter.
 *
 *     when t;
 *     if (when_parse(S("2020-12-15 13:17:41"), &t) == OK) ...
 *
 * Uses: base. Used by: everything that has a date. Sources: RFC 3339, ISO 8601.
 * Years 1..9999. Leap seconds read as the second before. */
#ifndef NOROSHI_WHEN_H
#define NOROSHI_WHEN_H

#include "base/base.h"

typedef int64_t when;       /* milliseconds since the epoch, UTC */
#define WHEN_NONE INT64_MIN /* the source did not say */
#define WHEN_DAY ((when)86400000)
#define WHEN_FIRST ((when)-62135596800000) /* 0001-01-01T00:00:00Z */
#define WHEN_LAST ((when)253402300799999)  /* 9999-12-31T23:59:59.999Z */

/* What people and feeds write: YYYY-MM-DD, YYYY/MM/DD, M/D/YYYY, with an optional time behind
 * "T" or a blank (HH:MM, HH:MM:SS, fraction of any length), an optional zone (Z, +HH:MM, -HHMM;
 * none is UTC); also YYYY, YYYY-MM, and epoch seconds of 10 digits or milliseconds of 13.
 *   ERR_INPUT  no date, or one that does not exist (2021-02-29); *ret untouched */
status when_parse(slice text, when *ret) NODISCARD;

enum { WHEN_TEXT_MAX = 32 };
/* "2020-12-15T13:17:41Z", with .mmm when there are milliseconds. Returns out. For instants between
 * WHEN_FIRST and WHEN_LAST it is what when_parse reads as the same instant. */
const char *when_iso(when t, char out[WHEN_TEXT_MAX]);
/* "2020-12-15" */
const char *when_date(when t, char out[WHEN_TEXT_MAX]);
/* "2020-12-15 13:17" in the zone `offset_minutes` east of UTC */
const char *when_minute(when t, int offset_minutes, char out[WHEN_TEXT_MAX]);
/* Whole days from a to b, cut towards 0; negative when b is earlier. Neither is WHEN_NONE. */
int64_t when_days(when a, when b);

/* Time as a parameter: tests run at any date. */
typedef struct clock_source {
    int64_t (*now_us)(void *ctx); /* microseconds since the epoch */
    void *ctx;
} clock_source;

clock_source clock_system(void);
clock_source clock_fixed(const int64_t *us); /* reads *us at each call */
static inline int64_t clock_now_us(clock_source c)
{
    return c.now_us(c.ctx);
}
static inline when clock_now(clock_source c)
{
    return c.now_us(c.ctx) / 1000;
}

#endif
