/* base64.h - Base64 of RFC 4648, in the two alphabets that others use, through libsodium.
 *
 *     slice bytes;
 *     st = base64_read(&a, BASE64_URL, text, &bytes, why);
 *
 * Uses: base, libsodium. Used by: signature_test, serve/oidc. One spelling of each text is read:
 * no blanks, no line ends, no bits that are left over.
 * Sources: RFC 4648 sections 4 and 5. Pure; thread-safe. */
#ifndef NOROSHI_BASE64_H
#define NOROSHI_BASE64_H

#include "base/base.h"

typedef enum base64_kind {
    BASE64_PADDED, /* + / and = at the end */
    BASE64_URL     /* - _ and no = */
} base64_kind;

/* Bytes of the text of n bytes, and its NUL. */
#define BASE64_ROOM(n) (((n) + 2) / 3 * 4 + 1)

/* Writes the text and a NUL into out (BASE64_ROOM(bytes.len)); returns out. */
const char *base64_put(base64_kind kind, slice bytes, char *out);
/* *ret lives in `a`.
 *   ERR_INPUT  not this alphabet, padded otherwise; ERR_LIMIT  the budget is spent */
status base64_read(arena *a, base64_kind kind, slice text, slice *ret, err *why) NODISCARD;

#endif
