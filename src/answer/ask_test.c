#include "answer/ask.h"
#include "answer/render.h"
#include "base/text.h"
#include "know/test_store.h"

/* One store, one asker, and what the last answer looked like. */
typedef struct session {
    scratch t;
    asker *k;
    arena a;
    const answer *w;
    buf en, ja, json;
} session;

static status keep(void *ctx, slice bytes, err *why)
{
    (void)why;
    buf_put(ctx, bytes);
    return OK;
}

static void show(const answer *w, language l, buf *into)
{
    sink s;
    err why = {0};
    sink_init(&s, &(sink_options){.write = keep,
                                  .ctx = into,
                                  .language = l,
                                  .columns = SINK_COLUMNS,
                                  .zone_minutes = l == LANG_JA ? 540 : 0,
                                  .zone = l == LANG_JA ? "JST" : NULL});
    CHECK_OK(answer_text(w, (text_options){0}, &s, &why));
    CHECK_OK(sink_flush(&s, &why));
    sink_done(&s);
}

/* The model answer's case, with benign values. */
static void fill_c2(scratch *t)
{
    static const char detail[] =
        "{\"path\":\"/activity\",\"port\":80,\"product\":\"Thing Strike\",\"protocol\":\"http\","
        "\"key\":\"defb5d95ce99e1ebbf421a1a38d9cb64\",\"role\":\"c2\",\"version\":\"4.0\","
        "\"watermark\":\"305419896\",\"watermark_note\":\"leaked\"}";
    static const char named[] =
        "{\"file_says\":[\"mouse\",\"ta1\"],\"key\":\"defb5d95ce99e1ebbf421a1a38d9cb64\",\"paths\":"
        "["
        "\"/activity\"],\"port\":80,\"product\":\"Thing "
        "Strike\",\"protocol\":\"http\",\"role\":\"c2\","
        "\"version\":\"4.0\",\"watermark\":\"305419896\",\"watermark_note\":\"leaked\"}";
    static const char key[] = "key=defb5d95ce99e1ebbf421a1a38d9cb64";
    doc(t, "c2-list", "c2/thingstrike_id305419896.csv", 'F', TLP_CLEAR);
    say(t, KIND_IPV4, "192.0.2.197", PRED_INDICATES, KIND_MALWARE, "name:thingstrike",
        .detail = detail, .from = "2020-12-15 13:17:41", .to = "2021-01-15 08:55:44");
    say(t, KIND_MALWARE, "name:thingstrike", PRED_NAMED, KIND_NAME, "thingstrike",
        .value = "Thing Strike", .detail = "{\"kind\":\"primary\"}");
    say(t, KIND_IPV4, "192.0.2.197", PRED_PROPERTY, KIND_PROPERTY, "watermark=305419896");
    say(t, KIND_IPV4, "192.0.2.198", PRED_PROPERTY, KIND_PROPERTY, "watermark=305419896");
    say(t, KIND_IPV4, "192.0.2.197", PRED_PROPERTY, KIND_PROPERTY, key);
    say(t, KIND_IPV4, "192.0.2.199", PRED_PROPERTY, KIND_PROPERTY, key);
    say(t, KIND_PROPERTY, key, PRED_RELATED_TO, KIND_PROPERTY, "watermark=305419896");
    say(t, KIND_PROPERTY, key, PRED_RELATED_TO, KIND_PROPERTY, "watermark=1");
    doc_end(t);
    doc(t, "c2-list", "c2/thingstrike_mouse_ta1.csv", 'F', TLP_CLEAR);
    say(t, KIND_IPV4, "192.0.2.197", PRED_INDICATES, KIND_MALWARE, "name:thingstrike",
        .detail = named, .from = "2020-12-15 13:17:41", .to = "2020-12-31 02:48:25");
    doc_end(t);
    doc(t, "big-list", "big.txt", 'F', TLP_CLEAR);
    say(t, KIND_IPV4, "203.0.113.9", PRED_INDICATES, KIND_NONE, "");
    doc_end(t);
    doc(t, "hash-list", "hash.txt", 'F', TLP_CLEAR);
    say(t, KIND_MD5, "0123456789abcdef0123456789abcdef", PRED_INDICATES, KIND_NONE, "");
    doc_end(t);
}

