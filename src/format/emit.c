/* emit.c - records of table and list codecs on their way to the sink: see emit.h. */
#include "format/emit.h"

#include "base/text.h"
#include "model/name.h"

#include <stdio.h>

enum { NAMED_SLOTS = 4096 }; /* 2^12: see named_slot */
_Static_assert((int)EMIT_NAMED_MAX < (int)NAMED_SLOTS, "the table of names needs a free slot");

struct emit_item {
    fact_claim claim;
    emit_item *next;
};

/* --- detail ---------------------------------------------------------------------------------- */

static detail_item *add(detail *d, const char *key)
{
    assert(d->count < DETAIL_MAX);
    size_t i = d->count++;
    for (; i > 0 && strcmp(d->item[i - 1].key, key) > 0; i--)
        d->item[i] = d->item[i - 1];
    assert(i == 0 || strcmp(d->item[i - 1].key, key) != 0);
    d->item[i] = (detail_item){.key = key};
    return &d->item[i];
}

void detail_text(detail *d, const char *key, slice text)
{
    if (!text.len)
        return;
    detail_item *it = add(d, key);
    it->type = DETAIL_TEXT;
    it->text = text;
}

void detail_int(detail *d, const char *key, int64_t n)
{
    detail_item *it = add(d, key);
    it->type = DETAIL_INT;
    it->number = n;
}

void detail_raw(detail *d, const char *key, slice raw)
{
    if (!raw.len)
        return;
    detail_item *it = add(d, key);
    it->type = DETAIL_RAW;
    it->text = raw;
}

void detail_true(detail *d, const char *key)
{
    detail_raw(d, key, S("true"));
}

void detail_drop(detail *d, const char *key)
{
    size_t i = 0;
    while (i < d->count && strcmp(d->item[i].key, key) != 0)
        i++;
    if (i == d->count)
        return;
    d->count--;
    for (; i < d->count; i++)
        d->item[i] = d->item[i + 1];
}

static status json_done(emitter *e, slice *ret, err *why)
{
    if (e->json.failed)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "qualifiers are over %d bytes",
                       (int)FACT_DETAIL_MAX);
    return arena_copy(e->memory, buf_slice(&e->json), ret) ? OK : ARENA_SPENT(e->memory, why);
}

status emit_detail(emitter *e, const detail *d, slice *ret, err *why)
{
    if (!d->count) {
        *ret = (slice){NULL, 0};
        return OK;
    }
    buf_clear(&e->json);
    json_writer w = json_writer_on(&e->json);
    json_open(&w, '{');
    for (size_t i = 0; i < d->count; i++) {
        const detail_item *it = &d->item[i];
        json_key(&w, it->key);
        switch (it->type) {
        case DETAIL_TEXT: json_put_text(&w, it->text); break;
        case DETAIL_INT: json_put_int(&w, it->number); break;
        case DETAIL_RAW: json_put_raw(&w, it->text); break;
        }
    }
    json_close(&w, '}');
    return json_done(e, ret, why);
}

status emit_parse(emitter *e, slice raw, const json_limits *limits, json **ret, err *why)
{
    err mine = {0};
    if (!why)
        why = &mine;
    status st = json_parse(e->memory, raw, limits, ret, why);
    if (st == ERR_LIMIT && why->at != ERR_NOWHERE)
        why->code = st = ERR_INPUT;
    return st;
}

status emit_array(emitter *e, const slice *texts, size_t count, slice *ret, err *why)
{
    buf_clear(&e->json);
    json_writer w = json_writer_on(&e->json);
    json_open(&w, '[');
    for (size_t i = 0; i < count; i++)
        json_put_text(&w, texts[i]);
    json_close(&w, ']');
    return json_done(e, ret, why);
}

/* --- opening and closing --------------------------------------------------------------------- */

fact_claim emit_blank(void)
{
    return (fact_claim){.confidence = -1,
                        .first_seen = WHEN_NONE,
                        .last_seen = WHEN_NONE,
                        .valid_from = WHEN_NONE,
                        .valid_until = WHEN_NONE};
}

status emit_open(emitter *e, const format_input *input, const fact_sink *sink,
                 const fact_head *head, err *why)
{
    e->memory = format_memory(input, &e->own);
    e->sink = sink;
    e->records_max = input->limits.records_max ? input->limits.records_max : UINT64_MAX;
    buf_init(&e->json, FACT_DETAIL_MAX);
    e->named = arena_array(e->memory, NAMED_SLOTS, sizeof *e->named);
    if (!e->named)
        return ARENA_SPENT(e->memory, why);
    e->hash = hash_new(HASH_SHA256);
    if (!e->hash)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    emit_context(e, head->format);
    emit_keep(e);
    emit_begin(e);
    return sink->head(sink->ctx, head, why);
}

