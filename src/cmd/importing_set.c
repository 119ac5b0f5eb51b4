/* importing_set.c - import --set: documents into a set, its account, what it changes. */
#include "cmd/changing.h"
#include "cmd/importing.h"
#include "cmd/progress.h"
#include "cmd/setting.h"
#include "intake/import_set.h"
#include "know/index.h"
#include "know/store.h"
#include "publish/set_json.h"
#include "watch/settle.h"

#include <stdio.h>
#include <sys/stat.h>

enum {
    REFUSALS_SHOWN = 5,
    CHANGES_SHOWN = 20,
    JSON_MAX = 4 << 20,
    INPUTS_MAX = 1 << 20,
    MODE_DELTA = 2 /* of the choices of --mode */
};

/* --- options -------------------------------------------------------------------------------- */

/* choices stand in the order of the enums */
static void read_verdict(const options *given, set_load_options *o)
{
    if (option_is_set(given, OPT_IMPORT_VERDICT))
        o->verdict = (set_verdict)(SET_KNOWN_GOOD + option_int(given, OPT_IMPORT_VERDICT));
    if (o->verdict == SET_LIST)
        o->polarity = option_is_set(given, OPT_IMPORT_POLARITY)
                          ? (set_polarity)(SET_BENIGN + option_int(given, OPT_IMPORT_POLARITY))
                          : SET_NEUTRAL;
}

static set_mode read_mode(const options *given)
{
    if (option_bool(given, OPT_IMPORT_REMOVE))
        return SET_REMOVE;
    return option_int(given, OPT_IMPORT_MODE) == MODE_DELTA ? SET_ADD : SET_REPLACE;
}

static status check_options(app *a, err *why)
{
    const options *given = a->options;
    set_mode mode = read_mode(given);
    bool said = option_is_set(given, OPT_IMPORT_VERDICT),
         list = said && SET_KNOWN_GOOD + option_int(given, OPT_IMPORT_VERDICT) == SET_LIST;
    if (mode == SET_REPLACE && !said)
        return app_fail(a, ERR_INPUT, msg_set_verdict_missing(), S(""), why);
    if (option_text(given, OPT_IMPORT_FORMAT).len || option_text(given, OPT_IMPORT_MAP).len)
        return app_fail(a, ERR_INPUT, msg_set_no_formats(), S(""), why);
    if (mode == SET_REMOVE && option_int(given, OPT_IMPORT_MODE))
        return app_fail(a, ERR_INPUT, msg_set_remove_alone(), S(""), why);
    if (option_is_set(given, OPT_IMPORT_POLARITY) && !list)
        return app_fail(a, ERR_INPUT, msg_set_only_lists(), S(""), why);
    return OK;
}

static status read_options(app *a, set_load_options *o, err *why)
{
    const options *given = a->options;
    slice grade = option_text(given, OPT_IMPORT_RELIABILITY),
          level = option_text(given, OPT_IMPORT_TLP);
    status st = check_options(a, why);
    if (st != OK)
        return st;
    *o = (set_load_options){.name = option_text(given, OPT_IMPORT_SET),
                            .source = option_text(given, OPT_IMPORT_SOURCE),
                            .reliability = grade.len ? grade.ptr[0] : 0,
                            .mode = read_mode(given),
                            .marking = {.audience = option_text(given, OPT_IMPORT_FOR),
                                        .owner = option_text(given, OPT_IMPORT_OWNER)},
                            .dry_run = option_bool(given, OPT_IMPORT_DRY_RUN),
                            .keep_days = (uint32_t)option_int(given, OPT_SET_KEEP_DAYS)};
    read_verdict(given, o);
    if (!o->source.len)
        o->source = o->name;
    if (level.len && tlp_parse(level, &o->marking.tlp) != OK)
        return err_set(why, ERR_INPUT, ERR_NOWHERE,
                       "--tlp is clear, green, amber, amber+strict or red");
    return OK;
}

