/* marking.h - who may see what: TLP, PAP, organisations, audiences; and the view, who looks.
 * Uses: base. Used by: codecs (what a document says of itself), know (every read), the outputs.
 * Sources: FIRST TLP 2.0 (August 2022), TLP 1.0 (WHITE reads as CLEAR), MISP PAP taxonomy,
 * STIX 2.1 section 7.2.
 * TLP is not a ladder alone: AMBER+STRICT and RED are for named people. A marking of these levels
 * may name an audience; empty means everybody at this site with the clearance. */
#ifndef NOROSHI_MARKING_H
#define NOROSHI_MARKING_H

#include "base/base.h"
#include "base/when.h"

typedef enum tlp { TLP_CLEAR, TLP_GREEN, TLP_AMBER, TLP_AMBER_STRICT, TLP_RED, TLP_COUNT_ } tlp;
typedef enum pap { PAP_NONE, PAP_CLEAR, PAP_GREEN, PAP_AMBER, PAP_RED, PAP_COUNT_ } pap;

/* "clear" "green" "amber" "amber+strict" "red": contract spelling. */
const char *tlp_name(tlp t);
const char *tlp_label(tlp t); /* "TLP:AMBER+STRICT" */
const char *pap_name(pap p);  /* "red", ...; "" for PAP_NONE */
/* Reads "TLP:WHITE", "tlp-amber", "Amber + Strict", "TLPRED", "clear", case ignored.
 *   ERR_INPUT  no TLP word; the caller decides (a marking that cannot be read is TLP_RED) */
status tlp_parse(slice text, tlp *ret) NODISCARD;
status pap_parse(slice text, pap *ret) NODISCARD;

enum { AUDIENCE_MAX = 128 }; /* bytes of an audience's or organisation's name */

/* What is attached to a claim, a document, a set version. Compared by content; know interns it
 * as a "view class". */
typedef struct marking {
    tlp tlp;
    pap pap;
    slice owner;    /* organisation whose material this is; empty: the site's own */
    slice audience; /* named audience of AMBER+STRICT and RED; empty: nobody more special */
} marking;

/* `a` made stricter by `b`, in every field; of audiences that differ, `a`'s with RED. Whoever sees
 * the result sees what is marked `a`. */
marking marking_join(marking a, marking b);
bool marking_eq(marking a, marking b);

/* Who looks, and when. Every read takes one. */
typedef struct view {
    tlp clearance;
    slice organisation;     /* empty: the site itself, which sees every organisation's material */
    const slice *audiences; /* audiences the reader belongs to */
    size_t audience_count;
    bool all_audiences; /* the operator at the command line */
    when known_at;      /* as-of; WHEN_NONE: now */
    when now;           /* for decay and "days ago" */
} view;

/* The one decision: may this reader see material marked so?
 *   clearance at least the level; material of another organisation only at AMBER or below (a
 *   customer organisation sees its own at any level it is cleared for, and the site's up to
 *   AMBER); AMBER+STRICT and RED with an audience only to members. Pure, no time in it. */
bool view_sees(const view *v, marking m);

#endif
