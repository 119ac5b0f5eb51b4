/* password.h - passwords kept as Argon2id hashes, through libsodium.
 *
 *     char hash[PASSWORD_HASH_MAX];
 *     if ((st = password_hash(password, PASSWORD_COST, salt, hash, why)) != OK) ...
 *     password_right(slice_str(hash), given)           // some 0.15 s, in constant time
 *
 * Uses: base, libsodium. Used by: serve/auth. Sources: RFC 9106 (Argon2), OWASP password storage.
 * The text holds the parameters and the salt ("$argon2id$v=19$m=65536,t=3,p=1$..."), so that they
 * can grow. Memory is 64 MiB a call: callers bound how many run at once. Thread-safe. */
#ifndef NOROSHI_PASSWORD_H
#define NOROSHI_PASSWORD_H

#include "base/base.h"

enum {
    PASSWORD_HASH_MAX = 128, /* with its NUL */
    PASSWORD_BYTES_MAX = 1024,
    PASSWORD_LENGTH_MIN = 12 /* characters */
};

typedef struct password_cost {
    unsigned passes;
    unsigned memory_kib;
} password_cost;
#define PASSWORD_COST ((password_cost){.passes = 3, .memory_kib = 64 << 10})

/* The salt is random. ERR_LIMIT: no memory, or the password is over PASSWORD_BYTES_MAX. */
status password_hash(slice password, password_cost cost, char ret[PASSWORD_HASH_MAX],
                     err *why) NODISCARD;
/* Is it the password? False, too, when `hash` is none. */
bool password_right(slice hash, slice password);
/* As slow as password_right of a hash of that cost, and never right. */
void password_waste(slice password, password_cost cost);
/* Was it made with other parameters? */
bool password_is_old(slice hash, password_cost cost);

#endif
