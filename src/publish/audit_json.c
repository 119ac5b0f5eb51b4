/* audit_json.c - see audit_json.h. */
#include "publish/audit_json.h"

#include "base/json_field.h"

void audit_head_json(buf *out, const audit_head *h)
{
    char line[AUDIT_HEAD_TEXT];
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    json_field_text(&w, "schema", S("noroshi.audit-head/1"));
    json_field_count(&w, "entries", h->seq);
    json_field_when(&w, "at", h->seq ? h->at : WHEN_NONE);
    json_field_text(&w, "head", slice_str(audit_head_text(h, line)));
    json_close(&w, '}');
}

void audit_report_json(buf *out, const audit_report *r)
{
    char line[AUDIT_HEAD_TEXT];
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    json_field_text(&w, "schema", S("noroshi.audit-report/1"));
    json_field_count(&w, "entries", r->head.seq);
    json_field_count(&w, "heads", r->heads);
    json_field_count(&w, "waiting", r->waiting);
    json_field_text(&w, "broken", r->broken_by ? slice_str(r->broken_by) : S(""));
    json_key(&w, "broken_at");
    r->broken_by ? json_put_int(&w, (int64_t)r->broken_at) : json_put_null(&w);
    json_field_text(&w, "head", slice_str(audit_head_text(&r->head, line)));
    json_close(&w, '}');
}
