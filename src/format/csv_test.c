#include "format/csv/columns.h"
#include "format/csv/rowfacts.h"
#include "format/csv/table.h"
#include "format/test_facts.h"

extern const format format_csv;

#define MD5 "d41d8cd98f00b204e9800998ecf84270"
#define SHA1 "da39a3ee5e6b4b0d3255bfef95601890afd80700"
#define SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b800"

TEST(headers_say_what_a_column_is)
{
    static const struct {
        const char *name, *role, *use, *group;
        kind want; /* of OBSERVABLE: KIND_NONE for a class */
    } headers[] = {
        {"IoC", "value", "", "", KIND_NONE},
        {"Indicator", "value", "", "", KIND_NONE},
        {"IoC_Type", "type", "", "", KIND_NONE},
        {"entity_type", "type", "", "", KIND_NONE},
        {"c2_ip", "observable", "c2", "c2", KIND_NONE},
        {"ip_address", "observable", "", "", KIND_NONE},
        {"C2Domain", "observable", "c2", "C2", KIND_DOMAIN},
        {"C2 Server", "observable", "c2", "", KIND_NONE},
        {"C&C", "observable", "c2", "", KIND_NONE},
        {"Download URL", "observable", "delivery", "Download", KIND_URL},
        {"Distribution URL Observed", "observable", "delivery", "Distribution", KIND_URL},
        {"SHA256", "observable", "", "", KIND_SHA256},
        {"SHA-256 Hash", "observable", "", "", KIND_SHA256},
        {"SHA256 Hash", "observable", "", "", KIND_SHA256},
        {"Payload Hash", "observable", "delivery", "Payload", KIND_NONE},
        {"file_name", "file_of_hash", "", "", KIND_NONE},
        {"Dropped Filename", "file_of_hash", "", "Dropped", KIND_NONE},
        {"apk_package_name", "package_of_hash", "", "", KIND_NONE},
        {"MalwareFamily", "malware", "", "", KIND_NONE},
        {"Associated Malware", "malware", "", "", KIND_NONE},
        {"Tool Name", "tool", "", "", KIND_NONE},
        {"ActivityGroupNames", "actor", "", "", KIND_NONE},
        {"First Seen", "first_seen", "", "", KIND_NONE},
        {"last_seen", "last_seen", "", "", KIND_NONE},
        {"DateAdded", "added", "", "", KIND_NONE},
        {"ExpirationDateTime", "valid_until", "", "", KIND_NONE},
        {"Timestamp", "date", "", "", KIND_NONE},
        {"TrafficLightProtocolLevel", "tlp", "", "", KIND_NONE},
        {"ConfidenceScore", "confidence", "", "", KIND_NONE},
        {"Notes ", "comment", "", "", KIND_NONE},
        {"references", "reference", "", "", KIND_NONE},
        {"BTC Wallet", "observable", "", "", KIND_CRYPTO_ADDRESS},
        {"Prefix", "listed", "", "", KIND_NONE},
        {"user_agent", "observable", "", "", KIND_USER_AGENT},
        /* no indicators */
        {"src_ip", "other", "", "", KIND_NONE},
        {"Source URL Status", "other", "", "", KIND_NONE},
        {"Victim Domain", "other", "", "", KIND_NONE},
        {"Compile Timestamp", "other", "", "", KIND_NONE},
        {"BTC Per Host", "other", "", "", KIND_NONE},
        {"pubkey_md5", "other", "", "", KIND_NONE},
        {"File Size", "other", "", "", KIND_NONE},
        {"ASN", "other", "", "", KIND_NONE},
        {"", "other", "", "", KIND_NONE},
        {"a b c d e f g h i j k l m ip", "other", "", "", KIND_NONE},
    };
    for (size_t i = 0; i < COUNT_OF(headers); i++) {
        column c;
        column_named(slice_str(headers[i].name), &c);
        if (strcmp(column_role_name(c.role), headers[i].role) != 0)
            TEST_FAIL("\"%s\" is %s, want %s", headers[i].name, column_role_name(c.role),
                      headers[i].role);
        CHECK_SLICE(c.use, slice_str(headers[i].use));
        if (c.role == COLUMN_OBSERVABLE || c.role == COLUMN_FILENAME)
            CHECK_SLICE(c.group, slice_str(headers[i].group));
        if (headers[i].want != KIND_NONE)
            CHECK_EQ(c.want.kind, headers[i].want);
    }
}

