#include "base/tls_kit.h"
#include "serve/http_kit.h"

static status hello(void *ctx, http_request *r, http_reply *w, err *why)
{
    (void)ctx, (void)why;
    buf *out = http_body(w, S("text/plain"));
    buf_printf(out, "hello %zu tls %d\n", r->body.len, r->tls);
    return OK;
}

enum { LARGE = 3 << 20 };

static status large(void *ctx, http_request *r, http_reply *w, err *why)
{
    (void)ctx, (void)why;
    char *at = arena_alloc(r->arena, LARGE);
    memset(at, 'x', LARGE);
    http_send(w, S("text/plain"), slice_of(at, LARGE));
    return OK;
}

static const http_route routes[] = {
    {HTTP_GET, "/hello", 0, hello},
    {HTTP_POST, "/body", HTTP_BODY | HTTP_SLOW, hello, 4 << 20},
    {HTTP_GET, "/large", HTTP_SLOW, large},
};

typedef struct secured {
    char where[64], certificate[96], key[96];
    kit k;
} secured;

static void open_secured(secured *s)
{
    snprintf(s->where, sizeof s->where, "/tmp/noroshi-https-XXXXXX");
    REQUIRE(mkdtemp(s->where));
    kit_certificate(s->where, "first");
    kit_certificate(s->where, "second");
    snprintf(s->certificate, sizeof s->certificate, "%s/first.pem", s->where);
    snprintf(s->key, sizeof s->key, "%s/first.key", s->where);
    http_options o = kit_options(&s->k, routes, COUNT_OF(routes));
    o.certificate = s->certificate;
    o.key = s->key;
    kit_open(&s->k, &o);
}

static void close_secured(secured *s)
{
    static const char *const names[] = {"first.pem", "first.key", "second.pem", "second.key"};
    char path[128];
    kit_close(&s->k);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        snprintf(path, sizeof path, "%s/%s", s->where, names[i]);
        (void)unlink(path);
    }
    CHECK(rmdir(s->where) == 0);
}

/* The whole answer over TLS; the name that the server showed goes to `shown`. */
static void ask(const secured *s, int version, slice request, buf *out, char shown[64])
{
    kit_client c;
    CLEANUP(buf_done) buf text;
    int fd = kit_connect(&s->k);
    buf_init(&text, 8 << 20);
    buf_clear(out);
    size_t at = slice_find(request, S("%H"), 0);
    buf_put(&text, slice_sub(request, 0, at));
    buf_printf(&text, "Host: %s\r\n", s->k.where);
    buf_put(&text, slice_from(request, at + 2));
    kit_client_open(&c, fd, s->where, NULL);
    SSL_set_max_proto_version(c.ssl, version);
    if (SSL_connect(c.ssl) == 1) {
        X509 *x = SSL_get1_peer_certificate(c.ssl);
        X509_NAME_get_text_by_NID(X509_get_subject_name(x), NID_commonName, shown, 64);
        X509_free(x);
        CHECK(kit_client_write(&c, buf_slice(&text)));
        for (;;) {
            size_t n = 0;
            char *into = buf_room(out, 16384);
            if (SSL_read_ex(c.ssl, into, 16384, &n) != 1)
                break;
            out->len += n;
        }
    }
    kit_client_close(&c, false);
    close(fd);
}

#define CLOSE "Connection: close\r\n\r\n"

TEST(requests_over_tls)
{
    secured s;
    CLEANUP(buf_done) buf out;
    CLEANUP(buf_done) buf text;
    char shown[64] = "";
    buf_init(&out, 8 << 20);
    buf_init(&text, 8 << 20);
    open_secured(&s);
    const int versions[] = {TLS1_2_VERSION, TLS1_3_VERSION};
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        ask(&s, versions[i], S("GET /hello HTTP/1.1\r\n%H" CLOSE), &out, shown);
        CHECK_SLICE(kit_body(buf_slice(&out)), S("hello 0 tls 1\n"));
        CHECK(kit_has(buf_slice(&out), S("\r\nStrict-Transport-Security: max-age=")));
        ask(&s, versions[i], S("GET /large HTTP/1.1\r\n%H" CLOSE), &out, shown);
        CHECK_EQ(kit_body(buf_slice(&out)).len, LARGE);
        buf_clear(&text);
        buf_printf(&text, "POST /body HTTP/1.1\r\n%%HContent-Length: %d\r\n" CLOSE, LARGE);
        memset(buf_room(&text, LARGE), 'y', LARGE);
        text.len += LARGE;
        ask(&s, versions[i], buf_slice(&text), &out, shown);
        CHECK_SLICE(kit_body(buf_slice(&out)), S("hello 3145728 tls 1\n"));
    }
    ask(&s, TLS1_1_VERSION, S("GET /hello HTTP/1.1\r\n%H" CLOSE), &out, shown);
    CHECK_EQ(out.len, 0);
    close_secured(&s);
}

TEST(who_does_not_speak_tls_gets_nothing)
{
    secured s;
    CLEANUP(buf_done) buf out;
    buf_init(&out, 1 << 20);
    open_secured(&s);
    slice answer = kit_ask(&s.k, S("GET /hello HTTP/1.1\r\n%H" CLOSE), &out);
    CHECK(!kit_has(answer, S("HTTP/1.1")));
    close_secured(&s);
}

static void move(const secured *s, const char *from, const char *to)
{
    char a[128], b[128];
    snprintf(a, sizeof a, "%s/%s", s->where, from);
    snprintf(b, sizeof b, "%s/%s", s->where, to);
    CHECK(rename(a, b) == 0);
}

TEST(a_new_certificate_is_taken_and_a_bad_one_is_not)
{
    secured s;
    CLEANUP(buf_done) buf out;
    char shown[64] = "", name[32];
    buf_init(&out, 1 << 20);
    open_secured(&s);
    ask(&s, TLS1_3_VERSION, S("GET /hello HTTP/1.1\r\n%H" CLOSE), &out, shown);
    CHECK_SLICE(slice_str(shown), S("first"));
    move(&s, "second.pem", "first.pem"); /* whose key is not there yet */
    snprintf(name, sizeof name, "%d ", HTTP_CERTIFICATE_BAD);
    CHECK(kit_logged(&s.k, &s.k.notices, slice_str(name)));
    CHECK(kit_logged(&s.k, &s.k.notices, S("the key is not the certificate's")));
    ask(&s, TLS1_3_VERSION, S("GET /hello HTTP/1.1\r\n%H" CLOSE), &out, shown);
    CHECK_SLICE(slice_str(shown), S("first"));
    CHECK_SLICE(kit_body(buf_slice(&out)), S("hello 0 tls 1\n"));
    move(&s, "second.key", "first.key");
    snprintf(name, sizeof name, "%d ", HTTP_CERTIFICATE_RELOADED);
    CHECK(kit_logged(&s.k, &s.k.notices, slice_str(name)));
    ask(&s, TLS1_3_VERSION, S("GET /hello HTTP/1.1\r\n%H" CLOSE), &out, shown);
    CHECK_SLICE(slice_str(shown), S("second"));
    close_secured(&s);
}
