/* cmd_watch.c - noroshi watch PATH...|-: logs against everything that is known; an alert a line. */
#include "base/hash.h"
#include "base/secret.h"
#include "cmd/app.h"
#include "cmd/progress.h"
#include "cmd/watch_follow.h"
#include "cmd/watching.h"
#include "cmd/webhooks.h"
#include "intake/telemetry.h"
#include "publish/deliver.h"
#include "watch/ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

enum { BATCH_ALERTS = 1000, DELIVER_WAIT_MS = 5000 };

typedef struct watching {
    app *a;
    watcher *w;
    writer *writer;
    watch_stream *stream;
    sightings_writer *sightings; /* NULL: none are kept */
    int lock;                    /* of the name under which positions are kept; -1: none */
    deliver *to;                 /* NULL: alerts go nowhere else */
    webhooks web;                /* what is granted to targets of the web */
    ledger read;                 /* logs of which they are */
    telemetry_log log_id;
    uint64_t seen; /* sightings at the last commit, where logs are followed */
    progress bar;
    slice log;
    buf line;
    uint64_t pending;   /* alerts that are not written yet */
    uint64_t unflushed; /* lines that are not out yet */
    bool first_only;
    bool follows; /* alerts are written with the positions, by watch_follow */
} watching;

status cmd_watch(app *a, err *why);

/* --- alerts ----------------------------------------------------------------------------------- */

static status commit(watching *x, err *why)
{
    x->pending = 0;
    status st = x->writer ? writer_sync(x->writer, why) : OK;
    return st == OK && x->to ? deliver_step(x->to, why) : st;
}

static status on_alert(void *ctx, const alert *a, err *why)
{
    watching *x = ctx;
    status st = OK;
    if (++x->pending == BATCH_ALERTS && !x->follows)
        st = commit(x, why);
    if (st != OK || (x->first_only && !a->noted.fresh))
        return st;
    x->unflushed++;
    if (!x->a->json && watching_for_eyes(x->a)) {
        alert_text(a, &x->a->out);
        return OK;
    }
    buf_clear(&x->line);
    st = alert_json(a, x->a->language, &x->line, why);
    if (st == OK)
        sink_json(&x->a->out, buf_slice(&x->line));
    return st;
}

/* --- logs ------------------------------------------------------------------------------------- */

static status begin(void *ctx, const telemetry_log *log, err *why)
{
    watching *x = ctx;
    const watch_from from = {.once = log->file,
                             .known = x->sightings && log->file && ledger_has(&x->read, log->id)};
    x->log = log->path;
    x->log_id = *log;
    x->log_id.file &= !from.known;
    return watch_open(x->w, log->path, &from, &x->stream, why);
}

/* What was seen, and of which log it is, in one step. */
static status commit_seen(watching *x, err *why)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, SIGHTINGS_CHECKPOINT_MAX);
    if (!x->sightings)
        return OK;
    if (x->log_id.file)
        ledger_add(&x->read, x->log_id.id);
    ledger_write(&x->read, &b);
    status st = sightings_commit(x->sightings, buf_slice(&b), why);
    return st == OK ? sightings_fold(x->sightings, why) : st;
}

static status flush(watching *x, err *why)
{
    x->unflushed = 0;
    return sink_flush(&x->a->out, why);
}

static status take(void *ctx, slice bytes, err *why)
{
    watching *x = ctx;
    status st = watch_feed(x->stream, bytes, why);
    if (st == OK && slice_eq(x->log, S("-")))
        st = watch_idle(x->stream, why); /* what has come is told now */
    watch_counts n = watcher_counts(x->w);
    progress_show(&x->bar, msg_watch_progress((int64_t)n.bytes, (int64_t)n.alerts, x->log));
    return st == OK && x->unflushed ? flush(x, why) : st;
}

static status end(void *ctx, err *why)
{
    watching *x = ctx;
    status st = watch_end(x->stream, why);
    x->stream = watch_close(x->stream);
    if (st == OK)
        st = commit(x, why);
    if (st == OK)
        st = commit_seen(x, why);
    return st == OK ? flush(x, why) : st;
}

/* What was read up to there counts. */
static status bad(void *ctx, slice path, bool begun, const err *reason, err *why)
{
    watching *x = ctx;
    status st = begun ? end(x, why) : OK;
    progress_clear(x->a);
    app_report(x->a, reason, path);
    return st;
}

