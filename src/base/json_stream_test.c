#include "base/json.h"
#include "base/test.h"

static const slice split[] = {S_INIT("objects"), S_INIT("values")};

/* Every part as a line: kind, key, index, document, offset, bytes. Then how it ended. */
static void walk(slice text, size_t step, const json_stream_options *options, buf *out, err *why)
{
    memory_reader m;
    reader in = reader_memory(&m, text);
    m.step = step;
    json_stream *s = json_stream_new(&in, options);
    json_part part = {0};
    status st;
    buf_clear(out);
    REQUIRE(s);
    while ((st = json_stream_next(s, &part, why)) == OK && part.kind != JSON_PART_END) {
        CHECK_SLICE(part.raw, slice_sub(text, part.at, part.at + part.raw.len));
        buf_printf(out, "%c %.*s %llu %llu %.*s\n", part.kind == JSON_PART_ITEM ? 'i' : 'm',
                   SLICE_FMT(part.key), (unsigned long long)part.index,
                   (unsigned long long)part.doc, SLICE_FMT(part.raw));
    }
    buf_put(out, slice_str(status_name(st)));
    if (st != OK) { /* final */
        CHECK_EQ(json_stream_next(s, &part, NULL), st);
        CHECK_EQ(json_stream_next(s, &part, NULL), st);
    } else {
        CHECK_EQ(part.at, text.len);
    }
    json_stream_free(s);
}

static const size_t steps[] = {0, 1, 2, 3, 5, 7, 61, 63, 64, 65, 127};

static void check_walk(slice text, bool whole, const char *want)
{
    json_stream_options o = {.split = split, .split_count = COUNT_OF(split), .whole = whole};
    CLEANUP(buf_done) buf got;
    buf_init(&got, 1 << 20);
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        walk(text, steps[i], &o, &got, NULL);
        CHECK_SLICE(buf_slice(&got), slice_str(want));
    }
}

TEST(envelopes_are_entered)
{
    static const slice enter[] = {S_INIT(""), S_INIT("Event"), S_INIT("response")};
    static const struct {
        slice in;
        const char *want;
    } rows[] = {
        {S_INIT("{\"a\":1,\"Event\":{\"b\":[2],\"objects\":[3,4]},\"c\":5}"),
         "m a 0 0 1\nm b 0 1 [2]\ni objects 0 1 3\ni objects 1 1 4\nm c 0 0 5\nok"},
        {S_INIT("{\"response\":[{\"Event\":{\"a\":1}},7,{\"b\":2}],\"c\":3}"),
         "m a 0 2 1\ni  1 0 7\nm b 0 3 2\nm c 0 0 3\nok"},
        {S_INIT("[{\"a\":[{}]},{},[1]] {\"d\":1}"), "m a 0 1 [{}]\ni  2 0 [1]\nm d 0 3 1\nok"},
        {S_INIT("{\"Event\":[],\"response\":{}}"), "ok"},
        {S_INIT("{\"Event\":\"x\"}"), "m Event 0 0 \"x\"\nok"},
        {S_INIT("{\"Event\":{\"a\":1},\"Event\":{}}"), "m a 0 1 1\ninput"},
        {S_INIT("{\"Event\":{\"objects\":[]},\"objects\":[],\"objects\":[]}"), "input"},
        {S_INIT("{\"Event\":{\"a\":1"), "input"},
        {S_INIT("[{\"a\":1}"), "m a 0 1 1\ninput"},
        /* four deep; the fifth is handed out */
        {S_INIT("[{\"Event\":{\"Event\":{\"Event\":{\"a\":1}}}}]"), "m Event 0 3 {\"a\":1}\nok"},
    };
    json_stream_options o = {.split = split,
                             .split_count = COUNT_OF(split),
                             .enter = enter,
                             .enter_count = COUNT_OF(enter)};
    CLEANUP(buf_done) buf got;
    buf_init(&got, 1 << 20);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t k = 0; k < COUNT_OF(steps); k++) {
            walk(rows[i].in, steps[k], &o, &got, NULL);
            CHECK_SLICE(buf_slice(&got), slice_str(rows[i].want));
        }
}

