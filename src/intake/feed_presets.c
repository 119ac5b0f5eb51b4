/* feed_presets.c - well-known public sources: where, how often, under which terms. Data.
 *
 * Licences are what the publishers say of the data: a short word for people, not advice. */
#include "intake/feed.h"

enum { HOUR = 3600, DAY = 86400 };

#define GITHUB "https://raw.githubusercontent.com/"
#define ATTACK GITHUB "mitre-attack/attack-stix-data/master/"
#define ARCHIVE(repository, branch)                                                                \
    "https://codeload.github.com/" repository "/zip/refs/heads/" branch
#define ABUSE "abuse.ch terms: fair use is free, commercial use needs an agreement"

#define JAPAN "terms of JPCERT/CC and IPA: read them before passing texts on"

const feed_preset feed_presets[] = {
    {"abuse-feodo", "https://feodotracker.abuse.ch/downloads/ipblocklist.csv", "csv",
     "abuse.ch/feodo", FEED_SNAPSHOT, 6 * HOUR, ABUSE,
     "abuse.ch Feodo Tracker: addresses of botnet servers"},
    {"abuse-malwarebazaar", "https://bazaar.abuse.ch/export/csv/recent/", "csv",
     "abuse.ch/malwarebazaar", FEED_DELTA, 6 * HOUR, ABUSE,
     "abuse.ch MalwareBazaar: hashes of recent samples"},
    {"abuse-sslbl", "https://sslbl.abuse.ch/blacklist/sslblacklist.csv", "csv", "abuse.ch/sslbl",
     FEED_SNAPSHOT, DAY, ABUSE, "abuse.ch SSLBL: certificates of botnet servers"},
    {"abuse-threatfox", "https://threatfox.abuse.ch/export/csv/recent/", "csv",
     "abuse.ch/threatfox", FEED_DELTA, 6 * HOUR, ABUSE, "abuse.ch ThreatFox: recent indicators"},
    {"abuse-urlhaus", "https://urlhaus.abuse.ch/downloads/csv_recent/", "csv", "abuse.ch/urlhaus",
     FEED_DELTA, 6 * HOUR, ABUSE, "abuse.ch URLhaus: recent URLs of malware"},
    {"attack-enterprise", ATTACK "enterprise-attack/enterprise-attack.json", "stix", "", FEED_AUTO,
     DAY, "ATT&CK terms of use", "MITRE ATT&CK, enterprise"},
    {"attack-ics", ATTACK "ics-attack/ics-attack.json", "stix", "", FEED_AUTO, DAY,
     "ATT&CK terms of use", "MITRE ATT&CK, industrial control systems"},
    {"attack-mobile", ATTACK "mobile-attack/mobile-attack.json", "stix", "", FEED_AUTO, DAY,
     "ATT&CK terms of use", "MITRE ATT&CK, mobile"},
    {"cve-list", ARCHIVE("CVEProject/cvelistV5", "main"), "cve", "", FEED_AUTO, 7 * DAY,
     "CVE terms of use", "CVE list: every CVE record, some 500 MB"},
    {"epss", "https://epss.empiricalsecurity.com/epss_scores-current.csv.gz", "epss", "", FEED_AUTO,
     DAY, "FIRST EPSS usage terms",
     "EPSS: how likely a vulnerability is exploited, today's scores"},
    {"ipsum", GITHUB "stamparm/ipsum/master/ipsum.txt", "ipsum", "", FEED_AUTO, DAY, "Unlicense",
     "ipsum: addresses by how many lists have them"},
    {"jpcert", "https://www.jpcert.or.jp/rss/jpcert.rdf", "jpcert", "", FEED_DELTA, 6 * HOUR, JAPAN,
     "JPCERT/CC: alerts and weekly reports, in Japanese"},
    {"jvn", "https://jvn.jp/rss/jvn.rdf", "jvn", "", FEED_DELTA, 6 * HOUR, JAPAN,
     "JVN: notes on vulnerabilities, in Japanese"},
    {"jvn-ipedia", "https://jvndb.jvn.jp/ja/rss/jvndb_new.rdf", "jvn", "", FEED_DELTA, 6 * HOUR,
     JAPAN, "JVN iPedia: new entries of the vulnerability database, in Japanese"},
    {"kev", "https://www.cisa.gov/sites/default/files/feeds/known_exploited_vulnerabilities.json",
     "kev", "", FEED_AUTO, 6 * HOUR, "CC0", "CISA known exploited vulnerabilities"},
    {"maltrail", ARCHIVE("stamparm/maltrail", "master"), "", "", FEED_AUTO, DAY, "MIT",
     "maltrail: trails of malware, its folder of lists"},
    {"microsoft-naming",
     GITHUB "microsoft/mstic/master/PublicFeeds/ThreatActorNaming/MicrosoftMapping.json",
     "microsoft-naming", "", FEED_AUTO, 7 * DAY, "CC-BY-4.0", "Microsoft: names of threat actors"},
    {"misp-galaxy", ARCHIVE("MISP/misp-galaxy", "main"), "", "", FEED_AUTO, DAY,
     "CC0 or BSD-2-Clause", "MISP galaxies: actors, tools, ransomware, sectors, countries"},
    {"misp-warninglists", ARCHIVE("MISP/misp-warninglists", "main"), "", "", FEED_AUTO, DAY, "CC0",
     "MISP warninglists: what is harmless or too common to be a sign"},
};
const size_t feed_preset_count = COUNT_OF(feed_presets);

const feed_preset *feed_preset_named(slice name)
{
    for (size_t i = 0; i < feed_preset_count; i++)
        if (slice_eq(slice_str(feed_presets[i].name), name))
            return &feed_presets[i];
    return NULL;
}
