/* changing.c - see changing.h. */
#include "cmd/changing.h"

static void put_side(json_writer *w, const char *key, verdict_word word, verdict_state state,
                     int score)
{
    json_key(w, key);
    json_open(w, '{');
    json_key(w, "verdict");
    json_put_text(w, slice_str(verdict_word_name(word)));
    json_key(w, "state");
    json_put_text(w, slice_str(verdict_state_name(state)));
    json_key(w, "score");
    json_put_int(w, score);
    json_close(w, '}');
}

static status put_json(app *a, const verdict_change *c, err *why)
{
    char at[WHEN_TEXT_MAX];
    CLEANUP(buf_done) buf b;
    buf_init(&b, 1 << 20);
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_key(&w, "schema");
    json_put_text(&w, S("noroshi.change/1"));
    json_key(&w, "kind");
    json_put_text(&w, slice_str(kind_name(c->value.kind)));
    json_key(&w, "value");
    json_put_text(&w, c->value.text);
    json_key(&w, "at");
    json_put_text(&w, slice_str(when_iso(c->at, at)));
    put_side(&w, "before", c->before.word, c->before.state, c->before.score_0_100);
    put_side(&w, "after", c->after.word, c->after.state, c->after.score_0_100);
    json_close(&w, '}');
    status st = buf_status(&b, why);
    if (st == OK)
        sink_json(&a->out, buf_slice(&b));
    return st;
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
