/* cmd_verdict.c - noroshi verdict set VALUE V --why T, noroshi verdict unset VALUE --why T: a
 * person's word about a value, dated, kept with its reason, reversible. */
#include "cmd/app.h"
#include "know/store.h"
#include "know/write.h"
#include "model/observable.h"

status cmd_verdict_set(app *a, err *why);
status cmd_verdict_unset(app *a, err *why);

static bool known_word(slice word)
{
    static const char *const words[] = {"malicious", "suspicious", "benign", "unknown"};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (slice_eq(word, slice_str(words[i])))
            return true;
    return false;
}

static status read_value(app *a, observable *ret, err *why)
{
    status st = observable_parse(a->memory, a->operands[0], KIND_NONE, ret, why);
    return st == OK ? OK : err_wrap(why, st, "the value");
}

/* One writer, one statement. */
static status retract(writer *w, app *a, const observable *o, slice reason, err *why)
{
    uint64_t n;
    return writer_retract(w, app_analyst(a), (node_ref){o->kind, o->value}, PRED_VERDICT,
                          (node_ref){0}, reason, &n, why);
}

status cmd_verdict_set(app *a, err *why)
{
    store *s;
    writer *w = NULL;
    observable o;
    slice word = a->operands[1], reason = option_text(a->options, OPT_VERDICT_WHY);
    slice level = option_text(a->options, OPT_VERDICT_TLP);
    if (!known_word(word))
        return app_fail(a, ERR_INPUT, msg_verdict_word(word), word, why);
    if (!reason.len)
        return app_fail(a, ERR_INPUT, msg_verdict_why(), S(""), why);
    status st = read_value(a, &o, why);
    if (st == OK)
        st = app_store(a, &s, why);
    if (st == OK)
        st = writer_new(s, app_actor(a), &w, why);
    if (st != OK)
        return st;
    buf detail;
    buf_init(&detail, FACT_DETAIL_MAX);
    json_writer j = json_writer_on(&detail);
    json_open(&j, '{');
    json_key(&j, "why");
    json_put_text(&j, reason);
    json_close(&j, '}');
    fact_claim c = {.subject = {o.kind, o.value},
                    .predicate = PRED_VERDICT,
                    .value = word,
                    .detail = buf_slice(&detail),
                    .confidence = -1,
                    .first_seen = WHEN_NONE,
                    .last_seen = WHEN_NONE,
                    .valid_from = WHEN_NONE,
                    .valid_until = option_is_set(a->options, OPT_VERDICT_UNTIL)
                                       ? option_time(a->options, OPT_VERDICT_UNTIL)
                                       : WHEN_NONE,
                    .marked = true};
    st = buf_status(&detail, why);
    if (st == OK && level.len && tlp_parse(level, &c.marking.tlp) != OK)
        st = err_set(why, ERR_INPUT, ERR_NOWHERE,
                     "--tlp is clear, green, amber, amber+strict or red");
    /* a new word takes the place of the old one of the same person, at once or not at all */
    if (st == OK)
        st = writer_together(w, why);
    if (st == OK && (st = retract(w, a, &o, S("replaced"), NULL)) == ERR_NOT_FOUND)
        st = OK;
    if (st == OK)
        st = writer_curate(w, app_analyst(a), &c, reason, why);
    if (st == OK)
        st = writer_sync(w, why);
    buf_done(&detail);
    writer_free(w);
    return st;
}

status cmd_verdict_unset(app *a, err *why)
{
    store *s;
    writer *w = NULL;
    observable o;
    slice reason = option_text(a->options, OPT_VERDICT_WHY);
    if (!reason.len)
        return app_fail(a, ERR_INPUT, msg_verdict_why(), S(""), why);
    status st = read_value(a, &o, why);
    if (st == OK)
        st = app_store(a, &s, why);
    if (st == OK)
        st = writer_new(s, app_actor(a), &w, why);
    if (st == OK)
        st = retract(w, a, &o, reason, why);
    writer_free(w);
    return st;
}
