#include "format/misp/misp.h"
#include "format/test_facts.h"
#include "model/observable.h"

extern const format format_misp;
extern const format format_misp_galaxy;

#define EVENT "10000000-0000-4000-8000-000000000001"
#define ORG "10000000-0000-4000-8000-000000000002"
#define A1 "10000000-0000-4000-8000-0000000000a1"
#define A2 "10000000-0000-4000-8000-0000000000a2"
#define A3 "10000000-0000-4000-8000-0000000000a3"
#define O1 "10000000-0000-4000-8000-0000000000b1"
#define O2 "10000000-0000-4000-8000-0000000000b2"
#define ACTOR "10000000-0000-4000-8000-0000000000c1"
#define HASH_A "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85a"
#define HASH_B "d41d8cd98f00b204e9800998ecf8427a"
#define REPORT "report report--" EVENT

/* JSON with ' for its quotes, so that it can be read here; a quote inside a text is ". */
static slice json_of(const char *text, buf *out)
{
    buf_clear(out);
    for (; *text; text++)
        if (*text == '"')
            buf_put(out, S("\\\""));
        else
            buf_byte(out, *text == '\'' ? '"' : *text);
    return buf_slice(out);
}

static status read_text(facts_text *t, const char *text, err *why)
{
    CLEANUP(buf_done) buf doc;
    buf_init(&doc, 1 << 20);
    return facts_read(t, &format_misp, json_of(text, &doc), S("event.json"), why);
}

#define READ(t, text)                                                                              \
    err why = {0};                                                                                 \
    facts_text t;                                                                                  \
    facts_open(&t);                                                                                \
    if (read_text(&t, text, &why) != OK)                                                           \
    TEST_FAIL("%s", why.msg)

#define HEAD(rest)                                                                                 \
    "{'Event':{'uuid':'" EVENT "','info':'A made-up case','timestamp':'1600000000',"               \
    "'date':'2020-09-13'," rest "}}"

static const char one_event[] =
    HEAD("'threat_level_id':'1','analysis':'2','published':true,'distribution':'1',"
         "'Orgc':{'id':'7','name':'Example CSIRT','uuid':'" ORG "'},"
         "'extends_uuid':'" O2 "','RelatedEvent':[{'Event':{'uuid':'" O1 "','info':'Another'}}],"
         "'Tag':[{'name':'tlp:green'},{'name':'misp-galaxy:threat-actor=\"Paper Tiger\"'},"
         "{'name':'workflow:state=\"complete\"'},"
         "{'name':'admiralty-scale:information-credibility=\"2\"'}],"
         "'Galaxy':[{'type':'threat-actor','GalaxyCluster':[{'uuid':'" ACTOR "',"
         "'collection_uuid':'" ORG "','type':'threat-actor','value':'Paper Tiger',"
         "'tag_name':'misp-galaxy:threat-actor=\"Paper Tiger\"','description':'x','meta':{}}]}],"
         "'Attribute':[{'uuid':'" A1 "','type':'domain','category':'Network activity',"
         "'value':'Evil.Example.com','to_ids':true,'timestamp':'1600000100','comment':'C2 server',"
         "'first_seen':'2020-09-01T00:00:00+00:00','last_seen':'2020-09-02T00:00:00.5+00:00'},"
         "{'uuid':'" A2 "','type':'ip-dst','category':'Network activity','value':'198.51.100.7',"
         "'to_ids':'0'},"
         "{'uuid':'" A3 "','type':'link','category':'External analysis',"
         "'value':'https://example.org/report','to_ids':0},"
         "{'type':'comment','category':'Other','value':'Look twice.','to_ids':false}],"
         "'EventReport':[{'uuid':'" A1 "','name':'Summary','content':'# What happened'}]");

TEST(an_event_becomes_records)
{
    READ(t, one_event);
    CHECK_SAYS(&t, "head misp source=Example CSIRT derives=\n");
    CHECK_EQ(t.records, 6);
    CHECK_EQ(t.refused + t.warned, 0);
    CHECK_SAYS(&t, " id=misp-event--" EVENT " tlp=green content=");
    CHECK_SAYS(&t, "  " REPORT " named name amadeupcase \"A made-up case\" {\"kind\":\"title\"}");
    CHECK_SAYS(&t, "  " REPORT " property {\"analysis\":\"complete\",\"date\":\"2020-09-13\","
                   "\"distribution\":\"community\",\"published\":true,\"tags\":[\"tlp:green\",");
    CHECK_SAYS(&t, "],\"threat_level\":\"high\"} conf=75");
    CHECK_SAYS(&t, "  " REPORT " authored-by organisation identity--" ORG);
    CHECK_SAYS(&t, "  organisation identity--" ORG " named name examplecsirt \"Example CSIRT\"");
    CHECK_SAYS(&t, "  " REPORT " refers-to actor threat-actor--" ACTOR
                   " {\"galaxy\":\"threat-actor\"} conf=75");
    CHECK_SAYS(&t, "  actor threat-actor--" ACTOR " named name papertiger \"Paper Tiger\"");
    CHECK_SAYS_NOT(&t, "name:papertiger"); /* the tag is the cluster that is there */
    CHECK_SAYS(&t, "  " REPORT " refers-to other tag:workflow:state=\"complete\" "
                   "{\"relation\":\"tag\"}");
    CHECK_SAYS_NOT(&t, "tag:tlp");
    CHECK_SAYS(&t, "  " REPORT " related-to report report--" O2 " {\"relation\":\"extends\"}");
    CHECK_SAYS(&t, "  " REPORT " related-to report report--" O1 " {\"relation\":\"correlates\"}");
#define ORIGIN " <https://example.org/report>"
    CHECK_SAYS(&t, " place=/Attribute/0 id=misp-attribute--" A1 " tlp=green content=");
    CHECK_SAYS(&t, "  domain evil.example.com indicates actor threat-actor--" ACTOR
                   " {\"basis\":\"event\",\"category\":\"Network activity\",\"role\":\"c2\","
                   "\"type\":\"domain\"} conf=75 first=2020-09-01T00:00:00Z "
                   "last=2020-09-02T00:00:00.500Z from=2020-09-13T12:28:20Z tlp=green" ORIGIN);
    CHECK_SAYS(&t, "  " REPORT " refers-to domain evil.example.com \"C2 server\" "
                   "{\"category\":\"Network activity\",\"to_ids\":true,\"type\":\"domain\"}");
    CHECK_SAYS(&t, "  " REPORT " refers-to ipv4 198.51.100.7 {\"category\":\"Network activity\","
                   "\"type\":\"ip-dst\"} conf=75 from=2020-09-13T12:26:40Z");
    CHECK_SAYS_NOT(&t, "198.51.100.7 indicates");
    CHECK_SAYS(&t, "  " REPORT " refers-to url https://example.org/report");
    CHECK_SAYS(&t, "  " REPORT " property \"Look twice.\" {\"category\":\"Other\","
                   "\"name\":\"comment\",\"type\":\"comment\"}");
    CHECK_SAYS(&t, " id=misp-event-report--" A1);
    CHECK_SAYS(&t, "  note note--" A1 " described \"# What happened\" tlp=green");
    CHECK_SAYS(&t, "  note note--" A1 " refers-to " REPORT);
    facts_close(&t);
}

