#include "base/signature_kit.h"
#include "serve/oidc_token.h"

#include "base/test.h"

enum { MEMORY = 4 << 20, NOW_S = 1800000000 };

/* --- the provider ----------------------------------------------------------------------------- */

#define ISSUER "https://idp.example/tenant"
#define ENDPOINTS                                                                                  \
    "\"authorization_endpoint\":\"https://idp.example/a?x=1\","                                    \
    "\"token_endpoint\":\"https://token.example/t\",\"jwks_uri\":\"https://idp.example/k\""

TEST(a_description_is_read)
{
    CLEANUP(arena_done) arena a;
    oidc_provider p = {0};
    arena_init(&a, MEMORY);
    CHECK_OK(oidc_provider_read(&a, S("{\"issuer\":\"" ISSUER "\"," ENDPOINTS "}"), S(ISSUER), &p,
                                NULL));
    CHECK_SLICE(p.authorization, S("https://idp.example/a?x=1"));
    CHECK_SLICE(p.token, S("https://token.example/t"));
    CHECK_SLICE(p.keys, S("https://idp.example/k"));
    CHECK(!p.says_issuer);
    CHECK_OK(
        oidc_provider_read(&a,
                           S("{\"issuer\":\"" ISSUER "\"," ENDPOINTS
                             ",\"authorization_response_iss_parameter_supported\":true,"
                             "\"code_challenge_methods_supported\":[\"plain\",\"S256\"],"
                             "\"response_types_supported\":[\"code id_token\",\"code\"],"
                             "\"id_token_signing_alg_values_supported\":[\"HS256\",\"EdDSA\"]}"),
                           S(ISSUER), &p, NULL));
    CHECK(p.says_issuer);
}

TEST(what_is_no_description_is_refused)
{
    static const slice bad[] = {
        S_INIT(""),
        S_INIT("[]"),
        S_INIT("{}"),
        S_INIT("{" ENDPOINTS "}"),
        S_INIT("{\"issuer\":\"" ISSUER "/\"," ENDPOINTS "}"),
        S_INIT("{\"issuer\":[\"" ISSUER "\"]," ENDPOINTS "}"),
        S_INIT("{\"issuer\":\"" ISSUER "\",\"issuer\":\"" ISSUER "\"," ENDPOINTS "}"),
        S_INIT("{\"issuer\":\"" ISSUER "\"}"),
        S_INIT(
            "{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"https://idp.example/a\","
            "\"token_endpoint\":\"http://idp.example/t\",\"jwks_uri\":\"https://idp.example/k\"}"),
        S_INIT(
            "{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"javascript:alert(1)\","
            "\"token_endpoint\":\"https://idp.example/t\",\"jwks_uri\":\"https://idp.example/k\"}"),
        S_INIT("{\"issuer\":\"" ISSUER "\"," ENDPOINTS
               ",\"code_challenge_methods_supported\":[\"plain\"]}"),
        S_INIT("{\"issuer\":\"" ISSUER "\"," ENDPOINTS ",\"code_challenge_methods_supported\":1}"),
        S_INIT("{\"issuer\":\"" ISSUER "\"," ENDPOINTS
               ",\"response_types_supported\":[\"token\"]}"),
        S_INIT("{\"issuer\":\"" ISSUER "\"," ENDPOINTS
               ",\"id_token_signing_alg_values_supported\":[\"none\",\"HS256\"]}"),
    };
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        CLEANUP(arena_done) arena a;
        oidc_provider p = {.token = S("?")};
        arena_init(&a, MEMORY);
        CHECK_EQ(oidc_provider_read(&a, bad[i], S(ISSUER), &p, NULL), ERR_INPUT);
        CHECK_SLICE(p.token, S("?"));
    }
}

