/* node.c - which node an object or a reference stands for: see stix.h. */
#include "format/stix/stix.h"
#include "model/name.h"

enum { HOPS_MAX = 4 }; /* references that lead to references */

/* --- values --------------------------------------------------------------------------------- */

/* Kinds that a text may turn out to be instead of the one asked for: a list of addresses has
 * networks in it, and a host is an address or a name. */
static bool is_host(kind k)
{
    return k == KIND_IPV4 || k == KIND_IPV6 || k == KIND_CIDR || k == KIND_DOMAIN;
}

static status refused(stix *x, slice type, slice text, node_ref *ret, bool *ret_refused)
{
    slice node = arena_printf(x->a, "%.*s=%.*s", SLICE_FMT(type),
                              SLICE_FMT(slice_sub(text, 0, NODE_TEXT_MAX - STIX_TYPE_MAX - 1)));
    if (!node.ptr)
        return ARENA_SPENT(x->a, x->why);
    *ret = (node_ref){KIND_PROPERTY, node};
    *ret_refused = true;
    return OK;
}

status stix_observe(stix *x, kind want, slice text, slice type, node_ref *ret, bool *ret_refused)
{
    observable o;
    err why = {0};
    bool host = want == KIND_NONE || is_host(want);
    *ret_refused = false;
    if (text.len > OBSERVABLE_TEXT_MAX)
        return refused(x, type, text, ret, ret_refused);
    status st = observable_parse(x->a, text, host ? KIND_NONE : want, &o, &why);
    if (st == ERR_LIMIT && stix_spent(x))
        return ARENA_SPENT(x->a, x->why);
    if (st != OK || (host && !is_host(o.kind)))
        return refused(x, type, text, ret, ret_refused);
    *ret = (node_ref){o.kind, o.value};
    return OK;
}

bool stix_is_cve(slice text)
{
    if (text.len < 13 || text.len > 24 || !slice_starts_nocase(text, S("CVE-")) ||
        text.ptr[8] != '-')
        return false;
    for (size_t i = 4; i < text.len; i++)
        if (i != 8 && !is_digit(text.ptr[i]))
            return false;
    return true;
}

kind stix_hash_kind(slice name)
{
    static const struct {
        slice name;
        kind kind;
    } rows[] = {
        {S_INIT("md5"), KIND_MD5},         {S_INIT("sha1"), KIND_SHA1},
        {S_INIT("sha224"), KIND_SHA224},   {S_INIT("sha256"), KIND_SHA256},
        {S_INIT("sha384"), KIND_SHA384},   {S_INIT("sha512"), KIND_SHA512},
        {S_INIT("ssdeep"), KIND_SSDEEP},   {S_INIT("tlsh"), KIND_TLSH},
        {S_INIT("imphash"), KIND_IMPHASH},
    };
    char room[16];
    size_t n = 0;
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '-' || name.ptr[i] == '_')
            continue;
        if (n == sizeof room)
            return KIND_NONE;
        room[n++] = to_lower(name.ptr[i]);
    }
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (slice_eq(slice_of(room, n), rows[i].name))
            return rows[i].kind;
    return KIND_NONE;
}

/* The hash that names the object best. */
static int hash_rank(kind k)
{
    static const kind order[] = {KIND_TLSH,   KIND_SSDEEP, KIND_MD5,    KIND_SHA1,
                                 KIND_SHA224, KIND_SHA384, KIND_SHA512, KIND_SHA256};
    for (size_t i = 0; i < COUNT_OF(order); i++)
        if (order[i] == k)
            return (int)i;
    return -1;
}

const json *stix_best_hash(const json *hashes)
{
    const json *best = NULL;
    int rank = -1;
    for (const json *h = hashes ? hashes->first : NULL; h; h = h->next) {
        int r = h->type == JSON_STRING ? hash_rank(stix_hash_kind(h->key)) : -1;
        if (r > rank || (r >= 0 && r == rank && slice_cmp(h->key, best->key) < 0)) {
            best = h; /* of two spellings the first by key, whatever the order they stand in */
            rank = r;
        }
    }
    return best;
}

