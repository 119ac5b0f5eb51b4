/* cells.c - observables in cells: see cells.h. */
#include "format/cells.h"

#include "model/domain.h"
#include "model/url.h"

/* --- words for kinds ------------------------------------------------------------------------- */

#define NETWORK                                                                                    \
    {                                                                                              \
        WANT_NETWORK, KIND_NONE                                                                    \
    }
#define HASH                                                                                       \
    {                                                                                              \
        WANT_HASH, KIND_NONE                                                                       \
    }
#define ONE(k)                                                                                     \
    {                                                                                              \
        WANT_KIND, k                                                                               \
    }

static const struct {
    slice word; /* letters and digits in lower case */
    want want;
} words[] = {
    {S_INIT("ip"), NETWORK},
    {S_INIT("ips"), NETWORK},
    {S_INIT("ipaddress"), NETWORK},
    {S_INIT("ipaddr"), NETWORK},
    {S_INIT("ipport"), NETWORK},
    {S_INIT("ipdst"), NETWORK},
    {S_INIT("ipsrc"), NETWORK},
    {S_INIT("ipdstport"), NETWORK},
    {S_INIT("ipsrcport"), NETWORK},
    {S_INIT("ipv4"), NETWORK},
    {S_INIT("ipv4addr"), NETWORK},
    {S_INIT("ipv6"), NETWORK},
    {S_INIT("ipv6addr"), NETWORK},
    {S_INIT("address"), NETWORK},
    {S_INIT("cidr"), NETWORK},
    {S_INIT("subnet"), NETWORK},
    {S_INIT("iprange"), NETWORK},
    {S_INIT("host"), NETWORK},
    {S_INIT("hosts"), NETWORK},
    {S_INIT("c2"), NETWORK},
    {S_INIT("network"), NETWORK},
    {S_INIT("domainip"), NETWORK},
    {S_INIT("domain"), ONE(KIND_DOMAIN)},
    {S_INIT("domains"), ONE(KIND_DOMAIN)},
    {S_INIT("domainname"), ONE(KIND_DOMAIN)},
    {S_INIT("hostname"), ONE(KIND_DOMAIN)},
    {S_INIT("hostnameport"), ONE(KIND_DOMAIN)},
    {S_INIT("fqdn"), ONE(KIND_DOMAIN)},
    {S_INIT("dns"), ONE(KIND_DOMAIN)},
    {S_INIT("url"), ONE(KIND_URL)},
    {S_INIT("urls"), ONE(KIND_URL)},
    {S_INIT("uri"), ONE(KIND_URL)},
    {S_INIT("link"), ONE(KIND_URL)},
    {S_INIT("email"), ONE(KIND_EMAIL)},
    {S_INIT("emailaddr"), ONE(KIND_EMAIL)},
    {S_INIT("emailaddress"), ONE(KIND_EMAIL)},
    {S_INIT("emailsender"), ONE(KIND_EMAIL)},
    {S_INIT("emailsrc"), ONE(KIND_EMAIL)},
    {S_INIT("emaildst"), ONE(KIND_EMAIL)},
    {S_INIT("sender"), ONE(KIND_EMAIL)},
    {S_INIT("emailsubject"), ONE(KIND_EMAIL_SUBJECT)},
    {S_INIT("file"), HASH},
    {S_INIT("hash"), HASH},
    {S_INIT("hashes"), HASH},
    {S_INIT("filehash"), HASH},
    {S_INIT("md5"), ONE(KIND_MD5)},
    {S_INIT("md5hash"), ONE(KIND_MD5)},
    {S_INIT("filehashmd5"), ONE(KIND_MD5)},
    {S_INIT("sha1"), ONE(KIND_SHA1)},
    {S_INIT("sha1hash"), ONE(KIND_SHA1)},
    {S_INIT("filehashsha1"), ONE(KIND_SHA1)},
    {S_INIT("sha224"), ONE(KIND_SHA224)},
    {S_INIT("sha2224"), ONE(KIND_SHA224)}, /* OpenSSL */
    {S_INIT("sha256"), ONE(KIND_SHA256)},
    {S_INIT("sha2256"), ONE(KIND_SHA256)}, /* OpenSSL */
    {S_INIT("sha256hash"), ONE(KIND_SHA256)},
    {S_INIT("filehashsha256"), ONE(KIND_SHA256)},
    {S_INIT("sha384"), ONE(KIND_SHA384)},
    {S_INIT("sha2384"), ONE(KIND_SHA384)}, /* OpenSSL */
    {S_INIT("sha512"), ONE(KIND_SHA512)},
    {S_INIT("sha2512"), ONE(KIND_SHA512)}, /* OpenSSL */
    {S_INIT("ssdeep"), ONE(KIND_SSDEEP)},
    {S_INIT("tlsh"), ONE(KIND_TLSH)},
    {S_INIT("imphash"), ONE(KIND_IMPHASH)},
    {S_INIT("filehashimphash"), ONE(KIND_IMPHASH)},
    {S_INIT("ja3"), ONE(KIND_JA3)},
    {S_INIT("ja3fingerprint"), ONE(KIND_JA3)},
    {S_INIT("ja3fingerprintmd5"), ONE(KIND_JA3)},
    {S_INIT("ja3s"), ONE(KIND_JA3S)},
    {S_INIT("ja4"), ONE(KIND_JA4)},
    {S_INIT("jarm"), ONE(KIND_JARM)},
    {S_INIT("jarmfingerprint"), ONE(KIND_JARM)},
    {S_INIT("hassh"), ONE(KIND_HASSH)},
    {S_INIT("asn"), ONE(KIND_ASN)},
    {S_INIT("macaddress"), ONE(KIND_MAC)},
    {S_INIT("filename"), ONE(KIND_FILENAME)},
    {S_INIT("filenames"), ONE(KIND_FILENAME)},
    {S_INIT("filepath"), ONE(KIND_PATH)},
    {S_INIT("path"), ONE(KIND_PATH)},
    {S_INIT("fullpath"), ONE(KIND_PATH)},
    {S_INIT("directory"), ONE(KIND_PATH)},
    {S_INIT("registry"), ONE(KIND_REGISTRY_KEY)},
    {S_INIT("registrykey"), ONE(KIND_REGISTRY_KEY)},
    {S_INIT("regkey"), ONE(KIND_REGISTRY_KEY)},
    {S_INIT("windowsregistrykey"), ONE(KIND_REGISTRY_KEY)},
    {S_INIT("mutex"), ONE(KIND_MUTEX)},
    {S_INIT("mutexname"), ONE(KIND_MUTEX)},
    {S_INIT("pipe"), ONE(KIND_PIPE)},
    {S_INIT("namedpipe"), ONE(KIND_PIPE)},
    {S_INIT("useragent"), ONE(KIND_USER_AGENT)},
    {S_INIT("process"), ONE(KIND_PROCESS)},
    {S_INIT("processname"), ONE(KIND_PROCESS)},
    {S_INIT("commandline"), ONE(KIND_COMMAND_LINE)},
    {S_INIT("cmdline"), ONE(KIND_COMMAND_LINE)},
    {S_INIT("package"), ONE(KIND_PACKAGE)},
    {S_INIT("packagename"), ONE(KIND_PACKAGE)},
    {S_INIT("mobileapplicationid"), ONE(KIND_PACKAGE)},
    {S_INIT("bundleid"), ONE(KIND_PACKAGE)},
    {S_INIT("btc"), ONE(KIND_CRYPTO_ADDRESS)},
    {S_INIT("btcwallet"), ONE(KIND_CRYPTO_ADDRESS)},
    {S_INIT("bitcoin"), ONE(KIND_CRYPTO_ADDRESS)},
    {S_INIT("bitcoinaddress"), ONE(KIND_CRYPTO_ADDRESS)},
    {S_INIT("xmr"), ONE(KIND_CRYPTO_ADDRESS)},
    {S_INIT("wallet"), ONE(KIND_CRYPTO_ADDRESS)},
    {S_INIT("cryptoaddress"), ONE(KIND_CRYPTO_ADDRESS)},
    {S_INIT("cryptocurrencyaddress"), ONE(KIND_CRYPTO_ADDRESS)},
    {S_INIT("sslcertsha1"), ONE(KIND_CERT_SHA1)},
    {S_INIT("x509fingerprintsha1"), ONE(KIND_CERT_SHA1)},
    {S_INIT("x509fingerprintsha256"), ONE(KIND_CERT_SHA256)},
    {S_INIT("phone"), ONE(KIND_PHONE)},
    {S_INIT("phonenumber"), ONE(KIND_PHONE)},
};

