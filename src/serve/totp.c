/* totp.c - see totp.h. */
#include "serve/totp.h"
#include "base/base32.h"

#include <stdio.h>

bool totp_code(const uint8_t key[TOTP_KEY], int64_t step, char ret[TOTP_DIGITS + 1])
{
    uint8_t message[8], mac[HASH_BYTES_MAX];
    for (int i = 0; i < 8; i++)
        message[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
    if (!hmac_of(HASH_SHA1, slice_of((const char *)key, TOTP_KEY),
                 slice_of((const char *)message, sizeof message), mac))
        return false;
    const uint8_t *at = mac + (mac[19] & 15); /* RFC 4226 section 5.3 */
    uint32_t n =
        (uint32_t)(at[0] & 0x7f) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
    snprintf(ret, TOTP_DIGITS + 1, "%06u", n % 1000000);
    return true;
}

bool totp_find(const uint8_t key[TOTP_KEY], slice code, when now, int64_t last, int64_t *ret)
{
    char want[TOTP_DIGITS + 1];
    int64_t step = now / TOTP_STEP_MS;
    if (code.len != TOTP_DIGITS)
        return false;
    for (int64_t s = step - 1; s <= step + 1; s++)
        if (s > last && totp_code(key, s, want) &&
            hash_same((const uint8_t *)want, (const uint8_t *)code.ptr, TOTP_DIGITS)) {
            *ret = s;
            return true;
        }
    return false;
}

const char *totp_uri(const uint8_t key[TOTP_KEY], slice login, char out[TOTP_URI_MAX])
{
    char secret[BASE32_TEXT(TOTP_KEY) + 1], name[3 * 64 + 1];
    size_t n = 0;
    for (size_t i = 0; i < login.len && n + 3 < sizeof name; i++)
        if (login.ptr[i] == '@')
            n += (size_t)snprintf(name + n, sizeof name - n, "%%40");
        else
            name[n++] = login.ptr[i];
    name[n] = 0;
    base32_put(BASE32_RFC4648, key, TOTP_KEY, secret);
    snprintf(
        out, TOTP_URI_MAX,
        "otpauth://totp/Noroshi:%s?secret=%s&issuer=Noroshi&algorithm=SHA1&digits=%d&period=%d",
        name, secret, TOTP_DIGITS, TOTP_STEP_MS / 1000);
    return out;
}
