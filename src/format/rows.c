/* rows.c - lines and delimited rows: see rows.h. */
#include "format/rows.h"

#include "base/text.h"

enum { READ_SIZE = 1 << 16 };

status rows_open(rows *r, reader *in, arena *a, char delimiter, size_t bytes_max, err *why)
{
    *r = (rows){.in = in, .delimiter = delimiter, .line = 1};
    r->bytes_max = bytes_max ? bytes_max : ROWS_BYTES_MAX;
    buf_init(&r->window, r->bytes_max * 2 + 4 * READ_SIZE);
    buf_init(&r->text, r->bytes_max + 64);
    r->field = arena_array(a, ROWS_FIELDS_MAX, sizeof *r->field);
    if (!r->field)
        return ARENA_SPENT(a, why);
    if (delimiter && !buf_room(&r->text, r->bytes_max + 16)) /* it may not move later */
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory left for a row");
    return OK;
}

void rows_close(rows *r)
{
    buf_done(&r->window);
    buf_done(&r->text);
}

/* Reads on behind what is in the window; what lies before pos is given up first. Pointers into
 * the window do not survive this. */
static status fill(rows *r, err *why)
{
    if (r->pos >= READ_SIZE) {
        memmove(r->window.ptr, r->window.ptr + r->pos, r->window.len - r->pos);
        r->window.len -= r->pos;
        r->base += r->pos;
        r->pos = 0;
    }
    char *room = buf_room(&r->window, READ_SIZE);
    if (!room)
        return err_set(why, ERR_LIMIT, r->base + r->pos, "no memory left for a line");
    size_t n = 0;
    status st = reader_read(r->in, room, READ_SIZE, &n, why);
    if (st != OK)
        return st;
    r->window.len += n;
    r->eof = n == 0;
    return OK;
}

/* The byte at pos + i, or -1 behind the end of the document or of the longest row. */
static status byte_at(rows *r, size_t i, int *ret, err *why)
{
    while (r->pos + i >= r->window.len && !r->eof && i <= r->bytes_max) {
        status st = fill(r, why);
        if (st != OK)
            return st;
    }
    *ret = r->pos + i < r->window.len && i <= r->bytes_max
               ? (unsigned char)r->window.ptr[r->pos + i]
               : -1;
    return OK;
}

static bool breaks(int c)
{
    return c == '\n' || c == '\r';
}

/* How many bytes from pos on are the line there, its end not counted; over bytes_max when it is
 * too long. */
static status line_length(rows *r, size_t *ret, err *why)
{
    for (size_t i = 0;;) {
        const char *p = r->window.ptr + r->pos;
        size_t have = r->window.len - r->pos;
        while (i < have && !breaks(p[i]))
            i++;
        if (i < have || r->eof || i > r->bytes_max) {
            *ret = i;
            return OK;
        }
        status st = fill(r, why);
        if (st != OK)
            return st;
    }
}

static uint64_t breaks_in(slice s)
{
    uint64_t n = 0;
    for (size_t i = 0; i < s.len; i++)
        n += s.ptr[i] == '\n' || (s.ptr[i] == '\r' && !(i + 1 < s.len && s.ptr[i + 1] == '\n'));
    return n;
}

/* Leaves the row that was handed out, with its line's end, behind. */
static status leave(rows *r, err *why)
{
    int c;
    status st;
    r->line += breaks_in(slice_of(r->window.ptr + r->pos, r->taken));
    r->pos += r->taken;
    while (r->skip) { /* the rest of a line that is too long */
        while (r->pos < r->window.len && !breaks(r->window.ptr[r->pos]))
            r->pos++;
        r->skip = r->pos == r->window.len && !r->eof;
        if (r->skip && (st = fill(r, why)) != OK)
            return st;
    }
    if ((st = byte_at(r, 0, &c, why)) != OK)
        return st;
    if (c == '\r') {
        r->pos++;
        if ((st = byte_at(r, 0, &c, why)) != OK)
            return st;
    }
    if (c == '\n')
        r->pos++;
    r->line++;
    r->handed = false;
    return OK;
}

/* --- fields ---------------------------------------------------------------------------------- */

/* A quoted field's text, from behind the opening quote at *i on to behind the closing one.
 * false in *ret_closed: the document or the longest row ended before. */
static status quoted(rows *r, size_t *i, bool *ret_closed, err *why)
{
    int c, next;
    status st;
    *ret_closed = false;
    for (;; ++*i) {
        if ((st = byte_at(r, *i, &c, why)) != OK)
            return st;
        if (c < 0)
            return OK;
        if (c == '"') {
            if ((st = byte_at(r, *i + 1, &next, why)) != OK)
                return st;
            if (next != '"')
                break;
            ++*i;
        }
        buf_byte(&r->text, (char)c);
    }
    ++*i;
    *ret_closed = true;
    return OK;
}

/* `"a", "b"`: blanks in front of a quote are passed over if the quoted text ends on the same
 * line and nothing but blanks follows it up to the delimiter. How many from i on; 0: no such field.
 * The row's first line, `line` bytes long, is in the window. */