TEST(the_parts_of_documents)
{
    static const struct {
        slice in;
        bool whole;
        const char *want;
    } rows[] = {
        {S_INIT("[]"), false, "ok"},
        {S_INIT("{}"), false, "ok"},
        {S_INIT("[1,\"a,]\",[2,{}],{\"b\":[]}]"), false,
         "i  0 0 1\ni  1 0 \"a,]\"\ni  2 0 [2,{}]\ni  3 0 {\"b\":[]}\nok"},
        {S_INIT("{\"type\":\"bundle\",\"objects\":[{\"id\":1},{\"id\":2}],\"n\":[3]}"), false,
         "m type 0 0 \"bundle\"\ni objects 0 0 {\"id\":1}\ni objects 1 0 {\"id\":2}\n"
         "m n 0 0 [3]\nok"},
        {S_INIT("{\"objects\":[],\"values\":[1],\"x\":true}"), false,
         "i values 0 0 1\nm x 0 0 true\nok"},
        {S_INIT("{\"objects\":{\"a\":[1]}}"), false, "m objects 0 0 {\"a\":[1]}\nok"},
        {S_INIT("{\"obj\\u0065cts\":[7]}"), false, "i objects 0 0 7\nok"},
        {S_INIT("{\"a\\\"b\":\"c\\\\\",\"\":null}"), false,
         "m a\"b 0 0 \"c\\\\\"\nm  0 0 null\nok"},
        {S_INIT("{\"a\":1}\n{\"a\":2}\n"), false, "m a 0 0 1\nm a 0 1 2\nok"},
        {S_INIT("{\"a\":1}\n{\"a\":2}\n"), true, "i  0 0 {\"a\":1}\ni  1 1 {\"a\":2}\nok"},
        {S_INIT("[1][2] 3 \"x\"null"), true,
         "i  0 0 [1]\ni  1 1 [2]\ni  2 2 3\ni  3 3 \"x\"\ni  4 4 null\nok"},
        {S_INIT("\xef\xbb\xbf{\"a\":1}"), false, "m a 0 0 1\nok"},
        {S_INIT("\xef\xbb\xbf [1]"), true, "i  0 0 [1]\nok"},
        {S_INIT("17"), false, "i  0 0 17\nok"},
        {S_INIT(" [ 1 , { \"a\" : 2 } ] "), false, "i  0 0 1\ni  1 0 { \"a\" : 2 }\nok"},
        {S_INIT("{\"a\":1,\"a\":2}"), false, "m a 0 0 1\nm a 0 0 2\nok"}, /* the header says so */
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check_walk(rows[i].in, rows[i].whole, rows[i].want);
}

TEST(what_is_refused_and_where)
{
    static const struct {
        slice in;
        size_t at;
        const char *says;
    } rows[] = {
        {S_INIT(""), 0, "empty"},
        {S_INIT(" \n "), 3, "empty"},
        {S_INIT("\xef\xbb\xbf"), 3, "empty"},
        {S_INIT("\xef\xbb"), 0, NULL}, /* a part; json_parse refuses it */
        {S_INIT("\xff\xfe[\0]\0"), 0, "UTF-16 instead of UTF-8"},
        {S_INIT("\xfe\xff\0[\0]"), 0, "UTF-16 instead of UTF-8"},
        {S_INIT("["), 1, "ends early"},
        {S_INIT("[1"), 2, "ends early"},
        {S_INIT("[1,"), 3, "ends early"},
        {S_INIT("[1,]"), 3, "expected a value"},
        {S_INIT("[,"), 1, "expected a value"},
        {S_INIT("[1 2]"), 3, "expected ',' or ']'"},
        {S_INIT("[1}"), 2, "expected ',' or ']'"},
        {S_INIT("[1\"a\"]"), 2, "expected ',' or ']'"},
        {S_INIT("[[1"), 3, "ends early"},
        {S_INIT("[[\"1]"), 5, "ends inside a string"},
        {S_INIT("[[\"1\\"), 5, "ends inside a string"},
        {S_INIT("[\"1"), 3, "ends inside a string"},
        {S_INIT("]"), 0, "expected a value"},
        {S_INIT("[] ,"), 3, "expected a value"},
        {S_INIT("{"), 1, "ends early"},
        {S_INIT("{1:2}"), 1, "expected a key"},
        {S_INIT("{\"a\" 1}"), 5, "expected ':'"},
        {S_INIT("{\"a\""), 4, "expected ':'"},
        {S_INIT("{\"a"), 3, "ends inside a string"},
        {S_INIT("{\"\\q\":1}"), 3, "unknown escape"},
        {S_INIT("{\"a\xff\":1}"), 3, "string is not UTF-8"},
        {S_INIT("{\"a\":}"), 5, "expected a value"},
        {S_INIT("{\"a\":"), 5, "ends early"},
        {S_INIT("{\"a\":1"), 6, "ends early"},
        {S_INIT("{\"a\":1]"), 6, "expected ',' or '}'"},
        {S_INIT("{\"a\":1,}"), 7, "expected a key"},
        {S_INIT("{\"objects\":[1}"), 13, "expected ',' or ']'"},
        /* a quote is missing, and the document ends inside a "string" or an object */
        {S_INIT("{\"objects\":[{\"a\":\"b, \"c\":\"d\"}, {\"e\":\"f\"}]}"), 22,
         "expected ',' or '}'"},
        {S_INIT("{\"objects\":[{\"a\":\"b\\u12"), 23, "ends inside a string"},
        {S_INIT("{\"objects\":[1],\"objects\":[2]}"), 15, "the same key twice in one object"},
        {S_INIT("{\"objects\":1,\"obj\\u0065cts\":[2]}"), 13, "the same key twice in one object"},
    };
    json_stream_options o = {.split = split, .split_count = COUNT_OF(split)};
    CLEANUP(buf_done) buf got;
    buf_init(&got, 1 << 16);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t k = 0; k < COUNT_OF(steps); k++) {
            err why = {0};
            char says[64];
            snprintf(says, sizeof says, "JSON: %s", rows[i].says ? rows[i].says : "");
            walk(rows[i].in, steps[k], &o, &got, &why);
            if (!rows[i].says)
                CHECK(slice_ends(buf_slice(&got), S("ok")));
            else if (!slice_ends(buf_slice(&got), S("input")) || why.at != rows[i].at ||
                     strcmp(why.msg, says) != 0)
                TEST_FAIL("%.*s by %zu: \"%s\" at %llu, want \"%s\" at %zu", SLICE_FMT(rows[i].in),
                          steps[k], why.msg, (unsigned long long)why.at, says, rows[i].at);
        }
}

