/* wire_fuzz.c (jail_wire) - the decoder against a hostile worker. Properties: what is accepted is
 * exactly what the encoder writes for it, byte for byte; and how the bytes are cut into pieces
 * changes nothing. The first byte chooses the kind of answer and the pieces. */
#include "sandbox/wire_replay.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    const wire_limits limits = {.document_bytes = 1000, .answer_bytes_max = 1 << 22};
    replay whole, pieces;
    err one = {0}, two = {0};
    if (size < 1)
        return 0;
    bool members = data[0] & 1;
    slice bytes = {(const char *)data + 1, size - 1};
    replay_init(&whole, members, &limits);
    replay_init(&pieces, members, &limits);
    status st = replay_feed(&whole, bytes, 0, &one);
    if (replay_feed(&pieces, bytes, 1 + (data[0] >> 1), &two) != st ||
        strcmp(one.msg, two.msg) != 0 || wire_lied(whole.r) != wire_lied(pieces.r) ||
        !slice_eq(buf_slice(&whole.out), buf_slice(&pieces.out)))
        abort();
    /* The writer's limits are the reader's: it never refuses what was read. */
    if (st != OK && !wire_lied(whole.r))
        abort();
    if (!slice_starts(bytes, buf_slice(&whole.out)))
        abort();
    if (st == OK && wire_end_of(whole.r) && whole.out.len != wire_counts(whole.r)->bytes)
        abort();
    replay_done(&whole);
    replay_done(&pieces);
    return 0;
}