static status open_telemetry(watching *x, telemetry_options *ret, err *why)
{
    app *a = x->a;
    sandbox_options so = sandbox_defaults(a->ticks);
    so.limits.memory_bytes = (uint64_t)option_int(a->options, OPT_LIMIT_WORKER_BYTES);
    so.limits.cpu_s = so.limits.wait_s = (uint32_t)option_int(a->options, OPT_LIMIT_WORKER_SECONDS);
    *ret = (telemetry_options){
        .directory = store_dir(a->store),
        .unpack = {.ratio_max = (uint32_t)option_int(a->options, OPT_LIMIT_ARCHIVE_RATIO),
                   .bytes_max = (uint64_t)option_int(a->options, OPT_LIMIT_ARCHIVE_BYTES),
                   .levels_max = (uint32_t)option_int(a->options, OPT_LIMIT_ARCHIVE_LEVELS)},
        .sink = {begin, take, end, bad, x}};
    return sandbox_new(&so, &ret->sandbox, why);
}

static status read_logs(watching *x, const telemetry_options *o, err *why)
{
    app *a = x->a;
    status st = OK;
    for (size_t i = 0; st == OK && i < a->operand_count; i++)
        st = telemetry_path(o, a->operands[i].ptr, why);
    progress_clear(a);
    x->stream = watch_close(x->stream);
    return st;
}

/* --- all of it -------------------------------------------------------------------------------- */

static void say_counts(app *a, const watching *x)
{
    watch_counts n = watcher_counts(x->w);
    match_info m = watcher_info(x->w);
    if (option_bool(a->options, OPT_WATCH_ALERTS_ONLY))
        return;
    app_note(a, msg_watch_read((int64_t)n.records, (int64_t)n.bytes, (int64_t)m.added));
    app_note(a, msg_watch_found((int64_t)n.alerts, (int64_t)n.fresh, (int64_t)n.harmless,
                                (int64_t)n.silenced));
    if (x->sightings)
        app_note(a, msg_watch_seen((int64_t)n.seen));
    if (n.cut)
        app_note(a, msg_watch_cut((int64_t)n.cut));
    if (n.unjudged)
        app_note(a, msg_watch_unjudged((int64_t)n.unjudged, WATCH_EVENT_HITS_MAX));
}

/* Logs that are followed: alerts and positions are in the store. A kill between this and that loses
 * what was seen since, at most. */
static status committed(void *ctx, err *why)
{
    watching *x = ctx;
    uint64_t seen = watcher_counts(x->w).seen;
    status st = seen != x->seen ? commit_seen(x, why) : OK;
    x->pending = 0;
    x->seen = seen;
    if (st == OK && x->to)
        st = deliver_step(x->to, why);
    return st == OK ? flush(x, why) : st;
}

/* Another watch may be writing: then this one remembers nothing, and says so. */
static status open_sightings(watching *x, err *why)
{
    app *a = x->a;
    slice folder = arena_printf(a->memory, "%s/sightings", store_dir(a->store));
    if (!folder.ptr)
        return ARENA_SPENT(a->memory, why);
    const sightings_writer_options o = {
        .disk = a->disk, .folder = folder.ptr, .random = a->random, .clock = a->clock};
    status st = sightings_writer_new(&o, &x->sightings, why);
    if (st == ERR_BUSY) {
        app_note(a, msg_watch_busy());
        return OK;
    }
    return st == OK ? ledger_read(&x->read, sightings_checkpoint(x->sightings), why) : st;
}

/* --- other receivers -------------------------------------------------------------------------- */

static void trouble(void *ctx, slice target, const err *what)
{
    watching *x = ctx;
    app_note(x->a, msg_watch_deliver(target, slice_str(what->msg)));
}

/* Positions and cursors of a name belong to one watch at a time, on this machine. The file is not
 * removed: who waits for it would hold another. */
