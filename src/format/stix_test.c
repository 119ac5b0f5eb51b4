/* Documents: their shapes, heads, limits, markings, and what is refused. Claims of each type:
 * stix_claims_test.c. */
#include "format/test_facts.h"

extern const format format_stix;

#define TIMES "\"created\":\"2020-01-01T00:00:00.000Z\",\"modified\":\"2020-01-02T00:00:00.000Z\""
#define UUID "-0000-4000-8000-000000000001"
#define TOOL(n, name)                                                                              \
    "{\"type\":\"tool\",\"spec_version\":\"2.1\",\"id\":\"tool--0000000" n UUID "\"," TIMES        \
    ",\"name\":\"" name "\"}"
#define BUNDLE "\"type\":\"bundle\",\"id\":\"bundle--00000000" UUID "\""

static void read_ok(facts_text *t, slice doc)
{
    err why = {0};
    if (facts_read(t, &format_stix, doc, S("x.json"), &why) != OK)
        TEST_FAIL("%s (at %lld)", why.msg, (long long)why.at);
}

/* --- shapes --------------------------------------------------------------------------------- */

TEST(documents_of_every_shape)
{
    static const struct {
        slice doc;
        uint64_t records;
        slice place; /* of the last record */
    } rows[] = {
        {S_INIT("{" BUNDLE ",\"objects\":[" TOOL("1", "a") "," TOOL("2", "b") "]}"), 2,
         S_INIT(" place=/objects/1 ")},
        {S_INIT("{\"objects\":[" TOOL("1", "a") "]," BUNDLE "}"), 1, S_INIT(" place=/objects/0 ")},
        {S_INIT("{\"more\":false,\"objects\":[" TOOL("1", "a") "]}"), 1,
         S_INIT(" place=/objects/0 ")},
        {S_INIT("\xef\xbb\xbf " TOOL("1", "a")), 1, S_INIT(" at=4 len=172 line=0 place= ")},
        {S_INIT(TOOL("1", "a") "\n" TOOL("2", "b") "\r\n" TOOL("3", "c") "\n"), 3,
         S_INIT(" at=347 ")},
        {S_INIT("[" TOOL("1", "a") "," TOOL("2", "b") "]"), 2, S_INIT(" place=/1 ")},
        {S_INIT("[{" BUNDLE ",\"objects\":[" TOOL("1", "a") "]}]"), 1,
         S_INIT(" place=/0/objects/0 ")},
        {S_INIT("{" BUNDLE ",\"objects\":[" TOOL("1", "a") "]}\n{" BUNDLE
                                                           ",\"objects\":[" TOOL("2", "b") "]}"),
         2, S_INIT(" place=/objects/0 ")},
        {S_INIT(TOOL("1", "a") "\n{" BUNDLE ",\"objects\":[" TOOL("2", "b") "]}"), 2,
         S_INIT(" place=/objects/0 ")},
        {S_INIT("{" BUNDLE "}"), 0, S_INIT("head stix-2.1")},
        {S_INIT("{" BUNDLE ",\"objects\":[]}"), 0, S_INIT("head stix-2.1")},
        {S_INIT("[]"), 0, S_INIT("head stix-2.1")},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        facts_text t;
        facts_open(&t);
        read_ok(&t, rows[i].doc);
        CHECK_EQ(t.records, rows[i].records);
        CHECK_EQ(t.refused, 0);
        if (!facts_say(&t, rows[i].place))
            TEST_FAIL("row %zu: no \"%.*s\" in\n%.*s", i, SLICE_FMT(rows[i].place),
                      SLICE_FMT(buf_slice(&t.out)));
        facts_close(&t);
    }
}

TEST(the_order_of_keys_does_not_matter)
{
    facts_text one, two;
    facts_open(&one);
    facts_open(&two);
    read_ok(&one,
            S("{\"type\":\"bundle\",\"objects\":[{\"type\":\"tool\",\"id\":\"tool--00000001" UUID
              "\"," TIMES ",\"name\":\"caf\\u00e9\",\"x\":1.50}],\"spec_version\":\"2.0\"}"));
    read_ok(&two,
            S("{\"spec_version\":\"2.0\",\"objects\":[{\"x\":15e-1,\"name\":\"caf\xc3\xa9\"," TIMES
              ",\"\\u0069d\":\"tool--00000001" UUID "\",\"typ\\u0065\":\"tool\"}],\"type\":"
              "\"bundle\"}"));
    CHECK_SAYS(&one, "head stix-2.0");
    CHECK_EQ(one.records, 1);
    size_t a = slice_find(buf_slice(&one.out), S(" content="), 0);
    size_t b = slice_find(buf_slice(&two.out), S(" content="), 0);
    REQUIRE(a != SIZE_MAX && b != SIZE_MAX);
    CHECK_SLICE(slice_from(buf_slice(&one.out), a), slice_from(buf_slice(&two.out), b));
    facts_close(&one);
    facts_close(&two);
}

