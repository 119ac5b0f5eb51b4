#include "format/test_facts.h"

extern const format format_misp_galaxy;

#define UUID_A "11111111-2222-4333-8444-555555555555"
#define UUID_B "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
#define UUID_C "00000000-0000-4000-8000-000000000001"

static const char actors[] =
    "{\"values\":[{\"value\":\"Paper Tiger\",\"uuid\":\"" UUID_A
    "\",\"description\":\" Made up. \","
    "\"meta\":{\"synonyms\":[\"PaperTiger\",\"APT-0\",\"G9999\",\"Paper Tiger\",\"\"],"
    "\"name-attribution\":[\"APT-0:" UUID_C "\",\"broken\"],\"origin:PaperTiger\":[\"A vendor\"],"
    "\"country\":\"CN\",\"attribution-confidence\":\"50\","
    "\"cfr-suspected-state-sponsor\":[\"Unknown\",\"Russian Federation\",\"Nowhere\"],"
    "\"cfr-suspected-victims\":[\"Japan\",\"the Middle East\",\"Example Corp\",\"JP\"],"
    "\"cfr-target-category\":[\"Government\"],\"cfr-type-of-incident\":\"Espionage\","
    "\"since\":2017,\"refs\":[\"https://example.com/report\",\"\"]},"
    "\"related\":[{\"dest-uuid\":\"" UUID_B "\",\"type\":\"similar\",\"tags\":[\"tlp:white\","
    "\"estimative-language:likelihood-probability=\\\"likely\\\"\"]},"
    "{\"dest-uuid\":\"" UUID_C "\",\"type\":\"uses\"},{\"dest-uuid\":\"" UUID_B
    "\",\"type\":\"used-by \"},{\"dest-uuid\":\"" UUID_C "\",\"type\":\"envies\"},"
    "{\"dest-uuid\":\"\",\"type\":\"uses\"}]},"
    "{\"value\":\"Second\",\"uuid\":\"" UUID_B "\",\"revoked\":true},{\"value\":\"No Id\"},"
    "{\"value\":\" \"},{\"value\":\"Bad Id\",\"uuid\":\"12\"},17],"
    "\"name\":\"Threat Actor\",\"type\":\"threat-actor\",\"uuid\":\"" UUID_C "\"}";

TEST(vulnerabilities_in_its_words_and_in_what_it_cites)
{
    static const char doc[] =
        "{\"type\":\"threat-actor\",\"values\":[{\"value\":\"Tiger\",\"uuid\":\"" UUID_A
        "\",\"description\":\"They exploited CVE-2099-1111. Spread by:\\r\\n- CVE-2099-2222\","
        "\"meta\":{\"refs\":[\"https://e.example/cve-2099-3333-cve-2099-1111/\"]}}]}";
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK_OK(facts_read(&t, &format_misp_galaxy, slice_str(doc), S("x.json"), &why));
#define TIGER "  actor threat-actor--" UUID_A
    CHECK_SAYS(&t, TIGER " exploits vulnerability CVE-2099-1111 \"They exploited CVE-2099-1111\" "
                         "{\"basis\":\"text\"}");
    CHECK_SAYS(&t, TIGER " refers-to vulnerability CVE-2099-2222 \"- CVE-2099-2222\" "
                         "{\"basis\":\"text\"}");
    CHECK_SAYS(&t, TIGER " refers-to vulnerability CVE-2099-3333 "
                         "\"https://e.example/cve-2099-3333-cve-2099-1111/\" "
                         "{\"basis\":\"reference\"}");
    CHECK_SAYS_NOT(&t, "refers-to vulnerability CVE-2099-1111");
    facts_close(&t);
}

TEST(a_value_becomes_claims)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK_OK(facts_read(&t, &format_misp_galaxy, slice_str(actors), S("x.json"), &why));
    CHECK_SAYS(&t, "head misp-galaxy source=misp-galaxy/threat-actor derives= snapshot\n");
    CHECK_SAYS(&t, " place=/values/0 id=" UUID_A " content=");
