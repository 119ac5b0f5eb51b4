/* log_text.h - for tests and the fuzz target of logs: streams read whole, events as text, and what
 * holds of every event.
 *
 *     log_texts t;
 *     log_texts_open(&t, "zeek");
 *     log_texts_read(&t, stream);                          // t.out: a line an event
 *
 * Uses: log.h. Used by: the tests of logs, log_fuzz. */
#ifndef NOROSHI_FORMAT_LOG_TEXT_H
#define NOROSHI_FORMAT_LOG_TEXT_H

#include "base/json.h"
#include "format/log/build.h"
#include "model/ip.h"

#include <stdio.h>
#include <stdlib.h>

/* 2026-12-01T12:00:00Z */
#define LOG_TEXT_NOW ((when)1796126400000)

typedef struct log_texts {
    buf out;            /* a line an event; when `fields`, each field on one more */
    bool fields, quiet; /* quiet: only the sums */
    const char *named;  /* of --format; NULL: sniffed */
    bool only;
    size_t step; /* fed in pieces of so many bytes; 0: in one */
    size_t bytes_max;
    long fail_after; /* of the arena of each event */
    const log_format *format;
    size_t records, headers, events, raw, times, count, cut, starved;
    uint64_t skipped;
    status st;
} log_texts;

static inline void log_texts_open(log_texts *t, const char *named)
{
    *t = (log_texts){.named = named, .fail_after = -1};
    buf_init(&t->out, 256 << 20);
}

static inline void log_texts_close(log_texts *t)
{
    buf_done(&t->out);
}

/* Our own mistake if it ever happens: stops the program, in a fuzz target as in a test. */
#define LOG_MUST(cond)                                                                             \
    do {                                                                                           \
        if (!(cond)) {                                                                             \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #cond);               \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static inline bool log_texts_has(const log_event *e, const log_field *f)
{
    return !f || (f >= e->field && f < e->field + e->count);
}

/* What holds of every event, whatever the record. */
static inline void log_texts_check(const log_event *e, slice record)
{
    ip addr;
    LOG_MUST(e->format && e->outer);
    LOG_MUST(e->count <= LOG_FIELDS_MAX);
    LOG_MUST(e->time == WHEN_NONE || (e->time >= WHEN_FIRST && e->time <= WHEN_LAST));
    for (size_t i = 0; i < e->count; i++) {
        const log_field *f = &e->field[i];
        LOG_MUST(f->at <= record.len && f->length <= record.len - f->at);
        LOG_MUST(f->name.len <= LOG_NAME_MAX);
        LOG_MUST(f->type != LOG_NULL || f->value.len == 0);
        LOG_MUST(!f->length || log_event_at(e, f->at));
    }
    const log_field *const held[] = {
        e->source_ip, e->source_port, e->destination_ip, e->destination_port, e->user,
        e->host,      e->method,      e->url_host,       e->url_path,         e->query};
    for (size_t i = 0; i < COUNT_OF(held); i++)
        LOG_MUST(log_texts_has(e, held[i]) && (!held[i] || held[i]->value.len));
    if (e->source_ip)
        LOG_MUST(ip4_read(e->source_ip->value, &addr) || ip6_read(e->source_ip->value, &addr));
    if (e->destination_ip)
        LOG_MUST(ip4_read(e->destination_ip->value, &addr) ||
                 ip6_read(e->destination_ip->value, &addr));
}

/* Field *i on is this value of base/json, and what is in it. `path` is scratch. */
static inline void log_texts_same(const json *v, slice text, buf *path, size_t *i,
                                  const log_event *e)
{
    size_t len = path->len;
    bool box = v->type == JSON_OBJECT || v->type == JSON_ARRAY;
    for (const json *m = box ? v->first : NULL; m; m = m->next) {
        if (v->type == JSON_OBJECT && len)
            buf_byte(path, '.');
        if (v->type == JSON_OBJECT)
            buf_put(path, m->key);
        log_texts_same(m, text, path, i, e);
        path->len = len;
    }
    if (box && v->first)
        return;
    LOG_MUST(*i < e->count);
    const log_field *f = &e->field[(*i)++];
    LOG_MUST(slice_eq(f->name, buf_slice(path)));
    if (v->type == JSON_STRING || v->type == JSON_NUMBER)
        LOG_MUST(slice_eq(f->value, v->text));
    else if (v->type == JSON_NULL || box)
        LOG_MUST(f->type == LOG_NULL);
    else
        LOG_MUST(slice_eq(f->value, json_raw(v, text)));
}

/* What base/json takes, the walk over logs reads as the same. */
static inline void log_texts_agree(const log_event *e, slice record)
{
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf path;
    json *v;
    size_t i = 0;
    arena_init(&a, 256 << 20);
    buf_init(&path, 1 << 20);
    while (record.len && (is_space(record.ptr[0]) || !record.ptr[0]))
        record = slice_from(record, 1);
    if (e->cut || !record.len || record.ptr[0] != '{' || !e->outer->tells ||
        json_parse(&a, record, NULL, &v, NULL) != OK)
        return;
    if (v->first)
        log_texts_same(v, record, &path, &i, e);
}

static inline void log_texts_put_text(buf *out, slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c < ' ' || c == 0x7f)
            buf_printf(out, "\\x%02x", c);
        else
            buf_byte(out, (char)c);
    }
}

