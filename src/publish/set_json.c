/* set_json.c - see set_json.h. */
#include "publish/set_json.h"
#include "base/json_field.h"

void set_kinds(const set_info *s, uint64_t ret[64])
{
    for (unsigned k = 0; k < 64; k++)
        ret[k] = set_of_kind(s, (kind)k);
}

void set_kinds_json(json_writer *w, const uint64_t kinds[64])
{
    json_open(w, '{');
    for (unsigned k = 0; k < 64; k++)
        if (kinds[k])
            json_field_count(w, kind_name((kind)k), kinds[k]);
    json_close(w, '}');
}

void set_json(buf *out, const set_info *s, const char *verified)
{
    char hex[HASH_HEX_MAX];
    uint64_t kinds[64];
    json_writer w = json_writer_on(out);
    set_kinds(s, kinds);
    json_open(&w, '{');
    json_field_text(&w, "schema", S("noroshi.set/1"));
    json_field_text(&w, "set", s->name);
    json_field_text(&w, "source", s->source);
    json_field_text(&w, "verdict", slice_str(set_verdict_name(s->verdict)));
    json_field_text(&w, "polarity", slice_str(set_polarity_name(s->polarity)));
    json_field_text(&w, "tlp", slice_str(tlp_name(s->marking.tlp)));
    json_field_text(&w, "content", slice_str(hash_hex(s->sha256, SHA256_BYTES, hex)));
    json_field_count(&w, "values", s->keys);
    json_field_count(&w, "lines", s->lines);
    json_field_count(&w, "file_bytes", s->bytes);
    json_field_when(&w, "loaded", s->recorded);
    json_field_bool(&w, "withdrawn", s->withdrawn);
    json_field_text(&w, "broken", slice_str(s->broken));
    json_field_text(&w, "verified", slice_str(verified));
    json_key(&w, "kinds");
    set_kinds_json(&w, kinds);
    json_close(&w, '}');
}
