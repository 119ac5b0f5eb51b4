/* late_keys.h - keys of nodes that go into their table later, many at a time.
 *
 *     late_keys *k = late_keys_new();
 *     late_keys_put(k, h, node);                     // there is room: late_keys_room
 *     for (size_t at = 0; (node = late_keys_next(k, 0, h, &at));) ... // who has that key
 *     late_keys_sort(k, 0);                          // in the order in which they go in
 *     late_keys_cut(k, 0);
 *
 * Private to know/db. Uses: recall. Used by: lite_ahead.c.
 * node_key is in the order of hashes, so a thousand new keys change a thousand pages, and a hundred
 * thousand change hardly more. Places in the list stand until something is cut, dropped or sorted.
 * 3 MiB of address space; what is not used of it is not taken from the system. */
#ifndef NOROSHI_KNOW_DB_LATE_KEYS_H
#define NOROSHI_KNOW_DB_LATE_KEYS_H

#include "know/db/recall.h"

enum { LATE_KEYS_MAX = 1 << 17 };

typedef struct late_keys late_keys;

late_keys *late_keys_new(void); /* NULL: out of memory */
late_keys *late_keys_free(late_keys *k);
size_t late_keys_count(const late_keys *k);
size_t late_keys_room(const late_keys *k); /* how many more can be put */
void late_keys_put(late_keys *k, int64_t h, int64_t node);
/* .a is the key, .b the node. */
const recall_pair *late_keys_at(const late_keys *k, size_t i);
/* The nodes of a key among those from the one at `from` on, one after another, then 0. *at is 0 at
 * first. */
int64_t late_keys_next(const late_keys *k, size_t from, int64_t h, size_t *at);
/* Sorts those from the one at `from` on. */
void late_keys_sort(late_keys *k, size_t from);
/* Leaves the first `count`. */
void late_keys_cut(late_keys *k, size_t count);
/* Takes out the first `count`. */
void late_keys_drop(late_keys *k, size_t count);

#endif