/* A table with everything in it. */
static const char all[] =
    "\xef\xbb\xbf"
    "# exported by hand, TLP:GREEN\r\n"
    "DateAdded,FirstSeen,last_seen,IoC,Type,TLP,Confidence,Score,MalwareFamily,Actor,SHA1,MD5,"
    "Filename,C2Domain,Port,Version,Notes,Reference,Tags,Odd one\r\n"
    "5/28/2021,1/28/2021,2021-02-01,hxxps[:]//evil[.]example/x ,URL,Amber,high,70,Paper RAT,,,,,,"
    "8080,2.1,\"says \"\"so\"\"\",https://example.com/r;http://example.com/s,\"a, b\",kept\r\n"
    "5/28/2021,,," SHA256 ",sha256,,85,,Paper RAT,Paper Tiger," SHA1 "," MD5
    ",a.exe,evil.example,,,,,,\r\n"
    ",,,NotAThing,sha256,,,,,,,,,,,,,,,\r\n"
    ",,,NtSrv,Service Name,,,,,,,,,,,,,,,\r\n"
    ",yesterday,,192.0.2.7:443,ip,purple,,,,,,,,,,,,,,\r\n"
    ",,,192.0.2.8,ip,,,,,,,,,,,,,,,,one,too many\r\n"
    ",,,,,,,,,,,,,,,,,,,\r\n"
    "\r\n"
    "# a comment between\r\n"
    ",,,,,,,,,,,,,,,,only words,,,\r\n";

TEST(rows_become_claims)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK_OK(facts_read(&t, &format_csv, slice_str(all), S("x.csv"), &why));
    CHECK_SAYS(&t, "head csv source= derives= tlp=green\n");
    CHECK_SAYS(&t,
               "  url https://evil.example/x indicates malware name:paperrat \"says \"so\"\" {");
    CHECK_SAYS(&t, "{\"other\":{\"Odd one\":\"kept\"},\"port\":8080,\"score\":70,\"tags\":[\"a\","
                   "\"b\"],\"version\":\"2.1\"} conf=85 first=2021-01-28T00:00:00Z "
                   "last=2021-02-01T00:00:00Z from=2021-05-28T00:00:00Z tlp=amber "
                   "<https://example.com/r> <http://example.com/s>\n");
    CHECK_SAYS(&t,
               "  malware name:paperrat named name paperrat \"Paper RAT\" {\"kind\":\"primary\"} "
               "tlp=amber\n");
    CHECK_SAYS(&t, "  sha256 " SHA256 " indicates malware name:paperrat {\"filename\":\"a.exe\"} "
                   "conf=85 from=2021-05-28T00:00:00Z\n");
    CHECK_SAYS(&t, "  sha256 " SHA256 " indicates actor name:papertiger {\"filename\":\"a.exe\"}");
    CHECK_SAYS(&t, "  sha1 " SHA1 " indicates malware name:paperrat {\"filename\":\"a.exe\"}");
    CHECK_SAYS(&t, "  sha256 " SHA256 " hashes-with sha1 " SHA1);
    CHECK_SAYS(&t, "  sha256 " SHA256 " hashes-with md5 " MD5);
    CHECK_SAYS(&t, "  domain evil.example indicates malware name:paperrat {\"role\":\"c2\"}");
    CHECK_SAYS(&t, "  sha256 " SHA256 " communicates-with domain evil.example");
    CHECK_SAYS(&t, "line 5: IoC: ");
    CHECK_SAYS(&t,
               "  property service-name=NtSrv indicates {\"other\":{\"Type\":\"Service Name\"}}\n");
    CHECK_SAYS(&t,
               "  ipv4 192.0.2.7 indicates {\"other\":{\"FirstSeen\":\"yesterday\"},\"port\":443} "
               "tlp=red\n");
    CHECK_SAYS(&t, "line 8: 22 fields, the header has 20\n");
    CHECK_SAYS(&t, "line 12: no indicator in it\n");
    CHECK_SAYS(&t, "warn FirstSeen: 1 cells could not be read as first_seen: kept as text\n");
    CHECK_SAYS(&t, "warn TLP: 1 cells could not be read as tlp: taken as TLP:RED\n");
    CHECK_EQ(t.records, 4);
    CHECK_EQ(t.refused, 3);
    facts_close(&t);
}

