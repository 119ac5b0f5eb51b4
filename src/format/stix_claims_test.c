/* What each type of object says: docs/formats/stix.md, row by row.
 *
 * Documents and claims are written short: ' is ", ` is ', @tool/1 is an id of a tool, and $ are
 * the properties that every object of 2.1 has. */
#include "format/test_facts.h"

extern const format format_stix;

enum { TEXT_MAX = 1 << 14 };

static slice expand(const char *text, char out[TEXT_MAX])
{
    static const char all[] = "\"spec_version\":\"2.1\",\"created\":\"2020-01-01T00:00:00.000Z\","
                              "\"modified\":\"2020-01-02T00:00:00.000Z\"";
    size_t n = 0;
    for (const char *p = text; *p && n < TEXT_MAX - 256; p++) {
        if (*p == '$') {
            n += (size_t)snprintf(out + n, TEXT_MAX - n, "%s", all);
        } else if (*p == '@') {
            const char *slash = strchr(p, '/');
            if (p > text && is_alnum(p[-1])) { /* an address of mail */
                out[n++] = *p;
                continue;
            }
            n += (size_t)snprintf(out + n, TEXT_MAX - n, "%.*s--%08d-0000-4000-8000-000000000001",
                                  (int)(slash - p - 1), p + 1, slash[1] - '0');
            p = slash + 1;
        } else {
            out[n++] = *p == '\'' ? '"' : *p == '`' ? '\'' : *p;
        }
    }
    return slice_of(out, n);
}

static void tell(facts_text *t, const char *doc)
{
    char room[TEXT_MAX];
    err why = {0};
    if (facts_read(t, &format_stix, expand(doc, room), S("x.json"), &why) != OK)
        TEST_FAIL("%s (at %lld)", why.msg, (long long)why.at);
    if (t->refused)
        TEST_FAIL("%.*s", SLICE_FMT(buf_slice(&t->out)));
}

static bool says(const facts_text *t, const char *line)
{
    char room[TEXT_MAX];
    return facts_say(t, expand(line, room));
}

#define SAYS(line)                                                                                 \
    do {                                                                                           \
        if (!says(&t, line))                                                                       \
            TEST_FAIL("no %s in\n%.*s", line, SLICE_FMT(buf_slice(&t.out)));                       \
    } while (0)
#define SAYS_NOT(line)                                                                             \
    do {                                                                                           \
        if (says(&t, line))                                                                        \
            TEST_FAIL("%s is said", line);                                                         \
    } while (0)

TEST(an_actor)
{
    facts_text t;
    facts_open(&t);
    tell(&t,
         "{'type':'intrusion-set','id':'@intrusion-set/1',$,'name':'Example Bear',"
         "'description':'D','aliases':['Example Bear','EX-1'],'goals':['theft'],"
         "'first_seen':'2019-01-01T00:00:00Z','resource_level':'team',"
         "'primary_motivation':'espionage','labels':['tag'],'confidence':80,'lang':'en',"
         "'external_references':[{'source_name':'mitre-attack','external_id':'G9999','url':'u'},"
         "{'source_name':'EX-1','description':'(Citation)'}]}");
    SAYS("  actor @intrusion-set/1 named name examplebear 'Example Bear' "
         "{'kind':'primary','lang':'en'} conf=80\n");
    SAYS(" named name g9999 'G9999' {'kind':'id','lang':'en'} conf=80\n");
    SAYS(" named name ex1 'EX-1' {'kind':'alias','lang':'en'} conf=80\n");
    SAYS(" described 'D' {'lang':'en'} conf=80\n");
    SAYS(" property {'goals':['theft'],'labels':['tag'],'motivation':'espionage',"
         "'resource_level':'team'} conf=80\n");
    SAYS(" property {'name':'active'} conf=80 first=2019-01-01T00:00:00Z\n");
    CHECK_EQ(t.claims, 6);
    facts_close(&t);
}