/* An actor as three sources see it, with how it works. */
static void fill_actor(scratch *t)
{
    doc(t, "attack", "attack.json", 'F', TLP_CLEAR);
    say(t, KIND_ACTOR, "intrusion-set--1", PRED_NAMED, KIND_NAME, "mouse", .value = "Mouse",
        .detail = "{\"kind\":\"primary\"}");
    say(t, KIND_ACTOR, "intrusion-set--1", PRED_NAMED, KIND_NAME, "g9001", .value = "G9001",
        .detail = "{\"kind\":\"id\"}");
    say(t, KIND_ACTOR, "intrusion-set--1", PRED_NAMED, KIND_NAME, "quiet", .value = "Quiet Rodent",
        .detail = "{\"kind\":\"alias\"}");
    say(t, KIND_ACTOR, "intrusion-set--1", PRED_DESCRIBED, KIND_NONE, "",
        .value = "[Mouse](https://example.com) is a group, active since at least 2004.");
    for (int i = 1; i <= 60; i++) {
        char node[32], id[16], name[32], folded[32];
        snprintf(node, sizeof node, "attack-pattern--%d", i);
        snprintf(id, sizeof id, "T90%02d", i);
        snprintf(name, sizeof name, "Technique %d", i);
        snprintf(folded, sizeof folded, "technique%d", i);
        say(t, KIND_TECHNIQUE, node, PRED_NAMED, KIND_NAME, folded, .value = name,
            .detail = "{\"kind\":\"primary\"}");
        say(t, KIND_TECHNIQUE, node, PRED_NAMED, KIND_NAME, id, .value = id,
            .detail = "{\"kind\":\"id\"}");
        say(t, KIND_TECHNIQUE, node, PRED_IN_TACTIC, KIND_TACTIC,
            i % 3 ? "name:initialaccess" : "name:exfiltration", .value = "x");
        say(t, KIND_ACTOR, "intrusion-set--1", PRED_USES, KIND_TECHNIQUE, node, .value = "did it",
            .origin = "https://example.com/report");
        if (i % 2)
            say(t, KIND_MITIGATION, "course-of-action--1", PRED_MITIGATES, KIND_TECHNIQUE, node);
    }
    say(t, KIND_TECHNIQUE, "attack-pattern--60", PRED_PROPERTY, KIND_NONE, "",
        .detail = "{\"revoked\":true}");
    say(t, KIND_MITIGATION, "course-of-action--1", PRED_NAMED, KIND_NAME, "training",
        .value = "Training", .detail = "{\"kind\":\"primary\"}");
    say(t, KIND_CAMPAIGN, "campaign--1", PRED_NAMED, KIND_NAME, "cheese", .value = "Cheese",
        .detail = "{\"kind\":\"primary\"}");
    say(t, KIND_CAMPAIGN, "campaign--1", PRED_PROPERTY, KIND_NONE, "",
        .detail = "{\"name\":\"active\"}", .from = "2022-02-01", .to = "2024-11-01");
    say(t, KIND_CAMPAIGN, "campaign--1", PRED_ATTRIBUTED_TO, KIND_ACTOR, "intrusion-set--1");
    doc_end(t);
    doc(t, "vendor", "naming.json", 'F', TLP_CLEAR);
    say(t, KIND_ACTOR, "vendor:graymouse", PRED_NAMED, KIND_NAME, "graymouse",
        .value = "Gray Mouse", .detail = "{\"kind\":\"primary\"}");
    say(t, KIND_ACTOR, "vendor:graymouse", PRED_NAMED, KIND_NAME, "mouse", .value = "MOUSE",
        .detail = "{\"kind\":\"alias\"}");
    say(t, KIND_ACTOR, "vendor:graymouse", PRED_ORIGINATES_FROM, KIND_COUNTRY, "zz");
    say(t, KIND_COUNTRY, "zz", PRED_NAMED, KIND_NAME, "nowhere", .value = "Nowhere",
        .detail = "{\"kind\":\"primary\"}");
    doc_end(t);
    /* a copy that says more than what it copies says now */
    doc(t, "copier", "copy.json", 'F', TLP_CLEAR);
    say(t, KIND_ACTOR, "intrusion-set--1", PRED_USES, KIND_TECHNIQUE, "attack-pattern--999",
        .value = "old");
    doc_end(t);
    slice attack = S("attack");
    CHECK_OK(writer_source_set(t->w, S("copier"), 0, NULL, &attack, &t->why));
}

static void fill_names(scratch *t)
{
    static const char *const said[][2] = {{"actor--1", "Bear One"}, {"actor--2", "Bear Two"}};
    doc(t, "galaxy", "galaxy.json", 'F', TLP_CLEAR);
    for (size_t i = 0; i < 2; i++) {
        say(t, KIND_ACTOR, said[i][0], PRED_NAMED, KIND_NAME, i ? "beartwo" : "bearone",
            .value = said[i][1], .detail = "{\"kind\":\"primary\"}");
        say(t, KIND_ACTOR, said[i][0], PRED_NAMED, KIND_NAME, "steppe", .value = "Steppe",
            .detail = "{\"kind\":\"alias\"}");
    }
    doc_end(t);
}

static void fill_cve(scratch *t)
{
    doc(t, "kev", "kev.json", 'A', TLP_CLEAR);
    say(t, KIND_VULNERABILITY, "CVE-2024-99999", PRED_EXPLOITED, KIND_NONE, "",
        .detail = "{\"cwes\":[\"CWE-20\"],\"date_added\":\"2024-04-12\",\"due_date\":\"2024-04-"
                  "19\",\"product\":"
                  "\"Box\",\"ransomware\":\"Known\",\"required_action\":\"Apply "
                  "it.\",\"vendor\":\"Acme\"}");
    say(t, KIND_VULNERABILITY, "CVE-2024-99999", PRED_NAMED, KIND_NAME, "acmeboxinjection",
        .value = "Acme Box Injection", .detail = "{\"kind\":\"title\"}");
    say(t, KIND_CAMPAIGN, "campaign--2", PRED_EXPLOITS, KIND_VULNERABILITY, "CVE-2024-99999");
    say(t, KIND_CAMPAIGN, "campaign--2", PRED_NAMED, KIND_NAME, "eclipse", .value = "Eclipse",
        .detail = "{\"kind\":\"primary\"}");
    doc_end(t);
}

static bool begin(session *s)
{
    *s = (session){0};
    if (!scratch_open(&s->t))
        return false;
    fill_c2(&s->t);
    fill_actor(&s->t);
    fill_names(&s->t);
    fill_cve(&s->t);
    look(&s->t, "2026-11-22 01:00");
    arena_init(&s->a, ASK_MEMORY_MAX);
    buf_init(&s->en, 1 << 20);
    buf_init(&s->ja, 1 << 20);
    buf_init(&s->json, 1 << 22);
    CHECK_OK(asker_new(s->t.s, &s->k, &s->t.why));
    CHECK_OK(asker_look(s->k, &s->t.v, &s->t.why));
    return s->k != NULL;
}

static void end(session *s)
{
    asker_free(s->k);
    arena_done(&s->a);
    buf_done(&s->en);
    buf_done(&s->ja);
    buf_done(&s->json);
    scratch_close(&s->t);
}

static const answer *ask_seen(session *s, const char *text, const char *seen)
{
    arena_reset(&s->a);
    s->w = NULL;
    status st = ask_value(s->k, &s->a, slice_str(text), &(ask_options){.seen_at = at(seen)}, &s->w,
                          &s->t.why);
    if (st != OK || !s->w) {
        TEST_FAIL("%s: %s", text, s->t.why.msg);
        return NULL;
    }
    buf_clear(&s->en);
    buf_clear(&s->ja);
    buf_clear(&s->json);
    show(s->w, LANG_EN, &s->en);
    show(s->w, LANG_JA, &s->ja);
    CHECK_OK(answer_json(s->w, RENDER_CAPPED, &s->json, &s->t.why));
    return s->w;
}

