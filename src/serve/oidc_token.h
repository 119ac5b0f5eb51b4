/* oidc_token.h - what an OpenID provider says, read and judged: its description, its keys, an ID
 * token. Pure: nothing is fetched here. Private to serve/oidc.
 *
 *     st = oidc_provider_read(&a, body, issuer, &provider, why);
 *     st = oidc_keys_read(&a, body, &keys, why);
 *     st = oidc_token_read(&a, text, &token, why);
 *     st = oidc_token_check(&token, &keys, &want, why);   // ERR_NOT_FOUND: a key that is not there
 *
 * Uses: base64, signature, json, outbound (URLs). Used by: oidc.
 * An ID token is judged by the key that it names, and by what this key is: RS256, ES256 or EdDSA;
 * "none" and whatever has a shared key are unknown words here. The issuer is the one that was
 * configured, byte by byte; the audience is this client and nobody else; the nonce is the one of
 * this login.
 * Sources: OpenID Connect Core 1.0 (sections 2, 3.1.3.7), Discovery 1.0 (sections 3, 4.3),
 * RFC 7515, 7517, 7519 (tokens), RFC 8725 (best practice), RFC 9207 (iss), RFC 7636 (PKCE).
 * Thread-safe. */
#ifndef NOROSHI_SERVE_OIDC_TOKEN_H
#define NOROSHI_SERVE_OIDC_TOKEN_H

#include "base/json.h"
#include "base/outbound.h"
#include "base/signature.h"

enum {
    OIDC_BODY_MAX = 256 << 10, /* of each answer of the provider */
    OIDC_KEYS_MAX = 64,
    OIDC_KID_MAX = 256,
    OIDC_TOKEN_MAX = 64 << 10,
    OIDC_GROUPS_MAX = 1000,
    OIDC_SKEW_S = 60,   /* how far two clocks may be apart */
    OIDC_FRESH_S = 600, /* how old a token may be that was made for this login */
    OIDC_URL_MAX = 2048
};

/* --- who the provider is ---------------------------------------------------------------------- */

typedef struct oidc_provider {
    slice authorization, token, keys; /* URLs */
    bool says_issuer;                 /* in its answers to the browser, too */
} oidc_provider;

/* An https URL; http only of this machine itself. Without query and fragment when it is an issuer.
 *   ERR_INPUT, ERR_LIMIT */
status oidc_url_check(arena *a, slice url, bool is_issuer, err *why) NODISCARD;
/* /.well-known/openid-configuration: of this issuer, and fit for what we do (a code, S256, one of
 * our signatures).
 *   ERR_INPUT, ERR_LIMIT */
status oidc_provider_read(arena *a, slice text, slice issuer, oidc_provider *ret,
                          err *why) NODISCARD;

/* --- its keys --------------------------------------------------------------------------------- */

typedef struct oidc_key {
    slice kid; /* may be empty */
    signature_key key;
} oidc_key;

typedef struct oidc_keys {
    oidc_key *at;
    size_t count;
} oidc_keys;

/* Those that we can use; others are passed over.
 *   ERR_INPUT  no set of keys; ERR_LIMIT  over OIDC_KEYS_MAX of any kind, or the budget */
status oidc_keys_read(arena *a, slice text, oidc_keys *ret, err *why) NODISCARD;

/* --- what it says of somebody ----------------------------------------------------------------- */

typedef struct oidc_token {
    signature_kind kind;
    slice kid;             /* empty: not named */
    slice text, signature; /* what was signed, and by what */
    const json *claims;
} oidc_token;

/* Taken apart; nothing of it is to be believed yet.
 *   ERR_INPUT  no token of a kind that we take; ERR_LIMIT */
status oidc_token_read(arena *a, slice text, oidc_token *ret, err *why) NODISCARD;

typedef struct oidc_want {
    slice issuer, client, nonce;
    when now;
} oidc_want;
/*   OK             all of it holds: the claims may be believed
 *   ERR_NOT_FOUND  it names a key that is not among these
 *   ERR_FORBIDDEN  it does not hold; *why says what */
status oidc_token_check(const oidc_token *t, const oidc_keys *keys, const oidc_want *want,
                        err *why) NODISCARD;

#endif
