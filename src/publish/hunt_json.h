/* hunt_json.h - has this site ever seen it, as one JSON object: noroshi.hunt/1.
 * Uses: know. Used by: cmd (hunt), serve. Shape: docs/formats/sightings.md. */
#ifndef NOROSHI_PUBLISH_HUNT_JSON_H
#define NOROSHI_PUBLISH_HUNT_JSON_H

#include "know/sightings.h"
#include "model/fact.h"

enum { HUNT_JSON_MAX = 4 << 20 };

/* What was asked. */
typedef struct hunt_held {
    const sightings *s; /* NULL: no telemetry was ever read */
    const sightings_coverage *covered;
} hunt_held;

/* "yes", "no", "cannot-say": also of a value of a kind that is not remembered */
const char *hunt_word(const hunt_held *h, kind k, const sightings_found *f);
/* What the log is called; "?" when nobody says. */
slice sightings_name(const sightings *s, uint32_t id);
/* Appends the object, without a newline; what does not fit makes the buf fail. */
void hunt_json(buf *out, const hunt_held *h, node_ref n, const sightings_found *f);

/* Of a thing: how many values that indicate it were asked for, how many were seen. */
typedef struct hunt_total {
    slice name;
    uint64_t asked, seen;
} hunt_total;
/* noroshi.hunt-total/1, likewise: "no" is one answer, "nobody looked" another. */
void hunt_total_json(buf *out, const hunt_held *h, const hunt_total *t);

#endif
