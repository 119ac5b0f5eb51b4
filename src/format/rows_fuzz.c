/* Properties: rows are the same however the bytes arrive; their places are where their bytes are;
 * what is printed is read back. The first byte chooses the delimiter, the second the chunk. */
#include "format/rows.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

static void same(bool yes)
{
    if (!yes)
        abort();
}

static void check_print(const row *one, char delimiter)
{
    CLEANUP(arena_done)
    arena a;
    CLEANUP(rows_close)
    rows r = {0};
    CLEANUP(buf_done)
    buf text;
    memory_reader m;
    row again;
    bool more;
    buf_init(&text, 1 << 16);
    rows_print(&text, one->field, one->count, delimiter);
    reader in = reader_memory(&m, buf_slice(&text));
    arena_init(&a, 1 << 20);
    same(rows_open(&r, &in, &a, delimiter, 4096, NULL) == OK);
    /* a byte order mark in front is not part of the first field */
    if (slice_starts(buf_slice(&text), S("\xef\xbb\xbf")))
        return;
    same(rows_next(&r, &again, &more, NULL) == OK);
    if (one->count == 1 && !one->field[0].len) {
        same(!more);
        return;
    }
    same(more && !again.bad && again.count == one->count);
    for (size_t i = 0; i < one->count; i++)
        same(slice_eq(one->field[i], again.field[i]));
    same(rows_next(&r, &again, &more, NULL) == OK && !more);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    static const char delimiters[] = {',', ';', '\t', '|', 0};
    if (size < 2)
        return 0;
    char delimiter = delimiters[data[0] % sizeof delimiters];
    slice text = slice_of((const char *)data + 2, size - 2);
    CLEANUP(arena_done)
    arena a;
    CLEANUP(rows_close)
    rows r = {0}, s = {0};
    memory_reader whole, pieces;
    reader in_whole = reader_memory(&whole, text), in_pieces = reader_memory(&pieces, text);
    row x, y;
    bool more_x = true, more_y = true;
    pieces.step = 1 + data[1] % 7;
    arena_init(&a, 1 << 20);
    same(rows_open(&r, &in_whole, &a, delimiter, 64, NULL) == OK);
    same(rows_open(&s, &in_pieces, &a, delimiter, 64, NULL) == OK);
    for (size_t end = 0;;) {
        same(rows_next(&r, &x, &more_x, NULL) == OK && rows_next(&s, &y, &more_y, NULL) == OK);
        same(more_x == more_y);
        if (!more_x)
            break;
        same(x.at == y.at && x.line == y.line && x.count == y.count && !x.bad == !y.bad);
        same(x.at >= end && slice_eq(x.raw, slice_sub(text, x.at, x.at + x.raw.len)));
        end = x.at + x.raw.len;
        for (size_t i = 0; i < x.count; i++)
            same(slice_eq(x.field[i], y.field[i]));
        if (delimiter && !x.bad)
            check_print(&x, delimiter);
    }
    rows_close(&s);
    return 0;
}
