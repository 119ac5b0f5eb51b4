/* world.h - random histories for the tests of non-interference: what was delivered, said and
 * changed, in what order, and a store of it, whole or without what a reader may not see.
 *
 *     world w;
 *     world_make(&w, 7);                            // the same seed, the same history
 *     world_store_open(&ws, -1);
 *     for (size_t i = 0; i < w.event_count; i++)
 *         world_apply(&ws, &w, i, &view);           // NULL: all of it
 *
 * An event happens at its own instant whatever came before, so what is visible has the same dates
 * in both stores. Who may see what is decided by may_see, which was written from the words of
 * model/marking.h and shares no code with view_sees.
 * Uses: know. Used by: noninterference_test.c, dump.c. */
#ifndef NOROSHI_TESTS_WORLD_H
#define NOROSHI_TESTS_WORLD_H

#include "know/claims.h"
#include "know/names.h"
#include "know/test_engine.h"
#include "know/write.h"

enum {
    WORLD_EVENTS = 60,
    WORLD_RECORDS = 5, /* of one document */
    WORLD_CLAIMS = 4,  /* of one record */
    WORLD_MARKINGS = 15,
    WORLD_VALUES = 16,
    WORLD_ENTITIES = 14,
    WORLD_NAMES = 8
};

typedef struct world_claim {
    fact_claim c;
    slice origin;
    char value[128], detail[160];
    char origin_text[64];
} world_claim;

typedef struct world_record {
    fact_record r;
    uint64_t number; /* its place in the document */
    world_claim claims[WORLD_CLAIMS];
    size_t claim_count;
    char id[64], place[32], bytes[900];
} world_record;

typedef enum event_what {
    EVENT_DOCUMENT,
    EVENT_AGAIN, /* a document arrives again, from another path */
    EVENT_PERSON,
    EVENT_RETRACT,
    EVENT_SETTING,
    EVENT_SERIES, /* a document of one day of a daily series */
    EVENT_FLOOD,  /* a document that calls more things by a name than may share one */
    EVENT_SET,    /* a version of a bulk list is loaded ... */
    EVENT_DROP,   /* ... or what is loaded of one is dropped */
    EVENT_DECIDE, /* somebody who sees what all see merges or splits two */
    EVENT_SECRET  /* the site's own people merge or split two, for readers of RED alone */
} event_what;

typedef struct world_event {
    event_what what;
    const char *source;
    /* a document */
    marking floor;
    const char *feed;
    bool snapshot;
    char reliability;
    const char *derives_from;
    world_record *records; /* WORLD_RECORDS of them */
    size_t record_count;
    buf bytes;
    uint8_t sha256[SHA256_BYTES];
    size_t again;   /* which event's document, or which one's set */
    uint32_t bits;  /* what is in the set; which two are merged, and whether */
    size_t flooded; /* which name */
    /* a person's word, a retraction */
    world_claim said;
    node_ref object;
} world_event;

typedef struct world {
    uint64_t seed, random;
    world_event events[WORLD_EVENTS];
    size_t event_count;
    unsigned hidden_number; /* texts behind granular markings count */
} world;

void world_make(world *w, uint64_t seed);
void world_done(world *w);
/* By hand: the next event, a document with room for WORLD_RECORDS records ... */
world_event *world_document(world *w, const char *source, marking floor);
/* ... and its bytes, once its records are there. */
void world_document_end(world *w, world_event *e);
/* A record with the text of an object; one more claim of a record. */
world_record *world_object(world_event *e, const char *id, when modified, const char *text);
void world_says(world_record *r, node_ref subject, predicate p, node_ref object, const char *value);

extern const marking world_markings[WORLD_MARKINGS];
extern const node_ref world_values[WORLD_VALUES], world_entities[WORLD_ENTITIES];
extern const char *const world_names[WORLD_NAMES];

/* Everything else than the code of the product says about who sees what. */
bool may_see(const view *v, marking m);
/* Does the view see all that the document of this event has? */
bool world_sees_whole(const world *w, size_t event, const view *v);

marking world_record_marking(const world_event *e, const world_record *r);
/* Is the text "granular N" marked RED in its object? */
bool world_hides_red(const world *w, unsigned number);

/* When an event happens, in microseconds. */
int64_t world_instant(size_t event);
/* The end of the history, and between two events. */
when world_after(size_t event);

typedef struct world_store {
    char dir[64];
    int64_t now_us;
    uint64_t seed;
    test_engine engine;
    store *s;
    writer *w;
    uint64_t fresh; /* records that were new, over all deliveries */
    err why;
} world_store;

/* Loads or drops, decides, as far as `v` may know of it; lists.c. */
status world_list(world_store *ws, const world_event *e, const view *v);
extern const char *const world_sets[2];
/* With some of the events a contact with one of the values is noted; contacts.c. */
status world_meet(world_store *ws, size_t event, const view *v);
/* With some a feed is subscribed to; likewise. */
status world_subscribe(world_store *ws, size_t event, const view *v);
status world_decision(world_store *ws, const world_event *e, const view *v);
/* Merges or splits two in the name of somebody who sees through `v`; the change's texts live in
 * `a`. ERR_BUSY, ERR_INPUT and ERR_NOT_FOUND: it is not to be done. */
status world_decide(world_store *ws, arena *a, const view *v, const name_decider *by, bool merge,
                    slice x, slice y, name_change *ret);
/* Sees what everybody sees; sees what all do who see RED of the site. */
extern const view world_anybody, world_site;

bool world_store_open(world_store *ws);
/* Reads through another filter from now on: no writing any more. */
bool world_store_mutant(world_store *ws, int mutant);
void world_store_close(world_store *ws);

/* Lets the event happen, as far as `seen_by` (NULL: everybody) may know of it. */
status world_apply(world_store *ws, const world *w, size_t event, const view *seen_by);
/* Delivers the document of an event again at the instant of another one, under another path.
 * `known`: as the importer does it, asking first whether the bytes are known. */
status world_deliver(world_store *ws, const world *w, size_t event, const char *path, bool known);

#endif
