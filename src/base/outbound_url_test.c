#include "base/outbound.h"
#include "base/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>

TEST(urls_are_put_together_again)
{
    const struct {
        const char *text, *want, *host;
    } table[] = {
        {"https://example.org", "https://example.org/", "example.org"},
        {"HTTPS://Example.ORG:443/A?B#c", "https://example.org/A?B", "example.org"},
        {"http://example.org:80/", "http://example.org/", "example.org"},
        {"http://example.org:8080?x=/../y", "http://example.org:8080/?x=/../y", "example.org"},
        {"https://a/b/../../c/./d/..", "https://a/c/", "a"},
        {"https://a//b///c", "https://a//b///c", "a"},
        {"https://a/%2e%2E/x", "https://a/%2e%2E/x", "a"},
        {"https://192.0.2.7/x", "https://192.0.2.7/x", "192.0.2.7"},
        {"https://[2001:DB8:0::1]:8443/x", "https://[2001:db8::1]:8443/x", "2001:db8::1"},
        {"https://[::ffff:127.0.0.1]/", "https://[::ffff:127.0.0.1]/", "::ffff:127.0.0.1"},
        {"https://xn--r8jz45g.example/", "https://xn--r8jz45g.example/", "xn--r8jz45g.example"},
    };
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        CLEANUP(arena_done) arena a;
        outbound_url u = {0};
        arena_init(&a, 1 << 16);
        CHECK_OK(outbound_url_read(&a, slice_str(table[i].text), &u, NULL));
        CHECK_SLICE(u.text, slice_str(table[i].want));
        CHECK_SLICE(u.host, slice_str(table[i].host));
    }
}

TEST(what_has_two_readings_is_refused)
{
    static const char *const table[] = {
        "",
        "example.org",
        "//example.org/",
        "ftp://example.org/",
        "file:///etc/passwd",
        "https:/example.org/",
        "https:///x",
        "https://:443/",
        "https://user@example.org/",
        "https://example.org@192.0.2.1/",
        "https://127.1/",
        "https://0x7f.0.0.1/",
        "https://2130706433/",
        "https://0177.0.0.1/",
        "https://127.0.0.0x1/",
        "https://192.0.2.256/",
        "https://example.org./",
        "https://exa mple.org/",
        "https://example.org/a b",
        "https://example.org/a\\b",
        "https://example.org\\@evil.example/",
        "https://example%2forg/",
        "https://example.org/%",
        "https://example.org/%4",
        "https://example.org/%zz",
        "https://example.org:0/",
        "https://example.org:65536/",
        "https://example.org:+80/",
        "https://example.org:000080/",
        "https://[::1/",
        "https://[::1]x/",
        "https://[fe80::1%25eth0]/",
        "https://[127.0.0.1]/",
        "https://-a.example/",
        "https://a..b/",
        "https://a,b/",
        "https://\xe4\xbe\x8b.example/",
        "https://example.org/\xe4\xbe\x8b",
        "https://example.org/\r\nX: y",
        "https://example.org\t/",
    };
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        CLEANUP(arena_done) arena a;
        outbound_url u;
        arena_init(&a, 1 << 16);
        if (outbound_url_read(&a, slice_str(table[i]), &u, NULL) != ERR_INPUT)
            TEST_FAIL("%s was taken", table[i]);
    }
    CLEANUP(arena_done) arena a;
    outbound_url u;
    arena_init(&a, 1 << 16);
    CHECK_EQ(outbound_url_read(&a, S("https://a/\0b"), &u, NULL), ERR_INPUT);
}