static const answer *ask(session *s, const char *text)
{
    return ask_seen(s, text, NULL);
}

/* Is the text there, wherever lines were wrapped? */
static bool has(const buf *b, const char *text)
{
    buf flat;
    buf_init(&flat, 1 << 22);
    for (size_t i = 0; i < b->len; i++) {
        bool wrapped = b->ptr[i] == '\n' && i + 1 < b->len && b->ptr[i + 1] == ' ';
        if (!wrapped) {
            buf_byte(&flat, b->ptr[i]);
            continue;
        }
        buf_byte(&flat, ' ');
        while (i + 1 < b->len && b->ptr[i + 1] == ' ')
            i++;
    }
    bool yes = slice_find(buf_slice(&flat), slice_str(text), 0) != SIZE_MAX;
    buf_done(&flat);
    if (!yes)
        fprintf(stderr, "%.*s\n", (int)b->len, b->ptr);
    return yes;
}

/* --- values --------------------------------------------------------------------------------- */

TEST(once_bad_now_old)
{
    session s;
    REQUIRE(begin(&s));
    const answer *w = ask(&s, "192[.]0[.]2[.]197");
    REQUIRE(w);
    CHECK(w->known);
    CHECK_EQ(w->verdict.word, VERDICT_MALICIOUS);
    CHECK_EQ(w->verdict.state, STATE_STALE);
    CHECK_EQ(w->verdict.independent, 1);
    CHECK_EQ(w->why.count, 2);
    CHECK_EQ(w->fact_count, 1);
    CHECK_EQ(w->facts[0].port, 80);
    CHECK_SLICE(w->facts[0].watermark, S("305419896"));
    CHECK(!w->attribution.candidates);
    CHECK_EQ(w->attribution.because_count, 3);
    CHECK_EQ(w->priority, PRIORITY_NONE);
    CHECK_EQ(w->priority_if_count, 2);
    CHECK_EQ(w->priority_if[0].priority, PRIORITY_P1);
    CHECK(has(&s.en,
              "MALICIOUS   Thing Strike command-and-control server, 2020-12-15 to 2021-01-15"));
    CHECK(has(&s.en, "nothing newer for 2,137 days; below the decay threshold since 2021-03-03"));
    CHECK(has(&s.en, "P1 if your contact is inside those dates, or asked for path /activity"));
    CHECK(has(&s.en, "2 records, 1 independent source; counted once; the end dates differ"));
    CHECK(has(&s.en, "thingstrike_mouse_ta1.csv:2"));
    CHECK(has(&s.en, "not attributed; a file name says Mouse, ta1"));
    CHECK(has(&s.en, "public key defb5d95 is on 2 values here, under 2 watermarks"));
    CHECK(has(&s.en, "watermark 305419896 is leaked: 2 values here carry it"));
    CHECK(has(&s.en, "cannot say, no logs are loaded"));
    CHECK(has(&s.ja, "悪性"));
    CHECK(has(&s.ja, "10:00 JST"));
    CHECK(has(&s.json,
              "\"verdict\":\"malicious\",\"state\":\"stale\",\"valid\":{\"from\":\"2020-12-15\","
              "\"to\":\"2021-01-15\"},\"age_days\":2137,\"score\":0,\"confidence\":\"fair\""));
    CHECK(has(&s.json, "\"steps\":[\"refang\"]"));
    /* the time of the event fixes the priority */
    static const struct {
        const char *seen;
        priority want;
    } rows[] = {{"2020-12-20", PRIORITY_P1},
                {"2020-12-15", PRIORITY_P1},
                {"2021-02-01", PRIORITY_P1},
                {"2021-04-01", PRIORITY_P3},
                {"2019-01-01", PRIORITY_P3}};
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        w = ask_seen(&s, "192.0.2.197", rows[i].seen);
        REQUIRE(w);
        CHECK_EQ(w->priority, rows[i].want);
        CHECK_EQ(w->priority_if_count, 0);
    }
    ask_seen(&s, "192.0.2.197", "2020-12-20");
    CHECK(has(&s.en, "PRIORITY    P1  contact on 2020-12-20, inside the known dates of this"));
    end(&s);
}

TEST(nobody_knows_it)
{
    session s;
    REQUIRE(begin(&s));
    const answer *w = ask(&s, "f9397b3b2e8a1d15f9e0508d6a6fd9f8cf50eda67ea8056cac948c42b51047b6");
    REQUIRE(w);
    CHECK(!w->known);
    CHECK_EQ(w->verdict.word, VERDICT_UNKNOWN);
    CHECK(has(&s.en, "UNKNOWN     no source here knows this file. That does not make it clean"));
    CHECK(has(&s.en, "NOT ASKED: no known-good set is loaded"));
    CHECK(has(&s.en, "1 md5 are held that a sha256 cannot be compared with"));
    CHECK(has(&s.en, "noroshi request new --type file-analysis --attach PATH f9397b3b2e8a1d15"));
    w = ask(&s, "192.0.2.44");
    REQUIRE(w);
    CHECK(!w->known);
    CHECK(has(&s.en, "c2-list 2, 2021-01-15 · big-list 1, undated"));
    /* nobody is called so */
    w = ask(&s, "Nobody Ever");
    REQUIRE(w);
    CHECK_EQ(w->type, ANSWER_NOTHING);
    CHECK(!w->known);
    /* a value of hostile bytes becomes one word for a shell */
    w = ask(&s, "http://h.example/$(id)'x");
    REQUIRE(w);
    CHECK(has(&s.en, "hunt 'http://h.example/$(id)'\\''x'") ||
          has(&s.en, "hunt 'http://h.example/$(id)%27x'"));
    end(&s);
}

/* --- names ---------------------------------------------------------------------------------- */

