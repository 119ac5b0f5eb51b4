/* pg_words.h - the text index on PostgreSQL: what FTS5 does for SQLite. Private to know/db. Pure.
 *
 *     pg_line(&a, S("fancy bear fancybear"), &line, why);          // " fancy bear fancybear "
 *     pg_match(&a, S("(\"fancy bear\")"), &m, why);
 *     ... m.query  'fancy' & 'bear'      for the index
 *     ... m.near   { fancy bear }        patterns over the line: what stands next to each other
 *     ... m.all    the same of every term, for lines the index does not have
 *
 * Table claim_text: the claim, its words as a line with one blank between two and at both ends,
 * and the set of them as a tsvector under a GIN index. Words are cut by know/search, so nothing is
 * stemmed or left out. A tsvector keeps 256 places of a word and the first 16,383 of a text, which
 * would lose phrases that FTS5 finds; so it holds none, and phrases are looked for in the lines
 * that the index gives. It also holds at most 1 MiB: a longer line has none, and is always looked
 * at. */
#ifndef NOROSHI_KNOW_DB_PG_WORDS_H
#define NOROSHI_KNOW_DB_PG_WORDS_H

#include "base/base.h"

enum { PG_WORD_MAX = 2000 }; /* bytes; PostgreSQL takes 2046. Nobody can ask for a longer one */

/* Words are runs of ASCII letters and digits and of all that is beyond ASCII, folded to lower case,
 * as FTS5's "ascii" tokenizer has it. ERR_LIMIT: the arena's budget. */
status pg_line(arena *a, slice words, slice *ret, err *why) NODISCARD;

typedef struct pg_match_texts {
    slice query, near, all; /* tsquery, text[], text[] */
} pg_match_texts;
/* An expression of search/query.h: ("w w" * OR "w") AND (...).
 *   ERR_INTERNAL  it is something else; ERR_LIMIT  the arena's budget */
status pg_match(arena *a, slice expression, pg_match_texts *ret, err *why) NODISCARD;

#endif
