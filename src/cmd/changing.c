/* changing.c - see changing.h. */
#include "cmd/changing.h"
#include "publish/change_json.h"

static status put_json(app *a, const verdict_change *c, err *why)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, CHANGE_JSON_MAX);
    change_json(&b, c);
    return app_json(a, &b, why);
}

static const message_id words[] = {
    [VERDICT_UNKNOWN] = MSG_changes_unknown,         [VERDICT_MALICIOUS] = MSG_changes_malicious,
    [VERDICT_SUSPICIOUS] = MSG_changes_suspicious,   [VERDICT_BENIGN] = MSG_changes_benign,
    [VERDICT_CONFLICTING] = MSG_changes_conflicting,
};
_Static_assert(COUNT_OF(words) == VERDICT_WORD_COUNT_, "a verdict without a word");

status changing_put(app *a, const verdict_change *c, err *why)
{
    if (a->json)
        return put_json(a, c, why);
    sink *out = &a->out;
    sink_value(out, (int)c->value.kind, c->value.text);
    sink_to(out, 44);
    sink_put(out, msg_changes_line(words[c->before.word], c->before.score_0_100,
                                   words[c->after.word], c->after.score_0_100));
    sink_line(out);
    return OK;
}
