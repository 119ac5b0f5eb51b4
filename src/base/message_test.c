#include "base/test.h"
#include "base/message.h"
#include "base/text.h"

static slice rendered(buf *b, language l, const message *m, const message_style *style)
{
    buf_clear(b);
    message_render(b, l, m, style);
    return buf_slice(b);
}

TEST(every_message_keeps_the_rules)
{
    CLEANUP(buf_done) buf complaints;
    buf_init(&complaints, 1 << 20);
    for (message_id id = MSG_NONE + 1; id < MSG_COUNT_; id++)
        if (!message_row_check(message_row_at(id), &complaints))
            TEST_FAIL("%.*s", SLICE_FMT(buf_slice(&complaints)));
}

/* Each rule can fail. */
TEST(the_rules_find_what_is_wrong)
{
    static const struct {
        message_row row;
        const char *says;
    } rows[] = {
        {{"x_a", {"words", "言葉"}}, NULL},
        {{"x_a", {"KEV", NULL}}, NULL},
        {{"x_a", {"", "言葉"}}, "no text"},
        {{"x_a", {NULL, "言葉"}}, "no text"},
        {{"x_a", {"words", ""}}, "no text"},
        {{"x_a", {"words", "words"}}, "no Japanese"},
        {{"x_a", {"言葉", "言葉"}}, "Japanese in the English"},
        {{"xa", {"words", "言葉"}}, "without its module"},
        {{"x_a", {"{n} words", "言葉"}, {MESSAGE_TYPE_int}, {"n"}}, "not used: n"},
        {{"x_a", {"words", "{n} 言葉"}, {MESSAGE_TYPE_int}, {"n"}}, "not used: n"},
        {{"x_a", {"{m} words", "{m} 言葉"}}, "not declared: m"},
        {{"x_a", {"{n words", "言葉"}}, "braces"},
        {{"x_a", {"n} words", "言葉"}}, "braces"},
        {{"x_a", {"{} words", "言葉"}}, "braces"},
        {{"x_a", {"{n|a} words", "言葉"}, {MESSAGE_TYPE_int}, {"n"}}, "braces"},
        {{"x_a", {"{n} {n|a|b}", "{n|a|b} {n} 言葉"}, {MESSAGE_TYPE_int}, {"n"}}, "a plural form"},
        {{"x_a", {"{n} {n|a|b}", "{n} 言葉"}, {MESSAGE_TYPE_text}, {"n"}}, "no number"},
        {{"x_a", {"{n|a|b}", "{n} 言葉"}, {MESSAGE_TYPE_count}, {"n"}}, "not used: n"},
        {{"x_a", {"{n}", "{n}"}, {MESSAGE_TYPE_none}, {"n"}}, "without type"},
        {{"x_a", {"{n}", "{n}"}, {MESSAGE_TYPE_int, MESSAGE_TYPE_int}, {"n", "n"}}, "twice"},
        {{"x_a", {"wo\x1brds", "言葉"}}, "control"},
        {{"x_a", {"wo\xff", "言葉"}}, "UTF-8"},
    };
    CLEANUP(buf_done) buf b;
    buf_init(&b, 1 << 16);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        buf_clear(&b);
        CHECK_EQ(message_row_check(&rows[i].row, &b), rows[i].says == NULL);
        if (rows[i].says && slice_find(buf_slice(&b), slice_str(rows[i].says), 0) == SIZE_MAX)
            TEST_FAIL("row %zu says \"%.*s\", want \"%s\"", i, SLICE_FMT(buf_slice(&b)),
                      rows[i].says);
    }
}

