/* paths.c - which object path names which kind of observable: see paths.h. */
#include "format/pattern/paths.h"

/* A path as one text: keys joined by dots, indexes as "[]"; hash names in one spelling. */
enum { PATH_TEXT_MAX = 128 };

typedef struct path_row {
    slice path;
    path_role role;
    kind kind;
} path_row;

/* Besides the hashes. What a path is not listed here names nothing that is looked up by value. */
static const path_row rows[] = {
    {S_INIT("ipv4-addr:value"), PATH_OBSERVABLE, KIND_IPV4},
    {S_INIT("ipv6-addr:value"), PATH_OBSERVABLE, KIND_IPV6},
    {S_INIT("domain-name:value"), PATH_OBSERVABLE, KIND_DOMAIN},
    {S_INIT("domain-name:resolves_to_refs[].value"), PATH_OBSERVABLE, KIND_NONE},
    {S_INIT("hostname:value"), PATH_OBSERVABLE, KIND_DOMAIN},
    {S_INIT("url:value"), PATH_OBSERVABLE, KIND_URL},
    {S_INIT("email-addr:value"), PATH_OBSERVABLE, KIND_EMAIL},
    {S_INIT("email-message:from_ref.value"), PATH_OBSERVABLE, KIND_EMAIL},
    {S_INIT("email-message:sender_ref.value"), PATH_OBSERVABLE, KIND_EMAIL},
    {S_INIT("email-message:subject"), PATH_OBSERVABLE, KIND_EMAIL_SUBJECT},
    {S_INIT("mac-addr:value"), PATH_OBSERVABLE, KIND_MAC},
    {S_INIT("autonomous-system:number"), PATH_OBSERVABLE, KIND_ASN},
    {S_INIT("network-traffic:src_ref.value"), PATH_OBSERVABLE, KIND_NONE},
    {S_INIT("network-traffic:dst_ref.value"), PATH_OBSERVABLE, KIND_NONE},
    {S_INIT("network-traffic:src_ref.type"), PATH_GUARD, KIND_NONE},
    {S_INIT("network-traffic:dst_ref.type"), PATH_GUARD, KIND_NONE},
    {S_INIT("network-traffic:src_port"), PATH_PORT, KIND_NONE},
    {S_INIT("network-traffic:dst_port"), PATH_PORT, KIND_NONE},
    {S_INIT("network-traffic:extensions.http-request-ext.request_header.User-Agent"),
     PATH_OBSERVABLE, KIND_USER_AGENT},
    {S_INIT("file:name"), PATH_OBSERVABLE, KIND_FILENAME},
    {S_INIT("file:path"), PATH_OBSERVABLE, KIND_PATH},
    {S_INIT("directory:path"), PATH_OBSERVABLE, KIND_PATH},
    {S_INIT("file:extensions.windows-pebinary-ext.imphash"), PATH_OBSERVABLE, KIND_IMPHASH},
    {S_INIT("windows-registry-key:key"), PATH_OBSERVABLE, KIND_REGISTRY_KEY},
    {S_INIT("win-registry-key:key"), PATH_OBSERVABLE, KIND_REGISTRY_KEY},
    {S_INIT("mutex:name"), PATH_OBSERVABLE, KIND_MUTEX},
    {S_INIT("process:name"), PATH_OBSERVABLE, KIND_PROCESS},
    {S_INIT("process:command_line"), PATH_OBSERVABLE, KIND_COMMAND_LINE},
    {S_INIT("process:image_ref.name"), PATH_OBSERVABLE, KIND_FILENAME},
    {S_INIT("process:binary_ref.name"), PATH_OBSERVABLE, KIND_FILENAME},
    {S_INIT("user-account:user_id"), PATH_OBSERVABLE, KIND_ACCOUNT},
    {S_INIT("user-account:account_login"), PATH_OBSERVABLE, KIND_ACCOUNT},
    {S_INIT("x509-certificate:serial_number"), PATH_OBSERVABLE, KIND_CERT_SERIAL},
    {S_INIT("x509-certificate:hashes.sha1"), PATH_OBSERVABLE, KIND_CERT_SHA1},
    {S_INIT("x509-certificate:hashes.sha256"), PATH_OBSERVABLE, KIND_CERT_SHA256},
    {S_INIT("app:id"), PATH_OBSERVABLE, KIND_PACKAGE},
    {S_INIT("app:cert.sha1"), PATH_OBSERVABLE, KIND_CERT_SHA1},
    {S_INIT("app:cert.sha256"), PATH_OBSERVABLE, KIND_CERT_SHA256},
    {S_INIT("cryptocurrency-wallet:value"), PATH_OBSERVABLE, KIND_CRYPTO_ADDRESS},
    {S_INIT("cryptocurrency-wallet:address"), PATH_OBSERVABLE, KIND_CRYPTO_ADDRESS},
    {S_INIT("phone-number:value"), PATH_OBSERVABLE, KIND_PHONE},
    {S_INIT("user-agent:value"), PATH_OBSERVABLE, KIND_USER_AGENT},
};

