/* curate.h - what a person says of a value: a verdict, dated, with its reason, reversible.
 *
 *     curation c = {.value = n, .word = S("benign"), .reason = S("our proxy"), .source = analyst};
 *     st = verdict_say(w, &c, why);
 *
 * Uses: write. Used by: cmd (verdict), serve. Names are merged and split by names.h. */
#ifndef NOROSHI_KNOW_CURATE_H
#define NOROSHI_KNOW_CURATE_H

#include "know/write.h"

typedef struct curation {
    node_ref value;
    slice word;   /* verdict_say: "malicious" "suspicious" "benign" "unknown" */
    slice reason; /* not empty */
    slice source; /* "analyst:<name>" */
    when until;   /* WHEN_NONE: until it is taken back */
    marking marking;
} curation;

bool curation_word(slice word); /* one of the four */

/* A new word takes the place of the old one of the same person, at once or not at all; durable on
 * return, or with the writer_sync that ends writer_together.
 *   ERR_BUSY  he said the very same already; ERR_INPUT  no word, no reason */
status verdict_say(writer *w, const curation *c, err *why) NODISCARD;
/* Takes the person's word back. ERR_NOT_FOUND: he said none. */
status verdict_unsay(writer *w, const curation *c, err *why) NODISCARD;

#endif
