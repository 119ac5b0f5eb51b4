/* polarity.c - the table: see polarity.h. Order matters, the first row whose words are in the
 * name decides: what is abused before what is neutral before what is benign. */
#include "format/warninglist/polarity.h"

enum { WORDS_MAX = 2 };

static const struct {
    const char *words[WORDS_MAX]; /* all of them, in lower case */
    list_polarity p;
} rows[] = {
#define ABUSED                                                                                     \
    {                                                                                              \
        S_INIT("abused"), S_INIT("")                                                               \
    }
#define NEUTRAL                                                                                    \
    {                                                                                              \
        S_INIT("neutral"), S_INIT("")                                                              \
    }
#define BENIGN                                                                                     \
    {                                                                                              \
        S_INIT("benign"), S_INIT("")                                                               \
    }
    /* services that attackers use as everybody does */
    {{"living off trusted"}, ABUSED},
    {{"link in bio"}, ABUSED},
    {{"shortener"}, ABUSED},
    {{"disposable"}, ABUSED},
    {{"dynamic dns"}, ABUSED},
    {{"telegram"}, ABUSED},
    {{"external ip"}, ABUSED},
    {{"file sharing"}, ABUSED},
    {{"paste"}, ABUSED},
    {{"vpn"}, {S_INIT("abused"), S_INIT("proxy")}},
    {{"tor ", "node"}, {S_INIT("abused"), S_INIT("proxy")}},
    {{"tor ", "exit"}, {S_INIT("abused"), S_INIT("proxy")}},
    {{"private relay"}, {S_INIT("neutral"), S_INIT("proxy")}},
    {{"proxy"}, {S_INIT("neutral"), S_INIT("proxy")}},
    {{"zscaler"}, {S_INIT("neutral"), S_INIT("proxy")}},
    /* who knocks at every door, and who took a door over */
    {{"scanning"}, {S_INIT("neutral"), S_INIT("scanner")}},
    {{"scanner"}, {S_INIT("neutral"), S_INIT("scanner")}},
    {{"xpanse"}, {S_INIT("neutral"), S_INIT("scanner")}},
    {{"tenable"}, {S_INIT("neutral"), S_INIT("scanner")}},
    {{"sinkhole"}, {S_INIT("neutral"), S_INIT("sinkhole")}},
    /* networks and names that say whose machine it is and not who rents it */
    {{"azure", "datacenter"}, NEUTRAL},
    {{"amazon"}, NEUTRAL},
    {{"aws"}, NEUTRAL},
    {{"google cloud"}, NEUTRAL},
    {{"oracle cloud"}, NEUTRAL},
    {{"digitalocean"}, NEUTRAL},
    {{"linode"}, NEUTRAL},
    {{"ovh"}, NEUTRAL},
    {{"github", "ip range"}, NEUTRAL},
    {{"cdn"}, NEUTRAL},
    {{"fastly"}, NEUTRAL},
    {{"akamai"}, NEUTRAL},
    {{"cachefly"}, NEUTRAL},
    {{"cloudflare", "ip"}, NEUTRAL},
    {{"parking"}, NEUTRAL},
    {{"tlds"}, NEUTRAL},
    {{"attack simulator"}, NEUTRAL},
    {{"automated malware analysis"}, NEUTRAL},
    {{"digitalside"}, NEUTRAL},
    /* known good, or no indicator whatever it is */
    {{"top ", "websites"}, BENIGN},
    {{"top ", "website"}, BENIGN},
    {{"top ", "domains"}, BENIGN},
    {{"top ", "sites"}, BENIGN},
    {{"crux"}, BENIGN},
    {{"bank domains"}, BENIGN},
    {{"dax30"}, BENIGN},
    {{"university"}, BENIGN},
    {{"google domains"}, BENIGN},
    {{"microsoft domains"}, BENIGN},
    {{"apple", "ip range"}, BENIGN},
    {{"windows 10 connection"}, BENIGN},
    {{"office 365"}, BENIGN},
    {{"azure app"}, BENIGN},
    {{"gmail sending"}, BENIGN},
    {{"smtp"}, BENIGN},
    {{"googlebot"}, BENIGN},
    {{"crawler"}, BENIGN},
    {{"wikimedia"}, BENIGN},
    {{"captive portal"}, BENIGN},
    {{"crl and ocsp"}, BENIGN},
    {{"trusted ca"}, BENIGN},
    {{"trusted certificates"}, BENIGN},
    {{"public dns"}, BENIGN},
    {{"blockpage"}, BENIGN},
    {{"blog"}, BENIGN},
    {{"whitelist"}, BENIGN},
    {{"false-positive"}, BENIGN},
    {{"false positive"}, BENIGN},
    {{"benign"}, BENIGN},
    {{"empty files"}, BENIGN},
    {{"eicar"}, BENIGN},
    {{"contact e-mail"}, BENIGN},
    {{"unattributed phone"}, BENIGN},
    {{"rfc "}, BENIGN},
    {{"link-local"}, BENIGN},
    {{"multicast"}, BENIGN},
#undef ABUSED
#undef NEUTRAL
#undef BENIGN
};

static bool has(slice name, const char *word)
{
    size_t len = strlen(word);
    for (size_t i = 0; i + len <= name.len; i++)
        if (slice_eq_nocase(slice_sub(name, i, i + len), slice_of(word, len)))
            return true;
    return false;
}

list_polarity polarity_of(slice list_name)
{
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        bool all = true;
        for (size_t k = 0; k < WORDS_MAX && rows[i].words[k]; k++)
            all &= has(list_name, rows[i].words[k]);
        if (all)
            return rows[i].p;
    }
    return (list_polarity){S_INIT("neutral"), S_INIT("")};
}
