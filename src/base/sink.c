/* sink.c - styled, wrapped, padded text: see sink.h. */
#include "base/sink.h"
#include "base/text.h"

void sink_init(sink *s, const sink_options *options)
{
    *s = (sink){.options = *options};
    buf_init(&s->out, SINK_TEXT_MAX + (1 << 20));
    buf_init(&s->word, SINK_TEXT_MAX);
    buf_init(&s->text, SINK_TEXT_MAX);
}

void sink_done(sink *s)
{
    buf_done(&s->out);
    buf_done(&s->word);
    buf_done(&s->text);
}

/* --- bytes ---------------------------------------------------------------------------------- */

static void keep_failure(sink *s, buf *b)
{
    if (b->failed && s->failed == OK)
        s->failed = buf_status(b, &s->why);
    b->failed = false;
}

static void write_out(sink *s)
{
    keep_failure(s, &s->out);
    if (s->out.len && s->failed == OK)
        s->failed = s->options.write(s->options.ctx, buf_slice(&s->out), &s->why);
    buf_clear(&s->out);
}

static void out_spaces(sink *s, size_t count)
{
    static const char blanks[] = "                                                                ";
    s->column += count;
    while (count) {
        size_t n = count < sizeof blanks - 1 ? count : sizeof blanks - 1;
        buf_put(&s->out, slice_of(blanks, n));
        count -= n;
    }
}

/* The word joins the line. */
static void end_word(sink *s)
{
    keep_failure(s, &s->word);
    if (!s->word.len)
        return;
    out_spaces(s, s->spaces);
    buf_put(&s->out, buf_slice(&s->word));
    s->column += s->word_columns;
    s->spaces = s->word_columns = 0;
    buf_clear(&s->word);
    if (s->out.len >= SINK_FLUSH_BYTES)
        write_out(s);
}

static void end_line(sink *s)
{
    s->spaces = 0;
    buf_byte(&s->out, '\n');
    s->column = 0;
    s->lines++;
    s->last = 0;
    if (s->out.len >= SINK_FLUSH_BYTES)
        write_out(s);
}

/* --- wrapping ------------------------------------------------------------------------------- */

/* JIS X 4051: what may not begin a line, and what may not end one. */
#define AT(c) (UINT64_C(1) << ((c)&63))
static bool may_not_begin(uint32_t c)
{
    static const uint64_t kana[4] = {
        /* U+3000 to U+30FF, a bit each */
        AT(0x3001) | AT(0x3002) | AT(0x3005) | AT(0x3009) | AT(0x300b) | AT(0x300d) | AT(0x300f) |
            AT(0x3011) | AT(0x3015),
        AT(0x3041) | AT(0x3043) | AT(0x3045) | AT(0x3047) | AT(0x3049) | AT(0x3063),
        AT(0x3083) | AT(0x3085) | AT(0x3087) | AT(0x308e) | AT(0x309b) | AT(0x309c) | AT(0x30a1) |
            AT(0x30a3) | AT(0x30a5) | AT(0x30a7) | AT(0x30a9),
        AT(0x30c3) | AT(0x30e3) | AT(0x30e5) | AT(0x30e7) | AT(0x30ee) | AT(0x30f5) | AT(0x30f6) |
            AT(0x30fb) | AT(0x30fc),
    };
    static const uint32_t others[] = {0x2019, 0x201d, 0x2069, 0x27e7, 0xff01, 0xff09, 0xff0c,
                                      0xff0e, 0xff1a, 0xff1b, 0xff1f, 0xff3d, 0xff5d};
    if (c < 0x80)
        return c != '(' && c != '[' && c != '{' && c != '"' && !is_alnum((char)c);
    if (c >= 0x3000 && c < 0x3100 && kana[(c - 0x3000) / 64] & AT(c))
        return true;
    for (size_t i = 0; (c < 0x3000 || c >= 0xff00) && i < COUNT_OF(others); i++)
        if (c == others[i])
            return true;
    return text_columns(c) == 0;
}

static bool may_not_end(uint32_t c)
{
    static const uint32_t list[] = {0x2018, 0x201c, 0xff08, 0x3014, 0xff3b, 0xff5b, 0x3008,
                                    0x300a, 0x300c, 0x300e, 0x3010, 0x27e6, 0x2068};
    if (c < 0x80)
        return c == '(' || c == '[' || c == '{' || c == '$' || c == '#';
    if (c > 0x3014 && c < 0xff08)
        return false;
    for (size_t i = 0; i < COUNT_OF(list); i++)
        if (c == list[i])
            return true;
    return false;
}
#undef AT

