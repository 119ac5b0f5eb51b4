/* key_filter.h - which keys are surely not among those that were put in.
 *
 *     key_filter *f = key_filter_new();
 *     key_filter_put(f, key);
 *     if (key_filter_may_have(f, key)) ... // true for every key put in; for few of the others
 *     key_filter_free(f);
 *
 * Private to know/db. Uses: base. Used by: lite_ahead.c.
 * A blocked Bloom filter of 4 MiB: three bits in one cache line, so that a question is one miss.
 * Keys are hashes already (node_key.h). Of 1 million keys it takes one other in a thousand for its
 * own, of KEY_FILTER_KEYS_MAX one in eight; chosen keys can make it useless, never wrong. */
#ifndef NOROSHI_KNOW_DB_KEY_FILTER_H
#define NOROSHI_KNOW_DB_KEY_FILTER_H

#include "base/base.h"

enum { KEY_FILTER_KEYS_MAX = 8000000 }; /* beyond that it tells too little */

typedef struct key_filter key_filter;

key_filter *key_filter_new(void); /* NULL: out of memory */
key_filter *key_filter_free(key_filter *f);
void key_filter_clear(key_filter *f);
void key_filter_put(key_filter *f, int64_t key);
bool key_filter_may_have(const key_filter *f, int64_t key);

#endif
