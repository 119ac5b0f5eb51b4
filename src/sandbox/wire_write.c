/* wire_write.c - the worker's half of the wire: see wire.h. */
#include "sandbox/frames.h"

#include <stdlib.h>

enum {
    NUMBER_MAX = 10,      /* bytes of a LEB128 u64 */
    FLUSH_AT = 128 << 10, /* a pipe of 1 MiB holds several: both sides work at once */
    DATA_COPY_MAX = 4096, /* smaller pieces of a member are collected */
    BATCH_MAX = FLUSH_AT + FRAME_LENGTH_BYTES + WIRE_FRAME_MAX
};

/* The longest claim fits in a frame. */
_Static_assert(WIRE_PART_MAX + FACT_DETAIL_MAX + 2 * NODE_TEXT_MAX +
                       FACT_ORIGINS_MAX * (WIRE_ORIGIN_MAX + NUMBER_MAX) + 2 * AUDIENCE_MAX + 1024 <
                   WIRE_FRAME_MAX,
               "a claim is one frame");

status wire_writer_init(wire_writer *w, status (*put)(void *, slice, slice, err *), void *ctx,
                        err *why)
{
    *w = (wire_writer){.ptr = malloc(BATCH_MAX), .put = put, .ctx = ctx};
    return w->ptr ? OK : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
}

void wire_writer_done(wire_writer *w)
{
    free(w->ptr);
    *w = (wire_writer){0};
}

status wire_flush(wire_writer *w, err *why)
{
    slice batch = {w->ptr, w->len};
    w->len = 0;
    return batch.len ? w->put(w->ctx, batch, S(""), why) : OK;
}

/* --- putting a frame together ---------------------------------------------------------------- */

/* A frame goes straight into the batch. Its text fields are measured first (`fit`), so that the
 * rest needs no checks: everything else in a frame is less than 1 KiB. */
static bool fit(slice s, size_t max, size_t *total, bool *too_long)
{
    *total += s.len + NUMBER_MAX;
    *too_long |= s.len > max;
    return !*too_long;
}

static void byte(wire_writer *w, unsigned c)
{
    w->ptr[w->len++] = (char)c;
}

static void number(wire_writer *w, uint64_t n)
{
    for (; n >= 0x80; n >>= 7)
        byte(w, (unsigned)(n & 0x7f) | 0x80);
    byte(w, (unsigned)n);
}

static void fixed(wire_writer *w, const void *bytes, size_t n)
{
    memcpy(w->ptr + w->len, bytes, n);
    w->len += n;
}

static void text(wire_writer *w, slice s)
{
    number(w, s.len);
    if (s.len)
        fixed(w, s.ptr, s.len);
}

static void put_marking(wire_writer *w, const marking *m)
{
    byte(w, m->tlp);
    byte(w, m->pap);
    text(w, m->owner);
    text(w, m->audience);
}

/* Room for a frame of at most `size` bytes; *ret_at is where its length goes. */
static status start(wire_writer *w, frame type, size_t size, size_t *ret_at, err *why)
{
    if (w->len + FRAME_LENGTH_BYTES + 1 + size > BATCH_MAX) {
        status st = wire_flush(w, why);
        if (st != OK)
            return st;
    }
    *ret_at = w->len;
    w->len += FRAME_LENGTH_BYTES;
    byte(w, type);
    return OK;
}

static status finish(wire_writer *w, size_t at, err *why)
{
    uint32_t length = (uint32_t)(w->len - at - FRAME_LENGTH_BYTES);
    assert(length <= WIRE_FRAME_MAX && w->len <= BATCH_MAX);
    memcpy(w->ptr + at, &length, sizeof length);
    return w->len >= FLUSH_AT ? wire_flush(w, why) : OK;
}

static status too_long(err *why, const char *what)
{
    return err_set(why, ERR_INTERNAL, ERR_NOWHERE, "codec made a %s over the limits of a fact",
                   what);
}

/* --- facts ----------------------------------------------------------------------------------- */

status wire_put_format(wire_writer *w, slice name, uint32_t version, err *why)
{
    size_t at, size = 0;
    bool bad = false;
    status st;
    if (!fit(name, WIRE_SPEC_MAX, &size, &bad))
        return too_long(why, "format name");
    if ((st = start(w, FRAME_FORMAT, size + NUMBER_MAX, &at, why)) != OK)
        return st;
    text(w, name);
    number(w, version);
    return finish(w, at, why);
}

