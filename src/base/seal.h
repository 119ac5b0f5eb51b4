/* seal.h - a stream of bytes that tells when a bit of it is another, a part is gone or its parts
 * changed places; and, sealed to a public key, that only the holder of the secret key can read.
 *
 *     seal_writer *w; seal_begin(public_key, put, ctx, &w, why);      // NULL: check sums only
 *     seal_put(w, bytes, why) ...; seal_end(w, why);
 *     w = seal_free(w);
 *
 *     seal_reader *r; seal_open(&in, secret_key, &r, why);
 *     seal_get(r, into, n, why) ...; seal_close(r, why);      // OK: all was as it was written
 *
 * Uses: base, hash, secret, reader, libsodium. Used by: know/backup, cmd.
 * docs/formats/backup.md has the bytes. Sealed: each stream has a random key of its own, which is
 * sealed to the public key (crypto_box_seal), and is crypto_secretstream_xchacha20poly1305; who
 * writes it cannot read it again. With check sums: SHA-256 of each part and of the sum before it,
 * which finds accidents; who can write the file can write sums, too. The last part is marked, so
 * a stream that was cut off is never taken for whole.
 * What a reader hands out before seal_close said OK is true as far as it goes, and may not be all.
 * Randomness is libsodium's own. One thread at a time. */
#ifndef NOROSHI_SEAL_H
#define NOROSHI_SEAL_H

#include "base/base.h"
#include "base/hash.h"
#include "base/reader.h"
#include "base/secret.h"

enum {
    SEAL_KEY = 32,          /* bytes of a key */
    SEAL_PART = 64 << 10,   /* bytes of a part, at most */
    SEAL_KEY_TEXT_MAX = 128 /* of a line with a key in it */
};

/* --- keys ----------------------------------------------------------------------------------- */

/* A pair as two lines of text: what may be anywhere, and what opens. */
status seal_pair(random_source random, buf *ret_public, buf *ret_secret, err *why) NODISCARD;
/* The key of such a line, which has a check sum in it. ERR_INPUT. */
status seal_public_read(slice text, uint8_t ret[SEAL_KEY], err *why) NODISCARD;
status seal_secret_read(const secret *text, uint8_t ret[SEAL_KEY], err *why) NODISCARD;

/* --- writing -------------------------------------------------------------------------------- */

typedef struct seal_writer seal_writer;

/* `put` gets the stream's bytes in order. to NULL: check sums only. */
status seal_begin(const uint8_t *to, status (*put)(void *ctx, slice bytes, err *why), void *ctx,
                  seal_writer **ret, err *why) NODISCARD;
status seal_put(seal_writer *w, slice bytes, err *why) NODISCARD;
/* Marks the end. Without it no reader takes the stream for whole. */
status seal_end(seal_writer *w, err *why) NODISCARD;
seal_writer *seal_free(seal_writer *w); /* NULL is fine */

/* --- reading -------------------------------------------------------------------------------- */

typedef struct seal_reader seal_reader;

/* Keeps `in` by reference. secret NULL: there is none.
 *   ERR_INPUT      no such stream; sealed to another key
 *   ERR_FORBIDDEN  it is sealed, and there is no key */
status seal_open(reader *in, const uint8_t *secret_key, seal_reader **ret, err *why) NODISCARD;
bool seal_is_sealed(const seal_reader *r);
/* Exactly n bytes. ERR_INPUT: damaged, cut off, or it ends before. */
status seal_get(seal_reader *r, void *into, size_t n, err *why) NODISCARD;
/* That nothing is left, and that the end is the end. */
status seal_close(seal_reader *r, err *why) NODISCARD;
seal_reader *seal_reader_free(seal_reader *r); /* NULL is fine */

#endif
