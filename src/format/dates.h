/* dates.h - dates as spreadsheets and reports write them, on top of base/when.
 *
 *     when t;
 *     if (date_read(S("26/11/2015 16:17"), DATE_DAY_FIRST, &t)) ...
 *
 * Uses: base. Used by: csv, list, kev.
 * Sources: what is seen in published indicator tables; ISO 8601 and RFC 3339 through when_parse. */
#ifndef NOROSHI_FORMAT_DATES_H
#define NOROSHI_FORMAT_DATES_H

#include "base/base.h"
#include "base/when.h"

/* How 03/04/2020 is meant. Nobody writes it beside the date: a column shows it when one of its
 * values has a number over 12 (date_order_of). */
typedef enum date_order { DATE_MONTH_FIRST, DATE_DAY_FIRST } date_order;

/* What when_parse reads, and besides: D/M/YYYY and D.M.YYYY, two-digit years (70..99 are 19xx),
 * "26 Nov 2015", "Nov 26, 2015", "Mon, 26 Nov 2015 ...", 12-hour times with AM or PM.
 * No zone is UTC. false: none of these, or no such day; *ret untouched. */
bool date_read(slice text, date_order order, when *ret);

/* What this value says about the order of its column: -1 month first, +1 day first, 0 nothing. */
int date_order_of(slice text);

#endif
