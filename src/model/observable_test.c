#include "base/test.h"
#include "model/observable.h"

enum { BUDGET = 1 << 20 };

typedef struct row {
    slice in;
    kind want, kind;
    slice value;
    unsigned steps;
    uint16_t port;
} row;

static void check_rows(const row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        CLEANUP(arena_done)
        arena a;
        observable o = {0}, again = {0};
        err why = {0};
        arena_init(&a, BUDGET);
        status st = observable_parse(&a, rows[i].in, rows[i].want, &o, &why);
        if (rows[i].kind == KIND_NONE) {
            if (st != ERR_INPUT)
                TEST_FAIL("\"%.*s\" was read as %s", SLICE_FMT(rows[i].in), kind_name(o.kind));
            CHECK(why.msg[0]);
            continue;
        }
        if (st != OK || o.kind != rows[i].kind || !slice_eq(o.value, rows[i].value) ||
            o.steps != rows[i].steps || o.port != rows[i].port)
            TEST_FAIL("\"%.*s\" gives %s %s \"%.*s\" steps %x port %d, want %s \"%.*s\" %x: %s",
                      SLICE_FMT(rows[i].in), status_name(st), kind_name(o.kind), SLICE_FMT(o.value),
                      o.steps, o.port, kind_name(rows[i].kind), SLICE_FMT(rows[i].value),
                      rows[i].steps, why.msg);
        if (st == OK && (observable_parse(&a, o.value, o.kind, &again, &why) != OK || again.steps ||
                         !slice_eq(o.value, again.value)))
            TEST_FAIL("\"%.*s\" is no fixed point", SLICE_FMT(o.value));
    }
}

enum {
    T = STEP_TRIM,
    R = STEP_REFANG,
    C = STEP_CASE,
    W = STEP_WIDTH,
    I = STEP_IDNA,
    P = STEP_PORT,
    M = STEP_MASK,
    N = STEP_NORMALISE,
    E = STEP_EXPAND,
};

TEST(the_vectors_of_the_reference)
{
    static const row rows[] = {
        {S_INIT("hxxps[:]//evil[.]example[.]com[/]a.php?x=1."), 0, KIND_URL,
         S_INIT("https://evil.example.com/a.php?x=1"), T | R, 0},
        {S_INIT("http://example[.]com/[.].com"), 0, KIND_URL, S_INIT("http://example.com/..com"), R,
         0},
        {S_INIT("192[.]168[dot]0[.]1:9090/url"), 0, KIND_URL, S_INIT("192.168.0.1:9090/url"), R,
         9090},
        {S_INIT("tcp://[fdc4:2581:575b:5a72:0000:0000:0000:0001]:80/path"), 0, KIND_IPV6,
         S_INIT("fdc4:2581:575b:5a72::1"), T | P | N, 80},
        {S_INIT("bob[at]example(.)com"), 0, KIND_EMAIL, S_INIT("bob@example.com"), R, 0},
        {S_INIT("bob AT example DOT com"), 0, KIND_EMAIL, S_INIT("bob@example.com"), R, 0},
        {S_INIT("1.2.3.4/33"), 0, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("256.1.1.1"), 0, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("1.2.3"), 0, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("v1.2.3.4"), 0, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("3.141592653"), 0, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\x"), 0, KIND_REGISTRY_KEY,
         S_INIT("HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Windows\\CurrentVersion\\Run\\x"), E, 0},
        {S_INIT("xn--mnchen-3ya.de"), 0, KIND_DOMAIN, S_INIT("xn--mnchen-3ya.de"), 0, 0},
        {S_INIT("M\xc3\x9cNCHEN.de"), 0, KIND_DOMAIN, S_INIT("xn--mnchen-3ya.de"), I | C, 0},
    };
    check_rows(rows, COUNT_OF(rows));
}

