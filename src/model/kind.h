/* kind.h - the closed list of what a node can be: kinds of observables, kinds of entities, names.
 * Uses: base. Used by: everything above base.
 * The numbers are stored: a kind keeps its number for ever, new ones are added at the end of
 * their range. The names are the ones of the contract and of docs/data-model.md. */
#ifndef NOROSHI_KIND_H
#define NOROSHI_KIND_H

#include "base/base.h"

typedef enum kind {
    KIND_NONE = 0,

    /* observables: values that can be seen in a log or a file */
    KIND_IPV4 = 1,
    KIND_IPV6,
    KIND_CIDR, /* IPv4 or IPv6 */
    KIND_DOMAIN,
    KIND_URL,
    KIND_EMAIL,
    KIND_MD5,
    KIND_SHA1,
    KIND_SHA224,
    KIND_SHA256,
    KIND_SHA384,
    KIND_SHA512,
    KIND_SSDEEP,
    KIND_TLSH,
    KIND_IMPHASH,
    KIND_JA3,
    KIND_JA3S,
    KIND_JA4,
    KIND_JARM,
    KIND_HASSH,
    KIND_ASN,
    KIND_MAC,
    KIND_FILENAME,
    KIND_PATH,
    KIND_REGISTRY_KEY,
    KIND_MUTEX,
    KIND_PIPE,
    KIND_USER_AGENT,
    KIND_CERT_SHA1,
    KIND_CERT_SHA256,
    KIND_CERT_SERIAL,
    KIND_CRYPTO_ADDRESS,
    KIND_EMAIL_SUBJECT,
    KIND_PROCESS, /* a process name */
    KIND_COMMAND_LINE,
    KIND_ACCOUNT, /* user account */
    KIND_PACKAGE, /* application id: com.example.app */
    KIND_PHONE,
    KIND_PROPERTY, /* anything else that a source calls observable: "name=value" */
    KIND_OBSERVABLE_END_,

    /* entities: things that have a name */
    KIND_ACTOR = 64,
    KIND_CAMPAIGN,
    KIND_MALWARE,
    KIND_TOOL,
    KIND_TECHNIQUE,
    KIND_TACTIC,
    KIND_MITIGATION,
    KIND_VULNERABILITY,
    KIND_INFRASTRUCTURE,
    KIND_ORGANISATION, /* STIX identity: organisations, persons, sectors said as identities */
    KIND_SECTOR,
    KIND_COUNTRY,
    KIND_LOCATION, /* any other place */
    KIND_REPORT,
    KIND_DETECTION_RULE,
    KIND_INDICATOR,
    KIND_INCIDENT,
    KIND_OBSERVED_DATA,
    KIND_DATA_SOURCE, /* ATT&CK data sources and components */
    KIND_NOTE,        /* note, opinion, grouping: words about other objects */
    KIND_PRODUCT,     /* software that has vulnerabilities */
    KIND_OTHER,       /* custom objects */
    KIND_ENTITY_END_,

    /* neither */
    KIND_NAME = 120, /* a folded name */
    KIND_REFERENCE,  /* a report or document that something was copied from: URL or sha256:... */
    KIND_END_
} kind;

/* "ipv4", "registry-key", "actor", ...; "none" for what is no kind. */
const char *kind_name(kind k);
/* The kind of that name, or KIND_NONE. */
kind kind_parse(slice name);

static inline bool kind_is_observable(kind k)
{
    return k > KIND_NONE && k < KIND_OBSERVABLE_END_;
}
static inline bool kind_is_entity(kind k)
{
    return k >= KIND_ACTOR && k < KIND_ENTITY_END_;
}
/* File hashes that name one file. */
static inline bool kind_is_hash(kind k)
{
    return k >= KIND_MD5 && k <= KIND_SHA512;
}
/* Entities of one class may be one thing under two names: malware and tool are both software. */
kind kind_class(kind k);

#endif
