/* log_split.c - records of a stream of log bytes: see log_split.h.
 *
 * A record that lies whole in what was fed is handed out where it is; only what is cut by the end
 * of the bytes is copied. All decisions are taken at the same byte however the bytes arrive: the
 * fuzz target holds that. */
#include "format/log_split.h"

enum { ENVELOPE_MAX = 1024 }; /* bytes in front of an envelope's first object */

void log_split_open(log_splitter *s, log_framing framing, size_t bytes_max)
{
    *s = (log_splitter){.framing = framing, .line = 1};
    s->bytes_max = bytes_max && bytes_max < LOG_RECORD_MAX ? bytes_max : LOG_RECORD_MAX;
    buf_init(&s->carry, s->bytes_max);
}

void log_split_close(log_splitter *s)
{
    buf_done(&s->carry);
}

void log_split_feed(log_splitter *s, slice bytes)
{
    assert(!s->in.len && !s->ended);
    s->in = bytes;
    s->ended = !bytes.ptr;
}

/* --- values ---------------------------------------------------------------------------------- */

typedef enum scanned { SCAN_MORE, SCAN_END, SCAN_BROKEN, SCAN_INNER } scanned;

/* The first byte of interest in a string at p. */
static size_t in_text(slice s, size_t i)
{
    while (i < s.len && s.ptr[i] != '"' && s.ptr[i] != '\\' && s.ptr[i] != '\n')
        i++;
    return i;
}

/* Goes on in a value, which begins with "{". *ret_n bytes of `s` were taken: at SCAN_END with the
 * last bracket, at SCAN_BROKEN up to the line end that stands in a string, at SCAN_INNER up to an
 * object in an array in the value, which may be an envelope then. */
static scanned scan(log_scan *c, slice s, size_t *ret_n, uint64_t *lines)
{
    size_t i = 0;
    scanned said = SCAN_MORE;
    for (; i < s.len && said == SCAN_MORE; i++) {
        char b = s.ptr[i];
        if (c->escaped) {
            c->escaped = false;
            continue;
        }
        if (c->text) {
            i = in_text(s, i);
            if (i == s.len)
                break;
            c->text = s.ptr[i] != '"';
            c->escaped = s.ptr[i] == '\\';
            if (s.ptr[i] == '\n') {
                said = SCAN_BROKEN;
                break;
            }
        } else if (b == '"') {
            c->text = true;
        } else if (b == '{' && c->depth == 2 && !c->looked) {
            c->looked = true;
            said = SCAN_INNER;
            break;
        } else if (b == '{' || b == '[') {
            c->depth++;
        } else if (b == '}' || b == ']') {
            said = --c->depth ? SCAN_MORE : SCAN_END;
        } else if (b == '\n') {
            ++*lines;
        }
    }
    *ret_n = i;
    return said;
}

static bool between(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == ',' || c == '[' || c == ']' || c == '}';
}

static slice blanks(slice s)
{
    size_t i = 0;
    while (i < s.len && is_space(s.ptr[i]))
        i++;
    return slice_from(s, i);
}

static bool eat(slice *s, char c)
{
    *s = blanks(*s);
    if (!s->len || s->ptr[0] != c)
        return false;
    *s = slice_from(*s, 1);
    return true;
}

/* A string without escapes. */
static bool eat_text(slice *s, slice *ret)
{
    if (!eat(s, '"'))
        return false;
    size_t n = in_text(*s, 0);
    if (n == s->len || s->ptr[n] != '"')
        return false;
    *ret = slice_sub(*s, 0, n);
    *s = slice_from(*s, n + 1);
    return true;
}

/* Goes behind the bracket that opens an envelope's array, if *rest begins as one does. */
static bool eat_envelope(slice *rest)
{
    slice s = *rest, name, text;
    if (!eat(&s, '{') || !eat_text(&s, &name) || !eat(&s, ':'))
        return false;
    while (slice_starts(name, S("@odata.")))
        if (!eat_text(&s, &text) || !eat(&s, ',') || !eat_text(&s, &name) || !eat(&s, ':'))
            return false;
    if ((!slice_eq(name, S("Records")) && !slice_eq(name, S("records")) &&
         !slice_eq(name, S("value"))) ||
        !eat(&s, '['))
        return false;
    *rest = blanks(s);
    return true;
}

