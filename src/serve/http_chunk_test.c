#include "base/test.h"
#include "serve/http/chunk.h"

/* What comes out when `text` arrives in pieces of `step` bytes, and how it ends. */
static chunk_progress feed(slice text, size_t step, buf *out, size_t *ret_left)
{
    chunk_reader c = {0};
    chunk_progress p = CHUNK_NEED;
    buf_clear(out);
    for (size_t at = 0; at < text.len && p == CHUNK_NEED; at += step) {
        slice in = slice_sub(text, at, at + step), data;
        while ((p = chunk_next(&c, &in, &data)) == CHUNK_DATA)
            buf_put(out, data);
        *ret_left = text.len - at - step + in.len;
        if (at + step > text.len)
            *ret_left = in.len;
    }
    return p;
}

TEST(chunks)
{
    static const struct {
        slice text, want;
        chunk_progress end;
    } rows[] = {
        {S_INIT("0\r\n\r\n"), S_INIT(""), CHUNK_END},
        {S_INIT("3\r\nabc\r\n0\r\n\r\n"), S_INIT("abc"), CHUNK_END},
        {S_INIT("A;x=\"y\"\r\n0123456789\r\n001\r\n!\r\n00\r\n\r\n"), S_INIT("0123456789!"),
         CHUNK_END},
        {S_INIT("1 \r\na\r\n0\r\nT: v\r\nU: w\r\n\r\n"), S_INIT("a"), CHUNK_END},
        {S_INIT("3\r\nabc\r\n"), S_INIT("abc"), CHUNK_NEED},
        {S_INIT("3\r\nabcd\r\n0\r\n\r\n"), S_INIT("abc"), CHUNK_BAD},
        {S_INIT("\r\n"), S_INIT(""), CHUNK_BAD},
        {S_INIT("-1\r\n"), S_INIT(""), CHUNK_BAD},
        {S_INIT("0x3\r\nabc\r\n"), S_INIT(""), CHUNK_BAD},
        {S_INIT("3\nabc\r\n"), S_INIT(""), CHUNK_BAD},
        {S_INIT("3\r\nabc\n0\r\n\r\n"), S_INIT("abc"), CHUNK_BAD},
        {S_INIT("3;a\nb\r\nabc\r\n"), S_INIT(""), CHUNK_BAD},
        {S_INIT("3;a\0b\r\nabc\r\n"), S_INIT(""), CHUNK_BAD},
        {S_INIT("0\r\nT: v\n\r\n"), S_INIT(""), CHUNK_BAD},
        {S_INIT("1000000000000000\r\n"), S_INIT(""), CHUNK_BAD}, /* sixteen digits */
    };
    CLEANUP(buf_done) buf out;
    buf_init(&out, 4096);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        for (size_t step = 1; step <= rows[i].text.len; step++) {
            size_t left;
            CHECK_EQ(feed(rows[i].text, step, &out, &left), rows[i].end);
            CHECK_SLICE(buf_slice(&out), rows[i].want);
        }
}

TEST(what_follows_is_the_next_request)
{
    chunk_reader c = {0};
    slice in = S("1\r\na\r\n0\r\n\r\nGET"), data;
    CHECK_EQ(chunk_next(&c, &in, &data), CHUNK_DATA);
    CHECK_EQ(chunk_next(&c, &in, &data), CHUNK_END);
    CHECK_SLICE(in, S("GET"));
    CHECK_EQ(chunk_next(&c, &in, &data), CHUNK_END);
}

TEST(extensions_and_trailers_up_to_their_limits)
{
    CLEANUP(buf_done) buf text;
    CLEANUP(buf_done) buf out;
    size_t left;
    buf_init(&text, 1 << 16);
    buf_init(&out, 4096);
    for (int over = 0; over < 2; over++) {
        buf_clear(&text);
        buf_put(&text, S("0;"));
        while (text.len < CHUNK_LINE_MAX - 1 + (size_t)over)
            buf_byte(&text, 'x');
        buf_put(&text, S("\r\n\r\n"));
        CHECK_EQ(feed(buf_slice(&text), text.len, &out, &left), over ? CHUNK_BAD : CHUNK_END);
        buf_clear(&text);
        buf_put(&text, S("0\r\nT:"));
        while (text.len < CHUNK_TRAILER_MAX + 3 - 2 + (size_t)over)
            buf_byte(&text, 'x');
        buf_put(&text, S("\r\n\r\n"));
        CHECK_EQ(feed(buf_slice(&text), text.len, &out, &left), over ? CHUNK_BAD : CHUNK_END);
    }
}
