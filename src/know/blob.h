/* blob.h - bytes as received, named by their SHA-256, compressed in frames so that any part can
 * be read without the rest.
 *
 *     blob_writer *w; blob_begin(dir, &w, why);
 *     blob_put(w, bytes, why) ...; blob_end(w, sha, &n, why)
 *     blob_read(dir, sha, at, length, &a, &bytes, why)
 *
 * Uses: base (file, hash), zstd. Used by: know/store, intake, export.
 * Layout: DIR/ab/abcdef...; see docs/formats/blob.md. A blob is written beside and renamed, so a
 * killed process leaves it whole or not at all; once blob_sync returned OK it survives power loss.
 * A name that a power loss left without its bytes is noticed and written again. Reading checks the
 * length of every frame; blob_verify re-hashes.
 * Threads: each call is independent; a writer belongs to one thread. */
#ifndef NOROSHI_KNOW_BLOB_H
#define NOROSHI_KNOW_BLOB_H

#include "base/base.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/reader.h"

typedef struct blob_dir {
    const fs *disk;
    const char *path; /* of the directory; kept by reference */
    random_source random;
} blob_dir;

typedef struct blob_writer blob_writer;

status blob_begin(const blob_dir *d, blob_writer **ret, err *why) NODISCARD;
status blob_put(blob_writer *w, slice bytes, err *why) NODISCARD;
/* Finishes. w is gone afterwards, also on error. The same bytes twice is fine. The blob is on the
 * disk once blob_sync has returned OK: many small ones wait for it together. */
status blob_end(blob_writer *w, uint8_t ret_sha256[SHA256_BYTES], uint64_t *ret_bytes,
                err *why) NODISCARD;
/* The blobs of these names (one after another, 32 bytes each) are on the disk. Up to
 * BLOB_SYNC_EACH are synced one by one; for more, one wait for the whole file system costs less. */
enum { BLOB_SYNC_EACH = 8 };
status blob_sync(const blob_dir *d, const uint8_t *sha256, size_t count, err *why) NODISCARD;
/* Gives up: nothing is left behind. NULL is fine. */
blob_writer *blob_drop(blob_writer *w);
/* Where it lies: the path into `out`, of `room` bytes. For backups. */
void blob_place(const blob_dir *d, const uint8_t sha256[SHA256_BYTES], char *out, size_t room);
bool blob_exists(const blob_dir *d, const uint8_t sha256[SHA256_BYTES]);

/* `length` bytes from `at` (fewer at the end) into the arena.
 *   ERR_NOT_FOUND  no such blob;  ERR_IO  damaged;  ERR_LIMIT  the budget */
status blob_read(const blob_dir *d, const uint8_t sha256[SHA256_BYTES], uint64_t at, size_t length,
                 arena *a, slice *ret, err *why) NODISCARD;
/* Many reads, most of them near the one before: keeps the file open and the last frame unpacked.
 * NULL from blob_reader_new only when memory is out. One thread. */
typedef struct blob_reader blob_reader;
blob_reader *blob_reader_new(const blob_dir *d) NODISCARD;
blob_reader *blob_reader_free(blob_reader *r);
/* As blob_read. */
status blob_reader_read(blob_reader *r, const uint8_t sha256[SHA256_BYTES], uint64_t at,
                        size_t length, arena *a, slice *ret, err *why) NODISCARD;
status blob_size(const blob_dir *d, const uint8_t sha256[SHA256_BYTES], uint64_t *ret,
                 err *why) NODISCARD;
/* Reads all and compares with the name. */
status blob_verify(const blob_dir *d, const uint8_t sha256[SHA256_BYTES], err *why) NODISCARD;
/* All of it in order, to `put`. */
status blob_stream(const blob_dir *d, const uint8_t sha256[SHA256_BYTES],
                   status (*put)(void *ctx, slice bytes, err *why), void *ctx, err *why) NODISCARD;

#endif
