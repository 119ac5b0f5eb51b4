#include "base/test.h"
#include "serve/http/fields.h"
#include "serve/http/host.h"

TEST(cookies)
{
    size_t n = 0;
    slice v = {NULL, 0};
    fields_cookie(S("a=1; session=x=y;b=; c"), S("session"), &n, &v);
    CHECK_EQ(n, 1);
    CHECK_SLICE(v, S("x=y"));
    fields_cookie(S("session=z"), S("session"), &n, &v);
    CHECK_EQ(n, 2);
    CHECK_SLICE(v, S("x=y"));
    n = 0;
    fields_cookie(S("c; xsession=1; Session=2"), S("session"), &n, &v);
    CHECK_EQ(n, 0);
}

TEST(accepted_codings)
{
    static const struct {
        slice header;
        int br, gzip, identity;
    } rows[] = {
        {{NULL, 0}, 0, 0, 1},
        {S_INIT(""), 0, 0, 1},
        {S_INIT("gzip, deflate, br"), 1000, 1000, 1},
        {S_INIT("gzip;q=0.8, br;q=1.0, *;q=0"), 1000, 800, 0},
        {S_INIT("*"), 1000, 1000, 1},
        {S_INIT("*;q=0.5, br;q=0"), 0, 500, 1},
        {S_INIT("identity;q=0, gzip"), 0, 1000, 0},
        {S_INIT("GZIP ; Q=0.25"), 0, 250, 1},
        {S_INIT("x-gzip"), 0, 1000, 1},
        {S_INIT("gzip;q=2, br;q=0.0001, gzip;x=1"), 0, 0, 1},
        {S_INIT("gzip;q=, br;q"), 0, 0, 1},
        {S_INIT("br;q=1.001"), 0, 0, 1},
        {S_INIT("br;q=0.333;x"), 0, 0, 1},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        fields_codings c = fields_accept(rows[i].header);
        if (c.br != rows[i].br || c.gzip != rows[i].gzip || c.identity != rows[i].identity)
            TEST_FAIL("\"%.*s\" is %d %d %d", SLICE_FMT(rows[i].header), c.br, c.gzip, c.identity);
    }
}

