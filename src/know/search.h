/* search.h - finding names, descriptions and procedures by their words.
 *
 *     search_query q = {.text = S("環境変数 powershell"), .limit = 20};
 *     search_hits h;
 *     search_run(l, &a, &q, &h, why);
 *     ... h.at[i].subject ... h.more ? q.cursor = h.next ...
 *
 * Uses: store, claims, db, name. Used by: cmd, answer, intake (search_catch_up).
 * How words are cut: search/words.h; docs/search.md. One hit is one thing: of the entities that are
 * one (names.h) the best, with the best of the visible claims that match. Rank is made of what the
 * reader sees: the whole name, its beginning, its words, then descriptions, then procedures; own
 * names before aliases; more matches; newer ones; then the key. bm25() is not used: it counts rows
 * that the reader may not see. */
#ifndef NOROSHI_KNOW_SEARCH_H
#define NOROSHI_KNOW_SEARCH_H

#include "know/claims.h"
#include "know/names.h"

enum {
    SEARCH_LIMIT_MAX = 1000,
    SEARCH_MATCHES_MAX = 5000, /* visible claims that are ranked; of more the newest */
    SEARCH_GROUPED_MAX = 1000, /* best entries that are looked up as groups; the rest stand alone */
    SEARCH_EXCERPT_MAX = 160   /* bytes */
};

typedef struct search_query {
    slice text;   /* word word "a phrase" begin*; search/query.h */
    kind class;   /* KIND_NONE: anything */
    slice source; /* empty: whoever */
    size_t limit; /* 1..SEARCH_LIMIT_MAX; 0: 20 */
    slice cursor; /* empty, or search_hits.next of the page before */
} search_query;

/* What of the claim matched, best first. */
typedef enum search_part {
    SEARCH_NAME,        /* it is called so */
    SEARCH_NAME_BEGINS, /* a name begins so */
    SEARCH_NAME_WORDS,  /* the words are in a name */
    SEARCH_DESCRIPTION,
    SEARCH_PROCEDURE, /* how it uses something */
    SEARCH_PART_COUNT_
} search_part;
const char *search_part_word(
    search_part p); /* "name" "name-begins" "name-words" "description" ... */

typedef struct search_hit {
    node_ref subject;
    node_ref thing; /* its group's representative; the subject itself when it is no entity */
    slice name;     /* the group's name; the key when it is no entity */
    search_part part;
    node_ref object; /* what is used; the folded name */
    slice excerpt;   /* of the claim's text, around the first word; whole characters */
    bool cut_front, cut_back;
    slice source;
    marking marking;
    when recorded;
    uint64_t claim_hi, claim_lo; /* public id */
    size_t matches;              /* visible claims about the subject that match */
} search_hit;

typedef struct search_hits {
    search_hit *at;
    size_t count;
    bool more;    /* there is a next page */
    slice next;   /* then: its cursor, a public claim id */
    size_t found; /* nodes that match; those of one thing are counted one by one */
    bool capped;  /* at least: more claims match than are ranked */
} search_hits;

/*   OK             *ret filled; nothing found is OK and count 0
 *   ERR_INPUT      no word in the text; the cursor is no claim's id
 *   ERR_NOT_FOUND  the cursor's claim is not among the matches
 *   ERR_LIMIT      the query is too long, or the arena's budget */
status search_run(lens *l, arena *a, const search_query *q, search_hits *ret, err *why) NODISCARD;

/* Indexes what was published since the last time; waits its turn to write, batch by batch, and may
 * be killed at any moment. Cheap when there is nothing to do. */
status search_catch_up(store *s, err *why) NODISCARD;

#endif