TEST(techniques_tactics_and_their_ids)
{
    facts_text t;
    facts_open(&t);
    tell(&t,
         "[{'type':'attack-pattern','id':'@attack-pattern/1',$,'name':'PowerShell',"
         "'x_mitre_platforms':['Windows'],'x_mitre_deprecated':true,'revoked':true,"
         "'x_mitre_detection':'look','kill_chain_phases':[{'kill_chain_name':'mitre-attack',"
         "'phase_name':'defense-evasion'}],'external_references':["
         "{'source_name':'mitre-attack','external_id':'T1059.001'},"
         "{'source_name':'capec','external_id':'CAPEC-1'}]},"
         "{'type':'attack-pattern','id':'@attack-pattern/2',$,'name':'P','external_references':["
         "{'source_name':'capec','external_id':'CAPEC-2'},"
         "{'source_name':'cwe','external_id':'CWE-3'}]},"
         "{'type':'x-mitre-tactic','id':'@x-mitre-tactic/3',$,'name':'Defense Evasion',"
         "'x_mitre_shortname':'defense-evasion'}]");
    SAYS(" named name t1059001 'T1059.001' {'kind':'id'}\n");
    SAYS_NOT("CAPEC-1");
    SAYS("  technique @attack-pattern/1 in-tactic tactic name:defenseevasion 'defense-evasion' "
         "{'kill_chain':'mitre-attack'}\n");
    SAYS(" property {'platforms':['Windows']}\n");
    SAYS(" property {'revoked':true}\n");
    SAYS(" property {'deprecated':true}\n");
    SAYS(" property 'look' {'name':'detection'}\n");
    SAYS(" named name capec2 'CAPEC-2' {'kind':'id'}\n");
    SAYS_NOT("CWE-3");
    SAYS("  tactic @x-mitre-tactic/3 named name defenseevasion 'defense-evasion' {'kind':'id'}\n");
    facts_close(&t);
}

TEST(attack_detection_and_data)
{
    facts_text t;
    facts_open(&t);
    tell(&t, "[{'type':'x-mitre-detection-strategy','id':'@x-mitre-detection-strategy/1',$,"
             "'name':'Detect','x_mitre_analytic_refs':['@x-mitre-analytic/2']},"
             "{'type':'x-mitre-analytic','id':'@x-mitre-analytic/2',$,'name':'Analytic',"
             "'x_mitre_platforms':['Linux'],'x_mitre_log_source_references':[{'name':'auditd',"
             "'channel':'EXECVE','x_mitre_data_component_ref':'@x-mitre-data-component/3'}]},"
             "{'type':'x-mitre-data-component','id':'@x-mitre-data-component/3',$,"
             "'name':'Process','x_mitre_data_source_ref':''},"
             "{'type':'x-mitre-data-component','id':'@x-mitre-data-component/4',$,"
             "'name':'File','x_mitre_data_source_ref':'@x-mitre-data-source/5'}]");
    SAYS("  detection-rule @x-mitre-detection-strategy/1 refers-to detection-rule "
         "@x-mitre-analytic/2\n");
    SAYS(" named name detect 'Detect' {'kind':'title'}\n");
    SAYS(" refers-to data-source @x-mitre-data-component/3 {'channel':'EXECVE',"
         "'log_source':'auditd'}\n");
    SAYS("  data-source @x-mitre-data-component/4 belongs-to data-source @x-mitre-data-source/5\n");
    SAYS_NOT("data-component/3 belongs-to");
    facts_close(&t);
}

TEST(things_that_are_keyed_by_what_they_are)
{
    facts_text t;
    facts_open(&t);
    tell(&t, "[{'type':'relationship','id':'@relationship/9',$,'relationship_type':'targets',"
             "'source_ref':'@malware/9','target_ref':'@vulnerability/1'},"
             "{'type':'relationship','id':'@relationship/8',$,'relationship_type':'targets',"
             "'source_ref':'@malware/9','target_ref':'@location/2'},"
             "{'type':'relationship','id':'@relationship/7',$,'relationship_type':'targets',"
             "'source_ref':'@malware/9','target_ref':'@identity/4'},"
             "{'type':'vulnerability','id':'@vulnerability/1',$,'name':'cve-2099-12345'},"
             "{'type':'location','id':'@location/2',$,'name':'Utopia','country':'UT','region':'x'},"
             "{'type':'location','id':'@location/3',$,'name':'Town','country':'UT','city':'T'},"
             "{'type':'identity','id':'@identity/4',$,'name':'Energy','identity_class':'class'},"
             "{'type':'identity','id':'@identity/5',$,'name':'Org','sectors':['energy']}]");
    SAYS("targets vulnerability CVE-2099-12345 ");
    SAYS("targets country ut ");
    SAYS("targets sector @identity/4 ");
    SAYS("  vulnerability CVE-2099-12345 named name cve209912345 'CVE-2099-12345' "
         "{'kind':'id'}\n");
    SAYS("  vulnerability CVE-2099-12345 same-as vulnerability @vulnerability/1\n");
    SAYS("  country ut named name utopia 'Utopia' {'kind':'primary'}\n");
    SAYS("  country ut same-as location @location/2\n");
    SAYS("  location @location/3 named name town 'Town' {'kind':'primary'}\n");
    SAYS("  organisation @identity/5 property {'sectors':['energy']}\n");
    facts_close(&t);
}