TEST(an_actor_and_who_says_so)
{
    session s;
    REQUIRE(begin(&s));
    const answer *w = ask(&s, "gray mouse");
    REQUIRE(w && w->card);
    CHECK_EQ(w->type, ANSWER_ENTITY);
    CHECK_SLICE(w->card->external_id, S("G9001"));
    /* 60 uses, one revoked, and what only a copy says does not count */
    CHECK_EQ(w->technique_total, 59);
    CHECK_EQ(w->card->mitigations.count, 1);
    CHECK_EQ(w->card->mitigations.at[0].count, 30);
    CHECK_EQ(w->card->origins.count, 1);
    CHECK_EQ(w->card->since_year, 2004);
    CHECK_EQ(w->card->campaigns.count, 1);
    CHECK(has(&s.en, "59 techniques"));
    CHECK(has(&s.en, "Nowhere (vendor)"));
    CHECK(has(&s.en, "since 2004 at least; latest dated: Cheese, 2022-02-01 to 2024-11-01"));
    CHECK(has(&s.json, "\"more\":{\"techniques\":9}"));
    CHECK(has(&s.json, "\"matched_name\":\"Gray Mouse\""));
    /* by its id, by its key */
    CHECK(ask(&s, "G9001") && s.w->card);
    CHECK(ask(&s, "intrusion-set--1") && s.w->card);
    buf all;
    buf_init(&all, 1 << 22);
    CHECK_OK(answer_json(s.w, RENDER_ALL, &all, &s.t.why));
    CHECK(has(&all, "\"more\":{}"));
    buf_done(&all);
    end(&s);
}

TEST(an_ambiguous_name_is_not_guessed)
{
    session s;
    REQUIRE(begin(&s));
    const answer *w = ask(&s, "Steppe");
    REQUIRE(w);
    CHECK_EQ(w->type, ANSWER_AMBIGUOUS);
    CHECK_EQ(w->entity_count, 2);
    CHECK(!w->card);
    CHECK(has(&s.en, "this name means 2 things; nothing is guessed"));
    CHECK(has(&s.en, "Bear One"));
    CHECK(has(&s.en, "Bear Two"));
    CHECK(slice_find(buf_slice(&s.json), S("\"entity\""), 0) == SIZE_MAX);
    end(&s);
}

TEST(a_vulnerability_with_its_catalogue_entry)
{
    session s;
    REQUIRE(begin(&s));
    const answer *w = ask(&s, "cve-2024-99999");
    REQUIRE(w && w->vulnerability);
    CHECK(w->vulnerability->exploited);
    CHECK_EQ(w->vulnerability->due_date, at("2024-04-19"));
    CHECK_EQ(w->card->exploited_by.count, 1);
    CHECK(has(&s.en, "EXPLOITED   Acme Box Injection"));
    CHECK(has(&s.en, "since 2024-04-12, due 2024-04-19; ransomware use: Known\n"));
    CHECK(has(&s.json,
              "\"scores\":{\"cvss\":[],\"epss\":null,\"kev\":{\"date_added\":\"2024-04-12\""));
    w = ask(&s, "CVE-1999-0001");
    REQUIRE(w);
    CHECK(!w->known);
    /* however it is written */
    static const char *const same[] = {
        "cve-2024-99999", "\"CVE-2024-99999\".", "(cve_2024-99999)",
        "CVE-\xef\xbc\x92\xef\xbc\x90\xef\xbc\x92\xef\xbc\x94-99999"};
    for (size_t i = 0; i < COUNT_OF(same); i++) {
        w = ask(&s, same[i]);
        if (!w || w->type != ANSWER_VULNERABILITY || !w->vulnerability->exploited)
            TEST_FAIL("%s: another answer", same[i]);
    }
    end(&s);
}

#define CVE_SAYS(value_, detail_)                                                                  \
    say(&s->t, KIND_VULNERABILITY, "CVE-2024-77777", PRED_PROPERTY, KIND_NONE, "",                 \
        .value = value_, .detail = detail_)

static void add_record(session *s)
{
    doc(&s->t, "cve", "cve.json", 'A', TLP_CLEAR);
    CVE_SAYS("", "{\"assigner\":\"acme\",\"by\":\"acme\",\"name\":\"record\",\"public\":"
                 "\"2024-04-12T00:00:00Z\",\"state\":\"published\"}");
    CVE_SAYS("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
             "{\"by\":\"CISA-ADP\",\"name\":\"cvss\",\"score\":\"9.8\",\"version\":\"3.1\"}");
    CVE_SAYS("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H/E:U",
             "{\"by\":\"acme\",\"name\":\"cvss\",\"overall\":\"9.1\",\"score\":\"10.0\","
             "\"version\":\"3.1\"}");
    CVE_SAYS("", "{\"automatable\":\"yes\",\"by\":\"CISA-ADP\",\"exploitation\":\"poc\",\"name\":"
                 "\"ssvc\",\"technical_impact\":\"total\",\"time\":\"2024-04-17T04:00:13Z\"}");
    CVE_SAYS("Upgrade to a fixed version, whatever else is in place. Then rest.",
             "{\"by\":\"acme\",\"name\":\"solution\"}");
    say(&s->t, KIND_VULNERABILITY, "CVE-2024-77777", PRED_AFFECTS, KIND_PRODUCT, "name:acmebox",
        .detail = "{\"by\":\"acme\",\"default\":\"unaffected\",\"product\":\"Box\",\"vendor\":"
                  "\"Acme\",\"versions\":[{\"status\":\"unaffected\",\"version\":\"9.0\"},"
                  "{\"lessThan\":\"10.2.9-h1\",\"status\":\"affected\",\"version\":\"10.2\"},"
                  "{\"changes\":[{\"at\":\"11.3\",\"status\":\"unaffected\"},{\"at\":\"11.4\","
                  "\"status\":\"unaffected\"},{\"at\":\"11.5\",\"status\":\"affected\"},{\"at\":"
                  "\"11.7\",\"status\":\"unaffected\"}],\"lessThan\":\"*\","
                  "\"status\":\"affected\",\"version\":\"11\"},{\"lessThanOrEqual\":\"12.4\","
                  "\"status\":\"affected\",\"version\":\"0\"}]}");
    say(&s->t, KIND_VULNERABILITY, "CVE-2024-77777", PRED_AFFECTS, KIND_PRODUCT, "name:acmebox",
        .detail = "{\"by\":\"CISA-ADP\",\"product\":\"box\",\"versions\":[{\"status\":\"affected\","
                  "\"version\":\"1\"}]}");
    say(&s->t, KIND_VULNERABILITY, "CVE-2024-77777", PRED_AFFECTS, KIND_PRODUCT, "name:acmecloud",
        .detail = "{\"by\":\"acme\",\"default\":\"unaffected\",\"product\":\"Cloud\",\"vendor\":"
                  "\"Acme\",\"versions\":[{\"status\":\"unaffected\",\"version\":\"All\"}]}");
    say(&s->t, KIND_VULNERABILITY, "CVE-2024-77777", PRED_MEASURED, KIND_NONE, "",
        .value = "epss 945600 999000", .valid_from = "2026-11-20");
    doc_end(&s->t);
    CHECK_OK(asker_look(s->k, &s->t.v, &s->t.why));
}

