/* stix.h - the reader of one STIX document and the words its parts share. Private to format/stix.
 * Uses: types, index, fact, observable, pattern.
 *
 * A document is read twice. The first pass collects what an object may need before it stands in
 * the document: who created how much, what markings mean, which node an id stands for. The second
 * pass makes one record of each object and its claims. */
#ifndef NOROSHI_STIX_STIX_H
#define NOROSHI_STIX_STIX_H

#include "base/hash.h"
#include "base/when.h"
#include "format/format.h"
#include "format/pattern.h"
#include "format/stix/index.h"
#include "format/stix/types.h"
#include "format/stix_marking.h"
#include "model/observable.h"

enum {
    STIX_WARNINGS_MAX = 1000, /* a document; the rest is counted in one last warning */
    STIX_SMALL = 64 << 10,    /* an object up to this must always fit the memory */
    STIX_GRANULAR_MAX = 128,  /* granular markings of one object that are kept apart; with more,
                                  the whole object has the strictest */
    STIX_UNKNOWN_MAX = 64,    /* unknown markings that are told of once each; then each time */
};

/* One selector of a granular marking that is about who may see. */
typedef struct stix_granular {
    slice selector;
    marking marking;
} stix_granular;

/* The reader. The first part is the document's, the second the record's. */
typedef struct stix {
    arena *a;
    const fact_sink *sink;
    err *why;
    json_limits limits;
    stix_index index;
    buf out; /* scratch: canonical forms */
    hash_state *sha;
    uint64_t warned;
    bool has_20, has_21; /* some object is of that version */
    slice bundle_version;
    uint64_t left_out; /* objects that did not fit the index */
    uint64_t objects, records, records_max;
    uint8_t unknown[STIX_UNKNOWN_MAX][UUID_BYTES]; /* markings that nobody defines, told of */
    size_t unknown_count;

    const stix_type *type;
    const json *object;
    const json **locals; /* 2.0: the objects of this observed-data, by number; else NULL */
    size_t local_count;
    bool v20;
    uint64_t at;
    slice place;
    slice id;
    node_ref self;
    marking marking;
    bool marked;
    stix_granular *granular;
    size_t granular_count;
    int confidence;
    slice *origins;
    size_t origin_count;
    when modified;
    bool revoked;
    const pattern_node *pattern; /* of an indicator, when it is a STIX pattern */
} stix;

/* --- making claims (say.c) ------------------------------------------------------------------ */

/* A claim about the record's node, with the record's confidence; whens are WHEN_NONE. */
fact_claim stix_claim(const stix *x, predicate p);
/* Hands it on. `from` names the properties it was made from, blanks between; their granular
 * markings decide who may see it. `index` is the element of the (one) list in `from`, or -1. */
status stix_say(stix *x, fact_claim c, slice from, long index) NODISCARD;
/* After ERR_LIMIT: it is the memory that is spent, not a value that is over its limit. */
bool stix_spent(stix *x);
/* Taken, but somebody should know. */
status stix_warn(stix *x, const char *fmt, ...) PRINTF_LIKE(2, 3) NODISCARD;

/* The node of a name; *ret_ok false (and a warning) when the name is empty or too long. */
status stix_name_node(stix *x, slice name, node_ref *ret, bool *ret_ok) NODISCARD;
/* subject is called `name` in the way `how` (primary, alias, id, title). */
status stix_say_name(stix *x, slice name, const char *how, slice from, long index) NODISCARD;

/* The marking of what was made from these properties. */
marking stix_marking_of(const stix *x, slice from, long index, bool *ret_marked);

/* Qualifiers: a JSON object in the making. Errors stick until stix_detail_end. */
typedef struct stix_detail {
    stix *x;
    json box;
    json *last; /* member */
    json *tail; /* element of the list that is being filled */
    bool failed;
} stix_detail;

stix_detail stix_detail_of(stix *x);
void stix_put_text(stix_detail *d, const char *key, slice text); /* an empty text is left out */
void stix_put_int(stix_detail *d, const char *key, int64_t n);
void stix_put_true(stix_detail *d, const char *key);
void stix_put_copy(stix_detail *d, const char *key, const json *v); /* NULL is left out */
/* Appends to the list called `key`, which is made when it is not there. */
void stix_put_item(stix_detail *d, const char *key, slice text);
/* Canonical JSON, empty when nothing was added. Over FACT_DETAIL_MAX: empty, and a warning. */
status stix_detail_end(stix_detail *d, slice *ret) NODISCARD;

/* --- nodes (node.c) ------------------------------------------------------------------------- */

/* The node an object stands for: {kind, id}, or by what it is: the value of an observable, a CVE
 * id, a country. `locals` resolves numbers in 2.0. */