static status put_head(void *ctx, const fact_head *h, err *why)
{
    wire_writer *w = ctx;
    size_t at, size = 1024;
    bool bad = false;
    status st;
    fit(h->format, WIRE_SPEC_MAX, &size, &bad);
    fit(h->source, WIRE_SOURCE_MAX, &size, &bad);
    fit(h->derives_from, WIRE_SOURCE_MAX, &size, &bad);
    fit(h->marking.owner, AUDIENCE_MAX, &size, &bad);
    fit(h->marking.audience, AUDIENCE_MAX, &size, &bad);
    if (bad)
        return too_long(why, "head");
    if ((st = start(w, FRAME_HEAD, size, &at, why)) != OK)
        return st;
    byte(w, (h->snapshot ? HEAD_SNAPSHOT : 0u) | (h->marked ? HEAD_MARKED : 0u));
    text(w, h->format);
    text(w, h->source);
    text(w, h->derives_from);
    if (h->marked)
        put_marking(w, &h->marking);
    return finish(w, at, why);
}

static status put_begin(void *ctx, const fact_record *r, err *why)
{
    wire_writer *w = ctx;
    size_t at, size = 1024;
    bool bad = false;
    status st;
    fit(r->place, WIRE_PLACE_MAX, &size, &bad);
    fit(r->id, WIRE_ID_MAX, &size, &bad);
    fit(r->spec, WIRE_SPEC_MAX, &size, &bad);
    fit(r->marking.owner, AUDIENCE_MAX, &size, &bad);
    fit(r->marking.audience, AUDIENCE_MAX, &size, &bad);
    if (bad)
        return too_long(why, "record");
    if ((st = start(w, FRAME_BEGIN, size, &at, why)) != OK)
        return st;
    byte(w, (r->revoked ? RECORD_REVOKED : 0u) | (r->marked ? RECORD_MARKED : 0u) |
                (r->modified != WHEN_NONE ? RECORD_MODIFIED : 0u));
    number(w, r->at);
    number(w, r->length);
    number(w, r->line);
    text(w, r->place);
    text(w, r->id);
    text(w, r->spec);
    if (r->modified != WHEN_NONE)
        fixed(w, &r->modified, sizeof r->modified);
    fixed(w, r->content, sizeof r->content);
    if (r->marked)
        put_marking(w, &r->marking);
    return finish(w, at, why);
}

/* A value too long for its claim's frame goes ahead of it. */
static status put_parts(wire_writer *w, slice value, err *why)
{
    while (value.len) {
        slice part = slice_sub(value, 0, WIRE_PART_MAX);
        size_t at;
        status st = start(w, FRAME_PART, part.len, &at, why);
        if (st != OK)
            return st;
        fixed(w, part.ptr, part.len);
        if ((st = finish(w, at, why)) != OK)
            return st;
        value = slice_from(value, part.len);
    }
    return OK;
}

static bool claim_fits(const fact_claim *c, size_t *size)
{
    bool bad = c->subject.text.len == 0 || c->origin_count > FACT_ORIGINS_MAX ||
               c->value.len > FACT_VALUE_MAX || c->confidence > 100;
    if (bad)
        return false;
    fit(c->subject.text, NODE_TEXT_MAX, size, &bad);
    fit(c->object.text, NODE_TEXT_MAX, size, &bad);
    fit(slice_sub(c->value, 0, WIRE_PART_MAX), WIRE_PART_MAX, size, &bad);
    fit(c->detail, FACT_DETAIL_MAX, size, &bad);
    fit(c->marking.owner, AUDIENCE_MAX, size, &bad);
    fit(c->marking.audience, AUDIENCE_MAX, size, &bad);
    for (size_t i = 0; i < c->origin_count; i++)
        fit(c->origins[i], WIRE_ORIGIN_MAX, size, &bad);
    return !bad;
}

static unsigned claim_flags(const fact_claim *c)
{
    return (c->object.kind != KIND_NONE ? CLAIM_OBJECT : 0u) |
           (c->value.len > WIRE_PART_MAX ? CLAIM_PARTS
            : c->value.len               ? CLAIM_VALUE
                                         : 0u) |
           (c->detail.len ? CLAIM_DETAIL : 0u) | (c->confidence >= 0 ? CLAIM_CONFIDENCE : 0u) |
           (c->first_seen != WHEN_NONE ? CLAIM_FIRST_SEEN : 0u) |
           (c->last_seen != WHEN_NONE ? CLAIM_LAST_SEEN : 0u) |
           (c->valid_from != WHEN_NONE ? CLAIM_VALID_FROM : 0u) |
           (c->valid_until != WHEN_NONE ? CLAIM_VALID_UNTIL : 0u) |
           (c->marked ? CLAIM_MARKED : 0u) | (c->origin_count ? CLAIM_ORIGINS : 0u);
}

