/* polarity.h - what it means to stand on a MISP warninglist. Private to that codec.
 * Uses: base. Used by: warninglist.c.
 * Not every list is benign evidence: anybody may rent a cloud's addresses, and sites that attackers
 * like are on a list because they do. The table goes by words of the lists' names; a list
 * that it does not know is neutral: shown, and weighing nothing. docs/formats/misp-warninglist.md
 * has the reasons. */
#ifndef NOROSHI_FORMAT_WARNINGLIST_POLARITY_H
#define NOROSHI_FORMAT_WARNINGLIST_POLARITY_H

#include "base/base.h"

typedef struct list_polarity {
    slice polarity; /* "benign", "neutral", "abused" */
    slice role;     /* "scanner", "sinkhole", "proxy"; empty */
} list_polarity;

list_polarity polarity_of(slice list_name);

#endif