/* --- wrappers and spellings ------------------------------------------------------------------ */

/* The facts without what a wrapper moves. */
static void without_places(slice in, buf *out)
{
    slice line;
    buf_clear(out);
    while (slice_cut(&in, '\n', &line)) {
        if (slice_starts(line, S("record at=")))
            line = slice_from(line, slice_find(line, S(" line="), 0));
        buf_put(out, line);
        buf_byte(out, '\n');
    }
}

#define BARE                                                                                       \
    "{'uuid':'" EVENT "','info':'x','timestamp':1600000000,'distribution':3,'Attribute':["         \
    "{'uuid':'" A1 "','type':'domain','value':'a.example.com','to_ids':1,'category':'Other'}]}"

TEST(every_wrapper_says_the_same)
{
    static const char *const rows[] = {
        BARE,
        "{'Event':" BARE "}",
        "{'response':[{'Event':" BARE "}]}",
        "[" BARE "]",
        "[{'Event':" BARE "}]",
        "{'response':{'Event':" BARE "}}",
        "{'response':[" BARE "],'errors':['x'],'uuid':'zzz'}",
        /* other order, numbers and booleans as text */
        "{'Event':{'Attribute':[{'category':'Other','to_ids':true,'value':'a.example.com',"
        "'type':'domain','id':'17','event_id':'4','uuid':'" A1 "'}],'distribution':'3',"
        "'timestamp':'1600000000','id':'4','info':'x','uuid':'" EVENT "'}}",
    };
    CLEANUP(buf_done) buf want, got;
    buf_init(&want, 1 << 20);
    buf_init(&got, 1 << 20);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        READ(t, rows[i]);
        CHECK_EQ(t.records, 2);
        without_places(buf_slice(&t.out), i ? &got : &want);
        if (i)
            CHECK_SLICE(buf_slice(&got), buf_slice(&want));
        CLEANUP(buf_done) buf doc;
        buf_init(&doc, 1 << 20);
        CHECK(format_sniff(json_of(rows[i], &doc), S("x")) == &format_misp);
        facts_close(&t);
    }
}

TEST(several_events_are_told_apart)
{
    READ(t, "{'response':[{'Event':{'uuid':'" EVENT "','info':'one','Orgc':{'name':'B'},"
            "'Tag':[{'name':'tlp:red'}],'Attribute':[{'type':'md5','value':'" HASH_B "'}]}},"
            "{'Event':{'Attribute':[{'type':'domain','value':'a.example.com'}],"
            "'Orgc':{'name':'A'},'uuid':'" O1 "','info':'two'}},"
            "{'Event':{'Orgc':{'name':'B'},'uuid':'" O2 "','info':'three'}}]}");
    CHECK_SAYS(&t, "head misp source=B derives=");
    CHECK_EQ(t.records, 5);
    CHECK_SAYS(&t,
               "  report report--" EVENT " refers-to md5 " HASH_B " {\"type\":\"md5\"} tlp=red");
    CHECK_SAYS(&t,
               "  report report--" O1 " refers-to domain a.example.com {\"type\":\"domain\"}\n");
    facts_close(&t);
}

TEST(what_is_no_event)
{
    static const struct {
        const char *doc;
        status want;
        const char *why;
    } rows[] = {
        {"{}", ERR_INPUT, "no MISP event in it"},
        {"[]", ERR_INPUT, "no MISP event in it"},
        {"{'response':[]}", ERR_INPUT, "no MISP event in it"},
        {"", ERR_INPUT, "JSON: empty"},
        {"{'Event':{'info':'x','Attribute':[{'type':'md5',", ERR_INPUT, "JSON: ends early"},
        {"{'Event':{'info':tru}}", ERR_INPUT, "JSON: "},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        err why = {0};
        facts_text t;
        facts_open(&t);
        CHECK_EQ(read_text(&t, rows[i].doc, &why), rows[i].want);
        if (!slice_starts(slice_str(why.msg), slice_str(rows[i].why)))
            TEST_FAIL("row %zu: %s", i, why.msg);
        CHECK_EQ(t.heads, 0); /* nothing is told of what cannot be read */
        facts_close(&t);
    }
}

