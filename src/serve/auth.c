/* auth.c - each request: who is it? And what the parts of auth have in common: see auth.h. */
#include "base/base32.h"
#include "model/ip.h"
#include "serve/auth_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { CHECK_TEXT = 6, CHECK_AT = AUTH_TOKEN_TEXT - CHECK_TEXT };
static const slice token_prefix = S_INIT(AUTH_TOKEN_BEGIN);
_Static_assert(BASE32_TEXT(SHA256_BYTES) == AUTH_SECRET_TEXT, "256 bits");
_Static_assert((int)SESSION_ID_TEXT == (int)TOKEN_ID_TEXT, "one kind of id");

/* --- the object ------------------------------------------------------------------------------- */

static unsigned half_of_processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n >= 4 ? (unsigned)n / 2 : 1;
}

status auth_new(const auth_options *o, auth **ret, err *why)
{
    auth *s = calloc(1, sizeof *s);
    if (!s)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    s->o = *o;
    if (!s->o.cost.passes)
        s->o.cost = PASSWORD_COST;
    if (!s->o.hashes)
        s->o.hashes = half_of_processors();
    pthread_mutex_init(&s->mutex, NULL);
    s->tries = tries_new(o->random);
    status st = s->tries ? sessions_key(o->store, s->device_key, why)
                         : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    if (st != OK) {
        auth_free(s);
        return st;
    }
    *ret = s;
    return OK;
}

auth *auth_free(auth *s)
{
    if (s) {
        assert(!s->hashing);
        pthread_mutex_destroy(&s->mutex);
        tries_free(s->tries);
        explicit_bzero(s->device_key, sizeof s->device_key);
        free(s);
    }
    return NULL;
}

bool auth_slot_take(auth *s)
{
    pthread_mutex_lock(&s->mutex);
    bool free_one = s->hashing < s->o.hashes;
    s->hashing += free_one;
    pthread_mutex_unlock(&s->mutex);
    return free_one;
}

void auth_slot_give(auth *s)
{
    pthread_mutex_lock(&s->mutex);
    s->hashing--;
    pthread_mutex_unlock(&s->mutex);
}

status auth_hash(slice text, uint8_t ret[SHA256_BYTES], err *why)
{
    return hash_of(HASH_SHA256, text, ret) ? OK
                                           : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
}

void auth_secret(const auth *s, char ret[AUTH_SECRET_TEXT + 1], uint8_t ret_hash[SHA256_BYTES])
{
    uint8_t bytes[SHA256_BYTES];
    s->o.random.fill(s->o.random.ctx, bytes, sizeof bytes);
    base32_put(BASE32_CROCKFORD, bytes, sizeof bytes, ret);
    bool ok = hash_of(HASH_SHA256, slice_of(ret, AUTH_SECRET_TEXT), ret_hash);
    assert(ok); /* a few hundred bytes: without them nothing goes on */
}

void auth_id(const auth *s, char ret[TOKEN_ID_TEXT + 1])
{
    uint8_t bytes[7];
    char text[BASE32_TEXT(sizeof bytes) + 1];
    s->o.random.fill(s->o.random.ctx, bytes, sizeof bytes);
    base32_put(BASE32_CROCKFORD, bytes, sizeof bytes, text);
    memcpy(ret, text, TOKEN_ID_TEXT);
    ret[TOKEN_ID_TEXT] = 0;
}

static const grant nothing = {0};

actor auth_actor(const auth *s, const auth_client *c, slice who)
{
    return (actor){
        .who = who, .from = c->from, .has = &nothing, .now = auth_now(s), .in_person = true};
}

status auth_refused(const auth *s, const auth_client *c, slice who, slice act, slice detail,
                    err *why)
{
    const audit_entry e = {.at = auth_now(s),
                           .who = who,
                           .from = c->from,
                           .act = act,
                           .what = who,
                           .detail = detail,
                           .outcome = AUDIT_REFUSED};
    return audit_put(s->o.audit, &e, 1, why);
}

