#include "base/json.h"
#include "base/test.h"
#include "base/text.h"

static slice canonical(arena *a, slice text)
{
    CLEANUP(buf_done) buf out;
    json *v;
    slice kept = {NULL, 0};
    buf_init(&out, 1 << 20);
    if (json_parse(a, text, NULL, &v, NULL) != OK)
        return S("(refused)");
    json_writer w = json_writer_on(&out);
    json_put_canonical(&w, v, a);
    return buf_status(&out, NULL) == OK && arena_copy(a, buf_slice(&out), &kept) ? kept
                                                                                 : S("(failed)");
}

/* RFC 8785 appendix B: IEEE 754 bits and what they are written as. */
TEST(numbers_of_rfc_8785)
{
    static const struct {
        uint64_t bits;
        const char *want;
    } rows[] = {
        {0x0000000000000000, "0"},
        {0x8000000000000000, "0"},
        {0x0000000000000001, "5e-324"},
        {0x8000000000000001, "-5e-324"},
        {0x7fefffffffffffff, "1.7976931348623157e+308"},
        {0xffefffffffffffff, "-1.7976931348623157e+308"},
        {0x4340000000000000, "9007199254740992"},
        {0xc340000000000000, "-9007199254740992"},
        {0x4430000000000000, "295147905179352830000"},
        {0x44b52d02c7e14af5, "9.999999999999997e+22"},
        {0x44b52d02c7e14af6, "1e+23"},
        {0x44b52d02c7e14af7, "1.0000000000000001e+23"},
        {0x444b1ae4d6e2ef4e, "999999999999999700000"},
        {0x444b1ae4d6e2ef4f, "999999999999999900000"},
        {0x444b1ae4d6e2ef50, "1e+21"},
        {0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"},
        {0x3eb0c6f7a0b5ed8d, "0.000001"},
        {0x41b3de4355555553, "333333333.3333332"},
        {0x41b3de4355555554, "333333333.33333325"},
        {0x41b3de4355555555, "333333333.3333333"},
        {0x41b3de4355555556, "333333333.3333334"},
        {0x41b3de4355555557, "333333333.33333343"},
        {0xbecbf647612f3696, "-0.0000033333333333333333"},
        {0x43143ff3c1cb0959, "1424953923781206.2"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(arena_done) arena a;
        double d;
        arena_init(&a, 1 << 16);
        memcpy(&d, &rows[i].bits, sizeof d);
        /* as three writers would put it: 17 digits, the exact value, and what comes out */
        CHECK_SLICE(canonical(&a, arena_printf(&a, "%.16e", d)), slice_str(rows[i].want));
        CHECK_SLICE(canonical(&a, arena_printf(&a, "%.1100f", d)), slice_str(rows[i].want));
        CHECK_SLICE(canonical(&a, slice_str(rows[i].want)), slice_str(rows[i].want));
    }
}

TEST(numbers_that_are_the_same)
{
    static const struct {
        slice in;
        const char *want;
    } rows[] = {
        {S_INIT("-0"), "0"},
        {S_INIT("-0.0"), "0"},
        {S_INIT("0e99"), "0"},
        {S_INIT("7"), "7"},
        {S_INIT("-7"), "-7"},
        {S_INIT("10"), "10"},
        {S_INIT("1.0"), "1"},
        {S_INIT("1e2"), "100"},
        {S_INIT("1.50"), "1.5"},
        {S_INIT("100E-2"), "1"},
        {S_INIT("0.1"), "0.1"},
        {S_INIT("1e-7"), "1e-7"},
        {S_INIT("123456789012345"), "123456789012345"},
        {S_INIT("1234567890123456"), "1234567890123456"},
        {S_INIT("9007199254740993"), "9007199254740992"}, /* no double of its own */
        {S_INIT("1e400"), "1e400"},
        {S_INIT("-1e999999999999"), "-1e999999999999"},
        {S_INIT("1e-400"), "0"},
        {S_INIT("0.1000000000000000055511151231257827"), "0.1"},
        {S_INIT("1000000000000000000000"), "1e+21"},
        {S_INIT("100000000000000000000"), "100000000000000000000"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(arena_done) arena a;
        arena_init(&a, 1 << 16);
        CHECK_SLICE(canonical(&a, rows[i].in), slice_str(rows[i].want));
    }
}

TEST(a_number_of_a_million_digits)
{
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf text;
    arena_init(&a, 16 << 20);
    buf_init(&text, 2 << 20);
    buf_put(&text, S("0."));
    for (int i = 0; i < 1000000; i++)
        buf_byte(&text, '3');
    CHECK_SLICE(canonical(&a, buf_slice(&text)), S("0.3333333333333333"));
    buf_clear(&text);
    for (int i = 0; i < 1000000; i++)
        buf_byte(&text, '3');
    CHECK_SLICE(canonical(&a, buf_slice(&text)), buf_slice(&text)); /* no double holds it */
}

/* RFC 8785 section 3.2.3 sorts by UTF-16 code units; U+E000 to U+FFFF stand behind everything that
 * needs a surrogate pair, where UTF-8 has them in front. */
TEST(keys_are_sorted_as_utf16)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 20);
    CHECK_SLICE(canonical(&a, S("{\"\\ufb33\":7,\"\\ud83d\\ude00\":6,\"\\u20ac\":5,\"\\u00f6\":4,"
                                "\"\\u0080\":3,\"1\":2,\"\\r\":1}")),
                S("{\"\\r\":1,\"1\":2,\"\xc2\x80\":3,\"ö\":4,\"€\":5,\"😀\":6,\"\xef\xac\xb3\":7}"));
    CHECK_SLICE(canonical(&a, S("{\"b\":[{\"z\":1,\"y\":2},3],\"ab\":{},\"a\":\"\",\"\":0}")),
                S("{\"\":0,\"a\":\"\",\"ab\":{},\"b\":[{\"y\":2,\"z\":1},3]}"));

    /* every pair of a sample agrees with comparing the code units themselves */
    static const uint32_t sample[] = {'a',    0x7f,   0x80,   0x7ff,   0x800,   0xd7ff,
                                      0xe000, 0xfffd, 0xffff, 0x10000, 0x10ffff};
    for (size_t i = 0; i < COUNT_OF(sample); i++)
        for (size_t k = 0; k < i; k++) {
            char text[64], want[64];
            uint32_t x = sample[k], y = sample[i];
            uint32_t ux = x > 0xffff ? 0xd800 + ((x - 0x10000) >> 10) : x;
            uint32_t uy = y > 0xffff ? 0xd800 + ((y - 0x10000) >> 10) : y;
            bool x_first = ux != uy ? ux < uy : x < y;
            char bytes[8];
            slice kx = slice_of(bytes, utf8_put(bytes, x));
            slice ky = slice_of(bytes + 4, utf8_put(bytes + 4, y));
            snprintf(text, sizeof text, "{\"q%.*s\":1,\"q%.*s\":2}", SLICE_FMT(kx), SLICE_FMT(ky));
            snprintf(want, sizeof want, "{\"q%.*s\":%d,\"q%.*s\":%d}", SLICE_FMT(x_first ? kx : ky),
                     x_first ? 1 : 2, SLICE_FMT(x_first ? ky : kx), x_first ? 2 : 1);
            CHECK_SLICE(canonical(&a, slice_str(text)), slice_str(want));
        }
}

TEST(strings_are_escaped_where_they_must_be)
{
    static const struct {
        slice in;
        const char *want;
    } rows[] = {
        {S_INIT(""), "\"\""},
        {S_INIT("a\"b\\c/d"), "\"a\\\"b\\\\c/d\""},
        {S_INIT("\b\f\n\r\t\x01\x1f\x7f"), "\"\\b\\f\\n\\r\\t\\u0001\\u001f\x7f\""},
        {S_INIT("a\0b"), "\"a\\u0000b\""},
        {S_INIT("狼\xe2\x80\xa8"), "\"狼\xe2\x80\xa8\""},
        {S_INIT("x\xffy\xe7\x8bz\xed\xa0\x80"),
         "\"x\xef\xbf\xbdy\xef\xbf\xbd\xef\xbf\xbdz\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
        {{NULL, 0}, "\"\""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(buf_done) buf out;
        buf_init(&out, 4096);
        json_writer w = json_writer_on(&out);
        json_put_text(&w, rows[i].in);
        CHECK_SLICE(buf_slice(&out), slice_str(rows[i].want));
    }
}

TEST(members_and_elements_get_their_commas)
{
    CLEANUP(buf_done) buf out;
    buf_init(&out, 4096);
    json_writer w = json_writer_on(&out);
    json_open(&w, '{');
    json_key(&w, "a");
    json_open(&w, '[');
    json_put_int(&w, INT64_MIN);
    json_put_bool(&w, true);
    json_put_null(&w);
    json_open(&w, '{');
    json_close(&w, '}');
    json_open(&w, '[');
    json_close(&w, ']');
    json_put_raw(&w, S("[1, 2]"));
    json_close(&w, ']');
    json_key_slice(&w, S("b\n"));
    json_put_text(&w, S("x"));
    json_close(&w, '}');
    CHECK_SLICE(buf_slice(&out),
                S("{\"a\":[-9223372036854775808,true,null,{},[],[1, 2]],\"b\\n\":\"x\"}"));
    CHECK_EQ(w.depth, 0);
}

TEST(the_writer_nests_to_its_limit)
{
    CLEANUP(buf_done) buf out;
    CLEANUP(buf_done) buf want;
    buf_init(&out, 4096);
    buf_init(&want, 4096);
    json_writer w = json_writer_on(&out);
    for (int i = 0; i < JSON_WRITE_DEPTH_MAX; i++) {
        json_open(&w, '[');
        json_put_int(&w, i);
        buf_printf(&want, "%s[%d", i ? "," : "", i);
    }
    for (int i = 0; i < JSON_WRITE_DEPTH_MAX; i++) {
        json_put_null(&w);
        json_close(&w, ']');
        buf_put(&want, S(",null]"));
    }
    CHECK_SLICE(buf_slice(&out), buf_slice(&want));
}

TEST(what_does_not_fit_fails_and_stays_failed)
{
    static const char text[] = "{\"b\":[1.5,{\"c\":null}],\"a\":\"x\",\"d\":12345678901234567890}";
    CLEANUP(arena_done) arena a;
    json *v;
    arena_init(&a, 1 << 16);
    REQUIRE(json_parse(&a, slice_str(text), NULL, &v, NULL) == OK);
    size_t whole = canonical(&a, slice_str(text)).len;
    for (size_t max = 0; max <= whole; max++) {
        CLEANUP(buf_done) buf out;
        buf_init(&out, max);
        json_writer w = json_writer_on(&out);
        json_put_canonical(&w, v, &a);
        CHECK_EQ(buf_status(&out, NULL), max == whole ? OK : ERR_LIMIT);
        CHECK(out.len <= max);
    }
    for (long n = 0;; n++) { /* memory for sorting and for numbers may run out, too */
        CLEANUP(arena_done) arena sort;
        CLEANUP(buf_done) buf out;
        buf_init(&out, 4096);
        arena_init(&sort, 1 << 16);
        sort.fail_after = n;
        json_writer w = json_writer_on(&out);
        json_put_canonical(&w, v, &sort);
        if (buf_status(&out, NULL) == OK)
            break;
        REQUIRE(n < 100);
    }
}
