/* columns.c - headers of tables: see columns.h.
 *
 * A header is cut into words (blanks, punctuation, camelCase) and looked up twice: joined, in the
 * table of whole names; else word by word, where a kind of observable ("url", "hash") decides and
 * words around it tell its use ("c2", "download") or that it is no indicator ("source ip"). */
#include "format/csv/columns.h"

#include "format/phrase.h"

static const char *const role_names[] = {
    [COLUMN_OTHER] = "other",
    [COLUMN_IGNORE] = "ignore",
    [COLUMN_VALUE] = "value",
    [COLUMN_OBSERVABLE] = "observable",
    [COLUMN_TYPE] = "type",
    [COLUMN_FILENAME] = "file_of_hash",
    [COLUMN_PACKAGE] = "package_of_hash",
    [COLUMN_MALWARE] = "malware",
    [COLUMN_TOOL] = "tool",
    [COLUMN_ACTOR] = "actor",
    [COLUMN_CAMPAIGN] = "campaign",
    [COLUMN_THREAT] = "threat",
    [COLUMN_CATEGORY] = "category",
    [COLUMN_FIRST_SEEN] = "first_seen",
    [COLUMN_LAST_SEEN] = "last_seen",
    [COLUMN_DATE] = "date",
    [COLUMN_ADDED] = "added",
    [COLUMN_VALID_UNTIL] = "valid_until",
    [COLUMN_TLP] = "tlp",
    [COLUMN_CONFIDENCE] = "confidence",
    [COLUMN_SCORE] = "score",
    [COLUMN_COUNT] = "count",
    [COLUMN_COMMENT] = "comment",
    [COLUMN_REFERENCE] = "reference",
    [COLUMN_TAGS] = "tags",
    [COLUMN_PORT] = "port",
    [COLUMN_PROTOCOL] = "protocol",
    [COLUMN_VERSION] = "version",
    [COLUMN_WATERMARK] = "watermark",
    [COLUMN_PRODUCT] = "product",
    [COLUMN_PATH] = "url_path",
    [COLUMN_LIST] = "listed",
};
_Static_assert(COUNT_OF(role_names) == COLUMN_ROLE_COUNT_, "a role without a name");

const char *column_role_name(column_role role)
{
    return role_names[role];
}

