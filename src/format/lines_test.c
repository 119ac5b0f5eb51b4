#include "format/test_facts.h"

extern const format format_cve;
extern const format format_csv;
extern const format format_misp;
extern const format format_stix;

#define CVE(n)                                                                                     \
    "{\"dataType\":\"CVE_RECORD\",\"cveMetadata\":{\"cveId\":\"CVE-2099-" n                        \
    "\",\"state\":\"PUBLISHED\"},\"containers\":{\"cna\":{\"title\":\"T" n "\"}}}"
#define CVE_LENGTH (sizeof CVE("1000") - 1)
#define CUT(n) "{\"dataType\":\"CVE_RECORD\",\"cveMetadata\":{\"cveId\":\"CVE-2099-" n

static status read_lines(facts_text *t, const format *f, slice doc, err *why)
{
    facts_open(t);
    t->lines = true;
    return facts_read(t, f, doc, S("x.jsonl"), why);
}

TEST(a_last_line_that_is_cut_off_is_refused_alone)
{
    facts_text t;
    err why = {0};
    CHECK_OK(read_lines(&t, &format_cve, S(CVE("1000") "\n" CVE("1001") "\r\n" CUT("1002")), &why));
    CHECK_EQ(t.records, 2);
    CHECK_EQ(t.refused, 1);
    CHECK_SAYS(&t, "id=CVE-2099-1001");
    CHECK_SAYS_NOT(&t, "1002");
    CHECK_SAYS(&t, "line 3: cut off, and the rest was read: JSON: ends inside a string");
    facts_close(&t);
    /* two lines are enough: the first is a whole one, the other begins one */
    CHECK_OK(read_lines(&t, &format_cve, S(CVE("1000") "\n" CUT("1002")), &why));
    CHECK_EQ(t.records, 1);
    CHECK_EQ(t.refused, 1);
    facts_close(&t);
}

TEST(a_broken_line_is_refused_with_its_place_and_the_offsets_stay)
{
    facts_text t;
    err why = {0};
    char want[64];
    CHECK_OK(read_lines(&t, &format_cve,
                        S(CVE("1000") "\n" CUT("1001") "\n\n{]\n" CVE("1002") "\n"), &why));
    CHECK_EQ(t.records, 2);
    CHECK_EQ(t.refused, 2); /* one by its codec: its brackets pair */
    size_t cut = CVE_LENGTH + 1 + sizeof CUT("1001") - 1, third = cut + 2;
    snprintf(want, sizeof want, "refused at=%zu line 2: JSON:", cut);
    CHECK(facts_say(&t, slice_str(want)));
    snprintf(want, sizeof want, "refused at=%zu", third);
    CHECK(facts_say(&t, slice_str(want)));
    snprintf(want, sizeof want, "record at=%zu len=%zu", third + 3, CVE_LENGTH);
    CHECK(facts_say(&t, slice_str(want)));
    facts_close(&t);
}

TEST(a_broken_first_line_does_not_hide_the_others)
{
    facts_text t;
    err why = {0};
    CHECK_OK(read_lines(&t, &format_cve,
                        S("\xef\xbb\xbf" CUT("1000") "\n" CVE("1001") "\n" CVE("1002")), &why));
    CHECK_EQ(t.records, 2);
    CHECK_SAYS(&t, " line 1: JSON: ends inside a string");
    facts_close(&t);
    /* a quote that is open would pair with one of the next line, and so on */
    CHECK_OK(read_lines(
        &t, &format_cve,
        S(CVE("1000") "\n{\"a\":\"x}\n" CVE("1001") "\n{\"a\":\"x}\n" CVE("1002") "\n"), &why));
    CHECK_EQ(t.records, 3);
    CHECK_EQ(t.refused, 2);
    facts_close(&t);
}

TEST(one_document_is_all_or_nothing)
{
    static const char *const all[] = {
        CUT("1000"),
        "{\n \"cveMetadata\": {\n  \"cveId\": \"CVE-2099-1000\",\n  \"state\": \"PUBLISHED\"\n "
        "},\n",
        "[\n" CVE("1000") ",\n" CVE("1001") ",\n" CUT("1002"),
        CVE("1000") "\n] is not JSON\n", /* nothing says that these are lines */
    };
    for (size_t i = 0; i < COUNT_OF(all); i++) {
        facts_text t;
        err why = {0};
        CHECK_EQ(read_lines(&t, &format_cve, slice_str(all[i]), &why), ERR_INPUT);
        CHECK_EQ(t.refused, 0);
        facts_close(&t);
    }
}

TEST(a_value_over_several_lines_stands_among_lines)
{
    facts_text t;
    err why = {0};
    CHECK_OK(read_lines(
        &t, &format_cve,
        S(CVE("1000") "\n" CVE(
            "1001") "\n{\n\"dataType\":\"CVE_RECORD\",\n"
                    "\"cveMetadata\":\n{\"cveId\":\"CVE-2099-1002\",\"state\":\"PUBLISHED\"},\n"
                    "\"containers\":{\"cna\":{}}\n} " CVE("1003") "\n" CUT("1004") "\n" CVE(
                        "1005")),
        &why));
    CHECK_EQ(t.records, 5);
    CHECK_EQ(t.refused, 1);
    CHECK_SAYS(&t, "id=CVE-2099-1002");
    CHECK_SAYS(&t, "id=CVE-2099-1003");
    CHECK_SAYS(&t, " line 9: JSON: "); /* lines are still counted right */
    facts_close(&t);
}

