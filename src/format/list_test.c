#include "format/list/line.h"
#include "format/test_facts.h"

extern const format format_list;

#define MD5 "d41d8cd98f00b204e9800998ecf84270"
#define SHA1 "da39a3ee5e6b4b0d3255bfef95601890afd80700"
#define SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b800"

static const char *const what_names[] = {"blank", "comment", "title", "values", "unread"};

/* "values md5 d41...; sha1 da3... c=comment f=file s=80 d=2020-01-02" */
static void show(const char *line, const char *hint, char out[1024])
{
    CLEANUP(arena_done)
    arena a;
    list_hint h = {0};
    list_line l;
    err why = {0};
    size_t n;
    char day[WHEN_TEXT_MAX];
    arena_init(&a, 1 << 20);
    if (hint[0])
        list_hint_of(slice_str(hint), &h);
    CHECK_OK(list_read_line(&a, slice_str(line), &h, &l, &why));
    n = (size_t)snprintf(out, 1024, "%s", what_names[l.what]);
    for (size_t i = 0; i < l.count && l.what == LIST_VALUES; i++)
        n += (size_t)snprintf(out + n, 1024 - n, "%s %s %.*s", i ? ";" : "", kind_name(l.o[i].kind),
                              SLICE_FMT(l.o[i].value));
    if (l.text.len)
        n += (size_t)snprintf(out + n, 1024 - n, " t=%.*s", SLICE_FMT(l.text));
    if (l.comment.len)
        n += (size_t)snprintf(out + n, 1024 - n, " c=%.*s", SLICE_FMT(l.comment));
    if (l.filename.len)
        n += (size_t)snprintf(out + n, 1024 - n, " f=%.*s", SLICE_FMT(l.filename));
    if (l.score >= 0)
        n += (size_t)snprintf(out + n, 1024 - n, " s=%d", l.score);
    if (l.seen != WHEN_NONE)
        snprintf(out + n, 1024 - n, " d=%s", when_date(l.seen, day));
}

