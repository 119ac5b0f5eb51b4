/* peers.h - JSON parsers side by side: each reads a bundle in memory and counts.
 * Uses: nothing. Used by: bench/json. */
#ifndef NOROSHI_BENCH_PEERS_H
#define NOROSHI_BENCH_PEERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What every engine must find, so that none skips work: the elements of "objects", the bytes of
 * their ids, and (the ones that build a tree of everything) nothing else. */
typedef struct found {
    uint64_t objects, id_bytes;
} found;

/* `bytes` has 64 readable bytes behind it. False when the engine refused the document. */
typedef bool engine_fn(const char *bytes, size_t len, found *ret);

engine_fn peer_simdjson_dom, peer_simdjson_ondemand, peer_simdjson_parts;
engine_fn peer_cjson, peer_jansson, peer_jsonc;

/* A bundle of STIX-like objects, indented as published ones are, about `bytes` long, 64 bytes of
 * room behind it; the same every time. Freed by the caller. */
char *bundle_make(size_t bytes, size_t *ret_len);

#ifdef __cplusplus
}
#endif

#endif