/* May a line end between the two? Blanks are not asked. */
static bool may_break(uint32_t before, uint32_t c)
{
    if (!before || (before < 0x7f && c < 0x7f))
        return false;
    bool wide = text_columns(before) == 2 || text_columns(c) == 2;
    return wide && !may_not_begin(c) && !may_not_end(before);
}

/* Half the line is text at least. */
static size_t indent_of(const sink *s)
{
    size_t half = s->options.columns / 2;
    return s->indent < half ? s->indent : half;
}

/* Room for `more` columns behind the word so far: on a new line when there is none here, and the
 * word cut when it is too long for any line. */
static void make_room(sink *s, size_t more)
{
    size_t margin = s->options.columns, indent = indent_of(s);
    while (margin && s->column + s->spaces + s->word_columns + more > margin) {
        if (s->column <= indent && s->word_columns == 0) {
            if (s->spaces == 0)
                return; /* wider than any line */
            s->spaces = 0;
            continue;
        }
        if (s->column <= indent)
            end_word(s);
        end_line(s);
        out_spaces(s, indent);
    }
}

static void put_character(sink *s, uint32_t c, slice raw)
{
    if (c == ' ') {
        end_word(s);
        s->spaces++;
        s->last = c;
        return;
    }
    if (may_break(s->last, c))
        end_word(s);
    size_t columns = (size_t)text_columns(c);
    make_room(s, columns);
    buf_put(&s->word, raw);
    s->word_columns += columns;
    s->last = c;
}

/* Bytes of printable ASCII in front, `most` at most. */
static size_t plain_len(slice text, size_t most)
{
    size_t n = 0;
    most = text.len < most ? text.len : most;
    while (n < most && text.ptr[n] >= ' ' && text.ptr[n] < 0x7f)
        n++;
    return n;
}

/* Printable ASCII for which there is room on the line: whole words go out as they stand. */
static void put_run(sink *s, slice run)
{
    size_t first = slice_find_byte(run, ' ', 0), last = run.len;
    if (first != SIZE_MAX) {
        buf_put(&s->word, slice_sub(run, 0, first));
        s->word_columns += first;
        end_word(s);
        while (run.ptr[last - 1] != ' ')
            last--;
        size_t end = last; /* of the words in the middle */
        while (end > first && run.ptr[end - 1] == ' ')
            end--;
        if (end > first) {
            out_spaces(s, s->spaces);
            buf_put(&s->out, slice_sub(run, first, end));
            s->column += end - first;
            s->spaces = 0;
            first = end;
        }
        s->spaces += last - first;
        run = slice_from(run, last);
        s->last = ' ';
    }
    if (!run.len)
        return;
    buf_put(&s->word, run);
    s->word_columns += run.len;
    s->last = (uint32_t)run.ptr[run.len - 1];
}

/* What of printable ASCII stands at the front of `text`, behind a character of ASCII: no line ends
 * within its words, so as much as there is room for is put at once. Returns the rest. */
static slice put_plain(sink *s, slice text)
{
    size_t margin = s->options.columns, used = s->column + s->spaces + s->word_columns;
    size_t room = !margin ? SIZE_MAX - 1 : margin > used ? margin - used : 0;
    size_t n = plain_len(text, room + 1);
    if (n > room)
        while (--n && text.ptr[n] != ' ') /* whole words: what is cut may be longer than a line */
            continue;
    put_run(s, slice_sub(text, 0, n));
    return slice_from(text, n);
}

/* Text that is escaped or ours. What could command a terminal is escaped here all the same. */
static void put_text(sink *s, slice text)
{
    while (text.len && s->failed == OK) {
        if (s->last < 0x7f) {
            text = put_plain(s, text);
            if (!text.len)
                break;
        }
        slice rest = text;
        uint32_t c = utf8_next(&rest);
        slice raw = slice_sub(text, 0, text.len - rest.len);
        bool broken = c == 0xfffd && raw.len == 1;
        unsigned code = broken ? (unsigned char)text.ptr[0] : c;
        text = rest;
        if (c == '\n') {
            end_word(s);
            end_line(s);
        } else if (broken || c < 0x20 || (c >= 0x7f && c < 0xa0)) {
            char shown[] = {'\\', 'x', "0123456789abcdef"[code >> 4 & 15],
                            "0123456789abcdef"[code & 15]};
            for (size_t i = 0; i < sizeof shown; i++)
                put_character(s, (uint32_t)shown[i], slice_of(shown + i, 1));
        } else {
            put_character(s, c, raw);
        }
    }
}

/* --- what callers put ----------------------------------------------------------------------- */

static void escape_text(void *ctx, buf *out, slice foreign)
{
    (void)ctx;
    terminal_escape(out, foreign);
}

