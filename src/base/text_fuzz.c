/* Folding is a fixed point, its output is UTF-8, and the fast check agrees with the slow walk. */
#include "base/text.h"

#include <stdlib.h>

static void fold_twice(slice in, status (*fold)(arena *, slice, slice *, err *))
{
    CLEANUP(arena_done) arena a;
    slice one, two;
    arena_init(&a, 16 << 20);
    if (fold(&a, in, &one, NULL) != OK)
        abort();
    if (utf8_check(one) != SIZE_MAX)
        abort();
    if (fold(&a, one, &two, NULL) != OK || !slice_eq(one, two))
        abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    slice in = slice_of((const char *)data, size), rest = in;
    size_t wrong = utf8_check(in), at = 0;
    while (rest.len && utf8_len(rest)) {
        size_t n = utf8_len(rest);
        slice one = slice_sub(rest, 0, n);
        char out[4];
        if (utf8_put(out, utf8_next(&one)) != n || memcmp(out, rest.ptr, n) != 0)
            abort();
        rest = slice_from(rest, n);
        at += n;
    }
    if (wrong != (rest.len ? at : SIZE_MAX))
        abort();
    if (text_width(in) > 2 * size)
        abort();
    fold_twice(in, text_fold);
    fold_twice(in, text_nfkc);
    return 0;
}
