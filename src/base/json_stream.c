/* json_stream.c - a JSON document of any size, part by part: see json.h.
 *
 * A window of the document is kept in memory, from the beginning of the part being read. Values
 * are only balanced here (strings, brackets, depth), 64 bytes at a time; json_parse validates each
 * part. */
#include "base/json.h"
#include "base/json/scan.h"

#include <stdlib.h>

enum { READ_SIZE = 1 << 16, SPLIT_MAX = 64, ENTER_MAX = 4 };

typedef enum place {
    TOP,    /* between top-level values */
    OBJECT, /* inside a top-level object, between members */
    ARRAY,  /* inside an array that is split, between elements */
    LIST    /* inside an array that was entered, between elements */
} place;

/* What goes on when something that was entered ends. */
typedef struct frame {
    place where;
    uint64_t index, doc, split_seen, enter_seen;
} frame;

struct json_stream {
    reader *in;
    const slice *split, *enter;
    size_t split_count, enter_count;
    bool whole, pass_over;
    uint32_t value_max;

    buf window;    /* bytes of the document from `base` on */
    uint64_t base; /* offset of window[0] in the document */
    size_t pos;    /* next byte to look at, in the window */
    size_t part;   /* first byte of the window that must be kept */
    bool eof;
    bool in_value; /* a part is being read, not a key or what stands between */
    bool over;     /* it is passed over: its bytes are not kept */

    place where;
    bool begun;           /* the first bytes were looked at */
    bool array_in_object; /* ARRAY: leads back to OBJECT, not to TOP */
    bool some;            /* something came before in this container */
    buf key;              /* of the member being read, unescaped */
    uint64_t index, doc, docs_begun;
    uint64_t split_seen; /* bit per name in `split`: this top-level object had it */
    uint64_t enter_seen; /* the same of `enter` */
    frame outer[ENTER_MAX];
    size_t depth;  /* of `outer` */
    status failed; /* the first error is the last: there is no place to go on from */
};

json_stream *json_stream_new(reader *in, const json_stream_options *options)
{
    assert(options->split_count <= SPLIT_MAX && options->enter_count < SPLIT_MAX);
    json_stream *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->in = in;
    s->split = options->split;
    s->split_count = options->split_count;
    s->enter = options->enter;
    s->enter_count = options->enter_count;
    s->whole = options->whole;
    s->pass_over = options->pass_over;
    s->value_max = options->value_max ? options->value_max : JSON_VALUE_MAX;
    /* the largest part, what was not given up in front of it yet, and a read behind it */
    buf_init(&s->window, (size_t)s->value_max + 4 * READ_SIZE);
    buf_init(&s->key, JSON_VALUE_MAX);
    return s;
}

json_stream *json_stream_free(json_stream *s)
{
    if (s) {
        buf_done(&s->window);
        buf_done(&s->key);
        free(s);
    }
    return NULL;
}

static status bad(const json_stream *s, const char *what, err *why)
{
    return err_set(why, ERR_INPUT, s->base + s->pos, "JSON: %s", what);
}

/* --- the window ----------------------------------------------------------------------------- */

/* The value or key that began at `part` is over its limit when `end` is still in it: an error, or
 * from here on its bytes are dropped. Asked at the same places however the bytes arrive. */
static status check_length(json_stream *s, size_t end, err *why)
{
    if (s->over || end - s->part <= s->value_max)
        return OK;
    if (!s->pass_over || !s->in_value)
        return err_set(why, ERR_LIMIT, s->base + s->part, "JSON: value over %u bytes",
                       s->value_max);
    s->over = true;
    return OK;
}

/* Reads on behind the window; gives up what stands in front of `part` when that makes room. */
static status more(json_stream *s, err *why)
{
    status st;
    if (s->eof)
        return OK;
    if ((st = check_length(s, s->pos, why)) != OK)
        return st;
    if (s->over)
        s->part = s->pos;
    if (s->part > READ_SIZE) {
        memmove(s->window.ptr, s->window.ptr + s->part, s->window.len - s->part);
        s->window.len -= s->part;
        s->base += s->part;
        s->pos -= s->part;
        s->part = 0;
    }
    size_t n;
    char *room = buf_room(&s->window, READ_SIZE);
    if (!room)
        return err_set(why, ERR_LIMIT, s->base + s->part, "JSON: no memory for a value");
    if ((st = reader_read(s->in, room, READ_SIZE, &n, why)) != OK)
        return st;
    s->window.len += n;
    s->eof = n == 0;
    return OK;
}

