/* importing.c - imports for the commands: see importing.h. */
#include "cmd/importing.h"
#include "cmd/progress.h"
#include "cmd/starter.h"
#include "intake/import_json.h"
#include "know/store.h"
#include "watch/settle.h"

enum { REFUSALS_SHOWN = 5, WARNINGS_SHOWN = 5, STARTER_MAX = 64 };

typedef struct importing {
    app *a;
    progress bar;
    uint64_t documents, records, fresh, withdrawn, refused, skipped, failed;
    bool quiet; /* totals only */
    int64_t
        newest_us; /* what was published later is of this import, or of others at the same time */
} importing;

/* --- summaries ------------------------------------------------------------------------------ */

static void put_refusals(importing *im, const import_summary *s)
{
    sink *out = &im->a->out;
    size_t shown = s->refusal_count < REFUSALS_SHOWN ? s->refusal_count : REFUSALS_SHOWN;
    for (size_t i = 0; i < shown; i++) {
        const import_refusal *r = &s->refusals[i];
        sink_words(out, S("  "));
        sink_put(out, r->place.len ? msg_import_refused_place(r->place, r->why)
                                   : msg_import_refused_at((int64_t)r->at, r->why));
        sink_line(out);
    }
    if (s->refused > shown) {
        sink_words(out, S("  "));
        sink_put(out, msg_import_refused_more((int64_t)(s->refused - shown)));
        sink_line(out);
    }
}

/* What was taken, and somebody should know of all the same. */
static void put_warnings(importing *im, const import_summary *s)
{
    sink *out = &im->a->out;
    size_t shown = s->warning_count < WARNINGS_SHOWN ? s->warning_count : WARNINGS_SHOWN;
    for (size_t i = 0; i < shown; i++) {
        const import_refusal *r = &s->warnings[i];
        sink_words(out, S("  "));
        sink_put(out, r->place.len ? msg_import_warned_place(r->place, r->why)
                                   : msg_import_warned(r->why));
        sink_line(out);
    }
    if (s->warned > shown) {
        sink_words(out, S("  "));
        sink_put(out, msg_import_warned_more((int64_t)(s->warned - shown)));
        sink_line(out);
    }
}

static void put_line(importing *im, const import_summary *s)
{
    sink *out = &im->a->out;
    sink_foreign(out, s->path);
    sink_words(out, S("  "));
    sink_style(out, STYLE_DIM);
    sink_foreign(out, s->format);
    sink_style(out, STYLE_PLAIN);
    sink_words(out, S("  "));
    sink_put(out, msg_import_counts((int64_t)s->records, (int64_t)s->fresh, (int64_t)s->known));
    if (s->withdrawn)
        sink_put(out, msg_import_withdrawn((int64_t)s->withdrawn));
    if (s->refused)
        sink_put(out, msg_import_refused((int64_t)s->refused));
    sink_line(out);
    put_refusals(im, s);
    put_warnings(im, s);
}

/* A document that failed is an error of its own, in its place among the others. */
static void put_failed(importing *im, const import_summary *s)
{
    const err *why = &s->why;
    im->failed++;
    if (im->a->json || why->at == ERR_NOWHERE || !why->at)
        app_report(im->a, why, s->path);
    else
        app_report_message(im->a, s->failed,
                           msg_import_failed_at((int64_t)why->at, slice_str(why->msg)), s->path);
}

static status on_summary(void *ctx, const import_summary *s, err *why)
{
    importing *im = ctx;
    app *a = im->a;
    im->documents++;
    im->records += s->records;
    im->fresh += s->fresh;
    im->withdrawn += s->withdrawn;
    im->refused += s->refused;
    im->skipped += s->skipped;
    if (s->failed != OK) {
        put_failed(im, s);
    } else if (a->json) {
        CLEANUP(buf_done) buf b;
        buf_init(&b, IMPORT_JSON_MAX);
        import_json(&b, s);
        status st = app_json(a, &b, why);
        if (st != OK)
            return st;
    } else if (!s->skipped && !im->quiet) {
        put_line(im, s);
    }
    progress_show(&im->bar, msg_import_progress((int64_t)im->documents, (int64_t)im->records));
    return sink_flush(&a->out, why);
}

