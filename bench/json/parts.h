/* parts.h - our splitter for the C++ peer, which cannot include our headers.
 * Uses: nothing. Used by: peer_simdjson.cpp. */
#ifndef NOROSHI_BENCH_PARTS_H
#define NOROSHI_BENCH_PARTS_H

#include <stdbool.h>
#include <stddef.h>

/* Calls on_part for each element of "objects"; false when it or the splitter refuses. */
bool parts_each(const char *bytes, size_t len,
                bool (*on_part)(void *ctx, const char *bytes, size_t len), void *ctx);

#endif
