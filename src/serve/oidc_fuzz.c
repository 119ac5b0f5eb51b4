/* Properties: what is accepted of a provider's description, keys and tokens, written again in its
 * simplest form, reads as the same; no bytes pass as a token signed by a key whose private half
 * nobody has here; a line of groups never makes an admin. */
#include "base/base64.h"
#include "serve/oidc_rule.h"
#include "serve/oidc_token.h"

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

enum { MEMORY = 8 << 20, TEXT_MAX_BYTES = 1 << 20 };

static const slice issuer = S_INIT("https://idp.example");

static void check_provider(slice text)
{
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf b;
    oidc_provider one, two;
    arena_init(&a, MEMORY);
    buf_init(&b, TEXT_MAX_BYTES);
    if (oidc_provider_read(&a, text, issuer, &one, NULL) != OK)
        return;
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_key(&w, "issuer"), json_put_text(&w, issuer);
    json_key(&w, "authorization_endpoint"), json_put_text(&w, one.authorization);
    json_key(&w, "token_endpoint"), json_put_text(&w, one.token);
    json_key(&w, "jwks_uri"), json_put_text(&w, one.keys);
    json_key(&w, "authorization_response_iss_parameter_supported");
    json_put_bool(&w, one.says_issuer);
    json_close(&w, '}');
    status st = oidc_provider_read(&a, buf_slice(&b), issuer, &two, NULL);
    assert(st == OK && slice_eq(one.authorization, two.authorization) &&
           slice_eq(one.token, two.token) && slice_eq(one.keys, two.keys) &&
           one.says_issuer == two.says_issuer);
}

static void put_number(json_writer *w, arena *a, const char *name, slice bytes)
{
    char *text = arena_alloc(a, BASE64_ROOM(bytes.len));
    assert(text);
    json_key(w, name);
    json_put_text(w, slice_str(base64_put(BASE64_URL, bytes, text)));
}

static void put_key(json_writer *w, arena *a, const oidc_key *k)
{
    static const char *const types[] = {"RSA", "EC", "OKP"}, *const curves[] = {"", "P-256",
                                                                                "Ed25519"};
    json_open(w, '{');
    json_key(w, "kty"), json_put_text(w, slice_str(types[k->key.kind]));
    json_key(w, "crv"), json_put_text(w, slice_str(curves[k->key.kind]));
    json_key(w, "kid"), json_put_text(w, k->kid);
    put_number(w, a, "n", k->key.n);
    put_number(w, a, "e", k->key.e);
    put_number(w, a, "x", k->key.x);
    put_number(w, a, "y", k->key.y);
    json_close(w, '}');
}

static void check_keys(slice text)
{
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf b;
    oidc_keys one, two;
    arena_init(&a, MEMORY);
    buf_init(&b, TEXT_MAX_BYTES);
    if (oidc_keys_read(&a, text, &one, NULL) != OK)
        return;
    json_writer w = json_writer_on(&b);
    json_open(&w, '{');
    json_key(&w, "keys");
    json_open(&w, '[');
    for (size_t i = 0; i < one.count; i++)
        put_key(&w, &a, &one.at[i]);
    json_close(&w, ']');
    json_close(&w, '}');
    status st = oidc_keys_read(&a, buf_slice(&b), &two, NULL);
    assert(st == OK && one.count == two.count);
    for (size_t i = 0; i < one.count; i++)
        assert(one.at[i].key.kind == two.at[i].key.kind && slice_eq(one.at[i].kid, two.at[i].kid) &&
               slice_eq(one.at[i].key.n, two.at[i].key.n) &&
               slice_eq(one.at[i].key.x, two.at[i].key.x));
}

/* The key of RFC 8037 appendix A: no token of ours was ever signed by it. */
static void check_token(slice text)
{
    CLEANUP(arena_done) arena a;
    oidc_token t;
    oidc_key key = {.key = {.kind = SIGNATURE_EDDSA}};
    const oidc_keys keys = {&key, 1};
    const oidc_want want = {.issuer = issuer, .client = S("us"), .nonce = S("n"), .now = 0};
    arena_init(&a, MEMORY);
    if (oidc_token_read(&a, text, &t, NULL) != OK)
        return;
    assert(t.text.ptr == text.ptr && t.text.len < text.len && json_is(t.claims, JSON_OBJECT));
    status st = base64_read(&a, BASE64_URL, S("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"),
                            &key.key.x, NULL);
    assert(st == OK);
    st = oidc_token_check(&t, &keys, &want, NULL);
    assert(st == ERR_FORBIDDEN || st == ERR_NOT_FOUND);
}

static void check_rule(slice text)
{
    oidc_rule r;
    if (oidc_rule_read(text, &r, NULL) == OK)
        assert(r.role != USER_ADMIN && r.group.len &&
               (r.role != USER_CUSTOMER || r.organisation.len));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
    slice all = slice_of((const char *)data, size);
    check_provider(all);
    check_keys(all);
    check_token(all);
    check_rule(all);
    return 0;
}
