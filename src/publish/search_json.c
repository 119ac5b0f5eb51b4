/* search_json.c - see search_json.h. */
#include "publish/search_json.h"
#include "base/json_field.h"

#include <stdio.h>

slice search_name(lens *l, arena *a, node_ref n)
{
    name_group g;
    slice name;
    if (kind_is_entity(n.kind) && name_group_of(l, a, n, &g, NULL) == OK &&
        name_shown(l, a, &g, &name, NULL) == OK)
        return name;
    return n.text;
}

static void put_node(json_writer *w, const char *key, node_ref n, slice name)
{
    json_key(w, key);
    if (n.kind == KIND_NONE) {
        json_put_null(w);
        return;
    }
    json_open(w, '{');
    json_field_text(w, "id", n.text);
    json_field_text(w, "kind", slice_str(kind_name(n.kind)));
    json_field_text(w, "name", name);
    json_close(w, '}');
}

static void put_json_document(json_writer *w, const document_info *d)
{
    char hex[2 * SHA256_BYTES + 1];
    json_key(w, "document");
    if (!d) {
        json_put_null(w);
        return;
    }
    json_open(w, '{');
    json_field_text(w, "sha256", slice_str(hash_hex(d->sha256, SHA256_BYTES, hex)));
    json_field_text(w, "path", d->path);
    json_field_text(w, "format", d->format);
    json_field_count(w, "bytes", d->bytes);
    json_field_count(w, "records", d->records);
    json_close(w, '}');
}

void search_hit_json(buf *out, lens *l, arena *a, const search_hit *h)
{
    char id[CLAIM_ID_TEXT + 1];
    node_ref object = h->part == SEARCH_PROCEDURE ? h->object : (node_ref){KIND_NONE};
    snprintf(id, sizeof id, "%016llx%016llx", (unsigned long long)h->claim_hi,
             (unsigned long long)h->claim_lo);
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    json_field_text(&w, "schema", S("noroshi.search/1"));
    put_node(&w, "entity", h->thing, h->name);
    json_field_text(&w, "subject", h->document ? S("") : h->subject.text);
    json_field_text(&w, "matched", slice_str(search_part_word(h->part)));
    json_key(&w, "text");
    json_put_text(&w, h->excerpt);
    put_node(&w, "object", object, search_name(l, a, object));
    put_json_document(&w, h->document);
    json_field_text(&w, "claim", h->document ? S("") : slice_str(id));
    json_field_text(&w, "source", h->source);
    json_field_text(&w, "tlp", slice_str(tlp_name(h->marking.tlp)));
    json_field_when(&w, "recorded", h->recorded);
    json_field_count(&w, "matches", h->matches);
    json_close(&w, '}');
}

void search_page_json(buf *out, const search_hits *h)
{
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    json_field_text(&w, "schema", S("noroshi.search-page/1"));
    json_field_count(&w, "found", h->found);
    json_field_bool(&w, "capped", h->capped);
    json_field_text(&w, "next", h->more ? h->next : S(""));
    json_close(&w, '}');
}
