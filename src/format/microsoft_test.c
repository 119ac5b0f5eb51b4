#include "format/test_facts.h"

extern const format format_microsoft_naming;

static const char mapping[] =
    "[\n\t{\t\"Threat actor name\": \"Paper Blizzard\",\"Origin/Threat\": \"Russia, Influence "
    "operations\",\"Other names\": \"PAPERIUM, Paper Bear,,paper blizzard\"},"
    "{\"Threat actor name\":\"Storm-9999\",\"Origin/Threat\":\"Group in development\",\"Other "
    "names\":"
    "\"\"},{\"Threat actor name\":\"Null Rain\",\"Origin/Threat\":\"T\\u00fcrkiye\",\"Other "
    "names\":"
    "null},{\"Previous name\":\"OLDIUM\",\"New name\":\"New Sleet\",\"Origin/Threat\":\"North "
    "Korea\","
    "\"Other names\":[\"One\",\"Two, Three\"]},{\"Threat actor name\":\"\"},7,"
    "{\"Threat actor name\":\"Odd\",\"Other names\":{}}]";

TEST(actors_become_claims)
{
    facts_text t;
    err why = {0};
    facts_open(&t);
    CHECK_OK(facts_read(&t, &format_microsoft_naming, slice_str(mapping), S("x"), &why));
    CHECK_SAYS(&t, "head microsoft-naming source=microsoft derives= snapshot\n");
#define SELF "  actor microsoft:paperblizzard"
    CHECK_SAYS(&t, SELF " named name paperblizzard \"Paper Blizzard\" {\"kind\":\"primary\"}\n");
    CHECK_SAYS(&t, SELF " named name paperium \"PAPERIUM\" {\"kind\":\"alias\"}\n");
    CHECK_SAYS(&t, SELF " named name paperbear \"Paper Bear\" {\"kind\":\"alias\"}\n");
    CHECK_SAYS(&t, SELF " originates-from country ru\n");
    CHECK_SAYS(&t, "  country ru named name russia \"Russia\" {\"kind\":\"primary\"}\n");
    CHECK_SAYS(&t,
               SELF " property {\"name\":\"origin_threat\",\"value\":\"Influence operations\"}\n");
    CHECK_SAYS_NOT(&t, "\"paper blizzard\"");
    CHECK_SAYS(&t,
               "  actor microsoft:storm9999 property {\"name\":\"origin_threat\",\"value\":\"Group "
               "in development\"}\n");
    CHECK_SAYS(&t, "  actor microsoft:nullrain originates-from country tr\n");
    CHECK_SAYS(&t,
               "  actor microsoft:newsleet named name oldium \"OLDIUM\" {\"kind\":\"alias\"}\n");
    CHECK_SAYS(&t, "  actor microsoft:newsleet named name three \"Three\" {\"kind\":\"alias\"}\n");
    CHECK_SAYS(&t, "  actor microsoft:newsleet originates-from country kp\n");
    CHECK_SAYS(&t, "/4: no name of a threat actor\n");
    CHECK_SAYS(&t, "/5: the element is no object\n");
    CHECK_SAYS(&t, "/6: the other names are neither text nor array\n");
    CHECK_EQ(t.records, 4);
    CHECK_EQ(t.refused, 3);
    facts_close(&t);
}

TEST(documents_that_are_something_else)
{
    static const slice rows[] = {S_INIT("{\"Threat actor name\":\"x\"}"), S_INIT("[]{}"),
                                 S_INIT("[{\"Threat actor name\":\"x\"}] [1]"), S_INIT("[1"),
                                 S_INIT("no json")};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        facts_text t;
        err why = {0};
        facts_open(&t);
        CHECK_EQ(facts_read(&t, &format_microsoft_naming, rows[i], S(""), &why), ERR_INPUT);
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
        buf_put(&doc, S("[{\"Threat actor name\":\"x\",\"Other names\":\""));
        for (int i = 0; i < 200 + extra; i++)
            buf_printf(&doc, "n%d,", i);
        buf_put(&doc, S("\"},{\"Threat actor name\":\"next\"}]"));
        CHECK_OK(facts_read(&t, &format_microsoft_naming, buf_slice(&doc), S(""), &why));
        CHECK_EQ(t.refused, extra);
        CHECK_EQ(t.records, 2 - extra);
    }
    CHECK_SAYS(&t, "/0: over 200 other names\n");
    t.limits.record_bytes_max = 64;
    CHECK_OK(facts_read(&t, &format_microsoft_naming, buf_slice(&doc), S(""), &why));
    CHECK_SAYS(&t, "/0: over 64 bytes\n");
    CHECK_SAYS(&t, "\"next\"");
    facts_close(&t);
}

TEST(hard_times)
{
    facts_abuse(&format_microsoft_naming, slice_str(mapping), S("x"), S(""));
}

TEST(sniffing)
{
    const format *f = &format_microsoft_naming;
    CHECK(f->sniff(slice_str(mapping), S("")) >= 90);
    CHECK(f->sniff(S("[{\"Previous name\":\"A\",\"New name\":\"B\""), S("")) >= 90);
    CHECK_EQ(f->sniff(S("[{\"name\":\"A\",\"aliases\":[]}]"), S("")), 0);
    CHECK_EQ(f->sniff(S("{\"Threat actor name\":1}"), S("")), 0);
    CHECK_EQ(f->sniff(S("Threat actor name"), S("MicrosoftMapping.json")), 0);
}

TEST(the_real_mapping)
{
    buf doc;
    facts_text t;
    err why = {0};
    if (!shared_data("mstic/ThreatActorNaming/MicrosoftMapping.json", &doc))
        return;
    facts_open(&t);
    CHECK(format_sniff(slice_sub(buf_slice(&doc), 0, FORMAT_SNIFF_BYTES), S("x")) ==
          &format_microsoft_naming);
    CHECK_OK(facts_read(&t, &format_microsoft_naming, buf_slice(&doc), S("x"), &why));
    CHECK_EQ(t.records, 166);
    CHECK_EQ(t.refused, 0);
    CHECK_SAYS(&t, "actor microsoft:forestblizzard named name strontium \"STRONTIUM\"");
    CHECK_SAYS(&t, "actor microsoft:silktyphoon named name hafnium \"HAFNIUM\"");
    CHECK_SAYS(&t, "actor microsoft:forestblizzard originates-from country ru\n");
    facts_close(&t);
    buf_done(&doc);
}