TEST(a_vulnerability_with_its_record)
{
    session s;
    REQUIRE(begin(&s));
    add_record(&s);
    const answer *w = ask(&s, "CVE-2024-77777");
    REQUIRE(w && w->vulnerability);
    const answer_vulnerability *v = w->vulnerability;
    CHECK(!v->exploited);
    CHECK_EQ(v->cvss_count, 2);
    CHECK_EQ(v->priority, PRIORITY_P2); /* 2 + 1 + 1 + 1, but nobody is known to exploit it */
    CHECK_EQ(v->points, 5);
    CHECK(has(&s.en, "= exploit is public (SSVC) + no login + automatable + total impact"));
    CHECK(has(&s.en, "CVSS 3.1 10.0, with temporal metrics 9.1 (acme) \xc2\xb7 EPSS 0.9456 "
                     "(2026-11-20) \xc2\xb7 CVSS 3.1 9.8 (CISA-ADP)"));
    CHECK(has(&s.json, "\"epss\":{\"score\":0.9456,\"percentile\":0.999,\"day\":\"2026-11-20\""));
    CHECK(has(&s.en, "by mission impact: low track, medium track*, high attend"));
    CHECK(has(&s.en, "Box 10.2 before 10.2.9-h1 \xc2\xb7 11 before 11.3 \xc2\xb7 11.5 before "
                     "11.7 \xc2\xb7 up to 12.4"));
    CHECK(has(&s.en, "not affected:  Box 9.0 \xc2\xb7 Cloud"));
    CHECK(has(&s.en, "upgrade Box to 10.2.9-h1, 11.3, 11.7 or later in its line"));
    CHECK(has(&s.en, "\"Upgrade to a fixed version, whatever else is in place\""));
    CHECK(has(&s.json,
              "\"fixed\":[{\"product\":\"name:acmebox\",\"versions\":[\"10.2.9-h1\",\"11.3\","
              "\"11.7\"]}]"));
    CHECK(
        has(&s.json, "\"decision\":{\"low\":\"track\",\"medium\":\"track*\",\"high\":\"attend\"}"));
    CHECK(has(&s.json, "\"priority\":{\"if_affected\":\"P2\",\"points\":5,\"terms\":[{\"what\":"
                       "\"exploit-public\",\"points\":2}"));
    end(&s);
}

TEST(what_is_mapped_shows_at_both_ends)
{
    session s;
    REQUIRE(begin(&s));
    doc(&s.t, "mapper", "mapped.json", 'F', TLP_CLEAR);
    say(&s.t, KIND_TECHNIQUE, "name:t1955", PRED_NAMED, KIND_NAME, "t1955", .value = "T1955",
        .detail = "{\"kind\":\"id\"}");
    say(&s.t, KIND_TECHNIQUE, "name:t1955", PRED_NAMED, KIND_NAME, "opendoor", .value = "Open Door",
        .detail = "{\"kind\":\"primary\"}");
    say(&s.t, KIND_MITIGATION, "course-of-action--9955", PRED_NAMED, KIND_NAME, "t1955",
        .value = "T1955", .detail = "{\"kind\":\"id\"}");
    say(&s.t, KIND_VULNERABILITY, "CVE-2099-1008", PRED_NAMED, KIND_NAME, "flawofthedoor",
        .value = "Flaw of the Door", .detail = "{\"kind\":\"alias\"}");
    for (int i = 8; i < 13; i++) {
        char cve[32];
        snprintf(cve, sizeof cve, "CVE-2099-1%03d", i);
        say(&s.t, KIND_VULNERABILITY, cve, PRED_MAPPED_TO, KIND_TECHNIQUE, "name:t1955",
            .value = "why it is",
            .detail = i < 11 ? "{\"mapping\":\"exploitation-technique\"}"
                             : "{\"mapping\":\"primary-impact\"}");
    }
    say(&s.t, KIND_VULNERABILITY, "CVE-2099-1008", PRED_MAPPED_TO, KIND_TECHNIQUE, "name:t1955",
        .detail = "{\"mapping\":\"secondary-impact\"}");
    doc_end(&s.t);
    CHECK_OK(asker_look(s.k, &s.t.v, &s.t.why));
    const answer *w = ask(&s, "T1955"); /* a mitigation has this id, too: the id says technique */
    REQUIRE(w && w->card);
    CHECK_EQ(w->card->vulnerabilities.total, 5);
    CHECK(has(&s.en, "5 mapped to it, 3 exploited by it; newest:  CVE-2099-1010, CVE-2099-1009"));
    CHECK(has(&s.json, "\"vulnerabilities\":5"));
    w = ask(&s, "CVE-2099-1008");
    REQUIRE(w);
    CHECK_EQ(w->technique_count, 1);
    CHECK(has(&s.en, "1 technique mapped to it by mapper"));
    CHECK(has(&s.en, "exploited by  T1955 Open Door"));
    CHECK(has(&s.en, "and then      T1955 Open Door"));
    CHECK(!has(&s.en, "leads to"));
    CHECK(has(&s.json, "\"mapping\":[\"exploitation-technique\",\"secondary-impact\"],\"sources\":"
                       "[\"mapper\"]"));
    CHECK(!w->vulnerability->exploited); /* what can follow has not happened */
    w = ask(&s, "Flaw of the Door");
    REQUIRE(w && w->vulnerability); /* by another name: the same answer */
    CHECK_SLICE(w->question.value, S("CVE-2099-1008"));
    end(&s);
}

