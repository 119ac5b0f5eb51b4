/* lines.c - see lines.h. */
#include "format/lines.h"

#include "base/json.h"
#include "format/emit.h"

#include <stdlib.h>

enum { READ_SIZE = 64 << 10, PARSE_MAX = 128 << 20 };

/* --- lines ------------------------------------------------------------------------------------ */

/* The window holds the document from `base` on; `pos` is the next line's first byte in it. */
typedef struct scan {
    reader *in;
    buf window;
    uint64_t base, number; /* number: of the line that was handed out last, from 1 */
    size_t pos;
    bool eof;
} scan;

typedef struct line {
    slice text; /* without its end; valid until the next call */
    uint64_t at, number;
    bool over; /* longer than LINES_LINE_MAX: no text */
    bool last; /* nothing ends it but the document */
} line;

static void scan_open(scan *s, reader *in)
{
    *s = (scan){.in = in};
    buf_init(&s->window, LINES_LINE_MAX + 4 * READ_SIZE);
}

static void scan_close(scan *s)
{
    buf_done(&s->window);
}

/* Reads on; what stands before `pos` is given up when that makes room. */
static status more(scan *s, err *why)
{
    size_t n = 0;
    if (s->pos > READ_SIZE) {
        memmove(s->window.ptr, s->window.ptr + s->pos, s->window.len - s->pos);
        s->window.len -= s->pos;
        s->base += s->pos;
        s->pos = 0;
    }
    char *room = buf_room(&s->window, READ_SIZE);
    if (!room)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    status st = reader_read(s->in, room, READ_SIZE, &n, why);
    s->window.len += n;
    s->eof = st == OK && n == 0;
    return st;
}

/* *ret_some false: there is none. */
static status next_line(scan *s, line *ret, bool *ret_some, err *why)
{
    size_t seen = 0; /* of the line, without its end */
    *ret = (line){.at = s->base + s->pos, .number = s->number + 1};
    for (;;) {
        slice have = slice_from(buf_slice(&s->window), s->pos);
        size_t end = have.len > seen ? slice_find_byte(have, '\n', seen) : SIZE_MAX;
        if (end < SIZE_MAX || s->eof) {
            ret->last = end == SIZE_MAX;
            size_t len = ret->last ? have.len : end;
            *ret_some = !ret->last || have.len || ret->over;
            ret->over |= len > LINES_LINE_MAX;
            ret->text = ret->over ? S("") : slice_sub(have, 0, len);
            s->pos += len + !ret->last;
            s->number += *ret_some;
            return OK;
        }
        seen = have.len;
        if (seen > LINES_LINE_MAX) { /* its bytes are let go, up to where it ends */
            ret->over = true;
            s->pos += seen;
            seen = 0;
        }
        status st = more(s, why);
        if (st != OK)
            return st;
    }
}

/* Goes on at `at`, where `lines` lines more have ended. */
static status go_to(scan *s, uint64_t at, uint64_t lines, err *why)
{
    s->number += lines;
    if (at >= s->base && at - s->base <= s->window.len) {
        s->pos = (size_t)(at - s->base);
        return OK;
    }
    buf_clear(&s->window);
    s->base = at;
    s->pos = 0;
    s->eof = false;
    return s->in->seek(s->in->ctx, at, why);
}

/* --- is it broken? ---------------------------------------------------------------------------- */

typedef struct broken {
    uint64_t from, to; /* bytes of the document, without the line's end */
    uint64_t at, number;
    slice reason;
    bool last;
} broken;

typedef struct finding {
    const format *f;
    const format_input *input;
    arena *memory; /* reasons */
    broken *list;
    size_t count, room, max;
    uint64_t ahead; /* bytes that were read ahead so far */
    bool gave_up;   /* more than `max` are broken */
} finding;

static void finding_done(finding *k)
{
    free(k->list);
}

/* Balances what stands in `text` as the codec will.
 *   ERR_INPUT  it is broken: *cause. What is over a limit is not: the codec has its own word */
static status balance(const finding *k, slice text, err *cause, err *why)
{
    json_stream_options o = *k->f->lines;
    memory_reader m;
    json_part p;
    reader in = reader_memory(&m, text);
    o.value_max = k->input->limits.record_bytes_max;
    o.pass_over = true;
    json_stream *s = json_stream_new(&in, &o);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    status st;
    while ((st = json_stream_next(s, &p, cause)) == OK && p.kind != JSON_PART_END)
        ;
    json_stream_free(s);
    return st == ERR_INPUT ? st : OK;
}

