#include "format/test_facts.h"

extern const format format_carbonblack;

#define HEADER                                                                                     \
    "c2_ip\tfirst_seen\tlast_seen\tprotocol\tport\tversion\twatermark\tpubkey_md5\tdomains\thost_" \
    "header\n"
#define KEY "0123456789abcdef0123456789abcdef"
#define START                                                                                      \
    "192.0.2.1\t2020/12/15 13:17:41\t2020/12/31 02:48:25\tHTTP\t80\t4.0\t305419896 (leaked)\t" KEY

static void open_text(facts_text *t, const char *rows, const char *path)
{
    static char doc[8192];
    err why = {0};
    facts_open(t);
    snprintf(doc, sizeof doc, "%s%s", HEADER, rows);
    status st = facts_read(t, &format_carbonblack, slice_str(doc), slice_str(path), &why);
    if (st != OK)
        TEST_FAIL("%s: %s", status_name(st), why.msg);
}

TEST(a_server_becomes_claims)
{
    facts_text t;
    open_text(&t,
              START "\t192.0.2.1,/activity\tNone\n" START
                    "\tevil.example.com,/a,192.0.2.1,/b;ns1.example.net;ns2.example.net,/c,/d,"
                    "10.0.0.1,/e,evil.example.com,/a,218.76.05.49,/f\tNone\n",
              "cobaltstrike/actor-specific/cobaltstrike_papertiger_ta999.csv");
    CHECK_SAYS(&t, "head carbonblack-c2 source=carbonblack-c2 derives= snapshot\n");
    CHECK_SAYS(&t, "  malware name:cobaltstrike named name cobaltstrike \"Cobalt Strike\" "
                   "{\"kind\":\"primary\"}\n");
#define SHARED "\"file_says\":[\"papertiger\",\"ta999\"],\"key\":\"" KEY "\""
#define REST "\"port\":80,\"product\":\"Cobalt Strike\",\"protocol\":\"http\",\"role\":\"c2\""
#define TAIL                                                                                       \
    "\"version\":\"4.0\",\"watermark\":\"305419896\",\"watermark_note\":\"leaked\"} "              \
    "first=2020-12-15T13:17:41Z last=2020-12-31T02:48:25Z\n"
    CHECK_SAYS(&t, "  ipv4 192.0.2.1 indicates malware name:cobaltstrike {" SHARED
                   ",\"paths\":[\"/activity\"]," REST "," TAIL);
    CHECK_SAYS(&t,
               "  ipv4 192.0.2.1 indicates malware name:cobaltstrike {\"domains\":[\"evil.example."
               "com\",\"ns1.example.net\",\"ns2.example.net\",\"10.0.0.1\"]," SHARED
               ",\"paths\":[\"/a\",\"/b\",\"/c\",\"/d\",\"/e\",\"/f\"]," REST "," TAIL);
    CHECK_SAYS(&t, "  domain evil.example.com indicates malware name:cobaltstrike {" SHARED
                   ",\"paths\":[\"/a\"]," REST ",\"server\":\"192.0.2.1\"," TAIL);
    CHECK_SAYS(&t, "  domain ns1.example.net indicates malware name:cobaltstrike {" SHARED
                   ",\"paths\":[\"/c\",\"/d\"]," REST ",\"server\":\"192.0.2.1\"," TAIL);
    CHECK_SAYS(&t, "  domain ns2.example.net indicates malware name:cobaltstrike {" SHARED
                   ",\"paths\":[\"/c\",\"/d\"],");
    CHECK_SAYS_NOT(&t, "ipv4 10.0.0.1 indicates");
    CHECK_SAYS(&t, "warn line 3: 1 hosts could not be read\n");
    CHECK_EQ(t.records, 2);
    /* who shares the key and the watermark: without times, so that each is said once */
    CHECK_SAYS(&t, "  ipv4 192.0.2.1 property property key=" KEY "\n");
    CHECK_SAYS(&t, "  ipv4 192.0.2.1 property property watermark=305419896\n");
    CHECK_SAYS(&t, "  property key=" KEY " related-to property watermark=305419896\n");
    CHECK_EQ(t.claims, 12); /* the name once, evil.example.com once */
    facts_close(&t);
}