TEST(an_issuer_is_https_or_here)
{
    static const struct {
        slice url;
        status want;
    } rows[] = {
        {S_INIT("https://idp.example"), OK},
        {S_INIT("https://idp.example/realms/x"), OK},
        {S_INIT("http://127.0.0.1:4711"), OK},
        {S_INIT("http://[::1]:4711"), OK},
        {S_INIT("http://localhost:4711/x"), OK},
        {S_INIT("http://idp.example"), ERR_INPUT},
        {S_INIT("http://127.0.0.1.example"), ERR_INPUT},
        {S_INIT("http://127.0.0.2"), ERR_INPUT},
        {S_INIT("https://idp.example?x=1"), ERR_INPUT},
        {S_INIT("https://idp.example#x"), ERR_INPUT},
        {S_INIT("file:///etc/passwd"), ERR_INPUT},
        {S_INIT("idp.example"), ERR_INPUT},
        {S_INIT(""), ERR_INPUT},
    };
    CLEANUP(arena_done) arena a;
    arena_init(&a, MEMORY);
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_EQ(oidc_url_check(&a, rows[i].url, true, NULL), rows[i].want);
}

TEST(a_url_has_a_limit)
{
    char url[OIDC_URL_MAX + 1] = "https://idp.example/";
    CLEANUP(arena_done) arena a;
    arena_init(&a, MEMORY);
    memset(url + 20, 'x', sizeof url - 20);
    CHECK_OK(oidc_url_check(&a, slice_of(url, OIDC_URL_MAX), false, NULL));
    CHECK_EQ(oidc_url_check(&a, slice_of(url, OIDC_URL_MAX + 1), false, NULL), ERR_LIMIT);
}

/* --- keys ------------------------------------------------------------------------------------- */

#define X32 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define ED(kid, more)                                                                              \
    "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"" kid "\",\"x\":\"" X32 "\"" more "}"

TEST(keys_are_read_and_others_passed_over)
{
    CLEANUP(arena_done) arena a;
    oidc_keys k = {0};
    arena_init(&a, MEMORY);
    CHECK_OK(oidc_keys_read(
        &a,
        S("{\"keys\":[" ED("one", "") "," ED("two", ",\"use\":\"sig\",\"alg\":\"EdDSA\"") "," ED(
            "enc",
            ",\"use\":\"enc\"") "," ED("other",
                                       ",\"alg\":\"ES256\"") ","
                                                             "{\"kty\":\"oct\",\"k\":\"AAAA\","
                                                             "\"kid\":\"shared\"},"
                                                             "{\"kty\":\"EC\",\"crv\":\"P-521\","
                                                             "\"x\":\"" X32 "\",\"y\":\"" X32 "\"},"
                                                             "{\"kty\":\"EC\",\"crv\":\"P-256\","
                                                             "\"x\":\"" X32 "\"},"
                                                             "{\"kty\":\"RSA\",\"n\":\"AAAA\","
                                                             "\"e\":\"AQAB\"},"
                                                             "{\"kty\":\"OKP\",\"crv\":\"Ed25519\","
                                                             "\"x\":\"!\"},{},1,null]}"),
        &k, NULL));
    REQUIRE(k.count == 2);
    CHECK_SLICE(k.at[0].kid, S("one"));
    CHECK_SLICE(k.at[1].kid, S("two"));
    CHECK_EQ(k.at[0].key.x.len, 32);
}

TEST(what_is_no_set_of_keys_is_refused)
{
    static const slice bad[] = {S_INIT("{}"), S_INIT("[]"), S_INIT("{\"keys\":{}}"), S_INIT("")};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        CLEANUP(arena_done) arena a;
        oidc_keys k = {.count = 7};
        arena_init(&a, MEMORY);
        CHECK_EQ(oidc_keys_read(&a, bad[i], &k, NULL), ERR_INPUT);
        CHECK_EQ(k.count, 7);
    }
}

static status read_keys(unsigned count)
{
    CLEANUP(arena_done) arena a;
    CLEANUP(buf_done) buf b;
    oidc_keys k;
    arena_init(&a, MEMORY);
    buf_init(&b, MEMORY);
    buf_put(&b, S("{\"keys\":["));
    for (unsigned i = 0; i < count; i++)
        buf_put(&b, i ? S("," ED("k", "")) : S(ED("k", "")));
    buf_put(&b, S("]}"));
    return oidc_keys_read(&a, buf_slice(&b), &k, NULL);
}

TEST(keys_have_a_limit)
{
    CHECK_OK(read_keys(OIDC_KEYS_MAX));
    CHECK_EQ(read_keys(OIDC_KEYS_MAX + 1), ERR_LIMIT);
}

/* --- tokens ----------------------------------------------------------------------------------- */

