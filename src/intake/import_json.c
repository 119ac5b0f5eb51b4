/* import_json.c - see import_json.h. */
#include "intake/import_json.h"
#include "base/json_field.h"

#include <stdio.h>

static void put_notes(json_writer *w, const char *key, const import_refusal *list, size_t count)
{
    json_key(w, key);
    json_open(w, '[');
    for (size_t i = 0; i < count; i++) {
        json_open(w, '{');
        json_field_count(w, "at", list[i].at);
        if (list[i].place.len)
            json_field_text(w, "place", list[i].place);
        json_field_text(w, "why", list[i].why);
        json_close(w, '}');
    }
    json_close(w, ']');
}

void import_json(buf *out, const import_summary *s)
{
    char hex[HASH_HEX_MAX], name[HASH_HEX_MAX + 8];
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    json_key(&w, "schema");
    json_put_text(&w, S("noroshi.import/1"));
    json_field_text(&w, "path", s->path);
    json_field_text(&w, "format", s->format);
    json_field_text(&w, "source", s->source);
    snprintf(name, sizeof name, "sha256:%s", hash_hex(s->sha256, SHA256_BYTES, hex));
    json_field_text(&w, "document", s->has_document ? slice_str(name) : S(""));
    json_field_count(&w, "records", s->records);
    json_field_count(&w, "new", s->fresh);
    json_field_count(&w, "known", s->known);
    json_field_count(&w, "withdrawn", s->withdrawn);
    json_field_count(&w, "refused_total", s->refused);
    put_notes(&w, "refused", s->refusals, s->refusal_count);
    json_field_count(&w, "warned_total", s->warned);
    put_notes(&w, "warned", s->warnings, s->warning_count);
    json_key(&w, "seconds");
    char seconds[32];
    snprintf(seconds, sizeof seconds, "%lld.%06lld", (long long)(s->elapsed_us / 1000000),
             (long long)(s->elapsed_us % 1000000));
    json_put_raw(&w, slice_str(seconds));
    if (s->skipped)
        json_field_bool(&w, "skipped", true);
    json_close(&w, '}');
}
