#include "format/test_facts.h"

extern const format format_attack_mapping;

#define METADATA                                                                                   \
    "\"metadata\":{\"mapping_framework\":\"kev\",\"technology_domain\":\"enterprise\","            \
    "\"attack_version\":\"16.1\",\"mapping_framework_version\":\"07/28/2025\",\"author\":null}"

static const char made_up[] =
    "{\"mapping_objects\":["
    "{\"capability_id\":\"cve-2099-1234\",\"capability_description\":\" Made-up Flaw \","
    "\"mapping_type\":\"exploitation_technique\",\"attack_object_id\":\"T1190\","
    "\"attack_object_name\":\"Exploit Public-Facing Application\",\"capability_group\":\"xxe\","
    "\"comments\":\"By a crafted document.\",\"references\":[\"https://a.example/1\",7,null,"
    "\"https://a.example/2\"],\"status\":\"complete\"},"
    "{\"capability_id\":\"CVE-2099-1234\",\"mapping_type\":\"primary_impact\","
    "\"attack_object_id\":\"t1059.001\",\"comments\":null},"
    "{\"capability_id\":\"CVE-2099-1235\",\"mapping_type\":\"non_mappable\","
    "\"attack_object_id\":null,\"status\":\"non_mappable\"},"
    "{\"capability_id\":\"AC-2\",\"mapping_type\":\"mitigates\",\"attack_object_id\":\"T1190\"},"
    "{\"capability_id\":\"GHSA-aaaa-bbbb-cccc\",\"attack_object_id\":\"T1190\"},"
    "{\"capability_id\":\"CVE-2099-1236\",\"mapping_type\":\"x\",\"attack_object_id\":\"G0007\"},"
    "{\"capability_id\":\"CVE-2099-1237\",\"attack_object_id\":\"T1190\"},"
    "7]," METADATA "}";

TEST(a_mapping_keeps_its_type)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK_OK(facts_read(&t, &format_attack_mapping, slice_str(made_up), S("x"), &why));
    CHECK_SAYS(&t, "head attack-mapping source=ctid-mapping/kev-enterprise derives= snapshot\n");
#define CVE "  vulnerability CVE-2099-1234 "
    CHECK_SAYS(&t, CVE "named name madeupflaw \"Made-up Flaw\" {\"kind\":\"title\"}");
    CHECK_SAYS(&t, CVE "mapped-to technique name:t1190 \"By a crafted document.\" "
                       "{\"group\":\"xxe\",\"mapping\":\"exploitation-technique\","
                       "\"status\":\"complete\"} <https://a.example/1> <https://a.example/2>\n");
    CHECK_SAYS(&t, "  technique name:t1190 named name t1190 \"T1190\" {\"kind\":\"id\"}");
    CHECK_SAYS(&t, "  technique name:t1190 named name exploitpublicfacingapplication");
    CHECK_SAYS(&t, CVE "mapped-to technique name:t1059001 {\"mapping\":\"primary-impact\"}\n");
    CHECK_SAYS(&t, "  technique name:t1059001 named name t1059001 \"T1059.001\"");
    CHECK_SAYS(&t, "  vulnerability CVE-2099-1235 property {\"name\":\"attack-mapping\","
                   "\"status\":\"non_mappable\",\"value\":\"non-mappable\"}");
    CHECK_SAYS(&t, "  report ctid-mapping/kev-enterprise:mappings property "
                   "{\"attack_version\":\"16.1\",\"framework_version\":\"07/28/2025\","
                   "\"name\":\"edition\"}");
    CHECK_EQ(t.records, 4); /* three mappings and the edition */
    facts_close(&t);
}

TEST(refused_with_a_place)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK_OK(facts_read(&t, &format_attack_mapping, slice_str(made_up), S("x"), &why));
    CHECK_SAYS(&t, "/mapping_objects/3: capability_id \"AC-2\" is no CVE id\n");
    CHECK_SAYS(&t, "/mapping_objects/4: capability_id \"GHSA-aaaa-bbbb-cccc\" is no CVE id\n");
    CHECK_SAYS(&t, "/mapping_objects/5: attack_object_id \"G0007\" is no technique of ATT&CK\n");
    CHECK_SAYS(&t, "/mapping_objects/6: no mapping_type");
    CHECK_SAYS(&t, "/mapping_objects/7: the mapping is no object\n");
    CHECK_EQ(t.refused, 5);
    facts_close(&t);
}

