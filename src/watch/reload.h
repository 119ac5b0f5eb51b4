/* reload.h - the next table of what is looked for, made on a thread of its own while the watching
 * goes on with the old one.
 *
 *     reload *r; reload_start(store, view, clock_now(clock), key, &r, why);
 *     while (!reload_done(r)) ...                     // never waits
 *     st = reload_take(r, &table, why);               // takes r, also when it fails
 *
 * Uses: base/thread, watch (known, match). Used by: watch.c.
 * The thread has a connection to the store of its own; the view is copied, its texts are kept by
 * reference. */
#ifndef NOROSHI_WATCH_RELOAD_H
#define NOROSHI_WATCH_RELOAD_H

#include "watch/known.h"

typedef struct reload reload;

/* A table of what `v` sees now. ERR_LIMIT: memory; ERR_IO: no thread. */
status reload_start(store *s, const view *v, when now, const uint8_t key[MATCH_KEY], reload **ret,
                    err *why) NODISCARD;
bool reload_done(const reload *r);
/* What came of it: a table, or what went wrong. Waits for it if it is not done. */
status reload_take(reload *r, const match_table **ret, err *why) NODISCARD;
/* Not wanted any more: it is told to end and waited for, which takes as long as putting what was
 * read so far in order (under a second for a million values). NULL is fine. */
reload *reload_free(reload *r);

#endif
