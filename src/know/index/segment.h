/* segment.h - a file of the index: sorted tables, written once, mapped. Private to know/index.
 *
 * Uses: base. Used by: index.c, index/files.c. docs/formats/index.md has the bytes.
 *     header (96 bytes)   magic "NRINDEX4", keys u64, nets u64, from u64, covers u64 (it has the
 *                         nodes behind `from` up to `covers`), check sum of all entries u64, prefix
 *                         lengths 0..127 that occur (128 bits), 24 zeros, check sum of the header
 *                         so far u64
 *     filter              blocks of 32 bytes: which hashes there may be (seg_may_have)
 *     hashes              keys x u64 (index.c: value_hash), in order, those of one by node
 *     nets                nets x {address 16 bytes, prefix u8 in the low byte of a u64 with the
 *                         node above it}, by address then prefix
 *     nodes               keys x u32, u64 when covers is over 2^32 - 1: of each hash its node
 * All numbers little endian. */
#ifndef NOROSHI_KNOW_INDEX_SEGMENT_H
#define NOROSHI_KNOW_INDEX_SEGMENT_H

#include "base/base.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mapping.h"

typedef struct seg_key {
    uint64_t hash, node;
} seg_key; /* in memory; the file has an array of each */

typedef struct seg_net {
    uint8_t addr[16];
    uint64_t node_prefix; /* node << 8 | prefix */
} seg_net;

typedef struct segment {
    const uint64_t *filter; /* SEG_BLOCK_WORDS words a block */
    size_t blocks;
    const uint64_t *hashes;
    const uint32_t *nodes;      /* NULL: */
    const uint64_t *wide_nodes; /* these */
    const seg_net *nets;
    size_t key_count, net_count;
    uint64_t from, covers; /* nodes from + 1..covers */
    uint64_t prefixes[2];  /* bit n: prefix length n occurs; 128 is always taken to */
    mapping *map;          /* NULL: nothing is mapped */
} segment;

enum { SEG_BLOCK_WORDS = 4, SEG_FILTER_BITS = 10 /* a key */ };

/* Newer entries, sorted, of the nodes from + 1..covers. */
typedef struct seg_delta {
    const seg_key *keys;
    const seg_net *nets;
    size_t key_count, net_count;
    uint64_t from, covers;
} seg_delta;

int seg_key_cmp(const void *a, const void *b);
int seg_net_cmp(const void *a, const void *b);

/* Maps the file and checks its header and size, not its entries: opening is quick whatever it
 * holds. ERR_NOT_FOUND: there is none; ERR_INPUT: damaged or cut off. */
status segment_open(const char *path, const uint8_t key[16], segment *ret, err *why) NODISCARD;
void segment_close(segment *s);
/* Reads all of it and compares the check sum. ERR_INPUT: damaged. */
status segment_verify(const segment *s, const uint8_t key[16], err *why) NODISCARD;
/* ERR_IO: it was cut off since it was opened, and what was read of it may have been zeros. */
status segment_whole(const segment *s, err *why) NODISCARD;
/* Merges segments, of which each begins where the one before ends, and newer entries into a new
 * file, under the name `temp` at first, and puts it in place of `path`. Verifies no segment.
 *   ERR_LIMIT  a node is not among those that are covered */
status segment_write(const fs *disk, const char *path, const char *temp, const uint8_t key[16],
                     const segment *older, size_t older_count, const seg_delta *newer,
                     err *why) NODISCARD;

seg_key segment_key(const segment *s, size_t i);
/* False: no key has this hash. One look at memory, and right but for one of some hundred. */
bool segment_may_have(const segment *s, const uint8_t key[16], uint64_t hash);
/* First entry whose hash is not below: of a file, of an array. */
size_t segment_lower(const segment *s, uint64_t hash);
size_t seg_keys_lower(const seg_key *keys, size_t count, uint64_t hash);
/* First net not before (addr, prefix). */
size_t segment_lower_net(const seg_net *nets, size_t count, const uint8_t addr[16], uint8_t prefix);
/* The same, of which it is known that it is not behind `high`, and thought that it is near. */
size_t segment_lower_net_before(const seg_net *nets, size_t high, const uint8_t addr[16],
                                uint8_t prefix);

#endif