/* --- the head ------------------------------------------------------------------------------- */

#define IDENTITY(n, name)                                                                          \
    "{\"type\":\"identity\",\"spec_version\":\"2.1\",\"id\":\"identity--0000000" n UUID            \
    "\"," TIMES ",\"name\":\"" name "\"}"
#define MADE(n, by)                                                                                \
    "{\"type\":\"tool\",\"spec_version\":\"2.1\",\"id\":\"tool--0000000" n UUID "\"," TIMES        \
    ",\"name\":\"t\",\"created_by_ref\":\"identity--0000000" by UUID "\"}"

TEST(the_source_is_the_creator_of_most_objects_that_has_a_name)
{
    static const struct {
        slice objects;
        const char *source;
    } rows[] = {
        {S_INIT(MADE("1", "1") "," MADE("2", "2") "," MADE("3", "2") "," IDENTITY(
             "1", "One") "," IDENTITY("2", "Two")),
         "source=Two derives"},
        {S_INIT(MADE("1", "1") "," MADE("2", "2") "," MADE("3", "2") "," IDENTITY("1", "One")),
         "source=One derives"},
        {S_INIT(MADE("1", "2") "," MADE("2", "1") "," IDENTITY("2", "B") "," IDENTITY("1", "A")),
         "source=A derives"},
        {S_INIT(IDENTITY("1", "One")), "source= derives"},
        {S_INIT(MADE("1", "1")), "source= derives"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        facts_text t;
        char doc[4096];
        facts_open(&t);
        int n = snprintf(doc, sizeof doc, "{" BUNDLE ",\"objects\":[%.*s]}",
                         SLICE_FMT(rows[i].objects));
        read_ok(&t, slice_of(doc, (size_t)n));
        if (!facts_say(&t, slice_str(rows[i].source)))
            TEST_FAIL("row %zu: no %s in %.*s", i, rows[i].source, SLICE_FMT(buf_slice(&t.out)));
        facts_close(&t);
    }
}

/* --- refusals ------------------------------------------------------------------------------- */

#define HEAD(type, n)                                                                              \
    "\"type\":\"" type "\",\"spec_version\":\"2.1\",\"id\":\"" type "--0000000" n UUID "\""
#define SDO(type) "{" HEAD(type, "1") "," TIMES

TEST(what_is_refused_says_why)
{
    static const struct {
        slice object;
        const char *why;
    } rows[] = {
        {S_INIT("5"), "no object"},
        {S_INIT("{}"), "type is missing"},
        {S_INIT("{" BUNDLE ",\"objects\":[{" BUNDLE "}]}"), "a bundle inside a bundle"},
        {S_INIT("{\"type\":\"tool\"}"), "id is missing"},
        {S_INIT("{\"type\":\"tool\",\"id\":\"tool--1\"}"), "\"tool--1\" is no id"},
        {S_INIT("{" HEAD("tool", "1") "}"), "name is missing"},
        {S_INIT("{\"type\":\"tool\",\"id\":\"malware--00000001" UUID "\"," TIMES
                ",\"name\":\"a\"}"),
         "another type"},
        {S_INIT("{" HEAD("tool", "1") ",\"name\":\"a\"}"), "created is missing"},
        {S_INIT("{" HEAD("tool", "1") ",\"name\":\"a\",\"created\":\"2020-01-01T00:00:00Z\"}"),
         "modified is missing"},
        {S_INIT("{\"type\":\"tool\",\"spec_version\":\"3.0\",\"id\":\"tool--00000001" UUID "\"}"),
         "neither 2.0 nor 2.1"},
        {S_INIT(SDO("tool") ",\"name\":5}"), "name is no text"},
        {S_INIT(SDO("tool") ",\"name\":null}"), "name is null"},
        {S_INIT(SDO("tool") ",\"name\":\"a\",\"aliases\":[]}"), "aliases is an empty list"},
        {S_INIT(SDO("tool") ",\"name\":\"a\",\"anything\":{}}"), "anything is an empty dictionary"},
        {S_INIT(SDO("tool") ",\"name\":\"a\",\"aliases\":[1]}"), "aliases is no list of texts"},
        {S_INIT(SDO("tool") ",\"name\":\"a\",\"revoked\":\"true\"}"), "revoked is no boolean"},
        {S_INIT(SDO("tool") ",\"name\":\"a\",\"confidence\":101}"), "confidence is not in 0..100"},
        {S_INIT(SDO("tool") ",\"name\":\"a\",\"confidence\":1.5}"),
         "confidence is no whole number"},
        {S_INIT(SDO("tool") ",\"name\":\"a\",\"created_by_ref\":\"x\"}"),
         "created_by_ref is no id"},
        {S_INIT(SDO("tool") ",\"name\":\"a\",\"object_marking_refs\":[\"tool--00000001" UUID
                            "\"]}"),
         "object_marking_refs is a reference to a wrong type"},
        {S_INIT(SDO("tool") ",\"name\":\"a\",\"external_references\":[{\"source_name\":\"x\"}]}"),
         "needs description, url or external_id"},
        {S_INIT(SDO("tool") ",\"name\":\"a\",\"kill_chain_phases\":[{\"phase_name\":\"x\"}]}"),
         "needs kill_chain_name"},
        {S_INIT(SDO("tool") ",\"name\":\"a\",\"granular_markings\":[{\"selectors\":[\"name\"]}]}"),
         "one of marking_ref and lang"},
        {S_INIT(
             SDO("tool") ",\"name\":\"a\",\"granular_markings\":[{\"lang\":\"de\",\"selectors\":["
                         "\"[0]\"]}]}"),
         "selects nothing"},
        {S_INIT("{" HEAD("tool", "1") ",\"name\":\"a\",\"created\":\"2020-02-30T00:00:00Z\","
                                      "\"modified\":\"2020-03-01T00:00:00Z\"}"),
         "created is no time"},
        {S_INIT("{" HEAD("tool", "1") ",\"name\":\"a\",\"created\":\"2020-01-01T00:00:00+00:00\","
                                      "\"modified\":\"2020-03-01T00:00:00Z\"}"),
         "created is no time"},
        {S_INIT(
             SDO("indicator") ",\"pattern\":\"[a:b=1]\",\"pattern_type\":\"stix\",\"valid_from\":"
                              "\"2020-01-01T00:00:00Z\",\"valid_until\":\"2020-01-01T00:00:00Z\"}"),
         "valid_until is not after valid_from"},
        {S_INIT(SDO("indicator") ",\"pattern\":\"[a:b=]\",\"pattern_type\":\"stix\",\"valid_from\":"
                                 "\"2020-01-01T00:00:00Z\"}"),
         "pattern 1:5: found ]"},
        {S_INIT(SDO("malware") ",\"is_family\":true}"), "a malware family needs a name"},
        {S_INIT(SDO("location") ",\"name\":\"x\"}"), "needs region, country"},
        {S_INIT(SDO("location") ",\"country\":\"us\",\"latitude\":1}"), "stand together"},
        {S_INIT(SDO("malware-analysis") ",\"product\":\"x\"}"), "needs result"},
        {S_INIT(
             SDO("observed-data") ",\"first_observed\":\"2020-01-01T00:00:00Z\",\"last_observed\":"
                                  "\"2020-01-01T00:00:00Z\",\"number_observed\":0,\"object_refs\":["
                                  "\"url--00000001" UUID "\"]}"),
         "number_observed is not in 1..999999999"},
        {S_INIT(
             SDO("observed-data") ",\"first_observed\":\"2020-01-01T00:00:00Z\",\"last_observed\":"
                                  "\"2020-01-01T00:00:00Z\",\"number_observed\":1}"),
         "one of objects and object_refs"},
        {S_INIT(SDO(
             "relationship") ",\"relationship_type\":\"Uses\",\"source_ref\":\"tool--00000001" UUID
                             "\",\"target_ref\":\"tool--00000001" UUID "\"}"),
         "lower-case letters"},
        {S_INIT(SDO("relationship") ",\"relationship_type\":\"uses\",\"source_ref\":\"bundle--"
                                    "00000001" UUID "\",\"target_ref\":\"tool--00000001" UUID
                                    "\"}"),
         "between things that have none"},
        {S_INIT(SDO("sighting") ",\"sighting_of_ref\":\"relationship--00000001" UUID "\"}"),
         "no domain object"},
        {S_INIT("{" HEAD("marking-definition", "1") ",\"created\":\"2020-01-01T00:00:00Z\"}"),
         "needs definition_type"},
        {S_INIT("{" HEAD("marking-definition", "1") ",\"created\":\"2020-01-01T00:00:00Z\","
                                                    "\"definition_type\":\"tlp\",\"definition\":{"
                                                    "\"tlp\":\"green\"}}"),
         "no TLP marking of the standard"},
        {S_INIT("{" HEAD("file", "1") "}"), "needs hashes or a name"},
        {S_INIT("{" HEAD("file", "1") ",\"hashes\":{\"MD5\":5}}"), "a hash that is no text"},
        {S_INIT("{" HEAD("artifact", "1") ",\"url\":\"x\",\"payload_bin\":\"AAAA\"}"),
         "one of payload_bin"},
        {S_INIT("{" HEAD("network-traffic", "1") ",\"protocols\":[\"tcp\"]}"),
         "src_ref or dst_ref"},
        {S_INIT("{" HEAD("process", "1") "}"), "nothing is said"},
        {S_INIT("{" HEAD("software", "1") ",\"name\":\"x\",\"cpe\":\"x\"}"), "no CPE 2.3"},
        {S_INIT(SDO("language-content") ",\"object_ref\":\"tool--00000001" UUID
                                        "\",\"contents\":{\"d e\":{\"name\":\"x\"}}}"),
         "no language"},
        {S_INIT(SDO("tool") ",\"name\":\"a\",\"extensions\":{\"x\":{\"extension_type\":\"y\"}}}"),
         "extension_type that does not exist"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        facts_text t;
        char doc[4096];
        facts_open(&t);
        int n =
            snprintf(doc, sizeof doc, "[%.*s," TOOL("9", "last") "]", SLICE_FMT(rows[i].object));
        read_ok(&t, slice_of(doc, (size_t)n));
        if (t.records != 1 || t.refused != 1 || !facts_say(&t, slice_str(rows[i].why)) ||
            !facts_say(&t, S("place=/1")))
            TEST_FAIL("row %zu: want \"%s\":\n%.*s", i, rows[i].why, SLICE_FMT(buf_slice(&t.out)));
        facts_close(&t);
    }
}

TEST(real_data_is_taken_where_it_harms_nobody)
{
    static const slice rows[] = {
        S_INIT(
            SDO("tool") ",\"name\":\"a\",\"description\":\"\",\"x_mitre_data_source_ref\":\"\"}"),
        S_INIT(
            SDO("tool") ",\"name\":\"a\",\"x_empty\":[],\"x_null\":null,\"x_mitre_platforms\":5}"),
        S_INIT(SDO("tool") ",\"name\":\"a\",\"something\":{\"of\":\"its own\"}}"),
        S_INIT("{" HEAD("tool", "1") ",\"name\":\"a\",\"created\":\"2020-01-01T00:00:00Z\","
                                     "\"modified\":\"2020-01-01T00:00:00.123456Z\"}"),
        S_INIT("{" HEAD("x-thing", "1") "}"),
        S_INIT("{\"type\":\"url\",\"id\":\"url--00000001" UUID
               "\",\"value\":\"http://a.example/\"}"),
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        facts_text t;
        facts_open(&t);
        read_ok(&t, rows[i]);
        if (t.records != 1)
            TEST_FAIL("row %zu: %.*s", i, SLICE_FMT(buf_slice(&t.out)));
        facts_close(&t);
    }
}

TEST(modified_before_created_harms_no_claim)
{
    facts_text t;
    facts_open(&t);
    read_ok(&t, S("{" HEAD("tool", "1") ",\"name\":\"a\",\"created\":\"2020-01-01T00:00:00.0005Z\","
                                        "\"modified\":\"2020-01-01T00:00:00.000Z\"}"));
    CHECK_EQ(t.records, 1);
    CHECK_EQ(t.warned, 1);
    CHECK_SAYS(&t, "modified is not at or after created");
    facts_close(&t);
}

TEST(whole_numbers_may_have_a_fraction_of_nothing)
{
    facts_text t;
    facts_open(&t);
    read_ok(&t, S("[" SDO("tool") ",\"name\":\"a\",\"confidence\":850e-1},"
                                  "{" HEAD("tool", "2") "," TIMES
                                                        ",\"name\":\"b\",\"confidence\":85.5}]"));
    CHECK_EQ(t.records, 1);
    CHECK_EQ(t.refused, 1);
    CHECK_SAYS(&t, "confidence is no whole number");
    facts_close(&t);
}

TEST(what_is_no_json_refuses_the_document_with_its_offset)
{
    static const struct {
        slice doc;
        uint64_t at;
    } rows[] = {
        {S_INIT(""), 0},
        {S_INIT("{" BUNDLE ",\"objects\":[" TOOL("1", "a")), 252},
        {S_INIT("{" BUNDLE ",\"objects\":[{\"a\":tru}]}"), 85},
        {S_INIT("[" TOOL("1", "a") ",{\"a\":1,\"a\":2}]"), 181},
        {S_INIT("[{\"type\":\"x\xff\"}]"), 11},
        {S_INIT("[{" BUNDLE ",\"objects\":[{\"a\":tru}]}]"), 86},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        facts_text t;
        err why = {0};
        facts_open(&t);
        CHECK_EQ(facts_read(&t, &format_stix, rows[i].doc, S(""), &why), ERR_INPUT);
        if (why.at != rows[i].at)
            TEST_FAIL("row %zu: at %lld, want %lld: %s", i, (long long)why.at,
                      (long long)rows[i].at, why.msg);
        facts_close(&t);
    }
}

/* --- limits --------------------------------------------------------------------------------- */

TEST(one_object_has_a_maximum_and_the_rest_goes_on)
{
    static const slice doc =
        S_INIT("{" BUNDLE ",\"objects\":[" TOOL("1", "ab") "," TOOL("2", "a") "]}");
    facts_text t;
    facts_open(&t);
    t.limits.record_bytes_max = 172; /* the second's length */
    read_ok(&t, doc);
    CHECK_EQ(t.records, 1);
    CHECK_SAYS(&t, "refused at=80 /objects/0: over 172 bytes");
    t.limits.record_bytes_max = 173;
    read_ok(&t, doc);
    CHECK_EQ(t.records, 2);
    facts_close(&t);
}

TEST(depth_and_number_of_objects_have_a_maximum)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    t.limits.depth_max = 3;
    read_ok(&t, S("[" SDO("tool") ",\"name\":\"a\",\"x_a\":[[1]]}," SDO(
                    "tool") ",\"name\":\"b\",\"x_a\":[1]}]"));
    CHECK_EQ(t.records, 2);
    read_ok(&t, S("[" SDO("tool") ",\"name\":\"a\",\"x_a\":[[[1]]]}," TOOL("2", "b") "]"));
    CHECK_EQ(t.records, 1);
    CHECK_SAYS(&t, "/0: JSON: deeper than 3");
    t.limits = (format_limits){.records_max = 2};
    read_ok(&t, S("[" TOOL("1", "a") "," TOOL("2", "b") "]"));
    CHECK_EQ(facts_read(&t, &format_stix,
                        S("[" TOOL("1", "a") "," TOOL("2", "b") "," TOOL("3", "c") "]"), S(""),
                        &why),
             ERR_LIMIT);
    CHECK_EQ(why.at, 347);
    facts_close(&t);
}

TEST(an_object_that_does_not_fit_the_memory_is_refused_alone)
{
    facts_text t;
    CLEANUP(buf_done) buf doc;
    facts_open(&t);
    buf_init(&doc, 4 << 20);
    buf_put(&doc, S("[" SDO("tool") ",\"name\":\"a\",\"x_list\":[0"));
    for (int i = 0; i < 200000; i++)
        buf_put(&doc, S(",0"));
    buf_put(&doc, S("]}," TOOL("2", "b") "]"));
    t.budget = 2 << 20; /* the list alone takes more */
    read_ok(&t, buf_slice(&doc));
    CHECK_EQ(t.records, 1);
    CHECK_EQ(t.refused, 1);
    CHECK_SAYS(&t, "memory budget");
    facts_close(&t);
}

TEST(warnings_have_a_maximum)
{
    facts_text t;
    CLEANUP(buf_done) buf doc;
    facts_open(&t);
    buf_init(&doc, 4 << 20);
    buf_put(&doc, S("[" TOOL("1", "a")));
    for (int i = 0; i < 1100; i++) {
        buf_printf(&doc, ",{\"type\":\"url\",\"id\":\"url--%08d" UUID "\",\"value\":\"no url\"}",
                   i);
    }
    buf_byte(&doc, ']');
    read_ok(&t, buf_slice(&doc));
    CHECK_EQ(t.records, 1101);
    CHECK_EQ(t.warned, 1001);
    CHECK_SAYS(&t, "100 more warnings");
    facts_close(&t);
}

/* --- two versions of one id ----------------------------------------------------------------- */

TEST(two_objects_with_one_id_and_time_are_both_kept)
{
    facts_text t;
    facts_open(&t);
    read_ok(&t, S("[" TOOL("1", "a") "," TOOL("1", "b") "," TOOL("1", "a") "]"));
    CHECK_EQ(t.records, 3);
    CHECK_EQ(t.warned, 1);
    CHECK_SAYS(&t, "warn /1: tool--00000001" UUID ": another object with this id");
    CHECK_SAYS(&t, "named name b \"b\"");
    facts_close(&t);
}

/* --- markings ------------------------------------------------------------------------------- */

#define TLP1 "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da"
#define TLP2 "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"
#define RED2 "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
#define MARK(n) "marking-definition--0000000" n UUID
#define DEFINITION(n, more)                                                                        \
    "{\"type\":\"marking-definition\",\"spec_version\":\"2.1\",\"id\":\"" MARK(                    \
        n) "\",\"created\":\"2020-01-01T00:00:00.000Z\"," more "}"
#define MARKED(refs) SDO("tool") ",\"name\":\"a\",\"object_marking_refs\":[" refs "]}"

TEST(markings_restrict)
{
    static const struct {
        slice objects;
        const char *want; /* behind the claim's own text */
    } rows[] = {
        {S_INIT(TOOL("1", "a")), "{\"kind\":\"primary\"}\n"},
        {S_INIT(MARKED("\"" TLP1 "\"")), "{\"kind\":\"primary\"} tlp=green\n"},
        {S_INIT(MARKED("\"" TLP2 "\"")), "{\"kind\":\"primary\"} tlp=amber+strict\n"},
        {S_INIT(MARKED("\"" RED2 "\",\"" TLP1 "\"")), "{\"kind\":\"primary\"} tlp=red\n"},
        /* nobody defines it */
        {S_INIT(MARKED("\"" MARK("1") "\"")), "{\"kind\":\"primary\"} tlp=red\n"},
        /* a statement restricts nothing; the definition may stand behind */
        {S_INIT(MARKED("\"" MARK("1") "\"") "," DEFINITION(
             "1", "\"definition_type\":\"statement\",\"definition\":{\"statement\":\"x\"}")),
         "{\"kind\":\"primary\"}\n"},
        {S_INIT(MARKED("\"marking-definition--fa42a846-8d90-4e51-bc29-71d5b4802168\"")),
         "{\"kind\":\"primary\"}\n"},
        /* a name that is a level, as platforms write it */
        {S_INIT(MARKED("\"" MARK("1") "\"") "," DEFINITION(
             "1", "\"name\":\"TLP:AMBER+STRICT\",\"definition_type\":\"statement\",\"definition\":{"
                  "\"statement\":\"custom\"}")),
         "{\"kind\":\"primary\"} tlp=amber+strict\n"},
        /* a definition that cannot be read */
        {S_INIT(MARKED("\"" MARK("1") "\"") "," DEFINITION(
             "1", "\"definition_type\":\"iep\",\"definition\":{\"x\":\"y\"}")),
         "{\"kind\":\"primary\"} tlp=red\n"},
        /* a home-made TLP definition is refused, so the marking is unknown */
        {S_INIT(MARKED("\"" MARK("1") "\"") "," DEFINITION(
             "1", "\"definition_type\":\"tlp\",\"definition\":{\"tlp\":\"white\"}")),
         "{\"kind\":\"primary\"} tlp=red\n"},
        {S_INIT(MARKED("\"" MARK("1") "\"") "," DEFINITION(
             "1", "\"extensions\":{\"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d\":{"
                  "\"extension_type\":\"property-extension\",\"tlp_2_0\":\"amber\"}}")),
         "{\"kind\":\"primary\"} tlp=amber\n"},
        /* the standard's own id means what the standard says, whatever the document claims */
        {S_INIT(MARKED("\"" RED2 "\"") ",{\"type\":\"marking-definition\",\"spec_version\":\"2.1\","
                                       "\"id\":\"" RED2
                                       "\",\"created\":\"2022-10-01T00:00:00.000Z\","
                                       "\"definition_type\":\"statement\",\"definition\":{"
                                       "\"statement\":\"x\"}}"),
         "{\"kind\":\"primary\"} tlp=red\n"},
        {S_INIT(SDO("tool") ",\"name\":\"a\",\"labels\":[\"tlp:amber\"]}"),
         "{\"kind\":\"primary\"} tlp=amber\n"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        facts_text t;
        char doc[4096];
        facts_open(&t);
        int n = snprintf(doc, sizeof doc, "[%.*s]", SLICE_FMT(rows[i].objects));
        read_ok(&t, slice_of(doc, (size_t)n));
        if (!facts_say(&t, slice_str(rows[i].want)))
            TEST_FAIL("row %zu: no %s in\n%.*s", i, rows[i].want, SLICE_FMT(buf_slice(&t.out)));
        facts_close(&t);
    }
}

#define GRANULAR(ref, selectors) "{\"marking_ref\":\"" ref "\",\"selectors\":[" selectors "]}"

TEST(granular_markings_hold_for_what_is_made_of_their_property)
{
    facts_text t;
    facts_open(&t);
    read_ok(&t,
            S("[" SDO(
                "intrusion-set") ",\"name\":\"N\",\"description\":\"D\",\"aliases\":[\"A\",\"B\"],"
                                 "\"goals\":[\"G\"],\"resource_level\":\"team\",\"object_marking_"
                                 "refs\":[\"" TLP2 "\"],"
                                 "\"granular_markings\":[" GRANULAR(
                                     RED2,
                                     "\"aliases.[1]\","
                                     "\"goals\"") "," GRANULAR(TLP1,
                                                               "\"name\"") ",{\"lang\":\"en\","
                                                                           "\"selectors\":["
                                                                           "\"description\"]}]}]"));
    CHECK_SAYS(&t, "named name n \"N\" {\"kind\":\"primary\"} tlp=green\n");
    CHECK_SAYS(&t, "named name a \"A\" {\"kind\":\"alias\"} tlp=amber+strict\n");
    CHECK_SAYS(&t, "named name b \"B\" {\"kind\":\"alias\"} tlp=red\n");
    CHECK_SAYS(&t, "described \"D\" tlp=amber+strict\n");
    CHECK_SAYS(&t, "property {\"goals\":[\"G\"]} tlp=red\n");
    CHECK_SAYS(&t, "property {\"resource_level\":\"team\"} tlp=amber+strict\n");
    CHECK_EQ(t.warned, 0);
    /* a relation whose words are marked apart is told twice: without them, and with */
    read_ok(&t,
            S("[" SDO("relationship") ",\"relationship_type\":\"uses\",\"source_ref\":\"campaign--"
                                      "00000001" UUID "\",\"target_ref\":\"tool--00000001" UUID
                                      "\",\"description\":\"D\",\"granular_markings\":[" GRANULAR(
                                          RED2, "\"description\"") "]}]"));
    CHECK_SAYS(&t,
               "uses tool tool--00000001" UUID " {\"id\":\"relationship--00000001" UUID "\"}\n");
    CHECK_SAYS(&t, "\"D\" {\"id\":\"relationship--00000001" UUID "\"} tlp=red\n");
    /* a selector that selects nothing: better too much than too little */
    read_ok(&t, S("[" SDO("tool") ",\"name\":\"N\",\"granular_markings\":[" GRANULAR(
                    RED2, "\"naem\"") "]}]"));
    CHECK_SAYS(&t, "named name n \"N\" {\"kind\":\"primary\"} tlp=red\n");
    CHECK_EQ(t.warned, 1);
    facts_close(&t);
}

TEST(selectors_have_a_maximum_and_then_the_marking_holds_for_all)
{
    for (int n = 128; n <= 129; n++) {
        facts_text t;
        CLEANUP(buf_done) buf doc;
        facts_open(&t);
        buf_init(&doc, 1 << 16);
        buf_put(&doc, S(SDO("tool") ",\"name\":\"N\",\"aliases\":[\"A\"],\"granular_markings\":[{"
                                    "\"marking_ref\":\"" RED2 "\",\"selectors\":["));
        for (int i = 0; i < n; i++)
            buf_put(&doc, i ? S(",\"aliases\"") : S("\"aliases\""));
        buf_put(&doc, S("]}]}"));
        read_ok(&t, buf_slice(&doc));
        CHECK_SAYS(&t, "named name a \"A\" {\"kind\":\"alias\"} tlp=red\n");
        CHECK_EQ(facts_say(&t, S("\"N\" {\"kind\":\"primary\"} tlp=red\n")), n > 128);
        facts_close(&t);
    }
}

/* --- recognition ---------------------------------------------------------------------------- */

TEST(stix_is_recognised)
{
    static const struct {
        slice head;
        bool want;
    } rows[] = {
        {S_INIT("{" BUNDLE ",\"objects\":[]}"), true},
        {S_INIT("{\"objects\":[" TOOL("1", "a")), true},
        {S_INIT("\xef\xbb\xbf\n" TOOL("1", "a")), true},
        {S_INIT("[" TOOL("1", "a")), true},
        {S_INIT("{\"uuid\":\"00000001" UUID "\",\"type\":\"tool\",\"id\":\"5\"}"), false},
        {S_INIT("{\"id\":\"tool--00000001" UUID "\",\"type\":\"galaxy\"}"), false},
        {S_INIT("id,type\ntool--00000001" UUID ",tool\n"), false},
        {S_INIT(""), false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const format *f = format_sniff(rows[i].head, S("x.json"));
        if ((f == &format_stix) != rows[i].want)
            TEST_FAIL("row %zu: %s", i, f ? f->name : "nothing");
    }
    CHECK(format_named(S("stix")) == &format_stix);
}

/* --- hard times ----------------------------------------------------------------------------- */

TEST(cut_flipped_and_without_memory)
{
    facts_abuse(
        &format_stix,
        S("{" BUNDLE ",\"objects\":[" IDENTITY("1", "Caf\\u00e9") ",{" HEAD(
            "file", "1") ",\"hashes\":{\"MD5\":\"d41d8cd98f00b204e9800998ecf8427e\"},\"name\":"
                         "\"a\"}," SDO("indicator") ",\"created_by_ref\":\"identity--00000001" UUID
                                                    "\",\"pattern\":\"[url:value="
                                                    "'http://a.example/' OR file:name='\\\\\\\\'] "
                                                    "AND [a:b=1]\",\"pattern_type\":\"stix\","
                                                    "\"valid_from\":\"2020-01-01T00:00:00Z\","
                                                    "\"granular_markings\":[" GRANULAR(
                                                        TLP1, "\"pattern\"") "],\"external_"
                                                                             "references\":[{"
                                                                             "\"source_name\":"
                                                                             "\"s\",\"url\":\"u\"}]"
                                                                             "}," SDO("observed-"
                                                                                      "data") ",\"f"
                                                                                              "irst"
                                                                                              "_obs"
                                                                                              "erve"
                                                                                              "d\":"
                                                                                              "\"20"
                                                                                              "20-"
                                                                                              "01-"
                                                                                              "01T0"
                                                                                              "0:"
                                                                                              "00:"
                                                                                              "00Z"
                                                                                              "\","
                                                                                              "\"la"
                                                                                              "st_"
                                                                                              "obse"
                                                                                              "rved"
                                                                                              "\":"
                                                                                              "\"20"
                                                                                              "20-"
                                                                                              "01-"
                                                                                              "01T0"
                                                                                              "0:"
                                                                                              "00:"
                                                                                              "00Z"
                                                                                              "\","
                                                                                              "\"nu"
                                                                                              "mber"
                                                                                              "_obs"
                                                                                              "erve"
                                                                                              "d\":"
                                                                                              "1,"
                                                                                              "\"ob"
                                                                                              "ject"
                                                                                              "s\":"
                                                                                              "{\"0"
                                                                                              "\":{"
                                                                                              "\"ty"
                                                                                              "pe\""
                                                                                              ":"
                                                                                              "\"ne"
                                                                                              "twor"
                                                                                              "k-"
                                                                                              "traf"
                                                                                              "fic"
                                                                                              "\","
                                                                                              "\"pr"
                                                                                              "otoc"
                                                                                              "ols"
                                                                                              "\":["
                                                                                              "\"tc"
                                                                                              "p\"]"
                                                                                              ",\"d"
                                                                                              "st_"
                                                                                              "ref"
                                                                                              "\":"
                                                                                              "\"1"
                                                                                              "\","
                                                                                              "\"sr"
                                                                                              "c_"
                                                                                              "ref"
                                                                                              "\":"
                                                                                              "\"1"
                                                                                              "\"},"
                                                                                              "\"1"
                                                                                              "\":{"
                                                                                              "\"ty"
                                                                                              "pe\""
                                                                                              ":\"i"
                                                                                              "pv4-"
                                                                                              "addr"
                                                                                              "\","
                                                                                              "\"va"
                                                                                              "lue"
                                                                                              "\":"
                                                                                              "\"19"
                                                                                              "2.0."
                                                                                              "2."
                                                                                              "1\"}"
                                                                                              "}}"
                                                                                              "]}"),
        S("x.json"), S(""));
}