static size_t blanks_before_quote(const rows *r, size_t i, size_t line)
{
    slice s = slice_sub(slice_of(r->window.ptr + r->pos, r->window.len - r->pos), 0, line);
    size_t at = i;
    while (at < s.len && s.ptr[at] == ' ')
        at++;
    size_t blanks = at - i;
    if (at >= s.len || s.ptr[at] != '"')
        return 0;
    for (at++; at < s.len; at++) {
        if (s.ptr[at] != '"')
            continue;
        if (at + 1 == s.len || s.ptr[at + 1] != '"')
            break;
        at++; /* doubled: a quote of the text */
    }
    if (at >= s.len)
        return 0;
    at++;
    while (at < s.len && s.ptr[at] == ' ')
        at++;
    return at == s.len || s.ptr[at] == r->delimiter ? blanks : 0;
}

/* Cuts the row at pos into fields; its first line is known to be `line` bytes long. A row of
 * several lines costs its length once; a quote that is never closed is looked for once within
 * bytes_max, because the lines behind it can then hold only pairs of quotes. */
static status cut_row(rows *r, size_t line, row *ret, err *why)
{
    size_t i = 0, n = 0;
    int c;
    status st;
    buf_clear(&r->text);
    for (;; i++) {
        size_t start = r->text.len;
        if ((st = byte_at(r, i, &c, why)) != OK)
            return st;
        size_t blanks = c == ' ' ? blanks_before_quote(r, i, line) : 0;
        if (c == '"' || blanks) {
            bool closed;
            i += blanks + 1;
            if ((st = quoted(r, &i, &closed, why)) != OK)
                return st;
            if (!closed) {
                ret->bad = "a quote is not closed";
                r->taken = line;
                return OK;
            }
        }
        for (;; i++) {
            if ((st = byte_at(r, i, &c, why)) != OK)
                return st;
            if (c < 0 || breaks(c) || c == (unsigned char)r->delimiter)
                break;
            buf_byte(&r->text, (char)c);
        }
        if (n < ROWS_FIELDS_MAX)
            r->field[n++] = slice_of(r->text.ptr + start, r->text.len - start);
        else
            ret->bad = "over 1024 fields";
        if (c != (unsigned char)r->delimiter)
            break;
    }
    if (i > r->bytes_max) { /* long only by its later lines */
        ret->bad = "the row is too long";
        i = line;
    }
    r->taken = i;
    ret->count = n;
    return OK;
}
_Static_assert(ROWS_FIELDS_MAX == 1024, "the message above says 1024");

static status begin(rows *r, err *why)
{
    status st;
    r->begun = true;
    while (r->window.len < 3 && !r->eof)
        if ((st = fill(r, why)) != OK)
            return st;
    if (slice_starts(buf_slice(&r->window), S("\xef\xbb\xbf")))
        r->pos = 3;
    return OK;
}

status rows_next(rows *r, row *ret, bool *ret_more, err *why)
{
    size_t line;
    status st;
    if (!r->begun && (st = begin(r, why)) != OK)
        return st;
    if (r->handed && (st = leave(r, why)) != OK)
        return st;
    if ((st = line_length(r, &line, why)) != OK)
        return st;
    *ret_more = line > 0 || r->pos < r->window.len;
    if (!*ret_more)
        return OK;
    r->handed = true;
    *ret = (row){.field = r->field, .line = r->line};
    if (line > r->bytes_max) {
        ret->bad = "the line is too long";
        r->taken = line < 256 ? line : 256;
        r->skip = true;
    } else if (r->delimiter) {
        if ((st = cut_row(r, line, ret, why)) != OK)
            return st;
    } else {
        r->taken = line;
        ret->count = 1;
    }
    ret->at = r->base + r->pos;
    ret->raw = slice_of(r->window.ptr + r->pos, r->taken);
    if (!r->delimiter)
        r->field[0] = ret->raw;
    if (!ret->bad && ret->raw.len && memchr(ret->raw.ptr, 0, ret->raw.len))
        ret->bad = "the line holds a NUL byte";
    if (!ret->bad && utf8_check(ret->raw) != SIZE_MAX)
        ret->bad = "the line is no UTF-8";
    if (ret->bad)
        ret->count = 0;
    return OK;
}

status rows_head(reader *in, arena *a, size_t max, slice *ret, bool *ret_whole, err *why)
{
    char *p = arena_alloc(a, max);
    size_t n = 0, got = 1;
    status st;
    if (!p)
        return ARENA_SPENT(a, why);
    if ((st = reader_rewind(in, why)) != OK)
        return st;
    while (n < max && got > 0) {
        if ((st = reader_read(in, p + n, max - n, &got, why)) != OK)
            return st;
        n += got;
    }
    if ((st = reader_rewind(in, why)) != OK)
        return st;
    *ret_whole = got == 0;
    *ret = slice_of(p, n);
    return OK;
}

void rows_print(buf *out, const slice *field, size_t count, char delimiter)
{
    for (size_t n = 0; n < count; n++) {
        slice f = field[n];
        bool quote = f.len && (is_space(f.ptr[0]) || is_space(f.ptr[f.len - 1]));
        for (size_t i = 0; i < f.len && !quote; i++)
            quote =
                f.ptr[i] == '"' || f.ptr[i] == delimiter || f.ptr[i] == '\n' || f.ptr[i] == '\r';
        if (n)
            buf_byte(out, delimiter);
        if (quote)
            buf_byte(out, '"');
        for (size_t i = 0; i < f.len; i++) {
            if (f.ptr[i] == '"')
                buf_byte(out, '"');
            buf_byte(out, f.ptr[i]);
        }
        if (quote)
            buf_byte(out, '"');
    }
}
