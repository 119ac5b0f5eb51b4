/* cmd_source.c - noroshi source list, noroshi source set NAME: who says so, and how far it is
 * trusted. */
#include "cmd/app.h"
#include "know/store.h"
#include "know/write.h"
#include "publish/source_json.h"

status cmd_source_list(app *a, err *why);
status cmd_source_set(app *a, err *why);

/* --- list ----------------------------------------------------------------------------------- */

static void put_line(app *a, const source_info *s)
{
    sink *out = &a->out;
    sink_words(out, s->reliability_set ? slice_of(&s->reliability, 1) : S("-"));
    sink_to(out, 3);
    sink_foreign(out, s->name);
    sink_to(out, 40);
    sink_put(out, msg_source_holds((int64_t)s->documents, (int64_t)s->records));
    if (s->fresh != WHEN_NONE) {
        sink_to(out, 76);
        sink_put(out, msg_source_fresh(s->fresh));
    }
    if (s->derives_from.len) {
        sink_words(out, S("  "));
        sink_put(out, msg_source_derives(s->derives_from));
    }
    sink_line(out);
}

static status on_source(void *ctx, const source_info *s, err *why)
{
    app *a = ctx;
    CLEANUP(buf_done) buf b;
    buf_init(&b, SOURCE_JSON_MAX);
    a->exit = 0; /* something was found */
    if (!a->json) {
        put_line(a, s);
        return OK;
    }
    source_json(&b, s);
    return app_json(a, &b, why);
}

status cmd_source_list(app *a, err *why)
{
    lens *l;
    status st = app_lens(a, &l, why);
    if (st != OK)
        return st;
    app_exit(a, 1);
    st = source_each(l, on_source, a, why);
    return st == OK ? sink_flush(&a->out, why) : st;
}

/* --- set ------------------------------------------------------------------------------------ */

status cmd_source_set(app *a, err *why)
{
    store *s;
    lens *l;
    writer *w = NULL;
    source_info known;
    const options *o = a->options;
    slice grade = option_text(o, OPT_SOURCE_RELIABILITY),
          licence = option_text(o, OPT_SOURCE_LICENCE);
    slice derives = option_text(o, OPT_SOURCE_DERIVES);
    if (!grade.len && !licence.len && !derives.len)
        return app_fail(a, ERR_INPUT, msg_source_nothing(), S(""), why);
    status st = app_store(a, &s, why);
    if (st == OK)
        st = app_lens(a, &l, why);
    if (st == OK && (st = source_get(l, a->memory, a->operands[0], &known, why)) == ERR_NOT_FOUND)
        return app_fail(a, st, msg_source_unknown(a->operands[0]), a->operands[0], why);
    if (st == OK)
        st = writer_new(s, app_actor(a), &w, why);
    if (st == OK)
        st = writer_source_set(w, a->operands[0], grade.len ? grade.ptr[0] : 0,
                               licence.len ? &licence : NULL, derives.len ? &derives : NULL, why);
    writer_free(w);
    return st;
}
