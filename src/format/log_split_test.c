#include "base/test.h"
#include "format/log_split.h"

/* Records as text: "offset:line:bytes" and "+skipped" where there are any, a "|" behind each. */
static void split(slice stream, log_framing framing, size_t max, size_t step, buf *out)
{
    CLEANUP(log_split_close) log_splitter s = {0};
    log_record r;
    bool more;
    buf_clear(out);
    log_split_open(&s, framing, max);
    for (size_t at = 0;; at += step) {
        bool over = at >= stream.len;
        log_split_feed(&s, over ? (slice){NULL, 0} : slice_sub(stream, at, at + step));
        while (log_split_next(&s, &r, &more, NULL) == OK && more) {
            buf_printf(out, "%llu:%llu:", (unsigned long long)r.at, (unsigned long long)r.line);
            buf_put(out, r.bytes);
            if (r.skipped)
                buf_printf(out, "+%llu", (unsigned long long)r.skipped);
            buf_byte(out, '|');
        }
        if (over)
            return;
    }
}

typedef struct split_row {
    log_framing framing;
    size_t max; /* 0: the default */
    slice stream, want;
} split_row;

static const split_row rows[] = {
    {LOG_LINES, 0, S_INIT(""), S_INIT("")},
    {LOG_LINES, 0, S_INIT("\n\r\n\n"), S_INIT("")},
    {LOG_LINES, 0, S_INIT("a\nbc\r\n\n d\re\n\rf"), S_INIT("0:1:a|2:2:bc|7:4: d\re|12:5:\rf|")},
    {LOG_LINES, 0, S_INIT("a\r"), S_INIT("0:1:a|")},
    {LOG_LINES, 0,
     S_INIT("\xef\xbb\xbf"
            "a\n\xef\xbb\xbf\n"),
     S_INIT("3:1:a|5:2:\xef\xbb\xbf|")},
    {LOG_LINES, 0, S_INIT("\0a\0\n\xff\xfe\n"), S_INIT("0:1:\0a\0|4:2:\xff\xfe|")},
    /* the limit: at it, one over, far over */
    {LOG_LINES, 4, S_INIT("abcd\nabcde\nabcdefghi\nx"),
     S_INIT("0:1:abcd|5:2:abcd+1|11:3:abcd+5|21:4:x|")},
    {LOG_LINES, 4, S_INIT("abcd\r\nabcdef"), S_INIT("0:1:abcd+1|6:2:abcd+2|")},
    /* envelopes on a line */
    {LOG_LINES, 0, S_INIT("{\"Records\":[{\"a\":1},{\"b\":[{\"c\":\"}\"}]}]}\nx\n"),
     S_INIT("12:1:{\"a\":1}|20:1:{\"b\":[{\"c\":\"}\"}]}|40:2:x|")},
    {LOG_LINES, 0, S_INIT("{ \"value\" : [ {\"a\":1} ], \"more\": 2}"),
     S_INIT("14:1:{\"a\":1}|25:1:\"more\": 2}|")},
    {LOG_LINES, 0, S_INIT("{\"@odata.context\":\"c\",\"value\":[{\"a\":1}]}"),
     S_INIT("31:1:{\"a\":1}|")},
    {LOG_LINES, 0, S_INIT("{\"records\":[{\"a\":1},{\"b\":"),
     S_INIT("12:1:{\"a\":1}|20:1:{\"b\":|")},
    {LOG_LINES, 0, S_INIT("{\"records\":[1]}\n{\"records\":[]}\n{\"x\":[{}]}\n"),
     S_INIT("0:1:{\"records\":[1]}|16:2:{\"records\":[]}|31:3:{\"x\":[{}]}|")},
    {LOG_LINES, 16, S_INIT("{\"records\":[{\"a\":1},{\"b\":2}]}\n"),
     S_INIT("0:1:{\"records\":[{\"a\"+13|")},
    /* values */
    {LOG_VALUES, 0, S_INIT("[{\"a\":1},\n {\"b\":\"]}\\\"\"}\n]"),
     S_INIT("1:1:{\"a\":1}|11:2:{\"b\":\"]}\\\"\"}|")},
    {LOG_VALUES, 0, S_INIT("\xef\xbb\xbf{\n \"a\": {\"b\": [1]}\n}\n{\"c\":1}{\"d\":1}"),
     S_INIT("3:1:{\n \"a\": {\"b\": [1]}\n}|24:4:{\"c\":1}|31:4:{\"d\":1}|")},
    {LOG_VALUES, 0, S_INIT("{\"Records\": [\n{\"a\":1},\n{\"records\":[{}]}]}\n{\"z\":1}"),
     S_INIT("14:2:{\"a\":1}|35:3:{}|42:4:{\"z\":1}|")},
    {LOG_VALUES, 0, S_INIT("{\"a\":1}\nwords {\"b\":1}\r\n{\"c\":1}"),
     S_INIT("0:1:{\"a\":1}|8:2:words {\"b\":1}|23:3:{\"c\":1}|")},
    /* a line's end in a string, and an object that never ends */
    {LOG_VALUES, 0, S_INIT("{\"a\":\"x\n{\"b\":1}\n{\"c\":"),
     S_INIT("0:1:{\"a\":\"x|8:2:{\"b\":1}|16:3:{\"c\":|")},
    {LOG_VALUES, 8, S_INIT("{\"a\":12}{\"b\":123}xyz\n{\"c\":1}"),
     S_INIT("0:1:{\"a\":12}|8:1:{\"b\":123+4|21:2:{\"c\":1}|")},
};

