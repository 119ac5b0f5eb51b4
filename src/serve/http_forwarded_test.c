#include "base/test.h"
#include "serve/http/forwarded.h"

/* Proxies are 10.0.0.0/8 and 2001:db8:aa::/48; the one that asks is 10.0.0.1. */
static forwarded_said ask(bool standard, const http_pair *headers, size_t count)
{
    ip_net nets[2];
    unsigned changed;
    ip peer;
    forwarded_said said = {.https = true};
    CHECK_OK(ip_net_parse(S("10.0.0.0/8"), &nets[0], &changed, NULL));
    CHECK_OK(ip_net_parse(S("2001:db8:aa::/48"), &nets[1], &changed, NULL));
    CHECK_OK(ip_parse(S("10.0.0.1"), &peer, NULL));
    const forwarded_trust t = {nets, COUNT_OF(nets), standard};
    CHECK(forwarded_trusts(&t, &peer));
    forwarded_read(&t, headers, count, &peer, &said);
    return said;
}

static void check(bool standard, slice value, const char *client)
{
    char text[IP_TEXT_MAX];
    const http_pair header = {standard ? S("Forwarded") : S("X-Forwarded-For"), value};
    forwarded_said said = ask(standard, &header, 1);
    ip_print(&said.client, text);
    if (strcmp(text, client) != 0)
        TEST_FAIL("%.*s: %s, want %s", SLICE_FMT(slice_sub(value, 0, 80)), text, client);
}

