/* urgency.h - how soon a person should look at a contact: P1 to P4, and the sum that leads there.
 *
 *     urgency u = urgency_of(2, &(urgency_facts){.direction = LOG_OUTBOUND, ...});
 *     u.priority ... u.step[0].rule, u.step[0].by
 *
 * Uses: format/log. Used by: watch.
 * A pure function, a table of rules (docs/alerts.md). It begins with the priority that the answer
 * gives for a contact at that time: verdict and its confidence, role, the claim's dates. What this
 * site's log and registers say then moves it, one rule after another; the steps add up. */
#ifndef NOROSHI_WATCH_URGENCY_H
#define NOROSHI_WATCH_URGENCY_H

#include "format/log.h"

/* What an asset is to the site: site.h. */
typedef enum asset_weight {
    ASSET_UNKNOWN,
    ASSET_LOW,
    ASSET_NORMAL,
    ASSET_HIGH,
    ASSET_CRITICAL,
    ASSET_WEIGHT_COUNT_
} asset_weight;
const char *asset_weight_name(asset_weight w); /* "unknown", "low", ... */

typedef struct urgency_facts {
    log_direction direction;
    log_outcome outcome;
    bool logged_in; /* the outcome is that of a login */
    asset_weight asset;
    bool common;   /* many machines meet the value, and nothing calls it malicious */
    bool exercise; /* inside a registered exercise */
} urgency_facts;

typedef enum urgency_rule {
    URGENCY_ANSWER,   /* where it begins */
    URGENCY_INBOUND,  /* they came to us: at most P3 */
    URGENCY_LOGIN,    /* ... and got in: P1 */
    URGENCY_STOPPED,  /* blocked, or it came to nothing: one less */
    URGENCY_ASSET,    /* critical: one more; high: one more, to P2; low: one less */
    URGENCY_COMMON,   /* many of ours meet it: one less */
    URGENCY_EXERCISE, /* P4: call who runs it */
    URGENCY_RULE_COUNT_
} urgency_rule;
const char *urgency_rule_name(urgency_rule r); /* "answer", "inbound", ... */

typedef struct urgency_step {
    urgency_rule rule;
    int by; /* negative: more urgent */
} urgency_step;

typedef struct urgency {
    int priority; /* 1..4: step[0].by and all the others added */
    urgency_step step[URGENCY_RULE_COUNT_];
    size_t count; /* steps that moved it, and the first */
} urgency;

/* `from`: 1..4, of the answer. */
urgency urgency_of(int from, const urgency_facts *f);

#endif
