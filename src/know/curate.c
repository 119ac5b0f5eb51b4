/* curate.c - see curate.h. */
#include "know/curate.h"
#include "base/json_field.h"
#include "know/write_private.h"

bool curation_word(slice word)
{
    static const char *const words[] = {"malicious", "suspicious", "benign", "unknown"};
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (slice_eq(word, slice_str(words[i])))
            return true;
    return false;
}

static status retract(writer *w, const curation *c, slice reason, err *why)
{
    uint64_t n;
    return writer_retract(w, c->source, c->value, PRED_VERDICT, (node_ref){0}, reason, &n, why);
}

static status say(writer *w, const curation *c, slice detail, err *why)
{
    const fact_claim said = {.subject = c->value,
                             .predicate = PRED_VERDICT,
                             .value = c->word,
                             .detail = detail,
                             .confidence = -1,
                             .first_seen = WHEN_NONE,
                             .last_seen = WHEN_NONE,
                             .valid_from = WHEN_NONE,
                             .valid_until = c->until,
                             .marking = c->marking,
                             .marked = true};
    status st = retract(w, c, S("replaced"), why);
    return st == OK || st == ERR_NOT_FOUND ? writer_curate(w, c->source, &said, c->reason, why)
                                           : st;
}

status verdict_say(writer *w, const curation *c, err *why)
{
    CLEANUP(buf_done) buf detail;
    bool alone = !w->together;
    buf_init(&detail, FACT_DETAIL_MAX);
    json_writer j = json_writer_on(&detail);
    json_open(&j, '{');
    json_field_text(&j, "why", c->reason);
    json_close(&j, '}');
    if (!curation_word(c->word) || !c->reason.len)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a verdict has a word and a reason");
    status st = buf_status(&detail, why);
    if (st == OK && alone)
        st = writer_together(w, why);
    if (st == OK)
        st = say(w, c, buf_slice(&detail), why);
    return st == OK && alone ? writer_sync(w, why) : st;
}

status verdict_unsay(writer *w, const curation *c, err *why)
{
    return retract(w, c, c->reason, why);
}