/* The next byte that is no white space; *ret = -1 at the end. Not consumed. Nothing that stands in
 * front of it is kept. */
static status peek(json_stream *s, int *ret, err *why)
{
    for (;;) {
        if (s->pos < s->window.len) {
            const char *end = s->window.ptr + s->window.len;
            s->pos = (size_t)(scan_space(s->window.ptr + s->pos, end) - s->window.ptr);
        }
        if (s->pos < s->window.len || s->eof) {
            *ret = s->pos < s->window.len ? (unsigned char)s->window.ptr[s->pos] : -1;
            return OK;
        }
        s->part = s->pos;
        status st = more(s, why);
        if (st != OK)
            return st;
    }
}

/* --- values --------------------------------------------------------------------------------- */

/* Behind the opening quote; leaves pos behind the closing one. */
static status skip_string(json_stream *s, err *why)
{
    bool escaped = false;
    for (;;) {
        while (s->pos < s->window.len) {
            const char *p = s->window.ptr + s->pos, *end = s->window.ptr + s->window.len;
            unsigned high = 0;
            if (!escaped)
                p = scan_string(p, end, &high);
            if (p == end) {
                s->pos = s->window.len;
                break;
            }
            s->pos = (size_t)(p - s->window.ptr) + 1;
            if (!escaped && *p == '"')
                return OK;
            escaped = !escaped && *p == '\\';
        }
        status st = more(s, why);
        if (st != OK)
            return st;
        if (s->pos >= s->window.len && s->eof)
            return bad(s, "ends inside a string", why);
    }
}

typedef struct nesting {
    scan_state strings;
    uint64_t depth;
} nesting;

/* One block of 64 bytes at `at` in the document. Sets *ret_end to the number of bytes up to and
 * with the bracket that closes the value, 0 when it goes on. */
static status balance(json_stream *s, nesting *n, const char *block, uint64_t at, unsigned *ret_end,
                      err *why)
{
    scan_block b = scan_block_of(block);
    scan_strings(&n->strings, &b);
    *ret_end = 0;
    unsigned opens = scan_count(b.open), closes = scan_count(b.close);
    if (n->depth > closes && n->depth + opens <= JSON_DEPTH_MAX) { /* it cannot end in here */
        n->depth = n->depth + opens - closes;
        return OK;
    }
    for (uint64_t both = b.open | b.close; both; both &= both - 1) {
        unsigned i = (unsigned)__builtin_ctzll(both);
        if (b.close >> i & 1) {
            if (--n->depth == 0) {
                *ret_end = i + 1;
                return OK;
            }
        } else if (++n->depth > JSON_DEPTH_MAX) {
            if (!s->pass_over)
                return err_set(why, ERR_LIMIT, at + i, "JSON: deeper than %d", JSON_DEPTH_MAX);
            s->over = true;
        }
    }
    return OK;
}

/* The document ends before the value does. Often a quote or a bracket far in front is to blame,
 * since when nothing pairs any more: reading the value strictly tells where. Not at the very end,
 * where what is cut off may look wrong. */
static status unfinished(json_stream *s, const char *what, err *why)
{
    enum { LOOKED_AT = 1 << 20, MEMORY = 64 << 20, CUT_OFF = 12 };
    CLEANUP(arena_done) arena a;
    json *v;
    err first = {0};
    arena_init(&a, MEMORY);
    slice value = slice_sub(slice_from(buf_slice(&s->window), s->part), 0, LOOKED_AT);
    if (!s->over && json_parse(&a, value, NULL, &v, &first) == ERR_INPUT &&
        first.at + CUT_OFF < value.len)
        return err_set(why, ERR_INPUT, s->base + s->part + first.at, "%s", first.msg);
    return bad(s, what, why);
}

