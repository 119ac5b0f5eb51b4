/* stix_id.c - ids of STIX objects: see stix_id.h. */
#include "format/stix_id.h"
#include "base/hash.h"

/* STIX 2.1 section 2.9: the name space of every observable of the standard. */
static const uint8_t observables[UUID_BYTES] = {0x00, 0xab, 0xed, 0xb4, 0xaa, 0x42, 0x46, 0x6c,
                                                0x9c, 0x01, 0xfe, 0xd2, 0x33, 0x15, 0xa9, 0xb7};

/* Section 6: the contributing properties, separated by blanks. */
static const struct {
    slice type, properties;
} rows[] = {
    {S_INIT("artifact"), S_INIT("hashes payload_bin")},
    {S_INIT("autonomous-system"), S_INIT("number")},
    {S_INIT("directory"), S_INIT("path")},
    {S_INIT("domain-name"), S_INIT("value")},
    {S_INIT("email-addr"), S_INIT("value")},
    {S_INIT("email-message"), S_INIT("from_ref subject body")},
    {S_INIT("file"), S_INIT("hashes name parent_directory_ref extensions")},
    {S_INIT("ipv4-addr"), S_INIT("value")},
    {S_INIT("ipv6-addr"), S_INIT("value")},
    {S_INIT("mac-addr"), S_INIT("value")},
    {S_INIT("mutex"), S_INIT("name")},
    {S_INIT("network-traffic"),
     S_INIT("start end src_ref dst_ref src_port dst_port protocols extensions")},
    {S_INIT("process"), S_INIT("")},
    {S_INIT("software"), S_INIT("name cpe swid vendor version")},
    {S_INIT("url"), S_INIT("value")},
    {S_INIT("user-account"), S_INIT("account_type user_id account_login")},
    {S_INIT("windows-registry-key"), S_INIT("key values")},
    {S_INIT("x509-certificate"), S_INIT("hashes serial_number")},
};

static const json *chosen_hash(const json *hashes)
{
    static const slice order[] = {S_INIT("MD5"), S_INIT("SHA-1"), S_INIT("SHA-256"),
                                  S_INIT("SHA-512")};
    for (size_t i = 0; i < COUNT_OF(order); i++) {
        const json *h = json_get(hashes, order[i]);
        if (h)
            return h;
    }
    const json *first = hashes->first;
    for (const json *h = hashes->first; h; h = h->next)
        if (slice_cmp(h->key, first->key) < 0)
            first = h;
    return first;
}

static json *copy_member(arena *a, const json *member)
{
    json *m = arena_new(a, json);
    if (m) {
        *m = *member;
        m->next = NULL;
    }
    return m;
}

/* A member of the contributing object: the property, of hashes only the one that counts. */
static json *contribute(arena *a, const json *property)
{
    json *m = copy_member(a, property);
    if (m && slice_eq(m->key, S("hashes")) && m->type == JSON_OBJECT && m->count) {
        m->count = 1;
        m->first = copy_member(a, chosen_hash(property));
        return m->first ? m : NULL;
    }
    return m;
}

static status contributing(arena *a, const json *object, slice properties, json *ret, err *why)
{
    json **tail = &ret->first;
    slice name;
    while (slice_cut(&properties, ' ', &name)) {
        const json *p = json_get(object, name);
        if (!p)
            continue;
        if (!(*tail = contribute(a, p)))
            return ARENA_SPENT(a, why);
        tail = &(*tail)->next;
        ret->count++;
    }
    return OK;
}

bool uuid_v5(const uint8_t space[UUID_BYTES], slice name, uint8_t ret[UUID_BYTES])
{
    uint8_t digest[HASH_BYTES_MAX];
    hash_state *h = hash_new(HASH_SHA1);
    if (!h)
        return false;
    hash_update(h, slice_of((const char *)space, UUID_BYTES));
    hash_update(h, name);
    hash_final(h, digest);
    hash_free(h);
    memcpy(ret, digest, UUID_BYTES);
    ret[6] = (uint8_t)((ret[6] & 0x0f) | 0x50);
    ret[8] = (uint8_t)((ret[8] & 0x3f) | 0x80);
    return true;
}