static void put_dates(wire_writer *w, const fact_claim *c)
{
    const when dates[] = {c->first_seen, c->last_seen, c->valid_from, c->valid_until};
    for (size_t i = 0; i < COUNT_OF(dates); i++)
        if (dates[i] != WHEN_NONE)
            fixed(w, &dates[i], sizeof dates[i]);
}

static status put_claim(void *ctx, const fact_claim *c, err *why)
{
    wire_writer *w = ctx;
    size_t at, size = 1024;
    status st;
    if (!claim_fits(c, &size))
        return too_long(why, "claim");
    unsigned flags = claim_flags(c);
    if (flags & CLAIM_PARTS && (st = put_parts(w, c->value, why)) != OK)
        return st;
    if ((st = start(w, FRAME_CLAIM, size, &at, why)) != OK)
        return st;
    number(w, flags);
    byte(w, c->predicate);
    byte(w, c->subject.kind);
    text(w, c->subject.text);
    if (flags & CLAIM_OBJECT) {
        byte(w, c->object.kind);
        text(w, c->object.text);
    }
    if (flags & CLAIM_VALUE)
        text(w, c->value);
    if (flags & CLAIM_DETAIL)
        text(w, c->detail);
    if (flags & CLAIM_CONFIDENCE)
        byte(w, (unsigned)c->confidence);
    put_dates(w, c);
    if (flags & CLAIM_MARKED)
        put_marking(w, &c->marking);
    if (flags & CLAIM_ORIGINS)
        number(w, c->origin_count);
    for (size_t i = 0; i < c->origin_count; i++)
        text(w, c->origins[i]);
    return finish(w, at, why);
}

static status put_empty(wire_writer *w, frame type, err *why)
{
    size_t at;
    status st = start(w, type, 0, &at, why);
    return st == OK ? finish(w, at, why) : st;
}

static status put_record_end(void *ctx, err *why)
{
    return put_empty(ctx, FRAME_RECORD_END, why);
}

/* Text made for people may be cut; never inside a character. */
static slice cut(slice s, size_t max)
{
    if (s.len <= max)
        return s;
    while (max && ((unsigned char)s.ptr[max] & 0xc0) == 0x80)
        max--;
    return slice_sub(s, 0, max);
}

/* refuse and warn. ERR_NOWHERE becomes 0. */
static status put_remark(wire_writer *w, frame type, uint64_t where, slice place, slice reason,
                         err *why)
{
    size_t at;
    place = cut(place, WIRE_PLACE_MAX);
    reason = cut(reason, WIRE_REASON_MAX);
    status st = start(w, type, place.len + reason.len + 3 * NUMBER_MAX, &at, why);
    if (st != OK)
        return st;
    number(w, where + 1);
    text(w, place);
    text(w, reason);
    return finish(w, at, why);
}

static status put_refuse(void *ctx, uint64_t at, slice place, slice reason, err *why)
{
    return put_remark(ctx, FRAME_REFUSE, at, place, reason, why);
}

static status put_warn(void *ctx, uint64_t at, slice place, slice reason, err *why)
{
    return put_remark(ctx, FRAME_WARN, at, place, reason, why);
}

/* --- keys of a set --------------------------------------------------------------------------- */

static bool keys_fit(const fact_label *label, const fact_key *keys, size_t count)
{
    bool bad = label->text.len > FACT_LABEL_MAX;
    for (size_t i = 0; i < count && !bad; i++) {
        size_t digest = fact_digest_bytes(keys[i].kind);
        bad = !kind_is_observable(keys[i].kind) || keys[i].bytes.len == 0 ||
              (digest ? keys[i].bytes.len != digest : keys[i].bytes.len > NODE_TEXT_MAX);
    }
    return !bad;
}

static void put_label(wire_writer *w, const fact_label *label)
{
    const when dates[] = {label->first_seen, label->last_seen, label->valid_until};
    unsigned flags = 0;
    for (unsigned i = 0; i < COUNT_OF(dates); i++)
        flags |= dates[i] != WHEN_NONE ? 1u << i : 0;
    byte(w, flags);
    text(w, label->text);
    for (size_t i = 0; i < COUNT_OF(dates); i++)
        if (dates[i] != WHEN_NONE)
            fixed(w, &dates[i], sizeof dates[i]);
}

