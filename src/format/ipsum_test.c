#include "format/test_facts.h"

extern const format format_ipsum;

static const char feed[] = "# IPsum Threat Intelligence Feed\n"
                           "# (https://github.com/stamparm/ipsum)\n"
                           "#\n"
                           "# Last update: Sat, 22 Aug 2026 03:00:29 +0200\n"
                           "#\n"
                           "# IP\tnumber of (black)lists\n"
                           "#\n"
                           "192.0.2.1\t10\n"
                           "192.0.2.2\t1\n"
                           "2001:db8::1 3\n"
                           "192.0.2.3\t0\n"
                           "192.0.2.4\n"
                           "192.0.2.5\tmany\n"
                           "nobody\t3\n"
                           "192.0.2.6\t10001\n";

TEST(addresses_and_counts)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK(format_sniff(slice_str(feed), S("ipsum.txt")) == &format_ipsum);
    CHECK_OK(facts_read(&t, &format_ipsum, slice_str(feed), S("levels/3.txt"), &why));
    CHECK_SAYS(&t, "head ipsum source=ipsum derives= snapshot\n");
    CHECK_SAYS(&t, "  ipv4 192.0.2.1 indicates {\"count\":10} conf=85 last=2026-08-22T00:00:00Z\n");
    CHECK_SAYS(&t, "  ipv4 192.0.2.2 indicates {\"count\":1} conf=20 last=");
    CHECK_SAYS(&t, "  ipv6 2001:db8::1 indicates {\"count\":3} conf=50 last=");
    CHECK_SAYS(&t, "line 11: \"0\" is no number of lists\n");
    CHECK_SAYS(&t, "line 12: \"\" is no number of lists\n");
    CHECK_SAYS(&t, "line 13: \"many\" is no number of lists\n");
    CHECK_SAYS(&t, "line 14: ");
    CHECK_SAYS(&t, "line 15: \"10001\" is no number of lists\n");
    CHECK_EQ(t.records, 3);
    CHECK_EQ(t.refused, 5);
    facts_close(&t);
}

TEST(confidence_grows_with_the_lists_and_ends)
{
    static const int want[] = {20, 35, 50, 60, 68, 75, 80, 85, 85, 85};
    facts_text t;
    err why = {0};
    facts_open(&t);
    for (size_t i = 0; i < COUNT_OF(want); i++) {
        char doc[64], says[64];
        snprintf(doc, sizeof doc, "192.0.2.1\t%zu\n", i + 1);
        snprintf(says, sizeof says, "{\"count\":%zu} conf=%d\n", i + 1, want[i]);
        CHECK_OK(facts_read(&t, &format_ipsum, slice_str(doc), S(""), &why));
        if (!facts_say(&t, slice_str(says)))
            TEST_FAIL("%zu lists: %.*s", i + 1, SLICE_FMT(buf_slice(&t.out)));
    }
    facts_close(&t);
}

TEST(limits)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK_EQ(facts_read(&t, &format_ipsum, S("# IPsum Threat Intelligence Feed\n"), S(""), &why),
             ERR_INPUT);
    CHECK_SLICE(slice_str(why.msg), S("the list has no rows"));
    CHECK_OK(facts_read(&t, &format_ipsum, S("192.0.2.1\t10000\n"), S(""), &why));
    CHECK_EQ(t.refused, 0);
    t.limits.record_bytes_max = 12;
    CHECK_OK(facts_read(&t, &format_ipsum, S("192.0.2.1\t10\n192.0.2.2\t100\n"), S(""), &why));
    CHECK_EQ(t.records, 1);
    CHECK_EQ(t.refused, 1);
    t.limits = (format_limits){.records_max = 1};
    CHECK_EQ(facts_read(&t, &format_ipsum, S("192.0.2.1\t1\n192.0.2.2\t1\n"), S(""), &why),
             ERR_LIMIT);
    CHECK_EQ(format_ipsum.sniff(S("192.0.2.1\t10\n"), S("ipsum.txt")), 0);
    CHECK_EQ(format_ipsum.sniff(S(""), S("")), 0);
    facts_close(&t);
}

TEST(hard_times)
{
    facts_abuse(&format_ipsum, slice_str(feed), S("ipsum.txt"), S(""));
}

TEST(real_feed)
{
    buf doc;
    facts_text t;
    err why = {0};
    if (!shared_data("indicators/ipsum/ipsum.txt", &doc))
        TEST_SKIP("../shared/data is not there");
    facts_open(&t);
    CHECK_OK(facts_read(&t, &format_ipsum, buf_slice(&doc), S("ipsum.txt"), &why));
    CHECK_EQ(t.records, 120430);
    CHECK_EQ(t.refused, 0);
    CHECK_SAYS(&t, "  ipv4 77.90.185.20 indicates {\"count\":10} conf=85 last=2026-08-22");
    facts_close(&t);
    buf_done(&doc);
}
