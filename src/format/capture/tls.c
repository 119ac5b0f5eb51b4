/* tls.c - the hellos of TLS and the certificate, where it is in clear: see parts.h.
 * Sources: RFC 8446, RFC 5246, RFC 6066 (SNI), RFC 7301 (ALPN), RFC 8701 (GREASE); JA3 and JA3S
 * (Salesforce, 2017), JA4 of the TLS client (FoxIO, 2023): what is put together in which order. */
#include "format/capture/parts.h"

#include "base/hash.h"

#include <stdio.h>
#include <stdlib.h>

enum { RECORD_HANDSHAKE = 22, CLIENT_HELLO = 1, SERVER_HELLO = 2, CERTIFICATE = 11 };
enum { EXT_SNI = 0, EXT_GROUPS = 10, EXT_POINTS = 11, EXT_SIGNATURES = 13, EXT_ALPN = 16 };
enum { EXT_VERSIONS = 43, TLS13 = 0x0304 };
enum { LIST_MAX = 256, JA4_HASH = 12, COUNT_SHOWN = 99 };

typedef struct list {
    uint16_t at[LIST_MAX];
    size_t count;
    bool over; /* more than there is room for */
} list;

/* What is not there to be understood, but so that nobody relies on what is. */
static bool is_grease(unsigned n)
{
    return (n & 0x0f0f) == 0x0a0a && n >> 8 == (n & 0xff);
}

static void add(list *l, unsigned n)
{
    if (is_grease(n))
        return;
    if (l->count < LIST_MAX)
        l->at[l->count++] = (uint16_t)n;
    else
        l->over = true;
}

static void add_pairs(list *l, slice bytes)
{
    cut c = {.rest = bytes};
    while (c.rest.len >= 2)
        add(l, cut_u16(&c));
}

typedef struct hello {
    unsigned version, newest; /* what it says; the newest it can */
    list ciphers, extensions, groups, signatures;
    slice points, name, protocol;
    bool whole;
} hello;

/* --- reading --------------------------------------------------------------------------------- */

static slice first_name(slice value)
{
    cut c = {.rest = value};
    cut_u16(&c);
    return cut_u8(&c) == 0 ? cut_counted(&c, 2) : S("");
}

static void take_extension(hello *h, unsigned type, slice value, bool server)
{
    cut c = {.rest = value};
    unsigned v;
    add(&h->extensions, type);
    switch (type) {
    case EXT_SNI: h->name = first_name(value); break;
    case EXT_GROUPS: add_pairs(&h->groups, cut_counted(&c, 2)); break;
    case EXT_POINTS: h->points = cut_counted(&c, 1); break;
    case EXT_SIGNATURES: add_pairs(&h->signatures, cut_counted(&c, 2)); break;
    case EXT_ALPN:
        cut_u16(&c);
        h->protocol = cut_counted(&c, 1);
        break;
    case EXT_VERSIONS:
        if (!server)
            c.rest = cut_counted(&c, 1);
        while (c.rest.len >= 2)
            if (!is_grease(v = cut_u16(&c)) && v > h->newest)
                h->newest = v;
        break;
    default: break;
    }
}

static void take_hello(slice body, bool server, hello *h)
{
    cut c = {.rest = body};
    *h = (hello){.version = cut_u16(&c)};
    cut_bytes(&c, 32);
    cut_counted(&c, 1); /* session */
    if (server) {
        add(&h->ciphers, cut_u16(&c));
        cut_u8(&c);
    } else {
        add_pairs(&h->ciphers, cut_counted(&c, 2));
        cut_counted(&c, 1);
    }
    bool fine = !c.bad;
    size_t length = c.rest.len ? cut_u16(&c) : 0;
    h->whole = fine && length == c.rest.len;
    while (c.rest.len >= 4) {
        unsigned type = cut_u16(&c);
        slice value = cut_counted(&c, 2);
        if (c.bad)
            break;
        take_extension(h, type, value, server);
    }
    h->whole &= !c.bad && !c.rest.len;
    if (!h->newest)
        h->newest = h->version;
}

/* --- JA3 ------------------------------------------------------------------------------------- */

static void hash_text(hash_state *s, const char *text)
{
    hash_update(s, slice_str(text));
}