TEST(lines_of_many_shapes)
{
    static const struct {
        const char *line, *hint, *want;
    } rows[] = {
        {"", "", "blank"},
        {" \t", "", "blank"},
        {"# FireEye report", "", "comment t=FireEye report"},
        {"## - ", "", "comment"},
        {"// x", "", "comment t=x"},
        {"; x", "", "comment t=x"},
        {"-------------", "", "comment"},
        {"SHA256:", "", "title t=SHA256"},
        {"SHA256 HASHES:", "", "title t=SHA256 HASHES"},
        {"[domains]", "", "title t=domains"},
        {"Domains", "", "title t=Domains"},
        {"Hostnames:", "", "title t=Hostnames"},
        {"192.0.2.1", "", "values ipv4 192.0.2.1"},
        {" evil[.]example[.]com ", "", "values domain evil.example.com"},
        {"- hxxp://evil.example.com/a", "", "values url http://evil.example.com/a"},
        {"192.0.2.1:443", "", "values ipv4 192.0.2.1"},
        {"\"evil.example.com\",", "", "values domain evil.example.com"},
        /* value;comment;score */
        {MD5 ";some words; more;70", "", "values md5 " MD5 " c=some words; more s=70"},
        {MD5 ";some words", "", "values md5 " MD5 " c=some words"},
        {"evil.example.com;80", "", "values domain evil.example.com s=80"},
        /* a report's address is no indicator, a defanged one is */
        {MD5 ";Some campaign - https://example.com/report", "",
         "values md5 " MD5 " c=Some campaign - https://example.com/report"},
        {MD5 " - hxxp://evil[.]example/x", "", "values md5 " MD5 "; url http://evil.example/x"},
        {MD5 "\thttp://evil.example.com/x", "",
         "values md5 " MD5 "; url http://evil.example.com/x"},
        {MD5 "," SHA1 "," SHA256, "", "values md5 " MD5 "; sha1 " SHA1 "; sha256 " SHA256},
        {"192.0.2.1 # scanner", "", "values ipv4 192.0.2.1 c=scanner"},
        {"192.0.2.1 // scanner", "", "values ipv4 192.0.2.1 c=scanner"},
        {"192.0.2.1\tCobalt Strike C2 communication\t", "",
         "values ipv4 192.0.2.1 c=Cobalt Strike C2 communication"},
        {"http://evil.example.com/x some words", "",
         "values url http://evil.example.com/x c=some words"},
        {"192.0.2.1 a few words", "", "values ipv4 192.0.2.1 c=a few words"},
        {"2018-06-10 -- " SHA256 " -- 1,674,240 bytes", "",
         "values sha256 " SHA256 " c=1,674,240 bytes d=2018-06-10"},
        /* hash and file name */
        {SHA256 "  some file.xlsb", "", "values sha256 " SHA256 " f=some file.xlsb"},
        {MD5 " *a.exe", "", "values md5 " MD5 " f=a.exe"},
        {MD5 " - a.exe", "", "values md5 " MD5 " f=a.exe"},
        {"MD5 (a.exe) = " MD5, "", "values md5 " MD5 " f=a.exe"},
        {"SHA1: " SHA1, "", "values sha1 " SHA1},
        {"domain = evil.example.com", "", "values domain evil.example.com"},
        /* hosts files */
        {"0.0.0.0 ads.example.com", "", "values domain ads.example.com"},
        {"127.0.0.1\tads.example.com", "", "values ipv4 127.0.0.1; domain ads.example.com"},
        /* hints */
        {"accountpfd", "processes", "values process accountpfd"},
        {"accountpfd", "", "unread"},
        {"sys.brand.note", "android_properties", "values property android-property=sys.brand.note"},
        {"com.example.app", "package_names", "values package com.example.app"},
        {SHA256, "package_cert_hashes", "values cert-sha256 " SHA256},
        {SHA256, "files", "values sha256 " SHA256},
        {"roleaccountd.plist", "files", "values filename roleaccountd.plist"},
        {"Global\\abc", "Mutexes", "values mutex Global\\abc"},
        {"evil.example.com", "md5_hashes", "values domain evil.example.com"},
        /* prose and things that nobody recognises */
        {"This is a sentence about malware.", "", "unread"},
        {"READ: SHA256 HASH  FILE NAME", "", "unread"},
        {"NOTE 1: words", "", "unread"},
        {"256.0.2.1", "", "unread"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char out[1024];
        show(rows[i].line, rows[i].hint, out);
        if (strcmp(out, rows[i].want) != 0)
            TEST_FAIL("\"%s\" (%s) is \"%s\", want \"%s\"", rows[i].line, rows[i].hint, out,
                      rows[i].want);
    }
}

static const char sections[] = "#\n"
                               "# LIST OF THINGS\n"
                               "# This file has a header\n"
                               "#\n"
                               "\n"
                               "# Operation Paper https://example.com/report\n"
                               "evil.example.com\n"
                               "192.0.2.1 # c2 of it\n"
                               "\n"
                               "other.example.com\n"
                               "# Reference: https://example.com/two\n"
                               "\n"
                               "third.example.com\n"
                               "Paper RAT C2:\n"
                               "fourth.example.com:8080\n"
                               "# " MD5 ";commented out\n"
                               "fifth.example.com\n"
                               "words that are nothing\n"
                               "bad\xff\n" SHA256 "  a.exe;;" MD5 "\n";

TEST(what_stands_above_is_kept)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK_OK(facts_read(&t, &format_list, slice_str(sections), S("x/things.txt"), &why));
    CHECK_SAYS(&t, "head list source= derives=\n");
    CHECK_SAYS(&t, "  domain evil.example.com indicates {\"section\":\"Operation Paper "
                   "https://example.com/report\"} <https://example.com/report>\n");
    CHECK_SAYS(&t,
               "  ipv4 192.0.2.1 indicates \"c2 of it\" {\"role\":\"c2\",\"section\":\"Operation "
               "Paper https://example.com/report\"} <https://example.com/report>\n");
    CHECK_SAYS(&t, "  domain other.example.com indicates\n");
    CHECK_SAYS(&t, "  domain third.example.com indicates <https://example.com/two>\n");
    CHECK_SAYS(&t,
               "  domain fourth.example.com indicates {\"port\":8080,\"role\":\"c2\",\"section\":"
               "\"Paper RAT C2\"}\n");
    CHECK_SAYS(&t, "  domain fifth.example.com indicates\n");
    CHECK_SAYS(&t, "line 18: ");
    CHECK_SAYS(&t, "line 19: the line is no UTF-8\n");
    CHECK_SAYS(&t, "  sha256 " SHA256 " indicates {\"filename\":\"a.exe\"}\n");
    CHECK_SAYS(&t, "  sha256 " SHA256 " hashes-with md5 " MD5 "\n");
    CHECK_EQ(t.records, 7);
    CHECK_EQ(t.refused, 2);
    facts_close(&t);
}