void emit_close(emitter *e)
{
    e->hash = hash_free(e->hash);
    buf_done(&e->json);
    arena_done(&e->own);
}

static void hash_part(hash_state *h, slice part)
{
    uint64_t len = part.len;
    hash_update(h, slice_of((const char *)&len, sizeof len));
    hash_update(h, part);
}

void emit_context(emitter *e, slice text)
{
    hash_part(e->hash, slice_of((const char *)e->context, sizeof e->context));
    hash_part(e->hash, text);
    hash_final(e->hash, e->context);
}

void emit_keep(emitter *e)
{
    e->record = arena_here(e->memory);
}

/* --- claims ---------------------------------------------------------------------------------- */

void emit_begin(emitter *e)
{
    arena_back(e->memory, e->record);
    e->first = NULL;
    e->last = &e->first;
    e->claims = 0;
    e->naming_count = 0;
    e->common = emit_blank();
}

static status check_text(slice s, size_t max, const char *what, err *why)
{
    if (s.len > max)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is %zu bytes, limit %zu", what, s.len, max);
    if (s.len && memchr(s.ptr, 0, s.len))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "%s holds a NUL byte", what);
    if (utf8_check(s) != SIZE_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is no UTF-8", what);
    return OK;
}

static void lay_under(fact_claim *c, const fact_claim *common)
{
    if (c->confidence < 0)
        c->confidence = common->confidence;
    if (c->first_seen == WHEN_NONE)
        c->first_seen = common->first_seen;
    if (c->last_seen == WHEN_NONE)
        c->last_seen = common->last_seen;
    if (c->valid_from == WHEN_NONE)
        c->valid_from = common->valid_from;
    if (c->valid_until == WHEN_NONE)
        c->valid_until = common->valid_until;
    if (!c->marked) {
        c->marked = common->marked;
        c->marking = common->marking;
    }
    if (!c->origin_count) {
        c->origins = common->origins;
        c->origin_count = common->origin_count;
    }
}

status emit_claim(emitter *e, const fact_claim *claim, err *why)
{
    status st;
    assert(claim->subject.kind != KIND_NONE && claim->predicate != PRED_NONE);
    if (!claim->subject.text.len)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the subject is empty");
    if ((st = check_text(claim->subject.text, NODE_TEXT_MAX, "the subject", why)) != OK ||
        (st = check_text(claim->object.text, NODE_TEXT_MAX, "the object", why)) != OK ||
        (st = check_text(claim->value, FACT_VALUE_MAX, "the text", why)) != OK)
        return st;
    if (e->claims >= EMIT_CLAIMS_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "over %d claims", (int)EMIT_CLAIMS_MAX);
    emit_item *it = arena_new(e->memory, emit_item);
    if (!it)
        return ARENA_SPENT(e->memory, why);
    it->claim = *claim;
    lay_under(&it->claim, &e->common);
    assert(it->claim.origin_count <= FACT_ORIGINS_MAX);
    *e->last = it;
    e->last = &it->next;
    e->claims++;
    return OK;
}

status emit_node(emitter *e, kind k, const char *prefix, slice name, node_ref *ret, err *why)
{
    slice folded, text;
    if (name.len > NAME_TEXT_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a name is %zu bytes, limit %d", name.len,
                       (int)NAME_TEXT_MAX);
    status st = name_fold(e->memory, name, &folded, why);
    if (st != OK)
        return st;
    if (!folded.len)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "a name is empty");
    text = folded;
    if (prefix[0]) {
        char *p = arena_alloc(e->memory, strlen(prefix) + folded.len);
        if (!p)
            return ARENA_SPENT(e->memory, why);
        memcpy(p, prefix, strlen(prefix));
        memcpy(p + strlen(prefix), folded.ptr, folded.len);
        text = slice_of(p, strlen(prefix) + folded.len);
    }
    *ret = (node_ref){k, text};
    return OK;
}

status emit_named(emitter *e, node_ref entity, slice name, const char *how, const detail *more,
                  err *why)
{
    detail d = {0};
    fact_claim c = emit_blank();
    status st;
    name = slice_trim(name);
    if (!name.len)
        return OK;
    if (more)
        d = *more;
    detail_text(&d, "kind", slice_str(how));
    c.subject = entity;
    c.predicate = PRED_NAMED;
    c.value = name;
    if ((st = emit_node(e, KIND_NAME, "", name, &c.object, why)) != OK ||
        (st = emit_detail(e, &d, &c.detail, why)) != OK)
        return st;
    return emit_claim(e, &c, why);
}