TEST(of_a_line_that_is_refused_nothing_is_kept)
{
    static const char stix[] =
        "{\"type\":\"bundle\",\"id\":\"bundle--5d0092c5-5f74-4287-9642-33f4c354e56d\",\"objects\":["
        "{\"type\":\"malware\",\"spec_version\":\"2.1\",\"id\":"
        "\"malware--31b940d4-6f7f-459a-80ea-9c1f17b58ab1\",\"created\":\"2099-01-01T00:00:00Z\","
        "\"modified\":\"2099-01-01T00:00:00Z\",\"name\":\"Whole\",\"is_family\":true}]}\n"
        "{\"type\":\"bundle\",\"id\":\"bundle--5d0092c5-5f74-4287-9642-33f4c354e56e\",\"objects\":["
        "{\"type\":\"malware\",\"spec_version\":\"2.1\",\"id\":"
        "\"malware--31b940d4-6f7f-459a-80ea-9c1f17b58ab2\",\"created\":\"2099-01-01T00:00:00Z\","
        "\"modified\":\"2099-01-01T00:00:00Z\",\"name\":\"Half\",\"is_family\":true},{\"type\"";
    static const char misp[] =
        "{\"Event\":{\"uuid\":\"5d0092c5-5f74-4287-9642-33f4c354e501\",\"info\":\"Whole\",\"date\":"
        "\"2099-01-01\",\"Attribute\":[{\"uuid\":\"5d0092c5-5f74-4287-9642-33f4c354e502\",\"type\":"
        "\"ip-dst\",\"category\":\"Network activity\",\"to_ids\":true,\"value\":\"192.0.2.1\"}]}}\n"
        "{\"Event\":{\"uuid\":\"5d0092c5-5f74-4287-9642-33f4c354e503\",\"info\":\"Half\",\"date\":"
        "\"2099-01-01\",\"Attribute\":[{\"uuid\":\"5d0092c5-5f74-4287-9642-33f4c354e504\",\"type\":"
        "\"ip-dst\",\"category\":\"Network activity\",\"to_ids\":true,\"value\":\"192.0.2.2\"},";
    facts_text t;
    err why = {0};
    CHECK_OK(read_lines(&t, &format_stix, slice_str(stix), &why));
    CHECK_SAYS(&t, "Whole");
    CHECK_SAYS_NOT(&t, "Half");
    CHECK_EQ(t.refused, 1);
    facts_close(&t);
    CHECK_OK(read_lines(&t, &format_misp, slice_str(misp), &why));
    CHECK_SAYS(&t, "192.0.2.1");
    CHECK_SAYS_NOT(&t, "192.0.2.2");
    CHECK_SAYS_NOT(&t, "Half");
    CHECK_EQ(t.refused, 1);
    facts_close(&t);
}

TEST(more_broken_lines_than_may_be_refuse_the_document)
{
    slice doc = S(CVE("1000") "\n" CVE("1001") "\n{\n{\n" CVE("1002"));
    facts_text t;
    err why = {0};
    for (uint32_t most = 1; most < 3; most++) {
        facts_open(&t);
        t.lines = true;
        t.limits.broken_max = most;
        CHECK_EQ(facts_read(&t, &format_cve, doc, S("x"), &why), most < 2 ? ERR_INPUT : OK);
        facts_close(&t);
    }
    facts_open(&t);
    t.lines = true;
    t.limits.broken_max = FORMAT_NONE_BROKEN;
    CHECK_EQ(facts_read(&t, &format_cve, doc, S("x"), &why), ERR_INPUT);
    facts_close(&t);
    /* codecs that are not of lines read as ever */
    CHECK_OK(read_lines(&t, &format_csv, S("ip\n192.0.2.1\n"), &why));
    facts_close(&t);
}

/* Enough lines that the window moves, in pieces of every size. */
TEST(however_the_bytes_arrive)
{
    CLEANUP(buf_done) buf doc;
    facts_text whole, pieces;
    err why = {0};
    buf_init(&doc, 4 << 20);
    for (int i = 0; i < 3000; i++)
        buf_put(&doc, i % 100 == 50 ? S(CUT("1") "\n") : S(CVE("1000") "\n"));
    CHECK_OK(read_lines(&whole, &format_cve, buf_slice(&doc), &why));
    CHECK_EQ(whole.records, 2970);
    CHECK_EQ(whole.refused, 30);
    for (size_t step = 1021; step < 70000; step = step * 3 + 1) {
        facts_open(&pieces);
        pieces.lines = true;
        pieces.chunk = step;
        CHECK_OK(facts_read(&pieces, &format_cve, buf_slice(&doc), S("x.jsonl"), &why));
        CHECK(slice_eq(buf_slice(&whole.out), buf_slice(&pieces.out)));
        facts_close(&pieces);
    }
    facts_close(&whole);
}

TEST(no_memory_is_said)
{
    slice doc = S(CVE("1000") "\n" CUT("1001") "\n" CVE("1002"));
    for (long n = 0; n < 400; n++) {
        facts_text t;
        err why = {0};
        facts_open(&t);
        t.lines = true;
        t.fail_after = n;
        status st = facts_read(&t, &format_cve, doc, S("x"), &why);
        CHECK(st == OK || st == ERR_LIMIT);
        facts_close(&t);
    }
}
