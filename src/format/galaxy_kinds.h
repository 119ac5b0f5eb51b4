/* galaxy_kinds.h - what the values of a MISP galaxy are, by the type of the galaxy, and what its
 * relations mean. Uses: base, model/kind. Used by: galaxy, misp.
 * Sources: the galaxies of github.com/MISP/misp-galaxy; the object types of ATT&CK. */
#ifndef NOROSHI_FORMAT_GALAXY_KINDS_H
#define NOROSHI_FORMAT_GALAXY_KINDS_H

#include "base/base.h"
#include "model/fact.h"

typedef struct galaxy_kind {
    kind kind;
    slice stix; /* the type in front of "--<uuid>" in the entity's key */
} galaxy_kind;

/* Never fails: what is not known is {KIND_OTHER, "misp-galaxy"}. */
galaxy_kind galaxy_kind_of(slice type);
/* The source that a galaxy of this type repeats, or "". */
slice galaxy_derives_from(slice type);

/* A `related` entry's type ("uses", "dropped-by", ...). */
typedef struct galaxy_relation {
    predicate predicate;
    bool inverse;   /* the other one is the subject */
    bool keep_word; /* the predicate is only near: detail.relation keeps the source's word */
    /* What is at the other end when the document does not hold it, in galaxies made from ATT&CK;
     * KIND_NONE where that cannot be known */
    galaxy_kind target;
} galaxy_relation;

/* `self` is the galaxy's own kind, `type` its type, `word` the relation, trimmed. */
galaxy_relation galaxy_relation_of(slice type, galaxy_kind self, slice word);

#endif