bool want_by_word(slice word, want *ret)
{
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        size_t n = 0, k = 0;
        for (; k < word.len; k++) {
            if (!is_alnum(word.ptr[k]))
                continue;
            if (n == words[i].word.len || to_lower(word.ptr[k]) != words[i].word.ptr[n])
                break;
            n++;
        }
        if (k == word.len && n == words[i].word.len) {
            *ret = words[i].want;
            return true;
        }
    }
    kind k = kind_parse(word); /* our own names, with their hyphens */
    if (!kind_is_observable(k))
        return false;
    *ret = (want)ONE(k);
    return true;
}

/* --- cells ----------------------------------------------------------------------------------- */

static slice bare(slice s)
{
    s = slice_trim(s);
    while (s.len >= 2 && (s.ptr[0] == '"' || s.ptr[0] == '\'') && s.ptr[s.len - 1] == s.ptr[0])
        s = slice_trim(slice_sub(s, 1, s.len - 1));
    return s;
}

bool cell_empty(slice cell)
{
    static const slice nothing[] = {
        S_INIT("-"),    S_INIT("--"),   S_INIT("n/a"),          S_INIT("na"), S_INIT("none"),
        S_INIT("null"), S_INIT("nil"),  S_INIT("unknown"),      S_INIT("?"),  S_INIT("nan"),
        S_INIT("tbd"),  S_INIT("n.a."), S_INIT("not available")};
    cell = bare(cell);
    if (!cell.len)
        return true;
    for (size_t i = 0; i < COUNT_OF(nothing); i++)
        if (slice_eq_nocase(cell, nothing[i]))
            return true;
    return false;
}

