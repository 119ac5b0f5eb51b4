/* oidc.c - see oidc.h: logins under way, and the talk with the provider. */
#include "serve/oidc.h"

#include "base/base32.h"
#include "base/base64.h"
#include "serve/oidc_token.h"
#include "serve/tries.h"

#include <pthread.h>
#include <stdlib.h>

enum { FORM_MAX = 32 << 10, LOGIN_MAX = 4096, FLOOR_BYTES = 1 };

/* A login under way. */
typedef struct pending {
    uint8_t cookie[SHA256_BYTES]; /* its hash */
    char nonce[AUTH_SECRET_TEXT + 1], verifier[AUTH_SECRET_TEXT + 1];
    char network[TRIES_NETWORK_TEXT];
    when until; /* 0: free */
} pending;

/* What the provider said, as it said it: read again for each login, in that login's memory. */
typedef struct kept {
    char *text;
    size_t len;
    int64_t at_us, again_us; /* INT64_MIN: never */
} kept;

struct oidc {
    oidc_options o;
    pthread_mutex_t mutex; /* over all below */
    pending *table;        /* OIDC_PENDING_MAX */
    kept description, keys;
    outbound *out[OIDC_ASKING];
    bool out_busy[OIDC_ASKING];
};

const char *oidc_word(oidc_refusal r)
{
    static const char *const words[] = {
#define OIDC_WORD_(name, word) [OIDC_##name] = word,
        OIDC_REFUSALS(OIDC_WORD_)
#undef OIDC_WORD_
    };
    return words[r];
}

/* --- the object ------------------------------------------------------------------------------- */

static status check_options(const oidc_options *o, err *why)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, FORM_MAX);
    if (o->issuer.len > ACCOUNT_SUBJECT_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the issuer is over %d bytes",
                       ACCOUNT_SUBJECT_MAX);
    if (!o->client.len)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the client has no id");
    if (o->create && !o->rule_count)
        return err_set(why, ERR_INPUT, ERR_NOWHERE,
                       "accounts are made by rules, and there is none");
    status st = oidc_url_check(&a, o->issuer, true, why);
    if (st == OK && o->redirect.len && (st = oidc_url_check(&a, o->redirect, true, why)) != OK)
        err_wrap(why, st, "the redirect");
    return st;
}

status oidc_new(const oidc_options *options, oidc **ret, err *why)
{
    status st = check_options(options, why);
    if (st != OK)
        return st;
    oidc *o = calloc(1, sizeof *o);
    if (!o)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    o->o = *options;
    pthread_mutex_init(&o->mutex, NULL);
    o->description.at_us = o->keys.at_us = o->keys.again_us = INT64_MIN;
    o->table = calloc(OIDC_PENDING_MAX, sizeof *o->table);
    if (!o->table)
        st = err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    const outbound_options out = {.ticks = options->ticks,
                                  .limits = {.bytes_max = OIDC_BODY_MAX,
                                             .total_ms = OIDC_ASK_MS,
                                             .connect_ms = OIDC_ASK_MS / 2,
                                             .floor_bytes = FLOOR_BYTES,
                                             .floor_ms = OIDC_ASK_MS},
                                  .exceptions = options->exceptions,
                                  .exception_count = options->exception_count,
                                  .ca = options->ca};
    for (size_t i = 0; st == OK && i < OIDC_ASKING; i++)
        st = outbound_new(&out, &o->out[i], why);
    if (st != OK) {
        oidc_free(o);
        return st;
    }
    *ret = o;
    return OK;
}

oidc *oidc_free(oidc *o)
{
    if (!o)
        return NULL;
    for (size_t i = 0; i < OIDC_ASKING; i++)
        outbound_free(o->out[i]);
    free(o->description.text);
    free(o->keys.text);
    if (o->table)
        explicit_bzero(o->table, OIDC_PENDING_MAX * sizeof *o->table);
    free(o->table);
    pthread_mutex_destroy(&o->mutex);
    free(o);
    return NULL;
}