static void hash_list(hash_state *s, const list *l)
{
    char text[8];
    for (size_t i = 0; i < l->count; i++) {
        snprintf(text, sizeof text, "%s%u", i ? "-" : "", (unsigned)l->at[i]);
        hash_text(s, text);
    }
}

static void put_ja3(capture *c, const hello *h, bool server)
{
    uint8_t digest[HASH_BYTES_MAX];
    char text[HASH_HEX_MAX];
    hash_state *s = hash_new(HASH_MD5);
    if (!s)
        return;
    snprintf(text, sizeof text, "%u,", h->version);
    hash_text(s, text);
    hash_list(s, &h->ciphers);
    hash_text(s, ",");
    hash_list(s, &h->extensions);
    if (!server) {
        hash_text(s, ",");
        hash_list(s, &h->groups);
        hash_text(s, ",");
        for (size_t i = 0; i < h->points.len; i++) {
            snprintf(text, sizeof text, "%s%u", i ? "-" : "",
                     (unsigned)(unsigned char)h->points.ptr[i]);
            hash_text(s, text);
        }
    }
    hash_final(s, digest);
    hash_free(s);
    hash_hex(digest, hash_size(HASH_MD5), text);
    line_text(c, server ? "ja3s" : "ja3", slice_str(text), sizeof text);
}

/* --- JA4 ------------------------------------------------------------------------------------- */

static int by_number(const void *a, const void *b)
{
    return *(const uint16_t *)a - *(const uint16_t *)b;
}

static void hash_hex_list(hash_state *s, const list *l)
{
    char text[8];
    for (size_t i = 0; i < l->count; i++) {
        snprintf(text, sizeof text, "%s%04x", i ? "," : "", (unsigned)l->at[i]);
        hash_text(s, text);
    }
}

/* The beginning of the digest of both, or zeros for nothing at all. */
static bool ja4_part(const list *sorted, const list *behind, char out[JA4_HASH + 1])
{
    uint8_t digest[HASH_BYTES_MAX];
    char text[HASH_HEX_MAX];
    memset(out, '0', JA4_HASH);
    out[JA4_HASH] = 0;
    if (!sorted->count && (!behind || !behind->count))
        return true;
    hash_state *s = hash_new(HASH_SHA256);
    if (!s)
        return false;
    hash_hex_list(s, sorted);
    if (behind && behind->count) {
        hash_text(s, "_");
        hash_hex_list(s, behind);
    }
    hash_final(s, digest);
    hash_free(s);
    memcpy(out, hash_hex(digest, hash_size(HASH_SHA256), text), JA4_HASH);
    return true;
}

static const char *version_name(unsigned v)
{
    static const struct {
        unsigned version;
        const char *name;
    } rows[] = {{TLS13, "13"},  {0x0303, "12"}, {0x0302, "11"},
                {0x0301, "10"}, {0x0300, "s3"}, {0x0002, "s2"}};
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        if (rows[i].version == v)
            return rows[i].name;
    return "00";
}

/* The first and the last letter of the protocol; of its hexadecimal form when they are none. */
static void protocol_ends(slice p, char out[3])
{
    static const char hex[] = "0123456789abcdef";
    memcpy(out, "00", 3);
    if (!p.len)
        return;
    char first = p.ptr[0], last = p.ptr[p.len - 1];
    bool plain = is_alnum(first) && is_alnum(last);
    out[0] = plain ? first : hex[(unsigned char)first >> 4];
    out[1] = plain ? last : hex[(unsigned char)last & 15];
}

static unsigned shown(size_t n)
{
    return n < COUNT_SHOWN ? (unsigned)n : COUNT_SHOWN;
}

static void put_ja4(capture *c, const hello *h)
{
    char ends[3], one[JA4_HASH + 1], two[JA4_HASH + 1], text[64];
    list ciphers = h->ciphers, extensions = {.count = 0};
    bool named = false;
    for (size_t i = 0; i < h->extensions.count; i++) {
        unsigned type = h->extensions.at[i];
        named |= type == EXT_SNI;
        if (type != EXT_SNI && type != EXT_ALPN)
            add(&extensions, type);
    }
    qsort(ciphers.at, ciphers.count, sizeof *ciphers.at, by_number);
    qsort(extensions.at, extensions.count, sizeof *extensions.at, by_number);
    protocol_ends(h->protocol, ends);
    if (!ja4_part(&ciphers, NULL, one) || !ja4_part(&extensions, &h->signatures, two))
        return;
    snprintf(text, sizeof text, "t%s%c%02u%02u%s_%s_%s", version_name(h->newest), named ? 'd' : 'i',
             shown(h->ciphers.count), shown(h->extensions.count), ends, one, two);
    line_text(c, "ja4", slice_str(text), sizeof text);
}

