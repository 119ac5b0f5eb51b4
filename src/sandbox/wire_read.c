/* wire_read.c - the parent's half of the wire, which believes nothing: see wire.h. */
#include "sandbox/frames.h"

#include "base/json.h"
#include "base/text.h"

#include <stdlib.h>

/* Where we are in the answer. */
typedef enum place {
    AT_START = 1,   /* nothing, or only the codec's name, was said */
    AT_REFUSED = 2, /* records were refused before any head */
    AT_OUTSIDE = 4, /* between records or members */
    AT_INSIDE = 8,  /* in a record or member */
    AT_PARTS = 16,  /* in a record, and a value's parts came */
    AT_END = 32
} place;

struct wire_reader {
    wire_limits limits;
    fact_sink facts;
    unpack_sink members;
    bool for_members;
    bool lied;
    place at;
    buf value;  /* of the parts */
    arena json; /* for checking details */
    buf detail; /* the last one that was checked: documents repeat them */
    wire_end sum;
    char format[WIRE_SPEC_MAX];
    slice origins[FACT_ORIGINS_MAX];
    fact_key keys[FACT_KEYS_MAX];
};

wire_reader *wire_reader_new(const wire_limits *limits, const fact_sink *facts,
                             const unpack_sink *members)
{
    assert(!facts != !members);
    wire_reader *r = calloc(1, sizeof *r);
    if (!r)
        return NULL;
    r->limits = *limits;
    r->at = members ? AT_OUTSIDE : AT_START;
    r->for_members = members != NULL;
    if (facts)
        r->facts = *facts;
    else
        r->members = *members;
    buf_init(&r->value, FACT_VALUE_MAX);
    buf_init(&r->detail, FACT_DETAIL_MAX);
    arena_init(&r->json, 8 << 20);
    return r;
}

wire_reader *wire_reader_free(wire_reader *r)
{
    if (r) {
        buf_done(&r->value);
        buf_done(&r->detail);
        arena_done(&r->json);
        free(r);
    }
    return NULL;
}

bool wire_lied(const wire_reader *r)
{
    return r->lied;
}

const wire_end *wire_counts(const wire_reader *r)
{
    return &r->sum;
}

const wire_end *wire_end_of(const wire_reader *r)
{
    return r->at == AT_END ? &r->sum : NULL;
}

/* --- taking a payload apart ------------------------------------------------------------------ */

/* A cursor over a payload. The first thing that is wrong is kept in `bad`; after it everything
 * reads as zero, so that a taker checks once, at its end. */
typedef struct cursor {
    const char *p, *end;
    const char *bad;
} cursor;

static bool spoil(cursor *c, const char *what)
{
    if (!c->bad)
        c->bad = what;
    c->p = c->end;
    return false;
}

static bool expect(cursor *c, bool fine, const char *what)
{
    return fine || spoil(c, what);
}

static slice raw(cursor *c, uint64_t n)
{
    if (n > (uint64_t)(c->end - c->p)) {
        spoil(c, "a field that ends behind its frame");
        return (slice){0};
    }
    slice s = {c->p, (size_t)n};
    c->p += n;
    return s;
}

static unsigned byte(cursor *c)
{
    slice s = raw(c, 1);
    return s.len ? (unsigned char)s.ptr[0] : 0;
}

static uint64_t number(cursor *c)
{
    uint64_t n = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        unsigned b = byte(c);
        if (shift == 63 && b > 1)
            break;
        n |= (uint64_t)(b & 0x7f) << shift;
        if (!(b & 0x80))
            return expect(c, b || !shift, "a number that is not in its shortest form") ? n : 0;
    }
    spoil(c, "a number over 64 bits");
    return 0;
}

static slice text(cursor *c, size_t max, const char *what)
{
    uint64_t n = number(c);
    if (n > max) {
        spoil(c, what);
        return (slice){0};
    }
    slice s = raw(c, n);
    expect(c, utf8_check(s) == SIZE_MAX, "text that is not UTF-8");
    return s;
}

/* Year 1 to year 9999, in milliseconds. */
static const when when_first = -62135596800000, when_last = 253402300799999;

static when date(cursor *c)
{
    when t = WHEN_NONE;
    slice s = raw(c, sizeof t);
    if (s.len) {
        memcpy(&t, s.ptr, sizeof t);
        expect(c, t >= when_first && t <= when_last, "a date outside the years 1 to 9999");
    }
    return t;
}