/* At an opening bracket; leaves pos behind the one that closes it. */
static status skip_container(json_stream *s, err *why)
{
    enum { BLOCK = 64 };
    nesting n = {.depth = 0};
    unsigned end = 0;
    status st = OK;
    for (;;) {
        for (; !end && s->window.len - s->pos >= BLOCK; s->pos += end ? end : BLOCK) {
            if ((st = check_length(s, s->pos, why)) != OK ||
                (st = balance(s, &n, s->window.ptr + s->pos, s->base + s->pos, &end, why)) != OK)
                return st;
        }
        if (end)
            return OK;
        if (s->eof)
            break;
        if ((st = more(s, why)) != OK)
            return st;
    }
    char tail[BLOCK]; /* the last bytes of the document, filled up with blanks */
    size_t left = s->window.len - s->pos;
    memset(tail, ' ', sizeof tail);
    memcpy(tail, s->window.ptr + s->pos, left);
    if ((st = balance(s, &n, tail, s->base + s->pos, &end, why)) != OK)
        return st;
    s->pos += end ? end : left;
    return end ? OK : unfinished(s, n.strings.inside ? "ends inside a string" : "ends early", why);
}

static bool ends_scalar(char c)
{
    return scan_is_space(c) || c == ',' || c == ']' || c == '}' || c == '"' || c == '[' || c == '{';
}

/* At the first byte of a value; leaves pos behind its last, or where it was when none begins. */
static status skip_value(json_stream *s, err *why)
{
    char c = s->window.ptr[s->pos];
    if (c == '{' || c == '[')
        return skip_container(s, why);
    if (c == '"') {
        s->pos++;
        return skip_string(s, why);
    }
    for (;;) { /* a number or a word */
        while (s->pos < s->window.len)
            if (ends_scalar(s->window.ptr[s->pos]))
                return OK;
            else
                s->pos++;
        if (s->eof) /* inside a container it may be half a number: nobody gets to see it */
            return s->where == TOP ? OK : bad(s, "ends early", why);
        status st = more(s, why);
        if (st != OK)
            return st;
    }
}

/* A whole value into *ret; something must be there. */
static status take_value(json_stream *s, json_part *ret, err *why)
{
    int c;
    status st = peek(s, &c, why);
    if (st != OK)
        return st;
    if (c < 0)
        return bad(s, "ends early", why);
    uint64_t at = s->base + s->pos;
    s->part = s->pos;
    s->in_value = true;
    s->over = false;
    if ((st = skip_value(s, why)) != OK)
        return st;
    uint64_t length = s->base + s->pos - at;
    if (!length)
        return bad(s, "expected a value", why);
    if ((st = check_length(s, s->pos, why)) != OK)
        return st;
    ret->raw = s->over ? S("") : slice_of(s->window.ptr + s->part, (size_t)length);
    ret->over = s->over;
    ret->at = at;
    ret->length = length;
    ret->key = buf_slice(&s->key);
    ret->doc = s->doc;
    /* `part` may move now: the slice stays valid until the next call reads */
    s->in_value = s->over = false;
    return OK;
}

/* At the opening quote of a member's name; leaves pos behind the colon. */
static status read_key(json_stream *s, err *why)
{
    status st;
    int c;
    s->part = s->pos;
    s->pos++;
    if ((st = skip_string(s, why)) != OK || (st = check_length(s, s->pos, why)) != OK)
        return st;
    CLEANUP(arena_done) arena a;
    json *name;
    arena_init(&a, JSON_VALUE_MAX);
    slice raw = slice_of(s->window.ptr + s->part, s->pos - s->part);
    if ((st = json_parse(&a, raw, NULL, &name, why)) != OK) {
        if (why && why->at != ERR_NOWHERE)
            why->at += s->base + s->part;
        return st;
    }
    buf_clear(&s->key);
    buf_put(&s->key, name->text);
    if ((st = buf_status(&s->key, why)) != OK || (st = peek(s, &c, why)) != OK)
        return st;
    if (c != ':')
        return bad(s, "expected ':'", why);
    s->pos++;
    return OK;
}