TEST(addresses_and_networks)
{
    static const row rows[] = {
        {S_INIT("192.0.2.1"), 0, KIND_IPV4, S_INIT("192.0.2.1"), 0, 0},
        {S_INIT(" 192.0.2.1:443\r\n"), 0, KIND_IPV4, S_INIT("192.0.2.1"), T | P, 443},
        {S_INIT("192.0.2.1/"), 0, KIND_IPV4, S_INIT("192.0.2.1"), T, 0},
        {S_INIT("tcp://192.0.2.1:8080"), 0, KIND_IPV4, S_INIT("192.0.2.1"), T | P, 8080},
        {S_INIT("1 .2 .3 .4"), 0, KIND_IPV4, S_INIT("1.2.3.4"), R, 0},
        {S_INIT("\xef\xbc\x91\xef\xbc\x8e\xef\xbc\x92\xef\xbc\x8e\xef\xbc\x93\xef\xbc\x8e\xef\xbc"
                "\x94"),
         0, KIND_IPV4, S_INIT("1.2.3.4"), R | W, 0},
        {S_INIT("192.0.2.1/32"), 0, KIND_IPV4, S_INIT("192.0.2.1"), M, 0},
        {S_INIT("192.0.2.7/24"), 0, KIND_CIDR, S_INIT("192.0.2.0/24"), M, 0},
        {S_INIT("192.0.2.0/255.255.255.0"), 0, KIND_CIDR, S_INIT("192.0.2.0/24"), N, 0},
        {S_INIT("192.0.2.0 - 192.0.2.255"), 0, KIND_CIDR, S_INIT("192.0.2.0/24"), N, 0},
        {S_INIT("192[.]0[.]2[.]0/24"), 0, KIND_CIDR, S_INIT("192.0.2.0/24"), R, 0},
        {S_INIT("2001:DB8::1"), 0, KIND_IPV6, S_INIT("2001:db8::1"), C, 0},
        {S_INIT("2001[:]db8[::]1"), 0, KIND_IPV6, S_INIT("2001:db8::1"), R, 0},
        {S_INIT("[2001:db8::1]"), 0, KIND_IPV6, S_INIT("2001:db8::1"), T, 0},
        {S_INIT("[2001:db8::1]:443"), 0, KIND_IPV6, S_INIT("2001:db8::1"), T | P, 443},
        {S_INIT("fe80::1%eth0"), 0, KIND_IPV6, S_INIT("fe80::1"), N, 0},
        {S_INIT("2001:db8::"), 0, KIND_IPV6, S_INIT("2001:db8::"), 0, 0},
        {S_INIT("::ffff:192.0.2.1"), 0, KIND_IPV4, S_INIT("192.0.2.1"), STEP_MAPPED, 0},
        {S_INIT("::ffff:192.0.2.1"), KIND_IPV6, KIND_IPV4, S_INIT("192.0.2.1"), STEP_MAPPED, 0},
        {S_INIT("192.0.2.0/24"), KIND_IPV4, KIND_CIDR, S_INIT("192.0.2.0/24"), 0, 0},
        {S_INIT("2001:db8::/32"), 0, KIND_CIDR, S_INIT("2001:db8::/32"), 0, 0},
        {S_INIT("192.0.2.1:99999"), 0, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("192.0.2.1:0"), 0, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("01.2.3.4"), 0, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("192.0.2.0-192.0.2.254"), 0, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("example.com"), KIND_IPV4, KIND_NONE, S_INIT(""), 0, 0},
    };
    check_rows(rows, COUNT_OF(rows));
}

