/* alert.c - see alert.h. */
#include "watch/alert.h"
#include "answer/render.h"
#include "base/json.h"

enum { EVENT_MEMORY = 64 << 20, SHOWN_ENTITIES = 20, SHOWN_TEXT = 4096 };

const char *alert_level(const alert *a)
{
    static const char *const names[] = {"critical", "high", "medium", "low"};
    return a->in_exercise ? "informational" : names[a->urgency.priority - 1];
}

/* --- the title -------------------------------------------------------------------------------- */

static message who_met_what(const alert *a)
{
    node_ref n = a->match[0].answer->question.node; /* of a network, the address that was met */
    msg_value v = {(int)n.kind, n.text};
    bool any = !a->host.len;
    switch (a->direction) {
    case LOG_OUTBOUND: return any ? msg_watch_title_out_any(v) : msg_watch_title_out(a->host, v);
    case LOG_INBOUND: return any ? msg_watch_title_in_any(v) : msg_watch_title_in(a->host, v);
    case LOG_DIRECTION_UNKNOWN:
    case LOG_DIRECTION_COUNT_: break;
    }
    return any ? msg_watch_title_any(v) : msg_watch_title_at(a->host, v);
}

void alert_title(const alert *a, language l, const message_style *look, buf *out)
{
    const answer *w = a->match[0].answer;
    message m = who_met_what(a);
    if (a->in_exercise) {
        message call = msg_watch_exercise(a->exercise.contact);
        message_render(out, l, &call, look);
        buf_put(out, phrase_joint(JOIN_SEMICOLON, l));
    }
    message_render(out, l, &m, look);
    if (!w->summary.count)
        return;
    buf_put(out, S(": "));
    phrase_render(out, l, &w->summary, look);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static void put_when(json_writer *w, const char *key, when t)
{
    char text[WHEN_TEXT_MAX];
    json_key(w, key);
    t == WHEN_NONE ? json_put_null(w) : json_put_text(w, slice_str(when_iso(t, text)));
}

static void put_text(json_writer *w, const char *key, slice text)
{
    json_key(w, key);
    text.len ? json_put_text(w, text) : json_put_null(w);
}

/* Foreign and of any length. */
static void put_some(json_writer *w, const char *key, slice text)
{
    put_text(w, key, slice_sub(text, 0, SHOWN_TEXT));
}

static void put_number(json_writer *w, const char *key, uint64_t n)
{
    json_key(w, key);
    json_put_int(w, (int64_t)n);
}

static const char *how_name(match_how h)
{
    return h == MATCH_EXACT    ? "exact"
           : h == MATCH_PARENT ? "parent"
           : h == MATCH_COVERS ? "covers"
                               : "joined";
}

static void put_matches(json_writer *w, const alert *a, bool lean)
{
    json_key(w, "matched");
    json_open(w, '[');
    for (size_t i = 0; i < a->match_count; i++) {
        const alert_match *m = &a->match[i];
        json_open(w, '{');
        put_some(w, "field", m->field);
        put_number(w, "offset", m->offset);
        put_some(w, "value", m->value);
        put_text(w, "indicator", m->indicator.text);
        json_key(w, "kind");
        json_put_text(w, slice_str(kind_name(m->indicator.kind)));
        json_key(w, "how");
        json_put_text(w, slice_str(how_name(m->how)));
        if (!lean) {
            json_key(w, "verdict");
            json_put_text(w, slice_str(verdict_word_name(m->answer->verdict.word)));
        }
        json_close(w, '}');
    }
    json_close(w, ']');
    if (a->match_total > a->match_count)
        put_number(w, "more_matched", a->match_total - a->match_count);
}

/* As JSON where it is JSON, else the line. */
static void put_event(json_writer *w, slice record, size_t most)
{
    CLEANUP(arena_done) arena a;
    json *v = NULL;
    err none;
    arena_init(&a, EVENT_MEMORY);
    slice text = slice_trim(record);
    json_key(w, "event");
    if (text.len <= most && text.len && text.ptr[0] == '{' &&
        json_parse(&a, text, NULL, &v, &none) == OK)
        json_put_value(w, v);
    else
        json_put_text(w, slice_sub(record, 0, most));
    if (record.len > most)
        put_number(w, "event_left_out", record.len - most);
}

static void put_contact(json_writer *w, const alert *a)
{
    const log_event *e = a->event;
    json_key(w, "direction");
    json_put_text(w, slice_str(log_direction_name(a->direction)));
    json_key(w, "outcome");
    json_put_text(w, slice_str(log_outcome_name(e->outcome)));
    put_text(w, "host", a->host);
    put_some(w, "user", e->user ? e->user->value : S(""));
    json_key(w, "asset");
    if (a->asset.weight != ASSET_UNKNOWN) {
        json_open(w, '{');
        json_key(w, "weight");
        json_put_text(w, slice_str(asset_weight_name(a->asset.weight)));
        put_text(w, "name", a->asset.name);
        json_close(w, '}');
    } else {
        json_put_null(w);
    }
    json_key(w, "exercise");
    if (a->in_exercise) {
        json_open(w, '{');
        put_text(w, "call", a->exercise.contact);
        put_text(w, "name", a->exercise.name);
        json_close(w, '}');
    } else {
        json_put_null(w);
    }
}

static void put_parts(json_writer *w, const urgency *u)
{
    json_key(w, "priority_parts");
    json_open(w, '[');
    for (size_t i = 0; i < u->count; i++) {
        json_open(w, '{');
        json_key(w, "rule");
        json_put_text(w, slice_str(urgency_rule_name(u->step[i].rule)));
        json_key(w, "by");
        json_put_int(w, u->step[i].by);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void put_source(json_writer *w, const alert *a)
{
    json_key(w, "source");
    json_open(w, '{');
    put_text(w, "path", a->place.path);
    put_number(w, "line", a->place.line);
    put_number(w, "record", a->number);
    put_number(w, "offset", a->place.offset);
    json_key(w, "format");
    json_put_text(w, slice_str(log_format_name(a->event->format)));
    json_close(w, '}');
}

static void put_entities(json_writer *w, const answer *x)
{
    json_key(w, "entities");
    json_open(w, '[');
    for (size_t i = 0; i < x->entity_count && i < SHOWN_ENTITIES; i++) {
        json_open(w, '{');
        put_text(w, "id", x->entities[i].id.text);
        json_key(w, "kind");
        json_put_text(w, slice_str(kind_name(x->entities[i].kind)));
        put_text(w, "name", x->entities[i].name);
        json_close(w, '}');
    }
    json_close(w, ']');
    json_key(w, "techniques");
    json_open(w, '[');
    for (size_t i = 0; i < x->technique_count && i < SHOWN_ENTITIES; i++)
        json_put_text(w, x->techniques[i].id);
    json_close(w, ']');
}

static void put_group(json_writer *w, const alert *a)
{
    json_key(w, "id");
    if (a->noted.hits)
        json_put_text(w, slice_str(a->noted.id));
    else
        json_put_null(w);
    put_number(w, "hits", a->noted.hits ? a->noted.hits : 1);
}

status alert_json(const alert *a, language l, buf *out, err *why)
{
    CLEANUP(buf_done) buf text;
    char word[] = {'P', (char)('0' + a->urgency.priority), 0};
    json_writer w = json_writer_on(out);
    buf_init(&text, ALERT_LINE_MAX);
    alert_title(a, l, NULL, &text);
    json_open(&w, '{');
    json_key(&w, "schema");
    json_put_text(&w, S("noroshi.alert/1"));
    put_group(&w, a);
    put_when(&w, "time", a->time);
    json_key(&w, "rule");
    json_put_text(&w, slice_str(a->rule));
    json_key(&w, "title");
    json_put_text(&w, buf_slice(&text));
    json_key(&w, "level");
    json_put_text(&w, slice_str(alert_level(a)));
    json_key(&w, "priority");
    json_put_text(&w, slice_str(word));
    put_parts(&w, &a->urgency);
    put_matches(&w, a, false);
    put_contact(&w, a);
    put_event(&w, a->record, ALERT_LINE_MAX / 4);
    put_source(&w, a);
    put_entities(&w, a->match[0].answer);
    buf_clear(&text);
    status st = answer_json(a->match[0].answer, RENDER_SHORT, &text, why);
    if (st != OK)
        return st;
    json_key(&w, "answer");
    json_put_raw(&w, buf_slice(&text));
    json_close(&w, '}');
    return buf_status(out, why);
}

status alert_contact_json(const alert *a, buf *out, err *why)
{
    size_t most = ALERT_EVENT_MAX / 2;
    for (bool fits = false; !fits; most /= 2) {
        alert few = *a;
        json_writer w = json_writer_on(out);
        if (few.match_count > most / 512 + 1)
            few.match_count = most / 512 + 1;
        buf_clear(out);
        json_open(&w, '{');
        put_when(&w, "time", a->time);
        put_parts(&w, &a->urgency);
        put_matches(&w, &few, true);
        put_contact(&w, a);
        put_event(&w, a->record, most);
        put_source(&w, a);
        json_close(&w, '}');
        status st = buf_status(out, why);
        if (st != OK)
            return st;
        fits = out->len <= ALERT_EVENT_MAX;
        if (!fits && most == 0)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "an alert over %d bytes", ALERT_EVENT_MAX);
    }
    return OK;
}

/* --- text ------------------------------------------------------------------------------------- */

void alert_text(const alert *a, sink *out)
{
    char word[] = {'P', (char)('0' + a->urgency.priority), 0};
    const phrase *summary = &a->match[0].answer->summary;
    sink_style(out, a->urgency.priority == 1 ? STYLE_BAD : STYLE_WARN);
    sink_words(out, slice_str(word));
    sink_style(out, STYLE_PLAIN);
    sink_to(out, 4);
    sink_indent(out, 4);
    sink_put(out, msg_watch_minute(a->time == WHEN_NONE ? a->place.at : a->time));
    sink_to(out, 22);
    if (a->in_exercise) {
        sink_put(out, msg_watch_exercise(a->exercise.contact));
        sink_words(out, phrase_joint(JOIN_SEMICOLON, out->options.language));
    }
    sink_put(out, who_met_what(a));
    for (size_t i = 0; i < summary->count; i++) {
        sink_words(out, i ? phrase_joint(summary->join, out->options.language) : S(": "));
        sink_put(out, summary->part[i]);
    }
    sink_line(out);
    sink_style(out, STYLE_DIM);
    sink_to(out, 4);
    sink_put(out, msg_watch_place(a->place.path, (int64_t)a->place.line, (int64_t)a->noted.hits));
    sink_style(out, STYLE_PLAIN);
    sink_indent(out, 0);
    sink_line(out);
}
