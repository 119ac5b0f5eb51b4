/* Property: however the bytes are cut, the same data comes out and it ends in the same way; and
 * data that we put into chunks comes out as it was. */
#include "serve/http/chunk.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static chunk_progress feed(slice text, size_t step, buf *out)
{
    chunk_reader c = {0};
    chunk_progress p = CHUNK_NEED;
    for (size_t at = 0; at < text.len && p == CHUNK_NEED; at += step) {
        slice in = slice_sub(text, at, at + step), piece;
        while ((p = chunk_next(&c, &in, &piece)) == CHUNK_DATA) {
            assert(piece.len > 0);
            buf_put(out, piece);
        }
    }
    return p;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    CLEANUP(buf_done) buf whole;
    CLEANUP(buf_done) buf cut;
    slice in = slice_of((const char *)data, size);
    buf_init(&whole, 1 << 22);
    buf_init(&cut, 1 << 22);
    chunk_progress p = feed(in, size ? size : 1, &whole);
    assert(feed(in, 1 + size / 5, &cut) == p && feed(in, size ? size : 1, &cut) == p);
    assert(cut.len == 2 * whole.len &&
           slice_eq(slice_sub(buf_slice(&cut), 0, whole.len), buf_slice(&whole)));
    buf_clear(&whole);
    buf_clear(&cut);
    for (size_t at = 0; at < size; at += 7) {
        slice piece = slice_sub(in, at, at + 7);
        buf_printf(&whole, "%zX\r\n", piece.len);
        buf_put(&whole, piece), buf_put(&whole, S("\r\n"));
    }
    buf_put(&whole, S("0\r\n\r\n"));
    assert(feed(buf_slice(&whole), 3, &cut) == CHUNK_END);
    assert(slice_eq(buf_slice(&cut), in));
    return 0;
}
