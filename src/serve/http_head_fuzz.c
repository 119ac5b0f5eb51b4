/* Properties: however a header is cut, its end is found at the same place; what was taken has one
 * Host and one framing, no control byte, and written out again in its plain form it is taken as the
 * same. */
#include "serve/http/head.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static size_t end_of(slice in, size_t step, bool *good)
{
    size_t scanned = 0, end = 0;
    *good = true;
    for (size_t n = 0; n < in.len && !end && *good;) {
        n = n + step < in.len ? n + step : in.len;
        *good = head_end(slice_sub(in, 0, n), &scanned, &end);
    }
    return end;
}

static void write_out(const http_head *h, buf *out)
{
    buf_put(out, h->method), buf_byte(out, ' ');
    buf_put(out, h->target);
    buf_put(out, h->minor ? S(" HTTP/1.1\r\n") : S(" HTTP/1.0\r\n"));
    for (size_t i = 0; i < h->header_count; i++) {
        buf_put(out, h->headers[i].name), buf_put(out, S(": "));
        buf_put(out, h->headers[i].value), buf_put(out, S("\r\n"));
    }
    buf_put(out, S("\r\n"));
}

static void check_bytes(slice s)
{
    for (size_t i = 0; i < s.len; i++)
        assert((unsigned char)s.ptr[i] >= ' ' || s.ptr[i] == '\t');
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    slice in = slice_of((const char *)data, size);
    bool good, good2;
    size_t end = end_of(in, size ? size : 1, &good);
    for (size_t step = 1; step < 8; step += 3) {
        size_t end2 = end_of(in, step, &good2);
        assert(end2 == end || !good);
    }
    if (!end)
        return 0;
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf out;
    http_head h, again;
    int number = 0;
    arena_init(&a, 1 << 20);
    buf_init(&out, 1 << 22);
    if (head_parse(&a, slice_sub(in, 0, end), &h, &number, NULL) != OK) {
        assert(number == 400 || number == 417 || number == 431 || number == 501 || number == 505);
        return 0;
    }
    size_t hosts = 0;
    for (size_t i = 0; i < h.header_count; i++) {
        hosts += slice_eq_nocase(h.headers[i].name, S("host"));
        assert(http_is_token(h.headers[i].name));
        check_bytes(h.headers[i].value);
    }
    assert(hosts == 1);
    write_out(&h, &out);
    assert(head_parse(&a, buf_slice(&out), &again, &number, NULL) == OK);
    assert(again.framing == h.framing && again.length == h.length && again.keep == h.keep);
    assert(slice_eq(again.host, h.host) && again.header_count == h.header_count);
    return 0;
}