/* --- who is it? ------------------------------------------------------------------------------- */

static status nobody(err *why)
{
    return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "nobody who may come in");
}

/* Of the text before it: whoever searches files for tokens that got out finds few others. */
static status check_of(slice text, char ret[CHECK_TEXT + 1], err *why)
{
    uint8_t hash[SHA256_BYTES];
    char all[AUTH_SECRET_TEXT + 1];
    status st = auth_hash(text, hash, why);
    if (st == OK) {
        base32_put(BASE32_CROCKFORD, hash, sizeof hash, all);
        memcpy(ret, all, CHECK_TEXT);
        ret[CHECK_TEXT] = 0;
    }
    return st;
}

static bool is_spelt(slice text, slice *ret_id)
{
    char plain[AUTH_TOKEN_TEXT];
    if (text.len != AUTH_TOKEN_TEXT || !slice_starts(text, token_prefix))
        return false;
    slice rest = slice_from(text, token_prefix.len);
    if (base32_typed(rest, plain, sizeof plain) != rest.len || memcmp(plain, rest.ptr, rest.len))
        return false; /* one spelling: what is stored is the hash of all of it */
    *ret_id = slice_sub(rest, 0, TOKEN_ID_TEXT);
    return true;
}

static bool check_right(slice text)
{
    char check[CHECK_TEXT + 1];
    return check_of(slice_sub(text, 0, CHECK_AT), check, NULL) == OK &&
           memcmp(check, text.ptr + CHECK_AT, CHECK_TEXT) == 0;
}

bool auth_token_read(slice text, slice *ret_id)
{
    return is_spelt(text, ret_id) && check_right(text);
}

static bool from_network(slice network, slice from)
{
    ip_net net;
    ip a;
    unsigned changed;
    if (!network.len)
        return true;
    return ip_net_parse(network, &net, &changed, NULL) == OK &&
           (ip4_read(from, &a) || ip6_read(from, &a)) && ip_net_has(&net, &a);
}

/* Does the token stand, here and now? */
static bool stands(const token_row *t, const account *owner, const auth_client *c,
                   const uint8_t *hash, when now)
{
    return hash_same(t->hash, hash, SHA256_BYTES) && t->revoked == WHEN_NONE && t->until > now &&
           !owner->disabled && from_network(t->network, c->from);
}

/* "192.0.2.7 token:<id>" */
static void put_from(slice from, const char id[TOKEN_ID_TEXT + 1], char out[AUDIT_WORD_MAX])
{
    const slice words = S(" token:");
    _Static_assert((int)AUDIT_WORD_MAX >= 64 + 7 + (int)TOKEN_ID_TEXT + 1, "room for it");
    if (from.len)
        memcpy(out, from.ptr, from.len);
    memcpy(out + from.len, words.ptr, words.len);
    memcpy(out + from.len + words.len, id, TOKEN_ID_TEXT + 1);
}

status auth_token(const auth *s, accounts *r, const auth_client *c, slice bearer, arena *a,
                  identity *ret, err *why)
{
    slice id;
    token_row t;
    when now = auth_now(s);
    identity who = {.by = IDENTITY_TOKEN};
    /* the check spares the store what is no token; of one that is known the hash says enough */
    if (!is_spelt(bearer, &id) || (!token_met(r, id) && !check_right(bearer)))
        return nobody(why);
    accounts_digest(r, bearer, who.hash);
    status st = token_find(r, a, id, &t, &who.who, why);
    if (st == ERR_NOT_FOUND || (st == OK && !stands(&t, &who.who, c, who.hash, now)))
        return nobody(why);
    if (st == OK)
        st = token_grant(a, &t, &who.who, &who.has, why);
    if (st != OK)
        return st;
    if (!who.has.rights)
        return nobody(why);
    who.row = t.row;
    memcpy(who.id, t.id, sizeof who.id);
    put_from(slice_sub(c->from, 0, 64), t.id, who.from);
    who.stale = t.used == WHEN_NONE || now - t.used >= TOKEN_USED_MINUTES * 60000;
    *ret = who;
    return OK;
}

