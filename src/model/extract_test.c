#include "base/file.h"
#include "base/json.h"
#include "base/test.h"
#include "model/extract.h"
#include "model/extract_vectors.h"

enum { BUDGET = EXTRACT_BUDGET };

/* --- running it ----------------------------------------------------------------------------- */

enum { FINDS_MAX = 2000 };

typedef struct list {
    arena a;
    size_t count;
    found f[FINDS_MAX];
} list;

static status keep(void *ctx, const found *f, err *why)
{
    list *l = ctx;
    (void)why;
    assert(l->count < FINDS_MAX);
    found *to = &l->f[l->count++];
    *to = *f;
    if (!arena_copy(&l->a, f->is_identifier ? f->value : f->what.value,
                    f->is_identifier ? &to->value : &to->what.value))
        return ERR_LIMIT;
    return OK;
}

static void list_init(list *l)
{
    arena_init(&l->a, 64 << 20);
    l->count = 0;
}

static void list_done(list *l)
{
    arena_done(&l->a);
}

static void run(list *l, slice text, const extract_options *options)
{
    CLEANUP(arena_done) arena a;
    err why = {0};
    arena_init(&a, BUDGET);
    if (extract_text(&a, text, options, keep, l, &why) != OK)
        TEST_FAIL("extract_text: %s", why.msg);
}

/* --- the recorded cases of ioc-finder ------------------------------------------------------- */

static const struct list_kind {
    const char *name;
    kind kind; /* KIND_NONE: identifiers */
} list_kinds[] = {
    {"urls", KIND_URL},
    {"domains", KIND_DOMAIN},
    {"ipv4s", KIND_IPV4},
    {"ipv6s", KIND_IPV6},
    {"ipv4_cidrs", KIND_CIDR},
    {"email_addresses", KIND_EMAIL},
    {"md5s", KIND_MD5},
    {"sha1s", KIND_SHA1},
    {"sha256s", KIND_SHA256},
    {"sha512s", KIND_SHA512},
    {"imphashes", KIND_IMPHASH},
    {"ssdeeps", KIND_SSDEEP},
    {"asns", KIND_ASN},
    {"mac_addresses", KIND_MAC},
    {"registry_key_paths", KIND_REGISTRY_KEY},
    {"file_paths", KIND_PATH},
    {"user_agents", KIND_USER_AGENT},
    {"bitcoin_addresses", KIND_CRYPTO_ADDRESS},
    {"monero_addresses", KIND_CRYPTO_ADDRESS},
    {"cves", KIND_VULNERABILITY},
    {"attack_techniques", KIND_TECHNIQUE},
    {"attack_tactics", KIND_TACTIC},
    {"attack_mitigations", KIND_MITIGATION},
};

enum { SET_MAX = 200 };
typedef struct set {
    slice s[SET_MAX];
    size_t n;
} set;

static bool has(const set *x, slice s)
{
    for (size_t i = 0; i < x->n; i++)
        if (slice_eq(x->s[i], s))
            return true;
    return false;
}

static void add(set *x, slice s)
{
    if (!has(x, s) && x->n < SET_MAX)
        x->s[x->n++] = s;
}

static bool option(const json *c, const char *name)
{
    return !json_is(json_get(json_get(c, S("options")), slice_str(name)), JSON_FALSE);
}

/* What the case wants of a list, in our spelling. */
static void wanted_values(arena *a, const json *v, kind k, set *ret)
{
    for (const json *e = v ? v->first : NULL; e; e = e->next) {
        observable o;
        slice id;
        kind id_kind;
        if (json_is(e, JSON_ARRAY)) {
            wanted_values(a, e, k, ret);
        } else if (!kind_is_observable(k)) {
            add(ret,
                identifier_parse(json_text(e), a, &id_kind, &id, NULL) == OK ? id : json_text(e));
        } else {
            add(ret, observable_parse(a, json_text(e), k, &o, NULL) == OK ? o.value : json_text(e));
        }
    }
}

