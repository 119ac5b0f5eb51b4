#include "format/test_facts.h"

extern const format format_kev;

static const char as_json[] =
    "{\"title\":\"t\",\"dateReleased\":\"2099-01-02T03:04:05.6789Z\",\"vulnerabilities\":[{"
    "\"notes\":\"see https://example.com/a ; "
    "http://example.com/b\",\"dateAdded\":\"2024-04-12\",\"cveID\":\"cve-2099-3400\",\"new\":{},"
    "\"vendorProject\":\"Example Networks\",\"product\":\"EX-OS\",\"vulnerabilityName\":\"EX-OS "
    "Injection\",\"shortDescription\":\"It \\u00e9 "
    "runs.\",\"requiredAction\":\"Patch.\",\"dueDate\":"
    "\"2024-04-19\",\"knownRansomwareCampaignUse\":\"Known\",\"cwes\":[\"CWE-77\",\"CWE-20\"]},"
    "{\"cveID\":\"CVE-2099-12\",\"dateAdded\":\"2024-04-12\"},"
    "{\"cveID\":\"CVE-2099-1234\",\"dateAdded\":\"2024-02-30\"},"
    "{\"cveID\":\"CVE-2099-1235\",\"dateAdded\":\"2024-02-03\",\"dueDate\":\"soon\"},"
    "{\"cveID\":\"CVE-2099-1236\",\"dateAdded\":\"2024-02-03\",\"vendorProject\":\"Git\","
    "\"product\":"
    "\"Git\"},4],\"count\":7}";

static const char as_csv[] =
    "\xef\xbb\xbf"
    "product,cveID,vendorProject,vulnerabilityName,dateAdded,shortDescription,requiredAction,"
    "dueDate,"
    "knownRansomwareCampaignUse,notes,cwes,new\r\n"
    "EX-OS,CVE-2099-3400,Example Networks,\"EX-OS Injection\",2024-04-12,\"It \xc3\xa9 runs.\","
    "Patch.,2024-04-19,Known,\"see https://example.com/a ; http://example.com/b\",\"CWE-77, "
    "CWE-20\",x\r\n"
    "\r\n"
    "a,b,c\r\n"
    "a,CVE-2099-1236,c,,2024-01-01,,,,,,,,,,too many\r\n";

#define EXPLOITED                                                                                  \
    "  vulnerability CVE-2099-3400 exploited {\"cwes\":[\"CWE-77\",\"CWE-20\"],\"date_added\":"    \
    "\"2024-04-12\",\"due_date\":\"2024-04-19\",\"product\":\"EX-OS\",\"ransomware\":\"Known\","   \
    "\"required_action\":\"Patch.\",\"vendor\":\"Example Networks\"} first=2024-04-12T00:00:00Z "  \
    "<https://example.com/a> <http://example.com/b>\n"

TEST(an_entry_becomes_claims)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK_OK(facts_read(&t, &format_kev, slice_str(as_json), S("x"), &why));
    CHECK_SAYS(&t, "head kev source=cisa-kev derives= snapshot\n");
    CHECK_SAYS(&t, EXPLOITED);
    CHECK_SAYS(&t, "  vulnerability CVE-2099-3400 named name cve20993400 \"CVE-2099-3400\" "
                   "{\"kind\":\"id\"}");
    CHECK_SAYS(&t, "  vulnerability CVE-2099-3400 named name exosinjection \"EX-OS Injection\" "
                   "{\"kind\":\"title\"}");
    CHECK_SAYS(&t, "  vulnerability CVE-2099-3400 described \"It \xc3\xa9 runs.\"");
    CHECK_SAYS(&t, "  vulnerability CVE-2099-3400 affects product name:examplenetworksexos "
                   "{\"product\":\"EX-OS\",\"vendor\":\"Example Networks\"}");
    CHECK_SAYS(&t, "  product name:examplenetworksexos named name examplenetworksexos \"Example "
                   "Networks EX-OS\" {\"kind\":\"primary\"}\n");
    CHECK_SAYS(&t, "  product name:gitgit named name git \"Git\"");
    CHECK_SAYS(&t, "/vulnerabilities/1: cveID \"CVE-2099-12\" is no CVE id\n");
    CHECK_SAYS(&t, "/vulnerabilities/2: dateAdded \"2024-02-30\" is no date\n");
    CHECK_SAYS(&t, "/vulnerabilities/3: dueDate \"soon\" is no date\n");
    CHECK_SAYS(&t, "/vulnerabilities/5: the entry is no object\n");
    CHECK_SAYS(&t, "warn /count: the catalogue says 7 entries, it has 6\n");
    CHECK_SAYS(&t, "  report cisa-kev:catalogue property {\"name\":\"edition\",\"released\":"
                   "\"2099-01-02T03:04:05.678Z\"}\n");
    CHECK_EQ(t.records, 3); /* and the edition */
    CHECK_EQ(t.refused, 4);
    facts_close(&t);
}