TEST(what_are_no_mappings)
{
#define ONE "{\"capability_id\":\"CVE-2099-1\"}"
    static const char *const rows[] = {
        "",
        "{}",
        "[" ONE "]",
        "{\"mapping_objects\":[" ONE "]}",
        "{\"mapping_objects\":{}," METADATA "}",
        "{\"mapping_objects\":[]," METADATA "}",
        "{\"mapping_objects\":[" ONE "]," METADATA "," METADATA "}",
        "{\"mapping_objects\":[" ONE "]," METADATA "}{\"a\":1}",
        "{\"mapping_objects\":[" ONE "],\"metadata\":7}",
        "{\"mapping_objects\":[" ONE "]," METADATA,
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        facts_text t;
        err why = {0};
        facts_open(&t);
        if (facts_read(&t, &format_attack_mapping, slice_str(rows[i]), S("x"), &why) != ERR_INPUT ||
            t.heads || !why.msg[0])
            TEST_FAIL("row %zu: %s", i, why.msg);
        facts_close(&t);
    }
}

TEST(limits)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    t.limits.record_bytes_max = 200;
    CHECK_OK(facts_read(&t, &format_attack_mapping, slice_str(made_up), S("x"), &why));
    CHECK_SAYS(&t, "/mapping_objects/0: over 200 bytes\n");
    CHECK_SAYS(&t, "mapped-to technique name:t1059001");
    t.limits.record_bytes_max = 100; /* the metadata says whose list it is */
    CHECK_EQ(facts_read(&t, &format_attack_mapping, slice_str(made_up), S("x"), &why), ERR_INPUT);
    for (int more = 0; more <= 1; more++) {
        char doc[512];
        snprintf(doc, sizeof doc,
                 "{\"metadata\":{\"mapping_framework\":\"%0*d\"},\"mapping_objects\":[7]}",
                 64 + more, 0);
        t.limits = (format_limits){0};
        CHECK_EQ(facts_read(&t, &format_attack_mapping, slice_str(doc), S("x"), &why),
                 more ? ERR_INPUT : OK);
    }
    t.limits.records_max = 3;
    CHECK_EQ(facts_read(&t, &format_attack_mapping, slice_str(made_up), S("x"), &why), ERR_LIMIT);
    t.limits.records_max = 9; /* eight mappings and the edition */
    CHECK_OK(facts_read(&t, &format_attack_mapping, slice_str(made_up), S("x"), &why));
    facts_close(&t);
}

TEST(hard_times)
{
    facts_abuse(&format_attack_mapping, slice_str(made_up), S("x"), S(""));
}

TEST(sniffing)
{
    CHECK(format_attack_mapping.sniff(slice_str(made_up), S("")) >= 95);
    CHECK_EQ(format_attack_mapping.sniff(S("{\"mapping_objects\":[{\"x\":1}]}"), S("")), 0);
    CHECK_EQ(format_attack_mapping.sniff(S("capability_id,attack_object_id\n"), S("")), 0);
}

TEST(the_real_mappings)
{
    static const struct {
        const char *path, *source;
        uint64_t records;
    } files[] = {
        {"attack/kev-mappings/kev-07.28.2025_attack-16.1-enterprise.json",
         "source=ctid-mapping/kev-enterprise ", 1184},
        {"attack/kev-mappings/kev-07.28.2025_attack-16.1-mobile.json",
         "source=ctid-mapping/kev-mobile ", 0},
    };
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        buf doc;
        facts_text t;
        err why = {0};
        if (!shared_data(files[i].path, &doc))
            continue;
        facts_open(&t);
        CHECK(format_sniff(slice_sub(buf_slice(&doc), 0, FORMAT_SNIFF_BYTES), S("x")) ==
              &format_attack_mapping);
        CHECK_OK(facts_read(&t, &format_attack_mapping, buf_slice(&doc), S("x"), &why));
        CHECK(facts_say(&t, slice_str(files[i].source)));
        CHECK_EQ(t.refused, 0);
        CHECK_EQ(t.warned, 0);
        if (files[i].records)
            CHECK_EQ(t.records, files[i].records);
        facts_close(&t);
        buf_done(&doc);
    }
}
