/* misp.h - the parts of the MISP codec: one document, its events, what their attributes are.
 * Private to the MISP codec. Uses: emit, json, fact, observable, galaxy_kinds. Used by: misp.c,
 * the files of misp/.
 * Sources: draft-dulaunoy-misp-core-format; what becomes which claim: docs/formats/misp-event.md.
 *
 * A document is read two or three times. First what stands beside the attributes is gathered of
 * each event (its tags may stand behind them); then, when objects refer to others, the nodes they
 * refer to; then the claims are made. */
#ifndef NOROSHI_FORMAT_MISP_MISP_H
#define NOROSHI_FORMAT_MISP_MISP_H

#include "base/json.h"
#include "base/when.h"
#include "format/emit.h"

enum {
    MISP_REFS_MAX = 1 << 16, /* uuids that references of a document name; more stay uuids */
    MISP_THREATS_MAX = 8,    /* threats that an event's indicators share; more are a matrix */
    MISP_LINKS_MAX = 1024,   /* galaxy clusters of one event, object or attribute */
    MISP_TAGS_MAX = 256,     /* tags of one event or attribute that are read */
    MISP_CHAIN_MAX = 16,     /* phases of kill chains of one attribute */
    MISP_SORTS_MAX = 64,     /* sorts of warnings that are told apart */
    MISP_TYPE_MAX = 48,      /* bytes of a type in a warning */
    MISP_COMMENT_MAX = 4096, /* bytes of a comment beside words */
    MISP_PLACE_MAX = 160,
    MISP_UUID_TEXT = 36
};

/* --- attribute types (types.c) --------------------------------------------------------------- */

typedef enum misp_shape {
    MISP_ONE,      /* the value is an observable of kind `a` */
    MISP_FILE,     /* file name, '|', a hash of kind `a` */
    MISP_PORT,     /* a host of kind `a`, '|', a port */
    MISP_RESOLVE,  /* domain, '|', address */
    MISP_REGISTRY, /* key, '|', value */
    MISP_ENTITY,   /* the name of an entity of kind `a` */
    MISP_RULE,     /* the text of a detection rule */
    MISP_WORDS,    /* words about the event: a property of it */
    MISP_KEPT      /* no claim: it stays in the document */
} misp_shape;

typedef struct misp_type {
    slice name;
    misp_shape shape;
    kind kind; /* KIND_PROPERTY: "type=value" */
} misp_type;

/* Never NULL: an unknown type is a property of its own name, and *ret_known is false. */
const misp_type *misp_type_of(slice name, bool *ret_known);
/* The table, in byte order of the names. */
size_t misp_type_count(void);
slice misp_type_name(size_t i);

/* --- one document ---------------------------------------------------------------------------- */

/* An event as the first pass leaves it: a JSON object of what stands beside the attributes. */
typedef struct misp_doc {
    struct misp_doc *next;
    uint64_t doc, at;
    slice text;
} misp_doc;

typedef struct misp_ref {
    uint8_t uuid[16];
    node_ref node; /* KIND_NONE until it is found */
} misp_ref;

/* A galaxy cluster, by its object or by its tag. */
typedef struct misp_link {
    node_ref node;
    slice name, id, galaxy, relation;
    bool inherited; /* from the event */
} misp_link;

/* What tags, galaxies and distribution say: of an event; and, on top of that, of what is in it. */
typedef struct misp_context {
    marking marking;
    bool marked, level_said; /* level_said: by a TLP tag */
    int confidence;          /* -1: nobody said */
    slice chain[MISP_CHAIN_MAX];
    size_t chain_count;
    misp_link *links;
    size_t link_count;
} misp_context;

typedef struct misp_event {
    const json *v;
    uint64_t at;
    node_ref self; /* KIND_NONE: it has neither uuid nor info */
    slice uuid, info;
    when modified, date;
    misp_context context;
    size_t threats; /* links that are threats */
} misp_event;

/* A reason to warn, counted. */
typedef struct misp_sort {
    const char *what;
    char type[MISP_TYPE_MAX];
    size_t type_len;
    uint64_t count;
} misp_sort;

typedef struct misp {
    emitter e;
    arena *a; /* the emitter's memory, too */
    json_limits limits;
    buf scratch, text;
    hash_state *content; /* of the record in progress */
    misp_doc *docs, **last_doc;
    misp_doc *doc; /* the one being read */
    size_t doc_count;
    /* the event that is being gathered: its text is an open object */
    bool gathered;
    uint64_t gathered_doc, gathered_at;
    buf origins; /* the links published with it, as JSON texts */
    size_t origin_count;
    buf wanted;      /* misp_ref: what references lead to */
    slice source;    /* whom the document is attributed to */
    arena_mark base; /* what the document keeps */
    char author_room[64][AUDIENCE_MAX];
    misp_ref *refs;
    size_t ref_count;
    uint64_t refs_left_out;
    misp_event event; /* the one whose attributes are being read */
    const slice *event_origins;
    size_t event_origin_count;
    misp_sort sorts[MISP_SORTS_MAX];
    size_t sort_count;
    uint64_t sorts_left_out;
    bool quiet; /* looking ahead: nothing is noted */

    uint64_t at, length;
    slice place;
} misp;

/* --- records (say.c) ------------------------------------------------------------------------- */

/* A record starts; nothing goes to the sink yet. Memory taken since the last emit_keep is given
 * up: what a record is made of is kept before, or made after. */
