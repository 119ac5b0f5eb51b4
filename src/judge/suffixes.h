/* suffixes.h - lists that name the public suffix a host is below: cloudfront.net of
 * x.cloudfront.net.
 *
 *     claim_list lists;
 *     st = suffix_lists(l, NULL, &a, (node_ref){KIND_DOMAIN, S("x.cloudfront.net")}, &lists, why);
 *
 * Uses: know/claims, model/domain, model/observable. Used by: judge/evidence.
 * Whoever registers a name below such a suffix owns it, so parents end with the registrable name,
 * and neither a C2 server nor a good name there says anything of its neighbours. A list of hosters
 * or of abused services does: it names the suffix and means everybody below it. So only lists are
 * asked, and of them those that do not vouch for what they list. Costs nothing for a host under a
 * suffix of a registry (.com, .co.uk). */
#ifndef NOROSHI_JUDGE_SUFFIXES_H
#define NOROSHI_JUDGE_SUFFIXES_H

#include "know/claims.h"
#include "model/domain.h"

enum { SUFFIX_LISTS_MAX = 64 }; /* claims of one suffix that are looked at */

/* m: what is known of suffixes; NULL.
 *   OK         *ret filled, nearest suffix first; empty for what has no host
 *   ERR_LIMIT  the arena's budget; ERR_IO, ERR_BUSY: the store's */
status suffix_lists(lens *l, domain_memo *m, arena *a, node_ref value, claim_list *ret,
                    err *why) NODISCARD;

#endif