/* What is going to be read, by name, size and date; empty when it cannot be read twice. */
static slice inputs_of(const app *a, buf *b)
{
    for (size_t i = 0; i < a->operand_count; i++) {
        struct stat info;
        if (stat(a->operands[i].ptr, &info) != 0) /* standard input is no file either */
            return S("");
        buf_printf(b, "%.*s %lld %lld %ld\n", SLICE_FMT(a->operands[i]), (long long)info.st_size,
                   (long long)info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
    }
    return b->failed ? S("") : buf_slice(b);
}

/* --- the account ---------------------------------------------------------------------------- */

static void put_refusals_json(json_writer *w, const set_summary *s)
{
    json_key(w, "refused");
    json_open(w, '[');
    for (size_t i = 0; i < s->refusal_count; i++) {
        json_open(w, '{');
        json_key(w, "path");
        json_put_text(w, s->refusals[i].path);
        json_key(w, "place");
        json_put_text(w, s->refusals[i].place);
        json_key(w, "why");
        json_put_text(w, s->refusals[i].why);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static status put_json(app *a, const set_load_options *o, const set_summary *s, err *why)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, JSON_MAX);
    json_writer w = json_writer_on(&b);
    const struct {
        const char *key;
        uint64_t n;
    } counts[] = {{"documents", s->documents},
                  {"bytes", s->bytes},
                  {"lines", s->lines},
                  {"read", s->result.added},
                  {"values", s->result.keys},
                  {"replaced", s->result.replaced},
                  {"file_bytes", s->result.bytes},
                  {"labels_left_out", s->result.left_out},
                  {"resumed", s->result.resumed},
                  {"new", s->result.fresh},
                  {"changed", s->result.changed},
                  {"as_before", s->result.same},
                  {"removed", s->result.removed},
                  {"were_not_there", s->result.absent},
                  {"refused_total", s->refused}};
    json_open(&w, '{');
    json_key(&w, "schema");
    json_put_text(&w, S("noroshi.set-import/1"));
    json_key(&w, "set");
    json_put_text(&w, o->name);
    json_key(&w, "source");
    json_put_text(&w, o->source);
    json_key(&w, "verdict");
    json_put_text(&w, slice_str(set_verdict_name(s->result.verdict)));
    json_key(&w, "known");
    json_put_bool(&w, s->result.known);
    for (size_t i = 0; i < COUNT_OF(counts); i++) {
        json_key(&w, counts[i].key);
        json_put_int(&w, (int64_t)counts[i].n);
    }
    json_key(&w, "kinds");
    set_kinds_json(&w, s->result.kinds);
    put_refusals_json(&w, s);
    json_key(&w, "seconds");
    char seconds[32];
    snprintf(seconds, sizeof seconds, "%lld.%06lld", (long long)(s->elapsed_us / 1000000),
             (long long)(s->elapsed_us % 1000000));
    json_put_raw(&w, slice_str(seconds));
    json_close(&w, '}');
    status st = buf_status(&b, why);
    if (st == OK)
        sink_json(&a->out, buf_slice(&b));
    return st;
}

static void line_of(app *a, message m)
{
    sink_words(&a->out, S("  "));
    sink_put(&a->out, m);
    sink_line(&a->out);
}

static void put_refusals(app *a, const set_summary *s)
{
    size_t shown = s->refusal_count < REFUSALS_SHOWN ? s->refusal_count : REFUSALS_SHOWN;
    for (size_t i = 0; i < shown; i++)
        line_of(a, msg_set_refused_place(s->refusals[i].path, s->refusals[i].place,
                                         s->refusals[i].why));
    if (s->refused > shown)
        line_of(a, msg_set_refused_more((int64_t)(s->refused - shown)));
}

static void put_text(app *a, const set_load_options *o, const set_summary *s)
{
    const set_result *r = &s->result;
    message_id word = setting_word(r->verdict, r->polarity);
    sink *out = &a->out;
    sink_put(out, r->known     ? msg_set_known(o->name, word)
                  : o->dry_run ? msg_set_tried(o->name, word, (int64_t)r->keys)
                               : msg_set_loaded(o->name, word, (int64_t)r->keys));
    if (!r->known)
        setting_kinds(a, r->kinds);
    sink_line(out);
    if (r->known)
        return;
    sink_words(out, S("  "));
    sink_put(out, msg_set_account((int64_t)s->documents, (int64_t)s->lines, (int64_t)r->added,
                                  (int64_t)(r->added - r->read_keys)));
    if (s->refused)
        sink_put(out, msg_set_refused((int64_t)s->refused));
    sink_line(out);
    if (r->resumed)
        line_of(a, msg_set_resumed((int64_t)r->resumed));
    if (r->change && o->mode == SET_REMOVE)
        line_of(a, msg_set_taken_out((int64_t)r->removed, (int64_t)r->absent));
    else if (r->change)
        line_of(a, msg_set_fresh((int64_t)r->fresh, (int64_t)r->changed, (int64_t)r->same));
    put_refusals(a, s);
    if (r->left_out)
        line_of(a, msg_set_left_out((int64_t)r->left_out));
    if (r->replaced)
        line_of(a, msg_set_replaced());
}

/* --- what it changes ------------------------------------------------------------------------ */

typedef struct changes {
    app *a;
    bool all;
    uint64_t count;
} changes;

static status on_change(void *ctx, const verdict_change *c, err *why)
{
    changes *ch = ctx;
    if (ch->count++ == 0 && !ch->a->json)
        line_of(ch->a, msg_set_changed());
    if (!ch->all && ch->count > CHANGES_SHOWN)
        return OK;
    if (!ch->a->json)
        sink_words(&ch->a->out, S("    "));
    return changing_put(ch->a, c, why);
}

static status show_changes(app *a, lens *before, int64_t tx, err *why)
{
    lens *after = NULL;
    index_t *ix = NULL;
    rejudge_counts n = {0};
    changes ch = {.a = a, .all = option_bool(a->options, OPT_IMPORT_DIFF)};
    status st = app_lens(a, &after, why);
    if (st == OK)
        st = index_open(a->store, &ix, why);
    rejudge_options o = {
        .before = before, .after = after, .ix = ix, .on_change = on_change, .ctx = &ch};
    if (st == OK)
        st = rejudge_sets(&o, tx, &n, why);
    if (st == OK && !ch.all && ch.count > CHANGES_SHOWN && !a->json)
        line_of(a, msg_set_changed_more((int64_t)(ch.count - CHANGES_SHOWN)));
    index_close(ix);
    return st;
}

/* --- the import ----------------------------------------------------------------------------- */

static void on_progress(void *ctx, uint64_t documents, uint64_t values)
{
    progress_show(ctx, msg_set_progress((int64_t)documents, (int64_t)values));
}

/* `before` looks when everything is read and nothing is changed. */
static status load(app *a, sandbox *jail, progress *bar, writer *w, lens *before, set_import **si,
                   const set_load_options *lo, retro_values *values, set_summary *ret, err *why)
{
    const options *given = a->options;
    set_import_options o = {
        .store = a->store,
        .sandbox = jail,
        .clock = a->ticks,
        .directory = store_dir(a->store),
        .unpack = {.ratio_max = (uint32_t)option_int(given, OPT_LIMIT_ARCHIVE_RATIO),
                   .bytes_max = (uint64_t)option_int(given, OPT_LIMIT_ARCHIVE_BYTES),
                   .levels_max = (uint32_t)option_int(given, OPT_LIMIT_ARCHIVE_LEVELS)},
        .load = lo,
        .on_progress = on_progress,
        .ctx = bar,
        .on_keys = values ? retro_values_add : NULL,
        .keys_ctx = values};
    status st = set_import_new(&o, si, why);
    for (size_t i = 0; st == OK && i < a->operand_count; i++)
        st = set_import_path(*si, a->operands[i].ptr, why);
    if (st == OK)
        st = lens_look(before, &a->view, why);
    if (st == OK)
        st = set_import_finish(*si, w, ret, why);
    if (st != OK && *si) {
        slice where = set_import_where(*si);
        app_failed_in(a, where.len ? where : st == ERR_IO ? slice_str(store_dir(a->store)) : S(""));
    }
    return st;
}

/* What the set says is bad may have been seen here. */
static status look_back(app *a, marking said, const retro_values *values, err *why)
{
    settle_found n;
    const settle_options o = {
        .s = a->store, .actor = app_actor(a), .clock = a->clock, .view = &a->view, .said = said};
    status st = settle_set(&o, values, &n, why);
    if (st == OK && n.alerts)
        app_note(a, msg_watch_retro((int64_t)n.alerts));
    if (st == OK && n.left)
        app_note(a, msg_watch_retro_left((int64_t)n.left));
    return st;
}

/* Values are gathered when they may become alerts. */
static status gather(const app *a, const set_load_options *lo, retro_values **ret, err *why)
{
    bool wanted =
        !lo->dry_run && lo->mode != SET_REMOVE && settle_values_wanted(lo->verdict, lo->polarity);
    return wanted ? retro_values_new(a->store, ret, why) : OK;
}

/* A set's list may be of tens of gigabytes: the worker gets a second more for each 8 MiB of the
 * largest file, a tenth of the speed at which lists are read. */
static uint32_t worker_seconds(const app *a)
{
    int64_t most = 0;
    for (size_t i = 0; i < a->operand_count; i++) {
        struct stat info;
        if (stat(a->operands[i].ptr, &info) == 0 && S_ISREG(info.st_mode) && info.st_size > most)
            most = info.st_size;
    }
    return (uint32_t)(option_int(a->options, OPT_LIMIT_WORKER_SECONDS) + (most >> 23));
}

status importing_set(app *a, err *why)
{
    store *s;
    sandbox *jail = NULL;
    writer *w = NULL;
    lens *before = NULL;
    set_import *si = NULL;
    retro_values *values = NULL;
    set_load_options lo = {0};
    set_summary sum = {0};
    progress bar = progress_start(a);
    CLEANUP(buf_done) buf inputs;
    buf_init(&inputs, INPUTS_MAX);
    status st = read_options(a, &lo, why);
    if (st == OK)
        st = app_store(a, &s, why);
    if (st == OK)
        st = lens_new(a->store, &before, why);
    sandbox_options so = sandbox_defaults(a->ticks);
    so.limits.memory_bytes = (uint64_t)option_int(a->options, OPT_LIMIT_WORKER_BYTES);
    so.limits.cpu_s = so.limits.wait_s = worker_seconds(a);
    if (st == OK)
        st = sandbox_new(&so, &jail, why);
    if (st == OK)
        st = writer_new(a->store, app_actor(a), &w, why);
    lo.w = w;
    lo.resume = inputs_of(a, &inputs);
    if (st == OK)
        st = gather(a, &lo, &values, why);
    if (st == OK)
        st = load(a, jail, &bar, w, before, &si, &lo, values, &sum, why);
    progress_clear(a);
    if (st == OK && a->json)
        st = put_json(a, &lo, &sum, why);
    else if (st == OK && !a->quiet)
        put_text(a, &lo, &sum);
    if (st == OK && sum.refused)
        app_exit(a, 1);
    if (st == OK && sum.result.tx && !a->quiet)
        st = show_changes(a, before, sum.result.tx, why);
    if (st == OK && sum.result.tx)
        st = sink_flush(&a->out, why);
    if (st == OK && sum.result.tx && settle_values_wanted(sum.result.verdict, sum.result.polarity))
        st = look_back(a, lo.marking, values, why);
    retro_values_free(values);
    if (st == OK && !lo.dry_run) /* it is told; what follows makes it quicker, and smaller */
        st = set_import_settle(si, w, why);
    set_import_free(si);
    writer_free(w);
    sandbox_free(jail);
    lens_free(before);
    return st == OK ? sink_flush(&a->out, why) : st;
}
