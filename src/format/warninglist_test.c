#include "format/test_facts.h"
#include "format/warninglist/polarity.h"

extern const format format_misp_warninglist;

#define LIST(type, attributes, name, entries)                                                      \
    "{\"description\":\"About it.\",\"list\":[" entries "],\"matching_attributes\":[" attributes   \
    "],\"name\":\"" name "\",\"type\":\"" type "\",\"version\":7}"
#define NAMES "\"domain\",\"hostname\",\"domain|ip\",\"url\""
#define ADDRESSES "\"ip-src\",\"ip-dst\",\"domain|ip\",\"ip-dst|port\""
#define TOP "Top 10 websites from Nowhere"

static bool reads(facts_text *t, const char *doc)
{
    err why = {0};
    status st = facts_read(t, &format_misp_warninglist, slice_str(doc), S("x/list.json"), &why);
    if (st != OK)
        TEST_FAIL("%s: %s", status_name(st), why.msg);
    return st == OK;
}

TEST(a_list_of_names)
{
    facts_text t;
    static const char doc[] =
        LIST("hostname", NAMES, TOP, "\"example.com\",\".Example.NET\",\"bad_\",\"\",17");
    facts_open(&t);
    CHECK(format_sniff(slice_str(doc), S("x/list.json")) == &format_misp_warninglist);
    REQUIRE(reads(&t, doc));
    CHECK_SAYS(&t, "head misp-warninglist source=misp-warninglist/top-10-websites-from-nowhere "
                   "derives= snapshot\n");
    CHECK_SAYS(&t, "place=/name ");
    CHECK_SAYS(&t, "  other misp-warninglist:top10websitesfromnowhere described \"About it.\"\n");
    CHECK_SAYS(&t, "{\"attributes\":[\"domain\",\"hostname\",\"domain|ip\",\"url\"],"
                   "\"polarity\":\"benign\",\"type\":\"hostname\",\"version\":7}\n");
#define SAID                                                                                       \
    " listed {\"kinds\":[\"domain\",\"url\"],\"list\":\"" TOP                                      \
    "\",\"polarity\":\"benign\",\"type\":\"hostname\"}\n"
    CHECK_SAYS(&t, "place=/list/0 ");
    CHECK_SAYS(&t, "  domain example.com" SAID);
    CHECK_SAYS(&t, "place=/list/1 ");
    CHECK_SAYS(&t, "  domain example.net" SAID);
    CHECK_SAYS(&t, "/list/3: the entry is no text\n");
    CHECK_SAYS(&t, "/list/4: the entry is no text\n");
    CHECK_EQ(t.refused, 2);
    facts_close(&t);
}

TEST(networks)
{
    facts_text t;
    facts_open(&t);
    REQUIRE(reads(&t, LIST("cidr", ADDRESSES, "Cheese scanner",
                           "\"192.0.2.0/24\",\"198.51.100.7/32\",\"2001:db8::/32\",\"cheese\"")));
#define NET                                                                                        \
    " listed {\"kinds\":[\"ipv4\",\"ipv6\",\"cidr\"],\"list\":\"Cheese scanner\",\"polarity\":"    \
    "\"neutral\",\"role\":\"scanner\",\"type\":\"cidr\"}\n"
    CHECK_SAYS(&t, "  cidr 192.0.2.0/24" NET);
    CHECK_SAYS(&t, "  ipv4 198.51.100.7" NET);
    CHECK_SAYS(&t, "  cidr 2001:db8::/32" NET);
    CHECK_EQ(t.refused, 1);
    facts_close(&t);
}