TEST(domains_and_urls)
{
    static const row rows[] = {
        {S_INIT("evil[.]example.com"), 0, KIND_DOMAIN, S_INIT("evil.example.com"), R, 0},
        {S_INIT("\"Evil.Example.COM\","), 0, KIND_DOMAIN, S_INIT("evil.example.com"), T | C, 0},
        {S_INIT("example.com:8080"), 0, KIND_DOMAIN, S_INIT("example.com"), P, 8080},
        {S_INIT("*.example.com"), 0, KIND_DOMAIN, S_INIT("example.com"), T, 0},
        {S_INIT(".example.com"), 0, KIND_DOMAIN, S_INIT("example.com"), T, 0},
        {S_INIT("example.com."), 0, KIND_DOMAIN, S_INIT("example.com"), T, 0},
        {S_INIT("example.com/"), 0, KIND_DOMAIN, S_INIT("example.com"), T, 0},
        {S_INIT("| example.com |"), 0, KIND_DOMAIN, S_INIT("example.com"), T, 0},
        {S_INIT("- example.com"), 0, KIND_DOMAIN, S_INIT("example.com"), T, 0},
        {S_INIT("**example.com**"), 0, KIND_DOMAIN, S_INIT("example.com"), T, 0},
        {S_INIT("\xe3\x80\x8c"
                "example.com\xe3\x80\x8d\xe3\x80\x82"),
         0, KIND_DOMAIN, S_INIT("example.com"), T, 0},
        {S_INIT("\xef\xbb\xbf"
                "example.com"),
         0, KIND_DOMAIN, S_INIT("example.com"), T, 0},
        {S_INIT("exam\xe2\x80\x8bple.com"), 0, KIND_DOMAIN, S_INIT("example.com"), T, 0},
        {S_INIT("tcp://example.com:99/x"), 0, KIND_DOMAIN, S_INIT("example.com"), T | P, 99},
        {S_INIT("localhost"), KIND_DOMAIN, KIND_DOMAIN, S_INIT("localhost"), 0, 0},
        {S_INIT("localhost"), 0, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("HXXPS://Example.com:443/%7ea/../B?x#y"), 0, KIND_URL,
         S_INIT("https://example.com/B?x"), R | C | N, 0},
        {S_INIT("hxxp://[2001[:]db8::1]/"), 0, KIND_URL, S_INIT("http://[2001:db8::1]/"), R, 0},
        {S_INIT("<https://example.com/a>"), 0, KIND_URL, S_INIT("https://example.com/a"), T, 0},
        {S_INIT("[here](https://example.com/a \"t\")"), 0, KIND_URL,
         S_INIT("https://example.com/a"), T, 0},
        {S_INIT("https://example.com/a(b)"), 0, KIND_URL, S_INIT("https://example.com/a(b)"), 0, 0},
        {S_INIT("https://example.com/a)."), 0, KIND_URL, S_INIT("https://example.com/a"), T, 0},
        {S_INIT("http:\\/\\/example.com\\/a"), 0, KIND_URL, S_INIT("http://example.com/a"), N, 0},
        {S_INIT("http://example.com/%5b.%5d"), 0, KIND_URL, S_INIT("http://example.com/%5B.%5D"), N,
         0},
        {S_INIT("http://example.com/a(%2e)x"), 0, KIND_URL, S_INIT("http://example.com/a.x"), N | R,
         0},
        {S_INIT("example.com:8080/a"), 0, KIND_URL, S_INIT("example.com:8080/a"), 0, 8080},
        {S_INIT("example.com"), KIND_URL, KIND_URL, S_INIT("example.com/"), N, 0},
        {S_INIT("nosuch.tldtld/a"), 0, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("http://"), 0, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("http://example.com/\0x"), 0, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("example\xff.com"), 0, KIND_NONE, S_INIT(""), 0, 0},
    };
    check_rows(rows, COUNT_OF(rows));
}

TEST(mail_addresses)
{
    static const row rows[] = {
        {S_INIT("Bob.Smith+x@Example.COM"), 0, KIND_EMAIL, S_INIT("bob.smith+x@example.com"), C, 0},
        {S_INIT("Bob <bob@example.com>"), KIND_EMAIL, KIND_EMAIL, S_INIT("bob@example.com"), T, 0},
        {S_INIT("mailto:bob@example.com?subject=x"), 0, KIND_EMAIL, S_INIT("bob@example.com"), T,
         0},
        {S_INIT("bob[@]example[.]com"), 0, KIND_EMAIL, S_INIT("bob@example.com"), R, 0},
        {S_INIT("bob (at) example (dot) com"), 0, KIND_EMAIL, S_INIT("bob@example.com"), R, 0},
        {S_INIT("\"a b\"@example.com"), 0, KIND_EMAIL, S_INIT("\"a b\"@example.com"), 0, 0},
        {S_INIT("bob@[192.0.2.1]"), 0, KIND_EMAIL, S_INIT("bob@[192.0.2.1]"), 0, 0},
        {S_INIT("bob@[IPv6:2001:DB8::1]"), 0, KIND_EMAIL, S_INIT("bob@[ipv6:2001:db8::1]"), C | N,
         0},
        {S_INIT("bob@m\xc3\xbcnchen.de"), 0, KIND_EMAIL, S_INIT("bob@xn--mnchen-3ya.de"), I, 0},
        {S_INIT("bob@"), 0, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("@example.com"), KIND_EMAIL, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("a b@example.com"), KIND_EMAIL, KIND_NONE, S_INIT(""), 0, 0},
    };
    check_rows(rows, COUNT_OF(rows));
}