static void says(const char *doc, const char *mapping, const char *line)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    t.mapping = slice_str(mapping);
    status st = facts_read(&t, &format_csv, slice_str(doc), S("x.csv"), &why);
    if (st != OK)
        buf_put(&t.out, slice_str(why.msg));
    if (!facts_say(&t, slice_str(line)))
        TEST_FAIL("no \"%s\" in:\n%.*s", line, SLICE_FMT(buf_slice(&t.out)));
    facts_close(&t);
}

TEST(tables_of_many_shapes)
{
    /* delimiters, no header, header in a comment, columns by their values */
    says("ip;comment\n192.0.2.1;x\n", "", "  ipv4 192.0.2.1 indicates \"x\"\n");
    says("ip\tcomment\n192.0.2.1\tx, y\n", "", "  ipv4 192.0.2.1 indicates \"x, y\"\n");
    says("domain|first seen\nevil.example.com|2021-01-02\n", "",
         "  domain evil.example.com indicates first=2021-01-02T00:00:00Z\n");
    says("2021-01-02 03:04:05,192.0.2.1\n2021-01-03,192.0.2.2\n", "",
         "  ipv4 192.0.2.1 indicates first=2021-01-02T03:04:05Z\n");
    says("# made today\n# ip\tnumber of (black)lists\n#\n192.0.2.1\t7\n192.0.2.2\t3\n", "",
         "  ipv4 192.0.2.1 indicates {\"count\":7}\n");
    says("# \"first_seen_utc\",\"dst_ip\",\"dst_port\",\"malware\"\n"
         "\"2021-01-02 00:00:00\",\"192.0.2.1\",\"443\",\"Paper\"\n",
         "", "  ipv4 192.0.2.1 indicates malware name:paper {\"port\":443} first=2021-01-02");
    says("What,Where\nx,evil.example.com\ny,bad.example.com\n", "",
         "  domain evil.example.com indicates {\"other\":{\"What\":\"x\"}}\n");
    /* several in a cell; dates with the day first, shown by another row */
    says("hash,first_seen\n\"" MD5 "," SHA1 "\",03/04/2020\n" SHA256 ",26/11/2015\n", "",
         "  sha1 " SHA1 " indicates first=2020-04-03");
    says("domain_name,ip_address\nevil.example.com,192.0.2.1\n", "",
         "  domain evil.example.com resolves-to ipv4 192.0.2.1\n");
    says("SHA256,Download URL\n" SHA256 ",http://evil.example.com/x\n", "",
         "  url http://evil.example.com/x delivers sha256 " SHA256);
    /* hashes of two files are not one file's */
    says("Hash,Payload Hash,Filename\n" SHA256 "," MD5 ",a.doc\n", "", "  md5 " MD5 " indicates\n");
    /* what is alone is the indicator */
    says("filename,notes\na.exe,x\nb.exe,y\n", "filename=filename",
         "  filename a.exe indicates \"x\"\n");
    /* nothing bad */
    says("Prefix,Type\n192.0.2.0/24, somebody's\n198.51.100.0/24,x\n", "",
         "  cidr 192.0.2.0/24 listed "
         "{\"other\":{\"Type\":\"somebody's\"},\"polarity\":\"unknown\"}\n");
    says("SHA256,Malware,Role\n" SHA256 ",Paper,Legitimate installer\n", "",
         "  sha256 " SHA256
         " listed {\"category\":\"Legitimate installer\",\"polarity\":\"benign\"}\n");
    /* the last column takes what somebody forgot to quote */
    says("ip,notes\n192.0.2.1,one, two, three\n", "", "indicates \"one, two, three\"\n");
    says("sep,ip\n,192.0.2.1\nip,ip\nx,192.0.2.2\n", "", "  ipv4 192.0.2.2 indicates");
    says("threat,ip\nbotnet_cc,192.0.2.1\n", "",
         "  ipv4 192.0.2.1 indicates {\"category\":\"botnet_cc\",\"role\":\"c2\"}\n");
    says("threat,ip\nPaper,192.0.2.1\n", "", "  ipv4 192.0.2.1 indicates malware name:paper\n");
    says("category,ip\nC2 server,192.0.2.1\n", "",
         "  ipv4 192.0.2.1 indicates {\"category\":\"C2 server\",\"role\":\"c2\"}\n");
}