static bool is_countable(const hello *h)
{
    return h->whole && !h->ciphers.over && !h->extensions.over && !h->groups.over &&
           !h->signatures.over;
}

/* --- the streams ----------------------------------------------------------------------------- */

/* The messages of the handshake, out of their records. *ret_ended: something else follows. */
static slice gather(slice bytes, char out[CAPTURE_SLAB], bool *ret_ended)
{
    size_t n = 0;
    cut c = {.rest = bytes};
    *ret_ended = false;
    while (c.rest.len >= 5) {
        if (cut_u8(&c) != RECORD_HANDSHAKE) {
            *ret_ended = true;
            break;
        }
        cut_u16(&c);
        size_t length = cut_u16(&c);
        slice part = cut_bytes(&c, length < c.rest.len ? length : c.rest.len);
        if (part.len)
            memcpy(out + n, part.ptr, part.len);
        n += part.len;
    }
    return slice_of(out, n);
}

/* The next message, or what there is of it. */
static slice next_message(cut *c, unsigned *ret_type, bool *ret_whole)
{
    *ret_type = cut_u8(c);
    size_t length = cut_u24(c);
    *ret_whole = !c->bad && length <= c->rest.len;
    return cut_bytes(c, *ret_whole ? length : c->rest.len);
}

static uint64_t client(capture *c, flow *f, slice messages, bool last)
{
    cut m = {.rest = messages};
    unsigned type;
    bool whole;
    hello h;
    if (messages.len < 4)
        return last ? STREAM_STOP : 0;
    slice body = next_message(&m, &type, &whole);
    if (type != CLIENT_HELLO)
        return STREAM_STOP;
    if (!whole && !last)
        return 0;
    take_hello(body, false, &h);
    line_begin(c, "tls", f, c->now, c->n.packets);
    if (h.name.len)
        line_text(c, "server_name", h.name, 255);
    line_text(c, "client_version", slice_str(version_name(h.newest)), 4);
    if (is_countable(&h)) {
        put_ja3(c, &h, false);
        put_ja4(c, &h);
    }
    line_wait(c, f);
    return STREAM_STOP;
}

typedef struct answer_parts {
    hello h;
    slice certificate;
    bool hello, done;
} answer_parts;

/* What the server said up to its certificate. */
static void take_answer(slice messages, answer_parts *a)
{
    cut m = {.rest = messages};
    *a = (answer_parts){.done = false};
    while (m.rest.len && !a->done) {
        unsigned type;
        bool whole;
        slice body = next_message(&m, &type, &whole);
        cut chain = {.rest = body};
        if (type == SERVER_HELLO && whole) {
            take_hello(body, true, &a->h);
            a->hello = true;
            a->done = a->h.newest >= TLS13; /* what follows is encrypted */
        } else if (type == CERTIFICATE) {
            cut_u24(&chain);
            a->certificate = cut_counted(&chain, 3);
            a->done = !chain.bad;
        }
        if (!whole)
            break;
        a->done |= type != SERVER_HELLO;
    }
}

static uint64_t server(capture *c, flow *f, slice messages, bool last)
{
    answer_parts a;
    take_answer(messages, &a);
    if (!a.done && !last)
        return 0;
    if (!a.hello && !a.certificate.len)
        return STREAM_STOP; /* what waits is told at the end */
    if (!line_resume(c, f))
        line_begin(c, "tls", f, c->now, c->n.packets);
    if (a.hello) {
        line_text(c, "version", slice_str(version_name(a.h.newest)), 4);
        if (is_countable(&a.h))
            put_ja3(c, &a.h, true);
    }
    if (a.certificate.len)
        certificate_put(c, a.certificate);
    line_end(c);
    return STREAM_STOP;
}

uint64_t capture_tls(capture *c, flow *f, int way, slice bytes, bool last)
{
    char room[CAPTURE_SLAB];
    bool ended;
    slice messages = gather(bytes, room, &ended);
    return way == FLOW_OUT ? client(c, f, messages, last || ended)
                           : server(c, f, messages, last || ended);
}