TEST(digests_and_fingerprints)
{
    static const row rows[] = {
        {S_INIT("D41D8CD98F00B204E9800998ECF8427E"), 0, KIND_MD5,
         S_INIT("d41d8cd98f00b204e9800998ecf8427e"), C, 0},
        {S_INIT("d41d8cd98f00b204e9800998ecf8427e"), KIND_IMPHASH, KIND_IMPHASH,
         S_INIT("d41d8cd98f00b204e9800998ecf8427e"), 0, 0},
        {S_INIT("'da39a3ee5e6b4b0d3255bfef95601890afd80709'"), 0, KIND_SHA1,
         S_INIT("da39a3ee5e6b4b0d3255bfef95601890afd80709"), T, 0},
        {S_INIT("d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f"), 0, KIND_SHA224,
         S_INIT("d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f"), 0, 0},
        {S_INIT("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"), KIND_MD5,
         KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"), 0, KIND_SHA256,
         S_INIT("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"), 0, 0},
        {S_INIT("DA:39:A3:EE:5E:6B:4B:0D:32:55:BF:EF:95:60:18:90:AF:D8:07:09"), KIND_CERT_SHA1,
         KIND_CERT_SHA1, S_INIT("da39a3ee5e6b4b0d3255bfef95601890afd80709"), N, 0},
        {S_INIT("00:0A:FF"), KIND_CERT_SERIAL, KIND_CERT_SERIAL, S_INIT("0aff"), N, 0},
        {S_INIT("AFF"), KIND_CERT_SERIAL, KIND_CERT_SERIAL, S_INIT("0aff"), N | C, 0},
        {S_INIT("3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C,\"f.exe\""), 0, KIND_SSDEEP,
         S_INIT("3:AXGBicFlgVNhBGcL6wCrFQEv:AXGHsNhxLsr2C"), T, 0},
        {S_INIT("5:abc:def"), KIND_SSDEEP, KIND_NONE, S_INIT(""), 0, 0}, /* not 3 * 2^n */
        {S_INIT("t1a0b1c2d3e4f5061728394a5b6c7d8e9f0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c"), 0,
         KIND_TLSH,
         S_INIT("T1A0B1C2D3E4F5061728394A5B6C7D8E9F0A1B2C3D4E5F60718293A4B5C6D7E8F90A1B2C"), C, 0},
        {S_INIT("T13D1516H2_8DAAF6152771_B186095E22B6"), 0, KIND_JA4,
         S_INIT("t13d1516h2_8daaf6152771_b186095e22b6"), C, 0},
        {S_INIT("27d40d40d29d40d1dc42d43d00041d4689ee210389f4f6b4b5b1b93f92252d"), 0, KIND_JARM,
         S_INIT("27d40d40d29d40d1dc42d43d00041d4689ee210389f4f6b4b5b1b93f92252d"), 0, 0},
        {S_INIT("d41d8cd98f00b204e9800998ecf8427"), 0, KIND_NONE, S_INIT(""), 0, 0},
    };
    check_rows(rows, COUNT_OF(rows));
}

