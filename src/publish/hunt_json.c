/* hunt_json.c - see hunt_json.h. */
#include "publish/hunt_json.h"
#include "base/json_field.h"

slice sightings_name(const sightings *s, uint32_t id)
{
    sightings_source found;
    err none;
    return sightings_source_of(s, id, &found, &none) == OK ? found.name : S("?");
}

static void put_lists(const hunt_held *h, json_writer *w, const sighting *s)
{
    char date[WHEN_TEXT_MAX];
    json_key(w, "days");
    json_open(w, '[');
    for (uint32_t i = 0; i < s->day_count; i++) {
        json_open(w, '{');
        json_field_text(w, "day", slice_str(when_date(s->days[i].day * WHEN_DAY, date)));
        json_field_count(w, "count", s->days[i].count);
        json_close(w, '}');
    }
    json_close(w, ']');
    json_key(w, "sources");
    json_open(w, '[');
    for (uint32_t i = 0; i < s->source_count; i++)
        json_put_text(w, sightings_name(h->s, s->sources[i]));
    json_close(w, ']');
    json_key(w, "samples");
    json_open(w, '[');
    for (uint32_t i = 0; i < s->sample_count; i++) {
        json_open(w, '{');
        json_field_text(w, "path", sightings_name(h->s, s->samples[i].source));
        json_field_count(w, "offset", s->samples[i].offset);
        json_field_when(w, "time", s->samples[i].at);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void put_sighting(const hunt_held *h, json_writer *w, const char *key, const sighting *s)
{
    json_key(w, key);
    if (s->count == 0) {
        json_put_null(w);
        return;
    }
    json_open(w, '{');
    json_field_count(w, "count", s->count);
    json_field_when(w, "first", s->first);
    json_field_when(w, "last", s->last);
    put_lists(h, w, s);
    json_close(w, '}');
}

static void put_covered(const hunt_held *h, json_writer *w)
{
    json_key(w, "coverage");
    json_open(w, '{');
    json_field_when(w, "from", h->s ? h->covered->from : WHEN_NONE);
    json_field_when(w, "to", h->s ? h->covered->to : WHEN_NONE);
    json_field_count(w, "sources", h->s ? h->covered->source_count : 0);
    json_close(w, '}');
}

const char *hunt_word(const hunt_held *h, kind k, const sightings_found *f)
{
    bool any = f->itself.count || f->within.count;
    bool known = h->s && f->scope != SIGHTINGS_UNKNOWN && sightings_can_have(k);
    return any ? "yes" : known ? "no" : "cannot-say";
}

void hunt_json(buf *out, const hunt_held *h, node_ref n, const sightings_found *f)
{
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    json_field_text(&w, "schema", S("noroshi.hunt/1"));
    json_field_text(&w, "value", n.text);
    json_field_text(&w, "kind", slice_str(kind_name(n.kind)));
    json_field_text(&w, "said", slice_str(hunt_word(h, n.kind, f)));
    put_sighting(h, &w, "seen", &f->itself);
    put_sighting(h, &w, "within", &f->within);
    put_covered(h, &w);
    json_close(&w, '}');
}

void hunt_total_json(buf *out, const hunt_held *h, const hunt_total *t)
{
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    json_field_text(&w, "schema", S("noroshi.hunt-total/1"));
    json_field_text(&w, "name", t->name);
    json_field_count(&w, "asked", t->asked);
    json_field_count(&w, "seen", t->seen);
    json_field_text(&w, "said", t->seen ? S("yes") : h->s && t->asked ? S("no") : S("cannot-say"));
    put_covered(h, &w);
    json_close(&w, '}');
}