/* --- the document --------------------------------------------------------------------------- */

static void enter(json_stream *s, place where)
{
    s->pos++;
    s->where = where;
    s->some = false;
    s->index = 0;
    if (where == OBJECT)
        s->split_seen = s->enter_seen = 0;
}

/* The same for what is entered: `leave` leads back. An object is a document of its own. */
static void enter_inner(json_stream *s, place where)
{
    s->outer[s->depth++] = (frame){s->where, s->index, s->doc, s->split_seen, s->enter_seen};
    if (where == OBJECT)
        s->doc = s->docs_begun++;
    enter(s, where);
}

static void leave(json_stream *s)
{
    if (!s->depth) {
        s->where = TOP;
        return;
    }
    const frame *f = &s->outer[--s->depth];
    s->where = f->where;
    s->index = f->index;
    s->doc = f->doc;
    s->split_seen = f->split_seen;
    s->enter_seen = f->enter_seen;
    s->some = true;
}

/* A byte order mark in front of UTF-8 is passed; one of UTF-16 is named. */
static status read_mark(json_stream *s, err *why)
{
    status st = OK;
    while (s->window.len < 3 && !s->eof && st == OK)
        st = more(s, why);
    if (st != OK)
        return st;
    s->begun = true;
    slice head = buf_slice(&s->window);
    if (slice_starts(head, S("\xff\xfe")) || slice_starts(head, S("\xfe\xff")))
        return bad(s, "UTF-16 instead of UTF-8", why);
    if (slice_starts(head, S("\xef\xbb\xbf")))
        s->pos = 3;
    return OK;
}

/* The number of `key` among the names, or SPLIT_MAX. */
static size_t number_in(const slice *names, size_t count, slice key)
{
    for (size_t i = 0; i < count; i++)
        if (slice_eq(names[i], key))
            return i;
    return SPLIT_MAX;
}

/* Each returns OK with *done = true when *ret holds a part, false to be called again. */
static status at_top(json_stream *s, json_part *ret, bool *done, err *why)
{
    int c;
    status st = s->begun ? OK : read_mark(s, why);
    if (st != OK || (st = peek(s, &c, why)) != OK)
        return st;
    buf_clear(&s->key);
    if (c < 0) {
        if (!s->docs_begun)
            return bad(s, "empty", why);
        *ret = (json_part){.kind = JSON_PART_END, .at = s->base + s->pos};
        *done = true;
        return OK;
    }
    s->doc = s->docs_begun++;
    if (!s->whole && c == '{') {
        enter(s, OBJECT);
        return OK;
    }
    if (!s->whole && c == '[' && number_in(s->enter, s->enter_count, S("")) < SPLIT_MAX) {
        enter_inner(s, LIST);
        return OK;
    }
    if (!s->whole && c == '[') {
        s->array_in_object = false;
        enter(s, ARRAY);
        return OK;
    }
    ret->kind = JSON_PART_ITEM;
    ret->index = s->doc;
    *done = true;
    return take_value(s, ret, why);
}

/* Consumes the comma in front of the next thing, or the closing bracket (*closed). */
static status between(json_stream *s, char bracket, bool *closed, int *ret_next, err *why)
{
    status st = peek(s, ret_next, why);
    if (st != OK)
        return st;
    *closed = *ret_next == bracket;
    if (*closed) {
        s->pos++;
        return OK;
    }
    if (*ret_next < 0)
        return bad(s, "ends early", why);
    if (s->some) {
        if (*ret_next != ',')
            return bad(s, bracket == '}' ? "expected ',' or '}'" : "expected ',' or ']'", why);
        s->pos++;
        if ((st = peek(s, ret_next, why)) != OK)
            return st;
    }
    s->some = true;
    return *ret_next < 0 ? bad(s, "ends early", why) : OK;
}