static const struct hash_row {
    slice name; /* lower case, without hyphen or underscore */
    kind kind;
    size_t digits;
} hashes[] = {
    {S_INIT("md5"), KIND_MD5, 32},         {S_INIT("sha1"), KIND_SHA1, 40},
    {S_INIT("sha224"), KIND_SHA224, 56},   {S_INIT("sha256"), KIND_SHA256, 64},
    {S_INIT("sha384"), KIND_SHA384, 96},   {S_INIT("sha512"), KIND_SHA512, 128},
    {S_INIT("imphash"), KIND_IMPHASH, 32}, {S_INIT("ssdeep"), KIND_SSDEEP, 0},
    {S_INIT("tlsh"), KIND_TLSH, 0},        {S_INIT("ripemd160"), KIND_NONE, 40},
    {S_INIT("sha3224"), KIND_NONE, 56},    {S_INIT("sha3256"), KIND_NONE, 64},
    {S_INIT("sha3384"), KIND_NONE, 96},    {S_INIT("sha3512"), KIND_NONE, 128},
};

/* The last two steps are "hashes" and the name of a kind of hash. */
static const struct hash_row *hash_of_path(const pattern_node *test)
{
    const pattern_step *before = NULL, *last = test->path;
    for (; last && last->next; last = last->next)
        before = last;
    if (!before || before->what != PATTERN_KEY || last->what != PATTERN_KEY ||
        !slice_eq(before->key, S("hashes")))
        return NULL;
    char name[16];
    size_t n = 0;
    for (size_t i = 0; i < last->key.len; i++) {
        if (last->key.ptr[i] == '-' || last->key.ptr[i] == '_')
            continue;
        if (n == sizeof name)
            return NULL;
        name[n++] = to_lower(last->key.ptr[i]);
    }
    for (size_t i = 0; i < COUNT_OF(hashes); i++)
        if (slice_eq(slice_of(name, n), hashes[i].name))
            return &hashes[i];
    return NULL;
}

size_t pattern_hash_digits(const pattern_node *test)
{
    const struct hash_row *h = hash_of_path(test);
    return h ? h->digits : 0;
}

static bool put(char out[PATH_TEXT_MAX], size_t *n, slice s)
{
    if (s.len > PATH_TEXT_MAX - *n)
        return false;
    memcpy(out + *n, s.ptr, s.len);
    *n += s.len;
    return true;
}

/* Empty when it is longer than any path that is listed. */
static slice path_text(const pattern_node *test, const struct hash_row *hash,
                       char out[PATH_TEXT_MAX])
{
    size_t n = 0;
    bool fits = put(out, &n, test->type) && put(out, &n, S(":"));
    for (const pattern_step *s = test->path; s && fits; s = s->next) {
        if (s->what != PATTERN_KEY)
            fits = put(out, &n, S("[]"));
        else if ((fits = s == test->path || put(out, &n, S("."))))
            fits = put(out, &n, hash && !s->next ? hash->name : s->key);
    }
    return fits ? slice_of(out, n) : S("");
}

path_role pattern_path_role(const pattern_node *test, kind *ret_kind)
{
    char room[PATH_TEXT_MAX];
    const struct hash_row *hash = hash_of_path(test);
    slice path = path_text(test, hash, room);
    *ret_kind = KIND_NONE;
    if (hash && hash->kind != KIND_NONE) {
        slice object =
            slice_sub(path, 0, path.len > hash->name.len ? path.len - hash->name.len : 0);
        if (slice_eq(object, S("file:hashes.")) || slice_eq(object, S("artifact:hashes.")) ||
            slice_eq(object, S("file:content_ref.hashes."))) {
            *ret_kind = hash->kind;
            return kind_is_hash(hash->kind) ? PATH_FILE_HASH : PATH_OBSERVABLE;
        }
    }
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (slice_eq(path, rows[i].path)) {
            *ret_kind = rows[i].kind;
            return rows[i].role;
        }
    return PATH_OTHER;
}

bool pattern_same_file(const pattern_node *a, const pattern_node *b)
{
    if (!slice_eq(a->type, b->type))
        return false;
    const pattern_step *x = a->path, *y = b->path;
    for (; x->next && y->next; x = x->next, y = y->next)
        if (x->what != y->what || x->index != y->index || !slice_eq(x->key, y->key))
            return false;
    return !x->next && !y->next;
}
