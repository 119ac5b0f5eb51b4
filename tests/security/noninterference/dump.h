/* dump.h - everything a reader can learn from a store, as one text: two stores are the same for a
 * reader when their texts are equal byte for byte.
 *
 *     reading r = {.s = ws.s, .w = &w, .v = &view, .ids = ids, .since = {t1}};
 *     read_everything(&r, &out);
 *
 * Uses: all reading functions of know, judge, answer, publish. Used by: noninterference_test.c. */
#ifndef NOROSHI_TESTS_DUMP_H
#define NOROSHI_TESTS_DUMP_H

#include "know/alerts.h"
#include "world.h"

enum { READING_IDS = 1200, READING_TEXT_MAX = 64 << 20 };

/* Ids of claims and alerts that are asked for one by one, whoever may see them. */
typedef struct claim_ids {
    char at[READING_IDS][CLAIM_ID_TEXT + 1];
    size_t count;
    char alerts[WORLD_EVENTS][ALERT_ID_TEXT + 1];
    size_t alert_count;
} claim_ids;

typedef enum reading_part { READ_ALL, READ_STORED, READ_NAMES, READ_ANSWERS } reading_part;

typedef struct reading {
    store *s;
    const world *w;
    const view *v;
    const claim_ids *ids;
    reading_part part;
    when since;        /* what changed since then is listed */
    bool no_texts;     /* the JSON of answers is enough: for many rounds */
    bool no_past;      /* leave out what only the history has: withdrawn claims */
    bool no_arrivals;  /* leave out when sources were heard of last, which answers tell */
    bool no_documents; /* leave out documents as they came */
    bool no_logs;      /* leave out which logs were heard: that is of now and has no past */
} reading;

/* Appends; stops at the first error, which is part of the text. */
void read_everything(const reading *r, buf *out);
/* Ids of every claim that stands or stood, and of every alert, as everybody sees it. */
void read_claim_ids(store *s, claim_ids *ret);
/* A document that the view sees only a part of: what leaves of it. */
status read_document(store *s, const view *v, const uint8_t sha256[SHA256_BYTES], buf *out);
/* The objects the view sees, as received and without what their markings hide. */
status read_objects_raw(store *s, const view *v, bool redacted, buf *out);

extern const view reading_all; /* who sees everything */

#endif
