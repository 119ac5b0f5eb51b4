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
static bool may_not_begin(uint32_t c)
{
    static const uint32_t list[] = {
        0x3001, 0x3002, 0xff0c, 0xff0e, 0x30fb, 0xff1a, 0xff1b, 0xff1f, 0xff01, 0x309b,
        0x309c, 0x30fc, 0x3005, 0x2019, 0x201d, 0xff09, 0x3015, 0xff3d, 0xff5d, 0x3009,
        0x300b, 0x300d, 0x300f, 0x3011, 0x3041, 0x3043, 0x3045, 0x3047, 0x3049, 0x3063,
        0x3083, 0x3085, 0x3087, 0x308e, 0x30a1, 0x30a3, 0x30a5, 0x30a7, 0x30a9, 0x30c3,
        0x30e3, 0x30e5, 0x30e7, 0x30ee, 0x30f5, 0x30f6, 0x27e7, 0x2069,
    };
    if (c < 0x80)
        return c != '(' && c != '[' && c != '{' && c != '"' && !is_alnum((char)c);
    for (size_t i = 0; i < COUNT_OF(list); i++)
        if (c == list[i])
            return true;
    return text_columns(c) == 0;
}

static bool may_not_end(uint32_t c)
{
    static const uint32_t list[] = {0x2018, 0x201c, 0xff08, 0x3014, 0xff3b, 0xff5b, 0x3008,
                                    0x300a, 0x300c, 0x300e, 0x3010, 0x27e6, 0x2068};
    if (c < 0x80)
        return c == '(' || c == '[' || c == '{' || c == '$' || c == '#';
    for (size_t i = 0; i < COUNT_OF(list); i++)
        if (c == list[i])
            return true;
    return false;
}

/* May a line end between the two? Blanks are not asked. */
static bool may_break(uint32_t before, uint32_t c)
{
    bool wide = text_columns(before) == 2 || text_columns(c) == 2;
    return before && wide && !may_not_begin(c) && !may_not_end(before);
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

/* What of ASCII stands at the front of `text`, behind a character of ASCII: no line ends within its
 * words, so one for which there is room is put at once. Returns the rest. */
static slice put_plain(sink *s, slice text)
{
    size_t margin = s->options.columns;
    while (text.len && s->failed == OK) {
        size_t n = 0;
        while (n < text.len && text.ptr[n] > ' ' && text.ptr[n] < 0x7f)
            n++;
        if (n && margin && s->column + s->spaces + s->word_columns + n > margin)
            break;
        buf_put(&s->word, slice_sub(text, 0, n));
        s->word_columns += n;
        if (n)
            s->last = (uint32_t)text.ptr[n - 1];
        text = slice_from(text, n);
        if (!text.len || text.ptr[0] != ' ')
            break;
        put_character(s, ' ', slice_sub(text, 0, 1));
        text = slice_from(text, 1);
    }
    return text;
}

/* Text that is escaped or ours. What could command a terminal is escaped here all the same. */
static void put_text(sink *s, slice text)
{
    while (text.len && s->failed == OK) {
        size_t n = utf8_len(text);
        slice raw = slice_sub(text, 0, n);
        unsigned char byte = (unsigned char)text.ptr[0];
        uint32_t c = utf8_next(&text);
        if (c == '\n') {
            end_word(s);
            end_line(s);
        } else if (!n || c < 0x20 || (c >= 0x7f && c < 0xa0)) {
            char shown[] = {'\\', 'x', "0123456789abcdef"[(n ? c : byte) >> 4 & 15],
                            "0123456789abcdef"[(n ? c : byte) & 15]};
            for (size_t i = 0; i < sizeof shown; i++)
                put_character(s, (uint32_t)shown[i], slice_of(shown + i, 1));
        } else {
            put_character(s, c, raw);
            if (c < 0x7f)
                text = put_plain(s, text);
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
