/* parts.c - our splitter for the C++ peer: see parts.h. */
#include "base/json.h"
#include "json/parts.h"

bool parts_each(const char *bytes, size_t len,
                bool (*on_part)(void *ctx, const char *bytes, size_t len), void *ctx)
{
    static const slice split[] = {S_INIT("objects")};
    json_stream_options options = {.split = split, .split_count = 1};
    memory_reader m;
    reader in = reader_memory(&m, slice_of(bytes, len));
    json_stream *s = json_stream_new(&in, &options);
    json_part part;
    status st = ERR_LIMIT;
    while (s && (st = json_stream_next(s, &part, NULL)) == OK && part.kind != JSON_PART_END)
        if (part.kind == JSON_PART_ITEM && !on_part(ctx, part.raw.ptr, part.raw.len)) {
            st = ERR_INPUT;
            break;
        }
    json_stream_free(s);
    return st == OK;
}
