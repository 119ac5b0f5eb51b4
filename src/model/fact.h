/* fact.h - what a document says, as codecs hand it on: records, claims, refusals.
 *
 * A codec reads a document and calls a sink: begin(record), claim()..., end() for each record,
 * refuse() for a record that cannot be taken. The sink may be the importer itself, or a pipe from
 * the sandboxed worker to the importer (sandbox/wire); a codec cannot tell.
 *
 * Uses: base, kind, marking. Used by: format (makes them), sandbox (carries them), intake (keeps
 * them). Slices are valid during the call only. */
#ifndef NOROSHI_FACT_H
#define NOROSHI_FACT_H

#include "base/base.h"
#include "base/when.h"
#include "model/kind.h"
#include "model/marking.h"

/* What can be said. The numbers are stored and kept for ever. */
typedef enum predicate {
    PRED_NONE = 0,
    PRED_NAMED = 1,  /* entity -> name; value: as written; detail.kind:
                        primary|alias|id|vendor|title */
    PRED_DESCRIBED,  /* value: text */
    PRED_INDICATES,  /* observable or indicator -> entity (or nothing: just malicious) */
    PRED_PATTERN_OF, /* observable -> the indicator whose pattern names it */
    PRED_USES,       /* value: the procedure in the source's words */
    PRED_TARGETS,
    PRED_ATTRIBUTED_TO,
    PRED_MITIGATES,
    PRED_DETECTS,
    PRED_EXPLOITS,
    PRED_SUBTECHNIQUE_OF,
    PRED_IN_TACTIC,
    PRED_REVOKED_BY,
    PRED_SAME_AS,
    PRED_NOT_SAME_AS,
    PRED_ORIGINATES_FROM,
    PRED_LOCATED_AT,
    PRED_AUTHORED_BY,
    PRED_VARIANT_OF,
    PRED_RESOLVES_TO,
    PRED_COMMUNICATES_WITH,
    PRED_BELONGS_TO,
    PRED_HOSTS,
    PRED_DROPS,
    PRED_DOWNLOADS,
    PRED_DELIVERS,
    PRED_CONTROLS,
    PRED_COMPROMISES,
    PRED_CONSISTS_OF,
    PRED_RELATED_TO,
    PRED_SIMILAR_TO, /* MISP galaxy "similar": near, not the same */
    PRED_DERIVED_FROM,
    PRED_DUPLICATE_OF,
    PRED_REFERS_TO,   /* report, note, grouping, observed-data -> what it is about */
    PRED_SIGHTED,     /* somebody saw it; detail: count */
    PRED_VERDICT,     /* value: malicious|suspicious|benign|unknown, set by a person */
    PRED_LISTED,      /* observable is on a list; detail.list, detail.polarity */
    PRED_EXPLOITED,   /* vulnerability known to be exploited (KEV); detail: dates, ransomware */
    PRED_AFFECTS,     /* vulnerability -> product; detail: versions */
    PRED_PROPERTY,    /* anything else worth keeping; detail: {"name":..., "value":...}, or several
                         at once, each under its own key: {"platforms":[...],"goals":[...]} */
    PRED_HASHES_WITH, /* two hashes of one file */
    PRED_IMPERSONATES,
    PRED_BASED_ON,
    PRED_OTHER, /* a relation of the source's own; detail.relation names it */
    /* vulnerability: a point of a daily series, kept packed (know/series.h), not as a claim. value:
       series, score and percentile in millionths ("epss 430 123450"); valid_from: the day */
    PRED_MEASURED,
    PRED_MAPPED_TO, /* vulnerability -> technique; detail.mapping: exploitation-technique (how it is
                       exploited), primary-impact, secondary-impact; value: why */
    PRED_COUNT_
} predicate;

const char *predicate_name(predicate p); /* "indicates", "in-tactic", ... */
predicate predicate_parse(slice name);   /* PRED_NONE when unknown */

/* A node by its content: an observable's normalised value, an entity's key, a folded name.
 * Entity keys: the STIX id where there is one ("intrusion-set--<uuid>"; MISP clusters become
 * "<stix type>--<uuid>" likewise, so that shared ids meet), "CVE-2024-3400" for vulnerabilities
 * with a CVE id, ISO 3166 alpha-2 in lower case for countries, "name:<folded>" for things known
 * by name only, "<source>:<folded>" for a source's own lists. At most NODE_TEXT_MAX bytes. */
enum { NODE_TEXT_MAX = 8192 };
typedef struct node_ref {
    kind kind;
    slice text;
} node_ref;

