/* kind.c - names of kinds: see kind.h. */
#include "model/kind.h"

static const char *const names[KIND_END_] = {
    [KIND_IPV4] = "ipv4",
    [KIND_IPV6] = "ipv6",
    [KIND_CIDR] = "cidr",
    [KIND_DOMAIN] = "domain",
    [KIND_URL] = "url",
    [KIND_EMAIL] = "email",
    [KIND_MD5] = "md5",
    [KIND_SHA1] = "sha1",
    [KIND_SHA224] = "sha224",
    [KIND_SHA256] = "sha256",
    [KIND_SHA384] = "sha384",
    [KIND_SHA512] = "sha512",
    [KIND_SSDEEP] = "ssdeep",
    [KIND_TLSH] = "tlsh",
    [KIND_IMPHASH] = "imphash",
    [KIND_JA3] = "ja3",
    [KIND_JA3S] = "ja3s",
    [KIND_JA4] = "ja4",
    [KIND_JARM] = "jarm",
    [KIND_HASSH] = "hassh",
    [KIND_ASN] = "asn",
    [KIND_MAC] = "mac",
    [KIND_FILENAME] = "filename",
    [KIND_PATH] = "path",
    [KIND_REGISTRY_KEY] = "registry-key",
    [KIND_MUTEX] = "mutex",
    [KIND_PIPE] = "pipe",
    [KIND_USER_AGENT] = "user-agent",
    [KIND_CERT_SHA1] = "cert-sha1",
    [KIND_CERT_SHA256] = "cert-sha256",
    [KIND_CERT_SERIAL] = "cert-serial",
    [KIND_CRYPTO_ADDRESS] = "crypto-address",
    [KIND_EMAIL_SUBJECT] = "email-subject",
    [KIND_PROCESS] = "process",
    [KIND_COMMAND_LINE] = "command-line",
    [KIND_ACCOUNT] = "account",
    [KIND_PACKAGE] = "package",
    [KIND_PHONE] = "phone",
    [KIND_PROPERTY] = "property",
    [KIND_ACTOR] = "actor",
    [KIND_CAMPAIGN] = "campaign",
    [KIND_MALWARE] = "malware",
    [KIND_TOOL] = "tool",
    [KIND_TECHNIQUE] = "technique",
    [KIND_TACTIC] = "tactic",
    [KIND_MITIGATION] = "mitigation",
    [KIND_VULNERABILITY] = "vulnerability",
    [KIND_INFRASTRUCTURE] = "infrastructure",
    [KIND_ORGANISATION] = "organisation",
    [KIND_SECTOR] = "sector",
    [KIND_COUNTRY] = "country",
    [KIND_LOCATION] = "location",
    [KIND_REPORT] = "report",
    [KIND_DETECTION_RULE] = "detection-rule",
    [KIND_INDICATOR] = "indicator",
    [KIND_INCIDENT] = "incident",
    [KIND_OBSERVED_DATA] = "observed-data",
    [KIND_DATA_SOURCE] = "data-source",
    [KIND_NOTE] = "note",
    [KIND_PRODUCT] = "product",
    [KIND_OTHER] = "other",
    [KIND_NAME] = "name",
    [KIND_REFERENCE] = "reference",
};

const char *kind_name(kind k)
{
    return k > KIND_NONE && k < KIND_END_ && names[k] ? names[k] : "none";
}

kind kind_parse(slice name)
{
    for (unsigned k = 1; name.len && k < KIND_END_; k++)
        if (names[k] && names[k][0] == name.ptr[0] && slice_eq(name, slice_str(names[k])))
            return (kind)k;
    return KIND_NONE;
}

kind kind_class(kind k)
{
    return k == KIND_TOOL ? KIND_MALWARE : k == KIND_LOCATION ? KIND_COUNTRY : k;
}