TEST(the_mapping_settles_it)
{
    says("a,b,c\nx,192.0.2.1,2021-01-02\n", "b=ipv4:c2,c=first_seen,a=malware",
         "  ipv4 192.0.2.1 indicates malware name:x {\"role\":\"c2\"} first=2021-01-02");
    says("x,192.0.2.1,2021-01-02\n", "2=value, 3=last_seen, 1=ignore",
         "  ipv4 192.0.2.1 indicates last=2021-01-02");
    says("SRC IP,b\n192.0.2.1,2\n", "src_ip=value", "  ipv4 192.0.2.1 indicates");
    says("a,b\nx,192.0.2.1\n", "z=ipv4", "mapping \"z\": no such column");
    says("a,b\nx,192.0.2.1\n", "a=nonsense", "mapping \"a=nonsense\": no such role");
    says("a,b\nx,192.0.2.1\n", "a", "mapping \"a\": no such role");
    says("a,b\nx,y\n", "", "no column of indicators was recognised");
    says("", "", "no column of indicators was recognised");
    says("ip,c\n192.0.2.1,high\n192.0.2.2,0.5\n192.0.2.3,7%\n", "c=confidence", "conf=85");
    says("ip,c\n192.0.2.1,high\n192.0.2.2,0.5\n192.0.2.3,7%\n", "c=confidence", "conf=50");
    says("ip,c\n192.0.2.1,high\n192.0.2.2,0.5\n192.0.2.3,7%\n", "c=confidence", "conf=7\n");
    says("ip,c\n192.0.2.1,so so\n", "c=confidence", "kept as text");
}

static int sure(const char *text, const char *path)
{
    return format_csv.sniff(slice_str(text), slice_str(path));
}

