#include "format/test_facts.h"

extern const format format_maltrail;

#define LICENCE                                                                                    \
    "# Copyright (c) 2014-2099 Maltrail developers (https://github.com/stamparm/maltrail/)\n"      \
    "# See the file 'LICENSE' for copying permission\n\n"

static const char trails[] = LICENCE "# Aliases: apt999, Fancy Mouse, cheese club\n"
                                     "# MITRE: https://attack.mitre.org/groups/G9999/\n"
                                     "\n"
                                     "# Reference: https://example.com/one\n"
                                     "# Referecne: https://example.com/two (a note)\n"
                                     "\n"
                                     "evil.example\n"
                                     "Mixed.Example\n"
                                     "#taken.back.example\n"
                                     "192.0.2.1\n"
                                     "192.0.2.1:443\n"
                                     "[2001:db8::1]:8443\n"
                                     "198.51.100.0/24 # scanner.example\n"
                                     "/gate.php?id=\n"
                                     "http://192.0.2.2\n"
                                     "https://evil.example/a#frag\n"
                                     "evil.example/a/b.php\n"
                                     "192.0.2.3:8080/x/\n"
                                     "ftp://evil.example\n"
                                     "\n"
                                     "# Reference: https://example.com/three\n"
                                     "evil.example\n"
                                     "\n"
                                     "# TITLE-HOST=Panel\n"
                                     "third.example\n"
                                     "# Generic trails\n"
                                     "fourth.example\n"
                                     "\n"
                                     "# Generic trails\n"
                                     "vh[0-9]{6}\\.rent\\.example\n"
                                     "192.0.2.4:53:53\n"
                                     "192.0.2.4:70000\n"
                                     "192.0.2.4:0\n"
                                     "oneword\n";

TEST(trails_under_their_reports)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK(format_sniff(slice_str(trails), S("malware/apt_fancymouse.txt")) == &format_maltrail);
    CHECK_OK(
        facts_read(&t, &format_maltrail, slice_str(trails), S("malware/apt_fancymouse.txt"), &why));
#define BOTH " <https://example.com/one> <https://example.com/two>\n"
#define ITS " indicates actor name:fancymouse"
    CHECK_SAYS(&t, "head maltrail source=maltrail derives= snapshot\n");
    CHECK_SAYS(&t, "  actor name:fancymouse named name fancymouse \"Fancy Mouse\" "
                   "{\"kind\":\"primary\"}\n");
    CHECK_SAYS_NOT(&t, "\"Fancy Mouse\" {\"kind\":\"alias\"}");
    CHECK_SAYS(&t, "named name apt999 \"apt999\" {\"kind\":\"alias\"}\n");
    CHECK_SAYS(&t, "named name g9999 \"G9999\" {\"kind\":\"id\"}\n");
    CHECK_SAYS(&t, "  domain evil.example" ITS BOTH);
    CHECK_SAYS(&t, "  domain mixed.example" ITS BOTH);
    CHECK_SAYS_NOT(&t, "taken.back.example");
    CHECK_SAYS(&t, "  ipv4 192.0.2.1" ITS BOTH);
    CHECK_SAYS(&t, "  ipv4 192.0.2.1" ITS " {\"port\":443}" BOTH);
    CHECK_SAYS(&t, "  ipv6 2001:db8::1" ITS " {\"port\":8443}" BOTH);
    CHECK_SAYS(&t, "  cidr 198.51.100.0/24" ITS " \"scanner.example\"" BOTH);
    CHECK_SAYS(&t, "  property url-path=/gate.php?id=" ITS BOTH);
    CHECK_SAYS(&t, "  url http://192.0.2.2/" ITS BOTH);
    CHECK_SAYS(&t, "  url https://evil.example/a" ITS BOTH);
    CHECK_SAYS(&t, "  url evil.example/a/b.php" ITS BOTH);
    CHECK_SAYS(&t, "  url 192.0.2.3:8080/x/" ITS);
    CHECK_SAYS(&t, "  url ftp://evil.example");
    CHECK_SAYS(&t, "  domain evil.example" ITS " <https://example.com/three>\n");
    /* a comment between trails belongs to none; one behind a blank line begins a block */
    CHECK_SAYS(&t, "  domain third.example" ITS " {\"section\":\"TITLE-HOST=Panel\"}\n");
    CHECK_SAYS(&t, "  domain fourth.example" ITS " {\"section\":\"TITLE-HOST=Panel\"}\n");
    CHECK_SAYS(&t, "  property domain-regex=vh[0-9]{6}\\.rent\\.example" ITS "\n");
    CHECK_SAYS(&t, "a pattern for domains");
    CHECK_SAYS(&t, ": \"192.0.2.4:53:53\" is no address with a port\n");
    CHECK_SAYS(&t, ": \"192.0.2.4:70000\" is no address with a port\n");
    CHECK_SAYS(&t, ": \"192.0.2.4:0\" is no address with a port\n");
    CHECK_EQ(t.refused, 4);
    CHECK_EQ(t.warned, 1);
    CHECK_EQ(t.records, 18);
    facts_close(&t);
}