TEST(a_mention_is_told_from_a_statement)
{
    session s;
    REQUIRE(begin(&s));
    doc(&s.t, "galaxy", "g.json", 'F', TLP_CLEAR);
#define NAMES_CVE(kind_, id_, name_, how_, detail_)                                                \
    say(&s.t, kind_, id_, PRED_NAMED, KIND_NAME, name_, .value = name_,                            \
        .detail = "{\"kind\":\"primary\"}");                                                       \
    say(&s.t, kind_, id_, how_, KIND_VULNERABILITY, "CVE-2099-2000", .value = "some words",        \
        .detail = detail_)
    NAMES_CVE(KIND_ACTOR, "threat-actor--91", "sayer", PRED_EXPLOITS, "{\"basis\":\"text\"}");
    NAMES_CVE(KIND_ACTOR, "threat-actor--92", "citer", PRED_REFERS_TO, "{\"basis\":\"reference\"}");
    NAMES_CVE(KIND_MALWARE, "malware--93", "lister", PRED_REFERS_TO, "{\"basis\":\"text\"}");
    NAMES_CVE(KIND_MALWARE, "malware--94", "sayer", PRED_REFERS_TO, "{\"basis\":\"text\"}");
    NAMES_CVE(KIND_INDICATOR, "indicator--95", "i", PRED_REFERS_TO, "{\"basis\":\"text\"}");
    doc_end(&s.t);
    CHECK_OK(asker_look(s.k, &s.t.v, &s.t.why));
    const answer *w = ask(&s, "CVE-2099-2000");
    REQUIRE(w && w->card);
    CHECK_EQ(w->card->exploited_by.count, 1);
    CHECK(has(
        &s.en,
        "WHO       sayer named with it, not said to exploit it:  lister (description), citer (a "
        "report it cites)"));
    CHECK(has(&s.en, "indicators held: galaxy 1"));
    CHECK(has(&s.json, "\"basis\":\"reference\""));
    end(&s);
}

TEST(what_is_cut_of_names_is_counted)
{
    session s;
    REQUIRE(begin(&s));
    doc(&s.t, "lists", "names.json", 'F', TLP_CLEAR);
    for (int i = 0; i < 52; i++) {
        char text[16];
        snprintf(text, sizeof text, "alias%d", i);
        say(&s.t, KIND_ACTOR, "intrusion-set--71", PRED_NAMED, KIND_NAME, text, .value = text,
            .detail = "{\"kind\":\"alias\"}");
    }
    for (int i = 1; i <= 2; i++)
        say(&s.t, KIND_ACTOR, i == 1 ? "intrusion-set--71" : "intrusion-set--72", PRED_NAMED,
            KIND_NAME, "twoofthem", .value = "Two of them", .detail = "{\"kind\":\"alias\"}");
    say(&s.t, KIND_ACTOR, "intrusion-set--71", PRED_NAMED, KIND_NAME, "one", .value = "One",
        .detail = "{\"kind\":\"primary\"}");
    say(&s.t, KIND_ACTOR, "intrusion-set--72", PRED_NAMED, KIND_NAME, "two", .value = "Two",
        .detail = "{\"kind\":\"primary\"}");
    doc_end(&s.t);
    CHECK_OK(asker_look(s.k, &s.t.v, &s.t.why));
    const answer *w = ask(&s, "Two of them");
    REQUIRE(w);
    CHECK_EQ(w->type, ANSWER_AMBIGUOUS);
    CHECK(has(&s.json, "\"more\":{\"names\":4}")); /* 54, of which 50 are shown */
    buf all;
    buf_init(&all, 1 << 22);
    CHECK_OK(answer_json(w, RENDER_ALL, &all, &s.t.why));
    CHECK(!has(&all, "\"more\":{\"names\""));
    buf_done(&all);
    end(&s);
}

/* --- what holds for all --------------------------------------------------------------------- */

static const char *const questions[] = {
    "192.0.2.197",
    "203.0.113.9",
    "192.0.2.44",
    "0123456789abcdef0123456789abcdef",
    "Mouse",
    "G9001",
    "T9001",
    "Steppe",
    "Nowhere",
    "Thing Strike",
    "Cheese",
    "CVE-2024-99999",
    "10.0.0.1",
    "www.example.com",
    "someone@example.com",
    "https://example.com/a?b=c",
    "Nobody Ever",
    "f9397b3b2e8a1d15f9e0508d6a6fd9f8cf50eda67ea8056cac948c42b51047b6",
};

/* Numbers, dates, identifiers and quotations of a text, in order: runs of digits and letters that
 * have a digit in them, and words in capitals. The moment of the answer stands in another zone. */
static void facts_of(slice text, buf *into)
{
    bool first = true;
    slice rest = text, line;
    while (slice_cut(&rest, '\n', &line)) {
        size_t i = 0;
        while (!first && i < line.len) {
            size_t from = i;
            bool digit = false;
            while (i < line.len &&
                   (is_alnum(line.ptr[i]) || (i > from && strchr("-,.:/_", line.ptr[i])))) {
                digit |= is_digit(line.ptr[i]);
                i++;
            }
            size_t to = i;
            while (to > from && strchr("-,.:/_", line.ptr[to - 1]))
                to--;
            slice word = slice_sub(line, from, to);
            if (digit && to > from && !slice_eq(word, S("C2"))) { /* a word of the glossary */
                buf_put(into, word);
                buf_byte(into, '\n');
            }
            i += i == from;
        }
        first = false;
    }
}

