/* auth_account.c - one's own password and second factor, and the first run: see auth.h. */
#include "base/base32.h"
#include "serve/auth_private.h"

#include <stdio.h>

status auth_password_change(auth *s, writer *w, const auth_client *c, const identity *who,
                            const auth_proof *proof, slice hash, err *why)
{
    actor by = auth_actor(s, c, slice_str(who->who.id));
    status st = auth_proved(s, proof, who, why);
    return st == OK ? password_put(w, &by, by.who, hash, who->row, why) : st;
}

/* --- second factor ---------------------------------------------------------------------------- */

status auth_totp_begin(auth *s, writer *w, const auth_client *c, const identity *who,
                       char ret_uri[TOTP_URI_MAX], err *why)
{
    uint8_t key[TOTP_KEY_BYTES];
    actor by = auth_actor(s, c, slice_str(who->who.id));
    status st = auth_proved(s, NULL, who, why);
    if (st != OK)
        return st;
    s->o.random.fill(s->o.random.ctx, key, sizeof key);
    st = totp_begin(w, &by, who->who.row, key, why);
    if (st == OK)
        totp_uri(key, who->who.login, ret_uri);
    explicit_bzero(key, sizeof key);
    return st;
}

/* "xxxx-xxxx-xxxx-xxxx"; what is kept is the hash of it without the hyphens. */
static status make_code(auth *s, char ret[AUTH_CODE_TEXT + 1], uint8_t ret_hash[SHA256_BYTES],
                        err *why)
{
    uint8_t bytes[10];
    char text[BASE32_TEXT(sizeof bytes) + 1];
    s->o.random.fill(s->o.random.ctx, bytes, sizeof bytes);
    base32_put(BASE32_CROCKFORD, bytes, sizeof bytes, text);
    snprintf(ret, AUTH_CODE_TEXT + 1, "%.4s-%.4s-%.4s-%.4s", text, text + 4, text + 8, text + 12);
    return auth_hash(slice_str(text), ret_hash, why);
}

status auth_totp_confirm(auth *s, accounts *r, writer *w, const auth_client *c, const identity *who,
                         slice code, char ret_codes[RECOVERY_CODES][AUTH_CODE_TEXT + 1],
                         auth_said *ret, err *why)
{
    CLEANUP(arena_done) arena a;
    login_row row;
    uint8_t hashes[RECOVERY_CODES][SHA256_BYTES];
    char codes[RECOVERY_CODES][AUTH_CODE_TEXT + 1];
    int64_t step;
    actor by = auth_actor(s, c, slice_str(who->who.id));
    arena_init(&a, AUTH_MEMORY);
    status st = auth_proved(s, NULL, who, why);
    if (st == OK)
        st = login_get(r, &a, by.who, &row, why);
    if (st == OK && (!row.totp_has_key || row.totp))
        st =
            err_set(why, ERR_BUSY, ERR_NOWHERE, "a second factor is in use, or has not been begun");
    if (st != OK)
        return st;
    if (!totp_find(row.totp_key, slice_trim(code), auth_now(s), row.totp_step, &step)) {
        *ret = (auth_said){.word = AUTH_NO};
        return OK;
    }
    for (int i = 0; st == OK && i < RECOVERY_CODES; i++)
        st = make_code(s, codes[i], hashes[i], why);
    if (st == OK)
        st = totp_confirm(w, &by, who->who.row, step, hashes, why);
    if (st != OK)
        return st;
    memcpy(ret_codes, codes, sizeof codes);
    *ret = (auth_said){.word = AUTH_YES};
    return OK;
}

status auth_totp_remove(auth *s, writer *w, const auth_client *c, const identity *who,
                        const auth_proof *proof, err *why)
{
    actor by = auth_actor(s, c, slice_str(who->who.id));
    status st = auth_proved(s, proof, who, why);
    return st == OK ? totp_remove(w, &by, by.who, why) : st;
}

/* --- first run -------------------------------------------------------------------------------- */

status auth_first_make(auth *s, writer *w, char ret[AUTH_SECRET_TEXT + 1], when *ret_until,
                       err *why)
{
    char text[AUTH_SECRET_TEXT + 1];
    uint8_t hash[SHA256_BYTES];
    actor by = auth_actor(s, &(auth_client){.from = S("serve")}, S(""));
    auth_secret(s, text, hash);
    status st = first_put(w, &by, hash, why);
    if (st == OK) {
        memcpy(ret, text, sizeof text);
        *ret_until = by.now + FIRST_RUN_MINUTES * 60000;
    }
    return st;
}

/* A proxy makes all the world loopback. */
static status from_here(const auth_client *c, err *why)
{
    return c->loopback && !c->forwarded
               ? OK
               : err_set(why, ERR_FORBIDDEN, ERR_NOWHERE,
                         "the first run is from this machine only, and through no proxy");
}

status auth_first_check(const auth *s, accounts *r, const auth_client *c, slice token, err *why)
{
    uint8_t hash[SHA256_BYTES];
    status st = from_here(c, why);
    if (st == OK)
        st = auth_hash(token, hash, why);
    return st == OK ? first_check(r, hash, auth_now(s), why) : st;
}

status auth_first_use(auth *s, writer *w, const auth_client *c, slice token, slice login,
                      slice name, slice hash, auth_entry *ret, err *why)
{
    auth_entry e;
    session_in in;
    uint8_t given[SHA256_BYTES];
    char id[ACCOUNT_ID_TEXT + 1];
    actor by = auth_actor(s, c, S("first-run"));
    const account_in admin = {.login = login,
                              .name = name,
                              .role = USER_ADMIN,
                              .clearance = TLP_RED,
                              .all_audiences = true,
                              .password = hash};
    status st = from_here(c, why);
    if (st == OK)
        st = auth_hash(token, given, why);
    if (st != OK)
        return st;
    auth_session_make(s, c, &e, &in);
    if ((st = first_use(w, &by, given, &admin, &in, id, why)) != OK)
        return st;
    auth_device_make(s, slice_str(id), &e);
    *ret = e;
    return OK;
}