TEST(csv_says_the_same)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK_OK(facts_read(&t, &format_kev, slice_str(as_json), S("x"), &why));
    slice content = slice_from(buf_slice(&t.out), slice_find(buf_slice(&t.out), S("content="), 0));
    char want[17] = "";
    memcpy(want, content.ptr, 16);
    CHECK_OK(facts_read(&t, &format_kev, slice_str(as_csv), S("x"), &why));
    CHECK_SAYS(&t, EXPLOITED);
    CHECK(!facts_say(&t, slice_str(want))); /* "cve-" is not "CVE-": the id is as written there */
    CHECK_SAYS(&t, " line=2 place= id= content=");
    CHECK_SAYS(&t, "line 4: cveID \"b\" is no CVE id\n");
    CHECK_SAYS(&t, "line 5: 15 fields, the header has 12\n");
    CHECK_EQ(t.records, 1);
    CHECK_EQ(t.refused, 2);
    facts_close(&t);
}

TEST(documents_that_are_no_catalogue)
{
    static const slice rows[] = {
        S_INIT(""),
        S_INIT("{}"),
        S_INIT("cveID,x\n1,2\n"),
        S_INIT("cveID,dateAdded\n\n"),
        S_INIT("[{\"cveID\":\"CVE-2099-1234\"}]"),
        S_INIT("{\"vulnerabilities\":{}}"),
        S_INIT("{\"vulnerabilities\":[]}{}"),
        S_INIT("{\"vulnerabilities\":[]}{\"a\":1}"),
        S_INIT("{\"count\":\"many\",\"vulnerabilities\":[]}"),
        S_INIT("{\"count\":-1,\"vulnerabilities\":[]}"),
        S_INIT("{\"vulnerabilities\":["),
        S_INIT("\"cveID,dateAdded"),
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        facts_text t;
        err why = {0};
        facts_open(&t);
        CHECK_EQ(facts_read(&t, &format_kev, rows[i], S(""), &why), ERR_INPUT);
        CHECK(why.msg[0]);
        facts_close(&t);
    }
}

TEST(limits)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    t.limits.record_bytes_max = 100;
    CHECK_OK(facts_read(&t, &format_kev, slice_str(as_json), S("x"), &why));
    CHECK_SAYS(&t, "/vulnerabilities/0: over 100 bytes\n");
    CHECK_SAYS(&t, "CVE-2099-1236");
    t.limits.line_bytes_max = 160; /* the header of the CSV is 143 bytes */
    CHECK_OK(facts_read(&t, &format_kev, slice_str(as_csv), S("x"), &why));
    CHECK_SAYS(&t, "line 2: the line is too long\n");
    t.limits = (format_limits){.records_max = 6};
    CHECK_EQ(facts_read(&t, &format_kev, slice_str(as_json), S("x"), &why), ERR_LIMIT);
    t.limits.records_max = 7; /* six entries and the edition */
    CHECK_OK(facts_read(&t, &format_kev, slice_str(as_json), S("x"), &why));
    facts_close(&t);
}

TEST(hard_times)
{
    facts_abuse(&format_kev, slice_str(as_json), S("x"), S(""));
    facts_abuse(&format_kev, slice_str(as_csv), S("x"), S(""));
}

TEST(sniffing)
{
    CHECK(format_kev.sniff(slice_str(as_json), S("")) >= 95);
    CHECK(format_kev.sniff(slice_str(as_csv), S("")) >= 95);
    CHECK(format_kev.sniff(S("\"cveID\",\"dateAdded\"\n"), S("")) >= 95);
    CHECK_EQ(format_kev.sniff(S("CVE,CVSS3,EPSS\n"), S("known_exploited.csv")), 0);
    CHECK_EQ(format_kev.sniff(S("{\"vulnerabilities\":[{\"cve\":1}]}"), S("")), 0);
}

TEST(the_real_catalogue)
{
    static const struct {
        const char *path;
        uint64_t records;
    } files[] = {{"vuln/known_exploited_vulnerabilities.json", 1405},
                 {"vuln/known_exploited_vulnerabilities.csv", 1404},
                 {"vuln/known_exploited_vulnerabilities-2025-01-27.json", 1253}};
    uint64_t claims[COUNT_OF(files)] = {0};
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        buf doc;
        facts_text t;
        err why = {0};
        if (!shared_data(files[i].path, &doc))
            continue;
        facts_open(&t);
        CHECK(format_sniff(slice_sub(buf_slice(&doc), 0, FORMAT_SNIFF_BYTES), S("x")) ==
              &format_kev);
        CHECK_OK(facts_read(&t, &format_kev, buf_slice(&doc), S("x"), &why));
        CHECK_EQ(t.records, files[i].records);
        CHECK_EQ(t.refused, 0);
        CHECK_EQ(t.warned, 0);
        CHECK_SAYS(&t, "vulnerability CVE-2024-3400 exploited {\"cwes\":[\"CWE-");
        claims[i] = t.claims;
        facts_close(&t);
        buf_done(&doc);
    }
    if (claims[0])
        CHECK_EQ(claims[0], claims[1] + 1); /* the CSV does not say which edition it is */
}
