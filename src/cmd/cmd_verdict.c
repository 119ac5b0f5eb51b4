/* cmd_verdict.c - noroshi verdict set VALUE V --why T, noroshi verdict unset VALUE --why T: a
 * person's word about a value, dated, kept with its reason, reversible. */
#include "cmd/app.h"
#include "know/curate.h"
#include "know/store.h"
#include "model/observable.h"
#include "watch/settle.h"

status cmd_verdict_set(app *a, err *why);
status cmd_verdict_unset(app *a, err *why);

/* What both say: of which value, whose word, why. */
static status read_common(app *a, curation *ret, err *why)
{
    observable o;
    slice reason = option_text(a->options, OPT_VERDICT_WHY);
    if (!reason.len)
        return app_fail(a, ERR_INPUT, msg_verdict_why(), S(""), why);
    status st = observable_parse(a->memory, a->operands[0], KIND_NONE, &o, why);
    if (st != OK)
        return err_wrap(why, st, "the value");
    *ret = (curation){
        .value = {o.kind, o.value}, .reason = reason, .source = app_analyst(a), .until = WHEN_NONE};
    return OK;
}

/* What is bad from now on may have been seen here. */
static status look_back(app *a, int64_t newest_us, err *why)
{
    uint64_t alerts;
    const settle_options o = {.s = a->store,
                              .actor = app_actor(a),
                              .clock = a->clock,
                              .after_us = newest_us,
                              .view = &a->view};
    status st = settle_import(&o, &alerts, why);
    if (st == OK && alerts)
        app_note(a, msg_watch_retro_said((int64_t)alerts));
    return st;
}

static status change(app *a, const curation *c, bool say, err *why)
{
    store *s;
    writer *w = NULL;
    int64_t newest_us = WHEN_NONE;
    status st = app_store(a, &s, why);
    if (st == OK)
        st = settle_newest(s, clock_now(a->clock), &newest_us, why);
    if (st == OK)
        st = writer_new(s, app_actor(a), &w, why);
    if (st == OK)
        st = say ? verdict_say(w, c, why) : verdict_unsay(w, c, why);
    writer_free(w);
    return st == OK ? look_back(a, newest_us, why) : st;
}

status cmd_verdict_set(app *a, err *why)
{
    curation c;
    slice word = a->operands[1], level = option_text(a->options, OPT_VERDICT_TLP);
    if (!curation_word(word))
        return app_fail(a, ERR_INPUT, msg_verdict_word(word), word, why);
    status st = read_common(a, &c, why);
    if (st != OK)
        return st;
    c.word = word;
    if (option_is_set(a->options, OPT_VERDICT_UNTIL))
        c.until = option_time(a->options, OPT_VERDICT_UNTIL);
    if (level.len && tlp_parse(level, &c.marking.tlp) != OK)
        return err_set(why, ERR_INPUT, ERR_NOWHERE,
                       "--tlp is clear, green, amber, amber+strict or red");
    return change(a, &c, true, why);
}

status cmd_verdict_unset(app *a, err *why)
{
    curation c;
    status st = read_common(a, &c, why);
    return st == OK ? change(a, &c, false, why) : st;
}
