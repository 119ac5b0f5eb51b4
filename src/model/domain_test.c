#include "base/file.h"
#include "base/test.h"
#include "model/domain.h"

#include <libpsl.h>

typedef struct name {
    char text[DOMAIN_TEXT_MAX];
    size_t len;
    unsigned changed;
} name;

static status normalise(slice in, name *ret, err *why)
{
    return domain_normalise(in, ret->text, &ret->len, &ret->changed, why);
}

TEST(names_have_one_spelling)
{
    static const struct {
        slice in, out;
        unsigned changed;
    } rows[] = {
        {S_INIT("example.com"), S_INIT("example.com"), 0},
        {S_INIT("EXAMPLE.com."), S_INIT("example.com"), DOMAIN_CASE | DOMAIN_DOT},
        {S_INIT("com"), S_INIT("com"), 0},
        {S_INIT("_dmarc.Example.com"), S_INIT("_dmarc.example.com"),
         DOMAIN_CASE | DOMAIN_UNDERSCORE},
        {S_INIT("m\xc3\xbcnchen.example"), S_INIT("xn--mnchen-3ya.example"), DOMAIN_IDNA},
        {S_INIT("fa\xc3\x9f.example"), S_INIT("xn--fa-hia.example"), DOMAIN_IDNA},
        {S_INIT("\xef\xbd\x85\xef\xbd\x98.example"), S_INIT("ex.example"), DOMAIN_WIDTH},
        {S_INIT("a\xe3\x80\x82"
                "b.example"),
         S_INIT("a.b.example"), DOMAIN_WIDTH},
        {S_INIT("xn--mnchen-3ya.example"), S_INIT("xn--mnchen-3ya.example"), 0},
        {S_INIT("xn--ls8h.example"), S_INIT("xn--ls8h.example"), 0}, /* IDNA2008 bars emoji */
        {S_INIT("r3---sn-x.example"), S_INIT("r3---sn-x.example"), 0},
        {S_INIT("-a-.example"), S_INIT("-a-.example"), 0},
        {S_INIT("1.2.3.4.example"), S_INIT("1.2.3.4.example"), 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        name n;
        err why = {0};
        if (normalise(rows[i].in, &n, &why) != OK) {
            TEST_FAIL("%.*s: %s", SLICE_FMT(rows[i].in), why.msg);
            continue;
        }
        CHECK_SLICE(slice_of(n.text, n.len), rows[i].out);
        CHECK_EQ(n.changed, rows[i].changed);
        CHECK_EQ(n.text[n.len], 0);
    }
}

TEST(what_is_no_name_is_refused_at_its_place)
{
    static const struct {
        slice in;
        uint64_t at;
    } rows[] = {
        {S_INIT(""), 0},
        {S_INIT("."), 0},
        {S_INIT("a..b"), 2},
        {S_INIT(".example"), 0},
        {S_INIT("a b.example"), 1},
        {S_INIT("a.example.."), 10},
        {S_INIT("a.example:80"), 9},
        {S_INIT("1.2.3.4"), 0},
        {S_INIT("a.123"), 0},
        {S_INIT("a\0b"), 1},
        {S_INIT("xn--a.example"), 0},
        {S_INIT("\xff.example"), 0},
        {S_INIT("\xc3\xbc.a_b!c"), 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        name n = {.len = 77};
        err why = {0};
        if (normalise(rows[i].in, &n, &why) != ERR_INPUT || why.at != rows[i].at)
            TEST_FAIL("%.*s: %s at %d, want %d", SLICE_FMT(rows[i].in), why.msg, (int)why.at,
                      (int)rows[i].at);
        CHECK_EQ(n.len, 77);
    }
}

TEST(lengths_are_those_of_the_dns)
{
    char text[DOMAIN_INPUT_MAX + 8];
    name n;
    memset(text, 'a', sizeof text);
    CHECK_OK(normalise(slice_of(text, 63), &n, NULL));
    CHECK_EQ(normalise(slice_of(text, 64), &n, NULL), ERR_INPUT);
    for (size_t i = 63; i < sizeof text; i += 64)
        text[i] = '.';
    CHECK_OK(normalise(slice_of(text, DOMAIN_MAX), &n, NULL));
    CHECK_EQ(n.len, DOMAIN_MAX);
    CHECK_EQ(normalise(slice_of(text, DOMAIN_MAX + 1), &n, NULL), ERR_INPUT);
    memcpy(text, "\xc3\xbc", 2);
    CHECK_EQ(normalise(slice_of(text, DOMAIN_INPUT_MAX), &n, NULL), ERR_INPUT);
    CHECK_EQ(normalise(slice_of(text, DOMAIN_INPUT_MAX + 1), &n, NULL), ERR_LIMIT);
}

TEST(suffixes_owners_and_parents)
{
    slice n = S("a.b.example.co.uk");
    CHECK_SLICE(domain_suffix(n), S("co.uk"));
    CHECK_SLICE(domain_registrable(n), S("example.co.uk"));
    CHECK(domain_parent(&n));
    CHECK_SLICE(n, S("b.example.co.uk"));
    CHECK(domain_parent(&n));
    CHECK_SLICE(n, S("example.co.uk"));
    CHECK(!domain_parent(&n));
    CHECK_SLICE(n, S("example.co.uk"));
    CHECK_EQ(domain_registrable(S("co.uk")).len, 0);
    CHECK_EQ(domain_registrable(S("com")).len, 0);
    slice com = S("com");
    CHECK(!domain_parent(&com));
    CHECK_SLICE(domain_registrable(S("x.y.github.io")), S("y.github.io"));
    CHECK_SLICE(domain_registrable_icann(S("x.y.github.io")), S("github.io"));
    CHECK_SLICE(domain_registrable(S("a.nosuchtld")), S("a.nosuchtld"));
    CHECK_SLICE(domain_suffix(S("localhost")), S("localhost"));
    CHECK(domain_tld_known(S("a.com")) && domain_tld_known(S("a.xn--p1ai")) &&
          domain_tld_known(S("a.museum")));
    CHECK(!domain_tld_known(S("a.nosuchtld")) && !domain_tld_known(S("a.Com")));
    CHECK(domain_is_suffix(S("co.uk")) && domain_is_suffix(S("github.io")));
    CHECK(!domain_is_suffix(S("example.com")));
}

/* What is remembered is what the list says, whatever was asked before, and however long it is. */
TEST(a_memo_says_what_the_list_says)
{
    static const char *const ends[] = {
        "com",          "co.uk",  "example.co.uk", "github.io",           "x.github.io",
        "kobe.jp",      "ck",     "www.ck",        "s3.amazonaws.com",    "compute.amazonaws.com",
        "city.kobe.jp", "museum", "nosuchtld",     "eu-west-1.elb.aws.x", "blogspot.com"};
    domain_memo m = {.last_len = 0};
    char text[DOMAIN_TEXT_MAX];
    for (unsigned i = 0; i < 4000; i++) {
        unsigned k = i * 2654435761u;
        int n =
            snprintf(text, sizeof text, "%s%s%s.%s", k >> 9 & 1 ? "a." : "",
                     k >> 8 & 1 ? "b-long-label-of-a-host-that-does-not-fit-into-the-memo." : "",
                     k >> 10 & 1 ? "c.host" : "d", ends[(k >> 16) % COUNT_OF(ends)]);
        slice one = slice_of(text, (size_t)n);
        if (!slice_eq(domain_suffix_by(&m, one), domain_suffix(one)) ||
            !slice_eq(domain_registrable_by(&m, one), domain_registrable(one)))
            TEST_FAIL("%s", text);
    }
    CHECK_EQ(domain_suffix_by(&m, S("")).len, 0);
    CHECK_SLICE(domain_suffix_by(NULL, S("a.co.uk")), S("co.uk"));
    CHECK_SLICE(domain_suffix_by(&m, S("com")), S("com"));
}

TEST(names_of_special_use)
{
    CHECK(domain_is_special(S("localhost")) && domain_is_special(S("printer.local")));
    CHECK(domain_is_special(S("4.3.2.1.in-addr.arpa")) && domain_is_special(S("x.home.arpa")));
    CHECK(!domain_is_special(S("e164.arpa")) && !domain_is_special(S("notlocalhost")));
    CHECK(!domain_is_special(S("local.example")));
    CHECK(domain_is_alternative(S("x.onion")) && domain_is_alternative(S("y.i2p")));
    CHECK(!domain_is_alternative(S("onion.example")));
    CHECK(domain_is_example(S("a.b.example")) && domain_is_example(S("c2.test")));
    CHECK(!domain_is_example(S("example.com")) && !domain_is_example(S("notexample")));
}

/* The table of two-letter domains stands for the list; the list has a rule for each of them, except
 * where there are rules for its second level alone. */
TEST(two_letter_domains_agree_with_the_list)
{
    static const char *const second_level_only[] = {"za"};
    for (int i = 0; i < 26 * 26; i++) {
        char tld[3] = {(char)('a' + i / 26), (char)('a' + i % 26), 0};
        bool rule =
            psl_is_public_suffix2(psl_builtin(), tld, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE);
        for (size_t k = 0; k < COUNT_OF(second_level_only); k++)
            rule |= strcmp(tld, second_level_only[k]) == 0;
        if (rule != domain_tld_known(slice_of(tld, 2)))
            TEST_FAIL("%s is %s by the list", tld, rule ? "known" : "not known");
    }
    static const char *const common[] = {"com",  "net",  "org",    "xyz",  "top",
                                         "info", "site", "online", "club", "biz",
                                         "shop", "live", "icu",    "edu",  "gov"};
    for (size_t i = 0; i < COUNT_OF(common); i++)
        CHECK(psl_is_public_suffix2(psl_builtin(), common[i],
                                    PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE));
}

TEST(what_is_shown_cannot_imitate)
{
    static const struct {
        slice in, out;
        bool mixed;
    } rows[] = {
        {S_INIT("www.example.com"), S_INIT("www.example.com"), false},
        {S_INIT("xn--mnchen-3ya.de"), S_INIT("m\xc3\xbcnchen.de"), false},
        {S_INIT("xn--wgv71a119e.jp"), S_INIT("\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e.jp"), false},
        {S_INIT("xn--80ak6aa92e.com"), S_INIT("xn--80ak6aa92e.com"),
         true},                                                           /* all Cyrillic "apple" */
        {S_INIT("xn--pypal-4ve.com"), S_INIT("xn--pypal-4ve.com"), true}, /* Cyrillic a in Latin */
        {S_INIT("xn--ls8h.la"), S_INIT("xn--ls8h.la"), true},
        {S_INIT("xn--e1afmkfd.xn--p1ai"),
         S_INIT("\xd0\xbf\xd1\x80\xd0\xb8\xd0\xbc\xd0\xb5\xd1\x80."
                "\xd1\x80\xd1\x84"),
         false},
    };
    CLEANUP(arena_done) arena a;
    arena_init(&a, 1 << 16);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        slice shown = {0};
        bool mixed = false;
        CHECK_OK(domain_display(&a, rows[i].in, &shown, &mixed, NULL));
        CHECK_SLICE(shown, rows[i].out);
        CHECK_EQ(mixed, rows[i].mixed);
    }
    slice untouched = S("x");
    a.fail_after = 0;
    CHECK_EQ(domain_display(&a, S("a.example"), &untouched, NULL, NULL), ERR_LIMIT);
    CHECK_SLICE(untouched, S("x"));
}

/* --- the tests of publicsuffix.org ---------------------------------------------------------- */

static void check_line(slice in, slice want)
{
    name n, w;
    slice ours = S("");
    if (normalise(in, &n, NULL) == OK)
        ours = domain_registrable(slice_of(n.text, n.len));
    slice wanted = S("");
    if (!slice_eq(want, S("null")) && normalise(want, &w, NULL) == OK)
        wanted = slice_of(w.text, w.len);
    if (!slice_eq(ours, wanted))
        TEST_FAIL("%.*s: \"%.*s\", want \"%.*s\"", SLICE_FMT(in), SLICE_FMT(ours), SLICE_FMT(want));
}

TEST(the_tests_of_the_public_suffix_list)
{
    CLEANUP(arena_done) arena a;
    slice text, line, in;
    int lines = 0;
    arena_init(&a, 1 << 20);
    if (fs_read_all(fs_system(), &a, "../shared/vectors/psl_tests.txt", 1 << 18, &text, NULL) != OK)
        TEST_SKIP("../shared/vectors/psl_tests.txt is not there");
    while (slice_cut(&text, '\n', &line)) {
        line = slice_trim(line);
        if (line.len == 0 || slice_starts(line, S("//")) || !slice_cut(&line, ' ', &in))
            continue;
        if (slice_eq(in, S("null")))
            continue;
        check_line(in, slice_trim(line));
        lines++;
    }
    CHECK(lines > 70);
}