/* What we found of a kind; the parts of URLs and addresses that the case asks for are finds. */
static void our_values(arena *a, const list *l, const json *c, kind k, set *ret)
{
    for (size_t i = 0; i < l->count; i++) {
        const found *f = &l->f[i];
        observable_key keys[16];
        size_t n = 0;
        if (f->is_identifier) {
            if (f->id_kind == k)
                add(ret, f->value);
            continue;
        }
        if (f->what.kind == k && !(f->inside && !option(c, "parse_from_url_path")))
            add(ret, f->what.value);
        bool parts = f->what.kind == KIND_URL     ? option(c, "parse_domain_from_url")
                     : f->what.kind == KIND_EMAIL ? option(c, "parse_domain_from_email_address")
                                                  : false;
        if (parts && observable_keys(a, f->what.kind, f->what.value, keys, 16, &n, NULL) == OK)
            for (size_t j = 0; j < n; j++)
                if ((keys[j].how == KEY_HOST || keys[j].how == KEY_MAIL_DOMAIN) &&
                    keys[j].kind == k)
                    add(ret, keys[j].value);
    }
}

static void keep_if_monero(set *x, bool monero)
{
    size_t n = 0;
    for (size_t i = 0; i < x->n; i++)
        if ((x->s[i].len >= 95) == monero)
            x->s[n++] = x->s[i];
    x->n = n;
}

static const struct deviation *listed(int number, const char *name)
{
    for (size_t i = 0; i < COUNT_OF(deviations); i++)
        if (deviations[i].number == number && strcmp(deviations[i].list, name) == 0)
            return &deviations[i];
    return NULL;
}

static bool asked_for(const json *c, const char *name)
{
    const json *types = json_get(json_get(c, S("options")), S("included_ioc_types"));
    for (const json *e = types ? types->first : NULL; e; e = e->next)
        if (slice_eq(json_text(e), slice_str(name)))
            return true;
    return false;
}

static void compare(arena *a, const list *l, const json *c, int number, const struct list_kind *k)
{
    set want = {.n = 0}, ours = {.n = 0};
    const json *iocs = json_get(c, S("iocs"));
    wanted_values(a, json_get(iocs, slice_str(k->name)), k->kind, &want);
    if (k->kind == KIND_EMAIL) /* chat addresses have the same shape */
        wanted_values(a, json_get(iocs, S("xmpp_addresses")), k->kind, &want);
    if (k->kind == KIND_SHA256)
        wanted_values(a, json_get(iocs, S("authentihashes")), k->kind, &want);
    our_values(a, l, c, k->kind, &ours);
    if (k->kind == KIND_CRYPTO_ADDRESS) /* one kind of ours, two lists of theirs */
        keep_if_monero(&ours, strcmp(k->name, "monero_addresses") == 0);
    size_t missing = 0, extra = 0;
    for (size_t i = 0; i < want.n; i++)
        missing += !has(&ours, want.s[i]);
    for (size_t i = 0; i < ours.n; i++)
        extra += !has(&want, ours.s[i]);
    const struct deviation *d = listed(number, k->name);
    if (missing == (d ? d->missing : 0) && extra == (d ? d->extra : 0))
        return;
    TEST_FAIL("case %d, %s: %zu missing, %zu extra%s%s", number, k->name, missing, extra,
              d ? "; listed: " : "", d ? d->why : "");
    for (size_t i = 0; i < want.n; i++)
        if (!has(&ours, want.s[i]))
            fprintf(stderr, "    missing \"%.*s\"\n", SLICE_FMT(want.s[i]));
    for (size_t i = 0; i < ours.n; i++)
        if (!has(&want, ours.s[i]))
            fprintf(stderr, "    extra \"%.*s\"\n", SLICE_FMT(ours.s[i]));
}