TEST(both_languages_carry_the_same_facts_in_the_same_order)
{
    session s;
    REQUIRE(begin(&s));
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        buf en, ja;
        buf_init(&en, 1 << 20);
        buf_init(&ja, 1 << 20);
        REQUIRE(ask(&s, questions[i]));
        facts_of(buf_slice(&s.en), &en);
        facts_of(buf_slice(&s.ja), &ja);
        if (!slice_eq(buf_slice(&en), buf_slice(&ja)))
            TEST_FAIL("%s\n%.*s\n---\n%.*s\n%.*s\n%.*s", questions[i], (int)en.len, en.ptr,
                      (int)ja.len, ja.ptr, (int)s.en.len, s.en.ptr, (int)s.ja.len, s.ja.ptr);
        buf_done(&en);
        buf_done(&ja);
    }
    end(&s);
}

static void check_page(slice text, const char *question, language l)
{
    size_t lines = 0;
    slice rest = text, line;
    while (slice_cut(&rest, '\n', &line)) {
        lines += rest.ptr != NULL;
        if (text_width(line) > SINK_COLUMNS)
            TEST_FAIL("%s: %zu columns: %.*s", question, text_width(line), SLICE_FMT(line));
    }
    if (lines > RENDER_LINES + 1)
        TEST_FAIL("%s: %zu lines (%s)\n%.*s", question, lines, language_name(l), SLICE_FMT(text));
}

TEST(a_page_has_25_lines_of_110_columns)
{
    session s;
    REQUIRE(begin(&s));
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        REQUIRE(ask(&s, questions[i]));
        check_page(buf_slice(&s.en), questions[i], LANG_EN);
        check_page(buf_slice(&s.ja), questions[i], LANG_JA);
    }
    end(&s);
}

TEST(the_json_is_json_and_says_its_own_hash)
{
    session s;
    REQUIRE(begin(&s));
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        CLEANUP(arena_done) arena a;
        json *v;
        uint8_t digest[SHA256_BYTES];
        char hex[2 * SHA256_BYTES + 1], id[2 * SHA256_BYTES + 1] = {0};
        arena_init(&a, 8 << 20);
        REQUIRE(ask(&s, questions[i]));
        CHECK_OK(json_parse(&a, buf_slice(&s.json), NULL, &v, &s.t.why));
        slice said = json_text(json_get(v, S("id")));
        REQUIRE(said.len == 2 * SHA256_BYTES);
        memcpy(id, said.ptr, said.len);
        size_t where = slice_find(buf_slice(&s.json), said, 0);
        memset(s.json.ptr + where, '0', said.len);
        CHECK(hash_of(HASH_SHA256, buf_slice(&s.json), digest));
        CHECK(strcmp(hash_hex(digest, SHA256_BYTES, hex), id) == 0);
        /* asked again, by another asker, it is the same */
        asker *k = NULL;
        const answer *again = NULL;
        buf second;
        buf_init(&second, 1 << 22);
        CHECK_OK(asker_new(s.t.s, &k, &s.t.why));
        CHECK_OK(asker_look(k, &s.t.v, &s.t.why));
        CHECK_OK(ask_value(k, &a, slice_str(questions[i]), &(ask_options){.seen_at = WHEN_NONE},
                           &again, &s.t.why));
        CHECK_OK(answer_json(again, RENDER_CAPPED, &second, &s.t.why));
        memcpy(s.json.ptr + where, id, said.len);
        CHECK_SLICE(buf_slice(&second), buf_slice(&s.json));
        buf_done(&second);
        asker_free(k);
        /* and the short form parses, too */
        buf_clear(&s.json);
        CHECK_OK(answer_json(s.w, RENDER_SHORT, &s.json, &s.t.why));
        CHECK_OK(json_parse(&a, buf_slice(&s.json), NULL, &v, &s.t.why));
    }
    end(&s);
}

/* The short form of one value, as the API asks for it, by `r` when there is one. */
static void short_of(session *s, const char *question, bool brief, renderer *r, buf *into)
{
    const answer *w = NULL;
    const ask_options o = {.seen_at = WHEN_NONE, .brief = brief};
    arena_reset(&s->a);
    CHECK_OK(ask_value(s->k, &s->a, slice_str(question), &o, &w, &s->t.why));
    buf_clear(into);
    if (w && r)
        CHECK_OK(answer_json_with(r, w, RENDER_SHORT, into, &s->t.why));
    else if (w)
        CHECK_OK(answer_json(w, RENDER_SHORT, into, &s->t.why));
}

/* A value that is asked about again is answered from what was gathered; what is not shown is not
 * worked out; and messages are rendered once. None of it shows. */
TEST(a_brief_answer_is_the_short_form_of_the_whole_one)
{
    session s;
    buf whole, brief;
    buf_init(&whole, 1 << 20);
    buf_init(&brief, 1 << 20);
    REQUIRE(begin(&s));
    renderer *r = renderer_new();
    REQUIRE(r);
    for (int round = 0; round < 4; round++) {
        for (size_t i = 0; i < COUNT_OF(questions); i++) {
            short_of(&s, questions[i], false, NULL, &whole);
            short_of(&s, questions[i], true, r, &brief);
            CHECK_SLICE(buf_slice(&brief), buf_slice(&whole));
        }
        CHECK_OK(asker_look(s.k, &s.t.v, &s.t.why)); /* the same look: it is remembered */
    }
    renderer_free(r);
    buf_done(&whole);
    buf_done(&brief);
    end(&s);
}