TEST(an_indicator_of_values_that_stand_alone)
{
    facts_text t;
    facts_open(&t);
    tell(&t, "{'type':'indicator','id':'@indicator/1',$,'name':'N','pattern_type':'stix',"
             "'pattern':'[domain-name:value = `A.Example` OR url:value = `http://b.example/`]',"
             "'valid_from':'2020-01-01T00:00:00Z','valid_until':'2021-01-01T00:00:00Z',"
             "'indicator_types':['malicious-activity'],'kill_chain_phases':[{"
             "'kill_chain_name':'k','phase_name':'p'}],'external_references':["
             "{'source_name':'s','url':'https://r.example/1'},"
             "{'source_name':'s','url':'https://r.example/1'}]}");
    SAYS(" named name n 'N' {'kind':'title'}\n");
    SAYS("  domain a.example pattern-of indicator @indicator/1 {'kill_chain':['k:p'],"
         "'types':['malicious-activity']} from=2020-01-01T00:00:00Z until=2021-01-01T00:00:00Z "
         "<https://r.example/1>\n");
    SAYS("  url http://b.example/ pattern-of indicator ");
    CHECK_EQ(t.claims, 3);
    facts_close(&t);
}

TEST(an_indicator_that_says_more_than_values)
{
    facts_text t;
    facts_open(&t);
    tell(&t, "{'type':'indicator','id':'@indicator/1',$,'pattern_type':'stix','pattern':"
             "'[file:name = `a.exe` AND file:hashes.MD5 = `d41d8cd98f00b204e9800998ecf8427e` AND "
             "file:hashes.`SHA-1` = `da39a3ee5e6b4b0d3255bfef95601890afd80709`]',"
             "'valid_from':'2020-01-01T00:00:00Z'}");
    SAYS("  filename a.exe pattern-of indicator @indicator/1 {'combined':true} from=");
    SAYS("  md5 d41d8cd98f00b204e9800998ecf8427e pattern-of indicator @indicator/1 from=");
    SAYS("  md5 d41d8cd98f00b204e9800998ecf8427e hashes-with sha1 "
         "da39a3ee5e6b4b0d3255bfef95601890afd80709\n");
    SAYS("property '[file:name = `a.exe` AND ");
    CHECK_EQ(t.claims, 5);
    facts_close(&t);
}

TEST(indicators_of_other_kinds)
{
    facts_text t;
    facts_open(&t);
    tell(&t, "{'type':'indicator','id':'@indicator/1',$,'pattern_type':'yara',"
             "'pattern':'rule x { condition: true }','valid_from':'2020-01-01T00:00:00Z'}");
    SAYS("  indicator @indicator/1 property 'rule x { condition: true }' {'pattern_type':'yara'} "
         "from=2020-01-01T00:00:00Z\n");
    /* revoked: it holds no longer than until then */
    tell(&t, "{'type':'indicator','id':'@indicator/1',$,'pattern_type':'stix','revoked':true,"
             "'pattern':'[network-traffic:dst_ref.value = `192.0.2.1` AND "
             "network-traffic:dst_port = 443]','valid_from':'2020-01-01T00:00:00Z',"
             "'valid_until':'2021-01-01T00:00:00Z'}");
    SAYS("  ipv4 192.0.2.1 pattern-of indicator @indicator/1 {'combined':true,'port':443,"
         "'revoked':true} from=2020-01-01T00:00:00Z until=2020-01-02T00:00:00Z\n");
    SAYS(" property {'revoked':true}\n");
    SAYS(" revoked content=");
    /* 2.0: types are labels, the pattern has no type; a value that is none is kept as text */
    tell(&t, "{'type':'bundle','spec_version':'2.0','objects':[{'type':'indicator',"
             "'id':'@indicator/1','created':'2020-01-01T00:00:00Z',"
             "'modified':'2020-01-01T00:00:00Z','labels':['malicious-activity','tag'],"
             "'pattern':'[domain-name:value = `no domain`]',"
             "'valid_from':'2020-01-01T00:00:00Z'}]}");
    SAYS("  property domain=no domain pattern-of indicator @indicator/1 "
         "{'types':['malicious-activity']} from=");
    CHECK_EQ(t.warned, 1);
    facts_close(&t);
}

