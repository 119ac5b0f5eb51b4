/* auth_login.c - coming in and leaving: see auth.h. */
#include "base/base32.h"
#include "base/text.h"
#include "serve/auth_private.h"

#include <stdio.h>

enum { PASSWORD_MEMORY = 1 << 16, NONCE_TEXT = 10 };

/* --- passwords -------------------------------------------------------------------------------- */

/* As it is hashed: the same whatever keyboard it came from (SP 800-63B: NFKC). Wiped by done. */
typedef struct typed {
    char text[PASSWORD_BYTES_MAX];
    size_t len;
} typed;

static void typed_done(typed *t)
{
    explicit_bzero(t, sizeof *t);
}

static status type(slice password, typed *ret, err *why)
{
    CLEANUP(arena_done) arena a;
    slice same = password;
    arena_init(&a, PASSWORD_MEMORY);
    if (password.len > PASSWORD_BYTES_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "password over %d bytes", PASSWORD_BYTES_MAX);
    status st = utf8_check(password) == SIZE_MAX ? text_nfkc(&a, password, &same, why) : OK;
    if (st == OK && same.len > PASSWORD_BYTES_MAX)
        st = err_set(why, ERR_LIMIT, ERR_NOWHERE, "password over %d bytes", PASSWORD_BYTES_MAX);
    if (st != OK)
        return st;
    memcpy(ret->text, same.ptr, same.len);
    ret->len = same.len;
    if (same.ptr != password.ptr)
        explicit_bzero((char *)(uintptr_t)same.ptr, same.len);
    return OK;
}

/* "hanakohanakohan" is `word` again and again. */
static bool only_repeats(slice text, slice word)
{
    for (size_t i = 0; word.len && i < text.len; i++)
        if (to_lower(text.ptr[i]) != to_lower(word.ptr[i % word.len]))
            return false;
    return word.len > 0;
}

static status check_rules(slice login, slice password, err *why)
{
    size_t characters = 0;
    for (slice rest = password; rest.len; characters++)
        utf8_next(&rest);
    if (characters < PASSWORD_LENGTH_MIN)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "password under %d characters",
                       PASSWORD_LENGTH_MIN);
    slice first = slice_sub(password, 0, utf8_len(password));
    if (only_repeats(password, login) || only_repeats(password, S("noroshi")) ||
        only_repeats(password, first))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "password that anybody would guess");
    return OK;
}

status auth_password(auth *s, slice login, slice password, char ret[PASSWORD_HASH_MAX], err *why)
{
    CLEANUP(typed_done) typed t = {.len = 0};
    status st = type(password, &t, why);
    if (st == OK)
        st = check_rules(login, slice_of(t.text, t.len), why);
    if (st != OK)
        return st;
    if (!auth_slot_take(s))
        return err_set(why, ERR_BUSY, ERR_NOWHERE, "too many passwords are being hashed");
    st = password_hash(slice_of(t.text, t.len), s->o.cost, ret, why);
    auth_slot_give(s);
    return st;
}

/* --- devices ---------------------------------------------------------------------------------- */

/* "NONCE.UNTIL.MAC": which says that this account came in with it before. */
static bool device_mac(const auth *s, slice id, slice nonce_until, char out[AUTH_SECRET_TEXT + 1])
{
    char text[256];
    uint8_t mac[HASH_BYTES_MAX];
    int n = snprintf(text, sizeof text, "noroshi device 1 %.*s %.*s", SLICE_FMT(id),
                     SLICE_FMT(nonce_until));
    if (n < 0 || (size_t)n >= sizeof text ||
        !hmac_of(HASH_SHA256, slice_of((const char *)s->device_key, SHA256_BYTES),
                 slice_of(text, (size_t)n), mac))
        return false;
    base32_put(BASE32_CROCKFORD, mac, SHA256_BYTES, out);
    return true;
}

void auth_device_make(const auth *s, slice id, auth_entry *e)
{
    char *out = e->device;
    char nonce[TOKEN_ID_TEXT + 1], mac[AUTH_SECRET_TEXT + 1];
    auth_id(s, nonce);
    int n = snprintf(out, AUTH_DEVICE_TEXT, "%s.%lld", nonce,
                     (long long)(auth_now(s) + DEVICE_DAYS * WHEN_DAY));
    if (device_mac(s, id, slice_of(out, (size_t)n), mac))
        snprintf(out + n, (size_t)(AUTH_DEVICE_TEXT - n), ".%s", mac);
    else
        out[0] = 0;
}