static void take_marking(cursor *c, marking *ret)
{
    unsigned t = byte(c), p = byte(c);
    expect(c, t < TLP_COUNT_ && p < PAP_COUNT_, "a marking that there is not");
    *ret = (marking){.tlp = (tlp)t, .pap = (pap)p};
    ret->owner = text(c, AUDIENCE_MAX, "an owner that is too long");
    ret->audience = text(c, AUDIENCE_MAX, "an audience that is too long");
}

static bool kind_exists(unsigned k)
{
    return kind_is_observable((kind)k) || kind_is_entity((kind)k) ||
           (k >= KIND_NAME && k < KIND_END_);
}

static node_ref node(cursor *c)
{
    unsigned k = byte(c);
    expect(c, kind_exists(k), "a kind that there is not");
    slice s = text(c, NODE_TEXT_MAX, "a node that is too long");
    expect(c, s.len > 0, "a node without text");
    return (node_ref){(kind)k, s};
}

/* An offset inside the document; its end counts. */
static uint64_t offset(const wire_reader *r, cursor *c)
{
    uint64_t at = number(c);
    expect(c, at <= r->limits.document_bytes, "an offset outside the document");
    return at;
}

static uint64_t maybe_offset(const wire_reader *r, cursor *c)
{
    uint64_t at = number(c);
    if (at == 0)
        return ERR_NOWHERE;
    expect(c, at - 1 <= r->limits.document_bytes, "an offset outside the document");
    return at - 1;
}

/* --- frames of a document -------------------------------------------------------------------- */

/* Each taker reads the whole payload, then `over` says whether all of it was right. */
static status over(wire_reader *r, cursor *c, err *why)
{
    expect(c, c->p == c->end, "bytes behind the last field");
    if (!c->bad)
        return OK;
    r->lied = true;
    return err_set(why, ERR_INPUT, r->sum.bytes, "it holds %s", c->bad);
}

static status take_format(wire_reader *r, cursor *c, err *why)
{
    slice name = text(c, WIRE_SPEC_MAX, "a format name that is too long");
    uint64_t version = number(c);
    expect(c, name.len > 0 && version <= UINT32_MAX && !r->sum.format.len, "a second format");
    status st = over(r, c, why);
    if (st == OK) {
        memcpy(r->format, name.ptr, name.len);
        r->sum.format = slice_of(r->format, name.len);
        r->sum.format_version = (uint32_t)version;
    }
    return st;
}

static status take_head(wire_reader *r, cursor *c, err *why)
{
    unsigned flags = byte(c);
    expect(c, flags <= HEAD_FLAGS, "unknown flags");
    fact_head h = {.snapshot = flags & HEAD_SNAPSHOT, .marked = flags & HEAD_MARKED};
    h.format = text(c, WIRE_SPEC_MAX, "a format that is too long");
    h.source = text(c, WIRE_SOURCE_MAX, "a source that is too long");
    h.derives_from = text(c, WIRE_SOURCE_MAX, "a source that is too long");
    if (h.marked)
        take_marking(c, &h.marking);
    status st = over(r, c, why);
    if (st != OK)
        return st;
    h.codec = r->sum.format;
    h.codec_version = r->sum.format_version;
    r->at = AT_OUTSIDE;
    return r->facts.head(r->facts.ctx, &h, why);
}

static status take_begin(wire_reader *r, cursor *c, err *why)
{
    unsigned flags = byte(c);
    expect(c, flags <= RECORD_FLAGS, "unknown flags");
    fact_record f = {
        .revoked = flags & RECORD_REVOKED, .marked = flags & RECORD_MARKED, .modified = WHEN_NONE};
    f.at = offset(r, c);
    f.length = number(c);
    expect(c, f.length <= r->limits.document_bytes - f.at,
           "a record that ends behind the document");
    f.line = number(c);
    expect(c, f.line <= r->limits.document_bytes + 1, "a line that the document cannot have");
    f.place = text(c, WIRE_PLACE_MAX, "a place that is too long");
    f.id = text(c, WIRE_ID_MAX, "an id that is too long");
    f.spec = text(c, WIRE_SPEC_MAX, "a spec that is too long");
    if (flags & RECORD_MODIFIED)
        f.modified = date(c);
    slice content = raw(c, sizeof f.content);
    if (content.len)
        memcpy(f.content, content.ptr, sizeof f.content);
    if (f.marked)
        take_marking(c, &f.marking);
    status st = over(r, c, why);
    if (st != OK)
        return st;
    r->at = AT_INSIDE;
    r->sum.records++;
    return r->facts.begin(r->facts.ctx, &f, why);
}

