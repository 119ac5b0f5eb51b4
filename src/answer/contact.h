/* contact.h - alerts as one reader sees them: a contact that was noted, and what his view says of
 * its value at that time. What his view shows to be no bad value is no alert for him.
 *
 *     contact_reader r = {.l = l, .k = k};
 *     st = contacts_each(&r, &filter, 0, 50, on_contact, ctx, &more, why);
 *
 * Uses: ask, know (alerts). Used by: cmd (alert), serve.
 * Decision 0146: an alert is a contact, not the answer. */
#ifndef NOROSHI_ANSWER_CONTACT_H
#define NOROSHI_ANSWER_CONTACT_H

#include "answer/ask.h"
#include "know/alerts.h"

enum { CONTACTS_LOOKED_AT_MAX = 20000 }; /* alerts of one call, for him or not */

/* Who reads: a lens and an asker that look with the same view. */
typedef struct contact_reader {
    lens *l;
    asker *k;
    bool all; /* ask_options.all */
} contact_reader;

/* OK and *ret; NULL when there is no alert for him. The answer is in `a`. */
status contact_judge(const contact_reader *r, arena *a, const alert_info *i, const answer **ret,
                     err *why) NODISCARD;
/* By its public id, and judged. ERR_NOT_FOUND: he sees none. */
status contact_get(const contact_reader *r, arena *a, slice id, alert_info *ret,
                   const answer **ret_answer, err *why) NODISCARD;

/* What both are in is emptied behind the call. */
typedef status contact_found(void *ctx, const alert_info *i, const answer *w, err *why);
/* Newest first, `most` of them behind the alert of row `before` (0: from the newest). *ret_more:
 * there are others, or CONTACTS_LOOKED_AT_MAX were looked at and there may be. */
status contacts_each(const contact_reader *r, const alert_filter *f, int64_t before, size_t most,
                     contact_found *on_contact, void *ctx, bool *ret_more, err *why) NODISCARD;

#endif
