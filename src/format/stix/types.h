/* types.h - what the standard says about each type of object: its properties, which it needs, what
 * may not stand together. Private to format/stix.
 * Uses: json, kind. Sources: STIX 2.1 sections 3 to 7 with the properties of STIX 2.0; ATT&CK's
 * own x-mitre types. */
#ifndef NOROSHI_STIX_TYPES_H
#define NOROSHI_STIX_TYPES_H

#include "base/base.h"
#include "base/json.h"
#include "model/kind.h"

typedef enum stix_class {
    STIX_SDO,
    STIX_SRO,
    STIX_SCO,
    STIX_META,
    STIX_CUSTOM /* no type of the standard */
} stix_class;

typedef enum stix_shape {
    SHAPE_ANY,
    SHAPE_TEXT,
    SHAPE_BOOL,
    SHAPE_INT,    /* 0 or more */
    SHAPE_NUMBER, /* latitude, longitude */
    SHAPE_TIME,
    SHAPE_REF,
    SHAPE_REFS,
    SHAPE_TEXTS,
    SHAPE_DICT,
    SHAPE_DICTS,
    SHAPE_COUNT_
} stix_shape;

enum { STIX_R20 = 1, STIX_R21 = 2, STIX_R = STIX_R20 | STIX_R21 }; /* required by 2.0, 2.1 */

typedef struct stix_property {
    slice name;
    stix_shape shape;
    unsigned need;  /* STIX_R20, STIX_R21 */
    const char *to; /* references: types they may lead to, blanks between; NULL: any */
    const char *as; /* its key in the object's PROPERTY claim; NULL: it is not in it */
} stix_property;

struct stix;

typedef struct stix_type {
    slice name;
    stix_class class;
    kind kind;
    bool own_node; /* the node is not simply {kind, id}: see node.h */
    bool title;    /* its name is a heading, no name of a thing */
    const stix_property *property;
    size_t count;
    /* What no table can say: the reason to refuse, or NULL. */
    const char *(*rule)(const json *object, bool v20);
    /* Claims beyond names, description and properties; may be NULL. */
    status (*tell)(struct stix *x);
} stix_type;

enum { STIX_TYPES_MAX = 64 };

/* The row of that type; the last row, of class STIX_CUSTOM, when there is none. */
const stix_type *stix_type_of(slice name);
/* A small number for the type: its place in the table. */
uint16_t stix_type_number(const stix_type *t);

/* Checks an object against the table: required properties, shapes, created and valid_from before
 * modified and valid_until, references to the right types, no null and nothing empty outside custom
 * (x_) properties.
 *   OK         it can be taken
 *   ERR_INPUT  it cannot; the message says why
 * `embedded`: an object inside observed-data, which has no id and refers by numbers. */
status stix_check(const json *object, const stix_type *type, bool v20, bool embedded,
                  err *why) NODISCARD;

/* Common to all types: created, labels, ... ; NULL when the name is none of them. */
const stix_property *stix_common(slice name);

/* `word` is one of the words in `words`, which blanks separate. */
static inline bool stix_in(const char *words, slice word)
{
    slice rest = slice_str(words), one;
    while (slice_cut(&rest, ' ', &one))
        if (slice_eq(one, word))
            return true;
    return false;
}

#define STIX_EXTENSION_TYPES                                                                       \
    "new-sdo new-sco new-sro property-extension toplevel-property-extension"

/* --- values --------------------------------------------------------------------------------- */

/* YYYY-MM-DDThh:mm:ss[.f]Z of a day that exists. */
bool stix_is_time(slice s);
/* Order of two such texts as instants, down to the last digit. */
int stix_time_cmp(slice a, slice b);
/* A number without fraction within 53 bits, however it is written (5, 5.0, 5e0). */
bool stix_int(const json *v, int64_t *ret);

#endif