static void put_totals(importing *im)
{
    sink *out = &im->a->out;
    if (im->a->json || im->a->quiet || (im->documents < 2 && !im->skipped))
        return;
    sink_put(out, msg_import_total((int64_t)(im->documents - im->skipped), (int64_t)im->records,
                                   (int64_t)im->fresh));
    if (im->withdrawn)
        sink_put(out, msg_import_withdrawn((int64_t)im->withdrawn));
    if (im->refused)
        sink_put(out, msg_import_refused((int64_t)im->refused));
    if (im->skipped)
        sink_put(out, msg_import_skipped((int64_t)im->skipped));
    sink_line(out);
}

/* --- options -------------------------------------------------------------------------------- */

status importing_format(slice name, err *why)
{
    if (format_named(name))
        return OK;
    CLEANUP(buf_done) buf names;
    buf_init(&names, 4096);
    for (size_t i = 0; i < format_count(); i++) {
        buf_put(&names, i ? S(", ") : S(""));
        buf_put(&names, slice_str(format_at(i)->name));
    }
    name = slice_sub(name, 0, 32);
    return err_set(why, ERR_INPUT, ERR_NOWHERE, "--format %.*s is not known; known are %.*s",
                   SLICE_FMT(name), SLICE_FMT(buf_slice(&names)));
}

void importing_limits(const app *a, import_options *o)
{
    const options *given = a->options;
    o->clock = a->ticks;
    o->directory = store_dir(a->store);
    o->limits.record_bytes_max = (uint32_t)option_int(given, OPT_LIMIT_OBJECT_BYTES);
    o->limits.line_bytes_max = (uint32_t)option_int(given, OPT_LIMIT_LINE_BYTES);
    o->limits.depth_max = (uint32_t)option_int(given, OPT_LIMIT_JSON_DEPTH);
    o->observable_bytes_max = (size_t)option_int(given, OPT_LIMIT_OBSERVABLE_BYTES);
    o->document_bytes_max = (uint64_t)option_int(given, OPT_LIMIT_DOCUMENT_BYTES);
    o->unpack.ratio_max = (uint32_t)option_int(given, OPT_LIMIT_ARCHIVE_RATIO);
    o->unpack.bytes_max = (uint64_t)option_int(given, OPT_LIMIT_ARCHIVE_BYTES);
    o->unpack.levels_max = (uint32_t)option_int(given, OPT_LIMIT_ARCHIVE_LEVELS);
}

static status read_options(app *a, import_options *o, err *why)
{
    const options *given = a->options;
    importing_limits(a, o);
    o->format = option_text(given, OPT_IMPORT_FORMAT);
    o->mapping = option_text(given, OPT_IMPORT_MAP);
    o->source = option_text(given, OPT_IMPORT_SOURCE);
    o->mode = (import_mode)option_int(given, OPT_IMPORT_MODE);
    o->dry_run = option_bool(given, OPT_IMPORT_DRY_RUN);
    o->floor.audience = option_text(given, OPT_IMPORT_FOR);
    o->floor.owner = option_text(given, OPT_IMPORT_OWNER);
    slice grade = option_text(given, OPT_IMPORT_RELIABILITY),
          level = option_text(given, OPT_IMPORT_TLP);
    o->reliability = grade.len ? grade.ptr[0] : 0;
    if (level.len && tlp_parse(level, &o->floor.tlp) != OK)
        return err_set(why, ERR_INPUT, ERR_NOWHERE,
                       "--tlp is clear, green, amber, amber+strict or red");
    return o->format.len ? importing_format(o->format, why) : OK;
}

status importing_jail(app *a, sandbox **ret, err *why)
{
    sandbox_options so = sandbox_defaults(a->ticks);
    so.limits.memory_bytes = (uint64_t)option_int(a->options, OPT_LIMIT_WORKER_BYTES);
    so.limits.cpu_s = so.limits.wait_s = (uint32_t)option_int(a->options, OPT_LIMIT_WORKER_SECONDS);
    return sandbox_new(&so, ret, why);
}

static status start(app *a, importing *im, sandbox **jail, importer **ret,
                    const import_options *wanted, err *why)
{
    import_options o = *wanted;
    status st = importing_jail(a, jail, why);
    if (st != OK)
        return st;
    o.store = a->store;
    o.sandbox = *jail;
    o.actor = app_actor(a);
    o.on_summary = on_summary;
    o.ctx = im;
    return importer_new(&o, ret, why);
}

