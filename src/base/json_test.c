#include "base/hash.h"
#include "base/json.h"
#include "base/test.h"

/* Parses a copy that ends where its memory ends, so that a sanitizer sees one byte too far. */
static status parse(arena *a, slice text, json **ret, err *why)
{
    slice exact;
    char *p = malloc(text.len ? text.len : 1);
    assert(p);
    if (text.len)
        memcpy(p, text.ptr, text.len);
    status st = json_parse(a, slice_of(p, text.len), NULL, ret, why);
    /* strings without escapes point into the text: keep it as long as the arena */
    if (st == OK && !(arena_copy(a, text, &exact) && json_parse(a, exact, NULL, ret, why) == OK))
        st = ERR_INTERNAL;
    free(p);
    return st;
}

/* What the value is when written again: as it was, or canonical. */
static slice again(arena *a, const json *v, bool canonical)
{
    CLEANUP(buf_done) buf out;
    slice kept = {NULL, 0};
    buf_init(&out, 64 << 20);
    json_writer w = json_writer_on(&out);
    if (canonical)
        json_put_canonical(&w, v, a);
    else
        json_put_value(&w, v);
    return buf_status(&out, NULL) == OK && arena_copy(a, buf_slice(&out), &kept) ? kept
                                                                                 : (slice){NULL, 0};
}