/* Its nonce; empty: it is none of this account. */
static slice device_of(const auth *s, slice id, slice cookie)
{
    char mac[AUTH_SECRET_TEXT + 1];
    slice rest = cookie, nonce, until;
    uint64_t ms;
    if (cookie.len >= AUTH_DEVICE_TEXT || !slice_cut(&rest, '.', &nonce) ||
        !slice_cut(&rest, '.', &until) || !slice_u64(until, &ms) || rest.len != AUTH_SECRET_TEXT ||
        nonce.len != NONCE_TEXT || ms > INT64_MAX || (when)ms <= auth_now(s))
        return S("");
    slice signed_part = slice_sub(cookie, 0, nonce.len + 1 + until.len);
    if (!device_mac(s, id, signed_part, mac) ||
        !hash_same((const uint8_t *)mac, (const uint8_t *)rest.ptr, AUTH_SECRET_TEXT))
        return S("");
    return nonce;
}

/* --- is this the password? -------------------------------------------------------------------- */

/* Who tries, and from where. What nobody is called counts for itself, as an account would. */
static void bucket_of(const auth *s, const auth_client *c, slice who, uint64_t ret[2])
{
    char network[TRIES_NETWORK_TEXT];
    slice device = device_of(s, who, c->device);
    tries_bucket(s->tries, who, device.len ? device : slice_str(tries_network(c->from, network)),
                 ret);
}

/* With a place for hashing: always one hash, whoever it is. */
static bool matches(const auth *s, const login_row *row, bool known, const typed *t)
{
    slice password = slice_of(t->text, t->len);
    if (!known || !row->password.len) {
        password_waste(password, s->o.cost);
        return false;
    }
    return password_right(row->password, password) && !row->who.disabled;
}

static status prove(const auth *s, const login_row *row, const typed *t, auth_proof *ret, err *why)
{
    *ret = (auth_proof){.account = row->who.row, .second_factor = row->totp, .at = auth_now(s)};
    memcpy(ret->id, row->who.id, sizeof ret->id);
    if (!password_is_old(row->password, s->o.cost))
        return OK;
    memcpy(ret->old, row->password.ptr, row->password.len);
    return password_hash(slice_of(t->text, t->len), s->o.cost, ret->renewed, why);
}

/* In small letters, as far as a login may be long. */
static slice folded(slice login, char room[ACCOUNT_LOGIN_MAX])
{
    slice s = slice_sub(login, 0, ACCOUNT_LOGIN_MAX);
    for (size_t i = 0; i < s.len; i++)
        room[i] = to_lower(s.ptr[i]);
    return slice_of(room, s.len);
}

typedef struct attempt {
    login_row row;
    bool known;
    slice who; /* the account's id, or what nobody is called */
    char room[ACCOUNT_LOGIN_MAX];
    uint64_t bucket[2];
} attempt;

static status look_up(const auth *s, accounts *r, arena *a, const auth_client *c, slice login,
                      attempt *x, err *why)
{
    status st = login_get(r, a, login, &x->row, why);
    if (st != OK && st != ERR_NOT_FOUND)
        return st;
    x->known = st == OK;
    x->who = x->known ? slice_str(x->row.who.id) : folded(login, x->room);
    bucket_of(s, c, x->who, x->bucket);
    return OK;
}

/* What somebody who is not known called himself is not recorded: it may be his password. */
static status refuse(const auth *s, const auth_client *c, const attempt *x, err *why)
{
    return auth_refused(s, c, x->known ? x->who : S(""), S("login"), S("password"), why);
}

static status try_it(auth *s, const auth_client *c, attempt *x, const typed *t,
                     auth_proof *ret_proof, auth_said *ret, err *why)
{
    unsigned wait_s = tries_begin(s->tries, x->bucket, auth_now(s));
    if (wait_s) {
        *ret = (auth_said){AUTH_WAIT, wait_s};
        return OK;
    }
    status st;
    bool fits = matches(s, &x->row, x->known, t);
    if (fits) {
        tries_right(s->tries, x->bucket);
        st = prove(s, &x->row, t, ret_proof, why);
    } else {
        st = refuse(s, c, x, why);
    }
    if (st == OK)
        *ret = (auth_said){.word = !fits ? AUTH_NO : x->row.totp ? AUTH_CODE : AUTH_YES};
    return st;
}

