/* telemetry.c - POST /watch: logs that are sent here, against everything that is known; and whether
 * anything of a thing was seen, from what logs were. */
#include "serve/api/handlers.h"

#include "intake/telemetry.h"
#include "publish/error_json.h"
#include "publish/hunt_json.h"
#include "serve/api/outgoing.h"
#include "watch/hunt.h"
#include "watch/watch.h"

#include <stdio.h>

typedef struct watching {
    call *c;
    outgoing out;
    watcher *w;
    watch_stream *stream;
    writer *writer;
    view v;
} watching;

static status on_alert(void *ctx, const alert *a, err *why)
{
    watching *x = ctx;
    status st = alert_json(a, LANG_EN, &x->out.line, why);
    return st == OK ? outgoing_line(&x->out, why) : st;
}

/* The sender names the log; what is packed in it keeps its name behind that. */
static status begin(void *ctx, const telemetry_log *log, err *why)
{
    watching *x = ctx;
    const watch_from from = {.known = true};
    slice name = call_param(x->c, "path"), inner = S("");
    size_t slash = slice_find_byte(slice_from(log->path, sizeof "/proc/self/fd/" - 1), '/', 0);
    if (slash != SIZE_MAX)
        inner = slice_from(log->path, sizeof "/proc/self/fd/" - 1 + slash);
    name = arena_printf(x->c->m, "%.*s%.*s", SLICE_FMT(name.len ? name : S("upload")),
                        SLICE_FMT(inner));
    return name.ptr ? watch_open(x->w, name, &from, &x->stream, why) : ARENA_SPENT(x->c->m, why);
}

static status take(void *ctx, slice bytes, err *why)
{
    return watch_feed(((watching *)ctx)->stream, bytes, why);
}

static status end(void *ctx, err *why)
{
    watching *x = ctx;
    status st = watch_end(x->stream, why);
    x->stream = watch_close(x->stream);
    return st == OK && x->writer ? writer_sync(x->writer, why) : st;
}

/* What was read up to there counts; that it ends there is said in its place. */
static status bad(void *ctx, slice path, bool begun, const err *reason, err *why)
{
    watching *x = ctx;
    (void)path;
    status st = begun ? end(x, why) : OK;
    if (st == OK)
        error_json(&x->out.line, reason, S(""), call_param(x->c, "path"));
    return st == OK ? outgoing_line(&x->out, why) : st;
}

static status read_all(watching *x, err *why)
{
    char path[64];
    sandbox *jail = NULL;
    call *c = x->c;
    snprintf(path, sizeof path, "/proc/self/fd/%d", c->r->body_fd);
    status st = call_jail(c, &jail, why);
    const telemetry_options o = {.sandbox = jail,
                                 .directory = c->a->o.work_dir,
                                 .unpack = c->a->o.unpack,
                                 .sink = {begin, take, end, bad, x}};
    if (st == OK)
        st = telemetry_path(&o, path, why);
    x->stream = watch_close(x->stream);
    sandbox_free(jail);
    return st;
}

static status watch_body(watching *x, err *why)
{
    call *c = x->c;
    identity_view(&c->from->who, WHEN_NONE, call_now(c), &x->v);
    status st = call_record(c, call_param(c, "path"), why);
    if (st == OK && !call_bool(c, "dry_run"))
        st = writer_new(c->a->o.store, c->from->who.who.login, &x->writer, why);
    const watch_options o = {.s = c->a->o.store,
                             .view = &x->v,
                             .clock = c->a->o.clock,
                             .random = c->a->o.random,
                             .writer = x->writer,
                             .marking = {.tlp = TLP_AMBER, .owner = x->v.organisation},
                             .on_alert = on_alert,
                             .ctx = x};
    if (st == OK)
        st = watcher_new(&o, &x->w, why);
    if (st == OK)
        st = read_all(x, why);
    watcher_free(x->w);
    writer_free(x->writer);
    return st;
}

status api_watch(call *c, err *why)
{
    watching x = {.c = c};
    if (c->r->body_fd < 0)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the body is the log");
    status st = call_turn(c, why);
    if (st != OK)
        return st;
    st = outgoing_open(c, &x.out, why);
    if (st == OK)
        st = watch_body(&x, why);
    call_turn_ends(c);
    return outgoing_send(&x.out, S("application/x-ndjson"), "alerts.ndjson", st);
}

/* --- hunting for a thing ---------------------------------------------------------------------- */

typedef struct hunting {
    call *c;
    outgoing out;
    hunt_held held;
} hunting;

static status on_value(void *ctx, node_ref value, tlp marked, const sightings_found *f, err *why)
{
    hunting *x = ctx;
    if (marked > x->c->highest)
        x->c->highest = marked;
    hunt_json(&x->out.line, &x->held, value, f);
    return outgoing_line(&x->out, why);
}

static status hunt(hunting *x, err *why)
{
    lens *l;
    call *c = x->c;
    sightings *s = NULL;
    hunt_counts n;
    sightings_coverage covered = {.from = WHEN_NONE, .to = WHEN_NONE};
    status st = call_sightings(c, &s, why);
    if (st == OK && s)
        st = sightings_covered(s, c->m, &covered, why);
    x->held = (hunt_held){s, &covered};
    if (st == OK)
        st = call_lens(c, &l, why);
    if (st != OK)
        return st;
    const hunt_options o = {.l = l, .s = s, .on_value = on_value, .ctx = x};
    st = hunt_entity(&o, c->m, call_param(c, "id"), &n, why);
    if (st != OK)
        return st;
    hunt_total_json(&x->out.line, &x->held, &(hunt_total){n.name, n.asked, n.seen});
    st = outgoing_line(&x->out, why);
    return st == OK ? call_record_read(c, why) : st;
}

status api_hunt_entity(call *c, err *why)
{
    hunting x = {.c = c};
    status st = outgoing_open(c, &x.out, why);
    if (st == OK)
        st = hunt(&x, why);
    return outgoing_send(&x.out, S("application/x-ndjson"), "hunt.ndjson", st);
}
