#include "base/test.h"
#include "model/url.h"

typedef struct row {
    slice in, out;
    unsigned changed;
} row;

enum { C = URL_CASE, I = URL_IDNA, W = URL_WIDTH, N = URL_NORMALISED };

static void check(const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char out[URL_MAX + 1], again[URL_MAX + 1];
        size_t len = 0, len2 = 0;
        unsigned changed = 0, changed2 = 99;
        err why = {0};
        if (url_normalise(rows[i].in, out, &len, &changed, &why) != OK) {
            TEST_FAIL("\"%.*s\": %s", SLICE_FMT(rows[i].in), why.msg);
            continue;
        }
        CHECK_SLICE(slice_of(out, len), rows[i].out);
        if (changed != rows[i].changed)
            TEST_FAIL("\"%.*s\" changed %x, want %x", SLICE_FMT(rows[i].in), changed,
                      rows[i].changed);
        CHECK_OK(url_normalise(slice_of(out, len), again, &len2, &changed2, NULL));
        CHECK_SLICE(slice_of(again, len2), rows[i].out);
        CHECK_EQ(changed2, 0);
    }
}

TEST(the_table_of_the_reference)
{
    static const row rows[] = {
        {S_INIT("HTTP://EXAMPLE.com/Ab"), S_INIT("http://example.com/Ab"), C},
        {S_INIT("https://x.com:443/"), S_INIT("https://x.com/"), N},
        {S_INIT("http:\\\\a.example\\b"), S_INIT("http://a.example/b"), N},
        {S_INIT("http://h.example/a/./b/../c"), S_INIT("http://h.example/a/c"), N},
        {S_INIT("http://h.example/a/%2e/b/%2E%2e/c"), S_INIT("http://h.example/a/c"), N},
        {S_INIT("http://a.example#x"), S_INIT("http://a.example/"), N},
        {S_INIT("http://a.example/~user%2f"), S_INIT("http://a.example/~user%2F"), N},
        {S_INIT("http://a.example/%7euser%2F%3F%23%25"),
         S_INIT("http://a.example/~user%2F%3F%23%25"), N},
        {S_INIT("http://google.example@evil.example/"),
         S_INIT("http://google.example@evil.example/"), 0},
        {S_INIT("http://0x7f.1/"), S_INIT("http://127.0.0.1/"), N},
        {S_INIT("http://2130706433/"), S_INIT("http://127.0.0.1/"), N},
        {S_INIT("http://017700000001/"), S_INIT("http://127.0.0.1/"), N},
        {S_INIT("http://127.1"), S_INIT("http://127.0.0.1/"), N},
        {S_INIT("http://[::FFFF:1.2.3.4]/"), S_INIT("http://[::ffff:102:304]/"), N},
        {S_INIT("http://[fe80::1%25eth0]/"), S_INIT("http://[fe80::1]/"), N},
        {S_INIT("example.com/a?b"), S_INIT("example.com/a?b"), 0},
    };
    check(rows, COUNT_OF(rows));
}

TEST(hosts_ports_and_users)
{
    static const row rows[] = {
        {S_INIT("http://b\xc3\xbc"
                "cher.example/"),
         S_INIT("http://xn--bcher-kva.example/"), I},
        {S_INIT("http://\xef\xbd\x85x.example/"), S_INIT("http://ex.example/"), W},
        {S_INIT("http://%65vil.example/"), S_INIT("http://evil.example/"), N},
        {S_INIT("http://h.example./"), S_INIT("http://h.example/"), N},
        {S_INIT("http://h.example:/"), S_INIT("http://h.example/"), N},
        {S_INIT("http://h.example:080/"), S_INIT("http://h.example/"), N},
        {S_INIT("http://h.example:8080"), S_INIT("http://h.example:8080/"), N},
        {S_INIT("ssh://H.example:22/"), S_INIT("ssh://h.example/"), C | N},
        {S_INIT("ftp://h.example:21/x"), S_INIT("ftp://h.example/x"), N},
        {S_INIT("http://u:@h.example/"), S_INIT("http://u@h.example/"), N},
        {S_INIT("http://@h.example/"), S_INIT("http://h.example/"), N},
        {S_INIT("http://a@b@h.example/"), S_INIT("http://a%40b@h.example/"), N},
        {S_INIT("http://u:p@h.example:81/"), S_INIT("http://u:p@h.example:81/"), 0},
        {S_INIT("http:h.example/x"), S_INIT("http://h.example/x"), N},
        {S_INIT("http:////h.example/x"), S_INIT("http://h.example/x"), N},
        {S_INIT("192.0.2.1:8080/x"), S_INIT("192.0.2.1:8080/x"), 0},
        {S_INIT("h.example:80"), S_INIT("h.example:80/"), N},
        {S_INIT("[2001:DB8::1]:80/x"), S_INIT("[2001:db8::1]:80/x"), C},
    };
    check(rows, COUNT_OF(rows));
}