#define SELF "  actor threat-actor--" UUID_A
#define ORIGIN " <https://example.com/report>\n"
    CHECK_SAYS(&t, SELF " named name papertiger \"Paper Tiger\" {\"kind\":\"primary\"}" ORIGIN);
    CHECK_SAYS(&t, SELF " named name papertiger \"PaperTiger\" "
                        "{\"kind\":\"vendor\",\"vendors\":[\"A vendor\"]}" ORIGIN);
    CHECK_SAYS(&t, SELF
               " named name apt0 \"APT-0\" {\"kind\":\"vendor\",\"vendors\":[\"identity--" UUID_C
               "\"]}" ORIGIN);
    CHECK_SAYS(&t, SELF " named name g9999 \"G9999\" {\"kind\":\"id\"}" ORIGIN);
    CHECK_SAYS(&t, SELF " described \"Made up.\"" ORIGIN);
    CHECK_SAYS(&t, SELF " originates-from country cn conf=50" ORIGIN);
    CHECK_SAYS(&t, SELF " originates-from country ru {\"basis\":\"cfr-suspected-state-sponsor\"} "
                        "conf=50" ORIGIN);
    CHECK_SAYS(&t, "  country ru named name russianfederation \"Russian Federation\"");
    CHECK_SAYS(&t,
               SELF " property {\"name\":\"cfr-suspected-state-sponsor\",\"value\":\"Nowhere\"}");
    CHECK_SAYS(&t, SELF " targets country jp {\"basis\":\"cfr-suspected-victims\"}" ORIGIN);
    CHECK_SAYS(&t, SELF " targets location name:themiddleeast {");
    CHECK_SAYS(&t, SELF " targets organisation name:examplecorp {");
    CHECK_SAYS(&t, "  organisation name:examplecorp named name examplecorp \"Example Corp\"");
    CHECK_SAYS(&t, SELF " targets sector name:government {\"basis\":\"cfr-target-category\"}");
    CHECK_SAYS(&t, SELF " property {\"name\":\"cfr-type-of-incident\",\"value\":\"Espionage\"}");
    CHECK_SAYS(&t, SELF " property {\"name\":\"since\",\"value\":\"2017\"}");
    /* B is in this document, C is not */
    CHECK_SAYS(&t, SELF " similar-to actor threat-actor--" UUID_B " {\"likelihood\":\"likely\"}");
    CHECK_SAYS(&t, SELF " uses other misp-galaxy--" UUID_C ORIGIN);
    CHECK_SAYS(&t, "  actor threat-actor--" UUID_B " uses actor threat-actor--" UUID_A);
    CHECK_SAYS(&t, SELF " other other misp-galaxy--" UUID_C " {\"relation\":\"envies\"}");
    CHECK_SAYS(&t, "warn /values/0: a relation without a type or a dest-uuid\n");
    CHECK_SAYS(&t, " place=/values/1 id=" UUID_B " revoked content=");
    CHECK_SAYS(&t, "  actor misp-galaxy/threat-actor:noid named name noid \"No Id\"");
    CHECK_SAYS(&t, "/values/3: the value has no name\n");
    CHECK_SAYS(&t, "/values/4: the uuid cannot be read\n");
    CHECK_SAYS(&t, "/values/5: the value is no object\n");
    CHECK_SAYS_NOT(&t, "Unknown");
    CHECK_EQ(t.records, 3);
    CHECK_EQ(t.refused, 3);
    facts_close(&t);
}

TEST(attack_galaxies_have_attack_nodes)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK_OK(facts_read(
        &t, &format_misp_galaxy,
        S("{\"type\":\"mitre-malware\",\"values\":[{\"value\":\"Some - Thing - "
          "S9999\",\"uuid\":\"" UUID_A
          "\",\"meta\":{\"external_id\":\"S9999\"},\"related\":[{\"dest-uuid\":\"" UUID_C
          "\",\"type\":\"uses\"},{\"dest-uuid\":\"" UUID_C "\",\"type\":\"similar\"}]}]}"),
        S(""), &why));
    CHECK_SAYS(&t, "derives=The MITRE Corporation");
    CHECK_SAYS(&t, "  malware malware--" UUID_A " named name something \"Some - Thing\" "
                   "{\"kind\":\"primary\"}\n");
    CHECK_SAYS(&t, "  malware malware--" UUID_A " named name s9999 \"S9999\" {\"kind\":\"id\"}\n");
    CHECK_SAYS(&t, "  malware malware--" UUID_A " uses technique attack-pattern--" UUID_C "\n");
    CHECK_SAYS(&t, "  malware malware--" UUID_A " similar-to other misp-galaxy--" UUID_C "\n");
    CHECK_OK(facts_read(
        &t, &format_misp_galaxy,
        S("{\"values\":[{\"value\":\"Down - T9999.001\",\"uuid\":\"" UUID_A
          "\",\"meta\":{\"kill_chain\":[\"mitre-attack:pre:stage-one\"]},\"related\":["
          "{\"dest-uuid\":\"" UUID_C "\",\"type\":\"subtechnique-of\"},{\"dest-uuid\":\"" UUID_B
          "\",\"type\":\"related-to\"}]},{\"value\":\"Stage - TA9999\",\"uuid\":\"" UUID_B
          "\",\"meta\":{\"external_id\":\"TA9999\"}}],\"type\":\"mitre-attack-pattern\"}"),
        S(""), &why));
    CHECK_SAYS(&t, "named name t9999001 \"T9999.001\" {\"kind\":\"id\"}");
    CHECK_SAYS(&t,
               " in-tactic tactic name:stageone \"stage-one\" {\"kill_chain\":\"mitre-attack\"}");
    CHECK_SAYS(&t, " subtechnique-of technique attack-pattern--" UUID_C "\n");
    CHECK_SAYS(&t, " related-to tactic x-mitre-tactic--" UUID_B "\n");
    CHECK_SAYS(&t, "  tactic x-mitre-tactic--" UUID_B " named name stage \"Stage\"");
    facts_close(&t);
}