/* As many as one frame holds. */
static status put_some_keys(wire_writer *w, const fact_label *label, const fact_key *keys,
                            size_t count, size_t *ret_done, err *why)
{
    size_t at, size = 0, n = 0;
    while (n < count && n < FACT_KEYS_MAX && size + keys[n].bytes.len + KEY_EXTRA <= KEYS_BYTES_MAX)
        size += keys[n++].bytes.len + KEY_EXTRA;
    status st = start(w, FRAME_KEYS, size + 1024, &at, why);
    if (st != OK)
        return st;
    put_label(w, label);
    for (size_t i = 0; i < n; i++) {
        byte(w, keys[i].kind);
        if (fact_digest_bytes(keys[i].kind))
            fixed(w, keys[i].bytes.ptr, keys[i].bytes.len);
        else
            text(w, keys[i].bytes);
    }
    *ret_done = n;
    return finish(w, at, why);
}

static status put_keys(void *ctx, const fact_label *label, const fact_key *keys, size_t count,
                       err *why)
{
    status st = keys_fit(label, keys, count) ? OK : too_long(why, "key");
    while (st == OK && count) {
        size_t done = 0;
        st = put_some_keys(ctx, label, keys, count, &done, why);
        keys += done;
        count -= done;
    }
    return st;
}

fact_sink wire_facts(wire_writer *w)
{
    return (fact_sink){.ctx = w,
                       .head = put_head,
                       .begin = put_begin,
                       .claim = put_claim,
                       .end = put_record_end,
                       .refuse = put_refuse,
                       .warn = put_warn,
                       .keys = put_keys};
}

/* --- members --------------------------------------------------------------------------------- */

static status put_member(void *ctx, const unpack_member *m, err *why)
{
    wire_writer *w = ctx;
    size_t at, size = 0;
    bool bad = false;
    status st;
    if (!fit(m->path, WIRE_MEMBER_MAX, &size, &bad))
        return too_long(why, "member name");
    if ((st = start(w, FRAME_MEMBER, size + 2 * NUMBER_MAX, &at, why)) != OK)
        return st;
    number(w, m->size + 1); /* UNPACK_SIZE_UNKNOWN becomes 0 */
    number(w, m->index);
    text(w, m->path);
    return finish(w, at, why);
}

/* Large pieces are not copied: batch so far, front of the frame and bytes go out together. */
static status put_data(void *ctx, slice bytes, err *why)
{
    wire_writer *w = ctx;
    while (bytes.len) {
        slice part = slice_sub(bytes, 0, WIRE_FRAME_MAX - 1);
        bool small = part.len < DATA_COPY_MAX;
        size_t at;
        status st = start(w, FRAME_DATA, small ? part.len : 0, &at, why);
        if (st != OK)
            return st;
        if (small) {
            fixed(w, part.ptr, part.len);
            st = finish(w, at, why);
        } else {
            uint32_t length = (uint32_t)part.len + 1;
            memcpy(w->ptr + at, &length, sizeof length);
            slice batch = {w->ptr, w->len};
            w->len = 0;
            st = w->put(w->ctx, batch, part, why);
        }
        if (st != OK)
            return st;
        bytes = slice_from(bytes, part.len);
    }
    return OK;
}

static status put_member_end(void *ctx, err *why)
{
    return put_empty(ctx, FRAME_MEMBER_END, why);
}

static status put_member_refuse(void *ctx, slice path, slice reason, err *why)
{
    wire_writer *w = ctx;
    size_t at;
    path = cut(path, WIRE_MEMBER_MAX);
    reason = cut(reason, WIRE_REASON_MAX);
    status st = start(w, FRAME_MEMBER_REFUSE, path.len + reason.len + 2 * NUMBER_MAX, &at, why);
    if (st != OK)
        return st;
    text(w, path);
    text(w, reason);
    return finish(w, at, why);
}

unpack_sink wire_members(wire_writer *w)
{
    return (unpack_sink){.ctx = w,
                         .begin = put_member,
                         .data = put_data,
                         .end = put_member_end,
                         .refuse = put_member_refuse};
}

/* --- the last word --------------------------------------------------------------------------- */

status wire_put_end(wire_writer *w, status result, const err *said, err *why)
{
    size_t at;
    status st = start(w, FRAME_END, 1024, &at, why);
    if (st != OK)
        return st;
    byte(w, result);
    if (result != OK) {
        char message[END_MESSAGE_MAX];
        size_t n = said ? strnlen(said->msg, sizeof message) : 0;
        for (size_t i = 0; i < n; i++) /* messages are ours and ASCII; a stray byte is no reason */
            message[i] = said->msg[i] < ' ' || said->msg[i] > '~' ? '?' : said->msg[i];
        number(w, said && said->os > 0 ? (uint64_t)said->os : 0);
        number(w, said ? said->at + 1 : 0);
        text(w, slice_of(message, n));
    }
    if ((st = finish(w, at, why)) != OK)
        return st;
    return wire_flush(w, why);
}