static const char rich[] =
    "{\"type\": \"bundle\",\n \"objects\": [\n  {\"id\":\"a--1\",\"text\":\"brackets }]{[ and "
    "\\\"quotes\\\" \\\\\",\"list\":[[1],[{}]]},\n  {\"id\":\"a--2\"} , 3.5 , \"\\\\\\\\\\\"\", "
    "[\"狼煙\", \"a text of more than sixty-four bytes, so that a block begins inside it: \\\\\"]"
    " ],\n \"more\": {\"deep\":{\"er\":[null,true]}} }";

TEST(cut_off_anywhere_it_does_not_end_well)
{
    slice text = slice_str(rich);
    json_stream_options o = {.split = split, .split_count = COUNT_OF(split)};
    CLEANUP(buf_done) buf got;
    CLEANUP(buf_done) buf all;
    buf_init(&got, 1 << 16);
    buf_init(&all, 1 << 16);
    walk(text, 0, &o, &all, NULL);
    CHECK(slice_ends(buf_slice(&all), S("\nok")));
    for (size_t n = 0; n < text.len; n++)
        for (size_t k = 0; k < COUNT_OF(steps); k++) {
            walk(slice_sub(text, 0, n), steps[k], &o, &got, NULL);
            CHECK(slice_ends(buf_slice(&got), S("input")));
            /* what was handed out before is what the whole document has there */
            got.len -= 5;
            CHECK(slice_starts(buf_slice(&all), buf_slice(&got)));
        }
}

/* The same document however it arrives, with its parts at every offset of a block. */
TEST(chunks_and_offsets_do_not_matter)
{
    CLEANUP(buf_done) buf text;
    CLEANUP(buf_done) buf got;
    CLEANUP(buf_done) buf want;
    json_stream_options o = {.split = split, .split_count = COUNT_OF(split)};
    buf_init(&text, 4096);
    buf_init(&got, 1 << 16);
    buf_init(&want, 1 << 16);
    walk(slice_str(rich), 0, &o, &want, NULL);
    for (size_t blanks = 0; blanks < 65; blanks++) {
        buf_clear(&text);
        for (size_t i = 0; i < blanks; i++)
            buf_byte(&text, ' ');
        buf_put(&text, slice_str(rich));
        for (size_t step = 0; step < 140; step += step < 8 ? 1 : 13) {
            walk(buf_slice(&text), step, &o, &got, NULL);
            CHECK_SLICE(buf_slice(&got), buf_slice(&want));
        }
    }
}

TEST(depth_is_limited)
{
    for (int deep = JSON_DEPTH_MAX; deep <= JSON_DEPTH_MAX + 1; deep++)
        for (size_t before = 0; before < 70; before += 3) {
            json_stream_options o = {.whole = true};
            CLEANUP(buf_done) buf text;
            CLEANUP(buf_done) buf got;
            err why = {0};
            buf_init(&text, 4096);
            buf_init(&got, 1 << 16);
            for (size_t i = 0; i < before; i++)
                buf_byte(&text, ' ');
            for (int i = 0; i < deep; i++)
                buf_put(&text, i % 2 ? S("[") : S("{\"]\":"));
            size_t deepest = text.len;
            buf_byte(&text, '1');
            for (int i = deep; i-- > 0;)
                buf_byte(&text, i % 2 ? ']' : '}');
            walk(buf_slice(&text), 0, &o, &got, &why);
            if (deep == JSON_DEPTH_MAX) {
                CHECK(slice_ends(buf_slice(&got), S("\nok")));
            } else {
                CHECK_SLICE(buf_slice(&got), S("limit"));
                CHECK_EQ(why.at, deepest - 5);
            }
        }
}