TEST(countries_are_keyed_by_their_code)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK_OK(facts_read(&t, &format_misp_galaxy,
                        S("{\"values\":[{\"value\":\"japan\",\"uuid\":\"" UUID_A
                          "\",\"meta\":{\"ISO\":\"JP\"}},{\"value\":\"atlantis\",\"uuid\":\"" UUID_B
                          "\"}],\"type\":\"country\"}"),
                        S(""), &why));
    CHECK_SAYS(&t, "  country jp named name japan");
    CHECK_SAYS(&t, "  location location--" UUID_B " named name atlantis");
    facts_close(&t);
}

TEST(order_of_keys_and_blanks_change_nothing)
{
    facts_text a, b;
    err why = {0};
    facts_open(&a);
    facts_open(&b);
    CHECK_OK(facts_read(&a, &format_misp_galaxy,
                        S("{\"type\":\"tool\",\"values\":[{\"value\":\"x\",\"uuid\":\"" UUID_A
                          "\",\"meta\":{\"refs\":[\"r\"]}}]}"),
                        S(""), &why));
    CHECK_OK(facts_read(&b, &format_misp_galaxy,
                        S(" {\"values\" : [ {\"meta\":{\"refs\":[ \"r\"]},\"uuid\":\"" UUID_A
                          "\",\"value\":\"\\u0078\"} ],\"type\":\"tool\"}\n"),
                        S(""), &why));
    /* all but the place */
    slice x = buf_slice(&a.out), y = buf_slice(&b.out);
    CHECK_SLICE(slice_from(x, slice_find(x, S("content="), 0)),
                slice_from(y, slice_find(y, S("content="), 0)));
    facts_close(&a);
    facts_close(&b);
}

