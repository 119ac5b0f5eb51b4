/* csv.c - tables with a header: see build.h.
 * Sources: RFC 4180 (quotes). A row is a line: a line end inside quotes is not looked for. Whether
 * a stream is a table is told from its beginning as a whole. */
#include "format/log/build.h"

enum { SNIFF_ROWS = 8 };

/* A cell at the front of *rest, which is {NULL, 0} after the last; *ret_doubled: it has quotes. */
static bool cell(slice *rest, char separator, slice *ret, bool *ret_doubled)
{
    slice s = *rest;
    size_t n = 0;
    *ret_doubled = false;
    if (!s.ptr)
        return false;
    if (s.len && s.ptr[0] == '"') {
        for (n = 1; n < s.len; n++) {
            if (s.ptr[n] != '"')
                continue;
            if (n + 1 == s.len || s.ptr[n + 1] != '"')
                break;
            *ret_doubled = true;
            n++;
        }
        *ret = slice_sub(s, 1, n);
        n += n < s.len;
        while (n < s.len && s.ptr[n] != separator)
            n++;
    } else {
        while (n < s.len && s.ptr[n] != separator)
            n++;
        *ret = slice_sub(s, 0, n);
    }
    *rest = n < s.len ? slice_from(s, n + 1) : (slice){NULL, 0};
    return true;
}

static slice undouble(log_builder *b, slice s)
{
    char *p = arena_array(b->a, s.len + 1, 1);
    size_t n = 0;
    if (!p) {
        b->failed = true;
        return (slice){NULL, 0};
    }
    for (size_t i = 0; i < s.len; i++) {
        p[n++] = s.ptr[i];
        i += s.ptr[i] == '"' && i + 1 < s.len;
    }
    return slice_of(p, n);
}

static char separator_of(slice line)
{
    static const char many[] = ",;\t|";
    char best = ',';
    size_t most = 0;
    for (size_t i = 0; i < sizeof many - 1; i++) {
        size_t n = 0;
        for (size_t at = 0; (at = slice_find_byte(line, many[i], at)) != SIZE_MAX; at++)
            n++;
        if (n > most) {
            most = n;
            best = many[i];
        }
    }
    return best;
}

static log_took header(log_builder *b, slice line)
{
    slice name[LOG_COLUMNS_MAX], rest = line;
    size_t n = 0;
    bool doubled;
    log_columns *c = &b->reader->columns;
    c->separator = separator_of(line);
    while (n < LOG_COLUMNS_MAX && cell(&rest, c->separator, &name[n], &doubled)) {
        name[n] = slice_trim(name[n]);
        n++;
    }
    if (!log_columns_set(b->reader, &log_format_csv, name, n))
        b->failed = true;
    return LOG_HEADER;
}

static log_took read_csv(log_builder *b, slice line)
{
    const log_columns *c = &b->reader->columns;
    slice rest = line, one, first;
    bool doubled;
    size_t n = 0;
    if (b->reader->format != &log_format_csv)
        return LOG_NOT;
    if (c->of != &log_format_csv)
        return header(b, line);
    if (cell(&rest, c->separator, &first, &doubled) && rest.ptr && c->count > 1 &&
        slice_eq(slice_trim(first), c->name[0]) && cell(&rest, c->separator, &one, &doubled) &&
        slice_eq(slice_trim(one), c->name[1]))
        return header(b, line); /* the header again: files that were joined */
    rest = line;
    for (; !b->failed && cell(&rest, c->separator, &one, &doubled); n++)
        log_put_cell(b, n, S(""), doubled ? undouble(b, one) : one, one, log_unset(one));
    if (n == 1 && c->count > 1)
        return LOG_NOT;
    b->e.cut |= n != c->count ? LOG_CUT_BROKEN : 0;
    return LOG_EVENT;
}

static void finish(log_builder *b)
{
    for (size_t i = 0; i < b->count; i++)
        if ((slice_eq(b->field[i].name, S("time")) || slice_eq(b->field[i].name, S("Time"))) &&
            b->holder[LOG_AS_DATE])
            log_give(b, i, LOG_AS_CLOCK, 0);
    log_format_json.finish(b);
}

static size_t cells(slice line, char separator)
{
    slice rest = line, one;
    bool doubled;
    size_t n = 0;
    while (cell(&rest, separator, &one, &doubled))
        n++;
    return n;
}

/* A name of a column: no value looks like one. */
static bool name_like(slice s)
{
    size_t letters = 0;
    s = slice_trim(s);
    if (!s.len || s.len > 64)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        letters += is_alpha(s.ptr[i]);
        if (!is_alnum(s.ptr[i]) && !strchr("_-. ()/@#", s.ptr[i]))
            return false;
    }
    return letters * 2 >= s.len;
}

static bool known(slice name)
{
    for (size_t i = 0; i < log_format_json.name_count; i++)
        if (log_format_json.names[i].role != LOG_AS_NONE &&
            slice_eq_nocase(log_format_json.names[i].name, name))
            return true;
    return false;
}

static slice next_line(slice *rest)
{
    slice line;
    if (!slice_cut(rest, '\n', &line))
        return (slice){NULL, 0};
    if (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    return line;
}

/* Names of columns, two of which we know, and rows of as many cells. */
static bool sniff(slice head)
{
    slice rest = head, line, one;
    bool doubled;
    size_t columns, names_known = 0, rows = 0, misfits = 0;
    if (slice_starts(rest, S("\xef\xbb\xbf")))
        rest = slice_from(rest, 3);
    line = next_line(&rest);
    char separator = separator_of(line);
    columns = cells(line, separator);
    if (columns < 2 || columns > LOG_COLUMNS_MAX || !rest.ptr)
        return false;
    slice names = line;
    while (cell(&names, separator, &one, &doubled)) {
        if (!name_like(one))
            return false;
        names_known += known(slice_trim(one));
    }
    if (names_known < 2)
        return false;
    for (; rows < SNIFF_ROWS && rest.ptr; rows++) {
        line = next_line(&rest);
        if (!rest.ptr) /* the last line may be cut off */
            break;
        misfits += line.len && cells(line, separator) != columns;
    }
    return misfits * 2 <= rows && (rows > 0 || !rest.ptr);
}

const log_format log_format_csv = {
    .name = "csv", .read = read_csv, .more = &log_format_json, .finish = finish, .sniff = sniff};
