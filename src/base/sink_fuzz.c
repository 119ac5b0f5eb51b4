/* The first byte is the width, the second the indent; the rest are pieces between \x01, the first
 * byte of each says how it is put. Properties: no character reaches the terminal that it would obey
 * or that nobody would see; no line is too wide or ends in blanks; JSON reads back as it was. */
#include "base/sink.h"
#include "base/text.h"

#include <stdlib.h>

static status to_buf(void *ctx, slice bytes, err *why)
{
    buf_put(ctx, bytes);
    return buf_status(ctx, why);
}

static void check_line(slice line, size_t columns)
{
    if (columns && text_width(line) > columns)
        abort();
    if (slice_ends(line, S(" ")))
        abort();
}

/* Isolates are the sink's own, and only in text. */
static void check_characters(slice s, bool text)
{
    int isolates = 0;
    if (utf8_check(s) != SIZE_MAX)
        abort();
    while (s.len) {
        uint32_t c = utf8_next(&s);
        bool isolate = text && (c == 0x2068 || c == 0x2069);
        isolates += !isolate ? 0 : c == 0x2068 ? 1 : -1;
        if (isolates < 0 || isolates > 1)
            abort();
        if (!isolate && !(text && c == '\n') && !text_is_visible(c))
            abort();
    }
    if (isolates)
        abort();
}

static void check_json(slice text)
{
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf out;
    CLEANUP(buf_done) buf first;
    CLEANUP(buf_done) buf second;
    json *before, *after;
    arena_init(&a, 16 << 20);
    buf_init(&out, 16 << 20);
    buf_init(&first, 16 << 20);
    buf_init(&second, 16 << 20);
    if (json_parse(&a, text, NULL, &before, NULL) != OK)
        return;
    terminal_json(&out, text);
    check_characters(buf_slice(&out), false);
    if (json_parse(&a, buf_slice(&out), NULL, &after, NULL) != OK)
        abort();
    json_writer w1 = json_writer_on(&first), w2 = json_writer_on(&second);
    json_put_canonical(&w1, before, &a);
    json_put_canonical(&w2, after, &a);
    if (!slice_eq(buf_slice(&first), buf_slice(&second)))
        abort();
}

static bool is_ascii(slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] >= 0x80)
            return false;
    return true;
}

static void put(sink *s, slice piece)
{
    char how = piece.len ? piece.ptr[0] : 0;
    piece = slice_from(piece, 1);
    switch (how) {
    case 'w': /* our own words have no invisible letters */
        if (is_ascii(piece))
            sink_words(s, piece);
        break;
    case 'v': sink_value(s, 1, piece); break;
    case 'm': sink_put(s, msg_option_bad_number(piece)); break;
    case 'r': sink_right(s, msg_option_bad_number(piece)); break;
    case 'c': sink_foreign_cut(s, piece, piece.len / 2); break;
    case 't': sink_to(s, piece.len); break;
    case 'n': sink_line(s); break;
    case 'j': check_json(piece); break;
    default: sink_foreign(s, piece); break;
    }
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    if (size < 2)
        return 0;
    CLEANUP(buf_done) buf out;
    CLEANUP(sink_done) sink s;
    unsigned columns = data[0] ? 8 + data[0] % 120 : 0;
    slice rest = slice_of((const char *)data + 2, size - 2), piece;
    buf_init(&out, 64 << 20);
    sink_init(&s, &(sink_options){.write = to_buf,
                                  .ctx = &out,
                                  .columns = columns,
                                  .language = data[1] & 1 ? LANG_JA : LANG_EN});
    sink_indent(&s, data[1] / 2);
    while (slice_cut(&rest, 1, &piece))
        put(&s, piece);
    sink_line(&s);
    if (sink_flush(&s, NULL) != OK)
        abort();
    check_characters(buf_slice(&out), true);
    slice lines = buf_slice(&out), line;
    while (slice_cut(&lines, '\n', &line))
        check_line(line, columns);
    return 0;
}