/* --- observables ---------------------------------------------------------------------------- */

/* Where the value of each type stands; the first that is there is taken. */
typedef enum value_way { WAY_TEXT, WAY_INT, WAY_HASHES, WAY_CERT_HASHES, WAY_REF } value_way;

static const struct {
    slice type, property;
    value_way way;
    kind kind;
} values[] = {
    {S_INIT("artifact"), S_INIT("hashes"), WAY_HASHES, KIND_NONE},
    {S_INIT("artifact"), S_INIT("url"), WAY_TEXT, KIND_URL},
    {S_INIT("autonomous-system"), S_INIT("number"), WAY_INT, KIND_ASN},
    {S_INIT("directory"), S_INIT("path"), WAY_TEXT, KIND_PATH},
    {S_INIT("domain-name"), S_INIT("value"), WAY_TEXT, KIND_DOMAIN},
    {S_INIT("email-addr"), S_INIT("value"), WAY_TEXT, KIND_EMAIL},
    {S_INIT("email-message"), S_INIT("subject"), WAY_TEXT, KIND_EMAIL_SUBJECT},
    {S_INIT("email-message"), S_INIT("from_ref"), WAY_REF, KIND_NONE},
    {S_INIT("email-message"), S_INIT("sender_ref"), WAY_REF, KIND_NONE},
    {S_INIT("file"), S_INIT("hashes"), WAY_HASHES, KIND_NONE},
    {S_INIT("file"), S_INIT("name"), WAY_TEXT, KIND_FILENAME},
    {S_INIT("ipv4-addr"), S_INIT("value"), WAY_TEXT, KIND_IPV4},
    {S_INIT("ipv6-addr"), S_INIT("value"), WAY_TEXT, KIND_IPV6},
    {S_INIT("mac-addr"), S_INIT("value"), WAY_TEXT, KIND_MAC},
    {S_INIT("mutex"), S_INIT("name"), WAY_TEXT, KIND_MUTEX},
    {S_INIT("network-traffic"), S_INIT("dst_ref"), WAY_REF, KIND_NONE},
    {S_INIT("network-traffic"), S_INIT("src_ref"), WAY_REF, KIND_NONE},
    {S_INIT("process"), S_INIT("command_line"), WAY_TEXT, KIND_COMMAND_LINE},
    {S_INIT("process"), S_INIT("name"), WAY_TEXT, KIND_PROCESS},
    {S_INIT("process"), S_INIT("image_ref"), WAY_REF, KIND_NONE},
    {S_INIT("process"), S_INIT("binary_ref"), WAY_REF, KIND_NONE},
    {S_INIT("url"), S_INIT("value"), WAY_TEXT, KIND_URL},
    {S_INIT("user-account"), S_INIT("user_id"), WAY_TEXT, KIND_ACCOUNT},
    {S_INIT("user-account"), S_INIT("account_login"), WAY_TEXT, KIND_ACCOUNT},
    {S_INIT("user-account"), S_INIT("display_name"), WAY_TEXT, KIND_ACCOUNT},
    {S_INIT("windows-registry-key"), S_INIT("key"), WAY_TEXT, KIND_REGISTRY_KEY},
    {S_INIT("x509-certificate"), S_INIT("hashes"), WAY_CERT_HASHES, KIND_NONE},
    {S_INIT("x509-certificate"), S_INIT("serial_number"), WAY_TEXT, KIND_CERT_SERIAL},
};

static kind certificate_kind(kind hash)
{
    return hash == KIND_SHA256 ? KIND_CERT_SHA256 : hash == KIND_SHA1 ? KIND_CERT_SHA1 : KIND_NONE;
}