TEST(records)
{
    buf got;
    buf_init(&got, 1 << 20);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t step = 1; step <= rows[i].stream.len + 1; step++) {
            split(rows[i].stream, rows[i].framing, rows[i].max, step, &got);
            if (!slice_eq(buf_slice(&got), rows[i].want))
                TEST_FAIL("row %zu in pieces of %zu: \"%.*s\"", i, step,
                          SLICE_FMT(buf_slice(&got)));
        }
    buf_done(&got);
}

TEST(how_a_stream_is_framed)
{
    static const struct {
        slice head;
        log_framing want;
    } heads[] = {
        {S_INIT(""), LOG_LINES},
        {S_INIT("words\n"), LOG_LINES},
        {S_INIT("{\"a\":1}\n{\"b\":1}\n"), LOG_LINES},
        {S_INIT("{\"a\":1"), LOG_LINES},
        {S_INIT("{\"a\":\"cut\n{\"b\":1}\n"), LOG_LINES},
        {S_INIT("{\"a\":1,\n{\"b\":1}\n"), LOG_LINES},
        {S_INIT("{\n"), LOG_LINES},
        {S_INIT("{\n  \"a\": 1\n}\n"), LOG_VALUES},
        {S_INIT("{\n}\n"), LOG_VALUES},
        {S_INIT("{\"a\": {\n  1\n}}\n"), LOG_VALUES},
        {S_INIT("\xef\xbb\xbf [\n {\"a\":1}"), LOG_VALUES},
        {S_INIT("[{\"a\":1}]"), LOG_VALUES},
        {S_INIT("[]"), LOG_VALUES},
        {S_INIT("[ 12.5] kernel: x\n"), LOG_LINES},
        {S_INIT("{\"Records\":[{\"a\":1}]}"), LOG_VALUES},
        {S_INIT("{\"other\":[{\"a\":1}]}"), LOG_LINES},
    };
    for (size_t i = 0; i < COUNT_OF(heads); i++)
        if (log_framing_of(heads[i].head) != heads[i].want)
            TEST_FAIL("row %zu", i);
}

/* A line that never ends costs its limit and no more. */
TEST(a_line_over_the_default_limit)
{
    CLEANUP(log_split_close) log_splitter s = {0};
    static char block[1 << 20];
    log_record r;
    bool more;
    memset(block, 'x', sizeof block);
    log_split_open(&s, LOG_LINES, SIZE_MAX); /* no more than LOG_RECORD_MAX */
    for (size_t i = 0; i < 40; i++) {
        log_split_feed(&s, slice_of(block, sizeof block));
        CHECK_OK(log_split_next(&s, &r, &more, NULL));
        CHECK(!more);
        CHECK(s.carry.cap <= LOG_RECORD_MAX * 2);
    }
    log_split_feed(&s, S("\nnext\n"));
    CHECK_OK(log_split_next(&s, &r, &more, NULL));
    REQUIRE(more);
    CHECK_EQ(r.bytes.len, LOG_RECORD_MAX);
    CHECK_EQ(r.skipped, (size_t)(40 << 20) - LOG_RECORD_MAX);
    CHECK_OK(log_split_next(&s, &r, &more, NULL));
    REQUIRE(more);
    CHECK_SLICE(r.bytes, S("next"));
    CHECK_EQ(r.line, 2);
}
