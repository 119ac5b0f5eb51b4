/* Parts over a limit that are passed over: json_stream_options.pass_over. */
#include "base/json.h"
#include "base/test.h"

static const slice split[] = {S_INIT("objects")};

/* "index:length" of each item, ! when over, then the status. */
static void walk(slice text, size_t step, bool pass_over, buf *out)
{
    memory_reader m;
    reader in = reader_memory(&m, text);
    m.step = step;
    json_stream_options o = {
        .split = split, .split_count = 1, .pass_over = pass_over, .value_max = 100};
    json_stream *s = json_stream_new(&in, &o);
    json_part part;
    status st;
    REQUIRE(s);
    while ((st = json_stream_next(s, &part, NULL)) == OK && part.kind != JSON_PART_END) {
        buf_printf(out, "%s%llu@%llu+%llu ", part.over ? "!" : "", (unsigned long long)part.index,
                   (unsigned long long)part.at, (unsigned long long)part.length);
        CHECK_EQ(part.raw.len, part.over ? 0 : part.length);
    }
    buf_put(out, slice_str(status_name(st)));
    json_stream_free(s);
}

TEST(long_and_deep_items_are_passed_over)
{
    CLEANUP(buf_done) buf text;
    CLEANUP(buf_done) buf want;
    buf_init(&text, 1 << 20);
    buf_init(&want, 4096);
    buf_put(&text, S("{\"objects\":[1,\""));
    for (int i = 0; i < 200000; i++) /* several reads long, with escapes at every edge */
        buf_put(&text, i % 2 ? S("\\\"") : S("\\\\"));
    buf_put(&text, S("\",2,"));
    size_t deep = text.len;
    for (int i = 0; i < 40; i++)
        buf_put(&text, S("[{\"a\":"));
    buf_put(&text, S("1"));
    for (int i = 0; i < 40; i++)
        buf_put(&text, S("}]"));
    size_t end = text.len;
    buf_put(&text, S(",3]}"));
    buf_printf(&want, "0@12+1 !1@14+400002 2@400017+1 !3@%zu+%zu 4@%zu+1 ok", deep, end - deep,
               end + 1);
    static const size_t steps[] = {0, 1, 7, 65536};
    for (size_t i = 0; i < COUNT_OF(steps); i++) {
        CLEANUP(buf_done) buf got;
        buf_init(&got, 4096);
        walk(buf_slice(&text), steps[i], true, &got);
        CHECK_SLICE(buf_slice(&got), buf_slice(&want));
        buf_clear(&got);
        walk(buf_slice(&text), steps[i], false, &got);
        CHECK_SLICE(buf_slice(&got), S("0@12+1 limit"));
    }
}

TEST(a_value_of_exactly_the_limit_is_no_longer_than_the_limit)
{
    for (int extra = 0; extra < 2; extra++) {
        CLEANUP(buf_done) buf text;
        CLEANUP(buf_done) buf got;
        buf_init(&text, 4096);
        buf_init(&got, 4096);
        buf_put(&text, S("[\""));
        for (int i = 0; i < 98 + extra; i++)
            buf_byte(&text, 'x');
        buf_put(&text, S("\"]"));
        walk(buf_slice(&text), 0, true, &got);
        CHECK_SLICE(buf_slice(&got), extra ? S("!0@1+101 ok") : S("0@1+100 ok"));
    }
}