status auth_session(const auth *s, accounts *r, slice cookie, arena *a, identity *ret, err *why)
{
    session_row row;
    when now = auth_now(s);
    identity who = {.by = IDENTITY_SESSION};
    if (cookie.len != AUTH_SECRET_TEXT)
        return nobody(why);
    accounts_digest(r, cookie, who.hash);
    status st = session_find(r, a, who.hash, now, &row, &who.who, why);
    if (st != OK)
        return st == ERR_NOT_FOUND ? nobody(why) : st;
    who.row = row.row;
    memcpy(who.id, row.id, sizeof who.id);
    who.has = who.who.has;
    who.stale = now - row.used >= USED_COARSE_MINUTES * 60000;
    *ret = who;
    return OK;
}

status auth_touch(const auth *s, writer *w, const identity *who, size_t count, err *why)
{
    const when now = auth_now(s);
    status st = writer_together(w, why);
    for (size_t i = 0; st == OK && i < count; i++)
        st = who[i].by == IDENTITY_TOKEN ? token_touch(w, who[i].row, now, why)
                                         : session_touch(w, who[i].row, now, why);
    return st == OK ? writer_sync(w, why) : st;
}

status identity_may(const identity *who, right_id r, err *why)
{
    return rights_have(who->has.rights, r)
               ? OK
               : err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "the right %s is missing", right_name(r));
}

void identity_view(const identity *who, when known_at, when now, view *ret)
{
    grant_view(&who->has, known_at, now, ret);
}

void identity_actor(const identity *who, const auth_client *c, when now, actor *ret)
{
    *ret = (actor){.who = slice_str(who->who.id),
                   .from = who->by == IDENTITY_TOKEN ? slice_str(who->from) : c->from,
                   .has = &who->has,
                   .now = now,
                   .in_person = who->by == IDENTITY_SESSION};
}

/* --- CSRF ------------------------------------------------------------------------------------- */

void auth_csrf(slice cookie, char out[AUTH_SECRET_TEXT + 1])
{
    uint8_t mac[HASH_BYTES_MAX];
    bool ok = hmac_of(HASH_SHA256, cookie, S("noroshi csrf 1"), mac);
    assert(ok);
    base32_put(BASE32_CROCKFORD, mac, SHA256_BYTES, out);
}

bool auth_csrf_right(slice cookie, slice given)
{
    char want[AUTH_SECRET_TEXT + 1];
    auth_csrf(cookie, want);
    return given.len == AUTH_SECRET_TEXT &&
           hash_same((const uint8_t *)want, (const uint8_t *)given.ptr, AUTH_SECRET_TEXT);
}

/* --- tokens ----------------------------------------------------------------------------------- */

status auth_token_make(auth *s, writer *w, const actor *by, slice owner, const token_in *in,
                       char ret[AUTH_TOKEN_TEXT + 1], char ret_id[TOKEN_ID_TEXT + 1], err *why)
{
    char text[AUTH_TOKEN_TEXT + 1], id[TOKEN_ID_TEXT + 1], secret[AUTH_SECRET_TEXT + 1];
    uint8_t hash[SHA256_BYTES];
    auth_id(s, id);
    auth_secret(s, secret, hash);
    snprintf(text, sizeof text, "%.*s%s%s", SLICE_FMT(token_prefix), id, secret);
    status st = check_of(slice_of(text, CHECK_AT), text + CHECK_AT, why);
    if (st == OK)
        st = auth_hash(slice_of(text, AUTH_TOKEN_TEXT), hash, why);
    if (st == OK)
        st = token_add(w, by, owner, in, id, hash, why);
    if (st == OK) {
        memcpy(ret, text, sizeof text);
        memcpy(ret_id, id, sizeof id);
    }
    explicit_bzero(text, sizeof text);
    explicit_bzero(secret, sizeof secret);
    return st;
}

status auth_sweep(const auth *s, writer *w, err *why)
{
    return sessions_sweep(w, auth_now(s), why);
}
