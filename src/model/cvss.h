/* cvss.h - CVSS vectors of versions 2.0, 3.0, 3.1 and 4.0, with every group of metrics: read,
 * written in canonical form, scored.
 *
 *     cvss v;
 *     if (cvss_parse(S("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"), &v, why) == OK) {
 *         cvss_scores s = cvss_score(&v);                 // s.overall 100: ten tenths of 10.0
 *         cvss_severity_name(cvss_severity(v.version, s.overall));          // "critical"
 *     }
 *
 * Uses: base. Used by: format/cve, answer. Pure, no memory of its own, thread-safe.
 * Scores are whole tenths, computed in integers or in fixed point with more digits than any
 * rounding looks at: there is no floating point, so every machine gives the same score.
 * docs/cvss.md says where implementations differ and what is done here.
 * Sources: FIRST, A Complete Guide to CVSS v2.0; CVSS v3.0, v3.1, v4.0 Specification Document. */
#ifndef NOROSHI_CVSS_H
#define NOROSHI_CVSS_H

#include "base/base.h"

enum {
    CVSS_METRICS_MAX = 32, /* version 4.0 has all of them */
    CVSS_TEXT_MAX = 256,   /* of a canonical vector, with its NUL */
    CVSS_INPUT_MAX = 512   /* of a vector as given */
};

typedef enum cvss_version { CVSS_2_0, CVSS_3_0, CVSS_3_1, CVSS_4_0, CVSS_VERSIONS_ } cvss_version;
const char *cvss_version_name(cvss_version v); /* "2.0", "3.0", "3.1", "4.0" */

typedef struct cvss {
    cvss_version version;
    uint8_t value[CVSS_METRICS_MAX]; /* by metric: 1 and up, in the order of the tables in cvss.c;
                                        0: not defined */
} cvss;

/* One vector and nothing else. Versions 3.0 and up begin with "CVSS:3.1/"; version 2 has no prefix
 * and may stand in parentheses. Names and values are spelled as in the specification, capitals
 * included. Every base metric once, every other at most once; in 4.0 in the specified order, before
 * that in any. A metric that is written as not defined (X, ND) reads as if it were not there.
 *   ERR_INPUT  why->at is the offset of the metric that is wrong, missing (the end) or twice */
status cvss_parse(slice text, cvss *ret, err *why) NODISCARD;
/* Canonical: the order of the specification, what is not defined left out. Returns the length. */
size_t cvss_print(const cvss *v, char out[CVSS_TEXT_MAX]);
/* The value of a metric ("AV" -> "N"); empty when it is not defined or no metric of the version. */
slice cvss_value(const cvss *v, slice metric);

typedef struct cvss_scores {
    int base;          /* of the base metrics alone; tenths, 0..100 */
    int temporal;      /* with temporal (4.0: threat) metrics; equals base when none is defined */
    int environmental; /* with the environmental ones, too; equals temporal when none is defined */
    int overall;       /* the one that the defined metrics ask for */
} cvss_scores;
cvss_scores cvss_score(const cvss *v);

typedef enum cvss_severity_ {
    CVSS_NONE,
    CVSS_LOW,
    CVSS_MEDIUM,
    CVSS_HIGH,
    CVSS_CRITICAL
} cvss_severity_;
/* Version 2 has no such scale of its own: NVD's is used, which ends with high. */
cvss_severity_ cvss_severity(cvss_version version, int tenths);
const char *cvss_severity_name(cvss_severity_ s); /* "none", "low", ... */

/* "CVSS-B", "CVSS-BT", "CVSS-BE" or "CVSS-BTE": which groups are defined. */
const char *cvss_nomenclature(const cvss *v);

#endif