TEST(host_artefacts)
{
    static const row rows[] = {
        {S_INIT("C:\\\\Windows/System32\\\\CMD.exe"), 0, KIND_PATH,
         S_INIT("c:\\windows\\system32\\cmd.exe"), C | N, 0},
        {S_INIT("\"%AppData%\\x\\\""), 0, KIND_PATH, S_INIT("%appdata%\\x"), T | C, 0},
        {S_INIT("\\\\Server\\Share\\x"), 0, KIND_PATH, S_INIT("\\\\server\\share\\x"), C, 0},
        {S_INIT("/tmp/.X/Run.sh"), 0, KIND_PATH, S_INIT("/tmp/.X/Run.sh"), 0, 0},
        {S_INIT("~/x/"), 0, KIND_PATH, S_INIT("~/x"), T, 0},
        {S_INIT("file:///C:/x"), KIND_PATH, KIND_PATH, S_INIT("c:\\x"), T | C | N, 0},
        {S_INIT("Invoice.PDF.exe"), 0, KIND_FILENAME, S_INIT("invoice.pdf.exe"), C, 0},
        {S_INIT("C:\\x\\Evil (1).exe"), KIND_FILENAME, KIND_FILENAME, S_INIT("evil (1).exe"), T | C,
         0},
        {S_INIT("CMD.EXE"), KIND_PROCESS, KIND_PROCESS, S_INIT("cmd.exe"), C, 0},
        {S_INIT("hklm:\\SOFTWARE\\\\Classes\\X\\"), 0, KIND_REGISTRY_KEY,
         S_INIT("HKEY_LOCAL_MACHINE\\Software\\Classes\\x"), E | N | C | T, 0},
        {S_INIT("\\REGISTRY\\USER\\S-1-5-18\\X"), 0, KIND_REGISTRY_KEY,
         S_INIT("HKEY_USERS\\s-1-5-18\\x"), E | C, 0},
        {S_INIT("Software\\X"), KIND_REGISTRY_KEY, KIND_REGISTRY_KEY, S_INIT("Software\\x"), C, 0},
        {S_INIT("Global\\Abc"), KIND_MUTEX, KIND_MUTEX, S_INIT("Global\\Abc"), 0, 0},
        {S_INIT("\\BaseNamedObjects\\Abc"), KIND_MUTEX, KIND_MUTEX, S_INIT("Abc"), T, 0},
        {S_INIT("\\\\.\\pipe\\Msse-1"), 0, KIND_PIPE, S_INIT("\\pipe\\Msse-1"), N, 0},
        {S_INIT("msse"), KIND_PIPE, KIND_PIPE, S_INIT("\\pipe\\msse"), N, 0},
        {S_INIT("User-Agent: Mozilla/5.0 (X)"), 0, KIND_USER_AGENT, S_INIT("Mozilla/5.0 (X)"), T,
         0},
        {S_INIT("cmd  /c\t\"a  b\""), KIND_COMMAND_LINE, KIND_COMMAND_LINE,
         S_INIT("cmd /c \"a  b\""), N, 0},
    };
    check_rows(rows, COUNT_OF(rows));
}

TEST(numbers_and_names)
{
    static const row rows[] = {
        {S_INIT("asn 15169"), 0, KIND_ASN, S_INIT("AS15169"), N, 0},
        {S_INIT("AS1.10"), 0, KIND_ASN, S_INIT("AS65546"), E, 0},
        {S_INIT("15169"), KIND_ASN, KIND_ASN, S_INIT("AS15169"), N, 0},
        {S_INIT("AS4294967296"), 0, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("AA-BB-CC-DD-EE-F0"), 0, KIND_MAC, S_INIT("aa:bb:cc:dd:ee:f0"), N, 0},
        {S_INIT("aabb.ccdd.eef0"), 0, KIND_MAC, S_INIT("aa:bb:cc:dd:ee:f0"), N, 0},
        {S_INIT("aabbccddeef0"), KIND_MAC, KIND_MAC, S_INIT("aa:bb:cc:dd:ee:f0"), N, 0},
        {S_INIT("aa:bb-cc:dd:ee:f0"), KIND_MAC, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("+81 (0)3-1234-5678"), KIND_PHONE, KIND_PHONE, S_INIT("+810312345678"), N, 0},
        {S_INIT("0081 3 1234 5678"), KIND_PHONE, KIND_PHONE, S_INIT("+81312345678"), N, 0},
        {S_INIT("bitcoin:1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2?amount=1"), 0, KIND_CRYPTO_ADDRESS,
         S_INIT("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2"), T, 0},
        {S_INIT("com.example.App"), KIND_PACKAGE, KIND_PACKAGE, S_INIT("com.example.App"), 0, 0},
        {S_INIT(" Your invoice!  "), KIND_EMAIL_SUBJECT, KIND_EMAIL_SUBJECT,
         S_INIT("Your invoice!"), T, 0},
        {S_INIT("DOMAIN\\bob"), KIND_ACCOUNT, KIND_ACCOUNT, S_INIT("DOMAIN\\bob"), 0, 0},
        {S_INIT("a=b"), KIND_PROPERTY, KIND_PROPERTY, S_INIT("a=b"), 0, 0},
        {S_INIT("=b"), KIND_PROPERTY, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("CVE-2021-44228"), 0, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("hello"), 0, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT("  ...  "), 0, KIND_NONE, S_INIT(""), 0, 0},
        {S_INIT(""), 0, KIND_NONE, S_INIT(""), 0, 0},
    };
    check_rows(rows, COUNT_OF(rows));
}

