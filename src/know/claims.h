/* claims.h - reading claims, counts and raw records through a lens.
 *
 *     claim_list list;
 *     claims_of(l, &a, (node_ref){KIND_IPV4, S("198.51.100.7")}, PRED_NONE, 1000, &list, why);
 *     for (size_t i = 0; i < list.count; i++) ... list.at[i].source ...
 *
 * Uses: store. Used by: names, search, graph, sets, judge, answer, publish, cmd.
 * Everything returned lives in the arena given. Order is by content, so that rows the view does
 * not see cannot change it.
 * A list is cut at `max`. What is left out is then chosen: of claims about a subject every source
 * is heard with every predicate (250 of these; persons first), with what it said last and is surest
 * of, and what some leave over goes to the others (telling.c, docs/verdict.md). One exception: a
 * source that has nothing but undated `indicates` may be missed beyond 4,096 claims. The cost is
 * that of `max` claims, of a pass over at most max(4,096, `max`), and of what is withdrawn or
 * hidden among the newest, however many there are. */
#ifndef NOROSHI_KNOW_CLAIMS_H
#define NOROSHI_KNOW_CLAIMS_H

#include "know/store.h"

enum { CLAIM_ID_TEXT = 32, CLAIMS_MAX = 10000, CLAIMS_QUIET_MAX = 100 };

typedef struct claim {
    int64_t row;           /* cursor inside one look; never shown, and not always a row's id */
    uint64_t id_hi, id_lo; /* public id: claim_id_text */
    node_ref subject, object;
    predicate predicate;
    slice value, detail; /* detail: JSON object or empty */
    slice source;
    uint8_t document[SHA256_BYTES];
    bool has_document;    /* false for what a person stated */
    slice path;           /* logical path of the document */
    slice place;          /* "file.csv:1917", "bundle.json#/objects/17"; "" without document */
    const slice *origins; /* reports it was copied from */
    size_t origin_count;
    int confidence; /* -1: not said */
    marking marking;
    when first_seen, last_seen, valid_from, valid_until; /* WHEN_NONE: not said */
    when recorded;                                       /* when this store learnt it */
    bool withdrawn;                                      /* only with CLAIMS_PAST */
} claim;

typedef struct claim_list {
    claim *at;
    size_t count;
    bool more; /* there are more than `max` */
} claim_list;

const char *claim_id_text(const claim *c, char out[CLAIM_ID_TEXT + 1]);

/* Claims about `subject`; p = PRED_NONE: all. At most `max` (<= CLAIMS_MAX). */
status claims_of(lens *l, arena *a, node_ref subject, predicate p, size_t max, claim_list *ret,
                 err *why) NODISCARD;
/* The same, withdrawn ones too (claim.withdrawn). */
status claims_of_past(lens *l, arena *a, node_ref subject, predicate p, size_t max, claim_list *ret,
                      err *why) NODISCARD;
/* All of them for judging, with past those withdrawn. When more than `max` say that it indicates
 * something and give no date, a source has CLAIMS_QUIET_MAX of these read for each thing that is
 * indicated, the surest and of equally sure ones the last recorded: the rest repeats them. */
status claims_judged(lens *l, arena *a, node_ref subject, bool past, size_t max, claim_list *ret,
                     err *why) NODISCARD;
/* Claims that point at `object`, a page at a time: `cursor` is 0 or the row of the last one. With
 * p = PRED_NONE there are no pages, cursor is 0: of more than `max`, each predicate's newest. */
status claims_to(lens *l, arena *a, node_ref object, predicate p, int64_t cursor, size_t max,
                 claim_list *ret, err *why) NODISCARD;
/* The first of them without document, path, place and origins: half the cost. */
status claims_to_bare(lens *l, arena *a, node_ref object, predicate p, size_t max, claim_list *ret,
                      err *why) NODISCARD;
/* All claims about `subject`, bare like the above. */
status claims_of_bare(lens *l, arena *a, node_ref subject, size_t max, claim_list *ret,
                      err *why) NODISCARD;
/* What an entity is called and what it is, bare like the above: named, property, in-tactic,
 * subtechnique-of and revoked-by of `subject`. */
status claims_face(lens *l, arena *a, node_ref subject, size_t max, claim_list *ret,
                   err *why) NODISCARD;
/* How many, counted up to `cap`; *ret == cap means "at least". */
status claims_count_to(lens *l, node_ref object, predicate p, uint64_t cap, uint64_t *ret,
                       err *why) NODISCARD;
/* How many have it as subject or object, counted up to `cap`. */
status claims_count_around(lens *l, node_ref node, uint64_t cap, uint64_t *ret, err *why) NODISCARD;
/* One claim by its public id, withdrawn or not. ERR_NOT_FOUND. */
status claim_get(lens *l, arena *a, slice id, claim *ret, err *why) NODISCARD;
/* Every visible claim in the order they were recorded: for exports. cursor as above. What a person
 * said again by undoing a decision (write.h) stands where it stood, and was recorded then. */
status claims_page(lens *l, arena *a, int64_t cursor, size_t max, claim_list *ret,
                   err *why) NODISCARD;
/* Is anything visible said about the node, or with it? */
status node_known(lens *l, node_ref n, bool *ret, err *why) NODISCARD;

/* --- records with an identity of their own (STIX objects) ------------------------------------- */

typedef struct object_info {
    int64_t row;
    slice id, source, spec;
    when modified; /* WHEN_NONE */
    bool revoked;
    uint8_t content[32];
    uint8_t document[SHA256_BYTES];
    uint64_t at, length;
    marking marking;
} object_info;

typedef struct object_list {
    object_info *at;
    size_t count;
    bool more;
} object_list;

/* Visible versions of the object with this id, of every source. ERR_NOT_FOUND when none. */
status objects_named(lens *l, arena *a, slice id, object_list *ret, err *why) NODISCARD;
/* All of the store by page; cursor 0 or the row of the last one. */
status objects_page(lens *l, arena *a, int64_t cursor, size_t max, object_list *ret,
                    err *why) NODISCARD;
/* All of one document (document_info.row) in the order of their places; cursor: -1, then the
 * `at` of the last one. */
status objects_of_document(lens *l, arena *a, int64_t document, int64_t cursor, size_t max,
                           object_list *ret, err *why) NODISCARD;
/* The bytes as received. */
status object_bytes(lens *l, arena *a, const object_info *o, slice *ret, err *why) NODISCARD;

typedef struct document_info {
    int64_t row;
    uint8_t sha256[SHA256_BYTES];
    slice source, format, path;
    uint64_t bytes, records; /* records: those that the view sees */
    when recorded;
    marking marking;
} document_info;
typedef struct document_list {
    document_info *at;
    size_t count;
    bool more;
} document_list;
/* The document whose bytes have this hash, as the view sees it. ERR_NOT_FOUND. */
status document_get(lens *l, arena *a, const uint8_t sha256[SHA256_BYTES], document_info *ret,
                    err *why) NODISCARD;
/* The one in this row, likewise. */
status document_at(lens *l, arena *a, int64_t row, document_info *ret, err *why) NODISCARD;
/* Does the view see everything that is in the document, so that it may have its bytes? */
status document_whole(lens *l, int64_t document, bool *ret, err *why) NODISCARD;
status documents_page(lens *l, arena *a, int64_t cursor, size_t max, document_list *ret,
                      err *why) NODISCARD;

#endif