TEST(what_is_json)
{
    static const struct {
        slice in;
        const char *out;
    } rows[] = {
        {S_INIT("null"), "null"},
        {S_INIT(" \t\r\n true \n"), "true"},
        {S_INIT("false"), "false"},
        {S_INIT("0"), "0"},
        {S_INIT("-0"), "-0"},
        {S_INIT("-0.0e-0"), "-0.0e-0"},
        {S_INIT("1E+2"), "1E+2"},
        {S_INIT("123456789012345678901234567890.5"), "123456789012345678901234567890.5"},
        {S_INIT("\"\""), "\"\""},
        {S_INIT("\"a\""), "\"a\""},
        {S_INIT("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""), "\"\\\"\\\\/\\b\\f\\n\\r\\t\""},
        {S_INIT("\"\\u0041\\u00e9\\u72fc\\ud83d\\ude00\""), "\"Aé狼😀\""},
        {S_INIT("\"\\u0001\\u001f\\u007f\""), "\"\\u0001\\u001f\x7f\""},
        {S_INIT("\"\\uD834\\uDd1e\""), "\"\xf0\x9d\x84\x9e\""},
        {S_INIT("\"狼煙\""), "\"狼煙\""},
        {S_INIT("[]"), "[]"},
        {S_INIT("[ ]"), "[]"},
        {S_INIT("{}"), "{}"},
        {S_INIT("[1,[2,[3]],{}]"), "[1,[2,[3]],{}]"},
        {S_INIT("{\"b\":1,\"a\":{\"\":[null]}}"), "{\"b\":1,\"a\":{\"\":[null]}}"},
        {S_INIT("{\"\\u0061\":1,\"A\":2}"), "{\"a\":1,\"A\":2}"},
        {S_INIT("\"\xef\xbb\xbf\""),
         "\"\xef\xbb\xbf\""}, /* a mark inside a string is a character */
        {S_INIT("\"\xef\xbf\xbf\xf4\x8f\xbf\xbf\""), "\"\xef\xbf\xbf\xf4\x8f\xbf\xbf\""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(arena_done) arena a;
        err why = {0};
        json *v;
        arena_init(&a, 1 << 16);
        if (parse(&a, rows[i].in, &v, &why) != OK)
            TEST_FAIL("%.*s: %s at %llu", SLICE_FMT(rows[i].in), why.msg,
                      (unsigned long long)why.at);
        else
            CHECK_SLICE(again(&a, v, false), slice_str(rows[i].out));
    }
}

TEST(what_is_not_json_and_where)
{
    static const struct {
        slice in;
        size_t at;
        const char *says;
    } rows[] = {
        {S_INIT(""), 0, "empty"},
        {{NULL, 0}, 0, "empty"}, /* a request without a body */
        {S_INIT("  \n"), 3, "empty"},
        {S_INIT("nul"), 0, "expected a value"},
        {S_INIT("True"), 0, "expected a value"},
        {S_INIT("nullx"), 4, "something behind the value"},
        {S_INIT("1 2"), 2, "something behind the value"},
        {S_INIT("{} ]"), 3, "something behind the value"},
        {S_INIT("\xef\xbb\xbf{}"), 0,
         "expected a value"}, /* a mark is the document's, not a value's */
        {S_INIT("// no\n1"), 0, "expected a value"},
        {S_INIT("NaN"), 0, "expected a value"},
        {S_INIT("Infinity"), 0, "expected a value"},
        {S_INIT("+1"), 0, "expected a value"},
        {S_INIT("-"), 0, "expected a value"},
        {S_INIT("01"), 1, "something behind the value"},
        {S_INIT("1."), 0, "number without digits after its point"},
        {S_INIT(".5"), 0, "expected a value"},
        {S_INIT("1e"), 0, "number without digits in its exponent"},
        {S_INIT("1e+"), 0, "number without digits in its exponent"},
        {S_INIT("0x10"), 1, "something behind the value"},
        {S_INIT("'a'"), 0, "expected a value"},
        {S_INIT("\"a"), 2, "ends inside a string"},
        {S_INIT("\""), 1, "ends inside a string"},
        {S_INIT("\"a\\"), 3, "ends inside a string"},
        {S_INIT("\"a\\\""), 4, "ends inside a string"},
        {S_INIT("\"a\nb\""), 2, "control character in a string"},
        {S_INIT("\"\t\""), 1, "control character in a string"},
        {S_INIT("\"a\0b\""), 2, "NUL in a string"},
        {S_INIT("\"\\u0000\""), 2, "NUL in a string"},
        {S_INIT("\"\\x41\""), 2, "unknown escape"},
        {S_INIT("\"\\'\""), 2, "unknown escape"},
        {S_INIT("\"\\u12\""), 2, "bad \\u escape"},
        {S_INIT("\"\\u12g4\""), 2, "bad \\u escape"},
        {S_INIT("\"\\ud800\""), 2, "lone surrogate in a \\u escape"},
        {S_INIT("\"\\udc00\""), 2, "lone surrogate in a \\u escape"},
        {S_INIT("\"\\udc00\\ud800\""), 2, "lone surrogate in a \\u escape"},
        {S_INIT("\"\\ud800\\u0041\""), 2, "lone surrogate in a \\u escape"},
        {S_INIT("\"\\ud800x\""), 2, "lone surrogate in a \\u escape"},
        {S_INIT("\"ab\xff\""), 3, "string is not UTF-8"},
        {S_INIT("\"\xed\xa0\x80\""), 1, "string is not UTF-8"},
        {S_INIT("\"\xc0\x80\""), 1, "string is not UTF-8"},
        {S_INIT("\"\\n\xe3\x81\""), 1, "string is not UTF-8"},
        {S_INIT("[\"\xe7\x8b\"]"), 2, "string is not UTF-8"},
        {S_INIT("["), 1, "ends early"},
        {S_INIT("[1"), 2, "ends early"},
        {S_INIT("[1,"), 3, "ends early"},
        {S_INIT("[1,]"), 3, "expected a value"},
        {S_INIT("[,1]"), 1, "expected a value"},
        {S_INIT("[1 2]"), 3, "expected ',' or ']'"},
        {S_INIT("[1}"), 2, "expected ',' or ']'"},
        {S_INIT("]"), 0, "expected a value"},
        {S_INIT("{"), 1, "ends early"},
        {S_INIT("{1:2}"), 1, "expected a key"},
        {S_INIT("{\"a\"}"), 4, "expected ':'"},
        {S_INIT("{\"a\":"), 5, "ends early"},
        {S_INIT("{\"a\":}"), 5, "expected a value"},
        {S_INIT("{\"a\":1"), 6, "ends early"},
        {S_INIT("{\"a\":1,"), 7, "ends early"},
        {S_INIT("{\"a\":1,}"), 7, "expected a key"},
        {S_INIT("{\"a\":1]"), 6, "expected ',' or '}'"},
        {S_INIT("{,}"), 1, "expected a key"},
        {S_INIT("{\"a\":1,\"a\":2}"), 7, "the same key twice in one object"},
        {S_INIT("{\"\":1,\"\":2}"), 6, "the same key twice in one object"},
        {S_INIT("{\"a\":1,\"b\":2,\"\\u0061\":3}"), 21, "the same key twice in one object"},
        {S_INIT("[{\"x\":{\"a\":1,\"a\":2}}]"), 13, "the same key twice in one object"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(arena_done) arena a;
        err why = {0};
        json *v = NULL;
        char says[64];
        arena_init(&a, 1 << 16);
        snprintf(says, sizeof says, "JSON: %s", rows[i].says);
        if (parse(&a, rows[i].in, &v, &why) != ERR_INPUT || why.at != rows[i].at ||
            strcmp(why.msg, says) != 0)
            TEST_FAIL("%.*s: \"%s\" at %llu, want \"%s\" at %zu", SLICE_FMT(rows[i].in), why.msg,
                      (unsigned long long)why.at, says, rows[i].at);
        CHECK(v == NULL);
    }
}

/* `n` times open, a value, `n` times close. */
static slice nested(buf *out, int n, const char *open, const char *close)
{
    buf_clear(out);
    for (int i = 0; i < n; i++)
        buf_put(out, slice_str(open));
    buf_put(out, S("1"));
    for (int i = 0; i < n; i++)
        buf_put(out, slice_str(close));
    return buf_slice(out);
}

TEST(depth_is_limited)
{
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf text;
    json *v;
    err why = {0};
    arena_init(&a, 1 << 20);
    buf_init(&text, 64 << 20);
    CHECK_OK(parse(&a, nested(&text, JSON_DEPTH_MAX, "[", "]"), &v, NULL));
    CHECK_SLICE(again(&a, v, false), buf_slice(&text)); /* and such a value can be written */
    CHECK_SLICE(again(&a, v, true), buf_slice(&text));
    CHECK_OK(parse(&a, nested(&text, JSON_DEPTH_MAX, "{\"a\":", "}"), &v, NULL));
    CHECK_SLICE(again(&a, v, true), buf_slice(&text));
    CHECK_EQ(parse(&a, nested(&text, JSON_DEPTH_MAX + 1, "[", "]"), &v, &why), ERR_LIMIT);
    CHECK_EQ(why.at, JSON_DEPTH_MAX);
    CHECK_EQ(parse(&a, nested(&text, JSON_DEPTH_MAX + 1, "{\"a\":", "}"), &v, &why), ERR_LIMIT);
    CHECK_EQ(parse(&a, nested(&text, 1000000, "[", "]"), &v, &why), ERR_LIMIT);

    json_limits three = {.depth_max = 3}, more = {.depth_max = 1000};
    CHECK_OK(json_parse(&a, S("[[[1]],{}]"), &three, &v, NULL));
    CHECK_EQ(json_parse(&a, S("[[[[]]]]"), &three, &v, NULL), ERR_LIMIT);
    CHECK_EQ(json_parse(&a, nested(&text, JSON_DEPTH_MAX + 1, "[", "]"), &more, &v, NULL),
             ERR_LIMIT); /* limits can be lowered only */
}

TEST(length_is_limited)
{
    CLEANUP(arena_done) arena a;
    json *v = NULL;
    err why = {0};
    json_limits ten = {.bytes_max = 10};
    arena_init(&a, 1 << 16);
    CHECK_OK(json_parse(&a, S("\"12345678\""), &ten, &v, NULL));
    v = NULL;
    CHECK_EQ(json_parse(&a, S("\"12345678\" "), &ten, &v, &why), ERR_LIMIT);
    CHECK_EQ(why.at, 10);
    CHECK(v == NULL);
}

/* Objects around the size from which keys are compared otherwise; twice is seen wherever it is. */
TEST(no_key_twice_in_objects_of_any_size)
{
    CLEANUP(buf_done) buf text;
    buf_init(&text, 1 << 20);
    for (int n = 2; n < 140; n += n < 70 ? 1 : 23)
        for (int twice = -1; twice < n; twice += 1 + n / 9) {
            CLEANUP(arena_done) arena a;
            json *v = NULL;
            err why = {0};
            size_t at = 0;
            arena_init(&a, 1 << 20);
            buf_clear(&text);
            for (int i = 0; i < n; i++)
                buf_printf(&text, "%s\"key-%d\":%d", i ? "," : "{", i, i);
            if (twice >= 0) {
                at = text.len + 1;
                buf_printf(&text, ",\"key-%d\":0,\"last\":0", twice);
            }
            buf_byte(&text, '}');
            status st = parse(&a, buf_slice(&text), &v, &why);
            CHECK_EQ(st, twice < 0 ? OK : ERR_INPUT);
            if (twice >= 0)
                CHECK_EQ(why.at, at);
            else
                CHECK_EQ(v->count, n);
        }
}

/* 300,000 keys that differ only behind their common 40 bytes, in falling order, and half a million
 * short ones: made to be slow in tables and bad sorts. A second is far above what it takes. */
TEST(json_keys_flood_costs_no_more_than_sorting)
{
    CLEANUP(buf_done) buf text;
    buf_init(&text, JSON_VALUE_MAX);
    for (int shape = 0; shape < 2; shape++) {
        CLEANUP(arena_done) arena a;
        json *v = NULL;
        err why = {0};
        arena_init(&a, 256 << 20);
        buf_clear(&text);
        for (int i = 0; i < (shape ? 500000 : 300000); i++)
            buf_printf(&text, shape ? "%c\"%x\":0" : "%c\"%040x\":0", i ? ',' : '{',
                       shape ? i : 0x7fffffff - i);
        size_t at = text.len + 1;
        buf_put(&text,
                shape ? S(",\"0\":0}") : S(",\"000000000000000000000000000000007fffffff\":0}"));
        CHECK_OK(buf_status(&text, NULL));
        CHECK_EQ(json_parse(&a, buf_slice(&text), NULL, &v, &why), ERR_INPUT);
        CHECK_EQ(why.at, at);
    }
}

static const char rich[] =
    "{\"type\":\"bundle\",\"n\":[0,-1.5e+3,true,false,null,\"\\u72fc\\n\\\"\",\"\"],"
    "\"\\ud83d\\ude00\":{\"a\":{},\"b\":[[],{}]},\"狼煙\":\"a long enough text to be more than "
    "one block of sixteen, 狼煙 included\"}";

TEST(cut_off_anywhere_it_is_refused)
{
    slice text = slice_str(rich);
    for (size_t n = 0; n <= text.len; n++) {
        CLEANUP(arena_done) arena a;
        json *v = NULL;
        err why = {0};
        arena_init(&a, 1 << 16);
        status st = parse(&a, slice_sub(text, 0, n), &v, &why);
        if (n == text.len)
            CHECK_OK(st);
        else
            CHECK_EQ(st, ERR_INPUT);
        CHECK(st == OK || (v == NULL && why.at <= n));
    }
}

TEST(changed_anywhere_it_is_refused_or_reads_back)
{
    char text[sizeof rich];
    for (size_t i = 0; i + 1 < sizeof rich; i++)
        for (int c = 0; c < 256; c += c < 128 ? 1 : 17) {
            CLEANUP(arena_done) arena a;
            json *v, *w;
            arena_init(&a, 1 << 16);
            memcpy(text, rich, sizeof rich);
            text[i] = (char)c;
            if (parse(&a, slice_of(text, sizeof rich - 1), &v, NULL) != OK)
                continue;
            slice once = again(&a, v, false);
            REQUIRE(parse(&a, once, &w, NULL) == OK);
            CHECK_SLICE(again(&a, w, false), once);
        }
}

/* Every length around the blocks, with every kind of interruption at every place in them. */
TEST(strings_of_every_length_with_anything_anywhere)
{
    static const struct {
        slice written, means; /* means.ptr NULL: refused */
    } odd[] = {
        {S_INIT("\\n"), S_INIT("\n")},
        {S_INIT("\\u00e9"), S_INIT("\xc3\xa9")},
        {S_INIT("\\\\"), S_INIT("\\")},
        {S_INIT("\\\""), S_INIT("\"")},
        {S_INIT("\xe7\x8b\xbc"), S_INIT("\xe7\x8b\xbc")},
        {S_INIT("\x1f"), {NULL, 0}},
        {S_INIT("\xe7\x8b"), {NULL, 0}},
        {S_INIT("\x80"), {NULL, 0}},
        {S_INIT("\\q"), {NULL, 0}},
        {S_INIT("\x7f"), S_INIT("\x7f")},
        {S_INIT(""), S_INIT("")},
    };
    for (size_t n = 0; n < 70; n++)
        for (size_t at = 0; at <= n; at++)
            for (size_t k = 0; k < COUNT_OF(odd); k++) {
                CLEANUP(arena_done) arena a;
                CLEANUP(buf_done) buf text;
                CLEANUP(buf_done) buf want;
                json *v;
                arena_init(&a, 1 << 16);
                buf_init(&text, 256);
                buf_init(&want, 256);
                buf_byte(&text, '"');
                for (size_t i = 0; i < n; i++) {
                    if (i == at) {
                        buf_put(&text, odd[k].written);
                        buf_put(&want, odd[k].means);
                    }
                    buf_byte(&text, (char)('a' + i % 26));
                    buf_byte(&want, (char)('a' + i % 26));
                }
                buf_byte(&text, '"');
                bool plain = at == n; /* nothing odd in it */
                status st = parse(&a, buf_slice(&text), &v, NULL);
                if (!plain && !odd[k].means.ptr) {
                    CHECK_EQ(st, ERR_INPUT);
                } else {
                    REQUIRE(st == OK);
                    CHECK_SLICE(v->text, buf_slice(&want));
                }
            }
}

/* The same for white space between tokens. */
TEST(white_space_of_every_length)
{
    static const char blanks[] = " \n\r\t";
    for (size_t n = 0; n < 70; n++) {
        CLEANUP(arena_done) arena a;
        CLEANUP(buf_done) buf text;
        json *v;
        arena_init(&a, 1 << 16);
        buf_init(&text, 1024);
        for (const char *p = "[1,{2:3}]"; *p; p++) {
            for (size_t i = 0; i < n; i++)
                buf_byte(&text, blanks[(i + (size_t)*p) % 4]);
            if (*p == '2')
                buf_put(&text, S("\"2\""));
            else
                buf_byte(&text, *p);
        }
        REQUIRE(parse(&a, buf_slice(&text), &v, NULL) == OK);
        CHECK_SLICE(again(&a, v, false), S("[1,{\"2\":3}]"));
        buf_byte(&text, '\v'); /* no white space to JSON */
        CHECK_EQ(parse(&a, buf_slice(&text), &v, NULL), ERR_INPUT);
    }
}

static void check_places(arena *a, const json *v, slice text)
{
    json *w;
    slice raw = json_raw(v, text);
    REQUIRE(raw.len > 0 && !is_space(raw.ptr[0]) && !is_space(raw.ptr[raw.len - 1]));
    REQUIRE(json_parse(a, raw, NULL, &w, NULL) == OK);
    CHECK_SLICE(again(a, w, false), again(a, v, false));
    for (const json *m = v->first; m; m = m->next)
        check_places(a, m, text);
}

TEST(every_value_knows_its_place)
{
    CLEANUP(arena_done) arena a;
    json *v;
    slice text = slice_str(rich);
    arena_init(&a, 1 << 20);
    REQUIRE(json_parse(&a, text, NULL, &v, NULL) == OK);
    check_places(&a, v, text);
}

TEST(looking_at_values)
{
    CLEANUP(arena_done) arena a;
    json *v;
    int64_t n = 7;
    arena_init(&a, 1 << 16);
    REQUIRE(parse(&a, S("{\"s\":\"x\",\"n\":-12,\"o\":{\"s\":\"y\"},\"l\":[1,2]}"), &v, NULL) ==
            OK);
    CHECK_EQ(v->count, 4);
    CHECK_SLICE(json_text(json_get(v, S("s"))), S("x"));
    CHECK_SLICE(json_text(json_get(json_get(v, S("o")), S("s"))), S("y"));
    CHECK(json_get(v, S("S")) == NULL && json_get(json_get(v, S("l")), S("s")) == NULL);
    CHECK(json_get(NULL, S("s")) == NULL && json_text(NULL).ptr == NULL);
    CHECK(json_text(json_get(v, S("n"))).ptr == NULL);
    CHECK(json_int(json_get(v, S("n")), &n) && n == -12);
    CHECK(!json_int(json_get(v, S("s")), &n) && !json_int(NULL, &n) && n == -12);
    CHECK(json_is(json_get(v, S("l")), JSON_ARRAY) && !json_is(NULL, JSON_NULL));
}

TEST(integers_that_fit)
{
    static const struct {
        slice in;
        bool fits;
        int64_t want;
    } rows[] = {
        {S_INIT("0"), true, 0},
        {S_INIT("-0"), true, 0},
        {S_INIT("9223372036854775807"), true, INT64_MAX},
        {S_INIT("-9223372036854775808"), true, INT64_MIN},
        {S_INIT("9223372036854775808"), false, 0},
        {S_INIT("-9223372036854775809"), false, 0},
        {S_INIT("99999999999999999999999"), false, 0},
        {S_INIT("1.0"), false, 0},
        {S_INIT("1e3"), false, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(arena_done) arena a;
        json *v;
        int64_t n = 0;
        arena_init(&a, 4096);
        REQUIRE(parse(&a, rows[i].in, &v, NULL) == OK);
        CHECK_EQ(json_int(v, &n), rows[i].fits);
        CHECK_EQ(n, rows[i].want);
    }
}

TEST(whole_numbers_however_they_are_written)
{
    static const struct {
        slice in;
        bool whole;
        int64_t want;
    } rows[] = {
        {S_INIT("0"), true, 0},
        {S_INIT("-0.0e0"), true, 0},
        {S_INIT("0e99999999999999999999"), true, 0},
        {S_INIT("5.0"), true, 5},
        {S_INIT("-850e-1"), true, -85},
        {S_INIT("0.0850E+3"), true, 85},
        {S_INIT("1002.00e+2"), true, 100200},
        {S_INIT("10203"), true, 10203},
        {S_INIT("9223372036854775807.0"), true, INT64_MAX},
        {S_INIT("-922337203685477580.8e1"), true, INT64_MIN},
        {S_INIT("9223372036854775808"), false, 0},
        {S_INIT("1e19"), false, 0},
        {S_INIT("1e18"), true, 1000000000000000000},
        {S_INIT("1e99999999999999999999"), false, 0},
        {S_INIT("1e-99999999999999999999"), false, 0},
        {S_INIT("5.5"), false, 0},
        {S_INIT("55e-1"), false, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(arena_done) arena a;
        json *v;
        int64_t n = 0;
        arena_init(&a, 4096);
        REQUIRE(parse(&a, rows[i].in, &v, NULL) == OK);
        if (json_whole(v, &n) != rows[i].whole || n != rows[i].want)
            TEST_FAIL("%s: %lld", rows[i].in.ptr, (long long)n);
    }
    int64_t n = 7;
    CHECK(!json_whole(NULL, &n) && n == 7);
}

TEST(every_allocation_may_fail)
{
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a;
        json *v = NULL;
        arena_init(&a, 1 << 16);
        a.fail_after = n;
        status st = json_parse(&a, slice_str(rich), NULL, &v, NULL);
        if (st == OK)
            break;
        CHECK_EQ(st, ERR_LIMIT);
        CHECK(v == NULL);
        REQUIRE(n < 1000);
    }
    for (size_t budget = 0; budget < 4000; budget += 50) { /* and so may the budget */
        CLEANUP(arena_done) arena a;
        json *v = NULL;
        arena_init(&a, budget);
        status st = json_parse(&a, slice_str(rich), NULL, &v, NULL);
        CHECK(st == OK ? v != NULL : st == ERR_LIMIT && v == NULL);
        CHECK(a.spent <= budget);
    }
}