TEST(the_recorded_cases_of_ioc_finder)
{
    CLEANUP(arena_done) arena a;
    slice text;
    json *cases;
    int number = 0;
    static list l;
    extract_options o = {0};
    arena_init(&a, 64 << 20);
    if (fs_read_all(fs_system(), &a, "../shared/vectors/ioc_finder.json", 1 << 20, &text, NULL) !=
        OK)
        TEST_SKIP("../shared/vectors/ioc_finder.json is not there");
    CHECK_OK(json_parse(&a, text, NULL, &cases, NULL));
    for (const json *c = cases->first; c; c = c->next, number++) {
        list_init(&l);
        run(&l, json_text(json_get(c, S("text"))), &o);
        for (size_t k = 0; k < COUNT_OF(list_kinds); k++)
            if (asked_for(c, list_kinds[k].name))
                compare(&a, &l, c, number, &list_kinds[k]);
        list_done(&l);
    }
    CHECK(number > 100);
}

/* --- tables --------------------------------------------------------------------------------- */

/* "kind value@at+length" of every find, "; " between; marks: ! defanged, ^ inside, # in a rule. */
static slice told(arena *a, slice text, const extract_options *o)
{
    static list l;
    buf b;
    slice out = {0};
    buf_init(&b, 1 << 16);
    list_init(&l);
    run(&l, text, o);
    for (size_t i = 0; i < l.count; i++) {
        const found *f = &l.f[i];
        slice value = f->is_identifier ? f->value : f->what.value;
        buf_printf(&b, "%s%s%s%s %.*s@%d+%d; ", f->inside ? "^" : "", f->in_rule ? "#" : "",
                   !f->is_identifier && f->what.defanged ? "!" : "",
                   kind_name(f->is_identifier ? f->id_kind : f->what.kind), SLICE_FMT(value),
                   (int)f->at, (int)f->length);
    }
    list_done(&l);
    CHECK(!b.failed && arena_copy(a, buf_slice(&b), &out));
    buf_done(&b);
    return out;
}

typedef struct row {
    slice in;
    const char *want;
} row;

static void check(const row *rows, size_t count)
{
    CLEANUP(arena_done) arena a;
    extract_options o = {0};
    arena_init(&a, 1 << 20);
    for (size_t i = 0; i < count; i++)
        CHECK_SLICE(told(&a, rows[i].in, &o), slice_str(rows[i].want));
}