TEST(plain_texts_in_each_kind_that_they_may_be)
{
    facts_text t;
    facts_open(&t);
    REQUIRE(reads(&t, LIST("string", "\"sha1\",\"filename|sha1\",\"x509-fingerprint-sha1\",\"md5\"",
                           "x", "\"DA39A3EE5E6B4B0D3255BFEF95601890AFD80701\",\"cheese\"")));
    CHECK_SAYS(&t, "  sha1 da39a3ee5e6b4b0d3255bfef95601890afd80701 listed "
                   "{\"kinds\":[\"md5\",\"sha1\",\"cert-sha1\"],");
    CHECK_SAYS(&t, "  cert-sha1 da39a3ee5e6b4b0d3255bfef95601890afd80701 listed ");
    /* nothing is lost */
    CHECK_SAYS(&t, "  property sha1=cheese listed ");
    CHECK_SAYS(&t, "warn /list: 1 entries are no values");
    CHECK_EQ(t.refused, 0);
    REQUIRE(reads(
        &t, LIST("string", NAMES, "x", "\"example.com\",\".example.net\",\"example.org/page\"")));
    CHECK_SAYS(&t, "  domain example.com listed ");
    CHECK_SAYS_NOT(&t, "  url example.com");
    CHECK_SAYS(&t, "\"type\":\"string\"}\n");
    /* with a dot in front it is what stands below, whatever the type says */
    CHECK_SAYS(&t, "  domain example.net listed {\"kinds\":[\"domain\",\"url\"],\"list\":\"x\","
                   "\"polarity\":\"neutral\",\"type\":\"hostname\"}\n");
    CHECK_SAYS(&t, "  url example.org/page listed ");
    facts_close(&t);
}

TEST(patterns_stay_together)
{
    facts_text t;
    facts_open(&t);
    REQUIRE(reads(&t, LIST("substring", "\"email-src\",\"domain|ip\"",
                           "List of disposable email domains",
                           "\"0-Mail.example\",\"a\\nb\",\"zz.example\"")));
    CHECK_SAYS(&t, "  other misp-warninglist:listofdisposableemaildomains listed other "
                   "list-patterns:email \"0-mail.example\n\nzz.example\" {\"kinds\":[\"email\"],"
                   "\"list\":\"List of disposable email domains\",\"polarity\":\"abused\","
                   "\"type\":\"substring\"}\n");
    CHECK_SAYS(&t, "/list/1: a line break or NUL in a pattern\n");
    CHECK_SAYS(&t, "place=/list/0 ");
    REQUIRE(reads(&t, LIST("regex", "\"phone-number\"", "x",
                           "\"(?=a)\",\"/[0-9]{3}55501/g\",\"(a{200}){200}\"")));
    CHECK_SAYS(&t, "list-patterns:phone \"/[0-9]{3}55501/g\n\" ");
    CHECK_SAYS(&t, "place=/list/1 ");
    CHECK_SAYS(&t, "/list/0: \"(?=a)\": look-around or a special group in a pattern\n");
    CHECK_SAYS(&t, "/list/2: \"(a{200}){200}\": a pattern has over 2000 states\n");
    CHECK_EQ(t.refused, 2);
    REQUIRE(reads(
        &t, LIST("regex", "\"url\"", "x", "\"#^https://a#i\",\"#a#k\",\"~a\",\"^https://b\"")));
    CHECK_SAYS(&t, "list-patterns:url \"#^https://a#i\n\n\n^https://b\" ");
    CHECK_SAYS(&t, "/list/1: \"#a#k\": an unknown flag in a pattern\n");
    CHECK_SAYS(&t, "/list/2: \"~a\": no closing delimiter in a pattern\n");
    REQUIRE(reads(&t, LIST("substring", "", "x", "\"ab\",\"abc\"")));
    CHECK_SAYS(&t, "/list/0: \"ab\" stands in everything\n");
    REQUIRE(reads(&t, LIST("substring", "", "x", "\"abc\"")));
    CHECK_SAYS(&t, "list-patterns:any \"abc\" {\"list\":\"x\"");
    REQUIRE(reads(&t, LIST("substring", "\"ALL\"", "x", "\"abc\"")));
    CHECK_SAYS(&t, "list-patterns:any \"abc\" ");
    facts_close(&t);
}

