/* galaxy.h - the parts of the galaxy codec: one document, its values. Private to the galaxy codec.
 * Uses: emit, json, kinds. Used by: galaxy.c, values.c, meta.c. */
#ifndef NOROSHI_FORMAT_GALAXY_GALAXY_H
#define NOROSHI_FORMAT_GALAXY_GALAXY_H

#include "base/json.h"
#include "format/emit.h"
#include "format/galaxy_kinds.h"

enum {
    GALAXY_VALUES_MAX = 1 << 18, /* uuids remembered for `related`; more are not looked up */
    GALAXY_NAMES_MAX = 1000,     /* names of one value */
    GALAXY_KEY_MAX = 128         /* bytes of a type */
};

/* A value of this document, found by its uuid. */
typedef struct galaxy_known {
    uint8_t uuid[16];
    char code[2]; /* a country's; zeros: none */
    bool tactic;  /* ATT&CK's tactics stand among the techniques */
} galaxy_known;

typedef struct galaxy {
    emitter e;
    slice type; /* "threat-actor" */
    galaxy_kind kind;
    uint64_t values; /* seen the first time through */
    buf known;       /* galaxy_known, sorted when the first value is emitted */
    buf scratch;
} galaxy;

/* One value, whole. */
typedef struct galaxy_value {
    const json *v, *meta;
    uint64_t at; /* in the document */
    slice place; /* "/values/17" */
    node_ref self;
    slice name, id; /* "APT28", "G0007": the name without an ATT&CK id behind it */
    slice *names;   /* said already */
    size_t name_count;
} galaxy_value;

/* What a value is for the table of known ones. false: it has no readable uuid. */
bool galaxy_look(const galaxy *g, const json *value, galaxy_known *ret);
/* The node behind a uuid that `related` names; `far` is what it must be if this document does not
 * hold it (KIND_NONE: not known). */
status galaxy_node(galaxy *g, const uint8_t uuid[16], galaxy_kind far, node_ref *ret,
                   err *why) NODISCARD;
/* Gathers all claims of a value. ERR_INPUT: it is to be refused. What it is and where
 * (`v`, `meta`, `at`, `place`) is set; the rest is filled. */
status galaxy_claims(galaxy *g, galaxy_value *v, err *why) NODISCARD;
/* The part of it that comes from `meta`. */
status galaxy_meta(galaxy *g, galaxy_value *v, err *why) NODISCARD;
/* One more name, unless it was said. */
status galaxy_name(galaxy *g, galaxy_value *v, slice name, const char *how, err *why) NODISCARD;

/* "8-4-4-4-12" hex digits to bytes. */
bool galaxy_uuid(slice text, uint8_t ret[16]);
/* Texts of `v`: itself, or each element of an array; numbers as written, true and false as words.
 *     for (const json *t = galaxy_first(v); t; t = galaxy_next(v, t)) ... galaxy_text(t) ...   */
const json *galaxy_first(const json *v);
const json *galaxy_next(const json *v, const json *t);
slice galaxy_text(const json *t);

#endif