/* One that is neither blank nor broken, and an object. */
static status is_object(const finding *k, const line *l, bool *ret, err *why)
{
    err cause = {0};
    slice text = slice_trim(l->text);
    *ret = false;
    if (l->over || !slice_starts(text, S("{")))
        return OK;
    status st = balance(k, text, &cause, why);
    *ret = st == OK;
    return st == ERR_INPUT ? OK : st;
}

static slice without_mark(const line *l)
{
    bool mark = l->at == 0 && slice_starts(l->text, S("\xef\xbb\xbf"));
    return mark ? slice_from(l->text, 3) : l->text;
}

/* Is this a file of JSON lines? */
static status are_lines(const finding *k, bool *ret, err *why)
{
    enum { LOOKED_AT = 3 };
    CLEANUP(scan_close) scan s;
    line l;
    bool some = true, begins[LOOKED_AT] = {false}, whole[LOOKED_AT] = {false};
    unsigned n = 0, objects = 0;
    status st = OK;
    *ret = false;
    scan_open(&s, k->input->in);
    while (n < LOOKED_AT && (st = next_line(&s, &l, &some, why)) == OK && some && !l.over) {
        l.text = without_mark(&l);
        if (!slice_trim(l.text).len)
            continue;
        if ((st = is_object(k, &l, &whole[n], why)) != OK)
            return st;
        begins[n] = slice_starts(l.text, S("{"));
        if (n == 0 && !begins[0]) /* a list, a table, anything */
            return OK;
        objects += whole[n++];
    }
    *ret = objects >= 2 || (n == 2 && whole[0] && begins[1]);
    return st;
}

/* A value that goes on behind its line: where it ends, and how many lines end in it. */
typedef struct ahead {
    uint64_t end, lines; /* lines 0: there is none */
} ahead;

/* The first value from where the reader stands, `at` in the document. */
static status value_here(finding *k, uint64_t at, ahead *ret, err *why)
{
    CLEANUP(arena_done) arena a;
    const json_stream_options o = {.whole = true, .value_max = LINES_LINE_MAX};
    json_part p;
    json *v;
    err cause = {0};
    arena_init(&a, PARSE_MAX);
    json_stream *j = json_stream_new(k->input->in, &o);
    if (!j)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
    status st = json_stream_next(j, &p, &cause);
    bool got = st == OK && p.kind == JSON_PART_ITEM;
    if (st == ERR_INPUT || st == ERR_LIMIT)
        st = OK;
    k->ahead += got ? p.length : LINES_LINE_MAX / 4;
    if (got && json_parse(&a, p.raw, NULL, &v, &cause) == OK)
        st = balance(k, p.raw, &cause, why);
    else
        got = false;
    for (size_t i = 0; st == OK && got && (i = slice_find_byte(p.raw, '\n', i)) != SIZE_MAX; i++)
        ret->lines++;
    ret->end = got ? at + p.at + p.length : 0;
    json_stream_free(j);
    if (st != OK && st != ERR_INPUT && st != ERR_LIMIT && why)
        *why = cause;
    return st == ERR_INPUT ? OK : st;
}

static status value_ahead(finding *k, scan *s, uint64_t at, ahead *ret, err *why)
{
    *ret = (ahead){0};
    if (!s->in->seek || k->ahead > LINES_AHEAD_MAX)
        return OK;
    status st = s->in->seek(s->in->ctx, at, why);
    if (st == OK)
        st = value_here(k, at, ret, why);
    return st == OK ? s->in->seek(s->in->ctx, s->base + s->window.len, why) : st;
}

static status note(finding *k, const line *l, const err *cause, err *why)
{
    if (k->count == k->max) {
        k->gave_up = true;
        return OK;
    }
    if (k->count == k->room) {
        size_t room = k->room ? k->room * 2 : 16;
        broken *p = realloc(k->list, room * sizeof *p);
        if (!p)
            return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left");
        k->list = p;
        k->room = room;
    }
    uint64_t within = cause->at < l->text.len ? cause->at : l->text.len;
    broken b = {.from = l->at,
                .to = l->at + l->text.len,
                .at = l->at + within,
                .number = l->number,
                .last = l->last};
    b.reason = arena_printf(k->memory, "%s%s", l->last ? "cut off, and the rest was read: " : "",
                            cause->msg);
    if (!b.reason.ptr)
        return ARENA_SPENT(k->memory, why);
    k->list[k->count++] = b;
    return OK;
}