typedef struct scene {
    arena a;
    kit_key key[SIGNATURE_KIND_COUNT_];
    oidc_keys keys;
    oidc_key room[SIGNATURE_KIND_COUNT_ + 1];
} scene;

static void scene_done(scene *s)
{
    for (int k = 0; k < SIGNATURE_KIND_COUNT_; k++)
        kit_key_free(&s->key[k]);
    arena_done(&s->a);
}

static void scene_init(scene *s)
{
    arena_init(&s->a, MEMORY);
    for (int k = 0; k < SIGNATURE_KIND_COUNT_; k++) {
        s->key[k] = kit_key_new(&s->a, (signature_kind)k, 2048);
        s->room[k] = (oidc_key){slice_str(signature_name((signature_kind)k)), s->key[k].open};
    }
    s->keys = (oidc_keys){s->room, SIGNATURE_KIND_COUNT_};
}

static slice in_base64(arena *a, slice bytes)
{
    char *out = arena_alloc(a, BASE64_ROOM(bytes.len));
    assert(out);
    return slice_str(base64_put(BASE64_URL, bytes, out));
}

static slice make(scene *s, signature_kind kind, const char *head, slice claims)
{
    slice first = in_base64(&s->a, slice_str(head)), second = in_base64(&s->a, claims);
    slice text = arena_printf(&s->a, "%.*s.%.*s", SLICE_FMT(first), SLICE_FMT(second));
    slice last = in_base64(&s->a, kit_sign(&s->a, &s->key[kind], text));
    return arena_printf(&s->a, "%.*s.%.*s", SLICE_FMT(text), SLICE_FMT(last));
}

static status judge(scene *s, slice text, err *why)
{
    oidc_token t;
    const oidc_want want = {
        .issuer = S(ISSUER), .client = S("us"), .nonce = S("n-1"), .now = (when)NOW_S * 1000};
    status st = oidc_token_read(&s->a, text, &t, why);
    return st == OK ? oidc_token_check(&t, &s->keys, &want, why) : st;
}

#define CLAIMS(iss, aud, nonce, times)                                                             \
    "{\"iss\":" iss ",\"sub\":\"s\",\"aud\":" aud ",\"nonce\":" nonce "," times "}"
#define TIMES "\"exp\":1800000300,\"iat\":1800000000"
#define GOOD CLAIMS("\"" ISSUER "\"", "\"us\"", "\"n-1\"", TIMES)

TEST(each_kind_of_signature_is_taken)
{
    CLEANUP(scene_done) scene s;
    scene_init(&s);
    for (int k = 0; k < SIGNATURE_KIND_COUNT_; k++) {
        char head[128];
        const char *name = signature_name((signature_kind)k);
        err why = {0};
        snprintf(head, sizeof head, "{\"alg\":\"%s\",\"kid\":\"%s\"}", name, name);
        CHECK_OK(judge(&s, make(&s, (signature_kind)k, head, S(GOOD)), &why));
        snprintf(head, sizeof head, "{\"alg\":\"%s\"}", name); /* the only one of its kind */
        CHECK_OK(judge(&s, make(&s, (signature_kind)k, head, S(GOOD)), &why));
    }
}