TEST(a_url_has_a_limit)
{
    CLEANUP(arena_done) arena a;
    static char text[OUTBOUND_URL_MAX + 1];
    outbound_url u;
    arena_init(&a, 1 << 20);
    memset(text, 'x', sizeof text);
    memcpy(text, "https://a/", 10);
    CHECK_OK(outbound_url_read(&a, slice_of(text, OUTBOUND_URL_MAX), &u, NULL));
    CHECK_EQ(outbound_url_read(&a, slice_of(text, OUTBOUND_URL_MAX + 1), &u, NULL), ERR_LIMIT);
    memcpy(text, "https://a?", 10); /* with the path's "/" it is one byte longer */
    CHECK_EQ(outbound_url_read(&a, slice_of(text, OUTBOUND_URL_MAX), &u, NULL), ERR_LIMIT);
}

TEST(references_are_followed)
{
    const struct {
        const char *from, *reference, *want; /* NULL: refused */
    } table[] = {
        {"https://a.example/b/c?q", "d", "https://a.example/b/d"},
        {"https://a.example/b/c?q", "../d", "https://a.example/d"},
        {"https://a.example/b/c?q", "../../../d", "https://a.example/d"},
        {"https://a.example/b/c?q", "/d?e", "https://a.example/d?e"},
        {"https://a.example/b/c?q", "?e", "https://a.example/b/c?e"},
        {"https://a.example/b/c?q", "#f", "https://a.example/b/c?q"},
        {"https://a.example/b/c?q", "", "https://a.example/b/c?q"},
        {"https://a.example/b/c?q", "//other.example/x", "https://other.example/x"},
        {"https://a.example/b/c?q", "http://other.example", "http://other.example/"},
        {"https://a.example:8443/b", "/d", "https://a.example:8443/d"},
        {"https://a.example/b", "file:///etc/passwd", NULL},
        {"https://a.example/b", "gopher://a/", NULL},
        {"https://a.example/b", "javascript:x", NULL},
        {"https://a.example/b", "/\\evil.example", NULL},
        {"https://a.example/b", "\\\\evil.example", NULL},
        {"https://a.example/b", "//user@evil.example/", NULL},
        {"https://a.example/b", "a b", NULL},
    };
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        CLEANUP(arena_done) arena a;
        outbound_url from, to = {0};
        arena_init(&a, 1 << 16);
        CHECK_OK(outbound_url_read(&a, slice_str(table[i].from), &from, NULL));
        status st = outbound_url_follow(&a, &from, slice_str(table[i].reference), &to, NULL);
        if (table[i].want)
            CHECK_SLICE(to.text, slice_str(table[i].want));
        else if (st != ERR_INPUT)
            TEST_FAIL("%s was followed", table[i].reference);
    }
}

TEST(every_allocation_may_fail)
{
    for (long n = 0;; n++) {
        CLEANUP(arena_done) arena a;
        outbound_url u = {.port = 7}, to = {.port = 7};
        arena_init(&a, 1 << 16);
        a.fail_after = n;
        if (outbound_url_read(&a, S("https://[2001:db8::1]:8443?x"), &u, NULL) != OK) {
            CHECK_EQ(u.port, 7);
            continue;
        }
        if (outbound_url_follow(&a, &u, S("../y"), &to, NULL) == OK)
            break;
        CHECK_EQ(to.port, 7);
    }
}

/* --- addresses -------------------------------------------------------------------------------- */

static struct sockaddr_storage at(const char *text, uint16_t port)
{
    struct sockaddr_storage s = {0};
    struct sockaddr_in *v4 = (struct sockaddr_in *)&s;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&s;
    if (strchr(text, ':')) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        CHECK_EQ(inet_pton(AF_INET6, text, &v6->sin6_addr), 1);
    } else {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        CHECK_EQ(inet_pton(AF_INET, text, &v4->sin_addr), 1);
    }
    return s;
}