/* Finds the value: its kind and text, or (kind KIND_NONE) the reference that stands for it. */
static status find_value(stix *x, const json *object, const stix_type *type, kind *ret_kind,
                         slice *ret_text, const json **ret_ref)
{
    *ret_kind = KIND_NONE;
    *ret_ref = NULL;
    *ret_text = S("");
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        const json *v =
            slice_eq(values[i].type, type->name) ? json_get(object, values[i].property) : NULL;
        bool hashes = values[i].way == WAY_HASHES || values[i].way == WAY_CERT_HASHES;
        int64_t n;
        if (v && hashes && (v = stix_best_hash(v)) != NULL) {
            kind k = stix_hash_kind(v->key);
            *ret_kind = values[i].way == WAY_HASHES ? k : certificate_kind(k);
            *ret_text = v->text;
        } else if (v && values[i].way == WAY_TEXT && v->type == JSON_STRING && v->text.len) {
            *ret_kind = values[i].kind;
            *ret_text = v->text;
        } else if (values[i].way == WAY_INT && stix_int(v, &n)) {
            *ret_kind = values[i].kind;
            *ret_text = arena_printf(x->a, "%lld", (long long)n);
            if (!ret_text->ptr)
                return ARENA_SPENT(x->a, x->why);
        } else if (v && values[i].way == WAY_REF && v->type == JSON_STRING) {
            *ret_ref = v;
        }
        if (*ret_kind != KIND_NONE || *ret_ref)
            return OK;
    }
    return OK;
}

static node_ref id_of(const json *object)
{
    slice id = stix_text(object, "id");
    return id.len ? stix_id_node(id) : (node_ref){KIND_NONE, S("")};
}

static status product_node(stix *x, const json *object, node_ref *ret)
{
    slice cpe = stix_text(object, "cpe"), vendor = stix_text(object, "vendor");
    bool ok;
    *ret = (node_ref){KIND_PRODUCT, cpe};
    if (cpe.len)
        return OK;
    slice full = arena_printf(x->a, "%.*s %.*s", SLICE_FMT(slice_sub(vendor, 0, 1000)),
                              SLICE_FMT(slice_sub(stix_text(object, "name"), 0, 1000)));
    if (!full.ptr)
        return ARENA_SPENT(x->a, x->why);
    node_ref name;
    status st = stix_name_node(x, full, &name, &ok);
    if (st != OK)
        return st;
    *ret = id_of(object);
    if (!ok)
        return OK;
    slice text = arena_printf(x->a, "name:%.*s", SLICE_FMT(name.text));
    *ret = (node_ref){KIND_PRODUCT, text};
    return text.ptr ? OK : ARENA_SPENT(x->a, x->why);
}

static int by_key(const void *a, const void *b)
{
    return slice_cmp((*(const json *const *)a)->key, (*(const json *const *)b)->key);
}

const json **stix_sorted(stix *x, const json *box, size_t *ret_count)
{
    const json **list = arena_array(x->a, (box ? box->count : 0) + 1, sizeof *list);
    size_t n = 0;
    if (!list)
        return NULL;
    for (const json *m = box ? box->first : NULL; m; m = m->next)
        list[n++] = m;
    qsort(list, n, sizeof *list, by_key);
    *ret_count = n;
    return list;
}

static status observable_node(stix *x, const json *object, const stix_type *type, int hops,
                              node_ref *ret);

static status local_node(stix *x, slice number, int hops, node_ref *ret)
{
    const json key = {.key = number}, *wanted = &key;
    const json **found = bsearch(&wanted, x->locals, x->local_count, sizeof *x->locals, by_key);
    const json *object = found ? *found : NULL;
    const stix_type *type = stix_type_of(stix_text(object, "type"));
    *ret = (node_ref){KIND_NONE, S("")};
    if (!object || type->class != STIX_SCO || hops == HOPS_MAX)
        return OK;
    return observable_node(x, object, type, hops + 1, ret);
}