TEST(prose_in_english)
{
    static const row rows[] = {
        {S_INIT("It calls hxxps[:]//evil[.]example[.]com[/]a.php?x=1. Then 1[.]2[.]3[.]4:443."),
         "!url https://evil.example.com/a.php?x=1@9+42; !ipv4 1.2.3.4@58+17; "},
        {S_INIT("DownloadString('https://example[.]com/rdp.ps1');g"),
         "!url https://example.com/rdp.ps1@16+29; "},
        {S_INIT("Foo https://citizenlab.ca/about/), bar (see https://example.com/a_(b))."),
         "url https://citizenlab.ca/about/@4+28; url https://example.com/a_(b)@44+25; "},
        {S_INIT("https://a.com/x,https://b.com/y; http://c.com/d,e f"),
         "url https://a.com/x@0+15; url https://b.com/y@16+15; url http://c.com/d,e@33+16; "},
        {S_INIT("mail bob[at]example(.)com or bob AT example DOT com, not look at example.com"),
         "!email bob@example.com@5+20; !email bob@example.com@29+22; domain example.com@65+11; "},
        {S_INIT("1.2.3.4/33, 256.1.1.1, 1.2.3, v1.2.3.4, version 1.2.3.4, 1.2.3.4.5, 01.2.3.4"),
         ""},
        {S_INIT("10.0.0.0/8 192.0.2.0-192.0.2.255 192.0.2.1-192.0.2.9 1.2.3.4/x"),
         "cidr 10.0.0.0/8@0+10; cidr 192.0.2.0/24@11+21; ipv4 192.0.2.1@33+9; ipv4 192.0.2.9@43+9; "
         "url 1.2.3.4/x@53+9; "},
        {S_INIT(
             "IP:2001:db8::1, [2001:db8::2]:80 2001:db8::/32 ::1 12:34:56 std::abc fe80::1%eth0"),
         "ipv6 2001:db8::1@3+11; ipv6 2001:db8::2@16+16; cidr 2001:db8::/32@33+13; ipv6 ::1@47+3; "
         "ipv6 fe80::1@69+12; "},
        {S_INIT("tcp://[fdc4:2581:575b:5a72:0000:0000:0000:0001]:80/path"),
         "ipv6 fdc4:2581:575b:5a72::1@0+55; "},
        {S_INIT("at aa:bb:cc:dd:ee:f0, AA-BB-CC-DD-EE-F0 and aabb.ccdd.eef0"),
         "mac aa:bb:cc:dd:ee:f0@3+17; mac aa:bb:cc:dd:ee:f0@22+17; mac aa:bb:cc:dd:ee:f0@44+14; "},
        {S_INIT(
             "3.141592653 550e8400-e29b-41d4-a716-446655440000 aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
         ""},
        {S_INIT("AS15169, asn: 15169, AS 15169, as 15169 people, as15169x"),
         "asn AS15169@0+7; asn AS15169@9+10; asn AS15169@21+8; "},
    };
    check(rows, COUNT_OF(rows));
}

TEST(prose_in_japanese)
{
    static const row rows[] = {
        {S_INIT("C2サーバexample.comに接続し、日本語.jp も使用。"),
         "domain example.com@11+11; domain xn--wgv71a119e.jp@37+12; "},
        {S_INIT("「https://example.jp/path」へ通信。詳細はhttps://example.com/。次"),
         "url https://example.jp/path@3+23; url https://example.com/@50+20; "},
        {S_INIT("ｈｘｘｐ：／／ｅｖｉｌ．ｃｏｍ／ａ。C2は"), "!url http://evil.com/a@0+51; "},
        {S_INIT("IPアドレス１９２．０．２．１と192.0.2.2を遮断"),
         "!ipv4 192.0.2.1@14+27; ipv4 192.0.2.2@44+9; "},
        {S_INIT("ＣＶＥ－２０２１－４４２２８（Log4Shell）"),
         "vulnerability CVE-2021-44228@0+42; "},
        {S_INIT("添付ファイル請求書.pdf.exeを開くと設定.iniが"),
         "filename 添付ファイル請求書.pdf.exe@0+35; filename 設定.ini@47+10; "},
        {S_INIT("example.com。example.orgと接続"),
         "domain example.com@0+11; domain example.org@14+11; "},
        {S_INIT("http://日本語.jp/を参照"), "url http://xn--wgv71a119e.jp/@0+20; "},
        {S_INIT("ファイルinvoice.exeを実行"), "filename invoice.exe@12+11; "},
    };
    check(rows, COUNT_OF(rows));
}

TEST(hosts_files_and_keys)
{
    static const row rows[] = {
        {S_INIT("ran C:\\Windows\\System32\\cmd.exe /c \"C:\\Program Files\\A B\\x.dll\"."),
         "path c:\\windows\\system32\\cmd.exe@4+27; path c:\\program files\\a b\\x.dll@36+26; "},
        {S_INIT("in %TEMP%\\a.exe, \\\\srv1\\share\\x and C:\\Users\\<user>\\y.dll now"),
         "path %temp%\\a.exe@3+12; path \\\\srv1\\share\\x@17+14; path "
         "c:\\users\\<user>\\y.dll@36+21; "},
        {S_INIT("set HKLM\\Software\\Microsoft\\Windows NT\\CurrentVersion\\Run\\x on it"),
         "registry-key HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Windows "
         "NT\\CurrentVersion\\Run\\x@4+55; "},
        {S_INIT("HKCU\\Software\\a HKCR\\.dll"),
         "registry-key HKEY_CURRENT_USER\\Software\\a@0+15; registry-key "
         "HKEY_CLASSES_ROOT\\.dll@16+9; "},
        {S_INIT("pipe \\\\.\\pipe\\msse-1 or /tmp/.x/run.sh, ~/Library/Application Support/y"),
         "pipe \\pipe\\msse-1@5+15; path /tmp/.x/run.sh@24+14; "
         "path ~/Library/Application Support/y@40+31; "},
        {S_INIT("and/or a/b /n \\n \\x41 c:d"), ""},
        {S_INIT("run setup.py, README.md, a.exe and x.so; System.IO, node.js; end.It ASP.NET e.g."),
         "filename setup.py@4+8; filename readme.md@14+9; filename a.exe@25+5; filename x.so@35+4; "
         "filename node.js@52+7; "},
        {S_INIT("| evil.pl | x.sh |\nwww.example.sh\n"), "domain evil.pl@2+7; filename x.sh@12+4; "
                                                         "domain www.example.sh@19+14; "},
        {S_INIT("process.name this.id foo.bar( user@host.example x/evil.com HKTL_NBTSCAN.GB"), ""},
        {S_INIT("evil[.]example and e[.]exe, evil.com:8080, example.com/a?b"),
         "!domain evil.example@0+14; !filename e.exe@19+7; domain evil.com@28+13; "
         "url example.com/a?b@43+15; "},
    };
    check(rows, COUNT_OF(rows));
}

TEST(digests_coins_and_agents)
{
    static const row rows[] = {
        {S_INIT("MD5: 9E107D9D372BB6826BD81D3542A419D6"),
         "md5 9e107d9d372bb6826bd81d3542a419d6@5+32; "},
        {S_INIT(
             "imphash:\n 9e107d9d372bb6826bd81d3542a419d6 ja3s=9e107d9d372bb6826bd81d3542a419d7"),
         "imphash 9e107d9d372bb6826bd81d3542a419d6@10+32; ja3s "
         "9e107d9d372bb6826bd81d3542a419d7@48+32; "},
        {S_INIT("Thumbprint (SHA1): da39a3ee5e6b4b0d3255bfef95601890afd80709"),
         "cert-sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709@19+40; "},
        {S_INIT("x9e107d9d372bb6826bd81d3542a419d6 9e107d9d372bb6826bd81d3542a419d6a"), ""},
        {S_INIT("https://v.example.com/file/9e107d9d372bb6826bd81d3542a419d6/x"),
         "url https://v.example.com/file/9e107d9d372bb6826bd81d3542a419d6/x@0+61; "
         "^md5 9e107d9d372bb6826bd81d3542a419d6@27+32; "},
        {S_INIT("pay 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2 not 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3"),
         "crypto-address 1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2@4+34; "},
        {S_INIT(
             "UA Mozilla/5.0 (X; Y) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/91.0.44.12 was"),
         "user-agent Mozilla/5.0 (X; Y) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/91.0.44.12@3+75; "},
        {S_INIT("Mozilla/5.0 is a start"), ""},
        {S_INIT("t13d1516h2_8daaf6152771_b186095e22b6"),
         "ja4 t13d1516h2_8daaf6152771_b186095e22b6@0+36; "},
    };
    check(rows, COUNT_OF(rows));
}

TEST(identifiers_in_text)
{
    static const row rows[] = {
        {S_INIT("CVE\xe2\x80\x91"
                "2021\xe2\x80\x91"
                "44228 cve_2020-00123 CVE-2021-1 CVE-2021-12345x"),
         "vulnerability CVE-2021-44228@0+18; vulnerability CVE-2020-0123@19+14; "},
        {S_INIT(
             "T1059.001 t1059 T1059.0012 T1059x XT1059 T9999 TA0002 G0007 g0007 S0154 M1036 C0001"),
         "technique T1059.001@0+9; technique T1059@10+5; tactic TA0002@47+6; actor G0007@54+5; "
         "malware S0154@66+5; mitigation M1036@72+5; campaign C0001@78+5; "},
        {S_INIT("GHSA-jfh8-c2jp-5v3q GHSA-jfh8-c2jp-5v3a KB5005565 MS17-010 CWE-79 CAPEC-66"),
         "vulnerability GHSA-jfh8-c2jp-5v3q@0+19; mitigation KB5005565@40+9; "
         "vulnerability MS17-010@50+8; other CWE-79@59+6; technique CAPEC-66@66+8; "},
        {S_INIT("JVNVU#90000001 jvnvu-90000001 JVNVU90000001"),
         "vulnerability JVNVU#90000001@0+14; vulnerability JVNVU#90000001@15+14; "},
        {S_INIT("ZDI-21-123 JVNDB-2021-000001 JVN#12345678 D3-DNSDL AML.T0051.000 EDB-ID: 12345"),
         "vulnerability ZDI-21-123@0+10; vulnerability JVNDB-2021-000001@11+17; "
         "vulnerability JVN#12345678@29+12; mitigation D3-DNSDL@42+8; technique "
         "AML.T0051.000@51+13; "
         "other EDB-12345@65+13; "},
    };
    check(rows, COUNT_OF(rows));
}

TEST(rules_that_a_text_quotes)
{
    static const row rows[] = {
        {S_INIT("a.example.com\nrule X : t\n{\n$a = \"b.example.com\" // "
                "9e107d9d372bb6826bd81d3542a419d6\n"
                "$c = \"http://c.example.com/\"\n}\nz.example.com"),
         "domain a.example.com@0+13; #md5 9e107d9d372bb6826bd81d3542a419d6@51+32; "
         "#url http://c.example.com/@90+21; domain z.example.com@115+13; "},
        {S_INIT(
             "alert tcp any any -> 192.0.2.1 443 (msg:\"a.example.com\"; sid:1;)\nb.example.com"),
         "#ipv4 192.0.2.1@21+9; domain b.example.com@65+13; "},
        {S_INIT(
             "logsource:\n  product: windows\ndetection:\n  x: a.example.com\n---\nb.example.com"),
         "domain b.example.com@64+13; "},
        {S_INIT("rule of thumb: see a.example.com"), "domain a.example.com@19+13; "},
    };
    check(rows, COUNT_OF(rows));
}

TEST(options_leave_things_out)
{
    CLEANUP(arena_done) arena a;
    extract_options bare = {.no_bare_domains = true}, files = {.no_filenames = true, .base = 1000};
    slice text = S("a.example.com b[.]example.com http://c.example.com/ d.exe");
    arena_init(&a, 1 << 20);
    CHECK_SLICE(told(&a, text, &bare),
                S("!domain b.example.com@14+15; url http://c.example.com/@30+21; "
                  "filename d.exe@52+5; "));
    CHECK_SLICE(told(&a, text, &files),
                S("domain a.example.com@1000+13; !domain b.example.com@1014+15; "
                  "url http://c.example.com/@1030+21; "));
}

/* --- limits --------------------------------------------------------------------------------- */

static status refuse(void *ctx, const found *f, err *why)
{
    (void)f;
    ++*(int *)ctx;
    return err_set(why, ERR_BUSY, ERR_NOWHERE, "enough");
}

TEST(a_callback_can_stop_it)
{
    CLEANUP(arena_done) arena a;
    extract_options o = {0};
    int calls = 0;
    arena_init(&a, BUDGET);
    CHECK_EQ(extract_text(&a, S("192.0.2.1 192.0.2.2"), &o, refuse, &calls, NULL), ERR_BUSY);
    CHECK_EQ(calls, 1);
}

TEST(pieces_are_cut_at_line_ends)
{
    static char text[4 * EXTRACT_PIECE_MAX];
    static list l;
    extract_options o = {0};
    memset(text, 'x', sizeof text);
    for (size_t i = 99; i < sizeof text; i += 100)
        text[i] = '\n';
    /* over the border of the first piece, in the middle of a line */
    size_t at = EXTRACT_PIECE_MAX - EXTRACT_PIECE_MAX % 100 + 20;
    memcpy(text + at, " http://example.com/abcdefghijklmnopqrstuvwxyz ", 47);
    list_init(&l);
    run(&l, slice_of(text, sizeof text), &o);
    CHECK_EQ(l.count, 1);
    CHECK(l.count == 1 && l.f[0].at == at + 1 && l.f[0].length == 45);
    list_done(&l);
    /* no line end anywhere: nothing is lost but what the cut goes through */
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 20 == 19 ? '|' : "192.0.2.1 1.2.3.4 xx"[i % 20];
    list_init(&l);
    run(&l, slice_of(text, 20000), &o);
    CHECK_EQ(l.count, 2000);
    list_done(&l);
}

static status count_up(void *ctx, const found *f, err *why)
{
    (void)f;
    (void)why;
    ++*(size_t *)ctx;
    return OK;
}

/* The densest texts we know of: every byte an edit, every other byte a find. */
TEST(the_stated_budget_is_always_enough)
{
    static const slice units[] = {S_INIT("\xef\xbd\x81"), S_INIT("\xc2\xad"), S_INIT("a[.]b "),
                                  S_INIT("::1 "),         S_INIT("T1059 "),   S_INIT("1.1.1.1 "),
                                  S_INIT("\xe2\x80\x8b.")};
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        static char text[2 * EXTRACT_PIECE_MAX];
        CLEANUP(arena_done) arena a;
        extract_options o = {0};
        size_t count = 0;
        for (size_t k = 0; k < sizeof text; k++)
            text[k] = units[i].ptr[k % units[i].len];
        arena_init(&a, EXTRACT_BUDGET);
        CHECK_OK(extract_text(&a, slice_of(text, sizeof text), &o, count_up, &count, NULL));
        CHECK_EQ(a.used, 0);
    }
}

