/* The first byte says how the rest is cut; the rest arrives on a connection. Properties: however it
 * is cut, the same lines come out, or the same refusal after the same lines; messages that are
 * framed by counting come out as they were, one a line. */
#include "watch/follow/frame.h"

#include <stdlib.h>

enum { MAX = 4096 };

static status feed(slice in, size_t step, buf *out)
{
    framer r = {0};
    char bytes[MAX + FRAME_GAP], last[FRAME_PROBE];
    status st = OK;
    for (size_t at = 0; at < in.len && st == OK; at += step) {
        slice part = slice_sub(in, at, at + step);
        size_t n;
        memcpy(bytes + FRAME_GAP, part.ptr, part.len);
        st = frame_take(&r, bytes + FRAME_GAP, part.len, bytes, &n, NULL);
        if (n > part.len + FRAME_GAP)
            abort();
        buf_put(out, slice_of(bytes, n));
    }
    if (st == OK)
        buf_put(out, slice_of(last, frame_end(&r, last)));
    return st;
}

/* Lines of the input, each behind "<", framed by counting. */
static void counted(slice in)
{
    CLEANUP(buf_done) buf framed;
    CLEANUP(buf_done) buf want;
    CLEANUP(buf_done) buf got;
    slice line;
    buf_init(&framed, 16 * MAX);
    buf_init(&want, 16 * MAX);
    buf_init(&got, 16 * MAX);
    while (slice_cut(&in, '\n', &line)) {
        if (line.len && !line.ptr[line.len - 1])
            continue; /* a NUL at the end is taken for the sender's own ending */
        buf_printf(&framed, "%zu <", line.len + 1);
        buf_put(&framed, line);
        buf_byte(&want, '<');
        buf_put(&want, line);
        buf_byte(&want, '\n');
    }
    if (feed(buf_slice(&framed), 3, &got) != OK || !slice_eq(buf_slice(&got), buf_slice(&want)))
        abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    CLEANUP(buf_done) buf one;
    CLEANUP(buf_done) buf two;
    buf_init(&one, 4 * MAX);
    buf_init(&two, 4 * MAX);
    if (size < 1 || size > MAX)
        return 0;
    slice in = slice_of((const char *)data + 1, size - 1);
    status first = feed(in, MAX, &one), second = feed(in, 1 + data[0] % 40u, &two);
    if (first != second || !slice_eq(buf_slice(&one), buf_slice(&two)))
        abort();
    counted(in);
    return 0;
}
