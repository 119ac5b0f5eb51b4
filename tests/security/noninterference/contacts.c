/* contacts.c - telemetry and subscriptions of the worlds: see world.h. */
#include "know/alerts.h"
#include "know/feeds.h"
#include "know/heard.h"
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

/* With every third event: somebody subscribes to a feed, which is pulled at once, and follows a log
 * of that name. */
status world_subscribe(world_store *ws, size_t event, const view *v)
{
    char name[32];
    when now = world_instant(event) / 1000;
    marking m = world_markings[event / 3 % WORLD_MARKINGS];
    if (event % 3 || (v && !may_see(v, m)))
        return OK;
    snprintf(name, sizeof name, "feed-%zu", event);
    const feed_definition d = {
        .name = slice_str(name), .url = S("https://feeds.example/"), .every_s = 3600, .marking = m};
    const feed_state state = {
        .tried = now, .ok = now, .changed = now, .due = now, .records = event};
    const feed_run run = {.at = now, .outcome = S("ok"), .records = event};
    status st = feed_put(ws->w, &d, now, &ws->why);
    if (st == OK)
        st = feed_note(ws->w, d.name, &state, &run, &ws->why);
    for (int hour = 0; st == OK && hour < HEARD_LEAST; hour++) /* and a log speaks for a while */
        st = heard_note(ws->w, d.name, m, now + hour * (WHEN_DAY / 24), &ws->why);
    if (st == OK) /* and so does one whose hours are marked in many ways */
        st = heard_note(ws->w, S("shared"), m, now, &ws->why);
    return st == OK ? writer_sync(ws->w, &ws->why) : st;
}