TEST(documents_that_are_no_galaxy)
{
    static const struct {
        slice in;
        const char *why;
    } rows[] = {
        {S_INIT(""), "empty"},
        {S_INIT("{}"), "empty"},
        {S_INIT("{\"values\":[]}"), "empty"},
        {S_INIT("{\"values\":{},\"type\":\"x\"}"), "\"values\" is no array"},
        {S_INIT("{\"values\":[{\"value\":\"x\"}]}"), "no \"type\""},
        {S_INIT("{\"type\":\"\",\"values\":[]}"), "\"type\" is empty"},
        {S_INIT("{\"type\":1,\"values\":[]}"), "\"type\" is empty"},
        {S_INIT("{\"type\":\"a\",\"type\":\"b\",\"values\":[]}"), "occurs twice"},
        {S_INIT("{\"type\":\"a\",\"values\":[]}"), "without values"},
        {S_INIT("[1]"), "no object with"},
        {S_INIT("{\"type\":\"a\",\"values\":[]}{\"type\":\"b\"}"), "second document"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        facts_text t;
        err why = {0};
        facts_open(&t);
        CHECK_EQ(facts_read(&t, &format_misp_galaxy, rows[i].in, S(""), &why), ERR_INPUT);
        if (!strstr(why.msg, rows[i].why))
            TEST_FAIL("row %zu says \"%s\", want \"%s\"", i, why.msg, rows[i].why);
        CHECK_EQ(t.heads, 0);
        facts_close(&t);
    }
}

TEST(limits_of_a_value)
{
    facts_text t;
    err why = {0};
    CLEANUP(buf_done)
    buf doc;
    facts_open(&t);
    buf_init(&doc, 8 << 20);
    /* 1,000 names are taken, one more is not; 65 refs lose one with a warning */
    for (int extra = 0; extra < 2; extra++) {
        buf_clear(&doc);
        buf_put(&doc,
                S("{\"type\":\"tool\",\"values\":[{\"value\":\"x\",\"meta\":{\"synonyms\":["));
        for (int i = 0; i < 999 + extra; i++)
            buf_printf(&doc, "%s\"n%d\"", i ? "," : "", i);
        buf_put(&doc, S("],\"refs\":["));
        for (int i = 0; i < FACT_ORIGINS_MAX + extra; i++)
            buf_printf(&doc, "%s\"https://example.com/%d\"", i ? "," : "", i);
        buf_put(&doc, S("]}},{\"value\":\"next\"}]}"));
        CHECK_OK(facts_read(&t, &format_misp_galaxy, buf_slice(&doc), S(""), &why));
        CHECK_EQ(t.refused, extra);
        CHECK_EQ(t.warned, extra);
        CHECK_EQ(t.records, 2 - extra);
        CHECK_SAYS(&t, "\"next\"");
    }
    CHECK_SAYS(&t, "over 1000 names");
    CHECK_SAYS(&t, "65 refs: the first 64 by text are kept");
    /* values over the limit, and deeper than allowed, are passed over */
    t.limits.record_bytes_max = 64;
    CHECK_OK(facts_read(&t, &format_misp_galaxy, buf_slice(&doc), S(""), &why));
    CHECK_SAYS(&t, "/values/0: over 64 bytes");
    CHECK_EQ(t.records, 1);
    t.limits = (format_limits){.depth_max = 3};
    CHECK_OK(facts_read(&t, &format_misp_galaxy, buf_slice(&doc), S(""), &why));
    CHECK_OK(facts_read(&t, &format_misp_galaxy,
                        S("{\"type\":\"t\",\"values\":[{\"value\":\"x\",\"m\":[[[1]]]},"
                          "{\"value\":\"y\"}]}"),
                        S(""), &why));
    CHECK_EQ(t.refused, 1);
    t.limits = (format_limits){.records_max = 1};
    CHECK_EQ(facts_read(&t, &format_misp_galaxy, buf_slice(&doc), S(""), &why), ERR_LIMIT);
    facts_close(&t);
}

TEST(hard_times)
{
    facts_abuse(&format_misp_galaxy, slice_str(actors), S("threat-actor.json"), S(""));
}

TEST(sniffing)
{
    CHECK(format_misp_galaxy.sniff(slice_str(actors), S("")) >= 90);
    CHECK_EQ(format_misp_galaxy.sniff(S("{\"values\":[1,2],\"type\":\"x\"}"), S("")), 0);
    CHECK_EQ(
        format_misp_galaxy.sniff(S("{\"description\":\"\",\"icon\":\"x\",\"type\":\"t\"}"), S("")),
        0);
    CHECK_EQ(format_misp_galaxy.sniff(S("{\"type\":\"bundle\",\"objects\":[]}"), S("")), 0);
    CHECK_EQ(format_misp_galaxy.sniff(S(""), S("galaxy.json")), 0);
}

TEST(real_galaxies)
{
    static const struct {
        const char *path;
        uint64_t records;
    } files[] = {
        {"galaxy/clusters/threat-actor.json", 1041},
        {"galaxy/clusters/malpedia.json", 3683},
        {"galaxy/clusters/ransomware.json", 2135},
        {"galaxy/clusters/microsoft-activity-group.json", 179},
        {"galaxy/clusters/mitre-attack-pattern.json", 1266},
    };
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        buf doc;
        facts_text t;
        err why = {0};
        if (!shared_data(files[i].path, &doc))
            continue;
        facts_open(&t);
        slice head = slice_sub(buf_slice(&doc), 0, FORMAT_SNIFF_BYTES);
        CHECK(format_sniff(head, S("x")) == &format_misp_galaxy);
        CHECK_OK(facts_read(&t, &format_misp_galaxy, buf_slice(&doc), S("x"), &why));
        CHECK_EQ(t.records, files[i].records);
        CHECK_EQ(t.refused, 0);
        if (i == 0) {
            CHECK_SAYS(&t, "named name strontium \"STRONTIUM\"");
            CHECK_SAYS(&t, "threat-actor--5b4ee3ea-eee3-4c8e-8323-85ae32658754 originates-from "
                           "country ru conf=50");
        }
        facts_close(&t);
        buf_done(&doc);
    }
}
