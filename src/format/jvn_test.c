#include "format/test_facts.h"

extern const format format_jvn, format_jpcert;

/* Of the shape of JVN iPedia's feed: a vulnerability with a CVE id, one without, an entry about
 * two, and what is to be refused. */
static const char ipedia[] =
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
    "<rdf:RDF xmlns=\"http://purl.org/rss/1.0/\" "
    "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" "
    "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:dcterms=\"http://purl.org/dc/terms/\" "
    "xmlns:sec=\"http://jvn.jp/rss/mod_sec/3.0/\" xml:lang=\"ja\">\n"
    "<channel rdf:about=\"https://jvndb.jvn.jp/ja/rss/jvndb_new.rdf\"><title>t</title></channel>\n"
    "<item rdf:about=\"https://jvndb.jvn.jp/ja/contents/2099/JVNDB-2099-000001.html\">\n"
    " <title>\xe8\xa9\xa6\xe9\xa8\x93 EX-OS \xe3\x81\xae\xe8\x84\x86\xe5\xbc\xb1\xe6\x80\xa7"
    "</title>\n"
    " <link>https://jvndb.jvn.jp/ja/contents/2099/JVNDB-2099-000001.html</link>\n"
    " <description>EX-OS \xe3\x81\xab\xe3\x81\xaf CVE-2099-7777 &lt;\xe3\x81\xa8&gt; "
    "\xe4\xbc\xbc\xe3\x81\x9f</description>\n"
    " <sec:identifier>JVNDB-2099-000001</sec:identifier>\n"
    " <sec:references source=\"CVE\" id=\"CVE-2099-1001\">https://www.cve.org/CVERecord?id="
    "CVE-2099-1001</sec:references>\n"
    " <sec:references source=\"NVD\" id=\"CVE-2099-1001\">https://nvd.example/CVE-2099-1001"
    "</sec:references>\n"
    " <sec:references id=\"CWE-79\" title=\"XSS(CWE-79)\">https://cwe.example/79.html"
    "</sec:references>\n"
    " <sec:cpe version=\"2.2\" vendor=\"Example Networks\" product=\"EX-OS\">cpe:/o:example:ex-os"
    "</sec:cpe>\n"
    " <sec:cvss score=\"9.9\" severity=\"Critical\" version=\"3.0\" type=\"Base\" "
    "vector=\"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"/>\n"
    " <sec:cvss score=\"7.5\" severity=\"High\" version=\"2.0\" type=\"Base\" "
    "vector=\"AV:N/AC:L/Au:N/C:P/I:P/A:P\"/>\n"
    " <dc:date>2099-03-02T12:00:00+09:00</dc:date>\n"
    " <dcterms:issued>2099-03-01T12:00:00+09:00</dcterms:issued>\n"
    " <dcterms:modified>2099-03-02T12:00:00+09:00</dcterms:modified>\n"
    "</item>\n"
    "<item rdf:about=\"https://jvndb.jvn.jp/ja/contents/2099/JVNDB-2099-000002.html\">"
    "<title>second</title><sec:identifier>JVNDB-2099-000002</sec:identifier>"
    "<sec:cvss version=\"4.0\" score=\"11\" vector=\"?\"/></item>\n"
    "<item><title>third</title><sec:identifier>JVNDB-2099-000003</sec:identifier>"
    "<sec:references source=\"CVE\" id=\"CVE-2099-1002\"/>"
    "<sec:references source=\"CVE\" id=\"CVE-2099-1003\"/>"
    "<sec:cpe vendor=\"-\" product=\"EX-OS\"/></item>\n"
    "<item><title>no number</title></item>\n"
    "<item><sec:identifier>JVNDB-2099-000004</sec:identifier></item>\n"
    "</rdf:RDF>\n";

/* Of the shape of JPCERT/CC's feed: alerts have a title and little else, reports have HTML. */
static const char alerts[] =
    "<rdf:RDF xmlns=\"http://purl.org/rss/1.0/\" "
    "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" "
    "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
    "xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" xml:lang=\"ja\">\n"
    "<channel rdf:about=\"https://www.jpcert.or.jp/rss/jpcert.rdf\"></channel>\n"
    "<item rdf:about=\"https://www.jpcert.or.jp/at/2099/at990001.html\"><title>"
    "\xe6\xb3\xa8\xe6\x84\x8f\xe5\x96\x9a\xe8\xb5\xb7: EX-OS (CVE-2099-1001)</title>"
    "<link>https://www.jpcert.or.jp/at/2099/at990001.html</link>"
    "<dc:identifier>at990001</dc:identifier><dc:date>2099-03-03T14:31+09:00</dc:date></item>\n"
    "<item rdf:about=\"https://www.jpcert.or.jp/wr/2099/wr990101.html\"><title>week</title>"
    "<description>two cve-2099-1002</description><content:encoded><![CDATA[<a "
    "href=\"https://nvd.example/CVE-2099-1003\">CVE-2099-1002</a><p>]]></content:encoded></item>\n"
    "</rdf:RDF>\n";

