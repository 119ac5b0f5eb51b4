/* family.h - what the name of a maltrail file says of the lines in it. Private to that codec.
 *
 *     family f;
 *     st = family_of(&e, S("trails/static/malware/apt_sofacy.txt"), head, &f, why);
 *     // f.says FAMILY_THREAT, f.entity actor name:sofacy, f.name "Sofacy"
 *
 * Uses: emit. Used by: maltrail.c. */
#ifndef NOROSHI_FORMAT_MALTRAIL_FAMILY_H
#define NOROSHI_FORMAT_MALTRAIL_FAMILY_H

#include "format/emit.h"

typedef enum family_says {
    FAMILY_THREAT,     /* the lines are of a malware or an actor */
    FAMILY_BAD,        /* they are bad, of nobody in particular: generic.txt, hacked_*.txt */
    FAMILY_SUSPICIOUS, /* suspicious/, mass scanners */
    FAMILY_SINKHOLE /* addresses of those who take malware's traffic over: neither good nor bad */
} family_says;

typedef struct family {
    family_says says;
    node_ref entity; /* FAMILY_THREAT */
    slice name;      /* for people: the alias that is spelt like the file, else the file's word */
    slice category;  /* the file's word without its number: "sinkhole_kaspersky" */
    slice platform;  /* "android", "linux"; empty */
    slice role;      /* "sinkhole", "c2"; empty */
} family;

/* `head`: the beginning of the document, where the line of aliases stands. What stays is in
 * e->memory or const.
 *   ERR_LIMIT  memory */
status family_of(emitter *e, slice path, slice head, family *ret, err *why) NODISCARD;
/* The names behind "# Aliases:" (or "# CERT-UA:") in a comment without its mark; false when the
 * line is none. */
bool family_aliases(slice comment, slice *ret);

#endif
