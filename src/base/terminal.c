/* terminal.c - foreign text for terminals and for JSON on terminals: see sink.h. */
#include "base/sink.h"
#include "base/text.h"

/* Offset of the first byte that needs a look: not printable ASCII. */
static size_t plain_run(slice s)
{
    size_t i = 0;
    while (i < s.len && (unsigned char)s.ptr[i] >= 0x20 && (unsigned char)s.ptr[i] < 0x7f)
        i++;
    return i;
}

static void put_control(buf *out, uint32_t c)
{
    static const struct {
        uint32_t c;
        const char *shown;
    } named[] = {{'\n', "\\n"}, {'\r', "\\r"}, {'\t', "\\t"}};
    for (size_t i = 0; i < COUNT_OF(named); i++)
        if (c == named[i].c) {
            buf_put(out, slice_str(named[i].shown));
            return;
        }
    buf_printf(out, "\\x%02x", c);
}

/* Alphabets of the word being read, as bits. */
static void end_word(buf *out, unsigned *alphabets)
{
    unsigned seen = *alphabets;
    *alphabets = 0;
    if (!(seen & (seen - 1))) /* one or none */
        return;
    const char *between = "⟦";
    for (alphabet a = ALPHABET_LATIN; a < ALPHABET_COUNT_; a++)
        if (seen >> a & 1) {
            buf_printf(out, "%s%s", between, text_alphabet_name(a));
            between = "+";
        }
    buf_put(out, S("⟧"));
}

static bool has_right_to_left(slice s)
{
    while (s.len) {
        s = slice_from(s, plain_run(s));
        if (s.len && text_is_right_to_left(utf8_next(&s)))
            return true;
    }
    return false;
}

static void put_characters(buf *out, slice s)
{
    unsigned alphabets = 0, marks = SINK_MARKS_MAX; /* a mark at the front has no letter */
    while (s.len && !out->failed) {
        size_t n = utf8_len(s);
        slice raw = slice_sub(s, 0, n);
        unsigned char byte = (unsigned char)s.ptr[0];
        uint32_t c = utf8_next(&s);
        bool mark = c >= 0x300 && text_is_mark(c);
        if (!mark && !(c < 0x80 ? is_alpha((char)c) : text_is_letter_or_digit(c)))
            end_word(out, &alphabets);
        alphabets |= (1u << text_alphabet(c)) & ~1u;
        marks = mark ? marks + 1 : 0;
        if (!n || c < 0x20 || (c >= 0x7f && c < 0xa0))
            put_control(out, n ? c : byte);
        else if (marks > SINK_MARKS_MAX || !text_is_visible(c))
            buf_printf(out, "⟦U+%04X⟧", c);
        else
            buf_put(out, raw);
    }
    end_word(out, &alphabets);
}

void terminal_escape(buf *out, slice foreign)
{
    if (plain_run(foreign) == foreign.len) {
        buf_put(out, foreign);
        return;
    }
    bool isolate = has_right_to_left(foreign);
    if (isolate)
        buf_put(out, S("\u2068"));
    put_characters(out, foreign);
    if (isolate)
        buf_put(out, S("\u2069"));
}

static size_t columns_of(slice foreign, buf *scratch)
{
    buf_clear(scratch);
    terminal_escape(scratch, foreign);
    return scratch->failed ? SIZE_MAX : text_width(buf_slice(scratch));
}

/* Bytes of `foreign` that are shown in at most `room` columns. Characters are measured one by one,
 * then together: marks for mixed alphabets take room too. */
static size_t fitting(slice foreign, size_t room, buf *scratch)
{
    size_t keep = 0, used = 0;
    while (keep < foreign.len) {
        slice rest = slice_from(foreign, keep);
        size_t n = utf8_len(rest) ? utf8_len(rest) : 1;
        used += columns_of(slice_sub(rest, 0, n), scratch);
        if (used > room)
            break;
        keep += n;
    }
    while (keep && columns_of(slice_sub(foreign, 0, keep), scratch) > room)
        do
            keep--;
        while (keep && ((unsigned char)foreign.ptr[keep] & 0xc0) == 0x80);
    return keep;
}

void terminal_cut(buf *out, slice foreign, size_t columns)
{
    CLEANUP(buf_done) buf scratch;
    buf_init(&scratch, SINK_TEXT_MAX);
    /* No character takes less than a quarter of a column for each byte but combining marks: a
     * text that long is cut, and need not be measured as a whole. */
    slice near = slice_sub(foreign, 0, 64 * (columns + 1));
    if (near.len == foreign.len && columns_of(foreign, &scratch) <= columns) {
        buf_put(out, buf_slice(&scratch));
        return;
    }
    size_t keep = fitting(near, columns > 2 ? columns - 2 : 0, &scratch);
    terminal_escape(out, slice_sub(foreign, 0, keep));
    buf_put(out, slice_sub(S(".."), 0, columns));
}

/* In valid JSON, controls below U+0020 stand between tokens only, everything else that is escaped
 * here in strings only. */
static void put_json_character(buf *out, uint32_t c, slice raw)
{
    if (c == '\n' || c == '\r' || c == '\t')
        buf_byte(out, ' ');
    else if (!raw.len)
        buf_put(out, S("\xef\xbf\xbd"));
    else if (c < 0x10000)
        buf_printf(out, "\\u%04x", c);
    else
        buf_printf(out, "\\u%04x\\u%04x", 0xd800 + ((c - 0x10000) >> 10),
                   0xdc00 + ((c - 0x10000) & 0x3ff));
}

void terminal_json(buf *out, slice json_text)
{
    size_t done = 0, at = 0; /* [done, at) is fine as it is */
    while (at < json_text.len && !out->failed) {
        at += plain_run(slice_from(json_text, at));
        slice rest = slice_from(json_text, at);
        slice raw = slice_sub(rest, 0, utf8_len(rest));
        uint32_t c = utf8_next(&rest);
        if (at < json_text.len && (!raw.len || !text_is_visible(c))) {
            buf_put(out, slice_sub(json_text, done, at));
            put_json_character(out, c, raw);
            done = at + (raw.len ? raw.len : 1);
        }
        at += raw.len ? raw.len : at < json_text.len;
    }
    buf_put(out, slice_from(json_text, done));
}
