/* oidc_token.c - see oidc_token.h. */
#include "serve/oidc_token.h"

#include "base/base64.h"

static const json_limits limits = {.depth_max = 16, .bytes_max = OIDC_BODY_MAX};

static status no_object(const char *what, err *why)
{
    return err_set(why, ERR_INPUT, ERR_NOWHERE, "%s is no JSON object", what);
}

static status read_object(arena *a, slice text, const char *what, const json **ret, err *why)
{
    json *v;
    status st = json_parse(a, text, &limits, &v, why);
    if (st != OK)
        return err_wrap(why, st, "%s", what);
    if (!json_is(v, JSON_OBJECT))
        return no_object(what, why);
    *ret = v;
    return OK;
}

/* Is the text in a list of texts? A list that is not there says nothing: true. */
static bool may(const json *list, slice text)
{
    if (!json_is(list, JSON_ARRAY))
        return !list;
    for (const json *e = list->first; e; e = e->next)
        if (slice_eq(json_text(e), text))
            return true;
    return false;
}

/* --- who the provider is ---------------------------------------------------------------------- */

static bool is_here(slice host)
{
    return slice_eq(host, S("127.0.0.1")) || slice_eq(host, S("::1")) ||
           slice_eq(host, S("localhost"));
}

static status read_url(arena *a, slice text, outbound_url *ret, err *why)
{
    outbound_url u;
    if (text.len > OIDC_URL_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "a URL is over %d bytes", OIDC_URL_MAX);
    status st = outbound_url_read(a, text, &u, why);
    if (st == OK && !u.tls && !is_here(u.host))
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "a URL is not https");
    if (st == OK)
        *ret = u;
    return st;
}

status oidc_url_check(arena *a, slice url, bool is_issuer, err *why)
{
    outbound_url u;
    status st = read_url(a, url, &u, why);
    if (st == OK && is_issuer &&
        (slice_find_byte(url, '?', 0) != SIZE_MAX || slice_find_byte(url, '#', 0) != SIZE_MAX))
        st = err_set(why, ERR_INPUT, ERR_NOWHERE, "an issuer has no query");
    return st;
}

static status read_member_url(arena *a, const json *v, const char *name, slice *ret, err *why)
{
    outbound_url u;
    status st = read_url(a, json_text(json_get(v, slice_str(name))), &u, why);
    if (st != OK)
        return err_wrap(why, st, "%s", name);
    *ret = u.text;
    return OK;
}

static bool signs_as_we_read(const json *list)
{
    for (int k = 0; k < SIGNATURE_KIND_COUNT_; k++)
        if (may(list, slice_str(signature_name((signature_kind)k))))
            return true;
    return false;
}

static status check_abilities(const json *v, err *why)
{
    if (!may(json_get(v, S("response_types_supported")), S("code")))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the provider gives no codes");
    if (!may(json_get(v, S("code_challenge_methods_supported")), S("S256")))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the provider does not know S256 of PKCE");
    if (!signs_as_we_read(json_get(v, S("id_token_signing_alg_values_supported"))))
        return err_set(why, ERR_INPUT, ERR_NOWHERE,
                       "the provider signs neither by RS256 nor by ES256 nor by EdDSA");
    return OK;
}

status oidc_provider_read(arena *a, slice text, slice issuer, oidc_provider *ret, err *why)
{
    const json *v;
    oidc_provider p = {0};
    char quoted[ERR_QUOTE_MAX];
    status st = read_object(a, text, "the provider's description", &v, why);
    if (st != OK)
        return st;
    slice said = json_text(json_get(v, S("issuer")));
    if (!slice_eq(said, issuer))
        return err_set(why, ERR_INPUT, ERR_NOWHERE,
                       "the provider's description is of another issuer: %s",
                       err_quote(said, quoted));
    st = read_member_url(a, v, "authorization_endpoint", &p.authorization, why);
    if (st == OK)
        st = read_member_url(a, v, "token_endpoint", &p.token, why);
    if (st == OK)
        st = read_member_url(a, v, "jwks_uri", &p.keys, why);
    if (st == OK)
        st = check_abilities(v, why);
    p.says_issuer =
        json_is(json_get(v, S("authorization_response_iss_parameter_supported")), JSON_TRUE);
    if (st == OK)
        *ret = p;
    return st;
}