status auth_login(auth *s, accounts *r, const auth_client *c, slice login, slice password,
                  auth_proof *ret_proof, auth_said *ret, err *why)
{
    CLEANUP(typed_done) typed t = {.len = 0};
    CLEANUP(arena_done) arena a;
    attempt x;
    arena_init(&a, AUTH_MEMORY);
    status st = type(password, &t, why);
    if (st == ERR_LIMIT) /* no account has such a password */
        st = type(S("?"), &t, why);
    if (st == OK)
        st = look_up(s, r, &a, c, login, &x, why);
    if (st != OK)
        return st;
    if (!auth_slot_take(s)) {
        *ret = (auth_said){AUTH_FULL, 1};
        return OK;
    }
    st = try_it(s, c, &x, &t, ret_proof, ret, why);
    auth_slot_give(s);
    return st;
}

/* --- sessions --------------------------------------------------------------------------------- */

static status fresh(const auth *s, const auth_proof *p, err *why)
{
    return auth_now(s) - p->at <= PROOF_SECONDS * 1000
               ? OK
               : err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "the password was shown too long ago");
}

status auth_proved(const auth *s, const auth_proof *p, const identity *who, err *why)
{
    if (who->by != IDENTITY_SESSION)
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "a token cannot do that");
    if (p && p->account != who->who.row)
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "that is another's password");
    return p ? fresh(s, p, why) : OK;
}

void auth_session_make(const auth *s, const auth_client *c, auth_entry *e, session_in *ret)
{
    *e = (auth_entry){.word = AUTH_YES, .until = auth_now(s) + SESSION_HOURS_MAX * (when)3600000};
    *ret = (session_in){.agent = slice_sub(c->agent, 0, SESSION_AGENT_MAX)};
    auth_secret(s, e->session, ret->hash);
    auth_id(s, ret->id);
    auth_csrf(slice_of(e->session, AUTH_SECRET_TEXT), e->csrf);
}

static status ask_code(auth *s, writer *w, const auth_client *c, const auth_proof *proof,
                       auth_entry *ret, err *why)
{
    auth_entry e = {.word = AUTH_CODE, .until = auth_now(s) + CHALLENGE_MINUTES * 60000};
    uint8_t hash[SHA256_BYTES];
    actor by = auth_actor(s, c, slice_str(proof->id));
    auth_secret(s, e.challenge, hash);
    status st = challenge_open(w, &by, proof->account, hash, why);
    if (st == OK)
        *ret = e;
    return st;
}

static status open_session(auth *s, writer *w, const auth_client *c, const auth_proof *who,
                           const uint8_t *before, bool by_password, auth_entry *ret, err *why)
{
    auth_entry e;
    session_in in;
    actor by = auth_actor(s, c, slice_str(who->id));
    auth_session_make(s, c, &e, &in);
    in.before = before;
    in.by_password = by_password;
    status st =
        session_open(w, &by, who->account, &in, by_password ? S("login") : S("login.oidc"), why);
    if (st != OK)
        return st;
    auth_device_make(s, by.who, &e);
    *ret = e;
    return OK;
}

/* The hash of a session that ends with this one. */
static status hash_before(slice before, uint8_t room[SHA256_BYTES], const uint8_t **ret, err *why)
{
    *ret = before.len == AUTH_SECRET_TEXT ? room : NULL;
    return *ret ? auth_hash(before, room, why) : OK;
}

status auth_enter(auth *s, writer *w, const auth_client *c, const auth_proof *proof, slice before,
                  auth_entry *ret, err *why)
{
    uint8_t room[SHA256_BYTES];
    const uint8_t *old;
    status st = fresh(s, proof, why);
    if (st == OK)
        st = hash_before(before, room, &old, why);
    if (st == OK && proof->renewed[0])
        st = password_renew(w, proof->account, slice_str(proof->old), slice_str(proof->renewed),
                            why);
    if (st != OK)
        return st;
    return proof->second_factor ? ask_code(s, w, c, proof, ret, why)
                                : open_session(s, w, c, proof, old, true, ret, why);
}

status auth_vouched(auth *s, writer *w, const auth_client *c, const account *who, slice before,
                    auth_entry *ret, err *why)
{
    uint8_t room[SHA256_BYTES];
    const uint8_t *old;
    auth_proof proof = {.account = who->row};
    memcpy(proof.id, who->id, sizeof proof.id);
    status st = hash_before(before, room, &old, why);
    return st == OK ? open_session(s, w, c, &proof, old, false, ret, why) : st;
}

