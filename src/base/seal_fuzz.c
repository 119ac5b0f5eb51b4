/* What a reader takes for whole with check sums is what a writer makes of the bytes it gave; and no
 * bytes are taken for sealed ones. */
#include "base/seal.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static status to_buf(void *ctx, slice bytes, err *why)
{
    buf_put(ctx, bytes);
    return buf_status(ctx, why);
}

/* All bytes of a stream, one at a time; whole: and it ended well. */
static bool read_out(slice bytes, buf *out, bool *ret_sealed)
{
    static const uint8_t key[SEAL_KEY] = {1, 2, 3};
    memory_reader m;
    reader in = reader_memory(&m, bytes);
    seal_reader *r = NULL;
    char c;
    bool whole = false;
    if (seal_open(&in, key, &r, NULL) != OK)
        return false;
    *ret_sealed = seal_is_sealed(r);
    while (!whole && seal_get(r, &c, 1, NULL) == OK)
        buf_byte(out, c);
    whole = seal_close(r, NULL) == OK;
    seal_reader_free(r);
    return whole;
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    CLEANUP(buf_done) buf out;
    CLEANUP(buf_done) buf again;
    CLEANUP(buf_done) buf back;
    seal_writer *w = NULL;
    bool sealed = false;
    slice bytes = slice_of((const char *)data, size);
    buf_init(&out, 1 << 22);
    buf_init(&again, 1 << 22);
    buf_init(&back, 1 << 22);
    bool whole = read_out(bytes, &out, &sealed);
    if (whole && sealed)
        abort(); /* nobody sealed anything to that key */
    if (!whole) {
        buf_clear(&out);
        buf_put(&out, bytes);
    }
    if (seal_begin(NULL, to_buf, &again, &w, NULL) != OK ||
        seal_put(w, buf_slice(&out), NULL) != OK || seal_end(w, NULL) != OK)
        abort();
    seal_free(w);
    if (!read_out(buf_slice(&again), &back, &sealed) ||
        !slice_eq(buf_slice(&back), buf_slice(&out)))
        abort();
    return 0;
}