/* Whole headers, as letters and digits in lower case. */
static const struct {
    slice name;
    column_role role;
} wholes[] = {
    {S_INIT("ioc"), COLUMN_VALUE},
    {S_INIT("iocs"), COLUMN_VALUE},
    {S_INIT("iocvalue"), COLUMN_VALUE},
    {S_INIT("indicator"), COLUMN_VALUE},
    {S_INIT("indicators"), COLUMN_VALUE},
    {S_INIT("indicatorvalue"), COLUMN_VALUE},
    {S_INIT("indicatorofcompromise"), COLUMN_VALUE},
    {S_INIT("value"), COLUMN_VALUE},
    {S_INIT("observable"), COLUMN_VALUE},
    {S_INIT("observablevalue"), COLUMN_VALUE},
    {S_INIT("artifact"), COLUMN_VALUE},
    {S_INIT("atomic"), COLUMN_VALUE},
    {S_INIT("type"), COLUMN_TYPE},
    {S_INIT("ioctype"), COLUMN_TYPE},
    {S_INIT("indicatortype"), COLUMN_TYPE},
    {S_INIT("entitytype"), COLUMN_TYPE},
    {S_INIT("observabletype"), COLUMN_TYPE},
    {S_INIT("artifacttype"), COLUMN_TYPE},
    {S_INIT("datatype"), COLUMN_TYPE},
    {S_INIT("kind"), COLUMN_TYPE},
    {S_INIT("malware"), COLUMN_MALWARE},
    {S_INIT("malwarefamily"), COLUMN_MALWARE},
    {S_INIT("malwareprintable"), COLUMN_MALWARE},
    {S_INIT("malwarename"), COLUMN_MALWARE},
    {S_INIT("associatedmalware"), COLUMN_MALWARE},
    {S_INIT("family"), COLUMN_MALWARE},
    {S_INIT("signature"), COLUMN_MALWARE},
    {S_INIT("toolname"), COLUMN_TOOL},
    {S_INIT("tool"), COLUMN_TOOL},
    {S_INIT("actor"), COLUMN_ACTOR},
    {S_INIT("threatactor"), COLUMN_ACTOR},
    {S_INIT("actorname"), COLUMN_ACTOR},
    {S_INIT("adversary"), COLUMN_ACTOR},
    {S_INIT("threatgroup"), COLUMN_ACTOR},
    {S_INIT("intrusionset"), COLUMN_ACTOR},
    {S_INIT("activitygroup"), COLUMN_ACTOR},
    {S_INIT("activitygroupnames"), COLUMN_ACTOR},
    {S_INIT("apt"), COLUMN_ACTOR},
    {S_INIT("campaign"), COLUMN_CAMPAIGN},
    {S_INIT("campaignname"), COLUMN_CAMPAIGN},
    {S_INIT("operation"), COLUMN_CAMPAIGN},
    {S_INIT("threat"), COLUMN_THREAT},
    {S_INIT("threatname"), COLUMN_THREAT},
    {S_INIT("threattype"), COLUMN_CATEGORY},
    {S_INIT("category"), COLUMN_CATEGORY},
    {S_INIT("role"), COLUMN_CATEGORY},
    {S_INIT("usage"), COLUMN_CATEGORY},
    {S_INIT("domainuse"), COLUMN_CATEGORY},
    {S_INIT("purpose"), COLUMN_CATEGORY},
    {S_INIT("firstseen"), COLUMN_FIRST_SEEN},
    {S_INIT("firstseenutc"), COLUMN_FIRST_SEEN},
    {S_INIT("firstseenon"), COLUMN_FIRST_SEEN},
    {S_INIT("firstobserved"), COLUMN_FIRST_SEEN},
    {S_INIT("firstsubmission"), COLUMN_FIRST_SEEN},
    {S_INIT("firstseendate"), COLUMN_FIRST_SEEN},
    {S_INIT("firstdate"), COLUMN_FIRST_SEEN},
    {S_INIT("lastseen"), COLUMN_LAST_SEEN},
    {S_INIT("lastseenutc"), COLUMN_LAST_SEEN},
    {S_INIT("lastonline"), COLUMN_LAST_SEEN},
    {S_INIT("lastobserved"), COLUMN_LAST_SEEN},
    {S_INIT("lastdate"), COLUMN_LAST_SEEN},
    {S_INIT("date"), COLUMN_DATE},
    {S_INIT("datetime"), COLUMN_DATE},
    {S_INIT("timestamp"), COLUMN_DATE},
    {S_INIT("time"), COLUMN_DATE},
    {S_INIT("observed"), COLUMN_DATE},
    {S_INIT("seen"), COLUMN_DATE},
    {S_INIT("detected"), COLUMN_DATE},
    {S_INIT("discovered"), COLUMN_DATE},
    {S_INIT("dateadded"), COLUMN_ADDED},
    {S_INIT("added"), COLUMN_ADDED},
    {S_INIT("addedon"), COLUMN_ADDED},
    {S_INIT("listingdate"), COLUMN_ADDED},
    {S_INIT("timegenerated"), COLUMN_ADDED},
    {S_INIT("published"), COLUMN_ADDED},
    {S_INIT("reported"), COLUMN_ADDED},
    {S_INIT("validfrom"), COLUMN_ADDED},
    {S_INIT("validuntil"), COLUMN_VALID_UNTIL},
    {S_INIT("expiration"), COLUMN_VALID_UNTIL},
    {S_INIT("expires"), COLUMN_VALID_UNTIL},
    {S_INIT("expirationdate"), COLUMN_VALID_UNTIL},
    {S_INIT("expirationdatetime"), COLUMN_VALID_UNTIL},
    {S_INIT("expiry"), COLUMN_VALID_UNTIL},
    {S_INIT("tlp"), COLUMN_TLP},
    {S_INIT("tlplevel"), COLUMN_TLP},
    {S_INIT("tlpmarking"), COLUMN_TLP},
    {S_INIT("trafficlightprotocol"), COLUMN_TLP},
    {S_INIT("trafficlightprotocollevel"), COLUMN_TLP},
    {S_INIT("marking"), COLUMN_TLP},
    {S_INIT("confidence"), COLUMN_CONFIDENCE},
    {S_INIT("confidencelevel"), COLUMN_CONFIDENCE},
    {S_INIT("confidencescore"), COLUMN_CONFIDENCE},
    {S_INIT("score"), COLUMN_SCORE},
    {S_INIT("riskscore"), COLUMN_SCORE},
    {S_INIT("risk"), COLUMN_SCORE},
    {S_INIT("threatscore"), COLUMN_SCORE},
    {S_INIT("count"), COLUMN_COUNT},
    {S_INIT("hits"), COLUMN_COUNT},
    {S_INIT("reports"), COLUMN_COUNT},
    {S_INIT("occurrences"), COLUMN_COUNT},
    {S_INIT("numberofblacklists"), COLUMN_COUNT},
    {S_INIT("comment"), COLUMN_COMMENT},
    {S_INIT("comments"), COLUMN_COMMENT},
    {S_INIT("description"), COLUMN_COMMENT},
    {S_INIT("desc"), COLUMN_COMMENT},
    {S_INIT("details"), COLUMN_COMMENT},
    {S_INIT("note"), COLUMN_COMMENT},
    {S_INIT("notes"), COLUMN_COMMENT},
    {S_INIT("remark"), COLUMN_COMMENT},
    {S_INIT("remarks"), COLUMN_COMMENT},
    {S_INIT("context"), COLUMN_COMMENT},
    {S_INIT("info"), COLUMN_COMMENT},
    {S_INIT("summary"), COLUMN_COMMENT},
    {S_INIT("reference"), COLUMN_REFERENCE},
    {S_INIT("references"), COLUMN_REFERENCE},
    {S_INIT("ref"), COLUMN_REFERENCE},
    {S_INIT("refs"), COLUMN_REFERENCE},
    {S_INIT("report"), COLUMN_REFERENCE},
    {S_INIT("reportlink"), COLUMN_REFERENCE},
    {S_INIT("referenceurl"), COLUMN_REFERENCE},
    {S_INIT("reporturl"), COLUMN_REFERENCE},
    {S_INIT("sourceurl"), COLUMN_REFERENCE},
    {S_INIT("urlhauslink"), COLUMN_REFERENCE},
    {S_INIT("link"), COLUMN_REFERENCE},
    {S_INIT("links"), COLUMN_REFERENCE},
    {S_INIT("blog"), COLUMN_REFERENCE},
    {S_INIT("tag"), COLUMN_TAGS},
    {S_INIT("tags"), COLUMN_TAGS},
    {S_INIT("labels"), COLUMN_TAGS},
    {S_INIT("port"), COLUMN_PORT},
    {S_INIT("ports"), COLUMN_PORT},
    {S_INIT("dstport"), COLUMN_PORT},
    {S_INIT("c2port"), COLUMN_PORT},
    {S_INIT("protocol"), COLUMN_PROTOCOL},
    {S_INIT("proto"), COLUMN_PROTOCOL},
    {S_INIT("transport"), COLUMN_PROTOCOL},
    {S_INIT("version"), COLUMN_VERSION},
    {S_INIT("malwareversion"), COLUMN_VERSION},
    {S_INIT("watermark"), COLUMN_WATERMARK},
    {S_INIT("product"), COLUMN_PRODUCT},
    {S_INIT("path"), COLUMN_PATH},
    {S_INIT("urlpath"), COLUMN_PATH},
    {S_INIT("uripath"), COLUMN_PATH},
    {S_INIT("prefix"), COLUMN_LIST},
    {S_INIT("ipprefix"), COLUMN_LIST},
    {S_INIT("ipv4prefix"), COLUMN_LIST},
    {S_INIT("ipv6prefix"), COLUMN_LIST},
    {S_INIT("filename"), COLUMN_FILENAME},
    {S_INIT("filenames"), COLUMN_FILENAME},
    {S_INIT("package"), COLUMN_PACKAGE},
    {S_INIT("packagename"), COLUMN_PACKAGE},
    {S_INIT("apkpackagename"), COLUMN_PACKAGE},
    /* a kind's word that is no indicator when it stands alone */
    {S_INIT("asn"), COLUMN_OTHER},
    {S_INIT("file"), COLUMN_OTHER},
    {S_INIT("process"), COLUMN_OTHER},
    {S_INIT("commandline"), COLUMN_OTHER},
    {S_INIT("phone"), COLUMN_OTHER},
};

