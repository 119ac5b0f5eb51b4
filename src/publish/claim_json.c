/* claim_json.c - see claim_json.h. */
#include "publish/claim_json.h"
#include "base/json_field.h"

#include <stdio.h>

static void put_node(json_writer *w, const char *key, node_ref n)
{
    json_key(w, key);
    if (n.kind == KIND_NONE) {
        json_put_null(w);
        return;
    }
    json_open(w, '{');
    json_key(w, "kind");
    json_put_text(w, slice_str(kind_name(n.kind)));
    json_key(w, "value");
    json_put_text(w, n.text);
    json_close(w, '}');
}

static void put_marking(json_writer *w, marking m)
{
    json_key(w, "tlp");
    json_put_text(w, slice_str(tlp_name(m.tlp)));
    json_field_text(w, "pap", slice_str(pap_name(m.pap)));
    json_field_text(w, "owner", m.owner);
    json_field_text(w, "audience", m.audience);
}

static void put_document(json_writer *w, const uint8_t *sha256)
{
    char hex[HASH_HEX_MAX], name[HASH_HEX_MAX + 8];
    snprintf(name, sizeof name, "sha256:%s", hash_hex(sha256, SHA256_BYTES, hex));
    json_field_text(w, "document", slice_str(name));
}

void claim_json(buf *out, const claim *c)
{
    char id[CLAIM_ID_TEXT + 1];
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    json_field_text(&w, "schema", S("noroshi.claim/1"));
    json_field_text(&w, "id", slice_str(claim_id_text(c, id)));
    put_node(&w, "subject", c->subject);
    json_field_text(&w, "predicate", slice_str(predicate_name(c->predicate)));
    put_node(&w, "object", c->object);
    json_field_text(&w, "value", c->value);
    json_key(&w, "detail");
    if (c->detail.len)
        json_put_raw(&w, c->detail);
    else
        json_put_null(&w);
    json_field_text(&w, "source", c->source);
    json_key(&w, "confidence");
    if (c->confidence < 0)
        json_put_null(&w);
    else
        json_put_int(&w, c->confidence);
    json_field_when(&w, "first_seen", c->first_seen);
    json_field_when(&w, "last_seen", c->last_seen);
    json_field_when(&w, "valid_from", c->valid_from);
    json_field_when(&w, "valid_until", c->valid_until);
    put_marking(&w, c->marking);
    json_key(&w, "origins");
    json_open(&w, '[');
    for (size_t i = 0; i < c->origin_count; i++)
        json_put_text(&w, c->origins[i]);
    json_close(&w, ']');
    if (c->has_document) {
        put_document(&w, c->document);
        json_field_text(&w, "at", c->place);
    }
    json_field_when(&w, "recorded", c->recorded);
    if (c->withdrawn) {
        json_key(&w, "withdrawn");
        json_put_bool(&w, true);
    }
    json_close(&w, '}');
}

void document_json(buf *out, const document_info *d)
{
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    json_field_text(&w, "schema", S("noroshi.document/1"));
    put_document(&w, d->sha256);
    json_field_text(&w, "source", d->source);
    json_field_text(&w, "format", d->format);
    json_field_text(&w, "path", d->path);
    json_key(&w, "bytes");
    json_put_int(&w, (int64_t)d->bytes);
    json_key(&w, "records");
    json_put_int(&w, (int64_t)d->records);
    json_field_when(&w, "recorded", d->recorded);
    put_marking(&w, d->marking);
    json_close(&w, '}');
}

void object_json(buf *out, const object_info *o, slice bytes)
{
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    json_field_text(&w, "schema", S("noroshi.object/1"));
    json_field_text(&w, "id", o->id);
    json_field_text(&w, "source", o->source);
    json_field_text(&w, "spec", o->spec);
    json_field_when(&w, "modified", o->modified);
    json_key(&w, "revoked");
    json_put_bool(&w, o->revoked);
    put_marking(&w, o->marking);
    put_document(&w, o->document);
    json_key(&w, "object");
    json_put_raw(&w, bytes);
    json_close(&w, '}');
}