TEST(claims_are_judged)
{
    static const struct {
        slice claims;
        status want;
        const char *word; /* of the reason */
    } rows[] = {
        {S_INIT(GOOD), OK, NULL},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "[\"us\"]", "\"n-1\"", TIMES)), OK, NULL},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "\"us\"", "\"n-1\"", TIMES ",\"azp\":\"us\"")), OK, NULL},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "\"us\"", "\"n-1\"", TIMES ",\"nbf\":1800000060")), OK,
         NULL},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "\"us\"", "\"n-1\"",
                       "\"exp\":1799999941,\"iat\":1799999400")),
         OK, NULL},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "\"us\"", "\"n-1\"",
                       "\"exp\":1.8000003e9,\"iat\":1800000060.0")),
         OK, NULL},
        {S_INIT("{}"), ERR_FORBIDDEN, "issuer"},
        {S_INIT(CLAIMS("\"" ISSUER "/\"", "\"us\"", "\"n-1\"", TIMES)), ERR_FORBIDDEN, "issuer"},
        {S_INIT(CLAIMS("\"https://IDP.example/tenant\"", "\"us\"", "\"n-1\"", TIMES)),
         ERR_FORBIDDEN, "issuer"},
        {S_INIT(CLAIMS("[\"" ISSUER "\"]", "\"us\"", "\"n-1\"", TIMES)), ERR_FORBIDDEN, "issuer"},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "\"US\"", "\"n-1\"", TIMES)), ERR_FORBIDDEN, "aud"},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "[]", "\"n-1\"", TIMES)), ERR_FORBIDDEN, "aud"},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "[\"us\",\"them\"]", "\"n-1\"", TIMES)), ERR_FORBIDDEN,
         "aud"},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "[[\"us\"]]", "\"n-1\"", TIMES)), ERR_FORBIDDEN, "aud"},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "null", "\"n-1\"", TIMES)), ERR_FORBIDDEN, "aud"},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "\"us\"", "\"n-1\"", TIMES ",\"azp\":\"them\"")),
         ERR_FORBIDDEN, "azp"},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "\"us\"", "\"n-1\"", TIMES ",\"azp\":null")),
         ERR_FORBIDDEN, "azp"},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "\"us\"", "\"n-2\"", TIMES)), ERR_FORBIDDEN, "nonce"},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "\"us\"", "null", TIMES)), ERR_FORBIDDEN, "nonce"},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "\"us\"", "\"n-1\"",
                       "\"exp\":1799999940,\"iat\":1800000000")),
         ERR_FORBIDDEN, "exp"},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "\"us\"", "\"n-1\"", "\"iat\":1800000000")), ERR_FORBIDDEN,
         "exp"},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "\"us\"", "\"n-1\"",
                       "\"exp\":\"1800000300\",\"iat\":1800000000")),
         ERR_FORBIDDEN, "exp"},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "\"us\"", "\"n-1\"", "\"exp\":9e18,\"iat\":1800000000")),
         ERR_FORBIDDEN, "exp"},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "\"us\"", "\"n-1\"", "\"exp\":-1,\"iat\":1800000000")),
         ERR_FORBIDDEN, "exp"},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "\"us\"", "\"n-1\"", "\"exp\":1800000300")), ERR_FORBIDDEN,
         "iat"},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "\"us\"", "\"n-1\"",
                       "\"exp\":1800000300,\"iat\":1800000061")),
         ERR_FORBIDDEN, "iat"},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "\"us\"", "\"n-1\"",
                       "\"exp\":1800000300,\"iat\":1799999399")),
         ERR_FORBIDDEN, "iat"},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "\"us\"", "\"n-1\"", TIMES ",\"nbf\":1800000061")),
         ERR_FORBIDDEN, "nbf"},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "\"us\"", "\"n-1\"", TIMES ",\"nbf\":null")),
         ERR_FORBIDDEN, "nbf"},
        {S_INIT(CLAIMS("\"" ISSUER "\"", "\"us\"", "\"n-1\"", TIMES ",\"sub\":\"t\"")), ERR_INPUT,
         "claims"}, /* twice */
    };
    CLEANUP(scene_done) scene s;
    scene_init(&s);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        err why = {0};
        slice text = make(&s, SIGNATURE_EDDSA, "{\"alg\":\"EdDSA\"}", rows[i].claims);
        status st = judge(&s, text, &why);
        if (st != rows[i].want || (rows[i].word && !strstr(why.msg, rows[i].word)))
            TEST_FAIL("row %zu: %s, %s", i, status_name(st), why.msg);
    }
}

