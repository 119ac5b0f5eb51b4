/* feed_json.c - see feed_json.h. */
#include "intake/feed_json.h"

#include "base/json_field.h"

static void put_definition(json_writer *w, const feed_definition *d)
{
    static const char *const modes[FEED_MODE_COUNT_] = {"auto", "snapshot", "delta"};
    json_field_text(w, "url", d->url);
    json_field_text(w, "format", d->format);
    json_field_text(w, "source", d->source);
    json_field_text(w, "reliability", slice_of(&d->reliability, d->reliability ? 1 : 0));
    json_field_text(w, "tlp", slice_str(tlp_name(d->marking.tlp)));
    json_field_text(w, "for", d->marking.audience);
    json_field_text(w, "mode", slice_str(modes[d->mode]));
    json_field_text(w, "licence", d->licence);
    json_field_text(w, "preset", d->preset);
    json_field_int(w, "every_seconds", d->every_s);
    json_field_bool(w, "paused", d->paused);
}

static void put_held(json_writer *w, const feed_state *s)
{
    json_key(w, "held");
    if (!s->held.len) {
        json_put_null(w);
        return;
    }
    json_open(w, '{');
    json_field_text(w, "why", s->held);
    json_field_count(w, "records", s->held_records);
    json_field_count(w, "new", s->held_fresh);
    json_field_count(w, "withdrawn", s->held_withdrawn);
    json_close(w, '}');
}

static void put_state(json_writer *w, const feed_state *s)
{
    json_field_text(w, "outcome", s->outcome);
    json_field_text(w, "detail", s->detail);
    json_field_count(w, "failures", s->failures);
    json_field_when(w, "tried", s->tried);
    json_field_when(w, "last_ok", s->ok);
    json_field_when(w, "last_new", s->changed);
    json_field_when(w, "due", s->due);
    json_field_count(w, "bytes", s->bytes);
    json_field_count(w, "records", s->records);
    json_field_count(w, "new", s->fresh);
    json_field_count(w, "known", s->records > s->fresh ? s->records - s->fresh : 0);
    json_field_count(w, "withdrawn", s->withdrawn);
    put_held(w, s);
}

static void put_health(json_writer *w, const feed_health *h)
{
    json_field_bool(w, "probation", h->probation);
    json_field_bool(w, "late", h->late);
    json_field_bool(w, "quiet", h->silent);
    json_field_int(w, "habit_seconds", h->habit_ms / 1000);
    json_field_int(w, "quiet_seconds", h->quiet_ms / 1000);
}

static void put_runs(json_writer *w, const feed_runs *history)
{
    json_key(w, "runs");
    json_open(w, '[');
    for (size_t i = 0; i < history->count && i < FEED_JSON_RUNS; i++) {
        const feed_run *r = &history->at[i];
        json_open(w, '{');
        json_field_when(w, "at", r->at);
        json_field_text(w, "outcome", r->outcome);
        json_field_count(w, "bytes", r->bytes);
        json_field_count(w, "records", r->records);
        json_field_count(w, "new", r->fresh);
        json_field_count(w, "withdrawn", r->withdrawn);
        json_field_int(w, "busy_ms", r->busy_ms);
        json_close(w, '}');
    }
    json_close(w, ']');
}

static void put_feed(json_writer *w, const feed_info *f, const feed_health *h)
{
    json_open(w, '{');
    json_field_text(w, "schema", S("noroshi.feed/1"));
    json_field_text(w, "name", f->d.name);
    put_state(w, &f->s);
    put_health(w, h);
    json_field_when(w, "added", f->added);
    json_field_text(w, "added_by", f->added_by);
    put_definition(w, &f->d);
}

void feed_json(buf *out, const feed_info *f, const feed_health *h)
{
    json_writer w = json_writer_on(out);
    put_feed(&w, f, h);
    json_close(&w, '}');
}

void feed_json_whole(buf *out, const feed_info *f, const feed_health *h, const feed_runs *history)
{
    json_writer w = json_writer_on(out);
    put_feed(&w, f, h);
    put_runs(&w, history);
    json_close(&w, '}');
}

void feed_preset_json(buf *out, const feed_preset *p)
{
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    json_field_text(&w, "schema", S("noroshi.feed-preset/1"));
    json_field_text(&w, "name", slice_str(p->name));
    json_field_text(&w, "url", slice_str(p->url));
    json_field_text(&w, "licence", slice_str(p->licence));
    json_field_text(&w, "about", slice_str(p->about));
    json_field_int(&w, "every_seconds", p->every_s);
    json_close(&w, '}');
}

void quiet_log_json(buf *out, const heard_log *log)
{
    json_writer w = json_writer_on(out);
    json_open(&w, '{');
    json_field_text(&w, "schema", S("noroshi.quiet-log/1"));
    json_field_text(&w, "log", log->name);
    json_field_when(&w, "last", log->last);
    json_field_int(&w, "quiet_seconds", log->quiet_ms / 1000);
    json_field_int(&w, "longest_seconds", log->longest_ms / 1000);
    json_close(&w, '}');
}