/* Each reason counts for itself, so that many of one cannot hide another. */
status auth_vouched_refused(auth *s, const auth_client *c, slice detail, err *why)
{
    uint64_t bucket[2];
    char network[TRIES_NETWORK_TEXT], place[TRIES_NETWORK_TEXT + 8];
    snprintf(place, sizeof place, "oidc %s", tries_network(c->from, network));
    tries_bucket(s->tries, detail, slice_str(place), bucket);
    return tries_begin(s->tries, bucket, auth_now(s)) == 0
               ? auth_refused(s, c, S(""), S("login.oidc"), detail, why)
               : OK;
}

/* --- second step ------------------------------------------------------------------------------ */

/* The code as it is compared: 6 digits, or a recovery code without its hyphens. */
typedef struct shown {
    char text[BASE32_TEXT(10)];
    size_t len;
} shown;

static shown show(slice code)
{
    shown c;
    c.len = base32_typed(code, c.text, sizeof c.text);
    c.len = c.len == SIZE_MAX ? 0 : c.len;
    return c;
}

static status pass(auth *s, writer *w, const auth_client *c, const uint8_t *challenge,
                   const login_row *who, const shown *code, auth_entry *e, bool *ret, err *why)
{
    session_in in;
    uint8_t recovery[SHA256_BYTES];
    int64_t step = 0;
    bool is_code = code->len == TOTP_DIGITS;
    slice text = slice_of(code->text, code->len);
    actor by = auth_actor(s, c, slice_str(who->who.id));
    *ret = false;
    if (is_code ? !totp_find(who->totp_key, text, auth_now(s), who->totp_step, &step)
                : code->len != sizeof code->text)
        return OK;
    status st = auth_hash(text, recovery, why);
    auth_session_make(s, c, e, &in);
    if (st == OK)
        st = challenge_pass(w, &by, challenge, step, is_code ? NULL : recovery, &in, ret, why);
    if (st == OK && *ret)
        auth_device_make(s, by.who, e);
    return st;
}

status auth_second(auth *s, writer *w, const auth_client *c, slice challenge, slice code,
                   auth_entry *ret_entry, auth_said *ret, err *why)
{
    CLEANUP(arena_done) arena a;
    login_row who;
    auth_entry e;
    uint8_t hash[SHA256_BYTES];
    bool fits = false;
    unsigned wait_s = 0;
    shown given = show(code);
    arena_init(&a, AUTH_MEMORY);
    status st = auth_hash(challenge, hash, why);
    if (st == OK)
        st = challenge_try(w, &a, hash, auth_now(s), &who, &wait_s, why);
    if (st == ERR_NOT_FOUND) {
        *ret = (auth_said){.word = AUTH_NO};
        return OK;
    }
    if (st == OK && wait_s && given.len == TOTP_DIGITS) {
        *ret = (auth_said){AUTH_WAIT, wait_s};
        return OK;
    }
    if (st == OK)
        st = pass(s, w, c, hash, &who, &given, &e, &fits, why);
    if (st == ERR_FORBIDDEN) /* he was disabled meanwhile */
        st = OK;
    if (st == OK && !fits)
        st = auth_refused(s, c, slice_str(who.who.id), S("login"), S("code"), why);
    if (st != OK)
        return st;
    *ret = (auth_said){.word = fits ? AUTH_YES : AUTH_NO};
    if (fits)
        *ret_entry = e;
    return OK;
}

/* --- on and off ------------------------------------------------------------------------------- */

status auth_renew(auth *s, writer *w, const auth_client *c, const identity *who, auth_entry *ret,
                  err *why)
{
    auth_entry e;
    session_in in;
    actor by = auth_actor(s, c, slice_str(who->who.id));
    status st = auth_proved(s, NULL, who, why);
    if (st != OK)
        return st;
    auth_session_make(s, c, &e, &in);
    in.before = who->hash;
    st = session_open(w, &by, who->who.row, &in, S("session.renew"), why);
    if (st == OK)
        *ret = e;
    return st;
}

status auth_leave(auth *s, writer *w, const auth_client *c, const identity *who, err *why)
{
    actor by = auth_actor(s, c, slice_str(who->who.id));
    status st = auth_proved(s, NULL, who, why);
    return st == OK ? session_revoke(w, &by, by.who, slice_str(who->id), why) : st;
}
