/* alert_json.c - see alert_json.h. */
#include "publish/alert_json.h"
#include "answer/render.h"
#include "base/json_field.h"

static void put_head(json_writer *w, const alert_info *i)
{
    char word[] = {'P', (char)('0' + i->priority), 0};
    json_field_text(w, "schema", S("noroshi.alert-group/1"));
    json_field_text(w, "id", slice_str(i->id));
    json_field_text(w, "rule", i->rule);
    json_field_text(w, "priority", slice_str(word));
    json_field_text(w, "kind", slice_str(kind_name(i->indicator.kind)));
    json_field_text(w, "indicator", i->indicator.text);
    json_field_text(w, "host", i->host);
    json_field_count(w, "hits", i->hits);
    json_field_when(w, "first", i->first);
    json_field_when(w, "last", i->last);
    json_field_when(w, "raised", i->raised);
    json_field_text(w, "tlp", slice_str(tlp_name(i->marking.tlp)));
    json_field_text(w, "organisation", i->marking.owner);
    json_field_when(w, "closed", i->closed);
    json_field_text(w, "closed_by", i->closed == WHEN_NONE ? S("") : i->closed_by);
    json_field_text(w, "closed_why", i->closed == WHEN_NONE ? S("") : i->closed_why);
}

static void put_places(json_writer *w, const alert_places *p)
{
    json_key(w, "places");
    json_open(w, '[');
    for (size_t n = 0; n < p->count; n++) {
        json_open(w, '{');
        json_field_text(w, "path", p->at[n].path);
        json_field_count(w, "line", p->at[n].line);
        json_field_count(w, "offset", p->at[n].offset);
        json_field_when(w, "time", p->at[n].at);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void put_contact(json_writer *w, const alert_info *i)
{
    json_key(w, "contact");
    json_put_raw(w, i->event);
}

static status put_answer(json_writer *w, const answer *x, render_amount amount, err *why)
{
    CLEANUP(buf_done) buf text;
    buf_init(&text, RENDER_JSON_MAX);
    status st = answer_json(x, amount, &text, why);
    if (st != OK)
        return st;
    json_key(w, "answer");
    json_put_raw(w, buf_slice(&text));
    return OK;
}

status alert_group_json(buf *out, const alert_info *i, const alert_places *p, const answer *w,
                        err *why)
{
    json_writer j = json_writer_on(out);
    json_open(&j, '{');
    put_head(&j, i);
    if (p) {
        put_places(&j, p);
        put_contact(&j, i);
    }
    status st = put_answer(&j, w, p ? RENDER_CAPPED : RENDER_SHORT, why);
    json_close(&j, '}');
    return st == OK ? buf_status(out, why) : st;
}

status alert_message_json(buf *out, const alert_info *i, const answer *w, err *why)
{
    json_writer j = json_writer_on(out);
    status st = OK;
    json_open(&j, '{');
    put_head(&j, i);
    if (w) {
        put_contact(&j, i);
        st = put_answer(&j, w, RENDER_SHORT, why);
    }
    json_close(&j, '}');
    return st == OK ? buf_status(out, why) : st;
}