TEST(addresses_of_a_list)
{
    static const struct {
        slice value;
        const char *client;
    } rows[] = {
        {S_INIT("203.0.113.9"), "203.0.113.9"},
        {S_INIT(" 203.0.113.9 "), "203.0.113.9"},
        {S_INIT("203.0.113.9:4711"), "203.0.113.9"},
        {S_INIT("2001:db8::9"), "2001:db8::9"},
        {S_INIT("[2001:db8::9]"), "2001:db8::9"},
        {S_INIT("[2001:db8::9]:443"), "2001:db8::9"},
        {S_INIT("::ffff:203.0.113.9"), "203.0.113.9"},
        /* what the client sent stands in front */
        {S_INIT("1.1.1.1, 203.0.113.9"), "203.0.113.9"},
        {S_INIT("10.0.0.7, 203.0.113.9"), "203.0.113.9"},
        {S_INIT("<script>, 203.0.113.9"), "203.0.113.9"},
        {S_INIT("1.1.1.1, 203.0.113.9,"), "203.0.113.9"},
        /* proxies behind each other */
        {S_INIT("1.1.1.1, 203.0.113.9, 10.2.3.4"), "203.0.113.9"},
        {S_INIT("203.0.113.9,10.2.3.4,2001:db8:aa::1"), "203.0.113.9"},
        {S_INIT("10.9.9.9, 10.2.3.4"), "10.9.9.9"}, /* a proxy itself */
        /* who says no address is the client */
        {S_INIT(""), "10.0.0.1"},
        {S_INIT(",,, ,"), "10.0.0.1"},
        {S_INIT("unknown"), "10.0.0.1"},
        {S_INIT("203.0.113.9, unknown"), "10.0.0.1"},
        {S_INIT("203.0.113.9, unknown, 10.2.3.4"), "10.2.3.4"},
        {S_INIT("203.0.113.09"), "10.0.0.1"},
        {S_INIT("203.0.113.9.1"), "10.0.0.1"},
        {S_INIT("[2001:db8::9"), "10.0.0.1"},
        {S_INIT("[2001:db8::9]x"), "10.0.0.1"},
        {S_INIT("[203.0.113.9]"), "10.0.0.1"},
        {S_INIT("for=203.0.113.9"), "10.0.0.1"},
        {S_INIT("203.0.113.9 10.2.3.4"), "10.0.0.1"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(false, rows[i].value, rows[i].client);
}

TEST(elements_of_the_standard)
{
    static const struct {
        slice value;
        const char *client;
    } rows[] = {
        {S_INIT("for=203.0.113.9"), "203.0.113.9"},
        {S_INIT("For=\"203.0.113.9:4711\";proto=http;by=10.0.0.1"), "203.0.113.9"},
        {S_INIT("for=\"[2001:db8::9]:4711\""), "2001:db8::9"},
        {S_INIT("proto=https ; for=203.0.113.9"), "203.0.113.9"},
        {S_INIT("for=1.1.1.1, for=203.0.113.9"), "203.0.113.9"},
        {S_INIT("for=203.0.113.9, for=10.2.3.4;by=\"[2001:db8:aa::1]\""), "203.0.113.9"},
        {S_INIT("for=1.1.1.1,,for=203.0.113.9, "), "203.0.113.9"},
        {S_INIT("host=\"a,b;c\\\"\";for=203.0.113.9"), "203.0.113.9"},
        /* nothing, or nothing that one may believe */
        {S_INIT(""), "10.0.0.1"},
        {S_INIT("203.0.113.9"), "10.0.0.1"},
        {S_INIT("for=unknown"), "10.0.0.1"},
        {S_INIT("for=_hidden"), "10.0.0.1"},
        {S_INIT("proto=https"), "10.0.0.1"},
        {S_INIT("for=1.1.1.1;for=203.0.113.9"), "10.0.0.1"},
        {S_INIT("for="), "10.0.0.1"},
        {S_INIT("for=203.0.113.9 x"), "10.0.0.1"},
        {S_INIT("for=[2001:db8::9]"), "10.0.0.1"}, /* has to be in quotes */
        {S_INIT("for=\"203.0.113\\.9\""), "10.0.0.1"},
        /* the client left a quote open: what the proxy appended is inside it */
        {S_INIT("for=\"1.1.1.1, for=203.0.113.9"), "10.0.0.1"},
        {S_INIT("x=\"\\, for=203.0.113.9"), "10.0.0.1"},
        {S_INIT("x=\", for=\"[2001:db8::9]\""), "10.0.0.1"},
        {S_INIT("x=\"\\\", for=\"[2001:db8::9]\";by=\"[2001:db8::7]\""), "10.0.0.1"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        check(true, rows[i].value, rows[i].client);
}

TEST(of_the_other_header_nothing_is_believed)
{
    const http_pair both[] = {{S("x-forwarded-for"), S("203.0.113.9")},
                              {S("FORWARDED"), S("for=198.51.100.9;proto=https")},
                              {S("X-Real-IP"), S("1.1.1.1")}};
    char text[IP_TEXT_MAX];
    forwarded_said said = ask(false, both, COUNT_OF(both));
    ip_print(&said.client, text);
    CHECK_SLICE(slice_str(text), S("203.0.113.9"));
    CHECK(!said.https);
    said = ask(true, both, COUNT_OF(both));
    ip_print(&said.client, text);
    CHECK_SLICE(slice_str(text), S("198.51.100.9"));
    CHECK(said.https);
}

TEST(lines_are_one_list)
{
    const http_pair lines[] = {{S("X-Forwarded-For"), S("1.1.1.1")},
                               {S("X-Forwarded-Proto"), S("http")},
                               {S("X-Forwarded-For"), S("203.0.113.9, 10.0.0.2")},
                               {S("X-Forwarded-Proto"), S("http, HTTPS")}};
    char text[IP_TEXT_MAX];
    forwarded_said said = ask(false, lines, COUNT_OF(lines));
    ip_print(&said.client, text);
    CHECK_SLICE(slice_str(text), S("203.0.113.9"));
    CHECK(said.https);
    CHECK(!ask(false, lines, 3).https);
    const http_pair broken[] = {{S("Forwarded"), S("for=\"")}, {S("Forwarded"), S("for=2001")}};
    said = ask(true, broken, 2);
    ip_print(&said.client, text);
    CHECK_SLICE(slice_str(text), S("10.0.0.1"));
}

/* FORWARDED_HOPS_MAX of the end are looked at, one more is not. */
TEST(proxies_behind_each_other_up_to_the_limit)
{
    for (int standard = 0; standard < 2; standard++) {
        CLEANUP(buf_done) buf list;
        buf_init(&list, 1 << 20);
        buf_put(&list, standard ? S("for=203.0.113.9") : S("203.0.113.9"));
        for (int i = 1; i < FORWARDED_HOPS_MAX; i++)
            buf_printf(&list, standard ? ",for=10.1.0.%d" : ",10.1.0.%d", i);
        check(standard, buf_slice(&list), "203.0.113.9");
        buf_put(&list, standard ? S(",for=10.2.2.2") : S(",10.2.2.2"));
        check(standard, buf_slice(&list), "10.1.0.1");
        for (int i = 0; i < 3000; i++)
            buf_put(&list, standard ? S(",for=10.2.2.2") : S(",10.2.2.2"));
        check(standard, buf_slice(&list), "10.2.2.2");
    }
}