static observable parsed(arena *a, slice text)
{
    observable o = {0};
    CHECK_OK(observable_parse(a, text, KIND_NONE, &o, NULL));
    return o;
}

TEST(what_else_is_said_of_a_value)
{
    CLEANUP(arena_done) arena a;
    arena_init(&a, BUDGET);
    observable o = parsed(&a, S("0123456789abcdef0123456789abcdef"));
    CHECK_EQ(o.also_count, 4);
    CHECK(o.also[0] == KIND_IMPHASH && !o.special && !o.defanged);
    CHECK(parsed(&a, S("10.0.0.1")).special);
    CHECK(!parsed(&a, S("8.8.8.8")).special);
    CHECK(parsed(&a, S("http://127.1/")).special);
    CHECK(parsed(&a, S("00000000000000000000000000000000")).special);
    CHECK(parsed(&a, S("d41d8cd98f00b204e9800998ecf8427e")).special);
    CHECK(parsed(&a, S("printer.local")).special && !parsed(&a, S("printer.local")).unknown_tld);
    CHECK(parsed(&a, S("example[.]com")).defanged);
    CHECK(parsed(&a, S("www.nosuchtld")).unknown_tld && !parsed(&a, S("a.co.za")).unknown_tld);
    CHECK(parsed(&a, S("setup.py")).also[0] == KIND_FILENAME);
    CHECK(!parsed(&a, S("2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wid.onion"))
               .unknown_tld);
    CHECK(parsed(&a, S("2gzyxa5ihm7nsggfxnu52rck2vv4rvmdlkiu3zzui5du4xyclen53wix.onion"))
              .unknown_tld);
    for (unsigned i = 0; i < STEP_COUNT; i++)
        CHECK(observable_step_name((observable_step)(1u << i))[0] >= 'a');
}

