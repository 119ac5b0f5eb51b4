/* search.h - finding names, descriptions and procedures by their words, values by their beginning,
 * documents by their path or hash.
 *
 *     search_query q = {.text = S("環境変数 powershell"), .limit = 20, .values = index};
 *     search_hits h;
 *     search_run(l, &a, &q, &h, why);
 *     ... h.at[i].subject ... h.more ? q.cursor = h.next ...
 *
 * Uses: store, claims, db, name, index. Used by: cmd, answer, intake (search_catch_up).
 * How words are cut: search/words.h; what values a text may mean: search/values.h; the order of
 * hits: docs/search.md. One hit is one thing: of the entities that are one (names.h) the best, with
 * the best of the visible claims that match. Rank is made of what the reader sees: bm25() is not
 * used, it counts rows that the reader may not see. Every filter acts before anything is counted or
 * cut off. "Marked at most so" is no filter but a view with less clearance: then no name comes from
 * what is marked higher, either. */
#ifndef NOROSHI_KNOW_SEARCH_H
#define NOROSHI_KNOW_SEARCH_H

#include "know/claims.h"
#include "know/names.h"

enum {
    SEARCH_LIMIT_MAX = 1000,
    SEARCH_MATCHES_MAX = 5000, /* visible claims that are ranked; of more the newest */
    SEARCH_GROUPED_MAX = 1000, /* best entries that are looked up as groups; the rest stand alone */
    SEARCH_EXCERPT_MAX = 160,  /* bytes */
    SEARCH_COUNT_MAX = 1000    /* claims about one value that are counted */
};

typedef struct search_query {
    slice text;                 /* word word "a phrase" begin*; search/query.h */
    const struct index *values; /* refreshed after the look; NULL: only whole values are found */
    kind class;                 /* KIND_NONE: anything */
    bool documents;             /* only documents */
    slice source;               /* empty: whoever */
    when since, until;          /* recorded then; 0: whenever. `until` is the last moment */
    when seen_since;            /* last seen by the claim's own word, else first; 0: whenever */
    size_t limit;               /* 1..SEARCH_LIMIT_MAX; 0: 20 */
    slice cursor;               /* empty, or search_hits.next of the page before */
} search_query;

/* What of the claim matched, best first. */
typedef enum search_part {
    SEARCH_VALUE,        /* the value itself, however it was written */
    SEARCH_NAME,         /* it is called so */
    SEARCH_NAME_BEGINS,  /* a name begins so */
    SEARCH_NAME_WORDS,   /* the words are in a name */
    SEARCH_VALUE_BEGINS, /* a value begins so; a URL behind its scheme, too */
    SEARCH_VALUE_UNDER,  /* a host below the domain, a URL or mail address there */
    SEARCH_DESCRIPTION,
    SEARCH_PROCEDURE, /* how it uses something */
    SEARCH_DOCUMENT,  /* words of its path, or how its SHA-256 begins */
    SEARCH_PART_COUNT_
} search_part;
/* "name" "name-begins" "name-words" "value" "value-begins" "value-under" "description" ... */
const char *search_part_word(search_part p);

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
    size_t matches; /* visible claims about the subject that match; of a value all about it */
    const document_info *document; /* only of SEARCH_DOCUMENT, which has no subject and no claim */
} search_hit;

typedef struct search_hits {
    search_hit *at;
    size_t count;
    bool more;    /* there is a next page */
    slice next;   /* then: its cursor, a public claim id, or of a document a hash */
    size_t found; /* nodes that match; those of one thing are counted one by one */
    bool capped;  /* at least: more claims match than are ranked */
} search_hits;

/*   OK             *ret filled; nothing found is OK and count 0
 *   ERR_INPUT      no word in the text; the cursor is no claim's id
 *   ERR_NOT_FOUND  what the cursor's claim is about is not among the matches
 *   ERR_LIMIT      the query is too long, or the arena's budget */
status search_run(lens *l, arena *a, const search_query *q, search_hits *ret, err *why) NODISCARD;

/* Indexes what was published since the last time; waits its turn to write, batch by batch, and may
 * be killed at any moment. Cheap when there is nothing to do. */
status search_catch_up(store *s, err *why) NODISCARD;

#endif
