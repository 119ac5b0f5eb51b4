/* stix_marking.h - what others than the codec need to know of STIX markings: who redacts an object
 * asks what a marking means and what may be taken out.
 * Uses: json, marking. Used by: publish. Pure.
 * Sources: STIX 2.1 section 7.2, the TLP 2.0 extension. */
#ifndef NOROSHI_STIX_MARKING_H
#define NOROSHI_STIX_MARKING_H

#include "base/json.h"
#include "model/marking.h"

/* The TLP markings of the standard, 1.0 and 2.0. */
bool stix_known_marking(slice id, marking *ret);
/* What a marking definition means; false: it is no marking we can read. tlp is TLP_COUNT_ when it
 * has no level (a statement): it restricts nothing. */
bool stix_read_marking(const json *definition, marking *ret);
/* Must an object of that type have the property? */
bool stix_requires(slice type, slice property);

#endif
