/* A URL, and behind a NUL a reference to follow from it. Properties: what was accepted reads back
 * as itself, is printable, and has its parts in it. */
#include "base/outbound.h"

#include <stdlib.h>

static void check(arena *a, const outbound_url *u)
{
    outbound_url again;
    if (outbound_url_read(a, u->text, &again, NULL) != OK || !slice_eq(u->text, again.text) ||
        !slice_eq(u->host, again.host) || !slice_eq(u->path, again.path) ||
        !outbound_same_origin(u, &again) || u->literal != again.literal)
        abort();
    for (size_t i = 0; i < u->text.len; i++)
        if (u->text.ptr[i] <= ' ' || u->text.ptr[i] >= 0x7f)
            abort();
    if (slice_find(u->path, S("/../"), 0) < slice_find_byte(u->path, '?', 0) ||
        !slice_starts(u->path, S("/")) || !slice_ends(u->text, u->path) ||
        slice_find(u->text, u->host, 0) == SIZE_MAX)
        abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    CLEANUP(arena_done) arena a;
    outbound_url u, to;
    slice rest = slice_of((const char *)data, size), url;
    arena_init(&a, 1 << 20);
    if (!slice_cut(&rest, 0, &url) || outbound_url_read(&a, url, &u, NULL) != OK)
        return 0;
    check(&a, &u);
    if (outbound_url_follow(&a, &u, rest, &to, NULL) == OK)
        check(&a, &to);
    return 0;
}
