/* series.h - numbers that are measured of every vulnerability every day (EPSS): packed, one row a
 * series, day and source.
 *
 *     series_point p;
 *     if (series_at(l, &a, S("epss"), S("CVE-2024-3400"), until, &p, why) == OK)
 *         ... p.value 999990 (millionths), p.day, p.source ...
 *
 * Uses: store, db. Used by: answer. Written by the importer: claims with PRED_MEASURED go here.
 * 280,000 points a day as claims would be more than everything else together; packed they take
 * about 3.3 bytes each when the percentile follows from the score, as it does by definition, and
 * 9.9 at worst. The row is a whole day under one view class and one transaction, so
 * markings and as-of hold for it as for a claim: a day that is delivered again with other numbers
 * withdraws the row before, and as-of shows what was held then. The same numbers again add
 * nothing. docs/formats/epss.md has the layout. */
#ifndef NOROSHI_KNOW_SERIES_H
#define NOROSHI_KNOW_SERIES_H

#include "know/store.h"

enum {
    SERIES_POINTS_MAX = 1 << 20, /* of one document */
    SERIES_DAYS_MAX = 1000       /* of one history */
};

typedef struct series_point {
    when day;             /* WHEN_NONE: the document says no date */
    uint32_t value, rank; /* score and percentile in millionths */
    slice source, model;  /* model: of the score, as the document names it; may be empty */
    marking marking;
} series_point;

typedef struct series_points {
    series_point *at; /* newest first */
    size_t count;
} series_points;

/* The point of the newest day up to `until` that has one; an undated one only when no day has.
 * Costs one row: reading, hashing and walking up to 2 MB.
 *   ERR_NOT_FOUND  none that the view sees
 *   ERR_INPUT      `cve` is no CVE id */
status series_at(lens *l, arena *a, slice name, slice cve, when until, series_point *ret,
                 err *why) NODISCARD;
/* The points of at most `max` (<= SERIES_DAYS_MAX) days, newest first; none: OK, count 0. */
status series_history(lens *l, arena *a, slice name, slice cve, when until, size_t max,
                      series_points *ret, err *why) NODISCARD;

#endif