TEST(sniffing)
{
    CHECK(sure(all, "x.csv") >= 80);
    CHECK(sure("ip,comment\n192.0.2.1,x\n", "") >= 80);
    CHECK(sure("2021-01-02,192.0.2.1\n2021-01-03,192.0.2.2\n", "") >= 60);
    CHECK(sure("192.0.2.1\n192.0.2.2\n", "") < 20); /* a list */
    CHECK_EQ(sure("1,example.com\n2,example.net\n3,example.org\n4,a.example.com\n5,b.example.com\n"
                  "6,c.example.com\n7,d.example.com\n8,e.example.com\n9,f.example.com\n"
                  "10,g.example.com\n",
                  "top.csv"),
             0);                                                                /* a ranking */
    CHECK_EQ(sure("ts,src_ip,dst_ip,bytes\n1,192.0.2.1,192.0.2.2,7\n", ""), 0); /* a log */
    CHECK_EQ(sure("CVE,CVSS3\nCVE-2099-0001,9.8\n", ""), 0);
    CHECK_EQ(sure("ip,comment\n192.0.2.1,x\n", "README.md"), 0);
    CHECK_EQ(sure("{\"ip\":\"192.0.2.1\"}", ""), 0);
    CHECK_EQ(sure("Dear all, this is a letter, it has commas,\nand lines, too.\n", ""), 0);
    CHECK_EQ(sure("", ""), 0);
    CHECK_EQ(format_csv.sniff(slice_of("ip,x\n\0", 6), S("")), 0);
}

TEST(limits)
{
    facts_text t;
    err why = {0};
    CLEANUP(buf_done)
    buf doc;
    facts_open(&t);
    buf_init(&doc, 8 << 20);
    /* values in a row: 64 in a cell */
    for (int n = ROW_CELL_MAX; n <= ROW_CELL_MAX + 1; n++) {
        buf_clear(&doc);
        buf_put(&doc, S("ip,x\n\""));
        for (int i = 0; i < n; i++)
            buf_printf(&doc, "192.0.2.%d,", i);
        buf_put(&doc, S("\",y\n192.0.2.200,z\n"));
        CHECK_OK(facts_read(&t, &format_csv, buf_slice(&doc), S(""), &why));
        CHECK_EQ(t.refused, n > ROW_CELL_MAX);
        CHECK_EQ(t.records, 2 - t.refused);
    }
    CHECK_SAYS(&t, "line 2: ip: over 64 values\n");
    /* lines over the limit */
    t.limits.line_bytes_max = 32;
    CHECK_OK(facts_read(&t, &format_csv,
                        S("ip,comment\n192.0.2.1,0123456789012345678901\n"
                          "192.0.2.2,01234567890123456789012\n192.0.2.3,x\n"),
                        S(""), &why));
    CHECK_SAYS(&t, "line 3: the line is too long\n");
    CHECK_EQ(t.records, 2);
    t.limits = (format_limits){.records_max = 1};
    CHECK_EQ(facts_read(&t, &format_csv, S("ip,x\n192.0.2.1,1\n192.0.2.2,2\n"), S(""), &why),
             ERR_LIMIT);
    /* a mapping over its limit */
    CLEANUP(buf_done)
    buf map;
    buf_init(&map, 1 << 20);
    while (map.len <= TABLE_MAP_MAX)
        buf_put(&map, S("1=value,"));
    t.limits = (format_limits){0};
    t.mapping = buf_slice(&map);
    CHECK_EQ(facts_read(&t, &format_csv, S("192.0.2.1,1\n"), S(""), &why), ERR_INPUT);
    t.mapping = slice_sub(buf_slice(&map), 0, TABLE_MAP_MAX);
    CHECK_OK(facts_read(&t, &format_csv, S("192.0.2.1,1\n"), S(""), &why));
    facts_close(&t);
}

TEST(hard_times)
{
    facts_abuse(&format_csv, slice_str(all), S("x.csv"), S(""));
    facts_abuse(&format_csv, S("a,b\nx,192.0.2.1\n\"y\nz\",192.0.2.2\n"), S("x"), S("2=ipv4"));
}

