/* peers.h - the others that bench/watch measures against.
 * Uses: the C library. Used by: watch_bench.c, peer_hyperscan.c, peer_simdjson.cpp. */
#ifndef NOROSHI_BENCH_WATCH_PEERS_H
#define NOROSHI_BENCH_WATCH_PEERS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Literals, built once; NULL: it could not be. */
typedef struct peer_literals peer_literals;
peer_literals *hyperscan_make(const char *const *texts, const size_t *lengths, size_t count);
/* How often the text has a literal, read a MiB at a time. */
size_t hyperscan_scan(peer_literals *p, const char *text, size_t len);
void hyperscan_free(peer_literals *p);

/* Reads documents of JSON, one a line, with simdjson On-Demand, and hands over the strings of the
 * fields that hold addresses, names, URLs, digests, files and agents. Returns how many documents.
 * `text` is followed by 64 bytes that may be read. */
size_t simdjson_fields(const char *text, size_t len,
                       void (*on_value)(void *ctx, const char *value, size_t len), void *ctx);

#ifdef __cplusplus
}
#endif
#endif