/* A line that is one: the rest of it from its first object on. */
static bool open_envelope(slice line, slice *ret)
{
    slice s = slice_sub(line, 0, ENVELOPE_MAX);
    if (!line.len || line.ptr[0] != '{' || !eat_envelope(&s) || !s.len || s.ptr[0] != '{')
        return false;
    *ret = slice_from(line, (size_t)(s.ptr - line.ptr));
    return true;
}

/* The next object of an envelope's line, or what there is instead. */
static bool next_inside(log_splitter *s, log_record *ret)
{
    log_scan c = {.looked = true};
    slice rest = s->inside.bytes;
    size_t n = 0;
    uint64_t lines = 0;
    while (n < rest.len && between(rest.ptr[n]))
        n++;
    s->inside.at += n;
    rest = slice_from(rest, n);
    s->inside.bytes = (slice){0};
    if (!rest.len)
        return false;
    *ret = s->inside;
    ret->bytes = rest;
    if (rest.ptr[0] == '{' && scan(&c, rest, &n, &lines) == SCAN_END) {
        ret->bytes = slice_sub(rest, 0, n);
        s->inside.bytes = slice_from(rest, n);
        s->inside.at += n;
    }
    return true;
}

/* --- taking ---------------------------------------------------------------------------------- */

static void pass(log_splitter *s, size_t n)
{
    s->in = slice_from(s->in, n);
    s->at += n;
}

static void begin(log_splitter *s, bool plain)
{
    s->begun = true;
    s->plain = plain;
    s->scan = (log_scan){0};
    s->open = (log_record){.at = s->at, .line = s->line};
}

/* n more bytes belong to the open record, and it goes on. */
static status keep(log_splitter *s, size_t n, err *why)
{
    size_t room = s->bytes_max - s->carry.len, fits = n < room ? n : room;
    buf_put(&s->carry, slice_sub(s->in, 0, fits));
    s->open.skipped += n - fits;
    pass(s, n);
    return s->carry.failed ? err_set(why, ERR_LIMIT, s->at, "no memory left") : OK;
}

/* The open record ends behind n more bytes. */
static status finish(log_splitter *s, size_t n, log_record *ret, err *why)
{
    slice whole = slice_sub(s->in, 0, n);
    if (s->carry.len || n > s->bytes_max) {
        status st = keep(s, n, why);
        if (st != OK)
            return st;
        whole = buf_slice(&s->carry);
        s->handed = true;
    } else {
        pass(s, n);
    }
    if (s->plain && !s->open.skipped && whole.len && whole.ptr[whole.len - 1] == '\r')
        whole.len--;
    s->begun = false;
    s->open.bytes = whole;
    *ret = s->open;
    if (!ret->at && slice_starts(whole, S("\xef\xbb\xbf"))) {
        ret->bytes = slice_from(whole, 3);
        ret->at = 3;
    }
    return OK;
}

/* The open record goes to the end of its line. *ret_done: it is there. */
static status take_line(log_splitter *s, log_record *ret, bool *ret_done, err *why)
{
    size_t n = slice_find_byte(s->in, '\n', 0);
    *ret_done = n != SIZE_MAX;
    if (!*ret_done)
        return keep(s, s->in.len, why);
    status st = finish(s, n, ret, why);
    if (st == OK) {
        pass(s, 1);
        s->line++;
    }
    return st;
}

/* What of the open value stands in front of s->in[n]: is it the beginning of an envelope? */
static bool at_envelope(const log_splitter *s, size_t n)
{
    char text[ENVELOPE_MAX];
    if (s->carry.len + n > sizeof text)
        return false;
    if (s->carry.len)
        memcpy(text, s->carry.ptr, s->carry.len);
    memcpy(text + s->carry.len, s->in.ptr, n);
    slice front = slice_of(text, s->carry.len + n);
    return eat_envelope(&front) && !front.len;
}

