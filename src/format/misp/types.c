/* types.c - the types of MISP attributes and what a value of each is: see misp.h.
 * Source: draft-dulaunoy-misp-core-format, section 2.2.2.3, and the types that MISP has added.
 * In byte order of the names, so that a type is found by halving; the test checks it. */
#include "format/misp/misp.h"

#define ONE(name, kind) {S_INIT(name), MISP_ONE, kind},
#define PROPERTY(name) {S_INIT(name), MISP_ONE, KIND_PROPERTY},
#define NAMED_FILE(name, kind) {S_INIT(name), MISP_FILE, kind},
#define WORDS(name) {S_INIT(name), MISP_WORDS, KIND_NONE},
#define KEPT(name) {S_INIT(name), MISP_KEPT, KIND_NONE},
#define RULE(name) {S_INIT(name), MISP_RULE, KIND_DETECTION_RULE},
#define ENTITY(name, kind) {S_INIT(name), MISP_ENTITY, kind},

/* clang-format off */
static const misp_type types[] = {
    ONE("AS", KIND_ASN)
    PROPERTY("aba-rtn")
    KEPT("anonymised")
    KEPT("attachment")
    PROPERTY("authentihash")
    PROPERTY("azure-application-id")
    PROPERTY("bank-account-nr")
    PROPERTY("bic")
    PROPERTY("bin")
    WORDS("boolean")
    RULE("bro")
    ONE("btc", KIND_CRYPTO_ADDRESS)
    WORDS("campaign-id")
    ENTITY("campaign-name", KIND_CAMPAIGN)
    PROPERTY("cc-number")
    PROPERTY("cdhash")
    PROPERTY("chrome-extension-id")
    WORDS("comment")
    PROPERTY("community-id")
    PROPERTY("cookie")
    WORDS("cortex")
    WORDS("counter")
    WORDS("cpe")
    ONE("dash", KIND_CRYPTO_ADDRESS)
    KEPT("date-of-birth")
    WORDS("datetime")
    PROPERTY("dkim")
    PROPERTY("dkim-signature")
    PROPERTY("dns-soa-email")
    PROPERTY("dom-hash")
    ONE("domain", KIND_DOMAIN)
    {S_INIT("domain|ip"), MISP_RESOLVE, KIND_DOMAIN},
    PROPERTY("edge-extension-id")
    ONE("email", KIND_EMAIL)
    ONE("email-attachment", KIND_FILENAME)
    WORDS("email-body")
    ONE("email-dst", KIND_EMAIL)
    PROPERTY("email-dst-display-name")
    WORDS("email-header")
    PROPERTY("email-message-id")
    PROPERTY("email-mime-boundary")
    ONE("email-reply-to", KIND_EMAIL)
    ONE("email-src", KIND_EMAIL)
    PROPERTY("email-src-display-name")
    ONE("email-subject", KIND_EMAIL_SUBJECT)
    PROPERTY("email-thread-index")
    PROPERTY("email-x-mailer")
    PROPERTY("eppn")
    PROPERTY("favicon-mmh3")
    ONE("filename", KIND_FILENAME)
    PROPERTY("filename-pattern")
    NAMED_FILE("filename|authentihash", KIND_PROPERTY)
    NAMED_FILE("filename|impfuzzy", KIND_PROPERTY)
    NAMED_FILE("filename|imphash", KIND_IMPHASH)
    NAMED_FILE("filename|md5", KIND_MD5)
    NAMED_FILE("filename|pehash", KIND_PROPERTY)
    NAMED_FILE("filename|sha1", KIND_SHA1)
    NAMED_FILE("filename|sha224", KIND_SHA224)
    NAMED_FILE("filename|sha256", KIND_SHA256)
    NAMED_FILE("filename|sha3-224", KIND_PROPERTY)
    NAMED_FILE("filename|sha3-256", KIND_PROPERTY)
    NAMED_FILE("filename|sha3-384", KIND_PROPERTY)
    NAMED_FILE("filename|sha3-512", KIND_PROPERTY)
    NAMED_FILE("filename|sha384", KIND_SHA384)
    NAMED_FILE("filename|sha512", KIND_SHA512)
    NAMED_FILE("filename|sha512/224", KIND_PROPERTY)
    NAMED_FILE("filename|sha512/256", KIND_PROPERTY)
    NAMED_FILE("filename|ssdeep", KIND_SSDEEP)
    NAMED_FILE("filename|tlsh", KIND_TLSH)
    NAMED_FILE("filename|vhash", KIND_PROPERTY)
    KEPT("first-name")
    WORDS("float")
    KEPT("frequent-flyer-number")
    KEPT("full-name")
    KEPT("gender")
    PROPERTY("gene")
    PROPERTY("git-commit-id")
    PROPERTY("github-organisation")
    PROPERTY("github-repository")
    PROPERTY("github-username")
    ONE("hassh-md5", KIND_HASSH)
    ONE("hasshserver-md5", KIND_HASSH)
    WORDS("hex")
    ONE("hostname", KIND_DOMAIN)
    {S_INIT("hostname|port"), MISP_PORT, KIND_DOMAIN},
    PROPERTY("http-method")
    PROPERTY("iban")
    KEPT("identity-card-number")
    PROPERTY("impfuzzy")
    ONE("imphash", KIND_IMPHASH)
    WORDS("integer")
    ONE("ip-dst", KIND_IPV4)
    {S_INIT("ip-dst|port"), MISP_PORT, KIND_IPV4},
    ONE("ip-src", KIND_IPV4)
    {S_INIT("ip-src|port"), MISP_PORT, KIND_IPV4},
    KEPT("issue-date-of-the-visa")
    ONE("ja3-fingerprint-md5", KIND_JA3)
    PROPERTY("jabber-id")
    ONE("jarm-fingerprint", KIND_JARM)
    RULE("kusto-query")
    KEPT("last-name")
    ONE("link", KIND_URL)
    ONE("mac-address", KIND_MAC)
    PROPERTY("mac-eui-64")
    {S_INIT("malware-sample"), MISP_FILE, KIND_MD5},
    WORDS("malware-type")
    ONE("md5", KIND_MD5)
    KEPT("middle-name")
    WORDS("mime-type")
    ONE("mobile-application-id", KIND_PACKAGE)
    ONE("mutex", KIND_MUTEX)
    ONE("named pipe", KIND_PIPE)
    KEPT("nationality")
    ONE("onion-address", KIND_DOMAIN)
    WORDS("other")
    KEPT("passenger-name-record-locator-number")
    KEPT("passport-country")
    KEPT("passport-expiration")
    KEPT("passport-number")
    RULE("pattern-in-file")
    RULE("pattern-in-memory")
    RULE("pattern-in-traffic")
    KEPT("payment-details")
    PROPERTY("pdb")
    PROPERTY("pehash")
    PROPERTY("pgp-private-key")
    PROPERTY("pgp-public-key")
    ONE("phone-number", KIND_PHONE)
    KEPT("place-of-birth")
    KEPT("place-port-of-clearance")
    KEPT("place-port-of-onward-foreign-destination")
    KEPT("place-port-of-original-embarkation")
    WORDS("port")
    KEPT("primary-residence")
    WORDS("process-state")
    PROPERTY("prtn")
    KEPT("redress-number")
    ONE("regkey", KIND_REGISTRY_KEY)
    {S_INIT("regkey|value"), MISP_REGISTRY, KIND_REGISTRY_KEY},
    ONE("sha1", KIND_SHA1)
    ONE("sha224", KIND_SHA224)
    ONE("sha256", KIND_SHA256)
    PROPERTY("sha3-224")
    PROPERTY("sha3-256")
    PROPERTY("sha3-384")
    PROPERTY("sha3-512")
    ONE("sha384", KIND_SHA384)
    ONE("sha512", KIND_SHA512)
    PROPERTY("sha512/224")
    PROPERTY("sha512/256")
    RULE("sigma")
    WORDS("size-in-bytes")
    RULE("snort")
    KEPT("special-service-request")
    ONE("ssdeep", KIND_SSDEEP)
    PROPERTY("ssh-fingerprint")
    RULE("stix2-pattern")
    RULE("suricata")
    WORDS("target-email")
    WORDS("target-external")
    WORDS("target-location")
    WORDS("target-machine")
    WORDS("target-org")
    WORDS("target-user")
    PROPERTY("telfhash")
    WORDS("text")
    ENTITY("threat-actor", KIND_ACTOR)
    ONE("tlsh", KIND_TLSH)
    KEPT("travel-details")
    PROPERTY("twitter-id")
    ONE("uri", KIND_URL)
    ONE("url", KIND_URL)
    ONE("user-agent", KIND_USER_AGENT)
    WORDS("uuid")
    PROPERTY("vhash")
    KEPT("visa-number")
    ENTITY("vulnerability", KIND_VULNERABILITY)
    WORDS("weakness")
    WORDS("whois-creation-date")
    ONE("whois-registrant-email", KIND_EMAIL)
    PROPERTY("whois-registrant-name")
    PROPERTY("whois-registrant-org")
    ONE("whois-registrant-phone", KIND_PHONE)
    PROPERTY("whois-registrar")
    PROPERTY("windows-scheduled-task")
    PROPERTY("windows-service-displayname")
    PROPERTY("windows-service-name")
    PROPERTY("x509-fingerprint-md5")
    ONE("x509-fingerprint-sha1", KIND_CERT_SHA1)
    ONE("x509-fingerprint-sha256", KIND_CERT_SHA256)
    ONE("xmr", KIND_CRYPTO_ADDRESS)
    RULE("yara")
    RULE("zeek")
};
/* clang-format on */

const misp_type *misp_type_of(slice name, bool *ret_known)
{
    static const misp_type unknown = {S_INIT(""), MISP_ONE, KIND_PROPERTY};
    size_t low = 0, high = COUNT_OF(types);
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int order = slice_cmp(name, types[mid].name);
        if (order == 0) {
            *ret_known = true;
            return &types[mid];
        }
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    *ret_known = false;
    return &unknown;
}

size_t misp_type_count(void)
{
    return COUNT_OF(types);
}

slice misp_type_name(size_t i)
{
    assert(i < COUNT_OF(types));
    return types[i].name;
}