static status take_part(wire_reader *r, cursor *c, err *why)
{
    slice part = raw(c, (uint64_t)(c->end - c->p));
    if (r->at == AT_INSIDE)
        buf_clear(&r->value);
    /* All parts but the last are full, and the last is not empty: one way to cut a value. */
    expect(c,
           part.len > 0 && part.len <= WIRE_PART_MAX && r->value.len % WIRE_PART_MAX == 0 &&
               part.len <= FACT_VALUE_MAX - r->value.len,
           "a part of a value that does not fit");
    status st = over(r, c, why);
    if (st != OK)
        return st;
    buf_put(&r->value, part);
    r->at = AT_PARTS;
    return buf_status(&r->value, why);
}

/* Details are JSON objects, for everybody who reads them later. Most repeat the one before. */
static void check_detail(wire_reader *r, cursor *c, slice detail)
{
    if (c->bad || (detail.len && slice_eq(detail, buf_slice(&r->detail))))
        return;
    json *v;
    arena_reset(&r->json);
    if (!expect(c, json_parse(&r->json, detail, NULL, &v, NULL) == OK && v->type == JSON_OBJECT,
                "a detail that is no JSON object"))
        return;
    buf_clear(&r->detail);
    buf_put(&r->detail, detail);
}

static void take_value(wire_reader *r, cursor *c, unsigned flags, fact_claim *f)
{
    if (flags & CLAIM_PARTS) {
        f->value = buf_slice(&r->value);
        expect(c, r->at == AT_PARTS && f->value.len > WIRE_PART_MAX && !(flags & CLAIM_VALUE),
               "a value in parts that did not come");
        expect(c, utf8_check(f->value) == SIZE_MAX, "text that is not UTF-8");
        return;
    }
    expect(c, r->at == AT_INSIDE, "parts of a value that nobody wants");
    if (flags & CLAIM_VALUE) {
        f->value = text(c, WIRE_PART_MAX, "a value that is too long");
        expect(c, f->value.len > 0, "an empty value");
    }
}

static void take_dates(cursor *c, unsigned flags, fact_claim *f)
{
    if (flags & CLAIM_FIRST_SEEN)
        f->first_seen = date(c);
    if (flags & CLAIM_LAST_SEEN)
        f->last_seen = date(c);
    if (flags & CLAIM_VALID_FROM)
        f->valid_from = date(c);
    if (flags & CLAIM_VALID_UNTIL)
        f->valid_until = date(c);
}

static void take_origins(wire_reader *r, cursor *c, fact_claim *f)
{
    uint64_t n = number(c);
    if (!expect(c, n > 0 && n <= FACT_ORIGINS_MAX, "no origins, or too many"))
        return;
    for (uint64_t i = 0; i < n; i++)
        r->origins[i] = text(c, WIRE_ORIGIN_MAX, "an origin that is too long");
    f->origins = r->origins;
    f->origin_count = (size_t)n;
}

static status take_claim(wire_reader *r, cursor *c, err *why)
{
    uint64_t flags64 = number(c);
    expect(c, flags64 <= CLAIM_FLAGS, "unknown flags");
    unsigned flags = (unsigned)flags64, p = byte(c);
    expect(c, p > PRED_NONE && p < PRED_COUNT_, "a predicate that there is not");
    fact_claim f = {.predicate = (predicate)p,
                    .confidence = -1,
                    .first_seen = WHEN_NONE,
                    .last_seen = WHEN_NONE,
                    .valid_from = WHEN_NONE,
                    .valid_until = WHEN_NONE,
                    .marked = flags & CLAIM_MARKED};
    f.subject = node(c);
    if (flags & CLAIM_OBJECT)
        f.object = node(c);
    take_value(r, c, flags, &f);
    if (flags & CLAIM_DETAIL) {
        f.detail = text(c, FACT_DETAIL_MAX, "a detail that is too long");
        check_detail(r, c, f.detail);
    }
    if (flags & CLAIM_CONFIDENCE) {
        f.confidence = (int)byte(c);
        expect(c, f.confidence <= 100, "a confidence over 100");
    }
    take_dates(c, flags, &f);
    if (f.marked)
        take_marking(c, &f.marking);
    if (flags & CLAIM_ORIGINS)
        take_origins(r, c, &f);
    status st = over(r, c, why);
    if (st != OK)
        return st;
    r->at = AT_INSIDE;
    r->sum.claims++;
    return r->facts.claim(r->facts.ctx, &f, why);
}

static status take_record_end(wire_reader *r, cursor *c, err *why)
{
    status st = over(r, c, why);
    if (st != OK)
        return st;
    r->at = AT_OUTSIDE;
    return r->facts.end(r->facts.ctx, why);
}