/* The first and the last address of each network, and their neighbours. */
TEST(ssrf_matrix_addresses)
{
    static const char *const refused[] = {
        "0.0.0.0",
        "0.255.255.255",
        "10.0.0.0",
        "10.255.255.255",
        "100.64.0.0",
        "100.127.255.255",
        "127.0.0.1",
        "127.255.255.255",
        "169.254.0.0",
        "169.254.169.254",
        "169.254.255.255",
        "172.16.0.0",
        "172.31.255.255",
        "192.0.0.0",
        "192.0.0.255",
        "192.168.0.0",
        "192.168.255.255",
        "198.18.0.0",
        "198.19.255.255",
        "224.0.0.0",
        "239.1.2.3",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::7f00:1",
        "::ffff:127.0.0.1",
        "::ffff:10.1.2.3",
        "::ffff:169.254.169.254",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2002:a9fe:a9fe::1",
        "2002:c0a8:101::",
        "2001:0:7f00:1::",
        "2001:0:808:808:0:0:80ff:fffe",
        "fc00::",
        "fdff::1",
        "fe80::1",
        "febf::1",
        "fec0::1",
        "feff::1",
        "ff00::",
        "ff02::1",
    };
    static const char *const fine[] = {
        "1.0.0.0",          "9.255.255.255",   "11.0.0.0",
        "100.63.255.255",   "100.128.0.0",     "126.255.255.255",
        "128.0.0.0",        "169.253.255.255", "169.255.0.0",
        "172.15.255.255",   "172.32.0.0",      "192.0.1.0",
        "192.167.255.255",  "192.169.0.0",     "198.17.255.255",
        "198.20.0.0",       "223.255.255.255", "::ffff:8.8.8.8",
        "64:ff9b::808:808", "2002:808:808::",  "2001:0:808:808:0:0:f7f7:f7f7",
        "2001:200::1",      "2606:4700::1",    "fbff::1",
    };
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct sockaddr_storage s = at(refused[i], 443);
        if (!outbound_address_refused((const struct sockaddr *)&s))
            TEST_FAIL("%s was not refused", refused[i]);
    }
    for (size_t i = 0; i < COUNT_OF(fine); i++) {
        struct sockaddr_storage s = at(fine[i], 443);
        if (outbound_address_refused((const struct sockaddr *)&s))
            TEST_FAIL("%s was refused", fine[i]);
    }
    struct sockaddr local = {.sa_family = AF_UNIX};
    CHECK(outbound_address_refused(&local));
}

TEST(exceptions_are_a_network_with_a_port)
{
    outbound_exception list[3];
    CHECK_OK(outbound_exception_read(S("10.1.2.0/23"), S("8443"), &list[0], NULL));
    CHECK_OK(outbound_exception_read(S("127.0.0.1"), S("8080"), &list[1], NULL));
    CHECK_OK(outbound_exception_read(S("fd00::/8"), S("443"), &list[2], NULL));
    const struct {
        const char *address;
        uint16_t port;
        bool want;
    } table[] = {{"10.1.2.0", 8443, true},         {"10.1.3.255", 8443, true},
                 {"10.1.4.0", 8443, false},        {"10.1.2.1", 443, false},
                 {"127.0.0.1", 8080, true},        {"127.0.0.2", 8080, false},
                 {"::ffff:127.0.0.1", 8080, true}, {"::ffff:127.0.0.1", 80, false},
                 {"fd12::1", 443, true},           {"fe12::1", 443, false}};
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        struct sockaddr_storage s = at(table[i].address, table[i].port);
        if (outbound_excepted(list, COUNT_OF(list), (const struct sockaddr *)&s) != table[i].want)
            TEST_FAIL("%s port %u", table[i].address, table[i].port);
    }
    static const char *const bad[][2] = {{"10.0.0.0/33", "80"},
                                         {"10.0.0.0/7", "80"},
                                         {"::/0", "80"},
                                         {"10.0.0", "80"},
                                         {"", "80"},
                                         {"x", "80"},
                                         {"10.0.0.0/8", "0"},
                                         {"10.0.0.0/8", "65536"},
                                         {"10.0.0.0/8", ""},
                                         {"10.0.0.0/", "80"}};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        CHECK_EQ(
            outbound_exception_read(slice_str(bad[i][0]), slice_str(bad[i][1]), &list[0], NULL),
            ERR_INPUT);
}