/* Nouns that decide inside a longer header; more of them are in cells.c. */
static const slice nouns[] = {
    S_INIT("ip"),       S_INIT("ips"),    S_INIT("ipv4"),      S_INIT("ipv6"),
    S_INIT("cidr"),     S_INIT("domain"), S_INIT("domains"),   S_INIT("hostname"),
    S_INIT("fqdn"),     S_INIT("url"),    S_INIT("urls"),      S_INIT("uri"),
    S_INIT("email"),    S_INIT("hash"),   S_INIT("hashes"),    S_INIT("md5"),
    S_INIT("sha1"),     S_INIT("sha256"), S_INIT("sha512"),    S_INIT("ssdeep"),
    S_INIT("imphash"),  S_INIT("mutex"),  S_INIT("jarm"),      S_INIT("ja3"),
    S_INIT("filename"), S_INIT("wallet"), S_INIT("useragent"), S_INIT("sender"),
};

/* The header speaks of something that is not the indicator: of the one who was attacked ... */
static const slice attacked[] = {
    S_INIT("src"),      S_INIT("source"), S_INIT("client"),  S_INIT("victim"),
    S_INIT("internal"), S_INIT("local"),  S_INIT("victims"),
};
/* ... or, when these stand beside a noun, of something about it. */
static const slice other_sides[] = {
    S_INIT("pubkey"),     S_INIT("publickey"), S_INIT("user"),     S_INIT("reporter"),
    S_INIT("compile"),    S_INIT("created"),   S_INIT("author"),   S_INIT("status"),
    S_INIT("number"),     S_INIT("id"),        S_INIT("count"),    S_INIT("type"),
    S_INIT("size"),       S_INIT("registrar"), S_INIT("computer"), S_INIT("workstation"),
    S_INIT("use"),        S_INIT("country"),   S_INIT("parent"),   S_INIT("date"),
    S_INIT("time"),       S_INIT("rank"),      S_INIT("target"),   S_INIT("targeted"),
    S_INIT("legitimate"), S_INIT("benign"),    S_INIT("whois"),    S_INIT("company"),
};