TEST(relationships)
{
    static const struct {
        const char *more, *want;
        uint64_t claims;
    } rows[] = {
        {"'relationship_type':'uses','description':'so','confidence':50,"
         "'start_time':'2020-01-01T00:00:00Z','stop_time':'2020-02-01T00:00:00Z',"
         "'external_references':[{'source_name':'s','url':'u'}]",
         " uses tool @tool/2 'so' {'id':'@relationship/1'} conf=50 first=2020-01-01T00:00:00Z "
         "last=2020-02-01T00:00:00Z <u>\n",
         1},
        {"'relationship_type':'beacons-to'",
         " communicates-with tool @tool/2 {'id':'@relationship/1','relation':'beacons-to'}\n", 1},
        {"'relationship_type':'admires'",
         " other tool @tool/2 {'id':'@relationship/1','relation':'admires'}\n", 1},
        {"'relationship_type':'revoked-by'", " revoked-by tool ", 1},
        /* which of the two times is wrong, nobody knows */
        {"'relationship_type':'uses','start_time':'2020-02-01T00:00:00Z',"
         "'stop_time':'2020-01-01T00:00:00Z'",
         "000000000001'}\n", 1},
        /* it is no longer said */
        {"'relationship_type':'uses','revoked':true", " revoked content=", 0},
        {"'relationship_type':'uses','x_mitre_deprecated':true", " content=", 0},
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        facts_text t;
        char doc[2048], want[TEXT_MAX];
        facts_open(&t);
        snprintf(doc, sizeof doc,
                 "{'type':'relationship','id':'@relationship/1',$,'source_ref':'@campaign/1',"
                 "'target_ref':'@tool/2',%s}",
                 rows[i].more);
        tell(&t, doc);
        if (!facts_say(&t, expand(rows[i].want, want)))
            TEST_FAIL("row %zu: %.*s", i, SLICE_FMT(buf_slice(&t.out)));
        CHECK_EQ(t.claims, rows[i].claims);
        facts_close(&t);
    }
}

TEST(observed_data_and_sightings)
{
    facts_text t;
    facts_open(&t);
    tell(&t, "[{'type':'observed-data','id':'@observed-data/1',$,"
             "'first_observed':'2020-01-01T00:00:00Z','last_observed':'2020-01-02T00:00:00Z',"
             "'number_observed':3,'object_refs':['@network-traffic/4','@url/9']},"
             "{'type':'network-traffic','id':'@network-traffic/4','src_ref':'@ipv4-addr/5',"
             "'dst_ref':'@domain-name/6','dst_port':443,'protocols':['tcp'],"
             "'start':'2020-01-01T00:00:00Z'},"
             "{'type':'ipv4-addr','id':'@ipv4-addr/5','value':'192.0.2.1'},"
             "{'type':'domain-name','id':'@domain-name/6','value':'A.example'},"
             "{'type':'sighting','id':'@sighting/7',$,'sighting_of_ref':'@malware/8',"
             "'where_sighted_refs':['@identity/9'],'count':0,'summary':true,"
             "'last_seen':'2020-01-02T00:00:00Z'}]");
    /* traffic is known by its far end; an observable that is only an id stays one */
    SAYS("refers-to domain a.example {'count':3} first=2020-01-01T00:00:00Z "
         "last=2020-01-02T00:00:00Z\n");
    SAYS("refers-to other @url/9 {'count':3}");
    SAYS("  ipv4 192.0.2.1 communicates-with domain a.example {'dst_port':443,"
         "'protocols':['tcp']} first=2020-01-01T00:00:00Z\n");
    SAYS("  malware @malware/8 sighted organisation @identity/9 {'count':0,'id':'@sighting/7',"
         "'summary':true} last=2020-01-02T00:00:00Z\n");
    facts_close(&t);
}