static inline void log_texts_put_held(buf *out, const char *name, const log_field *f)
{
    if (!f)
        return;
    buf_printf(out, " %s=", name);
    log_texts_put_text(out, f->value);
}

static inline void log_texts_put(log_texts *t, const log_event *e)
{
    buf *out = &t->out;
    char time[WHEN_TEXT_MAX];
    buf_printf(out, "%s", log_format_name(e->format));
    if (e->outer != e->format)
        buf_printf(out, "<%s", log_format_name(e->outer));
    buf_printf(out, " %.*s/%.*s/%.*s", SLICE_FMT(e->category), SLICE_FMT(e->product),
               SLICE_FMT(e->service));
    if (e->time != WHEN_NONE)
        buf_printf(out, " %s", when_iso(e->time, time));
    log_texts_put_held(out, "src", e->source_ip);
    log_texts_put_held(out, "sport", e->source_port);
    log_texts_put_held(out, "dst", e->destination_ip);
    log_texts_put_held(out, "dport", e->destination_port);
    log_texts_put_held(out, "user", e->user);
    log_texts_put_held(out, "host", e->host);
    log_texts_put_held(out, "method", e->method);
    log_texts_put_held(out, "query", e->query);
    if (e->url.len) {
        buf_printf(out, " url=");
        log_texts_put_text(out, e->url);
    }
    if (e->outcome)
        buf_printf(out, " %s", log_outcome_name(e->outcome));
    if (e->direction)
        buf_printf(out, " %s", log_direction_name(e->direction));
    if (e->cut)
        buf_printf(out, " cut=%u", e->cut);
    buf_byte(out, '\n');
    for (size_t i = 0; t->fields && i < e->count; i++) {
        const log_field *f = &e->field[i];
        buf_printf(out, "  ");
        log_texts_put_text(out, f->name);
        if (!slice_eq(f->name, f->sigma)) {
            buf_printf(out, "|");
            log_texts_put_text(out, f->sigma);
        }
        buf_printf(out, "=");
        log_texts_put_text(out, f->value);
        if (f->type != LOG_TEXT)
            buf_printf(out, " (%s)", log_type_name(f->type));
        buf_printf(out, " @%u+%u\n", f->at, f->length);
    }
}

static inline void log_texts_one(log_texts *t, log_reader *r, const log_record *record, arena *a)
{
    log_event e = {.count = 123456};
    err why = {0};
    arena_reset(a);
    a->budget = LOG_MEMORY(record->bytes.len);
    a->fail_after = t->fail_after;
    status st = log_read(r, record->bytes, LOG_TEXT_NOW, a, &e, &why);
    LOG_MUST(t->fail_after >= 0 || (st == OK && !(e.cut & LOG_CUT_MEMORY)));
    t->records++;
    t->skipped += record->skipped;
    if (st != OK) {
        LOG_MUST(e.count == 123456); /* untouched */
        LOG_MUST(why.msg[0]);
        t->st = st;
        return;
    }
    log_texts_check(&e, record->bytes);
    log_texts_agree(&e, record->bytes);
    t->headers += e.header;
    if (e.header)
        return;
    t->events++;
    t->raw += slice_eq(slice_str(log_format_name(e.format)), S("raw"));
    t->times += e.time != WHEN_NONE;
    t->count += e.count;
    t->cut += e.cut != 0;
    t->starved += (e.cut & LOG_CUT_MEMORY) != 0;
    if (!t->quiet)
        log_texts_put(t, &e);
}

/* Reads a stream from its beginning. */
static inline void log_texts_read(log_texts *t, slice stream)
{
    CLEANUP(arena_done) arena a;
    CLEANUP(log_split_close) log_splitter s = {0};
    log_record record;
    log_framing framing;
    bool more;
    size_t step = t->step ? t->step : stream.len + 1;
    arena_init(&a, 64 << 20);
    buf_clear(&t->out);
    t->records = t->headers = t->events = t->raw = t->times = t->count = t->cut = t->starved = 0;
    t->skipped = 0;
    t->st = OK;
    t->format = log_sniff(stream, &framing);
    if (t->named)
        t->format = log_format_named(slice_str(t->named));
    LOG_MUST(t->format);
    log_reader *r = log_reader_new(t->format, &(log_options){.only = t->only});
    LOG_MUST(r);
    log_split_open(&s, framing, t->bytes_max);
    for (size_t at = 0;; at += step) {
        bool over = at >= stream.len;
        log_split_feed(&s, over ? (slice){NULL, 0} : slice_sub(stream, at, at + step));
        while (log_split_next(&s, &record, &more, NULL) == OK && more)
            log_texts_one(t, r, &record, &a);
        if (over)
            break;
    }
    log_reader_free(r);
}

#endif