#define ENTRY "  vulnerability CVE-2099-1001 "
#define FROM " <https://jvndb.jvn.jp/ja/contents/2099/JVNDB-2099-000001.html>\n"

TEST(an_entry_is_a_vulnerability)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK_OK(facts_read(&t, &format_jvn, slice_str(ipedia), S("x"), &why));
    CHECK_SAYS(&t, "head jvn source=jvn derives=\n");
    CHECK_SAYS(&t, " line=4 place= id=JVNDB-2099-000001 content=");
    CHECK_SAYS(&t, ENTRY "named name cve20991001 \"CVE-2099-1001\" {\"kind\":\"id\"}" FROM);
    CHECK_SAYS(&t, ENTRY "named name jvndb2099000001 \"JVNDB-2099-000001\" {\"kind\":\"id\"}" FROM);
    CHECK_SAYS(&t, "{\"kind\":\"title\",\"lang\":\"ja\"}" FROM);
    CHECK_SAYS(&t, ENTRY "property {\"id\":\"JVNDB-2099-000001\",\"name\":\"advisory\","
                         "\"published\":\"2099-03-01T03:00:00Z\",\"updated\":"
                         "\"2099-03-02T03:00:00Z\",\"url\":\"https://jvndb.jvn.jp/ja/contents/"
                         "2099/JVNDB-2099-000001.html\"}" FROM);
    CHECK_SAYS(&t, ENTRY "described \"EX-OS \xe3\x81\xab\xe3\x81\xaf CVE-2099-7777 <\xe3\x81\xa8> "
                         "\xe4\xbc\xbc\xe3\x81\x9f\" {\"lang\":\"ja\"}" FROM);
    CHECK_SAYS(&t, ENTRY "property \"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\" {\"by\":"
                         "\"jvn\",\"name\":\"cvss\",\"said\":\"9.9\",\"score\":\"9.8\","
                         "\"severity\":\"critical\",\"version\":\"3.1\"}" FROM);
    CHECK_SAYS(&t, ENTRY "property \"AV:N/AC:L/Au:N/C:P/I:P/A:P\" {\"by\":\"jvn\",\"name\":"
                         "\"cvss\",\"score\":\"7.5\",\"severity\":\"high\",\"version\":\"2.0\"}");
    CHECK_SAYS(&t, ENTRY "affects product name:examplenetworksexos {\"by\":\"jvn\",\"cpes\":"
                         "[\"cpe:/o:example:ex-os\"],\"product\":\"EX-OS\",\"vendor\":"
                         "\"Example Networks\"}" FROM);
    CHECK_SAYS(&t, ENTRY "property {\"by\":\"jvn\",\"name\":\"cwe\",\"value\":[\"CWE-79\"]}");
    CHECK_SAYS(&t, "{\"id\":\"CWE-79\",\"title\":\"XSS(CWE-79)\",\"url\":"
                   "\"https://cwe.example/79.html\"}");
    CHECK_SAYS_NOT(&t, "CVE-2099-7777 named"); /* a text that names another is no statement */
    CHECK_SAYS_NOT(&t, "vulnerability CVE-2099-7777");
    facts_close(&t);
}

TEST(entries_without_one_cve)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK_OK(facts_read(&t, &format_jvn, slice_str(ipedia), S("x"), &why));
    CHECK_SAYS(&t, "  vulnerability JVNDB-2099-000002 named name second \"second\" {\"kind\":"
                   "\"title\",\"lang\":\"ja\"}");
    CHECK_SAYS_NOT(&t, "\"?\""); /* neither a vector nor a score */
    CHECK_SAYS(&t, "  report jvn:jvndb2099000003 refers-to vulnerability CVE-2099-1002\n");
    CHECK_SAYS(&t, "  report jvn:jvndb2099000003 refers-to vulnerability CVE-2099-1003\n");
    CHECK_SAYS(&t, "  report jvn:jvndb2099000003 refers-to product name:exos");
    CHECK_SAYS(&t, ": neither an identifier nor a link\n");
    CHECK_SAYS(&t, ": no title\n");
    CHECK_EQ(t.records, 3);
    CHECK_EQ(t.refused, 2);
    facts_close(&t);
}

TEST(an_alert_is_a_report)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK_OK(facts_read(&t, &format_jpcert, slice_str(alerts), S("x"), &why));
    CHECK_SAYS(&t, "head jpcert source=jpcert derives=\n");
    CHECK_SAYS(&t, "  report jpcert:at990001 named name at990001 \"at990001\" {\"kind\":\"id\"} "
                   "<https://www.jpcert.or.jp/at/2099/at990001.html>\n");
    CHECK_SAYS(&t, "  report jpcert:at990001 refers-to vulnerability CVE-2099-1001 "
                   "<https://www.jpcert.or.jp/at/2099/at990001.html>\n");
    CHECK_SAYS(&t, "\"published\":\"2099-03-03T05:31:00Z\",\"updated\":\"2099-03-03T05:31:00Z\"");
    CHECK_SAYS(&t, " id=https://www.jpcert.or.jp/wr/2099/wr990101.html content=");
    CHECK_SAYS(&t, "wr990101html refers-to vulnerability CVE-2099-1002 <");
    CHECK_SAYS(&t, "wr990101html refers-to vulnerability CVE-2099-1003 <");
    CHECK_SAYS(&t, "wr990101html described \"two cve-2099-1002\"");
    CHECK_SAYS_NOT(&t, "href");
    CHECK_EQ(t.records, 2);
    facts_close(&t);
}

