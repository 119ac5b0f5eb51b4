/* values.h - finding values: themselves, by their beginning, hosts under a domain.
 *
 *     values_parse(&a, S("evil[.]exam*"), &q, why);
 *     values_find(l, &a, ix, &q, &filter, &list, why);
 *
 * Private to search. Uses: index, observable. */
#ifndef NOROSHI_KNOW_SEARCH_VALUES_H
#define NOROSHI_KNOW_SEARCH_VALUES_H

#include "know/search/match.h"
#include "know/index.h"

enum {
    VALUE_EXACT_MAX = KIND_OBSERVABLE_END_,
    VALUE_BEGINS_MAX = 24,
    VALUE_BEGINS_MIN = 2 /* bytes; a shorter beginning says too little */
};

typedef struct value_query {
    node_ref exact[VALUE_EXACT_MAX];
    size_t exact_count;
    slice begins[VALUE_BEGINS_MAX]; /* of the face (index.h), or of the whole */
    size_t begins_count;
    slice under; /* a domain; empty: none was asked for */
} value_query;

/* What values a text may mean: normalised and refanged. "x*" asks for what begins so, "x" for what
 * begins with it and a sign (x.example).
 *   ERR_LIMIT  the arena's budget */
status values_parse(arena *a, slice text, value_query *ret, err *why) NODISCARD;
/* Does a value begin as asked? The plain reading of `begins`. */
bool value_begins(node_ref value, slice begins);
bool value_under(node_ref value, slice domain);
/* Adds the values of which the view sees a claim that passes the filter. Of more than
 * SEARCH_MATCHES_MAX those that come first in the order of their text; list->capped. */
status values_find(lens *l, arena *a, const index_t *ix, const value_query *q,
                   const match_filter *f, match_list *list, err *why) NODISCARD;

#endif
