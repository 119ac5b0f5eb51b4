/* contacts.c - telemetry of the worlds: see world.h. */
#include "know/alerts.h"
#include "world.h"

#include <stdio.h>

/* With every fourth event: telemetry of somebody meets one of the values. */
status world_meet(world_store *ws, size_t event, const view *v)
{
    char host[32];
    alert_noted noted;
    marking m = world_markings[event / 4 % WORLD_MARKINGS];
    if (event % 4 || (v && !may_see(v, m)))
        return OK;
    snprintf(host, sizeof host, "host-%zu", event);
    alert_contact c = {.rule = S("ioc"),
                       .indicator = world_values[event % WORLD_VALUES],
                       .host = slice_str(host),
                       .span = world_instant(event) / 1000,
                       .at = world_instant(event) / 1000,
                       .now = world_instant(event) / 1000,
                       .priority = 2,
                       .marking = m,
                       .event = S("{}"),
                       .place = {.path = S("proxy.log"), .line = event}};
    status st = alert_note(ws->w, &c, &noted, &ws->why);
    return st == OK ? writer_sync(ws->w, &ws->why) : st;
}
