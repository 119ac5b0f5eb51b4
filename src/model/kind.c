/* kind.c - names of kinds: see kind.h. */
#include "model/kind.h"

static const slice names[KIND_END_] = {
    [KIND_IPV4] = S_INIT("ipv4"),
    [KIND_IPV6] = S_INIT("ipv6"),
    [KIND_CIDR] = S_INIT("cidr"),
    [KIND_DOMAIN] = S_INIT("domain"),
    [KIND_URL] = S_INIT("url"),
    [KIND_EMAIL] = S_INIT("email"),
    [KIND_MD5] = S_INIT("md5"),
    [KIND_SHA1] = S_INIT("sha1"),
    [KIND_SHA224] = S_INIT("sha224"),
    [KIND_SHA256] = S_INIT("sha256"),
    [KIND_SHA384] = S_INIT("sha384"),
    [KIND_SHA512] = S_INIT("sha512"),
    [KIND_SSDEEP] = S_INIT("ssdeep"),
    [KIND_TLSH] = S_INIT("tlsh"),
    [KIND_IMPHASH] = S_INIT("imphash"),
    [KIND_JA3] = S_INIT("ja3"),
    [KIND_JA3S] = S_INIT("ja3s"),
    [KIND_JA4] = S_INIT("ja4"),
    [KIND_JARM] = S_INIT("jarm"),
    [KIND_HASSH] = S_INIT("hassh"),
    [KIND_ASN] = S_INIT("asn"),
    [KIND_MAC] = S_INIT("mac"),
    [KIND_FILENAME] = S_INIT("filename"),
    [KIND_PATH] = S_INIT("path"),
    [KIND_REGISTRY_KEY] = S_INIT("registry-key"),
    [KIND_MUTEX] = S_INIT("mutex"),
    [KIND_PIPE] = S_INIT("pipe"),
    [KIND_USER_AGENT] = S_INIT("user-agent"),
    [KIND_CERT_SHA1] = S_INIT("cert-sha1"),
    [KIND_CERT_SHA256] = S_INIT("cert-sha256"),
    [KIND_CERT_SERIAL] = S_INIT("cert-serial"),
    [KIND_CRYPTO_ADDRESS] = S_INIT("crypto-address"),
    [KIND_EMAIL_SUBJECT] = S_INIT("email-subject"),
    [KIND_PROCESS] = S_INIT("process"),
    [KIND_COMMAND_LINE] = S_INIT("command-line"),
    [KIND_ACCOUNT] = S_INIT("account"),
    [KIND_PACKAGE] = S_INIT("package"),
    [KIND_PHONE] = S_INIT("phone"),
    [KIND_PROPERTY] = S_INIT("property"),
    [KIND_ACTOR] = S_INIT("actor"),
    [KIND_CAMPAIGN] = S_INIT("campaign"),
    [KIND_MALWARE] = S_INIT("malware"),
    [KIND_TOOL] = S_INIT("tool"),
    [KIND_TECHNIQUE] = S_INIT("technique"),
    [KIND_TACTIC] = S_INIT("tactic"),
    [KIND_MITIGATION] = S_INIT("mitigation"),
    [KIND_VULNERABILITY] = S_INIT("vulnerability"),
    [KIND_INFRASTRUCTURE] = S_INIT("infrastructure"),
    [KIND_ORGANISATION] = S_INIT("organisation"),
    [KIND_SECTOR] = S_INIT("sector"),
    [KIND_COUNTRY] = S_INIT("country"),
    [KIND_LOCATION] = S_INIT("location"),
    [KIND_REPORT] = S_INIT("report"),
    [KIND_DETECTION_RULE] = S_INIT("detection-rule"),
    [KIND_INDICATOR] = S_INIT("indicator"),
    [KIND_INCIDENT] = S_INIT("incident"),
    [KIND_OBSERVED_DATA] = S_INIT("observed-data"),
    [KIND_DATA_SOURCE] = S_INIT("data-source"),
    [KIND_NOTE] = S_INIT("note"),
    [KIND_PRODUCT] = S_INIT("product"),
    [KIND_OTHER] = S_INIT("other"),
    [KIND_NAME] = S_INIT("name"),
    [KIND_REFERENCE] = S_INIT("reference"),
};

const char *kind_name(kind k)
{
    return k > KIND_NONE && k < KIND_END_ && names[k].ptr ? names[k].ptr : "none";
}

kind kind_parse(slice name)
{
    for (unsigned k = 1; k < KIND_END_; k++)
        if (names[k].ptr && slice_eq(name, names[k]))
            return (kind)k;
    return KIND_NONE;
}

kind kind_class(kind k)
{
    return k == KIND_TOOL ? KIND_MALWARE : k == KIND_LOCATION ? KIND_COUNTRY : k;
}