enum { FACT_VALUE_MAX = 1 << 20, FACT_DETAIL_MAX = 64 << 10, FACT_ORIGINS_MAX = 64 };

/* One statement with its qualifiers. The source, the delivery and the transaction are the
 * importer's to add. */
typedef struct fact_claim {
    node_ref subject;
    predicate predicate;
    node_ref object; /* kind KIND_NONE: there is none */
    slice value;     /* a literal object: text as the source wrote it; may be empty */
    slice detail;    /* qualifiers: canonical JSON object, or empty */
    int confidence;  /* 0..100, -1 when the source did not say */
    when first_seen, last_seen, valid_from, valid_until; /* WHEN_NONE when not said */
    marking marking;
    bool marked;          /* false: the document's default marking applies */
    const slice *origins; /* reports this was copied from: URLs or "sha256:..." */
    size_t origin_count;
} fact_claim;

/* A record: the unit that import counts (a STIX object, a CSV line, a galaxy value). */
typedef struct fact_record {
    uint64_t at;     /* offset of the record in the document */
    uint64_t length; /* bytes */
    uint64_t line;   /* 1-based line, 0 when the format has none */
    slice place;     /* for people: "/objects/17" or "" (then line, else offset, is used) */
    /* STIX objects and other things with an identity of their own; id empty for the rest */
    slice id;      /* "malware--..." */
    slice spec;    /* "2.0", "2.1", "" */
    when modified; /* WHEN_NONE when not versioned */
    bool revoked;
    uint8_t content[32]; /* SHA-256 of the canonical form: equal for equal content; zero where
                            there is no id to compare versions by */
    marking marking;     /* of the record as a whole */
    bool marked;
} fact_record;

/* Once per document, before the first record. */
typedef struct fact_head {
    slice format;       /* "stix-2.1", "misp-galaxy", "csv", ...: the contract's `format` */
    slice source;       /* who says so, from the content; empty: the importer decides */
    slice derives_from; /* the source whose statements these repeat ("microsoft"); empty: none */
    slice codec; /* which codec read it, and which version: set by who runs it, not by the codec */
    uint32_t codec_version;
    bool snapshot;   /* the document is its publisher's whole list */
    marking marking; /* default for all that is not marked */
    bool marked;
} fact_head;

/* Values for a set (format/setlist): many at once, without claims. For a hash the bytes are its
 * digest, for anything else its canonical text. What is said of them all is the label. */
enum { FACT_KEYS_MAX = 4096, FACT_LABEL_MAX = 512 };
typedef struct fact_key {
    kind kind; /* an observable */
    slice bytes;
} fact_key;
typedef struct fact_label {
    slice text;                              /* family, signature; empty: none */
    when first_seen, last_seen, valid_until; /* WHEN_NONE when not said */
} fact_label;
/* Bytes of a hash's digest; 0 for what is no hash. */
static inline size_t fact_digest_bytes(kind k)
{
    static const unsigned char bytes[] = {16, 20, 28, 32, 48, 64};
    return kind_is_hash(k) ? bytes[k - KIND_MD5] : 0;
}
/* The hash that is written in so many hex digits; KIND_NONE: none is. */
static inline kind fact_digest_kind(size_t digits)
{
    switch (digits) {
    case 32: return KIND_MD5;
    case 40: return KIND_SHA1;
    case 56: return KIND_SHA224;
    case 64: return KIND_SHA256;
    case 96: return KIND_SHA384;
    case 128: return KIND_SHA512;
    default: return KIND_NONE;
    }
}

/* Any status but OK stops the codec, which returns it. */
typedef struct fact_sink {
    void *ctx;
    status (*head)(void *ctx, const fact_head *head, err *why);
    status (*begin)(void *ctx, const fact_record *record, err *why);
    status (*claim)(void *ctx, const fact_claim *claim, err *why);
    status (*end)(void *ctx, err *why);
    /* A record that cannot be taken: where, and one line why. Takes the place of begin..end. */
    status (*refuse)(void *ctx, uint64_t at, slice place, slice reason, err *why);
    /* Taken, but somebody should know: two versions of one id, an unknown marking. */
    status (*warn)(void *ctx, uint64_t at, slice place, slice reason, err *why);
    /* After the head, between records; count is 1 to FACT_KEYS_MAX. NULL: only claims are wanted */
    status (*keys)(void *ctx, const fact_label *label, const fact_key *keys, size_t count,
                   err *why);
} fact_sink;

#endif