TEST(arguments_print_as_the_header_says)
{
    static const slice items[] = {S_INIT("a"), S_INIT("b")};
    static const message inner = {.id = MSG_unit_gib};
    static const struct {
        message_type type;
        message_arg arg;
        const char *en, *ja;
    } rows[] = {
        {MESSAGE_TYPE_int, {.n = 2026}, "2026", NULL},
        {MESSAGE_TYPE_int, {.n = -1}, "-1", NULL},
        {MESSAGE_TYPE_count, {.n = 0}, "0", NULL},
        {MESSAGE_TYPE_count, {.n = 999}, "999", NULL},
        {MESSAGE_TYPE_count, {.n = 1000}, "1,000", NULL},
        {MESSAGE_TYPE_count, {.n = 1193883}, "1,193,883", NULL},
        {MESSAGE_TYPE_count, {.n = INT64_MAX}, "9,223,372,036,854,775,807", NULL},
        {MESSAGE_TYPE_count, {.n = INT64_MIN}, "-9,223,372,036,854,775,808", NULL},
        {MESSAGE_TYPE_size, {.n = 1023}, "1023 B", "1023 バイト"},
        {MESSAGE_TYPE_size, {.n = 1536}, "1.5 KiB", "1.5 KiB"},
        {MESSAGE_TYPE_size, {.n = 16 << 20}, "16 MiB", "16 MiB"},
        {MESSAGE_TYPE_size, {.n = INT64_MAX}, "8388607.99 TiB", NULL},
        {MESSAGE_TYPE_duration, {.n = 0}, "0 ms", "0 ミリ秒"},
        {MESSAGE_TYPE_duration, {.n = 250}, "250 ms", "250 ミリ秒"},
        {MESSAGE_TYPE_duration, {.n = 1240}, "1.24 s", "1.24 秒"},
        {MESSAGE_TYPE_duration, {.n = 1050}, "1.05 s", "1.05 秒"},
        {MESSAGE_TYPE_duration, {.n = 120000}, "2 min", "2 分"},
        {MESSAGE_TYPE_duration, {.n = 90000}, "90 s", "90 秒"},
        {MESSAGE_TYPE_duration, {.n = 7 * WHEN_DAY}, "7 d", "7 日"},
        {MESSAGE_TYPE_date, {.t = 1608038261000}, "2020-12-15", NULL},
        {MESSAGE_TYPE_minute, {.t = 1608038261000}, "2020-12-15 13:17", NULL},
        {MESSAGE_TYPE_instant, {.t = 1608038261000}, "2020-12-15 13:17 UTC", NULL},
        {MESSAGE_TYPE_text, {.text = S_INIT("x\x1b")}, "x\x1b", NULL},
        {MESSAGE_TYPE_value, {.value = {1, S_INIT("192.0.2.1")}}, "192.0.2.1", NULL},
        {MESSAGE_TYPE_list, {.list = {items, 2}}, "a, b", "a、b"},
        {MESSAGE_TYPE_list, {.list = {items, 0}}, "", ""},
        {MESSAGE_TYPE_word, {.word = MSG_unit_h}, "h", "時間"},
        {MESSAGE_TYPE_message, {.message = &inner}, "GiB", NULL},
        {MESSAGE_TYPE_message, {.message = NULL}, "", NULL},
    };
    CLEANUP(buf_done) buf b;
    buf_init(&b, 1 << 16);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const message_row row = {"x_a", {"[{n}]", NULL}, {rows[i].type}, {"n"}};
        const message m = {.args = {rows[i].arg}};
        for (language l = 0; l < LANG_COUNT_; l++) {
            const char *want = l == LANG_JA && rows[i].ja ? rows[i].ja : rows[i].en;
            buf_clear(&b);
            message_render_row(&b, l, &row, &m, NULL);
            slice got = slice_sub(buf_slice(&b), 1, b.len - 1);
            CHECK_SLICE(got, slice_str(want));
        }
    }
}

TEST(constructors_keep_their_arguments)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, 1 << 16);
    const message range = msg_option_range(70, 1, 64);
    const message m = msg_option_for_key(S("limit.json-depth"), &range);
    CHECK_SLICE(rendered(&b, LANG_EN, &m, NULL), S("limit.json-depth: 70 is outside 1..64"));
    CHECK_SLICE(rendered(&b, LANG_JA, &m, NULL), S("limit.json-depth: 70 は範囲外(1..64)"));
    const message none = message_of(MSG_NONE);
    CHECK_EQ(rendered(&b, LANG_EN, &none, NULL).len, 0);
}