static status observable_node(stix *x, const json *object, const stix_type *type, int hops,
                              node_ref *ret)
{
    kind want;
    slice text;
    const json *ref;
    bool bad;
    if (type->kind == KIND_PRODUCT)
        return product_node(x, object, ret);
    status st = find_value(x, object, type, &want, &text, &ref);
    if (st != OK)
        return st;
    if (want != KIND_NONE)
        return stix_observe(x, want, text, type->name, ret, &bad);
    if (ref && x->locals)
        return local_node(x, ref->text, hops, ret);
    if (ref && (st = stix_ref(x, ref, ret)) != OK)
        return st;
    if (!ref || ret->kind == KIND_NONE)
        *ret = id_of(object);
    return OK;
}

/* --- domain objects ------------------------------------------------------------------------- */

static slice cve_of(const json *object)
{
    for (const json *r = stix_list(object, "external_references"); r; r = r->next)
        if (slice_eq_nocase(stix_text(r, "source_name"), S("cve")) &&
            stix_is_cve(stix_text(r, "external_id")))
            return stix_text(r, "external_id");
    slice name = slice_trim(stix_text(object, "name"));
    return stix_is_cve(name) ? name : S("");
}

/* Only a country code (with a region and a name, perhaps): the country itself. */
static slice country_of(const json *object)
{
    static const slice finer[] = {S_INIT("administrative_area"), S_INIT("city"),
                                  S_INIT("street_address"), S_INIT("postal_code"),
                                  S_INIT("latitude")};
    slice code = stix_text(object, "country");
    for (size_t i = 0; i < COUNT_OF(finer); i++)
        if (json_get(object, finer[i]))
            return S("");
    return code.len == 2 && is_alpha(code.ptr[0]) && is_alpha(code.ptr[1]) ? code : S("");
}

static status cased(stix *x, slice text, char (*letter)(char), kind k, node_ref *ret)
{
    char *p = arena_array(x->a, text.len + 1, 1);
    if (!p)
        return ARENA_SPENT(x->a, x->why);
    for (size_t i = 0; i < text.len; i++)
        p[i] = letter(text.ptr[i]);
    *ret = (node_ref){k, slice_of(p, text.len)};
    return OK;
}

status stix_node(stix *x, const json *object, const stix_type *type, node_ref *ret)
{
    slice special = S("");
    if (type->class == STIX_SCO)
        return observable_node(x, object, type, 0, ret);
    *ret = id_of(object);
    if (type->kind == KIND_VULNERABILITY && (special = cve_of(object)).len)
        return cased(x, special, to_upper, KIND_VULNERABILITY, ret);
    if (type->kind == KIND_LOCATION && (special = country_of(object)).len)
        return cased(x, special, to_lower, KIND_COUNTRY, ret);
    if (type->kind == KIND_ORGANISATION &&
        slice_eq(stix_text(object, "identity_class"), S("class")))
        ret->kind = KIND_SECTOR;
    return OK;
}

/* --- references ----------------------------------------------------------------------------- */

node_ref stix_id_node(slice id)
{
    slice type;
    const stix_type *t = stix_id_cut(id, &type, NULL) ? stix_type_of(type) : NULL;
    /* of an observable we have the id only, and not what it is */
    return (node_ref){t && t->class != STIX_SCO ? t->kind : KIND_OTHER, id};
}

status stix_ref(stix *x, const json *ref, node_ref *ret)
{
    slice id = json_text(ref), type;
    uint8_t uuid[UUID_BYTES];
    *ret = (node_ref){KIND_NONE, S("")};
    for (int hop = 0; hop < HOPS_MAX && stix_id_cut(id, &type, uuid); hop++) {
        *ret = stix_id_node(id);
        const stix_entry *e =
            stix_index_find(&x->index, uuid, stix_type_number(stix_type_of(type)));
        if (!e || (e->kind == KIND_NONE && !e->alias))
            return OK;
        if (!e->alias) {
            *ret = (node_ref){e->kind, e->text};
            return OK;
        }
        id = e->text;
    }
    return ret->kind == KIND_NONE && x->locals && id.len ? local_node(x, id, 0, ret) : OK;
}