static status take_remark(wire_reader *r, cursor *c, bool refused, err *why)
{
    uint64_t at = maybe_offset(r, c);
    slice where = text(c, WIRE_PLACE_MAX, "a place that is too long");
    slice reason = text(c, WIRE_REASON_MAX, "a reason that is too long");
    status st = over(r, c, why);
    if (st != OK)
        return st;
    if (r->at == AT_START)
        r->at = AT_REFUSED; /* the codec's name may not come any more, a head may */
    r->sum.refused += refused;
    return (refused ? r->facts.refuse : r->facts.warn)(r->facts.ctx, at, where, reason, why);
}

static status take_refuse(wire_reader *r, cursor *c, err *why)
{
    return take_remark(r, c, true, why);
}

static status take_warn(wire_reader *r, cursor *c, err *why)
{
    return take_remark(r, c, false, why);
}

/* --- keys of a set --------------------------------------------------------------------------- */

static fact_key take_key(cursor *c)
{
    fact_key k = {.kind = (kind)byte(c)};
    expect(c, kind_is_observable(k.kind), "a key of a kind that there is not");
    size_t digest = c->bad ? 0 : fact_digest_bytes(k.kind);
    k.bytes = digest ? raw(c, digest) : text(c, NODE_TEXT_MAX, "a key that is too long");
    expect(c, k.bytes.len > 0, "a key without bytes");
    return k;
}

static status take_keys(wire_reader *r, cursor *c, err *why)
{
    fact_label label = {.first_seen = WHEN_NONE, .last_seen = WHEN_NONE, .valid_until = WHEN_NONE};
    size_t n = 0, size = 0;
    unsigned flags = byte(c);
    expect(c, r->facts.keys != NULL, "keys that nobody asked for");
    expect(c, flags <= LABEL_FLAGS, "unknown flags");
    label.text = text(c, FACT_LABEL_MAX, "a label that is too long");
    if (flags & LABEL_FIRST_SEEN)
        label.first_seen = date(c);
    if (flags & LABEL_LAST_SEEN)
        label.last_seen = date(c);
    if (flags & LABEL_VALID_UNTIL)
        label.valid_until = date(c);
    expect(c, c->p < c->end, "no keys");
    while (!c->bad && c->p < c->end) {
        if (!expect(c, n < FACT_KEYS_MAX, "too many keys"))
            break;
        r->keys[n] = take_key(c);
        size += r->keys[n++].bytes.len + KEY_EXTRA;
        expect(c, size <= KEYS_BYTES_MAX, "too many bytes of keys");
    }
    status st = over(r, c, why);
    if (st != OK)
        return st;
    r->sum.records += n;
    return r->facts.keys(r->facts.ctx, &label, r->keys, n, why);
}

/* --- frames of an archive -------------------------------------------------------------------- */

static status take_member(wire_reader *r, cursor *c, err *why)
{
    unpack_member m = {.size = number(c) - 1}; /* 0 becomes UNPACK_SIZE_UNKNOWN */
    m.index = number(c);
    m.path = text(c, WIRE_MEMBER_MAX, "a member name that is too long");
    status st = over(r, c, why);
    if (st != OK)
        return st;
    r->at = AT_INSIDE;
    r->sum.members++;
    return r->members.begin(r->members.ctx, &m, why);
}

static status take_data(wire_reader *r, cursor *c, err *why)
{
    slice bytes = raw(c, (uint64_t)(c->end - c->p));
    expect(c, bytes.len > 0, "no data");
    status st = over(r, c, why);
    return st == OK ? r->members.data(r->members.ctx, bytes, why) : st;
}

static status take_member_end(wire_reader *r, cursor *c, err *why)
{
    status st = over(r, c, why);
    if (st != OK)
        return st;
    r->at = AT_OUTSIDE;
    return r->members.end(r->members.ctx, why);
}

static status take_member_refuse(wire_reader *r, cursor *c, err *why)
{
    slice path = text(c, WIRE_MEMBER_MAX, "a member name that is too long");
    slice reason = text(c, WIRE_REASON_MAX, "a reason that is too long");
    status st = over(r, c, why);
    if (st != OK)
        return st;
    r->at = AT_OUTSIDE;
    r->sum.refused++;
    return r->members.refuse(r->members.ctx, path, reason, why);
}

/* --- the last word, and the table ------------------------------------------------------------ */