static bool one_of(slice word, const slice *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (slice_eq(word, list[i]))
            return true;
    return false;
}

/* --- recognition ----------------------------------------------------------------------------- */

static bool whole(const phrase *w, column *ret)
{
    for (size_t i = 0; i < COUNT_OF(wholes); i++)
        if (slice_eq(w->joined, wholes[i].name)) {
            ret->role = wholes[i].role;
            ret->want = (want){WANT_ANY, KIND_NONE};
            if (ret->role == COLUMN_LIST)
                ret->want.class = WANT_NETWORK;
            return true;
        }
    return false;
}

/* Is it, or is a word of it, a kind of observable? Sets role and want. */
static bool noun(const phrase *w, size_t *ret_word, column *ret)
{
    if (want_by_word(w->joined, &ret->want)) {
        *ret_word = 0;
        return true;
    }
    for (size_t i = w->count; i-- > 0;)
        if (one_of(w->word[i], nouns, COUNT_OF(nouns)) && want_by_word(w->word[i], &ret->want)) {
            *ret_word = i;
            return true;
        }
    /* "SHA 256", "SHA-1 Hash", "MD-5" */
    for (size_t i = 0; i + 1 < w->count; i++) {
        slice two = slice_of(w->word[i].ptr, w->word[i].len + w->word[i + 1].len);
        if (one_of(two, nouns, COUNT_OF(nouns)) && want_by_word(two, &ret->want)) {
            *ret_word = i;
            return true;
        }
    }
    return false;
}

