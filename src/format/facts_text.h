/* facts_text.h - for tests and fuzz targets: what a codec says about a document, as text.
 *
 *     facts_text t;
 *     facts_open(&t);
 *     CHECK_OK(facts_read(&t, &format_kev, S("{...}"), S("kev.json"), why));
 *     CHECK_SAYS(&t, "CVE-2099-0001 exploited");
 *     facts_close(&t);
 *
 * Uses: base, format. Used by: test_facts.h, fuzz_facts.h. One line a head, record, claim, refusal
 * and warning; the order of a claim's parts is fixed, parts that say nothing are left out:
 *     KIND KEY PREDICATE KIND KEY "VALUE" {DETAIL} conf=N first=T last=T from=T until=T tlp=T
 * and each origin in <>. */
#ifndef NOROSHI_FORMAT_FACTS_TEXT_H
#define NOROSHI_FORMAT_FACTS_TEXT_H

#include "base/hash.h"
#include "base/text.h"
#include "format/format.h"
#include "format/lines.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct facts_text {
    buf out;
    uint64_t heads, records, claims, refused, warned;
    bool open, quiet; /* quiet: count, keep no text */
    bool lines;       /* as a worker reads: lines.h */
    size_t chunk;     /* bytes the reader hands out at once; 0: all */
    long fail_after;  /* for the codec's arena; -1: never */
    size_t budget;
    format_limits limits;
    slice mapping;
} facts_text;

static inline void facts_when(buf *out, const char *what, when t)
{
    char text[WHEN_TEXT_MAX];
    if (t != WHEN_NONE)
        buf_printf(out, " %s=%s", what, when_iso(t, text));
}

static inline status facts_on_head(void *ctx, const fact_head *h, err *why)
{
    facts_text *t = ctx;
    (void)why;
    t->heads++;
    if (!t->quiet)
        buf_printf(&t->out, "head %.*s source=%.*s derives=%.*s%s%s%s\n", SLICE_FMT(h->format),
                   SLICE_FMT(h->source), SLICE_FMT(h->derives_from), h->snapshot ? " snapshot" : "",
                   h->marked ? " tlp=" : "", h->marked ? tlp_name(h->marking.tlp) : "");
    return OK;
}

static inline status facts_on_begin(void *ctx, const fact_record *r, err *why)
{
    facts_text *t = ctx;
    char hex[HASH_HEX_MAX];
    (void)why;
    if (t->open || t->heads != 1)
        abort(); /* records do not nest, and follow the head */
    t->open = true;
    t->records++;
    if (!t->quiet) {
        buf_printf(&t->out, "record at=%llu len=%llu line=%llu place=%.*s id=%.*s%s",
                   (unsigned long long)r->at, (unsigned long long)r->length,
                   (unsigned long long)r->line, SLICE_FMT(r->place), SLICE_FMT(r->id),
                   r->revoked ? " revoked" : "");
        if (r->marked)
            buf_printf(&t->out, " tlp=%s", tlp_name(r->marking.tlp));
        buf_printf(&t->out, " content=%.8s\n", hash_hex(r->content, 32, hex));
    }
    return OK;
}

static inline void facts_check(slice s, size_t max)
{
    if (s.len > max || utf8_check(s) != SIZE_MAX || (s.len && memchr(s.ptr, 0, s.len)))
        abort();
}

static inline status facts_on_claim(void *ctx, const fact_claim *c, err *why)
{
    facts_text *t = ctx;
    (void)why;
    if (!t->open || !c->subject.text.len || c->origin_count > FACT_ORIGINS_MAX)
        abort();
    facts_check(c->subject.text, NODE_TEXT_MAX);
    facts_check(c->object.text, NODE_TEXT_MAX);
    facts_check(c->value, FACT_VALUE_MAX);
    facts_check(c->detail, FACT_DETAIL_MAX);
    t->claims++;
    if (t->quiet)
        return OK;
    buf_printf(&t->out, "  %s %.*s %s", kind_name(c->subject.kind), SLICE_FMT(c->subject.text),
               predicate_name(c->predicate));
    if (c->object.kind != KIND_NONE)
        buf_printf(&t->out, " %s %.*s", kind_name(c->object.kind), SLICE_FMT(c->object.text));
    if (c->value.len)
        buf_printf(&t->out, " \"%.*s\"", SLICE_FMT(c->value));
    if (c->detail.len)
        buf_printf(&t->out, " %.*s", SLICE_FMT(c->detail));
    if (c->confidence >= 0)
        buf_printf(&t->out, " conf=%d", c->confidence);
    facts_when(&t->out, "first", c->first_seen);
    facts_when(&t->out, "last", c->last_seen);
    facts_when(&t->out, "from", c->valid_from);
    facts_when(&t->out, "until", c->valid_until);
    if (c->marked)
        buf_printf(&t->out, " tlp=%s", tlp_name(c->marking.tlp));
    for (size_t i = 0; i < c->origin_count; i++)
        buf_printf(&t->out, " <%.*s>", SLICE_FMT(c->origins[i]));
    buf_byte(&t->out, '\n');
    return OK;
}