TEST(the_file_name_says_who)
{
    static const struct {
        const char *path, *want;
    } rows[] = {
        {"malware/apt_fancymouse.txt", " indicates actor name:fancymouse\n"},
        {"apt_fancymouse.txt", "named name fancymouse \"Fancymouse\" {\"kind\":\"primary\"}\n"},
        {"malware/cobaltstrike-2.txt", " indicates malware name:cobaltstrike\n"},
        {"malware/cobaltstrike.txt", "named name cobaltstrike \"Cobaltstrike\""},
        {"malware/android_cheese.txt",
         " indicates malware name:cheese {\"platform\":\"android\"}\n"},
        {"malware/elf_cheese.txt", " indicates malware name:cheese {\"platform\":\"linux\"}\n"},
        {"malware/big_cheese.txt", "named name bigcheese \"Big cheese\""},
        {"malware/cheese_miner.txt", " indicates malware name:cheese\n"},
        {"malicious/cheese_c2.txt", " indicates malware name:cheesec2 {\"role\":\"c2\"}\n"},
        {"malicious/ek_cheese.txt", " indicates malware name:cheese {\"role\":\"delivery\"}\n"},
        {"malicious/bad_proxy.txt", " indicates {\"category\":\"bad_proxy\",\"role\":\"proxy\"}\n"},
        {"malware/generic.txt", " indicates {\"category\":\"generic\"}\n"},
        {"malware/generic_miner.txt", " indicates {\"category\":\"generic_miner\"}\n"},
        {"malware/apt_unclassified.txt", " indicates {\"category\":\"apt_unclassified\"}\n"},
        {"malware/hacked_cheese.txt", " indicates {\"category\":\"hacked_cheese\"}\n"},
        {"malware/sinkhole_cheese.txt",
         " listed {\"category\":\"sinkhole_cheese\",\"list\":\"sinkhole_cheese\",\"polarity\":"
         "\"neutral\",\"role\":\"sinkhole\"}\n"},
        {"suspicious/parking_site.txt",
         " verdict \"suspicious\" {\"category\":\"parking_site\"}\n"},
        {"unsuspicious/cheese.txt", " indicates malware name:cheese\n"},
        {"mass_scanner_cidr.txt",
         " verdict \"suspicious\" {\"category\":\"mass_scanner_cidr\",\"role\":\"scanner\"}\n"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        facts_text t;
        err why = {0};
        facts_open(&t);
        CHECK_OK(facts_read(&t, &format_maltrail, S(LICENCE "192.0.2.1\n"), slice_str(rows[i].path),
                            &why));
        if (!facts_say(&t, slice_str(rows[i].want)))
            TEST_FAIL("%s: no \"%s\" in %.*s", rows[i].path, rows[i].want,
                      SLICE_FMT(buf_slice(&t.out)));
        facts_close(&t);
    }
}

TEST(sniffing)
{
    CHECK_EQ(format_maltrail.sniff(S(LICENCE "x.example\n"), S("a.txt")), 95);
    CHECK_EQ(format_maltrail.sniff(S("# a list\n192.0.2.1\n"), S("maltrail/a.txt")), 0);
    CHECK_EQ(format_maltrail.sniff(S("192.0.2.1\n# github.com/stamparm/maltrail\n"), S("a")), 0);
    CHECK_EQ(format_maltrail.sniff(S(LICENCE), S("README.md")), 0);
    CHECK_EQ(format_maltrail.sniff(S(""), S("")), 0);
}

TEST(limits)
{
    facts_text t;
    err why = {0};
    CLEANUP(buf_done)
    buf doc;
    buf_init(&doc, 1 << 20);
    facts_open(&t);
    for (int extra = 0; extra < 2; extra++) {
        buf_clear(&doc);
        for (int i = 0; i < FACT_ORIGINS_MAX + extra; i++)
            buf_printf(&doc, "# Reference: https://example.com/%d\n", i);
        buf_put(&doc, S("evil.example\n"));
        CHECK_OK(facts_read(&t, &format_maltrail, buf_slice(&doc), S("x.txt"), &why));
        CHECK_EQ(t.warned, extra);
        CHECK_SAYS(&t, "<https://example.com/63>\n");
    }
    CHECK_SAYS(&t, "1 references left out");
    buf_clear(&doc);
    for (int i = 0; i < 8193; i++)
        buf_byte(&doc, 'a');
    buf_put(&doc, S("\nevil.example\n"));
    CHECK_OK(facts_read(&t, &format_maltrail, buf_slice(&doc), S("x.txt"), &why));
    CHECK_EQ(t.refused, 1);
    CHECK_EQ(t.records, 1);
    t.limits.records_max = 1;
    CHECK_EQ(facts_read(&t, &format_maltrail, S("a.example\nb.example\n"), S("x.txt"), &why),
             ERR_LIMIT);
    CHECK_OK(facts_read(&t, &format_maltrail, S("a.example\n"), S("x.txt"), &why));
    /* nothing in it is a delivery, too: all its trails were taken back */
    CHECK_OK(facts_read(&t, &format_maltrail, S(LICENCE), S("x.txt"), &why));
    CHECK_EQ(t.records, 0);
    facts_close(&t);
}

TEST(hard_times)
{
    facts_abuse(&format_maltrail, slice_str(trails), S("malware/apt_fancymouse.txt"), S(""));
}

TEST(real_trails)
{
    static const struct {
        const char *path;
        uint64_t records, refused;
        const char *says;
    } files[] = {
        {"indicators/maltrail/samples/malware/apt_sofacy.txt", 2356, 0,
         "  domain adawareblock.com indicates actor name:sofacy "
         "<https://www.alienvault.com/open-threat-exchange/blog/"},
        {"indicators/maltrail/samples/malicious/sliver.txt", 7985, 0,
         "indicates malware name:sliver"},
        {"indicators/maltrail/samples/malware/cobaltstrike.txt", 14698, 3,
         "indicates malware name:cobaltstrike {\"port\":"},
    };
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        buf doc;
        facts_text t;
        err why = {0};
        if (!shared_data(files[i].path, &doc))
            continue;
        facts_open(&t);
        CHECK(format_sniff(slice_sub(buf_slice(&doc), 0, FORMAT_SNIFF_BYTES),
                           slice_str(files[i].path)) == &format_maltrail);
        CHECK_OK(facts_read(&t, &format_maltrail, buf_slice(&doc), slice_str(files[i].path), &why));
        if (t.records != files[i].records || t.refused != files[i].refused)
            TEST_FAIL("%s: %llu records, %llu refused", files[i].path,
                      (unsigned long long)t.records, (unsigned long long)t.refused);
        if (!facts_say(&t, slice_str(files[i].says)))
            TEST_FAIL("%s does not say %s", files[i].path, files[i].says);
        facts_close(&t);
        buf_done(&doc);
    }
}
