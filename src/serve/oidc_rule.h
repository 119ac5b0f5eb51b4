/* oidc_rule.h - what the groups of an OpenID provider come to here: lines of the configuration.
 *
 *     serve.oidc-group = analyst amber - SOC analysts      ROLE CLEARANCE ORGANISATION GROUP
 *     serve.oidc-group = customer green acme acme-portal   "-": the site's own
 *     serve.oidc-group = reader clear - *                  whoever the provider lets in
 *
 * Uses: json, rights. Used by: oidc_enter, cmd. The first line that fits counts. No line makes an
 * admin: that is done here, by an admin.
 * Pure; thread-safe. */
#ifndef NOROSHI_SERVE_OIDC_RULE_H
#define NOROSHI_SERVE_OIDC_RULE_H

#include "base/json.h"
#include "know/rights.h"

enum { OIDC_RULES_MAX = 256, OIDC_GROUP_TEXT_MAX = 256 };

typedef struct oidc_rule {
    user_role role;
    tlp clearance;
    slice organisation; /* empty: the site's own */
    slice group;        /* "*": any, and none */
} oidc_rule;

/* Borrows the line. ERR_INPUT: it says what is wrong. */
status oidc_rule_read(slice line, oidc_rule *ret, err *why) NODISCARD;
/* For somebody with these groups (a list of texts, or one text, or NULL); NULL: no line fits. */
const oidc_rule *oidc_rule_for(const oidc_rule *rules, size_t count, const json *groups);

#endif