TEST(fronts_are_not_accused)
{
    facts_text t;
    /* the host header names the customer of a CDN; an address beside a host header */
    open_text(&t,
              START "\tajax.example.com,/x\tgood.example.net,end1.azureedge.net\n" START
                    "\t9.9.9.9,/x\twww.example.org\n" START
                    "\tevil.example.com,/x\twww.example.org\n",
              "cobaltstrike_x.csv");
    CHECK_SAYS(&t, "  domain ajax.example.com related-to ipv4 192.0.2.1 {\"fronted\":");
    CHECK_SAYS(&t, "\"fronted\":true,\"host_header\":\"good.example.net,end1.azureedge.net\"");
    CHECK_SAYS(&t, "  domain end1.azureedge.net indicates malware name:cobaltstrike {\"basis\":"
                   "\"host_header\"");
    CHECK_SAYS(&t, "  ipv4 9.9.9.9 related-to ipv4 192.0.2.1 ");
    CHECK_SAYS(&t, "  domain evil.example.com indicates malware name:cobaltstrike ");
    CHECK_SAYS_NOT(&t, "domain ajax.example.com indicates");
    CHECK_SAYS_NOT(&t, "domain good.example.net");
    facts_close(&t);
    /* the folder says so */
    open_text(&t, START "\tajax.example.com,/x\tNone\n",
              "cobaltstrike/domain_fronting/cobaltstrike_df_azure.csv");
    CHECK_SAYS(&t, "  domain ajax.example.com related-to ipv4 192.0.2.1 ");
    CHECK_SAYS_NOT(&t, "file_says");
    facts_close(&t);
}

TEST(file_names)
{
    static const struct {
        const char *path, *says;
    } rows[] = {
        {"a/winnti40_202210.tsv", "indicates malware name:winnti {"},
        {"a/winnti40_202210.tsv", "\"product\":\"Winnti\""},
        {"shadowpad_202210.tsv", "indicates malware name:shadowpad {\"key\":"},
        {"dacls_202211.tsv", "\"Dacls\""},
        {"cobaltstrike_id0_cracked.csv", "name:cobaltstrike {\"key\":"},
        {"newthing-paper_uniq.csv", "name:newthing {\"file_says\":[\"paper\"],"},
        {"???", "ipv4 192.0.2.1 indicates malware name:??? {"},
        {"", "  ipv4 192.0.2.1 indicates {\"key\":"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        facts_text t;
        open_text(&t, START "\tNone\tNone\n", rows[i].path);
        if (!facts_say(&t, slice_str(rows[i].says)))
            TEST_FAIL("%s: no %s in %.*s", rows[i].path, rows[i].says,
                      SLICE_FMT(buf_slice(&t.out)));
        facts_close(&t);
    }
}

TEST(broken_rows)
{
    facts_text t;
    open_text(&t,
              START "\t\n" /* cut off: goes on below */
                    "\t\t9.9.9.8,/x,9.9.9.7,/x\tcdn.example.org\n"
                    "192.0.2.2\t2020/12/15\t2020/12/31\tHTTPS\t443\t4.0\t1\t" KEY
                    "\t192.0.2.2,/y\t\tNone\n"
                    "\t2020/12/15\t\tHTTP\t80\t\t\t\t\t\n"
                    "192.0.2.3\tsoon\t\tHTTP\t80\t\t\t\t\t\n"
                    "192.0.2.3\t2020/12/15\t\tHTTP\t70000\t\t\t\t\t\n"
                    "evil.example.com\t2020/12/15\t\tHTTP\t80\t\t\t\t\t\n"
                    "nonsense\t2020/12/15\t\tHTTP\t80\t\t\t\t\t\n"
                    "192.0.2.4\t2020/12/15\t\tHTTP\t80\t1\t2\t3\t4\t5\t6\n"
                    "192.0.2.5\t2020/12/15\n"
                    "\n",
              "x.csv");
    CHECK_SAYS(&t, "warn line 3: goes on with the line before\n");
    CHECK_SAYS(&t, "  ipv4 9.9.9.7 related-to ipv4 192.0.2.1 {");
    CHECK_SAYS(&t, "first=2020-12-15T13:17:41Z last=2020-12-31T02:48:25Z");
    CHECK_SAYS(&t, "  ipv4 192.0.2.2 indicates malware name:x {");
    CHECK_SAYS(&t, "line 5: no address of a server\n");
    CHECK_SAYS(&t, "line 6: \"soon\" is no date\n");
    CHECK_SAYS(&t, "line 7: \"70000\" is no port\n");
    CHECK_SAYS(&t, "line 8: \"evil.example.com\" is no address of a server\n");
    CHECK_SAYS(&t, "line 9: ");
    CHECK_SAYS(&t, "line 10: 11 fields, the header has 10\n");
    CHECK_SAYS(&t, "  ipv4 192.0.2.5 indicates malware name:x {\"product\":\"x\",\"role\":\"c2\"}");
    CHECK_EQ(t.records, 4);
    CHECK_EQ(t.refused, 6);
    facts_close(&t);
}

TEST(documents_that_are_no_such_list)
{
    static const slice rows[] = {S_INIT(""), S_INIT("c2_ip\tfirst_seen\n192.0.2.1\t2020\n"),
                                 S_INIT("ip,port\n192.0.2.1,80\n"), S_INIT(HEADER), S_INIT("\n\n")};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        facts_text t;
        err why = {0};
        facts_open(&t);
        CHECK_EQ(facts_read(&t, &format_carbonblack, rows[i], S(""), &why), ERR_INPUT);
        CHECK(why.msg[0]);
        facts_close(&t);
    }
}

