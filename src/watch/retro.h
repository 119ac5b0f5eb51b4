/* retro.h - looking back: was what the store has just learnt about seen here before?
 *
 *     retro_options o = {.s = store, .view = &view, .clock = clock, .writer = w, .after_us = t};
 *     st = retro_look(&o, &n, why);        // n.alerts raised, with the positions in the logs
 *
 *     st = retro_judge(&o, values, &n, why);   // of a set that was loaded: retro_values.h
 *
 * Uses: know (events, sightings, alerts), watch/known, retro_values. Used by: watch/settle.
 * Values that transactions since then touched are looked up in the sightings, which need no logs;
 * those that were seen and are bad become alerts of the rule "retro": one a value, whenever and
 * however often it was seen, with the positions that sightings keep. The same alert is not raised
 * twice: what it has already is known by its places.
 * What somebody does not see raises no alert for him, nor does it add to one: an alert is marked as
 * the telemetry and what was said of the value together (docs/decisions/0256). */
#ifndef NOROSHI_WATCH_RETRO_H
#define NOROSHI_WATCH_RETRO_H

#include "watch/known.h"
#include "know/write.h"
#include "watch/retro_values.h"

typedef struct retro_options {
    store *s;
    view *view; /* its `now` is set */
    clock_source clock;
    writer *writer;
    marking marking;  /* of the telemetry */
    marking said;     /* of what is looked at: retro_judge; retro_look knows it of each event */
    int64_t after_us; /* what was published later is looked at: lens_newest; INT64_MIN: all */
} retro_options;

typedef struct retro_counts {
    uint64_t asked; /* values that were touched, or came by */
    uint64_t seen;  /* of these, seen here */
    uint64_t left;  /* of these, not looked at: over RETRO_VALUES_BYTES */
    uint64_t alerts;
} retro_counts;

/* Nothing to do when no telemetry was ever read: *ret is all 0. Alerts are durable on return. */
status retro_look(const retro_options *o, retro_counts *ret, err *why) NODISCARD;

/* What is kept and is bad in the view becomes alerts, as by retro_look; o->after_us is not used.
 * v may be NULL: all counts are 0. */
status retro_judge(const retro_options *o, const retro_values *v, retro_counts *ret,
                   err *why) NODISCARD;

#endif
