/* redact.h - a STIX object without what its granular markings hide from a view.
 * Uses: know, format. Used by: export, cmd (show). Source: STIX 2.1 section 7.2.3. */
#ifndef NOROSHI_PUBLISH_REDACT_H
#define NOROSHI_PUBLISH_REDACT_H

#include "know/claims.h"

typedef enum redaction {
    REDACT_WHOLE,   /* nothing is hidden: *ret is `bytes` */
    REDACT_PARTS,   /* *ret is a new serialisation without the hidden parts */
    REDACT_WITHHOLD /* what is hidden is required, or the object cannot be read */
} redaction;

/* Markings that are objects of the store are looked up with the lens; of several objects of one id
 * the strictest counts, whoever sent which of them first. */
status redact_object(lens *l, arena *a, slice bytes, slice *ret, redaction *ret_how,
                     err *why) NODISCARD;

#endif
