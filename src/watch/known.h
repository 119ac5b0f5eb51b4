/* known.h - answers for a watcher: each value is judged once and remembered until the store says
 * something new.
 *
 *     known *k; known_new(store, &view, clock, &k, why);
 *     known_load(k, key, NULL, &table, why);         // what is to be looked for
 *     known_begin(k);                                // once an event
 *     known_id(k, hit.id, &v, why);                  // the indicator of a hit
 *     if (v->answer) ...                             // it is bad
 *
 * Uses: answer/ask, know/indicators, know/sets, judge/evidence, watch/match. Used by: watch.
 * Most hits are of few indicators, so a hit costs a look into a map. What is not bad takes a few
 * bytes. Memory is bounded: when KNOWN_MEMORY is used up all is forgotten and asked anew.
 * Threads: a known belongs to one thread; several of one store may be used at once. */
#ifndef NOROSHI_WATCH_KNOWN_H
#define NOROSHI_WATCH_KNOWN_H

#include "answer/ask.h"
#include "watch/match.h"

#include <stdatomic.h>

enum { KNOWN_MEMORY = 128 << 20 };

typedef struct known known;

/* *v is kept by reference; its `now` is set at each look. */
status known_new(store *s, view *v, clock_source clock, known **ret, err *why) NODISCARD;
known *known_free(known *k);

/* Looks anew: what was published since is known from here on. *ret_changed: something was. */
status known_look(known *k, bool *ret_changed, err *why) NODISCARD;
/* A table of every value that may be bad, as of the last look.
 *   ERR_BUSY  *stop became true meanwhile (NULL: it never does) */
status known_load(known *k, const uint8_t key[MATCH_KEY], const atomic_bool *stop,
                  const match_table **ret, err *why) NODISCARD;

/* Sets of bad values are too large for a table: what stands in the logs is looked up in them, one
 * value at a time (microseconds). false: no set that the view sees holds anything bad of the kind.
 */
bool known_may_be_in_set(const known *k, kind of);
/* Does a known-bad set, or a list of suspicious values, have the value, or what stands above it?
 *   ERR_LIMIT  memory; else the store's */
status known_in_set(known *k, node_ref value, bool *ret, err *why) NODISCARD;

/* Before the first of the values of one event: what is returned then lives until the next. */
void known_begin(known *k);

typedef struct known_value {
    node_ref node;
    const answer *answer; /* NULL: nothing bad is known of it */
} known_value;

/* The indicator of a hit; ret->node.kind is KIND_NONE when it is none any more. */
status known_id(known *k, uint64_t id, const known_value **ret, err *why) NODISCARD;
/* Any observable, normalised. */
status known_node(known *k, node_ref value, const known_value **ret, err *why) NODISCARD;

#endif
