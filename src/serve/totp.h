/* totp.h - codes of a second factor: six digits of a key and the time.
 *
 *     int64_t step;
 *     if (totp_find(key, S("287082"), now, last_step, &step)) ...      // and store `step`
 *
 * Uses: base/hash. Used by: auth. Sources: RFC 6238 (TOTP: HMAC-SHA-1, 30 seconds), RFC 4226
 * (HOTP), Google's Key URI format, which is what applications read. Thread-safe. */
#ifndef NOROSHI_SERVE_TOTP_H
#define NOROSHI_SERVE_TOTP_H

#include "base/hash.h"
#include "base/when.h"

enum { TOTP_DIGITS = 6, TOTP_STEP_MS = 30000, TOTP_KEY = 20, TOTP_URI_MAX = 512 };

/* The code of a step. False: no memory. */
bool totp_code(const uint8_t key[TOTP_KEY], int64_t step, char ret[TOTP_DIGITS + 1]) NODISCARD;
/* The step of `now`, or the one before or behind it, that has this code and comes after `last`. */
bool totp_find(const uint8_t key[TOTP_KEY], slice code, when now, int64_t last, int64_t *ret);
/* "otpauth://totp/Noroshi:LOGIN?secret=...". login: as accounts have it. Returns out. */
const char *totp_uri(const uint8_t key[TOTP_KEY], slice login, char out[TOTP_URI_MAX]);

#endif
