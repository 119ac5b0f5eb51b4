/* mention.h - vulnerabilities that a text names: ATT&CK says in the words of a procedure, and
 * nowhere else, which campaign exploited which CVE; others only cite a report about one.
 *
 *     mentions seen = {0};
 *     size_t at = 0;
 *     while ((st = mention_next(a, &seen, text, &at, &m, why)) == OK && m.id.len) ...
 *
 * Uses: base, model/extract. Used by: stix, galaxy.
 * A name in a text is not yet a statement. Who acts (an actor, a campaign, software, an incident)
 * exploits the vulnerability when the sentence says so; in any other sentence, for any other thing,
 * and in what is cited, it refers to it. A title in a "(Citation: ...)" is passed over. */
#ifndef NOROSHI_FORMAT_MENTION_H
#define NOROSHI_FORMAT_MENTION_H

#include "base/base.h"
#include "model/fact.h"

enum { MENTIONS_MAX = 32 };

/* What was found so far, in one text or several: each CVE once, at most MENTIONS_MAX. */
typedef struct mentions {
    slice id[MENTIONS_MAX];
    size_t count;
} mentions;

typedef struct mention {
    slice id;       /* "CVE-2024-3400", in the arena; empty: the text has no further */
    slice sentence; /* a view of the text */
    bool exploits;  /* the sentence speaks of exploiting or using it */
} mention;

/* The next one from *at on, which moves behind it.
 *   ERR_LIMIT  the arena's budget */
status mention_next(arena *a, mentions *seen, slice text, size_t *at, mention *ret,
                    err *why) NODISCARD;
/* May `k` exploit something? */
bool mention_acts(kind k);

#endif
