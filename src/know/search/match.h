/* match.h - what matches, before it is ranked. Private to search.
 * Uses: index, store. Used by: search.c, values.c, documents.c.
 * All of it is found through the lens, filters included, so that what is counted, cut off and
 * ranked is what the reader sees. */
#ifndef NOROSHI_KNOW_SEARCH_MATCH_H
#define NOROSHI_KNOW_SEARCH_MATCH_H

#include "know/search.h"
#include "know/store_private.h"

/* One matching claim, value or document, as far as rank goes; later one thing with its best. */
typedef struct match {
    int64_t claim;   /* row; of a document its own */
    int64_t subject; /* node; of a document its row, negative */
    int64_t recorded_us, newest_us;
    uint64_t lo;  /* of the claim's public id; 0: not looked up yet */
    node_ref ref; /* of a document no node: KIND_NONE, and all that makes it this one */
    search_part part;
    name_use use;
    size_t matches; /* claims; of a value they are counted when it is shown */
} match;

typedef struct match_list {
    match *at;
    size_t count, room;
    bool capped;
} match_list;

/* What was asked besides the text, as the statements take it. */
typedef struct match_filter {
    kind class, other; /* KIND_NONE: any */
    int64_t source;    /* 0: any; -1: none has this name */
    int64_t from_us, to_us, seen;
} match_filter;

status match_add(arena *a, match_list *list, const match *m, err *why) NODISCARD;
bool match_takes(const match_filter *f, kind k);
/* Binds source, from, to and seen as ?first.. (documents have no time of their own: not seen). */
void match_bind(db_stmt *q, int first, const match_filter *f);

#endif