const char *uuid_text(const uint8_t uuid[UUID_BYTES], char out[UUID_TEXT + 1])
{
    static const char hex[] = "0123456789abcdef";
    size_t n = 0;
    for (size_t i = 0; i < UUID_BYTES; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            out[n++] = '-';
        out[n++] = hex[uuid[i] >> 4];
        out[n++] = hex[uuid[i] & 15];
    }
    out[n] = 0;
    return out;
}

status stix_id_of(arena *a, const json *object, slice *ret, err *why)
{
    slice type = json_text(json_get(object, S("type")));
    size_t i = 0;
    while (i < COUNT_OF(rows) && !slice_eq(type, rows[i].type))
        i++;
    if (i == COUNT_OF(rows))
        return err_set(why, ERR_INPUT, ERR_NOWHERE, "no observable of the standard");
    json box = {.type = JSON_OBJECT};
    status st = contributing(a, object, rows[i].properties, &box, why);
    if (st != OK)
        return st;
    if (!box.count)
        return err_set(why, ERR_NOT_FOUND, ERR_NOWHERE, "no property that makes up its id");
    CLEANUP(buf_done) buf name;
    buf_init(&name, 2 * JSON_VALUE_MAX);
    json_writer w = json_writer_on(&name);
    json_put_canonical(&w, &box, a);
    uint8_t uuid[UUID_BYTES];
    char text[UUID_TEXT + 1];
    if ((st = buf_status(&name, why)) != OK)
        return st;
    if (!uuid_v5(observables, buf_slice(&name), uuid))
        return err_set(why, ERR_LIMIT, ERR_NOWHERE, "memory is out");
    slice id = arena_printf(a, "%.*s--%s", SLICE_FMT(rows[i].type), uuid_text(uuid, text));
    if (!id.ptr)
        return ARENA_SPENT(a, why);
    *ret = id;
    return OK;
}

static bool is_type(slice s)
{
    if (!s.len || s.len > STIX_TYPE_MAX || s.ptr[0] < 'a' || s.ptr[0] > 'z' ||
        s.ptr[s.len - 1] == '-')
        return false;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool hyphen = c == '-' && s.ptr[i + 1] != '-'; /* the last is none */
        if (!(c >= 'a' && c <= 'z') && !is_digit(c) && !hyphen)
            return false;
    }
    return true;
}

/* The digit's value and one; 0 for what is no hex digit. */
static const uint8_t digits[256] = {
    ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
    ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

/* 8-4-4-4-12. Every reference of every object passes here. */
static bool read_uuid(const char *text, uint8_t ret[UUID_BYTES])
{
    static const uint8_t at[UUID_BYTES] = {0,  2,  4,  6,  9,  11, 14, 16,
                                           19, 21, 24, 26, 28, 30, 32, 34};
    unsigned bad = 0;
    for (size_t i = 0; i < UUID_BYTES; i++) {
        unsigned high = digits[(uint8_t)text[at[i]]] - 1u;
        unsigned low = digits[(uint8_t)text[at[i] + 1]] - 1u;
        bad |= high | low;
        ret[i] = (uint8_t)(high << 4 | low);
    }
    return bad < 16 && text[8] == '-' && text[13] == '-' && text[18] == '-' && text[23] == '-';
}

bool stix_id_cut(slice id, slice *ret_type, uint8_t uuid[UUID_BYTES])
{
    uint8_t unused[UUID_BYTES] = {0};
    if (id.len < UUID_TEXT + 3)
        return false;
    slice type = slice_sub(id, 0, id.len - UUID_TEXT - 2);
    if (id.ptr[type.len] != '-' || id.ptr[type.len + 1] != '-' || !is_type(type) ||
        !read_uuid(id.ptr + type.len + 2, uuid ? uuid : unused))
        return false;
    *ret_type = type;
    return true;
}