TEST(polarity_table)
{
    static const struct {
        const char *name, *polarity, *role;
    } rows[] = {
        {"List of LOTS (Living Off Trusted Sites) Project Domains", "abused", ""},
        {"List of known link in Bio domains", "abused", ""},
        {"List of known URL Shorteners domains", "abused", ""},
        {"List of disposable email domains", "abused", ""},
        {"List of known domains to know external IP", "abused", ""},
        {"Specialized list of IPv4 addresses belonging to common VPN providers", "abused", "proxy"},
        {"List of known sinkholes", "neutral", "sinkhole"},
        {"Shodan IP-Ranges, pot. used for Scanning", "neutral", "scanner"},
        {"List of known GitHub IP ranges (https://api.github.com/meta)", "neutral", ""},
        {"List of known Microsoft Azure Datacenter IP Ranges", "neutral", ""},
        {"List of known Amazon AWS IP address ranges", "neutral", ""},
        {"List of known GCP (Google Cloud Platform) IP address ranges", "neutral", ""},
        {"List of known Cloudflare IP ranges", "neutral", ""},
        {"Top 200 domains from Cloudflare Radar", "benign", ""},
        {"Top 1000 website from Alexa", "benign", ""},
        {"List of known google domains", "benign", ""},
        {"List of known bank domains", "benign", ""},
        {"List of known hashes for empty files", "benign", ""},
        {"CRL and OCSP domains", "benign", ""},
        {"List of RFC 1918 CIDR blocks", "benign", ""},
        {"Something that nobody has seen yet", "neutral", ""},
        {"", "neutral", ""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        list_polarity p = polarity_of(slice_str(rows[i].name));
        if (!slice_eq(p.polarity, slice_str(rows[i].polarity)) ||
            !slice_eq(p.role, slice_str(rows[i].role)))
            TEST_FAIL("%s: %.*s %.*s", rows[i].name, SLICE_FMT(p.polarity), SLICE_FMT(p.role));
    }
}

TEST(documents_that_are_none)
{
    static const struct {
        const char *doc, *why;
    } rows[] = {
        {"[]", "the list's \"name\" is missing or over 200 bytes"},
        {"[1]", "no object at the top: this is no warninglist"},
        {"{\"list\":[\"a\"],\"type\":\"string\"}",
         "the list's \"name\" is missing or over 200 bytes"},
        {LIST("cheese", NAMES, "x", "\"a\""), "\"cheese\" is no type of a warninglist"},
        {LIST("string", NAMES, "x", ""), "the list has no entries"},
        {LIST("string", NAMES, "x", "\"a.example\"") "{\"a\":1}", "a second value behind the list"},
    };
    facts_text t;
    facts_open(&t);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        err why = {0};
        CHECK_EQ(facts_read(&t, &format_misp_warninglist, slice_str(rows[i].doc), S(""), &why),
                 ERR_INPUT);
        CHECK_SLICE(slice_str(why.msg), slice_str(rows[i].why));
    }
    CHECK_EQ(format_misp_warninglist.sniff(S("{\"list\":[1]}"), S("list.json")), 0);
    CHECK_EQ(format_misp_warninglist.sniff(S("{\"list\":[1],\"description\":\"x\"}"), S("")), 50);
    CHECK_EQ(format_misp_warninglist.sniff(S(""), S("")), 0);
    facts_close(&t);
}