static status take_value(log_splitter *s, log_record *ret, bool *ret_done, err *why)
{
    size_t n, done = 0, room = s->bytes_max - s->carry.len;
    scanned said;
    do {
        said = scan(&s->scan, slice_sub(slice_from(s->in, done), 0, room - done), &n, &s->line);
        done += n;
        if (said == SCAN_INNER && at_envelope(s, done)) {
            buf_clear(&s->carry);
            pass(s, done);
            begin(s, false);
            s->scan.looked = true;
            return OK;
        }
    } while (said == SCAN_INNER);
    if (said == SCAN_BROKEN || said == SCAN_END) {
        *ret_done = true;
        return finish(s, done, ret, why);
    }
    s->plain = done == room; /* over the limit */
    return keep(s, done, why);
}

/* Values: to the next thing that is to be read. */
static void skip_between(log_splitter *s)
{
    static const char mark[] = "\xef\xbb\xbf";
    size_t n = 0;
    for (; n < s->in.len; n++) {
        char c = s->in.ptr[n];
        if (!between(c) && !(s->at + n < 3 && c == mark[s->at + n]))
            break;
        s->line += c == '\n';
    }
    pass(s, n);
    if (s->in.len)
        begin(s, s->in.ptr[0] != '{');
}

/* Everything was taken, and there is no more. */
static status last(log_splitter *s, log_record *ret, bool *ret_done, err *why)
{
    *ret_done = s->begun;
    return s->begun ? finish(s, 0, ret, why) : OK;
}

status log_split_next(log_splitter *s, log_record *ret, bool *ret_more, err *why)
{
    for (;;) {
        bool done = false;
        status st;
        if (s->inside.bytes.len && next_inside(s, ret)) {
            *ret_more = true;
            return OK;
        }
        if (s->handed)
            buf_clear(&s->carry);
        s->handed = false;
        if (s->in.len && !s->begun && s->framing == LOG_LINES)
            begin(s, true);
        else if (s->in.len && !s->begun)
            skip_between(s);
        if (!s->in.len && !s->ended) {
            *ret_more = false;
            return OK;
        }
        if (!s->in.len)
            st = last(s, ret, &done, why);
        else
            st = s->plain ? take_line(s, ret, &done, why) : take_value(s, ret, &done, why);
        if (st != OK)
            return st;
        if (!done && !s->in.len && s->ended) {
            *ret_more = false;
            return OK;
        }
        if (!done || (!ret->bytes.len && !ret->skipped))
            continue;
        if (s->framing == LOG_LINES && !ret->skipped &&
            open_envelope(ret->bytes, &s->inside.bytes)) {
            s->inside.at = ret->at + (uint64_t)(s->inside.bytes.ptr - ret->bytes.ptr);
            s->inside.line = ret->line;
            s->inside.skipped = 0;
            continue;
        }
        *ret_more = true;
        return OK;
    }
}

/* --- sniffing -------------------------------------------------------------------------------- */

log_framing log_framing_of(slice head)
{
    log_scan c = {0};
    size_t n;
    uint64_t lines = 0;
    slice inner;
    if (slice_starts(head, S("\xef\xbb\xbf")))
        head = slice_from(head, 3);
    head = blanks(head);
    if (!head.len)
        return LOG_LINES;
    if (head.ptr[0] == '[') {
        head = blanks(slice_from(head, 1));
        return !head.len || head.ptr[0] == '{' || head.ptr[0] == ']' ? LOG_VALUES : LOG_LINES;
    }
    if (head.ptr[0] != '{')
        return LOG_LINES;
    slice line = slice_sub(head, 0, slice_find_byte(head, '\n', 0));
    if (open_envelope(line, &inner))
        return LOG_VALUES;
    c.looked = true;
    if (line.len == head.len || scan(&c, line, &n, &lines) == SCAN_END)
        return LOG_LINES;
    /* an object on several lines has a name or its end where the next one begins */
    head = blanks(slice_from(head, line.len));
    if (c.text || !head.len)
        return LOG_LINES;
    return c.depth > 1 || head.ptr[0] == '"' || head.ptr[0] == '}' ? LOG_VALUES : LOG_LINES;
}