static status look_at(finding *k, scan *s, const line *l, err *why)
{
    err cause = {0};
    ahead v = {0};
    slice text = without_mark(l);
    size_t mark = l->text.len - text.len;
    if (l->over || !slice_trim(text).len)
        return OK;
    status st = balance(k, text, &cause, why);
    if (st != ERR_INPUT)
        return st;
    cause.at = cause.at == ERR_NOWHERE ? 0 : cause.at + mark;
    if (!l->last && slice_starts(text, S("{")) &&
        (st = value_ahead(k, s, l->at + mark, &v, why)) != OK)
        return st;
    /* the line's own end was counted when it was handed out */
    return v.lines ? go_to(s, v.end, v.lines - 1, why) : note(k, l, &cause, why);
}

static status find(finding *k, err *why)
{
    CLEANUP(scan_close) scan s = {0};
    line l;
    bool some = false;
    status st = are_lines(k, &some, why);
    if (st != OK || !some || (st = reader_rewind(k->input->in, why)) != OK)
        return st;
    scan_open(&s, k->input->in);
    while (st == OK && !k->gave_up && (st = next_line(&s, &l, &some, why)) == OK && some)
        st = look_at(k, &s, &l, why);
    if (k->gave_up)
        k->count = 0;
    return st;
}

/* --- what the codec gets ---------------------------------------------------------------------- */

typedef struct blanked {
    reader *in;
    const broken *list;
    size_t count, next; /* next: the first whose end is behind `pos` */
    uint64_t pos;
} blanked;

static status read_blanked(void *ctx, char *into, size_t room, size_t *ret_len, err *why)
{
    blanked *b = ctx;
    status st = reader_read(b->in, into, room, ret_len, why);
    if (st != OK)
        return st;
    uint64_t from = b->pos, to = b->pos + *ret_len;
    while (b->next < b->count && b->list[b->next].from < to) {
        const broken *l = &b->list[b->next];
        uint64_t first = l->from > from ? l->from : from, last = l->to < to ? l->to : to;
        if (first < last)
            memset(into + (first - from), ' ', (size_t)(last - first));
        if (l->to > to)
            break;
        b->next++;
    }
    b->pos = to;
    return OK;
}

static void find_next(blanked *b, uint64_t at)
{
    size_t low = 0, high = b->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (b->list[middle].to <= at)
            low = middle + 1;
        else
            high = middle;
    }
    b->next = low;
    b->pos = at;
}

static status rewind_blanked(void *ctx, err *why)
{
    blanked *b = ctx;
    find_next(b, 0);
    return reader_rewind(b->in, why);
}

static status seek_blanked(void *ctx, uint64_t at, err *why)
{
    blanked *b = ctx;
    find_next(b, at);
    return b->in->seek(b->in->ctx, at, why);
}

static status read_the_rest(const finding *k, const fact_sink *sink, err *why)
{
    blanked b = {.in = k->input->in, .list = k->list, .count = k->count};
    reader in = {.ctx = &b,
                 .read = read_blanked,
                 .rewind = rewind_blanked,
                 .seek = k->input->in->seek ? seek_blanked : NULL};
    format_input own = *k->input;
    char place[EMIT_PLACE_MAX];
    own.in = &in;
    status st = k->f->read(&own, sink, why);
    for (size_t i = 0; st == OK && i < k->count; i++)
        st = sink->refuse(sink->ctx, k->list[i].at, emit_line(k->list[i].number, place),
                          k->list[i].reason, why);
    return st;
}

status lines_read(const format *f, const format_input *input, const fact_sink *sink, err *why)
{
    CLEANUP(arena_done) arena a = {0};
    uint32_t most = input->limits.broken_max;
    if (!f->lines || most == FORMAT_NONE_BROKEN)
        return f->read(input, sink, why);
    CLEANUP(finding_done)
    finding k = {.f = f, .input = input, .max = most ? most : LINES_BROKEN_MAX};
    k.memory = format_memory(input, &a);
    status st = find(&k, why);
    if (st == OK)
        st = reader_rewind(input->in, why);
    if (st != OK)
        return st;
    return k.count ? read_the_rest(&k, sink, why) : f->read(input, sink, why);
}
