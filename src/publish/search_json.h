/* search_json.h - what search found as JSON lines: noroshi.search/1 a hit, noroshi.search-page/1.
 * Uses: know. Used by: cmd (search), serve. Shapes: docs/search.md. */
#ifndef NOROSHI_PUBLISH_SEARCH_JSON_H
#define NOROSHI_PUBLISH_SEARCH_JSON_H

#include "know/search.h"

enum { SEARCH_HIT_JSON_MAX = 1 << 20 };

/* How a thing is called, of an observable the value; in `a`. */
slice search_name(lens *l, arena *a, node_ref n);
/* Each appends one object, without a newline; what does not fit makes the buf fail. */
void search_hit_json(buf *out, lens *l, arena *a, const search_hit *h);
void search_page_json(buf *out,
                      const search_hits *h); /* how many, and where the next page begins */

#endif