TEST(plural_forms_follow_the_number)
{
    const message_row row = {
        "x_a", {"{n} {n|record|records}, {{k}}", NULL}, {MESSAGE_TYPE_count}, {"n"}};
    CLEANUP(buf_done) buf b;
    buf_init(&b, 1 << 16);
    static const struct {
        int64_t n;
        const char *want;
    } rows[] = {{0, "0 records, {k}"}, {1, "1 record, {k}"}, {2, "2 records, {k}"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const message m = {.args = {{.n = rows[i].n}}};
        buf_clear(&b);
        message_render_row(&b, LANG_EN, &row, &m, NULL);
        CHECK_SLICE(buf_slice(&b), slice_str(rows[i].want));
    }
}

static void in_brackets(void *ctx, buf *out, slice s)
{
    (void)ctx;
    buf_printf(out, "<%.*s>", SLICE_FMT(s));
}

static void kind_and_value(void *ctx, buf *out, int kind, slice s)
{
    (void)ctx;
    buf_printf(out, "%d:%.*s", kind, SLICE_FMT(s));
}

TEST(the_style_sees_every_foreign_word)
{
    static const slice items[] = {S_INIT("p"), S_INIT("q")};
    const message_row row = {
        "x_a",
        {"{a} {b} {c} {d}", NULL},
        {MESSAGE_TYPE_text, MESSAGE_TYPE_value, MESSAGE_TYPE_list, MESSAGE_TYPE_instant},
        {"a", "b", "c", "d"}};
    const message m = {
        .args = {
            {.text = S("t")}, {.value = {5, S("v")}}, {.list = {items, 2}}, {.t = 1763773200000}}};
    message_style style = {
        .text = in_brackets, .value = kind_and_value, .zone_minutes = 540, .zone = "JST"};
    CLEANUP(buf_done) buf b;
    buf_init(&b, 1 << 16);
    message_render_row(&b, LANG_EN, &row, &m, &style);
    CHECK_SLICE(buf_slice(&b), S("<t> 5:v <p>, <q> 2025-11-22 10:00 JST"));
    style.value = NULL; /* a value is foreign text too */
    buf_clear(&b);
    message_render_row(&b, LANG_EN, &row, &m, &style);
    CHECK(slice_find(buf_slice(&b), S(" <v> "), 0) != SIZE_MAX);
}

TEST(nesting_ends)
{
    const message_row row = {"x_a", {"({m})", NULL}, {MESSAGE_TYPE_message}, {"m"}};
    message self = {.id = MSG_option_for_key};
    self.args[0].text = S("k");
    self.args[1].message = &self; /* for ever */
    const message m = {.args = {{.message = &self}}};
    CLEANUP(buf_done) buf b;
    buf_init(&b, 1 << 16);
    message_render_row(&b, LANG_EN, &row, &m, NULL);
    CHECK_SLICE(buf_slice(&b), S("(k: k: k: k: )"));
}

TEST(a_full_buffer_is_said)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, 8);
    const message m = msg_option_unknown_command(S("aks"));
    message_render(&b, LANG_EN, &m, NULL);
    CHECK(b.failed);
}

TEST(json_holds_both_languages_in_order)
{
    CLEANUP(buf_done) buf b;
    buf_init(&b, 1 << 16);
    json_writer w = json_writer_on(&b);
    const message m = msg_option_bad_number(S("\x1b\""));
    message_json(&w, &m);
    CHECK_SLICE(buf_slice(&b), S("{\"en\":\"\\\"\\u001b\\\"\\\" is not a whole number\","
                                 "\"ja\":\"「\\u001b\\\"」は整数でない\"}"));
}