TEST(every_allocation_may_fail)
{
    slice text =
        S("\xef\xbd\x88xxp://a[.]example.com/9e107d9d372bb6826bd81d3542a419d6 CVE-2021-1234 x.exe "
          "bob@example.com 192.0.2.1 C:\\a\\b.exe a.example.com b.example.com");
    size_t all = 0;
    extract_options o = {0};
    for (long n = 0; all == 0; n++) {
        CLEANUP(arena_done) arena a;
        size_t count = 0;
        err why = {0};
        arena_init(&a, BUDGET);
        a.fail_after = n;
        status st = extract_text(&a, text, &o, count_up, &count, &why);
        if (st == OK)
            all = count;
        else
            CHECK(st == ERR_LIMIT && why.msg[0] && count == 0);
        REQUIRE(n < 1000);
    }
    CHECK_EQ(all, 9);
}

TEST(one_identifier)
{
    static const struct {
        slice in;
        kind kind;
        slice out;
    } rows[] = {
        {S_INIT("cve_2021-44228"), KIND_VULNERABILITY, S_INIT("CVE-2021-44228")},
        {S_INIT(" CVE 2021-44228 "), KIND_VULNERABILITY, S_INIT("CVE-2021-44228")},
        {S_INIT("t1059.001"), KIND_TECHNIQUE, S_INIT("T1059.001")},
        {S_INIT("g0007"), KIND_ACTOR, S_INIT("G0007")},
        {S_INIT("s0154"), KIND_MALWARE, S_INIT("S0154")},
        {S_INIT("\xef\xbc\xb4\xef\xbc\x91\xef\xbc\x90\xef\xbc\x95\xef\xbc\x99"), KIND_TECHNIQUE,
         S_INIT("T1059")},
        {S_INIT("GHSA-JFH8-C2JP-5V3Q"), KIND_VULNERABILITY, S_INIT("GHSA-jfh8-c2jp-5v3q")},
        {S_INIT("ms17-010"), KIND_VULNERABILITY, S_INIT("MS17-010")},
        {S_INIT("DS0009"), KIND_DATA_SOURCE, S_INIT("DS0009")},
        {S_INIT("CVE-2021"), KIND_NONE, S_INIT("")},
        {S_INIT("T1059 and more"), KIND_NONE, S_INIT("")},
        {S_INIT("Strontium"), KIND_NONE, S_INIT("")},
        {S_INIT(""), KIND_NONE, S_INIT("")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(arena_done) arena a;
        kind k = KIND_NONE;
        slice id = S("");
        arena_init(&a, 1 << 16);
        status st = identifier_parse(rows[i].in, &a, &k, &id, NULL);
        CHECK_EQ(st, rows[i].kind == KIND_NONE ? ERR_INPUT : OK);
        CHECK_EQ(k, rows[i].kind);
        CHECK_SLICE(id, rows[i].out);
        a.fail_after = 0;
        if (rows[i].kind != KIND_NONE) {
            k = KIND_END_;
            CHECK_EQ(identifier_parse(rows[i].in, &a, &k, &id, NULL), ERR_LIMIT);
            CHECK_EQ(k, KIND_END_);
        }
    }
}