/* --- its keys --------------------------------------------------------------------------------- */

/* Which kind, by what the key is; false: none of ours. */
static bool kind_of(const json *v, signature_kind *ret)
{
    slice type = json_text(json_get(v, S("kty"))), curve = json_text(json_get(v, S("crv")));
    if (slice_eq(type, S("RSA")))
        *ret = SIGNATURE_RS256;
    else if (slice_eq(type, S("EC")) && slice_eq(curve, S("P-256")))
        *ret = SIGNATURE_ES256;
    else if (slice_eq(type, S("OKP")) && slice_eq(curve, S("Ed25519")))
        *ret = SIGNATURE_EDDSA;
    else
        return false;
    const json *use = json_get(v, S("use")), *alg = json_get(v, S("alg"));
    return (!use || slice_eq(json_text(use), S("sig"))) &&
           (!alg || slice_eq(json_text(alg), slice_str(signature_name(*ret))));
}

static status read_number(arena *a, const json *v, const char *name, slice *ret, err *why)
{
    const json *text = json_get(v, slice_str(name));
    return text ? base64_read(a, BASE64_URL, json_text(text), ret, why) : OK;
}

/* *ret_usable false: not a key for us. */
static status read_key(arena *a, const json *v, oidc_key *ret, bool *ret_usable, err *why)
{
    oidc_key k = {.kid = json_text(json_get(v, S("kid")))};
    *ret_usable = false;
    if (!kind_of(v, &k.key.kind) || k.kid.len > OIDC_KID_MAX)
        return OK;
    status st = read_number(a, v, "n", &k.key.n, why);
    if (st == OK)
        st = read_number(a, v, "e", &k.key.e, why);
    if (st == OK)
        st = read_number(a, v, "x", &k.key.x, why);
    if (st == OK)
        st = read_number(a, v, "y", &k.key.y, why);
    if (st == OK)
        st = signature_key_check(&k.key, why);
    if (st == ERR_LIMIT)
        return st;
    *ret_usable = st == OK;
    *ret = k;
    return OK;
}

status oidc_keys_read(arena *a, slice text, oidc_keys *ret, err *why)
{
    const json *v;
    status st = read_object(a, text, "the provider's keys", &v, why);
    if (st != OK)
        return st;
    const json *list = json_get(v, S("keys"));
    if (!json_is(list, JSON_ARRAY))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the provider's keys are no list");
    if (list->count > OIDC_KEYS_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "the provider has %u keys, at most %d",
                       list->count, OIDC_KEYS_MAX);
    oidc_keys keys = {.at = arena_array(a, OIDC_KEYS_MAX, sizeof *keys.at)};
    if (!keys.at)
        return ARENA_SPENT(a, why);
    for (const json *e = list->first; st == OK && e; e = e->next) {
        bool usable;
        st = read_key(a, e, &keys.at[keys.count], &usable, why);
        keys.count += st == OK && usable;
    }
    if (st == OK)
        *ret = keys;
    return st;
}

/* --- a token taken apart ---------------------------------------------------------------------- */

static status read_part(arena *a, slice part, const char *what, const json **ret, err *why)
{
    slice text = S("");
    status st = base64_read(a, BASE64_URL, part, &text, why);
    return st == OK ? read_object(a, text, what, ret, why) : err_wrap(why, st, "%s", what);
}

static status read_head(const json *head, oidc_token *t, err *why)
{
    char quoted[ERR_QUOTE_MAX];
    slice alg = json_text(json_get(head, S("alg")));
    const json *kid = json_get(head, S("kid"));
    if (json_get(head, S("crit")))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the token wants extensions");
    t->kid = json_text(kid);
    if (kid && (!t->kid.len || t->kid.len > OIDC_KID_MAX))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the token's kid is none");
    for (int k = 0; k < SIGNATURE_KIND_COUNT_; k++)
        if (slice_eq(alg, slice_str(signature_name((signature_kind)k)))) {
            t->kind = (signature_kind)k;
            return OK;
        }
    return err_set(why, ERR_INPUT, ERR_NOWHERE, "the token is signed by %s, which is not taken",
                   err_quote(alg, quoted));
}