/* --- logins under way ------------------------------------------------------------------------- */

static void make_secret(const oidc *o, char ret[AUTH_SECRET_TEXT + 1])
{
    uint8_t bytes[SHA256_BYTES];
    o->o.random.fill(o->o.random.ctx, bytes, sizeof bytes);
    base32_put(BASE32_CROCKFORD, bytes, sizeof bytes, ret);
}

static status hash_text(slice text, uint8_t ret[SHA256_BYTES], err *why)
{
    return hash_of(HASH_SHA256, text, ret) ? OK
                                           : err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
}

/* What goes through the provider and its logs, and does not give the cookie away. */
static status state_of(slice cookie, char ret[AUTH_SECRET_TEXT + 1], err *why)
{
    uint8_t mac[HASH_BYTES_MAX];
    if (!hmac_of(HASH_SHA256, cookie, S("noroshi oidc state 1"), mac))
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "out of memory");
    base32_put(BASE32_CROCKFORD, mac, SHA256_BYTES, ret);
    return OK;
}

/* Which place is the newcomer's: a free one, or the oldest one's; of his own network, when that has
 * enough of them. O(OIDC_PENDING_MAX). */
static pending *place_for(oidc *o, const char *network, when now)
{
    pending *all = &o->table[0], *own = NULL;
    size_t owned = 0;
    for (size_t i = 0; i < OIDC_PENDING_MAX; i++) {
        pending *p = &o->table[i];
        if (p->until <= now)
            p->until = 0;
        if (p->until < all->until)
            all = p;
        if (!p->until || strcmp(p->network, network) != 0)
            continue;
        owned++;
        if (!own || p->until < own->until)
            own = p;
    }
    return owned >= OIDC_NETWORK_MAX ? own : all;
}

static void remember(oidc *o, pending *one, slice from)
{
    when now = clock_now(o->o.clock);
    one->until = now + OIDC_MINUTES * 60000;
    tries_network(from, one->network);
    pthread_mutex_lock(&o->mutex);
    *place_for(o, one->network, now) = *one;
    pthread_mutex_unlock(&o->mutex);
}

/* Each once. */
static bool take(oidc *o, const uint8_t cookie[SHA256_BYTES], pending *ret)
{
    bool found = false;
    when now = clock_now(o->o.clock);
    pthread_mutex_lock(&o->mutex);
    for (size_t i = 0; !found && i < OIDC_PENDING_MAX; i++) {
        pending *p = &o->table[i];
        if (p->until <= now || !hash_same(p->cookie, cookie, SHA256_BYTES))
            continue;
        found = true;
        *ret = *p;
        explicit_bzero(p, sizeof *p);
    }
    pthread_mutex_unlock(&o->mutex);
    return found;
}

static status lost(err *why)
{
    return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE,
                   "no login of this browser is under way with that state");
}

static status find_login(oidc *o, const oidc_answer *answer, pending *ret, err *why)
{
    uint8_t hash[SHA256_BYTES];
    char state[AUTH_SECRET_TEXT + 1];
    if (answer->cookie.len != AUTH_SECRET_TEXT || answer->state.len != AUTH_SECRET_TEXT)
        return lost(why);
    status st = state_of(answer->cookie, state, why);
    if (st == OK)
        st = hash_text(answer->cookie, hash, why);
    if (st != OK)
        return st;
    bool fits =
        hash_same((const uint8_t *)state, (const uint8_t *)answer->state.ptr, AUTH_SECRET_TEXT);
    return fits && take(o, hash, ret) ? OK : lost(why);
}

/* --- asking the provider ---------------------------------------------------------------------- */

static bool out_take(oidc *o, size_t *ret)
{
    bool found = false;
    pthread_mutex_lock(&o->mutex);
    for (size_t i = 0; !found && i < OIDC_ASKING; i++)
        if (!o->out_busy[i]) {
            found = o->out_busy[i] = true;
            *ret = i;
        }
    pthread_mutex_unlock(&o->mutex);
    return found;
}