static void says(const char *doc, const char *path, const char *line)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    status st = facts_read(&t, &format_list, slice_str(doc), slice_str(path), &why);
    if (st != OK)
        buf_put(&t.out, slice_str(why.msg));
    if (!facts_say(&t, slice_str(line)))
        TEST_FAIL("%s: no \"%s\" in:\n%.*s", path, line, SLICE_FMT(buf_slice(&t.out)));
    facts_close(&t);
}

TEST(the_file_name_says_something)
{
    says("192.0.2.1\n", "x/c2_ips.txt", "  ipv4 192.0.2.1 indicates {\"role\":\"c2\"}\n");
    says("example.com\n", "allowlist_domains.txt",
         "  domain example.com listed {\"polarity\":\"benign\"}\n");
    says("\\\\lot1\\.tmp$;45\n(?i)\\\\a\\.exe;50;(SysInternals)\n", "filename-iocs.txt",
         "  property filename-regex=\\\\lot1\\.tmp$ indicates {\"score\":45}\n");
    says("# Paper https://example.com/r\n\\\\lot1\\.tmp$;45\n(?i)\\\\a\\.exe;50;(SysInternals)\n",
         "filename-iocs.txt",
         " indicates {\"except\":\"(SysInternals)\",\"score\":50,\"section\":\"Paper "
         "https://example.com/r\"} <https://example.com/r>\n");
    says("com.example.one\ncom.example.two\norg.example.three\n", "x.csv",
         "  package com.example.two indicates\n");
    says("# TLP:AMBER\n192.0.2.1\n", "x", "head list source= derives= tlp=amber\n");
    says("nothing\n", "x", "no line of it is an indicator");
    says("", "x", "no line of it is an indicator");
}

