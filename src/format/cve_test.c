#include "format/test_facts.h"

extern const format format_cve;

#define META(id, state)                                                                            \
    "\"cveMetadata\":{\"cveId\":\"" id "\",\"state\":\"" state "\",\"assignerShortName\":\"ex\","  \
    "\"datePublished\":\"2099-04-12T07:20:00.707Z\",\"dateUpdated\":\"2099-05-01T00:00:00\"}"

static const char one[] = "{\"dataType\":\"CVE_RECORD\",\"dataVersion\":\"5.1\"," META(
    "CVE-2099-3400",
    "PUBLISHED") ",\"containers\":{\"adp\":[{\"title\":\"CISA ADP Vulnrichment\","
                 "\"providerMetadata\":{\"orgId\":\"134\",\"shortName\":\"CISA-ADP\","
                 "\"dateUpdated\":\"2099-06-01T00:00:00Z\"},\"metrics\":[{\"other\":{\"type\":"
                 "\"ssvc\",\"content\":{\"timestamp\":\"2099-04-17T04:00:13.543064Z\","
                 "\"version\":\"2.0.3\",\"role\":\"CISA Coordinator\",\"options\":["
                 "{\"Exploitation\":\"Active\"},{\"Automatable\":\"Yes\"},"
                 "{\"Technical Impact\":\"Total\"}]}}},{\"other\":{\"type\":\"kev\","
                 "\"content\":{\"dateAdded\":\"2099-04-12\",\"reference\":\"https://e.test\"}}}"
                 "]}],"
                 "\"cna\":{\"title\":\"EX-OS: Injection\",\"datePublic\":\"2099-04-12\","
                 "\"providerMetadata\":{\"orgId\":\"d6c\",\"shortName\":\"example\"},"
                 "\"tags\":[\"disputed\"],"
                 "\"descriptions\":[{\"lang\":\"de\",\"value\":\"Nein\"},{\"lang\":\"en-US\","
                 "\"value\":\" It runs. \"},{\"lang\":\"ja\",\"value\":\"\xe5\xae\x9f\"}],"
                 "\"problemTypes\":[{\"descriptions\":[{\"cweId\":\"CWE-77\"},"
                 "{\"description\":\"CWE-20 Improper\"},{\"description\":\"CWE-77\"}]}],"
                 "\"metrics\":[{\"cvssV3_1\":{\"vectorString\":\"CVSS:3.1/AC:L/AV:N/PR:N/UI:N/"
                 "S:C/C:H/I:H/A:H\",\"baseScore\":10}},{\"cvssV2_0\":{\"vectorString\":\"bad\","
                 "\"baseScore\":7.5}},{\"cvssV4_0\":{\"vectorString\":\"CVSS:4.0/AV:N/AC:L/"
                 "AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N\",\"baseScore\":9.2}},"
                 "{\"cvssV3_0\":{}},{\"other\":{\"type\":\"Example rating\",\"content\":"
                 "{\"value\":\"Grave\"}}}],"
                 "\"affected\":[{\"vendor\":\"Example Networks\",\"product\":\"EX-OS\","
                 "\"defaultStatus\":\"unaffected\",\"platforms\":[\"x86\"],\"cpes\":["
                 "\"cpe:2.3:o:e:ex:10:*:*:*:*:*:*:*\"],\"versions\":[{\"version\":\"9.0\","
                 "\"status\":\"unaffected\"},{\"version\":\"10.2.0\",\"lessThan\":"
                 "\"10.2.9-h1 \",\"status\":\"affected\",\"versionType\":\"custom\","
                 "\"changes\":[{\"at\":\"10.2.9-h1\",\"status\":\"unaffected\"}]}]},"
                 "{\"vendor\":\"n/a\",\"product\":\"n/a\"},"
                 "{\"vendor\":\"Git\",\"product\":\"Git\"}],"
                 "\"solutions\":[{\"lang\":\"en\",\"value\":\"Upgrade.\"}],"
                 "\"workarounds\":[{\"lang\":\"en\",\"value\":\"Switch it off.\"}],"
                 "\"credits\":[{\"value\":\"Somebody\"}],\"x_legacyV4Record\":{\"a\":[1]},"
                 "\"references\":[{\"url\":\"https://e.test/a\",\"tags\":[\"patch\"]},"
                 "{\"url\":\"https://e.test/b\"},{\"tags\":[]}]}}}";

static const char rejected[] =
    "{" META("CVE-2099-0001", "REJECTED") ",\"containers\":{\"cna\":{\"providerMetadata\":"
                                          "{\"orgId\":\"d6c\"},\"rejectedReasons\":[{\"lang\":"
                                          "\"en\",\"value\":\"No bug.\"}]}}}";