TEST(limits)
{
    facts_text t;
    err why = {0};
    CLEANUP(buf_done)
    buf doc;
    facts_open(&t);
    buf_init(&doc, 1 << 20);
    for (int extra = 0; extra < 2; extra++) {
        buf_clear(&doc);
        buf_put(&doc, S(HEADER START "\t"));
        for (int i = 0; i < 256 + extra; i++)
            buf_printf(&doc, "h%d.example.com,/p,", i);
        buf_put(&doc, S("\tNone\n192.0.2.9\t2020/01/01\t\tHTTP\t80\n"));
        CHECK_OK(facts_read(&t, &format_carbonblack, buf_slice(&doc), S("x.csv"), &why));
        CHECK_EQ(t.refused, extra);
        CHECK_SAYS(&t, "ipv4 192.0.2.9 indicates");
    }
    CHECK_SAYS(&t, "line 2: over 256 hosts\n");
    t.limits.line_bytes_max = 200;
    CHECK_OK(facts_read(&t, &format_carbonblack, buf_slice(&doc), S("x.csv"), &why));
    CHECK_SAYS(&t, "line 2: the line is too long\n");
    t.limits = (format_limits){.records_max = 1};
    CHECK_EQ(facts_read(&t, &format_carbonblack, buf_slice(&doc), S("x.csv"), &why), ERR_LIMIT);
    facts_close(&t);
}

TEST(hard_times)
{
    facts_abuse(&format_carbonblack,
                S(HEADER START "\tevil.example.com,/a;192.0.2.7,/b\tx.azureedge.net\n" START
                               "\t\n\t\t9.9.9.8,/x\tcdn.example.org\n"
                               "nonsense\t2020/12/15\t\tHTTP\t80\t\t\t\t\t\n"),
                S("cobaltstrike_paper.csv"), S(""));
}

TEST(sniffing)
{
    const format *f = &format_carbonblack;
    CHECK(f->sniff(S(HEADER), S("x")) >= 95);
    CHECK(f->sniff(S("c2_ip,first_seen,last_seen,protocol,port\n"), S("x")) >= 95);
    CHECK_EQ(f->sniff(S("c2_ip,comment\n"), S("x")), 0);
    CHECK_EQ(f->sniff(S("ip\tfirst_seen\tlast_seen\tprotocol\tport\n"), S("x")), 0);
    CHECK_EQ(f->sniff(S(""), S("cobaltstrike.csv")), 0);
}

TEST(the_real_files)
{
    static const struct {
        const char *path;
        uint64_t records;
    } files[] = {
        {"cobaltstrike/actor-specific/cobaltstrike_luckymouse_ta428.csv", 314},
        {"cobaltstrike/leak_crack_ids/cobaltstrike_id305419896.csv", 2248},
        {"cobaltstrike/leak_crack_ids/cobaltstrike_id1873433027.csv", 400},
        {"cobaltstrike/domain_fronting/cobaltstrike_df_fastly.csv", 19},
        {"shadowpad/shadowpad_202210.tsv", 85},
        {"winnti40/winnti40_202210.tsv", 55},
        {"dacls/dacls_202211.tsv", 121},
    };
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        char path[256];
        buf doc;
        facts_text t;
        err why = {0};
        snprintf(path, sizeof path, "indicators/carbonblack-c2/%s", files[i].path);
        if (!shared_data(path, &doc))
            continue;
        facts_open(&t);
        CHECK(format_sniff(slice_sub(buf_slice(&doc), 0, FORMAT_SNIFF_BYTES), slice_str(path)) ==
              &format_carbonblack);
        CHECK_OK(facts_read(&t, &format_carbonblack, buf_slice(&doc), slice_str(path), &why));
        CHECK_EQ(t.records, files[i].records);
        CHECK_EQ(t.refused, 0);
        if (i == 0)
            CHECK_SAYS(&t,
                       "  ipv4 18.182.158.197 indicates malware name:cobaltstrike {\"file_says\":["
                       "\"luckymouse\",\"ta428\"],\"key\":\"defb5d95ce99e1ebbf421a1a38d9cb64\","
                       "\"paths\":[\"/activity\"],\"port\":80,\"product\":\"Cobalt Strike\","
                       "\"protocol\":\"http\",\"role\":\"c2\",\"version\":\"4.0\",\"watermark\":"
                       "\"305419896\",\"watermark_note\":\"leaked\"} first=2020-12-15T13:17:41Z "
                       "last=2020-12-31T02:48:25Z\n");
        if (i == 1)
            CHECK_SAYS(&t, " line=1917 ");
        facts_close(&t);
        buf_done(&doc);
    }
}
