#include "format/test_facts.h"

extern const format format_misp_taxonomy;

static const char scale[] =
    "{\"predicates\":[{\"value\":\"certainty\",\"expanded\":\"How sure\"},{\"value\":\"plain\"},"
    "{\"value\":\"\"},7],"
    "\"values\":[{\"predicate\":\"certainty\",\"entry\":[{\"value\":\"high\",\"expanded\":\"Very "
    "sure\",\"description\":\" Made up. \",\"numerical_value\":95},"
    "{\"value\":\"low\",\"numerical_value\":\"5\"}]},"
    "{\"predicate\":\"certainty\",\"entry\":[{\"expanded\":\"x\"}]}],"
    "\"version\":1,\"namespace\":\"made-up\"}";

TEST(tags_get_names_and_numbers)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK_OK(facts_read(&t, &format_misp_taxonomy, slice_str(scale), S("machinetag.json"), &why));
    CHECK_SAYS(&t, "head misp-taxonomy source=misp-taxonomy/made-up derives= snapshot\n");
    CHECK_SAYS(&t, "  other tag:made-up:certainty named name howsure \"How sure\" "
                   "{\"kind\":\"primary\"}");
    CHECK_SAYS(&t, "  other tag:made-up:certainty named name madeupcertainty "
                   "\"made-up:certainty\" {\"kind\":\"id\"}");
    CHECK_SAYS(&t, "  other tag:made-up:plain named name madeupplain \"made-up:plain\" "
                   "{\"kind\":\"primary\"}");
#define HIGH "  other tag:made-up:certainty=\"high\""
    CHECK_SAYS(&t, HIGH " named name verysure \"Very sure\" {\"kind\":\"primary\"}");
    CHECK_SAYS(&t, HIGH " described \"Made up.\"");
    CHECK_SAYS(&t, HIGH " property {\"name\":\"numerical_value\",\"value\":95}");
    CHECK_SAYS(&t, "  other tag:made-up:certainty=\"low\" property "
                   "{\"name\":\"numerical_value\",\"value\":5}");
    CHECK_SAYS(&t, " /predicates/2: a tag without a name, or one too long");
    CHECK_SAYS(&t, " /predicates/3: no object");
    CHECK_SAYS(&t, " /values/1: a value without a name");
    CHECK_EQ(t.records, 3);
    CHECK_EQ(t.refused, 3);
    facts_close(&t);
}

TEST(what_is_no_taxonomy)
{
    static const char *const rows[] = {
        "",
        "{}",
        "[{\"value\":1}]",
        "{\"namespace\":\"x\"}",
        "{\"predicates\":[{\"value\":\"a\"}]}",
        "{\"namespace\":\"\",\"predicates\":[{\"value\":\"a\"}]}",
        "{\"namespace\":\"x\",\"namespace\":\"y\",\"predicates\":[{\"value\":\"a\"}]}",
        "{\"namespace\":\"x\",\"predicates\":[{\"value\":\"a\"}]}{}[1]",
        "{\"namespace\":\"x\",\"predicates\":[",
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        facts_text t;
        err why = {0};
        facts_open(&t);
        if (facts_read(&t, &format_misp_taxonomy, slice_str(rows[i]), S("x"), &why) != ERR_INPUT ||
            t.heads || !why.msg[0])
            TEST_FAIL("row %zu: %s", i, why.msg);
        facts_close(&t);
    }
}

TEST(name_length_is_limited)
{
    for (int more = 0; more <= 1; more++) {
        char doc[4096], name[1100];
        facts_text t;
        err why = {0};
        memset(name, 'a', sizeof name);
        snprintf(doc, sizeof doc, "{\"namespace\":\"x\",\"predicates\":[{\"value\":\"%.*s\"}]}",
                 1024 + more, name);
        facts_open(&t);
        CHECK_OK(facts_read(&t, &format_misp_taxonomy, slice_str(doc), S("x"), &why));
        CHECK_EQ(t.refused, more);
        snprintf(doc, sizeof doc, "{\"namespace\":\"%.*s\",\"predicates\":[{\"value\":\"a\"}]}",
                 128 + more, name);
        CHECK_EQ(facts_read(&t, &format_misp_taxonomy, slice_str(doc), S("x"), &why),
                 more ? ERR_INPUT : OK);
        facts_close(&t);
    }
}

TEST(torture)
{
    facts_abuse(&format_misp_taxonomy, slice_str(scale), S("machinetag.json"), S(""));
}

TEST(real_taxonomies)
{
    static const struct {
        const char *path;
        uint64_t records;
    } files[] = {
        {"taxonomies/admiralty-scale/machinetag.json", 4},
        {"taxonomies/tlp/machinetag.json", 8},
        {"taxonomies/DFRLab-dichotomies-of-disinformation/machinetag.json", 0},
    };
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        buf doc;
        facts_text t;
        err why = {0};
        if (!shared_data(files[i].path, &doc))
            continue;
        facts_open(&t);
        slice head = slice_sub(buf_slice(&doc), 0, FORMAT_SNIFF_BYTES);
        CHECK(format_sniff(head, S("x")) == &format_misp_taxonomy);
        CHECK_OK(facts_read(&t, &format_misp_taxonomy, buf_slice(&doc), S("x"), &why));
        CHECK_EQ(t.refused, 0);
        if (files[i].records)
            CHECK_EQ(t.records, files[i].records);
        facts_close(&t);
        buf_done(&doc);
    }
}