/* JVN's notes are the same without mod_sec: reports, too. */
TEST(a_note_is_a_report)
{
    static const char note[] =
        "<rdf:RDF xmlns=\"http://purl.org/rss/1.0/\" "
        "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" "
        "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xml:lang=\"en\">"
        "<channel rdf:about=\"https://jvn.jp/rss/jvn.rdf\"/><item "
        "rdf:about=\"https://jvn.jp/vu/JVNVU90000001/\"><title>FieldLink</title><description>It "
        "is CVE-2099-1004.</description><dc:identifier>JVNVU#90000001</dc:identifier></item>"
        "</rdf:RDF>";
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK(format_sniff(slice_str(note), S("jvn.rdf")) == &format_jvn);
    CHECK_OK(facts_read(&t, &format_jvn, slice_str(note), S(""), &why));
    CHECK_SAYS(&t, "  report jvn:jvnvu90000001 named name fieldlink \"FieldLink\" {\"kind\":"
                   "\"title\"}");
    CHECK_SAYS(&t, "  report jvn:jvnvu90000001 refers-to vulnerability CVE-2099-1004 ");
    facts_close(&t);
}

TEST(sniffing)
{
    CHECK(format_sniff(slice_str(ipedia), S("x")) == &format_jvn);
    CHECK(format_sniff(slice_str(alerts), S("x")) == &format_jpcert);
    CHECK_EQ(format_jvn.sniff(slice_str(alerts), S("jvn.rdf")), 0);
    CHECK_EQ(format_jpcert.sniff(slice_str(ipedia), S("jpcert.rdf")), 0);
    CHECK_EQ(format_jvn.sniff(S("<rss version='2.0'>https://jvn.jp/</rss>"), S("jvn.rdf")), 0);
    CHECK_EQ(format_jvn.sniff(S(""), S("")), 0);
}

TEST(limits)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    t.limits.record_bytes_max = 400;
    CHECK_OK(facts_read(&t, &format_jvn, slice_str(ipedia), S("x"), &why));
    CHECK_SAYS(&t, "line 4: the item is over 400 bytes\n");
    CHECK_SAYS(&t, "JVNDB-2099-000002");
    t.limits = (format_limits){.records_max = 4};
    CHECK_EQ(facts_read(&t, &format_jvn, slice_str(ipedia), S("x"), &why), ERR_LIMIT);
    t.limits = (format_limits){.depth_max = 2};
    CHECK_EQ(facts_read(&t, &format_jvn, slice_str(ipedia), S("x"), &why), ERR_LIMIT);
    facts_close(&t);
}

TEST(too_many_vulnerabilities_in_one)
{
    facts_text t;
    err why = {0};
    buf b;
    buf_init(&b, 1 << 20);
    facts_open(&t);
    buf_put(&b, S("<rdf:RDF xmlns=\"http://purl.org/rss/1.0/\" "
                  "xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" "
                  "xmlns:sec=\"http://jvn.jp/rss/mod_sec/\"><item><title>many</title>"
                  "<sec:identifier>JVNDB-2099-1</sec:identifier>"));
    for (int i = 0; i < 65; i++)
        buf_printf(&b, "<sec:references id=\"CVE-2099-%d\"/>", 10000 + i);
    buf_put(&b, S("</item></rdf:RDF>"));
    CHECK_OK(facts_read(&t, &format_jvn, buf_slice(&b), S("x"), &why));
    CHECK_SAYS(&t, "line 1: over 64 vulnerabilities\n");
    buf_done(&b);
    facts_close(&t);
}

TEST(hostile_documents)
{
    static const slice rows[] = {
        S_INIT(""),
        S_INIT("<a/>"),
        S_INIT("<!DOCTYPE lolz [<!ENTITY lol \"lol\">]><rdf:RDF/>"),
        S_INIT("<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"/>"),
        S_INIT("<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\"><item>"),
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        facts_text t;
        err why = {0};
        facts_open(&t);
        CHECK_EQ(facts_read(&t, &format_jvn, rows[i], S(""), &why), ERR_INPUT);
        CHECK(why.msg[0]);
        facts_close(&t);
    }
}

TEST(hard_times)
{
    facts_abuse(&format_jvn, slice_str(ipedia), S("x"), S(""));
    facts_abuse(&format_jpcert, slice_str(alerts), S("x"), S(""));
}
