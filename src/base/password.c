/* password.c - see password.h. */
#include "base/password.h"

#include <sodium.h>

_Static_assert(PASSWORD_HASH_MAX >= crypto_pwhash_STRBYTES, "room for libsodium's text");

static size_t memory_of(password_cost c)
{
    return (size_t)c.memory_kib << 10;
}

/* libsodium sets itself up once, whoever comes first; without it, it does not choose salts. */
static bool ready(void)
{
    return sodium_init() >= 0;
}

status password_hash(slice password, password_cost cost, char ret[PASSWORD_HASH_MAX], err *why)
{
    char text[crypto_pwhash_STRBYTES];
    if (password.len > PASSWORD_BYTES_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "password over %d bytes", PASSWORD_BYTES_MAX);
    if (!ready() ||
        crypto_pwhash_str_alg(text, password.len ? password.ptr : "", password.len, cost.passes,
                              memory_of(cost), crypto_pwhash_ALG_ARGON2ID13) != 0)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "no memory to hash a password");
    memset(ret, 0, PASSWORD_HASH_MAX);
    memcpy(ret, text, strlen(text));
    return OK;
}

/* As libsodium wants it: with a NUL, in all its bytes. False: it is none. */
static bool stored(slice hash, char text[crypto_pwhash_STRBYTES])
{
    if (hash.len >= crypto_pwhash_STRBYTES || !slice_starts(hash, S("$argon2id$")))
        return false;
    memset(text, 0, crypto_pwhash_STRBYTES);
    memcpy(text, hash.ptr, hash.len);
    return true;
}

bool password_right(slice hash, slice password)
{
    char text[crypto_pwhash_STRBYTES];
    return password.len <= PASSWORD_BYTES_MAX && stored(hash, text) && ready() &&
           crypto_pwhash_str_verify(text, password.len ? password.ptr : "", password.len) == 0;
}

void password_waste(slice password, password_cost cost)
{
    static const unsigned char salt[crypto_pwhash_SALTBYTES];
    unsigned char out[32];
    size_t len = password.len < PASSWORD_BYTES_MAX ? password.len : PASSWORD_BYTES_MAX;
    int done = crypto_pwhash(out, sizeof out, len ? password.ptr : "", len, salt, cost.passes,
                             memory_of(cost), crypto_pwhash_ALG_ARGON2ID13);
    (void)done; /* without memory it is quicker, as a right one would be */
}

bool password_is_old(slice hash, password_cost cost)
{
    char text[crypto_pwhash_STRBYTES];
    return stored(hash, text) &&
           crypto_pwhash_str_needs_rehash(text, cost.passes, memory_of(cost)) != 0;
}