/* Words before the noun, as written: "Payload" of "Payload Hash". */
static slice group_before(slice name, const phrase *w, size_t noun_at)
{
    if (noun_at == 0)
        return (slice){NULL, 0};
    size_t letters = (size_t)(w->word[noun_at].ptr - w->text), i = 0;
    for (size_t n = 0; n < letters && i < name.len; i++)
        n += (unsigned char)name.ptr[i] >= 128 || is_alnum(name.ptr[i]);
    return slice_trim(slice_sub(name, 0, i));
}

void column_named(slice name, column *ret)
{
    phrase w;
    size_t at = 0;
    name = slice_trim(name);
    *ret = (column){.name = name};
    if (!phrase_cut(name, &w) || !w.count || whole(&w, ret))
        return;
    bool is_noun = noun(&w, &at, ret), alone = want_by_word(w.joined, &ret->want);
    for (size_t i = 0; i < w.count; i++)
        ret->other_side |= one_of(w.word[i], attacked, COUNT_OF(attacked)) ||
                           (!alone && one_of(w.word[i], other_sides, COUNT_OF(other_sides)));
    if (ret->other_side)
        return;
    for (size_t i = 0; i < w.count && !ret->use.len; i++)
        phrase_use(w.word[i], &ret->use);
    if (!ret->use.len)
        phrase_use_in(name, false, &ret->use); /* "C&C" */
    if (is_noun) {
        bool file = ret->want.class == WANT_KIND && ret->want.kind == KIND_FILENAME;
        ret->role = file ? COLUMN_FILENAME : COLUMN_OBSERVABLE;
        ret->group = group_before(name, &w, at);
        return;
    }
    /* "C2", "C2 Server", "CnC Address", "Callback" */
    static const slice plain[] = {S_INIT("server"),    S_INIT("servers"), S_INIT("address"),
                                  S_INIT("addresses"), S_INIT("list"),    S_INIT("infrastructure")};
    bool rest = true;
    slice use;
    for (size_t i = 0; i < w.count; i++)
        rest &= phrase_use(w.word[i], &use) || one_of(w.word[i], plain, COUNT_OF(plain)) ||
                w.word[i].len == 1;
    if (ret->use.len && rest) {
        ret->role = COLUMN_OBSERVABLE;
        ret->want = (want){WANT_NETWORK, KIND_NONE};
    }
}

bool column_mapped(slice role, column *ret)
{
    slice base = role, use = {NULL, 0};
    size_t colon = slice_find_byte(role, ':', 0);
    if (colon != SIZE_MAX) {
        base = slice_sub(role, 0, colon);
        use = slice_trim(slice_from(role, colon + 1));
    }
    base = slice_trim(base);
    ret->use = use;
    for (unsigned i = 0; i < COLUMN_ROLE_COUNT_; i++)
        if (i != COLUMN_OBSERVABLE && slice_eq_nocase(base, slice_str(role_names[i]))) {
            ret->role = (column_role)i;
            ret->want = (want){i == COLUMN_LIST ? WANT_NETWORK : WANT_ANY, KIND_NONE};
            return true;
        }
    ret->role = COLUMN_OBSERVABLE;
    return want_by_word(base, &ret->want);
}