#define CVE "  vulnerability CVE-2099-3400 "

TEST(a_record_becomes_claims)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK_OK(facts_read(&t, &format_cve, slice_str(one), S("x"), &why));
    CHECK_SAYS(&t, "head cve source=cve derives=\n");
    CHECK_SAYS(&t, "place= id=CVE-2099-3400 content=");
    CHECK_SAYS(&t, CVE "named name cve20993400 \"CVE-2099-3400\" {\"kind\":\"id\"}\n");
    CHECK_SAYS(&t, CVE "named name exosinjection \"EX-OS: Injection\" {\"kind\":\"title\"}\n");
    CHECK_SAYS(&t, CVE "property {\"assigner\":\"ex\",\"by\":\"example\",\"name\":\"record\","
                       "\"public\":\"2099-04-12T00:00:00Z\",\"published\":"
                       "\"2099-04-12T07:20:00.707Z\",\"state\":\"published\",\"tags\":"
                       "[\"disputed\"],\"updated\":\"2099-05-01T00:00:00Z\"}\n");
    CHECK_SAYS(&t, CVE "described \"It runs.\" {\"by\":\"example\"}\n");
    CHECK_SAYS(&t, CVE "described \"\xe5\xae\x9f\" {\"by\":\"example\",\"lang\":\"ja\"}\n");
    CHECK_SAYS_NOT(&t, "Nein");
    CHECK_SAYS(&t, CVE "property {\"by\":\"example\",\"name\":\"cwe\",\"value\":[\"CWE-77\","
                       "\"CWE-20\"]}\n");
    CHECK_SAYS(&t, CVE "property \"Upgrade.\" {\"by\":\"example\",\"name\":\"solution\"}\n");
    CHECK_SAYS(&t, CVE "property \"Switch it off.\" {\"by\":\"example\",\"name\":\"workaround\"}");
    CHECK_SAYS(&t, CVE "property {\"by\":\"example\",\"name\":\"references\",\"value\":[{\"tags\":"
                       "[\"patch\"],\"url\":\"https://e.test/a\"},{\"url\":\"https://e.test/b\"}]"
                       "}\n");
    CHECK_SAYS_NOT(&t, "Somebody");
    CHECK_EQ(t.records, 1);
    CHECK_EQ(t.refused, 0);
    facts_close(&t);
}

TEST(metrics)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK_OK(facts_read(&t, &format_cve, slice_str(one), S("x"), &why));
    CHECK_SAYS(&t, CVE "property \"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H\" {\"by\":"
                       "\"example\",\"name\":\"cvss\",\"score\":\"10.0\",\"severity\":\"critical\","
                       "\"version\":\"3.1\"}\n");
    CHECK_SAYS(&t, CVE "property \"bad\" {\"by\":\"example\",\"error\":\"\\\"bad\\\" is no metric: "
                       "there is no colon\",\"name\":\"cvss\",\"said\":\"7.5\",\"version\":"
                       "\"2.0\"}\n");
    /* the record says 9.2, the vector 9.3 */
    CHECK_SAYS(&t, "\"name\":\"cvss\",\"said\":\"9.2\",\"score\":\"9.3\",\"severity\":\"critical\","
                   "\"version\":\"4.0\"}\n");
    CHECK_SAYS_NOT(&t, "\"version\":\"3.0\"");
    CHECK_SAYS(&t, CVE "property {\"automatable\":\"yes\",\"by\":\"CISA-ADP\",\"exploitation\":"
                       "\"active\",\"name\":\"ssvc\",\"role\":\"CISA Coordinator\","
                       "\"technical_impact\":\"total\",\"time\":\"2099-04-17T04:00:13.543Z\","
                       "\"version\":\"2.0.3\"}\n");
    CHECK_SAYS(&t, CVE "exploited {\"by\":\"CISA-ADP\",\"date_added\":\"2099-04-12\",\"reference\":"
                       "\"https://e.test\"} first=2099-04-12T00:00:00Z\n");
    CHECK_SAYS(&t, CVE "property \"Grave\" {\"by\":\"example\",\"name\":\"rating\",\"type\":"
                       "\"Example rating\"}\n");
    facts_close(&t);
}

