/* signature.h - is this signature by whoever has that key? Signatures of others, as JSON Web Keys
 * give them: RS256, ES256 and EdDSA, through libcrypto. Nothing here signs.
 *
 *     signature_key k = {.kind = SIGNATURE_ES256, .x = x, .y = y};
 *     st = signature_check(&k, message, signature, why);          // ERR_FORBIDDEN: it is not
 *
 * Uses: base, OpenSSL. Used by: serve/oidc. There is no kind without a key and none whose key is
 * shared (none, HS256): what is checked is chosen by the key's kind, never by the message.
 * Sources: RFC 7518 sections 3.3, 3.4 and 6 (RS256, ES256, keys), RFC 8037 (Ed25519), RFC 8017
 * (PKCS #1), FIPS 186-5. Pure; thread-safe; leaves nothing in OpenSSL's queue of errors. */
#ifndef NOROSHI_SIGNATURE_H
#define NOROSHI_SIGNATURE_H

#include "base/base.h"

typedef enum signature_kind {
    SIGNATURE_RS256,
    SIGNATURE_ES256,
    SIGNATURE_EDDSA, /* Ed25519 */
    SIGNATURE_KIND_COUNT_
} signature_kind;
/* As RFC 7518 and 8037 call it: "RS256". */
const char *signature_name(signature_kind k);

enum {
    SIGNATURE_RSA_BYTES_MIN = 256, /* of the modulus: 2048 bits */
    SIGNATURE_RSA_BYTES_MAX = 1024,
    SIGNATURE_EXPONENT_BYTES_MAX = 8,
    SIGNATURE_CURVE_BYTES = 32 /* of x and y, and of each half of a signature */
};

/* Numbers are big-endian bytes. */
typedef struct signature_key {
    signature_kind kind;
    slice n, e; /* RS256 */
    slice x, y; /* ES256; EdDSA: x */
} signature_key;

/* Can it be a key at all? Sizes only.
 *   ERR_INPUT  too short, too long, an exponent that is even or 1 */
status signature_key_check(const signature_key *k, err *why) NODISCARD;
/*   OK             it is
 *   ERR_FORBIDDEN  it is not
 *   ERR_INPUT      the key is none (also: a point that is not on its curve)
 *   ERR_LIMIT      memory is out */
status signature_check(const signature_key *k, slice message, slice signature, err *why) NODISCARD;

#endif
