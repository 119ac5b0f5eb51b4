/* cmd_set.c - noroshi set list, stats, verify, drop: bulk lists that are loaded. */
#include "cmd/setting.h"
#include "know/store.h"
#include "know/write.h"
#include "publish/set_json.h"

status cmd_set_list(app *a, err *why);
status cmd_set_stats(app *a, err *why);
status cmd_set_verify(app *a, err *why);
status cmd_set_drop(app *a, err *why);

enum { NAME_COLUMN = 28, WORD_COLUMN = 46 };

message_id setting_word(set_verdict v, set_polarity p)
{
    if (v == SET_KNOWN_GOOD)
        return MSG_set_good;
    if (v == SET_KNOWN_BAD)
        return MSG_set_bad;
    return p == SET_BENIGN       ? MSG_set_list_benign
           : p == SET_SUSPICIOUS ? MSG_set_list_suspicious
                                 : MSG_set_list_neutral;
}

void setting_kinds(app *a, const uint64_t kinds[64])
{
    for (unsigned k = 0; k < 64; k++)
        if (kinds[k]) {
            sink_words(&a->out, S("  "));
            sink_put(&a->out, msg_set_of_kind(slice_str(kind_name((kind)k)), (int64_t)kinds[k]));
        }
}

/* --- rows ----------------------------------------------------------------------------------- */

/* `verified` NULL: nobody looked. */
static status put_json(app *a, const set_info *s, const char *verified, err *why)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, SET_JSON_MAX);
    set_json(&b, s, verified);
    return app_json(a, &b, why);
}

static void put_head(app *a, const set_info *s)
{
    sink *out = &a->out;
    sink_foreign(out, s->name);
    sink_to(out, NAME_COLUMN);
    sink_put(out, message_of(setting_word(s->verdict, s->polarity)));
    sink_to(out, WORD_COLUMN);
}

static status put_row(app *a, const set_info *s, bool kinds, err *why)
{
    uint64_t n[64];
    if (a->json)
        return put_json(a, s, NULL, why);
    put_head(a, s);
    if (s->broken)
        sink_put(&a->out, msg_set_row_broken(slice_str(s->broken)));
    else
        sink_put(&a->out, msg_set_row((int64_t)s->keys, (int64_t)s->bytes, s->recorded));
    if (s->withdrawn) {
        sink_words(&a->out, S("  "));
        sink_put(&a->out, msg_set_row_withdrawn());
    }
    sink_line(&a->out);
    if (!kinds || s->broken)
        return OK;
    set_kinds(s, n);
    sink_words(&a->out, S("  "));
    sink_foreign(&a->out, s->source);
    sink_words(&a->out, S("  "));
    sink_words(&a->out, slice_str(tlp_label(s->marking.tlp)));
    setting_kinds(a, n);
    sink_line(&a->out);
    return OK;
}

static bool named(const app *a, const set_info *s)
{
    for (size_t i = 0; i < a->operand_count; i++)
        if (slice_eq(a->operands[i], s->name))
            return true;
    return a->operand_count == 0;
}

/* Every operand names a set that is seen, or the first that does not is told. */
static status check_names(app *a, const set_list *sets, err *why)
{
    for (size_t i = 0; i < a->operand_count; i++) {
        bool found = false;
        for (size_t k = 0; k < sets->count; k++)
            found |= slice_eq(a->operands[i], sets->at[k].name);
        if (!found)
            return app_fail(a, ERR_NOT_FOUND, msg_set_unknown(a->operands[i]), S(""), why);
    }
    return OK;
}

static status seen(app *a, set_list *ret, err *why)
{
    lens *l;
    status st = app_lens(a, &l, why);
    if (st == OK)
        st = sets_seen(l, ret, why);
    return st == OK ? check_names(a, ret, why) : st;
}

static status show(app *a, bool kinds, err *why)
{
    set_list sets;
    status st = seen(a, &sets, why);
    if (st == OK && !sets.count)
        app_exit(a, 1);
    for (size_t i = 0; st == OK && i < sets.count; i++)
        if (named(a, &sets.at[i]))
            st = put_row(a, &sets.at[i], kinds, why);
    return st == OK ? sink_flush(&a->out, why) : st;
}

status cmd_set_list(app *a, err *why)
{
    return show(a, false, why);
}

status cmd_set_stats(app *a, err *why)
{
    return show(a, true, why);
}

/* --- verify --------------------------------------------------------------------------------- */

static status put_verified(void *ctx, const set_info *s, const err *found, err *why)
{
    app *a = ctx;
    if (!named(a, s))
        return OK;
    if (found)
        app_exit(a, 2);
    if (a->json)
        return put_json(a, s, found ? found->msg : "whole", why);
    if (s->withdrawn && !found) /* a change a day makes hundreds of them */
        return OK;
    put_head(a, s);
    sink_put(&a->out, found ? msg_set_damaged(slice_str(found->msg)) : msg_set_whole());
    if (s->withdrawn) {
        sink_words(&a->out, S("  "));
        sink_put(&a->out, msg_set_row_withdrawn());
    }
    sink_line(&a->out);
    return OK;
}

/* Withdrawn versions, too: --as-of still asks them. */
status cmd_set_verify(app *a, err *why)
{
    set_list sets;
    lens *l;
    status st = app_lens(a, &l, why);
    if (st == OK)
        st = sets_past(l, a->memory, &sets, why);
    if (st == OK)
        st = check_names(a, &sets, why);
    if (st == OK)
        st = sets_verify(l, a->memory, &sets, put_verified, a, why);
    return st == OK ? sink_flush(&a->out, why) : st;
}

/* --- drop ----------------------------------------------------------------------------------- */

/* What is seen of that name; with --purge withdrawn versions, too. */
static status find_rows(app *a, bool purge, int64_t **ret_rows, size_t *ret_count, err *why)
{
    set_list sets;
    lens *l;
    slice source = option_text(a->options, OPT_SET_SOURCE);
    size_t n = 0;
    status st = app_lens(a, &l, why);
    if (st == OK)
        st = sets_past(l, a->memory, &sets, why);
    if (st != OK)
        return st;
    int64_t *rows = arena_array(a->memory, sets.count + 1, sizeof *rows);
    if (!rows)
        return ARENA_SPENT(a->memory, why);
    for (size_t i = 0; i < sets.count; i++) {
        const set_info *s = &sets.at[i];
        if (slice_eq(s->name, a->operands[0]) && (!source.len || slice_eq(source, s->source)) &&
            (purge || !s->withdrawn))
            rows[n++] = s->row;
    }
    if (!n)
        return app_fail(a, ERR_NOT_FOUND, msg_set_unknown(a->operands[0]), S(""), why);
    *ret_rows = rows;
    *ret_count = n;
    return OK;
}

status cmd_set_drop(app *a, err *why)
{
    writer *w = NULL;
    int64_t *rows;
    size_t count = 0;
    uint64_t dropped = 0;
    bool purge = option_bool(a->options, OPT_SET_PURGE);
    status st = find_rows(a, purge, &rows, &count, why);
    if (st == OK)
        st = writer_new(a->store, app_actor(a), &w, why);
    if (st == OK)
        st = set_drop(w, rows, count, purge, &dropped, why);
    writer_free(w);
    if (st == OK)
        app_note(a, msg_set_dropped((int64_t)dropped));
    if (st == OK && purge)
        app_note(a, msg_set_purged((int64_t)count));
    return st;
}