static status take_end(wire_reader *r, cursor *c, err *why)
{
    unsigned result = byte(c);
    expect(c,
           result == OK || result == ERR_INPUT || result == ERR_LIMIT || result == ERR_IO ||
               result == ERR_INTERNAL,
           "a result that no worker has");
    if (result != OK && !c->bad) {
        uint64_t os = number(c);
        expect(c, os < 4096, "an error number that there is not");
        uint64_t at = number(c) - 1;
        slice message = text(c, END_MESSAGE_MAX, "a message that is too long");
        for (size_t i = 0; i < message.len; i++)
            expect(c, message.ptr[i] >= ' ' && message.ptr[i] <= '~', "a message not printable");
        r->sum.why = (err){.code = (status)result, .os = (int)os, .at = at};
        memcpy(r->sum.why.msg, message.len ? message.ptr : "", message.len);
    }
    /* Only a failed job may stop in the middle of a record. */
    expect(c, result != OK || r->at != AT_INSIDE, "an end inside a record");
    status st = over(r, c, why);
    if (st == OK) {
        r->sum.result = (status)result;
        r->at = AT_END;
    }
    return st;
}

static const struct {
    const char *name;
    status (*take)(wire_reader *r, cursor *c, err *why);
    bool for_members, for_facts;
    int when; /* places where it may come */
} frames[] = {
    [FRAME_END] = {"end", take_end, true, true, AT_START | AT_REFUSED | AT_OUTSIDE | AT_INSIDE},
    [FRAME_FORMAT] = {"format", take_format, false, true, AT_START},
    [FRAME_HEAD] = {"head", take_head, false, true, AT_START | AT_REFUSED},
    [FRAME_BEGIN] = {"begin", take_begin, false, true, AT_OUTSIDE},
    [FRAME_PART] = {"part", take_part, false, true, AT_INSIDE | AT_PARTS},
    [FRAME_CLAIM] = {"claim", take_claim, false, true, AT_INSIDE | AT_PARTS},
    [FRAME_RECORD_END] = {"record end", take_record_end, false, true, AT_INSIDE},
    [FRAME_REFUSE] = {"refusal", take_refuse, false, true, AT_START | AT_REFUSED | AT_OUTSIDE},
    [FRAME_WARN] = {"warning", take_warn, false, true,
                    AT_START | AT_REFUSED | AT_OUTSIDE | AT_INSIDE},
    [FRAME_MEMBER] = {"member", take_member, true, false, AT_OUTSIDE},
    [FRAME_DATA] = {"data", take_data, true, false, AT_INSIDE},
    [FRAME_MEMBER_END] = {"member end", take_member_end, true, false, AT_INSIDE},
    [FRAME_MEMBER_REFUSE] = {"member refusal", take_member_refuse, true, false,
                             AT_OUTSIDE | AT_INSIDE},
    [FRAME_KEYS] = {"keys", take_keys, false, true, AT_OUTSIDE},
};
_Static_assert(COUNT_OF(frames) == FRAME_COUNT_, "a frame without a taker");

static status lie(wire_reader *r, status code, err *why, const char *what, uint64_t n)
{
    r->lied = true;
    return err_set(why, code, r->sum.bytes, "%s %llu", what, (unsigned long long)n);
}

static status take(wire_reader *r, slice payload, err *why)
{
    unsigned type = (unsigned char)payload.ptr[0];
    if (type == 0 || type >= FRAME_COUNT_ ||
        !(r->for_members ? frames[type].for_members : frames[type].for_facts))
        return lie(r, ERR_INPUT, why, "a frame of unknown type", type);
    if (!(frames[type].when & (int)r->at)) {
        r->lied = true;
        return err_set(why, ERR_INPUT, r->sum.bytes, "a %s where none may come", frames[type].name);
    }
    cursor c = {payload.ptr + 1, payload.ptr + payload.len, NULL};
    return frames[type].take(r, &c, why);
}

status wire_feed(wire_reader *r, slice bytes, size_t *ret_used, err *why)
{
    *ret_used = 0;
    while (bytes.len - *ret_used >= FRAME_LENGTH_BYTES) {
        slice rest = slice_from(bytes, *ret_used);
        uint32_t length;
        memcpy(&length, rest.ptr, sizeof length);
        if (length == 0 || length > WIRE_FRAME_MAX)
            return lie(r, ERR_INPUT, why, "a frame of length", length);
        if (rest.len - FRAME_LENGTH_BYTES < length)
            break;
        r->sum.bytes += FRAME_LENGTH_BYTES + length;
        if (r->sum.bytes > r->limits.answer_bytes_max)
            return lie(r, ERR_LIMIT, why, "an answer of more bytes than",
                       r->limits.answer_bytes_max);
        status st = take(r, slice_sub(rest, FRAME_LENGTH_BYTES, FRAME_LENGTH_BYTES + length), why);
        *ret_used += FRAME_LENGTH_BYTES + length;
        if (st != OK)
            return st;
    }
    return OK;
}
