#include "format/test_facts.h"

extern const format format_epss;

#define DAY "#model_version:v2099.03.14,score_date:2099-08-25T00:00:00+0000\n"

static const char day[] = DAY "cve,epss,percentile\n"
                              "CVE-2099-0001,0.00043,0.08123\n"
                              "CVE-2099-12345,1,1.0\n"
                              "\n"
                              "CVE-2099-0002,1.1,0\n"
                              "CVE-2099-0003,,0.5\n"
                              "cve-2099-0003,0.1,0.5\n"
                              "CVE-2099-0004,0.1,0.5,0\n"
                              "CVE-2099-0005,4.35e-4,1e-9\n";

TEST(a_day_of_scores)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK_OK(facts_read(&t, &format_epss, slice_str(day), S("x"), &why));
    CHECK_SAYS(&t, "head epss source=first-epss derives=\n");
    CHECK_SAYS(&t, "  vulnerability CVE-2099-0001 measured \"epss 430 81230\" {\"model\":"
                   "\"v2099.03.14\"} from=2099-08-25T00:00:00Z\n");
    CHECK_SAYS(&t, "  vulnerability CVE-2099-12345 measured \"epss 1000000 1000000\" ");
    CHECK_SAYS(&t, "  vulnerability CVE-2099-0005 measured \"epss 435 0\" ");
    CHECK_SAYS(&t, "line 6: score or percentile of CVE-2099-0002 is none\n");
    CHECK_SAYS(&t, "line 7: score or percentile of CVE-2099-0003 is none\n");
    CHECK_SAYS(&t, "line 8: \"cve-2099-0003\" is no CVE id\n");
    CHECK_SAYS(&t, "line 9: 4 fields, the header has 3\n");
    CHECK_EQ(t.records, 3);
    CHECK_EQ(t.refused, 4);
    facts_close(&t);
}

TEST(shares)
{
    static const struct {
        const char *text;
        long millionths; /* -1: refused */
    } rows[] = {{"0", 0},
                {"1", 1000000},
                {"1.0", 1000000},
                {"0.5", 500000},
                {".5", 500000},
                {"0.0000004", 0},
                {"0.0000005", 1},
                {"0.9999995", 1000000},
                {"1.0000001", 1000000},
                {"1.000001", -1},
                {"2", -1},
                {"-0.1", -1},
                {"", -1},
                {".", -1},
                {"0.1.2", -1},
                {"nan", -1},
                {"1e-3", 1000},
                {"9.5e-7", 1},
                {"1e-30", -1},
                {"1e3", -1},
                {"5e-10", 0},
                {"0,5", -1}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        facts_text t;
        err why = {0};
        char doc[256], want[64];
        facts_open(&t);
        snprintf(doc, sizeof doc, DAY "cve,epss,percentile\nCVE-2099-0001,%s,0\n", rows[i].text);
        snprintf(want, sizeof want, "\"epss %ld 0\"", rows[i].millionths);
        CHECK_OK(facts_read(&t, &format_epss, slice_str(doc), S("x"), &why));
        if (facts_say(&t, slice_str(want)) != (rows[i].millionths >= 0))
            TEST_FAIL("%s: %.*s", rows[i].text, SLICE_FMT(buf_slice(&t.out)));
        facts_close(&t);
    }
}

TEST(a_table_without_a_date)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK_OK(facts_read(&t, &format_epss,
                        S("CVE,CVSS3,EPSS,EPSS Percentile,Description\nCVE-2099-0001,9.8,0.5,0.75,"
                          "\"a, b\"\n"),
                        S("x"), &why));
    CHECK_SAYS(&t, "head epss source= derives=\n");
    CHECK_SAYS(&t, "  vulnerability CVE-2099-0001 measured \"epss 500000 750000\"\n");
    facts_close(&t);
}

TEST(documents_that_are_none)
{
    static const slice rows[] = {
        S_INIT(""), S_INIT("cve,epss\nCVE-2099-0001,1\n"), S_INIT("cve,epss,percentile\n"),
        S_INIT(DAY), S_INIT("#score_date:soon\ncve,epss,percentile\nCVE-2099-0001,1,1")};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        facts_text t;
        err why = {0};
        facts_open(&t);
        CHECK_EQ(facts_read(&t, &format_epss, rows[i], S(""), &why), ERR_INPUT);
        CHECK(why.msg[0]);
        facts_close(&t);
    }
}

TEST(limits)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    t.limits.records_max = 6;
    CHECK_EQ(facts_read(&t, &format_epss, slice_str(day), S("x"), &why), ERR_LIMIT);
    t.limits.records_max = 7; /* the refused ones count */
    CHECK_OK(facts_read(&t, &format_epss, slice_str(day), S("x"), &why));
    facts_close(&t);
}

TEST(hard_times)
{
    facts_abuse(&format_epss, slice_str(day), S("x"), S(""));
}

TEST(sniffing)
{
    CHECK(format_sniff(slice_str(day), S("epss_scores-2099-08-25.csv")) == &format_epss);
    CHECK(format_sniff(S("CVE,CVSS3,EPSS,EPSS Percentile\nCVE-2099-1,1,1,1\n"), S("x")) ==
          &format_epss);
    CHECK_EQ(format_epss.sniff(S("cveID,dateAdded\n"), S("")), 0);
    CHECK_EQ(format_epss.sniff(S("cve,epss\n"), S("")), 0);
    CHECK_EQ(format_epss.sniff(S(""), S("")), 0);
}