static void out_give(oidc *o, size_t i)
{
    pthread_mutex_lock(&o->mutex);
    o->out_busy[i] = false;
    pthread_mutex_unlock(&o->mutex);
}

static void wipe(buf *b)
{
    if (b->ptr)
        explicit_bzero(b->ptr, b->len);
}

static status take_bytes(void *ctx, slice bytes, err *why)
{
    buf *b = ctx;
    buf_put(b, bytes);
    return buf_status(b, why);
}

/* A redirect is an answer of another server than the one we mean: not taken. */
static status judge(const outbound_reply *r, const char *what, err *why)
{
    if (r->problem == OUTBOUND_FINE && !r->redirects && r->http == 200)
        return OK;
    const char *word = r->problem != OUTBOUND_FINE ? outbound_word(r->problem)
                       : r->redirects              ? outbound_word(OUTBOUND_BAD_REDIRECT)
                                                   : "not what was asked for";
    return r->http ? err_set(why, ERR_IO, ERR_NOWHERE, "the provider's %s: %s (HTTP %d)", what,
                             word, r->http)
                   : err_set(why, ERR_IO, ERR_NOWHERE, "the provider's %s: %s", what, word);
}

/* The body, in `a`. */
static status ask(oidc *o, arena *a, const outbound_request *asked, const char *what, slice *ret,
                  err *why)
{
    CLEANUP(buf_done) buf body;
    outbound_reply reply;
    size_t slot;
    outbound_request q = *asked;
    buf_init(&body, OIDC_BODY_MAX + 1);
    q.bytes = take_bytes;
    q.ctx = &body;
    if (!out_take(o, &slot))
        return err_set(why, ERR_BUSY, ERR_NOWHERE, "others wait for the provider");
    status st = outbound_fetch(o->out[slot], a, &q, clock_now(o->o.clock), &reply, why);
    out_give(o, slot);
    if (st == OK)
        st = judge(&reply, what, why);
    if (st == OK && !arena_copy(a, buf_slice(&body), ret))
        st = ARENA_SPENT(a, why);
    wipe(&body); /* tokens come this way */
    return st;
}

/* --- what it is, and its keys ----------------------------------------------------------------- */

/* In `a`; false: there is nothing, or it is too old. */
static bool look_up(oidc *o, const kept *k, arena *a, slice *ret)
{
    pthread_mutex_lock(&o->mutex);
    bool good = k->at_us != INT64_MIN &&
                clock_now_us(o->o.ticks) - k->at_us < OIDC_KEEP_S * (int64_t)1000000 &&
                arena_copy(a, slice_of(k->text, k->len), ret);
    pthread_mutex_unlock(&o->mutex);
    return good;
}

/* Without memory it is asked for again the next time. */
static void keep(oidc *o, kept *k, slice text)
{
    char *copy = malloc(text.len + 1);
    if (!copy)
        return;
    memcpy(copy, text.ptr, text.len);
    pthread_mutex_lock(&o->mutex);
    free(k->text);
    k->text = copy;
    k->len = text.len;
    k->at_us = clock_now_us(o->o.ticks);
    pthread_mutex_unlock(&o->mutex);
}

static status find_provider(oidc *o, arena *a, oidc_provider *ret, err *why)
{
    slice text;
    if (look_up(o, &o->description, a, &text))
        return oidc_provider_read(a, text, o->o.issuer, ret, why);
    slice base = o->o.issuer;
    while (slice_ends(base, S("/")))
        base = slice_sub(base, 0, base.len - 1);
    slice url = arena_printf(a, "%.*s/.well-known/openid-configuration", SLICE_FMT(base));
    if (!url.ptr)
        return ARENA_SPENT(a, why);
    const outbound_request q = {.url = url};
    status st = ask(o, a, &q, "description", &text, why);
    if (st == OK && (st = oidc_provider_read(a, text, o->o.issuer, ret, why)) == OK)
        keep(o, &o->description, text);
    return st == ERR_INPUT ? ERR_IO : st;
}

