/* certificate.c - whom a certificate names: see parts.h. Sources: RFC 5280, ITU-T X.690 (DER).
 * Nothing is verified: it is what the other side showed. */
#include "format/capture/parts.h"

#include "base/hash.h"

enum { DER_SEQUENCE = 0x30, DER_SET = 0x31, DER_OID = 6, DER_OCTETS = 4, DER_BOOL = 1 };
enum { DER_VERSION = 0xa0, DER_EXTENSIONS = 0xa3, SAN_DNS = 0x82, SAN_IP = 0x87 };
enum { NAMES_MAX = 64, NAME_MAX_BYTES = 255, NAMES_BYTES_MAX = 4096, SERIAL_MAX = 20 };

/* A value of DER; `tag` 0 at the end, or where it is none. */
static slice der_next(cut *c, unsigned *ret_tag)
{
    unsigned tag = cut_u8(c);
    size_t length = cut_u8(c);
    if (length & 0x80) {
        unsigned n = length & 0x7f;
        length = n == 1 ? cut_u8(c) : n == 2 ? cut_u16(c) : n == 3 ? cut_u24(c) : 0;
        c->bad |= n < 1 || n > 3;
    }
    slice value = cut_bytes(c, length);
    *ret_tag = c->bad ? 0 : tag;
    return value;
}

/* The value inside, when it has that tag. */
static cut der_enter(cut *c, unsigned tag)
{
    unsigned got;
    slice value = der_next(c, &got);
    return got == tag ? (cut){.rest = value} : (cut){.bad = true};
}

/* The last common name of a Name: the most specific one. */
static slice common_name(cut names)
{
    slice found = S("");
    while (names.rest.len && !names.bad) {
        cut set = der_enter(&names, DER_SET);
        cut pair = der_enter(&set, DER_SEQUENCE);
        unsigned tag;
        slice oid = der_next(&pair, &tag);
        slice value = der_next(&pair, &tag);
        if (tag && slice_eq(oid, S("\x55\x04\x03")))
            found = value;
    }
    return found;
}

static void put_name(capture *c, const char *key, cut name)
{
    slice cn = common_name(name);
    if (cn.len)
        line_text(c, key, cn, NAME_MAX_BYTES);
}

static void put_alternatives(capture *c, slice octets)
{
    cut all = {.rest = octets};
    cut names = der_enter(&all, DER_SEQUENCE);
    size_t sum = 0;
    json_key(&c->json, "certificate.san");
    json_open(&c->json, '[');
    for (unsigned i = 0; i < NAMES_MAX && names.rest.len && sum < NAMES_BYTES_MAX; i++) {
        unsigned tag;
        char text[IP_TEXT_MAX];
        ip a = {{0}};
        slice value = der_next(&names, &tag);
        sum += value.len;
        if (tag == SAN_DNS) {
            line_value(c, slice_sub(value, 0, NAME_MAX_BYTES));
        } else if (tag == SAN_IP && (value.len == 4 || value.len == 16)) {
            memset(a.b + 10, 0xff, 2);
            memcpy(a.b + 16 - value.len, value.ptr, value.len);
            line_value(c, line_ip(&a, text));
        }
    }
    json_close(&c->json, ']');
}

static void put_extensions(capture *c, cut wrapped)
{
    cut all = der_enter(&wrapped, DER_SEQUENCE);
    while (all.rest.len && !all.bad) {
        cut one = der_enter(&all, DER_SEQUENCE);
        unsigned tag;
        slice oid = der_next(&one, &tag), value = der_next(&one, &tag);
        if (tag == DER_BOOL)
            value = der_next(&one, &tag);
        if (tag != DER_OCTETS || !slice_eq(oid, S("\x55\x1d\x11")))
            continue;
        put_alternatives(c, value);
        return;
    }
}

static void put_digest(capture *c, const char *key, hash_kind kind, slice der)
{
    uint8_t digest[HASH_BYTES_MAX];
    char text[HASH_HEX_MAX];
    if (hash_of(kind, der, digest))
        line_text(c, key, slice_str(hash_hex(digest, hash_size(kind), text)), sizeof text);
}

void certificate_put(capture *c, slice der)
{
    cut all = {.rest = der};
    cut whole = der_enter(&all, DER_SEQUENCE), parts = der_enter(&whole, DER_SEQUENCE);
    unsigned tag;
    char text[2 * SERIAL_MAX + 1];
    put_digest(c, "certificate.sha1", HASH_SHA1, der);
    put_digest(c, "certificate.sha256", HASH_SHA256, der);
    slice serial = der_next(&parts, &tag);
    if (tag == DER_VERSION)
        serial = der_next(&parts, &tag);
    while (serial.len > 1 && !serial.ptr[0]) /* as everybody else writes it */
        serial = slice_from(serial, 1);
    if (tag == 2 && serial.len && serial.len <= SERIAL_MAX)
        line_text(c, "certificate.serial",
                  slice_str(hash_hex((const uint8_t *)serial.ptr, serial.len, text)), sizeof text);
    der_next(&parts, &tag); /* how it is signed */
    put_name(c, "certificate.issuer", der_enter(&parts, DER_SEQUENCE));
    der_next(&parts, &tag); /* from when until when */
    put_name(c, "certificate.subject", der_enter(&parts, DER_SEQUENCE));
    while (parts.rest.len && !parts.bad) {
        slice value = der_next(&parts, &tag);
        if (tag == DER_EXTENSIONS)
            put_extensions(c, (cut){.rest = value});
    }
}
