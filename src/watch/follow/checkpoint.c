/* checkpoint.c - where every file stands, as bytes:
 *
 *     "NRFOLLW1", key of the fingerprints (16), number of the next stream, count, records, checksum
 *
 * Numbers are LEB128 in as few bytes as they need, so that what reads is what was written. The
 * checksum is SipHash-2-4-128 of all before it, under the key: against accidents. */
#include "watch/follow/own.h"

static const slice magic = S_INIT("NRFOLLW1");

/* --- bytes ---------------------------------------------------------------------------------- */

static void put_number(buf *b, uint64_t n)
{
    for (; n >= 0x80; n >>= 7)
        buf_byte(b, (char)(n | 0x80));
    buf_byte(b, (char)n);
}

static void put_print(buf *b, print p)
{
    for (int i = 0; i < KEY_BYTES; i++)
        buf_byte(b, (char)(p.half[i / 8] >> (i % 8) * 8));
}

static bool get_number(slice *s, uint64_t *ret)
{
    uint64_t n = 0;
    for (unsigned i = 0; i < 10 && i < s->len; i++) {
        uint64_t byte = (unsigned char)s->ptr[i];
        if ((i == 9 && byte > 1) || (i && !byte))
            return false;
        n |= (byte & 0x7f) << 7 * i;
        if (byte < 0x80) {
            *s = slice_from(*s, i + 1);
            *ret = n;
            return true;
        }
    }
    return false;
}

static bool get_print(slice *s, print *ret)
{
    if (s->len < KEY_BYTES)
        return false;
    *ret = (print){0};
    for (int i = 0; i < KEY_BYTES; i++)
        ret->half[i / 8] |= (uint64_t)(unsigned char)s->ptr[i] << (i % 8) * 8;
    *s = slice_from(*s, KEY_BYTES);
    return true;
}

/* --- records -------------------------------------------------------------------------------- */

static void put_record(buf *b, const record *r)
{
    put_number(b, r->flags);
    put_print(b, r->log);
    if (r->flags & RECORD_LOG)
        return;
    put_number(b, r->id);
    put_number(b, r->dev);
    put_number(b, r->ino);
    put_number(b, r->done);
    put_number(b, r->line);
    put_number(b, r->size);
    put_number(b, r->head_len);
    put_print(b, r->head);
    if (r->done > HEAD_BYTES)
        put_print(b, r->tail);
    if (r->flags & RECORD_PACKED) {
        put_number(b, r->listed);
        put_number(b, r->listed_ns);
    }
}

static bool get_record(slice *s, const checkpoint *c, record *r)
{
    uint64_t flags, head_len;
    *r = (record){0};
    if (!get_number(s, &flags) || flags >= 2 * RECORD_PACKED ||
        (flags & RECORD_LOG && flags != RECORD_LOG) || !get_print(s, &r->log))
        return false;
    r->flags = (unsigned)flags;
    if (flags & RECORD_LOG)
        return true;
    if (!get_number(s, &r->id) || !r->id || r->id >= c->next_id || !get_number(s, &r->dev) ||
        !get_number(s, &r->ino) || !get_number(s, &r->done) || !get_number(s, &r->line) ||
        !get_number(s, &r->size) || !get_number(s, &head_len) || !head_len ||
        head_len > HEAD_BYTES || !get_print(s, &r->head) ||
        (r->done > HEAD_BYTES && !get_print(s, &r->tail)) ||
        (flags & RECORD_PACKED && (!get_number(s, &r->listed) || !get_number(s, &r->listed_ns))))
        return false;
    r->head_len = (uint32_t)head_len;
    /* what was read begins with what is remembered */
    uint64_t least = r->done < HEAD_BYTES ? r->done : HEAD_BYTES;
    return (r->flags & RECORD_IGNORED) || r->head_len >= least;
}

void checkpoint_write(const checkpoint *c, buf *out)
{
    uint64_t sum[2];
    const size_t from = out->len;
    buf_put(out, magic);
    buf_put(out, slice_of((const char *)c->key, KEY_BYTES));
    put_number(out, c->next_id);
    put_number(out, c->count);
    for (size_t i = 0; i < c->count; i++)
        put_record(out, &c->records[i]);
    if (out->failed)
        return;
    siphash128(c->key, slice_of(out->ptr + from, out->len - from), sum);
    put_print(out, (print){{sum[0], sum[1]}});
}

static status damaged(err *why)
{
    return err_set(why, ERR_INPUT, ERR_NOWHERE, "the checkpoint is damaged");
}

status checkpoint_read(arena *a, slice bytes, checkpoint *ret, err *why)
{
    checkpoint c = {0};
    uint64_t count;
    print said, real;
    if (!slice_starts(bytes, magic))
        return err_set(why, ERR_INPUT, ERR_NOWHERE,
                       slice_starts(bytes, S("NRFOLLW")) ? "a checkpoint of another version"
                                                         : "not a checkpoint");
    if (bytes.len > FOLLOW_CHECKPOINT_MAX || bytes.len < magic.len + 2 * KEY_BYTES)
        return damaged(why);
    slice body = slice_sub(bytes, 0, bytes.len - KEY_BYTES);
    slice sum = slice_from(bytes, body.len), rest = slice_from(body, magic.len + KEY_BYTES);
    memcpy(c.key, bytes.ptr + magic.len, KEY_BYTES);
    siphash128(c.key, body, real.half);
    if (!get_print(&sum, &said) || !print_eq(said, real))
        return damaged(why);
    if (!get_number(&rest, &c.next_id) || !c.next_id || !get_number(&rest, &count) ||
        count > 2 * FOLLOW_FILES_MAX)
        return damaged(why);
    if (count && !(c.records = arena_array(a, count, sizeof *c.records)))
        return ARENA_SPENT(a, why);
    for (; c.count < count; c.count++)
        if (!get_record(&rest, &c, &c.records[c.count]))
            return damaged(why);
    if (rest.len)
        return damaged(why);
    *ret = c;
    return OK;
}