TEST(limits)
{
    facts_text t;
    CLEANUP(buf_done)
    buf doc;
    err why = {0};
    facts_open(&t);
    buf_init(&doc, 1 << 20);
    /* 2,000 patterns in a claim, the next in another */
    buf_put(&doc, S("{\"name\":\"x\",\"type\":\"substring\",\"list\":["));
    for (int i = 0; i < 2001; i++)
        buf_printf(&doc, "%s\"p%d.example\"", i ? "," : "", i);
    buf_put(&doc, S("]}"));
    CHECK_OK(facts_read(&t, &format_misp_warninglist, buf_slice(&doc), S(""), &why));
    CHECK_EQ(t.records, 3);
    CHECK_SAYS(&t, "place=/list/2000 ");
    CHECK_SAYS(&t, "\"p2000.example\" ");
    for (int extra = 0; extra < 2; extra++) {
        buf_clear(&doc);
        buf_put(&doc, S("{\"type\":\"string\",\"list\":[\"example.com\"],\"name\":\""));
        for (int i = 0; i < 200 + extra; i++)
            buf_byte(&doc, 'n');
        buf_put(&doc, S("\"}"));
        CHECK_EQ(facts_read(&t, &format_misp_warninglist, buf_slice(&doc), S(""), &why),
                 extra ? ERR_INPUT : OK);
    }
    t.limits.record_bytes_max = 40;
    CHECK_OK(facts_read(&t, &format_misp_warninglist,
                        S("{\"name\":\"x\",\"type\":\"string\",\"list\":[\"a.example\","
                          "\"0123456789012345678901234567890123456789\"]}"),
                        S(""), &why));
    CHECK_SAYS(&t, "/list/1: the entry is too long or too deep\n");
    facts_close(&t);
}

TEST(hard_times)
{
    facts_abuse(&format_misp_warninglist,
                S(LIST("hostname", NAMES, TOP, "\"example.com\",\".example.net\",\"x y\"")),
                S("list.json"), S(""));
    facts_abuse(&format_misp_warninglist,
                S(LIST("regex", "\"email-src\"", "x", "\"/^(noc|soc)@/i\",\"(\",\"a+\"")),
                S("list.json"), S(""));
}

TEST(real_lists)
{
    static const struct {
        const char *path;
        uint64_t records, refused, warned;
        const char *says;
    } files[] = {
        {"warninglists/lots-project/list.json", 176, 0, 0,
         "  domain github.com listed {\"kinds\":[\"domain\",\"url\"],\"list\":\"List of LOTS "
         "(Living Off Trusted Sites) Project Domains\",\"polarity\":\"abused\","
         "\"type\":\"hostname\"}\n"},
        {"warninglists/google/list.json", 670, 0, 0, "  domain google.ad listed "},
        {"warninglists/phone_numbers/list.json", 2, 0, 0, "list-patterns:phone "},
        {"warninglists/disposable-email/list.json", 6, 0, 0, "list-patterns:email "},
        {"warninglists/common-contact-emails/list.json", 2, 0, 0, "list-patterns:email "},
        {"warninglists/mozilla-CA/list.json", 517, 0, 0, "  cert-sha256 "},
        {"warninglists/tlds/list.json", 1439, 0, 0, "  domain aaa listed "},
        {"warninglists/microsoft-azure/list.json", 2684, 0, 0, "\"polarity\":\"neutral\""},
    };
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        buf doc;
        facts_text t;
        err why = {0};
        if (!shared_data(files[i].path, &doc))
            continue;
        facts_open(&t);
        CHECK(format_sniff(slice_sub(buf_slice(&doc), 0, FORMAT_SNIFF_BYTES),
                           slice_str(files[i].path)) == &format_misp_warninglist);
        CHECK_OK(facts_read(&t, &format_misp_warninglist, buf_slice(&doc), slice_str(files[i].path),
                            &why));
        if (t.records != files[i].records || t.refused != files[i].refused ||
            t.warned != files[i].warned)
            TEST_FAIL("%s: %llu records, %llu refused, %llu warned", files[i].path,
                      (unsigned long long)t.records, (unsigned long long)t.refused,
                      (unsigned long long)t.warned);
        if (!facts_say(&t, slice_str(files[i].says)))
            TEST_FAIL("%s does not say %s", files[i].path, files[i].says);
        facts_close(&t);
        buf_done(&doc);
    }
}