/* The bit of a name that may stand once in an object. */
static status once(uint64_t *seen, size_t number, uint64_t at, err *why)
{
    uint64_t bit = (uint64_t)1 << number;
    if (*seen & bit)
        return err_set(why, ERR_INPUT, at, "JSON: the same key twice in one object");
    *seen |= bit;
    return OK;
}

/* Behind the name of a member: its value is gone into (*inside), or to be handed out. */
static status go_inside(json_stream *s, uint64_t at, bool *inside, err *why)
{
    status st;
    int c;
    size_t split = number_in(s->split, s->split_count, buf_slice(&s->key)),
           into = number_in(s->enter, s->enter_count, buf_slice(&s->key));
    if (split == SPLIT_MAX && into == SPLIT_MAX)
        return OK;
    if ((st = split < SPLIT_MAX ? once(&s->split_seen, split, at, why)
                                : once(&s->enter_seen, into, at, why)) != OK ||
        (st = peek(s, &c, why)) != OK)
        return st;
    *inside = true;
    if (split < SPLIT_MAX && c == '[') {
        s->array_in_object = true;
        enter(s, ARRAY);
    } else if (into < SPLIT_MAX && s->depth < ENTER_MAX && (c == '[' || c == '{')) {
        enter_inner(s, c == '[' ? LIST : OBJECT);
    } else {
        *inside = false;
    }
    return OK;
}

static status in_object(json_stream *s, json_part *ret, bool *done, err *why)
{
    bool closed, inside = false;
    int c;
    status st;
    if ((st = between(s, '}', &closed, &c, why)) != OK)
        return st;
    if (closed) {
        leave(s);
        return OK;
    }
    if (c != '"')
        return bad(s, "expected a key", why);
    uint64_t at = s->base + s->pos;
    if ((st = read_key(s, why)) != OK || (st = go_inside(s, at, &inside, why)) != OK || inside)
        return st;
    ret->kind = JSON_PART_MEMBER;
    ret->index = 0;
    *done = true;
    return take_value(s, ret, why);
}

/* Objects are entered; what else stands in the list is handed out. */
static status in_list(json_stream *s, json_part *ret, bool *done, err *why)
{
    bool closed;
    int c;
    status st = between(s, ']', &closed, &c, why);
    if (st != OK)
        return st;
    if (closed) {
        leave(s);
        return OK;
    }
    s->index++;
    if (c == '{' && s->depth < ENTER_MAX) {
        enter_inner(s, OBJECT);
        return OK;
    }
    buf_clear(&s->key);
    ret->kind = JSON_PART_ITEM;
    ret->index = s->index - 1;
    *done = true;
    return take_value(s, ret, why);
}

static status in_array(json_stream *s, json_part *ret, bool *done, err *why)
{
    bool closed;
    int c;
    status st = between(s, ']', &closed, &c, why);
    if (st != OK)
        return st;
    if (closed) {
        s->where = s->array_in_object ? OBJECT : TOP;
        s->some = true;
        return OK;
    }
    ret->kind = JSON_PART_ITEM;
    ret->index = s->index++;
    *done = true;
    return take_value(s, ret, why);
}

status json_stream_next(json_stream *s, json_part *ret, err *why)
{
    if (s->failed != OK)
        return err_set(why, s->failed, s->base + s->pos, "JSON: given up before");
    bool done = false;
    status st = OK;
    json_part part = {0};
    while (st == OK && !done) {
        switch (s->where) {
        case TOP: st = at_top(s, &part, &done, why); break;
        case OBJECT: st = in_object(s, &part, &done, why); break;
        case ARRAY: st = in_array(s, &part, &done, why); break;
        case LIST: st = in_list(s, &part, &done, why); break;
        }
    }
    if (st == OK)
        *ret = part;
    s->failed = st;
    return st;
}

status json_part_over(const json_part *p, uint32_t value_max, err *why)
{
    uint32_t max = value_max ? value_max : JSON_VALUE_MAX;
    if (p->length > max)
        return err_set(why, ERR_INPUT, p->at, "over %u bytes", max);
    return err_set(why, ERR_INPUT, p->at, "deeper than %d", JSON_DEPTH_MAX);
}