/* --- the object ----------------------------------------------------------------------------- */

static record record_of(const stream *s)
{
    return (record){
        .log = s->log->key,
        .head = s->head,
        .tail = s->done_tail,
        .id = s->id,
        .dev = s->dev,
        .ino = s->ino,
        .done = s->done,
        .line = s->done_line,
        .size = s->sure,
        .listed = s->packed ? s->listed : 0,
        .listed_ns = s->packed ? (uint64_t)s->listed_ns : 0,
        .head_len = s->head_len,
        .flags = (s->drained && s->done == s->pos ? RECORD_DRAINED : 0) |
                 (s->ignored ? RECORD_IGNORED : 0) | (s->done_cut ? RECORD_CUT : 0) |
                 (s->packed ? RECORD_PACKED : 0),
    };
}

/* What was deleted and is read on by its descriptor: there may be a compressed file of it. */
static bool wanted_again(const stream *s)
{
    return !s->nowhere || (!s->ending && (!s->ended || s->done < s->pos));
}

/* The streams of a log in its order: it is that of the records. */
static size_t records_of(const trail *l, record *into)
{
    size_t n = 0;
    for (const stream *s = l->oldest; s; s = s->newer)
        if (wanted_again(s) && s->head_len)
            into[n++] = record_of(s);
    if (!n && l->known)
        into[n++] = (record){.log = l->key, .flags = RECORD_LOG};
    return n;
}

status follow_checkpoint(const follow *f, buf *out, err *why)
{
    checkpoint c = {.next_id = f->next_id};
    memcpy(c.key, f->key, KEY_BYTES);
    arena a;
    arena_init(&a, 2 * FOLLOW_FILES_MAX * sizeof(record) + (64 << 10));
    c.records = arena_array(&a, f->files + f->log_count + 1, sizeof *c.records);
    if (!c.records) {
        arena_done(&a);
        return OWN_SPENT(why);
    }
    for (size_t i = 0; i < HASH_HEADS; i++)
        for (const trail *l = f->logs[i]; l; l = l->next)
            c.count += records_of(l, c.records + c.count);
    checkpoint_write(&c, out);
    arena_done(&a);
    return buf_status(out, why);
}

static status restore(follow *f, const record *r, err *why)
{
    trail *l;
    stream *s;
    status st = trail_get_key(f, r->log, &l, why);
    if (st == OK)
        l->known = true;
    if (st != OK || r->flags & RECORD_LOG)
        return st;
    if ((st = stream_add(f, FOLLOW_FILE, &s, why)) != OK)
        return st;
    stream_rename(f, s, r->id);
    s->pos = s->done = r->done;
    s->line = s->done_line = r->line;
    s->cut = s->done_cut = r->flags & RECORD_CUT;
    s->tail = s->done_tail = r->tail;
    s->head = r->head;
    s->head_len = r->head_len;
    s->size = s->sure = r->size;
    s->drained = r->flags & RECORD_DRAINED;
    s->ignored = r->flags & RECORD_IGNORED;
    s->started = s->done > 0;
    s->packed = s->last = r->flags & RECORD_PACKED;
    s->listed = r->listed;
    s->listed_ns = (int64_t)r->listed_ns;
    stream_inode_set(f, s, r->dev, r->ino);
    trail_insert(l, s, NULL);
    return OK;
}

static bool twice(follow *f, const checkpoint *c, size_t i)
{
    const record *r = &c->records[i];
    const stream *s = stream_inode(f, r->dev, r->ino);
    if (r->flags & RECORD_LOG)
        return trail_find(f, r->log) != NULL;
    return stream_find(f, r->id) || (r->ino && s && s->dev == r->dev);
}

status follow_resume(follow *f, slice bytes, err *why)
{
    arena a;
    checkpoint c;
    if (f->look || f->count)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "something is followed already");
    arena_init(&a, FOLLOW_FILES_MAX * sizeof(record) + (64 << 10));
    status st = checkpoint_read(&a, bytes, &c, why);
    uint8_t key[KEY_BYTES];
    uint64_t next_id = f->next_id;
    memcpy(key, f->key, KEY_BYTES);
    if (st == OK) {
        memcpy(f->key, c.key, KEY_BYTES);
        f->next_id = next_id > c.next_id ? next_id : c.next_id;
        for (size_t i = 0; i < c.count && st == OK; i++)
            st = twice(f, &c, i) ? damaged(why) : restore(f, &c.records[i], why);
        if (st != OK) {
            streams_forget(f);
            memcpy(f->key, key, KEY_BYTES);
            f->next_id = next_id;
        }
    }
    arena_done(&a);
    return st;
}