static inline status facts_on_keys(void *ctx, const fact_label *label, const fact_key *keys,
                                   size_t count, err *why)
{
    facts_text *t = ctx;
    (void)why;
    if (t->open || t->heads != 1 || count == 0 || count > FACT_KEYS_MAX)
        abort();
    facts_check(label->text, FACT_LABEL_MAX);
    for (size_t i = 0; i < count; i++) {
        char hex[HASH_HEX_MAX];
        size_t digest = fact_digest_bytes(keys[i].kind);
        if (digest && keys[i].bytes.len != digest)
            abort();
        if (!digest)
            facts_check(keys[i].bytes, NODE_TEXT_MAX);
        slice shown = digest ? slice_str(hash_hex((const uint8_t *)keys[i].bytes.ptr, digest, hex))
                             : keys[i].bytes;
        if (t->quiet)
            continue;
        buf_printf(&t->out, "key %s %.*s \"%.*s\"", kind_name(keys[i].kind), SLICE_FMT(shown),
                   SLICE_FMT(label->text));
        facts_when(&t->out, "first", label->first_seen);
        facts_when(&t->out, "last", label->last_seen);
        facts_when(&t->out, "until", label->valid_until);
        buf_byte(&t->out, '\n');
    }
    t->records += count;
    return OK;
}

static inline status facts_on_end(void *ctx, err *why)
{
    facts_text *t = ctx;
    (void)why;
    if (!t->open)
        abort();
    t->open = false;
    return OK;
}

static inline status facts_on_refuse(void *ctx, uint64_t at, slice place, slice reason, err *why)
{
    facts_text *t = ctx;
    (void)why;
    if (t->open || !reason.len)
        abort();
    t->refused++;
    if (!t->quiet)
        buf_printf(&t->out, "refused at=%llu %.*s: %.*s\n", (unsigned long long)at,
                   SLICE_FMT(place), SLICE_FMT(reason));
    return OK;
}

static inline status facts_on_warn(void *ctx, uint64_t at, slice place, slice reason, err *why)
{
    facts_text *t = ctx;
    (void)why;
    (void)at;
    t->warned++;
    if (!t->quiet)
        buf_printf(&t->out, "warn %.*s: %.*s\n", SLICE_FMT(place), SLICE_FMT(reason));
    return OK;
}

static inline fact_sink facts_sink(facts_text *t)
{
    return (fact_sink){.ctx = t,
                       .head = facts_on_head,
                       .begin = facts_on_begin,
                       .claim = facts_on_claim,
                       .end = facts_on_end,
                       .refuse = facts_on_refuse,
                       .warn = facts_on_warn,
                       .keys = facts_on_keys};
}

static inline void facts_open(facts_text *t)
{
    *t = (facts_text){.fail_after = -1, .budget = 64 << 20};
    buf_init(&t->out, 256 << 20);
}

static inline void facts_close(facts_text *t)
{
    buf_done(&t->out);
}

/* Reads `doc` with the settings of `t`, from an empty text on. */
static inline status facts_read(facts_text *t, const format *f, slice doc, slice path, err *why)
{
    CLEANUP(arena_done)
    arena a;
    memory_reader m;
    reader r = reader_memory(&m, doc);
    fact_sink sink = facts_sink(t);
    m.step = t->chunk;
    arena_init(&a, t->budget);
    a.fail_after = t->fail_after;
    format_input in = {
        .in = &r, .path = path, .memory = &a, .limits = t->limits, .mapping = t->mapping};
    t->heads = t->records = t->claims = t->refused = t->warned = 0;
    t->open = false;
    buf_clear(&t->out);
    return t->lines ? lines_read(f, &in, &sink, why) : f->read(&in, &sink, why);
}

static inline bool facts_say(const facts_text *t, slice line)
{
    return slice_find(buf_slice(&t->out), line, 0) != SIZE_MAX;
}

#endif