TEST(recognition)
{
    static const struct {
        slice head;
        bool want;
    } rows[] = {
        {S_INIT("{\"Event\": {\"info\": \"x\", \"analysis\": \"1\""), true},
        {S_INIT("{\"response\": [{\"Event\": {\"id\": \"1\", \"Orgc\": {}, \"info\""), true},
        {S_INIT("{\"Object\": [{\"template_uuid\": \"\", \"meta-category\": \"file\""), true},
        {S_INIT("{\"Attribute\": [{\"category\": \"Other\", \"to_ids\": true"), true},
        {S_INIT("{\"info\": \"swagger\", \"paths\": {}}"), false},
        {S_INIT("{\"Event\": \"x\"}"), false},
        {S_INIT("{\"type\":\"bundle\",\"id\":\"bundle--1\",\"objects\":[]}"), false},
        {S_INIT("{\"attributes\":{},\"meta-category\":\"file\",\"name\":\"x\"}"), false},
        {S_INIT("Event,info"), false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if ((format_misp.sniff(rows[i].head, S("x.json")) > 0) != rows[i].want)
            TEST_FAIL("row %zu", i);
}

#define SUM "0123456789abcdef0123456789ABCDEF"

TEST(the_index_of_a_feed_accuses_nobody)
{
    static const struct {
        const char *path;
        slice doc;
        bool want;
    } rows[] = {
        {"hashes.csv", S_INIT(SUM "," EVENT "\n"), true},
        {"a/hashes.csv", S_INIT(SUM "," EVENT "\r\n" SUM "," O1), true},
        {"hashes.csv", S_INIT(SUM "," EVENT), true},
        {"myhashes.csv", S_INIT(SUM "," EVENT "\n"), false},
        {"hashes.csv", S_INIT(SUM "," EVENT "\n" SUM ",x\n"), false},
        {"hashes.csv", S_INIT("md5,uuid\n" SUM "," EVENT "\n"), false},
        {"hashes.csv", S_INIT(""), false},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        facts_text t;
        err why = {0};
        slice path = slice_str(rows[i].path);
        if ((format_sniff(rows[i].doc, path) == &format_misp) != rows[i].want)
            TEST_FAIL("row %zu", i);
        facts_open(&t);
        status st = facts_read(&t, &format_misp, rows[i].doc, path, &why);
        CHECK_EQ(st, rows[i].want ? OK : ERR_INPUT);
        CHECK_EQ(t.warned, rows[i].want);
        CHECK_EQ(t.records, 0);
        facts_close(&t);
    }
}

/* --- types ----------------------------------------------------------------------------------- */

TEST(types_are_in_order_and_found)
{
    bool known;
    CHECK(misp_type_count() > 190);
    for (size_t i = 0; i < misp_type_count(); i++) {
        slice name = misp_type_name(i);
        if (i && slice_cmp(misp_type_name(i - 1), name) >= 0)
            TEST_FAIL("%.*s is out of order", SLICE_FMT(name));
        if (!slice_eq(misp_type_of(name, &known)->name, name) || !known)
            TEST_FAIL("%.*s is not found", SLICE_FMT(name));
    }
    CHECK(misp_type_of(S("no-such-type"), &known)->kind == KIND_PROPERTY && !known);
    CHECK(misp_type_of(S(""), &known)->kind == KIND_PROPERTY && !known);
}

TEST(values_by_type)
{
    static const struct {
        const char *type, *value, *says;
    } rows[] = {
        {"AS", "AS64500", "asn AS64500"},
        {"ip-src", "2001:DB8::1", "ipv6 2001:db8::1"},
        {"ip-dst", "192.0.2.0/24", "cidr 192.0.2.0/24"},
        {"ip-dst|port", "192.0.2.1|8080", "ipv4 192.0.2.1"},
        {"ip-dst|port", "192.0.2.1:8080", "ipv4 192.0.2.1"},
        {"hostname|port", "a.example.com|443", "domain a.example.com"},
        {"hostname", "192.0.2.1", "ipv4 192.0.2.1"},
        {"domain|ip", "a.example.com|192.0.2.1", "domain a.example.com resolves-to ipv4 192.0.2.1"},
        {"url", "hxxps://a.example[.]com/x", "url https://a.example.com/x"},
        {"uri", "http://a.example.com/x", "url http://a.example.com/x"},
        {"uri", "/gate?id=1", "property uri=/gate?id=1"},
        {"filename", "a.exe", "filename a.exe"},
        {"filename", "C:\\\\temp\\\\a.exe", "path c:\\temp\\a.exe"},
        {"filename", "/tmp/.x/a", "path /tmp/.x/a"},
        {"filename", "sub/a.exe", "path sub/a.exe"},
        {"filename|md5", "C:\\\\t\\\\a.exe|" HASH_B, "md5 " HASH_B " related-to path c:\\t\\a.exe"},
        {"filename|sha256", "a.exe|" HASH_A,
         "sha256 " HASH_A " related-to filename a.exe {\"relation\":\"file-name\"}"},
        {"filename|impfuzzy", "a.exe|3:abc:def",
         "property impfuzzy=3:abc:def related-to filename a.exe"},
        {"malware-sample", "a.exe|" HASH_B,
         "md5 " HASH_B " related-to filename a.exe {\"relation\":\"file-name\"}"},
        {"regkey|value", "HKLM\\\\Software\\\\X|c:\\\\a.exe|b",
         "registry-key HKEY_LOCAL_MACHINE\\Software\\x property \"c:\\a.exe|b\" "
         "{\"name\":\"value\"}"},
        {"email-src", "A@Example.com", "email a@example.com"},
        {"mutex", "Global\\\\x", "mutex Global\\x"},
        {"btc", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
         "crypto-address 1BoatSLRHtKNngkdXEeobR76b53LETtpyT"},
        {"pdb", "c:\\\\x.pdb", "property pdb=c:\\x.pdb"},
        {"no-such-type", "x", "property no-such-type=x"},
        {"md5", "not a hash", "property md5=not a hash"},
        {"vulnerability", "cve-2021-44228", "vulnerability CVE-2021-44228 named"},
        {"threat-actor", "Paper Tiger", "actor name:papertiger named"},
        {"campaign-name", "Op. Paper", "campaign name:oppaper named"},
        {"yara", "rule x {condition: true}",
         "detection-rule misp-rule--" A1
         " property \"rule x {condition: true}\" {\"pattern_type\":\"yara\"}"},
        {"size-in-bytes", "17", "property \"17\" {\"name\":\"size-in-bytes\""},
        {"target-org", "Example Corp", "property \"Example Corp\" {\"name\":\"target-org\""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char doc[1024];
        snprintf(doc, sizeof doc,
                 "{'uuid':'" EVENT "','info':'x','Attribute':[{'uuid':'" A1
                 "','type':'%s','value':'%s'}]}",
                 rows[i].type, rows[i].value);
        READ(t, doc);
        CHECK_EQ(t.records, 2);
        if (!facts_say(&t, slice_str(rows[i].says)))
            TEST_FAIL("%s: no \"%s\" in\n%.*s", rows[i].type, rows[i].says,
                      SLICE_FMT(buf_slice(&t.out)));
        CHECK_SAYS_NOT(&t, " indicates ");
        facts_close(&t);
    }
}

TEST(what_makes_no_claim_is_told)
{
    READ(t, HEAD("'Attribute':[{'type':'attachment','value':'a.pdf','data':'QQ=='},"
                 "{'type':'attachment','value':'b.pdf'},{'type':'full-name','value':'A B'},"
                 "{'type':'new-type','value':'x','Tag':[{'name':'osint'},{'name':'tlp:red'}]},"
                 "{'type':'sha1','value':'?','Opinion':[{'opinion':'7'}]}],'Note':[{'note':'x'}]"));
    CHECK_SAYS(&t, "warn : 1 of \"Note\": what analysts added is kept in the document only");
    CHECK_SAYS(&t, "warn : 1 of \"Opinion\": what analysts added is kept in the document");
    CHECK_SAYS(&t, "property new-type=x {\"tags\":[\"osint\"],\"type\":\"new-type\"}");
    CHECK_SAYS(&t, "warn : 2 of \"attachment\": kept in the document only\n");
    CHECK_SAYS(&t, "warn : 1 of \"attachment\": the data is kept in the document only\n");
    CHECK_SAYS(&t, "warn : 1 of \"full-name\": kept in the document only\n");
    CHECK_SAYS(&t, "warn : 1 of \"new-type\": unknown types are kept as text\n");
    CHECK_SAYS(&t, "warn : 1 of \"sha1\": the value is none of its type and is kept as text");
    CHECK_EQ(t.warned, 7);
    CHECK_EQ(t.records, 6);
    facts_close(&t);
}

TEST(what_is_no_date_is_told)
{
    READ(t, HEAD("'Attribute':[{'type':'domain','value':'a.example.com','to_ids':true,"
                 "'timestamp':'-5','first_seen':'yesterday','last_seen':''},"
                 "{'type':'domain','value':'b.example.com','timestamp':'0','first_seen':null}]"));
    CHECK_SAYS(&t, "warn : 1 of \"timestamp\": what is no date is kept in the document only");
    CHECK_SAYS(&t, "warn : 1 of \"first_seen\": what is no date is kept in the document only");
    CHECK_EQ(t.warned, 2);
    facts_close(&t);
}

/* --- who may see it, and how sure ------------------------------------------------------------- */

TEST(markings)
{
    static const struct {
        const char *event, *attribute, *want_event, *want;
    } rows[] = {
        {"'distribution':'0'", "'a':1", " tlp=amber+strict", " tlp=amber+strict"},
        {"'distribution':1", "'a':1", " tlp=amber", " tlp=amber"},
        {"'distribution':'2'", "'distribution':'5'", " tlp=green", " tlp=green"},
        {"'distribution':'3'", "'distribution':'1'", " tlp=green", " tlp=amber"},
        {"'distribution':'3'", "'distribution':'0'", " tlp=green", " tlp=amber+strict"},
        {"'distribution':'7'", "'a':1", " tlp=red", " tlp=red"},
        {"'distribution':'4','sharing_group_id':'9'", "'a':1", " tlp=amber+strict",
         " tlp=amber+strict"},
        {"'a':1", "'a':1", "", ""},
        {"'distribution':'1','Tag':[{'name':'tlp:white'}]", "'a':1", " tlp=clear", " tlp=clear"},
        {"'distribution':'0','Tag':[{'name':'TLP:CLEAR'}]", "'a':1", " tlp=amber+strict",
         " tlp=amber+strict"},
        {"'Tag':[{'name':'tlp:amber+strict'},{'name':'tlp:green'}]", "'a':1", " tlp=amber+strict",
         " tlp=amber+strict"},
        {"'Tag':[{'name':'tlp:green'}]", "'Tag':[{'name':'tlp:red'}]", " tlp=green", " tlp=red"},
        {"'Tag':[{'name':'tlp:amber'}]", "'Tag':[{'name':'tlp:clear'}]", " tlp=amber",
         " tlp=amber"},
        {"'Tag':[{'name':'tlp:clear'}]", "'distribution':'1'", " tlp=clear", " tlp=clear"},
        {"'Tag':[{'name':'tlp:unclear'}]", "'a':1", " tlp=red", " tlp=red"},
        {"'Tag':[{'name':'tlp:ex:chr'},{'name':'tlp:green'}]", "'a':1", " tlp=green", " tlp=green"},
        {"'Tag':[{'name':'TLP :RED'}]", "'a':1", "", ""}, /* another name space */
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char doc[1024], want[256];
        snprintf(doc, sizeof doc,
                 "{'uuid':'" EVENT "','info':'x',%s,'Attribute':[{'uuid':'" A1
                 "','type':'md5','value':'" HASH_B "',%s}]}",
                 rows[i].event, rows[i].attribute);
        READ(t, doc);
        snprintf(want, sizeof want, " id=misp-event--" EVENT "%s content=", rows[i].want_event);
        if (!facts_say(&t, slice_str(want)))
            TEST_FAIL("row %zu, event:\n%.*s", i, SLICE_FMT(buf_slice(&t.out)));
        snprintf(want, sizeof want, " id=misp-attribute--" A1 "%s content=", rows[i].want);
        if (!facts_say(&t, slice_str(want)))
            TEST_FAIL("row %zu, attribute:\n%.*s", i, SLICE_FMT(buf_slice(&t.out)));
        facts_close(&t);
    }
}

/* What facts_text does not print: PAP and the audience. */
static status keep_marking(void *ctx, const fact_record *r, err *why)
{
    char *out = ctx;
    (void)why;
    snprintf(out, 128, "%s/%s/%.*s", tlp_name(r->marking.tlp), pap_name(r->marking.pap),
             SLICE_FMT(r->marking.audience));
    return OK;
}
static status no_head(void *ctx, const fact_head *h, err *why)
{
    (void)ctx, (void)h, (void)why;
    return OK;
}
static status no_claim(void *ctx, const fact_claim *c, err *why)
{
    (void)ctx, (void)c, (void)why;
    return OK;
}
static status no_end(void *ctx, err *why)
{
    (void)ctx, (void)why;
    return OK;
}
static status no_note(void *ctx, uint64_t at, slice place, slice reason, err *why)
{
    (void)ctx, (void)at, (void)place, (void)reason, (void)why;
    return OK;
}

TEST(audiences_and_actions)
{
    static const struct {
        const char *event, *want;
    } rows[] = {
        {"'distribution':'4','SharingGroup':{'name':'Finance JP','uuid':'" O1 "'}",
         "amber+strict//Finance JP"},
        {"'distribution':'4','sharing_group_id':'9'", "amber+strict//sharing group 9"},
        {"'Tag':[{'name':'PAP:AMBER'},{'name':'tlp:green'}]", "green/amber/"},
        {"'Tag':[{'name':'PAP:PURPLE'}]", "clear/red/"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char doc[512], got[128] = "";
        CLEANUP(buf_done) buf b;
        CLEANUP(arena_done) arena a;
        memory_reader m;
        buf_init(&b, 4096);
        arena_init(&a, 1 << 22);
        snprintf(doc, sizeof doc, "{'info':'x',%s}", rows[i].event);
        reader r = reader_memory(&m, json_of(doc, &b));
        fact_sink sink = {got, no_head, keep_marking, no_claim, no_end, no_note, no_note};
        format_input in = {.in = &r, .memory = &a};
        CHECK_OK(format_misp.read(&in, &sink, NULL));
        CHECK_SLICE(slice_str(got), slice_str(rows[i].want));
    }
}

TEST(confidence_and_phases_of_tags)
{
    static const struct {
        const char *event, *attribute, *want;
    } rows[] = {
        {"osint:certainty=\"93\"", "x", "conf=93"},
        {"estimative-language:likelihood-probability=\"very-likely\"", "x", "conf=80"},
        {"misp:confidence-level=\"fairly-confident\"", "x", "conf=50"},
        {"admiralty-scale:information-credibility=\"1\"",
         "admiralty-scale:information-credibility=\"4\"", "conf=25"},
        {"osint:certainty=\"101\"", "x", "from="},
        {"x", "kill-chain:Command and Control",
         "\"kill_chain\":[\"kill-chain:Command and Control\"],\"role\":\"c2\""},
        {"kill-chain:Delivery", "x", "\"role\":\"delivery\""},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        char doc[1024];
        snprintf(doc, sizeof doc,
                 HEAD("'Tag':[{'name':'%s'}],'Attribute':[{'type':'md5','value':'" HASH_B
                      "','to_ids':true,'Tag':[{'name':'%s'}]}]"),
                 rows[i].event, rows[i].attribute);
        READ(t, doc);
        if (!facts_say(&t, slice_str(rows[i].want)))
            TEST_FAIL("row %zu: no %s in\n%.*s", i, rows[i].want, SLICE_FMT(buf_slice(&t.out)));
        facts_close(&t);
    }
}

/* --- indicators ------------------------------------------------------------------------------ */

TEST(composites_for_detection)
{
    READ(t, HEAD("'Attribute':["
                 "{'type':'filename|sha256','value':'a.exe|" HASH_A "','to_ids':true},"
                 "{'type':'ip-dst|port','value':'192.0.2.9|4443','to_ids':true},"
                 "{'type':'domain|ip','value':'b.example.com|192.0.2.8','to_ids':true}]"));
    CHECK_SAYS(&t, "  sha256 " HASH_A " indicates {\"type\":\"filename|sha256\"} from=");
    CHECK_SAYS(&t, "  filename a.exe indicates {\"combined\":true,\"type\":");
    CHECK_SAYS(&t, "  ipv4 192.0.2.9 indicates {\"port\":4443,\"type\":\"ip-dst|port\"}");
    CHECK_SAYS(&t, "  domain b.example.com indicates {\"type\":\"domain|ip\"}");
    CHECK_SAYS(&t, "  ipv4 192.0.2.8 indicates {\"type\":\"domain|ip\"}");
    facts_close(&t);
}

TEST(threats_of_the_event_and_of_the_attribute)
{
    CLEANUP(buf_done) buf doc;
    for (int n = MISP_THREATS_MAX; n <= MISP_THREATS_MAX + 1; n++) {
        buf_init(&doc, 1 << 16);
        buf_put(&doc, S("{'uuid':'" EVENT "','info':'x','Attribute':[{'type':'md5','value':'" HASH_B
                        "','to_ids':true},{'type':'md5','value':'00000000000000000000000000000001',"
                        "'to_ids':true,'Tag':[{'name':'misp-galaxy:rat=\"Own\"'}]}],'Tag':["));
        for (int i = 0; i < n; i++)
            buf_printf(&doc, "%s{'name':'misp-galaxy:malpedia=\"Fam %d\"'}", i ? "," : "", i);
        buf_put(&doc, S("]}"));
        buf_byte(&doc, 0);
        READ(t, doc.ptr);
        if (n == MISP_THREATS_MAX) {
            CHECK_SAYS(&t, "  md5 " HASH_B " indicates malware name:fam7 {\"basis\":\"event\"");
            CHECK_SAYS(&t, "  md5 " HASH_B " indicates malware name:fam0 {\"basis\":\"event\"");
        } else { /* a matrix, not a case */
            CHECK_SAYS(&t, "  md5 " HASH_B " indicates {\"type\":\"md5\"}");
            CHECK_SAYS(&t, "refers-to malware name:fam8");
        }
        CHECK_SAYS(&t,
                   "  md5 00000000000000000000000000000001 indicates malware name:own {\"type\"");
        CHECK_SAYS_NOT(&t, "00000001 indicates malware name:fam0");
        CHECK_SAYS(&t, "  malware name:own named name own \"Own\"");
        facts_close(&t);
        buf_done(&doc);
    }
    buf_init(&doc, 1);
}

TEST(sightings)
{
    READ(t, HEAD("'Attribute':[{'type':'domain','value':'a.example.com','to_ids':true,'Sighting':["
                 "{'type':'0','date_sighting':'1600000500','Organisation':{'name':'Them'}},"
                 "{'type':'1','date_sighting':'1600000600','source':'proxy'},"
                 "{'type':'2','date_sighting':'1600000700'},{'type':'9'}]},"
                 "{'type':'domain','value':'b.example.com','to_ids':true,'Sighting':["
                 "{'type':'2','date_sighting':'1600000700'},"
                 "{'type':'0','date_sighting':'1600000800'}]}]"));
    CHECK_SAYS(&t, "  domain a.example.com sighted {\"by\":\"Them\"} first=2020-09-13T12:35:00Z "
                   "last=2020-09-13T12:35:00Z");
    CHECK_SAYS(&t, "  domain a.example.com sighted {\"kind\":\"false-positive\","
                   "\"source\":\"proxy\"}");
    CHECK_SAYS(&t, "  domain a.example.com sighted {\"kind\":\"expiration\"}");
    /* seen: by then it was still what it is called */
    CHECK_SAYS(&t, "  domain a.example.com indicates {\"type\":\"domain\"} "
                   "first=2020-09-13T12:26:40Z last=2020-09-13T12:35:00Z "
                   "from=2020-09-13T12:26:40Z until=2020-09-13T12:38:20Z");
    CHECK_SAYS(&t, "  domain b.example.com indicates {\"type\":\"domain\"} "
                   "first=2020-09-13T12:26:40Z last=2020-09-13T12:40:00Z "
                   "from=2020-09-13T12:26:40Z\n"); /* seen again afterwards */
    CHECK_SAYS(&t, "warn : 1: sightings of another sort are kept in the document only");
    facts_close(&t);
}

TEST(proposals_are_no_evidence_and_deleted_says_nothing)
{
    READ(t, HEAD("'ShadowAttribute':[{'uuid':'" A3 "','type':'domain','value':'c.example.com',"
                 "'to_ids':true,'Org':{'name':'Them'}}],"
                 "'Attribute':[{'uuid':'" A1 "','type':'domain','value':'a.example.com',"
                 "'to_ids':true,'timestamp':'1700000000','deleted':true,"
                 "'Tag':[{'name':'tlp:red'}],'ShadowAttribute':["
                 "{'uuid':'" A1 "','type':'domain','value':'b.example.com','to_ids':true,"
                 "'proposal_to_delete':true}]}]"));
    CHECK_SAYS(&t, "place=/ShadowAttribute/0 id=misp-proposal--" A3);
    CHECK_SAYS(&t, "  " REPORT " refers-to domain c.example.com {\"by\":\"Them\","
                   "\"proposal\":\"change\",\"type\":\"domain\"}");
    CHECK_SAYS(&t, "place=/Attribute/0/ShadowAttribute/0 id=misp-proposal--" A1 " tlp=red");
    CHECK_SAYS(&t, "b.example.com {\"proposal\":\"delete\",\"type\":\"domain\"}");
    CHECK_SAYS(&t, "place=/Attribute/0 id=misp-attribute--" A1 " revoked tlp=red");
    CHECK_SAYS_NOT(&t, "a.example.com");
    CHECK_SAYS_NOT(&t, "indicates");
    facts_close(&t);
}

/* --- objects --------------------------------------------------------------------------------- */

TEST(objects)
{
    READ(t, HEAD("'Object':[{'uuid':'" O1 "','name':'file','meta-category':'file','comment':'seen',"
                 "'timestamp':'1600000000','Attribute':["
                 "{'uuid':'" A1 "','type':'md5','object_relation':'md5','value':'" HASH_B
                 "','to_ids':true},"
                 "{'type':'sha256','object_relation':'sha256','value':'" HASH_A "','to_ids':true},"
                 "{'type':'filename','object_relation':'filename','value':'a.exe','to_ids':true},"
                 "{'type':'size-in-bytes','object_relation':'size-in-bytes','value':17}],"
                 "'ObjectReference':[{'referenced_uuid':'" A2
                 "','relationship_type':'downloaded-from'},"
                 "{'referenced_uuid':'" O2 "','relationship_type':'connected-to'},"
                 "{'referenced_uuid':'" A3 "','relationship_type':'envies'},"
                 "{'referenced_uuid':'b','relationship_type':'uses'}]},"
                 "{'uuid':'" O2 "','name':'ip-port','first_seen':'2020-09-01','Attribute':["
                 "{'type':'ip-dst','object_relation':'ip','value':'192.0.2.3','to_ids':true},"
                 "{'type':'port','object_relation':'dst-port','value':'8443'}]},"
                 "{'uuid':'" ORG "','name':'av-signature','Attribute':["
                 "{'type':'text','object_relation':'signature','value':'Win32/Made.Up'}]}],"
                 "'Attribute':[{'uuid':'" A2 "','type':'url','value':'http://a.example.com/a'}]"));
    CHECK_SAYS(&t, " place=/Object/0 id=misp-object--" O1 " content=");
    CHECK_SAYS(&t, " place=/Object/0/Attribute/0 id=misp-attribute--" A1 " content=");
    CHECK_SAYS(&t, "  sha256 " HASH_A " hashes-with md5 " HASH_B "\n");
    CHECK_SAYS(&t, "  sha256 " HASH_A " related-to filename a.exe {\"relation\":\"file-name\"}");
    CHECK_SAYS(&t,
               "  sha256 " HASH_A " property \"seen\" {\"name\":\"comment\",\"object\":\"file\"}");
    CHECK_SAYS(&t, "  url http://a.example.com/a delivers sha256 " HASH_A
                   " {\"relation\":\"downloaded-from\"}");
    CHECK_SAYS(&t, "  sha256 " HASH_A " communicates-with ipv4 192.0.2.3 "
                   "{\"relation\":\"connected-to\"}");
    CHECK_SAYS(&t,
               "  sha256 " HASH_A " other other x-misp-object--" A3 " {\"relation\":\"envies\"}");
    CHECK_SAYS(&t, "  filename a.exe indicates {\"combined\":true,\"object\":\"file\"");
    CHECK_SAYS(&t, "  md5 " HASH_B " indicates {\"object\":\"file\",\"relation\":\"md5\"");
    CHECK_SAYS(&t, "  sha256 " HASH_A " property \"17\" {\"name\":\"size-in-bytes\"");
    CHECK_SAYS(&t, "  ipv4 192.0.2.3 indicates {\"object\":\"ip-port\",\"port\":8443,"
                   "\"relation\":\"ip\",\"type\":\"ip-dst\"} first=2020-09-01T00:00:00Z");
    CHECK_SAYS(&t, "  other x-misp-object--" ORG " named name avsignature \"av-signature\"");
    CHECK_SAYS(&t, "  other x-misp-object--" ORG " property \"Win32/Made.Up\" "
                   "{\"name\":\"signature\"");
    CHECK_SAYS(&t, "warn : 1: references without a uuid are kept in the document only");
    CHECK_EQ(t.warned, 1);
    CHECK_EQ(t.records, 1 + 1 + 3 + 4 + 2 + 1);
    facts_close(&t);
}

/* --- galaxies -------------------------------------------------------------------------------- */

TEST(clusters_meet_those_of_their_galaxy)
{
    static const struct {
        const char *type, *meta;
    } rows[] = {
        {"threat-actor", "{}"},
        {"mitre-attack-pattern", "{'external_id':['T1059']}"},
        {"mitre-attack-pattern", "{'external_id':'TA0001'}"},
        {"malpedia", "{}"},
        {"country", "{'ISO':'JP'}"},
        {"country", "{'ISO':'-'}"},
        {"sector", "{}"},
        {"made-up-type", "{}"},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        CLEANUP(buf_done) buf b;
        char doc[1024], want[256];
        facts_text g;
        err other = {0};
        buf_init(&b, 4096);
        snprintf(doc, sizeof doc,
                 "{'type':'%s','values':[{'value':'Xyzzy','uuid':'" ACTOR "','meta':%s}]}",
                 rows[i].type, rows[i].meta);
        facts_open(&g);
        CHECK_OK(facts_read(&g, &format_misp_galaxy, json_of(doc, &b), S("x"), &other));
        slice line = slice_from(buf_slice(&g.out), slice_find(buf_slice(&g.out), S("\n  "), 0) + 3);
        line = slice_sub(line, 0, slice_find(line, S(" named"), 0));
        snprintf(want, sizeof want, "refers-to %.*s", SLICE_FMT(line));
        snprintf(doc, sizeof doc,
                 "{'uuid':'" EVENT "','info':'x','Galaxy':[{'type':'%s','GalaxyCluster':["
                 "{'uuid':'" ACTOR "','collection_uuid':'" ORG
                 "','type':'%s','value':'Xyzzy','meta':%s}]}]}",
                 rows[i].type, rows[i].type, rows[i].meta);
        READ(t, doc);
        if (!facts_say(&t, slice_str(want)))
            TEST_FAIL("no %s in\n%.*s", want, SLICE_FMT(buf_slice(&t.out)));
        facts_close(&g);
        facts_close(&t);
    }
}

TEST(galaxy_tags)
{
    READ(t, HEAD("'Tag':[{'name':'misp-galaxy:mitre-attack-pattern=\"Web Protocols - T1071.001\"'},"
                 "{'name':'misp-galaxy:made-actor-threat-actor=\"" ACTOR "\"'},"
                 "{'name':'misp-galaxy:tool=\"Dash - Dash\"'},{'name':'misp-galaxy:broken'}],"
                 "'Galaxy':[{'type':'tool','GalaxyCluster':[{'uuid':'" O1 "','value':'Old',"
                 "'type':'tool'}]}]"));
    CHECK_SAYS(&t, "refers-to technique name:webprotocols {");
    CHECK_SAYS(&t, "  technique name:webprotocols named name t1071001 \"T1071.001\" "
                   "{\"kind\":\"id\"}");
    CHECK_SAYS(&t, "refers-to actor threat-actor--" ACTOR " {");
    CHECK_SAYS(&t, "refers-to tool name:dashdash {");
    CHECK_SAYS(&t, "refers-to other tag:misp-galaxy:broken");
    /* an old export: its uuid is the galaxy's */
    CHECK_SAYS(&t, "refers-to tool name:old {");
    facts_close(&t);
}

/* --- limits ---------------------------------------------------------------------------------- */

TEST(what_is_refused)
{
    READ(t, HEAD("'Attribute':[7,{'value':'x'},{'type':'md5'},{'type':'md5','value':''},"
                 "{'type':'md5','value':'a','value':'b'},{'type':'text','value':'fine'}],"
                 "'Object':['x']"));
    CHECK_EQ(t.refused, 6);
    CHECK_EQ(t.records, 2);
    CHECK_SAYS(&t, " /Attribute/0: the attribute is no object");
    CHECK_SAYS(&t, " /Attribute/1: the type is missing or no type");
    CHECK_SAYS(&t, " /Attribute/2: the value is missing");
    CHECK_SAYS(&t, " /Object/0: the object is no object");
    facts_close(&t);
}

/* Nobody knows what it says of its marking. */
TEST(an_event_that_cannot_be_read_makes_its_attributes_red)
{
    READ(t, "{'uuid':'" EVENT "','info':'x','info':'y','Tag':[{'name':'tlp:clear'}],"
            "'Attribute':[{'uuid':'" A1 "','type':'md5','value':'" HASH_B "','to_ids':1}]}");
    CHECK_EQ(t.refused, 1);
    CHECK_SAYS(&t, " id=misp-attribute--" A1 " tlp=red content=");
    CHECK_SAYS(&t, "  md5 " HASH_B " indicates {\"type\":\"md5\"} tlp=red");
    facts_close(&t);
}

/* Found by the fuzzer: what is gathered of an event has to outlive it, with a record of its own or
 * without. */
TEST(an_event_without_a_name_still_marks_and_dates_what_is_in_it)
{
    READ(t,
         "{'distribution':'2','timestamp':'1600000000','Tag':[{'name':'misp-galaxy:rat=\"Elm\"'}],"
         "'Attribute':[{'uuid':'" A1 "','type':'md5','value':'" HASH_B "','to_ids':1},"
         "{'type':'link','category':'External analysis','value':'https://example.org/r'}]}");
    CHECK_EQ(t.records, 2);
    CHECK_SAYS(&t,
               "  md5 " HASH_B " indicates malware name:elm {\"basis\":\"event\",\"type\":\"md5\"} "
               "from=2020-09-13T12:26:40Z tlp=green <https://example.org/r>");
    facts_close(&t);
}

TEST(limits)
{
    enum { VALUE = OBSERVABLE_TEXT_MAX - 4 }; /* "pdb=" */
    CLEANUP(buf_done) buf doc;
    buf_init(&doc, 1 << 16);
    for (size_t more = 0; more <= 1; more++) {
        buf_clear(&doc);
        buf_put(&doc, S("{'uuid':'" EVENT "','info':'x','Attribute':[{'type':'pdb','value':'"));
        for (size_t i = 0; i < VALUE + more; i++)
            buf_byte(&doc, 'a');
        buf_put(&doc, S("'}]}"));
        buf_byte(&doc, 0);
        READ(t, doc.ptr);
        CHECK_EQ(t.refused, more);
        facts_close(&t);
    }
    facts_text t;
    err why = {0};
    facts_open(&t);
    t.limits.records_max = 2;
    CHECK_EQ(read_text(&t, one_event, &why), ERR_LIMIT);
    t.limits.records_max = 6;
    CHECK_OK(read_text(&t, one_event, &why));
    t.limits = (format_limits){.record_bytes_max = 420};
    CHECK_OK(read_text(&t, one_event, &why));
    t.limits.record_bytes_max = 200; /* the first attribute is longer, and so are the galaxies */
    CHECK_EQ(read_text(&t, one_event, &why), ERR_LIMIT);
    facts_close(&t);
}

TEST(memory_does_not_grow_with_the_event)
{
    CLEANUP(buf_done) buf doc;
    facts_text t;
    err why = {0};
    buf_init(&doc, 64 << 20);
    buf_put(&doc, S("{\"Event\":{\"uuid\":\"" EVENT "\",\"Attribute\":["));
    for (int i = 0; i < 50000; i++)
        buf_printf(&doc, "%s{\"type\":\"ip-dst\",\"value\":\"10.%d.%d.%d\",\"to_ids\":true}",
                   i ? "," : "", i >> 16, i >> 8 & 255, i & 255);
    buf_put(&doc, S("],\"info\":\"x\",\"Tag\":[{\"name\":\"tlp:green\"}]}}"));
    CHECK_OK(buf_status(&doc, NULL));
    facts_open(&t);
    t.quiet = true;
    t.budget = 256 << 10;
    CHECK_OK(facts_read(&t, &format_misp, buf_slice(&doc), S("x"), &why));
    CHECK_EQ(t.records, 50001);
    facts_close(&t);
}

TEST(torture)
{
    CLEANUP(buf_done) buf doc;
    buf_init(&doc, 1 << 16);
    slice text = json_of(
        "{'Event':{'uuid':'" EVENT "','info':'x','Tag':[{'name':'misp-galaxy:rat=\"Own\"'}],"
        "'Attribute':[{'type':'filename|md5','value':'a|" HASH_B "','to_ids':1}],"
        "'Object':[{'uuid':'" O1 "','name':'file','Attribute':[{'type':'sha256','value':'" HASH_A
        "'}],'ObjectReference':[{'referenced_uuid':'" O1 "','relationship_type':'uses'}]}]}}",
        &doc);
    facts_abuse(&format_misp, text, S("x.json"), S(""));
}

/* --- real events ----------------------------------------------------------------------------- */

TEST(real_events)
{
    static const struct {
        const char *path;
        uint64_t records, refused, warned;
    } files[] = {
        {"misp-events/pymisp/tests/reportlab_testfiles/japanese_test.json", 2, 0, 0},
        {"misp-events/pymisp/tests/mispevent_testfiles/shadow.json", 7, 0, 0},
        {"misp-events/pymisp/tests/reportlab_testfiles/long_event.json", 371, 0, 0},
        {"indicators/eset-malware-ioc/windigo/ebury.misp.json", 548, 0, 0},
        {"indicators/eset-malware-ioc/turla/misp-turla-crutch-event.json", 21, 0, 0},
    };
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        buf doc;
        facts_text t;
        err why = {0};
        if (!shared_data(files[i].path, &doc))
            continue;
        facts_open(&t);
        slice head = slice_sub(buf_slice(&doc), 0, FORMAT_SNIFF_BYTES);
        CHECK(format_sniff(head, S("x")) == &format_misp);
        CHECK_OK(facts_read(&t, &format_misp, buf_slice(&doc), S("x"), &why));
        CHECK_EQ(t.records, files[i].records);
        CHECK_EQ(t.refused, files[i].refused);
        facts_close(&t);
        buf_done(&doc);
    }
}

TEST(a_truncated_event_is_refused_where_it_ends)
{
    buf doc;
    facts_text t;
    err why = {0};
    if (!shared_data("indicators/eset-malware-ioc/pypi_backdoor/"
                     "malicious_pypi_packages.misp-event.json",
                     &doc))
        TEST_SKIP("../shared/data is not there");
    facts_open(&t);
    CHECK_EQ(facts_read(&t, &format_misp, buf_slice(&doc), S("x"), &why), ERR_INPUT);
    CHECK_EQ(why.at, 1532403); /* behind the last comma */
    CHECK_EQ(t.heads, 0);
    facts_close(&t);
    buf_done(&doc);
}