/* May the keys be asked for again, for one that is not among those that are kept? */
static bool keys_may(oidc *o)
{
    int64_t now = clock_now_us(o->o.ticks);
    pthread_mutex_lock(&o->mutex);
    bool may = o->keys.again_us == INT64_MIN ||
               now - o->keys.again_us >= OIDC_KEYS_AGAIN_S * (int64_t)1000000;
    if (may)
        o->keys.again_us = now;
    pthread_mutex_unlock(&o->mutex);
    return may;
}

static status fetch_keys(oidc *o, arena *a, slice url, oidc_keys *ret, err *why)
{
    slice text;
    const outbound_request q = {.url = url};
    status st = ask(o, a, &q, "keys", &text, why);
    if (st == OK && (st = oidc_keys_read(a, text, ret, why)) == OK)
        keep(o, &o->keys, text);
    return st;
}

/* By the keys that are kept; by newer ones when it names another. */
static status check_token(oidc *o, arena *a, const oidc_provider *p, const oidc_token *t,
                          const oidc_want *want, err *why)
{
    slice text;
    oidc_keys keys;
    status st = OK;
    bool had = look_up(o, &o->keys, a, &text);
    if (had && (st = oidc_keys_read(a, text, &keys, why)) == OK)
        st = oidc_token_check(t, &keys, want, why);
    if (had && (st != ERR_NOT_FOUND || !keys_may(o)))
        return st;
    st = fetch_keys(o, a, p->keys, &keys, why);
    return st == OK ? oidc_token_check(t, &keys, want, why) : st;
}

/* --- out: the browser's way there ------------------------------------------------------------- */

static void put_encoded(buf *out, slice value)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < value.len; i++) {
        char c = value.ptr[i];
        if (is_alnum(c) || c == '-' || c == '_' || c == '.' || c == '~') {
            buf_byte(out, c);
        } else {
            buf_byte(out, '%');
            buf_byte(out, hex[(unsigned char)c >> 4]);
            buf_byte(out, hex[(unsigned char)c & 15]);
        }
    }
}

static void put_form(buf *out, const char *name, slice value)
{
    if (out->len && out->ptr[out->len - 1] != '?')
        buf_byte(out, '&');
    buf_put(out, slice_str(name));
    buf_byte(out, '=');
    put_encoded(out, value);
}

/* Where the provider leads the browser back to: both times the same. */
static slice way_back(const oidc *o, slice reached)
{
    return o->o.redirect.len ? o->o.redirect : reached;
}

static status put_location(const oidc *o, const oidc_provider *p, const pending *one, slice state,
                           slice redirect, buf *out, err *why)
{
    uint8_t hash[SHA256_BYTES];
    char challenge[BASE64_ROOM(SHA256_BYTES)];
    CLEANUP(buf_done) buf scope;
    buf_init(&scope, FORM_MAX);
    status st = hash_text(slice_str(one->verifier), hash, why);
    if (st != OK)
        return st;
    base64_put(BASE64_URL, slice_of((const char *)hash, sizeof hash), challenge);
    buf_printf(&scope, "openid%s%.*s", o->o.scope.len ? " " : "", SLICE_FMT(o->o.scope));
    buf_put(out, p->authorization);
    if (slice_find_byte(p->authorization, '?', 0) == SIZE_MAX)
        buf_byte(out, '?');
    put_form(out, "response_type", S("code"));
    put_form(out, "client_id", o->o.client);
    put_form(out, "redirect_uri", way_back(o, redirect));
    put_form(out, "scope", buf_slice(&scope));
    put_form(out, "state", state);
    put_form(out, "nonce", slice_str(one->nonce));
    put_form(out, "code_challenge", slice_str(challenge));
    put_form(out, "code_challenge_method", S("S256"));
    return buf_status(out, why);
}

