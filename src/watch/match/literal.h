/* literal.h - texts that are looked for as they are: user agents, odd file names. Private to
 * watch/match.
 * Uses: table.h. Used by: words.c, literal.c.
 * A literal is found by its anchor, the rarest of its words, whose first bytes are hashed: where a
 * word of the text has that hash, the literals around it are compared. */
#ifndef NOROSHI_WATCH_MATCH_LITERAL_H
#define NOROSHI_WATCH_MATCH_LITERAL_H

#include "watch/match/table.h"

typedef struct literal_hit {
    size_t from, to; /* as written */
    const match_literal *what;
} literal_hit;

/* The literals whose anchor stands at text[at]; the line is text[from, to). Calls on_hit for each.
 * `hash` is that of the word at `at`. */
void literal_find(const match_table *t, uint32_t hash, const uint8_t *text, size_t from, size_t to,
                  size_t at, void (*on_hit)(void *ctx, const literal_hit *hit), void *ctx);

/* May a literal's anchor stand at text[at], and what is behind it in the literal? False is certain.
 * The text ends at `high`. */
bool literal_begins(const match_table *t, uint32_t hash, const uint8_t *text, size_t high,
                    size_t at);

static inline bool literal_maybe(const match_table *t, uint32_t hash)
{
    uint32_t bit = hash >> t->literal_map_shift;
    return t->literal_map[bit / 32] >> bit % 32 & 1;
}

#endif