status oidc_token_read(arena *a, slice text, oidc_token *ret, err *why)
{
    const json *head;
    oidc_token t = {0};
    slice rest = text, first, second;
    if (text.len > OIDC_TOKEN_MAX)
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "the token is over %d bytes", OIDC_TOKEN_MAX);
    if (!slice_cut(&rest, '.', &first) || !slice_cut(&rest, '.', &second) ||
        first.len + second.len + 2 > text.len || slice_find_byte(rest, '.', 0) != SIZE_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the token is not of three parts");
    t.text = slice_of(text.ptr, first.len + 1 + second.len);
    status st = read_part(a, first, "the token's head", &head, why);
    if (st == OK)
        st = read_head(head, &t, why);
    if (st == OK)
        st = read_part(a, second, "the token's claims", &t.claims, why);
    if (st == OK)
        st = base64_read(a, BASE64_URL, rest, &t.signature, why);
    if (st == OK)
        *ret = t;
    return st;
}

/* --- and judged ------------------------------------------------------------------------------- */

static status no(err *why, const char *what)
{
    return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "the token %s", what);
}

/* The one it names; when it names none, the only one of its kind. */
static const oidc_key *key_for(const oidc_token *t, const oidc_keys *keys)
{
    const oidc_key *found = NULL;
    for (size_t i = 0; i < keys->count; i++) {
        const oidc_key *k = &keys->at[i];
        if (k->key.kind != t->kind || (t->kid.len && !slice_eq(k->kid, t->kid)))
            continue;
        if (found)
            return NULL; /* which of them is not for us to guess */
        found = k;
    }
    return found;
}

static status check_signature(const oidc_token *t, const oidc_keys *keys, err *why)
{
    char quoted[ERR_QUOTE_MAX];
    const oidc_key *k = key_for(t, keys);
    if (!k)
        return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE,
                       "the provider has no (single) key %s for the token's %s",
                       err_quote(t->kid, quoted), signature_name(t->kind));
    status st = signature_check(&k->key, t->text, t->signature, why);
    return st == ERR_INPUT ? ERR_FORBIDDEN : st;
}

/* Exactly this client: another audience could use the token here. */
static bool is_for(const json *audience, slice client)
{
    if (json_is(audience, JSON_ARRAY))
        audience = audience->count == 1 ? audience->first : NULL;
    return json_is(audience, JSON_STRING) && slice_eq(json_text(audience), client);
}

static status check_whom(const json *claims, const oidc_want *want, err *why)
{
    char quoted[ERR_QUOTE_MAX];
    slice issuer = json_text(json_get(claims, S("iss")));
    const json *party = json_get(claims, S("azp"));
    if (!slice_eq(issuer, want->issuer))
        return err_set(why, ERR_FORBIDDEN, ERR_NOWHERE, "the token is by another issuer: %s",
                       err_quote(issuer, quoted));
    if (!is_for(json_get(claims, S("aud")), want->client))
        return no(why, "is not for us alone (aud)");
    if (party && !slice_eq(json_text(party), want->client))
        return no(why, "was made for another client (azp)");
    if (!want->nonce.len || !slice_eq(json_text(json_get(claims, S("nonce"))), want->nonce))
        return no(why, "is not of this login (nonce)");
    return OK;
}

/* Seconds since the epoch, as a number; false: none, or out of any range that makes sense. */
static bool seconds(const json *claims, const char *name, int64_t *ret)
{
    return json_whole(json_get(claims, slice_str(name)), ret) && *ret >= 0 &&
           *ret < (int64_t)1 << 40;
}

static status check_times(const json *claims, when now, err *why)
{
    int64_t at = now / 1000, until, made, from = 0;
    if (!seconds(claims, "exp", &until) || until + OIDC_SKEW_S <= at)
        return no(why, "has expired (exp)");
    if (!seconds(claims, "iat", &made) || made > at + OIDC_SKEW_S)
        return no(why, "is from the future (iat)");
    if (made + OIDC_FRESH_S < at)
        return no(why, "is too old for this login (iat)");
    if (json_get(claims, S("nbf")) && (!seconds(claims, "nbf", &from) || from > at + OIDC_SKEW_S))
        return no(why, "is not valid yet (nbf)");
    return OK;
}

status oidc_token_check(const oidc_token *t, const oidc_keys *keys, const oidc_want *want, err *why)
{
    status st = check_signature(t, keys, why);
    if (st == OK)
        st = check_whom(t->claims, want, why);
    return st == OK ? check_times(t->claims, want->now, why) : st;
}