TEST(lists_of_digests_in_every_common_shape)
{
#define EMOTET "  md5 " MD5 " indicates \"Emotet\"\n"
#define IN_FILE(name) "  md5 " MD5 " indicates {\"filename\":\"" name "\"}\n"
    static const struct {
        const char *doc, *path, *want;
    } rows[] = {
        {MD5 "\n", "a", "  md5 " MD5 " indicates\n"},
        {"\"" MD5 "\"\n", "quoted", "  md5 " MD5 " indicates\n"},
        {"md5\n" MD5 "\n", "titled", "  md5 " MD5 " indicates\n"},
        {MD5 "  a file.exe\n", "md5sum", IN_FILE("a file.exe")},
        {MD5 " *b.exe\n", "binary", IN_FILE("b.exe")},
        {MD5 " *no ending, and a comma\n", "binary words", IN_FILE("no ending, and a comma")},
        {MD5 "  ./dir/a.exe\n", "find", IN_FILE("./dir/a.exe")},
        {MD5 "  /srv/x/a\n", "absolute", IN_FILE("/srv/x/a")},
        {MD5 "\tother.exe\n", "tab", IN_FILE("other.exe")},
        {MD5 " file.exe\n", "blank", IN_FILE("file.exe")},
        {"MD5 (b c.exe) = " MD5 "\n", "bsd", IN_FILE("b c.exe")},
        {"MD5 (d(1).exe) = " MD5 "\n", "bsd brackets", IN_FILE("d(1).exe")},
        {"MD5 (/srv/x/a) = " MD5 "\n", "bsd path", IN_FILE("/srv/x/a")},
        {"MD5(a - b.exe)= " MD5 "\n", "openssl", IN_FILE("a - b.exe")},
        {"SHA2-256(b.exe)= " SHA256 "\n", "openssl 3",
         "  sha256 " SHA256 " indicates {\"filename\":\"b.exe\"}\n"},
        {MD5 "  Emotet\n", "words", EMOTET},
        {MD5 ":Emotet\n", "colon", EMOTET},
        {MD5 " : Emotet\n", "blank colon", EMOTET},
        {MD5 ",Emotet\n", "comma", EMOTET},
        {MD5 ";Emotet\n", "semicolon", EMOTET},
        {MD5 "|Emotet\n", "bar", EMOTET},
        {"Emotet:" MD5 "\n", "label first", EMOTET},
        {MD5 ":Win32.Trojan/Qakbot!gen\n", "signature", "\"Win32.Trojan/Qakbot!gen\"\n"},
        {MD5 ":" SHA1 "\n", "two", "  sha1 " SHA1 " indicates\n"},
        {"#\n# Malware sample MD5 list for VirusShare_00000.zip\n####\n" MD5 "\n",
         "VirusShare_00000.md5",
         "  md5 " MD5 " indicates {\"section\":\"Malware sample MD5 list for "
         "VirusShare_00000.zip\"}\n"},
        {MD5 "\n" SHA256 "\n192.0.2.1\n", "mixed", "  sha256 " SHA256 " indicates\n"},
        {"# MALICIOUS KEYWORDS\n\n# Mimikatz\nprivilege::debug\nWCE SERVICE\n", "x/keywords.txt",
         "  property keyword=WCE SERVICE indicates {\"section\":\"Mimikatz\"}\n"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        says(rows[i].doc, rows[i].path, rows[i].want);
        if (format_list.sniff(slice_str(rows[i].doc), slice_str(rows[i].path)) < 60)
            TEST_FAIL("%s: not recognised", rows[i].path);
    }
    /* words alone are no list, whatever the file is called, and no address is a digest's file */
    CHECK_EQ(format_list.sniff(S("one\ntwo\n"), S("keywords.txt")), 0);
    says("http://198.51.100.7/" MD5 "\n", "url", "  url http://198.51.100.7/" MD5 " indicates\n");
}

static int sure(const char *text, const char *path)
{
    return format_list.sniff(slice_str(text), slice_str(path));
}

TEST(sniffing)
{
    CHECK(sure("192.0.2.1\n192.0.2.2\n", "") >= 60);
    CHECK(sure(MD5 "\n", "") >= 60);
    CHECK(sure(MD5 ";x;70\n" SHA1 ";y;60\n", "") >= 60);
    CHECK(sure("# comment\n\nevil.example.com\n", "") >= 60);
    /* names kept for documents and tests are domains as others are; other unknown ends are not */
    CHECK(sure("a1.b.example\na2.example\nhttp://c2.test/x\n", "") >= 60);
    CHECK_EQ(sure("a1.nosuchtld\na2.nosuchtld\n", ""), 0);
    CHECK(sure("accountpfd\nactmanaged\n", "processes.txt") >= 60);
    CHECK_EQ(sure("accountpfd\nactmanaged\n", "x.txt"), 0);
    /* prose, code, rules, logs, other people's files */
    CHECK_EQ(sure("This report is about evil.example.com.\nIt is prose.\n192.0.2.1\n", ""), 0);
    CHECK_EQ(sure("192.0.2.1\n", "README.md"), 0);
    CHECK_EQ(sure("192.0.2.1\n", "LICENSE"), 0);
    CHECK_EQ(sure("192.0.2.1\n", "x.yar"), 0);
    CHECK_EQ(sure("192.0.2.1 - - [17/May/2015:10:05:03 +0000] \"GET /x HTTP/1.1\" 200 1\n", ""), 0);
    CHECK_EQ(sure("// ===BEGIN ICANN DOMAINS===\ncom.ac\n", ""), 0);
    CHECK_EQ(sure("{\"a\":\"192.0.2.1\"}\n", ""), 0);
    CHECK_EQ(sure("<ioc>192.0.2.1</ioc>\n", ""), 0);
    CHECK_EQ(sure("", ""), 0);
    CHECK_EQ(sure("# only\n# comments\n", ""), 0);
    CHECK_EQ(sure("#include <x.h>\nint main(void)\n{\n    return 0;\n}\n", ""), 0);
    CHECK_EQ(format_list.sniff(slice_of("192.0.2.1\n\0", 11), S("")), 0);
}

TEST(limits)
{
    facts_text t;
    err why = {0};
    CLEANUP(buf_done)
    buf doc;
    facts_open(&t);
    t.limits.line_bytes_max = 16;
    CHECK_OK(facts_read(&t, &format_list, S("192.0.2.1 #12345\n192.0.2.2 #123456\n192.0.2.3\n"),
                        S(""), &why));
    CHECK_SAYS(&t, "line 2: the line is too long\n");
    CHECK_EQ(t.records, 2);
    t.limits = (format_limits){.records_max = 2};
    CHECK_OK(facts_read(&t, &format_list, S("192.0.2.1\n192.0.2.2\n"), S(""), &why));
    CHECK_EQ(facts_read(&t, &format_list, S("192.0.2.1\n192.0.2.2\nwords of prose\n"), S(""), &why),
             ERR_LIMIT);
    t.limits = (format_limits){0};
    /* a comment is context up to its limit, and none beyond */
    buf_init(&doc, 1 << 16);
    for (int extra = 0; extra < 2; extra++) {
        buf_clear(&doc);
        buf_put(&doc, S("192.0.2.9\n# "));
        for (int i = 0; i < LIST_CONTEXT_MAX + extra; i++)
            buf_byte(&doc, 'x');
        buf_put(&doc, S("\n192.0.2.1\n"));
        CHECK_OK(facts_read(&t, &format_list, buf_slice(&doc), S(""), &why));
        CHECK_EQ(facts_say(&t, S("{\"section\":\"xxx")), !extra);
    }
    facts_close(&t);
}

TEST(hard_times)
{
    facts_abuse(&format_list, slice_str(sections), S("x/c2_things.txt"), S(""));
}

TEST(real_lists)
{
    static const struct {
        const char *path;
        uint64_t records, refused;
        const char *says;
    } files[] = {
        {"indicators/signature-base/iocs/c2-iocs.txt", 1844, 0,
         "domain suroot.com indicates {\"role\":\"c2\",\"section\":\"FireEye Operation Snowman "
         "https://goo.gl/x1v7mT\"} <https://goo.gl/x1v7mT>"},
        {"indicators/signature-base/iocs/hash-iocs.txt", 3224, 0, "\"Dark Caracal - PDF document"},
        {"indicators/signature-base/iocs/filename-iocs.txt", 3828, 0,
         "property filename-regex=\\\\usbclass\\.sys indicates "
         "{\"score\":80,\"section\":\"Regin\"}"},
        {"indicators/signature-base/iocs/keywords.txt", 14, 0,
         "property keyword=privilege::debug indicates {\"section\":\"Mimikatz\"}"},
        {"indicators/malware-hash-db/MD5/md5_hashes_6.txt", 4323, 1, "md5 "},
        {"indicators/eset-malware-ioc/attor/samples.sha1", 32, 0, "sha1 "},
        {"indicators/amnesty/2021-07-18_nso/domains.txt", 1438, 0, "domain 14-tracking.com"},
        {"indicators/amnesty/2021-07-18_nso/processes.txt", 81, 0, "process accountpfd"},
        {"indicators/amnesty/2023-03-29_android_campaign/android_properties.txt", 3, 0,
         "android-property="},
        {"indicators/carbonblack-c2/cobaltstrike/JARM/jarm_cs_202107_uniq_sorted.txt", 47, 0,
         "jarm "},
        {"indicators/malware-hash-db/SHA256/sha256_hashes_4.txt", 3719, 0, "sha256 "},
        {"indicators/unit42-iocs/Conti_IOCs.txt", 55, 0, "{\"role\":\"c2\"}"},
    };
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        buf doc;
        facts_text t;
        err why = {0};
        if (!shared_data(files[i].path, &doc))
            continue;
        facts_open(&t);
        CHECK(format_sniff(slice_sub(buf_slice(&doc), 0, FORMAT_SNIFF_BYTES),
                           slice_str(files[i].path)) == &format_list);
        CHECK_OK(facts_read(&t, &format_list, buf_slice(&doc), slice_str(files[i].path), &why));
        if (t.records != files[i].records || t.refused != files[i].refused)
            TEST_FAIL("%s: %llu records, %llu refused", files[i].path,
                      (unsigned long long)t.records, (unsigned long long)t.refused);
        if (!facts_say(&t, slice_str(files[i].says)))
            TEST_FAIL("%s does not say %s", files[i].path, files[i].says);
        facts_close(&t);
        buf_done(&doc);
    }
}

TEST(real_texts_that_are_no_lists)
{
    static const char *const files[] = {
        "indicators/signature-base/iocs/README.txt",
        "indicators/signature-base/LICENSE",
        "misc/public_suffix_list.dat",
        "indicators/unit42-iocs/TA551/2020-07-09-TA551-IOCs-for-Ursnif.txt",
        "indicators/amnesty/README.md",
    };
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        buf doc;
        if (!shared_data(files[i], &doc))
            continue;
        const format *f =
            format_sniff(slice_sub(buf_slice(&doc), 0, FORMAT_SNIFF_BYTES), slice_str(files[i]));
        if (f == &format_list)
            TEST_FAIL("%s was taken for a list", files[i]);
        buf_done(&doc);
    }
}
