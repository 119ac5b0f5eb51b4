/* emit.h - what table and list codecs share: the claims of one record are gathered and checked
 * first and handed to the sink afterwards, so that a record is taken whole or refused whole.
 *
 *     CLEANUP(emit_close) emitter e = {0};
 *     if ((st = emit_open(&e, input, sink, &head, why)) != OK)
 *         return st;
 *     emit_begin(&e);
 *     st = emit_claim(&e, &claim, why);               // ERR_INPUT: this record cannot be taken
 *     st = st == OK ? emit_end(&e, &record, parts, 2, why)
 *                   : emit_refuse(&e, at, S("line 7"), st, why);
 *
 * Uses: base, model. Used by: csv, list, carbonblack, kev, microsoft, galaxy, misp, taxonomy,
 * maltrail, ipsum, warninglist, cve, epss, attack_mapping.
 * One emitter a document, one thread. */
#ifndef NOROSHI_FORMAT_EMIT_H
#define NOROSHI_FORMAT_EMIT_H

#include "base/base.h"
#include "base/hash.h"
#include "base/json.h"
#include "format/format.h"
#include "model/fact.h"

/* --- detail: the qualifiers of a claim as canonical JSON (RFC 8785) --------------------------- */

enum { DETAIL_MAX = 24 };

typedef struct detail_item {
    const char *key; /* ASCII */
    enum { DETAIL_TEXT, DETAIL_INT, DETAIL_RAW } type;
    slice text; /* DETAIL_RAW: canonical JSON */
    int64_t number;
} detail_item;

typedef struct detail {
    detail_item item[DETAIL_MAX];
    size_t count;
} detail;

/* What has no text is left out; a key may be set once. More than DETAIL_MAX is our mistake. */
void detail_text(detail *d, const char *key, slice text);
void detail_int(detail *d, const char *key, int64_t n);
void detail_raw(detail *d, const char *key, slice raw); /* canonical already */
void detail_true(detail *d, const char *key);
/* Takes the item of that key out again; nothing happens when there is none. */
void detail_drop(detail *d, const char *key);

/* --- the emitter ----------------------------------------------------------------------------- */

enum {
    EMIT_CLAIMS_MAX = 1 << 16, /* claims of one record */
    EMIT_NAMED_MAX = 3072,     /* entities whose name is remembered as said; more are said again */
    EMIT_NAMING_MAX = 16       /* of them in one record */
};

typedef struct emit_item emit_item;

typedef struct emitter {
    arena *memory; /* everything of a record lives here until emit_end or emit_refuse */
    arena own;     /* when the caller gave no arena */
    const fact_sink *sink;
    hash_state *hash;
    buf json;
    uint8_t context[32]; /* part of every record's content hash */
    uint64_t records, records_max;
    arena_mark record;
    emit_item *first, **last;
    size_t claims;
    uint64_t *named; /* SipHash of the nodes that were named in records gone by */
    size_t named_count;
    uint64_t naming[EMIT_NAMING_MAX]; /* the same of the record in progress */
    size_t naming_count;
    /* Laid under every claim of the record where the claim itself says nothing: times,
     * confidence, marking, origins. emit_begin clears it. */
    fact_claim common;
} emitter;

/* A claim that says nothing yet: no confidence, no times. */
fact_claim emit_blank(void);

/* Zeroed `e` becomes ready, and head goes to the sink. The caller calls emit_close in any case.
 *   ERR_LIMIT  memory; or what the sink said */
status emit_open(emitter *e, const format_input *input, const fact_sink *sink,
                 const fact_head *head, err *why) NODISCARD;
void emit_close(emitter *e);
/* Text that changes the meaning of every record of the document (what its file name says): goes
 * into each record's content hash. Call before the first record. */
void emit_context(emitter *e, slice text);
/* Between records: what was taken from e->memory so far stays until the end of the document. */
void emit_keep(emitter *e);

/* A record starts; nothing goes to the sink yet. Memory taken since the last record is given up. */
void emit_begin(emitter *e);
/* One more claim; its slices must live in e->memory, in a const table or in the document's parts
 * that stay until emit_end.
 *   ERR_INPUT  no UTF-8, over a limit of fact.h or EMIT_CLAIMS_MAX: the record is to be refused
 *   ERR_LIMIT  memory */
status emit_claim(emitter *e, const fact_claim *claim, err *why) NODISCARD;
/* `entity` is called `name`, in the manner of `how` ("primary", "alias", "id", "vendor",
 * "title"). An empty name is nothing. `more` may hold further qualifiers, or be NULL. */
status emit_named(emitter *e, node_ref entity, slice name, const char *how, const detail *more,
                  err *why) NODISCARD;
/* The same with "primary", once a document for each entity; in records with an id once each, so
 * that the name stays said when another record's newer version does not say it any more. */
status emit_named_once(emitter *e, node_ref entity, slice name, err *why) NODISCARD;
/* {kind, "<prefix><folded name>"}: the node of something known by name only.
 *   ERR_INPUT  nothing is left of the name, or it is too long */
status emit_node(emitter *e, kind k, const char *prefix, slice name, node_ref *ret,
                 err *why) NODISCARD;
/* The JSON of a detail, in e->memory.
 *   ERR_INPUT  over FACT_DETAIL_MAX */
status emit_detail(emitter *e, const detail *d, slice *ret, err *why) NODISCARD;
/* json_parse in e->memory; what is over a limit of its own (depth, length) is ERR_INPUT, because it
 * spoils this record only. */
status emit_parse(emitter *e, slice raw, const json_limits *limits, json **ret, err *why) NODISCARD;
/* A canonical JSON array of texts, in e->memory. */
status emit_array(emitter *e, const slice *texts, size_t count, slice *ret, err *why) NODISCARD;
/* begin, the claims, end. record->content is made from the context and `parts` (what the record
 * says, in canonical form, whatever its bytes were) unless the caller has set it: `parts` NULL. A
 * record without an id is never looked up by it and may leave it zero.
 *   ERR_LIMIT  records_max; or what the sink said */
status emit_end(emitter *e, fact_record *record, const slice *parts, size_t count,
                err *why) NODISCARD;
/* The record cannot be taken. `st` and why->msg tell the reason, so `why` may not be NULL here:
 * ERR_INPUT becomes a refusal and OK is returned; anything else is returned as it is, with `place`
 * in front of the message. */
status emit_refuse(emitter *e, uint64_t at, slice place, status st, err *why) NODISCARD;
/* Somebody should know. */
status emit_warn(emitter *e, uint64_t at, slice place, err *why, const char *fmt, ...)
    PRINTF_LIKE(5, 6) NODISCARD;

/* "line 7" in out; returns a view of it. */
enum { EMIT_PLACE_MAX = 32 };
slice emit_line(uint64_t line, char out[EMIT_PLACE_MAX]);

#endif