TEST(defanging_is_for_the_eyes_and_undone_by_reading)
{
    static const struct {
        kind kind;
        slice value, shown;
    } rows[] = {
        {KIND_IPV4, S_INIT("192.0.2.1"), S_INIT("192[.]0[.]2[.]1")},
        {KIND_CIDR, S_INIT("192.0.2.0/24"), S_INIT("192[.]0[.]2[.]0/24")},
        {KIND_DOMAIN, S_INIT("a.example.com"), S_INIT("a[.]example[.]com")},
        {KIND_URL, S_INIT("https://u:p@a.example.com:81/x.php?y=z.w"),
         S_INIT("hxxps://u:p@a[.]example[.]com:81/x.php?y=z.w")},
        {KIND_URL, S_INIT("ftp://a.example/"), S_INIT("fxp://a[.]example/")},
        {KIND_URL, S_INIT("a.example.com/x.y"), S_INIT("a[.]example[.]com/x.y")},
        {KIND_EMAIL, S_INIT("a.b@example.com"), S_INIT("a.b[@]example[.]com")},
        {KIND_EMAIL, S_INIT("a@[192.0.2.1]"), S_INIT("a[@][192.0.2.1]")},
        {KIND_IPV6, S_INIT("2001:db8::1"), S_INIT("2001:db8::1")},
        {KIND_MD5, S_INIT("d41d8cd98f00b204e9800998ecf8427e"),
         S_INIT("d41d8cd98f00b204e9800998ecf8427e")},
        {KIND_FILENAME, S_INIT("a.exe"), S_INIT("a.exe")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(arena_done) arena a;
        slice shown;
        observable o;
        arena_init(&a, BUDGET);
        CHECK_OK(observable_defang(&a, rows[i].kind, rows[i].value, &shown, NULL));
        CHECK_SLICE(shown, rows[i].shown);
        CHECK_OK(observable_parse(&a, shown, rows[i].kind, &o, NULL));
        CHECK_SLICE(o.value, rows[i].value);
    }
}

TEST(refang_says_whether_it_changed_something)
{
    CLEANUP(arena_done) arena a;
    slice out;
    bool changed = false;
    arena_init(&a, BUDGET);
    CHECK_OK(observable_refang(&a, S("see evil[.]example"), &out, &changed, NULL));
    CHECK_SLICE(out, S("see evil.example"));
    CHECK(changed);
    CHECK_OK(observable_refang(&a, S("see evil.example"), &out, &changed, NULL));
    CHECK(!changed);
}

TEST(keys_under_which_a_value_is_looked_up)
{
    static const struct {
        kind kind;
        slice value;
        const char *want;
    } rows[] = {
        {KIND_URL, S_INIT("https://a.b.example.com/x?y"),
         "url https://a.b.example.com/x; url a.b.example.com/x?y; url a.b.example.com/x; "
         "domain a.b.example.com; domain b.example.com; domain example.com; "},
        {KIND_URL, S_INIT("192.0.2.1:81/x"),
         "url http://192.0.2.1:81/x; url https://192.0.2.1:81/x; ipv4 192.0.2.1; "},
        {KIND_URL, S_INIT("http://[::ffff:102:304]/"), "url [::ffff:102:304]/; ipv4 1.2.3.4; "},
        {KIND_DOMAIN, S_INIT("a.b.example.co.uk"),
         "domain b.example.co.uk; domain example.co.uk; "},
        {KIND_DOMAIN, S_INIT("example.com"), ""},
        {KIND_EMAIL, S_INIT("x@mail.example.com"), "domain mail.example.com; domain example.com; "},
        {KIND_EMAIL, S_INIT("x@[192.0.2.1]"), "ipv4 192.0.2.1; "},
        {KIND_IPV6, S_INIT("2002:c000:201::1"), "ipv4 192.0.2.1; "},
        {KIND_IPV6, S_INIT("64:ff9b::c000:201"), "ipv4 192.0.2.1; "},
        {KIND_IPV6, S_INIT("2001:0:1:2:3:4:3fff:fdfe"), "ipv4 192.0.2.1; "},
        {KIND_PATH, S_INIT("c:\\users\\bob\\x\\y.exe"),
         "filename y.exe; path %userprofile%\\x\\y.exe; "},
        {KIND_PATH, S_INIT("/home/bob/Y"), "filename y; path ~/Y; "},
        {KIND_REGISTRY_KEY, S_INIT("HKEY_USERS\\s-1-5-21-1-2-3-4\\Software\\x"),
         "registry-key HKEY_CURRENT_USER\\Software\\x; "},
        {KIND_REGISTRY_KEY, S_INIT("HKEY_LOCAL_MACHINE\\System\\ControlSet001\\Services\\x"),
         "registry-key HKEY_LOCAL_MACHINE\\System\\CurrentControlSet\\Services\\x; "},
        {KIND_MUTEX, S_INIT("Global\\abc"), "mutex abc; "},
        {KIND_COMMAND_LINE, S_INIT("p^owershell \"-e\" x"), "command-line powershell -e x; "},
        {KIND_MD5, S_INIT("d41d8cd98f00b204e9800998ecf8427e"), ""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(arena_done) arena a;
        observable_key keys[16];
        size_t count = 0, len = 0;
        char text[1024] = "";
        arena_init(&a, BUDGET);
        CHECK_OK(observable_keys(&a, rows[i].kind, rows[i].value, keys, 16, &count, NULL));
        for (size_t k = 0; k < count; k++)
            len += (size_t)snprintf(text + len, sizeof text - len, "%s %.*s; ",
                                    kind_name(keys[k].kind), SLICE_FMT(keys[k].value));
        CHECK_SLICE(slice_str(text), slice_str(rows[i].want));
        CHECK_OK(observable_keys(&a, rows[i].kind, rows[i].value, keys, 1, &count, NULL));
        CHECK(count <= 1);
    }
}

TEST(the_host_of_a_value_is_its_name)
{
    static const struct {
        kind kind;
        slice value, want;
    } rows[] = {
        {KIND_DOMAIN, S_INIT("a.example.com"), S_INIT("a.example.com")},
        {KIND_URL, S_INIT("http://user:x@a.example.com:8080/y@z"), S_INIT("a.example.com")},
        {KIND_URL, S_INIT("a.example.com/b"), S_INIT("a.example.com")},
        {KIND_URL, S_INIT("http://192.0.2.1/x"), S_INIT("")},
        {KIND_URL, S_INIT("http://[2001:db8::1]/x"), S_INIT("")},
        {KIND_URL, S_INIT("data:text,x"), S_INIT("")},
        {KIND_EMAIL, S_INIT("x@example.com"), S_INIT("example.com")},
        {KIND_EMAIL, S_INIT("\"x@y\"@example.com"), S_INIT("example.com")},
        {KIND_EMAIL, S_INIT("x@[192.0.2.1]"), S_INIT("")},
        {KIND_IPV4, S_INIT("192.0.2.1"), S_INIT("")},
        {KIND_FILENAME, S_INIT("a.example.com"), S_INIT("")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        CHECK_SLICE(observable_host(rows[i].kind, rows[i].value), rows[i].want);
}

TEST(a_value_has_at_most_8192_bytes)
{
    static char text[OBSERVABLE_TEXT_MAX + 1];
    CLEANUP(arena_done) arena a;
    observable o = {.kind = KIND_NONE};
    observable_key keys[4];
    size_t count;
    err why = {0};
    memset(text, 'a', sizeof text);
    arena_init(&a, BUDGET);
    CHECK_EQ(observable_parse(&a, slice_of(text, sizeof text), KIND_ACCOUNT, &o, &why), ERR_LIMIT);
    CHECK_EQ(o.kind, KIND_NONE);
    CHECK_EQ(observable_keys(&a, KIND_ACCOUNT, slice_of(text, sizeof text), keys, 4, &count, &why),
             ERR_LIMIT);
    CHECK_OK(observable_parse(&a, slice_of(text, OBSERVABLE_TEXT_MAX), KIND_ACCOUNT, &o, &why));
    CHECK_EQ(o.value.len, OBSERVABLE_TEXT_MAX);
    /* everything becomes three bytes */
    memset(text, ' ', sizeof text);
    memcpy(text, "http://example.com/x", 20);
    text[4000] = 'x';
    CHECK_EQ(observable_parse(&a, slice_of(text, 4001), KIND_URL, &o, &why), ERR_LIMIT);
}

TEST(every_allocation_may_fail)
{
    static const slice texts[] = {S_INIT("198.51.100[.]7"), S_INIT("hxxp://a[.]example/%2e%5b?"),
                                  S_INIT("M\xc3\x9c.example.com"), S_INIT("C:\\Users\\x\\y.exe"),
                                  S_INIT("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2")};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        for (long n = 0;; n++) {
            CLEANUP(arena_done) arena a;
            observable o = {.kind = KIND_END_};
            slice shown = S("x");
            observable_key keys[16];
            size_t count = 99;
            arena_init(&a, BUDGET);
            a.fail_after = n;
            REQUIRE(n < 1000);
            if (observable_parse(&a, texts[i], KIND_NONE, &o, NULL) != OK) {
                CHECK_EQ(o.kind, KIND_END_); /* *ret untouched */
                continue;
            }
            if (observable_defang(&a, o.kind, o.value, &shown, NULL) != OK) {
                CHECK_SLICE(shown, S("x"));
                continue;
            }
            if (observable_keys(&a, o.kind, o.value, keys, 16, &count, NULL) == OK)
                break;
            CHECK_EQ(count, 99);
        }
}