static status hold_name(watching *x, err *why)
{
    app *a = x->a;
    uint8_t digest[SHA256_BYTES];
    char hex[HASH_HEX_MAX];
    slice name = option_text(a->options, OPT_WATCH_AS);
    if (!hash_of(HASH_SHA256, name, digest))
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    hash_hex(digest, 8, hex);
    slice path = arena_printf(a->memory, "%s/watch-%s.lock", store_dir(a->store), hex);
    if (!path.ptr)
        return ARENA_SPENT(a->memory, why);
    x->lock = open(path.ptr, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (x->lock < 0)
        return err_os(why, errno, "opening %s", path.ptr);
    if (flock(x->lock, LOCK_EX | LOCK_NB) == 0)
        return OK;
    return errno == EWOULDBLOCK
               ? app_fail(a, ERR_BUSY, msg_watch_name_held(slice_sub(name, 0, 64)), S(""), why)
               : err_os(why, errno, "locking %s", path.ptr);
}

static status open_receivers(watching *x, err *why)
{
    app *a = x->a;
    const slice *items;
    char host[64] = "";
    size_t n = option_items(a->options, OPT_WATCH_TO, &items);
    if (!n)
        return OK;
    if (!x->writer)
        return app_fail(a, ERR_INPUT, msg_watch_deliver_dry(), S(""), why);
    status st = webhooks_read(a, &x->web, why);
    if (st != OK)
        return st;
    gethostname(host, sizeof host - 1);
    const deliver_options o = {.s = a->store,
                               .view = &a->view,
                               .writer = x->writer,
                               .ticks = a->ticks,
                               .name = option_text(a->options, OPT_WATCH_AS),
                               .host = host,
                               .web = &x->web.o,
                               .trouble = trouble,
                               .ctx = x};
    st = deliver_new(&o, &x->to, why);
    for (size_t i = 0; st == OK && i < n; i++)
        st = deliver_add(x->to, items[i], why);
    return st;
}

static status close_receivers(watching *x, err *why)
{
    size_t left = 0;
    status st = x->to ? deliver_finish(x->to, DELIVER_WAIT_MS, &left, why) : OK;
    if (st == OK && left)
        app_note(x->a, msg_watch_undelivered((int64_t)left));
    return st;
}

status cmd_watch(app *a, err *why)
{
    watching x = {.a = a, .bar = progress_start(a), .lock = -1};
    site *own = NULL;
    telemetry_options logs = {0};
    const slice *items;
    x.follows = option_bool(a->options, OPT_WATCH_FOLLOW);
    if (x.follows) /* for months, with secrets of webhooks */
        secret_leave_no_core();
    if (!a->operand_count && !(x.follows && option_items(a->options, OPT_WATCH_SYSLOG, &items)))
        return app_fail(a, ERR_INPUT, msg_watch_nothing(), S(""), why);
    watch_options o = {.clock = a->clock, .random = a->random, .on_alert = on_alert, .ctx = &x};
    buf_init(&x.line, ALERT_LINE_MAX);
    x.first_only = option_bool(a->options, OPT_WATCH_FIRST);
    status st = watching_options(a, &o, &own, why);
    if (st == OK && !option_bool(a->options, OPT_WATCH_DRY_RUN))
        st = writer_new(a->store, app_actor(a), &x.writer, why);
    if (st == OK && x.writer && !option_bool(a->options, OPT_WATCH_FORGET))
        st = open_sightings(&x, why);
    if (st == OK && x.writer && (x.follows || option_items(a->options, OPT_WATCH_TO, &items)))
        st = hold_name(&x, why);
    if (st == OK)
        st = open_receivers(&x, why);
    o.writer = x.writer;
    o.sightings = x.sightings;
    if (st == OK)
        st = watcher_new(&o, &x.w, why);
    if (st == OK)
        st = open_telemetry(&x, &logs, why);
    const watch_follow f = {.w = x.w,
                            .writer = x.writer,
                            .marking = o.marking,
                            .packed = &logs,
                            .committed = committed,
                            .ctx = &x};
    if (st == OK)
        st = x.follows ? watch_follow_run(a, &f, why) : read_logs(&x, &logs, why);
    if (st == OK)
        st = commit(&x, why);
    if (st == OK)
        st = close_receivers(&x, why);
    if (st == OK)
        st = flush(&x, why);
    if (st == OK) {
        say_counts(a, &x);
        if (!watcher_counts(x.w).alerts)
            app_exit(a, 1);
    }
    watch_close(x.stream);
    watcher_free(x.w);
    sandbox_free(logs.sandbox);
    deliver_free(x.to);
    webhooks_done(&x.web);
    if (x.lock >= 0)
        close(x.lock);
    sightings_writer_free(x.sightings);
    ledger_done(&x.read);
    writer_free(x.writer);
    site_free(own);
    buf_done(&x.line);
    return st;
}
