/* source_json.c - see source_json.h. */
#include "publish/source_json.h"
#include "base/json_field.h"

void source_json(buf *out, const source_info *s)
{
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    json_field_text(&w, "schema", S("noroshi.source/1"));
    json_field_text(&w, "name", s->name);
    json_field_text(&w, "reliability", s->reliability_set ? slice_of(&s->reliability, 1) : S(""));
    json_field_text(&w, "licence", s->licence);
    json_field_text(&w, "derives_from", s->derives_from);
    json_field_count(&w, "documents", s->documents);
    json_field_count(&w, "records", s->records);
    json_field_when(&w, "newest", s->newest);
    json_field_when(&w, "fresh_as_of", s->fresh);
    json_close(&w, '}');
}
