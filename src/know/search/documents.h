/* documents.h - finding documents by the words of their path and by how their SHA-256 begins.
 * Private to search. Uses: claims. */
#ifndef NOROSHI_KNOW_SEARCH_DOCUMENTS_H
#define NOROSHI_KNOW_SEARCH_DOCUMENTS_H

#include "know/search/match.h"

enum { DOCUMENT_SHA_MIN = 6 }; /* hex digits; fewer are a word */

/* Documents that the view sees and the filter passes, by `expression` (query.h) and, when `text` is
 * the beginning of a SHA-256, by that. Of more than SEARCH_MATCHES_MAX some are left out;
 * list->capped. */
status documents_find(lens *l, arena *a, slice text, slice expression, const match_filter *f,
                      match_list *list, err *why) NODISCARD;
/* The bytes of SHA-256 between which those begin that begin so. False: it is no such beginning. */
bool documents_between(slice text, uint8_t first[SHA256_BYTES], uint8_t last[SHA256_BYTES]);

#endif