TEST(affected_products)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK_OK(facts_read(&t, &format_cve, slice_str(one), S("x"), &why));
    CHECK_SAYS(&t, CVE "affects product name:examplenetworksexos {\"by\":\"example\",\"cpes\":"
                       "[\"cpe:2.3:o:e:ex:10:*:*:*:*:*:*:*\"],\"default\":\"unaffected\","
                       "\"platforms\":[\"x86\"],\"product\":\"EX-OS\",\"vendor\":\"Example "
                       "Networks\",\"versions\":[{\"status\":\"unaffected\",\"version\":\"9.0\"},"
                       "{\"changes\":[{\"at\":\"10.2.9-h1\",\"status\":\"unaffected\"}],"
                       "\"lessThan\":\"10.2.9-h1\",\"status\":\"affected\",\"version\":\"10.2.0\","
                       "\"versionType\":\"custom\"}]}\n");
    CHECK_SAYS(&t, "product name:examplenetworksexos named name examplenetworksexos \"Example "
                   "Networks EX-OS\" {\"kind\":\"primary\"}\n");
    CHECK_SAYS(&t, CVE "affects product name:gitgit ");
    CHECK_SAYS(&t, "product name:gitgit named name git \"Git\"");
    CHECK_SAYS_NOT(&t, "affects {"); /* n/a of n/a */
    facts_close(&t);
}

TEST(a_rejected_record)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK_OK(facts_read(&t, &format_cve, slice_str(rejected), S("x"), &why));
    CHECK_SAYS(&t, "id=CVE-2099-0001 revoked content=");
    CHECK_SAYS(&t, "property \"No bug.\" {\"assigner\":\"ex\",\"by\":\"d6c\",\"name\":\"record\","
                   "\"published\":\"2099-04-12T07:20:00.707Z\",\"state\":\"rejected\"");
    facts_close(&t);
}

/* Lines, an array and single records say the same; what is no record is refused with its place. */
TEST(several_records)
{
    facts_text t;
    err why = {0};
    buf lines, array;
    facts_open(&t);
    buf_init(&lines, 1 << 20);
    buf_init(&array, 1 << 20);
    buf_printf(&lines, "%s\n%s\n{\"cveMetadata\":{\"cveId\":\"CVE-1\"}}\n[]\n", one, rejected);
    buf_printf(&array,
               " [%s,%s,{" META("CVE-2099-0002", "PUBLISHED") "},{" META(
                   "CVE-2099-0003", "NEW") ",\"containers\":{\"cna\":{}}}]",
               one, rejected);
    CHECK_OK(facts_read(&t, &format_cve, buf_slice(&lines), S("x"), &why));
    CHECK_EQ(t.records, 2);
    CHECK_EQ(t.refused, 2);
    CHECK_SAYS(&t, "cveId \"CVE-1\" is no CVE id\n");
    CHECK_SAYS(&t, "the record is no object\n");
    uint64_t claims = t.claims;
    CHECK_OK(facts_read(&t, &format_cve, buf_slice(&array), S("x"), &why));
    CHECK_EQ(t.records, 2);
    CHECK_EQ(t.claims, claims);
    CHECK_SAYS(&t, " place=/1 id=CVE-2099-0001");
    CHECK_SAYS(&t, "/2: CVE-2099-0002 has no container of its CNA\n");
    CHECK_SAYS(&t, "/3: state \"NEW\" is none\n");
    buf_done(&lines);
    buf_done(&array);
    facts_close(&t);
}

/* The content is the same however the record is laid out. */
TEST(layout_is_no_content)
{
    static const slice rows[] = {
        S_INIT("{" META("CVE-2099-0001", "REJECTED") ",\"containers\":{\"cna\":{}}}"),
        S_INIT(" {\"containers\" : {\"cna\":{}} , " META("CVE-2099-0001", "REJECTED") "}\n")};
    facts_text t;
    err why = {0};
    char content[2][17] = {"", ""};
    facts_open(&t);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CHECK_OK(facts_read(&t, &format_cve, rows[i], S("x"), &why));
        size_t at = slice_find(buf_slice(&t.out), S("content="), 0);
        REQUIRE(at != SIZE_MAX);
        memcpy(content[i], t.out.ptr + at, 16);
    }
    CHECK(strcmp(content[0], content[1]) == 0);
    facts_close(&t);
}

TEST(documents_that_are_none)
{
    static const slice rows[] = {S_INIT(""),         S_INIT("[]"), S_INIT("[{}"),
                                 S_INIT("{\"a\":1"), S_INIT("x"),  S_INIT("[1]{\"a\":1}")};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        facts_text t;
        err why = {0};
        facts_open(&t);
        CHECK_EQ(facts_read(&t, &format_cve, rows[i], S(""), &why), ERR_INPUT);
        CHECK(why.msg[0]);
        facts_close(&t);
    }
}