static bool is_network(kind k)
{
    return k == KIND_IPV4 || k == KIND_IPV6 || k == KIND_CIDR || k == KIND_DOMAIN || k == KIND_URL;
}

static bool is_digest(kind k)
{
    return kind_is_hash(k) || k == KIND_SSDEEP || k == KIND_TLSH;
}

/* Would a value of this kind, recognised by its shape, be right there? */
static bool fits(want w, kind k)
{
    switch (w.class) {
    case WANT_ANY: return true;
    case WANT_NETWORK: return is_network(k);
    case WANT_HASH: return is_digest(k);
    case WANT_KIND: break;
    }
    if (k == w.kind)
        return true;
    if (is_network(w.kind))
        return is_network(k);
    if (is_digest(w.kind))
        return is_digest(k);
    return w.kind == KIND_FILENAME && k == KIND_PATH;
}

/* "Reference: https://example.com/": a label and an address are not one address. */
static bool labelled(slice text, const observable *o)
{
    slice head = slice_sub(text, 0, slice_find_byte(text, '/', 0));
    if (o->kind != KIND_URL)
        return false;
    for (size_t i = 0; i < head.len; i++)
        if (is_space(head.ptr[i]))
            return true;
    return false;
}

status cell_observable(arena *a, slice text, want w, observable *ret, err *why)
{
    char quote[ERR_QUOTE_MAX];
    observable o;
    err shape = {0};
    text = bare(text);
    if (text.len > OBSERVABLE_TEXT_MAX)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "the value is %zu bytes, limit %d", text.len,
                       (int)OBSERVABLE_TEXT_MAX);
    status st = observable_parse(a, text, KIND_NONE, &o, &shape);
    if (st == OK && labelled(text, &o))
        st = err_set(&shape, ERR_INPUT, ERR_NOWHERE, "\"%s\" is words and an address",
                     err_quote(text, quote));
    if (st == OK && fits(w, o.kind)) {
        *ret = o;
        return OK;
    }
    if (st == ERR_LIMIT) {
        if (why)
            *why = shape;
        return st;
    }
    if (w.class == WANT_KIND)
        return observable_parse(a, text, w.kind, ret, why);
    if (st == OK)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "\"%s\" is a %s", err_quote(text, quote),
                       kind_name(o.kind));
    if (why)
        *why = shape;
    return st;
}

/* Between values; names of files and the like may hold anything but a line break. */
static bool divides(want w, char c)
{
    bool free_text = w.class == WANT_KIND && !is_network(w.kind) && !is_digest(w.kind);
    return c == '\n' || c == '\r' ||
           (!free_text && (c == ',' || c == ';' || c == '|' || c == '\t'));
}

static status parts(arena *a, slice cell, want w, bool blanks, observable *ret, size_t room,
                    size_t *ret_count, err *why)
{
    size_t n = 0, i = 0;
    while (i < cell.len) {
        size_t start = i;
        while (i < cell.len && !(blanks ? is_space(cell.ptr[i]) : divides(w, cell.ptr[i])))
            i++;
        slice part = bare(slice_sub(cell, start, i++));
        if (!part.len)
            continue;
        if (n == room)
            return err_set(why, ERR_INPUT, ERR_NOWHERE, "over %zu values", room);
        status st = cell_observable(a, part, w, &ret[n], why);
        if (st != OK)
            return st;
        n++;
    }
    if (!n)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no value in it");
    *ret_count = n;
    return OK;
}

status cell_observables(arena *a, slice cell, want w, observable *ret, size_t room,
                        size_t *ret_count, err *why)
{
    observable o;
    bool several = false, lines = false;
    cell = bare(cell);
    for (size_t i = 0; i < cell.len; i++) {
        several |= divides(w, cell.ptr[i]);
        lines |= cell.ptr[i] == '\n' || cell.ptr[i] == '\r';
    }
    status st = lines ? ERR_INPUT : cell_observable(a, cell, w, &o, why);
    if (st == ERR_LIMIT)
        return st;
    if (st != OK)
        return parts(a, cell, w, !several, ret, room, ret_count, why);
    if (!room)
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "over 0 values");
    ret[0] = o;
    *ret_count = 1;
    return OK;
}

bool cell_is_clear(const observable *o)
{
    if (o->kind == KIND_FILENAME || o->kind == KIND_ASN || o->kind == KIND_PHONE)
        return false;
    /* one text that may be both is a file name where no context says otherwise: readme.md */
    for (size_t i = 0; i < o->also_count; i++)
        if (o->also[i] == KIND_FILENAME && !o->defanged)
            return false;
    slice name = o->kind == KIND_DOMAIN ? o->value
                 : o->kind == KIND_URL  ? url_split(o->value).host
                                        : (slice){NULL, 0};
    return !o->unknown_tld || o->defanged || domain_is_example(name);
}
