/* group.c - see group.h. */
#include "watch/group.h"
#include "base/json.h"

static void put_when(json_writer *w, const char *key, when t)
{
    char text[WHEN_TEXT_MAX];
    json_key(w, key);
    t == WHEN_NONE ? json_put_null(w) : json_put_text(w, slice_str(when_iso(t, text)));
}

static void put_pair(json_writer *w, const char *key, slice text)
{
    json_key(w, key);
    text.len ? json_put_text(w, text) : json_put_null(w);
}

static void put_head(json_writer *w, const alert_info *i)
{
    char word[] = {'P', (char)('0' + i->priority), 0};
    put_pair(w, "schema", S("noroshi.alert-group/1"));
    put_pair(w, "id", slice_str(i->id));
    put_pair(w, "rule", i->rule);
    put_pair(w, "priority", slice_str(word));
    put_pair(w, "kind", slice_str(kind_name(i->indicator.kind)));
    put_pair(w, "indicator", i->indicator.text);
    put_pair(w, "host", i->host);
    json_key(w, "hits");
    json_put_int(w, (int64_t)i->hits);
    put_when(w, "first", i->first);
    put_when(w, "last", i->last);
    put_when(w, "raised", i->raised);
    put_pair(w, "tlp", slice_str(tlp_name(i->marking.tlp)));
    put_pair(w, "organisation", i->marking.owner);
    put_when(w, "closed", i->closed);
    put_pair(w, "closed_by", i->closed == WHEN_NONE ? S("") : i->closed_by);
    put_pair(w, "closed_why", i->closed == WHEN_NONE ? S("") : i->closed_why);
}

static void put_places(json_writer *w, const alert_places *p)
{
    json_key(w, "places");
    json_open(w, '[');
    for (size_t n = 0; n < p->count; n++) {
        json_open(w, '{');
        put_pair(w, "path", p->at[n].path);
        json_key(w, "line");
        json_put_int(w, (int64_t)p->at[n].line);
        json_key(w, "offset");
        json_put_int(w, (int64_t)p->at[n].offset);
        put_when(w, "time", p->at[n].at);
        json_close(w, '}');
    }
    json_close(w, ']');
}

status group_json(const alert_info *i, const group_parts *parts, buf *out, err *why)
{
    CLEANUP(buf_done) buf text;
    status st = OK;
    json_writer j = json_writer_on(out);
    buf_init(&text, RENDER_JSON_MAX);
    json_open(&j, '{');
    put_head(&j, i);
    if (parts->places)
        put_places(&j, parts->places);
    if (parts->contact) {
        json_key(&j, "contact");
        json_put_raw(&j, i->event);
    }
    if (parts->answer) {
        st = answer_json(parts->answer, parts->amount, &text, why);
        json_key(&j, "answer");
        json_put_raw(&j, buf_slice(&text));
    }
    json_close(&j, '}');
    return st == OK ? buf_status(out, why) : st;
}