/* The place of `h` in the table of names, or the free place where it belongs. */
static uint64_t *named_slot(const emitter *e, uint64_t h)
{
    size_t i = (size_t)(h >> 52); /* 12 bits: NAMED_SLOTS */
    while (e->named[i] && e->named[i] != h)
        i = (i + 1) % NAMED_SLOTS;
    return &e->named[i];
}

/* True when the node was named already. The key is fixed: whoever finds a collision can only keep
 * his own document from saying a name. */
static bool named_before(emitter *e, node_ref n)
{
    static const uint8_t key[16] = "noroshi.format.";
    uint64_t h = (siphash(key, n.text) ^ (uint64_t)n.kind * 0x9e3779b97f4a7c15u) | 1;
    for (size_t i = 0; i < e->naming_count; i++)
        if (e->naming[i] == h)
            return true;
    if (*named_slot(e, h))
        return true;
    if (e->naming_count < EMIT_NAMING_MAX)
        e->naming[e->naming_count++] = h;
    return false;
}

/* The record was taken, and with it the names it said. */
static void remember_names(emitter *e)
{
    for (size_t i = 0; i < e->naming_count && e->named_count < EMIT_NAMED_MAX; i++) {
        *named_slot(e, e->naming[i]) = e->naming[i];
        e->named_count++;
    }
}

status emit_named_once(emitter *e, node_ref entity, slice name, err *why)
{
    if (named_before(e, entity))
        return OK;
    /* true wherever the row that happened to come first was: no dates, no marking of its own */
    fact_claim common = e->common;
    e->common = emit_blank();
    e->common.marked = common.marked;
    e->common.marking = common.marking;
    status st = emit_named(e, entity, name, "primary", NULL, why);
    e->common = common;
    return st;
}

/* --- the end of a record --------------------------------------------------------------------- */

status emit_end(emitter *e, fact_record *record, const slice *parts, size_t count, err *why)
{
    status st;
    if (e->records >= e->records_max)
        return err_set(why, ERR_LIMIT, record->at, "over %llu records",
                       (unsigned long long)e->records_max);
    e->records++;
    if (parts) {
        hash_part(e->hash, slice_of((const char *)e->context, sizeof e->context));
        for (size_t i = 0; i < count; i++)
            hash_part(e->hash, parts[i]);
        hash_final(e->hash, record->content);
    }
    if ((st = e->sink->begin(e->sink->ctx, record, why)) != OK)
        return st;
    for (const emit_item *it = e->first; it; it = it->next)
        if ((st = e->sink->claim(e->sink->ctx, &it->claim, why)) != OK)
            return st;
    if ((st = e->sink->end(e->sink->ctx, why)) != OK)
        return st;
    if (!record->id.len) /* what has versions says all of its own: the first to say may change */
        remember_names(e);
    emit_begin(e);
    return OK;
}

status emit_refuse(emitter *e, uint64_t at, slice place, status st, err *why)
{
    char reason[ERR_MESSAGE_MAX];
    assert(st != OK && why);
    if (st != ERR_INPUT)
        return err_wrap(why, st, "%.*s", SLICE_FMT(place));
    if (e->records >= e->records_max)
        return err_set(why, ERR_LIMIT, at, "over %llu records", (unsigned long long)e->records_max);
    e->records++;
    memcpy(reason, why->msg, sizeof reason); /* the sink may use *why */
    st = e->sink->refuse(e->sink->ctx, at, place, slice_str(reason), why);
    emit_begin(e);
    return st;
}

status emit_warn(emitter *e, uint64_t at, slice place, err *why, const char *fmt, ...)
{
    char text[ERR_MESSAGE_MAX];
    va_list args;
    va_start(args, fmt);
    int n = vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (n < 0)
        n = 0;
    if ((size_t)n >= sizeof text)
        n = (int)sizeof text - 1;
    return e->sink->warn(e->sink->ctx, at, place, slice_of(text, (size_t)n), why);
}

slice emit_line(uint64_t line, char out[EMIT_PLACE_MAX])
{
    int n = snprintf(out, EMIT_PLACE_MAX, "line %llu", (unsigned long long)line);
    return slice_of(out, (size_t)n);
}