TEST(heads_are_judged)
{
    static const struct {
        const char *head;
        status want;
    } rows[] = {
        {"{\"alg\":\"EdDSA\",\"kid\":\"EdDSA\",\"typ\":\"JWT\"}", OK},
        {"{\"alg\":\"none\"}", ERR_INPUT},
        {"{\"alg\":\"HS256\"}", ERR_INPUT},
        {"{\"alg\":\"eddsa\"}", ERR_INPUT},
        {"{\"alg\":\"PS256\"}", ERR_INPUT},
        {"{\"alg\":[\"EdDSA\"]}", ERR_INPUT},
        {"{}", ERR_INPUT},
        {"[]", ERR_INPUT},
        {"{\"alg\":\"EdDSA\",\"crit\":[]}", ERR_INPUT},
        {"{\"alg\":\"EdDSA\",\"kid\":\"\"}", ERR_INPUT},
        {"{\"alg\":\"EdDSA\",\"kid\":7}", ERR_INPUT},
        {"{\"alg\":\"EdDSA\",\"alg\":\"EdDSA\"}", ERR_INPUT},
        {"{\"alg\":\"EdDSA\",\"kid\":\"another\"}", ERR_NOT_FOUND},
        {"{\"alg\":\"EdDSA\",\"kid\":\"RS256\"}", ERR_NOT_FOUND},
        {"{\"alg\":\"ES256\"}", ERR_FORBIDDEN}, /* signed by the other key */
        {"{\"alg\":\"RS256\"}", ERR_FORBIDDEN},
    };
    CLEANUP(scene_done) scene s;
    scene_init(&s);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        err why = {0};
        status st = judge(&s, make(&s, SIGNATURE_EDDSA, rows[i].head, S(GOOD)), &why);
        if (st != rows[i].want)
            TEST_FAIL("%s: %s, %s", rows[i].head, status_name(st), why.msg);
    }
    s.room[s.keys.count++] = s.room[SIGNATURE_EDDSA]; /* two that it may be */
    CHECK_EQ(judge(&s, make(&s, SIGNATURE_EDDSA, "{\"alg\":\"EdDSA\"}", S(GOOD)), NULL),
             ERR_NOT_FOUND);
}

/* One byte of it is another: whatever that comes to, it is not this token. */
TEST(no_byte_of_a_token_can_change)
{
    CLEANUP(scene_done) scene s;
    scene_init(&s);
    slice text = make(&s, SIGNATURE_ES256, "{\"alg\":\"ES256\"}", S(GOOD)), other;
    CHECK_OK(judge(&s, text, NULL));
    for (size_t i = 0; i < text.len; i++) {
        arena_mark here = arena_here(&s.a);
        REQUIRE(arena_copy(&s.a, text, &other));
        ((char *)(uintptr_t)other.ptr)[i] ^= 1;
        CHECK(judge(&s, other, NULL) != OK);
        CHECK(judge(&s, slice_sub(text, 0, i), NULL) != OK);
        arena_back(&s.a, here);
    }
}

TEST(tokens_have_a_limit)
{
    static char text[OIDC_TOKEN_MAX + 1];
    CLEANUP(arena_done) arena a;
    oidc_token t;
    memset(text, 'A', sizeof text);
    arena_init(&a, MEMORY);
    CHECK_EQ(oidc_token_read(&a, slice_of(text, OIDC_TOKEN_MAX), &t, NULL), ERR_INPUT);
    CHECK_EQ(oidc_token_read(&a, slice_of(text, OIDC_TOKEN_MAX + 1), &t, NULL), ERR_LIMIT);
}

TEST(every_allocation_may_fail)
{
    static const slice description = S_INIT("{\"issuer\":\"" ISSUER "\"," ENDPOINTS "}");
    static const slice keys_text = S_INIT("{\"keys\":[" ED("one", "") "]}");
    CLEANUP(scene_done) scene s;
    scene_init(&s);
    slice text = make(&s, SIGNATURE_EDDSA, "{\"alg\":\"EdDSA\"}", S(GOOD));
    bool done = false;
    for (long n = 0; !done; n++) {
        CLEANUP(arena_done) arena a;
        oidc_provider p = {.token = S("?")};
        oidc_keys k = {.count = 7};
        oidc_token t = {.text = S("?")};
        arena_init(&a, MEMORY);
        a.fail_after = n;
        status st = oidc_provider_read(&a, description, S(ISSUER), &p, NULL);
        CHECK(st == OK || (st == ERR_LIMIT && slice_eq(p.token, S("?"))));
        if (st == OK)
            st = oidc_keys_read(&a, keys_text, &k, NULL);
        CHECK(st == OK || (st == ERR_LIMIT && k.count == 7));
        if (st == OK)
            st = oidc_token_read(&a, text, &t, NULL);
        CHECK(st == OK || (st == ERR_LIMIT && slice_eq(t.text, S("?"))));
        done = st == OK;
    }
}