status oidc_begin(oidc *o, arena *a, slice from, slice redirect,
                  char ret_cookie[AUTH_SECRET_TEXT + 1], slice *ret_location, err *why)
{
    oidc_provider p;
    pending one = {0};
    char cookie[AUTH_SECRET_TEXT + 1], state[AUTH_SECRET_TEXT + 1];
    CLEANUP(buf_done) buf location;
    buf_init(&location, FORM_MAX);
    status st = find_provider(o, a, &p, why);
    if (st != OK)
        return st;
    make_secret(o, cookie);
    make_secret(o, one.nonce);
    make_secret(o, one.verifier);
    if ((st = state_of(slice_str(cookie), state, why)) == OK)
        st = hash_text(slice_str(cookie), one.cookie, why);
    if (st == OK)
        st = put_location(o, &p, &one, slice_str(state), redirect, &location, why);
    if (st == OK && !arena_copy(a, buf_slice(&location), ret_location))
        st = ARENA_SPENT(a, why);
    if (st == OK) {
        remember(o, &one, from);
        memcpy(ret_cookie, cookie, sizeof cookie);
    }
    return st;
}

/* --- back: a code for a token ----------------------------------------------------------------- */

/* RFC 6749 section 2.3.1: both are form-encoded before they are joined. */
static status make_login(const oidc *o, secret **ret, err *why)
{
    CLEANUP(buf_done) buf plain;
    char text[6 + BASE64_ROOM(LOGIN_MAX)] = "Basic ";
    buf_init(&plain, LOGIN_MAX);
    put_encoded(&plain, o->o.client);
    buf_byte(&plain, ':');
    put_encoded(&plain, secret_reveal(o->o.key));
    status st = buf_status(&plain, why);
    if (st == OK) {
        base64_put(BASE64_PADDED, buf_slice(&plain), text + 6);
        st = secret_keep(slice_str(text), ret, why);
    }
    wipe(&plain);
    explicit_bzero(text, sizeof text);
    return st;
}

static status exchange(oidc *o, arena *a, const oidc_provider *p, const oidc_answer *answer,
                       const pending *one, slice *ret, err *why)
{
    CLEANUP(buf_done) buf form;
    secret *login = NULL;
    outbound_header headers[2] = {{.name = S("Accept"), .text = S("application/json")}};
    buf_init(&form, FORM_MAX);
    put_form(&form, "grant_type", S("authorization_code"));
    put_form(&form, "code", answer->code);
    put_form(&form, "redirect_uri", way_back(o, answer->redirect));
    put_form(&form, "code_verifier", slice_str(one->verifier));
    put_form(&form, "client_id", o->o.client);
    status st = buf_status(&form, why);
    if (st == OK && o->o.key && (st = make_login(o, &login, why)) == OK)
        headers[1] = (outbound_header){.name = S("Authorization"), .hidden = login};
    const outbound_request q = {.url = p->token,
                                .body = buf_slice(&form),
                                .body_type = S("application/x-www-form-urlencoded"),
                                .headers = headers,
                                .header_count = o->o.key ? 2 : 1};
    if (st == OK)
        st = ask(o, a, &q, "token", ret, why);
    secret_free(login);
    return st;
}

/* The ID token is all that is taken of the answer: nothing is asked for in anybody's name. */
static status read_exchange(arena *a, slice text, slice *ret, err *why)
{
    json *v;
    status st = json_parse(a, text, NULL, &v, why);
    if (st != OK)
        return err_wrap(why, st, "the provider's token");
    *ret = json_text(json_get(v, S("id_token")));
    return ret->len ? OK : err_set(why, ERR_INPUT, ERR_NOWHERE, "the provider gave no ID token");
}

/* --- who it is -------------------------------------------------------------------------------- */