TEST(observables)
{
    facts_text t;
    facts_open(&t);
    tell(&t, "[{'type':'file','id':'@file/1','name':'a.exe','size':5,'hashes':{"
             "'md5':'d41d8cd98f00b204e9800998ecf8427e','SHA-256':"
             "'E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855'},"
             "'extensions':{'windows-pebinary-ext':{'pe_type':'exe',"
             "'imphash':'d41d8cd98f00b204e9800998ecf8427e'}}},"
             "{'type':'ipv4-addr','id':'@ipv4-addr/2','value':'192.0.2.1',"
             "'belongs_to_refs':['@autonomous-system/3'],'resolves_to_refs':['@mac-addr/4']},"
             "{'type':'autonomous-system','id':'@autonomous-system/3','number':64496,"
             "'name':'EXAMPLE'},"
             "{'type':'mac-addr','id':'@mac-addr/4','value':'00:00:5e:00:53:01'},"
             "{'type':'x509-certificate','id':'@x509-certificate/5','issuer':'CN=x',"
             "'hashes':{'SHA-1':'da39a3ee5e6b4b0d3255bfef95601890afd80709'},"
             "'serial_number':'01:02'},"
             "{'type':'software','id':'@software/6','name':'Thing','vendor':'Maker'},"
             "{'type':'user-account','id':'@user-account/7','user_id':'bob',"
             "'account_type':'unix'},"
             "{'type':'domain-name','id':'@domain-name/8','value':'not a domain'},"
             "{'type':'email-message','id':'@email-message/9','is_multipart':false,"
             "'from_ref':'@email-addr/1','subject':'Hello'},"
             "{'type':'email-addr','id':'@email-addr/1','value':'a@b.example'}]");
#define SHA256 "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    SAYS("  sha256 " SHA256 " hashes-with md5 d41d8cd98f00b204e9800998ecf8427e\n");
    SAYS("  sha256 " SHA256 " related-to filename a.exe {'relation':'file-name'}\n");
    SAYS("  sha256 " SHA256 " related-to imphash d41d8cd98f00b204e9800998ecf8427e\n");
    SAYS("  sha256 " SHA256 " property {'size':5}\n");
    SAYS("  ipv4 192.0.2.1 belongs-to asn AS64496\n");
    SAYS("  ipv4 192.0.2.1 resolves-to mac 00:00:5e:00:53:01\n");
    SAYS("  asn AS64496 property {'as_name':'EXAMPLE'}\n");
    SAYS("  cert-sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709 related-to cert-serial ");
    SAYS("  product name:makerthing named name thing 'Thing' {'kind':'primary'}\n");
    SAYS("  account bob property {'account_type':'unix'}\n");
    SAYS("warn /7: the value of 'domain-name=not a domain' is kept as text\n");
    SAYS("  email-subject Hello related-to email a@b.example {'relation':'from'}\n");
    facts_close(&t);
}

TEST(observables_inside_observed_data_of_20)
{
    facts_text t;
    facts_open(&t);
    tell(&t, "{'type':'bundle','spec_version':'2.0','objects':[{'type':'observed-data',"
             "'id':'@observed-data/1','created':'2020-01-01T00:00:00Z',"
             "'modified':'2020-01-01T00:00:00Z','first_observed':'2020-01-01T00:00:00Z',"
             "'last_observed':'2020-01-01T00:00:00Z','number_observed':1,'objects':{"
             "'1':{'type':'domain-name','value':'a.example','resolves_to_refs':['0']},"
             "'0':{'type':'ipv4-addr','value':'192.0.2.1'},"
             "'2':{'type':'network-traffic','dst_ref':'2','protocols':['tcp']},"
             "'3':{'type':'file'}}}]}");
    SAYS("head stix-2.0");
    SAYS(" refers-to ipv4 192.0.2.1 {'count':1}");
    SAYS("  domain a.example resolves-to ipv4 192.0.2.1\n");
    SAYS("warn /objects/0: objects: a file needs hashes or a name\n");
    CHECK_EQ(t.claims, 3); /* what refers to itself stands for nothing */
    facts_close(&t);
}

TEST(reports_samples_and_translations)
{
    facts_text t;
    facts_open(&t);
    tell(&t, "[{'type':'report','id':'@report/1',$,'name':'R','published':'2020-01-01T00:00:00Z',"
             "'report_types':['malware'],'object_refs':['@malware/2']},"
             "{'type':'malware','id':'@malware/2',$,'is_family':false,'sample_refs':['@file/3'],"
             "'malware_types':['trojan']},"
             "{'type':'file','id':'@file/3','hashes':{'MD5':'d41d8cd98f00b204e9800998ecf8427e'}},"
             "{'type':'malware-analysis','id':'@malware-analysis/4',$,'product':'av',"
             "'result':'malicious','sample_ref':'@file/3'},"
             "{'type':'note','id':'@note/5',$,'content':'C','abstract':'A',"
             "'object_refs':['@malware/2']},"
             "{'type':'language-content','id':'@language-content/6',$,'object_ref':'@malware/2',"
             "'contents':{'ja':{'name':'\\u8a66'},'de':{'description':'D'}}}]");
    SAYS(" named name r 'R' {'kind':'title'}\n");
    SAYS(" property {'published':'2020-01-01T00:00:00Z','types':['malware']}\n");
    SAYS("  report @report/1 refers-to malware @malware/2\n");
    SAYS("  md5 d41d8cd98f00b204e9800998ecf8427e indicates malware @malware/2 "
         "{'basis':'sample'}\n");
    SAYS("  md5 d41d8cd98f00b204e9800998ecf8427e indicates {'basis':'malware-analysis',"
         "'product':'av'}\n");
    SAYS("  note @note/5 described 'C'\n");
    SAYS(" property {'abstract':'A'}\n");
    SAYS("  malware @malware/2 named name \xe8\xa9\xa6 '\xe8\xa9\xa6' "
         "{'kind':'alias','lang':'ja'}\n");
    SAYS("  malware @malware/2 described 'D' {'lang':'de'}\n");
    facts_close(&t);
}