static void escape_value(void *ctx, buf *out, int kind, slice value)
{
    sink *s = ctx;
    if (!s->options.value) {
        terminal_escape(out, value);
        return;
    }
    CLEANUP(buf_done) buf shown;
    buf_init(&shown, SINK_TEXT_MAX);
    s->options.value(s->options.value_ctx, &shown, kind, value);
    terminal_escape(out, buf_slice(&shown));
    out->failed = out->failed || shown.failed;
}

static slice render(sink *s, const message *m)
{
    const message_style how = {.zone_minutes = s->options.zone_minutes,
                               .zone = s->options.zone,
                               .text = escape_text,
                               .value = escape_value,
                               .ctx = s};
    buf_clear(&s->text);
    message_render(&s->text, s->options.language, m, &how);
    keep_failure(s, &s->text);
    return buf_slice(&s->text);
}

void sink_words(sink *s, slice ours)
{
    put_text(s, ours);
}

static slice escaped(sink *s, slice foreign)
{
    buf_clear(&s->text);
    terminal_escape(&s->text, foreign);
    keep_failure(s, &s->text);
    return buf_slice(&s->text);
}

void sink_foreign(sink *s, slice foreign)
{
    put_text(s, escaped(s, foreign));
}

void sink_foreign_cut(sink *s, slice foreign, size_t columns)
{
    buf_clear(&s->text);
    terminal_cut(&s->text, foreign, columns);
    keep_failure(s, &s->text);
    put_text(s, buf_slice(&s->text));
}

void sink_value(sink *s, int kind, slice value)
{
    buf_clear(&s->text);
    escape_value(s, &s->text, kind, value);
    keep_failure(s, &s->text);
    put_text(s, buf_slice(&s->text));
}

void sink_put(sink *s, message m)
{
    put_text(s, render(s, &m));
}

void sink_style(sink *s, style to)
{
    static const char *const codes[] = {
        [STYLE_PLAIN] = "0", [STYLE_TITLE] = "1", [STYLE_LABEL] = "1",    [STYLE_BAD] = "1;31",
        [STYLE_WARN] = "33", [STYLE_GOOD] = "32", [STYLE_UNKNOWN] = "36", [STYLE_DIM] = "2",
    };
    _Static_assert(COUNT_OF(codes) == STYLE_COUNT_, "a style without a code");
    assert(to < STYLE_COUNT_);
    if (!s->options.color || to == s->style)
        return;
    if (s->style != STYLE_PLAIN && to != STYLE_PLAIN)
        buf_put(&s->word, S("\x1b[0m"));
    buf_printf(&s->word, "\x1b[%sm", codes[to]);
    s->style = to;
}

void sink_to(sink *s, size_t column)
{
    end_word(s);
    if (s->column + s->spaces < column)
        s->spaces = column - s->column;
    else if (!s->spaces)
        s->spaces = 1;
    s->last = ' ';
}

void sink_right(sink *s, message m)
{
    size_t columns = sink_message_columns(s, m), margin = s->options.columns;
    end_word(s);
    if (margin && s->column + 1 + columns > margin)
        end_line(s);
    if (margin > columns)
        sink_to(s, margin - columns);
    else
        s->spaces += s->column > 0;
    sink_put(s, m);
}

void sink_indent(sink *s, size_t columns)
{
    s->indent = columns;
}

void sink_line(sink *s)
{
    end_word(s);
    end_line(s);
}

uint64_t sink_lines(const sink *s)
{
    return s->lines;
}

void sink_laid(sink *s, slice lines, uint64_t count)
{
    end_word(s);
    if (s->column)
        end_line(s);
    buf_put(&s->out, lines);
    s->lines += count;
    s->last = 0;
    if (s->out.len >= SINK_FLUSH_BYTES)
        write_out(s);
}

void sink_json(sink *s, slice json_text)
{
    end_word(s);
    if (s->column)
        end_line(s);
    while (json_text.len && s->failed == OK) { /* in pieces, so that there is no limit */
        size_t n = json_text.len < SINK_FLUSH_BYTES ? json_text.len : SINK_FLUSH_BYTES;
        while (n < json_text.len && ((unsigned char)json_text.ptr[n] & 0xc0) == 0x80)
            n++; /* not inside a character */
        terminal_json(&s->out, slice_sub(json_text, 0, n));
        json_text = slice_from(json_text, n);
        write_out(s);
    }
    end_line(s);
}

status sink_flush(sink *s, err *why)
{
    end_word(s);
    write_out(s);
    status st = s->failed;
    if (st != OK && why)
        *why = s->why;
    s->failed = OK;
    return st;
}

size_t sink_foreign_columns(sink *s, slice foreign)
{
    return text_width(escaped(s, foreign));
}

size_t sink_message_columns(sink *s, message m)
{
    return text_width(render(s, &m));
}