TEST(a_full_dump_of_samples_with_its_header_in_a_comment)
{
    static const char doc[] =
        "####\r\n# Samples (CSV)  #\r\n#\r\n"
        "# \"first_seen_utc\",\"sha256_hash\",\"md5_hash\",\"file_name\",\"signature\"\r\n"
        "\"2026-08-22 02:59:11\", "
        "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b801\", "
        "\"d41d8cd98f00b204e9800998ecf8427f\", \"in, voice.exe\", \"AgentTesla\"\r\n"
        "\"2026-08-22 02:58:11\", "
        "\"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b802\", \"n/a\", "
        "\"b.exe\", \"n/a\"\r\n";
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK(format_sniff(slice_str(doc), S("full.csv")) == &format_csv);
    CHECK_OK(facts_read(&t, &format_csv, slice_str(doc), S("full.csv"), &why));
    CHECK_EQ(t.records, 2);
    CHECK_EQ(t.refused, 0);
    CHECK_SAYS(&t, "  md5 d41d8cd98f00b204e9800998ecf8427f indicates malware name:agenttesla "
                   "{\"filename\":\"in, voice.exe\"} first=2026-08-22T02:59:11Z\n");
    CHECK_SAYS(&t, "b802 indicates {\"filename\":\"b.exe\"} first=2026-08-22T02:58:11Z\n");
    facts_close(&t);
}

TEST(an_import_hash_beside_a_file_is_its_trait)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK_OK(
        facts_read(&t, &format_csv,
                   S("sha256,md5,imphash,signature\n"
                     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b801,"
                     "d41d8cd98f00b204e9800998ecf8427f,f34d5f2d4577ed6d9ceec516c1f5a744,Thing\n"
                     ",,f34d5f2d4577ed6d9ceec516c1f5a745,Thing\n"),
                   S("x.csv"), &why));
    CHECK_SAYS(&t, "b801 related-to imphash f34d5f2d4577ed6d9ceec516c1f5a744\n");
    CHECK_SAYS_NOT(&t, "imphash f34d5f2d4577ed6d9ceec516c1f5a744 indicates");
    /* alone it is what the row is about */
    CHECK_SAYS(&t, "  imphash f34d5f2d4577ed6d9ceec516c1f5a745 indicates malware name:thing\n");
    facts_close(&t);
}

TEST(real_tables)
{
    static const struct {
        const char *path;
        uint64_t records, refused;
        const char *says;
    } files[] = {
        {"mstic/Indicators/May21-NOBELIUM/May21NOBELIUMIoCs.csv", 127, 0,
         "indicates malware name:envyscout"},
        {"mstic/RapidReleaseTI/Indicators.csv", 237, 0, "indicates actor name:storm0139"},
        {"mstic/MSFTIPRanges/MSFT_PublicIPs.csv", 532, 0, "cidr 4.128.0.0/12 listed"},
        {"indicators/amnesty/2018-08-01_nso/indicators.csv", 604, 0,
         "domain 14-tracking.com resolves-to ipv4 191.101.31.25"},
        {"indicators/unit42-iocs/squirtdanger/squirtdanger_samples.csv", 1324, 0,
         "hashes-with sha1"},
        {"indicators/unit42-iocs/gorgon/hashes.csv", 1085, 0, "first=2018-07-24T03:00:39Z"},
        {"indicators/mandiant-sunburst/indicator_release/Indicator_Release_NBIs.csv", 16, 0,
         "indicates malware name:sunburst"},
    };
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        buf doc;
        facts_text t;
        err why = {0};
        if (!shared_data(files[i].path, &doc))
            continue;
        facts_open(&t);
        CHECK(format_sniff(slice_sub(buf_slice(&doc), 0, FORMAT_SNIFF_BYTES),
                           slice_str(files[i].path)) == &format_csv);
        CHECK_OK(facts_read(&t, &format_csv, buf_slice(&doc), slice_str(files[i].path), &why));
        if (t.records != files[i].records || t.refused != files[i].refused)
            TEST_FAIL("%s: %llu records, %llu refused", files[i].path,
                      (unsigned long long)t.records, (unsigned long long)t.refused);
        if (!facts_say(&t, slice_str(files[i].says)))
            TEST_FAIL("%s does not say %s", files[i].path, files[i].says);
        facts_close(&t);
        buf_done(&doc);
    }
}
