/* A checkpoint, and its parts behind a right checksum. Properties: what is read is written again
 * byte by byte; an object that resumed from it says the same in its next checkpoint, whatever it
 * looks at meanwhile; what is refused leaves it as it was. */
#include "watch/follow/own.h"

#include <stdlib.h>

enum { MAX = 8192 };

/* The records in any order of logs are one checkpoint: an object keeps each log's own order. */
static void resumed(slice bytes, size_t count)
{
    uint64_t seed = 1;
    int64_t now = 1;
    follow *f = NULL;
    const follow_options o = {.clock = clock_fixed(&now),
                              .random = random_seeded(&seed),
                              .stop_fd = -1,
                              .no_inotify = true};
    CLEANUP(buf_done) buf one;
    CLEANUP(buf_done) buf two;
    buf_init(&one, FOLLOW_CHECKPOINT_MAX);
    buf_init(&two, FOLLOW_CHECKPOINT_MAX);
    if (follow_new(&o, &f, NULL) != OK)
        abort();
    if (follow_checkpoint(f, &one, NULL) != OK)
        abort();
    if (follow_resume(f, bytes, NULL) != OK) { /* two records of one file */
        if (follow_checkpoint(f, &two, NULL) != OK || !slice_eq(buf_slice(&one), buf_slice(&two)))
            abort();
        follow_free(f);
        return;
    }
    buf_clear(&one);
    follow_event e;
    if (follow_checkpoint(f, &one, NULL) != OK || follow_next(f, 0, &e, NULL) != OK ||
        follow_checkpoint(f, &two, NULL) != OK || !slice_eq(buf_slice(&one), buf_slice(&two)) ||
        one.len > bytes.len || (count <= 1 && !slice_eq(buf_slice(&one), bytes)))
        abort();
    follow_free(f);
}

static void try(slice bytes)
{
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf again;
    checkpoint c;
    arena_init(&a, 64 << 20);
    buf_init(&again, FOLLOW_CHECKPOINT_MAX);
    if (checkpoint_read(&a, bytes, &c, NULL) != OK)
        return;
    checkpoint_write(&c, &again);
    if (!slice_eq(buf_slice(&again), bytes))
        abort();
    resumed(bytes, c.count);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    buf made;
    uint64_t sum[2];
    const uint8_t key[KEY_BYTES] = {7};
    if (size > MAX)
        return 0;
    slice in = slice_of((const char *)data, size);
    try(in);
    buf_init(&made, 2 * MAX);
    buf_put(&made, S("NRFOLLW1"));
    buf_put(&made, slice_of((const char *)key, sizeof key));
    buf_put(&made, in);
    siphash128(key, buf_slice(&made), sum);
    for (int i = 0; i < KEY_BYTES; i++)
        buf_byte(&made, (char)(sum[i / 8] >> (i % 8) * 8));
    try(buf_slice(&made));
    buf_done(&made);
    return 0;
}
