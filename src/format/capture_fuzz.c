/* Properties: every line is JSON that the log format reads (told_line); however the bytes arrive
 * the lines are the same; what is cut off was no more than what is whole. */
#include "format/capture_kit.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);
int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static const capture_limits small = {.flows = 32, .slabs = 8};
    told one = {.count = 0}, other = {.count = 0};
    if (size < 1)
        return 0;
    /* the last byte: how many arrive at once */
    slice bytes = slice_of((const char *)data, size - 1);
    buf_init(&one.lines, TOLD_MAX);
    buf_init(&other.lines, TOLD_MAX);
    told_read(&one, bytes, 0, &small, -1);
    told_must(one.st == OK || one.st == ERR_INPUT || one.st == ERR_LIMIT);
    told_read(&other, bytes, (size_t)data[size - 1] + 1, &small, -1);
    told_must(one.st == other.st && slice_eq(buf_slice(&one.lines), buf_slice(&other.lines)));
    uint64_t packets = one.n.packets, read = one.n.bytes;
    told_must(one.n.unread <= packets && one.n.flows <= packets && one.n.evicted <= one.n.flows);
    told_read(&other, slice_sub(bytes, 0, bytes.len / 2), 0, &small, -1);
    told_must(other.n.packets <= packets && other.n.bytes <= read);
    buf_done(&one.lines);
    buf_done(&other.lines);
    return 0;
}
