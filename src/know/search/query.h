/* query.h - what a person types as an expression of the text index.
 *
 *     word word          all of them         "two words"      next to each other
 *     emot*              beginning so        環境              part of a run
 *
 * Private to search. The expression is built from quoted words only: nothing that was typed is
 * syntax to the index. */
#ifndef NOROSHI_KNOW_SEARCH_QUERY_H
#define NOROSHI_KNOW_SEARCH_QUERY_H

#include "know/search/words.h"

enum { QUERY_BYTES_MAX = 1024, QUERY_TERMS_MAX = 32, QUERY_WORDS_MAX = 128 };

typedef struct query_term {
    const slice *words; /* next to each other, in this order */
    size_t count;
    bool prefix; /* the last word may go on */
    slice whole; /* or this one word; empty: none */
} query_term;

typedef struct query_terms {
    query_term *at;
    size_t count;
} query_terms;

/*   ERR_INPUT  no word in it; ERR_LIMIT  over QUERY_BYTES_MAX, QUERY_TERMS_MAX, QUERY_WORDS_MAX, or
 *   the arena's budget; *ret untouched */
status query_parse(arena *a, slice text, query_terms *ret, err *why) NODISCARD;
/* The terms as an FTS5 expression. ERR_LIMIT: the arena's budget. */
status query_expression(arena *a, const query_terms *q, slice *ret, err *why) NODISCARD;

#endif
