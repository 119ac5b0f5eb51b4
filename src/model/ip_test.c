#include "base/test.h"
#include "model/ip.h"

static slice printed(const ip *a)
{
    static char text[IP_TEXT_MAX];
    return slice_of(text, ip_print(a, text));
}

TEST(addresses_are_read_and_printed_in_one_way)
{
    static const struct {
        slice in, out;
    } rows[] = {
        {S_INIT("192.0.2.1"), S_INIT("192.0.2.1")},
        {S_INIT("0.0.0.0"), S_INIT("0.0.0.0")},
        {S_INIT("255.255.255.255"), S_INIT("255.255.255.255")},
        {S_INIT("::"), S_INIT("::")},
        {S_INIT("::1"), S_INIT("::1")},
        {S_INIT("1::"), S_INIT("1::")},
        {S_INIT("2001:DB8:0:0:0:0:0:1"), S_INIT("2001:db8::1")},
        {S_INIT("2001:db8:0000:1:1:1:1:1"), S_INIT("2001:db8:0:1:1:1:1:1")}, /* RFC 5952 4.2.2 */
        {S_INIT("2001:0:0:1:0:0:0:1"), S_INIT("2001:0:0:1::1")},             /* the longest run */
        {S_INIT("2001:db8:0:0:1:0:0:1"), S_INIT("2001:db8::1:0:0:1")},       /* the first of two */
        {S_INIT("1:2:3:4:5:6:7::"), S_INIT("1:2:3:4:5:6:7:0")},
        {S_INIT("::2:3:4:5:6:7:8"), S_INIT("0:2:3:4:5:6:7:8")},
        {S_INIT("64:ff9b::192.0.2.33"), S_INIT("64:ff9b::c000:221")},
        {S_INIT("::ffff:192.0.2.1"), S_INIT("192.0.2.1")},
        {S_INIT("::FFFF:C000:0201"), S_INIT("192.0.2.1")},
        {S_INIT("::192.0.2.1"), S_INIT("::c000:201")}, /* compatible is not mapped */
        {S_INIT("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
         S_INIT("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        ip a, b;
        err why = {0};
        CHECK_OK(ip_parse(rows[i].in, &a, &why));
        CHECK_SLICE(printed(&a), rows[i].out);
        CHECK_OK(ip_parse(rows[i].out, &b, &why));
        CHECK(memcmp(a.b, b.b, sizeof a.b) == 0);
    }
}

TEST(what_is_no_address_is_refused_at_its_place)
{
    static const struct {
        slice in;
        uint64_t at;
    } rows[] = {
        {S_INIT(""), 0},
        {S_INIT("256.1.1.1"), 0},
        {S_INIT("1.2.3"), 5},
        {S_INIT("1.2.3.4.5"), 7},
        {S_INIT("1.2.3.04"), 6},
        {S_INIT("1.2.3.4 "), 7},
        {S_INIT("0001.2.3.4"), 0},
        {S_INIT("1..2.3"), 2},
        {S_INIT("1:2:3:4:5:6:7"), 13},
        {S_INIT("1:2:3:4:5:6:7:8:9"), 15},
        {S_INIT("1::2::3"), 4},
        {S_INIT("1:2:3:4:5:6:7::8"), 16}, /* "::" is one group at least */
        {S_INIT("12345::"), 4},
        {S_INIT(":1::2"), 0},
        {S_INIT("1:"), 1},
        {S_INIT("::1.2.3.256"), 2},
        {S_INIT("::1.2.3.4:5"), 2},
        {S_INIT("g::1"), 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        ip a = {{0x5a}};
        err why = {0};
        CHECK_EQ(ip_parse(rows[i].in, &a, &why), ERR_INPUT);
        CHECK_EQ(a.b[0], 0x5a);
        if (why.at != rows[i].at)
            TEST_FAIL("\"%.*s\" is wrong at %d, want %d", SLICE_FMT(rows[i].in), (int)why.at,
                      (int)rows[i].at);
        CHECK_EQ(ip_parse(rows[i].in, &a, NULL), ERR_INPUT);
    }
}

TEST(networks_have_no_host_bits)
{
    static const struct {
        slice in, out;
        unsigned changed;
    } rows[] = {
        {S_INIT("10.0.0.0/8"), S_INIT("10.0.0.0/8"), 0},
        {S_INIT("10.1.2.3/8"), S_INIT("10.0.0.0/8"), IP_NET_MASKED},
        {S_INIT("192.0.2.0/255.255.255.0"), S_INIT("192.0.2.0/24"), IP_NET_NETMASK},
        {S_INIT("192.0.2.9/255.255.255.0"), S_INIT("192.0.2.0/24"), IP_NET_NETMASK | IP_NET_MASKED},
        {S_INIT("0.0.0.0/0.0.0.0"), S_INIT("0.0.0.0/0"), IP_NET_NETMASK},
        {S_INIT("0.0.0.0/0"), S_INIT("0.0.0.0/0"), 0},
        {S_INIT("192.0.2.1/32"), S_INIT("192.0.2.1/32"), 0},
        {S_INIT("192.0.2.0/024"), S_INIT("192.0.2.0/24"), IP_NET_RESPELT},
        {S_INIT("2001:DB8::/32"), S_INIT("2001:db8::/32"), IP_NET_RESPELT},
        {S_INIT("2001:db8::1/32"), S_INIT("2001:db8::/32"), IP_NET_MASKED},
        {S_INIT("::/0"), S_INIT("::/0"), 0},
        {S_INIT("::1/128"), S_INIT("::1/128"), 0},
        {S_INIT("::ffff:192.0.2.0/120"), S_INIT("192.0.2.0/24"), IP_NET_RESPELT},
        {S_INIT("::ffff:192.0.2.0/90"), S_INIT("::ffc0:0:0/90"), IP_NET_MASKED},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        ip_net n;
        unsigned changed = 99;
        char text[IP_NET_TEXT_MAX];
        CHECK_OK(ip_net_parse(rows[i].in, &n, &changed, NULL));
        CHECK_SLICE(slice_of(text, ip_net_print(&n, text)), rows[i].out);
        CHECK_EQ(changed, rows[i].changed);
    }
    static const slice wrong[] = {
        S_INIT("1.2.3.4"),           S_INIT("1.2.3.4/33"),  S_INIT("1.2.3.4/"),
        S_INIT("1.2.3.4/-1"),        S_INIT("::/129"),      S_INIT("1.2.3/8"),
        S_INIT("1.2.3.4/0.255.0.0"), S_INIT("1.2.3.4/8/8"), S_INIT("::/255.0.0.0")};
    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        ip_net n;
        unsigned changed;
        CHECK_EQ(ip_net_parse(wrong[i], &n, &changed, NULL), ERR_INPUT);
    }
}

TEST(networks_hold_addresses_of_both_families)
{
    ip_net net, narrow;
    unsigned changed;
    ip in, out, six;
    REQUIRE(ip_net_parse(S("192.0.2.0/25"), &net, &changed, NULL) == OK);
    REQUIRE(ip_net_parse(S("192.0.2.64/26"), &narrow, &changed, NULL) == OK);
    REQUIRE(ip_parse(S("192.0.2.127"), &in, NULL) == OK);
    REQUIRE(ip_parse(S("192.0.2.128"), &out, NULL) == OK);
    REQUIRE(ip_parse(S("::192.0.2.1"), &six, NULL) == OK);
    CHECK(ip_net_has(&net, &in) && !ip_net_has(&net, &out) && !ip_net_has(&net, &six));
    CHECK(ip_net_covers(&net, &narrow) && !ip_net_covers(&narrow, &net));
    CHECK_EQ(net.prefix, 121);
    CHECK(ip_is4(&in) && !ip_is4(&six));
    CHECK_EQ(ip4_number(&in), 0xc000027f);
}

static size_t range_count(slice first, slice last, slice want, size_t room)
{
    ip lo, hi;
    ip_net nets[IP_RANGE_NETS_MAX];
    size_t count = 0, len = 0;
    char text[8192];
    CHECK_OK(ip_parse(first, &lo, NULL));
    CHECK_OK(ip_parse(last, &hi, NULL));
    if (ip_range(&lo, &hi, nets, room, &count, NULL) != OK)
        return 0;
    for (size_t i = 0; i < count; i++) {
        text[len] = ' ';
        len += 1 + ip_net_print(&nets[i], text + len + 1);
    }
    if (want.len)
        CHECK_SLICE(slice_trim(slice_of(text, len)), want);
    return count;
}

TEST(ranges_become_the_fewest_networks)
{
    size_t all = IP_RANGE_NETS_MAX;
    range_count(S("192.0.2.0"), S("192.0.2.255"), S("192.0.2.0/24"), all);
    range_count(S("192.0.2.1"), S("192.0.2.1"), S("192.0.2.1/32"), all);
    range_count(S("192.0.2.1"), S("192.0.2.6"),
                S("192.0.2.1/32 192.0.2.2/31 192.0.2.4/31 192.0.2.6/32"), all);
    range_count(S("0.0.0.0"), S("255.255.255.255"), S("0.0.0.0/0"), all);
    range_count(S("::"), S("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), S("::/0"), 1);
    range_count(S("2001:db8::"), S("2001:db8::ffff"), S("2001:db8::/112"), all);
    CHECK_EQ(range_count(S("0.0.0.1"), S("255.255.255.254"), S(""), all), 62);
    CHECK_EQ(range_count(S("0.0.0.1"), S("255.255.255.254"), S(""), 62), 62);
    CHECK_EQ(range_count(S("0.0.0.1"), S("255.255.255.254"), S(""), 61), 0);
    CHECK_EQ(range_count(S("::1"), S("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe"), S(""), all), all);
    CHECK_EQ(range_count(S("192.0.2.2"), S("192.0.2.1"), S(""), all), 0);
    CHECK_EQ(range_count(S("::1"), S("192.0.2.1"), S(""), all), 0);
}

TEST(special_ranges_are_told_by_the_narrowest_name)
{
    static const struct {
        slice in;
        const char *name;
    } rows[] = {
        {S_INIT("10.1.2.3"), "private"},
        {S_INIT("172.31.255.255"), "private"},
        {S_INIT("172.32.0.0"), NULL},
        {S_INIT("127.0.0.1"), "loopback"},
        {S_INIT("192.0.2.1"), "documentation"},
        {S_INIT("198.51.100.1"), "documentation"},
        {S_INIT("203.0.113.1"), "documentation"},
        {S_INIT("100.64.0.1"), "shared address space"},
        {S_INIT("169.254.0.1"), "link-local"},
        {S_INIT("224.0.0.1"), "multicast"},
        {S_INIT("255.255.255.255"), "broadcast"},
        {S_INIT("240.0.0.1"), "reserved"},
        {S_INIT("8.8.8.8"), NULL},
        {S_INIT("2606:4700::1"), NULL},
        {S_INIT("2001:db8::1"), "documentation"},
        {S_INIT("2001::1"), "Teredo"},
        {S_INIT("2001:3::1"), "protocol assignments"},
        {S_INIT("2002::1"), "6to4"},
        {S_INIT("fe80::1"), "link-local"},
        {S_INIT("fd00::1"), "unique local"},
        {S_INIT("ff02::1"), "multicast"},
        {S_INIT("::1"), "loopback"},
        {S_INIT("::"), "unspecified"},
        {S_INIT("64:ff9b::1"), "IPv4/IPv6 translation"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        ip a;
        CHECK_OK(ip_parse(rows[i].in, &a, NULL));
        const ip_special *s = ip_special_of(&a);
        if (!s != !rows[i].name || (s && strcmp(s->name, rows[i].name) != 0))
            TEST_FAIL("%.*s is %s", SLICE_FMT(rows[i].in), s ? s->name : "not special");
        CHECK(!s || s->source[0] == 'R');
    }
    ip_net wide, narrow;
    unsigned changed;
    CHECK_OK(ip_net_parse(S("10.0.0.0/7"), &wide, &changed, NULL));
    CHECK_OK(ip_net_parse(S("10.9.0.0/16"), &narrow, &changed, NULL));
    CHECK(ip_net_special_of(&wide) == NULL && ip_net_special_of(&narrow) != NULL);
}
