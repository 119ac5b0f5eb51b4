#include "base/test.h"
#include "base/sink.h"
#include "base/text.h"

static status to_buf(void *ctx, slice bytes, err *why)
{
    buf_put(ctx, bytes);
    return buf_status(ctx, why);
}

static void start(sink *s, buf *out, sink_options o)
{
    buf_init(out, 64 << 20);
    o.write = to_buf;
    o.ctx = out;
    sink_init(s, &o);
}

static void expect(sink *s, buf *out, const char *want)
{
    CHECK_OK(sink_flush(s, NULL));
    CHECK_SLICE(buf_slice(out), slice_str(want));
    buf_clear(out);
}

TEST(what_a_reader_would_not_see_is_shown)
{
    static const struct {
        slice in;
        const char *want;
    } rows[] = {
        {S_INIT("plain text, C:\\Windows\\x"), "plain text, C:\\Windows\\x"},
        {S_INIT("日本語のテキスト。"), "日本語のテキスト。"},
        {S_INIT("caf\u00e9 na\u00efve \U0001f600"), "caf\u00e9 na\u00efve \U0001f600"},
        {S_INIT("a\x1b[31mred"), "a\\x1b[31mred"},
        {S_INIT("a\nb\rc\td\be\x7f\0g"), "a\\nb\\rc\\td\\x08e\\x7f\\x00g"},
        {S_INIT("\xc2\x9b"
                "31m \xc2\x85"),
         "\\x9b31m \\x85"}, /* C1 as UTF-8 */
        {S_INIT("\x9b\xff\xc0\xaf\xed\xa0\x80"), "\\x9b\\xff\\xc0\\xaf\\xed\\xa0\\x80"},
        {S_INIT("exe\u202egnp.scr"), "exe⟦U+202E⟧gnp.scr"},
        {S_INIT("\u2066x\u2069"), "⟦U+2066⟧x⟦U+2069⟧"},
        {S_INIT("pay\u200bpal \ufeff\u00ad\u2060"), "pay⟦U+200B⟧pal ⟦U+FEFF⟧⟦U+00AD⟧⟦U+2060⟧"},
        {S_INIT("x\U000e0041\U000e007f"), "x⟦U+E0041⟧⟦U+E007F⟧"},   /* tags */
        {S_INIT("x\ufe0f\U000e0100"), "x⟦U+FE0F⟧⟦U+E0100⟧"},        /* variation selectors */
        {S_INIT("\u3164\u115f\u2800"), "⟦U+3164⟧⟦U+115F⟧⟦U+2800⟧"}, /* blanks that are letters */
        {S_INIT("\u2028\u2029"), "⟦U+2028⟧⟦U+2029⟧"},
        {S_INIT("\ue000\U0010ffff"), "⟦U+E000⟧⟦U+10FFFF⟧"},
        {S_INIT("\u0301a\u0301"), "⟦U+0301⟧a\u0301"},
        {S_INIT("z\u0300\u0301\u0302\u0303\u0304\u0305"),
         "z\u0300\u0301\u0302\u0303⟦U+0304⟧⟦U+0305⟧"},
        {S_INIT("\u05d0\u05d1 x"), "\u2068\u05d0\u05d1 x\u2069"},
        {S_INIT("p\u0430ypal.com"), "p\u0430ypal⟦Latin+Cyrillic⟧.com"},
        {S_INIT("\u0391pple \u043c\u043e\u0441"), "\u0391pple⟦Latin+Greek⟧ \u043c\u043e\u0441"},
        {S_INIT("C2\u30b5\u30fc\u30d0\u30fc"), "C2\u30b5\u30fc\u30d0\u30fc"},
        {S_INIT("\u00b5Torrent"), "\u00b5Torrent"},
        {S_INIT("⟦U+202E⟧"), "⟦U+202E⟧"},
        {S_INIT(""), ""},
    };
    CLEANUP(buf_done) buf b;
    buf_init(&b, 1 << 16);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        buf_clear(&b);
        terminal_escape(&b, rows[i].in);
        CHECK_SLICE(buf_slice(&b), slice_str(rows[i].want));
    }
}