TEST(paths_queries_and_other_schemes)
{
    static const row rows[] = {
        {S_INIT("http://h.example/a b\"<>`{}"), S_INIT("http://h.example/a%20b%22%3C%3E%60%7B%7D"),
         N},
        {S_INIT("http://h.example/\xe6\x97\xa5?\xe6\x97\xa5"),
         S_INIT("http://h.example/%E6%97%A5?%E6%97%A5"), N},
        {S_INIT("http://h.example/\xff"), S_INIT("http://h.example/%FF"), N},
        {S_INIT("http://h.example/100%"), S_INIT("http://h.example/100%25"), N},
        {S_INIT("http://h.example/%zz"), S_INIT("http://h.example/%25zz"), N},
        {S_INIT("http://h.example/?"), S_INIT("http://h.example/?"), 0},
        {S_INIT("http://h.example?q='x'"), S_INIT("http://h.example/?q=%27x%27"), N},
        {S_INIT("http://h.example/?b=2&a=1&a=1"), S_INIT("http://h.example/?b=2&a=1&a=1"), 0},
        {S_INIT("http://h.example/a//b"), S_INIT("http://h.example/a//b"), 0},
        {S_INIT("http://h.example/../../a"), S_INIT("http://h.example/a"), N},
        {S_INIT("http://h.example/a/.."), S_INIT("http://h.example/"), N},
        {S_INIT("http://h.example/a//../b"), S_INIT("http://h.example/a/b"), N},
        {S_INIT("http://h.example/...x/.."), S_INIT("http://h.example/"), N},
        {S_INIT("ht\ttp://h.exa\nmple/a\rb"), S_INIT("http://h.example/ab"), N},
        {S_INIT("file:///C:/x"), S_INIT("file:///C:/x"), 0},
        {S_INIT("smb://h.example/share"), S_INIT("smb://h.example/share"), 0},
        {S_INIT("git://h.example/a\\b"), S_INIT("git://h.example/a\\b"), 0},
        {S_INIT("data:text/plain,a b"), S_INIT("data:text/plain,a%20b"), N},
        {S_INIT("javascript:alert(1)#x"), S_INIT("javascript:alert(1)"), N},
    };
    check(rows, COUNT_OF(rows));
}

TEST(what_is_no_url_is_refused)
{
    static const slice wrong[] = {S_INIT(""),
                                  S_INIT("http://"),
                                  S_INIT("http:///"),
                                  S_INIT("/a/b"),
                                  S_INIT("http://a..b/"),
                                  S_INIT("http://h.example:99999/"),
                                  S_INIT("http://h.example:x/"),
                                  S_INIT("http://256.1.1.1/"),
                                  S_INIT("http://1.2.3.4.5/"),
                                  S_INIT("http://0xffffffffff/"),
                                  S_INIT("http://[::1/"),
                                  S_INIT("http://[::g]/"),
                                  S_INIT("http://a b/"),
                                  S_INIT("javascript:"),
                                  S_INIT("data:#x"),
                                  S_INIT("@http:9/"),
                                  S_INIT("http://%00/"),
                                  S_INIT("http://a.\xef\xbc\x90x1/"),
                                  S_INIT("http://1.2.3.08/")};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        char out[URL_MAX + 1];
        size_t len = 77;
        unsigned changed = 77;
        err why = {0};
        if (url_normalise(wrong[i], out, &len, &changed, &why) != ERR_INPUT)
            TEST_FAIL("\"%.*s\" was taken", SLICE_FMT(wrong[i]));
        CHECK(why.msg[0] && len == 77 && changed == 77);
    }
}

TEST(a_url_has_at_most_8192_bytes_before_and_after_encoding)
{
    static char text[URL_MAX + 2], out[URL_MAX + 1];
    size_t len;
    unsigned changed;
    memset(text, 'a', sizeof text);
    memcpy(text, "http://h.example/", 17);
    CHECK_OK(url_normalise(slice_of(text, URL_MAX), out, &len, &changed, NULL));
    CHECK_EQ(len, URL_MAX);
    CHECK_EQ(url_normalise(slice_of(text, URL_MAX + 1), out, &len, &changed, NULL), ERR_LIMIT);
    text[100] = ' '; /* becomes three */
    CHECK_OK(url_normalise(slice_of(text, URL_MAX - 2), out, &len, &changed, NULL));
    CHECK_EQ(len, URL_MAX);
    CHECK_EQ(url_normalise(slice_of(text, URL_MAX - 1), out, &len, &changed, NULL), ERR_LIMIT);
}

TEST(a_url_comes_apart)
{
    url u = url_split(S("http://u:p@[2001:db8::1]:81/a/b?c=d?e"));
    CHECK_SLICE(u.scheme, S("http"));
    CHECK_SLICE(u.userinfo, S("u:p"));
    CHECK_SLICE(u.host, S("2001:db8::1"));
    CHECK_EQ(u.host_kind, URL_HOST_IP6);
    CHECK_EQ(u.port, 81);
    CHECK_SLICE(u.path, S("/a/b"));
    CHECK(u.has_query);
    CHECK_SLICE(u.query, S("c=d?e"));
    u = url_split(S("192.0.2.1:8080/x"));
    CHECK_EQ(u.scheme.len, 0);
    CHECK_EQ(u.host_kind, URL_HOST_IP4);
    CHECK_EQ(u.port, 8080);
    u = url_split(S("data:x,y"));
    CHECK_SLICE(u.scheme, S("data"));
    CHECK_EQ(u.host_kind, URL_HOST_NONE);
    CHECK_SLICE(u.path, S("x,y"));
    u = url_split(S("h.example/?"));
    CHECK(u.has_query && u.query.len == 0);
    CHECK_EQ(url_default_port(S("https")), 443);
    CHECK_EQ(url_default_port(S("nosuch")), 0);
}