TEST(what_was_gathered_is_of_its_look_and_its_reader)
{
    session s;
    buf one, two;
    buf_init(&one, 1 << 20);
    buf_init(&two, 1 << 20);
    REQUIRE(begin(&s));
    for (int i = 0; i < 3; i++)
        short_of(&s, "192.0.2.197", true, NULL, &one);
    /* somebody says more, in confidence */
    doc(&s.t, "secret", "secret.json", 'A', TLP_RED);
    say(&s.t, KIND_IPV4, "192.0.2.197", PRED_INDICATES, KIND_NONE, "", .from = "2026-11-01");
    doc_end(&s.t);
    const tlp order[] = {TLP_GREEN, TLP_RED, TLP_RED, TLP_GREEN, TLP_RED};
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        s.t.v.clearance = order[i];
        CHECK_OK(asker_look(s.k, &s.t.v, &s.t.why));
        for (int n = 0; n < 3; n++) {
            short_of(&s, "192.0.2.197", true, NULL, &two);
            CHECK_EQ(slice_eq(buf_slice(&one), buf_slice(&two)), order[i] == TLP_GREEN);
        }
    }
    /* and it is judged anew as time goes by */
    short_of(&s, "192.0.2.197", true, NULL, &one);
    view later = s.t.v;
    later.now += 400 * WHEN_DAY;
    CHECK_OK(asker_look(s.k, &later, &s.t.why));
    short_of(&s, "192.0.2.197", true, NULL, &two);
    CHECK(!slice_eq(buf_slice(&one), buf_slice(&two)));
    buf_clear(&one);
    asker_free(s.k);
    s.k = NULL;
    CHECK_OK(asker_new(s.t.s, &s.k, &s.t.why)); /* as who remembers nothing has it */
    CHECK_OK(asker_look(s.k, &later, &s.t.why));
    short_of(&s, "192.0.2.197", true, NULL, &one);
    CHECK_SLICE(buf_slice(&two), buf_slice(&one));
    CHECK_OK(asker_look(s.k, &s.t.v, &s.t.why));
    buf_done(&one);
    buf_done(&two);
    end(&s);
}

TEST(what_is_an_observable_by_its_text_alone)
{
    static const char *const texts[] = {
        "192.0.2.197", " hxxp://a[.]example.com/x ", "d41d8cd98f00b204e9800998ecf8427e",
        /* thing.strike has no top-level domain: it is a name first */
        "CVE-2024-99999", "T1059", "Thing Strike", "thing.strike", "", "\xff"};
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        CLEANUP(arena_done) arena a;
        arena_init(&a, 1 << 20);
        CHECK_EQ(ask_is_observable(&a, slice_str(texts[i])), i < 3);
    }
}

TEST(what_the_view_does_not_see_changes_nothing)
{
    session plain, more;
    REQUIRE(begin(&plain));
    REQUIRE(begin(&more));
    doc(&more.t, "secret", "secret.json", 'A', TLP_RED);
    for (size_t i = 0; i < COUNT_OF(questions); i++)
        say(&more.t, i % 2 ? KIND_IPV4 : KIND_MALWARE, i % 2 ? "192.0.2.197" : "name:thingstrike",
            i % 2 ? PRED_INDICATES : PRED_NAMED, i % 2 ? KIND_ACTOR : KIND_NAME,
            i % 2 ? "intrusion-set--1" : "mouse", .value = "MOUSE",
            .detail = "{\"kind\":\"alias\"}", .from = i % 2 ? "2026-11-01" : NULL);
    say(&more.t, KIND_IPV4, "192.0.2.44", PRED_INDICATES, KIND_NONE, "");
    say(&more.t, KIND_VULNERABILITY, "CVE-2024-99999", PRED_EXPLOITED, KIND_NONE, "",
        .detail = "{\"n\":1}");
    doc_end(&more.t);
    for (size_t i = 0; i < COUNT_OF(questions); i++) {
        session *both[] = {&plain, &more};
        for (size_t b = 0; b < 2; b++) {
            both[b]->t.v.clearance = TLP_GREEN;
            CHECK_OK(asker_look(both[b]->k, &both[b]->t.v, &both[b]->t.why));
            REQUIRE(ask(both[b], questions[i]));
        }
        CHECK_SLICE(buf_slice(&more.json), buf_slice(&plain.json));
        CHECK_SLICE(buf_slice(&more.en), buf_slice(&plain.en));
    }
    /* and it does for who may see it */
    more.t.v.clearance = TLP_RED;
    CHECK_OK(asker_look(more.k, &more.t.v, &more.t.why));
    REQUIRE(ask(&more, "192.0.2.44"));
    CHECK(more.w->known);
    CHECK_EQ(more.w->tlp, TLP_RED);
    end(&more);
    end(&plain);
}

TEST(questions_that_are_none)
{
    static const struct {
        slice text;
        status want;
    } rows[] = {
        {S_INIT(""), ERR_INPUT}, {S_INIT("  \n"), ERR_INPUT}, {S_INIT("\xff\xfe"), ERR_INPUT}};
    session s;
    char long_text[ASK_TEXT_MAX + 2];
    memset(long_text, 'a', sizeof long_text);
    REQUIRE(begin(&s));
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const answer *w = NULL;
        CHECK_EQ(ask_value(s.k, &s.a, rows[i].text, &(ask_options){.seen_at = WHEN_NONE}, &w, NULL),
                 rows[i].want);
        CHECK(w == NULL);
    }
    const answer *w = NULL;
    CHECK_EQ(ask_value(s.k, &s.a, slice_of(long_text, ASK_TEXT_MAX + 1),
                       &(ask_options){.seen_at = WHEN_NONE}, &w, NULL),
             ERR_LIMIT);
    CHECK_OK(ask_value(s.k, &s.a, slice_of(long_text, ASK_TEXT_MAX),
                       &(ask_options){.seen_at = WHEN_NONE}, &w, NULL));
    end(&s);
}

TEST(every_allocation_may_fail)
{
    static const char *const some[] = {"192.0.2.197",    "Mouse",      "Steppe",
                                       "CVE-2024-99999", "192.0.2.44", "Nobody Ever"};
    session s;
    REQUIRE(begin(&s));
    for (size_t i = 0; i < COUNT_OF(some); i++)
        for (long n = 0;; n += n < 60 ? 1 : 1 + n / 7) {
            CLEANUP(arena_done) arena a;
            const answer *w = NULL;
            arena_init(&a, ASK_MEMORY_MAX);
            a.fail_after = n;
            status st = ask_value(s.k, &a, slice_str(some[i]), &(ask_options){.seen_at = WHEN_NONE},
                                  &w, NULL);
            if (st == OK) {
                CHECK(n > 3);
                break;
            }
            CHECK_EQ(st, ERR_LIMIT);
            CHECK(w == NULL);
            if (st != ERR_LIMIT) /* it would be said again for ever */
                break;
        }
    end(&s);
}