TEST(json_keeps_its_value_and_loses_its_power)
{
    static const struct {
        const char *in, *want;
    } rows[] = {
        {"{\"a\":\"plain \\u001b \\n\"}", "{\"a\":\"plain \\u001b \\n\"}"},
        {"{\"a\":\"\x7f\xc2\x9b\u202e\u200b\"}", "{\"a\":\"\\u007f\\u009b\\u202e\\u200b\"}"},
        {"{\"\U000e0041\":1}", "{\"\\udb40\\udc41\":1}"},
        {"{\n\t\"a\": [1,\r\n2]\n}", "{  \"a\": [1,  2] }"},
        {"\"日本語 \u05d0 \u0430b\"", "\"日本語 \u05d0 \u0430b\""},
        {"\"\xff\"", "\"\ufffd\""},
    };
    CLEANUP(buf_done) buf b;
    buf_init(&b, 1 << 16);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        buf_clear(&b);
        terminal_json(&b, slice_str(rows[i].in));
        CHECK_SLICE(buf_slice(&b), slice_str(rows[i].want));
    }
}

TEST(lines_wrap_where_they_may)
{
    static const struct {
        const char *in;
        unsigned columns, indent;
        const char *want;
    } rows[] = {
        {"one two three", 9, 0, "one two\nthree\n"},
        {"one two three", 7, 2, "one two\n  three\n"},
        {"one two  ", 9, 0, "one two\n"},
        {"abcdefghij", 4, 0, "abcd\nefgh\nij\n"},
        {"a bcdefghijkl", 6, 2, "a bcde\n  fghi\n  jkl\n"},
        {"悪性と判断。根拠は", 12, 0, "悪性と判断。\n根拠は\n"},
        {"悪性と判断。根拠は", 10, 0, "悪性と判\n断。根拠は\n"}, /* 。 does not begin a line */
        {"悪性「根拠」", 6, 0, "悪性\n「根\n拠」\n"},
        {"端末を isolate する", 10, 0, "端末を\nisolate す\nる\n"},
        {"a\nb c", 3, 1, "a\nb c\n"},
        {"one two fivesix", 8, 70, "one two\n    five\n    six\n"}, /* at most half */
        {"日", 1, 0, "日\n"},                                       /* wider than any line */
        {"one two three", 0, 0, "one two three\n"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(buf_done) buf out;
        CLEANUP(sink_done) sink s;
        start(&s, &out, (sink_options){.columns = rows[i].columns});
        sink_indent(&s, rows[i].indent);
        sink_words(&s, slice_str(rows[i].in));
        sink_line(&s);
        expect(&s, &out, rows[i].want);
    }
}

TEST(columns_line_up_in_both_scripts)
{
    CLEANUP(buf_done) buf out;
    CLEANUP(sink_done) sink s;
    start(&s, &out, (sink_options){.columns = 20});
    sink_words(&s, S("WHY"));
    sink_to(&s, 8);
    sink_words(&s, S("x"));
    sink_right(&s, msg_unit_min());
    sink_line(&s);
    sink_words(&s, S("根拠"));
    sink_to(&s, 8);
    sink_words(&s, S("x"));
    sink_line(&s);
    sink_words(&s, S("too long already"));
    sink_to(&s, 8);
    sink_words(&s, S("x"));
    sink_right(&s, msg_unit_min());
    sink_line(&s);
    expect(&s, &out, "WHY     x        min\n根拠    x\ntoo long already x\n                 min\n");
    CHECK_EQ(sink_lines(&s), 4);
    CHECK_EQ(sink_message_columns(&s, msg_unit_min()), 3);
    CHECK_EQ(sink_foreign_columns(&s, S("日\x1b")), 6);
}

TEST(cutting_leaves_nothing_half)
{
    static const struct {
        slice in;
        size_t columns;
        const char *want;
    } rows[] = {
        {S_INIT("abcdef"), 6, "abcdef"},
        {S_INIT("abcdefg"), 6, "abcd.."},
        {S_INIT("日本語"), 5, "日.."},
        {S_INIT("a\x1b"
                "bcdef"),
         6, "a.."},
        {S_INIT("abc"), 2, ".."},
        {S_INIT("abc"), 0, ""},
        {S_INIT("\u05d0\u05d1\u05d2\u05d3"), 3, "\u2068\u05d0\u2069.."},
        {S_INIT("p\u0430ypal"), 10, "p.."},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(buf_done) buf out;
        CLEANUP(sink_done) sink s;
        start(&s, &out, (sink_options){0});
        sink_foreign_cut(&s, rows[i].in, rows[i].columns);
        expect(&s, &out, rows[i].want);
    }
}

TEST(colour_is_said_once_and_only_when_wanted)
{
    for (int color = 0; color < 2; color++) {
        CLEANUP(buf_done) buf out;
        CLEANUP(sink_done) sink s;
        start(&s, &out, (sink_options){.color = color, .columns = 6});
        sink_style(&s, STYLE_BAD);
        sink_style(&s, STYLE_BAD);
        sink_words(&s, S("bad one"));
        sink_style(&s, STYLE_GOOD);
        sink_words(&s, S(" ok"));
        sink_style(&s, STYLE_PLAIN);
        sink_line(&s);
        expect(&s, &out, color ? "\x1b[1;31mbad\none\x1b[0m\x1b[32m ok\x1b[0m\n" : "bad\none ok\n");
    }
}

static void bracketed(void *ctx, buf *out, int kind, slice value)
{
    (void)ctx;
    buf_printf(out, "[%d]%.*s", kind, SLICE_FMT(value));
}

TEST(messages_take_the_language_the_zone_and_escaped_arguments)
{
    CLEANUP(buf_done) buf out;
    CLEANUP(sink_done) sink s;
    start(&s, &out, (sink_options){.language = LANG_JA, .value = bracketed});
    sink_put(&s, msg_option_bad_number(S("x\x1b[2J\u202e")));
    sink_line(&s);
    sink_value(&s, 4, S("ev\x1bil"));
    sink_line(&s);
    expect(&s, &out, "「x\\x1b[2J⟦U+202E⟧」は整数でない\n[4]ev\\x1bil\n");
}

TEST(our_own_words_cannot_command_either)
{
    CLEANUP(buf_done) buf out;
    CLEANUP(sink_done) sink s;
    start(&s, &out, (sink_options){0});
    sink_words(&s, S("a\x1b[0m\xc2\x9b\xff"));
    expect(&s, &out, "a\\x1b[0m\\x9b\\xff");
}

TEST(json_lines_stand_alone)
{
    CLEANUP(buf_done) buf out;
    CLEANUP(sink_done) sink s;
    start(&s, &out, (sink_options){0});
    sink_words(&s, S("text"));
    sink_json(&s, S("{\"a\":\n1}"));
    sink_json(&s, S("[]"));
    expect(&s, &out, "text\n{\"a\": 1}\n[]\n");
}

/* A document larger than any buffer of the sink, with characters across the borders of pieces. */
TEST(json_of_any_size)
{
    CLEANUP(buf_done) buf out;
    CLEANUP(buf_done) buf in;
    CLEANUP(sink_done) sink s;
    start(&s, &out, (sink_options){0});
    buf_init(&in, 64 << 20);
    buf_put(&in, S("\""));
    while (in.len < SINK_TEXT_MAX + (2 << 20))
        buf_put(&in, S("日本語x"));
    buf_put(&in, S("\""));
    sink_json(&s, buf_slice(&in));
    CHECK_OK(sink_flush(&s, NULL));
    CHECK_EQ(out.len, in.len + 1);
    CHECK(out.len > in.len && memcmp(out.ptr, in.ptr, in.len) == 0);
}

TEST(a_text_over_the_limit_is_said_and_the_sink_lives_on)
{
    CLEANUP(buf_done) buf out;
    CLEANUP(buf_done) buf in;
    CLEANUP(sink_done) sink s;
    err why = {0};
    start(&s, &out, (sink_options){0});
    buf_init(&in, 64 << 20);
    char *p = buf_room(&in, SINK_TEXT_MAX + 1);
    REQUIRE(p);
    memset(p, 'x', SINK_TEXT_MAX + 1);
    sink_foreign(&s, slice_of(p, SINK_TEXT_MAX));
    CHECK_OK(sink_flush(&s, &why));
    CHECK_EQ(out.len, SINK_TEXT_MAX);
    buf_clear(&out);
    sink_foreign(&s, slice_of(p, SINK_TEXT_MAX + 1));
    CHECK_EQ(sink_flush(&s, &why), ERR_LIMIT);
    buf_clear(&out);
    sink_words(&s, S("on"));
    expect(&s, &out, "on");
}

static status refuse(void *ctx, slice bytes, err *why)
{
    (void)bytes;
    ++*(int *)ctx;
    return err_os(why, 32, "writing"); /* EPIPE */
}

TEST(a_write_that_fails_is_kept_until_the_flush)
{
    CLEANUP(sink_done) sink s;
    int calls = 0;
    err why = {0};
    sink_init(&s, &(sink_options){.write = refuse, .ctx = &calls});
    for (int i = 0; i < 100000; i++) {
        sink_words(&s, S("some words"));
        sink_line(&s);
    }
    CHECK_EQ(calls, 1); /* not tried again */
    CHECK_EQ(sink_flush(&s, &why), ERR_IO);
    CHECK_EQ(why.os, 32);
}

/* sink_matrix: hostile texts through every way into a terminal and into JSON, read back by a
 * model of a terminal that obeys every control it knows. */
static const slice hostile[] = {
    S_INIT("\x1b]0;title\x07"),
    S_INIT("\x1b[2J\x1b[1;1H"),
    S_INIT("\x1b]8;;http://x/\x1b\\a"),
    S_INIT("\x9b"
           "31m"),
    S_INIT("\xc2\x9b"
           "6n"),
    S_INIT("\xc2\x9d"
           "52;c;AAAA\x07"),
    S_INIT("\x1bP+q544e\x1b\\"),
    S_INIT("\x1b[201~rm -rf\r"),
    S_INIT("a\bb\x7f\0"),
    S_INIT("\u202e\u2066\u2067\u2068\u2069\u200f\u061c"),
    S_INIT("\u2068 unclosed"),
    S_INIT("\u200b\u200c\u200d\u2060\ufeff\u180e"),
    S_INIT("\U000e0001\U000e0020\U000e007f"),
    S_INIT("x\u0300\u0300\u0300\u0300\u0300\u0300\u0300\u0300"),
    S_INIT("\u2028\u2029\x0b\x0c\x85"),
    S_INIT("\xf4\x90\x80\x80\xed\xbf\xbf\xc0\x80"),
    S_INIT("{\"a\":\"\x1b\"}"),
    S_INIT("\u05d0\u202d\u05d1"),
    S_INIT("\u0430pple.com"),
    S_INIT("\"; \\u001b[0m"),
};

/* Characters a terminal or a reader's eye would obey; newlines are counted apart. */
static size_t obeyed(slice s, size_t *ret_lines)
{
    size_t n = 0;
    int isolates = 0;
    if (utf8_check(s) != SIZE_MAX)
        n++;
    while (s.len) {
        uint32_t c = utf8_next(&s);
        if (c == '\n')
            ++*ret_lines;
        else if (c == 0x2068)
            isolates++;
        else if (c == 0x2069)
            isolates--;
        else if (!text_is_visible(c))
            n++;
        if (isolates < 0 || isolates > 1)
            n++;
    }
    return n + (isolates != 0);
}

TEST(sink_matrix_terminal)
{
    for (size_t i = 0; i < COUNT_OF(hostile); i++) {
        CLEANUP(buf_done) buf out;
        CLEANUP(sink_done) sink s;
        start(&s, &out, (sink_options){0});
        size_t lines = 0;
        sink_foreign(&s, hostile[i]);
        sink_line(&s);
        sink_value(&s, 1, hostile[i]);
        sink_line(&s);
        sink_put(&s, msg_option_bad_number(hostile[i]));
        sink_line(&s);
        sink_foreign_cut(&s, hostile[i], 9);
        sink_line(&s);
        msg_list list = {hostile, COUNT_OF(hostile)};
        sink_put(&s, msg_option_needs_second(hostile[i], list));
        sink_line(&s);
        CHECK_OK(sink_flush(&s, NULL));
        if (obeyed(buf_slice(&out), &lines) || lines != 5)
            TEST_FAIL("text %zu: %zu lines", i, lines);
    }
}

TEST(sink_matrix_json)
{
    for (size_t i = 0; i < COUNT_OF(hostile); i++) {
        CLEANUP(buf_done) buf out;
        CLEANUP(buf_done) buf object;
        CLEANUP(sink_done) sink s;
        CLEANUP(arena_done) arena a;
        start(&s, &out, (sink_options){0});
        buf_init(&object, 1 << 20);
        arena_init(&a, 1 << 20);
        json_writer w = json_writer_on(&object);
        json_open(&w, '{');
        json_key_slice(&w, hostile[i]);
        json_put_text(&w, hostile[i]);
        json_close(&w, '}');
        sink_json(&s, buf_slice(&object));
        CHECK_OK(sink_flush(&s, NULL));
        size_t lines = 0;
        if (obeyed(buf_slice(&out), &lines) || lines != 1)
            TEST_FAIL("text %zu: %zu lines", i, lines);
        json *before, *after; /* a parser reads the same from both, and refuses both for a NUL */
        status st = json_parse(&a, buf_slice(&object), NULL, &before, NULL);
        CHECK_EQ(st, slice_find_byte(hostile[i], 0, 0) == SIZE_MAX ? OK : ERR_INPUT);
        CHECK_EQ(json_parse(&a, buf_slice(&out), NULL, &after, NULL), st);
        if (st != OK)
            continue;
        CHECK_SLICE(after->first->key, before->first->key);
        CHECK_SLICE(json_text(after->first), json_text(before->first));
    }
}

/* Words of ASCII are put at once where they fit: lines are the same as of characters one by one. */
TEST(a_text_at_once_is_its_characters_one_by_one)
{
    static const slice text = S_INIT(
        "one  two (three) 4.5%, 日本語のtext、\"quoted\"(注)a-long-word-that-no-line-has-room-for "
        "x\u0301y\x1bz\n   next line: caf\u00e9 C2サーバー https://example.com/a?b=c#d end");
    for (unsigned columns = 0; columns < 60; columns++) {
        CLEANUP(buf_done) buf whole;
        CLEANUP(buf_done) buf single;
        sink a, b;
        start(&a, &whole, (sink_options){.columns = columns});
        start(&b, &single, (sink_options){.columns = columns});
        sink_indent(&a, 3);
        sink_indent(&b, 3);
        sink_words(&a, text);
        for (slice rest = text; rest.len;) {
            size_t n = utf8_len(rest);
            sink_words(&b, slice_sub(rest, 0, n ? n : 1));
            rest = slice_from(rest, n ? n : 1);
        }
        CHECK_OK(sink_flush(&a, NULL));
        CHECK_OK(sink_flush(&b, NULL));
        CHECK_SLICE(buf_slice(&whole), buf_slice(&single));
        sink_done(&a);
        sink_done(&b);
    }
}