void misp_begin(misp *m);
/* Who may see the record and all its claims. */
void misp_mark(misp *m, const misp_context *c);
/* With the qualifiers of `d` (may be NULL). ERR_INPUT: the record is to be refused. */
status misp_say(misp *m, fact_claim c, const detail *d, err *why) NODISCARD;
/* `entity` is called so; said whenever it is needed, because a claim said again is no new one. */
status misp_name(misp *m, node_ref entity, slice name, const char *how, err *why) NODISCARD;
/* "<prefix>--<uuid>" is the record's id; an empty uuid leaves it without identity. Its content is
 * what it says. */
status misp_end(misp *m, const char *prefix, slice uuid, when modified, bool revoked,
                err *why) NODISCARD;
/* "<in>/<list>/<n>" in out. */
slice misp_place(char out[MISP_PLACE_MAX], slice in, const char *list, uint64_t n);
/* See emit_refuse. */
status misp_refuse(misp *m, status st, err *why) NODISCARD;
/* Somebody should know: counted by sort, told at the end of the document. */
void misp_note(misp *m, const char *what, slice type);
/* What analysts added to an event, object or attribute, which makes no claim. */
void misp_note_additions(misp *m, const json *v);
/* Of an event, an attribute or an object: warns of dates that are none. */
void misp_note_dates(misp *m, const json *v);
status misp_tell_notes(misp *m, err *why) NODISCARD;
/* "<prefix>--<uuid>" in the arena, lower case. */
status misp_key(misp *m, const char *prefix, slice uuid, slice *ret, err *why) NODISCARD;

/* --- tags, galaxies, distribution (tags.c) --------------------------------------------------- */

/* What `v` (an event, object, attribute) says of itself on top of `outer` (NULL: nothing). */
status misp_read_context(misp *m, const json *v, const misp_context *outer, misp_context *ret,
                         err *why) NODISCARD;
bool misp_is_threat(const misp_link *l);
/* A tag that says something elsewhere: TLP, PAP, galaxies. */
bool misp_tag_is_spent(slice tag);

/* --- events (event.c) ------------------------------------------------------------------------ */

/* Makes m->event from the gathered text, and its record. */
status misp_tell_event(misp *m, const misp_doc *d, err *why) NODISCARD;
status misp_tell_report(misp *m, const json *v, err *why) NODISCARD;

/* --- attributes (attribute.c) and objects (object.c) ------------------------------------------ */

typedef struct misp_attribute {
    const json *v;
    const misp_type *type;
    bool known_type, to_ids, deleted;
    slice uuid, said_type, value, category, comment, relation;
    when timestamp, first_seen, last_seen;
} misp_attribute;

/* What a value stands for: one or two nodes, the first is the one that names it. */
typedef struct misp_nodes {
    node_ref node[2];
    size_t count;
    uint16_t port;
    slice rest; /* what stood behind '|' and is no node */
} misp_nodes;

/* ERR_INPUT: it is none (no type, no value). */
status misp_read_attribute(const json *v, misp_attribute *ret, err *why) NODISCARD;
status misp_attribute_nodes(misp *m, const misp_attribute *t, misp_nodes *ret, err *why) NODISCARD;
/* Object that an attribute stands in: NULL for one that stands alone. */
typedef struct misp_object {
    const json *v;
    slice name;
    bool has_hash, deleted;
    uint16_t port; /* the one port in it, 0: none or several */
    node_ref self;
    misp_context context;
    when modified;
} misp_object;

status misp_tell_attribute(misp *m, const json *v, const misp_object *in, err *why) NODISCARD;
/* Proposals about an attribute, each a record; and one about the event. */
status misp_tell_proposals(misp *m, const json *v, const misp_context *outer, err *why) NODISCARD;
status misp_tell_proposal(misp *m, const json *v, err *why) NODISCARD;
/* The object, then each of its attributes. */
status misp_tell_object(misp *m, const json *v, err *why) NODISCARD;
/* The node that stands for an object: the best of its observables, or one by its uuid. */
status misp_object_node(misp *m, const json *v, node_ref *ret, err *why) NODISCARD;
/* Where a uuid of the document leads; KIND_NONE: nowhere. */
misp_ref *misp_find_ref(const misp *m, const uint8_t uuid[16]);

/* --- feeds (feed.c) --------------------------------------------------------------------------- */

/* hashes.csv of a feed, by its name and its first lines. */
bool misp_is_feed_index(slice head, slice path);
/* Nothing is said of it but what it is. */
status misp_tell_feed_index(misp *m, const format_input *input, const fact_sink *sink,
                            err *why) NODISCARD;

/* --- small words ------------------------------------------------------------------------------ */

/* Numbers and booleans stand as such or as text: "1", 1 and true are one. Blanks are cut. */
slice misp_scalar(const json *v);
static inline slice misp_text(const json *object, const char *key)
{
    return misp_scalar(json_get(object, slice_str(key)));
}
bool misp_true(const json *object, const char *key);
/* Epoch seconds or ISO 8601; 0 and nothing are WHEN_NONE. */
when misp_when(const json *object, const char *key);
bool misp_uuid(slice text, uint8_t ret[16]);
static inline const json *misp_list(const json *object, const char *key)
{
    const json *v = json_get(object, slice_str(key));
    return json_is(v, JSON_ARRAY) ? v->first : NULL;
}
static inline when misp_later(when a, when b)
{
    return a > b ? a : b; /* WHEN_NONE is the smallest */
}

#endif
