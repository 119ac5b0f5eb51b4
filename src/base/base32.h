/* base32.h - bytes as text for people: five bits a character.
 *
 *     char text[BASE32_TEXT(20) + 1];
 *     base32_put(BASE32_RFC4648, key, 20, text);
 *
 * Uses: base. Used by: tokens, codes, keys of second factors.
 * Sources: RFC 4648 section 6; Crockford's Base 32, whose digits cannot be taken for each other. */
#ifndef NOROSHI_BASE32_H
#define NOROSHI_BASE32_H

#include "base/base.h"

typedef enum base32 {
    BASE32_RFC4648,  /* A-Z 2-7, without padding */
    BASE32_CROCKFORD /* 0-9 a-z without i, l, o, u */
} base32;

#define BASE32_TEXT(bytes) (((bytes)*8 + 4) / 5) /* characters, without a NUL */

/* Writes BASE32_TEXT(n) characters and a NUL. Returns out. */
const char *base32_put(base32 alphabet, const uint8_t *bytes, size_t n, char *out);
/* What a person typed of Crockford's, put right: capitals, o for 0, i and l for 1; blanks and
 * hyphens are left out. Returns the length, SIZE_MAX when it is no such text or over `room`. */
size_t base32_typed(slice text, char *out, size_t room);

#endif