TEST(ranges)
{
    static const struct {
        slice header;
        uint64_t size;
        fields_ranged want;
        uint64_t from, to;
    } rows[] = {
        {S_INIT("bytes=0-0"), 10, FIELDS_PART, 0, 1},
        {S_INIT("bytes=2-"), 10, FIELDS_PART, 2, 10},
        {S_INIT("bytes=2-99"), 10, FIELDS_PART, 2, 10},
        {S_INIT("bytes=9-9"), 10, FIELDS_PART, 9, 10},
        {S_INIT("bytes=-3"), 10, FIELDS_PART, 7, 10},
        {S_INIT("bytes=-30"), 10, FIELDS_PART, 0, 10},
        {S_INIT("Bytes= 1-2"), 10, FIELDS_PART, 1, 3},
        {S_INIT("bytes=0-18446744073709551615"), 10, FIELDS_PART, 0, 10},
        {S_INIT("bytes=10-"), 10, FIELDS_OUT, 0, 0},
        {S_INIT("bytes=-0"), 10, FIELDS_OUT, 0, 0},
        {S_INIT("bytes=0-"), 0, FIELDS_OUT, 0, 0},
        {S_INIT("bytes=-1"), 0, FIELDS_OUT, 0, 0},
        {S_INIT("bytes=3-2"), 10, FIELDS_ALL, 0, 0},
        {S_INIT("bytes=0-1,3-4"), 10, FIELDS_ALL, 0, 0},
        {S_INIT("bytes=a-b"), 10, FIELDS_ALL, 0, 0},
        {S_INIT("bytes=-"), 10, FIELDS_ALL, 0, 0},
        {S_INIT("bytes="), 10, FIELDS_ALL, 0, 0},
        {S_INIT("lines=0-1"), 10, FIELDS_ALL, 0, 0},
        {S_INIT("bytes=99999999999999999999-"), 10, FIELDS_ALL, 0, 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        uint64_t from = 0, to = 0;
        CHECK_EQ(fields_range(rows[i].header, rows[i].size, &from, &to), rows[i].want);
        if (rows[i].want == FIELDS_PART && (from != rows[i].from || to != rows[i].to))
            TEST_FAIL("\"%.*s\" is %llu to %llu", SLICE_FMT(rows[i].header),
                      (unsigned long long)from, (unsigned long long)to);
    }
}

TEST(tags)
{
    CHECK(fields_tag_listed(S("\"a\""), S("\"a\"")));
    CHECK(fields_tag_listed(S("\"x\", W/\"a\""), S("\"a\"")));
    CHECK(fields_tag_listed(S(" * "), S("\"a\"")));
    CHECK(!fields_tag_listed(S("\"A\""), S("\"a\"")));
    CHECK(!fields_tag_listed(S("a"), S("\"a\"")));
    CHECK(!fields_tag_listed(S(""), S("\"a\"")));
}

TEST(names_of_hosts)
{
    static const struct {
        slice text;
        bool good;
        slice name, port;
    } rows[] = {
        {S_INIT("a.example"), true, S_INIT("a.example"), {NULL, 0}},
        {S_INIT("a.example:80"), true, S_INIT("a.example"), S_INIT("80")},
        {S_INIT("[::1]"), true, S_INIT("[::1]"), {NULL, 0}},
        {S_INIT("[::1]:8790"), true, S_INIT("[::1]"), S_INIT("8790")},
        {S_INIT(""), false, {NULL, 0}, {NULL, 0}},
        {S_INIT(":80"), false, {NULL, 0}, {NULL, 0}},
        {S_INIT("a:"), false, {NULL, 0}, {NULL, 0}},
        {S_INIT("a:b"), false, {NULL, 0}, {NULL, 0}},
        {S_INIT("a:65536"), false, {NULL, 0}, {NULL, 0}},
        {S_INIT("[::1"), false, {NULL, 0}, {NULL, 0}},
        {S_INIT("[]"), false, {NULL, 0}, {NULL, 0}},
        {S_INIT("[::1]x"), false, {NULL, 0}, {NULL, 0}},
        {S_INIT("a@b"), false, {NULL, 0}, {NULL, 0}},
        {S_INIT("a/b"), false, {NULL, 0}, {NULL, 0}},
        {S_INIT("a b"), false, {NULL, 0}, {NULL, 0}},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        slice name = {NULL, 0}, port = {NULL, 0};
        CHECK_EQ(fields_host(rows[i].text, &name, &port), rows[i].good);
        CHECK_SLICE(name, rows[i].name);
        CHECK_SLICE(port, rows[i].port);
    }
}

TEST(whose_host_it_is)
{
    static const struct {
        slice host;
        bool ours;
    } rows[] = {
        {S_INIT("localhost:8790"), true},     {S_INIT("LOCALHOST:08790"), true},
        {S_INIT("127.0.0.1:8790"), true},     {S_INIT("[::1]:8790"), true},
        {S_INIT("192.0.2.7:8790"), true},     {S_INIT("localhost"), false},
        {S_INIT("localhost:8791"), false},    {S_INIT("192.0.2.8:8790"), false},
        {S_INIT("evil.example:8790"), false}, {S_INIT("soc.example"), true},
        {S_INIT("SOC.example:1"), true},      {S_INIT("xsoc.example"), false},
        {S_INIT("ti.example:443"), true},     {S_INIT("ti.example"), true},
        {S_INIT("ti.example:8790"), false},   {S_INIT("soc.example."), false},
    };
    static const slice names[] = {S_INIT("soc.example"), S_INIT("ti.example:443")};
    address local;
    REQUIRE(address_read(S("192.0.2.7:8790"), &local, NULL) == OK);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        slice name, port;
        REQUIRE(fields_host(rows[i].host, &name, &port));
        if (host_is_ours(name, port, &local, names, COUNT_OF(names)) != rows[i].ours)
            TEST_FAIL("%.*s", SLICE_FMT(rows[i].host));
    }
    REQUIRE(address_read(S("127.0.0.1:80"), &local, NULL) == OK);
    CHECK(host_is_ours(S("localhost"), (slice){NULL, 0}, &local, names, 0));
}
