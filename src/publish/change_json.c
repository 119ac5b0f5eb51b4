/* change_json.c - see change_json.h. */
#include "publish/change_json.h"
#include "base/json_field.h"

static void put_side(json_writer *w, const char *key, verdict_word word, verdict_state state,
                     int score)
{
    json_key(w, key);
    json_open(w, '{');
    json_field_text(w, "verdict", slice_str(verdict_word_name(word)));
    json_field_text(w, "state", slice_str(verdict_state_name(state)));
    json_field_int(w, "score", score);
    json_close(w, '}');
}

void change_json(buf *out, const verdict_change *c)
{
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    json_field_text(&w, "schema", S("noroshi.change/1"));
    json_field_text(&w, "kind", slice_str(kind_name(c->value.kind)));
    json_field_text(&w, "value", c->value.text);
    json_field_when(&w, "at", c->at);
    put_side(&w, "before", c->before.word, c->before.state, c->before.score_0_100);
    put_side(&w, "after", c->after.word, c->after.state, c->after.score_0_100);
    json_close(&w, '}');
}