/* What he is called there, if that can be a login here; else a name made of who he is there. */
static status name_login(arena *a, const json *claims, oidc_person *p, err *why)
{
    static const slice names[] = {S_INIT("preferred_username"), S_INIT("email")};
    uint8_t hash[SHA256_BYTES];
    char text[BASE32_TEXT(SHA256_BYTES) + 1];
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        p->login = json_text(json_get(claims, names[i]));
        if (account_login_fits(p->login))
            return OK;
    }
    slice both = arena_printf(a, "%.*s %.*s", SLICE_FMT(p->issuer), SLICE_FMT(p->subject));
    if (!both.ptr)
        return ARENA_SPENT(a, why);
    status st = hash_text(both, hash, why);
    if (st != OK)
        return st;
    base32_put(BASE32_CROCKFORD, hash, sizeof hash, text);
    p->login = arena_printf(a, "oidc-%.10s", text);
    return p->login.ptr ? OK : ARENA_SPENT(a, why);
}

static status read_person(const oidc *o, arena *a, const json *claims, oidc_person *ret, err *why)
{
    oidc_person p = {.issuer = o->o.issuer,
                     .subject = json_text(json_get(claims, S("sub"))),
                     .name = json_text(json_get(claims, S("name"))),
                     .ruled = o->o.rule_count > 0,
                     .create = o->o.create};
    const json *groups = json_get(claims, o->o.groups_claim);
    if (!p.subject.len || p.subject.len > ACCOUNT_SUBJECT_MAX)
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "the token has no subject (sub)");
    if (json_is(groups, JSON_ARRAY) && groups->count > OIDC_GROUPS_MAX)
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "the token has %u groups, at most %d",
                       groups->count, OIDC_GROUPS_MAX);
    p.rule = oidc_rule_for(o->o.rules, o->o.rule_count, groups);
    status st = name_login(a, claims, &p, why);
    if (st == OK)
        *ret = p;
    return st;
}

/* RFC 9207: an answer of another provider than the one that was asked. */
static status check_answer(const oidc *o, const oidc_provider *p, const oidc_answer *answer,
                           oidc_refusal *refusal, err *why)
{
    char quoted[ERR_QUOTE_MAX];
    *refusal = OIDC_PROVIDER;
    if ((answer->issuer.len || p->says_issuer) && !slice_eq(answer->issuer, o->o.issuer))
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "the answer is by another issuer: %s",
                       err_quote(answer->issuer, quoted));
    if (answer->error.len) {
        *refusal = OIDC_DENIED;
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "the provider said: %s",
                       err_quote(answer->error, quoted));
    }
    if (!answer->code.len || answer->code.len > OIDC_CODE_MAX)
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "the answer has no code");
    return OK;
}

static status finish(oidc *o, arena *a, const oidc_answer *answer, oidc_person *ret,
                     oidc_refusal *refusal, err *why)
{
    pending one;
    oidc_provider p;
    oidc_token t;
    slice body, text;
    *refusal = OIDC_LOST;
    status st = find_login(o, answer, &one, why);
    if (st != OK)
        return st;
    *refusal = OIDC_PROVIDER;
    st = find_provider(o, a, &p, why);
    if (st == OK)
        st = check_answer(o, &p, answer, refusal, why);
    if (st == OK)
        st = exchange(o, a, &p, answer, &one, &body, why);
    if (st == OK)
        st = read_exchange(a, body, &text, why);
    if (st != OK)
        return st;
    *refusal = OIDC_TOKEN;
    const oidc_want want = {.issuer = o->o.issuer,
                            .client = o->o.client,
                            .nonce = slice_str(one.nonce),
                            .now = clock_now(o->o.clock)};
    st = oidc_token_read(a, text, &t, why);
    if (st == OK)
        st = check_token(o, a, &p, &t, &want, why);
    return st == OK ? read_person(o, a, t.claims, ret, why) : st;
}

/* Whatever is wrong with what came from outside, he does not come in; the budget is ours. */
status oidc_finish(oidc *o, arena *a, const oidc_answer *answer, oidc_person *ret,
                   oidc_refusal *ret_refusal, err *why)
{
    oidc_refusal refusal;
    status st = finish(o, a, answer, ret, &refusal, why);
    if (st == OK)
        return OK;
    *ret_refusal = st == ERR_BUSY ? OIDC_BUSY : refusal;
    return ERR_FORBIDDEN;
}