TEST(values_and_keys_are_limited)
{
    for (int extra = 0; extra < 2; extra++)
        for (int key = 0; key < 2; key++) {
            json_stream_options o = {.value_max = 200000};
            CLEANUP(buf_done) buf text;
            CLEANUP(buf_done) buf got;
            err why = {0};
            buf_init(&text, 1 << 20);
            buf_init(&got, 1 << 20);
            buf_put(&text, S("{\""));
            for (int i = 0; key && i < 300000 * extra; i++) /* a name may be longer than no part */
                buf_byte(&text, 'k');
            buf_put(&text, S("\":\""));
            for (int i = 0; i < 199998 + (extra && !key); i++)
                buf_byte(&text, 'x');
            buf_put(&text, S("\"}"));
            walk(buf_slice(&text), 0, &o, &got, &why);
            if (!extra) {
                CHECK(slice_ends(buf_slice(&got), S("\nok")));
            } else {
                CHECK_SLICE(buf_slice(&got), S("limit"));
                CHECK_EQ(why.at, key ? 1 : 4);
            }
        }
}

/* White space is not kept, so any amount of it may stand anywhere. */
TEST(white_space_has_no_limit)
{
    json_stream_options o = {.split = split, .split_count = COUNT_OF(split), .value_max = 100};
    CLEANUP(buf_done) buf text;
    CLEANUP(buf_done) buf got;
    buf_init(&text, 16 << 20);
    buf_init(&got, 1 << 16);
    for (const char *p = "@{@'a'@:@1@,@'objects'@:@[@2@,@3@]@}@[@]@"; *p; p++) {
        if (*p == '@')
            for (int i = 0; i < 200000; i++)
                buf_byte(&text, i % 80 ? ' ' : '\n');
        else
            buf_byte(&text, *p == '\'' ? '"' : *p);
    }
    CHECK_OK(buf_status(&text, NULL));
    walk(buf_slice(&text), 0, &o, &got, NULL);
    CHECK_SLICE(buf_slice(&got), S("m a 0 0 1\ni objects 0 0 2\ni objects 1 0 3\nok"));
}

typedef struct broken_reader {
    int calls;
} broken_reader;

static status read_broken(void *ctx, char *into, size_t room, size_t *ret_len, err *why)
{
    broken_reader *b = ctx;
    if (b->calls-- == 0)
        return err_set(why, ERR_IO, ERR_NOWHERE, "the disk went away");
    memset(into, '[', 1);
    *ret_len = room ? 1 : 0;
    return OK;
}

TEST(what_the_reader_says_is_passed_on)
{
    for (int calls = 0; calls < 5; calls++) {
        broken_reader b = {.calls = calls};
        reader in = {.ctx = &b, .read = read_broken};
        json_stream_options o = {0};
        err why = {0};
        json_part part = {.index = 4711};
        json_stream *s = json_stream_new(&in, &o);
        REQUIRE(s);
        CHECK_EQ(json_stream_next(s, &part, &why), ERR_IO);
        CHECK_SLICE(slice_str(why.msg), S("the disk went away"));
        CHECK_EQ(json_stream_next(s, &part, &why), ERR_IO);
        CHECK_EQ(part.index, 4711);
        json_stream_free(s);
    }
    CHECK(json_stream_free(NULL) == NULL);
}

/* A document of 64 MB in parts of 60 bytes stays in the memory of a window. */
TEST(memory_does_not_grow_with_the_document)
{
    static char line[1 << 16];
    size_t n = 0;
    while (n + 60 < sizeof line)
        n += (size_t)snprintf(line + n, sizeof line - n, "{\"id\":%zu}%*s", n, 40, "");
    slice text = slice_of(line, n);
    json_stream_options o = {.whole = true};
    memory_reader m;
    reader in = reader_memory(&m, text);
    json_stream *s = json_stream_new(&in, &o);
    json_part part = {0};
    const char *low = NULL, *high = NULL;
    uint64_t seen = 0;
    REQUIRE(s);
    for (int i = 0; i < 1000; i++) { /* again from the start whenever the bytes are used up */
        while (m.pos < m.bytes.len) {
            REQUIRE(json_stream_next(s, &part, NULL) == OK && part.kind == JSON_PART_ITEM);
            if (i > 10) { /* the window has found its place */
                low = !low || part.raw.ptr < low ? part.raw.ptr : low;
                high = part.raw.ptr > high ? part.raw.ptr : high;
            }
            seen++;
        }
        m.pos = 0;
    }
    CHECK(seen > 500000);
    CHECK(high - low < 1 << 18);
    json_stream_free(s);
}