TEST(limits)
{
    facts_text t;
    err why = {0};
    buf doc;
    buf_init(&doc, 4 << 20);
    facts_open(&t);
    t.limits.record_bytes_max = (uint32_t)strlen(rejected);
    buf_printf(&doc, "%s\n%s \n%s", rejected, one, rejected);
    CHECK_OK(facts_read(&t, &format_cve, buf_slice(&doc), S("x"), &why));
    CHECK_EQ(t.records, 2);
    CHECK_SAYS(&t, "the record is too long or too deep\n");
    t.limits = (format_limits){.records_max = 2};
    CHECK_EQ(facts_read(&t, &format_cve, buf_slice(&doc), S("x"), &why), ERR_LIMIT);
    /* more versions and references than have room: the first of them, and how many are not there */
    t.limits = (format_limits){0};
    buf_clear(&doc);
    buf_printf(&doc, "{" META("CVE-2099-0009", "PUBLISHED") ",\"containers\":{\"cna\":{"
                                                            "\"affected\":[{\"product\":\"p\","
                                                            "\"versions\":[{\"version\":\"0\"}");
    for (int i = 1; i < 4000; i++)
        buf_printf(&doc, ",{\"version\":\"%d\",\"status\":\"affected\"}", i);
    buf_printf(&doc, "]}],\"references\":[{\"url\":\"https://e.test/\"}");
    for (int i = 1; i < 3000; i++)
        buf_printf(&doc, ",{\"url\":\"https://e.test/%d\"}", i);
    buf_printf(&doc, "]}}}");
    CHECK_OK(facts_read(&t, &format_cve, buf_slice(&doc), S("x"), &why));
    CHECK_EQ(t.records, 1);
    CHECK_EQ(t.refused, 0);
    CHECK_SAYS(&t, "\"versions\":[{\"version\":\"0\"},{\"status\":\"affected\",\"version\":\"1\"}");
    CHECK_SAYS(&t, "}],\"versions_left_out\":");
    CHECK_SAYS(&t, "{\"url\":\"https://e.test/1\"}");
    CHECK_SAYS_NOT(&t, "{\"url\":\"https://e.test/2999\"}");
    buf_done(&doc);
    facts_close(&t);
}

TEST(hard_times)
{
    facts_abuse(&format_cve, slice_str(one), S("x"), S(""));
    facts_abuse(&format_cve, slice_str(rejected), S("x"), S(""));
}

TEST(sniffing)
{
    CHECK(format_cve.sniff(slice_str(one), S("")) >= 95);
    CHECK(format_cve.sniff(slice_str(rejected), S("")) >= 95);
    CHECK(format_cve.sniff(S("{\"dataType\":\"CVE_RECORD\",\"containers\":{"), S("")) >= 95);
    CHECK(format_cve.sniff(S("[{\"containers\":{},\"cveMetadata\":{}}]"), S("")) >= 95);
    CHECK_EQ(format_cve.sniff(S("{\"containers\":{}}"), S("")), 0);
    CHECK_EQ(format_cve.sniff(S("{\"vulnerabilities\":[{\"cveID\":1,\"dateAdded\":1}]}"), S("")),
             0);
    CHECK_EQ(format_cve.sniff(S("[1]"), S("")), 0);
    CHECK_EQ(format_cve.sniff(S("x"), S("")), 0);
}

TEST(the_real_samples)
{
    static const char *const files[] = {"CVE-2023-34362", "CVE-2024-1709", "CVE-2024-21412",
                                        "CVE-2024-21762", "CVE-2024-3400", "CVE-2024-38112"};
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        buf doc;
        facts_text t;
        err why = {0};
        char path[64];
        snprintf(path, sizeof path, "vuln/cve-samples/%s.json", files[i]);
        if (!shared_data(path, &doc))
            continue;
        facts_open(&t);
        CHECK(format_sniff(slice_sub(buf_slice(&doc), 0, FORMAT_SNIFF_BYTES), S("x")) ==
              &format_cve);
        CHECK_OK(facts_read(&t, &format_cve, buf_slice(&doc), S("x"), &why));
        CHECK_EQ(t.records, 1);
        CHECK_EQ(t.refused, 0);
        CHECK(facts_say(&t, slice_str(files[i])));
        CHECK_SAYS(&t, "\"name\":\"ssvc\"");
        CHECK_SAYS(&t, "\"name\":\"cvss\"");
        CHECK_SAYS_NOT(&t, "\"said\""); /* their scores are what their vectors give */
        facts_close(&t);
        buf_done(&doc);
    }
}