status stix_node(stix *x, const json *object, const stix_type *type, node_ref *ret) NODISCARD;
/* The node behind a reference; kind KIND_NONE when it leads nowhere (no text, no such number). */
status stix_ref(stix *x, const json *ref, node_ref *ret) NODISCARD;
/* Members of a dictionary by key, so that the order they stand in does not matter; NULL when the
 * budget is spent. `box` may be NULL. */
const json **stix_sorted(stix *x, const json *box, size_t *ret_count);
/* What stix_ref does for an id that the document's index does not know. */
node_ref stix_id_node(slice id);
/* A value of that kind as a node. KIND_NONE: an address or a domain. What is refused becomes a
 * node of KIND_PROPERTY, "type=value", and *ret_refused says so. */
status stix_observe(stix *x, kind want, slice text, slice type, node_ref *ret,
                    bool *ret_refused) NODISCARD;
/* "CVE-2021-44228" of any case, the whole text. */
bool stix_is_cve(slice text);
/* The kind of a hash by the name of its algorithm in any spelling; KIND_NONE: none we know. */
kind stix_hash_kind(slice name);
/* The hash of `hashes` that names the object best; NULL when there is none. */
const json *stix_best_hash(const json *hashes);

/* --- markings (marks.c) --------------------------------------------------------------------- */

/* Fills the record's marking fields from the object. */
status stix_marks(stix *x) NODISCARD;

/* --- types (claims.c, sdo.c, sro.c, indicator.c, sco.c) --------------------------------------- */

/* All claims of the record. */
status stix_tell(stix *x) NODISCARD;

status stix_tell_technique(stix *x) NODISCARD;
status stix_tell_malware(stix *x) NODISCARD;
status stix_tell_malware_analysis(stix *x) NODISCARD;
status stix_tell_about(stix *x) NODISCARD;
status stix_tell_same(stix *x) NODISCARD;
status stix_tell_observed_data(stix *x) NODISCARD;
status stix_tell_data_component(stix *x) NODISCARD;
status stix_tell_detection(stix *x) NODISCARD;
status stix_tell_language(stix *x) NODISCARD;
status stix_tell_relationship(stix *x) NODISCARD;
status stix_tell_sighting(stix *x) NODISCARD;
/* Vulnerabilities that the description names, said of `who`; with `cited` also those that stand in
 * the address of a reference. mentions.c */
status stix_tell_mentions(stix *x, node_ref who, bool cited) NODISCARD;
status stix_tell_indicator(stix *x) NODISCARD;
/* Reads an indicator's pattern, before the record begins.
 *   ERR_INPUT  it is no pattern: the record is refused */
status stix_read_pattern(stix *x, err *why) NODISCARD;
status stix_tell_observable(stix *x) NODISCARD;
/* The claims of one observable, which may be embedded in observed-data. */
status stix_tell_sco(stix *x, const json *object, const stix_type *type, node_ref self,
                     slice from) NODISCARD;

/* One claim of predicate p to each element of a list of references. */
status stix_say_refs(stix *x, const char *property, fact_claim c) NODISCARD;
/* "types" of the object: *_types of 2.1, the labels of 2.0 that are in the vocabulary. */
void stix_put_types(stix *x, stix_detail *d);
void stix_put_kill_chain(stix *x, stix_detail *d);

/* --- rules (rules.c) ------------------------------------------------------------------------ */

const char *stix_rule_location(const json *object, bool v20);
const char *stix_rule_malware(const json *object, bool v20);
const char *stix_rule_malware_analysis(const json *object, bool v20);
const char *stix_rule_observed_data(const json *object, bool v20);
const char *stix_rule_relationship(const json *object, bool v20);
const char *stix_rule_sighting(const json *object, bool v20);
const char *stix_rule_marking(const json *object, bool v20);
const char *stix_rule_artifact(const json *object, bool v20);
const char *stix_rule_email_message(const json *object, bool v20);
const char *stix_rule_file(const json *object, bool v20);
const char *stix_rule_network_traffic(const json *object, bool v20);
const char *stix_rule_software(const json *object, bool v20);
const char *stix_rule_extension(const json *object, bool v20);
const char *stix_rule_any_property(const json *object, bool v20);

/* --- small words ---------------------------------------------------------------------------- */

static inline slice stix_text(const json *object, const char *key)
{
    return json_text(json_get(object, slice_str(key)));
}
/* The instant of a time property, WHEN_NONE when there is none. */
static inline when stix_when(const json *object, const char *key)
{
    when t;
    slice s = stix_text(object, key);
    return s.len && when_parse(s, &t) == OK ? t : WHEN_NONE;
}
/* The first element of a list, NULL when it is none. */
static inline const json *stix_list(const json *object, const char *key)
{
    const json *v = json_get(object, slice_str(key));
    return json_is(v, JSON_ARRAY) ? v->first : NULL;
}
static inline bool stix_true(const json *object, const char *key)
{
    return json_is(json_get(object, slice_str(key)), JSON_TRUE);
}

#endif