status importing_newest(app *a, int64_t *ret_us, err *why)
{
    return settle_newest(a->store, clock_now(a->clock), ret_us, why);
}

static status settle(app *a, int64_t newest_us, bool quiet, err *why)
{
    uint64_t alerts;
    const settle_options o = {.s = a->store,
                              .actor = app_actor(a),
                              .clock = a->clock,
                              .after_us = newest_us,
                              .view = &a->view,
                              .quiet = quiet};
    status st = settle_import(&o, &alerts, why);
    if (st == OK && alerts)
        app_note(a, msg_watch_retro((int64_t)alerts));
    return st;
}

status importing_settle(app *a, int64_t newest_us, err *why)
{
    return settle(a, newest_us, false, why);
}

static status finish(app *a, importing *im, importer *it, status st, err *why)
{
    if (st == OK)
        st = importer_finish(it, why);
    progress_clear(a);
    if (st == OK)
        put_totals(im);
    if (im->refused)
        app_exit(a, 1);
    importer_free(it);
    if (st == OK)
        st = sink_flush(&a->out, why);
    return st == OK ? settle(a, im->newest_us, im->quiet, why) : st;
}

status importing_paths(app *a, err *why)
{
    store *s;
    sandbox *jail = NULL;
    importer *it = NULL;
    import_options o = {0};
    importing im = {.a = a, .bar = progress_start(a)};
    if (option_text(a->options, OPT_IMPORT_SET).len)
        return importing_set(a, why);
    if (option_is_set(a->options, OPT_IMPORT_VERDICT) ||
        option_is_set(a->options, OPT_IMPORT_POLARITY))
        return app_fail(a, ERR_INPUT, msg_set_name_missing(), S(""), why);
    if (option_bool(a->options, OPT_IMPORT_REMOVE))
        return app_fail(a, ERR_INPUT, msg_set_remove_alone(), S(""), why);
    status st = app_store(a, &s, why);
    if (st == OK)
        st = importing_newest(a, &im.newest_us, why);
    if (st == OK)
        st = read_options(a, &o, why);
    if (st == OK)
        st = start(a, &im, &jail, &it, &o, why);
    if (it) {
        for (size_t i = 0; st == OK && i < a->operand_count; i++)
            st = import_path(it, a->operands[i].ptr, why);
        st = finish(a, &im, it, st, why);
    }
    sandbox_free(jail);
    return st;
}

/* Whether its source has spoken here: then that is the same or something newer, and most of these
 * lists would take back what they do not say. */
static status spoken(app *a, const char *source, bool *ret, err *why)
{
    lens *l;
    source_info info;
    CLEANUP(arena_done) arena room;
    arena_init(&room, 64 << 10);
    status st = app_lens(a, &l, why);
    if (st == OK)
        st = source_get(l, &room, slice_str(source), &info, why);
    *ret = st == OK;
    return st == ERR_NOT_FOUND ? OK : st;
}

static void put_left_out(app *a, int64_t count)
{
    if (!count || a->json || a->quiet)
        return;
    sink_put(&a->out, msg_import_starter_left_out(count));
    sink_line(&a->out);
}

status importing_starter(app *a, err *why)
{
    bool there[STARTER_MAX] = {0};
    int64_t left_out = 0;
    sandbox *jail = NULL;
    importer *it = NULL;
    import_options o = {.clock = a->ticks, .directory = store_dir(a->store)};
    importing im = {.a = a, .bar = progress_start(a), .quiet = true};
    status st = OK;
    assert(starter_count <= STARTER_MAX);
    for (size_t i = 0; st == OK && i < starter_count; i++) {
        st = spoken(a, starter_files[i].source, &there[i], why);
        left_out += there[i];
    }
    put_left_out(a, left_out);
    if (st == OK)
        st = start(a, &im, &jail, &it, &o, why);
    if (it) {
        for (size_t i = 0; st == OK && i < starter_count; i++)
            if (!there[i])
                st = import_memory(it, slice_str(starter_files[i].name), starter_bytes(i), why);
        st = finish(a, &im, it, st, why);
    }
    sandbox_free(jail);
    return st;
}
