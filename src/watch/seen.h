/* seen.h - what of a log is remembered: every observable, when, and where. Private to watch.
 *
 *     st = seen_note(&s, &match_seen, base, why);          // as the matcher meets it
 *     st = seen_write(&s, writer, end, time, source, at, why);   // of one record, once it is read
 *
 * Uses: match, know/sightings_write. Used by: watch.c. */
#ifndef NOROSHI_WATCH_SEEN_H
#define NOROSHI_WATCH_SEEN_H

#include "base/hash.h"
#include "know/sightings_write.h"
#include "watch/match.h"

typedef struct seen_value {
    uint64_t at; /* in the log */
    uint32_t from, len;
    kind kind;
} seen_value;

typedef struct seen_values {
    seen_value *at;
    size_t count, room, first;
    buf bytes;
    bool unsorted;
} seen_values;

void seen_init(seen_values *s);
void seen_done(seen_values *s);
/* `base`: what the matcher calls 0. ERR_LIMIT: memory. */
status seen_note(seen_values *s, const match_seen *m, uint64_t base, err *why) NODISCARD;
/* The value as observable_parse writes it; `room` has SEEN_TEXT_ROOM bytes. */
enum { SEEN_TEXT_ROOM = HASH_HEX_MAX + MATCH_SEEN_VALUE };
slice seen_text(kind k, slice value, char *room);
/* In the order of the log, before the first record of a block is taken. */
void seen_sort(seen_values *s);
/* Is something of a record that ends there waiting? */
bool seen_any(const seen_values *s, uint64_t end);
/* Adds what stands before `end`; what it was told of is dropped. */
status seen_write(seen_values *s, sightings_writer *w, uint64_t end, when time, uint32_t source,
                  uint64_t position, err *why) NODISCARD;
/* Forgets what was written. */
void seen_compact(seen_values *s);

#endif
