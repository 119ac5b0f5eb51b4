/* parts.h - the metrics of each version by number, in the order of its specification: the index
 * into cvss.value. Values count from 1 in the order of the tables in cvss.c.
 * Private to model/cvss. Uses: cvss. */
#ifndef NOROSHI_CVSS_PARTS_H
#define NOROSHI_CVSS_PARTS_H

#include "model/cvss.h"

enum v2_metric {
    V2_AV,
    V2_AC,
    V2_AU,
    V2_C,
    V2_I,
    V2_A,
    V2_E,
    V2_RL,
    V2_RC,
    V2_CDP,
    V2_TD,
    V2_CR,
    V2_IR,
    V2_AR,
    V2_COUNT_
};

enum v3_metric {
    V3_AV,
    V3_AC,
    V3_PR,
    V3_UI,
    V3_S,
    V3_C,
    V3_I,
    V3_A,
    V3_E,
    V3_RL,
    V3_RC,
    V3_CR,
    V3_IR,
    V3_AR,
    V3_MAV, /* the modified ones in the order of the base metrics */
    V3_MAC,
    V3_MPR,
    V3_MUI,
    V3_MS,
    V3_MC,
    V3_MI,
    V3_MA,
    V3_COUNT_
};

enum v4_metric {
    V4_AV,
    V4_AC,
    V4_AT,
    V4_PR,
    V4_UI,
    V4_VC,
    V4_VI,
    V4_VA,
    V4_SC,
    V4_SI,
    V4_SA,
    V4_E,
    V4_CR,
    V4_IR,
    V4_AR,
    V4_MAV, /* the modified ones in the order of the base metrics */
    V4_MAC,
    V4_MAT,
    V4_MPR,
    V4_MUI,
    V4_MVC,
    V4_MVI,
    V4_MVA,
    V4_MSC,
    V4_MSI,
    V4_MSA,
    V4_S,
    V4_AU,
    V4_R,
    V4_V,
    V4_RE,
    V4_U,
    V4_COUNT_
};

size_t cvss_metric_count(cvss_version version);
/* How many values the metric has: its numbers are 1 to that. */
uint8_t cvss_value_count(cvss_version version, size_t metric);

/* `threat`, `environment`: take these groups into account. In tenths. */
int cvss2_score(const cvss *v, bool threat, bool environment);
int cvss3_score(const cvss *v, bool threat, bool environment);
int cvss4_score(const cvss *v, bool threat, bool environment);

#endif