TEST(custom_objects)
{
    facts_text t;
    facts_open(&t);
    tell(&t, "[{'type':'x-thing','id':'@x-thing/1',$,'name':'Thing','x_value':5},"
             "{'type':'relationship','id':'@relationship/2',$,'relationship_type':'uses',"
             "'source_ref':'@x-thing/1','target_ref':'@url/3'}]");
    SAYS("  other @x-thing/1 named name thing 'Thing' {'kind':'primary'}\n");
    SAYS("  other @x-thing/1 uses other @url/3 ");
    facts_close(&t);
}

/* Who acts exploits it when the sentence says so; other words only refer to it; what stands in a
 * citation says nothing. */
TEST(vulnerabilities_in_descriptions)
{
    facts_text t;
    facts_open(&t);
    tell(&t,
         "{'type':'bundle','id':'@bundle/1','objects':["
         "{'type':'campaign','id':'@campaign/1',$,'name':'Op','description':'Spring. It began with "
         "the exploit of cve-2024-3400.(Citation: CVE-2021-1111) Nobody used xCVE-2021-2222, "
         "CVE-2024-3400 or CVE-12-1.','external_references':[{'source_name':'r','url':"
         "'https://r.example/2024-cve-2021-7777-and-cve-2024-3400/','description':'Me. "
         "(2021). About CVE-2021-8888.'}]},"
         "{'type':'intrusion-set','id':'@intrusion-set/2',$,'name':'Kitten'},"
         "{'type':'attack-pattern','id':'@attack-pattern/3',$,'name':'Exploit it','description':"
         "'They exploit bugs such as CVE-2021-3333.'},"
         "{'type':'relationship','id':'@relationship/4',$,'relationship_type':'uses','source_ref':"
         "'@intrusion-set/2','target_ref':'@attack-pattern/3','description':'[Kitten](https://x/y) "
         "has used CVE-2021-4444 and scanned for CVE-2021-5555. It did not exploit "
         "CVE-2021-6666.'}]}");
    SAYS("  campaign @campaign/1 exploits vulnerability CVE-2024-3400 'It began with the exploit "
         "of cve-2024-3400' {'basis':'text','id':'@campaign/1'}");
    SAYS("  campaign @campaign/1 refers-to vulnerability CVE-2021-7777 "
         "'https://r.example/2024-cve-2021-7777-and-cve-2024-3400/' {'basis':'reference',");
    SAYS("  campaign @campaign/1 refers-to vulnerability CVE-2021-8888 "
         "'https://r.example/2024-cve-2021-7777-and-cve-2024-3400/' {'basis':'reference',");
    SAYS_NOT("refers-to vulnerability CVE-2024-3400");
    SAYS("  technique @attack-pattern/3 refers-to vulnerability CVE-2021-3333 'They exploit bugs "
         "such as CVE-2021-3333'");
    SAYS("  actor @intrusion-set/2 exploits vulnerability CVE-2021-4444 '[Kitten](https://x/y) has "
         "used CVE-2021-4444 and scanned for CVE-2021-5555' {'basis':'text','id':"
         "'@relationship/4'}\n");
    SAYS("  actor @intrusion-set/2 refers-to vulnerability CVE-2021-5555 ");
    SAYS("  actor @intrusion-set/2 refers-to vulnerability CVE-2021-6666 'It did not exploit "
         "CVE-2021-6666'");
    SAYS_NOT("CVE-2021-1111 '");
    SAYS_NOT("vulnerability CVE-2021-2222");
    facts_close(&t);
}
